//! Small modelled and measured series, for tests that compare them.
#![allow(dead_code)]

use airshed::compare::{Comparison, ComparisonOptions, ModelRow, ModelSeries};
use airshed::geo::LonLat;
use airshed::observations::{Observation, Observations, Unit};
use airshed::time::UtcTime;

pub const START: &str = "2020-01-01T00:00";

pub fn hour(k: i64) -> UtcTime {
    UtcTime::parse(START).unwrap().plus_hours(k)
}

pub fn model(values: impl IntoIterator<Item = (UtcTime, f64)>) -> ModelSeries {
    ModelSeries {
        name: "model".into(),
        unit: Some(Unit::Ppm),
        height_agl_m: None,
        rows: values
            .into_iter()
            .map(|(time, value)| ModelRow::new(time, value))
            .collect(),
    }
}

/// Hourly means of Cabauw from `START` on; NaN is a gap.
pub fn hourly(values: &[f64]) -> Observations {
    intervals(
        values
            .iter()
            .enumerate()
            .map(|(k, &value)| (hour(k as i64), hour(k as i64 + 1), value)),
    )
}

pub fn intervals(values: impl IntoIterator<Item = (UtcTime, UtcTime, f64)>) -> Observations {
    let row = |(start, end, value)| Observation {
        start,
        end,
        value,
        stdev: f64::NAN,
        stderr: f64::NAN,
        points: None,
        flag: String::new(),
    };
    Observations {
        station: "CBW".into(),
        station_name: "Cabauw".into(),
        species: "co2".into(),
        unit: Unit::Ppm,
        scale: String::new(),
        contributor: String::new(),
        height_agl_m: Some(207.0),
        place: Some(LonLat {
            lon_deg: 4.926,
            lat_deg: 51.97,
        }),
        elevation_asl_m: Some(-0.7),
        rows: values.into_iter().map(row).collect(),
        uncertainties: Default::default(),
        rejected: 0,
        notes: Vec::new(),
    }
}

pub fn compare(model: &ModelSeries, observed: &Observations, options: &ComparisonOptions) -> Comparison {
    Comparison::new(model, observed, options).unwrap()
}
