//! WRF output: netCDF files on WRF's own staggered grid and levels (Skamarock et al. 2019, NCAR/TN-556).
//!
//! Pressure is P + PB, geopotential PH + PHB, temperature (T + 300 K)(p/1000 hPa)^(2/7), humidity r/(1 + r); winds stay along
//! the axes of the grid. Of the surface, what a file holds is given under its ARL name; rain is what has fallen since the
//! start of the run.

mod aloft;
mod averaged;
mod file;
mod place;
mod reader;
mod surface;

pub(crate) use file::is_wrf_file;
pub use reader::{WrfOptions, WrfReader, WrfWinds};
