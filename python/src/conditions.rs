//! What the air is like at given places and times.

use airshed::time::UtcTime;
use airshed::transport::{Conditions, Place};
use numpy::{PyArray1, PyReadonlyArray1};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::error::{config_error, to_py};
use crate::met::MetStore;
use crate::transport::Settings;

/// What a column is called, and where it comes from.
type Column = (&'static str, fn(&Conditions) -> f64);

const COLUMNS: [Column; 9] = [
    ("mixing_height_m", |c| c.mixing_height_m),
    ("sigma_w_m_s", |c| c.sigma_w_m_s),
    ("lagrangian_time_s", |c| c.lagrangian_time_s),
    ("air_density_kg_m3", |c| c.air_density_kg_m3),
    ("pressure_hpa", |c| c.pressure_hpa),
    ("terrain_m", |c| c.terrain_m),
    ("u_m_s", |c| c.u_m_s),
    ("v_m_s", |c| c.v_m_s),
    ("w_m_s", |c| c.w_m_s),
];

/// Conditions at places given by arrays of one length; times in seconds since 1970. A dict of arrays.
#[pyfunction]
pub fn conditions<'py>(
    met: &Bound<'py, MetStore>,
    settings: &Settings,
    time: PyReadonlyArray1<'py, i64>,
    lon_deg: PyReadonlyArray1<'py, f64>,
    lat_deg: PyReadonlyArray1<'py, f64>,
    height_agl_m: PyReadonlyArray1<'py, f64>,
) -> PyResult<Bound<'py, PyDict>> {
    let (py, store) = (met.py(), met.get().store());
    let (time, lon, lat, height) = (
        time.as_array(),
        lon_deg.as_array(),
        lat_deg.as_array(),
        height_agl_m.as_array(),
    );
    if [lon.len(), lat.len(), height.len()] != [time.len(); 3] {
        return Err(config_error(
            "time, lon_deg, lat_deg, height_agl_m: one length for all".into(),
        ));
    }
    let places: Vec<Place> = (0..time.len())
        .map(|k| Place {
            time: UtcTime::from_seconds(time[k]),
            lon_deg: lon[k],
            lat_deg: lat[k],
            height_agl_m: height[k],
        })
        .collect();
    let found = py
        .detach(|| airshed::conditions(store, &places, settings.derive_options()))
        .map_err(to_py)?;
    let columns = PyDict::new(py);
    for (name, value) in COLUMNS {
        columns.set_item(name, PyArray1::from_iter(py, found.iter().map(value)))?;
    }
    Ok(columns)
}
