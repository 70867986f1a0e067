//! Vertical turbulence above the boundary layer from the local gradients (Holtslag and Boville 1993).

use super::boundary_layer::FREE_TROPOSPHERE_TIME_S;
use super::bulk_richardson::VirtualProfile;
use crate::constants::{GRAVITY_M_S2 as G, VON_KARMAN};

/// Asymptotic mixing length of the free troposphere, m.
const MIXING_LENGTH_M: f64 = 30.0;
/// Depth above the boundary layer that is looked at, m.
const DEPTH_M: f64 = 2000.0;
const DIFFUSIVITY_RANGE_M2_S: (f64, f64) = (0.01, 10.0);

/// σw (m s⁻¹) above the mixing height, such that σw²T_L is the mean diffusivity of the 2 km above it:
/// K = ℓ² |∂V/∂z| F(Ri) with 1/ℓ = 1/κz + 1/30 m and F = 1/(1 + 10 Ri (1 + 8 Ri)) or √(1 − 18 Ri).
pub fn sigma_w_m_s(profile: &VirtualProfile<'_>, mixing_height_m: f64) -> f64 {
    let (mut sum, mut depth) = (0.0, 0.0);
    for k in 1..profile.height_m.len() {
        let (bottom, top) = (profile.height_m[k - 1], profile.height_m[k]);
        let part = top.min(mixing_height_m + DEPTH_M) - bottom.max(mixing_height_m);
        if part > 0.0 {
            sum += part * diffusivity_m2_s(profile, k);
            depth += part;
        }
    }
    let (least, most) = DIFFUSIVITY_RANGE_M2_S;
    let mean = if depth > 0.0 { sum / depth } else { least };
    (mean.clamp(least, most) / FREE_TROPOSPHERE_TIME_S).sqrt()
}

/// K of the layer between levels k − 1 and k.
fn diffusivity_m2_s(profile: &VirtualProfile<'_>, k: usize) -> f64 {
    let VirtualProfile {
        height_m: z,
        wind_m_s: wind,
        theta_k: theta,
    } = *profile;
    let dz = z[k] - z[k - 1];
    let shear = (wind[k][0] - wind[k - 1][0])
        .hypot(wind[k][1] - wind[k - 1][1])
        .max(1e-3)
        / dz;
    let ri = G / theta[k - 1] * (theta[k] - theta[k - 1]) / dz / (shear * shear);
    let length = 1.0 / (1.0 / (VON_KARMAN * 0.5 * (z[k] + z[k - 1])) + 1.0 / MIXING_LENGTH_M);
    let response = if ri >= 0.0 {
        1.0 / (1.0 + 10.0 * ri * (1.0 + 8.0 * ri))
    } else {
        (1.0 - 18.0 * ri).sqrt()
    };
    length * length * shear * response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sheared_neutral_layer_has_its_mixing_length_diffusivity() {
        // far above the ground ℓ = 30 m (1/κz shortens it by 3 %): K = 900 · 0.005 = 4.5 m² s⁻¹
        let z: Vec<f64> = (0..80).map(|k| 50.0 * f64::from(k) + 2.0).collect();
        let wind: Vec<[f64; 2]> = z.iter().map(|z| [0.005 * z, 0.0]).collect();
        let theta = vec![300.0; z.len()];
        let profile = VirtualProfile {
            height_m: &z,
            wind_m_s: &wind,
            theta_k: &theta,
        };
        let sigma = sigma_w_m_s(&profile, 1500.0);
        approx::assert_relative_eq!(sigma * sigma * FREE_TROPOSPHERE_TIME_S, 4.5, max_relative = 0.08);
        let stable: Vec<f64> = z.iter().map(|z| 300.0 + 0.004 * z).collect();
        let calmer = sigma_w_m_s(
            &VirtualProfile {
                theta_k: &stable,
                ..profile
            },
            1500.0,
        );
        assert!(calmer < 0.3 * sigma && calmer >= 0.01);
    }
}
