//! One pass over the characters of a line: its folded form, its shape and what the model counts in it.
//!
//! [`fold_normal`](crate::text::fold_normal) and [`Shape::of`] say the same of a text, each in a pass of its own; they are what the
//! tests compare with. Here the three share the look at each character, which is most of the cost of labelling prose.

use crate::chars::{Kinds, chars};
use crate::latin;
use crate::text::{Shape, ending, fold_sign, is_toned, old_tone_placement, quoted};

/// What one pass over a line gives.
#[derive(Debug)]
pub struct Reading {
    /// As [`crate::text::fold_normal`].
    pub folded: String,
    /// The line in lower case, as [`crate::chars::Chars::lower`].
    pub lower: String,
    /// As [`Shape::of`].
    pub shape: Shape,
    /// For the features of the model.
    pub counts: Counts,
}

/// What one line says by itself, counted for the features of the model.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a column of its own")]
pub struct Counts {
    /// Signs that are neither letters, digits nor white space.
    pub punctuation: u32,
    /// Words of spaced scripts.
    pub words: u32,
    /// Words that begin with a capital.
    pub capitalised: u32,
    /// Words of two and more letters in capitals.
    pub all_caps: u32,
    /// Characters of all words.
    pub word_chars: u32,
    /// Characters of the longest word.
    pub longest: u32,
    /// Commas and semicolons.
    pub commas: u32,
    /// Bars, dots and arrows that stand between the entries of menus.
    pub separators: u32,
    /// Question marks.
    pub questions: u32,
    /// Exclamation marks.
    pub exclamations: u32,
    /// Signs of money and per cent.
    pub money: u32,
    /// Pictographs.
    pub emoji: u32,
    /// Small letters or signs directly in front of a capital or a bracket.
    pub joins: u32,
    /// Words that are numbers.
    pub numbers: u32,
    /// Letters outside ASCII.
    pub accents: u32,
    /// Characters of unspaced scripts.
    pub unspaced: u32,
    /// An at sign.
    pub at: bool,
    /// A hash sign.
    pub hash: bool,
    /// Quotes.
    pub quotes: bool,
    /// A year.
    pub year: bool,
    /// A time of day.
    pub clock: bool,
    /// Day and month in digits.
    pub day_month: bool,
    /// Letters by [`script`].
    pub scripts: [u32; SCRIPTS],
}

/// Latin, Cyrillic, Greek, Arabic, Hebrew, Indic and south-east Asian, Han and kana, Hangul.
pub const SCRIPTS: usize = 8;

fn script(c: char) -> usize {
    match u32::from(c) {
        0..=0x36F | 0x1E00..=0x1EFF => 0,
        0x400..=0x52F => 1,
        0x370..=0x3FF | 0x1F00..=0x1FFF => 2,
        0x600..=0x77F | 0xFB50..=0xFDFF | 0xFE70..=0xFEFF => 3,
        0x590..=0x5FF => 4,
        0x900..=0x109F | 0x1780..=0x17FF => 5,
        0x1100..=0x11FF | 0xAC00..=0xD7AF | 0x3130..=0x318F => 7,
        _ => 6,
    }
}

/// A word of letters and digits.
#[derive(Debug, Clone, Copy, Default)]
struct Word {
    chars: u32,
    digits: u32,
    upper: u32,
    first_upper: bool,
    number: u32,
}

impl Counts {
    fn end_word(&mut self, word: Word, joined: &mut Option<(Word, char)>, sign: char) {
        if word.chars == 0 {
            *joined = None;
            return;
        }
        self.words += 1;
        self.word_chars += word.chars;
        self.longest = self.longest.max(word.chars);
        self.capitalised += u32::from(word.first_upper);
        self.all_caps += u32::from(word.upper >= 2 && word.upper == word.chars);
        if word.digits == 0 {
            *joined = None;
            return;
        }
        let number = word.digits == word.chars;
        self.numbers += u32::from(number);
        self.year |= number && word.digits == 4 && (1950..2050).contains(&word.number);
        if let Some((left, between)) = joined {
            let small = number && word.digits <= 2 && left.digits <= 2;
            self.clock |= small && matches!(between, ':' | 'h') && left.number < 25 && word.number < 60;
            self.day_month |= small && matches!(between, '/' | '.' | '-') && left.number < 32 && word.number < 32;
        }
        // `12h30` is one word.
        self.clock |= !number && word.digits >= 3 && word.chars == word.digits + 1 && word.digits <= 4;
        *joined = (number && matches!(sign, ':' | '/' | '.' | '-')).then_some((word, sign));
    }

    fn sign(&mut self, c: char, before: char) {
        self.punctuation += 1;
        match c {
            ',' | '、' | '،' | ';' | '\u{ff1b}' => self.commas += 1,
            '|' | '›' | '»' | '·' | '•' | '▪' | '→' => self.separators += 1,
            '/' => self.separators += u32::from(before == ' '),
            '@' => self.at = true,
            '#' => self.hash = true,
            '"' | '“' | '”' | '„' | '«' | '「' | '『' => self.quotes = true,
            '?' | '؟' => self.questions += 1,
            '!' => self.exclamations += 1,
            '$' | '€' | '£' | '¥' | '₫' | '₩' | '%' => self.money += 1,
            _ => {
                let code = u32::from(c);
                let pictograph = (0x1F300..0x1FAFF).contains(&code) || (0x2600..0x27BF).contains(&code);
                self.emoji += u32::from(pictograph);
            }
        }
    }
}

/// `loginRegister`, `here.Next`, `"yes"No`: two things printed without a space between them.
fn joined_to(before: char, kinds: Kinds) -> bool {
    kinds.any(Kinds::LOWER) || matches!(before, '.' | '?' | '!' | '"' | '”' | '»' | ')' | '…')
}

/// A changed copy of a line. What stays as it is is copied in whole spans, since most of it does.
struct Copy<'a> {
    line: &'a str,
    text: String,
    /// Where in the line the span begins that is not copied yet.
    from: usize,
}

impl<'a> Copy<'a> {
    fn of(line: &'a str) -> Self {
        Copy { line, text: String::with_capacity(line.len() + 4), from: 0 }
    }

    fn copy_to(&mut self, at: usize) {
        self.text.push_str(&self.line[self.from.min(at)..at]);
        self.from = at;
    }
}

/// The folded form under way.
struct Fold<'a> {
    copy: Copy<'a>,
    /// Whether a letter or digit has been seen: signs in front of the first one are left off.
    begun: bool,
    /// Where in the line the last letter or digit ends, and where it does in the copy once that is known: signs behind it are left off.
    end: usize,
    copied_end: usize,
    /// White space that the next character is parted by: where it begins, and whether it is one plain space.
    space: Option<(usize, bool)>,
    /// Letters with tones have been seen.
    toned: bool,
}

impl<'a> Fold<'a> {
    fn of(line: &'a str) -> Self {
        Fold { copy: Copy::of(line), begun: false, end: 0, copied_end: 0, space: None, toned: false }
    }

    /// Writes something else for the characters from `at` to before `next`.
    fn change(&mut self, at: usize, next: usize, write: impl FnOnce(&mut String)) {
        if self.end >= self.copy.from {
            self.copy.copy_to(self.end);
            self.copied_end = self.copy.text.len();
        }
        self.copy.copy_to(at);
        write(&mut self.copy.text);
        self.copy.from = next;
    }

    fn white(&mut self, at: usize, c: char) {
        if self.begun {
            self.space = Some(self.space.map_or((at, c == ' '), |(first, _)| (first, false)));
        }
    }

    /// A character that is no white space begins here.
    #[inline]
    fn settle_space(&mut self, at: usize) {
        if let Some((first, is_plain)) = self.space.take()
            && !is_plain
        {
            self.change(first, at, |text| text.push(' '));
        }
    }

    /// A mark that is left off stands here.
    fn drop_mark(&mut self, at: usize, next: usize) {
        if self.begun {
            self.settle_space(at);
            self.change(at, next, |_| {});
        }
    }

    /// A letter or digit begins here.
    #[inline]
    fn begin_word(&mut self, at: usize) {
        if !self.begun {
            self.begun = true;
            self.copy.from = at;
        }
        self.settle_space(at);
    }

    fn finish(mut self) -> String {
        if self.end >= self.copy.from {
            self.copy.copy_to(self.end);
        } else {
            self.copy.text.truncate(self.copied_end);
        }
        let text = self.copy.text;
        if self.toned
            && let Some(moved) = old_tone_placement(&text)
        {
            moved
        } else {
            text
        }
    }
}

/// Reads a trimmed line in NFC with half-width characters.
#[must_use]
pub fn read(line: &str) -> Reading {
    let table = chars();
    let bytes = line.as_bytes();
    let mut shape = Shape { ending: ending(line), quoted: quoted(line), ..Shape::default() };
    let mut counts = Counts::default();
    let (mut fold, mut lower) = (Fold::of(line), Copy::of(line));
    let (mut in_word, mut after_stop) = (false, false);
    // Halves, so that the sum is exact whatever its order.
    let mut halves = 0usize;
    let (mut before, mut before_kinds) = (' ', table.kinds(' '));
    // The number directly before the last sign, and the sign: `12` and `:` of `12:30`.
    let mut joined: Option<(Word, char)> = None;
    let mut rest = line.chars();
    let mut at = 0;
    let mut next = rest.next();
    while let Some(c) = next {
        let kinds = table.kinds(c);
        if kinds.any(Kinds::LOOSE_MARK) {
            // Decoration: lines struck through letter by letter.
            next = rest.next();
            fold.drop_mark(at, at + c.len_utf8());
        } else if kinds.any(Kinds::UNSPACED) {
            counts.end_word(Word::default(), &mut joined, c);
            counts.unspaced += 1;
            if kinds.any(Kinds::LETTER) {
                counts.accents += 1;
                counts.scripts[script(c)] += 1;
            }
            shape.chars += 1;
            shape.letters += 1;
            halves += 1;
            shape.inner_stops += usize::from(after_stop);
            (in_word, after_stop) = (false, false);
            if kinds.any(Kinds::WORD) {
                fold.begin_word(at);
                fold.end = at + c.len_utf8();
            } else {
                fold.settle_space(at);
            }
            (before, before_kinds) = (c, kinds);
            next = rest.next();
        } else if kinds.any(Kinds::WORD) {
            halves += 2 * usize::from(!in_word);
            fold.begin_word(at);
            let mut word = Word::default();
            let (mut letters, mut latin) = (0, 0);
            loop {
                // Small letters of ASCII, most of what there is, change nothing.
                let run = bytes[at..].iter().take_while(|byte| byte.is_ascii_lowercase()).count();
                if run > 0 {
                    at += run;
                    word.chars += run as u32;
                    latin += run as u32;
                    (before, before_kinds) = (char::from(bytes[at - 1]), Kinds::SMALL_LETTER);
                    fold.end = at;
                }
                rest = line[at..].chars();
                next = rest.next();
                let Some(c) = next else { break };
                let kinds = table.kinds(c);
                let behind = at + c.len_utf8();
                if kinds.any(Kinds::LOOSE_MARK) {
                    // Marks that the normal form leaves alone do not end a word.
                    fold.drop_mark(at, behind);
                    at = behind;
                    continue;
                }
                if !kinds.any(Kinds::WORD) || kinds.any(Kinds::UNSPACED) {
                    break;
                }
                let is_letter = u32::from(kinds.any(Kinds::LETTER));
                if kinds.any(Kinds::UPPER) {
                    counts.joins += u32::from(joined_to(before, before_kinds));
                    word.first_upper |= word.chars == 0;
                    word.upper += 1;
                }
                word.chars += 1;
                shape.digits += usize::from(kinds.any(Kinds::NUMERIC));
                if c.is_ascii() {
                    latin += is_letter;
                    if c.is_ascii_digit() {
                        word.digits += 1;
                        word.number = word.number.saturating_mul(10).saturating_add(u32::from(c) - u32::from('0'));
                    }
                } else {
                    letters += is_letter;
                    counts.accents += is_letter;
                    if is_toned(c) {
                        // Letters with tones are Latin ones.
                        fold.toned = true;
                        counts.scripts[0] += is_letter;
                    } else {
                        counts.scripts[script(c)] += is_letter;
                    }
                }
                // Small letters, and digits of ASCII, stay as they are.
                if !kinds.any(Kinds::LOWER) && !c.is_ascii_digit() {
                    lower.copy_to(at);
                    table.push_lower(c, &mut lower.text);
                    lower.from = behind;
                    // Lower case makes two characters of the Turkish letter, which no phrase has.
                    fold.change(at, behind, |text| table.push_lower(if c == 'İ' { 'i' } else { c }, text));
                }
                fold.end = behind;
                (before, before_kinds) = (c, kinds);
                at = behind;
            }
            letters += latin;
            counts.scripts[0] += latin;
            shape.chars += word.chars as usize;
            shape.letters += letters as usize;
            shape.upper += word.upper as usize;
            counts.end_word(word, &mut joined, next.unwrap_or(' '));
            (in_word, after_stop) = (true, false);
            if let Some(sign) = next.filter(|sign| !table.kinds(*sign).any(Kinds::UNSPACED)) {
                // The sign behind a word has ended it; one more sign would end nothing.
                let kinds = table.kinds(sign);
                read_sign(at, sign, kinds, (before, before_kinds), &mut counts, &mut fold);
                shape.chars += 1;
                in_word = kinds.any(Kinds::APOSTROPHE);
                after_stop = kinds.any(Kinds::STOP);
                (before, before_kinds) = (sign, kinds);
                next = rest.next();
            }
        } else {
            joined = None;
            read_sign(at, c, kinds, (before, before_kinds), &mut counts, &mut fold);
            shape.chars += 1;
            shape.inner_stops += usize::from(after_stop && kinds.any(Kinds::SPACE));
            in_word &= kinds.any(Kinds::APOSTROPHE);
            after_stop = kinds.any(Kinds::STOP);
            (before, before_kinds) = (c, kinds);
            next = rest.next();
        }
        at = line.len() - rest.as_str().len() - next.map_or(0, char::len_utf8);
    }
    lower.copy_to(line.len());
    shape.units = halves as f32 / 2.0;
    Reading { folded: fold.finish(), lower: lower.text, shape, counts }
}

/// As [`read`], of a plain line ([`latin`]): words are read many letters at a time.
#[must_use]
pub fn read_plain(line: &str) -> Reading {
    let table = chars();
    let bytes = line.as_bytes();
    let lower = latin::lower_case(line);
    let mut shape = Shape { ending: ending(line), quoted: quoted(line), ..Shape::default() };
    let mut counts = Counts::default();
    // Small letters take as many bytes as capitals: what is folded is the copy in lower case.
    let mut fold = Fold::of(&lower);
    let (mut after_word, mut in_word, mut after_stop) = (false, false, false);
    let (mut words, blank) = (0usize, table.kinds(' '));
    let mut before = (' ', blank);
    let mut joined: Option<(Word, char)> = None;
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        if latin::WORD_BYTES[usize::from(byte)] > 0 {
            words += usize::from(!in_word);
            fold.begin_word(at);
            let run = latin::run_of_letters(bytes, lower.as_bytes(), at);
            let ends = !bytes.get(run.end).is_some_and(u8::is_ascii_digit);
            let word = if ends && run.upper <= u32::from(run.first_upper) {
                counts.accents += run.accents;
                counts.joins += u32::from(run.first_upper && joined_to(before.0, before.1));
                before = ('a', Kinds::SMALL_LETTER);
                at = run.end;
                Word { chars: run.chars, upper: run.upper, first_upper: run.first_upper, ..Word::default() }
            } else {
                let end = latin::word_end(bytes, at);
                let word = spell(&line[at..end], &mut before, &mut counts);
                at = end;
                word
            };
            fold.end = at;
            let letters = word.chars - word.digits;
            counts.scripts[0] += letters;
            shape.chars += word.chars as usize;
            shape.letters += letters as usize;
            shape.upper += word.upper as usize;
            shape.digits += word.digits as usize;
            // What begins with a byte beyond ASCII joins no numbers.
            counts.end_word(word, &mut joined, bytes.get(at).map_or(' ', |sign| char::from(*sign)));
            (after_word, in_word, after_stop) = (true, true, false);
            continue;
        }
        if !after_word {
            joined = None;
        }
        after_word = false;
        shape.chars += 1;
        if byte == b' ' {
            fold.white(at, ' ');
            shape.inner_stops += usize::from(after_stop);
            (in_word, after_stop) = (false, false);
            before = (' ', blank);
            at += 1;
            continue;
        }
        let sign = line[at..].chars().next().unwrap_or(' ');
        let kinds = table.kinds(sign);
        read_sign(at, sign, kinds, before, &mut counts, &mut fold);
        shape.inner_stops += usize::from(after_stop && kinds.any(Kinds::SPACE));
        in_word &= kinds.any(Kinds::APOSTROPHE);
        after_stop = kinds.any(Kinds::STOP);
        before = (sign, kinds);
        at += sign.len_utf8();
    }
    shape.units = words as f32;
    fold.toned = counts.accents > 0;
    let folded = fold.finish();
    Reading { folded, lower, shape, counts }
}

/// A word with digits, or with capitals inside, letter by letter.
fn spell(text: &str, before: &mut (char, Kinds), counts: &mut Counts) -> Word {
    let table = chars();
    let mut word = Word::default();
    for c in text.chars() {
        let kinds = table.kinds(c);
        if kinds.any(Kinds::UPPER) {
            counts.joins += u32::from(joined_to(before.0, before.1));
            word.first_upper |= word.chars == 0;
            word.upper += 1;
        }
        word.chars += 1;
        counts.accents += u32::from(!c.is_ascii());
        if let Some(digit) = c.to_digit(10) {
            word.digits += 1;
            word.number = word.number.saturating_mul(10).saturating_add(digit);
        }
        *before = (c, kinds);
    }
    word
}

/// White space or a sign.
fn read_sign(
    at: usize,
    c: char,
    kinds: Kinds,
    (before, before_kinds): (char, Kinds),
    counts: &mut Counts,
    fold: &mut Fold,
) {
    if kinds.any(Kinds::SPACE) {
        fold.white(at, c);
        return;
    }
    counts.joins += u32::from(c == '(' && before_kinds.any(Kinds::LETTER));
    counts.sign(c, before);
    fold.settle_space(at);
    // Signs of ASCII stay as they are, but for the backquote.
    if fold.begun && (!c.is_ascii() || c == '`') {
        fold.change(at, at + c.len_utf8(), |text| fold_sign(c, text));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{fold_normal, nfc_half_width};
    use proptest::prelude::*;

    fn agrees(line: &str) {
        let line = nfc_half_width(line);
        let reading = read(&line);
        assert_eq!(reading.folded, fold_normal(&line), "fold of {line:?}");
        assert_eq!(reading.lower, chars().lower(&line), "lower case of {line:?}");
        assert_eq!(reading.shape, Shape::of(&line), "shape of {line:?}");
        if latin::is_plain(&line) {
            let plain = read_plain(&line);
            let [all, plain] = [reading, plain].map(|it| (it.folded, it.lower, it.shape, it.counts));
            assert_eq!(plain, all, "plain line {line:?}");
        }
    }

    #[test]
    fn one_pass_says_what_three_say() {
        for line in [
            "",
            "  \u{200b} - ",
            "Đại hội có 300 đại biểu.",
            "\u{201c}Hoà bình\u{201d} \u{2013} l\u{169}y, tho\u{e1}ng: thuỷ!",
            "越南共产党。图自 PT\u{ff08}越通社\u{ff09}",
            "don't stop \u{2019}til 12:30, 4/5 ... S\u{336}T\u{336}",
            "\u{130}stanbul'da \u{2026} \u{e3f}100 \u{e2d}\u{e48}\u{e32}\u{e19}",
            "a \u{200b} b \u{a0} c",
        ] {
            agrees(line);
        }
    }

    #[test]
    fn words_and_signs_are_counted() {
        let counts = read("Home | World (VTV) 12:30, 20/11/2025 - loginRegister!").counts;
        assert_eq!((counts.words, counts.capitalised, counts.all_caps), (9, 3, 1));
        assert_eq!((counts.separators, counts.commas, counts.exclamations, counts.joins), (1, 1, 1, 1));
        assert!(counts.clock && counts.day_month && counts.year && !counts.at);
        assert_eq!((counts.numbers, counts.longest), (5, 13));
    }

    proptest! {
        #[test]
        fn one_pass_says_what_three_say_of_any_line(
            line in "([a-zA-Z ]|[à-ỹÀ-Ỹ]|[0-9:/.,!?'\"()-]|[\u{2010}-\u{2026}]|[\u{3000}-\u{30ff}]|[一-龥]|[ก-๛]|[\u{300}-\u{344}]|[\u{ff01}-\u{ff5e}]|İ|.){0,60}"
        ) {
            agrees(line.trim_matches(crate::text::is_blank));
        }

        #[test]
        fn plain_lines_are_read_alike(
            line in "([a-zA-Z]{1,9}|[à-öø-ỹÀ-ÖØ-ỸăđơưĂĐƠƯ]{1,3}|[ \t]{1,2}|[0-9]{1,4}|[0-9:/.-]|[.,!?'\"()|`]|[\u{2010}-\u{2026}]){0,40}"
        ) {
            agrees(line.trim_matches(crate::text::is_blank));
        }
    }
}
