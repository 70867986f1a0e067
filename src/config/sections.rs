//! The sections of the configuration besides `[transport]`, one struct each.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::boundary::{Domain, DomainSpec};
use crate::config::{Particles, check_name};
use crate::decay::Decay;
use crate::ensemble::ParticleTarget;
use crate::error::{Error, Result};
use crate::grid::Grid;
use crate::gridding::{Gridding, GriddingMode, Measure, Quirks};
use crate::met::WrfWinds;
use crate::met::cut::{CutOptions, Top};
use crate::met::projection::Region;
use crate::mode::Mode;
use crate::variable::VariableSet;

/// `[met]`: the meteorology.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MetConfig {
    /// Globs or paths, relative to the configuration file, or URLs.
    pub files: Vec<String>,
    /// A table of what variables of netCDF files are ([`Mapping`](crate::met::cf::Mapping)), relative to the configuration
    /// file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mapping: Option<PathBuf>,
    /// Which winds of WRF files move particles.
    #[serde(default)]
    pub wrf_winds: WrfWinds,
    /// West, east, south, north, degrees: only this region is kept in memory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<[f64; 4]>,
    /// Only levels up to the first at or above this pressure, hPa, are kept in memory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub top_hpa: Option<f64>,
}

/// `[run]`: the ensembles, and where receptors come from and results go to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RunConfig {
    /// Length, h; negative backward in time.
    pub hours: i32,
    /// Particles per receptor.
    pub particles: Particles,
    /// Relative standard error of the total inside each grid that `particles = "auto"` aims at.
    pub target_error: f64,
    /// Most particles that it takes.
    pub max_particles: usize,
    /// Seed of the noise.
    pub seed: u64,
    /// Whose physics.
    pub mode: Mode,
    /// CSV table of receptors, relative to the configuration file; `None` if `[[receptor]]` tables stand in its place.
    pub receptors: Option<PathBuf>,
    /// Folder of the results, relative to the configuration file.
    pub output: PathBuf,
}

/// `[grid.NAME]`: one output grid. Bounds are outer cell edges in the units of the crs; all four or none are given.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GridConfig {
    /// Western (lower x) edge.
    pub west: Option<f64>,
    /// Eastern (upper x) edge.
    pub east: Option<f64>,
    /// Southern (lower y) edge.
    pub south: Option<f64>,
    /// Northern (upper y) edge.
    pub north: Option<f64>,
    /// Cell size along x.
    pub dx: Option<f64>,
    /// Cell size along y; as `dx` if not given.
    pub dy: Option<f64>,
    /// PROJ string or EPSG code.
    pub crs: Option<String>,
    /// One layer for the whole run instead of hourly layers.
    pub time_integrate: bool,
    /// Factor on the width of the smoothing kernel.
    pub smooth_factor: Option<f64>,
    /// How particles are spread over the cells; by `run.mode` if not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gridding: Option<GriddingMode>,
    /// Length of a layer, min.
    pub layer_min: Option<u32>,
    /// What is counted: surface influence, or between two heights.
    pub measure: Option<MeasureName>,
    /// Lower height of the measure, m.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bottom_agl_m: Option<f64>,
    /// Upper height of the measure, m.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top_agl_m: Option<f64>,
    /// Groups of particles behind the sampling error; 0: no error.
    pub error_groups: Option<usize>,
    /// Grid that takes what this one does not hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nested_in: Option<String>,
    /// Whether a file tells where particles leave the grid.
    pub ends: bool,
    /// Heights above ground between which particles that leave are counted, m.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height_edges_m: Option<Vec<f64>>,
    /// Quirks of STILT v2 and PYSTILT.
    pub compat: Quirks,
}

/// What is counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MeasureName {
    /// Influence of the surface.
    #[default]
    Surface,
    /// Time spent between two heights.
    Residence,
    /// Influence of sources between two heights.
    Elevated,
}

/// `[flux.NAME]`: one flux.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FluxConfig {
    /// NetCDF file, relative to the configuration file.
    pub file: PathBuf,
    /// Variable in it.
    pub variable: String,
    /// Half-life of the tracer on its way to the receptor, h; `None`: it does not decay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub half_life_h: Option<f64>,
}

/// `[trajectories]`: what is kept of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TrajectoriesConfig {
    /// Whether particle files are written.
    pub keep: bool,
    /// Minutes between records.
    pub every_min: u32,
    /// Columns of the particle table; `time indx long lati foot` are always there.
    pub variables: VariableSet,
}

impl Default for RunConfig {
    fn default() -> Self {
        Self {
            hours: -24,
            particles: Particles::Number(1000),
            target_error: 0.05,
            max_particles: 20_000,
            seed: 1,
            mode: Mode::Parity,
            receptors: None,
            output: "out".into(),
        }
    }
}

impl Default for TrajectoriesConfig {
    fn default() -> Self {
        Self {
            keep: true,
            every_min: 1,
            variables: VariableSet::default(),
        }
    }
}

impl MetConfig {
    /// The part that is kept in memory.
    ///
    /// # Errors
    /// [`Error::Config`] if the region is none, or the top no pressure.
    pub fn cut(&self) -> Result<CutOptions> {
        let region = self
            .region
            .map(|[west, east, south, north]| Region::new(west, east, south, north));
        if let Some(top) = self.top_hpa.filter(|top| !(top.is_finite() && *top > 0.0)) {
            return Err(Error::config("met.top_hpa", top, "a pressure above 0 hPa"));
        }
        Ok(CutOptions {
            region: region.transpose()?,
            top: self.top_hpa.map(Top::PressureHpa),
            ..CutOptions::default()
        })
    }

    pub(super) fn check(&self) -> Result<()> {
        self.cut()?;
        match self.files.is_empty() || self.files.iter().any(|f| f.trim().is_empty()) {
            true => Err(Error::config(
                "met.files",
                format!("{:?}", self.files),
                "at least one path or glob, none empty",
            )),
            false => Ok(()),
        }
    }
}

impl RunConfig {
    /// The longest run, h: two months.
    const MAX_HOURS: i32 = 1464;
    const MAX_PARTICLES: usize = 10_000_000;

    /// Refuses impossible values.
    ///
    /// # Errors
    /// [`Error::Config`] naming the key.
    pub fn check(&self) -> Result<()> {
        if self.hours == 0 || self.hours.abs() > Self::MAX_HOURS {
            let allowed = format!(
                "h, negative backward in time, not 0, at most {} either way",
                Self::MAX_HOURS
            );
            return Err(Error::config("run.hours", self.hours, allowed));
        }
        let counts = [
            ("run.particles", self.particles.at_first()),
            ("run.max_particles", self.max_particles),
        ];
        for (key, count) in counts {
            if !(1..=Self::MAX_PARTICLES).contains(&count) {
                let allowed = format!("from 1 to {}", Self::MAX_PARTICLES);
                return Err(Error::config(key, count, allowed));
            }
        }
        self.target().check()?;
        if self.output.as_os_str().is_empty() {
            return Err(Error::config("run.output", "\"\"", "the folder of the results"));
        }
        Ok(())
    }
}

impl RunConfig {
    /// What `particles = "auto"` aims at; `None` for a number.
    pub fn particle_target(&self) -> Option<ParticleTarget> {
        (self.particles == Particles::Auto).then(|| self.target())
    }

    const fn target(&self) -> ParticleTarget {
        ParticleTarget {
            relative_error: self.target_error,
            max_particles: self.max_particles,
        }
    }

    /// What the user should know about keys that are accepted without effect.
    pub fn warnings(&self) -> Vec<String> {
        let defaults = Self::default();
        let idle = [
            ("target_error", self.target_error != defaults.target_error),
            ("max_particles", self.max_particles != defaults.max_particles),
        ];
        let idle = idle
            .into_iter()
            .filter(|(_, given)| *given && self.particles != Particles::Auto);
        idle.map(|(key, _)| format!("run.{key} has no effect: it acts with run.particles = \"auto\""))
            .collect()
    }
}

impl TrajectoriesConfig {
    pub(super) fn check(&self) -> Result<()> {
        match self.every_min {
            1..=1440 => Ok(()),
            other => Err(Error::config(
                "trajectories.every_min",
                other,
                "whole minutes from 1 to 1440",
            )),
        }
    }
}

impl FluxConfig {
    const SHORTEST_HALF_LIFE_H: f64 = 1.0;

    pub(super) fn check(&self, name: &str) -> Result<()> {
        check_name("flux", name)?;
        match (self.file.as_os_str().is_empty(), self.variable.is_empty()) {
            (true, _) => Err(Error::config(
                format!("flux.{name}.file"),
                "\"\"",
                "the path of a netCDF file",
            )),
            (_, true) => Err(Error::config(
                format!("flux.{name}.variable"),
                "\"\"",
                "a variable of the file",
            )),
            _ => match self.half_life_h {
                Some(hours) if !(hours >= Self::SHORTEST_HALF_LIFE_H && hours.is_finite()) => Err(Error::config(
                    format!("flux.{name}.half_life_h"),
                    hours,
                    "h, at least 1, since footprints are hourly; leave it out for no decay",
                )),
                _ => Ok(()),
            },
        }
    }

    /// Decay of the tracer, if any.
    ///
    /// # Errors
    /// [`Error::Config`] if the half-life is impossible.
    pub fn decay(&self) -> Result<Option<Decay>> {
        self.half_life_h.map(Decay::of_half_life_h).transpose()
    }
}

impl GridConfig {
    /// The same with every key given.
    pub(super) fn filled(&self, name: &str) -> Self {
        let grid = self.to_grid(name);
        Self {
            west: Some(grid.west),
            east: Some(grid.east),
            south: Some(grid.south),
            north: Some(grid.north),
            dx: Some(grid.dx),
            dy: Some(grid.dy),
            crs: Some(grid.crs),
            time_integrate: grid.time_integrate,
            smooth_factor: Some(grid.smooth_factor),
            gridding: self.gridding,
            layer_min: Some(grid.gridding.layer_min),
            measure: Some(self.measure.unwrap_or_default()),
            bottom_agl_m: self.bottom_agl_m,
            top_agl_m: self.top_agl_m,
            error_groups: Some(grid.gridding.error_groups),
            nested_in: self.nested_in.clone(),
            ends: self.ends,
            height_edges_m: self.height_edges_m.clone(),
            compat: self.compat,
        }
    }

    /// The domain at whose edges particles end, if that is asked for.
    ///
    /// # Errors
    /// Those of [`Domain::new`], and [`Error::Config`] for heights without ends.
    pub fn domain(&self, name: &str) -> Result<Option<DomainSpec>> {
        match (self.ends, self.height_edges_m.clone()) {
            (false, None) => Ok(None),
            (false, Some(edges)) => Err(Error::config(
                format!("grid.{name}.height_edges_m"),
                format!("{edges:?}"),
                "only with ends = true",
            )),
            (true, edges) => {
                let spec = DomainSpec {
                    grid: self.to_grid(name),
                    height_edges_m: edges.unwrap_or_else(Domain::usual_height_edges_m),
                };
                spec.domain()?;
                Ok(Some(spec))
            }
        }
    }

    /// The grid, named `name`.
    pub fn to_grid(&self, name: &str) -> Grid {
        let dx = self.dx.unwrap_or(0.1);
        Grid {
            name: name.to_string(),
            west: self.west.unwrap_or(-66.0),
            east: self.east.unwrap_or(-58.0),
            south: self.south.unwrap_or(12.0),
            north: self.north.unwrap_or(19.0),
            dx,
            dy: self.dy.unwrap_or(dx),
            crs: self.crs.clone().unwrap_or_else(|| "+proj=longlat".into()),
            time_integrate: self.time_integrate,
            smooth_factor: self.smooth_factor.unwrap_or(1.0),
            gridding: self.to_gridding(),
        }
    }

    fn to_gridding(&self) -> Gridding {
        let default = Gridding::default();
        let (bottom_agl_m, top_agl_m) = (self.bottom_agl_m.unwrap_or(0.0), self.top_agl_m.unwrap_or(f64::NAN));
        Gridding {
            mode: self.gridding,
            layer_min: self.layer_min.unwrap_or(default.layer_min),
            measure: match self.measure.unwrap_or_default() {
                MeasureName::Surface => Measure::Surface,
                MeasureName::Residence => Measure::Residence {
                    bottom_agl_m,
                    top_agl_m,
                },
                MeasureName::Elevated => Measure::Elevated {
                    bottom_agl_m,
                    top_agl_m,
                },
            },
            error_groups: self.error_groups.unwrap_or(default.error_groups),
            nested_in: self.nested_in.clone(),
            compat: self.compat,
        }
    }

    /// Heights belong to a measure between heights, and it to them.
    fn check_heights(&self, name: &str) -> Result<()> {
        let measure = self.measure.unwrap_or_default();
        let given = [("bottom_agl_m", self.bottom_agl_m), ("top_agl_m", self.top_agl_m)];
        let surplus = given.iter().find_map(|(key, height)| Some((key, (*height)?)));
        match (measure, surplus) {
            (MeasureName::Surface, Some((key, height))) => Err(Error::config(
                format!("grid.{name}.{key}"),
                height,
                "only with measure = \"residence\" or \"elevated\"",
            )),
            _ => Ok(()),
        }
    }

    /// Refuses impossible values.
    ///
    /// # Errors
    /// [`Error::Config`] naming the key.
    pub fn check(&self, name: &str) -> Result<()> {
        check_name("grid", name)?;
        self.check_heights(name)?;
        let bounds = [
            ("west", self.west),
            ("east", self.east),
            ("south", self.south),
            ("north", self.north),
        ];
        let given = bounds.iter().filter(|(_, v)| v.is_some()).count();
        if let Some((missing, _)) = bounds.iter().find(|(_, v)| v.is_none())
            && (given > 0 || self.crs.is_some())
        {
            let allowed = "give west, east, south and north together, in the units of the crs";
            return Err(Error::config(format!("grid.{name}.{missing}"), "missing", allowed));
        }
        self.domain(name)?;
        self.to_grid(name).axes().map(drop)
    }
}
