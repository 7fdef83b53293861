//! Lines of plain Latin letters, as the press prints most of them, are read byte by byte: what a character is follows from its bytes, and
//! checks and changes of case run over many bytes at a time.
//!
//! *Plain* are ASCII, the letters of Vietnamese, those of Western Europe, and the quotes and dashes of the press. A plain text is in NFC, has
//! no full-width character, and all its white space is ASCII.

#![expect(clippy::needless_bitwise_bool, reason = "many bytes are tested at a time: with branches they could not be")]

use crate::fast_map::word_hash_step;

/// Whether a byte lies between two.
#[inline]
fn within(byte: u8, least: u8, most: u8) -> bool {
    byte.wrapping_sub(least) <= most - least
}

/// Whether a text is plain.
#[must_use]
pub(crate) fn is_plain(text: &str) -> bool {
    !any(text.as_bytes(), |byte, second, third| {
        let western = (byte == 0xC3) & (second & 0xDF != 0x97);
        let pairs = ((byte == 0xC4) & (second <= 0xAF)) | ((byte == 0xC5) & within(second, 0x8A, 0xB7));
        let horns = (byte == 0xC6) & (within(second, 0xA0, 0xA1) | within(second, 0xAF, 0xB0));
        let vietnamese = ((second == 0xBA) & (third >= 0xA0)) | ((second == 0xBB) & (third <= 0xB9));
        let signs = (byte == 0xE2) & (second == 0x80) & within(third, 0x90, 0xA6);
        (byte >= 0xC0) & !(western | pairs | horns | ((byte == 0xE1) & vietnamese) | signs)
    })
}

/// Whether a text is certainly in NFC: it has only characters of the commonest scripts that no normal form changes and that join with none
/// before them.
#[must_use]
pub(crate) fn is_surely_nfc(text: &str) -> bool {
    !any(text.as_bytes(), |byte, second, third| {
        let vietnamese = ((second == 0xBA) & (third >= 0xA0)) | ((second == 0xBB) & (third <= 0xB9));
        let signs = ((byte == 0xE2) & (second == 0x80) & within(third, 0x90, 0xA7))
            | ((byte == 0xE3) & (second == 0x80) & (third <= 0xA9))
            | ((byte == 0xEF) & (((second == 0xBC) & (third >= 0x81)) | (second == 0xBD)));
        let han = ((byte == 0xE4) & (second >= 0xB8)) | within(byte, 0xE5, 0xE9);
        (byte >= 0xC0) & !(within(byte, 0xC2, 0xCB) | ((byte == 0xE1) & vietnamese) | signs | han)
    })
}

/// Whether a text has a character of the private use area of the basic plane (U+E000–F8FF).
#[must_use]
pub(crate) fn has_private_use(text: &str) -> bool {
    any(text.as_bytes(), |byte, second, _| (byte == 0xEE) | ((byte == 0xEF) & within(second, 0x80, 0xA3)))
}

/// Characters of a text that are no white space.
#[must_use]
pub(crate) fn count_visible(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut all = 0;
    stretches(bytes, |stretch, second, third| {
        let (mut visible, mut doubtful) = (0_u8, 0_u8);
        for at in 0..STRETCH {
            let (byte, second) = (stretch[at], second[at]);
            let ascii = (byte == b' ') | within(byte, 0x09, 0x0D);
            visible += u8::from((byte & 0xC0 != 0x80) & !ascii);
            // What the white space outside of ASCII begins with.
            let may = (byte == 0xC2) | (byte == 0xE2) | (byte == 0xE3) | ((byte == 0xE1) & (second == 0x9A));
            doubtful |= u8::from(may);
        }
        if doubtful != 0 {
            let white = |at: &usize| !stretch[*at].is_ascii() && is_white(stretch[*at], second[*at], third[*at]);
            visible -= (0..STRETCH).filter(white).count() as u8;
        }
        all += usize::from(visible);
        false
    });
    // The zeros behind the end were counted too.
    all - (bytes.len().next_multiple_of(STRETCH) - bytes.len())
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
    let ascii = (byte == b' ') | within(byte, 0x09, 0x0D);
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
const STRETCH: usize = 32;

/// Whether a byte with its two followers is one of some. Zeros stand behind the end.
#[inline(always)]
#[expect(clippy::inline_always, reason = "the loop is only as fast as the test inside it")]
fn any(bytes: &[u8], is_one: impl Fn(u8, u8, u8) -> bool) -> bool {
    stretches(bytes, |stretch, second, third| {
        let mut found = 0;
        for at in 0..STRETCH {
            found |= u8::from(is_one(stretch[at], second[at], third[at]));
        }
        found != 0
    })
}

/// Some bytes that are looked at in one go.
type Stretch = [u8; STRETCH];

/// Calls `stop` with every stretch of some bytes, the same one byte on and two bytes on, until it says so; zeros stand behind the end. Tells
/// whether it has.
#[inline(always)]
#[expect(clippy::inline_always, reason = "the loop is only as fast as what is called")]
fn stretches(bytes: &[u8], mut stop: impl FnMut(&Stretch, &Stretch, &Stretch) -> bool) -> bool {
    let mut from = 0;
    while from < bytes.len() {
        let mut end = [0; 2 * STRETCH];
        let window = if let Some(window) = bytes.get(from..from + STRETCH + 2) {
            window
        } else {
            let left = &bytes[from..];
            // The last stretch: what is left of it may be all of it.
            end[..left.len()].copy_from_slice(left);
            &end[..STRETCH + 2]
        };
        let stretch = |from: usize| -> Option<Stretch> { window.get(from..from + STRETCH)?.try_into().ok() };
        if let (Some(first), Some(second), Some(third)) = (stretch(0), stretch(1), stretch(2))
            && stop(&first, &second, &third)
        {
            return true;
        }
        from += STRETCH;
    }
    false
}

/// Bytes of the character of a plain text that a byte begins, where it is a letter or a digit; 0 for other bytes.
pub(crate) static WORD_BYTES: [u8; 256] = word_bytes();

const fn word_bytes() -> [u8; 256] {
    let mut bytes = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        bytes[byte] = match byte as u8 {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => 1,
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
    let mut at = from;
    while let Some(&byte) = bytes.get(at) {
        let length = WORD_BYTES[byte as usize];
        if length == 0 {
            break;
        }
        at += length as usize;
    }
    at
}

/// Eight bytes of a text from a byte on, the first one lowest; zeros behind its end.
#[inline]
pub(crate) fn eight(bytes: &[u8], at: usize) -> u64 {
    match bytes.get(at..at + 8).and_then(|eight| eight.try_into().ok()) {
        Some(eight) => u64::from_le_bytes(eight),
        None => bytes.get(at..).unwrap_or_default().iter().rev().fold(0, |all, byte| all << 8 | u64::from(*byte)),
    }
}

/// Bytes of the sign or blank of a plain text that a byte begins.
#[inline]
pub(crate) fn sign_length(byte: u8) -> usize {
    if byte.is_ascii() { 1 } else { 3 }
}

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x80 * ONES;

/// How many of eight bytes of a plain text belong to letters in front of the first that does not.
#[inline]
pub(crate) fn letters(eight: u64) -> usize {
    // Bytes of ASCII with the bit that parts small letters from capitals: `a` is the least of the letters, `z` the most.
    let small = (eight | (0x20 * ONES)) & !HIGH;
    let letter = (small + (0x80 - 0x61) * ONES) & !(small + (0x80 - 0x7B) * ONES);
    // The signs outside of ASCII begin with this byte. What the test says of bytes behind the first such one does not matter.
    let sign = eight ^ (0xE2 * ONES);
    let sign = sign.wrapping_sub(ONES) & !sign;
    let none = !(letter | eight) | sign;
    ((none & HIGH).trailing_zeros() / 8) as usize
}

/// How many of eight bytes have their highest bit set.
#[inline]
fn count_high(eight: u64) -> u32 {
    (((eight >> 7) & ONES).wrapping_mul(ONES) >> 56) as u32
}

/// A run of letters of a plain text.
#[derive(Debug, Default)]
pub(crate) struct Run {
    pub(crate) end: usize,
    pub(crate) chars: u32,
    /// Letters outside of ASCII.
    pub(crate) accents: u32,
    /// Capitals.
    pub(crate) upper: u32,
    /// Whether the first letter is a capital.
    pub(crate) first_upper: bool,
}

/// The letters of a plain text from a byte on, given the same text in lower case.
#[inline]
pub(crate) fn run_of_letters(bytes: &[u8], lower: &[u8], from: usize) -> Run {
    let mut run = Run { end: from, ..Run::default() };
    loop {
        let read = eight(bytes, run.end);
        let length = letters(read);
        if length > 0 {
            let own = u64::MAX >> (64 - length * 8);
            // The two highest bits: `11` begins a character of several bytes, `10` goes on with it.
            run.chars += length as u32 - count_high(read & !(read << 1) & own);
            run.accents += count_high(read & (read << 1) & own);
            // A letter and its small one differ in one byte.
            let changed = (read ^ eight(lower, run.end)) & own;
            if changed != 0 {
                run.upper += count_high(((changed & !HIGH) + !HIGH) | changed);
                let first = (changed.trailing_zeros() / 8) as usize;
                run.first_upper |= run.end == from && first < usize::from(WORD_BYTES[usize::from(bytes[from])]);
            }
            run.end += length;
        }
        if length < 8 {
            return run;
        }
    }
}

/// The letters of a plain text.
pub(crate) fn count_letters(bytes: &[u8]) -> usize {
    // Beyond ASCII only signs begin with E2.
    let begins = |byte: u8| ((byte | 0x20).wrapping_sub(b'a') < 26) | ((byte >= 0xC0) & (byte != 0xE2));
    bytes
        .chunks(usize::from(u8::MAX))
        .map(|some| usize::from(some.iter().map(|byte| u8::from(begins(*byte))).sum::<u8>()))
        .sum()
}

/// Calls `visit` with every letter of a plain text that is no ASCII.
#[inline]
pub(crate) fn each_letter_beyond_ascii(bytes: &[u8], mut visit: impl FnMut(char)) {
    let mut from = 0;
    while from < bytes.len() {
        let read = eight(bytes, from);
        // The two highest bits are set in the bytes that begin characters of more than one.
        let mut leads = read & (read << 1) & 0x8080_8080_8080_8080;
        while leads != 0 {
            let at = from + (leads.trailing_zeros() / 8) as usize;
            leads &= leads - 1;
            let low = |by: usize| u32::from(bytes.get(at + by).copied().unwrap_or(0) & 0x3F);
            let code = match bytes[at] {
                lead @ 0xC0..=0xDF => u32::from(lead & 0x1F) << 6 | low(1),
                lead => u32::from(lead & 0x0F) << 12 | low(1) << 6 | low(2),
            };
            visit(char::from_u32(code).unwrap_or_default());
        }
        from += 8;
    }
}

/// The end of the letters of a plain text from a byte on, and their [`word_hash`](crate::fast_map::word_hash).
#[inline]
pub(crate) fn letters_from(bytes: &[u8], from: usize) -> (usize, u64) {
    let mut at = from;
    let mut hash = 1;
    loop {
        let read = eight(bytes, at);
        let length = letters(read);
        at += length;
        if length == 8 {
            hash = word_hash_step(hash, read);
            continue;
        }
        // A word of eight bytes or sixteen ends with the step before.
        if length > 0 {
            hash = word_hash_step(hash, read & !(u64::MAX << (length * 8)));
        }
        return (at, hash);
    }
}

/// A word of a plain text: letters, with digits perhaps.
pub(crate) struct Word {
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// [`word_hash`](crate::fast_map::word_hash) of the letters in front of the first digit.
    pub(crate) hash: u64,
    pub(crate) has_digits: bool,
}

/// The next word of a plain text from a byte on; nothing where only blanks and signs are left.
#[inline]
pub(crate) fn next_word(bytes: &[u8], from: usize) -> Option<Word> {
    let mut start = from;
    while start < bytes.len() {
        if bytes[start] == b' ' {
            start += 1;
            continue;
        }
        let (end, hash) = letters_from(bytes, start);
        let has_digits = bytes.get(end).is_some_and(u8::is_ascii_digit);
        if has_digits {
            return Some(Word { start, end: word_end(bytes, end), hash, has_digits });
        }
        if end > start {
            return Some(Word { start, end, hash, has_digits });
        }
        start += sign_length(bytes[start]);
    }
    None
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

/// A plain text in lower case.
pub(crate) fn lower_case(text: &str) -> String {
    lower(text, &mut Vec::with_capacity(text.len())).to_owned()
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
