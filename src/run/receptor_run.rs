//! One receptor, end to end: transport, near field, footprints, files, enhancements.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Instant;

use crate::attribution::Attribution;
use crate::boundary::DomainSpec;
use crate::config::Config;
use crate::convolve::GriddedFlux;
use crate::ensemble::{Ensemble, ParticleTarget, Wanted, follow, follow_perturbed, sampling_error};
use crate::error::{Error, Result};
use crate::flux::Flux;
use crate::footprint::Footprint;
use crate::grid::Grid;
use crate::met::store::MetStore;
use crate::output::contributions::write_contributions;
use crate::output::enhancements::{EnhancementRow, enhancement_rows};
use crate::output::{RunAttributes, as_stored, write_ends, write_footprint, write_trajectories};
use crate::receptor::Receptor;
use crate::run::manifest::{OutputFile, ParticleCounts, ReceptorReport, State};
use crate::run::sources::{self, Sources};
use crate::run::stores::Footprints;
use crate::run::{Event, Watch};
use crate::trajectory::Trajectories;
use crate::transport::TransportOptions;

/// What all receptors of a run share.
pub(super) struct Workshop<'a> {
    pub met: &'a MetStore,
    options: TransportOptions,
    target: Option<ParticleTarget>,
    grids: Vec<Grid>,
    /// Those of `ends` files first.
    domains: Vec<DomainSpec>,
    ends_files: usize,
    pub sources: Sources,
    /// By grid, then by flux.
    fluxes: Vec<Vec<(String, GriddedFlux)>>,
    /// Whether the particle files are kept, and the minutes between their records.
    keep: bool,
    every_min: usize,
    pub output: &'a Path,
    footprints: Footprints<'a>,
    attributes: RunAttributes,
}

/// A receptor whose particles have flown, before its files are written.
pub(super) struct Flown<'r> {
    receptor: &'r Receptor,
    started: Instant,
    made: Result<Made>,
}

struct Made {
    ensemble: Ensemble,
    sampling_error: Option<f64>,
    verdict: (State, Option<String>),
    /// The ensemble of transport errors.
    perturbed: Option<Trajectories>,
}

/// What became of a receptor.
pub(super) struct Outcome {
    pub report: ReceptorReport,
    pub enhancements: Vec<EnhancementRow>,
}

impl Outcome {
    /// Of a receptor kept from an earlier run, before its footprints are convolved again.
    pub fn kept(report: &ReceptorReport) -> Self {
        Self {
            report: report.clone(),
            enhancements: Vec::new(),
        }
    }
}

impl<'a> Workshop<'a> {
    pub fn new(
        config: &Config,
        met: &'a MetStore,
        (fluxes, attribution): (&[(String, Flux)], Option<Attribution>),
        output: &'a Path,
    ) -> Result<Self> {
        let grids = config.grids();
        let prepared = grids.iter().map(|grid| {
            let each = fluxes
                .iter()
                .map(|(name, flux)| Ok((name.clone(), flux.on_grid(grid)?.decaying(config.flux[name].decay()?))));
            each.collect::<Result<Vec<_>>>()
        });
        let mut domains = config.domains()?;
        let ends_files = domains.len();
        Ok(Self {
            sources: Sources::of(config, attribution, &mut domains)?,
            met,
            options: config.transport_options(),
            target: config.run.particle_target(),
            fluxes: prepared.collect::<Result<_>>()?,
            domains,
            ends_files,
            grids,
            keep: config.trajectories.keep,
            every_min: config.trajectories.every_min as usize,
            output,
            footprints: Footprints::of(output),
            attributes: config.run_attributes(),
        })
    }

    /// Hours of a flight.
    pub const fn hours(&self) -> i32 {
        self.options.hours
    }

    /// Follows a receptor's particles and grids them. Its own failure is part of what comes of it; only an interruption is
    /// an error.
    pub fn fly<'r>(&self, receptor: &'r Receptor, watch: Watch<'_>) -> Result<Flown<'r>> {
        let started = Instant::now();
        let made = match self.make(receptor, watch) {
            Err(Error::Interrupted) => return Err(Error::Interrupted),
            made => made,
        };
        Ok(Flown {
            receptor,
            started,
            made,
        })
    }

    fn make(&self, receptor: &Receptor, watch: Watch<'_>) -> Result<Made> {
        let wanted = Wanted {
            grids: &self.grids,
            every_min: self.keep.then_some(self.every_min),
            target: self.target,
            domains: &self.domains,
            attribution: self.sources.attribution.as_ref(),
        };
        let mut ensemble = self.followed(watch, |advanced| {
            follow(self.met, receptor, &self.options, &wanted, advanced)
        })?;
        let sampling_error = sampling_error(&ensemble.footprints);
        let verdict = self.verdict(&ensemble);
        ensemble.footprints = ensemble.footprints.into_iter().map(as_stored).collect();
        let perturbed = match self.keep && self.options.has_errors() {
            true => Some(self.perturbed(receptor, ensemble.trajectories.particle_count(), watch)?),
            false => None,
        };
        Ok(Made {
            ensemble,
            sampling_error,
            verdict,
            perturbed,
        })
    }

    /// The second ensemble of transport errors: as many particles as the first.
    fn perturbed(&self, receptor: &Receptor, particles: usize, watch: Watch<'_>) -> Result<Trajectories> {
        let options = TransportOptions {
            particles,
            ..self.options.clone()
        };
        self.followed(watch, |advanced| {
            follow_perturbed(self.met, receptor, &options, self.every_min, advanced)
        })
    }

    /// Writes the files of a receptor. Its own failure is an outcome; an error is one of the folder.
    pub fn write(&self, flown: Flown<'_>) -> Result<Outcome> {
        let mut report = ReceptorReport::new(flown.receptor);
        let written = flown
            .made
            .and_then(|made| self.write_made(flown.receptor, made, &mut report));
        let enhancements = match written {
            Ok(enhancements) => enhancements,
            Err(error) => {
                report.state = State::Failed;
                report.reason = Some(error.to_string());
                self.remove_stale_files(&report)?;
                Vec::new()
            }
        };
        report.wall_s = flown.started.elapsed().as_secs_f64();
        Ok(Outcome { report, enhancements })
    }

    fn write_made(&self, receptor: &Receptor, made: Made, report: &mut ReceptorReport) -> Result<Vec<EnhancementRow>> {
        let ensemble = made.ensemble;
        report.particles = ParticleCounts::of(&ensemble.trajectories);
        report.sampling_error = made.sampling_error;
        (report.state, report.reason) = made.verdict;
        if self.keep {
            report.files.push(self.store(&ensemble.trajectories, false)?);
        }
        if let Some(perturbed) = &made.perturbed {
            report.files.push(self.store(perturbed, true)?);
        }
        if self.sources.are_asked_for() {
            let rows = self
                .sources
                .rows(receptor, ensemble.contributions.as_ref(), &ensemble.ends)?;
            let path = sources::path_of(self.output, &receptor.id);
            write_contributions(&path, &rows)?;
            report.files.push(OutputFile::of(&path)?);
        }
        for ends in &ensemble.ends[..self.ends_files] {
            let path = self.ends_path(&receptor.id, &ends.influence.grid.name);
            write_ends(&path, ends, receptor, &self.attributes)?;
            report.files.push(OutputFile::of(&path)?);
        }
        let mut enhancements = Vec::new();
        for ((grid, footprint), fluxes) in self.grids.iter().zip(ensemble.footprints).zip(&self.fluxes) {
            let path = self.footprint_path(&receptor.id, grid);
            write_footprint(&path, &footprint, &self.attributes)?;
            report.files.push(OutputFile::of(&path)?);
            enhancements.extend(convolved(&footprint, fluxes)?);
        }
        Ok(enhancements)
    }

    fn store(&self, trajectories: &Trajectories, perturbed: bool) -> Result<OutputFile> {
        let id = &trajectories.receptor.id;
        let path = if perturbed {
            self.error_path(id)
        } else {
            self.trajectory_path(id)
        };
        let attributes = RunAttributes {
            perturbed,
            ..self.attributes.clone()
        };
        write_trajectories(&path, trajectories, &attributes, self.every_min)?;
        OutputFile::of(&path)
    }

    /// Removes what an earlier run left under the names that a failed receptor did not come to write.
    fn remove_stale_files(&self, report: &ReceptorReport) -> Result<()> {
        let footprints = self.grids.iter().map(|grid| self.footprint_path(&report.id, grid));
        let ends = self.domains[..self.ends_files]
            .iter()
            .map(|spec| self.ends_path(&report.id, &spec.grid.name));
        let trajectories = self.keep.then(|| self.trajectory_path(&report.id));
        let perturbed = (self.keep && self.options.has_errors()).then(|| self.error_path(&report.id));
        let contributions = sources::path_of(self.output, &report.id);
        let others = trajectories.into_iter().chain(perturbed).chain([contributions]);
        for path in footprints.chain(ends).chain(others) {
            let written = report.files.iter().any(|file| path.ends_with(&file.name));
            if !written && path.exists() {
                std::fs::remove_file(&path).map_err(Error::io("remove", &path))?;
            }
        }
        Ok(())
    }

    /// What `transport` makes of a receptor, with its progress told to the watcher of the run.
    fn followed<T>(
        &self,
        watch: Watch<'_>,
        transport: impl FnOnce(&(dyn Fn(f64) -> ControlFlow<()> + Sync)) -> Result<T>,
    ) -> Result<T> {
        let told_min = Mutex::new(0.0);
        let advanced = |done_min: f64| {
            let mut told = told_min.lock().unwrap_or_else(PoisonError::into_inner);
            let more = done_min - std::mem::replace(&mut *told, done_min);
            watch(Event::Advanced(more))
        };
        let made = transport(&advanced)?;
        let whole = 60.0 * f64::from(self.options.hours.unsigned_abs());
        match advanced(whole) {
            ControlFlow::Continue(()) => Ok(made),
            ControlFlow::Break(()) => Err(Error::Interrupted),
        }
    }

    /// A receptor kept from an earlier run: its footprints are convolved again, its files stay.
    pub fn revisit(&self, receptor: &Receptor, report: &ReceptorReport) -> Result<Outcome> {
        let mut enhancements = Vec::new();
        let mut report = report.clone();
        for (grid, fluxes) in self.grids.iter().zip(&self.fluxes) {
            if fluxes.is_empty() {
                continue;
            }
            let footprint = self.footprints.read(receptor, &grid.name);
            let rows = footprint.and_then(|footprint| convolved(&footprint, fluxes));
            match rows {
                Ok(rows) => enhancements.extend(rows),
                Err(error) => {
                    report.state = State::Failed;
                    report.reason = Some(error.to_string());
                }
            }
        }
        Ok(Outcome { report, enhancements })
    }

    /// What became of a receptor, and why it is not all that was asked for: empty without influence inside any grid,
    /// truncated if no particle was followed to the end.
    fn verdict(&self, ensemble: &Ensemble) -> (State, Option<String>) {
        let counts = ParticleCounts::of(&ensemble.trajectories);
        let truncated = (counts.alive == 0).then(|| {
            let cause = match counts.met_gap {
                0 => "all particles had left the meteorology",
                _ => "the meteorology ended",
            };
            let (hours, planned) = (ensemble.followed_min / 60.0, self.options.hours.abs());
            format!("{cause} after {hours:.1} h of {planned} h")
        });
        let footprints = &ensemble.footprints;
        let without = |footprint: &Footprint| footprint.foot.iter().all(|value| *value == 0.0);
        let empty = !footprints.is_empty() && footprints.iter().all(without);
        let missed = self
            .target
            .and_then(|target| target.missed_by(footprints, counts.released));
        let state = match &truncated {
            _ if empty => State::Empty,
            Some(_) => State::Truncated,
            None => State::Complete,
        };
        let none = empty.then(|| "no influence inside any grid".to_owned());
        let reasons: Vec<String> = [none, truncated, missed].into_iter().flatten().collect();
        (state, (!reasons.is_empty()).then(|| reasons.join("; ")))
    }

    fn trajectory_path(&self, id: &str) -> PathBuf {
        self.output.join(format!("{id}_traj.nc"))
    }

    fn error_path(&self, id: &str) -> PathBuf {
        self.output.join(format!("{id}_traj_error.nc"))
    }

    fn ends_path(&self, id: &str, grid: &str) -> PathBuf {
        self.output.join(format!("{id}_ends_{grid}.nc"))
    }

    fn footprint_path(&self, id: &str, grid: &Grid) -> PathBuf {
        self.footprints.path(id, &grid.name)
    }
}

fn convolved(footprint: &Footprint, fluxes: &[(String, GriddedFlux)]) -> Result<Vec<EnhancementRow>> {
    let mut rows = Vec::new();
    for (name, flux) in fluxes {
        rows.extend(enhancement_rows(footprint, name, &flux.convolve(footprint)?));
    }
    Ok(rows)
}
