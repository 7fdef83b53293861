//! What a record is about: the pairs of neighbouring units of its lines, and where each pair stands first.
//!
//! Other stories share few pairs with the article; captions, subheadings and paragraphs of the article share many.

use std::collections::HashSet;

use super::line::{Kind, Line};
use super::model::vocabulary::Vocabulary;

/// Fewest letters of a word that says something by itself. Vietnamese syllables are shorter; in other spaced scripts these are
/// the content words.
const CONTENT_WORD_LETTERS: u32 = 7;

/// First and last prose line that holds something.
type Lines = Option<(usize, usize)>;

/// The pairs and long words of every line, and the prose lines in which each stands.
#[derive(Debug, Clone, Default)]
pub struct Topic {
    /// The words and pairs of the record; taken out when the model reads the features.
    pub vocabulary: Vocabulary,
    pairs: Vec<Lines>,
    words: Vec<Lines>,
}

impl Topic {
    /// Reads the pairs of all lines.
    #[must_use]
    pub fn new(lines: &[Line]) -> Topic {
        let vocabulary = Vocabulary::new(lines.iter().map(|line| (line.folded.as_str(), line.is_plain)));
        let (words, pairs) = vocabulary.known_numbers();
        let mut topic = Topic { vocabulary, pairs: vec![None; pairs], words: vec![None; words] };
        for (at, _) in lines.iter().enumerate().filter(|(_, line)| line.kind == Kind::Prose) {
            topic.include(at);
        }
        topic
    }

    /// Counts a line's pairs as the article's: of prose, and of the title.
    pub fn include(&mut self, line: usize) {
        let note = |known: &mut Lines| {
            let (first, last) = known.unwrap_or((line, line));
            *known = Some((first.min(line), last.max(line)));
        };
        for &pair in self.vocabulary.pairs(line) {
            note(&mut self.pairs[pair as usize]);
        }
        for word in self.vocabulary.long_words(line, CONTENT_WORD_LETTERS) {
            note(&mut self.words[word as usize]);
        }
    }

    /// The share of a line's pairs that prose before `before` holds, the line itself not counted. 0 for a line without pairs.
    #[must_use]
    pub fn shared_before(&self, line: usize, before: usize) -> f32 {
        self.share(line, |first, _| first < before && first != line)
    }

    /// The share of a line's pairs that other prose of the record holds.
    #[must_use]
    pub fn shared_anywhere(&self, line: usize) -> f32 {
        self.share(line, |first, last| first != line || last != line)
    }

    /// The share of `part`'s pairs that `whole` has too.
    #[must_use]
    pub fn shared_with(&self, part: usize, whole: usize) -> f32 {
        let pairs: HashSet<u32> = self.vocabulary.pairs(whole).iter().copied().collect();
        let words: HashSet<u32> = self.vocabulary.long_words(whole, CONTENT_WORD_LETTERS).collect();
        self.ratio(part, |pair| pairs.contains(&pair), |word| words.contains(&word))
    }

    fn share(&self, line: usize, counts: impl Fn(usize, usize) -> bool) -> f32 {
        let known = |lines: Lines| lines.is_some_and(|(first, last)| counts(first, last));
        self.ratio(line, |pair| known(self.pairs[pair as usize]), |word| known(self.words[word as usize]))
    }

    /// The share of a line's pairs and long words that are known.
    fn ratio(&self, line: usize, pair: impl Fn(u32) -> bool, word: impl Fn(u32) -> bool) -> f32 {
        let (mut known, mut all) = (0u32, 0u32);
        for &number in self.vocabulary.pairs(line) {
            known += u32::from(pair(number));
            all += 1;
        }
        for number in self.vocabulary.long_words(line, CONTENT_WORD_LETTERS) {
            known += u32::from(word(number));
            all += 1;
        }
        known as f32 / all.max(1) as f32
    }
}
