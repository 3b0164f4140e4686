//! The future of a tenant, many times over. In: a baseline and settings. Out: a forecast. Never: reads a file, prints, or
//! looks at a licence while it draws what people do.

mod draws;
mod event;
mod people;
mod rates;
mod rows;
mod settings;
mod tally;
mod workforce;

pub use settings::{HORIZON_MONTHS_MAX, REPLICATIONS_MAX, Settings, SettingsError};
