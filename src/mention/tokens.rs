//! A text as words, numbers, Han characters and signs, with the lexicon's number of each: the one pass that all finders share.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use crate::chars::{Kinds, chars};
use crate::text::is_han as is_ideograph;

/// One token of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// Byte offset of its beginning.
    pub start: u32,
    /// Byte offset behind its end.
    pub end: u32,
    /// Number of the word in the lexicon's vocabulary; 0 = not in it.
    pub word: u32,
    flags: u8,
}

impl Token {
    const NUMBER: u8 = 1;
    const WORD: u8 = 1 << 1;
    const CAPITAL: u8 = 1 << 2;
    const HAN: u8 = 1 << 3;
    const SPACE_BEFORE: u8 = 1 << 4;
    const UPPER: u8 = 1 << 5;

    /// ASCII digits.
    #[must_use]
    pub fn is_number(self) -> bool {
        self.flags & Token::NUMBER != 0
    }

    /// A word of a spaced script.
    #[must_use]
    pub fn is_word(self) -> bool {
        self.flags & Token::WORD != 0
    }

    /// A word that begins with a capital.
    #[must_use]
    pub fn is_capital(self) -> bool {
        self.flags & Token::CAPITAL != 0
    }

    /// A word in lower case.
    #[must_use]
    pub fn is_lower(self) -> bool {
        self.flags & (Token::WORD | Token::CAPITAL) == Token::WORD
    }

    /// A word of two or more letters, all of them capitals.
    #[must_use]
    pub fn is_upper(self) -> bool {
        self.flags & Token::UPPER != 0
    }

    /// A Han character.
    #[must_use]
    pub fn is_han(self) -> bool {
        self.flags & Token::HAN != 0
    }

    /// A sign.
    #[must_use]
    pub fn is_sign(self) -> bool {
        self.flags & (Token::NUMBER | Token::WORD | Token::HAN) == 0
    }

    /// Whether white space stands in front of it.
    #[must_use]
    pub fn space_before(self) -> bool {
        self.flags & Token::SPACE_BEFORE != 0
    }

    /// The token's characters.
    #[must_use]
    pub fn of(self, text: &str) -> &str {
        text.get(self.start as usize..self.end as usize).unwrap_or("")
    }
}

/// Hashes numbers that are well mixed already, or nearly.
#[derive(Debug, Default)]
pub(super) struct Mixer(u64);

impl Hasher for Mixer {
    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 29)
    }
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_u64(u64::from(byte));
        }
    }
    fn write_u32(&mut self, number: u32) {
        self.write_u64(u64::from(number));
    }
    fn write_u64(&mut self, number: u64) {
        self.0 = (self.0 ^ number).wrapping_mul(MIX).rotate_left(23);
    }
}

/// A map by numbers; it is looked up, never walked.
pub(super) type NumberMap<V> = HashMap<u64, V, BuildHasherDefault<Mixer>>;

/// The Han zero counts as a Han character here, though it is none for Unicode.
fn is_han(c: char) -> bool {
    c == '〇' || is_ideograph(c)
}

/// An odd number with bits all over: 2^64 divided by the golden ratio, Fibonacci hashing (Knuth, TAOCP 6.4).
const MIX: u64 = 0x9E37_79B9_7F4A_7C15;

/// One step of the running hash of a word.
#[inline]
fn step(hash: u64, c: char) -> u64 {
    (hash.rotate_left(5) ^ u64::from(c)).wrapping_mul(MIX)
}

/// The words of a lexicon. A word has one number in all its cases and in both placements of Vietnamese tones.
#[derive(Debug, Default)]
pub struct Vocabulary {
    numbers: NumberMap<u32>,
    count: u32,
}

impl Vocabulary {
    /// The number of a word, which is added where it is new.
    pub fn add(&mut self, word: &str) -> u32 {
        let lower = chars().lower(word);
        if let Some(&number) = self.numbers.get(&hash(&lower)) {
            return number;
        }
        self.count += 1;
        for spelling in [Some(lower.clone()), new_tone_placement(&lower)].into_iter().flatten() {
            let mut letters = spelling.chars();
            let title: String = letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
            for variant in [spelling.to_uppercase(), title, spelling] {
                self.numbers.entry(hash(&variant)).or_insert(self.count);
            }
        }
        // `VnExpress`, `McDonald`: mixed cases as printed.
        self.numbers.entry(hash(word)).or_insert(self.count);
        self.count
    }

    /// How many words there are; numbers run from 1 to this.
    #[must_use]
    pub fn len(&self) -> u32 {
        self.count
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The number of a word as printed; 0 where it is not known.
    #[must_use]
    pub fn number(&self, word: &str) -> u32 {
        self.numbers.get(&hash(word)).copied().unwrap_or(0)
    }

    /// Splits a text into tokens and appends them.
    pub fn tokenize(&self, text: &str, tokens: &mut Vec<Token>) {
        let table = chars();
        let bytes = text.as_bytes();
        let mut space = true;
        let mut behind_number = false;
        let mut at = 0;
        while at < bytes.len() {
            let start = at;
            let (first, length) = char_at(text, bytes, at);
            let kinds = table.kinds(first);
            at += length;
            if kinds.any(Kinds::SPACE) {
                space = true;
                behind_number = false;
                continue;
            }
            let mut hashed = step(0, first);
            let mut flags = if space { Token::SPACE_BEFORE } else { 0 };
            space = false;
            let was_number = std::mem::take(&mut behind_number);
            if first.is_ascii_digit() {
                flags |= Token::NUMBER;
                while let Some(digit) = bytes.get(at).filter(|byte| byte.is_ascii_digit()) {
                    hashed = step(hashed, char::from(*digit));
                    at += 1;
                }
                behind_number = true;
            } else if is_word_letter(kinds, first) {
                let mut upper = kinds.any(Kinds::UPPER);
                flags |= Token::WORD | if upper { Token::CAPITAL } else { 0 };
                let mut letters = 1;
                // `14h30` is a number, a word, a number; `COP26` is a word.
                while at < bytes.len() {
                    let (c, length) = char_at(text, bytes, at);
                    let kinds = table.kinds(c);
                    let inside =
                        is_word_letter(kinds, c) || kinds.any(Kinds::LOOSE_MARK) || (!was_number && c.is_ascii_digit());
                    if !inside {
                        break;
                    }
                    upper &= !kinds.any(Kinds::LOWER);
                    letters += 1;
                    hashed = step(hashed, c);
                    at += length;
                }
                flags |= if upper && letters > 1 { Token::UPPER } else { 0 };
            } else {
                flags |= if is_han(first) { Token::HAN } else { 0 };
            }
            let word = self.numbers.get(&hashed).copied().unwrap_or(0);
            tokens.push(Token { start: start as u32, end: at as u32, word, flags });
        }
    }
}

/// A letter of a script that writes words.
#[inline]
fn is_word_letter(kinds: Kinds, c: char) -> bool {
    kinds.any(Kinds::LETTER) && !kinds.any(Kinds::UNSPACED) && c != '〇'
}

/// The character at a boundary, and its length in bytes.
#[inline]
fn char_at(text: &str, bytes: &[u8], at: usize) -> (char, usize) {
    let byte = bytes[at];
    if byte.is_ascii() {
        return (char::from(byte), 1);
    }
    let c = text.get(at..).and_then(|rest| rest.chars().next()).unwrap_or('\u{fffd}');
    (c, c.len_utf8())
}

fn hash(word: &str) -> u64 {
    word.chars().fold(0, step)
}

/// Endings `oa oe uy` with the tone in the place of the press, and in that of the ministry.
const TONES: [(&str, &str); 15] = [
    ("òa", "oà"),
    ("óa", "oá"),
    ("ỏa", "oả"),
    ("õa", "oã"),
    ("ọa", "oạ"),
    ("òe", "oè"),
    ("óe", "oé"),
    ("ỏe", "oẻ"),
    ("õe", "oẽ"),
    ("ọe", "oẹ"),
    ("ùy", "uỳ"),
    ("úy", "uý"),
    ("ủy", "uỷ"),
    ("ũy", "uỹ"),
    ("ụy", "uỵ"),
];

/// The other spelling of a lower-case word whose tone the two styles place differently.
fn new_tone_placement(word: &str) -> Option<String> {
    TONES.iter().find_map(|(old, new)| word.strip_suffix(old).map(|onset| format!("{onset}{new}")))
}

/// The value of ASCII digits; none where it has more than fifteen of them.
#[must_use]
pub fn digits(text: &str) -> Option<u64> {
    (text.len() <= 15).then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_known_in_every_spelling() {
        let mut vocabulary = Vocabulary::default();
        let (thuy, sao) = (vocabulary.add("thủy"), vocabulary.add("Sao"));
        for spelling in ["Thủy", "THỦY", "thuỷ", "Thuỷ"] {
            assert_eq!(vocabulary.number(spelling), thuy, "{spelling}");
        }
        assert_eq!(vocabulary.number("sao"), sao);
        assert_eq!(vocabulary.number("Thuy"), 0);
    }

    #[test]
    fn tokens_are_words_numbers_characters_and_signs() {
        let text = "Lúc 14h30, COP26 ở 墨西哥 (4-7/10).";
        let mut tokens = Vec::new();
        Vocabulary::default().tokenize(text, &mut tokens);
        let found: Vec<&str> = tokens.iter().map(|token| token.of(text)).collect();
        let expected = "Lúc 14 h 30 , COP26 ở 墨 西 哥 ( 4 - 7 / 10 ) .";
        assert_eq!(found, expected.split(' ').collect::<Vec<_>>());
        assert!(tokens[5].is_upper() && tokens[7].is_han() && tokens[1].is_number() && tokens[4].is_sign());
    }
}
