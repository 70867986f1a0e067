//! What a particle feels: the four columns around it, the two met times around it, and the nearest column's turbulence.

mod gradients;
mod layer;
mod point;
mod spot;

use crate::met::snapshot::{ColumnSurface, LevelTurbulence, MASS_BELOW, Snapshot};
pub(super) use layer::{Layer, Lifted};
pub(super) use point::Bracket;
use point::{Cell, Point, Within};
pub(super) use spot::Spot;

/// Conditions at one place and time, for any height. Heights are over sea-level terrain ("scaled"), as the
/// internal levels are; [`Column::compression`] turns them into heights above ground.
#[derive(Clone, Copy)]
pub(super) struct Column<'a> {
    cell: Cell<'a>,
    within: Within,
    /// Turbulence of the nearest column at the two met times.
    turbulence: [&'a [LevelTurbulence]; 2],
    /// The nearest column at the earlier met time.
    surface: &'a ColumnSurface,
    /// Mixing height above ground at the nearest column, m: now, and at the two met times.
    pub mixing_height_m: f64,
    mixing_heights_m: [f64; 2],
    /// The lowest level not below the mixing height.
    first_above: usize,
    /// Height above ground per scaled height.
    pub compression: f64,
}

impl<'a> Bracket<'a> {
    /// The column at fractional indices, `None` outside the grid.
    #[inline]
    pub fn column(self, x: f64, y: f64, later: f64) -> Option<Column<'a>> {
        let (corner, within) = self.within(x, y, later)?;
        let cell = Cell::new(self, corner);
        let nearest = cell.columns(within.nearest);
        let mut column = Column {
            cell,
            within,
            turbulence: nearest.map(|view| view.turbulence),
            surface: nearest[0].surface,
            mixing_height_m: f64::NAN,
            mixing_heights_m: nearest.map(|view| f64::from(view.surface.mixing_height_m)),
            first_above: 0,
            compression: f64::NAN,
        };
        column.settle(later);
        Some(column)
    }
}

impl<'a> Column<'a> {
    /// Moves to other indices and time weight; `None` if that is outside the grid.
    #[inline]
    pub fn move_to(&mut self, x: f64, y: f64, later: f64) -> Option<()> {
        let (corner, within) = self.cell.bracket.within(x, y, later)?;
        let is_same_cell = self.cell.is_at(corner);
        if !is_same_cell {
            self.cell = Cell::new(self.cell.bracket, corner);
        }
        if !is_same_cell || within.nearest != self.within.nearest {
            self.take_nearest(within.nearest);
        }
        self.within = within;
        self.settle(later);
        Some(())
    }

    #[inline(never)]
    fn take_nearest(&mut self, nearest: usize) {
        let nearest = self.cell.columns(nearest);
        self.turbulence = nearest.map(|view| view.turbulence);
        self.surface = nearest[0].surface;
        self.mixing_heights_m = nearest.map(|view| f64::from(view.surface.mixing_height_m));
    }

    /// Works out what follows from the place, the time and the nearest column.
    #[inline]
    fn settle(&mut self, later: f64) {
        let levels = &self.cell.bracket.before.levels;
        let [before_m, after_m] = self.mixing_heights_m;
        self.compression = levels.compression(self.point().terrain_m());
        self.mixing_height_m = before_m + later * (after_m - before_m);
        self.first_above = levels.first_not_below(self.mixing_height_m / self.compression);
    }
}

impl Column<'_> {
    /// Wind (cells s⁻¹, cells s⁻¹, scaled m s⁻¹) at another place, time and scaled height; `None` outside the grid.
    #[inline]
    pub fn wind_at(&self, x: f64, y: f64, later: f64, height: f64) -> Option<[f64; 3]> {
        let (corner, within) = self.cell.bracket.within(x, y, later)?;
        let other;
        let cell = match self.cell.is_at(corner) {
            true => &self.cell,
            false => {
                other = Cell::new(self.cell.bracket, corner);
                &other
            }
        };
        Some(Point { cell, within }.wind(height))
    }

    #[inline]
    fn point(&self) -> Point<'_, '_> {
        Point {
            cell: &self.cell,
            within: self.within,
        }
    }

    /// Dry-air mass between the ground and a scaled height, kg m⁻².
    #[inline]
    pub fn dry_mass_below(&self, height: f64) -> f64 {
        let levels = &self.cell.bracket.before.levels;
        let k = levels.layer_of(height);
        let [below, above] = self.point().fields::<MASS_BELOW, 1>(k).map(|[mass]| f64::from(mass));
        if height < levels.heights_m[k] {
            return below * height / levels.heights_m[k];
        }
        below + levels.part_of_layer(k, height) * (above - below)
    }

    /// Top of the model, scaled height.
    #[inline]
    pub fn top(&self) -> f64 {
        self.cell.bracket.before.levels.top_m
    }

    /// The level below a scaled height and the part of the way in height to the next, 0 below the first level.
    pub fn layer_fraction(&self, height: f64) -> (usize, f64) {
        let levels = &self.cell.bracket.before.levels;
        let k = levels.layer_of(height);
        (k, levels.part_of_layer(k, height))
    }

    /// A value by column, bilinear in space.
    pub fn bilinear(&self, value: impl Fn(usize) -> f64) -> f64 {
        self.point().bilinear(value)
    }

    /// A value by met time, linear in time.
    pub fn in_time(&self, value: impl Fn(&Snapshot) -> f32) -> f64 {
        let [before, after] = self.met_times().map(value);
        f64::from(before + self.within.later * (after - before))
    }

    /// The snapshots before and after.
    pub fn met_times(&self) -> [&Snapshot; 2] {
        [self.cell.bracket.before, self.cell.bracket.after]
    }

    /// Index of the nearest column.
    pub fn nearest_column(&self) -> usize {
        self.cell.flat(self.within.nearest)
    }

    /// Surface values of the nearest column at the earlier met time.
    #[inline]
    pub fn nearest(&self) -> &ColumnSurface {
        self.surface
    }

    /// Length of a way of so many cells from here, km.
    #[inline]
    pub fn distance_km(&self, cells_x: f64, cells_y: f64) -> f64 {
        let (x_m, y_m) = (
            cells_x / f64::from(self.surface.cells_per_m_x),
            cells_y / f64::from(self.surface.cells_per_m_y),
        );
        1e-3 * (x_m * x_m + y_m * y_m).sqrt()
    }

    /// Terrain height at the place, m above sea level.
    #[inline]
    pub fn terrain_m(&self) -> f64 {
        self.point().terrain_m()
    }
}
