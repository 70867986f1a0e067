//! A flux variable in a netCDF file, read window by window.

use std::fmt;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use ndarray::{Array3, ArrayD, Axis, IxDyn};
use netcdf::Extent;

use super::conversion::Scale;
use crate::error::{Error, Result};
use crate::netcdf_file::{Packing, variable};

/// What a dimension of the variable counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Time,
    Lat,
    Lon,
    /// Any other dimension, of which one place is taken.
    At(usize),
}

/// Where the values lie and what makes them µmol m⁻² s⁻¹.
#[derive(Clone, Debug)]
pub(crate) struct FluxFile {
    /// Stays open: netCDF 4.9.0 prints HDF5's diagnostics when a second thread opens a file.
    pub(crate) file: Arc<netcdf::File>,
    pub(crate) path: PathBuf,
    pub(crate) variable: String,
    /// Role of each dimension, in the order of the file.
    pub(crate) roles: Vec<Role>,
    pub(crate) packing: Packing,
    /// Unit as the file or the caller spells it.
    pub(crate) units: String,
    pub(crate) scale: Scale,
}

impl FluxFile {
    /// Values in µmol m⁻² s⁻¹, `[time][lat][lon]`.
    pub(crate) fn read(&self, maps: Range<usize>, rows: Range<usize>, columns: Range<usize>) -> Result<Array3<f64>> {
        let variable = variable(&self.file, &self.path, &self.variable)?;
        let firsts = [maps.start, rows.start, columns.start];
        let range = |role: &Role| match role {
            Role::Time => maps.clone(),
            Role::Lat => rows.clone(),
            Role::Lon => columns.clone(),
            Role::At(index) => *index..index + 1,
        };
        let ranges: Vec<Range<usize>> = self.roles.iter().map(range).collect();
        let extents: Vec<Extent> = ranges.iter().cloned().map(Extent::from).collect();
        let stored: Vec<f64> = variable.get_values(extents).map_err(Error::netcdf(&self.path))?;
        let lengths: Vec<usize> = ranges.iter().map(Range::len).collect();
        let changed = || Error::format(&self.path, "the file has changed since it was opened");
        let values = ArrayD::from_shape_vec(IxDyn(&lengths), stored).map_err(|_| changed())?;
        let mut ordered = self.in_order(values).ok_or_else(changed)?;
        for ((map, row, column), value) in ordered.indexed_iter_mut() {
            let place = [firsts[0] + map, firsts[1] + row, firsts[2] + column];
            *value = self.packing.unpack(*value) * self.scale.of(place);
        }
        Ok(ordered)
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
        order.extend((0..self.roles.len()).filter(|&i| matches!(self.roles[i], Role::At(_))));
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
        if self.scale.factor < 0.0 {
            write!(f, " (positive downward in the file)")?;
        }
        Ok(())
    }
}
