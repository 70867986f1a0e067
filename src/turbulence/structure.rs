//! What a particle that moves up and down must know of the air at its own height.

use super::elementary::ln_ratio;

/// Turbulence and density at one height.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Local {
    /// Standard deviation of vertical velocity σw, m s⁻¹; positive.
    pub sigma_w_m_s: f64,
    /// dσw/dz, s⁻¹.
    pub sigma_w_slope_s: f64,
    /// Lagrangian time T_L of vertical velocity, s; positive.
    pub time_s: f64,
    /// ln ρ; any constant may be added to it.
    pub log_density: f64,
    /// d ln ρ/dz, m⁻¹.
    pub log_density_slope_m: f64,
    /// Coefficient b of w/σw = a q + b (q² − 1), a² + 2b² = 1, for a normal q: the skewness is 6b − 4b³.
    pub skew: f64,
    /// db/dz, m⁻¹.
    pub skew_slope_m: f64,
}

/// A column of turbulent air between the ground, z = 0, and a lid.
pub trait VerticalStructure {
    /// The air at height `z_m` above ground, 0 ≤ z ≤ top, m.
    fn at(&self, z_m: f64) -> Local;

    /// Height of the lid, m above ground.
    fn top_m(&self) -> f64;

    /// Height from which the air is the same up to the lid but for an exponential density, and not skewed.
    #[inline]
    fn uniform_above_m(&self) -> f64 {
        f64::INFINITY
    }

    /// The air at a height, and the slope of its mixing length, by which the ends of flights are guessed; 0 will do.
    #[inline]
    fn sounding(&self, z_m: f64) -> (Local, f64) {
        (self.at(z_m), 0.0)
    }
}

impl Local {
    /// Mixing length σw T_L, m.
    #[inline]
    pub fn length_m(&self) -> f64 {
        self.sigma_w_m_s * self.time_s
    }

    /// Coefficient a of w/σw = a q + b (q² − 1).
    #[inline]
    fn even(&self) -> f64 {
        (1.0 - 2.0 * self.skew * self.skew).sqrt()
    }

    /// w/σw of a particle with a given q.
    #[inline]
    pub fn velocity(&self, q: f64) -> f64 {
        if self.skew == 0.0 {
            return q;
        }
        self.even() * q + self.skew * (q * q - 1.0)
    }

    /// q after `time_s` of the acceleration that keeps air well mixed, (∂ρσwa/∂z + q ∂ρσwb/∂z)/ρ, reversibly. It is
    /// dσw/dz + σw d ln ρ/dz without skewness (Thomson 1987).
    #[inline]
    pub fn accelerated(&self, q: f64, time_s: f64) -> f64 {
        let stretch = self.sigma_w_slope_s + self.sigma_w_m_s * self.log_density_slope_m;
        if self.skew == 0.0 && self.skew_slope_m == 0.0 {
            return q + time_s * stretch;
        }
        let even = self.even();
        let drift = stretch * even - 2.0 * self.sigma_w_m_s * self.skew * self.skew_slope_m / even;
        let growth = 0.5 * time_s * (stretch * self.skew + self.sigma_w_m_s * self.skew_slope_m);
        (q * (1.0 + growth) + time_s * drift) / (1.0 - growth)
    }

    /// Gain on the way from here with `q` to `there` with `q_there` of the energy −ln of the flux ρσw(a + bq) φ(q) of all
    /// slower air, which an exact flight would keep.
    #[inline]
    pub fn energy_gain(&self, q: f64, there: &Self, q_there: f64) -> f64 {
        let flux = ln_ratio(there.flux(q_there), self.flux(q));
        0.5 * (q_there * q_there - q * q) - (there.log_density - self.log_density) - flux
    }

    /// σw(a + bq), m s⁻¹; no less than a least that is positive.
    #[inline]
    fn flux(&self, q: f64) -> f64 {
        if self.skew == 0.0 {
            return self.sigma_w_m_s;
        }
        (self.sigma_w_m_s * (self.even() + self.skew * q)).max(MIN_FLUX_M_S)
    }
}

/// Least flux, which ends every flight that leads to it, m s⁻¹.
const MIN_FLUX_M_S: f64 = 1e-150;
