//! Backgrounds where particles end, by their claims.

#![cfg(feature = "netcdf")]
#![allow(clippy::unwrap_used)]

mod mole_fractions;

use airshed::background::FieldOptions;
use airshed::boundary::End;
use airshed::tracer::Unit;
use airshed::{Background, Decay, UtcTime};
use approx::assert_relative_eq;
use mole_fractions::{Field, PPM, assert_at_ends, end, europe, file, hours_of, open, range, receptor, scattered};

#[test]
fn a_constant_gives_exactly_the_constant() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(&folder, "constant.nc");
    let field = Field {
        name: "co2",
        dimensions: &["time", "height", "lat", "lon"],
        attributes: PPM,
        value: &|_| 412.3,
    };
    europe(("height", &[("units", "m")], range(0.0, 1000.0, 6))).write(&path, &[field]);
    let mut ends = scattered(257);
    ends.iter_mut()
        .enumerate()
        .for_each(|(k, end)| end.weight = 0.1 + k as f64);
    for background in [Background::constant(412.3, "ppm").unwrap(), open(&path, "co2")] {
        let mean = background.sample(&ends, &receptor(), None).unwrap();
        assert_eq!((mean.value, mean.stderr, mean.sd), (412.3, 0.0, 0.0));
        assert_eq!((mean.covered_share, mean.unit), (1.0, Unit::Ppm));
        assert_eq!(mean.shares.inside, 1.0);
        assert!(mean.shares.top.is_sign_positive());
    }
    let methane = Background::constant(1.9, "umol/mol").unwrap();
    let mean = methane.sample(&ends, &receptor(), None).unwrap().to(Unit::Ppb).unwrap();
    assert_relative_eq!(mean.value, 1900.0, max_relative = 1e-15);
}

#[test]
fn a_vertical_gradient_gives_the_mean_height_of_the_ends() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(&folder, "gradient.nc");
    let field = Field {
        name: "co2",
        dimensions: &["time", "height", "lat", "lon"],
        attributes: PPM,
        value: &|at| 0.01 * at[1],
    };
    europe(("height", &[("units", "m")], range(0.0, 500.0, 11))).write(&path, &[field]);
    let mut ends = scattered(500);
    ends.iter_mut()
        .enumerate()
        .for_each(|(k, end)| end.weight = 1.0 + (k % 3) as f64);
    let weight: f64 = ends.iter().map(|end| end.weight).sum();
    let mean_m = ends.iter().map(|end| end.weight * end.height_asl_m).sum::<f64>() / weight;
    let mean = open(&path, "co2").sample(&ends, &receptor(), None).unwrap();
    assert_relative_eq!(mean.value, 0.01 * mean_m, max_relative = 1e-12);
}

#[test]
fn particles_count_by_weight_and_mass_unless_their_mass_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(&folder, "pressures.nc");
    let mole = Field {
        name: "co2",
        dimensions: &["time", "level", "lat", "lon"],
        attributes: PPM,
        value: &|at| at[1],
    };
    europe(("level", &[("units", "hPa")], vec![900.0, 700.0])).write(&path, &[mole]);
    let weighted = |pressure_hpa: f64, weight: f64, mass_weight: f64| End {
        weight,
        mass_weight,
        ..end(5.0, 50.0, 0.0, pressure_hpa, 10.0)
    };
    let ends = [
        weighted(700.0, 1.0, 2.0),
        weighted(800.0, 2.0, 0.5),
        weighted(900.0, 1.0, 5e3),
    ];
    let mean = open(&path, "co2").sample(&ends, &receptor(), None).unwrap();
    // 2 · 700 + 1 · 800 over 3
    assert_relative_eq!(mean.value, 2200.0 / 3.0, max_relative = 1e-12);
    assert_relative_eq!(mean.covered_share, 1.0, max_relative = 1e-12);
}

#[test]
fn what_lies_beyond_the_field_is_counted_and_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(&folder, "europe.nc");
    let mole = Field {
        name: "co2",
        dimensions: &["time", "level", "lat", "lon"],
        attributes: PPM,
        value: &|at| if at[3] < -15.0 { f64::NAN } else { at[1] },
    };
    europe(("level", &[("units", "hPa")], vec![900.0, 700.0])).write(&path, &[mole]);
    let ends = [
        end(5.0, 50.0, 0.0, 800.0, 10.0),
        // under the lowest and over the highest level the nearest holds
        end(5.0, 50.0, 0.0, 1000.0, 10.0),
        end(5.0, 50.0, 0.0, 300.0, 10.0),
        // east, north, before, without pressure, without data, never followed
        end(21.0, 50.0, 0.0, 800.0, 10.0),
        end(5.0, 61.5, 0.0, 800.0, 10.0),
        end(5.0, 50.0, 0.0, 800.0, 61.0),
        end(5.0, 50.0, 0.0, f64::NAN, 10.0),
        end(-18.0, 50.0, 0.0, 800.0, 10.0),
        end(f64::NAN, f64::NAN, f64::NAN, f64::NAN, 0.0),
        // half a cell beyond the last row
        end(5.0, 60.9, 0.0, 800.0, 10.0),
    ];
    let background = open(&path, "co2");
    let values = background.at_ends(&ends, &receptor()).unwrap();
    let known = [
        Some(800.0),
        Some(900.0),
        Some(700.0),
        None,
        None,
        None,
        None,
        None,
        None,
        Some(800.0),
    ];
    for (k, (value, known)) in values.iter().zip(known).enumerate() {
        assert!(
            known.map_or(value.is_nan(), |known| (value - known).abs() < 1e-9),
            "{k}: {value}"
        );
    }
    let mean = background.sample(&ends, &receptor(), None).unwrap();
    assert_relative_eq!(mean.value, 800.0, max_relative = 1e-12);
    assert_relative_eq!(mean.covered_share, 0.4, max_relative = 1e-12);
}

#[test]
fn files_follow_each_other_in_time_and_a_missing_one_leaves_a_gap() {
    let folder = tempfile::tempdir().unwrap();
    let at_hours = |name: &str, hours: Vec<f64>| {
        let path = file(&folder, name);
        let mut layout = europe(("level", &[("units", "hPa")], vec![900.0, 700.0]));
        layout.axes[0].2 = hours;
        let mole = Field {
            name: "co2",
            dimensions: &["time", "level", "lat", "lon"],
            attributes: PPM,
            value: &|at| 400.0 + at[0],
        };
        layout.write(&path, &[mole]);
        path
    };
    let [first, second, third] = [
        at_hours("b.nc", range(24.0, 6.0, 3)),
        at_hours("a.nc", range(0.0, 6.0, 4)),
        at_hours("c.nc", range(54.0, 6.0, 2)),
    ];
    let background = Background::open_field(&[&first, &second, &third], "co2", &FieldOptions::default()).unwrap();
    // hour 21 lies between the files, 45 between the second and the third, which are 18 h apart
    let ends = [39.0, 15.0, 3.0].map(|before| end(0.0, 50.0, 0.0, 800.0, before));
    let values = background.at_ends(&ends, &receptor()).unwrap();
    assert_relative_eq!(values[0], 421.0, max_relative = 1e-12);
    assert!(values[1].is_nan());
    assert_relative_eq!(values[2], 457.0, max_relative = 1e-12);
    let twice = Background::open_field(&[&first, &first], "co2", &FieldOptions::default()).unwrap_err();
    assert!(twice.to_string().contains("twice"), "{twice}");
}

#[test]
fn a_series_is_linear_in_time_and_refuses_to_go_on_beyond_its_ends() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(&folder, "baseline.csv");
    std::fs::write(
        &path,
        "# Mace Head\ntime,co2,flag\n2020-01-01T00:00,400,O\n2020-01-02T00:00,,K\n2020-01-04T00:00,436,O\n",
    )
    .unwrap();
    let series = Background::read_series(&path, "co2", "ppm").unwrap();
    assert_at_ends(&series, &scattered(50), |end| 400.0 + 0.5 * hours_of(end));
    let late = series
        .at_ends(&[end(0.0, 50.0, 0.0, 900.0, 61.0)], &receptor())
        .unwrap_err();
    assert!(late.to_string().contains("the series covers 2020-01-01"), "{late}");
    let none = Background::read_series(&path, "ch4", "ppb").unwrap_err();
    assert!(none.to_string().contains("there are time, co2, flag"), "{none}");
    let times = ["2020-01-02T00:00", "2020-01-01T00:00"].map(|text| UtcTime::parse(text).unwrap());
    assert!(Background::series(times.to_vec(), vec![1.0, 2.0], "ppm").is_err());
}

#[test]
fn what_decays_on_the_way_arrives_decayed() {
    let radon = Background::constant(1.0, "Bq m-3").unwrap();
    let ends = [
        end(0.0, 50.0, 0.0, 900.0, 91.764),
        end(0.0, 50.0, 0.0, 900.0, 2.0 * 91.764),
    ];
    let mean = radon.sample(&ends, &receptor(), Some(Decay::RADON_222)).unwrap();
    // a half and a quarter
    assert_relative_eq!(mean.value, 0.375, max_relative = 1e-12);
    assert_relative_eq!(mean.mean_age_h, 1.5 * 91.764, max_relative = 1e-12);
    assert_eq!(mean.unit, Unit::BqM3);
    assert!(mean.to(Unit::Ppm).is_err());
}

/// Uniform numbers of a small generator (Marsaglia 2003), so that the test stands alone.
fn uniform(state: &mut u64) -> f64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    (*state >> 11) as f64 / (1u64 << 53) as f64
}

#[test]
fn the_error_is_the_scatter_of_many_ensembles() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(&folder, "gradient.nc");
    let mole = Field {
        name: "co2",
        dimensions: &["time", "level", "lat", "lon"],
        attributes: PPM,
        value: &|at| at[1],
    };
    europe(("level", &[("units", "hPa")], vec![1000.0, 500.0])).write(&path, &[mole]);
    let background = open(&path, "co2");
    let mut state = 88_172_645_463_325_252;
    let means: Vec<_> = (0..400)
        .map(|_| {
            let ends: Vec<End> = (0..100)
                .map(|_| End {
                    weight: 0.5 + uniform(&mut state),
                    ..end(5.0, 50.0, 0.0, 500.0 + 500.0 * uniform(&mut state), 10.0)
                })
                .collect();
            background.sample(&ends, &receptor(), None).unwrap()
        })
        .collect();
    let count = means.len() as f64;
    let mean = means.iter().map(|mean| mean.value).sum::<f64>() / count;
    let scatter = (means.iter().map(|m| (m.value - mean).powi(2)).sum::<f64>() / (count - 1.0)).sqrt();
    let stated = (means.iter().map(|m| m.stderr.powi(2)).sum::<f64>() / count).sqrt();
    // the scatter of 400 means is known to 1/√800 = 3.5 %; bound: three of these
    assert_relative_eq!(stated, scatter, max_relative = 0.106);
    // and they scatter around 750: standard error of their mean is stated/20, bound: four of these
    assert!((mean - 750.0).abs() < 4.0 * stated / 20.0, "{mean} {stated}");
    // uniform over 500 hPa
    assert_relative_eq!(means[0].sd, 500.0 / 12f64.sqrt(), max_relative = 0.15);
}
