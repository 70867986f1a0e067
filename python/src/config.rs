//! Configuration files.

use std::collections::BTreeMap;
use std::path::PathBuf;

use airshed::config::Config as Inner;
use pyo3::prelude::*;

use crate::error::to_py;
use crate::grid::Grid;
use crate::receptor::Receptor;

/// A checked configuration, as the command ``airshed run`` reads it.
#[pyclass(frozen, module = "airshed")]
pub struct Config(pub Inner);

#[pymethods]
impl Config {
    /// Reads a TOML file; relative paths in it are relative to the file.
    #[staticmethod]
    fn from_toml(file: PathBuf) -> PyResult<Self> {
        Inner::from_toml(file).map(Self).map_err(to_py)
    }

    /// The complete file at its defaults, with a comment on each key.
    #[staticmethod]
    fn defaults() -> String {
        Inner::defaults_text()
    }

    /// Globs of the meteorology, ready for ``MetStore``.
    #[getter]
    fn met_files(&self) -> Vec<String> {
        self.0.met_patterns()
    }

    /// The receptors, series written out.
    #[getter]
    fn receptors(&self) -> Vec<Receptor> {
        self.0.receptors.iter().cloned().map(Receptor).collect()
    }

    /// The output grids by name.
    #[getter]
    fn grids(&self) -> BTreeMap<String, Grid> {
        self.0
            .grids()
            .into_iter()
            .map(|grid| (grid.name.clone(), Grid(grid)))
            .collect()
    }

    /// File and variable of each flux by name.
    #[getter]
    fn fluxes(&self) -> BTreeMap<String, (PathBuf, String)> {
        let entry = |(name, flux): (&String, &airshed::config::FluxConfig)| {
            (name.clone(), (self.0.resolve(&flux.file), flux.variable.clone()))
        };
        self.0.flux.iter().map(entry).collect()
    }

    /// Length of the run, h; negative backward.
    #[getter]
    const fn hours(&self) -> i32 {
        self.0.run.hours
    }

    /// Particles per receptor; with `"auto"` those of the pilot.
    #[getter]
    const fn particles(&self) -> usize {
        self.0.run.particles.at_first()
    }

    /// Seed of the noise.
    #[getter]
    const fn seed(&self) -> u64 {
        self.0.run.seed
    }

    fn __repr__(&self) -> String {
        let run = &self.0.run;
        let (receptors, grids, fluxes) = (self.0.receptors.len(), self.0.grid.len(), self.0.flux.len());
        format!(
            "Config(hours={}, particles={}, seed={}, {receptors} receptors, {grids} grids, {fluxes} fluxes)",
            run.hours, run.particles, run.seed
        )
    }

    fn _repr_html_<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.py().import("airshed.html")?.call_method1("config", (slf,))
    }
}
