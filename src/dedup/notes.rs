//! What is known of the articles of a run beside their texts: on disk while the run cleans, in memory when duplicates are sought.

use std::cmp::Ordering;
use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Seek, Write};
use std::path::{Path, PathBuf};

use super::index::Card;
use super::store::{Place, create, written};
use super::units::UnitKind;
use crate::config::DedupConfig;
use crate::error::{Error, Result};

/// Bytes of a note on disk, without the id behind it.
const NOTE_BYTES: usize = 70;
/// The kinds of units, in the order of their numbers.
const KINDS: [UnitKind; 4] = [UnitKind::Syllables, UnitKind::Han, UnitKind::Kana, UnitKind::Letters];
/// Bytes read or written at once.
const BUFFER_BYTES: usize = 1 << 16;

/// What is known of one article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Note {
    pub content_hash: u128,
    pub text_hash: u128,
    /// Hash of the folded title; 0 without one.
    pub title_hash: u64,
    /// The tokens of the text that is compared.
    pub place: Place,
    /// Of the published text, where that is another one: the first half of its `content_hash`, and the number of its tokens, which stand
    /// behind the others.
    pub published: Option<(u64, u32)>,
    pub text_chars: u32,
    pub sample: u32,
    pub kind: UnitKind,
    pub caller_id: bool,
}

/// The notes of all articles of a run, with their ids.
#[derive(Debug, Default)]
pub(super) struct Notes {
    pub list: Vec<Note>,
    /// All ids, one behind the other, and where each ends.
    ids: String,
    id_ends: Vec<usize>,
}

/// Takes notes one after the other.
pub(super) struct NoteWriter {
    path: PathBuf,
    file: BufWriter<File>,
    count: usize,
    id_bytes: usize,
}

impl NoteWriter {
    pub(super) fn create(folder: &Path) -> Result<NoteWriter> {
        let path = folder.join("notes");
        let file = create(&path, BUFFER_BYTES)?;
        Ok(NoteWriter { path, file, count: 0, id_bytes: 0 })
    }

    /// Articles noted.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    pub(super) fn push(&mut self, id: &str, note: &Note) -> Result<()> {
        self.count += 1;
        self.id_bytes += id.len();
        let bytes = note.to_bytes(id.len() as u32);
        let written = self.file.write_all(&bytes).and_then(|()| self.file.write_all(id.as_bytes()));
        written.map_err(Error::io("write", &self.path))
    }

    /// Reads all of them back.
    pub(super) fn read(self) -> Result<Notes> {
        let NoteWriter { path, file, count, id_bytes } = self;
        let mut file = written(file, &path)?;
        file.rewind().map_err(Error::io("read", &path))?;
        let mut file = BufReader::with_capacity(BUFFER_BYTES, file);
        let mut notes = Notes {
            list: Vec::with_capacity(count),
            ids: String::with_capacity(id_bytes),
            id_ends: Vec::with_capacity(count),
        };
        let mut start = 0;
        for _ in 0..count {
            let mut bytes = [0; NOTE_BYTES];
            file.read_exact(&mut bytes).map_err(Error::io("read", &path))?;
            let (note, id_bytes) = Note::of_bytes(&bytes, start);
            start = note.published_place().end();
            let id = (&mut file).take(u64::from(id_bytes)).read_to_string(&mut notes.ids);
            id.map_err(Error::io("read", &path))?;
            notes.list.push(note);
            notes.id_ends.push(notes.ids.len());
        }
        Ok(notes)
    }
}

impl Notes {
    pub(super) fn id(&self, article: u32) -> &str {
        let article = article as usize;
        let start = article.checked_sub(1).map_or(0, |before| self.id_ends[before]);
        &self.ids[start..self.id_ends[article]]
    }

    pub(super) fn note(&self, article: u32) -> &Note {
        &self.list[article as usize]
    }

    /// Bytes in memory.
    pub(super) fn bytes(&self) -> usize {
        self.list.len() * (size_of::<Note>() + size_of::<usize>()) + self.ids.len()
    }

    /// Longest text first, then smallest id.
    pub(super) fn rank(&self, a: u32, b: u32) -> Ordering {
        let longer = self.note(b).text_chars.cmp(&self.note(a).text_chars);
        longer.then_with(|| self.id(a).cmp(self.id(b))).then(a.cmp(&b))
    }
}

impl Note {
    /// What makes two texts equal: the matching key, and for short texts the title too.
    pub(super) fn equality(&self, config: &DedupConfig) -> (u128, u64) {
        let is_short = (self.text_chars as usize) < config.short_text_chars;
        (self.content_hash, if is_short { self.title_hash } else { 0 })
    }

    /// Whether it has a title, and another with this hash the same one.
    pub(super) fn has_title(&self, other: u64) -> bool {
        self.title_hash == other && other != 0
    }

    /// Where the tokens of the published text stand.
    pub(super) fn published_place(&self) -> Place {
        self.published.map_or(self.place, |(_, tokens)| Place { start: self.place.end(), tokens })
    }

    pub(super) fn units(&self) -> u32 {
        self.kind.count(self.place.tokens)
    }

    pub(super) fn card(&self) -> Card {
        Card {
            content: (self.content_hash >> 64) as u64,
            text: (self.text_hash >> 64) as u64,
            title: self.title_hash,
            units: self.units(),
            sample: self.sample,
        }
    }

    /// The note with the length of its id. Where its tokens begin is where those before end.
    fn to_bytes(&self, id_bytes: u32) -> [u8; NOTE_BYTES] {
        let mut bytes = [0; NOTE_BYTES];
        let mut rest = bytes.as_mut_slice();
        let mut put = |part: &[u8]| {
            let (here, behind) = std::mem::take(&mut rest).split_at_mut(part.len());
            here.copy_from_slice(part);
            rest = behind;
        };
        put(&self.content_hash.to_le_bytes());
        put(&self.text_hash.to_le_bytes());
        put(&self.title_hash.to_le_bytes());
        let (content, tokens) = self.published.unwrap_or_default();
        put(&content.to_le_bytes());
        for number in [tokens, self.place.tokens, self.text_chars, self.sample, id_bytes] {
            put(&number.to_le_bytes());
        }
        put(&[self.kind as u8, u8::from(self.caller_id)]);
        bytes
    }

    /// The note whose tokens begin at `start`, and the length of its id.
    fn of_bytes(bytes: &[u8; NOTE_BYTES], start: u64) -> (Note, u32) {
        let mut at = 0;
        let mut number = |width: usize| {
            at += width;
            bytes[at - width..at].iter().rev().fold(0_u128, |number, byte| number << 8 | u128::from(*byte))
        };
        let [content_hash, text_hash, title_hash, published] = [16, 16, 8, 8].map(&mut number);
        let [published_tokens, tokens, text_chars, sample, id_bytes] = [4; 5].map(|width| number(width) as u32);
        let [kind, caller_id] = [1; 2].map(|width| number(width) as u8);
        let kind = KINDS[usize::from(kind).min(KINDS.len() - 1)];
        let place = Place { start, tokens };
        let (title_hash, caller_id) = (title_hash as u64, caller_id == 1);
        let published = (published != 0).then_some((published as u64, published_tokens));
        (Note { content_hash, text_hash, title_hash, place, published, text_chars, sample, kind, caller_id }, id_bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_come_back() {
        let folder = tempfile::tempdir().unwrap();
        let mut writer = NoteWriter::create(folder.path()).unwrap();
        let note = |number: u32, start: u64| Note {
            content_hash: u128::MAX - u128::from(number),
            text_hash: u128::from(number) << 70 | 5,
            title_hash: u64::MAX / 3,
            place: Place { start, tokens: number },
            published: (number == 2).then_some((7 << 60, 40)),
            text_chars: number * 7,
            sample: number / 2,
            kind: KINDS[number as usize % 4],
            caller_id: number > 2,
        };
        let notes: Vec<Note> = [(1, 0), (70_000, 1), (2, 70_001), (7, 70_043)].map(|(n, start)| note(n, start)).into();
        let ids = ["a", "", "số 3", "id-4"];
        notes.iter().zip(ids).for_each(|(note, id)| writer.push(id, note).unwrap());
        let read = writer.read().unwrap();
        assert_eq!(read.list, notes);
        assert_eq!((0..4).map(|at| read.id(at)).collect::<Vec<_>>(), ids);
    }
}
