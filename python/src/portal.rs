//! Results in the columns of the ICOS Carbon Portal.

use std::path::PathBuf;

use airshed::portal::{Breach, PortalSeries, RawTable, read, write_csv, write_netcdf};
use airshed::time::UtcTime;
use numpy::{PyArray1, ToPyArray};
use pyo3::prelude::*;

use crate::error::to_py;
use crate::time;

/// Times, and the name and values of each column.
type Columns<'py> = (Bound<'py, PyAny>, Vec<(String, Bound<'py, PyArray1<f64>>)>);

/// Times and columns of a result of the portal, whichever of its layouts the file has.
#[pyfunction]
pub fn portal_read(py: Python<'_>, file: PathBuf) -> PyResult<Columns<'_>> {
    let series = py.detach(|| read(file)).map_err(to_py)?;
    let columns = series
        .columns
        .iter()
        .map(|(name, values)| (name.clone(), values.to_pyarray(py)));
    Ok((time::to_py_array(py, series.times.iter().copied())?, columns.collect()))
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
