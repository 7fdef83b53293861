//! Cues: words that stand more often in page furniture than in prose, or the other way round, by class. The model counts them.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::error::{Error, Result};
use crate::fast_map::FastMap;
use crate::label::model::vocabulary::{first_word, first_word_bytes};
use crate::latin::eight;
use crate::text::{fold, is_unspaced, is_word};

/// The classes, in the order of the model's columns.
pub const CUES: [&str; 16] = [
    "share", "related", "comment", "legal", "cookie", "account", "tags", "byline", "picture", "menu", "shop", "me",
    "you", "ago", "month", "speech",
];

/// Phrases by class.
pub type Cues = BTreeMap<String, Vec<String>>;

/// All cues of all languages, by their first word: a phrase can only stand where a word begins, and there it is looked up.
#[derive(Debug, Default)]
pub struct CueSet {
    /// Phrases and their classes, one bit each.
    phrases: Vec<(String, u32)>,
    /// Phrases by the key of their first word ([`first_word`]), longest first.
    by_word: FastMap<u64, Vec<Behind>>,
    /// Phrases that begin with a Korean syllable, by that syllable: Korean words have endings, so that a phrase may be the beginning
    /// of a word.
    by_syllable: FastMap<u64, Vec<u32>>,
    /// A bit for every key of `by_word`, by its highest bits: nearly all words of a text begin no phrase.
    beginnings: Vec<u64>,
}

/// A phrase by what stands behind its first word: up to eight bytes of it tell most others apart.
#[derive(Debug, Clone, Copy)]
struct Behind {
    phrase: u32,
    /// Bytes of the first word.
    from: u32,
    bytes: u64,
    /// Those of the eight bytes that the phrase has.
    own: u64,
}

impl Behind {
    fn of(number: usize, phrase: &str) -> Behind {
        let from = first_word_bytes(phrase);
        let bytes = &phrase.as_bytes()[from..];
        let own = if bytes.len() < 8 { !(u64::MAX << (bytes.len() * 8)) } else { u64::MAX };
        Behind { phrase: number as u32, from: from as u32, bytes: eight(bytes, 0), own }
    }

    /// Whether a text that begins with the first word may go on as the phrase does.
    #[inline]
    fn may_begin(&self, text: &str) -> bool {
        (eight(text.as_bytes(), self.from as usize) ^ self.bytes) & self.own == 0
    }
}

/// Bits of [`CueSet::beginnings`].
const BEGINNING_BITS: u32 = 16;

fn beginning(key: u64) -> (usize, u64) {
    let bit = key >> (64 - BEGINNING_BITS);
    ((bit / 64) as usize, 1 << (bit % 64))
}

impl CueSet {
    /// Compiles the cues of several languages.
    ///
    /// # Errors
    /// [`Error::Config`] naming a class that is none.
    pub fn new<'a>(languages: impl Iterator<Item = (&'a str, &'a Cues)>) -> Result<CueSet> {
        let mut phrases: BTreeMap<String, u32> = BTreeMap::new();
        for (language, cues) in languages {
            for (class, words) in cues {
                let Some(bit) = CUES.iter().position(|known| known == class) else {
                    return Err(Error::Config(format!(
                        "lexicon `{language}`: `cues.{class}` is no class of cues; allowed: {}",
                        CUES.join(", ")
                    )));
                };
                for phrase in words.iter().map(|word| fold(word)).filter(|phrase| !phrase.is_empty()) {
                    *phrases.entry(phrase).or_default() |= 1 << bit;
                }
            }
        }
        let beginnings = vec![0; 1 << BEGINNING_BITS >> 6];
        let mut set = CueSet { phrases: phrases.into_iter().collect(), beginnings, ..CueSet::default() };
        set.phrases.sort_by_key(|(phrase, _)| std::cmp::Reverse(phrase.len()));
        for (number, (phrase, _)) in set.phrases.iter().enumerate() {
            let first = phrase.chars().next().filter(|c| is_hangul(*c));
            if let Some(syllable) = first {
                set.by_syllable.entry(u64::from(syllable)).or_default().push(number as u32);
                continue;
            }
            let key = first_word(phrase);
            set.by_word.entry(key).or_default().push(Behind::of(number, phrase));
            let (word, bit) = beginning(key);
            set.beginnings[word] |= bit;
        }
        Ok(set)
    }

    /// Calls `found` with place and classes of every cue of a folded text, from left to right. `words` are the beginnings and keys of
    /// its words ([`crate::label::model::vocabulary`]). Of overlapping cues the first and longest counts. Cues of spaced scripts must
    /// stand between word borders.
    pub fn find(
        &self,
        folded: &str,
        words: impl Iterator<Item = (usize, u64)>,
        mut found: impl FnMut(Range<usize>, u32),
    ) {
        let mut end = 0;
        for (start, key) in words.take_while(|(start, _)| *start < folded.len()) {
            let (word, bit) = beginning(key);
            let known = self.beginnings.get(word).is_some_and(|bits| bits & bit != 0);
            // Korean syllables begin with one of these bytes.
            if !known && !matches!(folded.as_bytes()[start], 0xEA..=0xED) {
                continue;
            }
            let Some(rest) = folded.get(start..).filter(|_| start >= end) else { continue };
            let stands = |number: u32| {
                let phrase = &self.phrases[number as usize];
                let behind = rest.strip_prefix(phrase.0.as_str())?;
                let last = phrase.0.chars().next_back();
                let ends = last.is_some_and(is_hangul)
                    || !(last.is_some_and(spaced) && behind.chars().next().is_some_and(spaced));
                ends.then_some(phrase)
            };
            let hit = if let Some(phrases) = self.by_word.get(&key) {
                phrases.iter().filter(|phrase| phrase.may_begin(rest)).find_map(|phrase| stands(phrase.phrase))
            } else {
                let first = rest.chars().next().filter(|c| is_hangul(*c));
                let numbers = first.and_then(|first| self.by_syllable.get(&u64::from(first)));
                numbers.into_iter().flatten().find_map(|number| stands(*number))
            };
            if let Some((phrase, classes)) = hit {
                end = start + phrase.len();
                found(start..end, *classes);
            }
        }
    }
}

fn is_hangul(c: char) -> bool {
    ('가'..='힣').contains(&c)
}

fn spaced(c: char) -> bool {
    is_word(c) && !is_unspaced(c)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::label::model::vocabulary::Vocabulary;

    fn found(text: &str) -> Vec<(String, u32)> {
        let cues: Cues = [
            ("share".to_owned(), vec!["share".to_owned(), "Chia sẻ".to_owned()]),
            ("menu".to_owned(), vec!["home".to_owned(), "首页".to_owned(), "홈".to_owned()]),
        ]
        .into();
        let set = CueSet::new([("x", &cues)].into_iter()).unwrap();
        let mut all = Vec::new();
        let words = Vocabulary::new(std::iter::once((fold(text).as_str(), false)));
        set.find(&fold(text), words.beginnings(0), |range, classes| all.push((fold(text)[range].to_owned(), classes)));
        all
    }

    #[test]
    fn cues_stand_between_word_borders() {
        assert_eq!(found("Share | shareholder"), [("share".to_owned(), 1)]);
        assert_eq!(found("回首页看看"), [("首页".to_owned(), 1 << 9)]);
        assert_eq!(found("홈에서 chia sẻ"), [("홈".to_owned(), 1 << 9), ("chia sẻ".to_owned(), 1)]);
    }

    #[test]
    fn an_unknown_class_is_named() {
        let cues: Cues = [("shares".to_owned(), vec![])].into();
        let error = CueSet::new([("vi", &cues)].into_iter()).unwrap_err().to_string();
        assert!(error.contains("cues.shares") && error.contains("speech"), "{error}");
    }
}
