//! What a character is, looked up in one table.
//!
//! The passes over a text ask the same few questions of every character; Unicode's own tables answer each by a search. Here one load
//! answers all of them for the Basic Multilingual Plane, in which all but a few characters of the press stand.

use std::ops::BitOr;
use std::sync::LazyLock;

use crate::text::{half_width, is_loose_mark, is_unspaced};

/// Whether a character steers a terminal, or turns the direction of what stands around it. Nothing that comes from a dump is shown with
/// one.
#[must_use]
pub fn steers(c: char) -> bool {
    let turns = matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    c.is_control() || turns || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}')
}

/// Properties of a character, one bit each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Kinds(u16);

impl Kinds {
    /// [`char::is_alphabetic`].
    pub const LETTER: Kinds = Kinds(1);
    /// [`char::is_numeric`].
    pub const NUMERIC: Kinds = Kinds(1 << 1);
    /// [`char::is_uppercase`].
    pub const UPPER: Kinds = Kinds(1 << 2);
    /// [`char::is_lowercase`].
    pub const LOWER: Kinds = Kinds(1 << 3);
    /// [`is_unspaced`].
    pub const UNSPACED: Kinds = Kinds(1 << 4);
    /// [`char::is_whitespace`].
    pub const SPACE: Kinds = Kinds(1 << 5);
    /// [`is_loose_mark`].
    pub const LOOSE_MARK: Kinds = Kinds(1 << 6);
    /// [`half_width`] makes another character of it.
    pub const WIDE: Kinds = Kinds(1 << 7);
    /// It may be that a text with it is not in NFC. Texts without such a character are.
    pub const PERHAPS_NOT_NFC: Kinds = Kinds(1 << 8);
    /// Ends a sentence.
    pub const STOP: Kinds = Kinds(1 << 9);
    /// Stands inside words.
    pub const APOSTROPHE: Kinds = Kinds(1 << 10);
    /// What a small letter of ASCII is.
    pub const SMALL_LETTER: Kinds = Kinds(Kinds::LETTER.0 | Kinds::LOWER.0);
    /// A letter or a number.
    pub const WORD: Kinds = Kinds(Kinds::LETTER.0 | Kinds::NUMERIC.0);

    /// Whether it has any of some properties.
    #[must_use]
    #[inline]
    pub fn any(self, of: Kinds) -> bool {
        self.0 & of.0 != 0
    }

    fn compute(c: char) -> Kinds {
        let kinds = [
            (c.is_alphabetic(), Kinds::LETTER),
            (c.is_numeric(), Kinds::NUMERIC),
            (c.is_uppercase(), Kinds::UPPER),
            (c.is_lowercase(), Kinds::LOWER),
            (is_unspaced(c), Kinds::UNSPACED),
            (c.is_whitespace(), Kinds::SPACE),
            (is_loose_mark(c), Kinds::LOOSE_MARK),
            (half_width(c) != c, Kinds::WIDE),
            (!is_surely_nfc(c), Kinds::PERHAPS_NOT_NFC),
            (matches!(c, '.' | '。' | '!' | '?' | '\u{ff01}' | '\u{ff1f}' | '\u{ff0e}'), Kinds::STOP),
            (matches!(c, '\'' | '’'), Kinds::APOSTROPHE),
        ];
        kinds.into_iter().filter(|(has, _)| *has).fold(Kinds::default(), |all, (_, kind)| all | kind)
    }
}

impl BitOr for Kinds {
    type Output = Kinds;
    #[inline]
    fn bitor(self, other: Kinds) -> Kinds {
        Kinds(self.0 | other.0)
    }
}

/// Characters of the press's commonest scripts that no normal form changes and that join with none before them (quick check *yes* and
/// combining class 0 in the terms of UAX #15). Others are left to the normaliser.
fn is_surely_nfc(c: char) -> bool {
    matches!(u32::from(c),
        0..=0x2FF | 0x400..=0x482 | 0x48A..=0x52F | 0x5D0..=0x5EA | 0x621..=0x64A | 0x660..=0x66F
        | 0x1EA0..=0x1EF9 | 0x2010..=0x2027 | 0x2030..=0x205E | 0x20A0..=0x20BF | 0x2190..=0x21FF | 0x25A0..=0x25FF
        | 0x3000..=0x3029 | 0x3041..=0x3096 | 0x30A1..=0x30FE | 0x4E00..=0x9FFF | 0xAC00..=0xD7A3 | 0xFF01..=0xFFEE)
}

const PLANE: usize = 0x1_0000;

/// The table.
#[derive(Debug)]
pub struct Chars {
    kinds: Box<[Kinds]>,
    lower: Box<[u16]>,
}

static CHARS: LazyLock<Chars> = LazyLock::new(|| {
    let of = |code: usize| char::from_u32(code as u32).unwrap_or('\u{fffd}');
    Chars {
        kinds: (0..PLANE).map(|code| Kinds::compute(of(code))).collect(),
        lower: (0..PLANE).map(|code| u16::try_from(u32::from(single_lower(of(code)))).unwrap_or(0)).collect(),
    }
});

/// The lower case of a character; itself where that is more than one character.
fn single_lower(c: char) -> char {
    let mut lower = c.to_lowercase();
    lower.next().filter(|_| lower.next().is_none()).unwrap_or(c)
}

/// The table; to be asked for once a text, not once a character.
#[must_use]
#[inline]
pub fn chars() -> &'static Chars {
    &CHARS
}

impl Chars {
    /// Properties of a character.
    #[must_use]
    #[inline]
    pub fn kinds(&self, c: char) -> Kinds {
        self.kinds.get(c as usize).copied().unwrap_or_else(|| Kinds::compute(c))
    }

    /// Properties of all characters of a text together.
    #[must_use]
    pub fn union(&self, text: &str) -> Kinds {
        text.chars().fold(Kinds::default(), |all, c| all | self.kinds(c))
    }

    /// Writes a character in lower case, as [`char::to_lowercase`].
    #[inline]
    pub fn push_lower(&self, c: char, to: &mut String) {
        if c.is_ascii() {
            to.push(c.to_ascii_lowercase());
            return;
        }
        let lower = self.lower.get(c as usize).and_then(|lower| char::from_u32(u32::from(*lower)));
        match lower.filter(|lower| *lower != c || !self.kinds(c).any(Kinds::UPPER)) {
            Some(lower) => to.push(lower),
            None => to.extend(c.to_lowercase()),
        }
    }

    /// A text in lower case, character by character: unlike [`str::to_lowercase`] it knows no final sigma.
    #[must_use]
    pub fn lower(&self, text: &str) -> String {
        let mut lower = String::with_capacity(text.len() + 2);
        for c in text.chars() {
            // Most letters are small ones.
            if self.kinds(c).any(Kinds::LOWER) {
                lower.push(c);
            } else {
                self.push_lower(c, &mut lower);
            }
        }
        lower
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{is_letter, is_word};
    use icu_normalizer::ComposingNormalizer;
    use icu_normalizer::properties::CanonicalCombiningClassMap;

    fn all() -> impl Iterator<Item = char> {
        (0..=0x0010_FFFF).filter_map(char::from_u32)
    }

    #[test]
    fn the_table_says_what_unicode_says() {
        let table = chars();
        for c in all() {
            let kinds = table.kinds(c);
            assert_eq!(kinds, Kinds::compute(c), "U+{:04X}", u32::from(c));
            assert_eq!(kinds.any(Kinds::WORD), is_word(c));
            assert_eq!(kinds.any(Kinds::LETTER), is_letter(c));
            let mut lower = String::new();
            table.push_lower(c, &mut lower);
            assert_eq!(lower, c.to_lowercase().collect::<String>(), "U+{:04X}", u32::from(c));
        }
    }

    #[test]
    fn small_letters_of_ascii_are_alike() {
        assert!(('a'..='z').all(|c| chars().kinds(c) == Kinds::SMALL_LETTER));
    }

    #[test]
    fn what_is_surely_nfc_is() {
        let (normalizer, classes) = (ComposingNormalizer::new_nfc(), CanonicalCombiningClassMap::new());
        let letters = ['a', 'e', 'o', 'u', '\u{5d0}', '\u{627}', '\u{438}', '\u{304b}', '\u{4e00}', '\u{ac00}', ' '];
        for c in all().filter(|c| is_surely_nfc(*c)) {
            assert_eq!(classes.get_u8(c), 0, "U+{:04X}", u32::from(c));
            for text in letters.map(|letter| format!("{letter}{c}")) {
                assert!(normalizer.is_normalized(&text), "U+{:04X}", u32::from(c));
            }
        }
    }
}
