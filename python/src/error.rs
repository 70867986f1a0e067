//! Errors of the crate as Python exceptions, by kind.

use std::path::Path;

use airshed::Error;
use pyo3::exceptions::{PyKeyboardInterrupt, PyOSError};
use pyo3::prelude::*;

mod exceptions {
    #![allow(missing_docs)]
    pyo3::import_exception!(airshed.exceptions, AirshedError);
    pyo3::import_exception!(airshed.exceptions, ConfigError);
    pyo3::import_exception!(airshed.exceptions, FileFormatError);
    pyo3::import_exception!(airshed.exceptions, MetCoverageError);
}
use exceptions::{AirshedError, ConfigError, FileFormatError, MetCoverageError};

/// For `map_err`: the exception of the kind that the error calls for.
pub fn to_py(error: Error) -> PyErr {
    let text = error.to_string();
    match error {
        Error::Io { path, source, .. } => os_error(&path, &source, text),
        Error::Format { path, .. } => file_format(&path, text),
        Error::NetCdf { path, .. } => file_format(&path, text),
        Error::Config { .. } | Error::ConfigSyntax { .. } | Error::NotBuilt { .. } => ConfigError::new_err(text),
        Error::MetTime { .. } | Error::MetPlace { .. } | Error::MetField { .. } => MetCoverageError::new_err(text),
        Error::Interrupted => PyKeyboardInterrupt::new_err(()),
        _ => AirshedError::new_err(text),
    }
}

/// A [`ConfigError`] for an argument that the crate never sees.
pub fn config_error(text: String) -> PyErr {
    ConfigError::new_err(text)
}

/// Python picks the subclass (`FileNotFoundError` …) by the number of the error.
fn os_error(path: &Path, source: &std::io::Error, text: String) -> PyErr {
    match source.raw_os_error() {
        Some(number) => {
            let reason = source.to_string();
            let reason = reason.split(" (os error").next().unwrap_or_default().to_owned();
            PyOSError::new_err((number, reason, path.to_path_buf()))
        }
        // with a file name but no number Python would say "[Errno None] None"
        None => PyOSError::new_err(text),
    }
}

fn file_format(path: &Path, text: String) -> PyErr {
    with_filename(FileFormatError::new_err(text), path)
}

fn with_filename(error: PyErr, path: &Path) -> PyErr {
    Python::attach(|py| match error.value(py).setattr("filename", path) {
        Ok(()) => error,
        Err(other) => other,
    })
}
