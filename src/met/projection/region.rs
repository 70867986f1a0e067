//! A region of the Earth, and the part of a grid that holds it.

use std::fmt;
use std::ops::Range;

use super::{Map, MetGrid};
use crate::error::{Error, Result};
use crate::geo::LonLat;

/// How far, in cells, rounding may put an edge beyond a grid point on which it lies.
const ON_POINT_CELLS: f64 = 1e-6;
/// Places on each edge of a region at least, and at most.
const EDGE_PLACES: (usize, usize) = (16, 8000);

/// A region between two meridians and two parallels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Region {
    west_deg: f64,
    width_deg: f64,
    south_deg: f64,
    north_deg: f64,
}

/// A rectangle of grid points.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GridPart {
    /// Columns, from 0; on a cyclic grid they may go on beyond its period.
    pub columns: Range<usize>,
    /// Rows, from 0.
    pub rows: Range<usize>,
}

/// The part of a grid for a region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldRegion {
    /// The smallest rectangle that holds what the grid has of the region.
    pub part: GridPart,
    /// Whether the grid has all of it.
    pub complete: bool,
}

impl Region {
    /// From `west_deg` eastward to `east_deg`, also across the antimeridian (170 to -170 is 20° wide); 360° or more
    /// between them are all longitudes.
    ///
    /// # Errors
    /// [`Error::Config`] if a number is no longitude or latitude, or nothing lies between them.
    pub fn new(west_deg: f64, east_deg: f64, south_deg: f64, north_deg: f64) -> Result<Self> {
        let found = Self::text([west_deg, east_deg, south_deg, north_deg]);
        let fail = |allowed: &str| Err(Error::config("region", &found, allowed));
        if !(west_deg.abs() <= 540.0 && east_deg.abs() <= 540.0) {
            return fail("west and east are longitudes, -180 to 360 degrees");
        }
        if !(south_deg >= -90.0 && north_deg <= 90.0 && south_deg < north_deg) {
            return fail("south must lie below north, both within -90 to 90 degrees");
        }
        let width_deg = if east_deg - west_deg >= 360.0 {
            360.0
        } else {
            (east_deg - west_deg).rem_euclid(360.0)
        };
        if width_deg <= 0.0 {
            return fail("nothing lies between west and east");
        }
        Ok(Self {
            west_deg,
            width_deg,
            south_deg,
            north_deg,
        })
    }

    fn text([west_deg, east_deg, south_deg, north_deg]: [f64; 4]) -> String {
        format!("west {west_deg}, east {east_deg}, south {south_deg}, north {north_deg}")
    }

    /// Whether a place lies in it or on its edge.
    pub fn contains(&self, place: LonLat) -> bool {
        let east_deg = (place.lon_deg - self.west_deg).rem_euclid(360.0);
        east_deg <= self.width_deg && (self.south_deg..=self.north_deg).contains(&place.lat_deg)
    }

    /// Places along its four edges, the corners among them, `steps` steps an edge.
    fn edge(&self, steps: usize) -> impl Iterator<Item = LonLat> + '_ {
        (0..=steps).flat_map(move |step| {
            let share = step as f64 / steps as f64;
            let lon_deg = self.west_deg + share * self.width_deg;
            let lat_deg = self.south_deg + share * (self.north_deg - self.south_deg);
            [
                (lon_deg, self.south_deg),
                (lon_deg, self.north_deg),
                (self.west_deg, lat_deg),
                (self.west_deg + self.width_deg, lat_deg),
            ]
            .map(|(lon_deg, lat_deg)| LonLat { lon_deg, lat_deg })
        })
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let east_deg = self.west_deg + self.width_deg;
        f.write_str(&Self::text([self.west_deg, east_deg, self.south_deg, self.north_deg]))
    }
}

/// The points on both sides of an index between two of them.
fn around(index: f64) -> (f64, f64) {
    ((index + ON_POINT_CELLS).floor(), (index - ON_POINT_CELLS).ceil())
}

impl MetGrid {
    /// The part that holds a region: all grid points in it, and those around its edge, so that every place in it lies
    /// between points of the part. `None` if the grid has nothing of the region.
    pub fn part_with(&self, region: &Region) -> Option<HeldRegion> {
        match (self.period_x(), &self.map) {
            (Some(period), Map::LatLon(_)) => self.cyclic_part(region, period),
            _ => self.bounded_part(region),
        }
    }

    fn cyclic_part(&self, region: &Region, period: usize) -> Option<HeldRegion> {
        let index = |lat_deg| {
            let lon_deg = region.west_deg;
            self.index_of(LonLat { lon_deg, lat_deg })
        };
        let ((west, south), (_, north)) = (index(region.south_deg), index(region.north_deg));
        let top = (self.ny - 1) as f64;
        if south > top || north < 0.0 {
            return None;
        }
        let east = west + region.width_deg / 360.0 * period as f64;
        let (first, last) = (around(west).0 as usize, around(east).1 as usize);
        let columns = if last + 1 - first >= period {
            0..self.nx
        } else {
            first % period..first % period + (last - first).max(1) + 1
        };
        let (first_row, last_row) = (around(south.max(0.0)).0, around(north.min(top)).1);
        let part = GridPart {
            columns,
            rows: at_least_two(first_row as usize, last_row as usize, self.ny),
        };
        let complete = south >= -ON_POINT_CELLS && north <= top + ON_POINT_CELLS;
        Some(HeldRegion { part, complete })
    }

    fn bounded_part(&self, region: &Region) -> Option<HeldRegion> {
        let mut bounds = Bounds::default();
        for row in 0..self.ny {
            for column in 0..self.nx {
                let (x, y) = (column as f64, row as f64);
                if region.contains(self.place_at(x, y)) {
                    bounds.take(x, y);
                }
            }
        }
        let mut complete = true;
        let (right, top) = ((self.nx - 1) as f64, (self.ny - 1) as f64);
        let within = |v: f64, end: f64| (-ON_POINT_CELLS..=end + ON_POINT_CELLS).contains(&v);
        for place in region.edge((2 * (self.nx + self.ny)).clamp(EDGE_PLACES.0, EDGE_PLACES.1)) {
            let (x, y) = self.index_of(place);
            if within(x, right) && within(y, top) {
                let ((left, beyond), (below, above)) = (around(x), around(y));
                bounds.take(left.max(0.0), below.max(0.0));
                bounds.take(beyond.min(right), above.min(top));
            } else {
                complete = false;
            }
        }
        let part = GridPart {
            columns: at_least_two(bounds.left?, bounds.right, self.nx),
            rows: at_least_two(bounds.below, bounds.above, self.ny),
        };
        Some(HeldRegion { part, complete })
    }

    /// The grid of a part alone: the same points, spacing and map.
    ///
    /// # Errors
    /// [`Error::Config`] if the part has less than 2 x 2 points or points that the grid has not.
    pub fn cut(&self, part: &GridPart) -> Result<Self> {
        let GridPart { columns, rows } = part;
        let held = match self.period_x() {
            Some(period) => columns.start < self.nx && columns.len() <= period.max(self.nx),
            None => columns.end <= self.nx,
        };
        if !(held && columns.len() >= 2 && rows.len() >= 2 && rows.end <= self.ny) {
            let allowed = format!("at least 2 x 2 of the {} x {} points", self.nx, self.ny);
            return Err(Error::config("part of a met grid", format!("{part:?}"), allowed));
        }
        let start = (columns.start, rows.start);
        let size = (columns.len(), rows.len());
        match &self.map {
            _ if start == (0, 0) && size == (self.nx, self.ny) => Ok(self.clone()),
            Map::LatLon(map) => {
                let (first, dlon_deg, dlat_deg) = map.shifted(start);
                Self::lat_lon(size.0, size.1, first, dlon_deg, dlat_deg)
            }
            Map::Conformal(map) => Self::conformal(size.0, size.1, map.shifted(start)?),
        }
    }
}

/// The range from `first` to `last`, wider by one where they are the same.
fn at_least_two(first: usize, last: usize, points: usize) -> Range<usize> {
    match first == last {
        true if last + 1 < points => first..last + 2,
        true => first.saturating_sub(1)..last + 1,
        false => first..last + 1,
    }
}

#[derive(Default)]
struct Bounds {
    left: Option<usize>,
    right: usize,
    below: usize,
    above: usize,
}

impl Bounds {
    fn take(&mut self, x: f64, y: f64) {
        let (x, y) = (x as usize, y as usize);
        self.below = if self.left.is_some() { self.below.min(y) } else { y };
        self.left = Some(self.left.map_or(x, |left| left.min(x)));
        self.right = self.right.max(x);
        self.above = self.above.max(y);
    }
}
