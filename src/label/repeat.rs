//! Lines that the record has already given: a body printed twice, interleaved copies, captions under their alternative text.

use super::line::{Evidence, Kind, Line};
use super::{Decision, Page, rules};
use crate::document::Label;
use crate::fast_map::FastMap;

/// Most units of a caption that is known by being printed twice in a row.
const MAX_TWICE_UNITS: f32 = 40.0;

impl Page<'_> {
    /// A line without a stop, directly followed by itself, behind the title: alternative text and caption of a picture. Only where a
    /// paragraph follows later: in a block of other stories headlines are printed twice as well.
    pub(super) fn twice(&mut self) {
        let start = self.title.map_or(0, |title| title + 1);
        let is_heading = |line: &Line| matches!(line.evidence, Evidence::RelatedHeading | Evidence::NavHeading);
        let is_prose = |line: &Line| line.kind == Kind::Prose;
        // No heading of another block may stand in front, and two paragraphs in a row must follow: headlines printed twice in a block of
        // other stories have none behind them.
        let first_heading = self.lines.iter().position(is_heading).unwrap_or(self.lines.len());
        let Some(paragraphs) = self.lines.windows(2).rposition(|pair| pair.iter().all(is_prose)) else { return };
        let is_twice = |at: usize| {
            self.lines.get(at).zip(self.lines.get(at + 1)).is_some_and(|(line, next)| {
                line.hash == next.hash && line.shape.units <= MAX_TWICE_UNITS && !line.shape.ends_sentence()
            })
        };
        let end = (first_heading + 1).min(paragraphs.saturating_sub(1));
        // Several of them, with a teaser between them at most, are the headlines of other stories, each with the text of its picture.
        let is_another = |at: usize, other: usize| self.lines[at].hash != self.lines[other].hash && is_twice(other);
        let is_single = |at: usize| {
            !(at + 2..at + 4).any(|below| below < self.lines.len() && is_another(at, below))
                && !(at.saturating_sub(3)..at.saturating_sub(1)).any(|above| above >= start && is_another(at, above))
        };
        let single: Vec<usize> = (start..end).filter(|&at| is_twice(at) && is_single(at)).collect();
        for at in single {
            if self.is_open(at) && self.is_open(at + 1) {
                for copy in [at, at + 1] {
                    self.decide(copy, Label::Caption, rules::CAPTION_TWICE);
                }
            }
        }
    }

    /// Decides repeated paragraphs and runs of repeated lines; the first occurrence stays. A repeated caption stays a caption, and
    /// headings are left alone.
    pub(super) fn repeats(&mut self) {
        let mut first: FastMap<u64, usize> = FastMap::default();
        let mut at = 0;
        while at < self.lines.len() {
            let Some(&original) = first.get(&self.lines[at].hash) else {
                first.insert(self.lines[at].hash, at);
                at += 1;
                continue;
            };
            let length = self.run_length(original, at);
            let units: f32 = self.lines[at..at + length].iter().map(|line| line.shape.units).sum();
            if units >= self.config.min_repeat_units as f32 {
                let rule = if length > 1 { rules::REPEAT_BLOCK } else { rules::REPEAT_LINE };
                for offset in 0..length {
                    self.repeat(original + offset, at + offset, rule);
                }
            }
            at += length;
        }
    }

    /// How many lines from `copy` on equal those from `original` on.
    fn run_length(&self, original: usize, copy: usize) -> usize {
        (0..copy - original)
            .take_while(|offset| {
                self.lines.get(copy + offset).is_some_and(|line| line.hash == self.lines[original + offset].hash)
            })
            .count()
            .max(1)
    }

    fn repeat(&mut self, original: usize, copy: usize, rule: rules::Rule) {
        let heading = matches!(self.lines[copy].evidence, Evidence::RelatedHeading | Evidence::NavHeading);
        if self.is_open(copy) && !heading {
            self.decisions[copy] = Some(Decision { repeat_of: Some(original), ..Decision::of(Label::Repeat, rule) });
        } else if let Some(decision) = &mut self.decisions[copy] {
            decision.repeat_of.get_or_insert(original);
        }
    }
}
