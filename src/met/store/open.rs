//! From patterns to files, and from files to what they hold.

use std::collections::BTreeMap;
use std::fs::{File, Metadata};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::index_cache::DirectoryIndex;
use super::source::{Holdings, open_file};
use crate::error::{Error, Result};

/// Size and modification time of a file: while both stay, its content is taken to stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub(super) struct FileStamp {
    bytes: u64,
    modified_ns: u128,
}

impl FileStamp {
    fn of(metadata: &Metadata) -> Self {
        let since_epoch = metadata
            .modified()
            .ok()
            .and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        Self {
            bytes: metadata.len(),
            modified_ns: since_epoch.map_or(0, |since| since.as_nanos()),
        }
    }
}

/// A file of meteorology, for the record of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetFile {
    /// Path, as the pattern gave it.
    pub path: PathBuf,
    /// Size, bytes.
    pub bytes: u64,
}

impl MetFile {
    /// CRC-32 (IEEE) of the content; reads the whole file.
    ///
    /// # Errors
    /// [`Error::Io`] if it cannot be read.
    pub fn crc32(&self) -> Result<u32> {
        let mut file = File::open(&self.path).map_err(Error::io("open", &self.path))?;
        let mut hasher = crc32fast::Hasher::new();
        let mut buffer = vec![0; 1 << 20];
        loop {
            match file.read(&mut buffer).map_err(Error::io("read", &self.path))? {
                0 => return Ok(hasher.finalize()),
                n => hasher.update(&buffer[..n]),
            }
        }
    }
}

/// The files that patterns name, each once, ordered by file name.
pub(super) fn expand<S: AsRef<str>>(patterns: &[S]) -> Result<Vec<PathBuf>> {
    let mut found = BTreeMap::new();
    for pattern in patterns {
        for path in matches(pattern.as_ref())? {
            let canonical = path.canonicalize().map_err(Error::io("open", &path))?;
            found
                .entry((path.file_name().map(ToOwned::to_owned), canonical))
                .or_insert(path);
        }
    }
    if found.is_empty() {
        return Err(Error::config("met.files", "[]", "name at least one file or pattern"));
    }
    Ok(found.into_values().collect())
}

fn matches(pattern: &str) -> Result<Vec<PathBuf>> {
    let literal = Path::new(pattern);
    if literal.is_dir() {
        let hint = format!(
            "this is a directory; to take its files write {}",
            literal.join("*").display()
        );
        return Err(Error::config("met.files", pattern, hint));
    }
    if literal.is_file() {
        return Ok(vec![literal.to_owned()]);
    }
    let paths = glob::glob(pattern).map_err(|wrong| Error::config("met.files", pattern, wrong.to_string()))?;
    let mut files = Vec::new();
    for path in paths {
        let path = path.map_err(|refused| {
            let path = refused.path().to_owned();
            Error::io("read", path)(refused.into())
        })?;
        if !path.is_dir() {
            files.push(path);
        }
    }
    if files.is_empty() {
        let base = std::env::current_dir().unwrap_or_default();
        let seen = match literal.is_absolute() {
            true => "no such file".to_owned(),
            false => format!("no such file from the working directory {}", base.display()),
        };
        return Err(Error::config("met.files", pattern, seen));
    }
    Ok(files)
}

/// What each file holds: from the index where that is fresh, else by opening the file.
pub(super) fn survey(paths: Vec<PathBuf>, cache_dir: Option<&Path>) -> Result<Vec<(MetFile, Holdings)>> {
    let mut by_directory: BTreeMap<PathBuf, Vec<usize>> = BTreeMap::new();
    for (i, path) in paths.iter().enumerate() {
        let canonical = path.canonicalize().map_err(Error::io("open", path))?;
        let directory = canonical.parent().map_or_else(PathBuf::new, Path::to_owned);
        by_directory.entry(directory).or_default().push(i);
    }
    let mut surveyed: Vec<Option<(MetFile, Holdings)>> = paths.iter().map(|_| None).collect();
    for (directory, members) in by_directory {
        let mut index = DirectoryIndex::load(cache_dir, &directory);
        let scanned: Vec<Result<Scan>> = members.par_iter().map(|&i| Scan::new(&paths[i], &index)).collect();
        let mut changed = false;
        for (i, scan) in members.into_iter().zip(scanned) {
            let scan = scan?;
            if !scan.indexed {
                changed = true;
                index.remember(&paths[i], scan.stamp, &scan.holdings);
            }
            let file = MetFile {
                path: paths[i].clone(),
                bytes: scan.stamp.bytes,
            };
            surveyed[i] = Some((file, scan.holdings));
        }
        if changed {
            index.store(cache_dir);
        }
    }
    Ok(surveyed.into_iter().flatten().collect())
}

struct Scan {
    stamp: FileStamp,
    holdings: Holdings,
    indexed: bool,
}

impl Scan {
    fn new(path: &Path, index: &DirectoryIndex) -> Result<Self> {
        let stamp = FileStamp::of(&path.metadata().map_err(Error::io("open", path))?);
        let (holdings, indexed) = match index.holdings(path, stamp) {
            Some(holdings) => (holdings, true),
            None => (Holdings::of(open_file(path)?.as_ref()), false),
        };
        Ok(Self {
            stamp,
            holdings,
            indexed,
        })
    }
}
