//! An ensemble and its footprints, made together: particles are gridded while they fly, and there are as many of them as
//! the footprints need.

mod target;

use std::ops::ControlFlow;

use crate::attribution::{Attribution, Contributions, Recorder};
use crate::boundary::{DomainSpec, EndTracker, Ends};
use crate::error::Result;
use crate::footprint::{Footprint, GridSet};
use crate::grid::Grid;
use crate::met::store::MetStore;
use crate::receptor::Receptor;
use crate::thinning::Thinning;
use crate::trajectory::Trajectories;
use crate::transport::{TransportOptions, simulate_each, simulate_perturbed_each};
pub use target::{PILOT_PARTICLES, ParticleTarget, sampling_error};

/// What to make of an ensemble.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted<'a> {
    /// Grids of the footprints.
    pub grids: &'a [Grid],
    /// Minutes between the records of the particle table; `None`: no table is made.
    pub every_min: Option<usize>,
    /// As many particles as this takes, in place of the number in the options.
    pub target: Option<ParticleTarget>,
    /// Where the ends of the particles are wanted.
    pub domains: &'a [DomainSpec],
    /// What the particles pick up is booked by source.
    pub attribution: Option<&'a Attribution>,
}

/// What was made of an ensemble.
#[derive(Clone, Debug)]
pub struct Ensemble {
    /// Starts and ends of the particles, and the records that were wanted.
    pub trajectories: Trajectories,
    /// A footprint for each grid.
    pub footprints: Vec<Footprint>,
    /// The ends of the particles in each domain.
    pub ends: Vec<Ends>,
    /// Who emitted what the sample holds, if that was wanted.
    pub contributions: Option<Contributions>,
    /// Minutes for which the last of the particles was followed.
    pub followed_min: f64,
}

/// Follows the particles of one receptor as [`simulate`](crate::simulate()) and grids them while they fly. The records of
/// at most an hour or so are in memory, besides those wanted; which these are changes nothing in the footprints.
///
/// With a target a pilot of [`PILOT_PARTICLES`] tells how many particles it takes; they are followed from the start. The
/// pilot stands if it is enough. `watch` hears of the minutes of the last ensemble alone.
///
/// # Errors
/// Those of [`simulate`](crate::simulate()), of [`GridSet`], of [`Recorder::add`], and of [`ParticleTarget::check`].
pub fn follow(
    met: &MetStore,
    receptor: &Receptor,
    options: &TransportOptions,
    wanted: &Wanted<'_>,
    watch: &(dyn Fn(f64) -> ControlFlow<()> + Sync),
) -> Result<Ensemble> {
    let Some(target) = wanted.target else {
        return follow_number(met, receptor, options, wanted, watch);
    };
    target.check()?;
    target.check_grids(wanted.grids)?;
    let of = |particles| TransportOptions {
        particles,
        ..options.clone()
    };
    let pilot = follow_number(met, receptor, &of(PILOT_PARTICLES), wanted, &|_| watch(0.0))?;
    let particles = target.particles_after(&pilot.footprints);
    if particles <= PILOT_PARTICLES {
        return Ok(pilot);
    }
    drop(pilot);
    follow_number(met, receptor, &of(particles), wanted, watch)
}

/// The perturbed ensemble of [`simulate_perturbed`](crate::simulate_perturbed()), with a record every `every_min` minutes.
///
/// # Errors
/// Those of [`simulate_perturbed`](crate::simulate_perturbed()), and [`Error::Config`](crate::Error::Config) if
/// `every_min` is 0.
pub fn follow_perturbed(
    met: &MetStore,
    receptor: &Receptor,
    options: &TransportOptions,
    every_min: usize,
    watch: &(dyn Fn(f64) -> ControlFlow<()> + Sync),
) -> Result<Trajectories> {
    let mut table = Thinning::new(&options.record_times_min(), every_min)?;
    let mut each = |block: &Trajectories| {
        table.add(block);
        Ok(())
    };
    let ends = simulate_perturbed_each(met, receptor, options, &mut each, watch)?;
    Ok(table.finish(&ends))
}

fn follow_number(
    met: &MetStore,
    receptor: &Receptor,
    options: &TransportOptions,
    wanted: &Wanted<'_>,
    watch: &(dyn Fn(f64) -> ControlFlow<()> + Sync),
) -> Result<Ensemble> {
    let options = &with_variables(options, wanted.attribution);
    let facing = receptor.facing(options.hours > 0);
    let tracker = |spec: &DomainSpec| Ok(EndTracker::new(spec.domain()?, &facing, options.particles));
    let table = |every_min| Thinning::new(&options.record_times_min(), every_min);
    let mut gathering = Gathering {
        grids: GridSet::new(wanted.grids, &facing, options.particles)?,
        trackers: wanted.domains.iter().map(tracker).collect::<Result<_>>()?,
        table: wanted.every_min.map(table).transpose()?,
        recorder: wanted.attribution.map(|a| Recorder::new(a, &facing, options.particles)),
        followed_min: 0.0,
    };
    let ends = simulate_each(met, receptor, options, &mut |block| gathering.add(block), watch)?;
    gathering.finish(ends)
}

/// The options with the columns that an attribution needs.
fn with_variables(options: &TransportOptions, attribution: Option<&Attribution>) -> TransportOptions {
    let needed = attribution.map_or(&[][..], Attribution::variables);
    let variables = needed
        .iter()
        .fold(options.variables, |set, &variable| set.with(variable));
    TransportOptions {
        variables,
        ..options.clone()
    }
}

/// What takes the blocks of an ensemble.
struct Gathering<'a> {
    grids: GridSet,
    trackers: Vec<EndTracker>,
    table: Option<Thinning>,
    recorder: Option<Recorder<'a>>,
    followed_min: f64,
}

impl Gathering<'_> {
    fn add(&mut self, block: &Trajectories) -> Result<()> {
        if let Some(table) = &mut self.table {
            table.add(block);
        }
        let anybody = |k: &usize| block.lon_deg.column(*k).iter().any(|lon| lon.is_finite());
        if let Some(last) = (0..block.time_min.len()).rev().find(anybody) {
            self.followed_min = block.time_min[last].abs();
        }
        self.trackers.iter_mut().try_for_each(|tracker| tracker.add(block))?;
        self.recorder.iter_mut().try_for_each(|recorder| recorder.add(block))?;
        self.grids.add(block)
    }

    fn finish(self, ends: Trajectories) -> Result<Ensemble> {
        Ok(Ensemble {
            footprints: self.grids.finish()?,
            contributions: self.recorder.map(Recorder::finish),
            ends: self.trackers.into_iter().map(Ends::from).collect(),
            trajectories: match self.table {
                Some(table) => table.finish(&ends),
                None => ends,
            },
            followed_min: self.followed_min,
        })
    }
}
