//! What a plan costs. In: a plan. Out: its cost beside the alternatives, with the proof; the cost of each percent of risk. Never:
//! adds two currencies.

use super::purchase::{currencies, name, percent, target};
use super::{Block, Cell, Chart, Column, Level, Picture, RiskCurve, Row, Section, Table, Tone};
use crate::forecast::{Kept, Plan, PlanTarget, RiskCost, SkuPlan};
use crate::money::Money;
use crate::report::words::Words;

pub fn cost(plan: &Plan, words: &Words) -> Section {
    let unit = || currencies(plan);
    let columns = vec![
        Column::text(words.say("column.sku")),
        Column::number(words.say("plan.column-plan"), unit()),
        Column::number(words.say("plan.column-nothing"), unit()).dispensable(1),
        Column::number(words.say("plan.column-peak"), unit()).dispensable(4),
        Column::number(words.say("plan.column-after"), unit()).dispensable(5),
        Column::number(words.say("plan.column-gap"), unit()).dispensable(6),
        Column::number(words.say("plan.column-risk-nothing"), String::new()).dispensable(1),
        Column::number(words.say("plan.column-risk-plan"), String::new()).dispensable(2),
        Column::number(words.say("plan.column-risk-fresh"), String::new()).dispensable(3),
    ];
    let share = |kept: &Kept| Cell::Share { count: kept.replications_short, of: kept.replications };
    let row = |sku: &SkuPlan| {
        Row::of(vec![
            Cell::name(&sku.sku_part_number),
            Cell::Money(sku.cost),
            Cell::Money(sku.cost_of_nothing),
            Cell::Money(sku.cost_of_peak),
            Cell::Money(sku.committed_after),
            Cell::Money(sku.proof.gap),
            share(&sku.nothing),
            share(&sku.planned),
            sku.fresh.as_ref().map_or(Cell::Nothing, share),
        ])
        .tone(if sku.proof.stopped { Tone::Warning } else { Tone::Plain })
    };
    let mut rows: Vec<Row> = plan.skus.iter().map(row).collect();
    for total in &plan.totals {
        let mut cells = vec![
            Cell::Text(words.tell("plan.total", &[("currency", total.cost.currency.code().to_owned())])),
            Cell::Money(total.cost),
            Cell::Money(total.cost_of_nothing),
            Cell::Money(total.cost_of_peak),
            Cell::Money(total.committed_after),
        ];
        cells.resize(columns.len(), Cell::Nothing);
        rows.push(Row::of(cells).apart());
    }
    let title = words.say("plan.cost");
    let mut notes = vec![words.say("plan.note-cost"), words.say("plan.note-chance")];
    if plan.fresh_seed.is_some() {
        notes.push(words.tell("plan.note-fresh", &[("error", standard_error(plan, words))]));
    }
    notes.push(words.say(match plan.skus.iter().any(|sku| sku.proof.stopped) {
        true => "plan.note-stopped",
        false => "plan.note-proven",
    }));
    let table = Table { id: "plan-cost".to_owned(), caption: title.clone(), columns, rows, notes };
    let blocks = if plan.skus.is_empty() { Vec::new() } else { vec![Block::Table(table)] };
    Section { id: "plan-cost", title, level: Level::Summary, blocks }
}

/// The standard error of the difference between a share in the planned and one in the fresh replications, in percent.
fn standard_error(plan: &Plan, words: &Words) -> String {
    let share = match plan.target {
        PlanTarget::Risk(risk) => f64::from(risk.get()) / 10_000.0,
        PlanTarget::WaitingSeatDays(_) => 0.5,
    };
    let of = f64::from(plan.provenance.replications.max(1));
    percent(((2.0 * share * (1.0 - share) / of).sqrt() * 10_000.0).round() as u32, words)
}

pub fn curve_table(plan: &Plan, words: &Words, charts: &[Chart]) -> Section {
    let columns = vec![
        Column::text(words.say("plan.column-risk")),
        Column::number(words.say("column.cost"), currencies(plan)),
        Column::number(words.say("plan.column-step"), currencies(plan)).dispensable(1),
    ];
    let row = |(at, point): (usize, &RiskCost)| {
        let before = at.checked_sub(1).and_then(|at| plan.curve.get(at));
        let saved = before.map_or(Cell::Nothing, |before| {
            Cell::Money(Money { minor: point.cost.minor - before.cost.minor, currency: point.cost.currency })
        });
        let own = plan.target == PlanTarget::Risk(point.risk);
        Row {
            apart: own,
            ..Row::of(vec![Cell::Text(percent(point.risk.get(), words)), Cell::Money(point.cost), saved])
        }
    };
    let rows: Vec<Row> = plan.curve.iter().enumerate().map(row).collect();
    let title = words.say("plan.curve");
    let notes = vec![words.say("plan.note-curve")];
    let table = Table { id: "risk-curve".to_owned(), caption: title.clone(), columns, rows, notes };
    let drawn = charts.iter().map(|chart| Block::Chart(chart.id.clone()));
    let blocks: Vec<Block> = match table.rows.is_empty() {
        true => Vec::new(),
        false => std::iter::once(Block::Table(table)).chain(drawn).collect(),
    };
    Section { id: "risk-curve", title, level: Level::Summary, blocks }
}

/// The cost of each risk as a line.
pub fn risk_chart(plan: &Plan, words: &Words) -> Option<Chart> {
    let currency = plan.curve.first().filter(|_| plan.curve.len() > 1)?.cost.currency;
    let own = match plan.target {
        PlanTarget::Risk(risk) => Some(risk.get()),
        PlanTarget::WaitingSeatDays(_) => None,
    };
    let points: Vec<(u32, i64)> = plan.curve.iter().map(|point| (point.risk.get(), point.cost.minor)).collect();
    let ends = [points.first()?, points.last()?]
        .map(|(risk, minor)| (percent(*risk, words), words.money(Money { minor: *minor, currency })));
    let values = [
        ("currency", currency.code().to_owned()),
        ("low-risk", ends[0].0.clone()),
        ("low-cost", ends[0].1.clone()),
        ("high-risk", ends[1].0.clone()),
        ("high-cost", ends[1].1.clone()),
        ("skus", plan.skus.iter().map(name).collect::<Vec<_>>().join(", ")),
        ("target", target(plan, words)),
    ];
    Some(Chart {
        id: "risk-cost".to_owned(),
        title: words.say("plan.chart"),
        subtitle: words.tell("plan.chart-subtitle", &values),
        description: words.tell("plan.chart-description", &values),
        picture: Picture::Risk(RiskCurve { currency, points, own }),
    })
}
