//! Lagrangian footprints of atmospheric trace gases.

pub mod config;
pub mod constants;
pub mod convolve;
pub mod crs;
pub mod error;
pub mod flux;
pub mod footprint;
pub mod geo;
pub mod grid;
pub mod met;
pub mod near_field;
pub mod output;
pub mod receptor;
pub mod rng;
pub mod time;
pub mod trajectory;
pub mod transport;
pub mod turbulence;

pub use error::{Error, Result};
