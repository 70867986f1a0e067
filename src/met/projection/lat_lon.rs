//! Regular latitude–longitude grids, regional or round the Earth.

use crate::constants::EARTH_RADIUS_M;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::geo::{LonLat, wrap_longitude_deg};

/// Two grids that meet within this share of a cell go round the Earth: index records round spacings to 7 characters.
const CLOSURE_TOLERANCE_CELLS: f64 = 0.25;

/// Indices to longitude and latitude with constant spacing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LatLonMap {
    first: LonLat,
    dlon_deg: f64,
    dlat_deg: f64,
    centre_x: f64,
    period_x: Option<usize>,
}

impl LatLonMap {
    pub(super) fn new(nx: usize, ny: usize, first: LonLat, dlon_deg: f64, dlat_deg: f64) -> Result<Self> {
        let fail = |value: String, allowed: &str| Err(Error::config("met grid", value, allowed));
        if nx < 2 || ny < 2 {
            return fail(format!("{nx} x {ny}"), "at least 2 x 2 points are needed");
        }
        let positive = |v: f64| v.is_finite() && v > 0.0;
        if !positive(dlon_deg) || !positive(dlat_deg) {
            return fail(
                format!("{dlon_deg} x {dlat_deg} degrees"),
                "spacings must be above 0 (rows from south to north, columns from west to east)",
            );
        }
        let last_lat_deg = first.lat_deg + (ny - 1) as f64 * dlat_deg;
        let half_cell_deg = 0.5 * dlat_deg;
        if !(first.lat_deg >= -90.0 - half_cell_deg && last_lat_deg <= 90.0 + half_cell_deg) {
            return fail(
                format!("latitudes {} to {last_lat_deg}", first.lat_deg),
                "must lie within -90 to 90",
            );
        }
        if !first.lon_deg.is_finite() || (nx - 1) as f64 * dlon_deg > 360.0 + half_cell_deg {
            return fail(
                format!("longitudes from {} by {dlon_deg}", first.lon_deg),
                "must span at most 360 degrees",
            );
        }
        let closes = |points: &usize| (360.0 / dlon_deg - *points as f64).abs() < CLOSURE_TOLERANCE_CELLS;
        let period_x = [nx, nx - 1].into_iter().find(closes);
        Ok(Self {
            first,
            dlon_deg: period_x.map_or(dlon_deg, |points| 360.0 / points as f64),
            dlat_deg,
            centre_x: 0.5 * (nx - 1) as f64,
            period_x,
        })
    }

    pub(super) fn index_of(&self, place: LonLat) -> (f64, f64) {
        let y = (place.lat_deg - self.first.lat_deg) / self.dlat_deg;
        let east_deg = place.lon_deg - self.first.lon_deg;
        let x = match self.period_x {
            Some(points) => {
                let x = east_deg.rem_euclid(360.0) / self.dlon_deg;
                if x < points as f64 { x } else { 0.0 }
            }
            None => self.centre_x + wrap_longitude_deg(east_deg - self.centre_x * self.dlon_deg) / self.dlon_deg,
        };
        (x, y)
    }

    pub(super) fn place_at(&self, x: f64, y: f64) -> LonLat {
        let lat_deg = self.first.lat_deg + y * self.dlat_deg;
        let lon_deg = self.first.lon_deg + x * self.dlon_deg;
        if lat_deg.abs() > 90.0 {
            let over_pole_deg = lat_deg.signum() * 180.0 - lat_deg;
            return LonLat {
                lon_deg: wrap_longitude_deg(lon_deg + 180.0),
                lat_deg: over_pole_deg,
            };
        }
        LonLat {
            lon_deg: wrap_longitude_deg(lon_deg),
            lat_deg,
        }
    }

    pub(super) fn cell_size_m(&self, y: f64) -> (f64, f64) {
        let highest_deg = 90.0 - 0.25 * self.dlat_deg;
        let lat_deg = (self.first.lat_deg + y * self.dlat_deg).clamp(-highest_deg, highest_deg);
        (
            EARTH_RADIUS_M * lat_deg.to_radians().cos() * self.dlon_deg.to_radians(),
            EARTH_RADIUS_M * self.dlat_deg.to_radians(),
        )
    }

    pub(super) fn period_x(&self) -> Option<usize> {
        self.period_x
    }

    /// First point and spacings, degrees eastward and northward, of the grid that begins so many points further.
    pub(super) fn shifted(&self, (columns, rows): (usize, usize)) -> (LonLat, f64, f64) {
        let east_deg = self.first.lon_deg + columns as f64 * self.dlon_deg;
        let first = LonLat {
            lon_deg: if columns == 0 {
                east_deg
            } else {
                wrap_longitude_deg(east_deg)
            },
            lat_deg: self.first.lat_deg + rows as f64 * self.dlat_deg,
        };
        (first, self.dlon_deg, self.dlat_deg)
    }

    pub(super) fn arl_reals(&self, nx: usize, ny: usize) -> [f64; 12] {
        let last_lat_deg = self.first.lat_deg + (ny - 1) as f64 * self.dlat_deg;
        let last_lon_deg = self.first.lon_deg + (nx - 1) as f64 * self.dlon_deg;
        let LonLat { lon_deg, lat_deg } = self.first;
        [
            last_lat_deg,
            last_lon_deg,
            self.dlat_deg,
            self.dlon_deg,
            0.0,
            0.0,
            0.0,
            1.0,
            1.0,
            lat_deg,
            lon_deg,
            0.0,
        ]
    }
}
