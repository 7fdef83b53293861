//! Which of many literals stand in a text, by three bytes of each.
//!
//! An automaton of all literals answers faster by count of instructions than by the clock: it takes megabytes, and what it reads at the
//! next byte is rarely in the processor's cache. Here each literal has an *anchor*, three of its bytes that are rare in running text, and
//! eight kilobytes say whether three bytes may be one.

use memchr::memmem::Finder;

use crate::fast_map::FastMap;

/// Bytes of an anchor.
const ANCHOR: usize = 3;
/// Bits of the hash of an anchor: some thousand literals fill one place in fifty.
const HASH_BITS: u32 = 16;
/// Numbers of 64 bits that hold a bit for each hash.
const PLACES: usize = 1 << HASH_BITS >> 6;

/// Literals, to be found in texts.
#[derive(Debug, Default)]
pub(super) struct Literals {
    known: Vec<String>,
    /// A bit for the hash of each anchor.
    bits: Vec<u64>,
    /// The literals of each anchor, and where it stands in them.
    by_anchor: FastMap<u64, Vec<(usize, usize)>>,
    /// Literals that are shorter than an anchor, and what finds them.
    short: Vec<(usize, Finder<'static>)>,
}

/// Place and bit of the hash of three bytes.
#[inline]
fn place(anchor: u32) -> (usize, u32) {
    let hash = anchor.wrapping_mul(0x9E37_79B1) >> (u32::BITS - HASH_BITS);
    ((hash >> 6) as usize % PLACES, hash & 63)
}

/// How rare a byte is in running text, roughly: letters of ASCII, blanks and the bytes of Vietnamese letters are not.
fn rarity(byte: u8) -> u32 {
    match byte {
        b'a' | b'c' | b'e' | b'g' | b'h' | b'i' | b'n' | b'o' | b't' | b'u' | b' ' | 0xBA | 0xBB | 0xE1 => 0,
        b'b' | b'd' | b'l' | b'm' | b'p' | b'r' | b's' | b'v' | b'y' | 0xC3..=0xC6 => 1,
        0x80..=0xBF => 2,
        _ => 3,
    }
}

impl Literals {
    pub(super) fn new(literals: Vec<String>) -> Literals {
        let mut all = Literals { bits: vec![0; PLACES], ..Literals::default() };
        for (number, literal) in literals.iter().enumerate() {
            let rare = |window: &[u8]| window.iter().map(|byte| rarity(*byte)).sum::<u32>();
            let anchor = literal.as_bytes().windows(ANCHOR).enumerate().max_by_key(|(_, window)| rare(window));
            let Some((at, &[first, second, third])) = anchor else {
                all.short.push((number, Finder::new(literal).into_owned()));
                continue;
            };
            let anchor = u32::from_le_bytes([first, second, third, 0]);
            let (place, bit) = place(anchor);
            all.bits[place] |= 1 << bit;
            all.by_anchor.entry(u64::from(anchor)).or_default().push((number, at));
        }
        all.known = literals;
        all
    }

    /// Calls `found` with the number of every literal that stands in a text, once or more.
    pub(super) fn find(&self, text: &str, mut found: impl FnMut(usize)) {
        let bytes = text.as_bytes();
        let Ok(bits): Result<&[u64; PLACES], _> = self.bits.as_slice().try_into() else { return };
        let mut seen = [false; 256];
        // Three bytes are read as four, of which one does not count.
        for (at, window) in bytes.windows(ANCHOR + 1).enumerate() {
            let &[first, second, third, _] = window else { continue };
            seen[usize::from(first)] = true;
            let anchor = u32::from_le_bytes([first, second, third, 0]);
            let (place, bit) = place(anchor);
            if bits[place] >> bit & 1 != 0 {
                self.at_anchor(bytes, at, anchor, &mut found);
            }
        }
        let last = bytes.len().saturating_sub(ANCHOR);
        if let &[first, second, third] = &bytes[last..] {
            self.at_anchor(bytes, last, u32::from_le_bytes([first, second, third, 0]), &mut found);
        }
        for byte in &bytes[last..] {
            seen[usize::from(*byte)] = true;
        }
        for (number, finder) in &self.short {
            let literal = finder.needle();
            let is_seen = literal.first().is_some_and(|first| seen[usize::from(*first)]);
            if is_seen && (literal.len() == 1 || finder.find(bytes).is_some()) {
                found(*number);
            }
        }
    }

    /// Most literals that have one anchor: what a byte of a text costs at worst.
    #[cfg(test)]
    pub(super) fn most_of_an_anchor(&self) -> usize {
        self.by_anchor.values().map(Vec::len).max().unwrap_or(0)
    }

    /// The literals whose anchor stands at a byte of a text.
    #[cold]
    fn at_anchor(&self, bytes: &[u8], at: usize, anchor: u32, found: &mut impl FnMut(usize)) {
        for &(number, before) in self.by_anchor.get(&u64::from(anchor)).into_iter().flatten() {
            let rest = at.checked_sub(before).and_then(|start| bytes.get(start..));
            if rest.is_some_and(|rest| rest.starts_with(self.known[number].as_bytes())) {
                found(number);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_stands_in_a_text_is_found(
            literals in prop::collection::btree_set("[ab(ảnh]{1,2}|[abế: ]{3,7}|[图片来源]{1,3}", 1..30),
            text in "([ab(ảnhế: ]{0,20}|[图片来源]{0,6}|.){0,4}"
        ) {
            let literals: Vec<String> = literals.into_iter().collect();
            let expected: Vec<usize> =
                (0..literals.len()).filter(|number| text.contains(&literals[*number])).collect();
            let mut found = Vec::new();
            Literals::new(literals).find(&text, |number| found.push(number));
            found.sort_unstable();
            found.dedup();
            prop_assert_eq!(found, expected);
        }
    }
}
