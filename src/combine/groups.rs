//! The groups behind the sampling error, combined.

use std::collections::BTreeMap;

use ndarray::Array2;

use crate::footprint::{GroupDeposit, Sampling};

/// Adds deposits up by layer, cell and group, ascending.
pub(super) fn merged(deposits: impl Iterator<Item = GroupDeposit>) -> Vec<GroupDeposit> {
    let mut sums: BTreeMap<(u32, u32, u32), f64> = BTreeMap::new();
    for d in deposits {
        *sums.entry((d.layer, d.cell, d.group)).or_default() += f64::from(d.foot);
    }
    sums.into_iter()
        .map(|((layer, cell, group), foot)| GroupDeposit {
            layer,
            cell,
            group,
            foot: foot as f32,
        })
        .collect()
}

/// One footprint's share of a sum: its groups, the factor on them, and the place of each of its layers in the sum.
pub(super) struct Part<'a> {
    pub sampling: &'a Sampling,
    pub factor: f64,
    pub layers: Vec<usize>,
}

/// Group by group, which holds for particles that are the same in all parts and for independent ones; `None` unless all
/// have the same number of groups.
pub(super) fn added(parts: &[Part<'_>], layers: usize, particles: usize) -> Option<Sampling> {
    let groups = parts.first()?.sampling.groups();
    if parts.iter().any(|part| part.sampling.groups() != groups) {
        return None;
    }
    let mut layer_foot = Array2::zeros((layers, groups));
    for part in parts {
        for (row, &layer) in part.sampling.layer_foot.outer_iter().zip(&part.layers) {
            layer_foot.row_mut(layer).scaled_add(part.factor, &row);
        }
    }
    let moved = parts.iter().flat_map(|part| {
        part.sampling.deposits.iter().map(|d| GroupDeposit {
            layer: part.layers[d.layer as usize] as u32,
            foot: (part.factor * f64::from(d.foot)) as f32,
            ..*d
        })
    });
    Some(Sampling {
        particles,
        layer_foot,
        deposits: merged(moved),
    })
}
