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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::turbulence::fixtures::{layer, scales};
    use approx::assert_relative_eq;

    #[test]
    fn neutral_air_near_the_ground_diffuses_as_the_log_law_wants() {
        // φ_h(0) = 0.923: K = κ u* z (1 − z/h)² / 0.923
        let scales = scales(0.4, 1e9);
        let expected = 0.4 * 0.4 * 20.0 * (1.0 - 0.02_f64).powi(2) / 0.923;
        let variance = vertical_variance(20.0, &layer(&scales, 1000.0, 0.0), Some(100.0));
        assert_relative_eq!(variance, expected / 100.0, max_relative = 1e-6);
    }

    #[test]
    fn variance_times_hanna_time_is_the_diffusivity() {
        let scales = scales(0.44, -29.4);
        let layer = layer(&scales, 1498.0, 2.19);
        for z in [10.0, 55.0, 140.0, 430.0, 1165.0] {
            let variance = vertical_variance(z, &layer, None);
            let diffusivity = variance * hanna::time_s(z, variance.sqrt(), &layer);
            assert_relative_eq!(diffusivity, diffusivity_m2_s(z, &layer), max_relative = 1e-12);
        }
    }
}
