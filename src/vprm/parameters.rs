//! Parameter sets: one TOML file each, with its source.

use std::path::Path;

use serde::Deserialize;

use crate::error::{Error, Result};

static EUROPE_2007: &str = include_str!("../../data/vprm_europe_2007.toml");

/// A parameter set of VPRM: what each class of vegetation does with light, water and warmth.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VprmParameters {
    /// Where the numbers come from.
    pub source: String,
    /// What `par_0` is compared with.
    pub radiation: Radiation,
    /// Classes, in the order of the vegetation dimension.
    #[serde(rename = "class")]
    pub classes: Vec<ClassParameters>,
}

/// The light that a parameter set was fitted to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Radiation {
    /// Photosynthetically active radiation, µmol m⁻² s⁻¹: short wave over 0.505 (Mahadevan et al. 2008).
    Par,
    /// Short-wave radiation, W m⁻².
    Shortwave,
}

/// How leaves come and go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Phenology {
    /// Always there: P = 1.
    Evergreen,
    /// P = 1 at full leaf, by the EVI, else (1 + LSWI)/2.
    Seasonal,
    /// P = (1 + LSWI)/2 at all times.
    Moisture,
}

/// How drought shows in the land surface water index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Water {
    /// W = (1 + LSWI)/(1 + LSWI max).
    Mesic,
    /// W = (LSWI − LSWI min)/(LSWI max − LSWI min).
    Xeric,
}

/// The parameters of one class.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassParameters {
    /// Its name: `evergreen`.
    pub name: String,
    /// No vegetation: no exchange, and no other parameter needed.
    #[serde(default)]
    pub bare: bool,
    /// Least, best and highest temperature of photosynthesis, °C.
    #[serde(default)]
    pub t_min_c: f64,
    /// Best temperature, °C.
    #[serde(default)]
    pub t_opt_c: f64,
    /// Highest temperature, °C.
    #[serde(default)]
    pub t_max_c: f64,
    /// The least temperature that respiration sees, °C.
    #[serde(default)]
    pub t_low_c: f64,
    /// Half-saturation of light, in the unit of [`VprmParameters::radiation`].
    pub par_0: Option<f64>,
    /// Light-use efficiency at low light, µmol CO₂ per µmol (or per J, for short wave), of either sign.
    pub lambda: Option<f64>,
    /// Respiration per degree, µmol m⁻² s⁻¹ K⁻¹.
    pub alpha: Option<f64>,
    /// Respiration at 0 °C, µmol m⁻² s⁻¹.
    pub beta: Option<f64>,
    /// How leaves come and go.
    #[serde(default = "seasonal")]
    pub phenology: Phenology,
    /// How drought shows.
    #[serde(default = "mesic")]
    pub water: Water,
}

const fn seasonal() -> Phenology {
    Phenology::Seasonal
}

const fn mesic() -> Water {
    Water::Mesic
}

impl VprmParameters {
    /// Europe: optimised at flux towers for 2007 (`data/vprm_europe_2007.toml`).
    ///
    /// # Errors
    /// [`Error::ConfigSyntax`], never for the file that is built in.
    pub fn europe_2007() -> Result<Self> {
        Self::parse(EUROPE_2007, Path::new("vprm_europe_2007.toml"))
    }

    /// Reads a set.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::ConfigSyntax`] if it is no such TOML; [`Error::Config`] for impossible values.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let text = std::fs::read_to_string(path).map_err(Error::io("read", path))?;
        Self::parse(&text, path)
    }

    fn parse(text: &str, path: &Path) -> Result<Self> {
        let set: Self = toml::from_str(text).map_err(Error::syntax(path))?;
        set.check()?;
        Ok(set)
    }

    fn check(&self) -> Result<()> {
        if self.classes.is_empty() || self.classes.len() > MOST_CLASSES {
            let allowed = format!("1 to {MOST_CLASSES} are expected");
            return Err(Error::config("VPRM classes", self.classes.len(), allowed));
        }
        self.classes.iter().try_for_each(ClassParameters::check)
    }
}

/// Most classes of a set.
pub(super) const MOST_CLASSES: usize = 64;

impl ClassParameters {
    #[cfg(any(feature = "netcdf", test))]
    /// Whether all four fitted values are there.
    pub(super) fn is_fitted(&self) -> bool {
        self.bare
            || [self.par_0, self.lambda, self.alpha, self.beta]
                .iter()
                .all(Option::is_some)
    }

    fn check(&self) -> Result<()> {
        let wrong = |key: &str, value: f64, allowed: &str| {
            Err(Error::config(format!("class {}: {key}", self.name), value, allowed))
        };
        if self.bare {
            return Ok(());
        }
        if !(self.t_min_c < self.t_opt_c && self.t_opt_c < self.t_max_c) {
            return wrong(
                "t_opt_c",
                self.t_opt_c,
                "must lie between t_min_c and t_max_c, degrees Celsius",
            );
        }
        let fitted = [
            ("par_0", self.par_0),
            ("lambda", self.lambda),
            ("alpha", self.alpha),
            ("beta", self.beta),
        ];
        let given = fitted.iter().filter(|(_, value)| value.is_some()).count();
        if let (1..4, Some((key, _))) = (given, fitted.iter().find(|(_, value)| value.is_none())) {
            return wrong(
                key,
                f64::NAN,
                "par_0, lambda, alpha and beta are given together or not at all",
            );
        }
        match fitted
            .iter()
            .find(|(_, value)| value.is_some_and(|value| !value.is_finite()))
        {
            Some((key, _)) => wrong(key, f64::NAN, "a number is needed"),
            None if self.par_0.is_some_and(|par_0| par_0 <= 0.0) => {
                wrong("par_0", self.par_0.unwrap_or_default(), "must be above zero")
            }
            None => Ok(()),
        }
    }
}
