//! Mixing height from the bulk Richardson number of Vogelezang and Holtslag (1996), as physics mode takes it.
//!
//! Ri(z) = (g/θv1) (θv(z) − θv1 − Δ)(z − z₁) / (|V(z) − V₁|² + b u*²), b = 100, Ri_c = 0.25; in convection
//! Δ = 8.5 w′θv′/w*, w* from the height found before.

use super::surface_layer::SurfaceForcing;
use crate::constants::GRAVITY_M_S2 as G;

const CRITICAL_RICHARDSON: f64 = 0.25;
const FRICTION_COEFFICIENT: f64 = 100.0;
const EXCESS_COEFFICIENT: f64 = 8.5;
const MIN_SHEAR_SQUARED_M2_S2: f64 = 0.1;
/// w* and the excess are made consistent in so many passes.
const PASSES: usize = 3;
/// Parts of a layer in which the crossing is sought.
const PARTS: usize = 20;

/// One column, ascending. The first entry is the base: temperature at 2 m, wind at the lowest height.
#[derive(Clone, Copy, Debug)]
pub struct VirtualProfile<'a> {
    /// Height above ground, m.
    pub height_m: &'a [f64],
    /// Wind, m s⁻¹.
    pub wind_m_s: &'a [[f64; 2]],
    /// Virtual potential temperature, K.
    pub theta_k: &'a [f64],
}

/// Height of the first crossing of the critical Richardson number, m above ground; the highest entry if there is none.
pub fn mixing_height_m(profile: &VirtualProfile<'_>, forcing: SurfaceForcing) -> f64 {
    let mut height_m = crossing_m(profile, forcing, 0.0);
    if forcing.buoyancy_flux_m2_s3 <= 0.0 {
        return height_m;
    }
    let heat_flux = forcing.buoyancy_flux_m2_s3 * profile.theta_k[0] / G;
    for _ in 0..PASSES {
        let excess_k = EXCESS_COEFFICIENT * heat_flux / forcing.convective_velocity_m_s(height_m.max(1.0));
        height_m = crossing_m(profile, forcing, excess_k);
    }
    height_m
}

fn crossing_m(profile: &VirtualProfile<'_>, forcing: SurfaceForcing, excess_k: f64) -> f64 {
    let VirtualProfile {
        height_m: z,
        wind_m_s: wind,
        theta_k: theta,
    } = *profile;
    let drag = FRICTION_COEFFICIENT * forcing.friction_velocity_m_s.powi(2);
    let number = |height: f64, wind_here: [f64; 2], theta_here: f64| {
        let shear = (wind_here[0] - wind[0][0]).powi(2) + (wind_here[1] - wind[0][1]).powi(2);
        let buoyancy = G / theta[0] * (theta_here - theta[0] - excess_k) * (height - z[0]);
        buoyancy / (shear + drag).max(MIN_SHEAR_SQUARED_M2_S2)
    };
    let mut below = (z[0], 0.0);
    for k in 1..z.len() {
        for part in 1..=PARTS {
            let f = part as f64 / PARTS as f64;
            let between = |a: f64, b: f64| a + f * (b - a);
            let height = between(z[k - 1], z[k]);
            let wind_here = [0, 1].map(|c| between(wind[k - 1][c], wind[k][c]));
            let ri = number(height, wind_here, between(theta[k - 1], theta[k]));
            if ri > CRITICAL_RICHARDSON {
                return below.0 + (height - below.0) * (CRITICAL_RICHARDSON - below.1) / (ri - below.1);
            }
            below = (height, ri);
        }
    }
    below.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    fn zi_of(theta: impl Fn(f64) -> f64, wind: impl Fn(f64) -> f64, forcing: SurfaceForcing) -> f64 {
        let z: Vec<f64> = (0..60).map(|k| 2.0 + 50.0 * f64::from(k)).collect();
        let theta: Vec<f64> = z.iter().map(|&z| theta(z)).collect();
        let wind: Vec<[f64; 2]> = z.iter().map(|&z| [wind(z), 0.0]).collect();
        let profile = VirtualProfile {
            height_m: &z,
            wind_m_s: &wind,
            theta_k: &theta,
        };
        mixing_height_m(&profile, forcing)
    }

    #[test]
    fn a_stable_column_has_the_root_of_its_quadratic() {
        // (g/θ) γ z² = 0.25 · 100 u*² without shear: z = 5 u* √(θ/(g γ))
        let forcing = SurfaceForcing {
            friction_velocity_m_s: 0.2,
            buoyancy_flux_m2_s3: -1e-4,
        };
        let expected = 2.0 + 5.0 * 0.2 * (300.0 / (G * 0.005)).sqrt();
        // linear between 20 parts of 50 m: a parabola is met within 1e-3 of its root
        assert_relative_eq!(
            zi_of(|z| 300.0 + 0.005 * (z - 2.0), |_| 4.0, forcing),
            expected,
            max_relative = 2e-3
        );
    }

    #[test]
    fn a_capped_mixed_layer_ends_a_little_above_its_inversion_base() {
        // with H = 200 W m⁻² the excess is 8.5 · 0.166/1.75 = 0.8 K, which 5 K/km gain within 160 m
        let forcing = SurfaceForcing {
            friction_velocity_m_s: 0.4,
            buoyancy_flux_m2_s3: 5.42e-3,
        };
        let zi = zi_of(|z| 300.0 + 0.005 * (z - 1000.0).max(0.0), |_| 4.0, forcing);
        assert!((1160.0..1300.0).contains(&zi), "{zi}");
        let weaker = SurfaceForcing {
            buoyancy_flux_m2_s3: 1e-3,
            ..forcing
        };
        assert!(zi_of(|z| 300.0 + 0.005 * (z - 1000.0).max(0.0), |_| 4.0, weaker) < zi);
    }
}
