//! Lines that many pages of one site print: menus, footers, tag lists.

use std::sync::atomic::{AtomicU16, Ordering};

use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::{digest_slots, slot_bits};
use crate::hashing::Digest;

/// Least and most slots of a row of the sketch, as powers of two: 2 × 16 MiB at most. Filled with the lines of 1 GiB of news text, of
/// some 80 bytes each, a line of one record passes for one of four in 1 of 2,000 cases.
const SLOT_BITS: (u32, u32) = (12, 23);
/// Stored bytes of input that stand for one slot: one line of text in ten slots, of compressed text in two.
const BYTES_PER_SLOT: u64 = 8;
/// Longest lines of a record of which one stands for the record: two copies of an article share it, two pages of a site do not.
const TELLING_LINES: usize = 4;
/// Longest line that is noted, in bytes: page furniture is shorter.
const MAX_LINE_BYTES: usize = 1000;

/// Counts, for each line, the different records that print it.
#[derive(Debug)]
pub struct Templates {
    /// Two rows of bits: a line's count is what both of its slots agree on.
    rows: [Box<[AtomicU16]>; 2],
    /// Different records from which on a line is one of the site's.
    records: u32,
}

impl Templates {
    /// A sketch for some bytes of text. Lines that `records` different records print are templates.
    pub fn new(bytes: u64, records: u32) -> Templates {
        let bits = slot_bits(bytes / BYTES_PER_SLOT, SLOT_BITS);
        let row = || (0..1usize << bits).map(|_| AtomicU16::new(0)).collect();
        Templates { rows: [row(), row()], records }
    }

    /// Notes the lines of a record of the site with this seed.
    pub fn note<'t>(&self, lines: impl Iterator<Item = &'t str> + Clone, seed: u64) {
        let mut longest: Vec<&str> = Vec::with_capacity(TELLING_LINES + 1);
        for line in lines.clone() {
            let at = longest.partition_point(|other| other.len() >= line.len());
            if at < TELLING_LINES && !longest.contains(&line) {
                longest.insert(at, line);
                longest.truncate(TELLING_LINES);
            }
        }
        let mut telling: Vec<u64> = longest.iter().map(|line| line_key(line, seed)).collect();
        telling.sort_unstable();
        for line in lines.filter(|line| line.len() <= MAX_LINE_BYTES) {
            let key = line_key(line, seed);
            // A line does not tell records apart that all print it.
            let own = telling.iter().find(|telling| **telling != key).unwrap_or(&0);
            let bit = 1 << (own >> 20 & 15);
            for slot in self.slots(key) {
                // Most lines that recur have set their bit already.
                if slot.load(Ordering::Relaxed) & bit == 0 {
                    slot.fetch_or(bit, Ordering::Relaxed);
                }
            }
        }
    }

    /// Whether a line of the site with this seed is a template.
    pub fn has(&self, line: &str, seed: u64) -> bool {
        let [first, second] = self.slots(line_key(line, seed)).map(|slot| slot.load(Ordering::Relaxed));
        (first & second).count_ones() >= self.records
    }

    /// Adds all that is known to a hash.
    pub fn digest(&self, digest: &mut Digest) {
        let slots = self.rows.iter().flatten();
        digest_slots(digest, slots.map(|slot| slot.load(Ordering::Relaxed).to_le_bytes()));
    }

    fn slots(&self, key: u64) -> [&AtomicU16; 2] {
        let mask = self.rows[0].len() - 1;
        [&self.rows[0][key as usize & mask], &self.rows[1][(key >> 32) as usize & mask]]
    }
}

fn line_key(line: &str, seed: u64) -> u64 {
    xxh3_64_with_seed(line.as_bytes(), seed)
}
