//! Statistics of tracer experiments, as NOAA ARL computes them for DATEM (Draxler 2006; Stohl et al. 1998).

use std::collections::HashMap;

use super::distribution::{ks_distance, sorted};
use super::moments::Moments;
use crate::error::{Error, Result};
use crate::observations::datem::{TracerSample, TracerSamples};

/// How a model does in a tracer experiment, over the pairs that are not both zero.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TracerStatistics {
    /// Pairs that are not both zero.
    pub n: usize,
    /// Pairs that are, which are left out.
    pub both_zero: usize,
    /// Samples of either side without a counterpart, or without a measurement.
    pub unmatched: usize,
    /// Mean of the model.
    pub mean_model: f64,
    /// Mean of the measurements.
    pub mean_observed: f64,
    /// Pearson's R; NaN if either side does not vary.
    pub r: f64,
    /// Fractional bias 2 (P̄ − M̄)/(P̄ + M̄), −2…2, positive if the model is too high.
    pub fb: f64,
    /// Figure of merit in space, %: samples where both exceed the threshold over those where either does.
    pub fms: f64,
    /// Largest distance between the cumulative distributions, %.
    pub ksp: f64,
}

impl TracerStatistics {
    /// R² + (1 − |FB/2|) + FMS/100 + (1 − KSP/100): 0 worst, 4 best.
    pub fn rank(&self) -> f64 {
        self.r * self.r + (1.0 - (self.fb / 2.0).abs()) + self.fms / 100.0 + (1.0 - self.ksp / 100.0)
    }
}

/// Compares samples of the same station, start and duration; negative values count as not measured.
///
/// `threshold` is what a value must exceed to count for FMS, in the unit of the files.
///
/// # Errors
/// [`Error::Config`] if a station has two samples of one start and duration, if no samples match, or if the threshold is negative.
pub fn tracer_statistics(model: &TracerSamples, observed: &TracerSamples, threshold: f64) -> Result<TracerStatistics> {
    if !(0.0..f64::INFINITY).contains(&threshold) {
        return Err(Error::config("threshold", threshold, "a concentration, from 0 on"));
    }
    let modelled = by_sample(model)?;
    let measured = by_sample(observed)?;
    let pairs: Vec<(f64, f64)> = observed
        .samples
        .iter()
        .filter_map(|sample| Some((*modelled.get(&key(sample))?, sample.value)))
        .filter(|(m, o)| *m >= 0.0 && *o >= 0.0)
        .collect();
    if pairs.is_empty() {
        let allowed = "no sample has the station, start and duration of one of the other side";
        return Err(Error::config("tracer samples", &model.title, allowed));
    }
    let unmatched = modelled.len() + measured.len() - 2 * pairs.len();
    let counted: Vec<(f64, f64)> = pairs.iter().copied().filter(|pair| *pair != (0.0, 0.0)).collect();
    let moments = Moments::of(counted.iter().copied());
    let above = |value: f64| value > threshold;
    let both = counted.iter().filter(|(m, o)| above(*m) && above(*o)).count();
    let either = counted.iter().filter(|(m, o)| above(*m) || above(*o)).count();
    let ks = ks_distance(
        &sorted(counted.iter().map(|p| p.0)),
        &sorted(counted.iter().map(|p| p.1)),
    );
    Ok(TracerStatistics {
        n: counted.len(),
        both_zero: pairs.len() - counted.len(),
        unmatched,
        mean_model: moments.mean_model,
        mean_observed: moments.mean_observed,
        r: moments.r(),
        fb: 2.0 * moments.bias() / (moments.mean_model + moments.mean_observed),
        fms: 100.0 * both as f64 / either as f64,
        ksp: 100.0 * ks,
    })
}

type Key<'a> = (&'a str, i64, i64);

fn key(sample: &TracerSample) -> Key<'_> {
    (&sample.station, sample.start.seconds(), sample.duration_s)
}

fn by_sample(samples: &TracerSamples) -> Result<HashMap<Key<'_>, f64>> {
    let mut found = HashMap::with_capacity(samples.samples.len());
    for sample in &samples.samples {
        if found.insert(key(sample), sample.value).is_some() {
            let allowed = format!(
                "given twice for {} and {} s: which one counts?",
                sample.start, sample.duration_s
            );
            return Err(Error::config("tracer sample of station", &sample.station, allowed));
        }
    }
    Ok(found)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_rank_is_that_of_published_tables() {
        // HYSPLIT user guide of 2008: ETEX, and two releases of CAPTEX
        for (r, fb, fms, ksp, rank) in [
            (0.48, 0.33, 57.27, 68.0, 1.96),
            (0.28, -0.02, 18.59, 79.0, 1.46),
            (0.02, -0.27, 17.07, 71.0, 1.33),
        ] {
            let statistics = TracerStatistics {
                n: 1,
                both_zero: 0,
                unmatched: 0,
                mean_model: 1.0,
                mean_observed: 1.0,
                r,
                fb,
                fms,
                ksp,
            };
            approx::assert_abs_diff_eq!(statistics.rank(), rank, epsilon = 5e-3);
        }
    }
}
