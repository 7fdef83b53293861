//! Numbers as the press of a language prints them: digits with signs between, scales, words, Han numerals.

use super::phrases::Phrases;
use super::tokens::{Token, Vocabulary, digits};

/// Han numerals by the numbers of their characters in the vocabulary.
#[derive(Debug, Default)]
pub struct Numerals {
    /// Value of each word, [`NONE`] of those that are no numerals.
    values: Vec<u16>,
}

/// No numeral.
const NONE: u16 = u16::MAX;

/// Digits and powers of ten; a power is told from a digit by its size.
const HAN: [(&str, u16); 28] = [
    ("〇", 0),
    ("零", 0),
    ("一", 1),
    ("二", 2),
    ("两", 2),
    ("兩", 2),
    ("三", 3),
    ("四", 4),
    ("五", 5),
    ("六", 6),
    ("七", 7),
    ("八", 8),
    ("九", 9),
    ("壹", 1),
    ("贰", 2),
    ("叁", 3),
    ("肆", 4),
    ("伍", 5),
    ("陆", 6),
    ("柒", 7),
    ("捌", 8),
    ("玖", 9),
    ("十", 10),
    ("拾", 10),
    ("百", 100),
    ("佰", 100),
    ("千", 1000),
    ("仟", 1000),
];

impl Numerals {
    /// The numerals, their characters added to a vocabulary.
    #[must_use]
    pub fn new(vocabulary: &mut Vocabulary) -> Numerals {
        let mut values = Vec::new();
        for (character, value) in HAN {
            let word = vocabulary.add(character) as usize;
            values.resize(values.len().max(word + 1), NONE);
            values[word] = value;
        }
        Numerals { values }
    }

    /// Whether a word is a numeral.
    #[must_use]
    pub fn has(&self, word: u32) -> bool {
        self.values.get(word as usize).is_some_and(|value| *value != NONE)
    }

    /// The value of a character; none where it is no numeral.
    #[must_use]
    pub fn value(&self, token: Token) -> Option<u64> {
        if !token.is_han() {
            return None;
        }
        self.values.get(token.word as usize).filter(|value| **value != NONE).map(|value| u64::from(*value))
    }

    /// Length and value of the numeral at the first of some tokens: `十四`, `三百五十`, `二〇二六`.
    #[must_use]
    pub fn han(&self, tokens: &[Token]) -> Option<(usize, u64)> {
        let mut length = 0;
        let (mut total, mut digit, mut in_row) = (0_u64, None, 0);
        let mut powers = false;
        while let Some(value) = tokens.get(length).and_then(|token| self.value(*token)).filter(|_| length < 12) {
            if value < 10 {
                in_row += 1;
                digit = Some(if in_row > 1 { digit.unwrap_or(0) * 10 + value } else { value });
            } else {
                total += digit.take().unwrap_or(1) * value;
                in_row = 0;
                powers = true;
            }
            length += 1;
        }
        // `二〇二六` is read digit by digit, `三百零五` is not.
        let value = total + digit.unwrap_or(0);
        // `百位`, `千年`: a power alone counts nothing.
        if length == 1 && value >= 100 {
            return None;
        }
        (length > 0 && (!powers || in_row <= 2)).then_some((length, value))
    }
}

/// How numbers are written in a language.
#[derive(Debug, Default)]
pub struct NumberForms {
    /// Sign before the fraction.
    pub decimal: char,
    /// Sign between groups of three digits.
    pub group: char,
    /// Whether a space may stand between groups.
    pub group_space: bool,
    /// Number words below a hundred.
    pub words: Phrases<u32>,
    /// Words that multiply: hundred, thousand, million, `万` …
    pub scales: Phrases<u64>,
    /// Words for half of the scale before them (`rưỡi`).
    pub halves: Phrases<()>,
    /// Words between parts of a number in words (`two hundred and five`).
    pub joints: Phrases<()>,
    /// Han numerals.
    pub numerals: Numerals,
}

/// A number in a text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Number {
    /// Tokens that it takes.
    pub length: usize,
    /// Its value.
    pub value: f64,
    /// Whether the signs in it could be read another way, and the reading as a fraction where it was read as groups.
    pub ambiguous: bool,
    /// Whether it is written in words.
    pub spelled: bool,
    /// Whether a scale word belongs to it.
    pub scaled: bool,
}

impl NumberForms {
    /// The number that begins at a token. Forms that are no numbers (`1.2.3`, `0912345678`) give the length to leave out.
    ///
    /// # Errors
    /// The number of tokens of something that begins like a number and is none.
    pub fn at(&self, text: &str, tokens: &[Token]) -> Result<Option<Number>, usize> {
        let Some(first) = tokens.first() else { return Ok(None) };
        if first.is_number() {
            let mut number = self.digits(text, tokens)?;
            self.scale(text, tokens, &mut number);
            return Ok(Some(number));
        }
        if first.word == 0 {
            return Ok(None);
        }
        if first.is_han() {
            let Some((length, value)) = self.numerals.han(tokens) else { return Ok(None) };
            let mut number = Number { length, value: value as f64, ambiguous: false, spelled: true, scaled: false };
            self.scale(text, tokens, &mut number);
            return Ok(Some(number));
        }
        Ok(self.spelled(tokens))
    }

    /// Digits with signs between them.
    fn digits(&self, text: &str, tokens: &[Token]) -> Result<Number, usize> {
        let mut parts = 1;
        let mut signs = [0_u8; 6];
        let part = |number: usize| tokens[number * 2].of(text);
        let mut spaced = 1;
        loop {
            let rest = &tokens[parts * 2 - 1..];
            let (Some(sign), Some(number)) = (rest.first(), rest.get(1)) else { break };
            let printed = sign.of(text).as_bytes();
            let joined = matches!(printed, [b'.' | b',']) && !sign.space_before() && !number.space_before();
            if !joined || !number.is_number() || parts >= signs.len() {
                break;
            }
            signs[parts - 1] = printed[0];
            parts += 1;
        }
        let length = parts * 2 - 1;
        let first = part(0);
        if parts == 1 {
            // `6 000 000`, and no `2 500 metros` of two numbers: groups have three digits.
            let mut value = digits(first).ok_or(1_usize)?;
            while self.group_space && first.len() <= 3 && !first.starts_with('0') {
                let Some(next) = tokens.get(spaced).filter(|next| next.is_number() && next.space_before()) else {
                    break;
                };
                if next.of(text).len() != 3 || spaced > 4 {
                    break;
                }
                value = value * 1000 + digits(next.of(text)).unwrap_or(0);
                spaced += 1;
            }
            if first.len() > 1 && first.starts_with('0') {
                return Err(1);
            }
            let mut number =
                Number { length: spaced, value: value as f64, ambiguous: false, spelled: false, scaled: false };
            if spaced > 1
                && let Some(fraction) = self.fraction(text, &tokens[spaced..])
            {
                number.value += fraction;
                number.length += 2;
            }
            return Ok(number);
        }
        let last = part(parts - 1);
        let grouped =
            |to: usize| (1..to).all(|number| part(number).len() == 3) && first.len() <= 3 && !first.starts_with('0');
        let same = signs[..parts - 1].iter().all(|sign| *sign == signs[0]);
        let whole = |to: usize| -> Option<f64> {
            let joined: String = (0..to).map(part).collect();
            Some(digits(&joined)? as f64)
        };
        let fraction = |to: usize| -> Option<f64> { format!("{}.{last}", whole(to)?).parse().ok() };
        let is_group = char::from(signs[0]) == self.group;
        let (value, ambiguous) = if same && grouped(parts) && (parts > 2 || is_group) {
            (whole(parts), parts == 2 && !is_group)
        } else if parts == 2 {
            if grouped(2) {
                // Three digits behind the decimal sign: a count written the English way, or a fraction.
                (whole(2), true)
            } else if first.len() > 1 && first.starts_with('0') {
                return Err(length);
            } else {
                (fraction(1), is_group)
            }
        } else if grouped(parts - 1)
            && signs[..parts - 2].iter().all(|sign| *sign == signs[0] && *sign != signs[parts - 2])
        {
            (fraction(parts - 1), false)
        } else {
            return Err(length);
        };
        let value = value.ok_or(length)?;
        Ok(Number { length, value, ambiguous, spelled: false, scaled: false })
    }

    /// `,5` behind groups with spaces.
    fn fraction(&self, text: &str, tokens: &[Token]) -> Option<f64> {
        let [sign, number, ..] = tokens else { return None };
        let joined = !sign.space_before() && !number.space_before() && number.is_number();
        let decimal = sign.of(text).starts_with(self.decimal);
        (joined && decimal).then(|| format!("0.{}", number.of(text)).parse().ok()).flatten()
    }

    /// Scales behind a number: `1,5 triệu`, `2 tỷ 500 triệu`, `2 triệu rưỡi`, `588万`.
    fn scale(&self, text: &str, tokens: &[Token], number: &mut Number) {
        let mut last = f64::INFINITY;
        let mut total = 0.0;
        let mut current = *number;
        while let Some((length, scale)) = self.scales.longest(&tokens[current.length..]) {
            let scale = scale as f64;
            if scale >= last {
                break;
            }
            let value =
                if current.ambiguous && !current.spelled { as_fraction(text, tokens, current) } else { current.value };
            total += value * scale;
            last = scale;
            let mut end = current.length + length;
            // `三百万`: a scale upon a scale, `1 nghìn tỷ` where it is not a phrase of its own.
            while let Some((length, further)) = self.scales.longest(&tokens[end..]) {
                total *= further as f64;
                last = last.max(further as f64);
                end += length;
            }
            if let Some((length, ())) = self.halves.longest(&tokens[end..]) {
                total += last / 2.0;
                end += length;
            }
            *number = Number { length: end, value: total, ambiguous: false, spelled: number.spelled, scaled: true };
            // A smaller part may follow: `2 tỷ 500 triệu`.
            let Some(next) = tokens.get(end).filter(|next| next.is_number() || self.numerals.value(**next).is_some())
            else {
                break;
            };
            let part = if next.is_number() {
                self.digits(text, &tokens[end..]).ok()
            } else {
                self.numerals.han(&tokens[end..]).map(|(length, value)| Number {
                    length,
                    value: value as f64,
                    ambiguous: false,
                    spelled: true,
                    scaled: false,
                })
            };
            let Some(part) = part.filter(|part| self.scales.longest(&tokens[end + part.length..]).is_some()) else {
                break;
            };
            current = Number { length: end + part.length, ..part };
        }
    }

    /// A number in words: `hai mươi ba`, `two hundred and five`.
    fn spelled(&self, tokens: &[Token]) -> Option<Number> {
        let (mut total, mut current) = (0.0, 0.0);
        let mut length = 0;
        let mut scaled = false;
        let mut last_small = false;
        loop {
            let rest = &tokens[length.min(tokens.len())..];
            if let Some((taken, value)) = self.words.longest(rest).filter(|_| length < 12) {
                // `hai ba` is no number, `hai mươi ba` and `twenty three` are.
                if last_small && !(current >= 20.0 && current % 10.0 == 0.0 && value < 10) {
                    break;
                }
                current += f64::from(value);
                length += taken;
                last_small = true;
            } else if let Some((taken, scale)) = self.scales.longest(rest).filter(|_| length > 0 && length < 12) {
                let scale = scale as f64;
                if scale < 1000.0 {
                    current = f64::max(current, 1.0) * scale;
                } else {
                    total += f64::max(current, 1.0) * scale;
                    current = 0.0;
                    scaled = true;
                }
                length += taken;
                last_small = false;
            } else if let Some((taken, ())) = self.joints.longest(rest).filter(|_| length > 0) {
                if self.words.longest(&rest[taken..]).is_none() || (last_small && current < 20.0) {
                    break;
                }
                length += taken;
                last_small = last_small && current < 20.0;
            } else {
                break;
            }
        }
        (length > 0).then_some(Number { length, value: total + current, ambiguous: false, spelled: true, scaled })
    }
}

/// The value of digits with one sign that were read as groups, read as a fraction: scales stand behind `1,234` (`1,234 triệu`).
fn as_fraction(text: &str, tokens: &[Token], number: Number) -> f64 {
    match tokens.get(..3) {
        Some([whole, _, fraction]) if number.length == 3 => {
            format!("{}.{}", whole.of(text), fraction.of(text)).parse().unwrap_or(number.value)
        }
        _ => number.value,
    }
}

/// The value of digits with one sign, read as a fraction: `6,125 %`.
#[must_use]
pub fn fraction_reading(text: &str, tokens: &[Token], number: Number) -> f64 {
    as_fraction(text, tokens, number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mention::phrases::Case;

    fn forms(decimal: char, group: char, vocabulary: &mut Vocabulary) -> NumberForms {
        let mut forms = NumberForms {
            decimal,
            group,
            group_space: decimal == ',',
            numerals: Numerals::new(vocabulary),
            ..NumberForms::default()
        };
        for (word, value) in [("hai", 2), ("ba", 3), ("two", 2), ("twenty", 20), ("five", 5)] {
            forms.words.add(word, value, Case::Any, vocabulary);
        }
        for (word, value) in [
            ("mươi", 10),
            ("trăm", 100),
            ("hundred", 100),
            ("nghìn", 1000),
            ("triệu", 1_000_000),
            ("tỷ", 1_000_000_000),
            ("万", 10_000),
            ("亿", 100_000_000),
        ] {
            forms.scales.add(word, value, Case::Any, vocabulary);
        }
        forms.halves.add("rưỡi", (), Case::Any, vocabulary);
        forms.joints.add("and", (), Case::Any, vocabulary);
        forms
    }

    fn value(text: &str, decimal: char, group: char) -> Option<f64> {
        let mut vocabulary = Vocabulary::default();
        let forms = forms(decimal, group, &mut vocabulary);
        let mut tokens = Vec::new();
        vocabulary.tokenize(text, &mut tokens);
        forms.at(text, &tokens).ok().flatten().map(|number| number.value)
    }

    #[test]
    fn digits_are_read_by_the_signs_of_the_language() {
        for (text, expected) in [
            ("6.000", Some(6000.0)),
            ("6,000", Some(6000.0)),
            ("4,03", Some(4.03)),
            ("1.234.567,8", Some(1_234_567.8)),
            ("6 000 người", Some(6000.0)),
            ("2,5 triệu", Some(2_500_000.0)),
            ("1.500 tỷ", Some(1.5e12)),
            ("1,234 triệu", Some(1_234_000.0)),
            ("2 tỷ 500 triệu", Some(2.5e9)),
            ("2 triệu rưỡi", Some(2.5e6)),
            ("1.2.3", None),
            ("0912", None),
            ("hai mươi ba", Some(23.0)),
            ("hai ba", Some(2.0)),
        ] {
            assert_eq!(value(text, ',', '.'), expected, "{text}");
        }
        for (text, expected) in [
            ("6,000.5", Some(6000.5)),
            ("4.03", Some(4.03)),
            ("588万", Some(5_880_000.0)),
            ("1.5亿", Some(1.5e8)),
            ("三百五十", Some(350.0)),
            ("十四", Some(14.0)),
            ("二〇二六", Some(2026.0)),
            ("two hundred and twenty five", Some(225.0)),
        ] {
            assert_eq!(value(text, '.', ','), expected, "{text}");
        }
    }
}
