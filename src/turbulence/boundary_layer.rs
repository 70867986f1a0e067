//! Turbulence at any height as continuous functions: Ryall and Maryon (1998) and Hanna (1982) below the mixing height,
//! a smooth fall to the free troposphere above it.

use super::structure::Local;
use super::updrafts::Updrafts;
use crate::constants::VON_KARMAN;

/// Lagrangian time of the free troposphere, s.
pub const FREE_TROPOSPHERE_TIME_S: f64 = 100.0;
/// Horizontal gusts of the free troposphere, m s⁻¹: K = σ²T_L = 50 m² s⁻¹ (Stohl et al. 2005).
const FREE_HORIZONTAL_SIGMA_M_S: f64 = 0.707;
/// Least Lagrangian times, s: that of the vertical is met within decimetres of the ground only.
const MIN_TIME_S: f64 = 0.1;
const MIN_HORIZONTAL_TIME_S: f64 = 10.0;
const MIN_SIGMA_M_S: f64 = 0.01;
/// Depth over which turbulence falls by e above the mixing height, per mixing height.
const ENTRAINMENT_DEPTH: f64 = 0.1;
/// Coriolis parameter of Hanna's neutral profiles, s⁻¹.
const CORIOLIS_S: f64 = 1e-4;
/// Högström (1988): φ_h = 0.95 + 7.8 z/L, or 0.95 (1 − 11.6 z/L)^−½ where heat goes up.
const NEUTRAL_PRANDTL: f64 = 0.95;
/// Largest z/L to which φ_h is believed.
const MAX_STABILITY: f64 = 1.0;

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

#[derive(Clone, Copy, PartialEq)]
enum Regime {
    Unstable,
    Neutral,
    Stable,
}

impl BoundaryLayer {
    /// Vertical turbulence at height `z_m` above ground, with the density of the air there.
    #[inline]
    pub fn at(&self, z_m: f64, log_density: f64, log_density_slope_m: f64) -> Local {
        let below = z_m.min(self.mixing_height_m);
        let (sigma, slope) = self.sigma_w(below);
        let time_s = self.vertical_time_s(below, sigma);
        let mut skew = (0.0, 0.0);
        let (sigma_w_m_s, sigma_w_slope_s, time_s) = if z_m < self.mixing_height_m {
            skew = self.updrafts.skew(self, z_m, (sigma, slope));
            (sigma, slope, time_s)
        } else {
            let kept = self.kept_above(z_m);
            let excess = (sigma - self.free_sigma()) * kept;
            let slope = -excess / (ENTRAINMENT_DEPTH * self.mixing_height_m);
            let time_s = FREE_TROPOSPHERE_TIME_S + (time_s - FREE_TROPOSPHERE_TIME_S) * kept;
            (self.free_sigma() + excess, slope, time_s)
        };
        Local {
            sigma_w_m_s,
            sigma_w_slope_s,
            time_s,
            log_density,
            log_density_slope_m,
            skew: skew.0,
            skew_slope_m: skew.1,
        }
    }

    /// Horizontal turbulence along and across the mean wind at height `z_m` above ground (Hanna 1982).
    pub fn horizontal(&self, z_m: f64) -> [Gusts; 2] {
        let below = z_m.min(self.mixing_height_m);
        let kept = if z_m < self.mixing_height_m {
            1.0
        } else {
            self.kept_above(z_m)
        };
        self.horizontal_below(below).map(|gusts| Gusts {
            sigma_m_s: blend(FREE_HORIZONTAL_SIGMA_M_S, gusts.sigma_m_s.max(MIN_SIGMA_M_S), kept),
            time_s: blend(FREE_TROPOSPHERE_TIME_S, gusts.time_s.max(MIN_HORIZONTAL_TIME_S), kept),
        })
    }

    fn horizontal_below(&self, z_m: f64) -> [Gusts; 2] {
        let (h, ustar) = (self.mixing_height_m, self.friction_velocity_m_s);
        let zeta = z_m / h;
        match self.regime() {
            Regime::Unstable => {
                let sigma_m_s = ustar * (12.0 + 0.5 * h / self.obukhov_length_m.abs()).cbrt();
                [Gusts {
                    sigma_m_s,
                    time_s: 0.15 * h / sigma_m_s,
                }; 2]
            }
            Regime::Neutral => {
                let decay = CORIOLIS_S * z_m / ustar;
                let time_s = 0.5 * z_m / self.sigma_w(z_m).0 / (1.0 + 15.0 * decay);
                [(2.0, 3.0), (1.3, 2.0)].map(|(ground, rate)| Gusts {
                    sigma_m_s: ground * ustar * (-rate * decay).exp(),
                    time_s,
                })
            }
            Regime::Stable => [(2.0, 0.15), (1.3, 0.07)].map(|(ground, share)| {
                let sigma_m_s = (ground * ustar * (1.0 - zeta)).max(MIN_SIGMA_M_S);
                Gusts {
                    sigma_m_s,
                    time_s: share * h / sigma_m_s * zeta.sqrt(),
                }
            }),
        }
    }

    /// Neutral while zi < |L|.
    #[inline]
    fn regime(&self) -> Regime {
        if self.mixing_height_m < self.obukhov_length_m.abs() {
            Regime::Neutral
        } else if self.obukhov_length_m < 0.0 {
            Regime::Unstable
        } else {
            Regime::Stable
        }
    }

    /// Part of the difference from the free troposphere that is left above the mixing height.
    #[inline]
    fn kept_above(&self, z_m: f64) -> f64 {
        (-(z_m / self.mixing_height_m - 1.0) / ENTRAINMENT_DEPTH).exp()
    }

    #[inline]
    fn free_sigma(&self) -> f64 {
        self.free_sigma_w_m_s.max(MIN_SIGMA_M_S)
    }

    /// σw and dσw/dz at or below the mixing height.
    #[inline]
    fn sigma_w(&self, z_m: f64) -> (f64, f64) {
        let (h, ustar) = (self.mixing_height_m, self.friction_velocity_m_s);
        match self.regime() {
            Regime::Unstable => {
                let zeta = (z_m + self.roughness_m) / h;
                let (root, convective) = (zeta.cbrt(), 1.2 * self.convective_velocity_m_s.powi(2));
                let variance = convective * (1.0 - 0.9 * zeta) * root * root + (1.8 - 1.4 * zeta) * ustar * ustar;
                let slope = convective * (2.0 / 3.0 - 1.5 * zeta) / root - 1.4 * ustar * ustar;
                floored(variance.max(0.0).sqrt(), |sigma| slope / (2.0 * h * sigma))
            }
            Regime::Neutral => {
                let rate = -2.0 * CORIOLIS_S / ustar;
                floored(1.3 * ustar * (rate * z_m).exp(), |sigma| rate * sigma)
            }
            Regime::Stable => {
                let (ground, free) = (1.3 * ustar, self.free_sigma());
                floored(blend(free, ground, 1.0 - z_m / h), |_| (free - ground) / h)
            }
        }
    }

    /// T_L of the vertical at or below the mixing height.
    #[inline]
    fn vertical_time_s(&self, z_m: f64, sigma: f64) -> f64 {
        let z = z_m + self.roughness_m;
        let time_s = match self.surface_layer {
            SurfaceLayer::Hanna => self.hanna_time_s(z_m, z, sigma),
            SurfaceLayer::Similarity => self.surface_time_s(z, sigma).min(self.mixed_time_s(z, sigma)),
        };
        time_s.max(MIN_TIME_S)
    }

    #[inline]
    fn surface_time_s(&self, z: f64, sigma: f64) -> f64 {
        let stability = (z / self.obukhov_length_m).min(MAX_STABILITY);
        let phi = if stability < 0.0 {
            NEUTRAL_PRANDTL / (1.0 - 11.6 * stability).sqrt()
        } else {
            NEUTRAL_PRANDTL + 7.8 * stability
        };
        VON_KARMAN * self.friction_velocity_m_s * z / (phi * sigma * sigma) / self.rotation(z)
    }

    /// Hanna's times away from the ground.
    #[inline]
    fn mixed_time_s(&self, z: f64, sigma: f64) -> f64 {
        let h = self.mixing_height_m;
        match self.regime() {
            Regime::Unstable => 0.15 * h / sigma * (1.0 - (-5.0 * z / h).exp()),
            Regime::Neutral => f64::INFINITY,
            Regime::Stable => 0.1 * h / sigma * (z / h).powf(0.8),
        }
    }

    #[inline]
    fn hanna_time_s(&self, z_m: f64, z: f64, sigma: f64) -> f64 {
        let stability = z_m / self.obukhov_length_m.abs();
        match self.regime() {
            Regime::Unstable if z_m >= 0.1 * self.mixing_height_m => self.mixed_time_s(z, sigma),
            Regime::Unstable if stability < 1.0 => 0.1 * z / (sigma * (0.55 - 0.38 * stability)),
            Regime::Unstable => 0.59 * z / sigma,
            Regime::Neutral => 0.5 * z / sigma / self.rotation(z),
            Regime::Stable => self.mixed_time_s(z, sigma),
        }
    }

    /// Hanna's reduction of the neutral mixing length with height.
    #[inline]
    fn rotation(&self, z: f64) -> f64 {
        match self.regime() {
            Regime::Neutral => 1.0 + 15.0 * CORIOLIS_S * z / self.friction_velocity_m_s,
            _ => 1.0,
        }
    }
}

#[inline]
fn blend(none: f64, all: f64, part: f64) -> f64 {
    none + (all - none) * part
}

/// A σ no less than the least, with its slope.
#[inline]
fn floored(sigma: f64, slope: impl Fn(f64) -> f64) -> (f64, f64) {
    if sigma > MIN_SIGMA_M_S {
        (sigma, slope(sigma))
    } else {
        (MIN_SIGMA_M_S, 0.0)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
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
                    assert!(now.time_s >= MIN_HORIZONTAL_TIME_S && now.sigma_m_s > 0.0);
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
