//! The meteorology at the places of a plume, as particles meet it: looks per second of one thread.
//!
//! `cargo bench --bench interpolation`
#![allow(missing_docs, clippy::unwrap_used)]

mod weather;

use std::hint::black_box;

use airshed::transport::{Place, conditions};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use weather::{MODES, noon, store, threads, transport};

const PLACES: usize = 10_000;

/// Places within 300 km and 2 km above ground, between two met times.
fn plume() -> Vec<Place> {
    let time = noon().plus_seconds(-5400);
    let place = |k: usize| {
        let (part, angle) = (k as f64 / PLACES as f64, k as f64 * 2.399_963);
        Place {
            time,
            lon_deg: 4.927 + 4.0 * part.sqrt() * angle.cos(),
            lat_deg: 51.971 + 2.7 * part.sqrt() * angle.sin(),
            height_agl_m: 2000.0 * (k as f64 * 0.618_034).fract(),
        }
    };
    (0..PLACES).map(place).collect()
}

fn interpolation(criterion: &mut Criterion) {
    let (met, places, one) = (store(), plume(), threads(1));
    let mut group = criterion.benchmark_group("interpolation");
    group.throughput(Throughput::Elements(PLACES as u64));
    for mode in MODES {
        let derive = transport(mode, -1, 1).derive;
        group.bench_function(mode.name(), |b| {
            b.iter(|| one.install(|| conditions(&met, black_box(&places), &derive).unwrap()));
        });
    }
    group.finish();
}

criterion_group!(benches, interpolation);
criterion_main!(benches);
