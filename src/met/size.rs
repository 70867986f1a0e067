//! How large meteorology is, told without reading its fields.

use super::MetDescription;
use super::arl::{Residuals, arl_bytes};
use crate::error::Result;

/// What a source takes, on disk and in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MetSize {
    /// Horizontal fields of one time.
    pub fields: usize,
    /// Times.
    pub times: usize,
    /// The ARL file of all times, bytes, to the byte.
    pub arl_bytes: u64,
    /// The fields of one time as numbers, bytes; from ARL files they stay packed, in about a third of that.
    pub memory_bytes: u64,
}

impl MetSize {
    /// The size of what `description` tells of.
    ///
    /// # Errors
    /// [`Error::Format`](crate::Error::Format) if the ARL format cannot express it.
    pub fn of(description: &MetDescription) -> Result<Self> {
        Ok(Self {
            fields: fields(description),
            times: description.times.len(),
            arl_bytes: arl_bytes(description, Residuals::Omit)?,
            memory_bytes: memory_bytes(description),
        })
    }
}

fn fields(description: &MetDescription) -> usize {
    description.variables.iter().map(Vec::len).sum()
}

/// The fields of one time as numbers, bytes.
pub fn memory_bytes(description: &MetDescription) -> u64 {
    let points = description.grid.nx as u64 * description.grid.ny as u64;
    size_of::<f32>() as u64 * points * fields(description) as u64
}
