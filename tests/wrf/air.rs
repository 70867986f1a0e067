//! Atmospheres for files.

use airshed::UtcTime;
use airshed::geo::LonLat;

use crate::wrf_file::{Air, Atmosphere, G, Ground, R_D, VAPOUR_TO_DRY};

pub const VIRTUAL_K: f64 = 280.0;
/// Depth over which pressure falls by e, m.
pub const SCALE_M: f64 = R_D * VIRTUAL_K / G;

/// Hydrostatic air of one virtual temperature over a hill; its wind is linear in longitude, latitude and height.
#[derive(Clone, Copy, Debug)]
pub struct Plain {
    pub wind_m_s: [f64; 2],
    /// m s⁻¹ per degree of longitude (u) and latitude (v).
    pub slope: f64,
    pub hill_m: f64,
    pub mixing_ratio: f64,
}

pub const PLAIN: Plain = Plain {
    wind_m_s: [8.0, -3.0],
    slope: 0.0,
    hill_m: 0.0,
    mixing_ratio: 0.012,
};

impl Plain {
    pub fn terrain_m(&self, place: LonLat) -> f64 {
        self.hill_m * (1.0 + (0.5 * place.lon_deg).sin() * (0.7 * place.lat_deg).cos())
    }

    pub fn temperature_k(&self) -> f64 {
        let q = self.mixing_ratio / (1.0 + self.mixing_ratio);
        VIRTUAL_K / (1.0 + (VAPOUR_TO_DRY - 1.0) * q)
    }

    pub fn wind_at(&self, place: LonLat) -> [f64; 2] {
        [
            self.wind_m_s[0] + self.slope * place.lon_deg,
            self.wind_m_s[1] + self.slope * place.lat_deg,
        ]
    }
}

pub fn hours_of(time: UtcTime) -> f64 {
    (time.seconds() - start().seconds()) as f64 / 3600.0
}

pub fn start() -> UtcTime {
    UtcTime::parse("2019-07-01T00:00").unwrap()
}

pub fn place(lon_deg: f64, lat_deg: f64) -> LonLat {
    LonLat { lon_deg, lat_deg }
}

impl Atmosphere for Plain {
    fn ground(&self, place: LonLat, time: UtcTime) -> Ground {
        let terrain_m = self.terrain_m(place);
        Ground {
            pressure_pa: 1e5 * (-terrain_m / SCALE_M).exp(),
            terrain_m,
            temperature_k: self.temperature_k() + 1.0,
            mixing_ratio: self.mixing_ratio,
            wind_m_s: self.wind_at(place),
            friction_velocity_m_s: 0.4,
            heat_w_m2: 120.0,
            latent_w_m2: 80.0,
            mixing_height_m: 900.0,
            sunlight_w_m2: 500.0,
            rain_mm: 4.0 * hours_of(time),
            convective_rain_mm: hours_of(time),
        }
    }

    fn air(&self, place: LonLat, _time: UtcTime, pressure_pa: f64) -> Air {
        let height_m = SCALE_M * (1e5 / pressure_pa).ln();
        Air {
            wind_m_s: self.wind_at(place),
            w_m_s: 1e-4 * (height_m - self.terrain_m(place)),
            temperature_k: self.temperature_k(),
            height_m,
            mixing_ratio: self.mixing_ratio,
        }
    }

    fn eta_rate(&self, eta: f64) -> f64 {
        -2e-6 * eta * (1.0 - eta)
    }
}
