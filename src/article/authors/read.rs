//! Names out of a part of a line.

use super::{How, MAX_HUMPS, MAX_WORDS, Reader, Rest};
use crate::text::is_han;

impl Reader<'_> {
    /// The names of a list behind a byline's words.
    pub(super) fn listed(&self, text: &str) -> Vec<String> {
        if text.starts_with(is_han) {
            return self.han_names(text);
        }
        if let Some(team) = self.team(text) {
            return vec![team];
        }
        let (names, _) = self.read(text, How::Said);
        names
    }

    /// `The Great Day Editorial Team`: words with capitals of which the last is a team, as the name of one.
    fn team(&self, text: &str) -> Option<String> {
        let words: Vec<&str> = text.split(' ').filter(|word| !word.is_empty()).collect();
        let is_team = |word: &&str| self.words.teams.contains(&word.to_lowercase());
        let fits = (2..=MAX_WORDS).contains(&words.len())
            && words.last().is_some_and(is_team)
            && words.iter().all(|word| {
                word.starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit())
                    || is_team(word)
                    || self.words.is_article(word)
            })
            && !text.contains([',', ';', ':']);
        let articles = words.iter().take_while(|word| self.words.is_article(word)).count();
        fits.then(|| words[articles..].join(" "))
    }

    /// Names from the beginning of a text on, and what follows them.
    pub(super) fn read(&self, text: &str, how: How) -> (Vec<String>, Rest) {
        let mut names: Vec<String> = Vec::new();
        let mut words: Vec<&str> = Vec::new();
        let mut rest = Rest::Nothing;
        let mut behind_comma = false;
        let mut skipped = 0;
        let mut team = false;
        let all: Vec<&str> = text.split(' ').filter(|word| !word.is_empty()).collect();
        for (number, raw) in all.iter().enumerate() {
            let next = all.get(number + 1).copied().unwrap_or("");
            // `Anna (Holt) Miller`
            let is_second = !words.is_empty()
                && next.starts_with(char::is_uppercase)
                && raw
                    .strip_prefix('(')
                    .and_then(|raw| raw.strip_suffix(')'))
                    .is_some_and(|name| name.starts_with(char::is_uppercase) && name.chars().all(char::is_alphabetic));
            if is_second {
                words.push(raw);
                continue;
            }
            // `Anna Miller , Peter Holt`
            if matches!(*raw, "," | ";") && !words.is_empty() {
                let first = names.is_empty();
                self.finish(&mut words, &mut names, how, first);
                behind_comma = true;
                continue;
            }
            if raw.starts_with(['@', '(', '[']) {
                let number = raw.chars().nth(1).is_some_and(|c| c.is_ascii_digit());
                rest = if number && how == How::Alone { Rest::Other } else { Rest::Role };
                break;
            }
            if number < skipped {
                continue;
            }
            if words.is_empty()
                && (how == How::Said || !names.is_empty())
                && let Some((name, length)) = self.agency(&all[number..])
            {
                // `X, CNN`: where a person works is no author.
                let has_person = names.iter().any(|name| !self.agencies.contains(&name.to_lowercase()));
                // `X and AP`
                let beside = number > 0 && self.words.joints.contains(&all[number - 1].to_lowercase());
                let is_wire = !self.outlets.contains(&name.to_lowercase());
                let works_there =
                    has_person && !(beside && is_wire) || self.outlets.contains(&name.to_lowercase()) && behind_comma;
                if names.is_empty() || !works_there {
                    names.push(name);
                }
                skipped = number + length;
                continue;
            }
            if *raw == "&" && words.is_empty() && names.is_empty() {
                continue;
            }
            let core = raw.trim_end_matches([',', ';', ':']);
            let lower = core.to_lowercase();
            if raw.starts_with(|c: char| c.is_ascii_digit()) {
                rest = Rest::Number;
                break;
            }
            if self.words.joints.contains(&lower) && next.starts_with(|c: char| c.is_uppercase() || !c.is_ascii()) {
                if words.is_empty() && names.is_empty() {
                    rest = Rest::Other;
                    break;
                }
                self.finish(&mut words, &mut names, how, true);
                behind_comma = false;
                continue;
            }
            if !words.is_empty() && next.is_empty() && self.words.teams.contains(&lower) {
                words.push(core);
                team = true;
                continue;
            }
            let small = self.words.is_particle(&lower) && next.starts_with(char::is_uppercase);
            // `Anna Holt Jan Michael Frey`: a month that is a given name too, in front of a name.
            let goes_on = self.given.contains(core) && next.starts_with(char::is_uppercase);
            if words.len() > 1
                && (self.words.never.contains(&lower) && !small
                    || self.stamps.is_month(lower.trim_end_matches('.'))
                        && !goes_on
                        && !self.words.names.contains(&lower))
            {
                let role = how == How::Said || self.words.roles.contains(lower.trim_end_matches('.'));
                rest = if role { Rest::Role } else { Rest::Other };
                break;
            }
            if (!words.is_empty() || !names.is_empty()) && self.words.roles.contains(lower.trim_end_matches('.')) {
                rest = Rest::Role;
                break;
            }
            if words.is_empty() && self.words.titles.contains(&lower) {
                continue;
            }
            // A degree behind a comma.
            let degree = behind_comma
                && (raw.ends_with(',') || !next.starts_with(char::is_uppercase))
                && core.chars().filter(|c| c.is_alphabetic()).count() <= 4
                && core.chars().filter(|c| c.is_uppercase()).count() >= 2
                && !core.contains(' ');
            if degree && words.is_empty() {
                continue;
            }
            // `Anna Miller M.D.`
            if words.len() > 1 && core.trim_end_matches('.').contains('.') && !core.contains(|c: char| c.is_lowercase())
            {
                continue;
            }
            // `WhatsApp`
            if self.words.never.contains(&lower) && glued_end(core) < core.len() {
                rest = Rest::Other;
                break;
            }
            // `HomeNewsSportCulture`: a menu.
            if humps(core) > MAX_HUMPS {
                rest = Rest::Other;
                break;
            }
            let end = glued_end(core).min(self.glued_month(core, next));
            let word = &core[..end];
            let glued = end < core.len();
            // `WhatsApp`, `TurboTax` are words; `MillerFounder at`, `MillerReporter` are not.
            let tail = core[end..].to_lowercase();
            let sure = !(next.is_empty() || words.is_empty())
                || tail.starts_with(|c: char| !c.is_alphabetic())
                || self.words.roles.contains(&tail)
                || self.stamps.is_month(&tail);
            let sure = sure || self.stamps.is_month(tail.trim_end_matches('.'));
            let (word, glued) = if glued && !sure { (core, false) } else { (word, glued) };
            let caseless = how == How::Said && word.starts_with(|c: char| c.is_alphabetic() && !c.is_lowercase());
            let capital = word.starts_with(char::is_uppercase) || caseless;
            let letters = word.chars().all(|c| {
                c.is_alphabetic() || matches!(c, '-' | '\'' | '’' | '.' | 'ʻ') || crate::text::is_loose_mark(c)
            });
            let small = !words.is_empty()
                && self.words.is_particle(&lower)
                && (next.starts_with(|c: char| c.is_uppercase())
                    || self.words.is_particle(next) && number + 2 < all.len());
            let joined = self.words.is_joined(&lower) && letters;
            if !(capital && letters && !word.ends_with('-') || small || joined) {
                rest = Rest::Other;
                break;
            }
            words.push(word.trim_end_matches('.').len().checked_sub(2).map_or(word, |_| {
                if word.matches('.').count() == 1 && word.len() > 3 { word.trim_end_matches('.') } else { word }
            }));
            if glued {
                rest = Rest::Role;
                break;
            }
            if raw.ends_with([',', ';']) {
                behind_comma = true;
                let enough = words.len() > 1 || how == How::Said;
                if !enough {
                    rest = Rest::Other;
                    break;
                }
                let first = names.is_empty();
                self.finish(&mut words, &mut names, how, first);
            }
        }
        // `By the way`, `Theo Người đưa tin`: one word and then others is no name.
        if how == How::Said && rest == Rest::Other && names.is_empty() && words.len() == 1 {
            return (names, rest);
        }
        let first = names.is_empty();
        // `Our Team` is an entry of a menu.
        let is_menu = |word: &&str| self.words.no_team.contains(&word.to_lowercase());
        if team && how == How::Alone && words[..words.len() - 1].iter().all(is_menu) {
            return (names, Rest::Other);
        }
        if team && how == How::Alone && first {
            names.push(std::mem::take(&mut words).join(" "));
            return (names, Rest::Role);
        }
        self.finish(&mut words, &mut names, how, first);
        // `by zach92`: an account alone.
        if names.is_empty() && how == How::Said {
            let mut alone = text.split(' ').take(2);
            if let (Some(account), None) = (alone.next(), alone.next()) {
                let fits = (3..=24).contains(&account.len())
                    && account.chars().all(|c| c.is_alphanumeric() || "._-".contains(c));
                let lower = account.to_lowercase();
                if fits
                    && account.starts_with(char::is_alphabetic)
                    && !self.words.never.contains(&lower)
                    && !self.words.roles.contains(&lower)
                {
                    names.push(account.to_owned());
                }
            }
        }
        (names, rest)
    }

    /// Where a month is glued to a name in capitals: `MILLERAUG. 12`.
    fn glued_month(&self, word: &str, next: &str) -> usize {
        let word = word.trim_end_matches('.');
        if !next.starts_with(|c: char| c.is_ascii_digit()) || word.contains(char::is_lowercase) {
            return usize::MAX;
        }
        let mut starts = word.char_indices().map(|(at, _)| at).skip(2);
        starts.find(|at| self.stamps.is_month(&word[*at..].to_lowercase())).unwrap_or(usize::MAX)
    }

    /// An agency at the beginning of some words: its name as printed, and how many words it has.
    fn agency(&self, words: &[&str]) -> Option<(String, usize)> {
        (1..=4.min(words.len())).rev().find_map(|length| {
            let name = words[..length].join(" ");
            let name = name.trim_end_matches([',', '.', ';']);
            self.agencies.contains(&name.to_lowercase()).then(|| (name.to_owned(), length))
        })
    }

    /// Takes the words read so far as a name, where they can be one.
    fn finish(&self, words: &mut Vec<&str>, names: &mut Vec<String>, how: How, first: bool) {
        let taken = std::mem::take(words);
        if taken.is_empty() {
            return;
        }
        let half = taken.len() / 2;
        let words = if taken.len() >= 4 && taken.len().is_multiple_of(2) && taken[..half] == taken[half..] {
            &taken[..half]
        } else {
            &taken[..]
        };
        if words.len() > 4 {
            // Names without a sign between them: a given name begins the next one.
            let mut starts: Vec<usize> = vec![0];
            for (at, word) in words.iter().enumerate().skip(2) {
                if self.given.contains(*word)
                    && at - starts[starts.len() - 1] >= 2
                    && at + 1 < words.len()
                    && !self.given.contains(words[at - 1])
                {
                    starts.push(at);
                }
            }
            starts.push(words.len());
            if starts.len() > 2 && starts.windows(2).all(|pair| (2..=4).contains(&(pair[1] - pair[0]))) {
                names.extend(starts.windows(2).map(|pair| words[pair[0]..pair[1]].join(" ")));
                return;
            }
        }
        if words.iter().any(|word| word.ends_with("'s") || word.ends_with("’s")) {
            return;
        }
        let known = |word: &&&str| {
            let lower = word.to_lowercase();
            self.words.never.contains(&lower) && !(words.len() > 2 && self.words.is_particle(&lower))
        };
        // `Anna and Peter`
        let pair = words.len() == 1
            && !names.is_empty()
            && names.iter().all(|name| !name.contains(' '))
            && words.iter().all(|word| self.given.contains(*word));
        let long = words.iter().filter(|word| word.chars().count() > 1).count();
        let fits = match how {
            How::Said if first => {
                words.len() <= MAX_WORDS + 1
                    && (words.len() > 1 || words.iter().filter(known).count() == 0)
                    && long >= 1
            }
            // `Anna Miller, Garden Educator`
            How::Said => {
                let is_role = words.iter().any(|word| self.words.roles.contains(&word.to_lowercase()));
                pair || (2..=MAX_WORDS).contains(&words.len()) && long >= 2 && !is_role
            }
            How::Alone => {
                (2..=MAX_WORDS).contains(&words.len()) && long >= 2 && words.iter().filter(known).count() == 0
            }
        };
        // `By Category`, `By the way`
        let all_never = words.iter().filter(known).count() == words.len();
        if fits && !all_never {
            names.push(words.join(" "));
        }
    }
}

/// How often a capital follows a small letter in a word.
fn humps(word: &str) -> usize {
    let small_before = word.chars().zip(word.chars().skip(1));
    small_before.filter(|(before, behind)| before.is_lowercase() && behind.is_uppercase()).count()
}

/// Where the next thing is glued to a name: `MillerPublished`. `McDonald` and `DeShawn` are one word.
fn glued_end(word: &str) -> usize {
    let mut letters = 0;
    let mut last_lower = false;
    for (at, c) in word.char_indices() {
        if c.is_uppercase() && last_lower && letters > 3 {
            return at;
        }
        if at > 0 && (c == '@' || c == '(' || c == '[' || c.is_ascii_digit()) {
            return at;
        }
        letters = if c.is_alphabetic() { letters + 1 } else { 0 };
        last_lower = c.is_lowercase();
    }
    word.len()
}
