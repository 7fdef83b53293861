//! Cuts a decoded text into segments: its lines, and the parts of a line that glues two things together.
//!
//! The law: segments of one line joined with nothing, lines joined with `\n`, give the text exactly.

use std::ops::Range;

use crate::document::Span;
use crate::lexicon::{CompiledPatterns, LineSet};
use crate::text::{Ending, Shape, half_width};

/// Shortest title, in Unicode scalars, that is looked for in front of a glued caption: a shorter one would match by chance.
const MIN_GLUED_TITLE: usize = 10;
/// How many of the first lines that are not blank may be the title that a caption is glued to.
const TITLE_CANDIDATES: usize = 4;
/// Longest text, in bytes, behind an end mark that is looked at as a glued credit line.
const MAX_GLUED_CREDIT: usize = 120;
/// Shortest rest, in bytes, of a line behind `>>` that is a link to another story.
const MIN_GLUED_LINK: usize = 15;

/// Cuts a text into spans. `known_title` is the caller's title, if there is one.
#[must_use]
pub fn segment(text: &str, known_title: Option<&str>, patterns: &CompiledPatterns) -> Vec<Span> {
    let titles = title_candidates(text, known_title);
    let mut spans = Vec::new();
    let mut chars = 0;
    for (line_no, range) in lines(text).enumerate() {
        let line = &text[range.clone()];
        let mut start = range.start;
        for cut in cuts(line, &titles, patterns).into_iter().map(|cut| range.start + cut).chain([range.end]) {
            let length = text[start..cut].chars().count() as i64;
            spans.push(Span { line_no: line_no as i32, bytes: start..cut, chars: chars..chars + length });
            chars += length;
            start = cut;
        }
        chars += 1;
    }
    spans
}

/// The byte ranges of the lines of a text, split at `\n` only; a text that ends in `\n` has an empty last line.
pub fn lines(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut next = Some(0);
    std::iter::from_fn(move || {
        let start = next?;
        let end = memchr::memchr(b'\n', &text.as_bytes()[start..]).map(|at| start + at);
        next = end.map(|end| end + 1);
        Some(start..end.unwrap_or(text.len()))
    })
}

fn title_candidates<'a>(text: &'a str, known_title: Option<&'a str>) -> Vec<&'a str> {
    let first = lines(text).map(|range| text[range].trim()).filter(|line| !line.is_empty()).take(TITLE_CANDIDATES);
    let mut candidates: Vec<&str> =
        known_title.map(str::trim).into_iter().chain(first).filter(|t| t.chars().count() >= MIN_GLUED_TITLE).collect();
    candidates.sort_by_key(|title| std::cmp::Reverse(title.len()));
    candidates.dedup();
    candidates
}

/// Where a line is cut, as byte offsets inside it, ascending, each strictly inside the line.
fn cuts(line: &str, titles: &[&str], patterns: &CompiledPatterns) -> Vec<usize> {
    let cuts = glued_caption(line, titles, patterns)
        .or_else(|| glued_credit(line, patterns))
        .or_else(|| glued_link(line))
        .unwrap_or_default();
    cuts.into_iter().filter(|&cut| cut > 0 && cut < line.len()).collect()
}

/// `<title> ảnh 1<caption>`: the alternative text of a picture printed in front of its caption. Three segments: title, marker, caption.
fn glued_caption(line: &str, titles: &[&str], patterns: &CompiledPatterns) -> Option<Vec<usize>> {
    let indent = line.len() - line.trim_start().len();
    // The glued line itself may stand among the first lines, so the first title that fits need not be the one.
    titles.iter().filter(|title| line[indent..].starts_with(**title)).find_map(|title| {
        let end = indent + title.len();
        let marker = patterns.glue.as_ref()?.find(&line[end..])?;
        (marker.end() > 0).then(|| vec![end, end + marker.end()])
    })
}

/// `… thời gian tới./. (TTXVN)`: an agency or byline behind the end mark of the last sentence.
fn glued_credit(line: &str, patterns: &CompiledPatterns) -> Option<Vec<usize>> {
    let mut from = line.len().saturating_sub(MAX_GLUED_CREDIT);
    while !line.is_char_boundary(from) {
        from += 1;
    }
    let end = from + patterns.end_marks.end_in(&line[from..])?;
    let rest: String = line[end..].trim().chars().map(half_width).collect();
    let is_credit = || {
        let candidates = patterns.gate.candidates_in(&rest);
        let among = |set: LineSet| candidates.of(set as usize);
        patterns.agency_credits.is_match_among(&rest, among(LineSet::AgencyCredits))
            || patterns.credits.is_match_among(&rest, among(LineSet::Credits))
    };
    (!rest.is_empty() && is_credit()).then(|| vec![end])
}

/// `… kết thúc. >> Xem thêm: …`: a link to another story behind the last sentence of a paragraph.
fn glued_link(line: &str) -> Option<Vec<usize>> {
    let at = memchr::memmem::find(line.as_bytes(), b">>")?;
    let before = line[..at].trim_end();
    let behind_sentence =
        !before.is_empty() && matches!(Shape::of(before).ending, Ending::Stop | Ending::Mark | Ending::Ellipsis);
    (behind_sentence && line.len() - at >= MIN_GLUED_LINK).then(|| vec![at])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lexicon::Lexicon;

    fn patterns() -> CompiledPatterns {
        let lexicon: Lexicon = toml::from_str(
            "[caption]\nglue = ['(?:hình )?ảnh \\d+']\n[end]\nmarks = ['./.']\n[[agency]]\nkey = 'x'\ncredits = ['^\\(?ABC\\)?$']\n",
        )
        .unwrap();
        CompiledPatterns::new(&[lexicon]).unwrap()
    }

    fn parts(text: &str) -> Vec<&str> {
        segment(text, None, &patterns()).into_iter().map(|span| &text[span.bytes]).collect()
    }

    #[test]
    fn every_line_is_a_segment_blank_and_last_ones_too() {
        assert_eq!(parts("a\n\nb\r\n"), ["a", "", "b\r", ""]);
        assert_eq!(parts(""), [""]);
    }

    #[test]
    fn a_title_glued_to_a_caption_is_cut_off() {
        let text = "Một tiêu đề khá dài\nMột tiêu đề khá dài ảnh 1Chú thích.";
        assert_eq!(parts(text), ["Một tiêu đề khá dài", "Một tiêu đề khá dài", " ảnh 1", "Chú thích."]);
        assert_eq!(parts(&text.replace('\n', "\n\n")).len(), 5);
    }

    #[test]
    fn a_credit_behind_the_end_mark_is_cut_off() {
        assert_eq!(parts("Hết bài./. (ABC)"), ["Hết bài./.", " (ABC)"]);
        assert_eq!(parts("Hết bài./. Không phải nguồn"), ["Hết bài./. Không phải nguồn"]);
    }

    #[test]
    fn a_link_behind_a_sentence_is_cut_off() {
        assert_eq!(parts("Xong việc. >> Xem thêm: chuyện khác"), ["Xong việc. ", ">> Xem thêm: chuyện khác"]);
        assert_eq!(parts("a >> b trong câu văn dài"), ["a >> b trong câu văn dài"]);
    }
}
