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

/// Bits of each count that are kept side by side.
const PLANES: usize = 8;
/// So many additions fit in them.
const ADDITIONS_MAX: u32 = (1 << PLANES) - 1;

/// One count for each of 64 SKUs. A word of bits is added to all of them in a few operations, whatever its bits: the low bits of the
/// counts are words too, in which SKUs have their places.
#[derive(Clone, Debug)]
struct Counts {
    planes: [u64; PLANES],
    added: u32,
    whole: [u64; 64],
}

impl Counts {
    const NONE: Counts = Counts { planes: [0; PLANES], added: 0, whole: [0; 64] };

    fn add(&mut self, bits: u64) {
        let mut carry = bits;
        for plane in &mut self.planes {
            let both = *plane & carry;
            *plane ^= carry;
            carry = both;
        }
        self.added += 1;
        if self.added == ADDITIONS_MAX {
            self.carry_over();
        }
    }

    /// Adds the low bits to the whole counts.
    fn carry_over(&mut self) {
        for (place, count) in self.whole.iter_mut().enumerate() {
            for (plane, bits) in self.planes.iter().enumerate() {
                *count += (bits >> place & 1) << plane;
            }
        }
        (self.planes, self.added) = ([0; PLANES], 0);
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
        for (mut changes, flows) in words.into_iter().zip(flows.chunks_mut(64)) {
            let Changes { joined, moved_in, moved_out, left } = &mut changes;
            [&mut *joined, &mut *moved_in, &mut *moved_out, &mut *left].into_iter().for_each(Counts::carry_over);
            for (place, flow) in flows.iter_mut().enumerate() {
                flow.joined = joined.whole[place];
                flow.moved_in = moved_in.whole[place];
                flow.moved_out = moved_out.whole[place];
                flow.left = left.whole[place];
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
