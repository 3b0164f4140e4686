//! Words into a tree. In: a rule's text. Out: `Diagnosed<Option<Expr>>`. Never: fails, panics, or looks a name up.
//!
//! The grammar is that of the rule reference, section 3: `-or` over `-and` over `-not` over one comparison.

mod value;

use super::ast::{Comparison, Expr, Object, Operand, OperandKind, Quantified};
use super::lexer::{self, Carrier};
use super::source::Source;
use super::token::{Operator, Span, Token, TokenKind};
use super::{Choice, Options, code};
use crate::diagnostic::{Code, Diagnosed, Diagnostic};

/// Parentheses, `-not`s and quantifiers around one comparison: the service documents no limit, seatcast has this one.
pub const DEPTH_LIMIT: usize = 100;
/// Characters of a rule that the service accepts.
pub const LENGTH_LIMIT: usize = 3072;
/// Characters from which a rule is reported as nearly too long.
const LENGTH_WARNING: usize = 2900;

/// The parser stopped; the finding says where.
type Parsed<T> = Result<T, Box<Diagnostic>>;

/// Reads a rule. A text that only makes sense with a carrier's escapes undone is read so, with a warning.
pub fn parse(source: &Source, options: &Options) -> Diagnosed<Option<Expr>> {
    let plain = parse_carried(source, Carrier::Plain, options);
    if plain.value.is_some() || source.text.len() > 4 * LENGTH_LIMIT {
        return plain;
    }
    let carriers = [
        (Carrier::Json, "\\\"", code::CLEANED_JSON, "`\\\"` is read as a quote and `\\\\` as a backslash"),
        (Carrier::Doubled, "\"\"", code::CLEANED_POWERSHELL, "doubled quotes are read as quotes"),
        (Carrier::Backticked, "`\"", code::CLEANED_POWERSHELL, "backticked quotes are read as quotes"),
        (Carrier::Markdown, "\\_", code::CLEANED_MARKDOWN, "the backslash before `_` and `*` is dropped"),
    ];
    for (carrier, mark, code, message) in carriers {
        let Some(at) = source.text.find(mark) else { continue };
        let mut cleaned = parse_carried(source, carrier, options);
        if cleaned.value.is_some() {
            let span = Span::new(at, at + mark.len());
            cleaned.diagnostics.insert(0, source.warning(code, span, message, "left over from a script or page"));
            return cleaned;
        }
    }
    plain
}

fn parse_carried(source: &Source, carrier: Carrier, options: &Options) -> Diagnosed<Option<Expr>> {
    let lexed = lexer::lex(source, carrier, options);
    let mut diagnostics = lexed.diagnostics;
    let too_long = length(source, lexed.added, options, &mut diagnostics);
    if too_long || diagnostics.iter().any(Diagnostic::is_error) {
        return Diagnosed::new(None, diagnostics);
    }
    let mut parser = Parser { source, tokens: &lexed.tokens, at: 0, depth: 0, options, diagnostics };
    let parsed = parser.rule();
    let mut diagnostics = parser.diagnostics;
    let value = match parsed {
        Ok(expr) => Some(expr),
        Err(finding) => {
            diagnostics.push(*finding);
            None
        }
    };
    Diagnosed::new(value, diagnostics)
}

/// Reports a text over or near the limit; true when it is over.
fn length(source: &Source, added: usize, options: &Options, diagnostics: &mut Vec<Diagnostic>) -> bool {
    let counted = match options.is_other(Choice::LengthUnit) {
        true => source.text.chars().count(),
        false => source.text.encode_utf16().count(),
    };
    let length = counted.saturating_sub(added);
    let message = format!("the rule has {length} characters of {LENGTH_LIMIT}");
    if length > LENGTH_LIMIT {
        diagnostics.push(source.error(code::TOO_LONG, source.whole(), message, ""));
    } else if length >= LENGTH_WARNING {
        diagnostics.push(source.warning(code::NEARLY_TOO_LONG, source.whole(), message, ""));
    }
    length > LENGTH_LIMIT
}

struct Parser<'a> {
    source: &'a Source,
    tokens: &'a [Token],
    at: usize,
    depth: usize,
    options: &'a Options,
    diagnostics: Vec<Diagnostic>,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<&'a Token> {
        self.tokens.get(self.at)
    }

    fn peek_operator(&self) -> Option<Operator> {
        match self.peek()?.kind {
            TokenKind::Operator(operator) => Some(operator),
            _ => None,
        }
    }

    /// The place of the next word, or the end of the text.
    fn here(&self) -> Span {
        let end = self.source.text.trim_end().len();
        self.peek().map_or(Span::new(end, end), |token| token.span)
    }

    fn text(&self, token: &Token) -> String {
        self.source.slice(token.span).replace('\\', "")
    }

    fn refuse<T>(&self, code: Code, span: Span, message: impl Into<String>, note: &str) -> Parsed<T> {
        Err(Box::new(self.source.error(code, span, message, note)))
    }

    fn refuse_with<T>(&self, code: Code, span: Span, message: &str, note: &str, help: &str) -> Parsed<T> {
        Err(Box::new(self.source.error(code, span, message, note).help(help)))
    }

    fn is_word(&self, at: usize, word: &str) -> bool {
        let token = self.tokens.get(at).filter(|token| token.kind == TokenKind::Name);
        token.is_some_and(|token| self.text(token).eq_ignore_ascii_case(word))
    }

    fn at_direct_reports(&self) -> bool {
        self.is_word(self.at, "direct") && self.is_word(self.at + 1, "reports")
    }

    fn rule(&mut self) -> Parsed<Expr> {
        if self.tokens.is_empty() {
            let help = "all users are `user.objectId -ne null`";
            return self.refuse_with(code::EMPTY, self.source.whole(), "the rule is empty", "", help);
        }
        let direct = self.at_direct_reports();
        let expr = if direct { self.direct_reports()? } else { self.or_expr()? };
        let Some(next) = self.peek() else { return Ok(expr) };
        if direct || self.at_direct_reports() {
            return self.refuse(code::COMBINED, next.span, "a direct-reports rule stands alone", "unexpected");
        }
        match &next.kind {
            TokenKind::RightParen | TokenKind::RightBracket => {
                self.refuse(code::PAREN_STRAY, next.span, "nothing is open here that could be closed", "unexpected")
            }
            TokenKind::LeftParen | TokenKind::Name => {
                let message = "two clauses need `-and` or `-or` between them";
                self.refuse(code::NO_CONNECTIVE, next.span, message, "second clause")
            }
            TokenKind::UnknownOperator => self.unknown_operator(next),
            _ => self.refuse(code::NO_CONNECTIVE, next.span, "the rule should end here", "unexpected"),
        }
    }

    fn direct_reports(&mut self) -> Parsed<Expr> {
        let start = self.here();
        self.at += 2;
        let help = "write `Direct Reports for \"<object id of the manager>\"`";
        if !self.is_word(self.at, "for") {
            return self.refuse_with(code::DIRECT_REPORTS, self.here(), "`for` is missing", "expected `for`", help);
        }
        self.at += 1;
        let place = self.here();
        let manager = match self.peek().map(|token| &token.kind) {
            Some(TokenKind::Text(text, true)) if is_guid(text) => text.clone(),
            _ => {
                let message = "the manager's object id in double quotes is missing";
                return self.refuse_with(code::DIRECT_REPORTS, place, message, "expected an object id", help);
            }
        };
        self.at += 1;
        Ok(Expr::DirectReports { manager, span: start.to(place) })
    }

    fn deeper(&mut self) -> Parsed<()> {
        self.depth += 1;
        if self.depth > DEPTH_LIMIT {
            let message = format!("the rule is nested more than {DEPTH_LIMIT} deep, which is seatcast's own limit");
            return self.refuse(code::TOO_DEEP, self.here(), message, "");
        }
        Ok(())
    }

    fn or_expr(&mut self) -> Parsed<Expr> {
        let mut clauses = vec![self.and_expr()?];
        while self.peek_operator() == Some(Operator::Or) {
            self.at += 1;
            clauses.push(self.and_expr()?);
        }
        Ok(if clauses.len() == 1 { clauses.remove(0) } else { Expr::Or(clauses) })
    }

    fn and_expr(&mut self) -> Parsed<Expr> {
        let mut clauses = vec![self.not_expr()?];
        while self.peek_operator() == Some(Operator::And) {
            self.at += 1;
            clauses.push(self.not_expr()?);
        }
        Ok(if clauses.len() == 1 { clauses.remove(0) } else { Expr::And(clauses) })
    }

    fn not_expr(&mut self) -> Parsed<Expr> {
        if self.peek_operator() != Some(Operator::Not) {
            return self.primary();
        }
        let start = self.here();
        self.at += 1;
        self.deeper()?;
        // The other reading of A1: `-not` reaches to the next `-or`.
        let wide = self.options.is_other(Choice::NotReach);
        let inner = if wide { self.and_expr()? } else { self.not_expr()? };
        self.depth -= 1;
        if !matches!(inner, Expr::Not(..))
            && (matches!(inner, Expr::And(_)) || self.peek_operator() == Some(Operator::And))
        {
            let message = "`-not` without parentheses, followed by `-and`";
            self.diagnostics.push(self.source.reading(Choice::NotReach, start, message));
        }
        let span = start.to(inner.span());
        Ok(Expr::Not(Box::new(inner), span))
    }

    fn primary(&mut self) -> Parsed<Expr> {
        let Some(token) = self.peek() else {
            return self.refuse(code::NO_COMPARISON, self.here(), "a comparison is missing", "the rule ends here");
        };
        match &token.kind {
            TokenKind::LeftParen => self.parens(),
            TokenKind::Name if self.at_direct_reports() => {
                self.refuse(code::COMBINED, token.span, "a direct-reports rule stands alone", "cannot be combined")
            }
            TokenKind::Name => self.clause(),
            TokenKind::Text(..) | TokenKind::Digits | TokenKind::LeftBracket => {
                let help = "a clause is `property -operator value`, in that order";
                self.refuse_with(code::SWAPPED, token.span, "a value cannot stand here", "expected a property", help)
            }
            TokenKind::UnknownOperator => self.unknown_operator(token),
            TokenKind::RightParen | TokenKind::RightBracket | TokenKind::Comma | TokenKind::Operator(_) => {
                self.refuse(code::NO_COMPARISON, token.span, "a comparison is missing", "expected a property")
            }
        }
    }

    fn parens(&mut self) -> Parsed<Expr> {
        let open = self.here();
        self.at += 1;
        self.deeper()?;
        let inner = self.or_expr()?;
        self.depth -= 1;
        let close = self.here();
        match self.peek().map(|token| &token.kind) {
            Some(TokenKind::RightParen) => {
                self.at += 1;
                Ok(Expr::Parens(Box::new(inner), open.to(close)))
            }
            None => {
                let finding =
                    self.source.error(code::PAREN_OPEN, close, "a parenthesis is never closed", "expected `)`");
                let text = self.source.text.clone();
                Err(Box::new(finding.pointing(&self.source.origin, text, open.range(), "opened here")))
            }
            Some(TokenKind::LeftParen | TokenKind::Name) => {
                let message = "two clauses need `-and` or `-or` between them";
                self.refuse(code::NO_CONNECTIVE, close, message, "second clause")
            }
            Some(_) => self.refuse(code::NO_CONNECTIVE, close, "`)`, `-and` or `-or` should stand here", "unexpected"),
        }
    }

    /// A comparison or a quantified comparison; the next word is a name.
    fn clause(&mut self) -> Parsed<Expr> {
        let operand = self.operand()?;
        let operator_span = self.here();
        let Some(token) = self.peek() else {
            return self.refuse(code::NO_OPERATOR, operator_span, "an operator is missing", "the rule ends here");
        };
        let operator = match &token.kind {
            TokenKind::Operator(operator) => *operator,
            TokenKind::UnknownOperator => return self.unknown_operator(token),
            TokenKind::Name if super::names::unknown_operator_help(&self.text(token)).is_some() => {
                return self.unknown_operator(token);
            }
            _ => return self.refuse(code::NO_OPERATOR, token.span, "an operator is missing", "expected an operator"),
        };
        match operator {
            Operator::Any | Operator::All => {
                self.at += 1;
                self.quantified(operand, operator, operator_span)
            }
            Operator::Not => {
                let help = "null is compared with `-eq null` and `-ne null`; `-not` stands before a clause";
                self.refuse_with(code::NOT_COMPARES, operator_span, "`-not` is no comparison operator", "", help)
            }
            operator if operator.compares() => {
                self.at += 1;
                let value = self.value(operator)?;
                let span = operand.span.to(value.span);
                Ok(Expr::Comparison(Comparison { operand, operator, operator_span, value, span }))
            }
            operator => {
                let message = format!("`{operator}` does not compare a property");
                self.refuse(code::NO_OPERATOR, operator_span, message, "expected a comparison operator")
            }
        }
    }

    fn quantified(&mut self, collection: Operand, quantifier: Operator, quantifier_span: Span) -> Parsed<Expr> {
        self.left_operand(&collection)?;
        self.deeper()?;
        let body = match self.peek().map(|token| &token.kind) {
            Some(TokenKind::LeftParen) => self.parens()?,
            Some(TokenKind::Name) if self.options.is_other(Choice::BodyReach) => self.or_expr()?,
            Some(TokenKind::Name) => self.clause()?,
            _ => {
                let help = "write `-any (_ -startsWith \"…\")` or `-any (assignedPlan.service -eq \"…\")`";
                let message = format!("`{quantifier}` needs a comparison of elements");
                return self.refuse_with(code::BODY, self.here(), &message, "expected a comparison", help);
            }
        };
        self.depth -= 1;
        if !matches!(body, Expr::Parens(..)) && matches!(self.peek_operator(), Some(Operator::And | Operator::Or)) {
            let message = "a quantifier without parentheses, followed by another clause";
            self.diagnostics.push(self.source.reading(Choice::BodyReach, self.here(), message));
        }
        let span = collection.span.to(body.span());
        Ok(Expr::Quantified(Quantified { collection, quantifier, quantifier_span, body: Box::new(body), span }))
    }

    /// What a quantifier belongs to, where something stands before its property without parentheses between (A2). The property
    /// has just been read, and the quantifier after it.
    fn left_operand(&mut self, collection: &Operand) -> Parsed<()> {
        let before = self.at.checked_sub(3).and_then(|at| self.tokens.get(at));
        if !before.is_some_and(|token| matches!(token.kind, TokenKind::Operator(Operator::And | Operator::Or))) {
            return Ok(());
        }
        let message = "a quantifier without parentheses around it, after another clause";
        if self.options.is_other(Choice::LeftOperand) {
            return self.refuse(Choice::LeftOperand.code(), collection.span, message, "put it into parentheses");
        }
        self.diagnostics.push(self.source.reading(Choice::LeftOperand, collection.span, message));
        Ok(())
    }

    fn operand(&mut self) -> Parsed<Operand> {
        let span = self.here();
        let name = self.peek().map(|token| self.text(token)).unwrap_or_default();
        self.at += 1;
        if name == "_" {
            return Ok(Operand { kind: OperandKind::Element, span });
        }
        let Some((object, property)) = name.split_once('.') else {
            let message = format!("`{name}` lacks the object it belongs to");
            let help = format!("write `user.{name}` or `device.{name}`");
            return self.refuse_with(code::NO_PREFIX, span, &message, "no `user.` before it", &help);
        };
        let property: Box<str> = property.into();
        let kind = match object.to_ascii_lowercase().as_str() {
            "user" => OperandKind::Property { object: Object::User, name: property },
            "device" => OperandKind::Property { object: Object::Device, name: property },
            "assignedplan" => OperandKind::PlanField(property),
            "group" => OperandKind::GroupField(property),
            "app" => {
                let help = "`app.` belongs to Intune assignment filters, which are another language";
                return self.refuse_with(code::INTUNE, span, "this is an Intune filter", "", help);
            }
            "system" => return self.refuse(code::SWAPPED, span, "a value cannot stand here", "expected a property"),
            _ => {
                let message = format!("`{object}` is no object of the rule language");
                let help = "properties begin with `user.` or `device.`";
                return self.refuse_with(code::OBJECT, span, &message, "unknown object", help);
            }
        };
        let cased = matches!(object, "user" | "device" | "assignedPlan" | "group");
        if !cased {
            let message = format!("`{object}` is written in another letter case than documented");
            if self.options.is_other(Choice::PropertyCase) {
                return self.refuse(Choice::PropertyCase.code(), span, message, "letter case");
            }
            self.diagnostics.push(self.source.reading(Choice::PropertyCase, span, message));
        }
        Ok(Operand { kind, span })
    }

    fn unknown_operator<T>(&self, token: &Token) -> Parsed<T> {
        let word = self.text(token);
        let message = format!("`{word}` is no operator of the rule language");
        let finding = self.source.error(code::OPERATOR, token.span, message, "unknown operator");
        Err(Box::new(match super::names::unknown_operator_help(&word) {
            Some(help) => finding.help(help),
            None => finding,
        }))
    }
}

/// Eight, four, four, four and twelve hexadecimal digits.
pub fn is_guid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
    lengths == [8, 4, 4, 4, 12] && groups.iter().all(|group| group.bytes().all(|b| b.is_ascii_hexdigit()))
}
