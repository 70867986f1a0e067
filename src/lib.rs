//! Lagrangian footprints of atmospheric trace gases.

#[cfg(feature = "cli")]
pub mod cli;
pub mod config;
pub mod constants;
pub mod convolve;
pub mod crs;
#[cfg(feature = "netcdf")]
pub mod demo;
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
#[cfg(feature = "netcdf")]
pub mod run;
pub mod time;
pub mod trajectory;
pub mod transport;
pub mod turbulence;

pub use error::{Error, Result};

/// The README's Rust, run as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Readme;
