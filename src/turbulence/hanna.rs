//! Vertical turbulence: Hanna (1982) below the mixing height, a mixing-length diffusivity above it.

use super::Profile;
use super::similarity::{SurfaceScales, heat_stability};
use crate::constants::{STILT_GRAVITY_M_S2 as G, VON_KARMAN};

/// Lagrangian time above the mixing height, s.
const FREE_TROPOSPHERE_TIME_S: f64 = 100.0;
const MIN_SIGMA_W_M_S: f64 = 1e-5;
/// Asymptotic mixing length, m.
const MIXING_LENGTH_M: f64 = 150.0;
const DIFFUSIVITY_RANGE_M2_S: (f64, f64) = (0.01, 200.0);

/// Turbulence at one level.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct VerticalTurbulence {
    /// Standard deviation of vertical velocity, m s⁻¹.
    pub sigma_w_m_s: f64,
    /// Lagrangian time of vertical velocity, s.
    pub time_s: f64,
}

/// Convective velocity scale w* = |g u* θ* zi/θ|^⅓, m s⁻¹; 0 unless heat goes up.
pub fn convective_velocity_m_s(scales: &SurfaceScales, mixing_height_m: f64, theta_k: f64) -> f64 {
    if scales.theta_star_k >= 0.0 {
        return 0.0;
    }
    (G * scales.friction_velocity_m_s * -scales.theta_star_k * mixing_height_m / theta_k).cbrt()
}

/// σw and T_L at height `z` < zi (Hanna 1982, as HYSPLIT-STILT uses it: the sign of L alone chooses the regime).
pub fn boundary_layer(
    z: f64,
    mixing_height_m: f64,
    scales: &SurfaceScales,
    wstar_m_s: f64,
    roughness_m: f64,
) -> VerticalTurbulence {
    let zeta = z / mixing_height_m;
    if scales.obukhov_length_m < 0.0 {
        let sigma = unstable_sigma_w(zeta, scales.obukhov_length_m / mixing_height_m, wstar_m_s).max(MIN_SIGMA_W_M_S);
        let time_s = unstable_time(
            z,
            zeta,
            mixing_height_m,
            scales.obukhov_length_m.abs(),
            roughness_m,
            sigma,
        );
        VerticalTurbulence {
            sigma_w_m_s: sigma,
            time_s,
        }
    } else {
        let sigma = (1.3 * scales.friction_velocity_m_s * (1.0 - zeta)).max(MIN_SIGMA_W_M_S);
        VerticalTurbulence {
            sigma_w_m_s: sigma,
            time_s: 0.1 * mixing_height_m / sigma * zeta.powf(0.8),
        }
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

/// σw and T_L at level `k` ≥ 1 above the mixing height: σw² = K/T_L with K = ℓ² |ΔV/Δz|/φ_h(Ri) between
/// levels k−1 and k (Draxler and Hess 1997; Beljaars and Holtslag 1991).
pub fn free_troposphere(profile: &Profile<'_>, k: usize) -> VerticalTurbulence {
    let &Profile {
        height_m: z,
        u_m_s: u,
        v_m_s: v,
        theta_k: theta,
        ..
    } = profile;
    let dz = z[k] - z[k - 1];
    let shear_squared = ((u[k] - u[k - 1]).powi(2) + (v[k] - v[k - 1]).powi(2)).max(0.1);
    let ri = (G * dz * (theta[k] - theta[k - 1]) / (theta[k - 1] * shear_squared)).clamp(0.0, 20.0);
    let length = 1.0 / (1.0 / (VON_KARMAN * z[k]) + 1.0 / MIXING_LENGTH_M);
    let diffusivity = length * length * shear_squared.sqrt() / dz / heat_stability(stability_of_richardson(ri));
    let (lowest, highest) = DIFFUSIVITY_RANGE_M2_S;
    VerticalTurbulence {
        sigma_w_m_s: (diffusivity.clamp(lowest, highest) / FREE_TROPOSPHERE_TIME_S).sqrt(),
        time_s: FREE_TROPOSPHERE_TIME_S,
    }
}

/// ζ of a layer from its gradient Richardson number, stable side.
fn stability_of_richardson(ri: f64) -> f64 {
    if ri <= 0.001 {
        return 1.0893 * ri;
    }
    (0.2828e-3 + ri * (0.8049 + ri * (1.6583 + ri * (0.005_090 - 0.001_006_3 * ri)))).min(256.0)
}

#[cfg(test)]
mod tests {
    use super::*;
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
            let t = boundary_layer(z, 1000.0, &scales, 2.0, 0.1);
            assert_relative_eq!(t.sigma_w_m_s, sigma, epsilon = 6e-5);
            assert_relative_eq!(t.time_s, time, epsilon = 6e-4);
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
            let t = boundary_layer(z, 200.0, &scales, 0.0, 0.1);
            assert_relative_eq!(t.sigma_w_m_s, sigma, epsilon = 6e-5);
            assert_relative_eq!(t.time_s, time, max_relative = 1e-3);
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
