//! Cells that grow with the plume: the gridding of STILT v1 and the ICOS portal (Gerbig et al. 2003).
//!
//! Influence is shared equally among the fine cells of a coarse one. The coarse cells are chosen for each time by the
//! largest extent that the ensemble has had so far, along x and along y, in fine cells. Masses are no matter of the
//! gridding: `transport.mass_weight` weighs the influence.

use super::gridder::Deposit;
use super::map::Map;
use super::records::Slice;
use crate::grid::{Axes, Grid};
use crate::gridding::WestEdge;

/// Least extent along x and y, and the cells that a coarse one is made of; the last row that fits holds.
const COARSENING: [([i64; 2], [usize; 2]); 16] = [
    ([0, 0], [1, 1]),
    ([0, 6], [1, 2]),
    ([6, 0], [2, 1]),
    ([6, 6], [2, 2]),
    ([6, 12], [2, 4]),
    ([12, 6], [4, 2]),
    ([12, 12], [4, 4]),
    ([12, 24], [4, 8]),
    ([24, 12], [8, 4]),
    ([24, 24], [8, 8]),
    ([24, 48], [8, 16]),
    ([48, 24], [16, 8]),
    ([48, 48], [16, 16]),
    ([48, 96], [16, 32]),
    ([96, 48], [32, 16]),
    ([96, 96], [32, 32]),
];

/// State of a gridding like STILT v1's.
pub(super) struct Icos {
    west_edge: WestEdge,
    /// Largest extent so far along x and y, cells.
    extent: [i64; 2],
    /// Time since the receptor's [min, without sign], and the cells along x and y from then on.
    steps: Vec<(f64, [usize; 2])>,
    /// Time at which each particle was first seen beyond the western edge.
    gone_min: Vec<f64>,
}

impl Icos {
    pub fn new(grid: &Grid) -> Self {
        Self {
            west_edge: grid.gridding.compat.west_edge,
            extent: [0, 0],
            steps: Vec::new(),
            gone_min: Vec::new(),
        }
    }

    /// Sees all particles of one time.
    pub fn observe(&mut self, slice: &Slice, axes: &Axes) {
        let time_min = slice.time_min.abs();
        let mut lows = [i64::MAX; 2];
        let mut highs = [i64::MIN; 2];
        for r in slice.records.iter().filter(|r| r.x.is_finite() && r.y.is_finite()) {
            let (column, row) = axes.cell(r.x, r.y);
            if r.particle >= self.gone_min.len() {
                self.gone_min.resize(r.particle + 1, f64::INFINITY);
            }
            if column < 0 && self.west_edge == WestEdge::Drops {
                self.gone_min[r.particle] = self.gone_min[r.particle].min(time_min);
            }
            if self.gone_min[r.particle] <= time_min {
                continue;
            }
            for (axis, index) in [column, row].into_iter().enumerate() {
                lows[axis] = lows[axis].min(index);
                highs[axis] = highs[axis].max(index);
            }
        }
        for axis in [0, 1] {
            self.extent[axis] = self.extent[axis].max(highs[axis].saturating_sub(lows[axis]));
        }
        let fits = |(least, _): &&([i64; 2], [usize; 2])| self.extent[0] >= least[0] && self.extent[1] >= least[1];
        let cells = COARSENING.iter().rfind(fits).map_or([1, 1], |(_, cells)| *cells);
        self.steps.push((time_min, cells));
    }

    /// Spreads one deposit over the coarse cell that holds it.
    pub fn stamp(&self, deposit: &Deposit, map: &mut Map) {
        let (ny, nx) = map.values.dim();
        let time_min = deposit.time_min.abs();
        let within = |index: i64, cells: usize| (0..cells as i64).contains(&index);
        let is_inside = within(deposit.column, nx) && within(deposit.row, ny);
        if !is_inside || self.gone_min[deposit.particle] <= time_min {
            map.outside += deposit.foot;
            return;
        }
        let step = self.steps.partition_point(|(seen_min, _)| *seen_min < time_min);
        let [columns, rows] = self.steps[step].1;
        let first = |index: i64, cells: usize| index - index % cells as i64;
        let even = |cells: usize| vec![1.0 / cells as f64; cells];
        map.stamp(
            (first(deposit.row, rows), first(deposit.column, columns)),
            (&even(rows), &even(columns)),
            deposit.foot,
        );
    }
}
