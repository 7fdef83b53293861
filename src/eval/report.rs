//! Sums scores up by set and language.

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};

use super::Outcome;
use super::gold::Gold;
use super::score::{Prf, score};
use crate::document::Label;

/// Scores of many records, added one by one.
#[derive(Debug, Default)]
pub struct Report {
    rows: Vec<Row>,
    /// (set, gold label, label) of lines with fine labels.
    confusion: BTreeMap<(String, Label, Label), usize>,
    /// Pages without an article: how many, how many were rejected.
    negatives: (usize, usize),
    /// (set) body lines, lost body lines of records without noise.
    clean: BTreeMap<String, (usize, usize)>,
    /// By tenths of confidence: lines, those rightly kept or cut.
    confidence: [(usize, usize); 10],
}

#[derive(Debug)]
struct Row {
    id: String,
    set: String,
    language: String,
    lines: (usize, usize, usize),
    text: Prf,
    title: Option<bool>,
    rejected: bool,
}

/// Means of some rows.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Summary {
    /// Records.
    pub records: usize,
    /// Lines, pooled.
    pub lines: Prf,
    /// Text by shingles, mean of the records.
    pub text: Prf,
    /// Share of records with a text F1 of at least .95.
    pub good: f64,
    /// Share of records with a text recall below .5.
    pub destroyed: f64,
    /// Share of right titles.
    pub title: Option<f64>,
    /// Share of records that were rejected although they have an article.
    pub rejected: f64,
}

impl Report {
    /// Adds a record.
    pub fn add(&mut self, gold: &Gold, outcome: &Outcome) {
        if gold.is_negative() {
            self.negatives.0 += 1;
            self.negatives.1 += usize::from(!outcome.has_article);
            return;
        }
        let lines: Vec<&str> = gold.raw_text.split('\n').collect();
        let title = outcome.title.and_then(|line| lines.get(line)).map(|line| line.trim());
        let scored = score(gold, &outcome.kept, title);
        let set = if gold.labels_fine.is_empty() { gold.variant.clone() } else { gold.corpus.clone() };
        self.count_lines(gold, outcome, &set);
        self.rows.push(Row {
            id: gold.id.clone(),
            set,
            language: gold.lang.clone(),
            lines: scored.lines,
            text: scored.text,
            title: scored.title,
            rejected: !outcome.has_article,
        });
    }

    fn count_lines(&mut self, gold: &Gold, outcome: &Outcome, set: &str) {
        for (line, label) in gold.labels.iter().enumerate() {
            if label == "blank" || line >= outcome.labels.len() {
                continue;
            }
            let (got, kept) = (outcome.labels[line], outcome.kept[line]);
            if let Some(fine) = gold.fine(line) {
                *self.confusion.entry((set.to_owned(), fine, got)).or_default() += 1;
            }
            // What the confidence is about: rightly kept or cut, not the kind of noise.
            let right = match label.as_str() {
                "title" => got == Label::Title,
                label => kept == (label == "body"),
            };
            let tenth = ((outcome.confidence[line] * 10.0) as usize).min(9);
            self.confidence[tenth].0 += 1;
            self.confidence[tenth].1 += usize::from(right);
            if gold.no_noise && label == "body" {
                let clean = self.clean.entry(set.to_owned()).or_default();
                clean.0 += 1;
                clean.1 += usize::from(!kept);
            }
        }
    }

    /// The sets, in order.
    #[must_use]
    pub fn sets(&self) -> Vec<String> {
        let mut sets: Vec<String> = self.rows.iter().map(|row| row.set.clone()).collect();
        sets.sort();
        sets.dedup();
        sets
    }

    fn of<'a>(&'a self, set: &'a str) -> impl Iterator<Item = &'a Row> {
        self.rows.iter().filter(move |row| row.set == set)
    }

    /// Means of a set, or of one language of it.
    #[must_use]
    pub fn summary(&self, set: &str, language: Option<&str>) -> Summary {
        let rows: Vec<&Row> = self.of(set).filter(|row| language.is_none_or(|it| it == row.language)).collect();
        summary(&rows)
    }

    /// Means by language of a set, commonest first.
    #[must_use]
    pub fn languages(&self, set: &str) -> Vec<(String, Summary)> {
        let mut by: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
        for row in self.of(set) {
            by.entry(&row.language).or_default().push(row);
        }
        let mut languages: Vec<(String, Summary)> =
            by.into_iter().map(|(language, rows)| (language.to_owned(), summary(&rows))).collect();
        languages.sort_by(|a, b| b.1.records.cmp(&a.1.records).then_with(|| a.0.cmp(&b.0)));
        languages
    }

    /// Mean over the languages of the text F1 of a set.
    #[must_use]
    pub fn macro_f1(&self, set: &str) -> f64 {
        let languages = self.languages(set);
        languages.iter().map(|(_, summary)| summary.text.f1).sum::<f64>() / languages.len().max(1) as f64
    }

    /// Share of lines with the right fine label; none where a set has no fine labels.
    #[must_use]
    pub fn fine_accuracy(&self, set: &str) -> Option<f64> {
        let of_set = || self.confusion.iter().filter(|((of, ..), _)| of == set);
        let all: usize = of_set().map(|(_, count)| count).sum();
        let right: usize = of_set().filter(|((_, gold, got), _)| gold == got).map(|(_, count)| count).sum();
        (all > 0).then(|| right as f64 / all as f64)
    }

    /// Share of body lines lost in the records of a set that have no noise.
    #[must_use]
    pub fn clean_loss(&self, set: &str) -> Option<f64> {
        self.clean.get(set).map(|(all, lost)| *lost as f64 / (*all).max(1) as f64)
    }

    /// Pages without an article: how many, how many were rejected.
    #[must_use]
    pub fn negatives(&self) -> (usize, usize) {
        self.negatives
    }

    /// Of the lines with a confidence of at least `from`: how many, the share of right ones.
    #[must_use]
    pub fn confident(&self, from: f32) -> (usize, f64) {
        let tenths = &self.confidence[((from * 10.0).round() as usize).min(9)..];
        let (all, right) = tenths.iter().fold((0, 0), |sum, tenth| (sum.0 + tenth.0, sum.1 + tenth.1));
        (all, right as f64 / all.max(1) as f64)
    }
}

fn summary(rows: &[&Row]) -> Summary {
    let number = rows.len().max(1) as f64;
    let mean = |value: &dyn Fn(&Row) -> f64| rows.iter().map(|row| value(row)).sum::<f64>() / number;
    let pooled =
        rows.iter().fold((0, 0, 0), |sum, row| (sum.0 + row.lines.0, sum.1 + row.lines.1, sum.2 + row.lines.2));
    let titles: Vec<bool> = rows.iter().filter_map(|row| row.title).collect();
    let share = |flag: bool| f64::from(u8::from(flag));
    Summary {
        records: rows.len(),
        lines: Prf::of(pooled.0, pooled.1, pooled.2),
        text: Prf {
            precision: mean(&|row| row.text.precision),
            recall: mean(&|row| row.text.recall),
            f1: mean(&|row| row.text.f1),
        },
        good: mean(&|row| share(row.text.f1 >= 0.95)),
        destroyed: mean(&|row| share(row.text.recall < 0.5)),
        title: (!titles.is_empty()).then(|| titles.iter().filter(|&&right| right).count() as f64 / titles.len() as f64),
        rejected: mean(&|row| share(row.rejected)),
    }
}

fn line(f: &mut Formatter, name: &str, summary: &Summary) -> fmt::Result {
    let Summary { records, lines, text, good, destroyed, title, rejected } = summary;
    let title = title.map_or("-".to_owned(), |title| format!("{title:.3}"));
    writeln!(
        f,
        "  {name:10} {records:5} | {:.3} {:.3} {:.3} | {:.3} {:.3} {:.4} | {:5.1} % {:5.1} % | {title:5} | {:.1} %",
        lines.precision,
        lines.recall,
        lines.f1,
        text.precision,
        text.recall,
        text.f1,
        good * 100.0,
        destroyed * 100.0,
        rejected * 100.0
    )
}

impl Display for Report {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        for set in self.sets() {
            writeln!(f, "{set}")?;
            writeln!(
                f,
                "  language   texts | lines P R F1        | text P R F1        | >= .95  destroyed | title | rejected"
            )?;
            let languages = self.languages(&set);
            for (language, summary) in &languages {
                line(f, language, summary)?;
            }
            line(f, "all", &self.summary(&set, None))?;
            writeln!(f, "  macro text F1 {:.4}", self.macro_f1(&set))?;
            if let Some(accuracy) = self.fine_accuracy(&set) {
                writeln!(f, "  fine labels right: {accuracy:.4}")?;
                let mut wrong: Vec<(&(String, Label, Label), &usize)> =
                    self.confusion.iter().filter(|((of, gold, got), _)| *of == set && gold != got).collect();
                wrong.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
                for ((_, gold, got), count) in wrong.into_iter().take(14) {
                    writeln!(f, "    {:15} taken for {:15} {count}", gold.as_str(), got.as_str())?;
                }
            }
            if let Some(loss) = self.clean_loss(&set) {
                writeln!(f, "  body lines lost where nothing is noise: {:.2} %", loss * 100.0)?;
            }
            let mut worst: Vec<&Row> = self.of(&set).collect();
            worst.sort_by(|a, b| a.text.f1.total_cmp(&b.text.f1).then_with(|| a.id.cmp(&b.id)));
            let worst: Vec<String> =
                worst.iter().take(10).map(|row| format!("{} ({:.2})", row.id, row.text.f1)).collect();
            writeln!(f, "  worst: {}\n", worst.join(", "))?;
        }
        let (all, rejected) = self.negatives;
        if all > 0 {
            writeln!(f, "pages without an article: {rejected} of {all} rejected")?;
        }
        writeln!(f, "confidence   lines   right")?;
        for (tenth, (all, right)) in self.confidence.iter().enumerate().filter(|(_, tenth)| tenth.0 > 0) {
            writeln!(f, "  >= .{tenth}    {all:7}   {:.3}", *right as f64 / *all as f64)?;
        }
        let (all, right) = self.confident(0.9);
        writeln!(f, "of {all} lines with a confidence of .9 and more {:.1} % are right", right * 100.0)
    }
}
