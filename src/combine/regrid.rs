//! A footprint on the cells of another grid.

use ndarray::{Array3, ArrayViewMut1, Axis};

use super::groups::merged;
use crate::error::Result;
use crate::flux::CellShares;
use crate::footprint::{Footprint, GroupDeposit, MassBudget, Sampling};
use crate::grid::Grid;

/// Shares the influence of each cell out among the cells of another grid, by the area in which they overlap; what lies
/// outside it is counted in the budget as `outside`. Only the cells of `onto` matter, not how it would be gridded.
///
/// Within a cell influence is even over the sphere; between two projections, even over the plane of the new one.
///
/// *Error*: where each new cell lies in one old cell (a finer grid that fits, a cut-out), its error is its share of the
/// old one. Else `stderr` is `None`, since neighbours are smeared out of the same particles and their errors add up
/// neither straight nor in quadrature. `sampling` goes along; where influence is left outside, the sums of its layers
/// are parted as its unsmoothed deposits are.
///
/// # Errors
/// The errors of [`Grid::axes`] for either grid.
pub fn regrid(footprint: &Footprint, onto: &Grid) -> Result<Footprint> {
    let shares = CellShares::new(&footprint.grid, onto)?;
    let foot = shared_out(&footprint.foot, &shares);
    let inside = foot.sum();
    let old = footprint.budget;
    let stderr = footprint.stderr.as_ref().filter(|_| shares.each_from_one());
    Ok(Footprint {
        receptor: footprint.receptor.clone(),
        grid: Grid {
            time_integrate: footprint.grid.time_integrate,
            smooth_factor: footprint.grid.smooth_factor,
            gridding: footprint.grid.gridding.clone(),
            ..onto.clone()
        },
        layer_start: footprint.layer_start.clone(),
        layer_seconds: footprint.layer_seconds,
        stderr: stderr.map(|errors| shared_out(errors, &shares)),
        sampling: sampling_of(footprint, &shares, &foot),
        age: None,
        foot,
        budget: MassBudget {
            inside,
            outside: old.outside + (old.inside - inside),
            ..old
        },
    })
}

fn shared_out(layers: &Array3<f64>, shares: &CellShares) -> Array3<f64> {
    let (rows, columns) = shares.shape();
    let mut target = Array3::zeros((layers.dim().0, rows, columns));
    for (mut to, layer) in target.outer_iter_mut().zip(layers.outer_iter()) {
        to.assign(&shares.spread(layer));
    }
    target
}

fn sampling_of(footprint: &Footprint, shares: &CellShares, foot: &Array3<f64>) -> Option<Sampling> {
    let sampling = footprint.sampling.as_ref()?;
    let split = |d: &GroupDeposit| {
        let deposit = *d;
        shares
            .of(d.cell as usize)
            .into_iter()
            .map(move |(cell, share)| GroupDeposit {
                cell: cell as u32,
                foot: (share * f64::from(deposit.foot)) as f32,
                ..deposit
            })
    };
    let deposits = merged(sampling.deposits.iter().flat_map(split));
    let mut layer_foot = sampling.layer_foot.clone();
    for (layer, mut row) in layer_foot.outer_iter_mut().enumerate() {
        let (before, after) = (
            footprint.foot.index_axis(Axis(0), layer).sum(),
            foot.index_axis(Axis(0), layer).sum(),
        );
        if after < before * (1.0 - ROUNDING) {
            let kept = by_group(&deposits, layer, row.len());
            let whole = by_group(&sampling.deposits, layer, row.len());
            keep_parts(row.view_mut(), &kept, &whole, after / before);
        }
    }
    Some(Sampling {
        particles: sampling.particles,
        layer_foot,
        deposits,
    })
}

/// A loss below this share is rounding.
const ROUNDING: f64 = 1e-12;

fn by_group(deposits: &[GroupDeposit], layer: usize, groups: usize) -> Vec<f64> {
    let from = deposits.partition_point(|d| (d.layer as usize) < layer);
    let mut sums = vec![0.0; groups];
    for d in deposits[from..].iter().take_while(|d| d.layer as usize == layer) {
        sums[d.group as usize] += f64::from(d.foot);
    }
    sums
}

/// Leaves each group the part of its influence that its deposits kept, and all groups together `share` of it.
fn keep_parts(mut row: ArrayViewMut1<'_, f64>, kept: &[f64], whole: &[f64], share: f64) {
    let sum = row.sum();
    let parts = kept
        .iter()
        .zip(whole)
        .map(|(kept, whole)| if *whole > 0.0 { kept / whole } else { 0.0 });
    let parted: Vec<f64> = row.iter().zip(parts).map(|(foot, part)| foot * part).collect();
    let left: f64 = parted.iter().sum();
    if left > 0.0 {
        row.iter_mut()
            .zip(parted)
            .for_each(|(foot, part)| *foot = part * share * sum / left);
    } else {
        row *= share;
    }
}
