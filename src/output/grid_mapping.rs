//! The CF grid mapping of a crs (CF-1.8, appendix F).

use super::attributes::{Attribute, number, text};
use crate::crs::Crs;

/// Attributes of the variable `crs`: CF parameters where CF names the projection, its WKT or PROJ string always.
pub(crate) fn grid_mapping(definition: &str) -> Vec<Attribute> {
    let is_longlat = Crs::parse(definition).is_ok_and(|crs| crs.is_longlat());
    let mut attributes = if is_longlat {
        vec![
            text("grid_mapping_name", "latitude_longitude"),
            number("longitude_of_prime_meridian", 0.0),
            number("semi_major_axis", 6_378_137.0),
            number("inverse_flattening", 298.257_223_563),
        ]
    } else {
        projected(definition)
    };
    if definition.trim_start().starts_with('+') {
        attributes.push(text("proj4_params", definition));
    }
    attributes
}

#[cfg(not(feature = "proj"))]
fn projected(_definition: &str) -> Vec<Attribute> {
    Vec::new()
}

#[cfg(feature = "proj")]
fn projected(definition: &str) -> Vec<Attribute> {
    let plain_string = definition.trim_start().starts_with('+') && !definition.contains("type=crs");
    let definition = if plain_string {
        format!("{definition} +type=crs")
    } else {
        definition.to_owned()
    };
    let Ok(crs) = proj::Proj::new(&definition) else {
        return Vec::new();
    };
    let json = crs.to_projjson(None, None, None).ok();
    let mut attributes = json
        .and_then(|j| serde_json::from_str(&j).ok())
        .map_or(Vec::new(), |j| cf::parameters(&j));
    if let Ok(wkt) = crs.as_wkt(None, None) {
        attributes.push(text("crs_wkt", wkt));
    }
    attributes
}

#[cfg(feature = "proj")]
mod cf {
    use netcdf::AttributeValue;
    use serde_json::Value;

    use super::{Attribute, number, text};

    /// CF's name of a projection method of PROJJSON.
    fn mapping_name(method: &str) -> Option<&'static str> {
        Some(match method {
            "Lambert Conic Conformal (1SP)" | "Lambert Conic Conformal (2SP)" => "lambert_conformal_conic",
            "Lambert Azimuthal Equal Area" => "lambert_azimuthal_equal_area",
            "Albers Equal Area" => "albers_conical_equal_area",
            "Transverse Mercator" => "transverse_mercator",
            "Mercator (variant A)" | "Mercator (variant B)" => "mercator",
            "Polar Stereographic (variant A)" | "Polar Stereographic (variant B)" => "polar_stereographic",
            _ => return None,
        })
    }

    /// CF's name of a parameter of PROJJSON, in a mapping.
    fn parameter_name(parameter: &str, mapping: &str) -> Option<&'static str> {
        Some(match parameter {
            "Latitude of natural origin" | "Latitude of false origin" => "latitude_of_projection_origin",
            "Latitude of standard parallel" => "standard_parallel",
            "False easting" | "Easting at false origin" => "false_easting",
            "False northing" | "Northing at false origin" => "false_northing",
            "Longitude of natural origin" | "Longitude of false origin" | "Longitude of origin" => match mapping {
                "polar_stereographic" => "straight_vertical_longitude_from_pole",
                "transverse_mercator" | "lambert_conformal_conic" | "albers_conical_equal_area" => {
                    "longitude_of_central_meridian"
                }
                _ => "longitude_of_projection_origin",
            },
            "Scale factor at natural origin" => match mapping {
                "transverse_mercator" => "scale_factor_at_central_meridian",
                _ => "scale_factor_at_projection_origin",
            },
            _ => return None,
        })
    }

    pub fn parameters(crs: &Value) -> Vec<Attribute> {
        let conversion = &crs["conversion"];
        let Some(mapping) = conversion["method"]["name"].as_str().and_then(mapping_name) else {
            return Vec::new();
        };
        let parameters: Vec<(&str, f64)> = conversion["parameters"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|p| Some((p["name"].as_str()?, p["value"].as_f64()?)))
            .collect();
        let mut attributes = vec![text("grid_mapping_name", mapping)];
        let named = parameters
            .iter()
            .filter_map(|&(name, v)| parameter_name(name, mapping).map(|n| (n, v)));
        attributes.extend(named.map(|(name, value)| number(name, value)));
        let parallels: Vec<f64> = parameters
            .iter()
            .filter(|(n, _)| n.contains("standard parallel") && *n != "Latitude of standard parallel")
            .map(|&(_, v)| v)
            .collect();
        if !parallels.is_empty() {
            attributes.push(("standard_parallel", AttributeValue::Doubles(parallels)));
        } else if mapping == "lambert_conformal_conic" {
            let origin = parameters.iter().find(|(n, _)| *n == "Latitude of natural origin");
            attributes.extend(origin.map(|&(_, v)| number("standard_parallel", v)));
        }
        attributes.extend(ellipsoid(&crs["base_crs"]));
        attributes
    }

    fn ellipsoid(base: &Value) -> Vec<Attribute> {
        let datum = if base["datum"].is_null() {
            &base["datum_ensemble"]
        } else {
            &base["datum"]
        };
        let shape = &datum["ellipsoid"];
        [
            ("semi_major_axis", "semi_major_axis"),
            ("semi_minor_axis", "semi_minor_axis"),
            ("inverse_flattening", "inverse_flattening"),
            ("earth_radius", "radius"),
        ]
        .into_iter()
        .filter_map(|(name, key)| shape[key].as_f64().map(|value| number(name, value)))
        .collect()
    }
}
