//! Statistics of pairs with 95 % intervals that know how persistent the series are.

use statrs::distribution::{ContinuousCDF, StudentsT};

use super::Matched;
use super::bootstrap::standard_errors;
use super::moments::{Moments, values};
use super::persistence::{block_length, effective, effective_pairs, lag1};
use super::regression::{Errors, Line, fit, without_errors};
use crate::time::UtcTime;

/// 97.5 % quantile of the standard normal distribution.
const NORMAL_975: f64 = 1.959_963_984_540_054;

/// A statistic and its 95 % interval; NaN where there are too few pairs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The statistic.
    pub value: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// What a comparison says in numbers, model minus measurement; units are those of the series.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Statistics {
    /// Pairs.
    pub n: usize,
    /// Independent values among the mismatches: N (1 − ρ)/(1 + ρ).
    pub n_effective: f64,
    /// Lag-1 autocorrelation ρ of the mismatch; neighbours across gaps do not count.
    pub lag1: f64,
    /// Mean of the model.
    pub mean_model: f64,
    /// Mean of the measurements.
    pub mean_observed: f64,
    /// Standard deviation of the model over the pairs (divided by N).
    pub sd_model: f64,
    /// Standard deviation of the measurements over the pairs (divided by N).
    pub sd_observed: f64,
    /// Mean of model − measurement; interval by Student's t with `n_effective`.
    pub bias: Estimate,
    /// Root mean square of model − measurement; interval by moving-block bootstrap, even in the logarithm.
    pub rmse: Estimate,
    /// The same after the means are taken off; interval by moving-block bootstrap, even in the logarithm.
    pub centred_rmse: Estimate,
    /// Pearson's R; interval by Fisher's z with the independent pairs of two persistent series.
    pub r: Estimate,
    /// Of model against measurement with errors in both; interval from York's standard error with the independent
    /// residuals, else by moving-block bootstrap.
    pub slope: Estimate,
    /// Of the same line.
    pub intercept: Estimate,
    /// How the line was fitted: `York`, `Deming` or `reduced major axis`.
    pub regression: &'static str,
}

impl Statistics {
    pub(super) fn of(pairs: &[Matched], errors: Errors, seed: u64) -> Self {
        let n = pairs.len();
        let moments = Moments::of(values(pairs));
        let times: Vec<UtcTime> = pairs.iter().map(|pair| pair.time).collect();
        let persistence = |value: fn(&Matched) -> f64| lag1(&times, &pairs.iter().map(value).collect::<Vec<_>>());
        let rho = persistence(|pair| pair.model - pair.observed);
        let (rho_model, rho_observed) = (persistence(|pair| pair.model), persistence(|pair| pair.observed));
        let n_effective = effective(n, rho);
        let block = block_length(n, rho.max((rho_model * rho_observed).sqrt()));
        let method = errors.method(pairs);
        let line = fit(pairs, &errors, method);
        let of_moments = |drawn: &Moments| {
            let line = without_errors(drawn, method);
            [drawn.rmse(), drawn.centred_rmse(), line.slope, line.intercept]
        };
        let ([rmse, centred, slope, intercept], blocks) = standard_errors(pairs, block, seed, of_moments);
        let wide = students_t(blocks - 1.0);
        let (slope, intercept) = match line.stderr {
            Some(stderr) => york_intervals(pairs, &line, stderr, &times),
            None => (
                around(line.slope, wide * slope),
                around(line.intercept, wide * intercept),
            ),
        };
        Self {
            n,
            n_effective,
            lag1: rho,
            mean_model: moments.mean_model,
            mean_observed: moments.mean_observed,
            sd_model: moments.var_model.sqrt(),
            sd_observed: moments.var_observed.sqrt(),
            bias: bias(&moments, n, n_effective),
            rmse: times_and_over(moments.rmse(), wide * rmse),
            centred_rmse: times_and_over(moments.centred_rmse(), wide * centred),
            r: correlation(moments.r(), effective_pairs(n, rho_model, rho_observed)),
            slope,
            intercept,
            regression: method.name(),
        }
    }
}

/// Half the width of a 95 % interval in standard errors, with `freedom` degrees of freedom.
fn students_t(freedom: f64) -> f64 {
    StudentsT::new(0.0, 1.0, freedom).map_or(f64::NAN, |t| t.inverse_cdf(0.975))
}

fn around(value: f64, half_width: f64) -> Estimate {
    Estimate {
        value,
        low: value - half_width,
        high: value + half_width,
    }
}

/// An interval that is even on a logarithmic scale, for what cannot be negative.
fn times_and_over(value: f64, half_width: f64) -> Estimate {
    let factor = if value > 0.0 { (half_width / value).exp() } else { 1.0 };
    Estimate {
        value,
        low: value / factor,
        high: value * factor,
    }
}

fn bias(moments: &Moments, n: usize, n_effective: f64) -> Estimate {
    let n = n as f64;
    let sample_sd = moments.centred_rmse() * (n / (n - 1.0)).sqrt();
    around(
        moments.bias(),
        students_t(n_effective - 1.0) * sample_sd / n_effective.sqrt(),
    )
}

fn correlation(r: f64, n_effective: f64) -> Estimate {
    if n_effective <= 3.0 {
        return Estimate {
            value: r,
            low: f64::NAN,
            high: f64::NAN,
        };
    }
    let half_width = NORMAL_975 / (n_effective - 3.0).sqrt();
    Estimate {
        value: r,
        low: (r.atanh() - half_width).tanh(),
        high: (r.atanh() + half_width).tanh(),
    }
}

fn york_intervals(
    pairs: &[Matched],
    line: &Line,
    (slope, intercept): (f64, f64),
    times: &[UtcTime],
) -> (Estimate, Estimate) {
    let residuals: Vec<f64> = pairs
        .iter()
        .map(|pair| pair.model - line.intercept - line.slope * pair.observed)
        .collect();
    let n_effective = effective(pairs.len(), lag1(times, &residuals));
    let wider = students_t(n_effective - 2.0) * (pairs.len() as f64 / n_effective).sqrt();
    (
        around(line.slope, wider * slope),
        around(line.intercept, wider * intercept),
    )
}
