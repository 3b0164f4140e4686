//! What each licensed group and each direct licence gives, as bits: SKUs, and the plans that others exclude or need. In: terms,
//! the parcel that stands for each bundle now. Out: bits and flags by bundle. Never: a user; where bits are not sure, they say so
//! and the terms decide.

use super::BundleIndex;
use super::terms::{Bond, Item, Parcel, Terms};
use crate::directory::SkuIndex;

/// What one source gives.
#[derive(Clone, Debug, Default)]
struct Gift {
    /// No plan of it excludes or needs another.
    fits_all: bool,
    /// Others can need one of its plans.
    carries: bool,
    /// The first word of its SKUs, which is the only one nearly always.
    first: u64,
    /// Two of its own SKUs exclude each other.
    torn: bool,
    /// The bonds of its own that nothing of its own meets.
    open_bonds: Box<[u32]>,
}

/// How the bundles of one target go together.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Together {
    /// No plan of any of them excludes or needs another.
    pub fit_all: bool,
    /// One after the other they surely fit somebody who has nothing else.
    pub fit: bool,
    /// Others can need a plan of one of them.
    pub carry: bool,
}

impl Together {
    /// The same as one number.
    pub fn bits(self) -> u64 {
        u64::from(self.fit_all) | u64::from(self.fit) << 1 | u64::from(self.carry) << 2
    }

    pub fn from_bits(bits: u64) -> Self {
        Together { fit_all: bits & 1 != 0, fit: bits & 2 != 0, carry: bits & 4 != 0 }
    }
}

/// See the head of this file. `words` words of SKUs and `plan_words` of plans for each bundle, then for each direct licence.
#[derive(Clone, Debug, Default)]
pub(super) struct Gifts {
    /// At least one.
    words: usize,
    plan_words: usize,
    bundles: usize,
    skus: Vec<u64>,
    plans: Vec<u64>,
    /// The plans that exclude one of its own.
    excluded: Vec<u64>,
    gifts: Vec<Gift>,
    bonds: Vec<Bond>,
}

/// Adds one SKU to bits of SKUs.
pub(super) fn include(bits: &mut [u64], sku: SkuIndex) {
    bits[sku.get() / 64] |= 1 << (sku.get() % 64);
}

/// Adds bits to bits.
pub(super) fn add(bits: &mut [u64], more: &[u64]) {
    bits.iter_mut().zip(more).for_each(|(bits, more)| *bits |= more);
}

/// Whether two lists of bits have one in common.
pub(super) fn meet(a: &[u64], b: &[u64]) -> bool {
    a.iter().zip(b).any(|(a, b)| a & b != 0)
}

/// Whether all bits are among others.
pub(super) fn within(bits: &[u64], others: &[u64]) -> bool {
    bits.iter().zip(others).all(|(bits, others)| bits & !others == 0)
}

/// The SKUs of one word of bits.
pub(super) fn skus_in(word: usize, mut bits: u64) -> impl Iterator<Item = SkuIndex> {
    std::iter::from_fn(move || {
        let bit = (bits != 0).then(|| bits.trailing_zeros())?;
        bits &= bits - 1;
        Some(SkuIndex(word as u32 * 64 + bit))
    })
}

impl Gifts {
    pub fn new<'a>(terms: &Terms, current: impl Fn(BundleIndex) -> &'a Parcel) -> Self {
        let bundles = terms.bundle_count();
        let skus = terms.sku_count();
        let mut gifts = Gifts {
            words: skus.div_ceil(64).max(1),
            plan_words: terms.telling_count().div_ceil(64),
            bundles,
            bonds: terms.bonds(),
            ..Gifts::default()
        };
        let sources = bundles + skus;
        gifts.skus = vec![0; sources * gifts.words];
        gifts.plans = vec![0; sources * gifts.plan_words];
        gifts.excluded = vec![0; sources * gifts.plan_words];
        gifts.gifts = vec![Gift::default(); sources];
        for bundle in 0..bundles {
            gifts.set(terms, bundle, current(BundleIndex(bundle as u32)));
        }
        for sku in 0..skus {
            gifts.set(terms, bundles + sku, terms.direct_parcel(SkuIndex(sku as u32)));
        }
        gifts
    }

    /// A bundle gives something else from now on.
    pub fn replace(&mut self, terms: &Terms, bundle: BundleIndex, parcel: &Parcel) {
        self.set(terms, bundle.get(), parcel);
    }

    fn set(&mut self, terms: &Terms, at: usize, parcel: &Parcel) {
        let items = &parcel.items;
        let skus = &mut self.skus[at * self.words..(at + 1) * self.words];
        skus.fill(0);
        items.iter().for_each(|item| include(skus, item.sku));
        let first = skus[0];
        let range = at * self.plan_words..(at + 1) * self.plan_words;
        let (plans, excluded) = (&mut self.plans[range.clone()], &mut self.excluded[range]);
        plans.fill(0);
        excluded.fill(0);
        for item in items {
            terms.telling(item).for_each(|plan| plans[plan / 64] |= 1 << (plan % 64));
            terms.excluded_by(item).for_each(|plan| excluded[plan / 64] |= 1 << (plan % 64));
        }
        let open = |(_, bond): &(usize, &Bond)| meet(&bond.plan, plans) && !meet(&bond.needs, plans);
        self.gifts[at] = Gift {
            fits_all: items.iter().all(Item::fits_all),
            first,
            carries: items.iter().any(|item| item.carries),
            torn: terms.is_torn(items),
            open_bonds: self.bonds.iter().enumerate().filter(open).map(|(at, _)| at as u32).collect(),
        };
    }

    pub fn words(&self) -> usize {
        self.words
    }

    pub fn plan_words(&self) -> usize {
        self.plan_words
    }

    pub fn skus(&self, bundle: BundleIndex) -> &[u64] {
        &self.skus[bundle.get() * self.words..(bundle.get() + 1) * self.words]
    }

    /// One word of the SKUs of a bundle.
    pub fn sku_word(&self, bundle: BundleIndex, word: usize) -> u64 {
        self.skus[bundle.get() * self.words + word]
    }

    pub fn plans(&self, bundle: BundleIndex) -> &[u64] {
        &self.plans[bundle.get() * self.plan_words..(bundle.get() + 1) * self.plan_words]
    }

    pub fn direct_plans(&self, sku: SkuIndex) -> &[u64] {
        let at = self.bundles + sku.get();
        &self.plans[at * self.plan_words..(at + 1) * self.plan_words]
    }

    pub fn fits_all(&self, bundle: BundleIndex) -> bool {
        self.gifts[bundle.get()].fits_all
    }

    /// The first word of the SKUs of a bundle, and whether it fits all.
    pub fn first_word(&self, bundle: BundleIndex) -> (u64, bool) {
        let gift = &self.gifts[bundle.get()];
        (gift.first, gift.fits_all)
    }

    pub fn carries(&self, bundle: BundleIndex) -> bool {
        self.gifts[bundle.get()].carries
    }

    /// Whether the plans of a bundle surely fit together with `held`. Where not, plans of one SKU may have looked like those of
    /// two: the terms decide.
    pub fn fits(&self, bundle: BundleIndex, held: &[u64]) -> bool {
        let at = bundle.get();
        let gift = &self.gifts[at];
        let excluded = || meet(&self.excluded[at * self.plan_words..(at + 1) * self.plan_words], held);
        let met = |bond: &u32| meet(&self.bonds[*bond as usize].needs, held);
        gift.fits_all || !gift.torn && !excluded() && gift.open_bonds.iter().all(met)
    }

    /// Whether the plans of a bundle surely fit together with `held`, whether or not `beside` comes before it.
    pub fn fits_anyhow(&self, bundle: BundleIndex, held: &[u64], beside: &[u64]) -> bool {
        let at = bundle.get();
        let own = &self.excluded[at * self.plan_words..(at + 1) * self.plan_words];
        self.fits_all(bundle) || self.fits(bundle, held) && !meet(own, beside)
    }

    pub fn together(&self, bundles: &[BundleIndex]) -> Together {
        let mut held = vec![0; self.plan_words];
        let fit = bundles.iter().all(|bundle| {
            let fits = self.fits(*bundle, &held);
            add(&mut held, self.plans(*bundle));
            fits
        });
        let fit_all = bundles.iter().all(|bundle| self.fits_all(*bundle));
        Together { fit_all, fit, carry: bundles.iter().any(|bundle| self.carries(*bundle)) }
    }

    /// Whether plans among `remaining` would lose what they need with a bundle (R9).
    pub fn is_needed(&self, bundle: BundleIndex, remaining: &[u64]) -> bool {
        let plans = self.plans(bundle);
        let lost =
            |bond: &Bond| meet(&bond.needs, plans) && meet(&bond.plan, remaining) && !meet(&bond.needs, remaining);
        self.carries(bundle) && self.bonds.iter().any(lost)
    }
}
