//! WRF's maps by the formulas of Snyder (1987, USGS Professional Paper 1395), on its sphere of 6370 km.

use airshed::geo::LonLat;

pub const RADIUS_M: f64 = 6_370_000.0;

#[derive(Clone, Copy, Debug)]
pub enum Map {
    Lambert { lat1: f64, lat2: f64, lon: f64 },
    Polar { lat1: f64, lon: f64 },
    Mercator { lat1: f64, lon: f64 },
    LatLon,
}

fn half(lat_deg: f64) -> f64 {
    (std::f64::consts::FRAC_PI_4 + lat_deg.to_radians() / 2.0).tan()
}

impl Map {
    pub fn number(self) -> i32 {
        match self {
            Self::Lambert { .. } => 1,
            Self::Polar { .. } => 2,
            Self::Mercator { .. } => 3,
            Self::LatLon => 6,
        }
    }

    /// TRUELAT1, TRUELAT2, STAND_LON.
    pub fn attributes(self) -> [f32; 3] {
        match self {
            Self::Lambert { lat1, lat2, lon } => [lat1 as f32, lat2 as f32, lon as f32],
            Self::Polar { lat1, lon } | Self::Mercator { lat1, lon } => [lat1 as f32, 1e20, lon as f32],
            Self::LatLon => [1e20, 1e20, 0.0],
        }
    }

    fn cone(self) -> (f64, f64) {
        let Self::Lambert { lat1, lat2, .. } = self else {
            return (1.0, 0.0);
        };
        let (c1, c2) = (lat1.to_radians().cos(), lat2.to_radians().cos());
        let n = match lat1 == lat2 {
            true => lat1.to_radians().sin(),
            false => (c1 / c2).ln() / (half(lat2) / half(lat1)).ln(),
        };
        (n, c1 * half(lat1).powf(n) / n)
    }

    /// x and y on the map, m.
    pub fn project(self, place: LonLat) -> (f64, f64) {
        let east = |lon: f64| ((place.lon_deg - lon + 540.0).rem_euclid(360.0) - 180.0).to_radians();
        match self {
            Self::Lambert { lon, .. } => {
                let (n, f) = self.cone();
                let radius = RADIUS_M * f / half(place.lat_deg).powf(n);
                (radius * (n * east(lon)).sin(), -radius * (n * east(lon)).cos())
            }
            Self::Polar { lat1, lon } => {
                let side = lat1.signum();
                let scale = RADIUS_M * (1.0 + (side * lat1).to_radians().sin());
                let radius = scale / half(side * place.lat_deg);
                (radius * east(lon).sin(), -side * radius * east(lon).cos())
            }
            Self::Mercator { lat1, lon } => {
                let scale = RADIUS_M * lat1.to_radians().cos();
                (scale * east(lon), scale * half(place.lat_deg).ln())
            }
            Self::LatLon => {
                let metre = RADIUS_M.to_radians();
                (place.lon_deg * metre, place.lat_deg * metre)
            }
        }
    }

    pub fn place(self, (x, y): (f64, f64)) -> LonLat {
        let lat_of = |half_tangent: f64| (2.0 * half_tangent.atan()).to_degrees() - 90.0;
        let (lon_deg, lat_deg) = match self {
            Self::Lambert { lon, .. } => {
                let (n, f) = self.cone();
                let radius = n.signum() * x.hypot(y);
                let turn = (n.signum() * x).atan2(-n.signum() * y) / n;
                (lon + turn.to_degrees(), lat_of((RADIUS_M * f / radius).powf(1.0 / n)))
            }
            Self::Polar { lat1, lon } => {
                let side = lat1.signum();
                let scale = RADIUS_M * (1.0 + (side * lat1).to_radians().sin());
                (lon + x.atan2(-side * y).to_degrees(), side * lat_of(scale / x.hypot(y)))
            }
            Self::Mercator { lat1, lon } => {
                let scale = RADIUS_M * lat1.to_radians().cos();
                (lon + (x / scale).to_degrees(), lat_of((y / scale).exp()))
            }
            Self::LatLon => (x / RADIUS_M.to_radians(), y / RADIUS_M.to_radians()),
        };
        LonLat {
            lon_deg: (lon_deg + 540.0).rem_euclid(360.0) - 180.0,
            lat_deg,
        }
    }

    /// Lengths on the map over lengths on the ground, along x and y.
    pub fn factors(self, place: LonLat) -> (f64, f64) {
        let (lat, cos) = (place.lat_deg, place.lat_deg.to_radians().cos());
        let both = match self {
            Self::Lambert { .. } => {
                let (n, f) = self.cone();
                n * f / half(lat).powf(n) / cos
            }
            Self::Polar { lat1, .. } => {
                let side = lat1.signum();
                (1.0 + (side * lat1).to_radians().sin()) / (1.0 + (side * lat).to_radians().sin())
            }
            Self::Mercator { lat1, .. } => lat1.to_radians().cos() / cos,
            Self::LatLon => return (1.0 / cos, 1.0),
        };
        (both, both)
    }

    /// Unit vector to the north, along the axes of the map.
    pub fn north(self, place: LonLat) -> (f64, f64) {
        let beside = |step: f64| {
            self.project(LonLat {
                lat_deg: place.lat_deg + step,
                ..place
            })
        };
        let ((x0, y0), (x1, y1)) = (beside(-1e-4), beside(1e-4));
        let length = (x1 - x0).hypot(y1 - y0);
        ((x1 - x0) / length, (y1 - y0) / length)
    }
}
