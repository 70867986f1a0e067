//! Influence summed into cells and spread with the kernel of its age.

use std::collections::BTreeMap;
use std::ops::Range;

use ndarray::{Array2, Array3, ArrayViewMut2, Axis};
use rayon::prelude::*;

use super::bandwidth::Bandwidths;
use super::kernel::{Kernel, half_width};
use super::records::Records;
use crate::grid::Axes;

/// Hours of an integrated footprint are summed in this many parts, whatever the number of threads.
const PARTS: usize = 8;

/// Sums over all particles.
pub(super) struct Gridded {
    /// `[layer][y][x]`.
    pub foot: Array3<f64>,
    /// Smeared out over the edge of the grid, of particles in the grid and its margin.
    pub smeared_out: f64,
    /// Of particles outside grid and margin.
    pub outside: f64,
}

/// Influence in one cell, column and row counted from the grid's corner: negative or beyond it in the margin.
#[derive(Clone, Copy)]
struct Deposit {
    row: i64,
    column: i64,
    foot: f64,
}

/// Deposits of each hour, by age.
struct Deposits {
    hours: Vec<BTreeMap<i64, Vec<Deposit>>>,
    outside: f64,
}

/// Sums influence by cell and age, spreads it, and adds it to the hour in which it was picked up.
pub(super) fn rasterise(
    records: &Records,
    bandwidths: &Bandwidths,
    axes: &Axes,
    hours: &Range<i64>,
    integrate: bool,
) -> Gridded {
    let deposits = deposit(records, axes, bandwidths.widest(), hours);
    let hours_per_layer = if integrate {
        hours.clone().count().div_ceil(PARTS).max(1)
    } else {
        1
    };
    let (shape, dx, dy) = ((axes.ny, axes.nx), axes.dx, axes.dy);
    let layers: Vec<(Array2<f64>, f64)> = deposits
        .hours
        .par_chunks(hours_per_layer)
        .map(|part| {
            let mut layer = Array2::zeros(shape);
            let mut smeared_out = 0.0;
            for (age, deposits) in part.iter().flatten() {
                let kernel = Kernel::gaussian(bandwidths.at(*age), dx, dy);
                smeared_out += spread(&mut layer.view_mut(), deposits.clone(), &kernel);
            }
            (layer, smeared_out)
        })
        .collect();
    let smeared_out = layers.iter().map(|(_, lost)| lost).sum();
    let count = if integrate { 1 } else { layers.len() };
    let mut foot = Array3::zeros((count, axes.ny, axes.nx));
    for (k, (layer, _)) in layers.iter().enumerate() {
        let mut target = foot.index_axis_mut(Axis(0), if integrate { 0 } else { k });
        target += layer;
    }
    Gridded {
        foot,
        smeared_out,
        outside: deposits.outside,
    }
}

fn deposit(records: &Records, axes: &Axes, widest: f64, hours: &Range<i64>) -> Deposits {
    let (margin_x, margin_y) = (half_width(widest, axes.dx), half_width(widest, axes.dy));
    let (columns, rows) = (
        -margin_x..axes.nx as i64 + margin_x,
        -margin_y..axes.ny as i64 + margin_y,
    );
    let mut by_hour = vec![BTreeMap::<i64, Vec<Deposit>>::new(); hours.clone().count()];
    let mut outside = 0.0;
    for slice in &records.slices {
        let hour = (slice.time_min / 60.0).floor() as i64 - hours.start;
        let ages = &mut by_hour[hour as usize];
        for r in slice.records.iter().filter(|r| r.foot > 0.0) {
            let (column, row) = axes.cell(r.x, r.y);
            if r.x.is_finite() && columns.contains(&column) && rows.contains(&row) {
                let age = records.age(slice.time_min, r.particle);
                ages.entry(age).or_default().push(Deposit {
                    row,
                    column,
                    foot: r.foot,
                });
            } else {
                outside += r.foot;
            }
        }
    }
    Deposits {
        hours: by_hour,
        outside,
    }
}

/// Adds deposits of one age to a layer, each spread with the kernel; returns what fell outside the layer.
///
/// Deposits of one row whose kernels touch are spread along x together, and the result is added to the rows below and
/// above: the cost is that of the cells reached, whatever the size of the grid.
fn spread(layer: &mut ArrayViewMut2<'_, f64>, mut deposits: Vec<Deposit>, kernel: &Kernel) -> f64 {
    deposits.sort_by_key(|d| (d.row, d.column));
    let reach = kernel.half_widths().0;
    let touch = |a: &Deposit, b: &Deposit| a.row == b.row && b.column - a.column <= 2 * reach + 1;
    deposits.chunk_by(touch).map(|run| spread_run(layer, run, kernel)).sum()
}

fn spread_run(layer: &mut ArrayViewMut2<'_, f64>, run: &[Deposit], kernel: &Kernel) -> f64 {
    let (rows, columns) = (layer.nrows() as i64, layer.ncols() as i64);
    let (reach_x, reach_y) = kernel.half_widths();
    let row = run[0].row;
    let first = run[0].column - reach_x;
    let mut along_x = vec![0.0; (run[run.len() - 1].column + reach_x - first + 1) as usize];
    for d in run {
        let start = (d.column - reach_x - first) as usize;
        for (cell, weight) in along_x[start..].iter_mut().zip(&kernel.x) {
            *cell += d.foot * weight;
        }
    }
    let released: f64 = run.iter().map(|d| d.foot).sum();
    let from = first.clamp(0, columns);
    let to = (first + along_x.len() as i64).clamp(from, columns);
    let inside = &along_x[(from - first).clamp(0, along_x.len() as i64) as usize..][..(to - from) as usize];
    let mut weight_inside = 0.0;
    for j in (row - reach_y).max(0)..(row + reach_y + 1).min(rows) {
        let weight = kernel.y[(j - row + reach_y) as usize];
        weight_inside += weight;
        let mut target = layer.row_mut(j as usize);
        for (cell, value) in target.iter_mut().skip(from as usize).zip(inside) {
            *cell += weight * value;
        }
    }
    (released - inside.iter().sum::<f64>() * weight_inside).max(0.0)
}
