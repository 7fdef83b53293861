//! What the second stage sees beside the first: the first stage's opinion of the line, of its neighbours and of the record.

use super::features::{Column, FIRST_STAGE, Features, Sums, best_run};
use super::matrix::{columns, log, share, signed_log};
use super::trees::{UNIT, probability};

columns! {
    /// The columns that the second stage adds.
    pub enum Second SECOND;
    Odds "first opinion, log-odds";
    Near2 "mean opinion of two lines each way, by length";
    Near5 "mean opinion of five lines each way, by length";
    Near12 "mean opinion of twelve lines each way, by length";
    Near30 "mean opinion of thirty lines each way, by length";
    Above5 "mean opinion of five lines above, by length";
    Below5 "mean opinion of five lines below, by length";
    TextAbove "share of the expected text above";
    TextBelow "share of the expected text below";
    TextChars "expected characters of text, log";
    TextShare "share of the record that is expected to be text";
    Surest "surest line of the record";
    SureLines "lines that are rather text, log";
    SinceSure "lines since a sure line, log";
    UntilSure "lines until a sure line, log";
    FromFirst "lines from the first sure line, signed log";
    FromLast "lines from the last sure line, signed log";
    NoiseSince "characters of noise since the last sure line, log";
    NoiseUntil "characters of noise until the next sure line, log";
    InRun "inside the best run";
    FromRun "lines from the best run, signed log";
    BlockChars "expected characters of the run of text lines, log";
    BlockRank "how many runs of text lines are longer";
    BlockOfBest "length of the run by the longest run";
    GapAbove "noise characters between this run and the one above, log";
    BlockWords "share of the run's content words known to the longest run";
    BlockPairs "share of the run's pairs known to the longest run";
    TopicWords "share of content words known to the sure lines";
    TopicPairs "share of pairs known to the sure lines";
    LikeUnits "words, by those of the sure lines";
    LikeStop "stop, by the sure lines";
    LikeTitleCase "capitals, by the sure lines";
    LikeStopWords "short words, by the sure lines";
    LikeBlanks "blank lines above, by the sure lines";
    LikeWordLength "length of words, by the sure lines";
    PartChars "expected characters of the text between two lines of noise, log";
    PartWords "share of that part's content words known to the text outside it";
    PartPairs "share of that part's pairs known to the text outside it";
    OutsidePairs "share of the line's pairs known to the text outside its part";
    Runs "runs of text lines in the record";
    BestRunShare "share of the expected text in the longest run";
    TitleSurest "is the title, log-odds of the likeliest line";
    TitleOdds "is the title, log-odds";
    SinceTitle "lines from the likeliest title, signed log";
    TitleWords "share of the words found in the likeliest title";
    TitleFound "share of the likeliest title's words found here";
}

/// Opinion from which a line counts as surely text.
const SURE: f32 = 0.8;
/// Share of the text that must stand outside a part for it to be compared with.
const MIN_OUTSIDE: f32 = 0.2;
/// Opinion from which a line counts to a run of text.
const RATHER: f32 = 0.5;

/// Log-odds as a value of a column.
pub(super) fn odds(margin: i32) -> u8 {
    (margin as f32 / UNIT * 9.0 + 62.0).clamp(0.0, 125.0) as u8
}

/// Fills the columns. `margins` are the first stage's log-odds that a line is text, `titles` those that it is the title.
pub fn read(features: &mut Features, margins: &[i32], titles: &[i32]) {
    features.matrix.clear_from(FIRST_STAGE);
    if margins.is_empty() {
        return;
    }
    let opinion: Vec<f32> = margins.iter().map(|&margin| probability(margin)).collect();
    let mut writer = Writer { opinion: &opinion, features };
    writer.opinions(margins);
    writer.sure_lines();
    writer.runs();
    writer.parts();
    writer.likeness();
    writer.titles(titles);
}

struct Writer<'a> {
    opinion: &'a [f32],
    features: &'a mut Features,
}

impl Writer<'_> {
    fn set(&mut self, column: Second, row: usize, value: u8) {
        self.features.matrix.set(FIRST_STAGE + column as usize, row, value);
    }

    fn fill(&mut self, column: Second, value: u8) {
        self.features.matrix.column_mut(FIRST_STAGE + column as usize).fill(value.min(125) + 1);
    }

    fn length(&self, row: usize) -> f32 {
        self.features.chars[row].min(600.0)
    }

    fn opinions(&mut self, margins: &[i32]) {
        let rows = self.opinion.len();
        let weight: Vec<f32> = (0..rows).map(|row| self.length(row) + 10.0).collect();
        let product: Vec<f32> = weight.iter().zip(self.opinion).map(|(weight, opinion)| weight * opinion).collect();
        let (weights, products) = (Sums::of(&weight), Sums::of(&product));
        for row in 0..rows {
            self.set(Second::Odds, row, odds(margins[row]));
            for (column, reach) in [(Second::Near2, 2), (Second::Near5, 5), (Second::Near12, 12), (Second::Near30, 30)]
            {
                let others = weights.around(row, reach) - weight[row];
                self.set(column, row, share(products.around(row, reach) - product[row], others));
            }
            let above = row.saturating_sub(5)..row;
            let below = (row + 1).min(rows)..(row + 6).min(rows);
            for (column, range) in [(Second::Above5, above), (Second::Below5, below)] {
                let all: f32 = weight[range.clone()].iter().sum();
                self.set(column, row, share(product[range].iter().sum(), all));
            }
        }
    }

    fn sure_lines(&mut self) {
        let rows = self.opinion.len();
        let expected: Vec<f32> = (0..rows).map(|row| self.opinion[row] * self.length(row)).collect();
        let total: f32 = expected.iter().sum();
        let length: f32 = (0..rows).map(|row| self.length(row)).sum();
        let best = (0..rows).fold(0, |best, row| if self.opinion[row] > self.opinion[best] { row } else { best });
        let mut sure: Vec<bool> = self.opinion.iter().map(|&opinion| opinion > SURE).collect();
        if !sure.contains(&true) {
            sure[best] = true;
        }
        self.fill(Second::TextChars, log(total as usize));
        self.fill(Second::TextShare, share(total, length));
        self.fill(Second::Surest, share(self.opinion[best], 1.0));
        self.fill(Second::SureLines, log(self.opinion.iter().filter(|&&opinion| opinion > RATHER).count()));
        let first = sure.iter().position(|&sure| sure).unwrap_or(0);
        let last = sure.iter().rposition(|&sure| sure).unwrap_or(0);
        let mut above = 0.0;
        let mut since: Option<(usize, f32)> = None;
        for row in 0..rows {
            self.set(Second::TextAbove, row, share(above, total));
            above += expected[row];
            self.set(Second::TextBelow, row, share(total - above, total));
            self.set(Second::FromFirst, row, signed_log(row as isize - first as isize));
            self.set(Second::FromLast, row, signed_log(row as isize - last as isize));
            self.set(Second::SinceSure, row, since.map_or(125, |(lines, _)| log(lines)));
            self.set(Second::NoiseSince, row, since.map_or(125, |(_, noise)| log(noise as usize)));
            let noise = (1.0 - self.opinion[row]) * self.length(row);
            since = if sure[row] { Some((0, 0.0)) } else { since.map(|(lines, sum)| (lines + 1, sum + noise)) };
        }
        let mut until: Option<(usize, f32)> = None;
        for row in (0..rows).rev() {
            self.set(Second::UntilSure, row, until.map_or(125, |(lines, _)| log(lines)));
            self.set(Second::NoiseUntil, row, until.map_or(125, |(_, noise)| log(noise as usize)));
            let noise = (1.0 - self.opinion[row]) * self.length(row);
            until = if sure[row] { Some((0, 0.0)) } else { until.map(|(lines, sum)| (lines + 1, sum + noise)) };
        }
        let score: Vec<f32> = (0..rows).map(|row| (self.opinion[row] - 0.4) * self.length(row)).collect();
        let (start, end, _) = best_run(&score);
        for row in 0..rows {
            self.set(Second::InRun, row, u8::from((start..=end).contains(&row)));
            let distance = if row < start { row as isize - start as isize } else { row.saturating_sub(end) as isize };
            self.set(Second::FromRun, row, signed_log(distance));
        }
        let confident: Vec<bool> = self.opinion.iter().map(|&opinion| opinion > 0.6).collect();
        self.features.vocabulary.count(|row| confident[row]);
        for (row, &confident) in confident.iter().enumerate() {
            let (words, pairs) = self.features.vocabulary.known(row, confident);
            self.set(Second::TopicWords, row, words.map_or(0, |known| 1 + share(known, 1.0)));
            self.set(Second::TopicPairs, row, pairs.map_or(0, |known| 1 + share(known, 1.0)));
        }
    }

    /// Runs of lines that are rather text, with single doubtful lines allowed between: the longest is the article, others may be
    /// comments, teasers, a second story.
    fn runs(&mut self) {
        let rows = self.opinion.len();
        let mut runs: Vec<(usize, usize, f32)> = Vec::new();
        for row in (0..rows).filter(|&row| self.opinion[row] > RATHER) {
            let length = self.length(row);
            match runs.last_mut() {
                Some((_, last, sum)) if row - *last <= 2 => {
                    *last = row;
                    *sum += length;
                }
                _ => runs.push((row, row, length)),
            }
        }
        let Some(best) = runs.iter().copied().reduce(|best, run| if run.2 > best.2 { run } else { best }) else {
            return;
        };
        let opinion = self.opinion;
        self.features.vocabulary.count(|row| (best.0..=best.1).contains(&row) && opinion[row] > RATHER);
        let all: f32 = runs.iter().map(|run| run.2).sum();
        self.fill(Second::Runs, runs.len().min(100) as u8);
        self.fill(Second::BestRunShare, share(best.2, all));
        let mut end_above = None;
        let mut sums: Vec<f32> = runs.iter().map(|run| run.2).collect();
        sums.sort_by(|a, b| b.total_cmp(a));
        for &(first, last, sum) in &runs {
            let rank = sums.partition_point(|other| *other > sum);
            let is_best = first == best.0;
            let (mut words, mut pairs, mut weight) = (0.0, 0.0, 0.0);
            for (row, &opinion) in opinion.iter().enumerate().take(last + 1).skip(first) {
                let counted = is_best && opinion > RATHER;
                let (known_words, known_pairs) = self.features.vocabulary.known(row, counted);
                let length = self.length(row);
                words += known_words.unwrap_or(0.0) * length;
                pairs += known_pairs.unwrap_or(0.0) * length;
                weight += length;
            }
            let gap = end_above
                .map_or(125, |above: usize| log((above + 1..first).map(|row| self.length(row)).sum::<f32>() as usize));
            end_above = Some(last);
            for row in first..=last {
                self.set(Second::BlockChars, row, log(sum as usize));
                self.set(Second::BlockRank, row, 1 + rank.min(100) as u8);
                self.set(Second::BlockOfBest, row, share(sum, best.2));
                self.set(Second::GapAbove, row, gap);
                self.set(Second::BlockWords, row, share(words, weight));
                self.set(Second::BlockPairs, row, share(pairs, weight));
            }
        }
    }

    /// Parts of the text between lines that are rather noise: a second story behind the article knows little of what stands outside
    /// it. Its own lines know each other, so that they are left out.
    fn parts(&mut self) {
        let rows = self.opinion.len();
        let opinion = self.opinion;
        let is_text = |row: usize| opinion[row] > RATHER;
        self.features.vocabulary.count(is_text);
        let all: f32 = (0..rows).filter(|&row| is_text(row)).map(|row| self.length(row)).sum();
        let mut start = 0;
        while start < rows {
            if !is_text(start) {
                // A line of noise is compared with all of the text.
                let (_, pairs) = self.features.vocabulary.known(start, false);
                self.set(Second::OutsidePairs, start, pairs.map_or(0, |known| 1 + share(known, 1.0)));
                start += 1;
                continue;
            }
            let end = (start..rows).find(|&row| !is_text(row)).unwrap_or(rows);
            let own: f32 = (start..end).map(|row| self.length(row)).sum();
            for row in start..end {
                self.set(Second::PartChars, row, log(own as usize));
            }
            // Where hardly any text stands outside, nothing can be said.
            if all - own >= MIN_OUTSIDE * all {
                self.compare_part(start, end, own);
            }
            start = end;
        }
    }

    fn compare_part(&mut self, start: usize, end: usize, own: f32) {
        for row in start..end {
            self.features.vocabulary.count_line(row, -1);
        }
        let (mut words, mut pairs) = (0.0, 0.0);
        for row in start..end {
            let (known_words, known_pairs) = self.features.vocabulary.known(row, false);
            words += known_words.unwrap_or(0.0) * self.length(row);
            pairs += known_pairs.unwrap_or(0.0) * self.length(row);
            self.set(Second::OutsidePairs, row, known_pairs.map_or(0, |known| 1 + share(known, 1.0)));
        }
        for row in start..end {
            self.set(Second::PartWords, row, 1 + share(words, own));
            self.set(Second::PartPairs, row, 1 + share(pairs, own));
            self.features.vocabulary.count_line(row, 1);
        }
    }

    /// How far the form of a line is that of the sure lines.
    fn likeness(&mut self) {
        let rows = self.opinion.len();
        let columns = [
            (Column::Units, Second::LikeUnits),
            (Column::Stop, Second::LikeStop),
            (Column::TitleCase, Second::LikeTitleCase),
            (Column::StopWords, Second::LikeStopWords),
            (Column::BlanksBefore, Second::LikeBlanks),
            (Column::WordLength, Second::LikeWordLength),
        ];
        for (source, column) in columns {
            let values = self.features.matrix.column(source as usize, 0);
            let (mut sum, mut weight) = (0.0, 0.0);
            for row in (0..rows).filter(|&row| self.opinion[row] > 0.6) {
                sum += f32::from(values[row]) * self.length(row);
                weight += self.length(row);
            }
            let mean = if weight > 0.0 { sum / weight } else { 62.0 };
            // Flags and small counts differ by little; they are spread so that the trees can cut between them.
            let scale = if matches!(source, Column::Stop | Column::BlanksBefore) { 20.0 } else { 1.0 };
            let values: Vec<u8> = values
                .iter()
                .map(|&value| ((f32::from(value) - mean) * scale + 62.0).clamp(0.0, 125.0) as u8)
                .collect();
            for (row, value) in values.into_iter().enumerate() {
                self.set(column, row, value);
            }
        }
    }

    fn titles(&mut self, titles: &[i32]) {
        let rows = titles.len();
        let best = (0..rows).fold(0, |best, row| if titles[row] > titles[best] { row } else { best });
        let words = self.features.vocabulary.word_set(best);
        self.fill(Second::TitleSurest, odds(titles[best]));
        for (row, &title) in titles.iter().enumerate() {
            self.set(Second::TitleOdds, row, odds(title));
            self.set(Second::SinceTitle, row, signed_log(row as isize - best as isize));
            let (shared, own, whole) = self.features.vocabulary.overlap(row, &words);
            self.set(Second::TitleWords, row, share(shared as f32, own as f32));
            self.set(Second::TitleFound, row, share(shared as f32, whole as f32));
        }
    }
}
