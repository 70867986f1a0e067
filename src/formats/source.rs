//! A foreign file that is being read: coordinates, windows of variables, attributes; errors name the file and the format.

use std::ops::Range;
use std::path::Path;

use ndarray::{Array, ArrayD, Dimension, Ix1, Ix2, IxDyn};
use netcdf::types::{FloatType, NcVariableType};

use super::axis::Coordinates;
use super::plane::{extents, reorder};
use super::{Format, ReadOptions};
use crate::cf_time::TimeUnit;
use crate::error::{Error, Result};
use crate::netcdf_file::{Packing, global_text, text};
use crate::output::attributes::Reader;
use crate::receptor::Receptor;
use crate::time::UtcTime;

/// Spellings of ppm / (µmol m⁻² s⁻¹), which is (mol/mol) / (mol m⁻² s⁻¹).
const UNITS: [&str; 10] = [
    "ppm (umol-1 m2 s)",
    "ppm m2 s umol-1",
    "ppm per (micromol m-2 s-1)",
    "ppm (micromol-1 m2 s)",
    "ppm umol-1 m2 s",
    "(mol/mol)/(mol/m2/s)",
    "mol mol-1 mol-1 m2 s",
    "mol mol-1 mol-1 m2 s1",
    "m2 s mol-1",
    "m2 s mol^-1",
];

pub(super) struct Source<'a> {
    reader: Reader<'a>,
    pub format: Format,
    pub options: &'a ReadOptions,
}

impl<'a> Source<'a> {
    /// Opens a file as of the format asked for, or the one it looks like.
    pub fn open(path: &'a Path, options: &'a ReadOptions) -> Result<Self> {
        let reader = Reader::open_as(path, "a footprint file".into())?;
        let format = match options.format {
            Some(format) => format,
            None => looks_like(&reader)?,
        };
        let reader = reader.meant_as(format.in_words());
        Ok(Self {
            reader,
            format,
            options,
        })
    }

    pub fn path(&self) -> &'a Path {
        self.reader.path
    }

    /// The error for content that the format does not allow.
    pub fn bad(&self, problem: impl Into<String>) -> Error {
        Error::format(
            self.path(),
            format!("as {}: {}", self.format.in_words(), problem.into()),
        )
    }

    /// The receptor, if airshed wrote the file and left it there.
    pub fn receptor_of_airshed(&self) -> Result<Option<Receptor>> {
        match self.reader.has("receptor_time") {
            true => self.reader.receptor().map(Some),
            false => Ok(None),
        }
    }

    pub fn has_variable(&self, name: &str) -> bool {
        self.reader.file.variable(name).is_some()
    }

    pub fn global_text(&self, name: &str) -> Option<String> {
        global_text(&self.reader.file, name)
    }

    /// A global number, or a text that is one.
    pub fn global_number(&self, name: &str) -> Option<f64> {
        let value = self.reader.file.attribute(name)?.value().ok()?;
        match value {
            netcdf::AttributeValue::Str(text) => text.trim().parse().ok(),
            value => f64::try_from(value).ok(),
        }
    }

    pub fn text(&self, variable: &str, name: &str) -> Option<String> {
        text(&self.reader.file.variable(variable)?, name)
    }

    /// The names of a variable's dimensions.
    pub fn dimensions(&self, variable: &str) -> Result<Vec<String>> {
        let variable = self.reader.variable(variable)?;
        Ok(variable.dimensions().iter().map(netcdf::Dimension::name).collect())
    }

    /// A variable of one dimension, NaN where it has no value.
    pub fn series(&self, name: &str, dimension: &str) -> Result<Vec<f64>> {
        let length = self
            .reader
            .file
            .dimension_len(dimension)
            .ok_or_else(|| self.reader.lacks(&format!("dimension {dimension}")))?;
        Ok(self.window::<Ix1>(name, &[(dimension, 0..length)])?.to_vec())
    }

    /// Part of a variable, its axes in the order of `window`, NaN where it has no value.
    pub fn window<D: Dimension>(&self, name: &str, window: &[(&str, Range<usize>)]) -> Result<Array<f64, D>> {
        let variable = self.reader.variable(name)?;
        let found = self.dimensions(name)?;
        let wanted: Vec<&str> = window.iter().map(|(dimension, _)| *dimension).collect();
        let differ = || {
            let (found, wanted) = (found.join(", "), wanted.join(", "));
            self.bad(format!(
                "{name} has dimensions ({found}), expected are ({wanted}) in any order"
            ))
        };
        let range_of = |dimension: &String| {
            window
                .iter()
                .find(|(w, _)| w == dimension)
                .map(|(_, range)| range.clone())
        };
        let ranges: Option<Vec<Range<usize>>> = found.iter().map(range_of).collect();
        let ranges = ranges.ok_or_else(differ)?;
        let stored: Vec<f64> = variable
            .get_values(extents(&ranges))
            .map_err(Error::netcdf(self.path()))?;
        let lengths: Vec<usize> = ranges.iter().map(Range::len).collect();
        let values = ArrayD::from_shape_vec(IxDyn(&lengths), stored).map_err(|_| differ())?;
        let packing = Packing::of(&variable);
        reorder(values.mapv_into(|v| packing.unpack(v)), &found, &wanted)
            .and_then(|values| values.into_dimensionality().ok())
            .ok_or_else(differ)
    }

    /// A coordinate and its bounds.
    pub fn coordinates(&self, name: &str) -> Result<Coordinates> {
        let values = self.series(name, name)?;
        let bounds = match self.bounds_of(name) {
            Some(bounds) => Some(self.pairs(&bounds, name)?),
            None => None,
        };
        let is_single = self.reader.variable(name)?.vartype() == NcVariableType::Float(FloatType::F32);
        Ok(Coordinates {
            values,
            bounds,
            is_single,
        })
    }

    /// The variable that holds the bounds of a coordinate.
    pub fn bounds_of(&self, coordinate: &str) -> Option<String> {
        let name = self.text(coordinate, "bounds")?;
        self.has_variable(&name).then_some(name)
    }

    /// Both bounds of each place of a coordinate.
    pub fn pairs(&self, bounds: &str, coordinate: &str) -> Result<Vec<[f64; 2]>> {
        let dimensions = self.dimensions(bounds)?;
        let [first, second] = dimensions.as_slice() else {
            return Err(self.bad(format!("{bounds} has {} dimensions, not 2", dimensions.len())));
        };
        let length = |name: &str| self.reader.file.dimension_len(name).unwrap_or(0);
        if first != coordinate || length(second) != 2 {
            let found = dimensions.join(", ");
            return Err(self.bad(format!("{bounds} has dimensions ({found}), not ({coordinate}, 2)")));
        }
        let flat = self.window::<Ix2>(bounds, &[(first, 0..length(first)), (second, 0..2)])?;
        Ok(flat.rows().into_iter().map(|row| [row[0], row[1]]).collect())
    }

    /// How the numbers of a time coordinate become times.
    pub fn time_unit(&self, name: &str) -> Result<TimeUnit> {
        let units = self.text(name, "units");
        let units = units.ok_or_else(|| self.bad(format!("{name} has no units")))?;
        let calendar = self.text(name, "calendar");
        TimeUnit::parse(&units, calendar.as_deref()).map_err(|problem| self.bad(problem))
    }

    /// The times of a coordinate, ascending.
    pub fn times(&self, name: &str) -> Result<Vec<UtcTime>> {
        let unit = self.time_unit(name)?;
        let values = self.series(name, name)?;
        let time = |v: &f64| {
            unit.time(*v)
                .ok_or_else(|| self.bad(format!("{name} = {v} is no time")))
        };
        let times: Vec<UtcTime> = values.iter().map(time).collect::<Result<_>>()?;
        if times.is_empty() {
            return Err(self.bad(format!("{name} is empty: there is no footprint in it")));
        }
        match times.windows(2).find(|pair| pair[0] >= pair[1]) {
            Some(pair) => Err(self.bad(format!("{name} must ascend, found {} before {}", pair[0], pair[1]))),
            None => Ok(times),
        }
    }

    /// Refuses a variable whose unit is none of a footprint's; one without a unit is taken as the format has it.
    pub fn check_units(&self, variable: &str) -> Result<()> {
        self.reader.variable(variable)?;
        match self.text(variable, "units") {
            Some(units) if !UNITS.contains(&units.trim()) => Err(self.bad(format!(
                "{variable} is in {units:?}; understood are {}",
                UNITS.map(|u| format!("{u:?}")).join(", ")
            ))),
            _ => Ok(()),
        }
    }

    /// A text in a variable without dimensions.
    pub fn scalar_text(&self, name: &str) -> Option<String> {
        let variable = self.reader.file.variable(name)?;
        let is_text = variable.vartype() == NcVariableType::String && variable.dimensions().is_empty();
        is_text.then(|| variable.get_string(()).ok()).flatten()
    }
}

/// The format that a file's variables and attributes speak for.
fn looks_like(reader: &Reader<'_>) -> Result<Format> {
    let has = |name: &str| reader.file.variable(name).is_some();
    if has("srr") {
        return Ok(Format::Paris);
    }
    if has("fp") {
        return Ok(Format::Openghg);
    }
    let Some(foot) = reader.file.variable("foot") else {
        let problem = "no footprint file that is understood: it has no variable foot, fp or srr";
        return Err(Error::format(reader.path, problem));
    };
    if reader.has("grid_west") {
        return Err(Error::format(
            reader.path,
            "this is a footprint file of airshed already",
        ));
    }
    if foot.attributes().any(|a| a.name() == "stilt_footprint") || reader.has("smooth_factor") {
        return Ok(Format::Pystilt);
    }
    if reader.has("backtime") {
        return Ok(Format::Icos);
    }
    if reader.has("crs_format") {
        return Ok(Format::Stilt);
    }
    let problem = "has foot, but neither crs_format (STILT v2), stilt_footprint (PYSTILT) nor backtime (ICOS portal): \
                   say which format it is";
    Err(Error::format(reader.path, problem))
}
