//! Horizontal grids of meteorology: latitude–longitude and conformal maps (CMAPF).
//!
//! Indices are fractional and 0-based: (0, 0) is the first grid point, (nx − 1, ny − 1) the last. Winds on a
//! conformal grid lie along its axes; [`MetGrid::earth_wind`] and [`MetGrid::grid_wind`] turn them.

mod conformal;
mod lat_lon;
mod region;
#[cfg_attr(not(any(feature = "grib", feature = "netcdf")), allow(dead_code))]
mod stated;

pub use conformal::{ConformalMap, MapAnchor, tangent_latitude_deg};
pub use lat_lon::LatLonMap;
pub use region::{GridPart, HeldRegion, Region};
#[cfg(any(feature = "grib", feature = "netcdf"))]
pub(crate) use stated::{Cone, StatedMap};

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::geo::LonLat;

/// A horizontal grid: a map projection plus its extent in grid points.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MetGrid {
    /// Points along x (east on latitude–longitude grids).
    pub nx: usize,
    /// Points along y (north).
    pub ny: usize,
    map: Map,
}

/// How grid indices map to places.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Map {
    LatLon(LatLonMap),
    Conformal(ConformalMap),
}

impl MetGrid {
    /// A regular latitude–longitude grid whose point (0, 0) lies at `first`; spacings in degrees, northward and
    /// eastward. It is cyclic when its points, or its points plus one, go round the Earth.
    ///
    /// # Errors
    /// [`Error::Config`] if a spacing or the extent is impossible.
    pub fn lat_lon(nx: usize, ny: usize, first: LonLat, dlon_deg: f64, dlat_deg: f64) -> Result<Self> {
        let map = Map::LatLon(LatLonMap::new(nx, ny, first, dlon_deg, dlat_deg)?);
        Ok(Self { nx, ny, map })
    }

    /// A grid on a conformal map.
    ///
    /// # Errors
    /// [`Error::Config`] if the grid has no cell.
    pub fn conformal(nx: usize, ny: usize, map: ConformalMap) -> Result<Self> {
        if nx < 2 || ny < 2 {
            return Err(Error::config(
                "met grid",
                format!("{nx} x {ny}"),
                "at least 2 x 2 points are needed",
            ));
        }
        let map = Map::Conformal(map);
        Ok(Self { nx, ny, map })
    }

    /// From the twelve grid reals of an ARL index record (`reals[4]`, the size, is 0 on latitude–longitude grids).
    ///
    /// # Errors
    /// [`Error::Config`] if the numbers describe no grid.
    pub fn from_arl(nx: usize, ny: usize, reals: &[f64; 12]) -> Result<Self> {
        let [
            _,
            _,
            ref_lat,
            ref_lon,
            size_km,
            orient,
            tangent_lat,
            sync_x,
            sync_y,
            sync_lat,
            sync_lon,
            _,
        ] = *reals;
        let sync = LonLat {
            lon_deg: sync_lon,
            lat_deg: sync_lat,
        };
        if size_km == 0.0 {
            let first = LonLat {
                lon_deg: sync_lon - (sync_x - 1.0) * ref_lon,
                lat_deg: sync_lat - (sync_y - 1.0) * ref_lat,
            };
            return Self::lat_lon(nx, ny, first, ref_lon, ref_lat);
        }
        let anchor = MapAnchor {
            x: sync_x - 1.0,
            y: sync_y - 1.0,
            place: sync,
        };
        let reference = LonLat {
            lon_deg: ref_lon,
            lat_deg: ref_lat,
        };
        Self::conformal(
            nx,
            ny,
            ConformalMap::new(tangent_lat, reference, 1000.0 * size_km, orient, anchor)?,
        )
    }

    /// The first eleven grid reals of an ARL index record, and 0 for the twelfth.
    pub fn arl_reals(&self) -> [f64; 12] {
        match &self.map {
            Map::LatLon(map) => map.arl_reals(self.nx, self.ny),
            Map::Conformal(map) => map.arl_reals(),
        }
    }

    /// Fractional 0-based indices (x, y) of a place; whole numbers at grid points; may lie outside the grid.
    ///
    /// On a cyclic grid 0 ≤ x < [`period_x`](Self::period_x); on another latitude–longitude grid x is the nearest of
    /// the equivalent ones (longitudes 360° apart) to the grid's centre.
    pub fn index_of(&self, place: LonLat) -> (f64, f64) {
        match &self.map {
            Map::LatLon(map) => map.index_of(place),
            Map::Conformal(map) => map.index_of(place),
        }
    }

    /// The place at fractional 0-based indices; longitude in [−180, 180). Beyond a pole of a latitude–longitude grid
    /// the place is on the opposite meridian.
    pub fn place_at(&self, x: f64, y: f64) -> LonLat {
        match &self.map {
            Map::LatLon(map) => map.place_at(x, y),
            Map::Conformal(map) => map.place_at(x, y),
        }
    }

    /// Size of a cell along x and y at fractional indices, m: the local grid length on a conformal map, R cos φ Δλ and
    /// R Δφ on a latitude–longitude grid (the former a quarter cell inward at a pole, so that it is never 0).
    pub fn cell_size_m(&self, x: f64, y: f64) -> (f64, f64) {
        match &self.map {
            Map::LatLon(map) => map.cell_size_m(y),
            Map::Conformal(map) => {
                let size_m = map.cell_size_m(x, y);
                (size_m, size_m)
            }
        }
    }

    /// A typical cell size, m: the geometric mean of both sizes at the grid's centre. Sorts nests by fineness.
    pub fn spacing_m(&self) -> f64 {
        let (dx_m, dy_m) = self.cell_size_m(0.5 * (self.nx - 1) as f64, 0.5 * (self.ny - 1) as f64);
        (dx_m * dy_m).sqrt()
    }

    /// Whether another grid has the same points, to a hundredth of a cell: files state one grid in several ways (350° and
    /// −10°, single and double precision).
    pub fn same_points(&self, other: &Self) -> bool {
        let (nx, ny) = (self.nx, self.ny);
        let same = |(i, j): (usize, usize)| {
            let (x, y) = self.index_of(other.place_at(i as f64, j as f64));
            let round = self.period_x().map_or(f64::INFINITY, |points| points as f64);
            let (across, along) = ((x - i as f64).abs(), (y - j as f64).abs());
            across.min((across - round).abs()) < 0.01 && along < 0.01
        };
        // not the poles, where every longitude is the same place
        let corners = [(0, ny / 2), (nx - 1, ny / 2), (nx / 2, ny / 4), (nx / 2, 3 * ny / 4)];
        (nx, ny) == (other.nx, other.ny) && self.is_lat_lon() == other.is_lat_lon() && corners.into_iter().all(same)
    }

    /// Whether fractional indices lie between grid points: 0 ≤ x ≤ nx − 1 (any x if cyclic) and 0 ≤ y ≤ ny − 1.
    pub fn contains(&self, x: f64, y: f64) -> bool {
        let inside = |v: f64, n: usize| v >= 0.0 && v <= (n - 1) as f64;
        (self.is_cyclic() && x.is_finite() || inside(x, self.nx)) && inside(y, self.ny)
    }

    /// Whether x is cyclic (the grid goes round the Earth).
    pub fn is_cyclic(&self) -> bool {
        self.period_x().is_some()
    }

    /// On a cyclic grid, how many points go round the Earth: nx, or nx − 1 if the last column repeats the first.
    pub fn period_x(&self) -> Option<usize> {
        match &self.map {
            Map::LatLon(map) => map.period_x(),
            Map::Conformal(_) => None,
        }
    }

    /// Whether winds are along meridians and parallels, so that they need no turning.
    pub fn is_lat_lon(&self) -> bool {
        matches!(self.map, Map::LatLon(_))
    }

    /// Grid wind to earth wind (eastward, northward) at fractional indices.
    pub fn earth_wind(&self, x: f64, y: f64, u_grid: f64, v_grid: f64) -> (f64, f64) {
        match &self.map {
            Map::LatLon(_) => (u_grid, v_grid),
            Map::Conformal(map) => {
                let (px, py) = map.north_at(x, y);
                (py * u_grid - px * v_grid, py * v_grid + px * u_grid)
            }
        }
    }

    /// Earth wind (eastward, northward) to grid wind at fractional indices: the inverse of
    /// [`earth_wind`](Self::earth_wind).
    pub fn grid_wind(&self, x: f64, y: f64, u_east: f64, v_north: f64) -> (f64, f64) {
        match &self.map {
            Map::LatLon(_) => (u_east, v_north),
            Map::Conformal(map) => {
                let (px, py) = map.north_at(x, y);
                (py * u_east + px * v_north, py * v_north - px * u_east)
            }
        }
    }

    /// One line for a person: map, extent, spacing.
    pub fn summary(&self) -> String {
        let kind = match &self.map {
            Map::LatLon(_) if self.is_cyclic() => "latitude-longitude, cyclic",
            Map::LatLon(_) => "latitude-longitude",
            Map::Conformal(map) => map.kind(),
        };
        let (first, last) = (
            self.place_at(0.0, 0.0),
            self.place_at((self.nx - 1) as f64, (self.ny - 1) as f64),
        );
        format!(
            "{kind}, {} x {} points of {:.4} km, from {:.3} N {:.3} E to {:.3} N {:.3} E",
            self.nx,
            self.ny,
            self.spacing_m() / 1000.0,
            first.lat_deg,
            first.lon_deg,
            last.lat_deg,
            last.lon_deg
        )
    }
}
