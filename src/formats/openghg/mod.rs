//! Footprints as the OpenGHG store and the PARIS project hold them: one map per release, and besides
//!
//! - the hours before the release, resolved (`H_back`), and apart from them the *residual*, which is older;
//! - where particles left the domain, by side, place along it and height, and how old they were;
//! - the weather at the release.
//!
//! A release has the time stamp at which its averaging period starts (`label = "left"`), the receptor here the time at
//! which a backward run starts: the end of that period. The hour `H_back` starts `H_back` hours before the stamp, as
//! OpenGHG pairs it with fluxes: for air sampled at one instant, the first hour backward is `H_back` = 1.

mod hours;
mod layout;
mod read;
mod releases;
mod resolve;
mod write;

use crate::footprint::Footprint;
use crate::time::UtcTime;

pub(super) use read::read;
pub(super) use write::write;

/// The hours before the release, resolved, and what is older.
#[derive(Clone, Debug)]
pub struct Resolved {
    /// The hours resolved.
    pub layers: Footprint,
    /// The sum over all time before them.
    pub residual: Footprint,
}

/// Weather at the release; NaN where it is not known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Conditions {
    /// Air temperature, °C.
    pub temperature_c: f64,
    /// Air pressure, hPa.
    pub pressure_hpa: f64,
    /// Wind speed, m s⁻¹.
    pub wind_speed_m_s: f64,
    /// Direction that the wind comes from, degrees clockwise from north.
    pub wind_from_deg: f64,
    /// Mixing height, m above ground.
    pub mixing_height_m: f64,
}

impl Default for Conditions {
    fn default() -> Self {
        Self {
            temperature_c: f64::NAN,
            pressure_hpa: f64::NAN,
            wind_speed_m_s: f64::NAN,
            wind_from_deg: f64::NAN,
            mixing_height_m: f64::NAN,
        }
    }
}

/// The time stamp of a release: the start of its averaging period.
fn stamp_of(footprint: &Footprint) -> UtcTime {
    let period_s = (footprint.receptor.release_h.unwrap_or(0.0) * 3600.0).round();
    footprint.receptor.time.plus_seconds(-(period_s as i64))
}
