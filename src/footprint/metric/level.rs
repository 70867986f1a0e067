//! Resolutions of a map: each level's cells are two of the finer level's along one axis or both.

use super::ellipse::Ellipse;
use crate::constants::EARTH_RADIUS_M;
use crate::grid::Axes;

/// Cells around the grid on the coarser levels: what lies there reaches the grid when it is refined.
const MARGIN: i64 = 3;
const MOST_LEVELS: usize = 12;
/// Fewest cells of a level along an axis.
const FEWEST_CELLS: usize = 8;
/// Axes whose cells differ less than this are doubled together.
const SIMILAR: f64 = 1.5;
/// Variance of a normal kernel, in cells², from which its values at the middle of the cells stand for it: they alias
/// by 2 exp(−2π²) = 5·10⁻⁹.
pub(super) const SMOOTH: f64 = 1.0;
/// Variance that the mean over a cell adds, in its width².
pub(super) const WITHIN_CELL: f64 = 1.0 / 12.0;

/// One resolution.
#[derive(Clone, Debug)]
pub(super) struct Level {
    /// Cells of the grid in a cell, along x and y.
    pub factor: [i64; 2],
    /// Cells around the grid on each side.
    pub margin: i64,
    pub rows: usize,
    pub columns: usize,
    /// Cosine of the latitude in the middle of each row, margins as well; empty for a projected grid.
    pub cosines: Vec<f64>,
}

/// The resolutions of a grid, the finest first: that is the grid's own.
pub(super) struct Levels {
    pub all: Vec<Level>,
    /// Lower left corner of the grid, and the width and height of its cells.
    pub corner: [f64; 2],
    pub cell: [f64; 2],
    /// Columns of a full turn in a grid of longitudes.
    pub turn: Option<f64>,
    /// Whether the grid holds every longitude.
    pub is_full_turn: bool,
    /// Whether the lower and the upper edge are poles of such a grid.
    pub ends_at_pole: [bool; 2],
}

impl Level {
    fn new(factor: [i64; 2], axes: &Axes) -> Self {
        let margin = if factor == [1, 1] { 0 } else { MARGIN };
        let count = |cells: usize, factor: i64| cells.div_ceil(factor as usize) + 2 * margin as usize;
        let rows = count(axes.ny, factor[1]);
        let middle = |j: usize| axes.y0 + (j as f64 - margin as f64 + 0.5) * factor[1] as f64 * axes.dy;
        let cosine = |j: usize| middle(j).clamp(-90.0, 90.0).to_radians().cos();
        Self {
            factor,
            margin,
            rows,
            columns: count(axes.nx, factor[0]),
            cosines: match axes.crs.is_longlat() {
                true => (0..rows).map(cosine).collect(),
                false => Vec::new(),
            },
        }
    }

    /// A point of the grid, in columns and rows from its corner, on this level.
    pub fn spot(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        [
            x / self.factor[0] as f64 + self.margin as f64,
            y / self.factor[1] as f64 + self.margin as f64,
        ]
    }

    /// What to sample at the middle of this level's cells for a kernel (in cells of the grid): refining the level adds
    /// (f² − 1)/4 to its variance, and the mean over a cell of the grid 1/12.
    pub fn to_sample(&self, kernel: Ellipse) -> Ellipse {
        let [fx, fy] = self.factor.map(|f| f as f64);
        let added = |f: f64| WITHIN_CELL - (f * f - 1.0) / 4.0;
        kernel.widened(added(fx), added(fy)).stretched(1.0 / fx, 1.0 / fy)
    }
}

impl Levels {
    pub fn of(axes: &Axes) -> Self {
        let is_longlat = axes.crs.is_longlat();
        let turn = is_longlat.then_some(360.0 / axes.dx);
        let is_full_turn = turn.is_some_and(|turn| (turn - axes.nx as f64).abs() < 1e-6);
        let at = |row: usize, pole: f64| (axes.y0 + row as f64 * axes.dy - pole).abs() < 1e-9;
        Self {
            all: levels(axes, is_full_turn),
            corner: [axes.x0, axes.y0],
            cell: [axes.dx, axes.dy],
            turn,
            is_full_turn,
            ends_at_pole: [at(0, -90.0), at(axes.ny, 90.0)].map(|pole| pole && is_full_turn),
        }
    }

    /// A point of the plane in columns and rows from the corner of the grid.
    pub fn on_grid(&self, point: [f64; 2]) -> [f64; 2] {
        [0, 1].map(|axis| (point[axis] - self.corner[axis]) / self.cell[axis])
    }

    /// The coarsest level that shows a kernel (in cells of the grid), and what to sample there; the finest if none does.
    pub fn for_kernel(&self, kernel: Ellipse) -> (usize, Ellipse) {
        let shown = self.all.iter().map(|level| level.to_sample(kernel));
        let fits = shown.take_while(|ellipse| ellipse.least() >= SMOOTH);
        let last = fits.enumerate().last();
        last.unwrap_or_else(|| (0, self.all[0].to_sample(kernel)))
    }
}

fn levels(axes: &Axes, is_full_turn: bool) -> Vec<Level> {
    let mut cell = [axes.dx, axes.dy];
    if axes.crs.is_longlat() {
        let middle = axes.y0 + 0.5 * axes.ny as f64 * axes.dy;
        let metres = EARTH_RADIUS_M.to_radians();
        cell = [cell[0] * metres * middle.to_radians().cos().max(1e-3), cell[1] * metres];
    }
    let mut factor = [1, 1];
    let mut all = vec![Level::new(factor, axes)];
    while all.len() < MOST_LEVELS {
        let can = |cells: usize, factor: i64| cells / (2 * factor as usize) >= FEWEST_CELLS;
        // around the Earth the last column meets the first
        let closes = !is_full_turn || axes.nx.is_multiple_of(2 * factor[0] as usize);
        let possible = [can(axes.nx, factor[0]) && closes, can(axes.ny, factor[1])];
        let doubled = [
            possible[0] && (!possible[1] || cell[0] < SIMILAR * cell[1]),
            possible[1] && (!possible[0] || cell[1] < SIMILAR * cell[0]),
        ];
        if doubled == [false, false] {
            break;
        }
        for axis in 0..2 {
            if doubled[axis] {
                factor[axis] *= 2;
                cell[axis] *= 2.0;
            }
        }
        all.push(Level::new(factor, axes));
    }
    all
}
