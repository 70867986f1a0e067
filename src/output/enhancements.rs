//! `enhancements.csv`: what each flux adds at each receptor, one row per receptor, grid, flux and hour.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::convolve::Enhancement;
use crate::error::{Error, Result};
use crate::footprint::Footprint;
use crate::output::write_whole;

/// What a row stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Span {
    /// One layer of the footprint.
    Hour,
    /// The whole footprint.
    Total,
}

/// One row of the table; field names are the column names.
///
/// In pandas: `t = pd.read_csv(path, parse_dates=["time", "layer_start"])`, then `t[t.span == "total"]` is one row per
/// receptor, grid and flux, and the rows with `hour` add up to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EnhancementRow {
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
    /// Name of the grid.
    pub grid: String,
    /// Name of the flux.
    pub flux: String,
    /// Hour or total.
    pub span: Span,
    /// Start of the hour, ISO 8601, UTC; empty in a row of totals.
    pub layer_start: Option<String>,
    /// Mole fraction added, ppm.
    pub ppm: f64,
    /// Share of the footprint where the flux has no data (there it counts as zero), 0…1.
    pub uncovered_share: f64,
    /// Sampling error of `ppm`; empty for a footprint without groups of particles.
    #[serde(default)]
    pub ppm_stderr: Option<f64>,
}

/// The rows of one enhancement: its hours, unless the grid is time integrated, then the total.
pub fn enhancement_rows(footprint: &Footprint, flux_name: &str, enhancement: &Enhancement) -> Vec<EnhancementRow> {
    let receptor = &footprint.receptor;
    let total = EnhancementRow {
        receptor: receptor.id.clone(),
        time: receptor.time.to_string(),
        lon_deg: receptor.lon_deg,
        lat_deg: receptor.lat_deg,
        height_agl_m: receptor.height_agl_m(),
        grid: footprint.grid.name.clone(),
        flux: flux_name.to_owned(),
        span: Span::Total,
        layer_start: None,
        ppm: enhancement.total_ppm,
        uncovered_share: enhancement.uncovered_share,
        ppm_stderr: enhancement.stderr_ppm,
    };
    let hourly = if footprint.grid.time_integrate {
        &[]
    } else {
        enhancement.layers.as_slice()
    };
    let hours = hourly.iter().zip(&enhancement.layer_uncovered_share);
    let hours = hours
        .enumerate()
        .map(|(k, ((start, ppm), uncovered_share))| EnhancementRow {
            span: Span::Hour,
            layer_start: Some(start.to_string()),
            ppm: *ppm,
            uncovered_share: *uncovered_share,
            ppm_stderr: enhancement.layer_stderr_ppm.as_ref().map(|errors| errors[k]),
            ..total.clone()
        });
    hours.chain([total.clone()]).collect()
}

/// Writes the table, whole or not at all; without rows, its head.
///
/// # Errors
/// [`Error::Io`] if it cannot be written; an earlier file of that name then stays as it was.
pub fn write_enhancements(path: impl AsRef<Path>, rows: &[EnhancementRow]) -> Result<()> {
    let path = path.as_ref();
    write_whole(path, |beside| {
        let file = std::fs::File::create(beside).map_err(Error::io("write", path))?;
        write_rows(file, rows, path)
    })
}

/// Writes the table to any sink; `destination` names it in errors.
///
/// # Errors
/// [`Error::Io`] if the sink refuses.
pub fn write_rows(sink: impl std::io::Write, rows: &[EnhancementRow], destination: &Path) -> Result<()> {
    let refused = |problem: csv::Error| Error::io("write", destination)(problem.into());
    let mut table = csv::WriterBuilder::new().has_headers(false).from_writer(sink);
    table.write_record(COLUMNS).map_err(refused)?;
    for row in rows {
        table.serialize(row).map_err(refused)?;
    }
    table.flush().map_err(Error::io("write", destination))
}

const COLUMNS: [&str; 12] = [
    "receptor",
    "time",
    "lon_deg",
    "lat_deg",
    "height_agl_m",
    "grid",
    "flux",
    "span",
    "layer_start",
    "ppm",
    "uncovered_share",
    "ppm_stderr",
];

/// Reads a table back, so that a resumed run can keep the rows of finished receptors.
///
/// # Errors
/// [`Error::Io`] if it cannot be opened; [`Error::Format`] with the line if it is no such table.
pub fn read_enhancements(path: impl AsRef<Path>) -> Result<Vec<EnhancementRow>> {
    let path = path.as_ref();
    let file = std::fs::File::open(path).map_err(Error::io("open", path))?;
    let rows = csv::Reader::from_reader(file).into_deserialize();
    rows.map(|row| row.map_err(|problem| Error::format(path, problem.to_string())))
        .collect()
}

/// A table for people: the total of each receptor, grid and flux.
pub fn totals_table(rows: &[EnhancementRow]) -> String {
    let totals: Vec<&EnhancementRow> = rows.iter().filter(|row| row.span == Span::Total).collect();
    let width = |title: &str, field: fn(&EnhancementRow) -> &str| {
        totals
            .iter()
            .map(|row| field(row).chars().count())
            .fold(title.len(), usize::max)
    };
    let receptor = width("receptor", |row| &row.receptor);
    let grid = width("grid", |row| &row.grid);
    let flux = width("flux", |row| &row.flux);
    let mut lines = vec![format!(
        "{:receptor$}  {:grid$}  {:flux$}        ppm  ± stderr  uncovered",
        "receptor", "grid", "flux"
    )];
    lines.extend(totals.iter().map(|row| {
        let uncovered_percent = 100.0 * row.uncovered_share;
        let error = row.ppm_stderr.map_or(String::new(), |ppm| format!("{ppm:.4}"));
        format!(
            "{:receptor$}  {:grid$}  {:flux$}  {:>9.4}  {error:>8}  {uncovered_percent:>7.1} %",
            row.receptor, row.grid, row.flux, row.ppm
        )
    }));
    lines.join("\n")
}
