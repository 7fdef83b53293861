//! Finds the title.
//!
//! A title is a headline in front of the first paragraph. A text may have none: then its first line is a paragraph, and that must
//! not become the title.

use super::line::{Evidence, Kind, Line};
use super::{Decision, Page, rules};
use crate::document::Label;
use crate::text::{Ending, fold};

/// Longest title in units. Press headlines end well below; longer lines without a stop are leads that lost theirs.
pub(in crate::label) const MAX_TITLE_UNITS: f32 = 40.0;
/// Fewest units of a title that is not the very first line: section names are shorter.
const MIN_INNER_TITLE_UNITS: f32 = 4.0;
/// Share of its pairs that a headline which is not the first line must have in common with the text.
const MIN_TITLE_TOPIC: f32 = 0.12;
/// How many lines may stand in front of the first paragraph for the first of them still to be the title unasked.
const NEAR_TOP: usize = 6;

impl Page<'_> {
    /// Decides the title and what stands in front of it.
    pub(super) fn find_title(&mut self, known_title: Option<&str>) {
        let Some(first_prose) =
            (0..self.lines.len()).find(|&at| self.is_open(at) && self.lines[at].kind == Kind::Prose)
        else {
            return;
        };
        let found = known_title
            .and_then(|title| self.by_field(title, first_prose))
            .map(|at| (at, rules::TITLE_FIELD))
            .or_else(|| self.by_place(first_prose))
            .or_else(|| self.by_topic(first_prose).map(|at| (at, rules::TITLE_TOPIC)));
        let Some((title, rule)) = found else {
            self.furniture_before(first_prose, None);
            return;
        };
        self.decide(title, Label::Title, rule);
        self.title = Some(title);
        self.topic.include(title);
        self.furniture_before(title, Some(title));
        self.repeat_title(title, Page::is_open);
    }

    /// Decides the copies of the title, of the lines that may be decided.
    pub(super) fn repeat_title(&mut self, title: usize, may_decide: impl Fn(&Self, usize) -> bool) {
        let hash = self.lines[title].hash;
        for at in (0..self.lines.len()).filter(|&at| at != title) {
            if self.lines[at].hash == hash && may_decide(self, at) {
                let repeat_of = (at > title).then_some(title);
                self.decisions[at] = Some(Decision { repeat_of, ..Decision::of(Label::Repeat, rules::REPEAT_TITLE) });
            }
        }
    }

    fn by_field(&self, title: &str, first_prose: usize) -> Option<usize> {
        let known = fold(title);
        (0..self.lines.len().min(first_prose + 3)).find(|&at| {
            let line = &self.lines[at];
            self.is_open(at)
                && (line.folded == known || (line.folded.chars().count() >= 12 && known.starts_with(&line.folded)))
        })
    }

    /// The first open line, where the text begins near the top.
    fn by_place(&self, first_prose: usize) -> Option<(usize, rules::Rule)> {
        let open: Vec<usize> = (0..first_prose).filter(|&at| self.is_open(at)).collect();
        let &first = open.first()?;
        let line = &self.lines[first];
        let near = open.len() <= NEAR_TOP;
        (near && could_be_title(line) && (line.shape.units >= MIN_INNER_TITLE_UNITS || open.len() == 1))
            .then_some((first, rules::TITLE_FIRST))
    }

    /// Of the headlines in front of the text, the one that shares most pairs with it; the later one where two are equal, since menus
    /// stand first.
    fn by_topic(&self, first_prose: usize) -> Option<usize> {
        let score = |at: usize| self.topic.shared_anywhere(at);
        (0..first_prose)
            .filter(|&at| {
                let line = &self.lines[at];
                self.is_open(at) && could_be_title(line) && line.shape.units >= MIN_INNER_TITLE_UNITS
            })
            .filter(|&at| score(at) >= MIN_TITLE_TOPIC)
            .max_by(|&a, &b| score(a).total_cmp(&score(b)).then(a.cmp(&b)))
    }

    /// Short lines in front of the title, or of a text without one, are furniture.
    fn furniture_before(&mut self, end: usize, title: Option<usize>) {
        for at in 0..end {
            let line = &self.lines[at];
            let repeats_title = title.is_some_and(|title| self.lines[title].hash == line.hash);
            if self.is_open(at) && !line.is_prose() && line.shape.units <= MAX_TITLE_UNITS && !repeats_title {
                self.decide(at, Label::Nav, rules::NAV_BEFORE_TITLE);
            }
        }
    }
}

fn could_be_title(line: &Line) -> bool {
    line.evidence == Evidence::None
        && line.mark.is_none()
        && !line.end_mark
        && line.shape.units <= MAX_TITLE_UNITS
        && matches!(line.shape.ending, Ending::Open | Ending::Mark | Ending::Ellipsis)
        && matches!(line.kind, Kind::Headline | Kind::Sentence | Kind::Prose)
}
