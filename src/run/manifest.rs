//! `run.json`: what was run, from what, and what became of each receptor.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::config::Config;
use crate::error::{Error, Result};
use crate::met::store::MetStore;
use crate::output::write_whole;
use crate::receptor::Receptor;
use crate::run::clock;
use crate::run::inputs::{InputFile, Inputs};
use crate::trajectory::{Status, Trajectories};

const FILE_NAME: &str = "run.json";

/// The record of a run. The only output that holds clock times.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Manifest {
    /// Version of airshed.
    pub airshed: String,
    /// Clock time of the start, UTC.
    pub started: String,
    /// Duration, s.
    pub wall_s: f64,
    /// Seed of the noise.
    pub seed: u64,
    /// The configuration with its defaults.
    pub configuration: serde_json::Value,
    /// The part of it that shapes footprint and particle files.
    pub shaping: serde_json::Value,
    /// Meteorology that the receptors could draw on.
    pub met: Vec<InputFile>,
    /// Flux files.
    pub flux: Vec<InputFile>,
    /// Files of inventories and backgrounds.
    #[serde(default)]
    pub sources: Vec<InputFile>,
    /// Tables of all receptors, besides `enhancements.csv`.
    #[serde(default)]
    pub tables: Vec<String>,
    /// What became of the meteorology in memory.
    #[serde(default)]
    pub decoding: Decoding,
    /// The receptors, in the order of the configuration.
    pub receptors: Vec<ReceptorReport>,
}

/// Meteorology in memory.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Decoding {
    /// Met times decoded; one that was forgotten and decoded again counts again.
    pub times: usize,
    /// Bytes held at the end.
    pub held_bytes: usize,
    /// Seconds that threads spent making columns, each when a particle first came to it; in all.
    #[serde(default)]
    pub columns_s: f64,
}

/// What became of a receptor.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Followed to the end.
    Complete,
    /// No influence inside any grid.
    Empty,
    /// The meteorology ended, or all particles left it, before the run did.
    Truncated,
    /// No result; the reason says why.
    Failed,
}

/// One receptor in the manifest.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct ReceptorReport {
    /// Id, the start of its files' names.
    pub id: String,
    /// When the air was sampled, UTC.
    pub time: String,
    /// Degrees east.
    pub lon_deg: f64,
    /// Degrees north.
    pub lat_deg: f64,
    /// m above ground; absent if the receptor's heights count from sea level.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height_agl_m: Option<f64>,
    /// The whole receptor, if it is not one point above ground at one time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receptor: Option<Receptor>,
    /// What became of it.
    pub state: State,
    /// Why it is not complete, or misses the sampling error that was asked for.
    pub reason: Option<String>,
    /// Particles by how they ended.
    pub particles: ParticleCounts,
    /// Largest standard error of the totals of its footprints, as a part of the total; absent if not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sampling_error: Option<f64>,
    /// Files written.
    pub files: Vec<OutputFile>,
    /// From its start to its files, turns of other receptors included, s.
    pub wall_s: f64,
}

/// Particles by how they ended.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
pub struct ParticleCounts {
    /// Released.
    pub released: usize,
    /// Followed to the end of the run.
    pub alive: usize,
    /// Left the meteorology through a side.
    pub left_domain: usize,
    /// Left through the model top.
    pub left_top: usize,
    /// Ended by the end of the meteorology, or a value in it that is not finite.
    pub met_gap: usize,
}

/// A file that a run wrote.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub struct OutputFile {
    /// Name in the output folder.
    pub name: String,
    /// Size.
    pub bytes: u64,
}

impl Manifest {
    pub(super) fn new(config: &Config, inputs: Inputs) -> Self {
        Self {
            airshed: env!("CARGO_PKG_VERSION").into(),
            started: clock().to_string(),
            wall_s: 0.0,
            seed: config.run.seed,
            configuration: config.to_json(),
            shaping: config.shaping_json(),
            met: inputs.met,
            flux: inputs.flux,
            sources: inputs.sources,
            tables: Vec::new(),
            decoding: Decoding::default(),
            receptors: Vec::new(),
        }
    }

    /// Receptors of a state.
    pub fn count(&self, state: State) -> usize {
        self.receptors.iter().filter(|r| r.state == state).count()
    }

    /// Reads `run.json` of an output folder; `None` if there is none.
    ///
    /// # Errors
    /// [`Error::Io`], or [`Error::Format`] if it is not a manifest.
    pub fn read_if_any(output: &Path) -> Result<Option<Self>> {
        let path = output.join(FILE_NAME);
        if !path.exists() {
            return Ok(None);
        }
        let text = std::fs::read_to_string(&path).map_err(Error::io("read", &path))?;
        let parsed = serde_json::from_str(&text);
        parsed
            .map(Some)
            .map_err(|e| Error::format(&path, format!("not a manifest of this version: {e}")))
    }

    /// Receptors of an earlier run that this one would reproduce, and whose files are complete, by id.
    pub(super) fn reusable(
        &self,
        earlier: &Self,
        receptors: &[Receptor],
        output: &Path,
    ) -> BTreeMap<String, ReceptorReport> {
        let same_run = self.airshed == earlier.airshed
            && self.shaping == earlier.shaping
            && InputFile::same_content(&self.met, &earlier.met)
            && InputFile::same_content(&self.sources, &earlier.sources);
        if !same_run {
            return BTreeMap::new();
        }
        let places: BTreeMap<&str, ReceptorReport> = receptors
            .iter()
            .map(|r| (r.id.as_str(), ReceptorReport::new(r)))
            .collect();
        let usable = earlier.receptors.iter().filter(|report| {
            let asked = places.get(report.id.as_str());
            report.state != State::Failed
                && asked.is_some_and(|asked| asked.is_same_receptor(report))
                && report.files.iter().all(|file| file.is_in(output))
        });
        usable.map(|report| (report.id.clone(), report.clone())).collect()
    }

    /// Writes `run.json`.
    pub(super) fn write(&self, output: &Path) -> Result<()> {
        let path = output.join(FILE_NAME);
        let text = serde_json::to_string_pretty(self).map_err(|e| Error::format(&path, e.to_string()))?;
        write_whole(&path, |beside| {
            std::fs::write(beside, text + "\n").map_err(Error::io("write", &path))
        })
    }
}

impl Decoding {
    pub(super) fn of(met: &MetStore) -> Self {
        Self {
            times: met.decoded(),
            held_bytes: met.memory_bytes(),
            columns_s: met.column_seconds(),
        }
    }
}

impl ReceptorReport {
    pub(super) fn new(receptor: &Receptor) -> Self {
        Self {
            id: receptor.id.clone(),
            time: receptor.time.to_string(),
            lon_deg: receptor.lon_deg,
            lat_deg: receptor.lat_deg,
            height_agl_m: receptor.height_agl_m(),
            receptor: (!receptor.is_plain_point()).then(|| receptor.clone()),
            state: State::Complete,
            reason: None,
            particles: ParticleCounts::default(),
            sampling_error: None,
            files: Vec::new(),
            wall_s: 0.0,
        }
    }

    fn is_same_receptor(&self, other: &Self) -> bool {
        let place = |r: &Self| (r.lon_deg, r.lat_deg, r.height_agl_m);
        self.id == other.id && self.time == other.time && place(self) == place(other) && self.receptor == other.receptor
    }
}

impl ParticleCounts {
    /// Counts an ensemble.
    pub fn of(trajectories: &Trajectories) -> Self {
        let count = |status| trajectories.status.iter().filter(|s| **s == status).count();
        Self {
            released: trajectories.particle_count(),
            alive: count(Status::Alive),
            left_domain: count(Status::LeftDomain),
            left_top: count(Status::LeftTop),
            met_gap: count(Status::MetGap),
        }
    }
}

impl OutputFile {
    pub(super) fn of(path: &Path) -> Result<Self> {
        let bytes = path.metadata().map_err(Error::io("read", path))?.len();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Self { name, bytes })
    }

    fn is_in(&self, folder: &Path) -> bool {
        folder.join(&self.name).metadata().is_ok_and(|m| m.len() == self.bytes)
    }
}
