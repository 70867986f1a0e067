//! Fields of global models in the layouts that people have.

#![cfg(feature = "netcdf")]
#![allow(clippy::unwrap_used)]

mod mole_fractions;

use airshed::Background;
use airshed::background::FieldOptions;
use airshed::boundary::End;
use approx::assert_relative_eq;
use mole_fractions::{
    EAST, Field, Layout, NORTH, PPM, TIME, assert_at_ends, end, europe, file, hours_of, linear, open, range, receptor,
    scattered,
};

#[test]
fn a_field_that_is_linear_in_space_and_time_is_met_exactly_on_heights_and_on_pressures() {
    let folder = tempfile::tempdir().unwrap();
    let ends = scattered(300);
    let on_heights = file(&folder, "heights.nc");
    let dimensions = &["time", "level", "lat", "lon"];
    let field = Field {
        name: "co2",
        dimensions,
        attributes: PPM,
        value: &|at| linear(at[0], at[1], at[2], at[3]),
    };
    let heights = (
        "level",
        &[("units", "km"), ("standard_name", "altitude")][..],
        vec![0.0, 0.3, 1.0, 2.5, 5.0],
    );
    let km = Field {
        value: &|at| linear(at[0], 1000.0 * at[1], at[2], at[3]),
        ..field
    };
    europe(heights).write(&on_heights, &[km]);
    assert_at_ends(&open(&on_heights, "co2"), &ends, |end| {
        linear(hours_of(end), end.height_asl_m, end.lat_deg, end.lon_deg)
    });
    let on_pressures = file(&folder, "pressures.nc");
    let field = Field {
        name: "co2",
        dimensions,
        attributes: PPM,
        value: &|at| linear(at[0], at[1], at[2], at[3]),
    };
    europe(("level", &[("units", "hPa")], vec![1000.0, 850.0, 700.0, 500.0])).write(&on_pressures, &[field]);
    assert_at_ends(&open(&on_pressures, "co2"), &ends, |end| {
        linear(hours_of(end), end.pressure_hpa, end.lat_deg, end.lon_deg)
    });
}

#[test]
fn every_layout_of_a_model_gives_the_same_values() {
    let folder = tempfile::tempdir().unwrap();
    let ends = scattered(200);
    // pressure of the surfaces between 5 layers over ground at pₛ = 1000 + lat hPa: a + b pₛ, ground first
    let a_pa = [0.0, 0.0, 2000.0, 8000.0, 9000.0, 2000.0];
    let b = [1.0, 0.9, 0.7, 0.4, 0.1, 0.0];
    let surface_pa = |lat: f64| 100_000.0 + 100.0 * lat;
    let surface = move |k: usize, lat: f64| a_pa[k] + b[k] * surface_pa(lat);
    let middle_hpa = move |k: usize, lat: f64| 0.005 * (surface(k, lat) + surface(k + 1, lat));
    // linear in pressure: whatever says where the levels are must say the same
    let expected = |end: &End| {
        let pressure = end.pressure_hpa.min(middle_hpa(0, end.lat_deg));
        linear(hours_of(end), pressure, end.lat_deg, end.lon_deg)
    };
    let level = |at: f64| at as usize - 1;
    let mole = move |at: &[f64]| linear(at[0], middle_hpa(level(at[1]), at[2]), at[2], at[3]);
    let dimensions = &["time", "level", "lat", "lon"];
    let field = |attributes| Field {
        name: "CO2",
        dimensions,
        attributes,
        value: &mole,
    };
    let mut layout = europe(("level", &[], range(1.0, 1.0, 5)));
    layout.axes.push(("hlevel", &[], range(1.0, 1.0, 6)));

    let cams = file(&folder, "cams.nc");
    let coefficients = |name, of: &'static str, value| Field {
        name,
        dimensions: &["hlevel"],
        attributes: match of {
            "Pa" => &[("units", "Pa")],
            _ => &[("units", "1")],
        },
        value,
    };
    let (of_a, of_b) = (|at: &[f64]| a_pa[level(at[0])], |at: &[f64]| b[level(at[0])]);
    let of_surface = |at: &[f64]| surface_pa(at[1]);
    let psurf = Field {
        name: "Psurf",
        dimensions: &["time", "lat", "lon"],
        attributes: &[("units", "Pa")],
        value: &of_surface,
    };
    layout.write(
        &cams,
        &[
            field(&[("units", "1e-6")]),
            coefficients("ap", "Pa", &of_a),
            coefficients("bp", "1", &of_b),
            psurf,
        ],
    );

    let tracker = file(&folder, "carbontracker.nc");
    let of_surfaces = |at: &[f64]| surface(level(at[1]), at[2]);
    let between = Field {
        name: "pressure",
        dimensions: &["time", "hlevel", "lat", "lon"],
        attributes: &[("units", "Pa")],
        value: &of_surfaces,
    };
    layout.write(&tracker, &[field(&[("units", "micromol mol-1")]), between]);

    // within a column between rows of latitude the level itself is linear in latitude: bilinear and exact but for the clamp
    let below_lowest = |end: &&End| end.pressure_hpa < middle_hpa(0, 40.0) - 1.0;
    let ends: Vec<End> = ends.iter().filter(below_lowest).copied().collect();
    assert!(ends.len() > 150);
    for path in [&cams, &tracker] {
        assert_at_ends(&open(path, "CO2"), &ends, expected);
    }
}

#[test]
fn heights_of_each_column_are_heights_above_sea_level() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(&folder, "scope.nc");
    let height = |level: f64, lat: f64| 100.0 + 10.0 * (lat - 40.0) + 900.0 * level;
    let of_height = |at: &[f64]| height(at[1], at[2]);
    let of_mole = |at: &[f64]| linear(at[0], height(at[1], at[2]), at[2], at[3]);
    let dimensions = &["mtime", "height", "lat", "lon"];
    let mole = Field {
        name: "co2mix",
        dimensions,
        attributes: PPM,
        value: &of_mole,
    };
    let gph = Field {
        name: "gph",
        dimensions,
        attributes: &[("units", "m"), ("long_name", "geopotential height")],
        value: &of_height,
    };
    let mut layout = europe(("height", &[], range(0.0, 1.0, 6)));
    layout.axes[0] = ("mtime", TIME.1, range(0.0, 6.0, 13));
    layout.write(&path, &[mole, gph]);
    let ends: Vec<End> = scattered(200)
        .into_iter()
        .filter(|end| end.height_asl_m > 260.0)
        .collect();
    assert_at_ends(&open(&path, "co2mix"), &ends, |end| {
        linear(hours_of(end), end.height_asl_m, end.lat_deg, end.lon_deg)
    });
}

#[test]
fn heights_above_ground_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(&folder, "agl.nc");
    let mole = Field {
        name: "co2",
        dimensions: &["time", "level", "lat", "lon"],
        attributes: PPM,
        value: &|_| 400.0,
    };
    let level = (
        "level",
        &[("units", "m"), ("standard_name", "height")][..],
        range(0.0, 500.0, 3),
    );
    europe(level).write(&path, &[mole]);
    let problem = Background::open_field(&[&path], "co2", &FieldOptions::default()).unwrap_err();
    assert!(problem.to_string().contains("heights above sea level"), "{problem}");
}

#[test]
fn the_globe_may_begin_at_greenwich_and_run_from_north_to_south() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(&folder, "globe.nc");
    let layout = Layout {
        axes: vec![
            (TIME.0, TIME.1, range(0.0, 24.0, 4)),
            (
                "plev",
                &[("units", "Pa"), ("positive", "down")],
                range(20_000.0, 20_000.0, 5),
            ),
            ("latitude", NORTH, range(87.5, -5.0, 36)),
            ("longitude", EAST, range(0.0, 5.0, 72)),
        ],
    };
    // continuous round the globe: distance from Greenwich
    let mole = Field {
        name: "ch4",
        dimensions: &["time", "plev", "latitude", "longitude"],
        attributes: &[("units", "nmol mol-1")],
        value: &|at| 1800.0 + 0.01 * at[1] + at[2] + (if at[3] > 180.0 { 360.0 - at[3] } else { at[3] }),
    };
    layout.write(&path, &[mole]);
    let ends = [
        end(-2.5, 52.0, 100.0, 900.0, 12.0),
        end(2.5, 52.0, 100.0, 900.0, 12.0),
        end(179.0, -30.0, 100.0, 500.0, 12.0),
        end(-179.0, -30.0, 100.0, 500.0, 12.0),
        // beyond the last row, up to the pole, the nearest holds
        end(0.0, 89.9, 100.0, 900.0, 12.0),
    ];
    let values = open(&path, "ch4").at_ends(&ends, &receptor()).unwrap();
    let expected = [2.7545, 2.7545, 2.449, 2.449, 2.7875];
    for (value, expected) in values.iter().zip(expected) {
        assert_relative_eq!(*value, expected, max_relative = 1e-12);
    }
}

#[test]
fn mass_fractions_and_mol_per_mol_become_ppm() {
    let folder = tempfile::tempdir().unwrap();
    for (name, units, value, expected) in [
        ("co2", "kg kg**-1", 6e-4, 6e2 * 28.9647 / 44.0095),
        ("ch4", "mol mol-1", 1.9e-6, 1.9),
        ("n2o", "ppb", 330.0, 0.33),
    ] {
        let path = file(&folder, &format!("{name}.nc"));
        let mole = Field {
            name,
            dimensions: &["time", "level", "lat", "lon"],
            attributes: &[("units", units)],
            value: &move |_| value,
        };
        europe(("level", &[("units", "hPa")], vec![900.0, 700.0])).write(&path, &[mole]);
        let values = open(&path, name).at_ends(&scattered(3), &receptor()).unwrap();
        assert_relative_eq!(values[1], expected, max_relative = 1e-12);
    }
    let path = file(&folder, "co2.nc");
    let problem = Background::open_field(&[&path], "nitrogen", &FieldOptions::default()).unwrap_err();
    assert!(problem.to_string().contains("there are: co2"), "{problem}");
    let options = FieldOptions {
        units: Some("furlong".into()),
        ..FieldOptions::default()
    };
    assert!(
        Background::open_field(&[&path], "co2", &options)
            .unwrap_err()
            .to_string()
            .contains("understood are")
    );
}
