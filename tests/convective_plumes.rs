//! Plumes in a convective layer: forward and backward particles agree, and skewed updrafts bring plumes down as the
//! tank of Willis and Deardorff did.
#![allow(clippy::unwrap_used)]

use airshed::rng::{Noise, key_of};
use airshed::turbulence::boundary_layer::{BoundaryLayer, SurfaceLayer};
use airshed::turbulence::langevin::{Flight, VerticalState};
use airshed::turbulence::structure::{Local, VerticalStructure};
use airshed::turbulence::updrafts::Updrafts;
use rayon::prelude::*;

const ZI: f64 = 1000.0;

/// A closed convective layer of constant density.
struct Closed(BoundaryLayer);

impl VerticalStructure for Closed {
    fn at(&self, z_m: f64) -> Local {
        self.0.at(z_m, 0.0, 0.0)
    }

    fn top_m(&self) -> f64 {
        self.0.mixing_height_m
    }
}

fn layer(updrafts: Updrafts) -> Closed {
    Closed(BoundaryLayer {
        mixing_height_m: ZI,
        friction_velocity_m_s: 0.2,
        convective_velocity_m_s: 2.0,
        obukhov_length_m: -10.0,
        roughness_m: 0.1,
        free_sigma_w_m_s: 0.1,
        surface_layer: SurfaceLayer::Similarity,
        updrafts,
    })
}

/// Heights after `seconds` of particles that started evenly between two heights.
fn heights(column: &Closed, (from_m, to_m): (f64, f64), seconds: f64, particles: u32) -> Vec<f64> {
    let key = key_of(9, &[from_m.to_bits(), seconds.to_bits()]);
    let follow = |particle: u32| {
        let mut noise = Noise::new(key, particle, 0);
        let z_m = from_m + (to_m - from_m) * noise.uniform();
        let mut flight = Flight::new(column, VerticalState::released(z_m, &mut noise));
        let mut left_s = seconds;
        while left_s > 0.0 {
            left_s -= flight.leg(left_s.min(60.0), &mut noise);
        }
        flight.state().z_m
    };
    (0..particles).into_par_iter().map(follow).collect()
}

fn part_between(heights: &[f64], (from_m, to_m): (f64, f64)) -> f64 {
    heights.iter().filter(|z| (from_m..to_m).contains(*z)).count() as f64 / heights.len() as f64
}

#[test]
fn backward_particles_find_what_forward_particles_brought() {
    // chance per metre from layer A to layer B forward = from B to A backward. N = 40,000 each way and 2,000 and more
    // arrivals: one standard error of the ratio is below 3.2 %, bound 3 of each ratio's own
    let particles = 40_000;
    let (low, high) = ((20.0, 120.0), (600.0, 800.0));
    for (forward, backward) in [
        (Updrafts::Gaussian, Updrafts::Gaussian),
        (Updrafts::Skewed, Updrafts::SkewedBackward),
    ] {
        for (a, b) in [(low, high), (high, low)] {
            for seconds in [300.0, 600.0] {
                let there = part_between(&heights(&layer(forward), a, seconds, particles), b) / (b.1 - b.0);
                let back = part_between(&heights(&layer(backward), b, seconds, particles), a) / (a.1 - a.0);
                let arrivals = |chance: f64, to: (f64, f64)| chance * (to.1 - to.0) * f64::from(particles);
                let error = (1.0 / arrivals(there, b) + 1.0 / arrivals(back, a)).sqrt();
                let ratio = there / back;
                println!("{forward:?}, {a:?} to {b:?} m in {seconds} s: {ratio:.3} ± {error:.3}");
                assert!(
                    (ratio - 1.0).abs() < 3.0 * error,
                    "{forward:?}: {ratio:.3} ± {error:.3}"
                );
            }
        }
    }
}

/// Height that half the particles are below, in mixing heights.
fn median(mut heights: Vec<f64>) -> f64 {
    heights.sort_by(f64::total_cmp);
    heights[heights.len() / 2] / ZI
}

#[test]
fn an_elevated_plume_comes_down_first_among_skewed_updrafts() {
    // Willis and Deardorff (1978): most of the plume sinks at first, and at the ground it then exceeds its mixed value.
    // N = 40,000: standard errors 0.002 zi of a median, 1.6 % of the ground layer's 3,800 particles; bounds 7 and 4 of them
    let particles = 40_000;
    let after = |updrafts: Updrafts, source: f64, x: f64| {
        let slab = ((source - 0.005) * ZI, (source + 0.005) * ZI);
        heights(&layer(updrafts), slab, x * ZI / 2.0, particles)
    };
    let (gaussian, skewed) = [Updrafts::Gaussian, Updrafts::Skewed]
        .map(|u| median(after(u, 0.49, 0.5)))
        .into();
    println!("median from 0.49 zi at X = 0.5: {gaussian:.3} Gaussian, {skewed:.3} skewed");
    assert!(
        (gaussian - 0.49).abs() < 0.02 && skewed < gaussian - 0.015,
        "{gaussian:.3}, {skewed:.3}"
    );
    let ground = |updrafts: Updrafts| part_between(&after(updrafts, 0.24, 0.75), (0.0, 0.05 * ZI)) / 0.05;
    let (gaussian, skewed) = (ground(Updrafts::Gaussian), ground(Updrafts::Skewed));
    println!("ground value from 0.24 zi at X = 0.75: {gaussian:.2} Gaussian, {skewed:.2} skewed, of the mixed one");
    assert!(skewed > 1.5 && skewed > 1.06 * gaussian, "{gaussian:.2}, {skewed:.2}");
}
