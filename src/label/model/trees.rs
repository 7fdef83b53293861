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

impl Ensemble {
    /// The log-odds of one line, in [`UNIT`]s.
    #[must_use]
    pub fn margin(&self, matrix: &Matrix, row: usize) -> i32 {
        self.bias + self.trees.iter().map(|tree| i32::from(tree.leaves[tree.leaf(matrix, row)])).sum::<i32>()
    }

    /// The log-odds of every line, in [`UNIT`]s.
    #[must_use]
    pub fn margins(&self, matrix: &Matrix) -> Vec<i32> {
        let rows = matrix.rows();
        let mut sums = vec![[self.bias; LANES]; rows.div_ceil(LANES)];
        for (step, sums) in sums.iter_mut().enumerate() {
            for tree in &self.trees {
                let leaves = tree.leaves_of(matrix, step * LANES);
                for (sum, leaf) in sums.iter_mut().zip(leaves) {
                    *sum += i32::from(tree.leaves[usize::from(leaf) % LEAVES]);
                }
            }
        }
        let mut margins = sums.into_flattened();
        margins.truncate(rows);
        margins
    }
}

impl Tree {
    /// The numbers of the answers for [`LANES`] lines from `row` on. Kept apart so that the compiler sees six comparisons of vectors.
    #[inline(never)]
    fn leaves_of(&self, matrix: &Matrix, row: usize) -> [u8; LANES] {
        let mut leaves = [0u8; LANES];
        for (level, split) in self.splits.iter().enumerate() {
            let values = matrix.lanes(usize::from(split.column), split.offset, row);
            // Values stay below 128: signed bytes are what processors compare.
            let above: [u8; LANES] =
                std::array::from_fn(|lane| if values[lane] as i8 > split.threshold as i8 { 1 << level } else { 0 });
            for (leaf, above) in leaves.iter_mut().zip(above) {
                *leaf |= above;
            }
        }
        leaves
    }

    /// The number of the answer for one line.
    #[must_use]
    pub fn leaf(&self, matrix: &Matrix, row: usize) -> usize {
        self.splits.iter().enumerate().fold(0, |leaf, (level, split)| {
            let value = matrix.lanes(usize::from(split.column), split.offset, row)[0];
            leaf | usize::from(value > split.threshold) << level
        })
    }
}

/// The probability of log-odds in [`UNIT`]s.
#[must_use]
pub fn probability(margin: i32) -> f32 {
    1.0 / (1.0 + (-(margin as f32) / UNIT).exp())
}
