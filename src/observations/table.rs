//! CSV tables: `time` and a value, and whatever else their columns say.

use std::collections::BTreeMap;
use std::path::Path;

use csv::StringRecord;

use super::{Observation, Observations, ReadOptions, Unit};
use crate::error::{Error, Result};
use crate::time::UtcTime;

const COLUMNS: &str = "time, value (or value_ppm, co2_ppb …; any name with --species), end, stderr, stdev, points, flag, station, height_agl_m";
/// Columns that are no measured value.
const OTHERS: [&str; 11] = [
    "time",
    "end",
    "stderr",
    "stdev",
    "points",
    "flag",
    "station",
    "height",
    "height_agl_m",
    "lon_deg",
    "lat_deg",
];

/// A table that may begin with a byte order mark, and have notes in lines that begin with `#`.
pub(crate) fn csv_reader(text: &str) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .comment(Some(b'#'))
        .from_reader(text.trim_start_matches('\u{feff}').as_bytes())
}

/// The series of a table, by station and height in the order in which they turn up.
pub(super) fn read(path: &Path, options: &ReadOptions) -> Result<Vec<Observations>> {
    let text = std::fs::read_to_string(path).map_err(Error::io("read", path))?;
    let mut table = csv_reader(&text);
    let damaged = |e: csv::Error| Error::format(path, e.to_string());
    let headers = table.headers().map_err(damaged)?.clone();
    let columns = Columns::find(path, &headers, options)?;
    let mut all: Vec<Observations> = Vec::new();
    for record in table.records() {
        let record = record.map_err(damaged)?;
        let line = record.position().map_or(0, csv::Position::line);
        let cells = Cells {
            record: &record,
            line,
            path,
        };
        let (station, height) = (cells.text(columns.station), cells.number(columns.height)?);
        let height = height.is_finite().then_some(height);
        let same = |series: &Observations| series.station == station && series.height_agl_m == height;
        let series = match all.iter().position(same) {
            Some(k) => &mut all[k],
            None => {
                all.push(columns.series(station, height));
                let last = all.len() - 1;
                &mut all[last]
            }
        };
        columns.push(&cells, series, options)?;
    }
    match all.is_empty() {
        true => Err(Error::format(path, "no rows below the header")),
        false => Ok(all),
    }
}

/// A record, cells by column.
struct Cells<'a> {
    record: &'a StringRecord,
    line: u64,
    path: &'a Path,
}

impl Cells<'_> {
    fn text(&self, column: Option<usize>) -> &str {
        column.and_then(|k| self.record.get(k)).unwrap_or_default()
    }

    /// NaN where a cell is empty or says so.
    fn number(&self, column: Option<usize>) -> Result<f64> {
        match self.text(column) {
            "" | "NA" | "-" => Ok(f64::NAN),
            text => text.parse().map_err(|_| self.wrong(format!("{text:?} is no number"))),
        }
    }

    fn wrong(&self, problem: String) -> Error {
        Error::format(self.path, format!("line {}: {problem}", self.line))
    }
}

struct Columns {
    species: String,
    unit: Unit,
    time: usize,
    value: usize,
    end: Option<usize>,
    stderr: Option<usize>,
    stdev: Option<usize>,
    points: Option<usize>,
    flag: Option<usize>,
    station: Option<usize>,
    height: Option<usize>,
}

impl Columns {
    fn find(path: &Path, headers: &StringRecord, options: &ReadOptions) -> Result<Self> {
        let column = |name: &str| headers.iter().position(|h| h.eq_ignore_ascii_case(name));
        let found = || {
            format!(
                "found {}; known are {COLUMNS}",
                headers.iter().collect::<Vec<_>>().join(", ")
            )
        };
        let time = column("time").ok_or_else(|| Error::format(path, format!("no column \"time\": {}", found())))?;
        let (value, name, stated) = value_column(headers, options)
            .ok_or_else(|| Error::format(path, format!("which column holds the values? {}", found())))?;
        let no_unit = || {
            let allowed = "the table does not state it: name the column value_ppm, or give the unit";
            Error::config("unit", path.display(), allowed)
        };
        Ok(Self {
            species: name,
            unit: stated.or(options.unit).ok_or_else(no_unit)?,
            time,
            value,
            end: column("end"),
            stderr: column("stderr"),
            stdev: column("stdev"),
            points: column("points"),
            flag: column("flag"),
            station: column("station"),
            height: column("height_agl_m").or(column("height")),
        })
    }

    fn series(&self, station: &str, height_agl_m: Option<f64>) -> Observations {
        Observations {
            station: station.to_owned(),
            station_name: String::new(),
            species: self.species.clone(),
            unit: self.unit,
            scale: String::new(),
            contributor: String::new(),
            height_agl_m,
            place: None,
            elevation_asl_m: None,
            rows: Vec::new(),
            uncertainties: BTreeMap::new(),
            rejected: 0,
            notes: Vec::new(),
        }
    }

    fn push(&self, cells: &Cells<'_>, series: &mut Observations, options: &ReadOptions) -> Result<()> {
        let time = |column| UtcTime::parse(cells.text(Some(column))).map_err(|e| cells.wrong(e.to_string()));
        let start = time(self.time)?;
        let interval_s = (options.interval_h.unwrap_or(0.0) * 3600.0).round();
        if !(0.0..=1e9).contains(&interval_s) {
            return Err(Error::config("interval_h", interval_s / 3600.0, "hours, from 0 on"));
        }
        let end = match self.end {
            Some(column) => time(column)?,
            None => start.plus_seconds(interval_s as i64),
        };
        let (measured, flag) = (cells.number(Some(self.value))?, cells.text(self.flag));
        let wanted = options.flags.want(flag, true);
        series.rejected += usize::from(measured.is_finite() && !wanted);
        let points = cells.number(self.points)?;
        series.rows.push(Observation {
            start,
            end,
            value: if wanted { measured } else { f64::NAN },
            stdev: cells.number(self.stdev)?,
            stderr: cells.number(self.stderr)?,
            points: (points >= 0.0).then_some(points as u32),
            flag: flag.to_owned(),
        });
        Ok(())
    }
}

/// The column of values, the name of what it holds, and the unit at the end of its name: that asked for, `value`,
/// `value_<unit>`, or the only one that is nothing else.
fn value_column(headers: &StringRecord, options: &ReadOptions) -> Option<(usize, String, Option<Unit>)> {
    let named: Vec<(usize, String, Option<Unit>)> = headers
        .iter()
        .enumerate()
        .filter(|(_, name)| !OTHERS.iter().any(|other| other.eq_ignore_ascii_case(name)))
        .map(|(k, name)| {
            let parts = name
                .char_indices()
                .filter(|(_, c)| *c == '_')
                .map(|(at, _)| (&name[..at], &name[at + 1..]));
            let stated = parts
                .filter_map(|(before, unit)| Some((before.to_owned(), Unit::parse(unit).ok()?)))
                .next();
            let (before, unit) = stated.map_or((name.to_owned(), None), |(before, unit)| (before, Some(unit)));
            (k, before, unit)
        })
        .collect();
    let is = |k: usize, wanted: &str| headers.get(k).is_some_and(|h| h.eq_ignore_ascii_case(wanted));
    let wanted = options.species.as_deref().unwrap_or("value");
    let found = named
        .iter()
        .find(|(k, name, _)| name.eq_ignore_ascii_case(wanted) || is(*k, wanted));
    let found = found.or_else(|| named.first().filter(|_| named.len() == 1 && options.species.is_none()))?;
    let (k, name, unit) = found.clone();
    let species = if is(k, wanted) && options.species.is_some() {
        wanted.to_owned()
    } else {
        name
    };
    Some((k, species, unit))
}
