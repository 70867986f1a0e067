//! Vertical velocity relative to the ground, from what a source holds and how its levels slope.
//!
//! Along the levels η of a source, a parcel's height above ground changes by
//! dZ/dt = v·∇_η Z + v·∇_η p/(ρg) − ω/(ρg), which is the kinematics of hydrostatic air without the tendencies of Z and p at
//! η: over flat ground and pressure levels that do not slope, −ω/(ρg); along terrain-following levels the slope of the
//! coordinate; on pressure levels w − v·∇zₛ. From a vertical velocity in m s⁻¹ it is w − v·∇zₛ. At the ground it is 0.

use rayon::prelude::*;

use super::snapshot::{DENSITY, HEIGHT, NativeFields, U, V, W};
use crate::constants::GRAVITY_M_S2 as G;
use crate::met::plan::VerticalWind;
use crate::met::projection::MetGrid;

/// What of a column other columns must know.
#[derive(Clone, Debug, Default)]
pub(super) struct Relief {
    pub terrain_m: f64,
    /// Index among all levels of the first one of the source above ground.
    pub first_native: usize,
    /// Height above ground (negative below it), m, and pressure, hPa, of each level of the source.
    pub levels: Vec<(f32, f32)>,
}

/// Adds the slope terms to W of every column and brings W to 0 at the ground.
pub(super) fn make_relative(
    fields: &mut [NativeFields],
    relief: &[Relief],
    level_count: usize,
    grid: &MetGrid,
    stored: Option<VerticalWind>,
) {
    fields
        .par_chunks_mut(level_count)
        .enumerate()
        .for_each(|(index, column)| {
            let neighbours = Neighbours::of(grid, relief, index);
            let here = &relief[index];
            let above_surface_layer = level_count - here.levels.len();
            for (k, fields) in column.iter_mut().enumerate().skip(here.first_native) {
                let level = k - above_surface_layer;
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
            let first = column[here.first_native];
            for level in &mut column[..here.first_native] {
                level[W] = first[W] * level[HEIGHT] / first[HEIGHT];
            }
        });
}

/// The columns before and after one along both axes, and the distances between them.
struct Neighbours<'a> {
    x: (&'a Relief, &'a Relief, f64),
    y: (&'a Relief, &'a Relief, f64),
}

impl<'a> Neighbours<'a> {
    fn of(grid: &MetGrid, relief: &'a [Relief], index: usize) -> Self {
        let (nx, ny) = (grid.nx, grid.ny);
        let (i, j) = (index % nx, index / nx);
        let (dx_m, dy_m) = grid.cell_size_m(i as f64, j as f64);
        let (west, east) = match grid.period_x() {
            Some(period) => ((i + period - 1) % period, (i + 1) % period),
            None => (i.saturating_sub(1), (i + 1).min(nx - 1)),
        };
        let steps_x = if grid.is_cyclic() { 2 } else { east - west };
        let (south, north) = (j.saturating_sub(1), (j + 1).min(ny - 1));
        Self {
            x: (&relief[j * nx + west], &relief[j * nx + east], steps_x as f64 * dx_m),
            y: (
                &relief[south * nx + i],
                &relief[north * nx + i],
                (north - south) as f64 * dy_m,
            ),
        }
    }

    /// v·∇ of a quantity by centred differences.
    fn advection(&self, [u, v]: [f64; 2], of: impl Fn(&Relief) -> f64) -> f64 {
        let slope = |&(low, high, distance_m): &(&Relief, &Relief, f64)| (of(high) - of(low)) / distance_m;
        u * slope(&self.x) + v * slope(&self.y)
    }
}
