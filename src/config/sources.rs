//! `[inventory]`, `[attribution]` and `[background]`: what a sample holds, and of whom.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::check_name;
#[cfg(feature = "netcdf")]
use crate::attribution::{Attribution, AttributionOptions};
#[cfg(feature = "netcdf")]
use crate::background::{Background, FieldOptions};
use crate::config::Config;
use crate::error::{Error, Result};
use crate::grid::Grid;
#[cfg(feature = "netcdf")]
use crate::inventory::Inventory;
#[cfg(feature = "netcdf")]
use crate::vprm::{Vprm, VprmOptions, VprmParameters};

/// Name of the exchange with vegetation in tables.
#[cfg(feature = "netcdf")]
const VPRM: &str = "vprm";

/// `[inventory.NAME]`: emissions by sector and fuel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InventoryConfig {
    /// TOML file, relative to the configuration file.
    pub file: PathBuf,
}

/// `[vprm]`: exchange of CO₂ with vegetation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VprmConfig {
    /// NetCDF files of EVI, LSWI and vegetation classes, relative to the configuration file.
    pub files: Vec<PathBuf>,
    /// TOML file of parameters; `None`: the European set of 2007.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameters: Option<PathBuf>,
    /// TOML file of names and of what is taken; `None`: names as VPRM's preprocessors have them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub options: Option<PathBuf>,
}

impl VprmConfig {
    /// The vegetation of a region.
    ///
    /// # Errors
    /// Those of [`Vprm::open`], [`VprmParameters::open`] and [`VprmOptions::open`].
    #[cfg(feature = "netcdf")]
    fn open(&self, config: &Config, region: [f64; 4]) -> Result<Vprm> {
        let parameters = match &self.parameters {
            Some(file) => VprmParameters::open(config.resolve(file))?,
            None => VprmParameters::europe_2007()?,
        };
        let mut options = match &self.options {
            Some(file) => VprmOptions::open(config.resolve(file))?,
            None => VprmOptions::default(),
        };
        options.region.get_or_insert(region);
        let files: Vec<PathBuf> = self.files.iter().map(|file| config.resolve(file)).collect();
        Vprm::open(&files, parameters, &options)
    }

    /// Its files.
    #[cfg(feature = "netcdf")]
    pub(crate) fn files(&self) -> impl Iterator<Item = &PathBuf> {
        self.files.iter().chain(&self.parameters).chain(&self.options)
    }
}

/// `[attribution]`: what is told apart of what inventories bring.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AttributionConfig {
    /// West, east, south, north, degrees; `None`: the box around the grids.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<[f64; 4]>,
    /// Edges between ages of the air, h, from 0.
    pub age_edges_h: Vec<f64>,
    /// Whether countries are told apart.
    pub by_country: bool,
}

impl Default for AttributionConfig {
    fn default() -> Self {
        Self {
            region: None,
            age_edges_h: Vec::new(),
            by_country: true,
        }
    }
}

/// A file, or several.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum OneOrMany {
    /// One.
    One(PathBuf),
    /// Several, in any order.
    Many(Vec<PathBuf>),
}

impl OneOrMany {
    #[cfg(feature = "netcdf")]
    fn each(&self) -> &[PathBuf] {
        match self {
            Self::One(file) => std::slice::from_ref(file),
            Self::Many(files) => files,
        }
    }
}

/// `[background.TRACER]`: the air that flows in. One of `constant`, `series`, `field` and `curtains`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BackgroundConfig {
    /// The same at any time and place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub constant: Option<f64>,
    /// CSV file with a column `time`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub series: Option<PathBuf>,
    /// NetCDF files of a global model that follow each other in time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<OneOrMany>,
    /// NetCDF file of curtains at the sides of a domain, as OpenGHG has them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub curtains: Option<PathBuf>,
    /// Variable of a field, or column of a series.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variable: Option<String>,
    /// Unit of a constant or a series, ppm if absent; of a field, in place of the file's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub units: Option<String>,
    /// Molar mass of the gas, g mol⁻¹, of a field of mass fractions whose file does not name it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub molar_mass_g_mol: Option<f64>,
    /// Grid at whose edges the air flows in; the only one if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grid: Option<String>,
}

impl BackgroundConfig {
    pub(super) fn check(&self, tracer: &str, grids: &BTreeMap<String, super::GridConfig>) -> Result<()> {
        check_name("background", tracer)?;
        let key = |name: &str| format!("background.{tracer}.{name}");
        let files = [self.series.is_some(), self.field.is_some(), self.curtains.is_some()];
        let given = usize::from(self.constant.is_some()) + files.into_iter().filter(|given| *given).count();
        if given != 1 {
            let allowed = "one of constant, series, field and curtains";
            return Err(Error::config(
                format!("background.{tracer}"),
                format!("{given} sources"),
                allowed,
            ));
        }
        if (self.field.is_some() || self.series.is_some()) && self.variable.is_none() {
            return Err(Error::config(
                key("variable"),
                "absent",
                "the variable of the field, or the column of the series",
            ));
        }
        let idle = [
            (
                "variable",
                self.variable.is_some() && (self.constant.is_some() || self.curtains.is_some()),
            ),
            ("units", self.units.is_some() && self.curtains.is_some()),
            (
                "molar_mass_g_mol",
                self.molar_mass_g_mol.is_some() && self.field.is_none(),
            ),
        ];
        if let Some((name, _)) = idle.iter().find(|(_, idle)| *idle) {
            return Err(Error::config(
                key(name),
                "given",
                "leave it out: it says nothing of such a background",
            ));
        }
        match &self.grid {
            Some(name) if !grids.contains_key(name) => {
                let known: Vec<&str> = grids.keys().map(String::as_str).collect();
                Err(Error::config(key("grid"), name, format!("one of {}", known.join(", "))))
            }
            None if grids.is_empty() => Err(Error::config(
                key("grid"),
                "absent",
                "a grid at whose edges the air flows in",
            )),
            None if grids.len() > 1 => Err(Error::config(
                key("grid"),
                "absent",
                "the grid at whose edges the air flows in: there are several",
            )),
            _ => Ok(()),
        }
    }

    /// The background.
    ///
    /// # Errors
    /// Those of [`Background`].
    #[cfg(feature = "netcdf")]
    fn open(&self, config: &Config) -> Result<Background> {
        let units = self.units.as_deref().unwrap_or("ppm");
        let variable = self.variable.as_deref().unwrap_or_default();
        match (self.constant, &self.series, &self.field, &self.curtains) {
            (Some(value), ..) => Background::constant(value, units),
            (_, Some(file), ..) => Background::read_series(config.resolve(file), variable, units),
            (_, _, Some(field), _) => {
                let files: Vec<PathBuf> = field.each().iter().map(|file| config.resolve(file)).collect();
                let options = FieldOptions {
                    units: self.units.clone(),
                    molar_mass_g_mol: self.molar_mass_g_mol,
                    ..FieldOptions::default()
                };
                Background::open_field(&files, variable, &options)
            }
            (.., Some(file)) => Background::open_curtains(config.resolve(file)),
            _ => Err(Error::config(
                "background",
                "none",
                "one of constant, series, field and curtains",
            )),
        }
    }

    /// Its files.
    #[cfg(feature = "netcdf")]
    pub(crate) fn files(&self) -> impl Iterator<Item = &PathBuf> {
        let fields = self.field.iter().flat_map(OneOrMany::each);
        [&self.series, &self.curtains].into_iter().flatten().chain(fields)
    }
}

impl Config {
    /// Inventories and vegetation, ready to be met by particles; `None` without any.
    ///
    /// # Errors
    /// Those of [`Inventory::open`], [`Vprm::open`] and [`Attribution::new`].
    #[cfg(feature = "netcdf")]
    pub fn attribution(&self) -> Result<Option<Attribution>> {
        if self.inventory.is_empty() && self.vprm.is_none() {
            return Ok(None);
        }
        let stated = &self.attribution;
        let options = AttributionOptions {
            region: stated.region.map_or_else(|| around(&self.grids()), Ok)?,
            age_edges_h: stated.age_edges_h.clone(),
            by_country: stated.by_country,
        };
        let vprm = self
            .vprm
            .as_ref()
            .map(|vprm| vprm.open(self, options.region))
            .transpose()?;
        let open = |(name, inventory): (&String, &InventoryConfig)| {
            let opened = Inventory::open(self.resolve(&inventory.file))?;
            Ok(Inventory {
                name: name.clone(),
                ..opened
            })
        };
        let inventories: Vec<Inventory> = self.inventory.iter().map(open).collect::<Result<_>>()?;
        match vprm {
            Some(vprm) if inventories.is_empty() => Attribution::of_vegetation(VPRM, vprm, options),
            Some(vprm) => Attribution::new(inventories, options)?.with_vegetation(VPRM, vprm),
            None => Attribution::new(inventories, options),
        }
        .map(Some)
    }

    /// The backgrounds: tracer, name of the grid at whose edges air flows in, and what it brings.
    ///
    /// # Errors
    /// Those of [`Background`].
    #[cfg(feature = "netcdf")]
    pub fn backgrounds(&self) -> Result<Vec<(String, String, Background)>> {
        let each = self.background.iter().map(|(tracer, stated)| {
            let only = || self.grid.keys().next().cloned().unwrap_or_default();
            Ok((
                tracer.clone(),
                stated.grid.clone().unwrap_or_else(only),
                stated.open(self)?,
            ))
        });
        each.collect()
    }
}

/// The box around grids in degrees.
#[cfg_attr(not(feature = "netcdf"), allow(dead_code))]
fn around(grids: &[Grid]) -> Result<[f64; 4]> {
    let mut region: Option<[f64; 4]> = None;
    for grid in grids {
        let axes = grid.axes()?;
        if !axes.crs.is_longlat() {
            let allowed = "west, east, south and north in degrees: a grid is not in degrees";
            return Err(Error::config("attribution.region", "absent", allowed));
        }
        let (east, north) = (axes.x0 + axes.nx as f64 * axes.dx, axes.y0 + axes.ny as f64 * axes.dy);
        region = Some(match region {
            None => [axes.x0, east, axes.y0, north],
            Some([w, e, s, n]) => [
                w.min(axes.x0),
                e.max(east).min(w.min(axes.x0) + 360.0),
                s.min(axes.y0),
                n.max(north),
            ],
        });
    }
    region.ok_or_else(|| Error::config("attribution.region", "absent", "west, east, south and north in degrees"))
}
