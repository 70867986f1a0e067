//! WRF output: what is read from it is what was written, and a real file agrees with its conversion to ARL.
#![allow(clippy::unwrap_used)]

#[path = "../wrf_file/mod.rs"]
mod wrf_file;

mod air;
mod fields;
mod katrina;
mod places;
mod refused;
