//! Longer layers, and one layer for all.

use ndarray::{Array3, Axis};

use super::groups::{Part, added};
use crate::error::{Error, Result};
use crate::footprint::Footprint;

/// The footprint in longer layers, which begin at whole multiples of `layer_min` from the receptor time. Sums are kept.
///
/// *Error*: the layers of a cell stem from the same particles, whose spread within the longer layer is not known:
/// `stderr` is `None`; `sampling` holds the errors of the layers' sums.
///
/// # Errors
/// [`Error::Config`] if `layer_min` is no whole multiple of the present length, or the footprint is integrated over time.
pub fn resample(footprint: &Footprint, layer_min: u32) -> Result<Footprint> {
    let seconds = 60 * i64::from(layer_min);
    if footprint.grid.time_integrate {
        return Err(Error::config(
            "layer_min",
            layer_min,
            "the footprint has one layer for all times",
        ));
    }
    if seconds == 0 || seconds % footprint.layer_seconds != 0 {
        let allowed = format!(
            "a whole multiple of the present {} min: for others, grid the particles again",
            footprint.layer_seconds as f64 / 60.0
        );
        return Err(Error::config("layer_min", layer_min, allowed));
    }
    let origin = footprint.receptor.time;
    let number = |k: usize| (footprint.layer_start[k].seconds() - origin.seconds()).div_euclid(seconds);
    let count = footprint.layer_start.len();
    let first = if count > 0 { number(0) } else { 0 };
    let places: Vec<usize> = (0..count).map(|k| (number(k) - first) as usize).collect();
    let layers = places.last().map_or(0, |last| last + 1);
    let mut resampled = merged_layers(footprint, places, layers);
    resampled.layer_start = (first..first + layers as i64)
        .map(|k| origin.plus_seconds(k * seconds))
        .collect();
    resampled.layer_seconds = seconds;
    resampled.grid.gridding.layer_min = layer_min;
    Ok(resampled)
}

/// The footprint in one layer over its whole time; errors as in [`resample`].
pub fn integrate(footprint: &Footprint) -> Footprint {
    let count = footprint.layer_start.len();
    let mut integrated = merged_layers(footprint, vec![0; count], count.min(1));
    integrated.layer_start = footprint.layer_start.first().copied().into_iter().collect();
    integrated.layer_seconds = footprint.layer_seconds * count as i64;
    integrated.grid.time_integrate = true;
    integrated
}

/// Sums of layers: `places` says which, in ascending order.
fn merged_layers(footprint: &Footprint, places: Vec<usize>, layers: usize) -> Footprint {
    let (count, rows, columns) = footprint.foot.dim();
    let mut foot = Array3::zeros((layers, rows, columns));
    for (layer, &place) in footprint.foot.outer_iter().zip(&places) {
        foot.index_axis_mut(Axis(0), place).scaled_add(1.0, &layer);
    }
    Footprint {
        receptor: footprint.receptor.clone(),
        grid: footprint.grid.clone(),
        layer_start: Vec::new(),
        layer_seconds: 0,
        foot,
        stderr: footprint.stderr.clone().filter(|_| layers == count),
        sampling: footprint.sampling.as_ref().and_then(|sampling| {
            let part = Part {
                sampling,
                factor: 1.0,
                layers: places,
            };
            added(&[part], layers, sampling.particles)
        }),
        age: footprint.age.clone(),
        budget: footprint.budget,
    }
}
