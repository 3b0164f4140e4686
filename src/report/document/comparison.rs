//! Scenarios side by side as a document. In: a comparison. Out: what differs, on which date, by how much money, for whom and why.
//! Never: a difference without its sign, or a number that the comparison does not hold.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::comparison_causes::Causes;
use super::{
    Block, Cell, Column, Document, Level, Phrase, Row, Section, Table, Tone, Trouble, basis, comparison_months,
    comparison_pictures,
};
use crate::forecast::{Case, Comparison, Forecast, Service, Sign, SkuDifference};
use crate::money::{Currency, Money};
use crate::report::clean;
use crate::report::words::{Language, Words};

/// People named in a table for one scenario; the JSON holds them all.
const NAMED: usize = 40;

/// The document of `comparison` in `language`.
pub fn comparison(comparison: &Comparison, language: Language) -> Document {
    let words = Words::of(language);
    let provenance = &comparison.baseline.provenance;
    let tenant = clean::text(&provenance.tenant);
    let today = words.date(provenance.today);
    let charts = comparison_pictures::charts(comparison, words);
    let mut sections = vec![
        overview(comparison, words),
        differences(comparison, words),
        at_risk(comparison, words),
        changes(comparison, words),
        comparison_months::costs(comparison, words, &charts),
        comparison_months::seats(comparison, words, &charts),
        people(comparison, words),
        basis::assumptions(&comparison.baseline, words),
        basis::provenance(&comparison.baseline, words),
    ];
    // What the baseline rests on is for pages: on a screen it would push the differences out of sight.
    sections.iter_mut().filter(|part| part.id == "assumptions").for_each(|part| part.level = Level::Full);
    sections.retain(|section| !section.blocks.is_empty());
    let end = comparison.baseline.skus.iter().find_map(|sku| sku.points.last()).map_or(provenance.today, |p| p.day);
    let subtitle = [
        ("today", today.clone()),
        ("end", words.date(end)),
        ("scenarios", words.plural("unit.scenarios", comparison.scenarios.len() as u64)),
        ("replications", words.count(u64::from(provenance.replications))),
    ];
    Document {
        language,
        title: words.tell("compare.title", &[("tenant", tenant.clone())]),
        subtitle: words.tell("compare.subtitle", &subtitle),
        verdict: verdict(comparison, words),
        money: Phrase::default(),
        troubles: comparison.scenarios.iter().map(|case| sentence(comparison, case, words)).collect(),
        footer: words.tell("footer", &[("tenant", tenant.clone()), ("today", today)]),
        creator: format!("seatcast {}", clean::text(&provenance.version)),
        today: provenance.today,
        tenant,
        sections,
        charts,
    }
}

/// What a scenario is called: its title, else its name.
pub fn title(case: &Case) -> String {
    match clean::text(&case.title) {
        title if title.is_empty() => clean::text(&case.name),
        title => title,
    }
}

/// The sums of all priced SKUs over the horizon, by currency.
pub fn cost(forecast: &Forecast) -> Vec<Money> {
    let mut sums: std::collections::BTreeMap<Currency, i64> = std::collections::BTreeMap::new();
    for cost in &forecast.costs {
        *sums.entry(cost.currency).or_default() += cost.minor;
    }
    sums.into_iter().map(|(currency, minor)| Money { minor, currency }).collect()
}

fn difference(comparison: &Comparison, case: &Case) -> Vec<Money> {
    let before = cost(&comparison.baseline);
    let after = cost(&case.forecast);
    let currencies: BTreeSet<Currency> = before.iter().chain(&after).map(|money| money.currency).collect();
    let of = |list: &[Money], currency| list.iter().find(|money| money.currency == currency).map_or(0, |m| m.minor);
    let minor = |currency| of(&after, currency) - of(&before, currency);
    currencies.into_iter().map(|currency| Money { minor: minor(currency), currency }).collect()
}

/// Amounts with a sign, as a person reads them.
pub fn amounts(list: &[Money], words: &Words) -> String {
    let shown = |money: &Money| {
        let plus = if money.minor > 0 { "+" } else { "" };
        format!("{plus}{} {}", words.amount(*money), money.currency)
    };
    if list.is_empty() { words.say("compare.no-price") } else { list.iter().map(shown).collect::<Vec<_>>().join(", ") }
}

/// SKUs that half of the futures see short, and those of them that the baseline does not.
fn newly_short(case: &Case) -> Vec<&SkuDifference> {
    case.skus.iter().filter(|sku| sku.runs_short_sooner()).collect()
}

fn verdict(comparison: &Comparison, words: &Words) -> Phrase {
    let worse = comparison.scenarios.iter().filter(|case| !newly_short(case).is_empty()).count();
    let all = words.plural("unit.scenarios", comparison.scenarios.len() as u64);
    let values = [("all", all), ("n", words.count(worse as u64))];
    let key = if worse == 0 { "compare.verdict-fine" } else { "compare.verdict-worse" };
    words.phrase(key, &values, &["n"])
}

/// What a scenario comes to, in one sentence.
fn sentence(comparison: &Comparison, case: &Case, words: &Words) -> Trouble {
    let changed = case.skus.iter().filter(|sku| sku.sign != Sign::Same).count() as u64;
    let mailboxes = case.at_risk.iter().filter(|risk| risk.service == Service::Mailbox).count() as u64;
    let mut values = vec![
        ("scenario", title(case)),
        ("skus", words.plural("unit.skus", changed)),
        ("cost", amounts(&difference(comparison, case), words)),
    ];
    let mut phrase = words.phrase("compare.sentence", &values, &["scenario", "cost"]);
    if let Some(first) = newly_short(case).into_iter().min_by_key(|sku| sku.first_shortage.scenario) {
        let day = first.first_shortage.scenario.map_or(String::new(), |day| words.date(day));
        values.extend([("product", clean::text(&first.product_name)), ("day", day)]);
        phrase = phrase.and(words.phrase("compare.sentence-short", &values, &["product", "day"]));
        if let Some(cause) = first.causes.first() {
            phrase = phrase.and(words.phrase("compare.sentence-cause", &[("cause", clean::text(cause))], &[]));
        }
    }
    if mailboxes > 0 {
        let values = [("users", words.plural("unit.users", mailboxes))];
        phrase = phrase.and(words.phrase("compare.sentence-mailboxes", &values, &["users"]));
    }
    let alarm = mailboxes > 0 || !newly_short(case).is_empty();
    Trouble { tone: if alarm { Tone::Alarm } else { Tone::Warning }, phrase }
}

fn overview(comparison: &Comparison, words: &Words) -> Section {
    let columns = vec![
        Column::text(words.say("column.scenario")),
        Column::number(words.say("compare.short"), words.say("unit.skus-header")),
        Column::text(words.say("compare.cost")),
        Column::text(words.say("compare.difference")),
        Column::number(words.say("compare.gaining"), words.say("unit.users.header")).dispensable(2),
        Column::number(words.say("compare.losing"), words.say("unit.users.header")).dispensable(2),
        Column::number(words.say("compare.at-risk"), words.say("unit.users.header")),
    ];
    let plain = |list: Vec<Money>| {
        let shown = |money: &Money| format!("{} {}", words.amount(*money), money.currency);
        match list.is_empty() {
            true => Cell::Absent(words.say("compare.no-price")),
            false => Cell::Text(list.iter().map(shown).collect::<Vec<_>>().join(", ")),
        }
    };
    let short =
        |forecast: &Forecast| forecast.skus.iter().filter(|sku| sku.first_shortage.p50.is_some()).count() as u32;
    let mut rows = vec![
        Row::of(vec![
            Cell::Text(words.say("compare.baseline")),
            Cell::Count(short(&comparison.baseline)),
            plain(cost(&comparison.baseline)),
            Cell::Nothing,
            Cell::Nothing,
            Cell::Nothing,
            Cell::Nothing,
        ])
        .apart(),
    ];
    for case in &comparison.scenarios {
        let people = |gains: bool| {
            let touched = case.people.iter().filter(|person| {
                let list = if gains { &person.gains } else { &person.loses };
                !list.is_empty()
            });
            Cell::Count(touched.map(|person| &person.user_id).collect::<BTreeSet<_>>().len() as u32)
        };
        let risk = users_at_risk(case);
        let row = Row::of(vec![
            Cell::Name(title(case)),
            Cell::Count(short(&case.forecast)),
            plain(cost(&case.forecast)),
            Cell::Text(amounts(&difference(comparison, case), words)),
            people(true),
            people(false),
            Cell::Count(risk),
        ]);
        rows.push(row.tone(if risk > 0 { Tone::Alarm } else { Tone::Plain }));
    }
    let notes = vec![words.say("compare.note-luck")];
    let caption = words.say("compare.overview-caption");
    let table = Table { id: "scenarios".to_owned(), caption, columns, rows, notes };
    let title = words.say("compare.overview");
    Section { id: "scenarios", title, level: Level::Summary, blocks: vec![Block::Table(table)] }
}

fn differences(comparison: &Comparison, words: &Words) -> Section {
    let seats = || words.say("unit.seats.header");
    let columns = vec![
        Column::text(words.say("column.sku")),
        Column::text(words.say("column.scenario")),
        Column::text(words.say("compare.sign")),
        Column::number(words.say("column.demand-end"), seats()),
        Column::number("±".to_owned(), seats()),
        Column::number(words.say("column.capacity-end"), seats()).dispensable(2),
        Column::number(words.say("column.runs-short"), words.say("unit.middle")),
        Column::number(words.say("column.chance"), "%".to_owned()),
        Column::number(words.say("column.waiting"), "P90".to_owned()).dispensable(1),
        Column::number(words.say("compare.cost-difference"), String::new()).dispensable(3),
        Column::text(words.say("compare.cause")).dispensable(1),
    ];
    let mut rows = Vec::new();
    let mut skus: Vec<(&str, &str)> = Vec::new();
    for sku in comparison.scenarios.iter().flat_map(|case| &case.skus).filter(|sku| sku.sign != Sign::Same) {
        if !skus.iter().any(|(id, _)| *id == sku.sku_id) {
            skus.push((&sku.sku_id, &sku.sku_part_number));
        }
    }
    skus.sort_by_key(|(_, name)| name.to_lowercase());
    let replications = comparison.baseline.provenance.replications;
    for (sku_id, name) in skus {
        if let Some(sku) = comparison.baseline.skus.iter().find(|sku| sku.sku_id == sku_id) {
            let last = sku.points.last();
            rows.push(
                Row::of(vec![
                    Cell::name(name),
                    Cell::Text(words.say("compare.baseline")),
                    Cell::Nothing,
                    Cell::Count(last.map_or(0, |point| point.demand.p50)),
                    Cell::Nothing,
                    Cell::Count(last.map_or(0, |point| point.capacity)),
                    Cell::date(sku.first_shortage.p50),
                    Cell::Share { count: sku.first_shortage.replications_short, of: replications },
                    Cell::Count(sku.points.iter().map(|point| point.waiting.p90).max().unwrap_or(0)),
                    Cell::Nothing,
                    Cell::Nothing,
                ])
                .apart(),
            );
        }
        for case in &comparison.scenarios {
            let found = case.skus.iter().find(|sku| sku.sku_id == sku_id && sku.sign != Sign::Same);
            rows.extend(found.map(|sku| line(case, sku, name, replications, words)));
        }
    }
    if rows.is_empty() {
        let blocks = vec![Block::Paragraph(Phrase::plain(words.say("compare.none")))];
        return Section { id: "differences", title: words.say("compare.differences"), level: Level::Summary, blocks };
    }
    let notes = vec![words.say("compare.note-signs")];
    let caption = words.say("compare.differences-caption");
    let table = Table { id: "differences".to_owned(), caption, columns, rows, notes };
    let title = words.say("compare.differences");
    Section { id: "differences", title, level: Level::Summary, blocks: vec![Block::Table(table)] }
}

fn line(case: &Case, sku: &SkuDifference, name: &str, replications: u32, words: &Words) -> Row {
    let cost = match (sku.cost.baseline, sku.cost.scenario) {
        (Some(before), Some(after)) if before.currency == after.currency => {
            Cell::Money(Money { minor: after.minor - before.minor, currency: after.currency })
        }
        (None, Some(after)) if sku.demand.baseline == 0 => Cell::Money(after),
        _ => Cell::Absent(words.say("compare.no-price")),
    };
    let causes = sku.causes.iter().map(|cause| clean::text(cause)).collect::<Vec<_>>().join("; ");
    let row = Row::of(vec![
        Cell::name(name),
        Cell::Name(title(case)),
        Cell::Text(sku.sign.symbol().to_owned()),
        Cell::Count(sku.demand.scenario),
        Cell::Signed(sku.demand.difference()),
        Cell::Count(sku.capacity.scenario),
        Cell::date(sku.first_shortage.scenario),
        Cell::Share { count: sku.replications_short.scenario, of: replications },
        Cell::Count(sku.waiting.scenario),
        cost,
        if causes.is_empty() { Cell::Nothing } else { Cell::Name(causes) },
    ]);
    row.tone(if sku.runs_short_sooner() { Tone::Alarm } else { Tone::Plain })
}

fn people(comparison: &Comparison, words: &Words) -> Section {
    let columns = vec![
        Column::text(words.say("column.user")),
        Column::text(words.say("column.scenario")),
        Column::text(words.say("compare.sign")),
        Column::number(words.say("column.day"), String::new()),
        Column::text(words.say("compare.gains")),
        Column::text(words.say("compare.loses")),
        Column::text(words.say("compare.cause")).dispensable(1),
    ];
    let mut rows = Vec::new();
    let mut notes = vec![words.say("compare.note-people")];
    let mut causes = Causes::default();
    for case in &comparison.scenarios {
        for person in case.people.iter().take(NAMED) {
            let list = |names: &[String]| match names {
                [] => Cell::Nothing,
                names => Cell::Name(names.iter().map(|name| clean::text(name)).collect::<Vec<_>>().join(", ")),
            };
            let sign = match (person.gains.is_empty(), person.loses.is_empty()) {
                (false, true) => Sign::More,
                (true, false) => Sign::Fewer,
                _ => Sign::Other,
            };
            rows.push(Row::of(vec![
                Cell::name(&person.user),
                Cell::Name(title(case)),
                Cell::Text(sign.symbol().to_owned()),
                Cell::Date(person.day),
                list(&person.gains),
                list(&person.loses),
                Cell::Text(causes.numbers(&person.causes)),
            ]));
        }
        if let Some(more) = case.people.len().checked_sub(NAMED).filter(|more| *more > 0) {
            let values = [("n", words.count(more as u64)), ("scenario", title(case))];
            notes.push(words.tell("compare.more-people", &values));
        }
    }
    let table = Table { id: "people".to_owned(), caption: words.say("compare.people-caption"), columns, rows, notes };
    let mut blocks = table.unless_empty();
    blocks.extend(causes.table(words).unless_empty());
    Section { id: "people", title: words.say("compare.people"), level: Level::Full, blocks }
}

fn service(service: Service) -> &'static str {
    match service {
        Service::Mailbox => "compare.mailbox",
        Service::Files => "compare.files",
        Service::Teams => "compare.teams",
        Service::PowerBi => "compare.power-bi",
        Service::Project => "compare.project",
    }
}

/// People with data at risk: those who are named, and of each change that lets people go the most of any service.
fn users_at_risk(case: &Case) -> u32 {
    let named = case.at_risk.iter().map(|risk| &risk.user_id).collect::<BTreeSet<_>>().len() as u32;
    let mut leaving: BTreeMap<(NaiveDate, &str), u32> = BTreeMap::new();
    for risk in &case.leavers_at_risk {
        let most = leaving.entry((risk.day, &risk.cause)).or_default();
        *most = risk.at_risk.max(*most);
    }
    named + leaving.values().sum::<u32>()
}

fn at_risk(comparison: &Comparison, words: &Words) -> Section {
    let columns = vec![
        Column::text(words.say("compare.service")),
        Column::text(words.say("column.scenario")),
        Column::text(words.say("column.user")),
        Column::number(words.say("column.day"), String::new()),
        Column::text(words.say("compare.cause")).dispensable(1),
    ];
    let mut rows = Vec::new();
    let mut notes = vec![words.say("compare.note-risk")];
    for case in &comparison.scenarios {
        let mut risks: Vec<_> = case.at_risk.iter().collect();
        risks.sort_by_key(|risk| (risk.service, risk.day));
        for risk in risks.iter().take(NAMED) {
            let causes = risk.causes.iter().map(|cause| clean::text(cause)).collect::<Vec<_>>().join("; ");
            let cells = vec![
                Cell::Text(words.say(service(risk.service))),
                Cell::Name(title(case)),
                Cell::name(&risk.user),
                Cell::Date(risk.day),
                if causes.is_empty() { Cell::Nothing } else { Cell::Name(causes) },
            ];
            rows.push(Row::of(cells).tone(Tone::Alarm));
        }
        if let Some(more) = risks.len().checked_sub(NAMED).filter(|more| *more > 0) {
            notes
                .push(words.tell("compare.more-people", &[("n", words.count(more as u64)), ("scenario", title(case))]));
        }
    }
    let table = Table { id: "at-risk".to_owned(), caption: words.say("compare.risk-caption"), columns, rows, notes };
    let leaving = leavers(comparison, words);
    let blocks = match table.rows.is_empty() && leaving.is_empty() {
        true => vec![Block::Paragraph(Phrase::plain(words.say("compare.no-risk")))],
        false => table.unless_empty().into_iter().chain(leaving).collect(),
    };
    Section { id: "at-risk", title: words.say("compare.risk"), level: Level::Summary, blocks }
}

/// What those leave behind who go by a change.
fn leavers(comparison: &Comparison, words: &Words) -> Vec<Block> {
    let columns = vec![
        Column::text(words.say("compare.service")),
        Column::text(words.say("column.scenario")),
        Column::number(words.say("column.day"), String::new()),
        Column::number(words.say("compare.who-go"), words.say("unit.users.header")),
        Column::number(words.say("compare.with-data"), words.say("unit.users.header")),
        Column::text(words.say("compare.cause")).dispensable(1),
    ];
    let row = |case: &Case, risk: &crate::forecast::LeaversAtRisk| {
        Row::of(vec![
            Cell::Text(words.say(service(risk.service))),
            Cell::Name(title(case)),
            Cell::Date(risk.day),
            Cell::Count(risk.people),
            Cell::Count(risk.at_risk),
            Cell::name(&risk.cause),
        ])
    };
    let mut rows: Vec<Row> = Vec::new();
    for case in &comparison.scenarios {
        rows.extend(case.leavers_at_risk.iter().map(|risk| row(case, risk)));
    }
    let notes = vec![words.say("compare.note-leavers")];
    Table { id: "leavers-at-risk".to_owned(), caption: words.say("compare.leavers-caption"), columns, rows, notes }
        .unless_empty()
}

fn changes(comparison: &Comparison, words: &Words) -> Section {
    let columns = vec![
        Column::number(words.say("column.day"), String::new()),
        Column::text(words.say("column.scenario")),
        Column::text(words.say("column.what")),
        Column::text(words.say("compare.place")).dispensable(2),
    ];
    let rows = comparison.scenarios.iter().flat_map(|case| {
        case.changes.iter().map(|change| {
            Row::of(vec![
                Cell::Date(change.day),
                Cell::Name(title(case)),
                Cell::name(&change.what),
                Cell::name(&change.place),
            ])
        })
    });
    let caption = words.say("compare.changes-caption");
    let table = Table { id: "changes".to_owned(), caption, columns, rows: rows.collect(), notes: Vec::new() };
    let blocks = table.unless_empty();
    Section { id: "changes", title: words.say("compare.changes"), level: Level::Summary, blocks }
}
