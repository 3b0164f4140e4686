//! A rule that can be evaluated: names bound, types agreed, values folded. In: what `check` made. Out: the same, to look at.
//! Never: holds a name that no attribute has.

use super::ast::Expr;
use super::instant::Moment;
use super::names::PlanField;
use super::pattern::Pattern;
use super::source::Source;
use super::token::Span;
use crate::directory::Attribute;

/// What kind of rule it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Form {
    /// A Boolean expression over one user.
    Expression,
    /// `Direct Reports for "id"`.
    DirectReports,
    /// `user.memberOf -any (group.objectId -in […])`: frozen after 3 November 2026.
    MemberOf,
    /// A rule over devices: recognised, its names validated, and not simulated.
    Device,
}

/// A checked rule.
#[derive(Clone, Debug)]
pub struct Checked {
    pub(super) source: Source,
    pub(super) expr: Expr,
    pub(super) node: Node,
    pub(super) attributes: Vec<Attribute>,
    pub(super) form: Form,
    pub(super) uses_clock: bool,
}

impl Checked {
    /// The rule's text as it was given.
    pub fn text(&self) -> &str {
        &self.source.text
    }

    pub fn expr(&self) -> &Expr {
        &self.expr
    }

    /// Every attribute that the rule names, ascending.
    pub fn attributes(&self) -> &[Attribute] {
        &self.attributes
    }

    pub fn form(&self) -> Form {
        self.form
    }

    /// Whether the rule's answer can change with the clock alone.
    pub fn uses_clock(&self) -> bool {
        self.uses_clock
    }

    /// Whether a negative operator could meet a null: `-ne null` cannot.
    pub fn has_negative_operator(&self) -> bool {
        let mut found = false;
        self.node.visit(&mut |test| found |= test.has_negative_operator());
        found
    }

    /// Whether a test is a regular expression.
    pub fn has_pattern(&self) -> bool {
        let mut found = false;
        self.node.visit(&mut |test| {
            found |= match &test.predicate {
                Predicate::Text(TextPredicate::Matches(_)) => true,
                Predicate::Elements(_, body) => {
                    body.any(&|element| matches!(element.predicate, ElementPredicate::Text(TextPredicate::Matches(_))))
                }
                _ => false,
            }
        });
        found
    }

    /// Whether the rule reads `assignedPlan.service`.
    pub fn reads_plan_services(&self) -> bool {
        let mut found = false;
        self.node.visit(&mut |test| {
            if let Predicate::Elements(_, body) = &test.predicate {
                found |= body.any(&|element| element.field == Some(PlanField::Service));
            }
        });
        found
    }

    /// The ids of the groups that a `memberOf` rule names, folded; empty for any other rule.
    pub fn source_groups(&self) -> &[Box<str>] {
        match (&self.form, &self.node) {
            (Form::MemberOf, Node::Test(Test { predicate: Predicate::Elements(_, Body::Test(element)), .. })) => {
                match &element.predicate {
                    ElementPredicate::Text(TextPredicate::OneOf(ids)) => ids,
                    _ => &[],
                }
            }
            _ => &[],
        }
    }
}

/// The Boolean structure of a rule. An empty `All` holds, an empty `Any` does not.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Node {
    All(Vec<Node>),
    Any(Vec<Node>),
    Not(Box<Node>),
    Test(Test),
}

/// One positive test of one attribute, or its complement.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Test {
    pub attribute: Attribute,
    pub predicate: Predicate,
    pub negated: bool,
    pub span: Span,
}

/// A positive test. Every one of them but `Empty` fails on null.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Predicate {
    /// Null, or a collection without elements.
    Empty,
    Boolean(bool),
    Text(TextPredicate),
    Date(Order, Moment),
    Elements(Quantifier, Body),
}

/// A test of a text, its own side folded.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TextPredicate {
    /// Ascending and distinct.
    OneOf(Vec<Box<str>>),
    StartsWith(Box<str>),
    EndsWith(Box<str>),
    Contains(Box<str>),
    Matches(Pattern),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Order {
    AtOrAfter,
    AtOrBefore,
    Equal,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Quantifier {
    Any,
    All,
}

/// The Boolean structure over one element of a collection.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Body {
    All(Vec<Body>),
    Any(Vec<Body>),
    Not(Box<Body>),
    Test(ElementTest),
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ElementTest {
    /// The field of an assigned plan; `None` for an element that is a text.
    pub field: Option<PlanField>,
    pub predicate: ElementPredicate,
    pub negated: bool,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ElementPredicate {
    Empty,
    Text(TextPredicate),
}

impl Node {
    /// Calls `visit` on every test, left to right.
    pub fn visit<'a>(&'a self, visit: &mut impl FnMut(&'a Test)) {
        match self {
            Node::All(nodes) | Node::Any(nodes) => nodes.iter().for_each(|node| node.visit(visit)),
            Node::Not(node) => node.visit(visit),
            Node::Test(test) => visit(test),
        }
    }
}

impl Test {
    fn has_negative_operator(&self) -> bool {
        match &self.predicate {
            Predicate::Empty => false,
            Predicate::Elements(_, body) => body.has_negative_operator(),
            Predicate::Boolean(_) | Predicate::Text(_) | Predicate::Date(..) => self.negated,
        }
    }
}

impl Body {
    /// Whether some test of an element fits.
    fn any(&self, fits: &impl Fn(&ElementTest) -> bool) -> bool {
        match self {
            Body::All(bodies) | Body::Any(bodies) => bodies.iter().any(|body| body.any(fits)),
            Body::Not(body) => body.any(fits),
            Body::Test(test) => fits(test),
        }
    }

    fn has_negative_operator(&self) -> bool {
        match self {
            Body::All(bodies) | Body::Any(bodies) => bodies.iter().any(Body::has_negative_operator),
            Body::Not(body) => body.has_negative_operator(),
            Body::Test(test) => test.negated && test.predicate != ElementPredicate::Empty,
        }
    }
}
