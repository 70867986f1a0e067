//! Influence spread over the cells with the kernel of its age.

use std::collections::BTreeMap;

use super::bandwidth::Bandwidths;
use super::kernel::Kernel;
use crate::footprint::gridder::Deposit;
use crate::footprint::map::Map;
use crate::footprint::records::Slice;
use crate::grid::{Axes, Grid};
use crate::gridding::LoneParticle;

/// State of a gridding like STILT v2's.
pub(in crate::footprint) struct Compat {
    bandwidths: Bandwidths,
    /// The kernels of a part, by age.
    kernels: BTreeMap<i64, Kernel>,
}

impl Compat {
    pub fn new(grid: &Grid) -> Self {
        let lone = grid.gridding.compat.lone_particle;
        Self {
            bandwidths: Bandwidths::new(grid.smooth_factor, lone == LoneParticle::Nearest),
            kernels: BTreeMap::new(),
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

    /// Makes the kernels of a part.
    pub fn prepare(&mut self, deposits: &[Deposit], axes: &Axes) {
        self.kernels.clear();
        for same in deposits.chunk_by(|a, b| a.age == b.age) {
            let age = same[0].age;
            let width = || self.bandwidths.at(age, axes);
            self.kernels
                .entry(age)
                .or_insert_with(|| Kernel::gaussian(width(), axes.dx, axes.dy));
        }
    }

    /// Whether the kernel of a deposit lies in the grid as a whole.
    pub fn fits(&self, deposit: &Deposit, (rows, columns): (usize, usize)) -> bool {
        let kernel = &self.kernels[&deposit.age];
        let within = |index: i64, weights: &[f64], cells: usize| {
            let reach = (weights.len() / 2) as i64;
            index >= reach && index + reach < cells as i64
        };
        within(deposit.column, &kernel.x, columns) && within(deposit.row, &kernel.y, rows)
    }

    /// Spreads deposits, each from the middle of the cell that holds it.
    pub fn spread(&self, deposits: &[Deposit], map: &mut Map) {
        for same in deposits.chunk_by(|a, b| a.age == b.age) {
            let kernel = &self.kernels[&same[0].age];
            map.spread(same, (&kernel.y, &kernel.x));
        }
    }
}
