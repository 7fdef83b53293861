//! Blocks of other stories, with a heading or without, behind the article or in its middle.
//!
//! A heading is evidence, never enough alone: the rhythm of items must follow ([`super::items`]). Where paragraphs of the article go
//! on behind a block, they stay.

use super::items::{Block, read_block};
use super::line::{Evidence, Kind};
use super::surroundings::is_name;
use super::{Decision, Page, rules};
use crate::document::Label;
use crate::lexicon::CompiledPatterns;

/// Units of prose that must stand in front of a block without a heading: else the record may be a list as a whole.
const MIN_BODY_UNITS: f32 = 40.0;
/// Mean share of pairs with the article above which a block without a heading is part of it: a listicle, a timeline.
const MAX_HEADLESS_TOPIC: f32 = 0.30;
/// The same for a list of bare headlines, which could be captions or subheadings.
const MAX_BARE_TOPIC: f32 = 0.16;
/// Share of a headline's pairs that its teaser must have, where the teaser could also be the next paragraph of the article.
const MIN_TEASER_TOPIC: f32 = 0.2;
/// Share of pairs with the text before it from which a sentence is no caption of another story.
const MAX_CAPTION_TOPIC: f32 = 0.25;
/// Mean units of the headlines of a block in the middle of a text; subheadings are shorter.
const MIN_INNER_HEADLINE_UNITS: f32 = 5.0;
/// Units of a headline of another story; three in four have as many (eight Chinese characters are four units).
const MIN_HEADLINE_UNITS: f32 = 4.0;
/// Mean share of pairs with the text of a block that has nothing to do with it.
const MAX_STRANGE_TOPIC: f32 = 0.03;
/// Most units of a heading that no list knows.
const MAX_HEADING_UNITS: f32 = 8.0;
/// How many beginnings of a block without a heading are tried in one record: records of thousands of short lines stay cheap.
const MAX_TRIES: usize = 64;
/// How many lines behind a block are looked at to see whether the article goes on.
const RESUME_REACH: usize = 64;
/// Mean share of pairs with the article from which paragraphs behind a block belong to it.
const MIN_RESUMED_TOPIC: f32 = 0.05;

impl Page<'_> {
    /// Decides all blocks of other stories and the links to them.
    pub(super) fn related_blocks(&mut self) {
        let mut at = self.title.map_or(0, |title| title + 1);
        while at < self.lines.len() {
            at = match self.lines[at].evidence {
                Evidence::RelatedHeading if self.label_of(at) != Some(Label::Title) => self.block_behind_heading(at),
                Evidence::NavHeading if self.label_of(at) != Some(Label::Title) => self.furniture_behind_heading(at),
                Evidence::InlineLink(_) => self.link(at),
                _ => at + 1,
            };
        }
        self.blocks_without_heading();
        self.behind_the_end();
    }

    /// A page that says that there is no article.
    pub(super) fn placeholder(&mut self, patterns: &CompiledPatterns) {
        for at in 0..self.lines.len() {
            if patterns.placeholders.contains(&self.lines[at].folded) {
                self.decide(at, Label::Nav, rules::PLACEHOLDER);
            }
        }
    }

    fn block_behind_heading(&mut self, heading: usize) -> usize {
        let block = read_block(&self.lines, heading + 1, self.lines.len(), |at| self.label_of(at));
        let Some(mut block) = block else {
            // No rhythm: headlines glued to their teasers, line by line, or nothing at all, or the article itself.
            let resumes = self.next_open(heading + 1).is_some_and(|next| self.article_resumes(heading, next));
            let (label, rule) = if resumes {
                (Label::Nav, rules::NAV_HEADING)
            } else {
                (Label::RelatedHeading, rules::RELATED_HEADING_EMPTY)
            };
            self.decide(heading, label, rule);
            return if resumes { heading + 1 } else { self.continuation(heading, heading + 1, false) };
        };
        self.give_back_paragraph(&mut block, heading);
        self.decide(heading, Label::RelatedHeading, rules::RELATED_HEADING);
        let end = block.end;
        self.take(&block, Some(heading), rules::RELATED_RHYTHM);
        self.continuation(heading, end, true)
    }

    /// Where paragraphs follow a block whose single item has a teaser, the teaser may be the article's next paragraph.
    fn give_back_paragraph(&self, block: &mut Block, heading: usize) {
        let followed = self.next_open(block.end).is_some_and(|next| self.lines[next].kind == Kind::Prose);
        let [item] = block.items.as_mut_slice() else { return };
        let (Some(headline), Some(teaser)) = (item.headline, item.teaser) else { return };
        let of_headline = self.topic.shared_with(headline, teaser);
        let of_article = self.topic.shared_before(teaser, heading);
        // At the end of a record a last paragraph must speak of the article to be its; among paragraphs it is one of them.
        let of_text = followed || (self.next_open(block.end).is_none() && of_article > MIN_RESUMED_TOPIC);
        if of_text && of_headline < MIN_TEASER_TOPIC {
            item.teaser = None;
            block.end = teaser;
            block.item_of.retain(|&(at, _)| at < teaser);
            // What passed for a caption in front of the headline is a headline itself.
            if let Some(caption) = item.caption.take() {
                item.headline = Some(caption);
                block.items.push(super::Item { headline: Some(headline), ..super::Item::default() });
                for (_, number) in block.item_of.iter_mut().filter(|(at, _)| *at >= headline) {
                    *number = 1;
                }
            }
        }
    }

    /// Behind a block: more items of another form, or the article again. Returns where to go on.
    fn continuation(&mut self, heading: usize, mut at: usize, mut behind_items: bool) -> usize {
        while let Some(next) = self.next_open(at) {
            if matches!(self.lines[next].evidence, Evidence::RelatedHeading | Evidence::NavHeading) {
                return next;
            }
            if self.article_resumes(heading, next) || (behind_items && self.text_goes_on(heading, next)) {
                return next;
            }
            let block = read_block(&self.lines, next, self.lines.len(), |line| self.label_of(line));
            match block {
                Some(block) if block.end > next => {
                    at = block.end;
                    behind_items = true;
                    self.take(&block, Some(heading), rules::RELATED_RHYTHM);
                }
                _ => {
                    self.stranger(next, heading);
                    at = next + 1;
                }
            }
        }
        self.lines.len()
    }

    /// Whether the article goes on at a line behind a block: paragraphs in a row, or one that speaks of the same things.
    fn article_resumes(&mut self, heading: usize, at: usize) -> bool {
        let before = self.count_before(heading);
        let prose_first = self.lines[at].is_prose();
        let (shared, direct) = self.prose_from(at, heading);
        let mean = shared.iter().sum::<f32>() / shared.len().max(1) as f32;
        if before.prose_units < MIN_BODY_UNITS {
            // Furniture in front of the article: it begins with its first paragraphs, whatever they speak of.
            return prose_first && direct >= 2;
        }
        match shared.len() {
            0 => false,
            1 => prose_first && mean >= 2.0 * MIN_RESUMED_TOPIC && !before.article_ended,
            _ => prose_first && direct >= 2 && mean >= MIN_RESUMED_TOPIC * if before.article_ended { 3.0 } else { 1.0 },
        }
    }

    /// Whether text of an article that has not ended yet goes on behind the items of a block, whatever it speaks of: two paragraphs in a
    /// row, or one that the article's end mark or byline closes.
    fn text_goes_on(&mut self, heading: usize, at: usize) -> bool {
        if self.count_before(heading).article_ended || self.lines[at].kind != Kind::Prose {
            return false;
        }
        let (_, direct) = self.prose_from(at, heading);
        let closed = self.lines[at].end_mark || (at + 1 < self.lines.len() && self.ends_article(at + 1));
        direct >= 2 || closed
    }

    /// The share of pairs with the text before `heading` of each open paragraph from `at` on, up to the next heading, and how many of
    /// them stand in a row at the beginning.
    fn prose_from(&self, at: usize, heading: usize) -> (Vec<f32>, usize) {
        let mut shared = Vec::new();
        let mut direct = 0;
        for line in at..self.lines.len().min(at + RESUME_REACH) {
            match self.lines[line].evidence {
                Evidence::RelatedHeading | Evidence::NavHeading => break,
                _ if !self.is_open(line) => continue,
                _ => {}
            }
            if self.lines[line].kind == Kind::Prose {
                shared.push(self.topic.shared_before(line, heading));
                direct += usize::from(shared.len() == line - at + 1);
            }
        }
        (shared, direct)
    }

    /// What stands in front of a line. Lines are asked for from top to bottom, so that each is counted once.
    fn count_before(&mut self, line: usize) -> super::Before {
        let mut before = if line < self.before.line { super::Before::default() } else { self.before };
        for at in before.line..line {
            let known = &self.lines[at];
            before.article_ended |= known.end_mark || matches!(known.evidence, Evidence::AgencyCredit(_));
            before.prose_units += if self.is_open(at) && known.kind == Kind::Prose { known.shape.units } else { 0.0 };
        }
        before.line = line;
        self.before = before;
        before
    }

    /// A line behind a block that fits no item and no article: a piece of the block.
    fn stranger(&mut self, at: usize, heading: usize) {
        self.items.push(super::Item { heading: Some(heading), headline: Some(at), ..super::Item::default() });
        let item = Some(self.items.len());
        let repeat_of = self.decisions[at].and_then(|decision| decision.repeat_of);
        self.decisions[at] =
            Some(Decision { repeat_of, item, ..Decision::of(Label::Related, rules::RELATED_AFTER_END) });
    }

    /// Labels the lines of a block. Lines that an earlier step took for repeats or captions are the block's.
    pub(super) fn take(&mut self, block: &Block, heading: Option<usize>, rule: rules::Rule) {
        let base = self.items.len();
        for item in &block.items {
            let mut item = item.clone();
            item.heading = heading;
            self.items.push(item);
        }
        for &(at, item) in &block.item_of {
            let label = self.label_of(at);
            if matches!(label, Some(Label::Nav | Label::DateLine | Label::Separator | Label::Credit)) {
                continue;
            }
            let repeat_of = self.decisions[at].and_then(|decision| decision.repeat_of);
            self.decisions[at] =
                Some(Decision { repeat_of, item: Some(base + item + 1), ..Decision::of(Label::Related, rule) });
        }
    }

    fn furniture_behind_heading(&mut self, heading: usize) -> usize {
        self.decide(heading, Label::Nav, rules::NAV_HEADING);
        let Some(next) = self.next_open(heading + 1) else { return self.lines.len() };
        if matches!(self.lines[next].evidence, Evidence::RelatedHeading | Evidence::NavHeading)
            || self.article_resumes(heading, next)
        {
            return next;
        }
        let block = read_block(&self.lines, next, self.lines.len(), |line| self.label_of(line));
        if let Some(block) = block
            && block.items.len() >= self.config.min_items_without_heading
            && block.form > 1
        {
            self.take(&block, None, rules::RELATED_HEADLESS);
            return block.end;
        }
        let mut at = next;
        while let Some(open) = self.next_open(at) {
            let stop = matches!(self.lines[open].evidence, Evidence::RelatedHeading | Evidence::NavHeading)
                || self.article_resumes(heading, open);
            if stop {
                return open;
            }
            self.decide(open, Label::Nav, rules::NAV_AFTER_HEADING);
            at = open + 1;
        }
        self.lines.len()
    }

    /// `>> …`, `Xem thêm: …`: the rest of the line is the headline of another story.
    fn link(&mut self, at: usize) -> usize {
        if self.is_open(at) && self.lines[at].shape.units <= 60.0 {
            self.items.push(super::Item { headline: Some(at), ..super::Item::default() });
            let item = Some(self.items.len());
            self.decisions[at] = Some(Decision { item, ..Decision::of(Label::Related, rules::RELATED_LINK) });
        }
        at + 1
    }

    /// The first line from `at` on that no step has decided; repeats count as undecided, since a block may own them.
    fn next_open(&self, at: usize) -> Option<usize> {
        (at..self.lines.len()).find(|&line| self.is_open(line))
    }

    /// Blocks that no heading announces: items in their rhythm up to the end of the record, or in the middle of the text.
    fn blocks_without_heading(&mut self) {
        let start = self.title.map_or(0, |title| title + 1);
        let (mut body, mut paragraphs, mut tries) = (0.0, 0, 0);
        let mut at = start;
        while at < self.lines.len() && tries < MAX_TRIES {
            let line = &self.lines[at];
            let prose = self.is_open(at) && line.kind == Kind::Prose;
            let units = line.shape.units;
            let behind_end = at > start && self.ends_article(at - 1);
            let could_begin = self.is_open(at) || self.label_of(at) == Some(Label::Caption);
            if could_begin && body >= MIN_BODY_UNITS && (paragraphs >= 2 || behind_end) && self.begins_item(at) {
                tries += 1;
                if let Some(block) = self.headless(at, behind_end) {
                    self.take(&block, None, rules::RELATED_HEADLESS);
                    self.unknown_heading(at);
                    at = block.end;
                    continue;
                }
            }
            if prose {
                body += units;
                paragraphs += 1;
            }
            at += 1;
        }
    }

    /// Whether a line reads like the beginning of an item: a headline, or what may stand in front of one.
    fn begins_item(&self, at: usize) -> bool {
        let line = &self.lines[at];
        let caption = line.shape.units <= 70.0 && self.lines.get(at + 1).is_some_and(super::line::Line::is_headline);
        // A paragraph of the article is no caption of another story's picture.
        let strange = !line.is_prose() || self.topic.shared_before(at, at) <= MAX_CAPTION_TOPIC;
        // A name alone behind a paragraph is its author's.
        !is_name(&line.text) && (line.is_headline() || (caption && strange))
    }

    fn headless(&self, at: usize, behind_end: bool) -> Option<Block> {
        let block = read_block(&self.lines, at, self.lines.len(), |line| self.label_of(line))?;
        let items = block.items.len();
        let dated = block.items.iter().filter(|item| item.date.is_some()).count() * 2 >= items;
        let enough =
            if behind_end || block.copies >= items || dated { 2 } else { self.config.min_items_without_heading };
        let shared = block.item_of.iter().map(|&(line, _)| self.topic.shared_before(line, at)).sum::<f32>()
            / block.item_of.len().max(1) as f32;
        let bare = block.form == 1 && block.copies == 0;
        let limit = if bare { MAX_BARE_TOPIC } else { MAX_HEADLESS_TOPIC };
        let headlines = block.items.iter().filter_map(|item| item.headline).map(|line| self.lines[line].shape.units);
        let long = headlines.clone().filter(|units| *units >= MIN_HEADLINE_UNITS).count() * 4 >= items * 3;
        let mean_units = headlines.sum::<f32>() / items.max(1) as f32;
        let placed = self.reaches_the_end(&block)
            || (block.form > 1
                && items >= self.config.min_items_without_heading
                && mean_units >= MIN_INNER_HEADLINE_UNITS
                && self.text_resumes_closer(&block, at, shared));
        // A paragraph as the first caption must be borne out by every other item.
        let allowed = if self.lines[at].is_prose() { 0 } else { items.saturating_sub(1) / 2 };
        let regular = block.exceptions <= allowed;
        (items >= enough && regular && shared <= limit && long && placed).then_some(block)
    }

    /// Whether nothing of the article stands behind a block.
    fn reaches_the_end(&self, block: &Block) -> bool {
        let next = self.next_open(block.end);
        next.is_none_or(|next| matches!(self.lines[next].evidence, Evidence::RelatedHeading | Evidence::NavHeading))
            && (block.end..self.lines.len()).all(|line| !matches!(self.label_of(line), Some(Label::Body)))
    }

    /// Whether paragraphs in a row follow a block in the middle of an article, and the block is not a part of it: pictures with
    /// credits, headlines printed twice, or short teasers that share next to nothing with the text, which goes on in longer
    /// paragraphs. The items of a listicle are as long and as close to it as its other paragraphs.
    fn text_resumes_closer(&self, block: &Block, at: usize, shared: f32) -> bool {
        let (behind, direct) = self.prose_from(block.end, at);
        if direct < 2 {
            return false;
        }
        let items = block.items.len();
        let credited = |line: usize| self.lines[line].evidence == Evidence::CaptionEnding;
        let pictures = block.items.iter().filter(|item| item.caption.is_some_and(credited)).count() * 2 >= items;
        let mean_units = |lines: &mut dyn Iterator<Item = usize>| {
            let (mut units, mut count) = (0.0, 0);
            for line in lines {
                units += self.lines[line].shape.units;
                count += 1;
            }
            units / count.max(1) as f32
        };
        let teasers = mean_units(&mut block.items.iter().filter_map(|item| item.teaser));
        let text = mean_units(&mut (block.end..block.end + direct));
        let mean = behind.iter().sum::<f32>() / behind.len().max(1) as f32;
        let closer = mean >= MIN_RESUMED_TOPIC && shared <= 0.6 * mean;
        let strange = shared <= MAX_STRANGE_TOPIC && teasers * 1.4 <= text;
        pictures || block.copies >= items || closer || strange
    }

    /// A few words in front of a block that share nothing with the article: its heading, though no list knows it.
    fn unknown_heading(&mut self, block: usize) {
        let Some(at) = block.checked_sub(1) else { return };
        let line = &self.lines[at];
        let short = line.shape.units <= MAX_HEADING_UNITS && !line.shape.ends_sentence() && !line.is_prose();
        if self.is_open(at) && short && !is_name(&line.text) && self.topic.shared_before(at, at) <= 0.0 {
            self.decide(at, Label::RelatedHeading, rules::RELATED_HEADING_UNKNOWN);
        }
    }

    /// Whether the article ends with a line: an end mark, an agency's credit, a byline.
    fn ends_article(&self, at: usize) -> bool {
        self.lines[at].end_mark || matches!(self.label_of(at), Some(Label::Credit))
    }

    /// Lines behind the last end mark or credit that no paragraph of the article follows.
    fn behind_the_end(&mut self) {
        let start = self.title.map_or(0, |title| title + 1);
        let prose_before = |page: &Self, end: usize| {
            (start..end).filter(|&at| page.is_open(at) && page.lines[at].kind == Kind::Prose).count()
        };
        let end = (start..self.lines.len())
            .rev()
            .find(|&at| self.ends_article(at) && self.label_of(at) != Some(Label::Repeat));
        let Some(end) = end.filter(|&end| prose_before(self, end + 1) >= 2) else { return };
        let rest: Vec<usize> = (end + 1..self.lines.len()).filter(|&at| self.is_open(at)).collect();
        let strong = self.lines[end].end_mark || matches!(self.lines[end].evidence, Evidence::AgencyCredit(_));
        let shared =
            rest.iter().map(|&at| self.topic.shared_before(at, end + 1)).sum::<f32>() / rest.len().max(1) as f32;
        if rest.is_empty() || (!strong && shared > MAX_BARE_TOPIC) || shared > MAX_HEADLESS_TOPIC {
            return;
        }
        for at in rest {
            let line = &self.lines[at];
            if line.kind == Kind::Scrap || line.shape.units < 4.0 {
                self.decide(at, Label::Nav, rules::NAV_TAIL);
            } else {
                self.decide(at, Label::Related, rules::RELATED_AFTER_END);
            }
        }
    }
}
