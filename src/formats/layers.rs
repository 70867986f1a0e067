//! The times of a file as layers of a footprint.

use ndarray::{Array3, Axis};

use super::plane::Plane;
use super::source::Source;
use crate::error::Result;
use crate::footprint::{Footprint, MassBudget};
use crate::grid::Grid;
use crate::receptor::Receptor;
use crate::time::UtcTime;

/// The time that each layer covers.
pub(super) struct Layers {
    pub start: Vec<UtcTime>,
    pub seconds: i64,
    /// One layer for the whole run.
    pub is_integrated: bool,
}

impl Layers {
    /// Layers stamped with their start, as STILT v2 and PYSTILT do; the sum over all time bears the receptor time.
    pub fn of_stilt(source: &Source<'_>, receptor_time: UtcTime) -> Result<Self> {
        let stamps = source.times("time")?;
        let is_integrated = stamps == [receptor_time];
        if let Some(bounds) = source.bounds_of("time") {
            return Self::of_bounds(source, &bounds, is_integrated);
        }
        if is_integrated {
            return Self::back_from(source, receptor_time, None);
        }
        Ok(Self {
            start: stamps,
            seconds: 3600,
            is_integrated,
        })
    }

    /// One layer over the hours that the caller or the file gives, up to `end`.
    pub fn back_from(source: &Source<'_>, end: UtcTime, in_file: Option<f64>) -> Result<Self> {
        let hours = source
            .options
            .hours
            .or(in_file)
            .ok_or_else(|| source.bad("it is a sum over time, and does not say over how many hours: give hours"))?;
        if !(hours > 0.0 && hours <= 24.0 * 366.0) {
            return Err(source.bad(format!(
                "a sum over {hours} hours; expected are more than 0, up to a year"
            )));
        }
        let seconds = (hours * 3600.0).round() as i64;
        Ok(Self {
            start: vec![end.plus_seconds(-seconds)],
            seconds,
            is_integrated: true,
        })
    }

    fn of_bounds(source: &Source<'_>, bounds: &str, is_integrated: bool) -> Result<Self> {
        let unit = source.time_unit("time")?;
        let time = |v: f64| {
            unit.time(v)
                .ok_or_else(|| source.bad(format!("{bounds} = {v} is no time")))
        };
        let pairs = source.pairs(bounds, "time")?;
        let spans: Vec<[UtcTime; 2]> = pairs
            .iter()
            .map(|&[a, b]| Ok([time(a)?, time(b)?]))
            .collect::<Result<_>>()?;
        let seconds = |[start, end]: &[UtcTime; 2]| end.seconds() - start.seconds();
        let first = spans.first().map_or(0, seconds);
        if first <= 0 || spans.iter().any(|span| seconds(span) != first) {
            return Err(source.bad(format!("{bounds} gives layers of different length or none")));
        }
        Ok(Self {
            start: spans.iter().map(|span| span[0]).collect(),
            seconds: first,
            is_integrated,
        })
    }

    /// A footprint of these layers.
    pub fn footprint(self, receptor: Receptor, grid: &Grid, foot: Array3<f64>) -> Footprint {
        let grid = Grid {
            time_integrate: self.is_integrated,
            ..grid.clone()
        };
        Footprint {
            receptor,
            grid,
            layer_start: self.start,
            layer_seconds: self.seconds,
            budget: MassBudget {
                total: f64::NAN,
                inside: foot.sum(),
                smeared_out: f64::NAN,
                outside: f64::NAN,
            },
            foot,
            stderr: None,
            sampling: None,
            age: None,
        }
    }
}

/// The maps of all times of a variable, `[time][y][x]`.
pub(super) fn maps(source: &Source<'_>, plane: &Plane, variable: &str, times: usize) -> Result<Array3<f64>> {
    let [ny, nx] = plane.shape();
    let mut foot = Array3::zeros((times, ny, nx));
    for (k, mut layer) in foot.axis_iter_mut(Axis(0)).enumerate() {
        layer.assign(&plane.map(source, variable, k)?);
    }
    Ok(foot)
}

/// The time that a footprint covers, from the earliest layer's start to the latest layer's end.
pub(super) fn covered(footprint: &Footprint) -> [UtcTime; 2] {
    let first = footprint.layer_start.first().copied();
    let last = footprint.layer_start.last().copied();
    let at = footprint.receptor.time;
    [
        first.unwrap_or(at),
        last.map_or(at, |t| t.plus_seconds(footprint.layer_seconds)),
    ]
}

/// The time that each layer bears in files of STILT v2 and PYSTILT, and its bounds, s since 1970.
pub(super) fn stamps(footprint: &Footprint) -> (Vec<f64>, Vec<[f64; 2]>) {
    let seconds = |t: &UtcTime| t.seconds() as f64;
    let starts: Vec<f64> = footprint.layer_start.iter().map(seconds).collect();
    let length = footprint.layer_seconds as f64;
    let bounds = starts.iter().map(|&t| [t, t + length]).collect();
    match footprint.grid.time_integrate {
        true => (vec![seconds(&footprint.receptor.time)], bounds),
        false => (starts, bounds),
    }
}
