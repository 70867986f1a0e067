//! When each map of a flux holds.

use std::collections::BTreeMap;
use std::fmt;

use crate::error::{Error, Result};
use crate::time::UtcTime;

const DAY_S: i64 = 86_400;

/// The time axis of a flux.
#[derive(Clone, Debug, PartialEq)]
pub struct FluxTimes {
    kind: Kind,
    /// In years without maps, those of the nearest year hold.
    other_years: bool,
    /// On 29 February the maps of the day before hold.
    no_leap_days: bool,
}

#[derive(Clone, Debug, PartialEq)]
enum Kind {
    Constant,
    Intervals(Vec<(UtcTime, UtcTime)>),
}

impl FluxTimes {
    /// One map that holds at any time.
    pub const fn constant() -> Self {
        Self::of(Kind::Constant)
    }

    const fn of(kind: Kind) -> Self {
        Self {
            kind,
            other_years: false,
            no_leap_days: false,
        }
    }

    /// Maps that each hold from a start up to, not including, an end; ascending, gaps are allowed.
    ///
    /// # Errors
    /// [`Error::Config`] if there are none, one is empty, or they overlap.
    pub fn intervals(intervals: Vec<(UtcTime, UtcTime)>) -> Result<Self> {
        let wrong = |(start, end): (UtcTime, UtcTime), allowed: &str| {
            Error::config("flux times", format!("{start} to {end}"), allowed)
        };
        if intervals.is_empty() {
            return Err(Error::config("flux times", "none", "at least one map is needed"));
        }
        if let Some(&empty) = intervals.iter().find(|(start, end)| end <= start) {
            return Err(wrong(empty, "each map needs an end after its start"));
        }
        if let Some(pair) = intervals.windows(2).find(|w| w[1].0 < w[0].1) {
            return Err(wrong(pair[1], "maps must be in the order of time, without overlap"));
        }
        Ok(Self::of(Kind::Intervals(intervals)))
    }

    /// The same, where a time without a map takes that of the same day and hour in the nearest year that has one; 29 February
    /// takes 28 February of a year that lacks it.
    #[must_use]
    pub fn nearest_year(self) -> Self {
        Self {
            other_years: true,
            ..self
        }
    }

    /// The maps of one year, for every year alike; the last ends with the year.
    ///
    /// # Errors
    /// [`Error::Config`] if they are of more than one year.
    pub fn climatology(mut self) -> Result<Self> {
        if let Kind::Intervals(intervals) = &mut self.kind {
            let (first, (last, end)) = (intervals[0].0, intervals[intervals.len() - 1]);
            let one_year = plus_months(first, 12).unwrap_or_else(|| first.plus_seconds(366 * DAY_S));
            if last >= one_year || end.seconds() - last.seconds() > 366 * DAY_S {
                let allowed = "a climatology has maps of one year; for those of several, ask for `nearest_year`";
                return Err(Error::config("climatology", format!("{first} to {end}"), allowed));
            }
            intervals.iter_mut().for_each(|map| map.1 = map.1.min(one_year));
        }
        Ok(self.nearest_year())
    }

    /// The same, in a calendar without leap days: on 29 February the maps of the day before hold.
    #[cfg(feature = "netcdf")]
    pub(super) fn without_leap_days(self) -> Self {
        Self {
            no_leap_days: true,
            ..self
        }
    }

    /// Maps that each hold from their stamp to the next one.
    ///
    /// The last holds for a calendar month or year if all stamps are that far apart, else as long as the one before.
    /// Stamps that all lie at mid-month (days 14 to 17), one per month, stand for their calendar months.
    ///
    /// # Errors
    /// [`Error::Config`] if there are fewer than two, or they are not ascending.
    pub fn from_starts(starts: &[UtcTime]) -> Result<Self> {
        Self::intervals(Self::spans_from_starts(starts)?)
    }

    pub(super) fn spans_from_starts(starts: &[UtcTime]) -> Result<Vec<(UtcTime, UtcTime)>> {
        if starts.len() < 2 {
            return Err(Error::config(
                "flux times",
                starts.len(),
                "two stamps or more are needed to know how long each map holds; give intervals, or one constant map",
            ));
        }
        if let Some(months) = mid_months(starts) {
            return Ok(months);
        }
        let last = starts[starts.len() - 1];
        let end = [1, 12]
            .into_iter()
            .find(|&months| starts.windows(2).all(|w| plus_months(w[0], months) == Some(w[1])))
            .and_then(|months| plus_months(last, months))
            .unwrap_or_else(|| last.plus_seconds(last.seconds() - starts[starts.len() - 2].seconds()));
        let ends = starts[1..].iter().copied().chain([end]);
        Ok(starts.iter().copied().zip(ends).collect())
    }

    /// Number of maps.
    pub fn count(&self) -> usize {
        match &self.kind {
            Kind::Constant => 1,
            Kind::Intervals(intervals) => intervals.len(),
        }
    }

    /// True if one map holds at any time.
    pub fn is_constant(&self) -> bool {
        self.kind == Kind::Constant
    }

    /// When each map holds; empty for one map that holds at any time.
    pub fn spans(&self) -> &[(UtcTime, UtcTime)] {
        self.as_intervals().unwrap_or_default()
    }

    pub(super) fn as_intervals(&self) -> Option<&[(UtcTime, UtcTime)]> {
        match &self.kind {
            Kind::Constant => None,
            Kind::Intervals(intervals) => Some(intervals),
        }
    }

    /// Start of the first map and end of the last; `None` if one map holds at any time.
    pub fn span(&self) -> Option<(UtcTime, UtcTime)> {
        match &self.kind {
            Kind::Constant => None,
            Kind::Intervals(intervals) => Some((intervals[0].0, intervals[intervals.len() - 1].1)),
        }
    }

    /// The maps that hold between two times, each with its share of that span; the shares add up to one.
    ///
    /// # Errors
    /// [`Error::Config`] if part of the span has no map; it names the span and what the flux covers.
    pub fn shares(&self, start: UtcTime, end: UtcTime) -> Result<Vec<(usize, f64)>> {
        let Kind::Intervals(intervals) = &self.kind else {
            return Ok(vec![(0, 1.0)]);
        };
        let found = match self.other_years || self.no_leap_days {
            false => held(intervals, start, end),
            true => self.held_in_other_years(intervals, start, end),
        };
        let span = end.seconds() - start.seconds();
        match found {
            Some(found) if span > 0 => Ok(found
                .into_iter()
                .map(|(map, s)| (map, s as f64 / span as f64))
                .collect()),
            _ => Err(Error::config(
                "flux time",
                format!("{start} to {end}"),
                format!(
                    "the flux covers {self}; take a file of that time, a map that holds at any time, or ask for `nearest_year`"
                ),
            )),
        }
    }

    /// As [`held`], in pieces of one calendar year and with 29 February apart, each in the nearest year that has maps.
    fn held_in_other_years(
        &self,
        intervals: &[(UtcTime, UtcTime)],
        start: UtcTime,
        end: UtcTime,
    ) -> Option<BTreeMap<usize, i64>> {
        let year = |time: UtcTime| i32::from(time.civil().year());
        let (first, last) = (year(intervals[0].0), year(intervals[intervals.len() - 1].1));
        let mut sums = BTreeMap::new();
        let mut from = start;
        while from < end {
            let own = year(from);
            let until = next_break(from)?.min(end);
            let mut years: Vec<i32> = match self.other_years {
                true => (first..=last).collect(),
                false => vec![own],
            };
            years.sort_by_key(|year| (year - own).abs());
            let found = years.iter().find_map(|&year| {
                let moved = in_year(from, year, self.no_leap_days)?;
                held(intervals, moved, moved.plus_seconds(until.seconds() - from.seconds()))
            });
            for (map, seconds) in found? {
                *sums.entry(map).or_insert(0) += seconds;
            }
            from = until;
        }
        Some(sums)
    }
}

/// Seconds that each map holds between two times; `None` if there is a gap.
fn held(intervals: &[(UtcTime, UtcTime)], start: UtcTime, end: UtcTime) -> Option<BTreeMap<usize, i64>> {
    let first = intervals.partition_point(|interval| interval.1 <= start);
    let maps = intervals[first..].iter().take_while(|interval| interval.0 < end);
    let seconds = maps.map(|interval| interval.1.min(end).seconds() - interval.0.max(start).seconds());
    let found: BTreeMap<usize, i64> = seconds.enumerate().map(|(i, seconds)| (first + i, seconds)).collect();
    (found.values().sum::<i64>() == end.seconds() - start.seconds()).then_some(found)
}

/// The next start of a year, of 29 February or of March.
fn next_break(time: UtcTime) -> Option<UtcTime> {
    let year = i32::from(time.civil().year());
    let breaks = [(year, 2, 29), (year, 3, 1), (year + 1, 1, 1)];
    let mut later = breaks
        .into_iter()
        .filter_map(|(y, m, d)| UtcTime::from_calendar(y, m, d, 0, 0));
    later.find(|break_at| *break_at > time)
}

/// The same day and time of day of another year; 28 February for the 29th where that is not there.
fn in_year(time: UtcTime, year: i32, no_leap_days: bool) -> Option<UtcTime> {
    let civil = time.civil();
    let (month, day) = (u8::try_from(civil.month()).ok()?, u8::try_from(civil.day()).ok()?);
    let day = match (month, day) {
        (2, 29) if no_leap_days || UtcTime::from_calendar(year, 2, 29, 0, 0).is_none() => 28,
        _ => day,
    };
    Some(UtcTime::from_calendar(year, month, day, 0, 0)?.plus_seconds(time.seconds().rem_euclid(DAY_S)))
}

impl fmt::Display for FluxTimes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Kind::Intervals(intervals) = &self.kind else {
            return write!(f, "any time, with one map");
        };
        let (first, last) = (intervals[0].0, intervals[intervals.len() - 1].1);
        let gaps = intervals.windows(2).filter(|w| w[0].1 < w[1].0).count();
        write!(f, "{first} to {last} in {} maps", intervals.len())?;
        if gaps > 0 {
            write!(f, " with {gaps} gaps")?;
        }
        if self.other_years {
            write!(f, ", which hold in other years too")?;
        }
        Ok(())
    }
}

/// The same day and time of day, some calendar months later; `None` if that month has no such day.
pub(crate) fn plus_months(time: UtcTime, months: i32) -> Option<UtcTime> {
    let civil = time.civil();
    let month = i32::from(civil.month()) - 1 + months;
    let later = UtcTime::from_calendar(
        i32::from(civil.year()) + month.div_euclid(12),
        u8::try_from(month.rem_euclid(12) + 1).ok()?,
        u8::try_from(civil.day()).ok()?,
        u8::try_from(civil.hour()).ok()?,
        u8::try_from(civil.minute()).ok()?,
    )?;
    Some(later.plus_seconds(i64::from(civil.second())))
}

fn mid_months(stamps: &[UtcTime]) -> Option<Vec<(UtcTime, UtcTime)>> {
    let month_of = |time: UtcTime| {
        let civil = time.civil();
        let start = UtcTime::from_calendar(i32::from(civil.year()), u8::try_from(civil.month()).ok()?, 1, 0, 0)?;
        (14..=17)
            .contains(&civil.day())
            .then_some((start, plus_months(start, 1)?))
    };
    let months: Vec<_> = stamps.iter().map(|&time| month_of(time)).collect::<Option<_>>()?;
    months.windows(2).all(|w| w[0].1 == w[1].0).then_some(months)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn at(year: i32, month: u8, day: u8, hour: u8) -> UtcTime {
        UtcTime::from_calendar(year, month, day, hour, 0).unwrap()
    }

    #[test]
    fn an_hour_takes_the_map_that_holds_then() {
        let stamps: Vec<_> = (0..4).map(|i| at(2014, 7, 1, 2 * i)).collect();
        let times = FluxTimes::from_starts(&stamps).unwrap();
        let hour = |start: UtcTime| times.shares(start, start.plus_hours(1));
        assert_eq!(hour(at(2014, 7, 1, 3)).unwrap(), [(1, 1.0)]);
        assert_eq!(hour(at(2014, 7, 1, 7)).unwrap(), [(3, 1.0)]);
        let half_past = at(2014, 7, 1, 1).plus_seconds(1800);
        assert_eq!(hour(half_past).unwrap(), [(0, 0.5), (1, 0.5)]);
        assert_eq!(times.shares(stamps[0], at(2014, 7, 1, 8)).unwrap().len(), 4);
        let problem = hour(at(2014, 7, 1, 8)).unwrap_err().to_string();
        assert!(problem.contains("2014-07-01T08:00Z"), "{problem}");
        assert!(
            problem.contains("covers 2014-07-01T00:00Z to 2014-07-01T08:00Z in 4 maps"),
            "{problem}"
        );
        assert!(hour(at(2014, 6, 30, 23)).is_err());
    }

    #[test]
    fn months_and_years_last_as_long_as_in_the_calendar() {
        let months = FluxTimes::from_starts(&[at(2012, 1, 1, 0), at(2012, 2, 1, 0)]).unwrap();
        assert!(months.shares(at(2012, 2, 29, 23), at(2012, 3, 1, 0)).is_ok());
        assert!(months.shares(at(2012, 3, 1, 0), at(2012, 3, 1, 1)).is_err());
        let years = FluxTimes::from_starts(&[at(2011, 1, 1, 0), at(2012, 1, 1, 0)]).unwrap();
        assert!(years.shares(at(2012, 12, 31, 23), at(2013, 1, 1, 0)).is_ok());
        assert!(years.shares(at(2013, 1, 1, 0), at(2013, 1, 1, 1)).is_err());
        let middles = FluxTimes::from_starts(&[at(2012, 1, 16, 12), at(2012, 2, 15, 12)]).unwrap();
        assert_eq!(
            middles.shares(at(2012, 1, 31, 23), at(2012, 2, 1, 0)).unwrap(),
            [(0, 1.0)]
        );
    }

    #[test]
    fn a_climatology_begins_its_maps_within_one_year_and_may_end_beyond() {
        let weeks: Vec<_> = (0..46).map(|k| at(2015, 1, 1, 0).plus_seconds(8 * k * DAY_S)).collect();
        let times = FluxTimes::from_starts(&weeks).unwrap().climatology().unwrap();
        let day = |start: UtcTime| times.shares(start, start.plus_seconds(DAY_S)).unwrap();
        assert_eq!(day(at(2019, 12, 31, 0)), [(45, 1.0)]);
        assert_eq!(day(at(2019, 1, 2, 0)), [(0, 1.0)]);
        let months = |count| {
            (0..count)
                .map(|k| plus_months(at(2015, 1, 1, 0), k).unwrap())
                .collect::<Vec<_>>()
        };
        assert!(FluxTimes::from_starts(&months(12)).unwrap().climatology().is_ok());
        assert!(FluxTimes::from_starts(&months(13)).unwrap().climatology().is_err());
    }

    #[test]
    fn a_gap_in_time_is_an_error_and_not_a_zero() {
        let day = |d| (at(2014, 7, d, 0), at(2014, 7, d + 1, 0));
        let times = FluxTimes::intervals(vec![day(1), day(3)]).unwrap();
        assert!(times.shares(at(2014, 7, 2, 5), at(2014, 7, 2, 6)).is_err());
        assert!(times.to_string().contains("with 1 gaps"));
        assert!(FluxTimes::intervals(vec![day(3), day(1)]).is_err());
        assert!(
            FluxTimes::constant()
                .shares(at(1999, 1, 1, 0), at(1999, 1, 1, 1))
                .is_ok()
        );
    }
}
