//! netCDF files built up variable by variable.
#![allow(dead_code)]

use std::path::{Path, PathBuf};

use netcdf::FileMut;

/// Names of time, level and the two axes of maps; lengths 2, levels, rows, columns.
const DIMENSIONS: [&str; 4] = ["time", "lev", "lat", "lon"];

/// A file that is built up line by line.
pub struct Built {
    pub file: FileMut,
    path: PathBuf,
    lengths: [usize; 4],
}

impl Built {
    pub fn new(folder: &Path, name: &str, lengths: [usize; 4]) -> Self {
        let path = folder.join(name);
        let mut file = netcdf::create(&path).unwrap();
        for (name, length) in DIMENSIONS.iter().zip(lengths) {
            file.add_dimension(name, length).unwrap();
        }
        let mut built = Self { file, path, lengths };
        built.coordinate("time", &[("units", "hours since 2020-02-28 18:00")], |i| 6.0 * i as f64);
        built
    }

    /// Latitudes and longitudes as they are given.
    pub fn on_sphere(mut self, lat: impl Fn(usize) -> f64, lon: impl Fn(usize) -> f64) -> Self {
        self.coordinate("lat", &[("units", "degrees_north")], lat);
        self.coordinate("lon", &[("units", "degrees_east")], lon);
        self
    }

    pub fn on_pressures(mut self, units: &str, pressure: impl Fn(usize) -> f64) -> Self {
        self.coordinate("lev", &[("units", units)], pressure);
        self
    }

    pub fn coordinate(&mut self, name: &str, attributes: &[(&str, &str)], value: impl Fn(usize) -> f64) {
        let length = self.lengths[DIMENSIONS.iter().position(|held| *held == name).unwrap()];
        let mut variable = self.file.add_variable::<f64>(name, &[name]).unwrap();
        for (key, value) in attributes {
            variable.put_attribute(key, *value).unwrap();
        }
        variable
            .put_values(&(0..length).map(value).collect::<Vec<f64>>(), ..)
            .unwrap();
    }

    /// A variable on levels, by [time, level, row, column].
    pub fn aloft(self, name: &str, attributes: &[(&str, &str)], value: impl Fn([usize; 4]) -> f64) -> Self {
        self.variable(name, &DIMENSIONS, attributes, value)
    }

    /// A variable at the ground, by [time, 0, row, column].
    pub fn ground(self, name: &str, attributes: &[(&str, &str)], value: impl Fn([usize; 4]) -> f64) -> Self {
        self.variable(name, &["time", "lat", "lon"], attributes, value)
    }

    fn variable(
        mut self,
        name: &str,
        dimensions: &[&str],
        attributes: &[(&str, &str)],
        value: impl Fn([usize; 4]) -> f64,
    ) -> Self {
        let mut variable = self.file.add_variable::<f32>(name, dimensions).unwrap();
        variable.set_fill_value(-9.99e8_f32).unwrap();
        for (key, value) in attributes {
            variable.put_attribute(key, *value).unwrap();
        }
        let length = |place: usize| {
            if dimensions.contains(&DIMENSIONS[place]) {
                self.lengths[place]
            } else {
                1
            }
        };
        let [times, levels, rows, columns] = [0, 1, 2, 3].map(length);
        let mut values = Vec::new();
        for time in 0..times {
            for level in 0..levels {
                for row in 0..rows {
                    values.extend((0..columns).map(|column| value([time, level, row, column]) as f32));
                }
            }
        }
        variable.put_values(&values, ..).unwrap();
        self
    }

    /// Winds of 3 and 4 m s⁻¹ and 280 K, under CF's names.
    pub fn with_air(self) -> Self {
        self.aloft("ua", &[("units", "m s-1"), ("standard_name", "eastward_wind")], |_| 3.0)
            .aloft("va", &[("units", "m s-1"), ("standard_name", "northward_wind")], |_| {
                4.0
            })
            .aloft("ta", &[("units", "K"), ("standard_name", "air_temperature")], |_| 280.0)
    }

    pub fn done(self) -> PathBuf {
        self.path
    }
}
