//! Columns with types, written as CSV or as Parquet. In: values. Out: bytes. Never: a schema that depends on the values, or a
//! CSV cell that a spreadsheet would run.

use crate::parquet;
use chrono::NaiveDate;
use polars::frame::DataFrame;
use polars::prelude::{Column, DataType, NamedFrom, Series};

use super::{RenderError, clean};

pub enum Values {
    Text(Vec<String>),
    MaybeText(Vec<Option<String>>),
    Count(Vec<u32>),
    Flag(Vec<bool>),
    Day(Vec<NaiveDate>),
    MaybeDay(Vec<Option<NaiveDate>>),
    /// Minor units of a currency that stands in another column.
    MaybeMinor(Vec<Option<i64>>),
}

/// A table whose columns are equally long.
pub struct Frame {
    pub columns: Vec<(&'static str, Values)>,
}

impl Frame {
    fn rows(&self) -> usize {
        self.columns.first().map_or(0, |(_, values)| values.len())
    }

    pub fn csv(&self) -> Result<Vec<u8>, RenderError> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(self.columns.iter().map(|(name, _)| *name))?;
        for row in 0..self.rows() {
            writer.write_record(self.columns.iter().map(|(_, values)| values.cell(row)))?;
        }
        writer.into_inner().map_err(|error| RenderError::Csv(error.into_error().into()))
    }

    pub fn parquet(&self) -> Result<Vec<u8>, RenderError> {
        let columns: Result<Vec<Column>, RenderError> =
            self.columns.iter().map(|(name, values)| Ok(values.series(name)?.into())).collect();
        Ok(parquet::bytes(DataFrame::new(self.rows(), columns?)?)?)
    }
}

impl Values {
    fn len(&self) -> usize {
        match self {
            Values::Text(values) => values.len(),
            Values::MaybeText(values) => values.len(),
            Values::Count(values) => values.len(),
            Values::Flag(values) => values.len(),
            Values::Day(values) => values.len(),
            Values::MaybeDay(values) => values.len(),
            Values::MaybeMinor(values) => values.len(),
        }
    }

    fn cell(&self, row: usize) -> String {
        fn shown<T>(values: &[T], row: usize, show: impl Fn(&T) -> String) -> String {
            values.get(row).map(show).unwrap_or_default()
        }
        let text = |text: &String| clean::cell(text);
        match self {
            Values::Text(values) => shown(values, row, text),
            Values::MaybeText(values) => shown(values, row, |value| value.as_ref().map(text).unwrap_or_default()),
            Values::Count(values) => shown(values, row, u32::to_string),
            Values::Flag(values) => shown(values, row, bool::to_string),
            Values::Day(values) => shown(values, row, NaiveDate::to_string),
            Values::MaybeDay(values) => shown(values, row, |day| day.map(|day| day.to_string()).unwrap_or_default()),
            Values::MaybeMinor(values) => shown(values, row, |n| n.map(|n| n.to_string()).unwrap_or_default()),
        }
    }

    fn series(&self, name: &str) -> Result<Series, RenderError> {
        let name = name.into();
        Ok(match self {
            Values::Text(values) => Series::new(name, values),
            Values::MaybeText(values) => Series::new(name, values),
            Values::Count(values) => Series::new(name, values),
            Values::Flag(values) => Series::new(name, values),
            Values::MaybeMinor(values) => Series::new(name, values),
            Values::Day(values) => {
                let days: Vec<i32> = values.iter().copied().map(epoch_day).collect();
                Series::new(name, days).cast(&DataType::Date)?
            }
            Values::MaybeDay(values) => {
                let days: Vec<Option<i32>> = values.iter().map(|day| day.map(epoch_day)).collect();
                Series::new(name, days).cast(&DataType::Date)?
            }
        })
    }
}

/// Days since 1 January 1970, as a Parquet date counts them.
fn epoch_day(day: NaiveDate) -> i32 {
    i32::try_from(day.signed_duration_since(NaiveDate::default()).num_days()).unwrap_or(i32::MAX)
}
