//! One column of a source on its own levels: heights above ground, pressure, temperature, humidity, wind.

use crate::constants::{STILT_DRY_AIR_GAS_CONSTANT as R, STILT_GRAVITY_M_S2 as G, STILT_KAPPA};
use crate::error::Result;
use crate::met::levels::Levels;
use crate::met::plan::{Humidity, Plan, VerticalWind};
use crate::met::source_level::SourceLevel;
use crate::met::stored::{Field, StoredSnapshot, bytes_of, value};
use crate::met::{MetDescription, VerticalCoordinate};

/// Sea-level pressure where nothing else is known, hPa.
const SEA_LEVEL_PRESSURE_HPA: f64 = 1013.0;
/// Tv = T (1 + 0.61 q).
pub(crate) const VIRTUAL_FACTOR: f64 = 0.61;
/// Ratio of the molar masses of water and dry air.
pub(crate) const WATER_TO_AIR: f64 = 0.622;

/// The fields of one time, looked up once for all columns.
#[derive(Debug)]
pub(crate) struct NativeFields {
    potential_temperature: bool,
    vertical_wind: Option<VerticalWind>,
    humidity: Option<Humidity>,
    vertical: VerticalCoordinate,
    level_values: Vec<f64>,
    aloft: Vec<SourceLevel>,
    terrain: Field,
    surface_pressure: Field,
    surface_temperature: Field,
    surface_wind: [Field; 2],
}

/// One column, the surface first, heights strictly ascending. Cleared and refilled for every column.
#[derive(Default)]
pub(crate) struct NativeColumn {
    pub height_m: Vec<f64>,
    pub log_pressure: Vec<f64>,
    pub temperature_k: Vec<f64>,
    pub relative_humidity: Vec<f64>,
    virtual_temperature_k: Vec<f64>,
    pub u_m_s: Vec<f64>,
    pub v_m_s: Vec<f64>,
    /// m s⁻¹, positive upward.
    pub w_m_s: Vec<f64>,
    /// Turbulent kinetic energy and variances of u, v, w, m² s⁻²; each empty unless a switch asks for it.
    pub turbulence: [Vec<f64>; 4],
    /// Height of the terrain, m.
    pub terrain_m: f64,
}

/// Saturation vapour pressure as the lineage computes it, hPa.
pub(crate) fn saturation_pressure_hpa(temperature_k: f64) -> f64 {
    (21.4 - 5351.0 / temperature_k).exp()
}

impl NativeFields {
    /// Takes its fields from `raw`.
    ///
    /// # Errors
    /// [`Error::MetField`](crate::Error::MetField) if a field that the plan counts on is missing at this time.
    pub(crate) fn take(description: &MetDescription, plan: &Plan, raw: &mut StoredSnapshot) -> Result<Self> {
        Ok(Self {
            potential_temperature: plan.potential_temperature,
            vertical_wind: plan.vertical_wind,
            humidity: plan.humidity,
            vertical: description.vertical,
            level_values: description.levels[1..].to_vec(),
            aloft: SourceLevel::take_all(description, plan, raw)?,
            terrain: raw.take_surface(plan.terrain),
            surface_pressure: raw.take_surface(plan.surface_pressure),
            surface_temperature: raw.take_surface(plan.surface_temperature),
            surface_wind: plan.surface_wind_names().map(|name| raw.take_surface(name)),
        })
    }

    /// Memory held, bytes.
    pub(crate) fn memory_bytes(&self) -> usize {
        let surface = [&self.terrain, &self.surface_pressure, &self.surface_temperature];
        let aloft: usize = self.aloft.iter().map(SourceLevel::memory_bytes).sum();
        aloft + bytes_of(surface.into_iter().chain(&self.surface_wind))
    }

    /// Fills `column` with the column at (j, i) = (`at`).
    pub(crate) fn fill(&self, column: &mut NativeColumn, at: (usize, usize), roughness_m: f64, levels: &Levels) {
        column.clear();
        column.terrain_m = value(&self.terrain, at).unwrap_or(0.0);
        let surface_pressure =
            value(&self.surface_pressure, at).unwrap_or_else(|| self.guess_surface_pressure(column, at));
        column.log_pressure.push(surface_pressure.ln());
        column.height_m.push(0.0);
        for (level, views) in self.aloft.iter().enumerate() {
            self.push_level(column, level, views, surface_pressure, at);
        }
        let lowest_m = levels.heights_m[0] * levels.compression(column.terrain_m);
        self.set_surface(column, at, surface_pressure, (roughness_m, lowest_m));
    }

    fn push_level(
        &self,
        column: &mut NativeColumn,
        level: usize,
        views: &SourceLevel,
        surface_pressure: f64,
        at: (usize, usize),
    ) {
        let pressure = value(&views.pressure, at).unwrap_or_else(|| self.level_pressure(level, surface_pressure));
        let stored = views.temperature.at(at);
        let temperature = if self.potential_temperature {
            stored * (pressure / 1000.0).powf(STILT_KAPPA)
        } else {
            stored
        };
        let stated = value(&views.humidity, at).unwrap_or(0.0);
        // q = 0.622 e/p as in the reference, without the vapour's own share of the pressure
        let saturated = WATER_TO_AIR * saturation_pressure_hpa(temperature) / pressure;
        let specific_humidity = match self.humidity {
            Some(Humidity::Relative) => 0.01 * stated * saturated,
            Some(Humidity::Specific) => stated,
            None => 0.0,
        };
        let virtual_factor = 1.0 + VIRTUAL_FACTOR * specific_humidity;
        if column.height_m.len() == 1 {
            column.virtual_temperature_k.clear();
            let adiabatic = temperature * (surface_pressure / pressure).powf(STILT_KAPPA);
            let at_ground = value(&self.surface_temperature, at).unwrap_or(adiabatic);
            column.virtual_temperature_k.push(at_ground * virtual_factor);
        }
        let height = match value(&views.heights, at) {
            Some(above_sea) => above_sea - column.terrain_m,
            None => column.hypsometric_height(pressure, temperature * virtual_factor),
        };
        let top = column.height_m.last().copied().unwrap_or(0.0);
        if !(height > top && pressure > 0.0) {
            return; // below ground
        }
        column.height_m.push(height);
        column.log_pressure.push(pressure.ln());
        column.temperature_k.push(temperature);
        column.u_m_s.push(views.u.at(at));
        column.v_m_s.push(views.v.at(at));
        let motion = value(&views.vertical_wind, at).unwrap_or(0.0);
        column.w_m_s.push(match self.vertical_wind {
            Some(VerticalWind::Omega) => -motion * R * temperature / (G * pressure),
            _ => motion,
        });
        column.relative_humidity.push(specific_humidity / saturated);
        column.virtual_temperature_k.push(temperature * virtual_factor);
        for (values, view) in column.turbulence.iter_mut().zip(&views.turbulence) {
            values.extend(value(view, at));
        }
    }

    fn level_pressure(&self, level: usize, surface_pressure: f64) -> f64 {
        self.vertical.pressure_hpa(self.level_values[level], surface_pressure)
    }

    /// Without a surface pressure: hydrostatic from the lowest pressure level, or from sea level.
    fn guess_surface_pressure(&self, column: &NativeColumn, at: (usize, usize)) -> f64 {
        let Some(lowest) = self.aloft.first() else {
            return SEA_LEVEL_PRESSURE_HPA;
        };
        let temperature = lowest.temperature.at(at);
        match (&lowest.heights, self.vertical) {
            (Some(heights), VerticalCoordinate::Pressure) => {
                let height_m = heights.at(at) - column.terrain_m;
                self.level_values[0] * (height_m * G / (R * temperature)).exp()
            }
            _ => SEA_LEVEL_PRESSURE_HPA * (-column.terrain_m * G / (R * temperature)).exp(),
        }
    }

    /// The surface entries, once the levels are known: 2-m temperature and 10-m wind stand for z = 0, and so does the
    /// wind of the logarithmic law at the lowest internal level where the source has no 10-m wind.
    fn set_surface(
        &self,
        column: &mut NativeColumn,
        at: (usize, usize),
        surface_pressure: f64,
        (roughness_m, lowest_m): (f64, f64),
    ) {
        let (first_height, first_pressure) = match (column.height_m.get(1), column.log_pressure.get(1)) {
            (Some(&height), Some(log_pressure)) => (height, log_pressure.exp()),
            _ => return, // all levels below ground: the caller refuses the column
        };
        let adiabatic = column.temperature_k[0] * (surface_pressure / first_pressure).powf(STILT_KAPPA);
        column
            .temperature_k
            .insert(0, value(&self.surface_temperature, at).unwrap_or(adiabatic));
        // the lowest level's value serves the ground; the reference leaves RH2M alone
        let humidity = match self.humidity {
            Some(Humidity::Specific) => column.relative_humidity[0] * surface_pressure / first_pressure,
            _ => column.relative_humidity[0],
        };
        column.relative_humidity.insert(0, humidity);
        let [u, v] = self.surface_wind.each_ref().map(|wind| value(wind, at));
        let (u, v) = match u.zip(v) {
            Some(wind) => wind,
            None => {
                let ratio = log_wind_ratio(lowest_m, first_height, roughness_m);
                (ratio * column.u_m_s[0], ratio * column.v_m_s[0])
            }
        };
        column.u_m_s.insert(0, u);
        column.v_m_s.insert(0, v);
        column.w_m_s.insert(0, 0.0);
        for values in &mut column.turbulence {
            values.splice(0..0, values.first().copied());
        }
    }
}

/// u(z)/u(z₁) of a neutral logarithmic profile; 1 if z₁ is not above z.
fn log_wind_ratio(z: f64, z1: f64, roughness_m: f64) -> f64 {
    if z1 <= z {
        1.0
    } else {
        (z / roughness_m).ln() / (z1 / roughness_m).ln()
    }
}

impl NativeColumn {
    fn clear(&mut self) {
        for values in [
            &mut self.height_m,
            &mut self.log_pressure,
            &mut self.temperature_k,
            &mut self.relative_humidity,
            &mut self.virtual_temperature_k,
            &mut self.u_m_s,
            &mut self.v_m_s,
            &mut self.w_m_s,
        ] {
            values.clear();
        }
        self.turbulence.iter_mut().for_each(Vec::clear);
    }

    /// Layer by layer with the mean of the virtual temperatures of its two ends.
    fn hypsometric_height(&self, pressure: f64, virtual_temperature_k: f64) -> f64 {
        let below = self
            .height_m
            .last()
            .zip(self.log_pressure.last())
            .zip(self.virtual_temperature_k.last());
        let Some(((below_m, log_below), virtual_below_k)) = below else {
            return 0.0;
        };
        below_m + R * 0.5 * (virtual_below_k + virtual_temperature_k) / G * (log_below - pressure.ln())
    }
}
