//! The pole rows of a latitude–longitude grid: all points of such a row are one place.
//!
//! Sources disagree on what they store there: the wind turned to each longitude, one wind for all, or zeros. Here the
//! wind of a pole row is the mean of the row beside it, as vectors seen from the pole, turned back to each longitude;
//! vertical velocity is that row's mean. An error of second order in the spacing replaces what a source may hold.

use std::sync::OnceLock;

use super::snapshot::{NativeFields, U, V, W};
use crate::met::projection::MetGrid;
use crate::met::tiles::Area;

/// Latitude beyond which a row is a pole, degrees.
const POLE_DEG: f64 = 90.0 - 1e-4;

/// Wind (x, y) and vertical velocity over the first and the last row, by level, once they are known.
#[derive(Debug, Default)]
pub(super) struct Poles([OnceLock<Vec<[f64; 3]>>; 2]);

impl Poles {
    /// Sets the wind of a column at grid indices (i, j) if it stands on a pole; `make` gives the fields of other columns.
    pub fn unify(
        &self,
        column: &mut [NativeFields],
        grid: &MetGrid,
        (i, j): (usize, usize),
        make: impl FnOnce(&Area) -> Vec<NativeFields>,
    ) {
        let Some(period) = grid.period_x() else { return };
        let (pole, beside) = match j {
            0 => (0, 1),
            _ if j + 1 == grid.ny => (1, j - 1),
            _ => return,
        };
        let lat_deg = grid.place_at(0.0, j as f64).lat_deg;
        if lat_deg.abs() < POLE_DEG {
            return;
        }
        // seen from the pole, north at longitude λ points along −λ (north pole) or +λ (south pole)
        let turn =
            |i: usize| (lat_deg.signum() * grid.place_at(i as f64, beside as f64).lon_deg.to_radians()).sin_cos();
        let means = self.0[pole].get_or_init(|| {
            let row = Area {
                i: 0..period,
                j: beside..beside + 1,
                stride: period,
            };
            mean_wind(&make(&row), column.len(), turn)
        });
        let (sin, cos) = turn(i);
        for (out, [x, y, w]) in column.iter_mut().zip(means) {
            out[U] = (x * cos + y * sin) as f32;
            out[V] = (y * cos - x * sin) as f32;
            out[W] = *w as f32;
        }
    }
}

/// The mean over the columns of a row, by level.
fn mean_wind(fields: &[NativeFields], level_count: usize, turn: impl Fn(usize) -> (f64, f64)) -> Vec<[f64; 3]> {
    let count = fields.len() / level_count;
    let mut sums = vec![[0.0; 3]; level_count];
    for (i, column) in fields.chunks_exact(level_count).enumerate() {
        let (sin, cos) = turn(i);
        for (sum, level) in sums.iter_mut().zip(column) {
            let [u, v, w] = [U, V, W].map(|f| f64::from(level[f]));
            *sum = [sum[0] + u * cos - v * sin, sum[1] + u * sin + v * cos, sum[2] + w];
        }
    }
    sums.iter().map(|sum| sum.map(|s| s / count as f64)).collect()
}
