//! Which way heat fluxes point: the trap of the ARL format, which does not say.

use crate::geo::LonLat;
use crate::met::MetDescription;
use crate::met::stored::{StoredField, StoredSnapshot};
use crate::time::UtcTime;

/// Direction of the heat fluxes (`SHTF`, `HFLX`, `LHTF`, `LTHF`) stored in a file. Fields are always given upward.
///
/// The reference takes files of models `EC…` as positive downward and all others as upward; it turns those of `ETA`
/// and `EDAS` twice, so that they stay as they are. Since ids are not to be trusted, each reading checks the result
/// under a high sun: no field is given whose strong fluxes there point downward.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FluxSign {
    /// By the model id, as the reference does.
    #[default]
    FromModelId,
    /// The file's fluxes are positive upward.
    Upward,
    /// The file's fluxes are positive downward.
    Downward,
}

/// Sine of the solar elevation above which the sun heats the ground strongly.
const HIGH_SUN: f64 = 0.5;
/// A sunlit downward flux beyond this is no weather, W m⁻².
const STRONG_FLUX_W_M2: f32 = 100.0;
/// Points of a field that are looked at.
const SAMPLE: usize = 4000;

fn is_sensible(name: &str) -> bool {
    ["SHT", "HFL"].iter().any(|id| name.starts_with(id))
}

/// Whether a surface field is a sensible or latent heat flux.
pub(super) fn is_heat_flux(name: &str) -> bool {
    is_sensible(name) || ["LHT", "LTH"].iter().any(|id| name.starts_with(id))
}

/// Turns heat fluxes upward; the reason, if they cannot be.
pub(super) fn turn_upward(
    snapshot: &mut StoredSnapshot,
    description: &MetDescription,
    sign: FluxSign,
) -> Result<(), String> {
    let downward = match sign {
        FluxSign::FromModelId => description.model.starts_with("EC"),
        FluxSign::Upward => false,
        FluxSign::Downward => true,
    };
    let time = snapshot.time;
    for field in snapshot.fields.iter_mut().filter(|f| f.level == 0) {
        if downward && is_heat_flux(&field.name) {
            field.values.numbers().mapv_inplace(|flux| -flux);
        }
        if is_sensible(&field.name) {
            check_upward(field, description, time)?;
        }
    }
    Ok(())
}

/// Under a high sun the strongest sensible heat fluxes are upward.
fn check_upward(field: &mut StoredField, description: &MetDescription, time: UtcTime) -> Result<(), String> {
    let values = field.values.numbers();
    let stride = values.len().div_ceil(SAMPLE).max(1);
    let sunlit = values.indexed_iter().step_by(stride).filter(|((j, i), _)| {
        let place = description.grid.place_at(*i as f64, *j as f64);
        sine_of_solar_elevation(place, time) > HIGH_SUN
    });
    let mut fluxes: Vec<f32> = sunlit.map(|(_, flux)| *flux).collect();
    if fluxes.len() < 4 {
        return Ok(());
    }
    fluxes.sort_by(f32::total_cmp);
    let low = fluxes[fluxes.len() / 50];
    let high = fluxes[fluxes.len() - 1 - fluxes.len() / 50];
    if low < -STRONG_FLUX_W_M2 && 3.0 * high < -low {
        return Err(format!(
            "{} at {time} is {low:.0} to {high:.0} W m-2 (upward) where the sun stands high: model id {:?} suggests the \
             wrong sign; open the file with FluxSign::Upward or FluxSign::Downward",
            field.name, description.model
        ));
    }
    Ok(())
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
