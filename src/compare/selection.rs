//! Which times are compared: hours in local solar time, the mountain rule, a least wind speed.

use super::{ComparisonOptions, Matched};
use crate::error::{Error, Result};
use crate::observations::Observations;
use crate::stations::Station;
use crate::time::UtcTime;

/// Local solar hours in which the boundary layer is well mixed.
const AFTERNOON: (f64, f64) = (12.0, 16.0);
/// Local solar hours in which a mountain does not sample the air of its slopes.
const NIGHT: (f64, f64) = (0.0, 4.0);

/// Hours of the day, in mean local solar time (UTC + longitude / 15° h).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Hours {
    /// All.
    #[default]
    Any,
    /// From 12 to before 16.
    Afternoon,
    /// From 0 to before 4.
    Night,
    /// The mountain rule: night on mountains, afternoon elsewhere.
    Representative,
    /// From the first to before the second hour, over midnight if the second is the smaller.
    Between(f64, f64),
}

impl Hours {
    /// `any`, `afternoon`, `night`, `representative`, or two hours such as `9-15`.
    ///
    /// # Errors
    /// [`Error::Config`] with what is understood.
    pub fn parse(text: &str) -> Result<Self> {
        let between = || {
            let (from, to) = text.split_once('-')?;
            Some(Self::Between(from.trim().parse().ok()?, to.trim().parse().ok()?))
        };
        match text {
            "any" => Ok(Self::Any),
            "afternoon" => Ok(Self::Afternoon),
            "night" => Ok(Self::Night),
            "representative" => Ok(Self::Representative),
            _ => between().ok_or_else(|| {
                Error::config(
                    "hours",
                    text,
                    "any, afternoon, night, representative, or two hours such as 9-15",
                )
            }),
        }
    }
}

/// Hour of the day in mean local solar time, 0 ≤ h < 24.
pub(super) fn solar_hour(time: UtcTime, lon_deg: f64) -> f64 {
    (time.seconds().rem_euclid(86_400) as f64 / 3600.0 + lon_deg / 15.0).rem_euclid(24.0)
}

/// The hours and the wind that are wanted.
pub(super) struct Selection {
    hours: Option<(f64, f64)>,
    lon_deg: f64,
    min_wind_m_s: Option<f64>,
}

impl Selection {
    pub(super) fn new(options: &ComparisonOptions, observed: &Observations, lon_deg: Option<f64>) -> Result<Self> {
        let hours = match options.hours {
            Hours::Any => None,
            Hours::Afternoon => Some(AFTERNOON),
            Hours::Night => Some(NIGHT),
            Hours::Representative if is_mountain(options, observed)? => Some(NIGHT),
            Hours::Representative => Some(AFTERNOON),
            Hours::Between(from, to) => Some(checked(from, to)?),
        };
        if let Some(speed) = options.min_wind_m_s.filter(|speed| speed.is_nan() || *speed < 0.0) {
            return Err(Error::config("min_wind", speed, "m s-1, from 0 on"));
        }
        Ok(Self {
            lon_deg: match hours {
                Some(_) => known_longitude(lon_deg)?,
                None => 0.0,
            },
            hours,
            min_wind_m_s: options.min_wind_m_s,
        })
    }

    pub(super) fn takes(&self, row: &Matched) -> bool {
        let in_hours = self.hours.is_none_or(|(from, to)| {
            let hour = solar_hour(row.time, self.lon_deg);
            if from <= to {
                (from..to).contains(&hour)
            } else {
                hour >= from || hour < to
            }
        });
        in_hours && self.min_wind_m_s.is_none_or(|least| row.wind_speed_m_s >= least)
    }
}

/// The longitude, or an error that says what it is needed for.
pub(super) fn known_longitude(lon_deg: Option<f64>) -> Result<f64> {
    match lon_deg {
        Some(lon_deg) if lon_deg.is_finite() => Ok(lon_deg),
        Some(lon_deg) => Err(Error::config("lon_deg", lon_deg, "degrees east")),
        None => {
            let allowed = "local solar time needs the longitude, and the measurements do not state it: give lon_deg";
            Err(Error::config("lon_deg", "unknown", allowed))
        }
    }
}

fn checked(from: f64, to: f64) -> Result<(f64, f64)> {
    let is_hour = |hour: f64| (0.0..=24.0).contains(&hour);
    match is_hour(from) && is_hour(to) && from != to {
        true => Ok((from, to)),
        false => Err(Error::config(
            "hours",
            format!("{from}-{to}"),
            "two different hours from 0 to 24",
        )),
    }
}

fn is_mountain(options: &ComparisonOptions, observed: &Observations) -> Result<bool> {
    if let Some(mountain) = options.mountain {
        return Ok(mountain);
    }
    Station::find(&observed.station).map(Station::is_mountain).map_err(|_| {
        let allowed = "not in the station table: say whether it stands on a mountain (mountain = true or false)";
        Error::config("station", &observed.station, allowed)
    })
}
