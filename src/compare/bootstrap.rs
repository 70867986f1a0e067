//! 95 % intervals where no closed form is at hand: the moving-block bootstrap (Künsch 1989, Ann. Statist. 17, 1217–1241).
//!
//! Blocks of neighbouring pairs are drawn with replacement; noise is counted, not kept, so that a seed gives the same intervals
//! anywhere.

use super::Matched;
use crate::rng::{Noise, key_of};

const RESAMPLES: u32 = 1000;
/// Share left out at each end.
const TAIL: f64 = 0.025;
/// Fewer pairs tell nothing about spread.
const LEAST: usize = 5;

/// The interval of each of K statistics, lower and upper end; NaN with fewer than five pairs.
pub(super) fn intervals<const K: usize>(
    pairs: &[Matched],
    block: usize,
    seed: u64,
    statistics: impl Fn(&[(f64, f64)]) -> [f64; K],
) -> [(f64, f64); K] {
    let n = pairs.len();
    if n < LEAST {
        return [(f64::NAN, f64::NAN); K];
    }
    let block = block.clamp(1, n);
    let key = key_of(seed, &[n as u64, block as u64]);
    let mut draws: [Vec<f64>; K] = std::array::from_fn(|_| Vec::with_capacity(RESAMPLES as usize));
    let mut resample = Vec::with_capacity(n + block);
    for draw in 0..RESAMPLES {
        let mut noise = Noise::new(key, draw, 0);
        resample.clear();
        while resample.len() < n {
            let start = (noise.uniform() * (n - block + 1) as f64) as usize;
            let drawn = pairs[start..start + block].iter();
            resample.extend(drawn.map(|pair| (pair.model, pair.observed)));
        }
        for (column, value) in draws.iter_mut().zip(statistics(&resample[..n])) {
            column.push(value);
        }
    }
    draws.map(percentiles)
}

fn percentiles(mut draws: Vec<f64>) -> (f64, f64) {
    draws.retain(|value| value.is_finite());
    draws.sort_by(f64::total_cmp);
    let last = draws.len().saturating_sub(1) as f64;
    let at = |share: f64| draws.get((share * last).round() as usize).copied().unwrap_or(f64::NAN);
    (at(TAIL), at(1.0 - TAIL))
}
