//! Duplicates across records: the one stage that sees the whole dump, and the runs before it.
//!
//! Texts are compared as sets of units ([`units`]), exactly; what is compared is found by shared fingerprints ([`candidates`]), in this
//! run and in the index of earlier ones ([`index`]). From the verified pairs [`stars`] decides who stays.
//!
//! | kind | texts |
//! |---|---|
//! | `exact` | equal byte for byte |
//! | `normalized` | equal matching keys ([`crate::text::matching_key`]) |
//! | `near` | containment and Jaccard are high |
//! | `contained` | most of the shorter one stands in the longer one |
//! | `syndicated` | they share much, or are of one series; both stay |
//!
//! Every member of a cluster has one edge to the kept member: a star, never a chain. The kept member does not depend on the order of
//! arrival inside a run. A note of some hundred bytes an article is on disk until the end and in memory then; units, fingerprints and
//! pairs are on disk as far as the memory allowed does not hold them.

mod by_line;
pub mod candidates;
pub mod compare;
pub mod earlier;
pub mod index;
mod notes;
mod sorter;
mod stars;
mod store;
pub mod units;

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use self::by_line::{Gatherer, Name};
use self::candidates::{ARTICLE_BITS, Articles, Pairs, collect, each_pair, is_candidate, may_be_candidate, posting};
use self::compare::{Comparison, Kind};
use self::earlier::{Earlier, words_of};
use self::index::{Addition, CoveredRun, Lookup, Member, StagedIndex, exact_keys, member_word, merge};
use self::notes::{Note, NoteWriter, Notes};
use self::sorter::{Sorted, Sorter};
use self::stars::{Across, Center, Members, Within, stars};
use self::store::{Sets, Store};
use self::units::Units;
use crate::config::{DedupAction, DedupConfig};
use crate::document::{Article, hash_hex};
use crate::error::{Error, Result};
use crate::table::ArticleRow;
use crate::text::{fold, line_hash, matching_key};

/// Most articles of one run: what a posting can number.
const MAX_ARTICLES: usize = 1 << ARTICLE_BITS;
/// Earlier articles looked at for one that is equal: equal hashes of different texts are rarer by far.
const MAX_EQUAL: usize = 64;

/// Each sorter, and the sets that are kept for the next comparison, may take this part of the memory allowed. More memory would save
/// little: what is over it is merged from disk in one pass.
const MEMORY_PARTS: usize = 32;

/// What becomes of an article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fate {
    /// It leaves `articles`.
    pub dropped: bool,
    /// It is a new revision of an earlier record, which had the same id and another text.
    pub revised: bool,
    /// Id of the kept member of its cluster; `None` where no duplicate is known.
    pub dup_cluster: Option<String>,
    /// Members of the cluster known when the run ended, earlier runs' kept member included.
    pub dup_cluster_size: i32,
    /// The kept member, where the duplicate stays in `articles` (`dedup.action = "flag"`).
    pub dup_of: Option<String>,
}

/// The fates of all articles of a run, in their order. Most are alone and take no memory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fates {
    count: usize,
    others: HashMap<usize, Fate>,
}

/// One verified edge between an article of this run and a kept article.
#[derive(Debug, Clone, PartialEq)]
pub struct Edge {
    /// Number of the later record among the articles of this run, in order.
    pub duplicate: usize,
    /// The kept article's id.
    pub kept_id: String,
    /// The kept article's run; `None` = this one.
    pub kept_run: Option<String>,
    /// What they are to each other.
    pub kind: Kind,
    /// Whether the later record left `articles` because of this edge.
    pub dropped: bool,
    /// Shared units over all units of both, 0 to 1.
    pub jaccard: f64,
    /// Share of the smaller one's units found in the other, 0 to 1.
    pub containment: f64,
    /// What was compared.
    pub unit: &'static str,
}

/// What the duplicate stage decided.
#[derive(Debug)]
pub struct Resolution {
    /// One fate an article.
    pub fates: Fates,
    /// In the order of the later records; a dropping edge comes first.
    pub edges: Vec<Edge>,
    /// The files that the run adds to the index.
    pub index: Vec<StagedIndex>,
}

/// Collects the articles of a run and decides at its end.
pub struct Deduplicator {
    config: DedupConfig,
    earlier: Earlier,
    folder: PathBuf,
    memory: usize,
    notes: NoteWriter,
    postings: Sorter,
    store: Store,
}

/// Reads 32 hex digits; anything else is 0.
#[must_use]
pub fn parse_hash(hex: &str) -> u128 {
    u128::from_str_radix(hex, 16).unwrap_or(0)
}

/// The hashes of a text and its matching key, as the columns `content_hash` and `text_hash` have them of the clean text.
fn hashes_of(text: &str, key: &str) -> [u128; 2] {
    [key, text].map(|text| parse_hash(&hash_hex(text.as_bytes())))
}

/// The first half of 32 hex digits.
fn first_half(hex: &str) -> u64 {
    (parse_hash(hex) >> 64) as u64
}

/// The hash under which titles are compared.
#[must_use]
pub fn title_hash(title: Option<&str>) -> u64 {
    title.map_or(0, |title| line_hash(&fold(title)))
}

impl Deduplicator {
    /// `folder` takes what does not fit into so many bytes of `memory`; it is removed by the caller.
    ///
    /// # Errors
    /// A file cannot be created.
    pub fn new(config: DedupConfig, earlier: Earlier, folder: &Path, memory: u64) -> Result<Deduplicator> {
        std::fs::create_dir_all(folder).map_err(Error::io("create", folder))?;
        let memory = memory as usize;
        Ok(Deduplicator {
            config,
            earlier,
            folder: folder.to_owned(),
            memory,
            notes: NoteWriter::create(folder)?,
            postings: Sorter::new(folder, "postings", memory / MEMORY_PARTS),
            store: Store::create(folder, "tokens")?,
        })
    }

    /// Adds the next article of this run. `units` are those of its matching key. What is compared is the text of the record alone.
    ///
    /// # Errors
    /// A file cannot be written, or there are too many articles.
    pub fn add(&mut self, id: &str, caller_id: bool, article: &Article, units: &Units) -> Result<()> {
        let row = ArticleRow {
            id,
            caller_id,
            content_hash: &article.content_hash,
            text_hash: &article.text_hash,
            title: article.title.as_deref(),
            text: &article.text,
            text_chars: article.text_chars,
            text_alone: article.alone.as_deref(),
        };
        self.push(&row, units)
    }

    /// Adds an article that a run which was stopped had cleaned.
    pub(crate) fn add_again(&mut self, row: &ArticleRow<'_>) -> Result<()> {
        self.push(row, &Units::of(&matching_key(row.text_alone.unwrap_or(row.text))))
    }

    /// `units` are those of the text that is compared.
    fn push(&mut self, row: &ArticleRow<'_>, units: &Units) -> Result<()> {
        let number = self.notes.count();
        if number >= MAX_ARTICLES {
            return Err(Error::Output(format!("a run takes {MAX_ARTICLES} articles at most; split the dump")));
        }
        let published_hashes = [row.content_hash, row.text_hash].map(parse_hash);
        let place = self.store.push(&units.tokens)?;
        let ([content_hash, text_hash], text_chars, published) = match row.text_alone {
            Some(text) => {
                let tokens = Units::of(&matching_key(row.text)).tokens;
                self.store.push(&tokens)?;
                let published = ((published_hashes[0] >> 64) as u64, tokens.len() as u32);
                (hashes_of(text, &matching_key(text)), text.chars().count() as u32, Some(published))
            }
            None => (published_hashes, row.text_chars as u32, None),
        };
        let note = Note {
            content_hash,
            text_hash,
            title_hash: title_hash(row.title),
            place,
            published,
            text_chars,
            sample: units.fingerprints.len() as u32,
            kind: units.kind,
            caller_id: row.caller_id,
        };
        self.notes.push(row.id, &note)?;
        units.fingerprints.iter().try_for_each(|&fingerprint| self.postings.push(posting(fingerprint, number as u32)))
    }

    /// Decides all articles added, in their order, and writes the index file of the run into `staging`. `segments` are the files of that
    /// table, in order: pairs just below the threshold are looked at again line by line. Without them, and with earlier runs whose files
    /// are gone, they stay what they are.
    ///
    /// # Errors
    /// A file cannot be written or read back.
    pub fn resolve(self, run_id: &str, staging: &Path, segments: &[PathBuf]) -> Result<Resolution> {
        let Deduplicator { config, mut earlier, folder, memory, notes, postings, store } = self;
        let notes = notes.read()?;
        let postings = postings.finish();
        let mut sets = store.sets(memory / MEMORY_PARTS)?;
        let revisions = revisions(&notes, &mut earlier)?;
        let groups = Groups::new(&notes, &config, &revisions, &mut earlier)?;
        let graph = Graph { notes: &notes, config: &config, revisions: &revisions, groups: &groups };
        let (mut within, mut across) = graph.pairs(&postings, &mut earlier, &mut sets, &folder, memory)?;
        drop(sets);
        graph.look_again(&mut within, &mut across, &mut earlier, run_id, segments, &folder)?;
        let drops = stars(&within, &across, &graph, &config);
        let verdict = graph.verdict(&drops, &within, &across);
        let names = earlier_names(&verdict, &earlier)?;
        let edges = graph.edges(&verdict, &names);
        let fates = graph.fates(&verdict, &names);
        let index = write_index(&notes, &fates, &postings, earlier, &folder, memory, run_id, staging)?;
        Ok(Resolution { fates, edges, index })
    }
}

/// What is known of ids of earlier runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Revision {
    /// The id is new, or was given with the same text.
    No,
    /// The id was given with another text, which was dropped as a duplicate: it is a revision if it is not dropped again.
    OfDropped,
    /// The id was given with another text, which stays in `articles`, or stood in front of it in this run. The new one stays too.
    OfKept,
}

fn revisions(notes: &Notes, earlier: &mut Earlier) -> Result<Vec<Revision>> {
    let mut revisions = revisions_within(notes);
    if earlier.articles() == 0 {
        return Ok(revisions);
    }
    for (article, note) in notes.list.iter().enumerate().filter(|(_, note)| note.caller_id) {
        let id = notes.id(article as u32);
        if earlier.contains(Member::Id(id))? {
            // Runs of an earlier version have the hash of what they published.
            let published = note.published.map_or(note.card().content, |(content, _)| content);
            let is_known = earlier.contains(Member::IdWithContent(id, note.card().content))?
                || earlier.contains(Member::IdWithContent(id, published))?;
            revisions[article] = if is_known { Revision::No } else { Revision::OfKept };
        } else if revisions[article] == Revision::No && earlier.contains(Member::DroppedId(id))? {
            revisions[article] = Revision::OfDropped;
        }
    }
    Ok(revisions)
}

/// Of dumps that one run reads, a later one may give an id again with another text.
fn revisions_within(notes: &Notes) -> Vec<Revision> {
    let mut revisions = vec![Revision::No; notes.list.len()];
    let mut given: Vec<u32> = (0..notes.list.len() as u32).filter(|&article| notes.note(article).caller_id).collect();
    given.sort_unstable_by(|&a, &b| notes.id(a).cmp(notes.id(b)).then(a.cmp(&b)));
    for same in given.chunk_by(|&a, &b| notes.id(a) == notes.id(b)) {
        for (number, &article) in same.iter().enumerate() {
            let content = notes.note(article).content_hash;
            let is_new = same[..number].iter().all(|&before| notes.note(before).content_hash != content);
            if number > 0 && is_new {
                revisions[article as usize] = Revision::OfKept;
            }
        }
    }
    revisions
}

/// Articles of this run with equal texts, and their equals in earlier runs.
struct Groups {
    /// For each article the one that stands for its group.
    first: Vec<u32>,
    /// Members of groups with more than one, by the article that stands for them.
    members: BTreeMap<u32, Vec<u32>>,
    /// The earlier article that is equal to a group, and the first half of its `text_hash`.
    earlier: BTreeMap<u32, (u32, u64)>,
}

impl Groups {
    fn new(notes: &Notes, config: &DedupConfig, revisions: &[Revision], earlier: &mut Earlier) -> Result<Groups> {
        let mut order: Vec<u32> = (0..notes.list.len() as u32).collect();
        order.sort_unstable_by_key(|&article| notes.note(article).equality(config));
        let mut groups = Groups { first: order.clone(), members: BTreeMap::new(), earlier: BTreeMap::new() };
        groups.first.sort_unstable();
        for group in order.chunk_by_mut(|&a, &b| notes.note(a).equality(config) == notes.note(b).equality(config)) {
            let stays = |article: u32| revisions[article as usize] == Revision::OfKept;
            group.sort_unstable_by(|&a, &b| stays(b).cmp(&stays(a)).then_with(|| notes.rank(a, b)));
            let first = group[0];
            if group.len() > 1 {
                for &mut article in &mut *group {
                    groups.first[article as usize] = first;
                }
                groups.members.insert(first, group.to_vec());
            }
            if earlier.articles() > 0
                && let Some(equal) = equal_earlier(notes.note(first), config, earlier)?
            {
                groups.earlier.insert(first, equal);
            }
        }
        Ok(groups)
    }

    fn members<'a>(&'a self, first: &'a u32) -> &'a [u32] {
        self.members.get(first).map_or(std::slice::from_ref(first), Vec::as_slice)
    }
}

/// The earliest article with an equal text, and the first half of its `text_hash`.
fn equal_earlier(note: &Note, config: &DedupConfig, earlier: &mut Earlier) -> Result<Option<(u32, u64)>> {
    let card = note.card();
    let needs_title = (note.text_chars as usize) < config.short_text_chars;
    let [by_content, by_title] = exact_keys(card.content, card.title);
    let mut found = Vec::new();
    earlier.find(if needs_title { by_title } else { by_content }, MAX_EQUAL, &mut found)?;
    for article in found {
        let other = earlier.card(article)?;
        if other.content == card.content && (!needs_title || other.title == card.title) {
            return Ok(Some((article, other.text)));
        }
    }
    Ok(None)
}

/// The articles of this run as nodes: one for each group of equal texts.
struct Graph<'a> {
    notes: &'a Notes,
    config: &'a DedupConfig,
    revisions: &'a [Revision],
    groups: &'a Groups,
}

impl Articles for Graph<'_> {
    fn takes_part(&self, article: u32) -> bool {
        let first = self.groups.first[article as usize] == article;
        let is_dropped = || self.groups.earlier.contains_key(&article) && !self.stays(article);
        let is_long = self.notes.note(article).units() as usize >= self.config.min_units;
        first && is_long && !is_dropped()
    }

    fn sample(&self, article: u32) -> u32 {
        self.notes.note(article).sample
    }

    fn rank(&self, a: u32, b: u32) -> Ordering {
        self.notes.rank(a, b)
    }
}

impl Members for Graph<'_> {
    fn stays(&self, article: u32) -> bool {
        self.revisions[article as usize] == Revision::OfKept
    }

    fn copies(&self, article: u32) -> u32 {
        self.groups.members(&article).len() as u32 - 1
    }

    fn rank(&self, a: u32, b: u32) -> Ordering {
        self.notes.rank(a, b)
    }
}

/// Who is dropped in whose favour, and which pairs stay side by side.
struct Verdict {
    /// Every article of a cluster that is not its kept member.
    members: BTreeMap<u32, (Center, Comparison, bool)>,
    /// Other pairs with an article that stays, which drop nothing: the later one, the other one.
    beside: Vec<(u32, Center, Comparison)>,
}

/// Ids and runs of earlier articles.
type Names = HashMap<u32, (String, String)>;

impl Verdict {
    fn add_equal(&mut self, member: u32, center: Center, stays: bool) {
        if stays {
            self.beside.push((member, center, Comparison::equal()));
        } else {
            self.members.insert(member, (center, Comparison::equal(), true));
        }
    }
}

impl Graph<'_> {
    /// All verified pairs whose containment reaches `dedup.syndicated_containment`.
    fn pairs(
        &self,
        postings: &Sorted,
        earlier: &mut Earlier,
        sets: &mut Sets,
        folder: &Path,
        memory: usize,
    ) -> Result<(Vec<Within>, Vec<Across>)> {
        let count = self.notes.list.len();
        let sample: u64 = self.notes.list.iter().map(|note| u64::from(note.sample)).sum();
        let [notes, fingerprints] = [self.notes.bytes() >> 20, (sample as usize * 8) >> 20];
        let estimate = format!(
            "finding duplicates among {count} articles and {} earlier ones: {notes} MB of notes in memory, {fingerprints} MB of \
             fingerprints",
            earlier.articles()
        );
        // Of a small dump nobody waits for it.
        if notes + fingerprints > 0 {
            tracing::info!("{estimate}");
        } else {
            tracing::debug!("{estimate}");
        }
        let mut pairs = Pairs {
            within: Sorter::new(folder, "within", memory / MEMORY_PARTS),
            across: Sorter::new(folder, "across", memory / MEMORY_PARTS),
        };
        let rare = collect(postings, count, self, earlier, &mut pairs)?;
        let rare = |article: u32| f64::from(rare[article as usize]);
        let (mut within, mut across) = (Vec::new(), Vec::new());
        each_pair(&pairs.within.finish(), |a, b, shared| {
            if is_candidate(shared, self.sample(a).min(self.sample(b)), rare(a).min(rare(b))) {
                within.extend(self.verified(a, b, sets)?);
            }
            Ok(())
        })?;
        let mut wanted: Vec<(u32, u32)> = Vec::new();
        each_pair(&pairs.across.finish(), |article, other, shared| {
            // Most pairs share one fingerprint by chance: their cards are not read.
            let sample = self.sample(article).max(1);
            if !may_be_candidate(shared, sample) {
                return Ok(());
            }
            let card = earlier.card(other)?;
            let smaller = card.sample.min(sample);
            let takes_part = card.units as usize >= self.config.min_units;
            if takes_part && is_candidate(shared, smaller, rare(article) * f64::from(smaller) / f64::from(sample)) {
                wanted.push((other, article));
            }
            Ok(())
        })?;
        wanted.sort_unstable();
        let mut others: Vec<u32> = wanted.iter().map(|(other, _)| *other).collect();
        others.dedup();
        let titles: HashMap<u32, u64> =
            others.iter().map(|&other| Ok((other, earlier.card(other)?.title))).collect::<Result<_>>()?;
        let mut rest = wanted.as_slice();
        earlier.read(&others, true, &mut |other, found| {
            let Units { kind, tokens, .. } = Units::of(&matching_key(&found.text));
            let units = kind.set(&tokens);
            let count = rest.iter().take_while(|(number, _)| *number == other).count();
            let (these, behind) = rest.split_at(count);
            rest = behind;
            for &(_, article) in these {
                let both = [&self.set(article, sets)?[..], &units];
                let note = self.notes.note(article);
                let tokens = || Ok([sets.tokens(note.place)?, tokens.clone()]);
                let one_title = note.has_title(titles.get(&other).copied().unwrap_or_default());
                let mut comparison = Comparison::of_texts(both, kind, one_title, self.config, tokens)?;
                if note.published.is_some() || found.published.is_some() {
                    comparison.weigh_published(self.config, || {
                        let published = found.published.as_ref().map(|text| Units::of(&matching_key(text)).set());
                        let own = kind.set(&sets.tokens(note.published_place())?);
                        Ok([own, published.unwrap_or_else(|| units.clone())])
                    })?;
                }
                across.extend(self.is_enough(&comparison).then_some(Across { article, earlier: other, comparison }));
            }
            Ok(())
        })?;
        Ok((within, across))
    }

    /// Compares the pairs that share too little for a drop once more, line by line ([`by_line`]).
    fn look_again(
        &self,
        within: &mut [Within],
        across: &mut [Across],
        earlier: &mut Earlier,
        run_id: &str,
        segments: &[PathBuf],
        folder: &Path,
    ) -> Result<()> {
        let is_doubtful = |comparison: &Comparison| {
            let is_sure = comparison.is_series(self.config) || comparison.is_apart;
            comparison.kind(self.config) == Some(Kind::Syndicated) && !is_sure
        };
        let mut current: HashMap<Name, Center> = HashMap::new();
        let mut note = |article: u32| {
            current.insert((run_id.to_owned(), self.notes.id(article).to_owned()), Center::Current(article));
        };
        for pair in within.iter().filter(|pair| is_doubtful(&pair.comparison)) {
            note(pair.a);
            note(pair.b);
        }
        let mut others = Vec::new();
        for pair in across.iter().filter(|pair| is_doubtful(&pair.comparison)) {
            note(pair.article);
            others.push(pair.earlier);
        }
        if current.is_empty() {
            return Ok(());
        }
        others.sort_unstable();
        others.dedup();
        let mut wanted = current;
        earlier.read(&others, false, &mut |article, found| {
            wanted.insert((found.run_id, found.id), Center::Earlier(article));
            Ok(())
        })?;
        let mut gatherer = Gatherer::new(folder, wanted)?;
        gatherer.read(segments)?;
        earlier.segments(&others).try_for_each(|files| gatherer.read(files))?;
        let mut records = gatherer.finish()?;
        let mut again = |comparison: &mut Comparison, article: u32, other: Center, title: u64| -> Result<()> {
            let lines = [records.lines(Center::Current(article))?, records.lines(other)?];
            let note = self.notes.note(article);
            if let [Some(first), Some(second)] = lines
                && let Some(found) = first.compare(&second, note.kind, note.has_title(title), self.config)?
                && found.drops(self.config)
            {
                *comparison = found;
            }
            Ok(())
        };
        for pair in within.iter_mut().filter(|pair| is_doubtful(&pair.comparison)) {
            let title = self.notes.note(pair.b).title_hash;
            again(&mut pair.comparison, pair.a, Center::Current(pair.b), title)?;
        }
        for pair in across.iter_mut().filter(|pair| is_doubtful(&pair.comparison)) {
            let title = earlier.card(pair.earlier)?.title;
            again(&mut pair.comparison, pair.article, Center::Earlier(pair.earlier), title)?;
        }
        Ok(())
    }

    fn set(&self, article: u32, sets: &mut Sets) -> Result<Arc<[u64]>> {
        let note = self.notes.note(article);
        sets.get(note.place, note.kind)
    }

    fn is_enough(&self, comparison: &Comparison) -> bool {
        comparison.containment() >= self.config.syndicated_containment
    }

    /// The pair, where the two share enough for an edge.
    fn verified(&self, a: u32, b: u32, sets: &mut Sets) -> Result<Option<Within>> {
        let both = [self.set(a, sets)?, self.set(b, sets)?];
        let notes = [a, b].map(|article| self.notes.note(article));
        let [first, second] = notes;
        let tokens = || Ok([sets.tokens(first.place)?, sets.tokens(second.place)?]);
        let (kind, one_title) = (first.kind, first.has_title(second.title_hash));
        let mut comparison = Comparison::of_texts([&both[0], &both[1]], kind, one_title, self.config, tokens)?;
        if notes.iter().any(|note| note.published.is_some()) {
            let mut set = |note: &Note| Ok(kind.set(&sets.tokens(note.published_place())?));
            comparison.weigh_published(self.config, || Ok([set(first)?, set(second)?]))?;
        }
        Ok(self.is_enough(&comparison).then_some(Within { a, b, comparison }))
    }

    fn verdict(&self, drops: &[stars::Drop], within: &[Within], across: &[Across]) -> Verdict {
        let mut verdict = Verdict { members: BTreeMap::new(), beside: Vec::new() };
        for &(article, center, comparison) in drops {
            for &member in self.groups.members(&article) {
                verdict.members.insert(member, (center, comparison, false));
            }
        }
        for (&first, &(equal, _)) in &self.groups.earlier {
            for &member in self.groups.members(&first) {
                verdict.add_equal(member, Center::Earlier(equal), self.stays(member));
            }
        }
        for (first, members) in &self.groups.members {
            if !verdict.members.contains_key(first) {
                for &member in members.iter().filter(|member| *member != first) {
                    verdict.add_equal(member, Center::Current(*first), self.stays(member));
                }
            }
        }
        let center = |article: u32| verdict.members.get(&article).map(|(center, ..)| *center);
        for pair in across.iter().filter(|pair| center(pair.article) != Some(Center::Earlier(pair.earlier))) {
            verdict.beside.push((pair.article, Center::Earlier(pair.earlier), pair.comparison));
        }
        for Within { a, b, comparison } in within.iter().copied() {
            let (first, later) = match (center(a), center(b)) {
                (None, None) if self.precedes(a, b) => (a, b),
                (None, None) => (b, a),
                (None, Some(of)) if of != Center::Current(a) => (a, b),
                (Some(of), None) if of != Center::Current(b) => (b, a),
                // The edge is there already, or neither stays.
                _ => continue,
            };
            verdict.beside.push((later, Center::Current(first), comparison));
        }
        verdict.beside.sort_unstable_by_key(|&(later, center, _)| (later, center));
        verdict.beside.dedup_by_key(|&mut (later, center, _)| (later, center));
        verdict
    }

    /// The order of two articles that stay: revisions, the longer, the smaller id.
    fn precedes(&self, a: u32, b: u32) -> bool {
        self.stays(b).cmp(&self.stays(a)).then_with(|| self.notes.rank(a, b)).is_lt()
    }

    fn name(&self, center: Center, names: &Names) -> (String, Option<String>) {
        match center {
            Center::Current(article) => (self.notes.id(article).to_owned(), None),
            Center::Earlier(article) => {
                let (id, run) = names.get(&article).cloned().unwrap_or_default();
                (id, Some(run))
            }
        }
    }

    fn is_exact(&self, member: u32, center: Center) -> bool {
        let text_hash = self.notes.note(member).text_hash;
        match center {
            Center::Current(article) => self.notes.note(article).text_hash == text_hash,
            Center::Earlier(_) => {
                let equal = self.groups.earlier.get(&self.groups.first[member as usize]);
                equal.is_some_and(|&(_, text)| text == (text_hash >> 64) as u64)
            }
        }
    }

    fn edges(&self, verdict: &Verdict, names: &Names) -> Vec<Edge> {
        let edge = |later: u32, center: Center, kind: Kind, comparison: &Comparison, dropped: bool| {
            let (kept_id, kept_run) = self.name(center, names);
            let unit = match kind {
                Kind::Exact => "text",
                Kind::Normalized => "matching_key",
                _ => self.notes.note(later).kind.as_str(),
            };
            let (jaccard, containment) = (comparison.jaccard(), comparison.containment());
            Edge { duplicate: later as usize, kept_id, kept_run, kind, dropped, jaccard, containment, unit }
        };
        let dropping = self.config.action == DedupAction::Drop;
        let members = verdict.members.iter().map(|(&member, (center, comparison, equal))| {
            let kind = if *equal {
                if self.is_exact(member, *center) { Kind::Exact } else { Kind::Normalized }
            } else {
                comparison.kind(self.config).unwrap_or(Kind::Syndicated)
            };
            edge(member, *center, kind, comparison, dropping)
        });
        let beside = verdict
            .beside
            .iter()
            .map(|(later, center, comparison)| edge(*later, *center, Kind::Syndicated, comparison, false));
        let mut edges: Vec<Edge> = members.chain(beside).collect();
        edges.sort_by_key(|edge| (edge.duplicate, !edge.dropped));
        edges
    }

    fn fates(&self, verdict: &Verdict, names: &Names) -> Fates {
        let mut clusters: BTreeMap<Center, Vec<u32>> = BTreeMap::new();
        for (&member, (center, ..)) in &verdict.members {
            clusters.entry(*center).or_default().push(member);
        }
        let mut fates = Fates { count: self.notes.list.len(), others: HashMap::new() };
        let dropped = self.config.action == DedupAction::Drop;
        for (center, members) in clusters {
            let (kept, _) = self.name(center, names);
            let dup_cluster_size = members.len() as i32 + 1;
            let fate = Fate { dup_cluster: Some(kept.clone()), dup_cluster_size, ..Fate::alone() };
            if let Center::Current(article) = center {
                fates.others.insert(article as usize, fate.clone());
            }
            for member in members {
                let dup_of = (!dropped).then(|| kept.clone());
                fates.others.insert(member as usize, Fate { dropped, dup_of, ..fate.clone() });
            }
        }
        for (article, _) in self.revisions.iter().enumerate().filter(|(_, revision)| **revision != Revision::No) {
            let fate = fates.others.entry(article).or_insert_with(Fate::alone);
            fate.revised = !fate.dropped && fate.dup_of.is_none();
        }
        fates
    }
}

/// Reads the ids of the earlier articles that edges lead to.
fn earlier_names(verdict: &Verdict, earlier: &Earlier) -> Result<Names> {
    let members = verdict.members.values().map(|(center, ..)| *center);
    let centers = members.chain(verdict.beside.iter().map(|(_, center, _)| *center));
    let mut wanted: Vec<u32> = centers
        .filter_map(|center| match center {
            Center::Earlier(article) => Some(article),
            Center::Current(_) => None,
        })
        .collect();
    wanted.sort_unstable();
    wanted.dedup();
    let mut names = Names::new();
    earlier.read(&wanted, false, &mut |article, found| {
        names.insert(article, (found.id, found.run_id));
        Ok(())
    })?;
    Ok(names)
}

/// Writes what this run adds to the index: the articles that stay and are no duplicates, numbered as their rows.
#[expect(clippy::too_many_arguments, reason = "one call, and a struct would only name the same things again")]
fn write_index(
    notes: &Notes,
    fates: &Fates,
    postings: &Sorted,
    earlier: Earlier,
    folder: &Path,
    memory: usize,
    run_id: &str,
    staging: &Path,
) -> Result<Vec<StagedIndex>> {
    let mut rows: Vec<Option<u32>> = Vec::with_capacity(notes.list.len());
    let mut cards = Vec::new();
    let mut exact = Sorter::new(folder, "exact", memory / MEMORY_PARTS);
    let mut members = Sorter::new(folder, "members", memory / MEMORY_PARTS);
    for (article, note) in notes.list.iter().enumerate() {
        let (id, fate, card) = (notes.id(article as u32), fates.others.get(&article), note.card());
        let row = cards.len() as u32;
        if fate.is_some_and(|fate| fate.dropped) {
            members.push(member_word(Member::DroppedId(id)))?;
            rows.push(None);
            continue;
        }
        if note.caller_id {
            members.push(member_word(Member::Id(id)))?;
            members.push(member_word(Member::IdWithContent(id, card.content)))?;
        }
        let stands = fate.is_none_or(|fate| fate.dup_of.is_none());
        if stands {
            exact_keys(card.content, card.title).into_iter().try_for_each(|key| exact.push(posting(key, row)))?;
        }
        rows.push(stands.then_some(row));
        cards.push(card);
    }
    let (exact, members) = (exact.finish(), members.finish());
    let mut words = words_of(postings)?;
    let standing: index::Words<'_> = Box::new(|| {
        while let Some(word) = words()? {
            let (fingerprint, article) = candidates::parts(word);
            if let Some(row) = rows[article as usize] {
                return Ok(Some(posting(fingerprint, row)));
            }
        }
        Ok(None)
    });
    let addition = Addition {
        postings: merge(vec![standing, words_of(&exact)?])?,
        members: words_of(&members)?,
        runs: vec![CoveredRun { run_id: run_id.to_owned(), rows: cards.len() as u64 }],
        cards: Box::new(cards.into_iter()),
    };
    earlier.write(addition, staging)
}

impl Fate {
    /// The fate of an article without duplicates.
    #[must_use]
    pub fn alone() -> Fate {
        Fate { dropped: false, revised: false, dup_cluster: None, dup_cluster_size: 1, dup_of: None }
    }

    /// Whether nothing is known of the article but itself.
    #[must_use]
    pub fn is_alone(&self) -> bool {
        *self == ALONE
    }
}

/// [`Fate::alone`].
static ALONE: Fate = Fate { dropped: false, revised: false, dup_cluster: None, dup_cluster_size: 1, dup_of: None };

impl Fates {
    /// The fate of an article; `None` where there is no such article.
    #[must_use]
    pub fn get(&self, article: usize) -> Option<&Fate> {
        (article < self.count).then(|| self.others.get(&article).unwrap_or(&ALONE))
    }

    /// Number of articles.
    #[must_use]
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there are no articles.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Number of articles that are dropped.
    #[must_use]
    pub fn dropped(&self) -> usize {
        self.others.values().filter(|fate| fate.dropped).count()
    }
}

impl FromIterator<Fate> for Fates {
    fn from_iter<I: IntoIterator<Item = Fate>>(fates: I) -> Fates {
        let mut count = 0;
        let others = fates.into_iter().inspect(|_| count += 1).enumerate().filter(|(_, fate)| *fate != ALONE).collect();
        Fates { count, others }
    }
}

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod tests;
