//! Times: whole seconds since 1970-01-01 UTC, without leap seconds; text in ISO 8601.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::error::{Error, Result};

/// A UTC time, to the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UtcTime(i64);

impl UtcTime {
    /// From seconds since 1970-01-01T00:00Z.
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds)
    }

    /// From a calendar date; `None` if there is no such date.
    pub fn from_calendar(year: i32, month: u8, day: u8, hour: u8, minute: u8) -> Option<Self> {
        let small = |v: u8| i8::try_from(v).ok();
        let civil = DateTime::new(
            i16::try_from(year).ok()?,
            small(month)?,
            small(day)?,
            small(hour)?,
            small(minute)?,
            0,
            0,
        );
        Some(Self(civil.ok()?.to_zoned(TimeZone::UTC).ok()?.timestamp().as_second()))
    }

    /// Parses ISO 8601: `2010-02-12T18:00`, with optional seconds and an optional `Z` or offset such as `+02:00`; a blank may
    /// stand for `T`, and without an offset the time is UTC.
    ///
    /// # Errors
    /// [`Error::Config`] if the text is not such a time.
    pub fn parse(text: &str) -> Result<Self> {
        let trimmed = text.trim();
        let bare = trimmed.strip_suffix(['Z', 'z']).unwrap_or(trimmed);
        let in_utc = || {
            let civil = bare.parse::<DateTime>().ok()?;
            Some(civil.to_zoned(TimeZone::UTC).ok()?.timestamp())
        };
        // a civil time would drop its offset
        match trimmed.parse::<Timestamp>().ok().or_else(in_utc) {
            Some(timestamp) => Ok(Self(timestamp.as_second())),
            None => Err(Error::config(
                "time",
                text,
                "expected ISO 8601 in UTC, such as 2010-02-12T18:00",
            )),
        }
    }

    /// Seconds since 1970-01-01T00:00Z.
    pub const fn seconds(self) -> i64 {
        self.0
    }

    /// This time plus (minus, if negative) whole seconds.
    #[must_use]
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0 + seconds)
    }

    /// This time plus (minus, if negative) whole hours.
    #[must_use]
    pub const fn plus_hours(self, hours: i64) -> Self {
        Self(self.0 + 3600 * hours)
    }

    /// Minutes from `other` to this time; negative if this is earlier.
    pub fn minutes_since(self, other: Self) -> f64 {
        (self.0 - other.0) as f64 / 60.0
    }

    /// The calendar date and time of day (UTC).
    pub fn civil(self) -> DateTime {
        let timestamp =
            Timestamp::from_second(self.0).unwrap_or(if self.0 < 0 { Timestamp::MIN } else { Timestamp::MAX });
        timestamp.to_zoned(TimeZone::UTC).datetime()
    }

    /// `yyyymmddHHMM`, as STILT writes it in a simulation id.
    pub fn compact(self) -> String {
        self.civil().strftime("%Y%m%d%H%M").to_string()
    }
}

impl fmt::Display for UtcTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let civil = self.civil();
        let pattern = if civil.second() == 0 {
            "%Y-%m-%dT%H:%MZ"
        } else {
            "%Y-%m-%dT%H:%M:%SZ"
        };
        write!(f, "{}", civil.strftime(pattern))
    }
}

impl Serialize for UtcTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// From text, or from a TOML date-time (with an offset, if it has one).
impl<'de> Deserialize<'de> for UtcTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let value = toml::Value::deserialize(deserializer)?;
        let time = match &value {
            toml::Value::String(text) => Self::parse(text).ok(),
            toml::Value::Datetime(datetime) => Self::from_toml(datetime),
            _ => None,
        };
        let refused = || format!("time = {value}: expected ISO 8601 in UTC, such as 2010-02-12T18:00");
        time.ok_or_else(|| serde::de::Error::custom(refused()))
    }
}

impl UtcTime {
    fn from_toml(datetime: &toml::value::Datetime) -> Option<Self> {
        let (date, time) = (datetime.date?, datetime.time?);
        let local = Self::from_calendar(date.year.into(), date.month, date.day, time.hour, time.minute)?;
        let offset_s = match datetime.offset {
            Some(toml::value::Offset::Custom { minutes }) => 60 * i64::from(minutes),
            _ => 0,
        };
        Some(local.plus_seconds(i64::from(time.second.unwrap_or(0)) - offset_s))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_accepted_spelling_names_the_same_time() {
        let expected = UtcTime::from_calendar(2010, 2, 12, 18, 0).unwrap();
        for text in [
            "2010-02-12T18:00",
            "2010-02-12T18:00Z",
            "2010-02-12T18:00:00",
            "2010-02-12 18:00:00Z",
            "2010-02-12 20:00:00+02:00",
            "2010-02-12T13:30-04:30",
        ] {
            assert_eq!(UtcTime::parse(text).unwrap(), expected, "{text}");
        }
        assert_eq!(expected.seconds(), 1_265_997_600);
        assert_eq!(expected.to_string(), "2010-02-12T18:00Z");
        assert_eq!(expected.compact(), "201002121800");
    }

    #[test]
    fn impossible_dates_are_refused() {
        assert!(UtcTime::parse("2010-02-30T00:00").is_err());
        assert!(UtcTime::parse("yesterday").is_err());
        assert!(UtcTime::from_calendar(2010, 13, 1, 0, 0).is_none());
    }
}
