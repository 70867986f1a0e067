//! Footprints made of footprints: sums, means and differences, other grids, longer layers, the area that matters.
//!
//! What is known of the sampling error goes along as far as it stays right: a combination either has the error of its
//! cells, or `stderr` is `None`. The groups of particles (`sampling`) combine in every case in which all footprints have
//! the same number of them, and with them the errors of layers and totals. The age spectrum is that of one receptor on
//! one grid: only longer layers keep it.

mod arithmetic;
mod core_area;
mod groups;
mod layers;
mod regrid;

pub use arithmetic::{difference, mean, sum};
pub use core_area::{core_area, network_maximum};
pub use layers::{integrate, resample};
pub use regrid::regrid;
