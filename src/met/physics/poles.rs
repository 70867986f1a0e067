//! The pole rows of a latitude–longitude grid: all points of such a row are one place.
//!
//! Sources disagree on what they store there: the wind turned to each longitude, one wind for all, or zeros. Here the
//! wind of a pole row is the mean of the row beside it, as vectors seen from the pole, turned back to each longitude;
//! vertical velocity is that row's mean. An error of second order in the spacing replaces what a source may hold.

use super::snapshot::{NativeFields, U, V, W};
use crate::met::projection::MetGrid;

/// Latitude beyond which a row is a pole, degrees.
const POLE_DEG: f64 = 90.0 - 1e-4;

pub(super) fn unify(fields: &mut [NativeFields], level_count: usize, grid: &MetGrid) {
    let Some(period) = grid.period_x() else { return };
    let last = grid.ny - 1;
    for (row, beside) in [(0, 1), (last, last - 1)] {
        let lat_deg = grid.place_at(0.0, row as f64).lat_deg;
        if lat_deg.abs() < POLE_DEG {
            continue;
        }
        // seen from the pole, north at longitude λ points along −λ (north pole) or +λ (south pole)
        let turns: Vec<(f64, f64)> = (0..grid.nx)
            .map(|i| (lat_deg.signum() * grid.place_at(i as f64, beside as f64).lon_deg.to_radians()).sin_cos())
            .collect();
        for k in 0..level_count {
            let at = |row: usize, i: usize| (row * grid.nx + i) * level_count + k;
            let mut sum = [0.0; 3];
            for (i, &(sin, cos)) in turns.iter().enumerate().take(period) {
                let [u, v, w] = [U, V, W].map(|f| f64::from(fields[at(beside, i)][f]));
                sum = [sum[0] + u * cos - v * sin, sum[1] + u * sin + v * cos, sum[2] + w];
            }
            let [x, y, w] = sum.map(|s| s / period as f64);
            for (i, &(sin, cos)) in turns.iter().enumerate() {
                let out = &mut fields[at(row, i)];
                out[U] = (x * cos + y * sin) as f32;
                out[V] = (y * cos - x * sin) as f32;
                out[W] = w as f32;
            }
        }
    }
}
