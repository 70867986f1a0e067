//! Heat fluxes under a high sun point up: what tells a wrong sign.

use ndarray::Array2;

use crate::geo::LonLat;
use crate::met::projection::MetGrid;
use crate::time::UtcTime;

/// Sine of the solar elevation above which the sun heats the ground strongly.
const HIGH_SUN: f64 = 0.5;
/// A sunlit downward flux beyond this is no weather, W m⁻².
const STRONG_FLUX_W_M2: f32 = 100.0;
/// Points of a field that are looked at.
const SAMPLE: usize = 4000;

/// Low and high sensible heat fluxes, W m⁻² upward, of the points where the sun stands high, if their signs are wrong: strong
/// fluxes downward and none as strong upward.
pub(super) fn sunlit_downward(values: &Array2<f32>, grid: &MetGrid, time: UtcTime) -> Option<(f32, f32)> {
    let stride = values.len().div_ceil(SAMPLE).max(1);
    let sunlit = values.indexed_iter().step_by(stride).filter(|((j, i), flux)| {
        let place = grid.place_at(*i as f64, *j as f64);
        flux.is_finite() && sine_of_solar_elevation(place, time) > HIGH_SUN
    });
    let mut fluxes: Vec<f32> = sunlit.map(|(_, flux)| *flux).collect();
    if fluxes.len() < 4 {
        return None;
    }
    fluxes.sort_by(f32::total_cmp);
    let low = fluxes[fluxes.len() / 50];
    let high = fluxes[fluxes.len() - 1 - fluxes.len() / 50];
    (low < -STRONG_FLUX_W_M2 && 3.0 * high < -low).then_some((low, high))
}

/// Sine of the sun's elevation, good to about 0.03 (declination by a cosine, no equation of time).
fn sine_of_solar_elevation(place: LonLat, time: UtcTime) -> f64 {
    let civil = time.civil();
    let year_angle = std::f64::consts::TAU * (f64::from(civil.day_of_year()) + 10.0) / 365.25;
    let declination = -(23.44_f64.to_radians()) * year_angle.cos();
    let hours = f64::from(civil.hour()) + f64::from(civil.minute()) / 60.0;
    let hour_angle = (15.0 * (hours - 12.0) + place.lon_deg).to_radians();
    let lat = place.lat_deg.to_radians();
    lat.sin() * declination.sin() + lat.cos() * declination.cos() * hour_angle.cos()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_sun_stands_over_the_tropic_at_the_solstice_noon() {
        let noon = UtcTime::from_calendar(2019, 6, 21, 12, 0).unwrap();
        let at = |lon_deg, lat_deg| sine_of_solar_elevation(LonLat { lon_deg, lat_deg }, noon);
        assert!(at(0.0, 23.44) > 0.9999);
        assert!(at(180.0, 0.0) < -0.9);
        assert!((at(0.0, 51.97) - (90.0_f64 - 28.53).to_radians().sin()).abs() < 0.001);
    }
}
