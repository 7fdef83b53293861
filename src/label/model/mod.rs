//! The statistical labeller: boosted trees over the form, words, place and neighbours of each line.
//!
//! Two stages. The first gives every line the odds that it is text of the article, and the odds that it is the title. The second
//! sees those opinions of the whole record beside the features and decides again; for the title it compares the likeliest lines with
//! each other. The rules' labels are features of both.

pub mod candidates;
pub mod features;
pub mod matrix;
mod reasons;
pub mod record;
pub mod second;
pub mod text;
pub mod trees;
pub mod vocabulary;

use std::path::Path;

use crate::error::{Error, Result};
pub use reasons::Reason;

use features::Features;
use text::TextModel;
use trees::{Asked, Ensemble};

use super::address::Address;
use super::line::Line;
use super::rules;

/// A trained labeller.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Model {
    /// How often lines of each rule are text, in 120ths, by the number of the rule.
    pub ranks: Vec<u8>,
    /// Words and pairs.
    pub words: TextModel,
    /// The heads, in the order of [`HEADS`].
    pub heads: Vec<Ensemble>,
}

/// What the heads judge: text and title in two stages, the second title head among the [`candidates`] alone; of the lines that are noise, captions and other stories; of the first paragraph,
/// whether it is a lead; of the record as a whole ([`record`]), whether it has an article.
pub const HEADS: [&str; 8] = ["text1", "title1", "text2", "title2", "caption", "related", "lead", "article"];

/// The head that judges candidates for the title.
pub const TITLE: usize = 3;
/// The head that knows captions.
pub const CAPTION: usize = 4;
/// The head that judges records.
const ARTICLE: usize = 7;
/// Log-odds of lines that are no candidates for the title.
const NO_TITLE: i32 = -(8.0 * trees::UNIT) as i32;

/// The log-odds of every line, in [`trees::UNIT`]s.
#[derive(Debug, Default)]
pub struct Judgement<'a> {
    /// It is text of the article.
    pub text: Vec<i32>,
    /// It is the title, against there being none.
    pub title: Vec<i32>,
    /// It is a caption.
    pub caption: Asked<'a>,
    /// It is part of another story.
    pub related: Asked<'a>,
    /// It is a lead.
    pub lead: Asked<'a>,
    /// The record has an article.
    pub article: i32,
}

impl Model {
    /// Judges the lines of a record. The columns of words are filled on the way.
    #[must_use]
    pub fn judge<'a>(&'a self, features: &'a mut Features, lines: &[Line], address: Option<&Address>) -> Judgement<'a> {
        let Some((text, title)) = self.first_stage(features, lines) else { return Judgement::default() };
        let titles = self.titles(features, lines, address, &text, &title);
        let matrix = &features.matrix;
        let asked = |head: usize| Asked::new(&self.heads[head], matrix);
        Judgement {
            text: self.heads[2].margins(matrix),
            title: titles,
            caption: asked(CAPTION),
            related: asked(5),
            lead: asked(6),
            article: record::margin(&self.heads[ARTICLE], features, &text, &title),
        }
    }

    /// The odds of every line that it is the title, given the first stage's odds.
    fn titles(
        &self,
        features: &mut Features,
        lines: &[Line],
        address: Option<&Address>,
        text: &[i32],
        title: &[i32],
    ) -> Vec<i32> {
        let (rows, matrix) = candidates::read(features, lines, address, text, title);
        let mut odds = vec![NO_TITLE; lines.len()];
        for (row, margin) in rows.into_iter().zip(self.heads[TITLE].margins(&matrix)) {
            odds[row] = margin;
        }
        odds
    }

    /// The first stage's odds that each line is text, and that it is the title; the columns of the second stage are filled on the way. None for a record without
    /// lines and for a model without trees.
    fn first_stage(&self, features: &mut Features, lines: &[Line]) -> Option<(Vec<i32>, Vec<i32>)> {
        if lines.is_empty() || self.heads.first().is_none_or(|head| head.trees.is_empty()) {
            return None;
        }
        let words = self.words.scores(&features.vocabulary, lines.iter().map(|line| line.hash));
        features.set_words(words.as_deref());
        let (text, title) = (self.heads[0].margins(&features.matrix), self.heads[1].margins(&features.matrix));
        second::read(features, &text, &title);
        Some((text, title))
    }

    /// The strongest reasons for what the model thinks of each line: of the first stage, which sees the line and its neighbours, and
    /// of the second, which sees the record.
    #[must_use]
    pub fn reasons(&self, features: &mut Features, lines: &[Line]) -> Vec<Vec<Reason>> {
        if self.first_stage(features, lines).is_none() {
            return vec![Vec::new(); lines.len()];
        }
        let of_row = |row: usize| {
            let mut all = reasons::reasons(&self.heads[2], &features.matrix, row, REASONS);
            all.extend(reasons::reasons(&self.heads[0], &features.matrix, row, REASONS));
            all.sort_by(|a, b| b.odds.abs().total_cmp(&a.odds.abs()));
            let mut seen = std::collections::HashSet::new();
            all.retain(|reason| seen.insert(reason.about.clone()));
            all.truncate(REASONS);
            all
        };
        (0..lines.len()).map(of_row).collect()
    }

    /// The model as bytes.
    #[must_use]
    pub fn write(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        put(&mut bytes, self.ranks.len() as u32);
        for (rule, rank) in rules::ALL.iter().zip(&self.ranks) {
            bytes.push(rule.name.len() as u8);
            bytes.extend_from_slice(rule.name.as_bytes());
            bytes.push(*rank);
        }
        bytes.extend_from_slice(&self.words.bias.to_le_bytes());
        bytes.extend(self.words.slots.iter().map(|(fingerprint, _)| *fingerprint));
        bytes.extend(self.words.slots.iter().map(|(_, weight)| *weight as u8));
        for head in &self.heads {
            bytes.extend_from_slice(&head.bias.to_le_bytes());
            put(&mut bytes, head.trees.len() as u32);
            for tree in &head.trees {
                for split in tree.splits {
                    bytes.extend_from_slice(&split.column.to_le_bytes());
                    bytes.extend([split.offset as u8, split.threshold]);
                }
                bytes.extend(tree.leaves.iter().flat_map(|leaf| leaf.to_le_bytes()));
            }
        }
        bytes
    }

    /// Writes the model to a file, compressed.
    ///
    /// # Errors
    /// [`Error::Io`] naming the file.
    pub fn save(&self, path: &Path) -> Result<()> {
        let packed = zstd::bulk::compress(&self.write(), 19).map_err(Error::io("compress", path))?;
        std::fs::write(path, packed).map_err(Error::io("write", path))
    }

    /// Reads a model from a compressed file.
    ///
    /// # Errors
    /// [`Error::Io`] naming the file; [`Error::Config`] where it holds no model of this version.
    pub fn load(path: &Path) -> Result<Model> {
        let packed = std::fs::read(path).map_err(Error::io("read", path))?;
        Model::read(&zstd::bulk::decompress(&packed, MAX_BYTES).map_err(Error::io("unpack", path))?)
    }

    /// Reads a model from bytes.
    ///
    /// # Errors
    /// [`Error::Config`] where the bytes are no model of this version.
    pub fn read(bytes: &[u8]) -> Result<Model> {
        let wrong = || {
            Error::Config(
                "the labelling model is damaged or of another version; train it again with `newsieve train`".to_owned(),
            )
        };
        let mut reader = Bytes(bytes);
        if reader.take(MAGIC.len()).ok_or_else(wrong)? != MAGIC {
            return Err(wrong());
        }
        reader.model().filter(|_| reader.0.is_empty()).ok_or_else(wrong)
    }
}

/// The model that is compiled in.
pub const BUILTIN: &[u8] = include_bytes!("../../../config/model/labels.bin.zst");
/// Most bytes of an unpacked model.
const MAX_BYTES: usize = 64 << 20;

/// Reads the model that is compiled in.
///
/// # Errors
/// [`Error::Config`]; a build whose tests pass has none.
pub fn builtin() -> Result<Model> {
    let bytes = zstd::bulk::decompress(BUILTIN, MAX_BYTES)
        .map_err(|error| Error::Config(format!("the built-in labelling model cannot be unpacked: {error}")))?;
    Model::read(&bytes)
}

/// Reasons given for a line.
const REASONS: usize = 4;

/// Rank of a rule that the model has not seen: between text and noise.
const UNKNOWN_RANK: u8 = 60;

const MAGIC: &[u8] = b"newsieve model 3\n";

fn put(bytes: &mut Vec<u8>, value: u32) {
    bytes.extend_from_slice(&value.to_le_bytes());
}

struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn number(&mut self) -> Option<u32> {
        Some(u32::from_le_bytes(self.take(4)?.try_into().ok()?))
    }

    fn model(&mut self) -> Option<Model> {
        // By name, so that a model outlives new rules.
        let mut ranks = vec![UNKNOWN_RANK; rules::ALL.len()];
        for _ in 0..self.number()? {
            let length = usize::from(self.take(1)?[0]);
            let name = std::str::from_utf8(self.take(length)?).ok()?;
            let rank = self.take(1)?[0];
            if let Some(rule) = rules::by_name(name) {
                ranks[rule.number] = rank;
            }
        }
        let bias = self.number()? as i32;
        let (fingerprints, weights) = (self.take(text::BUCKETS)?, self.take(text::BUCKETS)?);
        let slots =
            fingerprints.iter().zip(weights).map(|(fingerprint, weight)| (*fingerprint, *weight as i8)).collect();
        let heads = (0..HEADS.len()).map(|head| self.head(head)).collect::<Option<_>>()?;
        Some(Model { ranks, words: TextModel { slots, bias }, heads })
    }

    fn head(&mut self, head: usize) -> Option<Ensemble> {
        let columns = features::FIRST_STAGE + second::SECOND.len();
        let columns = match head {
            TITLE => candidates::CANDIDATE.len(),
            ARTICLE => columns * record::VIEWS,
            _ => columns,
        };
        let bias = self.number()? as i32;
        let number = self.number()?;
        let trees = (0..number).map(|_| self.tree(columns)).collect::<Option<_>>()?;
        Some(Ensemble { bias, trees })
    }

    fn tree(&mut self, columns: usize) -> Option<trees::Tree> {
        let mut splits = [trees::Split { column: 0, offset: 0, threshold: trees::NEVER }; trees::DEPTH];
        for split in &mut splits {
            let bytes = self.take(4)?;
            split.column = u16::from_le_bytes([bytes[0], bytes[1]]);
            (split.offset, split.threshold) = (bytes[2] as i8, bytes[3].min(trees::NEVER));
            let reach = usize::from(split.offset.unsigned_abs());
            if usize::from(split.column) >= columns || reach > matrix::REACH {
                return None;
            }
        }
        let mut leaves = [0; trees::LEAVES];
        for leaf in &mut leaves {
            *leaf = i16::from_le_bytes(self.take(2)?.try_into().ok()?);
        }
        Some(trees::Tree { splits, leaves })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_is_read_as_it_was_written() {
        let model = builtin().unwrap();
        assert_eq!(Model::read(&model.write()).unwrap(), model);
        assert_eq!(model.heads.len(), HEADS.len());
        assert!(model.heads.iter().all(|head| !head.trees.is_empty()));
    }

    #[test]
    fn a_damaged_model_is_refused() {
        let bytes = builtin().unwrap().write();
        let refused =
            |bytes: &[u8]| Model::read(bytes).is_err_and(|error| error.to_string().contains("newsieve train"));
        assert!(refused(&bytes[..bytes.len() - 1]) && refused(b"") && refused(b"newsieve model 0\n"));
        assert!(refused(&[&bytes[..], b"x"].concat()));
        // A question about a column that there is not.
        let model = builtin().unwrap();
        let mut wrong = model.clone();
        wrong.heads[0].trees[0].splits[0].column = u16::MAX;
        assert!(refused(&wrong.write()));
    }
}
