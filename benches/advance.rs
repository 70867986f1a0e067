//! The steps of particles through weather that is in memory: particle-minutes per second of one thread.
//!
//! `cargo bench --bench advance`
#![allow(missing_docs, clippy::unwrap_used)]

mod weather;

use std::ops::ControlFlow;

use airshed::{Receptor, simulate};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use weather::{MODES, noon, store, threads, tower, transport};

const PARTICLES: usize = 500;

fn advance(criterion: &mut Criterion) {
    let (met, one) = (store(), threads(1));
    let night = Receptor::new(noon().plus_hours(-9), 4.927, 51.971, 207.0).unwrap();
    let mut group = criterion.benchmark_group("advance");
    group.sample_size(20);
    group.throughput(Throughput::Elements((PARTICLES * 60) as u64));
    for mode in MODES {
        let options = transport(mode, -1, PARTICLES);
        for (hour, receptor) in [
            ("an hour before noon", tower()),
            ("an hour of the night", night.clone()),
        ] {
            group.bench_function(format!("{}, {hour}", mode.name()), |b| {
                b.iter(|| one.install(|| simulate(&met, &receptor, &options, &|_| ControlFlow::Continue(())).unwrap()));
            });
        }
    }
    group.finish();
}

criterion_group!(benches, advance);
criterion_main!(benches);
