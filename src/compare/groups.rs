//! Statistics by season, month, hour of the day and wind sector.

use super::averaging::ahead_s;
use super::selection::{known_longitude, solar_hour};
use super::{Averaging, Comparison, Matched, Statistics};
use crate::error::{Error, Result};
use crate::time::UtcTime;

const SEASONS: [&str; 4] = ["DJF", "MAM", "JJA", "SON"];
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];
const HOURS: [&str; 8] = ["00-03", "03-06", "06-09", "09-12", "12-15", "15-18", "18-21", "21-24"];
const SECTORS: [&str; 8] = ["N", "NE", "E", "SE", "S", "SW", "W", "NW"];

/// What pairs are grouped by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grouping {
    /// Meteorological seasons: DJF, MAM, JJA, SON; of means over days by their local date, else in UTC, as months.
    Season,
    /// Months of the year.
    Month,
    /// Three-hour classes in mean local solar time.
    Hour,
    /// Eight sectors that the wind comes from, each 45° wide; pairs of unknown wind are left out.
    WindSector,
}

impl Grouping {
    /// The grouping of this name: `season`, `month`, `hour`, `wind_sector`.
    ///
    /// # Errors
    /// [`Error::Config`] with the names.
    pub fn parse(name: &str) -> Result<Self> {
        match name {
            "season" => Ok(Self::Season),
            "month" => Ok(Self::Month),
            "hour" => Ok(Self::Hour),
            "wind_sector" | "wind-sector" => Ok(Self::WindSector),
            _ => Err(Error::config("by", name, "season, month, hour or wind_sector")),
        }
    }

    const fn labels(self) -> &'static [&'static str] {
        match self {
            Self::Season => &SEASONS,
            Self::Month => &MONTHS,
            Self::Hour => &HOURS,
            Self::WindSector => &SECTORS,
        }
    }
}

/// Statistics of the pairs of one group.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Group {
    /// Its name: `DJF`, `Jan`, `12-15`, `SW`.
    pub label: &'static str,
    /// Of its pairs.
    pub statistics: Statistics,
}

pub(super) fn by(comparison: &Comparison, grouping: Grouping) -> Result<Vec<Group>> {
    let pairs = comparison.pairs();
    let is_daily = comparison.averaging == Averaging::Daily;
    if grouping == Grouping::Hour && is_daily {
        let allowed = "means over days have no hour: group by season, month or wind_sector, or take single values";
        return Err(Error::config("by", "hour", allowed));
    }
    if grouping == Grouping::WindSector && pairs.iter().all(|pair| pair.wind_from_deg.is_nan()) {
        let allowed = "the model series needs a wind direction (wind_from_deg, wind.dir, or wind.u and wind.v)";
        return Err(Error::config("by", "wind_sector", allowed));
    }
    let lon_deg = if grouping == Grouping::Hour || is_daily {
        known_longitude(comparison.lon_deg)?
    } else {
        0.0
    };
    // a day that begins in local time may begin the day before in UTC
    let date_ahead_s = if is_daily { ahead_s(lon_deg) } else { 0 };
    let month = |pair: &Matched| month(pair.time.plus_seconds(date_ahead_s));
    let number = |pair: &Matched| match grouping {
        Grouping::Month => Some(month(pair)),
        // December opens a winter
        Grouping::Season => Some((month(pair) + 1) % 12 / 3),
        Grouping::Hour => Some((solar_hour(pair.time, lon_deg) / 3.0) as usize % HOURS.len()),
        Grouping::WindSector => sector(pair.wind_from_deg),
    };
    let groups = grouping.labels().iter().enumerate().filter_map(|(k, &label)| {
        let members: Vec<Matched> = pairs.iter().copied().filter(|pair| number(pair) == Some(k)).collect();
        (!members.is_empty()).then(|| Group {
            label,
            statistics: Statistics::of(&members, comparison.errors, comparison.seed),
        })
    });
    Ok(groups.collect())
}

/// From 0 for January.
fn month(time: UtcTime) -> usize {
    usize::try_from(time.civil().month() - 1).unwrap_or(0)
}

fn sector(from_deg: f64) -> Option<usize> {
    from_deg
        .is_finite()
        .then(|| ((from_deg / 45.0).round().rem_euclid(8.0)) as usize)
}
