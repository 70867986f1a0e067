//! Radon 222: fluxes in becquerels or atoms, and its activity in air.
//!
//! A flux of activity is one of atoms divided by λ. As moles it goes through a footprint like any other; the activity of
//! the mole fraction that arrives is x · (p/RT) · N_A · λ. Both λ and N_A cancel: C \[Bq m⁻³\] = f \[m² s mol⁻¹\] ·
//! F \[Bq m⁻² s⁻¹\] · p/RT \[mol m⁻³\], times what has not decayed on the way ([`Decay::RADON_222`]).
//!
//! STILT's R code takes 3.82535 d as the e-folding time, where it is the half-life: after a day it keeps 77 % where 83 %
//! are left, after ten 7 % where 16 % are.

use crate::decay::Decay;

/// Avogadro's number \[mol⁻¹\] (SI 2019).
const AVOGADRO: f64 = 6.022_140_76e23;
/// Molar gas constant [J mol⁻¹ K⁻¹] (SI 2019).
const GAS_CONSTANT: f64 = 8.314_462_618;
/// Standard conditions in which the activity of radon is given: 0 °C and 1013.25 hPa.
const STANDARD_K: f64 = 273.15;
const STANDARD_HPA: f64 = 1013.25;

/// A flux of activity \[Bq m⁻² s⁻¹\] as one of moles \[µmol m⁻² s⁻¹\].
pub const fn umol_of_becquerel(flux_bq_m2_s: f64) -> f64 {
    umol_of_atoms(flux_bq_m2_s / Decay::RADON_222.rate_per_s())
}

/// A flux of atoms \[m⁻² s⁻¹\] (1 atom cm⁻² s⁻¹ is 10⁴) as one of moles \[µmol m⁻² s⁻¹\].
pub const fn umol_of_atoms(flux_atoms_m2_s: f64) -> f64 {
    1e6 * flux_atoms_m2_s / AVOGADRO
}

/// Activity \[Bq m⁻³\] of a mole fraction \[ppm\] at a pressure \[hPa\] and temperature \[K\].
pub const fn activity_bq_m3(ppm: f64, pressure_hpa: f64, temperature_k: f64) -> f64 {
    1e-6 * ppm * AVOGADRO * Decay::RADON_222.rate_per_s() * air_mol_m3(pressure_hpa, temperature_k)
}

/// The same at 0 °C and 1013.25 hPa.
pub const fn activity_at_stp_bq_m3(ppm: f64) -> f64 {
    activity_bq_m3(ppm, STANDARD_HPA, STANDARD_K)
}

/// Mole fraction \[ppm\] of an activity \[Bq m⁻³\].
pub const fn ppm_of_activity(activity_bq_m3: f64, pressure_hpa: f64, temperature_k: f64) -> f64 {
    1e6 * activity_bq_m3 / (AVOGADRO * Decay::RADON_222.rate_per_s() * air_mol_m3(pressure_hpa, temperature_k))
}

/// Moles of air per cubic metre, p/RT: 44.615 mol m⁻³ at 0 °C and 1013.25 hPa.
pub const fn air_mol_m3(pressure_hpa: f64, temperature_k: f64) -> f64 {
    100.0 * pressure_hpa / (GAS_CONSTANT * temperature_k)
}
