//! Inventories: fluxes of one tracer by sector and fuel.

use std::path::PathBuf;

use airshed::Decay;
use airshed::inventory::{Inventory as Inner, Loss};
use pyo3::prelude::*;

use crate::error::{config_error, to_py};
use crate::flux::Flux;

/// What surfaces emit of one tracer, by sector and fuel, with its course over year, week and day.
#[pyclass(frozen, from_py_object, module = "airshed")]
#[derive(Clone)]
pub struct Inventory(pub Inner);

#[pymethods]
impl Inventory {
    /// Reads a TOML file that names the maps of the sources, their sectors and fuels, temporal profiles and scaling.
    #[staticmethod]
    fn from_toml(py: Python<'_>, file: PathBuf) -> PyResult<Self> {
        py.detach(|| Inner::open(&file)).map(Self).map_err(to_py)
    }

    /// A single flux without sectors.
    ///
    /// Parameters
    /// ----------
    /// tracer : str
    ///     Formula: ``CO2``, ``CH4``, ``222Rn``.
    /// flux : Flux
    ///     Its values.
    /// name : str, optional
    ///     In place of the flux's.
    /// half_life_h : float, optional
    ///     Of a tracer that decays on its way, h; 91.764 for radon without being told.
    #[staticmethod]
    #[pyo3(signature = (tracer, flux, *, name=None, half_life_h=None))]
    fn from_flux(tracer: &str, flux: &Flux, name: Option<String>, half_life_h: Option<f64>) -> PyResult<Self> {
        let inventory = Inner::from_flux(tracer, flux.0.clone());
        let decay = half_life_h.map(Decay::of_half_life_h).transpose().map_err(to_py)?;
        Ok(Self(Inner {
            name: name.unwrap_or(inventory.name),
            loss: decay.map_or(inventory.loss, Loss::Decay),
            ..inventory
        }))
    }

    /// Invented emissions of CO2 or CH4 around the North Sea, by sector and fuel: for trying things out.
    #[staticmethod]
    #[pyo3(signature = (tracer="CO2"))]
    fn synthetic(tracer: &str) -> PyResult<Self> {
        Inner::synthetic(tracer).map(Self).map_err(to_py)
    }

    /// Name, as tables show it.
    #[getter]
    fn name(&self) -> &str {
        &self.0.name
    }

    /// Formula of the tracer.
    #[getter]
    fn tracer(&self) -> &str {
        &self.0.tracer
    }

    /// Sector and fuel of each source.
    #[getter]
    fn sources(&self) -> Vec<(String, String)> {
        let each = self.0.sources.iter();
        each.map(|source| (source.sector.clone(), source.fuel.clone()))
            .collect()
    }

    /// The map of a source, without its course over time: for footprint x flux.
    #[pyo3(signature = (sector, fuel=""))]
    fn flux(&self, sector: &str, fuel: &str) -> PyResult<Flux> {
        let mut sources = self.0.sources.iter();
        let found = sources.find(|source| source.sector == sector && source.fuel == fuel);
        found.map(|source| Flux(source.flux.clone())).ok_or_else(|| {
            config_error(format!(
                "sector = {sector}, fuel = {fuel}: the inventory has {:?}",
                self.sources()
            ))
        })
    }

    fn __repr__(&self) -> String {
        format!(
            "Inventory('{}', {}, {} sources)",
            self.0.name,
            self.0.tracer,
            self.0.sources.len()
        )
    }

    fn _repr_html_<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.py().import("airshed.html")?.call_method1("inventory", (slf,))
    }
}
