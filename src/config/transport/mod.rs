//! The `[transport]` section: every switch of STILT v2 that backward particles can feel, under its STILT name.

mod check;
mod errors;
mod switches;

use serde::{Deserialize, Serialize};

use crate::config::RunConfig;
use crate::error::{Error, Result};
use crate::met::deformation::HorizontalTurbulence;
use crate::met::derive::{DeriveOptions, MixingHeight};
use crate::met::vertical_motion::VerticalMotion;
use crate::mode::Mode;
use crate::near_field;
use crate::transport::{MixingHeightScale, TransportOptions};
use crate::turbulence::convection::CloudMixing;
use crate::turbulence::levels::{PrescribedTimes, Scheme, TurbulenceOptions, VerticalMixing};
use crate::turbulence::tke::EnergyRatios;
use crate::variable::VariableSet;
pub(super) use errors::error_keys;
use errors::error_value;
pub(super) use switches::FIXED;
use switches::{refuse_unless_default, typed, unknown_key};

/// Switches that both modes know, and those of physics mode alone.
const COMMON: &[&str] = &[
    "delt",
    "tratio",
    "veght",
    "kmixd",
    "kmix0",
    "kbls",
    "hnf_plume",
    "z_top",
    "nturb",
    "emisshrs",
    "zicontroltf",
    "ziscale",
];
const PHYSICS_ALONE: &[&str] = &["meander", "skewed_updrafts"];

/// The switches of `[transport]` that this version acts on. Units as in STILT.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TransportConfig {
    /// Longest time step, min; 0 what `tratio` allows, up to 10. By default 1 in parity mode, which always takes 1, and 0
    /// in physics mode.
    pub delt: Option<f64>,
    /// Largest part of a grid cell that a step may cross. Parity mode always takes 1 min instead.
    pub tratio: f64,
    /// Turbulence sub-step as a fraction of the vertical Lagrangian time.
    pub tlfrac: f64,
    /// Depth of the layer that feels the surface: a fraction of the mixing height if ≤ 9, else m.
    pub veght: f64,
    /// Mixing height: 0 from the file, 1 from temperature, 2 from turbulent kinetic energy, 3 modified Richardson
    /// number, ≥ 10 this height in m.
    pub kmixd: i64,
    /// Lowest mixing height, m; negative: none but the lowest level.
    pub kmix0: f64,
    /// Stability: 1 from surface fluxes, 2 from the profile of wind and temperature.
    pub kbls: i64,
    /// Turbulence: 1 Beljaars–Holtslag, 2 Kantha–Clayson, 3 kinetic energy, 4 variances of the data, 5 Hanna.
    pub kblt: i64,
    /// Vertical mixing: 0 varies with height, 1 its mean below zi, 2 times tvmix below zi, 3 times tvmix above.
    pub kzmix: i64,
    /// Factor on σw², if kzmix is 2 or 3.
    pub tvmix: f64,
    /// w′²/(u′² + v′²) where heat goes up, if kblt is 3; 0 from similarity.
    pub tkerd: f64,
    /// The same where heat goes down.
    pub tkern: f64,
    /// Vertical Lagrangian time of neutral air, s; no effect, as in the reference's STILT mode.
    pub vscale: f64,
    /// Vertical Lagrangian time where heat goes up, s, if vscales is positive.
    pub vscaleu: f64,
    /// Vertical Lagrangian time where heat goes down, s; −1: both from Hanna (1982).
    pub vscales: f64,
    /// 1: 10-m wind and the temperature at the ground are the lowest level.
    pub k10m: i64,
    /// Whether the footprint is diluted in the hyper near field (Fasoli et al. 2018).
    pub hnf_plume: bool,
    /// Quirks of that dilution.
    pub near_field: near_field::Quirks,
    /// Horizontal Lagrangian time, s.
    pub hscale: f64,
    /// Hours over which particles start, where the receptor does not say.
    pub emisshrs: f64,
    /// Model top, m above ground.
    pub z_top: f64,
    /// 1 switches turbulence off.
    pub nturb: i64,
    /// Meandering wind as a part of the wind's spread around a particle; 0 none. Physics mode only.
    pub meander: f64,
    /// Whether vertical velocities in convection are skewed. Physics mode only.
    pub skewed_updrafts: bool,
    /// CAPE above which particles are mixed through a cloud, J kg⁻¹; −1: never.
    pub capemin: f64,
    /// Relative humidity from which on that cloud has its base, %.
    pub rhb: i64,
    /// Relative humidity down to which it has its top, %.
    pub rht: i64,
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
    /// Vertical motion: 0 from the data, else air keeps to surfaces of constant pressure (1), potential temperature (2),
    /// density (3) or sigma (4).
    pub w_option: i64,
    /// Horizontal turbulence: 0 in proportion to the vertical, 1 from the wind's deformation.
    pub kdef: i64,
    /// Whether footprints are weighted by the mass that each particle stands for.
    pub mass_weight: bool,
}

impl Default for TransportConfig {
    fn default() -> Self {
        Self {
            delt: None,
            tratio: 0.75,
            tlfrac: 0.1,
            veght: 0.5,
            kmixd: 3,
            kmix0: 150.0,
            kbls: 1,
            kblt: 5,
            kzmix: 0,
            tvmix: 1.0,
            tkerd: 0.18,
            tkern: 0.18,
            vscale: 200.0,
            vscaleu: 200.0,
            vscales: -1.0,
            k10m: 1,
            hnf_plume: true,
            near_field: near_field::Quirks::default(),
            hscale: 10_800.0,
            emisshrs: 0.01,
            z_top: 25_000.0,
            nturb: 0,
            meander: 0.0,
            skewed_updrafts: false,
            capemin: -1.0,
            rhb: 80,
            rht: 60,
            zicontroltf: 0,
            ziscale: MixingHeightScale::default(),
            siguverr: None,
            tluverr: None,
            zcoruverr: None,
            horcoruverr: None,
            sigzierr: None,
            tlzierr: None,
            horcorzierr: None,
            w_option: 0,
            kdef: 0,
            mass_weight: false,
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
        let defaults = toml::Table::try_from(Self::default().filled(Mode::default()))
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
            None if own && matches!(self.kmixd, 1 | 2) => {
                let allowed = "0, 3, or a height from 10 to 10000 m; 1 and 2 are mixing heights of parity mode";
                Err(Error::config("transport.kmixd", self.kmixd, allowed))
            }
            None => Ok(()),
        }
    }

    /// What the user should know about keys that are accepted without effect.
    pub fn warnings(&self, mode: Mode) -> Vec<String> {
        if mode == Mode::Physics {
            return Vec::new();
        }
        let defaults = Self::default();
        let step = "in parity mode the step is always 1 min, as in the reference";
        let times = "the reference takes vscaleu and vscales alone, as does airshed";
        let idle = [
            ("delt", self.step_min(mode), usual_step_min(mode), step),
            ("tratio", self.tratio, defaults.tratio, step),
            ("vscale", self.vscale, defaults.vscale, times),
        ]
        .into_iter()
        .filter(|(_, value, default, _)| value != default)
        .map(|(key, value, _, why)| format!("transport.{key} = {value} has no effect: {why}"));
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

    /// With what is left to the mode filled in.
    pub(in crate::config) fn filled(self, mode: Mode) -> Self {
        Self {
            delt: Some(self.step_min(mode)),
            ..self
        }
    }

    fn step_min(&self, mode: Mode) -> f64 {
        self.delt.unwrap_or(usual_step_min(mode))
    }

    /// What shapes an ensemble, together with the `[run]` section.
    pub fn options(&self, run: &RunConfig) -> TransportOptions {
        TransportOptions {
            hours: run.hours,
            particles: run.particles.at_first(),
            seed: run.seed,
            delt_min: self.step_min(run.mode),
            tratio: self.tratio,
            tlfrac: self.tlfrac,
            veght: self.veght,
            hscale_s: self.hscale,
            turbulence: self.nturb == 0,
            meander: self.meander,
            skewed_updrafts: self.skewed_updrafts,
            emisshrs: self.emisshrs,
            hnf_plume: self.hnf_plume,
            near_field: self.near_field,
            convection: self.convection(),
            wind_errors: self.wind_errors().unwrap_or_default(),
            mixing_height_errors: self.mixing_height_errors().unwrap_or_default(),
            mixing_height_scale: match self.zicontroltf {
                0 => MixingHeightScale::default(),
                _ => self.ziscale.clone(),
            },
            derive: self.derive_options(run.mode),
            variables: VariableSet::default(),
        }
    }

    fn turbulence_options(&self) -> TurbulenceOptions {
        TurbulenceOptions {
            scheme: match self.kblt {
                1 => Scheme::BeljaarsHoltslag,
                2 => Scheme::KanthaClayson,
                3 => Scheme::Energy,
                4 => Scheme::Measured,
                _ => Scheme::Hanna,
            },
            vertical_mixing: match self.kzmix {
                1 => VerticalMixing::Mean,
                2 => VerticalMixing::ScaledBelow(self.tvmix),
                3 => VerticalMixing::ScaledAbove(self.tvmix),
                _ => VerticalMixing::Profile,
            },
            times: (self.vscales > 0.0).then_some(PrescribedTimes {
                unstable_s: self.vscaleu,
                stable_s: self.vscales,
            }),
            energy_ratios: EnergyRatios {
                unstable: self.tkerd,
                stable: self.tkern,
            },
        }
    }

    fn convection(&self) -> Option<CloudMixing> {
        (self.capemin > 0.0).then_some(CloudMixing {
            cape_j_kg: self.capemin,
            base_percent: self.rhb,
            top_percent: self.rht,
        })
    }

    /// What shapes the snapshots of the meteorology.
    pub fn derive_options(&self, mode: Mode) -> DeriveOptions {
        DeriveOptions {
            mode,
            mixing_height: match self.kmixd {
                0 => MixingHeight::FromFile,
                1 => MixingHeight::Temperature,
                2 => MixingHeight::Energy,
                3 => MixingHeight::Richardson,
                height_m => MixingHeight::Fixed(height_m as f64),
            },
            mixing_height_factor: 1.0,
            min_mixing_height_m: self.kmix0.max(0.0),
            stability_from_profiles: self.kbls == 2,
            surface_observations: self.k10m == 1,
            turbulence: self.turbulence_options(),
            model_top_m: self.z_top,
            vertical_motion: match self.w_option {
                1 => VerticalMotion::Isobaric,
                2 => VerticalMotion::Isentropic,
                3 => VerticalMotion::ConstantDensity,
                4 => VerticalMotion::ConstantSigma,
                _ => VerticalMotion::Data,
            },
            horizontal_turbulence: match self.kdef {
                1 => HorizontalTurbulence::Deformation,
                _ => HorizontalTurbulence::Vertical,
            },
            mass_weight: self.mass_weight,
            ..DeriveOptions::default()
        }
    }
}

/// `delt` unless it is given, min: STILT's, or 0, as `tratio` allows.
const fn usual_step_min(mode: Mode) -> f64 {
    match mode {
        Mode::Parity => 1.0,
        Mode::Physics => 0.0,
    }
}
