//! Files of the ends of particles: where each left a grid, and the shares by side, place and height.

use std::path::Path;

use ndarray::Array2;
use netcdf::{AttributeValue, FileMut};

use super::DEFLATE_LEVEL;
use super::attributes::{Attribute, RunAttributes, number, of_run, put, put_global, text};
use super::grid_attributes::of_grid;
use super::grid_axes::{axis_names, pairs, put_axis, put_plane};
use super::write_whole;
use crate::boundary::{BoundaryInfluence, End, Ends, Fate, Side};
use crate::error::{Error, Result};
use crate::grid::Axes;
use crate::netcdf_file::on_netcdf_thread;
use crate::receptor::Receptor;

/// Fates by their number in a file.
const FATES: [Fate; 9] = [
    Fate::Left(Side::North),
    Fate::Left(Side::East),
    Fate::Left(Side::South),
    Fate::Left(Side::West),
    Fate::Top,
    Fate::Inside,
    Fate::LeftMeteorology,
    Fate::MetGap,
    Fate::StartedOutside,
];
const FATE_WORDS: &str = "north east south west top inside left_meteorology met_gap started_outside";

/// One column of the table of ends.
type Column = (&'static str, &'static str, &'static str, fn(&End) -> f64);

const COLUMNS: [Column; 9] = [
    ("end_lon", "longitude of the end", "degrees_east", |end| end.lon_deg),
    ("end_lat", "latitude of the end", "degrees_north", |end| end.lat_deg),
    ("end_height_agl", "height of the end above ground", "m", |end| {
        end.height_agl_m
    }),
    ("end_height_asl", "height of the end above sea level", "m", |end| {
        end.height_asl_m
    }),
    ("end_pressure", "air pressure at the end", "hPa", |end| end.pressure_hpa),
    (
        "end_time",
        "time from the receptor time to the end, negative backward",
        "min",
        |end| end.time_min,
    ),
    ("end_age", "time from the release to the end", "min", |end| end.age_min),
    ("weight", "factor on the share of the particle", "1", |end| end.weight),
    (
        "end_mass_weight",
        "mass that the particle stands for at its end",
        "1",
        |end| end.mass_weight,
    ),
];

/// Writes the ends of an ensemble at the edge of a grid; `path` appears whole or not at all.
///
/// `end_fate(particle)` and the columns `end_lon` … `end_age`, NaN for particles that were never followed; shares
/// `particle_locations_{n,e,s,w}(height, lon | lat)` of all particles by where they left through a side, their mean ages
/// `mean_age_particles_{n,e,s,w}`, h, and the other shares as attributes: together 1.
///
/// # Errors
/// [`Error::Io`] or [`Error::NetCdf`](crate::Error::NetCdf) if it cannot be written, and the errors of
/// [`Grid::axes`](crate::Grid::axes).
pub fn write_ends(path: impl AsRef<Path>, ends: &Ends, receptor: &Receptor, run: &RunAttributes) -> Result<()> {
    let path = path.as_ref();
    on_netcdf_thread(|| {
        let axes = ends.influence.grid.axes()?;
        write_whole(path, |unfinished| {
            let write = || {
                let mut file = netcdf::create(unfinished)?;
                put_plane(&mut file, &axes, &ends.influence.grid.crs)?;
                put_each(&mut file, &ends.each)?;
                put_sides(&mut file, &ends.influence, &axes)?;
                put_global(
                    &mut file,
                    of_run("Ends of particles at the edge of a grid", receptor, run),
                )?;
                put_global(&mut file, of_grid(&ends.influence.grid))?;
                put_global(&mut file, of_rest(&ends.influence))?;
                file.close()
            };
            write().map_err(Error::netcdf(path))
        })
    })
}

fn put_each(file: &mut FileMut, ends: &[End]) -> netcdf::Result<()> {
    file.add_dimension("particle", ends.len())?;
    let number = |end: &End| FATES.iter().position(|fate| *fate == end.fate).unwrap_or(0) as i8;
    let fates: Vec<i8> = ends.iter().map(number).collect();
    let mut fate = file.add_variable::<i8>("end_fate", &["particle"])?;
    let flags: Vec<i8> = (0..FATES.len() as i8).collect();
    let attributes = vec![
        text(
            "long_name",
            "side of the grid through which the particle left first, or why it did not",
        ),
        ("flag_values", AttributeValue::Schars(flags)),
        text("flag_meanings", FATE_WORDS),
    ];
    put(&mut fate, attributes)?;
    fate.put_values(&fates, ..)?;
    for (name, long_name, units, value) in COLUMNS {
        let mut column = file.add_variable::<f64>(name, &["particle"])?;
        column.set_compression(DEFLATE_LEVEL, true)?;
        put(&mut column, described(long_name, units))?;
        column.put_values(&ends.iter().map(value).collect::<Vec<_>>(), ..)?;
    }
    Ok(())
}

fn put_sides(file: &mut FileMut, influence: &BoundaryInfluence, axes: &Axes) -> netcdf::Result<()> {
    let mut of_height = described("middle of a layer above ground", "m");
    of_height.extend([
        text("standard_name", "height"),
        text("positive", "up"),
        text("axis", "Z"),
    ]);
    let edges = pairs(&influence.height_edges_m);
    put_axis(file, "height", &influence.height_centres_m(), &edges, of_height)?;
    let [y, x] = axis_names(axes);
    let sides = [
        ("n", "northern", x),
        ("e", "eastern", y),
        ("s", "southern", x),
        ("w", "western", y),
    ];
    let both = influence.fraction.each().into_iter().zip(influence.mean_age_h.each());
    for ((letter, word, along), (fraction, age)) in sides.into_iter().zip(both) {
        let mut put_side = |name: &str, long_name: String, units, values: &Array2<f64>| {
            let mut side = file.add_variable::<f64>(&format!("{name}_{letter}"), &["height", along])?;
            side.set_compression(DEFLATE_LEVEL, true)?;
            put(&mut side, described(&long_name, units))?;
            side.put_values(values.as_standard_layout().as_slice().unwrap_or_default(), ..)
        };
        let share = format!("share of all particles that left through the {word} side");
        put_side("particle_locations", share, "1", fraction)?;
        let mean = format!("mean age of the particles that left through the {word} side, 0 where none did");
        put_side("mean_age_particles", mean, "h", age)?;
    }
    Ok(())
}

fn described(long_name: &str, units: &str) -> Vec<Attribute> {
    vec![text("long_name", long_name), text("units", units)]
}

fn of_rest(influence: &BoundaryInfluence) -> Vec<Attribute> {
    vec![
        number("share_through_sides", influence.through_sides()),
        number("share_through_top", influence.top),
        number("share_inside", influence.inside),
        number("share_left_meteorology", influence.left_meteorology),
        number("share_met_gap", influence.met_gap),
        number("share_started_outside", influence.started_outside),
    ]
}
