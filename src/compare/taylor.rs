//! Coordinates in a Taylor diagram (Taylor 2001, J. Geophys. Res. 106, 7183–7192).

use super::Matched;
use super::moments::{Moments, values};

/// E'² = σm² + σo² − 2 σm σo R holds exactly: standard deviations are divided by N.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Taylor {
    /// Standard deviation of the model, σm.
    pub sd_model: f64,
    /// Standard deviation of the measurements, σo.
    pub sd_observed: f64,
    /// σm / σo.
    pub normalised_sd: f64,
    /// Correlation R: the cosine of the angle.
    pub r: f64,
    /// Centred root mean square difference E'.
    pub centred_rmse: f64,
    /// E' / σo.
    pub normalised_centred_rmse: f64,
}

impl Taylor {
    pub(super) fn of(pairs: &[Matched]) -> Self {
        let moments = Moments::of(values(pairs));
        let (sd_model, sd_observed) = (moments.var_model.sqrt(), moments.var_observed.sqrt());
        let pairs = pairs.iter();
        // summed from the differences, so that the identity is a check and no definition
        let (mut square, mut count) = (0.0, 0.0);
        for pair in pairs {
            square += (pair.model - moments.mean_model - pair.observed + moments.mean_observed).powi(2);
            count += 1.0;
        }
        let centred_rmse = f64::sqrt(square / count);
        Self {
            sd_model,
            sd_observed,
            normalised_sd: sd_model / sd_observed,
            r: moments.r(),
            centred_rmse,
            normalised_centred_rmse: centred_rmse / sd_observed,
        }
    }
}
