//! The meteorology of a run: decoded once, shared by all receptors and threads.

use std::sync::Arc;

use crate::error::Result;
use crate::met::derive::DeriveOptions;
use crate::met::projection::MetGrid;
use crate::met::snapshot::Snapshot;
use crate::met::{MetDescription, MetReader};
use crate::time::UtcTime;

/// All meteorology that a run may draw on: one or more nested grids, each a series of times from one or more files.
pub struct MetStore {}

/// The two snapshots of one nest that bracket a time.
#[derive(Clone, Debug)]
pub struct NestWindow {
    /// The nest's grid.
    pub grid: Arc<MetGrid>,
    /// The latest snapshot not after the time.
    pub before: Arc<Snapshot>,
    /// The earliest snapshot after it (or the same snapshot, if the time is the last one held).
    pub after: Arc<Snapshot>,
}

/// The snapshots that bracket a time, finest nest first.
#[derive(Clone, Debug)]
pub struct MetWindow {
    /// The nests that hold the time; never empty.
    pub nests: Vec<NestWindow>,
    /// From this time …
    pub start: UtcTime,
    /// … to this time (inclusive) the same window serves.
    pub end: UtcTime,
}

impl MetStore {
    /// Opens files by glob patterns or paths; nests are found by their grids, the finest first.
    ///
    /// # Errors
    /// [`Error::Config`](crate::Error::Config) if a pattern matches nothing; reader errors by file.
    pub fn open<S: AsRef<str>>(_patterns: &[S]) -> Result<Self> {
        todo!()
    }

    /// A store over one's own readers.
    ///
    /// # Errors
    /// [`Error::Config`](crate::Error::Config) if there is no reader or no time.
    pub fn from_readers(_readers: Vec<Box<dyn MetReader>>) -> Result<Self> {
        todo!()
    }

    /// What the store holds, one entry per nest, finest first, times merged.
    pub fn nests(&self) -> &[MetDescription] {
        todo!()
    }

    /// The window that holds the step of a particle at `time` going to `time + direction`: decodes what is not in
    /// memory yet, and starts to decode the next time in that direction (`forward` or backward) in the background.
    ///
    /// # Errors
    /// [`Error::MetTime`](crate::Error::MetTime) if no nest holds the time; reader errors.
    pub fn window(&self, _time: UtcTime, _forward: bool, _options: &DeriveOptions) -> Result<MetWindow> {
        todo!()
    }
}
