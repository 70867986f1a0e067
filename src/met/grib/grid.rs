//! Grids as messages state them, and as we hold them.

use super::octets::Parsed;
use super::order::Order;
use crate::geo::LonLat;
use crate::met::collection::WindAxes;
use crate::met::projection::{Cone, MapAnchor, MetGrid, StatedMap};

/// The grid of a message.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct StatedGrid {
    pub order: Order,
    /// The first point in the order of the message.
    pub first: LonLat,
    pub map: GridMap,
    /// Of wind and stress.
    pub axes: WindAxes,
    /// What a user should know of it.
    pub warning: Option<String>,
}

/// How the points of a grid lie.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum GridMap {
    LatLon {
        last: LonLat,
        /// Eastward and northward, where the message states them.
        spacing_deg: (Option<f64>, Option<f64>),
        /// Of the angles that the message states.
        resolution_deg: f64,
    },
    Conformal {
        cone: Cone,
        orientation_lon_deg: f64,
        /// Along x and y, m.
        spacing_m: (f64, f64),
        radius_m: f64,
    },
}

/// Bits of the octet of resolution and components, the same in both editions.
const COMPONENTS_ALONG_GRID: u8 = 0x08;
const X_SPACING_GIVEN_2: u8 = 0x20;
const Y_SPACING_GIVEN_2: u8 = 0x10;
const SPACINGS_GIVEN_1: u8 = 0x80;

/// Along what the winds of a message lie.
pub(super) fn wind_axes(flags: u8) -> WindAxes {
    match flags & COMPONENTS_ALONG_GRID {
        0 => WindAxes::Earth,
        _ => WindAxes::Grid,
    }
}

/// Whether spacings along x and y are given, by edition.
pub(super) fn spacings_given(edition: u8, flags: u8) -> (bool, bool) {
    match edition {
        1 => (flags & SPACINGS_GIVEN_1 != 0, flags & SPACINGS_GIVEN_1 != 0),
        _ => (flags & X_SPACING_GIVEN_2 != 0, flags & Y_SPACING_GIVEN_2 != 0),
    }
}

/// Files of one model may differ in the last digit of an angle.
fn rounded_deg(angle_deg: f64) -> f64 {
    (angle_deg * 1e6).round() / 1e6
}

impl StatedGrid {
    /// The grid south and west first.
    pub fn grid(&self) -> Parsed<MetGrid> {
        let Order { nx, ny, .. } = self.order;
        let grid = match self.map {
            GridMap::LatLon {
                last,
                spacing_deg,
                resolution_deg,
            } => return self.lat_lon(last, spacing_deg, resolution_deg),
            GridMap::Conformal {
                cone,
                orientation_lon_deg,
                spacing_m: (dx_m, dy_m),
                radius_m,
            } => {
                if (dx_m - dy_m).abs() > 1e-4 * dx_m.abs() {
                    return Err(format!(
                        "cells of {dx_m} x {dy_m} m; only square cells are read on a map projection"
                    ));
                }
                let (x, y) = self.order.first();
                let anchor = MapAnchor {
                    x: x as f64,
                    y: y as f64,
                    place: LonLat {
                        lon_deg: rounded_deg(self.first.lon_deg),
                        lat_deg: rounded_deg(self.first.lat_deg),
                    },
                };
                StatedMap {
                    cone,
                    orientation_lon_deg,
                    spacing_m: dx_m,
                    radius_m,
                    anchor,
                }
                .grid(nx, ny)
            }
        };
        grid.map_err(|error| error.to_string())
    }

    fn lat_lon(&self, last: LonLat, stated: (Option<f64>, Option<f64>), resolution_deg: f64) -> Parsed<MetGrid> {
        let Order { nx, ny, .. } = self.order;
        let (west, east) = match self.order.westward {
            true => (last.lon_deg, self.first.lon_deg),
            false => (self.first.lon_deg, last.lon_deg),
        };
        let (south, north) = match self.order.northward {
            true => (self.first.lat_deg, last.lat_deg),
            false => (last.lat_deg, self.first.lat_deg),
        };
        let mut span_deg = (east - west).rem_euclid(360.0);
        if span_deg < resolution_deg {
            span_deg = 360.0;
        }
        let dlon_deg = spacing_deg("longitude", span_deg, nx, stated.0, resolution_deg)?;
        let dlat_deg = spacing_deg("latitude", north - south, ny, stated.1, resolution_deg)?;
        let first = LonLat {
            lon_deg: rounded_deg(west),
            lat_deg: rounded_deg(south),
        };
        MetGrid::lat_lon(nx, ny, first, dlon_deg, dlat_deg).map_err(|error| error.to_string())
    }
}

/// From both ends, which round off less; the stated spacing must agree.
fn spacing_deg(axis: &str, span_deg: f64, points: usize, stated: Option<f64>, resolution_deg: f64) -> Parsed<f64> {
    if points < 2 {
        return Err(format!("1 point along {axis}, at least 2 are needed"));
    }
    let steps = (points - 1) as f64;
    let spacing_deg = span_deg / steps;
    match stated {
        Some(stated) if (stated - spacing_deg).abs() > resolution_deg * (1.0 + 2.0 / steps) => Err(format!(
            "{points} points {stated} degrees of {axis} apart do not span the {span_deg} degrees between the first and the last point"
        )),
        _ => Ok((spacing_deg * 1e9).round() / 1e9),
    }
}

/// The sign of a true latitude is that of the pole in the middle of the map.
pub(super) fn polar_stereographic(true_lat_deg: f64, projection_centre: u8) -> Parsed<Cone> {
    one_pole(projection_centre)?;
    let true_lat_deg = match projection_centre & 0x80 {
        0 => true_lat_deg.abs(),
        _ => -true_lat_deg.abs(),
    };
    Ok(Cone::PolarStereographic { true_lat_deg })
}

/// A cone through two parallels; lengths are given at `true_lat_deg`, which must be one of them.
pub(super) fn lambert(parallels_deg: (f64, f64), true_lat_deg: f64, projection_centre: u8) -> Parsed<Cone> {
    one_pole(projection_centre)?;
    let (first, second) = parallels_deg;
    match [first, second]
        .iter()
        .any(|parallel| (parallel - true_lat_deg).abs() < 1e-3)
    {
        true => Ok(Cone::Lambert { parallels_deg }),
        false => Err(format!(
            "Lambert grid with lengths true at {true_lat_deg} degrees but parallels at {first} and {second}; \
             only lengths at a parallel are read"
        )),
    }
}

fn one_pole(projection_centre: u8) -> Parsed<()> {
    match projection_centre & 0x40 {
        0 => Ok(()),
        _ => Err("a map of both poles is not read; interpolate to latitudes and longitudes (cdo remapbil)".to_string()),
    }
}

/// What to say of a grid that is not read.
pub(super) fn refused(what: &str) -> String {
    format!(
        "{what} is not read; interpolate to regular latitudes and longitudes first (grid = \"0.25/0.25\" in a MARS or CDS \
         request, or cdo remapbil,r1440x721; from spectral coefficients cdo sp2gp before)"
    )
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn lat_lon(mode: u8, first: (f64, f64), last: (f64, f64), stated: Option<f64>) -> Parsed<MetGrid> {
        let place = |(lat_deg, lon_deg)| LonLat { lon_deg, lat_deg };
        StatedGrid {
            order: Order::new(5, 3, mode).unwrap(),
            first: place(first),
            map: GridMap::LatLon {
                last: place(last),
                spacing_deg: (stated, stated),
                resolution_deg: 1e-6,
            },
            axes: WindAxes::Earth,
            warning: None,
        }
        .grid()
    }

    #[test]
    fn a_grid_across_the_meridian_of_greenwich_begins_at_its_west_edge() {
        for (mode, first, last) in [
            (0x00, (50.0, 358.0), (48.0, 2.0)),
            (0x40, (48.0, -2.0), (50.0, 2.0)),
            (0x80, (50.0, 2.0), (48.0, 358.0)),
        ] {
            let grid = lat_lon(mode, first, last, Some(1.0)).unwrap();
            let (west, east) = (grid.place_at(0.0, 0.0), grid.place_at(4.0, 2.0));
            assert_eq!((west.lon_deg, west.lat_deg), (-2.0, 48.0), "mode {mode:x}");
            assert_eq!((east.lon_deg, east.lat_deg), (2.0, 50.0), "mode {mode:x}");
        }
    }

    #[test]
    fn a_last_point_that_the_spacing_does_not_reach_is_refused() {
        assert!(lat_lon(0, (50.0, 0.0), (48.0, 4.0), None).is_ok());
        let problem = lat_lon(0, (50.0, 0.0), (48.0, 5.0), Some(1.0)).unwrap_err();
        assert!(problem.contains("do not span the 5 degrees"), "{problem}");
    }
}
