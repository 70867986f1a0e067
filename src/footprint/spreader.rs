//! The modes of the gridding: what each must see of the ensemble, and how it spreads influence over the cells.

use super::canvas::{Canvas, Layer, group_sizes};
use super::compat::Compat;
use super::gridder::Deposit;
use super::metric::Metric;
use super::records::Slice;
use crate::error::{Error, Result};
use crate::grid::{Axes, Grid};
use crate::gridding::GriddingMode;

/// One of the modes, with the maps of its layer; particle p belongs to group p mod the number of groups.
pub(super) enum Spreader {
    Compat(Compat, Canvas),
    Metric(Metric),
}

impl Spreader {
    /// The mode that a grid asks for, STILT v2's if none.
    pub fn new(grid: &Grid, axes: &Axes, particles: usize) -> Result<Self> {
        let groups = grid.gridding.error_groups;
        match grid.gridding.mode.unwrap_or(GriddingMode::Compat) {
            GriddingMode::Compat => {
                let canvas = Canvas::new((axes.ny, axes.nx), particles, groups);
                Ok(Self::Compat(Compat::new(grid), canvas))
            }
            GriddingMode::Metric => Ok(Self::Metric(Metric::new(grid, axes, group_sizes(particles, groups)))),
            GriddingMode::Icos => Err(Error::NotBuilt {
                feature: format!("grid.{}.gridding", grid.name),
                instead: "use \"compat\"".into(),
            }),
        }
    }

    /// Particles of each group.
    pub fn group_sizes(&self) -> &[f64] {
        match self {
            Self::Compat(_, canvas) => canvas.sizes(),
            Self::Metric(metric) => metric.group_sizes(),
        }
    }

    /// Sees all particles of one time, also those outside the grid; `age` is that of a particle.
    pub fn observe(&mut self, slice: &Slice, age: impl Fn(usize) -> i64) {
        match self {
            Self::Compat(compat, _) => compat.observe(slice, age),
            Self::Metric(_) => {}
        }
    }

    /// Whether later records cannot change how an age is spread, where `now` is the age of the oldest particle.
    pub fn is_settled(&self, age: i64, now: i64) -> bool {
        match self {
            Self::Compat(compat, _) => compat.is_settled(age, now),
            Self::Metric(_) => true,
        }
    }

    /// Spreads deposits over the maps of each one's group.
    pub fn fill(&mut self, deposits: &[Deposit], axes: &Axes) {
        match self {
            Self::Compat(compat, canvas) => {
                let kernels = compat.kernels(deposits, axes);
                canvas.fill(deposits, |deposits, map| kernels.spread(deposits, map));
            }
            Self::Metric(metric) => metric.fill(deposits, axes),
        }
    }

    /// Takes the layer off the maps, which are empty afterwards.
    pub fn finish_layer(&mut self) -> Layer {
        match self {
            Self::Compat(_, canvas) => canvas.finish_layer(),
            Self::Metric(metric) => metric.finish_layer(),
        }
    }

    /// Influence smeared out over the edge of the grid, and that of particles whose kernel does not touch it, of all
    /// layers finished since the last call.
    pub fn take_losses(&mut self) -> (f64, f64) {
        match self {
            Self::Compat(_, canvas) => canvas.take_losses(),
            Self::Metric(metric) => metric.take_losses(),
        }
    }
}
