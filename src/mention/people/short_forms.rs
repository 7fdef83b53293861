//! Short forms of organisations, which a record explains where it first uses them.

use super::{Line, MAX_WORDS, Org, ShortForm};
use crate::decode::is_syllable;
use crate::mention::names::{Entry, Hit};

/// Most short forms of a record that are kept in mind.
const MAX_SHORT: usize = 30;

/// The short form in brackets behind an organisation or behind words whose first letters it has: `General Electric (GE)`.
pub(super) fn short_forms(line: &Line, line_no: usize, known: &mut Vec<ShortForm>, found: &mut Vec<Org>) {
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
            if (behind_org || named.is_some())
                && !known.iter().any(|known| known.name == letters)
                && known.len() < MAX_SHORT
            {
                known.push(ShortForm { name: letters.to_owned(), line: line_no, sure: behind_org });
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
        if named && plain && foreign && known.len() < MAX_SHORT && !known.iter().any(|known| known.name == name) {
            known.push(ShortForm { name: name.to_owned(), line: line_no, sure: true });
        }
    }
    // `NPSC said`, `NPSC cho biết`
    for at in line.starts.iter().map(|start| *start as usize) {
        let token = line.tokens[at];
        let length = token.end - token.start;
        if !token.is_upper() || !(3..=6).contains(&length) || known.len() == MAX_SHORT {
            continue;
        }
        let part = at > 0 && line.tokens[at - 1].is_capital() && token.space_before();
        let name = token.of(line.text);
        let inside = found.iter().any(|org| org.at <= at && at < org.end);
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
            && !line.is_titled();
        if acts || possessive {
            known.push(ShortForm { name: name.to_owned(), line: line_no, sure: acts });
        }
    }
    if !known.is_empty() {
        let starts = line.starts.iter().map(|start| *start as usize);
        for (at, token) in starts.map(|at| (at, line.tokens[at])).filter(|(_, token)| token.is_capital()) {
            let taken = found.iter().any(|org| org.at <= at && at < org.end);
            if !taken && known.iter().any(|known| known.name == token.of(line.text)) {
                found.push(Org { at, end: at + 1, known: None });
            }
        }
    }
    found.sort_by_key(|org| org.at);
}
