//! How an annual emission is spread over the months, weekdays and hours of its place.

use serde::Deserialize;

use crate::error::{Error, Result};
use crate::geo::wrap_longitude_deg;
use crate::time::UtcTime;

const MONTHS: usize = 12;

/// An hour of local solar time: UTC + λ/15 h.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LocalHour {
    /// Since 1970-01-01T00 local time.
    count: i64,
    /// From 0.
    day: usize,
    leap: bool,
}

impl LocalHour {
    /// Of a time at a longitude, degrees east.
    pub fn at(time: UtcTime, lon_deg: f64) -> Self {
        Self::numbered(Self::count_at(time, lon_deg))
    }

    /// Whole hours since 1970-01-01T00 local time.
    pub(crate) fn count_at(time: UtcTime, lon_deg: f64) -> i64 {
        let ahead_s = (240.0 * wrap_longitude_deg(lon_deg)).round() as i64;
        (time.seconds() + ahead_s).div_euclid(3600)
    }

    /// So many whole hours after 1970-01-01T00 local time.
    pub(crate) fn numbered(count: i64) -> Self {
        let civil = UtcTime::from_seconds(count * 3600).civil();
        Self {
            count,
            day: usize::try_from(civil.day_of_year()).map_or(0, |day| day - 1),
            leap: civil.in_leap_year(),
        }
    }

    const fn hour(self) -> usize {
        self.count.rem_euclid(24) as usize
    }

    /// 0 is Monday.
    const fn weekday(self) -> usize {
        // 1970-01-01 was a Thursday
        (self.count.div_euclid(24) + 3).rem_euclid(7) as usize
    }
}

/// Which half of the globe the months of a profile belong to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Southern {
    /// The months are the same everywhere.
    #[default]
    Same,
    /// South of the equator the year begins half a year later: heating in July.
    Shifted,
}

/// Factors as a file gives them; only their ratios count. Absent: even.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Factors {
    /// January to December.
    pub month: Option<Vec<f64>>,
    /// Monday to Sunday.
    pub weekday: Option<Vec<f64>>,
    /// Local solar hours 0 to 23.
    pub hour: Option<Vec<f64>>,
    /// The same of Saturdays and Sundays, if they have their own course.
    pub hour_weekend: Option<Vec<f64>>,
    /// What the months are south of the equator.
    pub southern: Southern,
}

/// Month × weekday × hour, each of mean 1 over its cycle.
///
/// Months become days by straight lines between mid-months, scaled to mean 1 over the year, so that no step stands at
/// the turn of a month (the practice of STILT's `get.edgar.time.r`).
#[derive(Clone, Debug, PartialEq)]
pub struct TemporalProfile {
    /// By hemisphere (north, south), then by year of 365 and of 366 days.
    days: [[Vec<f64>; 2]; 2],
    /// Whether months, and whether hours or weekdays, differ.
    #[cfg_attr(not(feature = "netcdf"), allow(dead_code))]
    pub(super) varies: (bool, bool),
    weekday: [f64; 7],
    hour: [[f64; 24]; 2],
}

impl TemporalProfile {
    /// From factors of any scale.
    ///
    /// # Errors
    /// [`Error::Config`] naming the list, unless it has 12, 7 or 24 factors, none negative and not all 0.
    pub fn new(factors: &Factors) -> Result<Self> {
        let months: [f64; MONTHS] = normalised("month", factors.month.as_deref())?;
        let mut shifted = months;
        if factors.southern == Southern::Shifted {
            shifted.rotate_left(MONTHS / 2);
        }
        let hour = normalised("hour", factors.hour.as_deref())?;
        let weekend = match &factors.hour_weekend {
            Some(given) => normalised("hour_weekend", Some(given))?,
            None => hour,
        };
        Ok(Self {
            varies: (
                factors.month.is_some(),
                factors.weekday.is_some() || factors.hour.is_some() || factors.hour_weekend.is_some(),
            ),
            days: [months, shifted].map(|months| [daily(&months, 365), daily(&months, 366)]),
            weekday: normalised("weekday", factors.weekday.as_deref())?,
            hour: [hour, weekend],
        })
    }

    /// The same at any time.
    pub fn even() -> Self {
        Self {
            varies: (false, false),
            days: [[vec![1.0; 365], vec![1.0; 366]], [vec![1.0; 365], vec![1.0; 366]]],
            weekday: [1.0; 7],
            hour: [[1.0; 24]; 2],
        }
    }

    /// Emission in this hour, in units of its mean over the year.
    pub fn factor(&self, local: LocalHour, south: bool) -> f64 {
        let weekday = local.weekday();
        let season = &self.days[usize::from(south)][usize::from(local.leap)];
        season[local.day] * self.weekday[weekday] * self.hour[usize::from(weekday >= 5)][local.hour()]
    }
}

fn normalised<const N: usize>(name: &str, given: Option<&[f64]>) -> Result<[f64; N]> {
    let Some(given) = given else { return Ok([1.0; N]) };
    let wrong = || {
        let allowed = format!("{N} factors, none negative, not all 0");
        Error::config(name, format!("{given:?}"), allowed)
    };
    let factors: [f64; N] = given.try_into().map_err(|_| wrong())?;
    let mean = factors.iter().sum::<f64>() / N as f64;
    match mean > 0.0 && mean.is_finite() && factors.iter().all(|f| *f >= 0.0) {
        true => Ok(factors.map(|f| f / mean)),
        false => Err(wrong()),
    }
}

/// Day by day, mean 1.
fn daily(months: &[f64; MONTHS], days: usize) -> Vec<f64> {
    let lengths = [
        31,
        if days == 366 { 29 } else { 28 },
        31,
        30,
        31,
        30,
        31,
        31,
        30,
        31,
        30,
        31,
    ];
    let mut middles = [0.0; MONTHS];
    let mut start = 0.0;
    for (middle, length) in middles.iter_mut().zip(lengths) {
        *middle = start + 0.5 * f64::from(length);
        start += f64::from(length);
    }
    let year = days as f64;
    let at = |day: usize| {
        let noon = day as f64 + 0.5;
        let after = middles.partition_point(|middle| *middle <= noon);
        let (before, next) = ((after + MONTHS - 1) % MONTHS, after % MONTHS);
        let span = (middles[next] - middles[before]).rem_euclid(year);
        let share = (noon - middles[before]).rem_euclid(year) / span;
        months[before] + (months[next] - months[before]) * share
    };
    let raw: Vec<f64> = (0..days).map(at).collect();
    let mean = raw.iter().sum::<f64>() / year;
    raw.into_iter().map(|factor| factor / mean).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn at(year: i32, month: u8, day: u8, hour: u8) -> UtcTime {
        UtcTime::from_calendar(year, month, day, hour, 0).unwrap()
    }

    #[test]
    fn a_year_of_any_length_emits_what_the_annual_total_says() {
        // months, weekdays and hours each have mean 1; over 52 weeks and a day they are not quite independent
        let profile = TemporalProfile::new(&Factors {
            month: Some((1..=12).map(f64::from).collect()),
            weekday: Some(vec![2.0, 1.0, 1.0, 1.0, 1.0, 0.5, 0.1]),
            hour: Some((0..24).map(f64::from).collect()),
            ..Factors::default()
        })
        .unwrap();
        for (year, days) in [(2019, 365), (2020, 366)] {
            let start = at(year, 1, 1, 0);
            let factors = (0..24 * days).map(|h| profile.factor(LocalHour::at(start.plus_hours(h), 0.0), false));
            approx::assert_relative_eq!(factors.sum::<f64>() / (24 * days) as f64, 1.0, epsilon = 4e-3);
        }
        let season = |day: i64| profile.days[0][0][day as usize];
        approx::assert_relative_eq!((0..365).map(season).sum::<f64>() / 365.0, 1.0, epsilon = 1e-12);
        let steps = (1..365).map(|day| (season(day) - season(day - 1)).abs());
        assert!(
            steps.fold(0.0, f64::max) < 0.06,
            "January after December is the steepest part"
        );
    }

    #[test]
    fn the_hour_is_that_of_the_sun_and_the_weekday_that_of_the_place() {
        let hour = |h: usize| Some((0..24).map(|k| f64::from(u8::from(k == h))).collect());
        let noon = TemporalProfile::new(&Factors {
            hour: hour(12),
            ..Factors::default()
        })
        .unwrap();
        assert_eq!(noon.factor(LocalHour::at(at(2021, 3, 3, 12), 0.0), false), 24.0);
        assert_eq!(noon.factor(LocalHour::at(at(2021, 3, 3, 11), 15.0), false), 24.0);
        assert_eq!(noon.factor(LocalHour::at(at(2021, 3, 3, 17), -75.0), false), 24.0);
        assert_eq!(noon.factor(LocalHour::at(at(2021, 3, 3, 13), 0.0), false), 0.0);
        let sunday = TemporalProfile::new(&Factors {
            weekday: Some(vec![0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0]),
            ..Factors::default()
        })
        .unwrap();
        // 2021-03-07 was a Sunday; in New Zealand it begins twelve hours earlier
        assert_eq!(sunday.factor(LocalHour::at(at(2021, 3, 7, 1), 0.0), false), 7.0);
        assert_eq!(sunday.factor(LocalHour::at(at(2021, 3, 6, 13), 175.0), true), 7.0);
        assert_eq!(sunday.factor(LocalHour::at(at(2021, 3, 6, 13), 0.0), false), 0.0);
    }

    #[test]
    fn heating_follows_the_winter_of_its_hemisphere() {
        let mut month = vec![1.0; 12];
        month[0] = 5.0;
        let heating = |southern| {
            TemporalProfile::new(&Factors {
                month: Some(month.clone()),
                southern,
                ..Factors::default()
            })
            .unwrap()
        };
        let (january, july) = (
            LocalHour::at(at(2021, 1, 16, 12), 0.0),
            LocalHour::at(at(2021, 7, 16, 12), 0.0),
        );
        let shifted = heating(Southern::Shifted);
        assert!(shifted.factor(january, false) > 3.0 && shifted.factor(july, true) > 3.0);
        assert!(shifted.factor(january, true) < 1.0 && shifted.factor(july, false) < 1.0);
        assert!(heating(Southern::Same).factor(january, true) > 3.0);
    }

    #[test]
    fn wrong_factors_are_refused_by_name() {
        let refused = |factors: Factors| TemporalProfile::new(&factors).unwrap_err().to_string();
        let short = Factors {
            hour: Some(vec![1.0; 23]),
            ..Factors::default()
        };
        assert!(refused(short).contains("24 factors"));
        let negative = Factors {
            weekday: Some(vec![1.0, 1.0, 1.0, 1.0, 1.0, 1.0, -1.0]),
            ..Factors::default()
        };
        assert!(refused(negative).contains("weekday"));
        let none = Factors {
            month: Some(vec![0.0; 12]),
            ..Factors::default()
        };
        assert!(refused(none).contains("not all 0"));
    }
}
