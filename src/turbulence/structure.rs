//! What a particle that moves up and down must know of the air at its own height.

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
}

/// A column of turbulent air between the ground, z = 0, and a lid.
pub trait VerticalStructure {
    /// The air at height `z_m` above ground, 0 ≤ z ≤ top, m.
    fn at(&self, z_m: f64) -> Local;

    /// Height of the lid, m above ground.
    fn top_m(&self) -> f64;
}

impl Local {
    /// Mixing length σw T_L, m.
    #[inline]
    pub fn length_m(&self) -> f64 {
        self.sigma_w_m_s * self.time_s
    }

    /// Acceleration of q = w/σw that keeps air well mixed, s⁻¹: dσw/dz + σw d ln ρ/dz (Thomson 1987).
    #[inline]
    pub fn drift_s(&self) -> f64 {
        self.sigma_w_slope_s + self.sigma_w_m_s * self.log_density_slope_m
    }
}
