//! How `newsieve explain` shows one record: a head, every segment with its verdict, and what was cut.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use chrono::DateTime;
use console::{Style, measure_text_width, truncate_str};
use newsieve::document::{Article, Cleaned, Record, Rejection};
use newsieve::label::model::Reason;
use newsieve::output::StoredRecord;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::escape::escape;

const ALONE: &str = "cleaned alone: no evidence from other records (repeated lines of its site, duplicates) was used";
/// Narrowest column of text; on a narrower terminal lines wrap by themselves.
const MIN_TEXT_WIDTH: usize = 20;
/// Longest name of a rule that widens its column.
const MAX_RULE_WIDTH: usize = 28;
const LABEL_WIDTH: usize = 15;
/// Fields of an article that the head shows, with the words for them.
const HEAD_FIELDS: &[(&str, &str)] = &[
    ("title", "title"),
    ("language", "language"),
    ("date", "date"),
    ("date_source", "date from"),
    ("event_dates", "event dates"),
    ("agency", "agency"),
    ("authors", "authors"),
    ("dateline_place", "place"),
    ("countries", "countries"),
    ("quality_flags", "flags"),
    ("mt_signals", "translation"),
    ("url", "url"),
];

/// How the text form is laid out.
pub struct Display {
    /// Columns of the terminal; none = not a terminal, nothing is cut or wrapped.
    pub width: Option<usize>,
    /// Whether colours are used.
    pub is_coloured: bool,
    /// Whether long segments are wrapped instead of cut.
    pub is_full: bool,
}

/// One segment as it is shown.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
struct Row {
    seg_no: i32,
    line_no: i32,
    char_start: i64,
    char_end: i64,
    text: String,
    label: String,
    kept: bool,
    rule: String,
    confidence: Option<f64>,
    repeat_of: Option<i32>,
    item_no: Option<i32>,
    /// What moved the model, strongest first; log-odds towards text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    reasons: Vec<(String, f64)>,
}

/// One record with all that is known of it.
pub struct View {
    /// Where the record stands, its id, its encoding.
    record: Map<String, Value>,
    rows: Vec<Row>,
    /// A row of `articles`.
    article: Option<Map<String, Value>>,
    /// A row of `rejects`.
    reject: Option<Map<String, Value>>,
    /// Rows of `duplicates`.
    duplicates: Vec<Map<String, Value>>,
    note: Option<String>,
}

impl View {
    /// A record that has just been cleaned, alone.
    pub fn of_cleaned(cleaned: &Cleaned, reasons: &[Vec<Reason>]) -> View {
        let rows = cleaned.segments.iter().zip(0..).map(|(segment, seg_no)| Row {
            seg_no,
            line_no: segment.span.line_no,
            char_start: segment.span.chars.start,
            char_end: segment.span.chars.end,
            text: cleaned.record.text.get(segment.span.bytes.clone()).unwrap_or_default().to_owned(),
            label: segment.verdict.label.as_str().to_owned(),
            kept: segment.verdict.kept,
            rule: segment.verdict.rule.to_owned(),
            confidence: Some(as_printed(segment.verdict.confidence)),
            repeat_of: segment.verdict.repeat_of,
            item_no: segment.verdict.item_no,
            reasons: reasons
                .get(seg_no as usize)
                .into_iter()
                .flatten()
                .map(|reason| (reason.about.clone(), as_printed((reason.odds * 100.0).round() / 100.0)))
                .collect(),
        });
        let (article, reject) = match &cleaned.outcome {
            Ok(article) => (Some(object(article_row(article))), None),
            Err(rejection) => (None, Some(object(reject_row(rejection)))),
        };
        View {
            record: object(record_row(&cleaned.record)),
            rows: rows.collect(),
            article,
            reject,
            duplicates: Vec::new(),
            note: Some(ALONE.to_owned()),
        }
    }

    /// A record that could not be read or decoded.
    pub fn of_rejection(rejection: &Rejection) -> View {
        let origin = &rejection.origin;
        View {
            record: object(
                json!({ "file_path": &*origin.file_path, "record_no": origin.record_no, "id": rejection.id }),
            ),
            rows: Vec::new(),
            article: None,
            reject: Some(object(reject_row(rejection))),
            duplicates: Vec::new(),
            note: None,
        }
    }

    /// A record of the output.
    pub fn of_stored(stored: &StoredRecord) -> View {
        let rows: Vec<Row> =
            stored.segments.iter().filter_map(|row| serde_json::from_value(Value::Object(row.clone())).ok()).collect();
        // Two dumps of one run may hold the same id; segment 0 begins a record.
        let ends = rows.iter().skip(1).position(|row| row.seg_no == 0).map_or(rows.len(), |at| at + 1);
        let note = (ends < rows.len())
            .then(|| "the id stands more than once in this run; the first record is shown".to_owned());
        let article = stored.articles.first().cloned();
        let reject = stored.rejects.first().cloned();
        let mut record = Map::new();
        record.insert("run_id".to_owned(), Value::from(stored.run_id.clone()));
        for key in ["id", "file_path", "record_no", "encoding", "url", "extra"] {
            let rows = [&article, &reject].into_iter().flatten().chain(&stored.duplicates).chain(&stored.segments);
            let value = rows.filter_map(|row| row.get(key)).find(|value| !value.is_null()).cloned();
            record.insert(key.to_owned(), value.unwrap_or_default());
        }
        View {
            record,
            rows: rows.into_iter().take(ends).collect(),
            article,
            reject,
            duplicates: stored.duplicates.clone(),
            note,
        }
    }

    /// The form of `--json`.
    pub fn to_json(&self) -> Value {
        let mut whole = json!({ "record": self.record, "segments": self.rows });
        let optional = [("article", &self.article), ("reject", &self.reject)];
        for (key, value) in optional {
            if let Some(value) = value {
                whole[key] = Value::Object(value.clone());
            }
        }
        if !self.duplicates.is_empty() {
            whole["duplicates"] = json!(self.duplicates);
        }
        if let Some(note) = &self.note {
            whole["note"] = json!(note);
        }
        whole
    }

    /// The form for people.
    pub fn to_text(&self, display: &Display) -> String {
        let painter = Painter { is_coloured: display.is_coloured };
        let mut text = self.head(&painter);
        if !self.rows.is_empty() {
            text.push('\n');
            text.push_str(&self.body(display, &painter));
        }
        text.push('\n');
        text.push_str(&self.foot(&painter));
        text
    }

    fn head(&self, painter: &Painter) -> String {
        let mut head = String::new();
        let mut add = |name: &str, value: &str| {
            if !value.is_empty() {
                let name = painter.paint("dim", &format!("{name:<12}"));
                let _ = writeln!(head, "{name} {}", escape(value));
            }
        };
        let file = in_words(self.record.get("file_path"));
        let record_no = in_words(self.record.get("record_no"));
        // Of a duplicate that left the articles the place in the file is not kept.
        add("source", &if record_no.is_empty() { file } else { format!("{file}, record {record_no}") });
        add("run", &in_words(self.record.get("run_id")));
        add("id", &in_words(self.record.get("id")));
        add("encoding", &in_words(self.record.get("encoding")));
        if let Some(article) = &self.article {
            for (key, name) in HEAD_FIELDS {
                add(name, &in_words(article.get(*key)));
            }
        }
        if let Some(reject) = &self.reject {
            let words = format!("{}: {}", in_words(reject.get("reason")), in_words(reject.get("detail")));
            add("rejected", &words);
            if self.rows.is_empty() {
                add("excerpt", &in_words(reject.get("excerpt")));
            }
        }
        for edge in &self.duplicates {
            let verb = if edge.get("dropped") == Some(&Value::Bool(true)) { "dropped as" } else { "is" };
            let [kind, kept, run] = ["kind", "kept_id", "kept_run_id"].map(|key| in_words(edge.get(key)));
            let run = if edge.get("kept_run_id") == self.record.get("run_id") {
                String::new()
            } else {
                format!(" of run {run}")
            };
            add("duplicate", &format!("{verb} {kind} of {kept}{run}"));
        }
        head
    }

    fn body(&self, display: &Display, painter: &Painter) -> String {
        let rule_width = self.rows.iter().map(|row| row.rule.len()).max().unwrap_or(0).min(MAX_RULE_WIDTH);
        let line_width = self.rows.last().map_or(1, |row| row.line_no.to_string().len()).max(4);
        let mut body = format!(
            "{}\n",
            painter.paint(
                "dim",
                &format!("{:>line_width$}   {:<LABEL_WIDTH$} conf {:<rule_width$}  text", "line", "label", "rule")
            )
        );
        let indent = line_width + 3 + LABEL_WIDTH + 6 + rule_width + 2;
        let mut blanks = 0;
        for row in &self.rows {
            if row.label == "blank" {
                blanks += 1;
                continue;
            }
            push_blanks(&mut body, &mut blanks, line_width, painter);
            let mark = if row.kept { painter.paint("green", "●") } else { painter.paint("dim", "✂") };
            let confidence = row.confidence.map_or_else(|| "   –".to_owned(), |confidence| format!("{confidence:.2}"));
            let label = painter.paint(style_of(&row.label), &format!("{:<LABEL_WIDTH$}", row.label));
            let rule = painter.paint("dim", &format!("{:<rule_width$}", escape(&row.rule)));
            let line_no = painter.paint("dim", &format!("{:>line_width$}", row.line_no));
            let text = self.laid_out(row, indent, display, painter);
            let _ = writeln!(body, "{line_no} {mark} {label} {confidence:>4} {rule}  {text}");
            for (about, odds) in &row.reasons {
                let reason = painter.paint("dim", &format!("{odds:+.2} {about}"));
                let _ = writeln!(body, "{:indent$}{reason}", "");
            }
        }
        push_blanks(&mut body, &mut blanks, line_width, painter);
        body
    }

    /// The text of a segment with its references, cut or wrapped to the terminal.
    fn laid_out(&self, row: &Row, indent: usize, display: &Display, painter: &Painter) -> String {
        let mut reference = row.item_no.map_or_else(String::new, |item| format!("#{item} "));
        if let Some(repeated) = row.repeat_of {
            let line = self.rows.iter().find(|other| other.seg_no == repeated).map_or(repeated, |other| other.line_no);
            let _ = write!(reference, "= line {line} ");
        }
        let text = escape(&row.text);
        let lines = match display.width {
            None => vec![text],
            Some(width) => {
                let width = width.saturating_sub(indent).max(MIN_TEXT_WIDTH);
                let first = width.saturating_sub(measure_text_width(&reference)).max(MIN_TEXT_WIDTH / 2);
                if display.is_full {
                    wrap(&text, first, width)
                } else {
                    vec![truncate_str(&text, first, "…").into_owned()]
                }
            }
        };
        let style = if row.kept { "" } else { "dim" };
        let separator = format!("\n{:indent$}", "");
        let parts: Vec<String> = lines.iter().map(|line| painter.paint(style, line)).collect();
        format!("{}{}", painter.paint("yellow", &reference), parts.join(&separator))
    }

    fn foot(&self, painter: &Painter) -> String {
        let mut foot = String::new();
        if !self.rows.is_empty() {
            let mut cut: BTreeMap<&str, usize> = BTreeMap::new();
            let mut all = 0;
            for row in &self.rows {
                let count = row.text.chars().filter(|c| !c.is_whitespace()).count();
                all += count;
                if !row.kept && count > 0 {
                    *cut.entry(&row.label).or_default() += count;
                }
            }
            let total: usize = cut.values().sum();
            let share = |count: usize| format!("{:.1} %", 100.0 * count as f64 / all.max(1) as f64);
            let _ = write!(foot, "cut {total} of {all} characters ({})", share(total));
            let mut labels: Vec<_> = cut.into_iter().collect();
            labels.sort_by_key(|(label, count)| (usize::MAX - count, *label));
            for (index, (label, count)) in labels.iter().enumerate() {
                let before = if index == 0 { ": " } else { ", " };
                let _ = write!(foot, "{before}{} {count} ({})", painter.paint(style_of(label), label), share(*count));
            }
            foot.push('\n');
        }
        if let Some(note) = &self.note {
            let _ = writeln!(foot, "{}", painter.paint("dim", note));
        }
        foot
    }
}

/// Blank lines become one dim line.
fn push_blanks(body: &mut String, blanks: &mut usize, line_width: usize, painter: &Painter) {
    let words = match std::mem::take(blanks) {
        0 => return,
        1 => "·".to_owned(),
        count => format!("· {count} blank lines"),
    };
    let _ = writeln!(body, "{:line_width$} {}", "", painter.paint("dim", &words));
}

fn style_of(label: &str) -> &'static str {
    match label {
        "title" => "cyan.bold",
        "lead" => "cyan",
        "body" => "green",
        "caption" => "magenta",
        "credit" | "date_line" => "blue",
        "related_heading" | "related" => "yellow",
        "nav" => "red",
        _ => "dim",
    }
}

struct Painter {
    is_coloured: bool,
}

impl Painter {
    fn paint(&self, style: &str, text: &str) -> String {
        if !self.is_coloured || style.is_empty() || text.is_empty() {
            return text.to_owned();
        }
        Style::from_dotted_str(style).force_styling(true).apply_to(text).to_string()
    }
}

/// Breaks text into lines of a display width, at spaces where there are any, else between characters.
fn wrap(text: &str, first: usize, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let (mut used, mut limit) = (0, first);
    let mut buffer = [0; 4];
    for word in text.split_inclusive(' ') {
        let word_width = measure_text_width(word.trim_end());
        if used > 0 && used + word_width > limit && word_width <= width {
            lines.push(String::new());
            (used, limit) = (0, width);
        }
        for c in word.chars() {
            let char_width = measure_text_width(c.encode_utf8(&mut buffer));
            if used + char_width > limit && c != ' ' {
                lines.push(String::new());
                (used, limit) = (0, width);
            }
            if let Some(line) = lines.last_mut() {
                line.push(c);
            }
            used += char_width;
        }
    }
    lines.iter().map(|line| line.trim_end().to_owned()).collect()
}

/// The value with the digits that an f32 has; the nearest f64 would show more.
fn as_printed(number: f32) -> f64 {
    number.to_string().parse().unwrap_or_else(|_| number.into())
}

/// A value for the head: lists with commas, nothing for null.
fn in_words(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(items)) => items.iter().map(|item| in_words(Some(item))).collect::<Vec<_>>().join(", "),
        Some(other) => other.to_string(),
    }
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

fn record_row(record: &Record) -> Value {
    json!({
        "file_path": &*record.origin.file_path,
        "record_no": record.origin.record_no,
        "id": record.id,
        "encoding": record.encoding,
        "url": record.fields.url,
        "extra": record.fields.extra,
    })
}

fn reject_row(rejection: &Rejection) -> Value {
    json!({
        "stage": rejection.stage,
        "reason": rejection.reason.as_str(),
        "detail": rejection.detail,
        "excerpt": rejection.excerpt,
        "raw_bytes_hash": rejection.raw_bytes_hash,
    })
}

/// The columns of `articles` that cleaning alone fills.
fn article_row(article: &Article) -> Value {
    let day =
        |days: i32| DateTime::from_timestamp(i64::from(days) * 86_400, 0).map(|time| time.date_naive().to_string());
    let instant = |micros: i64| {
        DateTime::from_timestamp_micros(micros).map(|time| time.format("%Y-%m-%dT%H:%M:%S%.fZ").to_string())
    };
    json!({
        "content_hash": article.content_hash,
        "domain": article.domain,
        "title": article.title,
        "description": article.description,
        "text": article.text,
        "text_chars": article.text_chars,
        "language": article.language,
        "language_script": article.language_script,
        "language_score": article.language_score.map(as_printed),
        "date": article.date,
        "date_published": article.date_published.and_then(instant),
        "date_precision": article.date_precision,
        "date_source": article.date_source,
        "event_dates": article.event_dates,
        "crawl_not_before": article.crawl_not_before.and_then(day),
        "dateline_place": article.dateline_place,
        "dateline_country": article.dateline_country,
        "agency": article.agency,
        "authors": article.authors,
        "countries": article.countries,
        "captions": article.captions,
        "n_related": article.related.len(),
        "n_lines": article.n_lines,
        "n_removed_lines": article.n_removed_lines,
        "removed_char_share": as_printed(article.removed_char_share),
        "quality_flags": article.quality_flags,
        "is_machine_translated": article.is_machine_translated,
        "mt_signals": article.mt_signals,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(seg_no: i32, label: &str, kept: bool, text: &str) -> Row {
        let confidence = Some(0.9);
        Row {
            seg_no,
            line_no: seg_no,
            text: text.into(),
            label: label.into(),
            kept,
            rule: "a.b".into(),
            confidence,
            ..Row::default()
        }
    }

    fn view() -> View {
        let related = Row { item_no: Some(1), ..row(6, "related", false, "另一篇报道：中国经济增长") };
        let repeat = Row { repeat_of: Some(0), ..row(7, "repeat", false, "Tiêu đề\r") };
        View {
            record: object(json!({ "file_path": "a.txt", "record_no": 0, "id": "x", "encoding": "utf-8" })),
            rows: vec![
                row(0, "title", true, "Tiêu đề"),
                row(1, "blank", false, ""),
                row(2, "blank", false, " "),
                row(3, "body", true, "Một câu dài để xem nó được cắt hay xuống dòng thế nào trên màn hình hẹp."),
                row(4, "blank", false, ""),
                row(5, "related_heading", false, "Tin liên quan"),
                related,
                repeat,
            ],
            article: Some(object(json!({ "title": "Tiêu\u{1b}[31m đề", "countries": ["VN", "MX"], "agency": null }))),
            reject: None,
            duplicates: Vec::new(),
            note: Some(ALONE.to_owned()),
        }
    }

    #[test]
    fn without_a_terminal_everything_is_on_its_line() {
        let text = view().to_text(&Display { width: None, is_coloured: false, is_full: false });
        let expected = "\
source       a.txt, record 0
id           x
encoding     utf-8
title        Tiêu\\u{1b}[31m đề
countries    VN, MX

line   label           conf rule  text
   0 ● title           0.90 a.b  Tiêu đề
     · 2 blank lines
   3 ● body            0.90 a.b  Một câu dài để xem nó được cắt hay xuống dòng thế nào trên màn hình hẹp.
     ·
   5 ✂ related_heading 0.90 a.b  Tin liên quan
   6 ✂ related         0.90 a.b  #1 另一篇报道：中国经济增长
   7 ✂ repeat          0.90 a.b  = line 0 Tiêu đề\\r

cut 29 of 91 characters (31.9 %): related 12 (13.2 %), related_heading 11 (12.1 %), repeat 6 (6.6 %)
cleaned alone: no evidence from other records (repeated lines of its site, duplicates) was used
";
        assert_eq!(text, expected);
    }

    #[test]
    fn on_a_terminal_lines_fit() {
        for is_full in [false, true] {
            for width in [60, 80, 133] {
                let text = view().to_text(&Display { width: Some(width), is_coloured: true, is_full });
                let body = text.split("\n\n").nth(1).unwrap();
                assert!(body.lines().all(|line| measure_text_width(line) <= width), "{width}: {text}");
                assert!(text.contains("\u{1b}[32m●"), "{text}");
                assert_eq!(text.contains('…'), !is_full && width < 133);
            }
        }
    }

    #[test]
    fn wrapping_keeps_every_word() {
        for (text, first, width, expected) in [
            ("a bb ccc", 4, 4, &["a bb", "ccc"][..]),
            ("a bb ccc", 1, 8, &["a", "bb ccc"]),
            ("中国经济", 4, 4, &["中国", "经济"]),
            ("中国经济", 5, 5, &["中国", "经济"]),
            ("abcdefgh", 3, 3, &["abc", "def", "gh"]),
            ("", 3, 3, &[""]),
        ] {
            assert_eq!(wrap(text, first, width), expected, "{text}");
        }
    }

    #[test]
    fn a_stored_record_is_shown_from_its_rows() {
        let map = |value| object(value);
        let segment = |seg_no: i32, text: &str| {
            map(
                json!({ "id": "x", "run_id": "r", "seg_no": seg_no, "line_no": seg_no, "text": text, "label": "body", "kept": true,
                "rule": "a.b", "confidence": 0.5, "repeat_of": null, "item_no": null }),
            )
        };
        let stored = StoredRecord {
            run_id: "r".into(),
            segments: vec![segment(0, "one"), segment(1, "two"), segment(0, "other")],
            duplicates: vec![map(
                json!({ "id": "x", "kind": "near", "kept_id": "y", "kept_run_id": "r0", "dropped": true, "file_path": "f.txt" }),
            )],
            ..StoredRecord::default()
        };
        let view = View::of_stored(&stored);
        assert_eq!(view.rows.len(), 2);
        let text = view.to_text(&Display { width: None, is_coloured: false, is_full: false });
        assert!(text.contains("duplicate    dropped as near of y of run r0\n"), "{text}");
        assert!(text.contains("source       f.txt\n"), "{text}");
        assert!(text.contains("more than once"), "{text}");
        let json = view.to_json();
        assert_eq!(json["segments"][1]["text"], "two");
        assert_eq!(json["record"]["id"], "x");
        assert!(json.get("article").is_none());
    }
}
