//! Names of authors from bylines. A byline says that it is one (`By X`, `作者:X`, `X 기자`), or is a name alone beside the title, which a
//! date, a word of what the person does, a known given name or a second occurrence on the page confirms.

mod alone;
mod han;
mod parts;
mod place;
mod read;
mod said;
mod words;

use std::borrow::Cow;
use std::collections::HashSet;

use super::Draft;
use super::stamp::{self, Habits, Order};
use crate::document::Label;
use crate::label::line::Line;
use crate::latin;
use crate::lexicon::CompiledPatterns;
use crate::mention::Language;

use parts::letters_of;
use words::AuthorWords;
pub use words::Bylines;

/// Lines behind the first paragraph in which a byline of the top of the story may still stand.
const LINES_BEHIND_FIRST: usize = 5;
/// Lines behind the title among which a byline stands, where the text begins far below it.
const LINES_BEHIND_TITLE: usize = 16;
/// Lines in front of the title among which one stands.
const LINES_BEFORE_TITLE: usize = 5;
/// Lines behind the text among which one stands.
const LINES_AT_END: usize = 12;
/// Longest byline, in units.
const MAX_UNITS: f32 = 34.0;
/// Most names of one story.
const MAX_NAMES: usize = 12;
/// What a line that says that it is a byline is worth beside its place.
const SAID: i32 = 7;
/// Fewest units of a line that tells who an author is.
const UNITS_OF_BIOGRAPHY: f32 = 6.0;
/// Below this score a line is no byline.
const LEAST: i32 = 4;
/// Most words of a name.
const MAX_WORDS: usize = 5;
/// Bytes of the longest word in front of a name that is looked for, `professor`.
const MAX_TITLE_BYTES: usize = 16;
/// Characters at the beginning of a paragraph in which the press of China names its reporter.
const REPORTER_CHARS: usize = 60;

/// How a line was known to be a byline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum How {
    /// It says so.
    Said,
    /// It is a name alone.
    Alone,
}

/// What stands behind the names of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rest {
    Nothing,
    /// What the person does, an account, a mark that more is glued to the name.
    Role,
    /// A number: minutes, comments, hours ago.
    Number,
    /// Something else.
    Other,
}

/// The lines of a record with what bylines are read by.
struct Reader<'a> {
    draft: &'a Draft<'a>,
    patterns: &'a CompiledPatterns,
    stamps: &'a stamp::Words,
    words: &'a AuthorWords,
    given: &'a HashSet<String>,
    agencies: &'a HashSet<String>,
    outlets: &'a HashSet<String>,
    language: Option<&'a Language>,
    tag: &'a str,
    /// The parts of the source's domain.
    site: Vec<String>,
}

/// The names, each once, in the order of the page; empty where there is no byline with a name.
pub(super) fn names(
    draft: &Draft,
    patterns: &CompiledPatterns,
    stamps: &stamp::Words,
    bylines: &Bylines,
    language: Option<&Language>,
    tag: &str,
    dated: Option<usize>,
) -> Vec<String> {
    let words = bylines.languages.get(tag).unwrap_or(&bylines.any);
    let Bylines { given, agencies, outlets, .. } = bylines;
    let domain = draft.record.fields.url.as_deref().and_then(super::domain);
    let site = domain.iter().flat_map(|domain| domain.split('.')).filter(|part| part.len() > 3);
    let site = site.map(letters_of).collect();
    let reader = Reader { draft, patterns, stamps, words, given, agencies, outlets, language, tag, site };
    reader.names(dated)
}

impl Reader<'_> {
    fn names(&self, dated: Option<usize>) -> Vec<String> {
        let lines = &self.draft.labelled.lines;
        let kept = |line: &Line| matches!(self.draft.label(line), Label::Lead | Label::Body);
        let Some(first) = self.draft.first_paragraph() else { return Vec::new() };
        let title = self.draft.headline_before(first);
        let last = lines.iter().rposition(kept).unwrap_or(first);
        let title_line = title.unwrap_or_else(|| first.saturating_sub(LINES_BEFORE_TITLE)).min(last);
        let top = title_line.saturating_sub(LINES_BEFORE_TITLE)
            ..(first + 1 + LINES_BEHIND_FIRST).max(title_line + 1 + LINES_BEHIND_TITLE).min(lines.len());
        let from = first.saturating_sub(LINES_BEHIND_TITLE);
        let other = self.draft.title_line().unwrap_or(title_line);
        let order = (title_line + 1..top.end)
            .chain((top.start..title_line).rev())
            .chain(other + 1..(other + 1 + LINES_BEHIND_TITLE / 2).min(top.start).max(other + 1))
            .filter(|at| *at <= title_line + LINES_BEHIND_TITLE || *at >= from);
        let mut best: Option<(i32, usize, How)> = None;
        for at in order {
            let place = self.place(at, title.is_some(), (title_line, other), first);
            let said = self.said(at).map(|_| (SAID + place, How::Said));
            let scored = said.or_else(|| Some((self.score_alone(at, dated)? + place, How::Alone)));
            if let Some((score, how)) = scored.filter(|(score, _)| *score >= LEAST)
                && best.as_ref().is_none_or(|(most, ..)| score > *most)
            {
                best = Some((score, at, how));
            }
        }
        let end: Vec<usize> = ((last + 1).saturating_sub(2).max(top.end)..(last + 1 + LINES_AT_END).min(lines.len()))
            .take_while(|at| self.draft.label(&lines[*at]) != Label::RelatedHeading)
            .collect();
        let found = best
            .map(|(_, at, how)| self.block(at, how))
            .or_else(|| end.iter().find_map(|at| self.said(*at)))
            .or_else(|| self.reporter(first, last))
            .or_else(|| end.iter().find_map(|at| self.alone_at_end(*at, last)));
        let mut names: Vec<String> = Vec::new();
        for name in found.unwrap_or_default() {
            if !names.contains(&name) && names.len() < MAX_NAMES {
                names.push(name);
            }
        }
        names
    }

    /// The line with single blanks.
    fn printed(line: &Line) -> Cow<'_, str> {
        if latin::is_one_spaced(&line.text) {
            return Cow::Borrowed(&line.text);
        }
        Cow::Owned(line.text.split_whitespace().collect::<Vec<_>>().join(" "))
    }

    /// Whether a line can hold a byline at all.
    fn fits(&self, line: &Line) -> bool {
        let label = self.draft.label(line);
        !matches!(label, Label::Title | Label::Repeat) && line.shape.units <= MAX_UNITS && line.shape.letters > 0
    }

    /// The line with a bar in the place of each of its dates, and whether it has any.
    fn without_dates<'t>(&self, text: &'t str) -> (Cow<'t, str>, bool) {
        let habits = Habits { tag: self.tag, home: None, order: Order::DayFirst };
        let stamps = self.stamps.stamps(text, habits);
        if stamps.is_empty() {
            return (Cow::Borrowed(text), false);
        }
        let mut without = String::new();
        let mut from = 0;
        for stamp in &stamps {
            without.push_str(text.get(from..stamp.start).unwrap_or(""));
            without.push_str(" | ");
            from = stamp.end;
        }
        without.push_str(text.get(from..).unwrap_or(""));
        (Cow::Owned(without), true)
    }
}

#[cfg(test)]
mod tests;
