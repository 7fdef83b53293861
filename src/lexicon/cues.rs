//! Cues: words that stand more often in page furniture than in prose, or the other way round, by class. The model counts them.

use std::collections::BTreeMap;
use std::ops::Range;

use aho_corasick::{AhoCorasick, MatchKind};

use crate::error::{Error, Result};
use crate::text::{fold, is_unspaced, is_word};

/// The classes, in the order of the model's columns.
pub const CUES: [&str; 16] = [
    "share", "related", "comment", "legal", "cookie", "account", "tags", "byline", "picture", "menu", "shop", "me",
    "you", "ago", "month", "speech",
];

/// Phrases by class.
pub type Cues = BTreeMap<String, Vec<String>>;

/// All cues of all languages as one matcher.
#[derive(Debug)]
pub struct CueSet {
    matcher: AhoCorasick,
    /// Classes of each phrase, one bit each.
    classes: Vec<u32>,
}

impl CueSet {
    /// Compiles the cues of several languages.
    ///
    /// # Errors
    /// [`Error::Config`] naming a class that is none.
    pub fn new<'a>(languages: impl Iterator<Item = (&'a str, &'a Cues)>) -> Result<CueSet> {
        let mut phrases: BTreeMap<String, u32> = BTreeMap::new();
        for (language, cues) in languages {
            for (class, words) in cues {
                let Some(bit) = CUES.iter().position(|known| known == class) else {
                    return Err(Error::Config(format!(
                        "lexicon `{language}`: `cues.{class}` is no class of cues; allowed: {}",
                        CUES.join(", ")
                    )));
                };
                for phrase in words.iter().map(|word| fold(word)).filter(|phrase| !phrase.is_empty()) {
                    *phrases.entry(phrase).or_default() |= 1 << bit;
                }
            }
        }
        let matcher = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .build(phrases.keys())
            .map_err(|error| Error::Config(format!("lexicon: cues: {error}")))?;
        Ok(CueSet { matcher, classes: phrases.into_values().collect() })
    }

    /// Calls `found` with place and classes of every cue of a folded text, from left to right. Of overlapping cues the first and
    /// longest counts. Cues of spaced scripts must stand between word borders; Korean words have endings, so theirs only begin there.
    pub fn find(&self, folded: &str, mut found: impl FnMut(Range<usize>, u32)) {
        for hit in self.matcher.find_iter(folded) {
            let (start, end) = (hit.start(), hit.end());
            let border =
                |inner: Option<char>, outer: Option<char>| !(inner.is_some_and(spaced) && outer.is_some_and(spaced));
            let last = folded[..end].chars().next_back();
            let ends = last.is_some_and(|c| ('가'..='힣').contains(&c)) || border(last, folded[end..].chars().next());
            if ends && border(folded[start..].chars().next(), folded[..start].chars().next_back()) {
                found(start..end, self.classes[hit.pattern().as_usize()]);
            }
        }
    }
}

fn spaced(c: char) -> bool {
    is_word(c) && !is_unspaced(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(String, u32)> {
        let cues: Cues = [
            ("share".to_owned(), vec!["share".to_owned(), "Chia sẻ".to_owned()]),
            ("menu".to_owned(), vec!["home".to_owned(), "首页".to_owned(), "홈".to_owned()]),
        ]
        .into();
        let set = CueSet::new([("x", &cues)].into_iter()).unwrap();
        let mut all = Vec::new();
        set.find(&fold(text), |range, classes| all.push((fold(text)[range].to_owned(), classes)));
        all
    }

    #[test]
    fn cues_stand_between_word_borders() {
        assert_eq!(found("Share | shareholder"), [("share".to_owned(), 1)]);
        assert_eq!(found("回首页看看"), [("首页".to_owned(), 1 << 9)]);
        assert_eq!(found("홈에서 chia sẻ"), [("홈".to_owned(), 1 << 9), ("chia sẻ".to_owned(), 1)]);
    }

    #[test]
    fn an_unknown_class_is_named() {
        let cues: Cues = [("shares".to_owned(), vec![])].into();
        let error = CueSet::new([("vi", &cues)].into_iter()).unwrap_err().to_string();
        assert!(error.contains("cues.shares") && error.contains("speech"), "{error}");
    }
}
