//! Roughness length where the meteorology gives none: one value for land, one for water.
//!
//! The reference reads a map of land use on a 1° grid, which is not ours to pass on. Over most land of the middle
//! latitudes that map says 0.75 m, over water 0.03 m; which is which here comes from Natural Earth (data/README.md).

use crate::geo::{LonLat, wrap_longitude_deg};

const LAND_M: f64 = 0.75;
const WATER_M: f64 = 0.03;

/// One bit a cell of 1°, from 90° S and 180° W, highest bit first.
static LAND: &[u8] = include_bytes!("../../data/land_1deg.bin");

/// Roughness length at a place, m.
pub(crate) fn default_roughness_m(place: LonLat) -> f64 {
    if is_land(place) { LAND_M } else { WATER_M }
}

/// The same for physics mode: farmland with trees and houses, and open sea (Charnock's relation at 7 m s⁻¹).
pub(crate) fn natural_roughness_m(place: LonLat) -> f64 {
    if is_land(place) { 0.25 } else { 2e-4 }
}

fn is_land(place: LonLat) -> bool {
    let row = (place.lat_deg + 90.0).clamp(0.0, 179.0) as usize;
    let column = (wrap_longitude_deg(place.lon_deg) + 180.0).clamp(0.0, 359.0) as usize;
    let cell = row * 360 + column;
    LAND.get(cell / 8).is_some_and(|byte| byte >> (7 - cell % 8) & 1 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn towers_stand_on_land_and_ships_do_not() {
        let places = [
            (4.927, 51.971, true), // Cabauw
            (-95.0, 38.0, true),   // Kansas
            (-90.2, 24.2, false),  // Gulf of Mexico
            (-61.5, 14.2, false),  // Caribbean
            (179.9, 0.0, false),   // Pacific
            (539.9, -90.0, true),  // the South Pole, at an odd longitude
        ];
        for (lon_deg, lat_deg, land) in places {
            assert_eq!(is_land(LonLat { lon_deg, lat_deg }), land, "{lon_deg} {lat_deg}");
        }
    }
}
