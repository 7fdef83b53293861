//! Maps with keys that need no hashing.

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
