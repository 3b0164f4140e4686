//! What hangs on an open reading. In: rules and users. Out: for each rule and each choice that touches it, how many users
//! would join or leave under the other reading. Never: changes which reading is taken.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::{Checked, Choice, Options, RuleSet, compile_with};
use crate::diagnostic::Diagnostic;
use crate::directory::{Attribute, User, UserIndex, Users};

/// How far one rule hangs on one choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Sensitivity {
    #[serde(serialize_with = "choice_id")]
    pub choice: Choice,
    /// Members who would be none under the other reading: for A5 the null-sensitive members.
    pub leaving: u32,
    /// Others who would become members.
    pub joining: u32,
    /// Whether the other reading refuses the rule: all its members hang on the choice.
    pub refused: bool,
}

impl Sensitivity {
    /// The warning that says how many members hang on the reading, and how to take the other one.
    /// `read` are the readings in force.
    pub fn finding(&self, rule: &Checked, read: &Options) -> Diagnostic {
        let message = match (self.refused, self.leaving, self.joining) {
            (true, leaving, _) => format!("all {leaving} members hang on an open reading: the other refuses the rule"),
            (_, leaving, 0) => format!("{leaving} members hang on an open reading: they would be none under the other"),
            (_, 0, joining) => format!("{joining} more users would be members under the other of two open readings"),
            (_, leaving, joining) => {
                format!("under the other of two open readings {leaving} members would leave and {joining} others join")
            }
        };
        let (id, choice) = (self.choice.id(), self.choice);
        let help = match read.is_other(choice) {
            false => format!(
                "taken: {}; the other: {} (register {id}; try it with `--other {id}`)",
                choice.taken(),
                choice.other()
            ),
            true => format!("taken, as told: {}; the other: {} (register {id})", choice.other(), choice.taken()),
        };
        rule.source.warning(choice.code(), rule.source.whole(), message, "").help(help)
    }
}

fn choice_id<S: serde::Serializer>(choice: &Choice, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(choice.id())
}

impl Checked {
    /// The same rule where negative operators fail on null; `None` where it has none that could meet a null.
    pub fn strict_on_null(&self) -> Option<Checked> {
        if !self.has_negative_operator() {
            return None;
        }
        let options = Options::default().with_other(Choice::NegativeOnNull).with_other(Choice::NotInOnNull);
        compile_with(self.text(), &self.source.origin, &options).value
    }

    /// Whether the answer for this user would be another if negative operators failed on null.
    pub fn hangs_on_null(&self, user: &User, now: DateTime<Utc>) -> bool {
        self.strict_on_null().is_some_and(|strict| strict.decide(user, now) != self.decide(user, now))
    }
}

/// The choices that a rule's text or meaning touches.
fn touched(rule: &Checked, findings: &[Diagnostic], users: &Users) -> BTreeSet<Choice> {
    let told = |choice: &Choice| findings.iter().any(|finding| finding.code == choice.code());
    let mut touched: BTreeSet<Choice> = Choice::ALL.iter().copied().filter(told).collect();
    if rule.has_negative_operator() {
        touched.extend([Choice::NegativeOnNull, Choice::NotInOnNull]);
    }
    if rule.has_pattern() {
        touched.insert(Choice::PatternCase);
    }
    if users.column(&Attribute::IdentityParentId).is_some() {
        touched.insert(Choice::AgentUsers);
    }
    if rule.form() == super::Form::DirectReports {
        touched.insert(Choice::ManagerIncluded);
    }
    touched
}

/// The sensitivities of every rule, those without effect left out. `findings[i]` is what compiling `rules[i]` under the readings
/// of `read` said; each choice is held against the other side of what is read, all others staying as they are.
pub fn sensitivities(
    users: &Users,
    rules: &[Checked],
    findings: &[Vec<Diagnostic>],
    read: &Options,
    now: DateTime<Utc>,
) -> Vec<Vec<Sensitivity>> {
    let mut variants: Vec<Checked> = Vec::new();
    let mut places: Vec<(usize, Choice, Option<usize>)> = Vec::new();
    for (index, rule) in rules.iter().enumerate() {
        let own = findings.get(index).map_or(&[][..], Vec::as_slice);
        let mut touched = touched(rule, own, users);
        // What is read the other way warns of nothing.
        touched.extend(read.others());
        for choice in touched {
            let options = read.turned(choice);
            let other = compile_with(rule.text(), &rule.source.origin, &options).value;
            let unchanged = other.as_ref().is_some_and(|other| other.node == rule.node);
            if unchanged {
                continue;
            }
            places.push((index, choice, other.is_some().then_some(variants.len())));
            variants.extend(other);
        }
    }
    let taken = RuleSet::compile(users, rules).members(now);
    let other = RuleSet::compile(users, &variants).members(now);
    let mut found: Vec<Vec<Sensitivity>> = vec![Vec::new(); rules.len()];
    for (index, choice, variant) in places {
        let members = &taken[index];
        let sensitivity = match variant {
            None => Sensitivity { choice, leaving: members.len() as u32, joining: 0, refused: true },
            Some(variant) => {
                let leaving = without(members, &other[variant]);
                let joining = without(&other[variant], members);
                Sensitivity { choice, leaving, joining, refused: false }
            }
        };
        if sensitivity.leaving + sensitivity.joining > 0 {
            found[index].push(sensitivity);
        }
    }
    found
}

/// How many of `these` are not among `those`; both ascending.
fn without(these: &[UserIndex], those: &[UserIndex]) -> u32 {
    these.iter().filter(|user| those.binary_search(user).is_err()).count() as u32
}
