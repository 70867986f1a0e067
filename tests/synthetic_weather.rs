//! The idealised weather obeys the laws that it claims to obey, and the analytic flows follow their own winds.
#![allow(clippy::unwrap_used)]

use airshed::constants::{
    EARTH_RADIUS_M, STILT_DRY_AIR_GAS_CONSTANT, STILT_GRAVITY_M_S2, STILT_HEAT_CAPACITY, VON_KARMAN,
};
use airshed::geo::LonLat;
use airshed::met::MetReader;
use airshed::met::derive::{DeriveOptions, derive};
use airshed::met::synthetic::{
    Domain, Flow, PRESSURE_LEVELS_HPA, SurfaceState, SyntheticFlow, SyntheticWeather, Weather, WeatherOptions,
};
use airshed::time::UtcTime;

const CABAUW: LonLat = LonLat {
    lon_deg: 4.927,
    lat_deg: 51.971,
};

fn weather() -> Weather {
    Weather::new(WeatherOptions::default()).unwrap()
}

fn place(lon_deg: f64, lat_deg: f64) -> LonLat {
    LonLat { lon_deg, lat_deg }
}

/// Places on the flank and in the centre of the low, in the high behind it and in the quiet south; day and night.
fn probes() -> Vec<(LonLat, UtcTime)> {
    let start = WeatherOptions::default().start;
    let places = [(-8.0, 56.0), (2.0, 52.0), (-12.0, 49.0), (9.0, 44.0), (6.0, 60.0)];
    let hours = [15, 38, 51, 72];
    let pairs = places
        .iter()
        .flat_map(|&(lon, lat)| hours.map(|h| (place(lon, lat), start.plus_hours(h))));
    pairs.collect()
}

/// The derivative at 0, by centred differences of fourth order.
fn derivative(step: f64, value: impl Fn(f64) -> f64) -> f64 {
    (8.0 * (value(step) - value(-step)) - (value(2.0 * step) - value(-2.0 * step))) / (12.0 * step)
}

/// ∇·v + ∂ω/∂p, s⁻¹, and the size of its last term.
fn continuity(weather: &Weather, at: LonLat, time: UtcTime, pressure_pa: f64) -> (f64, f64) {
    let (lon, lat) = (at.lon_deg, at.lat_deg);
    let air = |dlon: f64, dlat: f64, dp: f64| {
        weather
            .column(place(lon + dlon, lat + dlat), time)
            .air(pressure_pa + dp)
    };
    let degree_m = 1.0_f64.to_radians() * EARTH_RADIUS_M;
    let cos = |dlat: f64| (lat + dlat).to_radians().cos();
    let east = derivative(0.05, |d| air(d, 0.0, 0.0).u_m_s) / (degree_m * cos(0.0));
    let north = derivative(0.05, |d| air(0.0, d, 0.0).v_m_s * cos(d)) / (degree_m * cos(0.0));
    let up = derivative(10.0, |d| air(0.0, 0.0, d).omega_pa_s);
    (east + north + up, up.abs())
}

#[test]
fn divergence_and_vertical_motion_satisfy_continuity() {
    let weather = weather();
    let mut largest_term = 0.0_f64;
    for (at, time) in probes() {
        let ground = weather.column(at, time).surface().pressure_pa;
        for pressure in [
            ground - 1_000.0,
            96_000.0,
            93_000.0,
            85_000.0,
            70_000.0,
            50_000.0,
            30_000.0,
            15_000.0,
        ] {
            let (residual, term) = continuity(&weather, at, time, pressure);
            largest_term = largest_term.max(term);
            // fourth-order differences over 5 km of fields of 500 km: (0.01)⁴ of 1e-5 s-1, and as much from the log profile
            assert!(residual.abs() < 1e-11, "{at:?} {time} {pressure} Pa: {residual:e}");
        }
    }
    assert!(largest_term > 3e-6, "the test needs some divergence: {largest_term:e}");
}

#[test]
fn air_neither_crosses_the_ground_nor_the_top() {
    let weather = weather();
    for (at, time) in probes() {
        let column = weather.column(at, time);
        assert!(column.air(5_000.0).omega_pa_s.abs() < 1e-12);
        let ground_pa = |time| weather.column(at, time).surface().pressure_pa;
        let tendency = (ground_pa(time.plus_seconds(60)) - ground_pa(time.plus_seconds(-60))) / 120.0;
        let omega = column.air(column.surface().pressure_pa).omega_pa_s;
        // the wind at the ground is 0, so ω = ∂pₛ/∂t; differences over 2 min of a tendency that changes over hours
        assert!(
            (omega - tendency).abs() < 1e-6,
            "{at:?} {time}: {omega} against {tendency}"
        );
    }
}

#[test]
fn heights_are_hydrostatic_from_the_ground_up() {
    let weather = weather();
    for (at, time) in probes() {
        let column = weather.column(at, time);
        let surface = column.surface();
        assert!(column.air(surface.pressure_pa).height_m.abs() < 1e-6);
        for hpa in [970.0, 940.0, 900.0, 860.0, 800.0, 600.0, 400.0, 180.0] {
            let pressure = 100.0 * hpa;
            let (below, above) = (column.air(pressure + 5.0), column.air(pressure - 5.0));
            let slope = (above.height_m - below.height_m) / ((pressure + 5.0) / (pressure - 5.0)).ln();
            let temperature = slope * STILT_GRAVITY_M_S2 / STILT_DRY_AIR_GAS_CONSTANT;
            // a kink of dθ/dz = 15 K/km within 10 Pa (1 m) is worth 0.01 K
            assert!(
                (temperature - column.air(pressure).temperature_k).abs() < 0.02,
                "{at:?} {hpa}"
            );
        }
    }
}

#[test]
fn wind_aloft_is_in_balance_with_the_heights_to_the_order_of_the_rossby_number() {
    let weather = weather();
    let (mut squares, mut misfit) = (0.0, 0.0);
    for (at, time) in probes() {
        let height = |lon: f64, lat: f64| weather.column(place(lon, lat), time).air(50_000.0).height_m;
        let (lon, lat) = (at.lon_deg, at.lat_deg);
        let metres = 0.2_f64.to_radians() * EARTH_RADIUS_M;
        let coriolis = 1.458_423e-4 * lat.to_radians().sin();
        let dx = (height(lon + 0.1, lat) - height(lon - 0.1, lat)) / (metres * lat.to_radians().cos());
        let dy = (height(lon, lat + 0.1) - height(lon, lat - 0.1)) / metres;
        let (ug, vg) = (-STILT_GRAVITY_M_S2 / coriolis * dy, STILT_GRAVITY_M_S2 / coriolis * dx);
        let air = weather.column(at, time).air(50_000.0);
        squares += ug * ug + vg * vg;
        misfit += (air.u_m_s - ug).powi(2) + (air.v_m_s - vg).powi(2);
    }
    let relative = (misfit / squares).sqrt();
    assert!(
        relative < 0.25,
        "root-mean-square departure from geostrophic wind: {relative}"
    );
    assert!(relative > 0.001, "suspiciously exact: {relative}");
}

#[test]
fn the_low_is_deep_and_drifts_at_its_speed() {
    let weather = weather();
    let options = weather.options();
    let low = options.vortices[0];
    let deepest = |hours: i64| {
        let pressure = |lon: f64| {
            let column = weather.column(place(lon, low.start.lat_deg), options.start.plus_hours(hours));
            column.surface().pressure_pa
        };
        let lons = (-4000..4000).map(|i| f64::from(i) * 0.01);
        lons.map(|lon| (lon, pressure(lon)))
            .min_by(|a, b| a.1.total_cmp(&b.1))
            .unwrap()
    };
    let (first, second) = (deepest(24), deepest(48));
    let drift_deg = (options.drift_m_s / EARTH_RADIUS_M * 86_400.0).to_degrees();
    assert!(
        (second.0 - first.0 - drift_deg).abs() < 0.03,
        "{first:?} {second:?} {drift_deg}"
    );
    assert!((96_000.0..100_500.0).contains(&first.1), "{first:?}");
}

#[test]
fn wind_near_the_ground_is_logarithmic_by_day_and_gives_the_stress() {
    let weather = weather();
    let noon = weather.options().start.plus_hours(36);
    let column = weather.column(place(2.5, 47.0), noon);
    let surface = column.surface();
    let speed = surface.u_m_s.hypot(surface.v_m_s);
    let expected = VON_KARMAN * speed / (1.0_f64 + 10.0 / weather.options().roughness_m).ln();
    assert!((surface.friction_velocity_m_s - expected).abs() < 1e-12);
    let density = surface.pressure_pa / (STILT_DRY_AIR_GAS_CONSTANT * column.air(surface.pressure_pa).temperature_k);
    let stress = surface.stress_n_m2.0.hypot(surface.stress_n_m2.1);
    assert!((stress - density * expected.powi(2)).abs() < 1e-12);
}

#[test]
fn mixing_height_grows_by_day_and_is_low_at_night() {
    let weather = weather();
    let at = |utc_hour: i64| {
        let time = weather.options().start.plus_hours(24 + utc_hour);
        weather.column(CABAUW, time).surface()
    };
    let heights: Vec<f64> = (0..24).map(|hour| at(hour).mixing_height_m).collect();
    assert!(heights[7..16].windows(2).all(|pair| pair[1] > pair[0]), "{heights:?}");
    assert!((1100.0..1800.0).contains(&heights[15]), "{heights:?}");
    assert!(
        heights[..5].iter().chain(&heights[20..]).all(|&h| h == 300.0),
        "{heights:?}"
    );
    assert!(at(0).sensible_heat_w_m2 < 0.0 && at(12).sensible_heat_w_m2 > 150.0);
    assert!(at(15).temperature_k - at(5).temperature_k > 4.0);
}

#[test]
fn potential_temperature_is_uniform_in_the_mixed_layer_and_stable_above_it() {
    let weather = weather();
    let time = weather.options().start.plus_hours(36);
    let column = weather.column(CABAUW, time);
    let surface = column.surface();
    let theta = |height_m: f64| {
        let (mut low, mut high) = (30_000.0, surface.pressure_pa);
        for _ in 0..60 {
            let middle = 0.5 * (low + high);
            if column.air(middle).height_m > height_m {
                low = middle
            } else {
                high = middle
            }
        }
        column.air(low).temperature_k / (low / 1e5).powf(STILT_DRY_AIR_GAS_CONSTANT / STILT_HEAT_CAPACITY)
    };
    let zi = surface.mixing_height_m;
    assert!((theta(0.8 * zi) - theta(0.1 * zi)).abs() < 1e-6);
    assert!(theta(zi + 200.0) - theta(0.9 * zi) > 1.0);
    assert!(theta(2.0 * zi) - theta(zi + 200.0) > 1.0);
}

#[test]
fn richardson_number_finds_a_deep_layer_by_day_and_a_shallow_one_at_night() {
    let mut reader = SyntheticWeather::new(WeatherOptions {
        spacing_deg: 2.0,
        ..WeatherOptions::default()
    })
    .unwrap();
    let description = reader.description().clone();
    let mut mean_m = |hour: usize| {
        let snapshot = derive(&description, reader.read(hour / 3).unwrap(), &DeriveOptions::default()).unwrap();
        let columns = (0..snapshot.ny).flat_map(|j| (0..snapshot.nx).map(move |i| (i, j)));
        let heights = columns.map(|(i, j)| f64::from(snapshot.column(i, j).surface.mixing_height_m));
        heights.sum::<f64>() / (snapshot.nx * snapshot.ny) as f64
    };
    // the weather says 1150 m and 1450 m by day; the excess temperature of the diagnosis adds up to 300 m
    for (hour, lowest, highest) in [
        (36, 1000.0, 1700.0),
        (39, 1300.0, 1900.0),
        (48, 150.0, 700.0),
        (51, 150.0, 700.0),
    ] {
        let mean = mean_m(hour);
        assert!((lowest..highest).contains(&mean), "hour {hour}: {mean} m");
    }
}

#[test]
fn the_reader_gives_the_formulas_at_its_grid_points() {
    let mut reader = SyntheticWeather::new(WeatherOptions::default()).unwrap();
    let description = reader.description().clone();
    assert_eq!(description.times.len(), 33);
    assert_eq!(description.levels.len(), PRESSURE_LEVELS_HPA.len() + 1);
    let raw = reader.read(5).unwrap();
    assert_eq!(raw.time, description.times[5]);
    for (level, names) in description.variables.iter().enumerate() {
        for name in names {
            let field = raw.field(level, name).unwrap();
            assert_eq!(field.dim(), (description.grid.ny, description.grid.nx));
            assert!(field.iter().all(|v| v.is_finite()), "{name} on level {level}");
        }
    }
    let options = reader.weather().options();
    let at = place(options.west_deg + 20.0, options.south_deg + 10.0);
    let column = reader.weather().column(at, raw.time);
    let (y, x) = (20, 40);
    assert_eq!(
        raw.field(0, "PRSS").unwrap()[[y, x]],
        (column.surface().pressure_pa / 100.0) as f32
    );
    assert_eq!(
        raw.field(16, "WWND").unwrap()[[y, x]],
        (column.air(50_000.0).omega_pa_s / 100.0) as f32
    );
    assert!(reader.read(33).unwrap_err().to_string().contains("33 times"));
}

#[test]
fn impossible_weather_is_refused_by_name() {
    let refused = |options: WeatherOptions| SyntheticWeather::new(options).unwrap_err().to_string();
    let base = WeatherOptions::default;
    assert!(
        refused(WeatherOptions {
            spacing_deg: 0.0,
            ..base()
        })
        .starts_with("spacing_deg = 0")
    );
    assert!(
        refused(WeatherOptions {
            south_deg: -10.0,
            ..base()
        })
        .starts_with("south_deg = -10")
    );
    assert!(
        refused(WeatherOptions {
            interval_h: 0,
            ..base()
        })
        .starts_with("interval_h = 0")
    );
    assert!(
        refused(WeatherOptions {
            roughness_m: f64::NAN,
            ..base()
        })
        .starts_with("roughness_m = NaN")
    );
    let mut deep = base();
    deep.vortices[0].wind_m_s = 500.0;
    assert!(refused(deep).starts_with("vortices = 500 m/s"));
}

/// Integrates a flow's own wind with the classical Runge–Kutta scheme in longitude and latitude.
fn integrated(flow: Flow, start: LonLat, height_m: f64, seconds: f64) -> LonLat {
    let steps = 2000;
    let dt = seconds / f64::from(steps);
    let rate = |lon: f64, lat: f64| {
        let (u, v) = flow.wind(place(lon, lat), height_m);
        (
            (u / (EARTH_RADIUS_M * lat.to_radians().cos())).to_degrees(),
            (v / EARTH_RADIUS_M).to_degrees(),
        )
    };
    let (mut lon, mut lat) = (start.lon_deg, start.lat_deg);
    for _ in 0..steps {
        let a = rate(lon, lat);
        let b = rate(lon + 0.5 * dt * a.0, lat + 0.5 * dt * a.1);
        let c = rate(lon + 0.5 * dt * b.0, lat + 0.5 * dt * b.1);
        let d = rate(lon + dt * c.0, lat + dt * c.1);
        lon += dt / 6.0 * (a.0 + 2.0 * b.0 + 2.0 * c.0 + d.0);
        lat += dt / 6.0 * (a.1 + 2.0 * b.1 + 2.0 * c.1 + d.1);
    }
    place(lon, lat)
}

#[test]
fn exact_positions_solve_the_wind_forward_and_backward() {
    let flows = [
        Flow::Uniform {
            u_m_s: 10.0,
            v_m_s: 0.0,
        },
        Flow::Uniform {
            u_m_s: -7.0,
            v_m_s: 4.0,
        },
        Flow::Shear {
            u_m_s: 3.0,
            shear_s: 0.004,
        },
        Flow::SolidBody {
            pole: place(20.0, 65.0),
            angular_rad_s: 5e-6,
        },
        Flow::SolidBody {
            pole: place(0.0, 90.0),
            angular_rad_s: -3e-6,
        },
    ];
    for flow in flows {
        for seconds in [86_400.0, -86_400.0] {
            let exact = flow.position(CABAUW, 500.0, seconds);
            let stepped = integrated(flow, CABAUW, 500.0, seconds);
            // fourth order, 43 s steps over scales of 1e5 s: rounding only
            assert!(
                (exact.lat_deg - stepped.lat_deg).abs() < 1e-8,
                "{flow:?} {exact:?} {stepped:?}"
            );
            assert!(
                (exact.lon_deg - stepped.lon_deg).abs() < 1e-8,
                "{flow:?} {exact:?} {stepped:?}"
            );
            let back = flow.position(exact, 500.0, -seconds);
            assert!((back.lon_deg - CABAUW.lon_deg).abs() < 1e-9 && (back.lat_deg - CABAUW.lat_deg).abs() < 1e-9);
        }
    }
}

#[test]
fn a_solid_body_rotation_closes_its_circle() {
    let flow = Flow::SolidBody {
        pole: place(-30.0, 40.0),
        angular_rad_s: 1e-5,
    };
    let period = 2.0 * std::f64::consts::PI / 1e-5;
    let back = flow.position(CABAUW, 0.0, period);
    assert!((back.lon_deg - CABAUW.lon_deg).abs() < 1e-10 && (back.lat_deg - CABAUW.lat_deg).abs() < 1e-10);
}

#[test]
fn a_flow_reader_holds_the_wind_and_the_turbulence_it_was_given() {
    let domain = Domain {
        west_deg: 0.0,
        south_deg: 45.0,
        spacing_deg: 1.0,
        nx: 11,
        ny: 13,
    };
    let start = WeatherOptions::default().start;
    let surface = SurfaceState {
        sensible_heat_w_m2: 100.0,
        ..SurfaceState::default()
    };
    let flow = Flow::Shear {
        u_m_s: 2.0,
        shear_s: 0.003,
    };
    let mut reader = SyntheticFlow::new(flow, surface, domain, vec![start, start.plus_hours(3)]).unwrap();
    let raw = reader.read(1).unwrap();
    let height = raw.field(7, "HGTS").unwrap()[[3, 4]];
    assert!((raw.field(7, "UWND").unwrap()[[3, 4]] - (2.0 + 0.003 * height)).abs() < 1e-5);
    assert_eq!(raw.field(0, "SHTF").unwrap()[[0, 0]], 100.0);
    assert_eq!(raw.field(0, "PBLH").unwrap()[[12, 10]], 1000.0);
    let backwards = SyntheticFlow::new(flow, surface, domain, vec![start, start]);
    assert!(backwards.unwrap_err().to_string().starts_with("times = 2 times"));
}
