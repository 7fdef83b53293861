//! Vietnamese written in the charsets from before Unicode, which no charset label of the web names: TCVN3 (ABC fonts), VNI, VISCII and
//! VIQR. Their bytes pass for windows-1252 (VIQR for plain ASCII), and often were read as that.
//!
//! The guard is that of the repair of misread UTF-8: whole texts or whole lines only, a way back that is exact, and words that are
//! Vietnamese syllables where they were none.

use std::sync::LazyLock;

use encoding_rs::WINDOWS_1252;
use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};

use super::mojibake::{MAX_SHARE_BEFORE, MIN_SHARE_AFTER, Repaired, share};
use super::vietnamese::is_syllable;
use crate::text::lines;

/// Least words with marks from which a text is judged by itself.
const MIN_MARKED_WORDS: usize = 4;
/// Least share of words with a byte above ASCII, in tenths. Vietnamese has seven to eight in ten; French, the richest of the languages
/// that windows-1252 is made for, two.
const MIN_MARKED_TENTHS: usize = 4;
/// Bytes of a long text that are judged before all of it is.
const SAMPLE_BYTES: usize = 16 * 1024;

/// Bytes 0x80 to 0xFF of TCVN 5712-1, as `iconv` has them. TCVN3, the charset of the ABC fonts, has the same small letters and no
/// capitals with tones; Windows' punctuation stands in their place.
const TCVN: &str = concat!(
    "ÀẢÃÁẠẶẬÈẺẼÉẸỆÌỈĨÍỊÒỎÕÓỌỘỜỞỠỚỢÙỦŨ",
    "\u{a0}ĂÂÊÔƠƯĐăâêôơưđẰ\u{300}\u{309}\u{303}\u{301}\u{323}àảãáạẲằẳẵắẴ",
    "ẮẦẨẪẤỀặầẩẫấậèỂẻẽéẹềểễếệìỉỄẾỒĩíịò",
    "ỔỏõóọồổỗốộờởỡớợùỖủũúụừửữứựỳỷỹýỵỐ"
);
/// Capitals among the control characters.
const TCVN_CONTROLS: &[(u8, char)] = &[
    (0x01, 'Ú'),
    (0x02, 'Ụ'),
    (0x04, 'Ừ'),
    (0x05, 'Ử'),
    (0x06, 'Ữ'),
    (0x11, 'Ứ'),
    (0x12, 'Ự'),
    (0x13, 'Ỳ'),
    (0x14, 'Ỷ'),
    (0x15, 'Ỹ'),
    (0x16, 'Ý'),
    (0x17, 'Ỵ'),
];
/// Bytes 0x80 to 0xFF of VISCII (RFC 1456).
const VISCII: &str = concat!(
    "ẠẮẰẶẤẦẨẬẼẸẾỀỂỄỆỐỒỔỖỘỢỚỜỞỊỎỌỈỦŨỤỲ",
    "ÕắằặấầẩậẽẹếềểễệốồổỗỠƠộờởịỰỨỪỬơớƯ",
    "ÀÁÂÃẢĂẳẵÈÉÊẺÌÍĨỳĐứÒÓÔạỷừửÙÚỹỵÝỡư",
    "àáâãảăữẫèéêẻìíĩỉđựòóôõỏọụùúũủýợỮ"
);
/// Capitals among the control characters.
const VISCII_CONTROLS: &[(u8, char)] = &[(0x02, 'Ẳ'), (0x05, 'Ẵ'), (0x06, 'Ẫ'), (0x14, 'Ỷ'), (0x19, 'Ỹ'), (0x1e, 'Ỵ')];

/// Vowels of VNI with what may stand behind them, and what the two mean; capitals are made of them.
const VNI: &str = "a\u{f9}\u{e1} a\u{f8}\u{e0} a\u{fb}\u{1ea3} a\u{f5}\u{e3} a\u{ef}\u{1ea1} a\u{e2}\u{e2} a\u{e1}\u{1ea5} \
    a\u{e0}\u{1ea7} a\u{e5}\u{1ea9} a\u{e3}\u{1eab} a\u{e4}\u{1ead} a\u{ea}\u{103} a\u{e9}\u{1eaf} a\u{e8}\u{1eb1} a\u{fa}\u{1eb3} \
    a\u{fc}\u{1eb5} a\u{eb}\u{1eb7} e\u{f9}\u{e9} e\u{f8}\u{e8} e\u{fb}\u{1ebb} e\u{f5}\u{1ebd} e\u{ef}\u{1eb9} e\u{e2}\u{ea} \
    e\u{e1}\u{1ebf} e\u{e0}\u{1ec1} e\u{e5}\u{1ec3} e\u{e3}\u{1ec5} e\u{e4}\u{1ec7} o\u{f9}\u{f3} o\u{f8}\u{f2} o\u{fb}\u{1ecf} \
    o\u{f5}\u{f5} o\u{ef}\u{1ecd} o\u{e2}\u{f4} o\u{e1}\u{1ed1} o\u{e0}\u{1ed3} o\u{e5}\u{1ed5} o\u{e3}\u{1ed7} o\u{e4}\u{1ed9} \
    u\u{f9}\u{fa} u\u{f8}\u{f9} u\u{fb}\u{1ee7} u\u{f5}\u{169} u\u{ef}\u{1ee5} y\u{f9}\u{fd} y\u{f8}\u{1ef3} y\u{fb}\u{1ef7} \
    y\u{f5}\u{1ef9} \u{f4}\u{f9}\u{1edb} \u{f4}\u{f8}\u{1edd} \u{f4}\u{fb}\u{1edf} \u{f4}\u{f5}\u{1ee1} \u{f4}\u{ef}\u{1ee3} \
    \u{f6}\u{f9}\u{1ee9} \u{f6}\u{f8}\u{1eeb} \u{f6}\u{fb}\u{1eed} \u{f6}\u{f5}\u{1eef} \u{f6}\u{ef}\u{1ef1}";
/// Letters of VNI that stand alone.
const VNI_SINGLE: &str = "\u{ed}\u{ed} \u{ec}\u{ec} \u{e6}\u{1ec9} \u{f3}\u{129} \u{f2}\u{1ecb} \u{f1}\u{111} \u{f4}\u{1a1} \u{f6}\u{1b0} \u{ee}\u{1ef5}";

/// Repairs a text whose old Vietnamese bytes were read as windows-1252, whole or by whole lines; nothing where there is nothing to
/// repair, which is soon seen.
pub(super) fn repair(text: &str) -> Option<Repaired> {
    if text.is_ascii() {
        return viqr(text).map(|text| Repaired { text, charsets: "viqr".to_owned() });
    }
    if let Some((text, name)) = bytes_of(text).and_then(|bytes| decode(&bytes)) {
        return Some(Repaired { text, charsets: name.to_owned() });
    }
    let scheme = lines(text).find_map(|line| best(&bytes_of(line).filter(|bytes| is_marked(bytes))?))?;
    let mut repaired = String::with_capacity(text.len() + text.len() / 4);
    for (index, line) in text.split('\n').enumerate() {
        if index > 0 {
            repaired.push('\n');
        }
        let better = bytes_of(line).and_then(|bytes| scheme.decode(&bytes)).filter(|after| reads_better(line, after));
        repaired.push_str(better.as_deref().unwrap_or(line));
    }
    Some(Repaired { text: repaired, charsets: scheme.name().to_owned() })
}

/// Decodes bytes that are Vietnamese in one of the old charsets; gives its name too.
pub(super) fn decode(bytes: &[u8]) -> Option<(String, &'static str)> {
    if !is_marked(bytes) {
        return None;
    }
    let scheme = best(bytes)?;
    Some((scheme.decode(bytes)?, scheme.name()))
}

/// Whether as many words have bytes above ASCII as in no language but such a one.
fn is_marked(bytes: &[u8]) -> bool {
    let sample = &bytes[..bytes.len().min(SAMPLE_BYTES)];
    let (mut words, mut marked) = (0_usize, 0_usize);
    for word in sample.split(u8::is_ascii_whitespace).filter(|word| word.iter().any(|b| !b.is_ascii_punctuation())) {
        words += 1;
        marked += usize::from(word.iter().any(|&byte| is_mark(byte)));
    }
    marked >= MIN_MARKED_WORDS && marked * 10 >= words * MIN_MARKED_TENTHS
}

/// Bytes that are no punctuation of Windows: these stand in other texts too.
fn is_mark(byte: u8) -> bool {
    byte >= 0x80 && !matches!(byte, 0x91..=0x97 | 0x85 | 0xa0)
}

/// The bytes that windows-1252 made a text of, its holes read as controls; nothing where it has other characters, or none but ASCII.
fn bytes_of(text: &str) -> Option<Vec<u8>> {
    // Nearly every line of a sound text ends here, before anything is written.
    let first = text.bytes().position(|byte| !byte.is_ascii())?;
    if !text[first..].chars().all(|c| c <= '\u{ff}' || HIGH.binary_search_by_key(&c, |(known, _)| *known).is_ok()) {
        return None;
    }
    text.chars()
        .map(|c| match u32::from(c) {
            code @ (0..=0x7f | 0xa0..=0xff) => Some(code as u8),
            _ => HIGH.binary_search_by_key(&c, |(known, _)| *known).ok().map(|index| HIGH[index].1),
        })
        .collect()
}

/// The characters of windows-1252 for 0x80 to 0x9F, sorted.
static HIGH: LazyLock<Vec<(char, u8)>> = LazyLock::new(|| {
    let mut table: Vec<(char, u8)> = (0x80..=0x9f).map(|byte| (windows_1252(byte), byte)).collect();
    table.sort_unstable();
    table
});

fn windows_1252(byte: u8) -> char {
    WINDOWS_1252.decode_without_bom_handling(&[byte]).0.chars().next().unwrap_or(char::from(byte))
}

/// A way of writing Vietnamese in bytes.
enum Scheme {
    /// One byte a character.
    Table { name: &'static str, chars: Box<[char; 256]> },
    /// Vowels and the marks behind them.
    Vni,
}

static SCHEMES: LazyLock<[Scheme; 4]> = LazyLock::new(|| {
    let table = |name, high: &str, controls: &[(u8, char)], is_windows: bool| {
        let mut chars = Box::new(std::array::from_fn(|byte| windows_1252(byte as u8)));
        for (byte, c) in (0x80_u8..=0xff).zip(high.chars()) {
            if !(is_windows && byte < 0xa0) {
                chars[usize::from(byte)] = c;
            }
        }
        for (byte, c) in controls {
            chars[usize::from(*byte)] = *c;
        }
        Scheme::Table { name, chars }
    };
    [
        table("tcvn3", TCVN, &[], true),
        table("tcvn5712-1", TCVN, TCVN_CONTROLS, false),
        Scheme::Vni,
        table("viscii", VISCII, VISCII_CONTROLS, false),
    ]
});

impl Scheme {
    fn name(&self) -> &'static str {
        match self {
            Scheme::Table { name, .. } => name,
            Scheme::Vni => "vni",
        }
    }

    /// The text, where the way back to the bytes is exact.
    fn decode(&self, bytes: &[u8]) -> Option<String> {
        match self {
            // Every byte has a character of its own, so that the way back always is.
            Scheme::Table { chars, .. } => Some(bytes.iter().map(|&byte| chars[usize::from(byte)]).collect()),
            Scheme::Vni => {
                let read: String = bytes.iter().map(|&byte| windows_1252(byte)).collect();
                let text = from_vni(&read);
                (to_vni(&text) == read).then_some(text)
            }
        }
    }
}

/// The scheme in which the words of a text are Vietnamese, if there is one. The best share wins, the first of equals.
fn best(bytes: &[u8]) -> Option<&'static Scheme> {
    let sample = sample(bytes);
    let before: String = sample.iter().map(|&byte| windows_1252(byte)).collect();
    let mut found: Option<(f64, &Scheme)> = None;
    // A dash alone would pass for the word that a capital of TCVN 5712-1 is.
    let is_punctuation = |byte: &u8| !matches!(byte, 0x80..=0x9f) || matches!(byte, 0x85 | 0x91..=0x97);
    let second_choice = if sample.iter().all(is_punctuation) { "tcvn5712-1" } else { "tcvn3" };
    for scheme in SCHEMES.iter() {
        if scheme.name() == second_choice && found.is_some_and(|(_, found)| found.name().starts_with("tcvn")) {
            continue;
        }
        let Some(after) = scheme.decode(sample) else { continue };
        let score = share(&after, is_syllable).unwrap_or_default();
        let is_first_choice =
            found.is_some_and(|(_, found)| found.name() == second_choice && scheme.name().starts_with("tcvn"));
        if reads_better(&before, &after) && (is_first_choice || found.is_none_or(|(best, _)| score > best)) {
            found = Some((score, scheme));
        }
    }
    let (_, scheme) = found?;
    has_many_words(&scheme.decode(sample)?).then_some(scheme)
}

/// Whether several different words have marks: a row of dots or bullets is the same letter over and over.
fn has_many_words(text: &str) -> bool {
    let mut words: Vec<&str> = Vec::new();
    for word in text.split_whitespace().filter(|word| !word.is_ascii() && word.chars().count() > 1) {
        if !words.contains(&word) {
            words.push(word);
        }
        if words.len() >= MIN_MARKED_WORDS {
            return true;
        }
    }
    false
}

/// The beginning of a long text, up to a white space.
fn sample(bytes: &[u8]) -> &[u8] {
    if bytes.len() <= SAMPLE_BYTES {
        return bytes;
    }
    let head = &bytes[..SAMPLE_BYTES];
    &head[..head.iter().rposition(u8::is_ascii_whitespace).unwrap_or(head.len())]
}

fn reads_better(before: &str, after: &str) -> bool {
    let is_vietnamese = |c| {
        matches!(c, '\u{1ea0}'..='\u{1ef9}' | '\u{110}' | '\u{111}' | '\u{1a0}' | '\u{1a1}' | '\u{1af}' | '\u{1b0}')
    };
    !after.chars().any(|c| matches!(c, '\u{1}'..='\u{8}' | '\u{e}'..='\u{1f}' | '\u{80}'..='\u{9f}'))
        && after.contains(is_vietnamese)
        && share(before, is_syllable).is_some_and(|share| share < MAX_SHARE_BEFORE)
        && share(after, is_syllable).is_some_and(|share| share > MIN_SHARE_AFTER)
}

/// A vowel and the mark behind it, or a letter that stands alone.
type VniPair = (char, Option<char>);

/// What two or one characters of VNI mean, capitals included: (vowel, mark, letter), sorted.
static VNI_PAIRS: LazyLock<Vec<(VniPair, char)>> = LazyLock::new(|| {
    let upper = |c: char| c.to_uppercase().next().unwrap_or(c);
    let mut pairs = Vec::new();
    for pair in VNI.split_ascii_whitespace() {
        if let [vowel, mark, letter] = pair.chars().collect::<Vec<_>>()[..] {
            pairs.push(((vowel, Some(mark)), letter));
            pairs.push(((upper(vowel), Some(upper(mark))), upper(letter)));
        }
    }
    for pair in VNI_SINGLE.split_ascii_whitespace() {
        if let [written, letter] = pair.chars().collect::<Vec<_>>()[..] {
            pairs.push(((written, None), letter));
            pairs.push(((upper(written), None), upper(letter)));
        }
    }
    pairs.sort_unstable();
    pairs
});

/// The same, sorted by letter.
static VNI_LETTERS: LazyLock<Vec<(char, VniPair)>> = LazyLock::new(|| {
    let mut letters: Vec<_> = VNI_PAIRS.iter().map(|(pair, letter)| (*letter, *pair)).collect();
    letters.sort_unstable();
    letters
});

fn from_vni(read: &str) -> String {
    let letter = |vowel, mark| {
        let index = VNI_PAIRS.binary_search_by_key(&(vowel, mark), |(pair, _)| *pair).ok()?;
        Some(VNI_PAIRS[index].1)
    };
    let mut text = String::with_capacity(read.len());
    let mut chars = read.chars().peekable();
    while let Some(c) = chars.next() {
        let joined = chars.peek().filter(|mark| !mark.is_ascii()).and_then(|mark| letter(c, Some(*mark)));
        if joined.is_some() {
            chars.next();
        }
        text.push(joined.or_else(|| letter(c, None)).unwrap_or(c));
    }
    text
}

fn to_vni(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for c in text.chars() {
        match VNI_LETTERS.binary_search_by_key(&c, |(letter, _)| *letter) {
            Ok(index) => {
                let (vowel, mark) = VNI_LETTERS[index].1;
                written.push(vowel);
                written.extend(mark);
            }
            Err(_) => written.push(c),
        }
    }
    written
}

/// Marks of VIQR (RFC 1456) that change a vowel, with the combining character they stand for.
const VIQR_SHAPES: [(char, char); 3] = [('(', '\u{306}'), ('^', '\u{302}'), ('+', '\u{31b}')];
/// Tones of VIQR.
const VIQR_TONES: [(char, char); 5] =
    [('\'', '\u{301}'), ('`', '\u{300}'), ('?', '\u{309}'), ('~', '\u{303}'), ('.', '\u{323}')];
/// Of so many words at least one has a circumflex in Vietnamese; of so many ASCII texts hardly any has it.
const VIQR_WORDS_PER_CIRCUMFLEX: usize = 20;

/// Reads a text of ASCII as VIQR, where it is that.
fn viqr(text: &str) -> Option<String> {
    let circumflexes = memchr::memchr_iter(b'^', text.as_bytes()).count();
    if circumflexes < MIN_MARKED_WORDS {
        return None;
    }
    let words = text.split_ascii_whitespace().count();
    if circumflexes * VIQR_WORDS_PER_CIRCUMFLEX < words {
        return None;
    }
    let read = from_viqr(text);
    let marked = read.split_ascii_whitespace().filter(|word| !word.is_ascii()).count();
    let is_exact = to_viqr(&read, false) == text || to_viqr(&read, true) == text;
    (is_exact
        && marked * 10 >= words * MIN_MARKED_TENTHS
        && share(&read, is_syllable).is_some_and(|share| share > MIN_SHARE_AFTER))
    .then_some(read)
}

fn from_viqr(text: &str) -> String {
    let is_strict = text.contains("\\.") || text.contains("\\?");
    let composer = ComposingNormalizerBorrowed::new_nfc();
    let chars: Vec<char> = text.chars().collect();
    let mut read = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let c = chars[at];
        at += 1;
        let next = chars.get(at).copied();
        if c == '\\' && next.is_some_and(|next| next.is_ascii_punctuation() || matches!(next, 'd' | 'D')) {
            read.extend(next);
            at += 1;
            continue;
        }
        if let ('d', Some('d')) | ('D', Some('d' | 'D')) = (c, next) {
            read.push(if c == 'd' { '\u{111}' } else { '\u{110}' });
            at += 1;
            continue;
        }
        read.push(c);
        if !matches!(c.to_ascii_lowercase(), 'a' | 'e' | 'i' | 'o' | 'u' | 'y') {
            continue;
        }
        let mut marks = String::new();
        if let Some(shape) = next.and_then(|mark| shape_of(c, mark)) {
            marks.push(shape);
            at += 1;
        }
        let tone = chars.get(at).and_then(|mark| VIQR_TONES.iter().find(|(known, _)| known == mark));
        if let Some((mark, tone)) = tone
            && (is_strict || !ends_sentence(*mark, &read[read.rfind(' ').map_or(0, |at| at + 1)..], &chars[at + 1..]))
        {
            marks.push(*tone);
            at += 1;
        }
        if !marks.is_empty() {
            let letter: String = [c].into_iter().chain(marks.chars()).collect();
            read.truncate(read.len() - c.len_utf8());
            read.push_str(&composer.normalize(&letter));
        }
    }
    read
}

/// The mark that makes another vowel of one: a breve on a, a horn on o and u, a circumflex on a, e and o.
fn shape_of(vowel: char, mark: char) -> Option<char> {
    let takes = match mark {
        '(' => "aA",
        '^' => "aAeEoO",
        '+' => "oOuU",
        _ => return None,
    };
    let shape = VIQR_SHAPES.iter().find(|(known, _)| *known == mark).map(|(_, shape)| *shape);
    shape.filter(|_| takes.contains(vowel))
}

/// Words that have a dot below far more often than they end a sentence without it (as VIQR shows them).
const VIQR_DOTTED: [&str; 24] = [
    "bo", "su", "vu", "tu", "ho", "bi", "do", "he", "le", "lo", "me", "vo", "tro", "tri", "vi", "du", "cu", "thi",
    "phu", "hoa", "lu", "mo", "qua", "dia",
];

/// Whether a full stop or a question mark behind a vowel is one: nothing follows in the line, or (of a stop) a capital, and the word
/// is none that has a dot. Strict writers escape it.
fn ends_sentence(mark: char, word: &str, rest: &[char]) -> bool {
    if !matches!(mark, '.' | '?') {
        return false;
    }
    let mut line = rest.iter().take_while(|c| **c != '\n').skip_while(|c| matches!(c, '"' | ')' | ' ' | '\r'));
    match (mark, line.next()) {
        (_, None) => true,
        ('.', Some(c)) if rest.first().is_some_and(char::is_ascii_whitespace) => {
            let bare: String = word.to_lowercase().chars().map(|c| if c == '\u{111}' { 'd' } else { c }).collect();
            c.is_uppercase() && !VIQR_DOTTED.contains(&bare.as_str())
        }
        _ => false,
    }
}

/// Writes a text in VIQR; strict writers put a backslash in front of what would be taken for a mark.
fn to_viqr(text: &str, is_strict: bool) -> String {
    let decomposer = DecomposingNormalizerBorrowed::new_nfd();
    let mut written = String::with_capacity(text.len() * 2);
    let (mut after_vowel, mut after_d) = (false, false);
    for c in text.chars() {
        if c.is_ascii() {
            let is_mark = matches!(c, '(' | '^' | '+' | '\'' | '`' | '?' | '~' | '.');
            if is_strict && (c == '\\' || (after_vowel && is_mark) || (after_d && matches!(c, 'd' | 'D'))) {
                written.push('\\');
            }
            written.push(c);
        } else if matches!(c, '\u{111}' | '\u{110}') {
            written.push_str(if c == '\u{111}' { "dd" } else { "DD" });
        } else {
            let mut buffer = [0; 4];
            for part in decomposer.normalize(c.encode_utf8(&mut buffer)).chars() {
                let mark = VIQR_SHAPES.iter().chain(&VIQR_TONES).find(|(_, combining)| *combining == part);
                written.push(mark.map_or(part, |(mark, _)| *mark));
            }
        }
        after_vowel = !c.is_ascii() || matches!(c.to_ascii_lowercase(), 'a' | 'e' | 'i' | 'o' | 'u' | 'y');
        after_d = matches!(c, 'd' | 'D');
    }
    // A tone in front of the shape is not how it is written: base, shape, tone.
    reorder(&written)
}

/// NFD puts the dot below in front of the circumflex and the breve; VIQR writes it last.
fn reorder(written: &str) -> String {
    let mut text: Vec<char> = written.chars().collect();
    for at in 0..text.len().saturating_sub(2) {
        let is_vowel = matches!(text[at].to_ascii_lowercase(), 'a' | 'e' | 'i' | 'o' | 'u' | 'y');
        let is_pair = text[at + 1] == '.' && matches!(text[at + 2], '^' | '(');
        if is_vowel && is_pair {
            text.swap(at + 1, at + 2);
        }
    }
    text.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "Chi\u{1ec1}u qua, t\u{1ea1}i h\u{1ed9}i tr\u{1b0}\u{1edd}ng x\u{e3} \u{110}\u{1eb7}ng, b\u{e0} con n\u{f4}ng d\u{e2}n \
        \u{111}\u{e3} nghe c\u{e1}n b\u{1ed9} khuy\u{1ebf}n n\u{f4}ng gi\u{1edb}i thi\u{1ec7}u gi\u{1ed1}ng l\u{fa}a m\u{1edb}i. \
        V\u{1ee5} n\u{e0}y, di\u{1ec7}n t\u{ed}ch g\u{1ea7}n hai tr\u{103}m h\u{e9}c-ta; n\u{103}ng su\u{1ea5}t k\u{1ef3} v\u{1ecd}ng cao h\u{1a1}n.";

    /// The bytes of a text in a scheme of one byte a character.
    fn encoded(name: &str, text: &str) -> Vec<u8> {
        let scheme = SCHEMES.iter().find(|scheme| scheme.name() == name).unwrap();
        match scheme {
            Scheme::Table { chars, .. } => text
                .chars()
                .map(|c| chars.iter().position(|known| *known == c).unwrap_or_else(|| panic!("{c}")) as u8)
                .collect(),
            Scheme::Vni => to_vni(text).chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect(),
        }
    }

    #[test]
    fn every_byte_has_a_character_of_its_own() {
        for scheme in SCHEMES.iter() {
            let Scheme::Table { name, chars } = scheme else { continue };
            // Windows' capitals that TCVN3 has no use for stand where they are not used; all others differ.
            let all: std::collections::BTreeSet<char> = chars.iter().copied().collect();
            assert_eq!(all.len(), 256, "{name}");
        }
        let pairs: std::collections::BTreeSet<char> = VNI_PAIRS.iter().map(|(_, letter)| *letter).collect();
        assert_eq!((VNI_PAIRS.len(), pairs.len()), (134, 134));
    }

    #[test]
    fn old_bytes_and_their_misreading_are_undone() {
        for name in ["tcvn3", "tcvn5712-1", "vni", "viscii"] {
            let bytes = encoded(name, TEXT);
            let expected = if name == "tcvn5712-1" { "tcvn3" } else { name };
            assert_eq!(decode(&bytes), Some((TEXT.to_owned(), expected)), "{name}");
            let misread: String = bytes.iter().map(|&byte| windows_1252(byte)).collect();
            let repaired = repair(&misread).unwrap();
            assert_eq!((repaired.text.as_str(), repaired.charsets.as_str()), (TEXT, expected));
            let mixed = format!("{TEXT}\n\n{misread}\nFin de l\u{2019}\u{e9}t\u{e9}");
            let expected = format!("{TEXT}\n\n{TEXT}\nFin de l\u{2019}\u{e9}t\u{e9}");
            assert_eq!(repair(&mixed).unwrap().text, expected, "{name}: whole lines");
        }
        let capitals = TEXT.to_uppercase();
        assert_eq!(decode(&encoded("tcvn5712-1", &capitals)), Some((capitals.clone(), "tcvn5712-1")));
        assert_eq!(decode(&encoded("viscii", &capitals)), Some((capitals.clone(), "viscii")));
        assert_eq!(decode(&encoded("vni", &capitals)), Some((capitals, "vni")));
    }

    #[test]
    fn both_ways_of_viqr_are_read() {
        for is_strict in [false, true] {
            let repaired = repair(&to_viqr(TEXT, is_strict)).unwrap();
            assert_eq!((repaired.text.as_str(), repaired.charsets.as_str()), (TEXT, "viqr"));
        }
        assert_eq!(to_viqr("Vi\u{1ec7}t, \u{111}\u{1b0}\u{1edd}ng", false), "Vie^.t, ddu+o+`ng");
        assert_eq!(from_viqr("ca\\. Add"), "ca. A\u{111}");
    }

    #[test]
    fn what_is_left_alone() {
        for text in [
            TEXT,
            "Le pr\u{e9}sident a d\u{e9}clar\u{e9} \u{e0} Gen\u{e8}ve que l\u{2019}\u{e9}t\u{e9} dernier avait \u{e9}t\u{e9} tr\u{e8}s chaud.",
            "\u{c9}t\u{e9}, r\u{e9}alit\u{e9}, d\u{e9}j\u{e0}, caf\u{e9}, \u{e9}l\u{e8}ve, pr\u{e9}f\u{e9}r\u{e9}, \u{e0} c\u{f4}t\u{e9}",
            "f\u{f6}r \u{e5}r \u{f6}ver \u{e4}r h\u{f6}g p\u{e5} s\u{e5} d\u{e4}r \u{e4}ven",
            "x^2 + y^2 = z^2, a^2 b^2 c^2 d^2",
            "H\u{e0} N\u{e0}m, B\u{e1}o T\u{e0}i Ch\u{ed}nh v\u{e0} \u{c2}u C\u{f4}ng",
            "TiÕng ViÖt",
            "Press Release \u{b7} December 15\n\u{b7} \u{b7} \u{b7} \u{b7} \u{b7}",
        ] {
            assert!(repair(text).is_none(), "{text}");
        }
    }
}
