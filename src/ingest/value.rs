//! Words in cells: booleans, GUIDs, numbers, placeholders. In: a cell's text. Out: a value, or nothing where it is none.
//! Never: guesses; what can be read in two ways is not read.

/// `true`/`false` as shells, portals and a localised Excel write it.
pub(super) fn boolean(text: &str) -> Option<bool> {
    const TRUE: &[&str] = &[
        "true",
        "1",
        "yes",
        "enabled",
        "wahr",
        "waar",
        "vrai",
        "verdadero",
        "verdadeiro",
        "vero",
        "prawda",
        "sant",
        "sand",
        "sann",
        "tosi",
        "igaz",
    ];
    const FALSE: &[&str] = &[
        "false", "0", "no", "disabled", "falsch", "onwaar", "faux", "falso", "fałsz", "falskt", "falsk", "usann",
        "epätosi", "hamis",
    ];
    let folded = text.trim().to_lowercase();
    if TRUE.contains(&&*folded) {
        Some(true)
    } else if FALSE.contains(&&*folded) {
        Some(false)
    } else {
        None
    }
}

/// A GUID in lower case with dashes, from any of the forms that tools write; `None` where the text is none.
/// `X'..'` of csvde holds the bytes as Windows keeps them: the first three parts are little-endian.
pub(super) fn guid(text: &str) -> Option<String> {
    let text = text.trim();
    if let Some(bytes) = hex_bytes(text) {
        return guid_of_bytes(&bytes);
    }
    let bare = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).unwrap_or(text);
    let shaped = bare.len() == 36 && [8, 13, 18, 23].iter().all(|at| bare.as_bytes()[*at] == b'-');
    let digits: String = if shaped { bare.split('-').collect() } else { bare.to_owned() };
    if digits.len() != 32 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    Some(dashed(&digits.to_ascii_lowercase()))
}

/// A GUID, or in a canonical file what stands for one: a user principal name, a SID, a distinguished name, a group's name.
/// A text of hexadecimal digits alone is a broken GUID and stands for nothing.
pub(super) fn id(text: &str, canonical: bool) -> Option<String> {
    let broken = |text: &str| text.chars().all(|c| c.is_ascii_hexdigit() || matches!(c, '-' | '{' | '}'));
    guid(text).or_else(|| (canonical && !broken(text)).then(|| text.trim().to_lowercase()))
}

/// Whether a text is a GUID in its canonical form already.
pub(super) fn is_canonical_guid(text: &str) -> bool {
    let Ok(bytes) = <&[u8; 36]>::try_from(text.as_bytes()) else { return false };
    let hex = |byte: &u8| byte.wrapping_sub(b'0') < 10 || byte.wrapping_sub(b'a') < 6;
    // Without a branch for each byte: a million ids are checked in an instant.
    let digits = |range: std::ops::Range<usize>| bytes[range].iter().fold(true, |all, byte| all & hex(byte));
    let dashes = bytes[8] == b'-' && bytes[13] == b'-' && bytes[18] == b'-' && bytes[23] == b'-';
    dashes && digits(0..8) && digits(9..13) && digits(14..18) && digits(19..23) && digits(24..36)
}

fn dashed(digits: &str) -> String {
    let mut text = String::with_capacity(36);
    for (at, c) in digits.chars().enumerate() {
        if matches!(at, 8 | 12 | 16 | 20) {
            text.push('-');
        }
        text.push(c);
    }
    text
}

fn guid_of_bytes(bytes: &[u8]) -> Option<String> {
    let b: [u8; 16] = bytes.try_into().ok()?;
    let order = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
    let digits: String = order.iter().map(|at: &usize| format!("{:02x}", b[*at])).collect();
    Some(dashed(&digits))
}

/// The bytes of csvde's `X'0a1b'`.
pub(super) fn hex_bytes(text: &str) -> Option<Vec<u8>> {
    let digits = text.strip_prefix("X'").and_then(|rest| rest.strip_suffix('\''))?;
    if digits.len() % 2 == 1 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let byte = |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
    (0..digits.len()).step_by(2).map(byte).collect()
}

/// `onPremisesImmutableId` of an AD object: base64 of the 16 bytes of its `objectGUID` as AD stores them.
pub(super) fn immutable_id(object_guid: &str) -> Option<String> {
    let digits: String = guid(object_guid)?.split('-').collect();
    let byte = |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
    let b: Vec<u8> = (0..32).step_by(2).map(byte).collect::<Option<_>>()?;
    let stored = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15].map(|at: usize| b[at]);
    Some(base64(&stored))
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let word = (0..3).fold(0u32, |word, at| (word << 8) | u32::from(chunk.get(at).copied().unwrap_or(0)));
        for place in 0..4 {
            let letter = LETTERS[(word >> (18 - 6 * place)) as usize & 63];
            text.push(if place <= chunk.len() { char::from(letter) } else { '=' });
        }
    }
    text
}

/// A count of units: digits only. `10.000` and `10,000` can be read in two ways and are not read.
pub(super) fn count(text: &str) -> Option<u32> {
    let text = text.trim();
    (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok())?
}

/// Whether a cell holds the name of a .NET or JavaScript type in place of data.
pub(super) fn is_placeholder(text: &str) -> bool {
    if text.starts_with("@{") || text == "[object Object]" {
        return true;
    }
    if !(text.starts_with("System.") || text.starts_with("Microsoft.")) {
        return false;
    }
    let name = text.find('[').filter(|_| text.ends_with(']')).map_or(text, |at| &text[..at]);
    name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'`' | b'+'))
}
