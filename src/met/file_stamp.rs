//! How it is seen that a file has changed.

use std::fs::Metadata;
use std::path::Path;
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// Size and modification time of a file: while both stay, its content is taken to stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub(crate) struct FileStamp {
    pub bytes: u64,
    modified_ns: u128,
}

impl FileStamp {
    pub fn of(metadata: &Metadata) -> Self {
        let since_epoch = metadata
            .modified()
            .ok()
            .and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        Self {
            bytes: metadata.len(),
            modified_ns: since_epoch.map_or(0, |since| since.as_nanos()),
        }
    }

    /// # Errors
    /// [`Error::Io`] if there is no such file.
    pub fn of_path(path: &Path) -> Result<Self> {
        Ok(Self::of(&path.metadata().map_err(Error::io("open", path))?))
    }

    /// Whether the file is still what it was.
    ///
    /// # Errors
    /// [`Error::Format`] if it is not; [`Error::Io`] if it is gone.
    pub fn check(&self, path: &Path) -> Result<()> {
        match Self::of_path(path)? == *self {
            true => Ok(()),
            false => Err(Error::format(
                path,
                "the file has changed since the run began; start the run again",
            )),
        }
    }
}
