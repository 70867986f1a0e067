//! The particle table in blocks: the records of each stretch of steps are finished and handed on while the particles fly
//! on.

use std::ops::Range;

use rayon::prelude::*;

use super::mass_weight::weight_influence;
use super::options::TransportOptions;
use super::record::{self, Record};
use super::release::Release;
use super::{STEP_S, WATCH_EVERY_STEPS};
use crate::error::Result;
use crate::mode::Mode;
use crate::near_field::{Order, PlumeDepth, dilute_by_taylor};
use crate::receptor::Receptor;
use crate::trajectory::{Status, Trajectories};
use crate::variable::Variable;

/// Takes each block of the particle table; its error ends the run.
pub type Each<'a> = &'a mut dyn FnMut(&Trajectories) -> Result<()>;

/// What a block holds besides records: the ends of the particles so far, and their starts.
type EndsAndStarts<'a> = (Vec<Status>, &'a Release<'a>);

/// Hands blocks on, outward from the receptor.
pub(super) struct Blocks<'a> {
    options: &'a TransportOptions,
    each: Each<'a>,
    plume: PlumeDepth,
    /// The ensemble without records.
    ensemble: Trajectories,
    /// Steps whose records are made.
    done: usize,
    /// The last block, until it is handed on.
    waiting: Option<Trajectories>,
    /// A block handed on, to be filled anew.
    spare: Option<Trajectories>,
    /// Blocks whose influence hangs on later ones.
    held: Vec<Trajectories>,
}

impl<'a> Blocks<'a> {
    /// With `on_request` variables of this number of particles.
    pub fn new(receptor: &Receptor, options: &'a TransportOptions, on_request: &[Variable], each: Each<'a>) -> Self {
        let mut ensemble = Trajectories::new(receptor.clone(), options.particles, Vec::new());
        ensemble.extra = on_request.iter().map(|&v| (v, ensemble.foot.clone())).collect();
        ensemble.variables = options.variables.with_indispensable();
        if options.derive.mass_weight {
            ensemble.variables = ensemble.variables.with(Variable::Dmas);
        }
        Self {
            options,
            each,
            plume: PlumeDepth::at_release(options.particles, options.near_field),
            ensemble,
            done: 0,
            waiting: None,
            spare: None,
            held: Vec::new(),
        }
    }

    /// Makes the block of the next steps as [`record::fill`] does, and hands on the one before meanwhile.
    ///
    /// # Errors
    /// Those of [`Each`].
    pub fn fly<P: IndexedParallelIterator>(
        &mut self,
        steps: Range<usize>,
        particles: P,
        follow: impl Fn(u32, P::Item, (&mut [Record], &mut [f32])) + Sync,
    ) -> Result<()> {
        let times_min = self.times_min(steps);
        let mut block = match self.spare.take() {
            Some(spare) if spare.time_min.len() == times_min.len() => Trajectories {
                time_min: times_min,
                ..spare
            },
            _ => self.ensemble.without_records(times_min),
        };
        rayon::in_place_scope(|scope| {
            scope.spawn(|_| record::fill(&mut block, particles, &follow));
            self.hand_on()
        })?;
        self.waiting = Some(block);
        Ok(())
    }

    /// What is known after the steps that were made last.
    pub fn know(&mut self, known: EndsAndStarts<'_>) {
        if let Some(block) = &mut self.waiting {
            enter(block, known);
        }
    }

    /// The particles fly no more: steps that none has reached are blank. Gives the ensemble without records.
    ///
    /// # Errors
    /// [`Error::MassViolation`](crate::Error::MassViolation), and those of [`Each`].
    pub fn finish(mut self, known: EndsAndStarts<'_>) -> Result<Trajectories> {
        self.hand_on()?;
        enter(&mut self.ensemble, known);
        let steps = 60 * self.options.hours.unsigned_abs() as usize;
        while self.done < steps {
            let times_min = self.times_min(self.done..steps.min(self.done + WATCH_EVERY_STEPS));
            self.waiting = Some(self.ensemble.without_records(times_min));
            self.hand_on()?;
        }
        let mut held = std::mem::take(&mut self.held);
        if self.options.hours > 0 && self.options.near_field.order == Order::LatestFirst {
            held.iter_mut().rev().for_each(|block| self.dilute(block));
        } else {
            held.iter_mut().for_each(|block| self.dilute(block));
        }
        if self.options.derive.mass_weight {
            weight_influence(&mut held)?;
        }
        held.iter().try_for_each(|block| (self.each)(block))?;
        Ok(self.ensemble)
    }

    fn hand_on(&mut self) -> Result<()> {
        let Some(mut block) = self.waiting.take() else {
            return Ok(());
        };
        if self.hangs_on_later_ones() {
            self.held.push(block);
            return Ok(());
        }
        self.dilute(&mut block);
        (self.each)(&block)?;
        self.spare = Some(block);
        Ok(())
    }

    /// Minutes from the receptor time to the ends of these steps.
    fn times_min(&mut self, steps: Range<usize>) -> Vec<f64> {
        self.done = steps.end;
        let sign = f64::from(self.options.hours.signum());
        steps.map(|step| sign * (step + 1) as f64 * STEP_S / 60.0).collect()
    }

    /// Masses are judged over the whole run, and the reference sums plume depths up from the latest record.
    fn hangs_on_later_ones(&self) -> bool {
        let options = self.options;
        let inward = options.hours > 0 && options.near_field.order == Order::LatestFirst;
        let from_the_end = options.hnf_plume && inward && options.derive.mode == Mode::Parity;
        options.derive.mass_weight || from_the_end
    }

    fn dilute(&mut self, block: &mut Trajectories) {
        match self.options.derive.mode {
            _ if !self.options.hnf_plume => {}
            Mode::Parity => self.plume.dilute(block, self.options.veght),
            Mode::Physics => dilute_by_taylor(block, self.options.veght),
        }
    }
}

fn enter(block: &mut Trajectories, (ends, release): EndsAndStarts<'_>) {
    block.status = ends;
    release.record(block);
}
