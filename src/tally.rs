//! What became of the records of a run, counted while they pass by, and what of it needs a person's eye.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::article::domain;
use crate::config::LimitsConfig;
use crate::document::{Cleaned, Reason, Rejection};

/// Most damaged inputs that are named one by one.
const NAMED_DAMAGE: usize = 20;
/// Most sources of which too much was removed that are named one by one.
const NAMED_SOURCES: usize = 20;
/// Records of a source below which its share of removed text says nothing.
const MIN_SOURCE_RECORDS: u64 = 50;
/// Most sources that are counted each on its own; what comes behind is counted together.
const MAX_SOURCES: usize = 100_000;
/// Name under which those are counted.
const OTHERS: &str = "all other sources";

/// Counts of the records read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Tally {
    pub(crate) records: i64,
    pub(crate) rejects: i64,
    counted_rejects: i64,
    damage: Vec<String>,
    sources: BTreeMap<String, Source>,
}

/// What was cut out of the records of one source.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Source {
    records: u64,
    articles: u64,
    chars: u64,
    kept_chars: u64,
}

impl Tally {
    /// Counts a record that never decoded.
    pub(crate) fn reject(&mut self, rejection: &Rejection) {
        self.records += 1;
        self.rejects += 1;
        self.counted_rejects += i64::from(rejection.reason.counts_to_share());
        if rejection.reason.is_damage() && self.damage.len() < NAMED_DAMAGE {
            self.damage.push(format!("`{}`: {}", rejection.origin.file_path, rejection.detail));
        }
    }

    /// Counts a record that was cleaned.
    pub(crate) fn cleaned(&mut self, cleaned: &Cleaned) {
        match &cleaned.outcome {
            Ok(_) => self.records += 1,
            Err(rejection) => self.reject(rejection),
        }
        // A second record with one id is rejected whole, for another reason than its text.
        if matches!(&cleaned.outcome, Err(rejection) if rejection.reason != Reason::NoArticle) {
            return;
        }
        let source = self.source(&source_of(cleaned));
        source.records += 1;
        source.articles += u64::from(cleaned.outcome.is_ok());
        for segment in &cleaned.segments {
            let chars = (segment.span.chars.end - segment.span.chars.start) as u64;
            source.chars += chars;
            // Of a page without an article nothing is published.
            source.kept_chars += if segment.verdict.kept && cleaned.outcome.is_ok() { chars } else { 0 };
        }
    }

    fn source(&mut self, name: &str) -> &mut Source {
        let name = if self.sources.len() < MAX_SOURCES || self.sources.contains_key(name) { name } else { OTHERS };
        if !self.sources.contains_key(name) {
            self.sources.insert(name.to_owned(), Source::default());
        }
        self.sources.entry(name.to_owned()).or_default()
    }

    /// What needs a person's eye, one sentence each.
    pub(crate) fn warnings(&self, limits: &LimitsConfig) -> Vec<String> {
        let mut warnings = self.damage.clone();
        let share = self.counted_rejects as f64 / self.records.max(1) as f64;
        if share > limits.max_reject_share {
            warnings.push(format!(
                "{:.1} % of the records were rejected (no_article and empty not counted), more than limits.max_reject_share = {:.1} %; see the table `rejects`",
                share * 100.0,
                limits.max_reject_share * 100.0
            ));
        }
        let mut removed: Vec<(f64, &String, &Source)> = self
            .sources
            .iter()
            // Of a source of home and listing pages alone nothing was to be kept: they stand in `rejects`, and that is no failure.
            .filter(|(_, source)| source.records >= MIN_SOURCE_RECORDS && source.articles > 0)
            .map(|(name, source)| (source.removed_share(), name, source))
            .filter(|(share, ..)| *share > limits.max_removed_share)
            .collect();
        removed.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(b.1)));
        for (share, name, source) in removed.iter().take(NAMED_SOURCES) {
            warnings.push(format!(
                "`{name}`: {:.1} % of the text of {} records was cut, more than limits.max_removed_share = {:.1} %; see their rules in the \
                 table `segments`",
                share * 100.0,
                source.records,
                limits.max_removed_share * 100.0
            ));
        }
        if let Some(more @ 1..) = removed.len().checked_sub(NAMED_SOURCES) {
            warnings.push(format!("of {more} more sources more than limits.max_removed_share was cut"));
        }
        warnings
    }
}

impl Source {
    fn removed_share(&self) -> f64 {
        1.0 - self.kept_chars as f64 / self.chars.max(1) as f64
    }
}

/// The host of the address, else the folder of the file.
fn source_of(cleaned: &Cleaned) -> String {
    let known = cleaned.outcome.as_ref().ok().and_then(|article| article.domain.clone());
    let host = known.or_else(|| cleaned.record.fields.url.as_deref().and_then(domain));
    host.unwrap_or_else(|| {
        let path = &cleaned.record.origin.file_path;
        path.rsplit_once('/').map_or_else(|| ".".to_owned(), |(folder, _)| folder.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::fixture::{cleaned, rejected};

    fn limits(max_reject_share: f64, max_removed_share: f64) -> LimitsConfig {
        let limits = crate::config::load(None, &[], &[]).unwrap().config.limits;
        LimitsConfig { max_reject_share, max_removed_share, ..limits }
    }

    #[test]
    fn a_source_of_which_too_much_is_cut_is_named() {
        let mut tally = Tally::default();
        tally.cleaned(&cleaned("a", "Title\nOne article."));
        for number in 1..MIN_SOURCE_RECORDS {
            assert!(tally.warnings(&limits(0.5, 0.5)).is_empty(), "{number} records say nothing");
            tally.cleaned(&rejected("d", "nothing but a menu"));
        }
        let warnings = tally.warnings(&limits(0.5, 0.5));
        assert_eq!(warnings.len(), 1, "{warnings:?}");
        assert!(warnings[0].contains("% of the text of 50 records was cut"), "{warnings:?}");
        assert!(tally.warnings(&limits(0.5, 1.0)).is_empty());
        let mut kept = cleaned("a", "Title\nA body of some length, all of which stays.");
        kept.record.fields.url = Some("https://other.example.net/a".to_owned());
        if let Ok(article) = &mut kept.outcome {
            article.domain = Some("other.example.net".to_owned());
        }
        for _ in 0..200 {
            tally.cleaned(&kept);
        }
        // Kept text of other sources changes nothing.
        assert_eq!(tally.warnings(&limits(0.5, 0.5)).len(), 1);
    }

    /// Listing pages are no reason for exit code 3, here as little as in the share of rejects.
    #[test]
    fn a_source_without_any_article_is_not_named() {
        let mut tally = Tally::default();
        for _ in 0..2 * MIN_SOURCE_RECORDS {
            tally.cleaned(&rejected("d", "nothing but a menu"));
        }
        assert_eq!(tally.warnings(&limits(0.0, 0.0)), Vec::<String>::new());
    }

    #[test]
    fn shares_are_compared_with_what_is_kept() {
        let source = Source { records: 50, articles: 50, chars: 5000, kept_chars: 44 };
        assert!((source.removed_share() - 0.9912).abs() < 1e-9);
        assert!(Source::default().removed_share() <= 1.0);
    }
}
