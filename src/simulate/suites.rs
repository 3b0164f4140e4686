//! Two paid seats for one person: SKUs that another SKU includes, and suites that both bring a mailbox. In: licensing today, a
//! catalogue's plans. Out: why a seat beside others is one too many. Never: an error; the service lets people hold both.

use std::collections::BTreeSet;

use crate::catalog::Catalog;
use crate::directory::SkuIndex;
use crate::forecast::ReclaimCause;
use crate::licensing::Today;
use crate::scenario::Baseline;

/// Plans with a mailbox: any mix of them may be held together since January 2023, and the richest counts (reference 3.1).
const MAILBOXES: [&str; 6] = [
    "EXCHANGE_S_ENTERPRISE",
    "EXCHANGE_S_STANDARD",
    "EXCHANGE_S_DESKLESS",
    "EXCHANGE_S_ESSENTIALS",
    "EXCHANGE_B_STANDARD",
    "EXCHANGE_S_STANDARD_MIDMARKET",
];

/// For each SKU of the tenant what stands above it.
pub struct Suites {
    /// SKUs whose plans include all of its own and more.
    above: Vec<Vec<SkuIndex>>,
    /// The number of its plans, where one of them is a mailbox.
    mailbox: Vec<Option<usize>>,
}

impl Suites {
    pub fn new(baseline: &Baseline, today: &Today) -> Self {
        let mailboxes: BTreeSet<&str> = Catalog::embedded()
            .skus()
            .flat_map(|sku| &sku.service_plans)
            .filter(|plan| MAILBOXES.contains(&&*plan.name))
            .map(|plan| &*plan.id)
            .collect();
        let plans: Vec<BTreeSet<&str>> = baseline
            .snapshot
            .sku_indexes()
            .map(|sku| today.terms.service_plans(sku).iter().map(|plan| &**plan).collect())
            .collect();
        let above = |own: &BTreeSet<&str>| {
            let more = |other: &&BTreeSet<&str>| !own.is_empty() && other.len() > own.len() && own.is_subset(other);
            plans.iter().enumerate().filter(|(_, other)| more(other)).map(|(at, _)| SkuIndex(at as u32)).collect()
        };
        let mailbox = |own: &BTreeSet<&str>| (!own.is_disjoint(&mailboxes)).then_some(own.len());
        Self { above: plans.iter().map(above).collect(), mailbox: plans.iter().map(mailbox).collect() }
    }

    /// Why a seat of `sku` is one too many beside `held`, all SKUs of a user: of two suites with a mailbox the smaller one is.
    pub fn beside(&self, sku: SkuIndex, held: &[SkuIndex]) -> Option<ReclaimCause> {
        if self.above[sku.get()].iter().any(|above| held.contains(above)) {
            return Some(ReclaimCause::Superseded);
        }
        let own = (self.mailbox[sku.get()]?, sku);
        let others = held.iter().filter_map(|other| Some((self.mailbox[other.get()]?, *other)));
        others.max().filter(|largest| *largest > own).map(|_| ReclaimCause::Duplicate)
    }
}
