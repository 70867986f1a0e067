//! Vertical velocity relative to the ground, from what a source holds and how its levels slope.
//!
//! Along the levels η of a source, a parcel's height above ground changes by
//! dZ/dt = v·∇_η Z + v·∇_η p/(ρg) − ω/(ρg), which is the kinematics of hydrostatic air without the tendencies of Z and p at
//! η: over flat ground and pressure levels that do not slope, −ω/(ρg); along terrain-following levels the slope of the
//! coordinate; on pressure levels w − v·∇zₛ. From a vertical velocity in m s⁻¹ it is w − v·∇zₛ. At the ground it is 0.

use std::collections::HashMap;

use super::snapshot::{DENSITY, HEIGHT, NativeFields, SURFACE_LEVELS, U, V, W};
use super::source::{LevelAir, SourceColumn};
use crate::constants::GRAVITY_M_S2 as G;
use crate::met::plan::VerticalWind;
use crate::met::projection::MetGrid;

/// What of a column its neighbours must know.
#[derive(Clone, Debug, Default)]
pub(super) struct Relief {
    pub terrain_m: f64,
    /// Height above ground (negative below it), m, and pressure, hPa, of each level of the source.
    pub levels: Vec<(f32, f32)>,
}

/// Relief by grid indices (i, j).
pub(super) type ReliefMap = HashMap<(usize, usize), Relief>;

/// The columns before and after one along both axes, and the distances between them.
pub(super) struct Neighbours<R> {
    x: [R; 2],
    y: [R; 2],
    distance_m: [f64; 2],
}

impl Relief {
    pub fn of(column: &SourceColumn) -> Self {
        let level = |air: &LevelAir| (air.height_m as f32, air.pressure_hpa as f32);
        Self {
            terrain_m: column.terrain_m,
            levels: column.levels.iter().map(level).collect(),
        }
    }

    /// Of a column that cannot be used.
    pub fn unusable(levels: usize) -> Self {
        Self {
            terrain_m: f64::NAN,
            levels: vec![(f32::NAN, f32::NAN); levels],
        }
    }
}

impl Neighbours<(usize, usize)> {
    /// Of the column at grid indices (i, j).
    pub fn of(grid: &MetGrid, (i, j): (usize, usize)) -> Self {
        let (nx, ny) = (grid.nx, grid.ny);
        let (dx_m, dy_m) = grid.cell_size_m(i as f64, j as f64);
        let (west, east) = match grid.period_x() {
            Some(period) => ((i + period - 1) % period, (i + 1) % period),
            None => (i.saturating_sub(1), (i + 1).min(nx - 1)),
        };
        let steps_x = if grid.is_cyclic() { 2 } else { east - west };
        let (south, north) = (j.saturating_sub(1), (j + 1).min(ny - 1));
        Self {
            x: [(west, j), (east, j)],
            y: [(i, south), (i, north)],
            distance_m: [steps_x as f64 * dx_m, (north - south) as f64 * dy_m],
        }
    }

    pub fn places(&self) -> impl Iterator<Item = (usize, usize)> {
        self.x.into_iter().chain(self.y)
    }

    pub fn reliefs<'a>(&self, relief: &'a ReliefMap) -> Neighbours<&'a Relief> {
        Neighbours {
            x: self.x.map(|at| &relief[&at]),
            y: self.y.map(|at| &relief[&at]),
            distance_m: self.distance_m,
        }
    }
}

impl Neighbours<&Relief> {
    /// v·∇ of a quantity by centred differences.
    fn advection(&self, [u, v]: [f64; 2], of: impl Fn(&Relief) -> f64) -> f64 {
        let slope = |[low, high]: [&Relief; 2], distance_m: f64| (of(high) - of(low)) / distance_m;
        u * slope(self.x, self.distance_m[0]) + v * slope(self.y, self.distance_m[1])
    }
}

/// Adds the slope terms to W of a column and brings W to 0 at the ground, from level `first_native` down.
pub(super) fn make_relative(
    column: &mut [NativeFields],
    first_native: usize,
    neighbours: &Neighbours<&Relief>,
    stored: Option<VerticalWind>,
) {
    for (k, fields) in column.iter_mut().enumerate().skip(first_native) {
        let level = k - SURFACE_LEVELS;
        let wind = [fields[U], fields[V]].map(f64::from);
        let slope = match stored {
            None => 0.0,
            Some(VerticalWind::Velocity) => -neighbours.advection(wind, |r| r.terrain_m),
            Some(VerticalWind::Omega) => {
                let per_hpa = 100.0 / (f64::from(fields[DENSITY]) * G);
                neighbours.advection(wind, |r| {
                    let (height_m, pressure_hpa) = r.levels[level];
                    f64::from(height_m) + per_hpa * f64::from(pressure_hpa)
                })
            }
        };
        fields[W] += slope as f32;
    }
    let first = column[first_native];
    for level in &mut column[..first_native] {
        level[W] = first[W] * level[HEIGHT] / first[HEIGHT];
    }
}
