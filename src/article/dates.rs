//! The date grammar: forms as data, one small engine. Output is EDTF; an unknown year is `XXXX`, and no year is ever guessed.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use regex::Captures;

use crate::lexicon::{CompiledDateRule, LanguageData};
use crate::text::fold;

/// A day of which the year may be unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day {
    /// Year, if the text gives it.
    pub year: Option<i32>,
    /// 1–12.
    pub month: u32,
    /// 1–31.
    pub day: u32,
}

/// A date found in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Byte range in the text.
    pub range: std::ops::Range<usize>,
    /// First day.
    pub first: Day,
    /// Last day, for a range of days.
    pub last: Option<Day>,
}

impl Day {
    /// A day, if it exists in the calendar; 29 February of an unknown year does.
    #[must_use]
    pub fn new(year: Option<i32>, month: u32, day: u32) -> Option<Day> {
        NaiveDate::from_ymd_opt(year.unwrap_or(2000), month, day)?;
        Some(Day { year, month, day })
    }

    /// EDTF: `2025-10-04`, `XXXX-10-04`.
    #[must_use]
    pub fn edtf(&self) -> String {
        match self.year {
            Some(year) => format!("{year:04}-{:02}-{:02}", self.month, self.day),
            None => format!("XXXX-{:02}-{:02}", self.month, self.day),
        }
    }

    /// Days since 1970-01-01, when the year is known.
    #[must_use]
    pub fn days(&self) -> Option<i32> {
        let date = NaiveDate::from_ymd_opt(self.year?, self.month, self.day)?;
        Some(date.num_days_from_ce() - UNIX_EPOCH_FROM_CE)
    }
}

/// Days from 0001-01-01 (day 1) to 1970-01-01.
const UNIX_EPOCH_FROM_CE: i32 = 719_163;

impl Found {
    /// EDTF of the day or the range of days.
    #[must_use]
    pub fn edtf(&self) -> String {
        match &self.last {
            Some(last) => format!("{}/{}", self.first.edtf(), last.edtf()),
            None => self.first.edtf(),
        }
    }
}

/// The days and day ranges of a text, in its order. Forms claim their places in the order of the lexicon, so that a period or a
/// document number that looks like a date keeps later forms off.
#[must_use]
pub fn find(text: &str, language: &LanguageData) -> Vec<Found> {
    let Some((set, gate)) = &language.date_set else { return Vec::new() };
    let mut claimed: Vec<std::ops::Range<usize>> = Vec::new();
    let mut found = Vec::new();
    if !text.contains(|c: char| c.is_ascii_digit() || HAN_DIGITS.contains(c)) {
        return Vec::new();
    }
    for rule in set.matches_among(text, gate.candidates_in(text).of(0)) {
        let rule = &language.dates[rule];
        for captures in rule.pattern.captures_iter(text) {
            let Some(range) = claim(&captures, rule, text) else { continue };
            if claimed.iter().any(|taken| taken.start < range.end && range.start < taken.end) {
                continue;
            }
            if rule.kind == "event" {
                let Some((first, last)) = days(&captures, &language.months) else { continue };
                found.push(Found { range: range.clone(), first, last });
            }
            claimed.push(range);
        }
    }
    found.sort_by_key(|found| found.range.start);
    found
}

/// The place that a match takes. Digits may not touch it on either side: `15/12/2025` is no `5/12`.
fn claim(captures: &Captures, rule: &CompiledDateRule, text: &str) -> Option<std::ops::Range<usize>> {
    let range = captures.get(0)?.range();
    let digit_before = text[..range.start].ends_with(|c: char| c.is_ascii_digit())
        && text[range.clone()].starts_with(|c: char| c.is_ascii_digit());
    let digit_behind = text[range.end..].starts_with(|c: char| c.is_ascii_digit())
        && text[range.clone()].ends_with(|c: char| c.is_ascii_digit());
    // Patterns know the ASCII word boundary only.
    let letter = |c: char| c.is_alphabetic() && !crate::text::is_unspaced(c);
    let inside_word = (text[..range.start].ends_with(letter) && text[range.clone()].starts_with(letter))
        || (text[range.clone()].ends_with(letter) && text[range.end..].starts_with(letter));
    (rule.kind == "mask" || (!digit_before && !digit_behind && !inside_word)).then_some(range)
}

/// First and last day of a match: what one of them lacks is taken from the other.
fn days(captures: &Captures, months: &BTreeMap<String, u32>) -> Option<(Day, Option<Day>)> {
    let number = |name: &str| captures.name(name).and_then(|group| digits(group.as_str()));
    let month = |digits: &str, name: &str| {
        number(digits).or_else(|| captures.name(name).and_then(|group| months.get(&fold(group.as_str())).copied()))
    };
    let (d1, d2) = (number("d"), number("d2"));
    let (m1, m2) = (month("m", "mn"), month("m2", "mn2"));
    let (y1, y2) = (number("y").map(year), number("y2").map(year));
    let first_month = m1.or(m2)?;
    let last_month = m2.or(m1)?;
    let year_rolls = last_month < first_month;
    let first_year = y1.or(y2.map(|year| if year_rolls { year - 1 } else { year }));
    let last_year = y2.or(y1.map(|year| if year_rolls { year + 1 } else { year }));
    let first = Day::new(first_year, first_month, d1.or(d2)?)?;
    let last = match (d1, d2) {
        (Some(_), Some(d2)) => Some(Day::new(last_year, last_month, d2)?),
        _ => None,
    };
    let backwards = last.is_some_and(|last| !year_rolls && (last.month, last.day) < (first.month, first.day));
    (!backwards).then_some((first, last.filter(|last| *last != first)))
}

fn digits(text: &str) -> Option<u32> {
    text.trim().parse().ok().or_else(|| han_number(text.trim()))
}

/// Digits of which every date has one, beside the ASCII ones.
const HAN_DIGITS: &str = "〇一二三四五六七八九十";

/// Reads Han numerals up to 99 and years written digit by digit: `十四`, `二〇二六`.
fn han_number(text: &str) -> Option<u32> {
    let digit =
        |c: char| HAN_DIGITS.chars().position(|known| known == c || (known == '〇' && c == '零')).map(|d| d as u32);
    if let Some((tens, ones)) = text.split_once('十') {
        let tens = if tens.is_empty() { 1 } else { digit(tens.chars().next()?)? };
        let ones = if ones.is_empty() { 0 } else { digit(ones.chars().next()?)? };
        return Some(tens * 10 + ones);
    }
    let mut number = 0;
    if text.contains('十') {
        return None;
    }
    for c in text.chars() {
        number = number * 10 + digit(c)?;
    }
    (!text.is_empty() && text.chars().count() <= 4).then_some(number)
}

/// Two-digit years: 00–69 are 2000–2069, 70–99 are 1970–1999 (POSIX).
fn year(number: u32) -> i32 {
    match number {
        0..=69 => 2000 + number as i32,
        70..=99 => 1900 + number as i32,
        _ => number as i32,
    }
}

/// Whether the sentence of a date announces it: a day to come says nothing about when the text was written.
#[must_use]
pub fn is_announced(text: &str, found: &Found, language: &LanguageData) -> bool {
    let before = &text[..found.range.start];
    let start = before.rfind(['.', '。', '!', '?', ';', '\n']).map_or(0, |at| at + 1);
    let sentence = before.get(start..).unwrap_or(before).to_lowercase();
    language.announced.iter().any(|word| {
        sentence.match_indices(word.as_str()).any(|(at, _)| {
            let spaced = word.chars().all(|c| !crate::text::is_unspaced(c));
            let open = |c: Option<char>| !spaced || c.is_none_or(|c| !c.is_alphanumeric());
            open(sentence[..at].chars().next_back()) && open(sentence[at + word.len()..].chars().next())
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lexicon::{CompiledPatterns, Lexicon};

    fn edtf(text: &str) -> Vec<String> {
        let lexicon: Lexicon = toml::from_str(
            r"
language = 'vi'
[date]
announced = ['sẽ']
months = { 'bảy' = 7 }
rules = [
  { name = 'range', kind = 'event', pattern = 'ngày (?P<d>\d{1,2})-(?P<d2>\d{1,2})/(?P<m2>\d{1,2})(?:/(?P<y2>\d{4}))?' },
  { name = 'two', kind = 'event', pattern = '(?P<d>\d{1,2})/(?P<m>\d{1,2}) đến (?P<d2>\d{1,2})/(?P<m2>\d{1,2})/(?P<y2>\d{4})' },
  { name = 'period', kind = 'period', pattern = 'giai đoạn \d{1,2}/\d{4}' },
  { name = 'day', kind = 'event', pattern = 'ngày (?P<d>\d{1,2})/(?P<m>\d{1,2})(?:/(?P<y>\d{2,4}))?' },
]",
        )
        .unwrap();
        let patterns = CompiledPatterns::new(&[lexicon]).unwrap();
        find(text, patterns.language("vi").unwrap()).iter().map(Found::edtf).collect()
    }

    #[test]
    fn parts_are_shared_between_the_ends_of_a_range() {
        assert_eq!(edtf("từ ngày 4-7/10, tại Lima"), ["XXXX-10-04/XXXX-10-07"]);
        assert_eq!(edtf("ngày 4-7/10/2025"), ["2025-10-04/2025-10-07"]);
        assert_eq!(edtf("28/12 đến 3/1/2026"), ["2025-12-28/2026-01-03"]);
    }

    #[test]
    fn days_that_do_not_exist_are_no_dates() {
        assert_eq!(edtf("ngày 31/2, ngày 7-4/10, ngày 5/13"), Vec::<String>::new());
        assert_eq!(edtf("ngày 29/2"), ["XXXX-02-29"]);
    }

    #[test]
    fn han_numerals_are_read() {
        for (text, number) in [("十四", 14), ("二十", 20), ("三十一", 31), ("二〇二六", 2026), ("九", 9)] {
            assert_eq!(han_number(text), Some(number), "{text}");
        }
        assert_eq!(han_number("百"), None);
    }

    #[test]
    fn days_count_from_the_epoch() {
        assert_eq!(Day::new(Some(1970), 1, 2).and_then(|day| day.days()), Some(1));
        assert_eq!(Day::new(Some(2025), 12, 31).and_then(|day| day.days()), Some(20_453));
    }
}
