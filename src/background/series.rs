//! A background that changes in time alone: a baseline station, a marine boundary layer.

use std::path::Path;

use super::{Background, Kind};
use crate::error::{Error, Result};
use crate::time::UtcTime;
use crate::tracer::Unit;

/// Values at ascending times, linear between them.
#[derive(Debug)]
pub(super) struct Series {
    times: Vec<UtcTime>,
    values: Vec<f64>,
}

impl Background {
    /// Values at ascending times, linear between them, in a unit such as `ppm`; a particle takes that of the time at which
    /// it ended.
    ///
    /// # Errors
    /// [`Error::Config`] unless there are two values or more, one per time, all finite, and the times ascend; or if the
    /// unit is unknown.
    pub fn series(times: Vec<UtcTime>, values: Vec<f64>, unit: &str) -> Result<Self> {
        let (unit, factor) = Unit::parse(unit)?;
        if times.len() != values.len() || times.len() < 2 {
            let found = format!("{} times, {} values", times.len(), values.len());
            return Err(Error::config(
                "background series",
                found,
                "two values or more, one per time",
            ));
        }
        if let Some(pair) = times.windows(2).find(|pair| pair[1] <= pair[0]) {
            let found = format!("{}, {}", pair[0], pair[1]);
            return Err(Error::config("background series", found, "times must ascend"));
        }
        if let Some((value, time)) = values.iter().zip(&times).find(|(value, _)| !value.is_finite()) {
            let allowed = "no value: leave the line out, or fill the gap";
            return Err(Error::config(
                "background series",
                format!("{value} at {time}"),
                allowed,
            ));
        }
        Ok(Self {
            name: "series".to_owned(),
            unit,
            kind: Kind::Series(Series {
                times,
                values: values.into_iter().map(|value| factor * value).collect(),
            }),
        })
    }

    /// Reads a series from a CSV table with a column `time` (ISO 8601, UTC) and one of values; lines that begin with `#`
    /// are notes, and lines without a value are left out.
    ///
    /// # Errors
    /// [`Error::Io`] if it cannot be read; [`Error::Format`] if there is no such column or a cell makes no sense; those of
    /// [`series`](Self::series).
    pub fn read_series(path: impl AsRef<Path>, column: &str, unit: &str) -> Result<Self> {
        let path = path.as_ref();
        let (times, values) = read(path, column)?;
        let series = Self::series(times, values, unit).map_err(|problem| Error::format(path, problem.to_string()))?;
        Ok(Self {
            name: column.to_owned(),
            ..series
        })
    }
}

fn read(path: &Path, column: &str) -> Result<(Vec<UtcTime>, Vec<f64>)> {
    let file = std::fs::File::open(path).map_err(Error::io("open", path))?;
    let wrong = |problem: String| Error::format(path, problem);
    let mut table = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .comment(Some(b'#'))
        .from_reader(file);
    let heads = table.headers().map_err(|e| wrong(e.to_string()))?.clone();
    let place = |name: &str| {
        let found = heads
            .iter()
            .position(|head| head.trim_start_matches('\u{feff}') == name);
        let there: Vec<&str> = heads.iter().collect();
        found.ok_or_else(|| wrong(format!("no column {name}; there are {}", there.join(", "))))
    };
    let (time_at, value_at) = (place("time")?, place(column)?);
    let (mut times, mut values) = (Vec::new(), Vec::new());
    for record in table.records() {
        let record = record.map_err(|e| wrong(e.to_string()))?;
        let line = record.position().map_or(0, csv::Position::line);
        let cell = &record[value_at];
        if cell.is_empty() || cell.eq_ignore_ascii_case("nan") {
            continue;
        }
        let no_number = |_| wrong(format!("line {line}: {column} = {cell:?} is no number"));
        values.push(cell.parse().map_err(no_number)?);
        times.push(UtcTime::parse(&record[time_at]).map_err(|e| wrong(format!("line {line}: {e}")))?);
    }
    Ok((times, values))
}

impl Series {
    /// # Errors
    /// [`Error::Config`] beyond its span.
    pub fn at(&self, seconds: f64) -> Result<f64> {
        let (first, last) = (self.times[0], self.times[self.times.len() - 1]);
        if !(first.seconds() as f64..=last.seconds() as f64).contains(&seconds) {
            let asked = UtcTime::from_seconds(seconds.round() as i64);
            let allowed = format!("the series covers {first} to {last}; it is asked for where particles end");
            return Err(Error::config("background at", asked, allowed));
        }
        let after = self.times.partition_point(|time| time.seconds() as f64 <= seconds);
        let after = after.clamp(1, self.times.len() - 1);
        let [from, to] = [after - 1, after].map(|k| self.times[k].seconds() as f64);
        let share = (seconds - from) / (to - from);
        let [a, b] = [self.values[after - 1], self.values[after]];
        Ok(a + share * (b - a))
    }
}
