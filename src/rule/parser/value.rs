//! The right side of a comparison. In: the words after an operator. Out: a `Value` as written. Never: decides whether the
//! value fits the property.

use super::{Parsed, Parser};
use crate::rule::ast::{Step, Value, ValueKind};
use crate::rule::instant;
use crate::rule::token::{Operator, Span, TokenKind};
use crate::rule::{Choice, code};

impl Parser<'_> {
    /// The value of `operator`: a list for `-in` and `-notIn`, one value for any other.
    pub fn value(&mut self, operator: Operator) -> Parsed<Value> {
        let wants_list = matches!(operator, Operator::In | Operator::NotIn);
        let bracket = matches!(self.peek().map(|token| &token.kind), Some(TokenKind::LeftBracket));
        match (wants_list, bracket) {
            (true, true) => self.list(),
            (true, false) => {
                let message = format!("`{operator}` needs a list in square brackets");
                let help = format!("write `{operator} [\"one\", \"two\"]`");
                self.refuse_with(code::LIST, self.here(), &message, "expected `[`", &help)
            }
            (false, true) => {
                let message = format!("`{operator}` takes one value, not a list");
                let help = "a list stands after `-in` and `-notIn`";
                self.refuse_with(code::LIST, self.here(), &message, "a list", help)
            }
            (false, false) => self.scalar(),
        }
    }

    fn list(&mut self) -> Parsed<Value> {
        let open = self.here();
        self.at += 1;
        let mut values = Vec::new();
        loop {
            let place = self.here();
            let next = self.peek().map(|token| &token.kind);
            if matches!(next, Some(TokenKind::RightBracket)) {
                self.at += 1;
                return self.close_list(values, open.to(place));
            }
            let value = match next {
                Some(TokenKind::Text(..) | TokenKind::Digits | TokenKind::Name) => self.scalar()?,
                Some(TokenKind::LeftParen | TokenKind::LeftBracket) => {
                    return self.refuse(code::LIST, place, "a list holds texts only", "expected a text");
                }
                _ => return self.refuse(code::LIST, place, "the list is never closed", "expected a text or `]`"),
            };
            match value.kind {
                ValueKind::Text(_) | ValueKind::Number(_) => values.push(value),
                ValueKind::Null(_) => {
                    let help = "null is compared with `-eq null` and `-ne null` only";
                    return self.refuse_with(code::NULL_COMPARED, place, "a list cannot hold null", "null", help);
                }
                _ => return self.refuse(code::LIST, place, "a list holds texts only", "not a text"),
            }
            let place = self.here();
            match self.peek().map(|token| &token.kind) {
                Some(TokenKind::Comma) => {
                    self.at += 1;
                    if matches!(self.peek().map(|token| &token.kind), Some(TokenKind::RightBracket)) {
                        return self.refuse(code::LIST, self.here(), "a value is missing after the comma", "no value");
                    }
                }
                Some(TokenKind::RightBracket) => {}
                _ => return self.refuse(code::LIST, place, "the list is never closed", "expected `,` or `]`"),
            }
        }
    }

    fn close_list(&mut self, values: Vec<Value>, span: Span) -> Parsed<Value> {
        if values.is_empty() && !self.options.is_other(Choice::EmptyList) {
            let help = "an empty list after `-notIn` would make everyone a member";
            return self.refuse_with(Choice::EmptyList.code(), span, "the list is empty", "no value", help);
        }
        if values.is_empty() {
            self.diagnostics.push(self.source.reading(Choice::EmptyList, span, "the list is empty"));
        }
        Ok(Value { kind: ValueKind::List(values), span })
    }

    fn scalar(&mut self) -> Parsed<Value> {
        let span = self.here();
        let Some(token) = self.peek() else {
            return self.refuse(code::NO_VALUE, span, "a value is missing", "the rule ends here");
        };
        let kind = match &token.kind {
            TokenKind::Text(text, _) => ValueKind::Text(text.clone()),
            TokenKind::Digits => self.digits(span)?,
            TokenKind::Name => {
                let word = self.text(token);
                if word.eq_ignore_ascii_case("system.now") {
                    return self.now();
                }
                self.word(&word, span)?
            }
            TokenKind::LeftParen if self.is_word(self.at + 1, "system.now") => return self.now_in_parens(),
            TokenKind::LeftParen => {
                return self.refuse(code::NO_VALUE, span, "a value cannot stand in parentheses", "expected a value");
            }
            TokenKind::Operator(_) | TokenKind::UnknownOperator => {
                return self.refuse(code::NO_VALUE, span, "a value is missing", "expected a value");
            }
            _ => return self.refuse(code::NO_VALUE, span, "a value is missing", "expected a value"),
        };
        self.at += 1;
        Ok(Value { kind, span })
    }

    fn digits(&self, span: Span) -> Parsed<ValueKind> {
        let text = self.source.slice(span);
        if text.bytes().all(|b| b.is_ascii_digit()) {
            return Ok(ValueKind::Number(text.into()));
        }
        if instant::timestamp(text).is_some() {
            return Ok(ValueKind::Timestamp(text.into()));
        }
        let dated = text.len() >= 8 && text.get(4..5) == Some("-");
        if dated {
            let message = format!("`{text}` is not a date");
            let help = "dates are written as `2026-03-01T08:00:00Z`";
            return self.refuse_with(code::TIMESTAMP, span, &message, "not ISO 8601", help);
        }
        self.bare(text, span)
    }

    fn word(&mut self, word: &str, span: Span) -> Parsed<ValueKind> {
        match word.to_ascii_lowercase().as_str() {
            "null" => Ok(ValueKind::Null(false)),
            "$null" => Ok(ValueKind::Null(true)),
            "true" => Ok(ValueKind::Boolean(true, false)),
            "false" => Ok(ValueKind::Boolean(false, false)),
            lower @ ("$true" | "$false") => {
                let message = format!("`{word}` is not documented");
                let value = &lower[1..];
                if !self.options.is_other(Choice::DollarBoolean) {
                    let help = format!("write `{value}` without the dollar sign");
                    return self.refuse_with(Choice::DollarBoolean.code(), span, &message, "dollar sign", &help);
                }
                self.diagnostics.push(self.source.reading(Choice::DollarBoolean, span, message));
                Ok(ValueKind::Boolean(value == "true", true))
            }
            lower if lower.starts_with("user.") || lower.starts_with("device.") => {
                let help = "a property is compared with a value, never with another property";
                self.refuse_with(code::SWAPPED, span, "a property cannot stand here", "expected a value", help)
            }
            _ => self.bare(word, span),
        }
    }

    fn bare(&self, text: &str, span: Span) -> Parsed<ValueKind> {
        let message = format!("the text `{text}` stands without quotes");
        let help = format!("write `\"{text}\"`");
        self.refuse_with(code::BARE_TEXT, span, &message, "expected quotes", &help)
    }

    fn now_in_parens(&mut self) -> Parsed<Value> {
        let open = self.here();
        self.at += 1;
        let inner = self.now()?;
        let close = self.here();
        if !matches!(self.peek().map(|token| &token.kind), Some(TokenKind::RightParen)) {
            return self.refuse(code::PAREN_OPEN, close, "a parenthesis is never closed", "expected `)`");
        }
        self.at += 1;
        let kind = match inner.kind {
            ValueKind::Now { step, .. } => ValueKind::Now { step, parens: true },
            other => other,
        };
        Ok(Value { kind, span: open.to(close) })
    }

    /// `system.now`, perhaps with one step; the next word is `system.now`.
    fn now(&mut self) -> Parsed<Value> {
        let span = self.here();
        self.at += 1;
        let Some(operator @ (Operator::Plus | Operator::Minus)) = self.peek_operator() else {
            return Ok(Value { kind: ValueKind::Now { step: None, parens: false }, span });
        };
        let sign = self.here();
        self.at += 1;
        let place = self.here();
        let word = match self.peek() {
            Some(token) if token.kind == TokenKind::Name => self.text(token),
            _ => return self.refuse(code::DURATION, place, "a duration is missing", "expected one like `P30D`"),
        };
        if let Err(problem) = instant::duration(&word) {
            let help = "durations are days, hours, minutes and seconds, as in `P30D` or `P7DT3H`";
            return self.refuse_with(code::DURATION, place, &problem, "not a duration", help);
        }
        self.at += 1;
        if let Some(Operator::Plus | Operator::Minus) = self.peek_operator() {
            return self.refuse(
                code::DURATION,
                self.here(),
                "only one step from `system.now` is allowed",
                "second step",
            );
        }
        let step = Step { operator, duration: word.into(), span: sign.to(place) };
        Ok(Value { kind: ValueKind::Now { step: Some(step), parens: false }, span: span.to(place) })
    }
}
