//! Footprint files of STILT v2 (`<id>_foot.nc`): one receptor, whose place and time are in the file's name alone.

use std::path::Path;

use netcdf::FileMut;

use super::axis::CellAnchor;
use super::layers::{Layers, maps, stamps};
use super::place::ReceptorHint;
use super::plane::{Plane, PlaneNames};
use super::source::Source;
use super::{ForeignFootprint, Visit};
use crate::error::{Error, Result};
use crate::footprint::Footprint;
use crate::grid::Axes;
use crate::output::attributes::{of_receptor, put, put_global, text};
use crate::output::grid_axes::{axis_names, pairs, put_axis};
use crate::output::grid_mapping::grid_mapping;
use crate::output::write_whole;
use crate::receptor::Receptor;

pub(super) const LONGLAT: &str = "+proj=longlat";

pub(super) fn read(source: &Source<'_>, visit: &mut Visit<'_>) -> Result<()> {
    source.check_units("foot")?;
    let plane = plane(source, || source.global_text("crs"))?;
    let receptor = receptor(source)?;
    let layers = Layers::of_stilt(source, receptor.time)?;
    let foot = maps(source, &plane, "foot", layers.start.len())?;
    visit(layers.footprint(receptor, &plane.grid, foot).into())
}

/// The receptor as airshed left it in a file, or as the file's name says it.
fn receptor(source: &Source<'_>) -> Result<Receptor> {
    let without_hint = source.options.receptor == ReceptorHint::default();
    if let (true, Some(receptor)) = (without_hint, source.receptor_of_airshed()?) {
        return Ok(receptor);
    }
    let id = id_of(source.path());
    let found = id.and_then(ReceptorHint::of_stilt_id).unwrap_or_default();
    let receptor = found.receptor(source)?;
    match id {
        Some(id) if without_hint => receptor.with_id(id),
        _ => Ok(receptor),
    }
}

/// The cells of a file with `lat` and `lon`, or else `y` and `x` of a crs.
pub(super) fn plane(source: &Source<'_>, crs: impl FnOnce() -> Option<String>) -> Result<Plane> {
    let anchor = source.options.anchor.unwrap_or(CellAnchor::Centre);
    if source.has_variable("lon") || !source.has_variable("x") {
        return Plane::read(source, PlaneNames { y: "lat", x: "lon" }, LONGLAT, anchor);
    }
    let crs = crs().ok_or_else(|| source.bad("x and y without a crs"))?;
    Plane::read(source, PlaneNames { y: "y", x: "x" }, &crs, anchor)
}

/// What stands before `_foot` in a file's name.
fn id_of(path: &Path) -> Option<&str> {
    let name = path.file_stem()?.to_str()?;
    name.split_once("_foot").map(|(id, _)| id).filter(|id| !id.is_empty())
}

/// Writes a file as STILT v2 does, with the bounds of cells and layers besides; `path` appears whole or not at all.
pub(super) fn write(path: &Path, ForeignFootprint { footprint, .. }: &ForeignFootprint) -> Result<()> {
    let axes = footprint.grid.axes()?;
    write_whole(path, |unfinished| {
        let write = || {
            let mut file = netcdf::create(unfinished)?;
            put_axes(&mut file, footprint, &axes)?;
            put_foot(&mut file, footprint, &axes)?;
            put_global(
                &mut file,
                vec![
                    text("crs", &footprint.grid.crs),
                    text("crs_format", "PROJ.4"),
                    text("documentation", "github.com/uataq/stilt"),
                    text("title", "STILT Footprint"),
                    text("source", super::SOURCE),
                ],
            )?;
            put_global(&mut file, of_receptor(&footprint.receptor))?;
            file.close()
        };
        write().map_err(Error::netcdf(path))
    })
}

fn put_axes(file: &mut FileMut, footprint: &Footprint, axes: &Axes) -> netcdf::Result<()> {
    let [y, x] = axis_names(axes);
    let axis = |standard: &str, long: &str, units: &str| {
        vec![
            text("units", units),
            text("standard_name", standard),
            text("long_name", long),
        ]
    };
    let (of_x, of_y) = if axes.crs.is_longlat() {
        (
            axis("longitude", "longitude at cell center", "degrees_east"),
            axis("latitude", "latitude at cell center", "degrees_north"),
        )
    } else {
        (
            axis("projection_x_coordinate", "x coordinate at cell center", "m"),
            axis("projection_y_coordinate", "y coordinate at cell center", "m"),
        )
    };
    put_axis(file, x, &axes.x_centres(), &pairs(&axes.x_edges()), of_x)?;
    put_axis(file, y, &axes.y_centres(), &pairs(&axes.y_edges()), of_y)?;
    let (times, bounds) = stamps(footprint);
    let mut of_time = axis("time", "utc time", "seconds since 1970-01-01 00:00:00Z");
    of_time.push(text("calendar", "standard"));
    put_axis(file, "time", &times, &bounds, of_time)
}

fn put_foot(file: &mut FileMut, footprint: &Footprint, axes: &Axes) -> netcdf::Result<()> {
    let [y, x] = axis_names(axes);
    let mut foot = file.add_variable::<f32>("foot", &["time", y, x])?;
    foot.set_fill_value(-1.0_f32)?;
    put(
        &mut foot,
        vec![
            text("units", "ppm (umol-1 m2 s)"),
            text("standard_name", "footprint"),
            text("long_name", "stilt surface influence footprint"),
        ],
    )?;
    for (k, layer) in footprint.foot.outer_iter().enumerate() {
        let single: Vec<f32> = layer.iter().map(|&v| v as f32).collect();
        foot.put_values(&single, (k, .., ..))?;
    }
    if axes.crs.is_longlat() {
        return Ok(());
    }
    foot.put_attribute("grid_mapping", "projection")?;
    let mut projection = file.add_variable::<i32>("projection", &[])?;
    put(&mut projection, grid_mapping(&footprint.grid.crs))?;
    projection.put_value(0_i32, ())
}
