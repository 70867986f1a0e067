//! A run: from a configuration to files, for all receptors.
//!
//! Receptors go through transport, gridding and convolution several at a time, in an order in which they share decoded
//! meteorology. A receptor that fails is reported and does not stop the others.

mod batch;
mod inputs;
mod manifest;
mod receptor_run;
mod sources;
mod stores;
mod turns;

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

pub use inputs::InputFile;
pub use manifest::{Decoding, Manifest, OutputFile, ParticleCounts, ReceptorReport, State};

use crate::config::Config;
use crate::error::{Error, Result};
use crate::flux::Flux;
use crate::met::store::MetStore;
use crate::output::enhancements::{EnhancementRow, write_enhancements};
use crate::time::UtcTime;
use batch::{Batch, reports};
use receptor_run::Workshop;
pub use sources::CONTRIBUTIONS;

/// Name of the table of enhancements.
pub const ENHANCEMENTS: &str = "enhancements.csv";

/// How to go about a run; nothing here changes a result.
#[derive(Clone, Debug, Default)]
pub struct RunOptions {
    /// Folder of the results in place of the configuration's.
    pub output: Option<PathBuf>,
    /// Whether receptors of an earlier run are kept whose files are complete and whose configuration is the same.
    pub resume: bool,
    /// Memory for decoded meteorology, bytes; [`DEFAULT_MEMORY_BUDGET_BYTES`](crate::met::store::DEFAULT_MEMORY_BUDGET_BYTES)
    /// if absent.
    pub met_memory_bytes: Option<usize>,
}

/// What a run wrote.
#[derive(Debug)]
pub struct Results {
    /// Folder of the files.
    pub output: PathBuf,
    /// `run.json`.
    pub manifest: Manifest,
    /// `enhancements.csv`, in the order of the receptors.
    pub enhancements: Vec<EnhancementRow>,
}

/// What a run tells its watcher.
#[derive(Debug)]
pub enum Event<'a> {
    /// Worth knowing: keys without effect, irregular meteorology, a manifest that cannot serve.
    Warning(&'a str),
    /// The run begins: receptors to do, receptors kept from an earlier run, minutes per receptor.
    Started {
        /// Receptors to do.
        receptors: usize,
        /// Receptors kept from an earlier run.
        kept: usize,
        /// Minutes of transport per receptor.
        minutes: f64,
    },
    /// A receptor has advanced by so many minutes.
    Advanced(f64),
    /// A receptor is done, one way or another.
    Finished(&'a ReceptorReport),
}

/// Called with each event, from any thread; `Break` stops the run.
pub type Watch<'a> = &'a (dyn Fn(Event<'_>) -> ControlFlow<()> + Sync);

/// Runs all receptors of a configuration in the global rayon pool, as many at a time as it has threads.
///
/// Writes `<id>_foot_<grid>.nc`, `<id>_traj.nc`, with transport errors `<id>_traj_error.nc`, of grids with `ends`
/// `<id>_ends_<grid>.nc`, `enhancements.csv` and `run.json`, each whole or not at all; with `footprints.store`,
/// `<station>_<year>_footprints_<grid>.nc` when all receptors are done; with inventories, vegetation or backgrounds
/// `<id>_contributions.csv`, `contributions.csv` and `series_<tracer>.csv`. Returns what they say.
///
/// # Errors
/// Configuration, meteorology and flux errors that concern every receptor; [`Error::Interrupted`]. A receptor's own
/// failure is part of the manifest.
pub fn run(config: &Config, options: &RunOptions, watch: Watch<'_>) -> Result<Results> {
    let started = Instant::now();
    let met = MetStore::open_with(&config.met_patterns(), &config.met_options()?)?;
    if let Some(bytes) = options.met_memory_bytes {
        met.set_memory_budget(bytes);
    }
    for warning in config.warnings.iter().chain(met.warnings()) {
        tell(watch, Event::Warning(warning))?;
    }
    let output = options.output.clone().unwrap_or_else(|| config.output_folder());
    let fluxes = open_fluxes(config)?;
    let attribution = config.attribution()?;
    for warning in attribution.iter().flat_map(sources::rivals) {
        tell(watch, Event::Warning(&warning))?;
    }
    std::fs::create_dir_all(&output).map_err(Error::io("create", &output))?;
    let earlier = Manifest::read_if_any(&output);
    if let (true, Err(unreadable)) = (options.resume, &earlier) {
        tell(
            watch,
            Event::Warning(&format!("{unreadable}; all receptors are run again")),
        )?;
    }
    let earlier = earlier.ok().flatten();
    let mut manifest = Manifest::new(
        config,
        inputs::of_run(config, (&met, attribution.as_ref()), earlier.as_ref())?,
    );
    let kept = match &earlier {
        Some(earlier) if options.resume => manifest.reusable(earlier, &config.receptors, &output),
        _ => BTreeMap::new(),
    };
    tell(
        watch,
        Event::Started {
            receptors: config.receptors.len() - kept.len(),
            kept: kept.len(),
            minutes: 60.0 * f64::from(config.run.hours.unsigned_abs()) * ensembles(config),
        },
    )?;
    let workshop = Workshop::new(config, &met, (&fluxes, attribution), &output)?;
    let batch = Batch::new(&workshop, &config.receptors, &kept, watch, &mut manifest);
    let (outcomes, ended) = batch.work_off();
    manifest.receptors = reports(&outcomes);
    manifest.decoding = Decoding::of(&met);
    manifest.wall_s = started.elapsed().as_secs_f64();
    manifest.write(&output)?;
    ended?;
    if workshop.sources.are_asked_for() {
        manifest.tables = sources::finish(&output, &manifest.receptors)?;
    }
    for stale in earlier.iter().flat_map(|earlier| &earlier.tables) {
        if !manifest.tables.contains(stale) {
            remove_if_there(&output.join(stale))?;
        }
    }
    manifest.write(&output)?;
    if config.footprints.store {
        stores::finish(config, &output, &mut manifest)?;
    }
    let rows: Vec<EnhancementRow> = outcomes.into_iter().flatten().flat_map(|o| o.enhancements).collect();
    replace_enhancements(&output.join(ENHANCEMENTS), &rows, !fluxes.is_empty())?;
    Ok(Results {
        output,
        manifest,
        enhancements: rows,
    })
}

/// Ensembles per receptor.
fn ensembles(config: &Config) -> f64 {
    if config.trajectories.keep && config.transport_options().has_errors() {
        2.0
    } else {
        1.0
    }
}

fn tell(watch: Watch<'_>, event: Event<'_>) -> Result<()> {
    match watch(event) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(()) => Err(Error::Interrupted),
    }
}

/// Writes `enhancements.csv`, or removes that of an earlier run if there is no flux any more.
fn replace_enhancements(path: &Path, rows: &[EnhancementRow], has_flux: bool) -> Result<()> {
    if has_flux {
        return write_enhancements(path, rows);
    }
    remove_if_there(path)
}

fn remove_if_there(path: &Path) -> Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Error::io("remove", path)(error)),
        _ => Ok(()),
    }
}

fn open_fluxes(config: &Config) -> Result<Vec<(String, Flux)>> {
    let open = |(name, flux): (&String, &crate::config::FluxConfig)| {
        Ok((name.clone(), Flux::open(config.resolve(&flux.file), &flux.variable)?))
    };
    config.flux.iter().map(open).collect()
}

pub(crate) fn clock() -> UtcTime {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    UtcTime::from_seconds(since.as_secs() as i64)
}
