//! Footprint files of others, read and written: what they hold comes out, and comes back.
#![allow(clippy::unwrap_used)]
#![cfg(feature = "netcdf")]

#[path = "../foreign/mod.rs"]
mod foreign;
mod icos;
mod openghg;
mod refused;
mod stilt;
