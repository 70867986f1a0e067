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
        let sizes = group_sizes(particles, grid.gridding.error_groups);
        let canvas = |sizes| Canvas::new((axes.ny, axes.nx), sizes);
        match grid.gridding.mode.unwrap_or(GriddingMode::Compat) {
            GriddingMode::Compat => Self::Compat(Compat::new(grid), canvas(sizes)),
            GriddingMode::Metric => Self::Metric(Box::new(Metric::new(grid, axes, sizes))),
            GriddingMode::Icos => Self::Icos(Icos::new(grid), canvas(sizes)),
        }
    }

    /// Particles of each group.
    pub fn group_sizes(&self) -> &[f64] {
        match self {
            Self::Compat(_, canvas) | Self::Icos(_, canvas) => canvas.sizes(),
            Self::Metric(metric) => metric.group_sizes(),
        }
    }

    /// Whether kernels depend on particles without influence.
    pub const fn sees_all(&self) -> bool {
        !matches!(self, Self::Metric(_))
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

    /// Fixes the kernels of a part from all its deposits.
    pub fn prepare(&mut self, deposits: &[Deposit], axes: &Axes) {
        match self {
            Self::Compat(compat, _) => compat.prepare(deposits, axes),
            Self::Metric(metric) => metric.prepare(deposits, axes),
            Self::Icos(..) => {}
        }
    }

    /// Keeps those deposits of the part whose kernel lies as a whole in a grid of so many rows and columns.
    pub fn keep_whole(&self, deposits: &mut Vec<Deposit>, shape: (usize, usize)) {
        match self {
            Self::Compat(compat, _) => deposits.retain(|deposit| compat.fits(deposit, shape)),
            Self::Metric(metric) => deposits.retain(|deposit| metric.fits(deposit, shape)),
            Self::Icos(..) => deposits.clear(),
        }
    }

    /// Spreads deposits of the part over the maps of each one's group.
    pub fn fill(&mut self, deposits: &[Deposit]) {
        match self {
            Self::Compat(compat, canvas) => canvas.fill(deposits, |deposits, map| compat.spread(deposits, map)),
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
