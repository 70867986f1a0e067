//! Radon, hydroxyl, radiocarbon.

use std::path::PathBuf;

use airshed::tracer::radiocarbon::{
    Carbon, Facility, NuclearRelease, notebook_per_mil, nuclear_per_mil, of_footprint, of_particles, read_facilities,
};
use airshed::tracer::{Unit, hydroxyl, radon};
use pyo3::prelude::*;

use crate::error::to_py;
use crate::footprint::Footprint;
use crate::trajectory::Trajectories;

/// A value of one unit of amount in air in another.
#[pyfunction]
pub fn convert_unit(value: f64, unit: &str, to: &str) -> PyResult<f64> {
    let to: Unit = to.parse().map_err(to_py)?;
    let (unit, factor) = Unit::parse(unit).map_err(to_py)?;
    unit.convert(factor * value, to).map_err(to_py)
}

/// A radon flux in Bq m-2 s-1 as umol m-2 s-1.
#[pyfunction]
pub const fn radon_flux(becquerel_m2_s: f64) -> f64 {
    radon::umol_of_becquerel(becquerel_m2_s)
}

/// A radon flux in atoms m-2 s-1 as umol m-2 s-1.
#[pyfunction]
pub const fn radon_flux_of_atoms(atoms_m2_s: f64) -> f64 {
    radon::umol_of_atoms(atoms_m2_s)
}

/// Activity of radon, Bq m-3, of a mole fraction in ppm.
#[pyfunction]
pub const fn radon_activity(ppm: f64, pressure_hpa: f64, temperature_k: f64) -> f64 {
    radon::activity_bq_m3(ppm, pressure_hpa, temperature_k)
}

/// Loss of CO to OH, s-1.
#[pyfunction]
pub const fn co_loss_rate(temperature_k: f64, pressure_hpa: f64, oh_molec_cm3: f64) -> f64 {
    hydroxyl::co_loss_rate_per_s(temperature_k, pressure_hpa, oh_molec_cm3)
}

/// Loss of CH4 to OH, s-1.
#[pyfunction]
pub fn ch4_loss_rate(temperature_k: f64, oh_molec_cm3: f64) -> f64 {
    hydroxyl::ch4_loss_rate_per_s(temperature_k, oh_molec_cm3)
}

/// Delta 14C of CO2 by the balance of mass, per mil.
#[pyfunction]
pub fn delta14c(
    background_ppm: f64,
    background_per_mil: f64,
    biosphere_ppm: f64,
    biosphere_per_mil: f64,
    fossil_ppm: f64,
) -> PyResult<f64> {
    let carbon = Carbon {
        background_ppm,
        background_per_mil,
        biosphere_ppm,
        biosphere_per_mil,
        fossil_ppm,
    };
    carbon.per_mil().map_err(to_py)
}

/// Delta 14C of CO2 as the notebooks of the ICOS Carbon Portal have it, per mil.
#[pyfunction]
pub fn delta14c_notebook(background_per_mil: f64, co2_ppm: f64, fossil_ppm: f64) -> PyResult<f64> {
    notebook_per_mil(background_per_mil, co2_ppm, fossil_ppm).map_err(to_py)
}

/// What nuclear releases add to Delta 14C, per mil.
#[pyfunction]
pub fn nuclear_delta14c(becquerel_per_mol: f64, co2_ppm: f64) -> PyResult<f64> {
    nuclear_per_mil(becquerel_per_mol, co2_ppm).map_err(to_py)
}

/// Name, Bq per mol of air at the receptor, and whether it stands on the grid, for each facility of a table.
type Releases = Vec<(String, f64, bool)>;

fn plain(releases: Vec<NuclearRelease>) -> Releases {
    let plain = |release: NuclearRelease| (release.name, release.becquerel_per_mol, release.is_on_grid);
    releases.into_iter().map(plain).collect()
}

/// The facilities of a table seen through a footprint, or by the particles within a radius.
#[pyfunction]
#[pyo3(signature = (seen_by, table, radius_m=None))]
pub fn nuclear_releases(seen_by: &Bound<'_, PyAny>, table: PathBuf, radius_m: Option<f64>) -> PyResult<Releases> {
    let facilities: Vec<Facility> = read_facilities(table).map_err(to_py)?;
    let py = seen_by.py();
    let Some(radius_m) = radius_m else {
        let footprint = seen_by.cast::<Footprint>()?.get();
        let seen = py.detach(|| of_footprint(&footprint.inner, &facilities));
        return seen.map(plain).map_err(to_py);
    };
    let trajectories = seen_by.cast::<Trajectories>()?.get();
    let seen = py.detach(|| of_particles(&trajectories.inner, &facilities, radius_m));
    seen.map(plain).map_err(to_py)
}
