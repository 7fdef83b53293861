//! The words of a record's web address: most sites write the headline into it.
//!
//! `…/2026/11/bridge-opens-after-nine-years-10212.html` names its headline to whoever cannot see the page. Marks are left off there and
//! small words often too, and now and then the headline was changed later, so the address votes beside the model and never alone.

use icu_normalizer::DecomposingNormalizer;
use percent_encoding::percent_decode_str;

use crate::text::{is_loose_mark, is_unspaced};

/// Fewest words with letters of a part of the path that may be a headline: sections and names have fewer.
const MIN_WORDS: usize = 3;
/// Most digits of a word: longer ones are numbers of the page.
const MAX_DIGITS: usize = 4;
/// Most digits of a word with letters (`g20`, `covid19`).
const MAX_MIXED_DIGITS: usize = 2;
/// Weight of a character of a script without spaces, against a letter: a word there has two characters.
const UNSPACED_WEIGHT: u32 = 2;

/// A word without case and marks, and its weight: its letters, since small words say little.
type Word = (String, u32);

/// The words of an address that may be a headline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// Sorted.
    words: Vec<Word>,
    weight: u32,
}

impl Address {
    /// The longest part of the path that may be a headline; none where there is none.
    #[must_use]
    pub fn of(url: &str) -> Option<Address> {
        let path = url.split_once("://").map_or(url, |(_, rest)| rest).split(['?', '#']).next()?;
        let parts = path.split('/').skip(1).map(|part| {
            let part = part.rsplit_once('.').map_or(part, |(name, end)| if is_extension(end) { name } else { part });
            words(&percent_decode_str(part).decode_utf8_lossy())
        });
        let headlines = parts
            .filter(|words| words.iter().filter(|(word, _)| word.contains(char::is_alphabetic)).count() >= MIN_WORDS);
        let mut words = headlines.max_by_key(|words| weight(words))?;
        words.sort_unstable();
        Some(Address { weight: weight(&words), words })
    }

    /// How much of a line and of the address are the same words, by weight: twice the shared, of both, 0 to 1.
    #[must_use]
    pub fn likeness(&self, line: &str) -> f32 {
        let mut words = words(line);
        words.sort_unstable();
        let whole = self.weight + weight(&words);
        let mut own = self.words.iter().peekable();
        let mut shared = 0;
        for (word, weight) in &words {
            while own.next_if(|(other, _)| other < word).is_some() {}
            if own.next_if(|(other, _)| other == word).is_some() {
                shared += weight;
            }
        }
        if whole == 0 { 0.0 } else { 2.0 * shared as f32 / whole as f32 }
    }
}

/// `html`, `php`, `aspx`: what stands behind the last point of a page's name.
fn is_extension(end: &str) -> bool {
    (2..=5).contains(&end.len()) && end.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn weight(words: &[Word]) -> u32 {
    words.iter().map(|(_, weight)| weight).sum()
}

/// The words of a text as addresses write them: in small letters without marks, `ä` and `ae` the same, numbers of pages left out.
fn words(text: &str) -> Vec<Word> {
    let mut folded = String::with_capacity(text.len());
    for c in DecomposingNormalizer::new_nfd().normalize_iter(text.chars()).flat_map(char::to_lowercase) {
        // Of `ae`, `oe`, `ue` the second letter stands for the mark.
        let is_mark =
            is_loose_mark(c) || matches!(c, '\'' | '’' | '\u{ad}') || (c == 'e' && folded.ends_with(['a', 'o', 'u']));
        match c {
            _ if is_mark => {}
            'đ' | 'ð' => folded.push('d'),
            'ł' => folded.push('l'),
            'ø' | 'œ' => folded.push('o'),
            'ı' => folded.push('i'),
            'æ' => folded.push('a'),
            'ß' => folded.push_str("ss"),
            _ => folded.push(c),
        }
    }
    let mut words = Vec::new();
    for word in folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        let chars = word.chars().count();
        let digits = word.chars().filter(char::is_ascii_digit).count();
        if word.contains(is_unspaced) {
            words.extend(word.chars().map(|c| (c.to_string(), UNSPACED_WEIGHT)));
        } else if digits <= if digits == chars { MAX_DIGITS } else { MAX_MIXED_DIGITS } {
            words.push((word.to_owned(), chars as u32));
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::Address;

    #[test]
    fn a_headline_is_known_by_its_address() {
        for (url, title) in [
            (
                "https://example.vn/khanh-thanh-cau-song-doi-sau-chin-nam-2023112.htm",
                "Khánh thành cầu Sông Đôi sau chín năm",
            ),
            ("https://example.de/a/bruecke-oeffnet-nach-neun-jahren,XyZ12345", "Brücke öffnet nach neun Jahren"),
            ("http://example.com/2026/11/27/Bridge_opens_after_9_years.html?ref=rss#top", "Bridge opens after 9 years"),
            ("example.com/news/%E5%A4%A7%E6%A1%A5%E9%80%9A%E8%BD%A6", "大桥通车"),
        ] {
            let address = Address::of(url).unwrap();
            assert!(address.likeness(title) > 0.85, "{url}: {}", address.likeness(title));
            assert!(address.likeness("Weather: rain in the north") < 0.2, "{url}");
            assert!(address.likeness("") < 0.01);
        }
    }

    #[test]
    fn sections_and_numbers_are_no_headline() {
        for url in [
            "https://example.com/",
            "",
            "https://example.com/sports/world-cup/article12345678.html",
            "x/t20261127_5339000.shtml",
        ] {
            assert_eq!(Address::of(url), None, "{url}");
        }
    }
}
