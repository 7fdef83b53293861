//! Signals of machine translation: advisory columns, never a reason to drop.

use crate::lexicon::LanguageData;

/// Strong signals of different kinds that make the decision. Measured on 628 good Vietnamese articles: none has two.
const SIGNALS_TO_DECIDE: usize = 2;
/// The signal that needs more than a pattern: a name glossed in brackets by itself, as translations of Chinese glosses are.
const IDENTICAL_GLOSS: &str = "identical_gloss";

/// The signals in a text, strong ones first, and the decision.
#[must_use]
pub fn signals(text: &str, language: &LanguageData) -> (bool, Vec<String>) {
    let mut strong = Vec::new();
    let mut weak = Vec::new();
    if has_identical_gloss(text) {
        strong.push(IDENTICAL_GLOSS.to_owned());
    }
    for compiled in &language.machine_translation {
        let name = &compiled.signal.name;
        let list = if compiled.signal.strong { &mut strong } else { &mut weak };
        if !list.contains(name) && compiled.is_in(text) {
            list.push(name.clone());
        }
    }
    let decided = strong.len() >= SIGNALS_TO_DECIDE;
    strong.extend(weak);
    (decided, strong)
}

/// `Bolivia (Bolivia)`: the words in brackets stand directly in front of them.
fn has_identical_gloss(text: &str) -> bool {
    memchr::memmem::find_iter(text.as_bytes(), b" (").any(|at| {
        let inside = &text[at + 2..];
        let Some(end) = inside.find([')', '\n']) else { return false };
        let gloss = &inside[..end];
        let letters = gloss.chars().filter(|c| c.is_alphabetic()).count();
        inside[end..].starts_with(')')
            && letters >= 3
            && gloss.starts_with(char::is_uppercase)
            && text[..at].ends_with(gloss)
            && !text[..at - gloss.len()].ends_with(char::is_alphanumeric)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gloss_must_repeat_the_whole_name() {
        assert!(has_identical_gloss("tại Bolivia (Bolivia) năm"));
        assert!(has_identical_gloss("thành phố Sao Paulo (Sao Paulo)"));
        assert!(!has_identical_gloss("Ủy ban (UB) và Đảng (Peru"));
        assert!(!has_identical_gloss("TPBolivia (Bolivia)"));
    }
}
