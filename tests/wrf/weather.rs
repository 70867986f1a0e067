//! The same weather as WRF output and on pressure levels moves particles alike.

use std::ops::ControlFlow;

use airshed::geo::LonLat;
use airshed::met::synthetic::{PRESSURE_LEVELS_HPA, SyntheticWeather, Weather, WeatherOptions};
use airshed::mode::Mode;
use airshed::{MetStore, Receptor, TransportOptions, UtcTime, simulate};

use crate::air::place;
use crate::wrf_file::map::Map;
use crate::wrf_file::{Air, Atmosphere, Ground, TOP_PA, WrfGrid, write};

const R: f64 = 287.04;
const G: f64 = 9.80616;

/// The idealised weather; its vertical wind is −ω/(ρg), as on pressure levels.
struct Idealised(Weather);

fn mixing_ratio(percent: f64, kelvin: f64, pressure_pa: f64) -> f64 {
    let vapour = percent * 6.112 * (17.67 * (kelvin - 273.15) / (kelvin - 29.65)).exp();
    let vapour = vapour.min(0.2 * pressure_pa);
    0.622 * vapour / (pressure_pa - vapour)
}

impl Atmosphere for Idealised {
    fn ground(&self, place: LonLat, time: UtcTime) -> Ground {
        let surface = self.0.column(place, time).surface();
        Ground {
            pressure_pa: surface.pressure_pa,
            terrain_m: 0.0,
            temperature_k: surface.temperature_k,
            mixing_ratio: mixing_ratio(surface.humidity_percent, surface.temperature_k, surface.pressure_pa),
            wind_m_s: [surface.u_m_s, surface.v_m_s],
            friction_velocity_m_s: surface.friction_velocity_m_s,
            heat_w_m2: surface.sensible_heat_w_m2,
            latent_w_m2: surface.latent_heat_w_m2,
            mixing_height_m: surface.mixing_height_m,
            sunlight_w_m2: surface.sunlight_w_m2,
            ..Ground::default()
        }
    }

    fn air(&self, place: LonLat, time: UtcTime, pressure_pa: f64) -> Air {
        let air = self.0.column(place, time).air(pressure_pa);
        Air {
            wind_m_s: [air.u_m_s, air.v_m_s],
            w_m_s: -air.omega_pa_s * R * air.temperature_k / (G * pressure_pa),
            temperature_k: air.temperature_k,
            height_m: air.height_m,
            mixing_ratio: mixing_ratio(air.humidity_percent, air.temperature_k, pressure_pa),
        }
    }
}

/// η of faces that leave levels near those of the pressure levels, over ground at 1013.25 hPa.
fn faces_between_pressure_levels() -> Vec<f64> {
    let eta = |pressure_hpa: f64| (100.0 * pressure_hpa - TOP_PA) / (101_325.0 - TOP_PA);
    let between = PRESSURE_LEVELS_HPA
        .windows(2)
        .map(|pair| eta(0.5 * (pair[0] + pair[1])));
    let inner: Vec<f64> = between.take_while(|eta| *eta > 0.02).collect();
    [vec![1.0], inner, vec![0.0]].concat()
}

fn options() -> WeatherOptions {
    WeatherOptions {
        west_deg: -6.0,
        east_deg: 14.0,
        south_deg: 44.0,
        north_deg: 58.0,
        hours: 15,
        interval_h: 3,
        ..WeatherOptions::default()
    }
}

/// Mean place, height and mixing height after the last hour, and the sum of foot.
fn flown(store: &MetStore, mode: Mode) -> [f64; 5] {
    let receptor = Receptor::new(options().start.plus_hours(15), 4.9, 51.9, 200.0).unwrap();
    let mut choices = TransportOptions {
        hours: -6,
        particles: 1000,
        ..TransportOptions::default()
    };
    choices.derive.mode = mode;
    let flight = simulate(store, &receptor, &choices, &|_| ControlFlow::Continue(())).unwrap();
    let last = flight.time_min.len() - 1;
    let mean = |values: ndarray::ArrayView1<'_, f64>| values.mean().unwrap();
    let single = |table: &ndarray::Array2<f32>| mean(table.column(last).mapv(f64::from).view());
    [
        mean(flight.lon_deg.column(last)),
        mean(flight.lat_deg.column(last)),
        single(&flight.height_agl_m),
        single(&flight.mixing_height_m),
        f64::from(flight.foot.sum()) / 1000.0,
    ]
}

#[test]
fn the_same_weather_as_wrf_output_and_on_pressure_levels_moves_particles_alike() {
    let pressure = SyntheticWeather::new(options()).unwrap();
    let idealised = Idealised(pressure.weather().clone());
    let lambert = Map::Lambert {
        lat1: 45.0,
        lat2: 57.0,
        lon: 4.0,
    };
    let grid = WrfGrid {
        eta: faces_between_pressure_levels(),
        ..WrfGrid::new(lambert, (32, 32), 40_000.0, place(4.0, 51.5))
    };
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("wrfout_d01");
    let times: Vec<UtcTime> = (3..6).map(|k| options().start.plus_hours(3 * k)).collect();
    write(&path, &grid, &idealised, &times);
    let wrf = MetStore::open_with_index(&[path.to_str().unwrap()], None).unwrap();
    let pressure = MetStore::from_readers(vec![Box::new(pressure)]).unwrap();
    for mode in [Mode::Parity, Mode::Physics] {
        let (direct, reference) = (flown(&wrf, mode), flown(&pressure, mode));
        eprintln!(
            "{mode:?}: lon, lat, height, mixing height, foot as WRF {direct:?}, on pressure levels {reference:?}"
        );
        let north_km = 111.2 * (direct[1] - reference[1]);
        let east_km = 111.2 * (direct[0] - reference[0]) * 51.9f64.to_radians().cos();
        // a flight of about 200 km; the grids, levels and the sampling of 1000 particles differ
        assert!(north_km.hypot(east_km) < 6.0, "{mode:?}: {east_km} {north_km} km apart");
        assert!(
            (direct[2] / reference[2] - 1.0).abs() < 0.08,
            "{mode:?}: heights {direct:?} {reference:?}"
        );
        assert!(
            (direct[4] / reference[4] - 1.0).abs() < 0.08,
            "{mode:?}: foot {direct:?} {reference:?}"
        );
    }
}
