//! Fluxes, and what they add at a receptor.

use std::path::PathBuf;

use airshed::convolve::Enhancement as InnerEnhancement;
use airshed::flux::{Flux as Inner, FluxOptions};
use numpy::{PyArray1, ToPyArray};
use pyo3::prelude::*;

use crate::error::to_py;
use crate::time;

/// An emission inventory or a flux model on its own grid, umol m-2 s-1.
#[pyclass(frozen, module = "airshed")]
pub struct Flux(pub Inner);

#[pymethods]
impl Flux {
    /// Opens a netCDF flux; values are read when they are needed.
    ///
    /// Parameters
    /// ----------
    /// file : path
    ///     EDGAR as distributed, OpenGHG's layout, or any CF file on latitudes and longitudes.
    /// variable : str
    ///     The variable; its units are read from the file.
    /// units : str, optional
    ///     In place of the file's: ``kg m-2 s-1``, ``mol/m2/s``, ``gC m-2 day-1`` …
    /// molar_mass_g_mol : float, optional
    ///     Molar mass of the gas, for units of mass.
    #[staticmethod]
    #[pyo3(signature = (file, *, variable, units=None, molar_mass_g_mol=None))]
    fn open(
        py: Python<'_>,
        file: PathBuf,
        variable: &str,
        units: Option<String>,
        molar_mass_g_mol: Option<f64>,
    ) -> PyResult<Self> {
        let options = FluxOptions {
            units,
            molar_mass_g_mol,
            ..FluxOptions::default()
        };
        py.detach(|| Inner::open_with(&file, variable, &options))
            .map(Self)
            .map_err(to_py)
    }

    /// The same flux [umol m-2 s-1] everywhere and at any time.
    #[staticmethod]
    fn uniform(umol_m2_s: f64) -> Self {
        Self(Inner::uniform(umol_m2_s))
    }

    /// Name of the flux: the variable's.
    #[getter]
    fn name(&self) -> &str {
        self.0.name()
    }

    fn __repr__(&self) -> String {
        let (rows, columns) = self.0.mesh().shape();
        format!(
            "Flux('{}', {rows} latitudes x {columns} longitudes, {})",
            self.0.name(),
            self.0.times()
        )
    }

    fn _repr_html_<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.py().import("airshed.html")?.call_method1("flux", (slf,))
    }
}

/// What a flux adds at a receptor, by the hour in which the air picked it up, ppm.
#[pyclass(frozen, module = "airshed")]
pub struct Enhancement(pub InnerEnhancement);

#[pymethods]
impl Enhancement {
    /// Id of the receptor.
    #[getter]
    fn receptor_id(&self) -> &str {
        &self.0.receptor_id
    }

    /// Start of each layer of the footprint, UTC: datetime64[s], shape [time].
    #[getter]
    fn time<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        time::to_py_array(py, self.0.layers.iter().map(|(start, _)| *start))
    }

    /// Picked up in each layer, ppm: float64, shape [time].
    #[getter]
    fn ppm<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        PyArray1::from_iter(py, self.0.layers.iter().map(|(_, ppm)| *ppm))
    }

    /// Sum over all layers, ppm.
    #[getter]
    const fn total_ppm(&self) -> f64 {
        self.0.total_ppm
    }

    /// Sampling error of each layer, ppm: float64, shape [time]; ``None`` without groups of particles.
    #[getter]
    fn stderr_ppm<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyArray1<f64>>> {
        self.0.layer_stderr_ppm.as_ref().map(|errors| errors.to_pyarray(py))
    }

    /// Sampling error of the sum, ppm; ``None`` without groups of particles.
    #[getter]
    const fn total_stderr_ppm(&self) -> Option<f64> {
        self.0.stderr_ppm
    }

    /// Share of the footprint that lies where the flux has no data, 0 to 1.
    #[getter]
    const fn uncovered_share(&self) -> f64 {
        self.0.uncovered_share
    }

    /// A pandas.Series of ppm over the start of each layer.
    fn to_series<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.py()
            .import("airshed.tables")?
            .call_method1("enhancement_to_series", (slf,))
    }

    /// A pandas.DataFrame with the columns ``receptor``, ``time`` and ``ppm``.
    fn to_dataframe<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.py()
            .import("airshed.tables")?
            .call_method1("enhancement_to_dataframe", (slf,))
    }

    fn __repr__(&self) -> String {
        let InnerEnhancement {
            receptor_id,
            layers,
            total_ppm,
            uncovered_share,
            ..
        } = &self.0;
        let uncovered = 100.0 * uncovered_share;
        format!(
            "Enhancement('{receptor_id}', {total_ppm:.4} ppm in {} layers, {uncovered:.1} % uncovered)",
            layers.len()
        )
    }

    fn _repr_html_<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.py().import("airshed.html")?.call_method1("enhancement", (slf,))
    }
}
