//! Files as typed tables, each on its own. In: names and bytes. Out: what each file holds, and a report for each. Never: compares
//! two files, except to learn the tenant's own names of SKUs before any licence is read.

use encoding_rs::Encoding;
use rayon::prelude::*;

use super::column::Faults;
use super::convert::Converter;
use super::groups::{self, GroupTable};
use super::load::{self, Content, Loaded};
use super::members::{self, MemberTable};
use super::product::Products;
use super::report::FileReport;
use super::settings::Settings;
use super::skus::{self, SkuTable};
use super::source::{Kind, Source};
use super::table::Table;
use super::users::{self, UserTable};
use super::{Options, SourceFile, code, plan_rules, prices, subscriptions};
use crate::catalog::SkuId;
use crate::diagnostic::{Diagnostic, Origin};
use crate::digest::InputDigest;
use crate::directory::Attribute;
use crate::licensing::PlanRule;
use crate::supply::{Price, Subscription};

/// All files of a tenant, each read on its own.
#[derive(Debug, Default)]
pub struct Tables {
    pub reports: Vec<FileReport>,
    pub inputs: Vec<InputDigest>,
    pub(super) users: Vec<UserTable>,
    pub(super) groups: Vec<GroupTable>,
    pub(super) members: Vec<MemberTable>,
    pub(super) skus: Vec<SkuTable>,
    pub(super) subscriptions: Vec<Subscription>,
    pub(super) prices: Vec<Price>,
    pub(super) plan_rules: Vec<PlanRule>,
    pub(super) settings: Settings,
    /// `seatcast.toml` as it stands.
    pub(super) settings_text: Option<String>,
    /// What `rates.toml` holds, and its text.
    pub(super) rates: Option<(Settings, Origin, String)>,
    /// Names of SKUs that the tenant's own files teach.
    pub(super) sku_names: Vec<(String, SkuId)>,
}

impl Tables {
    /// Whether any file was left out.
    pub fn has_refused(&self) -> bool {
        self.reports.iter().any(|report| report.refused)
    }
}

/// What one file holds.
enum Part {
    Nothing,
    Users(UserTable),
    Groups(GroupTable),
    Members(MemberTable),
    Skus(SkuTable),
    Subscriptions(Vec<Subscription>),
    Prices(Vec<Price>),
    PlanRules(Vec<PlanRule>),
    Settings(Settings, String),
    Rates(Settings, String),
}

/// Whether a label names an encoding that can be read.
pub fn is_encoding(label: &str) -> bool {
    Encoding::for_label(label.as_bytes()).is_some()
}

/// Reads every file. The order of `files` is the order in which they were given: where two disagree, the later one wins.
pub fn tables(files: Vec<SourceFile>, options: &Options) -> Tables {
    let loaded = load::files(files, options);
    let mut products = Products::new(options.catalog());
    let mut tables = Tables::default();
    for loaded in &loaded {
        if let Content::Table(source, table) = &loaded.content
            && matches!(source.kind(), Kind::Skus | Kind::Catalogue)
        {
            tables.sku_names.extend(skus::names(table));
        }
    }
    tables.sku_names.iter().for_each(|(name, sku_id)| products.learn(name, sku_id));
    let converter = Converter { products: &products, date_order: options.date_order };
    let parts: Vec<(FileReport, InputDigest, Part)> =
        loaded.into_par_iter().map(|loaded| convert(loaded, &converter, options)).collect();
    for (mut report, digest, part) in parts {
        crate::diagnostic::sort(&mut report.diagnostics);
        tables.reports.push(report);
        tables.inputs.push(digest);
        match part {
            Part::Nothing => {}
            Part::Users(table) => tables.users.push(table),
            Part::Groups(table) => tables.groups.push(table),
            Part::Members(table) => tables.members.push(table),
            Part::Skus(table) => tables.skus.push(table),
            Part::Subscriptions(lots) => tables.subscriptions.extend(lots),
            Part::Prices(prices) => tables.prices.extend(prices),
            Part::PlanRules(rules) => tables.plan_rules.extend(rules),
            Part::Settings(settings, text) => {
                tables.settings = settings;
                tables.settings_text = Some(text);
            }
            Part::Rates(rates, text) => {
                let origin = Origin::file(tables.reports.last().map_or("rates.toml", |report| report.path.as_str()));
                tables.rates = Some((rates, origin, text));
            }
        }
    }
    tables.inputs.sort();
    tables
}

fn convert(loaded: Loaded, with: &Converter<'_>, options: &Options) -> (FileReport, InputDigest, Part) {
    let Loaded { mut report, digest, content } = loaded;
    let (source, table) = match content {
        Content::Nothing | Content::Undecoded(_) => return (report, digest, Part::Nothing),
        Content::Settings(settings, text) => return (report, digest, Part::Settings(settings, text)),
        Content::Rates(rates, text) => return (report, digest, Part::Rates(rates, text)),
        Content::Table(source, table) => (source, table),
    };
    let mut faults = Faults::default();
    let part = match source.kind() {
        Kind::Users | Kind::Activity => {
            if let Some(finding) = concealed(&table, source) {
                report.refuse(finding);
                report.rows_rejected = report.rows_read;
                report.rows_read = 0;
                return (report, digest, Part::Nothing);
            }
            Part::Users(users::users(table, source, with, &mut report, &mut faults))
        }
        Kind::Groups => Part::Groups(groups::groups(&table, source, with, &mut report, &mut faults)),
        Kind::Members => {
            let told = options.groups.get(&report.path).map(String::as_str);
            members::members(table, source, told, &mut report, &mut faults).map_or(Part::Nothing, Part::Members)
        }
        Kind::Skus => {
            skus::skus(&table, source, with.products, &mut report, &mut faults).map_or(Part::Nothing, Part::Skus)
        }
        Kind::Subscriptions => {
            Part::Subscriptions(subscriptions::subscriptions(&table, with.products, &mut report, &mut faults))
        }
        Kind::Prices => Part::Prices(prices::prices(&table, with.products, &mut report, &mut faults)),
        Kind::PlanRules => {
            Part::PlanRules(plan_rules::plan_rules(&table, with.products.catalog(), &mut report, &mut faults))
        }
        Kind::Catalogue => {
            report.columns(&table, &skus::name_columns(&table));
            report.notes.push("its names of products are known while the other files are read".to_owned());
            Part::Nothing
        }
        Kind::Devices => {
            report.columns(&table, &[]);
            report.notes.push("devices take no licence of a user, so nothing of it is used".to_owned());
            Part::Nothing
        }
        Kind::Settings | Kind::Unknown => {
            report.columns(&table, &[]);
            Part::Nothing
        }
    };
    finish(report, digest, part, faults, source, options)
}

/// Decides whether the file goes in, and counts its rows.
fn finish(
    mut report: FileReport,
    digest: InputDigest,
    mut part: Part,
    mut faults: Faults,
    source: Source,
    options: &Options,
) -> (FileReport, InputDigest, Part) {
    faults.rows.sort_unstable();
    faults.rows.dedup();
    let bad = faults.rows.len() as u32;
    report.rows_read = report.rows_read.saturating_sub(bad);
    report.rows_rejected += bad;
    report.diagnostics.append(&mut faults.findings);
    let columns = report.columns_used.len() + report.columns_ignored.len() + report.not_asked_for.len();
    report.confidence = (50 + 50 * (report.columns_used.len() + report.not_asked_for.len()) / columns.max(1)) as u32;
    let errors = report.diagnostics.iter().any(Diagnostic::is_error);
    // Settings are one text: there is no row of them to leave out.
    let by_row = !matches!(part, Part::Nothing | Part::Settings(..));
    if errors && options.lenient && by_row && !report.refused && report.rows_read > 0 {
        if let Part::Users(table) = &mut part {
            table.skipped.extend(&faults.rows);
        }
        let message = format!("{} rows are left out because reading is lenient", report.rows_rejected);
        report
            .diagnostics
            .push(Diagnostic::warning(code::ROWS_SKIPPED, message).at(&Origin::file(report.path.as_str())));
    } else if errors {
        report.refused = true;
        part = Part::Nothing;
    }
    report.not_available = not_available(&part, source);
    if faults.zoneless {
        report.notes.push("times without a zone are taken as UTC".to_owned());
    }
    (report, digest, part)
}

/// Attributes that rules, licences and forecasts use and this file does not give.
fn not_available(part: &Part, source: Source) -> Vec<String> {
    let mut missing = Vec::new();
    match part {
        Part::Users(table) if source.kind() == Kind::Users => {
            use Attribute::{
                AccountEnabled, City, CompanyName, Country, CreatedDateTime, Department, EmployeeHireDate, EmployeeId,
            };
            use Attribute::{
                EmployeeLeaveDateTime, EmployeeType, ExtensionAttribute, JobTitle, OfficeLocation, State,
                UsageLocation, UserType,
            };
            let wanted = [
                AccountEnabled,
                UserType,
                UsageLocation,
                Department,
                JobTitle,
                CompanyName,
                Country,
                State,
                City,
                OfficeLocation,
                EmployeeId,
                EmployeeType,
                EmployeeHireDate,
                EmployeeLeaveDateTime,
                CreatedDateTime,
                Attribute::Manager,
            ];
            let extensions = (1..=15).map(ExtensionAttribute);
            let lacking =
                wanted.into_iter().chain(extensions).filter(|attribute| !table.columns.contains_key(attribute));
            missing.extend(lacking.map(|attribute| attribute.graph_name()));
            if table.licenses.is_none() {
                missing.push("assignedLicenses".to_owned());
            }
        }
        Part::Groups(table) => {
            if table.drafts.iter().all(|draft| draft.rule.is_none()) {
                missing.push("membershipRule".to_owned());
            }
            if table.drafts.iter().all(|draft| draft.licenses.is_none()) {
                missing.push("assignedLicenses".to_owned());
            }
            if table.drafts.iter().all(|draft| draft.visibility.is_none()) {
                missing.push("visibility".to_owned());
            }
        }
        _ => {}
    }
    missing
}

/// A report in which names are concealed cannot be joined to anybody.
fn concealed(table: &Table, source: Source) -> Option<Diagnostic> {
    let column = table.column(&["userprincipalname"]).filter(|_| source.kind() == Kind::Activity)?;
    let hidden = |row: usize| {
        let name = table.cell(row, column).unwrap_or_default();
        name.len() == 32 && name.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    let row = (0..table.rows()).find(|row| hidden(*row))?;
    let message = "names are concealed in this report (displayConcealedNames), so nobody in it can be found";
    let help = "in the Microsoft 365 admin center under Settings, Org settings, Reports turn the concealing off and export again";
    Some(Diagnostic::error(code::CONCEALED, message).at(&table.at_cell(row, column)).help(help))
}
