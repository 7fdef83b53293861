//! Names in Han, which have no capitals and, but for Japanese, no blanks.

use super::{REPORTER_CHARS, Reader, Rest};
use crate::text::{is_han, is_unspaced};

impl Reader<'_> {
    /// `作者:X Y`, also inside a short line: `光明日报记者 X`.
    pub(super) fn introduced_in_han(&self, part: &str) -> Option<Vec<String>> {
        let (at, prefix) = self.han_prefix(part)?;
        let rest = &part[at + prefix.len()..];
        let colon = prefix.ends_with([':', '\u{ff1a}']) || rest.starts_with([':', '\u{ff1a}']);
        let rest = rest.trim_start_matches([':', '\u{ff1a}', ' ', '\u{3000}']);
        let names = self.han_names(rest);
        // `记者 X Y`: two names and nothing else need no known family name.
        let pieces = rest.split([' ', '、']).filter(|piece| !piece.is_empty());
        let is_name = |piece: &str| (2..=3).contains(&piece.chars().count()) && !self.words.never.contains(piece);
        let all = pieces.clone().count() > 1 && pieces.clone().all(is_name);
        let names =
            if all && names.len() < pieces.clone().count() { pieces.map(str::to_owned).collect() } else { names };
        let sure = names.first().is_some_and(|name| colon || all || self.is_surname(name) || !name.starts_with(is_han));
        sure.then_some(names)
    }

    /// Where a byline's words begin in a part, and they.
    pub(super) fn han_prefix(&self, part: &str) -> Option<(usize, &str)> {
        let mut prefixes = self.words.prefixes.iter().filter(|prefix| prefix.starts_with(is_unspaced));
        prefixes.find_map(|prefix| Some((part.find(prefix.as_str())?, prefix.as_str())))
    }

    /// Han names in a row, until something else.
    pub(super) fn han_names(&self, text: &str) -> Vec<String> {
        let mut names = Vec::new();
        let pieces = text.split([
            ' ', ',', '、', ';', '\u{ff0c}', '\u{3000}', '(', '\u{ff08}', ')', '\u{ff09}', '[', ']', '】', '|', '/',
            '：', ':',
        ]);
        for piece in pieces {
            let mut piece = piece.trim();
            // `X报记者`, `X报记者张三`
            let titles = self.words.titles.iter().filter(|title| title.starts_with(is_han));
            let behind = titles.filter_map(|title| Some(&piece[piece.rfind(title.as_str())? + title.len()..]));
            if let Some(behind) = behind.min_by_key(|rest| rest.len()) {
                piece = behind;
            }
            let chars = piece.chars().count();
            let han = piece.chars().all(|c| is_han(c) || c == '·');
            let account = names.is_empty()
                && (3..=24).contains(&chars)
                && piece.chars().all(|c| c.is_alphanumeric() || "_-.".contains(c));
            if piece.is_empty() {
                continue;
            }
            if self.words.never.contains(piece) || self.words.joints.contains(piece) {
                if names.is_empty() {
                    continue;
                }
                break;
            }
            let is_name = han && (2..=4).contains(&chars) && (names.is_empty() || self.is_surname(piece));
            if !(is_name || (account && !han)) {
                break;
            }
            names.push(piece.to_owned());
        }
        names
    }

    pub(super) fn is_surname(&self, name: &str) -> bool {
        self.language.is_some_and(|language| language.names.begins_with_surname(&language.vocabulary, name))
    }

    /// The names of a line that begins in Han and is nothing else.
    pub(super) fn han_alone(&self, part: &str, dated: bool) -> Option<(Vec<String>, Rest)> {
        let name = part.trim_matches(['(', ')', '\u{ff08}', '\u{ff09}']);
        let rest = if dated { Rest::Number } else { Rest::Nothing };
        if self.words.blank_in_names {
            let pieces = name.split([' ', '\u{3000}']);
            let fits = pieces.clone().count() == 2
                && pieces.clone().all(|piece| (1..=3).contains(&piece.chars().count()) && piece.chars().all(is_han));
            return fits.then(|| (vec![name.to_owned()], rest));
        }
        let names: Vec<String> = name.split([' ', '、', ',']).map(str::to_owned).collect();
        let all = names.iter().all(|name| (2..=3).contains(&name.chars().count()) && name.chars().all(is_han));
        let all = all && names.first().is_some_and(|name| self.is_surname(name));
        (all && names.len() <= 4).then_some((names, rest))
    }

    /// `2024年3月3日 [ X ]`: a name in brackets behind a date.
    pub(super) fn bracketed(&self, line: &str) -> Option<Vec<String>> {
        let (_, rest) = line.split_once(['[', '【'])?;
        let (inside, _) = rest.split_once([']', '】'])?;
        self.signing(inside)
    }

    /// Names of two or three Han characters with a family name, and nothing else.
    fn signing(&self, text: &str) -> Option<Vec<String>> {
        let names: Vec<String> = text.trim().split([' ', '、']).map(str::to_owned).collect();
        let is_name = |name: &String| {
            (2..=3).contains(&name.chars().count())
                && name.chars().all(is_han)
                && !self.words.never.contains(name)
                && self.is_surname(name)
        };
        (names.len() <= 3 && names.iter().all(is_name)).then_some(names)
    }

    /// `(记者 X、Y)` in the first or last paragraph, `(X)` at its end.
    pub(super) fn reporter(&self, first: usize, last: usize) -> Option<Vec<String>> {
        if self.words.reporters.is_empty() {
            return None;
        }
        let lines = &self.draft.labelled.lines;
        let find = |text: &str| {
            let behind = |word: &String| text.find(word.as_str()).map(|at| at + word.len());
            let at = self.words.reporters.iter().find_map(behind)?;
            let inside = text[at..].split(')').next()?;
            let names = self.han_names(inside.trim_start_matches([':', ' ']));
            (!names.is_empty()).then_some(names)
        };
        let head: String = lines[first].text.chars().take(REPORTER_CHARS).collect();
        find(&head).or_else(|| {
            let text = &lines[last].text;
            let tail = text.char_indices().rev().nth(REPORTER_CHARS).map_or(0, |(at, _)| at);
            let signed = || {
                let inside = text.trim_end().strip_suffix([')', '\u{ff09}'])?;
                let (before, name) = inside.rsplit_once(['(', '\u{ff08}'])?;
                self.signing(name).filter(|_| before.trim_end().ends_with(['。', '！', '？', '”', '!', '?']))
            };
            find(&text[tail..]).or_else(signed)
        })
    }
}
