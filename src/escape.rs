//! Makes text from data safe to print: control characters would otherwise drive the terminal.

/// Writes control and text-direction characters as escapes (`\r`, `\u{1b}`).
pub fn escape(text: &str) -> String {
    escape_where(text, is_unsafe)
}

/// As [`escape`], but line feeds stay: for messages of several lines.
pub fn escape_lines(text: &str) -> String {
    escape_where(text, |c| c != '\n' && is_unsafe(c))
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

fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{2028}' | '\u{2029}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
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
