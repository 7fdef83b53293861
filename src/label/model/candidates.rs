//! What the head that chooses the title sees: the few likeliest lines side by side.
//!
//! Of nine pages in ten the title is among the first two lines by the first stage's opinion; which of them it is, kicker, headline or
//! the line below it, shows when they are compared with each other, with the text that follows and with the record's address. On whole
//! pages of four folds the title is right in .817 of the cases this way, in .795 with a second opinion on every line.

use super::features::{Column, Features};
use super::matrix::{Matrix, columns, log, share, signed_log};
use super::second::odds;
use super::trees::UNIT;
use crate::label::address::Address;
use crate::label::line::{Evidence, Line};
use crate::label::title::MAX_TITLE_UNITS;
use crate::text::Ending;

columns! {
    /// The columns.
    pub enum Candidate CANDIDATE;
    Title "is the title, log-odds of the first stage";
    Gap "that, less the best line's";
    Rank "better lines";
    Text "is text, log-odds of the first stage";
    Units "words, log";
    Chars "characters, log";
    Row "lines above, log";
    RowShare "share of the lines above";
    Lines "lines of the record, log";
    Texts "lines of text, log";
    FromText "lines from the first line of text, signed log";
    UntilText "lines until the next line of text, log";
    Above1 "title odds of the line above";
    Above2 "title odds two lines above";
    Below1 "title odds of the line below";
    Below2 "title odds two lines below";
    TextBelow1 "text odds of the line below";
    TextBelow2 "text odds two lines below";
    UnitsAbove1 "words of the line above, log";
    UnitsBelow1 "words of the line below, log";
    UnitsBelow2 "words two lines below, log";
    BodyWords "share of content words found in the text";
    BodyPairs "share of pairs found in the text";
    FirstWords "share of words found in the first line of text";
    FirstFound "words found in the first line of text";
    Copies "lines with the same text";
    Alike "largest share of words found in another candidate";
    Stop "ends with a stop";
    Mark "ends with a question or exclamation mark";
    Colon "ends with a colon";
    Upper "share of upper-case letters";
    TitleCase "share of words with a capital";
    Digits "share of digits";
    Quotes "holds quotes";
    Separators "bars and dots between words";
    Evidence "what the lexicon knows of the whole line";
    RuleLabel "label by the rules";
    RuleRank "how often lines of this rule are text";
    Credits "bylines and dates in the four lines below";
    CreditNext "the next line is a byline or date";
    CandidatesAbove "candidates above";
    CandidatesBelow "candidates below";
    FromAbove "lines from the candidate above, log";
    UntilBelow "lines until the candidate below, log";
    BestAbove "title odds of the best candidate above";
    BestBelow "title odds of the best candidate below";
    UnitsNear "words of the longest candidate two lines each way, log";
    LongAbove "share of the lines above that are long enough for a headline";
    Address "share of words that are also the record's address's";
    AddressGap "that, less the best other candidate's";
    CopiesAbove "lines above with the same text";
    Holders "longer lines that hold it";
    UntilCredit "lines until the next byline or date, log";
    FromCredit "lines from the byline or date above, log";
    DigitsBelow1 "share of digits of the line below";
    DigitsBelow2 "share of digits two lines below";
    InTop "share of words found in the first line of the record";
    OfTop "share of the first line's words found in it";
    PairsGap "share of pairs found in the text, less the best other candidate's";
    FirstGap "words found in the first line of text, less the best other candidate's";
    UnitsGap "words, less the longest other candidate's";
    BlanksBefore "blank lines before it";
    BlanksAfter "blank lines behind it";
    TextsBelow "lines of text among the six below";
    TitleCaseAbove1 "share of words with a capital of the line above";
    TitleCaseBelow1 "share of words with a capital of the line below";
    EvidenceAbove1 "what the lexicon knows of the line above";
    EvidenceBelow1 "what the lexicon knows of the line below";
    InNext "share of words found in the candidate below";
    OfNext "share of that one's words found in it";
}

/// Most lines that are compared: of 99 pages in 100 the title is among them.
const MOST: usize = 6;
/// Log-odds of the first stage below which a line is no candidate.
const LEAST: i32 = -(4.5 * UNIT) as i32;
/// Likeness to the address from which it names a line.
const NAMED: f32 = 0.5;
/// Fewest units of a line that it names.
const MIN_NAMED_UNITS: f32 = 3.0;
/// Log-odds of the first stage below which not even the address makes a line a candidate.
const LEAST_NAMED: i32 = -(9.0 * UNIT) as i32;
/// Log-odds of the first stage from which a line of some length counts as text.
const TEXT: i32 = UNIT as i32;
/// Fewest units of such a line.
const TEXT_UNITS: f32 = 12.0;
/// Lines that are looked through for a byline or date.
const NEAR: usize = 12;
/// Fewest bytes of a line that others may hold.
const MIN_HELD: usize = 12;
/// Fewest units of a headline.
const HEADLINE_UNITS: f32 = 7.0;
/// The largest value of a distance to something that there is not.
const NONE: u8 = 125;

/// The candidates, best first, and their columns, one row each. `text` and `title` are the first stage's log-odds; the columns of the
/// first stage must be filled.
#[must_use]
pub fn read(
    features: &mut Features,
    lines: &[Line],
    address: Option<&Address>,
    text: &[i32],
    title: &[i32],
) -> (Vec<usize>, Matrix) {
    let mut rows: Vec<usize> = (0..title.len()).filter(|&row| title[row] > LEAST).collect();
    rows.sort_by_key(|&row| (std::cmp::Reverse(title[row]), row));
    rows.truncate(MOST);
    if let Some(address) = address {
        rows.extend(named(lines, title, &rows, address));
    }
    let is_text: Vec<bool> =
        lines.iter().zip(text).map(|(line, &odds)| odds > TEXT && line.shape.units >= TEXT_UNITS).collect();
    features.vocabulary.count(|row| is_text[row]);
    let mut reader = Reader { matrix: Matrix::new(CANDIDATE.len(), rows.len()), features, lines, text, title, is_text };
    for at in 0..rows.len() {
        reader.line(at, &rows);
        reader.words(at, &rows);
        reader.others(at, &rows);
        reader.more(at, &rows);
    }
    reader.gaps(&rows);
    if let Some(address) = address {
        reader.address(address, &rows);
    }
    (rows, reader.matrix)
}

/// The line that the address names, where none of the candidates is like it.
fn named(lines: &[Line], title: &[i32], rows: &[usize], address: &Address) -> Option<usize> {
    let likeness = |row: usize| address.likeness(&lines[row].text);
    if rows.iter().any(|&row| likeness(row) >= NAMED) {
        return None;
    }
    let may_be = |row: &usize| {
        title[*row] > LEAST_NAMED && (MIN_NAMED_UNITS..=MAX_TITLE_UNITS).contains(&lines[*row].shape.units)
    };
    let likely = (0..lines.len()).filter(may_be).map(|row| (row, likeness(row))).filter(|(_, it)| *it >= NAMED);
    likely.max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0))).map(|(row, _)| row)
}

fn is_credit(line: &Line) -> bool {
    matches!(line.evidence, Evidence::DateLine | Evidence::Credit | Evidence::AgencyCredit(_))
}

struct Reader<'a> {
    matrix: Matrix,
    features: &'a Features,
    lines: &'a [Line],
    text: &'a [i32],
    title: &'a [i32],
    is_text: Vec<bool>,
}

impl Reader<'_> {
    fn set(&mut self, column: Candidate, at: usize, value: u8) {
        self.matrix.set(column as usize, at, value);
    }

    /// The line itself, its place and its neighbours.
    fn line(&mut self, at: usize, rows: &[usize]) {
        use Candidate as C;
        let (row, lines) = (rows[at], self.lines);
        let line = &lines[row];
        let (shape, counts) = (&line.shape, &line.counts);
        let neighbour = |offset: isize| row.checked_add_signed(offset).filter(|row| *row < lines.len());
        let odds_at = |of: &[i32], offset: isize| neighbour(offset).map_or(0, |row| odds(of[row]));
        let units = |row: usize| log((lines[row].shape.units * 2.0) as usize);
        let units_at = |offset: isize| neighbour(offset).map_or(0, units);
        let is_credit = |row: usize| is_credit(&lines[row]);
        let below = row + 1..(row + 5).min(lines.len());
        let first = self.is_text.iter().position(|is_text| *is_text).unwrap_or(lines.len());
        let next = self.is_text.iter().skip(row + 1).position(|is_text| *is_text);
        let long_above = lines[..row].iter().filter(|line| line.shape.units >= HEADLINE_UNITS).count();
        let of_line = |column: Column| self.features.matrix.column(column as usize, 0)[row].saturating_sub(1);
        let values = [
            (C::Title, odds(self.title[row])),
            (C::Gap, ((self.title[row] - self.title[rows[0]]) as f32 / UNIT * 12.0 + 125.0).clamp(0.0, 125.0) as u8),
            (C::Rank, at as u8),
            (C::Text, odds(self.text[row])),
            (C::Units, units(row)),
            (C::Chars, log(shape.chars)),
            (C::Row, log(row)),
            (C::RowShare, share(row as f32, lines.len() as f32)),
            (C::Lines, log(lines.len())),
            (C::Texts, log(self.is_text.iter().filter(|is_text| **is_text).count())),
            (C::FromText, signed_log(row as isize - first as isize)),
            (C::UntilText, next.map_or(NONE, log)),
            (C::Above1, odds_at(self.title, -1)),
            (C::Above2, odds_at(self.title, -2)),
            (C::Below1, odds_at(self.title, 1)),
            (C::Below2, odds_at(self.title, 2)),
            (C::TextBelow1, odds_at(self.text, 1)),
            (C::TextBelow2, odds_at(self.text, 2)),
            (C::UnitsAbove1, units_at(-1)),
            (C::UnitsBelow1, units_at(1)),
            (C::UnitsBelow2, units_at(2)),
            (C::Copies, lines.iter().filter(|other| other.hash == line.hash).count().min(20) as u8),
            (C::Stop, u8::from(matches!(shape.ending, Ending::Stop | Ending::Ellipsis))),
            (C::Mark, u8::from(shape.ending == Ending::Mark)),
            (C::Colon, u8::from(shape.ending == Ending::Colon)),
            (C::Upper, share(shape.upper as f32, shape.letters as f32)),
            (C::TitleCase, share(counts.capitalised as f32, counts.words as f32)),
            (C::Digits, share(shape.digits as f32, shape.chars as f32)),
            (C::Quotes, u8::from(counts.quotes)),
            (C::Separators, counts.separators.min(20) as u8),
            (C::Evidence, line.evidence.rank()),
            (C::RuleLabel, of_line(Column::RuleLabel)),
            (C::RuleRank, of_line(Column::RuleRank)),
            (C::Credits, below.filter(|row| is_credit(*row)).count() as u8),
            (C::CreditNext, u8::from(neighbour(1).is_some_and(is_credit))),
            (C::LongAbove, share(long_above as f32, row as f32)),
        ];
        for (column, value) in values {
            self.set(column, at, value);
        }
    }

    /// Words shared with the text and with other candidates.
    fn words(&mut self, at: usize, rows: &[usize]) {
        use Candidate as C;
        let row = rows[at];
        let vocabulary = &self.features.vocabulary;
        let (words, pairs) = vocabulary.known(row, self.is_text[row]);
        let first = self.is_text.iter().position(|is_text| *is_text).filter(|first| *first != row);
        let in_first = first.map(|first| vocabulary.overlap(row, &vocabulary.word_set(first)));
        let own = vocabulary.word_set(row);
        let alike = rows.iter().filter(|other| **other != row).map(|&other| {
            let (shared, _, whole) = vocabulary.overlap(other, &own);
            share(shared as f32, whole as f32)
        });
        let values = [
            (C::BodyWords, words.map_or(0, |known| 1 + share(known, 1.0))),
            (C::BodyPairs, pairs.map_or(0, |known| 1 + share(known, 1.0))),
            (C::FirstWords, in_first.map_or(0, |(shared, own, _)| share(shared as f32, own as f32))),
            (C::FirstFound, in_first.map_or(0, |(shared, ..)| log(shared))),
            (C::Alike, alike.max().unwrap_or(0)),
        ];
        for (column, value) in values {
            self.set(column, at, value);
        }
    }

    /// The other candidates.
    fn others(&mut self, at: usize, rows: &[usize]) {
        use Candidate as C;
        let row = rows[at];
        let above = || rows.iter().copied().filter(|other| *other < row);
        let below = || rows.iter().copied().filter(|other| *other > row);
        let best = |of: &mut dyn Iterator<Item = usize>| of.map(|row| odds(self.title[row])).max().unwrap_or(0);
        let near = rows.iter().filter(|other| **other != row && other.abs_diff(row) <= 2);
        let values = [
            (C::CandidatesAbove, above().count() as u8),
            (C::CandidatesBelow, below().count() as u8),
            (C::FromAbove, above().max().map_or(NONE, |other| log(row - other))),
            (C::UntilBelow, below().min().map_or(NONE, |other| log(other - row))),
            (C::BestAbove, best(&mut above())),
            (C::BestBelow, best(&mut below())),
            (C::UnitsNear, near.map(|&other| log((self.lines[other].shape.units * 2.0) as usize)).max().unwrap_or(0)),
        ];
        for (column, value) in values {
            self.set(column, at, value);
        }
    }

    /// Copies, bylines around it, the first line of the record and the next candidate.
    fn more(&mut self, at: usize, rows: &[usize]) {
        use Candidate as C;
        let (row, lines) = (rows[at], self.lines);
        let line = &lines[row];
        let until = lines[row + 1..].iter().take(NEAR).position(is_credit);
        let from = lines[..row].iter().rev().take(NEAR).position(is_credit);
        let digits = |offset: usize| {
            let shape = lines.get(row + offset).map(|line| &line.shape);
            shape.map_or(0, |shape| 1 + share(shape.digits as f32, shape.chars as f32))
        };
        let neighbour = |row: Option<usize>| row.and_then(|row| lines.get(row));
        let title_case = |row: Option<usize>| {
            let counts = neighbour(row).map(|line| &line.counts);
            counts.map_or(0, |counts| 1 + share(counts.capitalised as f32, counts.words as f32))
        };
        let evidence = |row: Option<usize>| neighbour(row).map_or(NONE, |line| line.evidence.rank());
        let is_long = line.folded.len() >= MIN_HELD;
        let finder = memchr::memmem::Finder::new(&line.folded);
        let holds =
            |other: &&Line| other.folded.len() > line.folded.len() && finder.find(other.folded.as_bytes()).is_some();
        let vocabulary = &self.features.vocabulary;
        let own = vocabulary.word_set(row);
        let shared = |other: usize| {
            let (shared, others, own) = vocabulary.overlap(other, &own);
            (1 + share(shared as f32, own as f32), 1 + share(shared as f32, others as f32))
        };
        let top = if row > 0 { shared(0) } else { (0, 0) };
        let next = rows.iter().copied().filter(|other| *other > row).min().map_or((0, 0), shared);
        let texts = self.is_text.iter().skip(row + 1).take(6).filter(|is_text| **is_text).count();
        let values = [
            (C::CopiesAbove, lines[..row].iter().filter(|other| other.hash == line.hash).count().min(20) as u8),
            (C::Holders, if is_long { lines.iter().filter(holds).count().min(20) as u8 } else { 0 }),
            (C::UntilCredit, until.map_or(NONE, |it| it as u8)),
            (C::FromCredit, from.map_or(NONE, |it| it as u8)),
            (C::DigitsBelow1, digits(1)),
            (C::DigitsBelow2, digits(2)),
            (C::TitleCaseAbove1, title_case(row.checked_sub(1))),
            (C::TitleCaseBelow1, title_case(row.checked_add(1))),
            (C::EvidenceAbove1, evidence(row.checked_sub(1))),
            (C::EvidenceBelow1, evidence(row.checked_add(1))),
            (C::InTop, top.0),
            (C::OfTop, top.1),
            (C::BlanksBefore, line.blanks_before.min(20) as u8),
            (C::BlanksAfter, lines.get(row + 1).map_or(NONE, |next| next.blanks_before.min(20) as u8)),
            (C::TextsBelow, texts as u8),
            (C::InNext, next.0),
            (C::OfNext, next.1),
        ];
        for (column, value) in values {
            self.set(column, at, value);
        }
    }

    /// What a candidate has more than the best of the others.
    fn gaps(&mut self, rows: &[usize]) {
        for (of, gap) in [
            (Candidate::BodyPairs, Candidate::PairsGap),
            (Candidate::FirstFound, Candidate::FirstGap),
            (Candidate::Units, Candidate::UnitsGap),
        ] {
            let values = self.matrix.column(of as usize, 0).to_vec();
            for at in 0..rows.len() {
                let best = (0..rows.len()).filter(|other| *other != at).map(|other| values[other]).max();
                let gap_of = best.map_or(NONE, |best| 62 + values[at] / 2 - best / 2);
                self.set(gap, at, gap_of);
            }
        }
    }

    /// How like the record's address each candidate is.
    fn address(&mut self, address: &Address, rows: &[usize]) {
        let likeness: Vec<f32> = rows.iter().map(|&row| address.likeness(&self.lines[row].text)).collect();
        for at in 0..rows.len() {
            let best = (0..rows.len()).filter(|other| *other != at).map(|other| likeness[other]).fold(0.0, f32::max);
            self.set(Candidate::Address, at, 1 + share(likeness[at], 1.0));
            self.set(Candidate::AddressGap, at, 1 + (62.0 + (likeness[at] - best) * 60.0) as u8);
        }
    }
}
