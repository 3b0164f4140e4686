//! Regular users: those who have all they are meant to have, or lack bundles only because units are short. In: users, targets,
//! what bundles give. Out: what such a user holds, and a way to and from a `Detail`. Never: a grant.
//!
//! A regular user is the number of a target, a set of direct licences, and a short list of missing bundles; nearly everybody is
//! regular nearly always. Whoever is not (refused removals, plans that do not fit, codes that stand as they were last evaluated) is
//! *irregular*: a set of sources and a [`Detail`]. A change that needs it makes a user irregular, and the end of a tick makes
//! regular again whoever can be.

use super::atlas::{NOTHING, SetId};
use super::detail::{Detail, Verdict, Wanted};
use super::gifts::{add, skus_in};
use super::ledger::Ledger;
use super::standing::{FRESH, Missing};
use super::target::Target;
use super::terms::ParcelId;
use super::{BundleIndex, Source};
use crate::directory::SkuIndex;

impl Ledger {
    pub(super) fn is_regular(&self, user: u32) -> bool {
        self.regulars.stands[user as usize].marks & super::ledger::REGULAR != 0
    }

    /// Learns what targets give that are new, or whose bundles give something else than before.
    #[inline]
    pub fn learn_targets(&mut self) {
        self.regulars.learn(&self.targets);
    }

    /// Writes down what a regular user holds.
    pub(super) fn hold(&mut self, user: u32) {
        for word in 0..self.regulars.gifts.words() {
            let by_groups = self.granted(user).fold(0, |bits, bundle| bits | self.regulars.gifts.skus(bundle)[word]);
            let held = by_groups | self.direct_word(user, word);
            self.regulars.hold(user, word, held);
        }
    }

    pub(super) fn direct_word(&self, user: u32, word: usize) -> u64 {
        let set = self.regulars.stands[user as usize].set;
        if set == NOTHING {
            return 0;
        }
        let own = self.atlas.set(set).skus.iter().filter(|sku| sku.get() / 64 == word);
        own.fold(0, |bits, sku| bits | 1 << (sku.get() % 64))
    }

    /// The bundles that a regular user has whole, ascending.
    pub(super) fn granted(&self, user: u32) -> impl Iterator<Item = BundleIndex> {
        let bundles = self.targets.list(self.regulars.stands[user as usize].target).iter().copied();
        let whole = self.regulars.is_whole(user);
        bundles.filter(move |bundle| whole || !self.regulars.lacks(user, *bundle))
    }

    /// The telling plans of what a regular user holds, but for some bundles.
    pub(super) fn held_plans(&self, user: u32, without: &[BundleIndex]) -> Vec<u64> {
        let gifts = &self.regulars.gifts;
        let mut plans = vec![0; gifts.plan_words()];
        let bundles = self.granted(user).filter(|bundle| !without.contains(bundle));
        bundles.for_each(|bundle| add(&mut plans, gifts.plans(bundle)));
        let direct = &self.atlas.set(self.regulars.stands[user as usize].set).skus;
        direct.iter().for_each(|sku| add(&mut plans, gifts.direct_plans(*sku)));
        plans
    }

    /// Counts a regular user among those who wait, or (`-1`) no longer.
    pub(super) fn count_regular(&mut self, user: u32, by: i32) {
        self.regulars.count(&mut self.seats, user, by);
    }

    /// The sources that a regular user has whole, ascending.
    pub(super) fn sources_of_regular(&self, user: u32) -> Vec<ParcelId> {
        let mut parcels = self.atlas.set(self.regulars.stands[user as usize].set).parcels.to_vec();
        parcels.extend(self.granted(user).map(|bundle| self.current(bundle)));
        parcels.sort_unstable();
        parcels
    }

    /// What a regular user lacks, as a detail that was not counted.
    pub(super) fn detail_of_regular(&self, user: u32) -> Detail {
        let wanted = |entry: &Missing| {
            let fresh = entry.line == FRESH;
            let short = || Verdict::Count(self.queues.lacks(entry.line).collect());
            Wanted {
                bundle: entry.bundle,
                since: (!fresh).then_some(entry.since),
                verdict: if fresh { Verdict::Fresh } else { short() },
                held: Vec::new(),
                watch: (!fresh).then_some(entry.line),
            }
        };
        let mut wanted: Vec<Wanted> = self.regulars.missing(user).map(wanted).collect();
        wanted.sort_unstable_by_key(|wanted| wanted.bundle);
        Detail { wanted, ..Detail::default() }
    }

    /// Makes a user irregular, if the user is not yet: a set of sources and, where bundles are missing, a detail.
    pub(super) fn unfold(&mut self, user: u32) {
        if !self.is_regular(user) {
            return;
        }
        let parcels = self.sources_of_regular(user);
        let detail = self.detail_of_regular(user);
        self.count_regular(user, -1);
        self.regulars.retain(user, |_| false);
        self.regulars.stands[user as usize].target = Target::NOTHING;
        self.regulars.stands[user as usize].marks &= !super::ledger::REGULAR;
        self.regulars.stands[user as usize].set = self.number(&parcels);
        self.regulars.irregular.push(user);
        self.end_edit(user, detail);
    }

    pub(super) fn unfold_all(&mut self) {
        (0..self.user_count()).for_each(|user| self.unfold(user));
    }

    pub(super) fn number(&mut self, parcels: &[ParcelId]) -> SetId {
        let all = super::atlas::Parcels { terms: &self.terms, replaced: &self.replaced };
        self.atlas.number(all, parcels)
    }

    /// Makes those regular whom the tick leaves so.
    pub(super) fn fold_all(&mut self) {
        let mut irregular = std::mem::take(&mut self.regulars.irregular);
        irregular.sort_unstable();
        irregular.dedup();
        irregular.drain(..).for_each(|user| self.fold(user));
        self.regulars.irregular = irregular;
    }

    fn fold(&mut self, user: u32) {
        let location = self.regulars.stands[user as usize].location;
        if self.is_regular(user) || self.is_deleted(user) || self.terms.may_prohibit(location) {
            return;
        }
        let simple = |wanted: &Wanted| {
            wanted.held.is_empty() && wanted.watch.is_some() && matches!(wanted.verdict, Verdict::Count(_))
        };
        let detail = self.details.get(&user).filter(|_| self.has_detail(user));
        let regular = detail.is_none_or(|detail| detail.outgoing.is_empty() && detail.wanted.iter().all(simple));
        let set = self.regulars.stands[user as usize].set;
        let (mut direct, mut bundles) = (Vec::new(), Vec::new());
        for parcel in &self.atlas.set(set).parcels {
            match self.parcels().get(*parcel).source {
                Source::Direct => direct.push(*parcel),
                Source::Bundle(bundle) if self.current(bundle) == *parcel => bundles.push(bundle),
                Source::Bundle(_) => return,
            }
        }
        if !regular {
            return;
        }
        let detail = self.begin_edit(user);
        self.details.remove(&user);
        bundles.extend(detail.wanted.iter().map(|wanted| wanted.bundle));
        bundles.sort_unstable();
        let target = self.target(&bundles);
        self.regulars.stands[user as usize].set = self.number(&direct);
        self.regulars.stands[user as usize].target = target;
        self.regulars.stands[user as usize].marks |= super::ledger::REGULAR;
        for wanted in &detail.wanted {
            if let (Some(since), Some(line)) = (wanted.since, wanted.watch) {
                self.regulars.insert(user, wanted.bundle, since, line);
            }
        }
        self.hold(user);
        self.count_regular(user, 1);
    }

    /// Tells `person` each regular user who waits for a unit, once for every SKU that has none.
    pub(super) fn regular_lines(&self, person: &mut dyn FnMut(SkuIndex, u32)) {
        for user in self.regulars.waiters() {
            for word in 0..self.regulars.gifts.words() {
                let held = self.regulars.held(user, word);
                let missing = self.regulars.missing(user);
                let wanted = missing.fold(0, |bits, entry| bits | self.regulars.gifts.skus(entry.bundle)[word]);
                let waits = skus_in(word, wanted & !held).filter(|sku| self.seats[sku.get()].available() <= 0);
                waits.for_each(|sku| person(sku, user));
            }
        }
    }

    /// Takes everything away from a regular user.
    pub(super) fn release_regular(&mut self, user: u32) {
        self.count_regular(user, -1);
        let Self { regulars, seats, .. } = self;
        for word in 0..regulars.gifts.words() {
            skus_in(word, regulars.held(user, word)).for_each(|sku| seats[sku.get()].assigned -= 1);
            regulars.hold(user, word, 0);
        }
        regulars.retain(user, |_| false);
        self.regulars.stands[user as usize].target = Target::NOTHING;
        self.regulars.stands[user as usize].set = NOTHING;
        self.regulars.stands[user as usize].marks &= !super::ledger::REGULAR;
    }

    /// The SKUs that a regular user holds, ascending.
    pub(super) fn skus_of_regular(&self, user: u32) -> impl Iterator<Item = SkuIndex> {
        (0..self.regulars.gifts.words()).flat_map(move |word| skus_in(word, self.regulars.held(user, word)))
    }
}
