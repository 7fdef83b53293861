//! Labels every segment: each line alone, then by neighbours and structure.
//!
//! One file a concern; [`Labeler::label`] is the order. A step decides only what no earlier step has decided, except where its
//! comment says so.

pub mod address;
pub(crate) mod decide;
mod items;
pub mod line;
pub mod model;
mod others;
pub mod reading;
mod related;
mod repeat;
pub mod rules;
mod surroundings;
mod title;
mod topic;

use crate::config::{LabelConfig, Preset};
use crate::document::{Alone, CallerFields, Label, Span, Verdict};
use crate::fast_map::FastSet;
use crate::lexicon::CompiledPatterns;
use crate::survey::Seen;
use crate::text::is_blank;

use address::Address;
use line::{Evidence, Line};
use model::features::{self, Features, View};
use model::{Judgement, Model};
use rules::Rule;
use topic::Topic;

/// How much the log-odds of the kept text weigh beside those of the record, that it has an article: a record is rejected where both
/// together, and [`FOR_ARTICLES`], speak against it. Cross-validated, 22 of 30 listing pages and 11 of 1,835 real records are; by the
/// record's odds alone 16 and 8 (from −3 on) or 25 and 15 (from −2 on).
const FOR_TEXT: f32 = 0.5;
/// Log-odds in favour of an article: a lost one weighs more than a listing that is kept. With 1, 27 listing pages are rejected, and 17
/// real records, so that text F1 of whole pages is .929 instead of .934 (.942 where none is rejected); with 3 they are 17 and 8.
const FOR_ARTICLES: f32 = 2.0;
/// Log-odds that a record has an article whose title has all words of its address and no others: listing pages have addresses of their
/// section. Cross-validated with addresses, 7 instead of 14 of 1,835 real records are rejected.
const FOR_NAMED: f32 = 6.0;

/// Labels the segments of records: rules first, then the model.
#[derive(Debug)]
pub struct Labeler<'a> {
    patterns: &'a CompiledPatterns,
    model: &'a Model,
    config: &'a LabelConfig,
}

/// What is known of a record beside its text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Known<'a> {
    /// The caller's title.
    pub title: Option<&'a str>,
    /// Its web address.
    pub url: Option<&'a str>,
}

impl<'a> Known<'a> {
    /// What a container says of it.
    #[must_use]
    pub fn of(fields: &'a CallerFields) -> Known<'a> {
        Known { title: fields.title.as_deref(), url: fields.url.as_deref() }
    }
}

/// Labels, and what the rules saw on the way that the fields need again.
#[derive(Debug)]
pub struct Labelled {
    /// One verdict a span.
    pub verdicts: Vec<Verdict>,
    /// The lines that are not blank.
    pub lines: Vec<Line>,
    /// Items of related blocks: which line is what.
    pub items: Vec<Item>,
    /// Whether the record has an article.
    pub has_article: bool,
}

/// An item of a related block, as indices of [`Labelled::lines`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Item {
    /// Heading of the block.
    pub heading: Option<usize>,
    /// Headline.
    pub headline: Option<usize>,
    /// Teaser.
    pub teaser: Option<usize>,
    /// Caption.
    pub caption: Option<usize>,
    /// Date line.
    pub date: Option<usize>,
}

/// What a step has decided of one line.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Decision {
    pub label: Label,
    pub rule: Rule,
    /// How sure it is that the line is rightly kept or cut: the rule's confidence until the model has judged.
    pub confidence: f32,
    /// Index of the line that it repeats.
    pub repeat_of: Option<usize>,
    /// Number of the related item, from 1.
    pub item: Option<usize>,
}

impl Decision {
    pub(crate) fn of(label: Label, rule: Rule) -> Decision {
        Decision { label, rule, confidence: rule.confidence, repeat_of: None, item: None }
    }
}

/// The lines of one record with what has been decided so far.
#[derive(Debug, Clone)]
pub(crate) struct Page<'a> {
    pub lines: Vec<Line>,
    pub decisions: Vec<Option<Decision>>,
    pub items: Vec<Item>,
    pub title: Option<usize>,
    /// The record's address, where it may name the headline.
    pub address: Option<Address>,
    pub topic: Topic,
    pub config: &'a LabelConfig,
    /// Letters of the languages whose press prints a summary in front of every story.
    pub summary_letters: &'a FastSet<char>,
    /// Prose of the article and its end marks in front of a line, counted as the steps go down the page.
    before: Before,
}

/// What stands in front of a line: counted once for each line, since headings are looked at from top to bottom.
#[derive(Debug, Clone, Copy, Default)]
struct Before {
    line: usize,
    prose_units: f32,
    article_ended: bool,
}

impl<'a> Labeler<'a> {
    /// A labeler over compiled patterns.
    #[must_use]
    pub fn new(patterns: &'a CompiledPatterns, model: &'a Model, config: &'a LabelConfig) -> Self {
        Labeler { patterns, model, config }
    }

    /// Labels the spans of a text.
    #[must_use]
    pub fn label(&self, text: &str, spans: &[Span], known: Known) -> Labelled {
        self.label_among(text, spans, known, |_| Vec::new())
    }

    /// Labels the spans of a text of which other records know something: what, `look` says of all lines that are not blank, trimmed.
    #[must_use]
    pub fn label_among(
        &self,
        text: &str,
        spans: &[Span],
        known: Known,
        look: impl FnOnce(&[&str]) -> Vec<Seen>,
    ) -> Labelled {
        let (mut page, mut features) = self.examine(text, spans, known, &self.model.ranks);
        let raw = |line: &Line| text[spans[line.segment].bytes.clone()].trim_matches(is_blank);
        let seen = look(&page.lines.iter().map(raw).collect::<Vec<&str>>());
        let judgement = self.model.judge(&mut features, &page.lines, page.address.as_ref());
        let alone = seen.iter().any(Seen::is_shared).then(|| {
            let before = (page.decisions.clone(), page.items.clone(), page.title, page.before);
            let has_article = page.conclude(&judgement);
            let decisions = std::mem::replace(&mut page.decisions, before.0);
            (page.items, page.title, page.before) = (before.1, before.2, before.3);
            // A record that alone has no article is what it is with the others.
            has_article.then_some(decisions)
        });
        page.lines.iter_mut().zip(seen).for_each(|(line, seen)| line.seen = seen);
        let has_article = page.conclude(&judgement);
        let mut verdicts = verdicts(spans.len(), &page, self.config);
        for (line, alone) in page.lines.iter().zip(alone.flatten().into_iter().flatten()) {
            let verdict = &mut verdicts[line.segment];
            verdict.alone = alone.and_then(|alone| verdict.other_than(&alone, self.config));
        }
        Labelled { verdicts, lines: page.lines, items: page.items, has_article }
    }
}

impl Labeler<'_> {
    /// The lexicon.
    pub(crate) fn patterns(&self) -> &CompiledPatterns {
        self.patterns
    }

    fn by_rules(&self, text: &str, spans: &[Span], known: Known) -> Page<'_> {
        let lines = line::read(text, spans, self.patterns);
        let mut page = Page::new(lines, self.config, &self.patterns.summary_letters);
        page.address = known.url.and_then(Address::of);
        page.glued(spans);
        page.alone();
        page.find_title(known.title);
        page.twice();
        page.repeats();
        page.placeholder(self.patterns);
        page.related_blocks();
        page.surroundings();
        page.lead();
        page.rest();
        page
    }

    /// The model's strongest reasons for each span; none for blank ones.
    #[must_use]
    pub fn reasons(&self, text: &str, spans: &[Span], known: Known) -> Vec<Vec<model::Reason>> {
        let (page, mut features) = self.examine(text, spans, known, &self.model.ranks);
        let mut reasons = vec![Vec::new(); spans.len()];
        for (line, of_line) in page.lines.iter().zip(self.model.reasons(&mut features, &page.lines)) {
            reasons[line.segment] = of_line;
        }
        reasons
    }

    /// The rules' labels of a text and what the model sees of its lines, the words left out.
    #[must_use]
    pub(crate) fn examine(&self, text: &str, spans: &[Span], known: Known, ranks: &[u8]) -> (Page<'_>, Features) {
        let mut page = self.by_rules(text, spans, known);
        let vocabulary = std::mem::take(&mut page.topic.vocabulary);
        let blanks_at_end = spans.len() - page.lines.last().map_or(0, |line| line.segment + 1);
        let view = View { lines: &page.lines, decisions: &page.decisions, title: page.title, blanks_at_end };
        let features = features::read(&view, vocabulary, &self.patterns.cues, ranks);
        (page, features)
    }
}

impl<'a> Page<'a> {
    fn new(lines: Vec<Line>, config: &'a LabelConfig, summary_letters: &'a FastSet<char>) -> Self {
        let topic = Topic::new(&lines);
        Page {
            decisions: vec![None; lines.len()],
            lines,
            items: Vec::new(),
            title: None,
            address: None,
            topic,
            config,
            summary_letters,
            before: Before::default(),
        }
    }

    /// Decides a line, whatever was decided before.
    pub(crate) fn decide(&mut self, line: usize, label: Label, rule: Rule) {
        self.decisions[line] = Some(Decision::of(label, rule));
    }

    /// Decides a line unless an earlier step has.
    pub(crate) fn decide_if_open(&mut self, line: usize, label: Label, rule: Rule) {
        if self.is_open(line) {
            self.decide(line, label, rule);
        }
    }

    /// Whether no step has decided a line.
    pub(crate) fn is_open(&self, line: usize) -> bool {
        self.decisions[line].is_none()
    }

    /// What has been decided of a line.
    pub(crate) fn label_of(&self, line: usize) -> Option<Label> {
        self.decisions[line].map(|decision| decision.label)
    }

    /// Title, marker and caption that stood glued in one line: segments of one line with a marker in the middle.
    fn glued(&mut self, spans: &[Span]) {
        for first in 0..self.lines.len().saturating_sub(2) {
            let [a, b, c] = [0, 1, 2].map(|offset| spans[self.lines[first + offset].segment].line_no);
            let marker = &self.lines[first + 1];
            if a == b && b == c && marker.shape.units <= 4.0 && marker.shape.digits > 0 {
                self.decide(first, Label::Repeat, rules::REPEAT_GLUED);
                self.decide(first + 1, Label::Separator, rules::SEPARATOR_GLUE);
                self.decide(first + 2, Label::Caption, rules::CAPTION_GLUED);
            }
        }
    }

    /// What the lexicon says of each line alone.
    fn alone(&mut self) {
        for at in 0..self.lines.len() {
            if !self.is_open(at) {
                continue;
            }
            let decided = match self.lines[at].evidence {
                Evidence::Separator => Some((Label::Separator, rules::SEPARATOR)),
                Evidence::Nav("nav.line") => Some((Label::Nav, rules::NAV_LINE)),
                Evidence::Nav("nav.bar") => Some((Label::Nav, rules::NAV_BAR)),
                Evidence::Nav("nav.prefix") => Some((Label::Nav, rules::NAV_PREFIX)),
                Evidence::Nav(_) => Some((Label::Nav, rules::NAV_PATTERN)),
                Evidence::CaptionEnding => Some((Label::Caption, rules::CAPTION_CREDIT)),
                Evidence::CaptionBeginning => Some((Label::Caption, rules::CAPTION_BEGINNING)),
                Evidence::AgencyCredit(_) => Some((Label::Credit, rules::CREDIT_AGENCY)),
                Evidence::Credit => Some((Label::Credit, rules::CREDIT_LINE)),
                Evidence::DateLine => Some((Label::DateLine, rules::DATE_LINE)),
                // Headings and links need what follows them: see `related_blocks`.
                Evidence::RelatedHeading | Evidence::NavHeading | Evidence::InlineLink(_) | Evidence::None => None,
            };
            if let Some((label, rule)) = decided {
                self.decide(at, label, rule);
            }
        }
    }

    /// Joins the model's judgement with the rules' labels. Gives whether the record has an article.
    pub(crate) fn conclude(&mut self, judgement: &Judgement) -> bool {
        let by_rules = (self.decisions.clone(), self.items.clone());
        if !judgement.text.is_empty() {
            self.join(judgement);
        }
        let has_article = self.has_article() && self.is_likely(judgement.article);
        if !has_article {
            // What little the model would keep says nothing: the rules know headings, stories and furniture of a listing.
            (self.decisions, self.items) = by_rules;
            self.listing();
        }
        has_article
    }

    /// Units of the lines that carry one of these labels.
    fn units_of(&self, labels: &[Label]) -> f32 {
        let of = |(line, decision): (&Line, &Option<Decision>)| {
            decision.filter(|decision| labels.contains(&decision.label)).map_or(0.0, |_| line.shape.units)
        };
        self.lines.iter().zip(&self.decisions).map(of).sum()
    }

    /// An article has some body, and among it a paragraph.
    fn has_article(&self) -> bool {
        let enough = self.units_of(&[Label::Body, Label::Lead]) >= self.config.min_article_units as f32;
        let paragraph = (0..self.lines.len()).any(|at| {
            matches!(self.label_of(at), Some(Label::Body | Label::Lead)) && self.lines[at].kind == line::Kind::Prose
        });
        enough && paragraph
    }

    /// Whether what is kept is as sure to be text as the record is unlikely to have an article, given its log-odds. On listing pages the
    /// likeliest lines are doubtful, and single sure ones are teasers.
    fn is_likely(&self, article: i32) -> bool {
        let likeness =
            self.address.as_ref().zip(self.title).map(|(address, title)| address.likeness(&self.lines[title].text));
        let named = FOR_NAMED * likeness.filter(|likeness| *likeness >= decide::LEAST_LIKENESS).unwrap_or_default();
        let article = article as f32 + (FOR_ARTICLES + named) * model::trees::UNIT;
        let (mut sum, mut units) = (0.0, 0.0);
        for (line, decision) in self.lines.iter().zip(&self.decisions) {
            if let Some(decision) = decision.filter(|it| matches!(it.label, Label::Body | Label::Lead)) {
                sum += line.shape.units * decision.confidence;
                units += line.shape.units;
            }
        }
        sum >= units * model::trees::probability((-article / FOR_TEXT) as i32)
    }

    /// A record without an article: what passed for title or body is the furniture of a listing.
    fn listing(&mut self) {
        for at in 0..self.lines.len() {
            if matches!(self.label_of(at), Some(Label::Title | Label::Lead | Label::Body)) {
                self.decide(at, Label::Nav, rules::LISTING);
            }
        }
    }
}

/// Decisions on lines as verdicts on segments, blank ones too.
pub(crate) fn verdicts(segments: usize, page: &Page, config: &LabelConfig) -> Vec<Verdict> {
    let blank = Verdict {
        label: Label::Blank,
        rule: rules::BLANK.name,
        confidence: rules::BLANK.confidence,
        repeat_of: None,
        item_no: None,
        kept: false,
        alone: None,
    };
    let mut verdicts = vec![blank; segments];
    for (line, decision) in page.lines.iter().zip(&page.decisions) {
        let Some(decision) = decision else { continue };
        verdicts[line.segment] = Verdict {
            label: decision.label,
            rule: decision.rule.name,
            confidence: decision.confidence,
            repeat_of: decision.repeat_of.map(|of| page.lines[of].segment as i32),
            item_no: decision.item.map(|item| item as i32),
            kept: is_kept(decision, config),
            alone: None,
        };
    }
    verdicts
}

impl Verdict {
    /// What another decision says of the segment, where that is something else.
    fn other_than(&self, decision: &Decision, config: &LabelConfig) -> Option<Alone> {
        let Decision { label, confidence, .. } = *decision;
        let alone = Alone { label, kept: is_kept(decision, config), confidence };
        (alone != Alone { label: self.label, kept: self.kept, confidence: self.confidence }).then_some(alone)
    }
}

/// What the preset lets into the clean text.
fn is_kept(decision: &Decision, config: &LabelConfig) -> bool {
    let text = matches!(decision.label, Label::Title | Label::Lead | Label::Body);
    let unsure_cut = || {
        matches!(decision.label, Label::Related | Label::Caption | Label::Credit | Label::Nav)
            && decision.confidence < config.recall_max_confidence
            && decision.rule != rules::LISTING
    };
    match config.preset {
        Preset::Balanced => text,
        // A title that is doubted is still the article's: only body and lead are left out.
        Preset::Precision => {
            decision.label == Label::Title || (text && decision.confidence >= config.precision_min_confidence)
        }
        Preset::Recall => text || unsure_cut(),
    }
}
