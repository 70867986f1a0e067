//! σw and T_L of a boundary layer, with all that does not depend on height worked out once.

use super::boundary_layer::{
    BoundaryLayer, CORIOLIS_S, ENTRAINED_DEPTH, ENTRAINMENT_DEPTH, FREE_TROPOSPHERE_TIME_S, MIN_SIGMA_M_S, Regime,
    SurfaceLayer, entrainment_kept,
};
use super::elementary::{exp, inverse_cbrt, ln};
use super::structure::Local;
use crate::constants::VON_KARMAN;

/// Least Lagrangian time, s; met within decimetres of the ground only.
const MIN_TIME_S: f64 = 0.1;
/// Högström (1988): φ_h = 0.95 + 7.8 z/L, or 0.95 (1 − 11.6 z/L)^−½ where heat goes up.
const NEUTRAL_PRANDTL: f64 = 0.95;
/// Largest z/L to which φ_h is believed.
const MAX_STABILITY: f64 = 1.0;

/// The vertical turbulence of a [`BoundaryLayer`] at any height.
#[derive(Clone, Copy, Debug)]
pub struct VerticalProfile {
    layer: BoundaryLayer,
    regime: Regime,
    inverse_depth_m: f64,
    inverse_obukhov_m: f64,
    inverse_ustar_s_m: f64,
    free_sigma_w_m_s: f64,
}

/// A quantity at a height and its slope.
type Sloped = (f64, f64);

impl VerticalProfile {
    /// The profile of a layer.
    #[inline]
    pub fn new(layer: &BoundaryLayer) -> Self {
        Self {
            layer: *layer,
            regime: layer.regime(),
            inverse_depth_m: 1.0 / layer.mixing_height_m,
            inverse_obukhov_m: 1.0 / layer.obukhov_length_m,
            inverse_ustar_s_m: 1.0 / layer.friction_velocity_m_s,
            free_sigma_w_m_s: layer.free_sigma_w_m_s.max(MIN_SIGMA_M_S),
        }
    }

    /// The layer that it belongs to.
    pub fn boundary_layer(&self) -> &BoundaryLayer {
        &self.layer
    }

    /// Height from which all is as in the free troposphere, m.
    #[inline]
    pub fn free_above_m(&self) -> f64 {
        ENTRAINED_DEPTH * self.layer.mixing_height_m
    }

    /// Turbulence at height `z_m` above ground, with the density of the air there, and the slope of the mixing length.
    #[inline]
    pub fn at(&self, z_m: f64, log_density: f64, log_density_slope_m: f64) -> (Local, f64) {
        let mut skew = (0.0, 0.0);
        let (sigma, time_s, length_slope) = if z_m < self.layer.mixing_height_m {
            let (sigma, length) = self.below(z_m);
            skew = self.layer.updrafts.skew(&self.layer, z_m, sigma);
            (sigma, time_s(length.0, sigma.0), length.1)
        } else {
            self.above(z_m)
        };
        let local = Local {
            sigma_w_m_s: sigma.0,
            sigma_w_slope_s: sigma.1,
            time_s,
            log_density,
            log_density_slope_m,
            skew: skew.0,
            skew_slope_m: skew.1,
        };
        (local, length_slope)
    }

    /// σw, T_L and the slope of the mixing length above the mixing height.
    #[inline]
    fn above(&self, z_m: f64) -> (Sloped, f64, f64) {
        let kept = entrainment_kept(z_m * self.inverse_depth_m);
        if kept == 0.0 {
            return ((self.free_sigma_w_m_s, 0.0), FREE_TROPOSPHERE_TIME_S, 0.0);
        }
        let (top, length) = self.below(self.layer.mixing_height_m);
        let excess = (top.0 - self.free_sigma_w_m_s) * kept;
        let longer_s = (time_s(length.0, top.0) - FREE_TROPOSPHERE_TIME_S) * kept;
        let fall_m = -self.inverse_depth_m / ENTRAINMENT_DEPTH;
        let (sigma, time_s) = (self.free_sigma_w_m_s + excess, FREE_TROPOSPHERE_TIME_S + longer_s);
        let length_slope = fall_m * (excess * time_s + longer_s * sigma);
        ((sigma, fall_m * excess), time_s, length_slope)
    }

    /// σw and the mixing length at or below the mixing height.
    #[inline]
    fn below(&self, z_m: f64) -> (Sloped, Sloped) {
        let sigma = self.sigma_w(z_m);
        let z = z_m + self.layer.roughness_m;
        let length = match self.layer.surface_layer {
            SurfaceLayer::Hanna => (sigma.0 * self.hanna_time_s(z_m, z, sigma.0), 0.0),
            SurfaceLayer::Similarity => {
                let (surface, mixed) = (self.surface_length(z, sigma), self.mixed_length(z));
                if surface.0 < mixed.0 { surface } else { mixed }
            }
        };
        (sigma, length)
    }

    #[inline]
    fn sigma_w(&self, z_m: f64) -> Sloped {
        let ustar = self.layer.friction_velocity_m_s;
        match self.regime {
            Regime::Unstable => {
                let zeta = (z_m + self.layer.roughness_m) * self.inverse_depth_m;
                let inverse_root = inverse_cbrt(zeta);
                let convective = 1.2 * self.layer.convective_velocity_m_s * self.layer.convective_velocity_m_s;
                let variance =
                    convective * (1.0 - 0.9 * zeta) * zeta * inverse_root + (1.8 - 1.4 * zeta) * ustar * ustar;
                let slope = convective * (2.0 / 3.0 - 1.5 * zeta) * inverse_root - 1.4 * ustar * ustar;
                floored(variance.max(0.0).sqrt(), |sigma| {
                    0.5 * slope * self.inverse_depth_m / sigma
                })
            }
            Regime::Neutral => {
                let rate = -2.0 * CORIOLIS_S * self.inverse_ustar_s_m;
                floored(1.3 * ustar * exp(rate * z_m), |sigma| rate * sigma)
            }
            Regime::Stable => {
                let (ground, free) = (1.3 * ustar, self.free_sigma_w_m_s);
                let slope = (free - ground) * self.inverse_depth_m;
                floored(ground + slope * z_m, |_| slope)
            }
        }
    }

    /// σw T_L = κ u* z/(φ_h σw), which makes the diffusivity that of the surface layer.
    #[inline]
    fn surface_length(&self, z: f64, (sigma, slope): Sloped) -> Sloped {
        let stability = z * self.inverse_obukhov_m;
        let (inverse_phi, mut steeper) = if stability < 0.0 {
            let growth = 1.0 - 11.6 * stability;
            let steeper = -5.8 * self.inverse_obukhov_m / growth;
            (growth.sqrt() / NEUTRAL_PRANDTL, steeper)
        } else {
            let phi = NEUTRAL_PRANDTL + 7.8 * stability.min(MAX_STABILITY);
            let steeper = if stability < MAX_STABILITY {
                -7.8 * self.inverse_obukhov_m / phi
            } else {
                0.0
            };
            (1.0 / phi, steeper)
        };
        let mut per_metre = VON_KARMAN * self.layer.friction_velocity_m_s * inverse_phi / sigma;
        if self.regime == Regime::Neutral {
            let rotation = self.rotation(z);
            per_metre /= rotation;
            steeper -= (rotation - 1.0) / (z * rotation);
        }
        let length = per_metre * z;
        (length, per_metre + length * (steeper - slope / sigma))
    }

    /// Hanna's mixing length away from the ground.
    #[inline]
    fn mixed_length(&self, z: f64) -> Sloped {
        let h = self.layer.mixing_height_m;
        let zeta = z * self.inverse_depth_m;
        match self.regime {
            Regime::Unstable => {
                let left = exp(-5.0 * zeta);
                (0.15 * h * (1.0 - left), 0.75 * left)
            }
            Regime::Neutral => (f64::INFINITY, 0.0),
            Regime::Stable => {
                let share = exp(0.8 * ln(zeta));
                (0.1 * h * share, 0.08 * h * share / z)
            }
        }
    }

    #[inline]
    fn hanna_time_s(&self, z_m: f64, z: f64, sigma: f64) -> f64 {
        let stability = z_m / self.layer.obukhov_length_m.abs();
        match self.regime {
            Regime::Unstable if z_m >= 0.1 * self.layer.mixing_height_m => self.mixed_length(z).0 / sigma,
            Regime::Unstable if stability < 1.0 => 0.1 * z / (sigma * (0.55 - 0.38 * stability)),
            Regime::Unstable => 0.59 * z / sigma,
            Regime::Neutral => 0.5 * z / sigma / self.rotation(z),
            Regime::Stable => self.mixed_length(z).0 / sigma,
        }
    }

    /// Hanna's reduction of the neutral mixing length with height.
    #[inline]
    fn rotation(&self, z: f64) -> f64 {
        1.0 + 15.0 * CORIOLIS_S * z * self.inverse_ustar_s_m
    }
}

#[inline]
fn time_s(length_m: f64, sigma_m_s: f64) -> f64 {
    (length_m / sigma_m_s).max(MIN_TIME_S)
}

/// A σ no less than the least, with its slope.
#[inline]
fn floored(sigma: f64, slope: impl Fn(f64) -> f64) -> Sloped {
    if sigma > MIN_SIGMA_M_S {
        (sigma, slope(sigma))
    } else {
        (MIN_SIGMA_M_S, 0.0)
    }
}
