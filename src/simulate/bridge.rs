//! The bridge of one replication while it runs. In: people before and after a change, as bits of SKUs, and why they changed. Out: the
//! flow of each SKU. Never: a seat; whoever is entitled counts, with a unit or without.

use super::tally::Flow;
use crate::directory::SkuIndex;

/// Which side of the bridge a change counts on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    Joiner,
    Mover,
    Leaver,
}

/// Bits of each count that are kept side by side: the lowest few, and more of them.
const LOW: usize = 3;
const HIGH: usize = 8;
/// So many additions fit in each.
const LOW_MAX: u32 = (1 << LOW) - 1;
const HIGH_MAX: u32 = (1 << HIGH) - 1;

/// One count for each of 64 SKUs. A word of bits is added to all of them in a few operations, whatever its bits: the low bits of the
/// counts are words too, in which SKUs have their places.
#[derive(Clone, Debug)]
struct Counts {
    low: [u64; LOW],
    added_low: u32,
    high: [u64; HIGH],
    added_high: u32,
    whole: [u64; 64],
}

impl Counts {
    const NONE: Counts = Counts { low: [0; LOW], added_low: 0, high: [0; HIGH], added_high: 0, whole: [0; 64] };

    #[inline]
    fn add(&mut self, bits: u64) {
        let mut carry = bits;
        for plane in &mut self.low {
            (*plane, carry) = (*plane ^ carry, *plane & carry);
        }
        self.added_low += 1;
        if self.added_low == LOW_MAX {
            self.raise();
        }
    }

    /// Adds the lowest bits to the higher ones.
    fn raise(&mut self) {
        if self.added_high + self.added_low > HIGH_MAX {
            self.carry_over();
        }
        let mut carry = 0;
        for (place, plane) in self.high.iter_mut().enumerate() {
            let low = self.low.get(place).copied().unwrap_or(0);
            let either = *plane ^ low;
            (*plane, carry) = (either ^ carry, *plane & low | either & carry);
        }
        self.added_high += self.added_low;
        (self.low, self.added_low) = ([0; LOW], 0);
    }

    /// Adds the higher bits to the whole counts.
    fn carry_over(&mut self) {
        for (place, count) in self.whole.iter_mut().enumerate() {
            for (plane, bits) in self.high.iter().enumerate() {
                *count += (bits >> place & 1) << plane;
            }
        }
        (self.high, self.added_high) = ([0; HIGH], 0);
    }

    fn whole(mut self) -> [u64; 64] {
        self.raise();
        self.carry_over();
        self.whole
    }
}

/// The changes of 64 SKUs.
#[derive(Clone, Debug)]
struct Changes {
    joined: Counts,
    moved_in: Counts,
    moved_out: Counts,
    left: Counts,
}

/// See the head of this file.
#[derive(Clone, Debug)]
pub struct Bridge {
    words: Vec<Changes>,
    /// By SKU.
    requested: Vec<u64>,
}

impl Bridge {
    pub fn new(skus: usize) -> Self {
        let none =
            Changes { joined: Counts::NONE, moved_in: Counts::NONE, moved_out: Counts::NONE, left: Counts::NONE };
        Self { words: vec![none; skus.div_ceil(64)], requested: vec![0; skus] }
    }

    /// Books one person's change. `old` and `new` are the SKUs from `word * 64` on that the person is entitled to, as bits.
    pub fn book(&mut self, word: usize, old: u64, new: u64, reason: Reason) {
        let changes = &mut self.words[word];
        let (gained, lost) = (new & !old, old & !new);
        if gained != 0 {
            let side = if reason == Reason::Joiner { &mut changes.joined } else { &mut changes.moved_in };
            side.add(gained);
        }
        if lost != 0 {
            let side = if reason == Reason::Leaver { &mut changes.left } else { &mut changes.moved_out };
            side.add(lost);
        }
    }

    /// Books that somebody asked for a licence that no group gives.
    pub fn request(&mut self, sku: SkuIndex) {
        self.requested[sku.get()] += 1;
    }

    /// The flow of each SKU.
    pub fn into_flows(self) -> Vec<Flow> {
        let Self { words, requested } = self;
        let mut flows: Vec<Flow> =
            requested.into_iter().map(|requested| Flow { requested, ..Flow::default() }).collect();
        for (Changes { joined, moved_in, moved_out, left }, flows) in words.into_iter().zip(flows.chunks_mut(64)) {
            let [joined, moved_in, moved_out, left] = [joined, moved_in, moved_out, left].map(Counts::whole);
            for (place, flow) in flows.iter_mut().enumerate() {
                flow.joined = joined[place];
                flow.moved_in = moved_in[place];
                flow.moved_out = moved_out[place];
                flow.left = left[place];
            }
        }
        flows
    }
}

#[cfg(test)]
mod tests {
    use super::{Bridge, Reason};
    use crate::directory::SkuIndex;
    use crate::simulate::tally::Flow;

    #[test]
    fn many_changes_add_up_by_sku_and_side() {
        let mut bridge = Bridge::new(70);
        let mut expected = vec![Flow::default(); 70];
        for number in 0..1_000_u64 {
            let word = usize::from(number % 3 == 0);
            let (old, new) =
                (number.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 7, number.wrapping_mul(0xD1B5_4A32_D192_ED03));
            let (old, new) = if word == 0 { (old, new) } else { (old & 0x3f, new & 0x3f) };
            let reason = [Reason::Joiner, Reason::Mover, Reason::Leaver][number as usize % 7 % 3];
            bridge.book(word, old, new, reason);
            for (place, flow) in expected[word * 64..].iter_mut().take(64).enumerate() {
                match (old >> place & 1, new >> place & 1, reason) {
                    (0, 1, Reason::Joiner) => flow.joined += 1,
                    (0, 1, _) => flow.moved_in += 1,
                    (1, 0, Reason::Leaver) => flow.left += 1,
                    (1, 0, _) => flow.moved_out += 1,
                    _ => {}
                }
            }
        }
        bridge.request(SkuIndex(69));
        expected[69].requested += 1;
        assert_eq!(bridge.into_flows(), expected);
    }
}
