//! The surface layer by Monin–Obukhov similarity, for physics mode: friction velocity and buoyancy flux from fluxes or
//! from two heights, and the shape of the wind between two heights.

use crate::constants::{GRAVITY_M_S2 as G, HEAT_CAPACITY, VAPORISATION_HEAT, VON_KARMAN};

/// Least friction velocity, m s⁻¹.
const MIN_FRICTION_VELOCITY_M_S: f64 = 0.01;
/// Neutral Prandtl number (Högström 1996).
const PRANDTL: f64 = 0.95;
/// Range of z/L of the upper height of a profile.
const STABILITY_RANGE: (f64, f64) = (-10.0, 5.0);
const MAX_ITERATIONS: usize = 20;
/// Relative change of u* at which the iteration ends.
const TOLERANCE: f64 = 1e-3;
/// Least wind difference, m s⁻¹.
const MIN_WIND_M_S: f64 = 0.1;

/// What drives the turbulence of a surface layer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SurfaceForcing {
    /// u*, m s⁻¹.
    pub friction_velocity_m_s: f64,
    /// (g/θv) w′θv′, m² s⁻³; positive upward.
    pub buoyancy_flux_m2_s3: f64,
}

/// Air at the ground that fluxes enter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SurfaceAir {
    /// Density of moist air, kg m⁻³.
    pub density_kg_m3: f64,
    /// Temperature, K.
    pub temperature_k: f64,
    /// Specific humidity, kg kg⁻¹.
    pub humidity: f64,
}

/// Wind and virtual potential temperature at two heights of a surface layer. The wind of the lower height may be 0 at the
/// roughness length.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TwoHeights {
    /// Heights of the winds, m.
    pub wind_m: [f64; 2],
    /// Magnitude of the difference of the two winds, m s⁻¹.
    pub wind_difference_m_s: f64,
    /// Heights of the temperatures, m.
    pub temperature_m: [f64; 2],
    /// Virtual potential temperatures, K.
    pub theta_k: [f64; 2],
}

impl SurfaceForcing {
    /// From u* and the fluxes of sensible and latent heat, W m⁻², positive upward: the virtual heat flux is
    /// H (1 + 0.61 q)/(ρ cp) + 0.61 θ LE/(ρ Lv).
    pub fn from_fluxes(friction_velocity_m_s: f64, sensible_w_m2: f64, latent_w_m2: f64, air: SurfaceAir) -> Self {
        let SurfaceAir {
            density_kg_m3,
            temperature_k,
            humidity,
        } = air;
        let virtual_flux = sensible_w_m2 * (1.0 + 0.61 * humidity) / (density_kg_m3 * HEAT_CAPACITY)
            + 0.61 * temperature_k * latent_w_m2 / (density_kg_m3 * VAPORISATION_HEAT);
        Self {
            friction_velocity_m_s: friction_velocity_m_s.max(MIN_FRICTION_VELOCITY_M_S),
            buoyancy_flux_m2_s3: G / (temperature_k * (1.0 + 0.61 * humidity)) * virtual_flux,
        }
    }

    /// From two heights, by iteration of the integrated profiles from neutral air on.
    pub fn from_profile(at: &TwoHeights) -> Self {
        let [low, high] = at.wind_m;
        let [low_t, high_t] = at.temperature_m;
        let wind = at.wind_difference_m_s.max(MIN_WIND_M_S);
        let (mut inverse_l, mut ustar) = (0.0, 0.0);
        let mut buoyancy_flux = 0.0;
        for _ in 0..MAX_ITERATIONS {
            let next = VON_KARMAN * wind / momentum_integral(low, high, inverse_l);
            let theta_star = VON_KARMAN * (at.theta_k[1] - at.theta_k[0]) / heat_integral(low_t, high_t, inverse_l);
            let converged = (next - ustar).abs() < TOLERANCE * next;
            ustar = next.max(MIN_FRICTION_VELOCITY_M_S);
            buoyancy_flux = -G / at.theta_k[0] * ustar * theta_star;
            if converged {
                break;
            }
            let (least, most) = STABILITY_RANGE;
            let limited = (high * inverse_obukhov_m(ustar, buoyancy_flux)).clamp(least, most) / high;
            inverse_l = 0.5 * (inverse_l + limited);
        }
        Self {
            friction_velocity_m_s: ustar,
            buoyancy_flux_m2_s3: buoyancy_flux,
        }
    }

    /// 1/L = −κ B/u*³, m⁻¹; negative when the air is unstable.
    pub fn inverse_obukhov_m(self) -> f64 {
        inverse_obukhov_m(self.friction_velocity_m_s, self.buoyancy_flux_m2_s3)
    }

    /// w* = (B zi)^⅓, m s⁻¹; 0 unless the air is unstable.
    pub fn convective_velocity_m_s(self, mixing_height_m: f64) -> f64 {
        (self.buoyancy_flux_m2_s3.max(0.0) * mixing_height_m).cbrt()
    }

    /// Share of the change of wind between two heights that lies below `z`: 0 at the lower, 1 at the upper.
    pub fn wind_share(self, [low, high]: [f64; 2], z: f64) -> f64 {
        let (least, most) = STABILITY_RANGE;
        let inverse_l = (high * self.inverse_obukhov_m()).clamp(least, most) / high;
        momentum_integral(low, z, inverse_l) / momentum_integral(low, high, inverse_l)
    }
}

fn inverse_obukhov_m(ustar: f64, buoyancy_flux: f64) -> f64 {
    -VON_KARMAN * buoyancy_flux / ustar.powi(3)
}

/// ∫ φ_m d ln z.
fn momentum_integral(low: f64, high: f64, inverse_l: f64) -> f64 {
    (high / low).ln() - momentum_psi(high * inverse_l) + momentum_psi(low * inverse_l)
}

/// ∫ φ_h d ln z.
fn heat_integral(low: f64, high: f64, inverse_l: f64) -> f64 {
    PRANDTL * ((high / low).ln() - heat_psi(high * inverse_l) + heat_psi(low * inverse_l))
}

/// Integrated stability function of momentum: Beljaars and Holtslag (1991) if stable, Paulson (1970) if not.
pub fn momentum_psi(zeta: f64) -> f64 {
    if zeta >= 0.0 {
        return -(zeta + stable_decay(zeta));
    }
    let x = (1.0 - 16.0 * zeta).sqrt().sqrt();
    let half = (0.5 * (1.0 + x)).ln();
    2.0 * half + (0.5 * (1.0 + x * x)).ln() - 2.0 * x.atan() + std::f64::consts::FRAC_PI_2
}

/// Integrated stability function of heat, sources as [`momentum_psi`].
pub fn heat_psi(zeta: f64) -> f64 {
    if zeta >= 0.0 {
        return -((1.0 + 2.0 / 3.0 * zeta).powf(1.5) - 1.0 + stable_decay(zeta));
    }
    2.0 * (0.5 * (1.0 + (1.0 - 16.0 * zeta).sqrt())).ln()
}

fn stable_decay(zeta: f64) -> f64 {
    let (b, c, d) = (2.0 / 3.0, 5.0, 0.35);
    b * ((zeta - c / d) * (-d * zeta).exp() + c / d)
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    #[test]
    fn fluxes_of_the_textbook_case() {
        // H = 200 W m⁻², u* = 0.4, ρ = 1.2, T = 300 K, dry: w′T′ = 0.1658 K m/s, L = −29.5 m, h = 1000 m → w* = 1.757 m/s
        let air = SurfaceAir {
            density_kg_m3: 1.2,
            temperature_k: 300.0,
            humidity: 0.0,
        };
        let forcing = SurfaceForcing::from_fluxes(0.4, 200.0, 0.0, air);
        assert_relative_eq!(1.0 / forcing.inverse_obukhov_m(), -29.5, max_relative = 2e-3);
        assert_relative_eq!(forcing.convective_velocity_m_s(1000.0), 1.757, epsilon = 1e-3);
        let moist = SurfaceForcing::from_fluxes(0.4, 0.0, 100.0, air);
        // 0.61 · 300 · 100/(1.2 · 2.466e6) = 6.18e-3 K m/s
        assert_relative_eq!(moist.buoyancy_flux_m2_s3, G / 300.0 * 6.184e-3, max_relative = 1e-3);
    }

    #[test]
    fn a_profile_gives_back_the_fluxes_it_was_made_from() {
        for (ustar, buoyancy_flux) in [(0.4, 0.0), (0.3, 5e-3), (0.2, -2e-4)] {
            let forcing = SurfaceForcing {
                friction_velocity_m_s: ustar,
                buoyancy_flux_m2_s3: buoyancy_flux,
            };
            let inverse_l = forcing.inverse_obukhov_m();
            let theta_star = -buoyancy_flux * 300.0 / (G * ustar);
            let at = TwoHeights {
                wind_m: [10.0, 80.0],
                wind_difference_m_s: ustar / VON_KARMAN * momentum_integral(10.0, 80.0, inverse_l),
                temperature_m: [2.0, 80.0],
                theta_k: [
                    300.0,
                    300.0 + theta_star / VON_KARMAN * heat_integral(2.0, 80.0, inverse_l),
                ],
            };
            let found = SurfaceForcing::from_profile(&at);
            assert_relative_eq!(found.friction_velocity_m_s, ustar, max_relative = 0.01);
            assert_relative_eq!(
                found.buoyancy_flux_m2_s3,
                buoyancy_flux,
                max_relative = 0.02,
                epsilon = 1e-9
            );
        }
    }

    #[test]
    fn the_integrated_functions_have_the_slopes_of_their_own() {
        // φ = 1 − ζ dψ/dζ: (1 − 16 ζ)^−¼ and its square if unstable; 1 + ζ (1 + b e^−dζ (1 + c − dζ)) if stable
        let slope = |psi: fn(f64) -> f64, zeta: f64| (psi(zeta + 1e-6) - psi(zeta - 1e-6)) / 2e-6;
        for zeta in [-3.0, -0.4, -0.05] {
            let x = (1.0_f64 - 16.0 * zeta).powf(-0.25);
            assert_relative_eq!(1.0 - zeta * slope(momentum_psi, zeta), x, max_relative = 1e-6);
            assert_relative_eq!(1.0 - zeta * slope(heat_psi, zeta), x * x, max_relative = 1e-6);
        }
        for zeta in [0.05, 0.5, 3.0] {
            let decay = 2.0 / 3.0 * (-0.35_f64 * zeta).exp() * (6.0 - 0.35 * zeta);
            let expected = 1.0 + zeta * (1.0 + decay);
            assert_relative_eq!(1.0 - zeta * slope(momentum_psi, zeta), expected, max_relative = 1e-6);
        }
    }
}
