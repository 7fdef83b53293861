//! Mentions: persons, roles, organisations, parties, places, dates, quantities and numbers of documents in a kept text.
//!
//! A line is split into tokens once ([`tokens`]); every finder works on these and on one trie of words ([`phrases`]), so the cost is
//! linear in the text. With each word the vocabulary says what may begin with it, and a finder looks only there. Words and forms are data
//! ([`lexicon`]). A record's language chooses its lexicon.

pub(crate) mod again;
pub mod dates;
pub mod find;
pub mod forms;
pub mod hanviet;
pub mod lexicon;
pub mod names;
pub mod numbers;
pub mod people;
pub mod phrases;
pub mod places;
pub mod quantities;
pub mod tokens;

use std::collections::{BTreeSet, HashMap, HashSet};

use chrono::NaiveDate;

use crate::error::{Error, Result};
use crate::latin::is_plain;
use crate::lexicon::{Countries, Lexicon};
use lexicon::{MentionLexicon, Party, PartyFile};
use names::{Names, Sources};
use people::Style;
use tokens::{Token, Vocabulary};

/// Finds mentions in all languages that have a lexicon.
#[derive(Debug, Default)]
pub struct Finder {
    languages: HashMap<String, Language>,
    /// The parties, by the number in [`names::Entry::Party`].
    pub parties: Vec<Party>,
    /// Sino-Vietnamese readings.
    pub readings: hanviet::Readings,
    /// Given names of all languages.
    pub given: HashSet<String>,
    /// Names of outlets in the lexicons of mentions, in lower case.
    pub outlets: HashSet<String>,
}

/// What is known of one language.
#[derive(Debug, Default)]
pub struct Language {
    pub(crate) vocabulary: Vocabulary,
    /// Dates.
    pub dates: dates::Grammar,
    /// Quantities.
    pub quantities: quantities::Grammar,
    /// Names.
    pub names: Names,
    /// How names are written.
    pub style: Style,
    /// Bylines.
    pub authors: lexicon::AuthorLexicon,
}

/// Lists that are filled and emptied line by line, so that no line allocates.
#[derive(Debug, Default)]
pub struct Scratch {
    pub(crate) tokens: Vec<Token>,
    /// Numbers of the tokens at which something may begin.
    pub(crate) starts: Vec<u32>,
    pub(crate) taken: Vec<bool>,
    pub(crate) dates: Vec<dates::Found>,
    pub(crate) quantities: Vec<quantities::Found>,
    pub(crate) lists: find::Lists,
}

impl Finder {
    /// Compiles the built-in files and the overlays in `lexicons`; countries and agencies come from there too.
    ///
    /// # Errors
    /// [`Error::Config`] naming language, key and what is wrong.
    pub fn new(lexicons: &[Lexicon]) -> Result<Finder> {
        let builtin = lexicon::builtin()?;
        let file: PartyFile = toml::from_str(lexicon::PARTIES)
            .map_err(|error| Error::Config(format!("built-in lexicon `mention/parties`: {error}")))?;
        let overlays = lexicons.iter().filter_map(|lexicon| Some((&lexicon.language, lexicon.mention.as_ref()?)));
        let mut by_language: Vec<(&String, Vec<&MentionLexicon>)> =
            builtin.iter().map(|(language, lexicon)| (language, vec![lexicon])).collect();
        for (language, overlay) in overlays {
            match by_language.iter_mut().find(|(known, _)| *known == language) {
                Some((_, files)) => files.push(overlay),
                None => by_language.push((language, vec![overlay])),
            }
        }
        let agencies: Vec<_> = lexicons.iter().flat_map(|lexicon| lexicon.agency.iter().cloned()).collect();
        let given = by_language.iter().flat_map(|(_, files)| files).flat_map(|file| file.person.given.iter().cloned());
        let everywhere: lexicon::GivenFile = toml::from_str(lexicon::GIVEN)
            .map_err(|error| Error::Config(format!("built-in lexicon `mention/given`: {error}")))?;
        let orgs: lexicon::OrgFile = toml::from_str(lexicon::ORGS)
            .map_err(|error| Error::Config(format!("built-in lexicon `mention/orgs`: {error}")))?;
        let given: BTreeSet<String> = given.chain(everywhere.given.iter().cloned()).collect();
        let all_given: Vec<&str> = given.iter().map(String::as_str).collect();
        let outlets = by_language.iter().flat_map(|(_, files)| files).flat_map(|file| file.agency.values().flatten());
        let outlets = outlets.map(|name| name.to_lowercase()).collect();
        let mut languages = HashMap::new();
        for (language, files) in by_language {
            let countries: Vec<&Countries> = lexicons
                .iter()
                .filter(|lexicon| lexicon.language == *language)
                .map(|lexicon| &lexicon.country)
                .chain(files.iter().map(|file| &file.country))
                .collect();
            let sources = Sources {
                lexicons: &files,
                countries: &countries,
                agencies: &agencies,
                parties: &file.party,
                given: &all_given,
                hyphenated: &everywhere.hyphenated,
                single: &everywhere.single,
                orgs: &orgs.names,
            };
            languages.insert(language.clone(), Language::new(language, sources)?);
        }
        Ok(Finder {
            languages,
            parties: file.party,
            readings: hanviet::Readings::new(lexicon::READINGS)?,
            given: given.into_iter().collect(),
            outlets,
        })
    }

    /// What is known of a language; nothing for one without a lexicon.
    #[must_use]
    pub fn language(&self, tag: &str) -> Option<&Language> {
        self.languages.get(tag)
    }

    /// The words of bylines by language.
    pub fn authors(&self) -> impl Iterator<Item = (&String, &lexicon::AuthorLexicon)> {
        self.languages.iter().map(|(tag, language)| (tag, &language.authors))
    }
}

impl Finder {
    /// The country whose name a place is, or in which it lies.
    #[must_use]
    pub fn country_of(&self, language: &Language, place: &str, scratch: &mut Scratch) -> Option<String> {
        let names = &language.names;
        language.split(place, is_plain(place), scratch);
        let mut hits = Vec::new();
        names.find(&scratch.tokens, &scratch.starts, &mut hits);
        hits.iter().rev().find_map(|hit| {
            let number = match hit.entry {
                names::Entry::Country(number, _) => Some(number),
                names::Entry::Capital(place) | names::Entry::City(place) => names.places.get(place as usize)?.1,
                _ => None,
            };
            names.countries.get(number? as usize).cloned()
        })
    }
}

impl Language {
    fn new(language: &str, sources: Sources) -> Result<Language> {
        let merged = merged(sources.lexicons);
        let mut vocabulary = Vocabulary::default();
        let names = Names::new(sources, &mut vocabulary);
        let dates = dates::Grammar::new(language, &merged.date, merged.unspaced, &mut vocabulary)?;
        let quantities = quantities::Grammar::new(language, &merged.quantity, merged.unspaced, &mut vocabulary)?;
        let style = match (merged.unspaced, merged.person.given.is_empty() && !merged.person.surnames.is_empty()) {
            (true, _) => Style::Han,
            (_, true) => Style::FamilyFirst,
            _ => Style::GivenFirst,
        };
        vocabulary.mark(|word| dates.marks(word) | quantities.marks(word) | names.marks(word));
        Ok(Language { vocabulary, dates, quantities, names, style, authors: merged.author })
    }

    /// Whether a text is the name of a place, party or organisation and nothing else.
    pub(crate) fn names_no_person(&self, text: &str, scratch: &mut Scratch) -> bool {
        use names::Entry;
        self.split(text, is_plain(text), scratch);
        let mut hits = Vec::new();
        self.names.find(&scratch.tokens, &scratch.starts, &mut hits);
        hits.iter().filter(|hit| hit.at == 0 && hit.end == scratch.tokens.len()).any(|hit| {
            matches!(
                hit.entry,
                Entry::Country(..)
                    | Entry::Capital(_)
                    | Entry::City(_)
                    | Entry::Region(_)
                    | Entry::Party(..)
                    | Entry::Org(_)
            )
        })
    }

    /// Fills the tokens, dates and quantities of a line. `is_plain` tells whether it is plain ([`crate::latin`]).
    pub(crate) fn values(&self, text: &str, is_plain: bool, anchor: Option<NaiveDate>, scratch: &mut Scratch) {
        self.split_days(text, is_plain, anchor, scratch);
        scratch.quantities.clear();
        let Scratch { tokens, starts, taken, quantities, .. } = scratch;
        self.quantities.find(text, tokens, starts, taken, quantities);
    }

    /// Fills the tokens and dates of a line.
    pub fn days(&self, text: &str, anchor: Option<NaiveDate>, scratch: &mut Scratch) {
        self.split_days(text, is_plain(text), anchor, scratch);
    }

    fn split_days(&self, text: &str, is_plain: bool, anchor: Option<NaiveDate>, scratch: &mut Scratch) {
        self.split(text, is_plain, scratch);
        let Scratch { tokens, starts, taken, dates, .. } = scratch;
        dates.clear();
        taken.clear();
        taken.resize(tokens.len(), false);
        self.dates.find(text, tokens, starts, anchor, taken, dates);
    }

    /// Fills the tokens of a line.
    fn split(&self, text: &str, is_plain: bool, scratch: &mut Scratch) {
        scratch.tokens.clear();
        scratch.starts.clear();
        self.vocabulary.split(text, is_plain, &mut scratch.tokens, &mut scratch.starts);
    }
}

/// A built-in file and its overlays as one: an overlay adds, and its signs of numbers are the later ones.
fn merged(files: &[&MentionLexicon]) -> MentionLexicon {
    let mut merged = MentionLexicon::default();
    for (number, file) in files.iter().enumerate() {
        let mut file = (*file).clone();
        if number == 0 {
            merged = file;
            continue;
        }
        let (date, quantity) = (&mut merged.date, &mut merged.quantity);
        merged.unspaced |= file.unspaced;
        date.months.append(&mut file.date.months);
        date.weekdays.append(&mut file.date.weekdays);
        date.quarters.append(&mut file.date.quarters);
        for (into, from) in [
            (&mut date.classes, file.date.classes),
            (&mut date.parts, file.date.parts),
            (&mut date.relative, file.date.relative),
            (&mut quantity.before, file.quantity.before),
            (&mut quantity.behind, file.quantity.behind),
            (&mut quantity.units, file.quantity.units),
            (&mut quantity.units_before, file.quantity.units_before),
        ] {
            for (key, mut words) in from {
                into.entry(key).or_default().append(&mut words);
            }
        }
        for (into, mut from) in [
            (&mut date.vague, file.date.vague),
            (&mut date.vague_behind, file.date.vague_behind),
            (&mut date.forms, file.date.forms),
            (&mut date.lead_forms, file.date.lead_forms),
            (&mut date.periods, file.date.periods),
            (&mut date.lunar, file.date.lunar),
            (&mut date.masks, file.date.masks),
            (&mut date.announced, file.date.announced),
            (&mut date.not_behind, file.date.not_behind),
            (&mut date.not_before, file.date.not_before),
            (&mut quantity.halves, file.quantity.halves),
            (&mut quantity.joints, file.quantity.joints),
            (&mut quantity.to, file.quantity.to),
            (&mut quantity.between, file.quantity.between),
            (&mut quantity.not_behind, file.quantity.not_behind),
            (&mut quantity.counted_behind, file.quantity.counted_behind),
            (&mut quantity.not_before, file.quantity.not_before),
            (&mut quantity.masks, file.quantity.masks),
            (&mut quantity.committee, file.quantity.committee),
        ] {
            into.append(&mut from);
        }
        quantity.numbers.append(&mut file.quantity.numbers);
        quantity.scales.append(&mut file.quantity.scales);
    }
    merged
}

#[cfg(test)]
mod phrase_tests;
