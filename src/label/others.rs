//! What the other records of a dump say of a record's lines, in log-odds: menus of the site, beginnings of other stories, and what
//! copies of the article hold too.

use std::ops::Range;

use super::model::trees::UNIT;
use super::{Line, Page};
use crate::survey::{Elsewhere, Other};

/// Log-odds against lines that many pages of the site print. A sure line of text stays: it may be the teaser of the story elsewhere.
const AGAINST_TEMPLATES: f32 = 3.0;
/// Log-odds against such lines that are sentences of a few words: the press has stock ones ("The case is under investigation.").
const AGAINST_STOCK_SENTENCES: f32 = 0.5;
/// Most units of a stock sentence.
const MAX_STOCK_UNITS: f32 = 12.0;
/// Lines behind the title, or from the first line of text on where there is none, that other pages may print as the story's teaser.
const TEASED_LINES: usize = 3;
/// Log-odds against lines of another record whose title or first line this one has. This constant and the next ten are the best of
/// some ninety sets on 23,500 Vietnamese records with 2,000 copies, of which 16 instead of 56 have less than .8 of their text in common
/// after cleaning, although they have more.
const AGAINST_OTHERS: f32 = 6.0;
/// Log-odds against lines of another record of which this one has only how its first line ends: sentences end as the press puts it.
const AGAINST_ENDINGS: f32 = 4.0;
/// Log-odds in favour of paragraphs that a copy of the article holds too.
const FOR_COPIED: f32 = 4.0;
/// The same where the copy was edited: who edits a story has read it, and prints no comments and teasers with it.
const FOR_EDITED: f32 = 8.0;
/// Log-odds against paragraphs of which no other record has a sentence, where copies have half of the article: a line is doubted that one
/// outlet alone prints inside the story.
const AGAINST_ABSENT: f32 = 1.1;
/// How much more where they have all of it.
const AGAINST_ABSENT_OF_ALL: f32 = 2.0;
/// Share of the keys of shared lines that the other record does not print, from which it is an edited copy and no second print of the
/// page. Two prints of 681 pages differ in up to .02 for one in twenty, edited copies of the Vietnamese records in more for nine in ten.
const EDITED: f32 = 0.03;
/// Share of the text that copies have, from which they have most of the article.
const MOSTLY_COPIED: f32 = 0.5;
/// Steps of 64 bytes of prose that a line stands further below here than in the record that begins with it. Copies are out of step by
/// less: a summary that is dropped, a paragraph in front.
const BELOW_STEPS: u8 = 10;
/// Most of the text from the first to the last line that another story has; with more of it, the other record is a copy or says nothing.
const MOST_OF_OTHERS: f32 = 0.65;
/// Least of the text that a copy shares line by line.
const LEAST_OF_COPIES: f32 = 0.15;

/// Noise that a copy shares, against the text that it shares, from which it is the same page once more: its comments and teasers are no text
/// for that. On 1,390 cuts of 681 pages in one dump, text F1 is that of each cut alone (.964) so; with .3 and 1 it is .960 and .931.
const SAME_PAGE: f32 = 0.05;

/// What another record is to this one.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Kin {
    /// The same story, word for word or edited, and what speaks for the lines that it holds too.
    Copy(f32),
    /// Another story, and what speaks against its lines.
    Other(f32),
}

impl Page<'_> {
    /// Lines that many pages of the site print are rather the site's than the article's. Where the article begins they are its own,
    /// whoever else prints them. Gives whether there are such lines.
    pub(super) fn weigh_templates(&self, odds: &mut [Option<i32>], title: Option<usize>) -> bool {
        let mut weighed = false;
        if !self.lines.iter().any(|line| line.seen.is_template) {
            return weighed;
        }
        let begin = begin(odds, title);
        let is_begin = |at: usize| begin.is_some_and(|begin| (begin..=begin + TEASED_LINES).contains(&at));
        for (at, (line, odds)) in self.lines.iter().zip(odds).enumerate() {
            if line.seen.is_template && !is_begin(at) {
                let against = if is_stock(line) { AGAINST_STOCK_SENTENCES } else { AGAINST_TEMPLATES };
                *odds = odds.map(|odds| odds - (against * UNIT) as i32);
                weighed = true;
            }
        }
        weighed
    }

    /// Lines with which another record begins are rather that record's, where they stand further below here: headlines and teasers, and
    /// with them what else that record prints. Paragraphs that a copy of the article holds too are rather text; where copies have most of
    /// the article, those of which no other record has a sentence are doubted. Gives the lines of others.
    pub(super) fn weigh_stories(&self, odds: &mut [Option<i32>], title: Option<usize>) -> Vec<usize> {
        let begin = begin(odds, title).unwrap_or(0);
        let kin = self.kin(odds, begin);
        let kin_of =
            |other: Other| kin.binary_search_by_key(&other.record, |(record, _)| *record).ok().map(|at| kin[at].1);
        let mut of_others = Vec::new();
        if kin.is_empty() {
            return of_others;
        }
        // How much a copy that holds a line speaks for it.
        let copied_by = |line: &Line| {
            let in_favour = |other| match kin_of(other)? {
                Kin::Copy(in_favour) => Some(in_favour),
                Kin::Other(_) => None,
            };
            others(line).filter_map(in_favour).reduce(f32::max)
        };
        let (mut copied, mut all) = (0, 0);
        for (line, _) in self.lines.iter().zip(&*odds).filter(|(_, odds)| odds.is_some_and(|odds| odds > 0)) {
            all += line.shape.chars;
            copied += if copied_by(line).is_some() { line.shape.chars } else { 0 };
        }
        let share = copied as f32 / all.max(1) as f32;
        let against_absent = AGAINST_ABSENT + AGAINST_ABSENT_OF_ALL * (share - MOSTLY_COPIED) / (1.0 - MOSTLY_COPIED);
        for (at, odds) in odds.iter_mut().enumerate().skip(begin + 1) {
            let line = &self.lines[at];
            let mut change = 0.0;
            if let Some(Kin::Other(against)) = line.seen.elsewhere.nearest.and_then(kin_of) {
                change = if is_stock(line) { -AGAINST_STOCK_SENTENCES } else { -against };
                of_others.push(at);
            } else if line.is_prose() && !line.seen.is_template {
                if let Some(in_favour) = copied_by(line) {
                    change = in_favour;
                } else if share > MOSTLY_COPIED && others(line).next().is_none() {
                    change = -against_absent;
                }
            }
            *odds = odds.map(|odds| odds + (change * UNIT) as i32);
        }
        of_others
    }

    /// What each record that shares lines with this one is to it, where that can be told: by how much of the text lies between the first
    /// and the last line that it shares, and by where it has them. One that shares the beginning of this article is no other story.
    /// `begin` is the line where the article begins. The records stand in the order of their hashes.
    fn kin(&self, odds: &[Option<i32>], begin: usize) -> Vec<(u32, Kin)> {
        let records = |(at, line)| others(line).map(move |it: Other| (it.record, at));
        let mut shared: Vec<(u32, usize)> = self.lines.iter().enumerate().flat_map(records).collect();
        if shared.is_empty() {
            return Vec::new();
        }
        shared.sort_unstable();
        shared.dedup();
        // Characters of text in front of each line, and of all.
        let mut before = vec![0usize];
        for (line, odds) in self.lines.iter().zip(odds) {
            let chars = if odds.is_some_and(|odds| odds > 0) { line.shape.chars } else { 0 };
            before.push(before.last().map_or(0, |sum| sum + chars));
        }
        let chars = |lines: Range<usize>| (before[lines.end] - before[lines.start]) as f32;
        let total = chars(0..self.lines.len());
        let first_text = (begin + 1..self.lines.len()).find(|&at| chars(at..at + 1) > 0.0).unwrap_or(begin);
        let kin_of = |shared: &[(u32, usize)]| {
            let (&(record, top), &(_, bottom)) = (shared.first()?, shared.last()?);
            if chars(top..bottom + 1) > MOST_OF_OTHERS * total {
                let of_text: f32 = shared.iter().map(|&(_, at)| chars(at..at + 1)).sum();
                if of_text <= LEAST_OF_COPIES * total {
                    return None;
                }
                let keys = |of: fn(&Elsewhere) -> u32| -> f32 {
                    shared.iter().map(|&(_, at)| of(&self.lines[at].seen.elsewhere) as f32).sum()
                };
                let (same, own) = (keys(|it| it.shared_keys), keys(|it| it.own_keys));
                if own > EDITED * (same + own) {
                    return Some((record, Kin::Copy(FOR_EDITED)));
                }
                let all: usize = shared.iter().map(|&(_, at)| self.lines[at].shape.chars).sum();
                return (all as f32 - of_text <= SAME_PAGE * of_text).then_some((record, Kin::Copy(FOR_COPIED)));
            }
            let beginnings = shared.iter().filter_map(|&(_, at)| beginning(&self.lines[at], record));
            let against = if beginnings.max()? { AGAINST_OTHERS } else { AGAINST_ENDINGS };
            let shares_beginning = shared.iter().any(|(_, at)| (begin..=first_text).contains(at));
            (!shares_beginning).then_some((record, Kin::Other(against)))
        };
        shared.chunk_by(|one, next| one.0 == next.0).filter_map(kin_of).collect()
    }
}

/// The other records that print a line.
fn others(line: &Line) -> impl Iterator<Item = Other> + use<> {
    let elsewhere = line.seen.elsewhere;
    [elsewhere.nearest, elsewhere.furthest].into_iter().flatten()
}

/// Where a line that stands far below here is the first of another record: whether both begin alike, not only end so.
fn beginning(line: &Line, record: u32) -> Option<bool> {
    let elsewhere = line.seen.elsewhere;
    let other = elsewhere.nearest.filter(|it| it.record == record && it.at == 0 && elsewhere.here >= BELOW_STEPS)?;
    Some(other.by_beginning)
}

fn is_stock(line: &Line) -> bool {
    line.shape.ends_sentence() && line.shape.units <= MAX_STOCK_UNITS
}

/// Where the article begins: with its title, else with the first line of text.
fn begin(odds: &[Option<i32>], title: Option<usize>) -> Option<usize> {
    title.or_else(|| odds.iter().position(|odds| odds.is_some_and(|odds| odds > 0)))
}
