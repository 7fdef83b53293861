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
/// Units that are looked at together for whether two texts go on alike: two or three sentences.
const STRETCH: usize = 40;
/// Least significant bit of a unit's hash: whether the unit holds a figure.
const FIGURE: u64 = 1;
/// Least significant bit of a token: whether the token holds a figure.
const TOKEN_FIGURE: u32 = 1;

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

    /// Units of so many tokens; fewer tokens than a unit has are one.
    pub(crate) fn count(self, tokens: u32) -> u32 {
        (tokens + 1).saturating_sub(self.lengths().0 as u32).max(tokens.min(1))
    }

    /// The units of some tokens, in the order of the text: hashes whose lowest bit tells whether the unit holds a figure.
    fn units(self, tokens: &[u32]) -> Vec<u64> {
        let (length, seed) = (self.lengths().0, self as u64);
        let mut units = Vec::with_capacity(tokens.len());
        let mut figures = figures_in_runs(tokens, length);
        each_run(tokens, length, |hash| {
            let figure = u64::from(figures.next().unwrap_or_default());
            units.push((mix(hash ^ seed) & !FIGURE) | figure);
        });
        units
    }

    /// The set of the units of some tokens: their hashes in order, each once.
    pub(crate) fn set(self, tokens: &[u32]) -> Vec<u64> {
        let mut set = self.units(tokens);
        set.sort_unstable();
        set.dedup();
        set
    }

    /// Units at the beginning of a text in front of the first place where it goes on as the other does: where half of the next
    /// [`STRETCH`] units are the other's. `other` is a set; where there is no such place, all of the text.
    pub(crate) fn own_beginning(self, tokens: &[u32], other: &[u64]) -> u32 {
        let shared: Vec<bool> = self.units(tokens).iter().map(|unit| other.binary_search(unit).is_ok()).collect();
        let goes_on =
            |stretch: &[bool]| stretch[0] && 2 * stretch.iter().filter(|shared| **shared).count() >= stretch.len();
        let stretch = STRETCH.min(shared.len()).max(1);
        shared.windows(stretch).position(goes_on).unwrap_or(shared.len()) as u32
    }

    /// Fewest units in front of another text's beginning that are a story of their own. Of 1,845 Vietnamese pairs of which one text was
    /// made of the other, the own beginning has at most 171 words, or both have one title; of 114 pairs of which one prints the other
    /// below its own story it has 164, and in all others 202 and more. A letter carries a third of what a syllable does.
    pub(crate) fn least_own_story(self) -> u32 {
        match self {
            UnitKind::Syllables | UnitKind::Han => 175,
            UnitKind::Kana => 260,
            UnitKind::Letters => 525,
        }
    }

    /// The units of some tokens that hold a figure, each once and in order, each with its place: the unit with any figure for its own.
    fn figures(self, tokens: &[u32]) -> Vec<(u64, u64)> {
        let (length, seed) = (self.lengths().0, self as u64);
        let any_figure = |token: &u32| if token & TOKEN_FIGURE == 0 { *token } else { TOKEN_FIGURE };
        let masked: Vec<u32> = tokens.iter().map(any_figure).collect();
        let (mut units, mut places) = (Vec::with_capacity(tokens.len()), Vec::with_capacity(tokens.len()));
        each_run(tokens, length, |hash| units.push(mix(hash ^ seed)));
        each_run(&masked, length, |hash| places.push(mix(hash ^ seed)));
        let runs = units.into_iter().zip(places).zip(figures_in_runs(tokens, length));
        let mut figures: Vec<(u64, u64)> = runs.filter_map(|(run, has_figure)| has_figure.then_some(run)).collect();
        figures.sort_unstable();
        figures.dedup();
        figures
    }

    /// Units with a figure that only the first text has, where the second has another figure in the same place, and the other way round.
    pub(crate) fn figures_in_place(self, first: &[u32], second: &[u32]) -> [u32; 2] {
        let texts = [first, second].map(|tokens| self.figures(tokens));
        let places = texts.each_ref().map(|figures| {
            let mut places: Vec<u64> = figures.iter().map(|(_, place)| *place).collect();
            places.sort_unstable();
            places
        });
        let count = |own: usize, other: usize| {
            let is_other = |(unit, place): &&(u64, u64)| {
                let has_unit = texts[other].binary_search_by_key(unit, |(unit, _)| *unit).is_ok();
                !has_unit && places[other].binary_search(place).is_ok()
            };
            texts[own].iter().filter(is_other).count() as u32
        };
        [count(0, 1), count(1, 0)]
    }
}

/// A text as the duplicate stage sees it.
///
/// The units themselves are made of the tokens when a pair is compared, which few texts ever are; a token takes half the room of a unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Units {
    /// What is counted.
    pub kind: UnitKind,
    /// A hash of each token, in the order of the text. The lowest bit tells whether the token holds a figure.
    pub tokens: Vec<u32>,
    /// The sample of longer runs: numbers of [`FINGERPRINT_BITS`] bits, sorted, each once.
    pub fingerprints: Vec<u64>,
}

impl Units {
    /// Reads a matching key ([`crate::text::matching_key`]): words with spaces between them, characters of unspaced scripts without.
    #[must_use]
    pub fn of(key: &str) -> Units {
        let tokens = Tokens::read(key);
        let kind = tokens.kind();
        let seed = kind as u64;
        let mut fingerprints = Vec::with_capacity(tokens.hashes.len() / (1 << SAMPLE_BITS) + 8);
        each_run(&tokens.hashes, kind.lengths().1, |hash| {
            let hash = mix(hash ^ seed);
            if hash >> (64 - SAMPLE_BITS) == 0 {
                fingerprints.push(short(hash << SAMPLE_BITS));
            }
        });
        fingerprints.sort_unstable();
        fingerprints.dedup();
        Units { kind, tokens: tokens.marked, fingerprints }
    }

    /// Number of units, repeated ones repeated.
    #[must_use]
    pub fn count(&self) -> u32 {
        self.kind.count(self.tokens.len() as u32)
    }

    /// The set of the units.
    #[must_use]
    pub fn set(&self) -> Vec<u64> {
        self.kind.set(&self.tokens)
    }
}

/// The first [`FINGERPRINT_BITS`] of a hash.
pub(crate) fn short(hash: u64) -> u64 {
    hash >> (64 - FINGERPRINT_BITS)
}

/// Whether the unit of a hash holds a figure.
pub(crate) fn has_figure(hash: u64) -> bool {
    hash & FIGURE != 0
}

/// What a byte of a key is.
#[derive(Clone, Copy)]
enum ByteKind {
    /// A Latin letter without marks.
    Letter,
    Digit,
    /// Anything else in ASCII.
    Gap,
    /// A part of another character.
    Other,
}

static BYTES: [ByteKind; 256] = {
    let mut kinds = [ByteKind::Other; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        kinds[byte as usize] = match byte {
            b'a'..=b'z' | b'A'..=b'Z' => ByteKind::Letter,
            b'0'..=b'9' => ByteKind::Digit,
            _ => ByteKind::Gap,
        };
        byte += 1;
    }
    kinds
};

/// The tokens of a key: words, and single characters of unspaced scripts.
#[derive(Default)]
struct Tokens {
    hashes: Vec<u64>,
    /// The first half of each hash; the lowest bit tells whether the token holds a figure.
    marked: Vec<u32>,
    han: usize,
    kana: usize,
    letters: usize,
}

impl Tokens {
    fn read(key: &str) -> Tokens {
        let table = chars();
        let mut tokens = Tokens::default();
        tokens.hashes.reserve(key.len() / 4);
        tokens.marked.reserve(key.len() / 4);
        let bytes = key.as_bytes();
        let (mut start, mut figure, mut at) = (0, false, 0);
        while let Some(&byte) = bytes.get(at) {
            match BYTES[usize::from(byte)] {
                ByteKind::Letter => {
                    at += 1;
                    continue;
                }
                ByteKind::Digit => {
                    figure = true;
                    at += 1;
                    continue;
                }
                ByteKind::Gap => {
                    tokens.word(&bytes[start..at], figure);
                    at += 1;
                    (start, figure) = (at, false);
                    continue;
                }
                ByteKind::Other => {}
            }
            let c = key[at..].chars().next().unwrap_or_default();
            let (kinds, end) = (table.kinds(c), at + c.len_utf8());
            if kinds.any(Kinds::WORD) && !kinds.any(Kinds::UNSPACED) {
                figure |= kinds.any(Kinds::NUMERIC);
            } else {
                tokens.word(&bytes[start..at], figure);
                (start, figure) = (end, false);
                if kinds.any(Kinds::UNSPACED) {
                    tokens.character(c, kinds);
                }
            }
            at = end;
        }
        tokens.word(&bytes[start..], figure);
        tokens
    }

    fn word(&mut self, word: &[u8], figure: bool) {
        if !word.is_empty() {
            self.push(xxhash_rust::xxh3::xxh3_64(word), figure);
        }
    }

    fn character(&mut self, c: char, kinds: Kinds) {
        self.push(mix(u64::from(u32::from(c))), is_numeral(c) || kinds.any(Kinds::NUMERIC));
        match u32::from(c) {
            0x3040..=0x30FF => self.kana += 1,
            _ if is_han(c) => self.han += 1,
            _ => self.letters += 1,
        }
    }

    fn push(&mut self, hash: u64, figure: bool) {
        self.hashes.push(hash);
        self.marked.push(((hash >> 32) as u32 & !TOKEN_FIGURE) | u32::from(figure));
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
}

/// For each run of so many tokens, whether one of them holds a figure.
fn figures_in_runs(tokens: &[u32], length: usize) -> impl Iterator<Item = bool> {
    let length = length.min(tokens.len()).max(1);
    let figure = |at: usize| (tokens[at] & TOKEN_FIGURE) as usize;
    let mut inside: usize = (0..length - 1).map(figure).sum();
    (length - 1..tokens.len()).map(move |last| {
        inside += figure(last);
        let any = inside > 0;
        inside -= figure(last + 1 - length);
        any
    })
}

/// Numerals of Chinese and Japanese, which Unicode does not count as numbers.
fn is_numeral(c: char) -> bool {
    matches!(c, '零' | '一' | '二' | '三' | '四' | '五' | '六' | '七' | '八' | '九' | '十' | '百' | '千' | '万' | '亿')
}

/// Base of the rolling polynomial: any odd number with well mixed bits (the golden ratio's).
const BASE: u64 = 0x9E37_79B9_7F4A_7C15;

/// Visits a hash of every run of so many tokens; a text shorter than one run is one run.
fn each_run<T: Copy + Into<u64>>(tokens: &[T], length: usize, mut visit: impl FnMut(u64)) {
    let length = length.min(tokens.len());
    if length == 0 {
        return;
    }
    let join = |hash: u64, token: T| hash.wrapping_mul(BASE).wrapping_add(token.into());
    let leaves = (1..length).fold(1_u64, |power, _| power.wrapping_mul(BASE));
    let mut hash = tokens[..length].iter().fold(0, |hash, &token| join(hash, token));
    visit(hash);
    for (&first, &next) in tokens.iter().zip(&tokens[length..]) {
        hash = join(hash.wrapping_sub(first.into().wrapping_mul(leaves)), next);
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

    #[test]
    fn a_text_begins_on_its_own_until_it_goes_on_as_the_other() {
        let words =
            |from: usize, to: usize| (from..to).map(|number| format!("w{number}x")).collect::<Vec<_>>().join(" ");
        let other = Units::of(&words(500, 700));
        let own = |text: &str| Units::of(text).kind.own_beginning(&Units::of(text).tokens, &other.set());
        assert_eq!(own(&words(500, 600)), 0);
        assert_eq!(own(&format!("{} {}", words(0, 90), words(500, 600))), 90);
        // A phrase of both is no beginning of the other.
        assert_eq!(own(&format!("{} {} {} {}", words(0, 90), words(600, 605), words(90, 180), words(500, 600))), 185);
        assert_eq!(own(&words(0, 80)), 78);
        assert_eq!((own(""), own("w500x")), (0, 1));
    }

    fn set(key: &str) -> Vec<u64> {
        Units::of(key).set()
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
            assert_eq!((found.kind, found.count(), found.set().len()), (kind, units, units as usize), "{key}");
        }
    }

    #[test]
    fn figures_in_the_same_place_are_told_from_others() {
        let count = |first: &str, second: &str| {
            let [first, second] = [first, second].map(Units::of);
            first.kind.figures_in_place(&first.tokens, &second.tokens)
        };
        let bulletin = |rate: u32| format!("gold stands at {rate} in the town and silver at 12 an ounce");
        assert_eq!(count(&bulletin(36), &bulletin(37)), [3, 3]);
        assert_eq!(count(&bulletin(36), &bulletin(36)), [0, 0]);
        // Nothing of the other stands around it.
        assert_eq!(count(&bulletin(36), "quite another story with 40 words and a rate"), [0, 0]);
        assert_eq!(count("越南中部下雨三十五毫米", "越南中部下雨四十六毫米").iter().sum::<u32>(), 10);
    }

    #[test]
    fn figures_are_seen() {
        let figures = |key: &str| {
            let Units { tokens, kind, .. } = Units::of(key);
            figures_in_runs(&tokens, kind.lengths().0).collect::<Vec<_>>()
        };
        assert_eq!(figures("giá vàng 36 triệu đồng một lượng"), [true, true, true, false, false]);
        assert_eq!(figures("第三届大会开幕"), [true, true, false, false, false]);
        assert_eq!(figures("36"), [true]);
        let in_set = |key: &str| Units::of(key).set().into_iter().filter(|unit| has_figure(*unit)).count();
        assert_eq!(in_set("giá vàng 36 triệu đồng một lượng"), 3);
    }
}
