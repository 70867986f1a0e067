//! Gridding of a day of 1000 particles, the usual size of a STILT receptor: particle-minutes per second.
//!
//! `cargo bench --bench gridding`
#![allow(missing_docs, clippy::unwrap_used)]

use std::hint::black_box;

use airshed::footprint::grid_particles;
use airshed::grid::Grid;
use airshed::gridding::{Gridding, GriddingMode};
use airshed::receptor::Receptor;
use airshed::time::UtcTime;
use airshed::trajectory::Trajectories;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

const PARTICLES: usize = 1000;
const MINUTES: usize = 1440;

/// A plume that drifts west at 7 m/s and spreads to some 300 km in a day.
fn plume() -> Trajectories {
    let receptor = Receptor::new(UtcTime::from_seconds(0), 5.0, 52.0, 200.0).unwrap();
    let mut t = Trajectories::new(receptor, PARTICLES, (1..=MINUTES).map(|k| -(k as f64)).collect());
    for p in 0..PARTICLES {
        let angle = p as f64 * 2.399_963;
        let reach = (p as f64 / PARTICLES as f64).sqrt();
        for k in 0..MINUTES {
            let radius = reach * 0.0015 * k as f64;
            t.lon_deg[[p, k]] = 5.0 - 0.006 * k as f64 + radius * angle.cos();
            t.lat_deg[[p, k]] = 52.0 + radius * angle.sin();
            t.foot[[p, k]] = if (p + k / 60) % 2 == 0 { 1e-3 } else { 0.0 };
        }
    }
    t
}

fn gridding(criterion: &mut Criterion) {
    let trajectories = plume();
    let mut group = criterion.benchmark_group("gridding");
    group.sample_size(10);
    group.throughput(Throughput::Elements((PARTICLES * MINUTES) as u64));
    let modes = [GriddingMode::Compat, GriddingMode::Metric, GriddingMode::Icos];
    for (cell, mode, error_groups) in modes
        .into_iter()
        .flat_map(|mode| [(0.1, mode, 0), (0.1, mode, 20), (0.01, mode, 0)])
    {
        let grid = Grid {
            name: "bench".into(),
            west: -6.0,
            east: 8.0,
            south: 49.0,
            north: 55.0,
            dx: cell,
            dy: cell,
            crs: "+proj=longlat".into(),
            time_integrate: false,
            smooth_factor: 1.0,
            gridding: Gridding {
                mode: Some(mode),
                error_groups,
                ..Gridding::default()
            },
        };
        group.bench_function(format!("{mode:?}, {cell} deg, {error_groups} groups"), |b| {
            b.iter(|| grid_particles(black_box(&trajectories), &grid));
        });
    }
    group.finish();
}

criterion_group!(benches, gridding);
criterion_main!(benches);
