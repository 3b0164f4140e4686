//! Today on its own. In: a status, where it came from, what was not evaluated. Out: a document with the tables of today. Never: a
//! word about the future.

use super::{
    Block, Cell, Column, Document, Level, Phrase, Row, Section, Table, Tone, basis, orders, seats, true_up, waiting,
};
use crate::forecast::{Certainty, Coverage, DifferenceCause, Forecast, Provenance, Status};
use crate::report::clean;
use crate::report::words::{Language, Words};

/// The document of `status` in `language`.
pub fn status(status: &Status, coverage: &Coverage, provenance: &Provenance, language: Language) -> Document {
    let words = Words::of(language);
    // The sections of a forecast that speak of today, of a forecast that has no more than that.
    let forecast = Forecast {
        provenance: provenance.clone(),
        status: status.clone(),
        skus: Vec::new(),
        trouble: Vec::new(),
        renewals: Vec::new(),
        costs: Vec::new(),
        departments: Vec::new(),
        cost_centres: Vec::new(),
        coverage: coverage.clone(),
        assumptions: Vec::new(),
        certainty: Certainty::default(),
        headcount: Vec::new(),
    };
    let tenant = clean::text(&provenance.tenant);
    let today = words.date(provenance.today);
    let mut sections = vec![
        seats::today(&forecast, words),
        waiting::waiting(&forecast, words),
        orders::orders(&forecast, words),
        waiting::groups(&forecast, words),
        several_paths(status, words),
        true_up::section(status, words),
        waiting::reclaimable(&forecast, words),
        reconciliation(status, words),
        basis::coverage(&forecast, words),
    ];
    sections.retain(|section| !section.blocks.is_empty());
    for section in &mut sections {
        section.level = Level::Summary;
    }
    let numbers = [
        ("users", words.count(u64::from(status.users))),
        ("guests", words.count(u64::from(status.guests))),
        ("disabled", words.count(u64::from(status.disabled_users))),
    ];
    Document {
        language,
        title: words.tell("status.title", &[("tenant", tenant.clone()), ("today", today.clone())]),
        subtitle: words.tell("status.subtitle", &numbers),
        verdict: verdict(status, words),
        money: Phrase::default(),
        troubles: Vec::new(),
        footer: words.tell("footer", &[("tenant", tenant.clone()), ("today", today)]),
        creator: format!("seatcast {}", clean::text(&provenance.version)),
        today: provenance.today,
        tenant,
        sections,
        charts: Vec::new(),
    }
}

fn verdict(status: &Status, words: &Words) -> Phrase {
    let waiting: u32 = status.skus.iter().map(|sku| sku.waiting).sum();
    let blocked: u32 = status.skus.iter().map(|sku| sku.blocked).sum();
    let over: i64 = status.skus.iter().map(|sku| (-sku.available).max(0)).sum();
    let count = |n: u64| words.count(n);
    let numbers = [
        ("waiting", count(u64::from(waiting))),
        ("blocked", count(u64::from(blocked))),
        ("over", count(over.unsigned_abs())),
    ];
    words.phrase("status.verdict", &numbers, &["waiting", "blocked", "over"])
}

/// Users who hold one seat by several ways.
fn several_paths(status: &Status, words: &Words) -> Section {
    let columns = vec![
        Column::text(words.say("column.sku")),
        Column::number(words.say("column.users"), String::new()),
        Column::number(words.say("status.direct-and-group"), String::new()),
    ];
    let row = |row: &crate::forecast::SeveralPaths| {
        Row::of(vec![Cell::name(&row.sku), Cell::Count(row.users), Cell::Count(row.direct_and_group)])
    };
    let rows: Vec<Row> = status.several_paths.iter().map(row).collect();
    let table = Table {
        id: "several-paths".to_owned(),
        caption: words.say("status.several-paths"),
        columns,
        rows,
        notes: vec![words.say("status.several-paths-note")],
    };
    let blocks = table.unless_empty();
    Section { id: "several-paths", title: words.say("status.several-paths"), level: Level::Summary, blocks }
}

fn cause_key(cause: DifferenceCause) -> &'static str {
    match cause {
        DifferenceCause::ExportsDiffer => "status.exports-differ",
        DifferenceCause::LeavesGroup => "status.leaves-group",
        DifferenceCause::GuestSkipped => "status.guest-skipped",
        DifferenceCause::NotYetProcessed => "status.not-yet-processed",
        DifferenceCause::NotAllowed => "status.not-allowed",
        DifferenceCause::AssignmentsNotExported => "status.assignments-not-exported",
        DifferenceCause::Unexplained => "status.unexplained",
    }
}

/// Computed seats against exported ones, and what the licences for the feature itself come to.
fn reconciliation(status: &Status, words: &Words) -> Section {
    let columns = vec![
        Column::text(words.say("column.sku")),
        Column::text(words.say("column.cause")),
        Column::number(words.say("column.seats"), String::new()),
        Column::text(words.say("column.users")).dispensable(1),
    ];
    let row = |row: &crate::forecast::Difference| {
        let tone = if row.cause == DifferenceCause::Unexplained { Tone::Warning } else { Tone::Plain };
        let users: Vec<String> = row.users.iter().map(|user| clean::text(user)).collect();
        let cells = vec![
            Cell::name(&row.sku),
            Cell::Text(words.say(cause_key(row.cause))),
            Cell::Signed(row.seats),
            Cell::name(&users.join(", ")),
        ];
        Row::of(cells).tone(tone)
    };
    let rows: Vec<Row> = status.reconciliation.iter().map(row).collect();
    let blocks = if rows.is_empty() {
        vec![Block::Paragraph(Phrase::plain(words.say("status.reconciled")))]
    } else {
        let caption = words.say("status.reconciliation");
        let notes = vec![words.say("status.reconciliation-note")];
        vec![Block::Table(Table { id: "reconciliation".to_owned(), caption, columns, rows, notes })]
    };
    Section { id: "reconciliation", title: words.say("status.reconciliation"), level: Level::Summary, blocks }
}
