//! Trajectory files: one row per particle, one column per record, variables under STILT's names.

use std::path::Path;

use ndarray::Array2;
use netcdf::{AttributeValue, FileMut, VariableMut};

use super::DEFLATE_LEVEL;
use super::attributes::RunAttributes;
use super::attributes::{Attribute, Reader, of_run, put, put_global, text};
use super::starts::{put_starts, read_starts};
use super::write_whole;
use crate::error::{Error, Result};
use crate::netcdf_file::on_netcdf_thread;
use crate::thinning::thin;
use crate::trajectory::{Status, Trajectories};
use crate::variable::{Variable, VariableSet};

/// Held in double precision, or as an axis.
const AXES: [Variable; 4] = [Variable::Time, Variable::Indx, Variable::Long, Variable::Lati];

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
            for (column, table) in tables(&thinned) {
                let mut variable = file.add_variable::<f32>(column.name(), &["particle", "time"])?;
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

fn tables(trajectories: &Trajectories) -> impl Iterator<Item = (Variable, &Array2<f32>)> {
    let asked = trajectories.variables.iter();
    asked.filter_map(|variable| Some((variable, trajectories.table(variable)?)))
}

fn of_column(column: Variable) -> Vec<Attribute> {
    let standard = column.standard_name().map(|name| text("standard_name", name));
    let rest = [
        text("long_name", column.long_name()),
        text("units", column.units()),
        text("coordinates", "long lati"),
    ];
    let upward = (column == Variable::Zagl).then(|| text("positive", "up"));
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
            text("long_name", Variable::Time.long_name()),
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
        (Variable::Long, &trajectories.lon_deg),
        (Variable::Lati, &trajectories.lat_deg),
    ];
    for (position, table) in positions {
        let mut variable = file.add_variable::<f64>(position.name(), &["particle", "time"])?;
        put_table(
            &mut variable,
            table.as_standard_layout().as_slice().unwrap_or_default(),
            f64::NAN,
        )?;
        put(
            &mut variable,
            vec![
                text("standard_name", position.long_name()),
                text("long_name", position.long_name()),
                text("units", position.units()),
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
    variable.set_compression(DEFLATE_LEVEL, true)?;
    variable.set_fill_value(missing)?;
    variable.put_values(values, ..)
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
    trajectories.variables = VariableSet::EMPTY.with_indispensable();
    let held = |variable: &&Variable| *variable == &Variable::Foot || reader.file.variable(variable.name()).is_some();
    for &variable in Variable::ALL.iter().filter(held) {
        if !AXES.contains(&variable) {
            trajectories.set_table(variable, read_table(&reader, variable.name(), shape)?);
        }
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
