//! Many footprints in one file: the Jacobian of an inversion.

use std::path::PathBuf;

use airshed::store::{Jacobian as InnerJacobian, Store as Inner, append_store, write_store};
use numpy::{PyArray1, PyReadonlyArray1, ToPyArray};
use pyo3::exceptions::PyKeyError;
use pyo3::prelude::*;

use crate::error::{config_error, to_py};
use crate::footprint::Footprint;
use crate::grid::Grid;
use crate::receptor::Receptor;
use crate::time;

/// A store of footprints on one grid, without their zeros: a station-year. ``store[id]`` is a footprint.
#[pyclass(frozen, mapping, module = "airshed")]
pub struct Store {
    inner: Inner,
    path: PathBuf,
}

impl Store {
    fn place(&self, id: &str) -> PyResult<usize> {
        self.inner.find(id).ok_or_else(|| PyKeyError::new_err(id.to_owned()))
    }
}

#[pymethods]
impl Store {
    /// Opens a store that airshed wrote.
    #[staticmethod]
    fn open(py: Python<'_>, file: PathBuf) -> PyResult<Self> {
        let inner = py.detach(|| Inner::open(&file)).map_err(to_py)?;
        Ok(Self { inner, path: file })
    }

    /// Writes footprints of one grid and run into a store, or adds them to the one that is there, and opens it.
    #[staticmethod]
    fn write(py: Python<'_>, file: PathBuf, footprints: Vec<PyRef<'_, Footprint>>) -> PyResult<Self> {
        let Some(first) = footprints.first() else {
            return Err(config_error("footprints: none; a store holds one or more".into()));
        };
        let run = first.run.clone();
        let others = footprints.iter().find(|footprint| footprint.run != run);
        if let Some(other) = others {
            let (run, found) = (&run, &other.run);
            return Err(config_error(format!(
                "footprints of two runs, {run:?} and {found:?}: a store holds one"
            )));
        }
        let each: Vec<_> = footprints.iter().map(|footprint| Ok(footprint.inner.clone())).collect();
        let write = || match file.exists() {
            true => append_store(&file, &run, each.into_iter()),
            false => write_store(&file, &run, each.into_iter()),
        };
        py.detach(write).map_err(to_py)?;
        Self::open(py, file)
    }

    /// The grid of all footprints.
    #[getter]
    fn grid(&self) -> Grid {
        Grid(self.inner.grid().clone())
    }

    /// The receptors, in the order of the file.
    #[getter]
    fn receptors(&self) -> Vec<Receptor> {
        self.inner.receptors().iter().cloned().map(Receptor).collect()
    }

    /// Ids of the receptors.
    fn keys(&self) -> Vec<String> {
        self.inner
            .receptors()
            .iter()
            .map(|receptor| receptor.id.clone())
            .collect()
    }

    fn __getitem__(&self, py: Python<'_>, id: &str) -> PyResult<Footprint> {
        let place = self.place(id)?;
        let inner = py.detach(|| self.inner.footprint(place)).map_err(to_py)?;
        Ok(Footprint {
            inner,
            run: self.inner.run().clone(),
        })
    }

    fn __len__(&self) -> usize {
        self.inner.receptors().len()
    }

    /// The Jacobian: one row for each layer of each receptor, one column for each cell of the grid.
    ///
    /// ``ids`` picks receptors; all of them by default. With ``edges``, times that ascend, a row is a receptor, and the
    /// columns are the cells for a flux from each time to the next, one after the other.
    #[pyo3(signature = (ids=None, *, edges=None))]
    fn jacobian(
        &self,
        py: Python<'_>,
        ids: Option<Vec<String>>,
        edges: Option<Vec<Bound<'_, PyAny>>>,
    ) -> PyResult<Jacobian> {
        let places = match ids {
            Some(ids) => ids.iter().map(|id| self.place(id)).collect::<PyResult<_>>()?,
            None => (0..self.__len__()).collect::<Vec<_>>(),
        };
        let edges = edges.map(|edges| edges.iter().map(time::from_py).collect::<PyResult<Vec<_>>>());
        let edges = edges.transpose()?;
        let read = || {
            let jacobian = self.inner.jacobian(&places)?;
            match edges {
                Some(edges) => jacobian.on_steps(&edges),
                None => Ok(jacobian),
            }
        };
        py.detach(read).map(Jacobian).map_err(to_py)
    }

    /// The file as an xarray.Dataset.
    fn to_xarray<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        py.import("xarray")?.call_method1("open_dataset", (&self.path,))
    }

    fn __repr__(&self) -> String {
        let grid = &self.inner.grid().name;
        format!(
            "Store('{}', {} receptors on grid '{grid}')",
            self.path.display(),
            self.__len__()
        )
    }

    fn _repr_html_<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.py().import("airshed.html")?.call_method1("store", (slf,))
    }
}

/// Influence of fluxes [umol m-2 s-1] on mole fractions [ppm], without zeros: compressed sparse rows.
#[pyclass(frozen, module = "airshed")]
pub struct Jacobian(InnerJacobian);

#[pymethods]
impl Jacobian {
    /// Rows and columns.
    #[getter]
    const fn shape(&self) -> (usize, usize) {
        (self.0.rows.len(), self.0.columns)
    }

    /// Id of the receptor of each row.
    #[getter]
    fn receptor_id(&self) -> Vec<String> {
        self.0.rows.iter().map(|row| row.receptor_id.clone()).collect()
    }

    /// Start of the time of each row, UTC: datetime64[s].
    #[getter]
    fn time<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        time::to_py_array(py, self.0.rows.iter().map(|row| row.span.start))
    }

    /// First entry of each row, and the number of entries (int64, shape [row + 1]).
    #[getter]
    fn indptr<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<i64>> {
        PyArray1::from_iter(py, self.0.row_start.iter().map(|start| *start as i64))
    }

    /// Column of each entry (int64).
    #[getter]
    fn indices<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<i64>> {
        PyArray1::from_iter(py, self.0.column.iter().map(|column| *column as i64))
    }

    /// Value of each entry, ppm / (umol m-2 s-1) (float32).
    #[getter]
    fn data<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f32>> {
        self.0.value.to_pyarray(py)
    }

    /// ppm of each row for a flux [umol m-2 s-1] of each column (float64).
    fn apply<'py>(&self, py: Python<'py>, flux: PyReadonlyArray1<'py, f64>) -> PyResult<Bound<'py, PyArray1<f64>>> {
        let flux = flux.as_array().to_vec();
        let ppm = py.detach(|| self.0.apply(&flux)).map_err(to_py)?;
        Ok(PyArray1::from_vec(py, ppm))
    }

    /// For each column the sum of its entries times one number for each row (float64).
    fn apply_transposed<'py>(
        &self,
        py: Python<'py>,
        per_row: PyReadonlyArray1<'py, f64>,
    ) -> PyResult<Bound<'py, PyArray1<f64>>> {
        let per_row = per_row.as_array().to_vec();
        let sums = py.detach(|| self.0.apply_transposed(&per_row)).map_err(to_py)?;
        Ok(PyArray1::from_vec(py, sums))
    }

    /// A scipy.sparse.csr_array.
    fn to_scipy<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.py()
            .import("airshed.tables")?
            .call_method1("jacobian_to_scipy", (slf,))
    }

    fn __repr__(&self) -> String {
        let (rows, columns) = self.shape();
        format!(
            "Jacobian({rows} rows x {columns} columns, {} entries)",
            self.0.value.len()
        )
    }

    fn _repr_html_<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.py().import("airshed.html")?.call_method1("jacobian", (slf,))
    }
}
