//! Meteorology written as ARL is what it was, within the steps of the packing; what the format cannot hold is told.
#![allow(clippy::unwrap_used)]

mod arl_sample;

use std::ops::ControlFlow;
use std::path::Path;

use airshed::geo::LonLat;
use airshed::met::arl::{ArlConversion, ArlReader, ConversionReport};
use airshed::met::cut::{Cut, CutOptions};
use airshed::met::derive::{DeriveOptions, derive};
use airshed::met::projection::{MetGrid, Region};
use airshed::met::synthetic::{SyntheticWeather, WeatherOptions};
use airshed::met::{MetDescription, MetReader, RawSnapshot, VerticalCoordinate};
use airshed::mode::Mode;
use airshed::{Error, Result};
use arl_sample::{describe, lat_lon, snapshot};
use tempfile::tempdir;

/// A source whose description and fields are changed on the way.
struct Changed<R> {
    reader: R,
    description: MetDescription,
    change: fn(&mut RawSnapshot),
}

impl<R: MetReader> MetReader for Changed<R> {
    fn description(&self) -> &MetDescription {
        &self.description
    }

    fn read(&mut self, time_index: usize) -> Result<RawSnapshot> {
        let mut snapshot = self.reader.read(time_index)?;
        (self.change)(&mut snapshot);
        Ok(snapshot)
    }
}

struct Sample(MetDescription);

impl MetReader for Sample {
    fn description(&self) -> &MetDescription {
        &self.0
    }

    fn read(&mut self, time_index: usize) -> Result<RawSnapshot> {
        Ok(snapshot(&self.0, time_index))
    }
}

fn sample(vertical: VerticalCoordinate, levels: &[f64]) -> Sample {
    Sample(describe(lat_lon(25, 17), vertical, levels, 2))
}

fn weather() -> SyntheticWeather {
    let options = WeatherOptions {
        spacing_deg: 1.0,
        hours: 6,
        ..WeatherOptions::default()
    };
    SyntheticWeather::new(options).unwrap()
}

fn convert(reader: impl MetReader, path: &Path) -> Result<ConversionReport> {
    ArlConversion::new(reader)?.write(path, &mut |_| ControlFlow::Continue(()))
}

fn refusal(reader: impl MetReader) -> String {
    let folder = tempdir().unwrap();
    let refused = convert(reader, &folder.path().join("out.arl")).unwrap_err();
    assert_eq!(
        std::fs::read_dir(folder.path()).unwrap().count(),
        0,
        "nothing is left behind"
    );
    refused.to_string()
}

#[test]
fn fields_come_back_within_a_step_of_their_packing() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("weather.arl");
    let options = CutOptions {
        region: Some(Region::new(-5.0, 15.0, 42.0, 60.0).unwrap()),
        ..CutOptions::default()
    };
    let mut cut = Cut::new(weather(), options).unwrap();
    let conversion = ArlConversion::new(Cut::new(weather(), options).unwrap()).unwrap();
    let size = conversion.size().unwrap();
    let report = convert(Cut::new(weather(), options).unwrap(), &path).unwrap();
    assert_eq!(path.metadata().unwrap().len(), size.arl_bytes);
    assert_eq!((report.bytes, report.clamped), (size.arl_bytes, 0));
    let mut reader = ArlReader::open(&path).unwrap();
    let (from, to) = (cut.description().clone(), reader.description().clone());
    assert_eq!(
        (&to.grid, &to.levels, &to.variables),
        (&from.grid, &from.levels, &from.variables)
    );
    assert_eq!(to.times, from.times);
    for time in 0..from.times.len() {
        let (original, read) = (cut.read(time).unwrap(), reader.read(time).unwrap());
        for field in &original.fields {
            let values = read.field(field.level, &field.name).unwrap();
            // a value smaller than a step is read as 0, which is two steps off at most; single precision sums add a little
            let step = report.packing_steps.get(&field.name).copied().unwrap_or(0.0);
            let largest = field.values.iter().fold(0.0_f32, |m, v| m.max(v.abs()));
            for (a, b) in field.values.iter().zip(values) {
                let steps = if *b == 0.0 { 2.02 } else { 1.01 };
                let (name, level) = (&field.name, field.level);
                assert!(
                    (a - b).abs() <= steps * step + 2e-6 * largest,
                    "{name} {level}: {a} {b} {step}"
                );
            }
        }
    }
}

#[test]
fn columns_derived_from_the_arl_file_are_those_of_the_source() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("weather.arl");
    convert(weather(), &path).unwrap();
    let (mut source, mut arl) = (weather(), ArlReader::open(&path).unwrap());
    let options = DeriveOptions {
        mode: Mode::Physics,
        ..DeriveOptions::default()
    };
    let columns = |reader: &mut dyn MetReader| {
        let raw = reader.read(1).unwrap();
        derive(&reader.description().clone(), raw, &options).unwrap()
    };
    let (a, b) = (columns(&mut source), columns(&mut arl));
    for (i, j) in [(3, 4), (20, 15), (40, 25)] {
        let (a, b) = (a.native.column(i, j), b.native.column(i, j));
        for (a, b) in a.fields.iter().zip(b.fields) {
            let [wind, height, pressure] = [1, 0, 6].map(|k| (a[k] - b[k]).abs());
            // steps of 1/254 of 16 m/s between neighbours, 1024 m, 32 hPa
            assert!(wind < 0.2 && height < 5.0 && pressure < 0.3, "{a:?} {b:?}");
        }
        let zi = [a, b].map(|column| column.scales.mixing_height_m);
        assert!((zi[0] - zi[1]).abs() < 0.05 * zi[0] + 20.0, "{zi:?}");
    }
}

#[test]
fn eta_levels_become_sigma_levels_that_keep_their_pressure() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("eta.arl");
    let mut eta = sample(VerticalCoordinate::WrfEta, &[0.0, 1.0, 2.0, 3.0]);
    let report = convert(sample(VerticalCoordinate::WrfEta, &[0.0, 1.0, 2.0, 3.0]), &path).unwrap();
    let mut reader = ArlReader::open(&path).unwrap();
    let found = reader.description().clone();
    assert_eq!(found.vertical, VerticalCoordinate::Sigma { offset_hpa: 0.0 });
    // means of the sample: 1000 hPa at the ground, 30 hPa less on each level, within the waves' own mean
    for (level, expected) in [(1, 0.97), (2, 0.94), (3, 0.91)] {
        assert!((found.levels[level] - expected).abs() < 3e-3, "{:?}", found.levels);
        let (original, read) = (eta.read(0).unwrap(), reader.read(0).unwrap());
        let [a, b] = [&original, &read].map(|s| s.field(level, "PRES").unwrap().to_owned());
        assert!(
            (&a - &b)
                .iter()
                .all(|off| off.abs() <= report.packing_steps["PRES"] + 2e-3)
        );
    }
    let mut without = sample(VerticalCoordinate::WrfEta, &[0.0, 1.0]);
    without.0.variables[0].retain(|name| name != "PRSS");
    assert!(refusal(without).contains("PRSS"));
}

#[test]
fn a_real_file_called_eta_gets_its_sigma_values_back() {
    let path = Path::new("../shared/met/wrf_katrina_20050828.arl");
    if !path.exists() {
        eprintln!("skipped: {} is not there", path.display());
        return;
    }
    let reader = ArlReader::open(path).unwrap();
    let sigma = reader.description().levels.clone();
    let description = MetDescription {
        vertical: VerticalCoordinate::WrfEta,
        levels: (0..sigma.len()).map(|k| k as f64).collect(),
        ..reader.description().clone()
    };
    let change = |_: &mut RawSnapshot| ();
    let conversion = ArlConversion::new(Changed {
        reader,
        description,
        change,
    })
    .unwrap();
    let found = &conversion.description().levels;
    // the file's sigma is (p - 50 hPa)/(ps - 50 hPa) without the offset: 1 % of the pressure there
    for (a, b) in found.iter().zip(&sigma).skip(1) {
        assert!((a - b).abs() < 0.03, "{found:?} {sigma:?}");
    }
}

#[test]
fn a_point_without_value_is_named_and_nothing_is_written() {
    let reader = sample(VerticalCoordinate::Pressure, &[0.0, 1000.0, 900.0]);
    let description = reader.0.clone();
    let change = |snapshot: &mut RawSnapshot| {
        let field = snapshot
            .fields
            .iter_mut()
            .find(|f| f.level == 1 && f.name == "UWND")
            .unwrap();
        (field.values[(3, 4)], field.values[(3, 5)]) = (f32::NAN, f32::INFINITY);
    };
    let refused = refusal(Changed {
        reader,
        description,
        change,
    });
    for word in ["UWND", "level 1", "2019-06-21T00:00Z", "2 of 425 points"] {
        assert!(refused.contains(word), "{refused}");
    }
}

#[test]
fn names_that_do_not_fit_are_left_out_and_told() {
    let reader = sample(VerticalCoordinate::Pressure, &[0.0, 1000.0, 900.0]);
    let mut description = reader.0.clone();
    description.variables[1].push("CLOUD".into());
    description.variables[2].push("CLOUD".into());
    description.model = "my model".into();
    let change = |_: &mut RawSnapshot| ();
    let conversion = ArlConversion::new(Changed {
        reader,
        description,
        change,
    })
    .unwrap();
    let told = conversion
        .warnings()
        .iter()
        .filter(|warning| warning.ends_with(": CLOUD"))
        .count();
    assert_eq!((told, conversion.description().model.as_str()), (1, "MYMO"));
    assert!(conversion.warnings().iter().any(|warning| warning.contains("no U10M")));
    assert_eq!(conversion.description().variables[1].len(), 4);
}

#[test]
fn what_the_format_cannot_hold_is_refused_before_anything_is_written() {
    let pressure = |levels: &[f64]| sample(VerticalCoordinate::Pressure, levels);
    let mut seconds = pressure(&[0.0, 1000.0]);
    seconds.0.times[1] = seconds.0.times[1].plus_seconds(30);
    let mut old = pressure(&[0.0, 1000.0]);
    old.0.times[0] = airshed::UtcTime::parse("1935-01-01T00:00").unwrap();
    let mut small = pressure(&[0.0, 1000.0]);
    small.0.grid = lat_lon(10, 10);
    let close = sample(
        VerticalCoordinate::Sigma { offset_hpa: 0.0 },
        &[0.0, 0.995_000_1, 0.995],
    );
    for (reader, word) in [
        (seconds, "whole minutes"),
        (old, "1940 to 2039"),
        (small, "108"),
        (close, "6 characters"),
        (pressure(&[0.0, 900.0, 1000.0]), "upward"),
    ] {
        let refused = refusal(reader);
        assert!(refused.contains(word), "{refused}");
    }
}

#[test]
fn numbers_of_a_grid_that_lose_digits_are_told_or_refused() {
    let of = |nx: usize, spacing_deg: f64, west_deg: f64| {
        let first = LonLat {
            lon_deg: west_deg,
            lat_deg: 10.0,
        };
        let grid = MetGrid::lat_lon(nx, 20, first, spacing_deg, spacing_deg).unwrap();
        let mut sample = sample(VerticalCoordinate::Pressure, &[0.0, 1000.0]);
        sample.0.grid = grid;
        ArlConversion::new(sample)
    };
    let moved = |found: &Result<ArlConversion<Sample>>| match found {
        Ok(conversion) => conversion
            .warnings()
            .iter()
            .any(|warning| warning.contains("7 characters")),
        Err(_) => false,
    };
    // 7 characters hold 0.01234 of 0.012344: 0.3 cells at the far end of 900; 3000 cells away it would be a whole one
    assert!(!moved(&of(900, 0.0125, 12.5)));
    assert!(moved(&of(900, 0.012_344, 12.5)));
    assert!(of(2900, 0.012_344, 12.5).is_err_and(|e| e.to_string().contains("smaller region")));
}

#[test]
fn work_that_is_stopped_leaves_nothing() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("out.arl");
    let mut conversion = ArlConversion::new(sample(VerticalCoordinate::Pressure, &[0.0, 1000.0])).unwrap();
    let mut heard = Vec::new();
    let stopped = conversion.write(&path, &mut |times| {
        heard.push(times);
        ControlFlow::Break(())
    });
    assert!(matches!(stopped, Err(Error::Interrupted)));
    assert_eq!((heard, std::fs::read_dir(folder.path()).unwrap().count()), (vec![1], 0));
}

#[test]
fn pressure_follows_heights_because_hycs_std_takes_the_last_of_the_two() {
    let reader = sample(VerticalCoordinate::WrfEta, &[0.0, 1.0, 2.0]);
    let mut description = reader.0.clone();
    description.variables[1].push("HGTS".into());
    let change = |_: &mut RawSnapshot| ();
    let conversion = ArlConversion::new(Changed {
        reader,
        description,
        change,
    })
    .unwrap();
    assert_eq!(
        conversion.description().variables[1],
        ["TEMP", "UWND", "WWND", "HGTS", "PRES"]
    );
}
