//! Surface-layer scales: friction velocity, temperature scale, Obukhov length (science of Draxler and Hess 1997).

use super::Profile;
use crate::constants::{STILT_GRAVITY_M_S2 as G, STILT_HEAT_CAPACITY as CP, VON_KARMAN};

/// Least friction velocity, m s⁻¹.
const MIN_FRICTION_VELOCITY_M_S: f64 = 1e-4;
/// Least friction velocity of one stress component, m s⁻¹.
const MIN_COMPONENT_M_S: f64 = 0.01;
/// Least upward heat flux, W m⁻².
const MIN_HEAT_FLUX_W_M2: f64 = -25.0;
const MIN_THETA_STAR_K: f64 = 1e-4;
/// Range of z/L at the reference level.
pub(super) const STABILITY_RANGE: (f64, f64) = (-2.0, 15.0);
const ZERO_STABILITY: f64 = 0.001;
/// Prandtl number of neutral air.
const NEUTRAL_PRANDTL: f64 = 0.923;

/// Scales of the surface layer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SurfaceScales {
    /// u*, m s⁻¹.
    pub friction_velocity_m_s: f64,
    /// θ*, K; negative when heat goes up.
    pub theta_star_k: f64,
    /// L, m; negative when heat goes up.
    pub obukhov_length_m: f64,
    /// Density of the air that θ* was made with, kg m⁻³.
    pub density_kg_m3: f64,
}

/// Where the friction velocity comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Momentum {
    /// u* itself, m s⁻¹.
    FrictionVelocity(f64),
    /// Stress components, N m⁻².
    Stress(f64, f64),
    /// Exchange coefficient, kg m⁻² s⁻¹: stress component = coefficient × wind component.
    ExchangeCoefficient(f64),
}

impl Momentum {
    /// u*, m s⁻¹, for air of `density_kg_m3` and the wind at the source's lowest level; stress components add by their
    /// absolute values, as in the reference.
    pub fn friction_velocity_m_s(self, density_kg_m3: f64, (u_m_s, v_m_s): (f64, f64)) -> f64 {
        let component = |stress: f64| (stress.abs() / density_kg_m3).sqrt().max(MIN_COMPONENT_M_S);
        let ustar = match self {
            Self::FrictionVelocity(ustar) => ustar,
            Self::Stress(x, y) => component(x).hypot(component(y)),
            Self::ExchangeCoefficient(coefficient) => {
                component(coefficient * u_m_s).hypot(component(coefficient * v_m_s))
            }
        };
        ustar.max(MIN_FRICTION_VELOCITY_M_S)
    }
}

/// Scales from surface fluxes (KBLS = 1): heat flux in W m⁻², positive upward; `reference_m` is the height at which
/// z/L is limited.
pub fn from_fluxes(
    friction_velocity_m_s: f64,
    heat_flux_w_m2: f64,
    density_kg_m3: f64,
    temperature_k: f64,
    reference_m: f64,
) -> SurfaceScales {
    let heat_flux = heat_flux_w_m2.max(MIN_HEAT_FLUX_W_M2);
    let theta_star = -heat_flux / (density_kg_m3 * CP * friction_velocity_m_s);
    let theta_star_k = if theta_star.abs() < MIN_THETA_STAR_K {
        MIN_THETA_STAR_K.copysign(theta_star)
    } else {
        theta_star
    };
    let obukhov_m = friction_velocity_m_s.powi(2) * temperature_k / (VON_KARMAN * G * theta_star_k);
    SurfaceScales {
        friction_velocity_m_s,
        theta_star_k,
        obukhov_length_m: limited_obukhov(reference_m, reference_m / obukhov_m),
        density_kg_m3,
    }
}

/// Scales from the profile alone: bulk Richardson number between the lowest and a reference level.
pub fn from_profile(profile: &Profile<'_>, reference: usize, roughness_m: f64) -> SurfaceScales {
    let &Profile {
        height_m: z,
        u_m_s: u,
        v_m_s: v,
        theta_k: theta,
        ..
    } = profile;
    let k = reference.max(1);
    let (dz, dtheta) = (z[k] - z[0], theta[k] - theta[0]);
    let shear_squared = ((u[k] - u[0]).powi(2) + (v[k] - v[0]).powi(2)).max(1e-4);
    let theta_mean = 0.5 * (theta[k] + theta[0]);
    let ri = (G * dtheta * dz / (theta_mean * shear_squared)).clamp(-1.0, 1.0);
    let zeta = stability_from_richardson(ri, z[k], roughness_m);
    let (phi_m, phi_h) = (momentum_stability(zeta), heat_stability(zeta));
    let friction_velocity_m_s =
        (VON_KARMAN * z[k] * shear_squared.sqrt() / (phi_m * dz)).max(MIN_FRICTION_VELOCITY_M_S);
    let theta_star_k = VON_KARMAN * z[k] * dtheta / (phi_h * dz);
    let stability = z[k] * VON_KARMAN * G * theta_star_k / (friction_velocity_m_s.powi(2) * profile.temperature_k[0]);
    SurfaceScales {
        friction_velocity_m_s,
        theta_star_k,
        obukhov_length_m: limited_obukhov(z[k], stability),
        density_kg_m3: profile.density_kg_m3[0],
    }
}

fn limited_obukhov(reference_m: f64, stability: f64) -> f64 {
    let (lowest, highest) = STABILITY_RANGE;
    let limited = stability.clamp(lowest, highest);
    reference_m / if limited == 0.0 { ZERO_STABILITY } else { limited }
}

/// z/L of a bulk Richardson number over a surface of roughness z₀.
fn stability_from_richardson(ri: f64, z: f64, roughness_m: f64) -> f64 {
    let s = (z / roughness_m + 1.0).ln();
    let t = (z / (0.1 * roughness_m) + 1.0).ln();
    let v = 10.0_f64.ln();
    if ri <= 0.0 {
        ri * (s * s / t - 0.5)
    } else if ri < 0.08 {
        let root = (t * t - 20.0 * s * t * ri + 20.0 * s * s * ri).max(0.0).sqrt();
        (-t + 10.0 * s * ri + root) / (10.0 * (1.0 - 5.0 * ri))
    } else {
        (0.005 * s + 41.2) * ri * ri + (1.185 * s - 1.5 * v - 1.37) * ri
    }
}

/// φ_m: stable by Beljaars and Holtslag (1991), unstable by Kader and Yaglom (1990).
pub fn momentum_stability(zeta: f64) -> f64 {
    if zeta >= 0.0 {
        let (a, b, c, d) = BELJAARS_HOLTSLAG;
        1.0 + zeta * (a + b * (-d * zeta).exp() * (1.0 + c - d * zeta))
    } else {
        ((1.0 + 0.625 * zeta * zeta) / (1.0 - 7.5 * zeta)).cbrt()
    }
}

/// φ_h, sources as [`momentum_stability`].
pub fn heat_stability(zeta: f64) -> f64 {
    if zeta >= 0.0 {
        let (a, b, c, d) = BELJAARS_HOLTSLAG;
        let decay = b * (-d * zeta).exp() * (1.0 + c - d * zeta);
        NEUTRAL_PRANDTL * (1.0 + zeta * (a * (1.0 + a * b * zeta).sqrt() + decay))
    } else {
        0.64 * ((3.0 - 2.5 * zeta) / (1.0 - 10.0 * zeta + 50.0 * zeta * zeta)).cbrt()
    }
}

const BELJAARS_HOLTSLAG: (f64, f64, f64, f64) = (1.0, 0.66667, 5.0, 0.35);

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    #[test]
    fn fluxes_of_the_textbook_case() {
        // H = 200 W m⁻², u* = 0.4, ρ = 1.2, T = 300 K: L = −29.5 m with g = 9.81
        let scales = from_fluxes(0.4, 200.0, 1.2, 300.0, 10.0);
        assert_relative_eq!(scales.theta_star_k, -0.1658 / 0.4, max_relative = 1e-3);
        assert_relative_eq!(scales.obukhov_length_m, -29.5, max_relative = 2e-3);
    }

    #[test]
    fn a_neutral_log_profile_returns_its_friction_velocity() {
        let (ustar, z0) = (0.4, 0.1);
        let z = [10.0, 20.0];
        let u = z.map(|z: f64| ustar / VON_KARMAN * (z / z0).ln());
        let (calm, theta, rho) = ([0.0; 2], [300.0; 2], [1.2; 2]);
        let profile = Profile {
            height_m: &z,
            u_m_s: &u,
            v_m_s: &calm,
            temperature_k: &theta,
            theta_k: &theta,
            density_kg_m3: &rho,
        };
        let scales = from_profile(&profile, 1, z0);
        // the finite difference over 10 … 20 m stands for the gradient at 20 m: 39 % too large, by ln 2/0.5
        assert_relative_eq!(
            scales.friction_velocity_m_s,
            ustar * 2.0_f64.ln() / 0.5,
            max_relative = 1e-9
        );
    }

    #[test]
    fn stress_components_add_as_the_lineage_adds_them() {
        let ustar = Momentum::Stress(0.12, -0.05).friction_velocity_m_s(1.2, (5.0, 0.0));
        assert_relative_eq!(ustar, (0.17_f64 / 1.2).sqrt(), max_relative = 1e-12);
        assert_relative_eq!(
            Momentum::ExchangeCoefficient(0.06).friction_velocity_m_s(1.2, (3.0, -2.0)),
            0.5
        );
    }
}
