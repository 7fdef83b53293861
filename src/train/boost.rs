//! Fits boosted oblivious trees: second-order gradient boosting of the logistic loss over histograms (Friedman 2001; Chen and
//! Guestrin 2016), rows drawn by the size of their gradient (minimal variance sampling, Ibragimov and Gusev 2019).
//!
//! Deterministic: draws are hashes of seed, tree and row, sums run in one order whatever the number of threads.

use rayon::prelude::*;

use crate::label::model::matrix::{Matrix, REACH};
use crate::label::model::trees::{DEPTH, Ensemble, LEAVES, NEVER, Split, Tree, UNIT};

/// Values of a column are below this.
const BINS: usize = 128;

/// Columns of many records one behind the other, each with its rows of zeros.
#[derive(Debug, Default)]
pub struct Columns {
    /// One vector a column.
    pub cells: Vec<Vec<u8>>,
}

/// What is fitted: rows of [`Columns`] with target and weight.
#[derive(Debug, Default, Clone)]
pub struct Examples {
    /// Row numbers in the columns.
    pub rows: Vec<u32>,
    /// 1 or 0.
    pub target: Vec<f32>,
    /// Weight of each row.
    pub weight: Vec<f32>,
    /// Where the records begin. Given, rows of a record compete: the loss is that of choosing one of them, or none.
    pub groups: Vec<usize>,
}

impl Examples {
    /// Adds a row.
    pub fn push(&mut self, row: u32, target: bool, weight: f32) {
        self.rows.push(row);
        self.target.push(f32::from(u8::from(target)));
        self.weight.push(weight);
    }
}

/// How trees are fitted.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Number of trees.
    pub trees: usize,
    /// Learning rate.
    pub rate: f32,
    /// L2 regularisation of leaf values, in units of the mean weight of a row.
    pub lambda: f32,
    /// Share of rows drawn for each tree.
    pub row_share: f32,
    /// Share of questions drawn for each tree.
    pub question_share: f32,
    /// Columns and offsets that questions may ask for.
    pub questions: Vec<(u16, i8)>,
    /// Seed of all draws.
    pub seed: u64,
}

fn random(seed: u64, a: u64, b: u64) -> f32 {
    let mut z = seed ^ a.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ b.wrapping_mul(0xD1B5_4A32_D192_ED03);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((z ^ (z >> 31)) >> 40) as f32 / (1u64 << 24) as f32
}

/// Rows drawn for one tree.
#[derive(Default)]
struct Sample {
    rows: Vec<u32>,
    /// Gradient and hessian.
    slopes: Vec<[f32; 2]>,
    leaf: Vec<u8>,
}

/// Fits trees.
#[must_use]
pub fn fit(columns: &Columns, examples: &Examples, settings: &Settings) -> Ensemble {
    let mean = examples.weight.iter().sum::<f32>() / examples.weight.len().max(1) as f32;
    let weight: Vec<f32> = examples.weight.iter().map(|weight| weight / mean.max(f32::MIN_POSITIVE)).collect();
    let positive: f32 = weight.iter().zip(&examples.target).map(|(weight, target)| weight * target).sum();
    let all: f32 = weight.iter().sum();
    let rate = (positive / all.max(1.0)).clamp(1e-4, 1.0 - 1e-4);
    // Of competing rows none is likelier than another to begin with, and all together are as likely as none.
    let bias =
        if examples.groups.is_empty() { ((rate / (1.0 - rate)).ln() * UNIT) as i32 } else { -(4.0 * UNIT) as i32 };
    let mut ensemble = Ensemble { bias, trees: Vec::new() };
    let mut margins = vec![bias; examples.rows.len()];
    for number in 0..settings.trees {
        let sample = draw(examples, &weight, &margins, settings, number as u64);
        let questions: Vec<(u16, i8)> = settings
            .questions
            .iter()
            .enumerate()
            .filter(|(at, _)| random(settings.seed ^ 0x5EED, number as u64, *at as u64) < settings.question_share)
            .map(|(_, question)| *question)
            .collect();
        let tree = grow(columns, sample, &questions, settings);
        add(columns, examples, &tree, &mut margins);
        ensemble.trees.push(tree);
    }
    ensemble
}

/// The chance of every row to be the one chosen of its record; choosing none has the log-odds 0.
#[must_use]
pub fn compete(margins: &[i32], groups: &[usize]) -> Vec<f32> {
    let mut chances = vec![0.0; margins.len()];
    for (number, &start) in groups.iter().enumerate() {
        let end = groups.get(number + 1).copied().unwrap_or(margins.len());
        let largest = margins[start..end].iter().copied().max().unwrap_or(0).max(0);
        let size = |margin: i32| ((margin - largest) as f32 / UNIT).exp();
        let all = margins[start..end].iter().map(|&margin| size(margin)).sum::<f32>() + size(0);
        for (chance, &margin) in chances[start..end].iter_mut().zip(&margins[start..end]) {
            *chance = size(margin) / all;
        }
    }
    chances
}

fn draw(examples: &Examples, weight: &[f32], margins: &[i32], settings: &Settings, number: u64) -> Sample {
    let chances: Vec<f32> = if examples.groups.is_empty() {
        margins.par_iter().map(|&margin| crate::label::model::trees::probability(margin)).collect()
    } else {
        compete(margins, &examples.groups)
    };
    let gradients: Vec<(f32, f32)> = chances
        .par_iter()
        .zip(&examples.target)
        .zip(weight)
        .map(|((&p, &target), &weight)| (weight * (target - p), weight * (p * (1.0 - p)).max(1e-4)))
        .collect();
    let size = |&(gradient, hessian): &(f32, f32)| (gradient * gradient + 0.1 * hessian * hessian).sqrt();
    let wanted = settings.row_share * gradients.len() as f32;
    let mut threshold = gradients.iter().map(size).sum::<f32>() / wanted.max(1.0);
    // The threshold at which the chances add up to the wanted number.
    for _ in 0..6 {
        let drawn: f32 = gradients.iter().map(|pair| (size(pair) / threshold).min(1.0)).sum();
        threshold *= drawn / wanted.max(1.0);
        threshold = threshold.max(1e-9);
    }
    let mut sample = Sample::default();
    for (at, pair) in gradients.iter().enumerate() {
        let chance = (size(pair) / threshold).min(1.0);
        if random(settings.seed, number, at as u64) < chance {
            sample.rows.push(examples.rows[at]);
            sample.slopes.push([pair.0 / chance, pair.1 / chance]);
        }
    }
    sample.leaf = vec![0; sample.rows.len()];
    sample
}

/// One question with the values of its column in the drawn rows.
struct Question {
    column: u16,
    offset: i8,
    values: Vec<u8>,
}

/// Best threshold of one question over all leaves: gain and threshold.
fn best_threshold(
    values: &[u8],
    sample: &Sample,
    level: usize,
    lambda: f32,
    histogram: &mut Vec<[f32; 2]>,
) -> (f32, u8) {
    histogram.clear();
    histogram.resize((1 << level) * BINS, [0.0; 2]);
    for ((&value, &leaf), slopes) in values.iter().zip(&sample.leaf).zip(&sample.slopes) {
        let cell = &mut histogram[usize::from(leaf) * BINS + usize::from(value)];
        cell[0] += slopes[0];
        cell[1] += slopes[1];
    }
    let mut gains = [0f32; BINS];
    for leaf in histogram.chunks_exact(BINS) {
        let (mut gradient, mut hessian) = (0.0, 0.0);
        for cell in leaf {
            gradient += cell[0];
            hessian += cell[1];
        }
        if hessian <= 0.0 {
            continue;
        }
        let (mut left_gradient, mut left_hessian) = (0.0, 0.0);
        for (gain, cell) in gains.iter_mut().zip(leaf) {
            left_gradient += cell[0];
            left_hessian += cell[1];
            let (right_gradient, right_hessian) = (gradient - left_gradient, (hessian - left_hessian).max(0.0));
            *gain += left_gradient * left_gradient / (left_hessian + lambda)
                + right_gradient * right_gradient / (right_hessian + lambda);
        }
    }
    let best = (0..BINS - 1).fold(0, |best, threshold| if gains[threshold] > gains[best] { threshold } else { best });
    (gains[best], best as u8)
}

fn grow(columns: &Columns, mut sample: Sample, questions: &[(u16, i8)], settings: &Settings) -> Tree {
    let mut splits = [Split { column: 0, offset: 0, threshold: NEVER }; DEPTH];
    let questions: Vec<Question> = questions
        .par_iter()
        .map(|&(column, offset)| {
            let cells = &columns.cells[usize::from(column)];
            let at = |row: &u32| cells[(*row as usize).saturating_add_signed(isize::from(offset))];
            Question { column, offset, values: sample.rows.iter().map(at).collect() }
        })
        .collect();
    for (level, split) in splits.iter_mut().enumerate() {
        let found: Vec<(f32, u8)> = questions
            .par_iter()
            .map_init(Vec::new, |histogram, question| {
                best_threshold(&question.values, &sample, level, settings.lambda, histogram)
            })
            .collect();
        let best = (0..found.len()).fold(0, |best, at| if found[at].0 > found[best].0 { at } else { best });
        let Some(question) = questions.get(best) else { continue };
        *split = Split { column: question.column, offset: question.offset, threshold: found[best].1 };
        for (leaf, &value) in sample.leaf.iter_mut().zip(&question.values) {
            *leaf |= u8::from(value > split.threshold) << level;
        }
    }
    let mut sums = [[0f32; 2]; LEAVES];
    for (&leaf, slopes) in sample.leaf.iter().zip(&sample.slopes) {
        sums[usize::from(leaf)][0] += slopes[0];
        sums[usize::from(leaf)][1] += slopes[1];
    }
    let mut leaves = [0i16; LEAVES];
    for (leaf, [gradient, hessian]) in leaves.iter_mut().zip(sums) {
        let value = settings.rate * gradient / (hessian + settings.lambda);
        *leaf = (value * UNIT).clamp(-30_000.0, 30_000.0) as i16;
    }
    Tree { splits, leaves }
}

/// Adds a tree's answers to the margins of all examples.
fn add(columns: &Columns, examples: &Examples, tree: &Tree, margins: &mut [i32]) {
    margins.par_iter_mut().zip(&examples.rows).for_each(|(margin, &row)| {
        let mut leaf = 0;
        for (level, split) in tree.splits.iter().enumerate() {
            let at = (row as usize).saturating_add_signed(isize::from(split.offset));
            leaf |= usize::from(columns.cells[usize::from(split.column)][at] > split.threshold) << level;
        }
        *margin += i32::from(tree.leaves[leaf]);
    });
}

/// The log-odds of examples, in [`UNIT`]s.
#[must_use]
pub fn predict(ensemble: &Ensemble, columns: &Columns, rows: &[u32]) -> Vec<i32> {
    let mut margins = vec![ensemble.bias; rows.len()];
    let examples = Examples { rows: rows.to_vec(), ..Examples::default() };
    for tree in &ensemble.trees {
        add(columns, &examples, tree, &mut margins);
    }
    margins
}

impl Columns {
    /// Adds the first columns of one record; gives the row number of its first line.
    pub fn push(&mut self, matrix: &Matrix, columns: usize) -> u32 {
        self.cells.resize_with(columns, Vec::new);
        let start = self.cells.first().map_or(0, Vec::len) + REACH;
        for (column, cells) in self.cells.iter_mut().enumerate() {
            cells.extend_from_slice(matrix.padded(column));
        }
        start as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two records of lines of which the target is whether exactly one of two columns is high.
    fn columns() -> (Columns, Examples) {
        let (mut columns, mut examples) = (Columns::default(), Examples::default());
        for _ in 0..2 {
            let mut matrix = Matrix::new(3, 400);
            for row in 0..400 {
                let (a, b) = (row % 2 == 0, row % 7 < 3);
                matrix.set(0, row, if a { 90 } else { 10 });
                matrix.set(1, row, if b { 90 } else { 10 });
                matrix.set(2, row, (row * 37 % 120) as u8);
            }
            let start = columns.push(&matrix, 3);
            for row in 0..400u32 {
                examples.push(start + row, (row % 2 == 0) != (row % 7 < 3), 1.0);
            }
        }
        (columns, examples)
    }

    fn settings() -> Settings {
        Settings {
            trees: 20,
            rate: 0.3,
            lambda: 1.0,
            row_share: 0.5,
            question_share: 1.0,
            questions: vec![(0, 0), (1, 0), (2, 0)],
            seed: 1,
        }
    }

    #[test]
    fn trees_learn_what_no_single_column_tells() {
        let (columns, examples) = columns();
        let ensemble = fit(&columns, &examples, &settings());
        let found = predict(&ensemble, &columns, &examples.rows);
        let right = found.iter().zip(&examples.target).filter(|(margin, target)| (**margin > 0) == (**target > 0.5));
        assert_eq!(right.count(), examples.rows.len());
    }

    #[test]
    fn the_same_rows_give_the_same_trees_for_any_number_of_threads() {
        let (columns, examples) = columns();
        let with = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| fit(&columns, &examples, &settings()))
        };
        assert_eq!(with(1), with(4));
    }

    #[test]
    fn rows_of_a_record_compete_with_each_other_and_with_none() {
        let unit = UNIT as i32;
        let chances = compete(&[0, 0, unit, -unit * 20], &[0, 2]);
        // Two equal rows and none: a third each.
        assert!((chances[0] - 1.0 / 3.0).abs() < 1e-4 && (chances[1] - 1.0 / 3.0).abs() < 1e-4);
        assert!((chances[2] - 0.731).abs() < 1e-3 && chances[3] < 1e-6);
    }
}
