//! What a file does not say, or says wrong.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use crate::error::{Error, Result};

/// What to believe instead of the file; `None` leaves it to the file. Also a small TOML file:
///
/// ```toml
/// variable = "emi"            # where the call names none
/// units = "Gg yr-1"           # per cell, as no area is named
/// species = "CH4"             # or molar_mass_g_mol = 16.0425
/// lat = "nav_lat"             # coordinate variables of one dimension each
/// lon = "nav_lon"
/// year = 2015                 # for files that tell no year
/// climatology = true          # its maps hold in any year
/// select = { sector = "ENE" } # a place on a further dimension: its index from 0, or its label
/// ```
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FluxOptions {
    /// The variable, where the call does not name it.
    pub variable: Option<String>,
    /// Unit of the variable, in any spelling: `kg m-2 s-1`, `mol/m2/s`, `gC m-2 day-1`, `t/yr`.
    pub units: Option<String>,
    /// Formula of the gas: `CO2`.
    pub species: Option<String>,
    /// Molar mass of the gas [g mol⁻¹], for units of mass.
    pub molar_mass_g_mol: Option<f64>,
    /// Coordinate variable of latitude.
    pub lat: Option<String>,
    /// Coordinate variable of longitude.
    pub lon: Option<String>,
    /// Coordinate variable of time.
    pub time: Option<String>,
    /// The year of a map without a time, or of maps that are only counted.
    pub year: Option<i32>,
    /// Whether the maps, of one year, hold in any year; else as the file says.
    pub climatology: Option<bool>,
    /// In years without maps, those of the nearest year hold.
    pub nearest_year: bool,
    /// A place on each further dimension: its index from 0, or the label that its coordinate variable gives.
    pub select: BTreeMap<String, Place>,
}

/// A place on a dimension.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Place {
    /// Counted from 0.
    Index(usize),
    /// What the coordinate variable holds there.
    Label(String),
}

impl FluxOptions {
    /// Reads them from a TOML file.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::ConfigSyntax`] if it is no such TOML or has an unknown key.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let text = std::fs::read_to_string(path).map_err(Error::io("read", path))?;
        toml::from_str(&text).map_err(Error::syntax(path))
    }
}
