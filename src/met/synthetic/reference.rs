//! The reference atmosphere: a constant lapse rate up to an isothermal stratosphere, dry and hydrostatic.

use crate::constants::{STILT_DRY_AIR_GAS_CONSTANT as R, STILT_GRAVITY_M_S2 as G, STILT_HEAT_CAPACITY as CP};

/// R/c_p of the constants used here, so that the hydrostatic relations close exactly.
pub(super) const KAPPA: f64 = R / CP;
/// Reference pressure of potential temperature, Pa.
const EXNER_PRESSURE_PA: f64 = 100_000.0;
/// Mean pressure at height 0, Pa.
pub(super) const SEA_LEVEL_PRESSURE_PA: f64 = 101_325.0;
/// Mean temperature at height 0, K.
pub(super) const SEA_LEVEL_TEMPERATURE_K: f64 = 288.15;
const LAPSE_K_M: f64 = 0.0065;
const TROPOPAUSE_TEMPERATURE_K: f64 = 216.65;

/// Temperature, K.
pub(super) fn temperature_k(pressure_pa: f64) -> f64 {
    let exponent = R * LAPSE_K_M / G;
    let tropospheric = SEA_LEVEL_TEMPERATURE_K * (pressure_pa / SEA_LEVEL_PRESSURE_PA).powf(exponent);
    tropospheric.max(TROPOPAUSE_TEMPERATURE_K)
}

/// Geopotential above height 0, m² s⁻².
pub(super) fn geopotential(pressure_pa: f64) -> f64 {
    let temperature = temperature_k(pressure_pa);
    let tropospheric = G * (SEA_LEVEL_TEMPERATURE_K - temperature) / LAPSE_K_M;
    if temperature > TROPOPAUSE_TEMPERATURE_K {
        return tropospheric;
    }
    tropospheric + R * TROPOPAUSE_TEMPERATURE_K * (tropopause_pressure_pa() / pressure_pa).ln()
}

fn tropopause_pressure_pa() -> f64 {
    SEA_LEVEL_PRESSURE_PA * (TROPOPAUSE_TEMPERATURE_K / SEA_LEVEL_TEMPERATURE_K).powf(G / (R * LAPSE_K_M))
}

/// Pressure at a tropospheric geopotential, Pa.
pub(super) fn pressure_pa(geopotential: f64) -> f64 {
    let warmth = 1.0 - LAPSE_K_M * geopotential / (G * SEA_LEVEL_TEMPERATURE_K);
    SEA_LEVEL_PRESSURE_PA * warmth.powf(G / (R * LAPSE_K_M))
}

/// Exner function T/θ.
pub(super) fn exner(pressure_pa: f64) -> f64 {
    (pressure_pa / EXNER_PRESSURE_PA).powf(KAPPA)
}

/// Inverse of [`exner`], Pa.
pub(super) fn exner_pressure_pa(exner: f64) -> f64 {
    EXNER_PRESSURE_PA * exner.powf(1.0 / KAPPA)
}
