//! Water vapour: saturation, specific and relative humidity, virtual temperature.

use crate::constants::WATER_TO_AIR;

/// Virtual temperature factor: Tv = T (1 + 0.608 q).
pub(super) const VIRTUAL: f64 = 1.0 / WATER_TO_AIR - 1.0;

/// Saturation vapour pressure over water (Bolton 1980, eq. 10), hPa.
pub(super) fn saturation_pressure_hpa(temperature_k: f64) -> f64 {
    6.112 * (17.67 * (temperature_k - 273.15) / (temperature_k - 29.65)).exp()
}

/// Specific humidity, kg kg⁻¹, of a relative one, 0 … 1.
pub(super) fn specific_humidity(relative: f64, temperature_k: f64, pressure_hpa: f64) -> f64 {
    let vapour = (relative * saturation_pressure_hpa(temperature_k)).clamp(0.0, 0.2 * pressure_hpa);
    WATER_TO_AIR * vapour / (pressure_hpa - (1.0 - WATER_TO_AIR) * vapour)
}

/// Vapour pressure, hPa, of a specific humidity, kg kg⁻¹.
pub(super) fn vapour_pressure_hpa(specific: f64, pressure_hpa: f64) -> f64 {
    specific * pressure_hpa / (WATER_TO_AIR + (1.0 - WATER_TO_AIR) * specific)
}

#[cfg(test)]
mod tests {
    use approx::assert_relative_eq;

    use super::*;

    #[test]
    fn relative_and_specific_humidity_are_inverse() {
        for (relative, temperature_k, pressure_hpa) in [(0.3, 260.0, 850.0), (1.0, 303.0, 1010.0), (0.02, 210.0, 90.0)]
        {
            let specific = specific_humidity(relative, temperature_k, pressure_hpa);
            let vapour = vapour_pressure_hpa(specific, pressure_hpa);
            assert_relative_eq!(
                vapour / saturation_pressure_hpa(temperature_k),
                relative,
                max_relative = 1e-12
            );
        }
    }
}
