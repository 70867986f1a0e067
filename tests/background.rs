//! Backgrounds where particles end, by their claims.

#![allow(clippy::unwrap_used)]

#[expect(dead_code, reason = "shared with other tests")]
mod footprints;

use std::path::{Path, PathBuf};

use airshed::background::FieldOptions;
use airshed::boundary::{BoundaryInfluence, Domain, End, EndTracker, Fate, Side};
use airshed::tracer::Unit;
use airshed::{Background, Decay, Grid, Receptor, Trajectories, UtcTime};
use approx::assert_relative_eq;

fn receptor() -> Receptor {
    Receptor::new(UtcTime::parse("2020-01-03T12:00").unwrap(), 5.0, 52.0, 100.0).unwrap()
}

fn end(lon_deg: f64, lat_deg: f64, height_asl_m: f64, pressure_hpa: f64, hours: f64) -> End {
    End {
        fate: Fate::Inside,
        lon_deg,
        lat_deg,
        height_agl_m: height_asl_m - 50.0,
        height_asl_m,
        pressure_hpa,
        time_min: -60.0 * hours,
        age_min: 60.0 * hours,
        weight: 1.0,
    }
}

/// Ends all over the test fields: 0 to 10 E, 45 to 55 N, 200 to 4200 m, 950 to 550 hPa, up to 2 days back.
fn scattered(count: usize) -> Vec<End> {
    let golden = |k: usize, n: f64| (k as f64 * n).fract();
    (0..count)
        .map(|k| {
            let z = golden(k, 0.569_840_29);
            end(
                10.0 * golden(k, 0.754_877_66),
                45.0 + 10.0 * golden(k, 0.618_033_99),
                200.0 + 4000.0 * z,
                950.0 - 400.0 * z,
                48.0 * golden(k, 0.438_579),
            )
        })
        .collect()
}

/// What stands on an axis: name, attributes, values.
type Coordinate<'a> = (&'a str, &'a [(&'a str, &'a str)], Vec<f64>);

struct Layout<'a> {
    axes: Vec<Coordinate<'a>>,
}

impl Layout<'_> {
    fn write(&self, path: &Path, fields: &[Field<'_>]) {
        let mut file = netcdf::create(path).unwrap();
        for (name, attributes, values) in &self.axes {
            file.add_dimension(name, values.len()).unwrap();
            let mut variable = file.add_variable::<f64>(name, &[name]).unwrap();
            for (key, value) in *attributes {
                variable.put_attribute(key, *value).unwrap();
            }
            variable.put_values(values, ..).unwrap();
        }
        for field in fields {
            self.put(&mut file, field);
        }
        file.close().unwrap();
    }

    fn put(&self, file: &mut netcdf::FileMut, field: &Field<'_>) {
        let axis = |name: &str| &self.axes.iter().find(|(held, ..)| *held == name).unwrap().2;
        let lengths: Vec<usize> = field.dimensions.iter().map(|name| axis(name).len()).collect();
        let values: Vec<f64> = (0..lengths.iter().product())
            .map(|flat| {
                let mut rest = flat;
                let mut at = vec![0.0; lengths.len()];
                for place in (0..lengths.len()).rev() {
                    at[place] = axis(field.dimensions[place])[rest % lengths[place]];
                    rest /= lengths[place];
                }
                (field.value)(&at)
            })
            .collect();
        let mut variable = file.add_variable::<f64>(field.name, field.dimensions).unwrap();
        variable.set_fill_value(-9e33).unwrap();
        for (key, value) in field.attributes {
            variable.put_attribute(key, *value).unwrap();
        }
        variable.put_values(&values, ..).unwrap();
    }
}

struct Field<'a> {
    name: &'a str,
    dimensions: &'a [&'a str],
    attributes: &'a [(&'a str, &'a str)],
    /// By the coordinates.
    value: &'a dyn Fn(&[f64]) -> f64,
}

fn range(from: f64, step: f64, count: usize) -> Vec<f64> {
    (0..count).map(|k| from + step * k as f64).collect()
}

const TIME: Coordinate<'static> = ("time", &[("units", "hours since 2020-01-01 00:00")], Vec::new());
const NORTH: &[(&str, &str)] = &[("units", "degrees_north")];
const EAST: &[(&str, &str)] = &[("units", "degrees_east")];

/// 0 to 72 h, 40 to 60 N, 20 W to 20 E, on these levels.
fn europe<'a>(level: Coordinate<'a>) -> Layout<'a> {
    Layout {
        axes: vec![
            (TIME.0, TIME.1, range(0.0, 6.0, 13)),
            level,
            ("lat", NORTH, range(40.0, 2.0, 11)),
            ("lon", EAST, range(-20.0, 3.0, 14)),
        ],
    }
}

const PPM: &[(&str, &str)] = &[("units", "ppm")];

/// Linear in all four; hours since 1 January.
fn linear(hours: f64, z: f64, lat: f64, lon: f64) -> f64 {
    400.0 + 0.1 * hours + 0.002 * z - 0.3 * lat + 0.05 * lon
}

fn hours_of(end: &End) -> f64 {
    60.0 + end.time_min / 60.0
}

fn file(folder: &tempfile::TempDir, name: &str) -> PathBuf {
    folder.path().join(name)
}

fn open(path: &Path, variable: &str) -> Background {
    Background::open_field(&[path], variable, &FieldOptions::default()).unwrap()
}

fn assert_at_ends(background: &Background, ends: &[End], expected: impl Fn(&End) -> f64) {
    let values = background.at_ends(ends, &receptor()).unwrap();
    for (value, end) in values.iter().zip(ends) {
        // the sum of a few products in double precision
        assert_relative_eq!(*value, expected(end), max_relative = 1e-12);
    }
}

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
    }
    let methane = Background::constant(1.9, "umol/mol").unwrap();
    let mean = methane.sample(&ends, &receptor(), None).unwrap().to(Unit::Ppb).unwrap();
    assert_relative_eq!(mean.value, 1900.0, max_relative = 1e-15);
}

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

fn tracked(grid: &Grid, steps: &[[f64; 3]], minutes: usize) -> (Domain, Vec<End>) {
    let mut t = Trajectories::new(receptor(), steps.len(), (1..=minutes).map(|k| -(k as f64)).collect());
    for (p, [east, north, up]) in steps.iter().enumerate() {
        for k in 0..minutes {
            let after = (k + 1) as f64;
            t.lon_deg[[p, k]] = 5.0 + after * east;
            t.lat_deg[[p, k]] = 52.0 + after * north;
            t.height_agl_m[[p, k]] = (100.0 + after * up) as f32;
            t.terrain_m[[p, k]] = 40.0;
            t.pressure_hpa[[p, k]] = (1000.0 - 2.0 * after) as f32;
        }
    }
    let mut tracker = EndTracker::new(Domain::of(grid).unwrap(), &t.receptor, steps.len());
    tracker.add(&t).unwrap();
    tracker.finish()
}

#[test]
fn ends_know_the_pressure_where_they_cross_the_edge() {
    let grid = footprints::grid([4.0, 6.0, 51.0, 53.0], 0.5, footprints::DEGREES);
    let (_, ends) = tracked(&grid, &[[0.3, 0.0, 10.0]], 10);
    // the edge is crossed after 1/0.3 minutes
    assert_relative_eq!(ends[0].pressure_hpa, 1000.0 - 2.0 / 0.3, max_relative = 1e-6);
    assert_relative_eq!(ends[0].height_asl_m, 140.0 + 10.0 / 0.3, max_relative = 1e-6);
}

fn write_curtains(path: &Path, months: &[&str]) {
    let mut axes: Vec<Coordinate<'_>> = vec![
        ("height", &[("units", "m")], range(500.0, 1000.0, 20)),
        ("lat", NORTH, range(51.25, 0.5, 4)),
        ("lon", EAST, range(4.25, 0.5, 4)),
    ];
    if !months.is_empty() {
        let day = |month: &&str| UtcTime::parse(month).unwrap().seconds() as f64 / 86_400.0;
        axes.push((
            "time",
            &[("units", "days since 1970-01-01")],
            months.iter().map(day).collect(),
        ));
    }
    let with_time = !months.is_empty();
    let put = |name, along, base: f64| {
        let dimensions: &'static [&'static str] = match (with_time, along) {
            (false, "lon") => &["height", "lon"],
            (false, _) => &["height", "lat"],
            (true, "lon") => &["height", "lon", "time"],
            (true, _) => &["height", "lat", "time"],
        };
        let value = move |at: &[f64]| 1e-6 * (base + 0.001 * at[0] + at[1]);
        (name, dimensions, value)
    };
    let sides = [
        put("vmr_n", "lon", 400.0),
        put("vmr_e", "lat", 500.0),
        put("vmr_s", "lon", 600.0),
        put("vmr_w", "lat", 700.0),
    ];
    let fields: Vec<Field<'_>> = sides
        .iter()
        .map(|(name, dimensions, value)| Field {
            name,
            dimensions,
            attributes: &[],
            value,
        })
        .collect();
    Layout { axes }.write(path, &fields);
}

#[test]
fn curtains_are_met_where_particles_cross_the_sides() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(&folder, "curtains.nc");
    write_curtains(&path, &["2019-12-01", "2020-01-01", "2020-02-01"]);
    let background = Background::open_curtains(&path).unwrap();
    let grid = footprints::grid([4.0, 6.0, 51.0, 53.0], 0.5, footprints::DEGREES);
    let steps = [
        [0.3, 0.05, 500.0],
        [0.05, 0.3, 500.0],
        [-0.3, 0.05, 500.0],
        [0.05, -0.3, 500.0],
        [0.0, 0.0, 0.0],
    ];
    let (domain, ends) = tracked(&grid, &steps, 10);
    let values = background.at_ends(&ends, &receptor()).unwrap();
    let bases = [500.0, 400.0, 700.0, 600.0];
    for ((value, end), base) in values.iter().zip(&ends).zip(bases) {
        let along = match end.fate {
            Fate::Left(Side::North | Side::South) => end.lon_deg,
            _ => end.lat_deg,
        };
        assert_relative_eq!(*value, base + 0.001 * end.height_agl_m + along, max_relative = 1e-9);
    }
    assert!(values[4].is_nan());
    let mean = background.sample(&ends, &receptor(), None).unwrap();
    assert_relative_eq!(mean.covered_share, 0.8, max_relative = 1e-12);
    assert_relative_eq!(mean.shares.through_sides(), 0.8, max_relative = 1e-12);
    // the same by cells: each cell's middle is at most half a cell away, 500 m and 0.25 degrees
    let counted = BoundaryInfluence::of(&domain, &ends);
    let by_cells = counted
        .background(&background.curtains_at(receptor().time).unwrap())
        .unwrap();
    assert_relative_eq!(by_cells.share, 0.8, max_relative = 1e-12);
    assert!((by_cells.sum / by_cells.share - mean.value).abs() < 0.75);
}

#[test]
fn curtains_of_another_domain_or_month_are_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(&folder, "curtains.nc");
    write_curtains(&path, &["2019-11-01", "2019-12-01"]);
    let background = Background::open_curtains(&path).unwrap();
    let near = footprints::grid([4.0, 6.0, 51.0, 53.0], 0.5, footprints::DEGREES);
    let (_, ends) = tracked(&near, &[[0.3, 0.0, 0.0]], 10);
    // January is not there
    assert_eq!(background.sample(&ends, &receptor(), None).unwrap().covered_share, 0.0);
    assert!(
        background
            .curtains_at(receptor().time)
            .unwrap_err()
            .to_string()
            .contains("cover 2019-11-01")
    );
    let far = footprints::grid([0.0, 8.0, 50.0, 54.0], 0.5, footprints::DEGREES);
    let (_, ends) = tracked(&far, &[[0.5, 0.0, 0.0]], 10);
    let problem = background.sample(&ends, &receptor(), None).unwrap_err().to_string();
    assert!(
        problem.contains("eastern edge = 8.000 where the curtains have it at 6.000"),
        "{problem}"
    );
}

#[test]
fn the_curtains_of_openghg_are_read() {
    let path = Path::new("../shared/boundary/openghg_co2_EUROPE_201407.nc");
    if !path.exists() {
        eprintln!("skipped: {} is not there", path.display());
        return;
    }
    let background = Background::open_curtains(path).unwrap();
    let sides = background
        .curtains_at(UtcTime::parse("2014-07-20T12:00").unwrap())
        .unwrap();
    assert_eq!((sides.north.dim(), sides.east.dim()), ((20, 391), (20, 293)));
    // as ncdump shows the first: 0.00039475 mol mol-1
    assert!((sides.north[[0, 0]] - 394.75).abs() < 0.005, "{}", sides.north[[0, 0]]);
    assert!(
        sides
            .each()
            .iter()
            .all(|side| side.iter().all(|ppm| (370.0..440.0).contains(ppm)))
    );
    assert!(
        background
            .curtains_at(UtcTime::parse("2014-08-01T00:00").unwrap())
            .is_err()
    );
}
