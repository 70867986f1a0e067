//! Beljaars and Holtslag (1991) as HYSPLIT uses them (KBLT = 1): a profile of diffusivity, and σw² = K/T_L with
//! the Lagrangian time of Hanna (1982), which falls as 1/σw.

use super::free_troposphere::DIFFUSIVITY_RANGE_M2_S;
use super::hanna;
use super::similarity::{STABILITY_RANGE, heat_stability, momentum_stability};
use super::{BoundaryLayer, surface_layer_m};
use crate::constants::VON_KARMAN;

/// Variance of vertical velocity at height `z` ≤ zi, m² s⁻²; `time_s` is the Lagrangian time if it is prescribed.
pub fn vertical_variance(z: f64, layer: &BoundaryLayer<'_>, time_s: Option<f64>) -> f64 {
    let diffusivity = diffusivity_m2_s(z, layer);
    match time_s {
        Some(time_s) => diffusivity / time_s,
        None => (diffusivity / hanna::time_s(z, 1.0, layer)).powi(2),
    }
}

fn diffusivity_m2_s(z: f64, layer: &BoundaryLayer<'_>) -> f64 {
    let zi = layer.mixing_height_m;
    let scales = layer.scales;
    let surface_m = surface_layer_m(zi);
    let stability = |z: f64| {
        let (lowest, highest) = STABILITY_RANGE;
        (z / scales.obukhov_length_m).clamp(lowest, highest)
    };
    let shape = VON_KARMAN * z * (1.0 - z / zi).powi(2);
    let diffusivity = if z <= surface_m {
        shape * scales.friction_velocity_m_s / heat_stability(stability(z))
    } else {
        let wstar = layer.convective_velocity_m_s;
        let w_m = (scales.friction_velocity_m_s.powi(3) + 0.6 * wstar.powi(3)).cbrt();
        let at = stability(0.1 * zi);
        let prandtl = heat_stability(at) / momentum_stability(at) + 7.2 * VON_KARMAN * z / zi * wstar / w_m;
        shape * w_m / prandtl
    };
    let (lowest, highest) = DIFFUSIVITY_RANGE_M2_S;
    diffusivity.clamp(lowest, highest)
}
