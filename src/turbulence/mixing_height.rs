//! Mixing height (STILT's KMIXD): from a bulk Richardson number with a convective temperature excess, from the profile of
//! potential temperature, or from turbulent kinetic energy.
//!
//! Ri(z) = (g/θ̄) (θ(z) − θ₁ − ΔT)(z − z₁) / |V(z) − V₁|², with the lowest level as base and Ri_c = 0.25; for upward heat
//! flux ΔT = 8.5 u* T′/(u*³ + 0.6 w*³)^⅓, T′ = |θ*| ρ₁/ρ(z), w*³ = g u* T′ z/θ(z) (Vogelezang and Holtslag 1996;
//! Holtslag and Boville 1993). No b·u*² term: the reference binary was measured to have none (PARITY.md).

use super::Profile;
use super::similarity::SurfaceScales;
use crate::constants::STILT_GRAVITY_M_S2 as G;

const CRITICAL_RICHARDSON: f64 = 0.25;
const EXCESS_COEFFICIENT: f64 = 8.5;
const MIN_SHEAR_SQUARED_M2_S2: f64 = 1e-4;
const TEMPERATURE_RISE_K: f64 = 2.0;
const MIN_ENERGY_M2_S2: f64 = 0.21;

/// Height of the first crossing of the critical Richardson number, m above ground, linear between levels.
///
/// If no level reaches it, the height of the second-highest level.
pub fn richardson(profile: &Profile<'_>, scales: &SurfaceScales) -> f64 {
    let z = profile.height_m;
    let mut below = 0.0;
    for k in 1..z.len() {
        let ri = bulk_richardson(profile, scales, k);
        if ri > CRITICAL_RICHARDSON {
            return z[k - 1] + (z[k] - z[k - 1]) * (CRITICAL_RICHARDSON - below) / (ri - below);
        }
        below = ri;
    }
    z[z.len() - 2]
}

/// Height of the first level from above whose potential temperature is not more than 2 K above the column's least
/// (KMIXD = 1), m above ground.
pub fn temperature(profile: &Profile<'_>) -> f64 {
    let least = profile.theta_k.iter().copied().fold(f64::INFINITY, f64::min);
    let well_mixed = |&theta: &f64| theta <= least + TEMPERATURE_RISE_K;
    profile.height_m[profile.theta_k.iter().rposition(well_mixed).unwrap_or(0)]
}

/// Height of the last level before turbulent kinetic energy falls below 0.21 m² s⁻² or by more than half from level to
/// level (KMIXD = 2), m above ground; the highest if it does neither.
pub fn energy(height_m: &[f64], energy_m2_s2: &[f64]) -> f64 {
    let fades = |pair: &[f64]| pair[1] < MIN_ENERGY_M2_S2 || pair[0] > 2.0 * pair[1];
    let last = energy_m2_s2.windows(2).position(fades);
    height_m[last.unwrap_or(height_m.len() - 1)]
}

fn bulk_richardson(profile: &Profile<'_>, scales: &SurfaceScales, k: usize) -> f64 {
    let &Profile {
        height_m: z,
        u_m_s: u,
        v_m_s: v,
        theta_k: theta,
        ..
    } = profile;
    let shear_squared = ((u[k] - u[0]).powi(2) + (v[k] - v[0]).powi(2)).max(MIN_SHEAR_SQUARED_M2_S2);
    let theta_mean = 0.5 * (theta[0] + theta[k]);
    G * (z[k] - z[0]) * (theta[k] - theta[0] - excess(profile, scales, k)) / (theta_mean * shear_squared)
}

fn excess(profile: &Profile<'_>, scales: &SurfaceScales, k: usize) -> f64 {
    if scales.theta_star_k >= 0.0 {
        return 0.0;
    }
    let ustar = scales.friction_velocity_m_s;
    let fluctuation = -scales.theta_star_k * scales.density_kg_m3 / profile.density_kg_m3[k];
    let wstar_cubed = G * ustar * fluctuation * profile.height_m[k] / profile.theta_k[k];
    EXCESS_COEFFICIENT * ustar * fluctuation / (ustar.powi(3) + 0.6 * wstar_cubed).cbrt()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn zi_of(lapse_k_m: f64, wind: impl Fn(f64) -> f64, scales: &SurfaceScales) -> f64 {
        let z: Vec<f64> = (1..30).map(|k| f64::from(30 * k * k - 25 * k + 5)).collect();
        let theta: Vec<f64> = z.iter().map(|z| 300.0 + lapse_k_m * z).collect();
        let u: Vec<f64> = z.iter().map(|&z| wind(z)).collect();
        let (calm, density) = (vec![0.0; z.len()], vec![1.2; z.len()]);
        let profile = Profile {
            height_m: &z,
            u_m_s: &u,
            v_m_s: &calm,
            temperature_k: &theta,
            theta_k: &theta,
            density_kg_m3: &density,
        };
        richardson(&profile, scales)
    }

    #[test]
    fn a_stable_column_with_linear_wind_has_the_analytic_height_between_levels() {
        // Ri(z) = g γ (z − z₁)² / (θ̄ s² (z − z₁)²) = g γ/(θ̄ s²): constant, here far above 0.25 → inside the first layer
        let scales = SurfaceScales {
            friction_velocity_m_s: 0.3,
            theta_star_k: 0.05,
            obukhov_length_m: 100.0,
            density_kg_m3: 1.2,
        };
        let (lapse, shear) = (0.01, 0.01);
        let theta_mean = 300.0 + lapse * 42.5;
        let ri = G * lapse / (theta_mean * shear * shear);
        let expected = 10.0 + 65.0 * 0.25 / ri;
        approx::assert_relative_eq!(zi_of(lapse, |z| shear * z, &scales), expected, max_relative = 1e-12);
    }

    #[test]
    fn more_heat_makes_a_deeper_layer() {
        let zi = |theta_star_k| {
            let scales = SurfaceScales {
                friction_velocity_m_s: 0.3,
                theta_star_k,
                obukhov_length_m: -50.0,
                density_kg_m3: 1.2,
            };
            zi_of(0.004, |z| 3.0 + 0.001 * z, &scales)
        };
        assert!(zi(-0.1) < zi(-0.3) && zi(-0.3) < zi(-0.6));
    }

    #[test]
    fn a_neutral_column_without_shear_mixes_to_the_second_highest_level() {
        let scales = SurfaceScales {
            friction_velocity_m_s: 0.3,
            theta_star_k: -0.1,
            obukhov_length_m: -50.0,
            density_kg_m3: 1.2,
        };
        assert_eq!(zi_of(0.0, |_| 5.0, &scales), f64::from(30 * 28 * 28 - 25 * 28 + 5));
    }
}
