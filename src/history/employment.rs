//! An HR record of hire and leave dates. In: CSV, a row a person. Out: a `Record`. Never: skips a row whose dates it cannot read.

use chrono::NaiveDate;

use super::code;
use super::spell::{NO_COHORT, Record, Spell};
use crate::diagnostic::{Diagnosed, Diagnostic, Origin, did_you_mean};

const STARTS: &[&str] = &["hireDate", "employeeHireDate", "startDate"];
const ENDS: &[&str] = &["leaveDate", "employeeLeaveDateTime", "endDate", "terminationDate"];

/// Reads the record. Leavers count as complete from `since`, where it is not given from the first leave date on: who left
/// before a record began is usually not in it. `until` is the last day the record speaks of, or else its last date.
pub fn record(
    name: &str,
    bytes: &[u8],
    by: &[String],
    since: Option<NaiveDate>,
    until: Option<NaiveDate>,
) -> Diagnosed<Option<Record>> {
    let origin = Origin::file(name);
    let mut findings = Vec::new();
    let mut reader = csv::ReaderBuilder::new().from_reader(bytes);
    let headers = match reader.headers() {
        Ok(headers) => headers.clone(),
        Err(error) => return refused(Diagnostic::error(code::CELL, error.to_string()).at(&origin)),
    };
    let find = |names: &[&str]| {
        let is = |header: &str| {
            names.iter().any(|name| name.eq_ignore_ascii_case(header.trim_start_matches('\u{feff}').trim()))
        };
        headers.iter().position(is)
    };
    let missing = |wanted: &str| {
        let finding = Diagnostic::error(code::COLUMN, format!("there is no column `{wanted}`")).at(&origin);
        let near = did_you_mean(wanted, headers.iter());
        refused(match near {
            Some(near) => finding.help(near),
            None => finding,
        })
    };
    let Some(start) = find(STARTS) else { return missing(STARTS[0]) };
    let Some(end) = find(ENDS) else { return missing(ENDS[0]) };
    let mut groups = Vec::new();
    for name in by {
        let Some(group) = find(&[name.as_str()]) else { return missing(name) };
        groups.push(group);
    }
    let mut spells = Vec::new();
    for row in reader.records() {
        let row = match row {
            Ok(row) => row,
            Err(error) => {
                findings.push(Diagnostic::error(code::CELL, error.to_string()).at(&origin));
                continue;
            }
        };
        let cell = |index: usize| row.get(index).unwrap_or("").trim();
        let line = origin.at_line(row.position().map_or(0, csv::Position::line));
        let mut date = |index: usize| {
            let text = cell(index);
            let day = text.get(..10).and_then(|day| NaiveDate::parse_from_str(day, "%Y-%m-%d").ok());
            if day.is_none() && !text.is_empty() {
                let message = format!("`{text}` is no date");
                let place = line.in_column(headers.get(index).unwrap_or(""));
                findings.push(Diagnostic::error(code::CELL, message).at(&place).help("write dates as 2012-12-31"));
            }
            day
        };
        let (first, last) = (date(start), date(end));
        match (first, last) {
            (Some(start), end) if end.is_none_or(|end| end >= start) => {
                let value = |group: &usize| Some(cell(*group)).filter(|text| !text.is_empty()).unwrap_or(NO_COHORT);
                let cohort = groups.iter().map(value).collect::<Vec<_>>().join(" / ");
                spells.push(Spell { start, end, cohort: cohort.into() });
            }
            (Some(_), _) => {
                let message = "the leave date is before the hire date";
                findings.push(Diagnostic::error(code::CELL, message).at(&line));
            }
            (None, _) if cell(start).is_empty() => {
                findings.push(Diagnostic::error(code::CELL, "there is no hire date").at(&line));
            }
            (None, _) => {}
        }
    }
    let ends = || spells.iter().filter_map(|spell| spell.end);
    let since = since.or_else(|| ends().min());
    let until = until.or_else(|| ends().chain(spells.iter().map(|spell| spell.start)).max());
    match (since, until) {
        _ if findings.iter().any(Diagnostic::is_error) => Diagnosed::new(None, findings),
        (Some(since), Some(until)) => Diagnosed::new(Some(Record { spells, moves: None, since, until }), findings),
        _ => refused(Diagnostic::error(code::TOO_SHORT, "nobody ever left, so nothing can be learned").at(&origin)),
    }
}

fn refused<T>(finding: Diagnostic) -> Diagnosed<Option<T>> {
    Diagnosed::new(None, vec![finding])
}
