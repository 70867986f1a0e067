//! Following an ensemble of particles from a receptor.

mod column;
mod particle;

use std::ops::ControlFlow;

use ndarray::Array2;
use rayon::prelude::*;

use crate::error::{Error, Result};
use crate::geo::{LonLat, wrap_longitude_deg};
use crate::met::derive::DeriveOptions;
use crate::met::store::{MetStore, MetWindow, NestWindow};
use crate::near_field::dilute;
use crate::receptor::Receptor;
use crate::rng::{Noise, key_of};
use crate::time::UtcTime;
use crate::trajectory::{Status, Trajectories};
use column::Bracket;
use particle::{Particle, Report, STEP_S, Scheme};

/// Steps between two calls of the watcher, at most.
const WATCH_EVERY_STEPS: usize = 60;
const STEP_SECONDS: i64 = STEP_S as i64;

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

impl TransportOptions {
    fn validate(&self) -> Result<()> {
        let positive = |key: &str, value: f64, allowed: &str| {
            if value > 0.0 && value.is_finite() {
                Ok(())
            } else {
                Err(Error::config(key, value, allowed))
            }
        };
        if self.hours == 0 {
            return Err(Error::config(
                "hours",
                self.hours,
                "negative runs backward in time, positive forward; not 0",
            ));
        }
        if self.particles == 0 || u32::try_from(self.particles).is_err() {
            return Err(Error::config("particles", self.particles, "from 1 to 4294967295"));
        }
        positive("tlfrac", self.tlfrac, "a positive fraction of the Lagrangian time")?;
        positive(
            "veght",
            self.veght,
            "a positive fraction of the mixing height (up to 9) or metres",
        )?;
        positive("hscale", self.hscale_s, "a positive time, s")
    }
}

/// The same receptor draws the same noise, whatever its name.
fn noise_key(seed: u64, receptor: &Receptor) -> [u32; 2] {
    let place = [receptor.lon_deg, receptor.lat_deg, receptor.height_agl_m].map(f64::to_bits);
    key_of(seed, &[receptor.time.seconds() as u64, place[0], place[1], place[2]])
}

/// What one particle did in one step; `lon_deg` is NaN from its end on.
#[derive(Clone, Copy)]
struct Record {
    lon_deg: f64,
    lat_deg: f64,
    report: [f32; 9],
}

impl Default for Record {
    fn default() -> Self {
        Self {
            lon_deg: f64::NAN,
            lat_deg: f64::NAN,
            report: [f32::NAN; 9],
        }
    }
}

fn release(
    window: &MetWindow,
    receptor: &Receptor,
    options: &TransportOptions,
    scheme: &Scheme,
    key: [u32; 2],
) -> Result<Vec<Particle>> {
    let place = LonLat {
        lon_deg: receptor.lon_deg,
        lat_deg: receptor.lat_deg,
    };
    let found = window.nests.iter().enumerate().find_map(|(nest, met)| {
        let (x, y) = met.grid.index_of(place);
        Some((nest, x, y, met.bracket().column(x, y, met.weight(receptor.time))?))
    });
    let Some((nest, x, y, column)) = found else {
        return Err(Error::MetPlace {
            lon_deg: place.lon_deg,
            lat_deg: place.lat_deg,
            covered: window.describe(),
        });
    };
    let height = receptor.height_agl_m / column.compression;
    if height >= column.top() {
        let allowed = format!("below the model top, {} m", options.derive.model_top_m);
        return Err(Error::config("height_agl_m", receptor.height_agl_m, allowed));
    }
    let released = Particle {
        nest,
        x,
        y,
        height,
        vertical: 0.0,
        horizontal_m_s: [0.0; 2],
        status: Status::Alive,
    };
    Ok((0..options.particles as u32)
        .map(|index| {
            let mut particle = released;
            scheme.release(&mut particle, &column, &mut Noise::new(key, index, 0));
            particle
        })
        .collect())
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

impl Report {
    fn to_f32(self) -> [f32; 9] {
        [
            self.height_agl_m,
            self.foot,
            self.below_min,
            self.mixing_height_m,
            self.density_kg_m3,
            self.sigma_w_m_s,
            self.time_s,
            self.pressure_hpa,
            self.terrain_m,
        ]
        .map(|value| value as f32)
    }
}

fn table(receptor: &Receptor, time_min: Vec<f64>, particles: &[Particle], records: &[Record]) -> Trajectories {
    let shape = (particles.len(), time_min.len());
    let at = |(p, t): (usize, usize)| &records[p * shape.1 + t];
    let column = |c: usize| Array2::from_shape_fn(shape, |index| at(index).report[c]);
    let foot_raw = column(1);
    Trajectories {
        receptor: receptor.clone(),
        lon_deg: Array2::from_shape_fn(shape, |index| at(index).lon_deg),
        lat_deg: Array2::from_shape_fn(shape, |index| at(index).lat_deg),
        height_agl_m: column(0),
        foot: foot_raw.clone(),
        foot_raw,
        time_below_min: column(2),
        mixing_height_m: column(3),
        air_density_kg_m3: column(4),
        sigma_w_m_s: column(5),
        lagrangian_time_s: column(6),
        pressure_hpa: column(7),
        terrain_m: column(8),
        status: particles.iter().map(|p| p.status).collect(),
        time_min,
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

impl MetWindow {
    fn describe(&self) -> String {
        let corners = |met: &NestWindow| {
            let southwest = met.grid.place_at(0.0, 0.0);
            let northeast = met.grid.place_at((met.grid.nx - 1) as f64, (met.grid.ny - 1) as f64);
            format!(
                "{:.2} … {:.2} E, {:.2} … {:.2} N (corners)",
                southwest.lon_deg, northeast.lon_deg, southwest.lat_deg, northeast.lat_deg
            )
        };
        let covered: Vec<_> = self.nests.iter().map(corners).collect();
        format!(
            "the files cover {}; move the receptor or add meteorology",
            covered.join("; ")
        )
    }
}
