//! Loss of CO and CH₄ to the hydroxyl radical, and CO made of CH₄.
//!
//! Rates are pure functions of what a particle feels; [`Oxidation`] adds them up along its path.

/// Rate constant of OH + CO [cm³ molecule⁻¹ s⁻¹] at a temperature \[K\] and pressure \[hPa\]: 1.3·10⁻¹³ (1 + 0.6 p/1000)
/// 300/T, as in STILT's CO scheme.
pub const fn co_rate_constant(temperature_k: f64, pressure_hpa: f64) -> f64 {
    1.3e-13 * (1.0 + 0.6 * pressure_hpa / 1000.0) * 300.0 / temperature_k
}

/// Rate constant of OH + CH₄ [cm³ molecule⁻¹ s⁻¹] at a temperature \[K\]: 2.45·10⁻¹² exp(−1775/T) (JPL 2015).
pub fn ch4_rate_constant(temperature_k: f64) -> f64 {
    2.45e-12 * (-1775.0 / temperature_k).exp()
}

/// Loss of CO \[s⁻¹\] where there are so many OH molecules per cm³.
pub const fn co_loss_rate_per_s(temperature_k: f64, pressure_hpa: f64, oh_molec_cm3: f64) -> f64 {
    co_rate_constant(temperature_k, pressure_hpa) * oh_molec_cm3
}

/// Loss of CH₄ \[s⁻¹\] where there are so many OH molecules per cm³.
pub fn ch4_loss_rate_per_s(temperature_k: f64, oh_molec_cm3: f64) -> f64 {
    ch4_rate_constant(temperature_k) * oh_molec_cm3
}

/// What OH does to the air of a particle between a place on its path and the receptor.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Oxidation {
    /// ∫ k\[OH\] dt of CO.
    co_exponent: f64,
    /// The same of CH₄.
    ch4_exponent: f64,
    /// CO at the receptor per CH₄ on the path.
    co_per_ch4: f64,
}

impl Oxidation {
    /// Goes on by a step away from the receptor, so long \[s\], through air of this temperature \[K\], pressure \[hPa\] and OH
    /// \[molecules cm⁻³\].
    ///
    /// CO that is made of CH₄ in the step meets the OH of the rest of the way to the receptor.
    #[must_use]
    pub fn further(self, step_s: f64, temperature_k: f64, pressure_hpa: f64, oh_molec_cm3: f64) -> Self {
        let co = co_loss_rate_per_s(temperature_k, pressure_hpa, oh_molec_cm3) * step_s;
        let ch4 = ch4_loss_rate_per_s(temperature_k, oh_molec_cm3) * step_s;
        let mean_left = if co == 0.0 { 1.0 } else { -(-co).exp_m1() / co };
        Self {
            co_exponent: self.co_exponent + co,
            ch4_exponent: self.ch4_exponent + ch4,
            co_per_ch4: self.co_per_ch4 + ch4 * self.co_surviving() * mean_left,
        }
    }

    /// Share of CO that reaches the receptor from here.
    pub fn co_surviving(self) -> f64 {
        (-self.co_exponent).exp()
    }

    /// Share of CH₄ that reaches the receptor from here.
    pub fn ch4_surviving(self) -> f64 {
        (-self.ch4_exponent).exp()
    }

    /// CO \[ppm\] at the receptor that was made between here and there of so much CH₄ \[ppm\], all along the same (V1 of STILT
    /// takes 1.78).
    pub const fn co_from_ch4_ppm(self, ch4_ppm: f64) -> f64 {
        ch4_ppm * self.co_per_ch4
    }
}
