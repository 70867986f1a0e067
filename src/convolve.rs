//! Footprint × flux = the mole fraction that the flux adds at the receptor.

use crate::error::Result;
use crate::flux::Flux;
use crate::footprint::Footprint;
use crate::time::UtcTime;

/// What a flux adds at a receptor, by the hour in which the air picked it up.
#[derive(Clone, Debug, PartialEq)]
pub struct Enhancement {
    /// Id of the receptor.
    pub receptor_id: String,
    /// Start of each layer of the footprint, UTC, and the enhancement picked up in it, ppm.
    pub layers: Vec<(UtcTime, f64)>,
    /// Sum over all layers, ppm.
    pub total_ppm: f64,
    /// Share of the footprint that lies where the flux has no data, 0…1.
    pub uncovered_share: f64,
}

/// Convolves a footprint with a flux.
///
/// # Errors
/// [`Error::Config`](crate::Error::Config) if the flux does not overlap the footprint in space or time at all.
pub fn convolve(_footprint: &Footprint, _flux: &Flux) -> Result<Enhancement> {
    todo!()
}
