//! The `[transport]` section: every switch of STILT v2 that backward particles can feel, under its STILT name.

use serde::{Deserialize, Serialize};

use crate::config::RunConfig;
use crate::config::nearest::nearest;
use crate::error::{Error, Result};
use crate::met::derive::{DeriveOptions, MixingHeight};
use crate::transport::TransportOptions;

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
        }
    }
}

/// A STILT v2 switch that is understood, but so far only at its default: name, default, meaning.
pub(super) type FixedSwitch = (&'static str, f64, &'static str);

/// Switches that keep their default until they are built.
pub(super) const FIXED: &[FixedSwitch] = &[
    ("mgmin", 10.0, "smallest met subgrid, cells"),
    ("w_option", 0.0, "vertical motion: 0 from the data"),
    ("k10m", 1.0, "10 m wind and 2 m temperature as the lowest level: 1 yes"),
    ("kagl", 1.0, "heights are written above ground: 1 yes"),
    ("kmsl", 0.0, "release heights: 0 above ground"),
    ("khmax", 9999.0, "largest age of a particle, h"),
    ("khinp", 0.0, "age of particles read from a file, h"),
    ("mhrs", 9999.0, "hours of restart"),
    ("capemin", -1.0, "CAPE threshold of convective mixing, J kg-1: -1 off"),
    ("wbbh", 0.0, "prescribed rise: height, m"),
    ("wbwf", 0.0, "prescribed rise: fall, m s-1"),
    ("wbwr", 0.0, "prescribed rise: rise, m s-1"),
    ("nver", 0.0, "trajectory splits: number"),
    ("nstr", 0.0, "trajectory splits: interval, h"),
    ("dxf", 1.0, "ensemble offset along x, cells"),
    ("dyf", 1.0, "ensemble offset along y, cells"),
    ("dzf", 0.01, "ensemble offset along z, sigma"),
    ("rhb", 80.0, "relative humidity at cloud base, %"),
    ("rht", 60.0, "relative humidity at cloud top, %"),
    (
        "outdt",
        0.0,
        "min between particle writes, 0 every step: see trajectories.every_min",
    ),
    ("tout", 0.0, "trajectory output interval, min"),
    ("ndump", 0.0, "particle dump: first, h"),
    ("ncycl", 0.0, "particle dump: interval, h"),
    ("idsp", 2.0, "dispersion scheme: 2 STILT"),
    ("initd", 0.0, "0: three-dimensional particles"),
    ("ichem", 8.0, "8: STILT output"),
    ("kbls", 1.0, "stability: 1 from surface fluxes"),
    ("kblt", 5.0, "turbulence: 5 Hanna (1982)"),
    ("kdef", 0.0, "horizontal turbulence: 0 in proportion to the vertical"),
    ("vscale", 200.0, "vertical Lagrangian time, neutral, s"),
    ("vscaleu", 200.0, "vertical Lagrangian time, unstable, s"),
    ("vscales", -1.0, "vertical Lagrangian time, stable, s: -1 computed"),
    ("tkerd", 0.18, "w'2 / (u'2 + v'2) by day"),
    ("tkern", 0.18, "w'2 / (u'2 + v'2) by night"),
    ("krand", 4.0, "random numbers: always counter-based here, see run.seed"),
    ("tvmix", 1.0, "factor on vertical mixing"),
    ("kzmix", 0.0, "vertical mixing: 0 varies with height"),
    ("zicontroltf", 0.0, "mixing heights scaled hour by hour: 0 no"),
    ("ziscale", 1.0, "factor on the mixing height"),
    ("wvert", 0.0, "WRF vertical interpolation: false"),
    (
        "siguverr",
        f64::NAN,
        "standard deviation of the horizontal wind error, m s-1",
    ),
    ("tluverr", f64::NAN, "correlation time of the wind error, min"),
    (
        "zcoruverr",
        f64::NAN,
        "vertical correlation length of the wind error, m",
    ),
    (
        "horcoruverr",
        f64::NAN,
        "horizontal correlation length of the wind error, km",
    ),
    ("sigzierr", f64::NAN, "standard deviation of the mixing height error, %"),
    ("tlzierr", f64::NAN, "correlation time of the mixing height error, min"),
    (
        "horcorzierr",
        f64::NAN,
        "horizontal correlation length of the mixing height error, km",
    ),
];

/// Keys that scripts of STILT v2 know, but that live in another section here.
const ELSEWHERE: &[(&str, &str)] = &[
    ("numpar", "run.particles"),
    ("n_hours", "run.hours"),
    ("seed", "run.seed"),
    ("mode", "run.mode"),
    ("projection", "grid.NAME.crs"),
    ("smooth_factor", "grid.NAME.smooth_factor"),
    ("time_integrate", "grid.NAME.time_integrate"),
    ("xmn", "grid.NAME.west"),
    ("xmx", "grid.NAME.east"),
    ("ymn", "grid.NAME.south"),
    ("ymx", "grid.NAME.north"),
    ("xres", "grid.NAME.dx"),
    ("yres", "grid.NAME.dy"),
];

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

    fn checked(self) -> Result<Self> {
        let positive = |key: &str, value: f64, allowed: &str| match value > 0.0 && value.is_finite() {
            true => Ok(()),
            false => Err(Error::config(format!("transport.{key}"), value, allowed)),
        };
        positive(
            "veght",
            self.veght,
            "greater than 0: a fraction of the mixing height up to 9, else m",
        )?;
        positive("hscale", self.hscale, "s, greater than 0")?;
        if !(self.tlfrac > 0.0 && self.tlfrac <= 1.0) {
            return Err(Error::config(
                "transport.tlfrac",
                self.tlfrac,
                "greater than 0, at most 1",
            ));
        }
        if !(0.0..=60.0).contains(&self.delt) {
            return Err(Error::config(
                "transport.delt",
                self.delt,
                "min, from 0 (automatic) to 60",
            ));
        }
        if !(self.tratio > 0.0 && self.tratio <= 1.0) {
            return Err(Error::config(
                "transport.tratio",
                self.tratio,
                "greater than 0, at most 1",
            ));
        }
        if !(100.0..=100_000.0).contains(&self.z_top) {
            return Err(Error::config(
                "transport.z_top",
                self.z_top,
                "m above ground, from 100 to 100000",
            ));
        }
        if !(0..=1).contains(&self.nturb) {
            return Err(Error::config(
                "transport.nturb",
                self.nturb,
                "0 (turbulence on) or 1 (off)",
            ));
        }
        self.check_mixing_height()?;
        Ok(self)
    }

    fn check_mixing_height(&self) -> Result<()> {
        if self.kmix0 < 0.0 {
            return Err(Error::NotBuilt {
                feature: format!("transport.kmix0 = {} (snap to levels)", self.kmix0),
                instead: "give the lowest mixing height in m, greater than 0".into(),
            });
        }
        if !(self.kmix0 > 0.0 && self.kmix0 <= 10_000.0) {
            return Err(Error::config(
                "transport.kmix0",
                self.kmix0,
                "m, greater than 0, at most 10000",
            ));
        }
        match self.kmixd {
            0 | 3 | 10..=10_000 => Ok(()),
            1 | 2 => Err(Error::NotBuilt {
                feature: format!("transport.kmixd = {}", self.kmixd),
                instead: "use 3 (modified Richardson number), 0 (from the file) or a height in m, at least 10".into(),
            }),
            _ => Err(Error::config(
                "transport.kmixd",
                self.kmixd,
                "0, 3, or a mixing height from 10 to 10000 m",
            )),
        }
    }

    /// What the user should know about keys that are accepted without effect.
    pub fn warnings(&self) -> Vec<String> {
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
            tlfrac: self.tlfrac,
            veght: self.veght,
            hscale_s: self.hscale,
            turbulence: self.nturb == 0,
            hnf_plume: self.hnf_plume,
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
            min_mixing_height_m: self.kmix0,
            model_top_m: self.z_top,
        }
    }
}

/// `value` as the type of `default`; an integer serves as a float.
fn typed(key: &str, value: &toml::Value, default: &toml::Value) -> Result<toml::Value> {
    match (default, value) {
        (toml::Value::Float(_), toml::Value::Integer(v)) => Ok(toml::Value::Float(*v as f64)),
        (expected, found) if expected.same_type(found) => Ok(found.clone()),
        (expected, found) => {
            let kind = match expected {
                toml::Value::Boolean(_) => "true or false",
                toml::Value::Integer(_) => "a whole number",
                _ => "a number",
            };
            Err(Error::config(
                format!("transport.{key}"),
                found,
                format!("expected {kind} (default {expected})"),
            ))
        }
    }
}

fn refuse_unless_default(&(name, default, meaning): &FixedSwitch, value: &toml::Value) -> Result<()> {
    let given = match value {
        toml::Value::Integer(v) => *v as f64,
        toml::Value::Float(v) => *v,
        toml::Value::Boolean(v) => f64::from(u8::from(*v)),
        other => {
            let allowed = format!("expected a number ({meaning}; default {default})");
            return Err(Error::config(format!("transport.{name}"), other, allowed));
        }
    };
    if given == default || (given.is_nan() && default.is_nan()) {
        return Ok(());
    }
    Err(Error::NotBuilt {
        feature: format!("transport.{name} = {value} ({meaning})"),
        instead: if default.is_nan() {
            "leave it out".into()
        } else {
            format!("leave it out, or at its default {default}")
        },
    })
}

fn unknown_key(key: &str, value: &toml::Value, defaults: &toml::Table) -> Error {
    let hint = match ELSEWHERE.iter().find(|(stilt, _)| *stilt == key) {
        Some((_, here)) => format!("not a key of [transport]; write it as {here}"),
        None => {
            let known = defaults.keys().map(String::as_str).chain(FIXED.iter().map(|f| f.0));
            match nearest(key, known) {
                Some(name) => format!("unknown key; did you mean `{name}`?"),
                None => "unknown key; `airshed config --defaults` lists all".into(),
            }
        }
    };
    Error::config(format!("transport.{key}"), value, hint)
}
