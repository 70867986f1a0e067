//! The one thread that talks to the netCDF library when files are opened, read whole or written.
//!
//! HDF5 keeps its error printing per thread, and netCDF-C 4.9 silences only the thread that first used it: good files read
//! on any other print alarming lines to stderr. The library serialises all calls anyway, so nothing is lost.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::OnceLock;

use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::error::{Error, Result};

/// Runs `call` on that thread, or on this one if no thread can be started.
pub(crate) fn on_netcdf_thread<T: Send>(call: impl FnOnce() -> T + Send) -> T {
    static THREAD: OnceLock<Option<ThreadPool>> = OnceLock::new();
    match THREAD.get_or_init(|| ThreadPoolBuilder::new().num_threads(1).build().ok()) {
        Some(thread) => thread.install(call),
        None => call(),
    }
}

/// As [`on_netcdf_thread`], for a file that may be damaged: the netCDF bindings panic where the library fails to list what
/// it has just opened.
///
/// # Errors
/// Those of `call`; [`Error::Format`] in place of a panic.
pub(crate) fn read_netcdf<T: Send>(path: &Path, call: impl FnOnce() -> Result<T> + Send) -> Result<T> {
    let caught = on_netcdf_thread(|| catch_unwind(AssertUnwindSafe(call)));
    caught.unwrap_or_else(|_| {
        let problem = "the netCDF library finds no sense in the file: it is damaged or incomplete";
        Err(Error::format(path, problem))
    })
}
