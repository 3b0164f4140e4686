//! Quantifiers: the elements of a collection against a body. In: `collection -any (body)` as parsed. Out: one test of the
//! collection. Never: a quantifier inside another.

use super::{Checker, Named, is_member_of};
use crate::directory::{Attribute, AttributeKind};
use crate::rule::ast::{Comparison, Expr, Operand, OperandKind, Quantified};
use crate::rule::checked::{Body, ElementPredicate, ElementTest, Node, Predicate, Quantifier, Test};
use crate::rule::names::{DeviceKind, PlanField};
use crate::rule::token::Operator;
use crate::rule::{Choice, code};

/// Properties of the user in one body: each doubles its cases.
const OUTER_LIMIT: usize = 4;

/// What the elements of a quantified collection are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Elements {
    Texts,
    Plans,
}

fn test(quantified: &Quantified, attribute: &Attribute, body: Body) -> Node {
    let quantifier = if quantified.quantifier == Operator::All { Quantifier::All } else { Quantifier::Any };
    let predicate = Predicate::Elements(quantifier, body);
    Node::Test(Test { attribute: attribute.clone(), predicate, negated: false, span: quantified.span })
}

fn is_outer(comparison: &Comparison) -> bool {
    matches!(comparison.operand.kind, OperandKind::Property { .. }) && !is_member_of(&comparison.operand)
}

/// Comparisons of the user's own properties in a body, left to right.
fn outer_comparisons<'e>(expr: &'e Expr, found: &mut Vec<&'e Comparison>) {
    match expr {
        Expr::Or(clauses) | Expr::And(clauses) => clauses.iter().for_each(|clause| outer_comparisons(clause, found)),
        Expr::Not(inner, _) | Expr::Parens(inner, _) => outer_comparisons(inner, found),
        Expr::Comparison(comparison) if is_outer(comparison) => found.push(comparison),
        Expr::Comparison(_) | Expr::Quantified(_) | Expr::DirectReports { .. } => {}
    }
}

impl Checker<'_> {
    pub(super) fn quantified(&mut self, quantified: &Quantified) -> Option<Node> {
        if is_member_of(&quantified.collection) {
            return self.misplaced_member_of(quantified.collection.span);
        }
        let named = self.named(&quantified.collection)?;
        let elements = match &named {
            Named::User(attribute) if attribute.kind() == AttributeKind::Plans => Elements::Plans,
            Named::User(attribute) if attribute.kind() == AttributeKind::Texts => Elements::Texts,
            Named::Device(DeviceKind::Texts, _) => Elements::Texts,
            _ => {
                let message = format!("`{}` holds one value, not a collection", quantified.collection);
                let help = Some("leave the quantifier out, or name a collection".to_owned());
                self.error(code::QUANTIFIED_SCALAR, quantified.quantifier_span, message, "not a collection", help);
                return None;
            }
        };
        let Named::User(attribute) = named else {
            return self.body(&quantified.body, elements).map(|_| Node::Any(Vec::new()));
        };
        if self.options.is_other(Choice::OuterProperty) {
            let mut outer = Vec::new();
            outer_comparisons(&quantified.body, &mut outer);
            if !outer.is_empty() {
                return self.beside_the_user(quantified, &attribute, elements, &outer);
            }
        }
        self.body(&quantified.body, elements).map(|body| test(quantified, &attribute, body))
    }

    /// The other reading of A24. Each property of the user is true or false for all elements alike, so the quantifier is
    /// split into one for each case, beside the case itself.
    fn beside_the_user(
        &mut self,
        quantified: &Quantified,
        attribute: &Attribute,
        elements: Elements,
        outer: &[&Comparison],
    ) -> Option<Node> {
        if outer.len() > OUTER_LIMIT {
            let message = format!("more than {OUTER_LIMIT} properties of the user inside one quantifier");
            self.error(code::OUTER, quantified.span, message, "seatcast's own limit", None);
            return None;
        }
        let mut tests = Vec::new();
        for comparison in outer {
            let message = format!("`{}` is named inside a quantifier", comparison.operand);
            self.reading(Choice::OuterProperty, comparison.span, message);
            tests.push(self.comparison(comparison)?);
        }
        let mut said = None;
        let mut cases = Vec::new();
        for case in 0..1_usize << tests.len() {
            let holds: Vec<bool> = (0..tests.len()).map(|at| case >> at & 1 == 1).collect();
            self.outer = (holds.clone(), 0);
            let body = self.body(&quantified.body, elements)?;
            // What is to be said of the elements is said once.
            self.diagnostics.truncate(*said.get_or_insert(self.diagnostics.len()));
            let own = tests.iter().zip(holds).map(|(node, holds)| match holds {
                true => node.clone(),
                false => Node::Not(Box::new(node.clone())),
            });
            let mut all: Vec<Node> = own.collect();
            all.push(test(quantified, attribute, body));
            cases.push(Node::All(all));
        }
        self.outer = (Vec::new(), 0);
        Some(Node::Any(cases))
    }

    fn bodies(&mut self, clauses: &[Expr], elements: Elements) -> Option<Vec<Body>> {
        let bodies: Vec<Option<Body>> = clauses.iter().map(|clause| self.body(clause, elements)).collect();
        bodies.into_iter().collect()
    }

    fn body(&mut self, expr: &Expr, elements: Elements) -> Option<Body> {
        match expr {
            Expr::Or(clauses) => self.bodies(clauses, elements).map(Body::Any),
            Expr::And(clauses) => self.bodies(clauses, elements).map(Body::All),
            Expr::Not(inner, _) => self.body(inner, elements).map(|body| Body::Not(Box::new(body))),
            Expr::Parens(inner, _) => self.body(inner, elements),
            Expr::Comparison(comparison) if self.outer.1 < self.outer.0.len() && is_outer(comparison) => {
                let holds = self.outer.0[self.outer.1];
                self.outer.1 += 1;
                Some(if holds { Body::All(Vec::new()) } else { Body::Any(Vec::new()) })
            }
            Expr::Comparison(comparison) => self.element_comparison(comparison, elements),
            Expr::Quantified(quantified) => {
                self.error(code::NESTED, quantified.span, "a quantifier inside a quantifier", "not supported", None);
                None
            }
            Expr::DirectReports { span, .. } => {
                self.error(code::COMBINED, *span, "a direct-reports rule stands alone", "cannot be combined", None);
                None
            }
        }
    }

    fn element_comparison(&mut self, comparison: &Comparison, elements: Elements) -> Option<Body> {
        let field = self.element(&comparison.operand, elements)?;
        let (positive, negated) = comparison.operator.positive();
        if matches!(positive, Operator::Ge | Operator::Le) {
            self.not_on_attribute(comparison, "a text");
            return None;
        }
        let predicate = self.value_test(positive, comparison)?;
        let not_in = comparison.operator == Operator::NotIn && self.options.is_other(Choice::NotInOnNull);
        let negative = comparison.operator != Operator::NotIn && self.options.is_other(Choice::NegativeOnNull);
        let guarded = negated && predicate != ElementPredicate::Empty && (not_in || negative);
        let span = comparison.span;
        let test = Body::Test(ElementTest { field, predicate, negated, span });
        if !guarded {
            return Some(test);
        }
        let present = ElementTest { field, predicate: ElementPredicate::Empty, negated: true, span };
        Some(Body::All(vec![Body::Test(present), test]))
    }

    /// The field that an element's name stands for.
    fn element(&mut self, operand: &Operand, elements: Elements) -> Option<Option<PlanField>> {
        let wanted = match elements {
            Elements::Texts => "elements of this collection are named `_`",
            Elements::Plans => {
                "elements of `assignedPlans` are named `assignedPlan.servicePlanId`, `.service` or `.capabilityStatus`"
            }
        };
        let help = Some(wanted.to_owned());
        match (&operand.kind, elements) {
            (OperandKind::Element, Elements::Texts) => Some(None),
            (OperandKind::PlanField(name), Elements::Plans) => {
                let Some(field) = PlanField::from_name(name) else {
                    self.error(
                        code::PLAN_FIELD,
                        operand.span,
                        format!("`{operand}` is not a field of a plan"),
                        "",
                        help,
                    );
                    return None;
                };
                self.spelling(&**name == field.name(), operand)?;
                Some(Some(field))
            }
            (OperandKind::Property { .. }, _) => {
                let message = format!("`{operand}` is named inside a quantifier");
                self.error(code::OUTER, operand.span, message, "not an element", help);
                None
            }
            _ => {
                self.error(code::ELEMENT, operand.span, format!("`{operand}` is no element here"), "", help);
                None
            }
        }
    }
}
