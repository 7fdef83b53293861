//! Decides from the verified pairs who stays: stars around kept members, never chains.

use super::compare::{Comparison, Kind};
use crate::config::DedupConfig;

/// A verified pair of this run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Within {
    pub(crate) a: u32,
    pub(crate) b: u32,
    pub(crate) comparison: Comparison,
}

/// A verified pair of an article of this run and an earlier one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Across {
    pub(crate) article: u32,
    pub(crate) earlier: u32,
    pub(crate) comparison: Comparison,
}

/// What the total order needs of an article.
pub(crate) trait Members {
    /// It may not be dropped: it is a new revision.
    fn stays(&self, article: u32) -> bool;
    /// Copies that are equal to it.
    fn copies(&self, article: u32) -> u32;
    /// Longest text first, then smallest id.
    fn rank(&self, a: u32, b: u32) -> std::cmp::Ordering;
}

/// In whose favour an article is dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Center {
    /// Of an earlier run.
    Earlier(u32),
    /// Of this run.
    Current(u32),
}

/// An article that is dropped, in whose favour, and by which comparison.
pub(crate) type Drop = (u32, Center, Comparison);

/// A pair seen from its first article.
type Neighbour = (u32, u32, Comparison);

/// Decides who is dropped. All articles in the pairs are distinct texts; `within` and `across` are in order.
///
/// An article with a pair in an earlier run is dropped in favour of the earliest. The others are taken in the total order: revisions,
/// then the article with most verified pairs in which it is as good as the other (a near copy, or the longer one: an excerpt that
/// stands in many articles must not displace them), then the longest, then the smallest id. Each one that is not dropped yet stays,
/// and what has a pair with it is dropped in its favour.
pub(crate) fn stars(within: &[Within], across: &[Across], members: &impl Members, config: &DedupConfig) -> Vec<Drop> {
    let drops = |comparison: &Comparison| comparison.drops(config);
    let mut dropped: std::collections::BTreeMap<u32, (Center, Comparison)> = std::collections::BTreeMap::new();
    for pair in across.iter().filter(|pair| drops(&pair.comparison) && !members.stays(pair.article)) {
        let new = (Center::Earlier(pair.earlier), pair.comparison);
        let old = dropped.entry(pair.article).or_insert(new);
        if new.0 < old.0 {
            *old = new;
        }
    }
    let mut neighbours: Vec<Neighbour> = Vec::new();
    for pair in within.iter().filter(|pair| drops(&pair.comparison)) {
        if !dropped.contains_key(&pair.a) && !dropped.contains_key(&pair.b) {
            let Comparison { sizes: [a, b], figures: [fa, fb], .. } = pair.comparison;
            neighbours.push((pair.a, pair.b, pair.comparison));
            neighbours.push((pair.b, pair.a, Comparison { sizes: [b, a], figures: [fb, fa], ..pair.comparison }));
        }
    }
    neighbours.sort_unstable_by_key(|&(article, other, _)| (article, other));
    let mut order: Vec<(u32, u32, &[Neighbour])> = neighbours
        .chunk_by(|one, next| one.0 == next.0)
        .map(|pairs| {
            let article = pairs[0].0;
            let is_as_good = |(_, other, comparison): &&Neighbour| {
                let as_long = comparison.sizes[0] >= comparison.sizes[1];
                (as_long || comparison.kind(config) == Some(Kind::Near)) && !members.stays(*other)
            };
            (article, members.copies(article) + pairs.iter().filter(is_as_good).count() as u32, pairs)
        })
        .collect();
    order.sort_unstable_by(|&(a, pairs_a, _), &(b, pairs_b, _)| {
        let first = members.stays(b).cmp(&members.stays(a)).then(pairs_b.cmp(&pairs_a));
        first.then_with(|| members.rank(a, b))
    });
    let mut kept = std::collections::HashSet::new();
    for (article, _, pairs) in order {
        if dropped.contains_key(&article) {
            continue;
        }
        kept.insert(article);
        for &(_, other, comparison) in pairs {
            if !kept.contains(&other) && !members.stays(other) {
                dropped.entry(other).or_insert((Center::Current(article), comparison));
            }
        }
    }
    dropped.into_iter().map(|(article, (center, comparison))| (article, center, comparison)).collect()
}
