//! From labels to an article: the clean text and its fields.

pub mod authors;
pub mod language;
mod published;
pub mod quality;
pub mod stamp;
mod title;
pub mod translation;

use std::borrow::Cow;

use crate::chars::{Kinds, chars};
use crate::config::Config;
use crate::document::{
    Article, CallerFields, Label, Reason, Record, Rejection, RelatedItem, Segment, Verdict, excerpt, hash_hex,
};
use crate::label::line::{Evidence, Line};
use crate::label::{Item, Labelled};
use crate::latin;
use crate::lexicon::{CompiledPatterns, LineSet};
use crate::mention::dates::{Day, Found, Value};
use crate::mention::find::{Source, State};
use crate::mention::{Finder, Language, Scratch};
use crate::text::{containment, is_blank, matching_key_of, nfc};

use authors::Bylines;
use language::Identifier;

/// What the fields are decided with.
#[derive(Debug)]
pub struct Fields<'a> {
    /// Compiled lexicons.
    pub patterns: &'a CompiledPatterns,
    /// Finds dates, quantities and names.
    pub finder: &'a Finder,
    /// Tells languages apart.
    pub identifier: &'a Identifier,
    /// Reads the dates of pages.
    pub stamps: &'a stamp::Words,
    /// Reads bylines.
    pub bylines: &'a Bylines,
    /// The configuration.
    pub config: &'a Config,
}

/// One record on its way to an article.
pub(crate) struct Draft<'a> {
    pub record: &'a Record,
    pub segments: &'a [Segment],
    pub labelled: &'a Labelled,
}

/// A kept paragraph.
struct Paragraph<'a> {
    line: &'a Line,
    label: Label,
    text: Cow<'a, str>,
    /// Whether line and text are plain ([`latin`]).
    is_plain: bool,
}

/// What is printed of an article.
struct Printed<'a> {
    lead: Vec<&'a Paragraph<'a>>,
    /// The text: all, or without the lead where the body repeats it.
    paragraphs: Vec<&'a Paragraph<'a>>,
    lead_repeated: bool,
}

impl Fields<'_> {
    /// Makes the article of a labelled record, or says why there is none.
    ///
    /// # Errors
    /// A [`Rejection`] with the reason `no_article` when no article was found or nothing of it is kept.
    pub fn assemble(&self, record: &Record, segments: &[Segment], labelled: &Labelled) -> Result<Article, Rejection> {
        let draft = Draft { record, segments, labelled };
        let paragraphs = self.paragraphs(&draft, |verdict| (verdict.label, verdict.kept));
        if !labelled.has_article || paragraphs.is_empty() {
            return Err(no_article(record));
        }
        let Printed { lead, paragraphs: printed, lead_repeated } = self.printed(&paragraphs);
        let description = (!lead.is_empty()).then(|| join(lead.iter().copied()));
        let text = join(printed.iter().copied());
        let domain = record.fields.url.as_deref().and_then(domain);
        let title = draft
            .first(Label::Title)
            .or_else(|| record.fields.title.as_deref().map(one_spaced))
            .map(|title| title::clean(&title, domain.as_deref(), self.patterns, |name| self.bylines.is_outlet(name)))
            .filter(|title| !title.is_empty());
        let language = self.identifier.identify(&language_sample(title.as_deref(), &text));
        let data = self.patterns.language(&language.tag);
        let found = self.finder.language(&language.tag);
        let mut scratch = Scratch::default();
        let readable: Vec<&str> =
            title.as_deref().into_iter().chain(paragraphs.iter().map(|p| p.text.as_ref())).collect();
        let mark = paragraphs
            .iter()
            .take(3)
            .filter_map(|paragraph| paragraph.line.mark.as_ref())
            .find(|mark| mark.place.is_some());
        let dateline_place = mark.and_then(|mark| mark.place.clone());
        let (agency, agency_role) = Self::agency(&draft, &paragraphs).unzip();
        let home = agency.and_then(|agency| self.patterns.agencies[agency].country.clone());
        let home = home.or_else(|| home_of(domain.as_deref()));
        let published::Dated { published, line: dated, field_is_unread } =
            published::date(&draft, self.stamps, &language.tag, home.as_deref());
        let anchor = published.as_ref().and_then(|published| published.day);
        let state = State { anchor, home, ..State::default() };
        let state = self.mentions(&draft, &paragraphs, found, state, &mut scratch);
        let (translated, signals) = match data {
            Some(data) if !data.machine_translation.is_empty() => {
                let (decided, signals) = translation::signals(&readable.join("\n"), data);
                (Some(decided), Some(signals))
            }
            _ => (None, None),
        };
        let authors = authors::names(&draft, self.patterns, self.stamps, self.bylines, found, &language.tag, dated);
        let foreign = self.foreign_segments(&draft, &paragraphs, &language.tag);
        let mut measures = quality::measures(&draft, paragraphs.iter().map(|paragraph| paragraph.line), foreign);
        measures.agency_role = agency_role;
        measures.dates = state.mentions.iter().filter(|mention| mention.kind == "date").count() as i32;
        let matching_key = key_of(&text, &printed);
        let (content_hash, text_hash) = (hash_hex(matching_key.as_bytes()), hash_hex(text.as_bytes()));
        let (alone, key_alone) = self.alone(&draft, &text).unzip();
        let mut article = Article {
            content_hash,
            text_hash,
            alone,
            matching_key: key_alone.unwrap_or(matching_key),
            domain,
            description,
            text_chars: text.chars().count() as i32,
            language: language.tag,
            language_script: language.script.map(str::to_owned),
            language_score: language.score,
            date: published.as_ref().map(|published| published.edtf.clone()),
            date_published: published.as_ref().and_then(|published| published.instant),
            date_precision: published.as_ref().map(|published| published.precision),
            date_source: published.as_ref().map(|published| published.source),
            event_dates: state.event_dates,
            crawl_not_before: found.and_then(|found| self.crawl_not_before(&draft, found, &mut scratch)),
            dateline_country: found
                .and_then(|found| self.finder.country_of(found, dateline_place.as_deref()?, &mut scratch)),
            dateline_place,
            agency: agency.map(|agency| self.patterns.agencies[agency].key.clone()),
            authors: Some(authors),
            countries: state.countries,
            captions: draft.captions(),
            n_lines: segments.last().map_or(0, |segment| segment.span.line_no + 1),
            n_removed_lines: draft.removed_lines(),
            removed_char_share: draft.removed_share(),
            quality_flags: Vec::new(),
            is_machine_translated: translated,
            mt_signals: signals,
            related: draft.related(found, self.patterns, &mut scratch),
            mentions: state.mentions,
            measures,
            extra: field_is_unread.then(|| with_date(&record.fields, &self.config.input.date_field)),
            title,
            text,
        };
        article.quality_flags = quality::flags(&draft, &article, lead_repeated);
        if state.wrong_weekday {
            article.quality_flags.push("wrong_weekday".to_owned());
        }
        Ok(article)
    }

    /// The text of the record alone with its matching key, where what other records print changes the text.
    fn alone(&self, draft: &Draft, text: &str) -> Option<(String, String)> {
        let alone = |verdict: &Verdict| {
            let alone = verdict.alone.map(|alone| (alone.label, alone.kept));
            alone.unwrap_or((verdict.label, verdict.kept))
        };
        let is_other = |segment: &Segment| alone(&segment.verdict) != (segment.verdict.label, segment.verdict.kept);
        if !draft.segments.iter().any(is_other) {
            return None;
        }
        let paragraphs = self.paragraphs(draft, alone);
        let printed = self.printed(&paragraphs).paragraphs;
        let other = join(printed.iter().copied());
        if other.is_empty() || other == text {
            return None;
        }
        let key = key_of(&other, &printed);
        Some((other, key))
    }

    /// What is printed of the kept paragraphs.
    fn printed<'p>(&self, paragraphs: &'p [Paragraph<'p>]) -> Printed<'p> {
        let is_lead = |paragraph: &&Paragraph| paragraph.label == Label::Lead;
        let (lead, body): (Vec<_>, Vec<_>) = paragraphs.iter().partition(is_lead);
        let lead_repeated = self.lead_is_repeated(&lead, &body);
        Printed { lead, paragraphs: if lead_repeated { body } else { paragraphs.iter().collect() }, lead_repeated }
    }

    /// Kept lead and body segments as published: NFC, trimmed, agency mark and end mark off. `read` gives label and `kept` of a verdict.
    fn paragraphs<'d>(&self, draft: &'d Draft, read: impl Fn(&Verdict) -> (Label, bool)) -> Vec<Paragraph<'d>> {
        let read = |line: &Line| read(&draft.segments[line.segment].verdict);
        let mut paragraphs: Vec<Paragraph> = Vec::new();
        for line in &draft.labelled.lines {
            let (label, kept) = read(line);
            if !kept || label == Label::Title {
                continue;
            }
            let raw = draft.raw(line);
            // Marks stand in front of the lead and the first paragraphs; deeper in they are words like others.
            let mark = line.mark.as_ref().filter(|_| paragraphs.len() < 3).map_or(0, |mark| mark.chars);
            // What the labels have read is the line in its normal form; mostly it is the line.
            let text = if line.text == raw { Cow::Borrowed(raw) } else { nfc(raw) };
            let trim = |text: &'_ str| {
                let behind = text.get(latin::end_of_chars(text, mark)..).unwrap_or("").trim_matches(is_blank);
                let kept = self.without_end_mark(behind);
                let start = kept.as_ptr() as usize - text.as_ptr() as usize;
                start..start + kept.len()
            };
            let text = match text {
                Cow::Borrowed(text) => Cow::Borrowed(&text[trim(text)]),
                Cow::Owned(text) => Cow::Owned(text[trim(&text)].to_owned()),
            };
            if !text.is_empty() {
                let is_plain = if line.text == raw { line.is_plain } else { latin::is_plain(raw) };
                paragraphs.push(Paragraph { line, label, text, is_plain });
            }
        }
        paragraphs
    }

    fn without_end_mark<'t>(&self, text: &'t str) -> &'t str {
        let mark = self.patterns.end_marks.at_end_of(text);
        mark.map_or(text, |mark| text[..text.len() - mark.len()].trim_end())
    }

    /// The first paragraphs of the body may give the lead again, behind a dateline.
    fn lead_is_repeated(&self, lead: &[&Paragraph], body: &[&Paragraph]) -> bool {
        let lead = join(lead.iter().copied());
        let share = |paragraph: &&&Paragraph| containment(&lead, &paragraph.text);
        !lead.is_empty() && body.first().as_ref().map_or(0.0, share) >= self.config.article.lead_containment
    }

    /// The agency: a mark in front of the text outranks a credit line, and that a source named in running text.
    fn agency(draft: &Draft, paragraphs: &[Paragraph]) -> Option<(usize, &'static str)> {
        let by_mark = paragraphs.iter().take(3).find_map(|paragraph| paragraph.line.mark.as_ref()?.agency);
        let by_credit = || {
            draft.labelled.lines.iter().rev().find_map(|line| match line.evidence {
                Evidence::AgencyCredit(agency) if draft.label(line) == Label::Credit => Some(agency),
                _ => None,
            })
        };
        let by_attribution = || paragraphs.iter().take(3).find_map(|paragraph| paragraph.line.attribution);
        let role = |agency: Option<usize>, role| agency.map(|agency| (agency, role));
        role(by_mark, "prefix").or_else(|| role(by_credit(), "credit")).or_else(|| role(by_attribution(), "source"))
    }

    /// Kept lines that surely are in another language than the record's. Only those are looked at whose letters are not what the language
    /// has: Vietnamese without marks, English with many.
    fn foreign_segments(&self, draft: &Draft, paragraphs: &[Paragraph], tag: &str) -> Vec<(usize, String)> {
        let title = draft.title_line().map(|title| &draft.labelled.lines[title]);
        let lines = title.into_iter().chain(paragraphs.iter().map(|paragraph| paragraph.line));
        let mut found: Vec<(usize, String)> = lines
            .filter(|line| line.shape.letters >= MIN_FOREIGN_LETTERS && may_be_foreign(line, tag))
            .filter_map(|line| {
                let found = self.identifier.identify(&line.text);
                let sure = found.score.is_some_and(|score| score >= SURE_FOREIGN);
                (sure && found.tag != tag && found.tag != "und").then_some((line.segment, found.tag))
            })
            .collect();
        found.sort();
        found
    }

    /// The mentions of title, lead and body, and what they tell of the article as a whole.
    fn mentions(
        &self,
        draft: &Draft,
        paragraphs: &[Paragraph],
        language: Option<&Language>,
        mut state: State,
        scratch: &mut Scratch,
    ) -> State {
        let Some(language) = language else { return state };
        let title = draft.labelled.lines.iter().find(|line| draft.label(line) == Label::Title);
        let title = title.map(|line| (line, latin::is_plain(draft.raw(line))));
        let lines = paragraphs.iter().map(|paragraph| (paragraph.line, paragraph.is_plain));
        let mut sources = Vec::with_capacity(paragraphs.len() + 1);
        for (number, (line, is_plain)) in title.into_iter().chain(lines).enumerate() {
            let span = &draft.segments[line.segment].span;
            let whole = &draft.record.text[span.bytes.clone()];
            let raw = draft.raw(line);
            let skipped = whole.len() - whole.trim_start_matches(is_blank).len();
            let char_start = span.chars.start + whole[..skipped].chars().count() as i64;
            let mark = line.mark.as_ref().filter(|_| number < 4).map_or(0, |mark| mark.chars);
            let source = Source { seg_no: line.segment as i32, raw, text: &line.text, char_start, is_plain, mark };
            self.finder.line(language, source, scratch, &mut state);
            sources.push(source);
        }
        Finder::finish(language, &sources, &mut state);
        state
    }

    /// The latest single full day that other stories give, and the dates beside them: the page cannot be older.
    fn crawl_not_before(&self, draft: &Draft, language: &Language, scratch: &mut Scratch) -> Option<i32> {
        let cap = chrono::NaiveDate::parse_from_str(&self.config.fields.as_of, "%Y-%m-%d").ok();
        let cap = cap.and_then(|date| Day::from_date(date).days());
        let lines = &draft.labelled.lines;
        let first_related =
            lines.iter().position(|line| matches!(draft.label(line), Label::RelatedHeading | Label::Related))?;
        let mut latest = None;
        for line in
            lines[first_related..].iter().filter(|line| matches!(draft.label(line), Label::Related | Label::DateLine))
        {
            for (start, day) in full_days(language, &line.text, scratch) {
                let days = day.days().filter(|days| cap.is_none_or(|cap| *days <= cap));
                if days > latest && !language.dates.is_announced(&line.text, start) {
                    latest = days;
                }
            }
        }
        latest
    }
}

impl Draft<'_> {
    pub(crate) fn label(&self, line: &Line) -> Label {
        self.segments[line.segment].verdict.label
    }

    /// The line as it stands in the record, trimmed.
    pub(crate) fn raw(&self, line: &Line) -> &str {
        self.record.text[self.segments[line.segment].span.bytes.clone()].trim_matches(is_blank)
    }

    /// The line of the headline that stands nearest in front of the text: pages print it twice. `first` is the first paragraph.
    pub(crate) fn headline_before(&self, first: usize) -> Option<usize> {
        let is_headline = |line: &Line| {
            let verdict = &self.segments[line.segment].verdict;
            verdict.label == Label::Title || (verdict.label == Label::Repeat && verdict.rule == "repeat.title")
        };
        let lines = &self.labelled.lines;
        lines[..first].iter().rposition(is_headline).or_else(|| lines.iter().position(is_headline))
    }

    /// The line that is labelled the title.
    pub(crate) fn title_line(&self) -> Option<usize> {
        self.labelled.lines.iter().position(|line| self.label(line) == Label::Title)
    }

    /// The first line of the text that is longer than a name or a date. Where most of the text stands behind the title, what stands in
    /// front of it is passed over: teasers that were kept.
    pub(crate) fn first_paragraph(&self) -> Option<usize> {
        const MORE_THAN_A_NAME: f32 = 9.0;
        let is_text = |line: &&Line| matches!(self.label(line), Label::Lead | Label::Body);
        let lines = &self.labelled.lines;
        let title = self.title_line().unwrap_or(0);
        let (before, behind) = lines.split_at(title);
        let most_behind = behind.iter().filter(is_text).count() > before.iter().filter(is_text).count();
        let from = if most_behind { title } else { 0 };
        let first = lines[from..].iter().position(|line| is_text(&line) && line.shape.units >= MORE_THAN_A_NAME);
        first.or_else(|| lines[from..].iter().position(|line| is_text(&line))).map(|at| from + at)
    }

    fn first(&self, label: Label) -> Option<String> {
        self.labelled.lines.iter().find(|line| self.label(line) == label).map(|line| one_spaced(self.raw(line)))
    }

    /// Different captions, in order.
    fn captions(&self) -> Vec<String> {
        let mut seen = std::collections::HashSet::new();
        self.labelled
            .lines
            .iter()
            .filter(|line| self.label(line) == Label::Caption && seen.insert(line.hash))
            .map(|line| one_spaced(self.raw(line)))
            .collect()
    }

    /// Whether the record is in NFC, told line by line: most lines are the normal form that the labels have read.
    fn is_nfc(&self) -> bool {
        let mut lines = self.labelled.lines.iter().peekable();
        let as_read = self.segments.iter().enumerate().all(|(number, segment)| {
            let whole = &self.record.text[segment.span.bytes.clone()];
            let Some(line) = lines.next_if(|line| line.segment == number) else { return whole.is_ascii() };
            let raw = whole.trim_matches(is_blank);
            // A line may be cut in front of a mark that joins the character before it.
            let joins = |c: char| chars().kinds(c).any(Kinds::PERHAPS_NOT_NFC);
            line.text == raw && !raw.starts_with(joins) && (raw.len() == whole.len() || ascii_around(whole, raw))
        });
        as_read || matches!(nfc(&self.record.text), Cow::Borrowed(_))
    }

    fn removed_lines(&self) -> i32 {
        let (mut removed, mut line, mut kept) = (0, None, true);
        // Segments stand in the order of their lines.
        for segment in self.segments.iter().filter(|segment| segment.verdict.label != Label::Blank) {
            if line != Some(segment.span.line_no) {
                removed += i32::from(!kept);
                (line, kept) = (Some(segment.span.line_no), false);
            }
            kept |= segment.verdict.kept;
        }
        removed + i32::from(!kept)
    }

    /// Share of the characters that are not white space and were not kept.
    fn removed_share(&self) -> f32 {
        let count = |segment: &Segment| latin::count_visible(&self.record.text[segment.span.bytes.clone()]);
        let (mut all, mut removed) = (0, 0);
        for segment in self.segments {
            let chars = count(segment);
            all += chars;
            removed += if segment.verdict.kept { 0 } else { chars };
        }
        removed as f32 / all.max(1) as f32
    }

    /// Share of the characters that are not white space in segments that repeat earlier ones.
    fn repeated_share(&self) -> f32 {
        let repeats = |segment: &&Segment| segment.verdict.label == Label::Repeat;
        if !self.segments.iter().any(|segment| repeats(&segment)) {
            return 0.0;
        }
        let count = |segment: &Segment| latin::count_visible(&self.record.text[segment.span.bytes.clone()]);
        let all: usize = self.segments.iter().map(count).sum();
        let repeated: usize = self.segments.iter().filter(repeats).map(count).sum();
        repeated as f32 / all.max(1) as f32
    }

    fn related(
        &self,
        language: Option<&Language>,
        patterns: &CompiledPatterns,
        scratch: &mut Scratch,
    ) -> Vec<RelatedItem> {
        let text = |line: Option<usize>| line.map(|line| self.link_text(&self.labelled.lines[line]));
        let mut to_edtf = |text: &str| {
            let language = language.filter(|_| holds_number(text))?;
            language.days(text, None, scratch);
            scratch.dates.iter().find(|date| date.value.is_day()).and_then(Found::edtf)
        };
        let mut item = |(number, item): (usize, &Item)| {
            let headline = text(item.headline);
            let (headline, glued_date) =
                match headline.as_deref().and_then(|headline| Self::glued_date(headline, patterns)) {
                    Some((headline, day)) => (Some(headline.to_owned()), to_edtf(day)),
                    None => (headline, None),
                };
            RelatedItem {
                item_no: number as i32 + 1,
                heading: text(item.heading),
                headline,
                teaser: text(item.teaser),
                caption: text(item.caption),
                date: item.date.and_then(|line| to_edtf(&self.labelled.lines[line].text)).or(glued_date),
            }
        };
        self.labelled.items.iter().enumerate().map(&mut item).collect()
    }

    /// `Headline (02/05/2025)`: the headline and the date in the brackets at its end.
    fn glued_date<'t>(headline: &'t str, patterns: &CompiledPatterns) -> Option<(&'t str, &'t str)> {
        let inside = headline.trim_end().strip_suffix([')', '\u{ff09}'])?;
        let (rest, date) = inside.rsplit_once(['(', '\u{ff08}'])?;
        let is_date = |date: &str| {
            let candidates = patterns.gate.candidates_in(date);
            patterns.date_lines.is_match_among(date, candidates.of(LineSet::DateLines as usize))
        };
        (!rest.trim().is_empty() && is_date(date.trim())).then(|| (rest.trim_end(), date.trim()))
    }

    /// A line of another story, without the `>>` or `Xem thêm:` in front of it.
    fn link_text(&self, line: &Line) -> String {
        match line.evidence {
            Evidence::InlineLink(at) => one_spaced(line.text.get(at..).unwrap_or(&line.text)),
            _ => one_spaced(self.raw(line)),
        }
    }
}

/// Whether what stands around a part of a text is ASCII.
fn ascii_around(whole: &str, part: &str) -> bool {
    let start = part.as_ptr() as usize - whole.as_ptr() as usize;
    whole.as_bytes()[..start].is_ascii() && whole.as_bytes()[start + part.len()..].is_ascii()
}

/// Letters below which a line is too short to tell its language.
const MIN_FOREIGN_LETTERS: usize = 40;
/// Score from which a line's language is sure.
const SURE_FOREIGN: f32 = 0.8;

/// Whether the letters of a line are not those of a language. `accents` are letters outside ASCII.
fn may_be_foreign(line: &Line, tag: &str) -> bool {
    let (letters, accents) = (line.shape.letters, line.counts.accents as usize);
    match tag {
        "en" | "id" | "ms" | "nl" | "sw" | "zu" | "xh" | "it" | "af" | "so" | "tl" => accents * 20 > letters,
        "es" | "pt" | "fr" | "de" | "sv" | "no" | "da" | "fi" | "ro" | "hr" | "sl" | "sq" | "et" | "ca" | "eu"
        | "gl" => (accents == 0 && letters > 120) || accents * 3 > letters,
        _ => accents * 20 < letters,
    }
}

/// Title and beginning of the text: what is looked at to tell the language.
fn language_sample(title: Option<&str>, text: &str) -> String {
    let end = latin::end_of_chars(text, language::SAMPLE_CHARS);
    format!("{}\n{}", title.unwrap_or(""), &text[..end])
}

/// One line in NFC with one space between words: for fields that are looked up and compared.
fn one_spaced(text: &str) -> String {
    let text = nfc(text);
    if latin::is_one_spaced(&text) {
        return text.into_owned();
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn join<'a>(paragraphs: impl Iterator<Item = &'a Paragraph<'a>>) -> String {
    paragraphs.map(|paragraph| paragraph.text.as_ref()).collect::<Vec<_>>().join("\n")
}

/// The unknown fields with the caller's date behind them, which was not understood.
fn with_date(fields: &CallerFields, name: &str) -> String {
    let before = fields.extra.as_deref().and_then(|extra| extra.strip_suffix('}'));
    let before = before.map_or_else(|| "{".to_owned(), |extra| format!("{extra},"));
    let field = |text: &str| serde_json::Value::from(text).to_string();
    format!("{before}{}:{}}}", field(name), field(fields.date.as_deref().unwrap_or_default()))
}

/// The matching key of a text of such paragraphs.
fn key_of(text: &str, paragraphs: &[&Paragraph]) -> String {
    matching_key_of(text.len(), paragraphs.iter().map(|paragraph| (paragraph.text.as_ref(), paragraph.is_plain)))
}

/// The full single days of a line with their places in it.
fn full_days(language: &Language, text: &str, scratch: &mut Scratch) -> Vec<(usize, Day)> {
    if !holds_number(text) || !may_hold_full_day(language, text) {
        return Vec::new();
    }
    language.days(text, None, scratch);
    let Scratch { dates, tokens, .. } = scratch;
    let day = |found: &Found| match found.value {
        Value::Day(day) if day.year.is_some() && !found.period => {
            Some((tokens[found.tokens.start].start as usize, day))
        }
        _ => None,
    };
    dates.iter().filter_map(day).collect()
}

/// Whether a line has numbers enough for a day with its year: two, or one of more figures than a year; a day in words leaves the
/// year alone. Han numerals may stand for any.
fn may_hold_full_day(language: &Language, text: &str) -> bool {
    let runs = text.as_bytes().chunk_by(|a, b| a.is_ascii_digit() == b.is_ascii_digit());
    let (mut numbers, mut digits, mut longest) = (0, 0, 0);
    for run in runs.filter(|run| run[0].is_ascii_digit()) {
        numbers += 1;
        digits += run.len();
        longest = longest.max(run.len());
    }
    let in_figures = digits > 2 && (numbers > 1 || longest > 4);
    in_figures || (digits > 1 && language.dates.has_day_words()) || text.bytes().any(|byte| byte >= 0xE3)
}

/// Whether a line can hold a date: digits, or Han ones.
fn holds_number(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_digit()) || text.contains(['年', '月'])
}

/// The country of a domain's last part, where it is one.
fn home_of(domain: Option<&str>) -> Option<String> {
    let last = domain?.rsplit('.').next()?;
    (last.len() == 2 && last != "io" && last != "tv" && last != "me").then(|| last.to_uppercase())
}

/// The host of an address, without `www.` and port.
pub(crate) fn domain(url: &str) -> Option<String> {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = rest.split(['/', '?', '#']).next()?.rsplit('@').next()?.split(':').next()?.to_lowercase();
    let host = host.strip_prefix("www.").unwrap_or(&host).to_owned();
    (host.contains('.') && !host.contains(char::is_whitespace)).then_some(host)
}

/// Whether a text is the address of a site: `example.com`.
fn is_address(text: &str) -> bool {
    let end = text.rsplit_once('.').map_or("", |(_, end)| end);
    !text.contains(' ') && (2..=4).contains(&end.len()) && end.bytes().all(|byte| byte.is_ascii_lowercase())
}

fn no_article(record: &Record) -> Rejection {
    Rejection {
        origin: record.origin.clone(),
        id: Some(record.id.clone()),
        stage: "article",
        reason: Reason::NoArticle,
        detail: "nothing in the record reads like an article: a listing, a placeholder, or too little text".to_owned(),
        excerpt: Some(excerpt(record.text.trim())),
        raw_bytes_hash: Some(hash_hex(record.text.as_bytes())),
    }
}

#[cfg(test)]
mod tests {
    use super::domain;

    #[test]
    fn a_domain_is_the_host_without_www() {
        for (url, expected) in [
            ("https://www.Example.vn/a?b", Some("example.vn")),
            ("http://user@news.example.com:8080/x", Some("news.example.com")),
            ("example.org/path", Some("example.org")),
            ("not a url", None),
        ] {
            assert_eq!(domain(url).as_deref(), expected, "{url}");
        }
    }
}
