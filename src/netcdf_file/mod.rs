//! netCDF files to be read: their attributes, how numbers are packed, and the one thread that talks to the library.

mod thread;

use std::path::Path;

use netcdf::{AttributeValue, Variable};

pub(crate) use thread::{on_netcdf_thread, read_netcdf};

use crate::error::{Error, Result};

/// What the netCDF library writes where nothing was written (NC_FILL_FLOAT, NC_FILL_DOUBLE).
const DEFAULT_FILL: f64 = 9.969_209_968_386_869e36;

/// How stored numbers become values in the unit of the file (CF §2.5.1, §8.1).
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Packing {
    scale: f64,
    offset: f64,
    missing: Vec<f64>,
}

impl Packing {
    pub(crate) fn of(variable: &Variable<'_>) -> Self {
        Self::stated(|name| numbers(variable, name))
    }

    /// From the numbers of attributes, by name.
    pub(crate) fn stated(numbers: impl Fn(&str) -> Vec<f64>) -> Self {
        let mut missing = numbers("_FillValue");
        if missing.is_empty() {
            missing.push(DEFAULT_FILL);
        }
        missing.extend(numbers("missing_value"));
        Self {
            scale: numbers("scale_factor").first().copied().unwrap_or(1.0),
            offset: numbers("add_offset").first().copied().unwrap_or(0.0),
            missing,
        }
    }

    /// NaN where there is no data.
    pub(crate) fn unpack(&self, stored: f64) -> f64 {
        // a double attribute beside single-precision values differs by rounding
        let is_missing = |missing: &f64| (stored - missing).abs() <= 1e-6 * missing.abs();
        if !stored.is_finite() || self.missing.iter().any(is_missing) {
            return f64::NAN;
        }
        stored * self.scale + self.offset
    }
}

/// Opens a file to be read.
///
/// # Errors
/// [`Error::Io`] if there is no such file, [`Error::NetCdf`] if it is no netCDF.
pub(crate) fn open(path: &Path) -> Result<netcdf::File> {
    std::fs::metadata(path).map_err(Error::io("open", path))?;
    netcdf::open(path).map_err(Error::netcdf(path))
}

/// The variable, or an error that names those with two dimensions or more.
pub(crate) fn variable<'f>(file: &'f netcdf::File, path: &Path, name: &str) -> Result<Variable<'f>> {
    file.variable(name).ok_or_else(|| {
        let fields: Vec<String> = file
            .variables()
            .filter(|v| v.dimensions().len() >= 2)
            .map(|v| v.name())
            .collect();
        Error::format(path, format!("no variable {name:?}; there are: {}", fields.join(", ")))
    })
}

/// An attribute of text; `None` if absent or no text.
pub(crate) fn text(variable: &Variable<'_>, name: &str) -> Option<String> {
    as_text(variable.attribute_value(name)?.ok()?)
}

/// The same of the whole file.
pub(crate) fn global_text(file: &netcdf::File, name: &str) -> Option<String> {
    as_text(file.attribute(name)?.value().ok()?)
}

fn as_text(value: AttributeValue) -> Option<String> {
    match value {
        AttributeValue::Str(text) => Some(text),
        AttributeValue::Strs(mut texts) if texts.len() == 1 => texts.pop(),
        _ => None,
    }
}

/// An attribute of numbers; empty if absent or no number.
pub(crate) fn numbers(variable: &Variable<'_>, name: &str) -> Vec<f64> {
    let value = variable.attribute_value(name).and_then(|value| value.ok());
    value.map_or_else(Vec::new, as_numbers)
}

/// The numbers of an attribute, also those that are written out.
pub(crate) fn as_numbers(value: AttributeValue) -> Vec<f64> {
    match value {
        AttributeValue::Str(text) => text.trim().parse().into_iter().collect(),
        AttributeValue::Doubles(values) => values,
        AttributeValue::Floats(values) => values.into_iter().map(f64::from).collect(),
        AttributeValue::Ints(values) => values.into_iter().map(f64::from).collect(),
        AttributeValue::Shorts(values) => values.into_iter().map(f64::from).collect(),
        value => f64::try_from(value).into_iter().collect(),
    }
}
