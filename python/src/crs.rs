//! Places on the plane of a grid.

use airshed::crs::Crs;
use numpy::{PyArray1, PyReadonlyArray1};
use pyo3::prelude::*;

use crate::error::{config_error, to_py};

/// Two columns of numbers of one length, as Python has them.
type Pair<'py> = (Bound<'py, PyArray1<f64>>, Bound<'py, PyArray1<f64>>);

/// x and y of places (degrees) in the units of a crs: float64 arrays of one length; NaN where it has no image.
#[pyfunction]
pub fn project<'py>(
    py: Python<'py>,
    crs: &str,
    lon_deg: PyReadonlyArray1<'py, f64>,
    lat_deg: PyReadonlyArray1<'py, f64>,
) -> PyResult<Pair<'py>> {
    let crs = Crs::parse(crs).map_err(to_py)?;
    each(py, &lon_deg, &lat_deg, |lon, lat| crs.forward(lon, lat))
}

/// Longitude and latitude (degrees) of points of a crs: the way back from ``project``.
#[pyfunction]
pub fn unproject<'py>(
    py: Python<'py>,
    crs: &str,
    x: PyReadonlyArray1<'py, f64>,
    y: PyReadonlyArray1<'py, f64>,
) -> PyResult<Pair<'py>> {
    let crs = Crs::parse(crs).map_err(to_py)?;
    each(py, &x, &y, |x, y| crs.inverse(x, y))
}

fn each<'py>(
    py: Python<'py>,
    first: &PyReadonlyArray1<'py, f64>,
    second: &PyReadonlyArray1<'py, f64>,
    convert: impl Fn(f64, f64) -> (f64, f64),
) -> PyResult<Pair<'py>> {
    let (first, second) = (first.as_array(), second.as_array());
    if first.len() != second.len() {
        return Err(config_error(format!(
            "coordinates: {} of one axis, {} of the other; give pairs",
            first.len(),
            second.len()
        )));
    }
    let (one, other): (Vec<_>, Vec<_>) = first.iter().zip(second).map(|(a, b)| convert(*a, *b)).unzip();
    Ok((PyArray1::from_vec(py, one), PyArray1::from_vec(py, other)))
}
