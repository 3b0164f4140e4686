//! The machine contract of `rule eval`. In: one line of JSON, a rule and a user. Out: one answer. Never: stops at a bad line,
//! or answers a rule that it cannot evaluate.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value as Json, json};

use super::checked::{Checked, Form};
use super::{Choice, Options, code, compile_with, instant, record};
use crate::diagnostic::{Code, Diagnosed, Diagnostic, Origin};
use crate::directory::User;

/// Rules kept compiled: requests often ask one rule of many users.
const KEPT: usize = 512;

/// Answers requests, remembering the rules it has compiled.
#[derive(Debug, Default)]
pub struct Sandbox {
    options: Options,
    compiled: HashMap<String, Arc<Compiled>>,
}

#[derive(Debug)]
struct Compiled {
    checked: Diagnosed<Option<Checked>>,
    /// The same rule where negative operators fail on null, for rules that have one.
    strict: Option<Checked>,
}

impl Sandbox {
    pub fn new(options: Options) -> Self {
        Self { options, compiled: HashMap::new() }
    }

    /// The answer to one line, as a JSON object.
    pub fn answer(&mut self, line: &[u8]) -> Json {
        let request: Map<String, Json> = match serde_json::from_slice(line) {
            Ok(request) => request,
            Err(error) => return refusal(&Json::Null, code::BAD_LINE, &format!("not a JSON object: {error}")),
        };
        let id = request.get("id").cloned().unwrap_or(Json::Null);
        match self.answer_request(&request) {
            Ok((member, warnings)) => {
                let mut answer = json!({ "id": id, "member": member });
                attach(&mut answer, &warnings);
                answer
            }
            Err(findings) => {
                let error = findings.iter().find(|finding| finding.is_error());
                let mut answer = json!({ "id": id, "error": error.map_or(Json::Null, finding_json) });
                let warnings: Vec<Diagnostic> =
                    findings.iter().filter(|finding| !finding.is_error()).cloned().collect();
                attach(&mut answer, &warnings);
                answer
            }
        }
    }

    fn answer_request(&mut self, request: &Map<String, Json>) -> Result<(bool, Vec<Diagnostic>), Vec<Diagnostic>> {
        let stop = |code: Code, message: &str| vec![Diagnostic::error(code, message)];
        let Some(Json::String(rule)) = request.get("rule") else {
            return Err(stop(code::BAD_LINE, "the request has no text under `rule`"));
        };
        let target = match request.get("target") {
            None | Some(Json::Null) => "user",
            Some(Json::String(target)) if target == "user" || target == "device" => target,
            Some(_) => return Err(stop(code::BAD_LINE, "`target` is neither `user` nor `device`")),
        };
        let compiled = self.compile(rule);
        let mut findings = compiled.checked.diagnostics.clone();
        let Some(checked) = &compiled.checked.value else { return Err(findings) };
        if let Some(error) = target_error(checked, target) {
            findings.push(error);
            return Err(findings);
        }
        let now = instant_of(request, checked).map_err(|error| vec![error])?;
        let user = match request.get("user") {
            None | Some(Json::Null) => User::default(),
            Some(Json::Object(object)) => record::record(object).into_value(&mut findings),
            Some(_) => return Err(stop(code::BAD_LINE, "`user` is not an object")),
        };
        if findings.iter().any(Diagnostic::is_error) {
            return Err(findings);
        }
        let Some(member) = checked.decide(&user, now) else {
            findings.push(undecided(checked));
            return Err(findings);
        };
        if compiled.strict.as_ref().is_some_and(|strict| strict.decide(&user, now) != Some(member)) {
            let message = "the answer hangs on a negative operator that met an attribute without value";
            findings.push(checked.source.reading(Choice::NegativeOnNull, checked.source.whole(), message));
        }
        if checked.form() == Form::MemberOf {
            let message =
                "a `memberOf` group has kept its members since 3 November 2026; this is the answer before that day";
            findings.push(checked.source.reading(Choice::MemberOfFrozen, checked.source.whole(), message));
        }
        Ok((member, findings))
    }

    fn compile(&mut self, rule: &str) -> Arc<Compiled> {
        if let Some(known) = self.compiled.get(rule) {
            return Arc::clone(known);
        }
        let origin = Origin::file("rule");
        let checked = compile_with(rule, &origin, &self.options);
        let strict_options = self.options.with_other(Choice::NegativeOnNull).with_other(Choice::NotInOnNull);
        let negates = checked.value.as_ref().is_some_and(Checked::has_negative_operator);
        let strict = if negates { compile_with(rule, &origin, &strict_options).value } else { None };
        let compiled = Arc::new(Compiled { checked, strict });
        if self.compiled.len() >= KEPT {
            self.compiled.clear();
        }
        self.compiled.insert(rule.to_owned(), Arc::clone(&compiled));
        compiled
    }
}

fn target_error(checked: &Checked, target: &str) -> Option<Diagnostic> {
    let device = checked.form() == Form::Device;
    let span = checked.source.whole();
    if device != (target == "device") {
        let object = if device { "devices" } else { "users" };
        let message = format!("the rule speaks of {object}, the group holds {target}s");
        return Some(checked.source.error(code::WRONG_TARGET, span, message, ""));
    }
    let message = "device rules are recognised but not simulated";
    device.then(|| checked.source.error(code::DEVICE, span, message, ""))
}

fn undecided(checked: &Checked) -> Diagnostic {
    let message = "a regular expression took more steps than allowed, so the answer is unknown";
    checked.source.error(code::UNDECIDED, checked.source.whole(), message, "")
}

fn instant_of(request: &Map<String, Json>, checked: &Checked) -> Result<DateTime<Utc>, Diagnostic> {
    match request.get("now") {
        Some(Json::String(text)) => match instant::timestamp(text) {
            Some(read) => Ok(read.instant),
            None => Err(Diagnostic::error(code::BAD_LINE, format!("`now` is not a date as ISO 8601: `{text}`"))),
        },
        None | Some(Json::Null) if checked.uses_clock() => {
            Err(Diagnostic::error(code::NO_NOW, "the rule uses `system.now` and the request has no `now`"))
        }
        // No test looks at the clock.
        None | Some(Json::Null) => Ok(DateTime::UNIX_EPOCH),
        Some(_) => Err(Diagnostic::error(code::BAD_LINE, "`now` is not a text")),
    }
}

fn finding_json(finding: &Diagnostic) -> Json {
    let span = finding.labels.first().map_or(0..0, |label| label.span.clone());
    let mut json = json!({
        "code": finding.code.0,
        "message": finding.message,
        "offset": span.start,
        "length": span.len(),
    });
    if let (Some(help), Some(object)) = (&finding.help, json.as_object_mut()) {
        object.insert("help".to_owned(), Json::String(help.clone()));
    }
    json
}

fn attach(answer: &mut Json, warnings: &[Diagnostic]) {
    if let (false, Some(object)) = (warnings.is_empty(), answer.as_object_mut()) {
        object.insert("warnings".to_owned(), warnings.iter().map(finding_json).collect());
    }
}

/// An answer that refuses a line without looking into it.
pub fn refusal(id: &Json, code: Code, message: &str) -> Json {
    json!({ "id": id, "error": finding_json(&Diagnostic::error(code, message)) })
}
