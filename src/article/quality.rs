//! What a reader should know before trusting a row: flags, never reasons to drop.

use super::Draft;
use crate::document::{Article, Label};
use crate::latin;
use crate::text::{Ending, ending, is_han, nfc};

/// Share of removed characters from which a record deserves a look. The seeds of the project go up to .70.
const MUCH_REMOVED: f32 = 0.8;
/// Characters below which a text is short.
const SHORT_CHARS: i32 = 300;

/// The flags of an article, in a fixed order.
pub(super) fn flags(draft: &Draft, article: &Article, lead_repeated: bool) -> Vec<String> {
    let text = &article.text;
    let has = |label: Label| draft.segments.iter().any(|segment| segment.verdict.label == label);
    let last = text.lines().next_back().unwrap_or("");
    // The end mark is off the published text, so it is looked for in the record.
    let ended = draft
        .labelled
        .lines
        .iter()
        .rev()
        .find(|line| draft.segments[line.segment].verdict.kept)
        .is_some_and(|line| line.end_mark);
    let checks: [(&str, bool); 10] = [
        ("no_title", article.title.is_none()),
        ("short", article.text_chars < SHORT_CHARS),
        ("truncated_end", !ended && !matches!(ending(last), Ending::Stop | Ending::Mark | Ending::Ellipsis)),
        ("lead_repeated", lead_repeated),
        ("repeated_text", has(Label::Repeat) && repeats_body(draft)),
        ("much_removed", article.removed_char_share > MUCH_REMOVED),
        ("replacement_characters", text.contains('\u{fffd}')),
        ("private_use_characters", latin::has_private_use(text)),
        ("not_nfc", matches!(nfc(&draft.record.text), std::borrow::Cow::Owned(_))),
        ("half_width_punctuation", article.language == "zh" && half_width_between_han(text)),
    ];
    let mut flags: Vec<String> =
        checks.iter().filter(|(_, raised)| *raised).map(|(name, _)| (*name).to_owned()).collect();
    if article.is_machine_translated == Some(true) {
        flags.push("machine_translated".to_owned());
    }
    flags
}

fn repeats_body(draft: &Draft) -> bool {
    draft.segments.iter().any(|segment| segment.verdict.rule == "repeat.block" || segment.verdict.rule == "repeat.line")
}

/// `应邀请,越共`: the mark of a width repair that does not fit Chinese.
fn half_width_between_han(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_han_at = |c: Option<char>| c.is_some_and(is_han);
    (0..bytes.len())
        .filter(|at| matches!(bytes[*at], b',' | b':' | b';' | b'!' | b'?'))
        .any(|at| is_han_at(text[..at].chars().next_back()) && is_han_at(text[at + 1..].chars().next()))
}
