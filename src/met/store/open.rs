//! From patterns to files, and from files to what they hold.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::format::{Format, is_url};
use super::index_cache::DirectoryIndex;
use super::source::Holdings;
use crate::error::{Error, Result};
use crate::met::MetReader;
use crate::met::file_stamp::FileStamp;
use crate::time::UtcTime;

/// A file of meteorology, for the record of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetFile {
    /// Path, as the pattern gave it.
    pub path: PathBuf,
    /// Size, bytes; `None` for a data set on a server.
    pub bytes: Option<u64>,
    /// First and last time held; `None` for a file without any complete time.
    pub times: Option<(UtcTime, UtcTime)>,
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
            let canonical = match is_url(&path) {
                true => path.clone(),
                false => path.canonicalize().map_err(Error::io("open", &path))?,
            };
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
    if literal.is_file() || is_url(literal) {
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

/// Files that hold whole met times, and files that hold parts of them.
pub(super) type ByFormat = (Vec<PathBuf>, Vec<(PathBuf, Format)>);

/// Tells files that hold whole met times from those that hold parts.
pub(super) fn by_format(paths: Vec<PathBuf>) -> Result<ByFormat> {
    let (mut whole, mut parts) = ByFormat::default();
    for path in paths {
        match Format::of(&path)? {
            Format::Arl | Format::Wrf => whole.push(path),
            format => parts.push((path, format)),
        }
    }
    Ok((whole, parts))
}

/// Opens one file.
pub(super) type Opener<'a> = dyn Fn(&Path) -> Result<Box<dyn MetReader>> + Sync + 'a;

/// What each file holds: from the index where that is fresh, else by opening the file.
pub(super) fn survey(
    paths: &[PathBuf],
    cache_dir: Option<&Path>,
    opener: &Opener<'_>,
) -> Result<Vec<(MetFile, Holdings)>> {
    let mut by_directory: BTreeMap<PathBuf, Vec<usize>> = BTreeMap::new();
    for (i, path) in paths.iter().enumerate() {
        let canonical = path.canonicalize().map_err(Error::io("open", path))?;
        let directory = canonical.parent().map_or_else(PathBuf::new, Path::to_owned);
        by_directory.entry(directory).or_default().push(i);
    }
    let mut surveyed: Vec<Option<(MetFile, Holdings)>> = paths.iter().map(|_| None).collect();
    for (directory, members) in by_directory {
        let mut index = DirectoryIndex::load(cache_dir, &directory);
        let scan = |&i: &usize| Scan::new(&paths[i], &index, opener);
        let scanned: Vec<Result<Scan>> = members.par_iter().map(scan).collect();
        let mut changed = false;
        for (i, scan) in members.into_iter().zip(scanned) {
            let scan = scan?;
            if !scan.indexed {
                changed = true;
                index.remember(&paths[i], scan.stamp, &scan.holdings);
            }
            let times = &scan.holdings.description.times;
            let file = MetFile {
                path: paths[i].clone(),
                bytes: Some(scan.stamp.bytes),
                times: times.first().copied().zip(times.last().copied()),
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
    fn new(path: &Path, index: &DirectoryIndex, opener: &Opener<'_>) -> Result<Self> {
        let stamp = FileStamp::of_path(path)?;
        let (holdings, indexed) = match index.holdings(path, stamp) {
            Some(holdings) => (holdings, true),
            None => (Holdings::of(opener(path)?.as_ref()), false),
        };
        Ok(Self {
            stamp,
            holdings,
            indexed,
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::sync::Mutex;
    use std::time::{Instant, UNIX_EPOCH};

    use super::*;
    use crate::geo::LonLat;
    use crate::met::projection::{ConformalMap, MapAnchor, MetGrid};
    use crate::met::{MetDescription, RawSnapshot, VerticalCoordinate};
    use crate::time::UtcTime;

    struct Fake(MetDescription, Vec<String>);

    impl MetReader for Fake {
        fn description(&self) -> &MetDescription {
            &self.0
        }

        fn read(&mut self, _time_index: usize) -> Result<RawSnapshot> {
            Err(Error::Interrupted)
        }

        fn warnings(&self) -> &[String] {
            &self.1
        }
    }

    /// Numbers that need all 17 digits, so that only an exact index gives an equal grid.
    fn grid() -> MetGrid {
        let place = |lon_deg, lat_deg| LonLat { lon_deg, lat_deg };
        let anchor = MapAnchor {
            x: 0.1 + 0.2,
            y: 1.0 / 3.0,
            place: place(-97.3 / 3.0, 41.1 / 7.0),
        };
        let map = ConformalMap::new(38.5, place(-97.5, 38.5), 12_191.0 / 3.0, 0.0, anchor).unwrap();
        MetGrid::conformal(614, 428, map).unwrap()
    }

    /// A reader whose first time is what stands in the file, in seconds.
    fn fake(path: &Path) -> Result<Box<dyn MetReader>> {
        let start: i64 = std::fs::read_to_string(path).unwrap().trim().parse().unwrap();
        let level = |level: i32| vec![format!("TEMP{level}"), "UWND".into(), "VWND".into()];
        let description = MetDescription {
            source: path.to_owned(),
            model: "FAKE".into(),
            grid: grid(),
            vertical: VerticalCoordinate::Sigma { offset_hpa: 50.0 / 3.0 },
            levels: (0..30).map(|k| f64::from(k) / 29.0).collect(),
            variables: (0..30).map(level).collect(),
            times: (0..24).map(|h| UtcTime::from_seconds(start).plus_hours(h)).collect(),
        };
        Ok(Box::new(Fake(description, vec!["short".into()])))
    }

    struct Place {
        dir: tempfile::TempDir,
        cache: PathBuf,
        opened: Mutex<usize>,
    }

    impl Place {
        fn new(files: usize) -> Self {
            let dir = tempfile::tempdir().unwrap();
            for i in 0..files {
                std::fs::write(dir.path().join(format!("met{i:05}.arl")), format!("{}", 86_400 * i)).unwrap();
            }
            Self {
                cache: dir.path().join("cache"),
                dir,
                opened: Mutex::new(0),
            }
        }

        fn paths(&self) -> Vec<PathBuf> {
            expand(&[self.dir.path().join("*.arl").to_str().unwrap()]).unwrap()
        }

        /// First times of all files, and how many files were opened to know them.
        fn survey(&self) -> (Vec<i64>, usize) {
            *self.opened.lock().unwrap() = 0;
            let opener = |path: &Path| {
                *self.opened.lock().unwrap() += 1;
                fake(path)
            };
            let found = survey(&self.paths(), Some(&self.cache), &opener).unwrap();
            let starts = found
                .iter()
                .map(|(_, holdings)| holdings.description.times[0].seconds());
            (starts.collect(), *self.opened.lock().unwrap())
        }

        fn index_file(&self) -> PathBuf {
            std::fs::read_dir(&self.cache).unwrap().next().unwrap().unwrap().path()
        }
    }

    #[test]
    fn thousands_of_files_open_from_the_index_without_being_read() {
        let place = Place::new(3000);
        let (first, opened) = place.survey();
        assert_eq!((first.len(), opened), (3000, 3000));
        let clock = Instant::now();
        let (second, opened) = place.survey();
        assert_eq!((second, opened), (first, 0));
        // 0.1 s on an idle core; the bound leaves room for a busy one
        assert!(clock.elapsed().as_secs_f64() < 3.0, "{:?}", clock.elapsed());
        let size = place.index_file().metadata().unwrap().len();
        assert!(size < 3000 * 1000, "the layout is stored once: {size} bytes");
    }

    #[test]
    fn the_index_gives_back_exactly_what_the_reader_said() {
        let place = Place::new(2);
        place.survey();
        let path = &place.paths()[1];
        let opener = |_: &Path| -> Result<Box<dyn MetReader>> { Err(Error::Interrupted) };
        let found = survey(&place.paths(), Some(&place.cache), &opener).unwrap();
        let (holdings, reader) = (&found[1].1, fake(path).unwrap());
        assert_eq!(
            format!("{:?}", holdings.description),
            format!("{:?}", reader.description())
        );
        assert_eq!(holdings.description.grid, grid());
        assert_eq!(holdings.warnings, ["short"]);
        assert_eq!(holdings.forecast_hours, vec![None; 24]);
    }

    #[test]
    fn a_changed_or_new_file_is_opened_again_and_a_vanished_one_forgotten() {
        let place = Place::new(5);
        place.survey();
        let path = |i: usize| place.dir.path().join(format!("met{i:05}.arl"));
        std::fs::write(path(2), "123456789").unwrap();
        std::fs::write(path(7), "7").unwrap();
        std::fs::remove_file(path(4)).unwrap();
        let (starts, opened) = place.survey();
        assert_eq!((starts[2], starts[4], opened), (123_456_789, 7, 2));
        assert!(
            !std::fs::read_to_string(place.index_file())
                .unwrap()
                .contains("met00004")
        );
        let same_size = std::fs::metadata(path(2)).unwrap().len();
        std::fs::write(path(2), "987654321").unwrap();
        assert_eq!(std::fs::metadata(path(2)).unwrap().len(), same_size);
        let touched = std::fs::File::options().write(true).open(path(2)).unwrap();
        touched
            .set_modified(UNIX_EPOCH + std::time::Duration::from_secs(5))
            .unwrap();
        assert_eq!(place.survey(), (vec![0, 86_400, 987_654_321, 259_200, 7], 1));
    }

    #[test]
    fn a_damaged_foreign_or_unwritable_index_is_as_good_as_none() {
        let place = Place::new(3);
        let (starts, _) = place.survey();
        let index = std::fs::read_to_string(place.index_file()).unwrap();
        let older = index.replace("\"version\":1", "\"version\":0");
        let astray = index.replace("\"layout\":0", "\"layout\":9");
        assert!(older != index && astray != index);
        for damaged in [&index[..index.len() / 2], "", &older, &astray] {
            std::fs::write(place.index_file(), damaged).unwrap();
            assert_eq!(place.survey(), (starts.clone(), 3));
            assert_eq!(place.survey(), (starts.clone(), 0), "and it is written anew");
        }
        std::fs::remove_dir_all(&place.cache).unwrap();
        std::fs::write(&place.cache, "a file where the directory should be").unwrap();
        assert_eq!(place.survey(), (starts.clone(), 3));
        assert_eq!(place.survey(), (starts, 3));
    }

    #[test]
    fn files_named_twice_count_once_in_the_order_of_their_names() {
        let place = Place::new(3);
        let pattern = |name: &str| place.dir.path().join(name).to_str().unwrap().to_owned();
        let found = expand(&[pattern("met00002.arl"), pattern("*.arl"), pattern("./met00000.arl")]).unwrap();
        assert_eq!(found, place.paths());
    }

    #[test]
    fn a_checksum_is_the_crc_32_of_the_content() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("check");
        std::fs::write(&path, "123456789").unwrap();
        let file = MetFile {
            path,
            bytes: Some(9),
            times: None,
        };
        assert_eq!(file.crc32().unwrap(), 0xCBF4_3926);
    }
}
