//! Purchases, renewals and prices in a scenario file. In: a change. Out: deeds on lots and prices. Never: a person.

use super::read::Entry;
use crate::calendar;
use crate::ingest::code;
use crate::money::Currency;
use crate::scenario::{Deed, PriceEdit};
use crate::supply::{BillingPlan, Channel, Renewal, Subscription, Term};

const TERMS: [(&str, Term); 3] = [("P1M", Term::P1M), ("P1Y", Term::P1Y), ("P3Y", Term::P3Y)];
const BILLING: [(&str, BillingPlan); 3] =
    [("monthly", BillingPlan::Monthly), ("annual", BillingPlan::Annual), ("triennial", BillingPlan::Triennial)];
const CHANNELS: [(&str, Channel); 3] = [("direct", Channel::Direct), ("csp", Channel::Csp), ("ea", Channel::Ea)];

/// The most units of one purchase.
const UNITS_MAX: u32 = 10_000_000;

pub fn supply(entry: &mut Entry<'_, '_, '_, '_>, kind: &str) -> Option<()> {
    match kind {
        "buy" => buy(entry),
        "change-price" => price(entry),
        _ => {
            let value = entry.table.get("subscription")?;
            let name = entry.text.string(value)?;
            let lot = entry.names.subscription(entry.text, name, &value.span())?;
            let Some(end) = lot.term_end else {
                return entry.wrong(
                    "subscription",
                    "the end of its term is not known: give `renewalDate` in subscriptions.csv",
                );
            };
            let renews = matches!(lot.end_of_term(), Renewal::Renew { .. });
            if end < entry.on && !renews {
                let message = format!("its last term ends on {end}, before {}", entry.on);
                entry.text.error(code::DATE_IN_SCENARIO, message, &value.span(), None);
                return None;
            }
            let subscription: Box<str> = lot.id.clone();
            let sku = entry.names.sku_name(&lot.sku_id);
            match kind {
                "cancel" => {
                    let label = format!("{sku}: {subscription} is cancelled");
                    entry.push(entry.on, Deed::Cancel { subscription }, &label);
                }
                "renew-with" => {
                    let quantity = entry.text.count(entry.table.get("quantity")?, UNITS_MAX)?;
                    let label = format!("{sku}: {subscription} renews with {quantity}");
                    entry.push(entry.on, Deed::RenewWith { subscription, quantity }, &label);
                }
                _ => {
                    let term = entry.text.word(entry.table.get("term")?, &TERMS)?;
                    let billing = billing(entry, term)?;
                    let label = format!("{sku}: {subscription} goes on as {term:?}");
                    entry.push(entry.on, Deed::ChangeTerm { subscription, term, billing }, &label);
                }
            }
            Some(())
        }
    }
}

fn billing(entry: &mut Entry<'_, '_, '_, '_>, term: Term) -> Option<BillingPlan> {
    match entry.table.get("billing") {
        Some(value) => entry.text.word(value, &BILLING),
        None => Some(match term {
            Term::P1M => BillingPlan::Monthly,
            Term::P1Y => BillingPlan::Annual,
            Term::P3Y => BillingPlan::Triennial,
        }),
    }
}

fn buy(entry: &mut Entry<'_, '_, '_, '_>) -> Option<()> {
    let sku_id = entry.sku("sku")?;
    let quantity = entry.text.count(entry.table.get("quantity")?, UNITS_MAX)?;
    let term = match entry.table.get("term") {
        Some(value) => entry.text.word(value, &TERMS)?,
        None => Term::P1Y,
    };
    let billing = billing(entry, term)?;
    let channel = match entry.table.get("channel") {
        Some(value) => entry.text.word(value, &CHANNELS)?,
        None => Channel::Direct,
    };
    let renews = match entry.table.get("auto-renew") {
        Some(value) => entry.text.boolean(value)?,
        None => true,
    };
    let name = entry.names.sku_name(&sku_id);
    let id = match entry.table.get("subscription") {
        Some(_) => entry.string("subscription")?,
        None => format!("{name} from {}", entry.on),
    };
    let lot = Subscription {
        id: id.into(),
        sku_id,
        quantity,
        start: entry.on,
        term,
        term_end: calendar::renewal(entry.on, term.months(), 1).ok(),
        renewal: if renews { Renewal::Renew { quantity } } else { Renewal::Expire },
        billing,
        channel,
        trial: false,
        reserved: false,
        origin: entry.text.at(&entry.span),
    };
    entry.push(entry.on, Deed::Buy(lot), &format!("{name}: {quantity} more units"));
    Some(())
}

fn price(entry: &mut Entry<'_, '_, '_, '_>) -> Option<()> {
    let sku = entry.sku("sku")?;
    let name = entry.names.sku_name(&sku);
    let known = entry.names.baseline.prices.on(&sku, entry.on).map(|price| price.currency);
    let (edit, label) = match (entry.table.get("percent"), entry.table.get("price")) {
        (Some(value), None) => {
            let percent = entry.text.number(value, "percent, such as `8.5` or `-3`")?;
            if !(-100.0..=1000.0).contains(&percent) {
                return entry.wrong("percent", "between -100 and 1000 percent");
            }
            if known.is_none() {
                return entry.wrong("percent", "no price of this SKU is known: write it with `price` and `currency`");
            }
            (PriceEdit::Percent(percent), format!("{name}: price {percent:+} %"))
        }
        (None, Some(value)) => {
            let amount = entry.text.number(value, "an amount, such as `32.50`")?;
            let currency = match entry.table.get("currency") {
                Some(value) => match entry.text.string(value).and_then(Currency::parse) {
                    Some(currency) => currency,
                    None => return entry.wrong("currency", "the three letters of a currency"),
                },
                None => match known {
                    Some(currency) => currency,
                    None => return entry.wrong("price", "no price of this SKU is known: give `currency` too"),
                },
            };
            if !(0.0..=1e9).contains(&amount) {
                return entry.wrong("price", "an amount that is not negative");
            }
            let minor = (amount * 10f64.powi(currency.minor_digits() as i32)).round() as i64;
            (PriceEdit::Minor { minor, currency }, format!("{name}: {amount} {currency} a seat"))
        }
        _ => return entry.wrong("percent", "say how much: `percent = 8` or `price = 32.50`"),
    };
    entry.push(entry.on, Deed::Price { sku, edit }, &label);
    Some(())
}
