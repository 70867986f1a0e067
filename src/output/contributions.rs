//! Tables of who emitted what a sample holds, and of the air that flowed in.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::attribution::{Amount, Contributions};
use crate::background::BackgroundMean;
use crate::countries::Countries;
use crate::error::{Error, Result};
use crate::output::write_whole;
use crate::receptor::Receptor;

/// What a row stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// What a source brings, from a country and of an age.
    Part,
    /// What all sources of a tracer bring.
    Enhancement,
    /// What the air brings that flowed in.
    Background,
}

/// One row; field names are the column names. Parts of a tracer add up to its enhancement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ContributionRow {
    /// Id of the receptor.
    pub receptor: String,
    /// Time of the receptor, ISO 8601, UTC.
    pub time: String,
    /// Longitude of the receptor, degrees east.
    pub lon_deg: f64,
    /// Latitude of the receptor, degrees north.
    pub lat_deg: f64,
    /// Height of the receptor above ground, m; empty if it is given above sea level.
    pub height_agl_m: Option<f64>,
    /// Part, enhancement or background.
    pub kind: Kind,
    /// Formula.
    pub tracer: String,
    /// Name of the inventory; empty but for parts, as all that follows up to `age_to_h`.
    pub inventory: String,
    /// Sector.
    pub sector: String,
    /// Fuel.
    pub fuel: String,
    /// Class of vegetation.
    pub vegetation_class: String,
    /// ISO 3166, three letters; `SEA` is the sea.
    pub country: String,
    /// Youngest air, h; empty if ages are not told apart.
    pub age_from_h: Option<f64>,
    /// Oldest air, h; `inf` for the last part.
    pub age_to_h: Option<f64>,
    /// Mole fraction.
    pub ppm: f64,
    /// Its sampling error.
    pub ppm_stderr: f64,
    /// Share of the influence, or of the particles, for which the source has no data, 0…1; of an enhancement the largest of
    /// its sources.
    pub uncovered_share: Option<f64>,
}

/// The rows of a receptor: parts, then the enhancement and the background of each tracer.
pub fn contribution_rows(
    receptor: &Receptor,
    contributions: Option<&Contributions>,
    backgrounds: &[(String, BackgroundMean)],
) -> Vec<ContributionRow> {
    let blank = ContributionRow {
        receptor: receptor.id.clone(),
        time: receptor.time.to_string(),
        lon_deg: receptor.lon_deg,
        lat_deg: receptor.lat_deg,
        height_agl_m: receptor.height_agl_m(),
        kind: Kind::Part,
        tracer: String::new(),
        inventory: String::new(),
        sector: String::new(),
        fuel: String::new(),
        vegetation_class: String::new(),
        country: String::new(),
        age_from_h: None,
        age_to_h: None,
        ppm: 0.0,
        ppm_stderr: 0.0,
        uncovered_share: None,
    };
    let mut rows = contributions.map_or_else(Vec::new, |told| parts(told, &blank));
    let background = backgrounds.iter().map(|(tracer, mean)| ContributionRow {
        kind: Kind::Background,
        tracer: tracer.clone(),
        ppm: mean.value,
        ppm_stderr: mean.stderr,
        uncovered_share: Some(1.0 - mean.covered_share),
        ..blank.clone()
    });
    rows.extend(background);
    rows
}

fn parts(told: &Contributions, blank: &ContributionRow) -> Vec<ContributionRow> {
    let world = Countries::world();
    let with = |amount: Amount| ContributionRow {
        ppm: amount.ppm,
        ppm_stderr: amount.stderr_ppm,
        ..blank.clone()
    };
    let parts = told.entries.iter().map(|entry| {
        let label = &told.labels[entry.label];
        let age_h = told.age_h(entry);
        ContributionRow {
            tracer: label.tracer.clone(),
            inventory: label.inventory.clone(),
            sector: label.sector.clone(),
            fuel: label.fuel.clone(),
            vegetation_class: label.vegetation_class.clone(),
            country: entry.country.map_or_else(String::new, |id| world.alpha3(id).to_owned()),
            age_from_h: age_h.map(|age| age.0),
            age_to_h: age_h.map(|age| age.1),
            uncovered_share: Some(told.uncovered_share[entry.label]),
            ..with(told.amount_of(entry))
        }
    });
    let mut tracers: Vec<&String> = told.labels.iter().map(|label| &label.tracer).collect();
    tracers.dedup();
    let sums = tracers.into_iter().map(|tracer| {
        let shares = told.labels.iter().zip(&told.uncovered_share);
        let own = shares
            .filter(|(label, _)| label.tracer == *tracer)
            .map(|(_, share)| *share);
        ContributionRow {
            kind: Kind::Enhancement,
            tracer: tracer.clone(),
            uncovered_share: Some(own.fold(0.0, f64::max)),
            ..with(told.sum(|label, _| label.tracer == *tracer))
        }
    });
    parts.chain(sums).collect()
}

/// Writes the table, whole or not at all.
///
/// # Errors
/// [`Error::Io`] if it cannot be written; an earlier file of that name then stays as it was.
pub fn write_contributions(path: impl AsRef<Path>, rows: &[ContributionRow]) -> Result<()> {
    write_table(path.as_ref(), rows)
}

/// Reads a table back.
///
/// # Errors
/// [`Error::Io`] if it cannot be opened; [`Error::Format`] with the line if it is no such table.
pub fn read_contributions(path: impl AsRef<Path>) -> Result<Vec<ContributionRow>> {
    let path = path.as_ref();
    let file = std::fs::File::open(path).map_err(Error::io("open", path))?;
    let rows = csv::Reader::from_reader(file).into_deserialize();
    rows.map(|row| row.map_err(|problem| Error::format(path, problem.to_string())))
        .collect()
}

/// One row of a series of a tracer; field names are the column names.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SeriesRow {
    /// Id of the receptor.
    pub receptor: String,
    /// Time of the receptor, ISO 8601, UTC.
    pub time: String,
    /// Longitude of the receptor, degrees east.
    pub lon_deg: f64,
    /// Latitude of the receptor, degrees north.
    pub lat_deg: f64,
    /// Height of the receptor above ground, m; empty if it is given above sea level.
    pub height_agl_m: Option<f64>,
    /// Background plus enhancement; empty without a background.
    pub total_ppm: Option<f64>,
    /// What the air brings that flowed in.
    pub background_ppm: Option<f64>,
    /// What all sources bring.
    pub enhancement_ppm: Option<f64>,
    /// Sampling error of the enhancement.
    pub enhancement_stderr_ppm: Option<f64>,
    /// Sampling error of the background.
    pub background_stderr_ppm: Option<f64>,
    /// Share of the influence where some source has no data.
    pub uncovered_share: Option<f64>,
    /// Share of the particles for which the background has no data.
    pub background_uncovered_share: Option<f64>,
}

/// The series of a tracer, one row per receptor, in the order of `rows`.
pub fn series_rows(rows: &[ContributionRow], tracer: &str) -> Vec<SeriesRow> {
    let mut series: Vec<SeriesRow> = Vec::new();
    for row in rows.iter().filter(|row| row.tracer == tracer && row.kind != Kind::Part) {
        if series.last().is_none_or(|last| last.receptor != row.receptor) {
            series.push(SeriesRow {
                receptor: row.receptor.clone(),
                time: row.time.clone(),
                lon_deg: row.lon_deg,
                lat_deg: row.lat_deg,
                height_agl_m: row.height_agl_m,
                total_ppm: None,
                background_ppm: None,
                enhancement_ppm: None,
                enhancement_stderr_ppm: None,
                background_stderr_ppm: None,
                uncovered_share: None,
                background_uncovered_share: None,
            });
        }
        if let Some(last) = series.last_mut() {
            let (value, error, share) = match row.kind {
                Kind::Background => (
                    &mut last.background_ppm,
                    &mut last.background_stderr_ppm,
                    &mut last.background_uncovered_share,
                ),
                _ => (
                    &mut last.enhancement_ppm,
                    &mut last.enhancement_stderr_ppm,
                    &mut last.uncovered_share,
                ),
            };
            *share = row.uncovered_share;
            *value = Some(row.ppm).filter(|ppm| ppm.is_finite());
            *error = Some(row.ppm_stderr).filter(|ppm| ppm.is_finite());
            last.total_ppm = last
                .background_ppm
                .zip(last.enhancement_ppm)
                .map(|(air, added)| air + added);
        }
    }
    series
}

/// Writes a series, whole or not at all.
///
/// # Errors
/// As [`write_contributions`].
pub fn write_series(path: impl AsRef<Path>, rows: &[SeriesRow]) -> Result<()> {
    write_table(path.as_ref(), rows)
}

fn write_table(path: &Path, rows: &[impl Serialize]) -> Result<()> {
    let refused = |problem: csv::Error| Error::io("write", path)(problem.into());
    write_whole(path, |beside| {
        let mut table = csv::Writer::from_path(beside).map_err(refused)?;
        for row in rows {
            table.serialize(row).map_err(refused)?;
        }
        table.flush().map_err(Error::io("write", path))
    })
}
