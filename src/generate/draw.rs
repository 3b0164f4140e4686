//! Chance for the generator. In: a seed, a part of the tenant, a position in it. Out: a stream of its own for that position.
//! Never: a float, or a draw that depends on what was drawn elsewhere; so chunks can be made in any order on any thread.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// The parts of a tenant that draw. The number is part of the key: keep it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Part {
    Person = 1,
    BaseGroup = 2,
    ExtraGroup = 3,
    Licence = 4,
}

/// A counter-based stream: the key is (seed, part), the stream number is the position.
pub(super) struct Draw(ChaCha8Rng);

impl Draw {
    pub(super) fn new(seed: u64, part: Part, position: u64) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8] = part as u8;
        let mut stream = ChaCha8Rng::from_seed(key);
        stream.set_stream(position);
        Self(stream)
    }

    /// A number in `0..bound`; 0 when `bound` is 0.
    pub(super) fn below(&mut self, bound: u32) -> u32 {
        ((u64::from(self.0.next_u32()) * u64::from(bound)) >> 32) as u32
    }

    pub(super) fn per_mille(&mut self, share: u32) -> bool {
        self.below(1000) < share
    }

    /// A number in `0..bound` that leans towards 0: the lower of two draws.
    pub(super) fn low(&mut self, bound: u32) -> u32 {
        self.below(bound).min(self.below(bound))
    }

    /// One of `items`. Panics on an empty slice.
    pub(super) fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len() as u32) as usize]
    }

    /// A position in `weights`, each as likely as its weight.
    pub(super) fn weighted(&mut self, weights: impl Iterator<Item = u32> + Clone) -> usize {
        let mut left = self.below(weights.clone().sum());
        weights
            .take_while(|weight| {
                left >= *weight && {
                    left -= *weight;
                    true
                }
            })
            .count()
    }

    /// A random (version 4) GUID.
    pub(super) fn guid(&mut self) -> Guid {
        let mut bytes = [0; 16];
        self.0.fill_bytes(&mut bytes);
        bytes[6] = bytes[6] & 0x0f | 0x40;
        bytes[8] = bytes[8] & 0x3f | 0x80;
        Guid(bytes)
    }
}

/// Sixteen bytes, written in lower case with dashes; their order is that of the text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Guid([u8; 16]);

impl Guid {
    pub(super) fn text(self) -> [u8; 36] {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut text = [b'-'; 36];
        let mut at = 0;
        for (index, byte) in self.0.iter().enumerate() {
            if matches!(index, 4 | 6 | 8 | 10) {
                at += 1;
            }
            text[at] = DIGITS[usize::from(byte >> 4)];
            text[at + 1] = DIGITS[usize::from(byte & 15)];
            at += 2;
        }
        text
    }

    /// The first hexadecimal digit, 0 to 15: what ring rules on `objectId` look at.
    pub(super) fn first_digit(self) -> u8 {
        self.0[0] >> 4
    }
}

impl std::fmt::Display for Guid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.text().iter().try_for_each(|byte| std::fmt::Write::write_char(f, char::from(*byte)))
    }
}
