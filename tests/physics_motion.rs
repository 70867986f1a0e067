//! Mean motion of physics mode: exact paths on the sphere, over poles and date line, along sloping ground.
#![allow(clippy::unwrap_used)]

mod analytic;

use std::f64::consts::TAU;
use std::ops::ControlFlow;

use airshed::constants::{DRY_AIR_GAS_CONSTANT as R, EARTH_RADIUS_M, GRAVITY_M_S2 as G};
use airshed::geo::{LonLat, SpherePoint};
use airshed::met::VerticalCoordinate;
use airshed::met::derive::{DeriveOptions, derive};
use airshed::met::physics::snapshot::{HEIGHT, W};
use airshed::met::projection::{ConformalMap, MapAnchor, MetGrid};
use airshed::met::synthetic::Flow;
use airshed::mode::Mode;
use airshed::trajectory::Status;
use airshed::{MetStore, Receptor, Trajectories, TransportOptions, UtcTime, simulate};
use analytic::{Analytic, START, TEMPERATURE_K, pressure_hpa, scale_height_m, times};

const SURFACE: [&str; 6] = ["PRSS", "SHGT", "T02M", "USTR", "SHTF", "PBLH"];
const ALOFT: [&str; 4] = ["TEMP", "UWND", "VWND", "WWND"];

fn physics(hours: i32) -> TransportOptions {
    TransportOptions {
        hours,
        particles: 1,
        turbulence: false,
        delt_min: 10.0,
        tratio: 1.0,
        derive: DeriveOptions {
            mode: Mode::Physics,
            ..Default::default()
        },
        ..Default::default()
    }
}

fn run(met: &MetStore, place: LonLat, hour: i64, height_m: f64, options: &TransportOptions) -> Trajectories {
    let time = UtcTime::from_seconds(START).plus_hours(hour);
    let receptor = Receptor::new(time, place.lon_deg, place.lat_deg, height_m).unwrap();
    simulate(met, &receptor, options, &|_| ControlFlow::Continue(())).unwrap()
}

fn last(path: &Trajectories) -> LonLat {
    let k = path.time_min.len() - 1;
    LonLat {
        lon_deg: path.lon_deg[(0, k)],
        lat_deg: path.lat_deg[(0, k)],
    }
}

/// The same horizontal flow at all heights over flat ground, in isothermal air.
fn flat(grid: MetGrid, flow: Flow, count: i64) -> MetStore {
    let turned = grid.clone();
    let formula = move |name: &str, _: f64, (x, y): (f64, f64), place: LonLat, _: f64| {
        let wind = || {
            let (u, v) = flow.wind(place, 0.0);
            turned.grid_wind(x, y, u, v)
        };
        match name {
            "UWND" => wind().0,
            "VWND" => wind().1,
            "PRSS" => 1000.0,
            "TEMP" | "T02M" => TEMPERATURE_K,
            "USTR" => 0.3,
            "PBLH" => 1000.0,
            _ => 0.0,
        }
    };
    let levels = [950.0, 700.0, 300.0];
    Analytic::new(
        grid,
        VerticalCoordinate::Pressure,
        &levels,
        (&SURFACE, &ALOFT),
        times(count, 12),
        Box::new(formula),
    )
    .store()
}

/// Air that turns about an axis tilted by `alpha_deg` from the Earth's, once in `turn_h`.
fn rotation(alpha_deg: f64, turn_h: f64) -> Flow {
    let pole = LonLat {
        lon_deg: 180.0,
        lat_deg: 90.0 - alpha_deg,
    };
    Flow::SolidBody {
        pole,
        angular_rad_s: TAU / (3600.0 * turn_h),
    }
}

fn globe(spacing_deg: f64, south_deg: f64) -> MetGrid {
    let first = LonLat {
        lon_deg: -180.0,
        lat_deg: south_deg,
    };
    let (nx, ny) = (
        (360.0 / spacing_deg) as usize,
        (2.0 * south_deg.abs() / spacing_deg) as usize + 1,
    );
    MetGrid::lat_lon(nx, ny, first, spacing_deg, spacing_deg).unwrap()
}

fn error_m(path: &Trajectories, flow: Flow, place: LonLat) -> f64 {
    assert_eq!(path.status, [Status::Alive]);
    let each = path.time_min.iter().enumerate().map(|(k, minutes)| {
        let exact = SpherePoint::from(flow.position(place, 0.0, 60.0 * minutes));
        let lat_deg = path.lat_deg[(0, k)];
        exact.distance_m(
            LonLat {
                lon_deg: path.lon_deg[(0, k)],
                lat_deg,
            }
            .into(),
        )
    });
    each.fold(0.0, f64::max)
}

#[test]
fn air_that_turns_once_round_the_earth_in_twelve_days_comes_back_over_the_poles() {
    // 40,000 km in 288 h with steps of 10 min: the midpoint rule is exact to (ω Δt)²/24 = 1e-8; what is left is the wind
    // between grid points, whose curvature costs up to h²/12 of the way across the meridians: 0.7 km of 40,000 at 0.75°
    // at right angles to the axis, so that the path is a great circle
    let place = LonLat {
        lon_deg: 90.0,
        lat_deg: 0.0,
    };
    for alpha_deg in [0.0, 45.0, 90.0] {
        let flow = rotation(alpha_deg, 288.0);
        let met = flat(globe(0.75, -90.0), flow, 25);
        let path = run(&met, place, 0, 500.0, &physics(288));
        let home = SpherePoint::from(place).distance_m(last(&path).into());
        println!(
            "alpha {alpha_deg}: {home:.0} m from home, at most {:.0} m from the path",
            error_m(&path, flow, place)
        );
        assert!(home < 1000.0, "alpha {alpha_deg}: {home} m");
        let highest = path.lat_deg.iter().fold(0.0_f64, |m, lat| m.max(lat.abs()));
        assert!(
            (highest - alpha_deg).abs() < 0.2,
            "alpha {alpha_deg} reaches {highest} N"
        );
    }
}

#[test]
fn a_pole_between_the_rows_and_a_pole_inside_a_polar_map_are_crossed_all_the_same() {
    // 24 h over the north pole at 46 m/s (4000 km); rows at ±89.5 and a stereographic grid of 100 km with the pole amid its
    // cells. Bilinear winds of 1° cost h²/8 = 4e-5 of the way at worst: 160 m; of 100 km (0.9° at the pole) the same
    let flow = rotation(90.0, 240.0);
    let start = flow.position(
        LonLat {
            lon_deg: -89.5,
            lat_deg: 0.0,
        },
        0.0,
        3600.0 * 50.0,
    );
    assert!(start.lat_deg > 65.0, "{start:?}");
    let reference = LonLat {
        lon_deg: -30.0,
        lat_deg: 60.0,
    };
    let pole = MapAnchor {
        x: 40.3,
        y: 40.6,
        place: LonLat {
            lon_deg: 0.0,
            lat_deg: 90.0,
        },
    };
    let map = ConformalMap::new(90.0, reference, 100_000.0, 0.0, pole).unwrap();
    for (name, grid) in [
        ("rows at 89.5", globe(1.0, -89.5)),
        ("polar stereographic", MetGrid::conformal(81, 81, map).unwrap()),
        ("pole rows", globe(1.0, -90.0)),
    ] {
        let met = flat(grid, flow, 5);
        for hours in [24, -24] {
            let start = flow.position(start, 0.0, if hours > 0 { 0.0 } else { 86_400.0 });
            let path = run(&met, start, if hours > 0 { 12 } else { 36 }, 500.0, &physics(hours));
            let error = error_m(&path, flow, start);
            println!("{name}, {hours} h: {error:.0} m");
            assert!(path.lat_deg.iter().any(|lat| *lat > 89.0));
            assert!(error < 400.0, "{name}, {hours} h: {error} m");
        }
    }
}

#[test]
fn the_error_of_a_step_is_of_second_order() {
    // one turn in 6 h about a pole 10° away, steps of 20, 10 and 5 min (20°, 10°, 5° of it), winds at 0.25°: halving the
    // step must take a quarter of the error as long as that is well above the error of interpolation, which is found with 1 min
    let pole = LonLat {
        lon_deg: 179.0,
        lat_deg: 35.0,
    };
    let flow = Flow::SolidBody {
        pole,
        angular_rad_s: TAU / (3600.0 * 6.0),
    };
    let first = LonLat {
        lon_deg: 164.0,
        lat_deg: 20.0,
    };
    let met = flat(MetGrid::lat_lon(121, 121, first, 0.25, 0.25).unwrap(), flow, 3);
    let place = LonLat {
        lon_deg: 179.0,
        lat_deg: 45.0,
    };
    let error = |delt_min: f64| {
        let options = TransportOptions {
            delt_min,
            tratio: 100.0,
            ..physics(-5)
        };
        let path = run(&met, place, 12, 500.0, &options);
        // the ends of the longest steps
        let k = 299;
        let exact = flow.position(place, 0.0, 60.0 * path.time_min[k]);
        SpherePoint::from(exact).distance_m(
            LonLat {
                lon_deg: path.lon_deg[(0, k)],
                lat_deg: path.lat_deg[(0, k)],
            }
            .into(),
        )
    };
    let (coarse, middle, fine) = (error(20.0), error(10.0), error(5.0));
    let orders = [(coarse / middle).log2(), (middle / fine).log2()];
    println!(
        "errors {coarse:.0}, {middle:.0}, {fine:.0} m; 1 min {:.0} m; orders {orders:?}",
        error(1.0)
    );
    assert!(orders.iter().all(|order| (1.8..2.3).contains(order)), "{orders:?}");
}

#[test]
fn a_path_forward_and_back_closes() {
    // Rossby-wave like flow: forward 24 h in steps of 5 min, then back from the end; the midpoint rule closes to the third order
    let flow = rotation(30.0, 200.0);
    let met = flat(globe(1.0, -90.0), flow, 5);
    let place = LonLat {
        lon_deg: 170.0,
        lat_deg: 40.0,
    };
    let options = |hours| TransportOptions {
        delt_min: 5.0,
        ..physics(hours)
    };
    let there = last(&run(&met, place, 12, 500.0, &options(24)));
    let back = last(&run(&met, there, 36, 500.0, &options(-24)));
    let miss = SpherePoint::from(place).distance_m(back.into());
    println!(
        "closure {miss:.2} m after {:.0} km",
        SpherePoint::from(place).distance_m(there.into()) / 1000.0
    );
    assert!(miss < 10.0, "{miss} m");
}

#[test]
fn short_steps_end_on_whole_minutes_and_change_nothing_in_a_smooth_flow() {
    // 0.1 of a cell of 28 km at 46 m/s is 1 min; 0.02 are 12 s; the wind is smooth, so paths agree to the step's error
    let flow = rotation(90.0, 240.0);
    let met = flat(globe(1.0, -90.0), flow, 3);
    let place = LonLat {
        lon_deg: 3.0,
        lat_deg: 30.0,
    };
    let path = |delt_min, tratio| {
        run(
            &met,
            place,
            12,
            500.0,
            &TransportOptions {
                delt_min,
                tratio,
                ..physics(-6)
            },
        )
    };
    let long = path(0.0, 1.0);
    for (delt_min, tratio) in [(1.0, 1.0), (0.25, 1.0), (0.0, 0.01), (7.0, 1.0)] {
        let other = path(delt_min, tratio);
        assert_eq!(other.time_min, long.time_min);
        let miss = SpherePoint::from(last(&long)).distance_m(last(&other).into());
        assert!(miss < 5.0, "delt {delt_min}, tratio {tratio}: {miss} m");
    }
}

/// A Gaussian hill, m: height and slope along x and y.
fn hill(place: LonLat) -> (f64, f64, f64) {
    let (peak_m, width_m) = (800.0, 60_000.0);
    let metre = EARTH_RADIUS_M.to_radians();
    let x = (place.lon_deg - 5.0) * metre * place.lat_deg.to_radians().cos();
    let y = (place.lat_deg - 45.0) * metre;
    let height = peak_m * (-(x * x + y * y) / (2.0 * width_m * width_m)).exp();
    (
        height,
        -x / (width_m * width_m) * height,
        -y / (width_m * width_m) * height,
    )
}

/// Wind of 10 m/s to the east over a hill, the same along the slope at every height: w = v·∇zₛ.
fn over_hill(vertical: VerticalCoordinate, levels: &[f64], motion: &'static str) -> MetStore {
    let first = LonLat {
        lon_deg: 0.0,
        lat_deg: 42.0,
    };
    let grid = MetGrid::lat_lon(101, 61, first, 0.1, 0.1).unwrap();
    let sigma = matches!(vertical, VerticalCoordinate::Sigma { .. });
    let formula = move |name: &str, level: f64, _: (f64, f64), place: LonLat, _: f64| {
        let (height, slope, _) = hill(place);
        let rise = 10.0 * slope;
        let pressure = if sigma { level * pressure_hpa(height) } else { level };
        match name {
            "UWND" => 10.0,
            "SHGT" => height,
            "PRSS" => pressure_hpa(height),
            "TEMP" | "T02M" => TEMPERATURE_K,
            // hPa s⁻¹; ρ = p/(R T)
            "WWND" => -rise * pressure * G / (R * TEMPERATURE_K),
            "DZDT" => rise,
            "USTR" => 0.3,
            "PBLH" => 500.0,
            _ => 0.0,
        }
    };
    let aloft = ["TEMP", "UWND", "VWND", motion];
    Analytic::new(
        grid,
        vertical,
        levels,
        (&SURFACE, &aloft),
        times(3, 6),
        Box::new(formula),
    )
    .store()
}

#[test]
fn wind_along_the_slope_of_a_hill_keeps_a_particle_at_its_height_above_ground() {
    // the hill rises 800 m; centred differences of its slope over 2 · 8 km miss (h/width)²/6 = 0.3 % of it, and below the
    // first level the rise goes linearly to zero at the ground by rule: 10 m of 800 at 1000 m above ground
    let sigma = VerticalCoordinate::Sigma { offset_hpa: 0.0 };
    let place = LonLat {
        lon_deg: 1.5,
        lat_deg: 45.1,
    };
    for (name, vertical, levels, motion) in [
        (
            "pressure levels, dp/dt",
            VerticalCoordinate::Pressure,
            vec![990.0, 950.0, 900.0, 850.0, 800.0, 700.0, 500.0],
            "WWND",
        ),
        (
            "pressure levels, dz/dt",
            VerticalCoordinate::Pressure,
            vec![990.0, 950.0, 900.0, 850.0, 800.0, 700.0, 500.0],
            "DZDT",
        ),
        (
            "sigma levels, dp/dt",
            sigma,
            vec![0.99, 0.95, 0.9, 0.85, 0.8, 0.7, 0.5],
            "WWND",
        ),
    ] {
        let met = over_hill(vertical, &levels, motion);
        let path = run(
            &met,
            place,
            0,
            1000.0,
            &TransportOptions {
                delt_min: 1.0,
                ..physics(12)
            },
        );
        let heights = path.height_agl_m.iter().map(|z| f64::from(*z));
        let (low, high) = heights.fold((f64::MAX, 0.0_f64), |(low, high), z| (low.min(z), high.max(z)));
        let highest = path.terrain_m.iter().fold(0.0_f32, |m, z| m.max(*z));
        println!("{name}: {low:.1} to {high:.1} m above ground over a hill of {highest:.0} m");
        assert!(highest > 750.0);
        assert!(low > 990.0 && high < 1010.0, "{name}: {low} to {high} m");
    }
}

#[test]
fn heights_and_rise_of_an_isothermal_column_are_exact() {
    // T = 250 K from 1000 to 500 hPa: R T ln 2/g = 5072.4 m; w = −ω/(ρ g). Values are stored as f32: 6e-8
    let grid = MetGrid::lat_lon(
        5,
        5,
        LonLat {
            lon_deg: 0.0,
            lat_deg: 0.0,
        },
        1.0,
        1.0,
    )
    .unwrap();
    let omega_hpa_s = -0.002;
    let formula = move |name: &str, _: f64, _: (f64, f64), _: LonLat, _: f64| match name {
        "PRSS" => 1000.0,
        "TEMP" | "T02M" => 250.0,
        "WWND" => omega_hpa_s,
        "USTR" => 0.3,
        _ => 0.0,
    };
    let names: (&[&str], &[&str]) = (&SURFACE, &ALOFT);
    let mut reader = Analytic::new(
        grid,
        VerticalCoordinate::Pressure,
        &[900.0, 500.0],
        names,
        times(1, 6),
        Box::new(formula),
    );
    let raw = airshed::met::MetReader::read(&mut reader, 0).unwrap();
    let options = DeriveOptions {
        mode: Mode::Physics,
        ..Default::default()
    };
    let snapshot = derive(airshed::met::MetReader::description(&reader), raw, &options).unwrap();
    let column = snapshot.native.column(2, 2).fields;
    let top = column[snapshot.native.level_count - 1];
    let expected_m = R * 250.0 * 2.0_f64.ln() / G;
    assert!(
        (f64::from(top[HEIGHT]) / expected_m - 1.0).abs() < 1e-6,
        "{} m",
        top[HEIGHT]
    );
    let density = 50_000.0 / (R * 250.0);
    let rise = -100.0 * omega_hpa_s / (density * G);
    assert!(
        (f64::from(top[W]) / rise - 1.0).abs() < 1e-5,
        "{} against {rise} m/s",
        top[W]
    );
    assert_eq!(column[0][W], 0.0, "at rest at the ground");
    assert!((scale_height_m() / (R * TEMPERATURE_K / G) - 1.0).abs() < 1e-12);
}
