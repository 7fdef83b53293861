//! Scores a cleaning against gold: lines, and the text by shingles of four words (four characters in scripts without spaces).

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use icu_normalizer::ComposingNormalizer;

use super::gold::Gold;

/// Words, or characters, of a shingle.
const SHINGLE: usize = 4;
/// Languages whose shingles are characters.
const UNSPACED: [&str; 6] = ["zh", "ja", "th", "my", "km", "lo"];

/// Precision, recall and their harmonic mean.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Prf {
    /// Share of what was kept that is right.
    pub precision: f64,
    /// Share of what is right that was kept.
    pub recall: f64,
    /// Harmonic mean.
    pub f1: f64,
}

impl Prf {
    /// From counts of right, wrong and missed.
    #[must_use]
    pub fn of(right: usize, wrong: usize, missed: usize) -> Prf {
        let ratio = |part: f64, whole: usize| if whole > 0 { part / whole as f64 } else { 0.0 };
        let (precision, recall) = (ratio(right as f64, right + wrong), ratio(right as f64, right + missed));
        let f1 = if precision + recall > 0.0 { 2.0 * precision * recall / (precision + recall) } else { 0.0 };
        Prf { precision, recall, f1 }
    }
}

/// What one record scored.
#[derive(Debug, Clone, Default)]
pub struct Score {
    /// Lines that are neither blank nor title: kept body, kept noise, lost body.
    pub lines: (usize, usize, usize),
    /// Shingles.
    pub text: Prf,
    /// Whether the title is right; none where the gold has no title.
    pub title: Option<bool>,
}

/// Scores the kept lines and the title of a record.
#[must_use]
pub fn score(gold: &Gold, kept: &[bool], title: Option<&str>) -> Score {
    let lines: Vec<&str> = gold.raw_text.split('\n').collect();
    let mut score = Score::default();
    let mut text = String::new();
    for ((line, label), &kept) in lines.iter().zip(&gold.labels).zip(kept) {
        if kept && label != "title" {
            text.push_str(line);
            text.push('\n');
        }
        if matches!(label.as_str(), "blank" | "title") {
            continue;
        }
        match (label == "body", kept) {
            (true, true) => score.lines.0 += 1,
            (false, true) => score.lines.1 += 1,
            (true, false) => score.lines.2 += 1,
            (false, false) => {}
        }
    }
    let mut expected = shingles(&gold.gold_body, &gold.lang);
    let (mut right, mut all) = (0, 0);
    for (shingle, count) in shingles(&text, &gold.lang) {
        all += count;
        if let Some(left) = expected.get_mut(&shingle) {
            right += count.min(*left);
        }
    }
    let gold_all: usize = expected.values().sum();
    score.text = Prf::of(right, all - right, gold_all - right);
    let title_lines = lines.iter().zip(&gold.labels).filter(|(_, label)| *label == "title").map(|(line, _)| *line);
    let titles: Vec<&str> =
        gold.gold_title.as_deref().into_iter().chain(title_lines).filter(|title| !title.is_empty()).collect();
    if !titles.is_empty() {
        score.title = Some(title.is_some_and(|title| titles.iter().any(|gold| same_title(title, gold))));
    }
    score
}

fn normal(text: &str) -> String {
    let mut normal = String::with_capacity(text.len());
    for c in ComposingNormalizer::new_nfkc().normalize(text).chars() {
        match c {
            '“' | '”' | '„' | '«' | '»' => normal.push('"'),
            '‘' | '’' | '`' => normal.push('\''),
            '–' | '—' | '‑' => normal.push('-'),
            '\u{ad}' | '\u{200b}' | '\u{200c}' | '\u{200d}' | '\u{feff}' => {}
            _ => normal.push(c),
        }
    }
    normal
}

fn squash(text: &str) -> Vec<char> {
    normal(text).chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect()
}

/// Whether two titles are one: equal, or one holds the other and most of it.
#[must_use]
pub fn same_title(given: &str, gold: &str) -> bool {
    let (given, gold) = (squash(given), squash(gold));
    let holds =
        |whole: &[char], part: &[char]| part.is_empty() || whole.windows(part.len()).any(|window| window == part);
    if gold.is_empty() {
        return false;
    }
    given == gold
        || (given.len() >= 8
            && (holds(&gold, &given) && given.len() as f64 >= 0.6 * gold.len() as f64
                || holds(&given, &gold) && given.len() as f64 <= 1.35 * gold.len() as f64))
}

fn shingles(text: &str, language: &str) -> HashMap<u64, usize> {
    let text = normal(text);
    let tokens: Vec<&str> = if UNSPACED.contains(&language) {
        text.char_indices().filter(|(_, c)| !c.is_whitespace()).map(|(at, c)| &text[at..at + c.len_utf8()]).collect()
    } else {
        text.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| !word.is_empty()).collect()
    };
    let hash = |window: &[&str]| {
        let mut hasher = DefaultHasher::new();
        window.hash(&mut hasher);
        hasher.finish()
    };
    let mut counts = HashMap::new();
    if !tokens.is_empty() && tokens.len() < SHINGLE {
        counts.insert(hash(&tokens), 1);
    }
    for window in tokens.windows(SHINGLE) {
        *counts.entry(hash(window)).or_default() += 1;
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gold() -> Gold {
        Gold {
            lang: "en".into(),
            raw_text: "Home\nA bridge opens\nIt opened on Friday after nine years.\nPeople walked across.\nMore news"
                .into(),
            labels: ["noise", "title", "body", "body", "noise"].map(str::to_owned).to_vec(),
            gold_body: "It opened on Friday after nine years.\nPeople walked across.".into(),
            gold_title: Some("A bridge opens at last".into()),
            ..Gold::default()
        }
    }

    #[test]
    fn lines_and_shingles_are_counted_without_the_title() {
        let all = score(&gold(), &[false, true, true, true, false], Some("A bridge opens"));
        assert_eq!((all.lines, all.title), ((2, 0, 0), Some(true)));
        assert!((all.text.f1 - 1.0).abs() < 1e-9);
        let some = score(&gold(), &[true, false, true, false, false], Some("Home"));
        assert_eq!((some.lines, some.title), ((1, 1, 1), Some(false)));
        // Kept: eight words, five shingles, four of them right; expected: ten words, seven shingles.
        assert!((some.text.precision - 0.8).abs() < 1e-9 && (some.text.recall - 4.0 / 7.0).abs() < 1e-9, "{some:?}");
        let nothing = score(&gold(), &[false; 5], None);
        assert_eq!((nothing.text.f1, nothing.title), (0.0, Some(false)));
    }

    #[test]
    fn titles_are_one_where_most_of_them_is() {
        for (given, gold, expected) in [
            ("A Bridge opens", "a bridge  opens", true),
            ("A bridge opens", "A bridge opens - Daily", true),
            ("Bridge", "A bridge opens after nine years", false),
            ("A bridge opens", "", false),
        ] {
            assert_eq!(same_title(given, gold), expected, "{given} / {gold}");
        }
    }
}
