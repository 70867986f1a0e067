//! Footprints.

use std::path::PathBuf;

use airshed::decay::Decay;
use airshed::footprint::Footprint as Inner;
use airshed::output::{RunAttributes, read_footprint, read_run_attributes, write_footprint};
use numpy::{PyArray1, PyArray3, ToPyArray};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::error::to_py;
use crate::flux::{Enhancement, Flux};
use crate::grid::Grid;
use crate::receptor::Receptor;
use crate::time;

/// Surface influence of one receptor on one grid, ppm / (umol m-2 s-1).
#[pyclass(frozen, module = "airshed")]
pub struct Footprint {
    pub inner: Inner,
    /// What the file says of the run.
    pub run: RunAttributes,
}

#[pymethods]
impl Footprint {
    /// Opens a footprint file that airshed wrote; its values have the precision of float32.
    #[staticmethod]
    fn open(py: Python<'_>, file: PathBuf) -> PyResult<Self> {
        let read = || {
            Ok(Self {
                inner: read_footprint(&file)?,
                run: read_run_attributes(&file)?,
            })
        };
        py.detach(read).map_err(to_py)
    }

    /// Writes a CF netCDF-4 file, as ``airshed run`` does: whole or not at all.
    fn to_netcdf(&self, py: Python<'_>, file: PathBuf) -> PyResult<()> {
        py.detach(|| write_footprint(&file, &self.inner, &self.run))
            .map_err(to_py)
    }

    /// The receptor.
    #[getter]
    fn receptor(&self) -> Receptor {
        Receptor(self.inner.receptor.clone())
    }

    /// The grid.
    #[getter]
    fn grid(&self) -> Grid {
        Grid(self.inner.grid.clone())
    }

    /// The values, ppm / (umol m-2 s-1): float64, shape [time, y, x], y and x ascending.
    #[getter]
    fn foot<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray3<f64>> {
        self.inner.foot.to_pyarray(py)
    }

    /// Start of each layer, UTC: datetime64[s], shape [time].
    #[getter]
    fn time<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        time::to_py_array(py, self.inner.layer_start.iter().copied())
    }

    /// Length of each layer, s.
    #[getter]
    const fn layer_seconds(&self) -> i64 {
        self.inner.layer_seconds
    }

    /// Centres of the columns, in units of the crs: float64, shape [x].
    #[getter]
    fn x<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        let grid = &self.inner.grid;
        centres(py, grid.west, grid.dx, self.inner.foot.dim().2)
    }

    /// Centres of the rows, in units of the crs: float64, shape [y].
    #[getter]
    fn y<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        let grid = &self.inner.grid;
        centres(py, grid.south, grid.dy, self.inner.foot.dim().1)
    }

    /// Sum of all cells and layers, ppm / (umol m-2 s-1).
    #[getter]
    fn total(&self) -> f64 {
        self.inner.foot.sum()
    }

    /// Where the particles' influence went: dict with ``total``, ``inside``, ``smeared_out`` and ``outside``.
    #[getter]
    fn budget<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let (dict, budget) = (PyDict::new(py), &self.inner.budget);
        dict.set_item("total", budget.total)?;
        dict.set_item("inside", budget.inside)?;
        dict.set_item("smeared_out", budget.smeared_out)?;
        dict.set_item("outside", budget.outside)?;
        Ok(dict)
    }

    /// What ``flux`` adds at the receptor, ppm per layer and in all.
    ///
    /// With ``half_life_h`` the tracer decays on its way to the receptor (222Rn: 91.764 h).
    #[pyo3(signature = (flux, *, half_life_h=None))]
    fn convolve(&self, py: Python<'_>, flux: &Flux, half_life_h: Option<f64>) -> PyResult<Enhancement> {
        let decay = half_life_h.map(Decay::of_half_life_h).transpose().map_err(to_py)?;
        py.detach(|| flux.0.on_grid(&self.inner.grid)?.decaying(decay).convolve(&self.inner))
            .map(Enhancement)
            .map_err(to_py)
    }

    /// An xarray.DataArray ``foot`` with the dimensions ``time``, ``lat``, ``lon`` (projected: ``y``, ``x``).
    fn to_xarray<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.py()
            .import("airshed.tables")?
            .call_method1("footprint_to_xarray", (slf,))
    }

    /// Draws the footprint on a log scale with coastlines; returns the matplotlib Axes.
    ///
    /// Keyword arguments as in ``airshed.plot.plot_footprint``: ``layer``, ``ax``, ``decades``, ``vmax``, ``extent``,
    /// ``cmap``, ``title``.
    #[pyo3(signature = (**options))]
    fn plot<'py>(slf: &Bound<'py, Self>, options: Option<&Bound<'py, PyDict>>) -> PyResult<Bound<'py, PyAny>> {
        slf.py()
            .import("airshed.plot")?
            .call_method("plot_footprint", (slf,), options)
    }

    fn __repr__(&self) -> String {
        let (layers, rows, columns) = self.inner.foot.dim();
        let (id, grid, total) = (&self.inner.receptor.id, &self.inner.grid.name, self.inner.foot.sum());
        format!(
            "Footprint('{id}', grid '{grid}': {layers} layers x {rows} x {columns}, total {total:.4} ppm/(umol m-2 s-1))"
        )
    }

    fn _repr_html_<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.py().import("airshed.html")?.call_method1("footprint", (slf,))
    }
}

fn centres(py: Python<'_>, first_edge: f64, step: f64, count: usize) -> Bound<'_, PyArray1<f64>> {
    PyArray1::from_iter(py, (0..count).map(|i| first_edge + (i as f64 + 0.5) * step))
}
