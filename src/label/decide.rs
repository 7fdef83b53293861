//! From the model's odds and the rules' labels to one label a line.
//!
//! The model decides what is text and which line is the title; the rules keep what is certain (copies, separators, glued titles) and
//! say what kind of noise a line is, where they know it.

use super::model::{Judgement, trees::UNIT, trees::probability};
use super::rules::{self, Rule};
use super::{Decision, Item, Page};
use crate::document::Label;
use crate::label::line::Evidence;

/// Log-odds by which the model must be surer where a rule of at least [`TRUSTED`] confidence has called a line noise.
const AGAINST_TRUSTED: f32 = 1.0;
/// Confidence from which a rule is trusted.
const TRUSTED: f32 = 0.93;
/// Most units of a line that is called page furniture, not another story, where nothing else is known of it.
const MAX_FURNITURE_UNITS: f32 = 4.0;

/// Rules that the model cannot overrule: what they say is seen, not guessed.
fn is_certain(rule: Rule) -> bool {
    [rules::SEPARATOR, rules::SEPARATOR_GLUE, rules::REPEAT_GLUED, rules::CAPTION_GLUED, rules::PLACEHOLDER]
        .contains(&rule)
}

fn is_text(label: Label) -> bool {
    matches!(label, Label::Title | Label::Lead | Label::Body)
}

impl Page<'_> {
    /// Joins the model's judgement with the rules' decisions. Every line must have one.
    pub(super) fn join(&mut self, judgement: &Judgement) {
        let title = self.choose_title(judgement);
        let odds: Vec<Option<i32>> = (0..self.lines.len()).map(|at| self.odds(at, title, judgement)).collect();
        let cut = best_cut(&odds, |at| self.lines[at].shape.chars as f32);
        let text: Vec<bool> = odds.iter().map(|odds| odds.is_some_and(|odds| odds > cut)).collect();
        for at in 0..self.lines.len() {
            if Some(at) == title {
                continue;
            }
            let Some(decision) = self.decisions[at] else { continue };
            if text[at] {
                if !matches!(decision.label, Label::Lead | Label::Body) {
                    self.decide(at, Label::Body, rules::MODEL_TEXT);
                }
            } else if is_text(decision.label) || !self.is_settled(at, &decision, &text) {
                let (label, rule) = self.noise(at, title, judgement);
                self.decide(at, label, rule);
            }
        }
        self.choose_lead(judgement);
        self.collect_items();
    }

    /// The line that is the title: the record's own field first, else the model's choice, which may be none.
    fn choose_title(&mut self, judgement: &Judgement) -> Option<usize> {
        let by_field = self.title.filter(|&at| self.decisions[at].is_some_and(|it| it.rule == rules::TITLE_FIELD));
        let best = (0..self.lines.len()).max_by_key(|&at| (judgement.title[at], std::cmp::Reverse(at)));
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

    /// The log-odds that a line is text; none where it is certain that it is not.
    fn odds(&self, at: usize, title: Option<usize>, judgement: &Judgement) -> Option<i32> {
        let decision = self.decisions[at]?;
        let glued_copy = decision.rule == rules::REPEAT_TITLE;
        if Some(at) == title || is_certain(decision.rule) || glued_copy {
            return None;
        }
        let trusted = !is_text(decision.label) && decision.rule.confidence >= TRUSTED && decision.label != Label::Repeat;
        Some(judgement.text[at] - if trusted { (AGAINST_TRUSTED * UNIT) as i32 } else { 0 })
    }

    /// Whether the rules' label of noise stands: a copy only of a line that was kept.
    fn is_settled(&self, _at: usize, decision: &Decision, _text: &[bool]) -> bool {
        decision.rule.confidence >= 0.85 || matches!(decision.label, Label::Repeat | Label::RelatedHeading)
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
            _ if line.shape.units > MAX_FURNITURE_UNITS && title.is_some_and(|title| at > title) && related > caption => {
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
        if judgement.lead[first] > 0 && self.decisions[first].is_some_and(|it| it.label == Label::Body) {
            self.decide(first, Label::Lead, rules::MODEL_LEAD);
        }
    }

    /// Items of the lines that are other stories now: those of the rules without lines that became something else, and new ones.
    fn collect_items(&mut self) {
        let keeps = |at: &Option<usize>, label: Label| at.filter(|&at| self.decisions[at].is_some_and(|it| it.label == label || it.item.is_some()));
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
        for at in 0..self.lines.len() {
            let prose = self.lines[at].is_prose();
            let Some(decision) = &mut self.decisions[at] else { continue };
            decision.item = decision.item.and_then(|number| number_of.get(number - 1).copied().flatten());
            if decision.label != Label::Related || decision.item.is_some() {
                open = None;
                continue;
            }
            match open.filter(|_| prose) {
                Some(number) => {
                    kept[number - 1].teaser = Some(at);
                    decision.item = Some(number);
                    open = None;
                }
                None => {
                    kept.push(Item { headline: Some(at), ..Item::default() });
                    decision.item = Some(kept.len());
                    open = (!prose).then_some(kept.len());
                }
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
