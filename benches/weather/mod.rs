//! The weather, the tower and the threads that the benchmarks share.
#![allow(dead_code)]

use airshed::met::derive::DeriveOptions;
use airshed::met::synthetic::{SyntheticWeather, WeatherOptions};
use airshed::mode::Mode;
use airshed::transport::TransportOptions;
use airshed::{Grid, MetStore, Receptor, UtcTime};
use rayon::{ThreadPool, ThreadPoolBuilder};

pub const MODES: [Mode; 2] = [Mode::Parity, Mode::Physics];

/// Three days and more of a low that passes a tower, each met time decoded when first asked for.
pub fn store() -> MetStore {
    let weather = SyntheticWeather::new(WeatherOptions::default()).unwrap();
    MetStore::from_readers(vec![Box::new(weather)]).unwrap()
}

pub fn noon() -> UtcTime {
    UtcTime::parse("2019-09-22T12:00").unwrap()
}

pub fn tower() -> Receptor {
    Receptor::new(noon(), 4.927, 51.971, 207.0).unwrap()
}

pub fn transport(mode: Mode, hours: i32, particles: usize) -> TransportOptions {
    TransportOptions {
        hours,
        particles,
        derive: DeriveOptions {
            mode,
            ..DeriveOptions::default()
        },
        ..TransportOptions::default()
    }
}

/// A degree grid around the tower, in hourly layers.
pub fn europe(cell_deg: f64) -> Grid {
    Grid {
        name: "europe".into(),
        west: -12.0,
        east: 16.0,
        south: 44.0,
        north: 60.0,
        dx: cell_deg,
        dy: cell_deg,
        crs: "+proj=longlat".into(),
        time_integrate: false,
        smooth_factor: 1.0,
        gridding: Default::default(),
    }
}

pub fn threads(count: usize) -> ThreadPool {
    ThreadPoolBuilder::new().num_threads(count).build().unwrap()
}
