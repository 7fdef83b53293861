//! Where on the page a byline stands, and what speaks for one.

use super::parts::letters_of;
use super::words::title_case;
use super::{How, LINES_BEHIND_TITLE, MAX_NAMES, Reader, Rest, UNITS_OF_BIOGRAPHY};
use crate::document::Label;
use crate::mention::{Language, Scratch};
use crate::text::is_han;

impl Reader<'_> {
    /// What the place of a line speaks for: directly behind the title is best.
    pub(super) fn place(&self, at: usize, has_title: bool, (title, other): (usize, usize), first: usize) -> i32 {
        let label = self.draft.label(&self.draft.labelled.lines[at]);
        let of_others = matches!(label, Label::Related | Label::RelatedHeading) && at > first + 1;
        let title = if at < title && other < at { other } else { title };
        // A title at the very top of the page is the site's, or stands far from its story.
        let far = first.saturating_sub(title) > LINES_BEHIND_TITLE;
        let place = match () {
            () if at < title => i32::from(title - at <= 2) - 1,
            () if far && at < first => 2 + i32::from(first - at <= 4),
            () if at < first && has_title && at - title <= 3 => 3,
            // Behind the lead.
            () if at > title && has_title && at - title <= 3 && at <= first + 2 => 3,
            () if at < first && (at - title <= 8 || first - at <= 4) => 2,
            () if at < first || has_title && at - title <= 6 => 1,
            () => 0,
        };
        place - i32::from(of_others)
    }

    /// The names of a line, and those of the lines around it that go on with it.
    pub(super) fn block(&self, at: usize, how: How) -> Vec<String> {
        let lines = &self.draft.labelled.lines;
        // Behind `By` on a line of its own each name has one too.
        let listed = how == How::Said && self.is_introduced(at);
        let of = |at: usize| {
            let line = lines.get(at).filter(|line| self.fits(line))?;
            if matches!(self.draft.label(line), Label::Lead | Label::Body) && line.shape.units > 6.0 {
                return None;
            }
            let alone = || self.alone(at).map(|(names, _)| names);
            let known = |names: &Vec<String>| names.iter().all(|name| self.given_first(name));
            match how {
                How::Said => self.said(at).or_else(|| alone().filter(|_| listed)),
                How::Alone => alone().filter(known),
            }
        };
        // Commas and `and` between the names may have lines of their own.
        let is_between = |at: &usize| {
            lines.get(*at).is_some_and(|line| {
                line.shape.letters == 0 && line.shape.digits == 0 || self.words.joints.contains(line.text.trim())
            })
        };
        let own = match how {
            How::Said => self.said(at),
            How::Alone => self.alone(at).map(|(names, _)| names),
        };
        let mut names = own.unwrap_or_default();
        let before: Vec<Vec<String>> =
            (0..at).rev().take(MAX_NAMES).map_while(of).filter(|_| how == How::Alone).collect();
        let behind = (at + 1..).take(2 * MAX_NAMES).filter(|at| !(listed && is_between(at))).map_while(of);
        names.extend(behind.flatten());
        before.into_iter().rev().flatten().chain(names).collect()
    }

    /// Whether a text is the name in the address of the source: `Daily Example` and `dailyexample.com`.
    pub(super) fn is_site(&self, text: &str) -> bool {
        !self.site.is_empty() && self.site.contains(&letters_of(text))
    }

    pub(super) fn given_first(&self, name: &str) -> bool {
        name.split([' ', '-'])
            .next()
            .is_some_and(|word| self.given.contains(word) || self.given.contains(title_case(word).as_str()))
    }

    /// What speaks for a line that is a name alone, its place aside.
    pub(super) fn score_alone(&self, at: usize, dated: Option<usize>) -> Option<i32> {
        let lines = &self.draft.labelled.lines;
        let (names, rest) = self.alone(at)?;
        let name = names.first()?;
        let line = &lines[at];
        let date_near = dated.is_some_and(|dated| dated.abs_diff(at) <= 2);
        // A site that names itself where others name the author: less than any person.
        if self.is_site(name) {
            return Some(1);
        }
        let no_person = |language: &Language| language.names_no_person(name, &mut Scratch::default());
        if self.language.is_some_and(no_person) {
            return None;
        }
        let known = self.given_first(name) || name.starts_with(is_han);
        let told = match rest {
            Rest::Role => 2,
            Rest::Number => 1,
            Rest::Nothing | Rest::Other => 0,
        };
        let elsewhere = self.elsewhere(name, at, known);
        let text = i32::from(matches!(self.draft.label(line), Label::Lead | Label::Body));
        let single = rest == Rest::Nothing && !name.contains(' ') && !name.starts_with(is_han);
        if single && elsewhere < 2 {
            return None;
        }
        if !known && told == 0 && !date_near && elsewhere <= 0 {
            return None;
        }
        Some(2 * i32::from(known) + told + i32::from(date_near) + elsewhere - text)
    }

    /// What the other occurrences of a name on the page say: a page presents its authors again, and stories tell about others.
    fn elsewhere(&self, name: &str, at: usize, known: bool) -> i32 {
        let lines = &self.draft.labelled.lines;
        let (mut presents, mut tells) = (0, 0);
        for (number, line) in lines.iter().enumerate() {
            if number == at || !line.text.contains(name) {
                continue;
            }
            // A menu repeats its entries; of names that may be any words only a sentence about their bearer tells.
            let tells_of = known || line.shape.units >= UNITS_OF_BIOGRAPHY;
            let starts = (line.text.starts_with(name) || line.text.ends_with(name)) && tells_of;
            match self.draft.label(line) {
                Label::Title => tells += 2,
                Label::Body | Label::Lead if !starts => tells += 1,
                Label::Body | Label::Lead | Label::Caption => {}
                _ => presents += i32::from(starts),
            }
        }
        2 * i32::from(presents > 0) - i32::from(tells > 0) - i32::from(tells > 2)
    }

    /// A name alone on the last lines, as the press of Vietnam and China signs its stories.
    pub(super) fn alone_at_end(&self, at: usize, last: usize) -> Option<Vec<String>> {
        if at > last + 3 || at + 1 < last {
            return None;
        }
        let line = &self.draft.labelled.lines[at];
        if line.shape.units > 6.0 || line.shape.ends_sentence() || line.shape.digits > 0 {
            return None;
        }
        let (names, rest) = self.alone(at)?;
        let no_person = |language: &Language| language.names_no_person(&line.text, &mut Scratch::default());
        if self.draft.label(line) == Label::Related || self.language.is_some_and(no_person) {
            return None;
        }
        let signed = self.words.signed || (at > last && names.iter().all(|name| self.given_first(name)));
        (rest == Rest::Nothing && signed).then_some(names)
    }
}
