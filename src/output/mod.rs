//! Files: footprints and trajectories as CF netCDF-4, tables as CSV; whole or not at all, with the same bytes for the
//! same input.

#[cfg(feature = "netcdf")]
mod age_variables;
#[cfg(feature = "netcdf")]
pub(crate) mod attributes;
pub mod contributions;
#[cfg(feature = "netcdf")]
mod ends_file;
pub mod enhancements;
#[cfg(feature = "netcdf")]
mod footprint_file;
#[cfg(feature = "netcdf")]
pub(crate) mod grid_attributes;
#[cfg(feature = "netcdf")]
pub(crate) mod grid_axes;
#[cfg(feature = "netcdf")]
pub(crate) mod grid_mapping;
#[cfg(feature = "netcdf")]
mod layer_variables;
#[cfg(feature = "netcdf")]
mod sampling_variables;
#[cfg(feature = "netcdf")]
mod starts;
#[cfg(feature = "netcdf")]
mod trajectory_file;
mod whole;

#[cfg(feature = "netcdf")]
pub use attributes::{RunAttributes, read_run_attributes};
#[cfg(feature = "netcdf")]
pub use ends_file::write_ends;
#[cfg(feature = "netcdf")]
pub(crate) use footprint_file::units;
#[cfg(feature = "netcdf")]
pub use footprint_file::{as_stored, read_footprint, write_footprint};
#[cfg(feature = "netcdf")]
pub use trajectory_file::{read_trajectories, write_trajectories};
pub(crate) use whole::write_whole;

/// Of zlib, in all files: higher ones take twice the time for a few percent.
#[cfg(feature = "netcdf")]
const DEFLATE_LEVEL: i32 = 1;
