//! Many patterns over many short lines: only patterns of which a required literal stands in the line are run.
//!
//! A pattern such as `\((?:Ảnh|Nguồn): .+\)$` cannot match where neither `ảnh` nor `nguồn` stands. One pass of a literal matcher over
//! the line finds the few patterns that could match (the method of RE2's `FilteredRE2`); patterns without a required literal are
//! run always, as one set. What is left is asked for all that a match must hold ([`Holds`]), and few automata are run in the end.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use memchr::memmem::Finder;
use regex::{Regex, RegexSet};
use regex_syntax::hir::literal::Extractor;
use regex_syntax::hir::{Class, Hir, HirKind, Look};

use super::compiled::{compile, compile_set, fast, not_compiled};
use super::literals::Literals;
use crate::chars::chars;
use crate::error::Result;

/// Most literals that one pattern may stand for; beyond it the pattern is run always.
const MAX_LITERALS: usize = 160;

/// A pattern that is compiled when a text first needs it: most belong to languages that a dump does not hold, and compiling all of them
/// takes as long as cleaning a megabyte.
#[derive(Debug)]
struct Pattern {
    key: String,
    source: String,
    compiled: OnceLock<Option<Compiled>>,
}

/// A pattern, and what is looked at first.
#[derive(Debug)]
struct Compiled {
    regex: Regex,
    holds: Holds,
}

impl Pattern {
    /// Checks the syntax.
    fn new(key: &str, source: &str) -> Result<Pattern> {
        regex_syntax::parse(&fast(source)).map_err(|error| not_compiled(key, source, &error))?;
        Ok(Pattern { key: key.to_owned(), source: source.to_owned(), compiled: OnceLock::new() })
    }

    /// Nothing where the pattern is over the limit of size, which [`PatternSet::check`] reports.
    fn get(&self) -> Option<&Compiled> {
        let compiled = || {
            let regex = compile(&self.key, &self.source).ok()?;
            Some(Compiled { holds: Holds::of(regex.as_str()), regex })
        };
        self.compiled.get_or_init(compiled).as_ref()
    }

    fn is_match(&self, text: &str) -> bool {
        self.get().is_some_and(|compiled| compiled.holds.are_in(text) && compiled.regex.is_match(text))
    }
}

/// Patterns with their required literals.
#[derive(Debug)]
pub struct PatternSet {
    patterns: Vec<Pattern>,
    literals: Vec<String>,
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
    /// [`crate::error::Error::Config`] naming the key and the pattern that does not compile.
    pub fn new(key: &str, patterns: &[String]) -> Result<PatternSet> {
        let compiled: Vec<Pattern> =
            patterns.iter().map(|pattern| Pattern::new(key, pattern)).collect::<Result<_>>()?;
        let (mut literals, mut owner, mut always, mut always_number) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for (number, pattern) in compiled.iter().enumerate() {
            if let Some(found) = required(&fast(&pattern.source)) {
                owner.extend(std::iter::repeat_n(number, found.len()));
                literals.extend(found);
            } else {
                always.push(patterns[number].clone());
                always_number.push(number);
            }
        }
        let always = compile_set(key, &always)?;
        Ok(PatternSet { patterns: compiled, literals, owner, always, always_number })
    }

    /// A pattern that has matched.
    #[must_use]
    pub fn pattern(&self, number: usize) -> Option<&Regex> {
        self.patterns.get(number)?.get().map(|compiled| &compiled.regex)
    }

    /// Compiles all patterns, which are else compiled when they are needed.
    ///
    /// # Errors
    /// [`crate::error::Error::Config`] naming the key and the pattern that is too large.
    pub fn check(&self) -> Result<()> {
        self.patterns.iter().try_for_each(|pattern| compile(&pattern.key, &pattern.source).map(|_| ()))
    }

    /// Whether any pattern matches. The candidates are those that a [`Gate`] found.
    #[must_use]
    pub fn is_match_among(&self, text: &str, mut candidates: impl Iterator<Item = usize>) -> bool {
        candidates.any(|number| self.patterns[number].is_match(text)) || self.always.is_match(text)
    }

    /// The numbers of the patterns that match, ascending. The candidates are those that a [`Gate`] found, ascending.
    #[must_use]
    pub fn matches_among(&self, text: &str, candidates: impl Iterator<Item = usize>) -> Vec<usize> {
        let mut numbers: Vec<usize> = candidates.filter(|&number| self.patterns[number].is_match(text)).collect();
        if self.always.is_match(text) {
            numbers.extend(self.always.matches(text).iter().map(|set| self.always_number[set]));
            numbers.sort_unstable();
        }
        numbers
    }
}

/// The literals of one or several sets in one matcher: a line is read once for all of them.
#[derive(Debug)]
pub struct Gate {
    finder: Literals,
    /// Set and pattern of those that hold each literal.
    owners: Vec<Vec<(usize, usize)>>,
}

/// Patterns that could match a line, as set and pattern, ascending.
#[derive(Debug, Default)]
pub struct Candidates(Vec<(usize, usize)>);

impl Gate {
    /// A gate in front of some sets, numbered in their order.
    #[must_use]
    pub fn new(sets: &[&PatternSet]) -> Gate {
        let mut owners: BTreeMap<&str, Vec<(usize, usize)>> = BTreeMap::new();
        for (number, set) in sets.iter().enumerate() {
            for (literal, &pattern) in set.literals.iter().zip(&set.owner) {
                owners.entry(literal).or_default().push((number, pattern));
            }
        }
        let (literals, owners) = owners.into_iter().map(|(literal, owners)| (literal.to_owned(), owners)).unzip();
        Gate { finder: Literals::new(literals), owners }
    }

    /// The patterns of which a literal stands in a text.
    #[must_use]
    pub fn candidates_in(&self, text: &str) -> Candidates {
        self.candidates(std::iter::once(chars().lower(text).as_str()))
    }

    /// The patterns of which a literal stands in one of the texts, which are in lower case.
    #[must_use]
    pub fn candidates<'t>(&self, texts: impl Iterator<Item = &'t str>) -> Candidates {
        let mut literals = Vec::new();
        for text in texts {
            self.finder.find(text, |literal| {
                // A sign that many patterns begin with stands in a line more than once.
                if !literals.contains(&literal) {
                    literals.push(literal);
                }
            });
        }
        let mut found: Vec<(usize, usize)> =
            literals.iter().flat_map(|&literal| self.owners[literal].iter().copied()).collect();
        found.sort_unstable();
        found.dedup();
        Candidates(found)
    }
}

impl Candidates {
    /// The patterns of one set.
    pub fn of(&self, set: usize) -> impl Iterator<Item = usize> {
        self.0.iter().filter(move |candidate| candidate.0 == set).map(|candidate| candidate.1)
    }
}

/// Most literals of which one must stand somewhere, for them to be looked for: it takes a search each.
const MAX_SEARCHES: usize = 8;
/// Most literals of which one must stand at the beginning.
const MAX_BEGINNINGS: usize = 128;

/// What every match of a pattern holds. It is told several times as fast as an automaton runs.
#[derive(Debug, Default)]
struct Holds {
    /// The text begins with one of these, where there are any.
    beginnings: Vec<Vec<u8>>,
    /// One of each list stands in the text.
    lists: Vec<Vec<Finder<'static>>>,
}

impl Holds {
    fn of(pattern: &str) -> Holds {
        let Ok(hir) = regex_syntax::parse(pattern) else { return Holds::default() };
        let literals = |hir: &Hir, most: usize| -> Option<Vec<Vec<u8>>> {
            let found = Extractor::new().limit_total(most).extract(hir);
            let literals: Vec<Vec<u8>> = found.literals()?.iter().map(|literal| literal.as_bytes().to_vec()).collect();
            ((1..=most).contains(&literals.len()) && literals.iter().all(|literal| !literal.is_empty()))
                .then_some(literals)
        };
        let is_anchored = hir.properties().look_set_prefix().contains(Look::Start);
        let beginnings = literals(&hir, MAX_BEGINNINGS).filter(|_| is_anchored).unwrap_or_default();
        let mut parts = Vec::new();
        parts_of(&hir, &mut parts);
        let telling =
            |literals: &Vec<Vec<u8>>| literals.iter().all(|literal| std::str::from_utf8(literal).is_ok_and(is_telling));
        let finders = |literals: Vec<Vec<u8>>| literals.iter().map(|one| Finder::new(one).into_owned()).collect();
        let lists = parts.iter().filter_map(|part| literals(part, MAX_SEARCHES)).filter(telling).map(finders).collect();
        Holds { beginnings, lists }
    }

    fn are_in(&self, text: &str) -> bool {
        let bytes = text.as_bytes();
        (self.beginnings.is_empty() || self.beginnings.iter().any(|beginning| bytes.starts_with(beginning)))
            && self.lists.iter().all(|list| list.iter().any(|finder| finder.find(bytes).is_some()))
    }
}

/// The parts of a pattern of which a match holds every one.
fn parts_of<'h>(hir: &'h Hir, parts: &mut Vec<&'h Hir>) {
    match hir.kind() {
        HirKind::Concat(all) => all.iter().for_each(|part| parts_of(part, parts)),
        HirKind::Capture(capture) => parts_of(&capture.sub, parts),
        HirKind::Repetition(repetition) if repetition.min > 0 => parts_of(&repetition.sub, parts),
        _ => parts.push(hir),
    }
}

/// Fewest bytes that several needles begin with alike from which these alone are looked for.
const MIN_SHARED: usize = 4;

/// Literals as printed of which every match of a pattern holds at least one, each of two bytes or more; `None` where there are none.
pub(super) fn needles(pattern: &str) -> Option<Vec<Vec<u8>>> {
    let hir = regex_syntax::parse(pattern).ok()?;
    let parts = match hir.kind() {
        HirKind::Concat(parts) => parts.clone(),
        _ => vec![hir],
    };
    // What a match goes on with from any of the parts on, it holds.
    let of_tail = |from: usize| {
        let found = Extractor::new().extract(&Hir::concat(parts[from..].to_vec()));
        let literals: Vec<Vec<u8>> = found.literals()?.iter().map(|literal| literal.as_bytes().to_vec()).collect();
        let shortest = literals.iter().map(Vec::len).min().filter(|shortest| *shortest > 1)?;
        Some((shortest, literals))
    };
    // Of equals the first.
    let best = (0..parts.len()).rev().filter_map(of_tail).max_by_key(|(shortest, _)| *shortest);
    let (_, literals) = best?;
    // What all of them begin with is one search instead of several.
    let first = literals.first()?;
    let same = |at: &usize| literals.iter().all(|literal| literal.get(*at) == first.get(*at));
    let shared = (0..first.len()).take_while(same).count();
    Some(if shared >= MIN_SHARED { vec![first[..shared].to_vec()] } else { literals })
}

/// Lower-case literals of which every match of a pattern holds at least one; `None` where there is no such list.
fn required(pattern: &str) -> Option<Vec<String>> {
    let hir = regex_syntax::parse(pattern).ok()?;
    let mut found = of(&hir)?;
    found.sort_unstable();
    found.dedup();
    (!found.is_empty() && found.len() <= MAX_LITERALS && found.iter().all(|literal| is_telling(literal)))
        .then_some(found)
}

/// Whether a literal is rare enough to look for: one letter, digit, blank or common mark of ASCII is in every second line.
fn is_telling(literal: &str) -> bool {
    let mut chars = literal.chars();
    match (chars.next(), chars.next()) {
        (Some(only), None) => !only.is_ascii() || "-()[]<>/|@#+=*_&".contains(only),
        (first, _) => first.is_some(),
    }
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
        HirKind::Class(class) => letters(class),
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
        better(&mut best, vec![std::mem::take(&mut run)]);
        if let Some(found) = of(part) {
            better(&mut best, found);
        }
    }
    better(&mut best, vec![run]);
    best
}

/// Keeps the list of which every literal tells most: the longest shortest one.
fn better(best: &mut Option<Vec<String>>, found: Vec<String>) {
    let worth =
        |list: &[String]| list.iter().map(|literal| (is_telling(literal), literal.len())).min().unwrap_or((false, 0));
    if worth(&found) > best.as_deref().map_or((false, 0), worth) {
        *best = Some(found);
    }
}

/// Most characters of a class that stands for each of them.
const MAX_LETTERS: usize = 8;

/// The letters of a small class, in lower case.
fn letters(class: &Class) -> Option<Vec<String>> {
    let Class::Unicode(unicode) = class else { return None };
    let size: usize = unicode.ranges().iter().map(|range| range.end() as usize - range.start() as usize + 1).sum();
    if let Some(letter) = one_letter(class) {
        return Some(vec![letter.to_string()]);
    }
    let all = unicode.ranges().iter().flat_map(|range| range.start()..=range.end());
    (size <= MAX_LETTERS).then(|| all.map(|c| chars().lower(&c.to_string())).collect())
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
            (r"\((?:Nguồn|Ảnh): .+\)$", Some(vec!["nguồn", "ảnh"])),
            (r"(?i)photo by \w+", Some(vec!["photo by "])),
            (r"^(?:a|\d+)$", None),
            (r"^\p{Lu}+$", None),
            (r"图自\S+$", Some(vec!["图自"])),
            (r"x?(?:Tin mới)?", None),
            (r"^\p{Lu}+\s*[-–—]+\s", Some(vec!["-", "–", "—"])),
            (r"(?:MAY|May|may) \d", Some(vec!["may"])),
        ] {
            let found = required(pattern);
            let expected = expected.map(|list| list.into_iter().map(str::to_owned).collect::<Vec<_>>());
            assert_eq!(found, expected, "{pattern}");
        }
    }

    #[test]
    fn every_match_holds_a_needle() {
        for (pattern, expected) in [
            (r"(?-u:\b)\d{1,2} Tháng (?:Một|Ba)", Some(vec![" Tháng "])),
            (r"\S [.。](?:\s|$)", Some(vec![" .", " 。"])),
            (r"Việt Cong|Viet Nam", Some(vec!["Việt Cong", "Viet Nam"])),
            (r"(?:ab)?\d+", None),
        ] {
            let found = needles(pattern);
            let expected =
                expected.map(|list| list.into_iter().map(|text| text.as_bytes().to_vec()).collect::<Vec<_>>());
            assert_eq!(found, expected, "{pattern}");
        }
    }

    #[test]
    fn what_is_compiled_later_is_checked_now() {
        let wrong = PatternSet::new("nav.patterns", &["Ảnh(".to_owned()]).unwrap_err();
        assert!(wrong.to_string().contains("nav.patterns"), "{wrong}");
        crate::lexicon::CompiledPatterns::new(&crate::lexicon::builtin().unwrap()).unwrap().check().unwrap();
    }

    #[test]
    fn every_match_holds_what_is_looked_at_first() {
        let texts = |pattern: &str| {
            let holds = Holds::of(pattern);
            (holds.beginnings.len(), holds.lists.len())
        };
        assert_eq!(texts(r"^Theo (?:hãng )?AFP,"), (2, 2));
        assert_eq!(texts(r"^(?P<place>\p{Lu}[^()]{1,9})\s\([A-Z]{2,8}\)\s*[-–—]+\s"), (0, 3));
        assert_eq!(texts(r"(?:^|x)\d+$"), (0, 0));
        let lexicons = crate::lexicon::builtin().unwrap();
        let compiled = crate::lexicon::CompiledPatterns::new(&lexicons).unwrap();
        let sets = [
            &compiled.nav_patterns,
            &compiled.caption_endings,
            &compiled.caption_beginnings,
            &compiled.credits,
            &compiled.date_lines,
            &compiled.agency_credits,
            &compiled.agency_prefixes,
            &compiled.attributions,
            &compiled.datelines,
        ];
        let pages = std::fs::read_to_string("tests/gold/pages.jsonl").unwrap();
        let lines: Vec<&str> = pages.split("\\n").map(str::trim).filter(|line| line.len() < 300).step_by(3).collect();
        let mut matches = 0;
        for pattern in sets.iter().flat_map(|set| &set.patterns) {
            let Compiled { regex, holds } = pattern.get().unwrap();
            for line in lines.iter().filter(|line| regex.is_match(line)) {
                assert!(holds.are_in(line), "{regex}: {line}");
                matches += 1;
            }
        }
        assert!(matches > 50, "{matches}");
    }

    #[test]
    fn few_literals_share_an_anchor() {
        let compiled = crate::lexicon::CompiledPatterns::new(&crate::lexicon::builtin().unwrap()).unwrap();
        let most = compiled.gate.finder.most_of_an_anchor();
        assert!((2..100).contains(&most), "{most}");
    }

    #[test]
    fn a_filtered_set_matches_what_its_patterns_match() {
        let patterns: Vec<String> =
            [r"(?i)^by \p{L}+", r"\d{4}$", r"[Ảả]nh: ", r"^\(TTXVN\)$"].into_iter().map(str::to_owned).collect();
        let set = PatternSet::new("test", &patterns).unwrap();
        let gate = Gate::new(&[&set]);
        for text in ["By Anna 2025", "ẢNH: x", "Ảnh: x", "(TTXVN)", "nothing", "BY Bob"] {
            let expected: Vec<usize> =
                (0..patterns.len()).filter(|&n| Regex::new(&patterns[n]).unwrap().is_match(text)).collect();
            let lower = chars().lower(text);
            let candidates = gate.candidates(std::iter::once(lower.as_str()));
            assert_eq!(set.matches_among(text, candidates.of(0)), expected, "{text}");
            assert_eq!(set.is_match_among(text, candidates.of(0)), !expected.is_empty(), "{text}");
        }
    }

    #[test]
    fn a_gate_lets_through_what_its_sets_would_find() {
        let set = |patterns: &[&str]| {
            let patterns: Vec<String> = patterns.iter().map(|pattern| (*pattern).to_owned()).collect();
            PatternSet::new("test", &patterns).unwrap()
        };
        let sets = [set(&["^By \\p{L}+", "[摄攝]$"]), set(&["Ảnh: ", "\\d{4}$"]), set(&["—|–"])];
        let gate = Gate::new(&[&sets[0], &sets[1], &sets[2]]);
        for text in ["By Anna 2025", "记者 王某 摄", "Ảnh: By x", "x – y", "nothing"] {
            let lower = chars().lower(text);
            let candidates = gate.candidates(std::iter::once(lower.as_str()));
            for (number, set) in sets.iter().enumerate() {
                let expected: Vec<usize> =
                    (0..set.patterns.len()).filter(|&number| set.pattern(number).unwrap().is_match(text)).collect();
                assert_eq!(set.matches_among(text, candidates.of(number)), expected, "{text}");
            }
        }
    }
}
