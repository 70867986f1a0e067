//! The `[transport]` section: every switch of STILT v2 that backward particles can feel, under its STILT name.

mod check;
mod switches;

use serde::{Deserialize, Serialize};

use crate::config::RunConfig;
use crate::error::{Error, Result};
use crate::met::derive::{DeriveOptions, MixingHeight};
use crate::mode::Mode;
use crate::transport::TransportOptions;
pub(super) use switches::FIXED;
use switches::{refuse_unless_default, typed, unknown_key};

/// Switches that both modes know, and those of physics mode alone.
const COMMON: &[&str] = &[
    "delt",
    "tratio",
    "veght",
    "kmixd",
    "kmix0",
    "hnf_plume",
    "z_top",
    "nturb",
];
const PHYSICS_ALONE: &[&str] = &["meander", "skewed_updrafts"];

/// The switches of `[transport]` that this version acts on. Units as in STILT.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TransportConfig {
    /// Time step, min; 0 the longest that `tratio` allows. Parity mode always takes 1 min.
    pub delt: f64,
    /// Largest part of a grid cell that a step may cross. Parity mode always takes 1 min instead.
    pub tratio: f64,
    /// Turbulence sub-step as a fraction of the vertical Lagrangian time.
    pub tlfrac: f64,
    /// Depth of the layer that feels the surface: a fraction of the mixing height if ≤ 9, else m.
    pub veght: f64,
    /// Mixing height: 0 from the file, 3 modified Richardson number, ≥ 10 this height in m.
    pub kmixd: i64,
    /// Lowest mixing height, m.
    pub kmix0: f64,
    /// Whether the footprint is diluted in the hyper near field (Fasoli et al. 2018).
    pub hnf_plume: bool,
    /// Horizontal Lagrangian time, s.
    pub hscale: f64,
    /// Model top, m above ground.
    pub z_top: f64,
    /// 1 switches turbulence off.
    pub nturb: i64,
    /// Meandering wind as a part of the wind's spread around a particle; 0 none. Physics mode only.
    pub meander: f64,
    /// Whether vertical velocities in convection are skewed. Physics mode only.
    pub skewed_updrafts: bool,
}

impl Default for TransportConfig {
    fn default() -> Self {
        Self {
            delt: 1.0,
            tratio: 0.75,
            tlfrac: 0.1,
            veght: 0.5,
            kmixd: 3,
            kmix0: 150.0,
            hnf_plume: true,
            hscale: 10_800.0,
            z_top: 25_000.0,
            nturb: 0,
            meander: 0.0,
            skewed_updrafts: false,
        }
    }
}

impl TransportConfig {
    /// From the keys of a `[transport]` table; what is absent has its default.
    ///
    /// # Errors
    /// [`Error::Config`] for an unknown key (with the nearest known one), a wrong type or an impossible value;
    /// [`Error::NotBuilt`] for a value whose feature is not built yet.
    pub fn from_table(table: &toml::Table) -> Result<Self> {
        let defaults = toml::Table::try_from(Self::default())
            .map_err(|e| Error::config("transport", "defaults", e.to_string()))?;
        let mut acted_on = toml::Table::new();
        for (key, value) in table {
            if let Some(default) = defaults.get(key) {
                acted_on.insert(key.clone(), typed(key, value, default)?);
            } else if let Some(switch) = FIXED.iter().find(|(name, ..)| name == key) {
                refuse_unless_default(switch, value)?;
            } else {
                return Err(unknown_key(key, value, &defaults));
            }
        }
        let config: Self = acted_on
            .try_into()
            .map_err(|e: toml::de::Error| Error::config("transport", "table", e.message()))?;
        config.checked()
    }

    /// Refuses switches of the other mode: physics mode has none of STILT's turbulence.
    ///
    /// # Errors
    /// [`Error::Config`] naming the first such key that is not at its default.
    pub fn check_mode(&self, mode: Mode) -> Result<()> {
        let as_table = |config: &Self| {
            toml::Table::try_from(config).map_err(|e| Error::config("transport", "switches", e.to_string()))
        };
        let (given, defaults) = (as_table(self)?, as_table(&Self::default())?);
        let (own, other) = match mode {
            Mode::Parity => (false, Mode::Physics),
            Mode::Physics => (true, Mode::Parity),
        };
        let strange = |key: &str| !COMMON.contains(&key) && PHYSICS_ALONE.contains(&key) != own;
        match given
            .iter()
            .find(|(key, value)| strange(key) && defaults.get(*key) != Some(value))
        {
            Some((key, value)) => Err(Error::config(
                format!("transport.{key}"),
                value,
                format!(
                    "a switch of {} mode; with run.mode = \"{}\" leave it out",
                    other.name(),
                    mode.name()
                ),
            )),
            None => Ok(()),
        }
    }

    /// What the user should know about keys that are accepted without effect.
    pub fn warnings(&self, mode: Mode) -> Vec<String> {
        if mode == Mode::Physics {
            return Vec::new();
        }
        let defaults = Self::default();
        [
            ("delt", self.delt, defaults.delt),
            ("tratio", self.tratio, defaults.tratio),
        ]
        .into_iter()
        .filter(|(_, value, default)| value != default)
        .map(|(key, value, _)| {
            format!(
                "transport.{key} = {value} has no effect: in parity mode the step is always 1 min, as in the reference"
            )
        })
        .collect()
    }

    /// What shapes an ensemble, together with the `[run]` section.
    pub fn options(&self, run: &RunConfig) -> TransportOptions {
        TransportOptions {
            hours: run.hours,
            particles: run.particles,
            seed: run.seed,
            delt_min: self.delt,
            tratio: self.tratio,
            tlfrac: self.tlfrac,
            veght: self.veght,
            hscale_s: self.hscale,
            turbulence: self.nturb == 0,
            meander: self.meander,
            skewed_updrafts: self.skewed_updrafts,
            hnf_plume: self.hnf_plume,
            derive: self.derive_options(run.mode),
        }
    }

    /// What shapes the snapshots of the meteorology.
    pub fn derive_options(&self, mode: Mode) -> DeriveOptions {
        DeriveOptions {
            mode,
            mixing_height: match self.kmixd {
                0 => MixingHeight::FromFile,
                3 => MixingHeight::Richardson,
                height_m => MixingHeight::Fixed(height_m as f64),
            },
            min_mixing_height_m: self.kmix0,
            model_top_m: self.z_top,
        }
    }
}
