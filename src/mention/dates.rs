//! Dates of a text. The forms are data (`config/lexicon/mention`); here is what they mean. Output is EDTF (ISO 8601-2:2019, levels
//! 0 to 2); an unknown year is `XXXX`, and no year is ever guessed: what the context tells goes into the bounds.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use chrono::{Datelike, Days, NaiveDate};

use super::forms::{Captures, First, Form, Second, Slot, Spelling, Spellings, Words};
use super::lexicon::DateLexicon;
use super::numbers::Numerals;
use super::phrases::{Case, Phrases};
use super::tokens::{Marks, Token, Vocabulary};
use crate::error::{Error, Result};
use crate::fast_map::NumberMap;

/// A day of which the year may be unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day {
    /// Year, if the text gives it.
    pub year: Option<i32>,
    /// 1–12.
    pub month: u32,
    /// 1–31.
    pub day: u32,
}

/// Days from 0001-01-01 (day 1) to 1970-01-01.
const UNIX_EPOCH_FROM_CE: i32 = 719_163;

impl Day {
    /// A day, if it exists in the calendar; 29 February of an unknown year does.
    #[must_use]
    pub fn new(year: Option<i32>, month: u32, day: u32) -> Option<Day> {
        NaiveDate::from_ymd_opt(year.unwrap_or(2000), month, day)?;
        Some(Day { year, month, day })
    }

    /// The day of a calendar date.
    #[must_use]
    pub fn from_date(date: NaiveDate) -> Day {
        Day { year: Some(date.year()), month: date.month(), day: date.day() }
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
        epoch_days(self.year?, self.month, self.day)
    }

    fn date(&self) -> Option<NaiveDate> {
        NaiveDate::from_ymd_opt(self.year?, self.month, self.day)
    }

    /// The day in a year; of a 29 February that the year does not have, the 28th.
    fn in_year(&self, year: i32) -> Option<i32> {
        epoch_days(year, self.month, self.day).or_else(|| epoch_days(year, self.month, 28))
    }
}

fn epoch_days(year: i32, month: u32, day: u32) -> Option<i32> {
    Some(NaiveDate::from_ymd_opt(year, month, day)?.num_days_from_ce() - UNIX_EPOCH_FROM_CE)
}

fn last_of_month(year: i32, month: u32) -> Option<i32> {
    let (next_year, next) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
    Some(epoch_days(next_year, next, 1)? - 1)
}

/// What a form means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value {
    /// A day.
    Day(Day),
    /// From a day to a later one.
    Days(Day, Day),
    /// A day of an unknown month.
    DayOfMonth(u32),
    /// A month.
    Month(Option<i32>, u32),
    /// From a month to a later one.
    Months((Option<i32>, u32), (Option<i32>, u32)),
    /// A year.
    Year(i32),
    /// From a year to a later one.
    Years(i32, i32),
    /// A quarter, 1–4, or a half, 5 and 6.
    Quarter(Option<i32>, u32),
    /// A decade by its first year; below 100 the century is not known.
    Decade(i32),
    /// A century, 20 = the years 1901 to 2000.
    Century(i32),
    /// A day of the lunar calendar, kept as printed.
    Lunar,
}

/// What is known of the record around a date.
#[derive(Debug, Clone, Copy, Default)]
pub struct Context {
    /// Day of publication, of which relative dates are counted.
    pub anchor: Option<NaiveDate>,
    /// Latest past year that the article names: a day without a year is hardly older.
    pub not_before: Option<i32>,
}

impl Value {
    /// EDTF; none for what EDTF cannot say.
    #[must_use]
    pub fn edtf(&self) -> Option<String> {
        let year = |year: Option<i32>| year.map_or_else(|| "XXXX".to_owned(), |year| format!("{year:04}"));
        Some(match self {
            Value::Day(day) => day.edtf(),
            Value::Days(first, last) => format!("{}/{}", first.edtf(), last.edtf()),
            Value::DayOfMonth(day) => format!("XXXX-XX-{day:02}"),
            Value::Month(y, month) => format!("{}-{month:02}", year(*y)),
            Value::Months((y, month), (y2, month2)) => format!("{}-{month:02}/{}-{month2:02}", year(*y), year(*y2)),
            Value::Year(y) => year(Some(*y)),
            Value::Years(first, last) => format!("{first:04}/{last:04}"),
            // 33–36 are the quarters of ISO 8601-2, 40 and 41 the halves.
            Value::Quarter(y, quarter) if *quarter > 4 => format!("{}-{}", year(*y), 35 + quarter),
            Value::Quarter(y, quarter) => format!("{}-{}", year(*y), 32 + quarter),
            Value::Decade(decade) if *decade < 100 => format!("XX{}X", decade / 10),
            Value::Decade(decade) => format!("{}X", decade / 10),
            Value::Century(century) => format!("{:02}XX", century - 1),
            Value::Lunar => return None,
        })
    }

    /// Days and ranges of days.
    #[must_use]
    pub fn is_day(&self) -> bool {
        matches!(self, Value::Day(_) | Value::Days(..))
    }

    /// The word for it in `subtype`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Value::Day(_) | Value::DayOfMonth(_) => "day",
            Value::Days(..) => "days",
            Value::Month(..) => "month",
            Value::Months(..) => "months",
            Value::Year(_) => "year",
            Value::Years(..) => "years",
            Value::Quarter(_, 5..) => "half",
            Value::Quarter(..) => "quarter",
            Value::Decade(_) => "decade",
            Value::Century(_) => "century",
            Value::Lunar => "lunar",
        }
    }

    /// First and last day that it may mean, as days since 1970-01-01. Without a year they come from the context: the latest past
    /// year that the article names, and the year before and after its publication.
    #[must_use]
    pub fn bounds(&self, context: Context) -> (Option<i32>, Option<i32>) {
        let around = context.anchor.map(|anchor| anchor.year());
        let low = |year: Option<i32>| year.or_else(|| context.not_before.max(around.map(|year| year - 1)));
        let high = |year: Option<i32>| year.or_else(|| around.map(|year| year + 1));
        match *self {
            Value::Day(day) => {
                (low(day.year).and_then(|y| day.in_year(y)), high(day.year).and_then(|y| day.in_year(y)))
            }
            Value::Days(first, last) => {
                let rolls = i32::from((last.month, last.day) < (first.month, first.day));
                let end = high(last.year).map(|year| if last.year.is_none() { year + rolls } else { year });
                (low(first.year).and_then(|y| first.in_year(y)), end.and_then(|y| last.in_year(y)))
            }
            Value::Month(year, month) => (
                low(year).and_then(|year| epoch_days(year, month, 1)),
                high(year).and_then(|year| last_of_month(year, month)),
            ),
            Value::Months((year, month), (year2, month2)) => (
                low(year).and_then(|year| epoch_days(year, month, 1)),
                high(year2).and_then(|year| last_of_month(year, month2)),
            ),
            Value::Quarter(year, quarter) => {
                let (first, last) =
                    if quarter > 4 { (quarter * 6 - 29, quarter * 6 - 24) } else { (quarter * 3 - 2, quarter * 3) };
                (
                    low(year).and_then(|year| epoch_days(year, first, 1)),
                    high(year).and_then(|year| last_of_month(year, last)),
                )
            }
            Value::Year(year) => (epoch_days(year, 1, 1), epoch_days(year, 12, 31)),
            Value::Years(first, last) => (epoch_days(first, 1, 1), epoch_days(last, 12, 31)),
            Value::Decade(decade) if decade >= 100 => (epoch_days(decade, 1, 1), epoch_days(decade + 9, 12, 31)),
            Value::Century(century) => (epoch_days(century * 100 - 99, 1, 1), epoch_days(century * 100, 12, 31)),
            Value::DayOfMonth(_) | Value::Decade(_) | Value::Lunar => (None, None),
        }
    }
}

/// First year of the century that texts of the web call the last one.
const LAST_CENTURY: i32 = 1900;

/// A date in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "four things that a date is or is not, in any combination")]
pub struct Found {
    /// Its tokens.
    pub tokens: Range<usize>,
    /// What it means.
    pub value: Value,
    /// Whether it is a term, plan or span of years: never an event.
    pub period: bool,
    /// Whether it was counted from the day of publication.
    pub relative: bool,
    /// Whether only a part of the month or year is meant.
    pub approximate: bool,
    /// Part of the day, by its number in the grammar.
    pub part: Option<u8>,
    /// Whether it names a day of the week that the day is not.
    pub wrong_weekday: bool,
}

impl Found {
    /// EDTF, `~` behind what is approximate.
    #[must_use]
    pub fn edtf(&self) -> Option<String> {
        self.value.edtf().map(|edtf| if self.approximate { edtf + "~" } else { edtf })
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Date,
    Period,
    Lunar,
    Mask,
}

#[derive(Debug)]
struct Rule {
    form: Form,
    kind: Kind,
    needs_lead: bool,
    /// Whether every way through the form takes a number: most words with which forms begin stand in front of none.
    needs_number: bool,
}

/// Tokens within which a form that begins with a word has its number.
const NUMBER_NEAR: usize = 8;
/// Days from which a span is no event.
const TERM_DAYS: i32 = 300;
/// Dates of a line among which the month is looked for that a later day without one is of.
const MONTH_NEAR: usize = 8;
/// Characters in front of a date in which words announce it.
const SENTENCE_CHARS: usize = 300;

/// What may stand in front of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lead {
    Word,
    /// Shows a date and does not belong to it.
    Outside,
    Part(u8),
    Weekday(u8),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Relative {
    count: i32,
    unit: char,
}

/// The words in front of a date.
#[derive(Debug, Clone, Copy)]
struct LeadWords {
    /// Where those begin that belong to it.
    start: usize,
    any: bool,
    part: Option<u8>,
    weekday: Option<u8>,
}

/// Rules by their first two tokens: of dozens that begin with a number few go on with the word that stands behind it.
#[derive(Debug, Default)]
struct Openings {
    /// What rules begin with: 1 + the number of the beginning of each word, 0 for none; beginning 0 is that with a number.
    of_word: Vec<u32>,
    beginnings: Vec<Opening>,
    /// Beginning and word behind it to the number of a list, counted from 1.
    behind: NumberMap,
    lists: Vec<Vec<u16>>,
}

/// The rules of one beginning where no word that they know stands behind it: a number, a word with a capital, anything else.
#[derive(Debug, Default)]
struct Opening {
    number: Vec<u16>,
    capital: Vec<u16>,
    other: Vec<u16>,
}

impl Openings {
    fn new(rules: &[Rule], spellings: &Spellings, numerals: &Numerals, vocabulary: &Vocabulary) -> Openings {
        // Beginnings in the order of words, that with a number first; rules in their own order.
        let mut all: BTreeMap<u32, Vec<(u16, Second)>> = BTreeMap::from([(0, Vec::new())]);
        for (number, rule) in rules.iter().enumerate() {
            for (first, second) in rule.form.beginnings(spellings) {
                let first = if let First::Word(word) = first { word } else { 0 };
                let known = all.entry(first).or_default();
                match known.last_mut().filter(|(last, _)| *last == number as u16) {
                    Some((_, known)) => {
                        known.words.extend(second.words);
                        known.number |= second.number;
                        known.roman |= second.roman;
                        known.anything |= second.anything;
                    }
                    None => known.push((number as u16, second)),
                }
            }
        }
        let mut openings = Openings::default();
        for (first, rules) in all {
            let number = openings.beginnings.len() as u32;
            if first != 0 {
                openings.of_word.resize(first as usize + 1, 0);
                openings.of_word[first as usize] = number + 1;
            }
            let those = |fits: &dyn Fn(&Second) -> bool| -> Vec<u16> {
                rules.iter().filter(|(_, second)| second.anything || fits(second)).map(|(rule, _)| *rule).collect()
            };
            let words: BTreeSet<u32> = rules.iter().flat_map(|(_, second)| second.words.iter().copied()).collect();
            for word in words {
                let is_number = vocabulary.is_digits(word) || numerals.has(word);
                openings.lists.push(those(&|second| {
                    second.words.contains(&word)
                        || (second.number && is_number)
                        || (second.roman && vocabulary.is_roman(word))
                }));
                openings.behind.insert(u64::from(number) << 32 | u64::from(word), openings.lists.len() as u32);
            }
            openings.beginnings.push(Opening {
                number: those(&|second| second.number),
                capital: those(&|second| second.roman),
                other: those(&|_| false),
            });
        }
        openings
    }

    /// Whether rules begin with a word.
    fn begin_with(&self, word: u32) -> bool {
        self.of_word.get(word as usize).is_some_and(|beginning| *beginning != 0)
    }

    /// The rules that may begin with a word in front of a token.
    #[inline]
    fn with_word(&self, word: u32, next: Option<&Token>) -> &[u16] {
        match self.of_word.get(word as usize) {
            Some(&beginning) if beginning != 0 => self.before(beginning - 1, next),
            _ => &[],
        }
    }

    /// The rules that may begin with a number in front of a token.
    #[inline]
    fn with_number(&self, next: Option<&Token>) -> &[u16] {
        self.before(0, next)
    }

    fn before(&self, beginning: u32, next: Option<&Token>) -> &[u16] {
        let Some(opening) = self.beginnings.get(beginning as usize) else { return &[] };
        let Some(next) = next else { return &opening.other };
        let list = match next.word {
            0 => 0,
            word => self.behind.get(u64::from(beginning) << 32 | u64::from(word)),
        };
        match self.lists.get((list as usize).wrapping_sub(1)) {
            Some(list) => list,
            None if next.is_number() || next.marks().any(Marks::NUMERAL) => &opening.number,
            None if next.is_capital() => &opening.capital,
            None => &opening.other,
        }
    }
}

/// The dates of one language.
#[derive(Debug, Default)]
pub struct Grammar {
    words: Words,
    rules: Vec<Rule>,
    /// Rules by what they begin with, and what stands behind it.
    openings: Openings,
    leads: Phrases<Lead>,
    vague: Phrases<()>,
    vague_behind: Phrases<()>,
    relative: Phrases<Relative>,
    not_behind: Phrases<()>,
    not_before: Phrases<()>,
    /// Keys of the parts of the day.
    parts: Vec<String>,
    announced: Vec<String>,
    year_joints: Vec<String>,
    last_century: Vec<String>,
    compared: Phrases<()>,
    compared_behind: Phrases<()>,
    targets: Vec<String>,
    horizons: Vec<String>,
    unspaced: bool,
}

impl Grammar {
    /// Compiles the forms of a language.
    ///
    /// # Errors
    /// [`Error::Config`] naming language, key and form.
    pub fn new(language: &str, lexicon: &DateLexicon, unspaced: bool, vocabulary: &mut Vocabulary) -> Result<Grammar> {
        let mut grammar = Grammar {
            unspaced,
            announced: lexicon.announced.clone(),
            targets: lexicon.targets.clone(),
            year_joints: lexicon.year_joints.clone(),
            last_century: lexicon.last_century.clone(),
            horizons: lexicon.horizons.clone(),
            ..Grammar::default()
        };
        grammar.words.numerals = Numerals::new(vocabulary);
        let names: Vec<&String> = lexicon.classes.keys().collect();
        for (number, phrases) in lexicon.classes.values().enumerate() {
            for phrase in phrases {
                grammar.words.classes.add(phrase, number as u16, Case::Any, vocabulary);
            }
        }
        for (name, month) in &lexicon.months {
            // Months are written with a capital in English and German, where `may` and `mar` are words too.
            grammar.words.months.add(name, *month, Case::Names, vocabulary);
        }
        for (name, day) in &lexicon.days {
            grammar.words.days.add(name, *day, Case::Any, vocabulary);
        }
        for (name, day) in &lexicon.weekdays {
            grammar.words.weekdays.add(name, *day, Case::Any, vocabulary);
            grammar.leads.add(name, Lead::Weekday(*day), Case::Any, vocabulary);
        }
        for (name, month) in &lexicon.quarters {
            grammar.words.quarters.add(name, *month, Case::Any, vocabulary);
        }
        for (class, lead) in [("lead", Lead::Word), ("outside", Lead::Outside)] {
            for word in lexicon.classes.get(class).into_iter().flatten() {
                grammar.leads.add(word, lead, Case::Any, vocabulary);
            }
        }
        for (key, words) in &lexicon.parts {
            for word in words {
                grammar.leads.add(word, Lead::Part(grammar.parts.len() as u8), Case::Any, vocabulary);
            }
            grammar.parts.push(key.clone());
        }
        for (phrases, words) in [
            (&mut grammar.vague, &lexicon.vague),
            (&mut grammar.vague_behind, &lexicon.vague_behind),
            (&mut grammar.not_behind, &lexicon.not_behind),
            (&mut grammar.compared, &lexicon.compared),
            (&mut grammar.compared_behind, &lexicon.compared_behind),
            (&mut grammar.not_before, &lexicon.not_before),
        ] {
            for word in words {
                phrases.add(word, (), Case::Any, vocabulary);
            }
        }
        for (key, words) in &lexicon.relative {
            let relative = relative(key).ok_or_else(|| {
                Error::Config(format!(
                    "lexicon `mention/{language}`: `date.relative` has the key `{key}`; allowed: a sign, a number and one of d m y, \
                     such as `-1d`"
                ))
            })?;
            for word in words {
                grammar.relative.add(word, relative, Case::Any, vocabulary);
            }
        }
        let class = |name: &str| names.iter().position(|known| *known == name).map(|number| number as u16);
        for (key, forms, kind, needs_lead) in [
            ("masks", &lexicon.masks, Kind::Mask, false),
            ("lunar", &lexicon.lunar, Kind::Lunar, false),
            ("periods", &lexicon.periods, Kind::Period, false),
            ("forms", &lexicon.forms, Kind::Date, false),
            ("lead_forms", &lexicon.lead_forms, Kind::Date, true),
        ] {
            for text in forms {
                let form = Form::new(text, !unspaced, vocabulary, &class).map_err(|fault| {
                    Error::Config(format!("lexicon `mention/{language}`: `date.{key}`: `{text}`: {fault}"))
                })?;
                let needs_number = form.needs_number();
                grammar.rules.push(Rule { form, kind, needs_lead, needs_number });
            }
        }
        let spellings = spellings(lexicon, vocabulary);
        grammar.openings = Openings::new(&grammar.rules, &spellings, &grammar.words.numerals, vocabulary);
        Ok(grammar)
    }

    /// What of this grammar may begin with a word.
    #[must_use]
    pub fn marks(&self, word: u32) -> Marks {
        [
            (self.openings.begin_with(word), Marks::DATE),
            (self.relative.begins(word).0, Marks::RELATIVE),
            (self.words.numerals.has(word), Marks::NUMERAL),
        ]
        .into_iter()
        .filter(|(begins, _)| *begins)
        .fold(Marks::default(), |all, (_, mark)| all | mark)
    }

    /// Whether a word is the name of a month.
    #[must_use]
    pub fn is_month(&self, vocabulary: &Vocabulary, word: &str) -> bool {
        let mut tokens = Vec::new();
        vocabulary.tokenize(word, &mut tokens);
        self.words.months.longest(&tokens).is_some_and(|(length, _)| length == tokens.len())
    }

    /// Whether days of the month may be words (`primero`).
    #[must_use]
    pub fn has_day_words(&self) -> bool {
        !self.words.days.is_empty()
    }

    /// The key of a part of the day.
    #[must_use]
    pub fn part(&self, number: u8) -> Option<&str> {
        self.parts.get(number as usize).map(String::as_str)
    }

    /// The dates of a text, in its order. None overlap. Their tokens, and those of what looks like a date and is none, are marked in
    /// `taken`. `starts` are the tokens at which something may begin ([`Vocabulary::split`]).
    pub fn find(
        &self,
        text: &str,
        tokens: &[Token],
        starts: &[u32],
        anchor: Option<NaiveDate>,
        taken: &mut [bool],
        found: &mut Vec<Found>,
    ) {
        let wanted = if anchor.is_some() { Marks::DATE | Marks::RELATIVE } else { Marks::DATE };
        let wanted = wanted | Marks::NUMERAL;
        let is_numeral = |token: &Token| token.is_number() || token.marks().any(Marks::NUMERAL);
        // The first token that no date has taken.
        let mut free_from = 0;
        for (order, at) in starts.iter().map(|start| *start as usize).enumerate() {
            let Some(first) = tokens.get(at).filter(|_| at >= free_from) else { continue };
            if !first.is_number() && !first.marks().any(wanted) {
                continue;
            }
            let by_word = self.openings.with_word(first.word, tokens.get(at + 1));
            let by_number = if first.is_number() {
                self.openings.with_number(tokens.get(at + 1))
            } else if first.marks().any(Marks::NUMERAL) {
                match self.words.numerals.han(&tokens[at..]) {
                    Some((length, _)) => self.openings.with_number(tokens.get(at + length)),
                    None => &[],
                }
            } else {
                &[]
            };
            let hit = if by_word.is_empty() && by_number.is_empty() {
                None
            } else {
                let mut near =
                    starts[order..].iter().map(|start| *start as usize).take_while(|start| start - at <= NUMBER_NEAR);
                let numeral = near.find(|start| is_numeral(&tokens[*start]));
                let to_number = numeral.map_or(usize::MAX, |numeral| numeral - at);
                self.best(text, tokens, at, free_from, to_number, by_word.iter().chain(by_number))
            };
            let hit = hit.or_else(|| self.relative_at(tokens, at, anchor?).map(|found| (found, Kind::Date)));
            let Some((mut hit, kind)) = hit else { continue };
            let mut before = found.iter().rev().take(MONTH_NEAR).filter(|before| !before.period);
            hit.value = hit.value.in_month(before.find_map(|before| before.value.month()));
            if let (Value::DayOfMonth(day), Some(anchor)) = (hit.value, anchor)
                && day <= anchor.day()
                && let Some(day) = Day::new(Some(anchor.year()), anchor.month(), day)
            {
                (hit.value, hit.relative) = (Value::Day(day), true);
            }
            if let Some(whole) = found.last().and_then(|last| self.of_year(text, tokens, last, &hit)) {
                found.pop();
                hit = whole;
            }
            free_from = hit.tokens.end.max(at + 1);
            taken[hit.tokens.clone()].fill(true);
            if kind != Kind::Mask {
                found.push(hit);
            }
        }
    }

    /// Whether the words of a date say that it is of the last century.
    fn is_last_century(&self, text: &str, words: &[Token]) -> bool {
        let range = words.first().zip(words.last()).map(|(first, last)| first.start as usize..last.end as usize);
        let words = range.and_then(|range| text.get(range));
        words.is_some_and(|words| self.last_century.iter().any(|last| words.contains(last.as_str())))
    }

    /// Two dates of which one is the year of the other, counted from the day of publication: `今年|2月5日`, `tháng 2 | năm nay`,
    /// `5 de febrero de | este año`.
    fn of_year(&self, text: &str, tokens: &[Token], first: &Found, second: &Found) -> Option<Found> {
        let (date, year) = if self.unspaced { (second, first) } else { (first, second) };
        let Value::Year(number) = year.value else { return None };
        let between = tokens.get(first.tokens.end..second.tokens.start)?;
        let is_joined = match between {
            [] => true,
            [only] => !self.unspaced && self.year_joints.iter().any(|word| word == only.of(text)),
            _ => false,
        };
        if !year.relative || date.period || !is_joined {
            return None;
        }
        let value = date.value.in_year(number)?;
        Some(Found { tokens: first.tokens.start..second.tokens.end, value, ..date.clone() })
    }

    /// The longest form at a token; the first of equals.
    fn best<'a>(
        &self,
        text: &str,
        tokens: &[Token],
        at: usize,
        free_from: usize,
        to_number: usize,
        rules: impl Iterator<Item = &'a u16>,
    ) -> Option<(Found, Kind)> {
        let mut best: Option<(usize, &Rule, Captures)> = None;
        let mut lead = None;
        for rule in rules.map(|rule| &self.rules[*rule as usize]) {
            if rule.needs_number && to_number > NUMBER_NEAR {
                continue;
            }
            let Some((length, captures)) = rule.form.matches(text, &tokens[at..], &self.words) else { continue };
            // Of equals the first, and one that its lead confirms before one that stands without.
            let beaten = |(longest, known, _): &(usize, &Rule, Captures)| {
                *longest > length
                    || (*longest == length && (known.needs_lead || !rule.needs_lead || known.kind == Kind::Mask))
            };
            if best.as_ref().is_some_and(beaten) {
                continue;
            }
            if rule.needs_lead && !lead.get_or_insert_with(|| self.lead(text, tokens, at, free_from)).any {
                continue;
            }
            if rule.kind == Kind::Mask || self.stands_alone(text, tokens, at..at + length) {
                best = Some((length, rule, captures));
            }
        }
        let (length, rule, captures) = best?;
        let (value, kind) = match rule.kind {
            Kind::Lunar | Kind::Mask => (Value::Lunar, rule.kind),
            // A day that no calendar has (`30 February`) is nothing, and nothing else.
            Kind::Date | Kind::Period => {
                value(&captures).map_or((Value::Lunar, Kind::Mask), |value| (value, rule.kind))
            }
        };
        if matches!(value, Value::DayOfMonth(_)) && !tokens[at].is_number() {
            return None;
        }
        // `上世纪90年代`: the one before that of the press today.
        let value = match value {
            Value::Decade(decade) if decade < 100 && self.is_last_century(text, &tokens[at..at + length]) => {
                Value::Decade(LAST_CENTURY + decade)
            }
            other => other,
        };
        let LeadWords { start, part, weekday, .. } = lead.unwrap_or_else(|| self.lead(text, tokens, at, free_from));
        let in_days = matches!(value, Value::Day(_) | Value::Days(..) | Value::DayOfMonth(_) | Value::Lunar);
        let mut range = if in_days { start..at + length } else { at..at + length };
        // `hôm nay (11/11)`
        let is = |at: usize, sign: &str| tokens.get(at).is_some_and(|token| token.of(text) == sign);
        if is(range.end, ")") && range.clone().any(|at| is(at, "(")) && !range.clone().any(|at| is(at, ")")) {
            range.end += 1;
        }
        let weekday = captures.get(Slot::Weekday).map(|day| day as u8).or(weekday);
        let mut approximate = false;
        let mut part = part;
        if self.unspaced
            && in_days
            && let Some((length, Lead::Part(behind))) = self.leads.longest(&tokens[range.end..])
        {
            range.end += length;
            part = Some(behind);
        }
        if !in_days && rule.kind == Kind::Date {
            if let Some((length, ())) = self.vague.ending(&tokens[free_from..range.start], 4) {
                range.start -= length;
                approximate = true;
            }
            if let Some((length, ())) = self.vague_behind.longest(&tokens[range.end..]) {
                range.end += length;
                approximate = true;
            }
        }
        let wrong_weekday = match (value, weekday) {
            (Value::Day(day), Some(weekday)) => {
                day.date().is_some_and(|date| date.weekday().number_from_monday() != u32::from(weekday))
            }
            _ => false,
        };
        let found = Found {
            tokens: range,
            value,
            period: rule.kind == Kind::Period,
            relative: false,
            approximate,
            part: part.filter(|_| in_days),
            wrong_weekday,
        };
        Some((found, kind))
    }

    /// Words in front of a day: where they begin, the part of the day and the day of the week that they name.
    fn lead(&self, text: &str, tokens: &[Token], at: usize, free_from: usize) -> LeadWords {
        let mut words = LeadWords { start: at, any: false, part: None, weekday: None };
        let mut end = at;
        // `Chiều nay, 14/7`, `thứ Hai (ngày 5/10)`: a sign may stand between words, not in front of them.
        for _ in 0..6 {
            let Some(before) = tokens.get(free_from..end) else { break };
            if let Some((length, lead)) = self.leads.ending(before, 4) {
                end -= length;
                words.any = true;
                words.start = if lead == Lead::Outside { words.start } else { end };
                match lead {
                    Lead::Part(number) => words.part = Some(number),
                    Lead::Weekday(number) => words.weekday = Some(number),
                    Lead::Word => {}
                    Lead::Outside => break,
                }
            } else if before.last().is_some_and(|token| matches!(token.of(text), "," | "(")) {
                end -= 1;
            } else {
                break;
            }
        }
        words
    }

    /// Numbers and signs that touch a form make it a part of something else: `15/12/2025` holds no `5/12`, `24/7%` no date.
    fn stands_alone(&self, text: &str, tokens: &[Token], range: Range<usize>) -> bool {
        let first = tokens[range.start];
        if first.is_number() && !first.space_before() && range.start > 0 {
            let before = tokens[range.start - 1];
            let sign = matches!(before.of(text), "/" | "-" | "." | "," | ":" | "–" | "+" | "$" | "€" | "£");
            let behind_number = range.start > 1
                && !before.space_before()
                && (tokens[range.start - 2].is_number() || tokens[range.start - 2].is_word());
            if before.is_word() || (sign && behind_number) || matches!(before.of(text), "$" | "€" | "£" | "+") {
                return false;
            }
        }
        let last = tokens[range.end - 1];
        if let Some(next) = tokens.get(range.end).filter(|next| !next.space_before() && last.is_number()) {
            let sign = matches!(next.of(text), "/" | "-" | "." | "," | ":" | "–");
            let number = tokens.get(range.end + 1).is_some_and(|behind| !behind.space_before() && behind.is_number());
            let word = tokens.get(range.end + 1).is_some_and(|behind| !behind.space_before() && behind.is_word());
            // Pages print `Dec 9, 2024Updated` and `2025-03-29T11:36`.
            let glued_word =
                next.is_word() && !(next.is_capital() && last.end - last.start == 4) && next.of(text) != "T";
            if (sign && number) || (word && next.of(text) == "/") || glued_word || next.of(text) == "%" {
                return false;
            }
        }
        let before = &tokens[range.start.saturating_sub(6)..range.start];
        self.not_behind.ending(before, 4).is_none() && self.not_before.longest(&tokens[range.end..]).is_none()
    }

    fn relative_at(&self, tokens: &[Token], at: usize, anchor: NaiveDate) -> Option<Found> {
        let (length, Relative { count, unit }) = self.relative.longest(&tokens[at..])?;
        // `Chiều nay, 14/7`: the date itself follows, and these words lead it.
        let mut next = at + length;
        while let Some((length, _)) = self.leads.longest(tokens.get(next..)?) {
            next += length;
        }
        let sign = |token: &Token| token.is_sign() && !token.is_number();
        let behind = tokens.get(next).filter(|token| sign(token)).map_or(next, |_| next + 1);
        if [next, behind].iter().any(|next| tokens.get(*next).is_some_and(|token| token.is_number())) && unit == 'd' {
            return None;
        }
        let value = match unit {
            'd' => {
                let days = Days::new(u64::from(count.unsigned_abs()));
                let day = if count < 0 { anchor.checked_sub_days(days) } else { anchor.checked_add_days(days) };
                Value::Day(Day::from_date(day?))
            }
            'm' => {
                let months = anchor.year() * 12 + anchor.month0() as i32 + count;
                Value::Month(Some(months.div_euclid(12)), months.rem_euclid(12) as u32 + 1)
            }
            _ => Value::Year(anchor.year() + count),
        };
        let (period, approximate, part, wrong_weekday) = (false, false, None, false);
        Some(Found { tokens: at..at + length, value, period, relative: true, approximate, part, wrong_weekday })
    }

    /// Whether the sentence of a date announces it: a day to come says nothing about when the text was written.
    #[must_use]
    pub fn is_announced(&self, text: &str, start: usize) -> bool {
        self.stands_in_front(&self.announced, text, start)
    }

    /// Whether a date is what something is compared with, or a target: no event of the text.
    #[must_use]
    pub fn is_no_event(&self, text: &str, tokens: &[Token], date: &Range<usize>) -> bool {
        let before = &tokens[date.start.saturating_sub(6)..date.start];
        self.compared.ending(before, 4).is_some()
            || self.compared_behind.longest(&tokens[date.end..]).is_some()
            || self.stands_in_front(&self.targets, text, tokens[date.start].start as usize)
    }

    /// Whether one of some words, in lower case, stands in front of a byte in its sentence.
    fn stands_in_front(&self, words: &[String], text: &str, start: usize) -> bool {
        let before = text.get(..start).unwrap_or("");
        // A sentence of the press is hardly longer.
        let far = before.char_indices().rev().nth(SENTENCE_CHARS).map_or(0, |(at, _)| at);
        let before = &before[far..];
        let begin = before.rfind(['.', '。', '!', '?', ';', '\n']).map_or(0, |at| at + 1);
        let sentence = before.get(begin..).unwrap_or(before).to_lowercase();
        words.iter().any(|word| {
            sentence.match_indices(word.as_str()).any(|(at, _)| {
                let open = |c: Option<char>| self.unspaced || c.is_none_or(|c| !c.is_alphanumeric());
                open(sentence[..at].chars().next_back()) && open(sentence[at + word.len()..].chars().next())
            })
        })
    }
}

impl Grammar {
    /// Whether the words in front of a year say that it is to come: `đến năm 2030`.
    #[must_use]
    pub(super) fn is_horizon(&self, text: &str, start: usize) -> bool {
        let before: String =
            text.get(..start).unwrap_or("").chars().rev().take(24).collect::<Vec<_>>().into_iter().rev().collect();
        let before = before.to_lowercase();
        self.horizons.iter().any(|word| before.trim_end().ends_with(word.as_str()))
    }
}

impl Value {
    /// What it means behind a date of this month: a day of an unknown month is one of that (`9月9日 … 8日`).
    #[must_use]
    pub fn in_month(self, month: Option<(Option<i32>, u32)>) -> Value {
        match (self, month) {
            (Value::DayOfMonth(day), Some((year, month))) => Day::new(year, month, day).map_or(self, Value::Day),
            _ => self,
        }
    }

    /// What it means in a year, where it lacks one.
    #[must_use]
    pub fn in_year(self, year: i32) -> Option<Value> {
        let day = |day: Day| day.year.is_none().then(|| Day::new(Some(year), day.month, day.day))?;
        Some(match self {
            Value::Day(only) => Value::Day(day(only)?),
            Value::Days(first, last) => Value::Days(day(first)?, day(last)?),
            Value::Month(None, month) => Value::Month(Some(year), month),
            Value::Months((None, first), (None, last)) => Value::Months((Some(year), first), (Some(year), last)),
            Value::Quarter(None, quarter) => Value::Quarter(Some(year), quarter),
            _ => return None,
        })
    }

    /// Whether it spans a year or nearly so: a term or a plan, whatever it is called by.
    #[must_use]
    pub fn is_term(self) -> bool {
        let Value::Days(first, last) = self else { return false };
        first.days().zip(last.days()).is_some_and(|(first, last)| last - first >= TERM_DAYS)
    }

    /// The month that it names last.
    #[must_use]
    pub fn month(self) -> Option<(Option<i32>, u32)> {
        match self {
            Value::Day(day) | Value::Days(_, day) => Some((day.year, day.month)),
            Value::Month(year, month) | Value::Months(_, (year, month)) => Some((year, month)),
            _ => None,
        }
    }
}

/// The phrases of the lexicon as the numbers of their words.
fn spellings(lexicon: &DateLexicon, vocabulary: &Vocabulary) -> Spellings {
    let spelling = |phrase: &String| -> Spelling {
        let mut tokens = Vec::new();
        vocabulary.tokenize(phrase, &mut tokens);
        tokens.iter().map(|token| token.word).collect()
    };
    Spellings {
        classes: lexicon.classes.values().map(|phrases| phrases.iter().map(spelling).collect()).collect(),
        months: lexicon.months.keys().map(spelling).collect(),
        weekdays: lexicon.weekdays.keys().map(spelling).collect(),
        quarters: lexicon.quarters.keys().map(spelling).collect(),
        days: lexicon.days.keys().map(spelling).collect(),
    }
}

fn relative(key: &str) -> Option<Relative> {
    let unit = key.chars().next_back().filter(|unit| matches!(unit, 'd' | 'm' | 'y'))?;
    let count = key[..key.len() - 1].parse().ok()?;
    Some(Relative { count, unit })
}

/// What the slots of a form mean together: what one end of a range lacks is taken from the other.
fn value(captures: &Captures) -> Option<Value> {
    let get = |slot: Slot| captures.get(slot);
    let month = |number: Slot, name: Slot| get(number).or_else(|| get(name)).map(|month| month as u32);
    let (m1, m2) = (month(Slot::Month, Slot::MonthName), month(Slot::Month2, Slot::MonthName2));
    let y1 = get(Slot::Year);
    let mut y2 = get(Slot::Year2);
    if let Some(short) = get(Slot::ShortYear) {
        match (y1, m1.or(m2)) {
            // `2016-17`; beside days the two digits are the year: 00–69 are 2000–2069 (POSIX).
            (Some(year), None) => y2 = Some(year / 100 * 100 + short).filter(|last| *last > year),
            _ => y2 = Some(if short < 70 { 2000 + short } else { 1900 + short }),
        }
        y2?;
    }
    if let Some(quarter) = get(Slot::Quarter).or_else(|| get(Slot::QuarterName)) {
        return Some(Value::Quarter(y1.or(y2), quarter as u32));
    }
    if let Some(decade) = get(Slot::Decade).or_else(|| get(Slot::LongDecade)) {
        return Some(Value::Decade(match get(Slot::Century) {
            Some(century) if decade < 100 => (century - 1) * 100 + decade,
            _ => decade,
        }));
    }
    if let Some(century) = get(Slot::Century) {
        return Some(Value::Century(century));
    }
    let (d1, d2) = (get(Slot::Day).map(|day| day as u32), get(Slot::Day2).map(|day| day as u32));
    let Some(first_month) = m1.or(m2) else {
        return match (d1, y1, y2) {
            (Some(day), None, None) => Some(Value::DayOfMonth(day)),
            (None, Some(first), Some(last)) => (last > first).then_some(Value::Years(first, last)),
            (None, Some(year), None) | (None, None, Some(year)) => Some(Value::Year(year)),
            _ => None,
        };
    };
    let last_month = m2.unwrap_or(first_month);
    let year_rolls = last_month < first_month;
    let first_year = y1.or(y2.map(|year| if year_rolls { year - 1 } else { year }));
    let last_year = y2.or(y1.map(|year| if year_rolls { year + 1 } else { year }));
    let Some(first_day) = d1.or(d2) else {
        let range = m1.is_some() && m2.is_some() && (m1 != m2 || first_year != last_year);
        let (first, last) = ((first_year, first_month), (last_year, last_month));
        return Some(if range { Value::Months(first, last) } else { Value::Month(first_year, first_month) });
    };
    let first = Day::new(first_year, first_month, first_day)?;
    match (d1, d2) {
        (Some(_), Some(d2)) => {
            let last = Day::new(last_year, last_month, d2)?;
            let backwards = match (first.days(), last.days()) {
                (Some(first), Some(last)) => last < first,
                _ => !year_rolls && (last.month, last.day) < (first.month, first.day),
            };
            if backwards {
                return None;
            }
            Some(if first == last { Value::Day(first) } else { Value::Days(first, last) })
        }
        _ => Some(Value::Day(Day { year: first_year.or(last_year), ..first })),
    }
}
