//! First-order loss of a tracer between the ground and the receptor.
//!
//! What was emitted Δt before it reached the receptor arrives as exp(−λΔt), λ = ln 2 / half-life. STILT's R code of
//! radon takes 3.82535 d as the e-folding time, where it is the half-life; that is not done here.

use crate::error::{Error, Result};

/// A rate of first-order loss.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Decay {
    rate_per_s: f64,
}

impl Decay {
    /// Of ²²²Rn: a half-life of 3.8235 d (Bé et al. 2008, Table of Radionuclides), λ = 2.09822·10⁻⁶ s⁻¹.
    pub const RADON_222: Self = Self {
        rate_per_s: std::f64::consts::LN_2 / (3.8235 * 86_400.0),
    };

    /// λ, s⁻¹.
    pub const fn rate_per_s(&self) -> f64 {
        self.rate_per_s
    }

    /// Of a half-life in hours: ²²²Rn 91.764 (3.8235 d), ¹³³Xe 125.9, ⁷Be 1278.
    ///
    /// # Errors
    /// [`Error::Config`] unless it is greater than 0.
    pub fn of_half_life_h(half_life_h: f64) -> Result<Self> {
        match half_life_h > 0.0 && half_life_h.is_finite() {
            true => Ok(Self {
                rate_per_s: std::f64::consts::LN_2 / (3600.0 * half_life_h),
            }),
            false => Err(Error::config("half_life_h", half_life_h, "h, greater than 0")),
        }
    }

    /// Share that is left after an age, s.
    pub fn remaining(&self, age_s: f64) -> f64 {
        (-self.rate_per_s * age_s).exp()
    }

    /// Mean share that is left over the ages from … to, s.
    pub fn mean_remaining(&self, from_s: f64, to_s: f64) -> f64 {
        let exponent = self.rate_per_s * (to_s - from_s);
        match exponent == 0.0 {
            true => self.remaining(from_s),
            false => self.remaining(from_s) * -(-exponent).exp_m1() / exponent,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn of_radon_222_five_sixths_are_left_after_a_day() {
        let radon = Decay::of_half_life_h(24.0 * 3.8235).unwrap();
        approx::assert_abs_diff_eq!(radon.remaining(86_400.0), 0.83420, epsilon = 5e-6);
        approx::assert_relative_eq!(radon.remaining(3.8235 * 86_400.0), 0.5, max_relative = 1e-12);
    }

    #[test]
    fn the_mean_over_a_span_is_the_integral_over_it() {
        // midpoint rule on 1000 parts: relative error (λΔt)²/24e6 = 1e-9 here
        let decay = Decay::of_half_life_h(4.0).unwrap();
        let parts = (0..1000).map(|k| decay.remaining(3600.0 + 3.6 * (f64::from(k) + 0.5)));
        approx::assert_relative_eq!(
            decay.mean_remaining(3600.0, 7200.0),
            parts.sum::<f64>() / 1000.0,
            max_relative = 1e-8
        );
        assert_eq!(decay.mean_remaining(60.0, 60.0), decay.remaining(60.0));
    }
}
