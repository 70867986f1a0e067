//! An inventory as a TOML file that names the maps of its sources.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::{Inventory, Loss, Source, TemporalProfiles, YearlyScaling, usual_name};
use crate::decay::Decay;
use crate::error::{Error, Result};
use crate::flux::{Flux, FluxOptions};
use crate::time::UtcTime;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    name: Option<String>,
    tracer: String,
    profiles: Option<PathBuf>,
    scaling: Option<PathBuf>,
    scaling_base_year: Option<i16>,
    half_life_h: Option<f64>,
    oh_molec_cm3: Option<f64>,
    #[serde(default)]
    source: Vec<Stated>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Stated {
    file: PathBuf,
    variable: String,
    #[serde(default)]
    sector: String,
    #[serde(default)]
    fuel: String,
    units: Option<String>,
    molar_mass_g_mol: Option<f64>,
    year: Option<i32>,
    climatology: Option<bool>,
    #[serde(default)]
    nearest_year: bool,
}

impl Inventory {
    /// Reads an inventory.
    ///
    /// ```toml
    /// name = "edgar_v8"                 # absent: the name of the file
    /// tracer = "CO2"
    /// profiles = "profiles.toml"        # absent: the same at any time; see TemporalProfiles
    /// scaling = "consumption.csv"       # absent: as in the maps; see YearlyScaling
    /// scaling_base_year = 2018          # the year of the maps
    /// # half_life_h = 91.764            # of a tracer that decays on its way; radon does without being told
    /// # oh_molec_cm3 = 1e6              # of CO or CH4 that hydroxyl radicals take on the way
    /// [[source]]
    /// file = "v8_2018_energy.nc"        # relative to this file
    /// variable = "fluxes"
    /// sector = "energy"
    /// fuel = "coal"                     # absent: not told
    /// # units, molar_mass_g_mol, year, climatology: what the file does not say or says wrong
    /// # nearest_year = true            # in years without maps, those of the nearest
    /// ```
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::ConfigSyntax`] if it is no such file; [`Error::Config`] for impossible values; those of
    /// [`Flux::open`], [`TemporalProfiles::open`], [`YearlyScaling::open`].
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let text = std::fs::read_to_string(path).map_err(Error::io("read", path))?;
        let document: Document = toml::from_str(&text).map_err(Error::syntax(path))?;
        if document.source.is_empty() {
            return Err(Error::format(path, "no [[source]]: an inventory needs at least one"));
        }
        let beside = |file: &Path| path.parent().unwrap_or(Path::new("")).join(file);
        let stem = || {
            path.file_stem()
                .map_or_else(String::new, |stem| stem.to_string_lossy().into_owned())
        };
        let tracer = usual_name(&document.tracer);
        let is_name = |c: char| c.is_alphanumeric() || "_-+.".contains(c);
        if tracer.is_empty() || tracer.starts_with('.') || !tracer.chars().all(is_name) {
            let allowed = "a formula such as CO2: it becomes part of file names";
            return Err(Error::config("tracer", &document.tracer, allowed));
        }
        let loss = document.loss(&tracer)?;
        let tables = document.profiles.iter().chain(&document.scaling);
        let named = tables.chain(document.source.iter().map(|source| &source.file));
        let files = std::iter::once(path.to_owned())
            .chain(named.map(|file| beside(file)))
            .collect();
        let scaling = match (&document.scaling, document.scaling_base_year) {
            (Some(file), Some(base)) => Some((base, YearlyScaling::open(beside(file))?)),
            (None, None) => None,
            _ => return Err(Error::format(path, "scaling and scaling_base_year go together")),
        };
        let profiles = document
            .profiles
            .as_deref()
            .map(|file| TemporalProfiles::open(beside(file)))
            .transpose()?;
        let sources = document
            .source
            .into_iter()
            .map(|stated| stated.open(&beside))
            .collect::<Result<_>>()?;
        let inventory = Self {
            name: document.name.unwrap_or_else(stem),
            tracer,
            sources,
            profiles: profiles.unwrap_or_default(),
            scaling,
            loss,
            files,
        };
        inventory.check_courses(path)?;
        Ok(inventory)
    }

    /// Refuses a course over time that maps have already.
    fn check_courses(&self, path: &Path) -> Result<()> {
        for source in &self.sources {
            let spans = source.flux.times().spans();
            let wrong = |key: &str, already: &str| {
                let source = format!("{} {}", source.sector, source.fuel);
                Err(Error::format(
                    path,
                    format!("{key}: the maps of source {} {already}", source.trim()),
                ))
            };
            let in_year = |year: i16, time: UtcTime| time.civil().year() == year;
            let of_base = |year: i16| {
                spans
                    .iter()
                    .all(|(start, end)| in_year(year, *start) && in_year(year, end.plus_seconds(-1)))
            };
            if self.scaling.as_ref().is_some_and(|(base, _)| !of_base(*base)) {
                return wrong(
                    "scaling",
                    "are of other years than scaling_base_year: they need no scaling",
                );
            }
            let shortest_s = spans
                .iter()
                .map(|(start, end)| end.seconds() - start.seconds())
                .min()
                .unwrap_or(i64::MAX);
            let (months, hours) = self.profiles.varies(&source.sector, &source.fuel);
            if months && shortest_s < SEASON_S {
                return wrong("profiles", "have seasons of their own: leave its months out");
            }
            if hours && shortest_s < DAY_S {
                return wrong("profiles", "have a course of the day: leave its hours and weekdays out");
            }
        }
        Ok(())
    }
}

/// Maps that hold for less have seasons.
const SEASON_S: i64 = 180 * 86_400;
const DAY_S: i64 = 86_400;

impl Document {
    fn loss(&self, tracer: &str) -> Result<Loss> {
        match (self.half_life_h, self.oh_molec_cm3) {
            (None, None) => Ok(Loss::usual(tracer)),
            (Some(hours), None) => Decay::of_half_life_h(hours).map(Loss::Decay),
            (None, Some(oh)) => Loss::hydroxyl(tracer, oh),
            (Some(hours), Some(_)) => Err(Error::config(
                "half_life_h",
                hours,
                "one loss: leave out half_life_h or oh_molec_cm3",
            )),
        }
    }
}

impl Stated {
    fn open(self, beside: &dyn Fn(&Path) -> PathBuf) -> Result<Source> {
        let options = FluxOptions {
            units: self.units,
            molar_mass_g_mol: self.molar_mass_g_mol,
            year: self.year,
            climatology: self.climatology,
            nearest_year: self.nearest_year,
            ..FluxOptions::default()
        };
        let flux = Flux::open_with(beside(&self.file), &self.variable, &options)?;
        Ok(Source {
            sector: self.sector,
            fuel: self.fuel,
            flux,
        })
    }
}
