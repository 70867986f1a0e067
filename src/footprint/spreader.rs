//! The modes of the gridding: what each must see of the ensemble, and how it spreads influence over the cells.

use super::canvas::Canvas;
use super::compat::Compat;
use super::gridder::Deposit;
use super::icos::Icos;
use super::records::Slice;
use crate::error::{Error, Result};
use crate::grid::{Axes, Grid};
use crate::gridding::GriddingMode;

/// One of the modes.
pub(super) enum Spreader {
    Compat(Compat),
    Icos(Icos),
}

impl Spreader {
    /// The mode that a grid asks for, STILT v2's if none.
    pub fn new(grid: &Grid) -> Result<Self> {
        match grid.gridding.mode.unwrap_or(GriddingMode::Compat) {
            GriddingMode::Compat => Ok(Self::Compat(Compat::new(grid))),
            GriddingMode::Icos => Ok(Self::Icos(Icos::new(grid))),
            GriddingMode::Metric => Err(Error::NotBuilt {
                feature: format!("grid.{}.gridding", grid.name),
                instead: "use \"compat\"".into(),
            }),
        }
    }

    /// Sees all particles of one time, also those outside the grid; `age` is that of a particle.
    pub fn observe(&mut self, slice: &Slice, axes: &Axes, age: impl Fn(usize) -> i64) {
        match self {
            Self::Compat(compat) => compat.observe(slice, age),
            Self::Icos(icos) => icos.observe(slice, axes),
        }
    }

    /// Whether later records cannot change how an age is spread, where `now` is the age of the oldest particle.
    pub fn is_settled(&self, age: i64, now: i64) -> bool {
        match self {
            Self::Compat(compat) => compat.is_settled(age, now),
            Self::Icos(_) => true,
        }
    }

    /// Keeps the deposits whose kernel lies in the grid as a whole.
    pub fn keep_whole(&self, deposits: &mut Vec<Deposit>, axes: &Axes) {
        match self {
            Self::Compat(compat) => {
                let kernels = compat.kernels(deposits, axes);
                deposits.retain(|deposit| kernels.fits(deposit, axes));
            }
            Self::Icos(_) => deposits.clear(),
        }
    }

    /// Spreads deposits over the map of each one's group.
    pub fn fill(&self, deposits: &[Deposit], axes: &Axes, canvas: &mut Canvas) {
        match self {
            Self::Compat(compat) => {
                let kernels = compat.kernels(deposits, axes);
                canvas.fill(deposits, |deposits, map| kernels.spread(deposits, map));
            }
            Self::Icos(icos) => canvas.fill(deposits, |deposits, map| {
                deposits.iter().for_each(|deposit| icos.stamp(deposit, map));
            }),
        }
    }
}
