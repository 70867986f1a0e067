//! Curtains: mole fractions along the four sides of a domain, by height above ground, as OpenGHG keeps them.

use ndarray::{Array2, Array3, Axis};

use super::axis::{Between, between, outer_edges, within_cells};
use super::{Background, Kind, Place};
use crate::boundary::{Fate, Side, Sides};
use crate::error::{Error, Result};
use crate::flux::FluxTimes;
use crate::time::UtcTime;

/// Mole fractions \[ppm\] at the sides of a domain.
#[derive(Debug)]
pub(super) struct Curtains {
    /// Above ground, ascending.
    pub heights_m: Vec<f64>,
    /// Ascending.
    pub lon_deg: Vec<f64>,
    pub lat_deg: Vec<f64>,
    /// `[time][height][lon]` in the north and south, `[time][height][lat]` in the east and west.
    pub sides: Sides<Array3<f64>>,
    pub times: FluxTimes,
}

impl Curtains {
    /// NaN away from the sides and beyond the times.
    ///
    /// # Errors
    /// [`Error::Config`] if the particle left another domain than that of the curtains.
    pub fn at(&self, place: &Place) -> Result<f64> {
        let Fate::Left(side) = place.fate else {
            return Ok(f64::NAN);
        };
        let lon_deg = self.near_longitude(place.lon_deg);
        self.require_edge(side, lon_deg, place.lat_deg)?;
        let Some(map) = self.map_at(UtcTime::from_seconds(place.seconds.floor() as i64)) else {
            return Ok(f64::NAN);
        };
        let along = match side {
            Side::North | Side::South => within_cells(&self.lon_deg, lon_deg),
            Side::East | Side::West => within_cells(&self.lat_deg, place.lat_deg),
        };
        let height = between(&self.heights_m, place.height_agl_m);
        let curtain = self.side(side).index_axis(Axis(0), map);
        let value = |along: Between| along.mix(|cell| height.mix(|level| curtain[[level, cell]]));
        Ok(along.map_or(f64::NAN, value))
    }

    fn side(&self, side: Side) -> &Array3<f64> {
        match side {
            Side::North => &self.sides.north,
            Side::East => &self.sides.east,
            Side::South => &self.sides.south,
            Side::West => &self.sides.west,
        }
    }

    /// The longitude within half a turn of the middle of the domain.
    fn near_longitude(&self, lon_deg: f64) -> f64 {
        let [west, east] = outer_edges(&self.lon_deg);
        let middle = f64::midpoint(west, east);
        middle + crate::geo::wrap_longitude_deg(lon_deg - middle)
    }

    /// # Errors
    /// [`Error::Config`] if the particle crossed an edge more than a cell from that of the curtains.
    fn require_edge(&self, side: Side, lon_deg: f64, lat_deg: f64) -> Result<()> {
        let ([west, east], [south, north]) = (outer_edges(&self.lon_deg), outer_edges(&self.lat_deg));
        let cell = |axis: &[f64]| (axis[axis.len() - 1] - axis[0]) / (axis.len() - 1) as f64;
        let (dx, dy) = (cell(&self.lon_deg), cell(&self.lat_deg));
        let (crossed, edge, size, name) = match side {
            Side::North => (lat_deg, north, dy, "northern"),
            Side::South => (lat_deg, south, dy, "southern"),
            Side::East => (lon_deg, east, dx, "eastern"),
            Side::West => (lon_deg, west, dx, "western"),
        };
        if (crossed - edge).abs() <= size {
            return Ok(());
        }
        let found = format!("{crossed:.3} where the curtains have it at {edge:.3} degrees");
        let allowed = format!(
            "take the ends at the edge of a grid of longitudes {west:.3} to {east:.3}, latitudes {south:.3} to {north:.3}"
        );
        Err(Error::config(format!("{name} edge"), found, allowed))
    }

    fn map_at(&self, time: UtcTime) -> Option<usize> {
        let shares = self.times.shares(time, time.plus_seconds(1)).ok()?;
        shares.first().map(|(map, _)| *map)
    }
}

impl Background {
    /// The curtains \[ppm\] that hold at a time, `[height][along]`, as
    /// [`BoundaryInfluence::background`](crate::boundary::BoundaryInfluence::background) takes them.
    ///
    /// # Errors
    /// [`Error::Config`] if this background is none of curtains, or they do not cover the time.
    pub fn curtains_at(&self, time: UtcTime) -> Result<Sides<Array2<f64>>> {
        let Kind::Curtains(curtains) = &self.kind else {
            let allowed = "curtains come from open_curtains";
            return Err(Error::config("background", &self.name, allowed));
        };
        let Some(map) = curtains.map_at(time) else {
            let allowed = format!("the curtains cover {}", curtains.times);
            return Err(Error::config("time of curtains", time, allowed));
        };
        let of = |side: &Array3<f64>| side.index_axis(Axis(0), map).to_owned();
        Ok(Sides::from(curtains.sides.each().map(of)))
    }
}
