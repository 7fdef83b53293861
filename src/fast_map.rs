//! Maps with keys that need no hashing, or next to none.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;

/// A map with keys that are hashes already.
pub(crate) type FastMap<K, V> = HashMap<K, V, BuildHasherDefault<PlainHasher>>;

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

/// The hash of some bytes of a text.
#[inline]
pub(crate) fn word_hash(bytes: &[u8], start: usize, end: usize) -> u64 {
    // Eight bytes from a place on, zeros behind the end of the word.
    let eight = |at: usize| {
        let read = match bytes.get(at..at + 8).and_then(|eight| eight.try_into().ok()) {
            Some(eight) => u64::from_le_bytes(eight),
            None => bytes[at..].iter().rev().fold(0, |all, byte| all << 8 | u64::from(*byte)),
        };
        let over = (at + 8).saturating_sub(end) as u32;
        read & u64::MAX.checked_shr(over * 8).unwrap_or(0)
    };
    let mut hash = mixed(eight(start) ^ 1);
    let mut at = start + 8;
    while at < end {
        hash = mixed(hash ^ eight(at));
        at += 8;
    }
    hash
}

/// A map from numbers to numbers from 1 on, in one array (open addressing). It grows with what is put in and never shrinks.
#[derive(Debug, Default, Clone)]
pub(crate) struct NumberMap {
    /// Key and value; value 0 = empty. The length is a power of two, or 0.
    slots: Vec<(u64, u32)>,
    count: usize,
}

impl NumberMap {
    /// The value of a key; 0 where it has none.
    #[inline]
    pub fn get(&self, key: u64) -> u32 {
        let last = self.slots.len().wrapping_sub(1);
        let mut at = mixed(key) as usize;
        loop {
            let Some(&(known, value)) = self.slots.get(at & last) else { return 0 };
            if value == 0 || known == key {
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
        let mut at = mixed(key) as usize & last;
        while self.slots[at].1 != 0 && self.slots[at].0 != key {
            at = (at + 1) & last;
        }
        let slot = &mut self.slots[at];
        self.count += usize::from(slot.1 == 0);
        slot.0 = key;
        &mut slot.1
    }

    /// All values, those of empty places (0) among them.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut u32> {
        self.slots.iter_mut().map(|(_, value)| value)
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
    }

    #[test]
    fn a_word_has_one_hash_wherever_it_stands() {
        for word in ["", "a", "nghiêng", "nghiệp ", "Wissenschaftlerinnen"] {
            let alone = word_hash(word.as_bytes(), 0, word.len());
            for around in ["", "b", "xyz xyz xyz xyz xyz"] {
                let text = format!("{around}{word}{around}");
                assert_eq!(word_hash(text.as_bytes(), around.len(), around.len() + word.len()), alone, "{text}");
            }
        }
        assert_ne!(word_hash(b"ab", 0, 1), word_hash(b"ab", 0, 2));
    }
}
