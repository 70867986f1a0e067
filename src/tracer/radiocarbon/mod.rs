//! Δ¹⁴C of CO₂: of its components, and what nuclear facilities add.

mod facilities;
mod nuclear;

pub use facilities::{Facility, read_facilities};
pub use nuclear::{NuclearRelease, of_footprint, of_particles};

use super::CARBON_G_MOL;
use crate::error::{Error, Result};

/// Δ¹⁴C of carbon without ¹⁴C, ‰.
pub const FOSSIL_PER_MIL: f64 = -1000.0;
/// Activity of the standard [Bq per g of carbon] (Stuiver & Polach 1977).
const STANDARD_BQ_G: f64 = 0.226;

/// CO₂ by its origin \[ppm\], with the Δ¹⁴C of each \[‰\].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Carbon {
    /// CO₂ of the air that flows in.
    pub background_ppm: f64,
    /// Δ¹⁴C of it.
    pub background_per_mil: f64,
    /// Net CO₂ of the biosphere, negative where it takes up.
    pub biosphere_ppm: f64,
    /// Δ¹⁴C of it: about that of the background for fresh carbon, more for what was fixed decades ago.
    pub biosphere_per_mil: f64,
    /// CO₂ of coal, oil, gas and cement.
    pub fossil_ppm: f64,
}

impl Carbon {
    /// CO₂ in all \[ppm\].
    pub const fn total_ppm(&self) -> f64 {
        self.background_ppm + self.biosphere_ppm + self.fossil_ppm
    }

    /// Δ¹⁴C by the balance of mass \[‰\], without nuclear releases: Σ CᵢΔᵢ / ΣCᵢ.
    ///
    /// # Errors
    /// [`Error::Config`] unless the CO₂ in all is above 0.
    pub fn per_mil(&self) -> Result<f64> {
        let total_ppm = above_zero(self.total_ppm())?;
        let weighted = self.background_ppm * self.background_per_mil
            + self.biosphere_ppm * self.biosphere_per_mil
            + self.fossil_ppm * FOSSIL_PER_MIL;
        Ok(weighted / total_ppm)
    }
}

/// Δ¹⁴C as the notebooks of the ICOS Carbon Portal have it \[‰\], without nuclear releases:
/// Δ_bg − (fossil / CO₂)(Δ_bg + 1000). The same as [`Carbon::per_mil`] for a biosphere with the Δ¹⁴C of the background.
///
/// # Errors
/// [`Error::Config`] unless the CO₂ in all is above 0.
pub fn notebook_per_mil(background_per_mil: f64, co2_ppm: f64, fossil_ppm: f64) -> Result<f64> {
    Ok(background_per_mil - fossil_ppm / above_zero(co2_ppm)? * (background_per_mil - FOSSIL_PER_MIL))
}

/// What nuclear releases add to Δ¹⁴C \[‰\]: 1000 · Σ f·A / (x · M_C · 0.226 Bq g⁻¹), with Σ f·A in Bq per mol of air
/// ([`of_footprint`]) and CO₂ in all in ppm.
///
/// # Errors
/// [`Error::Config`] unless the CO₂ in all is above 0.
pub fn nuclear_per_mil(becquerel_per_mol: f64, co2_ppm: f64) -> Result<f64> {
    Ok(1000.0 * becquerel_per_mol / (1e-6 * above_zero(co2_ppm)? * CARBON_G_MOL * STANDARD_BQ_G))
}

fn above_zero(co2_ppm: f64) -> Result<f64> {
    match co2_ppm > 0.0 && co2_ppm.is_finite() {
        true => Ok(co2_ppm),
        false => Err(Error::config("CO2 in all", co2_ppm, "ppm, above 0")),
    }
}
