//! Boosted oblivious trees: every level of a tree asks one question of all lines, so that a tree is a table of 64 values and six
//! comparisons of columns (Kohavi 1994; the form that `CatBoost` made popular). Integer sums: the same on every machine.

use serde::{Deserialize, Serialize};

use std::cell::OnceCell;

use super::matrix::{self, Matrix};

/// Questions of a tree.
pub const DEPTH: usize = 6;
/// Values of a tree.
pub const LEAVES: usize = 1 << DEPTH;
/// Leaf values and margins are log-odds in this fraction.
pub const UNIT: f32 = 4096.0;

/// No value is above it.
pub const NEVER: u8 = 127;

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

/// Lines whose answers are looked up together.
const GROUP: usize = matrix::GROUP;
/// One in each byte.
const EACH: u64 = 0x0101_0101_0101_0101;
/// The log-odds of so many lines.
type Group = [i32; GROUP];

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
        let mut sums = vec![[self.bias; GROUP]; matrix.rows().div_ceil(GROUP)];
        let mut from = 0;
        // Four groups share the work of a question; the rest takes no more than it needs.
        for sums in sums.chunks_mut(4) {
            match sums.len() {
                1 => self.add::<1>(matrix, from, sums),
                2 => self.add::<2>(matrix, from, sums),
                _ => self.add::<4>(matrix, from, sums),
            }
            from += 4 * GROUP;
        }
        let mut margins = sums.into_flattened();
        margins.truncate(matrix.rows());
        margins
    }

    /// Adds the answers for the lines of some groups, of which the first begins with a line.
    fn add<const GROUPS: usize>(&self, matrix: &Matrix, from: usize, sums: &mut [Group]) {
        for tree in &self.trees {
            let leaves = tree.leaves_of::<GROUPS>(matrix, from);
            for (sums, leaves) in sums.iter_mut().zip(leaves) {
                tree.answer(leaves, sums);
            }
        }
    }
}

/// The log-odds of a head, judged where somebody asks for them: few lines are noise of an unknown kind, and one may be a lead.
#[derive(Debug, Default)]
pub struct Asked<'a> {
    head: Option<(&'a Ensemble, &'a Matrix)>,
    known: Vec<OnceCell<Group>>,
}

impl<'a> Asked<'a> {
    /// Nothing is judged yet.
    #[must_use]
    pub fn new(head: &'a Ensemble, matrix: &'a Matrix) -> Asked<'a> {
        Asked { head: Some((head, matrix)), known: vec![OnceCell::new(); matrix.rows().div_ceil(GROUP)] }
    }

    /// The log-odds of one line, in [`UNIT`]s; 0 where there is no such line.
    #[must_use]
    pub fn margin(&self, row: usize) -> i32 {
        let (Some((head, matrix)), Some(known)) = (self.head, self.known.get(row / GROUP)) else { return 0 };
        if row >= matrix.rows() {
            return 0;
        }
        let judge = || {
            let mut sums = [[head.bias; GROUP]];
            head.add::<1>(matrix, row - row % GROUP, &mut sums);
            sums[0]
        };
        known.get_or_init(judge)[row % GROUP]
    }
}

impl Tree {
    /// The numbers of the answers for some groups of lines. Eight lines are one number: whether the compiler makes vectors of loops over
    /// bytes is a matter of chance.
    #[inline(never)]
    fn leaves_of<const GROUPS: usize>(&self, matrix: &Matrix, from: usize) -> [[u8; GROUP]; GROUPS] {
        let mut leaves = [0u64; GROUPS];
        for split in &self.splits {
            let values = matrix.lanes::<GROUPS>(usize::from(split.column), split.offset, from);
            // Values and thresholds stay below 128: what is added takes those above the threshold to the highest bit, and none further.
            let to_top = EACH * u64::from(NEVER.saturating_sub(split.threshold));
            for (leaf, values) in leaves.iter_mut().zip(values) {
                let above = u64::from_le_bytes(*values).wrapping_add(to_top) & (EACH * 0x80);
                *leaf = *leaf >> 1 | above;
            }
        }
        // The answer to the last question is the highest bit, that to the first one stands at the bottom now.
        leaves.map(|leaf| (leaf >> (8 - DEPTH) & (EACH * (LEAVES as u64 - 1))).to_le_bytes())
    }

    /// Adds the answers of these numbers. Kept apart so that the compiler gathers them in a vector.
    #[inline(never)]
    fn answer(&self, leaves: [u8; GROUP], sums: &mut Group) {
        let answers: [i16; GROUP] = std::array::from_fn(|lane| self.leaves[usize::from(leaves[lane]) % LEAVES]);
        for (sum, answer) in sums.iter_mut().zip(answers) {
            *sum += i32::from(answer);
        }
    }

    /// The number of the answer for one line.
    #[must_use]
    pub fn leaf(&self, matrix: &Matrix, row: usize) -> usize {
        self.leaf_by(|split| matrix.value(usize::from(split.column), split.offset, row))
    }

    /// The number of the answer, given the value that a question looks at.
    pub fn leaf_by(&self, mut value: impl FnMut(&Split) -> u8) -> usize {
        let questions = self.splits.iter().enumerate();
        questions.fold(0, |leaf, (level, split)| leaf | usize::from(value(split) > split.threshold) << level)
    }
}

/// The probability of log-odds in [`UNIT`]s.
#[must_use]
pub fn probability(margin: i32) -> f32 {
    1.0 / (1.0 + (-(margin as f32) / UNIT).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A table of which every cell is a draw.
    fn matrix(rows: usize) -> Matrix {
        let mut matrix = Matrix::new(5, rows);
        let mut draw = 7u32;
        for column in 0..5 {
            for row in 0..rows {
                draw = draw.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                matrix.set(column, row, (draw >> 25) as u8);
            }
        }
        matrix
    }

    fn tree(seed: i16) -> Tree {
        let split = |level: i16| Split {
            column: ((seed + level) % 5) as u16,
            offset: ((seed * 3 + level) % 9 - 4) as i8,
            threshold: ((seed * 17 + level * 29) % 120) as u8,
        };
        let leaves = std::array::from_fn(|leaf| seed * 31 - leaf as i16 * 11);
        Tree { splits: std::array::from_fn(|level| split(level as i16)), leaves }
    }

    #[test]
    fn many_lines_at_once_are_judged_as_one_by_one() {
        let ensemble = Ensemble { bias: -5, trees: (1..20).map(tree).collect() };
        for rows in [0, 1, 7, 8, 9, 15, 16, 17, 24, 25, 32, 33, 40, 56, 57, 129] {
            let matrix = matrix(rows);
            let expected: Vec<i32> = (0..rows).map(|row| ensemble.margin(&matrix, row)).collect();
            assert_eq!(ensemble.margins(&matrix), expected, "{rows} lines");
            let asked = Asked::new(&ensemble, &matrix);
            assert!((0..rows).rev().all(|row| asked.margin(row) == expected[row]), "{rows} lines");
            assert_eq!(asked.margin(rows), 0);
        }
    }

    #[test]
    fn a_tree_asks_neighbours_and_finds_none_outside_the_record() {
        let mut matrix = Matrix::new(1, 2);
        matrix.set(0, 0, 9);
        matrix.set(0, 1, 1);
        let ask = Split { column: 0, offset: -1, threshold: 5 };
        let never = Split { column: 0, offset: 0, threshold: NEVER };
        let mut splits = [never; DEPTH];
        splits[0] = ask;
        let mut leaves = [0; LEAVES];
        leaves[1] = 100;
        // Only the second line has a line with more than 5 above it.
        assert_eq!(Ensemble { bias: 0, trees: vec![Tree { splits, leaves }] }.margins(&matrix), [0, 100]);
    }

    #[test]
    fn log_odds_are_probabilities() {
        for (margin, expected) in
            [(0, 0.5), (UNIT as i32, 0.731), (-(UNIT as i32), 0.269), (i32::MAX, 1.0), (i32::MIN, 0.0)]
        {
            assert!((probability(margin) - expected).abs() < 0.001, "{margin}");
        }
    }
}
