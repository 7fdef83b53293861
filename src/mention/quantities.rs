//! Quantities of a text: a number, how it is meant, and what it counts. Numbers of documents, orders, fractions, scores, phone
//! numbers and times are none.

use std::ops::Range;

use super::lexicon::QuantityLexicon;
use super::numbers::{Number, NumberForms, Numerals, fraction_reading};
use super::phrases::{Case, Phrases};
use super::tokens::{Marks, Token, Vocabulary};
use crate::error::{Error, Result};

/// A quantity in a text.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Its tokens, qualifier and unit among them.
    pub tokens: Range<usize>,
    /// The number.
    pub value: f64,
    /// `= > >= < <= ~`.
    pub qualifier: &'static str,
    /// Number of the unit in the grammar.
    pub unit: Option<u16>,
    /// Whether the signs in the number could be read another way.
    pub ambiguous: bool,
}

/// Qualifiers, weakest claim first.
const QUALIFIERS: [&str; 6] = ["=", ">", ">=", "<", "<=", "~"];

/// The quantities of one language.
#[derive(Debug, Default)]
pub struct Grammar {
    numbers: NumberForms,
    before: Phrases<u8>,
    behind: Phrases<u8>,
    to: Phrases<()>,
    units: Phrases<u16>,
    units_before: Phrases<u16>,
    units_more: Phrases<u16>,
    units_half: Phrases<u16>,
    between: Phrases<()>,
    not_behind: Phrases<()>,
    counted_behind: Phrases<()>,
    not_before: Phrases<()>,
    masks: Phrases<()>,
    committee: Phrases<()>,
    names: Vec<String>,
    members: Option<u16>,
    committee_members: u16,
    spaced: bool,
    /// Words with which a quantity, its mask or a committee begins, by number.
    beginnings: Vec<bool>,
}

/// Units that take a fraction: three digits behind a decimal sign are one there (`6,125 %`).
const FRACTION_UNITS: [&str; 8] = ["percent", "percentage_points", "degrees", "km", "m", "kg", "t", "times"];
/// The unit that becomes the next one behind the name of a committee.
const MEMBERS: &str = "members";
/// Tokens behind a committee's name in which its members are counted.
const COMMITTEE_NEAR: usize = 40;
const COMMITTEE_MEMBERS: &str = "committee_members";

/// Units of which values below zero are printed.
const SIGNED: [&str; 3] = ["degrees", "percent", "percentage_points"];

impl Grammar {
    /// Compiles the words of a language.
    ///
    /// # Errors
    /// [`Error::Config`] naming language, key and word.
    pub fn new(
        language: &str,
        lexicon: &QuantityLexicon,
        unspaced: bool,
        vocabulary: &mut Vocabulary,
    ) -> Result<Grammar> {
        let mut grammar = Grammar {
            numbers: NumberForms {
                decimal: lexicon.decimal,
                group: lexicon.group,
                group_space: lexicon.group_space,
                numerals: Numerals::new(vocabulary),
                ..NumberForms::default()
            },
            spaced: !unspaced,
            ..Grammar::default()
        };
        let any = Case::Any;
        for (word, value) in &lexicon.numbers {
            grammar.numbers.words.add(word, *value, any, vocabulary);
        }
        for (word, value) in &lexicon.scales {
            grammar.numbers.scales.add(word, *value, any, vocabulary);
        }
        for (phrases, words) in [
            (&mut grammar.numbers.halves, &lexicon.halves),
            (&mut grammar.numbers.joints, &lexicon.joints),
            (&mut grammar.to, &lexicon.to),
            (&mut grammar.between, &lexicon.between),
            (&mut grammar.not_behind, &lexicon.not_behind),
            (&mut grammar.counted_behind, &lexicon.counted_behind),
            (&mut grammar.not_before, &lexicon.not_before),
            (&mut grammar.masks, &lexicon.masks),
            (&mut grammar.committee, &lexicon.committee),
        ] {
            for word in words {
                phrases.add(word, (), any, vocabulary);
            }
        }
        for (phrases, words, key) in
            [(&mut grammar.before, &lexicon.before, "before"), (&mut grammar.behind, &lexicon.behind, "behind")]
        {
            for (qualifier, words) in words {
                let number = QUALIFIERS.iter().position(|known| known == qualifier).ok_or_else(|| {
                    Error::Config(format!(
                        "lexicon `mention/{language}`: `quantity.{key}` has the key `{qualifier}`; allowed: = > >= < <= ~"
                    ))
                })?;
                for word in words {
                    phrases.add(word, number as u8, any, vocabulary);
                }
            }
        }
        for (phrases, units) in [
            (&mut grammar.units, &lexicon.units),
            (&mut grammar.units_before, &lexicon.units_before),
            (&mut grammar.units_more, &lexicon.units_more),
            (&mut grammar.units_half, &lexicon.units_half),
        ] {
            for (unit, words) in units {
                let known = grammar.names.iter().position(|name| name == unit);
                let number = known.unwrap_or(grammar.names.len());
                if known.is_none() {
                    grammar.names.push(unit.clone());
                }
                for word in words {
                    // `m`, `ha` and `V` are units in their own case only, `USD` and `Won` too.
                    let case = if word.chars().any(char::is_uppercase) { Case::Names } else { any };
                    phrases.add(word, number as u16, case, vocabulary);
                }
            }
        }
        grammar.members = grammar.names.iter().position(|name| name == MEMBERS).map(|number| number as u16);
        grammar.committee_members = grammar.names.len() as u16;
        grammar.names.push(COMMITTEE_MEMBERS.to_owned());
        grammar.beginnings = Grammar::begin(lexicon, vocabulary);
        Ok(grammar)
    }

    fn begin(lexicon: &QuantityLexicon, vocabulary: &Vocabulary) -> Vec<bool> {
        let mut beginnings = vec![false; vocabulary.len() as usize + 1];
        let han = ["〇", "零", "一", "二", "两", "兩", "三", "四", "五", "六", "七", "八", "九", "十", "百", "千"];
        let words = lexicon.numbers.keys().map(String::as_str);
        let words = words.chain(lexicon.masks.iter().chain(&lexicon.committee).map(String::as_str)).chain(han);
        let mut tokens = Vec::new();
        for word in words {
            tokens.clear();
            vocabulary.tokenize(word, &mut tokens);
            if let Some(first) = tokens.first() {
                beginnings[first.word as usize] = first.word != 0;
            }
        }
        beginnings
    }

    /// What of this grammar may begin with a word.
    #[must_use]
    pub fn marks(&self, word: u32) -> Marks {
        let begins = self.beginnings.get(word as usize).copied().unwrap_or(false);
        if begins { Marks::QUANTITY } else { Marks::default() }
    }

    /// The name of a unit.
    #[must_use]
    pub fn unit(&self, number: u16) -> Option<&str> {
        self.names.get(number as usize).map(String::as_str)
    }

    /// The quantities of a text outside of the tokens that `taken` marks, in its order. None overlap. `starts` are the tokens at which
    /// something may begin ([`Vocabulary::split`]).
    pub fn find(&self, text: &str, tokens: &[Token], starts: &[u32], taken: &[bool], found: &mut Vec<Found>) {
        let mut at = 0;
        let mut free_from = 0;
        let mut committee_at = None;
        for start in starts.iter().map(|start| *start as usize) {
            let Some(first) = tokens.get(start).filter(|_| start >= at) else { continue };
            let worth = first.is_number() || first.marks().any(Marks::QUANTITY);
            if !worth || taken.get(start).copied().unwrap_or(false) {
                continue;
            }
            at = start;
            let rest = &tokens[at..];
            if let Some((length, ())) = self.masks.longest(rest) {
                at += length;
                free_from = at;
                continue;
            }
            if let Some((length, ())) = self.committee.longest(rest) {
                committee_at = Some(at);
                at += length;
                continue;
            }
            match self.numbers.at(text, rest) {
                Err(length) => at += length,
                Ok(None) => at += 1,
                Ok(Some(number)) => {
                    let end = at + number.length;
                    if taken[at..end].iter().any(|taken| *taken) {
                        at = end;
                        continue;
                    }
                    at = self.quantity(text, tokens, taken, at, number, free_from, found).unwrap_or(end);
                    free_from = at;
                    // Members of a committee named in this sentence.
                    if let (Some(committee), Some(last)) = (committee_at, found.last_mut())
                        && last.unit.is_some()
                        && last.unit == self.members
                        && last.tokens.start - committee < COMMITTEE_NEAR
                        && !tokens[committee..last.tokens.start]
                            .iter()
                            .any(|token| matches!(token.of(text), "." | "。"))
                    {
                        last.unit = Some(self.committee_members);
                    }
                }
            }
        }
    }

    /// Files the quantity of a number, and gives where the search goes on.
    #[expect(clippy::too_many_arguments, reason = "the place in the text and what has been found in it so far")]
    fn quantity(
        &self,
        text: &str,
        tokens: &[Token],
        taken: &[bool],
        at: usize,
        number: Number,
        free_from: usize,
        found: &mut Vec<Found>,
    ) -> Option<usize> {
        let mut end = at + number.length;
        let sign = |at: usize| tokens.get(at).filter(|token| token.is_sign()).map_or("", |token| token.of(text));
        let glued = |at: usize| tokens.get(at).is_some_and(|token| !token.space_before());
        // `3-5 người`, `từ 3 đến 5`: two bounds.
        let dash = usize::from(matches!(sign(end), "-" | "–" | "~" | "—") && sign(end + 1).is_empty());
        let to = if dash == 1 {
            Some(1)
        } else {
            self.to.longest(&tokens[end.min(tokens.len())..]).map(|(length, ())| length)
        };
        if let Some(length) = to.filter(|_| !number.spelled || !self.spaced)
            && let Some(Ok(Some(second))) = tokens.get(end + length..).map(|rest| self.numbers.at(text, rest))
            && !taken[end + length..end + length + second.length].iter().any(|taken| *taken)
        {
            let second_at = end + length;
            let second_end = second_at + second.length;
            let unit = self.unit_behind(text, tokens, taken, second_end, second);
            let wrong = self.is_name_before(text, tokens, at)
                || self.is_name_behind(text, tokens, taken, second_end, second)
                || (second.value <= number.value && !second.scaled);
            match unit {
                Some((unit_end, unit)) if !wrong => {
                    let scale =
                        if second.scaled && !number.scaled { scale_of(text, tokens, second_at, second) } else { 1.0 };
                    let first = Number { value: number.value * scale, ..number };
                    found.extend(bounds((at..end, first), (second_at..unit_end, second), unit));
                    return Some(unit_end);
                }
                _ if dash == 1 => return Some(second_end),
                _ => {}
            }
        } else if let Some(spanned) = self.range_of_units(text, tokens, taken, at, number, found) {
            return Some(spanned);
        } else if dash == 1 && glued(end) && glued(end + 1) {
            // `2-1`, `747-400`: `-year-old` goes on below.
            if tokens.get(end + 1).is_none_or(|token| !token.is_word()) {
                return None;
            }
        }
        let mut start = at;
        let before = &tokens[free_from..at];
        let unit_before = self.units_before.ending(before, 3);
        let money = unit_before.is_some_and(|_| !tokens[at].space_before());
        let one = number.spelled && number.length == 1 && number.value < 2.0;
        if self.is_name_before(text, tokens, at)
            || (one && !self.spaced)
            || (!money && self.is_name_behind(text, tokens, taken, end, number))
        {
            return None;
        }
        if let Some((length, _)) = unit_before {
            start -= length;
        }
        let mut qualifier = 0;
        if let Some((length, before)) = self.before.ending(&tokens[free_from..start], 5) {
            start -= length;
            qualifier = before;
        }
        // `8个多月`, `四个半小时`
        let as_before = QUALIFIERS[usize::from(qualifier)];
        for (units, qualifier, half) in [(&self.units_more, ">", 0.0), (&self.units_half, as_before, 0.5)] {
            if let Some((length, unit)) = units.longest(&tokens[end..]) {
                let (value, last) = (number.value + half, end + length);
                found.push(Found { tokens: start..last, value, qualifier, unit: Some(unit), ambiguous: false });
                return Some(last);
            }
        }
        if let Some((length, behind)) = self.behind.longest(&tokens[end..]) {
            end += length;
            qualifier = behind;
            // `3000余万`: the scale may stand behind the qualifier.
            if let Some((length, scale)) = self.numbers.scales.longest(&tokens[end..]) {
                let unit = self.unit_behind(text, tokens, taken, end + length, number).unwrap_or((end + length, None));
                let value = number.value * scale as f64;
                found.push(Found {
                    tokens: start..unit.0,
                    value,
                    qualifier: QUALIFIERS[qualifier as usize],
                    unit: unit.1,
                    ambiguous: false,
                });
                return Some(unit.0);
            }
        }
        let unit = match (unit_before, self.unit_behind(text, tokens, taken, end, number)) {
            (Some((_, before)), behind) => {
                // `US$ 5 million`: the sign in front says what is counted.
                let end = behind.filter(|(_, unit)| *unit == Some(before)).map_or(end, |(end, _)| end);
                Some((end, Some(before)))
            }
            (None, behind) => behind,
        };
        let (unit_end, unit) = unit?;
        let mut value = number.value;
        let mut ambiguous = number.ambiguous;
        let takes_fraction = unit.is_some_and(|unit| FRACTION_UNITS.contains(&self.names[unit as usize].as_str()));
        if ambiguous && takes_fraction {
            value = fraction_reading(text, &tokens[at..], number);
            ambiguous = false;
        }
        // A qualifier behind the unit: `300 người trở lên`.
        let mut last = unit_end;
        if let Some((length, behind)) = self.behind.longest(&tokens[unit_end..]).filter(|_| qualifier == 0) {
            qualifier = behind;
            last += length;
        }
        found.push(Found { tokens: start..last, value, qualifier: QUALIFIERS[qualifier as usize], unit, ambiguous });
        Some(last)
    }

    /// `2元—10元`, `2 triệu đồng - 4 triệu đồng`: two bounds with the unit behind both. Between shares only a dash makes a range of
    /// them: `from 5% to 10%` is a change.
    fn range_of_units(
        &self,
        text: &str,
        tokens: &[Token],
        taken: &[bool],
        at: usize,
        number: Number,
        found: &mut Vec<Found>,
    ) -> Option<usize> {
        let first_end = at + number.length;
        let (unit_end, unit) = self.unit_behind(text, tokens, taken, first_end, number)?;
        let name = &self.names[unit? as usize];
        let rest = tokens.get(unit_end..)?;
        let is_dash = rest.first().is_some_and(|sign| matches!(sign.of(text), "-" | "–" | "—" | "~"));
        let between = if is_dash {
            1 + usize::from(rest.get(1).is_some_and(|sign| sign.of(text) == "—"))
        } else {
            self.to
                .longest(rest)
                .map(|(length, ())| length)
                .filter(|_| !self.spaced || !SIGNED.contains(&name.as_str()))?
        };
        let second_at = unit_end + between;
        let second = self.numbers.at(text, tokens.get(second_at..)?).ok()??;
        let second_end = second_at + second.length;
        let (last_end, last_unit) = self.unit_behind(text, tokens, taken, second_end, second)?;
        // `38 muertos y 204 heridos` are counted in one unit, and are no range.
        let wrong = last_unit != unit
            || tokens[last_end - 1].of(text) != tokens[unit_end - 1].of(text)
            || second.value <= number.value
            || (number.spelled && self.spaced)
            || taken[second_at..second_end].iter().any(|taken| *taken)
            || self.is_name_before(text, tokens, at)
            || self.is_name_behind(text, tokens, taken, second_end, second);
        if wrong {
            return None;
        }
        found.extend(bounds((at..unit_end, number), (second_at..last_end, second), unit));
        Some(last_end)
    }

    /// Whether what stands in front of a number makes it a name, an order, a time, a score or a part of something.
    fn is_name_before(&self, text: &str, tokens: &[Token], at: usize) -> bool {
        let token = tokens[at];
        let Some(before) = at.checked_sub(1).map(|before| tokens[before]) else { return false };
        let glued = !token.space_before();
        if glued && (before.is_word() || before.is_number()) && token.is_number() {
            return true;
        }
        let sign = before.of(text);
        // `12:30`, `1,250`, but `据悉，60%`, `Giá:50 triệu`.
        let behind_number = at > 1 && tokens[at - 2].is_number() && !before.space_before();
        let joins = matches!(sign, "/" | "." | "#" | "№" | "*")
            || (matches!(sign, ":" | ",") && behind_number)
            || (sign == "+" && !before.space_before());
        let dash = matches!(sign, "-" | "–") && token.is_number() && at > 1 && !before.space_before();
        if glued && (joins || dash) {
            return true;
        }
        // `MiG -35`, but `Sa Pa -3 độ`
        let model = self.spaced
            && glued
            && sign == "-"
            && token.is_number()
            && at > 1
            && tokens[at - 2].is_capital()
            && self
                .units
                .longest(&tokens[at + 1..])
                .is_none_or(|(_, unit)| !SIGNED.contains(&self.names[unit as usize].as_str()));
        if model {
            return true;
        }
        let near = &tokens[at.saturating_sub(5)..at];
        let named = self.not_behind.ending(near, 4).map_or(0, |(length, ())| length);
        named > self.counted_behind.ending(near, 4).map_or(0, |(length, ())| length)
    }

    /// The same for what stands behind it.
    fn is_name_behind(&self, text: &str, tokens: &[Token], taken: &[bool], end: usize, number: Number) -> bool {
        let Some(next) = tokens.get(end) else { return false };
        let behind =
            tokens.get(end + 1).is_some_and(|token| !token.space_before() && (token.is_number() || token.is_word()));
        if !next.space_before() && matches!(next.of(text), "/" | ":" | "+" | "’" | "'") && behind {
            return true;
        }
        let Some((length, ())) = self.not_before.longest(&tokens[end..]) else { return false };
        // `58 por ciento` and `300 or more` begin with such words.
        let unit = self.unit_behind(text, tokens, taken, end, number).filter(|(_, unit)| unit.is_some());
        let qualifier = self.behind.longest(&tokens[end..]).map_or(0, |(length, _)| length);
        unit.map_or(0, |(unit_end, _)| unit_end - end).max(qualifier) <= length
    }

    /// End and unit of what a number counts; none where it counts nothing.
    fn unit_behind(
        &self,
        text: &str,
        tokens: &[Token],
        taken: &[bool],
        end: usize,
        number: Number,
    ) -> Option<(usize, Option<u16>)> {
        let rest = tokens.get(end..)?;
        if let Some((length, unit)) = self.units.longest(rest) {
            // A longer unit may follow the counting word: `34个国家`, `100 triệu đồng`.
            return Some((end + length, Some(unit)));
        }
        if let Some((skipped, ())) = self.between.longest(rest)
            && let Some((length, unit)) = self.units.longest(&rest[skipped..])
        {
            return Some((end + skipped + length, Some(unit)));
        }
        let next = rest.first()?;
        // Any noun in lower case may be counted. Numbers in words count known things only, and four digits may be a year.
        let year =
            number.length == 1 && !number.scaled && (1900.0..2100.0).contains(&number.value) && !number.ambiguous;
        let counts = self.spaced
            && !number.spelled
            && !year
            && next.is_lower()
            && next.space_before()
            && !taken.get(end).copied().unwrap_or(false)
            && next.of(text).chars().count() > 1;
        if counts {
            return Some((end + 1, None));
        }
        number.scaled.then_some((end, None))
    }
}

/// The two ends of a span.
fn bounds(first: (Range<usize>, Number), last: (Range<usize>, Number), unit: Option<u16>) -> [Found; 2] {
    let bound = |(tokens, number): (Range<usize>, Number), qualifier| Found {
        tokens,
        value: number.value,
        qualifier,
        unit,
        ambiguous: number.ambiguous,
    };
    [bound(first, ">="), bound(last, "<=")]
}

/// What the scale behind a number multiplies by, a power of ten: 10⁶ in `183,8 triệu`, told by the digits before the sign.
fn scale_of(text: &str, tokens: &[Token], at: usize, number: Number) -> f64 {
    let whole: f64 = tokens[at].of(text).parse().unwrap_or(0.0);
    // `0,5 triệu`: half a scale is told by the value alone.
    let times = if whole > 0.0 { number.value / whole } else { number.value * 2.0 };
    if times < 1.0 { 1.0 } else { 10_f64.powi((times.log10() + 1e-9).floor() as i32) }
}
