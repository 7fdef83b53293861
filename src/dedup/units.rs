//! What two texts are compared by: sets of short runs of their tokens, and a sample of longer runs that finds the pairs to compare.

use crate::chars::{Kinds, chars};
use crate::text::is_han;

/// One of eight runs is taken into the sample, by its hash and not by its place, so that a part of a text has the same part of
/// the sample. At one in sixteen an excerpt of a hundred syllables in a long article is missed too often; at one in four nothing more
/// is found on Vietnamese news, and the index is twice as large.
const SAMPLE_BITS: u32 = 3;
/// Bits of a fingerprint: with the number of the article it fills one word of the index. Among 400 million fingerprints
/// another one equals it by chance with a probability of .6 %, and candidates are compared exactly anyway.
pub(crate) const FINGERPRINT_BITS: u32 = 36;
/// Least significant bit of a unit's hash: whether the unit holds a figure.
const FIGURE: u64 = 1;

/// What the tokens of a text are, and how many of them make a unit.
///
/// A unit must carry so much that unrelated texts share few: 3 Vietnamese syllables (unrelated articles have a Jaccard of .001, with
/// 2 syllables .013). A Chinese character carries about what a syllable does: at n = 3 unrelated pages contain 2 % of each other's
/// units, and 5 % of replaced characters leave 86 % of the units, as in Vietnamese; at n = 5 they would leave 77 %, and such copies
/// would stay. Kana carry less, the letters of Thai, Lao, Khmer and Burmese about a third of a syllable.
///
/// Candidates are found by longer runs: set phrases of three syllables recur in unrelated articles, those of five hardly do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UnitKind {
    /// 3 syllables or words.
    Syllables,
    /// 3 Chinese characters.
    Han,
    /// 5 characters of Japanese text.
    Kana,
    /// 9 letters of a script without spaces.
    Letters,
}

impl UnitKind {
    /// Value of the column `similarity_unit`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            UnitKind::Syllables => "syllable_3",
            UnitKind::Han => "character_3",
            UnitKind::Kana => "character_5",
            UnitKind::Letters => "character_9",
        }
    }

    /// Tokens of a unit, and of a run that candidates are found by.
    fn lengths(self) -> (usize, usize) {
        match self {
            UnitKind::Syllables | UnitKind::Han => (3, 5),
            UnitKind::Kana => (5, 8),
            UnitKind::Letters => (9, 14),
        }
    }
}

/// A text as the duplicate stage sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Units {
    /// What was counted.
    pub kind: UnitKind,
    /// A hash of each unit, in the order of the text, repeated ones repeated. The lowest bit tells whether the unit holds a figure.
    pub hashes: Vec<u64>,
    /// The sample of longer runs: numbers of [`FINGERPRINT_BITS`] bits, sorted, each once.
    pub fingerprints: Vec<u64>,
}

impl Units {
    /// Reads a matching key ([`crate::text::matching_key`]): words with spaces between them, characters of unspaced scripts without.
    #[must_use]
    pub fn of(key: &str) -> Units {
        let tokens = Tokens::read(key);
        let kind = tokens.kind();
        let (unit, run) = kind.lengths();
        let seed = kind as u64;
        let mut hashes = Vec::with_capacity(tokens.hashes.len());
        let mut figures = tokens.figures_in_runs(unit);
        each_run(&tokens.hashes, unit, |hash| {
            let figure = u64::from(figures.next().unwrap_or_default());
            hashes.push((mix(hash ^ seed) & !FIGURE) | figure);
        });
        let mut fingerprints = Vec::with_capacity(tokens.hashes.len() / (1 << SAMPLE_BITS) + 8);
        each_run(&tokens.hashes, run, |hash| {
            let hash = mix(hash ^ seed);
            if hash >> (64 - SAMPLE_BITS) == 0 {
                fingerprints.push(short(hash << SAMPLE_BITS));
            }
        });
        fingerprints.sort_unstable();
        fingerprints.dedup();
        Units { kind, hashes, fingerprints }
    }
}

/// The first [`FINGERPRINT_BITS`] of a hash.
pub(crate) fn short(hash: u64) -> u64 {
    hash >> (64 - FINGERPRINT_BITS)
}

/// Makes a set of hashes: sorted, each once.
pub(crate) fn into_set(hashes: &mut Vec<u64>) {
    hashes.sort_unstable();
    hashes.dedup();
}

/// Whether the unit of a hash holds a figure.
pub(crate) fn has_figure(hash: u64) -> bool {
    hash & FIGURE != 0
}

/// The tokens of a key: words, and single characters of unspaced scripts.
#[derive(Default)]
struct Tokens {
    hashes: Vec<u64>,
    /// Whether the token holds a figure.
    figures: Vec<bool>,
    han: usize,
    kana: usize,
    letters: usize,
}

impl Tokens {
    fn read(key: &str) -> Tokens {
        let table = chars();
        let mut tokens = Tokens::default();
        tokens.hashes.reserve(key.len() / 4);
        tokens.figures.reserve(key.len() / 4);
        let mut word: Option<usize> = None;
        let mut figure = false;
        for (at, c) in key.char_indices() {
            let kinds = table.kinds(c);
            if kinds.any(Kinds::WORD) && !kinds.any(Kinds::UNSPACED) {
                word.get_or_insert(at);
                figure |= kinds.any(Kinds::NUMERIC);
                continue;
            }
            if let Some(start) = word.take() {
                tokens.push(xxhash_rust::xxh3::xxh3_64(&key.as_bytes()[start..at]), figure);
                figure = false;
            }
            if kinds.any(Kinds::UNSPACED) {
                tokens.push(mix(u64::from(u32::from(c))), is_numeral(c) || kinds.any(Kinds::NUMERIC));
                match u32::from(c) {
                    0x3040..=0x30FF => tokens.kana += 1,
                    _ if is_han(c) => tokens.han += 1,
                    _ => tokens.letters += 1,
                }
            }
        }
        if let Some(start) = word {
            tokens.push(xxhash_rust::xxh3::xxh3_64(&key.as_bytes()[start..]), figure);
        }
        tokens
    }

    fn push(&mut self, hash: u64, figure: bool) {
        self.hashes.push(hash);
        self.figures.push(figure);
    }

    /// The kind that most tokens call for. Japanese is told from Chinese by one kana in ten characters.
    fn kind(&self) -> UnitKind {
        let unspaced = self.han + self.kana + self.letters;
        if unspaced * 2 < self.hashes.len() || unspaced == 0 {
            UnitKind::Syllables
        } else if self.letters * 2 > unspaced {
            UnitKind::Letters
        } else if self.kana * 10 > unspaced {
            UnitKind::Kana
        } else {
            UnitKind::Han
        }
    }

    /// For each run of so many tokens, whether one of them holds a figure.
    fn figures_in_runs(&self, length: usize) -> impl Iterator<Item = bool> {
        let length = length.min(self.figures.len()).max(1);
        let mut inside = self.figures.iter().take(length - 1).filter(|figure| **figure).count();
        (length - 1..self.figures.len()).map(move |last| {
            inside += usize::from(self.figures[last]);
            let any = inside > 0;
            inside -= usize::from(self.figures[last + 1 - length]);
            any
        })
    }
}

/// Numerals of Chinese and Japanese, which Unicode does not count as numbers.
fn is_numeral(c: char) -> bool {
    matches!(c, '零' | '一' | '二' | '三' | '四' | '五' | '六' | '七' | '八' | '九' | '十' | '百' | '千' | '万' | '亿')
}

/// Base of the rolling polynomial: any odd number with well mixed bits (the golden ratio's).
const BASE: u64 = 0x9E37_79B9_7F4A_7C15;

/// Visits a hash of every run of so many tokens; a text shorter than one run is one run.
fn each_run(tokens: &[u64], length: usize, mut visit: impl FnMut(u64)) {
    let length = length.min(tokens.len());
    if length == 0 {
        return;
    }
    let join = |hash: u64, token: u64| hash.wrapping_mul(BASE).wrapping_add(token);
    let leaves = (1..length).fold(1_u64, |power, _| power.wrapping_mul(BASE));
    let mut hash = tokens[..length].iter().fold(0, |hash, &token| join(hash, token));
    visit(hash);
    for (&first, &next) in tokens.iter().zip(&tokens[length..]) {
        hash = join(hash.wrapping_sub(first.wrapping_mul(leaves)), next);
        visit(hash);
    }
}

/// Spreads a number over all bits (the finaliser of `SplitMix64`). The same on every machine and in every version: the index keeps it.
pub(crate) fn mix(mut number: u64) -> u64 {
    number = (number ^ (number >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    number = (number ^ (number >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    number ^ (number >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(key: &str) -> Vec<u64> {
        let mut hashes = Units::of(key).hashes;
        into_set(&mut hashes);
        hashes
    }

    #[test]
    fn units_are_runs_of_tokens_whatever_stands_around_them() {
        let whole = set("một hai ba bốn năm sáu");
        assert_eq!(whole.len(), 4);
        assert!(set("hai ba bốn năm").iter().all(|unit| whole.contains(unit)));
        assert!(!set("bốn ba hai").iter().any(|unit| whole.contains(unit)));
        // A hand-rolled hash must be that of the same run read alone.
        let tokens: Vec<u64> = (0..40).map(mix).collect();
        let (mut rolled, mut alone) = (Vec::new(), Vec::new());
        each_run(&tokens, 5, |hash| rolled.push(hash));
        tokens.windows(5).for_each(|run| each_run(run, 5, |hash| alone.push(hash)));
        assert_eq!(rolled, alone);
    }

    #[test]
    fn scripts_have_their_kinds() {
        for (key, kind, units) in [
            ("", UnitKind::Syllables, 0),
            ("một", UnitKind::Syllables, 1),
            ("một hai ba bốn", UnitKind::Syllables, 2),
            ("越南共产党2023年", UnitKind::Han, 5),
            ("東京都は新しい計画を発表した", UnitKind::Kana, 10),
            ("ประเทศไทยมีประชากร", UnitKind::Letters, 10),
        ] {
            let found = Units::of(key);
            assert_eq!((found.kind, found.hashes.len()), (kind, units), "{key}");
        }
    }

    #[test]
    fn figures_are_seen() {
        let figures = |key: &str| Units::of(key).hashes.into_iter().map(has_figure).collect::<Vec<_>>();
        assert_eq!(figures("giá vàng 36 triệu đồng một lượng"), [true, true, true, false, false]);
        assert_eq!(figures("第三届大会开幕"), [true, true, false, false, false]);
    }
}
