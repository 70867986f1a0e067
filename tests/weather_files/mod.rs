//! The idealised weather as netCDF files that a user may have: ERA5 on pressure levels and on model levels.
#![allow(dead_code)]

use std::path::{Path, PathBuf};

use airshed::UtcTime;
use airshed::geo::LonLat;
use airshed::met::synthetic::{Air, Surface, Weather, WeatherOptions};
use netcdf::FileMut;

/// The file tells geopotential; what the other formats hold is height.
const GRAVITY: f64 = 9.80665;
/// Of the levels that the idealised weather itself is sampled on, hPa.
pub const PRESSURES_HPA: [f64; 28] = airshed::met::synthetic::PRESSURE_LEVELS_HPA;
/// Levels between ground and 60 hPa, about as thick near the ground as those of the model with 137 levels.
pub const MODEL_LEVELS: usize = 60;

/// How the Climate Data Store lays files out.
#[derive(Clone, Copy, PartialEq)]
pub enum Layout {
    /// `valid_time`, `pressure_level`, single precision; since 2024.
    New,
    /// `time` in hours since 1900, `level` in millibars, packed in 16 bits; before.
    Old,
}

/// How fluxes are written.
#[derive(Clone, Copy, PartialEq)]
pub enum Fluxes {
    /// `ishf`, `iews`: at the time.
    Instantaneous,
    /// `sshf`, `ewss`: added up over the hour before.
    Accumulated,
}

/// A case: weather, points, times.
pub struct Case {
    pub weather: Weather,
    /// Ascending.
    pub lons: Vec<f64>,
    /// Descending, as ECMWF writes.
    pub lats: Vec<f64>,
    pub times: Vec<UtcTime>,
    pub humid: bool,
}

pub fn start() -> UtcTime {
    UtcTime::parse("2019-09-21T00:00").unwrap()
}

impl Case {
    /// Hours 0 to `hours` every `interval_h` over the North Sea and around.
    pub fn new(hours: i64, interval_h: i64) -> Self {
        let options = WeatherOptions {
            start: start(),
            hours,
            interval_h,
            ..small()
        };
        let (west, south) = (options.west_deg, options.south_deg);
        let count = |low: f64, high: f64| ((high - low) / options.spacing_deg).round() as usize + 1;
        let (nx, ny) = (count(west, options.east_deg), count(south, options.north_deg));
        let spacing = options.spacing_deg;
        Self {
            weather: Weather::new(options).unwrap(),
            lons: (0..nx).map(|i| west + spacing * i as f64).collect(),
            lats: (0..ny).rev().map(|j| south + spacing * j as f64).collect(),
            times: (0..=hours / interval_h)
                .map(|i| start().plus_hours(i * interval_h))
                .collect(),
            humid: true,
        }
    }

    fn place(&self, j: usize, i: usize) -> LonLat {
        LonLat {
            lon_deg: self.lons[i],
            lat_deg: self.lats[j],
        }
    }

    /// Values `[y][x]`, flattened.
    fn map(&self, mut value: impl FnMut(LonLat) -> f64) -> Vec<f64> {
        let (ny, nx) = (self.lats.len(), self.lons.len());
        (0..ny * nx)
            .map(|point| value(self.place(point / nx, point % nx)))
            .collect()
    }

    fn surface(&self, place: LonLat, time: UtcTime) -> Surface {
        self.weather.column(place, time).surface()
    }
}

/// Options of the weather of a [`Case`]; a small domain.
pub fn small() -> WeatherOptions {
    WeatherOptions {
        west_deg: -4.0,
        east_deg: 12.0,
        south_deg: 46.0,
        north_deg: 58.0,
        spacing_deg: 0.5,
        ..WeatherOptions::default()
    }
}

/// Adds a variable with its attributes.
pub fn add(file: &mut FileMut, name: &str, dimensions: &[&str], attributes: &[(&str, &str)], values: &[f64]) {
    let mut variable = file.add_variable::<f32>(name, dimensions).unwrap();
    for (key, value) in attributes {
        variable.put_attribute(key, *value).unwrap();
    }
    let values: Vec<f32> = values.iter().map(|&value| value as f32).collect();
    variable.put_values(&values, ..).unwrap();
}

fn add_packed(file: &mut FileMut, name: &str, dimensions: &[&str], attributes: &[(&str, &str)], values: &[f64]) {
    let (low, high) = values
        .iter()
        .fold((f64::MAX, f64::MIN), |(low, high), &v| (low.min(v), high.max(v)));
    let (scale, offset) = (((high - low) / 65_000.0).max(1e-12), 0.5 * (high + low));
    let mut variable = file.add_variable::<i16>(name, dimensions).unwrap();
    variable.put_attribute("scale_factor", scale).unwrap();
    variable.put_attribute("add_offset", offset).unwrap();
    variable.put_attribute("_FillValue", -32_767_i16).unwrap();
    for (key, value) in attributes {
        variable.put_attribute(key, *value).unwrap();
    }
    let packed: Vec<i16> = values
        .iter()
        .map(|value| ((value - offset) / scale).round() as i16)
        .collect();
    variable.put_values(&packed, ..).unwrap();
}

/// A file with the coordinates of the case; `levels` names a dimension, its unit and values.
pub fn file(path: &Path, case: &Case, layout: Layout, levels: Option<(&str, &str, &[f64])>) -> FileMut {
    let mut file = netcdf::create(path).unwrap();
    file.add_attribute("institution", "European Centre for Medium-Range Weather Forecasts")
        .unwrap();
    file.add_dimension("latitude", case.lats.len()).unwrap();
    file.add_dimension("longitude", case.lons.len()).unwrap();
    add(
        &mut file,
        "latitude",
        &["latitude"],
        &[("units", "degrees_north")],
        &case.lats,
    );
    add(
        &mut file,
        "longitude",
        &["longitude"],
        &[("units", "degrees_east")],
        &case.lons,
    );
    let (name, units, epoch, unit_s) = match layout {
        Layout::New => ("valid_time", "seconds since 1970-01-01", 0, 1),
        Layout::Old => ("time", "hours since 1900-01-01 00:00:00.0", -2_208_988_800, 3600),
    };
    file.add_dimension(name, case.times.len()).unwrap();
    let mut time = file.add_variable::<i64>(name, &[name]).unwrap();
    time.put_attribute("units", units).unwrap();
    time.put_attribute(
        "calendar",
        if layout == Layout::New {
            "proleptic_gregorian"
        } else {
            "gregorian"
        },
    )
    .unwrap();
    let counted: Vec<i64> = case
        .times
        .iter()
        .map(|time| (time.seconds() - epoch) / unit_s)
        .collect();
    time.put_values(&counted, ..).unwrap();
    if let Some((name, units, values)) = levels {
        file.add_dimension(name, values.len()).unwrap();
        add(&mut file, name, &[name], &[("units", units)], values);
    }
    file
}

fn time_name(layout: Layout) -> &'static str {
    if layout == Layout::New { "valid_time" } else { "time" }
}

/// Winds, temperature, geopotential, humidity and ω on pressure levels.
pub fn pressure_levels(path: &Path, case: &Case, layout: Layout) {
    let (name, units) = match layout {
        Layout::New => ("pressure_level", "hPa"),
        Layout::Old => ("level", "millibars"),
    };
    let mut file = file(path, case, layout, Some((name, units, &PRESSURES_HPA)));
    let dimensions = [time_name(layout), name, "latitude", "longitude"];
    type Value = fn(&Air) -> f64;
    let variables: [(&str, &str, Value); 6] = [
        ("u", "m s**-1", |air| air.u_m_s),
        ("v", "m s**-1", |air| air.v_m_s),
        ("w", "Pa s**-1", |air| air.omega_pa_s),
        ("t", "K", |air| air.temperature_k),
        ("z", "m**2 s**-2", |air| air.height_m * GRAVITY),
        ("r", "%", |air| air.humidity_percent),
    ];
    for (variable, units, value) in variables {
        let mut values = Vec::new();
        for &time in &case.times {
            for pressure in PRESSURES_HPA {
                values.extend(case.map(|place| {
                    let air = case.weather.column(place, time).air(100.0 * pressure);
                    value(&air) * if variable == "r" && !case.humid { 0.0 } else { 1.0 }
                }));
            }
        }
        match layout {
            Layout::New => add(&mut file, variable, &dimensions, &[("units", units)], &values),
            Layout::Old => add_packed(&mut file, variable, &dimensions, &[("units", units)], &values),
        }
    }
}

/// What stands at the ground, with the fluxes in a second file, as the Climate Data Store hands them out.
pub fn single_levels(folder: &Path, case: &Case, layout: Layout, fluxes: Fluxes) -> [PathBuf; 2] {
    let paths = [folder.join("stepType-instant.nc"), folder.join("stepType-accum.nc")];
    let dimensions = [time_name(layout), "latitude", "longitude"];
    let mut instant = file(&paths[0], case, layout, None);
    type Value = fn(&Surface) -> f64;
    let variables: [(&str, &str, Value); 8] = [
        ("sp", "Pa", |s| s.pressure_pa),
        ("u10", "m s**-1", |s| s.u_m_s),
        ("v10", "m s**-1", |s| s.v_m_s),
        ("t2m", "K", |s| s.temperature_k),
        ("d2m", "K", dew_point_k),
        ("blh", "m", |s| s.mixing_height_m),
        ("zust", "m s**-1", |s| s.friction_velocity_m_s),
        ("z", "m**2 s**-2", |_| 0.0),
    ];
    let over_times = |value: &dyn Fn(LonLat, UtcTime) -> f64| {
        let each = case.times.iter().map(|&time| case.map(|place| value(place, time)));
        each.flatten().collect::<Vec<f64>>()
    };
    for (variable, units, value) in variables {
        let values = over_times(&|place, time| value(&case.surface(place, time)));
        add(&mut instant, variable, &dimensions, &[("units", units)], &values);
    }
    let mut accumulated = file(&paths[1], case, layout, None);
    let downward: [(&str, &str, Value, f64); 4] = [
        ("sshf", "ishf", |s| s.sensible_heat_w_m2, -1.0),
        ("slhf", "ilhf", |s| s.latent_heat_w_m2, -1.0),
        ("ewss", "iews", |s| s.stress_n_m2.0, 1.0),
        ("nsss", "inss", |s| s.stress_n_m2.1, 1.0),
    ];
    for (sum, at_time, value, sign) in downward {
        let heat = sum.ends_with("hf");
        if fluxes == Fluxes::Instantaneous {
            // ECMWF has no latent heat at a time: CF's name, positive upward
            let latent = at_time == "ilhf";
            let sign = if latent { 1.0 } else { sign };
            let values = over_times(&|place, time| sign * value(&case.surface(place, time)));
            let units = if heat { "W m**-2" } else { "N m**-2" };
            let attributes = [("units", units), ("standard_name", "surface_upward_latent_heat_flux")];
            let stated = &attributes[..if latent { 2 } else { 1 }];
            add(&mut accumulated, at_time, &dimensions, stated, &values);
            continue;
        }
        let values = over_times(&|place, time| {
            let at = |minutes: i64| value(&case.surface(place, time.plus_seconds(-60 * minutes)));
            sign * 3600.0 * (at(60) + 4.0 * at(30) + at(0)) / 6.0
        });
        let units = if heat { "J m**-2" } else { "N m**-2 s" };
        // the standard name that converters give, although the values point downward
        let attributes = [("units", units), ("standard_name", "surface_upward_sensible_heat_flux")];
        add(
            &mut accumulated,
            sum,
            &dimensions,
            &attributes[..if sum == "sshf" { 2 } else { 1 }],
            &values,
        );
    }
    paths
}

fn dew_point_k(surface: &Surface) -> f64 {
    let over_ice_point = surface.temperature_k - 273.15;
    let logarithm = (surface.humidity_percent / 100.0).ln() + 17.67 * over_ice_point / (over_ice_point + 243.5);
    273.15 + 243.5 * logarithm / (17.67 - logarithm)
}

/// a [Pa] and b of the surfaces between [`MODEL_LEVELS`] levels, from the top down.
pub fn coefficients() -> Vec<(f64, f64)> {
    let surface = |k: usize| {
        // fine near the ground: the lowest level stands about 10 m above it
        let share = 1.0 - k as f64 / MODEL_LEVELS as f64;
        let sigma = 1.0 - (0.13 * share + 0.81 * share * share + share.powi(4) * 0.01);
        let b = ((sigma - 0.05) / 0.95).max(0.0).powf(1.3);
        (101_325.0 * (sigma - b), b)
    };
    (0..=MODEL_LEVELS).map(surface).collect()
}

/// Winds, temperature, humidity and ω on model levels, numbered from the top, with ln pₛ and the coefficients.
pub fn model_levels(path: &Path, case: &Case, numbers: &[f64]) {
    let mut file = file(path, case, Layout::New, Some(("hybrid", "1", numbers)));
    file.add_dimension("nhyi", MODEL_LEVELS + 1).unwrap();
    let (a, b): (Vec<f64>, Vec<f64>) = coefficients().into_iter().unzip();
    for (name, units, values) in [("hyai", "Pa", &a), ("hybi", "1", &b)] {
        let mut variable = file.add_variable::<f64>(name, &["nhyi"]).unwrap();
        variable.put_attribute("units", units).unwrap();
        variable.put_values(values, ..).unwrap();
    }
    let dimensions = ["valid_time", "hybrid", "latitude", "longitude"];
    type Value = fn(&Air) -> f64;
    let variables: [(&str, &str, Value); 5] = [
        ("u", "m s**-1", |air| air.u_m_s),
        ("v", "m s**-1", |air| air.v_m_s),
        ("w", "Pa s**-1", |air| air.omega_pa_s),
        ("t", "K", |air| air.temperature_k),
        ("q", "kg kg**-1", |_| 0.0),
    ];
    for (variable, units, value) in variables {
        let mut values = Vec::new();
        for &time in &case.times {
            for &number in numbers {
                values.extend(case.map(|place| {
                    let column = case.weather.column(place, time);
                    let surface_pa = column.surface().pressure_pa;
                    let at = |k: usize| a[k] + b[k] * surface_pa;
                    value(&column.air(0.5 * (at(number as usize - 1) + at(number as usize))))
                }));
            }
        }
        add(&mut file, variable, &dimensions, &[("units", units)], &values);
    }
    let pressure = case
        .times
        .iter()
        .flat_map(|&time| case.map(|place| case.surface(place, time).pressure_pa.ln()));
    let values: Vec<f64> = pressure.collect();
    add(
        &mut file,
        "lnsp",
        &["valid_time", "latitude", "longitude"],
        &[("units", "~")],
        &values,
    );
}
