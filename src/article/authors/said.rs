//! Lines that say that they are bylines.

use super::super::is_address;
use super::parts::{is_account, parts};
use super::{MAX_UNITS, Reader, UNITS_OF_BIOGRAPHY, UNITS_OF_WORDS};
use crate::document::Label;
use crate::label::line::Evidence;
use crate::lexicon::LineSet;
use crate::text::is_han;

/// What stands around a line of credits.
const BRACKETS: [char; 9] = ['[', ']', '(', ')', '【', '】', '\u{ff08}', '\u{ff09}', ' '];

impl Reader<'_> {
    /// The names of a line that says that it is a byline.
    pub(super) fn said(&self, at: usize) -> Option<Vec<String>> {
        self.known[at].said.get_or_init(|| self.read_said(at)).clone()
    }

    fn read_said(&self, at: usize) -> Option<Vec<String>> {
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
        let is_credit = matches!(line.evidence, Evidence::Credit | Evidence::AgencyCredit(_));
        if !introduced && !is_credit && !self.words.may_introduce(&text) {
            return None;
        }
        let (without, dated) = self.without_dates(&text);
        let parts = parts(&without);
        let parts: Vec<&str> = parts.into_iter().filter_map(|part| self.without_another(part)).collect();
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
                // `순천=X 기자`, or a name behind a sentence, signs a picture.
                let of_picture =
                    before.trim_end().strip_suffix(word).is_some_and(|rest| rest.trim_end().ends_with(['=', '.']));
                if of_picture && line.shape.units > UNITS_OF_BIOGRAPHY {
                    return None;
                }
                let chars = word.chars().count();
                let is_name = (2..=5).contains(&chars) && word.chars().all(char::is_alphabetic);
                (is_name || is_account(word)).then(|| vec![word.to_owned()])
            });
            names.filter(|_| !kept)
        };
        by_words.or_else(inside).or_else(|| self.credited(at, &text)).or_else(by_suffix)
    }

    /// `Reviewed by X`, `记者 X 摄`
    fn names_another(&self, part: &str) -> bool {
        let part = part.trim_matches(BRACKETS);
        self.begins_with_another(part) || self.words.others_behind.iter().any(|other| part.ends_with(other.as_str()))
    }

    fn begins_with_another(&self, part: &str) -> bool {
        let lower = part.to_lowercase();
        self.words.others.iter().any(|other| lower.starts_with(other.as_str()))
    }

    /// The part from a byline's words on where it begins with somebody else's: `编辑:X 作者:Y`. Nothing where there is nobody else.
    fn without_another<'t>(&self, part: &'t str) -> Option<&'t str> {
        let trimmed = part.trim_matches(BRACKETS);
        if !self.names_another(part) {
            return Some(part);
        }
        let (at, _) = self.han_prefix(trimmed).filter(|(at, _)| *at > 0 && self.begins_with_another(trimmed))?;
        self.without_another(&trimmed[at..])
    }

    /// Whether the line in front is nothing but `By`.
    pub(super) fn is_introduced(&self, at: usize) -> bool {
        let before = at
            .checked_sub(1)
            .map(|before| self.draft.labelled.lines[before].text.trim_end_matches([':', ' ', '-', '—', '–', '|']));
        before.filter(|before| before.len() <= self.words.longest_prefix).is_some_and(|before| {
            let lower = before.to_lowercase();
            self.words.prefixes.iter().any(|prefix| prefix.trim_end_matches(':') == lower)
        })
    }

    /// Whether the line in front is nothing but `Edited by`.
    pub(super) fn is_introduced_as_another(&self, at: usize) -> bool {
        let before = at.checked_sub(1).map(|before| &self.draft.labelled.lines[before]);
        before.filter(|before| before.shape.units <= UNITS_OF_WORDS).is_some_and(|before| {
            let lower = before.text.trim_end_matches([':', ' ', '-', '—', '–', '|', '/', ',']).to_lowercase();
            self.words.others.iter().any(|other| other.trim_end_matches([':', '/']) == lower)
        })
    }

    /// What the pattern of a credit line calls the author.
    fn credited(&self, at: usize, text: &str) -> Option<Vec<String>> {
        let line = &self.draft.labelled.lines[at];
        let of_agency = matches!(line.evidence, Evidence::AgencyCredit(_));
        if !(of_agency || line.evidence == Evidence::Credit) || self.names_another(text) {
            return None;
        }
        let credits = &self.patterns.credits;
        let candidates = self.patterns.gate.candidates_in(text);
        let author =
            credits.matches_among(text, candidates.of(LineSet::Credits as usize)).into_iter().find_map(|number| {
                let captures = credits.pattern(number)?.captures(text)?;
                captures.name("author").map(|author| author.as_str().to_owned())
            })?;
        let mut names = self.listed(&author);
        // `X/AGENCY` names X, `AGENCY` nobody.
        let is_agency = |name: &String| of_agency && self.agencies.contains(&name.to_lowercase());
        names.retain(|name| !is_address(name) && !is_agency(name));
        // A bare name of whom the text tells is a tag; `U.S. Markets` has initials in front of a word that is no name.
        let told = || author.trim() == text.trim() && names.iter().any(|name| self.is_told(name, at));
        let abbreviated =
            !self.words.signed && author.split(' ').next().is_some_and(|word| word.matches('.').count() > 1);
        (!names.is_empty() && !abbreviated && !told()).then_some(names)
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
