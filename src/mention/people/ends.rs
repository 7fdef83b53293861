//! Where the name of an organisation ends whose first word is known.

use super::{Line, MAX_WORDS, Style};
use crate::decode::is_syllable;
use crate::mention::names::{Entry, Hit};
use crate::mention::tokens::Token;

impl Line<'_> {
    /// Whether words are one of the verbs that organisations' names hold too.
    fn is_one_verb(&self, hit: Hit) -> bool {
        let (Some(first), Some(last)) = (self.tokens.get(hit.at), self.tokens.get(hit.end - 1)) else { return false };
        self.text
            .get(first.start as usize..last.end as usize)
            .is_some_and(|words| self.names.org_verbs.iter().any(|verb| verb == words))
    }

    /// Whether words in lower case behind a capital, and in front of no further words of a name, say what the organisation does:
    /// `Bộ Quốc phòng | tổ chức`.
    fn is_verb(&self, hit: Hit, from: usize) -> bool {
        let words = &self.tokens[hit.at..hit.end];
        let Some(first) = words.first() else { return false };
        let capital = |at: Option<usize>| at.is_some_and(|at| self.tokens[at].is_capital());
        let behind_name = capital(hit.at.checked_sub(1)) && capital(hit.at.checked_sub(2));
        let goes_on = || {
            self.hits
                .longest(hit.end, |entry| matches!(entry, Entry::OrgWord | Entry::OrgHead))
                .is_some_and(|next| next.entry == Entry::OrgWord && !behind_name && !self.is_one_verb(next))
        };
        hit.entry == Entry::OrgWord
            && first.is_lower()
            && (capital(hit.at.checked_sub(1))
                || capital(hit.at.checked_sub(2))
                || (from.max(hit.at.saturating_sub(MAX_WORDS))..hit.at)
                    .any(|at| self.tokens[at].is_capital() && self.is(at, Entry::OrgHead).is_none()))
            && self.is_one_verb(hit)
            && !goes_on()
    }

    /// End of the name of an organisation behind its head, where the family name comes first: words of such names, words of two
    /// syllables of which the first has a capital, areas by their kind, and capitals behind heads that have names.
    pub(super) fn family_first_end(&self, head: Hit) -> usize {
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
                // `Công ty TNHH tư vấn …`, not `Công ty VDC chính thức …`
                let is_form = |at: usize| self.tokens[at].is_upper() && self.is(at, Entry::OrgWord).is_some();
                let far = (head.end..end).all(|at| !self.tokens[at].is_capital() || is_form(at));
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

    /// Whether a family name and two more words begin a person's name: `Công ty ACB | Phạm Phú Khôi`.
    pub(super) fn begins_person(&self, at: usize) -> bool {
        let next_place = self.places.partition_point(|place| place.end <= at);
        self.is(at, Entry::Surname).is_some()
            && (at..at + 3).all(|at| self.spaced_capital(at))
            && self.places.get(next_place).is_none_or(|place| place.at >= at + 3)
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
    pub(super) fn org_words(&self, from: usize, style: Style) -> usize {
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
            if head.is_some_and(|hit| end > from && self.is_verb(hit, from)) {
                break;
            }
            if let Some(hit) = head.filter(|hit| hit.end > end && self.tokens[end].space_before()) {
                end = hit.end;
                continue;
            }
            // `và Đào tạo`, `, Thể thao`: only between words of the name.
            let word = self.tokens[end].is_lower();
            let of = word && self.is_one_of(end, &self.names.of);
            let joint =
                of || (word && self.is_one_of(end, &self.names.ands)) || matches!(self.sign(end), "," | "-" | "–");
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
            // `Partido de los Trabajadores`, `Department of the Interior`
            let article = of && self.is_lower_word(end + 1) && self.is_one_of(end + 1, &self.names.of_articles);
            if style == Style::GivenFirst && article && self.spaced_capital(end + 2) {
                end += 3;
                continue;
            }
            // `Conseil d'État`, `Ministère de l'Intérieur`
            if style == Style::GivenFirst
                && let Some(name) = self.elided(end).or_else(|| of.then(|| self.elided(end + 1)).flatten())
            {
                end = name;
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
                end = self.hyphens(end + 1);
                continue;
            }
            break;
        }
        end
    }

    /// Token behind a capital that an article or `of` without its vowel leads to: `d'État`, `l'Intérieur`.
    fn elided(&self, at: usize) -> Option<usize> {
        let elided = self.is_lower_word(at)
            && (self.is_one_of(at, &self.names.of) || self.is_one_of(at, &self.names.of_articles))
            && matches!(self.sign(at + 1), "'" | "’")
            && !self.tokens[at + 1].space_before();
        let capital = |token: &Token| token.is_capital() && !token.space_before();
        (elided && self.tokens.get(at + 2).is_some_and(capital)).then_some(at + 3)
    }

    /// Token behind the capitals that hyphens join to the word in front of a token: `News|-Register`.
    pub(super) fn hyphens(&self, mut end: usize) -> usize {
        let capital = |at: usize| self.tokens.get(at).is_some_and(|token| token.is_capital() && !token.space_before());
        while self.sign(end) == "-" && !self.tokens[end].space_before() && capital(end + 1) {
            end += 2;
        }
        end
    }
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
        && !(end > at && line.begins_person(end))
    {
        end += 1;
        // `Velotra-Marin`, `Velotra & Marin`, but not `Velotra - Ảnh`.
        let joint = line.sign(end) == "&" || (line.sign(end) == "-" && !line.tokens[end].space_before());
        if joint && line.tokens.get(end + 1).is_some_and(|token| token.is_capital()) {
            end += 2;
        }
    }
    if end > at { end } else { from }
}
