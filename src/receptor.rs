//! Receptors: where and when an air sample was taken.

use crate::error::{Error, Result};
use crate::time::UtcTime;

/// A point receptor.
#[derive(Clone, Debug, PartialEq)]
pub struct Receptor {
    /// Name of the output files; STILT's `yyyymmddHHMM_lon_lat_zagl` by default. No `/`.
    pub id: String,
    /// When the air was sampled.
    pub time: UtcTime,
    /// Longitude, degrees east.
    pub lon_deg: f64,
    /// Latitude, degrees north.
    pub lat_deg: f64,
    /// Height above ground, m.
    pub height_agl_m: f64,
}

impl Receptor {
    /// A receptor with STILT's own id.
    ///
    /// # Errors
    /// [`Error::Config`] if a coordinate is not finite or out of range.
    pub fn new(time: UtcTime, lon_deg: f64, lat_deg: f64, height_agl_m: f64) -> Result<Self> {
        let id = format!("{}_{lon_deg}_{lat_deg}_{height_agl_m}", time.compact());
        Self {
            id,
            time,
            lon_deg,
            lat_deg,
            height_agl_m,
        }
        .validated()
    }

    /// The same receptor under another id.
    ///
    /// # Errors
    /// [`Error::Config`] if the id is empty or contains `/`.
    pub fn with_id(self, id: impl Into<String>) -> Result<Self> {
        Self { id: id.into(), ..self }.validated()
    }

    fn validated(self) -> Result<Self> {
        if self.id.is_empty() || self.id.contains(['/', '\0']) || self.id == "." || self.id == ".." {
            return Err(Error::config(
                "receptor id",
                &self.id,
                "an id names output files: not empty, no `/`",
            ));
        }
        if !(-180.0..=360.0).contains(&self.lon_deg) {
            return Err(Error::config("lon_deg", self.lon_deg, "degrees east, from -180 to 360"));
        }
        if !(-90.0..=90.0).contains(&self.lat_deg) {
            return Err(Error::config("lat_deg", self.lat_deg, "degrees north, from -90 to 90"));
        }
        if !(0.0..=20_000.0).contains(&self.height_agl_m) {
            return Err(Error::config(
                "height_agl_m",
                self.height_agl_m,
                "m above ground, from 0 to 20000",
            ));
        }
        Ok(self)
    }
}
