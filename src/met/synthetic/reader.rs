//! The idealised sources as readers: formulas sampled at the points of a latitude–longitude grid.

use std::path::PathBuf;

use ndarray::Array2;
use rayon::prelude::*;

use super::PRESSURE_LEVELS_HPA;
use super::options::WeatherOptions;
use super::weather::{Air, Surface, Weather};
use crate::constants::STILT_GRAVITY_M_S2;
use crate::error::Result;
use crate::geo::LonLat;
use crate::met::projection::MetGrid;
use crate::met::{MetDescription, MetReader, RawField, RawSnapshot, VerticalCoordinate};
use crate::time::UtcTime;

const SURFACE_FIELDS: [&str; 14] = [
    "PRSS", "MSLP", "SHGT", "T02M", "RH2M", "U10M", "V10M", "USTR", "UMOF", "VMOF", "SHTF", "LHTF", "PBLH", "DSWF",
];
const LEVEL_FIELDS: [&str; 6] = ["HGTS", "TEMP", "UWND", "VWND", "WWND", "RELH"];

/// The points where a formula is sampled.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Domain {
    /// Longitude of the first column, degrees east.
    pub west_deg: f64,
    /// Latitude of the first row, degrees north.
    pub south_deg: f64,
    /// Spacing along both axes, degrees.
    pub spacing_deg: f64,
    /// Columns.
    pub nx: usize,
    /// Rows.
    pub ny: usize,
}

impl Domain {
    fn place(&self, x: usize, y: usize) -> LonLat {
        LonLat {
            lon_deg: self.west_deg + x as f64 * self.spacing_deg,
            lat_deg: self.south_deg + y as f64 * self.spacing_deg,
        }
    }

    /// What a source on these points holds.
    pub(super) fn describe(&self, source: &str, times: Vec<UtcTime>) -> Result<MetDescription> {
        let names = |fields: &[&str]| fields.iter().map(ToString::to_string).collect::<Vec<_>>();
        let mut variables = vec![names(&SURFACE_FIELDS)];
        variables.extend(PRESSURE_LEVELS_HPA.map(|_| names(&LEVEL_FIELDS)));
        let mut levels = vec![0.0];
        levels.extend(PRESSURE_LEVELS_HPA);
        Ok(MetDescription {
            source: PathBuf::from(source),
            model: "IDEA".into(),
            grid: MetGrid::lat_lon(self.nx, self.ny, self.place(0, 0), self.spacing_deg, self.spacing_deg)?,
            vertical: VerticalCoordinate::Pressure,
            levels,
            variables,
            times,
        })
    }

    /// All fields at one time; `column` gives the ground and the air at each of [`PRESSURE_LEVELS_HPA`].
    pub(super) fn sample(&self, time: UtcTime, column: impl Fn(LonLat) -> (Surface, Vec<Air>) + Sync) -> RawSnapshot {
        let columns: Vec<(Surface, Vec<Air>)> = (0..self.nx * self.ny)
            .into_par_iter()
            .map(|point| column(self.place(point % self.nx, point / self.nx)))
            .collect();
        let field = |level: usize, name: &str| RawField {
            level,
            name: name.into(),
            values: Array2::from_shape_fn((self.ny, self.nx), |(y, x)| {
                let (surface, air) = &columns[y * self.nx + x];
                let value = match level {
                    0 => surface_value(surface, name),
                    _ => air_value(&air[level - 1], name),
                };
                value as f32
            }),
        };
        let mut fields: Vec<RawField> = SURFACE_FIELDS.iter().map(|name| field(0, name)).collect();
        for level in 1..=PRESSURE_LEVELS_HPA.len() {
            fields.extend(LEVEL_FIELDS.iter().map(|name| field(level, name)));
        }
        RawSnapshot {
            time,
            forecast_hour: 0,
            fields,
        }
    }
}

fn surface_value(surface: &Surface, name: &str) -> f64 {
    match name {
        "PRSS" | "MSLP" => surface.pressure_pa / 100.0,
        "T02M" => surface.temperature_k,
        "RH2M" => surface.humidity_percent,
        "U10M" => surface.u_m_s,
        "V10M" => surface.v_m_s,
        "USTR" => surface.friction_velocity_m_s,
        "UMOF" => surface.stress_n_m2.0,
        "VMOF" => surface.stress_n_m2.1,
        "SHTF" => surface.sensible_heat_w_m2,
        "LHTF" => surface.latent_heat_w_m2,
        "PBLH" => surface.mixing_height_m,
        "DSWF" => surface.sunlight_w_m2,
        _ => 0.0, // SHGT: the ground is flat, at sea level
    }
}

fn air_value(air: &Air, name: &str) -> f64 {
    match name {
        "HGTS" => air.height_m,
        "TEMP" => air.temperature_k,
        "UWND" => air.u_m_s,
        "VWND" => air.v_m_s,
        "WWND" => air.omega_pa_s / 100.0,
        _ => air.humidity_percent,
    }
}

/// The idealised weather on a grid.
#[derive(Clone, Debug)]
pub struct SyntheticWeather {
    weather: Weather,
    domain: Domain,
    description: MetDescription,
}

impl SyntheticWeather {
    /// Samples the weather that the options describe.
    ///
    /// # Errors
    /// [`Error::Config`](crate::Error::Config) naming the option that is out of range.
    pub fn new(options: WeatherOptions) -> Result<Self> {
        let weather = Weather::new(options)?;
        let options = weather.options();
        let points = |low: f64, high: f64| ((high - low) / options.spacing_deg + 1e-6) as usize + 1;
        let domain = Domain {
            west_deg: options.west_deg,
            south_deg: options.south_deg,
            spacing_deg: options.spacing_deg,
            nx: points(options.west_deg, options.east_deg),
            ny: points(options.south_deg, options.north_deg),
        };
        let times = (0..=options.hours / options.interval_h).map(|i| options.start.plus_hours(i * options.interval_h));
        let description = domain.describe("idealised weather", times.collect())?;
        Ok(Self {
            weather,
            domain,
            description,
        })
    }

    /// The formulas behind the fields.
    pub fn weather(&self) -> &Weather {
        &self.weather
    }
}

impl MetReader for SyntheticWeather {
    fn description(&self) -> &MetDescription {
        &self.description
    }

    fn read(&mut self, time_index: usize) -> Result<RawSnapshot> {
        let time = self.description.time(time_index)?;
        Ok(self.domain.sample(time, |place| {
            let column = self.weather.column(place, time);
            let air = PRESSURE_LEVELS_HPA.map(|level| column.air(100.0 * level));
            (column.surface(), air.to_vec())
        }))
    }
}

impl Air {
    /// Still air of the reference atmosphere at a pressure, Pa.
    pub(super) fn at_rest(pressure_pa: f64) -> Self {
        Self {
            u_m_s: 0.0,
            v_m_s: 0.0,
            omega_pa_s: 0.0,
            temperature_k: super::reference::temperature_k(pressure_pa),
            height_m: super::reference::geopotential(pressure_pa) / STILT_GRAVITY_M_S2,
            humidity_percent: 50.0,
        }
    }
}
