//! A model's series from the `enhancements.csv` of a run: at each receptor time the sum of the fluxes, as totals.

use std::collections::BTreeMap;
use std::path::Path;

use csv::StringRecord;

use super::SAME_HEIGHT_M;
use super::model::{ModelOptions, ModelRow, ModelSeries};
use crate::error::{Error, Result};
use crate::observations::Unit;
use crate::output::enhancements::{EnhancementRow, Span, read_enhancements};
use crate::time::UtcTime;

/// Receptors farther from the station than this are at another place, degrees.
const SAME_PLACE_DEG: f64 = 0.1;

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
        .filter(|row| row.grid == grid && is_near(row, options))
        .collect();
    let height_agl_m = one_height(path, &rows, options)?;
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

fn is_near(row: &EnhancementRow, options: &ModelOptions) -> bool {
    options.place.is_none_or(|place| {
        let east = (row.lon_deg - place.lon_deg + 180.0).rem_euclid(360.0) - 180.0;
        (row.lat_deg - place.lat_deg).abs() <= SAME_PLACE_DEG
            && (east * place.lat_deg.to_radians().cos()).abs() <= SAME_PLACE_DEG
    })
}

fn same_height(a: Option<f64>, b: Option<f64>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => (a - b).abs() < SAME_HEIGHT_M,
        (a, b) => a.is_none() && b.is_none(),
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

fn one_height(path: &Path, rows: &[&EnhancementRow], options: &ModelOptions) -> Result<Option<f64>> {
    let mut heights: Vec<Option<f64>> = Vec::new();
    for row in rows {
        if !heights.iter().any(|known| same_height(*known, row.height_agl_m)) {
            heights.push(row.height_agl_m);
        }
    }
    let is_there = |height: &f64| heights.iter().any(|known| same_height(*known, Some(*height)));
    let wanted = options.heights_agl_m.iter().copied().find(is_there);
    match (wanted, heights.as_slice()) {
        (Some(height), _) => Ok(Some(height)),
        (None, []) => Err(Error::format(path, "no receptor near the station")),
        (None, [only]) if options.heights_agl_m.is_empty() => Ok(*only),
        _ => {
            let name = |h: &Option<f64>| h.map_or("above sea level".into(), |h| format!("{h} m"));
            let known: Vec<String> = heights.iter().map(name).collect();
            let asked: Vec<String> = options.heights_agl_m.iter().map(f64::to_string).collect();
            let allowed = format!(
                "{} holds receptors at {}: name one height",
                path.display(),
                known.join(", ")
            );
            Err(Error::config("model height", asked.join(" or "), allowed))
        }
    }
}

/// Those asked for, all of which must be there, or all there are.
fn fluxes(rows: &[&EnhancementRow], options: &ModelOptions) -> Result<Vec<String>> {
    let mut known: Vec<&str> = rows.iter().map(|row| row.flux.as_str()).collect();
    known.sort_unstable();
    known.dedup();
    match options.fluxes.iter().find(|flux| !known.contains(&flux.as_str())) {
        Some(flux) => Err(Error::config("flux", flux, format!("there are {}", known.join(", ")))),
        None if options.fluxes.is_empty() => Ok(known.into_iter().map(str::to_owned).collect()),
        None => Ok(options.fluxes.clone()),
    }
}
