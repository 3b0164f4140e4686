//! The rules R1 to R16 written down as literally as possible: one map of paths, everything looked at in every round. Slow, and
//! shares no code with the engine but the names of states.

use std::collections::{BTreeMap, BTreeSet};

use seatcast::licensing::{
    Country, LicenseError, MissingUsageLocation, PathState, PlanRules, Rank, Reprocess, SeatPolicy, Seeker, SkuTerms,
    SwapPolicy,
};

pub type User = u32;
pub type Sku = u32;
/// `None` is a direct assignment, which sorts before every group.
pub type Source = Option<u32>;
type Plans = BTreeSet<String>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Going {
    Stays,
    AfterSwap,
    Now,
}

#[derive(Clone, Debug)]
struct NaivePath {
    held: bool,
    error: Option<LicenseError>,
    plans: Plans,
    going: Going,
}

#[derive(Clone, Debug)]
pub struct Naive {
    skus: Vec<SkuTerms>,
    rules: PlanRules,
    policy: SeatPolicy,
    groups: Vec<BTreeMap<Sku, Plans>>,
    capacity: Vec<i64>,
    seekers: Vec<Seeker>,
    deleted: BTreeMap<User, (u32, BTreeSet<u32>, Vec<Sku>)>,
    members: BTreeMap<User, BTreeSet<u32>>,
    intents: BTreeMap<User, BTreeSet<u32>>,
    paths: BTreeMap<(User, Source, Sku), NaivePath>,
    unsettled: BTreeSet<(User, u32)>,
    due: BTreeSet<(User, u32)>,
    since: BTreeMap<(User, u32), u32>,
    reprocess: bool,
    retry_on: BTreeSet<u32>,
    available_before: Vec<i64>,
}

impl Naive {
    pub fn new(skus: &[SkuTerms], groups: usize, rules: &PlanRules, policy: SeatPolicy) -> Self {
        Self {
            skus: skus.to_vec(),
            rules: rules.clone(),
            policy,
            groups: vec![BTreeMap::new(); groups],
            capacity: vec![0; skus.len()],
            seekers: Vec::new(),
            deleted: BTreeMap::new(),
            members: BTreeMap::new(),
            intents: BTreeMap::new(),
            paths: BTreeMap::new(),
            unsettled: BTreeSet::new(),
            due: BTreeSet::new(),
            since: BTreeMap::new(),
            reprocess: false,
            retry_on: BTreeSet::new(),
            available_before: vec![0; skus.len()],
        }
    }

    pub fn add_user(&mut self, seeker: Seeker) {
        self.seekers.push(seeker);
    }

    pub fn set_capacity(&mut self, sku: Sku, units: u32) {
        self.capacity[sku as usize] = i64::from(units);
    }

    pub fn set_location(&mut self, user: User, location: Option<Country>) {
        self.seekers[user as usize].location = location;
    }

    pub fn rank_mut(&mut self, user: User) -> &mut Rank {
        &mut self.seekers[user as usize].rank
    }

    /// Changes all of the policy but the order and the guests.
    pub fn set_policy(&mut self, policy: SeatPolicy) {
        let SeatPolicy { by_arrival, skip_guests, .. } = self.policy;
        self.policy = SeatPolicy { by_arrival, skip_guests, ..policy };
        self.available_before = (0..self.capacity.len() as u32).map(|sku| self.available(sku)).collect();
    }

    pub fn reprocess(&mut self) {
        self.reprocess = true;
    }

    pub fn set_bundles(&mut self, user: User, groups: &[u32]) {
        let groups: BTreeSet<u32> = groups.iter().copied().collect();
        match self.deleted.get_mut(&user) {
            Some((_, remembered, _)) => *remembered = groups,
            None => {
                self.intents.insert(user, groups);
            }
        }
    }

    pub fn holds(&self, user: User, sku: Sku) -> bool {
        self.paths.iter().any(|((u, _, s), path)| *u == user && *s == sku && path.held)
    }

    pub fn assigned(&self, sku: Sku) -> u32 {
        (0..self.seekers.len() as u32).filter(|user| self.holds(*user, sku)).count() as u32
    }

    /// Whether a group gives a SKU.
    pub fn gives(&self, group: u32, sku: Sku) -> bool {
        self.groups[group as usize].contains_key(&sku)
    }

    /// The plans of every path that holds.
    pub fn plans_of(&self, user: User) -> BTreeSet<String> {
        self.held(user, |_, _| false).into_iter().flat_map(|(_, plans)| plans).collect()
    }

    fn available(&self, sku: Sku) -> i64 {
        self.capacity[sku as usize] - i64::from(self.assigned(sku))
    }

    fn all_plans(&self, sku: Sku) -> Plans {
        self.skus[sku as usize].service_plans.iter().map(|plan| plan.to_string()).collect()
    }

    // --- Stages of R6 ---

    fn prohibited(&self, user: User, source: Source, sku: Sku) -> bool {
        let location = self.seekers[user as usize].location;
        if location.is_none() && (source.is_none() || self.policy.missing_usage_location == MissingUsageLocation::Block)
        {
            return true;
        }
        let country = location.or(self.policy.tenant_country);
        country.is_some_and(|country| self.skus[sku as usize].prohibited_locations.contains(&country))
    }

    /// SKU and plans of every held path, less those that `skip` names.
    fn held(&self, user: User, skip: impl Fn(Source, Sku) -> bool) -> Vec<(Sku, Plans)> {
        let of_user =
            self.paths.iter().filter(|((u, source, sku), path)| *u == user && path.held && !skip(*source, *sku));
        of_user.map(|((_, _, sku), path)| (*sku, path.plans.clone())).collect()
    }

    fn excludes(&self, a: &(Sku, Plans), b: &(Sku, Plans)) -> bool {
        a.0 != b.0
            && self.rules.exclusions.iter().any(|family| {
                let has = |plans: &Plans, plan: &str| plans.contains(plan);
                family.iter().any(|p| family.iter().any(|q| p != q && has(&a.1, p) && has(&b.1, q)))
            })
    }

    fn unmet(&self, item: &(Sku, Plans), everything: &[(Sku, Plans)]) -> bool {
        self.rules.dependencies.iter().any(|dependency| {
            item.1.contains(&*dependency.plan)
                && !dependency.needs.iter().any(|need| everything.iter().any(|(_, plans)| plans.contains(&**need)))
        })
    }

    /// The code of each SKU that fails, of the first stage that fails; empty when all pass.
    fn evaluate(&self, user: User, source: Source, bundle: &BTreeMap<Sku, Plans>) -> BTreeMap<Sku, LicenseError> {
        let failing = |skus: Vec<Sku>, error: LicenseError| skus.into_iter().map(|sku| (sku, error)).collect();
        let own: Vec<(Sku, Plans)> = bundle.iter().map(|(sku, plans)| (*sku, plans.clone())).collect();
        let others = match source {
            Some(_) => self.held(user, |other, _| other == source),
            None => self.held(user, |other, sku| other.is_none() && bundle.contains_key(&sku)),
        };
        let everything: Vec<(Sku, Plans)> = own.iter().chain(&others).cloned().collect();
        let stage = |fails: &dyn Fn(&(Sku, Plans)) -> bool| -> Vec<Sku> {
            own.iter().filter(|item| fails(item)).map(|item| item.0).collect()
        };
        let stages: [(LicenseError, Vec<Sku>); 4] = [
            (LicenseError::ProhibitedInUsageLocationViolation, stage(&|item| self.prohibited(user, source, item.0))),
            (
                LicenseError::MutuallyExclusiveViolation,
                stage(&|item| everything.iter().any(|other| self.excludes(item, other))),
            ),
            (LicenseError::DependencyViolation, stage(&|item| self.unmet(item, &everything))),
            (LicenseError::CountViolation, stage(&|item| !self.holds(user, item.0) && self.available(item.0) <= 0)),
        ];
        for (error, skus) in stages {
            if !skus.is_empty() {
                return failing(skus, error);
            }
        }
        BTreeMap::new()
    }

    // --- Synchronous changes ---

    pub fn direct_assign(&mut self, user: User, sku: Sku) -> Result<(), Option<LicenseError>> {
        if self.deleted.contains_key(&user) {
            return Err(None);
        }
        if self.paths.get(&(user, None, sku)).is_some_and(|path| path.going == Going::Stays) {
            return Ok(());
        }
        let plans = self.all_plans(sku);
        if let Some(error) = self.evaluate(user, None, &BTreeMap::from([(sku, plans.clone())])).get(&sku) {
            return Err(Some(*error));
        }
        self.paths.insert((user, None, sku), NaivePath { held: true, error: None, plans, going: Going::Stays });
        Ok(())
    }

    pub fn direct_remove(&mut self, user: User, sku: Sku) -> bool {
        match self.paths.get_mut(&(user, None, sku)) {
            Some(path) => {
                path.going = Going::Now;
                true
            }
            None => false,
        }
    }

    pub fn delete(&mut self, user: User, day: u32, admin_center: bool) {
        if self.deleted.contains_key(&user) {
            return;
        }
        let groups = self.intents.remove(&user);
        let groups = groups.unwrap_or_else(|| self.members.get(&user).cloned().unwrap_or_default());
        let direct = self.paths.iter().filter(|((u, source, _), path)| {
            *u == user && source.is_none() && path.going == Going::Stays && !admin_center
        });
        let direct = direct.map(|((_, _, sku), _)| *sku).collect();
        self.members.remove(&user);
        self.paths.retain(|(u, _, _), _| *u != user);
        self.unsettled.retain(|(u, _)| *u != user);
        self.due.retain(|(u, _)| *u != user);
        self.since.retain(|(u, _), _| *u != user);
        self.deleted.insert(user, (day, groups, direct));
    }

    pub fn restore(&mut self, user: User, day: u32) -> bool {
        let Some((deleted, groups, direct)) = self.deleted.get(&user).cloned() else { return false };
        if day - deleted > 30 {
            return false;
        }
        self.deleted.remove(&user);
        for sku in direct {
            let _ = self.direct_assign(user, sku);
        }
        self.intents.insert(user, groups);
        true
    }

    pub fn replace_bundle(&mut self, group: u32, licenses: &[(Sku, Vec<String>)]) {
        let mut after: BTreeMap<Sku, Plans> = BTreeMap::new();
        for (sku, disabled) in licenses {
            let plans = self.all_plans(*sku).into_iter().filter(|plan| !disabled.contains(plan)).collect();
            after.insert(*sku, plans);
        }
        let before = std::mem::replace(&mut self.groups[group as usize], after.clone());
        if before == after {
            return;
        }
        let incoming = after.keys().any(|sku| !before.contains_key(sku));
        let members: Vec<User> =
            self.members.iter().filter(|(_, groups)| groups.contains(&group)).map(|(user, _)| *user).collect();
        for user in members {
            self.unsettled.insert((user, group));
            self.due.insert((user, group));
            let paths: Vec<Sku> =
                self.paths.range((user, Some(group), 0)..=(user, Some(group), u32::MAX)).map(|(k, _)| k.2).collect();
            for sku in paths {
                let path = self.paths.get_mut(&(user, Some(group), sku)).unwrap();
                if after.contains_key(&sku) {
                    path.going = Going::Stays;
                } else if !path.held {
                    self.paths.remove(&(user, Some(group), sku));
                } else if path.going == Going::Stays {
                    let keeps = incoming && self.policy.swap == SwapPolicy::KeepOld;
                    path.going = if keeps { Going::AfterSwap } else { Going::Now };
                }
            }
            self.want(user, group);
        }
    }

    /// Makes sure that there is a path for everything a group gives.
    fn want(&mut self, user: User, group: u32) {
        for (sku, plans) in self.groups[group as usize].clone() {
            let fresh = NaivePath { held: false, error: None, plans, going: Going::Stays };
            self.paths.entry((user, Some(group), sku)).or_insert(fresh).going = Going::Stays;
        }
    }

    // --- A tick ---

    pub fn settle(&mut self, day: u32) {
        for (user, groups) in std::mem::take(&mut self.intents) {
            self.apply(user, groups);
        }
        let due = self.retry_on.iter().any(|retry| *retry <= day);
        self.retry_on.retain(|retry| *retry > day);
        let everything = self.reprocess || due || self.policy.reprocess == Reprocess::Auto;
        self.reprocess = false;
        if everything {
            self.due = self.unsettled.clone();
        }
        for _ in 0..20 {
            let mut changed = self.removals();
            changed |= self.grants(day);
            if !changed {
                break;
            }
        }
        self.due.clear();
        if let Reprocess::AutoDelayed { days } = self.policy.reprocess {
            for sku in 0..self.capacity.len() as u32 {
                let available = self.available(sku);
                let errors = self.paths.values().any(|path| path.error.is_some() || path.going != Going::Stays)
                    || !self.unsettled.is_empty();
                if available > self.available_before[sku as usize].max(0) && errors {
                    self.retry_on.insert(day + days);
                }
                self.available_before[sku as usize] = available;
            }
        }
    }

    fn apply(&mut self, user: User, groups: BTreeSet<u32>) {
        let skipped = self.policy.skip_guests && self.seekers[user as usize].guest;
        let groups = if skipped { BTreeSet::new() } else { groups };
        let old = self.members.insert(user, groups.clone()).unwrap_or_default();
        for group in old.difference(&groups) {
            self.unsettled.remove(&(user, *group));
            self.due.remove(&(user, *group));
            self.since.remove(&(user, *group));
            self.paths.retain(|(u, source, _), path| *u != user || *source != Some(*group) || path.held);
            let left = self.paths.iter_mut().filter(|((u, source, _), _)| *u == user && *source == Some(*group));
            left.for_each(|(_, path)| path.going = Going::Now);
        }
        for group in groups.difference(&old) {
            self.unsettled.insert((user, *group));
            self.due.insert((user, *group));
            self.want(user, *group);
        }
    }

    fn removals(&mut self) -> bool {
        let units: BTreeSet<(User, Source)> =
            self.paths.iter().filter(|(_, path)| path.going == Going::Now).map(|((u, s, _), _)| (*u, *s)).collect();
        let mut changed = false;
        for (user, source) in units {
            let unit: Vec<Sku> = self
                .paths
                .iter()
                .filter(|((u, s, _), path)| *u == user && *s == source && path.going == Going::Now)
                .map(|((_, _, sku), _)| *sku)
                .collect();
            let remaining = self.held(user, |s, sku| s == source && unit.contains(&sku));
            let has = |plan: &str| remaining.iter().any(|(_, plans)| plans.contains(plan));
            let mut carriers = BTreeSet::new();
            for dependency in &self.rules.dependencies {
                if has(&dependency.plan) && !dependency.needs.iter().any(|need| has(need)) {
                    for sku in &unit {
                        let plans = &self.paths[&(user, source, *sku)].plans;
                        if dependency.needs.iter().any(|need| plans.contains(&**need)) {
                            carriers.insert(*sku);
                        }
                    }
                }
            }
            for sku in unit {
                let key = (user, source, sku);
                if carriers.is_empty() {
                    self.paths.remove(&key);
                    changed = true;
                } else {
                    let carries = carriers.contains(&sku);
                    self.paths.get_mut(&key).unwrap().error =
                        Some(if carries { LicenseError::DependencyViolation } else { LicenseError::Other });
                }
            }
        }
        changed
    }

    fn grants(&mut self, day: u32) -> bool {
        let mut order: Vec<_> = self
            .unsettled
            .intersection(&self.due)
            .map(|(user, group)| {
                let rank = self.seekers[*user as usize].rank;
                let since = self.since.get(&(*user, *group)).copied().unwrap_or(day);
                let since = if self.policy.by_arrival { since } else { 0 };
                (rank.class, since, rank.place, *group, *user)
            })
            .collect();
        order.sort();
        let mut changed = false;
        for (_, _, _, group, user) in order {
            let bundle = self.groups[group as usize].clone();
            let failed = self.evaluate(user, Some(group), &bundle);
            for (sku, plans) in &bundle {
                let path = self.paths.get_mut(&(user, Some(group), *sku)).unwrap();
                if failed.is_empty() {
                    *path = NaivePath { held: true, error: None, plans: plans.clone(), going: Going::Stays };
                } else {
                    path.error = Some(failed.get(sku).copied().unwrap_or(LicenseError::Other));
                }
            }
            if failed.values().any(|error| *error == LicenseError::CountViolation) {
                self.since.entry((user, group)).or_insert(day);
            } else {
                self.since.remove(&(user, group));
            }
            if failed.is_empty() {
                changed = true;
                self.unsettled.remove(&(user, group));
                let swapped = self.paths.iter_mut().filter(|((u, s, _), _)| *u == user && *s == Some(group));
                swapped
                    .filter(|(_, path)| path.going == Going::AfterSwap)
                    .for_each(|(_, path)| path.going = Going::Now);
            }
        }
        changed
    }

    // --- What can be asked ---

    /// Every path: SKU, source, state, error.
    pub fn paths(&self, user: User) -> Vec<(Sku, Source, PathState, Option<LicenseError>)> {
        let of_user = self.paths.iter().filter(|((u, _, _), _)| *u == user);
        let mut paths: Vec<_> = of_user
            .map(|((_, source, sku), path)| {
                let unsettled = source.is_some_and(|group| self.unsettled.contains(&(user, group)));
                let fine = path.going == Going::Stays && !unsettled;
                let state = match (path.held, fine) {
                    (true, true) => PathState::Active,
                    (true, false) => PathState::ActiveWithError,
                    (false, _) => PathState::Error,
                };
                let error = match path.going {
                    _ if fine => None,
                    Going::AfterSwap => Some(LicenseError::Other),
                    _ => path.error,
                };
                (*sku, *source, state, error)
            })
            .collect();
        paths.sort();
        paths
    }

    /// Users without a seat, by whether some path of theirs waits for units (R16).
    fn without_seat(&self, sku: Sku) -> BTreeMap<User, bool> {
        let mut users: BTreeMap<User, bool> = BTreeMap::new();
        for ((user, _, s), path) in &self.paths {
            if *s == sku && !self.holds(*user, sku) {
                *users.entry(*user).or_default() |= path.error == Some(LicenseError::CountViolation);
            }
        }
        users
    }

    pub fn waiting(&self, sku: Sku) -> u32 {
        self.without_seat(sku).values().filter(|waits| **waits).count() as u32
    }

    pub fn blocked(&self, sku: Sku) -> u32 {
        self.without_seat(sku).values().filter(|waits| !**waits).count() as u32
    }

    pub fn queue(&self, sku: Sku) -> Vec<User> {
        let waiting = self.without_seat(sku);
        let mut order = Vec::new();
        for ((user, source, s), path) in &self.paths {
            let (Some(group), true) = (source, *s == sku && waiting.get(user) == Some(&true)) else { continue };
            if path.error == Some(LicenseError::CountViolation) {
                let rank = self.seekers[*user as usize].rank;
                let since = if self.policy.by_arrival { self.since[&(*user, *group)] } else { 0 };
                order.push((rank.class, since, rank.place, *group, *user));
            }
        }
        order.sort();
        let mut users: Vec<User> = Vec::new();
        for (_, _, _, _, user) in order {
            if !users.contains(&user) {
                users.push(user);
            }
        }
        users
    }
}
