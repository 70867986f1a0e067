//! Standard errors where no closed form is at hand: the moving-block bootstrap (Künsch 1989, Ann. Statist. 17, 1217–1241).
//!
//! Blocks of neighbouring pairs are drawn with replacement; noise is counted, not kept, so that a seed gives the same errors
//! anywhere. Only sums of a block are needed, and those are differences of running sums.

use super::Matched;
use super::moments::Moments;
use crate::rng::{Noise, key_of};

const RESAMPLES: u32 = 1000;
/// Fewer pairs tell nothing about spread.
const LEAST: usize = 5;

/// Σm, Σo, Σm², Σo², Σmo of model and measurement about the means of all pairs.
type Sums = [f64; 5];

/// Standard error of each of K statistics, and how many blocks the pairs hold; NaN with fewer than five pairs.
pub(super) fn standard_errors<const K: usize>(
    pairs: &[Matched],
    block: usize,
    seed: u64,
    statistics: impl Fn(&Moments) -> [f64; K],
) -> ([f64; K], f64) {
    let n = pairs.len();
    if n < LEAST {
        return ([f64::NAN; K], f64::NAN);
    }
    let block = block.clamp(1, n / 2);
    let all = Moments::of(super::moments::values(pairs));
    let running = running_sums(pairs, &all);
    let key = key_of(seed, &[n as u64, block as u64]);
    let (mut sum, mut square) = ([0.0; K], [0.0; K]);
    for draw in 0..RESAMPLES {
        let drawn = resampled(&running, block, &mut Noise::new(key, draw, 0));
        for (k, value) in statistics(&moments(&drawn, n as f64, &all)).into_iter().enumerate() {
            sum[k] += value;
            square[k] += value * value;
        }
    }
    let draws = f64::from(RESAMPLES);
    // a block knows only its own neighbourhood: the variance between blocks is short of the whole by their share
    let whole = n as f64 / (n - block) as f64;
    let error = |k: usize| (whole * (square[k] / draws - (sum[k] / draws).powi(2)).max(0.0)).sqrt();
    (std::array::from_fn(error), n as f64 / block as f64)
}

/// Sums over the first k pairs, for k from 0 to N.
fn running_sums(pairs: &[Matched], all: &Moments) -> Vec<Sums> {
    let mut sums = [0.0; 5];
    let mut running = Vec::with_capacity(pairs.len() + 1);
    running.push(sums);
    for pair in pairs {
        let (m, o) = (pair.model - all.mean_model, pair.observed - all.mean_observed);
        for (sum, term) in sums.iter_mut().zip([m, o, m * m, o * o, m * o]) {
            *sum += term;
        }
        running.push(sums);
    }
    running
}

/// The sums of as many pairs as there are, in blocks; the last one is cut.
fn resampled(running: &[Sums], block: usize, noise: &mut Noise) -> Sums {
    let n = running.len() - 1;
    let mut total = [0.0; 5];
    let mut missing = n;
    while missing > 0 {
        let start = (noise.uniform() * (n - block + 1) as f64) as usize;
        let length = block.min(missing);
        let (before, after) = (&running[start], &running[start + length]);
        for (sum, (after, before)) in total.iter_mut().zip(after.iter().zip(before)) {
            *sum += after - before;
        }
        missing -= length;
    }
    total
}

fn moments(sums: &Sums, n: f64, all: &Moments) -> Moments {
    let [m, o, mm, oo, mo] = sums.map(|sum| sum / n);
    Moments {
        mean_model: all.mean_model + m,
        mean_observed: all.mean_observed + o,
        var_model: mm - m * m,
        var_observed: oo - o * o,
        covariance: mo - m * o,
    }
}
