//! Organisations whose names are written in Han characters, by their last word.

use crate::mention::names::{Entry, HanSet, Hit};
use crate::mention::people::{Line, NEAR, Org, Role, near};

/// A name by its last word: from a place, a word that begins such names or a quote on.
pub(super) fn by_tail(line: &Line, hit: Hit, roles: &[Role], free_from: usize) -> Option<Org> {
    // `西南部`, `中小学`: longer words that end so and name nothing.
    let common = (hit.at.saturating_sub(3)..=hit.at)
        .any(|at| line.hits.at(at).iter().any(|no| no.entry == Entry::NoOrg && no.end == hit.end));
    // `…中国委员会(CECC)`: letters in brackets stand behind a name.
    if (common && !is_explained(line, hit.end)) || is_in_word(line, hit.end) {
        return None;
    }
    // `日本公司`, `俄国联盟`: some of the country's, none of a name.
    let ends_place = line.places.binary_search_by(|place| place.end.cmp(&hit.at)).is_ok();
    let words = (line.tokens[hit.at].start as usize, line.tokens[hit.end - 1].end as usize);
    let is_bare =
        || line.text.get(words.0..words.1).is_some_and(|word| line.names.bare.iter().any(|bare| bare == word));
    let is_joint = |at: usize| !line.tokens[at].is_han() || line.names.between.contains(line.tokens[at].of(line.text));
    let is_only_beginning = || {
        let beginning = line.hits.ending(hit.at, |entry| entry == Entry::OrgBeginning);
        beginning.is_some_and(|beginning| beginning.at.checked_sub(1).is_none_or(is_joint))
    };
    if (ends_place || is_only_beginning()) && is_bare() {
        return None;
    }
    let org = |at: usize| Some(Org { at, end: part_end(line, hit.end).unwrap_or(hit.end), known: None });
    if let Some(at) = quoted(line, hit).filter(|at| *at >= free_from) {
        return org(at);
    }
    // `中国|成立|合资公司`
    let acts = |from: usize| (from..hit.at).any(|at| line.is(at, Entry::Acts).is_some());
    let strong = line.is(hit.at, Entry::StrongTail).is_some_and(|strong| strong.end == hit.end);
    if let Some(at) = strong.then(|| of_level(line, hit)).flatten().filter(|at| *at >= free_from) {
        return org(at);
    }
    if let Some(start) = strong.then(|| start(line, hit, free_from)).flatten().filter(|start| !is_some(line, *start)) {
        let in_role = near(roles, hit.at).1.iter().any(|role| role.at < hit.end && role.end > start);
        if !in_role && !acts(start) {
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
    if plain && !role_in && !acts(place.end) && !is_some(line, place.at) { org(place.at) } else { None }
}

/// Beginning of a public body that is named by its level alone: `从|市公安局`, `县委宣传部`. The character for the level begins no other
/// word only where a sign or a word that stands between names is in front of it.
fn of_level(line: &Line, hit: Hit) -> Option<usize> {
    let is_level = |at: usize| line.names.org.levels.contains(line.tokens[at].of(line.text));
    let is_apart = |at: usize| {
        at.checked_sub(1).is_none_or(|before| {
            let token = line.tokens[before];
            !token.is_han()
                || line.tokens[at].space_before()
                || line.names.between.contains(token.of(line.text))
                || line.is_one_of(before, &line.names.leads)
        })
    };
    let inner = is_level(hit.at) && part_end(line, hit.end).is_some();
    let outer = || hit.at.checked_sub(1).filter(|at| is_level(*at) && !line.tokens[hit.at].space_before());
    let at = if inner { hit.at } else { outer()? };
    is_apart(at).then_some(at)
}

/// End of the parts that stand right behind the name of an organisation: `教育部|基础教育司`, `河南省人民政府|办公厅`, `集团|有限公司`.
pub(super) fn part_end(line: &Line, from: usize) -> Option<usize> {
    let part = |at: usize| {
        let token = line.tokens.get(at).filter(|token| !token.space_before())?;
        let part = line.hits.longest(at, |entry| matches!(entry, Entry::PartTail | Entry::StrongTail))?;
        // `南京市委|市政府`: another body.
        let other = line.names.org.levels.contains(token.of(line.text));
        (token.is_han() && !other && !is_in_word(line, part.end)).then_some(part)
    };
    let mut end = None;
    while let Some(part) = part(end.unwrap_or(from)) {
        end = Some(part.end);
    }
    end
}

/// Whether letters in brackets follow: `(CECC)`.
fn is_explained(line: &Line, end: usize) -> bool {
    line.sign(end) == "(" && line.tokens.get(end + 1).is_some_and(|token| token.is_upper()) && line.sign(end + 2) == ")"
}

/// Whether `一个`, `这家` stands in front of a place: what follows is some organisation, no name.
fn is_some(line: &Line, at: usize) -> bool {
    let is = |at: Option<usize>, of: &HanSet| at.is_some_and(|at| of.contains(line.tokens[at].of(line.text)));
    is(at.checked_sub(1), &line.names.org.counted) && is(at.checked_sub(2), &line.names.org.counts)
}

/// Whether a character stands between names, and in no place: `上`, but not that of `上海`.
fn is_between(line: &Line, at: usize) -> bool {
    let in_place = line.place_at(at).is_some() || line.is_in_place(at);
    !in_place && line.names.between.contains(line.tokens[at].of(line.text))
}

/// Whether the last character of a name belongs to a longer word: `教育部|门`, `中国大学|生`.
pub(super) fn is_in_word(line: &Line, end: usize) -> bool {
    (end.saturating_sub(2)..end)
        .any(|at| line.hits.at(at).iter().any(|hit| matches!(hit.entry, Entry::NoOrg | Entry::Mask) && hit.end > end))
}

/// The name that begins with a known one and goes on to a word that ends names: `国务院|发展研究中心`.
pub(super) fn goes_on(line: &Line, known: Hit) -> Option<usize> {
    let mut most = (known.end + HAN_OFFICE).min(line.tokens.len());
    let mut last = None;
    let mut in_place = false;
    let mut at = known.end;
    while at < most {
        let token = line.tokens[at];
        // `中国银行|云溪|分行`: behind a place only its branch ends the name.
        if let Some(place) = line.place_at(at).filter(|_| !in_place && !token.space_before()) {
            in_place = true;
            at = place.end;
            continue;
        }
        let wanted = if in_place { Entry::BranchTail } else { Entry::StrongTail };
        let tail = line.is(at, wanted).filter(|tail| tail.end <= most && !is_in_word(line, tail.end));
        if let Some(tail) = tail {
            last = Some(tail.end);
            at = tail.end;
            most = (tail.end + HAN_BRANCH).min(line.tokens.len());
            continue;
        }
        let stops = !token.is_han()
            || token.space_before()
            || line.taken[at]
            || line.names.between.contains(token.of(line.text))
            || line.place_at(at).is_some()
            || line.hits.at(at).iter().any(|hit| {
                matches!(hit.entry, Entry::Says | Entry::Said | Entry::Org(_) | Entry::Agency(_) | Entry::Honorific)
                    || matches!(hit.entry, Entry::Role(_))
            });
        if stops {
            break;
        }
        at += 1;
    }
    last
}

/// Han characters behind a known name in which its office ends.
const HAN_OFFICE: usize = 9;

/// Han characters behind an office in which a part of it ends: `…委员会|云溪监管分局`.
const HAN_BRANCH: usize = 7;

/// Han characters of an organisation's name in front of its last word.
const HAN_ORG: usize = 16;

/// Beginning of an organisation whose last word needs no place: back to a sign or a word that stands between names, where the name then
/// begins as such names do, or holds the word for a town.
fn start(line: &Line, hit: Hit, free_from: usize) -> Option<usize> {
    let tail = hit.at;
    // `…及…委员会(CECC)`: letters in brackets stand behind a whole name, which may hold `及`.
    let short = is_explained(line, hit.end);
    let inside = |at: usize| {
        let token = line.tokens[at];
        token.is_han()
            && !line.tokens[at + 1].space_before()
            && !line.taken[at]
            && (!is_between(line, at) || (short && line.names.org.joints.contains(token.of(line.text))))
    };
    let free_from = if short { 0 } else { free_from };
    let mut start = tail;
    while start > free_from && tail - start < HAN_ORG && inside(start - 1) {
        start -= 1;
    }
    // `QTRB互联网研究院`
    let letters = start.checked_sub(1).filter(|at| *at >= free_from).map(|at| line.tokens[at]);
    if letters.is_some_and(|token| token.is_upper() && !line.tokens[start].space_before()) && start < tail {
        return Some(start - 1);
    }
    // `带她去禹州市…`: the names of most towns have two characters in front of the word for a town.
    let is_town = |at: usize| line.names.org.towns.contains(line.tokens[at].of(line.text));
    let town_at = (start + 2..tail).find(|at| is_town(*at)).map(|at| at - 2);
    if let Some(at) = town_at {
        let first = (start..=at).find(|first| {
            let place = line.places.binary_search_by(|place| place.at.cmp(first)).ok().map(|place| line.places[place]);
            place.is_some_and(|place| place.end >= at || *first == at)
        });
        return Some(first.unwrap_or(at));
    }
    let begins = (start..tail.saturating_sub(1)).find(|at| {
        let begins = line.is(*at, Entry::OrgBeginning).is_some() || line.place_at(*at).is_some();
        // 常德市…, 禹州市…
        let town = *at == start
            && (1..=3).any(|next| {
                line.tokens
                    .get(at + next)
                    .is_some_and(|token| at + next < tail && line.names.towns.contains(token.of(line.text)))
            });
        begins || town
    });
    begins.or_else(|| by_sound(line, start, tail)).or_else(|| institution(line, start, hit))
}

/// Beginning of the name of a hospital, school, court … that any characters name: `送到|云泰|医院`. In front of it stands a word of place,
/// and what says only which kind it is names nothing.
fn institution(line: &Line, start: usize, hit: Hit) -> Option<usize> {
    let tail = hit.at;
    let is = line.is(tail, Entry::Institution).is_some_and(|word| word.end == hit.end);
    let led = start.checked_sub(1).is_some_and(|before| line.is_one_of(before, &line.names.leads));
    // `的皓云集团`: nothing but a name.
    let group = line.is(tail, Entry::Company).is_some();
    let counted = || (start..tail).any(|at| line.names.org.counted.contains(line.tokens[at].of(line.text)));
    if !is || !(led || (group && !counted())) || tail - start > HAN_INSTITUTION {
        return None;
    }
    let mut from = start;
    while !group && let Some(generic) = line.is(from, Entry::Generic).filter(|generic| generic.end <= tail) {
        from = generic.end;
    }
    let other = |hit: &Hit| {
        matches!(hit.entry, Entry::Generic | Entry::Honorific | Entry::Role(_) | Entry::NoOrg | Entry::Mask)
            || (matches!(hit.entry, Entry::Says | Entry::Said) && hit.end - hit.at > 1)
    };
    let plain = (from..tail).all(|at| !line.hits.at(at).iter().any(other));
    (plain && (2..=4).contains(&(tail - from))).then_some(from)
}

/// Most Han characters in front of the word for such a body.
const HAN_INSTITUTION: usize = 8;

/// Beginning of the characters in front of a last word that write a foreign name by its sound: `就读|普尔斯顿|大学`.
fn by_sound(line: &Line, from: usize, tail: usize) -> Option<usize> {
    let is = |at: usize, of: &HanSet| of.contains(line.tokens[at].of(line.text));
    let start = (from..tail).rev().take_while(|at| is(*at, &line.names.sounds)).last()?;
    let foreign = (start..tail).filter(|at| is(*at, &line.names.foreign)).count();
    ((2..=7).contains(&(tail - start)) && foreign > 0).then_some(start)
}

/// Beginning of a name in quotes that ends with a word for an organisation: `“跨国…联盟”`.
fn quoted(line: &Line, tail: Hit) -> Option<usize> {
    if !matches!(line.sign(tail.end), "”" | "\"" | "」" | "》") {
        return None;
    }
    let from = tail.at.saturating_sub(HAN_ORG);
    let open = (from..tail.at).rev().find(|at| !line.tokens[*at].is_han())?;
    let least = if line.sign(open) == "《" { 2 } else { 5 };
    (matches!(line.sign(open), "“" | "\"" | "「" | "《") && tail.end - open > least).then_some(open + 1)
}
