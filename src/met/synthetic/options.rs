//! What the idealised weather is made from.

use super::vortex::Vortex;
use crate::error::{Error, Result};
use crate::geo::LonLat;
use crate::time::UtcTime;

/// What the idealised weather is like, and where and when.
#[derive(Clone, Debug, PartialEq)]
pub struct WeatherOptions {
    /// Western edge, degrees east.
    pub west_deg: f64,
    /// Eastern edge, degrees east.
    pub east_deg: f64,
    /// Southern edge, degrees north.
    pub south_deg: f64,
    /// Northern edge, degrees north.
    pub north_deg: f64,
    /// Grid spacing, degrees.
    pub spacing_deg: f64,
    /// First time.
    pub start: UtcTime,
    /// Length, h.
    pub hours: i64,
    /// Interval between times, h.
    pub interval_h: i64,
    /// Westerly just above the surface friction, m s⁻¹ at the equator (times cos φ elsewhere).
    pub westerly_m_s: f64,
    /// How much more westerly at the top than at the ground, linear in pressure, m s⁻¹ at the equator.
    pub shear_m_s: f64,
    /// Eastward drift of the pressure systems, m s⁻¹ at the equator.
    pub drift_m_s: f64,
    /// The lows and highs.
    pub vortices: Vec<Vortex>,
    /// Sensible heat flux at noon, W m⁻² upward; also sets the depth of the afternoon's mixed layer.
    pub sensible_heat_w_m2: f64,
    /// Latent heat flux at noon, W m⁻² upward.
    pub latent_heat_w_m2: f64,
    /// Roughness length, m.
    pub roughness_m: f64,
}

impl Default for WeatherOptions {
    /// Four September days over western Europe: the low passes north of Cabauw on the third.
    fn default() -> Self {
        let vortex = |lon_deg, lat_deg, radius_km, wind_m_s| Vortex {
            start: LonLat { lon_deg, lat_deg },
            radius_m: 1000.0 * radius_km,
            wind_m_s,
            tilt_deg: 8.0,
            upper_ratio: 0.8,
            ascent_ratio: 0.05,
        };
        Self {
            west_deg: -20.0,
            east_deg: 25.0,
            south_deg: 38.0,
            north_deg: 68.0,
            spacing_deg: 0.5,
            start: UtcTime::from_seconds(1_568_937_600), // 2019-09-20T00:00Z
            hours: 96,
            interval_h: 3,
            westerly_m_s: 3.0,
            shear_m_s: 25.0,
            drift_m_s: 9.0,
            vortices: vec![vortex(-16.0, 58.0, 500.0, 9.0), vortex(-34.0, 48.0, 700.0, -5.0)],
            sensible_heat_w_m2: 180.0,
            latent_heat_w_m2: 120.0,
            roughness_m: 0.1,
        }
    }
}

impl WeatherOptions {
    pub(super) fn validated(self) -> Result<Self> {
        let cells = 2.0 * self.spacing_deg;
        let allowed = [
            ("spacing_deg", self.spacing_deg, 0.01..=5.0),
            ("west_deg", self.west_deg, -360.0..=360.0),
            (
                "east_deg",
                self.east_deg,
                self.west_deg + cells..=self.west_deg + 359.99,
            ),
            ("south_deg", self.south_deg, 20.0..=79.0),
            ("north_deg", self.north_deg, self.south_deg + cells..=80.0),
            ("interval_h", self.interval_h as f64, 1.0..=24.0),
            ("hours", self.hours as f64, self.interval_h as f64..=87_600.0),
            ("westerly_m_s", self.westerly_m_s, -30.0..=30.0),
            ("shear_m_s", self.shear_m_s, -60.0..=60.0),
            ("drift_m_s", self.drift_m_s, -60.0..=60.0),
            ("sensible_heat_w_m2", self.sensible_heat_w_m2, 0.0..=600.0),
            ("latent_heat_w_m2", self.latent_heat_w_m2, 0.0..=600.0),
            ("roughness_m", self.roughness_m, 1e-5..=2.0),
        ];
        match allowed.iter().find(|(_, value, range)| !range.contains(value)) {
            Some((key, value, range)) => {
                let range = format!("from {} to {}", range.start(), range.end());
                Err(Error::config(*key, value, range))
            }
            None => Ok(self),
        }
    }
}
