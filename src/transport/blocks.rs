//! The particle table in blocks: the records of each stretch of steps are finished and handed on while the particles fly.

use std::ops::Range;

use super::mass_weight::weight_influence;
use super::options::TransportOptions;
use super::record::Records;
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
    receptor: &'a Receptor,
    options: &'a TransportOptions,
    /// Variables on request.
    on_request: &'a [Variable],
    each: Each<'a>,
    plume: PlumeDepth,
    done: usize,
    /// Blocks whose influence hangs on later ones.
    held: Vec<Trajectories>,
}

impl<'a> Blocks<'a> {
    pub fn new(
        receptor: &'a Receptor,
        options: &'a TransportOptions,
        on_request: &'a [Variable],
        each: Each<'a>,
    ) -> Self {
        Self {
            receptor,
            options,
            on_request,
            each,
            plume: PlumeDepth::at_release(options.particles, options.near_field),
            done: 0,
            held: Vec::new(),
        }
    }

    /// The records of the next steps are complete.
    ///
    /// # Errors
    /// Those of [`Each`].
    pub fn add(&mut self, records: &Records, steps: Range<usize>, known: EndsAndStarts<'_>) -> Result<()> {
        let mut block = self.block(records, steps, known);
        if self.hangs_on_later_ones() {
            self.held.push(block);
            return Ok(());
        }
        self.dilute(&mut block);
        (self.each)(&block)
    }

    /// The particles fly no more: steps that none has reached are blank. Gives the ensemble without records.
    ///
    /// # Errors
    /// [`Error::MassViolation`](crate::Error::MassViolation), and those of [`Each`].
    pub fn finish(mut self, records: &mut Records, (ends, release): EndsAndStarts<'_>) -> Result<Trajectories> {
        let steps = 60 * self.options.hours.unsigned_abs() as usize;
        while self.done < steps {
            let blank = self.done..steps.min(self.done + WATCH_EVERY_STEPS);
            records.blank(blank.len(), self.on_request.len());
            self.add(records, blank, (ends.clone(), release))?;
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
        records.blank(0, self.on_request.len());
        Ok(self.block(records, steps..steps, (ends, release)))
    }

    /// Masses are judged over the whole run, and the reference sums plume depths up from the latest record.
    fn hangs_on_later_ones(&self) -> bool {
        let options = self.options;
        let inward = options.hours > 0 && options.near_field.order == Order::LatestFirst;
        let from_the_end = options.hnf_plume && inward && options.derive.mode == Mode::Parity;
        options.derive.mass_weight || from_the_end
    }

    fn block(&mut self, records: &Records, steps: Range<usize>, (ends, release): EndsAndStarts<'_>) -> Trajectories {
        self.done = steps.end;
        let sign = f64::from(self.options.hours.signum());
        let minutes = steps.map(|step| sign * (step + 1) as f64 * STEP_S / 60.0);
        let mut block = records.table(self.receptor, minutes.collect(), self.on_request);
        block.status = ends;
        block.variables = self.options.variables.with_indispensable();
        if self.options.derive.mass_weight {
            block.variables = block.variables.with(Variable::Dmas);
        }
        release.record(&mut block);
        block
    }

    fn dilute(&mut self, block: &mut Trajectories) {
        match self.options.derive.mode {
            _ if !self.options.hnf_plume => {}
            Mode::Parity => self.plume.dilute(block, self.options.veght),
            Mode::Physics => dilute_by_taylor(block, self.options.veght),
        }
    }
}
