//! Fewer records of particles: influence and time below veght add up over those left out, all else is as at the last.

use std::borrow::Cow;

use ndarray::Array2;

use crate::error::{Error, Result};
use crate::trajectory::Trajectories;
use crate::variable::Variable;

/// The table of every `every_min`-th minute and the last record, as [`Thinning`] makes it.
///
/// # Errors
/// [`Error::Config`] if `every_min` is 0.
pub fn thin(trajectories: &Trajectories, every_min: usize) -> Result<Cow<'_, Trajectories>> {
    let mut thinning = Thinning::new(&trajectories.time_min, every_min)?;
    if thinning.keeps_all() {
        return Ok(Cow::Borrowed(trajectories));
    }
    thinning.add(trajectories);
    Ok(Cow::Owned(thinning.finish(trajectories)))
}

/// A particle table of few records, made of blocks while the particles fly.
///
/// Where a particle ends between two records, the later one holds its last position and all that it gathered until then.
pub struct Thinning {
    /// Whether each record of the run is kept.
    kept: Vec<bool>,
    /// Times of those kept.
    time_min: Vec<f64>,
    /// Records of the run so far, and those kept of them.
    done: [usize; 2],
    thinned: Option<Trajectories>,
    gathered: Vec<Gathered>,
}

impl Thinning {
    /// Of a run with records at `time_min`.
    ///
    /// # Errors
    /// [`Error::Config`] if `every_min` is 0.
    pub fn new(time_min: &[f64], every_min: usize) -> Result<Self> {
        if every_min == 0 {
            let allowed = "a whole number of minutes from 1";
            return Err(Error::config("trajectories.every_min", 0, allowed));
        }
        let is_kept = |k: usize| (time_min[k] / every_min as f64).fract() == 0.0 || k + 1 == time_min.len();
        let kept: Vec<bool> = (0..time_min.len()).map(is_kept).collect();
        let times = time_min.iter().zip(&kept).filter_map(|(t, kept)| kept.then_some(*t));
        Ok(Self {
            time_min: times.collect(),
            kept,
            done: [0; 2],
            thinned: None,
            gathered: Vec::new(),
        })
    }

    fn keeps_all(&self) -> bool {
        self.time_min.len() == self.kept.len()
    }

    /// Takes the next records of the run.
    pub fn add(&mut self, block: &Trajectories) {
        let [first, first_kept] = self.done;
        let kept = &self.kept[first..first + block.time_min.len()];
        let times: Vec<f64> = block
            .time_min
            .iter()
            .zip(kept)
            .filter_map(|(t, kept)| kept.then_some(*t))
            .collect();
        self.done = [first + kept.len(), first_kept + times.len()];
        let all = self.keeps_all();
        let thinned = self
            .thinned
            .get_or_insert_with(|| block.without_records(self.time_min.clone()));
        if all {
            return thinned.enter(first, block);
        }
        let columns = block.variables.iter().filter_map(|v| Some((v, block.table(v)?)));
        let columns: Vec<(Variable, &Array2<f32>)> = columns.collect();
        let particles = block.particle_count();
        self.gathered
            .resize_with(2 + columns.len(), || Gathered::nothing(particles));
        let (places, values) = self.gathered.split_at_mut(2);
        let mut few = block.without_records(times);
        few.lon_deg = places[0].last(&block.lon_deg, &block.lon_deg, kept);
        few.lat_deg = places[1].last(&block.lat_deg, &block.lon_deg, kept);
        for (gathered, (variable, table)) in values.iter_mut().zip(columns) {
            let table = match variable.adds_up() {
                true => gathered.sum(table, &block.lon_deg, kept),
                false => gathered.last(table, &block.lon_deg, kept),
            };
            few.set_table(variable, table);
        }
        thinned.enter(first_kept, &few);
    }

    /// The table; `ends` is the ensemble in the end, with or without records.
    pub fn finish(self, ends: &Trajectories) -> Trajectories {
        let blank = || ends.without_records(self.time_min);
        let thinned = self.thinned.unwrap_or_else(blank);
        Trajectories {
            status: ends.status.clone(),
            release_height_agl_m: ends.release_height_agl_m.clone(),
            ..thinned
        }
    }
}

/// What each particle has gathered of a column since the last record kept; NaN: nothing.
struct Gathered(Vec<f64>);

impl Gathered {
    fn nothing(particles: usize) -> Self {
        Self(vec![f64::NAN; particles])
    }

    fn last<T: Precision>(&mut self, table: &Array2<T>, lon_deg: &Array2<f64>, kept: &[bool]) -> Array2<T> {
        self.gather(table, lon_deg, kept, |_, value| value)
    }

    fn sum(&mut self, table: &Array2<f32>, lon_deg: &Array2<f64>, kept: &[bool]) -> Array2<f32> {
        let add = |sum: f64, value: f64| match (sum.is_finite(), value.is_finite()) {
            (true, true) => sum + value,
            (true, false) => sum,
            (false, true) => value,
            (false, false) => 0.0,
        };
        self.gather(table, lon_deg, kept, add)
    }

    /// The records kept of a block; `join` adds a record of a particle that is followed to what it has gathered.
    fn gather<T: Precision>(
        &mut self,
        table: &Array2<T>,
        lon_deg: &Array2<f64>,
        kept: &[bool],
        join: impl Fn(f64, f64) -> f64,
    ) -> Array2<T> {
        let count = kept.iter().filter(|kept| **kept).count();
        let mut few = Array2::from_elem((self.0.len(), count), T::of(f64::NAN));
        let rows = table.outer_iter().zip(lon_deg.outer_iter()).zip(few.outer_iter_mut());
        for (((row, lons), mut few), gathered) in rows.zip(&mut self.0) {
            let mut slots = few.iter_mut();
            for ((value, lon), kept) in row.iter().zip(lons).zip(kept) {
                if lon.is_finite() {
                    *gathered = join(*gathered, value.to_f64());
                }
                if *kept && let Some(slot) = slots.next() {
                    *slot = T::of(std::mem::replace(gathered, f64::NAN));
                }
            }
        }
        few
    }
}

/// A value in single or double precision.
trait Precision: Copy {
    fn of(value: f64) -> Self;
    fn to_f64(self) -> f64;
}

impl Precision for f32 {
    fn of(value: f64) -> Self {
        value as Self
    }

    fn to_f64(self) -> f64 {
        f64::from(self)
    }
}

impl Precision for f64 {
    fn of(value: f64) -> Self {
        value
    }

    fn to_f64(self) -> f64 {
        self
    }
}
