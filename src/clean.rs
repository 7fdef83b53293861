//! One record through all stages that need no other record: segments, labels, article.

use crate::article::Fields;
use crate::article::authors::Bylines;
use crate::article::language::Identifier;
use crate::article::stamp::Words;
use crate::config::{Config, Effective};
use crate::document::{Cleaned, Record, Segment};
use crate::error::Result;
use crate::label::model::{self, Model, Reason};
use crate::label::{Known, Labeler};
use crate::lexicon::{self, BylineLexicon, CompiledPatterns};
use crate::mention::Finder;
use crate::segment::segment;
use crate::survey::Survey;

/// Cleans records. Built once a run, shared by all threads; the result depends on the record and on what the survey of its dump knows.
#[derive(Debug)]
pub struct Cleaner {
    patterns: CompiledPatterns,
    model: Model,
    identifier: Identifier,
    finder: Finder,
    stamps: Words,
    bylines: Bylines,
    config: Config,
}

impl Cleaner {
    /// Compiles the lexicons.
    ///
    /// # Errors
    /// [`crate::error::Error::Config`] naming the lexicon and the pattern that does not compile.
    pub fn new(effective: &Effective) -> Result<Cleaner> {
        let mut lexicons = lexicon::builtin()?;
        lexicons.extend(effective.lexicon_overlays.iter().cloned());
        let builtin = BylineLexicon::builtin()?;
        let overlays = lexicons.iter().filter_map(|lexicon| lexicon.byline.as_ref());
        let bylines: Vec<&BylineLexicon> = std::iter::once(&builtin).chain(overlays).collect();
        let agencies = lexicons.iter().flat_map(|lexicon| &lexicon.agency).flat_map(|agency| &agency.names);
        let agencies: Vec<&str> = agencies.map(String::as_str).collect();
        let finder = Finder::new(&lexicons)?;
        Ok(Cleaner {
            patterns: CompiledPatterns::new(&lexicons)?,
            model: model::builtin()?,
            identifier: Identifier::new(&lexicons, lexicon::IDENTIFY)?,
            stamps: Words::new(&bylines),
            bylines: Bylines::new(&bylines, &agencies, &finder),
            finder,
            config: effective.config.clone(),
        })
    }

    /// What the fields of an article are decided with.
    #[must_use]
    pub fn fields(&self) -> Fields<'_> {
        Fields {
            patterns: &self.patterns,
            finder: &self.finder,
            identifier: &self.identifier,
            stamps: &self.stamps,
            bylines: &self.bylines,
            config: &self.config,
        }
    }

    /// The model's strongest reasons for the label of each segment of a record; none for blank ones.
    #[must_use]
    pub fn reasons(&self, record: &Record) -> Vec<Vec<Reason>> {
        let known = Known::of(&record.fields);
        let spans = segment(&record.text, known.title, &self.patterns);
        Labeler::new(&self.patterns, &self.model, &self.config.label).reasons(&record.text, &spans, known)
    }

    /// Labels a record, without evidence from other records, and makes its article.
    #[must_use]
    pub fn clean(&self, record: Record) -> Cleaned {
        self.clean_among(record, &Survey::default())
    }

    /// Labels a record of a dump that has been surveyed, and makes its article.
    #[must_use]
    pub fn clean_among(&self, record: Record, survey: &Survey) -> Cleaned {
        let known = Known::of(&record.fields);
        let spans = segment(&record.text, known.title, &self.patterns);
        let labeler = Labeler::new(&self.patterns, &self.model, &self.config.label);
        let labelled =
            labeler.label_among(&record.text, &spans, known, |lines| survey.look(known.url, &record.text, lines));
        let segments: Vec<Segment> = spans
            .into_iter()
            .zip(&labelled.verdicts)
            .map(|(span, verdict)| Segment { span, verdict: *verdict })
            .collect();
        let outcome = self.fields().assemble(&record, &segments, &labelled).map(Box::new);
        Cleaned { record, segments, outcome }
    }
}
