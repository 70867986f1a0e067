//! Round features on the sphere with exact derivatives.

use std::ops::{Add, Mul};

use crate::constants::EARTH_RADIUS_M;
use crate::geo::LonLat;

/// A low (or high) that drifts with the weather.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Vortex {
    /// Centre at the start of the weather; it keeps its latitude.
    pub start: LonLat,
    /// Distance from the centre to the strongest wind, m.
    pub radius_m: f64,
    /// Strongest balanced wind at the surface without friction, m s⁻¹; positive cyclonic, negative anticyclonic.
    pub wind_m_s: f64,
    /// How far the upper trough lies west of the surface low, degrees of longitude.
    pub tilt_deg: f64,
    /// Streamfunction of the upper trough over that of the surface low.
    pub upper_ratio: f64,
    /// Strength of the ascent ahead and the descent behind: velocity potential over surface streamfunction.
    pub ascent_ratio: f64,
}

impl Vortex {
    /// Streamfunction at the centre, m² s⁻¹: negative for a low.
    pub(super) fn amplitude(&self) -> f64 {
        -self.wind_m_s * self.radius_m * 0.5_f64.exp()
    }

    /// exp((cos d − 1)/ε²) of the angular distance d from the centre, displaced eastward by `shift_deg`, with ε =
    /// radius over Earth radius: a Gaussian where d is small.
    pub(super) fn bump(&self, place: LonLat, shift_deg: f64) -> Scalar {
        let inverse_width2 = (EARTH_RADIUS_M / self.radius_m).powi(2);
        let (sin_lat, cos_lat) = place.lat_deg.to_radians().sin_cos();
        let (sin_centre, cos_centre) = self.start.lat_deg.to_radians().sin_cos();
        let (sin_east, cos_east) = (place.lon_deg - self.start.lon_deg - shift_deg).to_radians().sin_cos();
        let cosine = sin_lat * sin_centre + cos_lat * cos_centre * cos_east;
        let value = ((cosine - 1.0) * inverse_width2).exp();
        let slope = value * inverse_width2 / EARTH_RADIUS_M;
        Scalar {
            value,
            east: -slope * cos_centre * sin_east,
            north: slope * (cos_lat * sin_centre - sin_lat * cos_centre * cos_east),
            laplacian: slope * ((1.0 - cosine * cosine) * inverse_width2 - 2.0 * cosine) / EARTH_RADIUS_M,
        }
    }
}

/// A scalar field at one place: value, gradient (per m, eastward and northward) and Laplacian (per m²) on the sphere.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Scalar {
    pub value: f64,
    pub east: f64,
    pub north: f64,
    pub laplacian: f64,
}

impl Scalar {
    /// sin φ − sin φ₀.
    pub(super) fn sine_of_latitude(lat_deg: f64, reference_deg: f64) -> Self {
        let (sin_lat, cos_lat) = lat_deg.to_radians().sin_cos();
        Self {
            value: sin_lat - reference_deg.to_radians().sin(),
            east: 0.0,
            north: cos_lat / EARTH_RADIUS_M,
            laplacian: -2.0 * sin_lat / EARTH_RADIUS_M.powi(2),
        }
    }
}

impl Add for Scalar {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            value: self.value + other.value,
            east: self.east + other.east,
            north: self.north + other.north,
            laplacian: self.laplacian + other.laplacian,
        }
    }
}

impl Mul<f64> for Scalar {
    type Output = Self;

    fn mul(self, factor: f64) -> Self {
        Self {
            value: self.value * factor,
            east: self.east * factor,
            north: self.north * factor,
            laplacian: self.laplacian * factor,
        }
    }
}
