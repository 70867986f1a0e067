//! Horizontal grids of meteorology: latitude–longitude and conformal maps (CMAPF).

use crate::geo::LonLat;

/// A horizontal grid: a map projection plus its extent in grid points.
#[derive(Clone, Debug, PartialEq)]
pub struct MetGrid {
    /// Points along x (east on latitude–longitude grids).
    pub nx: usize,
    /// Points along y (north).
    pub ny: usize,
}

impl MetGrid {
    /// Fractional 0-based indices (x, y) of a place; whole numbers at grid points; may lie outside the grid.
    pub fn index_of(&self, _place: LonLat) -> (f64, f64) {
        todo!()
    }
    /// The place at fractional 0-based indices.
    pub fn place_at(&self, _x: f64, _y: f64) -> LonLat {
        todo!()
    }
    /// Size of a cell along x and y at fractional indices, m.
    pub fn cell_size_m(&self, _x: f64, _y: f64) -> (f64, f64) {
        todo!()
    }
    /// Whether x is cyclic (the grid goes round the Earth).
    pub fn is_cyclic(&self) -> bool {
        todo!()
    }
    /// Grid wind to earth wind (eastward, northward) at fractional indices.
    pub fn earth_wind(&self, _x: f64, _y: f64, _u_grid: f64, _v_grid: f64) -> (f64, f64) {
        todo!()
    }
}
