//! The sources of a store, each behind its lock: opened when first read, and let go when many are open.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use rayon::ThreadPool;

use super::cache::lock;
use super::format::Format;
use crate::error::{Error, Result};
use crate::met::arl::ArlReader;
use crate::met::cut::CutOptions;
#[cfg(feature = "netcdf")]
use crate::met::wrf::WrfReader;
use crate::met::{MetDescription, MetReader, StoredSnapshot, WindTimes};

/// Readers of files kept at a time.
const OPEN_FILES: usize = 32;

/// What is known of a source without reading its fields.
#[derive(Clone, Debug)]
pub(super) struct Holdings {
    pub description: Arc<MetDescription>,
    pub forecast_hours: Vec<Option<i32>>,
    pub warnings: Vec<String>,
    pub wind_times: WindTimes,
}

impl Holdings {
    pub fn of(reader: &dyn MetReader) -> Self {
        Self {
            description: Arc::new(reader.description().clone()),
            forecast_hours: reader.forecast_hours(),
            warnings: reader.warnings().to_vec(),
            wind_times: reader.wind_times(),
        }
    }
}

pub(super) struct Source {
    pub holdings: Holdings,
    /// Where to open it again; `None` for a reader that stays open.
    path: Option<PathBuf>,
    reader: Mutex<Option<Box<dyn MetReader>>>,
}

/// Opens what is wanted of a file that holds whole met times.
pub(super) fn open_file(path: &Path, cut: CutOptions) -> Result<Box<dyn MetReader>> {
    cut.apply(match Format::of(path)? {
        #[cfg(feature = "netcdf")]
        Format::Wrf => Box::new(WrfReader::open(path)?),
        _ => Box::new(ArlReader::open(path)?),
    })
}

/// All sources, of which some are open.
pub(super) struct Sources {
    list: Vec<Source>,
    /// What is wanted of files.
    cut: CutOptions,
    open: Mutex<VecDeque<usize>>,
}

impl Sources {
    /// Of files, opened when they are read, of which `cut` is wanted, and of readers.
    pub fn new(files: Vec<(PathBuf, Holdings)>, cut: CutOptions, readers: Vec<Box<dyn MetReader>>) -> Self {
        let files = files.into_iter().map(|(path, holdings)| Source {
            holdings,
            path: Some(path),
            reader: Mutex::new(None),
        });
        let readers = readers.into_iter().map(|reader| Source {
            holdings: Holdings::of(reader.as_ref()),
            path: None,
            reader: Mutex::new(Some(reader)),
        });
        Self {
            list: files.chain(readers).collect(),
            cut,
            open: Mutex::new(VecDeque::new()),
        }
    }

    pub fn holdings(&self) -> impl Iterator<Item = &Holdings> {
        self.list.iter().map(|source| &source.holdings)
    }

    /// How many of them are files that hold whole times; they come first.
    pub fn whole_files(&self) -> usize {
        self.list.iter().filter(|source| source.path.is_some()).count()
    }

    pub fn holdings_of(&self, source: usize) -> &Holdings {
        &self.list[source].holdings
    }

    pub fn description(&self, source: usize) -> &Arc<MetDescription> {
        &self.list[source].holdings.description
    }

    /// Reads one time, on `pool`; the calling thread waits and takes up no other work meanwhile.
    pub fn read(&self, source: usize, time_index: usize, pool: &ThreadPool) -> Result<StoredSnapshot> {
        let Source { holdings, path, reader } = &self.list[source];
        let raw = {
            let mut held = lock(reader);
            let reader = match (&mut *held, path) {
                (Some(reader), _) => reader,
                (empty, Some(path)) => empty.insert(open_unchanged(path, self.cut, &holdings.description)?),
                (None, None) => return Err(Error::format(&holdings.description.source, "the reader is gone")),
            };
            pool.install(|| reader.read_stored(time_index))?
        };
        if path.is_some() {
            self.close_others(source);
        }
        Ok(raw)
    }

    fn close_others(&self, newest: usize) {
        let mut open = lock(&self.open);
        open.retain(|&source| source != newest);
        open.push_back(newest);
        while open.len() > OPEN_FILES {
            let Some(oldest) = open.pop_front() else { return };
            if let Ok(mut reader) = self.list[oldest].reader.try_lock() {
                *reader = None;
            }
        }
    }
}

fn open_unchanged(path: &Path, cut: CutOptions, expected: &MetDescription) -> Result<Box<dyn MetReader>> {
    let reader = open_file(path, cut)?;
    let found = reader.description();
    if found.times != expected.times || found.grid != expected.grid || found.levels != expected.levels {
        return Err(Error::format(
            path,
            "the file has changed since the run began; start the run again",
        ));
    }
    Ok(reader)
}
