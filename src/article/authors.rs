//! Names of authors from bylines. A byline says that it is one (`By X`, `作者:X`, `X 기자`), or is a name alone beside the title, which a
//! date, a word of what the person does, a known given name or a second occurrence on the page confirms.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, MatchKind};

use super::Draft;
use super::stamp::{self, Habits, Order};
use crate::document::Label;
use crate::label::line::{Evidence, Line};
use crate::latin;
use crate::lexicon::{BylineLexicon, CompiledPatterns, LineSet};
use crate::mention::lexicon::AuthorLexicon;
use crate::mention::{Finder, Language, Scratch};
use crate::text::{is_han, is_unspaced};

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

/// Words of bylines by language, and given names of all.
#[derive(Debug, Default)]
pub struct Bylines {
    any: AuthorWords,
    languages: HashMap<String, AuthorWords>,
    given: HashSet<String>,
    /// Names of agencies and outlets, in lower case.
    agencies: HashSet<String>,
    /// Those of them that are outlets.
    outlets: HashSet<String>,
}

/// The words of one language, those of all included.
#[derive(Debug, Default, Clone)]
struct AuthorWords {
    prefixes: Vec<String>,
    suffixes: Vec<String>,
    joints: HashSet<String>,
    titles: HashSet<String>,
    roles: HashSet<String>,
    teams: HashSet<String>,
    pictures: HashSet<String>,
    never: HashSet<String>,
    /// What names somebody else: `reviewed by`.
    others: Vec<String>,
    /// Bytes of the longest prefix.
    longest_prefix: usize,
    /// Finds prefixes and suffixes in a line; made when the first line of the language is read.
    cues: OnceLock<Option<AhoCorasick>>,
}

impl AuthorWords {
    fn add(&mut self, lexicon: &AuthorLexicon) {
        self.prefixes.extend(lexicon.prefixes.iter().cloned());
        self.suffixes.extend(lexicon.suffixes.iter().cloned());
        self.joints.extend(lexicon.joints.iter().map(|word| word.trim().to_lowercase()));
        self.titles.extend(lexicon.titles.iter().cloned());
        self.roles.extend(lexicon.roles.iter().cloned());
        self.teams.extend(lexicon.teams.iter().cloned());
        self.pictures.extend(lexicon.pictures.iter().cloned());
        self.never.extend(lexicon.never.iter().cloned());
        self.others.extend(lexicon.others.iter().cloned());
        // The longest prefix is tried first.
        self.prefixes.sort_by_key(|prefix| std::cmp::Reverse(prefix.len()));
        self.prefixes.dedup();
        self.longest_prefix = self.prefixes.first().map_or(0, String::len);
    }

    /// Whether words of a byline may stand in a line: a prefix that no letter stands in front of, or a suffix. Most lines have none, and
    /// are not read any further.
    fn may_introduce(&self, line: &str) -> bool {
        let cues = self.cues.get_or_init(|| self.cues());
        let Some(cues) = cues else { return true };
        cues.find_overlapping_iter(line).any(|found| {
            let cue = &line[found.range()];
            let before = line[..found.start()].chars().next_back();
            cue.starts_with(is_unspaced)
                || !before.is_some_and(char::is_alphabetic)
                || self.suffixes.iter().any(|suffix| suffix == cue)
        })
    }

    /// Nothing where the words are too many for a matcher.
    fn cues(&self) -> Option<AhoCorasick> {
        // The matcher knows the cases of ASCII alone.
        let cases_of = |word: &String| {
            let cases = if word.is_ascii() { Vec::new() } else { vec![word.to_uppercase(), title_case(word)] };
            std::iter::once(word.clone()).chain(cases)
        };
        let mut cases: Vec<String> = self.prefixes.iter().chain(&self.suffixes).flat_map(cases_of).collect();
        cases.sort_unstable();
        cases.dedup();
        AhoCorasick::builder().match_kind(MatchKind::Standard).ascii_case_insensitive(true).build(cases).ok()
    }
}

impl Bylines {
    /// From the built-in list, overlays, and what the lexicons of mentions know.
    #[must_use]
    pub fn new(lexicons: &[&BylineLexicon], agencies: &[&str], finder: &Finder) -> Bylines {
        let mut bylines = Bylines::default();
        for lexicon in lexicons.iter().filter_map(|lexicon| lexicon.author.get("any")) {
            bylines.any.add(lexicon);
        }
        let own = lexicons.iter().flat_map(|lexicon| lexicon.author.iter()).filter(|(tag, _)| tag.as_str() != "any");
        for (tag, lexicon) in finder.authors().chain(own) {
            let any = &bylines.any;
            bylines.languages.entry(tag.clone()).or_insert_with(|| any.clone()).add(lexicon);
        }
        let wires: HashSet<String> = agencies.iter().map(|name| name.to_lowercase()).collect();
        bylines.outlets = finder.outlets.difference(&wires).cloned().collect();
        bylines.agencies = wires.into_iter().chain(finder.outlets.iter().cloned()).collect();
        bylines.given = finder.given.iter().cloned().collect();
        bylines
    }
}

impl Bylines {
    /// Whether a name is that of an agency or outlet.
    pub(super) fn is_outlet(&self, name: &str) -> bool {
        self.agencies.contains(&name.to_lowercase())
    }
}

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

    /// What the place of a line speaks for: directly behind the title is best.
    fn place(&self, at: usize, has_title: bool, (title, other): (usize, usize), first: usize) -> i32 {
        let label = self.draft.label(&self.draft.labelled.lines[at]);
        let of_others = matches!(label, Label::Related | Label::RelatedHeading) && at > first + 1;
        let title = if at < title && other < at { other } else { title };
        // A title at the very top of the page is the site's, or stands far from its story.
        let far = first.saturating_sub(title) > LINES_BEHIND_TITLE;
        let place = match () {
            () if at < title => i32::from(title - at <= 2) - 1,
            () if far && at < first => 2 + i32::from(first - at <= 4),
            () if at < first && has_title && at - title <= 3 => 3,
            // Behind the lead.
            () if at > title && has_title && at - title <= 3 && at <= first + 2 => 3,
            () if at < first && (at - title <= 8 || first - at <= 4) => 2,
            () if at < first || has_title && at - title <= 6 => 1,
            () => 0,
        };
        place - i32::from(of_others)
    }

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

    /// The names of a line that says that it is a byline.
    fn said(&self, at: usize) -> Option<Vec<String>> {
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
            let at_by = || lower.find(" by ").filter(|_| dated);
            let at = lower.find(" written by ").or_else(at_by).filter(|_| lower.len() == text.len())?;
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
    fn is_introduced(&self, at: usize) -> bool {
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
        let rest = rest.strip_prefix("by ").unwrap_or(rest);
        let names = self.listed(rest);
        (!names.is_empty()).then_some(names)
    }

    /// `作者:X Y`, also inside a short line: `光明日报记者 X`.
    fn introduced_in_han(&self, part: &str) -> Option<Vec<String>> {
        let han_prefix = |prefix: &&String| prefix.starts_with(is_unspaced);
        let (at, prefix) = self
            .words
            .prefixes
            .iter()
            .filter(han_prefix)
            .find_map(|prefix| Some((part.find(prefix.as_str())?, prefix)))?;
        let rest = &part[at + prefix.len()..];
        let colon = prefix.ends_with([':', '\u{ff1a}']) || rest.starts_with([':', '\u{ff1a}']);
        let rest = rest.trim_start_matches([':', '\u{ff1a}', ' ', '\u{3000}']);
        let names = self.han_names(rest);
        // `记者 X Y`: two names and nothing else need no known family name.
        let pieces = rest.split([' ', '、']).filter(|piece| !piece.is_empty());
        let all = pieces.clone().count() > 1 && pieces.clone().all(|piece| (2..=3).contains(&piece.chars().count()));
        let names =
            if all && names.len() < pieces.clone().count() { pieces.map(str::to_owned).collect() } else { names };
        let sure = names.first().is_some_and(|name| colon || all || self.is_surname(name) || !name.starts_with(is_han));
        sure.then_some(names)
    }

    /// Han names in a row, until something else.
    fn han_names(&self, text: &str) -> Vec<String> {
        let mut names = Vec::new();
        let pieces = text.split([
            ' ', ',', '、', ';', '\u{ff0c}', '\u{3000}', '(', '\u{ff08}', ')', '\u{ff09}', '[', ']', '】', '|', '/',
            '：', ':',
        ]);
        for piece in pieces {
            let mut piece = piece.trim();
            for title in &self.words.titles {
                piece = piece.strip_prefix(title.as_str()).filter(|rest| !rest.is_empty()).unwrap_or(piece);
            }
            let chars = piece.chars().count();
            let han = piece.chars().all(|c| is_han(c) || c == '·');
            let account = names.is_empty()
                && (3..=24).contains(&chars)
                && piece.chars().all(|c| c.is_alphanumeric() || "_-.".contains(c));
            if piece.is_empty() {
                continue;
            }
            if self.words.never.contains(piece) || self.words.joints.contains(piece) {
                if names.is_empty() {
                    continue;
                }
                break;
            }
            let is_name = han && (2..=4).contains(&chars) && (names.is_empty() || self.is_surname(piece));
            if !(is_name || (account && !han)) {
                break;
            }
            names.push(piece.to_owned());
        }
        names
    }

    fn is_surname(&self, name: &str) -> bool {
        self.language.is_some_and(|language| language.names.begins_with_surname(&language.vocabulary, name))
    }

    /// `(记者 X、Y)` in the first or last paragraph.
    fn reporter(&self, first: usize, last: usize) -> Option<Vec<String>> {
        if self.tag != "zh" {
            return None;
        }
        let lines = &self.draft.labelled.lines;
        let find = |text: &str| {
            let at = text
                .find("(记者")
                .map(|at| at + "(记者".len())
                .or_else(|| text.find("(作者").map(|at| at + "(作者".len()))?;
            let inside = text[at..].split(')').next()?;
            let names = self.han_names(inside.trim_start_matches([':', ' ']));
            (!names.is_empty()).then_some(names)
        };
        let head: String = lines[first].text.chars().take(REPORTER_CHARS).collect();
        find(&head).or_else(|| {
            let text = &lines[last].text;
            let tail = text.char_indices().rev().nth(REPORTER_CHARS).map_or(0, |(at, _)| at);
            find(&text[tail..])
        })
    }

    /// The names of a list behind a byline's words.
    fn listed(&self, text: &str) -> Vec<String> {
        if text.starts_with(is_han) {
            return self.han_names(text);
        }
        if let Some(team) = self.team(text) {
            return vec![team];
        }
        let (names, _) = self.read(text, How::Said);
        names
    }

    /// `The Great Day Editorial Team`: words with capitals of which the last is a team, as the name of one.
    fn team(&self, text: &str) -> Option<String> {
        let words: Vec<&str> = text.split(' ').filter(|word| !word.is_empty()).collect();
        let is_team = |word: &&str| self.words.teams.contains(&word.to_lowercase());
        let fits = (2..=MAX_WORDS).contains(&words.len())
            && words.last().is_some_and(is_team)
            && words.iter().all(|word| {
                word.starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit()) || is_team(word) || *word == "the"
            })
            && !text.contains([',', ';', ':']);
        fits.then(|| words.join(" ").trim_start_matches("the ").to_owned())
    }

    /// Names from the beginning of a text on, and what follows them.
    fn read(&self, text: &str, how: How) -> (Vec<String>, Rest) {
        let mut names: Vec<String> = Vec::new();
        let mut words: Vec<&str> = Vec::new();
        let mut rest = Rest::Nothing;
        let mut behind_comma = false;
        let mut skipped = 0;
        let mut team = false;
        let all: Vec<&str> = text.split(' ').filter(|word| !word.is_empty()).collect();
        for (number, raw) in all.iter().enumerate() {
            let next = all.get(number + 1).copied().unwrap_or("");
            if raw.starts_with(['@', '(', '[']) {
                let number = raw.chars().nth(1).is_some_and(|c| c.is_ascii_digit());
                rest = if number && how == How::Alone { Rest::Other } else { Rest::Role };
                break;
            }
            if number < skipped {
                continue;
            }
            if words.is_empty()
                && (how == How::Said || !names.is_empty())
                && let Some((name, length)) = self.agency(&all[number..])
            {
                // `X, CNN`: where a person works is no author.
                if names.is_empty() || !self.outlets.contains(&name.to_lowercase()) {
                    names.push(name);
                }
                skipped = number + length;
                continue;
            }
            if *raw == "&" && words.is_empty() && names.is_empty() {
                continue;
            }
            let core = raw.trim_end_matches([',', ';', ':']);
            let lower = core.to_lowercase();
            if raw.starts_with(|c: char| c.is_ascii_digit()) {
                rest = Rest::Number;
                break;
            }
            if self.words.joints.contains(&lower) && next.starts_with(|c: char| c.is_uppercase() || !c.is_ascii()) {
                if words.is_empty() && names.is_empty() {
                    rest = Rest::Other;
                    break;
                }
                self.finish(&mut words, &mut names, how, true);
                continue;
            }
            if !words.is_empty() && next.is_empty() && self.words.teams.contains(&lower) {
                words.push(core);
                team = true;
                continue;
            }
            let small = is_particle(&lower) && next.starts_with(char::is_uppercase);
            if words.len() > 1
                && (self.words.never.contains(&lower) && !small || self.stamps.is_month(lower.trim_end_matches('.')))
            {
                rest = if how == How::Said { Rest::Role } else { Rest::Other };
                break;
            }
            if (!words.is_empty() || !names.is_empty()) && self.words.roles.contains(lower.trim_end_matches('.')) {
                rest = Rest::Role;
                break;
            }
            if words.is_empty() && self.words.titles.contains(&lower) {
                continue;
            }
            // A degree behind a comma.
            let degree = behind_comma
                && (raw.ends_with(',') || !next.starts_with(char::is_uppercase))
                && core.chars().filter(|c| c.is_alphabetic()).count() <= 4
                && core.chars().filter(|c| c.is_uppercase()).count() >= 2
                && !core.contains(' ');
            if degree && words.is_empty() {
                continue;
            }
            // `Anna Miller M.D.`
            if words.len() > 1 && core.trim_end_matches('.').contains('.') && !core.contains(|c: char| c.is_lowercase())
            {
                continue;
            }
            // `WhatsApp`
            if self.words.never.contains(&lower) && glued_end(core) < core.len() {
                rest = Rest::Other;
                break;
            }
            let end = glued_end(core);
            let word = &core[..end];
            let glued = end < core.len();
            // `WhatsApp`, `TurboTax` are words; `MillerFounder at`, `MillerReporter` are not.
            let tail = core[end..].to_lowercase();
            let sure = !(next.is_empty() || words.is_empty())
                || tail.starts_with(|c: char| !c.is_alphabetic())
                || self.words.roles.contains(&tail)
                || self.stamps.is_month(&tail);
            let (word, glued) = if glued && !sure { (core, false) } else { (word, glued) };
            let caseless = how == How::Said && word.starts_with(|c: char| c.is_alphabetic() && !c.is_lowercase());
            let capital = word.starts_with(char::is_uppercase) || caseless;
            let letters = word.chars().all(|c| {
                c.is_alphabetic() || matches!(c, '-' | '\'' | '’' | '.' | 'ʻ') || crate::text::is_loose_mark(c)
            });
            let small = !words.is_empty()
                && is_particle(&lower)
                && (next.starts_with(|c: char| c.is_uppercase()) || is_particle(next) && number + 2 < all.len());
            let joined = is_joined(&lower) && letters;
            if !(capital && letters && !word.ends_with('-') || small || joined) {
                rest = Rest::Other;
                break;
            }
            words.push(word.trim_end_matches('.').len().checked_sub(2).map_or(word, |_| {
                if word.matches('.').count() == 1 && word.len() > 3 { word.trim_end_matches('.') } else { word }
            }));
            if glued {
                rest = Rest::Role;
                break;
            }
            if raw.ends_with([',', ';']) {
                behind_comma = true;
                let enough = words.len() > 1 || how == How::Said;
                if !enough {
                    rest = Rest::Other;
                    break;
                }
                let first = names.is_empty();
                self.finish(&mut words, &mut names, how, first);
            }
        }
        // `By the way`, `Theo Người đưa tin`: one word and then others is no name.
        if how == How::Said && rest == Rest::Other && names.is_empty() && words.len() == 1 {
            return (names, rest);
        }
        let first = names.is_empty();
        if team && how == How::Alone && first {
            names.push(std::mem::take(&mut words).join(" "));
            return (names, Rest::Role);
        }
        self.finish(&mut words, &mut names, how, first);
        // `by zach92`: an account alone.
        if names.is_empty() && how == How::Said {
            let mut alone = text.split(' ').take(2);
            if let (Some(account), None) = (alone.next(), alone.next()) {
                let fits = (3..=24).contains(&account.len())
                    && account.chars().all(|c| c.is_alphanumeric() || "._-".contains(c));
                let lower = account.to_lowercase();
                if fits
                    && account.starts_with(char::is_alphabetic)
                    && !self.words.never.contains(&lower)
                    && !self.words.roles.contains(&lower)
                {
                    names.push(account.to_owned());
                }
            }
        }
        (names, rest)
    }

    /// An agency at the beginning of some words: its name as printed, and how many words it has.
    fn agency(&self, words: &[&str]) -> Option<(String, usize)> {
        (1..=4.min(words.len())).rev().find_map(|length| {
            let name = words[..length].join(" ");
            let name = name.trim_end_matches([',', '.', ';']);
            self.agencies.contains(&name.to_lowercase()).then(|| (name.to_owned(), length))
        })
    }

    /// Takes the words read so far as a name, where they can be one.
    fn finish(&self, words: &mut Vec<&str>, names: &mut Vec<String>, how: How, first: bool) {
        let taken = std::mem::take(words);
        if taken.is_empty() {
            return;
        }
        let half = taken.len() / 2;
        let words = if taken.len() >= 4 && taken.len().is_multiple_of(2) && taken[..half] == taken[half..] {
            &taken[..half]
        } else {
            &taken[..]
        };
        if words.len() > 4 {
            // Names without a sign between them: a given name begins the next one.
            let mut starts: Vec<usize> = vec![0];
            for (at, word) in words.iter().enumerate().skip(2) {
                if self.given.contains(*word)
                    && at - starts[starts.len() - 1] >= 2
                    && at + 1 < words.len()
                    && !self.given.contains(words[at - 1])
                {
                    starts.push(at);
                }
            }
            starts.push(words.len());
            if starts.len() > 2 && starts.windows(2).all(|pair| (2..=4).contains(&(pair[1] - pair[0]))) {
                names.extend(starts.windows(2).map(|pair| words[pair[0]..pair[1]].join(" ")));
                return;
            }
        }
        if words.iter().any(|word| word.ends_with("'s") || word.ends_with("’s")) {
            return;
        }
        let known = |word: &&&str| {
            let lower = word.to_lowercase();
            self.words.never.contains(&lower) && !(words.len() > 2 && is_particle(&lower))
        };
        // `Anna and Peter`
        let pair = words.len() == 1
            && !names.is_empty()
            && names.iter().all(|name| !name.contains(' '))
            && words.iter().all(|word| self.given.contains(*word));
        let long = words.iter().filter(|word| word.chars().count() > 1).count();
        let fits = match how {
            How::Said if first => {
                words.len() <= MAX_WORDS + 1
                    && (words.len() > 1 || words.iter().filter(known).count() == 0)
                    && long >= 1
            }
            // `Anna Miller, Garden Educator`
            How::Said => {
                let is_role = words.iter().any(|word| self.words.roles.contains(&word.to_lowercase()));
                pair || (2..=MAX_WORDS).contains(&words.len()) && long >= 2 && !is_role
            }
            How::Alone => {
                (2..=MAX_WORDS).contains(&words.len()) && long >= 2 && words.iter().filter(known).count() == 0
            }
        };
        // `By Category`, `By the way`
        let all_never = words.iter().filter(known).count() == words.len();
        if fits && !all_never {
            names.push(words.join(" "));
        }
    }

    /// The names of a line, and those of the lines around it that go on with it.
    fn block(&self, at: usize, how: How) -> Vec<String> {
        let lines = &self.draft.labelled.lines;
        // Behind `By` on a line of its own each name has one too.
        let listed = how == How::Said && self.is_introduced(at);
        let of = |at: usize| {
            let line = lines.get(at).filter(|line| self.fits(line))?;
            if matches!(self.draft.label(line), Label::Lead | Label::Body) && line.shape.units > 6.0 {
                return None;
            }
            let alone = || self.alone(at).map(|(names, _)| names);
            let known = |names: &Vec<String>| names.iter().all(|name| self.given_first(name));
            match how {
                How::Said => self.said(at).or_else(|| alone().filter(|_| listed)),
                How::Alone => alone().filter(known),
            }
        };
        // Commas and `and` between the names may have lines of their own.
        let is_between = |at: &usize| {
            lines.get(*at).is_some_and(|line| {
                line.shape.letters == 0 && line.shape.digits == 0 || self.words.joints.contains(line.text.trim())
            })
        };
        let own = match how {
            How::Said => self.said(at),
            How::Alone => self.alone(at).map(|(names, _)| names),
        };
        let mut names = own.unwrap_or_default();
        let before: Vec<Vec<String>> =
            (0..at).rev().take(MAX_NAMES).map_while(of).filter(|_| how == How::Alone).collect();
        let behind = (at + 1..).take(2 * MAX_NAMES).filter(|at| !(listed && is_between(at))).map_while(of);
        names.extend(behind.flatten());
        before.into_iter().rev().flatten().chain(names).collect()
    }

    /// Whether a text is the name in the address of the source: `Daily Example` and `dailyexample.com`.
    fn is_site(&self, text: &str) -> bool {
        !self.site.is_empty() && self.site.contains(&letters_of(text))
    }

    fn given_first(&self, name: &str) -> bool {
        name.split([' ', '-'])
            .next()
            .is_some_and(|word| self.given.contains(word) || self.given.contains(title_case(word).as_str()))
    }

    /// The names of a line that is nothing else, and what follows them.
    fn alone(&self, at: usize) -> Option<(Vec<String>, Rest)> {
        let line = &self.draft.labelled.lines[at];
        let label = self.draft.label(line);
        let kept = matches!(label, Label::Lead | Label::Body);
        if !self.fits(line)
            || label == Label::Caption && (line.shape.units > 8.0 || line.shape.ends_sentence())
            || kept && line.shape.units > 8.0
            || line.shape.ends_sentence() && kept
        {
            return None;
        }
        let counts = &line.counts;
        // Two words with capitals, or one beside a date or in front of `team`.
        let few = counts.capitalised < 2 && counts.unspaced == 0 && line.shape.digits < 3;
        let is_team = || line.text.rsplit(' ').next().is_some_and(|word| self.words.teams.contains(word));
        // `Anna` alone, whom the page presents elsewhere.
        let single = !kept && (self.given.contains(line.text.as_str()) || self.is_site(&line.text));
        if few && !single && !is_team() || counts.questions + counts.exclamations > 0 {
            return None;
        }
        let text = Self::printed(line);
        let (without, dated) = self.without_dates(&text);
        let parts = parts(&without);
        let &part = parts.first()?;
        if !(single || dated && !part.contains(' ') || parts.iter().any(|part| self.may_begin_name(part))) {
            return None;
        }
        if text.contains(['?', '!', '"', '“', '…', '%', '$', '©']) {
            return None;
        }
        let word_of_picture =
            |word: &str| self.words.pictures.contains(&word.trim_matches([':', ',', '.', ')', '(']).to_lowercase());
        if text.split([' ', '/']).any(word_of_picture) {
            return None;
        }
        if single {
            return Some((vec![line.text.clone()], Rest::Nothing));
        }
        // `Susan December 9, 2024`
        if dated && !part.contains(' ') && self.given.contains(part) {
            return Some((vec![part.to_owned()], Rest::Number));
        }
        if part.starts_with(is_han) {
            let name = part.trim_matches(['(', ')', '\u{ff08}', '\u{ff09}']);
            // Japanese names have a blank between family and given name.
            if self.tag == "ja" {
                let pieces = name.split([' ', '\u{3000}']);
                let fits = pieces.clone().count() == 2
                    && pieces
                        .clone()
                        .all(|piece| (1..=3).contains(&piece.chars().count()) && piece.chars().all(is_han));
                return fits.then(|| (vec![name.to_owned()], if dated { Rest::Number } else { Rest::Nothing }));
            }
            let names: Vec<String> = name.split([' ', '、', ',']).map(str::to_owned).collect();
            let all = names.iter().all(|name| (2..=3).contains(&name.chars().count()) && name.chars().all(is_han));
            let all = all && names.first().is_some_and(|name| self.is_surname(name));
            return (all && names.len() <= 4).then_some((names, if dated { Rest::Number } else { Rest::Nothing }));
        }
        if parts.len() > 6 {
            return None;
        }
        // `Design · Web Basics · Style Guides`: a list of topics.
        let is_name = |part: &&&str| self.may_begin_name(part);
        if parts.iter().filter(is_name).count() > 2 && !parts.iter().filter(is_name).all(|part| self.given_first(part))
        {
            return None;
        }
        // `109 Comments | X`, `Updated | X`: of the parts behind the first only a name with a known given name counts.
        let (names, rest) = parts.iter().enumerate().find_map(|(number, part)| {
            let (names, rest) = self.read(part, How::Alone);
            let sure = !names.is_empty()
                && rest != Rest::Other
                && (number == 0 || names.iter().all(|name| self.given_first(name)));
            sure.then_some((names, rest))
        })?;
        let more = parts.len() > 1 || dated;
        Some((names, if rest == Rest::Nothing && more { Rest::Number } else { rest }))
    }

    /// Whether a part of a line begins as a name alone does: with a capital and one more word of a name, or in Han. Told without reading
    /// it as a whole, since hardly any part does.
    fn may_begin_name(&self, part: &str) -> bool {
        if part.starts_with(is_han) {
            return true;
        }
        let is_title = |word: &str| {
            word == "&" || self.words.titles.contains(word) || self.words.titles.contains(&word.to_lowercase())
        };
        let mut words = part
            .split(' ')
            .skip_while(|word| word.len() <= MAX_TITLE_BYTES && is_title(word.trim_end_matches([',', ';', ':'])));
        let first = words.next().unwrap_or("");
        if !(first.starts_with(char::is_uppercase) || is_joined(first)) {
            return false;
        }
        words.next().is_some_and(|word| {
            let core = word.trim_end_matches([',', ';', ':']);
            word.starts_with(char::is_uppercase)
                || is_joined(word)
                || is_particle(core)
                || self.words.joints.contains(core)
                || self.words.teams.contains(core)
        })
    }

    /// What speaks for a line that is a name alone, its place aside.
    fn score_alone(&self, at: usize, dated: Option<usize>) -> Option<i32> {
        let lines = &self.draft.labelled.lines;
        let (names, rest) = self.alone(at)?;
        let name = names.first()?;
        let line = &lines[at];
        let date_near = dated.is_some_and(|dated| dated.abs_diff(at) <= 2);
        // A site that names itself where others name the author: less than any person.
        if self.is_site(name) {
            return Some(1);
        }
        let no_person = |language: &Language| language.names_no_person(name, &mut Scratch::default());
        if self.language.is_some_and(no_person) {
            return None;
        }
        let known = self.given_first(name) || name.starts_with(is_han);
        let told = match rest {
            Rest::Role => 2,
            Rest::Number => 1,
            Rest::Nothing | Rest::Other => 0,
        };
        let elsewhere = self.elsewhere(name, at, known);
        let text = i32::from(matches!(self.draft.label(line), Label::Lead | Label::Body));
        let single = rest == Rest::Nothing && !name.contains(' ') && !name.starts_with(is_han);
        if single && elsewhere < 2 {
            return None;
        }
        if !known && told == 0 && !date_near && elsewhere <= 0 {
            return None;
        }
        Some(2 * i32::from(known) + told + i32::from(date_near) + elsewhere - text)
    }

    /// What the other occurrences of a name on the page say: a page presents its authors again, and stories tell about others.
    fn elsewhere(&self, name: &str, at: usize, known: bool) -> i32 {
        let lines = &self.draft.labelled.lines;
        let (mut presents, mut tells) = (0, 0);
        for (number, line) in lines.iter().enumerate() {
            if number == at || !line.text.contains(name) {
                continue;
            }
            // A menu repeats its entries; of names that may be any words only a sentence about their bearer tells.
            let tells_of = known || line.shape.units >= UNITS_OF_BIOGRAPHY;
            let starts = (line.text.starts_with(name) || line.text.ends_with(name)) && tells_of;
            match self.draft.label(line) {
                Label::Title => tells += 2,
                Label::Body | Label::Lead if !starts => tells += 1,
                Label::Body | Label::Lead | Label::Caption => {}
                _ => presents += i32::from(starts),
            }
        }
        2 * i32::from(presents > 0) - i32::from(tells > 0) - i32::from(tells > 2)
    }

    /// A name alone on the last lines, as the press of Vietnam and China signs its stories.
    fn alone_at_end(&self, at: usize, last: usize) -> Option<Vec<String>> {
        if at > last + 3 || at + 1 < last {
            return None;
        }
        let line = &self.draft.labelled.lines[at];
        if line.shape.units > 6.0 || line.shape.ends_sentence() || line.shape.digits > 0 {
            return None;
        }
        let (names, rest) = self.alone(at)?;
        let no_person = |language: &Language| language.names_no_person(&line.text, &mut Scratch::default());
        if self.draft.label(line) == Label::Related || self.language.is_some_and(no_person) {
            return None;
        }
        let signed = matches!(self.tag, "vi" | "zh") || (at > last && names.iter().all(|name| self.given_first(name)));
        (rest == Rest::Nothing && signed).then_some(names)
    }
}

fn title_case(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters.as_str().to_lowercase().chars()).collect()
}

/// The parts of a line between bars, dots and dashes.
fn parts(line: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = line;
    loop {
        let (start, length) = next_bar(rest).unwrap_or((rest.len(), 0));
        let part = rest[..start].trim().trim_matches(['-', ',', ';', '*', '.', ' ', '(', ')', '[', ']']).trim();
        if !part.is_empty() {
            parts.push(part);
        }
        if length == 0 {
            return parts;
        }
        rest = &rest[start + length..];
    }
}

/// Where the next bar, dot or dash of a line begins, and its bytes.
fn next_bar(line: &str) -> Option<(usize, usize)> {
    const BARS: [&str; 11] = ["|", ">", "/", " - ", "•", "·", "—", "–", "⋅", "\u{ff5c}", "»"];
    let bytes = line.as_bytes();
    let mut from = 0;
    loop {
        let at = from
            + bytes
                .get(from..)?
                .iter()
                .position(|byte| matches!(byte, b'|' | b'>' | b'/' | b'-' | 0xC2 | 0xE2 | 0xEF))?;
        // The dash has blanks around it.
        let start = if bytes[at] == b'-' { at.saturating_sub(1) } else { at };
        if let Some(bar) = BARS.iter().find(|bar| bytes[start..].starts_with(bar.as_bytes())) {
            return Some((start, bar.len()));
        }
        from = at + 1;
    }
}

/// Whether a word of a name begins with one that is joined to it.
fn is_joined(word: &str) -> bool {
    const STARTS: [&str; 6] = ["d'", "d’", "al-", "el-", "l'", "o'"];
    STARTS.iter().any(|start| word.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start)))
}

/// The letters and digits of a name, in lower case.
fn letters_of(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Words in lower case inside names.
fn is_particle(word: &str) -> bool {
    const PARTICLES: [&str; 28] = [
        "de", "la", "van", "von", "der", "den", "al", "el", "da", "dos", "del", "di", "le", "du", "bin", "y", "e",
        "do", "das", "ter", "della", "dalla", "zu", "zum", "af", "av", "ibn", "st",
    ];
    PARTICLES.contains(&word)
}

/// Where the next thing is glued to a name: `MillerPublished`. `McDonald` and `DeShawn` are one word.
fn glued_end(word: &str) -> usize {
    let mut letters = 0;
    let mut last_lower = false;
    for (at, c) in word.char_indices() {
        if c.is_uppercase() && last_lower && letters > 3 {
            return at;
        }
        if at > 0 && (c == '@' || c == '(' || c == '[' || c.is_ascii_digit()) {
            return at;
        }
        letters = if c.is_alphabetic() { letters + 1 } else { 0 };
        last_lower = c.is_lowercase();
    }
    word.len()
}

#[cfg(test)]
mod tests;
