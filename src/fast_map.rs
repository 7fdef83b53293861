//! Maps with keys that need no hashing, or next to none.

use std::collections::{HashMap, HashSet};
use std::hash::BuildHasherDefault;

/// A map with keys that are hashes already.
pub(crate) type FastMap<K, V> = HashMap<K, V, BuildHasherDefault<PlainHasher>>;

/// A set of letters or of numbers that are hashes already.
pub type FastSet<K> = HashSet<K, BuildHasherDefault<PlainHasher>>;

/// For keys that are hashes already.
#[derive(Debug, Default, Clone, Copy)]
pub struct PlainHasher(u64);

impl std::hash::Hasher for PlainHasher {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        }
    }
    fn write_u32(&mut self, key: u32) {
        self.write_u64(u64::from(key));
    }
    fn write_u64(&mut self, key: u64) {
        self.0 = key.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }
}

/// An odd number with bits all over: 2^64 divided by the golden ratio, Fibonacci hashing (Knuth, TAOCP 6.4).
const MIX: u64 = 0x9E37_79B9_7F4A_7C15;

/// Both halves of a product, as one number in which every bit of both factors has its part.
#[inline]
fn mixed(number: u64) -> u64 {
    let product = u128::from(number) * u128::from(MIX);
    (product >> 64) as u64 ^ product as u64
}

/// The hash of a word.
pub(crate) fn word_hash(word: &[u8]) -> u64 {
    let mut hash = 1;
    let mut rest = word;
    loop {
        let (eight, behind) = rest.split_at(rest.len().min(8));
        hash = word_hash_step(hash, eight.iter().rev().fold(0, |all, byte| all << 8 | u64::from(*byte)));
        if behind.is_empty() {
            return hash;
        }
        rest = behind;
    }
}

/// One step of [`word_hash`], which begins with 1: eight bytes of the word, the first one lowest, zeros behind its end.
#[inline]
pub(crate) fn word_hash_step(hash: u64, eight: u64) -> u64 {
    mixed(eight ^ hash)
}

/// A map from hashes of words to numbers from 1 on, made once. Half of the hash is kept beside the value, so that eight places fill a line
/// of the processor's cache; the other half says where to look.
#[derive(Debug, Default)]
pub(crate) struct WordMap {
    /// Upper half of the hash, and value; 0 = empty. The length is a power of two, or 0.
    slots: Vec<u64>,
}

impl WordMap {
    /// Some hashes with their values.
    pub fn new(words: &[(u64, u32)]) -> WordMap {
        let mut slots = vec![0; (words.len() * 3).next_power_of_two()];
        let last = slots.len() - 1;
        for &(hash, value) in words {
            let mut at = hash as usize & last;
            while slots[at] != 0 {
                at = (at + 1) & last;
            }
            slots[at] = (hash >> 32 << 32) | u64::from(value);
        }
        WordMap { slots }
    }

    /// The value of a word; 0 where it has none.
    #[inline]
    #[expect(clippy::needless_bitwise_bool, reason = "one branch instead of two")]
    pub fn get(&self, hash: u64) -> u32 {
        let last = self.slots.len().wrapping_sub(1);
        let mut at = hash as usize;
        loop {
            let Some(&slot) = self.slots.get(at & last) else { return 0 };
            // One branch: whether a word is known cannot be foreseen, that its place is no other's can.
            if (slot == 0) | ((slot ^ hash) >> 32 == 0) {
                return slot as u32;
            }
            at += 1;
        }
    }
}

/// Where the search for a key begins: its bits are spread a little, since keys are hashes or two numbers side by side.
#[inline]
fn place(key: u64) -> usize {
    (key ^ (key >> 32).wrapping_mul(MIX)) as usize
}

/// A map from numbers to numbers from 1 on, in one array (open addressing). It grows with what is put in and never shrinks.
#[derive(Debug, Default, Clone)]
pub(crate) struct NumberMap {
    /// Key and value; value 0 = empty. The length is a power of two, or 0.
    slots: Vec<(u64, u32)>,
    count: usize,
}

impl NumberMap {
    /// An empty map with room for some keys.
    pub fn with_room(keys: usize) -> NumberMap {
        NumberMap { slots: vec![(0, 0); (keys * 2 + 2).next_power_of_two().max(16)], count: 0 }
    }

    /// The value of a key; 0 where it has none.
    #[inline]
    #[expect(clippy::needless_bitwise_bool, reason = "one branch instead of two")]
    pub fn get(&self, key: u64) -> u32 {
        let last = self.slots.len().wrapping_sub(1);
        let mut at = place(key);
        loop {
            let Some(&(known, value)) = self.slots.get(at & last) else { return 0 };
            // One branch: whether a key is known cannot be foreseen, that its place is no other's can.
            if (value == 0) | (known == key) {
                return value;
            }
            at += 1;
        }
    }

    /// The place of a key's value, which is 0 where it is new and must be set.
    fn slot(&mut self, key: u64) -> &mut u32 {
        if self.slots.len() <= self.count * 2 {
            let larger = vec![(0, 0); (self.slots.len() * 2).max(16)];
            let old = std::mem::replace(&mut self.slots, larger);
            self.count = 0;
            for (key, value) in old.into_iter().filter(|(_, value)| *value != 0) {
                *self.slot(key) = value;
            }
        }
        let last = self.slots.len() - 1;
        let mut at = place(key) & last;
        while self.slots[at].1 != 0 && self.slots[at].0 != key {
            at = (at + 1) & last;
        }
        let slot = &mut self.slots[at];
        self.count += usize::from(slot.1 == 0);
        slot.0 = key;
        &mut slot.1
    }

    /// All keys with their values, in no order that means anything.
    pub fn entries(&self) -> impl Iterator<Item = (u64, u32)> {
        self.slots.iter().copied().filter(|(_, value)| *value != 0)
    }

    /// Gives a key its value, unless it has one.
    pub fn insert(&mut self, key: u64, value: u32) {
        let slot = self.slot(key);
        if *slot == 0 {
            *slot = value;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_gives_what_it_was_given() {
        let mut map = NumberMap::default();
        assert_eq!(map.get(0), 0);
        for number in 0..1000_u64 {
            map.insert(number << 32, number as u32 + 1);
            map.insert(number << 32, 7);
        }
        for number in 0..1000_u64 {
            assert_eq!((map.get(number << 32), map.get(number << 32 | 1)), (number as u32 + 1, 0));
        }
        let words: Vec<(u64, u32)> = (0..1000).map(|number| (mixed(number), number as u32 + 1)).collect();
        let map = WordMap::new(&words);
        assert!(words.iter().all(|(hash, value)| map.get(*hash) == *value));
        assert!((1000..2000).all(|number| map.get(mixed(number)) == 0));
        assert_eq!(WordMap::default().get(1), 0);
    }

    #[test]
    fn a_word_is_hashed_in_steps() {
        assert_eq!(word_hash(b"a"), word_hash_step(1, u64::from(b'a')));
        assert_eq!(word_hash(b"nghiengh"), word_hash_step(1, u64::from_le_bytes(*b"nghiengh")));
        assert_eq!(word_hash(b"nghienghi"), word_hash_step(word_hash(b"nghiengh"), u64::from(b'i')));
        assert_ne!(word_hash(b"ab"), word_hash(b"a"));
    }
}
