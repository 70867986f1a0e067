//! The configuration of a run: one TOML file.
//!
//! [`Config::from_toml`] reads and checks it. Every key has a default but `met.files`; unknown keys, wrong types and
//! impossible values are errors.

mod defaults;
mod footprints;
mod particles;
mod receptors;
mod sections;
mod sources;
mod transport;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

pub use crate::mode::Mode;
pub use footprints::FootprintsConfig;
pub use particles::Particles;
pub use sections::{FluxConfig, GridConfig, MetConfig, RunConfig, TrajectoriesConfig};
pub use sources::{AttributionConfig, BackgroundConfig, InventoryConfig, OneOrMany, VprmConfig};
pub use transport::TransportConfig;

use crate::boundary::DomainSpec;
use crate::error::{Error, Result};
use crate::footprint::check_nesting;
use crate::grid::Grid;
use crate::gridding::GriddingMode;
#[cfg(feature = "netcdf")]
use crate::met::cf::Mapping;
#[cfg(feature = "netcdf")]
use crate::met::store::MetOptions;
use crate::met::store::is_url;
use crate::receptor::{Description, Receptor, check_unique_ids};
use crate::transport::TransportOptions;

/// A checked configuration, with its defaults filled in.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// Folder that relative paths of the file start from.
    pub folder: PathBuf,
    /// Meteorology.
    pub met: MetConfig,
    /// Length, size and seed of the ensembles, input and output.
    pub run: RunConfig,
    /// STILT v2's switches.
    pub transport: TransportConfig,
    /// Output grids by name.
    pub grid: BTreeMap<String, GridConfig>,
    /// Fluxes by name.
    pub flux: BTreeMap<String, FluxConfig>,
    /// Inventories by name.
    pub inventory: BTreeMap<String, InventoryConfig>,
    /// Exchange of CO₂ with vegetation.
    pub vprm: Option<VprmConfig>,
    /// What is told apart of what inventories and vegetation bring.
    pub attribution: AttributionConfig,
    /// Backgrounds by the formula of their tracer.
    pub background: BTreeMap<String, BackgroundConfig>,
    /// What is kept of the trajectories.
    pub trajectories: TrajectoriesConfig,
    /// `[footprints]`.
    pub footprints: FootprintsConfig,
    /// The receptors, series written out; their ids are unique.
    pub receptors: Vec<Receptor>,
    /// Keys that were accepted without effect, in words.
    pub warnings: Vec<String>,
}

/// The file as written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    met: MetConfig,
    #[serde(default)]
    run: RunConfig,
    #[serde(default)]
    transport: toml::Table,
    grid: Option<BTreeMap<String, GridConfig>>,
    #[serde(default)]
    flux: BTreeMap<String, FluxConfig>,
    #[serde(default)]
    inventory: BTreeMap<String, InventoryConfig>,
    vprm: Option<VprmConfig>,
    #[serde(default)]
    attribution: AttributionConfig,
    #[serde(default)]
    background: BTreeMap<String, BackgroundConfig>,
    #[serde(default)]
    trajectories: TrajectoriesConfig,
    #[serde(default)]
    footprints: FootprintsConfig,
    receptor: Option<Vec<Description>>,
}

impl Config {
    /// Reads a configuration file.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::ConfigSyntax`] for TOML faults, unknown keys and wrong types, [`Error::Config`] for
    /// impossible values, [`Error::NotBuilt`] for features to come; receptor table errors.
    pub fn from_toml(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let text = std::fs::read_to_string(path).map_err(Error::io("read", path))?;
        let folder = path.parent().unwrap_or(Path::new(""));
        Self::parse(&text, path, folder)
    }

    /// Reads a configuration from text; relative paths start from `folder`.
    ///
    /// # Errors
    /// As [`Config::from_toml`].
    pub fn from_text(text: &str, folder: impl AsRef<Path>) -> Result<Self> {
        Self::parse(text, Path::new("configuration"), folder.as_ref())
    }

    /// The complete file at its defaults, with a comment on each key.
    pub fn defaults_text() -> String {
        defaults::text()
    }

    fn parse(text: &str, path: &Path, folder: &Path) -> Result<Self> {
        let document: Document = toml::from_str(text).map_err(Error::syntax(path))?;
        let transport = TransportConfig::from_table(&document.transport)?;
        transport.check_mode(document.run.mode)?;
        let mut warnings = transport.warnings(document.run.mode);
        warnings.extend(document.run.warnings());
        if transport.options(&document.run).has_errors() && !document.trajectories.keep {
            warnings.push(
                "transport errors have no effect with trajectories.keep = false: they make a particle file".into(),
            );
        }
        let grid = document.grid.unwrap_or_else(|| {
            warnings.push("no [grid.NAME] table: footprints are made on the default grid, 66-58 W, 12-19 N".into());
            BTreeMap::from([("default".to_string(), GridConfig::default())])
        });
        let receptors = receptors::resolve(document.receptor, document.run.receptors.as_deref(), folder)?;
        check_unique_ids(&receptors)?;
        let config = Self {
            folder: folder.to_path_buf(),
            met: document.met,
            run: document.run,
            transport,
            grid,
            flux: document.flux,
            inventory: document.inventory,
            vprm: document.vprm,
            attribution: document.attribution,
            background: document.background,
            trajectories: document.trajectories,
            footprints: document.footprints,
            receptors,
            warnings,
        };
        config.checked()
    }

    fn checked(mut self) -> Result<Self> {
        self.met.check()?;
        self.run.check()?;
        self.trajectories.check()?;
        self.footprints.check()?;
        for (name, grid) in &mut self.grid {
            grid.check(name)?;
            *grid = grid.filled(name);
            grid.gridding.get_or_insert(GriddingMode::of_run(self.run.mode));
        }
        check_nesting(&self.grids())?;
        for (name, flux) in &self.flux {
            flux.check(name)?;
        }
        let told = !(self.inventory.is_empty() && self.background.is_empty()) || self.vprm.is_some();
        if told && self.run.hours > 0 {
            let allowed = "negative: inventories, vprm and backgrounds tell where sampled air came from";
            return Err(Error::config("run.hours", self.run.hours, allowed));
        }
        for name in self.inventory.keys() {
            check_name("inventory", name)?;
        }
        for (tracer, background) in &self.background {
            background.check(tracer, &self.grid)?;
        }
        if let Some(target) = self.run.particle_target() {
            target.check_grids(&self.grids())?;
        }
        let decaying = self.flux.iter().find(|(_, flux)| flux.half_life_h.is_some());
        let integrated = self.grid.iter().find(|(_, grid)| grid.time_integrate);
        if let Some(((flux, _), (grid, _))) = decaying.zip(integrated) {
            let allowed = format!("flux.{flux} decays on its way (half_life_h), which needs hourly layers: use false");
            return Err(Error::config(format!("grid.{grid}.time_integrate"), true, allowed));
        }
        Ok(self)
    }

    /// A path of the file, resolved against its folder.
    pub fn resolve(&self, path: impl AsRef<Path>) -> PathBuf {
        self.folder.join(path)
    }

    /// Folder of the results.
    pub fn output_folder(&self) -> PathBuf {
        self.resolve(&self.run.output)
    }

    /// Glob patterns of the meteorology, resolved against the file's folder.
    pub fn met_patterns(&self) -> Vec<String> {
        let folder = glob::Pattern::escape(&self.folder.to_string_lossy());
        let resolved = |pattern: &String| match is_url(Path::new(pattern)) {
            true => pattern.clone(),
            false => Path::new(&folder).join(pattern).to_string_lossy().into_owned(),
        };
        self.met.files.iter().map(resolved).collect()
    }

    /// How files are understood, and what of them is wanted.
    ///
    /// # Errors
    /// Those of the table that `met.mapping` names, see [`Mapping::open`](crate::met::cf::Mapping::open).
    #[cfg(feature = "netcdf")]
    pub fn met_options(&self) -> Result<MetOptions> {
        let mapping = self.met.mapping.as_ref().map(|path| Mapping::open(self.resolve(path)));
        Ok(MetOptions {
            mapping: mapping.transpose()?.unwrap_or_default(),
            wrf_winds: self.met.wrf_winds,
            cut: self.met.cut()?,
        })
    }

    /// The output grids, by name.
    pub fn grids(&self) -> Vec<Grid> {
        self.grid.iter().map(|(name, grid)| grid.to_grid(name)).collect()
    }

    /// The domains at whose edges particles end, by the names of their grids.
    ///
    /// # Errors
    /// Those of [`GridConfig::domain`].
    pub fn domains(&self) -> Result<Vec<DomainSpec>> {
        let domains = self.grid.iter().map(|(name, grid)| grid.domain(name));
        domains.filter_map(Result::transpose).collect()
    }

    /// What shapes an ensemble.
    pub fn transport_options(&self) -> TransportOptions {
        TransportOptions {
            variables: self.trajectories.variables,
            ..self.transport.options(&self.run)
        }
    }

    /// What the files of the run say about it.
    #[cfg(feature = "netcdf")]
    pub fn run_attributes(&self) -> crate::output::RunAttributes {
        crate::output::RunAttributes {
            mode: self.run.mode.name().into(),
            seed: self.run.seed,
            perturbed: false,
        }
    }

    /// The whole configuration with its defaults, as JSON.
    pub fn to_json(&self) -> serde_json::Value {
        serde_json::json!({
            "met": self.met,
            "run": self.run,
            "transport": self.transport.clone().filled(self.run.mode),
            "grid": self.grid,
            "flux": self.flux,
            "inventory": self.inventory,
            "vprm": self.vprm,
            "attribution": self.attribution,
            "background": self.background,
            "trajectories": self.trajectories,
            "footprints": self.footprints,
        })
    }

    /// Everything that shapes the footprint and trajectory files of a receptor, meteorology apart, as JSON.
    pub fn shaping_json(&self) -> serde_json::Value {
        serde_json::json!({
            "hours": self.run.hours,
            "particles": self.run.particles,
            "target_error": self.run.target_error,
            "max_particles": self.run.max_particles,
            "seed": self.run.seed,
            "mode": self.run.mode,
            "transport": self.transport.clone().filled(self.run.mode),
            "grid": self.grid,
            "inventory": self.inventory,
            "vprm": self.vprm,
            "attribution": self.attribution,
            "background": self.background,
            "trajectories": self.trajectories,
            "footprints": self.footprints,
        })
    }
}

/// Names of grids and fluxes become parts of file names and columns.
fn check_name(section: &str, name: &str) -> Result<()> {
    let fits = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || "_-.+".contains(c));
    if fits && !name.starts_with('.') {
        return Ok(());
    }
    let allowed = "a name of letters, digits, `_`, `-`, `+` and `.` (it becomes part of file names)";
    Err(Error::config(format!("{section} name"), name, allowed))
}
