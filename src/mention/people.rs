//! Persons, roles and organisations of a line, from the phrases in it and the case of its words.

mod capitals;
mod ends;
mod han;
mod organisations;
mod roles;
mod short_forms;

use super::names::{Entry, Hit, Hits, Names};
use super::places::{PartyMention, Place};
use super::tokens::Token;

pub use organisations::organisations;
pub use roles::roles;

/// How a language writes names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Style {
    /// Family name first, words with capitals: Vietnamese.
    FamilyFirst,
    /// Given name first: English, Spanish …
    #[default]
    GivenFirst,
    /// Han characters.
    Han,
}

/// A person in a line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Person {
    /// First token.
    pub at: usize,
    /// Token behind the last one.
    pub end: usize,
    /// How sure it is.
    pub confidence: f32,
    /// Number of the role's phrase in the line that belongs to it.
    pub role: Option<usize>,
    /// Whether it may be a part of a name given in full before.
    pub short: bool,
    /// Whether its form alone tells it: a given name in front.
    pub by_form: bool,
}

/// A role in a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Role {
    /// First token.
    pub at: usize,
    /// Token behind the phrase that the lexicon knows.
    pub phrase: usize,
    /// Token behind the last one, the organisation that belongs to it included.
    pub end: usize,
    /// Number of the head role.
    pub role: u16,
    /// Token behind the country or party that follows it.
    pub reach: usize,
}

/// An organisation in a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Org {
    /// First token.
    pub at: usize,
    /// Token behind the last one.
    pub end: usize,
    /// Its entry where the lexicon knows it by name.
    pub known: Option<Entry>,
}

/// A short form of an organisation that a record explains.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShortForm {
    /// As printed.
    pub name: String,
    /// The line that explains it first.
    pub line: usize,
    /// Whether it surely is an organisation's: not only by an `'s`, or by the first letters of words with capitals.
    pub sure: bool,
}

/// What may be a name in Han, if the record says it again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Maybe {
    /// As printed.
    pub(super) name: String,
    /// What stands behind it.
    pub(super) next: Option<char>,
}

/// Points between the parts of a foreign name in Chinese and Japanese.
pub(super) const POINTS: [char; 4] = ['·', '・', '•', '‧'];

/// Tokens around a token in which what belongs to it is looked for: bounds keep the cost linear in the line.
const NEAR: usize = 8;

/// The roles that begin near a token, with the number of the first of them.
fn near(roles: &[Role], at: usize) -> (usize, &[Role]) {
    let from = roles.partition_point(|role| role.end + 4 * NEAR < at);
    let to = roles.partition_point(|role| role.at <= at + NEAR);
    (from, &roles[from..to.max(from)])
}

/// The role in front of a token, with what follows the role or without.
fn role_before(roles: &[Role], at: usize) -> Option<usize> {
    let (first, around) = near(roles, at);
    around.iter().rposition(|role| role.end == at || role.reach == at).map(|number| first + number)
}

/// What a line is made of.
#[derive(Debug, Clone, Copy)]
pub struct Line<'a> {
    /// The text.
    pub text: &'a str,
    /// Its tokens.
    pub tokens: &'a [Token],
    /// Those at which something may begin, words with capitals among them.
    pub starts: &'a [u32],
    /// Phrases in it.
    pub hits: Hits<'a>,
    /// Places in it.
    pub places: &'a [Place],
    /// Parties in it.
    pub parties: &'a [PartyMention],
    /// Tokens that are dates or quantities.
    pub taken: &'a [bool],
    /// Full names of persons given before.
    pub people: &'a [String],
    /// Whether most words have a capital, as in the headlines of some papers: then capitals tell little.
    pub is_titled: bool,
    /// The names of the language.
    pub names: &'a Names,
}

/// Words of which a headline has fewer.
const MAX_HEADLINE_WORDS: usize = 30;

/// Whether most words of a line have a capital.
#[must_use]
pub fn is_titled(tokens: &[Token]) -> bool {
    let words = tokens.iter().filter(|token| token.is_word()).take(MAX_HEADLINE_WORDS);
    let (capitals, all) =
        words.fold((0, 0), |(capitals, all), token| (capitals + usize::from(token.is_capital()), all + 1));
    all < MAX_HEADLINE_WORDS && capitals * 10 > all * 6
}

impl Line<'_> {
    fn place_at(&self, at: usize) -> Option<Place> {
        let number = self.places.partition_point(|place| place.at < at);
        self.places.get(number).filter(|place| place.at == at).copied()
    }

    /// Whether a place begins in front of a token and goes on over it.
    fn is_in_place(&self, at: usize) -> bool {
        let behind = self.places.partition_point(|place| place.at < at);
        behind.checked_sub(1).is_some_and(|number| self.places[number].end > at)
    }

    fn party_at(&self, at: usize) -> Option<PartyMention> {
        let number = self.parties.partition_point(|party| party.at < at);
        self.parties.get(number).filter(|party| party.at == at).copied()
    }

    fn is(&self, at: usize, of: Entry) -> Option<Hit> {
        self.hits.longest(at, |entry| entry == of)
    }

    fn spaced_capital(&self, at: usize) -> bool {
        self.tokens.get(at).is_some_and(|token| token.is_capital() && token.space_before())
    }

    fn sign(&self, at: usize) -> &str {
        self.tokens.get(at).filter(|token| token.is_sign()).map_or("", |token| token.of(self.text))
    }

    /// Whether a sentence begins at a token.
    fn begins(&self, at: usize) -> bool {
        at == 0 || matches!(self.sign(at - 1), "." | "!" | "?" | "\"" | "“" | ":" | "…" | "-" | "–" | "—" | "•")
    }

    /// Whether a token is a point between the parts of a foreign name.
    fn is_point(&self, token: Token) -> bool {
        token.is_sign() && token.of(self.text).contains(POINTS)
    }

    fn is_lower_word(&self, at: usize) -> bool {
        self.tokens.get(at).is_some_and(|token| token.is_lower() && token.space_before())
    }

    fn is_one_of(&self, at: usize, words: &[u32]) -> bool {
        self.tokens.get(at).is_some_and(|token| token.word != 0 && words.contains(&token.word))
    }
}

/// Longest name in words.
const MAX_WORDS: usize = 6;

/// Persons in front of a word in its line that are looked at for its full name: a bound keeps the cost linear.
const NAMES_BEFORE: usize = 20;

/// The persons of a line.
pub fn persons(
    line: &Line,
    style: Style,
    roles: &[Role],
    orgs: &[Org],
    maybe: &mut Vec<Maybe>,
    found: &mut Vec<Person>,
) {
    match style {
        Style::Han => han::han(line, roles, maybe, found),
        Style::FamilyFirst | Style::GivenFirst => capitals::capitals(line, style, roles, orgs, found),
    }
}
