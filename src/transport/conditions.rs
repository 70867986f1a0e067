//! What the air is like to a particle, at any place and time: the numbers that transport itself works with.

use rayon::prelude::*;

use crate::error::{Error, Result};
use crate::geo::LonLat;
use crate::met::derive::DeriveOptions;
use crate::met::store::{MetStore, MetWindow};
use crate::time::UtcTime;

/// Where and when to look.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// UTC.
    pub time: UtcTime,
    /// Degrees east.
    pub lon_deg: f64,
    /// Degrees north.
    pub lat_deg: f64,
    /// m above ground.
    pub height_agl_m: f64,
}

/// Conditions at a place, as a particle there would meet them; all NaN where the meteorology does not reach.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Conditions {
    /// Mixing height above ground, m: of the nearest grid column, in physics mode interpolated.
    pub mixing_height_m: f64,
    /// Standard deviation of vertical velocity, m s⁻¹.
    pub sigma_w_m_s: f64,
    /// Lagrangian time of vertical velocity, s.
    pub lagrangian_time_s: f64,
    /// Density of dry air, kg m⁻³.
    pub air_density_kg_m3: f64,
    /// Pressure, hPa.
    pub pressure_hpa: f64,
    /// Terrain above sea level, m.
    pub terrain_m: f64,
    /// Mean wind to the east, m s⁻¹.
    pub u_m_s: f64,
    /// Mean wind to the north, m s⁻¹.
    pub v_m_s: f64,
    /// Mean vertical velocity relative to the ground, m s⁻¹.
    pub w_m_s: f64,
}

impl Conditions {
    const MISSING: Self = Self {
        mixing_height_m: f64::NAN,
        sigma_w_m_s: f64::NAN,
        lagrangian_time_s: f64::NAN,
        air_density_kg_m3: f64::NAN,
        pressure_hpa: f64::NAN,
        terrain_m: f64::NAN,
        u_m_s: f64::NAN,
        v_m_s: f64::NAN,
        w_m_s: f64::NAN,
    };
}

/// The conditions at each place, in the order given; times may come in any order. Places outside the meteorology in
/// space (its height included) or in time are NaN. Uses the current rayon pool.
///
/// ```
/// use airshed::met::derive::DeriveOptions;
/// use airshed::met::synthetic::{SyntheticWeather, WeatherOptions};
/// use airshed::transport::{Place, conditions};
/// use airshed::{MetStore, UtcTime};
///
/// # fn main() -> airshed::Result<()> {
/// let weather = SyntheticWeather::new(WeatherOptions::default())?;
/// let met = MetStore::from_readers(vec![Box::new(weather)])?;
/// let noon = UtcTime::parse("2019-09-22T12:00")?;
/// let profile: Vec<Place> = [10.0, 100.0, 1000.0]
///     .map(|height_agl_m| Place { time: noon, lon_deg: 4.927, lat_deg: 51.971, height_agl_m })
///     .to_vec();
/// let air = conditions(&met, &profile, &DeriveOptions::default())?;
/// assert!(air[0].pressure_hpa > air[2].pressure_hpa);
/// assert_eq!(air[0].mixing_height_m, air[2].mixing_height_m);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// [`Error::MetTime`] if none of the times is covered; [`Error::MetField`] if a column cannot be used; reader errors.
pub fn conditions(met: &MetStore, places: &[Place], options: &DeriveOptions) -> Result<Vec<Conditions>> {
    let mut order: Vec<usize> = (0..places.len()).collect();
    order.sort_by_key(|&k| places[k].time);
    let mut found = vec![Conditions::MISSING; places.len()];
    let (mut covered, mut uncovered) = (0, None);
    let mut rest = order.as_slice();
    while let Some(&first) = rest.first() {
        let time = places[first].time;
        let (last, window) = match met.window(time, true, options) {
            Ok(window) => (window.end, Some(window)),
            Err(error @ Error::MetTime { .. }) => {
                uncovered.get_or_insert(error);
                (time, None)
            }
            Err(error) => return Err(error),
        };
        let (now, later) = rest.split_at(rest.partition_point(|&k| places[k].time <= last));
        if let Some(window) = window {
            covered += now.len();
            let there: Vec<Conditions> = now.par_iter().map(|&k| window.conditions(&places[k])).collect();
            window.check()?;
            now.iter().zip(there).for_each(|(&k, air)| found[k] = air);
        }
        rest = later;
    }
    match uncovered {
        Some(error) if covered == 0 => Err(error),
        _ => Ok(found),
    }
}

impl MetWindow {
    fn conditions(&self, place: &Place) -> Conditions {
        if self.is_native() {
            return super::physics::conditions(self, place).unwrap_or(Conditions::MISSING);
        }
        let &Place {
            lon_deg,
            lat_deg,
            height_agl_m,
            time,
        } = place;
        let Some((nest, x, y, column)) = self.column_at(LonLat { lon_deg, lat_deg }, time) else {
            return Conditions::MISSING;
        };
        let height = height_agl_m / column.compression;
        if !(0.0..column.top()).contains(&height) {
            return Conditions::MISSING;
        }
        let spot = column.spot(height);
        let (air_density_kg_m3, pressure_hpa) = spot.air();
        let layer = column.layer_around(&spot, height);
        let [u_cells_s, v_cells_s, w] = spot.wind();
        let grid = &self.nests[nest].grid;
        let (dx_m, dy_m) = grid.cell_size_m(x, y);
        let (u_m_s, v_m_s) = grid.earth_wind(x, y, u_cells_s * dx_m, v_cells_s * dy_m);
        Conditions {
            mixing_height_m: column.mixing_height_m,
            sigma_w_m_s: layer.sigma_w_m_s,
            lagrangian_time_s: layer.time_s,
            air_density_kg_m3,
            pressure_hpa,
            terrain_m: column.terrain_m(),
            u_m_s,
            v_m_s,
            w_m_s: w * column.compression,
        }
    }
}
