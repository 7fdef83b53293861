//! Small views of a text that several stages share: normal form, folding, matching key, units, shape of a line.

use std::borrow::Cow;
use std::sync::LazyLock;

use icu_normalizer::ComposingNormalizer;

use crate::chars::{Kinds, chars};
use crate::fast_map::{NumberMap, word_hash};
use crate::latin;

/// The text in NFC; borrowed where it is in NFC already.
#[must_use]
pub fn nfc(text: &str) -> Cow<'_, str> {
    let in_doubt = !latin::is_surely_nfc(text) && chars().union(text).any(Kinds::PERHAPS_NOT_NFC);
    if in_doubt { ComposingNormalizer::new_nfc().normalize(text) } else { Cow::Borrowed(text) }
}

/// The text in NFC and with half-width characters.
#[must_use]
pub fn nfc_half_width(text: &str) -> String {
    if latin::is_plain(text) { text.to_owned() } else { not_plain_half_width(text) }
}

/// [`nfc_half_width`] of a text that is not plain ([`latin`]).
pub(crate) fn not_plain_half_width(text: &str) -> String {
    let chars = chars();
    let seen = chars.union(text);
    if !seen.any(Kinds::PERHAPS_NOT_NFC | Kinds::WIDE) {
        return text.to_owned();
    }
    let text = if seen.any(Kinds::PERHAPS_NOT_NFC) { nfc(text) } else { Cow::Borrowed(text) };
    text.chars().map(|c| if chars.kinds(c).any(Kinds::WIDE) { half_width(c) } else { c }).collect()
}

/// Whether a character stands for a unit of meaning by itself: Han, kana, Hangul is spaced and does not count, Thai, Lao, Khmer, Burmese.
#[must_use]
pub fn is_unspaced(c: char) -> bool {
    matches!(u32::from(c),
        0x0E00..=0x0EFF | 0x1000..=0x109F | 0x1780..=0x17FF | 0x3040..=0x30FF | 0x3400..=0x4DBF | 0x4E00..=0x9FFF
        | 0xF900..=0xFAFF | 0x20000..=0x3FFFF)
}

/// White space and the invisible characters that leave a line empty to the eye.
#[must_use]
pub fn is_blank(c: char) -> bool {
    c.is_whitespace() || c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{ad}')
}

/// A combining mark that NFC has left alone: decoration such as letters struck through, in the scripts of the marks' block.
#[must_use]
pub fn is_loose_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}')
}

/// Whether a character is a Han ideograph.
#[must_use]
pub fn is_han(c: char) -> bool {
    matches!(u32::from(c), 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xF900..=0xFAFF | 0x20000..=0x3FFFF)
}

/// Whether a character is a letter: as [`char::is_alphabetic`], with the letters of the press's commonest scripts known without
/// looking them up in the tables of Unicode (an eighth of the cost of cleaning a Vietnamese page).
#[must_use]
pub fn is_letter(c: char) -> bool {
    match u32::from(c) {
        0x41..=0x5A | 0x61..=0x7A | 0xC0..=0xD6 | 0xD8..=0xF6 | 0xF8..=0x24F | 0x1E00..=0x1EFF | 0x4E00..=0x9FFF => {
            true
        }
        0..=0x7F | 0x2000..=0x206F | 0x3000..=0x3004 => false,
        _ => c.is_alphabetic(),
    }
}

/// Whether a character is a letter or a digit, as [`char::is_alphanumeric`].
#[must_use]
pub fn is_word(c: char) -> bool {
    is_letter(c) || c.is_ascii_digit() || (!c.is_ascii() && c.is_numeric())
}

/// The half-width form of a full-width character; other characters are returned as they are.
#[must_use]
pub fn half_width(c: char) -> char {
    match u32::from(c) {
        0x3000 | 0xA0 | 0x2007 | 0x202F => ' ',
        code @ 0xFF01..=0xFF5E => char::from_u32(code - 0xFEE0).unwrap_or(c),
        _ => c,
    }
}

/// Second letters of the Vietnamese endings `oa oe uy` with the tone on them (the ministry's placement), without the tone, and the
/// first letters with the same tone (the placement of the press): `o` + `à` = `ò` + `a`.
const TONED: [(char, char, char, char); 15] = [
    ('o', 'à', 'a', 'ò'),
    ('o', 'á', 'a', 'ó'),
    ('o', 'ả', 'a', 'ỏ'),
    ('o', 'ã', 'a', 'õ'),
    ('o', 'ạ', 'a', 'ọ'),
    ('o', 'è', 'e', 'ò'),
    ('o', 'é', 'e', 'ó'),
    ('o', 'ẻ', 'e', 'ỏ'),
    ('o', 'ẽ', 'e', 'õ'),
    ('o', 'ẹ', 'e', 'ọ'),
    ('u', 'ỳ', 'y', 'ù'),
    ('u', 'ý', 'y', 'ú'),
    ('u', 'ỷ', 'y', 'ủ'),
    ('u', 'ỹ', 'y', 'ũ'),
    ('u', 'ỵ', 'y', 'ụ'),
];

/// Moves the tone of open Vietnamese syllables in `oa oe uy` from the new place to the old one, in a lower-case text. Not behind
/// `q`, whose `u` belongs to the onset, and not in closed syllables.
pub(crate) fn old_tone_placement(text: &str) -> Option<String> {
    let mut moved: Option<String> = None;
    let mut copied = 0;
    // No letter with a tone is one of ASCII: most hits end at the next byte.
    let before_tone = |at: &usize| text.as_bytes().get(at + 1).is_some_and(|next| !next.is_ascii());
    for at in memchr::memchr2_iter(b'o', b'u', text.as_bytes()).filter(before_tone) {
        let mut rest = text[at..].chars();
        let (Some(first), Some(second)) = (rest.next(), rest.next()) else { continue };
        let Some(&(.., plain, toned)) = TONED.iter().find(|(o, toned, ..)| *o == first && *toned == second) else {
            continue;
        };
        if rest.next().is_some_and(is_letter) || text[..at].ends_with('q') {
            continue;
        }
        let output = moved.get_or_insert_with(|| String::with_capacity(text.len()));
        output.push_str(&text[copied..at]);
        output.push(toned);
        output.push(plain);
        copied = at + first.len_utf8() + second.len_utf8();
    }
    if let Some(output) = &mut moved {
        output.push_str(&text[copied..]);
    }
    moved
}

/// The form in which phrases and repeated lines are compared: NFC, lower case, half width, one space between words, the press's
/// tone placement, quotes and dashes alike, and no punctuation at either end.
#[must_use]
pub fn fold(text: &str) -> String {
    fold_normal(&nfc(text))
}

/// [`fold`] of a text that is in NFC already.
#[must_use]
pub fn fold_normal(text: &str) -> String {
    let chars = chars();
    let mut folded = String::with_capacity(text.len() + 4);
    let mut space = false;
    let mut tones = false;
    // Punctuation carries no meaning at the ends of a heading or a repeated line.
    let is_sign = |c: char| !chars.kinds(c).any(Kinds::WORD) || is_loose_mark(c);
    for c in text.trim_matches(is_sign).chars() {
        if c.is_ascii_lowercase() {
            if space {
                folded.push(' ');
                space = false;
            }
            folded.push(c);
            continue;
        }
        let kinds = chars.kinds(c);
        let c = if kinds.any(Kinds::WIDE) { half_width(c) } else { c };
        if kinds.any(Kinds::SPACE) || c == ' ' {
            space = !folded.is_empty();
            continue;
        }
        if space {
            folded.push(' ');
            space = false;
        }
        tones |= is_toned(c);
        fold_sign(c, &mut folded);
    }
    if tones && let Some(moved) = old_tone_placement(&folded) {
        return moved;
    }
    folded
}

/// Writes the folded form of a character that is no white space.
pub(crate) fn fold_sign(c: char, folded: &mut String) {
    match c {
        '\u{200b}'..='\u{200f}' | '\u{feff}' | '\u{ad}' | '\u{300}'..='\u{36f}' => {}
        '“' | '”' | '„' | '«' | '»' => folded.push('"'),
        '‘' | '’' | '`' => folded.push('\''),
        '–' | '—' | '‑' | '―' => folded.push('-'),
        // Lower case makes two characters of the Turkish letter, which no phrase has.
        'İ' => folded.push('i'),
        _ => chars().push_lower(c, folded),
    }
}

/// Whether a character may be a vowel with a Vietnamese tone.
#[inline]
pub(crate) fn is_toned(c: char) -> bool {
    matches!(u32::from(c), 0xC0..=0x1FF | 0x1E00..=0x1EFF)
}

/// First and last ideograph that [`simplified`] looks at.
const IDEOGRAPHS: (u32, u32) = (0x3400, 0x9FFF);

/// The simplified form of each ideograph, by its place behind the first.
static SIMPLIFIED: LazyLock<Vec<char>> = LazyLock::new(|| {
    let (first, last) = IDEOGRAPHS;
    let mut table: Vec<char> = (first..=last).map(|code| char::from_u32(code).unwrap_or_default()).collect();
    let pairs = include_str!("../config/traditional.txt").lines().filter(|line| !line.starts_with('#'));
    for pair in pairs.flat_map(str::split_whitespace) {
        let mut pair = pair.chars();
        let place = pair.next().and_then(|traditional| u32::from(traditional).checked_sub(first));
        if let (Some(place), Some(simple)) = (place.and_then(|place| table.get_mut(place as usize)), pair.next()) {
            *place = simple;
        }
    }
    table
});

/// The simplified form of a traditional Chinese character; other characters are returned as they are.
#[must_use]
pub fn simplified(c: char) -> char {
    let place = u32::from(c).checked_sub(IDEOGRAPHS.0);
    place.and_then(|place| SIMPLIFIED.get(place as usize)).copied().unwrap_or(c)
}

/// Spells an open Vietnamese syllable with `i` that ends a key and begins at `start`: both spellings are in use behind `h k l m s t` and
/// `qu` (lý and lí, mỹ and mĩ).
fn fold_final_y(key: &mut String, start: usize) {
    const FINALS: [(&str, &str); 6] = [("y", "i"), ("ý", "í"), ("ỳ", "ì"), ("ỷ", "ỉ"), ("ỹ", "ĩ"), ("ỵ", "ị")];
    let word = &key[start..];
    if word.len() > "quỷ".len() {
        return;
    }
    let Some(&(spelling, folded)) = FINALS.iter().find(|(y, _)| word.ends_with(y)) else { return };
    let onset = &word[..word.len() - spelling.len()];
    if matches!(onset, "h" | "k" | "l" | "m" | "s" | "t" | "qu") {
        key.truncate(start + onset.len());
        key.push_str(folded);
    }
}

/// The matching key of a clean text: what is left when spelling that readers do not see as a difference is taken away. Letters
/// and digits of [`fold`], Chinese characters simplified, final `y` of Vietnamese syllables as `i`, one space between words and none between
/// Han characters. Two texts with one key are `normalized` duplicates. The key is never published.
#[must_use]
pub fn matching_key(text: &str) -> String {
    matching_key_of(text.len(), text.split('\n').map(|line| (line, latin::is_plain(line))))
}

/// [`matching_key`] of a text of some bytes, given line by line, and whether each line is plain ([`latin`]).
pub(crate) fn matching_key_of<'t>(bytes: usize, lines: impl Iterator<Item = (&'t str, bool)>) -> String {
    let mut key = Key { written: String::with_capacity(bytes), gap: false, after_unspaced: true };
    let mut lower = Vec::new();
    for (line, is_plain) in lines {
        if is_plain {
            key.push_plain(latin::lower(line, &mut lower));
        } else {
            key.push_folded(&fold(line));
        }
        key.gap = true;
    }
    key.written
}

/// A matching key under way.
struct Key {
    written: String,
    /// Whether signs or white space stand behind what was written last.
    gap: bool,
    /// Whether a character that needs no space was written last, or nothing.
    after_unspaced: bool,
}

impl Key {
    /// Writes a folded line.
    fn push_folded(&mut self, folded: &str) {
        let chars = chars();
        let mut word = self.written.len();
        for c in folded.chars() {
            let kinds = chars.kinds(c);
            if !kinds.any(Kinds::WORD) {
                self.gap = true;
                continue;
            }
            let unspaced = kinds.any(Kinds::UNSPACED);
            if self.gap || unspaced {
                fold_final_y(&mut self.written, word);
                if self.gap && !unspaced && !self.after_unspaced {
                    self.written.push(' ');
                }
                word = self.written.len();
            }
            (self.gap, self.after_unspaced) = (false, unspaced);
            self.written.push(if unspaced { simplified(c) } else { c });
        }
        fold_final_y(&mut self.written, word);
    }

    /// Writes a plain line ([`latin`]) in lower case. What its key has too is copied in stretches, as most of it is.
    fn push_plain(&mut self, line: &str) {
        let bytes = line.as_bytes();
        // Where the stretch begins that is not copied yet, and where the word in front ends.
        let (mut from, mut last_end) = (0, 0);
        while let Some(latin::Word { start, end, has_digits, .. }) = latin::next_word(bytes, last_end) {
            // One plain space between words stays.
            if last_end == 0 || start != last_end + 1 || bytes[last_end] != b' ' {
                self.written.push_str(&line[from..last_end]);
                if (self.gap || last_end > 0) && !self.after_unspaced {
                    self.written.push(' ');
                }
                from = start;
            }
            self.after_unspaced = false;
            last_end = end;
            // A tone in front of a digit stands at the end of its syllable too.
            if !has_digits && !may_be_respelled(bytes, end) {
                continue;
            }
            let word = self.written.len() + (start - from);
            self.written.push_str(&line[from..end]);
            from = end;
            if let Some(moved) = old_tone_placement(&line[start..end]) {
                self.written.truncate(word);
                self.written.push_str(&moved);
            }
            fold_final_y(&mut self.written, word);
        }
        self.written.push_str(&line[from..last_end]);
    }
}

/// Whether the plain word of lower-case letters that ends at a byte may have a spelling that its key changes: a final `y`, or an ending
/// with a tone behind `o` or `u`.
#[inline]
#[expect(clippy::needless_bitwise_bool, reason = "how words end cannot be foreseen: branches cost more")]
fn may_be_respelled(bytes: &[u8], end: usize) -> bool {
    let byte = |by: usize| bytes.get(end.wrapping_sub(by)).copied().unwrap_or(0);
    let (last, second) = (byte(1), byte(2));
    // The character in front of the last one, which has two bytes or three.
    let before = if second >= 0xC0 { byte(3) } else { byte(4) };
    // ý and ỳ ỵ ỷ ỹ
    let y = ((second == 0xC3) & (last == 0xBD)) | ((second == 0xBB) & (last >= 0xB3));
    (last == b'y') | ((last >= 0x80) & (y | (before == b'o') | (before == b'u')))
}

/// The parts of a text between its line feeds, as `split('\n')` gives them, found many bytes at a time.
pub(crate) fn lines(text: &str) -> impl Iterator<Item = &str> + Clone {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let end = memchr::memchr(b'\n', text.as_bytes());
        rest = end.map(|end| &text[end + 1..]);
        Some(&text[..end.unwrap_or(text.len())])
    })
}

/// A 64-bit hash of a folded line, for comparisons inside one record.
#[must_use]
pub fn line_hash(folded: &str) -> u64 {
    xxhash_rust::xxh3::xxh3_64(folded.as_bytes())
}

/// How a line ends, once closing quotes and brackets are off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Ending {
    /// No punctuation.
    #[default]
    Open,
    /// A full stop.
    Stop,
    /// A question or exclamation mark.
    Mark,
    /// An ellipsis.
    Ellipsis,
    /// A colon.
    Colon,
    /// A comma, semicolon or dash: the sentence goes on.
    Continues,
}

/// The shape of one trimmed line.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Shape {
    /// Length in Unicode scalars.
    pub chars: usize,
    /// Length in units: words and syllables count 1, characters of unspaced scripts ½ (a Chinese word has about two).
    pub units: f32,
    /// How it ends.
    pub ending: Ending,
    /// Sentence ends inside the line, the last one not counted.
    pub inner_stops: usize,
    /// Letters.
    pub letters: usize,
    /// Upper-case letters.
    pub upper: usize,
    /// Digits.
    pub digits: usize,
    /// Whether the whole line stands in quotes.
    pub quoted: bool,
}

impl Shape {
    /// Reads the shape of a trimmed line.
    #[must_use]
    #[expect(clippy::needless_bitwise_bool, reason = "where words end cannot be foreseen: branches cost more")]
    pub fn of(line: &str) -> Shape {
        let mut shape = Shape { ending: ending(line), quoted: quoted(line), ..Shape::default() };
        let chars = chars();
        let (mut in_word, mut after_stop) = (false, false);
        // Halves, so that the sum is exact whatever its order.
        let mut halves = 0usize;
        for c in line.chars() {
            let kinds = chars.kinds(c);
            // Decoration, also where it is a small letter above another.
            if kinds.any(Kinds::LOOSE_MARK) {
                continue;
            }
            let unspaced = kinds.any(Kinds::UNSPACED);
            let word = kinds.any(Kinds::WORD) & !unspaced;
            shape.chars += 1;
            halves += usize::from(unspaced) + 2 * usize::from(word & !in_word);
            shape.letters += usize::from(unspaced | kinds.any(Kinds::LETTER));
            shape.upper += usize::from(word & kinds.any(Kinds::UPPER));
            shape.digits += usize::from(word & kinds.any(Kinds::NUMERIC));
            shape.inner_stops += usize::from(after_stop & kinds.any(Kinds::SPACE | Kinds::UNSPACED));
            in_word = word | (in_word & kinds.any(Kinds::APOSTROPHE));
            after_stop = kinds.any(Kinds::STOP);
        }
        shape.units = halves as f32 / 2.0;
        shape
    }

    /// Whether the line ends as a sentence of running text does.
    #[must_use]
    pub fn ends_sentence(&self) -> bool {
        matches!(self.ending, Ending::Stop | Ending::Mark | Ending::Ellipsis)
    }
}

pub(crate) fn quoted(line: &str) -> bool {
    line.starts_with(['"', '“', '«', '「', '„']) && line.ends_with(['"', '”', '»', '」', '“'])
}

pub(crate) fn ending(line: &str) -> Ending {
    let line = line.trim_end_matches(|c: char| {
        c.is_whitespace()
            || matches!(
                half_width(c),
                '"' | '\'' | '”' | '’' | '»' | '」' | '』' | '》' | ')' | ']' | '】' | '\u{200b}'
            )
    });
    if line.ends_with("...") || line.ends_with('…') {
        return Ending::Ellipsis;
    }
    match line.chars().next_back().map(half_width) {
        Some('.' | '。' | '।' | '።' | '۔' | '។') => Ending::Stop,
        Some('!' | '?' | '؟') => Ending::Mark,
        Some(':') => Ending::Colon,
        Some(',' | '、' | ';' | '-' | '–' | '—') => Ending::Continues,
        _ => Ending::Open,
    }
}

/// The units of a folded text ([`fold`]): words of spaced scripts and single characters of unspaced ones, as hashes in order.
/// Used for overlap and containment inside a record.
#[must_use]
pub fn unit_hashes(folded: &str) -> Vec<u64> {
    let mut hashes = Vec::with_capacity(folded.len() / 4);
    each_unit(folded, |unit| hashes.push(line_hash(unit)));
    hashes
}

/// Calls `visit` with the units of a folded text in their order.
fn each_unit(folded: &str, mut visit: impl FnMut(&str)) {
    let chars = chars();
    let mut word_start: Option<usize> = None;
    for (at, c) in folded.char_indices() {
        let kinds = chars.kinds(c);
        let unspaced = kinds.any(Kinds::UNSPACED);
        if kinds.any(Kinds::WORD) && !unspaced {
            word_start.get_or_insert(at);
            continue;
        }
        if let Some(start) = word_start.take() {
            visit(&folded[start..at]);
        }
        if unspaced {
            visit(&folded[at..at + c.len_utf8()]);
        }
    }
    if let Some(start) = word_start {
        visit(&folded[start..]);
    }
}

/// The units of a text as printed, like those of [`unit_hashes`] but with hashes of their own.
fn units_of(text: &str) -> Vec<u64> {
    let mut hashes = Vec::with_capacity(text.len() / 4);
    if !latin::is_plain(text) {
        each_unit(&fold(text), |unit| hashes.push(word_hash(unit.as_bytes())));
        return hashes;
    }
    let mut lower = Vec::new();
    let lower = latin::lower(text, &mut lower);
    let bytes = lower.as_bytes();
    let mut at = 0;
    while let Some(latin::Word { start, end, hash, has_digits }) = latin::next_word(bytes, at) {
        at = end;
        hashes.push(if has_digits || may_be_respelled(bytes, end) {
            let word = &lower[start..end];
            word_hash(old_tone_placement(word).as_deref().unwrap_or(word).as_bytes())
        } else {
            hash
        });
    }
    hashes
}

/// Pairs of neighbouring units, as hashes. Two-syllable pairs are close to words in Vietnamese, two characters in Chinese.
#[must_use]
pub fn bigrams(units: &[u64]) -> Vec<u64> {
    units.windows(2).map(|pair| pair[0].rotate_left(17) ^ pair[1].wrapping_mul(0x9E37_79B9_7F4A_7C15)).collect()
}

/// The share of `part`'s units that `whole` has too, in order of their pairs: 1 when `part` stands inside `whole`. 0 for an empty part.
#[must_use]
pub fn containment(part: &str, whole: &str) -> f64 {
    let part = bigrams(&units_of(part));
    if part.is_empty() {
        return 0.0;
    }
    let whole = bigrams(&units_of(whole));
    let mut pairs = NumberMap::with_room(whole.len());
    for pair in whole {
        pairs.insert(pair, 1);
    }
    part.iter().filter(|pair| pairs.get(**pair) != 0).count() as f64 / part.len() as f64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lines_stand_between_line_feeds() {
        for text in ["", "a", "a\n", "\n\nế\r\nb", "a\n\n"] {
            assert!(lines(text).eq(text.split('\n')), "{text:?}");
        }
    }

    #[test]
    fn folding_takes_away_what_readers_do_not_see() {
        let cases = [
            ("  Tin liên quan:  ", "tin liên quan"),
            ("» TIN  LIÊN\u{a0}QUAN «", "tin liên quan"),
            ("Hoà bình, thuỷ thủ", "hòa bình, thủy thủ"),
            // The old spelling is shorter in bytes: an index behind it was once out of bounds.
            ("luỹ", "lũy"),
            ("Quý khách hoàn toàn", "quý khách hoàn toàn"),
            ("更多\u{ff1a}", "更多"),
            ("越共\u{ff08}PT\u{ff09}\u{ff0c}58\u{ff05}", "越共(pt),58"),
            ("“Xin chào” – bạn", "xin chào\" - bạn"),
        ];
        for (given, expected) in cases {
            assert_eq!(fold(given), expected, "fold of {given:?}");
        }
    }

    #[test]
    fn one_key_for_both_widths_and_forms() {
        assert_eq!(
            matching_key("应邀请\u{ff0c}越共\u{ff08}PT\u{ff09}\u{ff1a}58\u{ff05}"),
            matching_key("应邀请,越共(PT):58%")
        );
        assert_eq!(matching_key("Hoà bình."), matching_key("Ho\u{300}a bi\u{300}nh"));
        assert_ne!(matching_key("tháng 10"), matching_key("tháng 1 0"));
        assert_eq!(matching_key("越南總理會見記者"), matching_key("越南总理会见记者"));
        assert_eq!(matching_key("Quản lý thuế, bác sỹ, quý, kỷ"), matching_key("Quản lí thuế, bác sĩ, quí, kỉ"));
        // Names and closed syllables keep theirs.
        assert_ne!(matching_key("Vy"), matching_key("Vi"));
        assert_eq!(matching_key("huyện tay đây my"), "huyện tay đây mi");
    }

    proptest! {
        #[test]
        fn plain_lines_have_the_key_of_any_line(text in "[abhklmoquyQOUY25 ,'“àÀỏỎýỷỸỵđĐ-]{0,30}") {
            prop_assert!(latin::is_plain(&text));
            let keys = [true, false].map(|is_plain| {
                matching_key_of(text.len(), [("một", true), (text.as_str(), is_plain), ("hai", true)].into_iter())
            });
            prop_assert_eq!(&keys[0], &keys[1]);
            // And the units of what a reader sees are the same.
            let words = |key: &str| key.split(' ').map(str::to_owned).collect::<Vec<_>>();
            prop_assert_eq!(units_of(&text).len() + 2, words(&keys[0]).len());
        }
    }

    #[test]
    fn letters_are_those_of_unicode() {
        for c in (0..=0x0010_FFFF).filter_map(char::from_u32) {
            assert_eq!(is_letter(c), c.is_alphabetic(), "U+{:04X}", u32::from(c));
            assert_eq!(is_word(c), c.is_alphanumeric(), "U+{:04X}", u32::from(c));
        }
    }

    #[test]
    fn shape_counts_units_of_both_kinds_of_script() {
        let shape = Shape::of("Đại hội có 300 đại biểu.");
        assert!((shape.units - 6.0).abs() < f32::EPSILON);
        assert_eq!(shape.ending, Ending::Stop);
        let shape = Shape::of("越南共产党。图自越通社");
        assert!((shape.units - 5.0).abs() < f32::EPSILON);
        assert_eq!((shape.ending, shape.inner_stops), (Ending::Open, 1));
    }

    #[test]
    fn endings_look_through_closing_quotes() {
        for (line, expected) in [
            ("“Tôi biết.”", Ending::Stop),
            ("thế lực…", Ending::Ellipsis),
            ("Vì sao?", Ending::Mark),
            ("sau đây:", Ending::Colon),
            ("thời gian tới./.", Ending::Stop),
            ("tiêu đề", Ending::Open),
        ] {
            assert_eq!(ending(line), expected, "{line}");
        }
    }

    #[test]
    fn containment_is_one_for_a_part_and_none_for_strangers() {
        assert!((containment("một hai ba bốn", "không một hai ba bốn năm") - 1.0).abs() < 1e-9);
        assert!(containment("một hai ba bốn", "sáu bảy tám chín") < 1e-9);
    }
}
