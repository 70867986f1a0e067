//! Maps as models and files state them: parallels, orientation, a sphere of their own.

use super::{ConformalMap, MapAnchor, MetGrid, tangent_latitude_deg};
use crate::constants::EARTH_RADIUS_M;
use crate::error::Result;
use crate::geo::LonLat;

/// Kind of a conformal map.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Cone {
    /// Two standard parallels, which may be one.
    Lambert {
        parallels_deg: (f64, f64),
    },
    /// The parallel at which lengths are true; its sign is that of the pole.
    PolarStereographic {
        true_lat_deg: f64,
    },
    Mercator {
        true_lat_deg: f64,
    },
}

/// A conformal map as a file states it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct StatedMap {
    pub cone: Cone,
    /// The meridian along which the y axis points north.
    pub orientation_lon_deg: f64,
    /// Grid length where lengths are true, m on the file's sphere.
    pub spacing_m: f64,
    /// Radius of the file's sphere, m.
    pub radius_m: f64,
    /// One point whose place is known.
    pub anchor: MapAnchor,
}

impl StatedMap {
    /// The same places on our sphere: angles are the file's, lengths are ours.
    ///
    /// # Errors
    /// [`Error::Config`](crate::Error::Config) if the numbers describe no grid.
    pub fn grid(&self, nx: usize, ny: usize) -> Result<MetGrid> {
        let (tangent_lat_deg, true_lat_deg) = match self.cone {
            Cone::Lambert {
                parallels_deg: (first, second),
            } => (tangent_latitude_deg(first, second), first),
            Cone::PolarStereographic { true_lat_deg } => (90f64.copysign(true_lat_deg), true_lat_deg),
            Cone::Mercator { true_lat_deg } => (0.0, true_lat_deg),
        };
        let reference = LonLat {
            lon_deg: self.orientation_lon_deg,
            lat_deg: true_lat_deg,
        };
        let size_m = self.spacing_m * EARTH_RADIUS_M / self.radius_m;
        MetGrid::conformal(
            nx,
            ny,
            ConformalMap::new(tangent_lat_deg, reference, size_m, 0.0, self.anchor)?,
        )
    }
}
