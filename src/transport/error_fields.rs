//! Transport errors as a second, perturbed ensemble: random errors of the wind (Lin and Gerbig 2005) and of the mixing
//! height (Gerbig, Körner and Lin 2008) that every particle carries along its path.
//!
//! An error ε of standard deviation σ forgets itself in time and along the path, ε ← R ε + √(1 − R²) σ N with
//! R = exp(−|Δt|/τ − d/ℓ), d the way of the mean motion; STILT's two updates, one for each memory, have together the same
//! distribution. Wind errors form profiles on internal levels, correlated as exp(−Δz/z_cor).

use super::TransportOptions;
use super::column::{Column, Layer};
use crate::error::{Error, Result};
use crate::met::levels::Levels;
use crate::rng::{Noise, key_of};

/// Error of each horizontal wind component.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WindErrors {
    /// SIGUVERR: standard deviation, m s⁻¹.
    pub sigma_m_s: f64,
    /// TLUVERR: correlation time, min.
    pub time_min: f64,
    /// ZCORUVERR: vertical correlation length, m.
    pub height_m: f64,
    /// HORCORUVERR: horizontal correlation length, km.
    pub distance_km: f64,
}

/// Error of the mixing height; it scales the footprint of a step by max(0, 1 + ε), not the turbulence.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MixingHeightErrors {
    /// SIGZIERR: standard deviation, %.
    pub sigma_percent: f64,
    /// TLZIERR: correlation time, min.
    pub time_min: f64,
    /// HORCORZIERR: horizontal correlation length, km.
    pub distance_km: f64,
}

/// Which of the errors of a step a half step feels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Half {
    First,
    Second,
}

/// What errors do to the steps of one particle; `()` is the run without, at no cost.
pub(super) trait StepErrors {
    /// Draws the errors at the end of a step from those at its start.
    fn draw_next(&mut self, seconds: f64, distance_km: f64);
    /// Gives the wind of a layer its error: in the first half of a step that at its start.
    fn perturb(&self, layer: &mut Layer, half: Half, column: &Column<'_>);
    /// The influence of the step with its error.
    fn scaled(&self, foot: f64) -> f64;
    /// The step is done: its end is the next one's start.
    fn keep(&mut self);
}

impl StepErrors for () {
    #[inline]
    fn draw_next(&mut self, _: f64, _: f64) {}

    #[inline]
    fn perturb(&self, _: &mut Layer, _: Half, _: &Column<'_>) {}

    #[inline]
    fn scaled(&self, foot: f64) -> f64 {
        foot
    }

    #[inline]
    fn keep(&mut self) {}
}

/// What the errors of all particles have in common.
#[derive(Debug)]
pub(super) struct ErrorFields {
    wind: Option<WindErrors>,
    mixing_height: Option<MixingHeightErrors>,
    levels: Levels,
    /// Memory and renewal from each level to the next above; none of the lowest.
    vertical: Vec<[f64; 2]>,
    wind_key: [u32; 2],
    mixing_height_key: [u32; 2],
}

/// The errors that one particle carries: of the mixing height, then u and v of each level.
pub(super) struct ParticleErrors<'a> {
    fields: &'a ErrorFields,
    index: u32,
    step: u32,
    start: &'a mut [f32],
    end: &'a mut [f32],
}

impl ErrorFields {
    /// `key` is that of the ensemble's own noise, which the errors leave alone.
    pub fn new(options: &TransportOptions, levels: Levels, key: [u32; 2]) -> Self {
        let heights_m: &[f64] = if options.wind_errors.is_some() {
            &levels.heights_m
        } else {
            &[]
        };
        let length_m = options.wind_errors.map_or(f64::INFINITY, |e| e.height_m);
        let mut below_m = f64::NEG_INFINITY;
        let vertical = heights_m.iter().map(|&z| {
            let apart_m = z - std::mem::replace(&mut below_m, z);
            memory_and_renewal(apart_m / length_m)
        });
        let own_key = |stream| key_of(u64::from(key[1]) << 32 | u64::from(key[0]), &[stream]);
        Self {
            wind: options.wind_errors,
            mixing_height: options.mixing_height_errors,
            vertical: vertical.collect(),
            levels,
            wind_key: own_key(1),
            mixing_height_key: own_key(2),
        }
    }

    /// Errors of `particles` at their release, in a flat memory that holds them, one chunk each.
    pub fn memory(&self, particles: usize) -> Vec<f32> {
        vec![0.0; particles * self.chunk()]
    }

    /// The errors of all particles, drawn for the release.
    pub fn release<'a>(&'a self, memory: &'a mut [f32]) -> Vec<ParticleErrors<'a>> {
        let half = self.chunk() / 2;
        let chunks = memory.chunks_exact_mut(self.chunk()).enumerate();
        chunks
            .map(|(index, chunk)| {
                let (start, end) = chunk.split_at_mut(half);
                let mut errors = ParticleErrors {
                    fields: self,
                    index: index as u32,
                    step: 0,
                    start,
                    end,
                };
                errors.draw_next(f64::INFINITY, 0.0);
                errors.keep();
                errors
            })
            .collect()
    }

    const fn chunk(&self) -> usize {
        2 * (1 + 2 * self.vertical.len())
    }
}

impl StepErrors for ParticleErrors<'_> {
    fn draw_next(&mut self, seconds: f64, distance_km: f64) {
        let minutes = seconds.abs() / 60.0;
        if let Some(errors) = self.fields.mixing_height {
            let noise = &mut Noise::new(self.fields.mixing_height_key, self.index, self.step);
            let [memory, renewal] = memory_and_renewal(minutes / errors.time_min + distance_km / errors.distance_km);
            let fresh = errors.sigma_percent * noise.normal();
            self.end[0] = (memory * f64::from(self.start[0]) + renewal * fresh) as f32;
        }
        if let Some(errors) = self.fields.wind {
            let noise = &mut Noise::new(self.fields.wind_key, self.index, self.step);
            let [memory, renewal] = memory_and_renewal(minutes / errors.time_min + distance_km / errors.distance_km);
            let (start, end) = (self.start[1..].as_chunks::<2>().0, self.end[1..].as_chunks_mut::<2>().0);
            let mut fresh = [0.0; 2];
            for ((&[upward, new], start), end) in self.fields.vertical.iter().zip(start).zip(end) {
                for ((fresh, start), end) in fresh.iter_mut().zip(start).zip(end) {
                    *fresh = upward * *fresh + new * errors.sigma_m_s * noise.normal();
                    *end = (memory * f64::from(*start) + renewal * *fresh) as f32;
                }
            }
        }
    }

    /// Linear between levels, to zero at the ground below the first, as the wind itself.
    #[inline]
    fn perturb(&self, layer: &mut Layer, half: Half, column: &Column<'_>) {
        if self.fields.wind.is_none() {
            return;
        }
        let carried = if half == Half::First { &self.start } else { &self.end };
        let profile = carried[1..].as_chunks::<2>().0;
        let surface = column.nearest();
        layer.add_wind(|height| {
            let k = self.fields.levels.layer_of(height);
            let part = self.fields.levels.part_of_layer(k, height);
            let error_m_s = |c: usize| f64::from(profile[k][c]) + part * f64::from(profile[k + 1][c] - profile[k][c]);
            [
                error_m_s(0) * f64::from(surface.cells_per_m_x),
                error_m_s(1) * f64::from(surface.cells_per_m_y),
            ]
        });
    }

    #[inline]
    fn scaled(&self, foot: f64) -> f64 {
        match self.fields.mixing_height {
            Some(_) => foot * (1.0 + 0.01 * f64::from(self.end[0])).max(0.0),
            None => foot,
        }
    }

    #[inline]
    fn keep(&mut self) {
        self.start.copy_from_slice(self.end);
        self.step += 1;
    }
}

/// exp(−x) and √(1 − exp(−2x)).
fn memory_and_renewal(x: f64) -> [f64; 2] {
    [(-x).exp(), (-(-2.0 * x).exp_m1()).sqrt()]
}

impl WindErrors {
    /// Refuses impossible values.
    ///
    /// # Errors
    /// [`Error::Config`] naming the key.
    pub fn check(&self) -> Result<()> {
        check("siguverr", self.sigma_m_s, "m s-1, 0 or greater", true)?;
        check("tluverr", self.time_min, "min, greater than 0", false)?;
        check("zcoruverr", self.height_m, "m, greater than 0", false)?;
        check("horcoruverr", self.distance_km, "km, greater than 0", false)
    }
}

impl MixingHeightErrors {
    /// Refuses impossible values.
    ///
    /// # Errors
    /// [`Error::Config`] naming the key.
    pub fn check(&self) -> Result<()> {
        check("sigzierr", self.sigma_percent, "%, 0 or greater", true)?;
        check("tlzierr", self.time_min, "min, greater than 0", false)?;
        check("horcorzierr", self.distance_km, "km, greater than 0", false)
    }
}

fn check(key: &str, value: f64, allowed: &str, may_be_zero: bool) -> Result<()> {
    match (value > 0.0 || may_be_zero && value == 0.0) && value.is_finite() {
        true => Ok(()),
        false => Err(Error::config(key, value, allowed)),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// Enough that a correlation of 1/e has a standard error of 0.865/√N = 0.0050, 1.4 % of itself.
    const N: usize = 30_000;

    fn fields(wind: Option<WindErrors>, mixing_height: Option<MixingHeightErrors>) -> ErrorFields {
        let options = TransportOptions {
            wind_errors: wind,
            mixing_height_errors: mixing_height,
            ..Default::default()
        };
        ErrorFields::new(&options, Levels::choose(20, 3000.0), [1, 2])
    }

    fn wind_errors() -> WindErrors {
        WindErrors {
            sigma_m_s: 2.5,
            time_min: 30.0,
            height_m: 400.0,
            distance_km: 20.0,
        }
    }

    fn correlation(a: &[f64], b: &[f64]) -> f64 {
        let product = |x: &[f64], y: &[f64]| x.iter().zip(y).map(|(x, y)| x * y).sum::<f64>();
        product(a, b) / (product(a, a) * product(b, b)).sqrt()
    }

    /// u of level `k` of all particles.
    fn level(particles: &[ParticleErrors<'_>], k: usize) -> Vec<f64> {
        particles.iter().map(|p| f64::from(p.start[1 + 2 * k])).collect()
    }

    fn walk(particles: &mut [ParticleErrors<'_>], steps: usize, seconds: f64, distance_km: f64) {
        for particle in particles {
            for _ in 0..steps {
                particle.draw_next(seconds, distance_km);
                particle.keep();
            }
        }
    }

    #[test]
    fn wind_errors_have_the_standard_deviation_and_the_three_scales_asked_for() {
        // scales from one correlation near 1/e by N = 30,000 pairs: standard error 1.4 %, bound 5 %; the standard
        // deviation's is 1/√(2N) = 0.4 %, bound 2 %
        let fields = fields(Some(wind_errors()), None);
        let mut memory = fields.memory(N);
        let mut particles = fields.release(&mut memory);
        let scale = |apart: f64, a: &[f64], b: &[f64]| -apart / correlation(a, b).ln();
        let heights_m = fields.levels.heights_m.clone();
        let (low, high) = (4, 6);
        let vertical_m = scale(
            heights_m[high] - heights_m[low],
            &level(&particles, low),
            &level(&particles, high),
        );
        approx::assert_relative_eq!(vertical_m, 400.0, max_relative = 0.05);

        let before = level(&particles, low);
        walk(&mut particles, 30, -60.0, 0.0);
        let after = level(&particles, low);
        approx::assert_relative_eq!(scale(30.0, &before, &after), 30.0, max_relative = 0.05);
        walk(&mut particles, 20, 0.0, 1.0);
        approx::assert_relative_eq!(scale(20.0, &after, &level(&particles, low)), 20.0, max_relative = 0.05);

        for k in 0..heights_m.len() {
            let u = level(&particles, k);
            let sigma = (u.iter().map(|x| x * x).sum::<f64>() / N as f64).sqrt();
            approx::assert_relative_eq!(sigma, 2.5, max_relative = 0.02);
        }
        let v: Vec<f64> = particles.iter().map(|p| f64::from(p.start[2 + 2 * low])).collect();
        let across = correlation(&level(&particles, low), &v);
        assert!(
            across.abs() < 4.0 / (N as f64).sqrt(),
            "u and v must be independent, not {across}"
        );
    }

    #[test]
    fn mixing_height_errors_have_the_standard_deviation_and_the_two_scales_asked_for() {
        // tolerances as of the wind errors
        let asked = MixingHeightErrors {
            sigma_percent: 40.0,
            time_min: 60.0,
            distance_km: 50.0,
        };
        let fields = fields(None, Some(asked));
        let mut memory = fields.memory(N);
        assert_eq!(memory.len(), 2 * N);
        let mut particles = fields.release(&mut memory);
        let errors =
            |particles: &[ParticleErrors<'_>]| particles.iter().map(|p| f64::from(p.start[0])).collect::<Vec<_>>();
        let first = errors(&particles);
        walk(&mut particles, 60, 60.0, 0.0);
        let second = errors(&particles);
        walk(&mut particles, 25, 0.0, 2.0);
        let third = errors(&particles);
        approx::assert_relative_eq!(-60.0 / correlation(&first, &second).ln(), 60.0, max_relative = 0.05);
        approx::assert_relative_eq!(-50.0 / correlation(&second, &third).ln(), 50.0, max_relative = 0.05);
        let sigma = (third.iter().map(|x| x * x).sum::<f64>() / N as f64).sqrt();
        approx::assert_relative_eq!(sigma, 40.0, max_relative = 0.02);
    }

    #[test]
    fn both_kinds_together_are_the_same_errors_as_each_alone() {
        let zi = MixingHeightErrors {
            sigma_percent: 20.0,
            time_min: 60.0,
            distance_km: 50.0,
        };
        let (alone, both) = (fields(Some(wind_errors()), None), fields(Some(wind_errors()), Some(zi)));
        let (mut a, mut b) = (alone.memory(3), both.memory(3));
        let (a, b) = (alone.release(&mut a), both.release(&mut b));
        assert_eq!(a[2].start[1..], b[2].start[1..]);
    }
}
