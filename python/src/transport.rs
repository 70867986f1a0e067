//! Following particles: in a thread of its own, so that Python can go on, show progress and be interrupted.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use airshed::config::{RunConfig, TransportConfig};
use airshed::transport::{TransportOptions, simulate};
use pyo3::exceptions::{PyRuntimeError, PyUserWarning};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict};

use crate::config::Config;
use crate::error::{config_error, to_py};
use crate::met::MetStore;
use crate::receptor::Receptor;
use crate::trajectory::Trajectories;

/// How often Python is asked for Ctrl-C and told the progress.
const TICK: Duration = Duration::from_millis(100);

/// A checked set of options of an ensemble: ``run`` and ``transport`` are changes to a configuration, or to the defaults.
#[pyclass(frozen, module = "airshed._core")]
pub struct Settings(TransportOptions);

#[pymethods]
impl Settings {
    #[new]
    fn new(
        py: Python<'_>,
        config: Option<&Bound<'_, Config>>,
        run: &Bound<'_, PyDict>,
        transport: &Bound<'_, PyDict>,
    ) -> PyResult<Self> {
        let (base_run, base_transport) = match config {
            Some(config) => (config.get().0.run.clone(), config.get().0.transport.clone()),
            None => (RunConfig::default(), TransportConfig::default()),
        };
        let run: RunConfig = overlaid(&base_run, &to_table(run)?)?.try_into().map_err(bad_run_key)?;
        run.check().map_err(to_py)?;
        let transport =
            TransportConfig::from_table(&overlaid(&base_transport, &to_table(transport)?)?).map_err(to_py)?;
        for warning in transport.warnings() {
            PyErr::warn(py, &py.get_type::<PyUserWarning>(), &std::ffi::CString::new(warning)?, 2)?;
        }
        Ok(Self(transport.options(&run)))
    }

    /// Length of the run, h; negative backward.
    #[getter]
    const fn hours(&self) -> i32 {
        self.0.hours
    }

    /// Particles per receptor.
    #[getter]
    const fn particles(&self) -> usize {
        self.0.particles
    }

    /// Seed of the noise.
    #[getter]
    const fn seed(&self) -> u64 {
        self.0.seed
    }
}

fn bad_run_key(error: toml::de::Error) -> PyErr {
    config_error(error.message().to_owned())
}

fn overlaid(base: &impl serde::Serialize, changes: &toml::Table) -> PyResult<toml::Table> {
    let mut table = toml::Table::try_from(base).map_err(|e| config_error(e.to_string()))?;
    table.extend(changes.clone());
    Ok(table)
}

/// Keyword arguments as TOML; numpy's numbers pass for Python's.
fn to_table(dict: &Bound<'_, PyDict>) -> PyResult<toml::Table> {
    dict.iter().map(|(key, value)| Ok((key.extract()?, to_toml(&key, &value)?))).collect()
}

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
    match value.extract::<String>() {
        Ok(text) => Ok(toml::Value::String(text)),
        Err(_) => Err(config_error(format!("{key} = {value}: expected a number, true or false, or text"))),
    }
}

/// Follows the particles of one receptor, without holding the interpreter.
///
/// ``progress(done_min)`` is called about ten times a second; ``threads`` limits the threads of this call.
#[pyfunction]
#[pyo3(signature = (met, receptor, settings, *, threads=None, progress=None))]
pub fn follow(
    py: Python<'_>,
    met: &MetStore,
    receptor: &Receptor,
    settings: &Settings,
    threads: Option<usize>,
    progress: Option<Bound<'_, PyAny>>,
) -> PyResult<Trajectories> {
    let pool = match threads {
        Some(0) => return Err(config_error("threads = 0: at least 1".into())),
        Some(count) => Some(rayon::ThreadPoolBuilder::new().num_threads(count).build().map_err(runtime_error)?),
        None => None,
    };
    let (stop, done_min) = (AtomicBool::new(false), AtomicU64::new(0));
    let watch = |minutes: f64| {
        done_min.store(minutes.abs() as u64, Ordering::Relaxed);
        if stop.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let work = || match &pool {
        Some(pool) => pool.install(|| simulate(&met.0, &receptor.0, &settings.0, &watch)),
        None => simulate(&met.0, &receptor.0, &settings.0, &watch),
    };
    let report = || -> PyResult<()> {
        py.check_signals()?;
        let minutes = done_min.load(Ordering::Relaxed);
        progress.as_ref().map_or(Ok(()), |call| call.call1((minutes,)).map(drop))
    };
    thread::scope(|scope| {
        let (sender, receiver) = mpsc::sync_channel(1);
        scope.spawn(move || sender.send(work()));
        let mut failed = None;
        loop {
            match py.detach(|| receiver.recv_timeout(TICK)) {
                Ok(result) => {
                    return match failed {
                        Some(error) => Err(error),
                        None => result.map(|t| Trajectories(Arc::new(t))).map_err(to_py),
                    };
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Err(runtime_error("the transport thread died")),
            }
            if failed.is_none() && let Err(error) = report() {
                stop.store(true, Ordering::Relaxed);
                failed = Some(error);
            }
        }
    })
}

fn runtime_error(problem: impl std::fmt::Display) -> PyErr {
    PyRuntimeError::new_err(problem.to_string())
}
