//! Persons whose names are written in Han characters.

use super::{Line, Maybe, NAMES_BEFORE, POINTS, Person, Role, near, role_before};
use crate::mention::names::{Entry, Hit};
use crate::mention::tokens::Token;

/// Names of Han characters: beside a role or a word of address, in front of what persons do, and foreign names by their points.
pub(super) fn han(line: &Line, roles: &[Role], maybe: &mut Vec<Maybe>, found: &mut Vec<Person>) {
    // Names given before are compared only where one may begin: by some bits of the first character's third byte.
    let first_bits = |text: &str, at: usize| text.as_bytes().get(at + 2).map_or(0, |byte| 1_u64 << (byte & 63));
    let mut here: Vec<(&str, bool)> = Vec::new();
    let mut known_bits = line.people.iter().fold(0, |bits, name| bits | first_bits(name, 0));
    let in_sounds = |token: &Token| token.is_han() && line.names.sounds.contains(token.of(line.text));
    let mut at = 0;
    let mut free_from = 0;
    while at < line.tokens.len() {
        let token = line.tokens[at];
        if line.is_point(token) && at > free_from {
            // Back to the beginning of the first part, on to the end of the last.
            let last_place = line.places.partition_point(|place| place.end < at).checked_sub(1);
            let last_place = last_place.map_or(0, |last| line.places[last].end);
            let last_role = near(roles, at).1.iter().map(|role| role.end).filter(|end| *end < at).max().unwrap_or(0);
            let stop = last_place.max(last_role).max(free_from);
            let mut start = at;
            while start > stop && in_sounds(&line.tokens[start - 1]) && at - start < 7 {
                start -= 1;
            }
            // `的|茉莉·…`: a first character that writes sounds seldom.
            let joint = |at: usize| {
                let token = line.tokens[at];
                !token.is_han() || line.names.between.contains(token.of(line.text))
            };
            if start > stop
                && start < at
                && !joint(start - 1)
                && (start == stop + 1 || joint(start - 2))
                && at - start == 1
            {
                start -= 1;
            }
            // `老约翰·…`: the elder of two bearers of the name.
            if start > stop && start < at && line.names.ages_apart.contains(line.tokens[start - 1].of(line.text)) {
                start -= 1;
            }
            let mut end = at + 1;
            let mut part = 0;
            while let Some(token) = line.tokens.get(end) {
                if line.is_point(*token) && part > 0 {
                    part = 0;
                } else if in_sounds(token)
                    && part < 7
                    && line.hits.longest(end, |entry| matches!(entry, Entry::Says)).is_none()
                {
                    part += 1;
                } else {
                    break;
                }
                end += 1;
            }
            if start < at && end > at + 1 {
                let role = role_before(roles, start);
                found.push(Person { at: start, end, confidence: 0.93, role, short: false, by_form: false });
                // `卡雷亚斯` behind `阿尔文·卡雷亚斯`.
                let name = line.text.get(line.tokens[start].start as usize..line.tokens[end - 1].end as usize);
                let last = name.and_then(|name| name.rsplit(POINTS).next());
                if let Some(last) = last.filter(|last| last.chars().count() > 1 && here.len() < NAMES_BEFORE) {
                    known_bits |= first_bits(last, 0);
                    here.push((last, true));
                }
                free_from = end;
                at = end;
                continue;
            }
        }
        // A name given before.
        if token.is_han()
            && at >= free_from
            && known_bits & first_bits(line.text, token.start as usize) != 0
            && let Some(rest) = line.text.get(token.start as usize..)
            && let Some(known) = line
                .people
                .iter()
                .map(String::as_str)
                .chain(here.iter().map(|(name, _)| *name))
                .find(|name| rest.starts_with(*name))
            && !line.tokens.get(at + known.chars().count()).is_some_and(|next| line.is_point(*next))
        {
            let end = at + known.chars().count();
            let (first, around) = near(roles, at);
            let role = around.iter().rposition(|role| role.end == at).map(|number| first + number);
            let short = here.contains(&(known, true))
                || line.people.iter().any(|name| name.strip_suffix(known).is_some_and(|rest| rest.ends_with('·')));
            found.push(Person { at, end, confidence: 0.9, role, short, by_form: false });
            (free_from, at) = (end, end);
            continue;
        }
        // `特朗普`: one that everybody knows.
        let full = line.is(at, Entry::FullName).filter(|_| at >= free_from && !line.is_in_place(at));
        let full = full.map(|full| (full.end, FULL));
        let by_sound = || {
            let by_sound = (at >= free_from).then(|| han_by_sound(line, at, roles)).flatten();
            let by_sound =
                by_sound.filter(|(end, confidence)| *confidence > 0.0 || again(line, at, *end, false, maybe));
            by_sound.map(|(end, confidence)| (end, confidence.max(REPEATED)))
        };
        if let Some((end, confidence)) = full.or_else(by_sound) {
            let role = role_before(roles, at);
            found.push(Person { at, end, confidence, role, short: false, by_form: false });
            (free_from, at) = (end, end);
            continue;
        }
        let surname = line.hits.longest(at, |entry| entry == Entry::Surname);
        let Some(surname) = surname.filter(|_| at >= free_from && !line.taken[at]) else {
            at += 1;
            continue;
        };
        let (first, around) = near(roles, at);
        let role_before = around.iter().rposition(|role| role.end == at).map(|number| first + number);
        // `记者 林亮 周超`, `李鹏、王刚`: one behind another.
        let listed = found.last().is_some_and(|last| {
            (last.end == at && token.space_before())
                || (last.end + 1 == at && line.sign(last.end) == "、" && last.confidence > 0.8)
        });
        let led = listed
            || role_before.is_some()
            || line.hits.ending(at, |entry| matches!(entry, Entry::Honorific | Entry::Said)).is_some();
        let place = line.places.partition_point(|place| place.end <= at);
        let party = line.parties.partition_point(|party| party.end <= at);
        let inside = line.places.get(place).is_some_and(|place| place.at < at + 2)
            || line.parties.get(party).is_some_and(|party| party.at < at + 2)
            || around.iter().any(|role| role.at < at + 2 && role.end > at);
        let no_person = line.is(at, Entry::NoPerson).is_some();
        let refused = no_person || inside;
        let held = around.iter().any(|role| role.at <= at && role.end > at)
            || line.places.get(place).is_some_and(|place| place.at <= at)
            || line.parties.get(party).is_some_and(|party| party.at <= at);
        if let Some(end) = (!held && !no_person).then(|| addressed(line, surname, roles)).flatten() {
            let behind = around.iter().position(|role| role.at == end).map(|number| first + number);
            found.push(Person { at, end, confidence: 0.8, role: behind, short: true, by_form: false });
            (free_from, at) = (end, end);
            continue;
        }
        let listed_end = || (is_in_list(line, at)).then(|| is_listed(line, at)).flatten().map(|end| (end, 0.85));
        let name = || {
            let found = han_name(line, surname, led, roles).or_else(listed_end);
            let found = found.or_else(|| repeated(line, surname, roles, maybe).map(|end| (end, REPEATED)));
            found.filter(|(end, _)| !is_town(line, *end))
        };
        match (!refused).then(name).flatten() {
            Some((end, confidence)) => {
                let behind = around.iter().position(|role| role.at == end).map(|number| first + number);
                found.push(Person { at, end, confidence, role: role_before.or(behind), short: false, by_form: false });
                // `林秋白就…` behind `党魁林秋白,`.
                let name = line.text.get(line.tokens[at].start as usize..line.tokens[end - 1].end as usize);
                if let Some(name) = name.filter(|_| here.len() < NAMES_BEFORE && confidence > 0.8) {
                    known_bits |= first_bits(name, 0);
                    here.push((name, false));
                }
                free_from = end;
                at = end;
            }
            None => at += 1,
        }
    }
}

/// End of a foreign name of three to six characters without a point: all of its characters are written by sound, signs or words that
/// stand between names bound it, and a role, or what persons do, stands beside it.
fn han_by_sound(line: &Line, at: usize, roles: &[Role]) -> Option<(usize, f32)> {
    let token = line.tokens[at];
    if !token.is_han() || !line.names.sounds.contains(token.of(line.text)) || line.taken[at] {
        return None;
    }
    let before = at.checked_sub(1).map(|before| line.tokens[before]);
    let role = near(roles, at).1.iter().any(|role| role.end == at || role.reach == at);
    let led = role || line.hits.ending(at, |entry| matches!(entry, Entry::Honorific | Entry::Said)).is_some();
    let bound = led
        || before.is_none_or(|before| !before.is_han() || line.names.between.contains(before.of(line.text)))
        || line.hits.ending(at, |entry| entry == Entry::Kind).is_some();
    if !bound || line.place_at(at).is_some() {
        return None;
    }
    let says = |at: usize| line.hits.at(at).iter().any(|hit| matches!(hit.entry, Entry::Says | Entry::HonorificBehind));
    let mut end = at;
    let (mut foreign, mut known) = (0, false);
    while let Some(token) = line.tokens.get(end) {
        let part =
            token.is_han() && line.names.sounds.contains(token.of(line.text)) && end - at < 7 && !line.taken[end];
        if !part || (end > at && token.space_before()) || (end - at > 1 && says(end)) {
            break;
        }
        foreign += usize::from(line.names.foreign.contains(token.of(line.text)));
        known |= line.place_at(end).is_some()
            || line.hits.at(end).iter().any(|hit| {
                matches!(
                    hit.entry,
                    Entry::Org(_) | Entry::NoPerson | Entry::OrgTail | Entry::NoOrg | Entry::Mask | Entry::Role(_)
                )
            });
        end += 1;
    }
    // `王尔德(Oscar Wilde)`
    let latin = line.sign(end) == "("
        && (end + 1..end + 3).all(|at| line.tokens.get(at).is_some_and(|token| token.is_capital() && !token.is_han()));
    if latin && !known && (2..=6).contains(&(end - at)) {
        return Some((end, 0.8));
    }
    let next = line.tokens.get(end);
    let point = next.is_some_and(|next| line.is_point(*next));
    // `普尔斯顿大学`
    let of_org = line.hits.at(end).iter().any(|hit| matches!(hit.entry, Entry::StrongTail));
    if known || point || of_org || !(3..=6).contains(&(end - at)) || foreign + usize::from(led) == 0 {
        return None;
    }
    let closed = next.is_none_or(|next| !next.is_han() || line.names.between.contains(next.of(line.text)));
    // `《柳叶刀》` is what somebody wrote.
    if line.sign(end) == "》" && at.checked_sub(1).is_some_and(|before| line.sign(before) == "《") {
        return None;
    }
    // One such character alone tells nothing of a name that stands once.
    if foreign + usize::from(led) < 2 {
        return (end - at > 3 && closed).then_some((end, 0.0));
    }
    (says(end) || (led && closed)).then_some((end, if led { 0.9 } else { 0.8 }))
}

/// How sure a name is that only its repetition tells.
const REPEATED: f32 = 0.75;
/// Confidence of a name that the lexicon knows in full.
const FULL: f32 = 0.9;

/// Most of what may be names that are kept in mind.
const MAX_MAYBE: usize = 60;

/// Whether a name may begin at a token: behind a sign, a word that stands between names, a date or a place.
fn is_bound(line: &Line, at: usize) -> bool {
    at.checked_sub(1).is_none_or(|before| {
        let token = line.tokens[before];
        !token.is_han() || line.names.between.contains(token.of(line.text)) || line.taken[before]
    }) || line.places.binary_search_by(|place| place.end.cmp(&at)).is_ok()
}

/// Whether what may be a name stood in the record before, in front of something else where `differently`. Notes it where it did not.
fn again(line: &Line, at: usize, end: usize, differently: bool, maybe: &mut Vec<Maybe>) -> bool {
    let Some(name) = line.text.get(line.tokens[at].start as usize..line.tokens[end - 1].end as usize) else {
        return false;
    };
    let next = line.tokens.get(end).and_then(|token| token.of(line.text).chars().next());
    if let Some(known) = maybe.iter().find(|known| known.name == name) {
        return !differently || known.next != next;
    }
    if maybe.len() < MAX_MAYBE {
        maybe.push(Maybe { name: name.to_owned(), next });
    }
    false
}

/// End of a name of three characters that stands twice in the record, each time where a name may begin and in front of something else.
fn repeated(line: &Line, surname: Hit, roles: &[Role], maybe: &mut Vec<Maybe>) -> Option<usize> {
    let (at, end) = (surname.at, surname.end + 2);
    let part = |at: usize| {
        line.tokens.get(at).is_some_and(|token| {
            let text = token.of(line.text);
            let stops = line.names.ends.contains(text) || line.names.between.contains(text);
            token.is_han() && !token.space_before() && !line.taken[at] && !stops
        })
    };
    let weak = line.names.weak.contains(line.tokens[at].of(line.text));
    if weak || surname.end - at > 1 || !(surname.end..end).all(part) || !is_bound(line, at) {
        return None;
    }
    (is_free(line, at, end, roles) && again(line, at, end, true, maybe)).then_some(end)
}

/// Whether no other word of the lexicon begins inside some tokens.
fn is_free(line: &Line, at: usize, end: usize, roles: &[Role]) -> bool {
    let other = |hit: &Hit| {
        !matches!(hit.entry, Entry::Surname | Entry::Particle) && (hit.end - hit.at > 1 || hit.entry == Entry::Says)
    };
    (at..end).all(|at| !line.hits.at(at).iter().any(other))
        && !near(roles, at).1.iter().any(|role| role.at < end && role.end > at)
        && !(at..end).any(|at| line.place_at(at).is_some())
}

/// End of a family name alone in front of a role or a word of address: `陈|校长`, `王|教授`.
fn addressed(line: &Line, surname: Hit, roles: &[Role]) -> Option<usize> {
    let (at, end) = (surname.at, surname.end);
    let word = line.tokens[at].of(line.text);
    let addressed = line.hits.at(end).iter().any(|hit| hit.entry == Entry::HonorificBehind && hit.end - hit.at > 1);
    let weak = line.names.weak.contains(word);
    // `温先生`, not `向先生请教`; `高校长` may be anything.
    let titled = if weak {
        addressed && !line.names.between.contains(word)
    } else {
        addressed || near(roles, end).1.iter().any(|role| role.at == end)
    };
    if !titled {
        return None;
    }
    is_bound(line, at).then_some(end)
}

/// Whether the sign between parts of a list stands in front of a name or behind it.
fn is_in_list(line: &Line, at: usize) -> bool {
    let sign = |at: usize| line.sign(at) == "、";
    at.checked_sub(1).is_some_and(sign) || (at + 2..at + 5).any(sign)
}

/// Whether a word for a town follows what looks like a name, and more behind it: `禹州|市人民医院`.
fn is_town(line: &Line, end: usize) -> bool {
    line.tokens.get(end).is_some_and(|token| line.names.towns.contains(token.of(line.text)))
        && line.hits.at(end).iter().all(|hit| !matches!(hit.entry, Entry::Role(_)))
}

/// Whether a name stands in a list of names: `林秋白、周远山、李…等`. Two of its neighbours in the list begin with a family name too.
fn is_listed(line: &Line, at: usize) -> Option<usize> {
    let item = |at: usize| {
        let surname = line.hits.longest(at, |entry| entry == Entry::Surname)?;
        let part = |at: usize| line.tokens.get(at).is_some_and(|token| token.is_han() && !line.taken[at]);
        let sign = |at: usize| line.sign(at) == "、";
        let closed = |at: usize| {
            sign(at) || line.tokens.get(at).is_some_and(|token| line.names.between.contains(token.of(line.text)))
        };
        let end = (surname.end + 1..=surname.end + 2).find(|end| (surname.end..*end).all(part) && sign(*end)).or_else(
            || (surname.end + 1..=surname.end + 2).find(|end| (surname.end..*end).all(part) && closed(*end)),
        )?;
        let refused = line.is(at, Entry::NoPerson).is_some() || line.place_at(at).is_some();
        (!refused).then_some((end, sign(end)))
    };
    let (end, more) = item(at)?;
    let before = |at: usize| {
        let sign = at.checked_sub(1).filter(|sign| line.sign(*sign) == "、")?;
        (2..=4)
            .filter_map(|length| sign.checked_sub(length))
            .find(|from| item(*from).is_some_and(|item| item.0 == sign))
    };
    let behind = if more { item(end + 1) } else { None };
    let further = behind.filter(|(_, more)| *more).and_then(|(end, _)| item(end + 1));
    let first = before(at);
    let second = first.and_then(before);
    // `黄淮、江淮、江汉`: names of two characters alone may be anything, as words that begin like a family name may.
    let neighbours = [
        behind.map(|behind| (end + 1, behind.0)),
        behind.zip(further).map(|(behind, further)| (behind.0 + 1, further.0)),
        first.map(|first| (first, at - 1)),
        first.zip(second).map(|(first, second)| (second, first - 1)),
    ];
    let all = || neighbours.iter().flatten().copied().chain([(at, end)]);
    let long = all().any(|(at, end)| end - at > 2);
    let strong = all().any(|(at, _)| !line.names.weak.contains(line.tokens[at].of(line.text)));
    (all().count() >= 3 && long && strong).then_some(end)
}

/// End of a name of one or two characters behind a surname: where a word begins that follows names, a sign stands, or, behind a role,
/// the third character is none that names lack.
fn han_name(line: &Line, surname: Hit, led: bool, roles: &[Role]) -> Option<(usize, f32)> {
    let given = |at: usize| {
        line.tokens.get(at).is_some_and(|token| {
            token.is_han() && !token.space_before() && !line.names.ends.contains(token.of(line.text)) && !line.taken[at]
        })
    };
    // Words of one character follow persons and much else: behind a family name that is a word too they show nothing.
    let weak = line.names.weak.contains(line.tokens[surname.at].of(line.text)) && surname.end - surname.at == 1;
    let shows = |hit: &Hit| match hit.entry {
        Entry::Says => hit.end - hit.at > 1 || line.names.spoken.contains(line.tokens[hit.at].of(line.text)),
        Entry::HonorificBehind => true,
        _ => false,
    };
    let follows_surely =
        |at: usize| line.hits.at(at).iter().any(shows) || near(roles, at).1.iter().any(|role| role.at == at);
    let follows = |at: usize| {
        line.hits.at(at).iter().any(|hit| matches!(hit.entry, Entry::Says | Entry::HonorificBehind))
            || near(roles, at).1.iter().any(|role| role.at == at)
    };
    let closed = |at: usize| line.tokens.get(at).is_none_or(|token| !token.is_han() || token.space_before());
    let first = surname.end;
    if !given(first) {
        return None;
    }
    // 阮氏青香: the word for a woman's name stands between.
    let extra = usize::from(line.tokens[first].of(line.text) == "氏");
    let (short, long) = (first + 1, first + 2 + extra);
    let long_fits = (first + 1..long).all(given) && !(first + 1..long).any(follows);
    // Without a word that leads to it a name begins behind a sign, a place or a word that stands between names.
    let before = surname.at.checked_sub(1);
    let bound =
        led || before.is_none_or(|before| {
            let token = line.tokens[before];
            !token.is_han() || line.names.between.contains(token.of(line.text)) || line.taken[before]
        }) || line.hits.ending(surname.at, |entry| entry == Entry::Kind).is_some()
            || line.places.binary_search_by(|place| place.end.cmp(&surname.at)).is_ok()
            || near(roles, surname.at).1.iter().any(|role| role.reach == surname.at);
    // `贯彻习近平总书记…`: a role stands right behind.
    let titled = !bound
        && long_fits
        && !weak
        && near(roles, long).1.iter().any(|role| role.at == long && role.end - role.at > 1)
        && is_free(line, surname.at, long, roles);
    if titled {
        return Some((long, 0.8));
    }
    if long_fits && bound && if led || !weak { follows(long) } else { follows_surely(long) } {
        return Some((long, if led { 0.97 } else { 0.85 }));
    }
    if extra == 0 && bound && if led { follows(short) } else { follows_surely(short) } {
        return Some((short, if led { 0.95 } else { 0.75 }));
    }
    // `周远山(14岁)`
    let aged = |at: usize| {
        line.sign(at) == "("
            && line.tokens.get(at + 1).is_some_and(|token| token.is_number())
            && line.is_one_of(at + 2, &line.names.ages)
    };
    if extra == 0
        && let Some(end) = [long, short].into_iter().find(|end| (first..*end).all(given) && aged(*end))
    {
        return Some((end, 0.9));
    }
    // `、江泽民、`: three characters between signs.
    let open = surname.at == 0 || line.tokens[surname.at - 1].is_sign();
    // `周丰:` at the beginning of a line: who speaks.
    if surname.at == 0 && extra == 0 {
        let speaks = |at: usize| matches!(line.sign(at), ":" | "\u{ff1a}") && at + 1 < line.tokens.len();
        if let Some(end) = [short, long].into_iter().find(|end| (first..*end).all(given) && speaks(*end)) {
            return Some((end, 0.8));
        }
    }
    if !led
        && !weak
        && open
        && extra == 0
        && long_fits
        && closed(long)
        && !(surname.at == 0 && long == line.tokens.len())
    {
        return Some((long, 0.75));
    }
    if !led || (weak && !closed(long) && !closed(short)) {
        return None;
    }
    // `温普尔|顿`: a part of a foreign name.
    let by_sound = (surname.at..=long).all(|at| {
        line.tokens.get(at).is_some_and(|token| token.is_han() && line.names.sounds.contains(token.of(line.text)))
    });
    if by_sound && !closed(long) && !closed(short) {
        return None;
    }
    if long_fits {
        return Some((long, if closed(long) { 0.95 } else { 0.88 }));
    }
    (closed(short) || !given(short)).then_some((short, 0.85))
}
