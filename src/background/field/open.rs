//! Opening a field: its files, axes, levels, times and unit.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use super::horizontal::Horizontal;
use super::layout::MapVariable;
use super::vertical::{Search, Vertical};
use super::{FieldFile, MoleField, Slabs, Stamp, longest_step_s};
use crate::background::{Background, Kind};
use crate::error::{Error, Result};
use crate::met::cf::{Axis, Container, VariableInfo, axes, open_netcdf, variable};
use crate::time::UtcTime;
use crate::tracer::{Tracer, Unit};

/// What to believe instead of the file; `None` leaves it to the file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FieldOptions {
    /// Unit of the variable: `ppm`, `mol mol-1`, `kg kg-1` …
    pub units: Option<String>,
    /// Molar mass of the gas \[g mol⁻¹\], for mass fractions.
    pub molar_mass_g_mol: Option<f64>,
    /// The variable that holds the pressures of the levels, or their heights above sea level.
    pub levels: Option<String>,
}

impl Background {
    /// Opens a field of mole or mass fractions `[time, level, lat, lon]`, in one file or in several that follow each other
    /// in time; values are read when they are needed.
    ///
    /// *Levels* are pressures, a + b pₛ, or heights above sea level: a coordinate in units of pressure (EAC4, EGG4); hybrid
    /// coefficients with the surface pressure (CAMS inversions: `ap`, `bp`, `Psurf`; `hyai`, `hybi`, `ps`); a pressure or
    /// geopotential height of each column, at the levels or at the surfaces between them (CarbonTracker: `pressure`;
    /// CarboScope: `gph`); a coordinate of heights. A particle is looked up by its pressure or by its height above sea level,
    /// linear between levels; beyond the lowest and highest, the nearest holds.
    ///
    /// *Places* may lie half a cell beyond the outer coordinates; latitudes and longitudes may run either way, with any
    /// spacing and from 0 to 360. *Times* are the stamps, or the middles of bounds where there are any; between two that are
    /// more than twice the usual step apart there is a gap. A file without an axis of times holds at any time.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::NetCdf`] if a file cannot be read; [`Error::Format`] if its axes, levels or unit are not
    /// understood or differ between files; [`Error::Config`] for an impossible option.
    pub fn open_field(paths: &[impl AsRef<Path>], variable: &str, options: &FieldOptions) -> Result<Self> {
        let containers = paths.iter().map(open_netcdf).collect::<Result<Vec<_>>>()?;
        Self::field(containers, variable, options)
    }

    /// As [`open_field`](Self::open_field), of anything that holds variables.
    ///
    /// # Errors
    /// As [`open_field`](Self::open_field).
    pub fn field(containers: Vec<Box<dyn Container>>, variable: &str, options: &FieldOptions) -> Result<Self> {
        let mut opened = Vec::with_capacity(containers.len());
        for container in containers {
            opened.push(Opened::of(container, variable, options)?);
        }
        let Some(first) = opened.first() else {
            return Err(Error::config("files of the background", 0, "at least one is needed"));
        };
        let (unit, horizontal) = (first.unit, first.horizontal.clone());
        if let Some(other) = opened.iter().find(|other| !other.agrees_with(first)) {
            let problem = "its places, levels or unit differ from those of the other files of the background";
            return Err(Error::format(other.file.container.name(), problem));
        }
        let stamps = stamps(&opened)?;
        let files = opened.into_iter().map(|opened| opened.file).collect();
        Ok(Self {
            name: variable.to_owned(),
            unit,
            kind: Kind::Field(Box::new(MoleField {
                horizontal,
                longest_step_s: longest_step_s(&stamps),
                stamps,
                slabs: Mutex::new(Slabs {
                    files,
                    held: BTreeMap::new(),
                    values: 0,
                }),
            })),
        })
    }
}

/// One file, understood.
struct Opened {
    file: FieldFile,
    horizontal: Horizontal,
    unit: Unit,
    /// `None` without an axis of times.
    times: Option<Vec<UtcTime>>,
}

impl Opened {
    fn of(mut container: Box<dyn Container>, name: &str, options: &FieldOptions) -> Result<Self> {
        let held = container.as_mut();
        let info = required(held, name)?;
        let horizontal = Horizontal::of(held, &info)?;
        let (unit, factor) = unit(held, &info, options)?;
        let axes = axes(held)?;
        let time = info.dimensions.iter().find(|(name, _)| is_time(axes.get(name)));
        let time = time.map(|(name, _)| name.clone());
        let level = level(held, &info, &horizontal, time.as_deref())?;
        let search = Search {
            variable: &info,
            horizontal: &horizontal,
            time: time.as_deref(),
            level: (&level.0, level.1),
            axis: axes.get(&level.0),
            named: options.levels.as_deref(),
        };
        let vertical = search.find(held)?;
        let strange = |problem| wrong(held, &info, problem);
        let variable = MapVariable::of(&info, &horizontal, time.as_deref(), Some(&level.0), factor).map_err(strange)?;
        if vertical.count() != variable.levels() {
            let text = format!("{} levels, where {} are stated", variable.levels(), vertical.count());
            return Err(wrong(held, &info, text));
        }
        let times = match time.as_ref().and_then(|name| axes.get(name)) {
            Some(Axis::Time(times)) => Some(match &times.bounds {
                Some(bounds) => bounds.iter().map(|(from, to)| middle(*from, *to)).collect(),
                None => times.at.clone(),
            }),
            _ => None,
        };
        container.rest();
        Ok(Self {
            file: FieldFile {
                container,
                variable,
                vertical,
            },
            horizontal,
            unit,
            times,
        })
    }

    fn agrees_with(&self, other: &Self) -> bool {
        let levels = |opened: &Self| match &opened.file.vertical {
            Vertical::Same(_, levels) => levels.clone(),
            of_columns => vec![of_columns.count() as f64],
        };
        self.horizontal == other.horizontal
            && self.unit == other.unit
            && self.file.vertical.measure() == other.file.vertical.measure()
            && levels(self) == levels(other)
    }
}

fn middle(from: UtcTime, to: UtcTime) -> UtcTime {
    from.plus_seconds((to.seconds() - from.seconds()) / 2)
}

fn is_time(axis: Option<&Axis>) -> bool {
    matches!(axis, Some(Axis::Time(_)))
}

fn wrong(container: &dyn Container, info: &VariableInfo, text: String) -> Error {
    Error::format(container.name(), format!("variable {}: {text}", info.name))
}

fn required(container: &dyn Container, name: &str) -> Result<VariableInfo> {
    variable(container, name).ok_or_else(|| {
        let fields = container.variables().iter().filter(|held| held.dimensions.len() >= 3);
        let names: Vec<&str> = fields.map(|held| held.name.as_str()).collect();
        let problem = format!("no variable {name:?}; there are: {}", names.join(", "));
        Error::format(container.name(), problem)
    })
}

/// Name and length of the dimension that counts the levels: what is left of more than one.
fn level(
    container: &dyn Container,
    info: &VariableInfo,
    horizontal: &Horizontal,
    time: Option<&str>,
) -> Result<(String, usize)> {
    let known = [
        Some(horizontal.lat.dimension.as_str()),
        Some(horizontal.lon.dimension.as_str()),
        time,
    ];
    let left = || {
        info.dimensions
            .iter()
            .filter(|(name, _)| !known.contains(&Some(name.as_str())))
    };
    let found = left().find(|(_, length)| *length > 1).or_else(|| left().next_back());
    let missing = || {
        let text = "it has no dimension of levels; a background needs [time, level, lat, lon]";
        wrong(container, info, text.to_owned())
    };
    found.cloned().ok_or_else(missing)
}

fn unit(container: &dyn Container, info: &VariableInfo, options: &FieldOptions) -> Result<(Unit, f64)> {
    let spelt = options.units.as_deref().or(info.text("units")).unwrap_or_default();
    let mass = || match options.molar_mass_g_mol {
        Some(mass) if mass.is_finite() && mass > 0.0 => Ok(mass),
        Some(mass) => Err(Error::config("molar_mass_g_mol", mass, "g per mol, above zero")),
        None => gas(container, info).map(Tracer::molar_mass_g_mol).ok_or_else(|| {
            let allowed = format!(
                "a mass fraction needs the molar mass of the gas, and no name says which one of {} it is: give \
                 `molar_mass_g_mol`",
                Tracer::known()
            );
            Error::config("units", format!("{spelt:?}"), allowed)
        }),
    };
    let read = Unit::read(spelt, mass);
    read.map_err(|problem| match options.units {
        Some(_) => problem,
        None => wrong(container, info, problem.to_string()),
    })
}

fn gas(container: &dyn Container, info: &VariableInfo) -> Option<Tracer> {
    let file: PathBuf = container.name().into();
    let stem = file.file_stem().map(|stem| stem.to_string_lossy().into_owned());
    let of_field = ["species", "standard_name", "long_name"].map(|name| info.text(name).map(str::to_owned));
    let mentions = [Some(info.name.clone())].into_iter().chain(of_field).chain([stem]);
    mentions.flatten().find_map(|text| Tracer::named_in(&text))
}

/// All times, ascending.
///
/// # Errors
/// [`Error::Format`] if a time stands in two files, or a file without times is one of several.
fn stamps(opened: &[Opened]) -> Result<Vec<Stamp>> {
    let mut stamps = Vec::new();
    for (file, held) in opened.iter().enumerate() {
        let wrong = |problem: String| Error::format(held.file.container.name(), problem);
        match &held.times {
            Some(times) if held.file.variable.times() == times.len() => {
                let stamp = |(index, time): (usize, &UtcTime)| Stamp {
                    time: *time,
                    file,
                    index,
                };
                stamps.extend(times.iter().enumerate().map(stamp));
            }
            Some(_) => return Err(wrong("its times do not match its maps".to_owned())),
            None if opened.len() == 1 => return Ok(stamps),
            None => {
                return Err(wrong(
                    "it has no axis of times, as files that follow each other need".to_owned(),
                ));
            }
        }
    }
    stamps.sort_by_key(|stamp| stamp.time);
    if let Some(pair) = stamps.windows(2).find(|pair| pair[0].time == pair[1].time) {
        let problem = format!("the time {} is there twice", pair[0].time);
        return Err(Error::format(opened[pair[1].file].file.container.name(), problem));
    }
    match stamps.len() {
        1 => Err(Error::format(
            opened[0].file.container.name(),
            "one time only: particles end between two; give more files, or drop the dimension to let it hold at any time",
        )),
        _ => Ok(stamps),
    }
}
