//! Turbulence at any height as continuous functions: Ryall and Maryon (1998) and Hanna (1982) below the mixing height,
//! a smooth fall to the free troposphere above it.

use super::elementary::exp;
use super::structure::Local;
use super::updrafts::Updrafts;
use super::vertical_profile::VerticalProfile;

/// Lagrangian time of the free troposphere, s.
pub const FREE_TROPOSPHERE_TIME_S: f64 = 100.0;
pub(super) const MIN_SIGMA_M_S: f64 = 0.01;
/// Depth over which turbulence falls by e above the mixing height, per mixing height.
pub(super) const ENTRAINMENT_DEPTH: f64 = 0.1;
/// Height in mixing heights from which 5e-5 of the difference from the free troposphere is left, and taken as 0.
pub(super) const ENTRAINED_DEPTH: f64 = 2.0;
/// Coriolis parameter of Hanna's neutral profiles, s⁻¹.
pub(super) const CORIOLIS_S: f64 = 1e-4;

/// Scales of one boundary layer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BoundaryLayer {
    /// zi, m.
    pub mixing_height_m: f64,
    /// u*, m s⁻¹.
    pub friction_velocity_m_s: f64,
    /// w*, m s⁻¹; 0 unless heat goes up.
    pub convective_velocity_m_s: f64,
    /// L, m; negative when heat goes up, infinite in neutral air.
    pub obukhov_length_m: f64,
    /// z₀, m.
    pub roughness_m: f64,
    /// σw of the free troposphere, m s⁻¹.
    pub free_sigma_w_m_s: f64,
    /// Where T_L near the ground comes from.
    pub surface_layer: SurfaceLayer,
    /// Shape of the distribution of vertical velocity.
    pub updrafts: Updrafts,
}

/// Lagrangian time near the ground.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SurfaceLayer {
    /// Such that σw²T_L is the diffusivity of the surface layer, κ u* z/φ_h (Högström 1988); Hanna's where that is less.
    #[default]
    Similarity,
    /// Hanna (1982) down to the ground. σw²T_L is then 1.5 times the diffusivity in neutral air, half of it in weakly
    /// unstable air.
    Hanna,
}

/// Standard deviation of a velocity and its Lagrangian time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gusts {
    /// σ, m s⁻¹.
    pub sigma_m_s: f64,
    /// T_L, s.
    pub time_s: f64,
}

/// Hanna's classes of a boundary layer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Regime {
    Unstable,
    Neutral,
    Stable,
}

impl BoundaryLayer {
    /// Vertical turbulence at height `z_m` above ground, with the density of the air there.
    #[inline]
    pub fn at(&self, z_m: f64, log_density: f64, log_density_slope_m: f64) -> Local {
        VerticalProfile::new(self).at(z_m, log_density, log_density_slope_m).0
    }

    /// Neutral while zi < |L|.
    #[inline]
    pub(super) fn regime(&self) -> Regime {
        if self.mixing_height_m < self.obukhov_length_m.abs() {
            Regime::Neutral
        } else if self.obukhov_length_m < 0.0 {
            Regime::Unstable
        } else {
            Regime::Stable
        }
    }
}

/// Part of the difference from the free troposphere that is left at a height in mixing heights, 1 or more.
#[inline]
pub(super) fn entrainment_kept(zeta: f64) -> f64 {
    if zeta < ENTRAINED_DEPTH {
        exp((1.0 - zeta) * (1.0 / ENTRAINMENT_DEPTH))
    } else {
        0.0
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::turbulence::gusts;
    use approx::assert_relative_eq;

    const CONVECTIVE: BoundaryLayer = BoundaryLayer {
        mixing_height_m: 1000.0,
        friction_velocity_m_s: 0.4,
        convective_velocity_m_s: 2.0,
        obukhov_length_m: -40.0,
        roughness_m: 0.0,
        free_sigma_w_m_s: 0.1,
        surface_layer: SurfaceLayer::Hanna,
        updrafts: Updrafts::Gaussian,
    };

    fn layers() -> Vec<BoundaryLayer> {
        let shear = |mixing_height_m, obukhov_length_m| BoundaryLayer {
            mixing_height_m,
            obukhov_length_m,
            convective_velocity_m_s: 0.0,
            roughness_m: 0.1,
            ..CONVECTIVE
        };
        [CONVECTIVE, shear(800.0, f64::INFINITY), shear(200.0, 50.0)]
            .into_iter()
            .flat_map(|layer| {
                [SurfaceLayer::Hanna, SurfaceLayer::Similarity]
                    .map(|surface_layer| BoundaryLayer { surface_layer, ..layer })
            })
            .collect()
    }

    #[test]
    fn convective_values_of_the_published_table() {
        // h = 1000 m, w* = 2, u* = 0.4, L = −40; table printed with four decimals
        for (z, sigma) in [
            (10.0, 0.7117),
            (50.0, 0.9481),
            (200.0, 1.2607),
            (500.0, 1.3561),
            (980.0, 0.7920),
        ] {
            assert_relative_eq!(CONVECTIVE.at(z, 0.0, 0.0).sigma_w_m_s, sigma, epsilon = 6e-5);
        }
    }

    #[test]
    fn slopes_are_those_of_the_profiles() {
        let skewed = BoundaryLayer {
            updrafts: Updrafts::Skewed,
            ..CONVECTIVE
        };
        for layer in layers().into_iter().chain([skewed]) {
            let skew = |z: f64| layer.at(z, 0.0, 0.0).skew;
            let slope = (skew(400.0 + 1e-2) - skew(400.0 - 1e-2)) / 2e-2;
            assert_relative_eq!(
                layer.at(400.0, 0.0, 0.0).skew_slope_m,
                slope,
                epsilon = 1e-9,
                max_relative = 1e-3
            );
            for z in [2.0, 30.0, 110.0, 190.0, 700.0, 850.0, 1200.0] {
                let sigma = |z: f64| layer.at(z, 0.0, 0.0).sigma_w_m_s;
                let expected = (sigma(z + 1e-3) - sigma(z - 1e-3)) / 2e-3;
                let slope = layer.at(z, 0.0, 0.0).sigma_w_slope_s;
                assert_relative_eq!(slope, expected, epsilon = 1e-7, max_relative = 1e-4);
            }
        }
    }

    #[test]
    fn profiles_are_continuous_and_positive_from_the_ground_to_the_free_troposphere() {
        for layer in layers() {
            let mut below = layer.at(0.0, 0.0, 0.0);
            let mut gusts = layer.horizontal(0.0);
            for k in 1..40_000 {
                let z = 0.1 * f64::from(k);
                let (here, now) = (layer.at(z, 0.0, 0.0), layer.horizontal(z));
                let jump = |a: f64, b: f64| (a - b).abs() / (0.1 / z + 0.002);
                assert!(here.sigma_w_m_s > 0.0 && here.time_s > 0.0);
                assert!(
                    jump(here.sigma_w_m_s, below.sigma_w_m_s) < 2.0,
                    "σw of {layer:?} at {z}"
                );
                assert!(
                    jump(here.time_s.ln(), below.time_s.ln()) < 4.0,
                    "T_L of {layer:?} at {z}"
                );
                for (now, before) in now.iter().zip(gusts) {
                    assert!(now.time_s >= gusts::MIN_TIME_S && now.sigma_m_s > 0.0);
                    assert!(jump(now.sigma_m_s, before.sigma_m_s) < 4.0, "σ of {layer:?} at {z}");
                }
                (below, gusts) = (here, now);
            }
            assert_relative_eq!(below.sigma_w_m_s, 0.1, max_relative = 1e-9);
            assert_relative_eq!(below.time_s, FREE_TROPOSPHERE_TIME_S, max_relative = 1e-9);
        }
    }

    #[test]
    fn the_surface_layer_has_its_diffusivity() {
        let neutral = layers().pop().map(|layer| BoundaryLayer {
            obukhov_length_m: f64::INFINITY,
            ..layer
        });
        let air = neutral.unwrap().at(2.0, 0.0, 0.0);
        // κ u* (z + z₀)/0.95, less 15 f z/u* = 0.8 %
        let expected = 0.4 * 0.4 * 2.1 / 0.95;
        assert_relative_eq!(air.sigma_w_m_s.powi(2) * air.time_s, expected, max_relative = 0.01);
    }
}
