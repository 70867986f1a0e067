//! Invented emissions around the North Sea, for demos, tests and notebooks: no inventory.

use std::path::Path;

use ndarray::Array3;

use super::{Inventory, Loss, Source, TemporalProfiles};
use crate::error::{Error, Result};
use crate::flux::{Flux, FluxTimes, LatLonMesh};

const PROFILES: &str = include_str!("../../data/profiles_invented.toml");

/// Cities: degrees east, degrees north, emission of CO₂ at the centre, kg m⁻² s⁻¹.
const CITIES: [(f64, f64, f64); 10] = [
    (4.9, 52.4, 6e-7),
    (4.4, 51.9, 2e-6),
    (4.4, 51.2, 9e-7),
    (4.4, 50.8, 5e-7),
    (6.9, 51.5, 1.6e-6),
    (-0.1, 51.5, 1.2e-6),
    (2.4, 48.9, 8e-7),
    (8.6, 50.1, 5e-7),
    (10.0, 53.5, 6e-7),
    (-2.2, 53.5, 6e-7),
];
const CITY_RADIUS_DEG: f64 = 0.15;
/// CO₂ between the cities: at most this, kg m⁻² s⁻¹, around 7° E 51° N.
const COUNTRYSIDE: f64 = 4e-8;

/// Sector, fuel, and parts of the emissions of cities and of the countryside.
type Part = (&'static str, &'static str, f64, f64);

const CO2: [Part; 7] = [
    ("energy", "coal", 0.20, 0.05),
    ("energy", "gas", 0.10, 0.05),
    ("industry", "gas", 0.15, 0.10),
    ("industry", "oil", 0.10, 0.10),
    ("traffic", "oil", 0.25, 0.35),
    ("residential", "gas", 0.15, 0.20),
    ("residential", "oil", 0.05, 0.15),
];
/// Of these, 1 kg of CH₄ for each 200 kg of CO₂.
const CH4: [Part; 3] = [
    ("agriculture", "", 0.00, 1.60),
    ("waste", "", 0.50, 0.20),
    ("energy", "gas", 0.30, 0.10),
];
const CH4_PER_CO2: f64 = 1.0 / 200.0;

const KG_TO_UMOL_CO2: f64 = 1e9 / 44.0095;
const KG_TO_UMOL_CH4: f64 = 1e9 / 16.0425;

/// Invented emissions of CO₂ from cities and from the countryside, kg m⁻² s⁻¹.
pub(crate) fn invented_co2(lon_deg: f64, lat_deg: f64) -> (f64, f64) {
    let bell = |dx: f64, dy: f64| (-0.5 * (dx * dx + dy * dy)).exp();
    let widen = lat_deg.to_radians().cos();
    let cities = CITIES.iter().map(|(lon, lat, peak)| {
        peak * bell(
            (lon_deg - lon) * widen / CITY_RADIUS_DEG,
            (lat_deg - lat) / CITY_RADIUS_DEG,
        )
    });
    (
        cities.sum(),
        COUNTRYSIDE * bell((lon_deg - 7.0) / 10.0, (lat_deg - 51.0) / 5.0),
    )
}

impl Inventory {
    /// Invented emissions of CO2 or CH4 by sector and fuel on cells of 0.1°, 21° W to 25° E and 38° N to 64° N, with an
    /// invented course over year, week and day.
    ///
    /// # Errors
    /// [`Error::Config`] for another tracer.
    pub fn synthetic(tracer: &str) -> Result<Self> {
        let (parts, to_umol): (&[Part], f64) = match tracer {
            "CO2" => (&CO2, KG_TO_UMOL_CO2),
            "CH4" => (&CH4, KG_TO_UMOL_CH4 * CH4_PER_CO2),
            _ => return Err(Error::config("tracer", tracer, "CO2 or CH4: others are not invented")),
        };
        let lon: Vec<f64> = (0..460).map(|i| -20.95 + 0.1 * f64::from(i)).collect();
        let lat: Vec<f64> = (0..260).map(|j| 38.05 + 0.1 * f64::from(j)).collect();
        let mesh = LatLonMesh::from_centres(&lat, &lon)?;
        let mut sources = Vec::new();
        for &(sector, fuel, of_cities, of_countryside) in parts {
            let values = Array3::from_shape_fn((1, lat.len(), lon.len()), |(_, j, i)| {
                let (cities, countryside) = invented_co2(lon[i], lat[j]);
                to_umol * (of_cities * cities + of_countryside * countryside)
            });
            let name = format!("{sector} {fuel}");
            sources.push(Source {
                sector: sector.into(),
                fuel: fuel.into(),
                flux: Flux::from_array(name.trim(), mesh.clone(), FluxTimes::constant(), values)?,
            });
        }
        Ok(Self {
            name: format!("invented {tracer}"),
            tracer: tracer.into(),
            sources,
            profiles: TemporalProfiles::parse(PROFILES, Path::new("profiles_invented.toml"))?,
            scaling: None,
            loss: Loss::None,
            files: Vec::new(),
        })
    }
}
