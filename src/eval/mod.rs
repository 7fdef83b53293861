//! Scores labels against labelled records.

pub mod floors;
pub mod gold;
mod report;
pub mod score;

pub use report::{Report, Summary};

use rayon::prelude::*;

use crate::Cleaner;
use crate::config::Config;
use crate::decode::decode;
use crate::document::{CallerFields, Cleaned, Content, Label, Origin, RawRecord, Span, Verdict};
use crate::label::Page;
use gold::Gold;

/// What was made of a record, one entry a line of its text.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// The label: that of the line's longest kept segment, else of its longest segment.
    pub labels: Vec<Label>,
    /// Whether part of the line is lead or body of the clean text.
    pub kept: Vec<bool>,
    /// How sure the label is.
    pub confidence: Vec<f32>,
    /// First line of the title.
    pub title: Option<usize>,
    /// Whether the record became an article.
    pub has_article: bool,
}

impl Outcome {
    pub(crate) fn of_page(page: &Page, spans: &[Span], has_article: bool) -> Outcome {
        let verdicts = crate::label::verdicts(spans.len(), page, page.config);
        Outcome::new(spans.iter().zip(&verdicts), has_article)
    }

    /// Of a cleaned record.
    #[must_use]
    pub fn of(cleaned: &Cleaned) -> Outcome {
        let segments = cleaned.segments.iter().map(|segment| (&segment.span, &segment.verdict));
        Outcome::new(segments, cleaned.outcome.is_ok())
    }

    /// Of a record that was not even labelled.
    fn rejected() -> Outcome {
        Outcome { labels: Vec::new(), kept: Vec::new(), confidence: Vec::new(), title: None, has_article: false }
    }

    fn new<'a>(segments: impl Iterator<Item = (&'a Span, &'a Verdict)>, has_article: bool) -> Outcome {
        let mut outcome = Outcome { has_article, ..Outcome::rejected() };
        let mut best = (false, 0);
        for (span, verdict) in segments {
            let line = span.line_no as usize;
            let size = (verdict.kept, span.bytes.len());
            if line == outcome.labels.len() {
                outcome.labels.push(verdict.label);
                outcome.kept.push(false);
                outcome.confidence.push(verdict.confidence);
                best = size;
            } else if size > best {
                (outcome.labels[line], outcome.confidence[line]) = (verdict.label, verdict.confidence);
                best = size;
            }
            outcome.kept[line] |= verdict.kept && verdict.label != Label::Title;
            if verdict.label == Label::Title {
                outcome.title.get_or_insert(line);
            }
        }
        outcome
    }
}

/// Cleans labelled records and scores what became of them.
#[must_use]
pub fn evaluate(cleaner: &Cleaner, config: &Config, records: &[Gold]) -> Report {
    let outcomes: Vec<Outcome> = records
        .par_iter()
        .enumerate()
        .map(|(number, gold)| {
            let origin = Origin { file_path: "gold".into(), record_no: number as i64, input: 0 };
            let content = Content::Text(gold.raw_text.clone());
            let raw = RawRecord {
                origin,
                content,
                fields: CallerFields { url: gold.url.clone(), ..CallerFields::default() },
            };
            decode(raw, config).map_or_else(|_| Outcome::rejected(), |record| Outcome::of(&cleaner.clean(record)))
        })
        .collect();
    let mut report = Report::default();
    for (gold, outcome) in records.iter().zip(&outcomes) {
        report.add(gold, outcome);
    }
    report
}

impl Gold {
    /// The fine label of a line; none where the record has none.
    #[must_use]
    pub fn fine(&self, line: usize) -> Option<Label> {
        let name = self.labels_fine.get(line)?;
        Label::ALL.into_iter().find(|label| label.as_str() == name)
    }
}
