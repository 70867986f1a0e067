//! Means over local solar days.

use super::Matched;
use super::matching::mean;
use super::selection::known_longitude;
use crate::error::Result;
use crate::time::UtcTime;

const DAY_S: i64 = 86_400;

/// What is compared in the end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Averaging {
    /// Single values.
    #[default]
    None,
    /// Means over each day in local solar time, of the pairs that are selected: with [`super::Hours::Afternoon`], afternoon means.
    Daily,
}

impl Averaging {
    pub(super) fn average(self, rows: Vec<Matched>, lon_deg: Option<f64>) -> Result<Vec<Matched>> {
        if self == Self::None {
            return Ok(rows);
        }
        let ahead_s = ahead_s(known_longitude(lon_deg)?);
        let day = |row: &Matched| (row.time.seconds() + ahead_s).div_euclid(DAY_S);
        let days = rows.chunk_by(|a, b| day(a) == day(b));
        let mean_of = |rows: &[Matched]| daily(rows, UtcTime::from_seconds(day(&rows[0]) * DAY_S - ahead_s));
        Ok(days.map(mean_of).collect())
    }
}

/// How far mean local solar time is ahead of UTC.
pub(super) fn ahead_s(lon_deg: f64) -> i64 {
    (lon_deg * 240.0).round() as i64
}

/// One day: of pairs with both sides, so that a gap on one side does not shift the other.
fn daily(rows: &[Matched], start: UtcTime) -> Matched {
    let pairs = || rows.iter().filter(|row| row.counts());
    let (model, model_stderr) = mean(pairs().map(|row| (row.model, row.model_stderr)));
    let (observed, observed_stderr) = mean(pairs().map(|row| (row.observed, row.observed_stderr)));
    let (speed, from_deg) = mean_wind(pairs());
    Matched {
        time: start,
        model,
        model_stderr,
        observed,
        observed_stderr,
        averaged: pairs().count() as u32,
        wind_speed_m_s: speed,
        wind_from_deg: from_deg,
        selected: rows.iter().any(|row| row.selected),
    }
}

/// Mean speed, and the direction of the mean unit vector.
fn mean_wind<'a>(pairs: impl Iterator<Item = &'a Matched>) -> (f64, f64) {
    let (mut count, mut speed, mut east, mut north) = (0.0, 0.0, 0.0, 0.0);
    for pair in pairs {
        let (sin, cos) = pair.wind_from_deg.to_radians().sin_cos();
        count += 1.0;
        speed += pair.wind_speed_m_s;
        east += sin;
        north += cos;
    }
    (speed / count, east.atan2(north).to_degrees().rem_euclid(360.0))
}
