//! The meteorology of a run: decoded once, shared by all receptors and threads.

mod cache;
mod decoder;
mod format;
mod index_cache;
mod nest;
mod nest_reader;
mod open;
mod parts;
mod source;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

pub(crate) use format::is_url;
pub use nest_reader::NestReader;
pub use open::MetFile;
pub use parts::MetOptions;

use crate::error::{Error, Result};
use crate::met::cut::CutOptions;
use crate::met::derive::DeriveOptions;
use crate::met::extra::ExtraPlan;
use crate::met::projection::MetGrid;
use crate::met::snapshot::Snapshot;
use crate::met::{MetDescription, MetReader, WindTimes};
use crate::time::UtcTime;
use crate::variable::VariableSet;
use decoder::{Decoder, Key, Prefetcher};
use nest::{Bracket, Nest};
use source::{Holdings, Sources};

/// Memory for snapshots that are not in use, bytes, unless [`MetStore::set_memory_budget`] says otherwise.
pub const DEFAULT_MEMORY_BUDGET_BYTES: usize = 2 << 30;

/// All meteorology that a run may draw on: one or more nested grids, each a series of times from one or more files.
///
/// Sources with the same grid and levels form one nest. Where two of them hold the same time, the one with the
/// shorter forecast serves, of equals the one whose file name sorts later. Times more than 12 h apart, or more than
/// 6 h and three usual intervals, are a gap: nothing is interpolated across it.
pub struct MetStore {
    decoder: Arc<Decoder>,
    prefetcher: Prefetcher,
    nests: Vec<Nest>,
    descriptions: Vec<MetDescription>,
    files: Vec<MetFile>,
    warnings: Vec<String>,
}

/// The two snapshots of one nest that bracket a time.
#[derive(Clone, Debug)]
pub struct NestWindow {
    /// The nest's grid.
    pub grid: Arc<MetGrid>,
    /// The latest snapshot not after the time (backward: before it).
    pub before: Arc<Snapshot>,
    /// The earliest snapshot after it (backward: not before it); the same snapshot as `before` if the time is the last
    /// one held in that direction.
    pub after: Arc<Snapshot>,
    /// Whether the window was asked for a run forward in time.
    pub forward: bool,
}

/// The snapshots that bracket a time, finest nest first.
#[derive(Clone, Debug)]
pub struct MetWindow {
    /// The nests that hold the time; never empty.
    pub nests: Vec<NestWindow>,
    /// From this time …
    pub start: UtcTime,
    /// … to this time (inclusive) the same window serves. Equal to `start` where the meteorology ends: no step leads
    /// further.
    pub end: UtcTime,
}

impl MetWindow {
    /// Whether all columns that were looked at in its snapshots can be used.
    ///
    /// # Errors
    /// [`Error::MetField`], see [`Snapshot::check`].
    pub fn check(&self) -> Result<()> {
        let snapshots = self.nests.iter().flat_map(|nest| [&nest.before, &nest.after]);
        snapshots.into_iter().try_for_each(|snapshot| snapshot.check())
    }
}

/// The options of the snapshot at a met time.
pub type OptionsAt<'a> = &'a dyn Fn(UtcTime) -> DeriveOptions;

impl MetStore {
    /// Opens files by glob patterns or paths; nests are found by their grids, the finest first. The format is seen from the
    /// content: ARL, or netCDF and GRIB, of which files on one grid are put together (levels in one, the ground in another).
    /// A URL is a data set on an OPeNDAP server.
    ///
    /// What the files hold is remembered in `AIRSHED_CACHE_DIR`, by default `airshed` in the user's cache directory,
    /// so that thousands of files open quickly the next time.
    ///
    /// # Errors
    /// [`Error::Config`] if a pattern matches nothing or names a directory; reader errors by file.
    pub fn open<S: AsRef<str>>(patterns: &[S]) -> Result<Self> {
        Self::open_with_index(patterns, index_cache::user_cache_dir().as_deref())
    }

    /// As [`open`](Self::open), but what the files hold is remembered in `index_dir`, or not at all.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn open_with_index<S: AsRef<str>>(patterns: &[S], index_dir: Option<&Path>) -> Result<Self> {
        Self::open_parts(patterns, index_dir, &MetOptions::default())
    }

    /// As [`open`](Self::open), with what is to be known of files, and what of them is wanted.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn open_with<S: AsRef<str>>(patterns: &[S], options: &MetOptions) -> Result<Self> {
        Self::open_parts(patterns, index_cache::user_cache_dir().as_deref(), options)
    }

    fn open_parts<S: AsRef<str>>(patterns: &[S], index_dir: Option<&Path>, options: &MetOptions) -> Result<Self> {
        let (whole, parts) = open::by_format(open::expand(patterns)?, options)?;
        // the index knows whole files only
        let index_dir = index_dir.filter(|_| options.cut.is_all());
        let opener = |path: &Path| source::open_file(path, options.cut);
        let (mut files, holdings): (Vec<_>, Vec<_>) = open::survey(&whole, index_dir, &opener)?.into_iter().unzip();
        let (part_files, readers) = parts::assemble(&parts, options)?;
        let sources = Sources::new(whole.into_iter().zip(holdings).collect(), options.cut, readers);
        files.extend(part_files);
        Self::new(sources, files)
    }

    /// A store over one's own readers.
    ///
    /// # Errors
    /// [`Error::Config`] if there is no reader or no time.
    pub fn from_readers(readers: Vec<Box<dyn MetReader>>) -> Result<Self> {
        Self::new(Sources::new(Vec::new(), CutOptions::default(), readers), Vec::new())
    }

    fn new(sources: Sources, files: Vec<MetFile>) -> Result<Self> {
        let told = sources.holdings().flat_map(|held| {
            let source = held.description.source.display();
            held.warnings.iter().map(move |warning| format!("{source}: {warning}"))
        });
        let mut warnings: Vec<String> = told.collect();
        let nests = find_nests(&sources);
        warnings.extend(nests.iter().flat_map(|(nest, _)| nest.irregularities()));
        if nests.is_empty() {
            let found = format!("{} sources", sources.holdings().count());
            return Err(Error::config(
                "meteorology",
                found,
                "no complete time in them; give at least one",
            ));
        }
        let (nests, descriptions) = nests.into_iter().unzip();
        let decoder = Arc::new(Decoder::new(sources, DEFAULT_MEMORY_BUDGET_BYTES)?);
        Ok(Self {
            prefetcher: Prefetcher::new(&decoder),
            decoder,
            nests,
            descriptions,
            files,
            warnings,
        })
    }

    /// What the store holds, one entry per nest, finest first, times merged.
    pub fn nests(&self) -> &[MetDescription] {
        &self.descriptions
    }

    /// The files behind the store, by name; empty over one's own readers.
    pub fn files(&self) -> &[MetFile] {
        &self.files
    }

    /// A file must not be replaced by a part of itself.
    ///
    /// # Errors
    /// [`Error::Config`] if `path` is one of the files behind the store.
    pub fn refuse_to_replace(&self, path: &Path) -> Result<()> {
        let Ok(target) = path.canonicalize() else {
            return Ok(());
        };
        let mut inputs = self.files.iter().filter_map(|file| file.path.canonicalize().ok());
        match inputs.any(|input| input == target) {
            true => Err(Error::config(
                "output",
                path.display(),
                "this file is read; choose another name",
            )),
            false => Ok(()),
        }
    }

    /// What a user should know: truncated files, gaps, irregular intervals.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Which times each nest covers, in words.
    pub fn coverage(&self) -> String {
        let each: Vec<String> = self.nests.iter().map(Nest::coverage).collect();
        each.join("; ")
    }

    /// Whether some nest holds every moment from `start` to `end`.
    pub fn covers(&self, start: UtcTime, end: UtcTime) -> bool {
        let mut reached = start;
        loop {
            let furthest = self.nests.iter().filter_map(|nest| nest.reaches(reached)).max();
            match furthest {
                Some(time) if time >= end => return true,
                Some(time) if time > reached => reached = time,
                _ => return false,
            }
        }
    }

    /// Bounds the memory for snapshots that are not in use; below three times per nest nothing is decoded ahead.
    pub fn set_memory_budget(&self, bytes: usize) {
        self.decoder.cache.set_budget(bytes);
    }

    /// Memory of the snapshots held, bytes; it grows as particles reach new columns.
    pub fn memory_bytes(&self) -> usize {
        self.decoder.cache.bytes()
    }

    /// Snapshots decoded so far; one that was forgotten and decoded again counts again.
    pub fn decoded(&self) -> usize {
        self.decoder.decoded.load(Ordering::Relaxed)
    }

    /// Seconds that threads have spent making the columns that particles came to, in all.
    pub fn column_seconds(&self) -> f64 {
        self.decoder.columns.seconds()
    }

    /// Whether the memory holds so many hours of meteorology, judged by the snapshots decoded so far.
    pub fn remembers(&self, hours: f64) -> bool {
        let snapshots: usize = self.nests.iter().map(|nest| nest.usual_times_in(hours)).sum();
        self.decoder.cache.holds(snapshots)
    }

    /// The window that holds the step of a particle at `time` going to `time + direction`: decodes what is not in
    /// memory yet, and starts to decode the next time in that direction (`forward` or backward) in the background.
    ///
    /// A nest that lacks the time is left out if another has it. Where no nest holds the step, but one holds the time
    /// itself, the window is that time alone: `start` = `end`.
    ///
    /// # Errors
    /// [`Error::MetTime`] if no nest holds the time; reader errors.
    pub fn window(&self, time: UtcTime, forward: bool, options: &DeriveOptions) -> Result<MetWindow> {
        self.window_with(time, forward, &|_| *options)
    }

    /// As [`window`](Self::window), with options that depend on the met time.
    ///
    /// # Errors
    /// As [`window`](Self::window).
    pub fn window_with(&self, time: UtcTime, forward: bool, options: OptionsAt<'_>) -> Result<MetWindow> {
        let brackets: Vec<Bracket> = self.nests.iter().map(|nest| nest.bracket(time, forward)).collect();
        let steps = brackets.iter().any(|bracket| matches!(bracket, Bracket::Step { .. }));
        let mut span = (UtcTime::from_seconds(i64::MIN), UtcTime::from_seconds(i64::MAX));
        let mut nests = Vec::new();
        for (nest, &bracket) in self.nests.iter().zip(&brackets) {
            match bracket {
                Bracket::Step { before, after } => nests.push((nest, before, after)),
                Bracket::Edge(index) if !steps => nests.push((nest, index, index)),
                _ => match nest.joins(time, forward) {
                    Some(joining) if forward => span.1 = span.1.min(joining),
                    Some(joining) => span.0 = span.0.max(joining),
                    None => {}
                },
            }
        }
        if nests.is_empty() {
            return Err(self.nothing_at(time, &brackets));
        }
        for &(nest, before, after) in &nests {
            span = (span.0.max(nest.times[before]), span.1.min(nest.times[after]));
        }
        let decoded: Result<Vec<NestWindow>> = nests.iter().map(|&nest| self.decode(nest, forward, options)).collect();
        let window = MetWindow {
            nests: decoded?,
            start: span.0,
            end: span.1,
        };
        self.decode_ahead(&nests, forward, options);
        Ok(window)
    }

    /// Whether every source that a run of `hours` from `start` may draw on holds the fields of the particle variables.
    ///
    /// # Errors
    /// [`Error::MetField`] naming the source, the field and the variable.
    pub fn check_variables(&self, variables: VariableSet, start: UtcTime, hours: i32) -> Result<()> {
        let end = start.plus_hours(i64::from(hours));
        let (first, last) = (start.min(end), start.max(end));
        let sources = self.nests.iter().flat_map(|nest| nest.sources_between(first, last));
        sources
            .collect::<BTreeSet<usize>>()
            .into_iter()
            .try_for_each(|source| ExtraPlan::new(self.decoder.sources.description(source), variables).map(drop))
    }

    fn decode(
        &self,
        (nest, before, after): (&Nest, usize, usize),
        forward: bool,
        options: OptionsAt<'_>,
    ) -> Result<NestWindow> {
        let [first, last] = nest.step_keys((before, after), options);
        Ok(NestWindow {
            grid: Arc::clone(&nest.grid),
            before: self.decoder.snapshot(&first)?,
            after: self.decoder.snapshot(&last)?,
            forward,
        })
    }

    fn decode_ahead(&self, nests: &[(&Nest, usize, usize)], forward: bool, options: OptionsAt<'_>) {
        if !self.decoder.cache.holds(3 * nests.len()) {
            return;
        }
        for &(nest, before, after) in nests {
            if let Some(index) = nest.next(before, after, forward) {
                let step = if forward { (after, index) } else { (index, before) };
                for key in nest.step_keys(step, options) {
                    self.prefetcher.want(key, &self.decoder);
                }
            }
        }
    }

    fn nothing_at(&self, time: UtcTime, brackets: &[Bracket]) -> Error {
        let each = self.nests.iter().zip(brackets).map(|(nest, bracket)| match *bracket {
            Bracket::Gap { before, .. } => nest.gap(before),
            _ => nest.coverage(),
        });
        let covered = each.collect::<Vec<_>>().join("; ");
        Error::MetTime {
            asked: time,
            covered: format!("{covered}. Add files that hold this time"),
        }
    }
}

impl Nest {
    /// The snapshots of a step. Winds that are means over it stand at both its ends.
    fn step_keys(&self, (before, after): (usize, usize), options: OptionsAt<'_>) -> [Key; 2] {
        let means = self.wind_times == WindTimes::IntervalBefore && before != after;
        let first = Key {
            winds_of: means.then(|| self.places[after]),
            ..self.key(before, options)
        };
        [first, self.key(after, options)]
    }

    fn key(&self, index: usize, options: OptionsAt<'_>) -> Key {
        let (source, time_index) = self.places[index];
        Key {
            source,
            time_index,
            winds_of: None,
            options: options(self.times[index]),
        }
    }
}

/// Sources of one grid and levels together, the finest grid first.
fn find_nests(sources: &Sources) -> Vec<(Nest, MetDescription)> {
    let mut groups: Vec<Vec<(usize, &Holdings)>> = Vec::new();
    for (source, holdings) in sources.holdings().enumerate() {
        match groups.iter_mut().find(|group| same_nest(group[0].1, holdings)) {
            Some(group) => group.push((source, holdings)),
            None => groups.push(vec![(source, holdings)]),
        }
    }
    let described = groups.iter().map(|group| {
        let nest = Nest::new(group);
        let description = nest.description(group);
        (nest, description)
    });
    let mut nests: Vec<_> = described.filter(|(nest, _)| !nest.times.is_empty()).collect();
    nests.sort_by(|a, b| a.0.grid.spacing_m().total_cmp(&b.0.grid.spacing_m()));
    nests
}

fn same_nest(a: &Holdings, b: &Holdings) -> bool {
    let same_winds = a.wind_times == b.wind_times;
    let (a, b) = (&a.description, &b.description);
    same_winds && a.grid == b.grid && a.vertical == b.vertical && a.levels == b.levels
}
