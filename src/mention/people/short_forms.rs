//! Short forms of organisations, which a record explains where it first uses them.

use super::{Line, MAX_WORDS, Org};
use crate::decode::is_syllable;
use crate::mention::names::Entry;

/// Most short forms of a record that are kept in mind.
const MAX_SHORT: usize = 30;

/// The short form in brackets behind an organisation or behind words whose first letters it has: `General Electric (GE)`.
pub(super) fn short_forms(line: &Line, known: &mut Vec<String>, found: &mut Vec<Org>) {
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
