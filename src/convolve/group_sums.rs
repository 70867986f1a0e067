//! What groups of particles alone say of an enhancement: their spread is its sampling error.

use crate::error::{Error, Result};
use crate::footprint::{Footprint, GroupDeposit, Sampling, standard_error};

/// The enhancement of each group, layer by layer.
pub(super) struct GroupSums<'a> {
    sampling: Option<&'a Sampling>,
    /// `[layer][group]`, ppm.
    layers: Vec<Vec<f64>>,
}

/// The influence of groups in one layer.
#[derive(Clone, Copy)]
pub(super) struct Samples<'a> {
    pub deposits: &'a [GroupDeposit],
    pub groups: usize,
}

impl<'a> GroupSums<'a> {
    /// Empty sums; without an error if the footprint has no groups or only their sums.
    pub fn of(footprint: &'a Footprint) -> Result<Self> {
        let kept = |s: &&Sampling| !s.deposits.is_empty() || s.layer_foot.iter().all(|foot| *foot == 0.0);
        let sampling = footprint.sampling.as_ref().filter(kept);
        if let Some(sampling) = sampling {
            require_fit(sampling, footprint)?;
        }
        Ok(Self {
            sampling,
            layers: Vec::new(),
        })
    }

    pub fn of_layer(&self, layer: usize) -> Samples<'a> {
        let Some(sampling) = self.sampling else {
            return Samples {
                deposits: &[],
                groups: 0,
            };
        };
        Samples {
            deposits: sampling.of_layer(layer),
            groups: sampling.groups(),
        }
    }

    pub fn enter(&mut self, group_ppm: Vec<f64>) {
        self.layers.push(group_ppm);
    }

    /// Of each layer.
    pub fn layer_stderr_ppm(&self) -> Option<Vec<f64>> {
        self.sampling?;
        let errors = self.layers.iter().map(|groups| standard_error(groups.iter().copied()));
        Some(errors.collect())
    }

    /// Of the sum over all layers.
    pub fn stderr_ppm(&self) -> Option<f64> {
        let groups = self.sampling?.groups();
        let of_group = |g: usize| self.layers.iter().filter_map(|layer| layer.get(g)).sum();
        Some(standard_error((0..groups).map(of_group)))
    }
}

fn require_fit(sampling: &Sampling, footprint: &Footprint) -> Result<()> {
    let (layers, rows, columns) = footprint.foot.dim();
    let (cells, groups) = (rows * columns, sampling.groups());
    let fits = |d: &GroupDeposit| {
        (d.layer as usize) < layers && (d.cell as usize) < cells && (d.group as usize) < groups && d.foot.is_finite()
    };
    let ascending = sampling.deposits.is_sorted_by_key(|d| d.layer);
    match sampling.deposits.iter().find(|d| !fits(d)) {
        None if ascending => Ok(()),
        found => Err(Error::config(
            "sampling of the footprint",
            found.map_or("layers that do not ascend".into(), |d| format!("{d:?}")),
            format!("deposits by ascending layer, of {layers} layers, {cells} cells and {groups} groups"),
        )),
    }
}
