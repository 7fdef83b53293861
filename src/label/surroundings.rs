//! What only the neighbours tell: captions without a credit, lists, strangers between paragraphs, the lead, and the rest.

use super::line::{Evidence, Kind};
use super::{Page, rules};
use crate::document::Label;
use crate::text::{Ending, containment};

/// Units from which a line without a stop between paragraphs is no subheading.
const MAX_SUBHEADING_UNITS: f32 = 13.0;
/// Fewest units of a line of text broken at a fixed width.
const WRAPPED_UNITS: f32 = 9.0;
/// Share of pairs with the rest of the article below which such a line is a stranger.
const MAX_STRANGER_TOPIC: f32 = 0.02;
/// Fewest units of such a stranger: headlines of other stories are longer than subheadings.
const MIN_STRANGER_UNITS: f32 = 9.0;
/// Most units of a summary set apart.
const MAX_LEAD_UNITS: f32 = 70.0;
/// Share of the lead's pairs that the dateline paragraph must hold.
const LEAD_REPEATED: f64 = 0.8;
/// How many paragraphs behind the lead may stand in front of the one that repeats it.
const LEAD_REACH: usize = 4;
/// Most characters of a name alone in a line.
const MAX_NAME_CHARS: usize = 32;

impl Page<'_> {
    /// Lines without a stop between paragraphs, and scraps behind the last one.
    pub(super) fn surroundings(&mut self) {
        let prose: Vec<usize> =
            (0..self.lines.len()).filter(|&at| self.is_open(at) && self.lines[at].kind == Kind::Prose).collect();
        let (Some(&first), Some(&last)) = (prose.first(), prose.last()) else { return };
        // Whether the nearest paragraph or colon above is a colon; the first paragraph itself begins the count.
        let mut behind_colon = false;
        for at in first..self.lines.len() {
            let line = &self.lines[at];
            let ends_with_colon = line.shape.ending == Ending::Colon;
            let above = behind_colon;
            if line.is_prose() || ends_with_colon {
                behind_colon = ends_with_colon;
            }
            if !self.is_open(at) || line.is_prose() {
                continue;
            }
            if self.is_wrapped(at) {
                self.decide(at, Label::Body, rules::BODY_WRAPPED);
            } else if above || (at < last && self.in_list(at)) {
                self.decide(at, Label::Body, rules::BODY_LIST);
            } else if at < last {
                self.between_paragraphs(at);
            } else {
                self.behind_last_paragraph(at);
            }
        }
    }

    /// Whether a line without a stop goes on in the next one or goes on with the one before: text broken at a fixed width.
    fn is_wrapped(&self, at: usize) -> bool {
        let running = |line: &super::line::Line| {
            line.is_free() && !line.shape.ends_sentence() && line.shape.units >= WRAPPED_UNITS
        };
        let line = &self.lines[at];
        let before = at.checked_sub(1).map(|before| &self.lines[before]);
        let behind = self.lines.get(at + 1);
        let from_before =
            before.is_some_and(|before| line.blanks_before == 0 && running(before) && self.title != Some(at - 1));
        let into_next = behind.is_some_and(|behind| behind.blanks_before == 0 && running(line) && behind.is_free());
        line.is_free()
            && (from_before && (into_next || line.shape.ends_sentence()) || (into_next && self.is_wrapped_start(at)))
    }

    /// The first line of a broken paragraph: as long as the next one, which goes on too.
    fn is_wrapped_start(&self, at: usize) -> bool {
        let (line, next) = (&self.lines[at], &self.lines[at + 1]);
        let alike = (line.shape.units - next.shape.units).abs() <= 0.25 * line.shape.units;
        alike && self.lines.get(at + 2).is_some_and(|after| after.blanks_before == 0 && after.is_free())
    }

    /// Whether a short line stands among three or more of its kind. Looks at two neighbours on each side, which is enough to know.
    fn in_list(&self, at: usize) -> bool {
        let short = |at: &usize| self.is_short(*at);
        let before = (0..at).rev().take(2).take_while(short).count();
        let behind = (at + 1..self.lines.len()).take(2).take_while(short).count();
        short(&at) && before + behind >= 2
    }

    fn is_short(&self, at: usize) -> bool {
        let line = &self.lines[at];
        let open = self.is_open(at) || self.decisions[at].is_some_and(|decision| decision.rule == rules::BODY_LIST);
        open && !line.is_prose() && line.shape.units <= MAX_SUBHEADING_UNITS
    }

    fn between_paragraphs(&mut self, at: usize) {
        let line = &self.lines[at];
        let (units, shared) = (line.shape.units, self.topic.shared_anywhere(at));
        let headline = line.kind == Kind::Headline;
        if headline && units >= MIN_STRANGER_UNITS && shared <= MAX_STRANGER_TOPIC && line.shape.ending == Ending::Open
        {
            self.decide(at, Label::Related, rules::RELATED_STRANGER);
        } else if headline && units > MAX_SUBHEADING_UNITS && line.shape.ending == Ending::Open {
            self.decide(at, Label::Caption, rules::CAPTION_OPEN);
        } else {
            self.decide(at, Label::Body, rules::BODY_SUBHEADING);
        }
    }

    fn behind_last_paragraph(&mut self, at: usize) {
        let line = &self.lines[at];
        let shared = self.topic.shared_anywhere(at);
        let first_behind = (0..at)
            .rev()
            .find(|&before| self.label_of(before) != Some(Label::Repeat))
            .is_some_and(|before| self.is_open(before));
        let (label, rule) = if first_behind && is_name(&line.text) {
            (Label::Credit, rules::CREDIT_NAME)
        } else if line.kind == Kind::Scrap || line.shape.units < 4.0 {
            (Label::Nav, rules::NAV_TAIL)
        } else if shared > 0.2 {
            (Label::Caption, rules::CAPTION_OPEN)
        } else {
            (Label::Related, rules::RELATED_STRANGER)
        };
        self.decide(at, label, rule);
    }

    /// The first paragraph, where it is a summary.
    pub(super) fn lead(&mut self) {
        let start = self.title.map_or(0, |title| title + 1);
        let is_text = |at: &usize| self.is_open(*at) && self.lines[*at].is_prose();
        let paragraphs: Vec<usize> = (start..self.lines.len()).filter(is_text).take(LEAD_REACH + 1).collect();
        let [first, rest @ ..] = paragraphs.as_slice() else { return };
        if rest.is_empty() {
            return;
        }
        let line = &self.lines[*first];
        let sapo_mark = line.mark.as_ref().is_some_and(|mark| mark.agency.is_some() && mark.place.is_none());
        let repeated = rest.iter().any(|&at| {
            let other = &self.lines[at];
            other.mark.is_some() && containment(&line.text, &other.text) >= LEAD_REPEATED
        });
        let apart = self.title.is_some()
            && line.shape.units <= MAX_LEAD_UNITS
            && line.mark.is_none()
            && line.attribution.is_none()
            && (first + 1..rest[0]).any(|at| matches!(self.lines[at].evidence, Evidence::DateLine | Evidence::Credit));
        if sapo_mark {
            self.decide(*first, Label::Lead, rules::LEAD_MARK);
        } else if repeated {
            self.decide(*first, Label::Lead, rules::LEAD_REPEATED);
        } else if apart {
            self.decide(*first, Label::Lead, rules::LEAD_APART);
        }
    }

    /// What is still open is text.
    pub(super) fn rest(&mut self) {
        for at in 0..self.lines.len() {
            let rule = match self.lines[at].kind {
                Kind::Prose => rules::BODY_PROSE,
                Kind::Sentence => rules::BODY_SENTENCE,
                Kind::Headline | Kind::Scrap => rules::BODY_SUBHEADING,
            };
            self.decide_if_open(at, Label::Body, rule);
        }
    }
}

/// Two to four capitalised words and nothing else.
pub(super) fn is_name(text: &str) -> bool {
    if text.len() > MAX_NAME_CHARS * 4 {
        return false;
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    let capitalised = |word: &&str| {
        word.chars().next().is_some_and(char::is_uppercase)
            && word.chars().all(|c| c.is_alphabetic() || matches!(c, '.' | '-' | '\''))
    };
    (2..=4).contains(&words.len()) && text.chars().count() <= MAX_NAME_CHARS && words.iter().all(capitalised)
}
