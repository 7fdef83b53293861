//! What is known of the articles of earlier runs: the files of the index in force, and the rows that they point to.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use arrow::array::{Array, BooleanArray, RecordBatch, StringArray};

use super::candidates::posting;
use super::index::{
    Addition, Card, CoveredRun, INDEX_VERSION, IndexEntry, IndexFile, Lookup, Member, StagedIndex, Words, exact_keys,
    files_to_merge, member_word, write,
};
use super::sorter::{Sorted, Sorter};
use super::units::Units;
use super::{first_half, hashes_of, title_hash};
use crate::error::{Error, Result};
use crate::output::{Manifest, Output, Run};
use crate::table::{Table, column_of, newer_column_of, read_columns, read_rows, text_of};
use crate::text::matching_key;

/// Folder of the index below the output folder.
pub(crate) const INDEX_FOLDER: &str = "_state/index";
const EXTENSION: &str = "idx";

/// The articles of earlier runs. They are numbered through in the order of commits and rows.
#[derive(Default)]
pub struct Earlier {
    files: Vec<File>,
    commits: Vec<Commit>,
    /// Files that were made anew since the index did not cover all commits.
    rebuilt: Option<StagedIndex>,
    articles: u64,
}

struct File {
    index: IndexFile,
    entry: IndexEntry,
    /// Number of its first article.
    base: u32,
}

/// The rows of one commit.
struct Commit {
    /// Number of its first article.
    base: u32,
    /// Files of `articles` with their rows.
    parts: Vec<(PathBuf, u64)>,
    /// Files of `segments`.
    segments: Vec<PathBuf>,
}

/// One row of `articles`, read back.
pub(crate) struct Found {
    pub(crate) id: String,
    pub(crate) run_id: String,
    /// The text that duplicates are decided on. Empty where it was not asked for.
    pub(crate) text: String,
    /// The published text, where that is another one.
    pub(crate) published: Option<String>,
}

/// The index files in force: those that manifests add and none replaces.
pub(crate) fn entries_in_force(manifests: &[Manifest]) -> Vec<&IndexEntry> {
    let replaced: std::collections::HashSet<&String> =
        manifests.iter().flat_map(|manifest| &manifest.index_replaces).collect();
    let added = manifests.iter().flat_map(|manifest| &manifest.index);
    added.filter(|entry| !replaced.contains(&entry.path)).collect()
}

/// Where a new index file of a run belongs, relative to the output folder.
fn place(run_id: &str, what: &str) -> String {
    format!("{INDEX_FOLDER}/{run_id}{what}.{EXTENSION}")
}

fn parts_of(output: &Output, manifest: &Manifest, table: Table) -> Vec<(PathBuf, u64)> {
    let files = manifest.files.iter().filter(|file| file.table == table.as_str());
    files.map(|file| (output.root().join(&file.path), file.rows)).collect()
}

/// The runs of a commit, which stay what they were when `compact` puts several commits together.
fn covered(manifest: &Manifest) -> impl Iterator<Item = CoveredRun> + '_ {
    let run = |run: Run<'_>| CoveredRun { run_id: run.run_id.to_owned(), rows: run.counts.n_articles as u64 };
    manifest.runs().into_iter().map(run)
}

impl Earlier {
    /// Opens the index of an output folder. Where it does not cover the commits in force (they are of another version, or a file
    /// is lost), it is made anew from the tables in `staging`, and the commit of this run takes it along.
    ///
    /// # Errors
    /// A table cannot be read, or a file cannot be written.
    pub fn open(output: &Output, manifests: &[Manifest], staging: &Path, memory: u64) -> Result<Earlier> {
        let entries = entries_in_force(manifests);
        let expected: Vec<CoveredRun> = manifests.iter().flat_map(covered).collect();
        let all = entries.iter().flat_map(|entry| &entry.runs);
        let files = if all.eq(&expected) { open_files(output, &entries) } else { Err(not_covering()) };
        let (files, rebuilt) = match files {
            Ok(files) => (files, None),
            Err(why) => {
                tracing::info!("the index of {} earlier runs is made anew from their tables: {why}", manifests.len());
                let run_id = staging.file_name().and_then(|name| name.to_str()).unwrap_or_default();
                let path = staging.join(format!("rebuilt.{EXTENSION}"));
                let (path, entry) =
                    build(output, manifests, &expected, path, place(run_id, "~rebuilt"), staging, memory)?;
                let index = IndexFile::open(&path, &entry)?;
                let replaces = entries.iter().map(|entry| entry.path.clone()).collect();
                let staged = StagedIndex { path, entry: entry.clone(), replaces };
                (vec![File { index, entry, base: 0 }], Some(staged))
            }
        };
        let mut base = 0;
        let mut commits = Vec::new();
        for manifest in manifests {
            let segments = parts_of(output, manifest, Table::Segments).into_iter().map(|(path, _)| path).collect();
            commits.push(Commit { base, parts: parts_of(output, manifest, Table::Articles), segments });
            base += covered(manifest).map(|run| run.rows as u32).sum::<u32>();
        }
        Ok(Earlier { files, commits, rebuilt, articles: u64::from(base) })
    }

    /// Number of articles.
    #[must_use]
    pub fn articles(&self) -> u64 {
        self.articles
    }

    pub(crate) fn contains(&mut self, member: Member<'_>) -> Result<bool> {
        for file in &mut self.files {
            if file.index.contains(member)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// What is kept of an article.
    pub(crate) fn card(&mut self, article: u32) -> Result<Card> {
        let file = self.files.partition_point(|file| file.base <= article).saturating_sub(1);
        match self.files.get_mut(file) {
            Some(file) => file.index.card(article - file.base),
            None => Err(Error::Output(format!("the index names the article {article}, which does not exist"))),
        }
    }

    /// Reads rows of `articles`, given in order and each once; `text` says whether their texts are wanted.
    pub(crate) fn read(
        &self,
        articles: &[u32],
        text: bool,
        visit: &mut dyn FnMut(u32, Found) -> Result<()>,
    ) -> Result<()> {
        for commit in &self.commits {
            let mut base = commit.base;
            for (path, rows) in &commit.parts {
                let end = base + *rows as u32;
                let from = articles.partition_point(|&article| article < base);
                let to = articles.partition_point(|&article| article < end);
                let wanted = articles.get(from..to).unwrap_or_default();
                if !wanted.is_empty() {
                    read_part(path, base, wanted, text, visit)?;
                }
                base = end;
            }
        }
        Ok(())
    }

    /// For each commit with some of the articles, which are given in order, its files of `segments`.
    pub(crate) fn segments(&self, articles: &[u32]) -> impl Iterator<Item = &[PathBuf]> {
        let ends = self.commits.iter().skip(1).map(|commit| commit.base).chain([u32::MAX]);
        let with_articles = self.commits.iter().zip(ends).filter(|(commit, end)| {
            let first = articles.partition_point(|&article| article < commit.base);
            articles.get(first).is_some_and(|article| article < end)
        });
        with_articles.map(|(commit, _)| commit.segments.as_slice())
    }

    /// Writes the index file of this run, with those of earlier ones that are small beside it merged into it.
    pub(crate) fn write(mut self, addition: Addition<'_>, staging: &Path) -> Result<Vec<StagedIndex>> {
        let run_id = addition.runs.first().map(|run| run.run_id.clone()).unwrap_or_default();
        let rows = addition.runs.iter().map(|run| run.rows).sum();
        let sizes: Vec<u64> = self.files.iter().map(|file| file.index.articles()).collect();
        let merged = self.files.split_off(sizes.len() - files_to_merge(&sizes, rows));
        let covered = merged.iter().flat_map(|file| file.entry.runs.clone()).collect();
        let mut staged: Vec<StagedIndex> = self.rebuilt.take().into_iter().collect();
        let mut replaces: Vec<String> = merged.iter().map(|file| file.entry.path.clone()).collect();
        if !merged.is_empty() {
            // A rebuilt file that is merged at once is never seen.
            replaces.extend(staged.drain(..).flat_map(|rebuilt| rebuilt.replaces));
            replaces.retain(|path| *path != place(&run_id, "~rebuilt"));
        }
        let mut indexes: Vec<IndexFile> = merged.into_iter().map(|file| file.index).collect();
        let path = staging.join(format!("run.{EXTENSION}"));
        let (path, entry) = write(path, place(&run_id, ""), &mut indexes, covered, addition)?;
        staged.push(StagedIndex { path, entry, replaces });
        Ok(staged)
    }
}

impl Lookup for Earlier {
    fn find(&mut self, fingerprint: u64, limit: usize, found: &mut Vec<u32>) -> Result<()> {
        for file in &mut self.files {
            let before = found.len();
            file.index.find(fingerprint, limit, found)?;
            found[before..].iter_mut().for_each(|article| *article += file.base);
        }
        Ok(())
    }
}

fn not_covering() -> Error {
    Error::Output("it does not cover all of them".to_owned())
}

fn open_files(output: &Output, entries: &[&IndexEntry]) -> Result<Vec<File>> {
    let mut files = Vec::new();
    let mut base = 0;
    for entry in entries {
        let index = IndexFile::open(&output.root().join(&entry.path), entry)?;
        if index.articles() != entry.runs.iter().map(|run| run.rows).sum::<u64>() {
            return Err(not_covering());
        }
        let next = base + index.articles() as u32;
        files.push(File { index, entry: (*entry).clone(), base });
        base = next;
    }
    Ok(files)
}

fn read_part(
    path: &Path,
    base: u32,
    wanted: &[u32],
    text: bool,
    visit: &mut dyn FnMut(u32, Found) -> Result<()>,
) -> Result<()> {
    let columns: &[&str] = if text { &["id", "run_id", "text", "text_alone"] } else { &["id", "run_id"] };
    let rows: Vec<usize> = wanted.iter().map(|article| (article - base) as usize).collect();
    let mut numbers = wanted.iter();
    for batch in read_rows(path, columns, &rows)? {
        let batch = batch?;
        let ids: &StringArray = column_of(&batch, "id", path)?;
        let runs: &StringArray = column_of(&batch, "run_id", path)?;
        let texts: Option<&StringArray> = if text { Some(column_of(&batch, "text", path)?) } else { None };
        let alone: Option<&StringArray> = newer_column_of(&batch, "text_alone");
        for row in 0..batch.num_rows() {
            let Some(&article) = numbers.next() else { break };
            let published = texts.map(|texts| texts.value(row));
            let alone = text_of(alone, row);
            let found = Found {
                id: ids.value(row).to_owned(),
                run_id: runs.value(row).to_owned(),
                text: alone.or(published).unwrap_or_default().to_owned(),
                published: published.filter(|_| alone.is_some()).map(str::to_owned),
            };
            visit(article, found)?;
        }
    }
    Ok(())
}

/// Sorted words as a source.
pub(crate) fn words_of(sorted: &Sorted) -> Result<Words<'_>> {
    let mut read = sorted.read()?;
    Ok(Box::new(move || read.next()))
}

/// Makes the index file of some runs from their tables.
fn build(
    output: &Output,
    manifests: &[Manifest],
    runs: &[CoveredRun],
    path: PathBuf,
    place: String,
    staging: &Path,
    memory: u64,
) -> Result<(PathBuf, IndexEntry)> {
    std::fs::create_dir_all(staging).map_err(Error::io("create", staging))?;
    let limit = memory as usize / super::MEMORY_PARTS;
    let mut rows = Rows {
        postings: Sorter::new(staging, "rebuilt-postings", limit),
        members: Sorter::new(staging, "rebuilt-members", limit),
        cards: Vec::new(),
        runs: runs.iter().map(|run| run.run_id.clone()).collect(),
    };
    let holds = |manifest: &&Manifest| manifest.runs().iter().any(|run| rows.runs.contains(run.run_id));
    for manifest in manifests.iter().filter(holds).collect::<Vec<_>>() {
        for (path, _) in parts_of(output, manifest, Table::Articles) {
            let columns =
                ["id", "run_id", "caller_id", "content_hash", "text_hash", "title", "text", "text_alone", "dup_of"];
            for batch in read_columns(&path, &columns)? {
                rows.articles(&batch?, &path)?;
            }
        }
        let duplicates = manifest.files.iter().filter(|file| file.table == Table::Duplicates.as_str());
        for path in duplicates.map(|file| output.root().join(&file.path)) {
            for batch in read_columns(&path, &["id", "run_id", "dropped"])? {
                rows.duplicates(&batch?, &path)?;
            }
        }
    }
    let (postings, members) = (rows.postings.finish(), rows.members.finish());
    let addition = Addition {
        postings: words_of(&postings)?,
        members: words_of(&members)?,
        cards: Box::new(rows.cards.into_iter()),
        runs: runs.to_vec(),
    };
    write(path, place, &mut [], Vec::new(), addition)
}

/// Rows of earlier runs on their way into an index file.
struct Rows {
    postings: Sorter,
    members: Sorter,
    cards: Vec<Card>,
    /// The runs whose rows are wanted: a file may hold those of others.
    runs: HashSet<String>,
}

impl Rows {
    fn articles(&mut self, batch: &RecordBatch, path: &Path) -> Result<()> {
        let text = |name| column_of::<StringArray>(batch, name, path);
        let (ids, titles, texts, dup_of) = (text("id")?, text("title")?, text("text")?, text("dup_of")?);
        let (content_hashes, text_hashes) = (text("content_hash")?, text("text_hash")?);
        let caller: &BooleanArray = column_of(batch, "caller_id", path)?;
        let runs = text("run_id")?;
        let alone: Option<&StringArray> = newer_column_of(batch, "text_alone");
        for row in (0..batch.num_rows()).filter(|&row| self.runs.contains(runs.value(row))) {
            let title = titles.is_valid(row).then(|| titles.value(row));
            let alone = text_of(alone, row);
            let key = matching_key(alone.unwrap_or(texts.value(row)));
            let units = Units::of(&key);
            let [content, text] = match alone {
                Some(text) => hashes_of(text, &key).map(|hash| (hash >> 64) as u64),
                None => [content_hashes, text_hashes].map(|hashes| first_half(hashes.value(row))),
            };
            let card = Card {
                content,
                text,
                title: title_hash(title),
                units: units.count(),
                sample: units.fingerprints.len() as u32,
            };
            let article = self.cards.len() as u32;
            if dup_of.is_null(row) {
                for key in exact_keys(card.content, card.title).into_iter().chain(units.fingerprints) {
                    self.postings.push(posting(key, article))?;
                }
            }
            if caller.value(row) {
                self.members.push(member_word(Member::Id(ids.value(row))))?;
                self.members.push(member_word(Member::IdWithContent(ids.value(row), card.content)))?;
            }
            self.cards.push(card);
        }
        Ok(())
    }

    fn duplicates(&mut self, batch: &RecordBatch, path: &Path) -> Result<()> {
        let ids: &StringArray = column_of(batch, "id", path)?;
        let dropped: &BooleanArray = column_of(batch, "dropped", path)?;
        let runs: &StringArray = column_of(batch, "run_id", path)?;
        for row in (0..batch.num_rows()).filter(|&row| dropped.value(row) && self.runs.contains(runs.value(row))) {
            self.members.push(member_word(Member::DroppedId(ids.value(row))))?;
        }
        Ok(())
    }
}

/// Makes every index file in force anew from the tables and puts it in its place, byte for byte. Returns the number of files and of
/// articles.
///
/// # Errors
/// A table cannot be read, a file cannot be written, or a file comes out otherwise than its manifest says.
pub fn reindex(output: &Output, memory: u64) -> Result<(usize, u64)> {
    // The folder of the index may be what was lost.
    let output = &Output::create(output.root())?;
    let lock = output.lock()?;
    output.sweep(&lock)?;
    let manifests = output.manifests()?;
    let staging = output.stage_dir("reindex");
    let (mut files, mut articles) = (0, 0);
    for entry in entries_in_force(&manifests) {
        let path = staging.join(format!("index.{EXTENSION}"));
        let (path, made) = build(output, &manifests, &entry.runs, path, entry.path.clone(), &staging, memory)?;
        if made != *entry {
            return Err(Error::Output(format!(
                "the tables give another index file than `{}`, which version {} of the index has; the next `newsieve run` makes a \
                 new index by version {INDEX_VERSION}, and `newsieve verify` says whether the tables are whole",
                entry.path, entry.version
            )));
        }
        output.place_index(&path, entry)?;
        files += 1;
        articles += made.runs.iter().map(|run| run.rows).sum::<u64>();
    }
    output.discard(&lock, "reindex")?;
    Ok((files, articles))
}
