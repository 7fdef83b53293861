//! What the head that knows pages without an article sees: the record as one row.
//!
//! Four times the columns of the lines: their mean over what is expected to be text, that of the surest line of text, that of the
//! likeliest title, and their mean over all lines. On listing pages nothing is like the text of an article except single teasers.

use super::features::Features;
use super::matrix::{MAX_VALUE, Matrix};
use super::trees::{Ensemble, Split, probability};

/// Rows that are put side by side.
pub const VIEWS: usize = 4;

/// The line with the highest margin; the first of several.
#[must_use]
pub fn highest(margins: &[i32]) -> usize {
    (0..margins.len()).max_by_key(|&row| (margins[row], std::cmp::Reverse(row))).unwrap_or(0)
}

/// Reads the row. `text` and `title` are the first stage's log-odds, and the columns of the second stage must be filled.
#[must_use]
pub fn read(features: &Features, text: &[i32], title: &[i32]) -> Matrix {
    let record = Record::new(features, text, title);
    let columns = VIEWS * features.matrix.columns();
    let mut matrix = Matrix::new(columns, 1);
    for column in 0..columns {
        matrix.column_mut(column)[0] = record.value(column);
    }
    matrix
}

/// The log-odds of a head for that row. Only the columns that its trees look at are read.
#[must_use]
pub fn margin(head: &Ensemble, features: &Features, text: &[i32], title: &[i32]) -> i32 {
    let record = Record::new(features, text, title);
    // No value is 0.
    let mut known = vec![0; VIEWS * features.matrix.columns()];
    let mut value = |split: &Split| {
        // The record has no neighbours.
        let known = known.get_mut(usize::from(split.column)).filter(|_| split.offset == 0);
        known.map_or(0, |known| {
            if *known == 0 {
                *known = record.value(usize::from(split.column));
            }
            *known
        })
    };
    head.bias + head.trees.iter().map(|tree| i32::from(tree.leaves[tree.leaf_by(&mut value)])).sum::<i32>()
}

/// A record whose columns are put together one by one.
struct Record<'a> {
    lines: &'a Matrix,
    /// Characters that are expected to be text, by line, and their sum.
    weight: Vec<f32>,
    total: f32,
    surest: usize,
    likeliest: usize,
}

impl<'a> Record<'a> {
    fn new(features: &'a Features, text: &[i32], title: &[i32]) -> Record<'a> {
        let weight: Vec<f32> =
            text.iter().zip(&features.chars).map(|(&margin, chars)| probability(margin) * chars.min(600.0)).collect();
        let total = weight.iter().sum();
        Record { lines: &features.matrix, weight, total, surest: highest(text), likeliest: highest(title) }
    }

    /// The value of a column, from 1.
    fn value(&self, column: usize) -> u8 {
        let values = self.lines.column(column % self.lines.columns(), 0);
        let value = match column / self.lines.columns() {
            0 => {
                let of_text: f32 =
                    values.iter().zip(&self.weight).map(|(&value, weight)| f32::from(value) * weight).sum();
                (of_text / self.total.max(f32::MIN_POSITIVE)).round() as u8
            }
            1 => values.get(self.surest).copied().unwrap_or(0),
            2 => values.get(self.likeliest).copied().unwrap_or(0),
            _ => {
                let of_all: u32 = values.iter().map(|&value| u32::from(value)).sum();
                (of_all as f32 / values.len().max(1) as f32).round() as u8
            }
        };
        value.min(MAX_VALUE - 1) + 1
    }
}
