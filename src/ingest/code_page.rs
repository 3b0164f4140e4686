//! Whether a file of single bytes is Windows-1252. In: its bytes, and the Unicode texts of the same folder. Out: its text, only
//! where other files prove every letter of it. Never: takes the commoner code page for the true one.
//!
//! The proof: the bytes hold none that Windows-1252 leaves undefined; every word of the file that goes beyond ASCII stands,
//! letter for letter, in some file of the folder that is valid Unicode; and no other code page that gives a different text
//! can say the same. A name that no other file holds leaves the file unproved, and it is refused as before.

use std::collections::BTreeSet;

use encoding_rs::{Encoding, WINDOWS_1252};

/// The code pages that a Windows, Mac or DOS program of the same office may have written instead.
const RIVALS: &[&Encoding] = &[
    encoding_rs::WINDOWS_1250,
    encoding_rs::WINDOWS_1251,
    encoding_rs::WINDOWS_1253,
    encoding_rs::WINDOWS_1254,
    encoding_rs::WINDOWS_1255,
    encoding_rs::WINDOWS_1256,
    encoding_rs::WINDOWS_1257,
    encoding_rs::WINDOWS_1258,
    encoding_rs::WINDOWS_874,
    encoding_rs::ISO_8859_2,
    encoding_rs::ISO_8859_5,
    encoding_rs::ISO_8859_15,
    encoding_rs::KOI8_R,
    encoding_rs::IBM866,
    encoding_rs::MACINTOSH,
    encoding_rs::SHIFT_JIS,
    encoding_rs::GBK,
    encoding_rs::BIG5,
    encoding_rs::EUC_KR,
];

/// The five bytes that Windows-1252 leaves undefined; decoders read them as control characters.
const UNDEFINED: [u8; 5] = [0x81, 0x8d, 0x8f, 0x90, 0x9d];

/// A text that is proved, with how many of its words prove it.
#[derive(Debug)]
pub(super) struct Proved {
    pub text: String,
    pub words: usize,
}

/// Words that go beyond ASCII, cut at blanks, quotes and the punctuation of files and addresses.
pub(super) fn words(text: &str) -> BTreeSet<&str> {
    let cut = |c: char| c.is_ascii() && !c.is_ascii_alphanumeric() && !matches!(c, '\'' | '-');
    text.split(cut).filter(|word| !word.is_ascii()).collect()
}

/// Decodes `bytes` where `known`, the words of the folder's Unicode files, prove them to be Windows-1252.
pub(super) fn proved(bytes: &[u8], known: &BTreeSet<&str>) -> Option<Proved> {
    if known.is_empty() || memchr::memchr3(0, UNDEFINED[0], UNDEFINED[1], bytes).is_some() {
        return None;
    }
    if memchr::memchr3(UNDEFINED[2], UNDEFINED[3], UNDEFINED[4], bytes).is_some() {
        return None;
    }
    let text = WINDOWS_1252.decode_without_bom_handling_and_without_replacement(bytes)?;
    let found = words(&text);
    let stands = |found: &BTreeSet<&str>| found.iter().all(|word| known.contains(word));
    if found.is_empty() || !stands(&found) {
        return None;
    }
    let rivalled = RIVALS.iter().any(|rival| {
        let other = rival.decode_without_bom_handling_and_without_replacement(bytes);
        other.is_some_and(|other| other != text && stands(&words(&other)))
    });
    let words = found.len();
    (!rivalled).then(|| Proved { text: text.into_owned(), words })
}
