//! A purchase plan as a document. In: a plan. Out: what to do and by when, what it costs and why no schedule is cheaper. Never: a
//! number that the plan does not hold.

use chrono::NaiveDate;

use super::purchase_cost::{cost, curve_table, risk_chart};
use super::{Block, Cell, Column, Document, Level, Phrase, Row, Section, Table, Tone, Trouble};
use crate::forecast::{Plan, PlanAction, PlanLine, PlanTarget, SkuPlan, UnplannedReason};
use crate::report::clean;
use crate::report::words::{Language, Words};

/// Steps to act on within so many days come first.
const NEXT_DAYS: u32 = 92;
/// What has to be done within so many days is alarming.
const SOON_DAYS: u32 = 31;

/// The document of `plan` in `language`.
pub fn purchase_plan(plan: &Plan, language: Language) -> Document {
    let words = Words::of(language);
    let tenant = clean::text(&plan.provenance.tenant);
    let today = words.date(plan.provenance.today);
    let charts = risk_chart(plan, words).into_iter().collect::<Vec<_>>();
    let mut sections = vec![
        steps(plan, words, Some(NEXT_DAYS)),
        cost(plan, words),
        curve_table(plan, words, &charts),
        unplanned(plan, words),
        rules(plan, words),
        steps(plan, words, None),
        levels(plan, words),
    ];
    sections.retain(|section| !section.blocks.is_empty());
    let title = words.tell("plan.title", &[("tenant", tenant.clone())]);
    let subtitle = [
        ("today", today.clone()),
        ("end", words.date(plan.horizon)),
        ("skus", words.plural("unit.skus", plan.skus.len() as u64)),
        ("target", target(plan, words)),
        ("replications", words.count(u64::from(plan.provenance.replications))),
    ];
    Document {
        language,
        title,
        subtitle: words.tell("plan.subtitle", &subtitle),
        verdict: verdict(plan, words),
        money: Phrase::default(),
        troubles: plan.skus.iter().filter_map(|sku| first_step(sku, plan.provenance.today, words)).collect(),
        footer: words.tell("footer", &[("tenant", tenant.clone()), ("today", today)]),
        creator: format!("seatcast {}", clean::text(&plan.provenance.version)),
        today: plan.provenance.today,
        tenant,
        sections,
        charts,
    }
}

/// The promise in words.
pub fn target(plan: &Plan, words: &Words) -> String {
    match plan.target {
        PlanTarget::Risk(risk) => words.tell("plan.target-risk", &[("risk", percent(risk.get(), words))]),
        PlanTarget::WaitingSeatDays(days) => {
            words.tell("plan.target-waiting", &[("days", words.count(u64::from(days)))])
        }
    }
}

/// Hundredths of a percent as percent, without digits that say nothing.
pub fn percent(hundredths: u32, words: &Words) -> String {
    let (whole, rest) = (hundredths / 100, hundredths % 100);
    match rest {
        0 => format!("{whole}%"),
        rest => format!("{whole}{}{}%", words.point(), format!("{rest:02}").trim_end_matches('0')),
    }
}

pub fn name(sku: &SkuPlan) -> String {
    match clean::text(&sku.product_name) {
        name if name.is_empty() => clean::text(&sku.sku_part_number),
        name => name,
    }
}

fn verdict(plan: &Plan, words: &Words) -> Phrase {
    let sentence = |total: &crate::forecast::PlanTotal| {
        let difference = |other: crate::money::Money| {
            let minor = total.cost.minor - other.minor;
            let amount = words.money(crate::money::Money { minor: minor.abs(), currency: other.currency });
            words.tell(if minor > 0 { "plan.more-than" } else { "plan.less-than" }, &[("amount", amount)])
        };
        let values = [
            ("cost", words.money(total.cost)),
            ("months", words.plural("unit.months", u64::from(plan.provenance.horizon_months))),
            ("nothing", difference(total.cost_of_nothing)),
            ("peak", difference(total.cost_of_peak)),
        ];
        words.phrase("plan.verdict", &values, &["cost"])
    };
    let mut sentences = plan.totals.iter().map(sentence);
    let first = sentences.next().unwrap_or_else(|| Phrase::plain(words.say("plan.nothing-planned")));
    sentences.fold(first, Phrase::and)
}

/// The first thing to do for a SKU that would not keep the promise if nothing were done.
fn first_step(sku: &SkuPlan, today: NaiveDate, words: &Words) -> Option<Trouble> {
    let order = |line: &&PlanLine| (line.last_day_to_act, line.day, line.units_after < line.units_before);
    let line = sku.lines.iter().filter(|line| !line.already_set).min_by_key(order)?;
    if sku.nothing.replications_short <= sku.planned.replications_short {
        return None;
    }
    let values = [
        ("product", name(sku)),
        ("share", words.share(sku.nothing.replications_short, sku.nothing.replications)),
        ("worst", words.date(sku.nothing.worst_day)),
        ("step", step(line, words)),
        ("act", words.date(line.last_day_to_act)),
    ];
    let soon = line.last_day_to_act <= crate::calendar::after(today, SOON_DAYS);
    let tone = if soon { Tone::Alarm } else { Tone::Warning };
    Some(Trouble { tone, phrase: words.phrase("plan.first-step", &values, &["act"]) })
}

/// One line in words: “add 12 to SUB-1005 (775 → 787)”.
fn step(line: &PlanLine, words: &Words) -> String {
    let values = [
        ("lot", clean::text(&line.subscription)),
        ("before", words.count(u64::from(line.units_before))),
        ("after", words.count(u64::from(line.units_after))),
        ("units", words.count(u64::from(line.units_after.abs_diff(line.units_before)))),
        ("term", line.term.map_or(String::new(), |term| words.say(&format!("plan.term.{term}")))),
        ("day", words.date(line.day)),
    ];
    words.tell(&format!("plan.step.{}", action(line)), &values)
}

pub fn action(line: &PlanLine) -> &'static str {
    match line.action {
        PlanAction::Buy => "buy",
        PlanAction::Add => "add",
        PlanAction::Renew if line.units_after > line.units_before => "renew-more",
        PlanAction::Renew if line.units_after < line.units_before => "renew-fewer",
        PlanAction::Renew => "renew",
        PlanAction::End => "end",
        PlanAction::Return => "return",
        PlanAction::ReduceAtAnniversary => "anniversary",
        PlanAction::Extend => "extend",
    }
}

/// What there is to do within `within` days, or in all, in order of the last days to act.
fn steps(plan: &Plan, words: &Words, within: Option<u32>) -> Section {
    let (id, level, key) = match within {
        Some(_) => ("steps", Level::Summary, "plan.steps"),
        None => ("all-steps", Level::Full, "plan.all-steps"),
    };
    let lines = || plan.skus.iter().flat_map(|sku| sku.lines.iter().map(move |line| (sku, line)));
    let mut open: Vec<(&SkuPlan, &PlanLine)> = lines().filter(|(_, line)| !line.already_set).collect();
    open.sort_by_key(|(sku, line)| (line.last_day_to_act, line.day, sku.product_name.clone()));
    let all = open.len();
    let soon = |days: u32| crate::calendar::after(plan.provenance.today, days);
    open.retain(|(_, line)| within.is_none_or(|days| line.last_day_to_act <= soon(days)));
    let mut notes = vec![words.say("plan.note-steps")];
    if all > open.len() {
        notes.push(words.plural("plan.note-later", (all - open.len()) as u64));
    }
    let set = lines().filter(|(_, line)| line.already_set).count();
    if set > 0 {
        notes.push(words.plural("plan.note-set", set as u64));
    }
    let title = words.say(key);
    let rows: Vec<Row> = open.iter().map(|(sku, line)| step_row(sku, line, words)).collect();
    let blocks = match (rows.is_empty(), all) {
        (true, 0) if within.is_some() => vec![Block::Paragraph(Phrase::plain(words.say("plan.no-steps")))],
        (true, _) if within.is_some() => vec![Block::Paragraph(Phrase::plain(words.say("plan.no-steps-soon")))],
        (true, _) => Vec::new(),
        (false, _) => {
            let columns = step_columns(plan, words);
            vec![Block::Table(Table { id: id.to_owned(), caption: title.clone(), columns, rows, notes })]
        }
    };
    Section { id, title, level, blocks }
}

fn step_columns(plan: &Plan, words: &Words) -> Vec<Column> {
    let units = || words.say("unit.seats.header");
    vec![
        Column::number(words.say("column.act-by"), String::new()),
        Column::number(words.say("column.day"), String::new()).dispensable(5),
        Column::text(words.say("column.sku")),
        Column::text(words.say("column.what")),
        Column::text(words.say("column.subscription")).dispensable(2),
        Column::text(words.say("plan.column-term")).dispensable(1),
        Column::number(words.say("column.before"), units()).dispensable(3),
        Column::number(words.say("column.after"), units()),
        Column::number(words.say("column.cost"), currencies(plan)).dispensable(4),
    ]
}

fn step_row(sku: &SkuPlan, line: &PlanLine, words: &Words) -> Row {
    Row::of(vec![
        Cell::Date(line.last_day_to_act),
        Cell::Date(line.day),
        Cell::name(&sku.sku_part_number),
        Cell::Text(words.say(&format!("plan.action.{}", action(line)))),
        Cell::name(&line.subscription),
        line.term.map_or(Cell::Nothing, |term| Cell::Text(term.to_owned())),
        Cell::Count(line.units_before),
        Cell::Count(line.units_after),
        Cell::Money(line.cost),
    ])
}

/// The currency of every amount, where there is one.
pub fn currencies(plan: &Plan) -> String {
    plan.totals.iter().map(|total| total.cost.currency.code()).collect::<Vec<_>>().join(", ")
}

fn unplanned(plan: &Plan, words: &Words) -> Section {
    let columns = vec![Column::text(words.say("column.sku")), Column::text(words.say("column.reason"))];
    let row = |sku: &crate::forecast::Unplanned| {
        let reason = match sku.reason {
            UnplannedReason::NoPrice => "plan.unplanned-no-price",
            UnplannedReason::TwoCurrencies => "plan.unplanned-two-currencies",
            UnplannedReason::NotPossible => "plan.unplanned-not-possible",
        };
        Row::of(vec![Cell::name(&sku.sku_part_number), Cell::Text(words.say(reason))]).tone(Tone::Warning)
    };
    let rows: Vec<Row> = plan.unplanned.iter().map(row).collect();
    let title = words.say("plan.unplanned");
    let notes = vec![words.say("plan.note-unplanned")];
    let table = Table { id: "unplanned".to_owned(), caption: title.clone(), columns, rows, notes };
    let blocks = table.unless_empty();
    Section { id: "unplanned", title, level: Level::Summary, blocks }
}

fn rules(plan: &Plan, words: &Words) -> Section {
    let values = [
        ("terms", plan.rules.terms.join(", ")),
        ("billing", words.say(&format!("plan.billing.{}", plan.rules.billing))),
    ];
    let mut blocks = vec![
        Block::Paragraph(Phrase::plain(words.tell("plan.rules-terms", &values))),
        Block::Paragraph(Phrase::plain(words.say("plan.rules-days"))),
        Block::Paragraph(Phrase::plain(words.say(match plan.rules.ea_reductions {
            true => "plan.rules-ea-reductions",
            false => "plan.rules-ea",
        }))),
        Block::Paragraph(Phrase::plain(words.say("plan.rules-horizon"))),
    ];
    let unknown: Vec<String> = plan.skus.iter().filter(|sku| sku.units_of_unknown_end > 0).map(name).collect();
    if !unknown.is_empty() {
        let values = [("skus", unknown.join(", "))];
        blocks.push(Block::Paragraph(Phrase::plain(words.tell("plan.rules-unknown-end", &values))));
    }
    Section { id: "rules", title: words.say("plan.rules"), level: Level::Summary, blocks }
}

/// Units needed and planned, SKU by SKU.
fn levels(plan: &Plan, words: &Words) -> Section {
    let units = || words.say("unit.seats.header");
    let columns = || {
        vec![
            Column::number(words.say("column.day"), String::new()),
            Column::number(words.say("plan.column-needed"), units()),
            Column::number(words.say("plan.column-planned"), units()),
        ]
    };
    let table = |sku: &SkuPlan| {
        let row = |level: &crate::forecast::PlanLevel| {
            let needed = level.needed.map_or(Cell::Nothing, Cell::Count);
            Row::of(vec![Cell::Date(level.day), needed, Cell::Count(level.planned)])
        };
        Block::Table(Table {
            id: format!("levels-{}", sku.sku_id),
            caption: name(sku),
            columns: columns(),
            rows: sku.levels.iter().map(row).collect(),
            notes: Vec::new(),
        })
    };
    let blocks = plan.skus.iter().map(table).collect();
    Section { id: "levels", title: words.say("plan.levels"), level: Level::Appendix, blocks }
}
