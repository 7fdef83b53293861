//! First pass: what each line says by itself, without its neighbours.

use super::reading::{self, Counts, Reading};
use crate::document::Span;
use crate::fast_map::FastSet;
use crate::latin;
use crate::lexicon::{Candidates, CompiledPatterns, LineSet, PatternSet};
use crate::survey::Seen;
use crate::text::{Ending, Shape, fold, is_blank, line_hash, not_plain_half_width};

/// Longest line, in units, whose whole form can be that of a heading, a byline, a date line or page furniture.
const MAX_FURNITURE_UNITS: f32 = 25.0;
/// Longest line, in units, that a beginning such as `Tags:` or `Bản quyền` makes page furniture: such lists can be long.
const MAX_PREFIXED_UNITS: f32 = 60.0;
/// Longest caption, in units. News captions above it are rare; paragraphs that end in a picture's credit are not.
const MAX_CAPTION_UNITS: f32 = 90.0;
/// Characters at the end of a line in which a picture's credit is looked for.
const CREDIT_TAIL_CHARS: usize = 110;
/// Characters at the beginning of a line in which an agency's mark is looked for.
const MARK_HEAD_CHARS: usize = 140;
/// Longest line, in bytes, that is looked through as a whole for what its beginning and its end may hold.
const MAX_WHOLE_BYTES: usize = 320;
/// Fewest units of a line that reads as prose when it ends as a sentence does.
const MIN_PROSE_UNITS: f32 = 12.0;
/// Units from which a line is prose whatever its end: headlines of more are not seen.
const LONG_UNITS: f32 = 60.0;
/// Most units of a headline.
const MAX_HEADLINE_UNITS: f32 = 50.0;

/// What a line reads like, by its length and its end alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A paragraph: a sentence of some length, or long.
    Prose,
    /// A short sentence.
    Sentence,
    /// Some words without a stop: headline, subheading, caption, menu entry.
    Headline,
    /// A word or two, a number.
    Scrap,
}

/// What the lexicon knows of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Evidence {
    /// Nothing.
    #[default]
    None,
    /// A rule of dashes, dots, stars.
    Separator,
    /// Heading of other stories.
    RelatedHeading,
    /// Heading of comments, tags, shares …
    NavHeading,
    /// Page furniture.
    Nav(&'static str),
    /// A link to another story; the text behind the mark begins at this byte of the trimmed line.
    InlineLink(usize),
    /// A picture's credit at the end.
    CaptionEnding,
    /// A caption's beginning.
    CaptionBeginning,
    /// An agency's line.
    AgencyCredit(usize),
    /// A byline or source.
    Credit,
    /// A publication date.
    DateLine,
}

/// One segment that is not blank, as the rules see it.
#[derive(Debug, Clone)]
pub struct Line {
    /// Index of the segment.
    pub segment: usize,
    /// Trimmed, NFC, half width.
    pub text: String,
    /// [`fold`] of it.
    pub folded: String,
    /// Hash of `folded`.
    pub hash: u64,
    /// Its shape.
    pub shape: Shape,
    /// What the model counts in it.
    pub counts: Counts,
    /// What it reads like.
    pub kind: Kind,
    /// What the lexicon knows of it.
    pub evidence: Evidence,
    /// The agency whose lead mark the line begins with, the mark's length in Unicode scalars, and the place it names.
    pub mark: Option<Mark>,
    /// The agency that the line names as its source in running text.
    pub attribution: Option<usize>,
    /// Whether the line ends with an end mark of an article.
    pub end_mark: bool,
    /// Blank lines directly before it.
    pub blanks_before: usize,
    /// Whether it has only the characters that [`latin`] reads; so has its folded form.
    pub is_plain: bool,
    /// What other records of the dump know of it.
    pub seen: Seen,
}

/// An agency's mark in front of a lead or first paragraph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// Number of the agency; none where only the form of a dateline is known.
    pub agency: Option<usize>,
    /// Length in Unicode scalars.
    pub chars: usize,
    /// Place of the dateline.
    pub place: Option<String>,
}

impl Kind {
    /// From scrap to paragraph, as a feature of the model.
    #[must_use]
    pub fn rank(self) -> u8 {
        match self {
            Kind::Scrap => 0,
            Kind::Headline => 1,
            Kind::Sentence => 2,
            Kind::Prose => 3,
        }
    }
}

impl Evidence {
    /// From page furniture over nothing to captions and credits, as a feature of the model.
    #[must_use]
    pub fn rank(self) -> u8 {
        match self {
            Evidence::Nav(_) => 0,
            Evidence::NavHeading => 1,
            Evidence::RelatedHeading => 2,
            Evidence::InlineLink(_) => 3,
            Evidence::Separator => 4,
            Evidence::DateLine => 5,
            Evidence::None => 6,
            Evidence::Credit => 7,
            Evidence::AgencyCredit(_) => 8,
            Evidence::CaptionBeginning => 9,
            Evidence::CaptionEnding => 10,
        }
    }
}

impl Line {
    /// Whether the line could be running text of an article as far as it can be told alone.
    #[must_use]
    pub fn is_free(&self) -> bool {
        matches!(self.evidence, Evidence::None)
    }

    /// Whether one letter in fifteen or more at its beginning is among some that hardly any other language has.
    #[must_use]
    pub fn has_letters(&self, letters: &FastSet<char>) -> bool {
        let head = first_chars(&self.text, MARK_HEAD_CHARS);
        let own = head.chars().filter(|c| letters.contains(c)).count();
        own * 15 >= head.len().min(MARK_HEAD_CHARS) && own > 0
    }

    /// Whether it reads like a headline: some words, no stop at the end.
    #[must_use]
    pub fn is_headline(&self) -> bool {
        self.kind == Kind::Headline && self.shape.units <= MAX_HEADLINE_UNITS
    }

    /// Whether it reads like a paragraph or a sentence.
    #[must_use]
    pub fn is_prose(&self) -> bool {
        matches!(self.kind, Kind::Prose | Kind::Sentence)
    }
}

/// Reads the lines of a record: one [`Line`] for each span that is not blank.
#[must_use]
pub fn read(text: &str, spans: &[Span], patterns: &CompiledPatterns) -> Vec<Line> {
    let mut lines = Vec::with_capacity(spans.len());
    let mut blanks_before = 0;
    for (segment, span) in spans.iter().enumerate() {
        let trimmed = text[span.bytes.clone()].trim_matches(is_blank);
        if trimmed.is_empty() {
            blanks_before += 1;
            continue;
        }
        lines.push(read_line(segment, trimmed, blanks_before, patterns));
        blanks_before = 0;
    }
    lines
}

fn read_line(segment: usize, trimmed: &str, blanks_before: usize, patterns: &CompiledPatterns) -> Line {
    let is_plain = latin::is_plain(trimmed);
    let text = if is_plain { trimmed.to_owned() } else { not_plain_half_width(trimmed) };
    let Reading { folded, lower, shape, counts } =
        if is_plain { reading::read_plain(&text) } else { reading::read(&text) };
    let end_mark = patterns.end_marks.at_end_of(&text).is_some();
    let edges = Edges::of(&text, lower, shape.units, patterns);
    let evidence = evidence(&text, &folded, &shape, &edges, patterns);
    let mark = if evidence == Evidence::None { mark(&edges, patterns) } else { None };
    let attribution = patterns
        .attributions
        .matches_among(edges.head, edges.candidates.of(LineSet::Attributions as usize))
        .first()
        .map(|&pattern| patterns.attribution_owner[pattern]);
    Line {
        segment,
        hash: line_hash(&folded),
        kind: kind(&shape, end_mark),
        evidence,
        mark,
        attribution,
        end_mark,
        blanks_before,
        is_plain,
        seen: Seen::default(),
        text,
        folded,
        shape,
        counts,
    }
}

/// Where a line's marks stand: its beginning and its end, which are read once for all patterns.
struct Edges<'a> {
    head: &'a str,
    tail: &'a str,
    /// The line in lower case.
    lower: String,
    candidates: Candidates,
}

impl<'a> Edges<'a> {
    fn of(text: &'a str, lower: String, units: f32, patterns: &CompiledPatterns) -> Edges<'a> {
        let head = first_chars(text, MARK_HEAD_CHARS);
        let tail = last_chars(text, CREDIT_TAIL_CHARS);
        // Of a long line only the ends are looked at; what stands between them may add candidates that do not match. Behind paragraphs
        // that are too long for a caption no credit is looked for.
        let parts = if units > MAX_CAPTION_UNITS {
            [first_chars(&lower, MARK_HEAD_CHARS), ""]
        } else if lower.len() <= MAX_WHOLE_BYTES {
            [lower.as_str(), ""]
        } else {
            [first_chars(&lower, MARK_HEAD_CHARS), last_chars(&lower, CREDIT_TAIL_CHARS)]
        };
        let gate = if units > MAX_FURNITURE_UNITS { &patterns.paragraph_gate } else { &patterns.gate };
        let candidates = gate.candidates(parts.into_iter());
        Edges { head, tail, lower, candidates }
    }
}

fn kind(shape: &Shape, end_mark: bool) -> Kind {
    let sentence = end_mark
        || match shape.ending {
            Ending::Stop | Ending::Ellipsis => true,
            // A headline may ask; a paragraph that does has sentences before.
            Ending::Mark => shape.inner_stops > 0,
            Ending::Colon | Ending::Continues | Ending::Open => false,
        };
    let runs_on = matches!(shape.ending, Ending::Colon | Ending::Continues) && shape.units >= MIN_PROSE_UNITS;
    if shape.units >= LONG_UNITS || (sentence && shape.units >= MIN_PROSE_UNITS) || runs_on {
        Kind::Prose
    } else if shape.letters < 2 || shape.units < 2.0 {
        Kind::Scrap
    } else if sentence {
        Kind::Sentence
    } else if shape.inner_stops >= 1 && shape.units >= 30.0 {
        // Sentences, the last of which lost its stop.
        Kind::Prose
    } else if shape.quoted && shape.units >= MIN_PROSE_UNITS {
        // Somebody's words, whose stop stands nowhere.
        Kind::Sentence
    } else {
        Kind::Headline
    }
}

fn evidence(text: &str, folded: &str, shape: &Shape, edges: &Edges, patterns: &CompiledPatterns) -> Evidence {
    if shape.letters == 0 && shape.digits == 0 {
        return Evidence::Separator;
    }
    if let Some(evidence) = inline_link(text, &edges.lower, patterns) {
        return evidence;
    }
    if shape.units <= MAX_FURNITURE_UNITS
        && let Some(evidence) = whole_line(text, folded, edges, patterns)
    {
        return evidence;
    }
    if shape.units <= MAX_PREFIXED_UNITS {
        let prefixed = patterns
            .nav_prefixes
            .of(folded)
            .any(|prefix| !folded[prefix.len()..].starts_with(char::is_alphanumeric) || ends_unspaced(prefix));
        if prefixed {
            return Evidence::Nav("nav.prefix");
        }
    }
    if shape.units <= MAX_CAPTION_UNITS {
        let among = |set: LineSet| edges.candidates.of(set as usize);
        if patterns.caption_endings.is_match_among(edges.tail, among(LineSet::CaptionEndings)) {
            return Evidence::CaptionEnding;
        }
        if patterns.caption_beginnings.is_match_among(text, among(LineSet::CaptionBeginnings)) {
            return Evidence::CaptionBeginning;
        }
    }
    Evidence::None
}

fn whole_line(text: &str, folded: &str, edges: &Edges, patterns: &CompiledPatterns) -> Option<Evidence> {
    if patterns.related_headings.contains(folded) {
        return Some(Evidence::RelatedHeading);
    }
    if patterns.nav_headings.contains(folded) {
        return Some(Evidence::NavHeading);
    }
    if patterns.nav_lines.contains(folded) {
        return Some(Evidence::Nav("nav.line"));
    }
    let among = |set: LineSet| edges.candidates.of(set as usize);
    if patterns.date_lines.is_match_among(text, among(LineSet::DateLines)) {
        return Some(Evidence::DateLine);
    }
    if let Some(&pattern) = patterns.agency_credits.matches_among(text, among(LineSet::AgencyCredits)).first() {
        return Some(Evidence::AgencyCredit(patterns.credit_owner[pattern]));
    }
    if patterns.credits.is_match_among(text, among(LineSet::Credits)) {
        return Some(Evidence::Credit);
    }
    if is_bar(text, patterns) {
        return Some(Evidence::Nav("nav.bar"));
    }
    let is_nav = patterns.nav_patterns.is_match_among(text, among(LineSet::NavPatterns));
    is_nav.then_some(Evidence::Nav("nav.pattern"))
}

/// Signs that stand between the entries of a menu printed in one line.
const BAR_SIGNS: [char; 6] = ['|', '•', '·', '›', '»', '/'];
/// Most units of one entry of a menu.
const MAX_ENTRY_UNITS: f32 = 6.0;

/// `Home | World | Sport`: three or more short entries between signs, or two or more of which the lexicon knows one.
fn is_bar(text: &str, patterns: &CompiledPatterns) -> bool {
    let known_entry = |entry: &str| {
        let folded = fold(entry);
        patterns.nav_lines.contains(&folded) || patterns.nav_headings.contains(&folded)
    };
    if text.contains(' ') && text.split_whitespace().all(known_entry) {
        return true;
    }
    // Between words only: `12/10` and `kinh tế/xã hội` are no menus.
    let between_words = |at: usize| text[..at].ends_with(' ') && text[at..].chars().nth(1) == Some(' ');
    let sign = text.char_indices().find(|&(at, c)| BAR_SIGNS.contains(&c) && between_words(at)).map(|(_, sign)| sign);
    let Some(sign) = sign else { return false };
    let entries: Vec<&str> = text.split(sign).map(str::trim).filter(|entry| !entry.is_empty()).collect();
    let short =
        entries.iter().all(|entry| Shape::of(entry).units <= MAX_ENTRY_UNITS && !Shape::of(entry).ends_sentence());
    short && (entries.len() >= 3 && sign == '|' || entries.len() >= 2 && entries.iter().any(|entry| known_entry(entry)))
}

fn inline_link(text: &str, lower: &str, patterns: &CompiledPatterns) -> Option<Evidence> {
    let prefix = patterns.inline_links.of(lower).next()?;
    let chars = prefix.chars().count();
    let at = text.char_indices().nth(chars).map(|(at, _)| at)?;
    Some(Evidence::InlineLink(at + (text[at..].len() - text[at..].trim_start().len())))
}

fn ends_unspaced(phrase: &str) -> bool {
    phrase.ends_with(crate::text::is_unspaced)
}

fn last_chars(text: &str, count: usize) -> &str {
    text.char_indices().rev().nth(count - 1).map_or(text, |(at, _)| &text[at..])
}

fn first_chars(text: &str, count: usize) -> &str {
    &text[..latin::end_of_chars(text, count)]
}

/// The agency's mark or dateline that a line begins with.
fn mark(edges: &Edges, patterns: &CompiledPatterns) -> Option<Mark> {
    let first = |set: &PatternSet, number: LineSet| {
        set.matches_among(edges.head, edges.candidates.of(number as usize)).first().copied()
    };
    let (agency, pattern) = match first(&patterns.agency_prefixes, LineSet::AgencyPrefixes) {
        Some(number) => (Some(patterns.prefix_owner[number]), patterns.agency_prefixes.pattern(number)),
        None => (None, patterns.datelines.pattern(first(&patterns.datelines, LineSet::Datelines)?)),
    };
    let captures = pattern?.captures(edges.head)?;
    let chars = captures.get(0)?.as_str().chars().count();
    let place = captures.name("place").map(|place| place.as_str().trim().to_owned());
    Some(Mark { agency, chars, place })
}
