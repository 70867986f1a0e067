//! Emission inventories and flux models on their own grids, in µmol m⁻² s⁻¹.

use std::path::Path;

use crate::error::Result;

/// A surface flux, as read from a file.
#[derive(Clone, Debug)]
pub struct Flux {}

impl Flux {
    /// Opens a netCDF flux; units are read from the file and converted to µmol m⁻² s⁻¹.
    ///
    /// # Errors
    /// [`Error::Format`](crate::Error::Format) if variable, axes or units are not understood.
    pub fn open(_path: impl AsRef<Path>, _variable: &str) -> Result<Self> {
        todo!()
    }
}
