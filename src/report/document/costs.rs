//! Money and renewals. In: a forecast. Out: cost by month and by department, and the renewal calendar. Never: adds two
//! currencies, or shows a missing price as zero.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::{Block, Cell, Chart, Column, Level, Phrase, Picture, Row, Section, Table, Tone};
use crate::forecast::{DepartmentCost, Forecast, RenewalEvent, RenewalOutcome};
use crate::money::{Currency, Money};
use crate::report::clean;
use crate::report::words::Words;

/// Every step of supply with the last day on which it can still be changed.
pub fn renewals(forecast: &Forecast, words: &Words, charts: &[Chart]) -> Section {
    let units = || words.say("unit.seats.header");
    let columns = vec![
        Column::number(words.say("column.act-by"), String::new()),
        Column::number(words.say("column.day"), String::new()),
        Column::text(words.say("column.sku")),
        Column::text(words.say("column.subscription")).dispensable(3),
        Column::text(words.say("column.what")),
        Column::number(words.say("column.before"), units()).dispensable(2),
        Column::number(words.say("column.after"), units()),
    ];
    let rows: Vec<Row> = forecast.renewals.iter().map(|event| renewal_row(forecast, event, words)).collect();
    let mut notes = vec![words.say("renewals.note")];
    let has = |outcome: RenewalOutcome| forecast.renewals.iter().any(|event| event.outcome == outcome);
    if has(RenewalOutcome::Expires) || has(RenewalOutcome::GraceEnds) {
        notes.push(words.say("renewals.grace-note"));
    }
    if has(RenewalOutcome::TrueUp) {
        notes.push(words.say("renewals.true-up-note"));
    }
    let table = Table { id: "renewals".to_owned(), caption: words.say("renewals.caption"), columns, rows, notes };
    let blocks = match table.rows.is_empty() {
        true => vec![Block::Paragraph(Phrase::plain(words.say("renewals.none")))],
        false => {
            let lines = charts.iter().filter(|chart| matches!(chart.picture, Picture::Timeline(_)));
            let drawn = lines.map(|chart| Block::Chart(chart.id.clone()));
            std::iter::once(Block::Table(table)).chain(drawn).collect()
        }
    };
    Section { id: "renewals", title: words.say("renewals.title"), level: Level::Summary, blocks }
}

fn renewal_row(forecast: &Forecast, event: &RenewalEvent, words: &Words) -> Row {
    let act = match event.last_day_to_act {
        Some(day) if day < forecast.provenance.today => Cell::Absent(words.say("renewals.past")),
        day => Cell::date(day),
    };
    let row = Row::of(vec![
        act,
        Cell::Date(event.day),
        Cell::name(&event.sku),
        Cell::name(&event.subscription),
        Cell::Text(outcome(event.outcome, words)),
        Cell::Count(event.quantity_before),
        Cell::Count(event.quantity_after),
    ]);
    row.tone(tone(event))
}

/// A term that expires takes no seats yet, but has to be renewed now to keep them for sure.
pub fn tone(event: &RenewalEvent) -> Tone {
    let lost = event.quantity_after < event.quantity_before || event.outcome == RenewalOutcome::Expires;
    if lost { Tone::Warning } else { Tone::Plain }
}

/// What happens, in words.
pub fn outcome(outcome: RenewalOutcome, words: &Words) -> String {
    words.say(&format!("renewals.{}", outcome.name()))
}

/// Cost of all planned SKUs by month, one column a currency.
pub fn months(forecast: &Forecast, words: &Words, charts: &[Chart]) -> Section {
    let mut by_day: BTreeMap<NaiveDate, BTreeMap<Currency, i64>> = BTreeMap::new();
    for cost in &forecast.costs {
        by_day.entry(cost.day).or_default().insert(cost.currency, cost.minor);
    }
    let mut currencies: Vec<Currency> = forecast.costs.iter().map(|cost| cost.currency).collect();
    currencies.sort();
    currencies.dedup();
    let title = words.say("costs.title");
    let mut notes = Vec::new();
    if !forecast.coverage.skus_without_price.is_empty() {
        let list = forecast.coverage.skus_without_price.iter().map(|sku| clean::text(sku)).collect::<Vec<_>>();
        notes.push(words.tell("costs.without-price", &[("skus", list.join(", "))]));
    }
    if currencies.is_empty() {
        let blocks = vec![Block::Paragraph(Phrase::plain(words.say("costs.none")))];
        return Section { id: "costs", title, level: Level::Full, blocks };
    }
    if currencies.len() > 1 {
        notes.push(words.say("costs.currencies"));
    }
    let mut columns = vec![Column::number(words.say("column.month-from"), String::new())];
    let column = |currency: &Currency| Column::number(words.say("column.cost"), currency.code().to_owned());
    columns.extend(currencies.iter().map(column));
    let row = |first: Cell, amounts: &BTreeMap<Currency, i64>| {
        let amount = |currency: &Currency| {
            amounts
                .get(currency)
                .map_or(Cell::Nothing, |minor| Cell::Money(Money { minor: *minor, currency: *currency }))
        };
        Row::of(std::iter::once(first).chain(currencies.iter().map(amount)).collect())
    };
    let mut rows: Vec<Row> = by_day.iter().map(|(day, amounts)| row(Cell::Date(*day), amounts)).collect();
    let mut sums: BTreeMap<Currency, i64> = BTreeMap::new();
    for (currency, minor) in by_day.values().flatten() {
        *sums.entry(*currency).or_default() += minor;
    }
    let months = words.plural("unit.months", rows.len() as u64);
    rows.push(row(Cell::Text(words.tell("costs.sum", &[("months", months)])), &sums).apart());
    let table = Table { id: "costs".to_owned(), caption: words.say("costs.caption"), columns, rows, notes };
    let stacks = charts.iter().filter(|chart| matches!(chart.picture, Picture::Stack(_)));
    let drawn = stacks.map(|chart| Block::Chart(chart.id.clone()));
    let blocks = std::iter::once(Block::Table(table)).chain(drawn).collect();
    Section { id: "costs", title, level: Level::Full, blocks }
}

/// Departments, or cost centres, with a line of their own: the dearest. A reader of a hundred more finds them in the data.
const LINES: usize = 30;

/// Who the seats of today are for, in money; users without a department and seats without a user stand last.
pub fn departments(forecast: &Forecast, words: &Words) -> Section {
    shares("departments", "column.department", &forecast.departments, words)
}

/// The same by cost centre.
pub fn centres(forecast: &Forecast, words: &Words) -> Section {
    shares("cost-centres", "column.cost-centre", &forecast.cost_centres, words)
}

fn shares(id: &'static str, head: &str, lines: &[DepartmentCost], words: &Words) -> Section {
    let columns = vec![
        Column::text(words.say(head)),
        Column::number(words.say("column.seats"), String::new()),
        Column::number(words.say("column.cost-month"), words.say("unit.a-month")),
        Column::text(words.say("column.currency")),
    ];
    // Amounts of two currencies are not held against each other.
    let mut by_currency: BTreeMap<Currency, Vec<&DepartmentCost>> = BTreeMap::new();
    for line in lines {
        by_currency.entry(line.currency).or_default().push(line);
    }
    let most = (LINES / by_currency.len().max(1)).max(5);
    let mut smaller = false;
    let row = |line: &DepartmentCost| {
        let own = own_line(&line.department);
        let cells = vec![
            own.map_or_else(|| Cell::name(&line.department), |key| Cell::Text(words.say(&format!("{id}.{key}")))),
            Cell::Count(line.seats),
            Cell::Money(Money { minor: line.minor, currency: line.currency }),
            Cell::Text(line.currency.code().to_owned()),
        ];
        Row { cells, tone: Tone::Plain, apart: own.is_some() }
    };
    let mut rows = Vec::new();
    for (currency, lines) in by_currency {
        let (own, named): (Vec<&DepartmentCost>, Vec<&DepartmentCost>) =
            lines.iter().partition(|line| own_line(&line.department).is_some());
        let (shown, rest) = named.split_at(named.len().min(most));
        rows.extend(shown.iter().map(|line| row(line)));
        if !rest.is_empty() {
            let name = words.tell("departments.smaller", &[("n", words.count(rest.len() as u64))]);
            rows.push(together(name, rest, currency));
            smaller = true;
        }
        rows.extend(own.into_iter().map(row));
        if lines.len() > 1 {
            rows.push(together(words.say("departments.sum"), &lines, currency));
        }
    }
    let mut notes = vec![words.say("departments.note")];
    if smaller {
        notes.push(words.tell("departments.smaller-note", &[("n", words.count(most as u64))]));
    }
    let caption = words.say(&format!("{id}.caption"));
    let table = Table { id: id.to_owned(), caption, columns, rows, notes };
    let blocks = table.unless_empty();
    Section { id, title: words.say(&format!("{id}.title")), level: Level::Full, blocks }
}

/// One line for many, all of one currency.
fn together(name: String, lines: &[&DepartmentCost], currency: Currency) -> Row {
    let minor = lines.iter().map(|line| line.minor).sum();
    let cells = vec![
        Cell::Text(name),
        Cell::Count(lines.iter().map(|line| line.seats).sum()),
        Cell::Money(Money { minor, currency }),
        Cell::Text(currency.code().to_owned()),
    ];
    Row { cells, tone: Tone::Plain, apart: true }
}

/// The two lines that are not departments.
fn own_line(department: &str) -> Option<&'static str> {
    ["unallocated", "unassigned"].into_iter().find(|own| *own == department)
}
