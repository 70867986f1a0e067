//! Between the satellite's composites.

use std::fmt;
#[cfg(any(feature = "netcdf", test))]
use std::ops::Range;

use serde::Deserialize;

#[cfg(any(feature = "netcdf", test))]
use crate::error::{Error, Result};
use crate::time::UtcTime;

const DAY_S: i64 = 86_400;
/// Days of composites from which the least and the greatest of a year can be taken.
#[cfg(any(feature = "netcdf", test))]
pub(super) const WHOLE_YEAR_S: i64 = 340 * DAY_S;

/// How indices go from one composite to the next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Course {
    /// In a straight line.
    #[default]
    Linear,
    /// Each holds until the next.
    Step,
}

/// The times of the composites.
#[derive(Clone, Debug)]
pub(super) struct Composites {
    /// Seconds since 1970, or since the year began if they hold in any year.
    seconds: Vec<i64>,
    first: UtcTime,
    end: UtcTime,
    course: Course,
    any_year: bool,
}

/// The calendar years whose range of an index is known by itself.
#[derive(Clone, Debug)]
pub(super) struct Years {
    pub(super) count: usize,
    /// Which of them each composite takes: its own, or the nearest.
    pub(super) of_map: Vec<usize>,
}

impl Composites {
    #[cfg(any(feature = "netcdf", test))]
    /// From their stamps. The last holds as long as the one before.
    pub(super) fn new(stamps: &[UtcTime], course: Course, any_year: bool) -> Result<Self> {
        let wrong = |value: String, allowed: &str| Err(Error::config("times of vegetation indices", value, allowed));
        let (Some(&first), [.., before, last]) = (stamps.first(), stamps) else {
            return wrong(format!("{} of them", stamps.len()), "two or more are needed");
        };
        if let Some(pair) = stamps.windows(2).find(|pair| pair[1] <= pair[0]) {
            return wrong(format!("{} after {}", pair[1], pair[0]), "must be in the order of time");
        }
        let end = last.plus_seconds(last.seconds() - before.seconds());
        if any_year && last.seconds() - first.seconds() >= 366 * DAY_S {
            return wrong(
                format!("{first} to {last}"),
                "maps of one year are needed for `any_year`",
            );
        }
        let mut seconds: Vec<i64> = stamps.iter().map(|stamp| stamp.seconds()).collect();
        if any_year {
            seconds = stamps.iter().map(|stamp| since_new_year(*stamp).unwrap_or(0)).collect();
            if seconds.windows(2).any(|pair| pair[1] <= pair[0]) {
                return wrong(
                    format!("{first} to {last}"),
                    "maps of one calendar year are needed for `any_year`",
                );
            }
        }
        Ok(Self {
            seconds,
            first,
            end,
            course,
            any_year,
        })
    }

    #[cfg(any(feature = "netcdf", test))]
    /// The calendar years that the composites cover, each with its composites; all as one if they cover none.
    pub(super) fn years(&self) -> (Years, Vec<Range<usize>>) {
        let year_of = |second: i64| i32::from(UtcTime::from_seconds(second).civil().year());
        let all = || (vec![0], std::iter::once(0..self.count()).collect());
        let (known, maps) = match self.any_year {
            true => all(),
            false => {
                let covered = (year_of(self.first.seconds())..=year_of(self.end.seconds()))
                    .filter_map(|year| Some((year, self.maps_of_year(year)?)));
                let (known, maps): (Vec<i32>, Vec<_>) = covered.unzip();
                if known.is_empty() { all() } else { (known, maps) }
            }
        };
        let nearest = |&second: &i64| {
            let own = year_of(second);
            (0..known.len()).min_by_key(|&k| (known[k] - own).abs()).unwrap_or(0)
        };
        let years = Years {
            count: known.len(),
            of_map: self.seconds.iter().map(nearest).collect(),
        };
        (years, maps)
    }

    #[cfg(any(feature = "netcdf", test))]
    /// The composites of a calendar year, if they cover it.
    fn maps_of_year(&self, year: i32) -> Option<Range<usize>> {
        let start = UtcTime::from_calendar(year, 1, 1, 0, 0)?;
        let end = UtcTime::from_calendar(year + 1, 1, 1, 0, 0)?;
        let covered_s = self.end.min(end).seconds() - self.first.max(start).seconds();
        let before = |time: UtcTime| self.seconds.partition_point(|s| *s < time.seconds());
        (covered_s >= WHOLE_YEAR_S).then(|| before(start)..before(end))
    }

    pub(super) fn count(&self) -> usize {
        self.seconds.len()
    }

    pub(super) fn span(&self) -> (UtcTime, UtcTime) {
        (self.first, self.end)
    }

    /// The composites before and after a time, and the weight of the second; `None` outside their span.
    #[inline]
    pub(super) fn around(&self, time: UtcTime) -> Option<(usize, usize, f64)> {
        let last = self.seconds.len() - 1;
        if !self.any_year {
            if time < self.first || time >= self.end {
                return None;
            }
            let now = self.seconds.partition_point(|s| *s <= time.seconds()) - 1;
            let next = (now + 1).min(last);
            return Some((
                now,
                next,
                self.weight(time.seconds(), self.seconds[now], self.seconds[next]),
            ));
        }
        let second = since_new_year(time)?;
        let year_s = 366 * DAY_S;
        Some(match self.seconds.partition_point(|s| *s <= second) {
            0 => (
                last,
                0,
                self.weight(second, self.seconds[last] - year_s, self.seconds[0]),
            ),
            after if after > last => (
                last,
                0,
                self.weight(second, self.seconds[last], self.seconds[0] + year_s),
            ),
            after => (
                after - 1,
                after,
                self.weight(second, self.seconds[after - 1], self.seconds[after]),
            ),
        })
    }

    fn weight(&self, second: i64, now: i64, next: i64) -> f64 {
        match self.course {
            Course::Linear if next > now => (second - now) as f64 / (next - now) as f64,
            Course::Linear | Course::Step => 0.0,
        }
    }
}

fn since_new_year(time: UtcTime) -> Option<i64> {
    let new_year = UtcTime::from_calendar(time.civil().year().into(), 1, 1, 0, 0)?;
    Some(time.seconds() - new_year.seconds())
}

impl fmt::Display for Composites {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} composites from {} to {}", self.count(), self.first, self.end)?;
        if self.any_year {
            write!(f, ", for any year")?;
        }
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn day(year: i32, day_of_year: i64) -> UtcTime {
        UtcTime::from_calendar(year, 1, 1, 0, 0)
            .unwrap()
            .plus_seconds((day_of_year - 1) * DAY_S)
    }

    #[test]
    fn indices_go_in_lines_or_steps_and_end_where_the_composites_do() {
        let stamps: Vec<UtcTime> = (0..3).map(|k| day(2014, 1 + 8 * k)).collect();
        let lines = Composites::new(&stamps, Course::Linear, false).unwrap();
        assert_eq!(lines.around(day(2014, 3)), Some((0, 1, 0.25)));
        assert_eq!(lines.around(day(2014, 9)), Some((1, 2, 0.0)));
        assert_eq!(lines.around(day(2014, 20)), Some((2, 2, 0.0)));
        assert_eq!(lines.around(day(2014, 25)), None);
        assert_eq!(lines.around(day(2013, 365)), None);
        let steps = Composites::new(&stamps, Course::Step, false).unwrap();
        assert_eq!(steps.around(day(2014, 8)), Some((0, 1, 0.0)));
    }

    #[test]
    fn a_years_composites_serve_any_year_and_close_the_circle() {
        let stamps: Vec<UtcTime> = (0..46).map(|k| day(2014, 1 + 8 * k)).collect();
        let any = Composites::new(&stamps, Course::Linear, true).unwrap();
        assert_eq!(any.around(day(2020, 3)), Some((0, 1, 0.25)));
        // the last starts on day 361, six days before a year of 366 days is over
        assert_eq!(any.around(day(2020, 364)), Some((45, 0, 0.5)));
        assert!(Composites::new(&[day(2013, 1), day(2014, 1), day(2015, 1)], Course::Linear, true).is_err());
    }

    #[test]
    fn each_calendar_year_has_its_own_range_and_an_incomplete_one_that_of_the_nearest() {
        let stamps: Vec<UtcTime> = (0..3)
            .flat_map(|y| (0..46).map(move |k| day(2014 + y, 1 + 8 * k)))
            .collect();
        let (years, maps) = Composites::new(&stamps[..100], Course::Linear, false).unwrap().years();
        assert_eq!(maps, [0..46, 46..92]);
        assert_eq!((years.of_map[45], years.of_map[46], years.of_map[99]), (0, 1, 1));
        let summers = Composites::new(&stamps[20..66], Course::Linear, false).unwrap();
        assert_eq!(summers.years().1.first(), Some(&(0..46)));
    }

    #[test]
    fn too_few_or_disordered_stamps_are_refused() {
        assert!(Composites::new(&[], Course::Linear, false).is_err());
        assert!(Composites::new(&[day(2014, 1)], Course::Linear, false).is_err());
        assert!(Composites::new(&[day(2014, 9), day(2014, 1)], Course::Linear, false).is_err());
    }
}
