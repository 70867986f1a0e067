//! Footprints: surface influence on a grid.
//!
//! [`grid_particles`] is the gridding of STILT v2 (Fasoli et al. 2018, GMD 11, section 2.2), in its stages: particle
//! records by time (`records`), on demand early records split where particles jump over cells (`early_steps`), a
//! smoothing width for each age (`bandwidth`), a Gaussian of that width (`kernel`), spread over the cells (`rasterise`).

mod bandwidth;
mod early_steps;
mod kernel;
mod rasterise;
mod records;
mod sampling;

use ndarray::Array3;

use crate::error::{Error, Result};
use crate::grid::Grid;
pub use crate::gridding::EarlySteps;
use crate::receptor::Receptor;
use crate::time::UtcTime;
use crate::trajectory::Trajectories;
pub use sampling::{GroupDeposit, Sampling, standard_error};

/// Most values of one footprint (4 GB).
const MAX_VALUES: usize = 500_000_000;

/// Surface influence of one receptor on one grid [ppm / (µmol m⁻² s⁻¹)].
#[derive(Clone, Debug)]
pub struct Footprint {
    /// The receptor.
    pub receptor: Receptor,
    /// The grid.
    pub grid: Grid,
    /// Start of each layer, UTC, ascending; one entry, the start of the covered span, if the grid is time integrated.
    pub layer_start: Vec<UtcTime>,
    /// Length of each layer, s: 3600, or the whole run if time integrated.
    pub layer_seconds: i64,
    /// Values `[time][y][x]`, y and x ascending.
    pub foot: Array3<f64>,
    /// Sampling error of each value, `[time][y][x]`, if asked for.
    pub stderr: Option<Array3<f64>>,
    /// Groups of particles behind the error, if asked for.
    pub sampling: Option<Sampling>,
    /// Where the particles' influence went.
    pub budget: MassBudget,
}

/// Where the influence of all particles went; the parts add up to `total` (ensemble mean per particle released).
///
/// *Margin*: the cells around the grid up to half the widest kernel, from which influence may be smeared in. What a
/// particle of the margin smears into the grid counts as `inside`, the rest as `smeared_out`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MassBudget {
    /// All particles, everywhere.
    pub total: f64,
    /// Inside the grid after smoothing: the sum of all cells.
    pub inside: f64,
    /// Of particles in the grid and its margin, smeared out over the edge.
    pub smeared_out: f64,
    /// Of particles outside the grid and its margin.
    pub outside: f64,
}

/// Grids an ensemble as STILT v2 does.
///
/// Every hour of the run is a layer, also those without influence. The first hour backward is the layer that starts
/// an hour before the receptor time; forward, a record at a full hour belongs to the hour that starts with it.
/// The sum of a layer is divided by the particles released. Uses the current rayon pool; the result does not depend
/// on the number of threads.
///
/// # Errors
/// [`Error::Config`] if the grid is impossible or its crs unknown, or if grid × hours is too large.
pub fn grid_particles(trajectories: &Trajectories, grid: &Grid) -> Result<Footprint> {
    grid_particles_with(trajectories, grid, EarlySteps::AsRecorded)
}

/// [`grid_particles`] with a choice for the early steps.
///
/// # Errors
/// As [`grid_particles`].
pub fn grid_particles_with(trajectories: &Trajectories, grid: &Grid, early: EarlySteps) -> Result<Footprint> {
    let axes = grid.axes()?;
    let hours = hours_of(&trajectories.time_min);
    let layers = if grid.time_integrate { 1 } else { hours.clone().count() };
    if layers * axes.nx * axes.ny > MAX_VALUES {
        let allowed = format!(
            "{layers} layers of {} x {} cells are too many to hold: use time_integrate = true, larger cells or a \
             smaller area",
            axes.nx, axes.ny
        );
        return Err(Error::config(format!("grid.{}.dx", grid.name), grid.dx, allowed));
    }

    let mut records = records::Records::collect(trajectories, &axes);
    let total = records.total_foot();
    if early == EarlySteps::Split {
        early_steps::split(&mut records, &axes);
    }
    records.project(&axes);
    let bandwidths = bandwidth::Bandwidths::of(&records, &axes, grid.smooth_factor);
    let gridded = rasterise::rasterise(&records, &bandwidths, &axes, &hours, grid.time_integrate);

    let per_particle = 1.0 / trajectories.particle_count().max(1) as f64;
    let foot = gridded.foot * per_particle;
    let budget = MassBudget {
        total: total * per_particle,
        inside: foot.sum(),
        smeared_out: gridded.smeared_out * per_particle,
        outside: gridded.outside * per_particle,
    };
    let (layer_start, layer_seconds) = layer_times(trajectories, &hours, grid.time_integrate);
    Ok(Footprint {
        receptor: trajectories.receptor.clone(),
        grid: grid.clone(),
        layer_start,
        layer_seconds,
        foot,
        stderr: None,
        sampling: None,
        budget,
    })
}

/// Hours since the receptor time of all layers that a run touches, ascending.
fn hours_of(time_min: &[f64]) -> std::ops::Range<i64> {
    let hour = |t: f64| (t / 60.0).floor() as i64;
    let first = time_min.iter().copied().fold(f64::INFINITY, f64::min);
    let last = time_min.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if time_min.is_empty() {
        0..0
    } else {
        hour(first)..hour(last) + 1
    }
}

fn layer_times(trajectories: &Trajectories, hours: &std::ops::Range<i64>, integrate: bool) -> (Vec<UtcTime>, i64) {
    let receptor_time = trajectories.receptor.time;
    if !integrate {
        return (hours.clone().map(|h| receptor_time.plus_hours(h)).collect(), 3600);
    }
    let end_seconds = trajectories.time_min.last().map_or(0, |t| (t * 60.0).round() as i64);
    (vec![receptor_time.plus_seconds(end_seconds.min(0))], end_seconds.abs())
}
