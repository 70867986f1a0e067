//! Footprint files of the ICOS Carbon Portal: `foot<slot>_aggreg.nc`, one map at the receptor time, summed over
//! `backtime`; and the packages of a station, which join such maps along time.

use std::path::Path;

use netcdf::FileMut;

use super::axis::CellAnchor;
use super::layers::{Layers, covered};
use super::place::ReceptorHint;
use super::plane::{Plane, PlaneNames};
use super::source::Source;
use super::stilt::LONGLAT;
use super::{Footprints, Visit};
use crate::error::{Error, Result};
use crate::footprint::Footprint;
use crate::grid::Axes;
use crate::output::attributes::{put, put_global, text};
use crate::output::grid_axes::{pairs, put_axis};
use crate::output::write_whole;
use crate::time::UtcTime;

/// 2000-01-01.
const EPOCH: UtcTime = UtcTime::from_seconds(946_684_800);
const DAY_S: f64 = 86_400.0;
const FILL: f64 = -1e30;

pub(super) fn read(source: &Source<'_>, visit: &mut Visit<'_>) -> Result<()> {
    source.check_units("foot")?;
    let plane = Plane::read(source, PlaneNames { y: "lat", x: "lon" }, LONGLAT, anchor(source))?;
    let hours = source.global_text("backtime").and_then(|text| hours_of(&text));
    let found = place(source);
    for (k, time) in source.times("time")?.into_iter().enumerate() {
        let receptor = ReceptorHint {
            time: Some(time),
            ..found
        }
        .receptor(source)?;
        let layers = Layers::back_from(source, receptor.time, hours)?;
        let foot = plane.map(source, "foot", k)?;
        let foot = foot.insert_axis(ndarray::Axis(0));
        visit(layers.footprint(receptor, &plane.grid, foot).into())?;
    }
    Ok(())
}

/// The portal's files call their coordinates centres, but notebooks of the portal draw them as lower left corners.
fn anchor(source: &Source<'_>) -> CellAnchor {
    source
        .options
        .anchor
        .unwrap_or_else(|| match source.text("lon", "long_name") {
            Some(text) if text.contains("corner") || text.contains("lower") => CellAnchor::LowerLeft,
            _ => CellAnchor::Centre,
        })
}

/// Attributes count before the file's name.
fn place(source: &Source<'_>) -> ReceptorHint {
    let in_attributes = ReceptorHint {
        time: None,
        lon_deg: source.global_number("lonstart"),
        lat_deg: source.global_number("latstart"),
        height_agl_m: source.global_number("aglstart"),
    };
    let in_name = source.path().to_str().and_then(ReceptorHint::of_slot);
    in_attributes.or(in_name.unwrap_or_default())
}

/// `240 hours`
fn hours_of(backtime: &str) -> Option<f64> {
    let (number, unit) = backtime.trim().split_once(' ')?;
    (unit.trim() == "hours").then(|| number.parse().ok()).flatten()
}

/// Writes the sums over time of footprints of one grid and place, by receptor time, as the portal does, with the bounds
/// of the cells besides; `path` appears whole or not at all.
pub(super) fn write(path: &Path, footprints: &mut Footprints<'_>) -> Result<()> {
    let Some(first) = footprints.next().transpose()? else {
        return Err(Error::config("footprints", "none", "at least one"));
    };
    let first = first.footprint;
    let axes = first.grid.axes()?;
    if !axes.crs.is_longlat() {
        let allowed = "files of the ICOS portal have longitudes and latitudes: grid onto them";
        return Err(Error::config("grid crs", &first.grid.crs, allowed));
    }
    let hours = hours_back(&first)?;
    write_whole(path, |unfinished| {
        let refused = || Error::netcdf(path);
        let mut file = netcdf::create(unfinished).map_err(refused())?;
        put_frame(&mut file, &first, &axes, hours).map_err(refused())?;
        put_map(&mut file, 0, &first).map_err(refused())?;
        let mut last = first.receptor.time;
        for (k, footprint) in footprints.enumerate() {
            let footprint = footprint?.footprint;
            super::require_same_series(&first, &footprint, last)?;
            if hours_back(&footprint)? != hours {
                let allowed = format!("one file has one backtime, here {hours} hours");
                return Err(Error::config("hours back", hours_back(&footprint)?, allowed));
            }
            put_map(&mut file, k + 1, &footprint).map_err(refused())?;
            last = footprint.receptor.time;
        }
        file.close().map_err(refused())
    })
}

fn hours_back(footprint: &Footprint) -> Result<f64> {
    let [start, end] = covered(footprint);
    let hours = footprint.receptor.time.minutes_since(start) / 60.0;
    if end > footprint.receptor.time || hours <= 0.0 {
        let allowed = "files of the ICOS portal hold backward footprints, which end at the receptor time";
        return Err(Error::config("layers", format!("{start} to {end}"), allowed));
    }
    Ok(hours)
}

fn put_frame(file: &mut FileMut, first: &Footprint, axes: &Axes, hours: f64) -> netcdf::Result<()> {
    let axis = |units: &str, long: &str| vec![text("units", units), text("long_name", long)];
    let of_x = axis("degrees_east", "degrees longitude of center of grid boxes");
    let of_y = axis("degrees_north", "degrees latitude of center of grid boxes");
    put_axis(file, "lon", &axes.x_centres(), &pairs(&axes.x_edges()), of_x)?;
    put_axis(file, "lat", &axes.y_centres(), &pairs(&axes.y_edges()), of_y)?;
    file.add_unlimited_dimension("time")?;
    let mut time = file.add_variable::<f64>("time", &["time"])?;
    let since = "days since 2000-01-01 00:00:00 UTC";
    put(&mut time, axis(since, "footprint initial date"))?;
    let mut foot = file.add_variable::<f64>("foot", &["time", "lat", "lon"])?;
    foot.set_chunking(&[1, axes.ny, axes.nx])?;
    foot.set_compression(9, false)?;
    foot.set_fill_value(FILL)?;
    let long_name = "STILT footprints integrated over backward time intervall backtime";
    put(&mut foot, axis("ppm per (micromol m-2 s-1)", long_name))?;
    let receptor = &first.receptor;
    let description = "aggregated STILT footprints on lon/lat/time grid, aggregated in grid boxes (lat,lon) and stilt start \
                       time (time), aggregated over backtime hours prior to start time";
    let mut globals = vec![
        text("backtime", format!("{hours} hours")),
        text("description", description),
        crate::output::attributes::number("latstart", receptor.lat_deg),
        crate::output::attributes::number("lonstart", receptor.lon_deg),
        text("source", super::SOURCE),
    ];
    globals.extend(
        receptor
            .height_agl_m()
            .map(|h| crate::output::attributes::number("aglstart", h)),
    );
    put_global(file, globals)
}

fn put_map(file: &mut FileMut, k: usize, footprint: &Footprint) -> netcdf::Result<()> {
    let days = (footprint.receptor.time.seconds() - EPOCH.seconds()) as f64 / DAY_S;
    let mut put = |name: &str, values: &[f64], map: bool| match file.variable_mut(name) {
        Some(mut variable) if map => variable.put_values(values, (k..k + 1, .., ..)),
        Some(mut variable) => variable.put_values(values, k..k + 1),
        None => Err(netcdf::Error::NotFound(name.into())),
    };
    put("time", &[days], false)?;
    let sum = footprint.foot.sum_axis(ndarray::Axis(0));
    put("foot", sum.as_standard_layout().as_slice().unwrap_or_default(), true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backtime_is_hours() {
        assert_eq!(hours_of("240 hours"), Some(240.0));
        assert_eq!(hours_of("ten days"), None);
        assert_eq!(EPOCH.to_string(), "2000-01-01T00:00Z");
    }
}
