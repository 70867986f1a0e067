//! Vertical turbulence: sub-steps of parity mode and legs of physics mode, a second of one thread.
//!
//! `cargo bench --bench turbulence`
#![allow(missing_docs, clippy::unwrap_used)]

mod weather;

use std::ops::ControlFlow;

use airshed::mode::Mode;
use airshed::rng::{Noise, key_of};
use airshed::turbulence::boundary_layer::{BoundaryLayer, SurfaceLayer};
use airshed::turbulence::langevin::{Flight, VerticalState};
use airshed::turbulence::structure::{Local, VerticalStructure};
use airshed::turbulence::updrafts::Updrafts;
use airshed::turbulence::vertical_profile::VerticalProfile;
use airshed::{Trajectories, TransportOptions, simulate};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use weather::{store, threads, tower, transport};

/// A fiftieth of the usual part of T_L: some hundreds of sub-steps a minute, beside which the rest of a step is little.
const TLFRAC: f64 = 0.002;
const PARTICLES: u32 = 100;
const MINUTES: u32 = 60;

/// A convective boundary layer of 1 km in air whose density falls by e in 8 km.
struct Convective {
    profile: VerticalProfile,
}

impl VerticalStructure for Convective {
    fn at(&self, z_m: f64) -> Local {
        self.sounding(z_m).0
    }

    fn top_m(&self) -> f64 {
        5000.0
    }

    fn uniform_above_m(&self) -> f64 {
        self.profile.free_above_m()
    }

    fn sounding(&self, z_m: f64) -> (Local, f64) {
        self.profile.at(z_m, -z_m / 8000.0, -1.0 / 8000.0)
    }
}

fn convective() -> Convective {
    let layer = BoundaryLayer {
        mixing_height_m: 1000.0,
        friction_velocity_m_s: 0.4,
        convective_velocity_m_s: 2.0,
        obukhov_length_m: -40.0,
        roughness_m: 0.1,
        free_sigma_w_m_s: 0.1,
        surface_layer: SurfaceLayer::Similarity,
        updrafts: Updrafts::Gaussian,
    };
    Convective {
        profile: VerticalProfile::new(&layer),
    }
}

/// Legs that the particles of an hour take.
fn legs(column: &Convective) -> u64 {
    let key = key_of(1, &[1]);
    let mut legs = 0;
    for particle in 0..PARTICLES {
        let mut noise = Noise::new(key, particle, 0);
        let mut state = VerticalState::released(200.0, &mut noise);
        for minute in 1..=MINUTES {
            let mut noise = Noise::new(key, particle, minute);
            let mut flight = Flight::new(column, state);
            let mut left_s = 60.0;
            while left_s > 0.0 {
                left_s -= flight.leg(left_s, &mut noise);
                legs += 1;
            }
            state = flight.state();
        }
    }
    legs
}

/// Sub-steps of `tlfrac`·T_L, with the T_L that each record holds.
fn substeps(trajectories: &Trajectories) -> u64 {
    let each = trajectories.lagrangian_time_s.iter().filter(|time| time.is_finite());
    each.map(|&time_s| 60.0 / (TLFRAC * f64::from(time_s))).sum::<f64>() as u64
}

fn turbulence(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("turbulence");
    group.sample_size(20);

    let (met, tower, one) = (store(), tower(), threads(1));
    let options = TransportOptions {
        tlfrac: TLFRAC,
        ..transport(Mode::Parity, -1, PARTICLES as usize)
    };
    let follow = || one.install(|| simulate(&met, &tower, &options, &|_| ControlFlow::Continue(())).unwrap());
    group.throughput(Throughput::Elements(substeps(&follow())));
    group.bench_function("sub-steps of parity mode", |b| b.iter(follow));

    let column = convective();
    group.throughput(Throughput::Elements(legs(&column)));
    group.bench_function("legs of physics mode", |b| b.iter(|| legs(&column)));
    group.finish();
}

criterion_group!(benches, turbulence);
criterion_main!(benches);
