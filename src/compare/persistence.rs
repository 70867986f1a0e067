//! How many of the values of a series in time are independent.
//!
//! Neighbouring values tell much the same: N values with lag-1 autocorrelation ρ fix a mean as well as N (1 − ρ)/(1 + ρ)
//! independent ones (first-order autoregressive process; Wilks 1997, J. Climate 10, 65–82), and a correlation of two series as
//! well as N (1 − ρ₁ρ₂)/(1 + ρ₁ρ₂) (Bretherton et al. 1999, J. Climate 12, 1990–2009, eq 31).

use crate::time::UtcTime;

/// Beyond this a series is taken as one that hardly ever forgets.
const LARGEST: f64 = 0.99;

/// Lag-1 autocorrelation over neighbours that lie the usual (smallest) step apart, so that gaps do not count as neighbours;
/// its small-sample bias, (1 + 3ρ)/N, is added back (Kendall 1954). 0 where it is negative or cannot be told.
pub(super) fn lag1(times: &[UtcTime], values: &[f64]) -> f64 {
    let gaps = times.windows(2).map(|pair| pair[1].seconds() - pair[0].seconds());
    let Some(step) = gaps.clone().filter(|&gap| gap > 0).min() else {
        return 0.0;
    };
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / n;
    let neighbours = gaps.zip(values.windows(2)).filter(|(gap, _)| *gap == step);
    let (mut product, mut count) = (0.0, 0.0);
    for (_, pair) in neighbours {
        product += (pair[0] - mean) * (pair[1] - mean);
        count += 1.0;
    }
    if count < 3.0 || variance <= 0.0 {
        return 0.0;
    }
    let rho = product / count / variance;
    (rho + (1.0 + 3.0 * rho) / n).clamp(0.0, LARGEST)
}

/// Independent values among `count` for a mean.
pub(super) fn effective(count: usize, rho: f64) -> f64 {
    let n = count as f64;
    (n * (1.0 - rho) / (1.0 + rho)).min(n)
}

/// Independent pairs among `count` for a correlation.
pub(super) fn effective_pairs(count: usize, rho_model: f64, rho_observed: f64) -> f64 {
    effective(count, rho_model * rho_observed)
}

/// Length of blocks that keep the persistence in a moving-block bootstrap: L = (N − L + 1)^((2/3)(1 − N'/N)) (Wilks 1997, eq 19).
pub(super) fn block_length(count: usize, rho: f64) -> usize {
    let n = count as f64;
    let exponent = 2.0 / 3.0 * (1.0 - effective(count, rho) / n.max(1.0));
    let mut length = 1.0_f64;
    for _ in 0..50 {
        length = 0.5 * (length + (n - length + 1.0).max(1.0).powf(exponent));
    }
    (length.round() as usize).clamp(1, count.max(1))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::rng::{Noise, key_of};

    #[test]
    fn the_autocorrelation_of_an_autoregressive_series_is_found_across_gaps() {
        // standard error of ρ with N = 20 000: √((1 − ρ²)/N) = 0.006; bound 4 of them
        let mut noise = Noise::new(key_of(3, &[]), 0, 0);
        let (mut value, mut times, mut values) = (0.0, Vec::new(), Vec::new());
        for hour in 0..25_000 {
            value = 0.6 * value + 0.8 * noise.normal();
            if hour % 100 < 80 {
                times.push(UtcTime::from_seconds(3600 * hour));
                values.push(value);
            }
        }
        assert!((lag1(&times, &values) - 0.6).abs() < 0.025, "{}", lag1(&times, &values));
    }

    #[test]
    fn persistence_leaves_fewer_independent_values_and_longer_blocks() {
        assert_eq!(effective(100, 0.0), 100.0);
        approx::assert_relative_eq!(effective(100, 0.5), 100.0 / 3.0, max_relative = 1e-15);
        approx::assert_relative_eq!(effective_pairs(100, 0.5, 0.5), 60.0, max_relative = 1e-15);
        assert_eq!(block_length(100, 0.0), 1);
        let length = block_length(1000, 0.5) as f64;
        approx::assert_abs_diff_eq!(length, (1001.0 - length).powf(4.0 / 9.0), epsilon = 0.6);
        assert_eq!(lag1(&[], &[]), 0.0);
        assert_eq!(block_length(0, 0.5), 1);
    }
}
