//! One map per group of particles, from which a layer and its sampling error are taken.

use std::ops::Range;

use ndarray::Array2;
use rayon::prelude::*;

use super::age::{AgeSpectrum, Ages};
use super::gridder::Deposit;

/// Influence of one group of particles in one layer.
#[derive(Clone, Debug)]
pub(super) struct Map {
    /// `[row][column]`.
    pub values: Array2<f64>,
    /// Rows and columns outside which all values are 0.
    touched: (Range<usize>, Range<usize>),
    /// Of deposits whose kernel touches the grid, what fell outside it.
    pub smeared_out: f64,
    /// Of deposits whose kernel does not touch the grid.
    pub outside: f64,
    /// What came inside, of all layers.
    ages: Ages,
}

/// The maps of all groups.
pub(super) struct Canvas {
    maps: Vec<Map>,
    /// Particles of each group.
    sizes: Vec<f64>,
}

/// A finished layer.
pub(super) struct Layer {
    pub foot: Array2<f64>,
    pub stderr: Option<Array2<f64>>,
    /// Sum over the cells by group, per particle of the group.
    pub by_group: Vec<f64>,
}

impl Map {
    fn new(shape: (usize, usize), age_bin_min: u32) -> Self {
        Self {
            ages: Ages::new(age_bin_min),
            values: Array2::zeros(shape),
            touched: (0..0, 0..0),
            smeared_out: 0.0,
            outside: 0.0,
        }
    }

    /// Spreads a deposit with `stamp`, and notes the age of what of it came inside.
    pub fn take(&mut self, deposit: &Deposit, stamp: impl FnOnce(&mut Self)) {
        let lost = self.smeared_out + self.outside;
        stamp(self);
        let inside = deposit.foot - (self.smeared_out + self.outside - lost);
        self.ages.add(deposit.flown_min, inside);
    }

    /// Adds a product of weights along y and x whose first cell is (`row`, `column`), times `foot`; cells outside the map
    /// count as smeared out, or as outside if no cell is in it. The weights' product sums to 1.
    pub fn stamp(&mut self, (row, column): (i64, i64), (along_y, along_x): (&[f64], &[f64]), foot: f64) {
        let (rows, columns) = self.values.dim();
        let (y, x) = (
            overlap(row, along_y.len(), rows),
            overlap(column, along_x.len(), columns),
        );
        if y.is_empty() || x.is_empty() {
            self.outside += foot;
            return;
        }
        let first_row = (row + y.start as i64) as usize;
        let first_column = (column + x.start as i64) as usize;
        let (along_y, along_x) = (&along_y[y], &along_x[x]);
        let width = first_column..first_column + along_x.len();
        for (j, weight) in along_y.iter().enumerate() {
            let value = weight * foot;
            let mut target = self.values.row_mut(first_row + j);
            let Some(cells) = target.as_slice_mut() else { return };
            for (cell, weight) in cells[width.clone()].iter_mut().zip(along_x) {
                *cell += value * weight;
            }
        }
        let inside = along_y.iter().sum::<f64>() * along_x.iter().sum::<f64>();
        self.smeared_out += foot * (1.0 - inside).max(0.0);
        self.touch(first_row..first_row + along_y.len(), width);
    }

    fn clear(&mut self) {
        let (rows, columns) = std::mem::replace(&mut self.touched, (0..0, 0..0));
        for j in rows {
            if let Some(cells) = self.values.row_mut(j).as_slice_mut() {
                cells[columns.clone()].fill(0.0);
            }
        }
    }

    fn touch(&mut self, rows: Range<usize>, columns: Range<usize>) {
        self.touched = (hull(&self.touched.0, rows), hull(&self.touched.1, columns));
    }
}

/// The smallest range that holds both; an empty one holds nothing.
fn hull(a: &Range<usize>, b: Range<usize>) -> Range<usize> {
    if a.is_empty() {
        b
    } else {
        a.start.min(b.start)..a.end.max(b.end)
    }
}

/// Which of `length` weights from cell `first` on fall on the cells 0…`cells`.
fn overlap(first: i64, length: usize, cells: usize) -> Range<usize> {
    let end = (cells as i64 - first).clamp(0, length as i64);
    (-first).clamp(0, end) as usize..end as usize
}

impl Canvas {
    /// For so many particles in so many groups; particle p belongs to group p mod `groups`.
    pub fn new(shape: (usize, usize), particles: usize, groups: usize, age_bin_min: u32) -> Self {
        let groups = groups.clamp(1, particles.max(1));
        let size = |group: usize| (particles + groups - 1 - group) / groups;
        Self {
            maps: vec![Map::new(shape, age_bin_min); groups],
            sizes: (0..groups).map(|group| size(group) as f64).collect(),
        }
    }

    /// Particles of each group.
    pub fn sizes(&self) -> &[f64] {
        &self.sizes
    }

    pub const fn groups(&self) -> usize {
        self.maps.len()
    }

    /// Fills each group's map on a thread of its own.
    pub fn fill(&mut self, fill: impl Fn(usize, &mut Map) + Sync) {
        self.maps
            .par_iter_mut()
            .enumerate()
            .for_each(|(group, map)| fill(group, map));
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

    /// Influence inside the grid by age, of all layers.
    pub fn age_spectrum(&self) -> AgeSpectrum {
        AgeSpectrum::of(self.maps.iter().map(|map| &map.ages), &self.sizes)
    }

    /// Mean over all particles and its standard error; the maps are empty afterwards.
    pub fn finish_layer(&mut self) -> Layer {
        let by_group = self
            .maps
            .iter()
            .zip(&self.sizes)
            .map(|(map, size)| map.values.sum() / size);
        let by_group = by_group.collect();
        let shape = self.maps[0].values.dim();
        let (rows, columns) = self.touched();
        let mut foot = Array2::zeros(shape);
        let mut stderr = Array2::zeros(if self.maps.len() > 1 { shape } else { (0, 0) });
        let row_of = |j: usize, foot: &mut [f64], stderr: &mut [f64]| {
            if rows.contains(&j) {
                self.mean_and_error(j, &columns, foot, stderr);
            }
        };
        if let (Some(foot), Some(stderr)) = (foot.as_slice_mut(), stderr.as_slice_mut()) {
            let rows_of_foot = foot.par_chunks_mut(shape.1).enumerate();
            if stderr.is_empty() {
                rows_of_foot.for_each(|(j, foot)| row_of(j, foot, &mut []));
            } else {
                let rows_of_both = rows_of_foot.zip(stderr.par_chunks_mut(shape.1));
                rows_of_both.for_each(|((j, foot), stderr)| row_of(j, foot, stderr));
            }
        }
        self.maps.par_iter_mut().for_each(Map::clear);
        Layer {
            foot,
            stderr: (!stderr.is_empty()).then_some(stderr),
            by_group,
        }
    }

    fn touched(&self) -> (Range<usize>, Range<usize>) {
        self.maps.iter().fold((0..0, 0..0), |(rows, columns), map| {
            let (more_rows, more_columns) = map.touched.clone();
            (hull(&rows, more_rows), hull(&columns, more_columns))
        })
    }

    /// One row of a layer: Σ_g f_g / N, and √((Σ_g m_g² − (Σ_g m_g)²/G) / (G (G − 1))) with the groups' means m_g = f_g/n_g.
    fn mean_and_error(&self, row: usize, columns: &Range<usize>, foot: &mut [f64], stderr: &mut [f64]) {
        let foot = &mut foot[columns.clone()];
        let mut sums = vec![(0.0, 0.0); if stderr.is_empty() { 0 } else { foot.len() }];
        for (map, size) in self.maps.iter().zip(&self.sizes) {
            let Some(values) = map.values.row(row).to_slice() else {
                return;
            };
            let values = &values[columns.clone()];
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
        for (error, (sum, squares)) in stderr.iter_mut().skip(columns.start).zip(sums) {
            let variance = (squares - sum * sum / groups).max(0.0) / (groups * (groups - 1.0));
            *error = variance.sqrt();
        }
    }
}
