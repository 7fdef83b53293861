//! Why the model thinks what it thinks of a line: the features that moved its odds most.

use std::collections::BTreeMap;

use super::features::{FIRST_STAGE, describe};
use super::matrix::Matrix;
use super::second::SECOND;
use super::trees::{DEPTH, Ensemble, LEAVES, Tree, UNIT};

/// A feature that moved the odds of a line.
#[derive(Debug, Clone, PartialEq)]
pub struct Reason {
    /// What the feature says, and of which line.
    pub about: String,
    /// Log-odds towards text; away from it, where negative.
    pub odds: f32,
}

/// The strongest reasons of a head for one line, strongest first: each question of a tree is given what it changes in the mean of the
/// answers that are still possible (Saabas 2014).
#[must_use]
pub fn reasons(head: &Ensemble, matrix: &Matrix, row: usize, number: usize) -> Vec<Reason> {
    let mut moved: BTreeMap<(u16, i8), f32> = BTreeMap::new();
    for tree in &head.trees {
        let mut leaf = 0;
        let mut mean = mean(tree, 0, 0);
        for (level, split) in tree.splits.iter().enumerate() {
            let value = matrix.value(usize::from(split.column), split.offset, row);
            leaf |= usize::from(value > split.threshold) << level;
            let next = self::mean(tree, level + 1, leaf);
            *moved.entry((split.column, split.offset)).or_default() += next - mean;
            mean = next;
        }
    }
    let mut moved: Vec<((u16, i8), f32)> = moved.into_iter().collect();
    moved.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()).then(a.0.cmp(&b.0)));
    moved
        .into_iter()
        .take(number)
        .map(|((column, offset), odds)| Reason { about: about(usize::from(column), offset), odds: odds / UNIT })
        .collect()
}

/// Mean of the answers of which the first bits are known.
fn mean(tree: &Tree, known: usize, bits: usize) -> f32 {
    let step = 1 << known;
    let sum: f32 = (bits..LEAVES).step_by(step).map(|leaf| f32::from(tree.leaves[leaf])).sum();
    sum / (1 << (DEPTH - known)) as f32
}

fn about(column: usize, offset: i8) -> String {
    let about = match column.checked_sub(FIRST_STAGE) {
        None => {
            let (name, about) = describe(column);
            if about.starts_with("cues") { format!("cues of `{name}`") } else { about.to_owned() }
        }
        Some(second) => SECOND.get(second).map_or_else(String::new, |(_, about)| (*about).to_owned()),
    };
    let lines = offset.unsigned_abs();
    let plural = if lines == 1 { "" } else { "s" };
    match offset {
        0 => about,
        1.. => format!("{about}, of {lines} line{plural} below"),
        _ => format!("{about}, of {lines} line{plural} above"),
    }
}
