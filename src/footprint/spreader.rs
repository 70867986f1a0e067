//! The modes of the gridding: what each must see of the ensemble, and how it spreads influence over the cells.

use super::canvas::{Canvas, Layer, group_sizes};
use super::compat::Compat;
use super::gridder::Deposit;
use super::icos::Icos;
use super::metric::Metric;
use super::records::Slice;
use crate::grid::{Axes, Grid};
use crate::gridding::GriddingMode;

/// One of the modes, with the maps of its layer; particle p belongs to group p mod the number of groups.
pub(super) enum Spreader {
    Compat(Compat, Canvas),
    Metric(Box<Metric>),
    Icos(Icos, Canvas),
}

impl Spreader {
    /// The mode that a grid asks for, STILT v2's if none.
    pub fn new(grid: &Grid, axes: &Axes, particles: usize) -> Self {
        let groups = grid.gridding.error_groups;
        let canvas = || Canvas::new((axes.ny, axes.nx), particles, groups);
        match grid.gridding.mode.unwrap_or(GriddingMode::Compat) {
            GriddingMode::Compat => Self::Compat(Compat::new(grid), canvas()),
            GriddingMode::Metric => Self::Metric(Box::new(Metric::new(grid, axes, group_sizes(particles, groups)))),
            GriddingMode::Icos => Self::Icos(Icos::new(grid), canvas()),
        }
    }

    /// Particles of each group.
    pub fn group_sizes(&self) -> &[f64] {
        match self {
            Self::Compat(_, canvas) | Self::Icos(_, canvas) => canvas.sizes(),
            Self::Metric(metric) => metric.group_sizes(),
        }
    }

    /// Sees all particles of one time, also those outside the grid; `age` is that of a particle.
    pub fn observe(&mut self, slice: &Slice, axes: &Axes, age: impl Fn(usize) -> i64) {
        match self {
            Self::Compat(compat, _) => compat.observe(slice, age),
            Self::Metric(_) => {}
            Self::Icos(icos, _) => icos.observe(slice, axes),
        }
    }

    /// Whether later records cannot change how an age is spread, where `now` is the age of the oldest particle.
    pub fn is_settled(&self, age: i64, now: i64) -> bool {
        match self {
            Self::Compat(compat, _) => compat.is_settled(age, now),
            Self::Metric(_) | Self::Icos(..) => true,
        }
    }

    /// Takes the kernels from all deposits of a part, those that are spread and those that are not.
    pub fn prepare(&mut self, deposits: &[Deposit], axes: &Axes) {
        if let Self::Metric(metric) = self {
            metric.prepare(deposits, axes);
        }
    }

    /// Keeps the deposits whose kernel lies in the grid as a whole.
    pub fn keep_whole(&self, deposits: &mut Vec<Deposit>, axes: &Axes) {
        match self {
            Self::Compat(compat, _) => {
                let kernels = compat.kernels(deposits, axes);
                deposits.retain(|deposit| kernels.fits(deposit, axes));
            }
            Self::Metric(metric) => metric.keep_whole(deposits, axes),
            Self::Icos(..) => deposits.clear(),
        }
    }

    /// Spreads deposits over the maps of each one's group.
    pub fn fill(&mut self, deposits: &[Deposit], axes: &Axes) {
        match self {
            Self::Compat(compat, canvas) => {
                let kernels = compat.kernels(deposits, axes);
                canvas.fill(deposits, |deposits, map| kernels.spread(deposits, map));
            }
            Self::Metric(metric) => metric.fill(deposits),
            Self::Icos(icos, canvas) => canvas.fill(deposits, |deposits, map| {
                deposits.iter().for_each(|deposit| icos.stamp(deposit, map));
            }),
        }
    }

    /// Takes the layer off the maps, which are empty afterwards.
    pub fn finish_layer(&mut self) -> Layer {
        match self {
            Self::Compat(_, canvas) | Self::Icos(_, canvas) => canvas.finish_layer(),
            Self::Metric(metric) => metric.finish_layer(),
        }
    }

    /// Influence smeared out over the edge of the grid, and that of particles whose kernel does not touch it, of all
    /// layers finished since the last call.
    pub fn take_losses(&mut self) -> (f64, f64) {
        match self {
            Self::Compat(_, canvas) | Self::Icos(_, canvas) => canvas.take_losses(),
            Self::Metric(metric) => metric.take_losses(),
        }
    }
}
