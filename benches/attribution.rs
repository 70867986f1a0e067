//! Who emitted what, booked at the particles of a day: 56 sources against one, at even emissions and with temporal profiles.
//!
//! `cargo bench --bench attribution`
#![allow(missing_docs, clippy::unwrap_used)]

mod weather;

use std::ops::ControlFlow;

use airshed::attribution::{Attribution, AttributionOptions};
use airshed::ensemble::{Wanted, follow};
use airshed::inventory::{Inventory, Source, TemporalProfiles};
use airshed::mode::Mode;
use airshed::simulate;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use weather::{store, threads, tower, transport};

const PARTICLES: usize = 1000;

/// So many sources on cells of 0.1°.
fn sources(count: usize, profiled: bool) -> Attribution {
    let invented = Inventory::synthetic("CO2").unwrap();
    let sources = (0..count).map(|i| {
        let source = &invented.sources[i % invented.sources.len()];
        Source {
            fuel: format!("{} {i}", source.fuel),
            ..source.clone()
        }
    });
    let inventory = Inventory {
        sources: sources.collect(),
        profiles: if profiled {
            invented.profiles.clone()
        } else {
            TemporalProfiles::default()
        },
        ..invented
    };
    let options = AttributionOptions {
        region: [-21.0, 25.0, 38.0, 64.0],
        ..AttributionOptions::default()
    };
    Attribution::new(vec![inventory], options).unwrap()
}

fn attribution(criterion: &mut Criterion) {
    let (met, tower, one) = (store(), tower(), threads(1));
    let options = transport(Mode::Parity, -24, PARTICLES);
    let flight = simulate(&met, &tower, &options, &|_| ControlFlow::Continue(())).unwrap();
    let mut group = criterion.benchmark_group("attribution");
    group.sample_size(10);
    group.throughput(Throughput::Elements((PARTICLES * 24 * 60) as u64));
    for profiled in [false, true] {
        for count in [1, 56] {
            let attribution = sources(count, profiled);
            let words = if profiled { "with profiles" } else { "even" };
            group.bench_function(format!("{count} sources, {words}"), |b| {
                b.iter(|| flight.attribute(&attribution).unwrap())
            });
        }
    }
    for count in [0, 1, 56] {
        let attribution = sources(count.max(1), true);
        let wanted = Wanted {
            attribution: (count > 0).then_some(&attribution),
            ..Wanted::default()
        };
        let day = || follow(&met, &tower, &options, &wanted, &|_| ControlFlow::Continue(())).unwrap();
        group.bench_function(format!("a receptor's day with {count} sources"), |b| {
            b.iter(|| one.install(day))
        });
    }
    group.finish();
}

criterion_group!(benches, attribution);
criterion_main!(benches);
