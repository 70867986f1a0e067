//! One receptor, end to end: transport, near field, footprints, files, enhancements.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Instant;

use crate::config::Config;
use crate::convolve::GriddedFlux;
use crate::error::{Error, Result};
use crate::flux::Flux;
use crate::footprint::{Footprint, grid_particles};
use crate::grid::Grid;
use crate::met::store::MetStore;
use crate::output::enhancements::{EnhancementRow, enhancement_rows};
use crate::output::{RunAttributes, as_stored, write_footprint, write_trajectories};
use crate::receptor::Receptor;
use crate::run::manifest::{OutputFile, ParticleCounts, ReceptorReport, State};
use crate::run::stores::Footprints;
use crate::run::{Event, Watch};
use crate::trajectory::Trajectories;
use crate::transport::{TransportOptions, simulate, simulate_perturbed};

/// [`simulate`] or [`simulate_perturbed`].
type Transport =
    fn(&MetStore, &Receptor, &TransportOptions, &(dyn Fn(f64) -> ControlFlow<()> + Sync)) -> Result<Trajectories>;

/// What all receptors of a run share.
pub(super) struct Workshop<'a> {
    met: &'a MetStore,
    options: TransportOptions,
    grids: Vec<Grid>,
    /// By grid, then by flux.
    fluxes: Vec<Vec<(String, GriddedFlux)>>,
    /// Whether the particle files are kept, and the minutes between their records.
    keep: bool,
    every_min: usize,
    output: &'a Path,
    footprints: Footprints<'a>,
    attributes: RunAttributes,
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
    pub fn new(config: &Config, met: &'a MetStore, fluxes: &[(String, Flux)], output: &'a Path) -> Result<Self> {
        let grids = config.grids();
        let prepared = grids.iter().map(|grid| {
            let each = fluxes
                .iter()
                .map(|(name, flux)| Ok((name.clone(), flux.on_grid(grid)?.decaying(config.flux[name].decay()?))));
            each.collect::<Result<Vec<_>>>()
        });
        Ok(Self {
            met,
            options: config.transport_options(),
            fluxes: prepared.collect::<Result<_>>()?,
            grids,
            keep: config.trajectories.keep,
            every_min: config.trajectories.every_min as usize,
            output,
            footprints: Footprints::of(output),
            attributes: config.run_attributes(),
        })
    }

    /// Runs a receptor. Its own failure is an outcome; only an interruption is an error.
    pub fn run(&self, receptor: &Receptor, watch: Watch<'_>) -> Result<Outcome> {
        let started = Instant::now();
        let mut report = ReceptorReport::new(receptor);
        let mut enhancements = Vec::new();
        match self.attempt(receptor, watch, &mut report, &mut enhancements) {
            Err(Error::Interrupted) => return Err(Error::Interrupted),
            Err(error) => {
                report.state = State::Failed;
                report.reason = Some(error.to_string());
                enhancements.clear();
                self.remove_stale_files(&report)?;
            }
            Ok(()) => {}
        }
        report.wall_s = started.elapsed().as_secs_f64();
        Ok(Outcome { report, enhancements })
    }

    fn attempt(
        &self,
        receptor: &Receptor,
        watch: Watch<'_>,
        report: &mut ReceptorReport,
        enhancements: &mut Vec<EnhancementRow>,
    ) -> Result<()> {
        let trajectories = self.follow(receptor, simulate, watch)?;
        report.particles = ParticleCounts::of(&trajectories);
        (report.state, report.reason) = verdict(&trajectories);
        if self.keep {
            report.files.push(self.store(&trajectories, false)?);
        }
        if self.options.has_errors() {
            let perturbed = self.follow(receptor, simulate_perturbed, watch)?;
            report.files.push(self.store(&perturbed, true)?);
        }
        let mut footprints = Vec::with_capacity(self.grids.len());
        for grid in &self.grids {
            let footprint = as_stored(grid_particles(&trajectories, grid)?);
            let path = self.footprint_path(&receptor.id, grid);
            write_footprint(&path, &footprint, &self.attributes)?;
            report.files.push(OutputFile::of(&path)?);
            footprints.push(footprint);
        }
        for (footprint, fluxes) in footprints.iter().zip(&self.fluxes) {
            enhancements.extend(convolved(footprint, fluxes)?);
        }
        let without = |footprint: &Footprint| footprint.foot.iter().all(|value| *value == 0.0);
        if !footprints.is_empty() && footprints.iter().all(without) {
            let none = "no influence inside any grid";
            report.state = State::Empty;
            report.reason = Some(
                report
                    .reason
                    .take()
                    .map_or(none.into(), |truncated| format!("{none}; {truncated}")),
            );
        }
        Ok(())
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
        let trajectories = self.keep.then(|| self.trajectory_path(&report.id));
        let perturbed = self.options.has_errors().then(|| self.error_path(&report.id));
        for path in footprints.chain(trajectories).chain(perturbed) {
            let written = report.files.iter().any(|file| path.ends_with(&file.name));
            if !written && path.exists() {
                std::fs::remove_file(&path).map_err(Error::io("remove", &path))?;
            }
        }
        Ok(())
    }

    fn follow(&self, receptor: &Receptor, transport: Transport, watch: Watch<'_>) -> Result<Trajectories> {
        let told_min = Mutex::new(0.0);
        let advanced = |done_min: f64| {
            let mut told = told_min.lock().unwrap_or_else(PoisonError::into_inner);
            let more = done_min - std::mem::replace(&mut *told, done_min);
            watch(Event::Advanced(more))
        };
        let trajectories = transport(self.met, receptor, &self.options, &advanced)?;
        let whole = 60.0 * f64::from(self.options.hours.unsigned_abs());
        match advanced(whole) {
            ControlFlow::Continue(()) => Ok(trajectories),
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

    fn trajectory_path(&self, id: &str) -> PathBuf {
        self.output.join(format!("{id}_traj.nc"))
    }

    fn error_path(&self, id: &str) -> PathBuf {
        self.output.join(format!("{id}_traj_error.nc"))
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

/// Truncated if no particle was followed to the end.
fn verdict(trajectories: &Trajectories) -> (State, Option<String>) {
    let counts = ParticleCounts::of(trajectories);
    if counts.alive > 0 {
        return (State::Complete, None);
    }
    let ends = trajectories
        .lon_deg
        .outer_iter()
        .filter_map(|row| row.iter().rposition(|lon| !lon.is_nan()));
    let hours = ends.max().map_or(0.0, |last| trajectories.time_min[last].abs() / 60.0);
    let planned = trajectories.time_min.last().map_or(0.0, |t| t.abs() / 60.0);
    let cause = match counts.met_gap {
        0 => "all particles had left the meteorology",
        _ => "the meteorology ended",
    };
    (
        State::Truncated,
        Some(format!("{cause} after {hours:.1} h of {planned:.0} h")),
    )
}
