//! The headline without what the site puts around it: its own name behind a bar or dash, an agency's mark in front.

use super::is_address;
use crate::lexicon::{CompiledPatterns, LineSet};
use crate::text::fold;

/// Most words of a site's name.
const MAX_SITE_WORDS: usize = 6;
/// Fewest bytes in front of the last point of a site's address.
const MIN_HOST_BYTES: usize = 3;
/// Most words of a step of a page's path.
const MAX_STEP_WORDS: usize = 4;
/// Fewest words of the headline behind a path: its last step may be a section too.
const MIN_HEADLINE_WORDS: usize = 3;

/// The headline alone. What stands behind the last bar or dash goes when it names the site: its letters stand in the domain, or the
/// domain's in it, or it is an outlet of the lexicon. Otherwise a bar may be the editor's own.
pub(super) fn clean(
    title: &str,
    domain: Option<&str>,
    patterns: &CompiledPatterns,
    is_outlet: impl Fn(&str) -> bool,
) -> String {
    let mut title = without_path(without_mark(title, patterns));
    for _ in 0..2 {
        let Some((head, tail)) = last_part(title) else { break };
        let is_host = is_address(tail) && tail.rfind('.').is_some_and(|end| end >= MIN_HOST_BYTES);
        let is_site = domain.is_some_and(|domain| names_site(tail, domain)) || is_host || is_outlet(tail);
        if !is_site || head.trim().is_empty() {
            break;
        }
        title = head.trim_end();
    }
    title.trim().to_owned()
}

/// `Home > News > Headline`, `Cars / Reviews / Headline`: the headline behind the path of its page, where that has two steps or more.
fn without_path(title: &str) -> &str {
    let last = [" > ", " › ", " » ", " / "].iter().find_map(|sign| {
        let (path, last) = title.rsplit_once(sign)?;
        let is_path =
            path.contains(sign) && path.split(sign).all(|step| step.split_whitespace().count() <= MAX_STEP_WORDS);
        (is_path && last.split_whitespace().count() >= MIN_HEADLINE_WORDS).then_some(last.trim())
    });
    last.unwrap_or(title)
}

/// `(TTXVN) - Headline`, `VOV.VN - Headline`.
fn without_mark<'t>(title: &'t str, patterns: &CompiledPatterns) -> &'t str {
    let candidates = patterns.gate.candidates_in(title);
    let found = patterns.agency_prefixes.matches_among(title, candidates.of(LineSet::AgencyPrefixes as usize));
    let end = found.first().and_then(|&number| {
        let captures = patterns.agency_prefixes.pattern(number)?.captures(title)?;
        captures.name("place").is_none().then(|| captures.get(0).map(|all| all.end())).flatten()
    });
    end.and_then(|end| title.get(end..)).filter(|rest| !rest.trim().is_empty()).unwrap_or(title)
}

/// Headline and what stands behind its last bar or dash.
fn last_part(title: &str) -> Option<(&str, &str)> {
    // Most titles have none of these signs.
    if !title.bytes().any(|byte| matches!(byte, b'|' | b'-' | b':' | b'_' | 0xC2 | 0xE2 | 0xEF)) {
        return None;
    }
    [" | ", " - ", " – ", " — ", " :: ", " » ", " · ", "_", "-", "|", "\u{ff5c}"]
        .iter()
        .filter_map(|sign| {
            let (head, tail) = title.rsplit_once(sign)?;
            // Signs without spaces part Chinese titles from their sites.
            let spaced = sign.starts_with(' ') || tail.chars().all(|c| !c.is_ascii_lowercase() || tail.contains('.'));
            (spaced && !tail.trim().is_empty()).then_some((head, tail.trim()))
        })
        .max_by_key(|(head, _)| head.len())
        .filter(|(_, tail)| tail.split_whitespace().count() <= MAX_SITE_WORDS)
}

fn letters(text: &str) -> String {
    fold(text).chars().filter(|c| c.is_alphanumeric()).collect()
}

/// Whether a name and a domain are each other's: `BBC News` and `bbc.co.uk`, `The Guardian` and `theguardian.com`.
fn names_site(name: &str, domain: &str) -> bool {
    let name = letters(name);
    let parts: Vec<String> = domain.split('.').map(letters).filter(|part| part.len() > 2).collect();
    let joined: String = parts.concat();
    let initials = name.len() >= 3;
    initials && (joined.contains(&name) || parts.iter().any(|part| part.len() > 3 && name.contains(part.as_str())))
}

#[cfg(test)]
mod tests {
    use super::clean;
    use crate::lexicon::{CompiledPatterns, Lexicon};

    #[test]
    fn a_site_goes_and_an_editor_s_dash_stays() {
        let lexicon: Lexicon = toml::from_str("[[agency]]\nkey = 'vov'\nprefixes = ['^VOV\\.VN\\s*-\\s*']\n").unwrap();
        let patterns = CompiledPatterns::new(&[lexicon]).unwrap();
        for (title, domain, expected) in [
            ("Bridge opens | The Daily Example", Some("dailyexample.com"), "Bridge opens"),
            ("Bridge opens - after nine years", Some("example.com"), "Bridge opens - after nine years"),
            ("VOV.VN - Khánh thành cầu", None, "Khánh thành cầu"),
            ("Bridge opens - example.com", None, "Bridge opens"),
            ("Example", Some("example.com"), "Example"),
            ("Bridge opens - BBC News", None, "Bridge opens"),
            ("Home > Local news > Bridge opens to traffic", None, "Bridge opens to traffic"),
            ("Roads / Reviews / Best bridges of 2026", None, "Best bridges of 2026"),
            ("Roads / Best bridges of 2026", None, "Roads / Best bridges of 2026"),
            ("Home > Local news > Bridges", None, "Home > Local news > Bridges"),
        ] {
            assert_eq!(clean(title, domain, &patterns, |name| name == "BBC News"), expected, "{title}");
        }
    }
}
