//! Distributions of model and measurement.

use super::Matched;
use crate::error::{Error, Result};

/// One quantile of both sides.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quantile {
    /// Share of values below it, 0…1.
    pub probability: f64,
    /// Of the model.
    pub model: f64,
    /// Of the measurements.
    pub observed: f64,
}

/// Quantiles of both sides and how far apart their distributions are.
#[derive(Clone, Debug, PartialEq)]
pub struct Distribution {
    /// Pairs.
    pub n: usize,
    /// As asked for, linear between the values (Hyndman and Fan 1996, type 7).
    pub quantiles: Vec<Quantile>,
    /// Largest distance between the two cumulative distributions, 0…1 (Kolmogorov–Smirnov); NaN without pairs.
    pub ks: f64,
}

impl Distribution {
    pub(super) fn of(pairs: &[Matched], probabilities: &[f64]) -> Result<Self> {
        if let Some(wrong) = probabilities.iter().find(|p| !(0.0..=1.0).contains(*p)) {
            return Err(Error::config("probability", wrong, "from 0 to 1"));
        }
        let (model, observed) = (
            sorted(pairs.iter().map(|p| p.model)),
            sorted(pairs.iter().map(|p| p.observed)),
        );
        let quantiles = probabilities.iter().map(|&probability| Quantile {
            probability,
            model: quantile(&model, probability),
            observed: quantile(&observed, probability),
        });
        Ok(Self {
            n: pairs.len(),
            quantiles: quantiles.collect(),
            ks: ks_distance(&model, &observed),
        })
    }
}

pub(super) fn sorted(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values
}

/// Of sorted values; NaN of none.
pub(super) fn quantile(sorted: &[f64], probability: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else {
        return f64::NAN;
    };
    let at = probability * last as f64;
    let below = at.floor() as usize;
    let (low, high) = (sorted[below], sorted[(below + 1).min(last)]);
    low + (at - below as f64) * (high - low)
}

/// Largest distance between two empirical cumulative distributions of sorted values; NaN if one is empty.
pub(super) fn ks_distance(a: &[f64], b: &[f64]) -> f64 {
    if a.is_empty() || b.is_empty() {
        return f64::NAN;
    }
    let share = |sorted: &[f64], at: f64| sorted.partition_point(|value| *value <= at) as f64 / sorted.len() as f64;
    a.iter()
        .chain(b)
        .map(|&at| (share(a, at) - share(b, at)).abs())
        .fold(0.0, f64::max)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_and_distance_are_those_of_small_samples_by_hand() {
        assert_eq!(quantile(&[1.0, 2.0, 4.0], 0.5), 2.0);
        assert_eq!(quantile(&[1.0, 2.0, 4.0], 0.75), 3.0);
        assert_eq!((quantile(&[1.0, 2.0], 0.0), quantile(&[1.0, 2.0], 1.0)), (1.0, 2.0));
        assert!(quantile(&[], 0.5).is_nan());
        assert_eq!(ks_distance(&[1.0, 2.0, 3.0, 4.0], &[3.0, 4.0, 5.0, 6.0]), 0.5);
        assert_eq!(ks_distance(&[1.0, 1.0], &[1.0, 1.0]), 0.0);
    }
}
