//! What readers get. In: a `Forecast`. Out: a `Document`, and from it the bytes of each format. Never: computes a number that
//! the forecast does not hold, reads the clock, opens a file or a connection.

mod chart;
pub mod clean;
mod comparison;
mod document;
mod face;
mod files;
mod focus;
mod frame;
mod guard;
mod html;
pub mod json;
mod kind;
mod markdown;
mod pdf;
mod plan;
mod pseudonym;
mod series;
pub mod shorten;
mod star;
mod text;
mod words;
mod xlsx;

pub use chart::{Theme, png, svg};
pub use comparison::comparison_json;
pub use document::comparison;
pub use document::{
    Block, Cell, Chart, Column, Document, Level, Phrase, Picture, Row, Section, Span, Table, Tone, bundle, document,
    hindsight, purchase_plan, scenario, skill, status,
};
pub use files::{Options, SAVED, files, files_of};
pub use guard::{guard_comment, guard_json, guard_junit, guard_sarif};
pub use html::render as html;
pub use kind::Kind;
pub use markdown::render as markdown;
pub use pdf::render as pdf;
pub use plan::{bundle_files, bundle_json, plan_csv, plan_files, plan_json};
pub use pseudonym::{
    pseudonymise, pseudonymise_bundle, pseudonymise_comparison, pseudonymise_plan, pseudonymise_status,
    pseudonymise_whole,
};
pub use series::{csv, parquet};
pub use text::{Screen, render as text};
pub use words::{Language, Words};
pub use xlsx::render as xlsx;

/// Why a report could not be made. None of these is about what the inputs say.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    #[error("cannot draw the chart `{chart}`: {reason}")]
    Chart { chart: String, reason: String },
    #[error("cannot set the PDF: {0}")]
    Pdf(String),
    #[error("cannot write the workbook: {0}")]
    Xlsx(String),
    #[error("cannot write the series: {0}")]
    Csv(#[from] csv::Error),
    #[error("cannot write the Parquet file: {0}")]
    Parquet(#[from] polars::error::PolarsError),
    #[error("cannot write JUnit: {0}")]
    JUnit(String),
    #[error("cannot write JSON: {0}")]
    Json(#[from] serde_json::Error),
}
