//! The words of bylines, by language.

use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, MatchKind};

use crate::lexicon::BylineLexicon;
use crate::mention::Finder;
use crate::mention::lexicon::AuthorLexicon;
use crate::text::is_unspaced;

/// Words of bylines by language, and given names of all.
#[derive(Debug, Default)]
pub struct Bylines {
    pub(super) any: AuthorWords,
    pub(super) languages: HashMap<String, AuthorWords>,
    pub(super) given: HashSet<String>,
    /// Names of agencies and outlets, in lower case.
    pub(super) agencies: HashSet<String>,
    /// Those of them that are outlets.
    pub(super) outlets: HashSet<String>,
}

/// The words of one language, those of all included.
#[derive(Debug, Default, Clone)]
pub(super) struct AuthorWords {
    pub(super) prefixes: Vec<String>,
    pub(super) suffixes: Vec<String>,
    pub(super) joints: HashSet<String>,
    pub(super) titles: HashSet<String>,
    pub(super) roles: HashSet<String>,
    pub(super) teams: HashSet<String>,
    pub(super) pictures: HashSet<String>,
    pub(super) never: HashSet<String>,
    /// What names somebody else: `reviewed by`.
    pub(super) others: Vec<String>,
    /// Words of a byline inside a line, with blanks around them.
    pub(super) inside: Vec<String>,
    /// Those that need a date in the line.
    pub(super) inside_dated: Vec<String>,
    /// What opens the words about the reporters in a paragraph: `(记者`.
    pub(super) reporters: Vec<String>,
    /// Words of somebody who writes: `reporter`.
    pub(super) writers: HashSet<String>,
    /// Verbs between a name and such a word: `is`.
    pub(super) bears: HashSet<String>,
    /// Words that are names in this language, whatever they are in others.
    pub(super) names: HashSet<String>,
    /// First words of what is no team's name: `our`.
    pub(super) no_team: HashSet<String>,
    /// What names somebody else at the end of a line: `摄`.
    pub(super) others_behind: Vec<String>,
    articles: HashSet<String>,
    particles: HashSet<String>,
    joined: Vec<String>,
    /// Whether stories end with a name alone.
    pub(super) signed: bool,
    /// Whether a blank stands inside names in Han.
    pub(super) blank_in_names: bool,
    /// Bytes of the longest prefix.
    pub(super) longest_prefix: usize,
    /// Finds prefixes and suffixes in a line; made when the first line of the language is read.
    cues: OnceLock<Option<AhoCorasick>>,
}

impl AuthorWords {
    fn add(&mut self, lexicon: &AuthorLexicon) {
        for (own, more) in [
            (&mut self.prefixes, &lexicon.prefixes),
            (&mut self.suffixes, &lexicon.suffixes),
            (&mut self.others, &lexicon.others),
            (&mut self.others_behind, &lexicon.others_behind),
            (&mut self.reporters, &lexicon.reporters),
            (&mut self.joined, &lexicon.joined),
        ] {
            own.extend(more.iter().cloned());
        }
        for (own, more) in [
            (&mut self.titles, &lexicon.titles),
            (&mut self.roles, &lexicon.roles),
            (&mut self.teams, &lexicon.teams),
            (&mut self.pictures, &lexicon.pictures),
            (&mut self.never, &lexicon.never),
            (&mut self.articles, &lexicon.articles),
            (&mut self.particles, &lexicon.particles),
            (&mut self.writers, &lexicon.writers),
            (&mut self.no_team, &lexicon.no_team),
            (&mut self.bears, &lexicon.bears),
            (&mut self.names, &lexicon.names),
        ] {
            own.extend(more.iter().cloned());
        }
        self.joints.extend(lexicon.joints.iter().map(|word| word.trim().to_lowercase()));
        for (own, more) in [(&mut self.inside, &lexicon.inside), (&mut self.inside_dated, &lexicon.inside_dated)] {
            own.extend(more.iter().map(|words| format!(" {words} ")));
        }
        for words in [&mut self.never, &mut self.roles, &mut self.joints, &mut self.titles] {
            words.retain(|word| !self.names.contains(word));
        }
        self.signed |= lexicon.signed;
        self.blank_in_names |= lexicon.blank_in_names;
        // The longest prefix is tried first.
        self.prefixes.sort_by_key(|prefix| std::cmp::Reverse(prefix.len()));
        self.prefixes.dedup();
        self.longest_prefix = self.prefixes.first().map_or(0, String::len);
    }

    /// Whether words of a byline may stand in a line: a prefix that no letter stands in front of, or a suffix. Most lines have none, and
    /// are not read any further.
    pub(super) fn may_introduce(&self, line: &str) -> bool {
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

    /// Whether a word in lower case stands inside names: `van`.
    pub(super) fn is_particle(&self, word: &str) -> bool {
        self.particles.contains(word)
    }

    /// Whether a word of a name begins with one that is joined to it: `d'Arc`.
    pub(super) fn is_joined(&self, word: &str) -> bool {
        self.joined.iter().any(|start| word.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start)))
    }

    /// Whether a word is an article: `the Bridge Team`.
    pub(super) fn is_article(&self, word: &str) -> bool {
        self.articles.contains(word)
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

    /// Whether a name is that of an agency or outlet.
    pub(in crate::article) fn is_outlet(&self, name: &str) -> bool {
        self.agencies.contains(&name.to_lowercase())
    }
}

/// The word with a capital first and none behind it.
pub(super) fn title_case(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters.as_str().to_lowercase().chars()).collect()
}
