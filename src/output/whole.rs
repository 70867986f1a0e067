//! Files that appear whole or not at all.

use std::path::Path;

use crate::error::{Error, Result};

/// Has `write` fill a file beside `path`, then renames it; an earlier file stays until then.
///
/// # Errors
/// Those of `write`; [`Error::Io`] if the folder refuses. Nothing is left behind.
pub(crate) fn write_whole(path: &Path, write: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut beside = tempfile::Builder::new();
    beside.prefix(".airshed-").suffix(".part");
    #[cfg(unix)]
    beside.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let unfinished = beside
        .tempfile_in(folder)
        .map_err(Error::io("write", path))?
        .into_temp_path();
    write(&unfinished)?;
    unfinished.persist(path).map_err(|e| Error::io("rename", path)(e.error))
}
