//! The lexicon in the form in which lines are compared with it: built once a run, shared by all threads.

use std::collections::{BTreeMap, HashMap, HashSet};

use aho_corasick::AhoCorasick;
use memchr::memmem::Finder;
use regex::{Regex, RegexBuilder, RegexSet, RegexSetBuilder};

use super::filter::needles;
use super::{Agency, CueSet, Gate, Lexicon, PatternSet, Signal};
use crate::chars::chars;
use crate::error::{Error, Result};
use crate::fast_map::FastSet;
use crate::text::fold;

/// Phrases and patterns of all languages together, and what belongs to one language alone.
#[derive(Debug)]
pub struct Patterns {
    /// Headings after which other stories may follow, folded.
    pub related_headings: Phrases,
    /// Headings after which page furniture may follow, folded.
    pub nav_headings: Phrases,
    /// Lines of page furniture, folded.
    pub nav_lines: Phrases,
    /// Beginnings of lines of page furniture, folded.
    pub nav_prefixes: Beginnings,
    /// Page furniture by form.
    pub nav_patterns: PatternSet,
    /// Placeholder lines, folded.
    pub placeholders: Phrases,
    /// Beginnings of inline links, lower case, longest first.
    pub inline_links: Beginnings,
    /// Picture credits at the end of a line.
    pub caption_endings: PatternSet,
    /// Beginnings of captions.
    pub caption_beginnings: PatternSet,
    /// Marker between a glued title and its caption, anchored at both ends.
    pub glue: Option<Regex>,
    /// Whole-line bylines and sources.
    pub credits: PatternSet,
    /// Whole-line publication dates.
    pub date_lines: PatternSet,
    /// End marks.
    pub end_marks: EndMarks,
    /// Agencies; entries of one key are merged.
    pub agencies: Vec<CompiledAgency>,
    /// Every agency's credit lines as one set; `credit_owner[i]` is the agency of pattern `i`.
    pub agency_credits: PatternSet,
    /// See `agency_credits`.
    pub credit_owner: Vec<usize>,
    /// Every agency's lead marks as one set; `prefix_owner[i]` is the agency of pattern `i`.
    pub agency_prefixes: PatternSet,
    /// See `agency_prefixes`.
    pub prefix_owner: Vec<usize>,
    /// Sources named in running text as one set.
    pub attributions: PatternSet,
    /// See `attributions`.
    pub attribution_owner: Vec<usize>,
    /// Datelines of unknown agencies.
    pub datelines: PatternSet,
    /// Reads a short line once for the sets of [`LineSet`].
    pub gate: Gate,
    /// The same for the sets up to [`LineSet::Datelines`], which lines of any length may match.
    pub paragraph_gate: Gate,
    /// What belongs to one language, by BCP 47 tag.
    pub languages: HashMap<String, LanguageData>,
    /// Cues for the labelling model.
    pub cues: CueSet,
    /// Letters of the languages whose press prints a summary in front of every story.
    pub summary_letters: FastSet<char>,
}

/// The sets of patterns behind [`Patterns::gate`], by number: those that match paragraphs too first.
#[derive(Debug, Clone, Copy)]
#[expect(missing_docs, reason = "named as the fields")]
pub enum LineSet {
    CaptionEndings,
    CaptionBeginnings,
    AgencyPrefixes,
    Attributions,
    Datelines,
    NavPatterns,
    Credits,
    DateLines,
    AgencyCredits,
}

/// What closes an article: `./.`, `(完)`, `-30-`.
#[derive(Debug, Default)]
pub struct EndMarks {
    /// Longest first.
    marks: Vec<String>,
    /// The same by their last byte.
    by_last: BTreeMap<u8, Vec<String>>,
    finder: Option<AhoCorasick>,
}

impl EndMarks {
    fn new(marks: Vec<String>) -> Result<EndMarks> {
        let marks = longest_first(marks);
        let mut by_last: BTreeMap<u8, Vec<String>> = BTreeMap::new();
        for mark in &marks {
            if let Some(&last) = mark.as_bytes().last() {
                by_last.entry(last).or_default().push(mark.clone());
            }
        }
        let finder = (!marks.is_empty())
            .then(|| AhoCorasick::new(&marks))
            .transpose()
            .map_err(|error| Error::Config(format!("lexicon: `end.marks`: {error}")))?;
        Ok(EndMarks { marks, by_last, finder })
    }

    /// The longest mark that a text ends with.
    #[must_use]
    pub fn at_end_of(&self, text: &str) -> Option<&str> {
        self.by_last.get(text.as_bytes().last()?)?.iter().map(String::as_str).find(|mark| text.ends_with(mark))
    }

    /// Where the last occurrence ends of the longest mark that stands in a text.
    #[must_use]
    pub fn end_in(&self, text: &str) -> Option<usize> {
        // Most lines have none, which one look tells.
        self.finder.as_ref().filter(|finder| finder.is_match(text))?;
        self.marks.iter().find_map(|mark| text.rfind(mark.as_str()).map(|at| at + mark.len()))
    }
}

/// Folded phrases that may be a whole line.
#[derive(Debug, Default)]
pub struct Phrases {
    phrases: HashSet<String>,
    /// Bytes of the longest.
    longest: usize,
}

impl Phrases {
    fn new(phrases: HashSet<String>) -> Phrases {
        Phrases { longest: phrases.iter().map(String::len).max().unwrap_or(0), phrases }
    }

    /// Whether a folded line is one of them. Paragraphs are too long, and are not read for it.
    #[must_use]
    pub fn contains(&self, folded: &str) -> bool {
        folded.len() <= self.longest && self.phrases.contains(folded)
    }
}

/// Phrases that a text may begin with, by their first character.
#[derive(Debug, Default)]
pub struct Beginnings(HashMap<char, Vec<String>>);

impl Beginnings {
    fn new(phrases: impl IntoIterator<Item = String>) -> Beginnings {
        let mut by_first: HashMap<char, Vec<String>> = HashMap::new();
        for phrase in longest_first(phrases.into_iter().collect()) {
            if let Some(first) = phrase.chars().next() {
                by_first.entry(first).or_default().push(phrase);
            }
        }
        Beginnings(by_first)
    }

    /// The phrases that a text begins with, longest first.
    pub fn of<'a>(&'a self, text: &'a str) -> impl Iterator<Item = &'a str> {
        let phrases = text.chars().next().and_then(|first| self.0.get(&first));
        phrases.into_iter().flatten().map(String::as_str).filter(|phrase| text.starts_with(phrase))
    }
}

/// One agency.
#[derive(Debug, Clone)]
pub struct CompiledAgency {
    /// Value of the `agency` column.
    pub key: String,
    /// Where it is at home.
    pub country: Option<String>,
}

/// What is looked up by the language of the record.
#[derive(Debug, Default)]
pub struct LanguageData {
    /// Signals of machine translation.
    pub machine_translation: Vec<CompiledSignal>,
}

/// One signal of machine translation.
#[derive(Debug)]
pub struct CompiledSignal {
    /// Name and weight.
    pub signal: Signal,
    pattern: Regex,
    /// Find what every match holds one of; none where a pattern has nothing of the kind.
    needles: Option<Vec<Finder<'static>>>,
}

impl CompiledSignal {
    /// Whether the signal stands in a text. Hardly any text holds what a match must hold, which is told at the speed of reading.
    #[must_use]
    pub fn is_in(&self, text: &str) -> bool {
        let holds = |needle: &Finder| needle.find(text.as_bytes()).is_some();
        self.needles.as_ref().is_none_or(|needles| needles.iter().any(holds)) && self.pattern.is_match(text)
    }
}

impl Patterns {
    /// Compiles lexicons.
    ///
    /// # Errors
    /// [`Error::Config`] naming the language, the key and the pattern that does not compile.
    pub fn new(lexicons: &[Lexicon]) -> Result<Patterns> {
        let all = |pick: fn(&Lexicon) -> &[String]| -> Vec<String> {
            lexicons.iter().flat_map(|lexicon| pick(lexicon).iter().cloned()).collect()
        };
        let folded = |pick: fn(&Lexicon) -> &[String]| -> HashSet<String> {
            all(pick).iter().map(|phrase| fold(phrase)).filter(|phrase| !phrase.is_empty()).collect()
        };
        let phrases = |pick: fn(&Lexicon) -> &[String]| Phrases::new(folded(pick));
        let set =
            |key: &str, pick: fn(&Lexicon) -> &[String]| -> Result<PatternSet> { PatternSet::new(key, &all(pick)) };
        let agencies = merge_agencies(lexicons);
        let (agency_credits, credit_owner) = owned(&agencies, "agency.credits", |agency| &agency.credits)?;
        let (agency_prefixes, prefix_owner) = owned(&agencies, "agency.prefixes", |agency| &agency.prefixes)?;
        let (attributions, attribution_owner) = owned(&agencies, "agency.attributions", |agency| &agency.attributions)?;
        let nav_patterns = set("nav.patterns", |l| &l.nav.patterns)?;
        let caption_endings = set("caption.endings", |l| &l.caption.endings)?;
        let caption_beginnings = set("caption.beginnings", |l| &l.caption.beginnings)?;
        let credits = set("credit.lines", |l| &l.credit.lines)?;
        let date_lines = set("date_line.patterns", |l| &l.date_line.patterns)?;
        let agency_datelines = set("dateline.patterns", |l| &l.dateline.patterns)?;
        let mut languages: HashMap<String, LanguageData> = HashMap::new();
        for lexicon in lexicons {
            languages.entry(lexicon.language.clone()).or_default().add(lexicon)?;
        }
        Ok(Patterns {
            related_headings: phrases(|l| &l.headings.related),
            nav_headings: phrases(|l| &l.headings.nav),
            nav_lines: phrases(|l| &l.nav.lines),
            nav_prefixes: Beginnings::new(folded(|l| &l.nav.prefixes)),
            gate: Gate::new(&[
                &caption_endings,
                &caption_beginnings,
                &agency_prefixes,
                &attributions,
                &agency_datelines,
                &nav_patterns,
                &credits,
                &date_lines,
                &agency_credits,
            ]),
            paragraph_gate: Gate::new(&[
                &caption_endings,
                &caption_beginnings,
                &agency_prefixes,
                &attributions,
                &agency_datelines,
            ]),
            nav_patterns,
            placeholders: phrases(|l| &l.placeholder.lines),
            inline_links: Beginnings::new(all(|l| &l.inline_link.prefixes).iter().map(|p| chars().lower(p))),
            caption_endings,
            caption_beginnings,
            glue: glue(&all(|l| &l.caption.glue))?,
            credits,
            date_lines,
            end_marks: EndMarks::new(all(|l| &l.end.marks))?,
            agency_credits,
            credit_owner,
            agency_prefixes,
            prefix_owner,
            attributions,
            attribution_owner,
            datelines: agency_datelines,
            agencies: agencies
                .into_iter()
                .map(|agency| CompiledAgency { key: agency.key, country: agency.country })
                .collect(),
            languages,
            summary_letters: lexicons
                .iter()
                .filter(|lexicon| lexicon.lead.summary)
                .flat_map(|lexicon| lexicon.identify.letters.chars())
                .collect(),
            cues: CueSet::new(lexicons.iter().map(|lexicon| (lexicon.language.as_str(), &lexicon.cues)))?,
        })
    }

    /// Compiles every pattern, so that one that is too large is found before a text needs it.
    ///
    /// # Errors
    /// [`Error::Config`] naming the key and the pattern.
    pub fn check(&self) -> Result<()> {
        let sets = [
            &self.nav_patterns,
            &self.caption_endings,
            &self.caption_beginnings,
            &self.credits,
            &self.date_lines,
            &self.agency_credits,
            &self.agency_prefixes,
            &self.attributions,
            &self.datelines,
        ];
        sets.into_iter().try_for_each(PatternSet::check)
    }

    /// What is known of a language; nothing for one without a lexicon.
    #[must_use]
    pub fn language(&self, tag: &str) -> Option<&LanguageData> {
        self.languages.get(tag)
    }
}

impl LanguageData {
    fn add(&mut self, lexicon: &Lexicon) -> Result<()> {
        for signal in &lexicon.machine_translation {
            let pattern = compile("machine_translation", &signal.pattern)?;
            let needles = needles(pattern.as_str())
                .map(|needles| needles.iter().map(|needle| Finder::new(needle).into_owned()).collect());
            self.machine_translation.push(CompiledSignal { signal: signal.clone(), pattern, needles });
        }
        Ok(())
    }
}

/// Bytes that one compiled set may take: bounded repetitions of Unicode classes are large, a few megabytes a list.
const REGEX_SIZE_LIMIT: usize = 256 << 20;
/// Bytes of the automaton that a set may build as it goes, per thread.
const REGEX_CACHE: usize = 16 << 20;

/// Largest upper bound of a repetition that is kept. Every step of a bounded repetition of a Unicode class is dozens of states, and
/// a set of such patterns outgrows its automaton's cache: measured, lines then cost a hundred times as much.
const MAX_REPETITION: u32 = 12;

/// The pattern as it is run: `\b` is the ASCII word boundary (the Unicode one makes the automaton give up at the first letter with a
/// diacritic), and repetitions with a large upper bound have none (the lines that are compared are short anyway).
pub(super) fn fast(pattern: &str) -> String {
    let mut output = String::with_capacity(pattern.len() + 16);
    let mut rest = pattern;
    while let Some(at) = rest.find(['\\', '{']) {
        output.push_str(&rest[..at]);
        rest = &rest[at..];
        let (replaced, length) = if rest.starts_with("\\b") {
            ("(?-u:\\b)".to_owned(), 2)
        } else if let Some(escaped) = rest.strip_prefix('\\') {
            // An escape and its letter; braces of `\p{…}` are names, not repetitions.
            let name = ["p{", "P{", "x{"].iter().any(|name| escaped.starts_with(name));
            let letter = 1 + escaped.chars().next().map_or(0, char::len_utf8);
            let length = if name { rest.find('}').map_or(letter, |end| end + 1) } else { letter };
            (rest[..length].to_owned(), length)
        } else {
            repetition(rest)
        };
        output.push_str(&replaced);
        rest = &rest[length..];
    }
    output.push_str(rest);
    output
}

/// The repetition at the beginning of a text, without an upper bound that is too large, and the bytes that it takes.
fn repetition(text: &str) -> (String, usize) {
    let end = text.find('}').map_or(1, |end| end + 1);
    let bounds = text[1..end.max(2) - 1].split_once(',').and_then(|(low, high)| Some((low, high.parse::<u32>().ok()?)));
    match bounds {
        Some((low, high)) if high > MAX_REPETITION => (format!("{{{low},}}"), end),
        _ => (text[..end].to_owned(), end),
    }
}

pub(super) fn compile(key: &str, pattern: &str) -> Result<Regex> {
    RegexBuilder::new(&fast(pattern))
        .size_limit(REGEX_SIZE_LIMIT)
        .build()
        .map_err(|error| not_compiled(key, pattern, &error))
}

pub(super) fn not_compiled(key: &str, pattern: &str, error: &dyn std::fmt::Display) -> Error {
    Error::Config(format!("lexicon: `{key}`: `{pattern}`: {error}"))
}

pub(super) fn compile_set(key: &str, patterns: &[String]) -> Result<RegexSet> {
    let fast: Vec<String> = patterns.iter().map(|pattern| fast(pattern)).collect();
    RegexSetBuilder::new(&fast).size_limit(REGEX_SIZE_LIMIT).dfa_size_limit(REGEX_CACHE).build().map_err(|error| {
        // The set's error does not say which pattern it means: one by one, the wrong one names itself.
        let wrong = patterns.iter().find_map(|pattern| compile(key, pattern).err());
        wrong.unwrap_or_else(|| Error::Config(format!("lexicon: `{key}`: {error}")))
    })
}

fn glue(markers: &[String]) -> Result<Option<Regex>> {
    if markers.is_empty() {
        return Ok(None);
    }
    compile("caption.glue", &format!(r"^\s*(?:{})\s*[:.\-–]?\s*", markers.join("|"))).map(Some)
}

fn longest_first(mut phrases: Vec<String>) -> Vec<String> {
    phrases.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
    phrases.dedup();
    phrases
}

fn merge_agencies(lexicons: &[Lexicon]) -> Vec<Agency> {
    let mut merged: Vec<Agency> = Vec::new();
    for agency in lexicons.iter().flat_map(|lexicon| &lexicon.agency) {
        match merged.iter_mut().find(|known| known.key == agency.key) {
            Some(known) => {
                known.country = known.country.take().or_else(|| agency.country.clone());
                known.names.extend(agency.names.iter().cloned());
                known.prefixes.extend(agency.prefixes.iter().cloned());
                known.credits.extend(agency.credits.iter().cloned());
                known.attributions.extend(agency.attributions.iter().cloned());
            }
            None => merged.push(agency.clone()),
        }
    }
    merged
}

fn owned(agencies: &[Agency], key: &str, pick: fn(&Agency) -> &Vec<String>) -> Result<(PatternSet, Vec<usize>)> {
    let mut patterns = Vec::new();
    let mut owner = Vec::new();
    for (number, agency) in agencies.iter().enumerate() {
        for pattern in pick(agency) {
            patterns.push(pattern.clone());
            owner.push(number);
        }
    }
    Ok((PatternSet::new(key, &patterns)?, owner))
}

#[cfg(test)]
mod tests {
    use super::fast;

    #[test]
    fn patterns_are_made_cheap_without_changing_what_they_name() {
        for (given, expected) in [
            (r"\bngày\b", r"(?-u:\b)ngày(?-u:\b)"),
            (r"[^()]{1,60}$", r"[^()]{1,}$"),
            (r"\d{1,2}", r"\d{1,2}"),
            (r"\p{Han}{2,40}", r"\p{Han}{2,}"),
            (r"\\b \{ {3}", r"\\b \{ {3}"),
            ("a{", "a{"),
        ] {
            assert_eq!(fast(given), expected, "{given}");
        }
    }
}
