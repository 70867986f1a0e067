//! Narrow strong updrafts among broad weak downdrafts: the skewed distribution of w in a convective layer.
//!
//! w/σw = a q + b (q² − 1) with a² + 2b² = 1 and q normal has mean 0, variance 1 and skewness 6b − 4b³. The flux of all
//! air slower than q is then −ρσw(a + bq)φ(q), so the drift that keeps air well mixed (Thomson 1987) has a closed form,
//! where sums of two Gaussians with the same moments (Luhar, Hibberd and Hurley 1996) need error functions.

use std::f64::consts::PI;

use super::boundary_layer::BoundaryLayer;

/// zi/|L| from which updrafts grow skewed, and at which they are wholly so (Cassiani, Stohl and Brioude 2015).
const SKEWED_INSTABILITY: (f64, f64) = (5.0, 15.0);
/// w³/w*³ = 1.2 (z/zi)(1 − z/zi)^3/2 (Luhar, Hibberd and Hurley 1996).
const THIRD_MOMENT: f64 = 1.2;

/// Distribution of vertical velocity in a convective layer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Updrafts {
    /// Gaussian.
    #[default]
    Gaussian,
    /// Skewed, for particles that go forward in time.
    Skewed,
    /// The mirror image, for particles that go backward in time.
    SkewedBackward,
}

impl Updrafts {
    /// b and db/dz (m⁻¹) at a height below the mixing height, from σw and its slope there.
    #[inline]
    pub(super) fn skew(self, layer: &BoundaryLayer, z_m: f64, (sigma, slope): (f64, f64)) -> (f64, f64) {
        let sign = match self {
            Self::Gaussian => return (0.0, 0.0),
            Self::Skewed => 1.0,
            Self::SkewedBackward => -1.0,
        };
        let h = layer.mixing_height_m;
        let (from, to) = SKEWED_INSTABILITY;
        let instability = (-h / layer.obukhov_length_m).clamp(from, to);
        let part = 0.5 - 0.5 * (PI * (instability - from) / (to - from)).cos();
        let strength = sign * THIRD_MOMENT * part * (layer.convective_velocity_m_s / sigma).powi(3);
        let (zeta, rest) = (z_m / h, 1.0 - z_m / h);
        let skewness = strength * zeta * rest * rest.sqrt();
        let profile_slope = strength * rest.sqrt() * (rest - 1.5 * zeta) / h;
        coefficient(skewness, profile_slope - 3.0 * skewness * slope / sigma)
    }
}

/// b with 6b − 4b³ the skewness, and its slope (one step of Newton's method: error below 2e-4 up to skewness 1).
#[inline]
fn coefficient(skewness: f64, slope: f64) -> (f64, f64) {
    let first = skewness / 6.0;
    let skew = first + 4.0 * first.powi(3) / (6.0 - 12.0 * first * first);
    (skew, slope / (6.0 - 12.0 * skew * skew))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::turbulence::boundary_layer::SurfaceLayer;
    use approx::assert_relative_eq;

    const LAYER: BoundaryLayer = BoundaryLayer {
        mixing_height_m: 1000.0,
        friction_velocity_m_s: 0.4,
        convective_velocity_m_s: 2.0,
        obukhov_length_m: -40.0,
        roughness_m: 0.0,
        free_sigma_w_m_s: 0.1,
        surface_layer: SurfaceLayer::Similarity,
        updrafts: Updrafts::Skewed,
    };

    #[test]
    fn skewed_velocities_have_the_moments_of_the_profile() {
        // by the trapezoidal rule over the normal distribution, exact to 1e-9; Newton's step is known to 2e-4
        for z in [100.0, 300.0, 500.0, 900.0] {
            let air = LAYER.at(z, 0.0, 0.0);
            let zeta: f64 = z / 1000.0;
            let third = 1.2 * 8.0 * zeta * (1.0 - zeta).powf(1.5);
            let moment = |order: i32| {
                let weight = |q: f64| (-0.5 * q * q).exp() / std::f64::consts::TAU.sqrt() * 0.01;
                let steps = (-900..=900).map(|k| 0.01 * f64::from(k));
                steps
                    .map(|q| weight(q) * (air.sigma_w_m_s * air.velocity(q)).powi(order))
                    .sum::<f64>()
            };
            assert_relative_eq!(moment(1), 0.0, epsilon = 1e-9);
            assert_relative_eq!(moment(2), air.sigma_w_m_s.powi(2), max_relative = 1e-8);
            assert_relative_eq!(moment(3), third, max_relative = 1e-3);
        }
    }

    #[test]
    fn skewness_comes_by_degrees_and_is_mirrored_backward() {
        let skew = |obukhov_length_m: f64, updrafts: Updrafts| {
            let layer = BoundaryLayer {
                obukhov_length_m,
                updrafts,
                ..LAYER
            };
            layer.at(400.0, 0.0, 0.0).skew
        };
        let full = skew(-40.0, Updrafts::Skewed);
        assert!(full > 0.05);
        assert_relative_eq!(skew(-200.0, Updrafts::Skewed), 0.0, epsilon = 1e-15);
        assert_relative_eq!(skew(-100.0, Updrafts::Skewed), 0.5 * full, max_relative = 0.02);
        assert_relative_eq!(skew(-40.0, Updrafts::SkewedBackward), -full);
        assert_relative_eq!(skew(-40.0, Updrafts::Gaussian), 0.0);
    }
}
