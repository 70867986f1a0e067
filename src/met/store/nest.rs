//! The times of one grid, merged over its sources.

use std::cmp::Reverse;
use std::sync::Arc;

use super::source::Holdings;
use crate::met::projection::MetGrid;
use crate::met::{MetDescription, WindTimes};
use crate::time::UtcTime;

/// No interpolation in time over more than this …
const LONGEST_INTERVAL_S: i64 = 12 * 3600;
/// … nor over more than this many usual intervals, unless they are short.
const LONGEST_INTERVALS: i64 = 3;
const SHORT_INTERVAL_S: i64 = 6 * 3600;

/// All times of one grid.
pub(super) struct Nest {
    pub grid: Arc<MetGrid>,
    pub times: Vec<UtcTime>,
    /// Where each time is read: source and its time index.
    pub places: Vec<(usize, usize)>,
    longest_s: i64,
    usual_s: i64,
    model: String,
    pub wind_times: WindTimes,
}

/// What a nest has around a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bracket {
    /// Two neighbouring times that hold the step which follows.
    Step { before: usize, after: usize },
    /// The time itself, but nothing beyond it.
    Edge(usize),
    /// The time lies in a gap between these two.
    Gap { before: usize, after: usize },
    /// Before the first or after the last time.
    Outside,
}

impl Nest {
    /// Merges sources of one grid, in the order of their names: of two that hold the same time the shorter forecast
    /// wins, of equals the later.
    pub fn new(sources: &[(usize, &Holdings)]) -> Self {
        let mut all = Vec::new();
        for &(source, holdings) in sources {
            for (index, &time) in holdings.description.times.iter().enumerate() {
                let hour = holdings.forecast_hours.get(index).copied().flatten();
                // a run has no mean winds yet at its first time: the run before serves there
                let is_start = hour.map_or(index == 0, |hour| hour == 0);
                let without_means = holdings.wind_times == WindTimes::IntervalBefore && is_start;
                let age = hour.filter(|_| !without_means).unwrap_or(i32::MAX);
                all.push((time, age, Reverse((source, index))));
            }
        }
        all.sort_unstable();
        all.dedup_by_key(|entry| entry.0);
        let times: Vec<UtcTime> = all.iter().map(|entry| entry.0).collect();
        let usual_s = usual_interval_s(&times);
        let first = &sources[0].1.description;
        Self {
            grid: Arc::new(first.grid.clone()),
            places: all.iter().map(|entry| entry.2.0).collect(),
            times,
            longest_s: (LONGEST_INTERVALS * usual_s).clamp(SHORT_INTERVAL_S, LONGEST_INTERVAL_S),
            usual_s,
            model: first.model.clone(),
            wind_times: sources[0].1.wind_times,
        }
    }

    /// The first source's description with the merged times.
    pub fn description(&self, sources: &[(usize, &Holdings)]) -> MetDescription {
        MetDescription {
            times: self.times.clone(),
            ..(*sources[0].1.description).clone()
        }
    }

    /// What holds the step from `time` forward or backward.
    pub fn bracket(&self, time: UtcTime, forward: bool) -> Bracket {
        let (Some(&first), Some(&last)) = (self.times.first(), self.times.last()) else {
            return Bracket::Outside;
        };
        if time < first || time > last {
            return Bracket::Outside;
        }
        let after = match forward {
            true => self.times.partition_point(|&t| t <= time),
            false => self.times.partition_point(|&t| t < time),
        };
        if after == self.times.len() || after == 0 {
            return Bracket::Edge(after.saturating_sub(1));
        }
        let before = after - 1;
        if !self.is_gap(before) {
            return Bracket::Step { before, after };
        }
        match self.times.binary_search(&time) {
            Ok(exact) => Bracket::Edge(exact),
            Err(_) => Bracket::Gap { before, after },
        }
    }

    /// The time after (before) a step, unless it lies beyond a gap.
    pub fn next(&self, before: usize, after: usize, forward: bool) -> Option<usize> {
        if forward {
            (after + 1 < self.times.len() && !self.is_gap(after)).then_some(after + 1)
        } else {
            (before > 0 && !self.is_gap(before - 1)).then(|| before - 1)
        }
    }

    /// Times that a run of so many hours may draw on, at the usual interval, the next one ahead among them; of all there are.
    pub fn usual_times_in(&self, hours: f64) -> usize {
        let intervals = (3600.0 * hours / self.usual_s.max(1) as f64).ceil() as usize;
        self.times.len().min(intervals + 3)
    }

    /// Whether times `before` and `before + 1` are too far apart to interpolate between.
    fn is_gap(&self, before: usize) -> bool {
        self.interval_s(before) > self.longest_s
    }

    fn interval_s(&self, before: usize) -> i64 {
        self.times[before + 1].seconds() - self.times[before].seconds()
    }

    /// The first moment after `time` (backward: the last before it) from which this nest serves again.
    pub fn joins(&self, time: UtcTime, forward: bool) -> Option<UtcTime> {
        match forward {
            true => self.times.get(self.times.partition_point(|&t| t <= time)).copied(),
            false => self.times[..self.times.partition_point(|&t| t < time)].last().copied(),
        }
    }

    /// The last time that can be reached from `time` without a gap.
    pub fn reaches(&self, time: UtcTime) -> Option<UtcTime> {
        let mut index = match self.bracket(time, true) {
            Bracket::Step { after, .. } => after,
            Bracket::Edge(index) => index,
            Bracket::Gap { .. } | Bracket::Outside => return None,
        };
        while index + 1 < self.times.len() && !self.is_gap(index) {
            index += 1;
        }
        Some(self.times[index])
    }

    /// The sources of the times that a run from `first` to `last` draws on.
    pub fn sources_between(&self, first: UtcTime, last: UtcTime) -> impl Iterator<Item = usize> {
        let from = self.times.partition_point(|&t| t <= first).saturating_sub(1);
        let to = self.times.len().min(self.times.partition_point(|&t| t < last) + 1);
        self.places[from.min(to)..to].iter().map(|place| place.0)
    }

    /// Grid, first and last time and interval, in words.
    pub fn coverage(&self) -> String {
        let name = format!("{} on {} x {} points", self.model.trim(), self.grid.nx, self.grid.ny);
        match (self.times.first(), self.times.last()) {
            (Some(first), Some(last)) if first < last => {
                let (count, every) = (self.times.len(), hours(self.usual_s));
                format!("{name} covers {first} to {last}, {count} times every {every} h")
            }
            (Some(only), _) => format!("{name} covers only {only}"),
            _ => format!("{name} covers nothing"),
        }
    }

    /// Intervals longer than usual: gaps, which are not bridged, and others, which are.
    pub fn irregularities(&self) -> Vec<String> {
        let longer = (0..self.times.len().saturating_sub(1)).filter(|&i| 2 * self.interval_s(i) > 3 * self.usual_s);
        let told = longer.map(|i| {
            let (from, to, apart) = (self.times[i], self.times[i + 1], hours(self.interval_s(i)));
            let model = self.model.trim();
            match self.is_gap(i) {
                true => format!("{model}: nothing between {from} and {to} ({apart} h), too long to interpolate"),
                false => format!("{model}: nothing between {from} and {to} ({apart} h), interpolated"),
            }
        });
        told.collect()
    }

    /// A gap's two times, in words.
    pub fn gap(&self, before: usize) -> String {
        format!(
            "{} holds nothing between {} and {}, which is too long to interpolate (limit {} h)",
            self.model.trim(),
            self.times[before],
            self.times[before + 1],
            hours(self.longest_s)
        )
    }
}

/// The median interval, the shorter of two middle ones; 0 for a single time.
fn usual_interval_s(times: &[UtcTime]) -> i64 {
    let mut intervals: Vec<i64> = times
        .windows(2)
        .map(|pair| pair[1].seconds() - pair[0].seconds())
        .collect();
    intervals.sort_unstable();
    match intervals.len() {
        0 => 0,
        n => intervals[(n - 1) / 2],
    }
}

fn hours(seconds: i64) -> f64 {
    (seconds as f64 / 36.0).round() / 100.0
}
