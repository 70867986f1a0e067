//! When the maps of a netCDF variable hold.

use netcdf::Variable;

use super::axes::{AxisCells, Source, dimension_of};
use super::clock::Clock;
use super::file::Role;
use super::file_name::FileName;
use super::options::FluxOptions;
use super::times::{FluxTimes, plus_months};
use super::year::FluxYear;
use crate::error::{Error, Result};
use crate::netcdf_file;
use crate::time::UtcTime;

/// A single map that stands for at least this long holds at any time [s].
const ANY_TIME_S: i64 = 360 * 86_400;
/// Before this year, a time axis is that of no year in particular.
const FIRST_REAL_YEAR: i16 = 1500;
/// The year in which maps of no year are counted: one with 29 February if there are enough of them, else without.
const NO_YEAR: [i32; 2] = [2000, 2001];

/// The times of a flux's maps, and what is known of the year.
pub(crate) struct MapTimes {
    pub(crate) times: FluxTimes,
    /// What each map is the mean or sum of, also where it holds at any time; empty if unknown.
    pub(super) spans: Vec<(UtcTime, UtcTime)>,
    pub(super) year: Option<FluxYear>,
}

impl MapTimes {
    fn at_any_time(spans: Spans, year: Option<FluxYear>) -> Self {
        Self {
            times: FluxTimes::constant(),
            spans,
            year,
        }
    }
}

type Spans = Vec<(UtcTime, UtcTime)>;

impl Source<'_> {
    /// The times of a variable's maps.
    pub(crate) fn times(&self, field: &Variable<'_>, roles: &[Role], options: &FluxOptions) -> Result<MapTimes> {
        let stated = self.stated_year(field, options)?;
        let Some(dimension) = dimension_of(field, roles, Role::Time) else {
            return self.timeless(stated, options);
        };
        let count = self.file.dimension_len(&dimension).unwrap_or(0);
        let coordinate = self.coordinate_of(&dimension).ok();
        let units = coordinate
            .as_ref()
            .and_then(|coordinate| netcdf_file::text(coordinate, "units"));
        let Some(coordinate) = coordinate.filter(|_| units.is_some_and(|units| units.contains(" since "))) else {
            if count == 1 {
                return self.timeless(stated, options);
            }
            let year = stated.as_ref().map(|stated| stated.year);
            let spans = counted(count, year, options.climatology).map_err(|problem| self.wrong(field, problem))?;
            return self.repeated(spans, stated, stated_calendar(None), options);
        };
        let axis = self.axis(&dimension)?;
        if count == 1 && axis.bounds.is_none() && self.period(field).is_none() {
            let clock = self.clock(&coordinate).ok();
            return match clock.and_then(|clock| clock.time(axis.centres[0])) {
                Some(time) => self.stamped(time, stated_calendar(Some(&coordinate)), options),
                None => self.timeless(stated, options),
            };
        }
        let spans = self.spans(field, &coordinate, &axis)?;
        let first = spans.first().map_or(0, |span| span.0.civil().year());
        let year = (first >= FIRST_REAL_YEAR).then(|| FluxYear::new(first.into(), "the time axis"));
        let repeats = netcdf_file::text(&coordinate, "climatology").is_some();
        let year = year.filter(|_| !repeats);
        let wrong = |problem: Error| self.wrong(&coordinate, problem);
        self.repeated(spans, year, stated_calendar(Some(&coordinate)), options)
            .map_err(wrong)
    }

    /// The times of maps that hold for some spans in one year or several, or for spans of no year in particular.
    fn repeated(
        &self,
        spans: Spans,
        year: Option<FluxYear>,
        calendar: String,
        options: &FluxOptions,
    ) -> Result<MapTimes> {
        let mut times = FluxTimes::intervals(spans.clone())?;
        let (start, end) = (spans[0].0, spans[spans.len() - 1].1);
        if spans.len() == 1 && end.seconds() - start.seconds() >= ANY_TIME_S {
            return Ok(MapTimes::at_any_time(spans, year));
        }
        if options.climatology.unwrap_or(year.is_none()) {
            times = times.climatology()?;
        } else if options.nearest_year {
            times = times.nearest_year();
        }
        if ["noleap", "365_day", "360_day"].contains(&calendar.as_str()) {
            times = times.without_leap_days();
        }
        let last = i32::from(end.plus_seconds(-1).civil().year());
        let year = year.filter(|year| year.year == last);
        Ok(MapTimes { times, spans, year })
    }

    /// A single map with a stamp holds at any time, unless the file's name says that it is that month's.
    fn stamped(&self, time: UtcTime, calendar: String, options: &FluxOptions) -> Result<MapTimes> {
        let year = FluxYear::new(time.civil().year().into(), "its time");
        let month = FileName::of(self.path).month();
        match month.filter(|(start, end)| (*start..*end).contains(&time)) {
            Some(month) => self.repeated(vec![month], Some(year), calendar, options),
            None => Ok(MapTimes::at_any_time(year.span().into_iter().collect(), Some(year))),
        }
    }

    /// A map without a time axis holds at any time, unless the file's name says that it is one month's.
    fn timeless(&self, stated: Option<FluxYear>, options: &FluxOptions) -> Result<MapTimes> {
        let month = FileName::of(self.path).month();
        let month = month.filter(|(start, _)| {
            stated
                .as_ref()
                .is_some_and(|s| s.year == i32::from(start.civil().year()))
        });
        match month {
            Some(month) => self.repeated(vec![month], stated, String::new(), options),
            None => Ok(MapTimes::at_any_time(
                stated.iter().filter_map(FluxYear::span).collect(),
                stated,
            )),
        }
    }

    /// The year that options, attributes or the file's name tell.
    fn stated_year(&self, field: &Variable<'_>, options: &FluxOptions) -> Result<Option<FluxYear>> {
        if let Some(year) = options.year {
            if !(0..=9999).contains(&year) {
                return Err(Error::config("year", year, "a calendar year, 0 to 9999"));
            }
            return Ok(Some(FluxYear::new(year, "as given")));
        }
        let attribute = |name: &str| {
            let number = netcdf_file::numbers(field, name).first().copied();
            number.or_else(|| netcdf_file::global_text(self.file, name)?.trim().parse().ok())
        };
        let year = attribute("year").filter(|year| year.fract() == 0.0 && (0.0..=9999.0).contains(year));
        Ok(match year {
            Some(year) => Some(FluxYear::new(year as i32, "attribute year")),
            None => FileName::of(self.path)
                .year
                .map(|year| FluxYear::new(year, "the file's name")),
        })
    }

    fn period(&self, field: &Variable<'_>) -> Option<Period> {
        let text =
            netcdf_file::text(field, "time_period").or_else(|| netcdf_file::global_text(self.file, "time_period"));
        parse_period(&text?)
    }

    fn clock(&self, coordinate: &Variable<'_>) -> Result<Clock> {
        let units = netcdf_file::text(coordinate, "units").unwrap_or_default();
        let calendar = Some(stated_calendar(Some(coordinate))).filter(|calendar| !calendar.is_empty());
        Clock::parse(&units, calendar.as_deref()).map_err(|problem| self.wrong(coordinate, problem))
    }

    /// The times of a coordinate with units such as `days since 2015-01-01`.
    pub(crate) fn stamps(&self, coordinate: &Variable<'_>, values: &[f64]) -> Result<Vec<UtcTime>> {
        let clock = self.clock(coordinate)?;
        let time = |&value: &f64| {
            let units = netcdf_file::text(coordinate, "units").unwrap_or_default();
            let wrong = || self.wrong(coordinate, format!("{value} {units} is no time"));
            clock.time(value).ok_or_else(wrong)
        };
        values.iter().map(time).collect()
    }

    fn spans(&self, field: &Variable<'_>, coordinate: &Variable<'_>, axis: &AxisCells) -> Result<Spans> {
        if let Some(bounds) = &axis.bounds {
            let [starts, ends] = [0, 1].map(|edge| bounds.iter().map(|bounds| bounds[edge]).collect::<Vec<_>>());
            let (starts, ends) = (self.stamps(coordinate, &starts)?, self.stamps(coordinate, &ends)?);
            return Ok(starts.into_iter().zip(ends).collect());
        }
        let starts = self.stamps(coordinate, &axis.centres)?;
        match self.period(field) {
            Some(period) => Ok(starts.into_iter().map(|start| (start, period.after(start))).collect()),
            None => FluxTimes::spans_from_starts(&starts).map_err(|problem| self.wrong(coordinate, problem)),
        }
    }
}

/// A year of months, days or hours that are only counted.
fn counted(count: usize, year: Option<i32>, climatology: Option<bool>) -> std::result::Result<Spans, String> {
    let year = match (year, climatology) {
        (Some(year), _) => year,
        (None, Some(true)) if [366, 8 * 366, 24 * 366].contains(&count) => NO_YEAR[0],
        (None, Some(true)) => NO_YEAR[1],
        (None, _) => {
            let lacks = "its times have no units such as `days since 2015-01-01`";
            return Err(format!(
                "{lacks}; give the `year`, or `climatology` for maps of any year"
            ));
        }
    };
    let start = |year: i32, month: u8| UtcTime::from_calendar(year, month, 1, 0, 0);
    let (Some(new_year), Some(end)) = (start(year, 1), start(year + 1, 1)) else {
        return Err(format!("{year} is no year of the calendar"));
    };
    if count == 12 {
        let months: Vec<UtcTime> = (1..=12).filter_map(|month| start(year, month)).collect();
        return FluxTimes::spans_from_starts(&months).map_err(|problem| problem.to_string());
    }
    let year_s = end.seconds() - new_year.seconds();
    let each_s = [86_400, 10_800, 3600]
        .into_iter()
        .find(|each_s| year_s / each_s == count as i64);
    let Some(each_s) = each_s else {
        let days = year_s / 86_400;
        let known = format!("12 months, {days} days, {} or {} times of {year}", 8 * days, 24 * days);
        return Err(format!("its {count} times have no units; understood are {known}"));
    };
    let at = |i: i64| new_year.plus_seconds(i * each_s);
    Ok((0..count as i64).map(|i| (at(i), at(i + 1))).collect())
}

fn stated_calendar(coordinate: Option<&Variable<'_>>) -> String {
    let calendar = coordinate.and_then(|coordinate| netcdf_file::text(coordinate, "calendar"));
    calendar.unwrap_or_default().to_ascii_lowercase()
}

/// How long a map holds, as OpenGHG's `time_period` says it.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Period {
    Months(i32),
    Seconds(i64),
}

impl Period {
    fn after(self, start: UtcTime) -> UtcTime {
        match self {
            Self::Seconds(seconds) => start.plus_seconds(seconds),
            Self::Months(months) => {
                plus_months(start, months).unwrap_or_else(|| start.plus_seconds(i64::from(months) * 30 * 86_400))
            }
        }
    }
}

/// `1 year`, `12 months`, `2 hours`; anything else (`varies`) says nothing.
fn parse_period(text: &str) -> Option<Period> {
    let (count, unit) = text.trim().split_once(' ')?;
    let count: i32 = count.parse().ok().filter(|count| *count > 0)?;
    let seconds = |each: i64| Some(Period::Seconds(i64::from(count) * each));
    match unit.trim().trim_end_matches('s') {
        "year" => Some(Period::Months(count.checked_mul(12)?)),
        "month" => Some(Period::Months(count)),
        "day" => seconds(86_400),
        "hour" => seconds(3600),
        "minute" => seconds(60),
        _ => None,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn time_periods_of_openghg_are_read() {
        assert_eq!(parse_period("1 year"), Some(Period::Months(12)));
        assert_eq!(parse_period("2 hours"), Some(Period::Seconds(7200)));
        assert_eq!(parse_period("1 month"), Some(Period::Months(1)));
        assert_eq!(parse_period("varies"), None);
        assert_eq!(parse_period("0 days"), None);
    }
}
