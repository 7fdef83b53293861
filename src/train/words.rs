//! Fits the linear model of words: logistic loss, `AdaGrad` (Duchi, Hazan and Singer 2011), a few passes in a fixed order.

use crate::label::model::text::{BUCKETS, TextModel, WEIGHT_UNIT};

/// Passes over the lines.
const PASSES: usize = 6;
/// First step of `AdaGrad`.
const STEP: f32 = 0.15;
/// Weight decay a step.
const DECAY: f32 = 2e-5;
/// Sites that must have a bucket.
const MIN_SITES: u16 = 4;

/// The buckets of one line, its label and its weight.
#[derive(Debug, Clone)]
pub struct Example<'a> {
    /// Buckets.
    pub buckets: &'a [u16],
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
    let allowed = shared_by_sites(examples);
    let mean = examples.iter().map(|example| example.weight).sum::<f32>() / examples.len().max(1) as f32;
    let mut weights = vec![0f32; BUCKETS];
    let mut squares = vec![1e-2f32; BUCKETS];
    let (mut bias, mut bias_square) = (0f32, 1e-2f32);
    let mut order: Vec<u32> = (0..examples.len() as u32).collect();
    for pass in 0..PASSES {
        order.sort_by_key(|&at| (u64::from(at) + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15 ^ (pass as u64) << 7).rotate_left(23));
        for &at in &order {
            let example = &examples[at as usize];
            let scale = 1.0 / (example.buckets.len().max(1) as f32).sqrt();
            let known = example.buckets.iter().map(|&bucket| usize::from(bucket)).filter(|&bucket| allowed[bucket]);
            let score = bias + known.clone().map(|bucket| weights[bucket]).sum::<f32>() * scale;
            let target = f32::from(u8::from(example.text));
            let slope = (target - 1.0 / (1.0 + (-score).exp())) * (example.weight / mean).min(8.0);
            bias_square += slope * slope;
            bias += STEP * slope / bias_square.sqrt();
            for bucket in known {
                let slope = slope * scale - DECAY * weights[bucket];
                squares[bucket] += slope * slope;
                weights[bucket] += STEP * slope / squares[bucket].sqrt();
            }
        }
    }
    let quantised = |weight: &f32| (weight * WEIGHT_UNIT).round().clamp(-127.0, 127.0) as i8;
    TextModel { weights: weights.iter().map(quantised).collect(), bias: (bias * WEIGHT_UNIT) as i32 }
}

/// Buckets that lines of several sites have.
fn shared_by_sites(examples: &[Example]) -> Vec<bool> {
    let mut last = vec![u32::MAX; BUCKETS];
    let mut sites = vec![0u16; BUCKETS];
    for example in examples {
        for &bucket in example.buckets {
            let bucket = usize::from(bucket);
            if last[bucket] != example.site {
                last[bucket] = example.site;
                sites[bucket] = sites[bucket].saturating_add(1);
            }
        }
    }
    sites.into_iter().map(|sites| sites >= MIN_SITES).collect()
}
