//! A footprint made block by block, while the particles fly.

use std::collections::VecDeque;
use std::ops::Range;

use super::age::Ages;
use super::compat::early_steps;
use super::counter::Counter;
use super::layers::Layers;
use super::nesting::{Counted, Place};
use super::product::Product;
use super::records::{Record, Slice};
use super::spreader::Spreader;
use super::{Footprint, MassBudget};
use crate::error::Result;
use crate::geo::LonLat;
use crate::grid::{Axes, Grid};
use crate::gridding::EarlySteps;
use crate::receptor::Receptor;
use crate::trajectory::Trajectories;

/// Times whose records are read together: those of a particle lie side by side, those of a time on as many pages.
const TIMES_AT_ONCE: usize = 16;

/// Grids an ensemble block by block: what it holds is bounded by the output and the records of about an hour.
///
/// Blocks come in the order of their times, outward from the receptor. How the records are cut into blocks does not change
/// the footprint, nor does the number of threads. Uses the current rayon pool.
pub struct Gridder {
    receptor: Receptor,
    grid: Grid,
    axes: Axes,
    layers: Layers,
    spreader: Spreader,
    counter: Counter,
    place: Place,
    /// The first records, where they are to be split.
    early: Option<Vec<Slice>>,
    /// Space for the records at hand.
    slices: Vec<Slice>,
    clock: Clock,
    /// Parts whose kernels may still change, outward.
    open: VecDeque<Part>,
    /// Space for the deposits of the next part.
    spare: Vec<Deposit>,
    product: Product,
    total: f64,
    /// Of particles that the plane of the grid cannot show.
    outside: f64,
}

/// Influence of a particle at a time, on the plane of the grid.
#[derive(Clone, Copy, Debug)]
pub(super) struct Deposit {
    pub particle: usize,
    /// Minutes since the receptor time.
    pub time_min: f64,
    /// Where it is, and that place in the plane of the grid.
    pub place: LonLat,
    pub x: f64,
    pub y: f64,
    /// Time since the particle's own release, whole micro-minutes, negative backward.
    pub age: i64,
    /// Cell that holds the particle, counted from the corner of the grid; negative or beyond it outside.
    pub row: i64,
    pub column: i64,
    pub foot: f64,
}

/// Deposits that are gridded at once.
struct Part {
    number: i64,
    last_min: f64,
    deposits: Vec<Deposit>,
}

/// How far the records have come.
struct Clock {
    /// Minutes from the receptor time to each particle's release.
    release_min: Vec<f64>,
    /// Time of each particle's first record, min; NaN before it.
    first_min: Vec<f64>,
    /// Time since each particle's own release, whole micro-minutes, negative backward.
    age: Vec<i64>,
    /// Time between the first and the last release, min.
    release_span_min: f64,
    last_min: f64,
    longest_step_min: f64,
    /// Age of the particle that was released first, micro-minutes.
    oldest: i64,
}

/// The times of a block in batches.
pub(super) fn batches(block: &Trajectories) -> impl Iterator<Item = Range<usize>> {
    let times = block.time_min.len();
    (0..times)
        .step_by(TIMES_AT_ONCE)
        .map(move |first| first..times.min(first + TIMES_AT_ONCE))
}

impl Gridder {
    /// For an ensemble of so many particles.
    ///
    /// # Errors
    /// [`Error::Config`](crate::Error::Config) if the grid or its gridding is impossible or its crs unknown.
    pub fn new(grid: &Grid, receptor: &Receptor, particles: usize) -> Result<Self> {
        let axes = grid.axes()?;
        let splits = grid.gridding.compat.early_steps == EarlySteps::Split;
        let spreader = Spreader::new(grid, &axes, particles);
        let ages = Ages::new(spreader.group_sizes().len(), grid.gridding.layer_min);
        Ok(Self {
            receptor: receptor.clone(),
            grid: grid.clone(),
            layers: Layers::of(grid),
            counter: Counter::new(grid.gridding.measure, particles),
            place: Place::Outermost,
            early: splits.then(Vec::new),
            slices: Vec::new(),
            clock: Clock::new(particles),
            open: VecDeque::new(),
            spare: Vec::new(),
            product: Product::new(particles, (axes.ny, axes.nx), ages),
            spreader,
            axes,
            total: 0.0,
            outside: 0.0,
        })
    }

    /// The same in a nest of grids.
    pub(super) fn placed(self, place: Place) -> Self {
        Self { place, ..self }
    }

    /// Adds the records of some consecutive times.
    ///
    /// # Errors
    /// [`Error::Config`](crate::Error::Config) if layers × cells become too many to hold, or the table lacks what the
    /// measure needs.
    pub fn add(&mut self, block: &Trajectories) -> Result<()> {
        for times in batches(block) {
            self.see(block, times)?;
            while self.is_ready() {
                self.grid_next(&mut Counted::default())?;
            }
        }
        Ok(())
    }

    /// Takes the records of some times of a block, without gridding any.
    pub(super) fn see(&mut self, block: &Trajectories, times: Range<usize>) -> Result<()> {
        if times.start == 0 {
            self.clock.set_releases(&block.release_min);
        }
        let mut slices = std::mem::take(&mut self.slices);
        let noted = (&mut self.counter, &mut *self.clock.first_min);
        let all = self.early.is_some() || self.spreader.sees_all();
        Slice::fill(&mut slices, (block, times), noted, &self.axes, all)?;
        for slice in &mut slices {
            if self.place == Place::Outermost {
                self.total += slice.records.iter().map(|r| r.foot.max(0.0)).sum::<f64>();
            }
            match &mut self.early {
                Some(early) => {
                    let is_last = early_steps::is_last(slice.time_min);
                    early.push(slice.clone());
                    if is_last {
                        self.end_early();
                    }
                }
                None => self.take(slice),
            }
        }
        self.slices = slices;
        Ok(())
    }

    /// Grids what is still held.
    ///
    /// # Errors
    /// As [`Gridder::add`].
    pub fn finish(mut self) -> Result<Footprint> {
        self.end_early();
        while self.has_parts() {
            self.grid_next(&mut Counted::default())?;
        }
        self.into_footprint()
    }

    /// The footprint, once no part is left.
    pub(super) fn into_footprint(mut self) -> Result<Footprint> {
        self.product.close_layer(&mut self.spreader, &self.grid)?;
        let (smeared_out, outside) = self.spreader.take_losses();
        let per_particle = 1.0 / self.clock.first_min.len().max(1) as f64;
        let budget = MassBudget {
            total: self.total * per_particle,
            inside: 0.0,
            smeared_out: smeared_out * per_particle,
            outside: (self.outside + outside) * per_particle,
        };
        let layers = self
            .product
            .finish(self.grid.time_integrate, self.spreader.group_sizes());
        let (layer_start, layer_seconds) = self
            .layers
            .times(self.receptor.time, &layers.numbers, self.clock.last_min);
        Ok(Footprint {
            receptor: self.receptor,
            grid: self.grid,
            layer_start,
            layer_seconds,
            budget: MassBudget {
                inside: layers.total,
                ..budget
            },
            foot: layers.foot,
            stderr: layers.stderr,
            sampling: layers.sampling,
            age: Some(layers.age),
        })
    }

    /// Splits the first records, if they were held to be split.
    pub(super) fn end_early(&mut self) {
        if let Some(mut early) = self.early.take() {
            early_steps::split(&mut early, self.clock.first_min.len(), &self.axes);
            early.iter_mut().for_each(|slice| self.take(slice));
        }
    }

    fn take(&mut self, slice: &mut Slice) {
        slice.project(&self.axes);
        self.clock.advance(slice);
        self.open_until(slice.time_min);
        let clock = &self.clock;
        let age = |particle: usize| clock.age[particle];
        self.spreader.observe(slice, &self.axes, age);
        let is_placed = |r: &&Record| r.foot > 0.0 && r.x.is_finite() && r.y.is_finite();
        let axes = &self.axes;
        let deposits = slice.records.iter().filter(is_placed).map(|r| {
            let (column, row) = axes.cell(r.x, r.y);
            Deposit {
                particle: r.particle,
                time_min: slice.time_min,
                place: r.place,
                x: r.x,
                y: r.y,
                age: age(r.particle),
                row,
                column,
                foot: r.foot,
            }
        });
        if let Some(part) = self.open.back_mut() {
            part.deposits.reserve(slice.records.len());
            part.deposits.extend(deposits);
        }
        if self.place == Place::Outermost {
            // beyond what the projection can show
            let lost = slice.records.iter().filter(|r| r.foot > 0.0 && !is_placed(r));
            self.outside += lost.map(|r| r.foot).sum::<f64>();
        }
    }

    pub(super) fn has_parts(&self) -> bool {
        !self.open.is_empty()
    }

    /// Whether the kernels of the first part are known.
    pub(super) fn is_ready(&self) -> bool {
        let first = self.open.front();
        first.is_some_and(|part| self.clock.is_closed(part, &self.spreader))
    }

    /// Grids the first part: what is not yet counted, and of that, inside a nest, only what the grid holds whole.
    pub(super) fn grid_next(&mut self, counted: &mut Counted) -> Result<()> {
        let Some(mut part) = self.open.pop_front() else {
            return Ok(());
        };
        self.spreader.prepare(&part.deposits, &self.axes);
        match self.place {
            Place::Inner => {
                part.deposits.retain(|d| !counted.holds(d.particle, d.time_min));
                self.spreader
                    .keep_whole(&mut part.deposits, (self.axes.ny, self.axes.nx));
                part.deposits.iter().for_each(|d| counted.add(d.particle, d.time_min));
                self.total += part.deposits.iter().map(|d| d.foot).sum::<f64>();
            }
            Place::Outermost if !counted.is_empty() => {
                let sum = |deposits: &[Deposit]| deposits.iter().map(|d| d.foot).sum::<f64>();
                let all = sum(&part.deposits);
                part.deposits.retain(|d| !counted.holds(d.particle, d.time_min));
                self.total -= all - sum(&part.deposits);
            }
            Place::Outermost => {}
        }
        self.rasterise(&part)?;
        part.deposits.clear();
        self.spare = part.deposits;
        Ok(())
    }

    /// Opens the part of a time, and those that were jumped over: each layer is there, also without influence.
    fn open_until(&mut self, time_min: f64) {
        let number = self.layers.part(time_min);
        while self.open.back().is_none_or(|part| part.number != number) {
            let next = match self.open.back() {
                Some(part) => part.number + (number - part.number).signum(),
                None => number,
            };
            self.open.push_back(Part {
                number: next,
                last_min: time_min,
                deposits: std::mem::take(&mut self.spare),
            });
        }
        if let Some(part) = self.open.back_mut() {
            part.last_min = time_min;
        }
    }

    fn rasterise(&mut self, part: &Part) -> Result<()> {
        let layer = self.layers.layer_of_part(part.number);
        if self.product.is_other(layer) {
            self.product.close_layer(&mut self.spreader, &self.grid)?;
        }
        self.product.open_layer(layer);
        self.spreader.fill(&part.deposits);
        let sizes = self.spreader.group_sizes();
        if sizes.len() > 1 {
            self.product.sample(&part.deposits, sizes);
        }
        self.product
            .note_ages(&part.deposits, &self.clock.release_min, sizes.len());
        Ok(())
    }
}

impl Clock {
    fn new(particles: usize) -> Self {
        Self {
            release_min: vec![0.0; particles],
            first_min: vec![f64::NAN; particles],
            age: vec![0; particles],
            release_span_min: 0.0,
            last_min: 0.0,
            longest_step_min: 0.0,
            oldest: 0,
        }
    }

    fn set_releases(&mut self, release_min: &[f64]) {
        let low = release_min.iter().copied().fold(f64::INFINITY, f64::min);
        let high = release_min.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        self.release_span_min = (high - low).max(0.0);
        release_min.clone_into(&mut self.release_min);
    }

    fn advance(&mut self, slice: &Slice) {
        self.longest_step_min = self.longest_step_min.max((slice.time_min - self.last_min).abs());
        self.last_min = slice.time_min;
        let mut last = (f64::NAN, 0);
        for r in &slice.records {
            let first_min = self.first_min[r.particle];
            if last.0 != first_min {
                last = (first_min, ((slice.time_min - first_min) * 1e6).round() as i64);
            }
            self.age[r.particle] = last.1;
            if last.1.abs() > self.oldest.abs() {
                self.oldest = last.1;
            }
        }
    }

    /// Whether no later record can belong to a part or change one of its kernels. Particles reach an age at most the span
    /// of the releases after another, and two steps more since records come on whole steps only.
    fn is_closed(&self, part: &Part, spreader: &Spreader) -> bool {
        let wait_min = match self.release_span_min {
            0.0 => 0.0,
            span => span + 2.0 * self.longest_step_min,
        };
        let passed_min = (self.last_min - part.last_min).abs();
        let mut ages = part.deposits.chunk_by(|a, b| a.age == b.age);
        passed_min > wait_min && ages.all(|same| spreader.is_settled(same[0].age, self.oldest))
    }
}
