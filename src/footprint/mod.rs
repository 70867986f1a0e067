//! Footprints: surface influence on a grid.
//!
//! A [`Gridder`] takes particle records block by block (`records`), holds those of a part of a layer (`layers`) until the
//! kernels of their ages are known, spreads them on one map per group of particles (`canvas`), and takes from these each
//! layer and its sampling error (`product`, `sampling`). A `spreader` does so in one of several
//! modes: `compat` is the gridding of STILT v2 (Fasoli et al. 2018, GMD 11, section 2.2), `metric` has kernels in metres that
//! follow the ensemble, `icos` is the gridding of STILT v1. A `counter` says what a record counts, `nesting` which of several
//! grids takes it.

mod age;
mod canvas;
mod compat;
mod counter;
mod gridder;
mod icos;
mod layers;
mod map;
mod metric;
mod nesting;
mod product;
mod records;
mod rows;
mod sampling;
mod spreader;

use ndarray::Array3;

use crate::error::Result;
use crate::grid::Grid;
use crate::receptor::Receptor;
use crate::time::UtcTime;
use crate::trajectory::Trajectories;
pub use age::AgeSpectrum;
pub use gridder::Gridder;
pub use nesting::{GridSet, check_nesting, grid_particles_on};
pub use sampling::{GroupDeposit, Sampling, standard_error};

/// Surface influence of one receptor on one grid [ppm / (µmol m⁻² s⁻¹)].
#[derive(Clone, Debug)]
pub struct Footprint {
    /// The receptor.
    pub receptor: Receptor,
    /// The grid.
    pub grid: Grid,
    /// Start of each layer, UTC, ascending; one entry, the start of the covered span, if the grid is time integrated.
    pub layer_start: Vec<UtcTime>,
    /// Length of each layer, s, or of the whole run if time integrated.
    pub layer_seconds: i64,
    /// Values `[time][y][x]`, y and x ascending.
    pub foot: Array3<f64>,
    /// Sampling error of each value, `[time][y][x]`, if asked for.
    pub stderr: Option<Array3<f64>>,
    /// Groups of particles behind the error, if asked for.
    pub sampling: Option<Sampling>,
    /// How old the influence is, if known.
    pub age: Option<AgeSpectrum>,
    /// Where the particles' influence went.
    pub budget: MassBudget,
}

/// Where the influence of all particles went; the parts add up to `total` (ensemble mean per particle released).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MassBudget {
    /// All particles, everywhere.
    pub total: f64,
    /// Inside the grid after smoothing: the sum of all cells.
    pub inside: f64,
    /// Of particles whose kernel touches the grid, smeared out over its edge.
    pub smeared_out: f64,
    /// Of all other particles.
    pub outside: f64,
}

/// Grids an ensemble: a [`Gridder`] fed with the whole table.
///
/// Every layer of the run is there, also those without influence. The first hour backward is the layer that starts an
/// hour before the receptor time; forward, a record at a full hour belongs to the hour that starts with it. The sum of a
/// layer is divided by the particles released.
///
/// # Errors
/// [`Error::Config`](crate::Error::Config) if the grid is impossible or its crs unknown, or if layers × cells are too many.
pub fn grid_particles(trajectories: &Trajectories, grid: &Grid) -> Result<Footprint> {
    let mut gridder = Gridder::new(grid, &trajectories.receptor, trajectories.particle_count())?;
    gridder.add(trajectories)?;
    gridder.finish()
}
