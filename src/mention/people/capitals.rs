//! Persons by the capitals of their names.

use super::{Line, MAX_WORDS, NAMES_BEFORE, Org, Person, Role, Style, near, role_before};
use crate::mention::names::Entry;
use crate::mention::tokens::Token;

/// What stands right in front of a word with a capital.
#[derive(Clone, Copy)]
struct Beside {
    role: bool,
    honorific: bool,
    behind_org: bool,
}

pub(super) fn capitals(line: &Line, style: Style, roles: &[Role], orgs: &[Org], found: &mut Vec<Person>) {
    let mut at = 0;
    let mut next_org = 0;
    for start in line.starts.iter().map(|start| *start as usize) {
        if start < at || !line.tokens[start].is_capital() {
            continue;
        }
        at = start;
        while orgs.get(next_org).is_some_and(|org| org.end <= at) {
            next_org += 1;
        }
        if let Some(org) = orgs.get(next_org).filter(|org| org.at <= at) {
            at = org.end;
            continue;
        }
        if line.taken[at] {
            continue;
        }
        if let Some(place) = line.place_at(at) {
            at = place.end;
            continue;
        }
        if let Some(party) = line.party_at(at) {
            at = party.end;
            continue;
        }
        let role_before = role_before(roles, at);
        // `Ảnh: Đức Anh Tăng trưởng`: a word of address with a capital stands at a beginning.
        let honorific = line.hits.ending(at, |entry| entry == Entry::Honorific).is_some_and(|hit| {
            style != Style::FamilyFirst
                || !line.tokens[hit.at].is_capital()
                || hit.at == 0
                || !line.tokens[hit.at - 1].is_capital()
        });
        let behind_org = next_org.checked_sub(1).is_some_and(|last| orgs[last].end == at);
        let beside = Beside { role: role_before.is_some(), honorific, behind_org };
        let hit = if style == Style::FamilyFirst {
            family_first(line, at, beside, found)
        } else {
            given_first(line, at, beside, roles, found)
        };
        if let Some((end, confidence, short)) = hit {
            let role = role_before.or_else(|| {
                // `ông X, Chủ tịch Hội`: the role stands behind a comma.
                let behind = if matches!(line.sign(end), "," | "(") { end + 1 } else { return None };
                let (first, around) = near(roles, behind);
                let follows =
                    |role: &Role| role.at == behind || (role.at == behind + 1 && line.tokens[behind].is_lower());
                around.iter().position(follows).map(|number| first + number)
            });
            let by_form = line.is(at, Entry::Given).is_some();
            found.push(Person { at, end, confidence, role, short, by_form });
            at = end;
        }
    }
}

/// Most bytes of the second syllable of a given name with a hyphen.
const MAX_SYLLABLE: u32 = 6;

/// End of a run of capitals that a name can be, with particles and hyphens inside.
fn run(line: &Line, at: usize, style: Style) -> usize {
    let mut end = at + 1;
    while end - at < MAX_WORDS {
        let Some(token) = line.tokens.get(end).copied() else { break };
        let part = token.is_capital() && !line.taken[end];
        // `Ông Lê Minh Một bài viết …`: the next sentence, glued to a heading.
        let opens = style == Style::FamilyFirst && end - at > 1 && line.is_one_of(end, &line.names.openers);
        let stops = opens
            || line.place_at(end).is_some_and(|place| style == Style::FamilyFirst || place.end - place.at > 1)
            || line.party_at(end).is_some()
            || line.hits.at(end).iter().any(|hit| match hit.entry {
                Entry::Role(_) => hit.end - hit.at > 1 || style == Style::GivenFirst,
                Entry::OrgHead | Entry::NoPerson | Entry::Honorific => {
                    style == Style::GivenFirst || hit.entry == Entry::OrgHead
                }
                Entry::OrgTail => style == Style::GivenFirst,
                Entry::OrgWord => hit.end - hit.at > 1 && style == Style::FamilyFirst,
                _ => false,
            });
        if part && token.space_before() && !stops {
            end += 1;
            continue;
        }
        let next = line.tokens.get(end + 1).copied();
        // Kim Jong-un; some Vietnamese papers write Kim Jong - un
        let hyphen = token.of(line.text) == "-"
            && next.is_some_and(|next| {
                next.is_lower() && next.space_before() == token.space_before() && next.end - next.start <= MAX_SYLLABLE
            })
            && (!token.space_before() || style == Style::FamilyFirst);
        if hyphen && end - at == 2 && line.is_one_of(at, &line.names.hyphenated) {
            end += 2;
            break;
        }
        // Tan Chuan-Jin, O’Neill, George W. Bush
        let glue = matches!(token.of(line.text), "-" | "’" | "'") && !token.space_before();
        if glue && next.is_some_and(|next| next.is_capital() && !next.space_before()) {
            end += 2;
            continue;
        }
        let initial = token.of(line.text) == "."
            && !token.space_before()
            && line.tokens[end - 1].end - line.tokens[end - 1].start == 1;
        if initial && next.is_some_and(Token::is_capital) {
            end += 2;
            continue;
        }
        // Claudio de Negri, Roberto De la Cruz
        let mut inner = end;
        while inner - end < 2
            && line.is(inner, Entry::Particle).is_some()
            && line.tokens.get(inner).is_some_and(|token| token.is_lower())
        {
            inner += 1;
        }
        if inner > end && line.spaced_capital(inner) && line.place_at(inner).is_none() {
            end = inner + 1;
            continue;
        }
        break;
    }
    end
}

fn family_first(line: &Line, at: usize, beside: Beside, found: &[Person]) -> Option<(usize, f32, bool)> {
    let Beside { role, honorific, behind_org } = beside;
    let words = |end: usize| end - at;
    let refused = line.hits.at(at).iter().any(|hit| match hit.entry {
        Entry::NoPerson | Entry::OrgHead | Entry::Role(_) => true,
        Entry::OrgWord | Entry::Org(_) | Entry::Agency(_) | Entry::Mask => hit.end - hit.at > 1,
        _ => false,
    });
    let addressed = line.is(at, Entry::Honorific).is_some()
        && (line.is(at, Entry::Surname).is_none() || line.is(at + 1, Entry::Surname).is_some());
    if refused || addressed {
        return None;
    }
    let end = run(line, at, Style::FamilyFirst);
    // `phó giám đốc Sở GD-ĐT`
    let is_acronym = |at: usize| line.tokens[at].is_upper() || line.tokens[at].is_sign();
    if end - at > 1 && line.tokens[at + 1].is_sign() && line.sign(at + 1) != "." && (at..end).all(is_acronym) {
        return None;
    }
    let street = line.hits.ending(at, |entry| matches!(entry, Entry::NotBehind | Entry::PlaceHead)).is_some();
    // `Chủ tịch UBND thành phố | Phạm Phú Khôi` names no street.
    if street && !behind_org {
        return None;
    }
    let surname = line.is(at, Entry::Surname).is_some();
    let plain_words = end - at == words(end);
    if surname && (2..=5).contains(&words(end)) && plain_words {
        // A surname at the beginning of a name of capitals alone; inside such a name it is none.
        let inside = at > 0
            && line.spaced_capital(at)
            && line.tokens[at - 1].is_capital()
            && !role
            && !honorific
            && line.hits.ending(at, |entry| !matches!(entry, Entry::Surname | Entry::Given)).is_none()
            && !line.begins(at - 1);
        return (!inside).then_some((end, if role || honorific { 0.97 } else { 0.9 }, false));
    }
    // `Fernando Torres`: a given name of another language begins it.
    if (2..=4).contains(&words(end)) && line.is(at, Entry::Given).is_some() && line.tokens[at + 1].is_word() {
        return Some((end, 0.85, false));
    }
    // `Anna Kowalska, 23 tuổi`, `Anna Kowalska (23 tuổi`
    let age = matches!(line.sign(end), "," | "(") && line.is_one_of(end + 2, &line.names.ages);
    if age && (2..=4).contains(&words(end)) && line.hits.at(at).is_empty() {
        return Some((end, 0.85, false));
    }
    // Foreign names and given names need a word in front of them; one word behind a role is foreign, or the beginning of something.
    if words(end) == 1 && is_last_name(line, at, found) {
        return Some((end, 0.85, true));
    }
    if words(end) == 1 && line.is_one_of(at, &line.names.single) {
        return Some((end, 0.8, true));
    }
    if role && line.tokens[at].space_before() {
        let single = line.tokens[at].of(line.text);
        let goes_on = line.tokens.get(end).is_some_and(|next| next.is_lower());
        // `người phát ngôn QTRB`: an acronym is whom the person speaks for.
        if words(end) == 1 && line.tokens[at].is_upper() && single.len() <= MAX_ACRONYM {
            return None;
        }
        let foreign = words(end) >= 2 || (!line.begins(at) && (!goes_on || (single.is_ascii() && single.len() > 3)));
        return foreign.then_some((end, if words(end) >= 2 { 0.9 } else { 0.75 }, words(end) == 1));
    }
    (honorific && line.tokens[at].space_before()).then_some((
        end,
        if words(end) >= 2 { 0.85 } else { 0.8 },
        words(end) == 1,
    ))
}

/// Longest acronym in letters.
const MAX_ACRONYM: usize = 5;

/// Whether a word is the last of a name given before.
fn is_last_name(line: &Line, at: usize, found: &[Person]) -> bool {
    let ends = |name: &str, word: &str| name.strip_suffix(word).is_some_and(|rest| rest.ends_with(' '));
    line.tokens[at].of(line.text).chars().count() > 2 && is_part(line, at, found, |person| person.end - 1, ends)
}

/// Whether a word is the first of a name given before: `Miguel`, `Xi`.
fn is_first_name(line: &Line, at: usize, found: &[Person]) -> bool {
    let begins = |name: &str, word: &str| name.strip_prefix(word).is_some_and(|rest| rest.starts_with(' '));
    let token = line.tokens[at];
    token.of(line.text).len() > 1 && token.is_capital() && is_part(line, at, found, |person| person.at, begins)
}

/// Whether a word is a certain one of a full name given before: in the line the token that `part` tells, in lines before what `fits` says.
fn is_part(
    line: &Line,
    at: usize,
    found: &[Person],
    part: impl Fn(&Person) -> usize,
    fits: impl Fn(&str, &str) -> bool,
) -> bool {
    let word = line.tokens[at].of(line.text);
    let here = |person: &Person| {
        !person.short && person.end - person.at > 1 && line.tokens[part(person)].of(line.text) == word
    };
    found.iter().rev().take(NAMES_BEFORE).any(here) || line.people.iter().any(|name| fits(name, word))
}

fn given_first(line: &Line, at: usize, beside: Beside, roles: &[Role], found: &[Person]) -> Option<(usize, f32, bool)> {
    let Beside { role, honorific, behind_org } = beside;
    let refused = line.hits.at(at).iter().any(|hit| {
        matches!(
            hit.entry,
            Entry::NoPerson
                | Entry::OrgHead
                | Entry::OrgTail
                | Entry::Honorific
                | Entry::Role(_)
                | Entry::Org(_)
                | Entry::Agency(_)
        )
    });
    // `, D-Minn.`
    let letter = line.tokens[at].end - line.tokens[at].start == 1 && line.sign(at + 1) == "-";
    // `el IVA`
    let acronym = line.tokens[at].is_upper() && line.is(at, Entry::NoOrg).is_some();
    if refused
        || acronym
        || letter
        || (at > 0
            && line.spaced_capital(at)
            && line.tokens[at - 1].is_capital()
            && !role
            && !honorific
            // `Fox News Bill Shine`
            && !(behind_org && line.is(at, Entry::Given).is_some())
            && line.is(at - 1, Entry::NoPerson).is_none())
    {
        return None;
    }
    let end = run(line, at, Style::GivenFirst);
    let words = end - at;
    let tail = (at..end).any(|at| line.hits.at(at).iter().any(|hit| matches!(hit.entry, Entry::OrgTail)))
        || line.hits.longest(end, |entry| matches!(entry, Entry::OrgTail)).is_some_and(|_| line.spaced_capital(end));
    if tail {
        return None;
    }
    // `of Hope Hicks`, but not `Hope Springs` at the beginning of a sentence or in a headline.
    let weak = || line.is(at, Entry::WeakGiven).is_some() && words < 4 && !line.begins(at) && !line.is_titled;
    let given = line.is(at, Entry::Given).is_some() || weak();
    // `the edge of Marine Park`
    if !given && !honorific && words > 1 && line.is_one_of(end - 1, &line.names.sites) {
        return None;
    }
    let says = line.is(end, Entry::Says).is_some();
    let said = line.hits.ending(at, |entry| entry == Entry::Said).is_some();
    let described = line.sign(end) == ","
        && (line.tokens.get(end + 1).is_some_and(|token| token.is_number() && token.end - token.start == 2)
            || near(roles, end)
                .1
                .iter()
                .any(|role| role.at == end + 1 || (role.at == end + 2 && line.tokens[end + 1].is_lower()))
            || line.is_one_of(end + 1, &line.names.relatives));
    // `Anna Miller and Trevis Okelo`: one of the two is known.
    let joint =
        |at: usize| line.sign(at) == "," || (line.is_one_of(at, &line.names.ands) && line.tokens[at].is_lower());
    let known_at = |at: usize| line.is(at, Entry::Given).is_some() && line.spaced_capital(at + 1);
    let paired = (joint(end) && known_at(end + 1))
        || (at > 2 && joint(at - 1) && found.last().is_some_and(|last| last.end + 1 == at && !last.short));
    let owns = matches!(line.sign(end), "'" | "’")
        && line.tokens.get(end + 1).is_some_and(|next| next.of(line.text) == "s" && !next.space_before());
    match words {
        1 if is_last_name(line, at, found) => Some((end, 0.85, true)),
        1 if is_first_name(line, at, found) && (!line.begins(at) || says || line.sign(end) == ":" || owns) => {
            Some((end, 0.8, true))
        }
        // `o Carlos`
        1 if given && at > 0 && line.tokens[at - 1].is_lower() && line.is_one_of(at - 1, &line.names.articles) => {
            Some((end, 0.75, true))
        }
        1 if line.is_one_of(at, &line.names.single) && !line.is_titled => Some((end, 0.8, true)),
        // `Mr. Olden`: the sign belongs to the word of address.
        1 => (honorific || (role && !line.begins(at))).then_some((end, 0.85, true)),
        _ if honorific || role => Some((end, 0.93, false)),
        _ if given => Some((end, 0.9, false)),
        2..=4 if says || said || described => Some((end, 0.8, false)),
        2..=3 if paired && !line.begins(at) && !line.is_titled => Some((end, 0.75, false)),
        _ => None,
    }
}
