//! Rules as programs over numbered leaves. In: Boolean trees. Out: the same without `-not`, leaves shared. Never: looks at
//! a value.

use std::collections::HashMap;

use crate::directory::Attribute;
use crate::rule::checked::{Node, Predicate};

/// A rule over leaves; complements are pushed down to them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Program {
    Leaf { leaf: u32, negated: bool },
    All(Box<[Program]>),
    Any(Box<[Program]>),
}

impl Program {
    pub fn any_leaf(&self, wanted: &impl Fn(usize) -> bool) -> bool {
        match self {
            Program::Leaf { leaf, .. } => wanted(*leaf as usize),
            Program::All(programs) | Program::Any(programs) => programs.iter().any(|inner| inner.any_leaf(wanted)),
        }
    }

    pub fn visit(&self, visit: &mut impl FnMut(usize)) {
        match self {
            Program::Leaf { leaf, .. } => visit(*leaf as usize),
            Program::All(programs) | Program::Any(programs) => programs.iter().for_each(|inner| inner.visit(visit)),
        }
    }
}

/// Gives equal tests one number.
pub struct Interner<'a> {
    slots: HashMap<&'a Attribute, usize>,
    numbers: HashMap<(usize, &'a Predicate), u32>,
    predicates: Vec<(usize, &'a Predicate)>,
}

impl<'a> Interner<'a> {
    pub fn new(slots: &'a [Attribute]) -> Self {
        let slots = slots.iter().enumerate().map(|(slot, attribute)| (attribute, slot)).collect();
        Self { slots, numbers: HashMap::new(), predicates: Vec::new() }
    }

    /// The slot and the test of every leaf, by number.
    pub fn predicates(&self) -> Vec<(usize, &'a Predicate)> {
        self.predicates.clone()
    }

    /// The program of a tree, or of its complement.
    pub fn program(&mut self, node: &'a Node, negated: bool) -> Program {
        match (node, negated) {
            (Node::Test(test), negated) => {
                let slot = self.slots.get(&test.attribute).copied().unwrap_or(0);
                let leaf = *self.numbers.entry((slot, &test.predicate)).or_insert_with(|| {
                    self.predicates.push((slot, &test.predicate));
                    self.predicates.len() as u32 - 1
                });
                Program::Leaf { leaf, negated: negated != test.negated }
            }
            (Node::Not(inner), negated) => self.program(inner, !negated),
            (Node::All(nodes), false) | (Node::Any(nodes), true) => Program::All(self.flat(nodes, negated, true)),
            (Node::All(nodes), true) | (Node::Any(nodes), false) => Program::Any(self.flat(nodes, negated, false)),
        }
    }

    /// The programs of `nodes`; programs of the same connective are opened.
    fn flat(&mut self, nodes: &'a [Node], negated: bool, all: bool) -> Box<[Program]> {
        let mut flat = Vec::with_capacity(nodes.len());
        for node in nodes {
            match (self.program(node, negated), all) {
                (Program::All(inner), true) | (Program::Any(inner), false) => flat.extend(inner),
                (program, _) => flat.push(program),
            }
        }
        flat.into()
    }
}
