//! The levels of a field: pressures or heights above sea level, the same everywhere or in each column its own.

use ndarray::{Array2, Array3, Axis as ArrayAxis, Slice};

use super::horizontal::Horizontal;
use super::layout::MapVariable;
use crate::error::{Error, Result};
use crate::met::cf::{Axis, Container, Unit, VariableInfo, hybrid, hybrid_named, values, variable};
use crate::met::collection::{HybridLevels, Level};

/// Names of coefficients that other readers of model levels do not know: LMDZ of the CAMS inversions.
const FURTHER_COEFFICIENTS: [(&str, &str); 2] = [("ap", "bp"), ("at", "bt")];
const SURFACE_PRESSURES: [&str; 7] = ["ps", "sp", "psurf", "p_surf", "surface_pressure", "aps", "prs_sfc"];
const PRESSURES: [&str; 5] = ["pressure", "pres", "p", "pmid", "air_pressure"];
const HEIGHTS: [&str; 5] = ["gph", "geopotential_height", "z", "height", "altitude"];

/// What the levels are given in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Measure {
    /// hPa.
    Pressure,
    /// m above sea level.
    Height,
}

/// Where the levels of a field are.
pub(super) enum Vertical {
    Same(Measure, Vec<f64>),
    /// a + b pₛ: coefficients, the number of each level of the file, and pₛ in Pa.
    Hybrid(HybridLevels, Vec<u32>, MapVariable),
    /// A variable of its own, at the levels or at the surfaces between them.
    Each(Measure, MapVariable, Between),
}

/// Whether a variable is given at the levels, or at the surfaces between them, one more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Between {
    AtLevels,
    Surfaces,
}

/// The levels at one time, hPa or m.
pub(super) enum Levels {
    Same(Vec<f64>),
    Each(Array3<f64>),
}

impl Levels {
    pub fn at(&self, level: usize, row: usize, column: usize) -> f64 {
        match self {
            Self::Same(levels) => levels[level],
            Self::Each(levels) => levels[[level, row, column]],
        }
    }

    pub fn size(&self) -> usize {
        match self {
            Self::Same(levels) => levels.len(),
            Self::Each(levels) => levels.len(),
        }
    }
}

impl Vertical {
    pub const fn measure(&self) -> Measure {
        match self {
            Self::Same(measure, _) | Self::Each(measure, ..) => *measure,
            Self::Hybrid(..) => Measure::Pressure,
        }
    }

    /// Number of levels.
    pub fn count(&self) -> usize {
        match self {
            Self::Same(_, levels) => levels.len(),
            Self::Hybrid(_, numbers, _) => numbers.len(),
            Self::Each(_, variable, Between::AtLevels) => variable.levels(),
            Self::Each(_, variable, Between::Surfaces) => variable.levels() - 1,
        }
    }

    /// # Errors
    /// Those of the container.
    pub fn levels(&self, container: &mut dyn Container, time: usize) -> Result<Levels> {
        Ok(match self {
            Self::Same(_, levels) => Levels::Same(levels.clone()),
            Self::Hybrid(levels, numbers, surface) => {
                let surface_pa = surface.read(container, time)?;
                let surface_pa: Array2<f64> = surface_pa.index_axis_move(ArrayAxis(0), 0);
                let (rows, columns) = surface_pa.dim();
                Levels::Each(Array3::from_shape_fn((numbers.len(), rows, columns), |(k, j, i)| {
                    0.01 * levels.pressure_pa(numbers[k], surface_pa[[j, i]])
                }))
            }
            Self::Each(_, variable, Between::AtLevels) => Levels::Each(variable.read(container, time)?),
            Self::Each(_, variable, Between::Surfaces) => {
                let surfaces = variable.read(container, time)?;
                let of = |from: usize| surfaces.slice_axis(ArrayAxis(0), Slice::from(from..from + self.count()));
                let middle = &of(0) + &of(1);
                Levels::Each(0.5 * middle)
            }
        })
    }
}

/// What is known when the levels of a variable are looked for.
pub(super) struct Search<'a> {
    pub variable: &'a VariableInfo,
    pub horizontal: &'a Horizontal,
    pub time: Option<&'a str>,
    /// Dimension of the levels, and how many there are.
    pub level: (&'a str, usize),
    pub axis: Option<&'a Axis>,
    /// The variable that a user says holds pressures or heights.
    pub named: Option<&'a str>,
}

impl Search<'_> {
    /// The levels: those of the named variable, pressures of the coordinate, a + b pₛ, pressures or heights of a variable
    /// of their own, heights of the coordinate.
    ///
    /// # Errors
    /// [`Error::Format`] with what was looked for.
    pub fn find(&self, container: &mut dyn Container) -> Result<Vertical> {
        if let Some(name) = self.named {
            let held = variable(container, name)
                .ok_or_else(|| self.wrong(container, format!("there is no variable {name} for its levels")))?;
            let found = self.column_variable(container, &held)?;
            let text = format!(
                "{name} does not give pressures or heights of its {} levels",
                self.level.1
            );
            return found.ok_or_else(|| self.wrong(container, text));
        }
        if let Some(levels) = self.pressures_of_axis() {
            return Ok(Vertical::Same(Measure::Pressure, levels));
        }
        if let Some(found) = self.hybrid(container)? {
            return Ok(found);
        }
        for (standard, names) in [
            ("air_pressure", &PRESSURES[..]),
            ("geopotential_height", &HEIGHTS[..]),
            ("altitude", &HEIGHTS[..]),
        ] {
            for held in named_like(container, standard, names) {
                if let Some(found) = self.column_variable(container, &held)? {
                    return Ok(found);
                }
            }
        }
        let coordinate = variable(container, self.level.0);
        if let Some(found) = coordinate
            .map(|held| self.column_variable(container, &held))
            .transpose()?
            .flatten()
        {
            return Ok(found);
        }
        let text = format!(
            "where its {} levels {} lie is not understood: looked for a coordinate in units of pressure or of height above sea \
             level, for coefficients hyai hybi, hyam hybm, ap bp with a surface pressure, and for pressures or geopotential \
             heights of each column; name the variable that has them (`levels`)",
            self.level.1, self.level.0
        );
        Err(self.wrong(container, text))
    }

    fn wrong(&self, container: &dyn Container, text: String) -> Error {
        Error::format(container.name(), format!("variable {}: {text}", self.variable.name))
    }

    fn pressures_of_axis(&self) -> Option<Vec<f64>> {
        let Some(Axis::Levels(levels)) = self.axis else {
            return None;
        };
        let pressure = |level: &Level| match level {
            Level::Pressure(hpa) => Some(*hpa),
            _ => None,
        };
        levels.iter().map(pressure).collect()
    }

    fn hybrid(&self, container: &mut dyn Container) -> Result<Option<Vertical>> {
        let count = self.level.1;
        let usual = hybrid(container)?.filter(|found| found.hybrid.count() >= count);
        let mut found = usual;
        for names in FURTHER_COEFFICIENTS {
            if found.is_none() {
                found = hybrid_named(container, names, count)?;
            }
        }
        let Some(found) = found else { return Ok(None) };
        let Some(surface) = self.surface_pressure(container) else {
            return Ok(None);
        };
        let mut levels = match self.axis {
            Some(Axis::Levels(levels)) => levels.clone(),
            _ => (1..=count as u32).map(Level::Model).collect(),
        };
        found.renumber(&mut levels);
        let number = |level: &Level| match level {
            Level::Model(number) if found.hybrid.holds(*number) => Some(*number),
            _ => None,
        };
        let numbers: Option<Vec<u32>> = levels.iter().map(number).collect();
        Ok(numbers.map(|numbers| Vertical::Hybrid(found.hybrid, numbers, surface)))
    }

    /// In Pa.
    fn surface_pressure(&self, container: &dyn Container) -> Option<MapVariable> {
        let held = named_like(container, "surface_air_pressure", &SURFACE_PRESSURES);
        held.iter().find_map(|held| {
            let factor = conversion(held, "Pa")?;
            MapVariable::of(held, self.horizontal, self.time, None, factor).ok()
        })
    }

    /// A variable that gives pressures or heights at the levels or between them: in each column, or for all the same.
    fn column_variable(&self, container: &mut dyn Container, held: &VariableInfo) -> Result<Option<Vertical>> {
        let (measure, factor) = match (conversion(held, "hPa"), conversion(held, "m")) {
            (Some(factor), _) => (Measure::Pressure, factor),
            (_, Some(factor)) => (Measure::Height, factor),
            _ => return Ok(None),
        };
        if measure == Measure::Height && is_above_ground(held) {
            let text = format!(
                "{} are heights above ground, of the model's ground; give heights above sea level (add the model's terrain)",
                held.name
            );
            return Err(self.wrong(container, text));
        }
        let count = self.level.1;
        if let [(dimension, length)] = &held.dimensions[..] {
            let stored = values(container, held)?;
            let scaled = |values: &[f64]| values.iter().map(|value| factor * value).collect::<Vec<_>>();
            let found = match dimension == self.level.0 && *length == count {
                true => Some(Vertical::Same(measure, scaled(&stored))),
                false => None,
            };
            return Ok(found.filter(in_order));
        }
        let is_level = |(name, length): &&(String, usize)| {
            name == self.level.0 || (Some(name.as_str()) != self.time && [count, count + 1].contains(length))
        };
        let axes = [&self.horizontal.lat.dimension, &self.horizontal.lon.dimension];
        let mut vertical = held.dimensions.iter().filter(|(name, _)| !axes.contains(&name));
        let Some((name, length)) = vertical.find(is_level) else {
            return Ok(None);
        };
        let between = if *length == count {
            Between::AtLevels
        } else {
            Between::Surfaces
        };
        let variable = MapVariable::of(held, self.horizontal, self.time, Some(name), factor);
        Ok(variable.ok().map(|variable| Vertical::Each(measure, variable, between)))
    }
}

fn in_order(vertical: &Vertical) -> bool {
    let Vertical::Same(_, levels) = vertical else {
        return true;
    };
    let ordered = |sign: f64| levels.windows(2).all(|pair| sign * (pair[1] - pair[0]) > 0.0);
    ordered(1.0) || ordered(-1.0)
}

/// Variables with a standard name, then those with one of these names.
fn named_like(container: &dyn Container, standard: &str, names: &[&str]) -> Vec<VariableInfo> {
    let stated = |held: &&VariableInfo| held.text("standard_name") == Some(standard);
    let named = |held: &&VariableInfo| names.contains(&held.name.to_ascii_lowercase().as_str());
    let held = container.variables();
    held.iter()
        .filter(stated)
        .chain(held.iter().filter(named))
        .cloned()
        .collect()
}

/// Factor to a unit, if the variable is in one that measures the same.
fn conversion(held: &VariableInfo, to: &str) -> Option<f64> {
    let unit = Unit::parse(held.text("units")?)?;
    let (factor, offset) = unit.to(Unit::parse(to)?)?;
    (offset == 0.0).then_some(factor)
}

/// CF's `height` is that above ground.
fn is_above_ground(held: &VariableInfo) -> bool {
    let long_name = held.text("long_name").unwrap_or_default().to_ascii_lowercase();
    let stated = held.text("standard_name").unwrap_or_default();
    ["height", "height_above_ground"].contains(&stated)
        || ["above ground", "above surface", "above the surface", "agl"]
            .iter()
            .any(|words| long_name.contains(words))
}
