//! Seats that people ask for by themselves. In: who had which seat, who was there, by day. Out: for each SKU a rate a month. Never:
//! a seat that a group gives, or one of somebody who has just joined.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::calibration::{Range, range};
use super::flow::Flow;
use super::life::Accounts;
use super::seats::SkuSeats;
use super::store::State;

const MONTH: f64 = 30.44;
const DRAWS: usize = 400;
const AHEAD: usize = 12;

/// What people asked for of one SKU.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Requested {
    pub sku_part_number: Box<str>,
    /// Direct licences that people got who were there before, and those that people who stayed gave back.
    pub asked: u32,
    pub given_back: u32,
    /// Asked for less given back, a month, as a share of all members.
    pub share: Range,
}

/// SKUs that were asked for more often than given back, in byte order.
pub fn requests(days: &BTreeMap<NaiveDate, Vec<SkuSeats>>, accounts: &Accounts, seed: u64) -> Vec<Requested> {
    let names: BTreeSet<&str> = days.values().flatten().map(|sku| &*sku.sku_part_number).collect();
    let names: Vec<&str> = names.into_iter().collect();
    let (mut asked, mut given_back, mut expected) = (Vec::new(), vec![0u32; names.len()], Vec::new());
    for ((before, old), (day, new)) in days.iter().zip(days.iter().skip(1)) {
        let (Some(was), Some(is)) = (accounts.get(before), accounts.get(day)) else { continue };
        let is_member = |accounts: &BTreeMap<String, _>, id: &str| {
            accounts.get(id).is_some_and(|account: &super::store::Account| account.state == State::Member)
        };
        let members = was.values().filter(|account| account.state == State::Member).count();
        let months = members as f64 * (*day - *before).num_days() as f64 / MONTH;
        let mut row = Vec::with_capacity(names.len());
        for (sku, given_back) in names.iter().zip(&mut given_back) {
            let (held, holds) = (holders(old, sku), holders(new, sku));
            let taken = holds.iter().filter(|(id, direct)| **direct && !held.contains_key(*id) && is_member(was, id));
            let returned = held.iter().filter(|(id, direct)| **direct && !holds.contains_key(*id) && is_member(is, id));
            row.push(taken.count() as u32);
            *given_back += returned.count() as u32;
        }
        asked.push(row);
        expected.push(vec![months.max(1e-9); names.len()]);
    }
    let Some(now) = expected.last().cloned() else { return Vec::new() };
    let flow = Flow::fit(&asked, &expected);
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(7);
    let mut shares = vec![Vec::with_capacity(DRAWS); names.len()];
    for _ in 0..DRAWS {
        let (rate, weights) = flow.ahead_in_all(&now, AHEAD, &mut rng);
        shares.iter_mut().zip(weights).for_each(|(shares, weight)| shares.push(rate * weight));
    }
    let mut requests = Vec::new();
    for ((number, sku), shares) in names.into_iter().enumerate().zip(shares) {
        let taken: u32 = asked.iter().filter_map(|row| row.get(number)).sum();
        let returned = given_back.get(number).copied().unwrap_or(0);
        if taken <= returned {
            continue;
        }
        let kept = 1.0 - f64::from(returned) / f64::from(taken);
        let share = range(shares.into_iter().map(|share| share * kept).collect());
        requests.push(Requested { sku_part_number: sku.into(), asked: taken, given_back: returned, share });
    }
    requests
}

/// Who has or awaits a seat, and whether by no group.
fn holders<'a>(skus: &'a [SkuSeats], name: &str) -> BTreeMap<&'a str, bool> {
    let of = skus.iter().filter(|sku| &*sku.sku_part_number == name);
    of.flat_map(|sku| sku.holders.iter().map(|holder| (&*holder.id, holder.direct))).collect()
}
