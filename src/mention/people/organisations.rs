//! Organisations of a line: known names, and names by their first or last word.

mod han;

use super::short_forms::short_forms;
use super::{Line, MAX_WORDS, Org, Role, ShortForm, Style, near};
use crate::decode::is_syllable;
use crate::mention::names::{Entry, Hit};
use crate::mention::tokens::Token;

/// The organisations of a line: known names, and names by their first or last word. `short` holds the short forms of the record so far.
pub fn organisations(
    line: &Line,
    style: Style,
    roles: &[Role],
    line_no: usize,
    short: &mut Vec<ShortForm>,
    found: &mut Vec<Org>,
) {
    let mut free_from = 0;
    for hit in line.hits.0 {
        if hit.at < free_from {
            continue;
        }
        let org = match hit.entry {
            Entry::Org(_) | Entry::Agency(_) => known(line, *hit, style, roles, free_from),
            Entry::LowerHead | Entry::LowerBody if style == Style::FamilyFirst => lower_head(line, *hit),
            Entry::ApartHead if style != Style::Han => apart_head(line, *hit, style),
            Entry::OrgHead if style != Style::Han => by_head(line, *hit, style, roles, free_from),
            Entry::OrgTail if style != Style::Han => by_tail(line, *hit, style, free_from),
            Entry::OrgTail => han::by_tail(line, *hit, roles, free_from),
            _ => None,
        };
        if let Some(org) = org {
            while found.last().is_some_and(|last| last.end > org.at) {
                found.pop();
            }
            free_from = org.end;
            found.push(org);
        }
    }
    short_forms(line, line_no, short, found);
}

/// An organisation or agency that the lexicon knows by name.
fn known(line: &Line, hit: Hit, style: Style, roles: &[Role], free_from: usize) -> Option<Org> {
    let best = line.hits.longest(hit.at, |entry| matches!(entry, Entry::Org(_) | Entry::Agency(_)))?;
    let in_role = near(roles, best.at).1.iter().any(|role| role.at <= best.at && role.phrase >= best.end);
    // `Walt Disney`, `Michael Bloomberg`: a name of one word behind a given name is a person's.
    let of_person = best.end - best.at == 1
        && line.spaced_capital(best.at)
        && (line.hits.ending(best.at, |entry| entry == Entry::Given).is_some() || is_behind_initial(line, best.at));
    // `Giám đốc Velotra Bank`: a name of its own, as behind a head that has one.
    let own = style == Style::FamilyFirst && best.end - best.at == 1 && line.tokens[best.at].is_word();
    if (in_role && !own) || of_person {
        return None;
    }
    if style == Style::Han && line.tokens[best.end - 1].is_han() {
        // `英国|美女`: a place holds the first character.
        if line.is_in_place(best.at) {
            return None;
        }
        // `河北大学`, `云溪中山医院`: the end of a longer name.
        let tails = (best.at..best.end).flat_map(|at| line.hits.at(at)).filter(|tail| {
            let whole = tail.end == best.end && line.is(tail.at, Entry::Institution).is_some();
            tail.entry == Entry::OrgTail && (whole || tail.end > best.end)
        });
        let mut longer = tails.filter_map(|tail| han::by_tail(line, *tail, roles, free_from));
        if let Some(org) = longer.find(|org| org.at < best.at && org.end >= best.end) {
            return Some(org);
        }
        if han::is_in_word(line, best.end) {
            return None;
        }
        if let Some(end) = han::goes_on(line, best).or_else(|| han::part_end(line, best.end)) {
            return Some(Org { at: best.at, end, known: None });
        }
    }
    // `Chính phủ | Mỹ`: another country's.
    if style == Style::FamilyFirst
        && line.is(best.at, Entry::OrgHead).is_some()
        && let Some(place) = line.place_at(best.end).filter(|place| matches!(place.entry, Entry::Country(..)))
        && line.tokens[best.end].space_before()
    {
        return Some(Org { at: best.at, end: place.end, known: None });
    }
    if style != Style::Han
        && let Some(longer) = to_tail(line, best, style)
    {
        return Some(longer);
    }
    Some(Org { at: best.at, end: best.end, known: Some(best.entry) })
}

/// Whether an initial stands in front of a word: `Gerald R. | Ford`.
fn is_behind_initial(line: &Line, at: usize) -> bool {
    let Some(initial) = at.checked_sub(2) else { return false };
    line.sign(at - 1) == "."
        && !line.tokens[at - 1].space_before()
        && line.tokens[initial].is_capital()
        && line.tokens[initial].of(line.text).chars().count() == 1
        && line.spaced_capital(initial)
        && line.spaced_capital(initial.saturating_sub(1))
}

/// A known name that capitals lead on to a word that ends names: `Harvard Kite School`, `Google Inc`.
fn to_tail(line: &Line, known: Hit, style: Style) -> Option<Org> {
    if line.is_titled {
        return None;
    }
    let mut behind = (known.end..known.end + MAX_INSIDE).take_while(|at| line.spaced_capital(*at) && !line.taken[*at]);
    let tail = behind.find_map(|at| line.is(at, Entry::OrgTail))?;
    // `Velotra Office` is a thing of Velotra's, `Velotra Law School` a school.
    let plain = tail.at == known.end && line.is(tail.at, Entry::PlainTail).is_some();
    if plain || line.is(tail.at, Entry::NoOrg).is_some() {
        return None;
    }
    let company = tail.at == known.end && line.is(tail.at, Entry::Company).is_some();
    Some(Org { at: known.at, end: end_of_tail(line, tail, style), known: company.then_some(known.entry) })
}

/// Words between a known name and the word that ends a longer one, with that word.
const MAX_INSIDE: usize = 3;

/// A Vietnamese name whose first word is in lower case: `trường Chu Văn An`.
fn lower_head(line: &Line, hit: Hit) -> Option<Org> {
    let head = line.is(hit.at, hit.entry).filter(|head| line.tokens[head.at].is_lower())?;
    // `môi trường`, `tình báo`: the last part of a longer word.
    if line.hits.ending(head.end, |entry| entry == Entry::NoOrg).is_some() {
        return None;
    }
    // The name begins right behind it: `trường Chu Văn An`, not `trường ở Vinh`.
    if !line.spaced_capital(head.end)
        || line.place_at(head.end).is_some()
        || line.is(head.end, Entry::Area).is_some()
        || line.hits.longest(head.end, |entry| matches!(entry, Entry::Role(_) | Entry::Honorific)).is_some()
    {
        return None;
    }
    let end = line.family_first_end(head);
    // `bộ GTVT | Nguyễn Văn An`
    let end = (head.end + 1..end).find(|at| line.begins_person(*at)).unwrap_or(end);
    // `báo Người lao động`: the rest of a name that is not known.
    let cut = end == head.end + 1
        && line.is_lower_word(end)
        && !line.is_one_of(end, &line.names.org_ends)
        && is_syllable(&line.tokens[head.end].of(line.text).to_lowercase());
    known_to(line, head.at, end).or_else(|| (end > head.end && !cut).then_some(Org { at: head.at, end, known: None }))
}

/// The name that the lexicon knows from a token on, where it reaches as far as what was read there.
fn known_to(line: &Line, at: usize, end: usize) -> Option<Org> {
    let name = line.hits.longest(at, |entry| matches!(entry, Entry::Org(_))).filter(|name| name.end >= end)?;
    Some(Org { at: name.at, end: name.end, known: Some(name.entry) })
}

/// The name behind a word in lower case that is no part of it: `hãng Velotra`.
fn apart_head(line: &Line, hit: Hit, style: Style) -> Option<Org> {
    let at = hit.end;
    let plain = |at: usize| line.hits.at(at).iter().all(|hit| hit.entry == Entry::OrgWord);
    let part = |at: usize| line.spaced_capital(at) && plain(at) && !line.taken[at];
    if !line.tokens[hit.at].is_lower() || !part(at) {
        return None;
    }
    let mut end = at + 1;
    while end - at < 4 && part(end) {
        end += 1;
    }
    end = line.hyphens(end);
    // `brand Wi-fi`, `company Velotra Bank`: a longer word, or a name that its last word tells.
    let longer = line.sign(end) == "-" && !line.tokens[end].space_before();
    let by_tail = line.spaced_capital(end) && line.is(end, Entry::OrgTail).is_some();
    let short = end == at + 1 && !line.tokens[at].is_upper() && line.tokens[at].of(line.text).chars().count() < 3;
    // In Vietnamese names of syllables may be of any kind.
    let syllable = style == Style::FamilyFirst && is_syllable(&line.tokens[at].of(line.text).to_lowercase());
    (!syllable && !longer && !by_tail && !short).then_some(Org { at, end, known: None })
}

/// A name by its first word: `Bộ Quốc phòng`, `University of …`.
fn by_head(line: &Line, hit: Hit, style: Style, roles: &[Role], free_from: usize) -> Option<Org> {
    let refused = line.is(hit.at, Entry::NoOrg).is_some() || !line.tokens[hit.at].is_capital();
    let head = line.is(hit.at, Entry::OrgHead).filter(|_| !refused)?;
    // `University of …`: what may end a name begins one only in front of such a word.
    let both = style == Style::GivenFirst && line.is(head.at, Entry::OrgTail).is_some();
    let of = line.is_lower_word(head.end) && line.is_one_of(head.end, &line.names.of);
    if both && !of {
        return None;
    }
    let mut end =
        if style == Style::FamilyFirst { line.family_first_end(head) } else { line.org_words(head.end, style) };
    if end > head.end
        && let Some(place) = line.place_at(end)
        && line.tokens[end].space_before()
    {
        end = place.end;
    } else if end == head.end
        && let Some(place) = line.place_at(end).filter(|_| style == Style::FamilyFirst)
    {
        end = place.end;
    }
    // At the beginning of a sentence the head has its capital from there: `Cảnh sát điều tra …`.
    let lower = |token: &Token| !token.is_capital() && !token.is_number();
    let common = style == Style::FamilyFirst
        && line.begins(head.at)
        && !line.tokens[head.at].is_upper()
        && line.tokens[head.at + 1..end.max(head.at + 1)].iter().all(lower);
    // `cơ quan Cảnh sát điều tra`
    let outer = |at: &usize| line.is(*at, Entry::OuterHead).is_some_and(|outer| outer.end > head.at);
    let at = match (free_from.max(head.at.saturating_sub(2))..head.at).find(outer) {
        _ if both => begin_of_tail(line, head.at, free_from),
        Some(outer) => outer,
        None => head.at,
    };
    // `Trưởng Ban Tổ chức`, `Giám đốc Công ty Velotra`: the body has a row beside that of the role, where it has more of a name than what
    // the role is called by.
    if let Some(role) = near(roles, head.at).1.iter().find(|role| role.at < head.at && role.end > head.at) {
        // `Trưởng ban | Tổ chức Trung ương`: what the head of a body is called by may be a word of its name.
        let is_named = line.is(head.at, Entry::NamedHead).is_some();
        let is_word = head.at >= role.phrase && !is_named && line.is(head.at, Entry::OrgWord).is_some();
        if end <= role.phrase || is_word {
            return None;
        }
        // `Chủ tịch UBND thành phố | Phạm Phú Khôi`, but `Hiệu trưởng Trường Phạm Phú Khôi`
        let least = head.end + usize::from(is_named);
        end = (least..end).find(|at| line.begins_person(*at)).unwrap_or(end);
    }
    known_to(line, hit.at, end).or_else(|| (end > head.end && !common).then_some(Org { at, end, known: None }))
}

/// A name by its last word: `… Foundation`, `… Institute for …`.
fn by_tail(line: &Line, hit: Hit, style: Style, free_from: usize) -> Option<Org> {
    if line.is(hit.at, Entry::NoOrg).is_some() || !line.tokens[hit.at].is_capital() {
        return None;
    }
    let at = begin_of_tail(line, hit.at, free_from);
    // `The Best Board Games`: a headline in capitals.
    if at == hit.at || (line.is(hit.at, Entry::PlainTail).is_some() && line.is_titled) {
        return None;
    }
    let end = end_of_tail(line, hit, style);
    let refused = line.hits.ending(hit.end, |entry| entry == Entry::NoOrg).is_some_and(|no| no.at <= at);
    (!refused).then_some(Org { at, end, known: None })
}

/// End of a name whose last word is known: `City Police | Department`, `Institute | for Kites`.
fn end_of_tail(line: &Line, tail: Hit, style: Style) -> usize {
    let mut end = line.hyphens(tail.end);
    // `City Police Department`
    while line.spaced_capital(end)
        && let Some(tail) = line.is(end, Entry::OrgTail).filter(|tail| tail.end > end)
    {
        end = line.hyphens(tail.end);
    }
    if line.is_lower_word(end) && line.is_one_of(end, &line.names.of) && line.spaced_capital(end + 1) {
        let place = line.place_at(end + 1).map_or(end + 2, |place| place.end);
        end = line.org_words(end + 1, style).max(place);
    }
    end
}

/// Beginning of a name whose last words begin at `tail`: the capitals in front of it, with `and` between two of them behind an article.
fn begin_of_tail(line: &Line, tail: usize, free_from: usize) -> usize {
    let most = if line.is_titled { 1 } else { MAX_WORDS };
    let family_first = line.names.family_first;
    let stops = |at: usize| {
        let opener = line.is_one_of(at, &line.names.openers)
            || (line.is(at, Entry::NoPerson).is_some() && line.is(at, Entry::OrgBeginning).is_none());
        opener || (family_first && line.places.binary_search_by(|place| place.end.cmp(&(at + 1))).is_ok())
    };
    let mut at = tail;
    // `the County Attorney’s Office`
    if tail > free_from + 2
        && line.tokens[tail - 1].of(line.text) == "s"
        && matches!(line.sign(tail - 2), "'" | "’")
        && line.is_one_of(tail - 3, &line.names.owners)
        && line.tokens[tail - 3].is_capital()
    {
        at = tail - 3;
    }
    while at > free_from && tail - at < most && line.tokens[at].space_before() {
        let token = line.tokens[at - 1];
        let sign = token.of(line.text) == "&";
        let joint = (sign || (token.is_lower() && line.is_one_of(at - 1, &line.names.ands)))
            && at < tail
            && at > free_from + 1
            && line.tokens[at - 2].is_capital()
            && !stops(at - 2);
        if joint {
            // `the Securities and Exchange Commission`, not `Ford and Volvo Group`.
            let mut first = at - 2;
            while first > free_from
                && line.tokens[first].space_before()
                && line.tokens[first - 1].is_capital()
                && !stops(first - 1)
            {
                first -= 1;
            }
            let article = first.checked_sub(1).is_some_and(|before| line.is_one_of(before, &line.names.of_articles));
            if sign || article {
                return first;
            }
            break;
        }
        if !token.is_capital() || stops(at - 1) {
            break;
        }
        at -= 1;
    }
    at
}
