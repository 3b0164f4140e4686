//! `plan-rules.csv`: which service plans exclude or need each other, written by hand beside those of the program. In: a table.
//! Out: rules whose plans the catalogue knows. Never: takes a plan that nobody knows, or a status that its kind does not have.

use std::collections::BTreeSet;

use super::code;
use super::column::Faults;
use super::convert::Reader;
use super::report::FileReport;
use super::subscriptions::unknown_columns;
use super::table::Table;
use super::value;
use crate::catalog::Catalog;
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::licensing::{PlanRule, PlanRuleKind, PlanRuleStatus};

/// The columns of the file, in the order in which it is documented.
pub const COLUMNS: [&str; 6] = ["kind", "family", "plan", "needsOneOf", "status", "source"];

pub(super) fn plan_rules(
    table: &Table,
    catalog: &Catalog,
    report: &mut FileReport,
    faults: &mut Faults,
) -> Vec<PlanRule> {
    unknown_columns(table, &COLUMNS, report);
    let mut reader = Reader::new(table, false);
    let [kind, family, plan, needs, status, source] = COLUMNS.map(|name| reader.column(&[&name.to_lowercase()]));
    report.columns(table, &reader.used);
    let plans = catalog.skus().flat_map(|sku| &sku.service_plans).map(|plan| &*plan.name).collect();
    let mut rules = Vec::with_capacity(table.rows());
    for row in 0..table.rows() {
        let before = faults.rows.len();
        let kinds = [("exclusion", PlanRuleKind::Exclusion), ("dependency", PlanRuleKind::Dependency)];
        let kind = needed(&reader, row, (kind, "kind"), reader.word(row, kind, &kinds, faults), faults);
        let words: &[(&str, PlanRuleStatus)] = match kind {
            Some(PlanRuleKind::Dependency) => {
                &[("directory", PlanRuleStatus::Directory), ("commercial", PlanRuleStatus::Commercial)]
            }
            _ => &[("hard", PlanRuleStatus::Hard), ("soft", PlanRuleStatus::Soft), ("stale", PlanRuleStatus::Stale)],
        };
        let status = needed(&reader, row, (status, "status"), reader.word(row, status, words, faults), faults);
        let text = reader.text(row, plan).map(|text| text.trim().to_owned());
        let name = needed(&reader, row, (plan, "plan"), text, faults);
        let needs_one_of = reader.text(row, needs).map(|text| text.trim().to_owned()).unwrap_or_default();
        if let Some(name) = &name {
            known(&reader, row, plan, name, &plans, faults);
        }
        let each = needs_one_of.split(';').map(str::trim).filter(|need| !need.is_empty());
        each.for_each(|need| known(&reader, row, needs, need, &plans, faults));
        if kind == Some(PlanRuleKind::Dependency) && needs_one_of.is_empty() {
            let finding = Diagnostic::error(code::PLAN_RULE, "a dependency without the plans that it needs one of");
            faults.error(row, finding.at(&table.at(row)).help("write them into needsOneOf, with semicolons between"));
        }
        let (Some(kind), Some(plan), Some(status)) = (kind, name, status) else { continue };
        if faults.rows.len() > before {
            continue;
        }
        let text = |column| reader.text(row, column).map(|text| text.trim().to_owned());
        // An exclusion without a family is one with all others that have none.
        let family = text(family).unwrap_or_else(|| "own rules".to_owned());
        rules.push(PlanRule { kind, family, plan, needs_one_of, status, source: text(source).unwrap_or_default() });
    }
    rules
}

/// Reports a cell that has to hold something. What is there and wrong has its own finding.
fn needed<T>(
    reader: &Reader<'_>,
    row: usize,
    (column, name): (Option<usize>, &str),
    value: Option<T>,
    faults: &mut Faults,
) -> Option<T> {
    if value.is_none() && reader.text(row, column).is_none() {
        let finding = Diagnostic::error(code::PLAN_RULE, format!("a plan rule without `{name}`"));
        faults.error(row, finding.at(&reader.table.at(row)));
    }
    value
}

/// A plan is named as the catalogue names it, or by its id.
fn known(
    reader: &Reader<'_>,
    row: usize,
    column: Option<usize>,
    name: &str,
    plans: &BTreeSet<&str>,
    faults: &mut Faults,
) {
    if plans.contains(name) || value::guid(name).is_some() {
        return;
    }
    let mut finding = Diagnostic::error(code::PLAN_RULE, format!("no catalogue knows the service plan `{name}`"));
    finding.help = did_you_mean(name, plans.iter().copied());
    reader.fault(row, column, faults, finding);
}
