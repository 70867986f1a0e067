//! Above the mixing height: a mixing-length diffusivity (Draxler and Hess 1997; Beljaars and Holtslag 1991).

use super::Profile;
use super::similarity::heat_stability;
use crate::constants::{STILT_GRAVITY_M_S2 as G, VON_KARMAN};

/// Lagrangian time above the mixing height, s.
pub const TIME_S: f64 = 100.0;
/// Asymptotic mixing length, m.
const MIXING_LENGTH_M: f64 = 150.0;
/// Range of K, inside the boundary layer too.
pub(super) const DIFFUSIVITY_RANGE_M2_S: (f64, f64) = (0.01, 200.0);

/// K at level `k` ≥ 1, m² s⁻¹: ℓ² |ΔV/Δz|/φ_h(Ri) between levels k−1 and k.
pub fn diffusivity_m2_s(profile: &Profile<'_>, k: usize) -> f64 {
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
    diffusivity.clamp(lowest, highest)
}

/// ζ of a layer from its gradient Richardson number, stable side.
fn stability_of_richardson(ri: f64) -> f64 {
    if ri <= 0.001 {
        return 1.0893 * ri;
    }
    (0.2828e-3 + ri * (0.8049 + ri * (1.6583 + ri * (0.005_090 - 0.001_006_3 * ri)))).min(256.0)
}
