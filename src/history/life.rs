//! How accounts live beside joining and leaving: what a move changes, how long a leaver's account lasts, guests. In: the accounts of
//! dated snapshots. Out: lines for `rates.toml`. Never: a number that fewer than a few people tell.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::calibration::{Range, range};
use super::flow::Flow;
use super::removal::license_removal_lag;
use super::seats::SkuSeats;
use super::store::{Account, State, between};

/// Accounts of a store, by day and id.
pub type Accounts = BTreeMap<NaiveDate, BTreeMap<String, Account>>;

/// So many people have to tell a number.
pub(super) const FEWEST: usize = 5;
/// Days in a month, on average.
pub(super) const MONTH: f64 = 30.44;
const DRAWS: usize = 400;
const AHEAD: usize = 12;
/// Guests who went within so many days of one age went because of their age.
const SAME_AGE_DAYS: i64 = 35;

/// What snapshots tell beside the rates of members; `None` or empty where they do not.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
pub struct Life {
    /// The attributes that more than half of those who moved changed in the same move, in byte order.
    pub movers_change: Vec<Box<str>>,
    /// Mean days from the last day to the day on which an account is found disabled, and from there to its deletion.
    pub disabling_lag_days: Option<u32>,
    pub deletion_lag_days: Option<u32>,
    /// Mean days from disabling to the removal of licences that an administrator gave, where most go before the account does.
    pub license_removal_lag_days: Option<u32>,
    /// A month, as a share of the guests there are.
    pub guests_invited: Option<Range>,
    pub guests_removed: Option<Range>,
    pub guests_expire_after_days: Option<u32>,
}

/// Learns from accounts, and from who had which seat; a move is a change of any attribute in `by`.
pub fn life(accounts: &Accounts, seats: &BTreeMap<NaiveDate, Vec<SkuSeats>>, by: &[String], seed: u64) -> Life {
    let (invited, removed, expire) = guests(accounts, seed);
    Life {
        movers_change: movers_change(accounts, by),
        disabling_lag_days: mean(&disabling_lags(accounts)),
        deletion_lag_days: mean(&deletion_lags(accounts)),
        license_removal_lag_days: license_removal_lag(accounts, seats),
        guests_invited: invited,
        guests_removed: removed,
        guests_expire_after_days: expire,
    }
}

fn pairs(
    accounts: &Accounts,
) -> impl Iterator<Item = (NaiveDate, &BTreeMap<String, Account>, NaiveDate, &BTreeMap<String, Account>)> {
    accounts.iter().zip(accounts.iter().skip(1)).map(|((before, old), (day, new))| (*before, old, *day, new))
}

fn movers_change(accounts: &Accounts, by: &[String]) -> Vec<Box<str>> {
    let (mut movers, mut changed) = (0, BTreeMap::<&str, usize>::new());
    for (_, old, _, new) in pairs(accounts) {
        for (id, account) in old.iter().filter(|(_, account)| account.state == State::Member) {
            let Some(later) = new.get(id).filter(|later| later.state == State::Member) else { continue };
            if by.iter().all(|name| account.value(name) == later.value(name)) {
                continue;
            }
            movers += 1;
            let differs = |(name, value): &&(Box<str>, Option<Box<str>>)| later.value(name) != value.as_deref();
            account.values.iter().filter(differs).for_each(|(name, _)| *changed.entry(name).or_default() += 1);
        }
    }
    let most = |(_, count): &(&str, usize)| movers >= FEWEST && count * 2 > movers;
    changed.into_iter().filter(most).map(|(name, _)| name.into()).collect()
}

/// Half of the time between the days before and after each day: what a sighting on it stands for.
pub(super) fn stands_for(accounts: &Accounts) -> Vec<f64> {
    let days: Vec<NaiveDate> = accounts.keys().copied().collect();
    let span = |at: usize, day: &NaiveDate| {
        let before = at.checked_sub(1).and_then(|before| days.get(before)).unwrap_or(day);
        (*days.get(at + 1).unwrap_or(day) - *before).num_days() as f64 / 2.0
    };
    days.iter().enumerate().map(|(at, day)| span(at, day)).collect()
}

/// Days for which accounts that were enabled, then `seen` by each day, then gone were so seen: each sighting stands for half of
/// the time to the ones around it, so that the mean is right however far apart snapshots are.
fn lags(
    accounts: &Accounts,
    is_gone: impl Fn(Option<&Account>) -> bool,
    seen: impl Fn(&Account, NaiveDate) -> bool,
) -> Vec<f64> {
    let mut running: BTreeMap<&str, f64> = BTreeMap::new();
    let mut lags = Vec::new();
    for ((day, now), stands_for) in accounts.iter().zip(stands_for(accounts)) {
        let gone: Vec<&str> = running.keys().copied().filter(|id| is_gone(now.get(*id))).collect();
        lags.extend(gone.into_iter().filter_map(|id| running.remove(id)));
        for (id, account) in now {
            if seen(account, *day) {
                running.entry(id).and_modify(|sum| *sum += stands_for);
            } else if account.state == State::Member {
                running.insert(id, 0.0);
            }
        }
    }
    lags
}

/// From a last day that was known to the day on which the account is enabled no more.
fn disabling_lags(accounts: &Accounts) -> Vec<f64> {
    // Of whom no last day was ever known, nothing can be told.
    let mut known: BTreeMap<NaiveDate, BTreeMap<String, Account>> = accounts.clone();
    let last_days: BTreeSet<String> =
        accounts.values().flatten().filter(|(_, account)| account.leaves.is_some()).map(|(id, _)| id.clone()).collect();
    known.values_mut().for_each(|accounts| accounts.retain(|id, _| last_days.contains(id)));
    let is_gone = |account: Option<&Account>| account.is_none_or(|account| account.state != State::Member);
    lags(&known, is_gone, |account, day| {
        account.state == State::Member && account.leaves.is_some_and(|last| last < day)
    })
}

/// From there to the day on which the account is gone.
fn deletion_lags(accounts: &Accounts) -> Vec<f64> {
    lags(accounts, |account| account.is_none(), |account, _| account.state == State::Disabled)
}

pub(super) fn mean(lags: &[f64]) -> Option<u32> {
    let mean = lags.iter().sum::<f64>() / lags.len().max(1) as f64;
    (lags.len() >= FEWEST).then_some(mean.round() as u32)
}

/// Guests invited and removed, and the age at which they go where most go at one.
fn guests(accounts: &Accounts, seed: u64) -> (Option<Range>, Option<Range>, Option<u32>) {
    let is_guest = |account: &&Account| account.state == State::Guest;
    let (mut invited, mut removed, mut exposed, mut ages) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (before, old, day, new) in pairs(accounts) {
        let months = (day - before).num_days() as f64 / MONTH;
        let there = old.values().filter(is_guest).count();
        invited.push(new.iter().filter(|(id, account)| is_guest(account) && !old.contains_key(*id)).count() as u32);
        let gone = old.iter().filter(|(id, account)| is_guest(account) && !new.contains_key(*id));
        let mut count = 0;
        for (_, account) in gone {
            count += 1;
            ages.extend(account.started.map(|started| (between(Some(before), day) - started).num_days()));
        }
        removed.push(count);
        exposed.push(there as f64 * months);
    }
    ages.sort_unstable();
    let middle = ages.get(ages.len() / 2).copied();
    let same = middle.map_or(0, |middle| ages.iter().filter(|age| (*age - middle).abs() <= SAME_AGE_DAYS).count());
    let expire = middle.filter(|_| ages.len() >= 2 * FEWEST && same * 10 >= ages.len() * 8);
    if expire.is_some() {
        // Those who expire are not removed by chance; what is left is spread over the past as all of them were.
        let left = 1.0 - same as f64 / ages.len() as f64;
        removed.iter_mut().for_each(|count| *count = (f64::from(*count) * left).round() as u32);
    }
    let told = exposed.iter().sum::<f64>() > 0.0;
    let of = |counts: &[u32], stream: u64| told.then(|| rate(counts, &exposed, seed, stream));
    (of(&invited, 5), of(&removed, 6), expire.and_then(|days| u32::try_from(days).ok()))
}

/// The share a month over the next year.
pub(super) fn rate(counts: &[u32], exposed: &[f64], seed: u64, stream: u64) -> Range {
    let counts: Vec<Vec<u32>> = counts.iter().map(|count| vec![*count]).collect();
    let expected: Vec<Vec<f64>> = exposed.iter().map(|months| vec![months.max(1e-9)]).collect();
    let flow = Flow::fit(&counts, &expected);
    let now = expected.last().cloned().unwrap_or_default();
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(stream);
    range((0..DRAWS).map(|_| flow.ahead_in_all(&now, AHEAD, &mut rng).0).collect())
}
