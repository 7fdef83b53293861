//! Names of a text by one trie: countries, capitals, cities, parties, agencies, organisations, roles, and the words from which names of
//! persons are told. What the words mean together is decided in `places`, `organisations` and `persons`.

use std::collections::{BTreeMap, HashMap};

use super::lexicon::{MentionLexicon, Party};
use super::phrases::{Case, Phrases};
use super::tokens::{Marks, Token, Vocabulary};
use crate::decode::is_syllable;
use crate::lexicon::{Agency, Countries};

/// What a phrase is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entry {
    /// A country by its number; weak names need a look around.
    Country(u16, bool),
    /// Holds a country's name and means something else.
    Mask,
    /// The capital of a country.
    Capital(u16),
    /// A city, province or state of a country.
    City(u16),
    /// A part of the world.
    Region(u16),
    /// Makes the name behind it a place.
    PlaceHead,
    /// A party by its number: how its name is known.
    Party(u16, PartyName),
    /// An agency by its number.
    Agency(u16),
    /// An organisation by its number.
    Org(u16),
    /// First word of an organisation's name.
    OrgHead,
    /// Last word of one.
    OrgTail,
    /// Word inside one.
    OrgWord,
    /// Looks like an organisation and is none.
    NoOrg,
    /// First word of an organisation behind which any capitals are its name.
    NamedHead,
    /// Last word of an organisation that needs no place in front.
    StrongTail,
    /// How an organisation's name begins.
    OrgBeginning,
    /// First word in lower case of an organisation's name.
    LowerHead,
    /// The same of a public body.
    LowerBody,
    /// Word in lower case in front of an organisation's name.
    ApartHead,
    /// First or last word of a company.
    Company,
    /// Word in front of a first word that belongs to the name.
    OuterHead,
    /// Last word of a part of an organisation that lies in a place.
    BranchTail,
    /// Name of a person in languages without spaces.
    FullName,
    /// Last word of a part of an organisation, right behind its name.
    PartTail,
    /// Last word of a body whose name may begin with any characters.
    Institution,
    /// Word in front of one that names nothing.
    Generic,
    /// Given name that is a common word too.
    WeakGiven,
    /// Word in front of a short form in brackets.
    Explains,
    /// Kind of area: capitals behind it belong to an organisation's name.
    Area,
    /// A role by the number of its head role.
    Role(u16),
    /// Word in front of a person's name.
    Honorific,
    /// Word behind it.
    HonorificBehind,
    /// Word for a kind of person: a name may begin behind it.
    Kind,
    /// Family name.
    Surname,
    /// Given name.
    Given,
    /// Lower-case word inside a name.
    Particle,
    /// Word behind a name that only persons are followed by.
    Says,
    /// Last word of an organisation that headlines have for much else.
    PlainTail,
    /// Verb of what organisations do.
    Acts,
    /// Word in front of a name that only persons follow.
    Said,
    /// Word in front of a name that makes it something else.
    NotBehind,
    /// Never a person.
    NoPerson,
}

/// How a party's name is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartyName {
    /// It has no other bearer.
    Own,
    /// Other countries' parties have it too.
    Shared,
    /// Only the country's own press uses it.
    AtHome,
}

/// A phrase of the lexicon in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit {
    /// First token.
    pub at: usize,
    /// Token behind the last one.
    pub end: usize,
    /// What it is.
    pub entry: Entry,
}

/// Characters that are asked for often.
#[derive(Debug, Default)]
pub struct HanSet(Vec<char>);

impl HanSet {
    fn extend(&mut self, characters: &str) {
        self.0.extend(characters.chars());
        self.0.sort_unstable();
        self.0.dedup();
    }

    /// Whether the first character of a token is one of them.
    #[must_use]
    pub fn contains(&self, token: &str) -> bool {
        token.chars().next().is_some_and(|first| self.0.binary_search(&first).is_ok())
    }
}

/// The names of one language.
#[derive(Debug, Default)]
pub struct Names {
    phrases: Phrases<Entry>,
    /// ISO 3166-1 alpha-2.
    pub countries: Vec<String>,
    /// Places that are no countries: name for `norm`, and the country's number.
    pub places: Vec<(String, Option<u16>)>,
    /// Regions: name for `norm` and UN M49 code.
    pub regions: Vec<(String, String)>,
    /// Keys of agencies and their countries.
    pub agencies: Vec<(String, Option<String>)>,
    /// Keys of organisations.
    pub orgs: Vec<String>,
    /// Keys of head roles.
    pub roles: Vec<String>,
    /// Honorifics in lower case: a weak country's name behind one is a person's.
    pub honorifics: Vec<u32>,
    /// Words behind a weak name that make it a country, by number.
    pub deeds: Vec<u32>,
    /// Whether the family name comes first.
    pub family_first: bool,
    /// Words of an organisation that are verbs too, in lower case.
    pub org_verbs: Vec<String>,
    /// Words that stand in no organisation's name, by number.
    pub org_ends: Vec<u32>,
    /// Verbs in front of another verb (`has`), by number.
    pub auxiliaries: Vec<u32>,
    /// Words that join names, by number.
    pub ands: Vec<u32>,
    /// Words behind which an organisation's name goes on, by number.
    pub of: Vec<u32>,
    /// Articles behind those, by number.
    pub of_articles: Vec<u32>,
    /// Words in front of acronyms that are organisations', by number.
    pub leads: Vec<u32>,
    /// Last words of streets and the like, by number.
    pub sites: Vec<u32>,
    /// Words for those whose office a name may be, by number.
    pub owners: Vec<u32>,
    /// Words behind a name and a comma that speak of a person, by number.
    pub relatives: Vec<u32>,
    /// Characters in front of foreign names that belong to them.
    pub ages_apart: HanSet,
    /// Characters behind the names of towns.
    pub towns: HanSet,
    /// Articles in front of given names alone, by number.
    pub articles: Vec<u32>,
    /// Words with which sentences begin, by number.
    pub openers: Vec<u32>,
    /// Family names before given names of two syllables with a hyphen between them, by number.
    pub hyphenated: Vec<u32>,
    /// Names by which the press calls a person without more, by number.
    pub single: Vec<u32>,
    /// Words in front of a role that belong to it, by number.
    pub before_roles: Vec<u32>,
    /// Words behind an age, by number.
    pub ages: Vec<u32>,
    /// Names of one word in capitals: whether all their spellings are.
    capitals_only: HashMap<u32, bool>,
    /// Characters of foreign names.
    pub sounds: HanSet,
    /// Characters of which a foreign name without points holds one.
    pub foreign: HanSet,
    /// Characters that follow names and stand in none.
    pub ends: HanSet,
    /// Characters that stand between names and in none.
    pub between: HanSet,
    /// Characters around and in the names of organisations.
    pub org: OrgSets,
    /// Last words of organisations that name nothing right behind a country.
    pub bare: Vec<String>,
    /// Family names that are words too.
    pub weak: HanSet,
    /// Words of one character that only persons are followed by.
    pub spoken: HanSet,
}

/// Characters around and in the names of organisations of unspaced scripts.
#[derive(Debug, Default)]
pub struct OrgSets {
    /// What counts organisations (`个`).
    pub counted: HanSet,
    /// What stands in front of that.
    pub counts: HanSet,
    /// What joins the words of a name.
    pub joints: HanSet,
    /// What stands behind the names of towns of two characters.
    pub towns: HanSet,
    /// What says of which level a public body is.
    pub levels: HanSet,
}

/// Names of several files together.
#[derive(Debug, Clone, Copy)]
pub struct Sources<'a> {
    /// The language's mention lexicons: the built-in one, then overlays.
    pub lexicons: &'a [&'a MentionLexicon],
    /// Its countries.
    pub countries: &'a [&'a Countries],
    /// Agencies of all languages.
    pub agencies: &'a [Agency],
    /// The parties.
    pub parties: &'a [Party],
    /// Given names of many languages.
    pub given: &'a [&'a str],
    /// Family names before given names with a hyphen.
    pub hyphenated: &'a [String],
    /// Names that stand for a person alone.
    pub single: &'a [String],
    /// Organisations with one name in all languages: key to names.
    pub orgs: &'a BTreeMap<String, Vec<String>>,
}

/// The name of a public body with its first word in lower case, where papers write it so: `Bộ Y tế`, `bộ Y tế`.
fn with_lower_body(name: &str, bodies: &[String]) -> Option<String> {
    let first = name.chars().next().filter(|_| !bodies.is_empty())?;
    let lower: String = first.to_lowercase().chain(name[first.len_utf8()..].chars()).collect();
    let is_body = |body: &String| lower.strip_prefix(body.as_str()).is_some_and(|rest| rest.starts_with(' '));
    (lower != name && bodies.iter().any(is_body)).then_some(lower)
}

impl Names {
    /// Compiles the names of a language.
    #[must_use]
    pub fn new(sources: Sources, vocabulary: &mut Vocabulary) -> Names {
        let mut names = Names::default();
        let mut country_numbers: HashMap<String, u16> = HashMap::new();
        let mut country = |code: &str, names: &mut Names| {
            *country_numbers.entry(code.to_owned()).or_insert_with(|| {
                names.countries.push(code.to_owned());
                names.countries.len() as u16 - 1
            })
        };
        for countries in sources.countries {
            for (code, spellings) in &countries.names {
                let number = country(code, &mut names);
                for spelling in spellings {
                    let weak = countries.weak.contains(spelling);
                    names.add(spelling, Entry::Country(number, weak), Case::Names, vocabulary);
                }
            }
            for mask in &countries.masks {
                names.add(mask, Entry::Mask, Case::Names, vocabulary);
            }
            names.honorifics.extend(countries.honorifics.iter().map(|word| vocabulary.add(word)));
        }
        for lexicon in sources.lexicons {
            for (places, entry) in
                [(&lexicon.place.capitals, Entry::Capital as fn(u16) -> Entry), (&lexicon.place.cities, Entry::City)]
            {
                for (code, spellings) in places {
                    let number = country(code, &mut names);
                    for (at, spelling) in spellings.iter().enumerate() {
                        // A capital's spellings are one place; cities are one each.
                        if at == 0 || entry(0) == Entry::City(0) {
                            names.places.push((spelling.clone(), Some(number)));
                        }
                        let place = names.places.len() as u16 - 1;
                        names.add(spelling, entry(place), Case::Names, vocabulary);
                    }
                }
            }
            for (code, spellings) in &lexicon.place.regions {
                let Some(name) = spellings.first() else { continue };
                names.regions.push((name.clone(), code.clone()));
                for spelling in spellings {
                    names.add(spelling, Entry::Region(names.regions.len() as u16 - 1), Case::Names, vocabulary);
                }
            }
            for (key, spellings) in &lexicon.org.names {
                names.orgs.push(key.clone());
                for spelling in spellings {
                    let entry = Entry::Org(names.orgs.len() as u16 - 1);
                    names.add(spelling, entry, Case::Names, vocabulary);
                    if let Some(lower) = with_lower_body(spelling, &lexicon.org.lower_bodies) {
                        names.add(&lower, entry, Case::Names, vocabulary);
                    }
                }
            }
            names.org_verbs.extend(lexicon.org.verbs.iter().map(|words| words.to_lowercase()));
            let (org, person) = (&lexicon.org, &lexicon.person);
            for (numbers, words) in [
                (&mut names.org_ends, &org.ends),
                (&mut names.auxiliaries, &org.auxiliaries),
                (&mut names.ands, &org.ands),
                (&mut names.of, &org.of),
                (&mut names.of_articles, &org.articles),
                (&mut names.leads, &org.leads),
                (&mut names.sites, &person.sites),
                (&mut names.owners, &org.owners),
                (&mut names.relatives, &person.relatives),
                (&mut names.articles, &person.articles),
                (&mut names.openers, &person.openers),
                (&mut names.ages, &person.ages),
                (&mut names.before_roles, &person.before_roles),
            ] {
                numbers.extend(words.iter().map(|word| vocabulary.add(word)));
            }
            for (set, characters) in [
                (&mut names.towns, &person.towns),
                (&mut names.ages_apart, &person.ages_apart),
                (&mut names.sounds, &person.sounds),
                (&mut names.foreign, &person.foreign),
                (&mut names.ends, &person.ends),
                (&mut names.between, &person.between),
                (&mut names.org.counted, &org.counted),
                (&mut names.org.counts, &org.counts),
                (&mut names.org.joints, &org.joints),
                (&mut names.org.towns, &org.towns),
                (&mut names.org.levels, &org.levels),
                (&mut names.weak, &person.weak),
                (&mut names.spoken, &person.spoken),
            ] {
                set.extend(characters);
            }
            for (key, spellings) in &lexicon.role {
                names.roles.push(key.clone());
                for spelling in spellings {
                    names.add(spelling, Entry::Role(names.roles.len() as u16 - 1), Case::Names, vocabulary);
                }
            }
            names.deeds.extend(lexicon.place.followed.iter().map(|word| vocabulary.add(word)));
            names.bare.extend(org.bare.iter().cloned());
            let lists: [(&[String], Entry, Case); 34] = [
                (&lexicon.place.heads, Entry::PlaceHead, Case::Any),
                (&lexicon.place.not_behind, Entry::NotBehind, Case::Any),
                (&org.heads, Entry::OrgHead, Case::Names),
                (&org.tails, Entry::OrgTail, Case::Names),
                (&org.named, Entry::NamedHead, Case::Names),
                (&org.strong, Entry::StrongTail, Case::Names),
                (&org.beginnings, Entry::OrgBeginning, Case::Names),
                (&org.lower, Entry::LowerHead, Case::Names),
                (&org.lower_bodies, Entry::LowerBody, Case::Names),
                (&org.apart, Entry::ApartHead, Case::Names),
                (&org.companies, Entry::Company, Case::Any),
                (&org.outer, Entry::OuterHead, Case::Any),
                (&org.branches, Entry::BranchTail, Case::Any),
                (&org.parts, Entry::PartTail, Case::Any),
                (&person.full, Entry::FullName, Case::Names),
                (&org.explains, Entry::Explains, Case::Any),
                (&org.institutions, Entry::Institution, Case::Any),
                (&org.generic, Entry::Generic, Case::Any),
                (&person.given_weak, Entry::WeakGiven, Case::Names),
                (&org.areas, Entry::Area, Case::Any),
                (&org.words, Entry::OrgWord, Case::Any),
                (&org.plain, Entry::PlainTail, Case::Names),
                (&org.acts, Entry::Acts, Case::Any),
                (&org.never, Entry::NoOrg, Case::Names),
                (&person.honorifics, Entry::Honorific, Case::Any),
                (&person.kinds, Entry::Kind, Case::Any),
                (&person.honorifics_behind, Entry::HonorificBehind, Case::Any),
                (&person.surnames, Entry::Surname, Case::Names),
                (&person.given, Entry::Given, Case::Names),
                (&person.particles, Entry::Particle, Case::Any),
                (&person.says, Entry::Says, Case::Any),
                (&person.said, Entry::Said, Case::Any),
                (&person.not_behind, Entry::NotBehind, Case::Any),
                (&person.never, Entry::NoPerson, Case::Names),
            ];
            for (words, entry, case) in lists {
                for word in words {
                    names.add(word, entry, case, vocabulary);
                }
            }
        }
        // The keys of `orgs.toml` differ from each other, so that only those of the languages are looked up.
        let own: HashMap<String, usize> =
            names.orgs.iter().enumerate().rev().map(|(number, key)| (key.clone(), number)).collect();
        for (key, spellings) in sources.orgs {
            let known = own.get(key).copied().unwrap_or_else(|| {
                names.orgs.push(key.clone());
                names.orgs.len() - 1
            });
            for spelling in spellings {
                names.add(spelling, Entry::Org(known as u16), Case::Names, vocabulary);
            }
        }
        names.single = sources.single.iter().map(|name| vocabulary.add(name)).collect();
        names.hyphenated = sources.hyphenated.iter().map(|name| vocabulary.add(name)).collect();
        // A word that Vietnamese has too begins no foreign name.
        let family_first = sources.lexicons.iter().all(|lexicon| lexicon.person.given.is_empty());
        names.family_first = family_first;
        let spaced = sources.lexicons.iter().all(|lexicon| !lexicon.unspaced);
        for name in
            sources.given.iter().filter(|name| spaced && !(family_first && (name.len() < 4 || is_syllable(name))))
        {
            names.add(name, Entry::Given, Case::Names, vocabulary);
        }
        for (key, spellings) in sources.lexicons.iter().flat_map(|lexicon| &lexicon.agency) {
            names.agencies.push((key.clone(), None));
            for spelling in spellings {
                names.add(spelling, Entry::Agency(names.agencies.len() as u16 - 1), Case::Names, vocabulary);
            }
        }
        for (number, party) in sources.parties.iter().enumerate() {
            for (spellings, kind) in [
                (&party.names, PartyName::Own),
                (&party.shared, PartyName::Shared),
                (&party.at_home, PartyName::AtHome),
            ] {
                for spelling in spellings {
                    names.add(spelling, Entry::Party(number as u16, kind), Case::Names, vocabulary);
                }
            }
        }
        for agency in sources.agencies {
            let known = names.agencies.iter().position(|(key, _)| *key == agency.key);
            let number = known.unwrap_or_else(|| {
                names.agencies.push((agency.key.clone(), None));
                names.agencies.len() - 1
            });
            let home = &mut names.agencies[number].1;
            *home = home.take().or_else(|| agency.country.clone());
            for name in &agency.names {
                names.add(name, Entry::Agency(number as u16), Case::Names, vocabulary);
            }
        }
        names
    }

    /// Whether a text begins with a family name and goes on.
    #[must_use]
    pub fn begins_with_surname(&self, vocabulary: &Vocabulary, text: &str) -> bool {
        let mut tokens = Vec::new();
        vocabulary.tokenize(text, &mut tokens);
        let mut surname = false;
        self.phrases.starting(&tokens, |length, entry| surname |= entry == Entry::Surname && length < tokens.len());
        surname
    }

    fn add(&mut self, phrase: &str, entry: Entry, case: Case, vocabulary: &mut Vocabulary) {
        let named = matches!(entry, Entry::Org(_) | Entry::Agency(_) | Entry::Country(..) | Entry::Party(..));
        if named && phrase.chars().count() > 1 && phrase.chars().all(char::is_alphabetic) {
            let upper = phrase.chars().all(char::is_uppercase);
            let word = vocabulary.add(phrase);
            self.capitals_only.entry(word).and_modify(|known| *known &= upper).or_insert(upper);
        }
        self.phrases.add(phrase, entry, case, vocabulary);
    }

    /// What of the names may begin with a word.
    #[must_use]
    pub fn marks(&self, word: u32) -> Marks {
        match self.phrases.begins(word) {
            (_, true) => Marks::NAME,
            (true, false) => Marks::CAPITAL_NAME,
            (false, false) => Marks::default(),
        }
    }

    /// All phrases of a text, by their first token, shorter ones first. `starts` are the tokens at which something may begin
    /// ([`Vocabulary::split`]).
    pub fn find(&self, tokens: &[Token], starts: &[u32], hits: &mut Vec<Hit>) {
        for at in starts.iter().map(|start| *start as usize) {
            let Some(token) = tokens.get(at) else { continue };
            let wanted = if token.is_capital() { Marks::NAME | Marks::CAPITAL_NAME } else { Marks::NAME };
            if token.marks().any(wanted) {
                self.phrases.starting(&tokens[at..], |length, entry| {
                    // `WHO` is the organisation, `Who` is not.
                    let named =
                        matches!(entry, Entry::Org(_) | Entry::Agency(_) | Entry::Country(..) | Entry::Party(..));
                    let only = length == 1
                        && named
                        && !token.is_upper()
                        && token.is_word()
                        && self.capitals_only.get(&token.word).copied().unwrap_or(false);
                    if !only {
                        hits.push(Hit { at, end: at + length, entry });
                    }
                });
            }
        }
    }
}

/// Where the hits of a text begin and end, by token.
#[derive(Debug, Default)]
pub struct HitIndex {
    /// Number of the first hit that begins at a token, counted from 1; 0 where none does.
    first: Vec<u32>,
    /// Whether a hit ends in front of a token.
    ends: Vec<bool>,
}

impl HitIndex {
    /// Reads the hits of a text of some tokens.
    pub fn read(&mut self, hits: &[Hit], tokens: usize) {
        self.first.clear();
        self.first.resize(tokens + 1, 0);
        self.ends.clear();
        self.ends.resize(tokens + 1, false);
        for (number, hit) in hits.iter().enumerate() {
            if self.first[hit.at] == 0 {
                self.first[hit.at] = number as u32 + 1;
            }
            self.ends[hit.end] = true;
        }
    }
}

/// The hits of a text, asked by token.
#[derive(Debug, Clone, Copy)]
pub struct Hits<'a>(pub &'a [Hit], pub &'a HitIndex);

impl<'a> Hits<'a> {
    /// Those that begin at a token.
    #[must_use]
    #[inline]
    pub fn at(self, token: usize) -> &'a [Hit] {
        let first = self.1.first.get(token).copied().unwrap_or(0) as usize;
        let Some(rest) = first.checked_sub(1).and_then(|first| self.0.get(first..)) else { return &[] };
        let count = rest.iter().take_while(|hit| hit.at == token).count();
        &rest[..count]
    }

    /// End of the longest one at a token that is of a kind.
    #[must_use]
    #[inline]
    pub fn longest(self, token: usize, of: impl Fn(Entry) -> bool) -> Option<Hit> {
        self.at(token).iter().rev().find(|hit| of(hit.entry)).copied()
    }

    /// One of a kind that ends before a token, at most five tokens long.
    #[must_use]
    pub fn ending(self, token: usize, of: impl Fn(Entry) -> bool) -> Option<Hit> {
        if !self.1.ends.get(token).copied().unwrap_or(false) {
            return None;
        }
        (token.saturating_sub(5)..token)
            .find_map(|at| self.at(at).iter().find(|hit| hit.end == token && of(hit.entry)).copied())
    }
}
