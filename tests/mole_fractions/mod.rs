//! Ends of particles, and netCDF files of mole fractions that are functions of their coordinates.
#![allow(dead_code)]

use std::path::{Path, PathBuf};

use airshed::background::FieldOptions;
use airshed::boundary::{End, Fate};
use airshed::{Background, Receptor, UtcTime};
use approx::assert_relative_eq;

pub fn receptor() -> Receptor {
    Receptor::new(UtcTime::parse("2020-01-03T12:00").unwrap(), 5.0, 52.0, 100.0).unwrap()
}

pub fn end(lon_deg: f64, lat_deg: f64, height_asl_m: f64, pressure_hpa: f64, hours: f64) -> End {
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
        mass_weight: 1.0,
    }
}

/// Ends all over the test fields: 0 to 10 E, 45 to 55 N, 200 to 4200 m, 950 to 550 hPa, up to 2 days back.
pub fn scattered(count: usize) -> Vec<End> {
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
pub type Coordinate<'a> = (&'a str, &'a [(&'a str, &'a str)], Vec<f64>);

pub struct Layout<'a> {
    pub axes: Vec<Coordinate<'a>>,
}

impl Layout<'_> {
    pub fn write(&self, path: &Path, fields: &[Field<'_>]) {
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

pub struct Field<'a> {
    pub name: &'a str,
    pub dimensions: &'a [&'a str],
    pub attributes: &'a [(&'a str, &'a str)],
    /// By the coordinates.
    pub value: &'a dyn Fn(&[f64]) -> f64,
}

pub fn range(from: f64, step: f64, count: usize) -> Vec<f64> {
    (0..count).map(|k| from + step * k as f64).collect()
}

pub const TIME: Coordinate<'static> = ("time", &[("units", "hours since 2020-01-01 00:00")], Vec::new());
pub const NORTH: &[(&str, &str)] = &[("units", "degrees_north")];
pub const EAST: &[(&str, &str)] = &[("units", "degrees_east")];

/// 0 to 72 h, 40 to 60 N, 20 W to 20 E, on these levels.
pub fn europe<'a>(level: Coordinate<'a>) -> Layout<'a> {
    Layout {
        axes: vec![
            (TIME.0, TIME.1, range(0.0, 6.0, 13)),
            level,
            ("lat", NORTH, range(40.0, 2.0, 11)),
            ("lon", EAST, range(-20.0, 3.0, 14)),
        ],
    }
}

pub const PPM: &[(&str, &str)] = &[("units", "ppm")];

/// Linear in all four; hours since 1 January.
pub fn linear(hours: f64, z: f64, lat: f64, lon: f64) -> f64 {
    400.0 + 0.1 * hours + 0.002 * z - 0.3 * lat + 0.05 * lon
}

pub fn hours_of(end: &End) -> f64 {
    60.0 + end.time_min / 60.0
}

pub fn file(folder: &tempfile::TempDir, name: &str) -> PathBuf {
    folder.path().join(name)
}

pub fn open(path: &Path, variable: &str) -> Background {
    Background::open_field(&[path], variable, &FieldOptions::default()).unwrap()
}

pub fn assert_at_ends(background: &Background, ends: &[End], expected: impl Fn(&End) -> f64) {
    let values = background.at_ends(ends, &receptor()).unwrap();
    for (value, end) in values.iter().zip(ends) {
        // the sum of a few products in double precision
        assert_relative_eq!(*value, expected(end), max_relative = 1e-12);
    }
}
