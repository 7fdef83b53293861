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
}

/// Reads a block of other stories from line `start` on, before line `limit`. `None` where not even one item stands there.
pub(super) fn read_block(
    lines: &[Line],
    start: usize,
    limit: usize,
    label_of: impl Fn(usize) -> Option<Label>,
) -> Option<Block> {
    let sequence = Sequence::new(lines, start, limit, label_of);
    [3, 2, 1]
        .into_iter()
        .filter_map(|form| sequence.walk(form))
        .max_by_key(|walk| (walk.covered * 2).saturating_sub(walk.exceptions * 3))
        .map(|walk| sequence.block(&walk))
}

/// Different lines of a stretch, in order; copies and lines between items (dates, counters) are attached.
struct Sequence<'a> {
    lines: &'a [Line],
    /// Lines that count, as indices into `lines`.
    unique: Vec<usize>,
    /// Every other line of the stretch: the number in `unique` of the line that it copies or follows.
    attached: Vec<(usize, usize, bool)>,
    end: usize,
}

struct Walk {
    form: usize,
    /// Parts of each item, as (first number in `unique`, number of parts).
    items: Vec<(usize, usize)>,
    covered: usize,
    exceptions: usize,
}

impl<'a> Sequence<'a> {
    fn new(lines: &'a [Line], start: usize, limit: usize, label_of: impl Fn(usize) -> Option<Label>) -> Self {
        let mut sequence = Sequence { lines, unique: Vec::new(), attached: Vec::new(), end: limit };
        let mut seen: HashMap<u64, usize> = HashMap::new();
        for at in start..limit {
            let line = &lines[at];
            if matches!(line.evidence, Evidence::RelatedHeading | Evidence::NavHeading) {
                sequence.end = at;
                break;
            }
            let last = sequence.unique.len().saturating_sub(1);
            let between = matches!(label_of(at), Some(Label::Nav | Label::DateLine | Label::Separator | Label::Credit))
                || line.kind == Kind::Scrap;
            if let Some(&original) = seen.get(&line.hash) {
                sequence.attached.push((at, original, true));
            } else if between {
                sequence.attached.push((at, last, false));
            } else {
                seen.insert(line.hash, sequence.unique.len());
                sequence.unique.push(at);
            }
        }
        sequence
    }

    fn line(&self, number: usize) -> Option<&Line> {
        self.unique.get(number).map(|&at| &self.lines[at])
    }

    fn is_headline(&self, number: usize) -> bool {
        self.line(number).is_some_and(|line| {
            line.is_headline() && matches!(line.evidence, Evidence::None | Evidence::InlineLink(_)) && !line.end_mark
        })
    }

    fn is_teaser(&self, number: usize) -> bool {
        self.line(number).is_some_and(|line| {
            let cut_short = line.kind == Kind::Headline && line.shape.units >= MIN_CUT_TEASER_UNITS;
            line.shape.units <= MAX_ITEM_UNITS && (line.is_prose() || cut_short)
        })
    }

    fn is_caption(&self, number: usize) -> bool {
        self.line(number).is_some_and(|line| line.shape.units <= MAX_ITEM_UNITS)
    }

    /// Whether an item of a form begins at a number.
    fn fits(&self, number: usize, form: usize) -> bool {
        match form {
            1 => self.is_headline(number),
            2 => self.is_headline(number) && self.is_teaser(number + 1),
            _ => self.is_caption(number) && self.is_headline(number + 1) && self.is_teaser(number + 2),
        }
    }

    /// Whether the text ends inside an item of the form: the last item may lack its teaser.
    fn fits_cut_short(&self, number: usize, form: usize) -> bool {
        let left = self.unique.len() - number;
        match form {
            2 => left == 1 && self.is_headline(number),
            3 => {
                (left == 2 && self.is_caption(number) && self.is_headline(number + 1))
                    || (left == 1 && self.line(number).is_some_and(|line| line.evidence == Evidence::CaptionEnding))
            }
            _ => false,
        }
    }

    /// Reads items of one form as far as they go, with a few exceptions.
    fn walk(&self, form: usize) -> Option<Walk> {
        let mut walk = Walk { form, items: Vec::new(), covered: 0, exceptions: 0 };
        let mut at = 0;
        while at < self.unique.len() {
            let parts = if self.fits(at, form) {
                form
            } else if self.fits_cut_short(at, form) {
                self.unique.len() - at
            } else {
                let other = [3, 2, 1].into_iter().find(|&other| {
                    other != form
                        && self.fits(at, other)
                        && (self.fits(at + other, form) || at + other == self.unique.len())
                });
                let allowed = walk.exceptions < 1 + walk.items.len() / EXCEPTIONS;
                let Some(other) = other.filter(|_| allowed && !walk.items.is_empty()) else { break };
                walk.exceptions += 1;
                other
            };
            walk.items.push((at, parts));
            at += parts;
        }
        walk.covered = at;
        (!walk.items.is_empty()).then_some(walk)
    }

    fn block(&self, walk: &Walk) -> Block {
        let last = walk.covered;
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
        Block { items, item_of, end, form: walk.form, copies }
    }

    fn item(&self, first: usize, parts: usize) -> Item {
        let at = |offset: usize| Some(self.unique[first + offset]);
        match parts {
            1 if self.lines[self.unique[first]].evidence == Evidence::CaptionEnding => {
                Item { caption: at(0), ..Item::default() }
            }
            1 => Item { headline: at(0), ..Item::default() },
            // Caption and headline at the end of a text whose last teaser is missing.
            2 if !self.is_teaser(first + 1) => Item { caption: at(0), headline: at(1), ..Item::default() },
            2 => Item { headline: at(0), teaser: at(1), ..Item::default() },
            _ => Item { caption: at(0), headline: at(1), teaser: at(2), ..Item::default() },
        }
    }
}
