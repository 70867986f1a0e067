//! Places on the sphere.

use serde::{Deserialize, Serialize};

use crate::constants::EARTH_RADIUS_M;

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

/// Length of the great circle between two places, m.
pub fn distance_m(from: LonLat, to: LonLat) -> f64 {
    EARTH_RADIUS_M * angle_rad(unit_vector(from), unit_vector(to))
}

/// The place at a fraction of the great circle from one place to another: the short way round, over a pole if that is
/// shorter.
pub fn between(from: LonLat, to: LonLat, fraction: f64) -> LonLat {
    if from == to {
        return from;
    }
    let (a, b) = (unit_vector(from), unit_vector(to));
    let angle = angle_rad(a, b);
    let [x, y, z] = if angle > 0.0 {
        let (u, v) = (((1.0 - fraction) * angle).sin(), (fraction * angle).sin());
        [0, 1, 2].map(|c| u * a[c] + v * b[c])
    } else {
        a
    };
    LonLat {
        lon_deg: y.atan2(x).to_degrees(),
        lat_deg: z.atan2(x.hypot(y)).to_degrees(),
    }
}

fn unit_vector(place: LonLat) -> [f64; 3] {
    let (lon, lat) = (place.lon_deg.to_radians(), place.lat_deg.to_radians());
    [lat.cos() * lon.cos(), lat.cos() * lon.sin(), lat.sin()]
}

/// Angle between two unit vectors, exact for small ones.
fn angle_rad(a: [f64; 3], b: [f64; 3]) -> f64 {
    let norm = |f: fn(f64, f64) -> f64| [0, 1, 2].map(|c| f(a[c], b[c]).powi(2)).iter().sum::<f64>().sqrt();
    2.0 * norm(|a, b| a - b).atan2(norm(|a, b| a + b))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(lon_deg: f64, lat_deg: f64) -> LonLat {
        LonLat { lon_deg, lat_deg }
    }

    #[test]
    fn the_way_between_two_places_is_the_short_one_over_the_antimeridian_and_the_pole() {
        // round-off of sines and cosines: 1e-15 rad
        let middle = between(place(179.0, 10.0), place(-179.0, 10.0), 0.5);
        assert!((middle.lon_deg.abs() - 180.0).abs() < 1e-12);
        let beyond = between(place(30.0, 89.0), place(-150.0, 89.0), 0.75);
        assert!((beyond.lat_deg - 89.5).abs() < 1e-12 && (beyond.lon_deg + 150.0).abs() < 1e-9);
        let quarter = distance_m(place(0.0, 0.0), place(0.0, 90.0));
        assert!((quarter / (EARTH_RADIUS_M * std::f64::consts::FRAC_PI_2) - 1.0).abs() < 1e-14);
        assert_eq!(between(place(5.0, 52.0), place(5.0, 52.0), 0.3), place(5.0, 52.0));
    }
}
