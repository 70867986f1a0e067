//! The diurnal boundary layer of the idealised weather: fluxes, friction and the potential temperature they leave.

use std::f64::consts::PI;

use super::reference::{SEA_LEVEL_PRESSURE_PA, SEA_LEVEL_TEMPERATURE_K, exner, exner_pressure_pa};
use crate::constants::{STILT_DRY_AIR_GAS_CONSTANT as R, STILT_GRAVITY_M_S2 as G, STILT_HEAT_CAPACITY as CP};

/// Depth of the stable layer at night, m.
const NIGHT_HEIGHT_M: f64 = 300.0;
/// Deficit of potential temperature at the ground at dawn, K.
const NIGHT_DEFICIT_K: f64 = 2.0;
/// Heat that the ground takes from the air at night, W m⁻².
const NIGHT_LOSS_W_M2: f64 = 25.0;
/// Jump of potential temperature above the deepest mixed layer, K, and depth of that inversion, m.
const CAPPING_JUMP_K: f64 = 1.5;
const CAPPING_DEPTH_M: f64 = 100.0;
/// dθ/dz into which the mixed layer grows, K m⁻¹.
const FREE_STABILITY_K_M: f64 = 0.0034;
/// Depth of the layer in which the wind grows to its balanced value, m.
const FRICTION_DEPTH_M: f64 = 200.0;
/// Depth of the layer with flow across the isobars, m, and its strength: tangent of the angle near the ground.
const INFLOW_DEPTH_M: f64 = 1200.0;
const INFLOW: f64 = 0.25;
/// Inverse Obukhov length of the wind profile in the middle of the night, m⁻¹.
const NIGHT_INVERSE_OBUKHOV: f64 = 1.0 / 100.0;

/// What the Sun does at one place and time; days and nights of 12 h, as at an equinox.
#[derive(Clone, Copy, Debug)]
pub(super) struct Daytime {
    solar_hour: f64,
}

impl Daytime {
    /// Of `seconds` since midnight UTC (of any day) at a longitude.
    pub(super) fn new(seconds: f64, lon_deg: f64) -> Self {
        Self {
            solar_hour: (seconds / 3600.0 + lon_deg / 15.0).rem_euclid(24.0),
        }
    }

    /// Sine of the Sun's height, over its value at noon; negative at night.
    pub(super) fn sun(self) -> f64 {
        (PI * (self.solar_hour - 6.0) / 12.0).sin()
    }

    /// Sensible heat flux, upward, W m⁻², for its peak at noon.
    pub(super) fn sensible_heat_w_m2(self, peak: f64) -> f64 {
        let loss = NIGHT_LOSS_W_M2.min(peak);
        -loss + (peak + loss) * self.sun().max(0.0)
    }

    /// Share of the day's heat in the air: 0 at sunrise, 1 at sunset, lost again in the night.
    fn warmth(self) -> f64 {
        0.5 * (1.0 - (PI * (self.solar_hour - 6.0) / 12.0).cos())
    }

    /// Strength of the ground inversion: grows from sunset to 1 at sunrise, gone two hours later.
    fn inversion(self) -> f64 {
        let since_sunset = (self.solar_hour - 18.0).rem_euclid(24.0);
        if since_sunset <= 12.0 {
            (since_sunset / 12.0).sqrt()
        } else {
            (1.0 - (since_sunset - 12.0) / 2.0).max(0.0)
        }
    }

    /// Depth of the layer of uniform potential temperature, by encroachment (Tennekes 1973, without entrainment): the
    /// heat of a half sine of 12 h fills a triangle of depth h and height γh.
    fn mixed_depth_m(self, peak_w_m2: f64) -> f64 {
        let night2 = NIGHT_HEIGHT_M.powi(2);
        (night2 + self.warmth() * (full_depth_m(peak_w_m2).powi(2) - night2)).sqrt()
    }

    /// Mixing height, m: the mixed layer while the ground heats it, the stable layer at night.
    pub(super) fn mixing_height_m(self, peak_w_m2: f64) -> f64 {
        let mixed = self.mixed_depth_m(peak_w_m2);
        let turbulent = (0.5 * (19.0 - self.solar_hour)).clamp(0.0, 1.0);
        if self.solar_hour < 6.0 {
            return NIGHT_HEIGHT_M;
        }
        NIGHT_HEIGHT_M + turbulent * (mixed - NIGHT_HEIGHT_M)
    }
}

fn full_depth_m(peak_w_m2: f64) -> f64 {
    let density = SEA_LEVEL_PRESSURE_PA / (R * SEA_LEVEL_TEMPERATURE_K);
    let heat_j_m2 = peak_w_m2 * 2.0 / PI * 12.0 * 3600.0;
    (2.0 * heat_j_m2 / (density * CP * FREE_STABILITY_K_M))
        .sqrt()
        .max(NIGHT_HEIGHT_M)
}

/// The wind's growth with height: F = [ln(1 + z/z₀) + 5z/L] / [the same at 200 m], at most 1.
#[derive(Clone, Copy, Debug)]
pub(super) struct Friction {
    roughness_m: f64,
    inverse_obukhov: f64,
    norm: f64,
}

impl Friction {
    pub(super) fn new(daytime: Daytime, roughness_m: f64) -> Self {
        let mut friction = Self {
            roughness_m,
            inverse_obukhov: NIGHT_INVERSE_OBUKHOV * (-daytime.sun()).max(0.0),
            norm: 1.0,
        };
        friction.norm = friction.similarity(FRICTION_DEPTH_M);
        friction
    }

    /// ln(1 + z/z₀) + 5z/L: wind over u*/κ.
    pub(super) fn similarity(self, height_m: f64) -> f64 {
        (1.0 + height_m / self.roughness_m).ln() + 5.0 * self.inverse_obukhov * height_m
    }

    /// F at a height, m.
    pub(super) fn factor(self, height_m: f64) -> f64 {
        self.similarity(height_m.clamp(0.0, FRICTION_DEPTH_M)) / self.norm
    }

    /// ∫₀ᶻ F dz, m.
    pub(super) fn integral_m(self, height_m: f64) -> f64 {
        let z = height_m.clamp(0.0, FRICTION_DEPTH_M);
        self.moment(z, 0) / self.norm + (height_m - FRICTION_DEPTH_M).max(0.0)
    }

    /// Flow towards low pressure over the balanced surface wind, at a height.
    pub(super) fn inflow(self, height_m: f64) -> f64 {
        INFLOW * self.factor(height_m) * (1.0 - height_m / INFLOW_DEPTH_M).max(0.0)
    }

    /// ∫₀ᶻ inflow dz, m.
    pub(super) fn inflow_integral_m(self, height_m: f64) -> f64 {
        let top = height_m.min(INFLOW_DEPTH_M);
        let z = top.clamp(0.0, FRICTION_DEPTH_M);
        let grown = (self.moment(z, 0) - self.moment(z, 1) / INFLOW_DEPTH_M) / self.norm;
        let full = |z: f64| z - 0.5 * z * z / INFLOW_DEPTH_M;
        let constant = if top > FRICTION_DEPTH_M {
            full(top) - full(FRICTION_DEPTH_M)
        } else {
            0.0
        };
        INFLOW * (grown + constant)
    }

    /// ∫₀ᶻ zⁿ (ln(1 + z/z₀) + 5z/L) dz for n = 0, 1.
    fn moment(self, z: f64, n: i32) -> f64 {
        let z0 = self.roughness_m;
        let log = (1.0 + z / z0).ln();
        let linear = 5.0 * self.inverse_obukhov * z.powi(n + 2) / f64::from(n + 2);
        match n {
            0 => (z + z0) * log - z + linear,
            _ => 0.5 * (z * z - z0 * z0) * log - 0.25 * z * z + 0.5 * z0 * z + linear,
        }
    }
}

/// Potential temperature of one column below the free atmosphere, against ζ = c_p θ₀ (Π_s − Π)/g, which is the height
/// in an atmosphere of potential temperature θ₀; hydrostatic balance is dΦ = (g/θ₀) θ dζ, so all integrals are exact.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct MixedLayer {
    surface_exner: f64,
    depth_m: f64,
    mixed_k: f64,
    above_k: f64,
    deficit_k: f64,
    lift: f64,
}

const THETA_0_K: f64 = SEA_LEVEL_TEMPERATURE_K;

impl MixedLayer {
    /// Under a free atmosphere given as (temperature [K], geopotential [m² s⁻²]) of pressure [Pa].
    pub(super) fn new(
        daytime: Daytime,
        peak_w_m2: f64,
        surface_pressure_pa: f64,
        free: impl Fn(f64) -> (f64, f64),
    ) -> Self {
        let depth_m = daytime.mixed_depth_m(peak_w_m2);
        let surface_exner = exner(surface_pressure_pa);
        let above_exner = surface_exner - G * (depth_m + CAPPING_DEPTH_M) / (CP * THETA_0_K);
        let (above_temperature, above_geopotential) = free(exner_pressure_pa(above_exner));
        let above_k = above_temperature / above_exner;
        let mut layer = Self {
            surface_exner,
            depth_m,
            mixed_k: above_k - CAPPING_JUMP_K * depth_m / full_depth_m(peak_w_m2),
            above_k,
            deficit_k: NIGHT_DEFICIT_K * daytime.inversion(),
            lift: 0.0,
        };
        layer.lift = layer.inside(depth_m + CAPPING_DEPTH_M).1 - above_geopotential;
        layer
    }

    /// Temperature [K] and geopotential [m² s⁻²] at a pressure where the free atmosphere would have `free`.
    pub(super) fn at(&self, pressure_pa: f64, free: (f64, f64)) -> (f64, f64) {
        let exner = exner(pressure_pa);
        let zeta = CP * THETA_0_K * (self.surface_exner - exner) / G;
        if zeta >= self.depth_m + CAPPING_DEPTH_M {
            return (free.0, free.1 + self.lift);
        }
        let (theta, geopotential) = self.inside(zeta);
        (theta * exner, geopotential)
    }

    /// Potential temperature just above the ground, K.
    pub(super) fn ground_k(&self) -> f64 {
        self.inside(0.0).0
    }

    fn inside(&self, zeta_m: f64) -> (f64, f64) {
        let into_cap = (zeta_m - self.depth_m).max(0.0);
        let gradient = (self.above_k - self.mixed_k) / CAPPING_DEPTH_M;
        let left = (1.0 - zeta_m.max(0.0) / NIGHT_HEIGHT_M).max(0.0);
        let theta = self.mixed_k + gradient * into_cap - self.deficit_k * left * left;
        let missing = if zeta_m > 0.0 {
            NIGHT_HEIGHT_M / 3.0 * (1.0 - left.powi(3))
        } else {
            zeta_m
        };
        let integral = self.mixed_k * zeta_m + 0.5 * gradient * into_cap * into_cap - self.deficit_k * missing;
        (theta, G / THETA_0_K * integral)
    }
}
