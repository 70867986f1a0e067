//! Layers of ours as OpenGHG stores them: the sum over all time, the last hours resolved, and what is older.

use ndarray::{Axis, Slice};

use super::super::ForeignFootprint;
use super::super::layers::covered;
use super::{Conditions, Resolved, stamp_of};
use crate::error::{Error, Result};
use crate::footprint::Footprint;
use crate::grid::Grid;

impl ForeignFootprint {
    /// A footprint of ours with the layers that start up to `hours` hours before its time stamp resolved (24 in the
    /// stores), all older ones in the residual. One without layers keeps its sum only.
    ///
    /// # Errors
    /// [`Error::Config`] if it is a forward one, or its layers do not start whole layers before its time stamp.
    pub fn resolving(footprint: Footprint, hours: f64) -> Result<Self> {
        let end = covered(&footprint)[1];
        if end > footprint.receptor.time {
            let allowed = "backward footprints, which end at the receptor time; this one goes on until then";
            return Err(Error::config(
                "receptor",
                &footprint.receptor.id,
                format!("{allowed}: {end}"),
            ));
        }
        let has_layers = !footprint.grid.time_integrate && hours > 0.0;
        let resolved = has_layers.then(|| resolved(&footprint, hours)).transpose()?;
        let whole = sum(&footprint, 0, footprint.layer_start.len());
        Ok(Self {
            footprint: whole,
            resolved,
            boundary: None,
            conditions: Conditions::default(),
        })
    }
}

fn resolved(footprint: &Footprint, hours: f64) -> Result<Resolved> {
    let stamp = stamp_of(footprint).seconds();
    let layer = footprint.layer_seconds;
    let oldest = stamp - (hours * 3600.0).round() as i64 + layer;
    if let Some(start) = footprint
        .layer_start
        .iter()
        .find(|t| (stamp - t.seconds()) % layer != 0)
    {
        let allowed = format!(
            "layers of {layer} s that start whole layers before the release, {}: let the release take whole layers",
            stamp_of(footprint)
        );
        return Err(Error::config("layer", start, allowed));
    }
    let split = footprint
        .layer_start
        .iter()
        .take_while(|t| t.seconds() < oldest)
        .count();
    let layers = Footprint {
        layer_start: footprint.layer_start[split..].to_vec(),
        foot: footprint.foot.slice_axis(Axis(0), Slice::from(split..)).to_owned(),
        stderr: None,
        sampling: None,
        ..footprint.clone()
    };
    let residual = sum(footprint, 0, split);
    Ok(Resolved { layers, residual })
}

/// The sum over some layers as one.
fn sum(footprint: &Footprint, from: usize, to: usize) -> Footprint {
    let foot = footprint
        .foot
        .slice_axis(Axis(0), Slice::from(from..to))
        .sum_axis(Axis(0));
    Footprint {
        grid: Grid {
            time_integrate: true,
            ..footprint.grid.clone()
        },
        layer_start: footprint.layer_start.get(from).copied().into_iter().collect(),
        layer_seconds: (to - from) as i64 * footprint.layer_seconds,
        foot: foot.insert_axis(Axis(0)),
        stderr: None,
        sampling: None,
        ..footprint.clone()
    }
}
