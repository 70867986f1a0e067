//! Air that rises everywhere alike, without horizontal wind; every field is linear in place and time.
#![allow(dead_code)]

use std::path::PathBuf;

use airshed::geo::LonLat;
use airshed::met::projection::MetGrid;
use airshed::met::{MetDescription, MetReader, RawField, RawSnapshot, VerticalCoordinate};
use airshed::{MetStore, Result, UtcTime};
use ndarray::Array2;

const HEIGHTS_M: [f64; 5] = [100.0, 1000.0, 3000.0, 10_000.0, 30_000.0];
const PRESSURES_HPA: [f64; 5] = [1000.0, 900.0, 700.0, 265.0, 12.0];
const SURFACE: [&str; 17] = [
    "PRSS", "SHGT", "T02M", "RH2M", "U10M", "V10M", "USTR", "SHTF", "LHTF", "DSWF", "TCLD", "LCLD", "SOLM", "TPP6",
    "CPP6", "PBLH", "CAPE",
];
const ALOFT: [&str; 6] = ["HGTS", "TEMP", "UWND", "VWND", "WWND", "RELH"];
pub const WEST_DEG: f64 = 0.0;
pub const SOUTH_DEG: f64 = 45.0;
pub const STEP_DEG: f64 = 0.5;

/// The reader.
pub struct Linear(MetDescription);

pub fn start() -> UtcTime {
    UtcTime::parse("2019-06-21T00:00").unwrap()
}

/// T at a height and hour, K.
pub fn temperature_k(height_m: f64, hour: f64) -> f64 {
    290.0 - 0.0065 * height_m.min(10_000.0) + 0.25 * hour
}

pub fn surface(name: &str, x: f64, y: f64, hour: f64) -> f64 {
    match name {
        "PRSS" => 1012.0,
        "T02M" => temperature_k(0.0, hour),
        "RH2M" => 60.0,
        "USTR" => 0.3,
        "SHTF" => 100.0 + 2.0 * x + 3.0 * y + 4.0 * hour,
        "LHTF" => 50.0 - x + 2.0 * y + hour,
        "DSWF" => 400.0 + 5.0 * x - 7.0 * y + 10.0 * hour,
        "TCLD" => 10.0 + x + 2.0 * y + 0.5 * hour,
        "LCLD" => 5.0 + x + y + 0.25 * hour,
        "SOLM" => 0.1 + 0.01 * x + 0.005 * y + 0.001 * hour,
        // 1 mm and 0.4 mm + 0.1 mm per column in each 3 h, in buckets of 6 h
        "TPP6" => 1e-3 * bucket(hour),
        "CPP6" => (4e-4 + 1e-4 * x) * bucket(hour),
        "CAPE" => 300.0 + 20.0 * x - 10.0 * y + 5.0 * hour,
        "PBLH" => 800.0,
        _ => 0.0,
    }
}

/// Intervals of 3 h since a bucket of 6 h was emptied, at a met time.
fn bucket(hour: f64) -> f64 {
    match hour % 6.0 {
        3.0 => 1.0,
        _ => 2.0,
    }
}

fn aloft(name: &str, level: usize, hour: f64) -> f64 {
    match name {
        "HGTS" => HEIGHTS_M[level],
        "TEMP" => temperature_k(HEIGHTS_M[level], hour),
        "WWND" => -1e-3,
        "RELH" => 60.0,
        _ => 0.0,
    }
}

impl Linear {
    pub fn new(hours: std::ops::RangeInclusive<i64>, without: &[&str]) -> Self {
        let names = |list: &[&str]| -> Vec<String> {
            let held = list.iter().filter(|name| !without.contains(name));
            held.map(ToString::to_string).collect()
        };
        let mut variables = vec![names(&SURFACE)];
        variables.resize(1 + HEIGHTS_M.len(), names(&ALOFT));
        let corner = LonLat {
            lon_deg: WEST_DEG,
            lat_deg: SOUTH_DEG,
        };
        Self(MetDescription {
            source: PathBuf::from(format!("linear from hour {}", hours.start())),
            model: "TEST".into(),
            grid: MetGrid::lat_lon(16, 14, corner, STEP_DEG, STEP_DEG).unwrap(),
            vertical: VerticalCoordinate::Pressure,
            levels: std::iter::once(0.0).chain(PRESSURES_HPA).collect(),
            variables,
            times: hours.step_by(3).map(|h| start().plus_hours(h)).collect(),
        })
    }
}

impl MetReader for Linear {
    fn description(&self) -> &MetDescription {
        &self.0
    }

    fn read(&mut self, time_index: usize) -> Result<RawSnapshot> {
        let time = self.0.times[time_index];
        let hour = time.minutes_since(start()) / 60.0;
        let mut fields = Vec::new();
        for (level, names) in self.0.variables.iter().enumerate() {
            fields.extend(names.iter().map(|name| RawField {
                level,
                name: name.clone(),
                values: Array2::from_shape_fn((14, 16), |(y, x)| match level {
                    0 => surface(name, x as f64, y as f64, hour) as f32,
                    _ => aloft(name, level - 1, hour) as f32,
                }),
            }));
        }
        Ok(RawSnapshot {
            time,
            forecast_hour: 0,
            fields,
        })
    }
}

pub fn store(readers: Vec<Linear>) -> MetStore {
    let boxed = readers.into_iter().map(|r| Box::new(r) as Box<dyn MetReader>);
    MetStore::from_readers(boxed.collect()).unwrap()
}
