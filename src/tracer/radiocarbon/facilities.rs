//! Nuclear facilities and what they release.

use std::path::Path;

use serde::Deserialize;

use crate::error::{Error, Result};
use crate::geo::LonLat;
use crate::time::UtcTime;

/// A facility that releases ¹⁴CO₂, spread evenly over the year.
#[derive(Clone, Debug, PartialEq)]
pub struct Facility {
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub place: LonLat,
    /// Activity released as ¹⁴CO₂ \[GBq per year\].
    pub gbq_per_year: f64,
    /// The calendar year of that release; `None` if it holds for any.
    pub year: Option<i32>,
}

#[derive(Deserialize)]
struct Row {
    name: String,
    lat_deg: f64,
    lon_deg: f64,
    gbq_per_year: f64,
    year: Option<i32>,
}

impl Facility {
    /// Its release \[Bq s⁻¹\] in a calendar year; `None` if it is known for another year.
    pub fn becquerel_per_s(&self, year: i32) -> Option<f64> {
        let held = self.year.is_none_or(|own| own == year);
        held.then_some(1e9 * self.gbq_per_year / seconds_of_year(year))
    }
}

/// The calendar year of a time.
pub(super) fn year_of(time: UtcTime) -> i32 {
    i32::from(time.civil().year())
}

/// Whether a year is known of any facility.
///
/// # Errors
/// [`Error::Config`] with the years that are.
pub(super) fn require_year(facilities: &[Facility], year: i32) -> Result<()> {
    if facilities.is_empty() || facilities.iter().any(|f| f.year.is_none_or(|own| own == year)) {
        return Ok(());
    }
    let mut years: Vec<i32> = facilities.iter().filter_map(|f| f.year).collect();
    years.sort_unstable();
    years.dedup();
    let allowed = format!("no facility has a release for it; the table has {years:?}");
    Err(Error::config("year of nuclear releases", year, allowed))
}

fn seconds_of_year(year: i32) -> f64 {
    let start = |year| UtcTime::from_calendar(year, 1, 1, 0, 0);
    match start(year).zip(start(year + 1)) {
        Some((start, end)) => (end.seconds() - start.seconds()) as f64,
        None => 365.25 * 86_400.0,
    }
}

/// Reads a CSV table of facilities with the columns `name`, `lat_deg`, `lon_deg`, `gbq_per_year` and, if releases differ
/// by year, `year`; lines that begin with `#` are notes.
///
/// # Errors
/// [`Error::Io`] if it cannot be read; [`Error::Format`], naming the line, if a column is missing or a value impossible.
pub fn read_facilities(path: impl AsRef<Path>) -> Result<Vec<Facility>> {
    let path = path.as_ref();
    let file = std::fs::File::open(path).map_err(Error::io("open", path))?;
    let mut table = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .comment(Some(b'#'))
        .from_reader(file);
    let mut facilities = Vec::new();
    for row in table.deserialize() {
        let row: Row = row.map_err(|problem| Error::format(path, problem.to_string()))?;
        facilities.push(facility(row).map_err(|problem| Error::format(path, problem.to_string()))?);
    }
    Ok(facilities)
}

fn facility(row: Row) -> Result<Facility> {
    let wrong = |key: &str, value: f64, allowed: &str| Error::config(format!("{key} of {}", row.name), value, allowed);
    if !(-90.0..=90.0).contains(&row.lat_deg) {
        return Err(wrong("lat_deg", row.lat_deg, "degrees north, -90 to 90"));
    }
    if !(-360.0..=360.0).contains(&row.lon_deg) {
        return Err(wrong("lon_deg", row.lon_deg, "degrees east, -360 to 360"));
    }
    if !(row.gbq_per_year >= 0.0 && row.gbq_per_year.is_finite()) {
        return Err(wrong("gbq_per_year", row.gbq_per_year, "GBq per year, 0 or more"));
    }
    Ok(Facility {
        place: LonLat {
            lon_deg: crate::geo::wrap_longitude_deg(row.lon_deg),
            lat_deg: row.lat_deg,
        },
        name: row.name,
        gbq_per_year: row.gbq_per_year,
        year: row.year,
    })
}
