//! The language and script of a text: scripts first, then letters of one language, then function words.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::chars::{Kinds, chars};
use crate::error::{Error, Result};
use crate::fast_map::{NumberMap, word_hash};
use crate::latin;
use crate::lexicon::{Identify, Lexicon};
use crate::text::{is_han, nfc};

/// Characters of a text that are looked at: enough to be sure, whatever its length.
pub(super) const SAMPLE_CHARS: usize = 900;
/// Share of a language's own letters among all letters from which they decide alone. Vietnamese prose has about .15.
const OWN_LETTER_SHARE: f64 = 0.04;
/// Share of function words below which no language is named.
const MIN_WORD_SHARE: f64 = 0.06;

/// Letters below which a text is as short as a title.
const SHORT_LETTERS: usize = 200;
/// Score of the words from which they decide in a short text too.
const SURE_SHORT: f32 = 0.8;
/// The languages of Latin script that letter groups tell apart: ISO 639-3 and BCP 47.
const SHORT_LANGUAGES: [(&str, &str); 10] = [
    ("deu", "de"),
    ("eng", "en"),
    ("fra", "fr"),
    ("ita", "it"),
    ("nld", "nl"),
    ("por", "pt"),
    ("spa", "es"),
    ("swe", "sv"),
    ("tur", "tr"),
    ("vie", "vi"),
];

/// What was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Language {
    /// BCP 47; `und` when not decidable.
    pub tag: String,
    /// ISO 15924.
    pub script: Option<&'static str>,
    /// 0 to 1; null when undecided.
    pub score: Option<f32>,
}

/// Tells languages apart.
#[derive(Debug, Default)]
pub struct Identifier {
    /// Hash of a function word to the number of its owners, counted from 1.
    words: NumberMap,
    /// Languages that have a function word.
    word_owners: Vec<Vec<usize>>,
    /// Letter by its code to the number of its owners, counted from 1; 0 = no language's own.
    letters: Vec<u16>,
    /// Languages that have a letter.
    letter_owners: Vec<Vec<usize>>,
    tags: Vec<String>,
}

#[derive(Deserialize)]
struct IdentifyFile {
    identify: BTreeMap<String, Identify>,
}

impl Identifier {
    /// From the lexicons and the list of further languages (`config/lexicon/identify.toml`).
    ///
    /// # Errors
    /// [`Error::Config`] when the list is no TOML of its form.
    pub fn new(lexicons: &[Lexicon], further: &str) -> Result<Identifier> {
        let file: IdentifyFile =
            toml::from_str(further).map_err(|error| Error::Config(format!("lexicon: identify.toml: {error}")))?;
        let mut evidence: BTreeMap<String, Identify> = file.identify;
        for lexicon in lexicons.iter().filter(|lexicon| !lexicon.language.is_empty()) {
            let entry = evidence.entry(lexicon.language.clone()).or_default();
            entry.words.extend(lexicon.identify.words.iter().cloned());
            entry.letters.push_str(&lexicon.identify.letters);
        }
        let (mut words, mut letters) = (BTreeMap::<String, Vec<usize>>::new(), BTreeMap::<char, Vec<usize>>::new());
        let mut identifier = Identifier::default();
        let add = |languages: &mut Vec<usize>, number: usize| {
            if !languages.contains(&number) {
                languages.push(number);
            }
        };
        for (number, (tag, identify)) in evidence.into_iter().enumerate() {
            for word in identify.words {
                add(words.entry(word).or_default(), number);
            }
            for letter in identify.letters.chars().flat_map(char::to_lowercase) {
                add(letters.entry(letter).or_default(), number);
            }
            identifier.tags.push(tag);
        }
        for (word, languages) in words {
            identifier.word_owners.push(languages);
            identifier.words.insert(word_hash(word.as_bytes()), identifier.word_owners.len() as u32);
        }
        for (letter, languages) in letters {
            identifier.letter_owners.push(languages);
            let length = identifier.letters.len().max(letter as usize + 1);
            identifier.letters.resize(length, 0);
            identifier.letters[letter as usize] = identifier.letter_owners.len() as u16;
        }
        Ok(identifier)
    }

    /// The language of a text.
    #[must_use]
    pub fn identify(&self, text: &str) -> Language {
        let sample = &text[..latin::end_of_chars(text, SAMPLE_CHARS)];
        if latin::is_plain(sample) {
            return self.identify_plain(text, latin::lower(sample, &mut Vec::new()));
        }
        let scripts = Scripts::count(sample.chars());
        let Some((script, share)) = scripts.main() else {
            return Language { tag: "und".to_owned(), script: None, score: None };
        };
        if let Some(tag) = script_language(script) {
            return Language { tag: tag.to_owned(), script: Some(script), score: Some(share) };
        }
        let evidence = self.read(&chars().lower(&nfc(sample)));
        self.by_words(text, script, scripts.total, evidence)
    }

    /// The language of a text of which the sample, given in lower case, has Latin letters alone.
    fn identify_plain(&self, text: &str, sample: &str) -> Language {
        let evidence = self.read_plain(sample);
        if evidence.letters == 0 {
            return Language { tag: "und".to_owned(), script: None, score: None };
        }
        let letters = evidence.letters;
        self.by_words(text, "Latn", letters, evidence)
    }

    fn by_words(&self, text: &str, script: &'static str, letters: usize, evidence: Evidence) -> Language {
        let by_words = self.best(evidence);
        // Titles have few function words. What the words leave open is told by letter groups.
        let sure = by_words.as_ref().is_some_and(|(tag, score)| {
            score.is_some_and(|score| score >= SURE_SHORT) && SHORT_LANGUAGES.iter().any(|(_, known)| known == tag)
        });
        if script == "Latn" && !sure && letters < SHORT_LETTERS {
            let code = whichlang::detect_language(text).three_letter_code();
            if let Some((_, tag)) = SHORT_LANGUAGES.iter().find(|(known, _)| *known == code) {
                return Language { tag: (*tag).to_owned(), script: Some(script), score: None };
            }
        }
        let (tag, score) = by_words.unwrap_or_else(|| ("und".to_owned(), None));
        Language { tag, script: Some(script), score }
    }

    /// Reads a sample in lower case: the function words and own letters of each language.
    fn read(&self, sample: &str) -> Evidence {
        let mut reading = Reading::new(self);
        let mut start = 0;
        let table = chars();
        for (at, c) in sample.char_indices() {
            let kinds = table.kinds(c);
            reading.letter(c, kinds);
            if !(kinds.any(Kinds::WORD) || matches!(c, '\'' | '’')) {
                reading.word(word_hash(&sample.as_bytes()[start..at]), at > start);
                start = at + c.len_utf8();
            }
        }
        reading.word(word_hash(&sample.as_bytes()[start..]), sample.len() > start);
        reading.finish()
    }

    /// The same for a sample of plain letters ([`latin`]).
    fn read_plain(&self, sample: &str) -> Evidence {
        let mut reading = Reading::new(self);
        let bytes = sample.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            if bytes[at] == b' ' {
                at += 1;
                continue;
            }
            let start = at;
            let mut hash;
            (at, hash) = latin::letters_from(bytes, at);
            let goes_on = |at: usize| match bytes.get(at) {
                Some(b'0'..=b'9' | b'\'') => 1,
                Some(0xE2) if bytes[at..].starts_with("’".as_bytes()) => 3,
                _ => 0,
            };
            let mut rest = goes_on(at);
            if rest > 0 {
                // Digits and apostrophes are parts of words here.
                while rest > 0 {
                    let from = at + rest;
                    at = latin::letters_from(bytes, from).0;
                    rest = goes_on(at);
                }
                hash = word_hash(&bytes[start..at]);
            } else if at == start {
                at += latin::sign_length(bytes[at]);
                continue;
            }
            reading.word(hash, true);
        }
        reading.evidence.letters = latin::count_letters(bytes);
        latin::each_letter_beyond_ascii(bytes, |c| reading.own(c));
        reading.finish()
    }

    /// The language that the evidence speaks for, and how clearly; none where it speaks for none.
    fn best(&self, evidence: Evidence) -> Option<(String, Option<f32>)> {
        let Evidence { letters, words, mut scores, own } = evidence;
        let letters = letters.max(1) as f64;
        // Languages share letters; only the one with most of its own is helped by them for certain.
        let most = own.iter().copied().fold(0.0, f64::max);
        for (score, own) in scores.iter_mut().zip(own) {
            let share = own / letters;
            let certain = own >= most && share >= OWN_LETTER_SHARE;
            *score = *score / f64::max(words, 1.0) + if certain { 1.0 } else { share };
        }
        let best = (0..scores.len()).max_by(|&a, &b| scores[a].total_cmp(&scores[b]))?;
        let second =
            scores.iter().enumerate().filter(|(number, _)| *number != best).map(|(_, s)| *s).fold(0.0, f64::max);
        let score = scores[best];
        (score >= MIN_WORD_SHARE).then(|| (self.tags[best].clone(), Some((score / (score + second)) as f32)))
    }
}

/// What the words and letters of a sample say.
#[derive(Debug, Default)]
struct Evidence {
    letters: usize,
    words: f64,
    /// Function words of each language, those of several languages counted in parts.
    scores: Vec<f64>,
    /// Letters of each language's own.
    own: Vec<f64>,
}

/// Evidence under way.
struct Reading<'a> {
    identifier: &'a Identifier,
    evidence: Evidence,
    /// How often each list of languages has a letter; the first list is nobody's.
    own: Vec<usize>,
}

impl<'a> Reading<'a> {
    fn new(identifier: &'a Identifier) -> Reading<'a> {
        let none = || vec![0.0; identifier.tags.len()];
        let evidence = Evidence { letters: 0, words: 0.0, scores: none(), own: none() };
        Reading { identifier, evidence, own: vec![0; identifier.letter_owners.len() + 1] }
    }

    #[inline]
    fn letter(&mut self, c: char, kinds: Kinds) {
        self.evidence.letters += usize::from(kinds.any(Kinds::LETTER));
        if !c.is_ascii() {
            self.own(c);
        }
    }

    #[inline]
    fn own(&mut self, c: char) {
        self.own[usize::from(self.identifier.letters.get(c as usize).copied().unwrap_or(0))] += 1;
    }

    #[inline]
    fn word(&mut self, hash: u64, is_word: bool) {
        if !is_word {
            return;
        }
        self.evidence.words += 1.0;
        let owners = self.identifier.words.get(hash) as usize;
        let languages = owners.checked_sub(1).and_then(|owners| self.identifier.word_owners.get(owners));
        if let Some(languages) = languages {
            let weight = 1.0 / languages.len() as f64;
            for &language in languages {
                self.evidence.scores[language] += weight;
            }
        }
    }

    fn finish(mut self) -> Evidence {
        for (languages, count) in self.identifier.letter_owners.iter().zip(&self.own[1..]) {
            for &language in languages.iter().filter(|_| *count > 0) {
                self.evidence.own[language] += *count as f64;
            }
        }
        self.evidence
    }
}

/// The language that a script is written for alone, or nearly so.
fn script_language(script: &str) -> Option<&'static str> {
    Some(match script {
        "Hans" | "Hant" | "Hani" => "zh",
        "Jpan" => "ja",
        "Kore" => "ko",
        "Thai" => "th",
        "Laoo" => "lo",
        "Khmr" => "km",
        "Mymr" => "my",
        "Grek" => "el",
        "Hebr" => "he",
        "Armn" => "hy",
        "Geor" => "ka",
        "Taml" => "ta",
        "Telu" => "te",
        "Beng" => "bn",
        "Ethi" => "am",
        _ => return None,
    })
}

#[derive(Default)]
struct Scripts {
    /// In the order of first occurrence; a text has one to three.
    counts: Vec<(&'static str, usize)>,
    simplified: usize,
    traditional: usize,
    total: usize,
}

impl Scripts {
    fn count(chars: impl Iterator<Item = char>) -> Scripts {
        let mut scripts = Scripts::default();
        let table = crate::chars::chars();
        for c in chars.filter(|c| table.kinds(*c).any(Kinds::LETTER)) {
            scripts.total += 1;
            let script = script_of(c);
            // The same text has the same place: names of scripts are written down once.
            match scripts.counts.iter_mut().find(|(known, _)| std::ptr::eq(*known, script) || *known == script) {
                Some((_, count)) => *count += 1,
                None => scripts.counts.push((script, 1)),
            }
            if script == "Hani" {
                let form = FORMS.get((c as usize).wrapping_sub(FIRST_FORM)).copied().unwrap_or_default();
                scripts.simplified += usize::from(form == Form::Simplified);
                scripts.traditional += usize::from(form == Form::Traditional);
            }
        }
        scripts
    }

    fn of(&self, script: &str) -> usize {
        self.counts.iter().find(|(known, _)| *known == script).map_or(0, |(_, count)| *count)
    }

    fn main(&self) -> Option<(&'static str, f32)> {
        let (han, kana, hangul) = (self.of("Hani"), self.of("Kana"), self.of("Hang"));
        let share = |count: usize| count as f32 / self.total.max(1) as f32;
        // Han characters are dense: a quarter of the letters make a Chinese text with foreign names.
        if kana * 20 > han + kana && kana * 10 > self.total {
            return Some(("Jpan", share(han + kana)));
        }
        if hangul * 3 > self.total {
            return Some(("Kore", share(hangul + han)));
        }
        if han * 4 > self.total {
            let script = match self.simplified.cmp(&self.traditional) {
                std::cmp::Ordering::Greater => "Hans",
                std::cmp::Ordering::Less => "Hant",
                std::cmp::Ordering::Equal => "Hani",
            };
            return Some((script, share(han)));
        }
        let (script, count) = self.counts.iter().max_by_key(|(_, count)| *count)?;
        Some((script, share(*count)))
    }
}

/// Frequent characters that only one of the two ways of writing Chinese has.
const SIMPLIFIED_ONLY: &str = "这们说国时会对发过还没来样种现实开关门问间东车长书见贝马鸟鱼龙龟齐乐习义乌乡云亚产亲亿从仅众优传伤伦伟侨侧侦俭债倾偿储儿党兰兴养内冲决况净减凤击创别刘则刚办务动劳势区医华协单卖卢卫厂厅历压厌厕县参双变叶号叹听启吴员响团园围图圆圣场块坚坛坏声处备复够头夺奋奖妇妈孙学宁宝实审宪宫宽宾对寻导寿将尔尘层属岁岛币师带帮广庆库应庙废开异张弹强归录彻径忆忧怀态总恋恶惊惧惯愤愿战户扑执扩扫扬扰抚抛抢护报担拟拥择挂挥损换据择掳携摄摆摇敌数无旧时显晋晓";
const TRADITIONAL_ONLY: &str = "這們說國時會對發過還沒來樣種現實開關門問間東車長書見貝馬鳥魚龍龜齊樂習義烏鄉雲亞產親億從僅眾優傳傷倫偉僑側偵儉債傾償儲兒黨蘭興養內衝決況淨減鳳擊創別劉則剛辦務動勞勢區醫華協單賣盧衛廠廳歷壓厭廁縣參雙變葉號嘆聽啟吳員響團園圍圖圓聖場塊堅壇壞聲處備復夠頭奪奮獎婦媽孫學寧寶審憲宮寬賓尋導壽將爾塵層屬歲島幣師帶幫廣慶庫應廟廢異張彈強歸錄徹徑憶憂懷態總戀惡驚懼慣憤願戰戶撲執擴掃揚擾撫拋搶護報擔擬擁擇掛揮損換據攜攝擺搖敵數無舊顯晉曉";

/// Of which way of writing a character is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Form {
    #[default]
    Both,
    Simplified,
    Traditional,
}

/// The first ideograph of the common block.
const FIRST_FORM: usize = 0x4E00;

/// The form of each ideograph of the common block.
static FORMS: LazyLock<Vec<Form>> = LazyLock::new(|| {
    let mut forms = vec![Form::Both; 0x5200];
    for (characters, form) in [(SIMPLIFIED_ONLY, Form::Simplified), (TRADITIONAL_ONLY, Form::Traditional)] {
        for c in characters.chars() {
            if let Some(place) = (c as usize).checked_sub(FIRST_FORM).and_then(|place| forms.get_mut(place)) {
                *place = form;
            }
        }
    }
    forms
});

fn script_of(c: char) -> &'static str {
    match u32::from(c) {
        0x0041..=0x024F | 0x1E00..=0x1EFF | 0x2C60..=0x2C7F => "Latn",
        0x0370..=0x03FF | 0x1F00..=0x1FFF => "Grek",
        0x0400..=0x052F => "Cyrl",
        0x0530..=0x058F => "Armn",
        0x0590..=0x05FF => "Hebr",
        0x0600..=0x06FF | 0x0750..=0x077F | 0x08A0..=0x08FF | 0xFB50..=0xFDFF | 0xFE70..=0xFEFF => "Arab",
        0x0900..=0x097F => "Deva",
        0x0980..=0x09FF => "Beng",
        0x0B80..=0x0BFF => "Taml",
        0x0C00..=0x0C7F => "Telu",
        0x0E00..=0x0E7F => "Thai",
        0x0E80..=0x0EFF => "Laoo",
        0x1000..=0x109F => "Mymr",
        0x10A0..=0x10FF => "Geor",
        0x1200..=0x137F => "Ethi",
        0x1780..=0x17FF => "Khmr",
        0x3040..=0x30FF | 0xFF66..=0xFF9F => "Kana",
        0x1100..=0x11FF | 0xAC00..=0xD7AF => "Hang",
        _ if is_han(c) => "Hani",
        _ => "Zyyy",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_and_words_decide() {
        let vi = Lexicon {
            language: "vi".to_owned(),
            identify: Identify { words: vec!["của".into(), "và".into()], letters: "ăđơư".into() },
            ..Lexicon::default()
        };
        let further = "[identify.en]\nwords = ['the', 'of', 'and']\n[identify.fr]\nwords = ['le', 'de', 'et']\n";
        let identifier = Identifier::new(&[vi], further).unwrap();
        for (text, tag, script) in [
            ("Đảng và nhân dân của nước ta", "vi", "Latn"),
            ("the end of the road and the start", "en", "Latn"),
            ("le prix de la mer et de la terre", "fr", "Latn"),
            ("越南出席在墨西哥举行的研讨会 ảnh", "zh", "Hans"),
            ("這個國家的總統說", "zh", "Hant"),
            ("日本の首相は、きょう", "ja", "Jpan"),
            ("한국 정부는 오늘", "ko", "Kore"),
        ] {
            let found = identifier.identify(text);
            assert_eq!((found.tag.as_str(), found.script), (tag, Some(script)), "{text}");
        }
        assert_eq!(identifier.identify("12 345 !!").tag, "und");
        for text in ["l'été de la mer", "của’và 12 hai3 “và” của", "", "ơ", "và"] {
            let [plain, any] = [identifier.read_plain(text), identifier.read(text)];
            assert_eq!((plain.letters, plain.words, plain.scores), (any.letters, any.words, any.scores), "{text}");
            assert_eq!(plain.own, any.own, "{text}");
        }
    }
}
