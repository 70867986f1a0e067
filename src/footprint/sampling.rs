//! The sampling error: how far footprints of groups of particles lie apart.

use ndarray::Array2;

/// What groups of particles say of the sampling error. Particle p belongs to group p mod G.
///
/// Each group is an ensemble of its own, N/G particles strong. The error of the mean over all particles of any sum over
/// cells and layers S is √(Σ_g (S_g − S̄)² / (G (G − 1))); with G groups it is itself known to 1/√(2 (G − 1)).
#[derive(Clone, Debug, PartialEq)]
pub struct Sampling {
    /// Particles released.
    pub particles: usize,
    /// Sum over all cells of each layer and group, `[layer][group]`, per particle of the group.
    pub layer_foot: Array2<f64>,
    /// Influence inside the grid before it is smoothed, by layer, cell and group, ascending.
    pub deposits: Vec<GroupDeposit>,
}

/// Influence of the particles of one group in one cell, before smoothing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GroupDeposit {
    /// Layer.
    pub layer: u32,
    /// Row · columns + column.
    pub cell: u32,
    /// Group.
    pub group: u32,
    /// Influence per particle of the group.
    pub foot: f32,
}

impl Sampling {
    /// Number of groups.
    pub fn groups(&self) -> usize {
        self.layer_foot.ncols()
    }

    /// The deposits of a layer.
    pub fn of_layer(&self, layer: usize) -> &[GroupDeposit] {
        let before = |end: usize| self.deposits.partition_point(|d| (d.layer as usize) < end);
        &self.deposits[before(layer)..before(layer + 1)]
    }

    /// Standard error of the sum of each layer.
    pub fn layer_stderr(&self) -> Vec<f64> {
        self.layer_foot
            .outer_iter()
            .map(|row| standard_error(row.iter().copied()))
            .collect()
    }

    /// Standard error of the sum over all layers.
    pub fn total_stderr(&self) -> f64 {
        standard_error(self.layer_foot.columns().into_iter().map(|column| column.sum()))
    }

    /// Standard error of the total as a part of it; `None` for an empty footprint.
    pub fn relative_error(&self) -> Option<f64> {
        let total = self.layer_foot.sum() / self.groups() as f64;
        (total > 0.0).then(|| self.total_stderr() / total)
    }

    /// Particles that bring the standard error of the total to a share of it; `None` for an empty footprint.
    pub fn particles_for(&self, relative_error: f64) -> Option<usize> {
        let times_too_large = self.relative_error()? / relative_error;
        Some((self.particles as f64 * times_too_large.powi(2)).ceil().max(1.0) as usize)
    }
}

/// Standard error of the mean of independent values; 0 for less than two.
pub fn standard_error(values: impl Iterator<Item = f64>) -> f64 {
    let (mut count, mut mean, mut squares) = (0.0, 0.0, 0.0);
    for value in values {
        count += 1.0;
        let from_mean: f64 = value - mean;
        mean += from_mean / count;
        squares += from_mean * (value - mean);
    }
    if count > 1.0 {
        (squares / (count * (count - 1.0))).sqrt()
    } else {
        0.0
    }
}
