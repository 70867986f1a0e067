//! Flows whose trajectories are known exactly.

use nalgebra::{Rotation3, Unit, Vector3};

use super::PRESSURE_LEVELS_HPA;
use super::reader::Domain;
use super::reference::{SEA_LEVEL_PRESSURE_PA, SEA_LEVEL_TEMPERATURE_K};
use super::weather::{Air, Surface};
use crate::constants::{EARTH_RADIUS_M, STILT_DRY_AIR_GAS_CONSTANT as R};
use crate::error::{Error, Result};
use crate::geo::{LonLat, wrap_longitude_deg};
use crate::met::{MetDescription, MetReader, RawSnapshot};
use crate::time::UtcTime;

/// A steady horizontal wind.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Flow {
    /// The same eastward and northward wind everywhere; paths are loxodromes.
    Uniform {
        /// Eastward, m s⁻¹.
        u_m_s: f64,
        /// Northward, m s⁻¹.
        v_m_s: f64,
    },
    /// A westerly u + s z that grows with the height z above ground.
    Shear {
        /// Eastward at the ground, m s⁻¹.
        u_m_s: f64,
        /// s, s⁻¹.
        shear_s: f64,
    },
    /// The air turns like a rigid body about an axis through the Earth's centre; paths are circles.
    SolidBody {
        /// Where the axis leaves the Earth; the turn is anticlockwise seen from above.
        pole: LonLat,
        /// Angular velocity, rad s⁻¹.
        angular_rad_s: f64,
    },
}

impl Flow {
    /// Eastward and northward wind, m s⁻¹.
    pub fn wind(&self, place: LonLat, height_agl_m: f64) -> (f64, f64) {
        match *self {
            Self::Uniform { u_m_s, v_m_s } => (u_m_s, v_m_s),
            Self::Shear { u_m_s, shear_s } => (u_m_s + shear_s * height_agl_m, 0.0),
            Self::SolidBody { pole, angular_rad_s } => {
                let velocity = unit(pole).cross(&unit(place)) * (angular_rad_s * EARTH_RADIUS_M);
                let (sin_lat, cos_lat) = place.lat_deg.to_radians().sin_cos();
                let (sin_lon, cos_lon) = place.lon_deg.to_radians().sin_cos();
                let east = Vector3::new(-sin_lon, cos_lon, 0.0);
                let north = Vector3::new(-sin_lat * cos_lon, -sin_lat * sin_lon, cos_lat);
                (velocity.dot(&east), velocity.dot(&north))
            }
        }
    }

    /// Where the wind carries air from `place` within `seconds` (negative: where it came from) at one height.
    pub fn position(&self, place: LonLat, height_agl_m: f64, seconds: f64) -> LonLat {
        match *self {
            Self::SolidBody { pole, angular_rad_s } => {
                let axis = Unit::new_normalize(unit(pole));
                let moved = Rotation3::from_axis_angle(&axis, angular_rad_s * seconds) * unit(place);
                LonLat {
                    lon_deg: moved.y.atan2(moved.x).to_degrees(),
                    lat_deg: moved.z.atan2(moved.x.hypot(moved.y)).to_degrees(),
                }
            }
            _ => {
                let (u, v) = self.wind(place, height_agl_m);
                let lat = place.lat_deg.to_radians();
                let turned = v * seconds / EARTH_RADIUS_M;
                let stretched = mercator_change(lat, turned);
                LonLat {
                    lon_deg: wrap_longitude_deg(
                        place.lon_deg + (u * seconds / EARTH_RADIUS_M * stretched).to_degrees(),
                    ),
                    lat_deg: (lat + turned).to_degrees(),
                }
            }
        }
    }
}

/// ∫ dφ/cos φ over [φ, φ + δ], divided by δ.
fn mercator_change(lat: f64, change: f64) -> f64 {
    if change.abs() < 1e-6 {
        return 1.0 / (lat + 0.5 * change).cos();
    }
    ((lat + change).tan().asinh() - lat.tan().asinh()) / change
}

fn unit(place: LonLat) -> Vector3<f64> {
    let (sin_lat, cos_lat) = place.lat_deg.to_radians().sin_cos();
    let (sin_lon, cos_lon) = place.lon_deg.to_radians().sin_cos();
    Vector3::new(cos_lat * cos_lon, cos_lat * sin_lon, sin_lat)
}

/// The ground under a [`SyntheticFlow`]: what shapes the turbulence, the same everywhere and always.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SurfaceState {
    /// Friction velocity, m s⁻¹.
    pub friction_velocity_m_s: f64,
    /// Sensible heat flux, upward, W m⁻².
    pub sensible_heat_w_m2: f64,
    /// Mixing height, m above ground.
    pub mixing_height_m: f64,
}

impl Default for SurfaceState {
    /// A neutral boundary layer of 1 km.
    fn default() -> Self {
        Self {
            friction_velocity_m_s: 0.3,
            sensible_heat_w_m2: 0.0,
            mixing_height_m: 1000.0,
        }
    }
}

/// A flow on a grid, in the reference atmosphere at rest over flat ground; with a uniform wind of 0 it is a
/// horizontally uniform column of constant turbulence.
#[derive(Clone, Debug)]
pub struct SyntheticFlow {
    flow: Flow,
    surface: SurfaceState,
    domain: Domain,
    description: MetDescription,
}

impl SyntheticFlow {
    /// Samples a flow at the given times.
    ///
    /// # Errors
    /// [`Error::Config`] if the times do not ascend, or the domain leaves the sphere or has fewer than 2 × 2 points.
    pub fn new(flow: Flow, surface: SurfaceState, domain: Domain, times: Vec<UtcTime>) -> Result<Self> {
        if times.is_empty() || times.windows(2).any(|pair| pair[0] >= pair[1]) {
            return Err(Error::config(
                "times",
                format!("{} times", times.len()),
                "one or more, ascending",
            ));
        }
        let north_deg = domain.south_deg + (domain.ny.max(1) - 1) as f64 * domain.spacing_deg;
        let round_deg = domain.nx as f64 * domain.spacing_deg;
        let on_sphere = domain.south_deg >= -90.0 && north_deg <= 90.0 + 1e-9 && round_deg <= 360.0 + 1e-9;
        if domain.nx < 2 || domain.ny < 2 || domain.spacing_deg <= 0.0 || !on_sphere {
            let allowed = "2 x 2 points or more, between the poles, once round the Earth at most";
            return Err(Error::config("domain", format!("{domain:?}"), allowed));
        }
        let description = domain.describe("idealised flow", times)?;
        Ok(Self {
            flow,
            surface,
            domain,
            description,
        })
    }

    fn column(&self, place: LonLat) -> (Surface, Vec<Air>) {
        let air = PRESSURE_LEVELS_HPA.map(|level| {
            let air = Air::at_rest(100.0 * level);
            let (u_m_s, v_m_s) = self.flow.wind(place, air.height_m);
            Air { u_m_s, v_m_s, ..air }
        });
        let (u_m_s, v_m_s) = self.flow.wind(place, 10.0);
        let density = SEA_LEVEL_PRESSURE_PA / (R * SEA_LEVEL_TEMPERATURE_K);
        let drag = density * self.surface.friction_velocity_m_s.powi(2) / u_m_s.hypot(v_m_s).max(1e-6);
        let surface = Surface {
            pressure_pa: SEA_LEVEL_PRESSURE_PA,
            temperature_k: SEA_LEVEL_TEMPERATURE_K,
            u_m_s,
            v_m_s,
            friction_velocity_m_s: self.surface.friction_velocity_m_s,
            stress_n_m2: (drag * u_m_s, drag * v_m_s),
            sensible_heat_w_m2: self.surface.sensible_heat_w_m2,
            latent_heat_w_m2: 0.0,
            mixing_height_m: self.surface.mixing_height_m,
            humidity_percent: 50.0,
            sunlight_w_m2: 0.0,
        };
        (surface, air.to_vec())
    }
}

impl MetReader for SyntheticFlow {
    fn description(&self) -> &MetDescription {
        &self.description
    }

    fn read(&mut self, time_index: usize) -> Result<RawSnapshot> {
        let time = self.description.time(time_index)?;
        Ok(self.domain.sample(time, |place| self.column(place)))
    }
}
