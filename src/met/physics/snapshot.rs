//! One met time on the source's own levels, as physics mode uses it.

use super::columns::NativeColumns;
use crate::error::Result;
use crate::met::tiles::Tiles;

/// Fields that a particle interpolates, in the order of [`HEIGHT`] … [`TEMPERATURE`].
pub type NativeFields = [f32; 8];

/// Height of the level above ground, m.
pub const HEIGHT: usize = 0;
/// Wind along the grid's x axis, m s⁻¹.
pub const U: usize = 1;
/// Wind along the grid's y axis, m s⁻¹.
pub const V: usize = 2;
/// Vertical velocity relative to the ground, m s⁻¹.
pub const W: usize = 3;
/// Density of dry air, kg m⁻³.
pub const DENSITY: usize = 4;
/// Dry-air mass between the ground and the level, kg m⁻².
pub const MASS_BELOW: usize = 5;
/// Pressure, hPa.
pub const PRESSURE: usize = 6;
/// Temperature, K.
pub const TEMPERATURE: usize = 7;

/// Levels below the source's own: the ground, 10 m, and two between 10 m and the source's first level above ground.
pub const SURFACE_LEVELS: usize = 4;
/// Height of the level of the anemometer, m.
pub const ANEMOMETER_M: f64 = 10.0;

/// What the boundary layer of a column is made of. All but the terrain and the cell can be interpolated in space and
/// time; the Obukhov length and w* follow from them where they are needed.
#[derive(Clone, Copy, Debug, Default)]
pub struct ColumnScales {
    /// u*, m s⁻¹.
    pub friction_velocity_m_s: f32,
    /// Surface flux of buoyancy (g/θv) w′θv′, m² s⁻³; positive when it drives convection.
    pub buoyancy_flux_m2_s3: f32,
    /// Mixing height above ground, m.
    pub mixing_height_m: f32,
    /// Roughness length, m.
    pub roughness_m: f32,
    /// Terrain above sea level, m.
    pub terrain_m: f32,
    /// Size of the grid cell along y, m.
    pub cell_m: f32,
    /// σw of the free troposphere, m s⁻¹.
    pub free_sigma_w_m_s: f32,
}

/// One met time on the source's own levels. Levels have the same index in all columns; a level that lies below the
/// ground of a column has the height and the values of the level below it, so that the layer between has no depth.
#[derive(Debug, Default)]
pub struct NativeSnapshot {
    /// Levels of a column, the ground first.
    pub level_count: usize,
    /// Made when they are first looked at.
    pub(in crate::met) columns: Tiles<NativeColumns>,
}

/// One column of a snapshot.
#[derive(Clone, Copy, Debug)]
pub struct NativeView<'a> {
    /// By level.
    pub fields: &'a [NativeFields],
    /// What drives its boundary layer.
    pub scales: &'a ColumnScales,
}

impl ColumnScales {
    pub(super) const UNUSABLE: Self = Self {
        friction_velocity_m_s: f32::NAN,
        buoyancy_flux_m2_s3: f32::NAN,
        mixing_height_m: f32::NAN,
        roughness_m: f32::NAN,
        terrain_m: f32::NAN,
        cell_m: f32::NAN,
        free_sigma_w_m_s: f32::NAN,
    };
}

impl NativeSnapshot {
    /// The column at grid indices; all NaN if it cannot be used, see
    /// [`Snapshot::check`](crate::met::snapshot::Snapshot::check).
    #[inline]
    pub fn column(&self, i: usize, j: usize) -> NativeView<'_> {
        let (tables, column) = self.columns.at(i, j);
        NativeView {
            fields: &tables.fields[column * self.level_count..(column + 1) * self.level_count],
            scales: &tables.scales[column],
        }
    }

    pub(crate) fn check(&self) -> Result<()> {
        self.columns.maker().map_or(Ok(()), NativeColumns::check)
    }

    /// Memory held, bytes; it grows as columns are looked at.
    pub fn memory_bytes(&self) -> usize {
        self.columns.maker().map_or(0, NativeColumns::memory_bytes) + self.columns.memory_bytes()
    }
}
