//! All phrases of a lexicon in one trie over the numbers of their words.

use super::tokens::{Token, Vocabulary};
use crate::fast_map::NumberMap;

/// Phrases of several words with a value each. One phrase may have several.
#[derive(Debug)]
pub struct Phrases<V> {
    /// First word of a phrase to its node; 0 = no phrase begins with it.
    first: Vec<u32>,
    /// Whether a phrase that begins with a word does not ask for a capital there.
    in_any_case: Vec<bool>,
    /// Node and next word to node.
    next: NumberMap,
    /// What ends at a node: values, and which words must have a capital (bit *i* for word *i*).
    ends: Vec<Vec<(V, u32)>>,
}

impl<V> Default for Phrases<V> {
    fn default() -> Self {
        Phrases { first: Vec::new(), in_any_case: Vec::new(), next: NumberMap::default(), ends: Vec::new() }
    }
}

/// What a phrase asks of the case of its words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Case {
    /// Nothing.
    Any,
    /// Words that it writes with a capital have one in the text.
    Names,
}

impl<V: Copy + PartialEq> Phrases<V> {
    /// Adds a phrase; blank ones are left out.
    pub fn add(&mut self, phrase: &str, value: V, case: Case, vocabulary: &mut Vocabulary) {
        for token in words(phrase) {
            vocabulary.add(token);
        }
        let mut tokens = Vec::new();
        vocabulary.tokenize(phrase, &mut tokens);
        if self.ends.is_empty() {
            self.ends.push(Vec::new());
        }
        let mut node = 0;
        let mut capitals = 0;
        for (number, token) in tokens.iter().enumerate() {
            if case == Case::Names && token.is_capital() && number < 32 {
                capitals |= 1 << number;
            }
            let known = if number == 0 {
                self.first.get(token.word as usize).copied()
            } else {
                Some(self.next.get(key(node, token.word)))
            };
            node = known.filter(|node| *node != 0).unwrap_or_else(|| {
                let new = self.ends.len() as u32;
                self.ends.push(Vec::new());
                if number == 0 {
                    let length = self.first.len().max(token.word as usize + 1);
                    self.first.resize(length, 0);
                    self.first[token.word as usize] = new;
                } else {
                    self.next.insert(key(node, token.word), new);
                }
                new
            });
        }
        if let Some(first) = tokens.first().map(|token| token.word as usize) {
            self.in_any_case.resize(self.in_any_case.len().max(first + 1), false);
            self.in_any_case[first] |= capitals & 1 == 0;
        }
        let end = &mut self.ends[node as usize];
        if node != 0 && !end.contains(&(value, capitals)) {
            end.push((value, capitals));
        }
    }

    /// Whether a phrase begins with a word, and whether one does that does not ask for a capital there.
    #[must_use]
    pub fn begins(&self, word: u32) -> (bool, bool) {
        let node = self.first.get(word as usize).copied().unwrap_or(0);
        (node != 0 && word != 0, self.in_any_case.get(word as usize).copied().unwrap_or(false))
    }

    /// Calls `found` with the number of tokens and the value of every phrase that begins at the first of some tokens, shortest first.
    #[inline]
    pub fn starting(&self, tokens: &[Token], mut found: impl FnMut(usize, V)) {
        let Some(first) = tokens.first() else { return };
        let mut node = self.first.get(first.word as usize).copied().unwrap_or(0);
        if node == 0 || first.word == 0 {
            return;
        }
        let mut capitals = u32::from(first.is_capital());
        let mut length = 1;
        loop {
            for &(value, needed) in &self.ends[node as usize] {
                if capitals & needed == needed {
                    found(length, value);
                }
            }
            let Some(token) = tokens.get(length).filter(|token| token.word != 0) else { return };
            let next = self.next.get(key(node, token.word));
            if next == 0 {
                return;
            }
            if token.is_capital() && length < 32 {
                capitals |= 1 << length;
            }
            node = next;
            length += 1;
        }
    }

    /// The longest phrase that begins at the first of some tokens.
    #[must_use]
    pub fn longest(&self, tokens: &[Token]) -> Option<(usize, V)> {
        let mut best = None;
        self.starting(tokens, |length, value| best = Some((length, value)));
        best
    }

    /// The phrase that ends with the last of some tokens and is the longest of at most `most` tokens.
    #[must_use]
    pub fn ending(&self, tokens: &[Token], most: usize) -> Option<(usize, V)> {
        let from = tokens.len().saturating_sub(most);
        (from..tokens.len()).find_map(|start| {
            let mut whole = None;
            self.starting(&tokens[start..], |length, value| {
                if start + length == tokens.len() {
                    whole = Some((length, value));
                }
            });
            whole
        })
    }
}

/// The words and signs of a phrase.
fn words(phrase: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    Vocabulary::default().tokenize(phrase, &mut tokens);
    tokens.iter().map(|token| token.of(phrase)).collect()
}

fn key(node: u32, word: u32) -> u64 {
    u64::from(node) << 32 | u64::from(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_phrase_is_found_from_either_end() {
        let mut vocabulary = Vocabulary::default();
        let mut phrases = Phrases::default();
        for (phrase, value) in [("Việt Nam", 1), ("Đảng Cộng sản Việt Nam", 2), ("ngày", 3), ("越南", 4)]
        {
            phrases.add(phrase, value, Case::Names, &mut vocabulary);
        }
        let tokens = |text: &str| {
            let mut tokens = Vec::new();
            vocabulary.tokenize(text, &mut tokens);
            tokens
        };
        assert_eq!(phrases.longest(&tokens("Đảng Cộng sản Việt Nam và")), Some((5, 2)));
        assert_eq!(phrases.longest(&tokens("ĐẢNG CỘNG SẢN VIỆT NAM")), Some((5, 2)));
        assert_eq!(phrases.longest(&tokens("Đảng cộng sản Việt Nam")), None);
        assert_eq!(phrases.longest(&tokens("việt nam")), None);
        assert_eq!(phrases.longest(&tokens("NGÀY 5")), Some((1, 3)));
        assert_eq!(phrases.longest(&tokens("越南人")), Some((2, 4)));
        assert_eq!(phrases.ending(&tokens("của Việt Nam"), 4), Some((2, 1)));
    }
}
