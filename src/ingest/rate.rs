//! Rates as people write them. In: `12/month`, `8..14/month`, `1.2%/month`, `0.8..1.4%/month`. Out: a rate. Never: a negative
//! one, a range that runs backwards, a unit of time that was not written.

use crate::scenario::{Rate, Spread};

pub(super) fn rate(text: &str) -> Option<Rate> {
    let amount = text.trim().strip_suffix("/month")?.trim();
    let (numbers, share) = match amount.strip_suffix('%') {
        Some(numbers) => (numbers.trim(), true),
        None => (amount, false),
    };
    let (low, high) = numbers.split_once("..").unwrap_or((numbers, numbers));
    let (low, high) = (number(low)?, number(high)?);
    if low > high {
        return None;
    }
    if !share {
        return Some(Rate::PeoplePerMonth(Spread { low, high }));
    }
    (high <= 100.0).then_some(Rate::SharePerMonth(Spread { low: low / 100.0, high: high / 100.0 }))
}

/// `5%` as 0.05.
pub(super) fn percent(text: &str) -> Option<f64> {
    number(text.trim().strip_suffix('%')?).filter(|percent| *percent <= 100.0).map(|percent| percent / 100.0)
}

/// Digits with at most one decimal point.
fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') && text.len() <= 12;
    if plain { text.parse::<f64>().ok() } else { None }
}
