//! Forms of dates as data: a small notation over tokens, compiled once and tried only where a form can begin.
//!
//! `ngày {d}/{m}[/{y}]`: words and signs stand for themselves in any case; `{slot}` is a number or name with a meaning ([`Slot`]);
//! `<class>` is any phrase of a class of the lexicon; `[…]` may be absent; `(a|b)` is a or b. A space asks for white space, `_` allows
//! it, and where neither stands there is none; `\` in front of a sign takes its meaning away. In languages that write without spaces white space is always allowed.

use super::numbers::Numerals;
use super::phrases::Phrases;
use super::tokens::{Token, Vocabulary, digits};

/// A place in a form that takes a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "named as in the notation; the values are listed there")]
pub enum Slot {
    /// `{d}`, `{d2}`: day of the month.
    Day,
    Day2,
    /// `{m}`, `{m2}`: month by number. `{mn}`, `{mn2}`: by name.
    Month,
    Month2,
    MonthName,
    MonthName2,
    /// `{y}`, `{y2}`: year of four digits. `{yy}`: its last two.
    Year,
    Year2,
    ShortYear,
    /// `{q}`: quarter, 1–4 or Roman.
    Quarter,
    /// `{qn}`: quarter (1–4) or half (5, 6) of a year by name.
    QuarterName,
    /// `{dec}`: decade, `90` or `1990`. `{dec4}`: of four digits only.
    Decade,
    LongDecade,
    /// `{c}`: century, a number or Roman.
    Century,
    /// `{wd}`: day of the week by name, 1 = Monday.
    Weekday,
    /// `{n}`: any number.
    Number,
}

/// Slots by their names.
const SLOTS: [(&str, Slot); 16] = [
    ("d", Slot::Day),
    ("d2", Slot::Day2),
    ("m", Slot::Month),
    ("m2", Slot::Month2),
    ("mn", Slot::MonthName),
    ("mn2", Slot::MonthName2),
    ("y", Slot::Year),
    ("y2", Slot::Year2),
    ("yy", Slot::ShortYear),
    ("q", Slot::Quarter),
    ("qn", Slot::QuarterName),
    ("dec", Slot::Decade),
    ("dec4", Slot::LongDecade),
    ("c", Slot::Century),
    ("wd", Slot::Weekday),
    ("n", Slot::Number),
];

/// What a match has found; 0 = not given.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Captures([i32; 16]);

impl Captures {
    /// The value of a slot.
    #[must_use]
    pub fn get(&self, slot: Slot) -> Option<i32> {
        Some(self.0[slot as usize]).filter(|value| *value != 0)
    }

    fn set(&mut self, slot: Slot, value: i32) {
        self.0[slot as usize] = value;
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Word(u32),
    Class(u16),
    Slot(Slot),
    Space,
    Glued,
    /// Go on at either place, the first one preferred.
    Split(usize, usize),
    Jump(usize),
}

/// A compiled form.
#[derive(Debug, Default, Clone)]
pub struct Form {
    steps: Vec<Step>,
}

/// Phrases of classes, names of months and of days of the week.
#[derive(Debug, Default)]
pub struct Words {
    /// Phrases by the number of their class.
    pub classes: Phrases<u16>,
    /// Names of months, 1–12.
    pub months: Phrases<u8>,
    /// Names of days of the week, 1 = Monday.
    pub weekdays: Phrases<u8>,
    /// Names of quarters (1–4) and halves (5, 6) of a year.
    pub quarters: Phrases<u8>,
    /// Names of days of the month (`primero`).
    pub days: Phrases<u8>,
    /// Han numerals.
    pub numerals: Numerals,
}

/// A token with which a form may begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum First {
    /// A word, by its number.
    Word(u32),
    /// Any number.
    Number,
}

/// What may stand behind the first token of a form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Second {
    /// Words by their numbers.
    pub words: Vec<u32>,
    /// A number.
    pub number: bool,
    /// A Roman numeral.
    pub roman: bool,
    /// Anything: the form may end there.
    pub anything: bool,
}

/// A phrase as the numbers of its words.
pub type Spelling = Vec<u32>;

/// The spellings of what the steps of forms stand for.
#[derive(Debug, Default)]
pub struct Spellings {
    /// Of each class.
    pub classes: Vec<Vec<Spelling>>,
    /// Of months.
    pub months: Vec<Spelling>,
    /// Of days of the week.
    pub weekdays: Vec<Spelling>,
    /// Of quarters.
    pub quarters: Vec<Spelling>,
    /// Of days of the month.
    pub days: Vec<Spelling>,
}

impl Form {
    /// Compiles a form. `class` gives the number of a class.
    ///
    /// # Errors
    /// What is wrong with the form, in words.
    pub fn new(
        form: &str,
        spaced: bool,
        vocabulary: &mut Vocabulary,
        class: &dyn Fn(&str) -> Option<u16>,
    ) -> Result<Form, String> {
        let mut parser = Parser { rest: form, spaced, steps: Vec::new(), glue: false, vocabulary, class };
        parser.alternatives()?;
        if parser.rest.is_empty() {
            Ok(Form { steps: parser.steps })
        } else {
            Err(format!("`{}` closes nothing", parser.rest))
        }
    }

    /// With what it may begin, and what may stand behind that; the same beginning may be given more than once.
    #[must_use]
    pub fn beginnings(&self, spellings: &Spellings) -> Vec<(First, Second)> {
        let mut beginnings = Vec::new();
        for at in self.taking(0).0 {
            let (phrases, number) = self.taken_by(at, spellings);
            for phrase in phrases {
                let Some((first, rest)) = phrase.split_first() else { continue };
                let second = match rest.first() {
                    Some(word) => Second { words: vec![*word], ..Second::default() },
                    None => self.second(at + 1, spellings),
                };
                beginnings.push((First::Word(*first), second));
            }
            if number {
                beginnings.push((First::Number, self.second(at + 1, spellings)));
            }
        }
        beginnings
    }

    /// What the next token from a step on may be.
    fn second(&self, from: usize, spellings: &Spellings) -> Second {
        let (steps, anything) = self.taking(from);
        let mut second = Second { anything, ..Second::default() };
        for at in steps {
            let (phrases, number) = self.taken_by(at, spellings);
            second.words.extend(phrases.iter().filter_map(|phrase| phrase.first()));
            second.number |= number;
            second.roman |= number;
        }
        second
    }

    /// The phrases that a step may take, and whether it may take a number.
    fn taken_by(&self, at: usize, spellings: &Spellings) -> (Vec<Spelling>, bool) {
        match self.steps[at] {
            Step::Word(word) => (vec![vec![word]], false),
            Step::Class(class) => (spellings.classes.get(class as usize).cloned().unwrap_or_default(), false),
            Step::Slot(Slot::MonthName | Slot::MonthName2) => (spellings.months.clone(), false),
            Step::Slot(Slot::Weekday) => (spellings.weekdays.clone(), false),
            Step::Slot(Slot::QuarterName) => (spellings.quarters.clone(), false),
            Step::Slot(Slot::Day | Slot::Day2) => (spellings.days.clone(), true),
            Step::Slot(_) => (Vec::new(), true),
            Step::Space | Step::Glued | Step::Split(..) | Step::Jump(_) => (Vec::new(), false),
        }
    }

    /// The steps that take a token and can be the next ones from a step on, and whether the form may end instead.
    fn taking(&self, from: usize) -> (Vec<usize>, bool) {
        let (mut steps, mut ends) = (Vec::new(), false);
        let mut open = vec![from];
        let mut seen = vec![false; self.steps.len() + 1];
        while let Some(at) = open.pop() {
            if std::mem::replace(&mut seen[at], true) {
                continue;
            }
            match self.steps.get(at) {
                None => ends = true,
                Some(Step::Space | Step::Glued) => open.push(at + 1),
                Some(Step::Split(first, second)) => open.extend([*first, *second]),
                Some(Step::Jump(to)) => open.push(*to),
                Some(_) => steps.push(at),
            }
        }
        (steps, ends)
    }

    /// Whether every way through it takes a number.
    #[must_use]
    pub fn needs_number(&self) -> bool {
        let mut open = vec![0];
        let mut seen = vec![false; self.steps.len() + 1];
        while let Some(at) = open.pop() {
            if std::mem::replace(&mut seen[at], true) {
                continue;
            }
            match self.steps.get(at) {
                None => return false,
                Some(Step::Slot(Slot::MonthName | Slot::MonthName2 | Slot::Weekday | Slot::QuarterName)) => {
                    open.push(at + 1);
                }
                // Days may be words, quarters and centuries Roman numerals.
                Some(Step::Slot(Slot::Day | Slot::Day2 | Slot::Quarter | Slot::Century)) => open.push(at + 1),
                Some(Step::Slot(_)) => {}
                Some(Step::Split(first, second)) => open.extend([*first, *second]),
                Some(Step::Jump(to)) => open.push(*to),
                Some(_) => open.push(at + 1),
            }
        }
        true
    }

    /// The number of tokens that the form takes from a place on, and the values of its slots.
    #[must_use]
    pub fn matches(&self, text: &str, tokens: &[Token], words: &Words) -> Option<(usize, Captures)> {
        let mut captures = Captures::default();
        let mut fuel = FUEL;
        let end = self.run(0, 0, &mut captures, &Place { text, tokens, words }, &mut fuel)?;
        (end > 0).then_some((end, captures))
    }

    fn run(&self, at: usize, token: usize, captures: &mut Captures, place: &Place, fuel: &mut u32) -> Option<usize> {
        let (mut at, mut token) = (at, token);
        loop {
            *fuel = fuel.checked_sub(1)?;
            let Some(step) = self.steps.get(at) else { return Some(token) };
            match *step {
                Step::Space => {
                    if !place.tokens.get(token)?.space_before() {
                        return None;
                    }
                }
                Step::Glued => {
                    if place.tokens.get(token)?.space_before() {
                        return None;
                    }
                }
                Step::Word(word) => {
                    if place.tokens.get(token)?.word != word {
                        return None;
                    }
                    token += 1;
                }
                Step::Slot(slot) => {
                    let (length, value) = place.value(slot, token)?;
                    captures.set(slot, value);
                    token += length;
                }
                Step::Class(class) => {
                    let mut lengths = [0; 4];
                    let mut count = 0;
                    place.words.classes.starting(place.tokens.get(token..)?, |length, found| {
                        if found == class && count < lengths.len() {
                            lengths[count] = length;
                            count += 1;
                        }
                    });
                    for length in lengths[..count].iter().rev() {
                        let mut tried = *captures;
                        if let Some(end) = self.run(at + 1, token + length, &mut tried, place, fuel) {
                            *captures = tried;
                            return Some(end);
                        }
                    }
                    return None;
                }
                Step::Split(first, second) => {
                    let mut tried = *captures;
                    if let Some(end) = self.run(first, token, &mut tried, place, fuel) {
                        *captures = tried;
                        return Some(end);
                    }
                    at = second;
                    continue;
                }
                Step::Jump(to) => {
                    at = to;
                    continue;
                }
            }
            at += 1;
        }
    }
}

/// Steps after which a form gives up at a place: forms of the lexicon take some dozens.
const FUEL: u32 = 2000;

struct Place<'a> {
    text: &'a str,
    tokens: &'a [Token],
    words: &'a Words,
}

impl Place<'_> {
    /// Length and value of a slot at a token.
    fn value(&self, slot: Slot, token: usize) -> Option<(usize, i32)> {
        let rest = self.tokens.get(token..)?;
        let first = rest.first()?;
        match slot {
            Slot::MonthName | Slot::MonthName2 => {
                return self.words.months.longest(rest).map(|(length, month)| (length, i32::from(month)));
            }
            Slot::Weekday => {
                return self.words.weekdays.longest(rest).map(|(length, day)| (length, i32::from(day)));
            }
            Slot::QuarterName => {
                return self.words.quarters.longest(rest).map(|(length, quarter)| (length, i32::from(quarter)));
            }
            Slot::Day | Slot::Day2 if first.is_word() => {
                return self.words.days.longest(rest).map(|(length, day)| (length, i32::from(day)));
            }
            _ => {}
        }
        let (length, value, printed) = if first.is_number() {
            let printed = first.of(self.text);
            (1, i32::try_from(digits(printed)?).ok()?, printed.len())
        } else if first.is_han() {
            let (length, value) = self.words.numerals.han(rest)?;
            (length, i32::try_from(value).ok()?, length)
        } else {
            (1, roman(first.of(self.text))?, 0)
        };
        let fits = match slot {
            Slot::Day | Slot::Day2 => (1..=31).contains(&value) && printed > 0 && (printed <= 2 || first.is_han()),
            Slot::Month | Slot::Month2 => (1..=12).contains(&value) && printed > 0 && printed <= 2,
            Slot::Year | Slot::Year2 => (1000..2200).contains(&value) && printed == 4,
            Slot::ShortYear => printed == 2 && !first.is_han(),
            Slot::Quarter => (1..=4).contains(&value),
            Slot::Decade => value > 0 && value % 10 == 0 && (value < 100 || (1000..2200).contains(&value)),
            Slot::LongDecade => value % 10 == 0 && (1000..2200).contains(&value),
            Slot::Century => (1..=21).contains(&value),
            _ => true,
        };
        fits.then_some((length, value))
    }
}

/// The value of a Roman numeral up to 39, the ordinals of congresses and centuries.
#[must_use]
pub fn roman(text: &str) -> Option<i32> {
    let tens = text.bytes().take_while(|c| *c == b'X').count();
    let ones = match &text[tens..] {
        "" => 0,
        "I" => 1,
        "II" => 2,
        "III" => 3,
        "IV" => 4,
        "V" => 5,
        "VI" => 6,
        "VII" => 7,
        "VIII" => 8,
        "IX" => 9,
        _ => return None,
    };
    (tens <= 3 && !text.is_empty()).then_some(tens as i32 * 10 + ones)
}

struct Parser<'a> {
    rest: &'a str,
    spaced: bool,
    steps: Vec<Step>,
    /// Whether the next token must stand directly behind the last one.
    glue: bool,
    vocabulary: &'a mut Vocabulary,
    class: &'a dyn Fn(&str) -> Option<u16>,
}

impl Parser<'_> {
    /// `a|b|c` up to a closing sign or the end.
    fn alternatives(&mut self) -> Result<(), String> {
        let begin = self.steps.len();
        let glue = self.glue;
        let mut ends = Vec::new();
        let mut start = begin;
        loop {
            self.glue = glue;
            self.sequence()?;
            let Some(rest) = self.rest.strip_prefix('|') else { break };
            self.rest = rest;
            // The alternative so far moves one step back behind a split.
            let branch: Vec<Step> = self.steps.drain(start..).collect();
            self.steps.push(Step::Split(start + 1, start + branch.len() + 2));
            self.steps.extend(branch.into_iter().map(|step| moved(step, start, 1)));
            ends.push(self.steps.len());
            self.steps.push(Step::Jump(0));
            start = self.steps.len();
        }
        let end = self.steps.len();
        for jump in ends {
            self.steps[jump] = Step::Jump(end);
        }
        self.glue = false;
        Ok(())
    }

    fn sequence(&mut self) -> Result<(), String> {
        while let Some(first) = self.rest.chars().next() {
            match first {
                '|' | ')' | ']' => return Ok(()),
                ' ' => self.separator(if self.spaced { Some(Step::Space) } else { None }),
                '_' => self.separator(None),
                '(' => {
                    self.rest = &self.rest[1..];
                    self.alternatives()?;
                    self.close(')')?;
                }
                '[' => {
                    self.rest = &self.rest[1..];
                    let split = self.steps.len();
                    self.steps.push(Step::Jump(0));
                    self.alternatives()?;
                    self.steps[split] = Step::Split(split + 1, self.steps.len());
                    self.close(']')?;
                }
                '{' => {
                    let name = self.name('}')?;
                    let slot = SLOTS.iter().find(|(known, _)| *known == name).map(|(_, slot)| *slot);
                    self.atom(Step::Slot(slot.ok_or_else(|| format!("there is no slot `{{{name}}}`"))?));
                }
                '<' => {
                    let name = self.name('>')?;
                    let class = (self.class)(&name).ok_or_else(|| format!("there is no class `<{name}>`"))?;
                    self.atom(Step::Class(class));
                }
                '\\' => {
                    // The sign behind it stands for itself.
                    let sign = self.rest[1..].chars().next().ok_or("`\\` at the end")?;
                    let word = self.vocabulary.add(sign.encode_utf8(&mut [0; 4]));
                    self.rest = &self.rest[1 + sign.len_utf8()..];
                    self.atom(Step::Word(word));
                }
                _ => self.literal(),
            }
        }
        Ok(())
    }

    fn separator(&mut self, step: Option<Step>) {
        self.rest = &self.rest[1..];
        self.glue = false;
        self.steps.extend(step);
    }

    fn close(&mut self, sign: char) -> Result<(), String> {
        self.rest = self.rest.strip_prefix(sign).ok_or_else(|| format!("`{sign}` is missing"))?;
        self.glue = false;
        Ok(())
    }

    fn name(&mut self, close: char) -> Result<String, String> {
        let end = self.rest.find(close).ok_or_else(|| format!("`{close}` is missing"))?;
        let name = self.rest[1..end].to_owned();
        self.rest = &self.rest[end + 1..];
        Ok(name)
    }

    fn atom(&mut self, step: Step) {
        if self.glue {
            self.steps.push(Step::Glued);
        }
        self.steps.push(step);
        self.glue = self.spaced;
    }

    fn literal(&mut self) {
        let end = self.rest.find(['{', '<', '[', ']', '(', ')', '|', ' ', '_', '\\']).unwrap_or(self.rest.len());
        let literal = &self.rest[..end];
        self.rest = &self.rest[end..];
        let mut tokens = Vec::new();
        Vocabulary::default().tokenize(literal, &mut tokens);
        for token in tokens {
            let word = self.vocabulary.add(token.of(literal));
            self.atom(Step::Word(word));
        }
    }
}

/// A step of a branch that moves: its targets at or behind `from` move along.
fn moved(step: Step, from: usize, by: usize) -> Step {
    let shift = |to: usize| if to >= from { to + by } else { to };
    match step {
        Step::Split(first, second) => Step::Split(shift(first), shift(second)),
        Step::Jump(to) => Step::Jump(shift(to)),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mention::phrases::Case;

    fn find(form: &str, text: &str) -> Option<(usize, Vec<Option<i32>>)> {
        let mut vocabulary = Vocabulary::default();
        let mut words = Words::default();
        words.classes.add("đến", 0, Case::Any, &mut vocabulary);
        words.classes.add("đến hết", 0, Case::Any, &mut vocabulary);
        words.months.add("mười hai", 12, Case::Any, &mut vocabulary);
        let form = Form::new(form, true, &mut vocabulary, &|name| (name == "to").then_some(0)).unwrap();
        let mut tokens = Vec::new();
        vocabulary.tokenize(text, &mut tokens);
        let (length, captures) = form.matches(text, &tokens, &words)?;
        Some((length, [Slot::Day, Slot::Day2, Slot::Month, Slot::Year].map(|slot| captures.get(slot)).to_vec()))
    }

    #[test]
    fn forms_take_their_parts_and_no_more() {
        let form = "{d}(-| <to> [ngày ]){d2}/{m}[/{y}]";
        assert_eq!(find(form, "4-7/10"), Some((5, vec![Some(4), Some(7), Some(10), None])));
        assert_eq!(find(form, "4 đến hết ngày 7/10/2025"), Some((9, vec![Some(4), Some(7), Some(10), Some(2025)])));
        assert_eq!(find(form, "4 đến 7/10/20255"), Some((5, vec![Some(4), Some(7), Some(10), None])));
        assert_eq!(find(form, "4- 7/13"), None);
        assert_eq!(find("{d} tháng (giêng|{m}|một)", "5 tháng một"), Some((3, vec![Some(5), None, None, None])));
    }

    #[test]
    fn wrong_forms_are_named() {
        let mut vocabulary = Vocabulary::default();
        for (form, expected) in
            [("{x}", "`{x}`"), ("<no>", "`<no>`"), ("[a", "`]` is missing"), ("a)", "`)` closes nothing")]
        {
            let error = Form::new(form, true, &mut vocabulary, &|_| None).unwrap_err();
            assert!(error.contains(expected), "{error}");
        }
    }

    #[test]
    fn roman_numerals_are_read() {
        for (text, value) in [("XIV", Some(14)), ("IX", Some(9)), ("XXX", Some(30)), ("IIX", None), ("", None)] {
            assert_eq!(roman(text), value, "{text}");
        }
    }
}
