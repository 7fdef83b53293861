//! Persons, roles and organisations of a line, from the phrases in it and the case of its words.

use super::names::{Entry, Hit, Hits, Names};
use super::places::{PartyMention, Place};
use super::tokens::Token;

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
}

/// A role in a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Role {
    /// First token.
    pub at: usize,
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

/// Tokens around a token in which what belongs to it is looked for: bounds keep the cost linear in the line.
const NEAR: usize = 8;

/// The roles that begin near a token, with the number of the first of them.
fn near(roles: &[Role], at: usize) -> (usize, &[Role]) {
    let from = roles.partition_point(|role| role.end + 4 * NEAR < at);
    let to = roles.partition_point(|role| role.at <= at + NEAR);
    (from, &roles[from..to.max(from)])
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
}

impl Line<'_> {
    fn place_at(&self, at: usize) -> Option<Place> {
        let number = self.places.partition_point(|place| place.at < at);
        self.places.get(number).filter(|place| place.at == at).copied()
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

    /// End of the words of an organisation's name from a token on: `Kiểm tra Trung ương`.
    fn org_words(&self, from: usize, style: Style) -> usize {
        let mut end = from;
        while end < self.tokens.len() && end - from < 14 && self.party_at(end).is_none() {
            // The first word of a party's name behind it is none of its own: `Trung ương | Đảng Cộng sản Chile`.
            let next = self.parties.partition_point(|party| party.at <= end);
            let party = self.parties.get(next).map_or(usize::MAX, |party| party.at);
            let of =
                |hit: &&Hit| matches!(hit.entry, Entry::OrgWord | Entry::OrgHead | Entry::Org(_)) && hit.end <= party;
            let head = self.hits.at(end).iter().rev().find(of).copied();
            if let Some(hit) = head.filter(|hit| hit.end > end && self.tokens[end].space_before()) {
                end = hit.end;
                continue;
            }
            // `và Đào tạo`, `, Thể thao`: only between words of the name.
            let joint = matches!(
                self.tokens[end].of(self.text),
                "và" | ","
                    | "-"
                    | "–"
                    | "and"
                    | "of"
                    | "the"
                    | "for"
                    | "de"
                    | "del"
                    | "la"
                    | "y"
                    | "e"
                    | "do"
                    | "da"
                    | "du"
                    | "des"
                    | "et"
            );
            let behind = self
                .hits
                .longest(end + 1, |entry| entry == Entry::OrgWord)
                .filter(|hit| self.tokens[hit.at].is_capital());
            if let Some(hit) = behind.filter(|_| joint && end > from) {
                end = hit.end;
                continue;
            }
            let of = matches!(self.tokens[end].of(self.text), "of" | "for" | "de" | "del" | "do" | "da" | "des" | "du");
            if style == Style::GivenFirst
                && joint
                && (end > from || of)
                && self.spaced_capital(end + 1)
                && self.tokens[end].is_word()
            {
                end += 2;
                continue;
            }
            if style == Style::GivenFirst
                && self.spaced_capital(end)
                && self.hits.longest(end, |e| e == Entry::NoPerson).is_none()
            {
                end += 1;
                continue;
            }
            break;
        }
        end
    }
}

/// The roles of a line. A role takes the body that it is held in along: `Trưởng Ban Đối ngoại Trung ương`.
pub fn roles(line: &Line, style: Style, found: &mut Vec<Role>) {
    let mut free_from = 0;
    for hit in line.hits.0 {
        let Entry::Role(_) = hit.entry else { continue };
        if hit.at < free_from {
            continue;
        }
        let Some(Hit { at, end, entry: Entry::Role(role) }) =
            line.hits.longest(hit.at, |entry| matches!(entry, Entry::Role(_)))
        else {
            continue;
        };
        // A longer name holds it: `Đoàn Chủ tịch`.
        let holds = |other: &Hit| {
            let name = matches!(other.entry, Entry::NoOrg | Entry::Mask | Entry::OrgHead | Entry::OrgTail);
            name && other.end >= end && other.end - other.at > end - at
        };
        if (at.saturating_sub(NEAR)..=at).any(|at| line.hits.at(at).iter().any(holds)) {
            continue;
        }
        let mut end = end;
        if style == Style::FamilyFirst {
            end = line.org_words(end, style);
        }
        let mut reach = end;
        for _ in 0..3 {
            if let Some(party) = line.party_at(reach) {
                reach = party.end;
            } else if let Some(place) = line.place_at(reach) {
                reach = place.end;
            } else if style == Style::FamilyFirst {
                let further = line.org_words(reach, style);
                if further == reach {
                    break;
                }
                reach = further;
            } else {
                break;
            }
        }
        // A party's own wing: `Đảng Cộng sản Peru-Tổ quốc đỏ`.
        found.push(Role { at, end, role, reach });
        free_from = end;
    }
}

/// The organisations of a line: known names, and names by their first or last word.
pub fn organisations(line: &Line, style: Style, roles: &[Role], short: &mut Vec<String>, found: &mut Vec<Org>) {
    let mut free_from = 0;
    for hit in line.hits.0 {
        if hit.at < free_from {
            continue;
        }
        match hit.entry {
            Entry::Org(_) | Entry::Agency(_) => {
                let best = line.hits.longest(hit.at, |entry| matches!(entry, Entry::Org(_) | Entry::Agency(_)));
                let in_role = best.is_some_and(|best| {
                    near(roles, best.at).1.iter().any(|role| role.at <= best.at && role.end >= best.end)
                });
                if let Some(best) = best.filter(|_| !in_role) {
                    found.push(Org { at: best.at, end: best.end, known: Some(best.entry) });
                    free_from = best.end;
                }
            }
            Entry::OrgHead if style != Style::Han => {
                let refused = line.is(hit.at, Entry::NoOrg).is_some() || !line.tokens[hit.at].is_capital();
                let Some(head) = line.is(hit.at, Entry::OrgHead).filter(|_| !refused) else { continue };
                let mut end = line.org_words(head.end, style);
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
                if style == Style::FamilyFirst
                    && line.is(head.at, Entry::NamedHead).is_some_and(|named| named.end == head.end)
                {
                    end = named_end(line, end.max(head.end));
                }
                let in_role = near(roles, head.at).1.iter().any(|role| role.at < head.at && role.end > head.at);
                let by_name =
                    line.hits.longest(hit.at, |entry| matches!(entry, Entry::Org(_))).filter(|name| name.end >= end);
                if let Some(name) = by_name.filter(|_| !in_role) {
                    found.push(Org { at: name.at, end: name.end, known: Some(name.entry) });
                    free_from = name.end;
                } else if end > head.end && !in_role {
                    found.push(Org { at: head.at, end, known: None });
                    free_from = end;
                }
            }
            Entry::OrgTail if style != Style::Han => {
                // The capitals in front of it.
                let mut at = hit.at;
                while at > free_from
                    && line.tokens[at].space_before()
                    && (line.tokens[at - 1].is_capital() || (line.sign(at - 1) == "&"))
                    && line.is(at - 1, Entry::NoPerson).is_none()
                {
                    at -= 1;
                }
                if at < hit.at && line.tokens[hit.at].is_capital() {
                    let mut end = hit.end;
                    if matches!(line.tokens.get(end).map(|token| token.of(line.text)), Some("of" | "for"))
                        && line.spaced_capital(end + 1)
                    {
                        end = line.org_words(end + 1, style).max(end + 2);
                    }
                    found.push(Org { at, end, known: None });
                    free_from = end;
                }
            }
            Entry::OrgTail if style == Style::Han => {
                // From a place to the word that ends the name: 越南外交部.
                let before = line.places.partition_point(|place| place.end <= hit.at);
                let place =
                    before.checked_sub(1).map(|last| line.places[last]).filter(|place| hit.at - place.end <= NEAR);
                let strong = line.is(hit.at, Entry::StrongTail).is_some_and(|strong| strong.end == hit.end);
                if let Some(start) = strong.then(|| han_org_start(line, hit.at, free_from)).flatten() {
                    let in_role = near(roles, hit.at).1.iter().any(|role| role.at < hit.end && role.end > start);
                    if !in_role {
                        found.push(Org { at: start, end: hit.end, known: None });
                        free_from = hit.end;
                        continue;
                    }
                }
                let Some(place) = place.filter(|place| place.at >= free_from) else { continue };
                let inside = &line.tokens[place.end..hit.at];
                let plain = inside.iter().all(|token| token.is_han() && !FUNCTION.contains(token.of(line.text)));
                let role_in = near(roles, hit.at).1.iter().any(|role| role.at < hit.at && role.end > place.end);
                if plain && !role_in {
                    found.push(Org { at: place.at, end: hit.end, known: None });
                    free_from = hit.end;
                }
            }
            _ => {}
        }
    }
    short_forms(line, short, found);
}

/// Lower-case words between a head and the name behind it: `Công ty tư vấn về nhân sự Mercer`.
const WORDS_TO_NAME: usize = 6;

/// End of the capitals that name an organisation behind its first words; the same place where none follow.
fn named_end(line: &Line, from: usize) -> usize {
    let lower = |at: usize| line.tokens.get(at).is_some_and(|token| token.is_lower() && token.space_before());
    let mut at = from;
    while lower(at) && at - from < WORDS_TO_NAME && line.hits.longest(at, |entry| entry == Entry::Says).is_none() {
        at += 1;
    }
    let mut end = at;
    while end - at < MAX_WORDS
        && line.spaced_capital(end)
        && !line.taken[end]
        && line.hits.longest(end, |entry| matches!(entry, Entry::Role(_) | Entry::OrgHead | Entry::Honorific)).is_none()
    {
        end += 1;
    }
    if end > at { end } else { from }
}

/// Han characters of an organisation's name in front of its last word.
const HAN_ORG: usize = 16;

/// Beginning of an organisation whose last word needs no place: back to a sign or a word that stands between names, where the name then
/// begins as such names do, or holds the word for a town.
fn han_org_start(line: &Line, tail: usize, free_from: usize) -> Option<usize> {
    let inside = |at: usize| {
        let token = line.tokens[at];
        token.is_han() && !line.taken[at] && !FUNCTION.contains(token.of(line.text))
    };
    let mut start = tail;
    while start > free_from && tail - start < HAN_ORG && inside(start - 1) {
        start -= 1;
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

/// The short form in brackets behind an organisation or behind words whose first letters it has: `General Electric (GE)`.
fn short_forms(line: &Line, known: &mut Vec<String>, found: &mut Vec<Org>) {
    if memchr::memchr(b'(', line.text.as_bytes()).is_some() {
        for open in 0..line.tokens.len().saturating_sub(2) {
            let short = line.tokens[open + 1];
            if !short.is_upper() {
                continue;
            }
            let letters = short.of(line.text);
            if line.sign(open) != "(" || line.sign(open + 2) != ")" || letters.len() > 12 {
                continue;
            }
            let behind_org = found.iter().any(|org| org.end == open);
            let mut start = open;
            while start > 0 && open - start < MAX_WORDS && line.tokens[start - 1].is_capital() && !line.taken[start - 1]
            {
                start -= 1;
            }
            let initials = |from: usize| -> String {
                line.tokens[from..open].iter().filter_map(|token| token.of(line.text).chars().next()).collect()
            };
            let named = (start..open.saturating_sub(1)).find(|from| initials(*from) == letters);
            if let Some(at) = named.filter(|_| !behind_org) {
                found.retain(|org| org.end <= at || org.at >= open);
                found.push(Org { at, end: open, known: None });
            }
            if (behind_org || named.is_some()) && !known.iter().any(|known| known == letters) && known.len() < MAX_SHORT
            {
                known.push(letters.to_owned());
            }
        }
    }
    if !known.is_empty() {
        for (at, token) in line.tokens.iter().enumerate().filter(|(_, token)| token.is_upper()) {
            let taken = found.iter().any(|org| org.at <= at && at < org.end);
            if !taken && known.iter().any(|known| known == token.of(line.text)) {
                found.push(Org { at, end: at + 1, known: None });
            }
        }
    }
    found.sort_by_key(|org| org.at);
}

/// Most short forms of a record that are kept in mind.
const MAX_SHORT: usize = 30;

/// Han characters that stand between names and never in an organisation's.
const FUNCTION: &str = "的在和与及对向从是了为以于据被把将由到至或并等也都就还又不有这那之其者所上下前后";

/// The persons of a line.
pub fn persons(line: &Line, style: Style, names: &Names, roles: &[Role], orgs: &[Org], found: &mut Vec<Person>) {
    match style {
        Style::Han => han(line, names, roles, found),
        Style::FamilyFirst | Style::GivenFirst => capitals(line, style, roles, orgs, found),
    }
}

/// Longest name in words.
const MAX_WORDS: usize = 6;

fn capitals(line: &Line, style: Style, roles: &[Role], orgs: &[Org], found: &mut Vec<Person>) {
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
        let (first, around) = near(roles, at);
        let role_before =
            around.iter().rposition(|role| role.reach == at || role.end == at).map(|number| first + number);
        // `Ảnh: Đức Anh Tăng trưởng`: a word of address with a capital stands at a beginning.
        let honorific = line.hits.ending(at, |entry| entry == Entry::Honorific).is_some_and(|hit| {
            style != Style::FamilyFirst
                || !line.tokens[hit.at].is_capital()
                || hit.at == 0
                || !line.tokens[hit.at - 1].is_capital()
        });
        let hit = match style {
            Style::FamilyFirst => family_first(line, at, role_before.is_some(), honorific),
            _ => given_first(line, at, role_before.is_some(), honorific, roles, found),
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
            found.push(Person { at, end, confidence, role, short });
            at = end;
        }
    }
}

/// End of a run of capitals that a name can be, with particles and hyphens inside.
fn run(line: &Line, at: usize, style: Style) -> usize {
    let mut end = at + 1;
    while end - at < MAX_WORDS {
        let Some(token) = line.tokens.get(end).copied() else { break };
        let part = token.is_capital() && !line.taken[end];
        let stops = line.place_at(end).is_some_and(|place| style == Style::FamilyFirst || place.end - place.at > 1)
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

fn family_first(line: &Line, at: usize, role: bool, honorific: bool) -> Option<(usize, f32, bool)> {
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
    let street = line.hits.ending(at, |entry| matches!(entry, Entry::NotBehind | Entry::PlaceHead)).is_some();
    if street {
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
    // Foreign names and given names need a word in front of them; one word behind a role is foreign, or the beginning of something.
    if words(end) == 1 && is_last_name(line, at) {
        return Some((end, 0.85, true));
    }
    if role && line.tokens[at].space_before() {
        let single = line.tokens[at].of(line.text);
        let goes_on = line.tokens.get(end).is_some_and(|next| next.is_lower());
        let foreign = words(end) >= 2 || (!line.begins(at) && (!goes_on || (single.is_ascii() && single.len() > 3)));
        return foreign.then_some((end, if words(end) >= 2 { 0.9 } else { 0.75 }, words(end) == 1));
    }
    (honorific && line.tokens[at].space_before()).then_some((
        end,
        if words(end) >= 2 { 0.85 } else { 0.8 },
        words(end) == 1,
    ))
}

/// Whether a word is the last of a name given before.
fn is_last_name(line: &Line, at: usize) -> bool {
    let word = line.tokens[at].of(line.text);
    word.chars().count() > 2
        && line.people.iter().any(|name| name.strip_suffix(word).is_some_and(|rest| rest.ends_with(' ')))
}

fn given_first(
    line: &Line,
    at: usize,
    role: bool,
    honorific: bool,
    roles: &[Role],
    found: &[Person],
) -> Option<(usize, f32, bool)> {
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
    if refused
        || (at > 0
            && line.spaced_capital(at)
            && line.tokens[at - 1].is_capital()
            && !role
            && !honorific
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
    let given = line.is(at, Entry::Given).is_some();
    let says = line.is(end, Entry::Says).is_some();
    let said = line.hits.ending(at, |entry| entry == Entry::Said).is_some();
    let described = line.sign(end) == ","
        && (line.tokens.get(end + 1).is_some_and(|token| token.is_number() && token.end - token.start == 2)
            || near(roles, end)
                .1
                .iter()
                .any(|role| role.at == end + 1 || (role.at == end + 2 && line.tokens[end + 1].is_lower()))
            || matches!(
                line.tokens.get(end + 1).map(|token| token.of(line.text)),
                Some("who" | "quien" | "qui" | "que")
            ));
    // `Anna Miller and Trevoh Chalobah`: one of the two is known.
    let joint = |at: usize| {
        line.tokens.get(at).is_some_and(|token| matches!(token.of(line.text), "and" | "y" | "e" | "et" | "und" | ","))
    };
    let known_at = |at: usize| line.is(at, Entry::Given).is_some() && line.spaced_capital(at + 1);
    let paired = (joint(end) && known_at(end + 1))
        || (at > 2 && joint(at - 1) && found.last().is_some_and(|last| last.end + 1 == at && !last.short));
    match words {
        1 if is_last_name(line, at) => Some((end, 0.85, true)),
        1 => ((honorific || role) && !line.begins(at)).then_some((end, 0.85, true)),
        _ if honorific || role => Some((end, 0.93, false)),
        _ if given => Some((end, 0.9, false)),
        2..=4 if says || said || described => Some((end, 0.8, false)),
        2..=3 if paired && !line.begins(at) => Some((end, 0.75, false)),
        _ => None,
    }
}

/// Names of Han characters: beside a role or a word of address, in front of what persons do, and foreign names by their points.
fn han(line: &Line, names: &Names, roles: &[Role], found: &mut Vec<Person>) {
    let is_point = |token: Token| token.is_sign() && matches!(token.of(line.text), "·" | "・" | "•" | "‧");
    // Names given before are compared only where one may begin: by some bits of the first character's third byte.
    let first_bits = |text: &str, at: usize| text.as_bytes().get(at + 2).map_or(0, |byte| 1_u64 << (byte & 63));
    let known_bits = line.people.iter().fold(0, |bits, name| bits | first_bits(name, 0));
    let in_sounds = |token: &Token| token.is_han() && names.sounds.contains(token.of(line.text));
    let mut at = 0;
    let mut free_from = 0;
    while at < line.tokens.len() {
        let token = line.tokens[at];
        if is_point(token) && at > free_from {
            // Back to the beginning of the first part, on to the end of the last.
            let last_place = line.places.partition_point(|place| place.end < at).checked_sub(1);
            let last_place = last_place.map_or(0, |last| line.places[last].end);
            let last_role = near(roles, at).1.iter().map(|role| role.end).filter(|end| *end < at).max().unwrap_or(0);
            let stop = last_place.max(last_role).max(free_from);
            let mut start = at;
            while start > stop && in_sounds(&line.tokens[start - 1]) && at - start < 7 {
                start -= 1;
            }
            let mut end = at + 1;
            let mut part = 0;
            while let Some(token) = line.tokens.get(end) {
                if is_point(*token) && part > 0 {
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
                let (first, around) = near(roles, start);
                let role = around
                    .iter()
                    .rposition(|role| role.end == start || role.reach == start)
                    .map(|number| first + number);
                found.push(Person { at: start, end, confidence: 0.93, role, short: false });
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
            && let Some(known) = line.people.iter().find(|name| rest.starts_with(name.as_str()))
        {
            let end = at + known.chars().count();
            let (first, around) = near(roles, at);
            let role = around.iter().rposition(|role| role.end == at).map(|number| first + number);
            found.push(Person { at, end, confidence: 0.9, role, short: false });
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
        let led = role_before.is_some()
            || line.hits.ending(at, |entry| matches!(entry, Entry::Honorific | Entry::Said)).is_some();
        let place = line.places.partition_point(|place| place.end <= at);
        let party = line.parties.partition_point(|party| party.end <= at);
        let inside = line.places.get(place).is_some_and(|place| place.at < at + 2)
            || line.parties.get(party).is_some_and(|party| party.at < at + 2)
            || around.iter().any(|role| role.at < at + 2 && role.end > at);
        let refused = line.is(at, Entry::NoPerson).is_some() || inside;
        match (!refused).then(|| han_name(line, names, surname, led, roles)).flatten() {
            Some((end, confidence)) => {
                let behind = around.iter().position(|role| role.at == end).map(|number| first + number);
                found.push(Person { at, end, confidence, role: role_before.or(behind), short: false });
                free_from = end;
                at = end;
            }
            None => at += 1,
        }
    }
}

/// End of a name of one or two characters behind a surname: where a word begins that follows names, a sign stands, or, behind a role,
/// the third character is none that names lack.
fn han_name(line: &Line, names: &Names, surname: Hit, led: bool, roles: &[Role]) -> Option<(usize, f32)> {
    let given = |at: usize| {
        line.tokens
            .get(at)
            .is_some_and(|token| token.is_han() && !names.ends.contains(token.of(line.text)) && !line.taken[at])
    };
    let follows = |at: usize| {
        line.hits.at(at).iter().any(|hit| matches!(hit.entry, Entry::Says | Entry::HonorificBehind))
            || near(roles, at).1.iter().any(|role| role.at == at)
    };
    let closed = |at: usize| line.tokens.get(at).is_none_or(|token| !token.is_han());
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
            !token.is_han() || FUNCTION.contains(token.of(line.text)) || line.taken[before]
        }) || line.places.binary_search_by(|place| place.end.cmp(&surname.at)).is_ok()
            || near(roles, surname.at).1.iter().any(|role| role.reach == surname.at);
    if long_fits && follows(long) && bound {
        return Some((long, if led { 0.97 } else { 0.85 }));
    }
    if follows(short) && extra == 0 && bound {
        return Some((short, if led { 0.95 } else { 0.75 }));
    }
    // `、江泽民、`: three characters between signs.
    let open = surname.at == 0 || line.tokens[surname.at - 1].is_sign();
    // `孙丰:` at the beginning of a line: who speaks.
    if surname.at == 0 && extra == 0 {
        let speaks = |at: usize| matches!(line.sign(at), ":" | "\u{ff1a}") && at + 1 < line.tokens.len();
        if let Some(end) = [short, long].into_iter().find(|end| (first..*end).all(given) && speaks(*end)) {
            return Some((end, 0.8));
        }
    }
    if !led && open && extra == 0 && long_fits && closed(long) && !(surname.at == 0 && long == line.tokens.len()) {
        return Some((long, 0.75));
    }
    if !led {
        return None;
    }
    if long_fits {
        return Some((long, if closed(long) { 0.95 } else { 0.88 }));
    }
    (closed(short) || !given(short)).then_some((short, 0.85))
}
