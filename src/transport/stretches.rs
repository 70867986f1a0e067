//! A run as stretches of steps, each within one window of meteorology.

use std::ops::Range;

use super::{STEP_SECONDS, TransportOptions, WATCH_EVERY_STEPS};
use crate::error::{Error, Result};
use crate::met::derive::DeriveOptions;
use crate::met::store::{MetStore, MetWindow};
use crate::time::UtcTime;

/// Walks through a run; the first window is open from the start.
pub(super) struct Stretches<'a> {
    met: &'a MetStore,
    options: &'a TransportOptions,
    derive: DeriveOptions,
    start: UtcTime,
    done: usize,
    /// The meteorology of the stretch at hand.
    pub window: MetWindow,
    /// Steps of the run.
    pub steps: usize,
    /// Seconds of a step; negative backward.
    pub step_s: i64,
}

impl<'a> Stretches<'a> {
    /// # Errors
    /// [`Error::MetTime`] if the meteorology does not hold the start; reader errors.
    pub fn new(
        met: &'a MetStore,
        options: &'a TransportOptions,
        derive: DeriveOptions,
        start: UtcTime,
    ) -> Result<Self> {
        let forward = options.hours > 0;
        let window = met.window_with(start, forward, &|met_time| scaled(options, derive, start, met_time))?;
        Ok(Self {
            met,
            options,
            derive,
            start,
            done: 0,
            window,
            steps: options.hours.unsigned_abs() as usize * 60,
            step_s: if forward { STEP_SECONDS } else { -STEP_SECONDS },
        })
    }

    /// The next stretch, with the time of its first step; `None` at the end of the run or of the meteorology.
    ///
    /// # Errors
    /// [`Error::MetField`] if the stretch before met a column that cannot be used; reader errors.
    pub fn next(&mut self) -> Result<Option<(UtcTime, Range<usize>)>> {
        self.window.check()?;
        if self.done == self.steps {
            return Ok(None);
        }
        let forward = self.step_s > 0;
        let time = self.start.plus_seconds(self.done as i64 * self.step_s);
        if self.done > 0 {
            let (options, derive, start) = (self.options, self.derive, self.start);
            let window = self
                .met
                .window_with(time, forward, &|met_time| scaled(options, derive, start, met_time));
            self.window = match window {
                Ok(window) => window,
                Err(Error::MetTime { .. }) => return Ok(None),
                Err(error) => return Err(error),
            };
        }
        let limit = if forward { self.window.end } else { self.window.start };
        let in_window = ((limit.seconds() - time.seconds()) / self.step_s).max(0) as usize;
        let first = self.done;
        self.done += in_window.min(WATCH_EVERY_STEPS).min(self.steps - first);
        Ok((self.done > first).then_some((time, first..self.done)))
    }

    /// Weight of the later snapshot, by nest, at the start of each of `steps` steps from `time` on and at their end.
    pub fn weights(&self, time: UtcTime, steps: usize) -> Vec<Vec<f64>> {
        let times = || (0..=steps).map(|k| time.plus_seconds(k as i64 * self.step_s));
        let nests = self.window.nests.iter();
        nests
            .map(|met| times().map(|time| met.weight(time)).collect())
            .collect()
    }

    /// Whether the run went on to its end.
    pub fn is_complete(&self) -> bool {
        self.done == self.steps
    }
}

/// The options of a met time: ZISCALE counts hours from the receptor time.
fn scaled(options: &TransportOptions, derive: DeriveOptions, start: UtcTime, met_time: UtcTime) -> DeriveOptions {
    DeriveOptions {
        mixing_height_factor: options.mixing_height_scale.at(start, met_time),
        ..derive
    }
}
