//! Many footprints in one file, without their zeros: a station-year, and the Jacobian of an inversion.
//!
//! Compressed sparse rows in plain netCDF-4. A *layer* is a row: one layer of one receptor's footprint, the layers of a
//! receptor in a run, ascending in time. An *entry* is a value that is not zero, the entries of a layer in a run, by
//! ascending cell. The *cell* is row · columns + column of the grid, from south to north and from west to east, so that
//! with scipy and xarray the Jacobian of surface flux to mole fraction is
//!
//! ```python
//! ds = xr.open_dataset("CBW_2010_footprints_europe.nc")
//! rows = np.r_[0, np.cumsum(ds.layer_entries)]
//! ids = ds.receptor_id.values.view("S256")[:, 0]
//! H = scipy.sparse.csr_array((ds.foot, ds.cell, rows), shape=(ds.sizes["layer"], ds.sizes["lat"] * ds.sizes["lon"]))
//! ```
//!
//! | dimension | variables |
//! |---|---|
//! | `receptor` | `receptor_id receptor_time receptor_lon receptor_lat receptor_height_agl receptor_layers` …, budget, errors |
//! | `layer` | `layer_receptor layer_time layer_entries`, with sampling errors `group_foot layer_samples` |
//! | `entry` | `cell foot`, with sampling errors `foot_stderr` |
//! | `sample` | `sample_cell sample_group sample_foot`: unsmoothed influence of groups of particles, for the error of ppm |
//!
//! A store appears, grows and changes whole or not at all: it is written beside and renamed.

mod jacobian;
#[cfg(feature = "netcdf")]
mod layout;
#[cfg(feature = "netcdf")]
mod lists;
#[cfg(feature = "netcdf")]
mod read;
#[cfg(feature = "netcdf")]
mod write;

pub use jacobian::{Jacobian, Row};
#[cfg(feature = "netcdf")]
pub use read::Store;
#[cfg(feature = "netcdf")]
pub use write::{append_store, write_store};

use crate::receptor::Receptor;
use crate::time::UtcTime;

/// The store of a receptor: its station ([`Receptor::station`]), the year of its time, and the grid.
pub fn store_name(receptor: &Receptor, grid: &str) -> String {
    let year = &receptor.time.compact()[..4];
    format!("{}_{year}_footprints_{grid}.nc", receptor.station())
}

/// A span of time, its end not in it.
pub type Span = std::ops::Range<UtcTime>;
