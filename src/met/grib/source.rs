//! The fields of a GRIB file that lie on one grid.

use std::path::{Path, PathBuf};

use ndarray::Array2;
use rayon::prelude::*;

use super::bytes::ByteFile;
use super::field::{Extent, Packing};
use super::octets::Parsed;
use super::select::{self, Chosen, Values};
use super::{edition_1, edition_2, scan, unpack};
use crate::error::{Error, Result};
use crate::met::collection::{FieldInfo, FieldSource, HybridLevels, Quantity, WindAxes};
use crate::met::file_stamp::FileStamp;
use crate::met::projection::MetGrid;

/// The messages of a file that lie on one grid.
#[derive(Debug)]
pub(crate) struct GribSource {
    path: PathBuf,
    stamp: FileStamp,
    model: &'static str,
    grid: MetGrid,
    wind_axes: WindAxes,
    hybrid: Option<HybridLevels>,
    fields: Vec<FieldInfo>,
    values: Vec<Values>,
    warnings: Vec<String>,
}

/// The sources of a file, one for each grid, in the order in which the grids occur.
///
/// # Errors
/// [`Error::Io`]; [`Error::Format`] if the file is damaged, or holds nothing that can be used.
pub(crate) fn open(path: &Path) -> Result<Vec<GribSource>> {
    let mut file = ByteFile::open(path)?;
    let (messages, cut_off) = scan::messages(&mut file, path)?;
    let mut stated = Vec::with_capacity(messages.len());
    for message in messages {
        match message.edition {
            1 => stated.push(edition_1::field(&mut file, path, message)?),
            _ => stated.extend(edition_2::fields(&mut file, path, message)?),
        }
    }
    let (groups, mut warnings) = select::choose(path, stated)?;
    warnings.extend(cut_off);
    file.stamp.check(path)?;
    groups
        .into_iter()
        .map(|fields| GribSource::new(path, file.stamp, fields, warnings.clone()))
        .collect()
}

impl GribSource {
    /// `chosen` are one or more.
    fn new(path: &Path, stamp: FileStamp, chosen: Vec<Chosen>, mut warnings: Vec<String>) -> Result<Self> {
        let hybrid = hybrid(path, &chosen, &mut warnings)?;
        let source = Self {
            path: path.to_path_buf(),
            stamp,
            model: chosen[0].model,
            grid: chosen[0].grid.clone(),
            wind_axes: wind_axes(path, &chosen)?,
            hybrid,
            fields: chosen.iter().map(|field| field.info).collect(),
            values: chosen.into_iter().map(|field| field.values).collect(),
            warnings,
        };
        Ok(source)
    }
}

fn wind_axes(path: &Path, chosen: &[Chosen]) -> Result<WindAxes> {
    use Quantity::{StressX, StressY, WindX, WindX10m, WindY, WindY10m};
    let is_vector = |field: &&Chosen| {
        let quantity = field.info.quantity;
        matches!(quantity, WindX | WindY | WindX10m | WindY10m | StressX | StressY)
    };
    let mut vectors = chosen.iter().filter(is_vector);
    let Some(first) = vectors.next() else {
        return Ok(WindAxes::Earth);
    };
    match vectors.find(|field| field.axes != first.axes) {
        None => Ok(first.axes),
        Some(other) => Err(Error::format(
            path,
            format!(
                "winds lie along {:?} axes in {} and along {:?} axes in {}; split the file",
                first.axes, first.values.message, other.axes, other.values.message
            ),
        )),
    }
}

/// Of the fields on model levels, whose parameters must agree.
fn hybrid(path: &Path, chosen: &[Chosen], warnings: &mut Vec<String>) -> Result<Option<HybridLevels>> {
    let mut stated = chosen.iter().filter(|field| !field.vertical.is_empty());
    let Some(first) = stated.next() else {
        return Ok(None);
    };
    if let Some(other) = stated.find(|field| field.vertical != first.vertical) {
        let (first, other) = (first.values.message, other.values.message);
        let problem = format!("{first} and {other} state different levels of the model; split the file");
        return Err(Error::format(path, problem));
    }
    let (a, b) = first.vertical.split_at(first.vertical.len() / 2);
    let levels = HybridLevels::between(a.iter().copied().zip(b.iter().copied()).collect());
    if levels.is_none() || a.len() != b.len() {
        warnings.push(format!(
            "the {} vertical parameters of {} are no pairs of hybrid levels and not used",
            first.vertical.len(),
            first.values.message
        ));
        return Ok(None);
    }
    Ok(levels)
}

/// The bytes of a field: its bitmap and its packed values.
struct Bytes {
    bitmap: Option<Vec<u8>>,
    data: Vec<u8>,
}

impl Values {
    fn bytes(&self, file: &mut ByteFile) -> Result<Bytes> {
        let mut take = |extent: Extent| file.at_most(extent.offset, extent.count);
        Ok(Bytes {
            bitmap: self.bitmap.map(&mut take).transpose()?,
            data: take(self.data)?,
        })
    }

    fn decoded(&self, bytes: Bytes) -> Parsed<Array2<f32>> {
        let Bytes { bitmap, data } = bytes;
        let count = match &bitmap {
            Some(bits) => unpack::points_with_value(bits, self.points)?,
            None => self.points,
        };
        let values = match &self.packing {
            Packing::Simple(scaling) => scaling.values(&data, count)?,
            Packing::Template(template) if template.count == count => template.values(&data)?,
            Packing::Template(template) => {
                return Err(format!("{} values are packed for {count} points", template.count));
            }
        };
        let values = match &bitmap {
            Some(bits) => unpack::spread(bits, self.points, &values)?,
            None => values,
        };
        let mut map = self.order.arrange(values)?;
        if self.factor != 1.0 {
            map.mapv_inplace(|value| value * self.factor);
        }
        match map.iter().any(|value| value.is_infinite()) {
            true => Err("values beyond all bounds; the message is damaged".to_string()),
            false => Ok(map),
        }
    }
}

impl FieldSource for GribSource {
    fn name(&self) -> &Path {
        &self.path
    }

    fn model(&self) -> &str {
        self.model
    }

    fn grid(&self) -> &MetGrid {
        &self.grid
    }

    fn wind_axes(&self, _field: usize) -> WindAxes {
        self.wind_axes
    }

    fn hybrid(&self) -> Option<&HybridLevels> {
        self.hybrid.as_ref()
    }

    fn fields(&self) -> &[FieldInfo] {
        &self.fields
    }

    fn read(&mut self, fields: &[usize]) -> Result<Vec<Array2<f32>>> {
        self.stamp.check(&self.path)?;
        let mut file = ByteFile::open(&self.path)?;
        let packed = fields
            .iter()
            .map(|&field| self.values[field].bytes(&mut file))
            .collect::<Result<Vec<Bytes>>>();
        self.stamp.check(&self.path)?;
        let decode = |(&field, bytes): (&usize, Bytes)| {
            let values = &self.values[field];
            let fault = |problem: String| {
                let name = self.fields[field].quantity.name();
                Error::format(&self.path, format!("{}, {name}: {problem}", values.message))
            };
            values.decoded(bytes).map_err(fault)
        };
        fields.par_iter().zip(packed?).map(decode).collect()
    }

    fn warnings(&self) -> &[String] {
        &self.warnings
    }
}

#[cfg(test)]
impl GribSource {
    /// Byte of the message of a field, and the factor that turns the message's values to ours.
    pub fn place_and_factor(&self, field: usize) -> (u64, f32) {
        (self.values[field].message.offset, self.values[field].factor)
    }
}
