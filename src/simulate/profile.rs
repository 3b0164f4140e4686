//! What a person is to the rules, as one number. In: rows of codes, changes to them. Out: profiles, and the bundles that a
//! profile's rules give. Never: a date; rules that look at the clock are asked one by one.
//!
//! Codes that no rule tells apart are one class, so a hundred thousand people have few profiles, and somebody who moves goes
//! from one profile to another by a look-up, whose answer serves the replications of a thread; where nearly everybody is like nobody
//! else, profiles are decided without looking and forgotten with the replication. Classes hold for the rules of all
//! stages of a plan: a planned change of rules gives profiles other bundles and leaves them what they are. Numbers depend on the
//! order of look-ups and are never shown.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use foldhash::fast::FixedState;
use prefetch_index::prefetch_index;

use crate::licensing::{BundleIndex, Ledger, Target};
use crate::lists::{self, Lists};
use crate::rule::{Classes, RuleSet, Sieve};

/// Classes by slot.
pub type ProfileId = u32;

/// New classes for some slots.
pub type PatternId = u32;

/// Patterns whose effects are in a table.
const COMMON: usize = 4;
const UNKNOWN: ProfileId = ProfileId::MAX;

/// What becomes of the rules without a clock when a stage begins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Turnover {
    /// Bundles whose rule decides no more.
    pub ended: Vec<BundleIndex>,
    /// Rules that decide from now on.
    pub begun: Vec<(usize, BundleIndex)>,
}

/// What is the same for every thread.
#[derive(Clone, Debug)]
pub struct Kinds {
    classes: Classes,
    /// Rules that do not look at the clock, and the bundle that each one's members get, today.
    still: Sieve,
    bundles: Vec<BundleIndex>,
    /// Whether these ascend, each once.
    in_order: bool,
    /// What changes in them with each stage after today's.
    turnovers: Vec<Turnover>,
    patterns: Vec<Vec<(usize, u32)>>,
    pattern_of: HashMap<Vec<(usize, u32)>, PatternId, FixedState>,
}

impl Kinds {
    /// `bundles` are those of the rules that decide today, which come first in the set.
    pub fn new(rules: &RuleSet<'_>, bundles: &[BundleIndex]) -> Self {
        let still = bundles.iter().copied().enumerate().filter(|(rule, _)| !rules.uses_clock(*rule));
        let (still, bundles): (_, Vec<BundleIndex>) = still.unzip();
        let classes = rules.classes();
        Self {
            still: rules.sieve(still, &classes),
            in_order: bundles.is_sorted_by(|a, b| a < b),
            bundles,
            classes,
            turnovers: Vec::new(),
            patterns: Vec::new(),
            pattern_of: HashMap::default(),
        }
    }

    /// One more stage.
    pub fn turn(&mut self, turnover: Turnover) {
        self.turnovers.push(turnover);
    }

    /// Hints that a change will be applied soon.
    pub fn prefetch_pattern(&self, pattern: PatternId) {
        prefetch_index(&self.patterns, pattern as usize);
    }

    /// The number of a change that gives some slots new codes.
    pub fn pattern(&mut self, codes: impl IntoIterator<Item = (usize, u32)>) -> PatternId {
        let codes = codes.into_iter();
        self.pattern_of_classes(codes.map(|(slot, code)| (slot, self.classes.of(slot, code))).collect())
    }

    /// The same for classes.
    pub fn pattern_of_classes(&mut self, pattern: Vec<(usize, u32)>) -> PatternId {
        if let Some(known) = self.pattern_of.get(&pattern) {
            return *known;
        }
        let number = self.patterns.len() as PatternId;
        self.patterns.push(pattern.clone());
        self.pattern_of.insert(pattern, number);
        number
    }
}

/// The profiles of the world, and those that were added since.
#[derive(Clone, Debug, Default)]
pub struct Profiles {
    /// The classes of each profile, by slot.
    lists: Lists<u32>,
    targets: Vec<Target>,
    /// What patterns make of profiles: the first few patterns, which are those of starts and ends, in a table.
    common: [Vec<ProfileId>; COMMON],
    /// Whether the tables say anything that was found since.
    common_is_own: bool,
    /// Where the plan stands, and the bundles of profiles at each stage after today's, as far as somebody asked.
    stage: usize,
    later: Vec<Vec<Option<Target>>>,
    /// By rule and profile, whether a rule without a clock holds, as far as somebody asked.
    asked: Vec<Vec<Option<bool>>>,
    /// How many changes led to a profile that was looked for, and how many of those to one that nobody had had.
    looked: u32,
    strange: u32,
    row: Vec<u32>,
    classes: Vec<u32>,
    bundles: Vec<BundleIndex>,
    /// Changes that were decided before their turn, of which the first `used` have had it, and the bundles of them all.
    ahead: Vec<Ahead>,
    used: usize,
    bundles_ahead: Vec<BundleIndex>,
}

/// What a change makes of a profile.
#[derive(Clone, Copy, Debug)]
struct Ahead {
    change: (ProfileId, PatternId),
    changed: ProfileId,
    /// Where its bundles end.
    end: usize,
    /// The hash of their list, and what they most likely are.
    hash: u64,
    likely: Target,
}

/// So many look-ups tell whether they are worth it.
const LOOKED_MIN: u32 = 1_000;

impl Profiles {
    /// Hints that somebody with a profile will change soon.
    pub fn prefetch(&self, profile: ProfileId) {
        self.lists.prefetch_place(profile);
        prefetch_index(&self.common[0], profile as usize);
        prefetch_index(&self.targets, profile as usize);
    }

    /// The same where the profile itself is near, of somebody who moves.
    pub fn prefetch_classes(&self, profile: ProfileId) {
        self.lists.prefetch(profile);
    }

    /// Hints that changes will be asked for in this order. Where they have to be looked for, they are looked for now, so that no
    /// look waits for the answer of another; where deciding is the way, they are decided now.
    pub fn prepare(
        &mut self,
        changes: impl Iterator<Item = (ProfileId, PatternId)>,
        of: (&Kinds, &RuleSet<'_>),
        ledger: &mut Ledger,
    ) {
        self.ahead.clear();
        self.used = 0;
        if self.is_strange(of.0) {
            self.decide_ahead(changes, of, ledger);
            return;
        }
        for (profile, pattern) in changes {
            self.take_changed(profile, pattern, of.0);
            std::hint::black_box(self.lists.likely(lists::hash(self.classes.iter().copied())));
        }
    }

    /// Adds the profiles that changes make, without looking whether anybody has them.
    fn decide_ahead(
        &mut self,
        changes: impl Iterator<Item = (ProfileId, PatternId)>,
        of: (&Kinds, &RuleSet<'_>),
        ledger: &mut Ledger,
    ) {
        let mut all = std::mem::take(&mut self.bundles_ahead);
        all.clear();
        for (profile, pattern) in changes {
            self.take_changed(profile, pattern, of.0);
            self.decide(of);
            all.extend_from_slice(&self.bundles);
            let (changed, hash) = (self.lists.append(&self.classes), lists::hash(self.bundles.iter().copied()));
            self.targets.push(Target::NOTHING);
            let likely = Target::NOTHING;
            self.ahead.push(Ahead { change: (profile, pattern), changed, end: all.len(), hash, likely });
        }
        for ahead in &mut self.ahead {
            ahead.likely = ledger.likely_target(ahead.hash);
            ledger.prefetch_target(ahead.likely);
        }
        self.ahead.iter().for_each(|ahead| ledger.prefetch_bundles(ahead.likely));
        let mut start = 0;
        for Ahead { changed, end, .. } in &self.ahead {
            self.targets[*changed as usize] = ledger.target(&all[start..*end]);
            start = *end;
        }
        self.bundles_ahead = all;
    }

    /// The profile of anybody else.
    pub fn of_row(&mut self, of: (&Kinds, &RuleSet<'_>), codes: &[u32], ledger: &mut Ledger) -> ProfileId {
        self.take(of.0, codes);
        self.taken(of, ledger)
    }

    /// The profile of an exported user, whose bundles by rules without a clock are known.
    pub fn exported(&mut self, kinds: &Kinds, codes: &[u32], target: Target) -> ProfileId {
        self.take(kinds, codes);
        if let Some(known) = self.lists.find(&self.classes) {
            debug_assert_eq!(self.first(known), target, "the same classes, the same groups");
            return known;
        }
        self.targets.push(target);
        self.lists.add(&self.classes)
    }

    /// Takes the classes of some codes for a look-up.
    fn take(&mut self, kinds: &Kinds, codes: &[u32]) {
        self.classes.clear();
        self.classes.extend(codes.iter().enumerate().map(|(slot, code)| kinds.classes.of(slot, *code)));
    }

    /// The profile of the classes that were taken.
    fn taken(&mut self, of: (&Kinds, &RuleSet<'_>), ledger: &mut Ledger) -> ProfileId {
        self.lists.find(&self.classes).unwrap_or_else(|| {
            self.decide(of);
            let target = ledger.target(&self.bundles);
            self.targets.push(target);
            self.lists.add(&self.classes)
        })
    }

    /// Whether most changes lead to profiles that nobody had, and deciding is no dearer than looking.
    fn is_strange(&self, kinds: &Kinds) -> bool {
        self.looked >= LOOKED_MIN && self.strange > self.looked / 2 && !kinds.still.asks()
    }

    /// The profile of the classes that a change made.
    fn changed(&mut self, of: (&Kinds, &RuleSet<'_>), ledger: &mut Ledger) -> ProfileId {
        if self.is_strange(of.0) {
            self.decide(of);
            self.targets.push(ledger.target(&self.bundles));
            return self.lists.append(&self.classes);
        }
        let before = self.lists.count();
        let changed = self.taken(of, ledger);
        self.looked += 1;
        self.strange += u32::from(self.lists.count() > before);
        changed
    }

    /// By slot.
    pub fn classes(&self, profile: ProfileId) -> &[u32] {
        self.lists.get(profile)
    }

    /// From here on the rules of this stage decide.
    pub fn enter(&mut self, stage: usize) {
        self.stage = stage;
    }

    /// The bundles that a profile's rules give at the stage that was entered, without those that look at the clock.
    #[inline]
    pub fn target(&mut self, profile: ProfileId, of: (&Kinds, &RuleSet<'_>), ledger: &mut Ledger) -> Target {
        if self.stage == 0 { self.first(profile) } else { self.target_at(self.stage, profile, of, ledger) }
    }

    fn first(&self, profile: ProfileId) -> Target {
        self.targets[profile as usize]
    }

    /// The same at any stage.
    pub fn target_at(
        &mut self,
        stage: usize,
        profile: ProfileId,
        of: (&Kinds, &RuleSet<'_>),
        ledger: &mut Ledger,
    ) -> Target {
        let Some(before) = stage.checked_sub(1) else { return self.first(profile) };
        if let Some(Some(known)) = self.later.get(before).and_then(|known| known.get(profile as usize)) {
            return *known;
        }
        let target = self.target_at(before, profile, of, ledger);
        let turnover = &of.0.turnovers[before];
        let target =
            if *turnover == Turnover::default() { target } else { self.turned(target, profile, stage, of, ledger) };
        if self.later.len() < stage {
            self.later.resize(stage, Vec::new());
        }
        let known = &mut self.later[before];
        known.resize(known.len().max(profile as usize + 1), None);
        known[profile as usize] = Some(target);
        target
    }

    fn turned(
        &mut self,
        before: Target,
        profile: ProfileId,
        stage: usize,
        (kinds, rules): (&Kinds, &RuleSet<'_>),
        ledger: &mut Ledger,
    ) -> Target {
        let turnover = &kinds.turnovers[stage - 1];
        let stays = |bundle: &BundleIndex| !turnover.ended.contains(bundle);
        let mut bundles: Vec<BundleIndex> = ledger.bundles_in(before).iter().copied().filter(stays).collect();
        let begun = turnover.begun.iter().filter(|(rule, _)| self.holds(*rule, profile, (kinds, rules)));
        bundles.extend(begun.map(|(_, bundle)| *bundle));
        bundles.sort_unstable();
        bundles.dedup();
        ledger.target(&bundles)
    }

    /// Whether a rule that does not look at the clock holds for a profile.
    pub fn holds(&mut self, rule: usize, profile: ProfileId, (kinds, rules): (&Kinds, &RuleSet<'_>)) -> bool {
        if let Some(Some(known)) = self.asked.get(rule).and_then(|known| known.get(profile as usize)) {
            return *known;
        }
        let mut row = std::mem::take(&mut self.row);
        self.row(kinds, profile, &mut row);
        let holds = rules.holds_row(rule, &row, DateTime::<Utc>::UNIX_EPOCH);
        self.row = row;
        if self.asked.len() <= rule {
            self.asked.resize(rule + 1, Vec::new());
        }
        let known = &mut self.asked[rule];
        known.resize(known.len().max(profile as usize + 1), None);
        known[profile as usize] = Some(holds);
        holds
    }

    /// Codes that stand for a profile.
    pub fn row(&self, kinds: &Kinds, profile: ProfileId, row: &mut Vec<u32>) {
        row.clear();
        let classes = self.classes(profile).iter().enumerate();
        row.extend(classes.map(|(slot, class)| kinds.classes.representative(slot, *class)));
    }

    /// The profile that a change makes of a profile.
    pub fn apply(
        &mut self,
        profile: ProfileId,
        pattern: PatternId,
        of: (&Kinds, &RuleSet<'_>),
        ledger: &mut Ledger,
    ) -> ProfileId {
        let common = self.common.get(pattern as usize);
        if let Some(known) = common.and_then(|common| common.get(profile as usize))
            && *known != UNKNOWN
        {
            return *known;
        }
        if let Some(ahead) = self.ahead.get(self.used).filter(|ahead| ahead.change == (profile, pattern)) {
            self.used += 1;
            return ahead.changed;
        }
        self.take_changed(profile, pattern, of.0);
        let changed = self.changed(of, ledger);
        if let Some(common) = self.common.get_mut(pattern as usize) {
            common.resize(self.lists.count().max(common.len()), UNKNOWN);
            common[profile as usize] = changed;
            self.common_is_own = true;
        }
        changed
    }

    /// Takes the classes that a change makes of a profile.
    fn take_changed(&mut self, profile: ProfileId, pattern: PatternId, kinds: &Kinds) {
        self.classes.clear();
        self.classes.extend_from_slice(self.lists.get(profile));
        kinds.patterns[pattern as usize].iter().for_each(|(slot, class)| self.classes[*slot] = *class);
    }

    /// Writes down the bundles that the classes which were taken have today.
    fn decide(&mut self, (kinds, rules): (&Kinds, &RuleSet<'_>)) {
        let Self { row, classes, bundles, .. } = self;
        row.clear();
        if kinds.still.asks() {
            let codes = classes.iter().enumerate().map(|(slot, class)| kinds.classes.representative(slot, *class));
            row.extend(codes);
        }
        // None of these rules looks at the instant.
        let holds = |rule: usize| rules.holds_row(rule, row, DateTime::<Utc>::UNIX_EPOCH);
        bundles.clear();
        kinds.still.holding(classes, holds, |place| bundles.push(kinds.bundles[place]));
        if !kinds.in_order {
            bundles.sort_unstable();
            bundles.dedup();
        }
    }

    /// Makes what is known so far what every thread begins with.
    pub fn share(&mut self) {
        self.lists.share();
        (self.looked, self.strange) = (0, 0);
        self.common_is_own = false;
    }

    /// How many profiles a thread has added since.
    pub fn learnt(&self) -> usize {
        self.lists.own_count()
    }

    /// Forgets them, and all targets that a ledger has not shared.
    pub fn forget(&mut self) {
        self.lists.forget_own();
        // What was decided ahead and had no turn would name profiles that are others by then.
        self.ahead.clear();
        self.used = 0;
        let known = self.lists.count();
        self.targets.truncate(known);
        for common in self.common.iter_mut().filter(|_| self.common_is_own) {
            common.truncate(known);
            let own = |profile: &&mut ProfileId| **profile as usize >= known;
            common.iter_mut().filter(own).for_each(|profile| *profile = UNKNOWN);
        }
        self.common_is_own = false;
        self.later.iter_mut().for_each(Vec::clear);
        self.asked.iter_mut().for_each(|answers| answers.truncate(known));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{Kinds, LOOKED_MIN, Profiles};
    use crate::catalog::Catalog;
    use crate::diagnostic::Origin;
    use crate::directory::{Attribute, User, UserIndex, Users, Value};
    use crate::licensing::{BundleIndex, Ledger, PlanRules, Policy, Terms};
    use crate::rule::{self, RuleSet};

    #[test]
    fn what_was_decided_ahead_and_had_no_turn_is_forgotten_with_its_profile() {
        let user = |department: &str| User::default().with(Attribute::Department, Value::text(department));
        let users = Users::from_records(&["Sales", "Finance", "Legal"].map(user));
        let rule = |text: &str| rule::compile(text, &Origin::default()).value.expect("a rule");
        let texts = ["user.department -eq \"Sales\"", "user.department -eq \"Finance\""];
        let rules = RuleSet::compile(&users, &texts.map(rule));
        let bundles = [BundleIndex(0), BundleIndex(1)];
        let mut kinds = Kinds::new(&rules, &bundles);
        let row = |user: u32| rules.row(UserIndex(user));
        let [to_finance, to_legal] = [1, 2].map(|user| kinds.pattern(row(user).into_iter().enumerate()));
        let policy = Policy::default();
        let plans = PlanRules::of_policy(Catalog::embedded(), &policy);
        let terms = Terms::new(Vec::new(), &[Vec::new(), Vec::new()], &plans, (&policy).into());
        let mut ledger = Ledger::new(Arc::new(terms));
        let mut profiles = Profiles::default();
        let sales = profiles.of_row((&kinds, &rules), &row(0), &mut ledger);
        profiles.share();
        ledger.share();
        (profiles.looked, profiles.strange) = (LOOKED_MIN, LOOKED_MIN);
        let of = (&kinds, &rules);
        profiles.prepare([(sales, to_finance)].into_iter(), of, &mut ledger);
        profiles.forget();
        ledger.forget();
        let legal = profiles.apply(sales, to_legal, of, &mut ledger);
        let finance = profiles.apply(sales, to_finance, of, &mut ledger);
        let mut given = |profile| {
            let target = profiles.target(profile, of, &mut ledger);
            ledger.bundles_in(target).to_vec()
        };
        assert_eq!([sales, legal, finance].map(&mut given), [vec![BundleIndex(0)], vec![], vec![BundleIndex(1)]]);
    }
}
