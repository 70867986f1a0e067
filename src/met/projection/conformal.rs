//! Conformal maps of the sphere: polar stereographic, Lambert and Mercator in one family (Taylor 1997, CMAPF).
//!
//! With γ = sin φₜ, Mercator ordinate y = asinh(tan φ) and Δ = γ (λ − λ₀), the map is
//! ξ = e^(−γy) sin Δ/γ and η = (1 − e^(−γy) cos Δ)/γ; γ = ±1 is polar stereographic, γ → 0 Mercator.

use crate::constants::EARTH_RADIUS_M;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::geo::{LonLat, wrap_longitude_deg};

/// A conformal map with its grid indices.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConformalMap {
    tangent_lat_deg: f64,
    reference: LonLat,
    size_m: f64,
    orientation_deg: f64,
    anchor: MapAnchor,
    gamma: f64,
    sin_turn: f64,
    cos_turn: f64,
    /// Grid length at the equator of the map, m.
    equator_size_m: f64,
    origin_x: f64,
    origin_y: f64,
}

/// A place whose 0-based grid indices are known.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct MapAnchor {
    /// 0-based, fractional.
    pub x: f64,
    /// 0-based, fractional.
    pub y: f64,
    /// The place there.
    pub place: LonLat,
}

/// Latitude, in degrees, of the tangent cone that is equivalent to a cone through two standard parallels.
pub fn tangent_latitude_deg(parallel_1_deg: f64, parallel_2_deg: f64) -> f64 {
    let (s1, s2) = (parallel_1_deg.to_radians().sin(), parallel_2_deg.to_radians().sin());
    if (s1 - s2).abs() < 1e-9 {
        return parallel_1_deg;
    }
    let (a, b) = (((1.0 - s1) / (1.0 - s2)).ln(), ((1.0 + s1) / (1.0 + s2)).ln());
    ((a + b) / (a - b)).asin().to_degrees()
}

/// Mercator ordinate of a latitude; finite at the poles because tan 90° is, in floating point.
fn mercator_ordinate(lat_deg: f64) -> f64 {
    lat_deg.to_radians().tan().asinh()
}

/// cos φ · e^(γy): grid length relative to that at the equator of the map.
fn relative_size(gamma: f64, lat_deg: f64) -> f64 {
    let y = mercator_ordinate(lat_deg);
    (gamma * y).exp() / y.cosh()
}

impl ConformalMap {
    /// A map from its cone (`tangent_lat_deg`: ±90 polar stereographic, 0 Mercator, else Lambert), the place
    /// `reference` where the grid length is `size_m` and where the y axis points `orientation_deg` away from north,
    /// and one grid point's place.
    ///
    /// # Errors
    /// [`Error::Config`] if a number is not finite or out of its range.
    pub fn new(
        tangent_lat_deg: f64,
        reference: LonLat,
        size_m: f64,
        orientation_deg: f64,
        anchor: MapAnchor,
    ) -> Result<Self> {
        let fail = |value: String, allowed: &str| Err(Error::config("met grid", value, allowed));
        if !(size_m.is_finite() && size_m > 0.0 && orientation_deg.is_finite()) {
            return fail(
                format!("size {size_m} m, orientation {orientation_deg}"),
                "the size must be above 0",
            );
        }
        let on_earth = |p: LonLat| p.lon_deg.is_finite() && p.lat_deg.abs() <= 90.0;
        let anchored = anchor.x.is_finite() && anchor.y.is_finite() && on_earth(anchor.place);
        if !(tangent_lat_deg.abs() <= 90.0 && on_earth(reference) && anchored) {
            return fail(
                format!("tangent latitude {tangent_lat_deg}, {reference:?}, {anchor:?}"),
                "latitudes must lie within -90 to 90",
            );
        }
        let gamma = tangent_lat_deg.to_radians().sin();
        let (sin_turn, cos_turn) = orientation_deg.to_radians().sin_cos();
        let equator_size_m = size_m / relative_size(gamma, reference.lat_deg);
        let mut map = Self {
            tangent_lat_deg,
            reference,
            size_m,
            orientation_deg,
            anchor,
            gamma,
            sin_turn,
            cos_turn,
            equator_size_m,
            origin_x: 0.0,
            origin_y: 0.0,
        };
        let (x, y) = map.index_of(anchor.place);
        (map.origin_x, map.origin_y) = (anchor.x - x, anchor.y - y);
        if map.origin_x.abs().max(map.origin_y.abs()) < 1e9 && equator_size_m.is_finite() {
            Ok(map)
        } else {
            fail(
                format!("{:?}", anchor.place),
                "the synchronisation point is not on the map",
            )
        }
    }

    /// The map of a grid that begins so many points further.
    pub(super) fn shifted(&self, (columns, rows): (usize, usize)) -> Result<Self> {
        let anchor = MapAnchor {
            x: self.anchor.x - columns as f64,
            y: self.anchor.y - rows as f64,
            place: self.anchor.place,
        };
        let Self {
            tangent_lat_deg,
            reference,
            size_m,
            orientation_deg,
            ..
        } = *self;
        Self::new(tangent_lat_deg, reference, size_m, orientation_deg, anchor)
    }

    pub(super) fn index_of(&self, place: LonLat) -> (f64, f64) {
        let gamma = self.gamma;
        let east = wrap_longitude_deg(place.lon_deg - self.reference.lon_deg).to_radians();
        let y_m = mercator_ordinate(place.lat_deg);
        let (xi, eta) = if gamma == 0.0 {
            (east, y_m)
        } else {
            let radius = (-gamma * y_m).exp();
            let half = (0.5 * gamma * east).sin();
            let along_meridian = -(-gamma * y_m).exp_m1() / gamma;
            (
                radius * (gamma * east).sin() / gamma,
                along_meridian + 2.0 * radius * half * half / gamma,
            )
        };
        let scale = EARTH_RADIUS_M / self.equator_size_m;
        (
            self.origin_x + scale * (xi * self.cos_turn - eta * self.sin_turn),
            self.origin_y + scale * (eta * self.cos_turn + xi * self.sin_turn),
        )
    }

    /// Grid-axis coordinates in Earth radii, measured from the map's origin.
    fn axis_coordinates(&self, x: f64, y: f64) -> (f64, f64) {
        let scale = self.equator_size_m / EARTH_RADIUS_M;
        ((x - self.origin_x) * scale, (y - self.origin_y) * scale)
    }

    pub(super) fn place_at(&self, x: f64, y: f64) -> LonLat {
        let gamma = self.gamma;
        let (along_x, along_y) = self.axis_coordinates(x, y);
        let xi = along_x * self.cos_turn + along_y * self.sin_turn;
        let eta = along_y * self.cos_turn - along_x * self.sin_turn;
        let (east, y_m) = if gamma == 0.0 {
            (xi, eta)
        } else {
            let shrink = gamma * (2.0 * eta - gamma * (eta * eta + xi * xi));
            let y_m = if shrink < 1.0 {
                -0.5 * (-shrink).ln_1p() / gamma
            } else {
                f64::INFINITY * gamma
            };
            ((gamma * xi).atan2(1.0 - gamma * eta) / gamma, y_m)
        };
        LonLat {
            lon_deg: wrap_longitude_deg(self.reference.lon_deg + east.to_degrees()),
            lat_deg: y_m.sinh().atan().to_degrees(),
        }
    }

    pub(super) fn cell_size_m(&self, x: f64, y: f64) -> f64 {
        self.equator_size_m * relative_size(self.gamma, self.place_at(x, y).lat_deg)
    }

    /// Unit vector to the north, along grid axes; at the pole itself that of the reference meridian.
    pub(super) fn north_at(&self, x: f64, y: f64) -> (f64, f64) {
        let (along_x, along_y) = self.axis_coordinates(x, y);
        let (px, py) = (
            -self.sin_turn - self.gamma * along_x,
            self.cos_turn - self.gamma * along_y,
        );
        let length = px.hypot(py);
        if length > 1e-12 {
            (px / length, py / length)
        } else {
            (-self.sin_turn, self.cos_turn)
        }
    }

    pub(super) fn kind(&self) -> &'static str {
        match self.gamma.abs() {
            g if g > 0.999_999 => "polar stereographic",
            g if g < 1e-6 => "Mercator",
            _ => "Lambert conformal",
        }
    }

    pub(super) fn arl_reals(&self) -> [f64; 12] {
        let pole_lat_deg = if self.gamma < 0.0 { -90.0 } else { 90.0 };
        let (reference, anchor) = (self.reference, self.anchor);
        [
            pole_lat_deg,
            reference.lon_deg,
            reference.lat_deg,
            reference.lon_deg,
            self.size_m / 1000.0,
            self.orientation_deg,
            self.tangent_lat_deg,
            anchor.x + 1.0,
            anchor.y + 1.0,
            anchor.place.lat_deg,
            anchor.place.lon_deg,
            0.0,
        ]
    }
}
