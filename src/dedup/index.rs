//! The index of earlier runs on disk: which articles hold a fingerprint, and which ids and texts are known.
//!
//! A file is written once and never changed. It covers the `articles` rows of some runs, numbered through in the order of commits and
//! rows, and consists of words of 64 bits, little end first:
//!
//! 1. *postings*: a fingerprint and the number of an article ([`posting`]), sorted. The hash of a text ([`exact_keys`]) stands among
//!    them like a fingerprint;
//! 2. *members*: hashes of what was seen ([`Member`]), sorted;
//! 3. *cards*: [`CARD_WORDS`] words an article;
//! 4. the first word of each block of postings, and of members: the directory, which is kept in memory (a 512th of the file);
//! 5. the trailer: mark, version, and the numbers of postings, members and cards.
//!
//! What is looked up costs one read of a block, however large the file is. The runs that a file covers stand in its manifest.

use std::fs::File;
use std::io::{BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use super::candidates::{ARTICLE_BITS, parts, posting};
use super::units::{mix, short};
use crate::error::{Error, Result};
use crate::hashing::Hashing;

/// Version of everything that an entry depends on: form of the file, matching key, units, fingerprints. Raise it with each change of
/// one of these; indexes of another version are made anew from the tables.
pub const INDEX_VERSION: u32 = 1;
/// First word of the trailer: `nsindex` and a zero.
const MARK: u64 = u64::from_le_bytes(*b"nsindex\0");
/// Words of a block: 4 KiB, what a disk reads anyway.
const BLOCK_WORDS: usize = 512;
/// Words of the trailer.
const TRAILER_WORDS: usize = 5;
/// Bytes written at a time.
const BUFFER_BYTES: usize = 1 << 16;
/// Words of a card.
const CARD_WORDS: usize = 4;
/// Most articles of a file.
const MAX_ARTICLES: u64 = 1 << ARTICLE_BITS;
/// A file is merged into the new one when it is at most so many times as large. Then there are few files (at most
/// log₄ of the articles), and an article is copied some twenty times in its life.
const MERGE_RATIO: u64 = 4;

/// One file of the index, as manifests name it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexEntry {
    /// Path relative to the output folder, `/` as separator.
    pub path: String,
    /// Size in bytes.
    pub bytes: u64,
    /// 32 hex digits: XXH3-128 of the file.
    pub hash: String,
    /// [`INDEX_VERSION`] of the writer.
    pub version: u32,
    /// Rows of `articles` that it covers, run by run in the order of their commits.
    pub runs: Vec<CoveredRun>,
}

/// The articles of one run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoveredRun {
    /// The run.
    pub run_id: String,
    /// Its rows of `articles`.
    pub rows: u64,
}

/// A finished file in the staging folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StagedIndex {
    /// Where it stands now.
    pub path: PathBuf,
    /// What its manifest will say; the path is still that of its place.
    pub entry: IndexEntry,
    /// Paths of entries that it makes needless.
    pub replaces: Vec<String>,
}

/// What the index keeps of one article beside its fingerprints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Card {
    /// First half of `content_hash`.
    pub(crate) content: u64,
    /// First half of `text_hash`.
    pub(crate) text: u64,
    /// Hash of the folded title.
    pub(crate) title: u64,
    /// Number of units, repeated ones repeated.
    pub(crate) units: u32,
    /// Number of fingerprints.
    pub(crate) sample: u32,
}

/// What can be asked of the set of things seen.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Member<'a> {
    /// A caller's id of an article.
    Id(&'a str),
    /// A caller's id with the first half of the article's `content_hash`.
    IdWithContent(&'a str, u64),
    /// The id of a record that was dropped as a duplicate.
    DroppedId(&'a str),
}

impl Member<'_> {
    fn word(self) -> u64 {
        let (kind, id, content) = match self {
            Member::Id(id) => (1, id, 0),
            Member::IdWithContent(id, content) => (2, id, content),
            Member::DroppedId(id) => (3, id, 0),
        };
        mix(xxh3_64(id.as_bytes()).wrapping_add(mix(content ^ kind)))
    }
}

/// The words under which a text is found that is equal to another: by its content, and by content and title, which short texts need.
pub(crate) fn exact_keys(content: u64, title: u64) -> [u64; 2] {
    [short(mix(content)), short(mix(content ^ mix(title ^ 1)))]
}

/// Where fingerprints are looked up.
pub(crate) trait Lookup {
    /// Adds the articles under a fingerprint, in order, until `limit` were added.
    fn find(&mut self, fingerprint: u64, limit: usize, found: &mut Vec<u32>) -> Result<()>;
}

/// Words on their way into a file, in order.
pub(crate) type Words<'a> = Box<dyn FnMut() -> Result<Option<u64>> + 'a>;

/// Merges ordered words; equal ones stay.
pub(crate) fn merge(mut sources: Vec<Words<'_>>) -> Result<Words<'_>> {
    let mut heads = std::collections::BinaryHeap::new();
    for (number, source) in sources.iter_mut().enumerate() {
        heads.extend(source()?.map(|word| std::cmp::Reverse((word, number))));
    }
    Ok(Box::new(move || {
        let Some(std::cmp::Reverse((word, number))) = heads.pop() else { return Ok(None) };
        heads.extend(sources[number]()?.map(|word| std::cmp::Reverse((word, number))));
        Ok(Some(word))
    }))
}

/// Writes one file.
pub(crate) struct IndexWriter {
    path: PathBuf,
    file: BufWriter<Hashing<File>>,
    directories: [Vec<u64>; 2],
    counts: [u64; 3],
}

impl IndexWriter {
    pub(crate) fn create(path: PathBuf) -> Result<IndexWriter> {
        let file = File::create(&path).map_err(Error::io("create", &path))?;
        let file = BufWriter::with_capacity(BUFFER_BYTES, Hashing::new(file));
        Ok(IndexWriter { path, file, directories: [Vec::new(), Vec::new()], counts: [0; 3] })
    }

    fn word(&mut self, word: u64) -> Result<()> {
        match self.file.write_all(&word.to_le_bytes()) {
            Ok(()) => Ok(()),
            Err(error) => Err(Error::io("write", &self.path)(error)),
        }
    }

    fn section(&mut self, section: usize, words: &mut Words<'_>) -> Result<()> {
        let mut last = None;
        while let Some(word) = words()? {
            if last.replace(word) == Some(word) {
                continue;
            }
            if self.counts[section].is_multiple_of(BLOCK_WORDS as u64) {
                self.directories[section].push(word);
            }
            self.counts[section] += 1;
            self.word(word)?;
        }
        Ok(())
    }

    /// Writes the postings, then [`IndexWriter::members`], then [`IndexWriter::card`] of every article.
    pub(crate) fn postings(&mut self, mut words: Words<'_>) -> Result<()> {
        self.section(0, &mut words)
    }

    pub(crate) fn members(&mut self, mut words: Words<'_>) -> Result<()> {
        self.section(1, &mut words)
    }

    pub(crate) fn card(&mut self, card: Card) -> Result<()> {
        self.counts[2] += 1;
        for word in [card.content, card.text, card.title, (u64::from(card.units) << 32) | u64::from(card.sample)] {
            self.word(word)?;
        }
        Ok(())
    }

    /// Ends the file. `path` is its place relative to the output folder.
    pub(crate) fn finish(mut self, path: String, runs: Vec<CoveredRun>) -> Result<(PathBuf, IndexEntry)> {
        for directory in std::mem::take(&mut self.directories) {
            directory.into_iter().try_for_each(|word| self.word(word))?;
        }
        let [postings, members, cards] = self.counts;
        [MARK, u64::from(INDEX_VERSION), postings, members, cards].into_iter().try_for_each(|word| self.word(word))?;
        self.file.flush().map_err(Error::io("write", &self.path))?;
        let written = self.file.get_ref().digest();
        let entry = IndexEntry { path, bytes: written.bytes(), hash: written.hex(), version: INDEX_VERSION, runs };
        Ok((self.path, entry))
    }
}

/// A sorted part of a file, with the blocks of it that were read last.
struct Section {
    start: u64,
    words: u64,
    /// First word of each block.
    directory: Vec<u64>,
    /// The block of the last word that was looked up.
    current: u64,
    /// First block in the buffer.
    first: u64,
    buffer: Vec<u8>,
}

impl Section {
    /// Blocks that are read at once where one comes soon behind the last: a large dump needs nearly all of them.
    const AHEAD: u64 = 32;
    /// How soon that is.
    const SOON: u64 = 4;

    /// The block that holds the first word that is not below the given one, or would.
    fn block_of(&mut self, word: u64) -> u64 {
        // Words are looked up in order, most in the block of the one before.
        let last = self.current as usize;
        if self.directory.get(last).is_some_and(|&first| first < word)
            && self.directory.get(last + 1).is_none_or(|&next| word <= next)
        {
            return self.current;
        }
        self.current = (self.directory.partition_point(|&first| first < word) as u64).saturating_sub(1);
        self.current
    }

    /// Words of the buffer that belong to blocks before this one.
    fn offset(&self, block: u64) -> usize {
        (block - self.first) as usize * BLOCK_WORDS
    }

    fn holds(&self, block: u64) -> bool {
        let end = self.first + (self.buffer.len() / 8).div_ceil(BLOCK_WORDS) as u64;
        (self.first..end).contains(&block)
    }

    /// Number of words of a block.
    fn len(&self, block: u64) -> usize {
        self.words.saturating_sub(block * BLOCK_WORDS as u64).min(BLOCK_WORDS as u64) as usize
    }

    fn load(&mut self, block: u64, file: &mut File, path: &Path) -> Result<()> {
        if self.holds(block) {
            return Ok(());
        }
        let end = self.first + (self.buffer.len() / 8).div_ceil(BLOCK_WORDS) as u64;
        let blocks = if (end..end + Section::SOON).contains(&block) { Section::AHEAD } else { 1 };
        let from = block * BLOCK_WORDS as u64;
        let words = self.words.saturating_sub(from).min(blocks * BLOCK_WORDS as u64);
        self.buffer.resize(words as usize * 8, 0);
        self.first = block;
        let read = read_at(file, self.start + from, &mut self.buffer);
        read.map_err(|error| {
            self.buffer.clear();
            Error::io("read", path)(error)
        })
    }

    /// A word of a block that is loaded.
    fn word(&self, block: u64, at: usize) -> Option<u64> {
        let start = (self.offset(block) + at) * 8;
        let bytes = (at < self.len(block)).then(|| self.buffer.get(start..start + 8)).flatten()?;
        bytes.try_into().ok().map(u64::from_le_bytes)
    }

    /// Where in a loaded block a word stands, or would.
    fn position(&self, block: u64, word: u64) -> usize {
        let (mut low, mut high) = (0, self.len(block));
        while low < high {
            let middle = usize::midpoint(low, high);
            if self.word(block, middle).is_some_and(|other| other < word) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }
}

/// One file of the index, open for looking up.
pub(crate) struct IndexFile {
    path: PathBuf,
    file: File,
    sections: [Section; 2],
    cards: u64,
    n_cards: u64,
}

impl IndexFile {
    /// Opens a file.
    ///
    /// # Errors
    /// It cannot be read, or is no index file of this version and size.
    pub(crate) fn open(path: &Path, entry: &IndexEntry) -> Result<IndexFile> {
        let mut file = File::open(path).map_err(Error::io("read", path))?;
        let refuse = |what: &str| Error::Output(format!("the index file `{}` {what}", path.display()));
        let bytes = file.metadata().map_err(Error::io("read", path))?.len();
        if bytes != entry.bytes || bytes < 8 * TRAILER_WORDS as u64 {
            return Err(refuse("has not the size that its manifest says"));
        }
        let trailer = read_words(&mut file, path, bytes / 8 - TRAILER_WORDS as u64, TRAILER_WORDS)?;
        let [mark, version, postings, members, n_cards] = trailer[..] else { return Err(refuse("is cut off")) };
        if mark != MARK || version != u64::from(INDEX_VERSION) {
            return Err(refuse("is of another version"));
        }
        let blocks = |words: u64| words.div_ceil(BLOCK_WORDS as u64);
        let cards = postings.saturating_add(members);
        let directories = cards.saturating_add(n_cards.saturating_mul(CARD_WORDS as u64));
        let whole = directories
            .saturating_add(blocks(postings))
            .saturating_add(blocks(members))
            .saturating_add(TRAILER_WORDS as u64);
        if whole.checked_mul(8) != Some(bytes) || n_cards > MAX_ARTICLES {
            return Err(refuse("is damaged"));
        }
        let mut section = |start: u64, words: u64, directory: u64| -> Result<Section> {
            let directory = read_words(&mut file, path, directory, blocks(words) as usize)?;
            Ok(Section { start, words, directory, current: 0, first: 0, buffer: Vec::new() })
        };
        let sections =
            [section(0, postings, directories)?, section(postings, members, directories + blocks(postings))?];
        Ok(IndexFile { path: path.to_owned(), file, sections, cards, n_cards })
    }

    /// Number of articles.
    pub(crate) fn articles(&self) -> u64 {
        self.n_cards
    }

    /// Loads the block with a word and tells where the word stands in it, or would.
    fn place(&mut self, section: usize, word: u64) -> Result<(u64, usize)> {
        let block = self.sections[section].block_of(word);
        self.load(section, block)?;
        Ok((block, self.sections[section].position(block, word)))
    }

    fn load(&mut self, section: usize, block: u64) -> Result<()> {
        self.sections[section].load(block, &mut self.file, &self.path)
    }

    /// Whether a thing was seen.
    pub(crate) fn contains(&mut self, member: Member<'_>) -> Result<bool> {
        let word = member.word();
        let (block, at) = self.place(1, word)?;
        if let Some(found) = self.sections[1].word(block, at) {
            return Ok(found == word);
        }
        Ok(self.sections[1].directory.get(block as usize + 1) == Some(&word))
    }

    /// What is kept of an article.
    pub(crate) fn card(&mut self, article: u32) -> Result<Card> {
        Ok(card_of(&self.card_words(u64::from(article), 1)?))
    }

    fn card_words(&mut self, first: u64, count: u64) -> Result<Vec<u64>> {
        let count = count.min(self.n_cards.saturating_sub(first)) as usize;
        read_words(&mut self.file, &self.path, self.cards + first * CARD_WORDS as u64, count * CARD_WORDS)
    }

    /// All words of a section in order, the numbers of articles raised by `base` where the section has any.
    fn words(&mut self, section: usize, base: u32) -> Words<'_> {
        let (mut block, mut at) = (0, 0);
        Box::new(move || {
            if at == self.sections[section].len(block) {
                (block, at) = (block + u64::from(at > 0), 0);
            }
            if self.sections[section].len(block) == 0 {
                return Ok(None);
            }
            self.load(section, block)?;
            let word = self.sections[section].word(block, at);
            at += 1;
            Ok(word.map(|word| word + if section == 0 { u64::from(base) } else { 0 }))
        })
    }
}

impl Lookup for IndexFile {
    fn find(&mut self, fingerprint: u64, limit: usize, found: &mut Vec<u32>) -> Result<()> {
        let (mut block, mut at) = self.place(0, posting(fingerprint, 0))?;
        loop {
            while let Some(word) = self.sections[0].word(block, at) {
                let (other, article) = parts(word);
                if other != fingerprint || found.len() >= limit {
                    return Ok(());
                }
                found.push(article);
                at += 1;
            }
            (block, at) = (block + 1, 0);
            if block as usize >= self.sections[0].directory.len() {
                return Ok(());
            }
            self.load(0, block)?;
        }
    }
}

fn card_of(words: &[u64]) -> Card {
    let word = |at: usize| words.get(at).copied().unwrap_or_default();
    Card { content: word(0), text: word(1), title: word(2), units: (word(3) >> 32) as u32, sample: word(3) as u32 }
}

fn read_words(file: &mut File, path: &Path, first: u64, count: usize) -> Result<Vec<u64>> {
    let mut bytes = vec![0; count * 8];
    read_at(file, first, &mut bytes).map_err(Error::io("read", path))?;
    Ok(bytes.chunks_exact(8).map(|word| u64::from_le_bytes(word.try_into().unwrap_or_default())).collect())
}

/// Fills a buffer from the n-th word of a file on.
fn read_at(file: &mut File, first: u64, bytes: &mut [u8]) -> std::io::Result<()> {
    file.seek(SeekFrom::Start(first * 8))?;
    file.read_exact(bytes)
}

/// What one run adds to the index, or what is known of some runs from their tables.
pub(crate) struct Addition<'a> {
    /// Postings in order.
    pub(crate) postings: Words<'a>,
    /// Members in order.
    pub(crate) members: Words<'a>,
    /// One card an article.
    pub(crate) cards: Box<dyn Iterator<Item = Card> + 'a>,
    /// The runs.
    pub(crate) runs: Vec<CoveredRun>,
}

/// How many of the newest files, given by their numbers of articles from the oldest on, are merged with so many new articles.
pub(crate) fn files_to_merge(files: &[u64], articles: u64) -> usize {
    let mut total = articles;
    let is_small = |&&size: &&u64| {
        let fits = size <= total.saturating_mul(MERGE_RATIO) && total + size <= MAX_ARTICLES;
        total += if fits { size } else { 0 };
        fits
    };
    files.iter().rev().take_while(is_small).count()
}

/// Writes the words of some files and of an addition, which comes behind them, into one file.
pub(crate) fn write(
    path: PathBuf,
    place: String,
    files: &mut [IndexFile],
    covered: Vec<CoveredRun>,
    addition: Addition<'_>,
) -> Result<(PathBuf, IndexEntry)> {
    let mut writer = IndexWriter::create(path)?;
    let bases: Vec<u32> = files
        .iter()
        .scan(0, |next, file| {
            let base = *next;
            *next += file.articles() as u32;
            Some(base)
        })
        .collect();
    let base: u64 = files.iter().map(IndexFile::articles).sum();
    let Addition { mut postings, members, cards, runs } = addition;
    let mut sources: Vec<Words<'_>> = files.iter_mut().zip(&bases).map(|(file, base)| file.words(0, *base)).collect();
    sources.push(Box::new(move || Ok(postings()?.map(|word| word + base))));
    writer.postings(merge(sources)?)?;
    let mut sources: Vec<Words<'_>> = files.iter_mut().map(|file| file.words(1, 0)).collect();
    sources.push(members);
    writer.members(merge(sources)?)?;
    for file in files {
        for first in (0..file.articles()).step_by(BLOCK_WORDS) {
            let words = file.card_words(first, BLOCK_WORDS as u64)?;
            words.chunks(CARD_WORDS).try_for_each(|card| writer.card(card_of(card)))?;
        }
    }
    cards.into_iter().try_for_each(|card| writer.card(card))?;
    writer.finish(place, covered.into_iter().chain(runs).collect())
}

/// The word of a member, for [`Addition::members`].
pub(crate) fn member_word(member: Member<'_>) -> u64 {
    member.word()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source<'a>(mut words: impl Iterator<Item = u64> + 'a) -> Words<'a> {
        Box::new(move || Ok(words.next()))
    }

    fn file(folder: &Path, name: &str, postings: &[u64], ids: &[String]) -> (PathBuf, IndexEntry) {
        let mut members: Vec<u64> = ids.iter().map(|id| member_word(Member::Id(id))).collect();
        members.sort_unstable();
        let card = |number| Card { content: number, text: number + 1, title: 0, units: 7, sample: number as u32 };
        let addition = Addition {
            postings: source(postings.iter().copied()),
            members: source(members.into_iter()),
            cards: Box::new((0..3).map(card)),
            runs: vec![CoveredRun { run_id: name.to_owned(), rows: 3 }],
        };
        write(folder.join(name), name.to_owned(), &mut [], Vec::new(), addition).unwrap()
    }

    #[test]
    fn what_was_written_is_found_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        // Lists of one and of many articles, over several blocks, with gaps.
        let fingerprints = (0..4000_u64).map(|number| number * 3).chain([20_000; 1200]);
        let mut postings: Vec<u64> = fingerprints.enumerate().map(|(at, print)| posting(print, at as u32)).collect();
        postings.sort_unstable();
        let ids: Vec<String> = (0..1500).map(|number| format!("id{number}")).collect();
        let (path, entry) = file(folder.path(), "one", &postings, &ids);
        let mut index = IndexFile::open(&path, &entry).unwrap();
        let find = |index: &mut IndexFile, print, limit| {
            let mut found = Vec::new();
            index.find(print, limit, &mut found).unwrap();
            found
        };
        for number in 0..4000 {
            assert_eq!(find(&mut index, number * 3, 10), [number as u32]);
            assert!(find(&mut index, number * 3 + 1, 10).is_empty());
        }
        // Backwards too, though nobody asks so.
        assert_eq!(find(&mut index, 0, 10), [0]);
        assert_eq!(find(&mut index, 20_000, 5000), (4000..5200).collect::<Vec<u32>>());
        assert_eq!(find(&mut index, 20_000, 17).len(), 17);
        assert!(find(&mut index, 30_000, 10).is_empty());
        for id in &ids {
            assert!(index.contains(Member::Id(id)).unwrap());
            assert!(!index.contains(Member::DroppedId(id)).unwrap());
        }
        assert_eq!((index.card(2).unwrap().text, index.card(2).unwrap().sample), (3, 2));
    }

    #[test]
    fn merged_files_hold_what_each_of_them_held() {
        let folder = tempfile::tempdir().unwrap();
        let (first, second) = ([posting(5, 0), posting(9, 1)], [posting(5, 2), posting(7, 0)]);
        let names = |name: &str| vec![name.to_owned()];
        let mut files = [file(folder.path(), "a", &first, &names("x")), file(folder.path(), "b", &second, &names("y"))]
            .map(|(path, entry)| IndexFile::open(&path, &entry).unwrap());
        let addition = Addition {
            postings: source([posting(5, 0)].into_iter()),
            members: source(std::iter::empty()),
            cards: Box::new(std::iter::empty()),
            runs: Vec::new(),
        };
        let path = folder.path().join("c");
        let (path, entry) = write(path, "c".to_owned(), &mut files, Vec::new(), addition).unwrap();
        let mut merged = IndexFile::open(&path, &entry).unwrap();
        let mut found = Vec::new();
        merged.find(5, 10, &mut found).unwrap();
        assert_eq!((found, merged.articles()), (vec![0, 5, 6], 6));
        assert!(merged.contains(Member::Id("x")).unwrap() && merged.contains(Member::Id("y")).unwrap());
    }

    #[test]
    fn damaged_files_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let (path, entry) = file(folder.path(), "one", &[posting(1, 1)], &[]);
        let whole = std::fs::read(&path).unwrap();
        for (at, what) in [(whole.len() - 40, "version"), (whole.len() - 32, "version"), (whole.len() - 24, "damaged")]
        {
            let mut broken = whole.clone();
            broken[at] ^= 0xff;
            std::fs::write(&path, &broken).unwrap();
            let error = IndexFile::open(&path, &entry).err().unwrap().to_string();
            assert!(error.contains(what), "{error}");
        }
        std::fs::write(&path, &whole[8..]).unwrap();
        assert!(IndexFile::open(&path, &entry).err().unwrap().to_string().contains("size"));
    }

    #[test]
    fn few_files_stay_and_large_ones_are_left_alone() {
        assert_eq!(files_to_merge(&[], 5), 0);
        assert_eq!(files_to_merge(&[1_000_000, 70, 10], 10), 2);
        assert_eq!(files_to_merge(&[100, 1000], 10), 0);
        assert_eq!(files_to_merge(&[0, 0], 0), 2);
        // Ten years of nights.
        let mut files: Vec<u64> = Vec::new();
        let mut copied = 0;
        for _ in 0..3650 {
            let merged: u64 = files.split_off(files.len() - files_to_merge(&files, 100)).iter().sum();
            copied += merged + 100;
            files.push(merged + 100);
        }
        assert!(files.len() <= 8 && copied / 365_000 <= 30, "{} files, {} copies", files.len(), copied / 365_000);
    }
}
