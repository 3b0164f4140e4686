//! A star schema for a BI tool. In: a forecast. Out: dimension and fact tables as CSV and Parquet, and a page that explains
//! them. Never: a fact whose keys are in no dimension.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate};

use super::files::{Files, Options};
use super::frame::{Frame, Values};
use super::kind::Kind;
use super::series;
use crate::forecast::{DepartmentCost, Forecast, SkuForecast};

/// What the tables hold and how they join.
const README: &str = include_str!("star.md");

pub fn files(forecast: &Forecast, options: &Options) -> Files {
    let tables = [
        ("dim_sku", skus(forecast)),
        ("dim_date", dates(forecast)),
        ("fact_seats", seats(forecast)),
        ("fact_renewals", renewals(forecast)),
        ("fact_departments", departments("department", &forecast.departments, forecast)),
        ("fact_cost_centres", departments("cost_centre", &forecast.cost_centres, forecast)),
    ];
    let (csv, parquet) = (options.wants(Kind::Csv), options.wants(Kind::Parquet));
    let mut files = Vec::new();
    if csv || parquet {
        files.push(("star/README.md".to_owned(), README.as_bytes().to_vec()));
    }
    for (name, table) in &tables {
        if csv {
            files.push((format!("star/{name}.csv"), table.csv()?));
        }
        if parquet {
            files.push((format!("star/{name}.parquet"), table.parquet()?));
        }
    }
    Ok(files)
}

fn skus(forecast: &Forecast) -> Frame {
    let each = || forecast.skus.iter();
    let text = |value: &dyn Fn(&SkuForecast) -> &String| Values::Text(each().map(|sku| value(sku).clone()).collect());
    let day = |value: &dyn Fn(&SkuForecast) -> Option<NaiveDate>| Values::MaybeDay(each().map(value).collect());
    let price = each().map(|sku| sku.price.map(|price| price.minor)).collect();
    let currency = each().map(|sku| sku.price.map(|price| price.currency.code().to_owned())).collect();
    Frame {
        columns: vec![
            ("sku_id", text(&|sku| &sku.sku_id)),
            ("sku_part_number", text(&|sku| &sku.sku_part_number)),
            ("product_name", text(&|sku| &sku.product_name)),
            ("important", Values::Flag(each().map(|sku| sku.important).collect())),
            ("price_minor", Values::MaybeMinor(price)),
            ("currency", Values::MaybeText(currency)),
            ("first_shortage_p10", day(&|sku| sku.first_shortage.p10)),
            ("first_shortage_p50", day(&|sku| sku.first_shortage.p50)),
            ("first_shortage_p90", day(&|sku| sku.first_shortage.p90)),
        ],
    }
}

/// Every day that a fact names.
fn dates(forecast: &Forecast) -> Frame {
    let points = forecast.skus.iter().flat_map(|sku| sku.points.iter().map(|point| point.day));
    let events = forecast.renewals.iter().flat_map(|event| [Some(event.day), event.last_day_to_act]).flatten();
    let days: BTreeSet<NaiveDate> = points.chain(events).chain([forecast.provenance.today]).collect();
    let days: Vec<NaiveDate> = days.into_iter().collect();
    let count = |value: &dyn Fn(&NaiveDate) -> u32| Values::Count(days.iter().map(value).collect());
    Frame {
        columns: vec![
            ("year", count(&|day| u32::try_from(day.year()).unwrap_or(0))),
            ("quarter", count(&|day| day.month0() / 3 + 1)),
            ("month", count(&|day| day.month())),
            ("day", Values::Day(days.clone())),
        ],
    }
}

fn seats(forecast: &Forecast) -> Frame {
    let ids = forecast.skus.iter().flat_map(|sku| sku.points.iter().map(|_| sku.sku_id.clone())).collect();
    let mut columns = vec![("sku_id", Values::Text(ids))];
    columns.extend(series::measures(forecast));
    Frame { columns }
}

fn renewals(forecast: &Forecast) -> Frame {
    let known = |name: &str| forecast.skus.iter().find(|sku| sku.is_called(name));
    let events: Vec<_> = forecast.renewals.iter().filter_map(|event| Some((known(&event.sku)?, event))).collect();
    Frame {
        columns: vec![
            ("sku_id", Values::Text(events.iter().map(|(sku, _)| sku.sku_id.clone()).collect())),
            ("day", Values::Day(events.iter().map(|(_, event)| event.day).collect())),
            ("subscription", Values::Text(events.iter().map(|(_, event)| event.subscription.clone()).collect())),
            ("outcome", Values::Text(events.iter().map(|(_, event)| event.outcome.name().to_owned()).collect())),
            ("units_before", Values::Count(events.iter().map(|(_, event)| event.quantity_before).collect())),
            ("units_after", Values::Count(events.iter().map(|(_, event)| event.quantity_after).collect())),
            ("last_day_to_act", Values::MaybeDay(events.iter().map(|(_, event)| event.last_day_to_act).collect())),
        ],
    }
}

fn departments(name: &'static str, lines: &[DepartmentCost], forecast: &Forecast) -> Frame {
    let each = || lines.iter();
    let today = forecast.provenance.today;
    Frame {
        columns: vec![
            (name, Values::Text(each().map(|line| line.department.clone()).collect())),
            ("day", Values::Day(each().map(|_| today).collect())),
            ("seats", Values::Count(each().map(|line| line.seats).collect())),
            ("cost_minor", Values::MaybeMinor(each().map(|line| Some(line.minor)).collect())),
            ("currency", Values::Text(each().map(|line| line.currency.code().to_owned()).collect())),
        ],
    }
}
