//! Influence spread over the cells with the kernel of its age.

use std::collections::BTreeMap;

use super::bandwidth::Bandwidths;
use super::kernel::Kernel;
use crate::footprint::canvas::Map;
use crate::footprint::gridder::Deposit;
use crate::footprint::records::Slice;
use crate::grid::{Axes, Grid};
use crate::gridding::LoneParticle;

/// State of a gridding like STILT v2's.
pub(in crate::footprint) struct Compat {
    bandwidths: Bandwidths,
}

/// The kernels of a part, by age.
pub(in crate::footprint) struct Kernels(BTreeMap<i64, Kernel>);

impl Compat {
    pub fn new(grid: &Grid) -> Self {
        let lone = grid.gridding.compat.lone_particle;
        Self {
            bandwidths: Bandwidths::new(grid.smooth_factor, lone == LoneParticle::Nearest),
        }
    }

    /// Enters the spread of all particles at one time, also of those outside the grid.
    pub fn observe(&mut self, slice: &Slice, age: impl Fn(usize) -> i64) {
        self.bandwidths.observe(slice, age);
    }

    /// Whether later records cannot change the kernel of an age any more, where `now` is the age of the oldest particle.
    pub fn is_settled(&self, age: i64, now: i64) -> bool {
        self.bandwidths.is_settled(age, now)
    }

    /// The kernels of all deposits.
    pub fn kernels(&self, deposits: &[Deposit], axes: &Axes) -> Kernels {
        let mut kernels = BTreeMap::new();
        for deposit in deposits {
            let width = || self.bandwidths.at(deposit.age, axes);
            kernels
                .entry(deposit.age)
                .or_insert_with(|| Kernel::gaussian(width(), axes.dx, axes.dy));
        }
        Kernels(kernels)
    }
}

impl Kernels {
    /// Whether the kernel of a deposit lies in the grid as a whole.
    pub fn fits(&self, deposit: &Deposit, axes: &Axes) -> bool {
        let (reach_x, reach_y) = self.0[&deposit.age].half_widths();
        let within = |index: i64, reach: i64, cells: usize| index >= reach && index + reach < cells as i64;
        within(deposit.column, reach_x, axes.nx) && within(deposit.row, reach_y, axes.ny)
    }

    /// Spreads one deposit from the middle of the cell that holds it.
    pub fn stamp(&self, deposit: &Deposit, map: &mut Map) {
        let kernel = &self.0[&deposit.age];
        let (reach_x, reach_y) = kernel.half_widths();
        let first = (deposit.row - reach_y, deposit.column - reach_x);
        map.stamp(first, (&kernel.y, &kernel.x), deposit.foot);
    }
}
