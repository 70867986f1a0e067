//! What the files of a directory hold, remembered between runs, so that thousands of files open at once.
//!
//! One JSON file per directory of meteorology. An entry counts only while size and modification time of its file are
//! the same; an index that cannot be read or written is as good as none.

use std::collections::BTreeMap;
use std::env;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::source::Holdings;
use crate::met::file_stamp::FileStamp;
use crate::met::projection::MetGrid;
use crate::met::{MetDescription, VerticalCoordinate};
use crate::time::UtcTime;

/// Indices of other versions are not read: raise it when the format, or what readers find in a file, changes.
const VERSION: u32 = 1;

/// `AIRSHED_CACHE_DIR`, else `airshed` in the user's cache directory (`XDG_CACHE_HOME` or `~/.cache`), if any.
pub(super) fn user_cache_dir() -> Option<PathBuf> {
    let set = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    set("AIRSHED_CACHE_DIR")
        .or_else(|| set("XDG_CACHE_HOME").map(|dir| dir.join("airshed")))
        .or_else(|| set("HOME").map(|home| home.join(".cache").join("airshed")))
}

/// The index of one directory.
#[derive(Default, Deserialize, Serialize)]
pub(super) struct DirectoryIndex {
    version: u32,
    directory: PathBuf,
    /// Descriptions without source and times, each once: files of a series share theirs.
    layouts: Vec<Layout>,
    files: BTreeMap<String, Entry>,
}

#[derive(Clone, PartialEq, Deserialize, Serialize)]
struct Layout {
    model: String,
    grid: MetGrid,
    vertical: VerticalCoordinate,
    levels: Vec<f64>,
    variables: Vec<Vec<String>>,
}

#[derive(Deserialize, Serialize)]
struct Entry {
    stamp: FileStamp,
    layout: usize,
    times_s: Vec<i64>,
    forecast_hours: Vec<Option<i32>>,
    warnings: Vec<String>,
}

impl DirectoryIndex {
    /// The index of a directory, empty if there is none to be trusted.
    pub fn load(cache_dir: Option<&Path>, directory: &Path) -> Self {
        let stored = cache_dir
            .and_then(|dir| std::fs::read(index_path(dir, directory)).ok())
            .and_then(|bytes| serde_json::from_slice::<Self>(&bytes).ok());
        match stored {
            Some(index) if index.version == VERSION && index.directory == directory => index,
            _ => Self {
                version: VERSION,
                directory: directory.to_owned(),
                ..Self::default()
            },
        }
    }

    /// What a file holds, if it has not changed since.
    pub fn holdings(&self, path: &Path, stamp: FileStamp) -> Option<Holdings> {
        let entry = self.files.get(path.file_name()?.to_str()?)?;
        let layout = self.layouts.get(entry.layout)?.clone();
        if entry.stamp != stamp || entry.times_s.len() != entry.forecast_hours.len() {
            return None;
        }
        let description = MetDescription {
            source: path.to_owned(),
            model: layout.model,
            grid: layout.grid,
            vertical: layout.vertical,
            levels: layout.levels,
            variables: layout.variables,
            times: entry.times_s.iter().map(|&s| UtcTime::from_seconds(s)).collect(),
        };
        Some(Holdings {
            description: Arc::new(description),
            forecast_hours: entry.forecast_hours.clone(),
            warnings: entry.warnings.clone(),
        })
    }

    /// Remembers what a file holds; names that are not UTF-8 are not remembered.
    pub fn remember(&mut self, path: &Path, stamp: FileStamp, holdings: &Holdings) {
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
            return;
        };
        let description = &holdings.description;
        let layout = Layout {
            model: description.model.clone(),
            grid: description.grid.clone(),
            vertical: description.vertical,
            levels: description.levels.clone(),
            variables: description.variables.clone(),
        };
        let known = self.layouts.iter().position(|other| *other == layout);
        let entry = Entry {
            stamp,
            layout: known.unwrap_or(self.layouts.len()),
            times_s: description.times.iter().map(|time| time.seconds()).collect(),
            forecast_hours: holdings.forecast_hours.clone(),
            warnings: holdings.warnings.clone(),
        };
        if known.is_none() {
            self.layouts.push(layout);
        }
        self.files.insert(name.to_owned(), entry);
    }

    /// Writes the index, whole or not at all; files that are gone are forgotten. Failure costs nothing but time.
    pub fn store(mut self, cache_dir: Option<&Path>) {
        let Some(cache_dir) = cache_dir else { return };
        let directory = self.directory.clone();
        self.files.retain(|name, _| directory.join(name).exists());
        let write = || -> Option<()> {
            std::fs::create_dir_all(cache_dir).ok()?;
            let mut file = tempfile::NamedTempFile::new_in(cache_dir).ok()?;
            file.write_all(&serde_json::to_vec(&self).ok()?).ok()?;
            file.persist(index_path(cache_dir, &directory)).ok()?;
            Some(())
        };
        write();
    }
}

fn index_path(cache_dir: &Path, directory: &Path) -> PathBuf {
    let name = crc32fast::hash(directory.as_os_str().as_encoded_bytes());
    cache_dir.join(format!("met-index-{name:08x}.json"))
}
