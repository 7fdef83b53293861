//! The words of a line as one number: a linear model over hashed words and pairs, of which the trees see the score.
//!
//! Only words that many sites share have a weight, so that it learns what furniture and prose say and not what one site says.

use super::vocabulary::Vocabulary;

/// Buckets of hashed words and pairs.
pub const BUCKETS: usize = 1 << 16;
/// Weights are log-odds in this fraction.
pub const WEIGHT_UNIT: f32 = 16.0;
/// Lines of at most so many words have a bucket of their own as a whole.
const WHOLE_LINE_WORDS: usize = 6;
const FIRST_SEED: u32 = 0x9E37_79B9;
const LAST_SEED: u32 = 0x85EB_CA6B;

/// Weights of the buckets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextModel {
    /// One weight a bucket, in [`WEIGHT_UNIT`]s.
    pub weights: Vec<i8>,
    /// Where the score begins, in [`WEIGHT_UNIT`]s.
    pub bias: i32,
}

impl Default for TextModel {
    fn default() -> Self {
        TextModel { weights: vec![0; BUCKETS], bias: 0 }
    }
}

fn bucket(hash: u32) -> u16 {
    (hash.wrapping_mul(0xC2B2_AE35) >> 16) as u16
}

/// Calls `each` with the buckets of a line.
pub fn buckets(vocabulary: &Vocabulary, row: usize, line_hash: u64, mut each: impl FnMut(u16)) {
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

impl TextModel {
    /// The log-odds of a line.
    #[must_use]
    pub fn score(&self, vocabulary: &Vocabulary, row: usize, line_hash: u64) -> f32 {
        let (mut sum, mut number) = (0i32, 0i32);
        buckets(vocabulary, row, line_hash, |bucket| {
            sum += i32::from(self.weights[usize::from(bucket)]);
            number += 1;
        });
        (self.bias as f32 + sum as f32 / (number.max(1) as f32).sqrt()) / WEIGHT_UNIT
    }
}
