//! Places and parties of a line, from the phrases in it.

use super::names::{Entry, Hit, Hits, Names, PartyName};
use super::tokens::Token;

/// A place in a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// First token.
    pub at: usize,
    /// Token behind the last one.
    pub end: usize,
    /// Country, capital, city or region.
    pub entry: Entry,
}

fn is_place(entry: Entry) -> bool {
    matches!(entry, Entry::Country(..) | Entry::Mask | Entry::Capital(_) | Entry::City(_) | Entry::Region(_))
}

/// The places of a line, in its order; none overlap. Of phrases that do, the first and longest counts.
pub fn places(text: &str, tokens: &[Token], hits: Hits, names: &Names, found: &mut Vec<Place>) {
    let mut free_from = 0;
    let mut number = 0;
    while let Some(hit) = hits.0.get(number) {
        let at = hit.at;
        // Phrases at one token stand together, longer ones last.
        let longest = hits.0[number..].iter().take_while(|hit| hit.at == at).fold(None, |best: Option<Hit>, hit| {
            let wins = |best: Hit| hit.end > best.end || (hit.end == best.end && rank(hit.entry) > rank(best.entry));
            if is_place(hit.entry) && best.is_none_or(wins) { Some(*hit) } else { best }
        });
        number += hits.0[number..].iter().take_while(|hit| hit.at == at).count();
        let Some(hit) = longest.filter(|hit| hit.at >= free_from) else { continue };
        free_from = hit.end;
        let counts = match hit.entry {
            Entry::Mask => false,
            Entry::Country(_, weak) => !weak || is_country_here(text, tokens, hit, hits, names),
            Entry::City(_) => !tokens[hit.at].is_word() || is_city_here(tokens, hit, hits),
            _ => true,
        };
        if counts {
            found.push(Place { at: hit.at, end: hit.end, entry: hit.entry });
        }
    }
}

/// Of phrases of one length a part of the world outranks a mask of the labelling's list, a country a capital, and that a city.
fn rank(entry: Entry) -> u8 {
    match entry {
        Entry::Region(_) => 4,
        Entry::Country(..) => 3,
        Entry::Mask => 2,
        Entry::Capital(_) => 1,
        _ => 0,
    }
}

/// A weak name counts behind a lower-case word that is no honorific, and at the beginning of a sentence in front of what countries do.
fn is_country_here(text: &str, tokens: &[Token], hit: Hit, hits: Hits, names: &Names) -> bool {
    let goes_on = tokens.get(hit.end).is_some_and(|next| next.is_capital() && next.space_before());
    let followed = hits.longest(hit.end, |entry| entry == Entry::Says).is_some() || starts_deed(tokens, hit.end, names);
    let sign = |at: Option<usize>| at.and_then(|at| tokens.get(at)).map_or("", |token| token.of(text));
    if sign(hit.at.checked_sub(1)) == "(" && sign(Some(hit.end)) == ")" {
        return true;
    }
    let mut before = hit.at;
    while before > 0 && matches!(tokens[before - 1].of(text), "(" | "\"" | "“") {
        before -= 1;
    }
    let Some(word) = before.checked_sub(1).map(|before| tokens[before]) else {
        return followed && !names.honorifics.contains(&tokens[hit.at].word);
    };
    if word.is_word() {
        let in_name =
            hits.ending(hit.at, |entry| matches!(entry, Entry::OrgWord | Entry::OrgHead | Entry::Role(_))).is_some();
        return (word.is_lower() || in_name) && !names.honorifics.contains(&word.word);
    }
    match word.of(text) {
        // Behind a comma or dash: `Anh, Pháp, Đức`.
        "," | "-" | "–" | ";" | "/" | "、" => !goes_on,
        "." | "!" | "?" | ":" => followed && !names.honorifics.contains(&tokens[hit.at].word),
        _ => false,
    }
}

fn starts_deed(tokens: &[Token], at: usize, names: &Names) -> bool {
    tokens.get(at).is_some_and(|token| token.word != 0 && names.deeds.contains(&token.word))
}

/// A city's name inside a longer run of capitals is a person's or an institution's, behind a street's word a street's.
fn is_city_here(tokens: &[Token], hit: Hit, hits: Hits) -> bool {
    let joined = |token: &Token| token.is_capital() && token.space_before();
    let before = hit.at.checked_sub(1).map(|before| tokens[before]);
    let named = hits.ending(hit.at, |entry| matches!(entry, Entry::Honorific | Entry::NotBehind)).is_some();
    let surname = before.is_some_and(|before| before.is_capital() && tokens[hit.at].space_before())
        && hits.ending(hit.at, |entry| matches!(entry, Entry::Surname | Entry::Given)).is_some();
    let one_word = hit.end - hit.at == 1;
    let runs_on = one_word && tokens.get(hit.end).is_some_and(joined) && hits.at(hit.end).is_empty();
    !named && !surname && !runs_on
}

/// A party in a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartyMention {
    /// First token.
    pub at: usize,
    /// Token behind the last one.
    pub end: usize,
    /// Number of the party.
    pub party: u16,
    /// How its name is known.
    pub name: PartyName,
}

/// The parties of a line. Names that several countries' parties have are given to the one whose country stands in the same sentence,
/// the nearest in front first; `home` is the country of the source.
#[expect(clippy::too_many_arguments, reason = "the line, and what is known of countries and of the source")]
pub fn parties(
    text: &str,
    tokens: &[Token],
    hits: Hits,
    places: &[Place],
    countries: &[String],
    country_of: &dyn Fn(u16) -> String,
    home: Option<&str>,
    found: &mut Vec<PartyMention>,
) {
    let mut free_from = 0;
    for hit in hits.0 {
        let Entry::Party(..) = hit.entry else { continue };
        if hit.at < free_from {
            continue;
        }
        let Some(longest) = hits.longest(hit.at, |entry| matches!(entry, Entry::Party(..))) else { continue };
        let all = hits.at(hit.at).iter().filter(|other| other.end == longest.end);
        let candidates = all.filter_map(|hit| match hit.entry {
            Entry::Party(party, name) => Some((party, name)),
            _ => None,
        });
        let mut best: Option<(usize, u16, PartyName)> = None;
        for (party, name) in candidates {
            let country = country_of(party);
            let distance = match name {
                PartyName::Own => Some(0),
                PartyName::AtHome => (home == Some(country.as_str())).then_some(1),
                PartyName::Shared => sentence_distance(text, tokens, hit.at, places, |place| match place.entry {
                    Entry::Country(number, _) => countries.get(number as usize).is_some_and(|code| *code == country),
                    _ => false,
                }),
            };
            if let Some(distance) = distance
                && best.is_none_or(|(nearest, ..)| distance < nearest)
            {
                best = Some((distance, party, name));
            }
        }
        if let Some((_, party, name)) = best {
            found.push(PartyMention { at: hit.at, end: longest.end, party, name });
            free_from = longest.end;
        }
    }
}

/// Tokens on either side of a party's name in which its country is looked for: a long sentence.
const SENTENCE: usize = 80;

/// Tokens between a token and the nearest place of a kind in its sentence.
fn sentence_distance(
    text: &str,
    tokens: &[Token],
    at: usize,
    places: &[Place],
    of: impl Fn(&Place) -> bool,
) -> Option<usize> {
    let ends = |token: &Token| matches!(token.of(text), "." | "。" | "!" | "?" | ";");
    let from = places.partition_point(|place| place.at + SENTENCE < at);
    let to = places.partition_point(|place| place.at <= at + SENTENCE);
    places[from..to]
        .iter()
        .filter(|place| of(place))
        .filter(|place| {
            let (from, to) = if place.at < at { (place.at, at) } else { (at, place.at) };
            !tokens[from..to].iter().any(ends)
        })
        .map(|place| place.at.abs_diff(at))
        .min()
}
