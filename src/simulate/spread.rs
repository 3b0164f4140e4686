//! What another order of grants would change: nobody documents who gets the last seat. In: a baseline, licensing today, worlds.
//! Out: for each SKU and order policy that differs from the tenant's own, by how much. Never: an order that only renames a tie.

use rayon::prelude::*;

use super::draws;
use super::replication::replicate;
use super::scratch::Scratch;
use super::summary;
use super::tally::{KEPT, Tally, Trajectory};
use super::world::World;
use crate::catalog::Catalog;
use crate::directory::{SkuIndex, Users};
use crate::forecast::{OrderSpread, OrderSpreadAhead};
use crate::licensing::{self, BundleIndex, Ledger, Opening, OrderPolicy, Rank, Today};
use crate::scenario::Baseline;

/// Random orders that are drawn for today.
const DRAWS: u32 = 5;

/// Replications that are run again under another order: one of so many, none that the tally has not kept, and no more than come to so
/// many people times days, so that a forecast takes a few percent longer and not twice as long. Where people are many, chance
/// weighs less and a few replications tell as much.
const ONE_OF: u32 = 25;
const PEOPLE_DAYS: u64 = 600_000_000;

/// How many replications of so many, of people over days, are run again under each other order.
fn again(replications: u32, people: u32, days: u32) -> u32 {
    let each = (u64::from(people) * u64::from(days)).max(1);
    let most = u32::try_from(PEOPLE_DAYS / each).unwrap_or(u32::MAX);
    (replications / ONE_OF).min(most).clamp(1, KEPT)
}

/// The policies to hold against the tenant's own, each with the name that a report shows.
fn others(own: &OrderPolicy) -> Vec<(&'static str, OrderPolicy)> {
    let all = [("arrival", OrderPolicy::Arrival), ("created", OrderPolicy::Created), ("random", OrderPolicy::Random)];
    all.into_iter().filter(|(_, policy)| policy != own).collect()
}

/// Today under other orders. Only SKUs without a free unit, or with a line, can depend on the order. Where `settled` says that
/// nobody was given anything that the export does not show, no order could have given it, and only the line can differ.
pub fn today(baseline: &Baseline, today: &Today, catalog: &Catalog, settled: bool) -> Vec<OrderSpread> {
    let planned = summary::planned(baseline);
    let tight = |sku: &&SkuIndex| today.ledger.waiting(**sku) > 0 || today.ledger.available(**sku) <= 0;
    if !planned.iter().any(|sku| tight(&sku)) {
        return Vec::new();
    }
    let in_error: Vec<u32> = today.ledger.users_in_error().collect();
    let lines: Vec<Vec<u32>> = planned.iter().map(|sku| today.ledger.queue(*sku)).collect();
    let opening = (!settled).then(|| opening(baseline, today, catalog));
    let orders = others(&baseline.policy.order);
    let rows = orders.into_par_iter().flat_map_iter(|(name, order)| {
        let draws = if order == OrderPolicy::Random { DRAWS } else { 1 };
        let outcomes = |draw: u32| {
            let ledger = match &opening {
                None => in_line(baseline, today, &order, draw),
                Some(opening) => under(baseline, opening.clone(), &order, draw).ledger,
            };
            let skus = planned.iter().zip(&lines);
            skus.map(|(sku, line)| Outcome::new(*sku, &ledger, (&today.ledger, &in_error, line))).collect::<Vec<_>>()
        };
        let drawn: Vec<Vec<Outcome>> = (0..draws).into_par_iter().map(outcomes).collect();
        let row = |(at, sku): (usize, &SkuIndex)| {
            let outcomes: Vec<Outcome> = drawn.iter().map(|outcomes| outcomes[at]).collect();
            row(baseline, today, &outcomes, *sku, name)
        };
        planned.iter().enumerate().filter_map(row).collect::<Vec<_>>()
    });
    let mut rows: Vec<OrderSpread> = rows.collect();
    rows.sort_by_key(|row| planned.iter().position(|sku| *baseline.snapshot.sku(*sku).product_name == *row.sku));
    rows
}

/// What becomes of one SKU under another order.
#[derive(Clone, Copy)]
struct Outcome {
    assigned: u32,
    waiting: u32,
    blocked: u32,
    served_otherwise: u32,
    moved_in_line: u32,
}

impl Outcome {
    /// `in_error` are the users who lack something today, and `line` those who wait for this SKU.
    fn new(sku: SkuIndex, other: &Ledger, (own, in_error, line): (&Ledger, &[u32], &[u32])) -> Self {
        // Who lacks nothing holds the same under every order.
        let otherwise = in_error.iter().filter(|user| other.holds(**user, sku) && !own.holds(**user, sku));
        let theirs = other.queue(sku);
        let moved = line.iter().enumerate().filter(|(at, user)| theirs.get(*at) != Some(*user));
        Outcome {
            assigned: other.assigned(sku),
            waiting: other.waiting(sku),
            blocked: other.blocked(sku),
            served_otherwise: otherwise.count() as u32,
            moved_in_line: moved.count() as u32,
        }
    }
}

/// A rank for each user; a random order is drawn.
fn ranks(users: &Users, order: &OrderPolicy, draw: u32) -> Vec<Rank> {
    match order {
        OrderPolicy::Random => draws::places(0, draw).take(users.len()).map(|place| Rank { class: 0, place }).collect(),
        order => licensing::ranks(users, order),
    }
}

/// The same seats with another line. Everybody has waited since the same day, so that ranks alone decide.
fn in_line(baseline: &Baseline, today: &Today, order: &OrderPolicy, draw: u32) -> Ledger {
    let ranks = ranks(&baseline.snapshot.users, order, draw);
    let mut ledger = today.ledger.clone();
    let waiting: Vec<u32> = ledger.users_in_error().collect();
    waiting.into_iter().for_each(|user| ledger.set_rank(user, ranks[user as usize]));
    ledger
}

/// Today before anything is granted.
fn opening(baseline: &Baseline, today: &Today, catalog: &Catalog) -> Opening {
    let (snapshot, memberships) = (&baseline.snapshot, today.memberships.clone());
    Opening::new(snapshot, memberships, &baseline.policy, &today.units, catalog, today.licensed_groups()).value
}

/// Licensing today under another order.
fn under(baseline: &Baseline, opening: Opening, order: &OrderPolicy, draw: u32) -> Today {
    let ranks = ranks(&baseline.snapshot.users, order, draw);
    let policy = licensing::Policy { order: order.clone(), ..baseline.policy.clone() };
    opening.settled(&baseline.snapshot, &policy, &ranks).value
}

fn row(baseline: &Baseline, own: &Today, outcomes: &[Outcome], sku: SkuIndex, order: &str) -> Option<OrderSpread> {
    let own = &own.ledger;
    let range = |of: &dyn Fn(&Outcome) -> u32| {
        let all = || outcomes.iter().map(of);
        (all().min().unwrap_or(0), all().max().unwrap_or(0))
    };
    let spread = OrderSpread {
        sku: baseline.snapshot.sku(sku).product_name.to_string(),
        order: order.to_owned(),
        draws: outcomes.len() as u32,
        assigned: range(&|outcome| outcome.assigned),
        waiting: range(&|outcome| outcome.waiting),
        blocked: range(&|outcome| outcome.blocked),
        served_otherwise: range(&|outcome| outcome.served_otherwise).1,
        moved_in_line: range(&|outcome| outcome.moved_in_line).1,
    };
    let same = |pair: (u32, u32), own: u32| pair == (own, own);
    let unchanged = same(spread.assigned, own.assigned(sku))
        && same(spread.waiting, own.waiting(sku))
        && same(spread.blocked, own.blocked(sku))
        && (spread.served_otherwise, spread.moved_in_line) == (0, 0);
    (!unchanged).then_some(spread)
}

/// The future under other orders, on the same draws. Where every group gives one SKU, who waits depends on the order and how many
/// do not: a count can depend on it only for SKUs that run short in a bundle with others.
pub fn ahead(today: &Today, catalog: &Catalog, world: &World<'_>, tally: &Tally) -> Vec<OrderSpreadAhead> {
    let (baseline, settings) = (world.baseline, world.settings());
    let short = |sku: SkuIndex| tally.skus[sku.get()].first_short.total() > 0;
    let bundles = (0..today.terms.bundle_count() as u32).map(BundleIndex);
    let mut several = bundles.map(|bundle| today.terms.bundle_skus(bundle).collect::<Vec<_>>());
    if !several.any(|skus| skus.len() > 1 && skus.iter().any(|sku| short(*sku))) {
        return Vec::new();
    }
    let count = again(settings.replications(), world.exported(), settings.horizon_days());
    let own: Vec<&Trajectory> = tally.kept.range(..count).map(|(_, own)| own).collect();
    let opening = opening(baseline, today, catalog);
    let rows = others(&baseline.policy.order).into_par_iter().flat_map_iter(|(name, order)| {
        // What is drawn anew in each replication needs no draw for today.
        let other = under(baseline, opening.clone(), &order, 0);
        // The same people, rules and plans: only ranks differ.
        let world = World::new(baseline, &other, world.future, settings, world.script);
        let replications = (0..count).into_par_iter();
        let runs = replications.map_init(|| Scratch::new(&world), |scratch, number| replicate(&world, scratch, number));
        let runs: Vec<Trajectory> = runs.collect();
        let row = |sku| row_ahead(baseline, &own, &runs, sku, name);
        summary::planned(baseline).into_iter().filter_map(row).collect::<Vec<_>>()
    });
    rows.collect()
}

fn row_ahead(
    baseline: &Baseline,
    own: &[&Trajectory],
    other: &[Trajectory],
    sku: SkuIndex,
    order: &str,
) -> Option<OrderSpreadAhead> {
    let mut spread = OrderSpreadAhead {
        sku: baseline.snapshot.sku(sku).product_name.to_string(),
        order: order.to_owned(),
        replications: own.len() as u32,
        differing: 0,
        fewer_waiting: 0,
        more_waiting: 0,
    };
    for (own, other) in own.iter().zip(other) {
        let readings = own.skus[sku.get()].readings.iter().zip(&other.skus[sku.get()].readings);
        let mut differs = false;
        for (own, other) in readings {
            differs |= own != other;
            spread.fewer_waiting = spread.fewer_waiting.max(own.waiting.saturating_sub(other.waiting));
            spread.more_waiting = spread.more_waiting.max(other.waiting.saturating_sub(own.waiting));
        }
        spread.differing += u32::from(differs);
    }
    (spread.differing > 0).then_some(spread)
}

#[cfg(test)]
mod tests {
    use super::again;

    #[test]
    fn a_large_tenant_is_run_again_a_few_times_and_a_small_one_as_often_as_its_replications_allow() {
        assert_eq!(again(1_000, 2_000, 730), 20);
        assert_eq!(again(200, 2_000, 730), 8);
        assert_eq!(again(1_000, 100_000, 1_096), 5);
        assert_eq!(again(1_000, 1_000_000, 1_096), 1);
        assert_eq!(again(10, 0, 0), 1);
    }
}
