//! What the variables of vegetation files are called, and what of them is taken.

use std::path::Path;

use serde::Deserialize;

use super::seasons::Course;
use crate::error::{Error, Result};

/// Names of variables and of the class dimension, where they are not among those known: `evi`, `lswi`, `evi_min`, `evi_max`,
/// `lswi_min`, `lswi_max`, `vegetation_fraction_map` (VPRM's preprocessors), in any case of letters.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct VprmNames {
    /// Enhanced vegetation index (time, class, lat, lon).
    pub evi: Option<String>,
    /// Land surface water index (time, class, lat, lon).
    pub lswi: Option<String>,
    /// Least EVI of the year (class, lat, lon).
    pub evi_min: Option<String>,
    /// Greatest EVI of the year.
    pub evi_max: Option<String>,
    /// Least LSWI of the year.
    pub lswi_min: Option<String>,
    /// Greatest LSWI of the year.
    pub lswi_max: Option<String>,
    /// Share of each cell that a class covers (class, lat, lon).
    pub fraction: Option<String>,
    /// The dimension of classes.
    pub class: Option<String>,
    /// Coordinate variable of latitude.
    pub lat: Option<String>,
    /// Coordinate variable of longitude.
    pub lon: Option<String>,
    /// Coordinate variable of time.
    pub time: Option<String>,
}

/// What to read; also a small TOML file:
///
/// ```toml
/// region = [-10.0, 30.0, 35.0, 60.0]
/// course = "linear"
/// any_year = true
/// names = { evi = "EVI_filled", class = "pft" }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct VprmOptions {
    /// Only cells that touch `[west, east, south, north]`, degrees; all without it.
    pub region: Option<[f64; 4]>,
    /// How indices go from one composite to the next.
    pub course: Course,
    /// The composites of one year serve any year.
    pub any_year: bool,
    /// The year of composites whose times are days of the year; else as the file's name tells.
    pub year: Option<i32>,
    /// Names where they are not among those known.
    pub names: VprmNames,
}

impl VprmOptions {
    /// Reads them from a TOML file.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::ConfigSyntax`] if it is no such TOML or has an unknown key.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let text = std::fs::read_to_string(path).map_err(Error::io("read", path))?;
        toml::from_str(&text).map_err(Error::syntax(path))
    }

    pub(super) fn check(&self) -> Result<()> {
        match self.region {
            Some([west, east, south, north]) if !(east > west && north > south && east - west <= 360.0) => {
                let region = format!("[{west}, {east}, {south}, {north}]");
                Err(Error::config("region", region, "[west, east, south, north] in degrees"))
            }
            _ => Ok(()),
        }
    }
}

/// What is read of the files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quantity {
    Evi,
    Lswi,
    EviMin,
    EviMax,
    LswiMin,
    LswiMax,
    Fraction,
}

impl Quantity {
    /// Names in use, in small letters.
    pub(super) const fn known(self) -> &'static [&'static str] {
        match self {
            Self::Evi => &["evi"],
            Self::Lswi => &["lswi"],
            Self::EviMin => &["evi_min"],
            Self::EviMax => &["evi_max"],
            Self::LswiMin => &["lswi_min"],
            Self::LswiMax => &["lswi_max"],
            Self::Fraction => &[
                "vegetation_fraction_map",
                "vegetation_fraction",
                "vegfra",
                "veg_fra",
                "fraction",
            ],
        }
    }

    /// The name that the user gives.
    pub(super) fn named(self, names: &VprmNames) -> Option<&str> {
        match self {
            Self::Evi => &names.evi,
            Self::Lswi => &names.lswi,
            Self::EviMin => &names.evi_min,
            Self::EviMax => &names.evi_max,
            Self::LswiMin => &names.lswi_min,
            Self::LswiMax => &names.lswi_max,
            Self::Fraction => &names.fraction,
        }
        .as_deref()
    }
}
