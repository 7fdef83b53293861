//! The rhythm of other stories: captions, headlines and teasers in turn.
//!
//! A block of other stories is a sequence of items of one form: a headline alone, headline and teaser, or caption, headline and
//! teaser, where lines may be printed several times. An article is a sequence of paragraphs, and no paragraph of it has a headline
//! in front. That difference shows without any heading, whatever the words are.

use std::collections::HashMap;

use super::Item;
use super::line::{Evidence, Kind, Line};
use crate::document::Label;

/// Most units of a caption or teaser. Teasers are one or two sentences; the longest seen have about 110 units.
const MAX_ITEM_UNITS: f32 = 130.0;
/// Most units of a caption that no credit gives away: a longer line is a paragraph.
const MAX_PLAIN_CAPTION_UNITS: f32 = 55.0;
/// Fewest units of a line without a stop that can be a teaser cut short.
const MIN_CUT_TEASER_UNITS: f32 = 22.0;
/// Of the items, one in so many may lack a part or have one too many.
const EXCEPTIONS: usize = 3;

/// A block of other stories.
#[derive(Debug, Clone)]
pub(super) struct Block {
    /// Its items.
    pub items: Vec<Item>,
    /// The item, from 0, of every line of the block that belongs to one; copies included.
    pub item_of: Vec<(usize, usize)>,
    /// First line behind the block.
    pub end: usize,
    /// Parts of an item: 1 headline, 2 headline and teaser, 3 caption, headline and teaser.
    pub form: usize,
    /// Lines that repeat an earlier line of the block.
    pub copies: usize,
    /// Items that differ from the form.
    pub exceptions: usize,
}

/// Reads a block of other stories from line `start` on, before line `limit`. `None` where not even one item stands there.
/// Looks no further than the block reaches, so that reading blocks one behind the other takes linear time.
pub(super) fn read_block(
    lines: &[Line],
    start: usize,
    limit: usize,
    label_of: impl Fn(usize) -> Option<Label>,
) -> Option<Block> {
    let mut sequence = Sequence::new(lines, start, limit, label_of);
    let mut best: Option<Walk> = None;
    let worth = |walk: &Walk| (walk.covered * 2).saturating_sub(walk.exceptions * 3);
    for form in [3, 2, 1] {
        let walk = sequence.walk(form);
        // Of two forms that go equally far, the simpler one.
        best = match (best, walk) {
            (Some(known), Some(walk)) if worth(&walk) >= worth(&known) => Some(walk),
            (None, walk) => walk,
            (known, _) => known,
        };
    }
    best.map(|walk| sequence.block(&walk))
}

/// Different lines of a stretch, in order, read as far as they are asked for; copies and lines between items (dates, counters) are
/// attached.
struct Sequence<'a, F> {
    lines: &'a [Line],
    label_of: F,
    /// The next line to read.
    next: usize,
    /// Lines that count, as indices into `lines`.
    unique: Vec<usize>,
    /// Every other line of the stretch: the number in `unique` of the line that it copies or follows.
    attached: Vec<(usize, usize, bool)>,
    seen: HashMap<u64, usize>,
    end: usize,
}

struct Walk {
    form: usize,
    /// Parts of each item, as (first number in `unique`, number of parts).
    items: Vec<(usize, usize)>,
    covered: usize,
    exceptions: usize,
}

impl<'a, F: Fn(usize) -> Option<Label>> Sequence<'a, F> {
    fn new(lines: &'a [Line], start: usize, limit: usize, label_of: F) -> Self {
        let (unique, attached) = (Vec::new(), Vec::new());
        Sequence { lines, label_of, next: start, unique, attached, seen: HashMap::new(), end: limit }
    }

    /// Reads on until a number of different lines is known, or the stretch ends.
    fn read_to(&mut self, number: usize) {
        while self.unique.len() <= number && self.next < self.end {
            let at = self.next;
            let line = &self.lines[at];
            if matches!(line.evidence, Evidence::RelatedHeading | Evidence::NavHeading) {
                self.end = at;
                return;
            }
            self.next += 1;
            let last = self.unique.len().saturating_sub(1);
            let label = (self.label_of)(at);
            let between = matches!(label, Some(Label::Nav | Label::DateLine | Label::Separator | Label::Credit))
                || line.kind == Kind::Scrap;
            if let Some(&original) = self.seen.get(&line.hash) {
                self.attached.push((at, original, true));
            } else if between {
                self.attached.push((at, last, false));
            } else {
                self.seen.insert(line.hash, self.unique.len());
                self.unique.push(at);
            }
        }
    }

    fn line(&mut self, number: usize) -> Option<&'a Line> {
        self.read_to(number);
        let lines = self.lines;
        self.unique.get(number).map(|&at| &lines[at])
    }

    fn is_headline(&mut self, number: usize) -> bool {
        self.line(number).is_some_and(|line| {
            line.is_headline() && matches!(line.evidence, Evidence::None | Evidence::InlineLink(_)) && !line.end_mark
        })
    }

    fn is_teaser(&mut self, number: usize) -> bool {
        self.line(number).is_some_and(reads_as_teaser)
    }

    fn is_caption(&mut self, number: usize) -> bool {
        self.line(number).is_some_and(|line| {
            let known = matches!(line.evidence, Evidence::CaptionEnding | Evidence::CaptionBeginning);
            line.shape.units <= if known { MAX_ITEM_UNITS } else { MAX_PLAIN_CAPTION_UNITS }
        })
    }

    /// Whether an item of a form begins at a number.
    fn fits(&mut self, number: usize, form: usize) -> bool {
        match form {
            1 => self.is_headline(number),
            2 => self.is_headline(number) && self.is_teaser(number + 1),
            _ => self.is_caption(number) && self.is_headline(number + 1) && self.is_teaser(number + 2),
        }
    }

    fn ends_at(&mut self, number: usize) -> bool {
        self.line(number).is_none()
    }

    /// Whether the text ends inside an item of the form: the last item may lack its teaser. Gives the parts that are there.
    fn fits_cut_short(&mut self, number: usize, form: usize) -> Option<usize> {
        let left = [1, 2].into_iter().find(|&parts| self.ends_at(number + parts))?;
        let fits = match (form, left) {
            (2, 1) => self.is_headline(number),
            (3, 2) => self.is_caption(number) && self.is_headline(number + 1),
            (3, 1) => self.line(number).is_some_and(|line| line.evidence == Evidence::CaptionEnding),
            _ => false,
        };
        fits.then_some(left)
    }

    /// Reads items of one form as far as they go, with a few exceptions.
    fn walk(&mut self, form: usize) -> Option<Walk> {
        let mut walk = Walk { form, items: Vec::new(), covered: 0, exceptions: 0 };
        let mut at = 0;
        while !self.ends_at(at) {
            let parts = if self.fits(at, form) {
                form
            } else if let Some(parts) = self.fits_cut_short(at, form) {
                parts
            } else {
                let allowed = !walk.items.is_empty() && walk.exceptions < 1 + walk.items.len() / EXCEPTIONS;
                let Some(other) = allowed.then(|| self.exception(at, form)).flatten() else { break };
                walk.exceptions += 1;
                other
            };
            walk.items.push((at, parts));
            at += parts;
        }
        walk.covered = at;
        (!walk.items.is_empty()).then_some(walk)
    }

    /// An item of another form, behind which the form goes on or the text ends.
    fn exception(&mut self, at: usize, form: usize) -> Option<usize> {
        [3, 2, 1].into_iter().find(|&other| {
            other != form && self.fits(at, other) && (self.fits(at + other, form) || self.ends_at(at + other))
        })
    }

    fn block(mut self, walk: &Walk) -> Block {
        let last = walk.covered;
        // Copies and dates of the last item stand before the next different line.
        self.read_to(last);
        let end = self.unique.get(last).copied().unwrap_or(self.end);
        let mut item_of_number = vec![0; last];
        let mut items = Vec::with_capacity(walk.items.len());
        for (item, &(first, parts)) in walk.items.iter().enumerate() {
            item_of_number[first..first + parts].fill(item);
            items.push(self.item(first, parts));
        }
        let mut item_of: Vec<(usize, usize)> =
            self.unique[..last].iter().zip(&item_of_number).map(|(&at, &item)| (at, item)).collect();
        let mut copies = 0;
        for &(at, number, copy) in self.attached.iter().filter(|&&(at, number, _)| at < end && number < last) {
            copies += usize::from(copy);
            item_of.push((at, item_of_number[number]));
            let item = &mut items[item_of_number[number]];
            if !copy && matches!(self.lines[at].evidence, Evidence::DateLine) {
                item.date.get_or_insert(at);
            }
        }
        item_of.sort_unstable();
        Block { items, item_of, end, form: walk.form, copies, exceptions: walk.exceptions }
    }

    fn item(&self, first: usize, parts: usize) -> Item {
        let at = |offset: usize| Some(self.unique[first + offset]);
        match parts {
            1 if self.lines[self.unique[first]].evidence == Evidence::CaptionEnding => {
                Item { caption: at(0), ..Item::default() }
            }
            1 => Item { headline: at(0), ..Item::default() },
            // Caption and headline at the end of a text whose last teaser is missing.
            2 if !reads_as_teaser(&self.lines[self.unique[first + 1]]) => {
                Item { caption: at(0), headline: at(1), ..Item::default() }
            }
            2 => Item { headline: at(0), teaser: at(1), ..Item::default() },
            _ => Item { caption: at(0), headline: at(1), teaser: at(2), ..Item::default() },
        }
    }
}

fn reads_as_teaser(line: &Line) -> bool {
    let cut_short = line.kind == Kind::Headline && line.shape.units >= MIN_CUT_TEASER_UNITS;
    line.shape.units <= MAX_ITEM_UNITS && (line.is_prose() || cut_short)
}
