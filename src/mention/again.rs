//! A second look at lines in front of those that give a name in full: headlines and first sentences say `Olden`, `林秋` or `NPSC` before
//! the text tells who that is.

use memchr::{memchr, memmem};

use super::find::{Source, State, place_rows};
use super::people::{Person, Style};
use crate::document::Mention;

/// A full name of a person that the record gives.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Given {
    /// As in `norm`.
    name: String,
    /// The line that gives it first.
    line: usize,
    /// How often it stands in full.
    times: usize,
    /// How often a part of it stands for it.
    short: usize,
    /// How sure the surest of them is.
    confidence: f32,
    /// Whether it is told by its form alone, wherever it stands.
    known: bool,
}

/// Most names of a record that are looked for again: a bound keeps the cost linear.
const MAX_GIVEN: usize = 60;

/// How sure it is that what is found again is the same person or organisation.
const CONFIDENCE: f32 = 0.8;

/// How sure a name in capitals must be, so that what is none is not found again: behind a role, a word of address or with a given name.
const SURE: f32 = 0.9;

/// How sure a Vietnamese name without a family name must be, and stand twice.
const UNSURE: f32 = 0.84;

/// Notes a person of a line: `name` is the full name, `short` whether only a part of it stands there.
pub(crate) fn note(given: &mut Vec<Given>, name: &str, line: usize, person: &Person) {
    let Person { short, confidence, by_form, .. } = *person;
    if let Some(known) = given.iter_mut().find(|known| known.name == name) {
        known.short += usize::from(short);
        known.times += usize::from(!short);
        known.confidence = known.confidence.max(confidence);
    } else if !short && given.len() < MAX_GIVEN {
        given.push(Given { name: name.to_owned(), line, times: 1, short: 0, confidence, known: by_form });
    }
}

/// What is looked for, and what it is.
struct Wanted<'a> {
    finder: memmem::Finder<'a>,
    /// Lines from this one on are not looked at.
    before: usize,
    kind: &'static str,
    norm: &'a str,
    /// Whether it is a part of a longer name: then it stands between words that are none.
    alone: bool,
    /// Whether only what it owns tells it: `Olden's` in the headline.
    owns: bool,
}

/// Adds the mentions of names in front of the lines that give them.
pub(crate) fn again(style: Style, sources: &[Source], state: &mut State) {
    state.rows_before.push(state.mentions.len());
    if style == Style::Han {
        shorten(state);
    }
    let given = std::mem::take(&mut state.given);
    if style != Style::Han {
        cut_headline(&given, state);
    }
    name_in_full(&given, state);
    let short_forms = std::mem::take(&mut state.short_forms);
    let mut wanted: Vec<Wanted> = given.iter().flat_map(|given| persons(given, style)).collect();
    wanted.extend(short_forms.iter().filter(|short| short.line > 0 && short.sure).map(|short| Wanted {
        finder: memmem::Finder::new(&short.name),
        before: short.line,
        kind: "org",
        norm: &short.name,
        alone: true,
        owns: false,
    }));
    let last = wanted.iter().map(|wanted| wanted.before).max().unwrap_or(0);
    for (number, source) in sources.iter().enumerate().take(last) {
        let mut places = Vec::new();
        for (at, wanted) in wanted.iter().enumerate().filter(|(_, wanted)| wanted.before > number) {
            let length = wanted.finder.needle().len();
            let found = wanted.finder.find_iter(source.text.as_bytes()).map(|start| (start, start + length, at));
            places
                .extend(found.filter(|(start, end, _)| stands(source.text, *start, *end, wanted, style, number == 0)));
        }
        if !places.is_empty() {
            add(*source, number, places, &wanted, state);
        }
    }
}

/// What of a full name is looked for: the name, and its last word where the text says that alone too.
fn persons<'a>(given: &'a Given, style: Style) -> Vec<Wanted<'a>> {
    let name = given.name.as_str();
    let wanted = |words: &'a str, before, alone| Wanted {
        finder: memmem::Finder::new(words),
        before,
        kind: "person",
        norm: name,
        alone,
        owns: false,
    };
    let mut found = Vec::new();
    match style {
        // A name of two characters that stands once may be any word.
        Style::Han => {
            if name.contains('·') || name.chars().count() > 2 || given.times > 1 {
                found.push(wanted(name, given.line + 1, false));
            }
            let last = name.rsplit_once('·').map(|(_, last)| last).filter(|last| last.chars().count() > 2);
            found.extend(last.map(|last| wanted(last, given.line, false)));
            let first = name.split_once('·').map(|(first, _)| first).filter(|first| first.chars().count() > 2);
            found.extend(first.map(|first| wanted(first, given.line, false)));
        }
        // Names with a family name of the language are found wherever they stand.
        Style::FamilyFirst => {
            if given.confidence < SURE && given.confidence > UNSURE && given.times > 1 && name.contains(' ') {
                found.push(wanted(name, given.line + 1, true));
            }
        }
        Style::GivenFirst => {
            let sure = given.confidence >= SURE;
            let Some((_, last)) = name.rsplit_once(' ').filter(|_| sure) else { return found };
            if !given.known {
                found.push(wanted(name, given.line + 1, false));
            }
            if given.short > 0 && last.chars().count() > 3 {
                found.push(wanted(last, given.line, true));
            } else if last.chars().count() > 3 {
                found.push(Wanted { owns: true, ..wanted(last, given.line, true) });
            }
        }
    }
    found
}

/// Whether words at a place are words of their own there, and no part of another name in capitals.
fn stands(text: &str, start: usize, end: usize, wanted: &Wanted, style: Style, is_title: bool) -> bool {
    let is_han = || wanted.finder.needle().first().is_some_and(|first| !first.is_ascii());
    if style == Style::Han && (wanted.kind == "person" || is_han()) {
        return true;
    }
    let (before, behind) = (&text[..start], &text[end..]);
    let joins = |c: char| c.is_alphanumeric() || c == '-';
    if before.ends_with(joins) || behind.starts_with(joins) {
        return false;
    }
    if wanted.owns && !(is_title && (behind.starts_with("'s ") || behind.starts_with("’s "))) {
        return false;
    }
    // Headlines have capitals everywhere.
    if !wanted.alone || is_title {
        return true;
    }
    let capital = |word: Option<&str>| word.is_some_and(|word| word.starts_with(char::is_uppercase));
    let in_name_before = before.ends_with(' ') && capital(before.split(' ').rev().nth(1));
    let in_name_behind = behind.starts_with(' ') && capital(behind.split(' ').nth(1));
    !in_name_before && !in_name_behind
}

/// Adds what was found in a line, where none of its rows stands.
fn add(source: Source, line: usize, mut places: Vec<(usize, usize, usize)>, wanted: &[Wanted], state: &mut State) {
    // The longer of two that begin at a place comes first.
    places.sort_unstable_by_key(|(start, end, _)| (*start, std::cmp::Reverse(*end)));
    let mut free_from = 0;
    places.retain(|(start, end, _)| {
        let free = *start >= free_from;
        free_from = if free { *end } else { free_from };
        free
    });
    let from = state.rows_before.get(line).copied().unwrap_or(0);
    let to = state.rows_before.get(line + 1).copied().unwrap_or(from).max(from);
    let rows = from..to;
    let mut taken: Vec<(usize, usize)> = rows
        .filter(|row| !matches!(state.mentions[*row].kind, "date" | "quantity"))
        .filter_map(|row| state.spans.get(row).copied())
        .collect();
    taken.sort_unstable();
    // The furthest end so far, so that one look tells whether anything reaches a place.
    let mut furthest = 0;
    for place in &mut taken {
        furthest = furthest.max(place.1);
        place.1 = furthest;
    }
    places.retain(|(start, end, _)| {
        let behind = taken.partition_point(|(taken, _)| taken < end);
        behind == 0 || taken[behind - 1].1 <= *start
    });
    if places.is_empty() {
        return;
    }
    let mut rows = Vec::with_capacity(places.len());
    for (number, place) in places.iter_mut().enumerate() {
        let wanted = &wanted[place.2];
        let norm = Some(wanted.norm.to_owned());
        rows.push(Mention { kind: wanted.kind, norm, confidence: Some(CONFIDENCE), ..Mention::default() });
        place.2 = number;
    }
    if place_rows(source, &places, &mut rows) {
        state.mentions.append(&mut rows);
    }
}

/// `林秋` was read as `林秋连` where a word followed it: the shorter name stands more often.
fn shorten(state: &mut State) {
    let longer = |long: &Given| {
        let short = state.given.iter().find(|short| {
            short.times > 1
                && long.times == 1
                && short.name.chars().count() == 2
                && long.name.chars().count() == 3
                && long.name.starts_with(short.name.as_str())
        });
        short.map(|short| (long.name.clone(), short.name.clone()))
    };
    let names: Vec<(String, String)> = state.given.iter().filter_map(longer).collect();
    for (long, short) in names {
        state.given.retain(|given| given.name != long);
        for row in state.mentions.iter_mut().filter(|row| row.kind == "person" && row.surface == long) {
            row.surface.clone_from(&short);
            row.norm = Some(short.clone());
            row.chars.end -= 1;
            row.authority = None;
            row.authority_id = None;
        }
    }
}

/// `Marius Olden Resurfaces` in a headline that has capitals everywhere: the text gives the name without its last word.
fn cut_headline(given: &[Given], state: &mut State) {
    let to = state.rows_before.get(1).copied().unwrap_or(state.mentions.len());
    for (row, span) in state.mentions[..to].iter_mut().zip(&mut state.spans).filter(|(row, _)| row.kind == "person") {
        let Some(norm) = row.norm.as_deref() else { continue };
        let longer = |short: &&Given| {
            short.line > 0 && norm.strip_prefix(short.name.as_str()).is_some_and(|rest| rest.starts_with(' '))
        };
        let Some(short) = given.iter().filter(longer).max_by_key(|short| short.name.len()) else { continue };
        if let Some(rest) = row.surface.strip_prefix(short.name.as_str()) {
            row.chars.end -= rest.chars().count() as i64;
            span.1 = span.1.saturating_sub(rest.len()).max(span.0);
            row.surface.clone_from(&short.name);
            row.norm = Some(short.name.clone());
        }
    }
}

/// Gives persons that are named by one word the full name that the record tells later, where only one fits.
fn name_in_full(given: &[Given], state: &mut State) {
    let Some(last) = given.iter().map(|given| given.line).max() else { return };
    let to = state.rows_before.get(last + 1).copied().unwrap_or(state.mentions.len());
    for row in state.mentions[..to].iter_mut().filter(|row| row.kind == "person") {
        let one_word = |norm: &&str| memchr(b' ', norm.as_bytes()).is_none() && !norm.contains('·');
        let Some(norm) = row.norm.as_deref().filter(one_word) else {
            continue;
        };
        let ends = |given: &&Given| {
            let name = given.name.as_str();
            name.strip_suffix(norm).is_some_and(|rest| rest.ends_with([' ', '·']))
                || name.strip_prefix(norm).is_some_and(|rest| rest.starts_with('·'))
        };
        let mut fitting = given.iter().filter(ends);
        if let (Some(full), None) = (fitting.next(), fitting.next()) {
            row.norm = Some(full.name.clone());
        }
    }
}
