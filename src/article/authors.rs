//! Names of authors from bylines: lines that credit them, and lines beside the title or at the end that begin as bylines do.

use super::Draft;
use crate::document::Label;
use crate::label::line::{Evidence, Line};
use crate::lexicon::{CompiledPatterns, LineSet};
use crate::mention::Language;
use crate::text::{is_han, is_unspaced};

/// Lines behind the title among which a byline stands.
const LINES_BEHIND_TITLE: usize = 14;
/// Lines in front of the title among which one stands.
const LINES_BEFORE_TITLE: usize = 4;
/// Lines at the end of the article among which one stands.
const LINES_AT_END: usize = 4;
/// Longest byline, in units.
const MAX_UNITS: f32 = 30.0;
/// Most names of one story.
const MAX_NAMES: usize = 12;

/// The names, each once, in the order of the page; empty where there is no byline with a name.
pub(super) fn names(draft: &Draft, patterns: &CompiledPatterns, language: Option<&Language>) -> Vec<String> {
    let lines = &draft.labelled.lines;
    let title = lines.iter().position(|line| draft.label(line) == Label::Title);
    let kept = |line: &Line| matches!(draft.label(line), Label::Lead | Label::Body);
    let first = title.or_else(|| lines.iter().position(kept)).unwrap_or(0);
    let last = lines.iter().rposition(kept).unwrap_or(0);
    let beside = first.saturating_sub(LINES_BEFORE_TITLE)..(first + LINES_BEHIND_TITLE).min(lines.len());
    let at_end = (last + 1).saturating_sub(2).max(beside.end)..(last + 1 + LINES_AT_END).min(lines.len());
    let first_paragraph = lines.iter().position(kept).unwrap_or(0);
    let mut found = Vec::new();
    for (at, line) in beside.chain(at_end).map(|at| (at, &lines[at])) {
        let label = draft.label(line);
        let other_story = matches!(label, Label::Related | Label::RelatedHeading) && at > first_paragraph;
        if matches!(label, Label::Title | Label::Repeat) || other_story || line.shape.units > MAX_UNITS {
            continue;
        }
        let text = printed(draft, line);
        let by_pattern = || credited(line, &text, patterns).map(|names| split(&names, language));
        let by_words = || {
            let kept = matches!(label, Label::Lead | Label::Body);
            language.filter(|_| !kept).and_then(|language| introduced(&text, language))
        };
        let alone = || {
            let near = at + 8 > first
                && at < first_paragraph + 2
                && !matches!(label, Label::Lead | Label::Body | Label::Caption);
            let dated =
                |at: usize| lines.get(at).is_some_and(|line| line.shape.digits >= 5 && line.shape.units < MAX_UNITS);
            let beside_date = title.is_some() && (dated(at + 1) || (at > 0 && dated(at - 1)));
            Some(vec![bare_name(&text, beside_date, language.filter(|_| near)?)?])
        };
        for name in by_words().or_else(by_pattern).or_else(alone).unwrap_or_default() {
            if !found.contains(&name) && found.len() < MAX_NAMES {
                found.push(name);
            }
        }
        // One byline is enough; its names may stand one a line.
        if found.len() > 1 || (!found.is_empty() && at > first_paragraph) {
            break;
        }
    }
    found
}

fn printed(draft: &Draft, line: &Line) -> String {
    super::one_spaced(draft.raw(line))
}

/// What the pattern of a credit line calls the author.
fn credited(line: &Line, text: &str, patterns: &CompiledPatterns) -> Option<String> {
    if line.evidence != Evidence::Credit {
        return None;
    }
    let candidates = patterns.gate.candidates_in(text);
    patterns.credits.matches_among(text, candidates.of(LineSet::Credits as usize)).into_iter().find_map(|number| {
        let captures = patterns.credits.pattern(number).captures(text)?;
        captures.name("author").map(|author| author.as_str().to_owned())
    })
}

/// `By X`, `Tác giả: X`: the names behind a byline's first words.
fn introduced(text: &str, language: &Language) -> Option<Vec<String>> {
    let folded = text.to_lowercase();
    let prefix = language.authors.prefixes.iter().find(|prefix| {
        folded.strip_prefix(prefix.as_str()).is_some_and(|rest| {
            let glued = || {
                text[prefix.len().min(text.len())..].starts_with(char::is_uppercase)
                    && text.starts_with(char::is_uppercase)
            };
            (text.is_char_boundary(prefix.len()) && prefix.is_ascii() && glued())
                || prefix.ends_with(':')
                || rest.starts_with([' ', ':', '\u{ff1a}'])
                || rest.starts_with(is_unspaced) && prefix.ends_with(is_unspaced)
        })
    })?;
    let chars = prefix.chars().count();
    let rest = text.char_indices().nth(chars).map_or("", |(at, _)| &text[at..]);
    let rest = until_date(rest, language);
    let names = split(rest.trim_start_matches([':', '\u{ff1a}', ' ', '|']), Some(language));
    (!names.is_empty()).then_some(names)
}

/// What stands in front of the first word with a digit or the first month behind two words.
fn until_date<'t>(text: &'t str, language: &Language) -> &'t str {
    let text = text.get(..glued_end(text)).unwrap_or(text);
    let mut at = 0;
    for (number, word) in text.split(' ').enumerate() {
        let month = number > 1 && language.dates.is_month(&language.vocabulary, word.trim_matches(['.', ',']));
        if month || word.contains(|c: char| c.is_ascii_digit()) {
            return text[..at].trim_end();
        }
        at += word.len() + 1;
    }
    text
}

/// Where the next thing is glued to a name: `Anna MillerPublished`. `McDonald` is one word.
fn glued_end(text: &str) -> usize {
    let mut letters = 0;
    let mut last_lower = false;
    for (at, c) in text.char_indices() {
        if c.is_uppercase() && last_lower && letters > 3 {
            return at;
        }
        letters = if c.is_alphabetic() { letters + 1 } else { 0 };
        last_lower = c.is_lowercase();
    }
    text.len()
}

/// A line that is a name and nothing else: its first word is a given name, or a date stands beside it.
fn bare_name(text: &str, beside_date: bool, language: &Language) -> Option<String> {
    let text = until_date(text.trim_matches(['|', '•', '-', '–', ' ']), language);
    let text = text.split(['/', '|']).next().unwrap_or(text).trim();
    let first = text.split(' ').next()?;
    let known = language.names.is_given(&language.vocabulary, first);
    (known || beside_date).then(|| name(text, Some(language))).flatten()
}

/// The names in a byline.
fn split(text: &str, language: Option<&Language>) -> Vec<String> {
    let mut text = text.to_owned();
    if let Some(language) = language {
        for joint in &language.authors.joints {
            text = text.replace(joint.as_str(), ",");
        }
        // What stands behind the names: an outlet, a date, a place.
        let lower = text.to_lowercase();
        let cut = language.authors.ends.iter().filter_map(|end| lower.find(end.to_lowercase().as_str())).min();
        let cut = cut.filter(|cut| lower.len() == text.len() && text.is_char_boundary(*cut));
        if let Some(cut) = cut {
            text.truncate(cut);
        }
    }
    let parts = text.split([
        ',', '、', ';', '/', '|', '&', '•', '·', '(', ')', '\u{ff08}', '\u{ff09}', '[', ']', '–', '—', '\u{ff0c}',
    ]);
    parts
        .filter_map(|part| name(part.trim().trim_matches(['.', ':', '-', '*', '\u{ff1a}', ' ', ',']), language))
        .collect()
}

/// A name as printed, where a part of a byline is one.
fn name(part: &str, language: Option<&Language>) -> Option<String> {
    let part = language
        .and_then(|language| {
            let folded = part.to_lowercase();
            let title = language.authors.titles.iter().find(|title| {
                folded
                    .strip_prefix(title.as_str())
                    .is_some_and(|rest| rest.starts_with([' ', ':']) || title.ends_with(is_unspaced))
            })?;
            let chars = title.chars().count();
            part.char_indices().nth(chars).map(|(at, _)| part[at..].trim_start_matches([' ', ':', '\u{ff1a}']))
        })
        .unwrap_or(part);
    let no_name = |language: &Language| {
        let folded = part.to_lowercase();
        language.authors.never.iter().any(|word| folded.split(' ').any(|part| part == word) || folded == *word)
    };
    if part.chars().any(|c| c.is_ascii_digit() || matches!(c, '@' | '"' | '?' | '!' | '%'))
        || language.is_some_and(no_name)
    {
        return None;
    }
    if part.chars().all(|c| is_han(c) || c == '·') {
        return (2..=4).contains(&part.chars().count()).then(|| part.to_owned());
    }
    let words: Vec<&str> = part.split(' ').collect();
    let capital = |word: &&str| word.starts_with(char::is_uppercase);
    let particle = |word: &&str| {
        matches!(
            *word,
            "de" | "la"
                | "van"
                | "von"
                | "der"
                | "den"
                | "al"
                | "el"
                | "da"
                | "dos"
                | "del"
                | "di"
                | "le"
                | "du"
                | "bin"
                | "y"
                | "e"
                | "do"
                | "das"
                | "ter"
        )
    };
    let fits = (2..=5).contains(&words.len())
        && words.iter().all(|word| capital(word) || particle(word))
        && words.first().is_some_and(capital)
        && words.last().is_some_and(capital)
        && words.iter().filter(|word| word.chars().count() > 1).count() >= 2;
    fits.then(|| part.to_owned())
}
