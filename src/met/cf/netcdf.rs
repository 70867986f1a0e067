//! netCDF files, and what a THREDDS or OPeNDAP server gives under a URL.

use std::ops::Range;
use std::path::{Path, PathBuf};

use ndarray::{ArrayD, IxDyn};
use netcdf::{AttributeValue, Extent, NcTypeDescriptor};

use super::container::{Attribute, Attributes, Container, VariableInfo};
use super::remote::{CUT_SHORT, NO_ATTRIBUTES, patiently};
use crate::error::{Error, Result};
use crate::met::file_stamp::FileStamp;
use crate::met::store::is_url;
use crate::netcdf_file::{self, on_netcdf_thread, read_netcdf};

/// NC_ECHAR: numbers were asked of text.
const IS_TEXT: i32 = -56;

/// A type in which numbers are read.
trait Number: NcTypeDescriptor + Copy {
    const NAN: Self;
    /// A NaN that nobody writes: a value that still is this one was not read.
    fn unread() -> Self;
    fn is_unread(self) -> bool;
}

impl Number for f64 {
    const NAN: Self = Self::NAN;

    fn unread() -> Self {
        Self::from_bits(0x7ff8_a175_4ed0_0001)
    }

    fn is_unread(self) -> bool {
        self.to_bits() == Self::unread().to_bits()
    }
}

impl Number for f32 {
    const NAN: Self = Self::NAN;

    fn unread() -> Self {
        Self::from_bits(0x7fc5_4ed1)
    }

    fn is_unread(self) -> bool {
        self.to_bits() == Self::unread().to_bits()
    }
}

/// A netCDF file, open only while it is read, or a data set on a server.
pub(crate) struct NetCdfContainer {
    path: PathBuf,
    /// `None` of a URL.
    stamp: Option<FileStamp>,
    variables: Vec<VariableInfo>,
    attributes: Attributes,
    file: Option<netcdf::File>,
}

impl NetCdfContainer {
    /// Reads what the file holds, without values.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::NetCdf`] if it is no netCDF.
    pub fn open(path: &Path) -> Result<Self> {
        match is_url(path) {
            true => patiently(path, "open", || Self::of(path, None)),
            false => Self::of(path, Some(FileStamp::of_path(path)?)),
        }
    }

    fn of(path: &Path, stamp: Option<FileStamp>) -> Result<Self> {
        read_netcdf(path, || {
            let file = open(path, stamp)?;
            let variables: Vec<VariableInfo> = file.variables().map(|held| describe(&held)).collect();
            if stamp.is_none() && variables.iter().all(|held| held.attributes.is_empty()) {
                return Err(Error::netcdf(path)(NO_ATTRIBUTES.into()));
            }
            Ok(Self {
                path: path.to_owned(),
                stamp,
                variables,
                attributes: attributes(file.attributes()),
                file: Some(file),
            })
        })
    }

    fn read_once<T: Number + Send>(&mut self, variable: &str, ranges: &[Range<usize>]) -> Result<ArrayD<T>> {
        let Self {
            path,
            stamp,
            file,
            variables,
            ..
        } = self;
        let expected = variables.iter().find(|held| held.name == variable);
        read_netcdf(path, || {
            let file = match file {
                Some(file) => file,
                closed => closed.insert(open(path, *stamp)?),
            };
            let held = netcdf_file::variable(file, path, variable)?;
            if expected.is_some_and(|expected| expected.dimensions != dimensions(&held)) {
                let changed = format!("variable {variable} has changed since the run began; start the run again");
                return Err(Error::format(&*path, changed));
            }
            let extents: Vec<Extent> = ranges.iter().cloned().map(Extent::from).collect();
            let lengths: Vec<usize> = ranges.iter().map(Range::len).collect();
            let mut stored = vec![T::unread(); lengths.iter().product()];
            match held.get_values_into(&mut stored, extents) {
                Err(netcdf::Error::Netcdf(IS_TEXT)) => stored.fill(T::NAN),
                read => read.map_err(Error::netcdf(&*path))?,
            }
            if stored.iter().any(|value| value.is_unread()) {
                return Err(Error::netcdf(&*path)(CUT_SHORT.into()));
            }
            ArrayD::from_shape_vec(IxDyn(&lengths), stored)
                .map_err(|_| Error::format(&*path, format!("variable {variable} gave too few values")))
        })
    }

    fn read_as<T: Number + Send>(&mut self, variable: &str, ranges: &[Range<usize>]) -> Result<ArrayD<T>> {
        if self.stamp.is_some() {
            return self.read_once(variable, ranges);
        }
        let url = self.path.clone();
        patiently(&url, "read", || {
            let answered = self.read_once(variable, ranges);
            if answered.is_err() {
                self.close();
            }
            answered
        })
    }

    fn close(&mut self) {
        if let Some(file) = self.file.take() {
            on_netcdf_thread(|| drop(file));
        }
    }
}

/// Opens a file that is still what it was, or a data set on a server.
fn open(path: &Path, stamp: Option<FileStamp>) -> Result<netcdf::File> {
    match stamp {
        Some(stamp) => {
            stamp.check(path)?;
            netcdf_file::open(path)
        }
        None => netcdf::open(path).map_err(Error::netcdf(path)),
    }
}

fn dimensions(held: &netcdf::Variable<'_>) -> Vec<(String, usize)> {
    let dimensions = held.dimensions().iter();
    dimensions
        .map(|dimension| (dimension.name(), dimension.len()))
        .collect()
}

fn describe(held: &netcdf::Variable<'_>) -> VariableInfo {
    VariableInfo {
        name: held.name(),
        dimensions: dimensions(held),
        attributes: attributes(held.attributes()),
    }
}

fn attributes<'f>(held: impl Iterator<Item = netcdf::Attribute<'f>>) -> Attributes {
    let known = |attribute: netcdf::Attribute<'f>| {
        let value = match attribute.value().ok()? {
            AttributeValue::Str(text) => Attribute::Text(text),
            AttributeValue::Strs(texts) => Attribute::Text(texts.join(" ")),
            value => Attribute::Numbers(netcdf_file::as_numbers(value)),
        };
        Some((attribute.name().to_owned(), value))
    };
    held.filter_map(known).collect()
}

impl Container for NetCdfContainer {
    fn name(&self) -> &Path {
        &self.path
    }

    fn variables(&self) -> &[VariableInfo] {
        &self.variables
    }

    fn attributes(&self) -> &Attributes {
        &self.attributes
    }

    fn read(&mut self, variable: &str, ranges: &[Range<usize>]) -> Result<ArrayD<f64>> {
        self.read_as(variable, ranges)
    }

    fn read_single(&mut self, variable: &str, ranges: &[Range<usize>]) -> Result<ArrayD<f32>> {
        self.read_as(variable, ranges)
    }

    fn rest(&mut self) {
        // opening a data set on a server again costs more than it holds
        if self.stamp.is_some() {
            self.close();
        }
    }
}
