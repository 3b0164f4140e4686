//! What a plan is to keep and may use, as typed. In: arguments. Out: options of `plan`, or why there can be no plan. Never: a
//! promise that nothing is known about.

use std::path::PathBuf;

use clap::{Args, ValueEnum, value_parser};

use super::settings::Format;
use super::{Failure, render};
use crate::diagnostic::{Code, Diagnostic, did_you_mean};
use crate::directory::SkuIndex;
use crate::forecast::{Plan, PlanTarget, Risk, UnplannedReason};
use crate::plan::{Options, Rules};
use crate::report::Language;
use crate::scenario::Baseline;
use crate::simulate::Settings;
use crate::supply::{BillingPlan, Term};

const NO_PRICES: Code = Code("P401");
const NO_SUBSCRIPTIONS: Code = Code("P402");
const UNKNOWN_SKU: Code = Code("P403");
const UNPLANNED: Code = Code("P404");
const TOO_LARGE: Code = Code("P407");

/// The longest plan, and the most numbers of its sample: 1.6 GB of them.
const MONTHS_MOST: u32 = 60;
const NUMBERS_MOST: u64 = 400_000_000;

/// What the plan has to keep, and what it may use.
#[derive(Debug, Args)]
pub struct PlanningArgs {
    /// The chance of a shortage that is accepted on any day, for example `5%` or `0.5%`
    #[arg(long, value_name = "PERCENT", default_value = "5%", value_parser = risk, help_heading = "Plan")]
    risk: Risk,
    /// Instead: the seat-days of waiting that are accepted for each SKU, as an expected sum up to the horizon
    #[arg(long, value_name = "SEAT-DAYS", conflicts_with = "risk", help_heading = "Plan",
          value_parser = value_parser!(u32).range(0..=1_000_000_000))]
    waiting: Option<u32>,
    /// Plan this SKU only (part number, id or product name); may be given several times
    #[arg(long, value_name = "NAME", help_heading = "Plan")]
    sku: Vec<String>,
    /// Terms that may be bought; P3Y is offered besides for a SKU that has such a lot
    #[arg(long, value_name = "TERM,TERM", value_delimiter = ',', default_value = "P1M,P1Y", help_heading = "Plan")]
    terms: Vec<TermName>,
    /// How annual terms are billed: monthly costs 5% more
    #[arg(long, value_enum, default_value_t, help_heading = "Plan")]
    billing: Billing,
    /// Enterprise Agreements may be reduced on their anniversaries (eligible licences, above the minimum of the enrolment)
    #[arg(long, help_heading = "Plan")]
    ea_reductions: bool,
    /// Leave out the check of the plan with replications that it was not made on
    #[arg(long, help_heading = "Plan")]
    pub unchecked: bool,
}

/// The cheapest mix of SKUs instead of a schedule.
#[derive(Debug, Args)]
pub struct BundleArgs {
    /// Instead of a schedule: the cheapest SKUs that give every user the same service plans, and who would change
    #[arg(long, help_heading = "Bundle")]
    pub bundle: bool,
    /// With --bundle: accounts that cannot sign in, or are idle by the usage report, need no plan
    #[arg(long, requires = "bundle", help_heading = "Bundle")]
    pub in_use: bool,
    /// With --bundle: like --in-use, and nobody keeps plans of a service that they have not used for 90 days by the usage report
    /// (Exchange, SharePoint and OneDrive, Teams, Yammer)
    #[arg(long, requires = "bundle", help_heading = "Bundle")]
    pub used_services: bool,
    /// With --bundle: service plans that nobody has to keep, for example `KAIZALA_O365_P3,SWAY`
    #[arg(long, value_name = "PLAN,PLAN", value_delimiter = ',', requires = "bundle", help_heading = "Bundle")]
    pub spare: Vec<String>,
}

/// Where the plan goes.
#[derive(Debug, Args)]
pub struct OutputArgs {
    /// Where files go [default: reports/<name of the tenant folder>]
    #[arg(long, value_name = "DIR", help_heading = "Output")]
    pub out: Option<PathBuf>,
    /// What is printed on stdout
    #[arg(long, value_enum, default_value_t, help_heading = "Output")]
    pub format: Format,
    /// Print nothing but errors
    #[arg(long, help_heading = "Output")]
    pub quiet: bool,
    /// The language of every output: `en` or `nl`
    #[arg(long, value_name = "TAG", default_value = "en", value_parser = super::reporting::language, help_heading = "Output")]
    pub language: Language,
    /// Stable pseudonyms in place of every name; keep SALT secret, whoever knows it can check a guess
    #[arg(long, value_name = "SALT", help_heading = "Output")]
    pub pseudonymise: Option<String>,
}

impl OutputArgs {
    /// Findings name people and groups: where those are to be hidden, only their number is said.
    pub fn warn(&self, findings: &[Diagnostic]) {
        match (self.quiet, &self.pseudonymise) {
            (true, _) => {}
            (false, None) => render::warnings(findings),
            (false, Some(_)) => render::count(findings.len()),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum TermName {
    #[value(name = "P1M")]
    Month,
    #[value(name = "P1Y")]
    Year,
    #[value(name = "P3Y")]
    ThreeYears,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Billing {
    #[default]
    Annual,
    Monthly,
}

/// `5%`, `0.5%` or `0.25%`: hundredths of a percent are exact.
fn risk(text: &str) -> Result<Risk, String> {
    let broken = || format!("`{text}` is not a chance: write a percentage such as `5%` or `0.5%`, at most `100%`");
    let number = text.trim().strip_suffix('%').ok_or_else(broken)?.trim_end();
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits = |text: &str| text.len() <= 9 && text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(fraction) || fraction.len() > 2 {
        return Err(broken());
    }
    let whole: u32 = whole.parse().map_err(|_| broken())?;
    let fraction: u32 = format!("{fraction:0<2}").parse().map_err(|_| broken())?;
    let all = whole.checked_mul(100).and_then(|whole| whole.checked_add(fraction)).ok_or_else(broken)?;
    Risk::hundredths_of_percent(all).ok_or_else(broken)
}

impl PlanningArgs {
    pub fn options(&self) -> Options {
        let term = |name: &TermName| match name {
            TermName::Month => Term::P1M,
            TermName::Year => Term::P1Y,
            TermName::ThreeYears => Term::P3Y,
        };
        let mut terms: Vec<Term> = self.terms.iter().map(term).collect();
        terms.sort_unstable();
        terms.dedup();
        let mut curve: Vec<Risk> =
            [0, 1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20].into_iter().filter_map(Risk::percent).collect();
        if self.waiting.is_none() {
            curve.push(self.risk);
        }
        curve.sort_unstable();
        curve.dedup();
        Options {
            target: self.waiting.map_or(PlanTarget::Risk(self.risk), PlanTarget::WaitingSeatDays),
            rules: Rules {
                terms,
                billing: match self.billing {
                    Billing::Annual => BillingPlan::Annual,
                    Billing::Monthly => BillingPlan::Monthly,
                },
                ea_reductions: self.ea_reductions,
            },
            curve,
        }
    }

    /// Without prices nothing is cheapest, and without terms nothing can be decided.
    pub fn refuse_without_basis(&self, baseline: &Baseline) -> Result<(), Failure> {
        let mut findings = Vec::new();
        if baseline.prices.is_empty() {
            let help = "add prices.csv to the folder, with skuPartNumber, listPrice or contractedPrice, currency; \
                        `seatcast schema prices` describes it";
            findings.push(Diagnostic::error(NO_PRICES, "no price is known, so no plan is the cheapest").help(help));
        }
        if baseline.supplies.iter().all(|supply| supply.lots.is_empty()) {
            let help = "add subscriptions.csv to the folder, with skuPartNumber, quantity, term, renewalDate, channel; \
                        `seatcast schema subscriptions` describes it";
            let message = "no subscription is known, so nothing says what renews when and what may be reduced";
            findings.push(Diagnostic::error(NO_SUBSCRIPTIONS, message).help(help));
        }
        if findings.is_empty() { Ok(()) } else { Err(Failure::Findings(findings)) }
    }

    /// A plan keeps the demand of every day and future, and its programmes grow with the months.
    pub fn refuse_too_large(settings: &Settings, skus: usize) -> Result<(), Failure> {
        let numbers = u64::from(settings.replications()) * u64::from(settings.horizon_days()) * skus as u64;
        if settings.horizon_months() <= MONTHS_MOST && numbers <= NUMBERS_MOST {
            return Ok(());
        }
        let message = format!(
            "{} months of {skus} SKUs in {} futures are too many for a plan",
            settings.horizon_months(),
            settings.replications()
        );
        let help = format!("plan at most {MONTHS_MOST} months, with fewer --replications, or SKU by SKU with --sku");
        Err(Failure::Findings(vec![Diagnostic::error(TOO_LARGE, message).help(help)]))
    }

    /// The SKUs that were asked for, or all.
    pub fn skus(&self, baseline: &Baseline, planned: Vec<SkuIndex>) -> Result<Vec<SkuIndex>, Failure> {
        if self.sku.is_empty() {
            return Ok(planned);
        }
        let names = |sku: &SkuIndex| {
            let sku = baseline.snapshot.sku(*sku);
            [sku.sku_part_number.to_string(), sku.sku_id.to_string(), sku.product_name.to_string()]
        };
        let mut wanted = Vec::new();
        for name in &self.sku {
            let is_called = |sku: &&SkuIndex| names(sku).iter().any(|own| own.eq_ignore_ascii_case(name.trim()));
            let Some(sku) = planned.iter().find(is_called) else {
                let known: Vec<String> = planned.iter().map(|sku| names(sku)[0].clone()).collect();
                let message = format!("`{name}` is no SKU that can be planned here");
                let mut finding = Diagnostic::error(UNKNOWN_SKU, message);
                finding.help = did_you_mean(name, known.iter().map(String::as_str));
                return Err(Failure::Findings(vec![finding]));
            };
            wanted.push(*sku);
        }
        Ok(planned.into_iter().filter(|sku| wanted.contains(sku)).collect())
    }
}

/// A warning for each SKU that is in no amount of the plan.
pub fn unplanned(plan: &Plan) -> Vec<Diagnostic> {
    let warning = |sku: &crate::forecast::Unplanned| {
        let (why, help) = match sku.reason {
            UnplannedReason::NoPrice => ("it has no price", "give it a line in prices.csv that is in force today"),
            UnplannedReason::TwoCurrencies => ("its prices are in two currencies", "give its prices in one currency"),
            UnplannedReason::NotPossible => ("no schedule keeps the promise", "allow more terms with --terms"),
        };
        let message = format!("`{}` is not planned and in no amount: {why}", sku.sku_part_number);
        Diagnostic::warning(UNPLANNED, message).help(help)
    };
    plan.unplanned.iter().map(warning).collect()
}
