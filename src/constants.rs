//! Physical constants, each with its unit and its source.
//!
//! `parity` mode needs the values of the HYSPLIT-STILT lineage (`STILT_*`), which differ from today's in the
//! third digit.

/// Standard gravity [m s⁻²], HYSPLIT lineage.
pub const STILT_GRAVITY_M_S2: f64 = 9.80616;
/// Gas constant of dry air [J kg⁻¹ K⁻¹], HYSPLIT lineage.
pub const STILT_DRY_AIR_GAS_CONSTANT: f64 = 287.04;
/// Specific heat of air at constant pressure [J kg⁻¹ K⁻¹], HYSPLIT lineage.
pub const STILT_HEAT_CAPACITY: f64 = 1005.0;
/// R/cp as the lineage rounds it.
pub const STILT_KAPPA: f64 = 0.286;
/// Von Kármán's constant.
pub const VON_KARMAN: f64 = 0.4;
/// Molar mass of air [kg mol⁻¹] in the particle code of STILT (Lin et al. 2003, eq. 7).
pub const STILT_PARTICLE_MOLAR_MASS_KG: f64 = 0.02884;
/// Molar mass of air [kg mol⁻¹] in the near-field formula of STILT v2 (Fasoli et al. 2018).
pub const STILT_NEAR_FIELD_MOLAR_MASS_KG: f64 = 0.02897;
/// Earth radius, m, of the ARL map routines.
pub const EARTH_RADIUS_M: f64 = 6_371_200.0;

/// Standard gravity [m s⁻²] (CGPM 1901).
pub const GRAVITY_M_S2: f64 = 9.80665;
/// Gas constant of dry air [J kg⁻¹ K⁻¹]: R/M of the molar gas constant and [`DRY_AIR_MOLAR_MASS_KG`].
pub const DRY_AIR_GAS_CONSTANT: f64 = 287.058;
/// Specific heat of dry air at constant pressure [J kg⁻¹ K⁻¹].
pub const HEAT_CAPACITY: f64 = 1004.7;
/// R/cp of dry air.
pub const KAPPA: f64 = DRY_AIR_GAS_CONSTANT / HEAT_CAPACITY;
/// Molar mass of dry air [kg mol⁻¹].
pub const DRY_AIR_MOLAR_MASS_KG: f64 = 0.028_964_7;
/// Latent heat of vaporisation at 15 °C [J kg⁻¹].
pub const VAPORISATION_HEAT: f64 = 2.466e6;
/// Ratio of the molar masses of water and dry air.
pub const WATER_TO_AIR: f64 = 0.622;
