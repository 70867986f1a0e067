//! One receptor, 24 h back, on idealised weather in memory, in the field's unit: particle-minutes per second.
//!
//! `cargo bench --bench receptor_day`
#![allow(missing_docs, clippy::unwrap_used)]

use std::ops::ControlFlow;

use airshed::met::synthetic::{SyntheticWeather, WeatherOptions};
use airshed::transport::TransportOptions;
use airshed::{Grid, MetStore, Receptor, UtcTime, grid_particles, simulate};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

fn receptor_day(c: &mut Criterion) {
    let weather = SyntheticWeather::new(WeatherOptions::default()).unwrap();
    let met = MetStore::from_readers(vec![Box::new(weather)]).unwrap();
    let time = UtcTime::parse("2019-09-22T12:00").unwrap();
    let tower = Receptor::new(time, 4.927, 51.971, 207.0).unwrap();
    let options = TransportOptions {
        particles: 200,
        ..TransportOptions::default()
    };
    let follow = || simulate(&met, &tower, &options, &|_| ControlFlow::Continue(())).unwrap();

    let mut group = c.benchmark_group("receptor_day");
    group.sample_size(10);
    group.throughput(Throughput::Elements((options.particles * 24 * 60) as u64));
    group.bench_function("transport", |b| b.iter(follow));

    let grid = Grid {
        name: "europe".into(),
        west: -12.0,
        east: 16.0,
        south: 44.0,
        north: 60.0,
        dx: 0.1,
        dy: 0.1,
        crs: "+proj=longlat".into(),
        time_integrate: false,
        smooth_factor: 1.0,
        gridding: Default::default(),
    };
    let trajectories = follow();
    group.bench_function("gridding", |b| b.iter(|| grid_particles(&trajectories, &grid).unwrap()));
    group.finish();
}

criterion_group!(benches, receptor_day);
criterion_main!(benches);
