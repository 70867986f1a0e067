//! A drifting cyclone on a sheared westerly, with exact mass continuity.
//!
//! In σ = (p − p_top)/π with π = p_s − p_top, the mass flux πv is a sum of three parts: the curl of a streamfunction,
//! the gradients of velocity potentials whose vertical profiles have no net divergence, and a zonal flux that carries
//! the pressure pattern along its latitude circles. Hence ∂π/∂t + ∇·(πv) + ∂(πσ̇)/∂σ = 0 holds exactly, with σ̇ = 0
//! at the ground and at the top.
//!
//! The mass field follows the streamfunction by linear balance at one latitude, Φ′ = f₀ψ, and hydrostatics. What is
//! neglected is of the order of the Rossby number (curvature of the flow), of f/f₀ − 1 and of π/π₀ − 1.

use super::boundary_layer::{Daytime, Friction, MixedLayer};
use super::options::WeatherOptions;
use super::reference::{self, SEA_LEVEL_PRESSURE_PA};
use super::vortex::Scalar;
use crate::constants::{EARTH_RADIUS_M, STILT_DRY_AIR_GAS_CONSTANT as R, STILT_GRAVITY_M_S2 as G, VON_KARMAN};
use crate::error::{Error, Result};
use crate::geo::LonLat;
use crate::time::UtcTime;

/// Pressure at the top of the circulation, Pa.
const TOP_PRESSURE_PA: f64 = 5_000.0;
const MEAN_THICKNESS_PA: f64 = SEA_LEVEL_PRESSURE_PA - TOP_PRESSURE_PA;
const EARTH_ROTATION_RAD_S: f64 = 7.292_115e-5;
/// Share of a low's streamfunction that reaches the top.
const LOW_AT_TOP: f64 = 0.3;
/// Distance of the ascent ahead of a low and of the descent behind it, degrees of longitude.
const ASCENT_SHIFT_DEG: f64 = 6.0;
const LOWEST_WIND_M: f64 = 10.0;
/// Sunlight at the ground under a zenith Sun, W m⁻².
const CLEAR_SKY_W_M2: f64 = 1000.0;

/// The weather itself, exact at any place, pressure and time.
#[derive(Clone, Debug)]
pub struct Weather {
    options: WeatherOptions,
    coriolis_s: f64,
    centre: LonLat,
}

/// Air at one pressure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Air {
    /// Eastward wind, m s⁻¹.
    pub u_m_s: f64,
    /// Northward wind, m s⁻¹.
    pub v_m_s: f64,
    /// Vertical motion dp/dt, Pa s⁻¹.
    pub omega_pa_s: f64,
    /// Temperature, K.
    pub temperature_k: f64,
    /// Height above the ground, which is at sea level, m.
    pub height_m: f64,
    /// Relative humidity, %.
    pub humidity_percent: f64,
}

/// Conditions at the ground.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Surface {
    /// Pressure, Pa.
    pub pressure_pa: f64,
    /// Temperature at 2 m, K.
    pub temperature_k: f64,
    /// Eastward wind at 10 m, m s⁻¹.
    pub u_m_s: f64,
    /// Northward wind at 10 m, m s⁻¹.
    pub v_m_s: f64,
    /// Friction velocity, m s⁻¹.
    pub friction_velocity_m_s: f64,
    /// Stress on the ground along x and y (with the wind), N m⁻².
    pub stress_n_m2: (f64, f64),
    /// Sensible heat flux, upward, W m⁻².
    pub sensible_heat_w_m2: f64,
    /// Latent heat flux, upward, W m⁻².
    pub latent_heat_w_m2: f64,
    /// Mixing height, m above ground.
    pub mixing_height_m: f64,
    /// Relative humidity at 2 m, %.
    pub humidity_percent: f64,
    /// Sunlight, downward, W m⁻².
    pub sunlight_w_m2: f64,
}

/// The weather above one place at one time.
#[derive(Clone, Copy, Debug)]
pub struct Column<'a> {
    weather: &'a Weather,
    place: LonLat,
    pressure_pa: f64,
    zonal: Scalar,
    lows: Scalar,
    troughs: Scalar,
    ascent: Scalar,
    /// ∇p_s, Pa m⁻¹, eastward and northward.
    slope: (f64, f64),
    daytime: Daytime,
    friction: Friction,
    layer: MixedLayer,
}

impl Weather {
    /// # Errors
    /// [`Error::Config`] naming the option that is out of range.
    pub fn new(options: WeatherOptions) -> Result<Self> {
        let options = options.validated()?;
        let centre = LonLat {
            lon_deg: 0.5 * (options.west_deg + options.east_deg),
            lat_deg: 0.5 * (options.south_deg + options.north_deg),
        };
        let coriolis_s = 2.0 * EARTH_ROTATION_RAD_S * centre.lat_deg.to_radians().sin();
        let weather = Self {
            options,
            coriolis_s,
            centre,
        };
        for vortex in &weather.options.vortices {
            let depth_m2_s2 = (weather.coriolis_s * vortex.amplitude()).abs();
            if !(vortex.radius_m >= 50_000.0 && depth_m2_s2 <= 8_000.0) {
                let found = format!("{} m/s at {} m", vortex.wind_m_s, vortex.radius_m);
                return Err(Error::config(
                    "vortices",
                    found,
                    "a radius of 50 km or more, at most about 100 hPa deep",
                ));
            }
        }
        Ok(weather)
    }

    /// What the weather was made from.
    pub fn options(&self) -> &WeatherOptions {
        &self.options
    }

    /// The column above a place.
    pub fn column(&self, place: LonLat, time: UtcTime) -> Column<'_> {
        let options = &self.options;
        let elapsed_s = (time.seconds() - options.start.seconds()) as f64;
        let drift_deg = (options.drift_m_s / EARTH_RADIUS_M * elapsed_s).to_degrees();
        let zonal = Scalar::sine_of_latitude(place.lat_deg, self.centre.lat_deg) * -EARTH_RADIUS_M;
        let (mut lows, mut troughs, mut ascent) = (Scalar::default(), Scalar::default(), Scalar::default());
        for vortex in &options.vortices {
            let amplitude = vortex.amplitude();
            let bump = |shift_deg: f64| vortex.bump(place, drift_deg + shift_deg);
            lows = lows + bump(0.0) * amplitude;
            troughs = troughs + bump(-vortex.tilt_deg) * (amplitude * vortex.upper_ratio);
            let ahead = bump(ASCENT_SHIFT_DEG) + bump(-ASCENT_SHIFT_DEG) * -1.0;
            ascent = ascent + ahead * (amplitude * vortex.ascent_ratio);
        }
        let surface = zonal * options.westerly_m_s + lows;
        let pressure_pa = reference::pressure_pa(-self.coriolis_s * surface.value);
        let steepness = self.coriolis_s * pressure_pa / (R * reference::temperature_k(pressure_pa));
        let seconds = time.seconds() as f64;
        let daytime = Daytime::new(seconds, place.lon_deg);
        let mut column = Column {
            weather: self,
            place,
            pressure_pa,
            zonal,
            lows,
            troughs,
            ascent,
            slope: (steepness * surface.east, steepness * surface.north),
            daytime,
            friction: Friction::new(Daytime::new(seconds, self.centre.lon_deg), options.roughness_m),
            layer: MixedLayer::default(),
        };
        let free = |pressure: f64| column.free(pressure);
        column.layer = MixedLayer::new(daytime, options.sensible_heat_w_m2, pressure_pa, free);
        column
    }

    /// Westerly over cos φ and its derivative by σ, m s⁻¹.
    fn westerly(&self, sigma: f64) -> (f64, f64) {
        let options = &self.options;
        (
            options.westerly_m_s + options.shear_m_s * (1.0 - sigma),
            -options.shear_m_s,
        )
    }
}

fn low_profile(sigma: f64) -> (f64, f64) {
    (LOW_AT_TOP + (1.0 - LOW_AT_TOP) * sigma, 1.0 - LOW_AT_TOP)
}

fn trough_profile(sigma: f64) -> (f64, f64) {
    (1.0 - sigma * sigma, -2.0 * sigma)
}

/// ∫₀^σ of the divergent circulation's profile, and the profile.
fn ascent_profile(sigma: f64) -> (f64, f64) {
    let below = sigma * (1.0 - sigma);
    (16.0 * below * below, 32.0 * below * (1.0 - 2.0 * sigma))
}

/// Height over 1 − σ near the ground, m.
fn sigma_height_m() -> f64 {
    MEAN_THICKNESS_PA * R * reference::SEA_LEVEL_TEMPERATURE_K / (G * SEA_LEVEL_PRESSURE_PA)
}

impl Column<'_> {
    /// The air at a pressure, Pa, from 5000 on; below ground the lowest winds go on and the temperature is continued.
    pub fn air(&self, pressure_pa: f64) -> Air {
        let lowest_sigma = 1.0 - LOWEST_WIND_M / sigma_height_m();
        let sigma = self.sigma(pressure_pa);
        let (u_m_s, v_m_s) = self.wind(sigma.min(lowest_sigma));
        let (temperature_k, geopotential) = self.layer.at(pressure_pa, self.free(pressure_pa));
        let omega_pa_s = if sigma > lowest_sigma {
            self.omega(sigma.min(1.0), self.wind(sigma.min(1.0)))
        } else {
            self.omega(sigma, (u_m_s, v_m_s))
        };
        Air {
            u_m_s,
            v_m_s,
            omega_pa_s,
            temperature_k,
            height_m: geopotential / G,
            humidity_percent: (15.0 + 55.0 * sigma.min(1.0).powi(2) - 20.0 * (omega_pa_s / 0.3).tanh())
                .clamp(1.0, 99.0),
        }
    }

    /// Conditions at the ground.
    pub fn surface(&self) -> Surface {
        let options = &self.weather.options;
        let air = self.air(self.pressure_pa);
        let sensible_heat_w_m2 = self.daytime.sensible_heat_w_m2(options.sensible_heat_w_m2);
        let density = self.pressure_pa / (R * air.temperature_k);
        let speed = air.u_m_s.hypot(air.v_m_s).max(0.1);
        let friction_velocity_m_s = VON_KARMAN * speed / self.friction.similarity(LOWEST_WIND_M);
        let drag = density * friction_velocity_m_s.powi(2) / speed;
        let heat = sensible_heat_w_m2.max(0.0) / (density * crate::constants::STILT_HEAT_CAPACITY);
        let excess_k = 2.0 * heat / friction_velocity_m_s.max(0.2);
        let sun = self.daytime.sun().max(0.0);
        Surface {
            pressure_pa: self.pressure_pa,
            temperature_k: (self.layer.ground_k() + excess_k) * reference::exner(self.pressure_pa),
            u_m_s: air.u_m_s,
            v_m_s: air.v_m_s,
            friction_velocity_m_s,
            stress_n_m2: (drag * air.u_m_s, drag * air.v_m_s),
            sensible_heat_w_m2,
            latent_heat_w_m2: options.latent_heat_w_m2 * sun,
            mixing_height_m: self.daytime.mixing_height_m(options.sensible_heat_w_m2),
            humidity_percent: air.humidity_percent,
            sunlight_w_m2: CLEAR_SKY_W_M2 * sun * self.place.lat_deg.to_radians().cos(),
        }
    }

    fn sigma(&self, pressure_pa: f64) -> f64 {
        (pressure_pa - TOP_PRESSURE_PA) / (self.pressure_pa - TOP_PRESSURE_PA)
    }

    /// Temperature and geopotential without the boundary layer.
    fn free(&self, pressure_pa: f64) -> (f64, f64) {
        let sigma = self.sigma(pressure_pa);
        let (westerly, shear) = self.weather.westerly(sigma);
        let (low, low_slope) = low_profile(sigma);
        let (trough, trough_slope) = trough_profile(sigma);
        let stream = self.zonal.value * westerly + self.lows.value * low + self.troughs.value * trough;
        let slope = self.zonal.value * shear + self.lows.value * low_slope + self.troughs.value * trough_slope;
        let coriolis = self.weather.coriolis_s;
        let thermal = coriolis * slope * pressure_pa / (R * (self.pressure_pa - TOP_PRESSURE_PA));
        (
            reference::temperature_k(pressure_pa) - thermal,
            reference::geopotential(pressure_pa) + coriolis * stream,
        )
    }

    /// Share of the drifting mass flux at σ, and its integral from the top.
    fn drift_profile(&self, sigma: f64) -> (f64, f64) {
        let depth = sigma_height_m();
        let whole = self.friction.integral_m(depth);
        let below = self.friction.integral_m((1.0 - sigma) * depth);
        let share = self.friction.factor((1.0 - sigma) * depth) * depth / whole;
        (share, 1.0 - below / whole)
    }

    /// Profile of the flow across the isobars, whose return flow fills the column, and its integral from the top.
    fn inflow_profile(&self, sigma: f64) -> (f64, f64) {
        let depth = sigma_height_m();
        let height = (1.0 - sigma) * depth;
        let whole = self.friction.inflow_integral_m(depth) / depth;
        let below = self.friction.inflow_integral_m(height) / depth;
        let returned = sigma * sigma * (3.0 - 2.0 * sigma);
        (
            6.0 * whole * sigma * (1.0 - sigma) - self.friction.inflow(height),
            whole * returned - (whole - below),
        )
    }

    fn surface_stream(&self) -> Scalar {
        self.zonal * self.weather.options.westerly_m_s + self.lows
    }

    fn wind(&self, sigma: f64) -> (f64, f64) {
        let thickness = self.pressure_pa - TOP_PRESSURE_PA;
        let inertia = MEAN_THICKNESS_PA / thickness;
        let stream = self.zonal * self.weather.westerly(sigma).0
            + self.lows * low_profile(sigma).0
            + self.troughs * trough_profile(sigma).0;
        let factor = self.friction.factor((1.0 - sigma) * sigma_height_m());
        let (ascent, inflow) = (ascent_profile(sigma).1, self.inflow_profile(sigma).0);
        let surface = self.surface_stream();
        let drift = self.weather.options.drift_m_s * self.place.lat_deg.to_radians().cos();
        let carried = drift * self.drift_profile(sigma).0 * (1.0 - inertia);
        (
            carried + inertia * (-factor * stream.north + ascent * self.ascent.east + inflow * surface.east),
            inertia * (factor * stream.east + ascent * self.ascent.north + inflow * surface.north),
        )
    }

    fn omega(&self, sigma: f64, wind: (f64, f64)) -> f64 {
        let drift = self.weather.options.drift_m_s * self.place.lat_deg.to_radians().cos();
        let tendency = -drift * self.slope.0;
        let divergent = self.ascent.laplacian * ascent_profile(sigma).0
            + self.surface_stream().laplacian * self.inflow_profile(sigma).1;
        let carried = -tendency * (sigma - self.drift_profile(sigma).1);
        let through = carried - MEAN_THICKNESS_PA * divergent;
        through + sigma * (tendency + wind.0 * self.slope.0 + wind.1 * self.slope.1)
    }
}
