//! The publication date: the caller's field first, then a date line beside the title. Never from other stories.

use chrono::{DateTime, NaiveDate, NaiveDateTime};

use super::{Draft, dates};
use crate::document::Label;
use crate::lexicon::LanguageData;

/// A publication date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Published {
    pub edtf: String,
    /// Microseconds since 1970-01-01 UTC; only when the zone is known.
    pub instant: Option<i64>,
    pub precision: &'static str,
    pub source: &'static str,
}

pub(super) fn date(draft: &Draft, data: Option<&LanguageData>) -> Option<Published> {
    let field = draft.record.fields.date.as_deref().and_then(|value| from_field(value.trim()));
    field.or_else(|| from_date_line(draft, data?))
}

/// Reads ISO 8601 forms; what is in another form is left to the `extra` column's reader.
fn from_field(value: &str) -> Option<Published> {
    if let Ok(instant) = DateTime::parse_from_rfc3339(value) {
        return Some(Published {
            edtf: instant.format("%Y-%m-%dT%H:%M:%S%:z").to_string(),
            instant: Some(instant.timestamp_micros()),
            precision: "second",
            source: "field",
        });
    }
    for (form, precision) in
        [("%Y-%m-%dT%H:%M:%S", "second"), ("%Y-%m-%d %H:%M:%S", "second"), ("%Y-%m-%d %H:%M", "minute")]
    {
        if let Ok(local) = NaiveDateTime::parse_from_str(value, form) {
            let edtf = local.format("%Y-%m-%dT%H:%M:%S").to_string();
            return Some(Published { edtf, instant: None, precision, source: "field" });
        }
    }
    let day = NaiveDate::parse_from_str(value, "%Y-%m-%d").ok()?;
    Some(Published { edtf: day.format("%Y-%m-%d").to_string(), instant: None, precision: "day", source: "field" })
}

/// Lines in front of the title that may hold its date: the top of a page often shows today's.
const LINES_BEFORE_TITLE: usize = 2;
/// Paragraphs behind which a date is another story's, a comment's or the page's own.
const PARAGRAPHS_BEFORE_DATE: usize = 3;

/// A full day on a date line beside the title or among the first paragraphs.
fn from_date_line(draft: &Draft, data: &LanguageData) -> Option<Published> {
    let lines = &draft.labelled.lines;
    let title = lines.iter().position(|line| draft.label(line) == Label::Title);
    let paragraphs = || (0..lines.len()).filter(|&at| matches!(draft.label(&lines[at]), Label::Lead | Label::Body));
    let end = paragraphs().nth(PARAGRAPHS_BEFORE_DATE).or_else(|| paragraphs().next_back())?;
    let top = title.map_or(0, |title| title.saturating_sub(LINES_BEFORE_TITLE)).min(end);
    // Behind the title first.
    let behind = title.unwrap_or(0).min(end)..end;
    let found = behind.chain(top..title.unwrap_or(0).min(end)).map(|at| &lines[at]).find_map(|line| {
        let is_date = draft.label(line) == Label::DateLine;
        is_date.then(|| dates::find(&line.text, data).into_iter().find(|date| date.first.year.is_some())).flatten()
    })?;
    Some(Published { edtf: found.first.edtf(), instant: None, precision: "day", source: "date_line" })
}

#[cfg(test)]
mod tests {
    use super::from_field;

    #[test]
    fn an_instant_needs_a_zone() {
        let with_zone = from_field("2025-10-04T10:00:00+07:00").unwrap();
        assert_eq!(with_zone.instant, Some(1_759_546_800_000_000));
        assert_eq!(with_zone.edtf, "2025-10-04T10:00:00+07:00");
        let without = from_field("2025-10-04 10:00").unwrap();
        assert_eq!((without.instant, without.precision), (None, "minute"));
        assert_eq!(from_field("2025-10-04").unwrap().precision, "day");
        assert_eq!(from_field("04/10/2025"), None);
    }
}
