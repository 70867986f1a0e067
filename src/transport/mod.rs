//! Following an ensemble of particles from a receptor.

mod column;
mod conditions;
mod options;
mod particle;
mod record;
mod release;

use std::ops::ControlFlow;

use rayon::prelude::*;

use crate::error::{Error, Result};
use crate::geo::wrap_longitude_deg;
use crate::met::store::{MetStore, MetWindow, NestWindow};
use crate::near_field::dilute;
use crate::receptor::Receptor;
use crate::rng::Noise;
use crate::time::UtcTime;
use crate::trajectory::{Status, Trajectories};
use column::Bracket;
pub use conditions::{Conditions, Place, conditions};
pub use options::TransportOptions;
use particle::{Particle, Report, STEP_S, Scheme};
use record::{Record, table};
use release::{noise_key, release};

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
/// impossible value, [`Error::Interrupted`], and reader errors. Particles that leave the data on the way, or a run that
/// outlasts it, are no error: see [`Status`].
pub fn simulate(
    met: &MetStore,
    receptor: &Receptor,
    options: &TransportOptions,
    watch: &(dyn Fn(f64) -> ControlFlow<()> + Sync),
) -> Result<Trajectories> {
    options.validate()?;
    let forward = options.hours > 0;
    let step_s = if forward { STEP_SECONDS } else { -STEP_SECONDS };
    let steps = options.hours.unsigned_abs() as usize * 60;
    let scheme = Scheme::new(options);
    let key = noise_key(options.seed, receptor);
    let mut window = met.window(receptor.time, forward, &options.derive)?;
    let mut particles = release(&window, receptor, options, &scheme, key)?;
    let mut records = vec![Record::default(); options.particles * steps];
    let mut done = 0;
    while done < steps {
        let time = receptor.time.plus_seconds(done as i64 * step_s);
        if done > 0 {
            window = match met.window(time, forward, &options.derive) {
                Ok(window) => window,
                Err(Error::MetTime { .. }) => {
                    end_all(&mut particles);
                    break;
                }
                Err(error) => return Err(error),
            };
        }
        let limit = if forward { window.end } else { window.start };
        let in_window = ((limit.seconds() - time.seconds()) / step_s).max(0) as usize;
        if in_window == 0 {
            end_all(&mut particles);
            break;
        }
        let span = in_window.min(WATCH_EVERY_STEPS).min(steps - done);
        let stretch = Stretch {
            window: &window,
            scheme: &scheme,
            key,
            time,
            step_s,
            first: done,
        };
        particles
            .par_iter_mut()
            .zip(records.par_chunks_mut(steps))
            .enumerate()
            .for_each(|(index, (particle, row))| stretch.follow(particle, index as u32, &mut row[done..done + span]));
        done += span;
        if watch(done as f64 * STEP_S / 60.0).is_break() {
            return Err(Error::Interrupted);
        }
    }
    let time_min = (1..=steps).map(|k| k as f64 * step_s as f64 / 60.0).collect();
    let mut trajectories = table(receptor, time_min, &particles, &records);
    if options.hnf_plume {
        dilute(&mut trajectories, options.veght);
    }
    Ok(trajectories)
}

fn end_all(particles: &mut [Particle]) {
    for particle in particles.iter_mut().filter(|p| p.status == Status::Alive) {
        particle.status = Status::MetGap;
    }
}

/// A stretch of steps within one window.
struct Stretch<'a> {
    window: &'a MetWindow,
    scheme: &'a Scheme,
    key: [u32; 2],
    time: UtcTime,
    step_s: i64,
    /// Number of the first step.
    first: usize,
}

impl Stretch<'_> {
    fn follow(&self, particle: &mut Particle, index: u32, row: &mut [Record]) {
        for (k, record) in row.iter_mut().enumerate() {
            if particle.status != Status::Alive {
                return;
            }
            let time = self.time.plus_seconds(k as i64 * self.step_s);
            // step 0 is the release
            let noise = Noise::new(self.key, index, (self.first + k + 1) as u32);
            let report = self.step(particle, time, &noise);
            if particle.status == Status::Alive {
                let place = self.window.nests[particle.nest].grid.place_at(particle.x, particle.y);
                *record = Record {
                    lon_deg: wrap_longitude_deg(place.lon_deg),
                    lat_deg: place.lat_deg,
                    report: report.to_f32(),
                };
            }
        }
    }

    /// One step in the finest nest that holds the particle from the step's start to its end.
    fn step(&self, particle: &mut Particle, time: UtcTime, noise: &Noise) -> Report {
        let nests = &self.window.nests;
        let old = Particle {
            nest: particle.nest.min(nests.len() - 1),
            ..*particle
        };
        for (nest, met) in nests.iter().enumerate() {
            let (x, y) = if nest == old.nest {
                (old.x, old.y)
            } else {
                met.grid.index_of(nests[old.nest].grid.place_at(old.x, old.y))
            };
            *particle = Particle { nest, x, y, ..old };
            let weights = [met.weight(time), met.weight(time.plus_seconds(self.step_s))];
            let report = self.scheme.step(particle, met.bracket(), weights, &mut noise.clone());
            if particle.status != Status::LeftDomain {
                return report;
            }
        }
        Report::default()
    }
}

impl NestWindow {
    fn bracket(&self) -> Bracket<'_> {
        Bracket {
            before: &self.before,
            after: &self.after,
            cyclic: self.grid.is_cyclic(),
        }
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
