//! NetCDF footprints of PYSTILT: STILT v2's, with the receptor and the settings as JSON.
//!
//! Written are the attributes of the variable `foot` that PYSTILT 0.1 reads, and the global ones of versions before it.

use std::path::Path;

use netcdf::{AttributeValue, FileMut};
use serde_json::{Value, json};

use super::layers::{Layers, maps, stamps};
use super::source::Source;
use super::stilt::{LONGLAT, plane};
use super::{ForeignFootprint, ReceptorHint, Visit};
use crate::error::{Error, Result};
use crate::footprint::Footprint;
use crate::grid::{Axes, Grid};
use crate::output::attributes::{number, put, put_global, text};
use crate::output::grid_axes::{axis_names, of_plane, pairs, put_axis};
use crate::output::grid_mapping::grid_mapping;
use crate::output::write_whole;
use crate::receptor::{Datum, Receptor, Shape, Site};
use crate::time::UtcTime;

pub(super) fn read(source: &Source<'_>, visit: &mut Visit<'_>) -> Result<()> {
    source.check_units("foot")?;
    let settings = settings(source)?;
    let crs = || settings["grid"]["crs"].as_str().map(str::to_owned);
    let mut plane = plane(source, crs)?;
    plane.grid.smooth_factor = settings["smooth_factor"].as_f64().unwrap_or(1.0);
    let receptor = receptor(source)?;
    let layers = Layers::of_stilt(source, receptor.time)?;
    let foot = maps(source, &plane, "foot", layers.start.len())?;
    visit(layers.footprint(receptor, &plane.grid, foot).into())
}

/// The settings of version 0.1, or those that earlier versions spread over global attributes.
fn settings(source: &Source<'_>) -> Result<Value> {
    match source.text("foot", "stilt_footprint") {
        Some(stored) => parsed(source, "stilt_footprint", &stored),
        None => Ok(json!({
            "grid": { "crs": source.global_text("projection") },
            "smooth_factor": source.global_number("smooth_factor"),
        })),
    }
}

fn parsed(source: &Source<'_>, name: &str, stored: &str) -> Result<Value> {
    serde_json::from_str(stored).map_err(|e| source.bad(format!("attribute {name} is no JSON: {e}")))
}

fn receptor(source: &Source<'_>) -> Result<Receptor> {
    if source.options.receptor != ReceptorHint::default() {
        return source.options.receptor.receptor(source);
    }
    let stored = source
        .text("foot", "stilt_receptor")
        .or_else(|| source.global_text("receptor"));
    let stored =
        stored.ok_or_else(|| source.bad("no receptor: neither foot:stilt_receptor nor the global receptor"))?;
    let described = parsed(source, "receptor", &stored)?;
    let receptor =
        from_json(&described).ok_or_else(|| source.bad(format!("no receptor that is understood: {stored}")))??;
    match source.scalar_text("receptor") {
        Some(id) => receptor.with_id(id),
        None => Ok(receptor),
    }
}

/// The receptor of PYSTILT's JSON; `None` if a key is missing or of the wrong type.
fn from_json(value: &Value) -> Option<Result<Receptor>> {
    let number = |key: &str| value[key].as_f64();
    let numbers = |key: &str| {
        value[key]
            .as_array()?
            .iter()
            .map(Value::as_f64)
            .collect::<Option<Vec<f64>>>()
    };
    let time = UtcTime::parse(value["time"].as_str()?).ok()?;
    let datum = match value["altitude_ref"].as_str() {
        Some("msl") => Datum::SeaLevel,
        _ => Datum::Ground,
    };
    let site = |height| Some(Site::new(number("longitude")?, number("latitude")?, height));
    Some(match value["kind"].as_str().unwrap_or("point") {
        "point" => {
            let point = site(number("altitude")?)?;
            let receptor = Receptor::new(time, point.lon_deg, point.lat_deg, point.height_m);
            match datum {
                Datum::Ground => receptor,
                Datum::SeaLevel => receptor.and_then(Receptor::above_sea_level),
            }
        }
        "column" => Receptor::column(time, site(number("bottom")?)?, number("top")?, datum),
        "multipoint" => {
            let places = numbers("longitudes")?.into_iter().zip(numbers("latitudes")?);
            let places = places.zip(numbers("altitudes")?);
            let sites = places.map(|((lon, lat), height)| Site::new(lon, lat, height)).collect();
            Receptor::points(time, sites, datum)
        }
        _ => return None,
    })
}

/// PYSTILT's JSON of a receptor.
fn to_json(receptor: &Receptor) -> Result<Value> {
    let altitude_ref = match receptor.datum {
        Datum::Ground => "agl",
        Datum::SeaLevel => "msl",
    };
    let time = receptor.time.civil().strftime("%Y-%m-%dT%H:%M:%S").to_string();
    let (longitude, latitude) = (receptor.lon_deg, receptor.lat_deg);
    let all = |of: fn(&Site) -> f64, sites: &[Site]| sites.iter().map(of).collect::<Vec<f64>>();
    match &receptor.shape {
        Shape::Point => Ok(json!({
            "kind": "point", "time": time, "altitude_ref": altitude_ref,
            "longitude": longitude, "latitude": latitude, "altitude": receptor.height_m,
        })),
        Shape::Path { sites, .. } if is_column(sites) => Ok(json!({
            "kind": "column", "time": time, "altitude_ref": altitude_ref,
            "longitude": longitude, "latitude": latitude, "bottom": sites[0].height_m, "top": sites[1].height_m,
        })),
        Shape::Points(sites) => Ok(json!({
            "kind": "multipoint", "time": time, "altitude_ref": altitude_ref,
            "longitudes": all(|s| s.lon_deg, sites), "latitudes": all(|s| s.lat_deg, sites),
            "altitudes": all(|s| s.height_m, sites),
        })),
        other => {
            let allowed = "PYSTILT knows points and vertical columns only";
            Err(Error::config("receptor kind", other.name(), allowed))
        }
    }
}

fn is_column(sites: &[Site]) -> bool {
    let place = |site: &Site| (site.lon_deg, site.lat_deg);
    matches!(sites, [bottom, top] if place(bottom) == place(top))
}

/// Writes a file as PYSTILT does, with the bounds of cells and layers besides; `path` appears whole or not at all.
pub(super) fn write(path: &Path, ForeignFootprint { footprint, .. }: &ForeignFootprint) -> Result<()> {
    let axes = footprint.grid.axes()?;
    let receptor = to_json(&footprint.receptor)?.to_string();
    write_whole(path, |unfinished| {
        let write = || {
            let mut file = netcdf::create(unfinished)?;
            put_axes(&mut file, footprint, &axes)?;
            put_foot(&mut file, footprint, &axes, &receptor)?;
            put_settings(&mut file, footprint, &axes, &receptor)?;
            file.close()
        };
        write().map_err(Error::netcdf(path))
    })
}

fn put_axes(file: &mut FileMut, footprint: &Footprint, axes: &Axes) -> netcdf::Result<()> {
    let [y, x] = axis_names(axes);
    let [of_y, of_x] = of_plane(axes);
    put_axis(file, y, &axes.y_centres(), &pairs(&axes.y_edges()), of_y)?;
    put_axis(file, x, &axes.x_centres(), &pairs(&axes.x_edges()), of_x)?;
    let (times, bounds) = stamps(footprint);
    let of_time = vec![
        text("standard_name", "time"),
        text("axis", "T"),
        text("units", "seconds since 1970-01-01"),
        text("calendar", "proleptic_gregorian"),
    ];
    put_axis(file, "time", &times, &bounds, of_time)?;
    let mut id = file.add_string_variable("receptor", &[])?;
    id.put_string(&footprint.receptor.id, ())?;
    let mut crs = file.add_variable::<i64>("crs", &[])?;
    put(&mut crs, grid_mapping(&footprint.grid.crs))?;
    crs.put_value(0_i64, ())
}

fn put_foot(file: &mut FileMut, footprint: &Footprint, axes: &Axes, receptor: &str) -> netcdf::Result<()> {
    let [y, x] = axis_names(axes);
    let mut foot = file.add_variable::<f64>("foot", &["time", y, x])?;
    foot.set_chunking(&[1, axes.ny, axes.nx])?;
    foot.set_compression(4, true)?;
    foot.set_fill_value(f64::NAN)?;
    put(
        &mut foot,
        vec![
            text("units", "ppm m2 s umol-1"),
            text("long_name", "footprint"),
            text("stilt_name", &footprint.grid.name),
            text("stilt_receptor", receptor),
            text("stilt_footprint", stored_settings(&footprint.grid, axes).to_string()),
            text("grid_mapping", "crs"),
            text("coordinates", "receptor"),
        ],
    )?;
    for (k, layer) in footprint.foot.outer_iter().enumerate() {
        let values: Vec<f64> = layer.iter().copied().collect();
        foot.put_values(&values, (k, .., ..))?;
    }
    Ok(())
}

/// West, east, south and north in degrees, such that PYSTILT finds the same cells again.
fn bounds_deg(axes: &Axes) -> [f64; 4] {
    let (x1, y1) = (axes.x0 + axes.nx as f64 * axes.dx, axes.y0 + axes.ny as f64 * axes.dy);
    if axes.crs.is_longlat() {
        return [axes.x0, x1, axes.y0, y1];
    }
    // PYSTILT projects two corners and keeps whole cells: a little more than the grid, so that rounding costs none
    let [more_x, more_y] = [1e-6 * axes.dx, 1e-6 * axes.dy];
    let (west, south) = axes.crs.inverse(axes.x0, axes.y0);
    let (east, north) = axes.crs.inverse(x1 + more_x, y1 + more_y);
    [west, east, south, north]
}

fn stored_settings(grid: &Grid, axes: &Axes) -> Value {
    let [xmin, xmax, ymin, ymax] = bounds_deg(axes);
    json!({
        "cells_per_target": 4, "geometry": null, "geometry_hash": null,
        "grid": {
            "crs": crs_of(grid, axes), "xmin": xmin, "xmax": xmax, "ymin": ymin, "ymax": ymax,
            "xres": axes.dx, "yres": axes.dy,
        },
        "smooth_factor": grid.smooth_factor, "time_integrate": grid.time_integrate, "transforms": [],
    })
}

fn crs_of<'a>(grid: &'a Grid, axes: &Axes) -> &'a str {
    if axes.crs.is_longlat() { LONGLAT } else { &grid.crs }
}

fn put_settings(file: &mut FileMut, footprint: &Footprint, axes: &Axes, receptor: &str) -> netcdf::Result<()> {
    let grid = &footprint.grid;
    let [xmin, xmax, ymin, ymax] = bounds_deg(axes);
    put_global(
        file,
        vec![
            text("Conventions", "CF-1.8"),
            text("source", super::SOURCE),
            text("name", &grid.name),
            text("receptor", receptor),
            text("projection", crs_of(grid, axes)),
            number("xmin", xmin),
            number("xmax", xmax),
            number("ymin", ymin),
            number("ymax", ymax),
            number("xres", axes.dx),
            number("yres", axes.dy),
            number("smooth_factor", grid.smooth_factor),
            ("time_integrate", AttributeValue::Int(grid.time_integrate.into())),
            (
                "is_empty",
                AttributeValue::Int(footprint.foot.iter().all(|&v| v == 0.0).into()),
            ),
            text("transforms", "[]"),
        ],
    )
}
