//! The line model = intercept + slope × measurement, with errors in both.
//!
//! With the error of each value: York et al. (2004, Am. J. Phys. 72, 367–375, eqs 13a–13d). With the ratio of the error
//! variances alone: Deming (1943). With neither: the reduced major axis (geometric mean), whose slope is the ratio of standard
//! deviations.

use super::Matched;
use super::moments::{Moments, values};
use crate::error::{Error, Result};

const ITERATIONS: usize = 100;

/// Errors of single values; what is not given here is taken from the rows.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Errors {
    /// Standard error of each modelled value, in the unit of the comparison.
    pub model: Option<f64>,
    /// Standard error of each measured value.
    pub observed: Option<f64>,
    /// Variance of the errors of the model over that of the measurements, where only their ratio is known.
    pub variance_ratio: Option<f64>,
}

/// Which line is fitted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Method {
    York,
    Deming(f64),
    ReducedMajorAxis,
}

impl Method {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::York => "York",
            Self::Deming(_) => "Deming",
            Self::ReducedMajorAxis => "reduced major axis",
        }
    }
}

/// Slope and intercept, and their standard errors if the method gives them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Line {
    pub(super) slope: f64,
    pub(super) intercept: f64,
    pub(super) stderr: Option<(f64, f64)>,
}

impl Errors {
    /// Each above zero; one side alone only where the rows state the other.
    pub(super) fn check(&self, rows: &[Matched]) -> Result<()> {
        let given = [
            ("model_error", self.model),
            ("observation_error", self.observed),
            ("error_ratio", self.variance_ratio),
        ];
        for (name, value) in given {
            if let Some(value) = value.filter(|value| !(value.is_finite() && *value > 0.0)) {
                return Err(Error::config(name, value, "a number above zero"));
            }
        }
        let unknown = |error: fn(&Matched) -> f64| rows.iter().any(|row| row.counts() && !error(row).is_finite());
        let (alone, other) = match (self.model, self.observed, self.variance_ratio) {
            (Some(_), None, None) if unknown(|row| row.observed_stderr) => ("model_error", "observation_error"),
            (None, Some(_), None) if unknown(|row| row.model_stderr) => ("observation_error", "model_error"),
            _ => return Ok(()),
        };
        let allowed =
            format!("the errors of the other side are not stated: give {other} too, or error_ratio in place of both");
        Err(Error::config(alone, "alone", allowed))
    }

    /// The method that the errors allow.
    pub(super) fn method(&self, pairs: &[Matched]) -> Method {
        let known = |pair: &Matched| {
            let (model, observed) = self.of(pair);
            model.is_finite() && observed.is_finite() && model >= 0.0 && observed >= 0.0 && model + observed > 0.0
        };
        match self.variance_ratio {
            Some(ratio) => Method::Deming(ratio),
            None if !pairs.is_empty() && pairs.iter().all(known) => Method::York,
            None => Method::ReducedMajorAxis,
        }
    }

    fn of(&self, pair: &Matched) -> (f64, f64) {
        (
            self.model.unwrap_or(pair.model_stderr),
            self.observed.unwrap_or(pair.observed_stderr),
        )
    }
}

/// Fits the line; NaN if the measurements do not vary.
pub(super) fn fit(pairs: &[Matched], errors: &Errors, method: Method) -> Line {
    let moments = Moments::of(values(pairs));
    match method {
        Method::York => york(pairs, errors, &moments),
        Method::Deming(_) | Method::ReducedMajorAxis => without_errors(&moments, method),
    }
}

/// The line of a method that needs moments alone.
pub(super) fn without_errors(moments: &Moments, method: Method) -> Line {
    let (yy, xx, xy) = (moments.var_model, moments.var_observed, moments.covariance);
    let slope = match method {
        Method::Deming(ratio) => {
            let half = yy - ratio * xx;
            let root = half.hypot(2.0 * ratio.sqrt() * xy);
            // the same number twice; each keeps its digits on its own side of zero
            if half < 0.0 {
                2.0 * ratio * xy / (root - half)
            } else {
                (half + root) / (2.0 * xy)
            }
        }
        _ => xy.signum() * (yy / xx).sqrt(),
    };
    let slope = if xx > 0.0 && slope.is_finite() { slope } else { f64::NAN };
    Line {
        slope,
        intercept: moments.mean_model - slope * moments.mean_observed,
        stderr: None,
    }
}

/// York et al. (2004), errors of model and measurement uncorrelated; standard errors grow with the scatter that the given errors
/// do not explain (Birge ratio, if above 1).
fn york(pairs: &[Matched], errors: &Errors, moments: &Moments) -> Line {
    let mut slope = without_errors(moments, Method::ReducedMajorAxis).slope;
    let mut sums = WeightedSums::default();
    for _ in 0..ITERATIONS {
        sums = WeightedSums::of(pairs, errors, slope);
        let next = sums.slope_up / sums.slope_down;
        let done = (next - slope).abs() <= 1e-12 * next.abs();
        slope = next;
        if done {
            break;
        }
    }
    let intercept = sums.mean_y - slope * sums.mean_x;
    let variance_slope = 1.0 / sums.adjusted_xx;
    let variance_intercept = 1.0 / sums.weight + sums.adjusted_mean_x.powi(2) * variance_slope;
    let chi_squared = pairs.iter().map(|pair| {
        let (model, observed) = errors.of(pair);
        (pair.model - intercept - slope * pair.observed).powi(2) / (model.powi(2) + (slope * observed).powi(2))
    });
    let birge = (chi_squared.sum::<f64>() / (pairs.len() as f64 - 2.0)).max(1.0).sqrt();
    Line {
        slope,
        intercept,
        stderr: Some((birge * variance_slope.sqrt(), birge * variance_intercept.sqrt())),
    }
}

/// The sums of one iteration; x is the measurement, y the model.
#[derive(Clone, Copy, Debug, Default)]
struct WeightedSums {
    weight: f64,
    mean_x: f64,
    mean_y: f64,
    slope_up: f64,
    slope_down: f64,
    adjusted_mean_x: f64,
    adjusted_xx: f64,
}

impl WeightedSums {
    fn of(pairs: &[Matched], errors: &Errors, slope: f64) -> Self {
        let variances = |pair: &Matched| {
            let (model, observed) = errors.of(pair);
            (model * model, observed * observed)
        };
        let weight_of = |pair: &Matched| {
            let (var_y, var_x) = variances(pair);
            1.0 / (var_y + slope * slope * var_x)
        };
        let mut sums = Self::default();
        for pair in pairs {
            let weight = weight_of(pair);
            sums.weight += weight;
            sums.mean_x += weight * pair.observed;
            sums.mean_y += weight * pair.model;
        }
        sums.mean_x /= sums.weight;
        sums.mean_y /= sums.weight;
        let beta = |pair: &Matched| {
            let (var_y, var_x) = variances(pair);
            let (u, v) = (pair.observed - sums.mean_x, pair.model - sums.mean_y);
            (u, v, weight_of(pair) * (u * var_y + slope * v * var_x))
        };
        let (mut up, mut down, mut adjusted) = (0.0, 0.0, 0.0);
        for pair in pairs {
            let (weight, (u, v, beta)) = (weight_of(pair), beta(pair));
            up += weight * beta * v;
            down += weight * beta * u;
            adjusted += weight * beta;
        }
        let adjusted = adjusted / sums.weight;
        let spread = pairs
            .iter()
            .map(|pair| weight_of(pair) * (beta(pair).2 - adjusted).powi(2))
            .sum();
        Self {
            slope_up: up,
            slope_down: down,
            adjusted_mean_x: sums.mean_x + adjusted,
            adjusted_xx: spread,
            ..sums
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::time::UtcTime;

    fn pair(observed: f64, model: f64, weight_x: f64, weight_y: f64) -> Matched {
        Matched {
            time: UtcTime::from_seconds(0),
            model,
            model_stderr: weight_y.powf(-0.5),
            observed,
            observed_stderr: weight_x.powf(-0.5),
            averaged: 1,
            wind_speed_m_s: f64::NAN,
            wind_from_deg: f64::NAN,
            selected: true,
        }
    }

    #[test]
    fn the_data_of_pearson_with_the_weights_of_york_give_the_published_line() {
        // York (1966) weights on Pearson (1901); York et al. (2004), table II: slope −0.480533407, intercept 5.47991022,
        // standard errors 0.0579850 and 0.2949707 before the scatter (S/(n−2) = 1.4833) is counted
        let rows = [
            (0.0, 5.9, 1000.0, 1.0),
            (0.9, 5.4, 1000.0, 1.8),
            (1.8, 4.4, 500.0, 4.0),
            (2.6, 4.6, 800.0, 8.0),
            (3.3, 3.5, 200.0, 20.0),
            (4.4, 3.7, 80.0, 20.0),
            (5.2, 2.8, 60.0, 70.0),
            (6.1, 2.8, 20.0, 70.0),
            (6.5, 2.4, 1.8, 100.0),
            (7.4, 1.5, 1.0, 500.0),
        ];
        let pairs: Vec<Matched> = rows.iter().map(|&(x, y, wx, wy)| pair(x, y, wx, wy)).collect();
        let errors = Errors::default();
        assert_eq!(errors.method(&pairs), Method::York);
        let line = fit(&pairs, &errors, Method::York);
        approx::assert_abs_diff_eq!(line.slope, -0.480_533_407, epsilon = 1e-9);
        approx::assert_abs_diff_eq!(line.intercept, 5.479_910_22, epsilon = 1e-8);
        let (slope, intercept) = line.stderr.unwrap();
        let birge = 1.483_29_f64.sqrt();
        approx::assert_relative_eq!(slope, 0.057_985_0 * birge, max_relative = 1e-5);
        approx::assert_relative_eq!(intercept, 0.294_970_7 * birge, max_relative = 1e-5);
    }

    #[test]
    fn deming_with_a_huge_ratio_is_least_squares_and_a_straight_line_is_found_by_all() {
        let pairs: Vec<Matched> = (0..9)
            .map(|k| pair(f64::from(k), 3.0 - 2.0 * f64::from(k), 1.0, 1.0))
            .collect();
        let moments = Moments::of(values(&pairs));
        for method in [Method::ReducedMajorAxis, Method::Deming(0.3)] {
            let line = without_errors(&moments, method);
            approx::assert_relative_eq!(line.slope, -2.0, max_relative = 1e-12);
            approx::assert_relative_eq!(line.intercept, 3.0, max_relative = 1e-12);
        }
        let scattered: Vec<Matched> = (0..9)
            .map(|k| pair(f64::from(k), f64::from(k * k % 7), 1.0, 1.0))
            .collect();
        let moments = Moments::of(values(&scattered));
        let least_squares = moments.covariance / moments.var_observed;
        approx::assert_relative_eq!(
            without_errors(&moments, Method::Deming(1e12)).slope,
            least_squares,
            max_relative = 1e-6
        );
    }
}
