//! One map per group of particles, from which a layer and its sampling error are taken.

use std::ops::Range;

use rayon::prelude::*;

use super::gridder::Deposit;
use super::map::{Map, hull};

/// The maps of all groups.
pub(super) struct Canvas {
    maps: Vec<Map>,
    /// Particles of each group.
    sizes: Vec<f64>,
    by_group: ByGroup,
}

/// A finished layer: the rows and columns outside which it is 0, and what is in them.
pub(super) struct Layer {
    pub rows: Range<usize>,
    pub columns: Range<usize>,
    /// Row by row.
    pub foot: Vec<f64>,
    /// As `foot`; empty without groups.
    pub stderr: Vec<f64>,
    /// Sum over the cells by group, per particle of the group.
    pub by_group: Vec<f64>,
}

/// Particles of each group, for so many particles in so many groups; one group at least.
pub(super) fn group_sizes(particles: usize, groups: usize) -> Vec<f64> {
    let groups = groups.clamp(1, particles.max(1));
    let size = |group: usize| (particles + groups - 1 - group) / groups;
    (0..groups).map(|group| size(group) as f64).collect()
}

/// Deposits by group.
pub(super) struct ByGroup(Vec<Vec<Deposit>>);

impl ByGroup {
    pub fn new(groups: usize) -> Self {
        Self(vec![Vec::new(); groups])
    }

    /// The deposits of each group, in their order.
    pub fn sort(&mut self, deposits: &[Deposit]) -> &[Vec<Deposit>] {
        let groups = self.0.len();
        self.0.iter_mut().for_each(Vec::clear);
        for deposit in deposits {
            self.0[deposit.particle % groups].push(*deposit);
        }
        &self.0
    }
}

impl Canvas {
    /// Of empty maps, for groups of so many particles each.
    pub fn new(shape: (usize, usize), sizes: Vec<f64>) -> Self {
        Self::of_maps(vec![Map::new(shape); sizes.len()], sizes)
    }

    /// Maps of groups of so many particles each.
    pub fn of_maps(maps: Vec<Map>, sizes: Vec<f64>) -> Self {
        let by_group = ByGroup::new(sizes.len());
        Self { maps, sizes, by_group }
    }

    pub fn into_maps(self) -> Vec<Map> {
        self.maps
    }

    /// Particles of each group.
    pub fn sizes(&self) -> &[f64] {
        &self.sizes
    }

    /// Gives the deposits of each group, in their order, to its map; each group has a thread of its own.
    pub fn fill(&mut self, deposits: &[Deposit], fill: impl Fn(&[Deposit], &mut Map) + Sync) {
        if let [map] = self.maps.as_mut_slice() {
            return fill(deposits, map);
        }
        let both = self.maps.par_iter_mut().zip(self.by_group.sort(deposits));
        both.for_each(|(map, deposits)| fill(deposits, map));
    }

    /// Influence smeared out and outside since the last call, of all groups.
    pub fn take_losses(&mut self) -> (f64, f64) {
        let losses = self.maps.iter_mut().map(|map| {
            let taken = (map.smeared_out, map.outside);
            (map.smeared_out, map.outside) = (0.0, 0.0);
            taken
        });
        losses.fold((0.0, 0.0), |sum, one| (sum.0 + one.0, sum.1 + one.1))
    }

    /// Mean over all particles and its standard error; the maps are empty afterwards.
    pub fn finish_layer(&mut self) -> Layer {
        let by_group = self.maps.iter().zip(&self.sizes).map(|(map, size)| map.sum() / size);
        let by_group = by_group.collect();
        let (rows, columns) = self.touched();
        let width = columns.len();
        let mut foot = vec![0.0; rows.len() * width];
        let mut stderr = vec![0.0; if self.maps.len() > 1 { foot.len() } else { 0 }];
        if !foot.is_empty() {
            let rows_of_foot = foot.par_chunks_mut(width).zip(rows.clone());
            if stderr.is_empty() {
                rows_of_foot.for_each(|(foot, j)| self.mean_and_error(j, &columns, foot, &mut []));
            } else {
                let rows_of_both = rows_of_foot.zip(stderr.par_chunks_mut(width));
                rows_of_both.for_each(|((foot, j), stderr)| self.mean_and_error(j, &columns, foot, stderr));
            }
        }
        self.maps.par_iter_mut().for_each(Map::clear);
        Layer {
            rows,
            columns,
            foot,
            stderr,
            by_group,
        }
    }

    fn touched(&self) -> (Range<usize>, Range<usize>) {
        self.maps.iter().fold((0..0, 0..0), |(rows, columns), map| {
            let (more_rows, more_columns) = map.touched.clone();
            (hull(&rows, more_rows), hull(&columns, more_columns))
        })
    }

    /// The `columns` of one row of a layer: Σ_g f_g / N, and √((Σ_g m_g² − (Σ_g m_g)²/G) / (G (G − 1))) with the groups' means m_g = f_g/n_g.
    fn mean_and_error(&self, row: usize, columns: &Range<usize>, foot: &mut [f64], stderr: &mut [f64]) {
        let mut sums = vec![(0.0, 0.0); if stderr.is_empty() { 0 } else { foot.len() }];
        for (map, size) in self.maps.iter().zip(&self.sizes) {
            let Some(values) = map.values.row(row).get(columns.clone()) else {
                continue;
            };
            foot.iter_mut().zip(values).for_each(|(cell, value)| *cell += value);
            for ((sum, squares), value) in sums.iter_mut().zip(values) {
                let mean = value / size;
                *sum += mean;
                *squares += mean * mean;
            }
        }
        let particles: f64 = self.sizes.iter().sum();
        foot.iter_mut().for_each(|cell| *cell /= particles);
        let groups = self.maps.len() as f64;
        for (error, (sum, squares)) in stderr.iter_mut().zip(sums) {
            let variance = (squares - sum * sum / groups).max(0.0) / (groups * (groups - 1.0));
            *error = variance.sqrt();
        }
    }
}
