//! A flux variable in a netCDF file, read window by window.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ndarray::{Array3, ArrayD, Axis, IxDyn};
use netcdf::{AttributeValue, Extent, Variable};

use crate::error::{Error, Result};

/// What the netCDF library writes where nothing was written (NC_FILL_FLOAT, NC_FILL_DOUBLE).
const DEFAULT_FILL: f64 = 9.969_209_968_386_869e36;

/// What a dimension of the variable counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Time,
    Lat,
    Lon,
    /// Any other dimension, of length one.
    Single,
}

/// Where the values lie and what makes them µmol m⁻² s⁻¹.
#[derive(Clone, Debug)]
pub(super) struct FluxFile {
    /// Stays open: netCDF 4.9.0 prints HDF5's diagnostics when a second thread opens a file.
    pub(super) file: Arc<netcdf::File>,
    pub(super) path: PathBuf,
    pub(super) variable: String,
    /// Role of each dimension, in the order of the file.
    pub(super) roles: Vec<Role>,
    pub(super) packing: Packing,
    /// Unit as the file or the caller spells it.
    pub(super) units: String,
    pub(super) to_umol_m2_s: f64,
}

/// How stored numbers become values in the unit of the file (CF §2.5.1, §8.1).
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Packing {
    scale: f64,
    offset: f64,
    missing: Vec<f64>,
}

impl Packing {
    pub(crate) fn of(variable: &Variable<'_>) -> Self {
        let numbers = |name| numbers(variable, name);
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

impl FluxFile {
    /// Values in µmol m⁻² s⁻¹, `[time][lat][lon]`.
    pub(super) fn read(&self, maps: Range<usize>, rows: Range<usize>, columns: Range<usize>) -> Result<Array3<f64>> {
        let variable = variable(&self.file, &self.path, &self.variable)?;
        let range = |role: &Role| match role {
            Role::Time => maps.clone(),
            Role::Lat => rows.clone(),
            Role::Lon => columns.clone(),
            Role::Single => 0..1,
        };
        let ranges: Vec<Range<usize>> = self.roles.iter().map(range).collect();
        let extents: Vec<Extent> = ranges.iter().cloned().map(Extent::from).collect();
        let stored: Vec<f64> = variable.get_values(extents).map_err(Error::netcdf(&self.path))?;
        let lengths: Vec<usize> = ranges.iter().map(Range::len).collect();
        let changed = || Error::format(&self.path, "the file has changed since it was opened");
        let values = ArrayD::from_shape_vec(IxDyn(&lengths), stored).map_err(|_| changed())?;
        let ordered = self.in_order(values).ok_or_else(changed)?;
        Ok(ordered.mapv(|v| self.packing.unpack(v) * self.to_umol_m2_s))
    }

    fn in_order(&self, mut values: ArrayD<f64>) -> Option<Array3<f64>> {
        let mut order: Vec<usize> = Vec::with_capacity(values.ndim() + 1);
        for role in [Role::Time, Role::Lat, Role::Lon] {
            match self.roles.iter().position(|r| *r == role) {
                Some(position) => order.push(position),
                None => {
                    order.push(values.ndim());
                    let end = Axis(values.ndim());
                    values = values.insert_axis(end);
                }
            }
        }
        order.extend((0..self.roles.len()).filter(|&i| self.roles[i] == Role::Single));
        let mut ordered = values.permuted_axes(IxDyn(&order));
        while ordered.ndim() > 3 {
            ordered = ordered.index_axis_move(Axis(3), 0);
        }
        ordered.into_dimensionality().ok()
    }
}

impl fmt::Display for FluxFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "variable {} of {} in {}",
            self.variable,
            self.path.display(),
            self.units
        )?;
        if self.to_umol_m2_s < 0.0 {
            write!(f, " (positive downward in the file)")?;
        }
        Ok(())
    }
}

pub(super) fn open(path: &Path) -> Result<netcdf::File> {
    std::fs::metadata(path).map_err(Error::io("open", path))?;
    netcdf::open(path).map_err(Error::netcdf(path))
}

/// The variable, or an error that names those with two dimensions or more.
pub(super) fn variable<'f>(file: &'f netcdf::File, path: &Path, name: &str) -> Result<Variable<'f>> {
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

fn numbers(variable: &Variable<'_>, name: &str) -> Vec<f64> {
    let value = variable.attribute_value(name).and_then(|value| value.ok());
    match value {
        Some(AttributeValue::Str(text)) => text.trim().parse().into_iter().collect(),
        Some(AttributeValue::Doubles(values)) => values,
        Some(AttributeValue::Floats(values)) => values.into_iter().map(f64::from).collect(),
        Some(value) => f64::try_from(value).into_iter().collect(),
        None => Vec::new(),
    }
}
