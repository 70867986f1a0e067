//! Hanna (1982): σw and the Lagrangian time below the mixing height, as HYSPLIT-STILT uses them: the sign of L alone
//! chooses the regime.

use super::BoundaryLayer;
use super::similarity::SurfaceScales;
use crate::constants::STILT_GRAVITY_M_S2 as G;

/// Convective velocity scale w* = |g u* θ* zi/θ|^⅓, m s⁻¹; 0 unless heat goes up.
pub fn convective_velocity_m_s(scales: &SurfaceScales, mixing_height_m: f64, theta_k: f64) -> f64 {
    if scales.theta_star_k >= 0.0 {
        return 0.0;
    }
    (G * scales.friction_velocity_m_s * -scales.theta_star_k * mixing_height_m / theta_k).cbrt()
}

/// σw at height `z` < zi, m s⁻¹ (KBLT = 5).
pub fn sigma_w_m_s(z: f64, layer: &BoundaryLayer<'_>) -> f64 {
    let (zi, scales) = (layer.mixing_height_m, layer.scales);
    if scales.obukhov_length_m < 0.0 {
        unstable_sigma_w(z / zi, scales.obukhov_length_m / zi, layer.convective_velocity_m_s)
    } else {
        1.3 * scales.friction_velocity_m_s * (1.0 - z / zi)
    }
}

/// Lagrangian time of vertical velocity at height `z` < zi, s; every scheme of σw has Hanna's.
pub fn time_s(z: f64, sigma_w_m_s: f64, layer: &BoundaryLayer<'_>) -> f64 {
    let zi = layer.mixing_height_m;
    let obukhov_m = layer.scales.obukhov_length_m;
    if obukhov_m < 0.0 {
        unstable_time(z, z / zi, zi, obukhov_m.abs(), layer.roughness_m, sigma_w_m_s)
    } else {
        0.1 * zi / sigma_w_m_s * (z / zi).powf(0.8)
    }
}

fn unstable_sigma_w(zeta: f64, obukhov_over_zi: f64, wstar: f64) -> f64 {
    let surface = 0.96 * wstar * (3.0 * zeta - obukhov_over_zi).cbrt();
    match zeta {
        _ if zeta < 0.03 => surface,
        _ if zeta < 0.4 => surface.min(0.763 * wstar * zeta.powf(0.175)),
        _ if zeta < 0.96 => 0.722 * wstar * (1.0 - zeta).powf(0.207),
        _ => 0.37 * wstar,
    }
}

fn unstable_time(z: f64, zeta: f64, zi: f64, obukhov_m: f64, roughness_m: f64, sigma: f64) -> f64 {
    if zeta >= 0.1 {
        0.15 * zi / sigma * (1.0 - (-5.0 * zeta).exp())
    } else if z - roughness_m < obukhov_m {
        0.1 * z / (sigma * (0.55 - 0.38 * (z - roughness_m) / obukhov_m))
    } else {
        0.59 * z / sigma
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::turbulence::fixtures::layer;
    use approx::assert_relative_eq;

    #[test]
    fn convective_values_of_the_published_table() {
        // h = 1000 m, w* = 2, u* = 0.4, L = −40, z₀ = 0.1; table printed with four and three decimals
        let scales = SurfaceScales {
            friction_velocity_m_s: 0.4,
            theta_star_k: -0.3,
            obukhov_length_m: -40.0,
            density_kg_m3: 1.2,
        };
        let table = [
            (10.0, 0.7913, 2.772),
            (50.0, 0.9034, 32.655),
            (200.0, 1.1514, 82.349),
            (500.0, 1.2510, 110.063),
            (800.0, 1.0349, 142.293),
            (980.0, 0.7400, 201.193),
        ];
        for (z, sigma, time) in table {
            let air = layer(&scales, 1000.0, 2.0);
            assert_relative_eq!(sigma_w_m_s(z, &air), sigma, epsilon = 6e-5);
            assert_relative_eq!(time_s(z, sigma_w_m_s(z, &air), &air), time, epsilon = 6e-4);
        }
    }

    #[test]
    fn stable_values_of_the_published_table() {
        let scales = SurfaceScales {
            friction_velocity_m_s: 0.25,
            theta_star_k: 0.05,
            obukhov_length_m: 50.0,
            density_kg_m3: 1.2,
        };
        for (z, sigma, time) in [
            (10.0, 0.3087, 5.90),
            (50.0, 0.2438, 27.07),
            (100.0, 0.1625, 70.69),
            (180.0, 0.0325, 565.6),
        ] {
            let air = layer(&scales, 200.0, 0.0);
            assert_relative_eq!(sigma_w_m_s(z, &air), sigma, epsilon = 6e-5);
            assert_relative_eq!(time_s(z, sigma_w_m_s(z, &air), &air), time, max_relative = 1e-3);
        }
    }

    #[test]
    fn convective_velocity_of_the_textbook_case() {
        // H = 200 W m⁻², u* = 0.4, ρ = 1.2, T = 300 K, h = 1000 m → 1.757 m/s
        let theta_star_k = -200.0 / (1.2 * 1005.0 * 0.4);
        let scales = SurfaceScales {
            friction_velocity_m_s: 0.4,
            theta_star_k,
            obukhov_length_m: -29.5,
            density_kg_m3: 1.2,
        };
        assert_relative_eq!(convective_velocity_m_s(&scales, 1000.0, 300.0), 1.757, epsilon = 1e-3);
    }
}
