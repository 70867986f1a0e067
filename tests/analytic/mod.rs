//! Meteorology from formulas on any grid and levels, for tests that need more freedom than the idealised flows give.
#![allow(dead_code)]

use airshed::geo::LonLat;
use airshed::met::projection::MetGrid;
use airshed::met::{MetDescription, MetReader, RawField, RawSnapshot, VerticalCoordinate};
use airshed::{MetStore, Result, UtcTime};
use ndarray::Array2;

pub const START: i64 = 1_569_067_200;
/// Temperature of the isothermal air of [`pressure_hpa`], K.
pub const TEMPERATURE_K: f64 = 280.0;

/// Value of a field: name, level value (0 at the surface), grid indices, place, seconds since the start.
pub type Formula = Box<dyn Fn(&str, f64, (f64, f64), LonLat, f64) -> f64 + Send + Sync>;

pub struct Analytic {
    description: MetDescription,
    formula: Formula,
}

impl Analytic {
    pub fn new(
        grid: MetGrid,
        vertical: VerticalCoordinate,
        levels: &[f64],
        names: (&[&str], &[&str]),
        times: Vec<UtcTime>,
        formula: Formula,
    ) -> Self {
        let own = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
        let mut variables = vec![own(names.0)];
        variables.extend(levels.iter().map(|_| own(names.1)));
        let description = MetDescription {
            source: "formulas".into(),
            model: "TEST".into(),
            grid,
            vertical,
            levels: std::iter::once(0.0).chain(levels.iter().copied()).collect(),
            variables,
            times,
        };
        Self { description, formula }
    }

    pub fn store(self) -> MetStore {
        MetStore::from_readers(vec![Box::new(self)]).unwrap()
    }
}

impl MetReader for Analytic {
    fn description(&self) -> &MetDescription {
        &self.description
    }

    fn read(&mut self, time_index: usize) -> Result<RawSnapshot> {
        let MetDescription {
            grid, levels, times, ..
        } = &self.description;
        let time = times[time_index];
        let seconds = (time.seconds() - START) as f64;
        let field = |level: usize, name: &String| RawField {
            level,
            name: name.clone(),
            values: Array2::from_shape_fn((grid.ny, grid.nx), |(j, i)| {
                let (x, y) = (i as f64, j as f64);
                (self.formula)(name, levels[level], (x, y), grid.place_at(x, y), seconds) as f32
            }),
        };
        let fields = self.description.variables.iter().enumerate();
        Ok(RawSnapshot {
            time,
            forecast_hour: 0,
            fields: fields
                .flat_map(|(level, names)| names.iter().map(move |name| (level, name)))
                .map(|(l, n)| field(l, n))
                .collect(),
        })
    }
}

pub fn times(count: i64, every_h: i64) -> Vec<UtcTime> {
    (0..count)
        .map(|k| UtcTime::from_seconds(START).plus_hours(every_h * k))
        .collect()
}

/// Scale height of the isothermal air, m.
pub fn scale_height_m() -> f64 {
    use airshed::constants::{DRY_AIR_GAS_CONSTANT, GRAVITY_M_S2};
    DRY_AIR_GAS_CONSTANT * TEMPERATURE_K / GRAVITY_M_S2
}

/// Pressure of isothermal air at a height above sea level, hPa.
pub fn pressure_hpa(height_m: f64) -> f64 {
    1000.0 * (-height_m / scale_height_m()).exp()
}
