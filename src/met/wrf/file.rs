//! An open WRF file: attributes, and fields on its staggered grid.

use std::ops::Range;
use std::path::Path;

use ndarray::{Array2, Array3};
use netcdf::types::NcVariableType;
use netcdf::{Extent, Variable};

use crate::error::{Error, Result};
use crate::netcdf_file::{self, Packing, numbers};
use crate::time::UtcTime;

/// The part of a time's fields that is wanted, by mass points.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part {
    /// Place of the time in the file.
    pub time: usize,
    pub x: Range<usize>,
    pub y: Range<usize>,
}

/// Points of the Arakawa C grid: air in the middle of cells, each wind on the faces that it blows through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Points {
    Mass,
    /// One more along x than mass points.
    FacesX,
    FacesY,
    FacesZ,
}

/// Larger values stand for missing ones: netCDF fills with 9.97 · 10³⁶.
const LARGEST: f32 = 1e30;
/// Numbers of one field, at most.
const MOST_VALUES: usize = 1 << 30;
/// Deflate packs at most so many bytes into one.
const MOST_DEFLATED: u64 = 1100;
const TIME_CHARACTERS: usize = 19;

pub(super) struct WrfFile<'p> {
    file: netcdf::File,
    path: &'p Path,
    bytes: u64,
}

impl<'p> WrfFile<'p> {
    /// # Errors
    /// [`Error::Io`], [`Error::NetCdf`].
    pub fn open(path: &'p Path) -> Result<Self> {
        let bytes = std::fs::metadata(path).map_err(Error::io("open", path))?.len();
        Ok(Self {
            file: netcdf_file::open(path)?,
            path,
            bytes,
        })
    }

    pub fn fail<T>(&self, problem: impl Into<String>) -> Result<T> {
        Err(Error::format(self.path, problem))
    }

    pub fn is_of_wrf(&self) -> bool {
        is_wrf(&self.file)
    }

    pub fn holds(&self, name: &str) -> bool {
        self.file.variable(name).is_some()
    }

    pub fn holds_all(&self, names: &[&str]) -> bool {
        names.iter().all(|name| self.holds(name))
    }

    /// A global attribute.
    pub fn number(&self, name: &str) -> Option<f64> {
        let value = self.file.attribute(name)?.value().ok()?;
        f64::try_from(value).ok().filter(|number| number.is_finite())
    }

    /// A global attribute that must be there.
    pub fn required_number(&self, name: &str) -> Result<f64> {
        self.number(name).map_or_else(
            || {
                self.fail(format!(
                    "no global attribute {name}, which WRF writes; copy it from the original file"
                ))
            },
            Ok,
        )
    }

    /// A global attribute that holds a time.
    pub fn time(&self, name: &str) -> Option<UtcTime> {
        parse_time(netcdf_file::global_text(&self.file, name)?.trim().as_bytes())
    }

    pub fn length(&self, dimension: &str) -> Result<usize> {
        match self.file.dimension_len(dimension) {
            Some(length) if length > 0 => Ok(length),
            Some(_) => self.fail(format!("the dimension {dimension} has length 0")),
            None => self.fail(format!("no dimension {dimension}, which WRF files have")),
        }
    }

    /// The times of the file, in its order.
    pub fn times(&self) -> Result<Vec<UtcTime>> {
        let variable = self.variable("Times")?;
        let lengths: Vec<usize> = variable.dimensions().iter().map(netcdf::Dimension::len).collect();
        let (count, characters) = match lengths[..] {
            [count, characters] if variable.vartype() == NcVariableType::Char => (count, characters),
            _ => return self.fail(format!("Times has the shape {lengths:?}: expected characters by time")),
        };
        if !(TIME_CHARACTERS..=64).contains(&characters) || count > 1_000_000 {
            return self.fail(format!(
                "Times has the shape {lengths:?}: expected rows of 19 characters"
            ));
        }
        let text = variable.get_raw_values(..).map_err(Error::netcdf(self.path))?;
        text.chunks(characters)
            .map(|row| match parse_time(&row[..TIME_CHARACTERS]) {
                Some(time) => Ok(time),
                None => {
                    let found = String::from_utf8_lossy(row).into_owned();
                    self.fail(format!("Times holds {found:?}: expected such as 2005-08-28_12:00:00"))
                }
            })
            .collect()
    }

    /// The values of a field on levels, on `points`, `[z][y][x]`.
    ///
    /// # Errors
    /// [`Error::Format`] if it is not there, has another shape, or holds a value that is missing or not finite.
    pub fn volume(&self, name: &str, points: Points, part: &Part) -> Result<Array3<f32>> {
        let dimensions = self
            .variable(name)?
            .dimensions()
            .iter()
            .map(|held| held.name())
            .collect::<Vec<_>>();
        if !dimensions.iter().any(|held| held.starts_with("bottom_top")) {
            return self.fail(format!(
                "{name} has no levels: its dimensions are {}",
                dimensions.join(", ")
            ));
        }
        self.block(name, points, part)
    }

    /// As [`volume`](Self::volume), with one level for a field without levels.
    fn block(&self, name: &str, points: Points, part: &Part) -> Result<Array3<f32>> {
        let variable = self.variable(name)?;
        let ranges = self.ranges(&variable, part)?;
        let lengths: Vec<usize> = ranges.iter().map(|(_, range)| range.len()).collect();
        let along = |kind: &str| {
            let found = ranges.iter().find(|(dimension, _)| dimension.starts_with(kind));
            found.map_or(1, |(_, range)| range.len())
        };
        let shape = (along("bottom_top"), along("south_north"), along("west_east"));
        let more = |kind| usize::from(points == kind);
        let expected_z = match along("bottom_top") {
            1 => 1,
            _ => self.length("bottom_top")? + more(Points::FacesZ),
        };
        let expected = (
            expected_z,
            part.y.len() + more(Points::FacesY),
            part.x.len() + more(Points::FacesX),
        );
        if shape != expected || lengths.iter().product::<usize>() != expected.0 * expected.1 * expected.2 {
            return self.fail(format!("{name} has the shape {lengths:?}: expected {expected:?}"));
        }
        let extents: Vec<Extent> = ranges.into_iter().map(|(_, range)| Extent::from(range)).collect();
        let values = self.values(&variable, extents)?;
        if let Some(at) = values.iter().position(|value| value.is_nan() || value.abs() >= LARGEST) {
            let (z, y, x) = (
                at / (shape.1 * shape.2),
                at / shape.2 % shape.1 + part.y.start,
                at % shape.2 + part.x.start,
            );
            return self.fail(format!(
                "{name} holds a value that is missing or not finite: time {}, level {z}, row {y}, column {x} (from 0)",
                part.time
            ));
        }
        match Array3::from_shape_vec(shape, values) {
            Ok(values) => Ok(values),
            Err(_) => self.fail(format!("{name} changed while it was read")),
        }
    }

    /// A field without levels, `[y][x]`.
    ///
    /// # Errors
    /// As [`volume`](Self::volume).
    pub fn plane(&self, name: &str, points: Points, part: &Part) -> Result<Array2<f32>> {
        let values = self.block(name, points, part)?;
        if values.dim().0 != 1 {
            return self.fail(format!("{name} has {} levels: expected none", values.dim().0));
        }
        Ok(values.index_axis_move(ndarray::Axis(0), 0))
    }

    /// The values of a field by level only, as ZNU, or a single one, as P_TOP.
    pub fn profile(&self, name: &str, time: usize) -> Result<Vec<f64>> {
        let variable = self.variable(name)?;
        let (x, y) = (0..1, 0..1);
        let ranges = self.ranges(&variable, &Part { time, x, y })?;
        let extents: Vec<Extent> = ranges.into_iter().map(|(_, range)| Extent::from(range)).collect();
        let values: Vec<f64> = variable.get_values(extents).map_err(Error::netcdf(self.path))?;
        match values.iter().all(|value| value.abs() < f64::from(LARGEST)) {
            true => Ok(values),
            false => self.fail(format!("{name} holds a value that is missing or not finite")),
        }
    }

    fn variable(&self, name: &str) -> Result<Variable<'_>> {
        netcdf_file::variable(&self.file, self.path, name)
    }

    fn ranges(&self, variable: &Variable<'_>, part: &Part) -> Result<Vec<(String, Range<usize>)>> {
        let mut ranges = Vec::new();
        for dimension in variable.dimensions() {
            let (name, length) = (dimension.name(), dimension.len());
            let range = match name.as_str() {
                "Time" => part.time..part.time + 1,
                "bottom_top" | "bottom_top_stag" => 0..length,
                "south_north" => part.y.clone(),
                "south_north_stag" => part.y.start..part.y.end + 1,
                "west_east" => part.x.clone(),
                "west_east_stag" => part.x.start..part.x.end + 1,
                _ => {
                    let name_of = variable.name();
                    return self.fail(format!(
                        "{name_of} has the dimension {name}: expected Time, bottom_top, south_north, west_east and their \
                         staggered kin"
                    ));
                }
            };
            if range.end > length {
                let name_of = variable.name();
                return self.fail(format!("{name_of} has {length} along {name}, {} are needed", range.end));
            }
            ranges.push((name, range));
        }
        let count = ranges
            .iter()
            .try_fold(1usize, |n, (_, range)| n.checked_mul(range.len()));
        match count {
            Some(count) if count <= MOST_VALUES && count as u64 <= self.bytes.saturating_mul(MOST_DEFLATED) => {
                Ok(ranges)
            }
            _ => self.fail(format!(
                "{} claims more values than a file of {} bytes can hold: the file is damaged",
                variable.name(),
                self.bytes
            )),
        }
    }

    /// NaN where the variable's attributes say that nothing is.
    fn values(&self, variable: &Variable<'_>, extents: Vec<Extent>) -> Result<Vec<f32>> {
        let fail = Error::netcdf(self.path);
        let plain = ["scale_factor", "add_offset", "_FillValue", "missing_value"]
            .iter()
            .all(|attribute| numbers(variable, attribute).is_empty());
        if plain {
            return variable.get_values(extents).map_err(fail);
        }
        let packing = Packing::of(variable);
        let stored: Vec<f64> = variable.get_values(extents).map_err(fail)?;
        Ok(stored.into_iter().map(|value| packing.unpack(value) as f32).collect())
    }
}

/// Whether a netCDF file is WRF's own: it names the map of its grid, and holds winds on the faces of cells.
///
/// # Errors
/// [`Error::Io`], [`Error::NetCdf`], [`Error::Format`].
pub(crate) fn is_wrf_file(path: &Path) -> Result<bool> {
    netcdf_file::read_netcdf(path, || Ok(is_wrf(&netcdf_file::open(path)?)))
}

fn is_wrf(file: &netcdf::File) -> bool {
    let staggered = file.dimension("west_east_stag").is_some();
    file.attribute("MAP_PROJ").is_some() && (staggered || file.attribute("WEST-EAST_PATCH_END_UNSTAG").is_some())
}

/// `2005-08-28_12:00:00`.
fn parse_time(text: &[u8]) -> Option<UtcTime> {
    let text = std::str::from_utf8(text).ok()?;
    let (date, clock) = text.split_once(['_', 'T', ' '])?;
    UtcTime::parse(&format!("{date}T{clock}")).ok()
}
