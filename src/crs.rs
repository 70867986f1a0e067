//! Coordinate reference systems of output grids: longitude and latitude natively, everything else through PROJ.

use crate::error::{Error, Result};

/// Brings longitudes and latitudes (degrees) into the plane of a grid; x before y, whatever an EPSG code says.
pub enum Crs {
    /// Degrees east and north, unchanged.
    LonLat,
    /// A map projection by the PROJ library.
    #[cfg(feature = "proj")]
    Projected(Box<proj::Proj>),
}

impl Crs {
    /// Understands a PROJ string, an EPSG code, or anything else that PROJ accepts.
    ///
    /// Every geographic system in degrees from Greenwich is taken as [`Crs::LonLat`]: datum shifts (metres) are far
    /// below the width of a cell.
    ///
    /// # Errors
    /// [`Error::Config`] if PROJ does not know it, [`Error::NotBuilt`] without the feature `proj`.
    pub fn parse(definition: &str) -> Result<Self> {
        if is_plain_longlat(definition) {
            return Ok(Self::LonLat);
        }
        Self::parse_with_proj(definition)
    }

    #[cfg(feature = "proj")]
    fn parse_with_proj(definition: &str) -> Result<Self> {
        let unknown = |reason: String| {
            let hint = "give a PROJ string such as \"+proj=lcc +lat_1=30 +lat_2=60 +lat_0=52 +lon_0=10\", or an EPSG code such as \"EPSG:3035\"";
            Error::config("crs", definition, format!("{hint} ({reason})"))
        };
        if is_geographic(definition) {
            return Ok(Self::LonLat);
        }
        proj::Proj::new_known_crs("EPSG:4326", definition, None)
            .map(|p| Self::Projected(Box::new(p)))
            .map_err(|e| unknown(e.to_string()))
    }

    #[cfg(not(feature = "proj"))]
    fn parse_with_proj(definition: &str) -> Result<Self> {
        Err(Error::NotBuilt {
            feature: format!("crs = \"{definition}\" (feature `proj` is off)"),
            instead: "use crs = \"+proj=longlat\", or build with the feature `proj`".into(),
        })
    }

    /// Whether x and y are longitude and latitude.
    pub fn is_longlat(&self) -> bool {
        matches!(self, Self::LonLat)
    }

    /// x and y of a place, in the units of the crs; NaN where the projection has no image.
    pub fn forward(&self, lon_deg: f64, lat_deg: f64) -> (f64, f64) {
        match self {
            Self::LonLat => (lon_deg, lat_deg),
            #[cfg(feature = "proj")]
            Self::Projected(proj) => match proj.convert((lon_deg, lat_deg)) {
                Ok((x, y)) if f64::is_finite(x) && f64::is_finite(y) => (x, y),
                _ => (f64::NAN, f64::NAN),
            },
        }
    }

    /// Longitude and latitude (degrees) of a point of the plane; NaN where the projection has no image.
    pub fn inverse(&self, x: f64, y: f64) -> (f64, f64) {
        match self {
            Self::LonLat => (x, y),
            #[cfg(feature = "proj")]
            Self::Projected(proj) => match proj.project((x, y), true) {
                Ok((lon, lat)) if f64::is_finite(lon) && f64::is_finite(lat) => (lon, lat),
                _ => (f64::NAN, f64::NAN),
            },
        }
    }
}

/// Whether a definition means degrees from Greenwich, judged without PROJ.
fn is_plain_longlat(definition: &str) -> bool {
    if ["EPSG:4326", "OGC:CRS84", "CRS84", "WGS84"].contains(&definition.trim().to_uppercase().as_str()) {
        return true;
    }
    let mut tokens = definition.split_whitespace().map(|t| t.trim_start_matches('+'));
    let names = ["proj=longlat", "proj=latlong", "proj=lonlat", "proj=latlon"];
    let turns_or_swaps = |t: &str| t.starts_with("pm=") || t.starts_with("lon_0=") || t.starts_with("axis=");
    tokens.clone().any(|t| names.contains(&t)) && !tokens.any(turns_or_swaps)
}

#[cfg(feature = "proj")]
fn is_geographic(definition: &str) -> bool {
    let json = proj::Proj::new(definition)
        .ok()
        .and_then(|crs| crs.to_projjson(None, None, None).ok())
        .and_then(|text| serde_json::from_str::<serde_json::Value>(&text).ok());
    // PROJJSON leaves the prime meridian out when it is Greenwich
    json.is_some_and(|crs| {
        let datum = crs.get("datum").or_else(|| crs.get("datum_ensemble"));
        crs["type"] == "GeographicCRS" && datum.is_none_or(|d| d.get("prime_meridian").is_none())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn degrees_are_recognised_without_proj() {
        for text in [
            "+proj=longlat",
            "+proj=longlat +datum=WGS84 +no_defs",
            "epsg:4326",
            "OGC:CRS84",
        ] {
            assert!(Crs::parse(text).is_ok_and(|c| c.is_longlat()), "{text}");
        }
        assert!(!is_plain_longlat("+proj=ob_tran +o_proj=longlat +o_lat_p=39"));
        assert!(!is_plain_longlat("+proj=longlat +pm=paris"));
    }

    #[cfg(feature = "proj")]
    #[test]
    fn an_epsg_code_gives_x_before_y_whatever_its_axis_order() {
        // EPSG:3035 has northing first; its false origin (10 E, 52 N) is at 4321 km E, 3210 km N
        let laea = Crs::parse("EPSG:3035").expect("PROJ carries its database");
        let (x, y) = laea.forward(10.0, 52.0);
        assert!(
            (x - 4_321_000.0).abs() < 0.01 && (y - 3_210_000.0).abs() < 0.01,
            "{x} {y}"
        );
        assert!(Crs::parse("EPSG:4258").is_ok_and(|c| c.is_longlat()));
        assert!(!laea.is_longlat());
    }

    #[cfg(feature = "proj")]
    #[test]
    fn an_unknown_crs_is_an_error_and_a_place_without_image_is_nan() {
        assert!(matches!(Crs::parse("EPSG:999999"), Err(Error::Config { .. })));
        assert!(matches!(Crs::parse("nonsense"), Err(Error::Config { .. })));
        let gnomonic = Crs::parse("+proj=gnom +lat_0=90 +lon_0=0").expect("known");
        assert!(gnomonic.forward(0.0, -45.0).0.is_nan());
        assert!(
            gnomonic.forward(0.0, 80.0).0.is_finite(),
            "an earlier failure leaves no trace"
        );
    }
}
