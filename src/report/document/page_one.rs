//! Page one in words. In: a forecast's troubles. Out: a verdict and a sentence for each SKU in trouble. Never: a number
//! without its date and its certainty.

use std::collections::BTreeMap;

use super::{Phrase, Tone, Trouble};
use crate::forecast::{self, Forecast, TroubleCause};
use crate::money::{Currency, Money};
use crate::report::clean;
use crate::report::words::Words;

/// What the report is about, in one line.
pub fn subtitle(forecast: &Forecast, words: &Words) -> String {
    let provenance = &forecast.provenance;
    let horizon = provenance.today.checked_add_months(chrono::Months::new(provenance.horizon_months));
    let last = forecast.skus.iter().find_map(|sku| sku.points.last()).map(|point| point.day);
    let end = last.or(horizon).unwrap_or(provenance.today);
    words.tell(
        "subtitle",
        &[
            ("today", words.date(provenance.today)),
            ("end", words.date(end)),
            ("users", words.count(u64::from(forecast.coverage.users))),
            ("skus", words.plural("unit.skus", forecast.skus.len() as u64)),
            ("replications", words.count(u64::from(provenance.replications))),
        ],
    )
}

/// The answer to “is there anything to do?”.
pub fn verdict(forecast: &Forecast, words: &Words) -> Phrase {
    let all = words.plural("unit.skus", forecast.skus.len() as u64);
    let horizon = words.plural("unit.months", u64::from(forecast.provenance.horizon_months));
    if forecast.skus.is_empty() {
        return Phrase::plain(words.say("verdict.no-skus"));
    }
    if forecast.trouble.is_empty() {
        return words.phrase("verdict.fine", &[("all", all), ("horizon", horizon)], &[]);
    }
    let short = forecast.trouble.iter().filter(|trouble| trouble.already_short).count();
    let later = forecast.trouble.len() - short;
    let counted = |n: usize| words.count(n as u64);
    let values = [("all", all), ("horizon", horizon), ("short", counted(short)), ("later", counted(later))];
    let key = match (short, later) {
        (_, 0) => "verdict.short",
        (0, _) => "verdict.later",
        _ => "verdict.both",
    };
    words.phrase(key, &values, &["short", "later"])
}

/// What the seats cost, what of it is for seats that nobody holds, and by when the next decision has to be taken.
pub fn money(forecast: &Forecast, words: &Words) -> Phrase {
    let mut months: BTreeMap<Currency, Vec<i64>> = BTreeMap::new();
    for cost in &forecast.costs {
        months.entry(cost.currency).or_default().push(cost.minor);
    }
    // A currency in which nothing is paid is not worth a word.
    months.retain(|_, minors| minors.iter().any(|minor| *minor != 0));
    let all = |of: &dyn Fn(&[i64]) -> i64| -> String {
        let amounts = months.iter().map(|(currency, minors)| Money { minor: of(minors), currency: *currency });
        amounts.map(|money| words.money(money)).collect::<Vec<_>>().join(", ")
    };
    let mut said: Vec<Phrase> = Vec::new();
    if !months.is_empty() {
        let count = months.values().map(Vec::len).max().unwrap_or(0);
        let values = [
            ("month", all(&|minors| minors.first().copied().unwrap_or(0))),
            ("sum", all(&|minors| minors.iter().sum())),
            ("months", words.plural("unit.months", count as u64)),
        ];
        said.push(words.phrase("money.owned", &values, &["month", "sum"]));
    }
    let idle: Vec<String> = forecast
        .departments
        .iter()
        .filter(|line| line.department == "unassigned" && line.minor > 0)
        .map(|line| words.money(Money { minor: line.minor, currency: line.currency }))
        .collect();
    if !idle.is_empty() {
        said.push(words.phrase("money.idle", &[("idle", idle.join(", "))], &["idle"]));
    }
    let today = forecast.provenance.today;
    let due = forecast.trouble.iter().filter_map(|trouble| Some((trouble.last_day_to_act?, trouble)));
    if let Some((day, trouble)) = due.filter(|(day, _)| *day >= today).min_by_key(|(day, _)| *day) {
        let values = [("day", words.date(day)), ("product", clean::text(&trouble.product_name))];
        said.push(words.phrase("money.next", &values, &["day"]));
    }
    said.into_iter().reduce(Phrase::and).unwrap_or_default()
}

pub fn troubles(forecast: &Forecast, words: &Words) -> Vec<Trouble> {
    forecast.trouble.iter().map(|trouble| sentence(forecast, trouble, words)).collect()
}

/// Amount, date, certainty, cause and last day to act of one SKU.
fn sentence(forecast: &Forecast, trouble: &forecast::Trouble, words: &Words) -> Trouble {
    let named = |name: &String| *name == trouble.sku;
    let status = forecast
        .status
        .skus
        .iter()
        .find(|sku| [&sku.sku_part_number, &sku.sku_id, &sku.product_name].into_iter().any(named));
    let today = status.map_or(0, |sku| sku.shortfall);
    let name = match clean::text(&trouble.product_name) {
        name if name.is_empty() => clean::text(&trouble.sku),
        name => name,
    };
    let first = &trouble.first_shortage;
    let date = |day: Option<chrono::NaiveDate>| day.map_or(String::new(), |day| words.date(day));
    let sku = forecast.skus.iter().find(|sku| sku.is_called(&trouble.sku));
    let middle = sku.and_then(|sku| sku.worst_day_p50(trouble.worst_day));
    let values = [
        ("product", name),
        ("today", words.seats(today)),
        ("p50", words.seats(trouble.shortfall_p50)),
        ("p90", words.seats(trouble.shortfall_p90)),
        ("worst", words.date(trouble.worst_day)),
        ("middle", date(middle)),
        ("date", date(first.p50)),
        ("early", date(first.p10)),
        ("share", words.share(trouble.replications_short, forecast.provenance.replications)),
        ("act", date(trouble.last_day_to_act)),
    ];
    let strong = ["product", "today", "date", "early", "act"];
    let opening = opening(trouble);
    let mut phrase = words.phrase(opening, &values, &strong);
    if trouble.shortfall_p90 > 0 && ["trouble.now", "trouble.likely", "trouble.certain"].contains(&opening) {
        let apart = middle.is_some_and(|day| day != trouble.worst_day);
        phrase = phrase.and(words.phrase(if apart { "trouble.peaks" } else { "trouble.peak" }, &values, &[]));
    }
    if !trouble.already_short {
        phrase = phrase.and(words.phrase("trouble.certainty", &values, &[]));
    }
    phrase = phrase.and(cause(&trouble.cause, words));
    let act = if trouble.last_day_to_act.is_some() { "trouble.act" } else { "trouble.act-now" };
    phrase = phrase.and(words.phrase(act, &values, &strong));
    let tone = if trouble.already_short || first.p50.is_some() { Tone::Alarm } else { Tone::Warning };
    Trouble { tone, phrase }
}

fn cause(cause: &TroubleCause, words: &Words) -> Phrase {
    let through = |source: &str, users: u32| {
        let source = match source {
            "direct" => words.say("source.direct"),
            group => words.tell("source.group", &[("name", clean::text(group))]),
        };
        [("source", source), ("users", words.plural("unit.users", u64::from(users)))]
    };
    match cause {
        TroubleCause::SupplyFalls { day, units_before, units_after, subscription } => {
            let values = [
                ("day", words.date(*day)),
                ("before", words.count(u64::from(*units_before))),
                ("after", words.count(u64::from(*units_after))),
                ("subscription", clean::text(subscription)),
            ];
            words.phrase("trouble.cause-supply", &values, &[])
        }
        TroubleCause::Growth { source, users } => words.phrase("trouble.cause-growth", &through(source, *users), &[]),
        TroubleCause::AlreadyShort { source, users } => {
            words.phrase("trouble.cause-today", &through(source, *users), &[])
        }
    }
}

/// The message that fits how certain the shortage is.
fn opening(trouble: &forecast::Trouble) -> &'static str {
    let first = &trouble.first_shortage;
    match (trouble.already_short, trouble.shortfall_p90 > 0) {
        (true, _) => "trouble.now",
        _ if first.p50.is_some() && first.p10.is_some() && first.p10 != first.p50 => "trouble.likely",
        _ if first.p50.is_some() => "trouble.certain",
        (_, true) if first.p10.is_some() => "trouble.possible",
        _ => "trouble.unlikely",
    }
}
