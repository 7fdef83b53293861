//! From the model's odds and the rules' labels to one label a line.
//!
//! The model decides what is text and which line is the title; the rules keep what is certain (copies, separators, glued titles) and
//! say what kind of noise a line is, where they know it.

use std::collections::HashMap;

use super::model::{Judgement, trees::UNIT, trees::probability};
use super::rules::{self, Rule};
use super::{Decision, Item, Page};
use crate::document::Label;
use crate::label::line::{Evidence, Line};
use crate::label::title::MAX_TITLE_UNITS;
use crate::text::{Ending, is_han};

/// Log-odds in favour of lists that a colon introduces: the model has seen few clean texts with lists.
const FOR_LISTS: f32 = 2.0;
/// Log-odds against bylines and sources: rules know their form.
const AGAINST_CREDITS: f32 = 1.5;
/// Lines up to which a record is rather a text than a whole page.
const MAX_TEXT_LINES: usize = 60;
/// Lines of page furniture from which a shorter record is a whole page too.
const MIN_FURNITURE: usize = 3;
/// Signs between the steps of a path.
const PATH_SIGNS: [char; 3] = ['>', '»', '›'];
/// Most words of a step of the path through a site.
const MAX_STEP_WORDS: usize = 4;
/// Most bytes of it: in scripts without spaces a headline is one word.
const MAX_STEP_BYTES: usize = 40;
/// Log-odds that a line is the title, against there being none, from which it is on a whole page: hardly one has none. Cross-validated,
/// the titles of 4 more pages in 681 are right so.
const LEAST_TITLE: f32 = -1.0;
/// Log-odds that a line may be less likely the title than one that has it and more.
const HARDLY: f32 = 1.5;
/// Fewest units of a headline that stands alone too.
const MIN_BARE_UNITS: f32 = 3.0;
/// Likeness to the record's address from which it speaks for a line as the title.
pub(super) const LEAST_LIKENESS: f32 = 0.4;
/// Log-odds in favour of a title that has all words of the address and no others, beside what the model makes of them. Cross-validated,
/// titles of whole pages are right in as many cases with 0 to 2, of main columns and wide cuts in .006 more with 1 and 2 than with 0.
const FOR_ADDRESS: f32 = 1.0;
/// Log-odds in favour of paragraphs behind a block of other stories in a text.
const FOR_RESUMED: f32 = 2.0;
/// Log-odds against lines in a block of other stories at the end.
const AGAINST_BLOCKS: f32 = 3.0;
/// Log-odds against lines in which headlines, or a headline and its teaser, run together.
const AGAINST_RUN_TOGETHER: f32 = 6.0;
/// Chinese characters that text has a comma or a stop in: of 73 pages no line of text has fewer pauses, and 11 lines of noise have.
const MOST_UNPAUSED: usize = 60;
/// Most bytes of an agency's mark.
const MAX_MARK_BYTES: usize = 40;
/// Longest list that is looked through for the line that introduces it.
const MAX_LIST_LINES: usize = 40;
/// A record of which no line has lower log-odds is a clean text: what the model doubts in it stays. Of the clean records of the
/// composed set it loses 2 % of the lines otherwise, and .6 % so; whole pages and main columns lose nothing that can be measured.
const CLEAN: f32 = -2.0;
/// Longest line that may be a caption whatever speaks for text.
pub(crate) const MAX_CAPTION_CHARS: usize = 300;
/// Part of a line's log-odds of being text that those of being a caption must exceed for it to be one. The fine labels of the read
/// Vietnamese texts are right in .847 of the lines so, in .838 without, and their text F1 is .969 instead of .965.
const CAPTION_OF_TEXT: f32 = 0.5;
/// How much more must speak for a caption in a clean text.
const FOR_CLEAN: f32 = 2.0;
/// Confidence from which a rule is trusted.
const TRUSTED: f32 = 0.93;
/// Confidence from which the model's heads do not look at the kind of noise again.
const SETTLED: f32 = 0.8;
/// Most units of a line that is called page furniture, not another story, where nothing else is known of it.
const MAX_FURNITURE_UNITS: f32 = 4.0;
/// Most units of a summary: 97 of 100 Vietnamese ones are shorter.
const MAX_SUMMARY_UNITS: f32 = 55.0;

/// Rules that the model cannot overrule: what they say is seen, not guessed.
fn is_certain(rule: Rule) -> bool {
    [
        rules::SEPARATOR,
        rules::SEPARATOR_GLUE,
        rules::REPEAT_GLUED,
        rules::CAPTION_GLUED,
        rules::PLACEHOLDER,
        rules::CREDIT_AGENCY,
    ]
    .contains(&rule)
}

/// Whether the rules see a line of a list, or of several that run on: to them a list of longer lines looks like wrapped text.
fn is_list(rule: Rule) -> bool {
    rule == rules::BODY_LIST || rule == rules::BODY_WRAPPED
}

/// Whether a line is a path through a site that ends at a section: `News » Economy`. One that ends with a headline has a longer step.
fn is_path(text: &str) -> bool {
    let words = |step: &str| step.split_whitespace().filter(|word| word.contains(char::is_alphanumeric)).count();
    let is_short = |step: &str| step.len() <= MAX_STEP_BYTES && words(step) <= MAX_STEP_WORDS;
    text.contains(PATH_SIGNS) && text.split(PATH_SIGNS).all(is_short)
}

/// Whether a line of Chinese has hardly a comma or a stop.
fn has_no_pauses(line: &Line) -> bool {
    let (counts, shape) = (&line.counts, &line.shape);
    let pauses = (counts.commas + counts.questions + counts.exclamations) as usize + shape.inner_stops;
    let han = || line.text.chars().filter(|c| is_han(*c)).count();
    let least = MOST_UNPAUSED * (pauses + usize::from(shape.ends_sentence())).max(1);
    counts.unspaced as usize >= least && han() >= least
}

/// Whether an agency's mark stands inside a line with nothing in front of it: `A headline(Agency) - The story begins`.
fn has_mark_inside(text: &str) -> bool {
    text.match_indices('(').any(|(open, _)| {
        let behind = &text[open + 1..];
        // No further than a mark reaches, so that brackets that are never closed cost no more than others.
        let Some(close) = behind.bytes().take(MAX_MARK_BYTES + 1).position(|byte| byte == b')') else { return false };
        let (mark, rest) = (&behind[..close], &behind[close + 1..]);
        let is_mark = mark.len() > 1
            && !mark.starts_with(char::is_lowercase)
            && !mark.contains(|c: char| c == '(' || c.is_numeric());
        let is_glued = text[..open].chars().next_back().is_some_and(|c| !c.is_whitespace());
        let story = rest.trim_start().strip_prefix(['-', '–', '—']).map(str::trim_start);
        is_mark && is_glued && story.is_some_and(|story| story.starts_with(char::is_alphanumeric))
    })
}

fn is_text(label: Label) -> bool {
    matches!(label, Label::Title | Label::Lead | Label::Body)
}

/// Whether the kind of noise that the rules name stands.
fn is_settled(decision: &Decision) -> bool {
    decision.rule.confidence >= SETTLED || matches!(decision.label, Label::Repeat | Label::RelatedHeading)
}

impl Page<'_> {
    /// Joins the model's judgement with the rules' decisions. Every line must have one.
    pub(super) fn join(&mut self, judgement: &Judgement) {
        let title_odds = self.title_odds(judgement);
        let title = self.choose_title(judgement, &title_odds);
        let prose = self.decisions.iter().position(|it| it.is_some_and(|it| it.rule == rules::BODY_PROSE));
        let last = self.decisions.iter().rposition(|it| it.is_some_and(|it| is_text(it.label)));
        let mut odds: Vec<Option<i32>> =
            (0..self.lines.len()).map(|at| self.odds(at, title, prose, last, judgement)).collect();
        let has_templates = self.weigh_templates(&mut odds, title);
        let of_others = self.weigh_stories(&mut odds, title);
        let is_clean = !has_templates
            && of_others.is_empty()
            && odds.iter().flatten().all(|&odds| odds >= (CLEAN * UNIT) as i32)
            && !self.decisions.iter().flatten().any(|it| !is_text(it.label) && it.rule.confidence >= TRUSTED);
        let cut = if is_clean { i32::MIN } else { best_cut(&odds, |at| self.lines[at].shape.chars as f32) };
        let mut text: Vec<bool> = odds.iter().map(|odds| odds.is_some_and(|odds| odds > cut)).collect();
        for (at, text) in text.iter_mut().enumerate().filter(|(_, text)| **text) {
            let for_caption = self.for_caption(at, odds[at], judgement, is_clean);
            if for_caption > 0 {
                (*text, odds[at]) = (false, Some(-for_caption));
            }
        }
        for (at, decision) in self.decisions.iter().enumerate() {
            // A copy of what is kept; where the original is cut, the copy may be the article.
            let copied = decision.filter(|it| it.label == Label::Repeat).and_then(|it| it.repeat_of);
            text[at] &= !copied.is_some_and(|original| text[original]);
        }
        for (at, &is_kept) in text.iter().enumerate() {
            if Some(at) == title {
                continue;
            }
            let Some(decision) = self.decisions[at] else { continue };
            if is_kept {
                if !matches!(decision.label, Label::Lead | Label::Body) {
                    self.decide(at, Label::Body, rules::MODEL_TEXT);
                }
            } else if is_text(decision.label) || !is_settled(&decision) {
                let (label, rule) = self.noise(at, title, judgement, &of_others);
                // What the rules know beside the label (item, original) stays where the label does.
                if label != decision.label {
                    self.decide(at, label, rule);
                }
            }
        }
        self.choose_lead(judgement);
        self.follow();
        self.collect_items();
        self.weigh(&odds, &title_odds);
    }

    /// Gives every line that the model has judged the chance that it is rightly kept or cut. Measured by cross-validation, of the
    /// lines with a chance of .9 and more 98 in 100 are.
    fn weigh(&mut self, odds: &[Option<i32>], title_odds: &[i32]) {
        for (at, odds) in odds.iter().enumerate() {
            let Some(decision) = &mut self.decisions[at] else { continue };
            decision.confidence = match (decision.label, odds) {
                (Label::Title, _) if decision.rule != rules::TITLE_FIELD => probability(title_odds[at]),
                (Label::Lead | Label::Body, Some(odds)) => probability(*odds),
                // A copy is cut because it is one.
                (Label::Repeat | Label::RelatedHeading, _) | (_, None) => decision.confidence,
                (_, Some(odds)) => probability(-odds),
            };
        }
    }

    /// Kinds of noise that other lines decide: a copy of a caption or of another story is one too, and a heading in front of other
    /// stories is theirs, whatever else it may stand above.
    fn follow(&mut self) {
        for at in 0..self.lines.len() {
            let Some(decision) = self.decisions[at] else { continue };
            let next = self.decisions.get(at + 1).copied().flatten();
            if decision.rule == rules::NAV_HEADING && next.is_some_and(|next| next.label == Label::Related) {
                self.decide(at, Label::RelatedHeading, rules::RELATED_HEADING);
            }
            let original = decision.repeat_of.filter(|_| decision.label == Label::Repeat);
            let original = original.and_then(|original| self.decisions[original]);
            if let Some(original) = original.filter(|it| matches!(it.label, Label::Caption | Label::Related)) {
                self.decisions[at] =
                    Some(Decision { repeat_of: decision.repeat_of, ..Decision::of(original.label, original.rule) });
            }
        }
    }

    /// The line that is the title: the record's own field first, else the choice of model and address, which may be none.
    fn choose_title(&mut self, judgement: &Judgement, title_odds: &[i32]) -> Option<usize> {
        let by_field = self.title.filter(|&at| self.decisions[at].is_some_and(|it| it.rule == rules::TITLE_FIELD));
        let best = (0..self.lines.len())
            .filter(|&at| self.may_be_title(at))
            .max_by_key(|&at| (title_odds[at], std::cmp::Reverse(at)));
        let least = if self.is_whole_page() { LEAST_TITLE } else { 0.0 };
        let best = best.filter(|&at| title_odds[at] > (least * UNIT) as i32);
        let chosen = by_field.or_else(|| best.map(|at| self.bare_headline(at, title_odds).unwrap_or(at)));
        if let Some(old) = self.title.filter(|old| Some(*old) != chosen) {
            // What the rules took for the title is an ordinary line now.
            self.decide(old, Label::Body, rules::BODY_SUBHEADING);
        }
        self.title = chosen;
        if let Some(title) = chosen {
            if self.decisions[title].is_none_or(|it| it.label != Label::Title) {
                let by_address = title_odds[title] > judgement.title[title];
                self.decide(title, Label::Title, if by_address { rules::TITLE_ADDRESS } else { rules::MODEL_TITLE });
            }
            self.repeat_title(title, |_, _| true);
        }
        chosen
    }

    /// Whether the record is rather a whole page than a text: by its lines, or by what only pages have.
    fn is_whole_page(&self) -> bool {
        let is_furniture = |line: &&Line| matches!(line.evidence, Evidence::Nav(_));
        self.lines.len() > MAX_TEXT_LINES
            || self.lines.iter().filter(is_furniture).take(MIN_FURNITURE).count() == MIN_FURNITURE
    }

    /// The line that has the headline alone, where the chosen one has it behind the path of the page (`News > Headline`), or in front of
    /// what else the site calls the page (`Headline - Site`) and is hardly likelier.
    fn bare_headline(&self, title: usize, title_odds: &[i32]) -> Option<usize> {
        let whole = &self.lines[title].folded;
        let behind_path = whole.rsplit_once(['>', '/', '»', '›']).map(|(_, last)| last.trim());
        let least = title_odds[title] - (HARDLY * UNIT) as i32;
        let is_bare = |at: &usize| {
            let line = &self.lines[*at];
            let rest = || whole.strip_prefix(line.folded.as_str()).unwrap_or_default().trim_start();
            let in_front = || title_odds[*at] > least && rest().starts_with(['-', '|', '_', '(', '[']);
            let has_headline = behind_path == Some(line.folded.as_str()) || in_front();
            line.shape.units >= MIN_BARE_UNITS && has_headline && self.may_be_title(*at)
        };
        (0..self.lines.len()).filter(is_bare).max_by_key(|&at| (title_odds[at], std::cmp::Reverse(at)))
    }

    /// The model's odds of every line that it is the title, with what the record's address adds to them.
    fn title_odds(&self, judgement: &Judgement) -> Vec<i32> {
        let mut title_odds = judgement.title.clone();
        let Some(address) = &self.address else { return title_odds };
        // Most lines are no title whatever the address says, and are not read.
        let within_reach = ((LEAST_TITLE - FOR_ADDRESS) * UNIT) as i32;
        for (line, odds) in self.lines.iter().zip(&mut title_odds) {
            if *odds > within_reach && line.shape.units <= MAX_TITLE_UNITS {
                let likeness = address.likeness(&line.text);
                *odds += if likeness < LEAST_LIKENESS { 0 } else { (FOR_ADDRESS * likeness * UNIT) as i32 };
            }
        }
        title_odds
    }

    /// Whether no rule is sure that a line is something else: a caption, a date, a byline, a menu in one line.
    fn may_be_title(&self, at: usize) -> bool {
        let title_like = |label: Label| is_text(label) || matches!(label, Label::Nav | Label::Related | Label::Repeat);
        self.decisions[at].is_some_and(|decision| {
            (title_like(decision.label) || decision.rule == rules::CAPTION_TWICE || decision.rule.confidence < SETTLED)
                && !is_certain(decision.rule)
                && !matches!(self.lines[at].evidence, Evidence::Nav(_) | Evidence::DateLine | Evidence::NavHeading)
                && !is_path(&self.lines[at].text)
        })
    }

    /// The log-odds that a line is text; none where it is certain that it is not. `prose` is the first line that the rules take
    /// for a paragraph, `last` the last one that they take for text.
    fn odds(
        &self,
        at: usize,
        title: Option<usize>,
        prose: Option<usize>,
        last: Option<usize>,
        judgement: &Judgement,
    ) -> Option<i32> {
        let decision = self.decisions[at]?;
        if Some(at) == title || is_certain(decision.rule) || decision.rule == rules::REPEAT_TITLE {
            return None;
        }
        if matches!(decision.label, Label::Lead) && decision.rule.confidence >= TRUSTED {
            return Some(i32::MAX / 2);
        }
        let introduced = is_list(decision.rule) && self.is_introduced(at);
        let for_list = if introduced { (FOR_LISTS * UNIT) as i32 } else { 0 };
        let credit = if decision.rule == rules::CREDIT_LINE { (AGAINST_CREDITS * UNIT) as i32 } else { 0 };
        let run_together = if self.is_run_together(at, prose) { (AGAINST_RUN_TOGETHER * UNIT) as i32 } else { 0 };
        let against = credit + self.against_block(at, last) + run_together;
        Some(judgement.text[at] + for_list + self.for_resumed(at) - against)
    }

    /// What speaks for a short line that passes for text being a caption, against its odds of being text. A subheading is none.
    fn for_caption(&self, at: usize, odds: Option<i32>, judgement: &Judgement, is_clean: bool) -> i32 {
        let is_sentence =
            |it: Decision| matches!(it.label, Label::Lead | Label::Body) && it.rule != rules::BODY_SUBHEADING;
        let may_be = self.decisions[at].is_some_and(is_sentence) && self.lines[at].shape.chars <= MAX_CAPTION_CHARS;
        let clean = if is_clean { FOR_CLEAN } else { 0.0 };
        let of_text = odds.filter(|_| may_be).map(|odds| (odds as f32 * CAPTION_OF_TEXT + clean * UNIT) as i32);
        of_text.map_or(0, |of_text| judgement.caption.margin(at).saturating_sub(of_text))
    }

    /// What speaks for a paragraph behind a block of other stories, in a record that is a text rather than a whole page: text that goes
    /// on. On whole pages it may as well be the next block.
    fn for_resumed(&self, at: usize) -> i32 {
        let is = |at: usize, rule: Rule| self.decisions[at].is_some_and(|it| it.rule == rule);
        let resumes = self.lines.len() <= MAX_TEXT_LINES
            && is(at, rules::BODY_PROSE)
            && (0..at).any(|above| is(above, rules::RELATED_RHYTHM));
        if resumes { (FOR_RESUMED * UNIT) as i32 } else { 0 }
    }

    /// What speaks against a line that stands in the rhythm of other stories behind a heading that announces them, where the rules see
    /// no text behind it any more.
    fn against_block(&self, at: usize, last: Option<usize>) -> i32 {
        let in_block = self.decisions[at].is_some_and(|it| it.rule == rules::RELATED_RHYTHM);
        if in_block && last.is_none_or(|last| at > last) { (AGAINST_BLOCKS * UNIT) as i32 } else { 0 }
    }

    /// Whether a line is several headlines without anything between them, or, behind the first paragraph, a headline with the beginning
    /// of its story.
    fn is_run_together(&self, at: usize, prose: Option<usize>) -> bool {
        let line = &self.lines[at];
        has_no_pauses(line) || (prose.is_some_and(|prose| prose < at) && has_mark_inside(&line.text))
    }

    /// Whether a line belongs to a list that a line with a colon at its end introduces.
    fn is_introduced(&self, at: usize) -> bool {
        (0..at)
            .rev()
            .take(MAX_LIST_LINES)
            .find(|&above| self.decisions[above].is_none_or(|it| !is_list(it.rule)))
            .is_some_and(|above| self.lines[above].shape.ending == Ending::Colon)
    }

    /// What kind of noise a line is. `of_others` are the lines of other records, from top to bottom.
    fn noise(&self, at: usize, title: Option<usize>, judgement: &Judgement, of_others: &[usize]) -> (Label, Rule) {
        let line = &self.lines[at];
        let (caption, related) = (judgement.caption.margin(at), judgement.related.margin(at));
        let rule = self.decisions[at].filter(|decision| !is_text(decision.label));
        if caption > 0 && caption >= related {
            return (Label::Caption, rules::MODEL_CAPTION);
        }
        if of_others.binary_search(&at).is_ok() {
            return (Label::Related, rules::RELATED_ELSEWHERE);
        }
        // Headlines have more words than the entries of a menu, and stand behind the title.
        let furniture = line.shape.units <= MAX_FURNITURE_UNITS || title.is_some_and(|title| at < title);
        if related > 0 && !furniture {
            return (Label::Related, rules::MODEL_RELATED);
        }
        if let Some(decision) = rule {
            return (decision.label, decision.rule);
        }
        match line.evidence {
            Evidence::Credit | Evidence::AgencyCredit(_) => (Label::Credit, rules::CREDIT_LINE),
            Evidence::DateLine => (Label::DateLine, rules::DATE_LINE),
            Evidence::CaptionBeginning | Evidence::CaptionEnding => (Label::Caption, rules::MODEL_CAPTION),
            _ if !furniture && title.is_some() && related > caption => (Label::Related, rules::MODEL_RELATED),
            _ if line.seen.is_template => (Label::Nav, rules::TEMPLATE),
            _ => (Label::Nav, rules::MODEL_NOISE),
        }
    }

    /// The first paragraph, where the model takes it for a summary.
    fn choose_lead(&mut self, judgement: &Judgement) {
        let is_body = |at: &usize| self.decisions[*at].is_some_and(|it| matches!(it.label, Label::Lead | Label::Body));
        let mut body = (0..self.lines.len()).filter(is_body);
        let (Some(first), Some(_)) = (body.next(), body.next()) else { return };
        // Presses that print a summary in front of the story; one that names its source or place has begun already, and the wire's own
        // copy has none.
        let line = &self.lines[first];
        let wire =
            || self.title.is_none() && self.lines.iter().any(|line| matches!(line.evidence, Evidence::AgencyCredit(_)));
        let may_be = line.shape.units <= MAX_SUMMARY_UNITS
            && line.mark.is_none()
            && line.attribution.is_none()
            && line.has_letters(self.summary_letters)
            && !wire();
        if may_be && judgement.lead.margin(first) > 0 && self.decisions[first].is_some_and(|it| it.label == Label::Body)
        {
            self.decide(first, Label::Lead, rules::MODEL_LEAD);
        }
    }

    /// Items of the lines that are other stories now: those of the rules without lines that became something else, and new ones.
    fn collect_items(&mut self) {
        // A line belongs to the item that its decision names, if it is still of that kind.
        let of_item = |at: &Option<usize>, number: usize| {
            at.filter(|&at| self.decisions[at].is_some_and(|it| it.item == Some(number + 1)))
        };
        let heading = |at: &Option<usize>| {
            at.filter(|&at| self.decisions[at].is_some_and(|it| it.label == Label::RelatedHeading || it.item.is_some()))
        };
        let mut kept: Vec<Item> = Vec::new();
        let mut number_of = vec![None; self.items.len()];
        for (number, item) in self.items.iter().enumerate() {
            let item = Item {
                heading: heading(&item.heading),
                headline: of_item(&item.headline, number),
                teaser: of_item(&item.teaser, number),
                caption: of_item(&item.caption, number),
                date: item.date,
            };
            if item.headline.is_some() || item.teaser.is_some() || item.caption.is_some() {
                kept.push(item);
                number_of[number] = Some(kept.len());
            }
        }
        let mut open: Option<usize> = None;
        let mut known: HashMap<u64, usize> = HashMap::new();
        for at in 0..self.lines.len() {
            let hash = self.lines[at].hash;
            let prose = self.lines[at].is_prose();
            let Some(decision) = &mut self.decisions[at] else { continue };
            decision.item = decision.item.and_then(|number| number_of.get(number - 1).copied().flatten());
            if decision.label != Label::Related {
                open = None;
                continue;
            }
            // A line printed again belongs to the item that it repeats.
            decision.item = decision.item.or_else(|| known.get(&hash).copied());
            if let Some(number) = decision.item {
                known.entry(hash).or_insert(number);
                open = None;
                continue;
            }
            if let Some(number) = open.filter(|_| prose) {
                kept[number - 1].teaser = Some(at);
                decision.item = Some(number);
                open = None;
            } else {
                kept.push(Item { headline: Some(at), ..Item::default() });
                decision.item = Some(kept.len());
                open = (!prose).then_some(kept.len());
                known.insert(hash, kept.len());
            }
        }
        self.items = kept;
    }
}

/// The cut that maximises the expected F1 of the kept text by length: with the odds of every line known, the best choice keeps the
/// surest lines down to half of the F1 that is reached (Ye, Chai, Lee and Chieu 2012).
pub(super) fn best_cut(odds: &[Option<i32>], chars: impl Fn(usize) -> f32) -> i32 {
    let mut lines: Vec<(i32, f32)> =
        odds.iter().enumerate().filter_map(|(at, odds)| odds.map(|odds| (odds, chars(at)))).collect();
    lines.sort_by_key(|line| std::cmp::Reverse(line.0));
    let total: f32 = lines.iter().map(|(odds, chars)| probability(*odds) * chars).sum();
    let (mut right, mut kept, mut best, mut cut) = (0.0, 0.0, -1.0, i32::MAX);
    for (odds, chars) in lines {
        right += probability(odds) * chars;
        kept += chars;
        let f1 = 2.0 * right / (kept + total);
        if f1 > best {
            (best, cut) = (f1, odds - 1);
        }
    }
    cut
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config;
    use crate::label::{Known, Labeler, model};
    use crate::lexicon::{self, CompiledPatterns};
    use crate::segment::segment;

    /// What a labeller of the built-in lexicons and model is made of.
    fn parts() -> (CompiledPatterns, model::Model, config::LabelConfig) {
        let patterns = CompiledPatterns::new(&lexicon::builtin().unwrap()).unwrap();
        (patterns, model::builtin().unwrap(), config::load(None, &[], &[]).unwrap().config.label)
    }

    #[test]
    fn the_address_tells_which_headline_is_the_title() {
        let (patterns, model, config) = parts();
        let text = "Home\nNews\nHarbour bridge opens after nine years\nRead more\nCouncil raises the fee for parking\nRead \
                    more\n\nThe people of Eastvale were told on Tuesday that the bridge is open and that the fee for parking is \
                    raised, and few of them were surprised.\n\nThe mayor said that both had been promised for a long time, and \
                    that more would follow in the spring.";
        let spans = segment(text, None, &patterns);
        let labeler = Labeler::new(&patterns, &model, &config);
        for (url, title) in [
            ("https://example.com/news/council-raises-fee-for-parking-12345678.html", 4),
            ("https://example.com/news/harbour-bridge-opens-after-nine-years", 2),
        ] {
            let labelled = labeler.label(text, &spans, Known { title: None, url: Some(url) });
            assert_eq!(labelled.verdicts.iter().position(|it| it.label == Label::Title), Some(title), "{url}");
        }
    }

    #[test]
    fn several_headlines_that_are_printed_twice_are_no_captions() {
        let (patterns, model, config) = parts();
        let labeler = Labeler::new(&patterns, &model, &config);
        let twice = |lines: &[&str]| lines.iter().map(|line| format!("{line}\n{line}\n")).collect::<Vec<_>>().concat();
        let captions = |lines: &[&str]| {
            let text = format!(
                "Cầu Vân An thông xe sau chín năm\nCầu Vân An nối hai bờ sông Lam được thông xe sáng thứ sáu trước sự chứng kiến của \
                 hàng trăm người dân hai xã.\n{}Theo ban quản lý dự án, cây cầu dài 312 m được xây trong chín năm với kinh phí 84 \
                 tỷ đồng.\nChủ tịch huyện cho biết xe buýt đầu tiên qua cầu lúc ba giờ chiều cùng ngày.",
                twice(lines)
            );
            let labelled = labeler.label(&text, &segment(&text, None, &patterns), Known::default());
            labelled.verdicts.iter().filter(|it| it.rule == rules::CAPTION_TWICE.name).count()
        };
        assert_eq!(captions(&["Người dân xã Vân An đi bộ qua cầu"]), 2);
        assert_eq!(captions(&["Chợ Tam Kỳ dời về bến xe cũ", "Trường Hải Vân có sân bóng mới"]), 0);
    }

    #[test]
    fn a_short_story_among_headlines_is_known_by_its_address() {
        let (patterns, model, config) = parts();
        let labeler = Labeler::new(&patterns, &model, &config);
        let others = |of: &str| {
            let headline = |what: &str| format!("{what} {of}\n{what} {of} after all\n{what} {of} in spring\n");
            let whats =
                ["Council raises a fee for parking", "Ferry line gets two new boats", "Museum shows maps of a coast"];
            whats.map(headline).concat()
        };
        let text = format!(
            "Eastvale Post\nHome\nNews\nSport\nWeather\nLog in\n\nMost read\n\n{}\nHarbour bridge opens after nine years\nBreaking \
             news\nShare\n\nMore on this story soon: the harbour bridge of Eastvale is open since Tuesday at noon, the mayor of the town \
             told the Post.\n\nLatest\n\n{}\nContact\nImprint\nPrivacy",
            others("again"),
            others("at last")
        );
        let spans = segment(&text, None, &patterns);
        let has_article = |url| labeler.label(&text, &spans, Known { url, ..Known::default() }).has_article;
        assert!(!has_article(None));
        assert!(!has_article(Some("https://post.example/news/latest")));
        assert!(has_article(Some("https://post.example/harbour-bridge-opens-after-nine-years-10212")));
    }

    #[test]
    fn marks_inside_a_line_are_seen() {
        for (line, expected) in [
            ("Harbour bridge opens after nine years(Coast News) - The mayor cut the ribbon", true),
            ("Cầu cảng thông xe(Báo Biển) – Sáng nay", true),
            ("Hanoi (VNA) - The mayor cut the ribbon", false),
            ("(Coast News) - The mayor cut the ribbon", false),
            ("The church(es) - and there were three - closed", false),
            ("The act(1998) - a long one - was read", false),
        ] {
            assert_eq!(has_mark_inside(line), expected, "{line}");
        }
    }

    #[test]
    fn headlines_that_run_together_are_seen() {
        let patterns = CompiledPatterns::new(&lexicon::builtin().unwrap()).unwrap();
        let has_none =
            |text: &str| has_no_pauses(&crate::label::line::read(text, &segment(text, None, &patterns), &patterns)[0]);
        let headline = "海港大桥历时九年今日通车市民冒雨排队观看";
        assert!(has_none(&headline.repeat(4)));
        assert!(!has_none(headline));
        assert!(!has_none(&format!("{headline}，").repeat(4)));
        assert!(!has_none(&"สะพานท่าเรือเปิดให้บริการแล้ว".repeat(4)));
    }

    #[test]
    fn a_path_that_ends_with_a_headline_is_none() {
        for (line, expected) in [
            ("Prices » Coffee - Pepper", true),
            ("Home > World > Americas", true),
            ("首页 > 财经 > 农产品", true),
            ("News > Harbour bridge opens after nine years", false),
            ("首页 > 跨江大桥历时九年终于建成通车 市民步行过江", false),
            ("Harbour bridge opens", false),
        ] {
            assert_eq!(is_path(line), expected, "{line}");
        }
    }

    #[test]
    fn the_headline_alone_is_taken() {
        let (patterns, model, config) = parts();
        let labeler = Labeler::new(&patterns, &model, &config);
        let body = "The people of Eastvale were told on Tuesday that the harbour bridge is open at last, and few of them were \
                    surprised.\n\nThe mayor said that it had been promised for nine years, and that more would follow in the spring.";
        for (above, below, title) in [
            ("Town > Roads > Harbour bridge opens after nine years", "Harbour bridge opens after nine years", 1),
            ("Town / Roads / Harbour bridge opens after nine years", "Harbour bridge opens after nine years", 1),
            ("Harbour bridge opens after nine years - Eastvale Post", "Harbour bridge opens after nine years", 1),
            // Another headline below is not that of the line above.
            ("Harbour bridge opens after nine years", "Roads", 0),
        ] {
            let text = format!("{above}\n{below}\n\n{body}");
            let labelled = labeler.label(&text, &segment(&text, None, &patterns), Known::default());
            let found = labelled.verdicts.iter().position(|it| it.label == Label::Title);
            assert_eq!(found, Some(title), "{above}");
        }
    }

    #[test]
    fn the_cut_keeps_what_pays() {
        let unit = UNIT as i32;
        let kept = |odds: &[i32]| {
            let odds: Vec<Option<i32>> = odds.iter().map(|odds| Some(odds * unit)).collect();
            let cut = best_cut(&odds, |_| 100.0);
            odds.iter().filter(|odds| odds.is_some_and(|odds| odds > cut)).count()
        };
        assert_eq!(kept(&[6, 6, 6, -6, -6]), 3);
        // A line as likely as not is kept: half of the F1 that is reached is less.
        assert_eq!(kept(&[6, 6, 6, 0, -6]), 4);
        assert_eq!(kept(&[-6, -3]), 1);
        assert_eq!(best_cut(&[None, None], |_| 100.0), i32::MAX);
    }
}
