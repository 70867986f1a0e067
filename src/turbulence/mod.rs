//! Boundary-layer physics as pure functions of one column: similarity scales, mixing height, profiles of σw and T_L.

pub mod boundary_layer;
pub mod hanna;
pub mod langevin;
pub mod mixing_height;
pub mod similarity;
pub mod structure;
pub mod updrafts;

/// Thermodynamic profile of one column on levels above ground, lowest first. All slices have the same length.
#[derive(Clone, Copy, Debug)]
pub struct Profile<'a> {
    /// Height above ground, m.
    pub height_m: &'a [f64],
    /// Wind components, m s⁻¹.
    pub u_m_s: &'a [f64],
    /// Wind components, m s⁻¹.
    pub v_m_s: &'a [f64],
    /// Temperature, K.
    pub temperature_k: &'a [f64],
    /// Potential temperature, K.
    pub theta_k: &'a [f64],
    /// Density of moist air, kg m⁻³.
    pub density_kg_m3: &'a [f64],
}
