//! Pairs to check with Microsoft's own evaluator. In: reviewed rules of a tenant; later the answers. Out: requests with what
//! seatcast says, and where the two disagree. Never: asks anybody.
//!
//! The request is the body of the beta Graph action `evaluateDynamicMembership`; its answer says
//! `membershipRuleEvaluationResult`.

use chrono::{DateTime, Utc};
use serde_json::{Value as Json, json};

use super::review::Reviewed;
use crate::directory::{Snapshot, UserIndex};

/// One question, and what seatcast answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    pub id: String,
    pub group: String,
    pub rule: String,
    pub user_id: String,
    pub member: bool,
    /// Whether the answer hangs on an open reading: those pairs are the most useful to ask.
    pub open: bool,
}

impl Pair {
    pub fn json(&self) -> Json {
        json!({
            "id": self.id,
            "group": self.group,
            "request": { "memberId": self.user_id, "membershipRule": self.rule },
            "member": self.member,
            "open": self.open,
        })
    }
}

/// Up to `each` members and `each` others of every rule, spread evenly over the users; users whose answer hangs on an open
/// reading come first.
pub fn sample(snapshot: &Snapshot, reviewed: &[Reviewed], each: usize, now: DateTime<Utc>) -> Vec<Pair> {
    let mut pairs = Vec::new();
    for one in reviewed {
        let (Some(rule), Some(members)) = (&one.rule, &one.members) else { continue };
        let others: Vec<UserIndex> =
            snapshot.users.indexes().filter(|user| members.binary_search(user).is_err()).collect();
        let strict = rule.strict_on_null();
        for (side, member) in [(members, true), (&others, false)] {
            let open = |user: &UserIndex| {
                let record = snapshot.users.record(*user);
                strict.as_ref().is_some_and(|strict| strict.decide(&record, now) != rule.decide(&record, now))
            };
            let mut chosen: Vec<(UserIndex, bool)> = Vec::new();
            if one.null_sensitive() > 0 {
                chosen.extend(side.iter().filter(|user| open(user)).take(each.div_ceil(2)).map(|user| (*user, true)));
            }
            let step = (side.len() / each.max(1)).max(1);
            let spread = side.iter().step_by(step).map(|user| (*user, open(user)));
            for (user, open) in spread {
                if chosen.len() >= each {
                    break;
                }
                if !chosen.iter().any(|(known, _)| *known == user) {
                    chosen.push((user, open));
                }
            }
            let group = snapshot.group(one.group);
            pairs.extend(chosen.into_iter().map(|(user, open)| {
                let user_id = snapshot.users.id(user).to_owned();
                let (group, rule) = (group.id.to_string(), rule.text().to_owned());
                Pair { id: format!("{group}/{user_id}"), group, rule, user_id, member, open }
            }));
        }
    }
    pairs
}

/// What came of reading answers back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answers {
    pub agreed: u32,
    /// Pairs on which the service says otherwise.
    pub disagreed: Vec<Pair>,
    /// Lines without an id of the sample, or without an answer, with their numbers.
    pub unread: Vec<usize>,
}

/// Compares answers with the sample: a line is `{"id": …, "membershipRuleEvaluationResult": true}` or `{"id": …, "answer": …}`
/// with the action's whole answer.
pub fn compare(pairs: &[Pair], answers: &str) -> Answers {
    let mut result = Answers::default();
    for (index, line) in answers.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let read: Option<(&Pair, bool)> = serde_json::from_str::<Json>(line).ok().and_then(|json| {
            let id = json.get("id")?.as_str()?;
            let pair = pairs.iter().find(|pair| pair.id == id)?;
            let direct = json
                .get("membershipRuleEvaluationResult")
                .or_else(|| json.get("answer")?.get("membershipRuleEvaluationResult"));
            Some((pair, direct?.as_bool()?))
        });
        match read {
            Some((pair, answer)) if answer == pair.member => result.agreed += 1,
            Some((pair, _)) => result.disagreed.push(pair.clone()),
            None => result.unread.push(index + 1),
        }
    }
    result
}
