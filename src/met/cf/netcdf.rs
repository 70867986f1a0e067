//! netCDF files, and what a THREDDS or OPeNDAP server gives under a URL.

use std::ops::Range;
use std::path::{Path, PathBuf};

use ndarray::{ArrayD, IxDyn};
use netcdf::{AttributeValue, Extent};

use super::container::{Attribute, Attributes, Container, VariableInfo};
use crate::error::{Error, Result};
use crate::met::file_stamp::FileStamp;
use crate::netcdf_file::{self, on_netcdf_thread};

/// A netCDF file; it is open only while it is read.
pub(crate) struct NetCdfContainer {
    path: PathBuf,
    stamp: FileStamp,
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
        let stamp = FileStamp::of_path(path)?;
        on_netcdf_thread(|| {
            let file = netcdf_file::open(path)?;
            Ok(Self {
                path: path.to_owned(),
                stamp,
                variables: file.variables().map(|held| describe(&held)).collect(),
                attributes: attributes(file.attributes()),
                file: Some(file),
            })
        })
    }
}

fn describe(held: &netcdf::Variable<'_>) -> VariableInfo {
    VariableInfo {
        name: held.name(),
        dimensions: held
            .dimensions()
            .iter()
            .map(|dimension| (dimension.name(), dimension.len()))
            .collect(),
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
        let Self { path, stamp, file, .. } = self;
        on_netcdf_thread(|| {
            let file = match file {
                Some(file) => file,
                closed => {
                    stamp.check(path)?;
                    closed.insert(netcdf_file::open(path)?)
                }
            };
            let held = netcdf_file::variable(file, path, variable)?;
            let extents: Vec<Extent> = ranges.iter().cloned().map(Extent::from).collect();
            let stored: Vec<f64> = held.get_values(extents).map_err(Error::netcdf(&*path))?;
            let lengths: Vec<usize> = ranges.iter().map(Range::len).collect();
            ArrayD::from_shape_vec(IxDyn(&lengths), stored).map_err(|_| {
                Error::format(
                    &*path,
                    format!("variable {variable} has changed since the file was opened"),
                )
            })
        })
    }

    fn rest(&mut self) {
        if let Some(file) = self.file.take() {
            on_netcdf_thread(|| drop(file));
        }
    }
}
