//! Following particles: in a thread of its own, so that Python can go on, show progress and be interrupted.

use std::ffi::CString;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use airshed::VariableSet;
use airshed::config::{Mode, RunConfig, TransportConfig};
use airshed::ensemble::{self, ParticleTarget, Wanted, follow_perturbed};
use airshed::grid::Grid as InnerGrid;
use airshed::met::derive::DeriveOptions;
use airshed::output::RunAttributes;
use airshed::transport::TransportOptions;
use pyo3::exceptions::{PyRuntimeError, PyUserWarning};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict};

use crate::attribution::{Attribution, Contributions};
use crate::config::Config;
use crate::error::{config_error, to_py};
use crate::footprint::Footprint;
use crate::grid::Grid;
use crate::met::MetStore;
use crate::receptor::Receptor;
use crate::trajectory::Trajectories;

/// How often Python is asked for Ctrl-C and told the progress.
const TICK: Duration = Duration::from_millis(100);

/// The checked options of an ensemble: ``run`` and ``transport`` hold changes to a configuration, or to the defaults.
#[pyclass(frozen, module = "airshed._core")]
pub struct Settings {
    options: TransportOptions,
    mode: Mode,
    /// Of ``particles = "auto"``.
    target: Option<ParticleTarget>,
}

#[pymethods]
impl Settings {
    #[new]
    #[pyo3(signature = (config, run, transport, variables=None))]
    fn new(
        py: Python<'_>,
        config: Option<&Bound<'_, Config>>,
        run: &Bound<'_, PyDict>,
        transport: &Bound<'_, PyDict>,
        variables: Option<Vec<String>>,
    ) -> PyResult<Self> {
        let config = config.map(|config| &config.get().0);
        let (base_run, base_transport) = match config {
            Some(config) => (config.run.clone(), config.transport.clone()),
            None => (RunConfig::default(), TransportConfig::default()),
        };
        let variables = match (variables, config) {
            (Some(names), _) => VariableSet::from_names(names).map_err(to_py)?,
            (None, Some(config)) => config.trajectories.variables,
            (None, None) => VariableSet::default(),
        };
        let run: RunConfig = overlaid(&base_run, run)?.try_into().map_err(|e| bad_key(&e))?;
        run.check().map_err(to_py)?;
        let transport = TransportConfig::from_table(&overlaid(&base_transport, transport)?).map_err(to_py)?;
        transport.check_mode(run.mode).map_err(to_py)?;
        for warning in transport.warnings(run.mode).into_iter().chain(run.warnings()) {
            PyErr::warn(py, &py.get_type::<PyUserWarning>(), &CString::new(warning)?, 3)?;
        }
        Ok(Self {
            options: TransportOptions {
                variables,
                ..transport.options(&run)
            },
            mode: run.mode,
            target: run.particle_target(),
        })
    }

    /// Length of the run, h; negative backward.
    #[getter]
    const fn hours(&self) -> i32 {
        self.options.hours
    }

    /// Whether there are transport errors for a second, perturbed ensemble.
    #[getter]
    const fn has_errors(&self) -> bool {
        self.options.has_errors()
    }

    /// Particles per receptor; with `"auto"` those of the pilot.
    #[getter]
    const fn particles(&self) -> usize {
        self.options.particles
    }

    /// Seed of the noise.
    #[getter]
    const fn seed(&self) -> u64 {
        self.options.seed
    }
}

impl Settings {
    /// What shapes the snapshots of the meteorology.
    pub const fn derive_options(&self) -> &DeriveOptions {
        &self.options.derive
    }

    fn attributes(&self, perturbed: bool) -> RunAttributes {
        RunAttributes {
            mode: self.mode.name().to_owned(),
            seed: self.options.seed,
            perturbed,
        }
    }
}

fn bad_key(error: &toml::de::Error) -> PyErr {
    config_error(error.message().to_owned())
}

fn overlaid(base: &impl serde::Serialize, changes: &Bound<'_, PyDict>) -> PyResult<toml::Table> {
    let mut table = toml::Table::try_from(base).map_err(|e| config_error(e.to_string()))?;
    for (key, value) in changes {
        let name: String = key.extract()?;
        if value.is_none() {
            table.remove(&name);
        } else {
            table.insert(name, to_toml(&key, &value)?);
        }
    }
    Ok(table)
}

/// A keyword argument as TOML; numpy's numbers and arrays pass for Python's.
fn to_toml(key: &Bound<'_, PyAny>, value: &Bound<'_, PyAny>) -> PyResult<toml::Value> {
    if value.is_instance_of::<PyBool>() {
        return Ok(toml::Value::Boolean(value.extract()?));
    }
    if let Ok(whole) = value.extract::<i64>() {
        return Ok(toml::Value::Integer(whole));
    }
    if let Ok(number) = value.extract::<f64>() {
        return Ok(toml::Value::Float(number));
    }
    if let Ok(text) = value.extract::<String>() {
        return Ok(toml::Value::String(text));
    }
    if let Ok(numbers) = value.extract::<Vec<f64>>() {
        return Ok(numbers.into());
    }
    if let Ok(words) = value.cast::<PyDict>() {
        let mut table = toml::Table::new();
        for (key, value) in words {
            table.insert(key.extract()?, to_toml(&key, &value)?);
        }
        return Ok(toml::Value::Table(table));
    }
    Err(config_error(format!(
        "{key} = {value}: expected a number, several, true or false, or text"
    )))
}

/// Table, footprints, and what was booked of an attribution.
type Followed = (Trajectories, Vec<Footprint>, Option<Contributions>);

/// Follows the particles of one receptor, without holding the interpreter: their table, a footprint for each grid, and
/// what they picked up by source.
///
/// ``progress(done_min)`` is called about ten times a second; ``threads`` limits the threads of this call; without
/// ``keep`` the table has no records; a ``perturbed`` ensemble feels the transport errors of the settings and is not
/// gridded.
#[pyfunction]
#[pyo3(signature = (met, receptor, settings, *, grids=Vec::new(), attribution=None, keep=true, perturbed=false,
    threads=None, progress=None))]
#[expect(clippy::too_many_arguments, reason = "keyword arguments of Python")]
pub fn follow(
    py: Python<'_>,
    met: &MetStore,
    receptor: &Receptor,
    settings: &Settings,
    grids: Vec<Grid>,
    attribution: Option<&Attribution>,
    keep: bool,
    perturbed: bool,
    threads: Option<usize>,
    progress: Option<Bound<'_, PyAny>>,
) -> PyResult<Followed> {
    let pool = match threads {
        Some(0) => return Err(config_error("threads = 0: at least 1".into())),
        Some(count) => Some(
            rayon::ThreadPoolBuilder::new()
                .num_threads(count)
                .build()
                .map_err(runtime_error)?,
        ),
        None => None,
    };
    let run = settings.attributes(perturbed);
    let grids: Vec<InnerGrid> = grids.iter().map(|grid| grid.of_run(&run.mode)).collect();
    let wanted = Wanted {
        grids: &grids,
        every_min: keep.then_some(1),
        target: settings.target,
        domains: &[],
        attribution: attribution.map(|attribution| &attribution.0),
    };
    let link = Link::default();
    let watch = |minutes: f64| link.watch(minutes);
    let transport = || match perturbed {
        true => follow_perturbed(met.store(), &receptor.0, &settings.options, 1, &watch)
            .map(|table| (table, Vec::new(), None)),
        false => ensemble::follow(met.store(), &receptor.0, &settings.options, &wanted, &watch)
            .map(|made| (made.trajectories, made.footprints, made.contributions)),
    };
    let (inner, footprints, contributions) = in_thread(py, pool, transport, &link, progress)?;
    let footprint = |inner| Footprint {
        inner,
        run: run.clone(),
    };
    let footprints = footprints.into_iter().map(footprint).collect();
    Ok((
        Trajectories { inner, run },
        footprints,
        contributions.map(Contributions),
    ))
}

/// Works in a thread of its own, while this one looks for Ctrl-C and tells the progress.
fn in_thread<T: Send>(
    py: Python<'_>,
    pool: Option<rayon::ThreadPool>,
    work: impl Fn() -> airshed::Result<T> + Send + Sync,
    link: &Link,
    progress: Option<Bound<'_, PyAny>>,
) -> PyResult<T> {
    let report = || {
        py.check_signals()?;
        let done_min = link.done_min.load(Ordering::Relaxed);
        progress
            .as_ref()
            .map_or(Ok(()), |call| call.call1((done_min,)).map(drop))
    };
    thread::scope(|scope| {
        let (sender, mut receiver) = mpsc::sync_channel(1);
        let (pool, work) = (&pool, &work);
        scope.spawn(move || {
            let result = pool.as_ref().map_or_else(work, |pool| pool.install(work));
            drop(sender.send(result));
        });
        let mut reported = Ok(());
        loop {
            let receiver = &mut receiver;
            match py.detach(move || receiver.recv_timeout(TICK)) {
                Ok(result) => return reported.and(result.map_err(to_py)),
                Err(RecvTimeoutError::Disconnected) => return Err(runtime_error("the thread of the transport died")),
                Err(RecvTimeoutError::Timeout) if reported.is_ok() => reported = report(),
                Err(RecvTimeoutError::Timeout) => link.stop.store(true, Ordering::Relaxed),
            }
        }
    })
}

/// What the waiting thread and the transport tell each other.
#[derive(Default)]
struct Link {
    stop: AtomicBool,
    done_min: AtomicU64,
}

impl Link {
    fn watch(&self, minutes: f64) -> ControlFlow<()> {
        self.done_min.store(minutes.abs() as u64, Ordering::Relaxed);
        if self.stop.load(Ordering::Relaxed) {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }
}

fn runtime_error(problem: impl std::fmt::Display) -> PyErr {
    PyRuntimeError::new_err(problem.to_string())
}
