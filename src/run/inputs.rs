//! The input files of a run, with sizes and checksums.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::attribution::Attribution;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::met::store::{MetFile, MetStore, is_url};
use crate::run::manifest::Manifest;
use crate::time::UtcTime;

/// Particles may draw on a time this far outside their run, h: the longest interval that is interpolated.
const REACH_H: i64 = 12;

/// A file that a run read.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub struct InputFile {
    /// Path, or the URL of a data set on a server.
    pub path: PathBuf,
    /// Size; of a URL it is not known, nor what follows.
    pub bytes: Option<u64>,
    /// Time of the last change, s since 1970.
    pub modified_s: Option<u64>,
    /// CRC-32 (IEEE) of the content, hexadecimal.
    pub crc32: Option<String>,
}

/// All input files of a run.
pub(super) struct Inputs {
    pub met: Vec<InputFile>,
    pub flux: Vec<InputFile>,
    /// Of inventories and backgrounds.
    pub sources: Vec<InputFile>,
}

/// The met files that the receptors can draw on, and the flux files. A checksum in the `earlier` manifest serves
/// again while size and time of change stay.
pub(super) fn of_run(
    config: &Config,
    (met, attribution): (&MetStore, Option<&Attribution>),
    earlier: Option<&Manifest>,
) -> Result<Inputs> {
    let known: Vec<&InputFile> = earlier
        .iter()
        .flat_map(|m| m.met.iter().chain(&m.flux).chain(&m.sources))
        .collect();
    let used: Vec<&MetFile> = met.files().iter().filter(|file| is_used(file, config)).collect();
    let flux: BTreeSet<PathBuf> = config.flux.values().map(|flux| config.resolve(&flux.file)).collect();
    Ok(Inputs {
        met: used
            .par_iter()
            .map(|file| InputFile::of(&file.path, &known))
            .collect::<Result<_>>()?,
        sources: source_files(config, attribution)
            .par_iter()
            .map(|path| InputFile::of(path, &known))
            .collect::<Result<_>>()?,
        flux: flux
            .par_iter()
            .map(|path| InputFile::of(path, &known))
            .collect::<Result<_>>()?,
    })
}

/// Files of inventories, with all that they name, of vegetation and of backgrounds.
fn source_files(config: &Config, attribution: Option<&Attribution>) -> BTreeSet<PathBuf> {
    let inventories = attribution.map_or(&[][..], Attribution::inventories);
    let of_inventories = inventories.iter().flat_map(|inventory| inventory.files.clone());
    let of_vprm = config.vprm.iter().flat_map(|vprm| vprm.files());
    let of_backgrounds = config.background.values().flat_map(|background| background.files());
    let named = of_vprm.chain(of_backgrounds).map(|file| config.resolve(file));
    of_inventories.chain(named).collect()
}

fn is_used(file: &MetFile, config: &Config) -> bool {
    let hours = i64::from(config.run.hours);
    let Some((first, last)) = file.times else {
        return false;
    };
    config.receptors.iter().any(|receptor| {
        let time = receptor.facing(hours > 0).time;
        let (a, b): (UtcTime, UtcTime) = (time, time.plus_hours(hours));
        a.min(b).plus_hours(-REACH_H) <= last && a.max(b).plus_hours(REACH_H) >= first
    })
}

impl InputFile {
    fn of(path: &Path, known: &[&Self]) -> Result<Self> {
        if is_url(path) {
            return Ok(Self {
                path: path.to_path_buf(),
                bytes: None,
                modified_s: None,
                crc32: None,
            });
        }
        let metadata = path.metadata().map_err(Error::io("read", path))?;
        let bytes = Some(metadata.len());
        let modified = metadata.modified().ok().and_then(|t| t.duration_since(UNIX_EPOCH).ok());
        let modified_s = Some(modified.map_or(0, |t| t.as_secs()));
        let same = |file: &&&Self| file.path == path && file.bytes == bytes && file.modified_s == modified_s;
        if let Some(file) = known.iter().find(same) {
            return Ok((*file).clone());
        }
        let file = MetFile {
            path: path.to_path_buf(),
            bytes,
            times: None,
        };
        Ok(Self {
            path: path.to_path_buf(),
            bytes,
            modified_s,
            crc32: Some(format!("{:08x}", file.crc32()?)),
        })
    }

    /// Whether two lists hold the same contents under the same file names; what lies under one URL is taken to stay.
    pub(super) fn same_content(a: &[Self], b: &[Self]) -> bool {
        let name = |path: &Path| match is_url(path) {
            true => Some(path.as_os_str().to_owned()),
            false => path.file_name().map(ToOwned::to_owned),
        };
        let key = |file: &Self| (name(&file.path), file.bytes, file.crc32.clone());
        let keys = |files: &[Self]| files.iter().map(key).collect::<BTreeSet<_>>();
        keys(a) == keys(b)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_file_is_another_content_and_a_moved_one_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("met.arl");
        std::fs::write(&path, "123456789").unwrap();
        let before = InputFile::of(&path, &[]).unwrap();
        // the check value of CRC-32 (IEEE)
        assert_eq!((before.crc32.as_deref(), before.bytes), (Some("cbf43926"), Some(9)));
        std::fs::create_dir(folder.path().join("elsewhere")).unwrap();
        let moved = folder.path().join("elsewhere").join("met.arl");
        std::fs::copy(&path, &moved).unwrap();
        let moved = InputFile::of(&moved, &[&before]).unwrap();
        assert!(InputFile::same_content(std::slice::from_ref(&before), &[moved]));
        std::fs::write(&path, "12345678x").unwrap();
        std::fs::File::options()
            .write(true)
            .open(&path)
            .unwrap()
            .set_modified(std::time::UNIX_EPOCH)
            .unwrap();
        let changed = InputFile::of(&path, &[&before]).unwrap();
        assert!(!InputFile::same_content(&[before], &[changed]));
    }

    #[test]
    fn of_a_url_neither_size_nor_checksum_is_known_and_another_url_is_another_content() {
        let of = |url: &str| InputFile::of(Path::new(url), &[]).unwrap();
        let day = of("https://server.example/thredds/dodsC/a/day.nc");
        let written = serde_json::to_value(&day).unwrap();
        for key in ["bytes", "modified_s", "crc32"] {
            assert!(written[key].is_null(), "{written}");
        }
        let other = of("https://server.example/thredds/dodsC/b/day.nc");
        assert!(InputFile::same_content(
            std::slice::from_ref(&day),
            std::slice::from_ref(&day)
        ));
        assert!(!InputFile::same_content(&[day], &[other]));
    }
}
