//! What a record of a particle counts.

use std::ops::Range;

use ndarray::{Axis, Slice};

use crate::constants::DRY_AIR_MOLAR_MASS_KG;
use crate::error::{Error, Result};
use crate::gridding::Measure;
use crate::trajectory::Trajectories;

/// Counts the records of each particle, outward from its release.
pub(super) struct Counter {
    measure: Measure,
    /// Time [min] and height above ground [m] of each particle's last record; its release before the first.
    last: Vec<Option<(f64, f64)>>,
}

impl Counter {
    pub fn new(measure: Measure, particles: usize) -> Self {
        Self {
            measure,
            last: vec![None; particles],
        }
    }

    /// The values of a particle's records at some consecutive times: the surface influence, the seconds since the record
    /// before between two heights, or these times M/(ρ Δz), the influence of a source spread over Δz. Between two records
    /// the height is linear in time. NaN where the particle has no record. Records come outward from the release.
    ///
    /// # Errors
    /// [`Error::Config`] if the table lacks the heights or densities that it takes.
    pub fn values(
        &mut self,
        block: &Trajectories,
        particle: usize,
        times: &Range<usize>,
        values: &mut [f64],
    ) -> Result<()> {
        let (heights_m, is_influence) = match self.measure {
            Measure::Surface => {
                let foot = block.foot.slice_axis(Axis(1), Slice::from(times.clone()));
                let each = values.iter_mut().zip(foot.row(particle));
                each.for_each(|(value, foot)| *value = f64::from(*foot));
                return Ok(());
            }
            Measure::Residence {
                bottom_agl_m,
                top_agl_m,
            } => ([bottom_agl_m, top_agl_m], false),
            Measure::Elevated {
                bottom_agl_m,
                top_agl_m,
            } => ([bottom_agl_m, top_agl_m], true),
        };
        for (value, time) in values.iter_mut().zip(times.clone()) {
            *value = self.between(heights_m, is_influence, block, [particle, time])?;
        }
        Ok(())
    }

    fn between(
        &mut self,
        [bottom_m, top_m]: [f64; 2],
        is_influence: bool,
        block: &Trajectories,
        at: [usize; 2],
    ) -> Result<f64> {
        if block.lon_deg[at].is_nan() {
            return Ok(f64::NAN);
        }
        let [particle, time] = at;
        let (now_min, height_m) = (block.time_min[time], f64::from(block.height_agl_m[at]));
        let release_m = block.release_height_agl_m[particle];
        let start_m = if release_m.is_nan() { height_m } else { release_m };
        let (then_min, from_m) = self.last[particle].unwrap_or((block.release_min[particle], start_m));
        self.last[particle] = Some((now_min, height_m));
        let inside_s = 60.0 * (now_min - then_min).abs() * share_between(from_m, height_m, bottom_m, top_m);
        let per_second = match is_influence {
            true => DRY_AIR_MOLAR_MASS_KG / (f64::from(block.air_density_kg_m3[at]) * (top_m - bottom_m)),
            false => 1.0,
        };
        match per_second * inside_s {
            value if value.is_nan() => Err(lacks(is_influence)),
            value => Ok(value),
        }
    }
}

fn lacks(is_influence: bool) -> Error {
    let (measure, columns) = match is_influence {
        true => ("elevated", "zagl and dens"),
        false => ("residence", "zagl"),
    };
    let allowed = format!("needs the columns {columns} in the particle table: name them in trajectories.variables");
    Error::config("measure", measure, allowed)
}

/// Share of the way from one height to another that lies in [bottom, top).
fn share_between(from_m: f64, to_m: f64, bottom_m: f64, top_m: f64) -> f64 {
    let (low, high) = (from_m.min(to_m), from_m.max(to_m));
    if high > low {
        (high.min(top_m) - low.max(bottom_m)).max(0.0) / (high - low)
    } else if (bottom_m..top_m).contains(&low) {
        1.0
    } else if low.is_nan() {
        f64::NAN
    } else {
        0.0
    }
}
