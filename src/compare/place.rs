//! Which rows of a model's file stand for the station: near it, at one height.

use std::path::Path;

use super::SAME_HEIGHT_M;
use super::model::ModelOptions;
use crate::error::{Error, Result};
use crate::geo::LonLat;

/// Receptors farther from the station than this are at another place, degrees.
const SAME_PLACE_DEG: f64 = 0.1;

pub(super) fn is_near(own: LonLat, options: &ModelOptions) -> bool {
    options.place.is_none_or(|place| {
        let east = (own.lon_deg - place.lon_deg + 180.0).rem_euclid(360.0) - 180.0;
        (own.lat_deg - place.lat_deg).abs() <= SAME_PLACE_DEG
            && (east * place.lat_deg.to_radians().cos()).abs() <= SAME_PLACE_DEG
    })
}

pub(super) fn same_height(a: Option<f64>, b: Option<f64>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => (a - b).abs() < SAME_HEIGHT_M,
        (a, b) => a.is_none() && b.is_none(),
    }
}

/// The first height asked for that is there, or the only one.
pub(super) fn one_height(
    path: &Path,
    rows: impl Iterator<Item = Option<f64>>,
    options: &ModelOptions,
) -> Result<Option<f64>> {
    let mut heights: Vec<Option<f64>> = Vec::new();
    for height in rows {
        if !heights.iter().any(|known| same_height(*known, height)) {
            heights.push(height);
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
