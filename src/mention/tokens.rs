//! A text as words, numbers, Han characters and signs, with the lexicon's number of each: the one pass that all finders share.

use crate::chars::{Chars, Kinds, chars};
use crate::fast_map::{NumberMap, word_hash};
use crate::latin::{is_capital, is_plain, word_end};
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
    marks: Marks,
}

/// What may begin with a word, one bit each: the finders look only where something of theirs may begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Marks(u8);

impl Marks {
    /// A form of a date.
    pub const DATE: Marks = Marks(1);
    /// A date counted from the day of publication.
    pub const RELATIVE: Marks = Marks(1 << 1);
    /// A quantity in words, or what looks like one.
    pub const QUANTITY: Marks = Marks(1 << 2);
    /// A name, role or word beside them.
    pub const NAME: Marks = Marks(1 << 3);
    /// The same, but only where the word has a capital.
    pub const CAPITAL_NAME: Marks = Marks(1 << 4);
    /// A Han numeral.
    pub const NUMERAL: Marks = Marks(1 << 5);

    /// Whether it has any of some marks.
    #[must_use]
    #[inline]
    pub fn any(self, of: Marks) -> bool {
        self.0 & of.0 != 0
    }
}

impl std::ops::BitOr for Marks {
    type Output = Marks;
    #[inline]
    fn bitor(self, other: Marks) -> Marks {
        Marks(self.0 | other.0)
    }
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

    /// What may begin with it.
    #[must_use]
    #[inline]
    pub fn marks(self) -> Marks {
        self.marks
    }

    /// Whether a finder may have to look at it: something may begin with it, it is a number, or a word with a capital.
    #[inline]
    fn is_start(self) -> bool {
        self.marks.0 != 0 || self.flags & (Token::NUMBER | Token::CAPITAL) != 0
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

/// The Han zero counts as a Han character here, though it is none for Unicode.
fn is_han(c: char) -> bool {
    c == '〇' || is_ideograph(c)
}

/// Bits of a word's number; its marks stand above them.
const WORD_BITS: u32 = 24;

/// The words of a lexicon. A word has one number in all its cases and in both placements of Vietnamese tones.
#[derive(Debug, Default)]
pub struct Vocabulary {
    /// Hash of a word as printed to its number, with its marks above it.
    numbers: NumberMap,
    /// The same for words of one character of the first planes, by the character.
    single: Vec<u32>,
    /// Words of ASCII digits, and those that are Roman numerals in capitals.
    digits: Vec<u32>,
    roman: Vec<u32>,
    count: u32,
}

impl Vocabulary {
    /// The number of a word, which is added where it is new.
    pub fn add(&mut self, word: &str) -> u32 {
        let lower = chars().lower(word);
        let known = self.number(&lower);
        if known != 0 {
            return known;
        }
        self.count += 1;
        if word.bytes().all(|byte| byte.is_ascii_digit()) {
            self.digits.push(self.count);
        }
        if lower.bytes().all(|byte| matches!(byte, b'i' | b'v' | b'x')) {
            self.roman.push(self.count);
        }
        for spelling in [Some(lower.clone()), new_tone_placement(&lower)].into_iter().flatten() {
            let mut letters = spelling.chars();
            let title: String = letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
            for variant in [spelling.to_uppercase(), title, spelling] {
                self.insert(&variant);
            }
        }
        // `VnExpress`, `McDonald`: mixed cases as printed.
        self.insert(word);
        self.count
    }

    fn insert(&mut self, spelling: &str) {
        self.numbers.insert(word_hash(spelling.as_bytes(), 0, spelling.len()), self.count);
        let (number, mut letters) = (self.count, spelling.chars());
        if let (Some(only), None) = (letters.next(), letters.next())
            && let Some(slot) = self.single_slot(only)
            && *slot == 0
        {
            *slot = number;
        }
    }

    fn single_slot(&mut self, c: char) -> Option<&mut u32> {
        let code = c as usize;
        if code < SINGLES && self.single.len() <= code {
            self.single.resize(code + 1, 0);
        }
        self.single.get_mut(code)
    }

    /// Marks the words of some numbers, once all words are there.
    pub fn mark(&mut self, marks_of: impl Fn(u32) -> Marks) {
        let all = self.single.iter_mut().chain(self.numbers.values_mut());
        for value in all.filter(|value| **value != 0) {
            let word = *value & ((1 << WORD_BITS) - 1);
            *value = word | u32::from(marks_of(word).0) << WORD_BITS;
        }
    }

    /// Whether a word is a number in digits.
    #[must_use]
    pub fn is_digits(&self, word: u32) -> bool {
        self.digits.binary_search(&word).is_ok()
    }

    /// Whether a word in capitals is a Roman numeral.
    #[must_use]
    pub fn is_roman(&self, word: u32) -> bool {
        self.roman.binary_search(&word).is_ok()
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
        self.known(word.as_bytes(), 0, word.len()).0
    }

    #[inline]
    fn known(&self, bytes: &[u8], start: usize, end: usize) -> (u32, Marks) {
        parts(self.numbers.get(word_hash(bytes, start, end)))
    }

    #[inline]
    fn known_single(&self, c: char, bytes: &[u8], start: usize) -> (u32, Marks) {
        if (c as usize) < SINGLES {
            return parts(self.single.get(c as usize).copied().unwrap_or(0));
        }
        self.known(bytes, start, start + c.len_utf8())
    }

    /// Splits a text into tokens and appends them.
    pub fn tokenize(&self, text: &str, tokens: &mut Vec<Token>) {
        self.split(text, tokens, &mut Vec::new());
    }

    /// Splits a text into tokens and appends them, and the numbers of those at which a finder may have to look.
    pub fn split(&self, text: &str, tokens: &mut Vec<Token>, starts: &mut Vec<u32>) {
        // A syllable and a blank take six bytes.
        tokens.reserve(text.len() / 4);
        let mut push = |token: Token| {
            if token.is_start() {
                starts.push(tokens.len() as u32);
            }
            tokens.push(token);
        };
        if is_plain(text) {
            self.split_plain(text.as_bytes(), &mut push);
        } else {
            self.split_any(text, &mut push);
        }
    }

    /// Tokens of a plain text ([`crate::latin`]).
    #[inline]
    fn split_plain(&self, bytes: &[u8], push: &mut impl FnMut(Token)) {
        let mut space = Token::SPACE_BEFORE;
        let mut behind_number = false;
        let mut at = 0;
        while let Some(&first) = bytes.get(at) {
            let start = at;
            let was_number = std::mem::take(&mut behind_number);
            let mut flags = space;
            if first.is_ascii_digit() {
                while bytes.get(at).is_some_and(u8::is_ascii_digit) {
                    at += 1;
                }
                flags |= Token::NUMBER;
                behind_number = true;
            } else {
                match word_end(bytes, at) {
                    end if end == start => {
                        if matches!(first, b' ' | 0x09..=0x0D) {
                            space = Token::SPACE_BEFORE;
                            at += 1;
                            continue;
                        }
                        let (c, length) = match first {
                            0xE2 => {
                                let low = bytes.get(at + 2).copied().unwrap_or(0);
                                (char::from_u32(0x2000 + u32::from(low & 0x3F)).unwrap_or(' '), 3)
                            }
                            _ => (char::from(first), 1),
                        };
                        at += length;
                        let (word, marks) = self.known_single(c, bytes, start);
                        push(Token { start: start as u32, end: at as u32, word, flags, marks });
                        space = 0;
                        continue;
                    }
                    // `14h30` is a number, a word, a number; `COP26` is a word.
                    end if was_number => {
                        at = bytes[start..end].iter().position(u8::is_ascii_digit).map_or(end, |digit| start + digit);
                    }
                    end => at = end,
                }
                flags |= Token::WORD;
                if is_capital(bytes, start) {
                    flags |= Token::CAPITAL | if is_all_capitals(bytes, start, at) { Token::UPPER } else { 0 };
                }
            }
            space = 0;
            let (word, marks) = self.known(bytes, start, at);
            push(Token { start: start as u32, end: at as u32, word, flags, marks });
        }
    }

    /// Tokens of any text.
    fn split_any(&self, text: &str, push: &mut impl FnMut(Token)) {
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
            let mut flags = if space { Token::SPACE_BEFORE } else { 0 };
            space = false;
            let was_number = std::mem::take(&mut behind_number);
            let (word, marks) = if first.is_ascii_digit() {
                flags |= Token::NUMBER;
                while bytes.get(at).is_some_and(u8::is_ascii_digit) {
                    at += 1;
                }
                behind_number = true;
                self.known(bytes, start, at)
            } else if is_word_letter(kinds, first) {
                let upper;
                (at, upper) = word_from(text, at, !was_number, kinds.any(Kinds::UPPER), table);
                flags |= Token::WORD | if kinds.any(Kinds::UPPER) { Token::CAPITAL } else { 0 };
                flags |= if upper { Token::UPPER } else { 0 };
                self.known(bytes, start, at)
            } else {
                flags |= if is_han(first) { Token::HAN } else { 0 };
                self.known_single(first, bytes, start)
            };
            push(Token { start: start as u32, end: at as u32, word, flags, marks });
        }
    }
}

/// Characters that are looked up by themselves: up to the last Han character of the basic plane.
const SINGLES: usize = 0xA000;

/// A word's number and its marks.
#[inline]
fn parts(value: u32) -> (u32, Marks) {
    (value & ((1 << WORD_BITS) - 1), Marks((value >> WORD_BITS) as u8))
}

/// Whether a word of a plain text that begins with a capital has more letters and no small one.
fn is_all_capitals(bytes: &[u8], start: usize, end: usize) -> bool {
    let length = |at: usize| usize::from(crate::latin::WORD_BYTES[bytes[at] as usize]).max(1);
    let mut at = start + length(start);
    let mut more = false;
    while at < end {
        if !bytes[at].is_ascii_digit() && !is_capital(bytes, at) {
            return false;
        }
        more = true;
        at += length(at);
    }
    more
}

/// The end of a word whose first letter ends at `at`, and whether it has more letters and all of them are capitals.
fn word_from(text: &str, at: usize, digits: bool, first_is_upper: bool, table: &Chars) -> (usize, bool) {
    let bytes = text.as_bytes();
    let (mut at, mut upper, mut letters) = (at, first_is_upper, 1);
    // `14h30` is a number, a word, a number; `COP26` is a word.
    while at < bytes.len() {
        let (c, length) = char_at(text, bytes, at);
        let kinds = table.kinds(c);
        let inside = is_word_letter(kinds, c) || kinds.any(Kinds::LOOSE_MARK) || (digits && c.is_ascii_digit());
        if !inside {
            break;
        }
        upper &= !kinds.any(Kinds::LOWER);
        letters += 1;
        at += length;
    }
    (at, upper && letters > 1)
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
