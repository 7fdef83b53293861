//! Fits the linear model of words: logistic loss, `AdaGrad` (Duchi, Hazan and Singer 2011), a few passes in a fixed order.

use crate::label::model::text::{BUCKETS, TextModel, WEIGHT_UNIT, fingerprint, slot};

/// Passes over the lines.
const PASSES: usize = 6;
/// First step of `AdaGrad`.
const STEP: f32 = 0.15;
/// Weight decay a step.
const DECAY: f32 = 2e-5;
/// Sites that must have a bucket.
const MIN_SITES: usize = 4;

/// The buckets of one line, its label and its weight.
#[derive(Debug, Clone)]
pub struct Example<'a> {
    /// Buckets.
    pub buckets: &'a [u32],
    /// Whether the line is text.
    pub text: bool,
    /// Weight.
    pub weight: f32,
    /// Number of the site; lines of a site stand together.
    pub site: u32,
}

/// Fits weights to lines.
#[must_use]
pub fn fit(examples: &[Example]) -> TextModel {
    let fingerprints = shared_by_sites(examples);
    let mean = examples.iter().map(|example| example.weight).sum::<f32>() / examples.len().max(1) as f32;
    let mut weights = vec![0f32; BUCKETS];
    let mut squares = vec![1e-2f32; BUCKETS];
    let (mut bias, mut bias_square) = (0f32, 1e-2f32);
    let mut order: Vec<u32> = (0..examples.len() as u32).collect();
    let known: Vec<Vec<u32>> = examples
        .iter()
        .map(|example| {
            let own = |hash: &&u32| fingerprints[slot(**hash)] == fingerprint(**hash);
            example.buckets.iter().filter(own).map(|&hash| slot(hash) as u32).collect()
        })
        .collect();
    for pass in 0..PASSES {
        order.sort_by_key(|&at| {
            (u64::from(at) + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15 ^ ((pass as u64) << 7)).rotate_left(23)
        });
        for &at in &order {
            let (example, known) = (&examples[at as usize], &known[at as usize]);
            let scale = 1.0 / (known.len().max(1) as f32).sqrt();
            let score = bias + known.iter().map(|&slot| weights[slot as usize]).sum::<f32>() * scale;
            let target = f32::from(u8::from(example.text));
            let slope = (target - 1.0 / (1.0 + (-score).exp())) * (example.weight / mean).min(8.0);
            bias_square += slope * slope;
            bias += STEP * slope / bias_square.sqrt();
            for &slot in known {
                let slot = slot as usize;
                let slope = slope * scale - DECAY * weights[slot];
                squares[slot] += slope * slope;
                weights[slot] += STEP * slope / squares[slot].sqrt();
            }
        }
    }
    let quantised = |weight: &f32| (weight * WEIGHT_UNIT).round().clamp(-127.0, 127.0) as i8;
    let slots = fingerprints.into_iter().zip(weights.iter().map(quantised)).collect();
    TextModel { slots, bias: (bias * WEIGHT_UNIT) as i32 }
}

/// The fingerprints of hashes that lines of several sites have; of two with one slot, that of more sites.
fn shared_by_sites(examples: &[Example]) -> Vec<u8> {
    let mut pairs: Vec<(u32, u32)> =
        examples.iter().flat_map(|example| example.buckets.iter().map(|&hash| (hash, example.site))).collect();
    pairs.sort_unstable();
    pairs.dedup();
    let mut fingerprints = vec![0; BUCKETS];
    let mut most = vec![MIN_SITES - 1; BUCKETS];
    for of_hash in pairs.chunk_by(|a, b| a.0 == b.0) {
        let (hash, sites) = (of_hash[0].0, of_hash.len());
        if sites > most[slot(hash)] {
            most[slot(hash)] = sites;
            fingerprints[slot(hash)] = fingerprint(hash);
        }
    }
    fingerprints
}
