//! What the model sees of each line: its form, its words, its place, its neighbours, and what the rules made of it.
//!
//! Nothing here knows a language except through the cues of the lexicon; most columns mean the same in every script. A column is a
//! byte (see [`super::matrix`]); the list of columns with a sentence on each is [`COLUMNS`].

use super::matrix::{Matrix, columns, log, share, signed_log};
use super::second::SECOND;
use super::vocabulary::Vocabulary;
use crate::document::Label;
use crate::fast_map::FastMap;
use crate::label::Decision;
use crate::label::line::Line;
use crate::label::reading::SCRIPTS;
use crate::lexicon::{CUES, CueSet};
use crate::text::{Ending, is_unspaced};

columns! {
    /// The columns of the first stage; the cues follow.
    pub enum Column COLUMNS;
    Chars "characters, log";
    Units "words, or characters of unspaced scripts at a half, log";
    Unspaced "share of characters of unspaced scripts";
    Stop "ends with a stop, question or exclamation mark";
    Colon "ends with a colon";
    Continues "ends with a comma, semicolon or dash";
    Ellipsis "ends with an ellipsis";
    Bracket "ends with a closing bracket";
    InnerStops "ends of sentences inside";
    Punctuation "share of punctuation";
    Digits "share of digits";
    Upper "share of upper-case letters";
    TitleCase "share of words with a capital";
    AllCaps "words in capitals";
    Commas "commas";
    CommaRate "commas a word";
    FirstLower "begins with a small letter";
    FirstUpper "begins with a capital";
    FirstDigit "begins with a digit";
    FirstBullet "begins with a bullet, dash or arrow";
    FirstQuote "begins with a quote";
    FirstBracket "begins with a bracket";
    Separators "bars and dots between words";
    Address "holds a web address";
    Mail "holds an at sign";
    Quotes "holds quotes";
    Question "holds a question mark";
    Exclamation "exclamation marks";
    Joins "small letter or sign directly before a capital or bracket: glued entries";
    Money "signs of money and per cent";
    Hash "hash sign";
    Emoji "pictographs";
    Year "holds a year";
    Clock "holds a time of day";
    DayMonth "holds a date in digits";
    Numbers "words that are numbers";
    Letters "share of letters";
    WordLength "mean length of words";
    LongestWord "longest word";
    Accents "share of letters outside ASCII";
    Script "share of letters in the main script of the record";
    AccentsUnlike "share of letters outside ASCII, less that of the record";
    EndDigit "ends with a digit";
    EndMark "ends with an article's end mark";
    Mark "begins with an agency's mark or a dateline";
    Attribution "names an agency as its source";
    Kind "reads like a scrap, a headline, a sentence, a paragraph";
    Evidence "what the lexicon knows of the whole line";
    CueCover "share of the line that cues take up";
    CueFirst "begins with a cue";
    Row "lines above, log";
    RowShare "share of the lines above";
    CharShare "share of the characters above";
    CharsBelow "characters below, log";
    BlanksBefore "blank lines above";
    BlanksAfter "blank lines below";
    BlockLines "lines between two blank lines, log";
    BlockUnits "words between two blank lines, log";
    BlockRow "place in the block";
    Repeats "other lines with the same text";
    RepeatBefore "the same text stands above";
    Mask "other lines that differ in digits only, log";
    SameFirst "lines that begin with the same word, log";
    SameLast "lines that end with the same word, log";
    OverlapFirst "share of the words found in the first line";
    OverlapTitle "share of the words found in the title by the rules";
    TitleCover "share of that title's words found here";
    TitlePlace "lines from that title, signed log";
    Contained "share of pairs found in one other line";
    StopWords "share of the record's commonest short words";
    TopicWords "share of content words known to the core text";
    TopicPairs "share of pairs known to the core text";
    NearUnits "mean words of three lines each way, log";
    FarUnits "mean words of ten lines each way, log";
    NearLong "share of long lines, three each way";
    FarLong "share of long lines, ten each way";
    NearStop "share of lines with a stop, three each way";
    FarStop "share of lines with a stop, ten each way";
    FromLongest "lines from the longest line, signed log";
    OfLongest "length by the longest line";
    OfMean "length by the mean paragraph";
    Core "inside the core text";
    FromCore "lines from the core text, signed log";
    InCore "place in the core text";
    ProseAbove "share of the prose above";
    ProseBelow "share of the prose below";
    RunShort "short lines in a row, log";
    RunLong "long lines in a row, log";
    SinceLong "lines since the last paragraph, log";
    UntilLong "lines until the next paragraph, log";
    CharsSinceLong "characters since the last paragraph, log";
    CharsUntilLong "characters until the next paragraph, log";
    NextLong "words of the next paragraph, log";
    Rhythm1 "neighbours of the same form";
    Rhythm2 "lines two apart of the same form";
    Rhythm3 "lines three apart of the same form";
    Rhythm4 "lines four apart of the same form";
    Fill "characters by those of the longest of five lines each way";
    Even "share of five lines each way that are about as long";
    RunsOn "no stop, and the next line goes on: small letter or unspaced script";
    SentenceUnits "words between the nearest line ends with a stop, log";
    SinceDate "lines since a date, log";
    UntilDate "lines until a date, log";
    SinceRelated "lines since a heading of other stories, log";
    SinceComment "lines since a heading of comments, log";
    SinceLegal "lines since a legal line, log";
    SinceAccount "lines since a line on subscriptions, log";
    SinceShare "lines since a share bar, log";
    SinceTags "lines since tags, log";
    UntilRelated "lines until a heading of other stories, log";
    UntilComment "lines until a heading of comments, log";
    UntilShare "lines until a share bar, log";
    CuesAbove "furniture cues in short lines above, log";
    RecordLines "lines of the record, log";
    RecordChars "characters of the record, log";
    RecordLong "share of long lines' words";
    RecordStop "share of lines with a stop";
    RecordMean "mean words a line, log";
    RecordBlank "share of blank lines";
    RecordCore "share of the words in the core text";
    Words "log-odds of its words";
    WordsNear "mean log-odds of the words, three lines each way";
    WordsFar "mean log-odds of the words, ten lines each way";
    WordsRegion "mean log-odds of the words, thirty lines each way";
    WordsAbove "mean log-odds of the words of the line and five above";
    WordsBelow "mean log-odds of the words of the line and five below";
    RuleText "the rules call it title, lead or body";
    RuleLabel "label by the rules";
    RuleRank "how often lines of this rule are text";
}

/// Number of columns before the cues.
const FIXED: usize = COLUMNS.len();
/// Number of columns of the first stage: the fixed ones and one for each class of cues.
pub const FIRST_STAGE: usize = FIXED + CUES.len();

/// Name and meaning of a column of the first stage.
#[must_use]
pub fn describe(column: usize) -> (&'static str, &'static str) {
    COLUMNS
        .get(column)
        .copied()
        .unwrap_or_else(|| (CUES.get(column - FIXED).copied().unwrap_or("?"), "cues of this class"))
}

/// Bytes at the beginning of a line in which cues are looked for: furniture is short, and prose shows itself by then.
const CUE_BYTES: usize = 240;
/// Units from which a line is long.
const LONG_UNITS: f32 = 15.0;
/// Units from which a line with a stop is prose.
const PROSE_UNITS: f32 = 12.0;
/// Units up to which a line may be a heading.
const HEADING_UNITS: f32 = 8.0;
/// Common short words that make up `StopWords`.
const STOP_WORDS: usize = 25;

/// What the second stage needs of the first one's work.
#[derive(Debug, Clone)]
pub struct Features {
    /// Columns of the first stage, and room for those of the second.
    pub matrix: Matrix,
    /// Words and pairs of the lines.
    pub vocabulary: Vocabulary,
    /// Length of each line in characters.
    pub chars: Vec<f32>,
}

impl Features {
    /// Writes the columns of the linear model of words: its score of every line.
    pub fn set_words(&mut self, scores: Option<&[f32]>) {
        let Some(scores) = scores else {
            for column in [
                Column::Words,
                Column::WordsNear,
                Column::WordsFar,
                Column::WordsRegion,
                Column::WordsAbove,
                Column::WordsBelow,
            ] {
                self.matrix.column_mut(column as usize).fill(UNKNOWN_WORDS + 1);
            }
            return;
        };
        let value = |score: f32| (score * 14.0 + 62.0).clamp(1.0, 125.0) as u8;
        let sums = Sums::of(scores);
        let rows = scores.len();
        for (row, &score) in scores.iter().enumerate() {
            let above = sums.range(row.saturating_sub(5), row + 1);
            let below = sums.range(row, (row + 6).min(rows));
            for (column, score) in [
                (Column::Words, score),
                (Column::WordsNear, sums.mean(row, 3)),
                (Column::WordsFar, sums.mean(row, 10)),
                (Column::WordsRegion, sums.mean(row, 30)),
                (Column::WordsAbove, above),
                (Column::WordsBelow, below),
            ] {
                self.matrix.set(column as usize, row, value(score));
            }
        }
    }
}

/// Value of the columns of words where the language is not known to the model.
const UNKNOWN_WORDS: u8 = 0;

/// Reads the features of the lines of a record. `decisions` are the rules' labels, `title` the rules' title, `blank_after` the blank
/// lines behind the last line, `ranks` maps the number of a rule ([`rules::ALL`]) to its rank.
#[must_use]
pub(crate) fn read(page: &View, vocabulary: Vocabulary, cues: &CueSet, ranks: &[u8]) -> Features {
    let mut reader = Reader::new(page, vocabulary);
    reader.own(cues);
    reader.rules(ranks);
    reader.place();
    reader.copies();
    reader.titles();
    reader.topic();
    reader.surroundings();
    reader.distances();
    reader.record();
    Features { matrix: reader.matrix, vocabulary: reader.vocabulary, chars: reader.chars }
}

/// What the features are read from.
#[derive(Debug)]
pub(crate) struct View<'a> {
    pub lines: &'a [Line],
    pub decisions: &'a [Option<Decision>],
    pub title: Option<usize>,
    pub blanks_at_end: usize,
}

struct Reader<'a> {
    view: &'a View<'a>,
    matrix: Matrix,
    vocabulary: Vocabulary,
    chars: Vec<f32>,
    units: Vec<f32>,
    stop: Vec<bool>,
    dated: Vec<bool>,
    /// Short lines that hold cues of a class: one bit a class.
    headings: Vec<u32>,
    /// Letters by script and letters outside ASCII of the record.
    scripts: [u32; SCRIPTS],
    own_scripts: Vec<([u32; SCRIPTS], u32)>,
    core: (usize, usize),
    core_units: f32,
}

fn bit(class: &str) -> u32 {
    CUES.iter().position(|known| *known == class).map_or(0, |at| 1 << at)
}

impl<'a> Reader<'a> {
    fn new(view: &'a View<'a>, vocabulary: Vocabulary) -> Self {
        let lines = view.lines;
        let rows = lines.len();
        let chars = lines.iter().map(|line| line.shape.chars as f32).collect();
        let units = lines.iter().map(|line| line.shape.units).collect();
        let stop = lines.iter().map(|line| line.shape.ends_sentence()).collect();
        Reader {
            view,
            matrix: Matrix::new(FIRST_STAGE + SECOND.len(), rows),
            vocabulary,
            chars,
            units,
            stop,
            dated: vec![false; rows],
            headings: vec![0; rows],
            scripts: [0; SCRIPTS],
            own_scripts: Vec::with_capacity(rows),
            core: (0, 0),
            core_units: 0.0,
        }
    }

    fn set(&mut self, column: Column, row: usize, value: u8) {
        self.matrix.set(column as usize, row, value);
    }

    fn flag(&mut self, column: Column, row: usize, value: bool) {
        self.matrix.set(column as usize, row, u8::from(value));
    }

    fn own(&mut self, cues: &CueSet) {
        use Column as C;
        let month = bit("month") | bit("ago");
        for (row, line) in self.view.lines.iter().enumerate() {
            let shape = &line.shape;
            let counts = &line.counts;
            let chars = shape.chars as f32;
            self.set(C::Chars, row, log(shape.chars));
            self.set(C::Units, row, log((shape.units * 2.0) as usize));
            self.set(C::Unspaced, row, share(counts.unspaced as f32, chars));
            self.flag(C::Stop, row, matches!(shape.ending, Ending::Stop | Ending::Mark | Ending::Ellipsis));
            self.flag(C::Colon, row, shape.ending == Ending::Colon);
            self.flag(C::Continues, row, shape.ending == Ending::Continues);
            self.flag(C::Ellipsis, row, shape.ending == Ending::Ellipsis);
            self.flag(C::Bracket, row, line.text.ends_with([')', ']', '】']));
            self.set(C::InnerStops, row, shape.inner_stops.min(100) as u8);
            self.set(C::Punctuation, row, share(counts.punctuation as f32, chars));
            self.set(C::Digits, row, share(shape.digits as f32, chars));
            self.set(C::Upper, row, share(shape.upper as f32, shape.letters as f32));
            self.set(C::TitleCase, row, share(counts.capitalised as f32, counts.words as f32));
            self.set(C::AllCaps, row, log(counts.all_caps as usize));
            self.set(C::Commas, row, counts.commas.min(40) as u8);
            self.set(C::CommaRate, row, share(counts.commas as f32 * 4.0, shape.units));
            let first = line.text.chars().next().unwrap_or(' ');
            self.flag(C::FirstLower, row, first.is_lowercase());
            self.flag(C::FirstUpper, row, first.is_uppercase());
            self.flag(C::FirstDigit, row, first.is_numeric());
            let bullet = matches!(
                first,
                '-' | '–'
                    | '—'
                    | '•'
                    | '·'
                    | '*'
                    | '>'
                    | '»'
                    | '►'
                    | '▶'
                    | '■'
                    | '◆'
                    | '●'
                    | '▪'
                    | '+'
                    | '|'
                    | '#'
                    | '→'
            );
            self.flag(C::FirstBullet, row, bullet);
            self.flag(C::FirstQuote, row, matches!(first, '"' | '“' | '”' | '„' | '«' | '\'' | '‘' | '「' | '『'));
            self.flag(C::FirstBracket, row, matches!(first, '(' | '[' | '【' | '<' | '《' | '〈'));
            self.set(C::Separators, row, counts.separators.min(20) as u8);
            self.flag(C::Address, row, holds_address(&line.folded));
            self.flag(C::Mail, row, counts.at);
            self.flag(C::Quotes, row, counts.quotes);
            self.flag(C::Question, row, counts.questions > 0);
            self.set(C::Exclamation, row, counts.exclamations.min(20) as u8);
            self.set(C::Joins, row, log(counts.joins as usize));
            self.set(C::Money, row, counts.money.min(20) as u8);
            self.flag(C::Hash, row, counts.hash);
            self.set(C::Emoji, row, counts.emoji.min(20) as u8);
            self.flag(C::Year, row, counts.year);
            self.flag(C::Clock, row, counts.clock);
            self.flag(C::DayMonth, row, counts.day_month);
            self.set(C::Numbers, row, log(counts.numbers as usize));
            self.set(C::Letters, row, share(shape.letters as f32, chars));
            self.set(C::WordLength, row, (counts.word_chars * 4 / counts.words.max(1)).min(125) as u8);
            self.set(C::LongestWord, row, counts.longest.min(125) as u8);
            self.set(C::Accents, row, share(counts.accents as f32, shape.letters as f32));
            self.flag(C::EndDigit, row, line.text.ends_with(|c: char| c.is_ascii_digit()));
            self.flag(C::EndMark, row, line.end_mark);
            self.flag(C::Mark, row, line.mark.is_some());
            self.flag(C::Attribution, row, line.attribution.is_some());
            self.set(C::Kind, row, line.kind.rank());
            self.set(C::Evidence, row, line.evidence.rank());
            for (total, own) in self.scripts.iter_mut().zip(counts.scripts) {
                *total += own;
            }
            self.own_scripts.push((counts.scripts, counts.accents));
            let classes = self.cues(row, line, cues);
            self.dated[row] = counts.clock
                || (counts.day_month && counts.year)
                || (counts.numbers > 0 && classes & month != 0 && line.shape.units < 25.0);
            if line.shape.units <= HEADING_UNITS {
                self.headings[row] = classes;
            }
        }
    }

    /// Counts the cues of a line; gives the classes that it holds.
    fn cues(&mut self, row: usize, line: &Line, cues: &CueSet) -> u32 {
        let mut end = line.folded.len().min(CUE_BYTES);
        while !line.folded.is_char_boundary(end) {
            end -= 1;
        }
        let head = &line.folded[..end];
        let mut counts = [0u8; CUES.len()];
        let (mut covered, mut first) = (0, false);
        let mut classes = 0;
        cues.find(head, self.vocabulary.beginnings(row), |range, found| {
            covered += range.len();
            first |= range.start == 0;
            classes |= found;
            for (class, count) in counts.iter_mut().enumerate() {
                *count += ((found >> class) & 1) as u8;
            }
        });
        for (class, count) in counts.iter().enumerate() {
            self.matrix.set(FIXED + class, row, *count);
        }
        self.set(Column::CueCover, row, share(covered as f32, head.len() as f32));
        self.flag(Column::CueFirst, row, first);
        classes
    }

    fn rules(&mut self, ranks: &[u8]) {
        for row in 0..self.view.lines.len() {
            let (label, rank) = self.view.decisions[row].map_or((Label::Body, 0), |decision| {
                (decision.label, ranks.get(decision.rule.number).copied().unwrap_or(0))
            });
            self.flag(Column::RuleText, row, matches!(label, Label::Title | Label::Lead | Label::Body));
            self.set(Column::RuleLabel, row, Label::ALL.iter().position(|known| *known == label).unwrap_or(0) as u8);
            self.set(Column::RuleRank, row, rank);
        }
    }

    fn place(&mut self) {
        use Column as C;
        let lines = self.view.lines;
        let rows = lines.len();
        let total: f32 = self.chars.iter().sum();
        let main = (0..SCRIPTS).max_by_key(|&script| (self.scripts[script], SCRIPTS - script)).unwrap_or(0);
        let letters: u32 = self.scripts.iter().sum();
        let accents: u32 = self.own_scripts.iter().map(|own| own.1).sum();
        let record_accents = accents as f32 / letters.max(1) as f32;
        let mut above = 0.0;
        for row in 0..rows {
            self.set(C::Row, row, log(row));
            self.set(C::RowShare, row, share(row as f32, rows.saturating_sub(1).max(1) as f32));
            self.set(C::CharShare, row, share(above, total));
            above += self.chars[row];
            self.set(C::CharsBelow, row, log((total - above) as usize));
            self.set(C::BlanksBefore, row, lines[row].blanks_before.min(6) as u8);
            let after = lines.get(row + 1).map_or(self.view.blanks_at_end, |next| next.blanks_before);
            self.set(C::BlanksAfter, row, after.min(6) as u8);
            let (scripts, own_accents) = self.own_scripts[row];
            let own: u32 = scripts.iter().sum();
            self.set(C::Script, row, if own == 0 { 100 } else { share(scripts[main] as f32, own as f32) });
            let own_accents = own_accents as f32 / own.max(1) as f32;
            self.set(C::AccentsUnlike, row, ((own_accents - record_accents) * 62.0 + 62.0).clamp(0.0, 125.0) as u8);
        }
        let mut start = 0;
        for end in 1..=rows {
            if lines.get(end).is_some_and(|line| line.blanks_before == 0) {
                continue;
            }
            let units: f32 = self.units[start..end].iter().sum();
            for row in start..end {
                self.set(C::BlockLines, row, log(end - start));
                self.set(C::BlockUnits, row, log(units as usize));
                self.set(C::BlockRow, row, (row - start).min(125) as u8);
            }
            start = end;
        }
    }

    fn copies(&mut self) {
        use Column as C;
        let lines = self.view.lines;
        let mut same: FastMap<u64, (u32, u32)> = FastMap::default();
        let mut masked: FastMap<u64, u32> = FastMap::default();
        let masks: Vec<u64> = lines.iter().map(|line| mask(&line.folded)).collect();
        for (line, mask) in lines.iter().zip(&masks) {
            same.entry(line.hash).or_default().0 += 1;
            *masked.entry(*mask).or_default() += 1;
        }
        let mut firsts: FastMap<u64, u32> = FastMap::default();
        let mut lasts: FastMap<u64, u32> = FastMap::default();
        let ends: Vec<Option<(u32, u32)>> = (0..lines.len()).map(|row| self.vocabulary.ends(row)).collect();
        for (first, last) in ends.iter().flatten() {
            *firsts.entry(u64::from(*first)).or_default() += 1;
            *lasts.entry(u64::from(*last)).or_default() += 1;
        }
        for (row, line) in lines.iter().enumerate() {
            if let Some(entry) = same.get_mut(&line.hash) {
                let (count, seen) = *entry;
                entry.1 += 1;
                self.set(C::Repeats, row, (count - 1).min(20) as u8);
                self.flag(C::RepeatBefore, row, seen > 0);
            }
            self.set(C::Mask, row, log(masked.get(&masks[row]).map_or(0, |count| *count as usize - 1)));
            if let Some((first, last)) = ends[row] {
                self.set(C::SameFirst, row, log(firsts.get(&u64::from(first)).map_or(0, |count| *count as usize - 1)));
                self.set(C::SameLast, row, log(lasts.get(&u64::from(last)).map_or(0, |count| *count as usize - 1)));
            }
        }
    }

    fn titles(&mut self) {
        use Column as C;
        let rows = self.view.lines.len();
        let first = self.vocabulary.word_set(0);
        let title = self.view.title;
        let title_words = title.map(|title| self.vocabulary.word_set(title));
        for row in 0..rows {
            let (shared, own, _) = self.vocabulary.overlap(row, &first);
            self.set(C::OverlapFirst, row, share(shared as f32, own as f32));
            if let (Some(title), Some(words)) = (title, &title_words) {
                let (shared, own, whole) = self.vocabulary.overlap(row, words);
                self.set(C::OverlapTitle, row, share(shared as f32, own as f32));
                self.set(C::TitleCover, row, share(shared as f32, whole as f32));
                self.set(C::TitlePlace, row, signed_log(row as isize - title as isize));
            }
            self.set(C::Contained, row, share(self.vocabulary.contained(row), 1.0));
        }
    }

    /// Finds the core text, the run of lines that holds most prose, and compares each line with it.
    fn topic(&mut self) {
        use Column as C;
        let rows = self.view.lines.len();
        let score: Vec<f32> = (0..rows)
            .map(|row| {
                let (units, stop) = (self.units[row], self.stop[row]);
                if units >= PROSE_UNITS || (units >= 7.0 && stop) { units.min(60.0) } else { -6.0 }
            })
            .collect();
        let (first, last, best) = best_run(&score);
        self.core = (first, last);
        self.core_units = best;
        let core: Vec<bool> = (0..rows).map(|row| (first..=last).contains(&row) && score[row] > 0.0).collect();
        self.vocabulary.count(|row| core[row]);
        let common = self.vocabulary.common_words(STOP_WORDS, |row| self.chars[row] > 30.0);
        for (row, &in_core) in core.iter().enumerate() {
            let (words, pairs) = self.vocabulary.known(row, in_core);
            self.set(C::TopicWords, row, words.map_or(0, |known| 1 + share(known, 1.0)));
            self.set(C::TopicPairs, row, pairs.map_or(0, |known| 1 + share(known, 1.0)));
            self.set(C::StopWords, row, share(self.vocabulary.share_of(row, &common), 1.0));
            self.flag(C::Core, row, (first..=last).contains(&row));
            let distance = if row < first { row as isize - first as isize } else { row.saturating_sub(last) as isize };
            self.set(C::FromCore, row, signed_log(distance));
            let place = (row as f32 - first as f32) / (last - first + 1) as f32;
            self.set(C::InCore, row, ((place + 1.0) * 31.0).clamp(0.0, 125.0) as u8);
        }
    }

    fn surroundings(&mut self) {
        use Column as C;
        let rows = self.view.lines.len();
        let long: Vec<f32> = self.units.iter().map(|&units| f32::from(u8::from(units >= LONG_UNITS))).collect();
        let stop: Vec<f32> = self.stop.iter().map(|&stop| f32::from(u8::from(stop))).collect();
        let (units, long, stop) = (Sums::of(&self.units), Sums::of(&long), Sums::of(&stop));
        let prose: Vec<f32> = (0..rows)
            .map(|row| if self.units[row] >= PROSE_UNITS && self.stop[row] { self.units[row] } else { 0.0 })
            .collect();
        let paragraphs = prose.iter().filter(|&&units| units > 0.0).count();
        let all_prose: f32 = prose.iter().sum();
        let mean = if paragraphs > 0 { all_prose / paragraphs as f32 } else { 20.0 };
        let longest = (0..rows).fold(0, |best, row| if self.units[row] > self.units[best] { row } else { best });
        let mut above = 0.0;
        for (row, &own_prose) in prose.iter().enumerate() {
            self.set(C::NearUnits, row, log((units.mean(row, 3) * 2.0) as usize));
            self.set(C::FarUnits, row, log((units.mean(row, 10) * 2.0) as usize));
            self.set(C::NearLong, row, share(long.mean(row, 3), 1.0));
            self.set(C::FarLong, row, share(long.mean(row, 10), 1.0));
            self.set(C::NearStop, row, share(stop.mean(row, 3), 1.0));
            self.set(C::FarStop, row, share(stop.mean(row, 10), 1.0));
            self.set(C::FromLongest, row, signed_log(row as isize - longest as isize));
            self.set(C::OfLongest, row, share(self.units[row], self.units[longest].max(1.0)));
            self.set(C::OfMean, row, share(self.units[row], mean * 2.0));
            self.set(C::ProseAbove, row, share(above, all_prose));
            above += own_prose;
            self.set(C::ProseBelow, row, share(all_prose - above, all_prose));
        }
        self.broken_lines();
        let form: Vec<u8> = (0..rows).map(|row| self.form(row)).collect();
        for row in 0..rows {
            for (period, column) in [(1, C::Rhythm1), (2, C::Rhythm2), (3, C::Rhythm3), (4, C::Rhythm4)] {
                let (low, high) = (row.saturating_sub(8), (row + 9).min(rows));
                let pairs = high.saturating_sub(low + period);
                let same = (low..low + pairs).filter(|&at| form[at] == form[at + period]).count();
                self.set(column, row, share(same as f32, pairs as f32));
            }
        }
    }

    /// Text broken at a fixed width: lines about as long as their neighbours, that go on in the next one.
    fn broken_lines(&mut self) {
        use Column as C;
        let rows = self.view.lines.len();
        let lines = self.view.lines;
        for row in 0..rows {
            let (low, high) = (row.saturating_sub(5), (row + 6).min(rows));
            let chars = self.chars[row];
            let longest = self.chars[low..high].iter().copied().fold(0.0, f32::max);
            self.set(C::Fill, row, share(chars, longest));
            let alike = self.chars[low..high].iter().filter(|&&other| (other - chars).abs() <= 0.12 * chars).count();
            self.set(C::Even, row, share((alike - 1) as f32, (high - low - 1) as f32));
            let goes_on = lines.get(row + 1).is_some_and(|next| {
                next.text
                    .starts_with(|c: char| c.is_lowercase() || is_unspaced(c) || matches!(c, ',' | '、' | '。' | '“'))
            });
            let open = matches!(lines[row].shape.ending, Ending::Open | Ending::Continues);
            self.flag(C::RunsOn, row, open && goes_on && self.units[row] >= 7.0);
        }
        let mut start = 0;
        let mut units = 0.0;
        for row in 0..rows {
            units += self.units[row];
            let ends = self.stop[row] || row + 1 == rows || self.units[row] < 4.0;
            if ends {
                for at in start..=row {
                    self.set(C::SentenceUnits, at, log(units as usize));
                }
                (start, units) = (row + 1, 0.0);
            }
        }
    }

    /// The form of a line by length and end, as far as the rhythm of lists needs it.
    fn form(&self, row: usize) -> u8 {
        let length = match self.units[row] {
            units if units < 3.0 => 0,
            units if units < 7.0 => 1,
            units if units < 16.0 => 2,
            units if units < 40.0 => 3,
            _ => 4,
        };
        length * 4 + u8::from(self.stop[row]) * 2 + u8::from(self.dated[row])
    }

    fn distances(&mut self) {
        use Column as C;
        let rows = self.view.lines.len();
        let is_long: Vec<bool> =
            (0..rows).map(|row| self.units[row] >= LONG_UNITS && (self.stop[row] || self.units[row] >= 30.0)).collect();
        let short: Vec<bool> = self.units.iter().map(|&units| units < 7.0).collect();
        self.runs(C::RunShort, &short);
        self.runs(C::RunLong, &is_long);
        let furniture =
            ["share", "related", "comment", "legal", "cookie", "account", "tags"].map(bit).iter().sum::<u32>();
        let mut cues_above = 0usize;
        let mut since_long = (rows, 0.0f32);
        for (row, &is_long) in is_long.iter().enumerate() {
            self.set(C::SinceLong, row, log(since_long.0.min(200)));
            self.set(C::CharsSinceLong, row, log(since_long.1 as usize));
            since_long = if is_long { (0, 0.0) } else { (since_long.0 + 1, since_long.1 + self.chars[row]) };
            self.set(C::CuesAbove, row, log(cues_above));
            cues_above += (self.headings[row] & furniture).count_ones() as usize;
        }
        let mut until_long = (rows, 0.0f32, 0.0f32);
        for row in (0..rows).rev() {
            self.set(C::UntilLong, row, log(until_long.0.min(200)));
            self.set(C::CharsUntilLong, row, log(until_long.1 as usize));
            self.set(C::NextLong, row, log(until_long.2 as usize));
            until_long = if is_long[row] {
                (0, 0.0, self.units[row])
            } else {
                (until_long.0 + 1, until_long.1 + self.chars[row], until_long.2)
            };
        }
        let dated = self.dated.clone();
        self.since(C::SinceDate, |row| dated[row]);
        self.until(C::UntilDate, |row| dated[row]);
        let headings = self.headings.clone();
        for (class, column) in [
            ("related", C::SinceRelated),
            ("comment", C::SinceComment),
            ("legal", C::SinceLegal),
            ("account", C::SinceAccount),
            ("share", C::SinceShare),
            ("tags", C::SinceTags),
        ] {
            self.since(column, |row| headings[row] & bit(class) != 0);
        }
        for (class, column) in [("related", C::UntilRelated), ("comment", C::UntilComment), ("share", C::UntilShare)] {
            self.until(column, |row| headings[row] & bit(class) != 0);
        }
    }

    fn runs(&mut self, column: Column, of: &[bool]) {
        let mut start = 0;
        for end in 1..=of.len() {
            if end < of.len() && of[end] == of[start] {
                continue;
            }
            for row in start..end {
                self.set(column, row, if of[start] { log(end - start) } else { 0 });
            }
            start = end;
        }
    }

    /// Lines since the last line, this one included, that is of a kind; the farthest value where there is none.
    fn since(&mut self, column: Column, is: impl Fn(usize) -> bool) {
        let mut distance = None;
        for row in 0..self.view.lines.len() {
            distance = if is(row) { Some(0) } else { distance.map(|distance: usize| distance + 1) };
            self.set(column, row, distance.map_or(125, |distance| log(distance.min(5_000))));
        }
    }

    fn until(&mut self, column: Column, is: impl Fn(usize) -> bool) {
        let mut distance = None;
        for row in (0..self.view.lines.len()).rev() {
            self.set(column, row, distance.map_or(125, |distance: usize| log(distance.min(5_000))));
            distance = if is(row) { Some(0) } else { distance.map(|distance| distance + 1) };
        }
    }

    fn record(&mut self) {
        use Column as C;
        let lines = self.view.lines;
        let rows = lines.len();
        let units: f32 = self.units.iter().sum();
        let long: f32 = self.units.iter().filter(|&&units| units >= LONG_UNITS).sum();
        let stops = self.stop.iter().filter(|&&stop| stop).count() as f32;
        let blanks = lines.iter().map(|line| line.blanks_before).sum::<usize>() + self.view.blanks_at_end;
        let values = [
            (C::RecordLines, log(rows)),
            (C::RecordChars, log(self.chars.iter().sum::<f32>() as usize)),
            (C::RecordLong, share(long, units)),
            (C::RecordStop, share(stops, rows as f32)),
            (C::RecordMean, log((units * 2.0 / rows.max(1) as f32) as usize)),
            (C::RecordBlank, share(blanks as f32, (blanks + rows) as f32)),
            (C::RecordCore, share(self.core_units, units)),
        ];
        for (column, value) in values {
            self.matrix.column_mut(column as usize).fill(value.min(super::matrix::MAX_VALUE - 1) + 1);
        }
    }
}

/// The run of lines with the largest sum: first, last, sum.
#[must_use]
pub fn best_run(score: &[f32]) -> (usize, usize, f32) {
    let (mut best, mut sum, mut start) = ((0, 0, f32::MIN), 0.0, 0);
    for (row, value) in score.iter().enumerate() {
        if sum <= 0.0 {
            (sum, start) = (0.0, row);
        }
        sum += value;
        if sum > best.2 {
            best = (start, row, sum);
        }
    }
    best
}

/// Sums over windows of lines.
pub struct Sums(Vec<f32>);

impl Sums {
    /// Running sums of values.
    #[must_use]
    pub fn of(values: &[f32]) -> Sums {
        let mut sums = Vec::with_capacity(values.len() + 1);
        let mut sum = 0.0;
        sums.push(0.0);
        for value in values {
            sum += value;
            sums.push(sum);
        }
        Sums(sums)
    }

    /// Sum of the values of a line and of `reach` lines each way.
    #[must_use]
    pub fn around(&self, row: usize, reach: usize) -> f32 {
        let rows = self.0.len() - 1;
        self.0[(row + reach + 1).min(rows)] - self.0[row.saturating_sub(reach)]
    }

    /// Mean of the values from one line to before another.
    #[must_use]
    pub fn range(&self, from: usize, to: usize) -> f32 {
        (self.0[to] - self.0[from]) / (to - from).max(1) as f32
    }

    /// Mean of them.
    #[must_use]
    pub fn mean(&self, row: usize, reach: usize) -> f32 {
        let rows = self.0.len() - 1;
        self.around(row, reach) / ((row + reach + 1).min(rows) - row.saturating_sub(reach)) as f32
    }
}

/// Whether `http`, `www.` or `.com` stands in a folded line. Prose has few colons, `w`s and points to look around.
fn holds_address(folded: &str) -> bool {
    let bytes = folded.as_bytes();
    let has_com =
        || memchr::memchr_iter(b'.', bytes).any(|at| bytes[at..].starts_with(b".com") || bytes[..at].ends_with(b"www"));
    let has_http = || memchr::memmem::find(bytes, b"http").is_some();
    has_com() || has_http()
}

/// Hash of a folded line with every digit the same, eight bytes a step.
fn mask(folded: &str) -> u64 {
    const EACH: u64 = 0x0101_0101_0101_0101;
    let mut hash = folded.len() as u64;
    for chunk in folded.as_bytes().chunks(8) {
        let mut bytes = [0; 8];
        bytes[..chunk.len()].copy_from_slice(chunk);
        let bytes = u64::from_le_bytes(bytes);
        // Digits are the bytes that are below 10 once `0` is taken off: of the others the highest bit becomes 1.
        let off = bytes ^ (EACH * 0x30);
        let others = ((off & (EACH * 0x7F)) + EACH * 0x76) | off;
        let digits = ((!others >> 7) & EACH) * 0xFF;
        let masked = (bytes & !digits) | ((EACH * 0x30) & digits);
        hash = (hash ^ masked).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        hash ^= hash >> 32;
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::mask;

    #[test]
    fn digits_are_masked_and_nothing_else() {
        assert_eq!(mask("20/11 lúc 9:05, trang 7"), mask("31/12 lúc 8:59, trang 1"));
        for other in ["2x/11 lúc 9:05, trang 7", "20/11 lúc 9:05, trang 77", "20:11 lúc 9:05, trang 7", ""] {
            assert_ne!(mask("20/11 lúc 9:05, trang 7"), mask(other));
        }
    }
}
