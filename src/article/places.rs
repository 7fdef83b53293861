//! Countries named in a text.

use crate::lexicon::LanguageData;
use crate::text::is_unspaced;

/// The countries of texts in the order of their first mention, as ISO 3166-1 alpha-2.
#[must_use]
pub fn countries<'a>(texts: impl Iterator<Item = &'a str>, language: &LanguageData) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for text in texts {
        for code in mentions(text, language) {
            if !found.iter().any(|known| known == code) {
                found.push(code.to_owned());
            }
        }
    }
    found
}

/// The country whose name a place is, or that it names: `墨西哥`, `Lima (Peru)`.
#[must_use]
pub fn country_of(place: &str, language: &LanguageData) -> Option<String> {
    mentions(place, language).first().map(|code| (*code).to_owned())
}

fn mentions<'l>(text: &str, language: &'l LanguageData) -> Vec<&'l str> {
    let Some(matcher) = &language.countries else { return Vec::new() };
    matcher
        .find_iter(text)
        .filter(|hit| stands_alone(text, hit.start(), hit.end()))
        .filter_map(|hit| {
            let (code, weak) = &language.country_of[hit.pattern().as_usize()];
            code.as_deref().filter(|_| !weak || is_country_here(text, hit.start(), language))
        })
        .collect()
}

/// Names of spaced scripts end where the word ends.
fn stands_alone(text: &str, start: usize, end: usize) -> bool {
    let inside = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() && !is_unspaced(c));
    let first = text[start..].chars().next();
    let last = text[..end].chars().next_back();
    let spaced = |c: Option<char>| c.is_some_and(|c| !is_unspaced(c));
    let goes_on_before = spaced(first) && inside(text[..start].chars().next_back());
    let goes_on_behind = spaced(last) && inside(text[end..].chars().next());
    !goes_on_before && !goes_on_behind
}

/// A weak name counts behind a lower-case word that is no honorific: `Trần Đức Thắng` and `bà Nga` name no country.
fn is_country_here(text: &str, start: usize, language: &LanguageData) -> bool {
    let before = text[..start].trim_end_matches([' ', '\u{a0}', '(', '"', '“']);
    let word = before.rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or("");
    if word.is_empty() {
        // Behind a comma or dash: `Anh, Pháp, Đức`. At the beginning of a sentence the name could be anything.
        return before.ends_with([',', '-', '–', ';', '/']);
    }
    word.chars().next().is_some_and(char::is_lowercase) && !language.honorifics.contains(&word.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lexicon::{CompiledPatterns, Lexicon};

    fn found(text: &str) -> Vec<String> {
        let lexicon: Lexicon = toml::from_str(
            "language = 'vi'\n[country]\nweak = ['Đức', 'Nga', 'Mỹ']\nmasks = ['Mỹ Latin']\nhonorifics = ['bà']\n\
             names = { DE = ['Đức'], RU = ['Nga'], US = ['Mỹ'], VN = ['Việt Nam', '越南'], CL = ['Chile'] }",
        )
        .unwrap();
        let patterns = CompiledPatterns::new(&[lexicon]).unwrap();
        countries(std::iter::once(text), patterns.language("vi").unwrap())
    }

    #[test]
    fn weak_names_need_a_common_word_before_them() {
        assert_eq!(found("đồng chí Trần Đức Thắng gặp bà Nga"), Vec::<String>::new());
        assert_eq!(found("đại sứ Đức và nước Nga"), ["DE", "RU"]);
        assert_eq!(found("các đảng Mỹ Latin"), Vec::<String>::new());
        assert_eq!(found("gồm Chile, Đức, Mỹ"), ["CL", "DE", "US"]);
    }

    #[test]
    fn names_end_where_words_end() {
        assert_eq!(found("quan hệ Việt Nam-Chile"), ["VN", "CL"]);
        assert_eq!(found("Chilean"), Vec::<String>::new());
        assert_eq!(found("率领越南共产党代表团"), ["VN"]);
    }
}
