//! The mix of a tenant. In: profiles, prices. Out: seats of each SKU now and then, and the moves between. Never: adds two currencies.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::cover::{Candidate, Need, cheapest_cover};
use super::profile::{Profile, Profiles, profiles};
use super::{Fit, Ladders};
use crate::catalog::{Catalog, SkuId};
use crate::diagnostic::did_you_mean;
use crate::directory::{SkuIndex, UserIndex};
use crate::forecast::{Bundle, BundleBasis, BundleKept, BundleKeptReason, BundleMove, BundleSku};
use crate::licensing::Today;
use crate::money::{Currency, Money};
use crate::scenario::Baseline;

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BundleOptions {
    pub basis: BundleBasis,
    /// Names of plans that nobody has to keep.
    pub spared: Vec<String>,
}

/// Why there is no mix.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unbundled {
    #[error("no price is in force today")]
    NoPrice,
    #[error("prices of today are in several currencies: {0}")]
    Currencies(String),
    #[error("`{plan}` is not the name of a service plan")]
    UnknownPlan { plan: String, help: Option<String> },
}

/// A SKU that a mix may hold.
struct Priced {
    sku_id: SkuId,
    part: String,
    name: String,
    candidate: Candidate,
}

/// What a profile has and should have, by position among the priced SKUs.
struct Change {
    now: BTreeSet<usize>,
    then: BTreeSet<usize>,
    bound: i64,
}

pub fn bundle(
    baseline: &Baseline,
    today: &Today,
    catalog: &Catalog,
    options: &BundleOptions,
) -> Result<Bundle, Unbundled> {
    let spared = spared(catalog, &options.spared)?;
    let (currency, priced) = priced(baseline, catalog)?;
    let Profiles { users, idle, unused } = profiles(baseline, today, catalog, options.basis, &spared);
    let ladders = Ladders::embedded();
    let fit = Fit::of_policy(catalog, &baseline.policy);
    let market = Market { baseline, catalog, priced: &priced, ladders: &ladders, fit: &fit };
    let profiles: Vec<(Profile, Vec<UserIndex>)> = users.into_iter().collect();
    let changes: Vec<Change> = profiles.par_iter().map(|(profile, _)| market.change(profile)).collect();
    let seats = |of: fn(&Change) -> &BTreeSet<usize>, at: usize| -> u32 {
        let with = changes.iter().zip(&profiles).filter(|(change, _)| of(change).contains(&at));
        with.map(|(_, (_, users))| users.len() as u32).sum()
    };
    let cost = |of: &dyn Fn(&Change) -> i64| -> Money {
        let all = changes.iter().zip(&profiles).map(|(change, (_, users))| of(change) * users.len() as i64);
        Money { minor: all.sum(), currency }
    };
    let price = |positions: &BTreeSet<usize>| positions.iter().map(|at| priced[*at].candidate.price).sum::<i64>();
    let mut skus: Vec<BundleSku> = (0..priced.len())
        .map(|at| market.sku(at, currency, seats(|change| &change.now, at), seats(|change| &change.then, at)))
        .collect();
    skus.retain(|sku| sku.seats_now + sku.seats_then > 0);
    skus.sort_by(|a, b| (&a.product_name, &a.sku_id).cmp(&(&b.product_name, &b.sku_id)));
    Ok(Bundle {
        tenant: baseline.tenant.clone(),
        today: baseline.today,
        basis: options.basis,
        spared: spared.into_iter().collect(),
        users: profiles.iter().map(|(_, users)| users.len() as u32).sum(),
        profiles: profiles.len() as u32,
        idle,
        unused,
        cost_now: cost(&|change| price(&change.now)),
        cost_then: cost(&|change| price(&change.then)),
        bound: cost(&|change| change.bound),
        skus,
        moves: market.moves(&profiles, &changes, currency),
        kept: market.kept(&profiles),
        inputs: baseline.inputs.clone(),
    })
}

/// The names as the catalogue writes them.
fn spared(catalog: &Catalog, names: &[String]) -> Result<BTreeSet<String>, Unbundled> {
    let known: BTreeSet<&str> = catalog.skus().flat_map(|sku| &sku.service_plans).map(|plan| &*plan.name).collect();
    let find = |name: &String| {
        let found = known.iter().find(|known| known.eq_ignore_ascii_case(name.trim()));
        found.map(|name| (*name).to_owned()).ok_or_else(|| Unbundled::UnknownPlan {
            plan: name.clone(),
            help: did_you_mean(name, known.iter().copied()),
        })
    };
    names.iter().map(find).collect()
}

/// Every SKU with a price today and plans in the catalogue, in order of ids.
fn priced(baseline: &Baseline, catalog: &Catalog) -> Result<(Currency, Vec<Priced>), Unbundled> {
    let ids: BTreeSet<&SkuId> = baseline.prices.prices().iter().map(|price| &price.sku_id).collect();
    let mut currencies = BTreeSet::new();
    let mut priced = Vec::new();
    for sku_id in ids {
        let price = baseline.prices.on(sku_id, baseline.today);
        let Some((price, minor)) = price.and_then(|price| Some((price, price.effective_minor()?))) else { continue };
        let Some(sku) = catalog.sku(sku_id).filter(|sku| !sku.service_plans.is_empty()) else { continue };
        currencies.insert(price.currency);
        priced.push(Priced {
            sku_id: sku_id.clone(),
            part: sku.sku_part_number.to_string(),
            name: sku.product_name.to_string(),
            candidate: Candidate {
                price: minor,
                plans: sku.service_plans.iter().map(|plan| plan.name.to_string()).collect(),
            },
        });
    }
    let mut all = currencies.iter();
    match (all.next(), all.next()) {
        (None, _) => Err(Unbundled::NoPrice),
        (Some(currency), None) => Ok((*currency, priced)),
        _ => {
            let codes: Vec<&str> = currencies.iter().map(Currency::code).collect();
            Err(Unbundled::Currencies(codes.join(", ")))
        }
    }
}

struct Market<'a> {
    baseline: &'a Baseline,
    catalog: &'a Catalog,
    priced: &'a [Priced],
    ladders: &'a Ladders,
    fit: &'a Fit,
}

impl Market<'_> {
    fn position(&self, sku: SkuIndex) -> Option<usize> {
        let sku_id = &self.baseline.snapshot.sku(sku).sku_id;
        self.priced.iter().position(|priced| priced.sku_id == *sku_id)
    }

    /// The cheapest cover of a profile. What has no price, or no plans that are known, stays and gives what it gives.
    fn change(&self, profile: &Profile) -> Change {
        let now: BTreeSet<usize> = profile.skus.iter().filter_map(|sku| self.position(*sku)).collect();
        let stays = profile.skus.iter().filter(|sku| self.position(**sku).is_none());
        let stays = stays.filter_map(|sku| self.catalog.sku(&self.baseline.snapshot.sku(*sku).sku_id));
        let stays = stays.flat_map(|sku| &sku.service_plans).filter(|plan| profile.on.contains(&*plan.name));
        let given: BTreeSet<String> = stays.map(|plan| plan.name.to_string()).collect();
        let mut wanted = profile.plans.clone();
        wanted.retain(|plan| !given.iter().any(|given| self.ladders.covers(given, plan)));
        let candidates: Vec<Candidate> = self.priced.iter().map(|priced| priced.candidate.clone()).collect();
        let cost = |positions: &BTreeSet<usize>| positions.iter().map(|at| candidates[*at].price).sum::<i64>();
        let need = Need { wanted, held: now.clone(), on: profile.on.clone(), given };
        let covered = cheapest_cover(&need, &candidates, self.ladders, self.fit);
        match covered.map(|(then, bound)| (then.into_iter().collect::<BTreeSet<usize>>(), bound)) {
            Ok((then, bound)) if cost(&then) < cost(&now) => Change { now, then, bound },
            // No mix is cheaper, or the solver found none: everybody keeps what they have.
            Ok((_, bound)) => Change { bound: bound.min(cost(&now)), then: now.clone(), now },
            Err(_) => Change { bound: 0, then: now.clone(), now },
        }
    }

    fn sku(&self, at: usize, currency: Currency, seats_now: u32, seats_then: u32) -> BundleSku {
        let priced = &self.priced[at];
        let baseline = self.baseline;
        let owned = baseline.snapshot.sku_indexes().find(|sku| baseline.snapshot.sku(*sku).sku_id == priced.sku_id);
        BundleSku {
            sku_id: priced.sku_id.to_string(),
            sku_part_number: priced.part.clone(),
            product_name: priced.name.clone(),
            price: Money { minor: priced.candidate.price, currency },
            seats_now,
            seats_then,
            reducible_from: owned.and_then(|sku| baseline.supplies[sku.get()].next_term_end(baseline.today)),
        }
    }

    /// Moves by what is given up and got, those that save most in all first.
    fn moves(&self, profiles: &[(Profile, Vec<UserIndex>)], changes: &[Change], currency: Currency) -> Vec<BundleMove> {
        let mut moves: BTreeMap<[Vec<usize>; 2], Vec<String>> = BTreeMap::new();
        for ((_, users), change) in profiles.iter().zip(changes).filter(|(_, change)| change.now != change.then) {
            let key = [
                change.now.difference(&change.then).copied().collect(),
                change.then.difference(&change.now).copied().collect(),
            ];
            let ids = users.iter().map(|user| self.baseline.snapshot.users.id(*user).to_owned());
            moves.entry(key).or_default().extend(ids);
        }
        let parts = |at: &Vec<usize>| at.iter().map(|at| self.priced[*at].part.clone()).collect::<Vec<_>>();
        let price = |at: &Vec<usize>| at.iter().map(|at| self.priced[*at].candidate.price).sum::<i64>();
        let one = |([gives_up, gets], mut users): ([Vec<usize>; 2], Vec<String>)| {
            users.sort_unstable();
            BundleMove {
                gives_up: parts(&gives_up),
                gets: parts(&gets),
                saves: Money { minor: price(&gives_up) - price(&gets), currency },
                users,
            }
        };
        let mut moves: Vec<BundleMove> = moves.into_iter().map(one).collect();
        let all = |one: &BundleMove| one.saves.minor * one.users.len() as i64;
        moves.sort_by_key(|one| (std::cmp::Reverse(all(one)), one.gives_up.clone(), one.gets.clone()));
        moves
    }

    /// SKUs that people have and that no mix can be made of; free and tenant-wide ones aside.
    fn kept(&self, profiles: &[(Profile, Vec<UserIndex>)]) -> Vec<BundleKept> {
        let snapshot = &self.baseline.snapshot;
        let mut seats: BTreeMap<SkuIndex, u32> = BTreeMap::new();
        for (profile, users) in profiles {
            for sku in profile.skus.iter().filter(|sku| self.position(**sku).is_none()) {
                *seats.entry(*sku).or_default() += users.len() as u32;
            }
        }
        let planned = seats.into_iter().filter(|(sku, _)| snapshot.sku(*sku).is_planned());
        let one = |(sku, seats): (SkuIndex, u32)| {
            let named = snapshot.sku(sku);
            let price = self.baseline.prices.on(&named.sku_id, self.baseline.today);
            BundleKept {
                sku_part_number: named.sku_part_number.to_string(),
                product_name: named.product_name.to_string(),
                seats,
                reason: match price.and_then(|price| price.effective_minor()) {
                    None => BundleKeptReason::NoPrice,
                    Some(_) => BundleKeptReason::UnknownPlans,
                },
            }
        };
        planned.map(one).collect()
    }
}
