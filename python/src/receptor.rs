//! Receptors.

use airshed::receptor::Receptor as Inner;
use pyo3::prelude::*;

use crate::error::to_py;
use crate::time;

/// Where and when an air sample was taken.
///
/// Parameters
/// ----------
/// time : str, datetime, numpy.datetime64 or pandas.Timestamp
///     UTC, unless it carries a time zone; text in ISO 8601.
/// lon_deg, lat_deg : float
///     Degrees east and north.
/// height_agl_m : float
///     Height above ground, m.
/// id : str, optional
///     Name of the output files; STILT's ``yyyymmddHHMM_lon_lat_zagl`` by default.
#[pyclass(frozen, module = "airshed", eq, from_py_object)]
#[derive(Clone, PartialEq)]
pub struct Receptor(pub Inner);

#[pymethods]
impl Receptor {
    #[new]
    #[pyo3(signature = (*, time, lon_deg, lat_deg, height_agl_m, id=None))]
    fn new(
        time: &Bound<'_, PyAny>,
        lon_deg: f64,
        lat_deg: f64,
        height_agl_m: f64,
        id: Option<String>,
    ) -> PyResult<Self> {
        let receptor = Inner::new(time::from_py(time)?, lon_deg, lat_deg, height_agl_m).map_err(to_py)?;
        match id {
            Some(id) => receptor.with_id(id).map_err(to_py).map(Self),
            None => Ok(Self(receptor)),
        }
    }

    /// Name of the output files.
    #[getter]
    fn id(&self) -> &str {
        &self.0.id
    }

    /// Time of the sample, UTC (numpy.datetime64[s]).
    #[getter]
    fn time<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        time::to_py_scalar(py, self.0.time)
    }

    /// Longitude, degrees east.
    #[getter]
    const fn lon_deg(&self) -> f64 {
        self.0.lon_deg
    }

    /// Latitude, degrees north.
    #[getter]
    const fn lat_deg(&self) -> f64 {
        self.0.lat_deg
    }

    /// Height above ground, m.
    #[getter]
    const fn height_agl_m(&self) -> f64 {
        self.0.height_agl_m
    }

    fn __repr__(&self) -> String {
        let Inner {
            id,
            time,
            lon_deg,
            lat_deg,
            height_agl_m,
        } = &self.0;
        format!("Receptor(id='{id}', time='{time}', lon_deg={lon_deg}, lat_deg={lat_deg}, height_agl_m={height_agl_m})")
    }
}
