//! Countries of the world.

use airshed::countries::Countries;
use airshed::flux::{LatLonMesh, Region};
use numpy::{PyArray2, PyReadonlyArrayDyn};
use pyo3::prelude::*;

use crate::error::to_py;

/// ISO 3166 codes (alpha-3, alpha-2) and English names of all countries of the map.
#[pyfunction]
pub fn country_table() -> Vec<(String, String, String)> {
    let world = Countries::world();
    let entry = |id| {
        let [alpha3, alpha2, name] = [world.alpha3(id), world.alpha2(id), world.name(id)].map(str::to_owned);
        (alpha3, alpha2, name)
    };
    world.ids().skip(1).map(entry).collect()
}

/// Codes (alpha-3, ``SEA`` at sea) of the countries in which places lie; float64 arrays of one shape, flattened.
#[pyfunction]
pub fn country_codes(lon_deg: PyReadonlyArrayDyn<'_, f64>, lat_deg: PyReadonlyArrayDyn<'_, f64>) -> Vec<&'static str> {
    let world = Countries::world();
    let places = lon_deg
        .as_array()
        .into_iter()
        .zip(lat_deg.as_array())
        .collect::<Vec<_>>();
    places
        .into_iter()
        .map(|(lon, lat)| world.alpha3(world.at(*lon, *lat)))
        .collect()
}

/// Share of the area of each cell around centres (degrees, ascending or descending) that lies in a country, ``[lat][lon]``.
#[pyfunction]
pub fn country_share<'py>(
    py: Python<'py>,
    country: &str,
    lat_deg: Vec<f64>,
    lon_deg: Vec<f64>,
) -> PyResult<Bound<'py, PyArray2<f64>>> {
    let shares = || Region::country(country)?.shares(&LatLonMesh::from_centres(&lat_deg, &lon_deg)?);
    let shares = py.detach(shares).map_err(to_py)?;
    Ok(PyArray2::from_owned_array(py, shares))
}
