//! Switches that need differences between columns: motion along surfaces, turbulence from deformation, mass weights.
#![allow(clippy::unwrap_used)]

use std::ops::ControlFlow;

use airshed::config::TransportConfig;
use airshed::constants::{STILT_DRY_AIR_GAS_CONSTANT, STILT_GRAVITY_M_S2};
use airshed::geo::LonLat;
use airshed::met::deformation::HorizontalTurbulence;
use airshed::met::derive::{DeriveOptions, derive};
use airshed::met::projection::MetGrid;
use airshed::met::snapshot::{GUST_U, GUST_V};
use airshed::met::vertical_motion::VerticalMotion;
use airshed::met::{MetDescription, MetReader, RawField, RawSnapshot, VerticalCoordinate};
use airshed::{MetStore, Receptor, Result, Trajectories, TransportOptions, UtcTime, simulate};
use ndarray::Array2;

const LEVELS_HPA: [f64; 12] = [
    1000.0, 975.0, 950.0, 925.0, 900.0, 850.0, 800.0, 700.0, 600.0, 500.0, 300.0, 100.0,
];
const TEMPERATURE_K: f64 = 280.0;
const EARTH_RADIUS_M: f64 = 6_371_200.0;
const METRES_PER_DEGREE: f64 = EARTH_RADIUS_M * std::f64::consts::PI / 180.0;
const COUNT: usize = 81;
const SPACING_DEG: f64 = 0.25;

/// Wind (m s⁻¹) at a place.
type Wind = fn(LonLat) -> (f64, f64);
/// Height of the pressure surfaces over their usual one, m, at a place and hour.
type Lift = fn(LonLat, f64) -> f64;

/// Isothermal dry air, the same at all heights but for pressure surfaces that may slope and rise.
struct Air {
    description: MetDescription,
    wind: Wind,
    lift: Lift,
}

impl Air {
    fn new(wind: Wind, lift: Lift) -> Self {
        let corner = LonLat {
            lon_deg: -10.0,
            lat_deg: 40.0,
        };
        let names = |fields: &[&str]| fields.iter().map(ToString::to_string).collect::<Vec<_>>();
        let mut variables = vec![names(&["PRSS", "T02M", "U10M", "V10M", "USTR", "SHTF"])];
        variables.extend(LEVELS_HPA.map(|_| names(&["HGTS", "TEMP", "UWND", "VWND"])));
        let description = MetDescription {
            source: "analytic".into(),
            model: "TEST".into(),
            grid: MetGrid::lat_lon(COUNT, COUNT, corner, SPACING_DEG, SPACING_DEG).unwrap(),
            vertical: VerticalCoordinate::Pressure,
            levels: std::iter::once(0.0).chain(LEVELS_HPA).collect(),
            variables,
            times: (0..=4).map(|k| UtcTime::from_seconds(0).plus_hours(3 * k)).collect(),
        };
        Self {
            description,
            wind,
            lift,
        }
    }

    fn value(&self, level: usize, name: &str, place: LonLat, hour: f64) -> f64 {
        let scale_m = STILT_DRY_AIR_GAS_CONSTANT * TEMPERATURE_K / STILT_GRAVITY_M_S2;
        let lift_m = (self.lift)(place, hour);
        match name {
            "PRSS" => 1013.0 * (lift_m / scale_m).exp(),
            "HGTS" => scale_m * (1013.0 / LEVELS_HPA[level - 1]).ln() + lift_m,
            "T02M" | "TEMP" => TEMPERATURE_K,
            "U10M" | "UWND" => (self.wind)(place).0,
            "V10M" | "VWND" => (self.wind)(place).1,
            "USTR" => 0.2,
            _ => 0.0,
        }
    }
}

impl MetReader for Air {
    fn description(&self) -> &MetDescription {
        &self.description
    }

    fn read(&mut self, time_index: usize) -> Result<RawSnapshot> {
        let grid = &self.description.grid;
        let mut fields = Vec::new();
        for (level, names) in self.description.variables.iter().enumerate() {
            fields.extend(names.iter().map(|name| RawField {
                level,
                name: name.clone(),
                values: Array2::from_shape_fn((COUNT, COUNT), |(y, x)| {
                    self.value(level, name, grid.place_at(x as f64, y as f64), 3.0 * time_index as f64) as f32
                }),
            }));
        }
        Ok(RawSnapshot {
            time: self.description.times[time_index],
            forecast_hour: 0,
            fields,
        })
    }
}

fn mean_path(air: Air, hours: i32, height_m: f64, derive: DeriveOptions) -> Trajectories {
    let met = MetStore::from_readers(vec![Box::new(air)]).unwrap();
    let start = UtcTime::from_seconds(0).plus_hours(if hours < 0 { 12 } else { 0 });
    let options = TransportOptions {
        hours,
        particles: 1,
        turbulence: false,
        derive,
        ..Default::default()
    };
    let receptor = Receptor::new(start, 0.0, 50.0, height_m).unwrap();
    simulate(&met, &receptor, &options, &|_| ControlFlow::Continue(())).unwrap()
}

fn level(_: LonLat, _: f64) -> f64 {
    0.0
}

fn with_motion(vertical_motion: VerticalMotion) -> DeriveOptions {
    DeriveOptions {
        vertical_motion,
        ..Default::default()
    }
}

/// In isothermal air the surfaces of pressure, potential temperature and density are the same. 1 % of the rise: the
/// vertical gradient of an exponential profile is a difference over unequal layers.
#[test]
fn air_stays_on_surfaces_that_slope_and_rise() {
    let wind: Wind = |_| (12.0, 0.0);
    let lift: Lift = |place, hour| 20.0 * place.lon_deg + 15.0 * hour;
    for motion in [
        VerticalMotion::Isobaric,
        VerticalMotion::Isentropic,
        VerticalMotion::ConstantDensity,
    ] {
        for (hours, height_m) in [(12, 300.0), (-12, 1500.0)] {
            let path = mean_path(Air::new(wind, lift), hours, height_m, with_motion(motion));
            let last = path.time_min.len() - 1;
            let expected = 20.0 * path.lon_deg[[0, last]] + 15.0 * f64::from(hours);
            let rise = f64::from(path.height_agl_m[[0, last]]) - height_m;
            assert!(
                (rise - expected).abs() < 0.01 * expected.abs(),
                "{motion:?} {hours} h: rose {rise} m, the surface {expected} m"
            );
        }
    }
}

#[test]
fn constant_sigma_keeps_the_height() {
    let lift: Lift = |place, hour| 20.0 * place.lon_deg + 15.0 * hour;
    let path = mean_path(
        Air::new(|_| (12.0, 3.0), lift),
        6,
        700.0,
        with_motion(VerticalMotion::ConstantSigma),
    );
    assert!(path.height_agl_m.iter().all(|z| (z - 700.0).abs() < 1e-3));
}

/// K = 0.014 Δx Δy ½ |δ_y u| for u that grows northward, one component only; 0.1 % for single precision.
#[test]
fn sheared_wind_gives_its_deformation_to_the_gusts_along_it() {
    let wind: Wind = |place| {
        (
            20.0 * place.lat_deg.to_radians().cos() + 8.0 * (place.lat_deg - 50.0),
            0.0,
        )
    };
    let mut air = Air::new(wind, level);
    let raw = air.read(0).unwrap();
    let options = DeriveOptions {
        horizontal_turbulence: HorizontalTurbulence::Deformation,
        ..Default::default()
    };
    let snapshot = derive(air.description(), raw, &options).unwrap();
    let (i, j) = (40, 40);
    let cells_s = |j: usize| {
        let place = air.description.grid.place_at(i as f64, j as f64);
        wind(place).0 / (METRES_PER_DEGREE * SPACING_DEG * place.lat_deg.to_radians().cos())
    };
    let dy_m = METRES_PER_DEGREE * SPACING_DEG;
    let dx_m = dy_m * 50.0_f64.to_radians().cos();
    let expected = 0.014 * dx_m * dy_m * 0.5 * (cells_s(j + 1) - cells_s(j - 1)) / 10_800.0;
    assert!(expected > 432.0 / 10_800.0, "above the least K");
    for fields in snapshot.column(i, j).fields {
        assert!(
            (f64::from(fields[GUST_U]) - expected).abs() < 1e-3 * expected,
            "{} {expected}",
            fields[GUST_U]
        );
        assert_eq!(fields[GUST_V], 0.0);
    }
}

#[test]
fn uniform_wind_has_the_least_deformation_shared_as_its_components_in_cells() {
    let mut air = Air::new(|place| (5.0 * place.lat_deg.to_radians().cos(), 5.0), level);
    let raw = air.read(0).unwrap();
    let options = DeriveOptions {
        horizontal_turbulence: HorizontalTurbulence::Deformation,
        ..Default::default()
    };
    let snapshot = derive(air.description(), raw, &options).unwrap();
    let columns = (0..snapshot.ny).flat_map(|j| (0..snapshot.nx).map(move |i| (i, j)));
    for fields in columns.flat_map(|(i, j)| snapshot.column(i, j).fields) {
        assert!((fields[GUST_U] - 0.02).abs() < 1e-5 && (fields[GUST_V] - 0.02).abs() < 1e-5);
    }
}

fn weighing() -> DeriveOptions {
    DeriveOptions {
        mass_weight: true,
        ..Default::default()
    }
}

/// Uniform divergence δ with steady density: e^{δt} forward, e^{−δt} backward; 0.1 %.
#[test]
fn uniform_divergence_changes_mass_exponentially() {
    const DIVERGENCE_PER_S: f64 = 1e-5;
    let wind: Wind = |place| {
        (
            DIVERGENCE_PER_S * METRES_PER_DEGREE * place.lat_deg.to_radians().cos() * (place.lon_deg + 2.0),
            0.0,
        )
    };
    for hours in [-12, 12] {
        let path = mean_path(Air::new(wind, level), hours, 500.0, weighing());
        for (minutes, mass) in path.time_min.iter().zip(&path.mass_weight) {
            let expected = (DIVERGENCE_PER_S * 60.0 * minutes).exp();
            assert!(
                (f64::from(*mass) / expected - 1.0).abs() < 1e-3,
                "{minutes} min: {mass}, not {expected}"
            );
        }
    }
}

/// Wind from a stream function with waves of 10°, 40 cells long: centred differences err by (2π/40)²/6 = 0.4 % of its
/// gradients, 1.3e-4 s⁻¹ at most, which over 12 h cannot add up to more than 2.3 %.
#[test]
fn flow_without_divergence_keeps_the_mass() {
    const WAVE: f64 = std::f64::consts::TAU / 10.0;
    let wind: Wind = |place| {
        let (x, y) = (WAVE * (place.lon_deg + 2.0), WAVE * place.lat_deg);
        (
            -15.0 * x.sin() * y.cos(),
            15.0 * x.cos() * y.sin() / place.lat_deg.to_radians().cos(),
        )
    };
    let path = mean_path(Air::new(wind, level), -12, 500.0, weighing());
    assert!(path.mass_weight.iter().all(|mass| (mass - 1.0).abs() < 0.023));
    let travelled = path.lon_deg.iter().fold(0.0_f64, |far, lon| far.max(lon.abs()));
    assert!(travelled > 1.0, "the particle passed {travelled} degrees of the wave");
}

#[test]
fn without_the_switch_all_particles_weigh_the_same() {
    let path = mean_path(Air::new(|_| (5.0, 0.0), level), -2, 500.0, DeriveOptions::default());
    assert!(path.mass_weight.iter().all(|mass| *mass == 1.0));
}

#[test]
fn the_switches_reach_the_options_under_their_stilt_names() {
    let table: toml::Table = "w_option = 2\nkdef = 1\nmass_weight = true".parse().unwrap();
    let options = TransportConfig::from_table(&table)
        .unwrap()
        .derive_options(airshed::mode::Mode::Parity);
    assert_eq!(options.vertical_motion, VerticalMotion::Isentropic);
    assert_eq!(options.horizontal_turbulence, HorizontalTurbulence::Deformation);
    assert!(options.mass_weight);
    for (switch, told) in [
        ("w_option = 5", "not built"),
        ("w_option = 7", "from 0 to 4"),
        ("kdef = 2", "from 0 to 1"),
    ] {
        let refused = TransportConfig::from_table(&switch.parse().unwrap())
            .unwrap_err()
            .to_string();
        assert!(refused.contains(told), "{refused}");
    }
}
