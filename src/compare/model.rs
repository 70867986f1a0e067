//! A model's series, from a CSV table or from the `enhancements.csv` of a run.

use std::path::Path;

use csv::StringRecord;

use super::enhancements;
use super::place::{is_near, one_height, same_height};
use crate::error::{Error, Result};
use crate::geo::LonLat;
use crate::observations::{Unit, csv_reader};
use crate::time::UtcTime;

/// Names of the column of times.
const TIMES: [&str; 2] = ["time", "isodate"];
/// Columns that are no modelled value.
const OTHERS: [&str; 14] = [
    "time",
    "isodate",
    "stderr",
    "wind_speed_m_s",
    "wind_from_deg",
    "wind.u",
    "wind.v",
    "wind.w",
    "wind.dir",
    "receptor",
    "station",
    "lon_deg",
    "lat_deg",
    "height_agl_m",
];
/// Units of the ICOS portal's columns, by what their names begin with.
const PORTAL: [(&str, Unit); 4] = [
    ("co2.", Unit::Ppm),
    ("ch4.", Unit::Ppb),
    ("co.", Unit::Ppm),
    ("rn", Unit::BqM3),
];

/// As many columns are named where one is missing.
const SHOWN_COLUMNS: usize = 12;

/// One modelled value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ModelRow {
    /// Its stamp, UTC; what it stands for is the choice of the matching.
    pub time: UtcTime,
    /// In the unit of the series; NaN in a gap.
    pub value: f64,
    /// Its standard error; NaN if unknown.
    pub stderr: f64,
    /// Wind speed, m s⁻¹; NaN if unknown.
    pub wind_speed_m_s: f64,
    /// Direction the wind comes from, degrees clockwise from north; NaN if unknown.
    pub wind_from_deg: f64,
}

impl ModelRow {
    /// A value whose error and wind are not known.
    pub const fn new(time: UtcTime, value: f64) -> Self {
        Self {
            time,
            value,
            stderr: f64::NAN,
            wind_speed_m_s: f64::NAN,
            wind_from_deg: f64::NAN,
        }
    }
}

/// A modelled series.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelSeries {
    /// Its name: that of the column, or of the fluxes.
    pub name: String,
    /// Unit of the values; `None` if it is not stated.
    pub unit: Option<Unit>,
    /// Height above the ground of the model, m, if stated.
    pub height_agl_m: Option<f64>,
    /// In the order of the source.
    pub rows: Vec<ModelRow>,
}

/// What is wanted of a model's file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ModelOptions {
    /// Column of a wide table: `co2.stilt`.
    pub column: Option<String>,
    /// Unit of a table that does not state it.
    pub unit: Option<Unit>,
    /// Fluxes of `enhancements.csv` to be added up, or `all`; may be empty if there is but one.
    pub fluxes: Vec<String>,
    /// Grid of `enhancements.csv`, if it has several.
    pub grid: Option<String>,
    /// Heights of the model, m above ground: of a file that states heights the first that is there is taken, which may be
    /// left out if there is but one; of a table without `height_agl_m` the first.
    pub heights_agl_m: Vec<f64>,
    /// Rows that state a place farther than 0.1 degrees from here are left out.
    pub place: Option<LonLat>,
    /// Added to every value, in the unit of the series.
    pub background: f64,
}

impl ModelSeries {
    /// Reads a series: a table with `time` (or `isodate`) and a value, or `enhancements.csv`.
    ///
    /// In a table, `value`, `value_ppm`, `total_ppm` of a run's `series_CO2.csv`, or the only column that is nothing else
    /// holds the values, or that which the options
    /// name; `stderr`, `wind_speed_m_s`, `wind_from_deg` (or the portal's `wind.u`, `wind.v`, `wind.dir`) are read if there,
    /// and for `total_ppm` the errors of enhancement and background in quadrature. Where `lon_deg` and `lat_deg`, or
    /// `height_agl_m`, are there, the rows of the station are taken.
    ///
    /// # Errors
    /// [`Error::Io`] if the file cannot be read; [`Error::Format`], naming the line, if it is no such table;
    /// [`Error::Config`] if what the options name is not there.
    pub fn open(path: impl AsRef<Path>, options: &ModelOptions) -> Result<Self> {
        let path = path.as_ref();
        if !options.background.is_finite() {
            return Err(Error::config("background", options.background, "a number"));
        }
        let text = std::fs::read_to_string(path).map_err(Error::io("read", path))?;
        let mut table = csv_reader(&text);
        let damaged = |e: csv::Error| Error::format(path, e.to_string());
        let headers = table.headers().map_err(damaged)?.clone();
        let mut series = if enhancements::are_here(&headers) {
            enhancements::read(path, options)?
        } else {
            let columns = Columns::find(path, &headers, options)?;
            let records: Vec<StringRecord> = table
                .records()
                .map(|record| record.map_err(damaged))
                .collect::<Result<_>>()?;
            columns.series(path, &records, options)?
        };
        series.rows.iter_mut().for_each(|row| row.value += options.background);
        Ok(series)
    }
}

struct Columns {
    name: String,
    unit: Option<Unit>,
    time: usize,
    value: usize,
    stderr: Vec<usize>,
    place: Option<(usize, usize)>,
    height: Option<usize>,
    speed: Option<usize>,
    from: Option<usize>,
    components: Option<(usize, usize)>,
}

impl Columns {
    fn find(path: &Path, headers: &StringRecord, options: &ModelOptions) -> Result<Self> {
        let column = |name: &str| headers.iter().position(|h| h.eq_ignore_ascii_case(name));
        let found = || {
            let shown: Vec<&str> = headers.iter().take(SHOWN_COLUMNS).collect();
            let more = headers.len().saturating_sub(SHOWN_COLUMNS);
            let others = if more > 0 {
                format!(" and {more} more")
            } else {
                String::new()
            };
            shown.join(", ") + &others
        };
        let time = TIMES.iter().find_map(|name| column(name));
        let time = time.ok_or_else(|| Error::format(path, format!("no column time or isodate; found {}", found())))?;
        let is_value = |name: &str| !OTHERS.iter().any(|other| other.eq_ignore_ascii_case(name));
        let candidates: Vec<usize> = (0..headers.len()).filter(|&k| is_value(&headers[k])).collect();
        let named = |k: &&usize| ["value", "total_ppm"].contains(&&headers[**k]) || headers[**k].starts_with("value_");
        let value = match (&options.column, candidates.as_slice()) {
            (Some(name), _) => {
                column(name).ok_or_else(|| Error::config("column", name, format!("there are {}", found())))?
            }
            (None, [only]) => *only,
            (None, several) => *several.iter().find(named).ok_or_else(|| {
                let allowed = format!("{} holds {}: name one of them", path.display(), found());
                Error::config("column", "none named", allowed)
            })?,
        };
        let name = &headers[value];
        Ok(Self {
            name: name.to_owned(),
            unit: options.unit.or_else(|| unit_of(name)),
            time,
            value,
            stderr: stderr_names(name).iter().filter_map(|error| column(error)).collect(),
            place: column("lon_deg").zip(column("lat_deg")),
            height: column("height_agl_m"),
            speed: column("wind_speed_m_s"),
            from: column("wind_from_deg").or(column("wind.dir")),
            components: column("wind.u").zip(column("wind.v")),
        })
    }

    /// The rows near the station, at one height.
    fn series(self, path: &Path, records: &[StringRecord], options: &ModelOptions) -> Result<ModelSeries> {
        let mut near: Vec<(Option<f64>, ModelRow)> = Vec::new();
        for record in records {
            let at = |column| number(path, record, column);
            let place = self.place.map(|(lon, lat)| {
                let (lon_deg, lat_deg) = (at(Some(lon))?, at(Some(lat))?);
                Ok(LonLat { lon_deg, lat_deg })
            });
            if place.transpose()?.is_none_or(|own| is_near(own, options)) {
                let height = at(self.height)?;
                near.push((height.is_finite().then_some(height), self.row(path, record)?));
            }
        }
        if near.is_empty() && !records.is_empty() {
            return Err(Error::format(path, "no receptor near the station"));
        }
        let height_agl_m = match self.height {
            Some(_) => one_height(path, near.iter().map(|(height, _)| *height), options)?,
            None => options.heights_agl_m.first().copied(),
        };
        let is_there = |own: Option<f64>| self.height.is_none() || same_height(own, height_agl_m);
        let rows = near.into_iter().filter(|(own, _)| is_there(*own));
        Ok(ModelSeries {
            rows: rows.map(|(_, row)| row).collect(),
            name: self.name,
            unit: self.unit,
            height_agl_m,
        })
    }

    fn row(&self, path: &Path, record: &StringRecord) -> Result<ModelRow> {
        let number = |column| number(path, record, column);
        let stamp = record.get(self.time).unwrap_or_default();
        let parsed = || UtcTime::parse(stamp).map_err(|e| wrong(path, record, &e.to_string()));
        let time = unix_seconds(stamp).map_or_else(parsed, Ok)?;
        let (mut speed, mut from) = (number(self.speed)?, number(self.from)?);
        if let Some((u, v)) = self.components {
            let (u, v) = (number(Some(u))?, number(Some(v))?);
            speed = if speed.is_nan() { u.hypot(v) } else { speed };
            // where the wind comes from, not where it goes
            from = if from.is_nan() {
                (-u).atan2(-v).to_degrees().rem_euclid(360.0)
            } else {
                from
            };
        }
        let errors = self.stderr.iter().map(|&column| number(Some(column)));
        let errors: Vec<f64> = errors.collect::<Result<_>>()?;
        let stderr = errors.into_iter().reduce(f64::hypot).unwrap_or(f64::NAN);
        Ok(ModelRow {
            time,
            value: number(Some(self.value))?,
            stderr,
            wind_speed_m_s: speed,
            wind_from_deg: from,
        })
    }
}

/// NaN where a cell is empty or says so.
fn number(path: &Path, record: &StringRecord, column: Option<usize>) -> Result<f64> {
    match column.and_then(|k| record.get(k)).unwrap_or_default() {
        "" | "NA" | "NaN" | "nan" | "null" => Ok(f64::NAN),
        text => {
            let refused = |_| wrong(path, record, &format!("{text:?} is no number"));
            text.parse::<f64>().map_err(refused)
        }
    }
}

fn wrong(path: &Path, record: &StringRecord, problem: &str) -> Error {
    let line = record.position().map_or(0, csv::Position::line);
    Error::format(path, format!("line {line}: {problem}"))
}

/// Columns whose squares add up to that of the error of a column of values.
fn stderr_names(value: &str) -> Vec<String> {
    match value {
        "total_ppm" => vec!["enhancement_stderr_ppm".into(), "background_stderr_ppm".into()],
        "enhancement_ppm" | "background_ppm" => vec![value.replace("_ppm", "_stderr_ppm")],
        _ => vec!["stderr".into()],
    }
}

/// The portal's older tables count seconds since 1970.
fn unix_seconds(stamp: &str) -> Option<UtcTime> {
    stamp
        .parse::<f64>()
        .ok()
        .filter(|s| (1e8..1e11).contains(s))
        .map(|s| UtcTime::from_seconds(s.round() as i64))
}

/// The unit that the name of a column states: `ppm`, `value_ppm`, or one of the portal's names such as `co2.stilt`.
pub fn unit_of(name: &str) -> Option<Unit> {
    let bare = [Unit::Ppm, Unit::Ppb].into_iter().find(|unit| unit.name() == name);
    // `run_1` is no mol mol⁻¹
    let after = name
        .match_indices('_')
        .map(|(at, _)| &name[at + 1..])
        .filter(|text| text.contains(char::is_alphabetic));
    let portal = || {
        PORTAL
            .iter()
            .find(|(start, _)| name.starts_with(start))
            .map(|(_, unit)| *unit)
    };
    bare.or_else(|| after.filter_map(|unit| Unit::parse(unit).ok()).next())
        .or_else(portal)
}
