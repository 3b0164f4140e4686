//! How many more people like somebody fit. In: licensing today, the groups and direct SKUs of one of them. Out: a number, and the
//! SKU that binds first. Never: changes today; everything is tried on a copy.

use super::{BundleIndex, Seeker, Today};
use crate::directory::SkuIndex;

/// People tried at most.
pub const HEADROOM_LIMIT: u32 = 100_000;

/// What one more of them takes, and how many fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Headroom {
    /// Everything each of them is meant to have, ascending, with the units that are free of it today where units are counted.
    pub skus: Vec<(SkuIndex, Option<i64>)>,
    /// Those who get everything; at most [`HEADROOM_LIMIT`].
    pub fits: u32,
    /// The SKUs that the first who does not fit goes without; empty where the limit was reached.
    pub binding: Vec<SkuIndex>,
}

/// Adds people one after the other until one of them does not get everything.
pub fn headroom(today: &Today, seeker: Seeker, bundles: &[BundleIndex], direct: &[SkuIndex]) -> Headroom {
    let mut ledger = today.ledger.clone();
    let mut skus: Vec<SkuIndex> = bundles.iter().flat_map(|bundle| today.terms.bundle_skus(*bundle)).collect();
    skus.extend(direct);
    skus.sort_unstable();
    skus.dedup();
    let free = skus.iter().map(|sku| (*sku, today.available(*sku))).collect();
    for fits in 0..HEADROOM_LIMIT {
        let place = ledger.user_count();
        let user = ledger.add_user(Seeker { rank: super::Rank { place, ..seeker.rank }, ..seeker });
        ledger.set_bundles(user, bundles);
        for sku in direct {
            // A refusal shows below: the SKU is not held.
            let _ = ledger.direct_assign(user, *sku);
        }
        let settled = ledger.settle(fits.saturating_add(1)).is_ok();
        let binding: Vec<SkuIndex> = skus.iter().copied().filter(|sku| !ledger.holds(user, *sku)).collect();
        if !binding.is_empty() || !settled {
            return Headroom { skus: free, fits, binding };
        }
        if skus.is_empty() {
            break;
        }
    }
    Headroom { skus: free, fits: HEADROOM_LIMIT, binding: Vec::new() }
}
