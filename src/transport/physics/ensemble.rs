//! The steps of an ensemble in physics mode within one window of meteorology.

use super::column::{Bracket, Column, Ground};
use super::step::{Here, Particle, Scheme, StepLength, Tally};
use crate::geo::LonLat;
use crate::met::store::{MetWindow, NestWindow};
use crate::rng::Noise;
use crate::time::UtcTime;
use crate::trajectory::Status;
use crate::transport::record::Record;
use crate::transport::release::Release;

/// Meteorology within one window, times in seconds since `epoch`.
pub(super) struct Sky<'a> {
    nests: Vec<Nest<'a>>,
}

struct Nest<'a> {
    bracket: Bracket<'a>,
    before_s: f64,
    /// Time between the snapshots; 0 if they are the same.
    span_s: f64,
}

impl<'a> Sky<'a> {
    pub fn new(window: &'a MetWindow, epoch: UtcTime) -> Self {
        let nest = |met: &'a NestWindow| {
            let since = |time: UtcTime| (time.seconds() - epoch.seconds()) as f64;
            Nest {
                bracket: Bracket {
                    before: &met.before.native,
                    after: &met.after.native,
                    grid: &met.grid,
                },
                before_s: since(met.before.time),
                span_s: since(met.after.time) - since(met.before.time),
            }
        };
        Self {
            nests: window.nests.iter().map(nest).collect(),
        }
    }

    /// Time between the snapshots of the finest nest, s.
    pub fn interval_s(&self) -> f64 {
        let spans = self.nests.iter().map(|nest| nest.span_s);
        spans.into_iter().find(|span| *span > 0.0).unwrap_or(DEFAULT_INTERVAL_S)
    }

    /// The column at a place, in the finest nest that holds it.
    #[inline]
    pub fn column(&self, place: LonLat, at_s: f64) -> Option<Column<'a>> {
        self.nests.iter().find_map(|nest| {
            let (x, y) = nest.bracket.grid.index_of(place);
            let later = if nest.span_s > 0.0 {
                ((at_s - nest.before_s) / nest.span_s).clamp(0.0, 1.0)
            } else {
                0.0
            };
            nest.bracket.column(x, y, later)
        })
    }
}

/// Time between two snapshots where there is but one, s.
const DEFAULT_INTERVAL_S: f64 = 3600.0;

/// A stretch of whole minutes within one window.
pub(super) struct Stretch<'a> {
    pub sky: &'a Sky<'a>,
    pub scheme: &'a Scheme,
    pub release: &'a Release<'a>,
    pub key: [u32; 2],
    /// Number of the first minute.
    pub first: usize,
}

impl Stretch<'_> {
    /// Follows one particle; `row` takes a record per minute.
    pub fn follow(&self, particle: &mut Particle, index: u32, row: &mut [Record]) {
        if particle.status != Status::Alive {
            return;
        }
        let mut done = self.release.step(index as usize).saturating_sub(self.first);
        if done >= row.len() {
            return;
        }
        let begin_s = self.scheme.direction * 60.0 * done as f64;
        let Some(column) = self.sky.column(particle.place, begin_s) else {
            particle.status = Status::LeftDomain;
            return;
        };
        let mut here = Here::new(column, particle);
        while done < row.len() {
            // minute 0 is the release
            let mut noise = Noise::new(self.key, index, (self.first + done + 1) as u32);
            let length = self.scheme.step_length(&here, particle.vertical.z_m, row.len() - done);
            let (minutes, parts) = match length {
                StepLength::Minutes(minutes) => (minutes, 1),
                StepLength::Parts(parts) => (1, parts),
            };
            let slots = &mut row[done..done + minutes];
            let reached = self.steps(particle, here, done, (slots, parts), &mut noise);
            let Some(next) = reached else { return };
            here = next;
            done += minutes;
        }
    }

    /// One step over the minutes of `slots`, or several over the one minute of it. `None` if the particle has ended.
    fn steps<'b>(
        &'b self,
        particle: &mut Particle,
        mut here: Here<'b>,
        minute: usize,
        (slots, parts): (&mut [Record], usize),
        noise: &mut Noise,
    ) -> Option<Here<'b>> {
        let direction = self.scheme.direction;
        let mut tally = Tally::default();
        let part_s = 60.0 / parts as f64;
        let step_s = part_s * slots.len() as f64;
        for part in 0..parts {
            let begin_s = 60.0 * minute as f64 + part as f64 * part_s;
            let Some(mut middle) = self
                .scheme
                .middle(particle, &here, self.sky, direction * begin_s, step_s)
            else {
                particle.status = Status::LeftDomain;
                return None;
            };
            let mut recorded = 0;
            for slot in slots.iter_mut() {
                let air = self.scheme.advance(particle, &mut middle, part_s, &mut tally, noise);
                if part + 1 < parts {
                    continue;
                }
                let report = self
                    .scheme
                    .report(particle, &mut middle, &air, std::mem::take(&mut tally));
                if particle.status != Status::Alive {
                    break;
                }
                *slot = Record {
                    lon_deg: particle.place.lon_deg,
                    lat_deg: particle.place.lat_deg,
                    report: report.to_f32(),
                };
                recorded += 1;
            }
            let reached = self.sky.column(particle.place, direction * (begin_s + step_s));
            let passed = [here.column.ground(), middle.ground];
            lay_ground(&mut slots[..recorded], passed, reached.as_ref().map(Column::ground));
            let Some(column) = reached else {
                self.leave(particle, slots, direction * begin_s);
                return None;
            };
            if particle.status != Status::Alive {
                return None;
            }
            here = Here::new(column, particle);
            particle.layer = here.layer.index;
        }
        Some(here)
    }

    /// Ends a particle at the first minute of a step from which it is outside the meteorology.
    #[cold]
    fn leave(&self, particle: &mut Particle, slots: &mut [Record], begin_s: f64) {
        particle.status = Status::LeftDomain;
        let minute_s = 60.0 * self.scheme.direction;
        let mut times_s = (1..).map(|k| begin_s + f64::from(k) * minute_s);
        let is_outside = |record: &Record| {
            let at_s = times_s.next().unwrap_or(begin_s);
            self.sky.column(record.place(), at_s).is_none()
        };
        let first = slots.iter().position(is_outside).unwrap_or(slots.len());
        slots[first..].fill(Record::default());
    }
}

/// Puts records over the ground between the places at the start, in the middle and at the end of a step.
#[inline]
fn lay_ground(records: &mut [Record], [start, middle]: [Ground; 2], end: Option<Ground>) {
    let end = end.unwrap_or(middle);
    let count = records.len() as f64;
    for (k, record) in records.iter_mut().enumerate() {
        let way = 2.0 * (k + 1) as f64 / count;
        let ground = if way < 1.0 {
            start.towards(&middle, way)
        } else {
            middle.towards(&end, way - 1.0)
        };
        record.set_ground(
            ground.mixing_height_m,
            ground.terrain_m,
            ground.density_kg_m3 / middle.density_kg_m3,
            ground.pressure_hpa / middle.pressure_hpa,
        );
    }
}
