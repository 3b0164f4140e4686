//! What the tenant owns: SKUs, their units, lots and prices. In: how many people want a seat. Out: rows of three files.
//! Never: decides who gets a seat.

use crate::catalog::{Catalog, SkuId};

/// How many units stand against the demand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sizing {
    /// Units above the demand, per mille of it.
    Headroom(u32),
    /// Units below the demand, per mille of it: the SKU is short today.
    Short(u32),
    /// As `Headroom`, but all of them in `warning`.
    Grace(u32),
    /// A free SKU: 10,000 units, never planned.
    Free,
}

/// One lot as a share of the units: start, term, first day after the term, what happens then.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lot {
    pub(super) per_mille: u32,
    pub(super) start: &'static str,
    pub(super) term: &'static str,
    pub(super) renewal: &'static str,
    pub(super) auto_renew: bool,
    pub(super) end_of_term: &'static str,
    /// Quantity from the renewal on, per mille of the lot's; 0 where nothing is scheduled.
    pub(super) scheduled_per_mille: u32,
    pub(super) billing: &'static str,
    pub(super) channel: &'static str,
    pub(super) trial: bool,
}

const fn lot(per_mille: u32, start: &'static str, term: &'static str, renewal: &'static str) -> Lot {
    Lot {
        per_mille,
        start,
        term,
        renewal,
        auto_renew: true,
        end_of_term: "",
        scheduled_per_mille: 0,
        billing: "annual",
        channel: "direct",
        trial: false,
    }
}

/// A dated price: valid from, list, contracted (empty where the tenant pays the list price).
pub(super) type DatedPrice = (&'static str, &'static str, &'static str);

pub(super) struct BaseSku {
    pub(super) part_number: &'static str,
    pub(super) sizing: Sizing,
    pub(super) lots: &'static [Lot],
    pub(super) prices: &'static [DatedPrice],
}

pub(super) const E5: u8 = 0;
pub(super) const E3: u8 = 1;
pub(super) const F3: u8 = 2;
pub(super) const EMS: u8 = 3;
pub(super) const POWER_BI: u8 = 4;
pub(super) const VISIO: u8 = 5;
pub(super) const PROJECT: u8 = 6;
pub(super) const COPILOT: u8 = 7;
pub(super) const PHONE: u8 = 8;
pub(super) const P1: u8 = 9;
pub(super) const P2: u8 = 10;
pub(super) const FLOW: u8 = 11;

/// The SKUs of every tenant, at the positions above.
#[rustfmt::skip]
pub(super) const BASE_SKUS: &[BaseSku] = &[
    BaseSku { part_number: "SPE_E5", sizing: Sizing::Headroom(180), lots: &[
        Lot { channel: "ea", ..lot(600, "2025-07-01", "P3Y", "2028-07-01") },
        Lot { scheduled_per_mille: 900, ..lot(400, "2026-07-01", "P1Y", "2027-07-01") },
    ], prices: &[("2025-07-01", "57.00", "51.30"), ("2026-07-01", "60.00", "54.00")] },
    BaseSku { part_number: "SPE_E3", sizing: Sizing::Headroom(25), lots: &[
        Lot { channel: "ea", ..lot(800, "2025-07-01", "P3Y", "2028-07-01") },
        lot(200, "2026-03-15", "P1Y", "2027-03-15"),
    ], prices: &[("2025-07-01", "36.00", "33.10"), ("2026-07-01", "39.00", "35.90"), ("2027-07-01", "42.00", "38.60")] },
    BaseSku { part_number: "SPE_F1", sizing: Sizing::Headroom(140), lots: &[
        Lot { billing: "monthly", channel: "csp", ..lot(1000, "2026-09-01", "P1Y", "2027-09-01") },
    ], prices: &[("2026-07-01", "10.00", "")] },
    BaseSku { part_number: "EMSPREMIUM", sizing: Sizing::Headroom(250), lots: &[
        Lot { billing: "monthly", channel: "csp", ..lot(1000, "2026-11-01", "P1M", "2026-12-01") },
    ], prices: &[("2026-07-01", "18.00", "16.90")] },
    BaseSku { part_number: "POWER_BI_PRO", sizing: Sizing::Short(70), lots: &[
        lot(1000, "2026-02-01", "P1Y", "2027-02-01"),
    ], prices: &[("2025-04-01", "14.00", "13.00")] },
    BaseSku { part_number: "VISIOCLIENT", sizing: Sizing::Grace(200), lots: &[
        Lot { auto_renew: false, end_of_term: "expire", ..lot(1000, "2025-11-01", "P1Y", "2026-11-01") },
    ], prices: &[("2024-01-01", "15.00", "")] },
    BaseSku { part_number: "PROJECTPROFESSIONAL", sizing: Sizing::Headroom(300), lots: &[
        lot(1000, "2026-05-10", "P1Y", "2027-05-10"),
    ], prices: &[("2024-01-01", "30.00", "26.40")] },
    BaseSku { part_number: "Microsoft_365_Copilot", sizing: Sizing::Headroom(600), lots: &[
        lot(800, "2026-06-01", "P1Y", "2027-06-01"),
        Lot { auto_renew: false, billing: "monthly", end_of_term: "expire", trial: true, ..lot(200, "2026-11-12", "P1M", "2026-12-12") },
    ], prices: &[("2024-01-01", "30.00", "")] },
    BaseSku { part_number: "MCOEV", sizing: Sizing::Headroom(250), lots: &[
        Lot { billing: "monthly", channel: "csp", ..lot(900, "2026-08-20", "P1Y", "2027-08-20") },
        Lot { auto_renew: false, billing: "monthly", channel: "csp", end_of_term: "extend", ..lot(100, "2026-04-20", "P1Y", "2027-04-20") },
    ], prices: &[("2024-01-01", "10.00", "9.20")] },
    BaseSku { part_number: "AAD_PREMIUM", sizing: Sizing::Headroom(900), lots: &[
        lot(700, "2026-10-01", "P1Y", "2027-10-01"),
        Lot { auto_renew: false, end_of_term: "expire", ..lot(300, "2026-04-01", "P1Y", "2027-04-01") },
    ], prices: &[("2026-07-01", "7.00", "6.50")] },
    // No price on purpose.
    BaseSku { part_number: "AAD_PREMIUM_P2", sizing: Sizing::Headroom(300), lots: &[
        lot(1000, "2026-10-01", "P1Y", "2027-10-01"),
    ], prices: &[] },
    BaseSku { part_number: "FLOW_FREE", sizing: Sizing::Free, lots: &[], prices: &[] },
];

const EXTRA_LOTS: &[Lot] = &[lot(1000, "2026-01-15", "P1Y", "2027-01-15")];
const EXTRA_PRICES: &[DatedPrice] = &[("2026-01-01", "12.00", "11.00")];

/// Plans that exclude or need one another: SKUs with them stay out of the extra ones, so that seats are the only reason
/// to wait.
const AWKWARD_PLANS: &[&str] = &[
    "MCOPSTN",
    "INTUNE",
    "CRM",
    "DYN365",
    "RMS_",
    "YAMMER",
    "SHAREPOINT",
    "EMPLOYEE_SELF",
    "EXCHANGE_S_A",
    "EXCHANGE_S_D",
    "EXCHANGE_S_S",
    "EXCHANGE_B",
    "ONEDRIVEENTERPRISE",
    "MCOIMP",
    "MCOSTANDARD",
    "MCOLITE",
];

/// One SKU of the tenant with the people who want it.
pub(super) struct OwnedSku {
    pub(super) sku_id: SkuId,
    pub(super) part_number: String,
    pub(super) product_name: String,
    pub(super) sizing: Sizing,
    pub(super) lots: &'static [Lot],
    pub(super) prices: &'static [DatedPrice],
    pub(super) enabled: u32,
    pub(super) warning: u32,
    pub(super) consumed: u32,
}

impl OwnedSku {
    pub(super) fn capacity(&self) -> u32 {
        self.enabled + self.warning
    }

    /// Sets the units for `demand` people.
    pub(super) fn size(&mut self, demand: u32) {
        let above = |per_mille: u32| {
            let units = u64::from(demand) * u64::from(1000 + per_mille) / 1000 + 1;
            (units.div_ceil(5) * 5) as u32
        };
        match self.sizing {
            Sizing::Headroom(per_mille) => self.enabled = above(per_mille),
            Sizing::Grace(per_mille) => self.warning = above(per_mille),
            Sizing::Short(per_mille) => {
                let missing = (u64::from(demand) * u64::from(per_mille) / 1000).max(1) as u32;
                self.enabled = demand.saturating_sub(missing);
            }
            Sizing::Free => self.enabled = 10_000,
        }
    }

    /// Quantities of the lots; they add up to the capacity.
    pub(super) fn quantities(&self) -> Vec<u32> {
        let mut left = self.capacity();
        let last = self.lots.len().saturating_sub(1);
        let share = |(index, lot): (usize, &Lot)| {
            let exact = (u64::from(self.capacity()) * u64::from(lot.per_mille) / 1000) as u32;
            let units = if index == last { left } else { exact.min(left) };
            left -= units;
            units
        };
        self.lots.iter().enumerate().map(share).collect()
    }
}

/// The base SKUs and as many more of the catalogue as make `count`.
pub(super) fn owned(count: u32) -> Vec<OwnedSku> {
    let catalog = Catalog::embedded();
    let row = |part_number: &str, sizing, lots, prices| {
        let sku = catalog.find(part_number).into_iter().next().expect("a SKU of the embedded catalogue");
        OwnedSku {
            sku_id: sku.sku_id.clone(),
            part_number: sku.sku_part_number.to_string(),
            product_name: sku.product_name.to_string(),
            sizing,
            lots,
            prices,
            enabled: 0,
            warning: 0,
            consumed: 0,
        }
    };
    let base = BASE_SKUS.iter().map(|sku| row(sku.part_number, sku.sizing, sku.lots, sku.prices));
    let plain = catalog.skus().filter(|sku| {
        let awkward = |plan: &str| AWKWARD_PLANS.iter().any(|start| plan.starts_with(start));
        let taken = BASE_SKUS.iter().any(|base| base.part_number == &*sku.sku_part_number);
        !taken
            && catalog.find(&sku.sku_part_number).len() == 1
            && !sku.service_plans.is_empty()
            && !sku.service_plans.iter().any(|plan| awkward(&plan.name))
    });
    let extra = plain.map(|sku| row(&sku.sku_part_number, Sizing::Headroom(150), EXTRA_LOTS, EXTRA_PRICES));
    base.chain(extra).take(count as usize).collect()
}
