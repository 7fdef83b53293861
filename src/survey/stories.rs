//! Stories of other records: where else in the dump a line stands.
//!
//! A headline or teaser below an article is most often the beginning of another article of the same dump, word for word, and a second
//! story below the first stands alone in a record of its own. For the first and the last bytes of every sentence two sketches keep the
//! records in which they stand nearest to the beginning and furthest below, and how far: of two copies one is the former, the other the
//! latter. The least and the greatest number stay, so that neither order nor threads change them.

use std::collections::BTreeMap;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use xxhash_rust::xxh3::xxh3_64;

use super::{digest_slots, slot_bits};
use crate::hashing::Digest;

/// Least and most slots of each of the two sketches, as powers of two: 2 × 32 MiB at most. Where they are crowded, beginnings stay in the
/// former and what chance decides in the latter.
const SLOT_BITS: (u32, u32) = (12, 22);
/// Slots that are made at once, when the first of them is needed: large inputs may hold little that is a record.
const CHUNK_SLOTS: usize = 1 << 12;
/// Stored bytes of input that stand for one slot, two to a key. Fewer tell no more; with 64 one of ten keys is lost, with 350 a third of
/// what is learned of copies.
const BYTES_PER_SLOT: u64 = 16;
/// Shortest sentence that is noted, in bytes: about five syllables of Vietnamese or eight Chinese characters. Shorter ones recur by chance.
const MIN_SENTENCE_BYTES: usize = 24;
/// Bytes of a sentence's beginning and end that stand for it: a headline that is glued to its teaser begins the same sentence, and a
/// teaser that is cut short has no end.
const KEY_BYTES: usize = 48;
/// A record that shares one in so many of a line's keys counts as printing it: edited copies keep few of them.
const SHARED_KEYS: usize = 4;
/// First bytes, in UTF-8, of the Chinese full stop and of the other two marks.
const WIDE_MARKS: (u8, u8) = (0xe3, 0xef);
/// Shortest sentence that tells of a story alone.
const MIN_ALONE_BYTES: usize = 32;
/// Shortest line that counts for how far below the beginning another one stands: menus and headlines in front do not.
const MIN_PROSE_BYTES: usize = 80;
/// Bytes of prose that are one step below the beginning.
const STEP_BYTES: usize = 64;

/// Another record that prints a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Other {
    /// Hash that stands for the record.
    pub record: u32,
    /// How far below its beginning, in steps of 64 bytes of prose.
    pub at: u8,
    /// Whether it shares the beginning of a sentence, not only an end.
    pub by_beginning: bool,
}

/// Where else in the dump a line stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Elsewhere {
    /// The record that prints it nearest to its beginning, where that is not this one.
    pub nearest: Option<Other>,
    /// The record that prints it furthest below, where that is not this one.
    pub furthest: Option<Other>,
    /// How far below the beginning of this record, in steps.
    pub here: u8,
    /// Keys that another record prints too.
    pub shared_keys: u32,
    /// Keys of which both sketches know that no other record prints them.
    pub own_keys: u32,
}

/// For each sentence the records that print it nearest to their beginning and furthest below.
#[derive(Debug)]
pub struct Stories {
    /// From the highest bit: 8 of the place, 24 of the key, 32 of the record; the least stays, as the greatest of the complements.
    nearest: Slots,
    /// From the highest bit: 24 of the key, 8 of the place, 32 of the record; the greatest stays.
    furthest: Slots,
}

/// A table of numbers, by key, of which the greatest stays; 0 where nothing is known.
#[derive(Debug)]
struct Slots(Box<[OnceLock<Box<[AtomicU64]>>]>);

impl Slots {
    fn new(bits: u32) -> Slots {
        Slots((0..(1usize << bits) / CHUNK_SLOTS).map(|_| OnceLock::new()).collect())
    }

    fn raise(&self, key: u64, value: u64) {
        let (chunk, slot) = self.place(key);
        let chunk = self.0[chunk].get_or_init(|| (0..CHUNK_SLOTS).map(|_| AtomicU64::new(0)).collect());
        chunk[slot].fetch_max(value, Ordering::Relaxed);
    }

    fn get(&self, key: u64) -> u64 {
        let (chunk, slot) = self.place(key);
        self.0[chunk].get().map_or(0, |chunk| chunk[slot].load(Ordering::Relaxed))
    }

    /// The chunk and the slot in it of a key.
    fn place(&self, key: u64) -> (usize, usize) {
        let slot = key as usize;
        ((slot / CHUNK_SLOTS) & (self.0.len() - 1), slot & (CHUNK_SLOTS - 1))
    }
}

impl Stories {
    /// A sketch for some bytes of text.
    pub fn new(bytes: u64) -> Stories {
        let bits = slot_bits(bytes / BYTES_PER_SLOT, SLOT_BITS);
        Stories { nearest: Slots::new(bits), furthest: Slots::new(bits) }
    }

    /// Notes the lines of a record that has this text.
    pub fn note<'t>(&self, text: &str, lines: impl Iterator<Item = &'t str>) {
        let record = record_of(text);
        for (line, at) in placed(lines) {
            for (key, _) in keys(line) {
                let (check, at, record) = (key >> 40, u64::from(at), u64::from(record));
                self.nearest.raise(key, !(at << 56 | check << 32 | record));
                self.furthest.raise(key, check << 40 | at << 32 | record);
            }
        }
    }

    /// Where else the lines of a record that has this text stand: in records that share enough of a line's keys.
    pub fn look<'t>(&self, text: &str, lines: impl Iterator<Item = &'t str>) -> Vec<Elsewhere> {
        let own = record_of(text);
        placed(lines).map(|(line, here)| self.look_up(line, here, own)).collect()
    }

    fn look_up(&self, line: &str, here: u8, own: u32) -> Elsewhere {
        let (mut nearest, mut furthest, mut all) = (Votes::default(), Votes::default(), 0);
        let (mut shared_keys, mut own_keys) = (0, 0);
        for (key, by_beginning) in keys(line) {
            all += 1;
            let (near, far) = (!self.nearest.get(key), self.furthest.get(key));
            let known = [
                (near >> 32 & 0xff_ffff == key >> 40).then_some((near as u32, (near >> 56) as u8)),
                (far >> 40 == key >> 40).then_some((far as u32, (far >> 32) as u8)),
            ];
            let others = known.map(|it| it.filter(|(record, _)| *record != own));
            if others.iter().any(Option::is_some) {
                shared_keys += 1;
            } else if known.iter().all(Option::is_some) {
                own_keys += 1;
            }
            for (votes, other) in [&mut nearest, &mut furthest].into_iter().zip(others) {
                if let Some((record, at)) = other {
                    votes.add(Other { record, at, by_beginning });
                }
            }
        }
        let is_enough = |count: usize| SHARED_KEYS * count >= all && (count >= 2 || line.len() >= MIN_ALONE_BYTES);
        Elsewhere { nearest: nearest.most(is_enough), furthest: furthest.most(is_enough), here, shared_keys, own_keys }
    }

    /// Adds all that is known to a hash.
    pub fn digest(&self, digest: &mut Digest) {
        let chunks = self.nearest.0.iter().chain(&self.furthest.0);
        for (number, chunk) in chunks.enumerate().filter_map(|(number, chunk)| Some((number, chunk.get()?))) {
            digest.update(&number.to_le_bytes());
            digest_slots(digest, chunk.iter().map(|slot| slot.load(Ordering::Relaxed).to_le_bytes()));
        }
    }
}

/// How many keys of a line other records share, and where they print it.
#[derive(Debug, Default)]
struct Votes(BTreeMap<u32, (usize, Other)>);

impl Votes {
    fn add(&mut self, vote: Other) {
        let (count, other) = self.0.entry(vote.record).or_insert((0, vote));
        *count += 1;
        other.at = other.at.min(vote.at);
        other.by_beginning |= vote.by_beginning;
    }

    /// The record that prints most of them, where they are enough.
    fn most(self, is_enough: impl Fn(usize) -> bool) -> Option<Other> {
        let (count, other) = self.0.into_values().max_by_key(|(count, other)| (*count, u32::MAX - other.record))?;
        is_enough(count).then_some(other)
    }
}

fn record_of(text: &str) -> u32 {
    xxh3_64(text.as_bytes()) as u32
}

/// Each line with how far below the beginning it stands.
fn placed<'t>(lines: impl Iterator<Item = &'t str>) -> impl Iterator<Item = (&'t str, u8)> {
    let mut before = 0;
    lines.map(move |line| {
        let at = (before / STEP_BYTES).min(usize::from(u8::MAX)) as u8;
        if line.len() >= MIN_PROSE_BYTES {
            before += line.len();
        }
        (line, at)
    })
}

/// The keys of a line's sentences, and whether they are of a beginning: of the first and last bytes, of all where they are short.
fn keys(line: &str) -> impl Iterator<Item = (u64, bool)> {
    sentences(line).flat_map(|sentence| {
        let is_short = sentence.len() <= KEY_BYTES;
        let first = &sentence[..sentence.floor_char_boundary(KEY_BYTES)];
        let last = &sentence[sentence.ceil_char_boundary(sentence.len().saturating_sub(KEY_BYTES))..];
        let parts = [Some((first, true)), (!is_short).then_some((last, false))];
        parts.into_iter().flatten().map(|(part, by_beginning)| (xxh3_64(part.as_bytes()), by_beginning))
    })
}

/// The sentences of a line, without marks around them, that are long enough.
fn sentences(line: &str) -> impl Iterator<Item = &str> {
    // Most lines have no mark of the width of Chinese characters.
    let is_wide = memchr::memchr2(WIDE_MARKS.0, WIDE_MARKS.1, line.as_bytes()).is_some();
    let mut rest = line;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let end = if is_wide { wide_sentence_end(rest) } else { sentence_end(rest) };
        let (sentence, behind) = rest.split_at(end);
        rest = behind;
        Some(sentence.trim_matches(|c: char| !c.is_alphanumeric()))
    })
    .filter(|sentence| sentence.len() >= MIN_SENTENCE_BYTES)
}

/// Where the first sentence of a text ends: behind a full stop with a blank.
fn sentence_end(text: &str) -> usize {
    let bytes = text.as_bytes();
    memchr::memchr3_iter(b'.', b'!', b'?', bytes)
        .find(|at| bytes.get(at + 1) == Some(&b' '))
        .map_or(bytes.len(), |at| at + 1)
}

/// As [`sentence_end`], or behind a Chinese full stop.
fn wide_sentence_end(text: &str) -> usize {
    let bytes = text.as_bytes();
    (0..bytes.len())
        .find_map(|at| match bytes[at] {
            b'.' | b'!' | b'?' if bytes.get(at + 1) == Some(&b' ') => Some(at + 1),
            byte if byte == WIDE_MARKS.0 || byte == WIDE_MARKS.1 => {
                ["。", "！", "？"].iter().any(|mark| bytes[at..].starts_with(mark.as_bytes())).then_some(at + 3)
            }
            _ => None,
        })
        .unwrap_or(bytes.len())
}
