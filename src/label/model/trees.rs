//! Boosted oblivious trees: every level of a tree asks one question of all lines, so that a tree is a table of 64 values and six
//! comparisons of columns (Kohavi 1994; the form that `CatBoost` made popular). Integer sums: the same on every machine.

use serde::{Deserialize, Serialize};

use super::matrix::{LANES, Matrix};

/// Questions of a tree.
pub const DEPTH: usize = 6;
/// Values of a tree.
pub const LEAVES: usize = 1 << DEPTH;
/// Leaf values and margins are log-odds in this fraction.
pub const UNIT: f32 = 4096.0;

/// A question: is the value of a column, some lines up or down, above a threshold?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Split {
    /// Column.
    pub column: u16,
    /// Lines down; up, where negative.
    pub offset: i8,
    /// Values above it set the bit.
    pub threshold: u8,
}

/// Six questions and 64 answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tree {
    /// The questions; the first one gives the lowest bit.
    pub splits: [Split; DEPTH],
    /// The answers, in [`UNIT`]s.
    pub leaves: [i16; LEAVES],
}

/// A sum of trees.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ensemble {
    /// Where the sum begins, in [`UNIT`]s.
    pub bias: i32,
    /// The trees.
    pub trees: Vec<Tree>,
}

/// Tables side by side, their columns counted through.
#[derive(Debug, Clone, Copy)]
pub struct Table<'a>(pub &'a [&'a Matrix]);

impl<'a> Table<'a> {
    /// Number of lines.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.0.first().map_or(0, |matrix| matrix.rows())
    }

    /// A column, see [`Matrix::lanes`].
    #[must_use]
    pub fn lanes(&self, mut column: usize, offset: i8) -> &'a [[u8; LANES]] {
        for matrix in self.0 {
            if column < matrix.columns() {
                return matrix.lanes(column, offset);
            }
            column -= matrix.columns();
        }
        &[]
    }
}

impl Ensemble {
    /// The log-odds of one line, in [`UNIT`]s.
    #[must_use]
    pub fn margin(&self, table: Table, row: usize) -> i32 {
        let leaf = |tree: &Tree| {
            tree.splits.iter().enumerate().fold(0, |leaf, (level, split)| {
                let column = table.lanes(usize::from(split.column), split.offset).as_flattened();
                leaf | usize::from(column.get(row).is_some_and(|value| *value > split.threshold)) << level
            })
        };
        self.bias + self.trees.iter().map(|tree| i32::from(tree.leaves[leaf(tree)])).sum::<i32>()
    }

    /// The log-odds of every line, in [`UNIT`]s.
    #[must_use]
    pub fn margins(&self, table: Table) -> Vec<i32> {
        let rows = table.rows();
        let steps = rows.div_ceil(LANES);
        let mut sums = vec![[self.bias; LANES]; steps];
        let mut leaves = vec![[0u8; LANES]; steps];
        for tree in &self.trees {
            leaves.fill([0; LANES]);
            for (level, split) in tree.splits.iter().enumerate() {
                let bit = 1u8 << level;
                let column = table.lanes(usize::from(split.column), split.offset);
                for (leaves, values) in leaves.iter_mut().zip(column) {
                    for (leaf, &value) in leaves.iter_mut().zip(values) {
                        *leaf |= if value > split.threshold { bit } else { 0 };
                    }
                }
            }
            for (sums, leaves) in sums.iter_mut().zip(&leaves) {
                for (sum, &leaf) in sums.iter_mut().zip(leaves) {
                    *sum += i32::from(tree.leaves[usize::from(leaf) % LEAVES]);
                }
            }
        }
        let mut margins = sums.into_flattened();
        margins.truncate(rows);
        margins
    }
}

/// The probability of log-odds in [`UNIT`]s.
#[must_use]
pub fn probability(margin: i32) -> f32 {
    1.0 / (1.0 + (-(margin as f32) / UNIT).exp())
}
