//! Whose turn it is, without chance: a number in `[0, 1)` for each name under a key. In: a key, a name. Out: the number. Never:
//! the seed of a run or a position in a list, so that who is in a wave depends neither on luck nor on what else is planned.

/// A key from a text, the same in every process (FNV-1a, then mixed so that every bit counts).
pub fn key(text: &str) -> u64 {
    let hash = text
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    mix(hash)
}

/// The number of `name` under `key`.
pub fn lot(key: u64, name: u64) -> f64 {
    // 53 bits: all that a double holds.
    (mix(key ^ mix(name)) >> 11) as f64 / (1u64 << 53) as f64
}

/// The finalizer of SplitMix64.
fn mix(number: u64) -> u64 {
    let number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}
