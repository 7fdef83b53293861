//! Lines that are a name and nothing else.

use super::parts::parts;
use super::{How, MAX_TITLE_BYTES, Reader, Rest};
use crate::document::Label;
use crate::text::is_han;

impl Reader<'_> {
    /// The names of a line that is nothing else, and what follows them.
    pub(super) fn alone(&self, at: usize) -> Option<(Vec<String>, Rest)> {
        self.known[at].alone.get_or_init(|| self.read_alone(at)).clone()
    }

    fn read_alone(&self, at: usize) -> Option<(Vec<String>, Rest)> {
        let line = &self.draft.labelled.lines[at];
        let label = self.draft.label(line);
        let kept = self.is_kept(line);
        if !self.fits(line)
            || label == Label::Caption && (line.shape.units > 8.0 || line.shape.ends_sentence())
            || kept && line.shape.units > 8.0
            || line.shape.ends_sentence() && kept
            || self.is_introduced_as_another(at)
        {
            return None;
        }
        let counts = &line.counts;
        // Two words with capitals, or one beside a date or in front of `team`.
        let few = counts.capitalised < 2 && counts.unspaced == 0 && line.shape.digits < 3;
        let is_team = || line.text.rsplit(' ').next().is_some_and(|word| self.words.teams.contains(word));
        // `Anna` alone, whom the page presents elsewhere.
        let single = !kept && (self.given.contains(line.text.as_str()) || self.is_site(&line.text));
        if few && !single && !is_team() || counts.questions + counts.exclamations > 0 {
            return None;
        }
        let text = Self::printed(line);
        let (without, dated) = self.without_dates(&text);
        let parts = parts(&without);
        let &part = parts.first()?;
        if !(single || dated && !part.contains(' ') || parts.iter().any(|part| self.may_begin_name(part))) {
            return None;
        }
        if text.contains(['?', '!', '"', '“', '…', '%', '$', '©']) {
            return None;
        }
        let word_of_picture =
            |word: &str| self.words.pictures.contains(&word.trim_matches([':', ',', '.', ')', '(']).to_lowercase());
        if text.split([' ', '/']).any(word_of_picture) {
            return None;
        }
        if single {
            return Some((vec![line.text.clone()], Rest::Nothing));
        }
        // `Susan December 9, 2024`
        if dated && !part.contains(' ') && (self.given.contains(part) || self.is_site(part)) {
            return Some((vec![part.to_owned()], Rest::Number));
        }
        if dated && let Some(names) = self.bracketed(&without) {
            return Some((names, Rest::Role));
        }
        if part.starts_with(is_han) {
            return self.han_alone(part, dated);
        }
        if parts.len() > 6 {
            return None;
        }
        // `Design · Web Basics · Style Guides`: a list of topics.
        let is_name = |part: &&&str| self.may_begin_name(part);
        if parts.iter().filter(is_name).count() > 2 && !parts.iter().filter(is_name).all(|part| self.given_first(part))
        {
            return None;
        }
        if let Some(names) = self.all_names(&parts).filter(|_| !dated) {
            return Some((names, Rest::Nothing));
        }
        // `109 Comments | X`, `Updated | X`: of the parts behind the first only a name with a known given name counts.
        let (names, rest) = parts.iter().enumerate().find_map(|(number, part)| {
            let (names, rest) = self.read(part, How::Alone);
            let sure = !names.is_empty()
                && rest != Rest::Other
                && (number == 0 || names.iter().all(|name| self.given_first(name)));
            sure.then_some((names, rest))
        })?;
        let more = parts.len() > 1 || dated;
        Some((names, if rest == Rest::Nothing && more { Rest::Number } else { rest }))
    }

    /// The names of parts that are all names: `X - Y`.
    fn all_names(&self, parts: &[&str]) -> Option<Vec<String>> {
        if !(2..=4).contains(&parts.len()) {
            return None;
        }
        let mut names = Vec::new();
        for part in parts {
            let (read, rest) = self.read(part, How::Alone);
            let sure = |name: &String| self.given_first(name) || self.words.signed && self.is_surname(name);
            if read.is_empty() || rest != Rest::Nothing || !read.iter().all(sure) {
                return None;
            }
            names.extend(read);
        }
        Some(names)
    }

    /// Whether a part of a line begins as a name alone does: with a capital and one more word of a name, or in Han. Told without reading
    /// it as a whole, since hardly any part does.
    fn may_begin_name(&self, part: &str) -> bool {
        if part.starts_with(is_han) {
            return true;
        }
        let is_title = |word: &str| {
            word == "&" || self.words.titles.contains(word) || self.words.titles.contains(&word.to_lowercase())
        };
        let mut words = part
            .split(' ')
            .skip_while(|word| word.len() <= MAX_TITLE_BYTES && is_title(word.trim_end_matches([',', ';', ':'])));
        let first = words.next().unwrap_or("");
        if !(first.starts_with(char::is_uppercase) || self.words.is_joined(first)) {
            return false;
        }
        words.next().is_some_and(|word| {
            let core = word.trim_end_matches([',', ';', ':']);
            word.trim_start_matches('(').starts_with(char::is_uppercase)
                || self.words.is_joined(word)
                || self.words.is_particle(core)
                || self.words.joints.contains(core)
                || self.words.teams.contains(core)
        })
    }
}
