//! Makes text from data safe to print: control characters would otherwise drive the terminal.

use newsieve::chars::steers;

/// Writes control and text-direction characters as escapes (`\r`, `\u{1b}`).
pub fn escape(text: &str) -> String {
    escape_where(text, steers)
}

/// As [`escape`], but line feeds stay: for messages of several lines.
pub fn escape_lines(text: &str) -> String {
    escape_where(text, |c| c != '\n' && steers(c))
}

fn escape_where(text: &str, is_escaped: impl Fn(char) -> bool) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        if is_escaped(c) {
            safe.extend(c.escape_default());
        } else {
            safe.push(c);
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn controls_are_shown_and_text_stays() {
        for (text, expected) in [
            ("Tiếng Việt 中文", "Tiếng Việt 中文"),
            ("a\r", "a\\r"),
            ("\u{1b}[31mred", "\\u{1b}[31mred"),
            ("a\nb\tc", "a\\nb\\tc"),
            ("\u{202e}abc\u{9b}", "\\u{202e}abc\\u{9b}"),
        ] {
            assert_eq!(escape(text), expected);
        }
        assert_eq!(escape_lines("a\nb\u{7}"), "a\nb\\u{7}");
    }
}
