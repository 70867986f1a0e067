//! The fields of one time, looked up once for all columns, and one column of them on the source's levels.

use crate::constants::{DRY_AIR_GAS_CONSTANT as R, GRAVITY_M_S2 as G, KAPPA};
use crate::error::Result;
use crate::met::humidity::{VIRTUAL, specific_humidity};
use crate::met::plan::{Humidity, Plan, VerticalWind};
use crate::met::source_level::SourceLevel;
use crate::met::stored::{Field, StoredSnapshot, bytes_of, value};
use crate::met::tiles::Problem;
use crate::met::{MetDescription, VerticalCoordinate};

/// Sea-level pressure where nothing else is known, hPa.
const SEA_LEVEL_PRESSURE_HPA: f64 = 1013.25;
/// A level of the source that lies lower than this is merged with the level of the anemometer, m.
const LOWEST_LEVEL_M: f64 = 12.0;

/// The fields of one time, `[y][x]`.
#[derive(Debug)]
pub(super) struct SourceFields {
    potential_temperature: bool,
    vertical_wind: Option<VerticalWind>,
    humidity: Option<Humidity>,
    vertical: VerticalCoordinate,
    level_values: Vec<f64>,
    aloft: Vec<SourceLevel>,
    terrain: Field,
    pressure: Field,
    screen_temperature: Field,
    screen_humidity: Field,
    anemometer: [Field; 2],
    pub roughness: Field,
    pub mixing_height: Field,
    /// u*, an exchange coefficient, or the two components of stress.
    pub momentum: [Field; 2],
    pub heat_flux: Field,
    pub latent_heat_flux: Field,
}

/// Air at one level of a source.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct LevelAir {
    /// Height above ground, m; negative below ground.
    pub height_m: f64,
    pub pressure_hpa: f64,
    pub temperature_k: f64,
    /// Specific humidity, kg kg⁻¹.
    pub humidity: f64,
    /// m s⁻¹, along the grid's axes.
    pub wind_m_s: [f64; 2],
    /// −ω/(ρ g), or w, m s⁻¹.
    pub rise_m_s: f64,
}

/// One column on the source's levels, lowest first.
#[derive(Default)]
pub(super) struct SourceColumn {
    pub terrain_m: f64,
    /// Air at 2 m; its wind is not used.
    pub ground: LevelAir,
    pub levels: Vec<LevelAir>,
}

impl SourceColumn {
    /// Index of the first level above the surface layer.
    pub fn first_above_ground(&self) -> std::result::Result<usize, Problem> {
        let first = self.levels.iter().position(|air| air.height_m > LOWEST_LEVEL_M);
        first.ok_or("every level lies below the ground")
    }

    /// Whether its heights can be used.
    pub fn check(&self) -> std::result::Result<(), Problem> {
        self.first_above_ground()?;
        let sum: f64 = self.levels.iter().map(|air| air.height_m + air.pressure_hpa).sum();
        match sum.is_finite() {
            true => Ok(()),
            false => Err("a field holds a value that is not finite"),
        }
    }
}

impl LevelAir {
    pub fn virtual_temperature_k(&self) -> f64 {
        self.temperature_k * (1.0 + VIRTUAL * self.humidity)
    }

    /// Virtual potential temperature, K.
    pub fn theta_k(&self) -> f64 {
        self.virtual_temperature_k() * (1000.0 / self.pressure_hpa).powf(KAPPA)
    }

    /// Density of moist air, kg m⁻³.
    pub fn density_kg_m3(&self) -> f64 {
        100.0 * self.pressure_hpa / (R * self.virtual_temperature_k())
    }
}

/// Depth of a layer whose virtual temperature is linear in height: R T̄/g ln(p₁/p₂) with the logarithmic mean T̄.
pub(super) fn hypsometric_m(low: &LevelAir, high: &LevelAir) -> f64 {
    let (t1, t2) = (low.virtual_temperature_k(), high.virtual_temperature_k());
    let mean = if (t2 - t1).abs() < 1e-3 {
        0.5 * (t1 + t2)
    } else {
        (t2 - t1) / (t2 / t1).ln()
    };
    R * mean / G * (low.pressure_hpa / high.pressure_hpa).ln()
}

impl SourceFields {
    /// Takes its fields from `raw`.
    ///
    /// # Errors
    /// [`Error::MetField`](crate::Error::MetField) if a field that the plan counts on is missing at this time.
    pub fn take(description: &MetDescription, plan: &Plan, mut raw: StoredSnapshot) -> Result<Self> {
        Ok(Self {
            potential_temperature: plan.potential_temperature,
            vertical_wind: plan.vertical_wind,
            humidity: plan.humidity,
            vertical: description.vertical,
            level_values: description.levels[1..].to_vec(),
            aloft: SourceLevel::take_all(description, plan, &mut raw)?,
            terrain: raw.take_surface(plan.terrain),
            pressure: raw.take_surface(plan.surface_pressure),
            screen_temperature: raw.take(0, "T02M"),
            screen_humidity: raw.take(0, "RH2M"),
            anemometer: plan.surface_wind_names().map(|name| raw.take_surface(name)),
            roughness: raw.take_surface(plan.roughness),
            mixing_height: raw.take_surface(plan.mixing_height),
            momentum: plan.momentum_names().map(|name| raw.take_surface(name)),
            heat_flux: raw.take_surface(plan.heat_flux),
            latent_heat_flux: raw.take(0, "LHTF").or_else(|| raw.take(0, "LTHF")),
        })
    }

    /// Memory held, bytes.
    pub fn memory_bytes(&self) -> usize {
        let ground = [
            &self.terrain,
            &self.pressure,
            &self.screen_temperature,
            &self.screen_humidity,
        ];
        let fluxes = [
            &self.roughness,
            &self.mixing_height,
            &self.heat_flux,
            &self.latent_heat_flux,
        ];
        let surface = ground
            .into_iter()
            .chain(fluxes)
            .chain(&self.anemometer)
            .chain(&self.momentum);
        let aloft: usize = self.aloft.iter().map(SourceLevel::memory_bytes).sum();
        aloft + bytes_of(surface)
    }

    pub fn terrain_m(&self, at: (usize, usize)) -> f64 {
        value(&self.terrain, at).unwrap_or(0.0)
    }

    /// Levels of the source.
    pub fn level_count(&self) -> usize {
        self.aloft.len()
    }

    /// Fills `column` with the column at (j, i) = (`at`): heights above ground by the hypsometric equation from surface
    /// pressure and 2-m temperature upward, and downward for what lies below ground.
    pub fn fill(&self, column: &mut SourceColumn, at: (usize, usize)) {
        column.terrain_m = self.terrain_m(at);
        let surface_hpa =
            value(&self.pressure, at).unwrap_or_else(|| self.guess_surface_pressure(column.terrain_m, at));
        column.levels.clear();
        for (level, views) in self.aloft.iter().enumerate() {
            column.levels.push(self.air(level, views, surface_hpa, at));
        }
        let first_above = column.levels.iter().position(|air| air.pressure_hpa < surface_hpa);
        let Some(first_above) = first_above else { return };
        column.ground = self.ground(&column.levels[first_above], surface_hpa, at);
        let mut below = column.ground;
        for air in &mut column.levels[first_above..] {
            air.height_m = below.height_m + hypsometric_m(&below, air);
            below = *air;
        }
        for air in &mut column.levels[..first_above] {
            air.height_m = hypsometric_m(&column.ground, air);
        }
    }

    fn air(&self, level: usize, views: &SourceLevel, surface_hpa: f64, at: (usize, usize)) -> LevelAir {
        let pressure_hpa = value(&views.pressure, at).unwrap_or_else(|| self.level_pressure(level, surface_hpa));
        let stored = views.temperature.at(at);
        let temperature_k = if self.potential_temperature {
            stored * (pressure_hpa / 1000.0).powf(KAPPA)
        } else {
            stored
        };
        let stored = value(&views.humidity, at).unwrap_or(0.0);
        let humidity = match self.humidity {
            Some(Humidity::Relative) => specific_humidity(stored / 100.0, temperature_k, pressure_hpa),
            Some(Humidity::Specific) => stored.max(0.0),
            None => 0.0,
        };
        let mut air = LevelAir {
            height_m: 0.0,
            pressure_hpa,
            temperature_k,
            humidity,
            wind_m_s: [views.u.at(at), views.v.at(at)],
            rise_m_s: value(&views.vertical_wind, at).unwrap_or(0.0),
        };
        if self.vertical_wind == Some(VerticalWind::Omega) {
            air.rise_m_s *= -100.0 / (air.density_kg_m3() * G);
        }
        air
    }

    fn level_pressure(&self, level: usize, surface_hpa: f64) -> f64 {
        self.vertical.pressure_hpa(self.level_values[level], surface_hpa)
    }

    /// Without a surface pressure: hydrostatic from the lowest pressure level, or from sea level.
    fn guess_surface_pressure(&self, terrain_m: f64, at: (usize, usize)) -> f64 {
        let Some(lowest) = self.aloft.first() else {
            return SEA_LEVEL_PRESSURE_HPA;
        };
        let temperature = lowest.temperature.at(at);
        match (&lowest.heights, self.vertical) {
            (Some(heights), VerticalCoordinate::Pressure) => {
                self.level_values[0] * ((heights.at(at) - terrain_m) * G / (R * temperature)).exp()
            }
            _ => SEA_LEVEL_PRESSURE_HPA * (-terrain_m * G / (R * temperature)).exp(),
        }
    }

    /// Air at 2 m; adiabatic from the first level above ground where the source has none.
    fn ground(&self, first: &LevelAir, surface_hpa: f64, at: (usize, usize)) -> LevelAir {
        let adiabatic = first.temperature_k * (surface_hpa / first.pressure_hpa).powf(KAPPA);
        let temperature_k = value(&self.screen_temperature, at).unwrap_or(adiabatic);
        let humidity = value(&self.screen_humidity, at).map_or(first.humidity, |percent| {
            specific_humidity(percent / 100.0, temperature_k, surface_hpa)
        });
        LevelAir {
            pressure_hpa: surface_hpa,
            temperature_k,
            humidity,
            ..LevelAir::default()
        }
    }

    /// Wind at 10 m, m s⁻¹ along the grid's axes, if the source holds it.
    pub fn anemometer(&self, at: (usize, usize)) -> Option<[f64; 2]> {
        let [u, v] = &self.anemometer;
        Some([value(u, at)?, value(v, at)?])
    }
}
