//! Results in the columns of the ICOS Carbon Portal.

use std::path::PathBuf;

use airshed::Error;
use airshed::portal::{Breach, Components, PortalSeries, RawTable, Source, Vegetation, read, write_csv, write_netcdf};
use airshed::time::UtcTime;
use airshed::tracer::Tracer;
use numpy::{PyArray1, ToPyArray};
use pyo3::prelude::*;

use crate::attribution::Contributions;
use crate::error::{config_error, to_py};
use crate::time;

/// Times, and the name and values of each column.
type Columns<'py> = (Bound<'py, PyAny>, Vec<(String, Bound<'py, PyArray1<f64>>)>);

/// Times and columns of a result of the portal, whichever of its layouts the file has.
#[pyfunction]
pub fn portal_read(py: Python<'_>, file: PathBuf) -> PyResult<Columns<'_>> {
    let series = py.detach(|| read(file)).map_err(to_py)?;
    to_columns(py, &series)
}

fn to_columns<'py>(py: Python<'py>, series: &PortalSeries) -> PyResult<Columns<'py>> {
    let columns = series.columns.iter();
    let columns = columns
        .map(|(name, values)| (name.clone(), values.to_pyarray(py)))
        .collect();
    Ok((time::to_py_array(py, series.times.iter().copied())?, columns))
}

/// Times and all columns of a raw result.
#[pyfunction]
pub fn portal_read_raw(py: Python<'_>, file: PathBuf) -> PyResult<Columns<'_>> {
    let read = || {
        let raw = RawTable::read(file)?;
        let times: Vec<UtcTime> = raw.components()?.iter().map(|slot| slot.time).collect();
        Ok((raw, times))
    };
    let (raw, times) = py.detach(read).map_err(to_py)?;
    let values = |k: usize| PyArray1::from_iter(py, raw.rows.iter().map(move |row| row[k]));
    let is_number = |(_, name): &(usize, &String)| name.as_str() != "metadata";
    let names = raw.columns.iter().enumerate().filter(is_number);
    let columns = names.map(|(k, name)| (name.clone(), values(k))).collect();
    Ok((time::to_py_array(py, times.into_iter())?, columns))
}

/// Times and result columns of what was booked at particles; ``backgrounds`` are (tracer, ppm) of each.
#[pyfunction]
pub fn portal_of_contributions<'py>(
    py: Python<'py>,
    contributions: Vec<PyRef<'py, Contributions>>,
    inventories: Vec<String>,
    backgrounds: Vec<Vec<(String, f64)>>,
) -> PyResult<Columns<'py>> {
    let names: Vec<&str> = inventories.iter().map(String::as_str).collect();
    let slots = contributions.iter().zip(backgrounds).map(|(told, background)| {
        let known = background.into_iter().map(|(formula, ppm)| {
            let unknown = || config_error(format!("tracer = {formula}: known are {}", Tracer::known()));
            Ok((Tracer::from_formula(&formula).ok_or_else(unknown)?, ppm))
        });
        Components::of(&told.0, &names, known.collect::<PyResult<_>>()?).map_err(to_py)
    });
    let series = PortalSeries::of(&slots.collect::<PyResult<Vec<_>>>()?);
    let columns = series
        .columns
        .iter()
        .map(|(name, values)| (name.clone(), values.to_pyarray(py)));
    Ok((time::to_py_array(py, series.times.iter().copied())?, columns.collect()))
}

fn series(times: &[i64], columns: Vec<(String, Vec<f64>)>) -> PortalSeries {
    PortalSeries {
        times: times.iter().map(|seconds| UtcTime::from_seconds(*seconds)).collect(),
        columns,
    }
}

/// Writes a series, its times in seconds since 1970: as CSV, or as netCDF if the name ends in ``.nc``.
#[pyfunction]
pub fn portal_write(
    py: Python<'_>,
    file: PathBuf,
    seconds: Vec<i64>,
    columns: Vec<(String, Vec<f64>)>,
    further: bool,
) -> PyResult<()> {
    let series = series(&seconds, columns);
    let is_netcdf = file.extension().is_some_and(|end| end.eq_ignore_ascii_case("nc"));
    let write = || match is_netcdf {
        true => write_netcdf(&file, &series),
        false => write_csv(&file, &series, further),
    };
    py.detach(write).map_err(to_py)
}

/// Sums between columns that do not hold: time in seconds since 1970, the sum, its left and its right side.
#[pyfunction]
pub fn portal_breaches(
    seconds: Vec<i64>,
    columns: Vec<(String, Vec<f64>)>,
    tolerance: f64,
) -> Vec<(i64, String, f64, f64)> {
    let found = series(&seconds, columns).breaches(tolerance);
    let row = |breach: Breach| (breach.time.seconds(), breach.identity, breach.left, breach.right);
    found.into_iter().map(row).collect()
}

/// What the air of one time is made of, as Python hands it over.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub struct Slot {
    seconds: i64,
    lon_deg: f64,
    lat_deg: f64,
    height_agl_m: f64,
    /// Gas and ppm.
    background: Vec<(String, f64)>,
    /// Gas, category, fuel, ppm.
    sources: Vec<(String, String, String, f64)>,
    /// Class, ppm by photosynthesis and by respiration.
    vegetation: Vec<(String, f64, f64)>,
    /// Name and ppm.
    natural_ch4: Vec<(String, f64)>,
}

/// Times and result columns of what the air is made of.
#[pyfunction]
pub fn portal_of(py: Python<'_>, slots: Vec<Slot>) -> PyResult<Columns<'_>> {
    let slots: airshed::Result<Vec<Components>> = slots.into_iter().map(components).collect();
    let series = PortalSeries::of(&slots.map_err(to_py)?);
    to_columns(py, &series)
}

fn components(slot: Slot) -> airshed::Result<Components> {
    let time = UtcTime::from_seconds(slot.seconds);
    let background = slot.background.into_iter().map(|(gas, ppm)| Ok((tracer(&gas)?, ppm)));
    let source = |(gas, category, fuel, ppm): (String, String, String, f64)| {
        Ok(Source {
            tracer: tracer(&gas)?,
            category,
            fuel,
            ppm,
        })
    };
    let vegetation = slot
        .vegetation
        .into_iter()
        .map(|(class, gee_ppm, respiration_ppm)| Vegetation {
            class,
            gee_ppm,
            respiration_ppm,
        });
    Ok(Components {
        background_ppm: background.collect::<airshed::Result<_>>()?,
        sources: slot.sources.into_iter().map(source).collect::<airshed::Result<_>>()?,
        vegetation: vegetation.collect(),
        natural_ch4_ppm: slot.natural_ch4,
        ..Components::at(time, slot.lon_deg, slot.lat_deg, slot.height_agl_m)
    })
}

fn tracer(formula: &str) -> airshed::Result<Tracer> {
    let held = Tracer::from_formula(formula).filter(|gas| [Tracer::Co2, Tracer::Co, Tracer::Ch4].contains(gas));
    held.ok_or_else(|| Error::Config {
        key: "tracer".into(),
        value: formula.into(),
        allowed: "the portal has columns of co2, co and ch4".into(),
    })
}
