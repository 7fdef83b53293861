//! Dates as pages print them beside a title: in figures or with the name of the month in any language, with clock and zone. Read from
//! short lines only; what stands in running text is read by the grammar of its language ([`crate::mention::dates`]).

use std::collections::{HashMap, HashSet};

use chrono::{NaiveDate, NaiveTime};

use crate::lexicon::BylineLexicon;
use crate::text::is_han;

/// Years that a page can have been published in.
const YEARS: std::ops::Range<u32> = 1990..2100;
/// Tokens between a date and its time.
const NEAR: usize = 6;

/// Words of the lexicon, ready to be looked up.
#[derive(Debug, Default)]
pub struct Words {
    months: HashMap<String, u32>,
    months_of: HashMap<String, HashMap<String, u32>>,
    joints: HashSet<String>,
    ordinals: HashSet<String>,
    published: HashSet<String>,
    updated: HashSet<String>,
    other: HashSet<String>,
    clock_before: HashSet<String>,
    hours: HashSet<String>,
    morning: HashSet<String>,
    afternoon: HashSet<String>,
    zones: HashMap<String, i32>,
    zones_of: HashMap<String, HashMap<String, i32>>,
    home: HashMap<String, i32>,
    month_first: HashSet<String>,
    day_first: HashSet<String>,
}

/// In which order figures give day and month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// `22/10/2025`.
    DayFirst,
    /// `10/22/2025`.
    MonthFirst,
    /// Either: only days that leave no choice are read.
    Unknown,
}

/// What the line says of a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Said {
    /// That it is another thing's.
    Other,
    /// That the story was changed then.
    Updated,
    /// Nothing.
    Nothing,
    /// That the story was published then.
    Published,
}

/// A date in a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// The day.
    pub day: NaiveDate,
    /// The time of day, with seconds where they are printed.
    pub time: Option<NaiveTime>,
    /// Whether the time has seconds.
    pub seconds: bool,
    /// Minutes before UTC.
    pub zone: Option<i32>,
    /// What the line says of it.
    pub said: Said,
    /// Bytes of the line that date, time and zone take.
    pub start: usize,
    /// Byte behind them.
    pub end: usize,
}

/// What a record tells about its dates.
#[derive(Debug, Clone, Copy)]
pub struct Habits<'a> {
    /// BCP 47 language.
    pub tag: &'a str,
    /// Country of the source, ISO 3166-1 alpha-2.
    pub home: Option<&'a str>,
    /// Order of figures.
    pub order: Order,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Number(u32, usize),
    Word,
    Sign(char),
}

#[derive(Debug, Clone)]
struct Token {
    kind: Kind,
    start: usize,
    end: usize,
    spaced: bool,
    /// Lower case; empty for numbers and signs.
    lower: String,
}

impl Words {
    /// From the built-in list and overlays.
    #[must_use]
    pub fn new(lexicons: &[&BylineLexicon]) -> Words {
        let mut words = Words::default();
        for lexicon in lexicons {
            for (month, names) in &lexicon.months {
                if let Ok(month) = month.parse() {
                    words.months.extend(names.iter().map(|name| (name.clone(), month)));
                }
            }
            for (tag, names) in &lexicon.months_of {
                words
                    .months_of
                    .entry(tag.clone())
                    .or_default()
                    .extend(names.iter().map(|(name, m)| (name.clone(), *m)));
            }
            for (into, from) in [
                (&mut words.joints, &lexicon.parts.joints),
                (&mut words.ordinals, &lexicon.parts.ordinals),
                (&mut words.published, &lexicon.said.published),
                (&mut words.updated, &lexicon.said.updated),
                (&mut words.other, &lexicon.said.other),
                (&mut words.clock_before, &lexicon.clock.before),
                (&mut words.hours, &lexicon.clock.hours),
                (&mut words.morning, &lexicon.clock.morning),
                (&mut words.afternoon, &lexicon.clock.afternoon),
                (&mut words.month_first, &lexicon.month_first),
                (&mut words.day_first, &lexicon.day_first),
            ] {
                into.extend(from.iter().cloned());
            }
            words.zones.extend(lexicon.zones.iter().map(|(name, zone)| (name.clone(), *zone)));
            words.home.extend(lexicon.home.iter().map(|(country, zone)| (country.clone(), *zone)));
            for (country, zones) in &lexicon.zones_of {
                let known = words.zones_of.entry(country.clone()).or_default();
                known.extend(zones.iter().map(|(name, zone)| (name.clone(), *zone)));
            }
        }
        words
    }

    /// The zone of a country that has one.
    #[must_use]
    pub fn home_zone(&self, country: &str) -> Option<i32> {
        self.home.get(country).copied()
    }

    /// Whether a word is the name of a month in any language.
    #[must_use]
    pub fn is_month(&self, word: &str) -> bool {
        self.months.contains_key(word)
    }

    /// The order that the language or the country of a source uses, where one is known.
    #[must_use]
    pub fn order_of(&self, tag: &str, home: Option<&str>) -> Order {
        match home {
            Some(home) if self.month_first.contains(home) => Order::MonthFirst,
            Some(home) if self.day_first.contains(home) => Order::DayFirst,
            _ if matches!(tag, "en" | "und" | "zh" | "ja" | "ko") => Order::Unknown,
            _ => Order::DayFirst,
        }
    }

    /// The order that a line shows, and whether it does in figures: `22/10/2025`, `22 Oct` are day first, `10/22/2025`, `Oct 22` month
    /// first.
    #[must_use]
    pub fn order_in(&self, line: &str) -> (Order, bool) {
        if !may_hold_year(line) {
            return (Order::Unknown, false);
        }
        let tokens = tokens(line);
        for at in 0..tokens.len() {
            if let Some((first, second, _, _)) = figures(&tokens, at) {
                match (first > 12, second > 12) {
                    (true, false) => return (Order::DayFirst, true),
                    (false, true) => return (Order::MonthFirst, true),
                    _ => {}
                }
            }
            let number = |at: usize| match tokens.get(at)?.kind {
                Kind::Number(number, digits) => (digits <= 2 && (1..=31).contains(&number)).then_some(at),
                _ => None,
            };
            let year = |at: usize| tokens.get(at).is_some_and(is_year);
            let skip = |at: usize| skip(&tokens, at, &['.', ',']);
            let behind = skip(at + 1);
            let order = match () {
                () if number(behind).is_some() && year(skip(behind + 1)) => Order::MonthFirst,
                () if at > 0 && number(at - 1).is_some() && year(behind) => Order::DayFirst,
                () => continue,
            };
            if self.months.contains_key(&tokens[at].lower) {
                return (order, false);
            }
        }
        (Order::Unknown, false)
    }

    /// The dates of a line, in its order. Those without a year are none.
    #[must_use]
    pub fn stamps(&self, line: &str, habits: Habits) -> Vec<Stamp> {
        if !may_hold_year(line) {
            return Vec::new();
        }
        let tokens = tokens(line);
        let mut found: Vec<Stamp> = Vec::new();
        let mut free_from = 0;
        let mut at = 0;
        while at < tokens.len() {
            let Some((day, end)) = self.day(&tokens, at, habits) else {
                at += 1;
                continue;
            };
            let said = self.said(&tokens, free_from, at, end);
            let (mut start, mut stop) = (tokens[at].start, tokens[end - 1].end);
            let behind = self.time_behind(&tokens, end);
            let (mut time, mut zone, mut next) = (None, None, end);
            if let Some((clock, clock_end)) = behind {
                time = Some(clock);
                (zone, next) = self.zone(&tokens, clock_end, habits);
                stop = tokens[next - 1].end;
            } else if let Some((clock, clock_start, clock_end)) = self.time_before(&tokens, free_from, at) {
                time = Some(clock);
                zone = self.zone(&tokens, clock_end, habits).0;
                start = tokens[clock_start].start;
            }
            let (seconds, time) = time.map_or((false, None), |(seconds, time)| (seconds, Some(time)));
            found.push(Stamp { day, time, seconds, zone, said, start, end: stop });
            free_from = next;
            at = next;
        }
        found
    }

    fn month(&self, token: &Token, tag: &str) -> Option<u32> {
        if token.lower.is_empty() {
            return None;
        }
        let own = self.months_of.get(tag).and_then(|names| names.get(&token.lower));
        own.or_else(|| self.months.get(&token.lower)).copied()
    }

    /// The day that begins at a token, and the token behind it.
    fn day(&self, tokens: &[Token], at: usize, habits: Habits) -> Option<(NaiveDate, usize)> {
        let date = |year: u32, month: u32, day: u32| NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day);
        let first = &tokens[at];
        let before = at.checked_sub(1).map(|before| &tokens[before]);
        let word_before = at > 1 && tokens[at - 2].kind == Kind::Word && !tokens[at - 1].spaced;
        let glued = before.is_some_and(|before| {
            !(first.spaced || word_before && before.kind == Kind::Sign('-'))
                && matches!(before.kind, Kind::Sign('/' | '-' | '.' | '$' | '#' | '+' | '_' | '=' | '~'))
        });
        if first.kind == Kind::Word {
            // October 22[nd][,] 2025
            let next = skip(tokens, at + 1, &['.', ',', '-', '/']);
            let (day, digits) = number(tokens.get(next)?)?;
            let month = self.month(first, habits.tag)?;
            let next = self.behind_day(tokens, next + 1);
            let next = skip(tokens, next, &[',', '-', '/', '.']);
            let next = self.joint(tokens, next);
            let year = tokens.get(next).filter(|token| is_year(token)).and_then(number)?.0;
            return (digits <= 2).then(|| date(year, month, day)).flatten().map(|day| (day, next + 1));
        }
        let (value, digits) = number(first)?;
        if glued {
            return None;
        }
        if digits == 4 && YEARS.contains(&value) {
            let sign = tokens.get(at + 1)?;
            if matches!(sign.kind, Kind::Sign('-' | '/' | '.')) || matches!(sign.lower.as_str(), "年" | "년") {
                let month = number(tokens.get(at + 2)?);
                if let Some((month, _)) = month.filter(|(month, digits)| *digits <= 2 && *month <= 12) {
                    let second = tokens.get(at + 3)?;
                    let same = second.kind == sign.kind || matches!(second.lower.as_str(), "月" | "월");
                    let (day, digits) = number(tokens.get(at + 4)?).filter(|_| same)?;
                    let end = at + 5;
                    let end = end
                        + usize::from(
                            tokens
                                .get(end)
                                .is_some_and(|t| matches!(t.lower.as_str(), "日" | "號" | "号" | "일" | "t")),
                        );
                    return (digits <= 2).then(|| date(value, month, day)).flatten().map(|day| (day, end));
                }
            }
            // 2018 m. gegužės 5, 2018. május 5.
            let next = skip(tokens, at + 1, &['.', ',', '-', '/']);
            let next = skip(tokens, self.joint(tokens, next), &['.']);
            let month = self.month(tokens.get(next)?, habits.tag)?;
            let next = skip(tokens, next + 1, &['.', '-', '/']);
            let (day, digits) = number(tokens.get(next)?)?;
            return (digits <= 2).then(|| date(value, month, day)).flatten().map(|day| (day, next + 1));
        }
        if digits == 8 && (YEARS.start..YEARS.end).contains(&(value / 10_000)) && first.end - first.start == 8 {
            return date(value / 10_000, value / 100 % 100, value % 100).map(|day| (day, at + 1));
        }
        if digits > 2 {
            return None;
        }
        if let Some((one, two, year, end)) = figures(tokens, at) {
            let points = tokens[at + 1].kind == Kind::Sign('.');
            let order = match habits.order {
                _ if points || one > 12 => Order::DayFirst,
                Order::Unknown => self.order_by_zone(tokens, end, habits),
                // `02-12-2025` is written in many places, also where the name of the month comes first.
                Order::MonthFirst if tokens[at + 1].kind == Kind::Sign('-') && habits.home.is_none() => Order::Unknown,
                known => known,
            };
            let (day, month) = match order {
                _ if two > 12 => (two, one),
                _ if one == two => (one, two),
                Order::DayFirst => (one, two),
                Order::MonthFirst => (two, one),
                Order::Unknown => return None,
            };
            return date(year, month, day).map(|day| (day, end));
        }
        // 22[nd] [of] October[,] 2025; 22 tháng 10[,] [năm] 2025
        let next = self.behind_day(tokens, at + 1);
        let next = skip(tokens, next, &['.', '-', '/', ',']);
        let numbered = tokens.get(next).is_some_and(|token| token.lower == "tháng");
        let next = self.joint(tokens, next);
        let month_at = tokens.get(next)?;
        let month =
            if numbered { number(month_at).map(|(month, _)| month)? } else { self.month(month_at, habits.tag)? };
        let sign = tokens.get(next + 1).map(|token| token.kind);
        let next = skip(tokens, skip(tokens, next + 1, &['.']), &[',', '-', '/', '.', '\'', '’', '|', '•']);
        let next = skip(tokens, self.joint(tokens, next), &['\'', '’']);
        let (mut year, digits) = number(tokens.get(next)?)?;
        if digits == 2 && matches!(sign, Some(Kind::Sign('-' | '/' | '\'' | '’' | '.'))) {
            year += if year < 70 { 2000 } else { 1900 };
        }
        YEARS.contains(&year).then(|| date(year, month, value)).flatten().map(|day| (day, next + 1))
    }

    /// The zone of the clock behind a date tells the order: those of North America print the month first.
    fn order_by_zone(&self, tokens: &[Token], end: usize, habits: Habits) -> Order {
        let zone = self.time_behind(tokens, end).and_then(|(_, next)| self.zone(tokens, next, habits).0);
        match zone {
            Some(-600..=-240) => Order::MonthFirst,
            Some(_) => Order::DayFirst,
            None => Order::Unknown,
        }
    }

    fn behind_day(&self, tokens: &[Token], at: usize) -> usize {
        let ordinal = tokens.get(at).is_some_and(|token| !token.spaced && self.ordinals.contains(&token.lower));
        at + usize::from(ordinal)
    }

    /// Behind up to two words that may stand between the parts of a date.
    fn joint(&self, tokens: &[Token], at: usize) -> usize {
        let is = |at: usize| tokens.get(at).is_some_and(|token| self.joints.contains(&token.lower));
        at + if is(at) { 1 + usize::from(is(at + 1)) } else { 0 }
    }

    /// What the words around a date say of it. Those between the date before and this one count, and, in scripts without spaces, the one
    /// directly behind.
    fn said(&self, tokens: &[Token], from: usize, at: usize, end: usize) -> Said {
        let said = |token: &Token| {
            // 发布日期 is one word here.
            let holds = |words: &HashSet<String>| {
                words.contains(&token.lower)
                    || (token.lower.starts_with(is_han) && words.iter().any(|word| token.lower.contains(word.as_str())))
            };
            if token.lower.is_empty() {
                (token.kind == Kind::Sign('©')).then_some(Said::Other)
            } else if holds(&self.updated) {
                Some(Said::Updated)
            } else if holds(&self.published) {
                Some(Said::Published)
            } else {
                holds(&self.other).then_some(Said::Other)
            }
        };
        let before = tokens[from..at].iter().rev().find_map(said);
        // 2025-01-05 06:40更新
        let behind = || {
            let word =
                tokens[end..].iter().take(NEAR).find(|token| token.lower.starts_with(is_han) && token.lower.len() > 3);
            word.and_then(said)
        };
        before.or_else(behind).unwrap_or(Said::Nothing)
    }

    /// A time at a token, and the token behind it.
    fn clock(&self, tokens: &[Token], at: usize) -> Option<((bool, NaiveTime), usize)> {
        let half = |token: Option<&Token>| -> Option<bool> {
            let word = token?.lower.as_str();
            if self.morning.contains(word) { Some(false) } else { self.afternoon.contains(word).then_some(true) }
        };
        let (mut hour, digits) = number(tokens.get(at)?).filter(|(hour, digits)| *hour < 25 && *digits <= 2)?;
        let mut part = half(at.checked_sub(1).and_then(|before| tokens.get(before)));
        let sign = tokens.get(at + 1)?;
        let colon = match sign.kind {
            Kind::Sign(':' | '\u{ff1a}') => true,
            Kind::Sign('.') => !tokens.get(at + 2)?.spaced,
            Kind::Word => matches!(sign.lower.as_str(), "h" | "時" | "时" | "点" | "點" | "시" | "giờ"),
            _ => false,
        };
        // a.m. is three tokens
        let stops = |at: usize| {
            let of = |at: usize| tokens.get(at).map_or("", |token| token.lower.as_str());
            let stop = |at: usize| tokens.get(at).is_some_and(|token| token.kind == Kind::Sign('.'));
            (matches!(of(at), "a" | "p") && stop(at + 1) && of(at + 2) == "m").then(|| of(at) == "p")
        };
        let mut end;
        let (mut minute, mut second, mut seconds) = (0, 0, false);
        let minutes = tokens.get(at + 2).filter(|_| colon).and_then(number).filter(|(m, d)| *m < 60 && *d == 2);
        if let Some((minutes, _)) = minutes {
            minute = minutes;
            end = at + 3;
            end += usize::from(tokens.get(end).is_some_and(|t| matches!(t.lower.as_str(), "分" | "분")));
            let more = tokens.get(end).is_some_and(|t| matches!(t.kind, Kind::Sign(':' | '\u{ff1a}')));
            if let Some((found, _)) =
                tokens.get(end + 1).filter(|_| more).and_then(number).filter(|(s, d)| *s < 60 && *d == 2)
            {
                (second, seconds) = (found, true);
                end += 2;
            }
            if tokens.get(end).is_some_and(|t| self.hours.contains(&t.lower)) {
                end += 1;
            }
        } else {
            // 4pm, 16 Uhr
            end = at + 1;
            let known = half(tokens.get(end)).is_some()
                || stops(end).is_some()
                || (self.hours.contains(&sign.lower) && digits > 0);
            if !known {
                return None;
            }
            if self.hours.contains(&sign.lower) {
                end += 1;
            }
        }
        if let Some(afternoon) = half(tokens.get(end)) {
            part = Some(afternoon);
            end += 1;
        } else if let Some(afternoon) = stops(end) {
            part = Some(afternoon);
            end += 3 + usize::from(tokens.get(end + 3).is_some_and(|token| token.kind == Kind::Sign('.')));
        }
        match part {
            Some(true) if hour < 12 => hour += 12,
            Some(false) if hour == 12 => hour = 0,
            _ => {}
        }
        let time = NaiveTime::from_hms_opt(hour, minute, second)?;
        Some(((seconds, time), end))
    }

    fn time_behind(&self, tokens: &[Token], end: usize) -> Option<((bool, NaiveTime), usize)> {
        for at in end..(end + NEAR).min(tokens.len()) {
            if let Some(found) = self.clock(tokens, at) {
                return Some(found);
            }
            let token = &tokens[at];
            let passes = match token.kind {
                Kind::Sign(sign) => matches!(sign, ',' | '|' | '-' | '–' | '•' | '·' | '.' | '(' | '/' | '—' | '@'),
                Kind::Word => self.clock_before.contains(&token.lower) || token.lower == "t" || is_weekday_like(token),
                Kind::Number(..) => false,
            };
            if !passes {
                return None;
            }
        }
        None
    }

    fn time_before(&self, tokens: &[Token], from: usize, at: usize) -> Option<((bool, NaiveTime), usize, usize)> {
        let earliest = at.saturating_sub(NEAR + 4).max(from);
        for start in earliest..at {
            if let Some((time, end)) = self.clock(tokens, start) {
                let passes = |token: &Token| match token.kind {
                    Kind::Sign(sign) => {
                        matches!(sign, ',' | '|' | '-' | '–' | '•' | '·' | '.' | '(' | ')' | '/' | '—' | '+')
                    }
                    Kind::Word => true,
                    Kind::Number(..) => false,
                };
                if end <= at && end + NEAR > at && tokens[end..at].iter().all(passes) {
                    return Some((time, start, end));
                }
            }
        }
        None
    }

    /// The zone at a token or behind a bracket, and the token behind it.
    fn zone(&self, tokens: &[Token], at: usize, habits: Habits) -> (Option<i32>, usize) {
        let open = skip(tokens, at, &['(', '[']);
        let signed = |at: usize| -> Option<(i32, usize)> {
            let sign = match tokens.get(at)?.kind {
                Kind::Sign('+') => 1,
                Kind::Sign('-' | '−' | '–') => -1,
                _ => return None,
            };
            let (value, digits) = number(tokens.get(at + 1)?).filter(|_| !tokens[at + 1].spaced)?;
            let value = i32::try_from(value).ok()?;
            let colon = tokens.get(at + 2).is_some_and(|token| token.kind == Kind::Sign(':'));
            let minutes = tokens
                .get(at + 3)
                .filter(|_| colon && digits <= 2)
                .and_then(number)
                .filter(|(m, d)| *m < 60 && *d == 2);
            let total = match (digits, minutes) {
                (4, _) => value / 100 * 60 + value % 100,
                (1 | 2, Some((minutes, _))) => value * 60 + i32::try_from(minutes).ok()?,
                (1 | 2, None) => value * 60,
                _ => return None,
            };
            (total <= 14 * 60).then_some((sign * total, at + if minutes.is_some() { 4 } else { 2 }))
        };
        let Some(token) = tokens.get(open) else { return (None, at) };
        if matches!(token.kind, Kind::Sign('+' | '-' | '−')) && !token.spaced {
            // A sign and two figures alone may be anything; `+07:00` is not.
            if let Some((zone, end)) = signed(open).filter(|(_, end)| *end == open + 4) {
                return (Some(zone), end);
            }
            return (None, at);
        }
        let name = token.lower.to_uppercase();
        if matches!(name.as_str(), "UTC" | "GMT")
            && let Some((zone, end)) = signed(open + 1)
        {
            return (Some(zone), end);
        }
        let own = habits.home.and_then(|home| self.zones_of.get(home)).and_then(|zones| zones.get(&name));
        match own.or_else(|| self.zones.get(&name)) {
            Some(zone) => (Some(*zone), open + 1),
            None => (None, at),
        }
    }
}

/// `7/5/2005`, `28. 4. 2023`, `15.04.25`: two figures, the year, and the token behind them.
fn figures(tokens: &[Token], at: usize) -> Option<(u32, u32, u32, usize)> {
    let (one, digits) = number(tokens.get(at)?).filter(|(_, digits)| *digits <= 2)?;
    let sign = tokens.get(at + 1)?.kind;
    let (two, more) = number(tokens.get(at + 2)?).filter(|(_, digits)| *digits <= 2)?;
    let fits = matches!(sign, Kind::Sign('/' | '-' | '.')) && tokens.get(at + 3)?.kind == sign;
    let (mut year, year_digits) = number(tokens.get(at + 4)?).filter(|_| fits && digits > 0 && more > 0)?;
    if year_digits == 2 && !tokens[at + 4].spaced {
        year += if year < 70 { 2000 } else { 1900 };
    } else if year_digits != 4 {
        return None;
    }
    let touches = tokens.get(at + 5).is_some_and(|token| {
        !token.spaced
            && matches!(token.kind, Kind::Sign('/' | '-' | '.' | '%'))
            && tokens.get(at + 6).is_some_and(|t| !t.spaced && number(t).is_some())
    });
    let months = (1..=31).contains(&one) && (1..=31).contains(&two) && (one <= 12 || two <= 12);
    (months && YEARS.contains(&year) && !touches).then_some((one, two, year, at + 5))
}

fn number(token: &Token) -> Option<(u32, usize)> {
    match token.kind {
        Kind::Number(value, digits) => Some((value, digits)),
        _ => None,
    }
}

fn is_year(token: &Token) -> bool {
    matches!(token.kind, Kind::Number(value, 4) if YEARS.contains(&value))
}

/// A short word between date and time that may be a weekday's abbreviation in brackets.
fn is_weekday_like(token: &Token) -> bool {
    let mut chars = token.lower.chars();
    chars.next().is_some_and(|c| "日月火水木金土一二三四五六周星期월화수목금토일".contains(c)) && chars.count() < 3
}

/// Behind at most one of the signs.
fn skip(tokens: &[Token], at: usize, signs: &[char]) -> usize {
    let is = tokens.get(at).is_some_and(|token| matches!(token.kind, Kind::Sign(sign) if signs.contains(&sign)));
    at + usize::from(is)
}

/// Whether a line can hold a date with its year: four figures that begin as one, or two behind a sign. Most lines cannot.
fn may_hold_year(line: &str) -> bool {
    let bytes = line.as_bytes();
    let mut at = 0;
    while let Some(found) = bytes[at..].iter().position(u8::is_ascii_digit) {
        let start = at + found;
        let digits = bytes[start..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        at = start + digits;
        let run = &bytes[start..at];
        let is_year = digits >= 4 && (run.starts_with(b"20") || run.starts_with(b"199"));
        let before = bytes[..start].trim_ascii_end();
        if is_year
            || digits == 2
                && (before.ends_with("’".as_bytes()) || matches!(before.last(), Some(b'/' | b'-' | b'.' | b'\'')))
        {
            return true;
        }
    }
    false
}

/// Numbers, words and signs. A word ends where a capital follows a small letter (`PublishedDec`) and where letters meet figures; a Han
/// character of the calendar is a word of its own.
fn tokens(line: &str) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut spaced = true;
    let mut last = ' ';
    let mut capitals = 0;
    for (start, c) in line.char_indices() {
        let end = start + c.len_utf8();
        if c.is_whitespace() || c == '\u{200b}' {
            spaced = true;
            last = c;
            continue;
        }
        let calendar = |c: char| "年月日时時分点點號号년월일시분".contains(c);
        let digit = c.to_digit(10);
        let comma = tokens
            .len()
            .checked_sub(2)
            .is_some_and(|before| matches!(tokens[before].kind, Kind::Sign(',') | Kind::Number(_, 1 | 2)));
        let letter = c.is_alphanumeric() || crate::text::is_loose_mark(c) || is_sign_of_word(c);
        if let (Some(token), false) = (tokens.last_mut(), spaced) {
            match (&mut token.kind, digit) {
                // `Apr 28, 20232:23 PM`: a year of four figures behind a comma is full.
                (Kind::Number(value, 4), Some(_)) if comma && YEARS.contains(value) => {}
                (Kind::Number(value, digits), Some(digit)) => {
                    *value = value.saturating_mul(10).saturating_add(digit);
                    *digits += 1;
                    token.end = end;
                    last = c;
                    continue;
                }
                (Kind::Word, None) if letter => {
                    let camel = c.is_uppercase() && last.is_lowercase();
                    // `MENDOZAJune`: the last capital begins the next word.
                    if c.is_lowercase() && capitals > 2 && capitals == token.lower.chars().count() {
                        let first = token.end - last.len_utf8();
                        let dropped = token.lower.pop();
                        token.end = first;
                        let mut lower: String = dropped.into_iter().collect();
                        lower.extend(c.to_lowercase());
                        tokens.push(Token { kind: Kind::Word, start: first, end, spaced: false, lower });
                        capitals = 0;
                        last = c;
                        continue;
                    }
                    capitals += usize::from(c.is_uppercase());
                    let switch = is_han(c) != is_han(last);
                    if !camel && !switch && !calendar(c) && !calendar(last) {
                        token.lower.extend(c.to_lowercase());
                        token.end = end;
                        last = c;
                        continue;
                    }
                }
                _ => {}
            }
        }
        let kind = match digit {
            Some(digit) => Kind::Number(digit, 1),
            None if letter => Kind::Word,
            None => Kind::Sign(c),
        };
        let lower = if kind == Kind::Word { c.to_lowercase().collect() } else { String::new() };
        tokens.push(Token { kind, start, end, spaced, lower });
        capitals = usize::from(c.is_uppercase());
        spaced = false;
        last = c;
    }
    tokens
}

/// Vowel signs of Indic scripts and Thai are parts of words.
fn is_sign_of_word(c: char) -> bool {
    matches!(u32::from(c), 0x0900..=0x0DFF | 0x0E00..=0x0EFF | 0x1000..=0x109F | 0x064B..=0x065F | 0x0591..=0x05C7)
}

#[cfg(test)]
mod tests;
