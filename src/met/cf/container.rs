//! What holds variables: a netCDF file, a Zarr store, a data set in memory.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use ndarray::ArrayD;

use crate::error::Result;

/// The value of an attribute.
#[derive(Clone, Debug, PartialEq)]
pub enum Attribute {
    /// Text.
    Text(String),
    /// One number or several.
    Numbers(Vec<f64>),
}

/// Attributes by name.
pub type Attributes = BTreeMap<String, Attribute>;

/// A variable, known without its values.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct VariableInfo {
    /// Its name.
    pub name: String,
    /// Name and length of each dimension, in the order of the values.
    pub dimensions: Vec<(String, usize)>,
    /// As CF has them: `units`, `standard_name`, `scale_factor`, `_FillValue` …
    pub attributes: Attributes,
}

/// A set of variables with the conventions of CF (netCDF Climate and Forecast, 1.8).
pub trait Container: Send {
    /// Path, URL or other name, for messages.
    fn name(&self) -> &Path;

    /// The variables, coordinates included.
    fn variables(&self) -> &[VariableInfo];

    /// The attributes of the whole.
    fn attributes(&self) -> &Attributes;

    /// Stored numbers of a part of a variable, one range per dimension; packed numbers stay packed, text is NaN.
    ///
    /// # Errors
    /// Those of the medium.
    fn read(&mut self, variable: &str, ranges: &[Range<usize>]) -> Result<ArrayD<f64>>;

    /// As [`read`](Self::read), in single precision: all that fields of 16 or 32 bits hold.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    fn read_single(&mut self, variable: &str, ranges: &[Range<usize>]) -> Result<ArrayD<f32>> {
        Ok(self.read(variable, ranges)?.mapv(|value| value as f32))
    }

    /// Told when nothing will be read for a while: files may be closed.
    fn rest(&mut self) {}
}

/// The text of an attribute.
pub(super) fn text<'a>(attributes: &'a Attributes, name: &str) -> Option<&'a str> {
    match attributes.get(name)? {
        Attribute::Text(text) => Some(text.trim()),
        Attribute::Numbers(_) => None,
    }
}

/// The numbers of an attribute.
pub(super) fn numbers<'a>(attributes: &'a Attributes, name: &str) -> &'a [f64] {
    match attributes.get(name) {
        Some(Attribute::Numbers(numbers)) => numbers,
        _ => &[],
    }
}

impl VariableInfo {
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        text(&self.attributes, name)
    }

    pub(crate) fn numbers(&self, name: &str) -> &[f64] {
        numbers(&self.attributes, name)
    }

    /// The place of a dimension.
    pub(crate) fn dimension(&self, name: &str) -> Option<usize> {
        self.dimensions.iter().position(|(held, _)| held == name)
    }
}
