//! Names bound and types agreed. In: a tree as parsed. Out: a `Checked` rule, or every reason why there is none. Never:
//! looks at a user.

mod elements;
mod predicate;

use std::collections::BTreeSet;

use super::ast::{Comparison, Expr, Object, Operand, OperandKind, Quantified};
use super::checked::{
    Body, Checked, ElementPredicate, ElementTest, Form, Node, Order, Predicate, Quantifier, Test, TextPredicate,
};
use super::fold::fold;
use super::names::{self, DeviceKind};
use super::source::Source;
use super::token::{Operator, Span};
use super::{Choice, Options, code};
use crate::diagnostic::{Code, Diagnosed, Diagnostic};
use crate::directory::{Attribute, AttributeKind};

/// Checks a parsed rule.
pub fn check(source: &Source, expr: Expr, options: &Options) -> Diagnosed<Option<Checked>> {
    let mut checker = Checker {
        source,
        options,
        diagnostics: Vec::new(),
        object: None,
        attributes: BTreeSet::new(),
        uses_clock: false,
        outer: (Vec::new(), 0),
    };
    let (node, form) = match expr.bare() {
        Expr::DirectReports { manager, span } => (Some(checker.direct_reports(manager, *span)), Form::DirectReports),
        Expr::Quantified(quantified) if is_member_of(&quantified.collection) => {
            (checker.member_of(quantified), Form::MemberOf)
        }
        _ => (checker.node(&expr), Form::Expression),
    };
    let form = if checker.object == Some(Object::Device) { Form::Device } else { form };
    let Checker { diagnostics, attributes, uses_clock, .. } = checker;
    let failed = diagnostics.iter().any(Diagnostic::is_error);
    let value = node.filter(|_| !failed).map(|node| Checked {
        source: source.clone(),
        expr,
        node: if form == Form::Device { Node::Any(Vec::new()) } else { without_agents(node, source, options) },
        attributes: attributes.into_iter().collect(),
        form,
        uses_clock,
    });
    Diagnosed::new(value, diagnostics)
}

/// The other reading of A26: an account that belongs to an agent is in no group. Where no file says which do, nobody does.
fn without_agents(node: Node, source: &Source, options: &Options) -> Node {
    if !options.is_other(Choice::AgentUsers) {
        return node;
    }
    let (attribute, span) = (Attribute::IdentityParentId, source.whole());
    Node::All(vec![node, Node::Test(Test { attribute, predicate: Predicate::Empty, negated: false, span })])
}

fn is_member_of(operand: &Operand) -> bool {
    matches!(&operand.kind, OperandKind::Property { name, .. } if name.eq_ignore_ascii_case("memberOf"))
}

struct Checker<'a> {
    source: &'a Source,
    options: &'a Options,
    diagnostics: Vec<Diagnostic>,
    object: Option<Object>,
    attributes: BTreeSet<Attribute>,
    uses_clock: bool,
    /// What the user's own properties inside the body at hand are taken to be (A24), in order; and the next of them.
    outer: (Vec<bool>, usize),
}

/// What a name on the left turned out to be.
enum Named {
    User(Attribute),
    Device(DeviceKind, String),
}

impl Checker<'_> {
    fn error(&mut self, code: Code, span: Span, message: impl Into<String>, note: &str, help: Option<String>) {
        let finding = self.source.error(code, span, message, note);
        self.diagnostics.push(match help {
            Some(help) => finding.help(help),
            None => finding,
        });
    }

    fn reading(&mut self, choice: Choice, span: Span, message: impl Into<String>) {
        self.diagnostics.push(self.source.reading(choice, span, message));
    }

    fn all<'a, T>(
        &mut self,
        items: &'a [T],
        mut one: impl FnMut(&mut Self, &'a T) -> Option<Node>,
    ) -> Option<Vec<Node>> {
        // Every clause is looked at, so that all errors of a rule are reported at once.
        let nodes: Vec<Option<Node>> = items.iter().map(|item| one(self, item)).collect();
        nodes.into_iter().collect()
    }

    fn node(&mut self, expr: &Expr) -> Option<Node> {
        match expr {
            Expr::Or(clauses) => self.all(clauses, Self::node).map(Node::Any),
            Expr::And(clauses) => self.all(clauses, Self::node).map(Node::All),
            Expr::Not(inner, _) => self.node(inner).map(|node| Node::Not(Box::new(node))),
            Expr::Parens(inner, _) => self.node(inner),
            Expr::Comparison(comparison) => self.comparison(comparison),
            Expr::Quantified(quantified) => self.quantified(quantified),
            Expr::DirectReports { span, .. } => {
                self.error(code::COMBINED, *span, "a direct-reports rule stands alone", "cannot be combined", None);
                None
            }
        }
    }

    fn direct_reports(&mut self, manager: &str, span: Span) -> Node {
        let id: Box<str> = fold(manager).into();
        let is = |attribute: Attribute| {
            let predicate = Predicate::Text(TextPredicate::OneOf(vec![id.clone()]));
            Node::Test(Test { attribute, predicate, negated: false, span })
        };
        let mut nodes = vec![is(Attribute::Manager)];
        self.attributes.insert(Attribute::Manager);
        if !self.options.is_other(Choice::ManagerIncluded) {
            nodes.push(is(Attribute::Id));
            self.attributes.insert(Attribute::Id);
        }
        Node::Any(nodes)
    }

    fn member_of(&mut self, quantified: &Quantified) -> Option<Node> {
        self.named(&quantified.collection)?;
        if quantified.quantifier != Operator::Any {
            let help = Some("`memberOf` takes `-any` only".to_owned());
            self.error(code::NOT_ON_ATTRIBUTE, quantified.quantifier_span, "`-all` on `memberOf`", "", help);
            return None;
        }
        let help = || Some("write `user.memberOf -any (group.objectId -in ['id', 'id'])`".to_owned());
        let Expr::Comparison(comparison) = quantified.body.bare() else {
            self.error(code::BODY, quantified.body.span(), "`memberOf` takes one list of group ids", "", help());
            return None;
        };
        let group =
            matches!(&comparison.operand.kind, OperandKind::GroupField(name) if name.eq_ignore_ascii_case("objectId"));
        if !group || comparison.operator != Operator::In {
            self.error(code::BODY, comparison.span, "`memberOf` takes one list of group ids", "", help());
            return None;
        }
        let ElementPredicate::Text(predicate) = self.value_test(Operator::In, comparison)? else { return None };
        let element = ElementPredicate::Text(predicate);
        let test = ElementTest { field: None, predicate: element, negated: false, span: comparison.span };
        self.attributes.insert(Attribute::MemberOf);
        Some(Node::Test(Test {
            attribute: Attribute::MemberOf,
            predicate: Predicate::Elements(Quantifier::Any, Body::Test(test)),
            negated: false,
            span: quantified.span,
        }))
    }

    /// Binds the name of a property.
    fn named(&mut self, operand: &Operand) -> Option<Named> {
        let (object, name) = match &operand.kind {
            OperandKind::Property { object, name } => (*object, &**name),
            OperandKind::Element | OperandKind::PlanField(_) => {
                let help = Some("elements are named inside `-any (…)` and `-all (…)`".to_owned());
                self.error(code::ELEMENT, operand.span, format!("`{operand}` stands outside a quantifier"), "", help);
                return None;
            }
            OperandKind::GroupField(_) => {
                let help = Some("it stands in `user.memberOf -any (group.objectId -in [\"…\"])` only".to_owned());
                self.error(code::ELEMENT, operand.span, format!("`{operand}` cannot stand here"), "", help);
                return None;
            }
        };
        if self.object.is_some_and(|first| first != object) {
            self.error(code::MIXED, operand.span, "a rule names users or devices, never both", "another object", None);
            return None;
        }
        self.object = Some(object);
        let (named, documented) = match object {
            Object::User => {
                let Some(attribute) = Attribute::from_rule_name(name) else {
                    return self.unknown(code::USER_ATTRIBUTE, operand, "user", name);
                };
                let documented = names::is_documented_spelling(&attribute, name);
                self.attributes.insert(attribute.clone());
                (Named::User(attribute), documented)
            }
            Object::Device => {
                let Some((known, kind)) = names::device_attribute(name) else {
                    return self.unknown(code::DEVICE_ATTRIBUTE, operand, "device", name);
                };
                let documented = known == name || name == "devicePhysicalIDs";
                (Named::Device(kind, known), documented)
            }
        };
        self.spelling(documented, operand)?;
        Some(named)
    }

    fn unknown(&mut self, code: Code, operand: &Operand, object: &str, name: &str) -> Option<Named> {
        if object == "device" && names::is_intune(name) {
            let help = Some("this is an Intune assignment filter, which is another language".to_owned());
            self.error(
                code::INTUNE,
                operand.span,
                format!("`{operand}` is no device attribute"),
                "Intune filter",
                help,
            );
            return None;
        }
        let kind = if object == "user" { Object::User } else { Object::Device };
        let help = names::attribute_help(kind, name);
        self.error(code, operand.span, format!("`{operand}` is not a {object} attribute of rules"), "not found", help);
        None
    }

    fn spelling(&mut self, documented: bool, operand: &Operand) -> Option<()> {
        if documented {
            return Some(());
        }
        let message = format!("`{operand}` is written in another letter case than documented");
        if self.options.is_other(Choice::PropertyCase) {
            self.error(Choice::PropertyCase.code(), operand.span, message, "letter case", None);
            return None;
        }
        self.reading(Choice::PropertyCase, operand.span, message);
        Some(())
    }

    fn comparison(&mut self, comparison: &Comparison) -> Option<Node> {
        if is_member_of(&comparison.operand) {
            return self.misplaced_member_of(comparison.operand.span);
        }
        match self.named(&comparison.operand)? {
            Named::User(attribute) => match attribute.kind() {
                AttributeKind::Text => self.text_comparison(&attribute, comparison),
                AttributeKind::Boolean => self.boolean_comparison(&attribute, comparison),
                AttributeKind::Instant => self.date_comparison(&attribute, comparison),
                AttributeKind::Texts | AttributeKind::Plans => self.collection_comparison(&attribute, comparison),
            },
            Named::Device(kind, name) => self.device_comparison(kind, &name, comparison),
        }
    }

    fn misplaced_member_of(&mut self, span: Span) -> Option<Node> {
        let help = Some("the whole rule is `user.memberOf -any (group.objectId -in ['id', 'id'])`".to_owned());
        self.error(code::COMBINED, span, "a `memberOf` rule stands alone", "cannot be combined", help);
        None
    }

    fn not_on_attribute(&mut self, comparison: &Comparison, kind: &str) -> Option<Node> {
        let message = format!("`{}` does not work on `{}`, which is {kind}", comparison.operator, comparison.operand);
        let help = match kind {
            "a Boolean" => Some("use `-eq true` or `-eq false`".to_owned()),
            "a date" => Some("dates take `-eq`, `-ne`, `-ge` and `-le`".to_owned()),
            _ => None,
        };
        self.error(code::NOT_ON_ATTRIBUTE, comparison.operator_span, message, "not supported", help);
        None
    }

    /// A test, with the other reading of A5 and A6 where it is asked for.
    fn test(&self, attribute: &Attribute, predicate: Predicate, comparison: &Comparison) -> Node {
        let (_, negated) = comparison.operator.positive();
        let not_in = comparison.operator == Operator::NotIn && self.options.is_other(Choice::NotInOnNull);
        let negative = comparison.operator != Operator::NotIn && self.options.is_other(Choice::NegativeOnNull);
        let guarded = negated && predicate != Predicate::Empty && (not_in || negative);
        let span = comparison.span;
        let test = Node::Test(Test { attribute: attribute.clone(), predicate, negated, span });
        if !guarded {
            return test;
        }
        let present = Test { attribute: attribute.clone(), predicate: Predicate::Empty, negated: true, span };
        Node::All(vec![Node::Test(present), test])
    }

    fn text_comparison(&mut self, attribute: &Attribute, comparison: &Comparison) -> Option<Node> {
        let (positive, _) = comparison.operator.positive();
        if matches!(positive, Operator::Ge | Operator::Le) {
            return self.not_on_attribute(comparison, "a text");
        }
        let predicate = match self.value_test(positive, comparison)? {
            ElementPredicate::Empty => Predicate::Empty,
            ElementPredicate::Text(text) => Predicate::Text(text),
        };
        Some(self.test(attribute, predicate, comparison))
    }

    fn boolean_comparison(&mut self, attribute: &Attribute, comparison: &Comparison) -> Option<Node> {
        if !matches!(comparison.operator, Operator::Eq | Operator::Ne) {
            return self.not_on_attribute(comparison, "a Boolean");
        }
        let Some(value) = self.boolean_value(comparison)? else {
            return Some(self.test(attribute, Predicate::Empty, comparison));
        };
        if *attribute != Attribute::OnPremisesSyncEnabled || value {
            return Some(self.test(attribute, Predicate::Boolean(value), comparison));
        }
        let message = "accounts that were never synchronised hold null here, not false";
        self.reading(Choice::NeverSynced, comparison.span, message);
        if !self.options.is_other(Choice::NeverSynced) {
            return Some(self.test(attribute, Predicate::Boolean(false), comparison));
        }
        let is = |predicate| {
            let span = comparison.span;
            Node::Test(Test { attribute: attribute.clone(), predicate, negated: false, span })
        };
        let either = Node::Any(vec![is(Predicate::Boolean(false)), is(Predicate::Empty)]);
        Some(if comparison.operator == Operator::Ne { Node::Not(Box::new(either)) } else { either })
    }

    fn date_comparison(&mut self, attribute: &Attribute, comparison: &Comparison) -> Option<Node> {
        let (positive, _) = comparison.operator.positive();
        let order = match positive {
            Operator::Eq => Order::Equal,
            Operator::Ge => Order::AtOrAfter,
            Operator::Le => Order::AtOrBefore,
            _ => return self.not_on_attribute(comparison, "a date"),
        };
        let predicate = match self.date_value(comparison)? {
            None => Predicate::Empty,
            Some(moment) => Predicate::Date(order, moment),
        };
        Some(self.test(attribute, predicate, comparison))
    }

    /// An operator straight on a collection: the old form (A8, A9).
    fn collection_comparison(&mut self, attribute: &Attribute, comparison: &Comparison) -> Option<Node> {
        let (positive, negated) = comparison.operator.positive();
        if matches!(positive, Operator::Ge | Operator::Le) {
            return self.not_on_attribute(comparison, "a collection");
        }
        let predicate = if attribute.kind() == AttributeKind::Plans {
            let null = matches!(comparison.value.kind, super::ast::ValueKind::Null(_));
            if positive != Operator::Eq || !null {
                let help = Some("write `user.assignedPlans -any (assignedPlan.servicePlanId -eq \"…\")`".to_owned());
                let message = format!("`{}` does not work on a collection of plans", comparison.operator);
                self.error(code::NOT_ON_ATTRIBUTE, comparison.operator_span, message, "not supported", help);
                return None;
            }
            ElementPredicate::Empty
        } else {
            self.value_test(positive, comparison)?
        };
        let contains = positive == Operator::Contains && !negated;
        let choice = if contains { Choice::ContainsOnCollection } else { Choice::OperatorOnCollection };
        let message = format!("`{}` straight on a collection is an old form", comparison.operator);
        if contains && self.options.is_other(choice) {
            self.error(choice.code(), comparison.operator_span, message, "not supported", None);
            return None;
        }
        self.reading(choice, comparison.span, message);
        let span = comparison.span;
        let (predicate, negated) = match predicate {
            ElementPredicate::Empty => (Predicate::Empty, negated),
            text => {
                let some = negated && self.options.is_other(Choice::OperatorOnCollection);
                let element = ElementTest { field: None, predicate: text, negated: some, span };
                (Predicate::Elements(Quantifier::Any, Body::Test(element)), negated && !some)
            }
        };
        Some(Node::Test(Test { attribute: attribute.clone(), predicate, negated, span }))
    }

    fn device_comparison(&mut self, kind: DeviceKind, name: &str, comparison: &Comparison) -> Option<Node> {
        let (positive, _) = comparison.operator.positive();
        match kind {
            DeviceKind::Boolean if positive == Operator::Eq => self.boolean_value(comparison).map(|_| ())?,
            DeviceKind::Boolean => return self.not_on_attribute(comparison, "a Boolean"),
            _ if matches!(positive, Operator::Ge | Operator::Le) && name == "deviceOSVersion" => {}
            _ if matches!(positive, Operator::Ge | Operator::Le) => return self.not_on_attribute(comparison, "a text"),
            _ => self.value_test(positive, comparison).map(|_| ())?,
        }
        Some(Node::Any(Vec::new()))
    }
}
