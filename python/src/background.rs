//! The air that flows in.

use std::path::PathBuf;

use airshed::background::{Background as Inner, BackgroundMean as InnerMean, FieldOptions};
use airshed::boundary::{Domain, End, EndTracker};
use airshed::decay::Decay;
use airshed::met::cf::Container;
use airshed::tracer::Unit;
use numpy::{PyArray1, PyReadonlyArray1};
use pyo3::prelude::*;
use pyo3::types::{IntoPyDict, PyDict, PyList, PyTuple};

use crate::dataset::Dataset;
use crate::error::to_py;
use crate::grid::Grid;
use crate::time;
use crate::trajectory::Trajectories;

/// The amount of a tracer in air that flows in: mole fractions in ppm, whatever the source has.
#[pyclass(frozen, module = "airshed")]
pub struct Background(pub Inner);

/// One path or several.
#[derive(FromPyObject)]
enum Files {
    One(PathBuf),
    Many(Vec<PathBuf>),
}

impl Files {
    fn paths(self) -> Vec<PathBuf> {
        match self {
            Self::One(path) => vec![path],
            Self::Many(paths) => paths,
        }
    }
}

#[pymethods]
impl Background {
    /// The same everywhere and at any time; the unit is such as ``ppm``, ``ppb`` or ``Bq m-3``.
    #[staticmethod]
    #[pyo3(signature = (value, *, unit="ppm"))]
    fn constant(value: f64, unit: &str) -> PyResult<Self> {
        Inner::constant(value, unit).map(Self).map_err(to_py)
    }

    /// Values that change in time alone, linear between them: a pandas.Series with a DatetimeIndex (UTC).
    ///
    /// A particle takes the value of the time at which it ended; one beyond the series is an error.
    #[staticmethod]
    #[pyo3(signature = (series, *, unit="ppm"))]
    fn series(series: &Bound<'_, PyAny>, unit: &str) -> PyResult<Self> {
        let held = series.call_method0("dropna")?;
        let index = held.getattr("index")?;
        let times = index
            .try_iter()?
            .map(|stamp| time::from_py(&stamp?))
            .collect::<PyResult<Vec<_>>>()?;
        let options = [("dtype", "float64")].into_py_dict(held.py())?;
        let values: PyReadonlyArray1<'_, f64> = held.call_method("to_numpy", (), Some(&options))?.extract()?;
        let values = values.as_array().to_vec();
        Inner::series(times, values, unit).map(Self).map_err(to_py)
    }

    /// Reads a series from a CSV table with a column ``time`` (ISO 8601, UTC) and one of values.
    #[staticmethod]
    #[pyo3(signature = (file, *, column, unit="ppm"))]
    fn read_series(file: PathBuf, column: &str, unit: &str) -> PyResult<Self> {
        Inner::read_series(file, column, unit).map(Self).map_err(to_py)
    }

    /// Opens a field of mole or mass fractions ``[time, level, lat, lon]``; values are read when they are needed.
    ///
    /// Parameters
    /// ----------
    /// files : path, or a list of them
    ///     netCDF files that follow each other in time: CAMS, CarbonTracker, CarboScope or CF in general, on pressure
    ///     levels, on hybrid levels with their surface pressure, or on heights above sea level.
    /// variable : str
    ///     The variable; its unit is read from the file.
    /// units : str, optional
    ///     In place of the file's: ``ppm``, ``mol mol-1``, ``kg kg-1`` ...
    /// molar_mass_g_mol : float, optional
    ///     Molar mass of the gas, for mass fractions.
    /// levels : str, optional
    ///     The variable that holds the pressures of the levels, or their heights above sea level.
    #[staticmethod]
    #[pyo3(signature = (files, *, variable, units=None, molar_mass_g_mol=None, levels=None))]
    fn open_field(
        py: Python<'_>,
        files: Files,
        variable: &str,
        units: Option<String>,
        molar_mass_g_mol: Option<f64>,
        levels: Option<String>,
    ) -> PyResult<Self> {
        let options = FieldOptions {
            units,
            molar_mass_g_mol,
            levels,
        };
        let paths = files.paths();
        py.detach(|| Inner::open_field(&paths, variable, &options))
            .map(Self)
            .map_err(to_py)
    }

    /// As ``open_field``, of an xarray.Dataset, or of several that follow each other in time.
    #[staticmethod]
    #[pyo3(signature = (dataset, *, variable, units=None, molar_mass_g_mol=None, levels=None))]
    fn from_xarray(
        dataset: &Bound<'_, PyAny>,
        variable: &str,
        units: Option<String>,
        molar_mass_g_mol: Option<f64>,
        levels: Option<String>,
    ) -> PyResult<Self> {
        let several = dataset.is_instance_of::<PyList>() || dataset.is_instance_of::<PyTuple>();
        let datasets = match several {
            true => dataset.try_iter()?.collect::<PyResult<Vec<_>>>()?,
            false => vec![dataset.clone()],
        };
        let container = |dataset| Ok(Box::new(Dataset::new(dataset)?) as Box<dyn Container>);
        let containers = datasets.iter().map(container).collect::<PyResult<Vec<_>>>()?;
        let options = FieldOptions {
            units,
            molar_mass_g_mol,
            levels,
        };
        let py = dataset.py();
        py.detach(|| Inner::field(containers, variable, &options))
            .map(Self)
            .map_err(to_py)
    }

    /// Opens curtains along the sides of a domain, as OpenGHG keeps them (``vmr_n`` ... by height above ground).
    #[staticmethod]
    fn open_curtains(py: Python<'_>, file: PathBuf) -> PyResult<Self> {
        py.detach(|| Inner::open_curtains(file)).map(Self).map_err(to_py)
    }

    /// The variable of a file, ``constant``, ``series`` or ``curtains``.
    #[getter]
    fn name(&self) -> &str {
        self.0.name()
    }

    /// Unit of its values.
    #[getter]
    fn unit(&self) -> String {
        self.0.unit().to_string()
    }

    /// The mean over the places where the particles of a run leave the air above ``grid``, or where they end.
    ///
    /// Parameters
    /// ----------
    /// particles : Run or Trajectories
    /// grid : Grid
    ///     The domain.
    /// half_life_h : float, optional
    ///     Half-life of a tracer that decays on the way, h (222Rn: 91.764).
    /// height_edges_m : sequence of float, optional
    ///     Edges of height layers above ground; the last is the top of the domain, 20 km by default.
    #[pyo3(signature = (particles, grid, *, half_life_h=None, height_edges_m=None))]
    fn sample(
        &self,
        particles: &Bound<'_, PyAny>,
        grid: &Grid,
        half_life_h: Option<f64>,
        height_edges_m: Option<Vec<f64>>,
    ) -> PyResult<BackgroundMean> {
        let decay = half_life_h.map(Decay::of_half_life_h).transpose().map_err(to_py)?;
        self.with_ends(particles, grid, height_edges_m, |ends, receptor| {
            self.0.sample(ends, receptor, decay)
        })
        .map(BackgroundMean)
    }

    /// The value where each particle left or ended (float64, shape [particle]); NaN where the background says nothing.
    #[pyo3(signature = (particles, grid, *, height_edges_m=None))]
    fn at_ends<'py>(
        &self,
        particles: &Bound<'py, PyAny>,
        grid: &Grid,
        height_edges_m: Option<Vec<f64>>,
    ) -> PyResult<Bound<'py, PyArray1<f64>>> {
        let values = self.with_ends(particles, grid, height_edges_m, |ends, receptor| {
            self.0.at_ends(ends, receptor)
        })?;
        Ok(PyArray1::from_vec(particles.py(), values))
    }

    fn __repr__(&self) -> String {
        format!("Background('{}', {})", self.0.name(), self.0.unit())
    }

    fn _repr_html_<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.py().import("airshed.html")?.call_method1("background", (slf,))
    }
}

impl Background {
    fn with_ends<T: Send>(
        &self,
        particles: &Bound<'_, PyAny>,
        grid: &Grid,
        height_edges_m: Option<Vec<f64>>,
        take: impl FnOnce(&[End], &airshed::Receptor) -> airshed::Result<T> + Send,
    ) -> PyResult<T> {
        let trajectories = match particles.cast::<Trajectories>() {
            Ok(held) => held.clone(),
            Err(_) => particles.getattr("trajectories")?.cast_into::<Trajectories>()?,
        };
        let inner = &trajectories.get().inner;
        let follow = || {
            let domain = match height_edges_m {
                Some(edges) => Domain::new(&grid.0, edges)?,
                None => Domain::of(&grid.0)?,
            };
            let mut tracker = EndTracker::new(domain, &inner.receptor, inner.particle_count());
            tracker.add(inner)?;
            let (_, ends) = tracker.finish();
            take(&ends, &inner.receptor)
        };
        particles.py().detach(follow).map_err(to_py)
    }
}

/// What a background brings to a receptor.
#[pyclass(frozen, module = "airshed")]
pub struct BackgroundMean(InnerMean);

#[pymethods]
impl BackgroundMean {
    /// Weighted mean over the particles that the background says something about; NaN if there are none.
    #[getter]
    const fn value(&self) -> f64 {
        self.0.value
    }

    /// Sampling error of it, one standard error.
    #[getter]
    const fn stderr(&self) -> f64 {
        self.0.stderr
    }

    /// Standard deviation between the particles.
    #[getter]
    const fn sd(&self) -> f64 {
        self.0.sd
    }

    /// Unit of these.
    #[getter]
    fn unit(&self) -> String {
        self.0.unit.to_string()
    }

    /// Share of the particles that the background says something about.
    #[getter]
    const fn covered_share(&self) -> f64 {
        self.0.covered_share
    }

    /// Share of the particles that never left.
    #[getter]
    const fn share_inside(&self) -> f64 {
        self.0.shares.inside
    }

    /// Shares of the particles by how they ended, as ``Trajectories.ends`` names it; together 1.
    #[getter]
    fn shares<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let shares = &self.0.shares;
        let sides = &shares.sides;
        [
            ("north", sides.north),
            ("east", sides.east),
            ("south", sides.south),
            ("west", sides.west),
            ("top", shares.top),
            ("inside", shares.inside),
            ("left meteorology", shares.left_meteorology),
            ("met gap", shares.met_gap),
            ("started outside", shares.started_outside),
        ]
        .into_py_dict(py)
    }

    /// Mean age at the ends, h.
    #[getter]
    const fn mean_age_h(&self) -> f64 {
        self.0.mean_age_h
    }

    /// Number of particles.
    #[getter]
    const fn particles(&self) -> usize {
        self.0.particles
    }

    /// The same in ``ppm``, ``ppb`` or ``ppt``.
    fn to(&self, unit: &str) -> PyResult<Self> {
        let unit: Unit = unit.parse().map_err(to_py)?;
        self.0.to(unit).map(Self).map_err(to_py)
    }

    const fn __float__(&self) -> f64 {
        self.0.value
    }

    fn __repr__(&self) -> String {
        format!("BackgroundMean({})", self.0)
    }

    fn _repr_html_<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.py().import("airshed.html")?.call_method1("background_mean", (slf,))
    }
}
