//! Bytes of a file as text. In: bytes, and an encoding when the user names one. Out: text, or the reason why there is none.
//! Never: decodes lossily, guesses a code page, unpacks an archive.

use encoding_rs::Encoding;

use super::code;
use crate::diagnostic::{Diagnostic, Origin};

/// Text, and what its bytes were.
#[derive(Debug)]
pub(super) struct Decoded {
    pub text: String,
    pub encoding: String,
}

/// Why there is no text, and the bytes where they are still whole.
#[derive(Debug)]
pub(super) struct Refused {
    pub finding: Box<Diagnostic>,
    pub bytes: Vec<u8>,
    /// Whether the bytes may be those of a code page, which other files may prove.
    pub single_bytes: bool,
}

/// Whether the text of a file is its bytes, mark included, if it can be decoded at all.
pub(super) fn is_its_text(bytes: &[u8], told: Option<&'static Encoding>) -> bool {
    told.is_none() && !matches!(bytes, [0xff | 0xfe | 0, ..]) && every_second_is_nul(bytes).is_none()
}

/// Decodes the bytes of the file `name` strictly. `told` is used only where neither a byte order mark nor UTF-8 decides.
/// The mark of UTF-8 stays in the text, which is then still the file itself.
pub(super) fn decode(name: &str, bytes: Vec<u8>, told: Option<&'static Encoding>) -> Result<Decoded, Refused> {
    let origin = Origin::file(name);
    let refused = |finding: Diagnostic, bytes: Vec<u8>| {
        Err(Refused { finding: Box::new(finding.at(&origin)), bytes, single_bytes: false })
    };
    // Settings that say nothing are settings.
    if bytes.iter().all(u8::is_ascii_whitespace) && !name.ends_with(".toml") {
        let help = "export it again; an export without rows still has a header";
        return refused(Diagnostic::error(code::EMPTY, "the file is empty").help(help), bytes);
    }
    // A TOML file may start with the bracket that JSON starts with.
    if let Some((what, help)) = foreign(&bytes).filter(|(what, _)| *what != "JSON" || !name.ends_with(".toml")) {
        return refused(Diagnostic::error(code::NOT_CSV, format!("the file is {what}, not CSV")).help(help), bytes);
    }
    let wide = |read: Result<Decoded, Diagnostic>| {
        read.map_err(|finding| Refused { finding: Box::new(finding), bytes: Vec::new(), single_bytes: false })
    };
    let decoded = match bytes.as_slice() {
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => {
            let found = Diagnostic::error(code::ENCODING, "the file is UTF-32, which no export writes");
            return refused(found.help("save it as UTF-8"), bytes);
        }
        [0xff, 0xfe, rest @ ..] => wide(utf16(&origin, rest, u16::from_le_bytes, "utf-16le"))?,
        [0xfe, 0xff, rest @ ..] => wide(utf16(&origin, rest, u16::from_be_bytes, "utf-16be"))?,
        [0xef, 0xbb, 0xbf, ..] => Decoded { encoding: "utf-8-bom".to_owned(), ..utf8(&origin, bytes, None)? },
        _ => match every_second_is_nul(&bytes) {
            Some(0) => wide(utf16(&origin, &bytes, u16::from_be_bytes, "utf-16be"))?,
            Some(_) => wide(utf16(&origin, &bytes, u16::from_le_bytes, "utf-16le"))?,
            None => utf8(&origin, bytes, told)?,
        },
    };
    without_nul(&origin, decoded)
}

/// What a file is that starts like this, and the way out; `None` for what may be CSV.
fn foreign(bytes: &[u8]) -> Option<(&'static str, &'static str)> {
    let body = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let start = body.iter().position(|byte| !byte.is_ascii_whitespace()).unwrap_or(0);
    let body = &body[start..];
    let magic: [(&[u8], &str, &str); 9] = [
        (b"%PDF", "a PDF", "export the table itself as CSV"),
        (b"PK\x03\x04", "an Excel workbook or a zip archive", "open it and save the sheet as `CSV UTF-8`"),
        (b"PK\x05\x06", "a zip archive", "unpack it and give the CSV inside"),
        (b"\xd0\xcf\x11\xe0", "an old Excel workbook", "open it and save the sheet as `CSV UTF-8`"),
        (b"\x1f\x8b", "a gzip archive", "unpack it and give the CSV inside"),
        (b"PAR1", "a Parquet file", "give the CSV it was made from"),
        (b"<", "HTML or XML", "a sign-in page or CLIXML was saved in place of the export; export again as CSV"),
        (b"{", "JSON", "this is what Graph answers; export the table with the command that `seatcast schema` prints"),
        (b"[", "JSON", "this is what Graph answers; export the table with the command that `seatcast schema` prints"),
    ];
    magic.iter().find(|(start, ..)| body.starts_with(start)).map(|(_, what, help)| (*what, *help))
}

fn utf8(origin: &Origin, bytes: Vec<u8>, told: Option<&'static Encoding>) -> Result<Decoded, Refused> {
    let error = match String::from_utf8(bytes) {
        Ok(text) => return Ok(Decoded { text, encoding: "utf-8".to_owned() }),
        Err(error) => error,
    };
    let at = error.utf8_error().valid_up_to();
    let bytes = error.into_bytes();
    if let Some(encoding) = told {
        let name = encoding.name().to_ascii_lowercase();
        return match encoding.decode_without_bom_handling_and_without_replacement(&bytes) {
            Some(text) => Ok(Decoded { text: text.into_owned(), encoding: name }),
            None => {
                let message = format!("the file holds bytes that are not {name}");
                let finding = Diagnostic::error(code::ENCODING, message).at(origin);
                let finding = Box::new(finding.help("name its encoding with `--encoding`"));
                Err(Refused { finding, bytes, single_bytes: false })
            }
        };
    }
    let (line, column) = position(&bytes, at);
    let byte = bytes.get(at).copied().unwrap_or(0);
    let (letter, _) = encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes.get(at..=at).unwrap_or(&[]));
    let message = format!("byte 0x{byte:02x} at place {column} of the line is not UTF-8");
    let help = format!(
        "export it again as UTF-8, or name its encoding: with `--encoding windows-1252` the byte would read `{letter}`, \
         which no other file of the folder proves"
    );
    let finding = Box::new(Diagnostic::error(code::ENCODING, message).at(&origin.at_line(line)).help(help));
    Err(Refused { finding, bytes, single_bytes: true })
}

/// UTF-16 without its byte order mark, strictly: half a code unit and lone surrogates are errors with their line.
fn utf16(origin: &Origin, bytes: &[u8], unit: fn([u8; 2]) -> u16, name: &str) -> Result<Decoded, Diagnostic> {
    let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    let mut text = String::with_capacity(bytes.len() / 2 + bytes.len() / 8);
    let mut units = units.peekable();
    if bytes.len() > 2 && units.peek() == Some(&0xfeff) {
        units.next();
    }
    for decoded in char::decode_utf16(units) {
        match decoded {
            Ok(character) => text.push(character),
            Err(_) => {
                let (line, _) = position(text.as_bytes(), text.len());
                let found = Diagnostic::error(code::HALF_UNIT, "half of a surrogate pair").at(&origin.at_line(line));
                return Err(found.help("the file is damaged or cut off; export it again"));
            }
        }
    }
    if bytes.len() % 2 == 1 {
        let (line, _) = position(text.as_bytes(), text.len());
        let message = "the file ends in the middle of a UTF-16 code unit";
        let found = Diagnostic::error(code::HALF_UNIT, message).at(&origin.at_line(line));
        return Err(found.help("the file is cut off; export it again"));
    }
    Ok(Decoded { text, encoding: name.to_owned() })
}

/// Whether the first bytes look like UTF-16 without a mark: the place (0 or 1) of the byte that is zero in each pair.
fn every_second_is_nul(bytes: &[u8]) -> Option<usize> {
    let head = bytes.get(..bytes.len().min(64) & !1)?;
    let pairs = head.chunks_exact(2);
    let count = pairs.len();
    (0..2).find(|place| count >= 4 && pairs.clone().all(|pair| pair[*place] == 0 && pair[1 - place] != 0))
}

fn without_nul(origin: &Origin, decoded: Decoded) -> Result<Decoded, Refused> {
    match memchr::memchr(0, decoded.text.as_bytes()) {
        None => Ok(decoded),
        Some(at) => {
            let (line, column) = position(decoded.text.as_bytes(), at);
            let message = format!("a NUL character at place {column} of the line");
            let found = Diagnostic::error(code::NUL, message).at(&origin.at_line(line));
            let finding =
                Box::new(found.help("two encodings are mixed in this file, or it is not text; export it again"));
            Err(Refused { finding, bytes: decoded.text.into_bytes(), single_bytes: false })
        }
    }
}

/// Physical line and place in it of a byte, both from 1. A line ends with CR LF, LF or CR.
pub(super) fn position(bytes: &[u8], at: usize) -> (u64, u64) {
    let before = &bytes[..at.min(bytes.len())];
    let line = line_ends(before) + 1;
    let start = memchr::memrchr2(b'\n', b'\r', before).map_or(0, |end| end + 1);
    (line, (before.len() - start) as u64 + 1)
}

/// How many line ends are in `bytes`.
pub(super) fn line_ends(bytes: &[u8]) -> u64 {
    let mut count = 0;
    for at in memchr::memchr2_iter(b'\n', b'\r', bytes) {
        let second_of_pair = bytes[at] == b'\n' && at > 0 && bytes[at - 1] == b'\r';
        count += u64::from(!second_of_pair);
    }
    count
}
