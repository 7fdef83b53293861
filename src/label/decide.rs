//! From the model's odds and the rules' labels to one label a line.
//!
//! The model decides what is text and which line is the title; the rules keep what is certain (copies, separators, glued titles) and
//! say what kind of noise a line is, where they know it.

use std::collections::HashMap;

use super::model::{Judgement, trees::UNIT, trees::probability};
use super::rules::{self, Rule};
use super::{Decision, Item, Page};
use crate::document::Label;
use crate::label::line::Evidence;
use crate::text::Ending;

/// Log-odds by which the model must be surer where a rule of at least [`TRUSTED`] confidence has called a line noise.
const AGAINST_TRUSTED: f32 = 1.0;
/// Log-odds in favour of lists that a colon introduces: the model has seen few clean texts with lists.
const FOR_LISTS: f32 = 2.0;
/// Longest list that is looked through for the line that introduces it.
const MAX_LIST_LINES: usize = 40;
/// Lines up to which a record is rather a text than a whole page.
const MAX_TEXT_LINES: usize = 80;
/// Log-odds against lines that the rules see in the rhythm of other stories, in such a text.
const FOR_BLOCKS: f32 = 3.0;
/// Log-odds in favour of lines that the rules see as body, in such a text.
const FOR_BODY: f32 = 3.0;
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
    [rules::SEPARATOR, rules::SEPARATOR_GLUE, rules::REPEAT_GLUED, rules::CAPTION_GLUED, rules::PLACEHOLDER]
        .contains(&rule)
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
        let title = self.choose_title(judgement);
        let odds: Vec<Option<i32>> = (0..self.lines.len()).map(|at| self.odds(at, title, judgement)).collect();
        let cut = best_cut(&odds, |at| self.lines[at].shape.chars as f32);
        let mut text: Vec<bool> = odds.iter().map(|odds| odds.is_some_and(|odds| odds > cut)).collect();
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
                let (label, rule) = self.noise(at, title, judgement);
                // What the rules know beside the label (item, original) stays where the label does.
                if label != decision.label {
                    self.decide(at, label, rule);
                }
            }
        }
        self.choose_lead(judgement);
        self.collect_items();
    }

    /// The line that is the title: the record's own field first, else the model's choice, which may be none.
    fn choose_title(&mut self, judgement: &Judgement) -> Option<usize> {
        let by_field = self.title.filter(|&at| self.decisions[at].is_some_and(|it| it.rule == rules::TITLE_FIELD));
        let best = (0..self.lines.len())
            .filter(|&at| self.may_be_title(at))
            .max_by_key(|&at| (judgement.title[at], std::cmp::Reverse(at)));
        let chosen = by_field.or_else(|| best.filter(|&at| judgement.title[at] > 0));
        if let Some(old) = self.title.filter(|old| Some(*old) != chosen) {
            // What the rules took for the title is an ordinary line now.
            self.decide(old, Label::Body, rules::BODY_SUBHEADING);
        }
        self.title = chosen;
        if let Some(title) = chosen {
            if self.decisions[title].is_none_or(|it| it.label != Label::Title) {
                self.decide(title, Label::Title, rules::MODEL_TITLE);
            }
            let hash = self.lines[title].hash;
            for at in 0..self.lines.len() {
                if at == title || self.lines[at].hash != hash {
                    continue;
                }
                self.decide(at, Label::Repeat, rules::REPEAT_TITLE);
                if let Some(decision) = &mut self.decisions[at] {
                    decision.repeat_of = (at > title).then_some(title);
                }
            }
        }
        chosen
    }

    /// Whether no rule is sure that a line is something else: a caption, a date, a byline, a menu in one line.
    fn may_be_title(&self, at: usize) -> bool {
        let title_like = |label: Label| is_text(label) || matches!(label, Label::Nav | Label::Related | Label::Repeat);
        self.decisions[at].is_some_and(|decision| {
            (title_like(decision.label) || decision.rule.confidence < SETTLED)
                && !is_certain(decision.rule)
                && !matches!(self.lines[at].evidence, Evidence::Nav(_) | Evidence::DateLine | Evidence::NavHeading)
        })
    }

    /// The log-odds that a line is text; none where it is certain that it is not.
    fn odds(&self, at: usize, title: Option<usize>, judgement: &Judgement) -> Option<i32> {
        let decision = self.decisions[at]?;
        if Some(at) == title || is_certain(decision.rule) || decision.rule == rules::REPEAT_TITLE {
            return None;
        }
        if matches!(decision.label, Label::Lead) && decision.rule.confidence >= TRUSTED {
            return Some(i32::MAX / 2);
        }
        let list = decision.rule == rules::BODY_LIST && self.is_introduced(at);
        let for_list = if list { (FOR_LISTS * UNIT) as i32 } else { 0 };
        let trusted =
            !is_text(decision.label) && decision.rule.confidence >= TRUSTED && decision.label != Label::Repeat;
        let for_rules = (self.for_rules(&decision) * UNIT) as i32;
        Some(judgement.text[at] + for_list + for_rules - if trusted { (AGAINST_TRUSTED * UNIT) as i32 } else { 0 })
    }

    /// Log-odds by which the rules move the model in records that are texts rather than whole pages: the rules were made for those, and
    /// the model has seen few of them in most languages.
    fn for_rules(&self, decision: &Decision) -> f32 {
        if self.lines.len() > MAX_TEXT_LINES {
            return 0.0;
        }
        match decision.label {
            Label::Related if decision.item.is_some() => -FOR_BLOCKS,
            Label::Body => FOR_BODY,
            _ => 0.0,
        }
    }

    /// Whether a line belongs to a list that a line with a colon at its end introduces.
    fn is_introduced(&self, at: usize) -> bool {
        (0..at)
            .rev()
            .take(MAX_LIST_LINES)
            .find(|&above| self.decisions[above].is_none_or(|it| it.rule != rules::BODY_LIST))
            .is_some_and(|above| self.lines[above].shape.ending == Ending::Colon)
    }

    /// What kind of noise a line is.
    fn noise(&self, at: usize, title: Option<usize>, judgement: &Judgement) -> (Label, Rule) {
        let line = &self.lines[at];
        let (caption, related) = (judgement.caption[at], judgement.related[at]);
        let rule = self.decisions[at].filter(|decision| !is_text(decision.label));
        if caption > 0 && caption >= related {
            return (Label::Caption, rules::MODEL_CAPTION);
        }
        if related > 0 {
            return (Label::Related, rules::MODEL_RELATED);
        }
        if let Some(decision) = rule {
            return (decision.label, decision.rule);
        }
        match line.evidence {
            Evidence::Credit | Evidence::AgencyCredit(_) => (Label::Credit, rules::CREDIT_LINE),
            Evidence::DateLine => (Label::DateLine, rules::DATE_LINE),
            Evidence::CaptionBeginning | Evidence::CaptionEnding => (Label::Caption, rules::MODEL_CAPTION),
            _ if line.shape.units > MAX_FURNITURE_UNITS
                && title.is_some_and(|title| at > title)
                && related > caption =>
            {
                (Label::Related, rules::MODEL_RELATED)
            }
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
        if may_be && judgement.lead[first] > 0 && self.decisions[first].is_some_and(|it| it.label == Label::Body) {
            self.decide(first, Label::Lead, rules::MODEL_LEAD);
        }
    }

    /// Items of the lines that are other stories now: those of the rules without lines that became something else, and new ones.
    fn collect_items(&mut self) {
        let keeps = |at: &Option<usize>, label: Label| {
            at.filter(|&at| self.decisions[at].is_some_and(|it| it.label == label || it.item.is_some()))
        };
        let mut kept: Vec<Item> = Vec::new();
        let mut number_of = vec![None; self.items.len()];
        for (number, item) in self.items.iter().enumerate() {
            let item = Item {
                heading: keeps(&item.heading, Label::RelatedHeading),
                headline: keeps(&item.headline, Label::Related),
                teaser: keeps(&item.teaser, Label::Related),
                caption: keeps(&item.caption, Label::Related),
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
