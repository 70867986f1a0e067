//! Footprints weighted by the mass that each particle stands for (Lin et al. 2003; STILT's `dmas`).

use crate::error::{Error, Result};
use crate::trajectory::Trajectories;

/// Particles whose mass ever leaves this range are dropped.
const KEPT: std::ops::RangeInclusive<f32> = 1e-3..=1e3;

/// Multiplies each record's influence by the particle's mass over the ensemble's mean at that time. Particles that are
/// dropped lose their influence, and the others stand for them. `blocks` hold the whole run.
///
/// # Errors
/// [`Error::MassViolation`] if half of the particles or more are dropped.
pub fn weight_influence(blocks: &mut [Trajectories]) -> Result<()> {
    let particles = blocks.first().map_or(0, Trajectories::particle_count);
    let fits = |mass: &f32| mass.is_nan() || KEPT.contains(mass);
    let stays = |particle: usize| {
        blocks
            .iter()
            .all(|block| block.mass_weight.row(particle).iter().all(fits))
    };
    let kept: Vec<bool> = (0..particles).map(stays).collect();
    let left = kept.iter().filter(|kept| **kept).count();
    if 2 * left <= particles {
        return Err(Error::MassViolation {
            dropped: particles - left,
            particles,
        });
    }
    let stands_for = particles as f32 / left as f32;
    blocks
        .iter_mut()
        .for_each(|block| weight_block(block, &kept, stands_for));
    Ok(())
}

fn weight_block(trajectories: &mut Trajectories, kept: &[bool], stands_for: f32) {
    for time in 0..trajectories.time_min.len() {
        let masses = trajectories.mass_weight.column(time);
        let alive = || masses.iter().zip(kept).filter(|(mass, kept)| **kept && !mass.is_nan());
        let sum: f64 = alive().map(|(mass, _)| f64::from(*mass)).sum();
        let mean = (sum / alive().count().max(1) as f64) as f32;
        for (particle, kept) in kept.iter().enumerate() {
            let weight = match kept {
                true => stands_for * masses[particle] / mean,
                false => 0.0,
            };
            trajectories.foot[[particle, time]] *= weight;
            trajectories.foot_raw[[particle, time]] *= weight;
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::receptor::Receptor;
    use crate::time::UtcTime;

    fn ensemble(masses: &[f32]) -> Trajectories {
        let receptor = Receptor::new(UtcTime::from_seconds(0), 0.0, 0.0, 10.0).unwrap();
        let mut trajectories = Trajectories::new(receptor, masses.len(), vec![-1.0]);
        trajectories.foot.fill(2.0);
        trajectories.foot_raw.fill(1.0);
        for (mut row, mass) in trajectories.mass_weight.outer_iter_mut().zip(masses) {
            row.fill(*mass);
        }
        trajectories
    }

    #[test]
    fn weights_relative_to_the_mean_leave_the_ensembles_influence_as_it_is() {
        let mut trajectories = ensemble(&[0.5, 1.0, 1.5]);
        weight_influence(std::slice::from_mut(&mut trajectories)).unwrap();
        assert_eq!(trajectories.foot_raw.as_slice().unwrap(), [0.5, 1.0, 1.5]);
        assert_eq!(trajectories.foot.as_slice().unwrap(), [1.0, 2.0, 3.0]);
    }

    #[test]
    fn the_others_stand_for_a_particle_whose_mass_grew_a_thousandfold() {
        let mut trajectories = ensemble(&[1.0, 1.0, 1.0, 1001.0]);
        weight_influence(std::slice::from_mut(&mut trajectories)).unwrap();
        let third = 4.0 / 3.0;
        assert_eq!(trajectories.foot_raw.as_slice().unwrap(), [third, third, third, 0.0]);
    }

    #[test]
    fn an_ensemble_that_lost_half_its_particles_is_refused() {
        let refused = weight_influence(&mut [ensemble(&[1.0, 1.0, 1e-4, 1e4])]);
        assert!(matches!(
            refused,
            Err(Error::MassViolation {
                dropped: 2,
                particles: 4
            })
        ));
    }
}
