//! What each key allows, and the words for a value that it does not.

use std::fmt;

use toml::Value;

/// What a key allows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Allowed {
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// A whole number of a range, both ends included.
    Integer(i64, i64),
    /// A number of a range, both ends included.
    Number(f64, f64),
    /// A text that is not empty.
    Name,
    /// Any text.
    Text,
    /// `true` or `false`.
    Switch,
    /// A list of texts.
    Texts,
    /// A day of the calendar, or nothing.
    Day,
}

use Allowed::{Day, Integer, Name, Number, OneOf, Switch, Text, Texts};

/// Every key of `config/default.toml`; a test compares the two, ranges included.
pub(super) const KEYS: &[(&str, Allowed)] = &[
    ("input.paths", Texts),
    ("input.format", OneOf(&["auto", "txt", "jsonl", "csv", "parquet", "warc", "wet", "html"])),
    ("input.text_field", Name),
    ("input.id_field", Name),
    ("input.url_field", Name),
    ("input.title_field", Name),
    ("input.date_field", Name),
    ("input.crawl_date_field", Name),
    ("input.ignore", Texts),
    ("limits.max_record_bytes", Integer(1024, 1_073_741_824)),
    ("limits.max_input_bytes", Integer(1_048_576, 1_125_899_906_842_624)),
    ("limits.max_compression_ratio", Integer(10, 1_000_000)),
    ("limits.max_decoder_bytes", Integer(1_048_576, 4_294_967_296)),
    ("limits.max_archive_depth", Integer(1, 8)),
    ("limits.max_archive_members", Integer(1, 99_999_999)),
    ("limits.max_reject_share", Number(0.0, 1.0)),
    ("limits.max_removed_share", Number(0.0, 1.0)),
    ("decode.html_text", OneOf(&["main", "visible"])),
    ("decode.repair_mojibake", Switch),
    ("decode.max_control_share", Number(0.0, 1.0)),
    ("label.preset", OneOf(&["recall", "balanced", "precision"])),
    ("label.recall_max_confidence", Number(0.0, 1.0)),
    ("label.precision_min_confidence", Number(0.0, 1.0)),
    ("label.min_items_without_heading", Integer(2, 20)),
    ("label.min_repeat_units", Integer(1, 100)),
    ("label.min_article_units", Integer(0, 1000)),
    ("label.template_records", Integer(0, 16)),
    ("label.stories_of_others", Switch),
    ("article.lead_containment", Number(0.0, 1.0)),
    ("dedup.action", OneOf(&["drop", "flag"])),
    ("dedup.short_text_chars", Integer(0, 10_000)),
    ("dedup.min_units", Integer(0, 10_000)),
    ("dedup.drop_containment", Number(0.0, 1.0)),
    ("dedup.near_jaccard", Number(0.0, 1.0)),
    ("dedup.syndicated_containment", Number(0.0, 1.0)),
    ("dedup.series_figure_share", Number(0.0, 1.0)),
    ("fields.as_of", Day),
    ("table.row_group_bytes", Integer(1_048_576, 1_073_741_824)),
    ("table.part_bytes", Integer(1_048_576, 68_719_476_736)),
    ("table.zstd_level", Integer(1, 19)),
    ("lexicon.dir", Text),
];

impl fmt::Display for Allowed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OneOf(words) => formatter.write_str(&words.join(" | ")),
            Integer(least, most) => write!(formatter, "a whole number from {least} to {most}"),
            Number(least, most) => write!(formatter, "a number from {least} to {most}"),
            Name => formatter.write_str("a text that is not empty"),
            Text => formatter.write_str("a text"),
            Switch => formatter.write_str("true | false"),
            Texts => formatter.write_str("a list of texts such as [\"a\", \"b\"]"),
            Day => formatter.write_str("a day such as \"2024-10-05\", or \"\""),
        }
    }
}

impl Allowed {
    /// The value in the type that the key is read with, or nothing when it is not allowed.
    pub(super) fn accept(self, value: &Value) -> Option<Value> {
        let is_allowed = match (self, value) {
            // 1 stands for 1.0, and an unquoted day is what everybody writes.
            (Number(..), Value::Integer(number)) => return self.accept(&Value::Float(*number as f64)),
            (Day, Value::Datetime(day)) => return self.accept(&Value::String(day.to_string())),
            (OneOf(words), Value::String(word)) => words.contains(&word.as_str()),
            (Integer(least, most), Value::Integer(number)) => (least..=most).contains(number),
            (Number(least, most), Value::Float(number)) => (least..=most).contains(number),
            (Name, Value::String(text)) => !text.is_empty(),
            (Text, Value::String(_)) | (Switch, Value::Boolean(_)) => true,
            (Texts, Value::Array(items)) => items.iter().all(Value::is_str),
            (Day, Value::String(day)) => day.is_empty() || is_day(day),
            _ => false,
        };
        is_allowed.then(|| value.clone())
    }
}

fn is_day(text: &str) -> bool {
    // chrono also reads `2024-1-5`, which would compare wrongly as text.
    text.len() == 10 && chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok()
}

/// The known key that is most like a wrong one.
pub(super) fn nearest(wrong: &str) -> &'static str {
    let leaf = |key: &str| key.rsplit('.').next().unwrap_or_default().to_owned();
    let difference = |known: &str| {
        let whole = distance(wrong, known);
        // The right name under the wrong section, or under none, is the commonest slip.
        whole.min(2 * distance(&leaf(wrong), &leaf(known)) + 1)
    };
    KEYS.iter().map(|(key, _)| *key).min_by_key(|key| difference(key)).unwrap_or_default()
}

/// Levenshtein's distance in characters.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, left) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, right) in b.iter().enumerate() {
            let change = diagonal + usize::from(left != *right);
            diagonal = row[j + 1];
            row[j + 1] = change.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        for (a, b, expected) in
            [("", "", 0), ("a", "", 1), ("", "ab", 2), ("preset", "prset", 1), ("kitten", "sitting", 3)]
        {
            assert_eq!(distance(a, b), expected, "{a} {b}");
        }
    }

    #[test]
    fn nearest_keys() {
        for (wrong, expected) in [
            ("label.prest", "label.preset"),
            ("preset", "label.preset"),
            ("dedup.preset", "label.preset"),
            ("lable.preset", "label.preset"),
            ("table.zstd", "table.zstd_level"),
            ("limits.max_record_byte", "limits.max_record_bytes"),
        ] {
            assert_eq!(nearest(wrong), expected, "{wrong}");
        }
    }

    #[test]
    fn values_on_both_sides_of_a_border() {
        let accepts = |allowed: Allowed, text: &str| {
            let table: toml::Table = format!("v = {text}").parse().unwrap();
            allowed.accept(&table["v"]).is_some()
        };
        for (allowed, text, expected) in [
            (Integer(1, 19), "1", true),
            (Integer(1, 19), "19", true),
            (Integer(1, 19), "0", false),
            (Integer(1, 19), "20", false),
            (Integer(1, 19), "3.0", false),
            (Number(0.0, 1.0), "1", true),
            (Number(0.0, 1.0), "1.01", false),
            (Number(0.0, 1.0), "nan", false),
            (Number(0.0, 1.0), "\"0.5\"", false),
            (Name, "\"\"", false),
            (Text, "\"\"", true),
            (Switch, "true", true),
            (Switch, "1", false),
            (Texts, "[]", true),
            (Texts, "[\"a\", 1]", false),
            (Day, "\"\"", true),
            (Day, "2024-02-29", true),
            (Day, "\"2024-02-30\"", false),
            (Day, "\"2024-2-3\"", false),
            (OneOf(&["drop", "flag"]), "\"flag\"", true),
            (OneOf(&["drop", "flag"]), "\"Flag\"", false),
        ] {
            assert_eq!(accepts(allowed, text), expected, "{allowed:?} {text}");
        }
    }
}
