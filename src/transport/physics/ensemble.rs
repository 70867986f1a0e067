//! The steps of an ensemble in physics mode within one window of meteorology.

use super::column::{Bracket, Column};
use super::course::{Marks, Tally};
use super::step::{Here, Middle, Particle, Scheme, StepLength};
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

    /// Whether there is a column at a place.
    #[inline]
    pub fn holds(&self, place: LonLat) -> bool {
        self.nests.iter().any(|nest| {
            let (x, y) = nest.bracket.grid.index_of(place);
            nest.bracket.holds(x, y)
        })
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
        let Some(column) = self.sky.column(particle.plane.place(), begin_s) else {
            particle.status = Status::LeftDomain;
            return;
        };
        let mut here = Here::new(column, self.scheme.top_m(&column), particle);
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
        let spacing_s = 60.0 / parts as f64;
        let mut marks = Marks {
            records: slots,
            spacing_s,
            tally: Tally::default(),
        };
        let step_s = spacing_s * marks.records.len() as f64;
        for part in 0..parts {
            let begin_s = 60.0 * minute as f64 + part as f64 * spacing_s;
            let Some(mut middle) = self
                .scheme
                .middle(particle, &here, self.sky, direction * begin_s, step_s)
            else {
                particle.status = Status::LeftDomain;
                marks.records.fill(Record::default());
                return None;
            };
            let reached = self.scheme.travel(particle, &mut middle, &mut marks, noise);
            if particle.status != Status::Alive {
                marks.records[reached..].fill(Record::default());
                return None;
            }
            let Some(next) = self.next(particle, middle, direction * (begin_s + step_s)) else {
                self.leave(particle, marks.records);
                return None;
            };
            here = next;
            particle.layer = here.layer.index;
        }
        Some(here)
    }

    /// The column whose wind leads to the middle of the next step: that of the step before, half a step old, where
    /// turbulence moves particles; the one at the place reached where there is none. `None` outside the meteorology.
    #[inline]
    fn next<'b>(&'b self, particle: &Particle, middle: Middle<'b>, at_s: f64) -> Option<Here<'b>> {
        if self.scheme.turbulence {
            return self.sky.holds(particle.plane.place()).then(|| middle.left_at(particle));
        }
        let column = self.sky.column(particle.plane.place(), at_s)?;
        Some(Here::new(column, self.scheme.top_m(&column), particle))
    }

    /// Ends a particle at the first minute of a step from which it is outside the meteorology.
    #[cold]
    fn leave(&self, particle: &mut Particle, slots: &mut [Record]) {
        particle.status = Status::LeftDomain;
        let is_outside = |record: &Record| !self.sky.holds(record.place());
        let first = slots.iter().position(is_outside).unwrap_or(slots.len());
        slots[first..].fill(Record::default());
    }
}
