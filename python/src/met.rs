//! The meteorology of a run.

use std::ops::ControlFlow;
use std::path::PathBuf;

use airshed::met::MetDescription;
use airshed::met::arl::ArlConversion;
use airshed::met::cf::{Container, Mapping, read_containers};
use airshed::met::cut::{Cut, CutOptions, Top};
use airshed::met::projection::Region;
use airshed::met::store::{MetOptions, MetStore as Inner};
use airshed::met::synthetic::{SyntheticWeather, WeatherOptions};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyTuple};

use crate::dataset::Dataset;
use crate::error::{config_error, to_py};
use crate::time;

/// Meteorology: decoded once, shared by all receptors and threads.
///
/// Parameters
/// ----------
/// patterns : str, path, or a list of them
///     Files, or globs such as ``"met/*.arl"``. Nested grids are found by themselves; the finest that covers a
///     particle wins. ARL, GRIB, WRF and netCDF files; parts of one meteorology (levels in one file, the ground in another)
///     are put together. A URL is a data set on an OPeNDAP server.
/// mapping : path, optional
///     What variables of netCDF files are, where their names do not tell: a TOML file with lines such as ``U = "UWND"``.
/// region : tuple of float, optional
///     West, east, south, north, degrees: only this region is kept in memory; particles end at its edges.
/// top_hpa : float, optional
///     Only levels up to the first at or above this pressure are kept in memory.
#[pyclass(frozen, module = "airshed")]
pub struct MetStore(Option<Inner>);

impl MetStore {
    #[expect(clippy::expect_used, reason = "only drop takes it")]
    pub fn store(&self) -> &Inner {
        self.0.as_ref().expect("a store that is not being dropped")
    }
}

impl Drop for MetStore {
    /// The thread that reads ahead, for which the store waits, may itself wait for the interpreter.
    fn drop(&mut self) {
        let store = self.0.take();
        Python::try_attach(|py| py.detach(|| drop(store)));
    }
}

/// One path or several.
#[derive(FromPyObject)]
enum Patterns {
    One(PathBuf),
    Many(Vec<PathBuf>),
}

#[pymethods]
impl MetStore {
    #[new]
    #[pyo3(signature = (patterns, *, mapping=None, region=None, top_hpa=None))]
    fn new(
        py: Python<'_>,
        patterns: Patterns,
        mapping: Option<PathBuf>,
        region: Option<(f64, f64, f64, f64)>,
        top_hpa: Option<f64>,
    ) -> PyResult<Self> {
        let paths = match patterns {
            Patterns::One(path) => vec![path],
            Patterns::Many(paths) => paths,
        };
        let patterns: Vec<String> = paths.iter().map(|p| p.to_string_lossy().into_owned()).collect();
        let open = || {
            let region = region.map(|(west, east, south, north)| Region::new(west, east, south, north));
            let options = MetOptions {
                mapping: mapping.map(Mapping::open).transpose()?.unwrap_or_default(),
                cut: CutOptions {
                    region: region.transpose()?,
                    top: top_hpa.map(Top::PressureHpa),
                    ..CutOptions::default()
                },
                ..MetOptions::default()
            };
            Inner::open_with(&patterns, &options)
        };
        py.detach(open).map_err(to_py).map(|store| Self(Some(store)))
    }

    /// Meteorology in memory, or behind any reader of xarray: Datasets with CF names and units, or as ERA5 comes.
    ///
    /// Values are read, or computed by dask, when a run first comes to their time, each once. A Dataset must not change
    /// while the store is used.
    ///
    /// Parameters
    /// ----------
    /// dataset : xarray.Dataset, or a list of them
    ///     What ``xr.open_dataset``, ``xr.open_mfdataset``, ``xr.open_zarr`` or ``cfgrib.open_datasets`` give. Parts of one
    ///     meteorology (levels in one, the ground in another) are put together; other grids are nests.
    /// mapping : path, optional
    ///     What variables are, where their names do not tell; see :class:`MetStore`.
    #[staticmethod]
    #[pyo3(signature = (dataset, *, mapping=None))]
    fn from_xarray(py: Python<'_>, dataset: &Bound<'_, PyAny>, mapping: Option<PathBuf>) -> PyResult<Self> {
        let several = dataset.is_instance_of::<PyList>() || dataset.is_instance_of::<PyTuple>();
        let datasets = match several {
            true => dataset.try_iter()?.collect::<PyResult<Vec<_>>>()?,
            false => vec![dataset.clone()],
        };
        let containers: PyResult<Vec<Box<dyn Container>>> = datasets
            .iter()
            .map(|dataset| Ok(Box::new(Dataset::new(dataset)?) as Box<dyn Container>))
            .collect();
        let containers = containers?;
        let open = || {
            let mapping = mapping.map(Mapping::open).transpose()?.unwrap_or_default();
            Inner::from_readers(read_containers(containers, &mapping)?)
        };
        py.detach(open).map_err(to_py).map(|store| Self(Some(store)))
    }

    /// Idealised weather, without any file: a cyclone on a westerly over a diurnal boundary layer, western Europe.
    ///
    /// Parameters
    /// ----------
    /// start : time, optional
    ///     First time, UTC; 2019-09-20T00:00 by default.
    /// hours : int
    ///     Length, h.
    /// west_deg, east_deg, south_deg, north_deg, spacing_deg : float, optional
    ///     The domain, degrees; 20 W to 25 E, 38 to 64 N at 0.5 degrees by default.
    #[staticmethod]
    #[pyo3(signature = (*, start=None, hours=96, west_deg=None, east_deg=None, south_deg=None, north_deg=None,
        spacing_deg=None))]
    #[expect(clippy::too_many_arguments, reason = "keyword-only constructor")]
    fn synthetic(
        py: Python<'_>,
        start: Option<&Bound<'_, PyAny>>,
        hours: i64,
        west_deg: Option<f64>,
        east_deg: Option<f64>,
        south_deg: Option<f64>,
        north_deg: Option<f64>,
        spacing_deg: Option<f64>,
    ) -> PyResult<Self> {
        let standard = WeatherOptions::default();
        let options = WeatherOptions {
            start: start.map_or(Ok(standard.start), time::from_py)?,
            hours,
            west_deg: west_deg.unwrap_or(standard.west_deg),
            east_deg: east_deg.unwrap_or(standard.east_deg),
            south_deg: south_deg.unwrap_or(standard.south_deg),
            north_deg: north_deg.unwrap_or(standard.north_deg),
            spacing_deg: spacing_deg.unwrap_or(standard.spacing_deg),
            ..standard
        };
        py.detach(|| Inner::from_readers(vec![Box::new(SyntheticWeather::new(options)?)]))
            .map_err(to_py)
            .map(|store| Self(Some(store)))
    }

    /// What each grid holds, finest first: a list of dicts with the keys ``source``, ``model``, ``nx``, ``ny``,
    /// ``levels`` (float list, surface first), ``variables`` (per level) and ``times`` (datetime64[s] array).
    #[getter]
    fn nests<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyDict>>> {
        self.store().nests().iter().map(|nest| nest_dict(py, nest)).collect()
    }

    /// Writes one grid, or a part of it, as an ARL file, which HYSPLIT and STILT read.
    ///
    /// Parameters
    /// ----------
    /// path : str or path
    ///     The file; it appears when it is complete.
    /// nest : int, optional
    ///     Which grid, as in :attr:`nests`; may be left out where there is only one.
    /// region : tuple of float, optional
    ///     West, east, south, north, degrees: the grid points that hold it are kept.
    /// top_hpa : float, optional
    ///     Levels up to the first at or above this pressure.
    /// start, end : time, optional
    ///     The times that hold this span.
    ///
    /// Returns
    /// -------
    /// dict
    ///     ``bytes``, ``packing_steps`` (largest step of the packed values by field) and ``warnings``.
    #[pyo3(signature = (path, *, nest=None, region=None, top_hpa=None, start=None, end=None))]
    #[expect(clippy::too_many_arguments, reason = "keyword-only choices")]
    fn to_arl<'py>(
        &self,
        py: Python<'py>,
        path: PathBuf,
        nest: Option<usize>,
        region: Option<(f64, f64, f64, f64)>,
        top_hpa: Option<f64>,
        start: Option<&Bound<'_, PyAny>>,
        end: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Bound<'py, PyDict>> {
        let region = region.map(|(west, east, south, north)| Region::new(west, east, south, north));
        let options = CutOptions {
            region: region.transpose().map_err(to_py)?,
            top: top_hpa.map(Top::PressureHpa),
            from: start.map(time::from_py).transpose()?,
            to: end.map(time::from_py).transpose()?,
        };
        let nests = self.store().nests().len();
        if nest.is_none() && nests > 1 {
            return Err(config_error(format!(
                "nest: the files hold {nests} grids, choose one of 0 to {}",
                nests - 1
            )));
        }
        self.store().refuse_to_replace(&path).map_err(to_py)?;
        let mut conversion = py
            .detach(|| {
                let reader = self.store().nest_reader(nest.unwrap_or(0))?;
                ArlConversion::new(Cut::new(reader, options)?)
            })
            .map_err(to_py)?;
        let go_on = &mut |_: usize| match Python::attach(|py| py.check_signals()) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        };
        let report = py.detach(|| conversion.write(&path, go_on)).map_err(to_py)?;
        let told = PyDict::new(py);
        told.set_item("bytes", report.bytes)?;
        told.set_item("packing_steps", report.packing_steps)?;
        told.set_item("warnings", conversion.warnings())?;
        Ok(told)
    }

    fn __repr__(&self) -> String {
        let nests: Vec<String> = self.store().nests().iter().map(summary).collect();
        format!("MetStore({})", nests.join("; "))
    }

    fn _repr_html_<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.py().import("airshed.html")?.call_method1("met_store", (slf,))
    }
}

fn nest_dict<'py>(py: Python<'py>, nest: &MetDescription) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    dict.set_item("source", &nest.source)?;
    dict.set_item("model", &nest.model)?;
    dict.set_item("nx", nest.grid.nx)?;
    dict.set_item("ny", nest.grid.ny)?;
    dict.set_item("levels", &nest.levels)?;
    dict.set_item("variables", &nest.variables)?;
    dict.set_item("times", time::to_py_array(py, nest.times.iter().copied())?)?;
    Ok(dict)
}

fn summary(nest: &MetDescription) -> String {
    let (nx, ny) = (nest.grid.nx, nest.grid.ny);
    let levels = nest.levels.len().saturating_sub(1);
    let span = match (nest.times.first(), nest.times.last()) {
        (Some(first), Some(last)) => format!("{first} to {last}, {} times", nest.times.len()),
        _ => "no times".into(),
    };
    format!("{} {nx}x{ny}, {levels} levels, {span}", nest.model)
}
