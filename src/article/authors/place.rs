//! Where on the page a byline stands, and what speaks for one.

use super::parts::{letters_of, parts};
use super::words::title_case;
use super::{
    How, LEAST, LETTERS_OF_OWNER, LINES_AT_END, LINES_BEHIND_TITLE, LINES_FAR_BEHIND, LINES_OF_SIGNATURE, MAX_NAMES,
    MAX_UNITS, MAX_WORDS, Page, Reader, Rest, SAID, UNITS_OF_BIOGRAPHY, UNITS_OF_ROLE, WORDS_OF_ROLE,
};
use crate::document::Label;
use crate::label::line::{Evidence, Line};
use crate::mention::Scratch;
use crate::text::is_han;

impl Reader<'_> {
    /// The line near the title that is likeliest a byline, and how it is known to be one.
    pub(super) fn best_at_top(&self, page: &Page, dated: Option<usize>) -> Option<(usize, How)> {
        let Page { first, title, other, ref top, .. } = *page;
        let from = first.saturating_sub(LINES_BEHIND_TITLE);
        let order = (title + 1..top.end)
            .chain((top.start..title).rev())
            .chain(other + 1..(other + 1 + LINES_BEHIND_TITLE / 2).min(top.start).max(other + 1))
            .filter(|at| *at <= title + LINES_BEHIND_TITLE || *at >= from);
        let mut best: Option<(i32, usize, How)> = None;
        for at in order {
            let place = self.place(at, page);
            let said = self.said(at).map(|_| (SAID + place, How::Said));
            let scored = said.or_else(|| Some((self.score_alone(at, dated)? + place, How::Alone)));
            if let Some((score, how)) = scored.filter(|(score, _)| *score >= LEAST)
                && best.as_ref().is_none_or(|(most, ..)| score > *most)
            {
                best = Some((score, at, how));
            }
        }
        best.map(|(_, at, how)| (at, how))
    }

    /// The lines at the end of the text and behind it, as far as other stories.
    pub(super) fn end(&self, page: &Page) -> impl Iterator<Item = usize> {
        self.behind((page.last + 1).saturating_sub(2).max(page.top.end), page.last + 1 + LINES_AT_END)
    }

    /// Those of them in which a name alone may sign, also of a story that is all top.
    pub(super) fn near_end(&self, page: &Page) -> impl Iterator<Item = usize> {
        self.behind((page.last + 1).saturating_sub(2).max(page.first + 1), page.last + 1 + LINES_OF_SIGNATURE)
    }

    fn behind(&self, from: usize, to: usize) -> impl Iterator<Item = usize> {
        let lines = &self.draft.labelled.lines;
        (from..to.min(lines.len())).take_while(|at| self.draft.label(&lines[*at]) != Label::RelatedHeading)
    }

    /// What signs a story directly behind its text.
    pub(super) fn signature(&self, page: &Page) -> Option<Vec<String>> {
        let mut behind = self.near_end(page).filter(|at| *at > page.last);
        behind.find_map(|at| self.said(at).or_else(|| self.alone_at_end(at, page.last)))
    }

    /// A line far from title and end that says that it is a byline: between paragraphs first, else in front of the title, the nearest.
    /// Such lines in blocks of other stories are those stories'.
    pub(super) fn said_elsewhere(&self, page: &Page) -> Option<Vec<String>> {
        let lines = &self.draft.labelled.lines;
        // So far from where bylines stand a single word is hardly one.
        let sure = |name: &String| name.contains(' ') || name.starts_with(is_han) || self.given_first(name);
        let own = |at: usize| {
            let line = &lines[at];
            let is_credit = self.draft.label(line) == Label::Credit;
            // Where stories are signed at their end only a credit is looked at: most have no byline at all.
            let fits = is_credit || !self.words.signed && !self.is_kept(line) && !line.seen.is_template;
            let own = fits && (is_credit && at > page.last || !self.is_of_other_story(at) || self.is_introduced(at));
            own.then(|| self.said(at)).flatten().filter(|names| names.iter().all(sure))
        };
        let inside = || (page.top.end..page.last).find_map(own);
        let behind = || self.behind(page.top.end.max(page.last), page.last + 1 + LINES_FAR_BEHIND).find_map(own);
        let before = || (0..page.top.start).rev().find_map(own);
        inside().or_else(behind).or_else(before)
    }

    fn is_of_other_story(&self, at: usize) -> bool {
        let near = |line: Option<usize>| line.is_some_and(|line| line.abs_diff(at) <= 2);
        self.draft.labelled.items.iter().any(|item| near(item.headline) || near(item.teaser) || near(item.date))
    }

    /// An agency alone between title and text, as the byline of its report.
    pub(super) fn agency_at_top(&self, page: &Page) -> Option<Vec<String>> {
        let between = page.title + 1..(page.first + 3).min(page.top.end).max(page.title + 1);
        let lines = self.draft.labelled.lines.get(between).filter(|_| page.has_title && !self.words.signed)?;
        let agency = |line: &Line| {
            let is_agency = |text: &str| self.agencies.contains(&text.to_lowercase());
            if self.draft.label(line) == Label::Credit && is_agency(&line.text) {
                return Some(line.text.clone());
            }
            // `Associated PressMarch 3, 2024`
            let fits = self.fits(line) && line.shape.units <= UNITS_OF_ROLE && line.shape.digits > 0;
            let (without, _) = fits.then(|| self.without_dates(&line.text)).filter(|(_, dated)| *dated)?;
            let name = *parts(&without).first()?;
            (is_agency(name) && !self.outlets.contains(&name.to_lowercase())).then(|| name.to_owned())
        };
        lines.iter().rev().take(LINES_BEHIND_TITLE).find_map(agency).map(|name| vec![name])
    }

    /// What the place of a line speaks for: directly behind the title is best.
    fn place(&self, at: usize, page: &Page) -> i32 {
        let Page { first, has_title, title, other, .. } = *page;
        let label = self.draft.label(&self.draft.labelled.lines[at]);
        let of_others = matches!(label, Label::Related | Label::RelatedHeading) && at > first + 1;
        let title = if at < title && other < at { other } else { title };
        // A title at the very top of the page is the site's, or stands far from its story.
        let far = first.saturating_sub(title) > LINES_BEHIND_TITLE;
        let place = match () {
            () if at < title => i32::from(title - at <= 3) - 1,
            () if far && at < first => 2 + i32::from(first - at <= 4),
            () if at < first && has_title && at - title <= 3 => 3,
            // Behind the lead.
            () if at > title && has_title && at - title <= 3 && at <= first + 2 => 3,
            () if at < first && (at - title <= 8 || first - at <= 4) => 2,
            () if at < first || has_title && at - title <= 8 => 1,
            () => 0,
        };
        let is_text = |line: &Line| self.is_kept(line) && line.shape.units > UNITS_OF_ROLE;
        let leads = at > title && at > first && self.draft.labelled.lines.get(at + 1).is_some_and(is_text);
        place + i32::from(leads) - i32::from(of_others)
    }

    /// The names of a line, and those of the lines around it that go on with it.
    pub(super) fn block(&self, at: usize, how: How) -> Vec<String> {
        let lines = &self.draft.labelled.lines;
        // Behind `By` on a line of its own each name has one too.
        let listed = how == How::Said && self.is_introduced(at);
        let of = |at: usize| {
            let line = lines.get(at).filter(|line| self.fits(line))?;
            if self.is_kept(line) && line.shape.units > 6.0 {
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
        // `X 기자`, the address, `Y 기자`
        let is_address =
            |at: usize| lines.get(at).is_some_and(|line| line.text.contains('@') && !line.text.contains(' '));
        let skipped = |at: &usize| listed && is_between(at) || how == How::Said && is_address(*at);
        let behind = (at + 1..).take(2 * MAX_NAMES).filter(|at| !skipped(at)).map_while(of);
        names.extend(behind.flatten());
        before.into_iter().rev().flatten().chain(names).collect()
    }

    /// Whether a text is the name in the address of the source: `Daily Example` and `dailyexample.com`.
    pub(super) fn is_site(&self, text: &str) -> bool {
        !self.site.is_empty() && self.site.contains(&letters_of(text))
    }

    /// Whether a text is the name of a place, party or organisation.
    fn is_no_person(&self, text: &str) -> bool {
        self.language.is_some_and(|language| language.names_no_person(text, &mut Scratch::default()))
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
        let known = self.given_first(name) || name.starts_with(is_han);
        let date_near = match dated.map(|dated| dated.abs_diff(at)) {
            Some(1) if known => 2,
            Some(..=2) => 1,
            _ => 0,
        };
        // A site that names itself where others name the author: less than any person, but for a date beside it.
        if self.is_site(name) {
            return Some(if rest == Rest::Number { 3 } else { 1 });
        }
        if self.is_no_person(name) {
            return None;
        }
        // Stories signed at their end name at their top, and in their tags, of whom they tell.
        if self.words.signed && known && self.is_told(name, at) {
            return None;
        }
        let is_told = || self.is_told(name, at);
        let told = match rest {
            Rest::Number => 1,
            Rest::Nothing | Rest::Other if !self.words.signed || known || is_told() => 0,
            Rest::Nothing | Rest::Other if self.draft.label(line) != Label::Credit && !self.is_surname(name) => 1,
            Rest::Role | Rest::Nothing | Rest::Other => 2,
        };
        let list = names.len() > 1 && names.iter().all(|name| self.given_first(name) || self.is_surname(name));
        let elsewhere = self.elsewhere(name, at, known);
        let text = i32::from(self.is_kept(line));
        let single = rest == Rest::Nothing && !name.contains(' ') && !name.starts_with(is_han);
        if single && elsewhere < 2 && date_near < 2 {
            return None;
        }
        if !known && told == 0 && date_near == 0 && elsewhere <= 0 {
            return None;
        }
        // Whom a picture shows the text names too; who is named nowhere else wrote, above the picture or below it.
        let beside =
            self.is_in_picture(at) || at.checked_sub(1).is_some_and(|before| self.is_credit_of_picture(before));
        let other_below = || self.is_in_picture(at) && at + 2 < lines.len() && self.alone(at + 2).is_some();
        let shown = beside && (self.tells_of(name, at) || other_below());
        let seen = self.is_in_picture(at) && shown;
        let below = beside && !shown && known && name.contains(' ');
        Some(
            2 * i32::from(known) + told + i32::from(list) + date_near + elsewhere + i32::from(below)
                - text
                - 4 * i32::from(seen),
        )
    }

    /// What the other occurrences of a name on the page say: a page presents its authors again, and stories tell about others.
    fn elsewhere(&self, name: &str, at: usize, known: bool) -> i32 {
        let lines = &self.draft.labelled.lines;
        let (mut presents, mut tells, mut titles) = (0, 0, 0);
        let signs = |text: &str| text.strip_prefix(['-', '—', '–']).is_some_and(|text| text.trim() == name);
        for (number, line) in lines.iter().enumerate() {
            if number == at || !line.text.contains(name) {
                continue;
            }
            // A menu repeats its entries; of names that may be any words only a sentence about their bearer tells.
            let tells_of = known || line.shape.units >= UNITS_OF_BIOGRAPHY;
            let starts = (line.text.starts_with(name) || line.text.ends_with(name)) && tells_of;
            if line.text == name && self.is_presented(number, name) {
                return 3;
            }
            match self.draft.label(line) {
                Label::Title => titles += 1,
                // A signature.
                Label::Body | Label::Lead if signs(&line.text) => presents += 1,
                Label::Body | Label::Lead if !starts => tells += 1,
                Label::Body | Label::Lead | Label::Caption => {}
                // Headlines of other stories tell of persons too.
                Label::Related if line.shape.units > UNITS_OF_ROLE && !self.has_writer(&line.text) => {}
                _ => presents += i32::from(starts),
            }
        }
        // Whom a story is about its menus and tags name too.
        let presents = 2 * i32::from(presents > 0 && tells <= 2);
        presents - i32::from(tells > 0) - i32::from(tells > 2) - 3 * i32::from(titles > 0)
    }

    /// Whether title or text tell of the bearer of a name. Behind a colon or a bar it is a credit.
    pub(super) fn is_told(&self, name: &str, at: usize) -> bool {
        let tells = |text: &str| {
            let is_credit = |before: &str| {
                before.ends_with([':', '/', '(']) || self.words.prefixes.contains(&before.to_lowercase())
            };
            text.match_indices(name).any(|(start, _)| !is_credit(text[..start].trim()))
        };
        self.draft.labelled.lines.iter().enumerate().any(|(number, line)| {
            number != at && (self.is_kept(line) || self.draft.label(line) == Label::Title) && tells(&line.text)
        })
    }

    /// Whether title or text say the last word of a name, with another ending or none.
    fn tells_of(&self, name: &str, at: usize) -> bool {
        let last = name.rsplit(' ').next().unwrap_or(name);
        let stem = last.char_indices().next_back().filter(|(end, _)| *end > 3).map_or(last, |(end, _)| &last[..end]);
        self.draft.labelled.lines.iter().enumerate().any(|(number, line)| {
            number != at && (self.is_kept(line) || self.draft.label(line) == Label::Title) && line.text.contains(stem)
        })
    }

    /// Whether the line behind a name is the credit of a picture: the name may be that of whom it shows.
    fn is_in_picture(&self, at: usize) -> bool {
        self.is_credit_of_picture(at + 1)
    }

    fn is_credit_of_picture(&self, at: usize) -> bool {
        self.draft.labelled.lines.get(at).is_some_and(|line| {
            matches!(line.evidence, Evidence::CaptionBeginning | Evidence::CaptionEnding)
                && line.shape.units <= UNITS_OF_BIOGRAPHY
        })
    }

    /// Whether the lines behind a name say that its bearer writes: a role alone, or a sentence that begins with a part of the name.
    pub(super) fn is_presented(&self, at: usize, name: &str) -> bool {
        let lines = &self.draft.labelled.lines;
        let behind = lines.get(at + 1..).unwrap_or(&[]);
        let is_role = |line: &Line| line.shape.units <= UNITS_OF_ROLE && self.has_writer(&line.text);
        let tells = |line: &Line| {
            let starts =
                |part: &str| line.text.strip_prefix(part).is_some_and(|rest| rest.starts_with([' ', ',', '\'']));
            // Of a word that is no name for sure a paragraph tells, not a presentation.
            let fits = line.shape.units >= UNITS_OF_BIOGRAPHY
                && (!self.is_kept(line) || self.given_first(name) || self.has_writer(&line.text));
            fits && name.split(' ').any(starts)
        };
        behind.first().is_some_and(is_role) || behind.iter().take(2).any(tells)
    }

    /// Whether one of the first words is that of somebody who writes.
    fn has_writer(&self, text: &str) -> bool {
        let is_writer =
            |word: &str| self.words.writers.contains(&word.trim_matches(|c: char| !c.is_alphabetic()).to_lowercase());
        text.split([' ', '-', '/']).take(WORDS_OF_ROLE).any(is_writer)
    }

    /// Whom the page presents: behind the text in a sentence of its own (`X is a reporter …`), or anywhere in a box of name and sentence.
    /// A page with several boxes tells of persons.
    pub(super) fn presented(&self, page: &Page) -> Option<Vec<String>> {
        if self.words.signed {
            return None;
        }
        let end = page.last.max(page.first + 1);
        if let Some(name) = self.behind(end, page.last + 1 + LINES_AT_END).find_map(|at| self.biography(at)) {
            return Some(vec![name]);
        }
        let lines = &self.draft.labelled.lines;
        let is_box = |at: &usize| {
            let (name, text) = (&lines[at - 1], &lines[*at]);
            // Told without reading, since hardly any line is one.
            name.shape.units <= UNITS_OF_ROLE
                && name.counts.capitalised > 1
                && text.shape.units > name.shape.units
                && text.text.as_bytes().first() == name.text.as_bytes().first()
        };
        let mut names = (page.first + 1..lines.len()).filter(is_box).filter_map(|at| {
            let (name, rest) = self.bearer(&lines[at])?;
            // Paragraphs tell of many persons.
            let is_own = !self.is_kept(&lines[at]) || self.has_writer(&rest) || self.names_site(&rest);
            let is_named = lines[at - 1].text.starts_with(name.as_str());
            (is_named && is_own && !self.is_introduced_as_another(at - 1)).then_some(name)
        });
        let name = names.next()?;
        names.all(|other| other == name).then(|| vec![name])
    }

    fn names_site(&self, text: &str) -> bool {
        let letters = letters_of(text);
        self.site.iter().any(|site| letters.contains(site.as_str()))
    }

    /// `X is a reporter …`
    fn biography(&self, at: usize) -> Option<String> {
        let line = &self.draft.labelled.lines[at];
        if line.shape.units < UNITS_OF_BIOGRAPHY {
            return None;
        }
        let (name, rest) = self.bearer(line)?;
        self.has_writer(&rest).then_some(name)
    }

    /// The name in front of a verb such as `is`, and what follows.
    fn bearer(&self, line: &Line) -> Option<(String, String)> {
        let words: Vec<&str> = line.text.split(' ').take(WORDS_OF_ROLE + MAX_WORDS).collect();
        let length = words.iter().take_while(|word| word.starts_with(char::is_uppercase)).count();
        let bears = words.get(length).is_some_and(|word| self.words.bears.contains(*word));
        let name = words.get(..length).filter(|_| bears && (2..=MAX_WORDS).contains(&length))?.join(" ");
        self.given_first(&name).then(|| (name, words[length..].join(" ")))
    }

    /// Whose site a page of a person's own site is: by the address, or by the notice of its rights.
    pub(super) fn owner(&self) -> Option<Vec<String>> {
        self.named_by_address().or_else(|| self.rights()).map(|name| vec![name])
    }

    /// `© 2024 Anna Miller · Privacy`
    fn rights(&self) -> Option<String> {
        let lines = self.draft.labelled.lines.iter().rev().filter(|line| !self.is_kept(line) && line.shape.digits >= 4);
        lines.filter(|line| line.shape.units <= MAX_UNITS).find_map(|line| {
            let (_, rest) = line.text.split_once('©')?;
            let rest = rest.trim_start_matches(|c: char| !c.is_alphabetic());
            let name = rest.split([',', '.', '·', '|', '•', '∙']).next()?.trim();
            let is_name = |word: &str| {
                word.starts_with(char::is_uppercase) && word.chars().all(|c| c.is_alphabetic() || c == '-')
            };
            let words = name.split(' ').count();
            // `Anna Miller SPA`
            let is_company = |word: &str| !word.contains(char::is_lowercase);
            let fits = (2..=3).contains(&words) && name.split(' ').all(is_name) && self.given_first(name);
            let fits = fits && !name.rsplit(' ').next().is_some_and(is_company);
            (fits && !name.split(' ').any(|word| self.words.never.contains(&word.to_lowercase())))
                .then(|| name.to_owned())
        })
    }

    /// The name that is the address of the site and that the page prints: `annamiller.com`, `Anna Miller`.
    fn named_by_address(&self) -> Option<String> {
        let site = self.site.iter().find(|part| part.len() >= LETTERS_OF_OWNER)?;
        let lines =
            self.draft.labelled.lines.iter().filter(|line| !self.is_kept(line) && line.shape.units <= MAX_UNITS);
        lines.filter(|line| line.counts.capitalised > 1).find_map(|line| {
            let words: Vec<&str> = line.text.split(' ').collect();
            let begins = |word: &str| word.chars().next().map(|c| c.to_ascii_lowercase()) == site.chars().next();
            words.windows(2).enumerate().filter(|(_, pair)| begins(pair[0])).find_map(|(at, pair)| {
                let (given, family) = (pair[0], pair[1].trim_end_matches(|c: char| !c.is_alphabetic()));
                let family = family.strip_suffix("'s").or_else(|| family.strip_suffix("’s")).unwrap_or(family);
                let rest = site.strip_prefix(letters_of(given).as_str()).filter(|rest| rest.len() > 1)?;
                let rest = rest.strip_prefix(letters_of(family).as_str()).filter(|_| !family.is_empty())?;
                let second = words.get(at + 2).map_or("", |word| word.trim_end_matches(|c: char| !c.is_alphabetic()));
                let has_second = second.len() > 1 && rest.starts_with(letters_of(second).as_str());
                let name = if has_second { format!("{given} {family} {second}") } else { format!("{given} {family}") };
                self.given_first(given).then_some(name)
            })
        })
    }

    /// A name alone on the last lines, as the press of Vietnam and China signs its stories.
    pub(super) fn alone_at_end(&self, at: usize, last: usize) -> Option<Vec<String>> {
        if at > last + LINES_OF_SIGNATURE || at + 1 < last {
            return None;
        }
        let line = &self.draft.labelled.lines[at];
        if line.shape.units > 6.0 || line.shape.ends_sentence() || line.shape.digits > 0 {
            return None;
        }
        let (names, rest) = self.alone(at)?;
        if self.draft.label(line) == Label::Related || self.is_no_person(&line.text) {
            return None;
        }
        if names.iter().any(|name| self.is_told(name, at)) {
            return None;
        }
        let signed = self.words.signed
            || (at > last && names.iter().all(|name| self.given_first(name)))
            || names.first().is_some_and(|name| self.is_presented(at, name));
        (rest == Rest::Nothing && signed).then_some(names)
    }
}
