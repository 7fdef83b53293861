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
use std::cell::OnceCell;
use std::collections::HashSet;
use std::ops::Range;

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
/// Lines behind the text among which one stands that nothing else on the page contradicts.
const LINES_FAR_BEHIND: usize = 24;
/// Lines behind the text among which a name alone signs it.
const LINES_OF_SIGNATURE: usize = 3;
/// Longest byline, in units.
const MAX_UNITS: f32 = 34.0;
/// Most names of one story.
const MAX_NAMES: usize = 12;
/// What a line that says that it is a byline is worth beside its place: as much as most that may speak for a name alone.
const SAID: i32 = 9;
/// Fewest units of a line that tells who an author is.
const UNITS_OF_BIOGRAPHY: f32 = 6.0;
/// Most units of a line that tells an author's role and nothing else.
const UNITS_OF_ROLE: f32 = 8.0;
/// Most units of a line that is nothing but words in front of a name.
const UNITS_OF_WORDS: f32 = 4.0;
/// Fewest letters of an address that is a person's name.
const LETTERS_OF_OWNER: usize = 8;
/// Words among which a role stands.
const WORDS_OF_ROLE: usize = 16;
/// Below this score a line is no byline.
const LEAST: i32 = 4;
/// Most words of a name.
const MAX_WORDS: usize = 5;
/// Most capitals behind small letters in a word of a name with what is glued to it, `McDonaldReporter`.
const MAX_HUMPS: usize = 2;
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
    /// What the lines that were looked at say: the same line is looked at for several reasons.
    known: Vec<Known>,
}

/// What a line says, once it was read.
#[derive(Default)]
struct Known {
    said: OnceCell<Option<Vec<String>>>,
    alone: OnceCell<Option<(Vec<String>, Rest)>>,
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
    let known = draft.labelled.lines.iter().map(|_| Known::default()).collect();
    let reader = Reader { draft, patterns, stamps, words, given, agencies, outlets, language, tag, site, known };
    reader.names(dated)
}

/// Where the parts of a page stand, as indices of its lines.
struct Page {
    /// The first paragraph.
    first: usize,
    /// The last kept line.
    last: usize,
    has_title: bool,
    /// The title, or where it would stand.
    title: usize,
    /// The line that is labelled the title, where a repetition of it stands nearer to the text.
    other: usize,
    /// The lines around title and first paragraph.
    top: Range<usize>,
}

impl Reader<'_> {
    fn names(&self, dated: Option<usize>) -> Vec<String> {
        let Some(page) = self.page() else { return Vec::new() };
        let best = self.best_at_top(&page, dated);
        // Where stories are signed at their end, a name alone elsewhere is weaker.
        let unsure = self.words.signed && best.is_none_or(|(_, how)| how == How::Alone);
        let found = unsure
            .then(|| self.signature(&page))
            .flatten()
            .or_else(|| best.map(|(at, how)| self.block(at, how)))
            .map(|names| self.in_full(&page, names))
            .or_else(|| self.end(&page).find_map(|at| self.said(at)))
            .or_else(|| self.reporter(page.first, page.last))
            .or_else(|| self.near_end(&page).find_map(|at| self.alone_at_end(at, page.last)))
            .or_else(|| self.agency_at_top(&page))
            .or_else(|| self.said_elsewhere(&page))
            .or_else(|| self.presented(&page))
            .or_else(|| self.owner());
        self.once(found.unwrap_or_default())
    }

    /// The names of a byline, or, where it has but an account (`AnnaBridge`), those that the end of the text gives.
    fn in_full(&self, page: &Page, names: Vec<String>) -> Vec<String> {
        let is_account = |name: &String| !name.contains(' ') && name.is_ascii() && !self.given_first(name);
        if !names.iter().all(is_account) || names.iter().any(|name| self.agencies.contains(&name.to_lowercase())) {
            return names;
        }
        let is_person = |name: &String| name.contains(' ') && self.given_first(name);
        let signed = self.end(page).find_map(|at| self.said(at)).filter(|names| names.iter().all(is_person));
        signed.unwrap_or(names)
    }

    /// Each name once. A site that signs beside a person is none.
    fn once(&self, found: Vec<String>) -> Vec<String> {
        let is_own = |name: &String| self.is_site(name);
        let has_person = found.iter().any(|name| self.given_first(name) && !self.is_site(name));
        let mut names: Vec<String> = Vec::new();
        for name in found {
            if !names.contains(&name) && names.len() < MAX_NAMES && !(has_person && is_own(&name)) {
                names.push(name);
            }
        }
        names
    }

    fn page(&self) -> Option<Page> {
        let lines = &self.draft.labelled.lines;
        let first = self.draft.first_paragraph()?;
        let headline = self.draft.headline_before(first);
        let last = lines.iter().rposition(|line| self.is_kept(line)).unwrap_or(first);
        let title = headline.unwrap_or_else(|| first.saturating_sub(LINES_BEFORE_TITLE)).min(last);
        let top = title.saturating_sub(LINES_BEFORE_TITLE)
            ..(first + 1 + LINES_BEHIND_FIRST).max(title + 1 + LINES_BEHIND_TITLE).min(lines.len());
        let other = self.draft.title_line().unwrap_or(title);
        Some(Page { first, last, has_title: headline.is_some(), title, other, top })
    }

    fn is_kept(&self, line: &Line) -> bool {
        matches!(self.draft.label(line), Label::Lead | Label::Body)
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
