//! Short forms of organisations, which a record explains where it first uses them.

use super::{Line, Org, ShortForm};
use crate::decode::is_syllable;
use crate::mention::names::{Entry, Hit};

/// Most short forms of a record that are kept in mind.
const MAX_SHORT: usize = 30;

/// Longest name in front of its first letters in brackets, in words.
const MAX_NAME: usize = 10;

/// The organisations of a line, and which of them covers each token: a line of a whole file may have a hundred thousand.
struct Found {
    /// One that others took the place of has no tokens.
    orgs: Vec<Org>,
    /// By token: one more than the number of the organisation that covers it, or 0.
    owners: Vec<u32>,
}

impl Found {
    fn of(orgs: Vec<Org>, line: &Line) -> Found {
        let mut found = Found { orgs: Vec::with_capacity(orgs.len()), owners: vec![0; line.tokens.len()] };
        for org in orgs {
            found.put(org);
        }
        found
    }

    fn put(&mut self, org: Org) {
        self.orgs.push(org);
        self.owners[org.at..org.end].fill(self.orgs.len() as u32);
    }

    fn push(&mut self, at: usize, end: usize) {
        self.put(Org { at, end, known: None });
    }

    /// Puts an organisation in the place of those that it overlaps.
    fn replace(&mut self, at: usize, end: usize) {
        for token in at..end {
            if let Some(other) = self.owner(token) {
                let Org { at, end, .. } = self.orgs[other];
                self.owners[at..end].fill(0);
                self.orgs[other].end = at;
            }
        }
        self.push(at, end);
    }

    fn owner(&self, token: usize) -> Option<usize> {
        self.owners.get(token).and_then(|owner| (*owner as usize).checked_sub(1))
    }

    fn covers(&self, token: usize) -> bool {
        self.owner(token).is_some()
    }

    fn overlaps(&self, at: usize, end: usize) -> bool {
        (at..end).any(|token| self.covers(token))
    }

    /// The organisation that ends in front of a token.
    fn ending(&self, token: usize) -> Option<Org> {
        let org = self.orgs[self.owner(token.checked_sub(1)?)?];
        (org.end == token).then_some(org)
    }

    /// Those that are left, by place.
    fn sorted(mut self) -> Vec<Org> {
        self.orgs.retain(|org| org.at < org.end);
        self.orgs.sort_by_key(|org| org.at);
        self.orgs
    }
}

/// The short form in brackets behind an organisation or behind words whose first letters it has: `General Electric (GE)`.
pub(super) fn short_forms(line: &Line, line_no: usize, known: &mut Vec<ShortForm>, orgs: &mut Vec<Org>) {
    let mut found = Found::of(std::mem::take(orgs), line);
    in_brackets(line, line_no, known, &mut found);
    explained(line, line_no, known, &found);
    companies(line, line_no, known, &found);
    speakers(line, line_no, known, &mut found);
    led(line, line_no, known, &found);
    if !known.is_empty() {
        again(line, known, &mut found);
    }
    *orgs = found.sorted();
}

fn in_brackets(line: &Line, line_no: usize, known: &mut Vec<ShortForm>, found: &mut Found) {
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
            // `the Lantern Agency’s (LA) …`
            let owns =
                open > 2 && line.tokens[open - 1].of(line.text) == "s" && matches!(line.sign(open - 2), "'" | "’");
            let close = if owns { open - 2 } else { open };
            let behind_org = found.ending(close).is_some();
            // `Confédération générale du travail (CGT)`: words between the others do not count.
            let between = |at: usize| {
                let lists = [&line.names.of, &line.names.ands, &line.names.of_articles];
                line.tokens[at].is_lower() && lists.iter().any(|words| line.is_one_of(at, words))
            };
            let mut start = open;
            while start > 0 && open - start < MAX_NAME && line.tokens[start - 1].is_word() && !line.taken[start - 1] {
                start -= 1;
            }
            let initials = |from: usize| -> String {
                let words = (from..open).filter(|at| !between(*at)).map(|at| line.tokens[at].of(line.text));
                words.filter_map(|word| word.chars().next()).flat_map(char::to_uppercase).collect()
            };
            // `Paid time off (PTO)`: words in lower case only behind the first word of an organisation.
            let is_name = |from: usize| {
                let capitals = (from..open).all(|at| line.tokens[at].is_capital() || between(at));
                let head = || !line.names.family_first && line.is(from, Entry::OrgHead).is_some();
                line.tokens[from].is_capital() && (capitals || head())
            };
            // `the Republic of Korea (ROK)`
            let is_place = |from: usize| {
                line.place_at(from).is_some() || line.places.binary_search_by(|place| place.end.cmp(&open)).is_ok()
            };
            let named = (start..open.saturating_sub(1))
                .find(|from| is_name(*from) && initials(*from) == letters)
                .filter(|from| behind_org || !is_place(*from));
            if let Some(at) = named.filter(|_| !behind_org) {
                found.replace(at, open);
            }
            if (behind_org || named.is_some())
                && !known.iter().any(|known| known.name == letters)
                && known.len() < MAX_SHORT
            {
                known.push(ShortForm { name: letters.to_owned(), line: line_no, sure: behind_org });
            }
        }
    }
}

/// Notes a short form of at least two characters.
fn note(known: &mut Vec<ShortForm>, name: &str, line: usize, sure: bool) {
    if known.len() < MAX_SHORT && name.chars().nth(1).is_some() && !known.iter().any(|known| known.name == name) {
        known.push(ShortForm { name: name.to_owned(), line, sure });
    }
}

/// The short form that brackets give in words: `(hereafter “Velotra”)`, `(以下简称“云溪创新”)`.
fn explained(line: &Line, line_no: usize, known: &mut Vec<ShortForm>, found: &Found) {
    for hit in line.hits.0.iter().filter(|hit| hit.entry == Entry::Explains) {
        let Some(open) = hit.at.checked_sub(1).filter(|open| matches!(line.sign(*open), "(" | ",")) else { continue };
        if found.ending(open).is_none() {
            continue;
        }
        let from = hit.end + usize::from(matches!(line.sign(hit.end), "“" | "\"" | "「" | "«" | "‘" | "'" | ":"));
        let most = line.tokens.len().min(from + MAX_EXPLAINED);
        let Some(end) = (from..most).find(|at| line.tokens[*at].is_sign()) else { continue };
        let closed = matches!(line.sign(end), "”" | "\"" | "」" | "»" | "’" | "'" | ")");
        if let (true, Some(first), Some(last)) = (closed && end > from, line.tokens.get(from), line.tokens.get(end - 1))
            && let Some(name) = line.text.get(first.start as usize..last.end as usize)
        {
            note(known, name, line_no, true);
        }
    }
}

/// Most words, or Han characters, of a short form that brackets give.
const MAX_EXPLAINED: usize = 12;

/// The name of a company without the word for one: `Công ty Velotra`, `Velotra Ltd`, `la empresa Velotra`: from then on `Velotra` too.
fn companies(line: &Line, line_no: usize, known: &mut Vec<ShortForm>, found: &Found) {
    for org in found.orgs.iter().filter(|org| org.at < org.end) {
        if line.tokens[org.at].is_han() {
            if let Some(name) = han_company(line, *org) {
                note(known, name, line_no, true);
            }
            continue;
        }
        if org.known.is_some() {
            continue;
        }
        let behind = line.hits.ending(org.end, |entry| entry == Entry::Company).filter(|word| word.at == org.at + 1);
        let own = if behind.is_some() { org.at } else { org.end - 1 };
        let named = behind.is_some()
            || (org.end - org.at > 1 && line.hits.ending(own, |entry| entry == Entry::Company).is_some())
            || (org.end - org.at == 1 && line.hits.ending(own, |entry| entry == Entry::ApartHead).is_some());
        let name = line.tokens[own].of(line.text);
        // A short word in lower-case letters may be any.
        let least = if line.tokens[own].is_upper() { 3 } else { 4 };
        let long = name.chars().count() >= least || line.names.family_first;
        let plain = line.hits.at(own).is_empty() && long && !line.is_titled;
        let foreign = line.tokens[own].is_upper() || !is_syllable(&name.to_lowercase()) || !line.names.family_first;
        if named && plain && foreign && line.tokens[own].is_capital() {
            note(known, name, line_no, true);
        }
    }
}

/// A company's name in Han without the word for one: `云溪公司`, but not one that begins with a place.
fn han_company<'t>(line: &Line<'t>, org: Org) -> Option<&'t str> {
    let word = line.hits.ending(org.end, |entry| entry == Entry::Company).filter(|word| word.at > org.at + 1)?;
    let part = line.place_at(org.at).is_some()
        || word.at > org.at + MAX_HAN_COMPANY
        || line.is(org.at, Entry::OrgBeginning).is_some_and(|beginning| beginning.end >= word.at);
    let (first, last) = (line.tokens[org.at], line.tokens[word.at - 1]);
    line.text.get(first.start as usize..last.end as usize).filter(|_| !part)
}

/// Han characters of a company's name that stands alone.
const MAX_HAN_COMPANY: usize = 5;

/// Acronyms that speak: `NPSC said`, `NPSC cho biết`, `NPSC's`; and those of two parts, `NP&SC`.
fn speakers(line: &Line, line_no: usize, known: &mut Vec<ShortForm>, found: &mut Found) {
    // `NPSC said`, `NPSC cho biết`
    let mut next = 0;
    for at in line.starts.iter().map(|start| *start as usize) {
        let token = line.tokens[at];
        let length = token.end - token.start;
        if token.is_capital()
            && at >= next
            && line.sign(at + 1) == "&"
            && let Some(end) = ampersand(line, at)
        {
            if !found.overlaps(at, end) {
                found.push(at, end);
            }
            next = end;
        }
        if at < next || !token.is_upper() || !(3..=6).contains(&length) || known.len() == MAX_SHORT {
            continue;
        }
        // `Now NPSC has …`: a sentence begins with a word that is no part of a name.
        let opener = |at: usize| length < 6 && line.begins(at) && line.is(at, Entry::NoPerson).is_some();
        let part = at > 0 && line.tokens[at - 1].is_capital() && token.space_before() && !opener(at - 1);
        let name = token.of(line.text);
        let inside = found.covers(at);
        let other = |hit: &Hit| !matches!(hit.entry, Entry::Given | Entry::Surname);
        if part || inside || line.hits.at(at).iter().any(other) || known.iter().any(|known| known.name == name) {
            continue;
        }
        // `QTRB has investigated`: the verb may stand behind another.
        let acts = (at + 1..at + 3).any(|verb| {
            let words = line.hits.longest(verb, |entry| matches!(entry, Entry::Says | Entry::Acts));
            (verb == at + 1 || line.is_one_of(at + 1, &line.names.auxiliaries))
                && words.is_some_and(|words| line.tokens[words.at].is_lower() && line.tokens[words.at].space_before())
        });
        let possessive = matches!(line.sign(at + 1), "'" | "’")
            && line.tokens.get(at + 2).is_some_and(|next| next.of(line.text) == "s" && !next.space_before())
            && !line.is_titled;
        if acts || possessive {
            known.push(ShortForm { name: name.to_owned(), line: line_no, sure: acts });
        }
    }
}

/// End of an acronym of two parts and three letters or more: `NP&SC`, not `R&D`.
fn ampersand(line: &Line, at: usize) -> Option<usize> {
    let letters = |at: usize| {
        let token = line.tokens.get(at).filter(|token| token.is_capital())?;
        let text = token.of(line.text);
        let capitals = text.chars().all(char::is_uppercase);
        capitals.then_some(text.len()).filter(|length| *length <= 4)
    };
    let glued = |at: usize| line.tokens.get(at).is_some_and(|token| !token.space_before());
    let long = letters(at)? + letters(at + 2)? > 2 && !line.names.family_first;
    (long && glued(at + 1) && glued(at + 2) && line.is(at, Entry::NoOrg).is_none()).then_some(at + 3)
}

/// Acronyms behind the words that lead to an organisation's: `la CGT`.
fn led(line: &Line, line_no: usize, known: &mut Vec<ShortForm>, found: &Found) {
    for at in line.starts.iter().map(|start| *start as usize) {
        let token = line.tokens[at];
        if !token.is_upper() || !(3..=6).contains(&(token.end - token.start)) || !line.hits.at(at).is_empty() {
            continue;
        }
        // `la CGT`, `l’ONG`
        let before = match line.sign(at.saturating_sub(1)) {
            "'" | "’" if !token.space_before() => at.checked_sub(2),
            _ => at.checked_sub(1).filter(|_| token.space_before()),
        };
        let lead = before.is_some_and(|before| line.is_lower_word(before) && line.is_one_of(before, &line.names.leads));
        // `Nokia and QTRB`
        let beside = at > 1
            && line.is_one_of(at - 1, &line.names.ands)
            && found.ending(at - 1).is_some_and(|org| org.known.is_some());
        let inside = found.covers(at);
        // `la ONG Velotra`, `el BMW-320`: a name, or a part of one, follows.
        let ends = line.tokens.get(at + 1).is_none_or(|next| {
            !next.is_capital() && !next.is_number() && !matches!(next.of(line.text), "-" | "/" | "&")
        });
        if (lead || beside) && ends && !inside {
            note(known, token.of(line.text), line_no, false);
        }
    }
}

/// Finds the short forms of the record so far.
fn again(line: &Line, known: &[ShortForm], found: &mut Found) {
    let starts = line.starts.iter().map(|start| *start as usize);
    for (at, token) in starts.map(|at| (at, line.tokens[at])).filter(|(_, token)| token.is_capital()) {
        let taken = found.covers(at);
        // `District of Columbia`
        let part = at > 1 && line.is_one_of(at - 1, &line.names.of) && line.tokens[at - 2].is_capital();
        if !taken && !part && known.iter().any(|known| known.name == token.of(line.text)) {
            found.push(at, at + 1);
        }
    }
    // Names of several words or characters are looked for in the text.
    let several =
        |name: &str| name.contains(' ') || name.chars().next().is_some_and(|first| u32::from(first) >= FIRST_HAN);
    for name in known.iter().map(|known| known.name.as_str()).filter(|name| several(name)) {
        for start in memchr::memmem::find_iter(line.text.as_bytes(), name) {
            let at = line.tokens.partition_point(|token| (token.start as usize) < start);
            let end = line.tokens.partition_point(|token| (token.end as usize) <= start + name.len());
            let whole = line.tokens.get(at).is_some_and(|token| token.start as usize == start)
                && end.checked_sub(1).is_some_and(|last| line.tokens[last].end as usize == start + name.len());
            if whole && at < end && !found.overlaps(at, end) {
                found.push(at, end);
            }
        }
    }
}

/// The first Han character (Unicode block CJK Unified Ideographs).
const FIRST_HAN: u32 = 0x4E00;
