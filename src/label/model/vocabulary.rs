//! The words and pairs of neighbouring words of a record's lines as small numbers, so that overlap is counted by index.

use std::ops::Range;

use crate::chars::{Kinds, chars};
use crate::fast_map;
use crate::latin;
use crate::text::is_unspaced;

/// Fewest letters of a content word. Vietnamese syllables are shorter: there the pairs speak.
const CONTENT_LETTERS: u32 = 4;
/// Most letters of a word that may count as a function word.
const FUNCTION_LETTERS: u32 = 4;

/// Words (characters, in unspaced scripts) and pairs of each line. Every word and pair of the record has a number.
#[derive(Debug, Default, Clone)]
pub struct Vocabulary {
    /// Numbers of the words of all lines, in order of the text.
    words: Vec<u32>,
    /// Where each of them begins in its line, in bytes.
    word_starts: Vec<u32>,
    word_ends: Vec<u32>,
    /// Different pairs of each line.
    pairs: Vec<u32>,
    pair_ends: Vec<u32>,
    table: Interner,
    /// Different words, by number.
    known_words: Vec<Word>,
    /// Different pairs, by number.
    known_pairs: Vec<Pair>,
    /// Lines of the text compared with, by word and by pair.
    word_counts: Vec<u32>,
    pair_counts: Vec<u32>,
    /// Which of the lines counted so far had a word last.
    word_last: Vec<u32>,
    counted_lines: u32,
    /// The lines that [`Self::count`] has counted last.
    chosen: Vec<bool>,
}

/// A word of the record.
#[derive(Debug, Clone, Copy)]
struct Word {
    key: u64,
    /// Numbers with as many digits have one.
    hash: u32,
    kind: WordKind,
}

/// A pair of words of the record.
#[derive(Debug, Clone, Copy)]
struct Pair {
    hash: u32,
    /// First and last line that holds it.
    first: u32,
    last: u32,
    /// Whether it is one of unspaced characters: such a pair is a word.
    is_word: bool,
}

#[derive(Debug, Clone, Copy, Default)]
struct WordKind {
    letters: u32,
    unspaced: bool,
    number: bool,
}

/// Open addressing over hashes that are well mixed. Keys and numbers stand apart, so that an empty table is nothing but zeros.
#[derive(Debug, Default, Clone)]
struct Interner {
    keys: Vec<u64>,
    numbers: Vec<u32>,
    used: usize,
}

impl Interner {
    #[inline]
    fn number(&mut self, key: u64, next: u32) -> (u32, bool) {
        if self.used * 3 >= self.keys.len() * 2 {
            self.resize((self.keys.len() * 2).max(1024));
        }
        let key = key | 1;
        let at = self.place(key);
        if self.keys[at] == key {
            return (self.numbers[at], false);
        }
        (self.keys[at], self.numbers[at]) = (key, next);
        self.used += 1;
        (next, true)
    }

    /// Where a key stands, or would.
    #[inline]
    fn place(&self, key: u64) -> usize {
        let mask = self.keys.len() - 1;
        let mut at = (key >> 20) as usize & mask;
        while self.keys[at] != key && self.keys[at] != 0 {
            at = (at + 1) & mask;
        }
        at
    }

    /// Makes room for so many keys.
    fn reserve(&mut self, keys: usize) {
        if self.keys.len() < keys * 2 {
            self.resize((keys * 2).next_power_of_two());
        }
    }

    fn resize(&mut self, size: usize) {
        let keys = std::mem::replace(&mut self.keys, vec![0; size]);
        let numbers = std::mem::replace(&mut self.numbers, vec![0; size]);
        for (key, number) in keys.into_iter().zip(numbers).filter(|(key, _)| *key != 0) {
            let at = self.place(key);
            (self.keys[at], self.numbers[at]) = (key, number);
        }
    }
}

/// The hash of a word for the linear model. Numbers say only how long they are.
fn word_hash(hash: u64, kind: WordKind) -> u32 {
    if kind.number { kind.letters } else { (hash >> 32) as u32 }
}

/// The places of a line's entries, given where those of each line end; none for a line that there is not.
fn of_row(ends: &[u32], row: usize) -> std::ops::Range<usize> {
    let start = row.checked_sub(1).and_then(|above| ends.get(above)).map_or(0, |end| *end as usize);
    start..ends.get(row).map_or(start, |end| *end as usize)
}

const WORD_SEED: u64 = 0x51_7C_C1_B7_27_22_0A_95;
const PAIR_SEED: u64 = 0x9E37_79B9_7F4A_7C15;

fn mix(hash: u64, value: u64) -> u64 {
    let product = (hash ^ value).wrapping_mul(PAIR_SEED);
    product ^ (product >> 29)
}

/// The hash of a word by which it is known in its record.
fn word_hash_of(folded: &str, start: usize, end: usize) -> u64 {
    fast_map::word_hash(&folded.as_bytes()[start..end])
}

impl Word {
    fn of(word: &str) -> Word {
        // Unspaced characters are words of their own.
        let unspaced = word.chars().next().is_some_and(is_unspaced);
        let mut kind = WordKind { letters: 0, unspaced, number: word.bytes().all(|byte| byte.is_ascii_digit()) };
        let mut key = WORD_SEED;
        for c in word.chars() {
            key = mix(key, u64::from(c));
            kind.letters += 1;
        }
        Word { key, hash: word_hash(key, kind), kind }
    }
}

/// The key of the first word of a folded phrase that begins with a word, as [`Vocabulary::beginnings`] gives it.
#[must_use]
pub fn first_word(phrase: &str) -> u64 {
    phrase[..first_word_bytes(phrase)].chars().fold(WORD_SEED, |hash, c| mix(hash, u64::from(c)))
}

/// The bytes of that word.
#[must_use]
pub fn first_word_bytes(phrase: &str) -> usize {
    let chars = chars();
    let word = |c: char| chars.kinds(c).any(Kinds::WORD) && !chars.kinds(c).any(Kinds::UNSPACED);
    let count = phrase.chars().take_while(|c| word(*c)).count().max(1);
    phrase.chars().take(count).map(char::len_utf8).sum()
}

impl Vocabulary {
    /// Reads folded lines, and whether each is plain ([`latin`]).
    pub fn new<'a>(lines: impl Iterator<Item = (&'a str, bool)> + Clone) -> Vocabulary {
        // Words have four letters and more with the space between them; about every second one is new.
        let words = lines.clone().map(|(line, _)| line.len()).sum::<usize>() / 4;
        let mut vocabulary = Vocabulary {
            words: Vec::with_capacity(words),
            word_starts: Vec::with_capacity(words),
            word_ends: Vec::with_capacity(lines.size_hint().0),
            pair_ends: Vec::with_capacity(lines.size_hint().0),
            pairs: Vec::with_capacity(words),
            known_words: Vec::with_capacity(words / 2),
            known_pairs: Vec::with_capacity(words),
            ..Vocabulary::default()
        };
        vocabulary.table.reserve(words);
        for (line, is_plain) in lines {
            vocabulary.line(line, is_plain);
        }
        vocabulary.word_counts = vec![0; vocabulary.known_words.len()];
        vocabulary.pair_counts = vec![0; vocabulary.known_pairs.len()];
        vocabulary
    }

    fn line(&mut self, folded: &str, is_plain: bool) {
        let row = self.word_ends.len() as u32;
        if is_plain {
            self.plain_words(row, folded);
        } else {
            self.all_words(row, folded);
        }
        self.word_ends.push(self.words.len() as u32);
        self.pair_ends.push(self.pairs.len() as u32);
    }

    /// The words of a plain line ([`latin`]).
    fn plain_words(&mut self, row: u32, folded: &str) {
        let bytes = folded.as_bytes();
        let (mut previous, mut at) = (None, 0);
        while let Some(latin::Word { start, end, hash, has_digits }) = latin::next_word(bytes, at) {
            let hash = if has_digits { word_hash_of(folded, start, end) } else { hash };
            previous = Some(self.word(row, folded, start..end, hash, previous));
            at = end;
        }
    }

    fn all_words(&mut self, row: u32, folded: &str) {
        let mut previous = None;
        let chars = chars();
        let mut start = None;
        // One more blank, so that the last word ends too.
        for (at, c) in folded.char_indices().chain(std::iter::once((folded.len(), ' '))) {
            let kinds = if c.is_ascii_lowercase() { Kinds::SMALL_LETTER } else { chars.kinds(c) };
            if kinds.any(Kinds::WORD) && !kinds.any(Kinds::UNSPACED) {
                start.get_or_insert(at);
                continue;
            }
            if let Some(start) = start.take() {
                previous = Some(self.word(row, folded, start..at, word_hash_of(folded, start, at), previous));
            }
            if kinds.any(Kinds::UNSPACED) {
                let end = at + c.len_utf8();
                previous = Some(self.word(row, folded, at..end, word_hash_of(folded, at, end), previous));
            }
        }
    }

    /// Notes a word, given its hash and the number of the word in front of it. Gives its number.
    #[inline]
    fn word(&mut self, row: u32, folded: &str, at: Range<usize>, hash: u64, previous: Option<u32>) -> u32 {
        self.word_starts.push(at.start as u32);
        let (number, new) = self.table.number(hash, self.known_words.len() as u32);
        if new {
            self.known_words.push(Word::of(&folded[at]));
        }
        self.words.push(number);
        if let Some(before) = previous {
            self.pair(row, before, number);
        }
        number
    }

    fn pair(&mut self, row: u32, before: u32, word: u32) {
        let key = mix(u64::from(before) << 32 | u64::from(word), PAIR_SEED);
        let (number, new) = self.table.number(key, self.known_pairs.len() as u32);
        if new {
            let [first, second] = [before, word].map(|word| self.known_words[word as usize]);
            self.known_pairs.push(Pair {
                hash: first.hash.rotate_left(11).wrapping_mul(0x85EB_CA6B) ^ second.hash,
                first: row,
                last: row,
                is_word: second.kind.unspaced && first.kind.unspaced,
            });
            self.pairs.push(number);
        } else {
            let known = &mut self.known_pairs[number as usize];
            if known.last != row {
                known.last = row;
                self.pairs.push(number);
            }
        }
    }

    /// Where the words of a line begin in the folded text, and their keys.
    pub fn beginnings(&self, row: usize) -> impl Iterator<Item = (usize, u64)> {
        of_row(&self.word_ends, row)
            .map(|at| (self.word_starts[at] as usize, self.known_words[self.words[at] as usize].key))
    }

    fn words(&self, row: usize) -> &[u32] {
        &self.words[of_row(&self.word_ends, row)]
    }

    /// How many different words and pairs the record has: their numbers are below.
    #[must_use]
    pub fn known_numbers(&self) -> (usize, usize) {
        (self.known_words.len(), self.known_pairs.len())
    }

    /// The words of a line, of spaced scripts, that have so many letters.
    pub fn long_words(&self, row: usize, letters: u32) -> impl Iterator<Item = u32> {
        self.words(row).iter().copied().filter(move |&word| {
            let kind = self.known_words[word as usize].kind;
            kind.letters >= letters && !kind.unspaced
        })
    }

    /// The different pairs of a line.
    #[must_use]
    pub fn pairs(&self, row: usize) -> &[u32] {
        &self.pairs[of_row(&self.pair_ends, row)]
    }

    /// Hashes of the words of a line, in order.
    pub fn word_hashes(&self, row: usize) -> impl Iterator<Item = u32> {
        self.words(row).iter().map(|&word| self.known_words[word as usize].hash)
    }

    /// Hashes of the different pairs of a line.
    pub fn pair_hashes(&self, row: usize) -> impl Iterator<Item = u32> {
        self.pairs(row).iter().map(|&pair| self.known_pairs[pair as usize].hash)
    }

    /// First and last word of a line.
    #[must_use]
    pub fn ends(&self, row: usize) -> Option<(u32, u32)> {
        let words = self.words(row);
        Some((*words.first()?, *words.last()?))
    }

    /// The words of a line, for [`Self::overlap`].
    #[must_use]
    pub fn word_set(&self, row: usize) -> WordSet {
        let mut member = vec![false; self.known_words.len()];
        let mut size = 0;
        for &word in self.words(row) {
            size += usize::from(!member[word as usize]);
            member[word as usize] = true;
        }
        WordSet { member, size }
    }

    /// Words of a line that a set has, words of the line, words of the set.
    #[must_use]
    pub fn overlap(&self, row: usize, set: &WordSet) -> (usize, usize, usize) {
        let words = self.words(row);
        let shared = words.iter().filter(|&&word| set.member[word as usize]).count();
        (shared, words.len(), set.size)
    }

    /// The largest share of the line's pairs that one other line has, of the lines that have its first, middle or last pair first or
    /// last in the record.
    #[must_use]
    pub fn contained(&self, row: usize) -> f32 {
        let pairs = self.pairs(row);
        if pairs.len() < 3 {
            return 0.0;
        }
        let own = row as u32;
        let mut best = 0;
        for probe in [pairs[0], pairs[pairs.len() / 2], pairs[pairs.len() - 1]] {
            let probe = self.known_pairs[probe as usize];
            for line in [probe.first, probe.last] {
                if line == own {
                    continue;
                }
                let shared = pairs
                    .iter()
                    .map(|&pair| self.known_pairs[pair as usize])
                    .filter(|pair| pair.first == line || pair.last == line)
                    .count();
                best = best.max(shared);
            }
        }
        best as f32 / pairs.len() as f32
    }

    /// Counts, for every word and pair, the chosen lines that hold it.
    pub fn count(&mut self, chosen: impl Fn(usize) -> bool) {
        let chosen: Vec<bool> = (0..self.word_ends.len()).map(chosen).collect();
        // Core, sure lines and longest run are often the same lines.
        if chosen == self.chosen {
            return;
        }
        self.word_counts.fill(0);
        self.pair_counts.fill(0);
        for (row, _) in chosen.iter().enumerate().filter(|(_, is_chosen)| **is_chosen) {
            self.count_line(row, 1);
        }
        self.chosen = chosen;
    }

    /// Adds a line to the counts, or takes one that was counted out of them again. What is taken out must be put back.
    pub fn count_line(&mut self, row: usize, times: i32) {
        self.word_last.resize(self.known_words.len(), 0);
        self.counted_lines += 1;
        for at in of_row(&self.word_ends, row) {
            let word = self.words[at] as usize;
            // Words recur inside a line.
            if self.word_last[word] != self.counted_lines {
                self.word_counts[word] = self.word_counts[word].saturating_add_signed(times);
                self.word_last[word] = self.counted_lines;
            }
        }
        for at in of_row(&self.pair_ends, row) {
            let count = &mut self.pair_counts[self.pairs[at] as usize];
            *count = count.saturating_add_signed(times);
        }
    }

    /// Shares of a line's content words and of its pairs that the lines counted last hold, the line itself left out if it is one of
    /// them. `None` where the line has none.
    #[must_use]
    pub fn known(&self, row: usize, counted: bool) -> (Option<f32>, Option<f32>) {
        let own = u32::from(counted);
        let (mut words, mut known_words, mut known_pairs) = (0u32, 0u32, 0u32);
        for &word in self.words(row) {
            let kind = self.known_words[word as usize].kind;
            if kind.letters >= CONTENT_LETTERS && !kind.unspaced {
                words += 1;
                known_words += u32::from(self.word_counts[word as usize] > own);
            }
        }
        let pairs = self.pairs(row);
        for &pair in pairs {
            let known = u32::from(self.pair_counts[pair as usize] > own);
            known_pairs += known;
            if self.known_pairs[pair as usize].is_word {
                words += 1;
                known_words += known;
            }
        }
        let share = |known: u32, all: u32| (all > 0).then(|| known as f32 / all as f32);
        (share(known_words, words), share(known_pairs, pairs.len() as u32))
    }

    /// The commonest short words of the chosen lines, and the commonest characters of unspaced scripts.
    #[must_use]
    pub fn common_words(&self, number: usize, chosen: impl Fn(usize) -> bool) -> Vec<bool> {
        let mut counts = vec![0u32; self.known_words.len()];
        for row in (0..self.word_ends.len()).filter(|&row| chosen(row)) {
            for &word in self.words(row) {
                counts[word as usize] += 1;
            }
        }
        let mut common = vec![false; self.known_words.len()];
        for unspaced in [false, true] {
            let mut short: Vec<u32> = (0..self.known_words.len() as u32)
                .filter(|&word| {
                    let kind = self.known_words[word as usize].kind;
                    counts[word as usize] > 1
                        && kind.unspaced == unspaced
                        && kind.letters <= FUNCTION_LETTERS
                        && !kind.number
                })
                .collect();
            let order = |word: &u32| (std::cmp::Reverse(counts[*word as usize]), *word);
            if short.len() > number {
                short.select_nth_unstable_by_key(number, order);
                short.truncate(number);
            }
            for word in short {
                common[word as usize] = true;
            }
        }
        common
    }

    /// Share of a line's words that are marked.
    #[must_use]
    pub fn share_of(&self, row: usize, marked: &[bool]) -> f32 {
        let words = self.words(row);
        words.iter().filter(|&&word| marked[word as usize]).count() as f32 / words.len().max(1) as f32
    }
}

/// Words of one line.
#[derive(Debug)]
pub struct WordSet {
    member: Vec<bool>,
    size: usize,
}
