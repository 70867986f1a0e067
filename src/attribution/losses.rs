//! What is left of each tracer on its way from the present place of a particle to the receptor.

use crate::constants::DRY_AIR_GAS_CONSTANT;
use crate::inventory::{Air, Loss};
use crate::trajectory::Trajectories;

/// Of one kind of loss, particle by particle.
pub(super) struct Remaining {
    loss: Loss,
    /// After the last record.
    after: Vec<f64>,
}

impl Remaining {
    pub fn new(loss: Loss, particles: usize) -> Self {
        Self {
            loss,
            after: vec![1.0; particles],
        }
    }

    /// Moves a particle on through a record of so many seconds; gives the share that is left from its middle.
    #[inline]
    pub fn through(&mut self, particle: usize, seconds: f64, block: &Trajectories, record: usize) -> f64 {
        if self.loss == Loss::None {
            return 1.0;
        }
        let at = [particle, record];
        let (pressure_hpa, density) = (
            f64::from(block.pressure_hpa[at]),
            f64::from(block.air_density_kg_m3[at]),
        );
        let air = Air {
            pressure_hpa,
            temperature_k: 100.0 * pressure_hpa / (density * DRY_AIR_GAS_CONSTANT),
        };
        let half = self.loss.surviving(air, 0.5 * seconds);
        let before = self.after[particle];
        self.after[particle] = before * half * half;
        before * half
    }
}
