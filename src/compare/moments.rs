//! Means, variances and the correlation of pairs.

use super::Matched;

/// First and second moments of model and measurement over N pairs; variances are divided by N, so that the identity of a Taylor
/// diagram holds exactly. NaN without pairs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Moments {
    pub(super) mean_model: f64,
    pub(super) mean_observed: f64,
    pub(super) var_model: f64,
    pub(super) var_observed: f64,
    pub(super) covariance: f64,
}

impl Moments {
    pub(super) fn of(pairs: impl Iterator<Item = (f64, f64)> + Clone) -> Self {
        let mut count = 0.0;
        let (mut sum_model, mut sum_observed) = (0.0, 0.0);
        for (model, observed) in pairs.clone() {
            count += 1.0;
            sum_model += model;
            sum_observed += observed;
        }
        let (mean_model, mean_observed) = (sum_model / count, sum_observed / count);
        let (mut var_model, mut var_observed, mut covariance) = (0.0, 0.0, 0.0);
        for (model, observed) in pairs {
            let (dm, d_o) = (model - mean_model, observed - mean_observed);
            var_model += dm * dm;
            var_observed += d_o * d_o;
            covariance += dm * d_o;
        }
        Self {
            mean_model,
            mean_observed,
            var_model: var_model / count,
            var_observed: var_observed / count,
            covariance: covariance / count,
        }
    }

    /// Model minus measurement.
    pub(super) fn bias(&self) -> f64 {
        self.mean_model - self.mean_observed
    }

    /// Root mean square of model − measurement, each about its own mean.
    pub(super) fn centred_rmse(&self) -> f64 {
        (self.var_model + self.var_observed - 2.0 * self.covariance)
            .max(0.0)
            .sqrt()
    }

    pub(super) fn rmse(&self) -> f64 {
        self.bias().hypot(self.centred_rmse())
    }

    /// Pearson's R; NaN if either side does not vary.
    pub(super) fn r(&self) -> f64 {
        let product = self.var_model * self.var_observed;
        match product > 0.0 {
            true => (self.covariance / product.sqrt()).clamp(-1.0, 1.0),
            false => f64::NAN,
        }
    }
}

/// Modelled and measured value of each pair.
pub(super) fn values(pairs: &[Matched]) -> impl Iterator<Item = (f64, f64)> + Clone {
    pairs.iter().map(|pair| (pair.model, pair.observed))
}
