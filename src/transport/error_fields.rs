//! Transport errors as a second, perturbed ensemble: random errors of the wind (Lin and Gerbig 2005) and of the mixing
//! height (Gerbig, Körner and Lin 2008) that every particle carries along its path.
//!
//! An error ε of standard deviation σ forgets itself in time and along the path, ε ← R ε + √(1 − R²) σ N with
//! R = exp(−|Δt|/τ − d/ℓ), d the way of the mean motion; STILT's two updates, one for each memory, have together the same
//! distribution. Wind errors form profiles on internal levels, correlated as exp(−Δz/z_cor).

use super::TransportOptions;
use super::column::Column;
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
    /// The wind (cells s⁻¹) with its error at a scaled height: in the first half of a step the error at its start.
    fn perturbed(&self, wind: [f64; 2], half: Half, height: f64, column: &Column<'_>) -> [f64; 2];
    /// The influence of the step with its error.
    fn scaled(&self, foot: f64) -> f64;
    /// The step is done: its end is the next one's start.
    fn keep(&mut self);
}

impl StepErrors for () {
    #[inline]
    fn draw_next(&mut self, _: f64, _: f64) {}

    #[inline]
    fn perturbed(&self, wind: [f64; 2], _: Half, _: f64, _: &Column<'_>) -> [f64; 2] {
        wind
    }

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
    fn perturbed(&self, wind: [f64; 2], half: Half, height: f64, column: &Column<'_>) -> [f64; 2] {
        if self.fields.wind.is_none() {
            return wind;
        }
        let carried = if half == Half::First { &self.start } else { &self.end };
        let profile = carried[1..].as_chunks::<2>().0;
        let heights_m = &self.fields.levels.heights_m;
        let k = self.fields.levels.layer_of(height);
        let (below, above) = (profile[k].map(f64::from), profile[k + 1].map(f64::from));
        let error_m_s = |c: usize| match height < heights_m[0] {
            true => below[c] * (height / heights_m[0]),
            false => below[c] + (above[c] - below[c]) * ((height - heights_m[k]) / (heights_m[k + 1] - heights_m[k])),
        };
        let surface = column.nearest();
        [
            wind[0] + error_m_s(0) * f64::from(surface.cells_per_m_x),
            wind[1] + error_m_s(1) * f64::from(surface.cells_per_m_y),
        ]
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
    pub(super) fn validate(&self) -> Result<()> {
        check("siguverr", self.sigma_m_s, "m s-1, 0 or greater", true)?;
        check("tluverr", self.time_min, "min, greater than 0", false)?;
        check("zcoruverr", self.height_m, "m, greater than 0", false)?;
        check("horcoruverr", self.distance_km, "km, greater than 0", false)
    }
}

impl MixingHeightErrors {
    pub(super) fn validate(&self) -> Result<()> {
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
