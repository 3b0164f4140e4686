//! Licences that go before the account does. In: accounts and seats of dated snapshots. Out: the days from disabling to the removal of
//! licences. Never: a licence that a rule takes: only those count that an administrator gave and took.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::life::{Accounts, FEWEST, mean, stands_for};
use super::seats::SkuSeats;
use super::store::State;

/// Mean days from the day on which an account is found disabled to the one on which it has no licence any more that an administrator
/// gave; `None` where most licences go with the account.
pub fn license_removal_lag(accounts: &Accounts, seats: &BTreeMap<NaiveDate, Vec<SkuSeats>>) -> Option<u32> {
    let known: Accounts = accounts
        .iter()
        .filter(|(day, _)| seats.contains_key(day))
        .map(|(day, accounts)| (*day, accounts.clone()))
        .collect();
    // Accounts with a licence: for how long they were seen disabled.
    let mut running: BTreeMap<&str, f64> = BTreeMap::new();
    let (mut lags, mut with_account) = (Vec::new(), 0);
    for ((day, now), stands_for) in known.iter().zip(stands_for(&known)) {
        let holders = seats.get(day).into_iter().flatten().flat_map(|sku| &sku.holders);
        let held: BTreeSet<&str> = holders.filter(|holder| holder.given).map(|holder| &*holder.id).collect();
        running.retain(|id, days| match now.get(*id).map(|account| account.state) {
            None => {
                with_account += usize::from(*days > 0.0);
                false
            }
            Some(State::Disabled) if !held.contains(id) => {
                lags.push(*days);
                false
            }
            _ => true,
        });
        for (id, account) in now {
            match account.state {
                State::Member if held.contains(id.as_str()) => drop(running.insert(id, 0.0)),
                State::Member => drop(running.remove(id.as_str())),
                State::Disabled => running.get_mut(id.as_str()).into_iter().for_each(|days| *days += stands_for),
                State::Guest => {}
            }
        }
    }
    mean(&lags).filter(|_| lags.len() >= FEWEST && lags.len() > with_account)
}
