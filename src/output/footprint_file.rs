//! Footprint files: `foot(time, lat, lon)`, projected `foot(time, y, x)`.

use std::path::Path;

use netcdf::FileMut;

use super::age_variables::{put_age, read_age};
use super::attributes::RunAttributes;
use super::attributes::{Attribute, Reader, number, of_run, put_global, text};
use super::grid_attributes::{of_grid, read_grid};
use super::grid_axes::{put_axis, put_plane};
use super::layer_variables::{put_layers, read_layers, zero_where_unwritten};
use super::sampling_variables::{put_sampling, read_sampling, rounded};
use super::write_whole;
use crate::error::{Error, Result};
use crate::footprint::{Footprint, MassBudget};
use crate::grid::Axes;
use crate::gridding::Measure;
use crate::netcdf_file::on_netcdf_thread;
use crate::time::UtcTime;

/// Writes a footprint file; `path` appears whole or not at all.
///
/// # Errors
/// [`Error::Io`] or [`Error::NetCdf`](crate::Error::NetCdf) if it cannot be written, and the errors of [`Grid::axes`](crate::Grid::axes).
pub fn write_footprint(path: impl AsRef<Path>, footprint: &Footprint, run: &RunAttributes) -> Result<()> {
    let path = path.as_ref();
    on_netcdf_thread(|| write(path, footprint, run))
}

fn write(path: &Path, footprint: &Footprint, run: &RunAttributes) -> Result<()> {
    let axes = footprint.grid.axes()?;
    write_whole(path, |unfinished| {
        let write = || {
            let mut file = netcdf::create(unfinished)?;
            put_time(&mut file, footprint)?;
            put_plane(&mut file, &axes, &footprint.grid.crs)?;
            put_foot(&mut file, footprint, &axes)?;
            put_sampling(&mut file, footprint, units(footprint.grid.gridding.measure))?;
            put_age(&mut file, footprint, units(footprint.grid.gridding.measure))?;
            put_global(
                &mut file,
                of_run(title(footprint.grid.gridding.measure), &footprint.receptor, run),
            )?;
            put_global(&mut file, of_grid(&footprint.grid))?;
            put_global(&mut file, of_budget(&footprint.budget))?;
            file.sync()?;
            Ok(file)
        };
        let file = write().map_err(Error::netcdf(path))?;
        let maps = ["foot", "foot_stderr"]
            .into_iter()
            .take(1 + usize::from(footprint.stderr.is_some()));
        zero_where_unwritten(unfinished, maps).map_err(Error::io("write", path))?;
        file.close().map_err(Error::netcdf(path))
    })
}

const fn title(measure: Measure) -> &'static str {
    match measure {
        Measure::Surface => "Surface influence footprint",
        Measure::Residence { .. } => "Residence time footprint",
        Measure::Elevated { .. } => "Influence footprint of elevated sources",
    }
}

fn put_time(file: &mut FileMut, footprint: &Footprint) -> netcdf::Result<()> {
    let starts: Vec<f64> = footprint.layer_start.iter().map(|t| t.seconds() as f64).collect();
    let layer = footprint.layer_seconds as f64;
    let spans: Vec<[f64; 2]> = starts.iter().map(|&t| [t, t + layer]).collect();
    let attributes = vec![
        text("standard_name", "time"),
        text(
            "long_name",
            "start of the time in which the air picked up the influence",
        ),
        text("units", "seconds since 1970-01-01 00:00:00"),
        text("calendar", "standard"),
        text("axis", "T"),
    ];
    put_axis(file, "time", &starts, &spans, attributes)
}

fn put_foot(file: &mut FileMut, footprint: &Footprint, axes: &Axes) -> netcdf::Result<()> {
    let measure = footprint.grid.gridding.measure;
    let mut attributes = vec![
        text("long_name", long_name(measure)),
        text("units", units(measure)),
        text("cell_methods", "time: sum"),
        text("grid_mapping", "crs"),
    ];
    if footprint.stderr.is_some() {
        attributes.push(text("ancillary_variables", "foot_stderr"));
    }
    put_layers(file, ("foot", attributes), &footprint.foot, axes)?;
    let Some(stderr) = &footprint.stderr else {
        return Ok(());
    };
    let attributes = vec![
        text(
            "long_name",
            "sampling error of foot, from the spread of groups of particles",
        ),
        text("units", units(measure)),
        text("grid_mapping", "crs"),
    ];
    put_layers(file, ("foot_stderr", attributes), stderr, axes)
}

fn long_name(measure: Measure) -> String {
    match measure {
        Measure::Surface => "mole fraction at the receptor per surface flux".into(),
        Measure::Residence {
            bottom_agl_m,
            top_agl_m,
        } => format!("time that the air spent between {bottom_agl_m} and {top_agl_m} m above ground"),
        Measure::Elevated {
            bottom_agl_m,
            top_agl_m,
        } => format!(
            "mole fraction at the receptor per flux that enters evenly between {bottom_agl_m} and {top_agl_m} m above \
             ground"
        ),
    }
}

/// Unit of a footprint.
pub(crate) const fn units(measure: Measure) -> &'static str {
    match measure {
        Measure::Surface | Measure::Elevated { .. } => "ppm (umol-1 m2 s)",
        Measure::Residence { .. } => "s",
    }
}

fn of_budget(budget: &MassBudget) -> Vec<Attribute> {
    vec![
        number("influence_total", budget.total),
        number("influence_inside", budget.inside),
        number("influence_smeared_out", budget.smeared_out),
        number("influence_outside", budget.outside),
    ]
}

/// A footprint as its file holds it, in single precision, so that ppm are the same in a run and from its files.
#[must_use]
pub fn as_stored(mut footprint: Footprint) -> Footprint {
    let single = |value: f64| f64::from(value as f32);
    for values in std::iter::once(&mut footprint.foot).chain(&mut footprint.stderr) {
        for mut row in values.rows_mut() {
            // a page of zeros that is not written takes no memory
            if row.iter().fold(0, |bits, value| bits | value.to_bits()) != 0 {
                row.mapv_inplace(single);
            }
        }
    }
    if let Some(sampling) = &mut footprint.sampling {
        sampling.layer_foot.mapv_inplace(single);
        for deposit in &mut sampling.deposits {
            deposit.foot = rounded(deposit.foot);
        }
    }
    footprint
}

/// Reads a footprint file of [`write_footprint`]; values come back with the precision of f32.
///
/// # Errors
/// [`Error::Io`], [`Error::NetCdf`](crate::Error::NetCdf), or [`Error::Format`] if it is not such a file.
pub fn read_footprint(path: impl AsRef<Path>) -> Result<Footprint> {
    let path = path.as_ref();
    on_netcdf_thread(|| read(path))
}

fn read(path: &Path) -> Result<Footprint> {
    let reader = Reader::open(path, "footprint")?;
    let grid = read_grid(&reader)?;
    let axes = grid.axes()?;
    let shape: [usize; 3] = reader.shape("foot")?;
    if shape[1..] != [axes.ny, axes.nx] {
        let (ny, nx) = (axes.ny, axes.nx);
        return Err(reader.lacks(&format!("foot of {ny} x {nx} cells, as its grid has; it has {shape:?}")));
    }
    let foot = read_layers(&reader, "foot", shape)?;
    let stderr = match reader.file.variable("foot_stderr") {
        Some(_) => Some(read_layers(&reader, "foot_stderr", shape)?),
        None => None,
    };
    let bounds = reader.values::<f64>("time_bnds")?;
    let layer_start: Vec<UtcTime> = bounds
        .iter()
        .step_by(2)
        .map(|&t| UtcTime::from_seconds(t as i64))
        .collect();
    if layer_start.len() != shape[0] {
        return Err(reader.lacks("time_bnds for each layer"));
    }
    Ok(Footprint {
        receptor: reader.receptor()?,
        grid,
        layer_start,
        layer_seconds: bounds.get(1).map_or(0, |end| (end - bounds[0]) as i64),
        foot,
        stderr,
        sampling: read_sampling(&reader, shape[0], shape[1] * shape[2])?,
        age: read_age(&reader)?,
        budget: MassBudget {
            total: reader.number("influence_total")?,
            inside: reader.number("influence_inside")?,
            smeared_out: reader.number("influence_smeared_out")?,
            outside: reader.number("influence_outside")?,
        },
    })
}
