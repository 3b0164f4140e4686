//! Groups that people join and leave by themselves. In: members and accounts of dated snapshots. Out: rates of joins and of leaves.
//! Never: how long an owner takes to approve: no export says when somebody asked, and a snapshot shows only who is a member.
//!
//! Nothing tells an administrator who puts somebody into such a group from somebody who joins it: both count as joins.

use std::collections::BTreeSet;

use super::calibration::Range;
use super::groups::{JoinableGroup, JoinableGroups};
use super::life::{Accounts, FEWEST, MONTH, rate};
use super::store::State;

/// What snapshots tell of such groups, over all of them.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
pub struct SelfServiceRates {
    /// Groups on the last day, and those of them that an owner approves joins of.
    pub groups: u32,
    pub with_approval: u32,
    /// Members who were none a snapshot before, and those who were and stay with the organisation.
    pub joined: u32,
    pub left: u32,
    /// A month, as a share of the members there are; `None` where too few people tell it.
    pub joins: Option<Range>,
    pub leaves: Option<Range>,
}

/// Learns from groups that two snapshots in a row hold.
pub fn self_service(groups: &JoinableGroups, accounts: &Accounts, seed: u64) -> SelfServiceRates {
    let mut learned = SelfServiceRates::default();
    if let Some(last) = groups.values().next_back() {
        learned.groups = last.len() as u32;
        learned.with_approval = last.iter().filter(|group| group.needs_approval).count() as u32;
    }
    let (mut joins, mut leaves, mut exposed) = (Vec::new(), Vec::new(), Vec::new());
    for ((before, old), (day, new)) in groups.iter().zip(groups.iter().skip(1)) {
        let Some(now) = accounts.get(day) else { continue };
        let is_member = |id: &&str| now.get(*id).is_some_and(|account| account.state == State::Member);
        let months = (*day - *before).num_days() as f64 / MONTH;
        let (mut joined, mut left, mut there) = (0, 0, 0);
        for group in new {
            // A group that is new, or eligible only now, says nothing of who joined it.
            let Some(known) = old.iter().find(|known| known.id == group.id) else { continue };
            let (was, is) = (members(known), members(group));
            joined += is.difference(&was).copied().filter(is_member).count();
            left += was.difference(&is).copied().filter(is_member).count();
            there += was.len();
        }
        joins.push(joined as u32);
        leaves.push(left as u32);
        exposed.push(there as f64 * months);
    }
    (learned.joined, learned.left) = (joins.iter().sum(), leaves.iter().sum());
    let told = exposed.iter().sum::<f64>() > 0.0 && (learned.joined + learned.left) as usize >= FEWEST;
    if told {
        learned.joins = Some(rate(&joins, &exposed, seed, 8));
        learned.leaves = Some(rate(&leaves, &exposed, seed, 9));
    }
    learned
}

fn members(group: &JoinableGroup) -> BTreeSet<&str> {
    group.members.iter().map(|member| &**member).collect()
}
