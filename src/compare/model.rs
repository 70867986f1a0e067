//! A model's series, from a CSV table or from the `enhancements.csv` of a run.

use std::path::Path;

use csv::StringRecord;

use super::enhancements;
use crate::error::{Error, Result};
use crate::geo::LonLat;
use crate::observations::Unit;
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
    /// Fluxes of `enhancements.csv` to be added up; all if empty.
    pub fluxes: Vec<String>,
    /// Grid of `enhancements.csv`, if it has several.
    pub grid: Option<String>,
    /// Heights of the model, m above ground: of the receptors of `enhancements.csv` the first that is there is taken, which
    /// may be left out if there is but one; of a table the first, since a table does not state it.
    pub heights_agl_m: Vec<f64>,
    /// Receptors of `enhancements.csv` farther than 0.1 degrees from here are left out.
    pub place: Option<LonLat>,
    /// Added to every value, in the unit of the series.
    pub background: f64,
}

impl ModelSeries {
    /// Reads a series: a table with `time` (or `isodate`) and a value, or `enhancements.csv`.
    ///
    /// In a table, `value`, `value_ppm`, `total_ppm` of a run's `series_CO2.csv`, or the only column that is nothing else
    /// holds the values, or that which the options
    /// name; `stderr`, `wind_speed_m_s`, `wind_from_deg` (or the portal's `wind.u`, `wind.v`, `wind.dir`) are read if there.
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
        let mut table = csv::ReaderBuilder::new()
            .trim(csv::Trim::All)
            .comment(Some(b'#'))
            .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        let damaged = |e: csv::Error| Error::format(path, e.to_string());
        let headers = table.headers().map_err(damaged)?.clone();
        let mut series = if enhancements::are_here(&headers) {
            enhancements::read(path, options)?
        } else {
            let columns = Columns::find(path, &headers, options)?;
            let rows = table
                .records()
                .map(|record| columns.row(path, &record.map_err(damaged)?));
            Self {
                rows: rows.collect::<Result<_>>()?,
                name: columns.name,
                unit: columns.unit,
                height_agl_m: options.heights_agl_m.first().copied(),
            }
        };
        let mut times: Vec<UtcTime> = series.rows.iter().map(|row| row.time).collect();
        times.sort();
        if let Some(pair) = times.windows(2).find(|pair| pair[0] == pair[1]) {
            let allowed = format!(
                "{} has two rows of this time: a table of one station is needed",
                path.display()
            );
            return Err(Error::config("time", pair[0], allowed));
        }
        series.rows.iter_mut().for_each(|row| row.value += options.background);
        Ok(series)
    }
}

struct Columns {
    name: String,
    unit: Option<Unit>,
    time: usize,
    value: usize,
    stderr: Option<usize>,
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
            stderr: column("stderr"),
            speed: column("wind_speed_m_s"),
            from: column("wind_from_deg").or(column("wind.dir")),
            components: column("wind.u").zip(column("wind.v")),
        })
    }

    fn row(&self, path: &Path, record: &StringRecord) -> Result<ModelRow> {
        let line = record.position().map_or(0, csv::Position::line);
        let wrong = |problem: String| Error::format(path, format!("line {line}: {problem}"));
        let number = |column: Option<usize>| match column.and_then(|k| record.get(k)).unwrap_or_default() {
            "" | "NA" | "NaN" | "nan" | "null" => Ok(f64::NAN),
            text => text.parse::<f64>().map_err(|_| wrong(format!("{text:?} is no number"))),
        };
        let stamp = record.get(self.time).unwrap_or_default();
        let time = unix_seconds(stamp).map_or_else(|| UtcTime::parse(stamp).map_err(|e| wrong(e.to_string())), Ok)?;
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
        Ok(ModelRow {
            time,
            value: number(Some(self.value))?,
            stderr: number(self.stderr)?,
            wind_speed_m_s: speed,
            wind_from_deg: from,
        })
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

/// From `value_ppm`, or from one of the portal's names.
fn unit_of(name: &str) -> Option<Unit> {
    let after = name.match_indices('_').map(|(at, _)| &name[at + 1..]);
    let portal = || {
        PORTAL
            .iter()
            .find(|(start, _)| name.starts_with(start))
            .map(|(_, unit)| *unit)
    };
    after.filter_map(|unit| Unit::parse(unit).ok()).next().or_else(portal)
}
