//! Scores of a backtest, shown. In: runs. Out: a table, JSON, or what a chart needs. Never: a score of one method without the others.

use std::fmt::Write;

use crate::forecast::{Skill, SkillKind, SkillLine};
use crate::history::{self, Method, Run, Score};

/// What marks a SKU that the engine forecast.
const BY_RULES: &str = ", by rules";

/// Runs on one kind of series: people by cohort, or seats by SKU.
pub struct Set {
    pub runs: Vec<Run>,
    pub kind: SkillKind,
}

impl Set {
    /// Everybody first, then each cohort or SKU.
    fn series(&self) -> Vec<Option<Box<str>>> {
        let mut series: Vec<_> = self.runs.iter().map(|run| run.cohort.clone()).collect();
        series.sort();
        series.dedup();
        series
    }

    /// Runs of one method, on one series or on all.
    fn of(&self, method: Method, series: Option<&Option<Box<str>>>) -> impl Iterator<Item = &Run> {
        let wanted = move |run: &&Run| run.method == method && series.is_none_or(|series| run.cohort == *series);
        self.runs.iter().filter(wanted)
    }

    fn months(&self) -> usize {
        self.runs.iter().map(|run| run.bands.len()).max().unwrap_or(0)
    }

    fn ahead(&self, method: Method, series: Option<&Option<Box<str>>>) -> Vec<Score> {
        (1..=self.months()).filter_map(|ahead| history::score_ahead(self.of(method, series), ahead)).collect()
    }

    pub fn skill(&self) -> Skill {
        let line = |method: Method| {
            let scores = self.ahead(method, None);
            SkillLine {
                method: method.name().to_owned(),
                loss: scores.iter().map(|score| score.pinball).collect(),
                coverage: scores.iter().map(|score| score.coverage).collect(),
            }
        };
        let mut origins: Vec<history::Month> = self.runs.iter().map(|run| run.origin).collect();
        origins.sort_unstable();
        origins.dedup();
        let (series, origins) = (self.series().len(), origins.len());
        Skill { kind: self.kind, series, origins, lines: Method::ALL.into_iter().map(line).collect() }
    }
}

pub fn text(sets: &[Set]) -> String {
    let named = |series: &Option<Box<str>>| series.as_ref().map_or(0, |name| name.chars().count());
    let longest = sets.iter().flat_map(Set::series).map(|series| named(&series)).max().unwrap_or(0);
    // The longest of the other names is that of all SKUs by rules, twelve months ahead.
    let width = (longest + BY_RULES.len() + 1).clamp(30, 60);
    let mut text = format!("{:<width$}{:<16}{:>8}{:>8}{:>9}{:>10}\n", "", "", "MAE", "MASE", "pinball", "in 80 %");
    let mut line = |name: &str, method: Method, score: Option<Score>| {
        if let Some(Score { mae, mase, pinball, coverage, .. }) = score {
            let share = coverage * 100.0;
            let _ =
                writeln!(text, "{name:<width$}{:<16}{mae:>8.1}{mase:>8.3}{pinball:>9.2}{share:>8.0} %", method.name());
        }
    };
    for set in sets {
        let all = match set.kind {
            SkillKind::People => "all series",
            SkillKind::Seats => "all SKUs",
            SkillKind::Rules => "all SKUs, by rules",
        };
        // A SKU may be in two sets.
        let mark = if set.kind == SkillKind::Rules { BY_RULES } else { "" };
        Method::ALL.into_iter().for_each(|method| line(all, method, history::score(set.of(method, None))));
        for series in set.series() {
            let name = format!("{}{mark}", series.as_deref().unwrap_or("everybody"));
            Method::ALL
                .into_iter()
                .for_each(|method| line(&name, method, history::score(set.of(method, Some(&series)))));
        }
        // By months ahead: the first, the last, and each quarter between them.
        let shown = |ahead: &usize| *ahead == 1 || ahead.is_multiple_of(3) || *ahead == set.months();
        for ahead in (1..=set.months()).filter(shown) {
            let name = format!("{all}, {ahead} ahead");
            let score = |method| history::score_ahead(set.of(method, None), ahead);
            Method::ALL.into_iter().for_each(|method| line(&name, method, score(method)));
        }
    }
    text
}

/// Every score: over all series, and of each, as a whole and by months ahead.
pub fn json(sets: &[Set]) -> serde_json::Value {
    let methods = |set: &Set, series: Option<&Option<Box<str>>>| {
        let of = |method: Method| {
            let score = history::score(set.of(method, series));
            serde_json::json!({ "method": method, "score": score, "ahead": set.ahead(method, series) })
        };
        Method::ALL.map(of)
    };
    let series = |set: &Set, name: &str| -> Vec<serde_json::Value> {
        let of = |series: &Option<Box<str>>| {
            let runs: Vec<serde_json::Value> = set.of(Method::Seatcast, Some(series)).map(run).collect();
            serde_json::json!({ name: series, "methods": methods(set, Some(series)), "forecasts": runs })
        };
        set.series().iter().map(of).collect()
    };
    let mut json = serde_json::json!({ "version": 1 });
    for set in sets {
        let (all, each, name) = match set.kind {
            SkillKind::People => ("all", "series", "cohort"),
            SkillKind::Seats => ("allSkus", "skus", "sku"),
            SkillKind::Rules => ("allSkusByRules", "skusByRules", "sku"),
        };
        json[all] = serde_json::json!(methods(set, None));
        json[each] = series(set, name).into();
    }
    json
}

/// One forecast of the own method beside what happened, month by month.
fn run(run: &Run) -> serde_json::Value {
    serde_json::json!({ "origin": run.origin.to_string(), "bands": run.bands, "actual": run.actual })
}
