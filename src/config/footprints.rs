//! `[footprints]`: what is kept of them.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// `[footprints]`: the files that hold them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FootprintsConfig {
    /// A file for each receptor and grid.
    pub files: bool,
    /// A sparse store for each station, year and grid.
    pub store: bool,
}

impl Default for FootprintsConfig {
    fn default() -> Self {
        Self {
            files: true,
            store: false,
        }
    }
}

impl FootprintsConfig {
    pub(super) fn check(&self) -> Result<()> {
        match self.files || self.store {
            true => Ok(()),
            false => Err(Error::config(
                "footprints.files",
                false,
                "true, or footprints.store = true: one of them keeps the footprints",
            )),
        }
    }
}
