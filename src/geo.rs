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

/// A place as a unit vector from the Earth's centre: no latitude is special, and a pole is a place like any other.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SpherePoint {
    vector: [f64; 3],
}

impl From<LonLat> for SpherePoint {
    fn from(place: LonLat) -> Self {
        Self {
            vector: unit_vector(place),
        }
    }
}

impl SpherePoint {
    /// Longitude, in [−180, 180) degrees, and latitude; at a pole the longitude is 0.
    #[inline]
    pub fn place(self) -> LonLat {
        let [x, y, z] = self.vector;
        LonLat {
            lon_deg: once_round_deg(y.atan2(x).to_degrees()),
            lat_deg: z.atan2(x.hypot(y)).to_degrees(),
        }
    }

    /// Unit vectors to the east and north; at a pole those of the meridian of Greenwich.
    #[inline]
    pub fn east_north(self) -> ([f64; 3], [f64; 3]) {
        let [x, y, z] = self.vector;
        let radius = (x * x + y * y).sqrt();
        let (cos_lon, sin_lon) = if radius > 0.0 {
            (x / radius, y / radius)
        } else {
            (1.0, 0.0)
        };
        ([-sin_lon, cos_lon, 0.0], [-z * cos_lon, -z * sin_lon, radius])
    }

    /// The unit vector from the Earth's centre: x to Greenwich on the equator, z to the north pole.
    #[inline]
    pub fn vector(self) -> [f64; 3] {
        self.vector
    }

    /// The place in the direction of a vector of any length but 0.
    pub fn towards(vector: [f64; 3]) -> Self {
        let length = dot(vector, vector).sqrt();
        Self {
            vector: vector.map(|component| component / length),
        }
    }

    /// Moved by so many metres along the great circle that starts towards (east, north).
    #[inline]
    pub fn moved(self, east_m: f64, north_m: f64) -> Self {
        TangentPlane::at(self).moved(east_m, north_m).point
    }

    /// Length of the great circle between two places, m.
    pub fn distance_m(self, other: Self) -> f64 {
        EARTH_RADIUS_M * angle_rad(self.vector, other.vector)
    }
}

/// A place with the plane that touches the sphere there: steps and places near it need no trigonometry.
#[derive(Clone, Copy, Debug)]
pub struct TangentPlane {
    point: SpherePoint,
    place: LonLat,
    sin_lon: f64,
    cos_lon: f64,
    /// Distance from the Earth's axis over its radius.
    cos_lat: f64,
}

impl From<LonLat> for TangentPlane {
    fn from(place: LonLat) -> Self {
        Self::at(place.into())
    }
}

impl TangentPlane {
    /// The plane at a point.
    pub fn at(point: SpherePoint) -> Self {
        let ([minus_sin_lon, cos_lon, _], [_, _, cos_lat]) = point.east_north();
        Self {
            point,
            place: point.place(),
            sin_lon: -minus_sin_lon,
            cos_lon,
            cos_lat,
        }
    }

    /// The place that it touches.
    #[inline]
    pub fn place(&self) -> LonLat {
        self.place
    }

    /// The plane so many metres east and north along a great circle.
    #[inline]
    pub fn moved(&self, east_m: f64, north_m: f64) -> Self {
        self.turned(self, east_m, north_m)
    }

    /// The plane at the point of another turned about the Earth's centre by the rotation that moves this one's by so many
    /// metres east and north along a great circle: an exact step on the sphere, at any latitude.
    #[inline]
    pub fn turned(&self, other: &Self, east_m: f64, north_m: f64) -> Self {
        let [east, north] = [east_m, north_m].map(|metres| metres * (1.0 / EARTH_RADIUS_M));
        let [_, _, z] = self.point.vector;
        let axis = [
            north * self.sin_lon - east * z * self.cos_lon,
            -north * self.cos_lon - east * z * self.sin_lon,
            east * self.cos_lat,
        ];
        let square = east * east + north * north;
        let (sine, versine) = sine_and_versine(square);
        let (n, turned) = (other.point.vector, cross(axis, other.point.vector));
        let (cos, along) = (1.0 - versine * square, versine * dot(axis, n));
        let moved = [0, 1, 2].map(|i| n[i] * cos + turned[i] * sine + axis[i] * along);
        // one step of Newton's method: the length is 1 but for round-off
        let inverse_length = 1.5 - 0.5 * dot(moved, moved);
        self.to_point(SpherePoint {
            vector: moved.map(|component| component * inverse_length),
        })
    }

    /// The plane at another point: exact far away too, cheap within 3 degrees of longitude and latitude.
    #[inline]
    fn to_point(self, point: SpherePoint) -> Self {
        let [x, y, z] = point.vector;
        let (across, outward) = (y * self.cos_lon - x * self.sin_lon, x * self.cos_lon + y * self.sin_lon);
        let cos_lat = (x * x + y * y).sqrt();
        let own_z = self.point.vector[2];
        let (up, along) = (z * self.cos_lat - cos_lat * own_z, cos_lat * self.cos_lat + z * own_z);
        if !(across.abs() < NEAR * outward && up.abs() < NEAR * along) {
            return Self::at(point);
        }
        // one division for three
        let inverse = 1.0 / (outward * cos_lat * along);
        let turn = arc_tangent(across * (inverse * cos_lat * along));
        let inverse_cos_lat = inverse * outward * along;
        Self {
            point,
            place: LonLat {
                lon_deg: once_round_deg(self.place.lon_deg + turn.to_degrees()),
                lat_deg: self.place.lat_deg + arc_tangent(up * (inverse * outward * cos_lat)).to_degrees(),
            },
            sin_lon: y * inverse_cos_lat,
            cos_lon: x * inverse_cos_lat,
            cos_lat,
        }
    }
}

/// Places on a short way between two of which both are known, without a rotation for each: those of the tangent plane at a
/// third place near its middle, to the second order, with what that misses at the ends shared out in time.
#[derive(Clone, Copy, Debug)]
pub struct Chart {
    pivot: LonLat,
    /// Degrees of longitude and latitude per metre.
    per_metre: [f64; 2],
    /// tan φ over the Earth's radius, m⁻¹.
    bend_m: f64,
    /// Metres from the pivot to the start.
    start_m: [f64; 2],
    /// What is missed at the start, and how much more at the end, degrees.
    missed: [f64; 2],
    missing: [f64; 2],
}

impl Chart {
    /// From one of two planes to the other, so many metres east and north of it; `None` next to a pole.
    #[inline]
    pub fn new(pivot: &TangentPlane, [start, end]: [&TangentPlane; 2], way_m: [f64; 2]) -> Option<Self> {
        if pivot.cos_lat < POLAR_COS {
            return None;
        }
        let per_degree = 1.0_f64.to_radians() * EARTH_RADIUS_M;
        let inverse_cos = 1.0 / pivot.cos_lat;
        let offset = |place: LonLat| {
            let lon_deg = once_round_deg(place.lon_deg - pivot.place.lon_deg);
            [lon_deg, place.lat_deg - pivot.place.lat_deg]
        };
        let start_deg = offset(start.place);
        let mut chart = Self {
            pivot: pivot.place,
            per_metre: [inverse_cos / per_degree, 1.0 / per_degree],
            bend_m: pivot.point.vector[2] * inverse_cos * (1.0 / EARTH_RADIUS_M),
            start_m: [start_deg[0] * pivot.cos_lat * per_degree, start_deg[1] * per_degree],
            missed: [0.0; 2],
            missing: [0.0; 2],
        };
        let (at_start, at_end, end_deg) = (chart.offset_deg([0.0; 2]), chart.offset_deg(way_m), offset(end.place));
        chart.missed = [0, 1].map(|c| start_deg[c] - at_start[c]);
        chart.missing = [0, 1].map(|c| end_deg[c] - at_end[c] - chart.missed[c]);
        Some(chart)
    }

    /// Degrees from the pivot, so many metres from the start.
    #[inline]
    fn offset_deg(&self, moved_m: [f64; 2]) -> [f64; 2] {
        let [x, y] = [0, 1].map(|c| self.start_m[c] + moved_m[c]);
        [
            self.per_metre[0] * x * (1.0 + self.bend_m * y),
            self.per_metre[1] * (y - 0.5 * self.bend_m * x * x),
        ]
    }

    /// The place so many metres east and north of the start, at a share of the time.
    #[inline]
    pub fn place(&self, moved_m: [f64; 2], share: f64) -> LonLat {
        let near = self.offset_deg(moved_m);
        let [lon_deg, lat_deg] = [0, 1].map(|c| near[c] + self.missed[c] + share * self.missing[c]);
        LonLat {
            lon_deg: once_round_deg(self.pivot.lon_deg + lon_deg),
            lat_deg: self.pivot.lat_deg + lat_deg,
        }
    }
}

/// Least cos φ of a [`Chart`]: 6° from a pole.
const POLAR_COS: f64 = 0.1;
/// Tangent of the largest angle for which [`arc_tangent`] holds.
const NEAR: f64 = 0.05;
/// Largest square of an angle for which series serve, rad².
const SMALL_SQUARE: f64 = 0.04;

/// atan t within 1e-15 for |t| < [`NEAR`].
#[inline]
fn arc_tangent(t: f64) -> f64 {
    let s = t * t;
    t * (1.0 - s * (1.0 / 3.0 - s * (1.0 / 5.0 - s * (1.0 / 7.0 - s * (1.0 / 9.0)))))
}

/// sin a/a and (1 − cos a)/a² of an angle whose square is given, within 1e-14 of themselves.
#[inline]
fn sine_and_versine(square: f64) -> (f64, f64) {
    if square > SMALL_SQUARE {
        let angle = square.sqrt();
        return (angle.sin() / angle, (1.0 - angle.cos()) / square);
    }
    let s = square;
    (
        1.0 - s * (1.0 / 6.0) * (1.0 - s * (1.0 / 20.0) * (1.0 - s * (1.0 / 42.0) * (1.0 - s * (1.0 / 72.0)))),
        0.5 - s * (1.0 / 24.0) * (1.0 - s * (1.0 / 30.0) * (1.0 - s * (1.0 / 56.0) * (1.0 - s * (1.0 / 90.0)))),
    )
}

/// A longitude within a turn of [−180, 180) brought there.
#[inline]
fn once_round_deg(lon_deg: f64) -> f64 {
    if lon_deg >= 180.0 {
        lon_deg - 360.0
    } else if lon_deg < -180.0 {
        lon_deg + 360.0
    } else {
        lon_deg
    }
}

#[inline]
pub(crate) fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

#[inline]
fn cross(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    [
        a[1] * b[2] - a[2] * b[1],
        a[2] * b[0] - a[0] * b[2],
        a[0] * b[1] - a[1] * b[0],
    ]
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
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_step_over_the_pole_comes_down_on_the_other_side() {
        let start = SpherePoint::from(LonLat {
            lon_deg: 20.0,
            lat_deg: 89.0,
        });
        let step_m = 3_f64.to_radians() * EARTH_RADIUS_M;
        let end = start.moved(0.0, step_m).place();
        approx::assert_relative_eq!(end.lon_deg, -160.0, epsilon = 1e-9);
        approx::assert_relative_eq!(end.lat_deg, 88.0, epsilon = 1e-9);
        approx::assert_relative_eq!(start.distance_m(end.into()), step_m, max_relative = 1e-12);
    }

    #[test]
    fn places_and_points_are_the_same() {
        for (lon_deg, lat_deg) in [(0.0, 0.0), (-179.9, -60.0), (12.5, 89.999), (0.0, -90.0)] {
            let place = SpherePoint::from(LonLat { lon_deg, lat_deg }).place();
            approx::assert_relative_eq!(place.lon_deg, lon_deg, epsilon = 1e-9);
            approx::assert_relative_eq!(place.lat_deg, lat_deg, epsilon = 1e-9);
        }
    }

    #[test]
    fn places_near_and_far_from_a_tangent_plane_are_those_of_the_points() {
        for own in [
            place(4.9, 52.0),
            place(179.99, -10.0),
            place(-60.0, 89.9),
            place(0.0, 0.0),
        ] {
            let plane = TangentPlane::from(own);
            for (east_m, north_m) in [(3e3, -2e4), (-3e5, 1e5), (10.0, 3e6), (0.0, 0.0), (-2e6, 9e6)] {
                let moved = plane.moved(east_m, north_m);
                let exact = TangentPlane::at(moved.point);
                // 1e-12 rad, more of longitude next to the pole
                let turn = wrap_longitude_deg(moved.place.lon_deg - exact.place.lon_deg) * exact.cos_lat;
                assert!(turn.abs() < 1e-10, "{own:?} {east_m} {north_m}: {moved:?} {exact:?}");
                assert!((moved.place.lat_deg - exact.place.lat_deg).abs() < 1e-10);
                assert!(((moved.sin_lon - exact.sin_lon) * exact.cos_lat).abs() < 1e-12);
                assert!(((moved.cos_lon - exact.cos_lon) * exact.cos_lat).abs() < 1e-12);
                let far_m = SpherePoint::from(own).distance_m(moved.point);
                assert!((far_m - f64::hypot(east_m, north_m)).abs() < 1e-6);
            }
        }
    }

    fn place(lon_deg: f64, lat_deg: f64) -> LonLat {
        LonLat { lon_deg, lat_deg }
    }

    #[test]
    fn places_of_a_chart_are_those_of_rotations_within_decimetres_below_80_degrees() {
        // 25 km in a step (42 m/s for 10 min): what is left is of the third order, (25 km)³ tan²φ/R² = 4 m at 80°
        for (own, bound_m) in [
            (place(4.9, 52.0), 0.3),
            (place(179.95, -10.0), 0.1),
            (place(-60.0, 80.0), 4.0),
        ] {
            let start = TangentPlane::from(own);
            let (way, pivot) = ([2e4, -1.5e4], start.moved(8e3, -9e3));
            let end = pivot.turned(&start, way[0], way[1]);
            let chart = Chart::new(&pivot, [&start, &end], way).unwrap();
            let mut worst = 0.0_f64;
            for k in 0..=10 {
                let share = 0.1 * f64::from(k);
                let moved = [share * way[0], share.sqrt() * way[1]];
                let exact = pivot.turned(&start, moved[0], moved[1]);
                worst = worst.max(exact.point.distance_m(chart.place(moved, share).into()));
            }
            println!("{own:?}: {worst:.3} m");
            assert!(worst < bound_m, "{own:?}: {worst} m");
            assert!(end.point.distance_m(chart.place(way, 1.0).into()) < 1e-6);
        }
        let polar = TangentPlane::from(place(0.0, 85.0));
        assert!(Chart::new(&polar, [&polar, &polar], [0.0; 2]).is_none());
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
