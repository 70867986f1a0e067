//! Which measurement belongs to which model time.

use super::Matched;
use super::model::ModelRow;
use crate::error::{Error, Result};
use crate::observations::{Observation, Observations};
use crate::time::UtcTime;

/// A model mean over a measurement covers this share of it at least.
const LEAST_COVER: f64 = 0.5;
const HOUR_S: f64 = 3600.0;

/// How model times and measurements meet.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Matching {
    /// A model value stands for the instant of its stamp, and meets the measurement whose interval, from its start to before
    /// its end, holds that instant.
    Containing,
    /// A model value meets the mean of all measurements whose middle lies from `from_h` to before `to_h` after its stamp: 0 and
    /// 3 if stamps are starts of three-hour means, −1.5 and 1.5 if they are middles.
    Window {
        /// Hours after the stamp, negative before it.
        from_h: f64,
        /// Hours after the stamp.
        to_h: f64,
    },
    /// A measurement meets the mean of all model values whose stamps lie in its interval, which their steps must cover by half
    /// at least: for integrated samples of days or weeks.
    OverObservation,
}

impl Matching {
    /// A [`Self::Window`] from two hours with a comma, such as `-1.5,1.5`.
    ///
    /// # Errors
    /// [`Error::Config`] if there are no two numbers.
    pub fn parse_window(text: &str) -> Result<Self> {
        let window = text.split_once(',').and_then(|(from, to)| {
            let (from_h, to_h) = (from.trim().parse().ok()?, to.trim().parse().ok()?);
            Some(Self::Window { from_h, to_h })
        });
        window.ok_or_else(|| {
            Error::config(
                "window",
                text,
                "two numbers of hours after the model stamp, such as -1.5,1.5",
            )
        })
    }

    /// [`Self::OverObservation`] if measurements last longer than two model steps, else [`Self::Containing`].
    pub(super) fn usual(model: &[ModelRow], observed: &Observations) -> Self {
        let lengths = observed.rows.iter().map(|row| row.end.seconds() - row.start.seconds());
        match (median(lengths.collect()), step_s(model)) {
            (Some(length), Some(step)) if length > 2 * step => Self::OverObservation,
            _ => Self::Containing,
        }
    }

    pub(super) fn rows(self, model: &[ModelRow], observed: &Observations) -> Result<Vec<Matched>> {
        match self {
            Self::Containing => Ok(model.iter().map(|row| containing(row, &observed.rows)).collect()),
            Self::Window { from_h, to_h } if from_h < to_h && to_h - from_h < 1e5 && from_h.abs() < 1e5 => {
                let (from_s, to_s) = ((from_h * HOUR_S).round() as i64, (to_h * HOUR_S).round() as i64);
                let middles = middles(&observed.rows);
                Ok(model.iter().map(|row| window(row, &middles, from_s, to_s)).collect())
            }
            Self::Window { from_h, to_h } => Err(Error::config(
                "window",
                format!("{from_h},{to_h}"),
                "hours after the model stamp, the first less than the second",
            )),
            Self::OverObservation => Ok(over_observations(model, &observed.rows)),
        }
    }
}

/// The usual distance of model times.
fn step_s(model: &[ModelRow]) -> Option<i64> {
    median(
        model
            .windows(2)
            .map(|pair| pair[1].time.seconds() - pair[0].time.seconds())
            .collect(),
    )
}

fn median(mut values: Vec<i64>) -> Option<i64> {
    values.sort_unstable();
    values.get(values.len() / 2).copied()
}

fn matched(row: &ModelRow) -> Matched {
    Matched {
        time: row.time,
        model: row.value,
        model_stderr: row.stderr,
        observed: f64::NAN,
        observed_stderr: f64::NAN,
        averaged: 0,
        wind_speed_m_s: row.wind_speed_m_s,
        wind_from_deg: row.wind_from_deg,
        selected: true,
    }
}

fn containing(row: &ModelRow, observed: &[Observation]) -> Matched {
    let after = observed.partition_point(|measurement| measurement.start <= row.time);
    // intervals may overlap where a file holds two instruments: the latest that was measured wins
    let holds = |m: &&Observation| row.time < m.end || row.time == m.start;
    let candidates = || observed[after.saturating_sub(8)..after].iter().rev().filter(holds);
    let found = candidates()
        .find(|m| m.value.is_finite())
        .or_else(|| candidates().next());
    let pair = matched(row);
    found.map_or(pair, |measurement| Matched {
        observed: measurement.value,
        observed_stderr: measurement.stderr,
        averaged: 1,
        ..pair
    })
}

/// Measured values by the middle of their intervals, in order.
fn middles(observed: &[Observation]) -> Vec<(i64, &Observation)> {
    let measured = observed.iter().filter(|row| row.value.is_finite());
    let mut middles: Vec<_> = measured
        .map(|row| ((row.start.seconds() + row.end.seconds()).div_euclid(2), row))
        .collect();
    middles.sort_by_key(|(middle, _)| *middle);
    middles
}

fn window(row: &ModelRow, middles: &[(i64, &Observation)], from_s: i64, to_s: i64) -> Matched {
    let at = |offset_s: i64| middles.partition_point(|(middle, _)| *middle < row.time.seconds() + offset_s);
    let inside = &middles[at(from_s)..at(to_s)];
    let (observed, observed_stderr) = mean(inside.iter().map(|(_, m)| (m.value, m.stderr)));
    Matched {
        observed,
        observed_stderr,
        averaged: inside.len() as u32,
        ..matched(row)
    }
}

fn over_observations(model: &[ModelRow], observed: &[Observation]) -> Vec<Matched> {
    let (Some(first), Some(last), Some(step)) = (model.first(), model.last(), step_s(model)) else {
        return Vec::new();
    };
    let touches = |m: &&Observation| m.end > first.time && m.start <= last.time;
    let rows = observed.iter().filter(touches).map(|measurement| {
        let at = |time: UtcTime| model.partition_point(|row| row.time < time);
        let inside = &model[at(measurement.start)..at(measurement.end)];
        let known = || inside.iter().filter(|row| row.value.is_finite());
        let count = known().count();
        let length_s = (measurement.end.seconds() - measurement.start.seconds()) as f64;
        let covers = count as f64 * step as f64 >= LEAST_COVER * length_s;
        let (value, stderr) = if covers {
            mean(known().map(|row| (row.value, row.stderr)))
        } else {
            (f64::NAN, f64::NAN)
        };
        Matched {
            time: measurement.start,
            model: value,
            model_stderr: stderr,
            observed: measurement.value,
            observed_stderr: measurement.stderr,
            averaged: count as u32,
            wind_speed_m_s: mean(known().map(|row| (row.wind_speed_m_s, 0.0))).0,
            wind_from_deg: f64::NAN,
            selected: true,
        }
    });
    rows.collect()
}

/// The mean of values and its standard error, if theirs are independent; NaN of none.
pub(super) fn mean(values: impl Iterator<Item = (f64, f64)>) -> (f64, f64) {
    let (mut count, mut sum, mut square) = (0.0, 0.0, 0.0);
    for (value, stderr) in values {
        count += 1.0;
        sum += value;
        square += stderr * stderr;
    }
    (sum / count, square.sqrt() / count)
}
