//! The one thread that talks to the netCDF library when files are opened, read whole or written.
//!
//! HDF5 keeps its error printing per thread, and netCDF-C 4.9 silences only the thread that first used it: good files read
//! on any other print alarming lines to stderr. The library serialises all calls anyway, so nothing is lost.

use std::sync::OnceLock;

use rayon::{ThreadPool, ThreadPoolBuilder};

/// Runs `call` on that thread, or on this one if no thread can be started.
pub(crate) fn on_netcdf_thread<T: Send>(call: impl FnOnce() -> T + Send) -> T {
    static THREAD: OnceLock<Option<ThreadPool>> = OnceLock::new();
    match THREAD.get_or_init(|| ThreadPoolBuilder::new().num_threads(1).build().ok()) {
        Some(thread) => thread.install(call),
        None => call(),
    }
}
