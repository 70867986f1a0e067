//! Fluxes, and what they add at a receptor.

use std::collections::BTreeMap;
use std::path::PathBuf;

use airshed::convolve::Enhancement as InnerEnhancement;
use airshed::countries::{Countries, CountryId};
use airshed::flux::{Flux as Inner, FluxOptions, FluxTotal as InnerTotal, Place, Region};
use numpy::{PyArray1, ToPyArray};
use pyo3::prelude::*;

use crate::error::{config_error, to_py};
use crate::time;
use crate::vprm::paths;

/// An emission inventory or a flux model on its own grid, umol m-2 s-1.
#[pyclass(frozen, module = "airshed")]
pub struct Flux(pub Inner);

#[pymethods]
impl Flux {
    /// Opens a netCDF flux; values are read when they are needed.
    ///
    /// Parameters
    /// ----------
    /// file : path or list of paths
    ///     EDGAR as distributed, OpenGHG's layout, or any CF file on latitudes and longitudes; several, such as the twelve
    ///     months of a year, are joined in the order of time.
    /// variable : str, optional
    ///     The variable; its units are read from the file. Only ``options`` may leave it out.
    /// units : str, optional
    ///     In place of the file's: ``kg m-2 s-1``, ``mol/m2/s``, ``gC m-2 day-1``, ``t/yr`` (per cell) …
    /// species : str, optional
    ///     Formula of the gas, for units of mass: ``CH4``.
    /// molar_mass_g_mol : float, optional
    ///     Molar mass of the gas, for units of mass.
    /// year : int, optional
    ///     Of maps that tell no year.
    /// climatology : bool, optional
    ///     Maps of one year hold in any year; else as the file says.
    /// nearest_year : bool
    ///     In years without maps, those of the nearest year hold.
    /// select : dict, optional
    ///     A place on each further dimension: its index from 0, or its label: ``{"sector": "ENE"}``.
    /// options : path, optional
    ///     A TOML file with any of these, on which the arguments have the last word.
    #[staticmethod]
    #[expect(clippy::too_many_arguments, reason = "keyword arguments of Python")]
    #[pyo3(signature = (file, *, variable=None, units=None, species=None, molar_mass_g_mol=None, year=None, climatology=None,
        nearest_year=false, select=None, options=None))]
    fn open(
        py: Python<'_>,
        file: &Bound<'_, PyAny>,
        variable: Option<&str>,
        units: Option<String>,
        species: Option<String>,
        molar_mass_g_mol: Option<f64>,
        year: Option<i32>,
        climatology: Option<bool>,
        nearest_year: bool,
        select: Option<BTreeMap<String, Bound<'_, PyAny>>>,
        options: Option<PathBuf>,
    ) -> PyResult<Self> {
        let files = paths(file)?;
        let select = select
            .unwrap_or_default()
            .into_iter()
            .map(|(name, at)| Ok((name, place(&at)?)));
        let select = select.collect::<PyResult<BTreeMap<String, Place>>>()?;
        let opened = py.detach(|| {
            let stated = options.map_or_else(|| Ok(FluxOptions::default()), FluxOptions::open)?;
            let options = FluxOptions {
                units: units.or(stated.units),
                species: species.or(stated.species),
                molar_mass_g_mol: molar_mass_g_mol.or(stated.molar_mass_g_mol),
                year: year.or(stated.year),
                climatology: climatology.or(stated.climatology),
                nearest_year: nearest_year || stated.nearest_year,
                select: stated.select.into_iter().chain(select).collect(),
                ..stated
            };
            Inner::open_all(&files, variable.unwrap_or_default(), &options)
        });
        opened.map(Self).map_err(to_py)
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

    /// Formula of the gas; ``None`` if it is not known.
    #[getter]
    const fn formula(&self) -> Option<&'static str> {
        self.0.formula()
    }

    /// Sector of an inventory, as the file or its name tells; ``None`` if neither does.
    #[getter]
    fn sector(&self) -> Option<&str> {
        self.0.sector()
    }

    /// The year that the maps are of; ``None`` if they are of several or it is not known.
    #[getter]
    fn year(&self) -> Option<i32> {
        self.0.year().map(|year| year.year)
    }

    /// What is emitted in a part of the world, or in all of it: the area integral, a mean over a span or over all maps.
    ///
    /// Parameters
    /// ----------
    /// country : str or list of str, optional
    ///     Codes (ISO 3166) or names; the share of each cell that lies there counts.
    /// box : (west, east, south, north), optional
    ///     In degrees.
    /// start, end : time, optional
    ///     The span, both or none.
    #[pyo3(signature = (*, country=None, r#box=None, start=None, end=None))]
    fn total(
        &self,
        py: Python<'_>,
        country: Option<&Bound<'_, PyAny>>,
        r#box: Option<[f64; 4]>,
        start: Option<&Bound<'_, PyAny>>,
        end: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<FluxTotal> {
        let region = match (country, r#box) {
            (None, None) => Region::Globe,
            (None, Some(sides)) => Region::Box(sides),
            (Some(country), None) => Region::Countries(country_ids(country)?),
            (Some(_), Some(_)) => return Err(config_error("country and box: give one of them".into())),
        };
        let span = match (start, end) {
            (Some(start), Some(end)) => Some((time::from_py(start)?, time::from_py(end)?)),
            (None, None) => None,
            _ => return Err(config_error("start and end: give both or none".into())),
        };
        py.detach(|| self.0.total(&region, span)).map(FluxTotal).map_err(to_py)
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

fn country_ids(country: &Bound<'_, PyAny>) -> PyResult<Vec<CountryId>> {
    let names: Vec<String> = match country.extract::<String>() {
        Ok(name) => vec![name],
        Err(_) => country.extract()?,
    };
    let id = |name: &String| Countries::world().id(name).map_err(to_py);
    names.iter().map(id).collect()
}

fn place(at: &Bound<'_, PyAny>) -> PyResult<Place> {
    match at.extract::<usize>() {
        Ok(index) => Ok(Place::Index(index)),
        Err(_) => at.extract().map(Place::Label),
    }
}

/// What a flux emits in a region.
#[pyclass(frozen, module = "airshed")]
pub struct FluxTotal(InnerTotal);

#[pymethods]
impl FluxTotal {
    /// mol s-1, positive upward.
    #[getter]
    const fn mol_s(&self) -> f64 {
        self.0.mol_s
    }

    /// kg per year; ``None`` if the gas is not known.
    #[getter]
    const fn kg_yr(&self) -> Option<f64> {
        self.0.kg_yr
    }

    /// Area with data, m2.
    #[getter]
    const fn area_m2(&self) -> f64 {
        self.0.area_m2
    }

    /// Share of the region without data, 0 to 1, also where it lies beyond the flux's cells.
    #[getter]
    const fn uncovered_share(&self) -> f64 {
        self.0.uncovered_share
    }

    fn __repr__(&self) -> String {
        format!("FluxTotal({})", self.0)
    }

    fn _repr_html_<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.py().import("airshed.html")?.call_method1("flux_total", (slf,))
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
