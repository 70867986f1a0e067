//! The `[transport]` section: every switch of STILT v2 that backward particles can feel, under its STILT name.

mod check;
mod errors;
mod switches;

use serde::{Deserialize, Serialize};

use crate::config::RunConfig;
use crate::error::{Error, Result};
use crate::met::derive::{DeriveOptions, MixingHeight};
use crate::transport::{MixingHeightScale, TransportOptions};
pub(super) use errors::error_keys;
use errors::error_value;
pub(super) use switches::FIXED;
use switches::{refuse_unless_default, typed, unknown_key};

/// The switches of `[transport]` that this version acts on. Units as in STILT.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TransportConfig {
    /// Time step, min. Parity mode always takes 1 min.
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
    /// Whether `ziscale` acts: 0 no, 1 yes.
    pub zicontroltf: i64,
    /// Factor on the mixing height, or one per hour from the receptor's time; negative: the file's own height.
    pub ziscale: MixingHeightScale,
    /// Standard deviation of the horizontal wind error, m s⁻¹; `None`, as of all that follow: no such errors.
    pub siguverr: Option<f64>,
    /// Correlation time of the wind error, min.
    pub tluverr: Option<f64>,
    /// Vertical correlation length of the wind error, m.
    pub zcoruverr: Option<f64>,
    /// Horizontal correlation length of the wind error, km.
    pub horcoruverr: Option<f64>,
    /// Standard deviation of the mixing height error, %.
    pub sigzierr: Option<f64>,
    /// Correlation time of the mixing height error, min.
    pub tlzierr: Option<f64>,
    /// Horizontal correlation length of the mixing height error, km.
    pub horcorzierr: Option<f64>,
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
            zicontroltf: 0,
            ziscale: MixingHeightScale::default(),
            siguverr: None,
            tluverr: None,
            zcoruverr: None,
            horcoruverr: None,
            sigzierr: None,
            tlzierr: None,
            horcorzierr: None,
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
            } else if error_keys().any(|(name, _)| name == key) {
                acted_on.extend(error_value(key, value)?.map(|number| (key.clone(), number)));
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

    /// What the user should know about keys that are accepted without effect.
    pub fn warnings(&self) -> Vec<String> {
        let defaults = Self::default();
        let idle = [
            ("delt", self.delt, defaults.delt),
            ("tratio", self.tratio, defaults.tratio),
        ]
        .into_iter()
        .filter(|(_, value, default)| value != default)
        .map(|(key, value, _)| {
            format!(
                "transport.{key} = {value} has no effect: in parity mode the step is always 1 min, as in the reference"
            )
        });
        let unscaled = self.zicontroltf == 0 && self.ziscale != defaults.ziscale;
        let calm = self.nturb == 1 && (self.siguverr.is_some() || self.sigzierr.is_some());
        let others = [
            (
                unscaled,
                "transport.ziscale has no effect: it acts with zicontroltf = 1",
            ),
            (
                calm,
                "transport errors have no effect with nturb = 1: they act in the sub-steps of the turbulence",
            ),
        ];
        let others = others.into_iter().filter(|(applies, _)| *applies);
        idle.chain(others.map(|(_, text)| text.to_owned())).collect()
    }

    /// What shapes an ensemble, together with the `[run]` section.
    pub fn options(&self, run: &RunConfig) -> TransportOptions {
        TransportOptions {
            hours: run.hours,
            particles: run.particles,
            seed: run.seed,
            tlfrac: self.tlfrac,
            veght: self.veght,
            hscale_s: self.hscale,
            turbulence: self.nturb == 0,
            hnf_plume: self.hnf_plume,
            wind_errors: self.wind_errors().unwrap_or_default(),
            mixing_height_errors: self.mixing_height_errors().unwrap_or_default(),
            mixing_height_scale: match self.zicontroltf {
                0 => MixingHeightScale::default(),
                _ => self.ziscale.clone(),
            },
            derive: self.derive_options(),
        }
    }

    /// What shapes the snapshots of the meteorology.
    pub fn derive_options(&self) -> DeriveOptions {
        DeriveOptions {
            mixing_height: match self.kmixd {
                0 => MixingHeight::FromFile,
                3 => MixingHeight::Richardson,
                height_m => MixingHeight::Fixed(height_m as f64),
            },
            mixing_height_factor: 1.0,
            min_mixing_height_m: self.kmix0,
            model_top_m: self.z_top,
        }
    }
}
