//! The publication date: the caller's field first, then the address, a date line beside the title, a byline. Never from other stories.

use chrono::{DateTime, NaiveDate, NaiveDateTime};

use super::{Draft, full_days};
use crate::document::Label;
use crate::mention::dates::Day;
use crate::mention::{Language, Scratch};

/// A publication date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Published {
    pub edtf: String,
    /// The day, where it is known.
    pub day: Option<NaiveDate>,
    /// Microseconds since 1970-01-01 UTC; only when the zone is known.
    pub instant: Option<i64>,
    pub precision: &'static str,
    pub source: &'static str,
}

pub(super) fn date(draft: &Draft, tag: &str, language: Option<&Language>, scratch: &mut Scratch) -> Option<Published> {
    let field = draft.record.fields.date.as_deref().and_then(|value| from_field(value.trim()));
    field
        .or_else(|| from_line(draft, tag, language, scratch, true))
        .or_else(|| from_address(draft.record.fields.url.as_deref()?))
        .or_else(|| from_line(draft, tag, language, scratch, false))
}

/// Reads ISO 8601 and RFC 2822 forms; what is in another form is left to the reader of the `extra` column.
fn from_field(value: &str) -> Option<Published> {
    let instant = DateTime::parse_from_rfc3339(value)
        .or_else(|_| DateTime::parse_from_rfc2822(value))
        .or_else(|_| DateTime::parse_from_str(value, "%Y-%m-%dT%H:%M:%S%z"))
        .or_else(|_| DateTime::parse_from_str(value, "%Y-%m-%d %H:%M:%S%:z"));
    if let Ok(instant) = instant {
        return Some(Published {
            edtf: instant.format("%Y-%m-%dT%H:%M:%S%:z").to_string(),
            day: Some(instant.date_naive()),
            instant: Some(instant.timestamp_micros()),
            precision: "second",
            source: "field",
        });
    }
    for (form, precision) in [
        ("%Y-%m-%dT%H:%M:%S%.f", "second"),
        ("%Y-%m-%d %H:%M:%S%.f", "second"),
        ("%Y-%m-%d %H:%M", "minute"),
        ("%Y-%m-%dT%H:%M", "minute"),
    ] {
        if let Ok(local) = NaiveDateTime::parse_from_str(value, form) {
            let edtf = local.format("%Y-%m-%dT%H:%M:%S").to_string();
            return Some(Published { edtf, day: Some(local.date()), instant: None, precision, source: "field" });
        }
    }
    let day = ["%Y-%m-%d", "%Y/%m/%d", "%Y%m%d"].iter().find_map(|form| NaiveDate::parse_from_str(value, form).ok())?;
    Some(of_day(day, "field"))
}

fn of_day(day: NaiveDate, source: &'static str) -> Published {
    let edtf = day.format("%Y-%m-%d").to_string();
    Published { edtf, day: Some(day), instant: None, precision: "day", source }
}

/// A day in an address: `/2025/10/22/`, `-20251022`, `2025-10-22`, `/2017/nov/21/`, `ngay-5-12-2025`.
fn from_address(address: &str) -> Option<Published> {
    let path = address.split_once("://").map_or(address, |(_, rest)| rest).split_once('/')?.1.to_ascii_lowercase();
    let parts: Vec<&str> = path.split(|c: char| !c.is_ascii_alphanumeric()).collect();
    let number = |part: &str, digits: std::ops::RangeInclusive<usize>| -> Option<u32> {
        (digits.contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())).then(|| part.parse().ok())?
    };
    let year = |part: &str| number(part, 4..=4).filter(|year| (1990..2100).contains(year));
    let month = |part: &str| {
        number(part, 1..=2).or_else(|| MONTHS.iter().position(|name| *name == part).map(|at| at as u32 + 1))
    };
    let day = |y: u32, m: u32, d: u32| NaiveDate::from_ymd_opt(y as i32, m, d);
    let in_order = parts.windows(3).find_map(|w| day(year(w[0])?, month(w[1])?, number(w[2], 1..=2)?));
    let backwards = || parts.windows(3).find_map(|w| day(year(w[2])?, number(w[1], 1..=2)?, number(w[0], 1..=2)?));
    let halves = || {
        parts.windows(2).find_map(|w| {
            let rest = number(w[1], 4..=4)?;
            day(year(w[0])?, rest / 100, rest % 100)
        })
    };
    let joined = || {
        parts.iter().find_map(|part| {
            // Fourteen digits are a day with its time.
            let digits = part.get(..8).filter(|_| matches!(part.len(), 8 | 12 | 14))?;
            let number = number(digits, 8..=8)?;
            let found = day(number / 10_000, number / 100 % 100, number % 100)?;
            (1990..2100).contains(&(number / 10_000)).then_some(found)
        })
    };
    let tight = || {
        parts.windows(2).find_map(|w| {
            // /201711/21/
            let number6 = number(w[0], 6..=6)?;
            let found = day(number6 / 100, number6 % 100, number(w[1], 2..=2)?)?;
            (1990..2100).contains(&(number6 / 100)).then_some(found)
        })
    };
    in_order.or_else(joined).or_else(halves).or_else(tight).or_else(backwards).map(|day| of_day(day, "url"))
}

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// Lines in front of the title that may hold its date: the top of a page often shows today's.
const LINES_BEFORE_TITLE: usize = 2;
/// Lines in front of the first paragraph that may, where the title stands far above it.
const LINES_BEFORE_BODY: usize = 15;
/// Paragraphs behind which a date is another story's, a comment's or the page's own.
const PARAGRAPHS_BEFORE_DATE: usize = 3;
/// Longest line, in units, in which a date stands beside an author or a clock.
const MAX_LINE_UNITS: f32 = 25.0;

/// A full day on a date line, or on another short line that is not of the article, beside the title or among the first paragraphs.
fn from_line(
    draft: &Draft,
    tag: &str,
    language: Option<&Language>,
    scratch: &mut Scratch,
    date_lines: bool,
) -> Option<Published> {
    let lines = &draft.labelled.lines;
    let title = lines.iter().position(|line| draft.label(line) == Label::Title);
    let is_paragraph = |at: &usize| matches!(draft.label(&lines[*at]), Label::Lead | Label::Body);
    let first = (0..lines.len()).find(is_paragraph)?;
    let last = (0..lines.len()).filter(is_paragraph).nth(PARAGRAPHS_BEFORE_DATE);
    let end = last.or_else(|| (0..lines.len()).rfind(is_paragraph))?;
    let near = first.saturating_sub(LINES_BEFORE_BODY);
    let title = title.unwrap_or(near).min(end);
    let top = title.saturating_sub(LINES_BEFORE_TITLE);
    // Behind the title first, then in front of it, then in front of the text.
    let order = (title.max(near)..end).chain(top..title).chain(near.min(title)..top);
    let mut read = |at: usize| {
        let line = &lines[at];
        let label = draft.label(line);
        let fits = if date_lines {
            label == Label::DateLine
        } else {
            !matches!(label, Label::DateLine | Label::Title | Label::Lead | Label::Body | Label::Repeat)
        };
        if !fits || line.shape.units > MAX_LINE_UNITS || line.shape.digits < 3 {
            return None;
        }
        let by_grammar = || full_days(language?, &line.text, scratch).first().map(|(_, day)| *day);
        let day = slashes(&line.text, tag).or_else(by_grammar)?;
        let day = NaiveDate::from_ymd_opt(day.year?, day.month, day.day)?;
        Some(of_day(day, if date_lines { "date_line" } else { "byline" }))
    };
    order.into_iter().find_map(&mut read)
}

/// `22/10/2025`: day first; in English the month where only it can be, and nothing where both orders are days.
fn slashes(text: &str, tag: &str) -> Option<Day> {
    text.split(|c: char| !(c.is_ascii_digit() || matches!(c, '/' | '.' | '-'))).find_map(|word| {
        let parts: Vec<&str> = word.split(['/', '.', '-']).collect();
        let [first, second, year] = parts.as_slice() else { return None };
        if first.len() == 4 {
            let year = first.parse().ok().filter(|year| (1990..2100).contains(year));
            let day = parts[2].parse().ok().filter(|_| parts[2].len() <= 2)?;
            return Day::new(Some(year?), second.parse().ok()?, day);
        }
        let fits = (1..=2).contains(&first.len()) && (1..=2).contains(&second.len()) && year.len() == 4;
        let (first, second, year): (u32, u32, i32) = (first.parse().ok()?, second.parse().ok()?, year.parse().ok()?);
        let year = Some(year).filter(|year| fits && (1990..2100).contains(year));
        match tag {
            _ if year.is_none() => None,
            "en" | "und" if first <= 12 && second <= 12 && first != second => None,
            "en" | "und" if second > 12 => Day::new(year, first, second),
            _ => Day::new(year, second, first),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::{from_address, from_field, slashes};

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

    #[test]
    fn addresses_hold_days() {
        for (address, expected) in [
            ("https://example.com/2025/10/22/bridge", Some("2025-10-22")),
            ("https://example.com/world/2017/nov/21/bridge", Some("2017-11-21")),
            ("https://example.vn/cau-moi-20251022101500.html", Some("2025-10-22")),
            ("https://example.cn/2024/0424/c1.html", Some("2024-04-24")),
            ("https://example.cn/201711/21/a.html", Some("2017-11-21")),
            ("https://example.vn/ngay-5-12-2025", Some("2025-12-05")),
            ("https://example.com/post/12345678", None),
            ("https://example.com/2025/13/45", None),
            ("https://2025.example.com/10/22", None),
        ] {
            assert_eq!(from_address(address).map(|found| found.edtf).as_deref(), expected, "{address}");
        }
    }

    #[test]
    fn english_slashes_are_read_where_only_one_order_is_a_day() {
        let edtf = |text: &str, tag: &str| slashes(text, tag).map(|day| day.edtf());
        assert_eq!(edtf("10/22/2025 10:00", "en").as_deref(), Some("2025-10-22"));
        assert_eq!(edtf("22/10/2025", "en").as_deref(), Some("2025-10-22"));
        assert_eq!(edtf("04/10/2025", "en"), None);
        assert_eq!(edtf("04/10/2025", "vi").as_deref(), Some("2025-10-04"));
        assert_eq!(edtf("v1.2.2025.3", "vi"), None);
    }
}
