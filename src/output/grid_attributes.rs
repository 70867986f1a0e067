//! The grid and its gridding as global attributes, `grid_` and the key of `[grid.NAME]`.

use netcdf::AttributeValue;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::attributes::{Attribute, Reader, number, text};
use crate::error::Result;
use crate::grid::Grid;
use crate::gridding::{Gridding, Measure, Quirks};

/// What makes the same grid again.
pub(crate) fn of_grid(grid: &Grid) -> Vec<Attribute> {
    let mut attributes = vec![
        text("grid_name", &grid.name),
        number("grid_west", grid.west),
        number("grid_east", grid.east),
        number("grid_south", grid.south),
        number("grid_north", grid.north),
        number("grid_dx", grid.dx),
        number("grid_dy", grid.dy),
        text("grid_crs", &grid.crs),
        ("grid_time_integrate", AttributeValue::Int(grid.time_integrate.into())),
        number("grid_smooth_factor", grid.smooth_factor),
    ];
    attributes.extend(of_gridding(&grid.gridding));
    attributes
}

fn of_gridding(gridding: &Gridding) -> Vec<Attribute> {
    let mut attributes = Vec::new();
    if let Some(mode) = gridding.mode {
        attributes.push(text("grid_gridding", word(mode)));
    }
    attributes.push(number("grid_layer_min", gridding.layer_min.into()));
    let (measure, heights) = match gridding.measure {
        Measure::Surface => ("surface", None),
        Measure::Residence {
            bottom_agl_m,
            top_agl_m,
        } => ("residence", Some((bottom_agl_m, top_agl_m))),
        Measure::Elevated {
            bottom_agl_m,
            top_agl_m,
        } => ("elevated", Some((bottom_agl_m, top_agl_m))),
    };
    attributes.push(text("grid_measure", measure));
    if let Some((bottom, top)) = heights {
        attributes.push(number("grid_bottom_agl_m", bottom));
        attributes.push(number("grid_top_agl_m", top));
    }

    attributes.push(number("grid_error_groups", gridding.error_groups as f64));
    if let Some(outer) = &gridding.nested_in {
        attributes.push(text("grid_nested_in", outer));
    }
    attributes.push(text("grid_compat_early_steps", word(gridding.compat.early_steps)));
    attributes.push(text("grid_compat_lone_particle", word(gridding.compat.lone_particle)));
    attributes.push(text("grid_compat_west_edge", word(gridding.compat.west_edge)));
    attributes
}

/// A choice under its name in the configuration.
fn word(choice: impl Serialize) -> String {
    match serde_json::to_value(choice) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

/// The grid of a file of ours.
pub(crate) fn read_grid(reader: &Reader<'_>) -> Result<Grid> {
    Ok(Grid {
        name: reader.text("grid_name")?,
        west: reader.number("grid_west")?,
        east: reader.number("grid_east")?,
        south: reader.number("grid_south")?,
        north: reader.number("grid_north")?,
        dx: reader.number("grid_dx")?,
        dy: reader.number("grid_dy")?,
        crs: reader.text("grid_crs")?,
        time_integrate: reader.number("grid_time_integrate")? != 0.0,
        smooth_factor: reader.number("grid_smooth_factor")?,
        gridding: read_gridding(reader)?,
    })
}

/// Files from before the choices were written hold those of STILT v2, without an error.
fn read_gridding(reader: &Reader<'_>) -> Result<Gridding> {
    if !reader.has("grid_measure") {
        return Ok(Gridding {
            error_groups: 0,
            ..Gridding::default()
        });
    }
    Ok(Gridding {
        mode: match reader.has("grid_gridding") {
            true => Some(choice(reader, "grid_gridding")?),
            false => None,
        },
        layer_min: reader.number("grid_layer_min")? as u32,
        measure: read_measure(reader)?,
        error_groups: reader.number("grid_error_groups")? as usize,
        nested_in: match reader.has("grid_nested_in") {
            true => Some(reader.text("grid_nested_in")?),
            false => None,
        },
        compat: Quirks {
            early_steps: choice(reader, "grid_compat_early_steps")?,
            lone_particle: choice(reader, "grid_compat_lone_particle")?,
            west_edge: match reader.has("grid_compat_west_edge") {
                true => choice(reader, "grid_compat_west_edge")?,
                false => Default::default(),
            },
        },
    })
}

fn read_measure(reader: &Reader<'_>) -> Result<Measure> {
    let heights = || Ok((reader.number("grid_bottom_agl_m")?, reader.number("grid_top_agl_m")?));
    Ok(match reader.text("grid_measure")?.as_str() {
        "surface" => Measure::Surface,
        "residence" => {
            let (bottom_agl_m, top_agl_m) = heights()?;
            Measure::Residence {
                bottom_agl_m,
                top_agl_m,
            }
        }
        "elevated" => {
            let (bottom_agl_m, top_agl_m) = heights()?;
            Measure::Elevated {
                bottom_agl_m,
                top_agl_m,
            }
        }
        other => return Err(reader.lacks(&format!("known grid_measure, found {other}"))),
    })
}

fn choice<T: DeserializeOwned>(reader: &Reader<'_>, name: &str) -> Result<T> {
    let word = reader.text(name)?;
    serde_json::from_value(serde_json::Value::String(word.clone()))
        .map_err(|_| reader.lacks(&format!("known {name}, found {word}")))
}
