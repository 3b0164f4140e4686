//! Plans, mixes and comparisons as people read them.

use seatcast::catalog::Catalog;
use seatcast::forecast::{BundleBasis, Happened, Outcome, PlanTarget, Risk, Saved};
use seatcast::plan::bundle::{BundleOptions, bundle};
use seatcast::report::{self, Document, Language, Level, Screen};
use seatcast::simulate::{self, Progress, Settings};

use super::promise::{BASELINE, made, with_fresh_luck};

fn saved() -> (Saved, Vec<Outcome>) {
    let settings = Settings::new(BASELINE.today, 2, 5, 1).unwrap();
    let forecast = simulate::run(&BASELINE, Catalog::embedded(), &settings, &Progress::default()).value.unwrap();
    let saved = Saved::of(&forecast);
    let came = |(at, sku): (usize, &seatcast::forecast::SavedSku)| Happened {
        sku_id: if at == 0 { "new".to_owned() } else { sku.sku_id.clone() },
        sku_part_number: sku.sku_part_number.clone(),
        product_name: sku.product_name.clone(),
        demand: sku.points[0].p90 + at as u32,
        capacity: at as u32,
    };
    let came: Vec<Happened> = saved.skus.iter().enumerate().map(came).collect();
    let outcomes = saved.outcomes(saved.skus[0].points[1].day, &came);
    (saved, outcomes)
}

fn documents(language: Language) -> Vec<Document> {
    let mut plan = with_fresh_luck(made(PlanTarget::Risk(Risk::percent(5).unwrap()), &[5, 10]), 99).plan;
    let waiting = made(PlanTarget::WaitingSeatDays(60), &[]).plan;
    plan.rules.ea_reductions = true;
    let today = simulate::today(&BASELINE, Catalog::embedded()).value.unwrap();
    let mixes = [BundleBasis::Entitled, BundleBasis::InUse].map(|basis| {
        let options = BundleOptions { basis, spared: vec!["SWAY".to_owned()] };
        report::bundle(&bundle(&BASELINE, &today, Catalog::embedded(), &options).unwrap(), language)
    });
    let (saved, outcomes) = saved();
    let mut documents = vec![report::purchase_plan(&plan, language), report::purchase_plan(&waiting, language)];
    documents.extend(mixes);
    documents.push(report::hindsight(&saved, &outcomes, language));
    documents
}

#[test]
fn every_word_is_there_and_every_line_fits() {
    for language in Language::ALL {
        for document in documents(language) {
            for (_, table) in document.tables() {
                assert!(table.rows.iter().all(|row| row.cells.len() == table.columns.len()), "{}", table.id);
                for (row, column) in table.rows.iter().flat_map(|row| row.cells.iter().zip(&table.columns)) {
                    assert!(column.numeric || !row.is_number(), "{}: {row:?} under `{}`", table.id, column.title);
                }
            }
            for columns in [48, 80, 140] {
                let text = report::text(&document, &Screen { columns, colour: false, level: Level::Appendix });
                let long = text.lines().find(|line| line.chars().count() > columns);
                assert!(long.is_none(), "{columns}: {long:?}");
                for key in ["plan.", "bundle.", "hindsight.", "column.", "{", "}"] {
                    let names = ["plan.pdf", "plan.csv", "bundle.csv"];
                    let clean = names.iter().fold(text.clone(), |text, name| text.replace(name, ""));
                    let found = clean.find(key).map(|at| clean[at..].chars().take(40).collect::<String>());
                    let end = found.as_deref().is_none_or(|found| found[key.len()..].starts_with(['\n', ' ']));
                    assert!(end, "{found:?} is no word");
                }
            }
        }
    }
}

#[test]
fn the_curve_is_drawn_in_both_themes() {
    let plan = made(PlanTarget::Risk(Risk::percent(5).unwrap()), &[1, 5, 20]).plan;
    assert_eq!(plan.curve.len(), 3);
    let document = report::purchase_plan(&plan, Language::English);
    let chart = document.chart("risk-cost").unwrap();
    for theme in [report::Theme::Light, report::Theme::Dark] {
        let svg = report::svg(chart, Language::English, theme).unwrap();
        for said in ["What each percent of risk costs", "20%", "Accepted risk"] {
            assert!(svg.contains(said), "{said}");
        }
        assert!(report::png(&chart.id, &svg, &[]).unwrap().starts_with(b"\x89PNG"));
    }
}

/// A cell that a spreadsheet would run. A true number is none.
fn runs(cell: &str) -> bool {
    cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) && cell.parse::<f64>().is_err()
}

/// How many cells of a CSV file were made harmless; none of them runs.
fn harmless(files: &[(String, Vec<u8>)], name: &str) -> usize {
    let (_, bytes) = files.iter().find(|(file, _)| file == name).unwrap();
    let mut reader = csv::Reader::from_reader(bytes.as_slice());
    let mut neutral = 0;
    for record in reader.records() {
        for cell in &record.unwrap() {
            assert!(!runs(cell), "{name} holds `{cell}`");
            neutral += usize::from(cell.strip_prefix('\'').is_some_and(runs));
        }
    }
    neutral
}

#[test]
fn names_that_a_spreadsheet_would_run_are_harmless_in_the_tables_of_plans_and_mixes() {
    let mut plan = made(PlanTarget::Risk(Risk::percent(5).unwrap()), &[5]).plan;
    for (at, sku) in plan.skus.iter_mut().enumerate() {
        sku.sku_part_number = format!("=cmd|' /C calc'!A{at}");
        sku.product_name = "@SUM(A1)".to_owned();
        sku.lines.iter_mut().for_each(|line| line.subscription = "+1+2".to_owned());
    }
    let files = report::plan_files(&plan, &report::Options::default()).unwrap();
    let lines: usize = plan.skus.iter().map(|sku| sku.lines.len()).sum();
    assert!(lines > 0);
    assert_eq!(harmless(&files, "plan.csv"), 2 * lines);
    let today = simulate::today(&BASELINE, Catalog::embedded()).value.unwrap();
    let options = BundleOptions { basis: BundleBasis::InUse, spared: Vec::new() };
    let mut mix = bundle(&BASELINE, &today, Catalog::embedded(), &options).unwrap();
    assert!(!mix.moves.is_empty());
    for one in &mut mix.moves {
        one.gives_up = vec!["-2+3".to_owned()];
        one.users.iter_mut().for_each(|user| *user = format!("=1+{user}"));
    }
    let movers: usize = mix.moves.iter().map(|one| one.users.len()).sum();
    let files = report::bundle_files(&mix, &|_| Some("@user".to_owned()), &report::Options::default()).unwrap();
    assert_eq!(harmless(&files, "bundle.csv"), 3 * movers);
    for name in ["bundle.xlsx", "bundle.pdf"] {
        assert!(files.iter().any(|(file, bytes)| file == name && bytes.len() > 500), "{name}");
    }
}
