//! Small ARL files for tests.
#![allow(dead_code)]

use std::f32::consts::TAU;
use std::path::Path;

use airshed::geo::LonLat;
use airshed::met::arl::{ArlWriter, Residuals};
use airshed::met::projection::MetGrid;
use airshed::met::{MetDescription, RawField, RawSnapshot, VerticalCoordinate};
use airshed::time::UtcTime;
use ndarray::Array2;

pub const SURFACE: [&str; 4] = ["PRSS", "T02M", "TPP3", "SHTF"];
pub const UPPER: [&str; 4] = ["TEMP", "UWND", "WWND", "PRES"];

pub fn lat_lon(nx: usize, ny: usize) -> MetGrid {
    let first = LonLat {
        lon_deg: -10.0,
        lat_deg: 40.0,
    };
    MetGrid::lat_lon(nx, ny, first, 0.25, 0.25).unwrap()
}

pub fn describe(grid: MetGrid, vertical: VerticalCoordinate, levels: &[f64], periods: usize) -> MetDescription {
    let names = |list: &[&str]| list.iter().map(ToString::to_string).collect::<Vec<_>>();
    let mut variables = vec![names(&SURFACE)];
    variables.resize(levels.len(), names(&UPPER));
    let start = UtcTime::from_calendar(2019, 6, 21, 0, 0).unwrap();
    MetDescription {
        source: "sample".into(),
        model: "TEST".into(),
        grid,
        vertical,
        levels: levels.to_vec(),
        variables,
        times: (0..periods).map(|k| start.plus_hours(3 * k as i64)).collect(),
    }
}

/// Smooth fields of very different sizes, one per name, level and time.
pub fn snapshot(description: &MetDescription, period: usize) -> RawSnapshot {
    let mut fields = Vec::new();
    for (level, names) in description.variables.iter().enumerate() {
        for (k, name) in names.iter().enumerate() {
            let (mean, size) = match name.as_str() {
                "PRSS" | "PRES" => (1000.0 - 30.0 * level as f32, 8.0),
                "TEMP" | "T02M" => (285.0, 4.0),
                "WWND" => (0.0, 2e-3),
                "TPP3" => (1e-4, 1e-4),
                "SHTF" => (20.0, 60.0),
                _ => (3.0, 12.0),
            };
            let shift = 0.37 * (k + 3 * level + 7 * period) as f32;
            let shape = (description.grid.ny, description.grid.nx);
            let values = Array2::from_shape_fn(shape, |(y, x)| {
                let (x, y) = (x as f32 / shape.1 as f32, y as f32 / shape.0 as f32);
                mean + size
                    * ((TAU * x + shift).sin() * (1.3 * TAU * y - shift).cos() + 0.2 * (9.0 * TAU * x * y).sin())
            });
            fields.push(RawField {
                level,
                name: name.clone(),
                values,
            });
        }
    }
    let time = description.times[period];
    RawSnapshot {
        time,
        forecast_hour: 0,
        fields,
    }
}

pub fn write(path: &Path, description: &MetDescription, residuals: Residuals) {
    let mut writer = ArlWriter::create(path, description, residuals).unwrap();
    for period in 0..description.times.len() {
        writer.append(&snapshot(description, period)).unwrap();
    }
    assert_eq!(writer.finish().unwrap(), 0);
}

/// Half of the quantum 2^(n−7) that a field's largest difference between neighbours allows.
pub fn half_quantum(values: &Array2<f32>) -> f32 {
    let mut largest = 0.0_f32;
    for row in values.rows() {
        row.windows(2)
            .into_iter()
            .for_each(|w| largest = largest.max((w[1] - w[0]).abs()));
    }
    values
        .column(0)
        .windows(2)
        .into_iter()
        .for_each(|w| largest = largest.max((w[1] - w[0]).abs()));
    (largest.log2().floor() + 1.0).exp2() / 256.0
}
