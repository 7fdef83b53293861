//! Duplicates across records: the one stage that sees the whole dump, and the runs before it.
//!
//! Two records are `exact` duplicates when their clean texts are equal byte for byte, `normalized` when the matching keys of the
//! texts are ([`crate::text::matching_key`]). Every member of a cluster has one edge to the kept member: a star, never a chain.
//!
//! The kept member does not depend on the order of arrival inside a run: a member of an earlier run first (and of those the first
//! kept), else the longest text, else the smallest id. Near duplicates come with a later version.

use std::collections::{BTreeMap, HashMap};

use crate::config::{DedupAction, DedupConfig};
use crate::document::Article;
use crate::text::{fold, line_hash};

/// An article that may be a copy, or that others may be copies of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Its id.
    pub id: String,
    /// Whether the id came from the caller.
    pub caller_id: bool,
    /// Its run; the current one has `None`.
    pub earlier_run: Option<String>,
    /// Hash of the matching key of its clean text.
    pub content_hash: u128,
    /// Hash of its clean text.
    pub text_hash: u128,
    /// Hash of its folded title; 0 without one.
    pub title_hash: u64,
    /// Length of its clean text.
    pub text_chars: i32,
}

/// What becomes of an article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fate {
    /// It leaves `articles`.
    pub dropped: bool,
    /// Id of the kept member of its cluster; `None` where no duplicate is known.
    pub dup_cluster: Option<String>,
    /// Members of the cluster known when the run ended, earlier runs' kept member included.
    pub dup_cluster_size: i32,
    /// The kept member, where the duplicate stays in `articles` (`dedup.action = "flag"`).
    pub dup_of: Option<String>,
}

/// One verified edge between a duplicate of this run and a kept article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edge {
    /// Number of the duplicate among the articles of this run, in order.
    pub duplicate: usize,
    /// The kept article's id.
    pub kept_id: String,
    /// The kept article's run; `None` = this one.
    pub kept_run: Option<String>,
    /// `exact` or `normalized`.
    pub kind: &'static str,
    /// Whether the duplicate left `articles`.
    pub dropped: bool,
}

/// Collects the articles of a run and decides at its end.
#[derive(Debug)]
pub struct Deduplicator {
    config: DedupConfig,
    /// Articles of earlier runs, in the order of their commits.
    earlier: Vec<Candidate>,
    /// Caller's ids of earlier runs: hash of the id to hashes of the texts kept under it.
    earlier_ids: HashMap<u128, Vec<u128>>,
    current: Vec<Candidate>,
}

impl Candidate {
    /// The candidate of an article of the current run.
    #[must_use]
    pub fn new(id: &str, caller_id: bool, article: &Article) -> Candidate {
        Candidate {
            id: id.to_owned(),
            caller_id,
            earlier_run: None,
            content_hash: parse_hash(&article.content_hash),
            text_hash: parse_hash(&article.text_hash),
            title_hash: title_hash(article.title.as_deref()),
            text_chars: article.text_chars,
        }
    }
}

/// Reads 32 hex digits; anything else is 0.
#[must_use]
pub fn parse_hash(hex: &str) -> u128 {
    u128::from_str_radix(hex, 16).unwrap_or(0)
}

fn id_hash(id: &str) -> u128 {
    xxhash_rust::xxh3::xxh3_128(id.as_bytes())
}

/// The hash under which titles are compared.
#[must_use]
pub fn title_hash(title: Option<&str>) -> u64 {
    title.map_or(0, |title| line_hash(&fold(title)))
}

impl Deduplicator {
    /// `earlier` are the articles of earlier runs, in the order of their commits.
    #[must_use]
    pub fn new(config: DedupConfig, earlier: Vec<Candidate>) -> Deduplicator {
        let mut earlier_ids: HashMap<u128, Vec<u128>> = HashMap::new();
        for candidate in earlier.iter().filter(|candidate| candidate.caller_id) {
            earlier_ids.entry(id_hash(&candidate.id)).or_default().push(candidate.content_hash);
        }
        Deduplicator { config, earlier, earlier_ids, current: Vec::new() }
    }

    /// Whether the caller gave an earlier record the same id with another content: the article is a new revision of it.
    #[must_use]
    pub fn is_revision(&self, candidate: &Candidate) -> bool {
        let known = candidate.caller_id.then(|| self.earlier_ids.get(&id_hash(&candidate.id))).flatten();
        known.is_some_and(|contents| !contents.contains(&candidate.content_hash))
    }

    /// Adds the next article of this run.
    pub fn add(&mut self, candidate: Candidate) {
        self.current.push(candidate);
    }

    /// Decides all articles added, in their order.
    #[must_use]
    pub fn resolve(&self) -> (Vec<Fate>, Vec<Edge>) {
        let mut earlier: HashMap<(u128, u64), usize> = HashMap::new();
        for (number, candidate) in self.earlier.iter().enumerate() {
            earlier.entry(self.key(candidate)).or_insert(number);
        }
        let mut clusters: BTreeMap<(u128, u64), Vec<usize>> = BTreeMap::new();
        for (number, candidate) in self.current.iter().enumerate() {
            clusters.entry(self.key(candidate)).or_default().push(number);
        }
        let mut fates = vec![Fate::alone(); self.current.len()];
        let mut edges = Vec::new();
        for (key, members) in clusters {
            let prior = earlier.get(&key).map(|&number| &self.earlier[number]);
            if members.len() + usize::from(prior.is_some()) > 1 {
                self.decide(prior, &members, &mut fates, &mut edges);
            }
        }
        edges.sort_by_key(|edge| edge.duplicate);
        (fates, edges)
    }

    fn decide(&self, prior: Option<&Candidate>, members: &[usize], fates: &mut [Fate], edges: &mut Vec<Edge>) {
        let best = members.iter().copied().min_by(|&a, &b| {
            let (a, b) = (&self.current[a], &self.current[b]);
            b.text_chars.cmp(&a.text_chars).then_with(|| a.id.cmp(&b.id))
        });
        let Some(best) = best else { return };
        let kept = prior.unwrap_or(&self.current[best]);
        let size = members.len() as i32 + i32::from(prior.is_some());
        for &member in members {
            let fate = &mut fates[member];
            fate.dup_cluster = Some(kept.id.clone());
            fate.dup_cluster_size = size;
            if prior.is_none() && member == best {
                continue;
            }
            let dropped = self.config.action == DedupAction::Drop;
            fate.dropped = dropped;
            fate.dup_of = (!dropped).then(|| kept.id.clone());
            let exact = self.current[member].text_hash == kept.text_hash;
            edges.push(Edge {
                duplicate: member,
                kept_id: kept.id.clone(),
                kept_run: kept.earlier_run.clone(),
                kind: if exact { "exact" } else { "normalized" },
                dropped,
            });
        }
    }

    /// What makes two articles one: the matching key of the text, and for short texts the title too.
    fn key(&self, candidate: &Candidate) -> (u128, u64) {
        let short = (candidate.text_chars as usize) < self.config.short_text_chars;
        (candidate.content_hash, if short { candidate.title_hash } else { 0 })
    }
}

impl Fate {
    /// The fate of an article without duplicates.
    #[must_use]
    pub fn alone() -> Fate {
        Fate { dropped: false, dup_cluster: None, dup_cluster_size: 1, dup_of: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(action: DedupAction) -> DedupConfig {
        DedupConfig { action, short_text_chars: 200 }
    }

    fn candidate(id: &str, content: u128, text: u128, chars: i32) -> Candidate {
        Candidate {
            id: id.into(),
            caller_id: true,
            earlier_run: None,
            content_hash: content,
            text_hash: text,
            title_hash: 1,
            text_chars: chars,
        }
    }

    fn kept(candidates: &[Candidate], earlier: Vec<Candidate>) -> Vec<String> {
        let mut dedup = Deduplicator::new(config(DedupAction::Drop), earlier);
        for candidate in candidates {
            dedup.add(candidate.clone());
        }
        let (fates, edges) = dedup.resolve();
        assert_eq!(edges.len(), fates.iter().filter(|fate| fate.dropped).count());
        candidates.iter().zip(&fates).filter(|(_, fate)| !fate.dropped).map(|(c, _)| c.id.clone()).collect()
    }

    #[test]
    fn the_longest_then_the_smallest_id_stays_in_any_order() {
        let mut candidates = [
            candidate("c", 1, 1, 500),
            candidate("a", 1, 2, 500),
            candidate("b", 1, 3, 501),
            candidate("d", 2, 4, 500),
        ];
        assert_eq!(kept(&candidates, vec![]), ["b", "d"]);
        candidates.reverse();
        assert_eq!(kept(&candidates, vec![]), ["d", "b"]);
    }

    #[test]
    fn an_earlier_run_stays() {
        let mut earlier = candidate("z", 1, 9, 300);
        earlier.earlier_run = Some("r1".into());
        assert_eq!(kept(&[candidate("a", 1, 1, 500)], vec![earlier]), Vec::<String>::new());
    }

    #[test]
    fn another_content_under_an_earlier_id_is_a_revision() {
        let mut earlier = candidate("a", 1, 9, 300);
        earlier.earlier_run = Some("r1".into());
        let dedup = Deduplicator::new(config(DedupAction::Drop), vec![earlier]);
        assert!(dedup.is_revision(&candidate("a", 2, 2, 500)));
        assert!(!dedup.is_revision(&candidate("a", 1, 9, 300)));
        assert!(!dedup.is_revision(&candidate("b", 2, 2, 500)));
    }

    #[test]
    fn short_texts_need_one_title() {
        let mut other = candidate("b", 1, 1, 50);
        other.title_hash = 2;
        assert_eq!(kept(&[candidate("a", 1, 1, 50), other], vec![]).len(), 2);
        assert_eq!(kept(&[candidate("a", 1, 1, 50), candidate("b", 1, 1, 50)], vec![]), ["a"]);
    }

    #[test]
    fn kinds_tell_equal_texts_from_equal_keys() {
        let mut dedup = Deduplicator::new(config(DedupAction::Flag), vec![]);
        for (id, text) in [("a", 1), ("b", 1), ("c", 2)] {
            dedup.add(candidate(id, 1, text, 500));
        }
        let (fates, edges) = dedup.resolve();
        assert_eq!(edges.iter().map(|edge| edge.kind).collect::<Vec<_>>(), ["exact", "normalized"]);
        assert!(fates.iter().all(|fate| !fate.dropped && fate.dup_cluster_size == 3));
        assert_eq!(fates[1].dup_of.as_deref(), Some("a"));
    }
}
