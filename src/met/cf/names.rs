//! What variables are called: in ECMWF's files, by CF, and in other archives.

use crate::met::collection::Quantity;
use crate::met::collection::Quantity::*;

/// What a variable is, and what makes it ours.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Named {
    pub quantity: Quantity,
    /// −1 where the file counts downward what we count upward.
    pub sign: f64,
    /// The unit that the name implies, for files that state none.
    pub unit: Option<&'static str>,
}

const fn named(quantity: Quantity, sign: f64) -> Named {
    Named {
        quantity,
        sign,
        unit: None,
    }
}

/// ECMWF parameter number (table 128 unless above 1000), short name, long name, unit, sign. Fluxes point downward, although
/// converters give some of them the standard name of an upward flux.
const ECMWF: [(u32, &str, &str, &str, Quantity, f64); 40] = [
    (131, "u", "u_component_of_wind", "m s-1", WindX, 1.0),
    (132, "v", "v_component_of_wind", "m s-1", WindY, 1.0),
    (135, "w", "vertical_velocity", "Pa s-1", PressureVelocity, 1.0),
    (130, "t", "temperature", "K", Temperature, 1.0),
    (133, "q", "specific_humidity", "1", SpecificHumidity, 1.0),
    (157, "r", "relative_humidity", "%", RelativeHumidity, 1.0),
    (129, "z", "geopotential", "m2 s-2", Geopotential, 1.0),
    (156, "gh", "geopotential_height", "m", Height, 1.0),
    (129, "z", "geopotential_at_surface", "m2 s-2", SurfaceGeopotential, 1.0),
    (228_002, "orog", "orography", "m", TerrainHeight, 1.0),
    (134, "sp", "surface_pressure", "Pa", SurfacePressure, 1.0),
    (
        152,
        "lnsp",
        "logarithm_of_surface_pressure",
        "1",
        LogSurfacePressure,
        1.0,
    ),
    (151, "msl", "mean_sea_level_pressure", "Pa", SeaLevelPressure, 1.0),
    (165, "u10", "10m_u_component_of_wind", "m s-1", WindX10m, 1.0),
    (166, "v10", "10m_v_component_of_wind", "m s-1", WindY10m, 1.0),
    (165, "10u", "10m_u_component_of_wind", "m s-1", WindX10m, 1.0),
    (166, "10v", "10m_v_component_of_wind", "m s-1", WindY10m, 1.0),
    (167, "t2m", "2m_temperature", "K", ScreenTemperature, 1.0),
    (167, "2t", "2m_temperature", "K", ScreenTemperature, 1.0),
    (168, "d2m", "2m_dewpoint_temperature", "K", ScreenDewPoint, 1.0),
    (168, "2d", "2m_dewpoint_temperature", "K", ScreenDewPoint, 1.0),
    (235, "skt", "skin_temperature", "K", SkinTemperature, 1.0),
    (159, "blh", "boundary_layer_height", "m", MixingHeight, 1.0),
    (228_003, "zust", "friction_velocity", "m s-1", FrictionVelocity, 1.0),
    (
        180,
        "ewss",
        "eastward_turbulent_surface_stress",
        "N m-2 s",
        StressX,
        1.0,
    ),
    (
        181,
        "nsss",
        "northward_turbulent_surface_stress",
        "N m-2 s",
        StressY,
        1.0,
    ),
    (
        229,
        "iews",
        "instantaneous_eastward_turbulent_surface_stress",
        "N m-2",
        StressX,
        1.0,
    ),
    (
        230,
        "inss",
        "instantaneous_northward_turbulent_surface_stress",
        "N m-2",
        StressY,
        1.0,
    ),
    (146, "sshf", "surface_sensible_heat_flux", "J m-2", SensibleHeat, -1.0),
    (147, "slhf", "surface_latent_heat_flux", "J m-2", LatentHeat, -1.0),
    (
        231,
        "ishf",
        "instantaneous_surface_sensible_heat_flux",
        "W m-2",
        SensibleHeat,
        -1.0,
    ),
    (
        235_033,
        "msshf",
        "mean_surface_sensible_heat_flux",
        "W m-2",
        SensibleHeat,
        -1.0,
    ),
    (
        235_034,
        "mslhf",
        "mean_surface_latent_heat_flux",
        "W m-2",
        LatentHeat,
        -1.0,
    ),
    (169, "ssrd", "surface_solar_radiation_downwards", "J m-2", Sunlight, 1.0),
    (244, "fsr", "forecast_surface_roughness", "m", Roughness, 1.0),
    (228, "tp", "total_precipitation", "m", Rain, 1.0),
    (143, "cp", "convective_precipitation", "m", ConvectiveRain, 1.0),
    (164, "tcc", "total_cloud_cover", "1", CloudCover, 1.0),
    (186, "lcc", "low_cloud_cover", "1", LowCloudCover, 1.0),
    (59, "cape", "convective_available_potential_energy", "J kg-1", Cape, 1.0),
];

/// CF standard names. Where one serves levels and the ground, the quantity at the ground is that at 2 m or 10 m.
const STANDARD: [(&str, Named); 44] = [
    ("eastward_wind", named(WindX, 1.0)),
    ("northward_wind", named(WindY, 1.0)),
    ("x_wind", named(WindX, 1.0)),
    ("y_wind", named(WindY, 1.0)),
    ("eastward_wind", named(WindX10m, 1.0)),
    ("northward_wind", named(WindY10m, 1.0)),
    ("x_wind", named(WindX10m, 1.0)),
    ("y_wind", named(WindY10m, 1.0)),
    ("lagrangian_tendency_of_air_pressure", named(PressureVelocity, 1.0)),
    (
        "vertical_air_velocity_expressed_as_tendency_of_pressure",
        named(PressureVelocity, 1.0),
    ),
    ("upward_air_velocity", named(VerticalVelocity, 1.0)),
    ("air_temperature", named(Temperature, 1.0)),
    ("air_temperature", named(ScreenTemperature, 1.0)),
    ("air_potential_temperature", named(PotentialTemperature, 1.0)),
    ("specific_humidity", named(SpecificHumidity, 1.0)),
    ("specific_humidity", named(ScreenSpecificHumidity, 1.0)),
    ("humidity_mixing_ratio", named(MixingRatio, 1.0)),
    ("relative_humidity", named(RelativeHumidity, 1.0)),
    ("relative_humidity", named(ScreenRelativeHumidity, 1.0)),
    ("dew_point_temperature", named(ScreenDewPoint, 1.0)),
    ("geopotential", named(Geopotential, 1.0)),
    ("geopotential_height", named(Height, 1.0)),
    ("altitude", named(Height, 1.0)),
    ("air_pressure", named(Pressure, 1.0)),
    ("specific_turbulent_kinetic_energy_of_air", named(TurbulentEnergy, 1.0)),
    ("surface_air_pressure", named(SurfacePressure, 1.0)),
    ("air_pressure_at_mean_sea_level", named(SeaLevelPressure, 1.0)),
    ("air_pressure_at_sea_level", named(SeaLevelPressure, 1.0)),
    ("surface_altitude", named(TerrainHeight, 1.0)),
    ("surface_geopotential", named(SurfaceGeopotential, 1.0)),
    ("surface_temperature", named(SkinTemperature, 1.0)),
    ("atmosphere_boundary_layer_thickness", named(MixingHeight, 1.0)),
    ("surface_downward_eastward_stress", named(StressX, 1.0)),
    ("surface_downward_northward_stress", named(StressY, 1.0)),
    ("surface_downward_x_stress", named(StressX, 1.0)),
    ("surface_downward_y_stress", named(StressY, 1.0)),
    ("surface_upward_sensible_heat_flux", named(SensibleHeat, 1.0)),
    ("surface_downward_sensible_heat_flux", named(SensibleHeat, -1.0)),
    ("surface_upward_latent_heat_flux", named(LatentHeat, 1.0)),
    ("surface_downward_latent_heat_flux", named(LatentHeat, -1.0)),
    ("surface_downwelling_shortwave_flux_in_air", named(Sunlight, 1.0)),
    ("surface_roughness_length", named(Roughness, 1.0)),
    ("precipitation_amount", named(Rain, 1.0)),
    ("cloud_area_fraction", named(CloudCover, 1.0)),
];

/// What a variable is by ECMWF's number or by both of its ECMWF names.
pub(super) fn ecmwf(number: Option<f64>, name: &str, has_levels: bool) -> Option<Named> {
    let by_number = |row: &u32| number == Some(f64::from(*row));
    let by_name = |short: &str, long: &str| number.is_none() && (name == short || name == long);
    let row = ECMWF
        .iter()
        .find(|row| row.4.is_aloft() == has_levels && (by_number(&row.0) || by_name(row.1, row.2)))?;
    Some(Named {
        quantity: row.4,
        sign: row.5,
        unit: Some(row.3),
    })
}

/// What a variable is by its standard name.
pub(super) fn standard(name: &str, has_levels: bool) -> Option<Named> {
    let found = STANDARD
        .iter()
        .find(|(held, named)| *held == name && named.quantity.is_aloft() == has_levels);
    found.map(|(_, named)| *named)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn names_of_one_quantity_agree_and_fluxes_point_up() {
        let quantity = |named: Option<Named>| named.unwrap().quantity;
        assert_eq!(quantity(ecmwf(None, "z", true)), Geopotential);
        assert_eq!(quantity(ecmwf(None, "z", false)), SurfaceGeopotential);
        assert_eq!(quantity(ecmwf(Some(130.0), "var130", true)), Temperature);
        assert_eq!(quantity(standard("air_temperature", false)), ScreenTemperature);
        assert_eq!(ecmwf(None, "surface_sensible_heat_flux", false).unwrap().sign, -1.0);
        assert_eq!(standard("surface_upward_sensible_heat_flux", false).unwrap().sign, 1.0);
        assert_eq!(
            ecmwf(Some(999.0), "u", true),
            None,
            "a number that is stated counts, not the name"
        );
    }
}
