//! From labels to an article: the clean text and its fields.

pub mod dates;
pub mod language;
pub mod places;
mod published;
pub mod quality;
pub mod translation;

use crate::config::Config;
use crate::document::{Article, Label, Reason, Record, Rejection, RelatedItem, Segment, excerpt, hash_hex};
use crate::label::line::{Evidence, Line};
use crate::label::{Item, Labelled};
use crate::lexicon::{CompiledPatterns, LanguageData, LineSet};
use crate::text::{containment, is_blank, matching_key, nfc};

use language::Identifier;

/// What the fields are decided with.
#[derive(Debug)]
pub struct Fields<'a> {
    /// Compiled lexicons.
    pub patterns: &'a CompiledPatterns,
    /// Tells languages apart.
    pub identifier: &'a Identifier,
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
    text: String,
}

impl Fields<'_> {
    /// Makes the article of a labelled record, or says why there is none.
    ///
    /// # Errors
    /// A [`Rejection`] with the reason `no_article` when no article was found or nothing of it is kept.
    pub fn assemble(&self, record: &Record, segments: &[Segment], labelled: &Labelled) -> Result<Article, Rejection> {
        let draft = Draft { record, segments, labelled };
        let paragraphs = self.paragraphs(&draft);
        let lead: Vec<&Paragraph> = paragraphs.iter().filter(|paragraph| paragraph.label == Label::Lead).collect();
        let body: Vec<&Paragraph> = paragraphs.iter().filter(|paragraph| paragraph.label != Label::Lead).collect();
        if !labelled.has_article || paragraphs.is_empty() {
            return Err(no_article(record));
        }
        let description = (!lead.is_empty()).then(|| join(lead.iter().copied()));
        let lead_repeated = self.lead_is_repeated(&lead, &body);
        let text = if lead_repeated { join(body.iter().copied()) } else { join(paragraphs.iter()) };
        let title = draft
            .first(Label::Title)
            .or_else(|| record.fields.title.as_deref().map(one_spaced).filter(|title| !title.is_empty()));
        let language = self.identifier.identify(&language_sample(title.as_deref(), &text));
        let data = self.patterns.language(&language.tag);
        let readable: Vec<&str> =
            title.as_deref().into_iter().chain(paragraphs.iter().map(|p| p.text.as_str())).collect();
        let mark = paragraphs
            .iter()
            .take(3)
            .filter_map(|paragraph| paragraph.line.mark.as_ref())
            .find(|mark| mark.place.is_some());
        let dateline_place = mark.and_then(|mark| mark.place.clone());
        let published = published::date(&draft, data);
        let (translated, signals) = match data {
            Some(data) if !data.machine_translation.is_empty() => {
                let (decided, signals) = translation::signals(&readable.join("\n"), data);
                (Some(decided), Some(signals))
            }
            _ => (None, None),
        };
        let matching_key = matching_key(&text);
        let mut article = Article {
            content_hash: hash_hex(matching_key.as_bytes()),
            text_hash: hash_hex(text.as_bytes()),
            matching_key,
            domain: record.fields.url.as_deref().and_then(domain),
            description,
            text_chars: text.chars().count() as i32,
            language: language.tag,
            language_script: language.script.map(str::to_owned),
            language_score: language.score,
            date: published.as_ref().map(|published| published.edtf.clone()),
            date_published: published.as_ref().and_then(|published| published.instant),
            date_precision: published.as_ref().map(|published| published.precision),
            date_source: published.as_ref().map(|published| published.source),
            event_dates: data.map(|data| event_dates(&readable, data)).unwrap_or_default(),
            crawl_not_before: data.and_then(|data| self.crawl_not_before(&draft, data)),
            dateline_country: data
                .and_then(|data| dateline_place.as_deref().and_then(|place| places::country_of(place, data))),
            dateline_place,
            agency: self.agency(&draft, &paragraphs),
            authors: None,
            countries: data.map(|data| places::countries(readable.iter().copied(), data)).unwrap_or_default(),
            captions: draft.captions(),
            n_lines: segments.last().map_or(0, |segment| segment.span.line_no + 1),
            n_removed_lines: draft.removed_lines(),
            removed_char_share: draft.removed_share(),
            quality_flags: Vec::new(),
            is_machine_translated: translated,
            mt_signals: signals,
            related: draft.related(data, self.patterns),
            mentions: Vec::new(),
            title,
            text,
        };
        article.quality_flags = quality::flags(&draft, &article, lead_repeated);
        Ok(article)
    }

    /// Kept lead and body segments as published: NFC, trimmed, agency mark and end mark off.
    fn paragraphs<'d>(&self, draft: &'d Draft) -> Vec<Paragraph<'d>> {
        let kept = |line: &&Line| {
            let verdict = &draft.segments[line.segment].verdict;
            verdict.kept && verdict.label != Label::Title
        };
        let mut paragraphs: Vec<Paragraph> = Vec::new();
        for line in draft.labelled.lines.iter().filter(kept) {
            let raw = draft.raw(line);
            // Marks stand in front of the lead and the first paragraphs; deeper in they are words like others.
            let mark = line.mark.as_ref().filter(|_| paragraphs.len() < 3).map_or(0, |mark| mark.chars);
            let text: String = nfc(raw).chars().skip(mark).collect();
            let text = self.without_end_mark(text.trim_matches(is_blank)).to_owned();
            if !text.is_empty() {
                paragraphs.push(Paragraph { line, label: draft.segments[line.segment].verdict.label, text });
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
    fn agency(&self, draft: &Draft, paragraphs: &[Paragraph]) -> Option<String> {
        let by_mark = paragraphs.iter().take(3).find_map(|paragraph| paragraph.line.mark.as_ref()?.agency);
        let by_credit = || {
            draft.labelled.lines.iter().rev().find_map(|line| match line.evidence {
                Evidence::AgencyCredit(agency) if draft.label(line) == Label::Credit => Some(agency),
                _ => None,
            })
        };
        let by_attribution = || paragraphs.iter().take(3).find_map(|paragraph| paragraph.line.attribution);
        by_mark.or_else(by_credit).or_else(by_attribution).map(|agency| self.patterns.agencies[agency].key.clone())
    }

    /// The latest single full day that other stories give, and the dates beside them: the page cannot be older.
    fn crawl_not_before(&self, draft: &Draft, data: &LanguageData) -> Option<i32> {
        let cap = chrono::NaiveDate::parse_from_str(&self.config.fields.as_of, "%Y-%m-%d").ok();
        let cap = cap.and_then(|date| {
            dates::Day::new(
                Some(chrono::Datelike::year(&date)),
                chrono::Datelike::month(&date),
                chrono::Datelike::day(&date),
            )?
            .days()
        });
        let first_related = draft
            .labelled
            .lines
            .iter()
            .position(|line| matches!(draft.label(line), Label::RelatedHeading | Label::Related))?;
        draft.labelled.lines[first_related..]
            .iter()
            .filter(|line| matches!(draft.label(line), Label::Related | Label::DateLine))
            .flat_map(|line| {
                dates::find(&line.text, data)
                    .into_iter()
                    .filter(|found| found.last.is_none() && !dates::is_announced(&line.text, found, data))
                    .filter_map(|found| found.first.days())
                    .collect::<Vec<_>>()
            })
            .filter(|days| cap.is_none_or(|cap| *days <= cap))
            .max()
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

    fn removed_lines(&self) -> i32 {
        let mut lines: std::collections::BTreeMap<i32, bool> = std::collections::BTreeMap::new();
        for segment in self.segments.iter().filter(|segment| segment.verdict.label != Label::Blank) {
            *lines.entry(segment.span.line_no).or_default() |= segment.verdict.kept;
        }
        lines.values().filter(|kept| !**kept).count() as i32
    }

    /// Share of the characters that are not white space and were not kept.
    fn removed_share(&self) -> f32 {
        let count = |segment: &Segment| {
            self.record.text[segment.span.bytes.clone()].chars().filter(|c| !c.is_whitespace()).count()
        };
        let (mut all, mut removed) = (0, 0);
        for segment in self.segments {
            let chars = count(segment);
            all += chars;
            removed += if segment.verdict.kept { 0 } else { chars };
        }
        removed as f32 / all.max(1) as f32
    }

    fn related(&self, data: Option<&LanguageData>, patterns: &CompiledPatterns) -> Vec<RelatedItem> {
        let text = |line: Option<usize>| line.map(|line| self.link_text(&self.labelled.lines[line]));
        let to_edtf = |text: &str| dates::find(text, data?).first().map(dates::Found::edtf);
        let item = |(number, item): (usize, &Item)| {
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
        self.labelled.items.iter().enumerate().map(item).collect()
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

/// Title and beginning of the text: what is looked at to tell the language.
fn language_sample(title: Option<&str>, text: &str) -> String {
    let end = text.char_indices().nth(language::SAMPLE_CHARS).map_or(text.len(), |(at, _)| at);
    format!("{}\n{}", title.unwrap_or(""), &text[..end])
}

/// One line in NFC with one space between words: for fields that are looked up and compared.
fn one_spaced(text: &str) -> String {
    nfc(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn join<'a>(paragraphs: impl Iterator<Item = &'a Paragraph<'a>>) -> String {
    paragraphs.map(|paragraph| paragraph.text.as_str()).collect::<Vec<_>>().join("\n")
}

fn event_dates(texts: &[&str], data: &LanguageData) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for date in texts.iter().flat_map(|text| dates::find(text, data)) {
        let edtf = date.edtf();
        if !found.contains(&edtf) {
            found.push(edtf);
        }
    }
    found
}

/// The host of an address, without `www.` and port.
fn domain(url: &str) -> Option<String> {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = rest.split(['/', '?', '#']).next()?.rsplit('@').next()?.split(':').next()?.to_lowercase();
    let host = host.strip_prefix("www.").unwrap_or(&host).to_owned();
    (host.contains('.') && !host.contains(char::is_whitespace)).then_some(host)
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
