//! Lines that say that they are bylines.

use super::parts::parts;
use super::{MAX_UNITS, Reader};
use crate::document::Label;
use crate::label::line::{Evidence, Line};
use crate::lexicon::LineSet;
use crate::text::is_han;

impl Reader<'_> {
    /// The names of a line that says that it is a byline.
    pub(super) fn said(&self, at: usize) -> Option<Vec<String>> {
        let lines = &self.draft.labelled.lines;
        let line = &lines[at];
        if !self.fits(line) {
            return None;
        }
        let kept = matches!(self.draft.label(line), Label::Lead | Label::Body);
        let long = line.shape.units > MAX_UNITS / 2.0;
        if (kept && (line.shape.ends_sentence() || long)) || (self.draft.label(line) == Label::Caption && long) {
            return None;
        }
        let introduced = self.is_introduced(at);
        let text = Self::printed(line);
        if !introduced && line.evidence != Evidence::Credit && !self.words.may_introduce(&text) {
            return None;
        }
        let (without, dated) = self.without_dates(&text);
        let mut parts = parts(&without);
        parts.retain(|part| !self.names_another(part));
        if introduced && let Some(part) = parts.first() {
            let names = self.listed(part);
            if !names.is_empty() {
                return Some(names);
            }
        }
        let by_words = parts.iter().find_map(|part| self.introduced(part));
        // `3 May 2024 at 10:00 by X`: behind a date the words may be preceded by others. `This story was written by X` needs no date.
        let inside = || {
            let lower = text.to_lowercase();
            let of = |words: &[String]| words.iter().find_map(|words| lower.find(words.as_str()));
            let of_dated = || of(&self.words.inside_dated).filter(|_| dated);
            let at = of(&self.words.inside).or_else(of_dated).filter(|_| lower.len() == text.len())?;
            self.introduced(text.get(at + 1..)?)
        };
        let by_suffix = || {
            let names = self.words.suffixes.iter().find_map(|suffix| {
                let before = text.split(suffix.as_str()).next().filter(|before| before.len() < text.len())?;
                let word = before.trim_end().rsplit([' ', ',', '=', ']', '[', '·']).next()?;
                let chars = word.chars().count();
                ((2..=5).contains(&chars) && word.chars().all(char::is_alphabetic)).then(|| vec![word.to_owned()])
            });
            names.filter(|_| !kept)
        };
        by_words.or_else(inside).or_else(|| self.credited(line, &text)).or_else(by_suffix)
    }

    /// `Reviewed by X`
    fn names_another(&self, part: &str) -> bool {
        let lower = part.to_lowercase();
        self.words.others.iter().any(|other| lower.starts_with(other.as_str()))
    }

    /// Whether the line in front is nothing but `By`.
    pub(super) fn is_introduced(&self, at: usize) -> bool {
        let before = at.checked_sub(1).map(|before| self.draft.labelled.lines[before].text.trim_end_matches(':'));
        before.filter(|before| before.len() <= self.words.longest_prefix).is_some_and(|before| {
            let lower = before.to_lowercase();
            self.words.prefixes.iter().any(|prefix| prefix.trim_end_matches(':') == lower)
        })
    }

    /// What the pattern of a credit line calls the author.
    fn credited(&self, line: &Line, text: &str) -> Option<Vec<String>> {
        if line.evidence != Evidence::Credit || self.names_another(text) {
            return None;
        }
        let credits = &self.patterns.credits;
        let candidates = self.patterns.gate.candidates_in(text);
        let author =
            credits.matches_among(text, candidates.of(LineSet::Credits as usize)).into_iter().find_map(|number| {
                let captures = credits.pattern(number)?.captures(text)?;
                captures.name("author").map(|author| author.as_str().to_owned())
            })?;
        let names = self.listed(&author);
        (!names.is_empty()).then_some(names)
    }

    /// `By X`, `Tác giả: X`: the names behind a byline's first words.
    fn introduced(&self, part: &str) -> Option<Vec<String>> {
        if part.chars().any(is_han)
            && let Some(names) = self.introduced_in_han(part)
        {
            return Some(names);
        }
        let lower = part.to_lowercase();
        let prefix = self.words.prefixes.iter().find(|prefix| {
            lower.strip_prefix(prefix.as_str()).is_some_and(|rest| {
                let rest_printed = part.get(prefix.len()..).filter(|_| lower.len() == part.len());
                let glued =
                    || rest_printed.is_some_and(|rest| rest.starts_with(char::is_uppercase) && prefix.is_ascii());
                prefix.ends_with([':', '\u{ff1a}']) || rest.starts_with([' ', ':', '\u{ff1a}']) || glued()
            })
        })?;
        let chars = prefix.chars().count();
        let rest = part.char_indices().nth(chars).map_or("", |(at, _)| &part[at..]);
        let rest = rest.trim_start_matches([':', '\u{ff1a}', ' ', '|']);
        // `Written by by X`
        let again = self.words.inside_dated.iter().find_map(|words| rest.strip_prefix(words.trim_start()));
        let rest = again.unwrap_or(rest);
        let names = self.listed(rest);
        (!names.is_empty()).then_some(names)
    }
}
