//! The laws of the stage: what is dropped does not depend on the order of arrival, on memory, or on how the index lies on disk.

#![expect(clippy::single_range_in_vec_init, reason = "a text is a list of ranges, also where it is one")]

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::fixture::config;
use super::*;
use crate::document::hash_hex;
use crate::text::matching_key;

/// An article of words: `w3 w4 …`, so that a text is given by the ranges that it is made of.
fn words(ranges: &[std::ops::Range<usize>]) -> String {
    let word = |number: usize| {
        // Letters only: figures would make series of the texts.
        number.to_string().bytes().map(|digit| char::from(digit - b'0' + b'a')).collect::<String>()
    };
    ranges.iter().cloned().flatten().map(word).collect::<Vec<_>>().join(" ")
}

fn article(title: Option<&str>, text: &str) -> (Article, Units) {
    let key = matching_key(text);
    let units = Units::of(&key);
    let article = Article {
        content_hash: hash_hex(key.as_bytes()),
        text_hash: hash_hex(text.as_bytes()),
        title: title.map(str::to_owned),
        text: text.to_owned(),
        text_chars: text.chars().count() as i32,
        ..Article::default()
    };
    (article, units)
}

/// Runs the stage over records (id, text).
fn resolve(records: &[(&str, &str)], config: &DedupConfig, memory: u64) -> Resolution {
    let articles: Vec<(&str, (Article, Units))> = records.iter().map(|(id, text)| (*id, article(None, text))).collect();
    resolve_articles(&articles, config, memory)
}

fn resolve_articles(articles: &[(&str, (Article, Units))], config: &DedupConfig, memory: u64) -> Resolution {
    let folder = tempfile::tempdir().unwrap();
    let staging = folder.path().join("staging");
    let mut dedup = Deduplicator::new(config.clone(), Earlier::default(), &staging.join("_dedup"), memory).unwrap();
    for (id, (article, units)) in articles {
        dedup.add(id, true, article, units).unwrap();
    }
    dedup.resolve("r1", &staging, &[]).unwrap()
}

/// The edges by ids: (later, kept, kind, dropped).
fn edges(records: &[(&str, &str)], resolution: &Resolution) -> BTreeSet<(String, String, &'static str, bool)> {
    let edge =
        |edge: &Edge| (records[edge.duplicate].0.to_owned(), edge.kept_id.clone(), edge.kind.as_str(), edge.dropped);
    resolution.edges.iter().map(edge).collect()
}

fn named(edges: &[(&str, &str, &'static str, bool)]) -> BTreeSet<(String, String, &'static str, bool)> {
    edges.iter().map(|&(later, kept, kind, dropped)| (later.to_owned(), kept.to_owned(), kind, dropped)).collect()
}

const MEMORY: u64 = 1 << 26;

#[test]
fn every_kind_has_its_edge() {
    let story = words(&[100..300]);
    let records = [
        ("story", story.as_str()),
        ("same", story.as_str()),
        ("spelled", &story.to_uppercase()),
        ("edited", &words(&[100..200, 900..905, 205..300])),
        ("cut", &words(&[120..200])),
        ("shared", &words(&[180..300, 400..480])),
        ("other", &words(&[1000..1200])),
    ];
    let found = edges(&records, &resolve(&records, &config(), MEMORY));
    let expected = named(&[
        ("spelled", "same", "normalized", true),
        ("story", "same", "exact", true),
        ("edited", "same", "near", true),
        ("cut", "same", "contained", true),
        ("shared", "same", "syndicated", false),
        // What is dropped keeps its edges to others that stay.
        ("edited", "shared", "syndicated", false),
    ]);
    // The group's first is that with the smallest id; all three have one length.
    assert_eq!(found, expected);
}

#[test]
fn a_story_below_another_ones_own_is_not_displaced() {
    let story = words(&[100..300]);
    let (page, update) = (words(&[1000..1200, 100..300]), words(&[1000..1165, 100..300]));
    let kind = |other: &str| {
        let records = [("page", other), ("story", story.as_str())];
        edges(&records, &resolve(&records, &config(), MEMORY))
    };
    assert_eq!(kind(&page), named(&[("story", "page", "syndicated", false)]));
    // A few new paragraphs in front of it, or the same headline: the story goes on.
    assert_eq!(kind(&update), named(&[("story", "page", "contained", true)]));
    let of_one_title =
        [("page", &page), ("story", &story)].map(|(id, text)| (id, article(Some("Harbour bridge opens"), text)));
    let resolution = resolve_articles(&of_one_title, &config(), MEMORY);
    assert!(resolution.fates.get(1).unwrap().dropped);
}

#[test]
fn nothing_is_dropped_in_favour_of_a_page_that_does_not_publish_it() {
    let (story, own) = (words(&[100..300]), words(&[1000..1100]));
    let page = format!("{own} {story}");
    let dropped = |published: &str| {
        let (mut of_page, _) = article(None, published);
        of_page.alone = (published != page).then(|| page.clone());
        let articles = [("page", (of_page, Units::of(&matching_key(&page)))), ("story", article(None, &story))];
        resolve_articles(&articles, &config(), MEMORY).edges.iter().map(|edge| edge.dropped).collect::<Vec<_>>()
    };
    assert_eq!(dropped(&page), [true]);
    assert_eq!(dropped(&own), [false]);
    assert_eq!(dropped(&format!("{own} {}", words(&[100..250]))), [true]);
}

#[test]
fn all_who_share_a_passage_have_their_edges() {
    // Forty papers print one agency's story, each with as much of its own.
    let texts: Vec<(String, String)> = (0..40)
        .map(|paper| (format!("p{paper:02}"), words(&[100..300, 1000 + 200 * paper..1150 + 200 * paper])))
        .collect();
    let records: Vec<(&str, &str)> = texts.iter().map(|(id, text)| (id.as_str(), text.as_str())).collect();
    let resolution = resolve(&records, &config(), MEMORY);
    assert!(resolution.edges.iter().all(|edge| edge.kind == Kind::Syndicated && !edge.dropped));
    assert_eq!(resolution.edges.len(), 40 * 39 / 2);
}

#[test]
fn flagged_duplicates_keep_their_kind() {
    let records = [("a", words(&[0..200])), ("b", words(&[0..100]))];
    let records = records.each_ref().map(|(id, text)| (*id, text.as_str()));
    let config = DedupConfig { action: DedupAction::Flag, ..config() };
    let resolution = resolve(&records, &config, MEMORY);
    assert_eq!(edges(&records, &resolution), named(&[("b", "a", "contained", false)]));
    let fate = resolution.fates.get(1).unwrap();
    assert_eq!((fate.dropped, fate.dup_of.as_deref(), fate.dup_cluster_size), (false, Some("a"), 2));
}

#[test]
fn an_excerpt_that_stands_in_many_articles_displaces_none() {
    let brief = 0..100;
    let mut records = vec![("brief".to_owned(), words(std::slice::from_ref(&brief)))];
    for number in 1..6 {
        records.push((format!("long{number}"), words(&[brief.clone(), number * 1000..number * 1000 + 300])));
    }
    let records: Vec<(&str, &str)> = records.iter().map(|(id, text)| (id.as_str(), text.as_str())).collect();
    let dropped: Vec<_> =
        edges(&records, &resolve(&records, &config(), MEMORY)).into_iter().filter(|edge| edge.3).collect();
    assert_eq!(dropped.len(), 1);
    assert_eq!(dropped[0].0, "brief");
}

#[test]
fn copies_of_copies_are_no_chain() {
    // b holds most of a, c most of b, but c holds too little of a.
    let records = [("a", words(&[0..200])), ("b", words(&[30..230])), ("c", words(&[60..260]))];
    let records = records.each_ref().map(|(id, text)| (*id, text.as_str()));
    let found = edges(&records, &resolve(&records, &config(), MEMORY));
    assert_eq!(found, named(&[("a", "b", "near", true), ("c", "b", "near", true)]));
}

#[test]
fn a_series_stays_and_a_corrected_copy_does_not() {
    let bulletin = |day: usize| {
        let rates = (0..12).map(|place| {
            format!(
                "{} the rate for gold stood at {} when the market of the town closed",
                words(&[place..place + 3]),
                day * 17 + place
            )
        });
        rates.collect::<Vec<_>>().join(" ")
    };
    let corrected = bulletin(1).replace(" 20 ", " 21 ");
    let records = [("day1", bulletin(1)), ("day2", bulletin(2)), ("corrected", corrected)];
    let records = records.each_ref().map(|(id, text)| (*id, text.as_str()));
    let found = edges(&records, &resolve(&records, &config(), MEMORY));
    assert!(found.iter().any(|edge| edge.3 && edge.2 == "near"), "{found:?}");
    let pair = |edge: &(String, String, &str, bool)| (edge.0.contains("day") && edge.1.contains("day"), edge.3);
    assert!(!found.iter().map(pair).any(|pair| pair == (true, true)), "{found:?}");
}

#[test]
fn short_texts_need_one_title_and_are_never_near() {
    let folder = tempfile::tempdir().unwrap();
    let mut dedup = Deduplicator::new(config(), Earlier::default(), folder.path(), MEMORY).unwrap();
    let text = words(&[0..20]);
    for (id, title) in [("a", "Notice"), ("b", "Notice"), ("c", "Another notice")] {
        let (article, units) = article(Some(title), &text);
        dedup.add(id, true, &article, &units).unwrap();
    }
    let resolution = dedup.resolve("r1", folder.path(), &[]).unwrap();
    assert_eq!(resolution.edges.len(), 1);
    assert_eq!((resolution.edges[0].duplicate, resolution.edges[0].kept_id.as_str()), (1, "a"));
}

#[test]
fn short_copies_are_found() {
    // Fifty words have five fingerprints, of which an edit leaves one or two.
    let mut texts = Vec::new();
    for number in (10_000..20_000).step_by(100) {
        texts.push(words(&[number..number + 50]));
        texts.push(words(&[number..number + 24, number + 60..number + 61, number + 25..number + 50]));
    }
    let ids: Vec<String> = (0..texts.len()).map(|number| format!("{number:03}")).collect();
    let records: Vec<(&str, &str)> = ids.iter().map(String::as_str).zip(texts.iter().map(String::as_str)).collect();
    let resolution = resolve(&records, &config(), MEMORY);
    let found = resolution.edges.iter().filter(|edge| edge.dropped).count();
    assert!(found >= 98, "{found} of 100");
}

#[test]
fn what_stands_in_every_article_costs_a_few_pairs_each() {
    // One frame in 400 articles, and one copy among them.
    let mut texts: Vec<String> =
        (0..400).map(|number| words(&[0..60, number * 100 + 10_000..number * 100 + 10_090])).collect();
    texts.push(texts[7].clone() + " zz");
    let ids: Vec<String> = (0..texts.len()).map(|number| format!("{number:03}")).collect();
    let records: Vec<(&str, &str)> = ids.iter().map(String::as_str).zip(texts.iter().map(String::as_str)).collect();
    let resolution = resolve(&records, &config(), MEMORY);
    assert_eq!(resolution.edges.iter().filter(|edge| edge.dropped).count(), 1);
    assert!(resolution.edges.len() < 10 * records.len());
}

/// Records that overlap in many ways.
fn records() -> impl Strategy<Value = Vec<(String, String)>> {
    let range = (0_usize..12, 1_usize..6).prop_map(|(start, length)| start * 40..(start + length) * 40);
    let text = prop::collection::vec(range, 1..4).prop_map(|ranges| words(&ranges));
    prop::collection::vec(text, 1..16).prop_map(|texts| {
        texts.into_iter().enumerate().map(|(number, text)| (format!("id{number:02}"), text)).collect()
    })
}

fn borrowed(records: &[(String, String)]) -> Vec<(&str, &str)> {
    records.iter().map(|(id, text)| (id.as_str(), text.as_str())).collect()
}

/// Whether a text begins with a story that the other does not have.
fn own_story(text: &Units, other: &Units) -> bool {
    text.kind.own_beginning(&text.tokens, &other.set()) >= text.kind.least_own_story()
}

/// Containment and Jaccard of two texts, by definition.
fn shares(first: &str, second: &str) -> (f64, f64) {
    let set = |text: &str| {
        let key = matching_key(text);
        let words: Vec<&str> = key.split(' ').collect();
        words.windows(3).map(|unit| unit.join(" ")).collect::<BTreeSet<_>>()
    };
    let (first, second) = (set(first), set(second));
    let shared = first.intersection(&second).count() as f64;
    (shared / first.len().min(second.len()) as f64, shared / first.union(&second).count() as f64)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_arrival_changes_nothing(records in records(), seed in any::<u64>()) {
        let mut shuffled = records.clone();
        shuffled.sort_by_key(|(id, _)| hash_hex(format!("{seed}{id}").as_bytes()));
        let (records, shuffled) = (borrowed(&records), borrowed(&shuffled));
        let one = edges(&records, &resolve(&records, &config(), MEMORY));
        prop_assert_eq!(one, edges(&shuffled, &resolve(&shuffled, &config(), 1)));
    }

    #[test]
    fn dropping_edges_are_stars_and_all_edges_are_verified(records in records()) {
        let texts: BTreeMap<&str, &str> = borrowed(&records).into_iter().collect();
        let resolution = resolve(&borrowed(&records), &config(), MEMORY);
        let mut dropped = BTreeSet::new();
        for edge in resolution.edges.iter().filter(|edge| edge.dropped) {
            prop_assert!(dropped.insert(records[edge.duplicate].0.clone()), "two dropping edges");
        }
        for edge in &resolution.edges {
            prop_assert!(!dropped.contains(&edge.kept_id), "{:?} leads to a dropped one", edge);
            let (containment, jaccard) = shares(&records[edge.duplicate].1, texts[edge.kept_id.as_str()]);
            prop_assert!((edge.containment - containment).abs() < 1e-9 && (edge.jaccard - jaccard).abs() < 1e-9, "{:?}", edge);
            let least = if edge.dropped { 0.8 } else { 0.5 };
            prop_assert!(edge.containment >= least);
        }
        let fates = (0..records.len()).map(|number| resolution.fates.get(number).unwrap().dropped);
        prop_assert_eq!(fates.filter(|dropped| *dropped).count(), dropped.len());
    }

    #[test]
    fn no_two_of_the_kept_are_copies(records in records()) {
        let resolution = resolve(&borrowed(&records), &config(), MEMORY);
        let kept: Vec<&(String, String)> = records
            .iter()
            .enumerate()
            .filter(|(number, _)| !resolution.fates.get(*number).unwrap().dropped)
            .map(|(_, record)| record)
            .collect();
        for (at, (id, text)) in kept.iter().enumerate() {
            for (other, other_text) in &kept[at + 1..] {
                let (containment, _) = shares(text, other_text);
                // A page that prints another story below its own is no copy of that.
                let [own, others] = [text, other_text].map(|text| Units::of(&matching_key(text)));
                if own_story(&own, &others) || own_story(&others, &own) {
                    continue;
                }
                // Few fingerprints may all be missed; two hundred units are sure to be found.
                prop_assert!(containment < 0.8 || text.len().min(other_text.len()) < 900, "{} {} {}", id, other, containment);
            }
        }
    }
}
