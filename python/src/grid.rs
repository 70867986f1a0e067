//! Output grids.

use airshed::grid::Grid as Inner;
use airshed::gridding::{Gridding, GriddingMode, Quirks};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::error::config_error;
use crate::transport::to_toml;

/// A regular output grid; bounds are outer cell edges in the units of the crs.
///
/// Parameters
/// ----------
/// west, east, south, north : float
///     Outer edges of the grid.
/// dx, dy : float
///     Cell size.
/// crs : str
///     PROJ string or EPSG code; degrees by default.
/// time_integrate : bool
///     One layer for the whole run in place of hourly layers.
/// smooth_factor : float
///     Factor on the width of the smoothing kernel; 0 turns smoothing off.
/// name : str
///     Part of the name of output files.
#[pyclass(frozen, module = "airshed", eq, from_py_object)]
#[derive(Clone, PartialEq)]
pub struct Grid(pub Inner);

#[pymethods]
impl Grid {
    #[new]
    #[pyo3(signature = (*, west, east, south, north, dx, dy, crs="+proj=longlat".into(), time_integrate=false,
        smooth_factor=1.0, name="default".into(), gridding=None, error_groups=20, compat=None))]
    #[expect(clippy::too_many_arguments, reason = "keyword-only constructor")]
    fn new(
        west: f64,
        east: f64,
        south: f64,
        north: f64,
        dx: f64,
        dy: f64,
        crs: String,
        time_integrate: bool,
        smooth_factor: f64,
        name: String,
        gridding: Option<&str>,
        error_groups: usize,
        compat: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Self> {
        let compat = compat.map_or_else(|| Ok(Quirks::default()), quirks)?;
        let mode = gridding.map(mode).transpose()?;
        Ok(Self(Inner {
            name,
            west,
            east,
            south,
            north,
            dx,
            dy,
            crs,
            time_integrate,
            smooth_factor,
            gridding: Gridding {
                mode,
                error_groups,
                compat,
                ..Gridding::default()
            },
        }))
    }

    /// Western (lower x) edge.
    #[getter]
    const fn west(&self) -> f64 {
        self.0.west
    }

    /// Eastern (upper x) edge.
    #[getter]
    const fn east(&self) -> f64 {
        self.0.east
    }

    /// Southern (lower y) edge.
    #[getter]
    const fn south(&self) -> f64 {
        self.0.south
    }

    /// Northern (upper y) edge.
    #[getter]
    const fn north(&self) -> f64 {
        self.0.north
    }

    /// Cell size along x.
    #[getter]
    const fn dx(&self) -> f64 {
        self.0.dx
    }

    /// Cell size along y.
    #[getter]
    const fn dy(&self) -> f64 {
        self.0.dy
    }

    /// PROJ string or EPSG code.
    #[getter]
    fn crs(&self) -> &str {
        &self.0.crs
    }

    /// Whether there is one layer for the whole run.
    #[getter]
    const fn time_integrate(&self) -> bool {
        self.0.time_integrate
    }

    /// Factor on the width of the smoothing kernel.
    #[getter]
    const fn smooth_factor(&self) -> f64 {
        self.0.smooth_factor
    }

    /// Name, part of the name of output files.
    #[getter]
    fn name(&self) -> &str {
        &self.0.name
    }

    fn __repr__(&self) -> String {
        let Inner {
            name,
            west,
            east,
            south,
            north,
            dx,
            dy,
            crs,
            ..
        } = &self.0;
        format!(
            "Grid(name='{name}', west={west}, east={east}, south={south}, north={north}, dx={dx}, dy={dy}, crs='{crs}')"
        )
    }
}

/// The quirks of a dict, such as ``{"early_steps": "split"}``.
fn quirks(words: &Bound<'_, PyDict>) -> PyResult<Quirks> {
    let mut table = toml::Table::new();
    for (key, value) in words {
        table.insert(key.extract()?, to_toml(&key, &value)?);
    }
    table.try_into().map_err(|e: toml::de::Error| config_error(e.message().to_owned()))
}

fn mode(word: &str) -> PyResult<GriddingMode> {
    let value = toml::Value::String(word.to_owned());
    value.try_into().map_err(|e: toml::de::Error| config_error(format!("gridding: {}", e.message())))
}
