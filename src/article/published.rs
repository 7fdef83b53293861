//! The publication date: the caller's field first, then the address, a date line beside the title, a byline. Never from other stories.

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, Utc};

use super::Draft;
use super::stamp::{Habits, Order, Said, Stamp, Words};
use crate::document::Label;
use crate::label::line::{Evidence, Line};

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

/// Where the date was found beside what it is.
#[derive(Debug, Default)]
pub(super) struct Dated {
    pub published: Option<Published>,
    /// The line that gives it.
    pub line: Option<usize>,
    /// Whether the caller's date says nothing that is understood.
    pub field_is_unread: bool,
}

/// The date, by the order of trust: field, date line, address, another line beside the title.
pub(super) fn date(draft: &Draft, words: &Words, tag: &str, home: Option<&str>) -> Dated {
    let lines = Lines { draft, words, tag, home, order: std::cell::OnceCell::new() };
    let field = draft.record.fields.date.as_deref().and_then(|value| {
        from_field(value.trim()).or_else(|| {
            let habits = Habits { tag, home, order: words.order_of(tag, home) };
            let stamp = words.stamps(value.trim(), habits).first().copied()?;
            Some(of_time(&stamp, None, "field"))
        })
    });
    let field_is_unread = draft.record.fields.date.is_some() && field.is_none();
    let found = from_lines(&lines);
    let line = found.as_ref().map(|found| found.line);
    let by_line =
        |sure: bool| found.as_ref().filter(|found| (found.score >= SURE) == sure).map(|found| of_found(found, &lines));
    // A field that gives only month or year is no better than a line that gives the day in it.
    let is_in = |line: &Published, field: &Published| line.day.is_some() && line.edtf.starts_with(&field.edtf);
    let field = field.map(|field| match field.day {
        None => by_line(true).filter(|line| is_in(line, &field)).unwrap_or(field),
        Some(_) => field,
    });
    let published = field
        .or_else(|| by_line(true))
        .or_else(|| from_address(draft.record.fields.url.as_deref()?))
        .or_else(|| by_line(false));
    Dated { published, line, field_is_unread }
}

/// Forms of a time with its zone beside those of RFC 3339 and 2822: `2024-05-03 10:00:00+07` as databases have it, `20240503T100000Z`.
const ZONED: [(&str, &str); 8] = [
    ("%Y-%m-%dT%H:%M:%S%.f%#z", "second"),
    ("%Y-%m-%d %H:%M:%S%.f%#z", "second"),
    ("%Y-%m-%d %H:%M:%S%.f %#z", "second"),
    ("%Y%m%dT%H%M%S%#z", "second"),
    ("%Y-%m-%dT%H:%M%#z", "minute"),
    ("%Y-%m-%d %H:%M%#z", "minute"),
    ("%Y-%m-%d %H:%M %#z", "minute"),
    ("%Y%m%dT%H%M%#z", "minute"),
];

/// Reads ISO 8601, EDTF and RFC 2822 forms, seconds since 1970 and the fourteen digits of web archives.
fn from_field(value: &str) -> Option<Published> {
    let standard = DateTime::parse_from_rfc3339(value).or_else(|_| DateTime::parse_from_rfc2822(value));
    let zoned = standard.ok().map(|instant| (instant, "second")).or_else(|| {
        ZONED.iter().find_map(|(form, precision)| Some((DateTime::parse_from_str(value, form).ok()?, *precision)))
    });
    if let Some((instant, precision)) = zoned {
        return Some(Published {
            edtf: instant.format("%Y-%m-%dT%H:%M:%S%:z").to_string(),
            day: Some(instant.date_naive()),
            instant: instant_of(&instant),
            precision,
            source: "field",
        });
    }
    if let Some(instant) = of_epoch(value) {
        let edtf = instant.format("%Y-%m-%dT%H:%M:%SZ").to_string();
        let (day, instant) = (Some(instant.date_naive()), Some(instant.timestamp_micros()));
        return Some(Published { edtf, day, instant, precision: "second", source: "field" });
    }
    for (form, precision) in [
        ("%Y-%m-%dT%H:%M:%S%.f", "second"),
        ("%Y%m%d%H%M%S", "second"),
        ("%Y-%m-%d %H:%M:%S%.f", "second"),
        ("%Y-%m-%d %H:%M", "minute"),
        ("%Y-%m-%dT%H:%M", "minute"),
    ] {
        if let Ok(local) = NaiveDateTime::parse_from_str(value, form) {
            let edtf = local.format("%Y-%m-%dT%H:%M:%S").to_string();
            return Some(Published { edtf, day: Some(local.date()), instant: None, precision, source: "field" });
        }
    }
    let mut days = ["%Y-%m-%d", "%Y/%m/%d", "%Y%m%d"].iter();
    if let Some(day) = days.find_map(|form| NaiveDate::parse_from_str(value, form).ok()) {
        return Some(of_day(day, "field"));
    }
    of_part(value)
}

/// Seconds, thousandths or millionths of seconds since 1970, of the years in which news was put on the web.
fn of_epoch(value: &str) -> Option<DateTime<Utc>> {
    let (whole, fraction) = value.split_once('.').unwrap_or((value, "0"));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let number = (digits(whole) && digits(fraction)).then(|| whole.parse::<i64>().ok())??;
    let seconds = match whole.len() {
        9 | 10 => number,
        13 => number / 1_000,
        16 => number / 1_000_000,
        _ => return None,
    };
    EPOCH_SECONDS.contains(&seconds).then(|| DateTime::from_timestamp_secs(seconds))?
}

/// From 1990 to the spring of 2030: ten digits that begin with a later year are a day and an hour.
const EPOCH_SECONDS: std::ops::Range<i64> = 631_152_000..1_900_000_000;

/// A year or a month: `2024`, `2024-05`, `05/2024`, `2024-05-XX`.
fn of_part(value: &str) -> Option<Published> {
    let value = value.trim_end_matches("-XX");
    let parts: Vec<&str> = value.split(['-', '/', '.']).collect();
    let number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse::<u32>().ok())?;
    let year = |part: &str| number(part).filter(|year| part.len() == 4 && YEARS.contains(year));
    let month = |part: &str| number(part).filter(|month| part.len() <= 2 && (1..=12).contains(month));
    let (edtf, precision) = match parts[..] {
        [only] => (format!("{:04}", year(only)?), "year"),
        [first, second] => {
            let (year, month) = year(first).zip(month(second)).or_else(|| Some((year(second)?, month(first)?)))?;
            (format!("{year:04}-{month:02}"), "month")
        }
        _ => return None,
    };
    Some(Published { edtf, day: None, instant: None, precision, source: "field" })
}

/// Years of which a field may give no more.
const YEARS: std::ops::Range<u32> = 1800..2100;

/// Microseconds of an instant; none in years that readers of tables do not know (0 and before, 10000 and later).
fn instant_of(instant: &DateTime<FixedOffset>) -> Option<i64> {
    use chrono::Datelike as _;
    (1..=9999).contains(&instant.to_utc().year()).then(|| instant.timestamp_micros())
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
const LINES_BEFORE_TITLE: usize = 8;
/// Lines in front of the first paragraph that may, where the title stands far above it.
const LINES_BEFORE_BODY: usize = 15;
/// Lines behind a first headline far above the text among which its date may stand.
const LINES_BEHIND_HEADLINE: usize = 12;
/// Paragraphs behind which a date is another story's, a comment's or the page's own.
const PARAGRAPHS_BEFORE_DATE: usize = 3;
/// Lines behind the text that may hold its date, where they say that it is.
const LINES_BEHIND_TEXT: usize = 12;
/// Lines behind the text that are next to it.
const LINES_CLOSE_TO_TEXT: usize = 3;
/// Longest line, in units, in which a date stands beside an author or a clock.
const MAX_LINE_UNITS: f32 = 30.0;
/// Longest line of the text itself, in units, that is nothing but a date.
const MAX_DATE_UNITS: f32 = 12.0;
/// Most letters beside the date in such a line: an author, minutes to read.
const MAX_LETTERS: usize = 40;
/// Lines of a page that are looked at to learn how it orders day and month.
const LINES_FOR_ORDER: usize = 400;

/// What a date line is read with.
struct Lines<'a> {
    draft: &'a Draft<'a>,
    words: &'a Words,
    tag: &'a str,
    home: Option<&'a str>,
    /// Learnt from the page when it is first asked for.
    order: std::cell::OnceCell<Order>,
}

impl Lines<'_> {
    fn order(&self) -> Order {
        *self.order.get_or_init(|| {
            let known = self.words.order_of(self.tag, self.home);
            if known != Order::Unknown {
                return known;
            }
            let lines = self.draft.labelled.lines.iter().take(LINES_FOR_ORDER);
            // Figures outweigh names of months.
            let (mut figures, mut names) = ([0, 0], [0, 0]);
            for line in lines.filter(|line| line.shape.digits >= 3 && line.shape.units <= MAX_LINE_UNITS) {
                let (order, in_figures) = self.words.order_in(&line.text);
                let counts = if in_figures { &mut figures } else { &mut names };
                match order {
                    Order::DayFirst => counts[0] += 1,
                    Order::MonthFirst => counts[1] += 1,
                    Order::Unknown => {}
                }
            }
            match if figures == [0, 0] { names } else { figures } {
                [day, month] if day > 2 * month => Order::DayFirst,
                [day, month] if month > 2 * day => Order::MonthFirst,
                _ => Order::Unknown,
            }
        })
    }

    /// The date of a line that is most likely the story's: what it says of it first, then their order.
    fn stamp(&self, line: &Line) -> Option<Stamp> {
        let habits = |order| Habits { tag: self.tag, home: self.home, order };
        let mut stamps = self.words.stamps(&line.text, habits(Order::Unknown));
        if stamps.is_empty() && self.order() != Order::Unknown {
            stamps = self.words.stamps(&line.text, habits(self.order()));
        }
        // `5 gennaio 2025 (modifica il 6 gennaio 2025)`: the day in front of that of a change is the first one's.
        let is_changed = stamps.iter().skip(1).any(|stamp| stamp.said == Said::Updated);
        if let Some(first) = stamps.first_mut().filter(|first| is_changed && first.said == Said::Nothing) {
            first.said = Said::Published;
        }
        // Of equals the first.
        stamps.into_iter().rev().max_by_key(|stamp| stamp.said).filter(|stamp| stamp.said != Said::Other)
    }

    /// Whether nothing but a date stands in a line.
    fn is_date(line: &Line, stamp: &Stamp) -> bool {
        let letters = |text: Option<&str>| text.map_or(0, |text| text.chars().filter(|c| c.is_alphabetic()).count());
        let around = letters(line.text.get(..stamp.start)) + letters(line.text.get(stamp.end..));
        line.shape.units <= MAX_DATE_UNITS && around <= MAX_LETTERS
    }
}

/// A date line found on a page.
struct Found {
    stamp: Stamp,
    line: usize,
    label: Label,
    /// How much speaks for it.
    score: i32,
}

/// From this score on a line is trusted more than a day in the address.
const SURE: i32 = 5;
/// Below this one it is not trusted at all.
const LEAST: i32 = 2;

/// What a line itself can add to what its place and label say: that it was published then, nothing but a date, a time.
const MOST_SAID: i32 = 6;

/// The line that gives the day of publication: where it stands, what it says of the date, and what else stands in it. Dates between title
/// and text are likely the story's; those above the title may be today's, those behind the text another story's.
fn from_lines(lines_of: &Lines) -> Option<Found> {
    let draft = lines_of.draft;
    let lines = &draft.labelled.lines;
    let is_paragraph = |at: &usize| matches!(draft.label(&lines[*at]), Label::Lead | Label::Body);
    let first = draft.first_paragraph()?;
    let title = draft.headline_before(first);
    let last = (0..lines.len()).rfind(is_paragraph)?;
    let early = (0..lines.len()).filter(is_paragraph).nth(PARAGRAPHS_BEFORE_DATE).unwrap_or(last);
    let near = first.saturating_sub(LINES_BEFORE_BODY);
    let title_line = title.unwrap_or(near);
    let other_title = draft.title_line().unwrap_or(title_line);
    let top = title_line.min(other_title).saturating_sub(LINES_BEFORE_TITLE).min(near);
    let far = title_line.saturating_sub(other_title) > LINES_BEHIND_HEADLINE;
    let between = |at: usize| far && at > other_title + LINES_BEHIND_HEADLINE && at + LINES_BEFORE_BODY < first;
    let end = (last + 1 + LINES_BEHIND_TEXT).min(lines.len());
    let mut best: Option<Found> = None;
    let mut other_stories = false;
    // Behind the title first: of equals the first counts.
    for at in (title_line.min(end)..end).chain((top..title_line.min(end)).rev()) {
        let line = &lines[at];
        let label = draft.label(line);
        other_stories |= at > last && label == Label::RelatedHeading;
        if line.shape.digits < 3 || line.shape.units > MAX_LINE_UNITS || label == Label::Repeat || between(at) {
            continue;
        }
        let of_text = matches!(label, Label::Title | Label::Lead | Label::Body);
        let may_begin = of_text && at <= first && !line.shape.ends_sentence();
        let most = if may_begin { 2.0 * MAX_DATE_UNITS } else { MAX_DATE_UNITS };
        if of_text && line.shape.units > most || other_stories && at > last {
            continue;
        }
        // Pages print the headline twice; the date may stand behind either.
        let nearest = if at < title_line && other_title < at { other_title } else { title_line };
        let behind_title = at.saturating_sub(nearest);
        let place = match () {
            () if at < nearest && title.is_some() => 2 * i32::from(nearest - at <= 3),
            () if at < first && title.is_some() && behind_title <= 4 => 4,
            () if at < first && (behind_title <= 10 || first - at <= 4) => 3,
            () if at < first => 2,
            () if at <= early => 2 * i32::from(title.is_some() && behind_title <= 8),
            () => -1,
        };
        let form = match label {
            Label::DateLine | Label::Credit => 2,
            Label::Caption => -4,
            Label::Related | Label::RelatedHeading if at > early => -1,
            _ => 0,
        };
        let prose = line.shape.ends_sentence() && line.shape.units > MAX_DATE_UNITS;
        let credit = line.evidence == Evidence::Credit && label != Label::Credit;
        let known = place + form + i32::from(credit) - 3 * i32::from(prose);
        // Reading a line is dear: not where whatever it says is too little.
        let needed = best.as_ref().map_or(LEAST, |best| best.score + 1);
        if known + MOST_SAID < needed {
            continue;
        }
        let Some(stamp) = lines_of.stamp(line) else { continue };
        let whole = Lines::is_date(line, &stamp);
        // `18 June 2018 10:01, from Kano`
        let begins = may_begin && stamp.start == 0 && stamp.time.is_some();
        if of_text && !(whole || begins) || at > early && !(whole || stamp.said == Said::Published) {
            continue;
        }
        let said = match stamp.said {
            Said::Published => 3,
            Said::Updated => -1,
            Said::Nothing | Said::Other => 0,
        };
        // Directly behind the text its own date may stand in a line that reads like another story's, where it says what it is.
        let of_others = matches!(label, Label::Related | Label::RelatedHeading) && at > early;
        let own = stamp.said == Said::Published && (last..=last + LINES_CLOSE_TO_TEXT).contains(&at);
        let strange = 2 * i32::from(of_others && !own);
        let score = known + said + 2 * i32::from(whole) + i32::from(stamp.time.is_some()) - strange;
        if score >= needed {
            best = Some(Found { stamp, line: at, label, score });
        }
    }
    best
}

/// A date with its time, and the instant where the zone is printed or is the one of the source's country.
fn of_found(found: &Found, lines: &Lines) -> Published {
    let source = if found.label == Label::DateLine { "date_line" } else { "byline" };
    of_time(&found.stamp, lines.home.and_then(|home| lines.words.home_zone(home)), source)
}

fn of_time(stamp: &Stamp, home: Option<i32>, source: &'static str) -> Published {
    let Some(time) = stamp.time else { return of_day(stamp.day, source) };
    let local = stamp.day.and_time(time);
    let offset = stamp.zone.or(home).and_then(|minutes| FixedOffset::east_opt(minutes * 60));
    let edtf = match stamp.zone.and(offset).and_then(|offset| local.and_local_timezone(offset).single()) {
        Some(zoned) => zoned.format("%Y-%m-%dT%H:%M:%S%:z").to_string(),
        None => local.format("%Y-%m-%dT%H:%M:%S").to_string(),
    };
    let instant = offset.and_then(|offset| local.and_local_timezone(offset).single()).map(|at| at.timestamp_micros());
    let precision = if stamp.seconds { "second" } else { "minute" };
    Published { edtf, day: Some(stamp.day), instant, precision, source }
}

#[cfg(test)]
mod tests {
    use super::{from_address, from_field};

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
    fn fields_are_read_in_the_forms_of_databases_and_standards() {
        for (value, edtf, precision, has_instant) in [
            ("2024-05-03 10:00:00+07", "2024-05-03T10:00:00+07:00", "second", true),
            ("2024-05-03 10:00:00.123 +0700", "2024-05-03T10:00:00+07:00", "second", true),
            ("2024-05-03T10:00+0700", "2024-05-03T10:00:00+07:00", "minute", true),
            ("20240503T100000Z", "2024-05-03T10:00:00+00:00", "second", true),
            ("2024-05-03T10:00", "2024-05-03T10:00:00", "minute", false),
            ("2024-05", "2024-05", "month", false),
            ("05/2024", "2024-05", "month", false),
            ("2024-05-XX", "2024-05", "month", false),
            ("2024", "2024", "year", false),
            ("1714730400", "2024-05-03T10:00:00Z", "second", true),
            ("1714730400.25", "2024-05-03T10:00:00Z", "second", true),
            ("1714730400123", "2024-05-03T10:00:00Z", "second", true),
            ("20240503100000", "2024-05-03T10:00:00", "second", false),
            ("9999-12-31T23:59:59-12:00", "9999-12-31T23:59:59-12:00", "second", false),
        ] {
            let found = from_field(value).unwrap();
            assert_eq!((found.edtf.as_str(), found.precision, found.instant.is_some()), (edtf, precision, has_instant));
        }
        for value in ["13/2024", "20", "99999", "not a date", "2024-05-XX-XX-01", "2024050310", "20241399100000"] {
            assert_eq!(from_field(value), None, "{value}");
        }
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
}
