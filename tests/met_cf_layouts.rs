//! Layouts that converters leave behind: the same grid stated twice, level axes of one, coefficients in shares of P0.
#![cfg(feature = "netcdf")]
#![allow(clippy::unwrap_used)]

mod cf_file;

use std::path::{Path, PathBuf};

use airshed::met::cf::{Mapping, open_netcdf, read_containers};
use airshed::met::{MetReader, RawSnapshot};
use approx::assert_relative_eq;
use cf_file::Built;

const PRESSURE: [(&str, &str); 2] = [("units", "Pa"), ("standard_name", "surface_air_pressure")];

fn readers(paths: &[PathBuf]) -> Vec<Box<dyn MetReader>> {
    let containers = paths.iter().map(|path| open_netcdf(path).unwrap()).collect();
    read_containers(containers, &Mapping::default()).unwrap()
}

fn read(path: PathBuf) -> (Vec<String>, RawSnapshot) {
    let mut readers = readers(&[path]);
    let snapshot = readers[0].read(0).unwrap();
    (readers[0].warnings().to_vec(), snapshot)
}

fn levels(folder: &Path, name: &str, west: f64) -> Built {
    let built =
        Built::new(folder, name, [2, 2, 5, 6]).on_sphere(|j| 48.1 + 0.1 * j as f64, move |i| west + 0.1 * i as f64);
    built.on_pressures("hPa", |k| [1000.0, 500.0][k])
}

#[test]
fn one_grid_stated_in_two_ways_is_one_grid() {
    let folder = tempfile::tempdir().unwrap();
    let aloft = levels(folder.path(), "aloft.nc", -10.0).with_air().done();
    // 350 for -10, and latitudes rounded to single precision
    let ground = Built::new(folder.path(), "ground.nc", [2, 2, 5, 6])
        .on_sphere(|j| f64::from(48.1_f32 + 0.1 * j as f32), |i| 350.0 + 0.1 * i as f64)
        .ground("ps", &PRESSURE, |_| 99_000.0)
        .done();
    let readers = readers(&[aloft, ground]);
    assert_eq!(readers.len(), 1);
    assert_eq!(readers[0].description().variables[0], ["PRSS"]);
}

fn model_levels(folder: &Path, name: &str, numbers: [f64; 3]) -> Built {
    let mut built = Built::new(folder, name, [1, 3, 5, 6]).on_sphere(|j| 40.0 + j as f64, |i| i as f64);
    built.coordinate(
        "lev",
        &[("standard_name", "hybrid_sigma_pressure"), ("units", "1")],
        move |k| numbers[k],
    );
    built
}

fn add(built: &mut Built, name: &str, dimension: &str, units: &str, values: &[f64]) {
    let mut variable = built.file.add_variable::<f64>(name, &[dimension]).unwrap();
    variable.put_attribute("units", units).unwrap();
    variable.put_values(values, ..).unwrap();
}

/// As CAM writes: hyai in shares of P0; pressures would be those of a vacuum without it.
#[test]
fn interface_coefficients_in_shares_are_multiplied_by_their_reference_pressure() {
    let folder = tempfile::tempdir().unwrap();
    let mut built = model_levels(folder.path(), "cam.nc", [1.0, 2.0, 3.0]);
    built.file.add_dimension("ilev", 4).unwrap();
    add(&mut built, "hyai", "ilev", "1", &[0.1, 0.2, 0.1, 0.0]);
    add(&mut built, "hybi", "ilev", "1", &[0.0, 0.1, 0.6, 1.0]);
    let mut reference = built.file.add_variable::<f64>("P0", &[]).unwrap();
    reference.put_values(&[100_000.0], ..).unwrap();
    let (_, snapshot) = read(built.with_air().ground("PS", &PRESSURE, |_| 100_000.0).done());
    for (level, expected) in [(1, 850.0), (2, 500.0), (3, 200.0)] {
        assert_relative_eq!(
            snapshot.field(level, "PRES").unwrap()[(0, 0)],
            expected,
            max_relative = 1e-6
        );
    }
}

/// Reversed with their coefficients, levels keep the numbers that count from the top.
#[test]
fn a_file_turned_upside_down_is_the_same_atmosphere() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, upside_down: bool| {
        let turned = move |mut values: [f64; 3]| {
            if upside_down {
                values.reverse();
            }
            values
        };
        let mut built = model_levels(folder.path(), name, turned([1.0, 2.0, 3.0]));
        add(&mut built, "hyam", "lev", "Pa", &turned([20_000.0, 10_000.0, 0.0]));
        add(&mut built, "hybm", "lev", "1", &turned([0.0, 0.5, 0.99]));
        let winds = turned([30.0, 20.0, 10.0]);
        let air = |name: &'static str| {
            [
                ("units", if name == "air_temperature" { "K" } else { "m s-1" }),
                ("standard_name", name),
            ]
        };
        let built = built
            .aloft("u", &air("eastward_wind"), move |[_, k, ..]| winds[k])
            .aloft("v", &air("northward_wind"), |_| 0.0)
            .aloft("t", &air("air_temperature"), |_| 280.0);
        read(built.ground("ps", &PRESSURE, |_| 100_000.0).done()).1
    };
    let (upright, turned) = (file("upright.nc", false), file("turned.nc", true));
    for (name, expected) in [("UWND", 10.0), ("PRES", 990.0)] {
        assert_relative_eq!(upright.field(1, name).unwrap()[(0, 0)], expected, max_relative = 1e-6);
        assert_eq!(upright.field(1, name), turned.field(1, name), "{name}");
    }
}

/// As converters keep ECMWF's surface pressure: on level 1 of one.
#[test]
fn what_lies_at_the_ground_may_keep_a_level_axis_of_one() {
    let folder = tempfile::tempdir().unwrap();
    let aloft = levels(folder.path(), "aloft.nc", 0.0).with_air().done();
    let mut ground =
        Built::new(folder.path(), "ground.nc", [2, 1, 5, 6]).on_sphere(|j| 48.1 + 0.1 * j as f64, |i| 0.1 * i as f64);
    ground.coordinate(
        "lev",
        &[("standard_name", "model_level_number"), ("units", "1")],
        |_| 1.0,
    );
    let ground = ground.aloft("lnsp", &[("units", "~")], |_| 100_000f64.ln()).done();
    let mut readers = readers(&[aloft, ground]);
    assert_relative_eq!(
        readers[0].read(0).unwrap().field(0, "PRSS").unwrap()[(0, 0)],
        1000.0,
        max_relative = 1e-5
    );
}

/// J m⁻² of one time with no bounds: nothing tells over how long they add up.
#[test]
fn a_sum_over_nobody_knows_how_long_is_left_out_with_a_warning() {
    let folder = tempfile::tempdir().unwrap();
    let flux = [
        ("units", "J m-2"),
        ("standard_name", "surface_upward_sensible_heat_flux"),
    ];
    let built = Built::new(folder.path(), "once.nc", [1, 2, 5, 6]).on_sphere(|j| j as f64, |i| i as f64);
    let built = built.on_pressures("hPa", |k| [1000.0, 500.0][k]).with_air();
    let (warnings, snapshot) = read(built.ground("hfss", &flux, |_| 3.6e5).done());
    assert!(snapshot.field(0, "SHTF").is_none());
    assert!(
        warnings
            .iter()
            .any(|text| text.contains("hfss (SHTF) is not used") && text.contains("hours")),
        "{warnings:?}"
    );
}

/// Vertical motion of some times only is said, not silently zero.
#[test]
fn motion_that_ends_before_the_winds_do_is_a_warning() {
    let folder = tempfile::tempdir().unwrap();
    let aloft = levels(folder.path(), "aloft.nc", 0.0).with_air().done();
    let omega = [
        ("units", "Pa s-1"),
        ("standard_name", "lagrangian_tendency_of_air_pressure"),
    ];
    let once =
        Built::new(folder.path(), "omega.nc", [1, 2, 5, 6]).on_sphere(|j| 48.1 + 0.1 * j as f64, |i| 0.1 * i as f64);
    let once = once
        .on_pressures("hPa", |k| [1000.0, 500.0][k])
        .aloft("wap", &omega, |_| 0.1)
        .done();
    let readers = readers(&[aloft, once]);
    let warnings = readers[0].warnings().join("\n");
    assert!(
        warnings.contains("WWND is held at 1 of 2 times; at the others: taken as zero"),
        "{warnings}"
    );
}
