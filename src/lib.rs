//! Lagrangian footprints of atmospheric trace gases: from meteorology and a tower to ppm.
//!
//! Particles are released where and when an air sample was taken and followed backward through the meteorology. The
//! time they spend near the ground, on a grid, is the footprint: what a surface flux there and then adds to the
//! sample, in ppm per µmol m⁻² s⁻¹. Footprint × flux, summed, is the enhancement in ppm.
//!
//! | step | call | gives |
//! |---|---|---|
//! | meteorology | [`MetStore::open`] | [`MetStore`], shared by all threads |
//! | transport | [`simulate`] | [`Trajectories`] |
//! | gridding | [`grid_particles`] | [`Footprint`] |
//! | flux | [`Flux::open`], [`convolve`](convolve()) | [`Enhancement`] |
//! | all of it, for many receptors, to files | [`run::run`] with a [`Config`] | `.nc`, `.csv`, `run.json` |
//!
//! # Quick start
//!
//! On idealised weather, so that it runs as it stands; with files, `MetStore::open(&["met/*.arl"])`.
//!
//! ```
//! use std::ops::ControlFlow;
//!
//! use airshed::met::synthetic::{SyntheticWeather, WeatherOptions};
//! use airshed::{Flux, Grid, MetStore, Receptor, TransportOptions, UtcTime, convolve, grid_particles, simulate};
//!
//! # fn main() -> airshed::Result<()> {
//! let weather = SyntheticWeather::new(WeatherOptions::default())?;
//! let met = MetStore::from_readers(vec![Box::new(weather)])?;
//! let tower = Receptor::new(UtcTime::parse("2019-09-22T12:00")?, 4.927, 51.971, 207.0)?;
//! let options = TransportOptions { hours: -2, particles: 50, ..Default::default() };
//! let trajectories = simulate(&met, &tower, &options, &|_| ControlFlow::Continue(()))?;
//!
//! let grid = Grid {
//!     name: "near".into(),
//!     west: 3.0, east: 7.0, south: 51.0, north: 53.0,
//!     dx: 0.1, dy: 0.1,
//!     crs: "+proj=longlat".into(),
//!     time_integrate: false,
//!     smooth_factor: 1.0,
//!     gridding: Default::default(),
//! };
//! let footprint = grid_particles(&trajectories, &grid)?;
//! let enhancement = convolve(&footprint, &Flux::uniform(1.0))?;
//! assert!((enhancement.total_ppm - footprint.foot.sum()).abs() < 1e-9);
//! # Ok(())
//! # }
//! ```
//!
//! Coordinates are longitude first, times are UTC, and names carry their units. The `netcdf` feature reads and writes
//! files, `proj` takes any map projection, `cli` is the command; without them no C library is needed.

pub mod attribution;
pub mod background;
pub mod boundary;
#[cfg(feature = "netcdf")]
#[cfg(feature = "netcdf")]
mod cf_time;
#[cfg(feature = "cli")]
pub mod cli;
pub mod coastlines;
pub mod combine;
pub mod compare;
pub mod config;
pub mod constants;
pub mod convolve;
pub mod countries;
pub mod crs;
pub mod decay;
#[cfg(feature = "netcdf")]
pub mod demo;
pub mod ensemble;
pub mod error;
#[cfg(feature = "fetch")]
pub mod fetch;
pub mod flux;
pub mod footprint;
#[cfg(feature = "netcdf")]
pub mod formats;
pub mod geo;
pub mod grid;
pub mod gridding;
pub mod inventory;
pub mod met;
pub mod mode;
pub mod near_field;
mod nearest;
#[cfg(feature = "netcdf")]
mod netcdf_file;
pub mod observations;
pub mod output;
pub mod portal;
pub mod receptor;
pub mod rng;
#[cfg(feature = "netcdf")]
pub mod run;
pub mod stations;
pub mod store;
pub mod thinning;
pub mod time;
pub mod tracer;
pub mod trajectory;
pub mod transport;
pub mod turbulence;
pub mod variable;
pub mod vprm;
#[cfg(feature = "plot")]
pub mod weather_map;

pub use background::Background;
pub use config::Config;
pub use convolve::{Enhancement, convolve};
pub use decay::Decay;
pub use error::{Error, Result};
pub use flux::Flux;
pub use footprint::{Footprint, grid_particles, grid_particles_on};
pub use grid::Grid;
pub use gridding::{Gridding, GriddingMode};
pub use met::store::MetStore;
pub use observations::Observations;
pub use receptor::Receptor;
pub use time::UtcTime;
pub use trajectory::Trajectories;
pub use transport::{
    TransportOptions, conditions, simulate, simulate_each, simulate_perturbed, simulate_perturbed_each,
};
pub use variable::{Variable, VariableSet};

/// The README's Rust, run as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Readme;
