//! Persons, roles and organisations of a line, from the phrases in it and the case of its words.

use super::names::{Entry, Hit, Hits, Names};
use super::places::{PartyMention, Place};
use super::tokens::Token;
use crate::decode::is_syllable;

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
    /// The names of the language.
    pub names: &'a Names,
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

    /// Whether words in lower case behind a capital, and in front of no further words of a name, say what the organisation does:
    /// `Bộ Quốc phòng | tổ chức`.
    fn is_verb(&self, hit: Hit) -> bool {
        let words = &self.tokens[hit.at..hit.end];
        let (Some(first), Some(last)) = (words.first(), words.last()) else { return false };
        let capital = |at: Option<usize>| at.is_some_and(|at| self.tokens[at].is_capital());
        let behind_name = capital(hit.at.checked_sub(1)) && capital(hit.at.checked_sub(2));
        let goes_on = self
            .hits
            .longest(hit.end, |entry| matches!(entry, Entry::OrgWord | Entry::OrgHead))
            .is_some_and(|next| next.entry == Entry::OrgWord && !behind_name);
        hit.entry == Entry::OrgWord
            && first.is_lower()
            && (capital(hit.at.checked_sub(1)) || capital(hit.at.checked_sub(2)))
            && self
                .text
                .get(first.start as usize..last.end as usize)
                .is_some_and(|words| self.names.org_verbs.iter().any(|verb| verb == words))
            && !goes_on
    }

    /// Whether most words of the line have a capital, as in the headlines of some papers: then capitals tell little.
    fn is_titled(&self) -> bool {
        let words = self.tokens.iter().filter(|token| token.is_word());
        let (capitals, all) =
            words.fold((0, 0), |(capitals, all), token| (capitals + usize::from(token.is_capital()), all + 1));
        all < 30 && capitals * 10 > all * 6
    }

    /// End of the name of an organisation behind its head, where the family name comes first: words of such names, words of two
    /// syllables of which the first has a capital, areas by their kind, and capitals behind heads that have names.
    fn family_first_end(&self, head: Hit) -> usize {
        let named = self
            .hits
            .longest(head.at, |entry| matches!(entry, Entry::NamedHead | Entry::LowerHead))
            .is_some_and(|named| named.end == head.end);
        let mut end = head.end;
        // `Bộ GTVT`, `Sở GD&ĐT`
        let upper =
            |at: usize| self.tokens.get(at).is_some_and(|token| token.is_upper() && token.end - token.start > 1);
        if upper(end) && self.spaced_capital(end) && self.hits.at(end).is_empty() {
            end += 1;
            while matches!(self.sign(end), "&" | "-")
                && !self.tokens[end].space_before()
                && self.tokens.get(end + 1).is_some_and(|token| token.is_capital())
            {
                end += 2;
            }
        }
        for _ in 0..4 {
            let before = end;
            end = self.org_words_on(head.end, end, Style::FamilyFirst);
            if let Some(place) = self.place_at(end).filter(|_| self.spaced_capital(end)) {
                end = place.end;
            }
            end = self.two_syllables(self.area(end, head.end));
            if named {
                let far = !self.tokens[head.end..end].iter().any(|token| token.is_capital() && !token.is_upper());
                end = named_end(self, end, far);
                let number = self.tokens.get(end).is_some_and(|token| {
                    token.is_number() && token.space_before() && token.end - token.start <= 3 && !self.taken[end]
                });
                let closed = self
                    .tokens
                    .get(end + 1)
                    .is_none_or(|next| next.is_sign() || self.is_one_of(end + 1, &self.names.org_ends));
                end += usize::from(number && closed && end > head.end);
            }
            if end == before {
                break;
            }
        }
        end
    }

    /// `Tham nhũng`: a syllable with a capital and one without, in front of a capital, a sign or a word that ends names.
    fn two_syllables(&self, from: usize) -> usize {
        let mut end = from;
        while end - from < MAX_WORDS && self.spaced_capital(end) && self.is_lower_word(end + 1) {
            let (first, second) = (self.tokens[end], self.tokens[end + 1]);
            let next = end + 2;
            let goes_on = self.tokens.get(next).is_none_or(|token| {
                token.is_sign()
                    || (token.is_capital() && token.space_before())
                    || self.is_one_of(next, &self.names.org_ends)
            });
            let known = self.hits.at(end).iter().any(|hit| {
                matches!(hit.entry, Entry::Surname | Entry::Honorific | Entry::Role(_) | Entry::Given | Entry::OrgHead)
            });
            let ends = self.is_one_of(end + 1, &self.names.org_ends)
                || self.hits.longest(end + 1, |entry| matches!(entry, Entry::Says)).is_some();
            if !goes_on || known || ends || self.taken[end] || self.is_one_of(end, &self.names.openers) {
                break;
            }
            let syllable = |token: Token| is_syllable(&token.of(self.text).to_lowercase());
            if !syllable(first) || !syllable(second) {
                break;
            }
            end = next;
        }
        end
    }

    /// End of the area that begins at a token, or whose kind ends there: `huyện Cư Kuin`, `TP. Vinh`, `quận 3`.
    fn area(&self, from: usize, start: usize) -> usize {
        let mut end = from;
        for _ in 0..3 {
            let area = self.is(end, Entry::Area).filter(|_| self.tokens[end].space_before());
            let behind = end == from && end > start && self.hits.ending(end, |entry| entry == Entry::Area).is_some();
            let kind = match area {
                Some(area) => area.end,
                None if behind => end,
                None => break,
            };
            let mut name = kind;
            while name - kind < 3
                && self
                    .tokens
                    .get(name)
                    .is_some_and(|token| token.is_capital() && (token.space_before() || name == kind))
                && !self.taken[name]
                && self
                    .hits
                    .longest(name, |entry| matches!(entry, Entry::OrgHead | Entry::Area | Entry::Honorific))
                    .is_none()
            {
                name += 1;
            }
            if name == kind
                && self.tokens.get(name).is_some_and(|token| token.is_number() && token.end - token.start <= 2)
                && !self.taken[name]
            {
                name += 1;
            }
            if name == kind {
                // `UBND huyện`: the kind alone is part of the name too.
                return if kind > from && end > start && self.tokens[from].is_lower() { kind } else { end };
            }
            end = name;
        }
        end
    }

    /// End of the words of an organisation's name from a token on: `Kiểm tra Trung ương`.
    fn org_words(&self, from: usize, style: Style) -> usize {
        self.org_words_on(from, from, style)
    }

    /// The same for a name whose words begin at `from` and are known up to `end`.
    fn org_words_on(&self, from: usize, mut end: usize, style: Style) -> usize {
        while end < self.tokens.len() && end - from < 14 && self.party_at(end).is_none() {
            // The first word of a party's name behind it is none of its own: `Trung ương | Đảng Cộng sản Chile`.
            let next = self.parties.partition_point(|party| party.at <= end);
            let party = self.parties.get(next).map_or(usize::MAX, |party| party.at);
            let of =
                |hit: &&Hit| matches!(hit.entry, Entry::OrgWord | Entry::OrgHead | Entry::Org(_)) && hit.end <= party;
            let head = self.hits.at(end).iter().rev().find(of).copied();
            if head.is_some_and(|hit| end > from && self.is_verb(hit)) {
                break;
            }
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
            let another =
                self.hits.longest(end + 1, |entry| entry == Entry::OrgHead).is_some() && style == Style::FamilyFirst;
            if let Some(hit) = behind.filter(|_| joint && end > from && !another) {
                end = hit.end;
                continue;
            }
            let of = matches!(self.tokens[end].of(self.text), "of" | "for" | "de" | "del" | "do" | "da" | "des" | "du");
            // `Partido de los Trabajadores`, `Department of the Interior`
            let article = of
                && matches!(
                    self.tokens.get(end + 1).map(|token| token.of(self.text)),
                    Some("los" | "las" | "la" | "el" | "the" | "les")
                );
            if style == Style::GivenFirst && article && self.spaced_capital(end + 2) {
                end += 3;
                continue;
            }
            // `Institute of Art and Design`, not `… and CEO of …`
            let other = self.tokens.get(end + 1).is_some_and(|token| token.is_upper() && token.end - token.start > 2)
                || self.hits.at(end + 1).iter().any(|hit| {
                    matches!(
                        hit.entry,
                        Entry::Role(_) | Entry::OrgHead | Entry::Org(_) | Entry::Agency(_) | Entry::Given
                    )
                });
            if style == Style::GivenFirst
                && joint
                && (of || !other)
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
                // `Walt Disney`, `Michael Bloomberg`: a name of one word behind a given name is a person's.
                let of_person = best.is_some_and(|best| {
                    best.end - best.at == 1
                        && line.spaced_capital(best.at)
                        && line.hits.ending(best.at, |entry| entry == Entry::Given).is_some()
                });
                if let Some(best) = best.filter(|_| !in_role && !of_person) {
                    found.push(Org { at: best.at, end: best.end, known: Some(best.entry) });
                    free_from = best.end;
                }
            }
            Entry::LowerHead if style == Style::FamilyFirst && line.tokens[hit.at].is_lower() => {
                let Some(head) = line.is(hit.at, Entry::LowerHead) else { continue };
                // `môi trường`, `tình báo`: the last part of a longer word.
                if line.hits.ending(head.end, |entry| entry == Entry::NoOrg).is_some() {
                    continue;
                }
                // The name begins right behind it: `trường Chu Văn An`, not `trường ở Vinh`.
                if !line.spaced_capital(head.end)
                    || line.place_at(head.end).is_some()
                    || line.is(head.end, Entry::Area).is_some()
                    || line.hits.longest(head.end, |entry| matches!(entry, Entry::Role(_) | Entry::Honorific)).is_some()
                {
                    continue;
                }
                let end = line.family_first_end(head);
                // `báo Người lao động`: the rest of a name that is not known.
                let cut = end == head.end + 1
                    && line.is_lower_word(end)
                    && !line.is_one_of(end, &line.names.org_ends)
                    && is_syllable(&line.tokens[head.end].of(line.text).to_lowercase());
                if end > head.end && !cut {
                    found.push(Org { at: head.at, end, known: None });
                    free_from = end;
                }
            }
            Entry::ApartHead if style != Style::Han && line.tokens[hit.at].is_lower() => {
                let at = hit.end;
                if !line.spaced_capital(at) || !line.hits.at(at).is_empty() || line.taken[at] {
                    continue;
                }
                let mut end = at + 1;
                while end - at < 4 && line.spaced_capital(end) && line.hits.at(end).is_empty() && !line.taken[end] {
                    end += 1;
                }
                // In Vietnamese names of syllables may be of any kind.
                if style == Style::FamilyFirst && is_syllable(&line.tokens[at].of(line.text).to_lowercase()) {
                    continue;
                }
                found.push(Org { at, end, known: None });
                free_from = end;
            }
            Entry::OrgHead if style != Style::Han => {
                let refused = line.is(hit.at, Entry::NoOrg).is_some() || !line.tokens[hit.at].is_capital();
                let Some(head) = line.is(hit.at, Entry::OrgHead).filter(|_| !refused) else { continue };
                // `University of …`: what may end a name begins one only in front of such a word.
                let both = style == Style::GivenFirst && line.is(head.at, Entry::OrgTail).is_some();
                let of = matches!(line.tokens.get(head.end).map(|token| token.of(line.text)), Some("of" | "for"));
                if both && !of {
                    continue;
                }
                let mut end = if style == Style::FamilyFirst {
                    line.family_first_end(head)
                } else {
                    line.org_words(head.end, style)
                };
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
                let at = if both { begin_of_tail(line, head.at, free_from) } else { head.at };
                let in_role = near(roles, head.at).1.iter().any(|role| role.at < head.at && role.end > head.at);
                let by_name =
                    line.hits.longest(hit.at, |entry| matches!(entry, Entry::Org(_))).filter(|name| name.end >= end);
                if let Some(name) = by_name.filter(|_| !in_role) {
                    found.push(Org { at: name.at, end: name.end, known: Some(name.entry) });
                    free_from = name.end;
                } else if end > head.end && !in_role && !common {
                    found.push(Org { at, end, known: None });
                    free_from = end;
                }
            }
            Entry::OrgTail if style != Style::Han => {
                if line.is(hit.at, Entry::NoOrg).is_some() || !line.tokens[hit.at].is_capital() {
                    continue;
                }
                let at = begin_of_tail(line, hit.at, free_from);
                if at < hit.at {
                    let mut end = hit.end;
                    if matches!(line.tokens.get(end).map(|token| token.of(line.text)), Some("of" | "for"))
                        && line.spaced_capital(end + 1)
                    {
                        end = line.org_words(end + 1, style).max(end + 2);
                    }
                    if line.hits.ending(hit.end, |entry| entry == Entry::NoOrg).is_some_and(|no| no.at <= at) {
                        continue;
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
                // `西南部`, `中小学`: longer words that end so and name nothing.
                let common = (hit.at.saturating_sub(3)..=hit.at)
                    .any(|at| line.hits.at(at).iter().any(|no| no.entry == Entry::NoOrg && no.end == hit.end));
                // The longest last word counts: `参议院` of `参议院外交委员会` goes on.
                if common {
                    continue;
                }
                // `日本公司`, `俄国联盟`: some of the country's, none of a name.
                let ends_place = line.places.binary_search_by(|place| place.end.cmp(&hit.at)).is_ok();
                let words = (line.tokens[hit.at].start as usize, line.tokens[hit.end - 1].end as usize);
                if ends_place
                    && line
                        .text
                        .get(words.0..words.1)
                        .is_some_and(|word| line.names.bare.iter().any(|bare| bare == word))
                {
                    continue;
                }
                if let Some(at) = han_quoted(line, *hit).filter(|at| *at >= free_from) {
                    found.push(Org { at, end: hit.end, known: None });
                    free_from = hit.end;
                    continue;
                }
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
                let plain = inside.iter().all(|token| {
                    token.is_han() && !token.space_before() && !line.names.between.contains(token.of(line.text))
                });
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

/// End of the capitals that name an organisation behind its first words, with some words in lower case in front of them where `far`; the
/// same place where none follow.
fn named_end(line: &Line, from: usize, far: bool) -> usize {
    let mut at = from;
    while far
        && line.is_lower_word(at)
        && at - from < WORDS_TO_NAME
        && !line.is_one_of(at, &line.names.org_ends)
        && line.hits.longest(at, |entry| entry == Entry::Says).is_none()
    {
        at += 1;
    }
    let mut end = at;
    while end - at < MAX_WORDS
        && line.spaced_capital(end)
        && !line.taken[end]
        && !line.is_one_of(end, &line.names.openers)
        && line.hits.longest(end, |entry| matches!(entry, Entry::Role(_) | Entry::OrgHead | Entry::Honorific)).is_none()
    {
        end += 1;
        if matches!(line.sign(end), "-" | "&") && line.tokens.get(end + 1).is_some_and(|token| token.is_capital()) {
            end += 2;
        }
    }
    if end > at { end } else { from }
}

/// Beginning of a name whose last words begin at `tail`: the capitals in front of it, with `and` between two of them behind an article.
fn begin_of_tail(line: &Line, tail: usize, free_from: usize) -> usize {
    let most = if line.is_titled() { 1 } else { MAX_WORDS };
    let family_first = line.names.family_first;
    let stops = |at: usize| {
        let opener = line.is_one_of(at, &line.names.openers)
            || (line.is(at, Entry::NoPerson).is_some() && line.is(at, Entry::OrgBeginning).is_none());
        opener || (family_first && line.places.binary_search_by(|place| place.end.cmp(&(at + 1))).is_ok())
    };
    let mut at = tail;
    while at > free_from && tail - at < most && line.tokens[at].space_before() {
        let token = line.tokens[at - 1];
        let joint = matches!(token.of(line.text), "&" | "and")
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
            let article =
                first.checked_sub(1).is_some_and(|before| matches!(line.tokens[before].of(line.text), "the" | "The"));
            if token.of(line.text) == "&" || article {
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

/// Han characters of an organisation's name in front of its last word.
const HAN_ORG: usize = 16;

/// Beginning of an organisation whose last word needs no place: back to a sign or a word that stands between names, where the name then
/// begins as such names do, or holds the word for a town.
fn han_org_start(line: &Line, tail: usize, free_from: usize) -> Option<usize> {
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
fn han_quoted(line: &Line, tail: Hit) -> Option<usize> {
    if !matches!(line.sign(tail.end), "”" | "\"" | "」" | "》") {
        return None;
    }
    let from = tail.at.saturating_sub(HAN_ORG);
    let open = (from..tail.at).rev().find(|at| !line.tokens[*at].is_han())?;
    (matches!(line.sign(open), "“" | "\"" | "「" | "《") && tail.end - open > 5).then_some(open + 1)
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
    // `Công ty ABC`: from then on `ABC` too.
    for org in found.iter().filter(|org| org.known.is_none() && org.end - org.at > 1) {
        let own = org.end - 1;
        let named = line.hits.ending(own, |entry| entry == Entry::Company).is_some();
        let name = line.tokens[own].of(line.text);
        let plain = line.hits.at(own).is_empty() && name.chars().count() > 1;
        let foreign = line.tokens[own].is_upper() || !is_syllable(&name.to_lowercase());
        if named && plain && foreign && known.len() < MAX_SHORT && !known.iter().any(|known| known == name) {
            known.push(name.to_owned());
        }
    }
    // `NPSC said`, `NPSC cho biết`
    for at in line.starts.iter().map(|start| *start as usize) {
        let token = line.tokens[at];
        let length = token.end - token.start;
        if !token.is_upper() || !(3..=6).contains(&length) || known.len() == MAX_SHORT {
            continue;
        }
        let says = line
            .hits
            .longest(at + 1, |entry| entry == Entry::Says)
            .is_some_and(|says| line.tokens[says.at].is_lower() && line.tokens[says.at].space_before());
        let part = at > 0 && line.tokens[at - 1].is_capital() && token.space_before();
        let name = token.of(line.text);
        let inside = found.iter().any(|org| org.at <= at && at < org.end);
        let possessive = matches!(line.sign(at + 1), "'" | "’")
            && line.tokens.get(at + 2).is_some_and(|next| next.of(line.text) == "s" && !next.space_before())
            && !line.is_titled();
        if (says || possessive)
            && !part
            && !inside
            && line.hits.at(at).is_empty()
            && !known.iter().any(|known| known == name)
        {
            known.push(name.to_owned());
        }
    }
    if !known.is_empty() {
        let starts = line.starts.iter().map(|start| *start as usize);
        for (at, token) in starts.map(|at| (at, line.tokens[at])).filter(|(_, token)| token.is_capital()) {
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

/// The persons of a line.
pub fn persons(line: &Line, style: Style, roles: &[Role], orgs: &[Org], found: &mut Vec<Person>) {
    match style {
        Style::Han => han(line, roles, found),
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
            Style::FamilyFirst => family_first(line, at, role_before.is_some(), honorific, found),
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

fn family_first(line: &Line, at: usize, role: bool, honorific: bool, found: &[Person]) -> Option<(usize, f32, bool)> {
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
    // `Anna Kowalska, 23 tuổi`, `Anna Kowalska (23 tuổi`
    let age = matches!(line.sign(end), "," | "(") && line.is_one_of(end + 2, &line.names.ages);
    if age && (2..=4).contains(&words(end)) && line.hits.at(at).is_empty() {
        return Some((end, 0.85, false));
    }
    // Foreign names and given names need a word in front of them; one word behind a role is foreign, or the beginning of something.
    if words(end) == 1 && is_last_name(line, at, found) {
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
fn is_last_name(line: &Line, at: usize, found: &[Person]) -> bool {
    let word = line.tokens[at].of(line.text);
    let here = |person: &Person| {
        !person.short && person.end - person.at > 1 && line.tokens[person.end - 1].of(line.text) == word
    };
    word.chars().count() > 2
        && (found.iter().rev().take(NAMES_BEFORE).any(here)
            || line.people.iter().any(|name| name.strip_suffix(word).is_some_and(|rest| rest.ends_with(' '))))
}

/// Persons in front of a word in its line that are looked at for its full name: a bound keeps the cost linear.
const NAMES_BEFORE: usize = 20;

/// Whether a word is the first of a name given before: `Miguel`, `Xi`.
fn is_first_name(line: &Line, at: usize, found: &[Person]) -> bool {
    let word = line.tokens[at].of(line.text);
    let here =
        |person: &Person| !person.short && person.end - person.at > 1 && line.tokens[person.at].of(line.text) == word;
    word.len() > 1
        && line.tokens[at].is_capital()
        && (found.iter().rev().take(NAMES_BEFORE).any(here)
            || line.people.iter().any(|name| name.strip_prefix(word).is_some_and(|rest| rest.starts_with(' '))))
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
        1 if is_last_name(line, at, found) => Some((end, 0.85, true)),
        1 if is_first_name(line, at, found) && (!line.begins(at) || says || line.sign(end) == ":") => {
            Some((end, 0.8, true))
        }
        1 => ((honorific || role) && !line.begins(at)).then_some((end, 0.85, true)),
        _ if honorific || role => Some((end, 0.93, false)),
        _ if given => Some((end, 0.9, false)),
        2..=4 if says || said || described => Some((end, 0.8, false)),
        2..=3 if paired && !line.begins(at) => Some((end, 0.75, false)),
        _ => None,
    }
}

/// Names of Han characters: beside a role or a word of address, in front of what persons do, and foreign names by their points.
fn han(line: &Line, roles: &[Role], found: &mut Vec<Person>) {
    // Names given before are compared only where one may begin: by some bits of the first character's third byte.
    let first_bits = |text: &str, at: usize| text.as_bytes().get(at + 2).map_or(0, |byte| 1_u64 << (byte & 63));
    let mut here: Vec<&str> = Vec::new();
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
                let (first, around) = near(roles, start);
                let role = around
                    .iter()
                    .rposition(|role| role.end == start || role.reach == start)
                    .map(|number| first + number);
                found.push(Person { at: start, end, confidence: 0.93, role, short: false });
                // `卡雷亚斯` behind `阿尔文·卡雷亚斯`.
                let name = line.text.get(line.tokens[start].start as usize..line.tokens[end - 1].end as usize);
                let last = name.and_then(|name| name.rsplit(POINTS).next());
                if let Some(last) = last.filter(|last| last.chars().count() > 1 && here.len() < NAMES_BEFORE) {
                    known_bits |= first_bits(last, 0);
                    here.push(last);
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
            && let Some(known) =
                line.people.iter().map(String::as_str).chain(here.iter().copied()).find(|name| rest.starts_with(*name))
        {
            let end = at + known.chars().count();
            let (first, around) = near(roles, at);
            let role = around.iter().rposition(|role| role.end == at).map(|number| first + number);
            let short = here.contains(&known)
                || line.people.iter().any(|name| name.strip_suffix(known).is_some_and(|rest| rest.ends_with('·')));
            found.push(Person { at, end, confidence: 0.9, role, short });
            (free_from, at) = (end, end);
            continue;
        }
        if let Some((end, confidence)) = (at >= free_from).then(|| han_by_sound(line, at, roles)).flatten() {
            let (first, around) = near(roles, at);
            let role = around.iter().rposition(|role| role.end == at || role.reach == at).map(|number| first + number);
            found.push(Person { at, end, confidence, role, short: false });
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
        // `记者 樊亮 张超`, `李鹏、王刚`: one behind another.
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
        let refused = line.is(at, Entry::NoPerson).is_some() || inside;
        match (!refused).then(|| han_name(line, surname, led, roles)).flatten() {
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
    let bound =
        led || before.is_none_or(|before| !before.is_han() || line.names.between.contains(before.of(line.text)));
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
    let next = line.tokens.get(end);
    let point = next.is_some_and(|next| line.is_point(*next));
    if known || point || !(3..=6).contains(&(end - at)) || foreign < 2 {
        return None;
    }
    let closed = next.is_none_or(|next| !next.is_han() || line.names.between.contains(next.of(line.text)));
    (says(end) || (led && closed)).then_some((end, if led { 0.9 } else { 0.8 }))
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
        }) || line.places.binary_search_by(|place| place.end.cmp(&surname.at)).is_ok()
            || near(roles, surname.at).1.iter().any(|role| role.reach == surname.at);
    if long_fits && bound && if led || !weak { follows(long) } else { follows_surely(long) } {
        return Some((long, if led { 0.97 } else { 0.85 }));
    }
    if extra == 0 && bound && if led { follows(short) } else { follows_surely(short) } {
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
    if !led {
        return None;
    }
    if long_fits {
        return Some((long, if closed(long) { 0.95 } else { 0.88 }));
    }
    (closed(short) || !given(short)).then_some((short, 0.85))
}
