//! Coasts and borders for pictures.

use airshed::coastlines::{borders, coasts};
use numpy::PyArray2;
use numpy::ndarray::Array2;
use pyo3::prelude::*;

use crate::error::config_error;

/// Lines of a kind (``"coast"`` or ``"border"``): float64 arrays of shape [point, 2], longitude and latitude, degrees.
#[pyfunction]
pub fn map_lines<'py>(py: Python<'py>, kind: &str) -> PyResult<Vec<Bound<'py, PyArray2<f64>>>> {
    let lines = match kind {
        "coast" => coasts(),
        "border" => borders(),
        _ => return Err(config_error(format!("kind = {kind}: expected coast or border"))),
    };
    let array = |line: &Vec<_>| {
        Array2::from_shape_fn((line.len(), 2), |(point, axis)| {
            let place: &airshed::geo::LonLat = &line[point];
            [place.lon_deg, place.lat_deg][axis]
        })
    };
    Ok(lines
        .iter()
        .map(|line| PyArray2::from_owned_array(py, array(line)))
        .collect())
}
