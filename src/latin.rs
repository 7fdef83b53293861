//! Lines of plain Latin letters, as the press prints most of them, are read byte by byte: what a character is follows from its bytes, and
//! checks and changes of case run over many bytes at a time.
//!
//! *Plain* are ASCII, the letters of Vietnamese, those of Western Europe, and the quotes and dashes of the press. A plain text is in NFC, has
//! no full-width character, and all its white space is ASCII.

/// Whether a text is plain.
#[must_use]
pub(crate) fn is_plain(text: &str) -> bool {
    !any(text.as_bytes(), |byte, second, third| {
        let letters = ((byte == 0xC3) & (second & 0xDF != 0x97))
            | ((byte == 0xC4) & (second <= 0xAF))
            | ((byte == 0xC5) & (second >= 0x8A) & (second <= 0xB7))
            | ((byte == 0xC6) & ((second == 0xA0) | (second == 0xA1) | (second == 0xAF) | (second == 0xB0)))
            | ((byte == 0xE1) & (((second == 0xBA) & (third >= 0xA0)) | ((second == 0xBB) & (third <= 0xB9))));
        let signs = (byte == 0xE2) & (second == 0x80) & (third >= 0x90) & (third <= 0xA6);
        (byte >= 0xC0) & !letters & !signs
    })
}

/// Whether a text is certainly in NFC: it has only characters of the commonest scripts that no normal form changes and that join with none
/// before them.
#[must_use]
pub(crate) fn is_surely_nfc(text: &str) -> bool {
    !any(text.as_bytes(), |byte, second, third| {
        let latin = ((byte >= 0xC2) & (byte <= 0xCB))
            | ((byte == 0xE1) & (((second == 0xBA) & (third >= 0xA0)) | ((second == 0xBB) & (third <= 0xB9))));
        let signs = ((byte == 0xE2) & (second == 0x80) & (third >= 0x90) & (third <= 0xA7))
            | ((byte == 0xE3) & (second == 0x80) & (third <= 0xA9))
            | ((byte == 0xEF) & (((second == 0xBC) & (third >= 0x81)) | (second == 0xBD)));
        let han = ((byte == 0xE4) & (second >= 0xB8)) | ((byte >= 0xE5) & (byte <= 0xE9));
        (byte >= 0xC0) & !latin & !signs & !han
    })
}

/// Whether a text has a character of the private use area of the basic plane (U+E000–F8FF).
#[must_use]
pub(crate) fn has_private_use(text: &str) -> bool {
    any(text.as_bytes(), |byte, second, _| (byte == 0xEE) | ((byte == 0xEF) & (second >= 0x80) & (second <= 0xA3)))
}

/// Characters of a text that are no white space.
#[must_use]
pub(crate) fn count_visible(text: &str) -> usize {
    count(text.as_bytes(), |byte, second, third| (byte & 0xC0 != 0x80) & !is_white(byte, second, third))
}

/// Whether all white space of a text is single blanks between other characters.
#[must_use]
pub(crate) fn is_one_spaced(text: &str) -> bool {
    let bytes = text.as_bytes();
    let at_ends = bytes.first() == Some(&b' ') || bytes.last() == Some(&b' ');
    !at_ends
        && !any(bytes, |byte, second, third| {
            ((byte == b' ') & (second == b' ')) | is_white(byte, second, third) & (byte != b' ')
        })
}

/// Where so many characters of a text end, or the text.
#[must_use]
pub(crate) fn end_of_chars(text: &str, count: usize) -> usize {
    let bytes = text.as_bytes();
    let begins = |byte: &&u8| **byte & 0xC0 != 0x80;
    let mut left = count;
    let mut from = 0;
    // Whole stretches while they are surely among them.
    while let Some(stretch) = bytes.get(from..from + 32).filter(|_| left >= 32) {
        left -= stretch.iter().filter(begins).count();
        from += 32;
    }
    for (at, byte) in bytes.iter().enumerate().skip(from).filter(|(_, byte)| begins(byte)) {
        if left == 0 {
            return at;
        }
        left -= usize::from(begins(&byte));
    }
    bytes.len()
}

/// Whether a byte with its two followers is white space, or begins such a character.
#[inline(always)]
#[expect(clippy::inline_always, reason = "it stands in loops that are only as fast as it")]
fn is_white(byte: u8, second: u8, third: u8) -> bool {
    let ascii = (byte == b' ') | ((byte >= 0x09) & (byte <= 0x0D));
    // The white space of Unicode outside of ASCII.
    let other = ((byte == 0xC2) & ((second == 0x85) | (second == 0xA0)))
        | ((byte == 0xE1) & (second == 0x9A) & (third == 0x80))
        | ((byte == 0xE2)
            & (((second == 0x80) & ((third <= 0x8A) | (third == 0xA8) | (third == 0xA9) | (third == 0xAF)))
                | ((second == 0x81) & (third == 0x9F))))
        | ((byte == 0xE3) & (second == 0x80) & (third == 0x80));
    ascii | other
}

/// Bytes that are looked at in one go.
const STRETCH: usize = 240;

/// Whether a byte with its two followers is one of some.
#[inline(always)]
#[expect(clippy::inline_always, reason = "the loop is only as fast as the test inside it")]
fn any(bytes: &[u8], is_one: impl Fn(u8, u8, u8) -> bool) -> bool {
    let inner = bytes.len().saturating_sub(2);
    let mut from = 0;
    while from < inner {
        let to = inner.min(from + STRETCH);
        let (first, second, third) = (&bytes[from..to], &bytes[from + 1..to + 1], &bytes[from + 2..to + 2]);
        let found = first
            .iter()
            .zip(second)
            .zip(third)
            .fold(0_u8, |found, ((first, second), third)| found | u8::from(is_one(*first, *second, *third)));
        if found != 0 {
            return true;
        }
        from = to;
    }
    ends(bytes).any(|(first, second)| is_one(first, second, 0))
}

/// How many bytes with their two followers are of some.
#[inline(always)]
#[expect(clippy::inline_always, reason = "the loop is only as fast as the test inside it")]
fn count(bytes: &[u8], is_one: impl Fn(u8, u8, u8) -> bool) -> usize {
    let inner = bytes.len().saturating_sub(2);
    let (mut from, mut all) = (0, 0);
    while from < inner {
        let to = inner.min(from + STRETCH);
        let (first, second, third) = (&bytes[from..to], &bytes[from + 1..to + 1], &bytes[from + 2..to + 2]);
        let found = first
            .iter()
            .zip(second)
            .zip(third)
            .fold(0_u8, |found, ((first, second), third)| found + u8::from(is_one(*first, *second, *third)));
        all += usize::from(found);
        from = to;
    }
    all + ends(bytes).filter(|(first, second)| is_one(*first, *second, 0)).count()
}

/// The last two bytes with what follows them: nothing that a text in UTF-8 asks for.
fn ends(bytes: &[u8]) -> impl Iterator<Item = (u8, u8)> {
    let from = bytes.len().saturating_sub(2);
    bytes[from..].iter().enumerate().map(move |(at, byte)| (*byte, bytes.get(from + at + 1).copied().unwrap_or(0)))
}

/// Bytes of the character of a plain text that a byte begins, where it is a letter; 0 for other bytes.
static LETTER_BYTES: [u8; 256] = word_bytes(false);
/// The same where it is a letter or a digit.
pub(crate) static WORD_BYTES: [u8; 256] = word_bytes(true);

const fn word_bytes(digits: bool) -> [u8; 256] {
    let mut bytes = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        bytes[byte] = match byte as u8 {
            b'0'..=b'9' => digits as u8,
            b'A'..=b'Z' | b'a'..=b'z' => 1,
            0xC3..=0xC6 => 2,
            0xE1 => 3,
            _ => 0,
        };
        byte += 1;
    }
    bytes
}

/// The end of the letters and digits of a plain text from a byte on.
#[inline]
pub(crate) fn word_end(bytes: &[u8], from: usize) -> usize {
    end_of(&WORD_BYTES, bytes, from)
}

/// The end of the letters of a plain text from a byte on.
#[inline]
pub(crate) fn letters_end(bytes: &[u8], from: usize) -> usize {
    end_of(&LETTER_BYTES, bytes, from)
}

#[inline]
fn end_of(lengths: &[u8; 256], bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    while let Some(&byte) = bytes.get(at) {
        let length = lengths[byte as usize];
        if length == 0 {
            break;
        }
        at += length as usize;
    }
    at
}

/// Whether the character of a plain text at a byte is a capital.
#[inline]
pub(crate) fn is_capital(bytes: &[u8], at: usize) -> bool {
    let follower = |by: usize| bytes.get(at + by).copied().unwrap_or(0);
    match bytes.get(at).copied().unwrap_or(0) {
        b'A'..=b'Z' => true,
        0xC3 => follower(1) <= 0x9E,
        // Capitals and small letters take turns.
        0xC4 | 0xC5 => follower(1) & 1 == 0,
        0xC6 => matches!(follower(1), 0xA0 | 0xAF),
        0xE1 => follower(2) & 1 == 0,
        _ => false,
    }
}

/// A plain text in lower case, written over what stood in a buffer.
pub(crate) fn lower<'b>(text: &str, buffer: &'b mut Vec<u8>) -> &'b str {
    write_lower(text, buffer);
    // Plain letters and their small ones take the same bytes.
    simdutf8::basic::from_utf8(buffer).unwrap_or_default()
}

fn write_lower(text: &str, lower: &mut Vec<u8>) {
    let bytes = text.as_bytes();
    lower.clear();
    lower.extend_from_slice(bytes);
    let small = |byte: u8, before: u8, second_before: u8| {
        let ascii = byte.wrapping_sub(b'A') < 26;
        let western = (before == 0xC3) & (byte <= 0x9E);
        let pair = (before == 0xC4) | (before == 0xC5) | (second_before == 0xE1);
        let horn = (before == 0xC6) & ((byte == 0xA0) | (byte == 0xAF));
        // A capital of a pair is even, and the small letter is the next.
        (byte + (u8::from(ascii | western) << 5) + u8::from(horn)) | u8::from(pair)
    };
    for at in 0..bytes.len().min(2) {
        lower[at] = small(bytes[at], if at > 0 { bytes[at - 1] } else { 0 }, 0);
    }
    if let (Some(second_before), Some(before), Some(byte), Some(lower)) =
        (bytes.get(..), bytes.get(1..), bytes.get(2..), lower.get_mut(2..))
    {
        for (((lower, byte), before), second_before) in lower.iter_mut().zip(byte).zip(before).zip(second_before) {
            *lower = small(*byte, *before, *second_before);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chars::{Kinds, chars};

    /// Each character alone, at the end, in front of others, and behind them.
    fn around(c: char) -> [String; 4] {
        [c.to_string(), format!("ab{c}"), format!("{c}xyz"), format!("ế{c}Ộ")]
    }

    #[test]
    fn plain_letters_are_what_unicode_says() {
        let table = chars();
        let plain: Vec<char> =
            (0..=0x0010_FFFF).filter_map(char::from_u32).filter(|c| is_plain(c.encode_utf8(&mut [0; 4]))).collect();
        assert!("aZ09ăĐơƯệỸéß“”–…".chars().all(|c| plain.contains(&c)));
        for c in plain {
            let kinds = table.kinds(c);
            assert!(!kinds.any(Kinds::WIDE | Kinds::PERHAPS_NOT_NFC | Kinds::LOOSE_MARK | Kinds::UNSPACED), "{c}");
            assert_eq!(kinds.any(Kinds::SPACE), c.is_ascii() && c.is_whitespace());
            for text in around(c) {
                assert!(is_plain(&text), "{text}");
                assert_eq!(lower(&text, &mut vec![7; 9]), table.lower(&text));
            }
            let (text, mut bytes) = (format!("{c}"), [0; 4]);
            let in_word = word_end(c.encode_utf8(&mut bytes).as_bytes(), 0);
            assert_eq!(in_word, if kinds.any(Kinds::WORD) { c.len_utf8() } else { 0 }, "{c}");
            assert_eq!(is_capital(text.as_bytes(), 0), kinds.any(Kinds::UPPER), "{c}");
            assert!(kinds.any(Kinds::UPPER) || kinds.any(Kinds::LOWER) || !kinds.any(Kinds::LETTER), "{c}");
        }
    }

    #[test]
    fn quick_looks_see_what_slow_ones_see() {
        let table = chars();
        for c in (0..=0x0010_FFFF).filter_map(char::from_u32) {
            let kinds = table.kinds(c);
            for text in around(c) {
                assert!(!is_surely_nfc(&text) || !kinds.any(Kinds::PERHAPS_NOT_NFC), "U+{:04X}", u32::from(c));
                assert_eq!(has_private_use(&text), ('\u{e000}'..='\u{f8ff}').contains(&c), "U+{:04X}", u32::from(c));
                let visible = text.chars().filter(|c| !c.is_whitespace()).count();
                assert_eq!(count_visible(&text), visible, "U+{:04X}", u32::from(c));
                let one_spaced = text.split_whitespace().collect::<Vec<_>>().join(" ");
                assert_eq!(is_one_spaced(&text), one_spaced == text, "U+{:04X}", u32::from(c));
            }
        }
        for (text, is) in [("", true), ("a b", true), ("a  b", false), (" a", false), ("a ", false), ("a\tb", false)] {
            assert_eq!(is_one_spaced(text), is, "{text:?}");
        }
        let text = "ế越 aß…".repeat(40);
        for count in 0..250 {
            let end = text.char_indices().nth(count).map_or(text.len(), |(at, _)| at);
            assert_eq!(end_of_chars(&text, count), end);
        }
        assert_eq!(count_visible(""), 0);
        assert_eq!(count_visible(&"a b\u{3000}ế".repeat(1000)), 3000);
        assert!(!is_plain(&format!("{}\u{3000}", "a".repeat(1000))));
    }
}
