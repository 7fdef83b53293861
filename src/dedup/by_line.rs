//! Pairs just below the threshold once more, line by line: what each of two records says of the other's lines.
//!
//! Which lines are an article's is decided before anything is known of its copies, or with the copies of the same run in mind. An article
//! in which a paragraph was cut, or another story kept, has less in common with its copy than the two stories have. So where two
//! articles share enough for an edge and too little for one of them to be dropped, their lines are read back from `segments`: a doubtful
//! line that the other record prints too is rather text, one that it does not print is rather none. This needs the two records alone,
//! and so does not depend on which runs they came in.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use arrow::array::{Array, BooleanArray, Float32Array, Int32Array, RecordBatch, StringArray};

use super::compare::Comparison;
use super::stars::Center;
use super::store::{Place, Store, Stored};
use super::units::{UnitKind, Units};
use crate::config::DedupConfig;
use crate::document::Label;
use crate::error::Result;
use crate::table::{column_of, newer_column_of, rows_with_ids, text_of};
use crate::text::{Ending, ending, matching_key};

/// Share of a line's units in the other record from which that prints it too. What is no sentence must stand in the other's text: a
/// caption here that is a paragraph there, a subheading.
const PRINTED: f32 = 0.6;
/// Share below which it does not.
const NOT_PRINTED: f32 = 0.1;
/// Log-odds in favour of a line that the other record prints too, as in `src/label/others.rs`.
const FOR_PRINTED: f32 = 8.0;
/// Log-odds against a line that the other record does not print, where that prints most of the text. Of 3,397 Vietnamese pairs with a
/// containment of .8 and more 14 have less then, of 103 pairs with .7 to .8 15 have more; with 1.6 there are two more and one less.
const AGAINST_OWN: f32 = 2.0;
/// The same behind the last line that both print, where both have one title: the page goes on there with another story. With
/// [`AGAINST_OWN`] for those too there are three more and two less.
const AGAINST_TAIL: f32 = 4.0;
/// Share of the text that the other record prints, from which it has most of the story.
const MOSTLY_PRINTED: f32 = 0.5;
/// Least tokens of a line that reads like text: a few words stand in many records.
const MIN_TOKENS: usize = 8;
/// Least distance of a confidence from 0 and 1: what is printed as certain is not.
const DOUBT: f32 = 1e-4;

/// One line of a record, or a part of it: a segment that is not blank.
#[derive(Debug, Clone, PartialEq)]
struct Line {
    tokens: Vec<u32>,
    /// Log-odds that it is text; none at all for what no other record makes text: the title, and copies inside the record.
    odds: f32,
    /// Whether it is text by its label.
    is_text: bool,
    /// Whether it is published as text.
    is_published: bool,
    /// Whether it reads like a sentence of some words.
    reads_like_text: bool,
}

/// The lines of a record.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Lines(Vec<Line>);

impl Lines {
    fn push(&mut self, text: &str, label: &str, kept: bool, confidence: f32, is_published: bool) {
        let is = |labels: &[Label]| labels.iter().any(|it| it.as_str() == label);
        if is(&[Label::Blank]) {
            return;
        }
        let tokens = Units::of(&matching_key(text)).tokens;
        let confidence = confidence.clamp(DOUBT, 1.0 - DOUBT);
        let odds = (confidence / (1.0 - confidence)).ln();
        let is_sentence = matches!(ending(text.trim()), Ending::Stop | Ending::Mark | Ending::Ellipsis);
        self.0.push(Line {
            reads_like_text: is_sentence && tokens.len() >= MIN_TOKENS,
            tokens,
            odds: match kept {
                _ if is(&[Label::Title, Label::Repeat]) => f32::NEG_INFINITY,
                true => odds,
                false => -odds,
            },
            is_text: kept && is(&[Label::Lead, Label::Body]),
            is_published,
        });
    }

    /// The tokens of some of the lines, one line behind the other.
    fn tokens(&self, is_among: impl Fn(usize, &Line) -> bool) -> Vec<u32> {
        let lines = self.0.iter().enumerate().filter(|(at, line)| is_among(*at, line));
        lines.flat_map(|(_, line)| &line.tokens).copied().collect()
    }

    /// The units of all lines, and of those that are text.
    fn units(&self, kind: UnitKind) -> [Vec<u64>; 2] {
        [kind.set(&self.tokens(|_, _| true)), kind.set(&self.tokens(|_, line| line.is_text))]
    }

    /// Which lines are text, by the units of the other record too; `None` where that changes nothing.
    fn beside(&self, [other, other_text]: &[Vec<u64>; 2], kind: UnitKind, one_title: bool) -> Option<Vec<bool>> {
        let shares = |line: &Line| {
            let units = kind.set(&line.tokens);
            let count = units.len() as f32;
            let share = |other: &[u64]| Comparison::of(&units, other).shared as f32 / f32::max(count, 1.0);
            (count, share(other), if line.is_text { 0.0 } else { share(other_text) })
        };
        let shares: Vec<(f32, f32, f32)> = self.0.iter().map(shares).collect();
        let (mut printed, mut all) = (0.0, 0.0);
        for (_, (units, share, _)) in self.0.iter().zip(&shares).filter(|(line, _)| line.is_text) {
            all += units;
            printed += if *share >= MOSTLY_PRINTED { *units } else { 0.0 };
        }
        let share_printed = printed / f32::max(all, 1.0);
        let is_printed = |(line, (_, share, _)): (&Line, &(f32, f32, f32))| line.is_text && *share >= MOSTLY_PRINTED;
        let last = self.0.iter().zip(&shares).rposition(is_printed).filter(|_| one_title);
        let until_last: f32 = last.map_or(0.0, |last| {
            self.0[..=last].iter().zip(&shares).filter(|(line, _)| line.is_text).map(|(_, (units, ..))| units).sum()
        });
        let has_tail = printed > MOSTLY_PRINTED * until_last;
        let is_text = |(at, (line, (_, share, share_of_text))): (usize, (&Line, &(f32, f32, f32)))| {
            if line.is_text {
                let is_tail = has_tail && last.is_some_and(|last| at > last);
                let against = if is_tail {
                    AGAINST_TAIL
                } else if share_printed > MOSTLY_PRINTED {
                    AGAINST_OWN
                } else {
                    f32::MIN
                };
                !(line.reads_like_text && *share < NOT_PRINTED && line.odds < against)
            } else {
                let is_printed = *share_of_text >= PRINTED || line.reads_like_text && *share >= PRINTED;
                is_printed && line.odds + FOR_PRINTED > 0.0
            }
        };
        let texts: Vec<bool> = self.0.iter().zip(&shares).enumerate().map(is_text).collect();
        let is_other = self.0.iter().zip(&texts).any(|(line, is_text)| line.is_text != *is_text);
        is_other.then_some(texts)
    }

    /// Compares two records by the lines that are text in the light of the other; `None` where those are the lines that are text anyway.
    pub(super) fn compare(
        &self,
        other: &Lines,
        kind: UnitKind,
        one_title: bool,
        config: &DedupConfig,
    ) -> Result<Option<Comparison>> {
        let units = [self.units(kind), other.units(kind)];
        let texts = [self.beside(&units[1], kind, one_title), other.beside(&units[0], kind, one_title)];
        if texts.iter().all(Option::is_none) {
            return Ok(None);
        }
        let tokens = |lines: &Lines, texts: &Option<Vec<bool>>| {
            lines.tokens(|at, line| texts.as_ref().map_or(line.is_text, |texts| texts[at]))
        };
        let both = [tokens(self, &texts[0]), tokens(other, &texts[1])];
        let sets = both.each_ref().map(|tokens| kind.set(tokens));
        let mut comparison = Comparison::of_texts([&sets[0], &sets[1]], kind, one_title, config, || Ok(both))?;
        let published = |lines: &Lines| kind.set(&lines.tokens(|_, line| line.is_published));
        comparison.weigh_published(config, || Ok([published(self), published(other)]))?;
        Ok(Some(comparison))
    }

    /// As words of a store: of each line the number of its tokens with three flags, its odds, its tokens.
    fn to_words(&self) -> Vec<u32> {
        let mut words = Vec::new();
        for line in &self.0 {
            let flags = [line.is_published, line.is_text, line.reads_like_text];
            let head = flags.iter().fold(line.tokens.len() as u32, |head, &flag| head << 1 | u32::from(flag));
            words.extend([head, line.odds.to_bits()]);
            words.extend(&line.tokens);
        }
        words
    }

    fn of_words(mut words: &[u32]) -> Lines {
        let mut lines = Lines::default();
        while let [head, odds, rest @ ..] = words {
            let Some((tokens, behind)) = rest.split_at_checked((head >> 3) as usize) else { break };
            lines.0.push(Line {
                tokens: tokens.to_vec(),
                odds: f32::from_bits(*odds),
                is_published: head & 4 != 0,
                is_text: head & 2 != 0,
                reads_like_text: head & 1 != 0,
            });
            words = behind;
        }
        lines
    }
}

/// A record as `segments` names it: run, id.
pub(super) type Name = (String, String);

/// Takes the lines of some records from their files, one file after the other.
pub(super) struct Gatherer {
    wanted: HashMap<Name, Center>,
    store: Store,
    /// `None` for records that cannot be told apart, since they have one id in one run.
    places: HashMap<Center, Option<Place>>,
    /// The record that is being read.
    current: Option<(Center, Lines)>,
}

impl Gatherer {
    pub(super) fn new(folder: &Path, wanted: HashMap<Name, Center>) -> Result<Gatherer> {
        Ok(Gatherer { wanted, store: Store::create(folder, "lines")?, places: HashMap::new(), current: None })
    }

    /// Reads the files of `segments` of one commit, in order. One that is not there has nothing to say.
    pub(super) fn read(&mut self, files: &[PathBuf]) -> Result<()> {
        for path in files.iter().filter(|path| path.exists()) {
            let ids: HashSet<String> = self.wanted.keys().map(|(_, id)| id.clone()).collect();
            for batch in rows_with_ids(
                path,
                ids,
                &[
                    "id",
                    "run_id",
                    "seg_no",
                    "text",
                    "label",
                    "kept",
                    "confidence",
                    "label_alone",
                    "kept_alone",
                    "confidence_alone",
                ],
            )? {
                self.take(&batch?, path)?;
            }
        }
        self.put()
    }

    fn take(&mut self, batch: &RecordBatch, path: &Path) -> Result<()> {
        let texts = |name| column_of::<StringArray>(batch, name, path);
        let (ids, runs, labels, contents) = (texts("id")?, texts("run_id")?, texts("label")?, texts("text")?);
        let numbers: &Int32Array = column_of(batch, "seg_no", path)?;
        let kept: &BooleanArray = column_of(batch, "kept", path)?;
        let confidences: &Float32Array = column_of(batch, "confidence", path)?;
        let labels_alone: Option<&StringArray> = newer_column_of(batch, "label_alone");
        let kept_alone: Option<&BooleanArray> = newer_column_of(batch, "kept_alone");
        let confidences_alone: Option<&Float32Array> = newer_column_of(batch, "confidence_alone");
        for row in 0..batch.num_rows() {
            let name = (runs.value(row).to_owned(), ids.value(row).to_owned());
            let Some(&record) = self.wanted.get(&name) else { continue };
            if numbers.value(row) == 0 {
                self.put()?;
                self.current = Some((record, Lines::default()));
            }
            if let Some((current, lines)) = &mut self.current
                && *current == record
            {
                let alone = text_of(labels_alone, row).zip(kept_alone).zip(confidences_alone);
                let published = kept.value(row);
                let (label, kept, confidences) = match alone {
                    Some(((label, kept), confidences)) => (label, kept, confidences),
                    None => (labels.value(row), kept, confidences),
                };
                let confidence = if confidences.is_valid(row) { confidences.value(row) } else { 1.0 };
                let is_text = |label| label == Label::Lead.as_str() || label == Label::Body.as_str();
                let is_published = published && is_text(labels.value(row));
                lines.push(contents.value(row), label, kept.value(row), confidence, is_published);
            }
        }
        Ok(())
    }

    /// Puts the record that was read into the store.
    fn put(&mut self) -> Result<()> {
        if let Some((record, lines)) = self.current.take() {
            let place =
                if self.places.contains_key(&record) { None } else { Some(self.store.push(&lines.to_words())?) };
            self.places.insert(record, place);
        }
        Ok(())
    }

    pub(super) fn finish(self) -> Result<Gathered> {
        Ok(Gathered { stored: self.store.read()?, places: self.places })
    }
}

/// The lines of some records, on disk.
pub(super) struct Gathered {
    stored: Stored,
    places: HashMap<Center, Option<Place>>,
}

impl Gathered {
    /// The lines of a record, where they are known.
    pub(super) fn lines(&mut self, record: Center) -> Result<Option<Lines>> {
        let Some(Some(place)) = self.places.get(&record) else { return Ok(None) };
        Ok(Some(Lines::of_words(&self.stored.tokens(*place)?)))
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::config;
    use super::*;

    /// Lines of a story by their numbers, each with its label, whether it is kept, and its confidence.
    fn lines(numbers: &[(usize, &str, bool, f32)]) -> Lines {
        let mut lines = Lines::default();
        for &(number, label, kept, confidence) in numbers {
            let words: Vec<String> = (0..12).map(|word| format!("word{number}x{word}")).collect();
            lines.push(&(words.join(" ") + "."), label, kept, confidence, kept);
        }
        lines
    }

    fn containment(first: &Lines, second: &Lines) -> Option<f64> {
        first.compare(second, UnitKind::Syllables, false, &config()).unwrap().map(|comparison| comparison.containment())
    }

    #[test]
    fn what_the_other_prints_too_is_text() {
        let body = |number| (number, "body", true, 0.9);
        let whole = lines(&[body(1), body(2), body(3), body(4), body(9)]);
        let cut = lines(&[body(1), body(2), (3, "related", false, 0.9), (4, "related", false, 0.9), body(7)]);
        assert!(containment(&cut, &whole).unwrap() > 0.75);
        assert_eq!(containment(&cut, &whole), containment(&whole, &cut));
        // The title and copies inside the record stay what they are; so does what is sure, and what the other does not print.
        let certain = lines(&[body(1), body(2), (3, "title", true, 0.9), (4, "repeat", false, 0.9), body(7)]);
        assert_eq!(containment(&certain, &whole), None);
        let sure = lines(&[body(1), body(2), (3, "related", false, 1.0), (5, "related", false, 0.6), body(7)]);
        assert_eq!(containment(&sure, &whole), None);
    }

    #[test]
    fn what_the_other_does_not_print_is_doubted() {
        let body = |number, confidence| (number, "body", true, confidence);
        let story = [body(1, 0.99), body(2, 0.99), body(3, 0.99)];
        let with_another = lines(&[&story[..], &[body(8, 0.7), body(9, 0.7)]].concat());
        let edited = lines(&[story[0], story[1], story[2], body(5, 0.99)]);
        assert!(containment(&edited, &with_another).unwrap() > 0.8);
        let sure = lines(&[&story[..], &[body(8, 0.99), body(9, 0.99)]].concat());
        assert_eq!(containment(&edited, &sure), None);
        // Where the other has less than half of it, nothing is doubted.
        let other_story = lines(&[story[0], body(5, 0.7), body(6, 0.7), body(7, 0.99)]);
        assert_eq!(containment(&edited, &other_story), None);
    }

    #[test]
    fn what_follows_the_last_line_of_both_is_doubted_more() {
        let body = |number, confidence| (number, "body", true, confidence);
        let story = [body(1, 0.99), body(2, 0.99), body(3, 0.99)];
        let with_tail = lines(&[&story[..], &[body(8, 0.97), body(9, 0.97)]].concat());
        let edited = lines(&[story[0], story[1], story[2], body(5, 0.99), body(6, 0.99)]);
        let compare = |one_title| with_tail.compare(&edited, UnitKind::Syllables, one_title, &config()).unwrap();
        assert!(compare(true).unwrap().containment() > 0.9);
        assert_eq!(compare(false), None);
        // Between lines that both print it stays.
        let inside = lines(&[story[0], story[1], body(8, 0.97), body(9, 0.97), story[2]]);
        assert_eq!(inside.compare(&edited, UnitKind::Syllables, true, &config()).unwrap(), None);
    }

    #[test]
    fn lines_come_back_from_the_store() {
        let lines = lines(&[(1, "body", true, 0.9), (2, "caption", false, 0.5), (3, "title", true, 1.0)]);
        assert_eq!(Lines::of_words(&lines.to_words()), lines);
        assert_eq!(Lines::of_words(&[80, 0, 1]), Lines::default());
    }
}
