//! CF time coordinates: `days since 2012-01-01`, in the real calendar or one without leap days.

use crate::time::UtcTime;

const DAY_S: i64 = 86_400;
/// The first day of the Gregorian calendar, 1582-10-15.
const GREGORIAN_START: UtcTime = UtcTime::from_seconds(-12_219_292_800);

#[derive(Clone, Copy, Debug, PartialEq)]
enum Calendar {
    Gregorian,
    NoLeap,
}

/// How a coordinate's numbers become times.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct TimeUnit {
    seconds: f64,
    epoch: UtcTime,
    calendar: Calendar,
}

impl TimeUnit {
    /// Reads the attributes `units` and `calendar`; the error says what is wrong and what is understood.
    pub(crate) fn parse(units: &str, calendar: Option<&str>) -> Result<Self, String> {
        let asked = calendar.unwrap_or("standard").to_ascii_lowercase();
        let calendar = match asked.as_str() {
            "standard" | "gregorian" | "proleptic_gregorian" => Calendar::Gregorian,
            "noleap" | "365_day" => Calendar::NoLeap,
            other => {
                return Err(format!(
                    "calendar {other:?}: understood are standard, gregorian, proleptic_gregorian, noleap, 365_day"
                ));
            }
        };
        let (step, since) = units
            .split_once(" since ")
            .ok_or_else(|| format!("time units {units:?}: expected such as \"hours since 2014-01-01\""))?;
        let seconds = match step.trim().to_ascii_lowercase().as_str() {
            "s" | "sec" | "secs" | "second" | "seconds" => 1.0,
            "min" | "mins" | "minute" | "minutes" => 60.0,
            "h" | "hr" | "hrs" | "hour" | "hours" => 3600.0,
            "d" | "day" | "days" => DAY_S as f64,
            _ => {
                return Err(format!(
                    "time units {units:?}: understood are seconds, minutes, hours, days since a date (months and years differ in length)"
                ));
            }
        };
        let epoch = parse_epoch(since).ok_or_else(|| format!("time units {units:?}: no such date in UTC"))?;
        if asked != "proleptic_gregorian" && calendar == Calendar::Gregorian && epoch < GREGORIAN_START {
            return Err(format!(
                "time units {units:?} with calendar {asked:?}: dates before 1582-10-15 are Julian there; \
                 rewrite the file with a later reference date (cdo setreftime)"
            ));
        }
        Ok(Self {
            seconds,
            epoch,
            calendar,
        })
    }

    /// The time of a coordinate value, to the second; `None` if it is no number or beyond all calendars.
    pub(crate) fn time(&self, value: f64) -> Option<UtcTime> {
        let offset = (value * self.seconds).round();
        if offset.is_nan() || offset.abs() > 2e11 {
            return None;
        }
        match self.calendar {
            Calendar::Gregorian => Some(self.epoch.plus_seconds(offset as i64)),
            Calendar::NoLeap => from_no_leap_seconds(to_no_leap_seconds(self.epoch)? + offset as i64),
        }
    }
}

/// `2012-1-1`, `2012-01-01 00:00:0.0`, `2012-01-01T00:00:00Z`, `… UTC`, `… +00:00`.
pub(crate) fn parse_epoch(text: &str) -> Option<UtcTime> {
    let bare = text
        .trim()
        .trim_end_matches("UTC")
        .trim_end_matches("GMT")
        .trim_end_matches(['Z', 'z'])
        .trim_end();
    let bare = bare
        .strip_suffix("+00:00")
        .or_else(|| bare.strip_suffix(" 00:00"))
        .unwrap_or(bare)
        .trim_end();
    let (date, clock) = bare.split_once(['T', ' ']).unwrap_or((bare, "0:0:0"));
    let mut day = date.splitn(3, '-').map(|part| part.parse::<u16>().ok());
    let mut clock = clock.trim().splitn(3, ':');
    let (year, month, day_of_month) = (day.next()??, day.next()??, day.next()??);
    let hour = clock.next()?.parse().ok()?;
    let minute = clock.next().map_or(Some(0), |part| part.parse().ok())?;
    let second: f64 = clock.next().map_or(Some(0.0), |part| part.parse().ok())?;
    let start = UtcTime::from_calendar(
        i32::from(year),
        u8::try_from(month).ok()?,
        u8::try_from(day_of_month).ok()?,
        hour,
        minute,
    )?;
    (0.0..60.0)
        .contains(&second)
        .then(|| start.plus_seconds(second.round() as i64))
}

const NO_LEAP_YEAR: i32 = 2001;

fn to_no_leap_seconds(time: UtcTime) -> Option<i64> {
    let civil = time.civil();
    let (month, day) = (u8::try_from(civil.month()).ok()?, u8::try_from(civil.day()).ok()?);
    let same_day = UtcTime::from_calendar(NO_LEAP_YEAR, month, day, 0, 0)?;
    let new_year = UtcTime::from_calendar(NO_LEAP_YEAR, 1, 1, 0, 0)?;
    let days = 365 * i64::from(civil.year()) + (same_day.seconds() - new_year.seconds()) / DAY_S;
    Some(days * DAY_S + time.seconds().rem_euclid(DAY_S))
}

fn from_no_leap_seconds(seconds: i64) -> Option<UtcTime> {
    let (days, second_of_day) = (seconds.div_euclid(DAY_S), seconds.rem_euclid(DAY_S));
    let year = i32::try_from(days.div_euclid(365)).ok()?;
    let day = UtcTime::from_calendar(NO_LEAP_YEAR, 1, 1, 0, 0)?
        .plus_seconds(days.rem_euclid(365) * DAY_S)
        .civil();
    let (month, day_of_month) = (u8::try_from(day.month()).ok()?, u8::try_from(day.day()).ok()?);
    Some(UtcTime::from_calendar(year, month, day_of_month, 0, 0)?.plus_seconds(second_of_day))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn time(units: &str, calendar: &str, value: f64) -> String {
        TimeUnit::parse(units, Some(calendar))
            .unwrap()
            .time(value)
            .unwrap()
            .to_string()
    }

    #[test]
    fn times_follow_the_calendar_that_the_file_names() {
        assert_eq!(
            time("hours since 2014-01-01", "proleptic_gregorian", 4314.0),
            "2014-06-29T18:00Z"
        );
        assert_eq!(time("days since 2000-1-1 0:0:0", "standard", 60.0), "2000-03-01T00:00Z");
        assert_eq!(
            time("days since 2000-1-1 00:00:00", "noleap", 59.5),
            "2000-03-01T12:00Z"
        );
        assert_eq!(time("days since 1-1-1", "365_day", 365.0 * 2011.0), "2012-01-01T00:00Z");
        assert_eq!(
            time("seconds since 1970-01-01T00:00:00Z", "gregorian", 90.0),
            "1970-01-01T00:01:30Z"
        );
        assert_eq!(
            time("minutes since 2014-01-01 12:00:00.0 UTC", "standard", -30.0),
            "2014-01-01T11:30Z"
        );
        assert_eq!(
            time("hours since 2014-01-01 06:00:00 +00:00", "standard", 1.0),
            "2014-01-01T07:00Z"
        );
    }

    #[test]
    fn calendars_and_units_without_a_plain_meaning_are_refused() {
        let refused = |units: &str, calendar: &str| TimeUnit::parse(units, Some(calendar)).unwrap_err();
        assert!(refused("days since 2000-01-01", "360_day").contains("understood are standard"));
        assert!(refused("months since 2000-01-01", "standard").contains("differ in length"));
        assert!(refused("days since 1-1-1", "standard").contains("Julian"));
        assert!(refused("days since 2001-02-29", "standard").contains("no such date"));
        assert!(refused("fortnights", "standard").contains("hours since"));
        assert!(
            TimeUnit::parse("days since 2000-01-01", None)
                .unwrap()
                .time(f64::NAN)
                .is_none()
        );
    }
}
