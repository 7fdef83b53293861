//! Organisations whose names are written in Han characters, by their last word.

use crate::mention::names::{Entry, Hit};
use crate::mention::people::{Line, NEAR, Org, Role, near};

/// A name by its last word: from a place, a word that begins such names or a quote on.
pub(super) fn by_tail(line: &Line, hit: Hit, roles: &[Role], free_from: usize) -> Option<Org> {
    // `西南部`, `中小学`: longer words that end so and name nothing.
    let common = (hit.at.saturating_sub(3)..=hit.at)
        .any(|at| line.hits.at(at).iter().any(|no| no.entry == Entry::NoOrg && no.end == hit.end));
    if common {
        return None;
    }
    // `日本公司`, `俄国联盟`: some of the country's, none of a name.
    let ends_place = line.places.binary_search_by(|place| place.end.cmp(&hit.at)).is_ok();
    let words = (line.tokens[hit.at].start as usize, line.tokens[hit.end - 1].end as usize);
    let is_bare =
        || line.text.get(words.0..words.1).is_some_and(|word| line.names.bare.iter().any(|bare| bare == word));
    if ends_place && is_bare() {
        return None;
    }
    let org = |at: usize| Some(Org { at, end: hit.end, known: None });
    if let Some(at) = quoted(line, hit).filter(|at| *at >= free_from) {
        return org(at);
    }
    let strong = line.is(hit.at, Entry::StrongTail).is_some_and(|strong| strong.end == hit.end);
    if let Some(start) = strong.then(|| start(line, hit.at, free_from)).flatten() {
        let in_role = near(roles, hit.at).1.iter().any(|role| role.at < hit.end && role.end > start);
        if !in_role {
            return org(start);
        }
    }
    // From a place to the word that ends the name: 越南外交部.
    let before = line.places.partition_point(|place| place.end <= hit.at);
    let place = before.checked_sub(1).map(|last| line.places[last]).filter(|place| hit.at - place.end <= NEAR);
    let place = place.filter(|place| place.at >= free_from)?;
    let plain = line.tokens[place.end..hit.at]
        .iter()
        .all(|token| token.is_han() && !token.space_before() && !line.names.between.contains(token.of(line.text)));
    let role_in = near(roles, hit.at).1.iter().any(|role| role.at < hit.at && role.end > place.end);
    if plain && !role_in { org(place.at) } else { None }
}

/// Han characters of an organisation's name in front of its last word.
const HAN_ORG: usize = 16;

/// Beginning of an organisation whose last word needs no place: back to a sign or a word that stands between names, where the name then
/// begins as such names do, or holds the word for a town.
fn start(line: &Line, tail: usize, free_from: usize) -> Option<usize> {
    let inside = |at: usize| {
        let token = line.tokens[at];
        token.is_han()
            && !line.tokens[at + 1].space_before()
            && !line.taken[at]
            && !line.names.between.contains(token.of(line.text))
    };
    let mut start = tail;
    while start > free_from && tail - start < HAN_ORG && inside(start - 1) {
        start -= 1;
    }
    // `带她去禹州市…`: the names of most towns have two characters in front of the word for a town.
    let is_town = |at: usize| "市县省".contains(line.tokens[at].of(line.text));
    let town_at = (start + 2..tail).find(|at| is_town(*at)).map(|at| at - 2);
    if let Some(at) = town_at {
        let first = (start..=at).find(|first| {
            let place = line.places.binary_search_by(|place| place.at.cmp(first)).ok().map(|place| line.places[place]);
            place.is_some_and(|place| place.end >= at || *first == at)
        });
        return Some(first.unwrap_or(at));
    }
    (start..tail.saturating_sub(1)).find(|at| {
        let begins = line.is(*at, Entry::OrgBeginning).is_some() || line.place_at(*at).is_some();
        // 常德市…, 禹州市…
        let town = *at == start
            && (1..=3).any(|next| {
                line.tokens
                    .get(at + next)
                    .is_some_and(|token| at + next < tail && "市省县区州".contains(token.of(line.text)))
            });
        begins || town
    })
}

/// Beginning of a name in quotes that ends with a word for an organisation: `“跨国…联盟”`.
fn quoted(line: &Line, tail: Hit) -> Option<usize> {
    if !matches!(line.sign(tail.end), "”" | "\"" | "」" | "》") {
        return None;
    }
    let from = tail.at.saturating_sub(HAN_ORG);
    let open = (from..tail.at).rev().find(|at| !line.tokens[*at].is_han())?;
    (matches!(line.sign(open), "“" | "\"" | "「" | "《") && tail.end - open > 5).then_some(open + 1)
}
