//! How many particles footprints need.

use crate::error::{Error, Result};
use crate::footprint::{Footprint, Sampling};
use crate::grid::Grid;

/// Particles of the ensemble that tells how many are needed.
pub const PILOT_PARTICLES: usize = 500;

/// The sampling error that footprints shall have, as far as a number of particles allows.
///
/// The pilot knows its own error to 1/√(2(G − 1)), 16 % with G = 20 groups of particles, and so the number needed to twice
/// that: the error reached lies around the target with that spread.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ParticleTarget {
    /// Standard error of the total inside each grid, as a part of it.
    pub relative_error: f64,
    /// Most particles.
    pub max_particles: usize,
}

impl ParticleTarget {
    const LEAST_ERROR: f64 = 1e-4;

    /// Refuses impossible values.
    ///
    /// # Errors
    /// [`Error::Config`] naming the key.
    pub fn check(&self) -> Result<()> {
        if !(Self::LEAST_ERROR..=1.0).contains(&self.relative_error) {
            let allowed = format!("a part of the total, from {} to 1", Self::LEAST_ERROR);
            return Err(Error::config("run.target_error", self.relative_error, allowed));
        }
        if self.max_particles < PILOT_PARTICLES {
            let allowed = format!("at least the {PILOT_PARTICLES} of the pilot");
            return Err(Error::config("run.max_particles", self.max_particles, allowed));
        }
        Ok(())
    }

    /// Refuses grids without a sampling error.
    ///
    /// # Errors
    /// [`Error::Config`] naming the key.
    pub fn check_grids(&self, grids: &[Grid]) -> Result<()> {
        let asked = "particles = \"auto\" aims at the sampling error of footprints";
        if grids.is_empty() {
            return Err(Error::config(
                "grid",
                "none",
                format!("{asked}: give a grid, or a number"),
            ));
        }
        match grids.iter().find(|grid| grid.gridding.error_groups == 0) {
            Some(grid) => {
                let key = format!("grid.{}.error_groups", grid.name);
                Err(Error::config(key, 0, format!("{asked}: take 2 groups or more")))
            }
            None => Ok(()),
        }
    }

    /// Particles that bring each footprint to the target, judged by those of a pilot; grids that the pilot does not reach
    /// ask for none.
    pub fn particles_after(&self, pilot: &[Footprint]) -> usize {
        let samples = pilot.iter().filter_map(|footprint| footprint.sampling.as_ref());
        let needed = samples.filter_map(|sampling| sampling.particles_for(self.relative_error));
        needed.max().unwrap_or(1).min(self.max_particles)
    }

    /// Why footprints miss the target for want of particles; `None` if they do not.
    pub fn missed_by(&self, footprints: &[Footprint], particles: usize) -> Option<String> {
        let reached = sampling_error(footprints)?;
        (reached > self.relative_error && particles >= self.max_particles).then(|| {
            format!(
                "the sampling error is {reached:.3} with run.max_particles = {particles}, not run.target_error = {}",
                self.relative_error
            )
        })
    }
}

/// The largest relative standard error of the totals of footprints; `None` if none of them knows it, or all are empty.
pub fn sampling_error(footprints: &[Footprint]) -> Option<f64> {
    let samples = footprints.iter().filter_map(|footprint| footprint.sampling.as_ref());
    samples.filter_map(Sampling::relative_error).reduce(f64::max)
}
