//! Output grids.

use std::collections::BTreeMap;

use airshed::config::{GridConfig, Mode};
use airshed::grid::Grid as Inner;
use airshed::gridding::{GriddingMode, Measure, Quirks};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use serde::de::DeserializeOwned;

use crate::error::{config_error, to_py};

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
/// gridding : "compat", "metric" or "icos"
///     How particles are spread over the cells: STILT v2's round Gaussian in units of the grid, an ellipse in metres
///     that follows the ensemble, or cells that grow with the plume (STILT v1). By default that of the run's mode.
/// layer_min : int
///     Length of a layer, min; 60 by default.
/// measure : "surface", "residence" or "elevated"
///     What is counted: influence of the surface, time between two heights, s, or influence of sources between them.
/// bottom_agl_m, top_agl_m : float
///     The two heights, m.
/// error_groups : int
///     Groups of particles whose spread gives the sampling error; 20 by default, 0 for none.
/// nested_in : str
///     Name of the grid that takes what this one does not hold.
/// compat : dict
///     Quirks of STILT v2 and PYSTILT: ``early_steps`` (``"as_recorded"``, ``"split"``), ``lone_particle``
///     (``"nearest"``, ``"unsmoothed"``).
#[pyclass(frozen, module = "airshed", eq, from_py_object)]
#[derive(Clone, PartialEq)]
pub struct Grid(pub Inner);

impl Grid {
    /// The grid with the gridding that goes with a run's mode, if it names none.
    pub fn of_run(&self, mode: &str) -> Inner {
        let mut grid = self.0.clone();
        let of_run = [Mode::Parity, Mode::Physics]
            .into_iter()
            .find(|known| known.name() == mode);
        grid.gridding.mode = grid.gridding.mode.or(of_run.map(GriddingMode::of_run));
        grid
    }
}

#[pymethods]
impl Grid {
    #[new]
    #[pyo3(signature = (*, west, east, south, north, dx, dy, crs=None, time_integrate=false, smooth_factor=1.0,
        name="default", gridding=None, layer_min=None, measure=None, bottom_agl_m=None, top_agl_m=None,
        error_groups=None, nested_in=None, compat=None))]
    #[expect(clippy::too_many_arguments, reason = "keyword-only constructor")]
    fn new(
        west: f64,
        east: f64,
        south: f64,
        north: f64,
        dx: f64,
        dy: f64,
        crs: Option<String>,
        time_integrate: bool,
        smooth_factor: f64,
        name: &str,
        gridding: Option<&str>,
        layer_min: Option<u32>,
        measure: Option<&str>,
        bottom_agl_m: Option<f64>,
        top_agl_m: Option<f64>,
        error_groups: Option<usize>,
        nested_in: Option<String>,
        compat: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Self> {
        let config = GridConfig {
            west: Some(west),
            east: Some(east),
            south: Some(south),
            north: Some(north),
            dx: Some(dx),
            dy: Some(dy),
            crs: Some(crs.unwrap_or_else(|| "+proj=longlat".into())),
            time_integrate,
            smooth_factor: Some(smooth_factor),
            gridding: gridding.map(|word| from_toml("gridding", word)).transpose()?,
            layer_min,
            measure: measure.map(|word| from_toml("measure", word)).transpose()?,
            bottom_agl_m,
            top_agl_m,
            error_groups,
            nested_in,
            compat: compat.map(quirks).transpose()?.unwrap_or_default(),
            ..GridConfig::default()
        };
        config.check(name).map_err(to_py)?;
        Ok(Self(config.to_grid(name)))
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

    /// ``compat``, ``metric`` or ``icos``; ``None``: that of the run's mode.
    #[getter]
    const fn gridding(&self) -> Option<&'static str> {
        match self.0.gridding.mode {
            None => None,
            Some(GriddingMode::Compat) => Some("compat"),
            Some(GriddingMode::Metric) => Some("metric"),
            Some(GriddingMode::Icos) => Some("icos"),
        }
    }

    /// Length of a layer, min.
    #[getter]
    const fn layer_min(&self) -> u32 {
        self.0.gridding.layer_min
    }

    /// ``surface``, ``residence`` or ``elevated``.
    #[getter]
    const fn measure(&self) -> &'static str {
        match self.0.gridding.measure {
            Measure::Surface => "surface",
            Measure::Residence { .. } => "residence",
            Measure::Elevated { .. } => "elevated",
        }
    }

    /// Groups of particles behind the sampling error; 0: none.
    #[getter]
    const fn error_groups(&self) -> usize {
        self.0.gridding.error_groups
    }

    /// Name of the grid that takes what this one does not hold.
    #[getter]
    fn nested_in(&self) -> Option<&str> {
        self.0.gridding.nested_in.as_deref()
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

    fn _repr_html_<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.py().import("airshed.html")?.call_method1("grid", (slf,))
    }
}

/// The quirks of a dict, such as ``{"early_steps": "split"}``.
fn quirks(words: &Bound<'_, PyDict>) -> PyResult<Quirks> {
    let table: BTreeMap<String, String> = words.extract()?;
    from_toml("compat", table)
}

fn from_toml<T: DeserializeOwned>(key: &str, words: impl Into<toml::Value>) -> PyResult<T> {
    let value: toml::Value = words.into();
    value
        .try_into()
        .map_err(|e: toml::de::Error| config_error(format!("{key}: {}", e.message())))
}
