//! The particle table.

use std::collections::BTreeMap;
use std::path::PathBuf;

use airshed::Variable;
use airshed::decay::Decay;
use airshed::footprint::{grid_particles, grid_particles_on};
use airshed::output::{RunAttributes, read_run_attributes, read_trajectories, write_trajectories};
use airshed::trajectory::{Status, Trajectories as Inner};
use numpy::{PyArray1, ToPyArray};
use pyo3::exceptions::PyKeyError;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::attribution::{Attribution, Contributions};
use crate::boundary;
use crate::error::to_py;
use crate::footprint::Footprint;
use crate::grid::Grid;
use crate::receptor::Receptor;

/// The particle ensemble of one receptor: a table per variable, shape ``[particle, time]``.
///
/// ``trajectories["foot"]`` gives a table by its STILT name (see ``keys()``) as a numpy array: float64 for ``long`` and
/// ``lati``, float32 else; NaN before a particle's start and after its end.
#[pyclass(frozen, mapping, module = "airshed")]
pub struct Trajectories {
    pub inner: Inner,
    /// What the file says of the run.
    pub run: RunAttributes,
}

impl Trajectories {
    /// The tables, in the order of their columns.
    fn tables(&self) -> impl Iterator<Item = Variable> {
        let is_table = |v: &Variable| !matches!(v, Variable::Time | Variable::Indx);
        self.inner.variables.iter().filter(is_table)
    }

    fn variable(&self, name: &str) -> PyResult<Variable> {
        let named = Variable::from_name(name).ok();
        let held = named.filter(|variable| self.tables().any(|v| v == *variable));
        held.ok_or_else(|| self.no_table(name))
    }

    fn no_table(&self, name: &str) -> PyErr {
        PyKeyError::new_err(format!("{name}; there are {}", self.keys().join(", ")))
    }
}

#[pymethods]
impl Trajectories {
    /// Opens a trajectory file that airshed wrote.
    #[staticmethod]
    fn open(py: Python<'_>, file: PathBuf) -> PyResult<Self> {
        let read = || {
            Ok(Self {
                inner: read_trajectories(&file)?,
                run: read_run_attributes(&file)?,
            })
        };
        py.detach(read).map_err(to_py)
    }

    /// Writes a CF netCDF-4 file with a record every ``every_min`` minutes, as ``airshed run`` does: whole or not at all.
    #[pyo3(signature = (file, *, every_min=1))]
    fn to_netcdf(&self, py: Python<'_>, file: PathBuf, every_min: usize) -> PyResult<()> {
        py.detach(|| write_trajectories(&file, &self.inner, &self.run, every_min))
            .map_err(to_py)
    }

    /// Where and when the particles started.
    #[getter]
    fn receptor(&self) -> Receptor {
        Receptor(self.inner.receptor.clone())
    }

    /// Minutes since the receptor time of each record, negative backward (float64, shape [time]).
    #[getter]
    fn time_min<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        self.inner.time_min.to_pyarray(py)
    }

    /// Whether all particles start from one point at once; else ``xhgt``, ``release_min`` and ``weight`` differ.
    #[getter]
    fn is_from_a_point(&self) -> bool {
        self.inner.is_from_a_point()
    }

    /// Minutes from the receptor time to the start of each particle (float64, shape [particle]).
    #[getter]
    fn release_min<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        self.inner.release_min.to_pyarray(py)
    }

    /// Height above ground at which each particle starts, m (float64, shape [particle]).
    #[getter]
    fn release_height_agl_m<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        self.inner.release_height_agl_m.to_pyarray(py)
    }

    /// Factor on the influence of each particle in a footprint (float64, shape [particle]).
    #[getter]
    fn weight<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        self.inner.weight.to_pyarray(py)
    }

    /// How each particle ended (list of str, one per particle): ``alive``, ``left domain``, ``left top`` or ``met gap``.
    #[getter]
    fn status(&self) -> Vec<&'static str> {
        let name = |status: &Status| match status {
            Status::Alive => "alive",
            Status::LeftDomain => "left domain",
            Status::LeftTop => "left top",
            Status::MetGap => "met gap",
        };
        self.inner.status.iter().map(name).collect()
    }

    /// Who emitted what the sample holds; the same numbers as while the particles fly.
    fn attribute(&self, py: Python<'_>, attribution: &Attribution) -> PyResult<Contributions> {
        py.detach(|| self.inner.attribute(&attribution.0))
            .map(Contributions)
            .map_err(to_py)
    }

    /// The ensemble of a tracer that decays with this half-life, h (222Rn: 91.764): ``foot`` times what is left of it at
    /// the receptor; ``foot_no_hnf_dilution`` stays as it is.
    fn decayed(&self, half_life_h: f64) -> PyResult<Self> {
        let decay = Decay::of_half_life_h(half_life_h).map_err(to_py)?;
        Ok(Self {
            inner: self.inner.decayed(decay),
            run: self.run.clone(),
        })
    }

    /// Names of the tables.
    fn keys(&self) -> Vec<&'static str> {
        self.tables().map(Variable::name).collect()
    }

    /// What CF files say of a table: ``units``, ``long_name`` and, where there is one, ``standard_name``.
    fn attributes(&self, name: &str) -> PyResult<BTreeMap<&'static str, &'static str>> {
        let variable = self.variable(name)?;
        let standard = variable.standard_name().map(|standard| ("standard_name", standard));
        let rest = [("units", variable.units()), ("long_name", variable.long_name())];
        Ok(rest.into_iter().chain(standard).collect())
    }

    fn __getitem__<'py>(&self, py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyAny>> {
        let variable = self.variable(name)?;
        let single = || self.inner.table(variable).map(|table| table.to_pyarray(py).into_any());
        match variable {
            Variable::Long => Ok(self.inner.lon_deg.to_pyarray(py).into_any()),
            Variable::Lati => Ok(self.inner.lat_deg.to_pyarray(py).into_any()),
            _ => single().ok_or_else(|| self.no_table(name)),
        }
    }

    fn __len__(&self) -> usize {
        self.inner.particle_count()
    }

    /// Grids the ensemble: the footprint of its receptor on ``grid``, in the mode of the run if the grid names none.
    fn footprint(&self, py: Python<'_>, grid: &Grid) -> PyResult<Footprint> {
        let grid = grid.of_run(&self.run.mode);
        let inner = py.detach(|| grid_particles(&self.inner, &grid)).map_err(to_py)?;
        Ok(Footprint {
            inner,
            run: self.run.clone(),
        })
    }

    /// Grids the ensemble on several grids; those nested in each other (``nested_in``) count nothing twice.
    fn footprints(&self, py: Python<'_>, grids: Vec<Grid>) -> PyResult<Vec<Footprint>> {
        let grids: Vec<_> = grids.iter().map(|grid| grid.of_run(&self.run.mode)).collect();
        let made = py.detach(|| grid_particles_on(&self.inner, &grids)).map_err(to_py)?;
        let footprint = |inner| Footprint {
            inner,
            run: self.run.clone(),
        };
        Ok(made.into_iter().map(footprint).collect())
    }

    /// Where and when each particle left the air above ``grid``, or where it ended: a pandas.DataFrame.
    ///
    /// Columns ``fate`` (``north``, ``east``, ``south``, ``west``, ``top``, ``inside``, ``left meteorology``, ``met gap``,
    /// ``started outside``), ``lon_deg``, ``lat_deg``, ``height_agl_m``, ``height_asl_m``, ``pressure_hpa``, ``time_min`` since
    /// the receptor time, ``age_min`` since the release, ``weight``, ``mass_weight``.
    fn ends<'py>(&self, py: Python<'py>, grid: &Grid) -> PyResult<Bound<'py, PyAny>> {
        let columns = boundary::ends(py, &self.inner, grid)?;
        py.import("airshed.tables")?
            .call_method1("ends_to_dataframe", (columns,))
    }

    /// Shares of the particles by the side of ``grid``, the place along it and the height at which they left: an
    /// xarray.Dataset, the lateral boundary sensitivity. 20 layers of 1000 m by default.
    #[pyo3(signature = (grid, *, height_edges_m=None))]
    fn boundary<'py>(
        &self,
        py: Python<'py>,
        grid: &Grid,
        height_edges_m: Option<Vec<f64>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let shares = boundary::influence(py, &self.inner, grid, height_edges_m)?;
        py.import("airshed.tables")?
            .call_method1("boundary_to_xarray", (shares, grid.clone()))
    }

    /// The records as a pandas.DataFrame under STILT's names, one row per particle and record.
    ///
    /// Columns ``time`` (min), ``indx`` (from 1), then ``keys()``. Records after a particle's end are left out.
    fn to_dataframe<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.py()
            .import("airshed.tables")?
            .call_method1("trajectories_to_dataframe", (slf,))
    }

    /// The tables as an xarray.Dataset with the dimensions ``particle`` and ``time``, units and long names.
    fn to_xarray<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.py()
            .import("airshed.tables")?
            .call_method1("trajectories_to_xarray", (slf,))
    }

    /// Draws the particles on a map and by height; keyword arguments as in ``airshed.plot.particles``.
    #[pyo3(signature = (**options))]
    fn plot<'py>(slf: &Bound<'py, Self>, options: Option<&Bound<'py, PyDict>>) -> PyResult<Bound<'py, PyAny>> {
        slf.py()
            .import("airshed.plot")?
            .call_method("particles", (slf,), options)
    }

    fn __repr__(&self) -> String {
        let alive = self.inner.status.iter().filter(|s| **s == Status::Alive).count();
        let last = self.inner.time_min.last().copied().unwrap_or(0.0) / 60.0;
        let (id, count) = (&self.inner.receptor.id, self.inner.particle_count());
        format!("Trajectories('{id}', {count} particles to {last:+.1} h, {alive} alive at the end)")
    }

    fn _repr_html_<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.py().import("airshed.html")?.call_method1("trajectories", (slf,))
    }
}
