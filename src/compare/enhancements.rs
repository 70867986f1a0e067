//! A model's series from the `enhancements.csv` of a run: at each receptor time the sum of the fluxes, as totals.

use std::collections::BTreeMap;
use std::path::Path;

use csv::StringRecord;

use super::model::{ModelOptions, ModelRow, ModelSeries};
use super::place::{is_near, one_height, same_height};
use crate::error::{Error, Result};
use crate::geo::LonLat;
use crate::observations::Unit;
use crate::output::enhancements::{EnhancementRow, Span, read_enhancements};
use crate::time::UtcTime;

/// Asks for every flux there is.
const ALL: &str = "all";

/// Whether a table with these columns is one of enhancements.
pub(super) fn are_here(headers: &StringRecord) -> bool {
    ["receptor", "flux", "span", "ppm"]
        .iter()
        .all(|name| headers.iter().any(|h| h == *name))
}

pub(super) fn read(path: &Path, options: &ModelOptions) -> Result<ModelSeries> {
    let rows: Vec<EnhancementRow> = read_enhancements(path)?
        .into_iter()
        .filter(|row| row.span == Span::Total)
        .collect();
    let grid = only(
        path,
        "grid",
        options.grid.as_deref(),
        rows.iter().map(|row| row.grid.as_str()),
    )?;
    let rows: Vec<&EnhancementRow> = rows
        .iter()
        .filter(|row| row.grid == grid && is_near(place(row), options))
        .collect();
    let height_agl_m = one_height(path, rows.iter().map(|row| row.height_agl_m), options)?;
    let rows: Vec<&EnhancementRow> = rows
        .into_iter()
        .filter(|row| same_height(row.height_agl_m, height_agl_m))
        .collect();
    let fluxes = fluxes(&rows, options)?;
    let mut at: BTreeMap<UtcTime, Vec<&EnhancementRow>> = BTreeMap::new();
    for row in rows.iter().filter(|row| fluxes.contains(&row.flux)) {
        let time = UtcTime::parse(&row.time).map_err(|e| Error::format(path, e.to_string()))?;
        let others = at.entry(time).or_default();
        if let Some(other) = others.iter().find(|other| other.flux == row.flux) {
            let allowed = format!(
                "{} and {} have the same time and height: name their place",
                other.receptor, row.receptor
            );
            return Err(Error::config("receptors", time, allowed));
        }
        others.push(row);
    }
    let rows = at.into_iter().map(|(time, rows)| sum(time, &rows, fluxes.len()));
    Ok(ModelSeries {
        rows: rows.collect(),
        name: fluxes.join(" + "),
        unit: Some(Unit::Ppm),
        height_agl_m,
    })
}

/// A gap where a flux is missing. The errors of the fluxes come from the same particles and are added up.
fn sum(time: UtcTime, rows: &[&EnhancementRow], fluxes: usize) -> ModelRow {
    let is_whole = rows.len() == fluxes;
    ModelRow {
        stderr: rows.iter().map(|row| row.ppm_stderr.unwrap_or(f64::NAN)).sum(),
        ..ModelRow::new(
            time,
            if is_whole {
                rows.iter().map(|row| row.ppm).sum()
            } else {
                f64::NAN
            },
        )
    }
}

fn place(row: &EnhancementRow) -> LonLat {
    LonLat {
        lon_deg: row.lon_deg,
        lat_deg: row.lat_deg,
    }
}

/// The name asked for, or the only one there is.
fn only<'a>(path: &Path, key: &str, asked: Option<&'a str>, names: impl Iterator<Item = &'a str>) -> Result<&'a str> {
    let mut found: Vec<&str> = names.collect();
    found.sort_unstable();
    found.dedup();
    match (asked, found.as_slice()) {
        (Some(name), _) if found.contains(&name) => Ok(name),
        (None, [only]) => Ok(only),
        (_, []) => Err(Error::format(path, "no rows of totals (span = total)")),
        (asked, _) => {
            let allowed = format!("{} holds {}: name one of them", path.display(), found.join(", "));
            Err(Error::config(key, asked.unwrap_or("none named"), allowed))
        }
    }
}

/// Those asked for, all of which must be there; the only one; or all there are, if asked for.
fn fluxes(rows: &[&EnhancementRow], options: &ModelOptions) -> Result<Vec<String>> {
    let mut known: Vec<&str> = rows.iter().map(|row| row.flux.as_str()).collect();
    known.sort_unstable();
    known.dedup();
    let all = || known.iter().map(|flux| (*flux).to_owned()).collect();
    let is_all = options.fluxes == [ALL] && !known.contains(&ALL);
    if is_all || (options.fluxes.is_empty() && known.len() < 2) {
        return Ok(all());
    }
    if options.fluxes.is_empty() {
        let allowed = format!("there are {}: name those to be added up, or {ALL}", known.join(", "));
        return Err(Error::config("flux", "none named", allowed));
    }
    match options.fluxes.iter().find(|flux| !known.contains(&flux.as_str())) {
        Some(flux) => Err(Error::config("flux", flux, format!("there are {}", known.join(", ")))),
        None => Ok(options.fluxes.clone()),
    }
}
