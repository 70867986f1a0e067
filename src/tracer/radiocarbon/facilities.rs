//! Nuclear facilities and what they release.

use std::collections::{BTreeMap, BTreeSet};
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

/// What each row releases in a year \[Bq s⁻¹\]: none if it is of another year, or of any while its facility has a row of
/// that year.
///
/// # Errors
/// [`Error::Config`] if a facility has no row that holds, with the years that it has.
fn releases_in(facilities: &[Facility], year: i32) -> Result<Vec<f64>> {
    let mut rows = BTreeMap::<&str, Vec<Option<i32>>>::new();
    for facility in facilities {
        rows.entry(&facility.name).or_default().push(facility.year);
    }
    let holds = |own: &Option<i32>| own.is_none_or(|own| own == year);
    if let Some((name, years)) = rows.iter().find(|(_, years)| !years.iter().any(holds)) {
        let years: Vec<i32> = years.iter().copied().flatten().collect();
        let allowed =
            format!("{name} has no release for it, the table has {years:?}; add a row, with 0 if it had none");
        return Err(Error::config("year of nuclear releases", year, allowed));
    }
    let release = |facility: &Facility| {
        let is_replaced = facility.year.is_none() && rows[facility.name.as_str()].contains(&Some(year));
        facility.becquerel_per_s(year).filter(|_| !is_replaced).unwrap_or(0.0)
    };
    Ok(facilities.iter().map(release).collect())
}

/// The same for several years.
pub(super) fn releases_of(facilities: &[Facility], years: &[i32]) -> Result<BTreeMap<i32, Vec<f64>>> {
    let years: BTreeSet<i32> = years.iter().copied().collect();
    years
        .into_iter()
        .map(|year| Ok((year, releases_in(facilities, year)?)))
        .collect()
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
