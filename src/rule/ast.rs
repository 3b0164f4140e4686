//! The shape of a rule, before its names mean anything. In: what the parser saw. Out: a tree that prints as a rule. Never:
//! says whether a name exists or a value fits.
//!
//! Law: `parse(print(tree)) == tree`. Parentheses are kept, so printing adds none.

use std::fmt;

use super::token::{Operator, Span};

/// The kind of object a property belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Object {
    User,
    Device,
}

impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Object::User => "user",
            Object::Device => "device",
        })
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expr {
    /// Two clauses or more.
    Or(Vec<Expr>),
    /// Two clauses or more.
    And(Vec<Expr>),
    Not(Box<Expr>, Span),
    Parens(Box<Expr>, Span),
    Comparison(Comparison),
    Quantified(Quantified),
    DirectReports {
        manager: Box<str>,
        span: Span,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    pub operand: Operand,
    pub operator: Operator,
    pub operator_span: Span,
    pub value: Value,
    pub span: Span,
}

/// What stands on the left of an operator, with its name as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operand {
    pub kind: OperandKind,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OperandKind {
    Property {
        object: Object,
        name: Box<str>,
    },
    /// `_`, an element of a collection of texts.
    Element,
    /// `assignedPlan.<field>`.
    PlanField(Box<str>),
    /// `group.<field>`.
    GroupField(Box<str>),
}

/// `collection -any body` or `collection -all body`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quantified {
    pub collection: Operand,
    pub quantifier: Operator,
    pub quantifier_span: Span,
    pub body: Box<Expr>,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    pub kind: ValueKind,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ValueKind {
    Text(Box<str>),
    /// `null`, or `$null` when the flag is set.
    Null(bool),
    /// `true` or `false`; with a `$` when the flag is set.
    Boolean(bool, bool),
    /// An unquoted run of digits.
    Number(Box<str>),
    /// An unquoted date or date-time, as written.
    Timestamp(Box<str>),
    /// `system.now`, perhaps with one step, perhaps in parentheses.
    Now {
        step: Option<Step>,
        parens: bool,
    },
    List(Vec<Value>),
}

/// `-plus P1D` or `-minus P1D`; the duration as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    pub operator: Operator,
    pub duration: Box<str>,
    pub span: Span,
}

impl Expr {
    pub fn span(&self) -> Span {
        match self {
            Expr::Or(clauses) | Expr::And(clauses) => match (clauses.first(), clauses.last()) {
                (Some(first), Some(last)) => first.span().to(last.span()),
                _ => Span::default(),
            },
            Expr::Not(_, span) | Expr::Parens(_, span) | Expr::DirectReports { span, .. } => *span,
            Expr::Comparison(comparison) => comparison.span,
            Expr::Quantified(quantified) => quantified.span,
        }
    }

    /// The same expression without parentheses around the whole of it.
    pub fn bare(&self) -> &Expr {
        match self {
            Expr::Parens(inner, _) => inner.bare(),
            other => other,
        }
    }
}

fn joined(f: &mut fmt::Formatter<'_>, clauses: &[Expr], operator: Operator) -> fmt::Result {
    for (i, clause) in clauses.iter().enumerate() {
        if i > 0 {
            write!(f, " {operator} ")?;
        }
        write!(f, "{clause}")?;
    }
    Ok(())
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Expr::Or(clauses) => joined(f, clauses, Operator::Or),
            Expr::And(clauses) => joined(f, clauses, Operator::And),
            Expr::Not(inner, _) => write!(f, "-not {inner}"),
            Expr::Parens(inner, _) => write!(f, "({inner})"),
            Expr::Comparison(c) => write!(f, "{} {} {}", c.operand, c.operator, c.value),
            Expr::Quantified(q) => write!(f, "{} {} {}", q.collection, q.quantifier, q.body),
            Expr::DirectReports { manager, .. } => write!(f, "Direct Reports for \"{manager}\""),
        }
    }
}

impl fmt::Display for Operand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            OperandKind::Property { object, name } => write!(f, "{object}.{name}"),
            OperandKind::Element => f.write_str("_"),
            OperandKind::PlanField(name) => write!(f, "assignedPlan.{name}"),
            OperandKind::GroupField(name) => write!(f, "group.{name}"),
        }
    }
}

/// Writes a text in the quotes that need the least escaping; a text that ends in a backtick cannot stand in double quotes.
pub fn quote(text: &str) -> String {
    if text.contains('"') || text.ends_with('`') {
        format!("'{}'", text.replace('\'', "''"))
    } else {
        format!("\"{text}\"")
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let dollar = |dollar: bool| if dollar { "$" } else { "" };
        match &self.kind {
            ValueKind::Text(text) => f.write_str(&quote(text)),
            ValueKind::Null(with) => write!(f, "{}null", dollar(*with)),
            ValueKind::Boolean(value, with) => write!(f, "{}{value}", dollar(*with)),
            ValueKind::Number(text) | ValueKind::Timestamp(text) => f.write_str(text),
            ValueKind::Now { step, parens } => {
                f.write_str(if *parens { "(system.now" } else { "system.now" })?;
                if let Some(step) = step {
                    write!(f, " {} {}", step.operator, step.duration)?;
                }
                f.write_str(if *parens { ")" } else { "" })
            }
            ValueKind::List(values) => {
                f.write_str("[")?;
                for (i, value) in values.iter().enumerate() {
                    write!(f, "{}{value}", if i > 0 { ", " } else { "" })?;
                }
                f.write_str("]")
            }
        }
    }
}
