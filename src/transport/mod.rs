//! Following an ensemble of particles from a receptor.

mod blocks;
mod column;
mod conditions;
mod convection;
mod error_fields;
mod extras;
mod mass_weight;
mod mixing_height_scale;
mod options;
mod particle;
mod physics;
mod record;
mod release;
mod stretches;

use std::ops::ControlFlow;

use rayon::prelude::*;

use crate::error::{Error, Result};
use crate::geo::wrap_longitude_deg;
use crate::met::levels::Levels;
use crate::met::store::{MetStore, MetWindow, NestWindow};
use crate::mode::Mode;
use crate::receptor::Receptor;
use crate::rng::Noise;
use crate::time::UtcTime;
use crate::trajectory::{Status, Trajectories};
use blocks::Blocks;
pub use blocks::Each;
use column::Bracket;
pub use conditions::{Conditions, Place, conditions};
use error_fields::{ErrorFields, StepErrors};
pub use error_fields::{MixingHeightErrors, WindErrors};
use extras::Extras;
pub use mass_weight::weight_influence;
pub use mixing_height_scale::MixingHeightScale;
pub use options::TransportOptions;
use particle::{Particle, Report, STEP_S, Scheme, Surroundings};
use record::Record;
use release::{Release, noise_key};
use stretches::Stretches;

/// Steps between two calls of the watcher, at most.
const WATCH_EVERY_STEPS: usize = 60;
const STEP_SECONDS: i64 = STEP_S as i64;

/// Follows the particles of one receptor. `watch` is called now and then with the minutes done so far; `Break`
/// stops the run.
///
/// Uses the current rayon pool; the result does not depend on the number of threads.
///
/// # Errors
/// [`Error::MetTime`] and [`Error::MetPlace`] if the receptor is outside the data, [`Error::Config`] if an option has an
/// impossible value, [`Error::MassViolation`], [`Error::Interrupted`], and reader errors. Particles that leave the data
/// on the way, or a run that outlasts it, are no error: see [`Status`].
pub fn simulate(
    met: &MetStore,
    receptor: &Receptor,
    options: &TransportOptions,
    watch: &(dyn Fn(f64) -> ControlFlow<()> + Sync),
) -> Result<Trajectories> {
    in_one_table(options, |each| simulate_each(met, receptor, options, each, watch))
}

/// As [`simulate()`], but hands the records on block by block while the particles fly, and keeps none: `each` gets the
/// records of at most 60 min, outward from the receptor, and with them all that [`Trajectories`] holds besides records.
/// The blocks one after the other are the table of [`simulate()`], bit for bit; after the end of the meteorology they
/// are blank. In a block the end of a particle and the height of its release are as known so far. Returns the ensemble
/// without records.
///
/// *Memory*: the records of one block; of the whole run, handed on at its end, where the influence of a record depends
/// on later ones: with `mass_weight`, and with `hnf_plume` forward in parity mode (see [`crate::near_field::dilute`]).
///
/// # Errors
/// As [`simulate()`], when `each` may have had blocks already, and those of `each`.
pub fn simulate_each(
    met: &MetStore,
    receptor: &Receptor,
    options: &TransportOptions,
    each: Each<'_>,
    watch: &(dyn Fn(f64) -> ControlFlow<()> + Sync),
) -> Result<Trajectories> {
    options.validate()?;
    if options.derive.mode == Mode::Physics {
        extras::check_for_physics_mode(options.variables)?;
        return physics::follow_all(met, receptor, options, each, watch);
    }
    follow_all(met, receptor, options, (each, watch), &mut vec![(); options.particles])
}

/// The blocks that `follow` hands on, one after the other.
fn in_one_table(
    options: &TransportOptions,
    follow: impl FnOnce(Each<'_>) -> Result<Trajectories>,
) -> Result<Trajectories> {
    let mut table = None;
    let mut first = 0;
    let without_records = follow(&mut |block| {
        let blank = || block.without_records(options.record_times_min());
        table.get_or_insert_with(blank).enter(first, block);
        first += block.time_min.len();
        Ok(())
    })?;
    Ok(table.unwrap_or(without_records))
}

/// As [`simulate()`], with the errors of the wind and of the mixing height that the options hold: the second ensemble,
/// whose variance beyond that of the first is the transport error. It draws the same turbulence as the first; without
/// errors it is the first.
///
/// Errors act in the sub-steps of the turbulence, as in STILT; without turbulence there are none.
///
/// # Errors
/// As [`simulate()`].
pub fn simulate_perturbed(
    met: &MetStore,
    receptor: &Receptor,
    options: &TransportOptions,
    watch: &(dyn Fn(f64) -> ControlFlow<()> + Sync),
) -> Result<Trajectories> {
    in_one_table(options, |each| {
        simulate_perturbed_each(met, receptor, options, each, watch)
    })
}

/// As [`simulate_perturbed()`], block by block as [`simulate_each()`].
///
/// # Errors
/// As [`simulate()`], when `each` may have had blocks already, and those of `each`.
pub fn simulate_perturbed_each(
    met: &MetStore,
    receptor: &Receptor,
    options: &TransportOptions,
    each: Each<'_>,
    watch: &(dyn Fn(f64) -> ControlFlow<()> + Sync),
) -> Result<Trajectories> {
    options.validate()?;
    if options.derive.mode == Mode::Physics {
        return Err(Error::NotBuilt {
            feature: "transport errors in physics mode".into(),
            instead: "use run.mode = \"parity\"".into(),
        });
    }
    let data_levels = met.nests().first().map_or(0, |nest| nest.levels.len() - 1);
    let levels = Levels::choose(data_levels, options.derive.model_top_m);
    let fields = ErrorFields::new(options, levels, noise_key(options.seed, receptor));
    let mut memory = fields.memory(options.particles);
    follow_all(met, receptor, options, (each, watch), &mut fields.release(&mut memory))
}

fn follow_all<E: StepErrors + Send>(
    met: &MetStore,
    receptor: &Receptor,
    options: &TransportOptions,
    (each, watch): (Each<'_>, &(dyn Fn(f64) -> ControlFlow<()> + Sync)),
    errors: &mut [E],
) -> Result<Trajectories> {
    let scheme = Scheme::new(options);
    let receptor = &receptor.facing(options.hours > 0);
    let key = noise_key(options.seed, receptor);
    let extras = Extras::new(options.variables);
    let derive = options.derive_options();
    met.check_variables(derive.variables, receptor.time, options.hours)?;
    let mut stretches = Stretches::new(met, options, derive, receptor.time)?;
    let mut release = Release::plan(&stretches.window, receptor, options)?;
    let mut particles = release.waiting();
    let mut blocks = Blocks::new(receptor, options, extras.variables(), each);
    while let Some((time, span)) = stretches.next()? {
        release.begin(&stretches.window, span.clone(), &mut particles, &scheme, key)?;
        let stretch = Stretch {
            release: &release,
            window: &stretches.window,
            scheme: &scheme,
            extras: &extras,
            key,
            weights: stretches.weights(time, span.len()),
            first: span.start,
        };
        let flying = particles.par_iter_mut().zip(errors.par_iter_mut());
        blocks.fly(span.clone(), flying, |index, (particle, errors), rows| {
            stretch.follow(particle, index, rows, errors);
        })?;
        blocks.know((statuses(&particles), &release));
        if watch(span.end as f64 * STEP_S / 60.0).is_break() {
            return Err(Error::Interrupted);
        }
    }
    if !stretches.is_complete() {
        end_all(&mut particles);
    }
    blocks.finish((statuses(&particles), &release))
}

fn statuses(particles: &[Particle]) -> Vec<Status> {
    particles.iter().map(|particle| particle.status).collect()
}

fn end_all(particles: &mut [Particle]) {
    for particle in particles.iter_mut().filter(|p| p.status == Status::Alive) {
        particle.status = Status::MetGap;
    }
}

/// A stretch of steps within one window.
struct Stretch<'a> {
    release: &'a Release<'a>,
    window: &'a MetWindow,
    scheme: &'a Scheme,
    extras: &'a Extras,
    key: [u32; 2],
    /// Weight of the later snapshot, by nest, at the start of each step and at the end of the last.
    weights: Vec<Vec<f64>>,
    /// Number of the first step.
    first: usize,
}

impl Stretch<'_> {
    fn follow(
        &self,
        particle: &mut Particle,
        index: u32,
        (row, extra): (&mut [Record], &mut [f32]),
        errors: &mut impl StepErrors,
    ) {
        let extras = self.extras.count();
        let start = self.release.step(index as usize).saturating_sub(self.first);
        let mut around = None;
        for (k, record) in row.iter_mut().enumerate().skip(start) {
            if particle.status != Status::Alive {
                return;
            }
            // step 0 is the release
            let noise = Noise::new(self.key, index, (self.first + k + 1) as u32);
            let from = *particle;
            let report = self.step(particle, &mut around, k, &noise, errors);
            errors.keep();
            if particle.status == Status::Alive {
                let place = self.window.nests[particle.nest].grid.place_at(particle.x, particle.y);
                *record = Record {
                    lon_deg: wrap_longitude_deg(place.lon_deg),
                    lat_deg: place.lat_deg,
                    report: report.to_f32(),
                };
                self.look_up(&from, particle, k, &mut extra[k * extras..(k + 1) * extras]);
            }
        }
    }

    /// Step `k` of the stretch, in the finest nest that holds the particle from the step's start to its end.
    #[inline]
    fn step<'m>(
        &'m self,
        particle: &mut Particle,
        around: &mut Option<Surroundings<'m>>,
        k: usize,
        noise: &Noise,
        errors: &mut impl StepErrors,
    ) -> Report {
        let nests = &self.window.nests;
        let old = Particle {
            nest: particle.nest.min(nests.len() - 1),
            ..*particle
        };
        for (nest, met) in nests.iter().enumerate() {
            let (x, y) = self.window.place_in(&old, nest);
            *particle = Particle { nest, x, y, ..old };
            let weights = self.weights(nest, k);
            if around.as_ref().is_none_or(|around| around.nest != nest) {
                let Some(start) = Surroundings::new(particle, met.bracket(), weights[0]) else {
                    particle.status = Status::LeftDomain;
                    continue;
                };
                *around = Some(start);
            }
            let Some(start) = around else { continue };
            let report = self
                .scheme
                .step(particle, start, weights[1], &mut noise.clone(), errors);
            if particle.status != Status::LeftDomain {
                return report;
            }
            *around = None;
        }
        Report::default()
    }

    /// Weights of the later snapshot of a nest at the start and the end of step `k`.
    #[inline]
    fn weights(&self, nest: usize, k: usize) -> [f64; 2] {
        let weights = &self.weights[nest];
        [weights[k], weights[k + 1]]
    }
}

impl MetWindow {
    /// Grid indices of a particle in a nest.
    fn place_in(&self, particle: &Particle, nest: usize) -> (f64, f64) {
        let own = particle.nest.min(self.nests.len() - 1);
        if nest == own {
            return (particle.x, particle.y);
        }
        let place = self.nests[own].grid.place_at(particle.x, particle.y);
        self.nests[nest].grid.index_of(place)
    }
}

impl NestWindow {
    fn bracket(&self) -> Bracket<'_> {
        Bracket::new([&self.before, &self.after], self.grid.is_cyclic(), self.forward)
    }

    /// Weight of the later snapshot at a time, 0 … 1.
    fn weight(&self, time: UtcTime) -> f64 {
        let span = self.after.time.minutes_since(self.before.time);
        if span > 0.0 {
            (time.minutes_since(self.before.time) / span).clamp(0.0, 1.0)
        } else {
            0.0
        }
    }
}
