//! Many patterns over many short lines: only patterns of which a required literal stands in the line are run.
//!
//! A pattern such as `\((?:Ảnh|Nguồn): .+\)$` cannot match where neither `ảnh` nor `nguồn` stands. One pass of a literal matcher over
//! the line finds the few patterns that could match (the method of RE2's `FilteredRE2`); patterns without a required literal are
//! run always, as one set.

use aho_corasick::{AhoCorasick, MatchKind};
use regex::{Regex, RegexSet};
use regex_syntax::hir::{Class, Hir, HirKind};

use super::compiled::{compile, compile_set};
use crate::chars::chars;
use crate::error::{Error, Result};

/// Most literals that one pattern may stand for; beyond it the pattern is run always.
const MAX_LITERALS: usize = 64;

/// Patterns with their required literals.
#[derive(Debug)]
pub struct PatternSet {
    patterns: Vec<Regex>,
    literals: Option<AhoCorasick>,
    /// Pattern of each literal.
    owner: Vec<usize>,
    /// Patterns without a literal.
    always: RegexSet,
    always_number: Vec<usize>,
}

impl PatternSet {
    /// Compiles patterns; `key` names them in errors.
    ///
    /// # Errors
    /// [`Error::Config`] naming the key and the pattern that does not compile.
    pub fn new(key: &str, patterns: &[String]) -> Result<PatternSet> {
        let compiled: Vec<Regex> = patterns.iter().map(|pattern| compile(key, pattern)).collect::<Result<_>>()?;
        let (mut literals, mut owner, mut always, mut always_number) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for (number, pattern) in compiled.iter().enumerate() {
            if let Some(found) = required(pattern.as_str()) {
                owner.extend(std::iter::repeat_n(number, found.len()));
                literals.extend(found);
            } else {
                always.push(patterns[number].clone());
                always_number.push(number);
            }
        }
        let literals = (!literals.is_empty())
            .then(|| AhoCorasick::builder().match_kind(MatchKind::Standard).build(&literals))
            .transpose()
            .map_err(|error| Error::Config(format!("lexicon: `{key}`: {error}")))?;
        Ok(PatternSet { patterns: compiled, literals, owner, always: compile_set(key, &always)?, always_number })
    }

    /// A pattern.
    #[must_use]
    pub fn pattern(&self, number: usize) -> &Regex {
        &self.patterns[number]
    }

    /// Whether any pattern matches. `lower` is the text in lower case.
    #[must_use]
    pub fn is_match(&self, text: &str, lower: &str) -> bool {
        self.candidates(lower).iter().any(|&number| self.patterns[number].is_match(text)) || self.always.is_match(text)
    }

    /// The numbers of the patterns that match, ascending. `lower` is the text in lower case.
    #[must_use]
    pub fn matches(&self, text: &str, lower: &str) -> Vec<usize> {
        let mut numbers = self.candidates(lower);
        numbers.retain(|&number| self.patterns[number].is_match(text));
        if !self.always.is_empty() {
            numbers.extend(self.always.matches(text).iter().map(|set| self.always_number[set]));
            numbers.sort_unstable();
        }
        numbers
    }

    /// Patterns of which a literal stands in the text, ascending.
    fn candidates(&self, lower: &str) -> Vec<usize> {
        let Some(literals) = &self.literals else { return Vec::new() };
        let mut numbers: Vec<usize> =
            literals.find_overlapping_iter(lower).map(|hit| self.owner[hit.pattern().as_usize()]).collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    }
}

/// Lower-case literals of which every match of a pattern holds at least one; `None` where there is no such list.
fn required(pattern: &str) -> Option<Vec<String>> {
    let hir = regex_syntax::parse(pattern).ok()?;
    let found = of(&hir)?;
    // One ASCII sign is in every second line.
    let telling = |literal: &String| literal.chars().count() >= 2 || !literal.is_ascii();
    (!found.is_empty() && found.len() <= MAX_LITERALS && found.iter().all(telling)).then_some(found)
}

fn of(hir: &Hir) -> Option<Vec<String>> {
    match hir.kind() {
        HirKind::Literal(literal) => Some(vec![chars().lower(std::str::from_utf8(&literal.0).ok()?)]),
        HirKind::Capture(capture) => of(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min >= 1 => of(&repetition.sub),
        HirKind::Alternation(branches) => {
            let mut all = Vec::new();
            for branch in branches {
                all.extend(of(branch)?);
            }
            Some(all)
        }
        HirKind::Concat(parts) => of_sequence(parts),
        HirKind::Class(class) => Some(vec![one_letter(class)?.to_string()]),
        HirKind::Empty | HirKind::Look(_) | HirKind::Repetition(_) => None,
    }
}

/// The most telling part of a sequence: runs of letters (in either case) are one literal; else the best single part.
fn of_sequence(parts: &[Hir]) -> Option<Vec<String>> {
    let mut best: Option<Vec<String>> = None;
    let mut run = String::new();
    for part in parts {
        let letters = match part.kind() {
            HirKind::Literal(literal) => std::str::from_utf8(&literal.0).ok().map(|literal| chars().lower(literal)),
            HirKind::Class(class) => one_letter(class).map(String::from),
            _ => None,
        };
        if let Some(letters) = letters {
            run.push_str(&letters);
            continue;
        }
        better(&mut best, std::mem::take(&mut run));
        if let Some(found) = of(part) {
            let shortest = |list: &[String]| list.iter().map(String::len).min().unwrap_or(0);
            if best.as_ref().is_none_or(|known| shortest(&found) > shortest(known)) {
                best = Some(found);
            }
        }
    }
    better(&mut best, run);
    best
}

fn better(best: &mut Option<Vec<String>>, run: String) {
    let known = best.as_ref().map_or(0, |known| known.iter().map(String::len).min().unwrap_or(0));
    if run.len() > known {
        *best = Some(vec![run]);
    }
}

/// The letter of a class that holds only its two cases (and the old signs that fold to it).
fn one_letter(class: &Class) -> Option<char> {
    let Class::Unicode(class) = class else { return None };
    let mut letter = None;
    for range in class.ranges() {
        for c in range.start()..=range.end() {
            let lower = match c {
                '\u{17f}' => 's',
                '\u{212a}' => 'k',
                _ => {
                    let mut lower = c.to_lowercase();
                    let first = lower.next()?;
                    if lower.next().is_some() {
                        return None;
                    }
                    first
                }
            };
            if *letter.get_or_insert(lower) != lower {
                return None;
            }
        }
    }
    letter
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_match_holds_a_required_literal() {
        for (pattern, expected) in [
            (r"\((?:Ảnh|Nguồn): .+\)$", Some(vec!["ảnh", "nguồn"])),
            (r"(?i)photo by \w+", Some(vec!["photo by "])),
            (r"^(?:a|\d+)$", None),
            (r"^\p{Lu}+$", None),
            (r"图自\S+$", Some(vec!["图自"])),
            (r"x?(?:Tin mới)?", None),
        ] {
            let found = required(pattern);
            let expected = expected.map(|list| list.into_iter().map(str::to_owned).collect::<Vec<_>>());
            assert_eq!(found, expected, "{pattern}");
        }
    }

    #[test]
    fn a_filtered_set_matches_what_its_patterns_match() {
        let patterns: Vec<String> =
            [r"(?i)^by \p{L}+", r"\d{4}$", r"[Ảả]nh: ", r"^\(TTXVN\)$"].into_iter().map(str::to_owned).collect();
        let set = PatternSet::new("test", &patterns).unwrap();
        for text in ["By Anna 2025", "ẢNH: x", "Ảnh: x", "(TTXVN)", "nothing", "BY Bob"] {
            let expected: Vec<usize> =
                (0..patterns.len()).filter(|&n| Regex::new(&patterns[n]).unwrap().is_match(text)).collect();
            let lower = chars().lower(text);
            assert_eq!(set.matches(text, &lower), expected, "{text}");
            assert_eq!(set.is_match(text, &lower), !expected.is_empty(), "{text}");
        }
    }
}
