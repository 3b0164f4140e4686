//! What an irregular user lacks, and what is to go from one. In: paths, verdicts. Out: the same while it is changed, with every count
//! kept. Never: a grant or a removal, or a regular user.

use super::ledger::{DETAIL, Ledger};
use super::terms::{Item, Misfit, ParcelId};
use super::{BundleIndex, LicenseError, Source};
use crate::directory::SkuIndex;

/// A SKU that a user holds by one path, as the parcel gave it when the path became active.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Held {
    pub sku: SkuIndex,
    pub parcel: ParcelId,
}

/// How the last evaluation of a bundle ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Not evaluated yet.
    Fresh,
    /// Stage 4 failed: the SKUs without a free unit at that time.
    Count(Box<[SkuIndex]>),
    /// An earlier stage failed.
    Misfit(Misfit),
}

/// A bundle that a member is meant to have and does not have whole.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    pub bundle: BundleIndex,
    pub since: Option<u32>,
    pub verdict: Verdict,
    /// SKUs of the bundle that the member holds by it all the same (`ActiveWithError`).
    pub held: Vec<Held>,
    /// The queue in which the bundle stands.
    pub watch: Option<u32>,
}

/// Why a path is to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Going {
    /// When the bundle that replaces it is granted (R10).
    AfterSwap,
    /// As soon as nothing that stays needs it (R9).
    Now,
}

/// A path that is held and not meant to be.
#[derive(Clone, Debug)]
pub(super) struct Outgoing {
    pub source: Source,
    pub held: Held,
    pub going: Going,
    pub error: Option<LicenseError>,
}

/// What a user's set of sources does not tell. Invariant: `wanted` is in order of bundles.
#[derive(Clone, Debug, Default)]
pub(super) struct Detail {
    pub wanted: Vec<Wanted>,
    pub outgoing: Vec<Outgoing>,
    /// The SKUs for which the user is counted as waiting or stuck, and whether as waiting.
    pub counted: Vec<(SkuIndex, bool)>,
}

impl Ledger {
    pub(super) fn has_detail(&self, user: u32) -> bool {
        self.regulars.stands[user as usize].marks & DETAIL != 0
    }

    pub(super) fn item(&self, held: Held) -> &Item {
        let items = &self.parcels().get(held.parcel).items;
        items.iter().find(|item| item.sku == held.sku).expect("a held SKU is in the parcel that gave it")
    }

    /// Whether a user holds a SKU by any path, given the user's detail.
    pub(super) fn holds_with(&self, user: u32, detail: &Detail, sku: SkuIndex) -> bool {
        self.atlas.holds(self.regulars.stands[user as usize].set, sku)
            || detail.outgoing.iter().any(|outgoing| outgoing.held.sku == sku)
            || detail.wanted.iter().any(|wanted| wanted.held.iter().any(|held| held.sku == sku))
    }

    /// Takes a user's detail out for a change; [`Ledger::end_edit`] puts it back. Between the two the user is not counted, and an
    /// empty detail keeps the place.
    pub(super) fn begin_edit(&mut self, user: u32) -> Detail {
        if !self.has_detail(user) {
            return Detail::default();
        }
        self.regulars.stands[user as usize].marks &= !DETAIL;
        let mut detail = self.details.get_mut(&user).map(std::mem::take).unwrap_or_default();
        for (sku, waits) in detail.counted.drain(..) {
            let seats = &mut self.seats[sku.get()];
            *(if waits { &mut seats.queued } else { &mut seats.stuck }) -= 1;
        }
        detail
    }

    pub(super) fn end_edit(&mut self, user: u32, mut detail: Detail) {
        self.regulars.irregular.push(user);
        if detail.wanted.is_empty() && detail.outgoing.is_empty() {
            self.details.remove(&user);
            return;
        }
        self.count(user, &mut detail);
        self.regulars.stands[user as usize].marks |= DETAIL;
        self.details.insert(user, detail);
    }
}
