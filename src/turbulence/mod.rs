//! Boundary-layer physics as pure functions of one column: similarity scales, mixing height, profiles of σw and T_L.

pub mod beljaars_holtslag;
pub mod boundary_layer;
pub mod bulk_richardson;
pub mod convection;
pub(crate) mod elementary;
pub mod free_air;
pub mod free_troposphere;
pub mod gusts;
pub mod hanna;
pub mod kantha_clayson;
pub mod langevin;
pub mod levels;
pub mod mixing_height;
pub mod similarity;
pub mod structure;
pub mod surface_layer;
pub mod tke;
pub mod updrafts;
pub mod vertical_profile;

use similarity::SurfaceScales;

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

/// What the schemes of the boundary layer need besides height.
#[derive(Clone, Copy, Debug)]
pub struct BoundaryLayer<'a> {
    /// Scales of the surface layer.
    pub scales: &'a SurfaceScales,
    /// zi, m above ground.
    pub mixing_height_m: f64,
    /// w*, m s⁻¹; 0 unless heat goes up.
    pub convective_velocity_m_s: f64,
    /// Roughness length, m.
    pub roughness_m: f64,
}

/// Variances of turbulent velocity, m² s⁻²; u and v along the axes of the grid.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Variances {
    /// u′².
    pub u: f64,
    /// v′².
    pub v: f64,
    /// w′².
    pub w: f64,
}

/// Top of the surface layer, m above ground.
fn surface_layer_m(mixing_height_m: f64) -> f64 {
    (0.1 * mixing_height_m).max(75.0)
}

#[cfg(test)]
mod fixtures {
    use super::BoundaryLayer;
    use super::similarity::SurfaceScales;

    pub fn scales(friction_velocity_m_s: f64, obukhov_length_m: f64) -> SurfaceScales {
        SurfaceScales {
            friction_velocity_m_s,
            theta_star_k: -0.1,
            obukhov_length_m,
            density_kg_m3: 1.2,
        }
    }

    pub fn layer(scales: &SurfaceScales, mixing_height_m: f64, convective_velocity_m_s: f64) -> BoundaryLayer<'_> {
        BoundaryLayer {
            scales,
            mixing_height_m,
            convective_velocity_m_s,
            roughness_m: 0.1,
        }
    }
}
