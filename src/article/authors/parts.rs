//! The parts of a line.

/// The parts of a line between bars, dots and dashes.
pub(super) fn parts(line: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = line;
    loop {
        let (start, length) = next_bar(rest).unwrap_or((rest.len(), 0));
        let part = rest[..start].trim().trim_matches(['-', ',', ';', '*', '.', ' ', '(', ')', '[', ']']).trim();
        if !part.is_empty() {
            parts.push(part);
        }
        if length == 0 {
            return parts;
        }
        rest = &rest[start + length..];
    }
}

/// Where the next bar, dot or dash of a line begins, and its bytes.
fn next_bar(line: &str) -> Option<(usize, usize)> {
    const BARS: [&str; 11] = ["|", ">", "/", " - ", "•", "·", "—", "–", "⋅", "\u{ff5c}", "»"];
    let bytes = line.as_bytes();
    let mut from = 0;
    loop {
        let at = from
            + bytes
                .get(from..)?
                .iter()
                .position(|byte| matches!(byte, b'|' | b'>' | b'/' | b'-' | 0xC2 | 0xE2 | 0xEF))?;
        // The dash has blanks around it.
        let start = if bytes[at] == b'-' { at.saturating_sub(1) } else { at };
        if let Some(bar) = BARS.iter().find(|bar| bytes[start..].starts_with(bar.as_bytes())) {
            return Some((start, bar.len()));
        }
        from = at + 1;
    }
}

/// Whether a word is the name of an account: `zach92`.
pub(super) fn is_account(word: &str) -> bool {
    (3..=24).contains(&word.len())
        && word.starts_with(|c: char| c.is_ascii_alphabetic())
        && word.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
}

/// The letters and digits of a name, in lower case.
pub(super) fn letters_of(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
