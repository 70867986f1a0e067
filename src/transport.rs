//! Following an ensemble of particles from a receptor.

use std::ops::ControlFlow;

use crate::error::Result;
use crate::met::derive::DeriveOptions;
use crate::met::store::MetStore;
use crate::receptor::Receptor;
use crate::trajectory::Trajectories;

/// Everything that shapes an ensemble, besides meteorology and receptor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TransportOptions {
    /// Length of the run, h; negative backward in time.
    pub hours: i32,
    /// Particles released.
    pub particles: usize,
    /// Seed of the noise.
    pub seed: u64,
    /// TLFRAC: turbulence sub-step as a fraction of the vertical Lagrangian time.
    pub tlfrac: f64,
    /// VEGHT: depth of the layer that feels the surface; a fraction of zi if ≤ 9, else m.
    pub veght: f64,
    /// HSCALE: horizontal Lagrangian time, s.
    pub hscale_s: f64,
    /// NTURB = 0: whether particles are turbulent.
    pub turbulence: bool,
    /// Whether `foot` gets the near-field dilution.
    pub hnf_plume: bool,
    /// Mixing height and levels.
    pub derive: DeriveOptions,
}

impl Default for TransportOptions {
    /// The defaults of STILT v2's run script.
    fn default() -> Self {
        Self {
            hours: -24,
            particles: 1000,
            seed: 1,
            tlfrac: 0.1,
            veght: 0.5,
            hscale_s: 10_800.0,
            turbulence: true,
            hnf_plume: true,
            derive: DeriveOptions::default(),
        }
    }
}

/// Follows the particles of one receptor. `watch` is called now and then with the minutes done so far; `Break`
/// stops the run.
///
/// Uses the current rayon pool; the result does not depend on the number of threads.
///
/// # Errors
/// [`Error::MetTime`](crate::Error::MetTime) and [`Error::MetPlace`](crate::Error::MetPlace) if the receptor is outside the
/// data, [`Error::Interrupted`](crate::Error::Interrupted), and reader errors. Particles that leave the data on the way, or a run that
/// outlasts it, are no error: see [`Status`](crate::trajectory::Status).
pub fn simulate(
    _met: &MetStore,
    _receptor: &Receptor,
    _options: &TransportOptions,
    _watch: &(dyn Fn(f64) -> ControlFlow<()> + Sync),
) -> Result<Trajectories> {
    todo!()
}
