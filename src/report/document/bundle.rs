//! The cheapest SKU mix as a document. In: a bundle. Out: seats and cost now and then, who would change. Never: a name of a person.

use super::{Block, Cell, Column, Document, Level, Phrase, Row, Section, Table, Tone};
use crate::forecast::{Bundle, BundleBasis, BundleKeptReason, BundleMove, BundleSku};
use crate::money::Money;
use crate::report::clean;
use crate::report::words::{Language, Words};

/// The document of `bundle` in `language`.
pub fn bundle(bundle: &Bundle, language: Language) -> Document {
    let words = Words::of(language);
    let tenant = clean::text(&bundle.tenant);
    let today = words.date(bundle.today);
    let mut sections = vec![mix(bundle, words), moves(bundle, words), kept(bundle, words), rules(bundle, words)];
    sections.retain(|section| !section.blocks.is_empty());
    let values = [
        ("today", today.clone()),
        ("users", words.plural("unit.users", u64::from(bundle.users))),
        ("profiles", words.count(u64::from(bundle.profiles))),
    ];
    Document {
        language,
        title: words.tell("bundle.title", &[("tenant", tenant.clone())]),
        subtitle: words.tell("bundle.subtitle", &values),
        verdict: verdict(bundle, words),
        money: Phrase::default(),
        troubles: Vec::new(),
        footer: words.tell("footer", &[("tenant", tenant.clone()), ("today", today)]),
        creator: format!("seatcast {}", env!("CARGO_PKG_VERSION")),
        today: bundle.today,
        tenant,
        sections,
        charts: Vec::new(),
    }
}

fn verdict(bundle: &Bundle, words: &Words) -> Phrase {
    let saved = Money { minor: bundle.cost_now.minor - bundle.cost_then.minor, ..bundle.cost_now };
    let users: usize = bundle.moves.iter().map(|one| one.users.len()).sum();
    let values = [
        ("now", words.money(bundle.cost_now)),
        ("then", words.money(bundle.cost_then)),
        ("saved", words.money(saved)),
        ("users", words.plural("unit.users", users as u64)),
    ];
    match bundle.moves.is_empty() {
        true => words.phrase("bundle.nothing", &values, &["now"]),
        false => words.phrase("bundle.verdict", &values, &["saved", "users"]),
    }
}

fn mix(bundle: &Bundle, words: &Words) -> Section {
    let currency = || bundle.cost_now.currency.code().to_owned();
    let seats = || words.say("unit.seats.header");
    let columns = vec![
        Column::text(words.say("column.sku")),
        Column::number(words.say("bundle.column-price"), currency()).dispensable(2),
        Column::number(words.say("bundle.column-now"), seats()),
        Column::number(words.say("bundle.column-then"), seats()),
        Column::number(words.say("bundle.column-difference"), seats()).dispensable(3),
        Column::number(words.say("bundle.column-saves"), currency()).dispensable(1),
        Column::number(words.say("bundle.column-from"), String::new()).dispensable(4),
    ];
    let row = |sku: &BundleSku| {
        let seats = i64::from(sku.seats_now) - i64::from(sku.seats_then);
        let saves = Money { minor: sku.price.minor * seats, ..sku.price };
        let from = match sku.reducible_from {
            Some(day) if seats > 0 => Cell::Date(day),
            _ => Cell::Nothing,
        };
        Row::of(vec![
            Cell::name(&sku.sku_part_number),
            Cell::Money(sku.price),
            Cell::Count(sku.seats_now),
            Cell::Count(sku.seats_then),
            Cell::Signed(-seats),
            Cell::Money(saves),
            from,
        ])
    };
    let mut rows: Vec<Row> = bundle.skus.iter().map(row).collect();
    let mut sum = vec![Cell::Text(words.say("bundle.total"))];
    sum.resize(columns.len(), Cell::Nothing);
    sum[5] = Cell::Money(Money { minor: bundle.cost_now.minor - bundle.cost_then.minor, ..bundle.cost_now });
    rows.push(Row::of(sum).apart());
    let title = words.say("bundle.mix");
    let gap = Money { minor: bundle.cost_then.minor - bundle.bound.minor, ..bundle.cost_then };
    let notes = vec![words.say("bundle.note-mix"), words.tell("bundle.note-gap", &[("gap", words.money(gap))])];
    let table = Table { id: "mix".to_owned(), caption: title.clone(), columns, rows, notes };
    Section { id: "mix", title, level: Level::Summary, blocks: vec![Block::Table(table)] }
}

fn moves(bundle: &Bundle, words: &Words) -> Section {
    let currency = || bundle.cost_now.currency.code().to_owned();
    let columns = vec![
        Column::number(words.say("column.users"), String::new()),
        Column::text(words.say("bundle.column-gives-up")),
        Column::text(words.say("bundle.column-gets")),
        Column::number(words.say("bundle.column-one"), currency()).dispensable(1),
        Column::number(words.say("bundle.column-saves"), currency()),
    ];
    let list = |skus: &[String]| match skus {
        [] => Cell::Nothing,
        skus => Cell::name(&skus.join(" + ")),
    };
    let row = |one: &BundleMove| {
        let users = one.users.len() as u32;
        Row::of(vec![
            Cell::Count(users),
            list(&one.gives_up),
            list(&one.gets),
            Cell::Money(one.saves),
            Cell::Money(Money { minor: one.saves.minor * i64::from(users), ..one.saves }),
        ])
    };
    let title = words.say("bundle.moves");
    let rows: Vec<Row> = bundle.moves.iter().map(row).collect();
    let notes = vec![words.say("bundle.note-moves")];
    let table = Table { id: "moves".to_owned(), caption: title.clone(), columns, rows, notes };
    let blocks = table.unless_empty();
    Section { id: "moves", title, level: Level::Summary, blocks }
}

fn kept(bundle: &Bundle, words: &Words) -> Section {
    let columns = vec![
        Column::text(words.say("column.sku")),
        Column::number(words.say("column.seats"), String::new()),
        Column::text(words.say("column.reason")),
    ];
    let row = |sku: &crate::forecast::BundleKept| {
        let reason = match sku.reason {
            BundleKeptReason::NoPrice => "bundle.kept-no-price",
            BundleKeptReason::UnknownPlans => "bundle.kept-unknown-plans",
        };
        let cells = vec![Cell::name(&sku.sku_part_number), Cell::Count(sku.seats), Cell::Text(words.say(reason))];
        Row::of(cells).tone(Tone::Warning)
    };
    let rows: Vec<Row> = bundle.kept.iter().map(row).collect();
    let title = words.say("bundle.kept");
    let notes = vec![words.say("bundle.note-kept")];
    let table = Table { id: "kept".to_owned(), caption: title.clone(), columns, rows, notes };
    let blocks = table.unless_empty();
    Section { id: "kept", title, level: Level::Summary, blocks }
}

fn rules(bundle: &Bundle, words: &Words) -> Section {
    let basis = match bundle.basis {
        BundleBasis::Entitled => words.say("bundle.basis-entitled"),
        BundleBasis::UsedServices => {
            let users = |count: u32| words.plural("unit.users", u64::from(count));
            words.tell("bundle.basis-used-services", &[("idle", users(bundle.idle)), ("unused", users(bundle.unused))])
        }
        BundleBasis::InUse => {
            words.tell("bundle.basis-in-use", &[("idle", words.plural("unit.users", u64::from(bundle.idle)))])
        }
    };
    let mut blocks = vec![
        Block::Paragraph(Phrase::plain(basis)),
        Block::Paragraph(Phrase::plain(words.say("bundle.rules-ladders"))),
    ];
    if !bundle.spared.is_empty() {
        let plans = [("plans", bundle.spared.join(", "))];
        blocks.push(Block::Paragraph(Phrase::plain(words.tell("bundle.rules-spared", &plans))));
    }
    Section { id: "bundle-rules", title: words.say("bundle.rules"), level: Level::Summary, blocks }
}
