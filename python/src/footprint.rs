//! Footprints.

use std::path::PathBuf;

use airshed::combine;
use airshed::decay::Decay;
use airshed::footprint::{Footprint as Inner, Sampling};
use airshed::output::{RunAttributes, read_footprint, read_run_attributes, write_footprint};
use numpy::{PyArray1, PyArray2, PyArray3, ToPyArray};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::error::{config_error, to_py};
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

impl Footprint {
    fn with(&self, inner: Inner) -> Self {
        Self {
            inner,
            run: self.run.clone(),
        }
    }

    fn combined(
        py: Python<'_>,
        footprints: &[PyRef<'_, Self>],
        combine: impl FnOnce(&[&Inner]) -> airshed::Result<Inner> + Send,
    ) -> PyResult<Self> {
        let each: Vec<&Inner> = footprints.iter().map(|footprint| &footprint.inner).collect();
        let inner = py.detach(|| combine(&each)).map_err(to_py)?;
        // an error if there is none
        Ok(footprints[0].with(inner))
    }
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

    /// Sampling error of each value: float64, shape [time, y, x]; ``None`` without groups of particles.
    #[getter]
    fn stderr<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyArray3<f64>>> {
        self.inner.stderr.as_ref().map(|stderr| stderr.to_pyarray(py))
    }

    /// Sampling error of the sum of each layer: float64, shape [time]; ``None`` without groups of particles.
    #[getter]
    fn layer_stderr<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyArray1<f64>>> {
        let sampling = self.inner.sampling.as_ref();
        sampling.map(|sampling| PyArray1::from_vec(py, sampling.layer_stderr()))
    }

    /// Sampling error of ``total``; ``None`` without groups of particles.
    #[getter]
    fn total_stderr(&self) -> Option<f64> {
        self.inner.sampling.as_ref().map(Sampling::total_stderr)
    }

    /// Particles that would bring the sampling error of ``total`` to this share of it; ``None`` without groups of
    /// particles or without influence.
    fn particles_for(&self, relative_error: f64) -> PyResult<Option<usize>> {
        if relative_error > 0.0 && relative_error.is_finite() {
            let sampling = self.inner.sampling.as_ref();
            return Ok(sampling.and_then(|sampling| sampling.particles_for(relative_error)));
        }
        Err(config_error(format!(
            "relative_error = {relative_error}: a share of the total, above 0"
        )))
    }

    /// Mean age of the influence, h: the time between its release and the surface; ``None`` where it is not known.
    #[getter]
    fn mean_age_h(&self) -> Option<f64> {
        let mean_s = self.inner.age.as_ref().and_then(|ages| ages.mean_age_s);
        mean_s.map(|seconds| seconds / 3600.0)
    }

    /// Influence inside the grid by age: a pandas.DataFrame over the age at the end of each bin, h, with ``foot`` and,
    /// where it is known, ``foot_stderr``; ``None`` where ages are not known.
    #[getter]
    fn age_spectrum<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let Some(ages) = &self.inner.age else { return Ok(None) };
        let stderr = ages.stderr.as_ref().map(|stderr| stderr.to_pyarray(py));
        let columns = (ages.bin_seconds, ages.foot.to_pyarray(py), stderr);
        let frame = py
            .import("airshed.tables")?
            .call_method1("ages_to_dataframe", columns)?;
        Ok(Some(frame))
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

    /// The sum over receptors, under a new id; errors add up in quadrature.
    #[staticmethod]
    #[pyo3(signature = (footprints, *, id))]
    fn sum(py: Python<'_>, footprints: Vec<PyRef<'_, Self>>, id: &str) -> PyResult<Self> {
        Self::combined(py, &footprints, |each| combine::sum(id, each))
    }

    /// The mean over receptors or times, under a new id.
    #[staticmethod]
    #[pyo3(signature = (footprints, *, id))]
    fn mean(py: Python<'_>, footprints: Vec<PyRef<'_, Self>>, id: &str) -> PyResult<Self> {
        Self::combined(py, &footprints, |each| combine::mean(id, each))
    }

    /// The cell-wise maximum of a network (float64, shape [y, x]): of each footprint, summed over its layers, only the
    /// core area of this share counts.
    #[staticmethod]
    #[pyo3(signature = (footprints, *, share=1.0))]
    fn network_maximum<'py>(
        py: Python<'py>,
        footprints: Vec<PyRef<'_, Self>>,
        share: f64,
    ) -> PyResult<Bound<'py, PyArray2<f64>>> {
        let each: Vec<&Inner> = footprints.iter().map(|footprint| &footprint.inner).collect();
        let maximum = py.detach(|| combine::network_maximum(&each, share)).map_err(to_py)?;
        Ok(maximum.to_pyarray(py))
    }

    fn __sub__(&self, py: Python<'_>, other: &Self) -> PyResult<Self> {
        let inner = py
            .detach(|| combine::difference(&self.inner, &other.inner))
            .map_err(to_py)?;
        Ok(self.with(inner))
    }

    /// The same on the cells of another grid, shared out by area: what lies in both keeps its sum.
    fn regrid(&self, py: Python<'_>, grid: &Grid) -> PyResult<Self> {
        let inner = py.detach(|| combine::regrid(&self.inner, &grid.0)).map_err(to_py)?;
        Ok(self.with(inner))
    }

    /// The same in longer layers, min: a whole multiple of the present ones.
    fn resample(&self, py: Python<'_>, layer_min: u32) -> PyResult<Self> {
        let inner = py.detach(|| combine::resample(&self.inner, layer_min)).map_err(to_py)?;
        Ok(self.with(inner))
    }

    /// The same in one layer over the whole time.
    fn integrate(&self, py: Python<'_>) -> Self {
        self.with(py.detach(|| combine::integrate(&self.inner)))
    }

    /// The fewest cells that together hold this share of all influence: bool, shape [y, x].
    fn core_area<'py>(&self, py: Python<'py>, share: f64) -> PyResult<Bound<'py, PyArray2<bool>>> {
        let area = py.detach(|| combine::core_area(&self.inner, share)).map_err(to_py)?;
        Ok(area.to_pyarray(py))
    }

    /// An xarray.Dataset of ``foot`` and, where it is known, ``foot_stderr``, as ``to_xarray``.
    fn to_dataset<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.py()
            .import("airshed.tables")?
            .call_method1("footprint_to_dataset", (slf,))
    }

    /// An xarray.DataArray ``foot`` with the dimensions ``time``, ``lat``, ``lon`` (projected: ``y``, ``x``).
    fn to_xarray<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.py()
            .import("airshed.tables")?
            .call_method1("footprint_to_xarray", (slf,))
    }

    /// Draws the footprint on a log scale with coastlines; returns the matplotlib Axes.
    ///
    /// Keyword arguments as in ``airshed.plot.footprint``: ``layer``, ``ax``, ``decades``, ``vmax``, ``extent``,
    /// ``cmap``, ``title``, and ``error`` for the sampling error in its place.
    #[pyo3(signature = (**options))]
    fn plot<'py>(slf: &Bound<'py, Self>, options: Option<&Bound<'py, PyDict>>) -> PyResult<Bound<'py, PyAny>> {
        drawn(slf, "footprint", options)
    }

    /// Draws the areas that hold 50, 80 and 90 % of the influence; keyword arguments as in ``airshed.plot.core_areas``.
    #[pyo3(signature = (**options))]
    fn plot_core_areas<'py>(
        slf: &Bound<'py, Self>,
        options: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        drawn(slf, "core_areas", options)
    }

    /// Draws the influence by direction and distance; keyword arguments as in ``airshed.plot.sensitivity_rose``.
    #[pyo3(signature = (**options))]
    fn plot_rose<'py>(slf: &Bound<'py, Self>, options: Option<&Bound<'py, PyDict>>) -> PyResult<Bound<'py, PyAny>> {
        drawn(slf, "sensitivity_rose", options)
    }

    /// A film of the layers, a matplotlib FuncAnimation; keyword arguments as in ``airshed.plot.movie``.
    #[pyo3(signature = (**options))]
    fn movie<'py>(slf: &Bound<'py, Self>, options: Option<&Bound<'py, PyDict>>) -> PyResult<Bound<'py, PyAny>> {
        drawn(slf, "movie", options)
    }

    /// Influence by distance and direction from the receptor, a pandas.DataFrame.
    ///
    /// Keyword arguments as in ``airshed.sensitivity.sensitivity_rose``: ``distance_km``, ``directions``.
    #[pyo3(signature = (**options))]
    fn sensitivity_rose<'py>(
        slf: &Bound<'py, Self>,
        options: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        slf.py()
            .import("airshed.sensitivity")?
            .call_method("sensitivity_rose", (slf,), options)
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

/// What a function of ``airshed.plot`` makes of the footprint.
fn drawn<'py>(
    footprint: &Bound<'py, Footprint>,
    function: &str,
    options: Option<&Bound<'py, PyDict>>,
) -> PyResult<Bound<'py, PyAny>> {
    footprint
        .py()
        .import("airshed.plot")?
        .call_method(function, (footprint,), options)
}

fn centres(py: Python<'_>, first_edge: f64, step: f64, count: usize) -> Bound<'_, PyArray1<f64>> {
    PyArray1::from_iter(py, (0..count).map(|i| first_edge + (i as f64 + 0.5) * step))
}
