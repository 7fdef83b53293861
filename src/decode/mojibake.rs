//! Repairs UTF-8 that somebody read as a single-byte charset (`Viá»‡t Nam` → `Việt Nam`).
//!
//! A repair is taken only when the way back is exact: every character is one byte of the wrong charset, those bytes are valid
//! UTF-8, and the words then look like words where they did not before. It is tried on the whole text and then on whole lines,
//! never on a word: a quotation of damaged text stays as it is.

use std::sync::LazyLock;

use encoding_rs::{Encoding, WINDOWS_1251, WINDOWS_1252, WINDOWS_1258};
use icu_normalizer::ComposingNormalizerBorrowed;

use super::vietnamese::is_syllable;
use crate::text::lines;

/// How often text may have been misread, one time after the other.
const MAX_ROUNDS: usize = 3;
/// Least characters outside ASCII, and in all, from which a repair is judged by itself. Fewer may be chance.
const MIN_REPAIRED_CHARS: usize = 4;
const MIN_CHARS: usize = 15;
/// Characters of three bytes that Chinese, Japanese and Korean are written in.
fn is_cjk(c: char) -> bool {
    matches!(c, '\u{3001}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' | '\u{ff01}'..='\u{ff60}')
}

/// Share of the words (with letters outside ASCII) that look like words, before and after.
pub(super) const MAX_SHARE_BEFORE: f64 = 0.5;
pub(super) const MIN_SHARE_AFTER: f64 = 0.9;

/// A repaired text.
pub(super) struct Repaired {
    pub(super) text: String,
    /// The charsets that the text had been misread as, the last misreading first: `windows-1252`.
    pub(super) charsets: String,
}

/// Repairs a text, or gives nothing when there is nothing to repair, which is soon seen.
pub(super) fn repair(text: &str) -> Option<Repaired> {
    // An own byte order mark, misread: the text behind it may be sound.
    if let Some(rest) = text.strip_prefix("ï»¿") {
        let charsets = CHARSETS[0].name.to_owned();
        return Some(repair(rest).unwrap_or_else(|| Repaired { text: rest.to_owned(), charsets }));
    }
    if !lines(text).any(shows_signs) {
        return None;
    }
    if shows_signs(text)
        && let Some((text, recipe)) = search(text)
    {
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text).to_owned();
        return Some(Repaired { text, charsets: names(&recipe) });
    }
    repair_lines(text)
}

/// The charsets of one repair, in the order in which they are undone.
type Recipe = Vec<&'static Charset>;

fn names(recipe: &Recipe) -> String {
    recipe.iter().map(|charset| charset.name).collect::<Vec<_>>().join(",")
}

/// Repairs the lines that were misread in the way of the first long one that can be repaired by itself.
fn repair_lines(text: &str) -> Option<Repaired> {
    let recipe =
        text.split('\n').filter(|line| shows_signs(line)).find_map(|line| search(line).map(|found| found.1))?;
    let mut repaired = String::with_capacity(text.len());
    for (index, line) in text.split('\n').enumerate() {
        if index > 0 {
            repaired.push('\n');
        }
        let is_better = |after: &String| reads_better(line, after) || after.trim().chars().all(is_cjk);
        let better = shows_signs(line).then(|| undo(line, &recipe)).flatten().filter(is_better);
        repaired.push_str(better.as_deref().unwrap_or(line));
    }
    Some(Repaired { text: repaired, charsets: names(&recipe) })
}

/// Whether the first characters outside ASCII could be one character of misread UTF-8. In a misread line they always are.
fn shows_signs(line: &str) -> bool {
    let Some(at) = line.bytes().position(|byte| !byte.is_ascii()) else { return false };
    let mut chars = line[at..].chars();
    match (chars.next(), chars.next()) {
        (Some(first), Some(second)) if !second.is_ascii() && first <= '\u{44f}' => {
            CHARSETS.iter().any(|charset| charset.begins_sequence(first, second))
        }
        _ => false,
    }
}

/// Looks for the shortest way back that makes the text read better.
fn search(text: &str) -> Option<(String, Recipe)> {
    let mut tried: Vec<(String, Recipe)> = vec![(text.to_owned(), Vec::new())];
    for _ in 0..MAX_ROUNDS {
        let mut next: Vec<(String, Recipe)> = Vec::new();
        for (misread, recipe) in &tried {
            for charset in CHARSETS.iter() {
                let Some(after) = charset.undo(misread) else { continue };
                if next.iter().any(|(known, _)| *known == after) {
                    continue;
                }
                let recipe: Recipe = recipe.iter().copied().chain([charset]).collect();
                if is_long_enough(&after) && reads_better(text, &after) {
                    return Some((after, recipe));
                }
                next.push((after, recipe));
            }
        }
        tried = next;
    }
    None
}

fn undo(text: &str, recipe: &Recipe) -> Option<String> {
    recipe.iter().try_fold(text.to_owned(), |text, charset| charset.undo(&text))
}

pub(super) fn is_long_enough(text: &str) -> bool {
    text.chars().filter(|c| !c.is_ascii()).take(MIN_REPAIRED_CHARS).count() == MIN_REPAIRED_CHARS
        && text.chars().take(MIN_CHARS).count() == MIN_CHARS
}

/// Whether the words look like words after the repair and did not before. Six symbols in a row that make two Chinese characters need no
/// words; three alone may stand in a French quotation.
fn reads_better(before: &str, after: &str) -> bool {
    if after.chars().any(|c| matches!(c, '\u{80}'..='\u{9f}' | '\u{fffd}')) {
        return false;
    }
    if !before.contains(is_cjk)
        && after.chars().zip(after.chars().skip(1)).any(|(one, next)| is_cjk(one) && is_cjk(next))
    {
        return true;
    }
    let after = ComposingNormalizerBorrowed::new_nfc().normalize(after);
    let is_vietnamese = after.contains(|c| matches!(c, '\u{1ea0}'..='\u{1ef9}' | 'đ' | 'ơ' | 'ư'));
    share(before, is_word).is_some_and(|share| share < MAX_SHARE_BEFORE)
        && share(&after, is_word).is_none_or(|share| share > MIN_SHARE_AFTER)
        && (!is_vietnamese || share(&after, is_syllable).is_some_and(|share| share > MIN_SHARE_AFTER))
}

/// Share of the words with letters outside ASCII that pass a test; nothing where there are no such words.
pub(super) fn share(text: &str, is_sound: fn(&str) -> bool) -> Option<f64> {
    let (mut passed, mut all) = (0_usize, 0_usize);
    let pieces = text.split(|c: char| c.is_ascii() && !c.is_ascii_alphanumeric());
    // Numbers and bullets say nothing of the charset.
    let has_letters = |word: &&str| !word.is_ascii() && word.contains(char::is_alphabetic);
    for word in pieces.filter(has_letters) {
        all += 1;
        // A misread dash or quote, whose parts are themselves quotes: clean text never has it.
        let is_quote_misread = word.contains("â€");
        passed += usize::from(!is_quote_misread && is_sound(word.trim_matches(is_typographic)));
    }
    (all > 0).then(|| passed as f64 / all as f64)
}

/// Marks that stand at the ends of words in clean text.
fn is_typographic(c: char) -> bool {
    matches!(
        c,
        '“' | '”'
            | '„'
            | '‘'
            | '’'
            | '‚'
            | '…'
            | '–'
            | '—'
            | '«'
            | '»'
            | '‹'
            | '›'
            | '•'
            | '·'
            | '\u{a0}'
            | '£'
            | '€'
            | '¥'
            | '°'
            | '§'
            | '®'
            | '™'
            | '¿'
            | '¡'
    )
}

/// Whether a word could stand in clean text: letters and marks, no symbols among them, no capital after a small letter.
pub(super) fn is_word(word: &str) -> bool {
    let mut was_lower = false;
    word.chars().all(|c| {
        let is_sound = match c {
            // Letters by the book, but a sign of misreading more often than not.
            'ª' | 'º' | 'µ' | 'ƒ' | 'ˆ' => false,
            '‘' | '’' | '‚' | '“' | '”' | '„' | '–' | '—' | '…' | '\u{a0}' => true,
            '\u{80}'..='\u{2ff}' => c.is_alphabetic(),
            '\u{2000}'..='\u{2bff}' => matches!(c, '\u{2010}' | '\u{2011}' | '\u{200c}' | '\u{200d}'),
            _ => true,
        };
        let is_odd_capital = was_lower && !c.is_ascii() && c.is_uppercase();
        was_lower = c.is_lowercase();
        is_sound && !is_odd_capital
    })
}

/// A single-byte charset, seen from its characters.
struct Charset {
    name: &'static str,
    /// The characters of the bytes from 0x80, sorted.
    bytes: Vec<(char, u8)>,
}

static CHARSETS: LazyLock<[Charset; 4]> = LazyLock::new(|| {
    [
        Charset::new("windows-1252", Some(WINDOWS_1252)),
        Charset::new("iso-8859-1", None),
        Charset::new("windows-1258", Some(WINDOWS_1258)),
        Charset::new("windows-1251", Some(WINDOWS_1251)),
    ]
});

impl Charset {
    /// The table of a charset; without an encoding that of ISO 8859-1. The web's tables give the holes of windows-1252 and
    /// windows-1258 to the C1 controls, as the readers that did the damage do.
    fn new(name: &'static str, encoding: Option<&'static Encoding>) -> Self {
        let char_of = |byte: u8| match encoding {
            Some(encoding) => encoding.decode_without_bom_handling(&[byte]).0.chars().next(),
            None => Some(char::from(byte)),
        };
        let mut bytes: Vec<(char, u8)> = (0x80..=0xff).filter_map(|byte| Some((char_of(byte)?, byte))).collect();
        bytes.sort_unstable();
        Charset { name, bytes }
    }

    fn byte(&self, c: char) -> Option<u8> {
        if c.is_ascii() {
            return Some(c as u8);
        }
        self.bytes.binary_search_by_key(&c, |(known, _)| *known).ok().map(|index| self.bytes[index].1)
    }

    fn begins_sequence(&self, first: char, second: char) -> bool {
        matches!(self.byte(first), Some(0xc2..=0xf4)) && matches!(self.byte(second), Some(0x80..=0xbf))
    }

    /// Writes the text in this charset and reads it as UTF-8. Gives up at the first byte that cannot be UTF-8, so that clean
    /// text costs next to nothing.
    fn undo(&self, text: &str) -> Option<String> {
        let mut sequences = Sequences::default();
        for c in text.chars() {
            sequences.push(self.byte(c)?)?;
        }
        sequences.finish()
    }
}

/// Bytes that have been UTF-8 so far.
#[derive(Default)]
pub(super) struct Sequences {
    bytes: Vec<u8>,
    /// Bytes that the sequence under way still lacks.
    pending: u8,
    is_any: bool,
}

impl Sequences {
    /// Adds a byte; nothing where it cannot stand here in UTF-8.
    pub(super) fn push(&mut self, byte: u8) -> Option<()> {
        self.pending = match (self.pending, byte) {
            (0, 0x00..=0x7f) => 0,
            (0, 0xc2..=0xdf) => 1,
            (0, 0xe0..=0xef) => 2,
            (0, 0xf0..=0xf4) => 3,
            (1.., 0x80..=0xbf) => self.pending - 1,
            _ => return None,
        };
        self.is_any |= self.pending > 0;
        self.bytes.push(byte);
        Some(())
    }

    /// The text, where it has a character outside ASCII and is whole.
    pub(super) fn finish(self) -> Option<String> {
        if self.is_any { String::from_utf8(self.bytes).ok() } else { None }
    }
}

#[cfg(test)]
mod tests;
