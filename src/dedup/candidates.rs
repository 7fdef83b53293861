//! Finds the pairs that are worth comparing, by the fingerprints that they share.
//!
//! A posting is one word: fingerprint, then article. Sorted, the postings of one fingerprint stand together: its list. A list makes
//! pairs of all its articles as long as it is short. In a longer one every article is paired with a few of them only, so that the
//! cost grows with the number of postings and never with its square, whatever stands in every article.

use super::index::Lookup;
use super::sorter::{Sorted, Sorter};
use super::units::FINGERPRINT_BITS;
use crate::error::Result;

/// Bits of the number of an article in a posting.
pub(crate) const ARTICLE_BITS: u32 = 64 - FINGERPRINT_BITS;
/// Longest list of which all pairs are made. Fingerprints of a story stand in its copies; what stands in more articles is a set
/// phrase or a story with very many copies, for which [`REPRESENTATIVES`] are enough.
const LONGEST_LIST: usize = 64;
/// Articles of a longer list that the others are paired with: those that come first in the order of [`Articles::rank`].
const REPRESENTATIVES: usize = 8;
/// Least number of fingerprints that a candidate pair shares: one may be chance.
const MIN_SHARED: u32 = 2;
/// Samples so small that one shared fingerprint is enough: a text of fifty syllables has five or six, of which edits may leave one, and
/// one of a hundred has a dozen, of which a text that holds half of it shares as few.
const SMALL_SAMPLE: u32 = 16;
/// Least share of the smaller sample that a candidate pair shares. Vietnamese pairs with a containment of .5 in units share .35
/// of their longer runs and more; the rest is room for the luck of the sample.
const MIN_SHARE: f64 = 0.1;

/// What must be known of the articles of this run.
pub(crate) trait Articles {
    /// Whether the article takes part.
    fn takes_part(&self, article: u32) -> bool;
    /// Number of its fingerprints.
    fn sample(&self, article: u32) -> u32;
    /// Orders articles: longer ones first; never by arrival.
    fn rank(&self, a: u32, b: u32) -> std::cmp::Ordering;
}

/// Makes a posting.
pub(crate) fn posting(fingerprint: u64, article: u32) -> u64 {
    (fingerprint << ARTICLE_BITS) | u64::from(article)
}

/// The fingerprint and the article of a posting.
pub(crate) fn parts(posting: u64) -> (u64, u32) {
    (posting >> ARTICLE_BITS, (posting & ((1 << ARTICLE_BITS) - 1)) as u32)
}

/// Pairs on their way to being counted: of this run, and of this run with articles of earlier ones.
pub(crate) struct Pairs {
    /// Both articles of this run.
    pub(crate) within: Sorter,
    /// First the article of this run, then the earlier one.
    pub(crate) across: Sorter,
}

/// Makes the pairs of all lists. Returns for each article how many of its fingerprints have a short list.
pub(crate) fn collect(
    postings: &Sorted,
    count: usize,
    articles: &impl Articles,
    earlier: &mut impl Lookup,
    pairs: &mut Pairs,
) -> Result<Vec<u32>> {
    let mut rare = vec![0; count];
    let mut read = postings.read()?;
    let (mut list, mut known) = (Vec::new(), Vec::new());
    let mut current = None;
    loop {
        let next = read.next()?.map(parts);
        if let Some(fingerprint) = current
            && next.is_none_or(|(other, _)| other != fingerprint)
            && !list.is_empty()
        {
            known.clear();
            earlier.find(fingerprint, LONGEST_LIST + 1, &mut known)?;
            pair_list(&mut list, &mut known, articles, pairs, &mut rare)?;
            list.clear();
        }
        let Some((fingerprint, article)) = next else { return Ok(rare) };
        current = Some(fingerprint);
        if articles.takes_part(article) {
            list.push(article);
        }
    }
}

fn pair_list(
    list: &mut [u32],
    known: &mut Vec<u32>,
    articles: &impl Articles,
    pairs: &mut Pairs,
    rare: &mut [u32],
) -> Result<()> {
    if list.len() <= LONGEST_LIST && known.len() <= LONGEST_LIST {
        for &article in &*list {
            rare[article as usize] += 1;
        }
    }
    // Which earlier ones are taken from a long list depends on the order of the commits alone.
    if known.len() > LONGEST_LIST {
        known.truncate(REPRESENTATIVES);
    }
    for &article in &*list {
        for &other in &*known {
            pairs.across.push((u64::from(article) << 32) | u64::from(other))?;
        }
    }
    let firsts = if list.len() > LONGEST_LIST {
        list.select_nth_unstable_by(REPRESENTATIVES, |&a, &b| articles.rank(a, b));
        REPRESENTATIVES
    } else {
        list.len()
    };
    for at in 0..firsts {
        for &other in &list[at + 1..] {
            let (low, high) = (list[at].min(other), list[at].max(other));
            pairs.within.push((u64::from(low) << 32) | u64::from(high))?;
        }
    }
    Ok(())
}

/// Whether a pair that shares so many fingerprints is worth comparing. `smaller` is the smaller sample of the two, `rare` how many of its
/// fingerprints have a short list.
pub(crate) fn is_candidate(shared: u32, smaller: u32, rare: f64) -> bool {
    may_be_candidate(shared, smaller) && f64::from(shared) >= MIN_SHARE * rare
}

/// [`is_candidate`] as far as the size of one sample tells.
pub(crate) fn may_be_candidate(shared: u32, sample: u32) -> bool {
    shared >= MIN_SHARED || sample <= SMALL_SAMPLE
}

/// Visits each pair with the number of fingerprints that it shares.
pub(crate) fn each_pair(pairs: &Sorted, mut visit: impl FnMut(u32, u32, u32) -> Result<()>) -> Result<()> {
    let mut read = pairs.read()?;
    let mut current: Option<(u64, u32)> = None;
    loop {
        let next = read.next()?;
        match (&mut current, next) {
            (Some((pair, shared)), Some(next)) if *pair == next => *shared += 1,
            (current, next) => {
                if let Some((pair, shared)) = *current {
                    visit((pair >> 32) as u32, pair as u32, shared)?;
                }
                let Some(next) = next else { return Ok(()) };
                *current = Some((next, 1));
            }
        }
    }
}
