//! Results in the columns of the ICOS Carbon Portal's STILT service.
//!
//! [`Components`] are what a slot is made of: the background and what each sector, fuel, vegetation class and natural source
//! adds. [`PortalSeries`] has the portal's columns, made of components or read from the portal's files ([`read`]); it
//! checks the sums that must hold between columns and is written as the portal's CSV or as CF netCDF. [`RawTable`] is the
//! layout of nearly a thousand columns that the portal keeps behind its results.

mod categories;
mod components;
mod contributions;
mod identities;
mod raw;
mod read;
mod result;
mod series;
mod write;
#[cfg(feature = "netcdf")]
mod write_netcdf;

pub use components::{Components, RadonSource, Source, Vegetation, Weather};
pub use identities::Breach;
pub use raw::RawTable;
pub use read::read;
pub use series::PortalSeries;
pub use write::write_csv;
#[cfg(feature = "netcdf")]
pub use write_netcdf::write_netcdf;
