//! Files with CF conventions: ERA5 as the Climate Data Store writes it, reanalyses and models in netCDF, data sets in
//! memory.
//!
//! Variables are known by ECMWF's numbers and names, by CF standard names, or by a [`Mapping`]; their values are converted by
//! the units that they state. A variable that is not understood is left alone.

mod axes;
mod coefficients;
mod container;
mod horizontal;
mod mapping;
mod names;
mod netcdf;
mod recognise;
mod remote;
mod shape;
mod source;
mod units;

pub(crate) use axes::{Axis, axes, values, variable};
pub(crate) use coefficients::{hybrid, hybrid_named};
pub use container::{Attribute, Attributes, Container, VariableInfo};
pub use mapping::Mapping;
pub(crate) use netcdf::NetCdfContainer;
pub(crate) use source::CfSource;
pub(crate) use units::Unit;

use std::path::Path;

use crate::error::Result;
use crate::met::MetReader;
use crate::met::collection::{Collection, FieldSource};

/// Opens a netCDF file, or a data set on an OPeNDAP server by its URL.
///
/// # Errors
/// [`Error::Io`](crate::Error::Io), [`Error::NetCdf`](crate::Error::NetCdf).
pub fn open_netcdf(path: impl AsRef<Path>) -> Result<Box<dyn Container>> {
    Ok(Box::new(NetCdfContainer::open(path.as_ref())?))
}

/// Meteorology of containers, one reader for each grid: levels in one container, the ground in another, as they come.
///
/// # Errors
/// [`Error::Format`](crate::Error::Format) if a grid or a time is not understood; [`Error::MetField`](crate::Error::MetField)
/// if there are no winds and temperature on levels; those of the containers.
pub fn read_containers(containers: Vec<Box<dyn Container>>, mapping: &Mapping) -> Result<Vec<Box<dyn MetReader>>> {
    let source = |container| Ok(Box::new(CfSource::new(container, mapping)?) as Box<dyn FieldSource>);
    let sources = containers.into_iter().map(source).collect::<Result<_>>()?;
    Collection::by_grid(sources)
}
