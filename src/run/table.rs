//! `enhancements.csv`: ppm by receptor, grid, flux and hour.

use std::fmt::Write as _;
use std::io::Write;
use std::path::Path;

use serde::Serialize;

use crate::convolve::Enhancement;
use crate::error::{Error, Result};
use crate::footprint::Footprint;

const FILE_NAME: &str = "enhancements.csv";
/// In the column `hour`: the sum over all hours.
const ALL_HOURS: &str = "all";

/// What one flux adds at one receptor, in one hour or in all.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EnhancementRow {
    /// Id of the receptor.
    pub id: String,
    /// When the air was sampled, UTC.
    pub time: String,
    /// Degrees east.
    pub lon_deg: f64,
    /// Degrees north.
    pub lat_deg: f64,
    /// m above ground.
    pub height_agl_m: f64,
    /// Name of the grid.
    pub grid: String,
    /// Name of the flux.
    pub flux: String,
    /// Start of the hour in which the air picked it up, UTC, or `all`.
    pub hour: String,
    /// Enhancement, ppm.
    pub ppm: f64,
    /// Share of the footprint that lies where the flux has no data, 0…1.
    pub uncovered_share: f64,
}

/// The rows of one enhancement: one for all hours, then one for each.
pub fn rows_of(footprint: &Footprint, flux: &str, enhancement: &Enhancement) -> Vec<EnhancementRow> {
    let receptor = &footprint.receptor;
    let row = |hour: String, ppm: f64, uncovered_share: f64| EnhancementRow {
        id: receptor.id.clone(),
        time: receptor.time.to_string(),
        lon_deg: receptor.lon_deg,
        lat_deg: receptor.lat_deg,
        height_agl_m: receptor.height_agl_m,
        grid: footprint.grid.name.clone(),
        flux: flux.to_string(),
        hour,
        ppm,
        uncovered_share,
    };
    let all = row(ALL_HOURS.into(), enhancement.total_ppm, enhancement.uncovered_share);
    let layers = enhancement.layers.iter().zip(&enhancement.layer_uncovered_share);
    let hours = layers.map(|((start, ppm), share)| row(start.to_string(), *ppm, *share));
    std::iter::once(all).chain(hours).collect()
}

/// Writes rows as CSV.
///
/// # Errors
/// [`Error::Format`] naming `destination` if the sink refuses.
pub fn write_enhancements(sink: impl Write, rows: &[EnhancementRow], destination: &Path) -> Result<()> {
    let mut table = csv::Writer::from_writer(sink);
    let refused = |e: csv::Error| Error::format(destination, format!("cannot write: {e}"));
    for row in rows {
        table.serialize(row).map_err(refused)?;
    }
    table.flush().map_err(Error::io("write", destination))
}

/// Writes `enhancements.csv`, or removes that of an earlier run if there is no flux any more.
pub(super) fn replace(output: &Path, rows: &[EnhancementRow], has_flux: bool) -> Result<()> {
    let path = output.join(FILE_NAME);
    if has_flux {
        return crate::output::write_whole(&path, |file| write_enhancements(file, rows, &path));
    }
    match std::fs::remove_file(&path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Error::io("remove", &path)(error)),
        _ => Ok(()),
    }
}

/// A table for people: total ppm by receptor, grid and flux.
pub fn ppm_table(rows: &[EnhancementRow]) -> String {
    let totals: Vec<&EnhancementRow> = rows.iter().filter(|row| row.hour == ALL_HOURS).collect();
    let widest = |field: fn(&EnhancementRow) -> usize, title: usize| totals.iter().map(|r| field(r)).fold(title, usize::max);
    let (id, grid, flux) = (
        widest(|r| r.id.len(), 8),
        widest(|r| r.grid.len(), 4),
        widest(|r| r.flux.len(), 4),
    );
    let mut out = format!("{:id$}  {:grid$}  {:flux$}  {:>9}  uncovered\n", "receptor", "grid", "flux", "ppm");
    for row in totals {
        let share = 100.0 * row.uncovered_share;
        let _ = writeln!(out, "{:id$}  {:grid$}  {:flux$}  {:>9.4}  {share:.1} %", row.id, row.grid, row.flux, row.ppm);
    }
    out
}
