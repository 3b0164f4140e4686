//! Files as people export them, turned into the world to simulate. In: bytes. Out: [`Tables`] (what each file holds and what is
//! wrong with it), then a baseline. Never: guesses a number, an order of day and month, an encoding or a licence; looks at a
//! file's name to learn what it is; keeps a file of which a part could not be read, unless told to be lenient.
//!
//! A file is decoded, cut into records, recognised by its columns, and converted column by column, each distinct value once.
//! Only [`baseline`] looks at several files together.

mod attributes;
mod baseline;
mod bytes;
mod canonical;
mod code;
mod code_page;
mod column;
mod convert;
mod date;
mod field;
mod folder;
mod gaps;
mod groups;
mod guards;
mod leavers;
mod licenses;
mod load;
mod manager;
mod members;
mod plan_rules;
mod prices;
mod product;
mod rates;
mod record;
mod remedy;
mod report;
mod roster;
mod scenario;
mod schema;
mod seen;
mod settings;
mod skus;
mod source;
mod subscriptions;
mod supplies;
mod table;
mod tables;
mod tenant_groups;
mod users;
mod value;

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;

use crate::catalog::Catalog;

pub use baseline::baseline;
pub use canonical::{GROUP_COLUMNS, MEMBER_COLUMNS, SKU_COLUMNS, canonical, user_columns};
pub use date::DateOrder;
pub use folder::{ReadError, list_folder, read_file, read_folder};
pub use gaps::gaps;
pub use guards::guards;
pub use plan_rules::COLUMNS as PLAN_RULE_COLUMNS;
pub use prices::COLUMNS as PRICE_COLUMNS;
pub use rates::COHORT_KEYS;
pub use remedy::{
    GROUPS as GROUPS_REMEDY, Gap, MEMBERS as MEMBERS_REMEDY, USERS as USERS_REMEDY, attributes as attributes_remedy,
};
pub use report::FileReport;
pub use scenario::{scenario, scenario_files};
pub use schema::{TOPICS as SCHEMA_TOPICS, schema};
pub use settings::KEYS as SETTINGS_KEYS;
pub use source::{Kind, Source};
pub use subscriptions::COLUMNS as SUBSCRIPTION_COLUMNS;
pub use tables::{Tables, is_encoding, tables};

/// One file: its name inside the tenant folder, and its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFile {
    pub name: String,
    pub bytes: Vec<u8>,
}

/// What a person may say about the files. `Default` says nothing.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The name of the tenant in reports; `seatcast.toml` may give a better one.
    pub tenant: String,
    /// The day from which to forecast. `None`: the exports' own date, else `clock`.
    pub today: Option<NaiveDate>,
    /// The day on the caller's clock, used only where nothing else gives a day.
    pub clock: Option<NaiveDate>,
    /// The encoding of files that are neither marked nor UTF-8, as a web label (`windows-1252`). `None`: such a file is
    /// refused, unless the folder's Unicode files prove that it is Windows-1252.
    pub encoding: Option<String>,
    pub date_order: Option<DateOrder>,
    /// A catalogue newer than the embedded one.
    pub catalog: Option<Arc<Catalog>>,
    /// Leave broken rows out, each with a finding, in place of the whole file.
    pub lenient: bool,
    /// Sources of files that nothing tells, by file name.
    pub sources: BTreeMap<String, Source>,
    /// Groups of members files that do not say them, by file name.
    pub groups: BTreeMap<String, String>,
}

impl Options {
    pub(crate) fn catalog(&self) -> &Catalog {
        self.catalog.as_deref().unwrap_or_else(|| Catalog::embedded())
    }
}
