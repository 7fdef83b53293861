//! Bytes to text.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{BIG5, Encoding, GB18030, GBK, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1258};
use icu_normalizer::ComposingNormalizerBorrowed;

use super::{Fault, legacy};
use crate::document::Reason;

/// Bytes that the charset is guessed from. The detector reads a few megabytes a second, and more bytes change its answer rarely.
const DETECTION_BYTES: usize = 64 * 1024;
const UTF_8_BOM: &[u8] = b"\xef\xbb\xbf";

/// Text and the name of its charset as it stands in the `encoding` column.
type Decoded = (String, String);

/// Decodes bytes of unknown charset; nothing when no charset fits.
///
/// The name is the one of the `encoding` column: `utf-8`, `utf-8+bom`, `utf-16le`, `gb18030`, `windows-1258` …
#[must_use]
pub fn decode_bytes(bytes: &[u8]) -> Option<(String, String)> {
    from_bytes(bytes.to_vec(), None, 1.0).ok()
}

/// Decodes the bytes of a file; `declared` is the charset that it names itself.
pub(super) fn from_bytes(bytes: Vec<u8>, declared: Option<&str>, max_control_share: f64) -> Result<Decoded, Fault> {
    if let Some((encoding, bom_length)) = Encoding::for_bom(&bytes)
        && encoding != UTF_8
    {
        return from_utf_16(bytes, encoding, bom_length, max_control_share);
    }
    if bytes.contains(&0) {
        return match utf_16_without_bom(&bytes) {
            Some(encoding) => from_utf_16(bytes, encoding, 0, max_control_share),
            None => Err(binary("NUL bytes", bytes)),
        };
    }
    if let Some(detail) = too_many_controls(&bytes, max_control_share) {
        return Err(binary(&detail, bytes));
    }
    match utf_8(bytes) {
        Ok(text) => Ok(without_bom(text)),
        Err(bytes) => from_legacy(bytes, declared),
    }
}

fn utf_8(bytes: Vec<u8>) -> Result<String, Vec<u8>> {
    match simdutf8::basic::from_utf8(&bytes) {
        Ok(text) => Ok(text.to_owned()),
        Err(_) => Err(bytes),
    }
}

/// Checks text that its container has decoded. NUL is one control character among others there.
pub(super) fn from_text(text: String, max_control_share: f64) -> Result<Decoded, Fault> {
    match too_many_controls(text.as_bytes(), max_control_share) {
        Some(detail) => Err(binary(&detail, text.into_bytes())),
        None => Ok(without_bom(text)),
    }
}

fn without_bom(mut text: String) -> Decoded {
    if text.as_bytes().starts_with(UTF_8_BOM) {
        text.drain(..UTF_8_BOM.len());
        (text, "utf-8+bom".to_owned())
    } else {
        (text, "utf-8".to_owned())
    }
}

fn binary(what: &str, bytes: Vec<u8>) -> Fault {
    Fault { reason: Reason::Binary, detail: format!("{what}: this is no text"), bytes }
}

fn undecodable(detail: String, bytes: Vec<u8>) -> Fault {
    Fault { reason: Reason::Undecodable, detail, bytes }
}

fn too_many_controls(bytes: &[u8], max_share: f64) -> Option<String> {
    let is_control = |byte: u8| (byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c)) || byte == 0x7f;
    // Counted in bytes, so that the compiler can look at many at once.
    let in_chunk = |chunk: &[u8]| usize::from(chunk.iter().map(|&byte| u8::from(is_control(byte))).sum::<u8>());
    let count: usize = bytes.chunks(255).map(in_chunk).sum();
    (count as f64 > max_share * bytes.len() as f64)
        .then(|| format!("{count} control characters in {} bytes, over `decode.max_control_share`", bytes.len()))
}

fn from_utf_16(
    bytes: Vec<u8>,
    encoding: &'static Encoding,
    bom_length: usize,
    max_control_share: f64,
) -> Result<Decoded, Fault> {
    let name = encoding.name().to_ascii_lowercase();
    let text = encoding.decode_without_bom_handling_and_without_replacement(&bytes[bom_length..]);
    match text.map(std::borrow::Cow::into_owned) {
        None => Err(undecodable(format!("not valid {name}, though it looks like it"), bytes)),
        Some(text) if text.contains('\0') => Err(binary("NUL characters", bytes)),
        Some(text) => match too_many_controls(text.as_bytes(), max_control_share) {
            Some(detail) => Err(binary(&detail, bytes)),
            None => Ok((text, name)),
        },
    }
}

/// Text in Latin letters is NUL in every other byte of UTF-16; binary data has NULs anywhere.
fn utf_16_without_bom(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = &bytes[..bytes.len().min(DETECTION_BYTES) & !1];
    let mut nuls = [0_usize; 2];
    for (index, _) in head.iter().enumerate().filter(|(_, byte)| **byte == 0) {
        nuls[index % 2] += 1;
    }
    let pairs = head.len() / 2;
    let is_high = |count: usize| count * 10 >= pairs * 3;
    let is_low = |count: usize| count * 100 <= pairs;
    match nuls {
        [even, odd] if is_high(odd) && is_low(even) => Some(UTF_16LE),
        [even, odd] if is_high(even) && is_low(odd) => Some(UTF_16BE),
        _ => None,
    }
}

/// Tries the declared charset and then a guess among those of the web. Either is taken only when it explains every byte.
fn from_legacy(bytes: Vec<u8>, declared: Option<&str>) -> Result<Decoded, Fault> {
    if let Some(detail) = damaged_utf_8(&bytes) {
        return Err(undecodable(detail, bytes));
    }
    // No label names these, and pages in them declare whatever their editor did.
    if let Some((text, name)) = legacy::decode(&bytes) {
        return Ok((text, name.to_owned()));
    }
    let declared = declared.and_then(|label| Encoding::for_label(label.as_bytes())).filter(|charset| *charset != UTF_8);
    if let Some(decoded) = declared.and_then(|encoding| decode_as(&bytes, encoding)) {
        return Ok(decoded);
    }
    let guess = guess(&bytes);
    decode_as(&bytes, guess).ok_or_else(|| {
        let name = guess.name().to_ascii_lowercase();
        undecodable(format!("not UTF-8, and not {name}, the charset it looks like most"), bytes)
    })
}

fn decode_as(bytes: &[u8], encoding: &'static Encoding) -> Option<Decoded> {
    // What is called gb2312 or gbk on the web is a part of gb18030, and real pages use all of that.
    let encoding = if encoding == GBK { GB18030 } else { encoding };
    let decoded = encoding.decode_without_bom_handling_and_without_replacement(bytes)?;
    // Single-byte charsets map their holes to C1 controls; a text has none.
    if decoded.chars().any(|c| matches!(c, '\u{80}'..='\u{9f}')) {
        return None;
    }
    let text = if encoding == WINDOWS_1258 {
        // The charset writes tones as combining marks; nobody else does, so matching would fail on it.
        ComposingNormalizerBorrowed::new_nfc().normalize(&decoded).into_owned()
    } else if encoding == BIG5 {
        with_printed_signs(&decoded)
    } else {
        decoded.into_owned()
    };
    Some((text, encoding.name().to_ascii_lowercase()))
}

/// Signs of Big5 that its tables disagree on, as the press prints them. A145 is the point inside of names (`‧`) to Windows and the web, the
/// bullet (`•`) to the standard, and stands for both in texts; A241 and A242 are the slashes of the keyboard to the standard and signs of
/// mathematics to Windows.
fn with_printed_signs(text: &str) -> String {
    let mut printed = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    let mut after_word = false;
    while let Some(c) = rest.next() {
        let mut before_word = || rest.peek().is_some_and(|next| next.is_alphanumeric());
        printed.push(match c {
            '‧' if !after_word || !before_word() => '•',
            '\u{2215}' => '\u{ff0f}',
            '\u{fe68}' => '\u{ff3c}',
            _ => c,
        });
        after_word = c.is_alphanumeric();
    }
    printed
}

fn guess(bytes: &[u8]) -> &'static Encoding {
    // ASCII says nothing; begin where the first other byte stands.
    let start = bytes.iter().position(|byte| !byte.is_ascii()).unwrap_or(0);
    let window = &bytes[start..bytes.len().min(start + DETECTION_BYTES)];
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    // A window that is cut may end inside a character, which `last` would hold against the right charset.
    detector.feed(window, start + window.len() == bytes.len());
    detector.guess(None, Utf8Detection::Deny)
}

/// UTF-8 with a few bad bytes would pass for any single-byte charset, as rubbish from end to end.
fn damaged_utf_8(bytes: &[u8]) -> Option<String> {
    let (mut good, mut bad, mut at, mut first_bad) = (0_usize, 0_usize, 0, None);
    for chunk in bytes.utf8_chunks() {
        good += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        at += chunk.valid().len();
        if !chunk.invalid().is_empty() {
            bad += 1;
            first_bad.get_or_insert(at);
            at += chunk.invalid().len();
        }
    }
    let first_bad = first_bad?;
    (good > 4 * bad).then(|| format!("UTF-8 with {bad} damaged characters, the first at byte {first_bad}"))
}
