//! Files: footprints and trajectories as CF netCDF-4, whole or not at all, with the same bytes for the same input.

mod attributes;
mod footprint_file;
mod grid_mapping;
mod trajectory_file;

use std::path::Path;

use tempfile::Builder;

use crate::error::{Error, Result};

pub use footprint_file::{read_footprint, write_footprint};
pub use trajectory_file::{read_trajectories, write_trajectories};

/// What a file says about the run that made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunAttributes {
    /// `parity` or `physics`.
    pub mode: String,
    /// Seed of the noise.
    pub seed: u64,
}

/// Lets `fill` write beside `path`, then renames: `path` appears whole or not at all.
fn write_whole(path: &Path, fill: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let mut builder = Builder::new();
    builder.prefix(".airshed-").suffix(".part");
    #[cfg(unix)]
    let everyone = <std::fs::Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o666);
    #[cfg(unix)]
    builder.permissions(everyone);
    let unfinished = builder
        .tempfile_in(folder)
        .map_err(Error::io("write", path))?
        .into_temp_path();
    fill(&unfinished)?;
    unfinished.persist(path).map_err(|e| Error::io("rename", path)(e.error))
}
