//! One met time, ready for transport: every column on the internal levels, fields interleaved per level.

use crate::error::Result;
use crate::met::derive::columns::InternalColumns;
use crate::met::extra::Extra;
use crate::met::levels::Levels;
use crate::met::physics::snapshot::NativeSnapshot;
use crate::met::projection::MetGrid;
use crate::met::tiles::{Stopwatch, Tiles};
use crate::met::vertical_motion::FollowedSurface;
use crate::time::UtcTime;

/// Fields that a particle interpolates, in the order of [`U`] … [`GUST_V`].
pub type LevelFields = [f32; 8];

/// Wind along x, grid cells s⁻¹.
pub const U: usize = 0;
/// Wind along y, grid cells s⁻¹.
pub const V: usize = 1;
/// Vertical velocity relative to the internal levels, m s⁻¹ of height over sea-level terrain.
pub const W: usize = 2;
/// Density of dry air, kg m⁻³ (`dens`).
pub const DENSITY: usize = 3;
/// Dry-air mass between the ground and the level, kg m⁻².
pub const MASS_BELOW: usize = 4;
/// Pressure, hPa.
pub const PRESSURE: usize = 5;
/// Variance of turbulent velocity along x, m² s⁻².
pub const GUST_U: usize = 6;
/// Variance of turbulent velocity along y, m² s⁻².
pub const GUST_V: usize = 7;

/// Vertical turbulence at one level.
#[derive(Clone, Copy, Debug, Default)]
pub struct LevelTurbulence {
    /// σw, m s⁻¹.
    pub sigma_w_m_s: f32,
    /// T_L, s.
    pub time_s: f32,
}

/// What a column has once.
#[derive(Clone, Copy, Debug, Default)]
pub struct ColumnSurface {
    /// Mixing height above ground, m.
    pub mixing_height_m: f32,
    /// Terrain above sea level, m.
    pub terrain_m: f32,
    /// Grid cells per metre along x.
    pub cells_per_m_x: f32,
    /// Grid cells per metre along y.
    pub cells_per_m_y: f32,
}

/// One met time on the engine's own levels. Immutable and shared between threads.
#[derive(Debug)]
pub struct Snapshot {
    /// Time of validity.
    pub time: UtcTime,
    /// Grid points along x.
    pub nx: usize,
    /// Grid points along y.
    pub ny: usize,
    /// The internal levels, the same for all columns.
    pub levels: Levels,
    /// Whether Lagrangian times are prescribed: σw² and T_L are then interpolated as other fields are.
    pub prescribed_times: bool,
    /// Made when they are first looked at.
    pub(super) columns: Tiles<InternalColumns>,
    /// What only some particle variables ask for.
    pub(crate) extra: Extra,
    /// The same on the source's own levels, for physics mode; the columns of the mode that was not asked for are absent.
    pub native: NativeSnapshot,
    /// The surface that air keeps to, `[y][x][level]`, flattened; empty where air follows [`W`].
    pub followed: Vec<FollowedSurface>,
    /// Horizontal divergence of mass, s⁻¹, `[y][x][level]`, flattened; empty where particles carry no mass weight.
    pub mass_divergence: Vec<f32>,
}

/// One column of a snapshot.
#[derive(Clone, Copy, Debug)]
pub struct ColumnView<'a> {
    /// By level.
    pub fields: &'a [LevelFields],
    /// By level.
    pub turbulence: &'a [LevelTurbulence],
    /// What it has once.
    pub surface: &'a ColumnSurface,
}

impl LevelTurbulence {
    pub(super) const UNUSABLE: Self = Self {
        sigma_w_m_s: f32::NAN,
        time_s: f32::NAN,
    };
}

impl ColumnSurface {
    pub(super) const UNUSABLE: Self = Self {
        mixing_height_m: f32::NAN,
        terrain_m: f32::NAN,
        cells_per_m_x: f32::NAN,
        cells_per_m_y: f32::NAN,
    };
}

impl Snapshot {
    /// The column at grid indices; all NaN if it cannot be used, see [`check`](Self::check).
    #[inline]
    pub fn column(&self, i: usize, j: usize) -> ColumnView<'_> {
        let (tables, column) = self.columns.at(i, j);
        let nk = self.levels.count();
        let levels = column * nk..(column + 1) * nk;
        ColumnView {
            fields: &tables.fields[levels.clone()],
            turbulence: &tables.turbulence[levels],
            surface: &tables.surface[column],
        }
    }

    /// A snapshot for physics mode.
    pub(super) fn native(time: UtcTime, grid: &MetGrid, levels: Levels, native: NativeSnapshot) -> Self {
        Self {
            time,
            nx: grid.nx,
            ny: grid.ny,
            levels,
            columns: Tiles::default(),
            extra: Extra::default(),
            prescribed_times: false,
            followed: Vec::new(),
            mass_divergence: Vec::new(),
            native,
        }
    }

    /// Whether all columns that were looked at can be used. Columns are made when they are needed, by code that cannot
    /// fail; who follows particles through them asks afterwards.
    ///
    /// # Errors
    /// [`Error::MetField`](crate::Error::MetField) if a column has no level above ground or holds a value that is not
    /// finite.
    pub fn check(&self) -> Result<()> {
        self.columns.maker().map_or(Ok(()), InternalColumns::check)?;
        self.native.check()
    }

    pub(super) fn time_columns_with(&mut self, stopwatch: &Stopwatch) {
        self.columns.time_with(stopwatch);
        self.native.columns.time_with(stopwatch);
    }

    /// Memory held, bytes; it grows as columns are looked at.
    pub fn memory_bytes(&self) -> usize {
        let columns = self.columns.maker().map_or(0, InternalColumns::memory_bytes) + self.columns.memory_bytes();
        let asked_for = size_of_val(&*self.followed) + size_of_val(&*self.mass_divergence) + self.extra.memory_bytes();
        columns + asked_for + self.native.memory_bytes()
    }
}
