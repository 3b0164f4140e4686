//! Values against the kind of their attribute. In: the right side of a comparison. Out: a folded predicate. Never: decides
//! whether an operator is complemented.

use super::Checker;
use crate::rule::ast::{Comparison, Value, ValueKind};
use crate::rule::checked::{ElementPredicate, TextPredicate};
use crate::rule::dotnet::Refused;
use crate::rule::fold::fold;
use crate::rule::instant::{self, Moment};
use crate::rule::pattern::Pattern;
use crate::rule::token::Operator;
use crate::rule::{Choice, code};

/// What makes a pattern mind letter case.
const CASED: &str = "(?-i:";

impl Checker<'_> {
    /// The test of a text (an attribute's, an element's or a plan field's) that `positive` makes of the value.
    pub(super) fn value_test(&mut self, positive: Operator, comparison: &Comparison) -> Option<ElementPredicate> {
        let value = &comparison.value;
        if let ValueKind::List(values) = &value.kind {
            let mut texts = Vec::new();
            for value in values {
                texts.extend(self.listed(value)?);
            }
            texts.sort_unstable();
            texts.dedup();
            return Some(ElementPredicate::Text(TextPredicate::OneOf(texts)));
        }
        if let ValueKind::Null(_) = value.kind {
            if positive == Operator::Eq {
                return Some(ElementPredicate::Empty);
            }
            let message = format!("null cannot be compared with `{}`", comparison.operator);
            let help = Some("null is compared with `-eq null` and `-ne null` only".to_owned());
            self.error(code::NULL_COMPARED, value.span, message, "null", help);
            return None;
        }
        let text = self.text_value(value)?;
        if positive == Operator::Eq {
            return Some(self.equals(&text, value));
        }
        if positive == Operator::Match {
            return self.pattern(&text, value);
        }
        let folded: Box<str> = fold(&text).into();
        Some(ElementPredicate::Text(match positive {
            Operator::StartsWith => TextPredicate::StartsWith(folded),
            Operator::EndsWith => TextPredicate::EndsWith(folded),
            _ => TextPredicate::Contains(folded),
        }))
    }

    /// One value of a list; empty text equals nothing (A10).
    fn listed(&mut self, value: &Value) -> Option<Option<Box<str>>> {
        let text = self.text_value(value)?;
        if text.is_empty() {
            self.reading(Choice::EmptyText, value.span, "the list holds an empty text");
            return Some(None);
        }
        if is_null_word(&text) {
            self.reading(Choice::QuotedNull, value.span, format!("`{text}` in quotes is a text"));
        }
        Some(Some(fold(&text).into()))
    }

    fn text_value(&mut self, value: &Value) -> Option<String> {
        match &value.kind {
            ValueKind::Text(text) => Some(text.to_string()),
            ValueKind::Number(digits) => {
                let message = format!("the number `{digits}` stands where a text belongs");
                if self.options.is_other(Choice::BareNumber) {
                    let help = Some(format!("write `\"{digits}\"`"));
                    self.error(Choice::BareNumber.code(), value.span, message, "not a text", help);
                    return None;
                }
                self.reading(Choice::BareNumber, value.span, message);
                Some(digits.to_string())
            }
            _ => {
                let help = Some(format!("texts stand in quotes: `\"{value}\"`"));
                self.error(code::VALUE_KIND, value.span, format!("`{value}` is not a text"), "expected a text", help);
                None
            }
        }
    }

    fn equals(&mut self, text: &str, value: &Value) -> ElementPredicate {
        if text.is_empty() {
            self.reading(Choice::EmptyText, value.span, "the value is an empty text");
            if self.options.is_other(Choice::EmptyText) {
                return ElementPredicate::Empty;
            }
            return ElementPredicate::Text(TextPredicate::OneOf(Vec::new()));
        }
        if is_null_word(text) {
            self.reading(Choice::QuotedNull, value.span, format!("`{text}` in quotes is a text, not null"));
            if self.options.is_other(Choice::QuotedNull) {
                return ElementPredicate::Empty;
            }
        }
        ElementPredicate::Text(TextPredicate::OneOf(vec![fold(text).into()]))
    }

    fn pattern(&mut self, text: &str, value: &Value) -> Option<ElementPredicate> {
        // The other reading of A18 turns the ignoring of letter case off inside the pattern.
        let cased = self.options.is_other(Choice::PatternCase);
        let (written, text) = (text, if cased { &*format!("{CASED}{text})") } else { text });
        let place = |_: &str, at: usize| place(written, at.saturating_sub(if cased { CASED.len() } else { 0 }));
        match Pattern::compile(text) {
            Ok(pattern) => Some(ElementPredicate::Text(TextPredicate::Matches(pattern))),
            Err(Refused::Invalid { at, why }) => {
                let message =
                    format!("the regular expression does not compile at its character {}: {why}", place(text, at));
                self.error(code::PATTERN, value.span, message, "invalid pattern", None);
                None
            }
            Err(Refused::Unsupported { at, why }) => {
                let message = format!(
                    "the regular expression is outside the supported subset at its character {}: {why}",
                    place(text, at)
                );
                let help = Some("the service may accept it; seatcast cannot say whom it matches".to_owned());
                self.error(code::PATTERN_SUBSET, value.span, message, "not supported", help);
                None
            }
        }
    }

    /// The Boolean, or `None` inside for null.
    pub(super) fn boolean_value(&mut self, comparison: &Comparison) -> Option<Option<bool>> {
        let value = &comparison.value;
        match &value.kind {
            ValueKind::Null(_) => Some(None),
            ValueKind::Boolean(boolean, _) => Some(Some(*boolean)),
            ValueKind::Text(text) if text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false") => {
                let message = format!("the Boolean `{text}` stands in quotes");
                if self.options.is_other(Choice::QuotedBoolean) {
                    self.error(Choice::QuotedBoolean.code(), value.span, message, "in quotes", None);
                    return None;
                }
                self.reading(Choice::QuotedBoolean, value.span, message);
                Some(Some(text.eq_ignore_ascii_case("true")))
            }
            _ => {
                let help = Some("write `true` or `false`".to_owned());
                self.error(
                    code::VALUE_KIND,
                    value.span,
                    format!("`{value}` is not a Boolean"),
                    "expected a Boolean",
                    help,
                );
                None
            }
        }
    }

    /// The moment, or `None` inside for null.
    pub(super) fn date_value(&mut self, comparison: &Comparison) -> Option<Option<Moment>> {
        let value = &comparison.value;
        let (positive, _) = comparison.operator.positive();
        let text = match &value.kind {
            ValueKind::Null(_) if positive == Operator::Eq => return Some(None),
            ValueKind::Null(_) => {
                let message = format!("null cannot be compared with `{}`", comparison.operator);
                self.error(code::NULL_COMPARED, value.span, message, "null", None);
                return None;
            }
            ValueKind::Now { step, .. } => {
                self.uses_clock = true;
                let Some(step) = step else { return Some(Some(Moment::Now(chrono::TimeDelta::zero()))) };
                if positive == Operator::Eq {
                    let message = format!("`{}` cannot be used with `system.now` arithmetic", comparison.operator);
                    if !self.options.is_other(Choice::EqualsNow) {
                        let help = Some("use `-ge` and `-le`".to_owned());
                        self.error(Choice::EqualsNow.code(), value.span, message, "arithmetic", help);
                        return None;
                    }
                    self.reading(Choice::EqualsNow, value.span, message);
                }
                let duration = instant::duration(&step.duration).ok()?;
                let signed = if step.operator == Operator::Minus { -duration } else { duration };
                return Some(Some(Moment::Now(signed)));
            }
            ValueKind::Text(text) | ValueKind::Timestamp(text) | ValueKind::Number(text) => text,
            _ => {
                self.error(code::VALUE_KIND, value.span, format!("`{value}` is not a date"), "expected a date", None);
                return None;
            }
        };
        let Some(timestamp) = instant::timestamp(text) else {
            let help = Some("dates are written as `2026-03-01T08:00:00Z`".to_owned());
            self.error(code::TIMESTAMP, value.span, format!("`{text}` is not a date"), "not ISO 8601", help);
            return None;
        };
        if !timestamp.complete {
            let message = format!("`{text}` lacks its time or its offset from UTC");
            if self.options.is_other(Choice::DateWithoutTime) {
                self.error(Choice::DateWithoutTime.code(), value.span, message, "incomplete", None);
                return None;
            }
            self.reading(Choice::DateWithoutTime, value.span, message);
        }
        Some(Some(Moment::Fixed(timestamp.instant)))
    }
}

/// The character of a pattern at a byte offset, counted from 1.
fn place(text: &str, at: usize) -> usize {
    text.get(..at).map_or(1, |before| before.chars().count() + 1)
}

fn is_null_word(text: &str) -> bool {
    text.eq_ignore_ascii_case("null") || text.eq_ignore_ascii_case("$null")
}
