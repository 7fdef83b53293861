//! The shape of a Vietnamese syllable. Nearly every marked word of a Vietnamese text has it, and nothing misread does.

use icu_normalizer::DecomposingNormalizerBorrowed;

/// Longest first, so that the first match is the whole onset.
const ONSETS: &[&str] = &[
    "ngh", "ch", "gh", "gi", "kh", "ng", "nh", "ph", "qu", "th", "tr", "b", "c", "d", "đ", "g", "h", "k", "l", "m",
    "n", "p", "r", "s", "t", "v", "x", "",
];
const NUCLEI: &[&str] = &[
    "a", "ă", "â", "e", "ê", "i", "o", "ô", "ơ", "u", "ư", "y", "ai", "ao", "au", "ay", "âu", "ây", "eo", "êu", "ia",
    "iu", "oi", "ôi", "ơi", "ui", "ưi", "ưu", "ua", "ưa", "oa", "oă", "oe", "oo", "uâ", "uă", "uy", "uê", "uơ", "iê",
    "yê", "uô", "ươ", "oai", "oay", "oao", "oeo", "uây", "uôi", "ươi", "ươu", "iêu", "yêu", "uya", "uyu", "uyê",
];
const CODAS: &[&str] = &["", "c", "ch", "m", "n", "ng", "nh", "p", "t"];

/// Whether the word has the shape of a written Vietnamese syllable: onset, nucleus, coda, and the tone mark on the vowel that
/// carries it (in the old style or the new one). Case does not matter; the word must be in NFC.
pub(crate) fn is_syllable(word: &str) -> bool {
    let (letters, tone_at) = without_tone(word);
    let letters = letters.as_str();
    ONSETS.iter().filter(|onset| letters.starts_with(**onset)).any(|onset| {
        let rest = &letters[onset.len()..];
        CODAS.iter().filter(|coda| rest.ends_with(**coda)).any(|coda| {
            let nucleus = &rest[..rest.len() - coda.len()];
            NUCLEI.contains(&nucleus)
                && tone_at.is_none_or(|at| {
                    at.checked_sub(onset.chars().count()).is_some_and(|at| carries_tone(nucleus, !coda.is_empty(), at))
                })
        })
    })
}

/// The lower-case word without its tone mark, and the index of the letter that carried it. A word with two marks keeps the
/// second one and so fails.
fn without_tone(word: &str) -> (String, Option<usize>) {
    let decomposer = DecomposingNormalizerBorrowed::new_nfd();
    let composer = icu_normalizer::ComposingNormalizerBorrowed::new_nfc();
    let mut letters = String::new();
    let mut tone_at = None;
    for (index, letter) in word.to_lowercase().chars().enumerate() {
        let mut buffer = [0; 4];
        let parts = decomposer.normalize(letter.encode_utf8(&mut buffer)).into_owned();
        let is_tone = |c: char| matches!(c, '\u{300}' | '\u{301}' | '\u{303}' | '\u{309}' | '\u{323}');
        if tone_at.is_none() && parts.contains(is_tone) {
            tone_at = Some(index);
            letters.push_str(&composer.normalize(&parts.replace(is_tone, "")));
        } else {
            letters.push(letter);
        }
    }
    (letters, tone_at)
}

/// Whether the tone of a nucleus stands on its vowel number `at`.
fn carries_tone(nucleus: &str, is_closed: bool, at: usize) -> bool {
    let length = nucleus.chars().count();
    if let Some(marked) = nucleus.chars().rev().position(|c| "ăâêôơ".contains(c)) {
        return at == length - 1 - marked;
    }
    match (nucleus, length) {
        ("oa" | "oe" | "uy", _) if !is_closed => at <= 1,
        (_, 1) => at == 0,
        (_, 2) => at == usize::from(is_closed),
        _ => at == 1,
    }
}
