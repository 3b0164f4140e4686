//! The arguments that name a tenant, and their loader. In: a folder. Out: a baseline with all there is to say about it.
//! Never: goes on with a file that was refused.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::Args;

/// Which tenant, and how to read it.
#[derive(Debug, Args)]
pub struct TenantArgs {
    /// The folder of exported CSV files
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// The day that counts as today [default: the exports' own day, else the clock's]
    #[arg(long, value_name = "DATE", help_heading = "Reading")]
    pub today: Option<NaiveDate>,
}
