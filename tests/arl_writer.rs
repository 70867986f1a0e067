//! ARL files that this crate wrote: all grids, levels and dialects come back.
#![allow(clippy::unwrap_used)]

mod arl_sample;

use airshed::geo::LonLat;
use airshed::met::arl::{ArlOptions, ArlReader, ArlWriter, FluxSign, Residuals, write_arl};
use airshed::met::projection::{ConformalMap, MapAnchor, MetGrid};
use airshed::met::{MetDescription, MetReader, VerticalCoordinate};
use airshed::time::UtcTime;
use arl_sample::{describe, half_quantum, lat_lon, snapshot, write};
use tempfile::tempdir;

const LEVELS: [f64; 4] = [0.0, 0.9963, 0.95, 0.7];

fn conformal(tangent_deg: f64) -> MetGrid {
    let anchor = MapAnchor {
        x: 0.0,
        y: 0.0,
        place: LonLat {
            lon_deg: -10.25,
            lat_deg: 40.5,
        },
    };
    let reference = LonLat {
        lon_deg: 5.0,
        lat_deg: 50.0,
    };
    MetGrid::conformal(
        31,
        22,
        ConformalMap::new(tangent_deg, reference, 12_000.0, 0.0, anchor).unwrap(),
    )
    .unwrap()
}

fn check_round_trip(description: &MetDescription) {
    let folder = tempdir().unwrap();
    let path = folder.path().join("sample.arl");
    write(&path, description, Residuals::Omit);
    let mut reader = ArlReader::open(&path).unwrap();
    assert_eq!(reader.warnings(), [""; 0]);
    let found = reader.description().clone();
    assert_eq!(
        (found.grid, found.vertical),
        (description.grid.clone(), description.vertical)
    );
    assert_eq!(
        (found.levels, found.times),
        (description.levels.clone(), description.times.clone())
    );
    assert_eq!(
        (found.variables, found.model),
        (description.variables.clone(), description.model.clone())
    );
    for k in 0..description.times.len() {
        let (original, read) = (snapshot(description, k), reader.read(k).unwrap());
        assert_eq!((read.time, read.fields.len()), (original.time, original.fields.len()));
        for (a, b) in original.fields.iter().zip(&read.fields) {
            assert_eq!((a.level, &a.name), (b.level, &b.name));
            // Half a quantum, and as much again where the reader zeroes small values; the latter's limit, 2^n/254, is a
            // little more than half a quantum. Single-precision rounding along a row adds to it.
            let rounding = 4e-7 * a.values.iter().fold(0.0_f32, |m, v| m.max(v.abs()));
            let half_quantum = half_quantum(&a.values);
            for (a_value, b_value) in a.values.iter().zip(&b.values) {
                let bound = if *b_value == 0.0 {
                    2.01 * half_quantum
                } else {
                    half_quantum
                } + rounding;
                let off = (a_value - b_value).abs();
                assert!(off <= bound, "{} level {}: {off} above {bound}", a.name, a.level);
            }
        }
    }
}

#[test]
fn every_map_comes_back_within_half_a_quantum() {
    for grid in [lat_lon(25, 17), conformal(90.0), conformal(48.0), conformal(0.0)] {
        check_round_trip(&describe(
            grid,
            VerticalCoordinate::Sigma { offset_hpa: 50.0 },
            &LEVELS,
            3,
        ));
    }
}

#[test]
fn every_vertical_coordinate_comes_back() {
    for (vertical, levels) in [
        (VerticalCoordinate::Sigma { offset_hpa: 0.0 }, [0.0, 0.99631, 0.95, 0.7]),
        (VerticalCoordinate::Pressure, [0.0, 1000.0, 975.0, 850.5]),
        (VerticalCoordinate::TerrainHeight, [0.0, 10.0, 35.5, 15_000.0]),
        (VerticalCoordinate::Hybrid, [0.0, 0.9976, 3.9511, 75.2]),
        (VerticalCoordinate::WrfEta, [0.0, 0.9976, 0.91, 0.5]),
    ] {
        check_round_trip(&describe(lat_lon(25, 17), vertical, &levels, 2));
    }
}

#[test]
fn a_tiny_grid_needs_several_index_records() {
    for (nx, ny) in [(12, 9), (23, 5), (13, 10)] {
        check_round_trip(&describe(
            lat_lon(nx, ny),
            VerticalCoordinate::Pressure,
            &[0.0, 1000.0, 900.0],
            3,
        ));
    }
}

#[test]
fn grids_of_a_thousand_points_and_more_come_back() {
    for (nx, ny) in [(1005, 4), (3, 2000), (2048, 1000)] {
        let first = LonLat {
            lon_deg: 1.0,
            lat_deg: -45.0,
        };
        let grid = MetGrid::lat_lon(nx, ny, first, 0.0625, 0.0625).unwrap();
        let mut description = describe(grid, VerticalCoordinate::Pressure, &[0.0, 1000.0], 1);
        description.variables[1].truncate(1);
        check_round_trip(&description);
    }
}

#[test]
fn minutes_survive() {
    let mut description = describe(lat_lon(25, 17), VerticalCoordinate::Pressure, &[0.0, 1000.0], 3);
    for (k, time) in description.times.iter_mut().enumerate() {
        *time = UtcTime::from_calendar(1999, 12, 31, 23, 20)
            .unwrap()
            .plus_seconds(1200 * k as i64);
    }
    check_round_trip(&description);
}

#[test]
fn a_field_that_is_not_given_is_absent_when_read() {
    let description = describe(lat_lon(25, 17), VerticalCoordinate::Pressure, &[0.0, 1000.0], 1);
    let mut partial = snapshot(&description, 0);
    partial.fields.retain(|f| f.name != "UWND");
    partial.forecast_hour = 126;
    let folder = tempdir().unwrap();
    let path = folder.path().join("partial.arl");
    write_arl(&path, &description, [Ok(partial)]).unwrap();
    let mut reader = ArlReader::open(&path).unwrap();
    assert_eq!(reader.description().variables[1], ["TEMP", "UWND", "WWND", "PRES"]);
    assert_eq!(reader.forecast_hours(), [Some(126)]);
    let read = reader.read(0).unwrap();
    assert_eq!((read.forecast_hour, read.fields.len()), (126, 7));
    assert!(read.field(1, "UWND").is_none() && read.field(1, "WWND").is_some());
}

#[test]
fn residual_fields_repair_what_packing_lost() {
    let description = describe(lat_lon(25, 17), VerticalCoordinate::Pressure, &[0.0, 1000.0, 900.0], 1);
    let mut spiky = snapshot(&description, 0);
    for field in &mut spiky.fields {
        field.values[[8, 12]] *= 500.0;
    }
    let folder = tempdir().unwrap();
    let path = folder.path().join("residuals.arl");
    let mut writer = ArlWriter::create(&path, &description, Residuals::Write).unwrap();
    writer.append(&spiky).unwrap();
    writer.finish().unwrap();
    let error_of = |use_residuals, name: &str, level| {
        let options = ArlOptions {
            use_residuals,
            ..ArlOptions::default()
        };
        let mut reader = ArlReader::open_with(&path, options).unwrap();
        assert_eq!(
            reader.description().variables,
            description.variables,
            "residuals are no fields of their own"
        );
        let read = reader.read(0).unwrap();
        assert_eq!(read.fields.len(), spiky.fields.len());
        let difference = &read.field(level, name).unwrap() - &spiky.field(level, name).unwrap();
        difference.iter().fold(0.0_f32, |m, d| m.max(d.abs()))
    };
    for (name, level) in [("WWND", 1), ("WWND", 2), ("TPP3", 0)] {
        assert!(
            error_of(true, name, level) < 0.02 * error_of(false, name, level),
            "{name}"
        );
    }
    assert_eq!(error_of(true, "TEMP", 1), error_of(false, "TEMP", 1));
}

#[test]
fn heat_fluxes_are_upward_whatever_the_model_stores() {
    let mut description = describe(lat_lon(25, 17), VerticalCoordinate::Pressure, &[0.0, 1000.0], 1);
    description.times[0] = UtcTime::from_calendar(2019, 6, 21, 12, 0).unwrap();
    let mut noon = snapshot(&description, 0);
    noon.fields
        .iter_mut()
        .filter(|f| f.name == "SHTF")
        .for_each(|f| f.values += 200.0);
    let folder = tempdir().unwrap();
    let path = folder.path().join("fluxes.arl");
    let open = |flux_sign| {
        ArlReader::open_with(
            &path,
            ArlOptions {
                flux_sign,
                ..ArlOptions::default()
            },
        )
        .unwrap()
    };
    for model in ["GDAS", "ECMW", "EDAS"] {
        description.model = model.to_owned();
        write_arl(&path, &description, [Ok(noon.clone())]).unwrap();
        let read = open(FluxSign::FromModelId).read(0).unwrap();
        assert!(read.field(0, "SHTF").unwrap().iter().all(|flux| *flux > 0.0), "{model}");
    }
    let wrong = open(FluxSign::Downward).read(0).unwrap_err().to_string();
    assert!(wrong.contains("SHTF") && wrong.contains("wrong sign"), "{wrong}");
    assert!(open(FluxSign::Upward).read(0).is_ok());
}

#[test]
fn a_file_appears_whole_or_not_at_all() {
    let description = describe(lat_lon(25, 17), VerticalCoordinate::Pressure, &[0.0, 1000.0], 2);
    let folder = tempdir().unwrap();
    let path = folder.path().join("unfinished.arl");
    let mut writer = ArlWriter::create(&path, &description, Residuals::Omit).unwrap();
    writer.append(&snapshot(&description, 0)).unwrap();
    drop(writer);
    let mut bad = snapshot(&description, 1);
    bad.fields[2].values[[3, 4]] = f32::NAN;
    let error = write_arl(&path, &description, [Ok(snapshot(&description, 0)), Ok(bad)])
        .unwrap_err()
        .to_string();
    assert!(error.contains("TPP3") && error.contains("not finite"), "{error}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn what_the_format_cannot_hold_is_refused() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("refused.arl");
    let good = describe(lat_lon(25, 17), VerticalCoordinate::Pressure, &[0.0, 1000.0], 2);
    let create = |description: &MetDescription| ArlWriter::create(&path, description, Residuals::Omit);
    let mut high = good.clone();
    high.levels[1] = 1_000_000.0;
    assert!(create(&high).is_err());
    let mut long_name = good.clone();
    long_name.variables[1][0] = "THETA".to_owned();
    assert!(create(&long_name).is_err());
    let mut many = good.clone();
    many.levels.resize(120, 1.0);
    many.variables.resize(120, vec!["TEMP".to_owned()]);
    assert!(create(&many).is_err());
    assert!(ArlWriter::create(folder.path().join("no/such/folder.arl"), &good, Residuals::Omit).is_err());

    let tiny = describe(lat_lon(10, 10), VerticalCoordinate::Pressure, &[0.0, 1000.0], 2);
    assert!(create(&tiny).unwrap_err().to_string().contains("108"));

    let mut writer = create(&good).unwrap();
    writer.append(&snapshot(&good, 1)).unwrap();
    assert!(writer.append(&snapshot(&good, 0)).is_err(), "times must ascend");
    let mut shape = snapshot(&good, 1);
    shape.time = shape.time.plus_hours(3);
    shape.fields[0].values = ndarray::Array2::zeros((25, 17));
    assert!(writer.append(&shape).is_err());
    shape.time = shape.time.plus_seconds(1);
    assert!(writer.append(&shape).unwrap_err().to_string().contains("whole minutes"));
}
