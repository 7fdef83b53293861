//! What a record is about: the pairs of neighbouring units of its lines, and where each pair stands first.
//!
//! Other stories share few pairs with the article; captions, subheadings and paragraphs of the article share many.

use std::collections::HashMap;

use super::line::{Kind, Line};
use crate::text::{bigrams, is_unspaced, is_word, line_hash, unit_hashes};

/// Fewest letters of a word that says something by itself. Vietnamese syllables are shorter; in other spaced scripts these are
/// the content words.
const CONTENT_WORD_LETTERS: usize = 7;

/// Pairs of neighbouring units, and long words alone.
fn features(folded: &str) -> Vec<u64> {
    let mut features = bigrams(&unit_hashes(folded));
    let words = folded.split(|c: char| !is_word(c));
    let long = words.filter(|word| word.chars().count() >= CONTENT_WORD_LETTERS && !word.starts_with(is_unspaced));
    features.extend(long.map(line_hash));
    features
}

/// The pairs of every line, and the prose lines in which each pair stands.
#[derive(Debug, Clone)]
pub struct Topic {
    pairs: Vec<Vec<u64>>,
    first: HashMap<u64, (usize, usize)>,
}

impl Topic {
    /// Reads the pairs of all lines.
    #[must_use]
    pub fn new(lines: &[Line]) -> Topic {
        let pairs: Vec<Vec<u64>> = lines.iter().map(|line| features(&line.folded)).collect();
        let mut first: HashMap<u64, (usize, usize)> = HashMap::new();
        for (at, line_pairs) in pairs.iter().enumerate() {
            if lines[at].kind == Kind::Prose {
                for pair in line_pairs {
                    let entry = first.entry(*pair).or_insert((at, at));
                    entry.1 = at;
                }
            }
        }
        Topic { pairs, first }
    }

    /// Counts a line's pairs as the article's although it is no prose: the title's.
    pub fn include(&mut self, line: usize) {
        for pair in &self.pairs[line] {
            let entry = self.first.entry(*pair).or_insert((line, line));
            entry.0 = entry.0.min(line);
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
        let whole: std::collections::HashSet<u64> = self.pairs[whole].iter().copied().collect();
        let part = &self.pairs[part];
        part.iter().filter(|pair| whole.contains(pair)).count() as f32 / part.len().max(1) as f32
    }

    fn share(&self, line: usize, counts: impl Fn(usize, usize) -> bool) -> f32 {
        let pairs = &self.pairs[line];
        let known = pairs.iter().filter(|pair| self.first.get(pair).is_some_and(|&(first, last)| counts(first, last)));
        known.count() as f32 / pairs.len().max(1) as f32
    }
}
