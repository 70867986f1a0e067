//! Trajectory files: one row per particle, one column per record, variables under STILT's names.

use std::borrow::Cow;
use std::path::Path;

use ndarray::Array2;
use netcdf::{AttributeValue, FileMut, VariableMut};

use super::attributes::RunAttributes;
use super::attributes::{Attribute, Reader, of_run, put, put_global, text};
use super::starts::{put_starts, read_starts};
use super::write_whole;
use crate::error::{Error, Result};
use crate::netcdf_thread::on_netcdf_thread;
use crate::trajectory::{Status, Trajectories};

/// One f32 table of [`Trajectories`] in a file.
struct Column {
    name: &'static str,
    standard_name: Option<&'static str>,
    long_name: &'static str,
    units: &'static str,
    table: fn(&Trajectories) -> &Array2<f32>,
    table_mut: fn(&mut Trajectories) -> &mut Array2<f32>,
}

macro_rules! column {
    ($name:literal, $field:ident, $standard:expr, $long:literal, $units:literal) => {
        Column {
            name: $name,
            standard_name: $standard,
            long_name: $long,
            units: $units,
            table: |t| &t.$field,
            table_mut: |t| &mut t.$field,
        }
    };
}

const COLUMNS: [Column; 11] = [
    column!("zagl", height_agl_m, Some("height"), "height above ground", "m"),
    column!(
        "foot",
        foot,
        None,
        "influence since the previous record",
        "ppm (umol-1 m2 s)"
    ),
    column!(
        "foot_no_hnf_dilution",
        foot_raw,
        None,
        "influence without near-field dilution",
        "ppm (umol-1 m2 s)"
    ),
    column!(
        "samt",
        time_below_min,
        None,
        "time below veght since the previous record",
        "min"
    ),
    column!(
        "mlht",
        mixing_height_m,
        Some("atmosphere_boundary_layer_thickness"),
        "mixing height",
        "m"
    ),
    column!(
        "dens",
        air_density_kg_m3,
        Some("air_density"),
        "air density at the particle",
        "kg m-3"
    ),
    column!(
        "sigw",
        sigma_w_m_s,
        None,
        "standard deviation of vertical velocity",
        "m s-1"
    ),
    column!(
        "tlgr",
        lagrangian_time_s,
        None,
        "Lagrangian time scale of vertical velocity",
        "s"
    ),
    column!(
        "pres",
        pressure_hpa,
        Some("air_pressure"),
        "pressure at the particle",
        "hPa"
    ),
    column!(
        "zsfc",
        terrain_m,
        Some("surface_altitude"),
        "terrain height above sea level",
        "m"
    ),
    column!(
        "dmas",
        mass_weight,
        None,
        "mass that the particle stands for, 1 at its release",
        "1"
    ),
];

/// Writes a trajectory file with a record every `every_min` minutes; `path` appears whole or not at all.
///
/// Influence and time below veght add up over the records left out. Where a particle ends between two records, the
/// later one holds its last position and all that it gathered until then.
///
/// # Errors
/// [`Error::Config`] if `every_min` is 0; [`Error::Io`] or [`Error::NetCdf`](crate::Error::NetCdf) if the file cannot be
/// written.
pub fn write_trajectories(
    path: impl AsRef<Path>,
    trajectories: &Trajectories,
    run: &RunAttributes,
    every_min: usize,
) -> Result<()> {
    let path = path.as_ref();
    let thinned = thin(trajectories, every_min)?;
    write_whole(path, |unfinished| {
        let write = || {
            let mut file = netcdf::create(unfinished)?;
            put_axes(&mut file, &thinned)?;
            put_positions(&mut file, &thinned)?;
            put_starts(&mut file, &thinned)?;
            for column in &COLUMNS {
                let mut variable = file.add_variable::<f32>(column.name, &["particle", "time"])?;
                let table = (column.table)(&thinned);
                put_table(
                    &mut variable,
                    table.as_standard_layout().as_slice().unwrap_or_default(),
                    f32::NAN,
                )?;
                put(&mut variable, of_column(column))?;
            }
            put_global(&mut file, of_run("Particle trajectories", &thinned.receptor, run))?;
            file.close()
        };
        on_netcdf_thread(write).map_err(Error::netcdf(path))
    })
}

fn of_column(column: &Column) -> Vec<Attribute> {
    let standard = column.standard_name.map(|name| text("standard_name", name));
    let rest = [
        text("long_name", column.long_name),
        text("units", column.units),
        text("coordinates", "long lati"),
    ];
    let upward = (column.name == "zagl").then(|| text("positive", "up"));
    standard.into_iter().chain(rest).chain(upward).collect()
}

fn put_axes(file: &mut FileMut, trajectories: &Trajectories) -> netcdf::Result<()> {
    let count = trajectories.particle_count();
    file.add_dimension("particle", count)?;
    file.add_dimension("time", trajectories.time_min.len())?;
    let numbers: Vec<i32> = (1..=count).map(|i| i32::try_from(i).unwrap_or(i32::MAX)).collect();
    let mut particle = file.add_variable::<i32>("particle", &["particle"])?;
    put(&mut particle, vec![text("long_name", "number of the particle (indx)")])?;
    particle.put_values(&numbers, ..)?;

    let civil = trajectories.receptor.time.civil();
    let mut time = file.add_variable::<f64>("time", &["time"])?;
    let since = format!("minutes since {}", civil.strftime("%Y-%m-%d %H:%M:%S"));
    put(
        &mut time,
        vec![
            text("standard_name", "time"),
            text("long_name", "time since the receptor time, negative backward"),
            text("units", since),
            text("calendar", "standard"),
            text("axis", "T"),
        ],
    )?;
    time.put_values(&trajectories.time_min, ..)?;

    let codes: Vec<i8> = trajectories.status.iter().map(|&s| s as i8).collect();
    let mut status = file.add_variable::<i8>("status", &["particle"])?;
    let flags = (0..STATUS.len() as i8).collect();
    put(
        &mut status,
        vec![
            text("long_name", "how the particle ended"),
            ("flag_values", AttributeValue::Schars(flags)),
            text("flag_meanings", STATUS.map(|(_, meaning)| meaning).join(" ")),
        ],
    )?;
    status.put_values(&codes, ..)
}

/// In the order of their codes.
const STATUS: [(Status, &str); 4] = [
    (Status::Alive, "alive"),
    (Status::LeftDomain, "left_domain"),
    (Status::LeftTop, "left_top"),
    (Status::MetGap, "met_gap"),
];

fn put_positions(file: &mut FileMut, trajectories: &Trajectories) -> netcdf::Result<()> {
    let positions = [
        ("long", &trajectories.lon_deg, "longitude", "degrees_east"),
        ("lati", &trajectories.lat_deg, "latitude", "degrees_north"),
    ];
    for (name, table, meaning, units) in positions {
        let mut variable = file.add_variable::<f64>(name, &["particle", "time"])?;
        put_table(
            &mut variable,
            table.as_standard_layout().as_slice().unwrap_or_default(),
            f64::NAN,
        )?;
        put(
            &mut variable,
            vec![
                text("standard_name", meaning),
                text("long_name", meaning),
                text("units", units),
            ],
        )?;
    }
    Ok(())
}

fn put_table<T: netcdf::types::NcTypeDescriptor + Copy>(
    variable: &mut VariableMut<'_>,
    values: &[T],
    missing: T,
) -> netcdf::Result<()> {
    variable.set_compression(4, true)?;
    variable.set_fill_value(missing)?;
    variable.put_values(values, ..)
}

/// Every `every_min`-th minute and the last record.
fn thin(trajectories: &Trajectories, every_min: usize) -> Result<Cow<'_, Trajectories>> {
    if every_min == 0 {
        return Err(Error::config(
            "trajectories.every_min",
            0,
            "a whole number of minutes from 1",
        ));
    }
    let time_min = &trajectories.time_min;
    let is_kept = |k: &usize| (time_min[*k] / every_min as f64).fract() == 0.0 || k + 1 == time_min.len();
    let kept: Vec<usize> = (0..time_min.len()).filter(is_kept).collect();
    if kept.len() == time_min.len() {
        return Ok(Cow::Borrowed(trajectories));
    }
    let times = kept.iter().map(|&k| time_min[k]).collect();
    let mut thinned = Trajectories::new(trajectories.receptor.clone(), trajectories.particle_count(), times);
    thinned.status.clone_from(&trajectories.status);
    thinned.release_min.clone_from(&trajectories.release_min);
    thinned
        .release_height_agl_m
        .clone_from(&trajectories.release_height_agl_m);
    thinned.weight.clone_from(&trajectories.weight);
    let mut from = 0;
    for (record, &k) in kept.iter().enumerate() {
        for particle in 0..trajectories.particle_count() {
            gather(trajectories, particle, from..k + 1, &mut thinned, record);
        }
        from = k + 1;
    }
    Ok(Cow::Owned(thinned))
}

/// One record from several of a particle: the last state, and the sum of what adds up.
fn gather(from: &Trajectories, particle: usize, records: std::ops::Range<usize>, to: &mut Trajectories, record: usize) {
    let Some(last) = records.clone().rev().find(|&k| from.lon_deg[[particle, k]].is_finite()) else {
        return;
    };
    let (source, target) = ([particle, last], [particle, record]);
    to.lon_deg[target] = from.lon_deg[source];
    to.lat_deg[target] = from.lat_deg[source];
    for column in &COLUMNS {
        (column.table_mut)(to)[target] = match column.name {
            "foot" | "foot_no_hnf_dilution" | "samt" => {
                let values = (records.start..=last).map(|k| (column.table)(from)[[particle, k]]);
                values.filter(|v| v.is_finite()).map(f64::from).sum::<f64>() as f32
            }
            _ => (column.table)(from)[source],
        };
    }
}

/// Reads a trajectory file of [`write_trajectories`].
///
/// # Errors
/// [`Error::Io`], [`Error::NetCdf`](crate::Error::NetCdf), or [`Error::Format`] if it is not such a file.
pub fn read_trajectories(path: impl AsRef<Path>) -> Result<Trajectories> {
    let path = path.as_ref();
    on_netcdf_thread(|| read(path))
}

fn read(path: &Path) -> Result<Trajectories> {
    let reader = Reader::open(path, "trajectory")?;
    let shape: [usize; 2] = reader.shape("long")?;
    let time_min = reader.values::<f64>("time")?;
    let codes = reader.values::<i8>("status")?;
    if shape != [codes.len(), time_min.len()] {
        return Err(reader.lacks("long of dimensions (particle, time)"));
    }
    let mut trajectories = Trajectories::new(reader.receptor()?, codes.len(), time_min);
    trajectories.lon_deg = read_table(&reader, "long", shape)?;
    trajectories.lat_deg = read_table(&reader, "lati", shape)?;
    for column in &COLUMNS {
        *(column.table_mut)(&mut trajectories) = read_table(&reader, column.name, shape)?;
    }
    read_starts(&reader, &mut trajectories)?;
    for (status, code) in trajectories.status.iter_mut().zip(codes) {
        let known = STATUS.iter().find(|(s, _)| *s as i8 == code);
        *status = known
            .ok_or_else(|| reader.lacks(&format!("known status, found {code}")))?
            .0;
    }
    Ok(trajectories)
}

fn read_table<T: netcdf::types::NcTypeDescriptor + Copy>(
    reader: &Reader<'_>,
    name: &str,
    shape: [usize; 2],
) -> Result<Array2<T>> {
    if reader.shape(name)? != shape {
        return Err(reader.lacks(&format!("{name} of dimensions (particle, time)")));
    }
    let values = reader.values::<T>(name)?;
    Array2::from_shape_vec(shape, values).map_err(|e| reader.lacks(&format!("whole {name} ({e})")))
}
