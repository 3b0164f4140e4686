//! What people are given today. In: licensing as it stands, newcomers of a plan. Out: for each, groups and SKUs. Never: a rule that
//! is asked.

use std::collections::BTreeSet;

use super::event::Slot;
use super::planned::Script;
use crate::directory::{GroupIndex, SkuIndex, Snapshot};
use crate::licensing::{BundleIndex, EvaluatedRule, Today};
use crate::lists::Ragged;

/// The lists that people are made from: exported users, and newcomers of a plan behind them.
pub struct Entitlements {
    pub exported: u32,
    pub assigned: Ragged<BundleIndex>,
    /// Bundles by rules that do not look at the clock, and by those that do; of newcomers, none.
    pub still: Ragged<BundleIndex>,
    pub clocked: Ragged<BundleIndex>,
    /// Bundles by rules that read service plans.
    pub by_plans: Ragged<BundleIndex>,
    pub reads_plans: bool,
    pub direct: Ragged<SkuIndex>,
}

impl Entitlements {
    /// Who is in which followed group, and what is assigned directly. `simulated` are the rules that decide today, `clocked` the
    /// bundles of those that look at the clock, `staged` those of rules that read service plans.
    pub fn new(
        snapshot: &Snapshot,
        today: &Today,
        simulated: &[(&EvaluatedRule, BundleIndex)],
        clocked: &BTreeSet<BundleIndex>,
        staged: &BTreeSet<BundleIndex>,
        script: &Script,
    ) -> Self {
        let exported = snapshot.users.len() as u32;
        let by_rule: BTreeSet<GroupIndex> = simulated.iter().map(|(rule, _)| rule.group).collect();
        let [mut assigned, mut still, mut by_clock, mut by_plans] = [const { Vec::new() }; 4];
        for group in snapshot.group_indexes() {
            let Some(bundle) = today.bundle_of(group) else { continue };
            let list = match by_rule.contains(&group) {
                true if clocked.contains(&bundle) => &mut by_clock,
                true => &mut still,
                false if staged.contains(&bundle) => &mut by_plans,
                false => &mut assigned,
            };
            list.extend(today.memberships.members(group).iter().map(|user| (user.0, bundle)));
        }
        // By what the export says, or what no group explains.
        let directly_held = |user| today.ledger.directly_held(user).map(move |sku| (user, sku));
        let mut direct: Vec<(Slot, SkuIndex)> = (0..exported).flat_map(directly_held).collect();
        let mut people = exported;
        for newcomers in &script.newcomers {
            for (slot, (groups, skus)) in (people..).zip(newcomers.groups.iter().zip(&newcomers.direct)) {
                assigned.extend(groups.iter().filter_map(|group| Some((slot, today.bundle_of(*group)?))));
                direct.extend(skus.iter().filter_map(|sku| Some((slot, snapshot.find_sku(sku)?))));
            }
            people += newcomers.users.len() as u32;
        }
        let people = people as usize;
        Self {
            exported,
            assigned: Ragged::new(people, &assigned),
            still: Ragged::new(people, &still),
            clocked: Ragged::new(people, &by_clock),
            by_plans: Ragged::new(people, &by_plans),
            reads_plans: !staged.is_empty(),
            direct: Ragged::new(people, &direct),
        }
    }
}

/// The SKUs that each bundle gives today as bits, `words` a bundle.
pub fn bundle_bits(today: &Today, words: usize) -> Vec<u64> {
    let mut bits = vec![0u64; today.terms.bundle_count() * words];
    for number in 0..today.terms.bundle_count() {
        for sku in today.terms.bundle_skus(BundleIndex(number as u32)) {
            bits[number * words + sku.get() / 64] |= 1 << (sku.get() % 64);
        }
    }
    bits
}
