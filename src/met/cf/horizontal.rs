//! The grid of a file's maps: latitudes and longitudes, or a projection.

use super::axes::values;
use super::container::{Container, VariableInfo};
use super::units::Unit;
use crate::error::{Error, Result};
use crate::geo::LonLat;
use crate::met::projection::{Cone, MapAnchor, MetGrid, StatedMap};

/// Radius of the sphere that files mean which state none, m.
const USUAL_RADIUS_M: f64 = 6_371_229.0;

/// The two dimensions of maps, and how their rows and columns become those of the grid.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Horizontal {
    pub y: String,
    pub x: String,
    pub grid: MetGrid,
    /// Rows run from north to south.
    pub flip_y: bool,
    /// Columns run from east to west.
    pub flip_x: bool,
}

/// Evenly spaced numbers, ascending.
struct Even {
    first: f64,
    step: f64,
    count: usize,
    flip: bool,
}

/// The grid of a container.
///
/// # Errors
/// [`Error::Format`] if it has none that is understood: what was found, what to do.
pub(super) fn horizontal(container: &mut dyn Container) -> Result<Horizontal> {
    let coordinate = |units: &str, standard: &str| {
        let is = |held: &&VariableInfo| {
            let stated = held.text("units").is_some_and(|text| text.starts_with(units));
            held.dimensions.len() == 1 && (stated || held.text("standard_name") == Some(standard))
        };
        container.variables().iter().find(is).cloned()
    };
    let lat_lon = coordinate("degrees_north", "latitude").zip(coordinate("degrees_east", "longitude"));
    let rotated = coordinate("degrees", "grid_latitude").filter(|c| c.text("standard_name") == Some("grid_latitude"));
    let plane = coordinate("\0", "projection_y_coordinate").zip(coordinate("\0", "projection_x_coordinate"));
    match (lat_lon, plane) {
        (Some((lat, lon)), None) if rotated.is_none() => on_sphere(container, &lat, &lon),
        (_, Some((y, x))) => on_plane(container, &y, &x),
        _ => Err(Error::format(
            container.name(),
            match rotated {
                Some(_) => {
                    "a rotated latitude-longitude grid is not understood; bring the data to a regular \
                            latitude-longitude grid first (cdo remapbil)"
                }
                None => {
                    "no grid is understood: neither latitude and longitude with one dimension each nor \
                         projection_y_coordinate and projection_x_coordinate with a grid mapping; bring the data to a \
                         regular latitude-longitude grid first (cdo remapbil)"
                }
            },
        )),
    }
}

fn on_sphere(container: &mut dyn Container, lat: &VariableInfo, lon: &VariableInfo) -> Result<Horizontal> {
    let (lats, lons) = (values(container, lat)?, values(container, lon)?);
    let path = container.name();
    let rows = even(&lats).ok_or_else(|| uneven(path, lat, &lats))?;
    let columns = even(&unwrapped(&lons)).ok_or_else(|| uneven(path, lon, &lons))?;
    let first = LonLat {
        lon_deg: columns.first,
        lat_deg: rows.first,
    };
    Ok(Horizontal {
        y: lat.dimensions[0].0.clone(),
        x: lon.dimensions[0].0.clone(),
        grid: MetGrid::lat_lon(columns.count, rows.count, first, columns.step, rows.step)?,
        flip_y: rows.flip,
        flip_x: columns.flip,
    })
}

fn uneven(path: &std::path::Path, coordinate: &VariableInfo, values: &[f64]) -> Error {
    let shown: Vec<String> = values.iter().take(4).map(f64::to_string).collect();
    Error::format(
        path,
        format!(
            "{} ({} values: {} …) is not evenly spaced, as needed (Gaussian grids are not); bring the data to a regular \
             latitude-longitude grid first (cdo remapbil)",
            coordinate.name,
            values.len(),
            shown.join(", ")
        ),
    )
}

/// Longitudes without the jump by 360°.
fn unwrapped(lons: &[f64]) -> Vec<f64> {
    let mut turns = 0.0;
    let mut before = lons.first().copied().unwrap_or_default();
    let unwrap = |&lon: &f64| {
        turns += 360.0 * ((before - lon) / 360.0).round();
        before = lon;
        lon + turns
    };
    lons.iter().map(unwrap).collect()
}

/// Degrees to a millionth: coordinates in single precision, and files of one grid, then agree.
fn even(values: &[f64]) -> Option<Even> {
    let (&first, &last) = (values.first()?, values.last()?);
    let count = values.len();
    let step = (last - first) / (count.max(2) - 1) as f64;
    let fits = |(place, value): (usize, &f64)| (first + step * place as f64 - value).abs() <= 1e-2 * step.abs();
    if count < 2 || step == 0.0 || !values.iter().enumerate().all(fits) {
        return None;
    }
    let rounded = |value: f64| (1e6 * value).round() / 1e6;
    Some(Even {
        first: rounded(first.min(last)),
        step: rounded(step.abs()),
        count,
        flip: step < 0.0,
    })
}

fn on_plane(container: &mut dyn Container, y: &VariableInfo, x: &VariableInfo) -> Result<Horizontal> {
    let metres = |coordinate: &VariableInfo| {
        let unit = coordinate.text("units").and_then(Unit::parse)?;
        unit.to(Unit::parse("m")?).map(|(factor, _)| factor)
    };
    let path = container.name().to_owned();
    let fail = |problem: String| Error::format(&path, problem);
    let (rows, columns) = (values(container, y)?, values(container, x)?);
    let (Some(scale_y), Some(scale_x)) = (metres(y), metres(x)) else {
        return Err(fail(format!("the units of {} and {} are no lengths", y.name, x.name)));
    };
    let scaled = |values: &[f64], scale: f64| even(&values.iter().map(|value| value * scale).collect::<Vec<_>>());
    let (Some(rows), Some(columns)) = (scaled(&rows, scale_y), scaled(&columns, scale_x)) else {
        return Err(fail(format!("{} and {} are not evenly spaced", y.name, x.name)));
    };
    if (rows.step - columns.step).abs() > 1e-3 * rows.step {
        return Err(fail(format!(
            "cells of {} x {} m: square ones are needed",
            columns.step, rows.step
        )));
    }
    let mapping = container
        .variables()
        .iter()
        .find(|held| held.text("grid_mapping_name").is_some());
    let stated = mapping.and_then(|mapping| stated(mapping, (&columns, scale_x), (&rows, scale_y))).ok_or_else(|| {
        let name = mapping.and_then(|mapping| mapping.text("grid_mapping_name")).unwrap_or("none");
        fail(format!(
            "grid mapping {name}: understood are lambert_conformal_conic, polar_stereographic and mercator with the \
             attributes of CF"
        ))
    })?;
    Ok(Horizontal {
        y: y.dimensions[0].0.clone(),
        x: x.dimensions[0].0.clone(),
        grid: stated.grid(columns.count, rows.count)?,
        flip_y: rows.flip,
        flip_x: columns.flip,
    })
}

/// CF appendix F.
fn stated(
    mapping: &VariableInfo,
    (columns, scale_x): (&Even, f64),
    (rows, scale_y): (&Even, f64),
) -> Option<StatedMap> {
    let number = |name: &str| mapping.numbers(name).first().copied();
    let parallels = mapping.numbers("standard_parallel");
    let origin_lat = number("latitude_of_projection_origin");
    let (cone, lat_deg) = match mapping.text("grid_mapping_name")? {
        "lambert_conformal_conic" => {
            let (first, last) = (*parallels.first()?, *parallels.last()?);
            (
                Cone::Lambert {
                    parallels_deg: (first, last),
                },
                origin_lat?,
            )
        }
        "polar_stereographic" => {
            let pole = origin_lat?;
            let true_lat_deg = parallels.first().copied().or_else(|| {
                // the scale at the pole of a map that is true at φ is (1 + sin φ)/2
                let scale = number("scale_factor_at_projection_origin")?;
                Some((2.0 * scale - 1.0).asin().to_degrees().copysign(pole))
            })?;
            (Cone::PolarStereographic { true_lat_deg }, pole)
        }
        "mercator" => (
            Cone::Mercator {
                true_lat_deg: parallels.first().copied().unwrap_or(0.0),
            },
            0.0,
        ),
        _ => return None,
    };
    let lon = [
        "longitude_of_central_meridian",
        "straight_vertical_longitude_from_pole",
        "longitude_of_projection_origin",
    ];
    let lon_deg = lon.into_iter().find_map(number)?;
    let (false_x, false_y) = (
        number("false_easting").unwrap_or(0.0),
        number("false_northing").unwrap_or(0.0),
    );
    Some(StatedMap {
        cone,
        orientation_lon_deg: lon_deg,
        spacing_m: columns.step,
        radius_m: number("earth_radius")
            .or_else(|| number("semi_major_axis"))
            .unwrap_or(USUAL_RADIUS_M),
        anchor: MapAnchor {
            x: (scale_x * false_x - columns.first) / columns.step,
            y: (scale_y * false_y - rows.first) / rows.step,
            place: LonLat { lon_deg, lat_deg },
        },
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn longitudes_may_jump_and_run_either_way() {
        let jumping: Vec<f64> = (0..36)
            .map(|i| {
                if i < 18 {
                    10.0 * f64::from(i)
                } else {
                    10.0 * f64::from(i) - 360.0
                }
            })
            .collect();
        let columns = even(&unwrapped(&jumping)).unwrap();
        assert_eq!(
            (columns.first, columns.step, columns.count, columns.flip),
            (0.0, 10.0, 36, false)
        );
        let rows = even(&[60.0, 59.75, 59.5]).unwrap();
        assert_eq!((rows.first, rows.step, rows.flip), (59.5, 0.25, true));
        assert!(even(&[0.0, 1.0, 2.5]).is_none());
        let single: Vec<f64> = (0..1440).map(|i| f64::from(-180.0 + 0.25 * i as f32)).collect();
        assert_eq!(even(&single).unwrap().step, 0.25);
    }
}
