//! One receptor, 24 h back, from its release to its footprint in memory: particle-minutes per second of one thread.
//!
//! `cargo bench --bench receptor_day`
#![allow(missing_docs, clippy::unwrap_used)]

mod weather;

use std::ops::ControlFlow;

use airshed::ensemble::{Wanted, follow};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use weather::{MODES, europe, store, threads, tower, transport};

const PARTICLES: usize = 200;

fn receptor_day(criterion: &mut Criterion) {
    let (met, tower, one) = (store(), tower(), threads(1));
    let grids = [europe(0.1)];
    let mut group = criterion.benchmark_group("receptor_day");
    group.sample_size(10);
    group.throughput(Throughput::Elements((PARTICLES * 24 * 60) as u64));
    for mode in MODES {
        let options = transport(mode, -24, PARTICLES);
        for (what, grids) in [
            ("transport", &grids[..0]),
            ("with a footprint of 0.1 degree", &grids[..]),
        ] {
            let wanted = Wanted {
                grids,
                ..Wanted::default()
            };
            let day = || follow(&met, &tower, &options, &wanted, &|_| ControlFlow::Continue(())).unwrap();
            group.bench_function(format!("{}, {what}", mode.name()), |b| b.iter(|| one.install(day)));
        }
    }
    group.finish();
}

criterion_group!(benches, receptor_day);
criterion_main!(benches);
