//! A field of mole fractions in space and time, as global models write it.
//!
//! At a particle's end each of the four columns around it gives its value at two times, linear in the pressure or height
//! at which the particle is; between columns and between times it is linear too.

mod column;
mod horizontal;
mod layout;
mod open;
mod vertical;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use super::Place;
use super::axis::Between;
use crate::error::Result;
use crate::met::cf::Container;
use crate::time::UtcTime;
use column::Slab;
use horizontal::{Cell, Horizontal};
use layout::MapVariable;
pub use open::FieldOptions;
use vertical::Vertical;

/// Values in memory at a time: 1 GiB of them.
const MOST_VALUES: usize = 1 << 27;
/// Between two stamps further apart than this many usual steps there is a gap.
const GAP_STEPS: f64 = 2.0;

/// Mole fractions \[ppm\], or another amount in air, by time, level, latitude and longitude.
pub(super) struct MoleField {
    horizontal: Horizontal,
    /// Ascending; empty if one map holds at any time.
    stamps: Vec<Stamp>,
    /// Longest step that is none of a gap, s.
    longest_step_s: f64,
    slabs: Mutex<Slabs>,
}

/// A time of the field, and where it is kept.
#[derive(Clone, Copy, Debug)]
struct Stamp {
    time: UtcTime,
    file: usize,
    index: usize,
}

/// One of the files.
struct FieldFile {
    container: Box<dyn Container>,
    variable: MapVariable,
    vertical: Vertical,
}

/// The files, and what was read of them.
struct Slabs {
    files: Vec<FieldFile>,
    held: BTreeMap<usize, Arc<Slab>>,
    values: usize,
}

impl MoleField {
    /// Its value at each place; NaN beyond its range.
    ///
    /// # Errors
    /// Those of the files.
    pub fn at(&self, places: &[Place]) -> Result<Vec<f64>> {
        let mut order: Vec<usize> = (0..places.len()).collect();
        order.sort_by(|a, b| places[*a].seconds.total_cmp(&places[*b].seconds));
        let mut slabs = self.slabs.lock().unwrap_or_else(PoisonError::into_inner);
        let mut values = vec![f64::NAN; places.len()];
        for index in order {
            let place = &places[index];
            let cell = self.horizontal.cell(place.lon_deg, place.lat_deg);
            if let Some((cell, times)) = cell.zip(self.times_around(place.seconds)) {
                values[index] = self.value(&mut slabs, &cell, times, place)?;
            }
        }
        slabs.rest();
        Ok(values)
    }

    fn value(&self, slabs: &mut Slabs, cell: &Cell, times: Between, place: &Place) -> Result<f64> {
        let at = |slabs: &mut Slabs, stamp| Ok(slabs.get(&self.stamps, stamp)?.at(cell, place));
        let before = at(slabs, times.first)?;
        let after = match times.share == 0.0 {
            true => before,
            false => at(slabs, times.second)?,
        };
        Ok(before + times.share * (after - before))
    }

    fn times_around(&self, seconds: f64) -> Option<Between> {
        let of = |stamp: &Stamp| stamp.time.seconds() as f64;
        let (Some(first), Some(last)) = (self.stamps.first(), self.stamps.last()) else {
            return Some(Between::at(0));
        };
        if !(of(first) <= seconds && seconds <= of(last)) {
            return None;
        }
        let after = self.stamps.partition_point(|stamp| of(stamp) <= seconds);
        if after == self.stamps.len() {
            return Some(Between::at(after - 1));
        }
        let step_s = of(&self.stamps[after]) - of(&self.stamps[after - 1]);
        let share = (seconds - of(&self.stamps[after - 1])) / step_s;
        if share > 0.0 && step_s > self.longest_step_s {
            return None;
        }
        Some(Between {
            first: after - 1,
            second: after,
            share,
        })
    }
}

/// Twice the usual step, with a minute for coordinates that are rounded.
fn longest_step_s(stamps: &[Stamp]) -> f64 {
    let mut steps: Vec<i64> = stamps
        .windows(2)
        .map(|pair| pair[1].time.seconds() - pair[0].time.seconds())
        .collect();
    steps.sort_unstable();
    let usual = steps.get(steps.len() / 2).copied().unwrap_or(0);
    GAP_STEPS * usual as f64 + 60.0
}

impl Slabs {
    fn get(&mut self, stamps: &[Stamp], stamp: usize) -> Result<Arc<Slab>> {
        if let Some(slab) = self.held.get(&stamp) {
            return Ok(Arc::clone(slab));
        }
        let (file, index) = stamps.get(stamp).map_or((0, 0), |stamp| (stamp.file, stamp.index));
        let FieldFile {
            container,
            variable,
            vertical,
        } = &mut self.files[file];
        let slab = Arc::new(Slab::read(container.as_mut(), variable, vertical, index)?);
        if self.values + slab.size() > MOST_VALUES {
            self.held.clear();
            self.values = 0;
        }
        self.values += slab.size();
        self.held.insert(stamp, Arc::clone(&slab));
        Ok(slab)
    }

    fn rest(&mut self) {
        self.files.iter_mut().for_each(|file| file.container.rest());
    }
}

impl fmt::Debug for MoleField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MoleField")
            .field("horizontal", &self.horizontal)
            .field("times", &self.stamps.len())
            .finish_non_exhaustive()
    }
}
