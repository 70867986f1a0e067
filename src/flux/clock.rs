//! How the numbers of a flux's time axis become times: also in months, and in years of 360 days.

use super::times::plus_months;
use crate::cf_time::{TimeUnit, parse_epoch};
use crate::time::UtcTime;

const DAY_S: i64 = 86_400;
const MONTH_360_S: i64 = 30 * DAY_S;

/// A unit of time with its calendar.
pub(super) enum Clock {
    Unit(TimeUnit),
    /// Calendar months (or years) since a date, with a share of the month that runs.
    Months {
        epoch: UtcTime,
        each: f64,
    },
    /// Twelve months of 30 days, each stretched or squeezed to the real month.
    Days360(TimeUnit),
}

impl Clock {
    /// Reads the attributes `units` and `calendar`; the error says what is wrong and what is understood.
    pub(super) fn parse(units: &str, calendar: Option<&str>) -> std::result::Result<Self, String> {
        let (step, since) = units.split_once(" since ").unwrap_or_default();
        let each = match step.trim().to_ascii_lowercase().as_str() {
            "month" | "months" => 1.0,
            "year" | "years" | "common_year" | "common_years" => 12.0,
            _ if calendar == Some("360_day") => {
                return TimeUnit::parse(units, Some("proleptic_gregorian")).map(Self::Days360);
            }
            _ => return TimeUnit::parse(units, calendar).map(Self::Unit),
        };
        let epoch = parse_epoch(since).ok_or_else(|| format!("time units {units:?}: no such date in UTC"))?;
        Ok(Self::Months { epoch, each })
    }

    /// The time of a coordinate value; `None` if it is no number or beyond all calendars.
    pub(super) fn time(&self, value: f64) -> Option<UtcTime> {
        match self {
            Self::Unit(unit) => unit.time(value),
            Self::Days360(unit) => {
                let epoch = unit.time(0.0)?;
                let since = unit.time(value)?.seconds() - epoch.seconds();
                from_360_day_seconds(to_360_day_seconds(epoch) + since)
            }
            Self::Months { epoch, each } => {
                let months = value * each;
                let whole = months.floor();
                let month = (whole.abs() < 1e5).then_some(whole as i32)?;
                let (start, end) = (plus_months(*epoch, month)?, plus_months(*epoch, month + 1)?);
                let seconds = (months - whole) * (end.seconds() - start.seconds()) as f64;
                Some(start.plus_seconds(seconds.round() as i64))
            }
        }
    }
}

/// Seconds since the year 0 in a calendar of 360 days; a 31st counts as the 30th.
fn to_360_day_seconds(time: UtcTime) -> i64 {
    let civil = time.civil();
    let months = 12 * i64::from(civil.year()) + i64::from(civil.month()) - 1;
    let day = i64::from(civil.day()).min(30) - 1;
    months * MONTH_360_S + day * DAY_S + time.seconds().rem_euclid(DAY_S)
}

fn from_360_day_seconds(seconds: i64) -> Option<UtcTime> {
    let (months, second) = (seconds.div_euclid(MONTH_360_S), seconds.rem_euclid(MONTH_360_S));
    let first = |months: i64| {
        let month = u8::try_from(months.rem_euclid(12) + 1).ok()?;
        UtcTime::from_calendar(i32::try_from(months.div_euclid(12)).ok()?, month, 1, 0, 0)
    };
    let (start, end) = (first(months)?, first(months + 1)?);
    Some(start.plus_seconds(second * (end.seconds() - start.seconds()) / MONTH_360_S))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn months_and_years_of_360_days_follow_the_real_calendar() {
        let time = |units: &str, calendar: &str, value: f64| {
            let clock = Clock::parse(units, Some(calendar)).unwrap();
            clock.time(value).unwrap().to_string()
        };
        assert_eq!(time("months since 2015-01-01", "standard", 1.5), "2015-02-15T00:00Z");
        assert_eq!(time("years since 2015-01-01", "standard", 1.0), "2016-01-01T00:00Z");
        assert_eq!(time("months since 2015-01-01", "standard", -1.0), "2014-12-01T00:00Z");
        assert_eq!(time("days since 2000-1-1", "360_day", 75.0), "2000-03-16T12:00Z");
        assert_eq!(time("hours since 2000-1-1", "360_day", 720.0), "2000-02-01T00:00Z");
        assert_eq!(time("days since 2014-01-01", "standard", 31.0), "2014-02-01T00:00Z");
        assert!(Clock::parse("days since 2000-01-01", Some("julian")).is_err());
        assert!(Clock::parse("months since 1 January", None).is_err());
        assert!(
            Clock::parse("months since 2015-01-01", None)
                .unwrap()
                .time(f64::NAN)
                .is_none()
        );
    }
}
