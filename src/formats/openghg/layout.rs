//! What the two layouts call the same things.

use super::super::Format;
use super::super::plane::PlaneNames;

/// Sides in the order of [`Sides::each`](crate::boundary::Sides::each): letter in names, name in titles, whether it runs along x.
pub(super) const SIDES: [(char, &str, bool); 4] =
    [('n', "N", true), ('e', "E", false), ('s', "S", true), ('w', "W", false)];

/// The weather at the release: name, unit, title.
pub(super) type ConditionNames = [(&'static str, &'static str, &'static str); 5];

pub(super) struct Layout {
    pub plane: PlaneNames,
    /// The sum over all time.
    pub total: &'static str,
    pub total_units: &'static str,
    /// Dimensions of it.
    pub order: [&'static str; 3],
    pub conditions: ConditionNames,
    /// K and Pa in place of °C and hPa.
    pub in_si: bool,
}

const OPENGHG: Layout = Layout {
    plane: PlaneNames { y: "lat", x: "lon" },
    total: "fp",
    total_units: "(mol/mol)/(mol/m2/s)",
    order: ["lat", "lon", "time"],
    conditions: [
        ("temperature", "C", "air temperature at release"),
        ("pressure", "hPa", "air pressure at release"),
        ("wind_speed", "m/s", "wind speed at release"),
        ("wind_direction", "degrees", "wind direction at release"),
        ("PBLH", "m", "atmospheric boundary layer thickness at release"),
    ],
    in_si: false,
};

const PARIS: Layout = Layout {
    plane: PlaneNames {
        y: "latitude",
        x: "longitude",
    },
    total: "srr",
    total_units: "m2 s mol-1",
    order: ["time", "latitude", "longitude"],
    conditions: [
        ("air_temperature", "K", "air temperature at release"),
        ("air_pressure", "Pa", "air pressure at release"),
        ("wind_speed", "m s-1", "wind speed at release"),
        ("wind_from_direction", "degree", "wind direction at release"),
        (
            "atmosphere_boundary_layer_thickness",
            "m",
            "atmospheric boundary layer thickness at release",
        ),
    ],
    in_si: true,
};

pub(super) const fn layout(format: Format) -> &'static Layout {
    match format {
        Format::Paris => &PARIS,
        _ => &OPENGHG,
    }
}
