//! The words of a line as one number: a linear model over hashed words and pairs, of which the trees see the score.
//!
//! Only words that many sites share have a weight, so that it learns what furniture and prose say and not what one site says.

use super::vocabulary::Vocabulary;

/// Buckets of hashed words and pairs.
pub const BUCKETS: usize = 1 << 17;
/// Weights are log-odds in this fraction.
pub const WEIGHT_UNIT: f32 = 16.0;
/// Lines of at most so many words have a bucket of their own as a whole.
const WHOLE_LINE_WORDS: usize = 6;
const FIRST_SEED: u32 = 0x9E37_79B9;
const LAST_SEED: u32 = 0x85EB_CA6B;

/// Weights of words and pairs. A slot belongs to one of them, which its fingerprint tells from others that fall on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextModel {
    /// One fingerprint a slot, 0 where it is nobody's, and one weight, in [`WEIGHT_UNIT`]s: side by side, since the processor's cache
    /// rarely holds a slot.
    pub slots: Vec<(u8, i8)>,
    /// Where the score begins, in [`WEIGHT_UNIT`]s.
    pub bias: i32,
}

impl Default for TextModel {
    fn default() -> Self {
        TextModel { slots: vec![(0, 0); BUCKETS], bias: 0 }
    }
}

/// The slot of a hash.
#[must_use]
pub fn slot(hash: u32) -> usize {
    (hash >> 15) as usize
}

/// The fingerprint of a hash.
#[must_use]
pub fn fingerprint(hash: u32) -> u8 {
    (hash as u8).max(1)
}

fn bucket(hash: u32) -> u32 {
    let hash = hash.wrapping_mul(0xC2B2_AE35);
    hash ^ (hash >> 15)
}

/// Calls `each` with the hashes of words and pairs of a line.
pub fn buckets(vocabulary: &Vocabulary, row: usize, line_hash: u64, mut each: impl FnMut(u32)) {
    let mut words = 0;
    let (mut first, mut last) = (None, 0);
    for hash in vocabulary.word_hashes(row) {
        each(bucket(hash));
        first.get_or_insert(hash);
        last = hash;
        words += 1;
    }
    for hash in vocabulary.pair_hashes(row) {
        each(bucket(hash));
    }
    if let Some(first) = first {
        each(bucket(first ^ FIRST_SEED));
        each(bucket(last ^ LAST_SEED));
    }
    if words <= WHOLE_LINE_WORDS {
        each(bucket((line_hash >> 32) as u32));
    }
}

/// Share of the buckets of a record that must have a weight for its language to count as known.
const MIN_KNOWN: f32 = 0.28;

impl TextModel {
    /// The log-odds of every line of a record; none where the model does not know the words of its language.
    #[must_use]
    pub fn scores(&self, vocabulary: &Vocabulary, hashes: impl Iterator<Item = u64>) -> Option<Vec<f32>> {
        let (mut known, mut all) = (0usize, 0usize);
        let scores = hashes
            .enumerate()
            .map(|(row, hash)| {
                let (mut sum, mut number) = (0i32, 0i32);
                buckets(vocabulary, row, hash, |bucket| {
                    let (owner, weight) = self.slots[slot(bucket)];
                    let own = owner == fingerprint(bucket);
                    sum += if own { i32::from(weight) } else { 0 };
                    number += i32::from(own);
                    all += 1;
                });
                known += number as usize;
                (self.bias as f32 + sum as f32 / (number.max(1) as f32).sqrt()) / WEIGHT_UNIT
            })
            .collect();
        (known as f32 >= MIN_KNOWN * all as f32).then_some(scores)
    }
}
