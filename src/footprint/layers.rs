//! Layers of a footprint, and the parts of them that are gridded at once.

use crate::grid::Grid;
use crate::time::UtcTime;

/// Longest part, min: particles of a part are held until it is gridded.
const PART_MIN: u32 = 60;

/// How time is divided.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layers {
    integrate: bool,
    layer_min: u32,
    part_min: u32,
}

impl Layers {
    pub fn of(grid: &Grid) -> Self {
        let layer_min = grid.gridding.layer_min;
        let in_parts = grid.time_integrate || layer_min.is_multiple_of(PART_MIN);
        Self {
            integrate: grid.time_integrate,
            layer_min,
            part_min: if in_parts { PART_MIN } else { layer_min },
        }
    }

    /// Number of the part that a record belongs to. Backward, the first hour is part −1; forward, a record at a full
    /// hour belongs to the hour that starts with it.
    pub fn part(&self, time_min: f64) -> i64 {
        (time_min / f64::from(self.part_min)).floor() as i64
    }

    /// Number of the layer of a part, counted from the receptor time; 0 if time integrated.
    pub fn layer_of_part(&self, part: i64) -> i64 {
        let parts = i64::from(self.layer_min / self.part_min);
        if self.integrate {
            0
        } else {
            part.div_euclid(parts.max(1))
        }
    }

    /// Start of each layer and their length, s. `layers` are those touched, ascending; the run ends at `end_min`.
    pub fn times(&self, receptor: UtcTime, layers: &[i64], end_min: f64) -> (Vec<UtcTime>, i64) {
        if self.integrate {
            let end_s = (end_min * 60.0).round() as i64;
            return (vec![receptor.plus_seconds(end_s.min(0))], end_s.abs());
        }
        let length_s = 60 * i64::from(self.layer_min);
        let starts = layers.iter().map(|layer| receptor.plus_seconds(layer * length_s));
        (starts.collect(), length_s)
    }
}
