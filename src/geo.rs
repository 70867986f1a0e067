//! Places on the sphere.

use serde::{Deserialize, Serialize};

/// A place: longitude first, as everywhere in this crate.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LonLat {
    /// Degrees east.
    pub lon_deg: f64,
    /// Degrees north.
    pub lat_deg: f64,
}

/// The same longitude in [−180, 180) degrees.
pub fn wrap_longitude_deg(lon_deg: f64) -> f64 {
    (lon_deg + 180.0).rem_euclid(360.0) - 180.0
}
