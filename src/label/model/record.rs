//! What the head that knows pages without an article sees: the record as one row.
//!
//! Four times the columns of the lines: their mean over what is expected to be text, that of the surest line of text, that of the
//! likeliest title, and their mean over all lines. On listing pages nothing is like the text of an article except single teasers.

use super::features::Features;
use super::matrix::{MAX_VALUE, Matrix};
use super::trees::probability;

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
    let lines = &features.matrix;
    let columns = lines.columns();
    let mut matrix = Matrix::new(VIEWS * columns, 1);
    let (surest, likeliest) = (highest(text), highest(title));
    let weight: Vec<f32> =
        text.iter().zip(&features.chars).map(|(&margin, chars)| probability(margin) * chars.min(600.0)).collect();
    let total: f32 = weight.iter().sum();
    for column in 0..columns {
        let values = lines.column(column, 0);
        let of_text: f32 = values.iter().zip(&weight).map(|(&value, weight)| f32::from(value) * weight).sum();
        let of_all: u32 = values.iter().map(|&value| u32::from(value)).sum();
        let views = [
            (of_text / total.max(f32::MIN_POSITIVE)).round() as u8,
            values.get(surest).copied().unwrap_or(0),
            values.get(likeliest).copied().unwrap_or(0),
            (of_all as f32 / values.len().max(1) as f32).round() as u8,
        ];
        for (view, value) in views.into_iter().enumerate() {
            matrix.set(view * columns + column, 0, value.min(MAX_VALUE - 1));
        }
    }
    matrix
}
