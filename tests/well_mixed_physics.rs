//! Air that is well mixed stays so in the turbulence of physics mode, whatever the profile and the step.
//!
//! Each case: N = 8,000 particles spread as the density in 20 layers of equal mass, followed for ten turnovers zi/σw;
//! one standard error of a layer is 1/√400 = 5 %. Bounds: 19 of 20 layers within 3 standard errors, the lowest within
//! 3.5, their root mean square within 1.5. Particles are independent, so the errors are binomial.
#![allow(clippy::unwrap_used)]

use airshed::rng::{Noise, key_of};
use airshed::turbulence::boundary_layer::{BoundaryLayer, FREE_TROPOSPHERE_TIME_S, SurfaceLayer};
use airshed::turbulence::gusts::GustStep;
use airshed::turbulence::langevin::{Flight, OPTICAL_STEP, VerticalState};
use airshed::turbulence::structure::{Local, VerticalStructure};
use airshed::turbulence::updrafts::Updrafts;
use rayon::prelude::*;

const PARTICLES: u32 = 8_000;
const BINS: usize = 20;
const MINUTE_S: f64 = 60.0;

/// A boundary layer under a lid, in air whose density falls by e in the scale height.
#[derive(Clone, Copy)]
struct Column {
    layer: BoundaryLayer,
    top_m: f64,
    scale_height_m: f64,
}

impl VerticalStructure for Column {
    fn at(&self, z_m: f64) -> Local {
        self.layer
            .at(z_m, -z_m / self.scale_height_m, -1.0 / self.scale_height_m)
    }

    fn top_m(&self) -> f64 {
        self.top_m
    }
}

const CONVECTIVE: BoundaryLayer = BoundaryLayer {
    mixing_height_m: 1000.0,
    friction_velocity_m_s: 0.4,
    convective_velocity_m_s: 2.0,
    obukhov_length_m: -40.0,
    roughness_m: 0.1,
    free_sigma_w_m_s: 0.1,
    surface_layer: SurfaceLayer::Similarity,
    updrafts: Updrafts::Gaussian,
};
const NEUTRAL: BoundaryLayer = BoundaryLayer {
    mixing_height_m: 400.0,
    convective_velocity_m_s: 0.0,
    obukhov_length_m: f64::INFINITY,
    ..CONVECTIVE
};
const STABLE: BoundaryLayer = BoundaryLayer {
    mixing_height_m: 200.0,
    friction_velocity_m_s: 0.25,
    obukhov_length_m: 50.0,
    ..NEUTRAL
};

fn closed(layer: BoundaryLayer) -> Column {
    Column {
        layer,
        top_m: layer.mixing_height_m,
        scale_height_m: 8500.0,
    }
}

/// Share of the air's mass below each particle after `minutes` in a column that may change from minute to minute.
fn shares_below<S: VerticalStructure + Sync>(
    minutes: u32,
    step: f64,
    scale_height_m: f64,
    column: impl Fn(u32) -> S + Sync,
) -> Vec<f64> {
    shares_of(PARTICLES, minutes, step, scale_height_m, column).0
}

/// The same for any number of particles, with the mean number of legs per minute.
fn shares_of<S: VerticalStructure + Sync>(
    particles: u32,
    minutes: u32,
    step: f64,
    scale_height_m: f64,
    column: impl Fn(u32) -> S + Sync,
) -> (Vec<f64>, f64) {
    let key = key_of(5, &[u64::from(minutes)]);
    let air = -(-column(0).top_m() / scale_height_m).exp_m1();
    let follow = |particle: u32| {
        let mut noise = Noise::new(key, particle, 0);
        let z_m = -scale_height_m * (-noise.uniform() * air).ln_1p();
        let mut state = VerticalState {
            clock: step * noise.uniform(),
            ..VerticalState::released(z_m, &mut noise)
        };
        let mut legs = 0_u32;
        for minute in 0..minutes {
            let column = column(minute);
            let mut noise = Noise::new(key, particle, minute + 1);
            let mut flight = Flight::with_step(&column, state, step);
            let mut left_s = MINUTE_S;
            while left_s > 0.0 {
                left_s -= flight.leg(left_s, &mut noise);
                legs += 1;
            }
            state = flight.state();
        }
        (-(-state.z_m / scale_height_m).exp_m1() / air, legs)
    };
    let (shares, legs): (Vec<f64>, Vec<u32>) = (0..particles).into_par_iter().map(follow).unzip();
    let legs: f64 = legs.into_iter().map(f64::from).sum();
    (shares, legs / f64::from(particles) / f64::from(minutes))
}

fn deviations(shares: &[f64]) -> Vec<f64> {
    let mut counts = [0_u32; BINS];
    for share in shares {
        counts[((share * BINS as f64) as usize).min(BINS - 1)] += 1;
    }
    let expected = shares.len() as f64 / BINS as f64;
    counts.iter().map(|&count| f64::from(count) / expected - 1.0).collect()
}

fn root_mean_square(deviations: &[f64]) -> f64 {
    (deviations.iter().map(|d| d * d).sum::<f64>() / deviations.len() as f64).sqrt()
}

#[track_caller]
fn assert_well_mixed(name: &str, shares: &[f64]) {
    let error = (BINS as f64 / shares.len() as f64).sqrt();
    let deviations = deviations(shares);
    let rms = root_mean_square(&deviations);
    let outside = deviations.iter().filter(|d| d.abs() > 3.0 * error).count();
    println!(
        "{name}: rms {:.1} %, lowest layer {:+.1} %, {outside} beyond 3 standard errors of {:.1} %",
        100.0 * rms,
        100.0 * deviations[0],
        100.0 * error
    );
    assert!(outside <= 1, "{name}: {outside} of {BINS} layers: {deviations:.3?}");
    assert!(rms < 1.5 * error, "{name}: rms {rms:.4}: {deviations:.3?}");
    assert!(
        deviations[0].abs() < 3.5 * error,
        "{name}: lowest layer {:+.3}",
        deviations[0]
    );
}

#[test]
fn convective_neutral_and_stable_layers_stay_well_mixed_and_half_the_step_changes_nothing() {
    for (name, layer, minutes, step) in [
        ("convective", CONVECTIVE, 140, OPTICAL_STEP),
        ("convective, half the step", CONVECTIVE, 140, 0.5 * OPTICAL_STEP),
        ("neutral", NEUTRAL, 150, OPTICAL_STEP),
        ("stable", STABLE, 160, OPTICAL_STEP),
    ] {
        let column = closed(layer);
        assert_well_mixed(name, &shares_below(minutes, step, column.scale_height_m, |_| column));
    }
}

#[test]
fn skewed_updrafts_keep_a_convective_layer_well_mixed_forward_and_backward() {
    for updrafts in [Updrafts::Skewed, Updrafts::SkewedBackward] {
        let column = closed(BoundaryLayer { updrafts, ..CONVECTIVE });
        let shares = shares_below(140, OPTICAL_STEP, column.scale_height_m, |_| column);
        assert_well_mixed(&format!("{updrafts:?}"), &shares);
    }
}

#[test]
fn growing_and_collapsing_layers_leave_the_air_above_and_below_well_mixed() {
    let day = |from_m: f64, to_m: f64| {
        move |minute: u32| Column {
            layer: BoundaryLayer {
                mixing_height_m: from_m + (to_m - from_m) * f64::from(minute) / 180.0,
                ..CONVECTIVE
            },
            top_m: 1800.0,
            scale_height_m: 8500.0,
        }
    };
    assert_well_mixed("growing", &shares_below(180, OPTICAL_STEP, 8500.0, day(200.0, 1600.0)));
    assert_well_mixed(
        "collapsing",
        &shares_below(180, OPTICAL_STEP, 8500.0, day(1600.0, 200.0)),
    );
}

#[test]
fn a_thin_atmosphere_keeps_its_exponential_density() {
    let column = Column {
        layer: CONVECTIVE,
        top_m: 2000.0,
        scale_height_m: 500.0,
    };
    let shares = shares_below(120, OPTICAL_STEP, 500.0, |_| column);
    assert_well_mixed("scale height 500 m", &shares);
}

/// A boundary layer with the free troposphere above it.
#[derive(Clone, Copy)]
struct Atmosphere(Column);

impl VerticalStructure for Atmosphere {
    fn at(&self, z_m: f64) -> Local {
        self.0.at(z_m)
    }

    fn top_m(&self) -> f64 {
        self.0.top_m
    }

    fn uniform_above_m(&self) -> f64 {
        2.0 * self.0.layer.mixing_height_m
    }
}

#[test]
fn particles_that_soar_through_whole_steps_leave_air_well_mixed_on_both_sides_of_where_they_may() {
    // density falls by e in 700 m, σw = 0.5 m/s: steps of 10 min move particles by 160 m, so that 20 h mix the 2 km of free
    // air; those within 730 m of the boundary layer or the lid take legs, the rest soar. N = 16,000: one standard error of a
    // layer is 3.5 %
    let (particles, scale_height_m, step_s) = (16_000_u32, 700.0, 600.0);
    let column = Atmosphere(Column {
        layer: BoundaryLayer {
            mixing_height_m: 200.0,
            free_sigma_w_m_s: 0.5,
            ..CONVECTIVE
        },
        top_m: 2600.0,
        scale_height_m,
    });
    let step = GustStep::new(FREE_TROPOSPHERE_TIME_S, step_s);
    let air = -(-column.top_m() / scale_height_m).exp_m1();
    let key = key_of(9, &[]);
    let follow = |particle: u32| {
        let mut noise = Noise::new(key, particle, 0);
        let z_m = -scale_height_m * (-noise.uniform() * air).ln_1p();
        let mut state = VerticalState::released(z_m, &mut noise);
        let mut soared = 0_u32;
        for number in 0..120 {
            let mut noise = Noise::new(key, particle, number + 1);
            let mut flight = Flight::new(&column, state);
            if flight.soar(&step, &mut noise) {
                soared += 1;
            } else {
                let mut left_s = step_s;
                while left_s > 1e-6 {
                    left_s -= flight.leg(left_s, &mut noise);
                }
            }
            state = flight.state();
        }
        (-(-state.z_m / scale_height_m).exp_m1() / air, soared)
    };
    let (shares, soared): (Vec<f64>, Vec<u32>) = (0..particles).into_par_iter().map(follow).unzip();
    let part = soared.into_iter().map(f64::from).sum::<f64>() / f64::from(particles) / 120.0;
    println!("{:.0} % of the steps at once", 100.0 * part);
    assert!((0.1..0.9).contains(&part));
    assert_well_mixed("free troposphere", &shares);
}

/// Strong turbulence that gives way to weak within tens of metres.
struct Inversion;

impl VerticalStructure for Inversion {
    fn at(&self, z_m: f64) -> Local {
        let excess = 1.1 * (-(z_m - 500.0).max(0.0) / 25.0).exp();
        Local {
            sigma_w_m_s: 0.1 + excess,
            sigma_w_slope_s: if z_m < 500.0 { 0.0 } else { -excess / 25.0 },
            time_s: 100.0,
            log_density: 0.0,
            log_density_slope_m: 0.0,
            skew: 0.0,
            skew_slope_m: 0.0,
        }
    }

    fn top_m(&self) -> f64 {
        1000.0
    }
}

#[test]
fn a_sharp_fall_of_turbulence_does_not_gather_air_on_either_side() {
    // legs of 40 m below meet a fall by e in 25 m
    assert_well_mixed("inversion", &shares_below(200, OPTICAL_STEP, 1e9, |_| Inversion));
}

/// The usual step for comparison: a fraction of T_L at its start, exact in its linear part, with the drift and reflection.
fn shares_of_usual_step(particles: u32, minutes: u32, fraction: f64, column: Column) -> (Vec<f64>, f64) {
    let key = key_of(8, &[]);
    let air = -(-column.top_m / column.scale_height_m).exp_m1();
    let follow = |particle: u32| {
        let mut noise = Noise::new(key, particle, 0);
        let mut z_m = -column.scale_height_m * (-noise.uniform() * air).ln_1p();
        let (mut q, mut steps) = (noise.normal(), 0_u32);
        for minute in 0..minutes {
            let mut noise = Noise::new(key, particle, minute + 1);
            let mut left_s = MINUTE_S;
            while left_s > 0.0 {
                let here = column.at(z_m);
                let step_s = (fraction * here.time_s).min(left_s);
                let kept = (-step_s / here.time_s).exp();
                let drift_s = here.sigma_w_slope_s + here.sigma_w_m_s * here.log_density_slope_m;
                q = kept * q + (1.0 - kept * kept).sqrt() * noise.normal() + here.time_s * (1.0 - kept) * drift_s;
                z_m += here.sigma_w_m_s * q * step_s;
                if z_m < 0.0 || z_m > column.top_m {
                    z_m = if z_m < 0.0 { -z_m } else { 2.0 * column.top_m - z_m };
                    q = -q;
                }
                z_m = z_m.clamp(0.0, column.top_m);
                left_s -= step_s;
                steps += 1;
            }
        }
        (-(-z_m / column.scale_height_m).exp_m1() / air, steps)
    };
    let (shares, steps): (Vec<f64>, Vec<u32>) = (0..particles).into_par_iter().map(follow).unzip();
    let steps: f64 = steps.into_iter().map(f64::from).sum();
    (shares, steps / f64::from(particles) / f64::from(minutes))
}

#[test]
#[ignore = "prints the table of PARITY.md; minutes"]
fn table_of_deviations_by_step() {
    let particles = 40_000;
    println!(
        "standard error of a layer {:.1} %",
        100.0 * (BINS as f64 / f64::from(particles)).sqrt()
    );
    let row = |name: &str, step: f64, (shares, steps): (Vec<f64>, f64)| {
        let d = deviations(&shares);
        let worst = d.iter().copied().max_by(|a, b| a.abs().total_cmp(&b.abs())).unwrap();
        let [rms, worst, lowest] = [root_mean_square(&d), worst, d[0]].map(|x| 100.0 * x);
        println!("| {name} | {step} | {rms:.1} % | {worst:+.1} % | {lowest:+.1} % | {steps:.1} |");
    };
    for surface_layer in [SurfaceLayer::Hanna, SurfaceLayer::Similarity] {
        let column = closed(BoundaryLayer {
            surface_layer,
            ..CONVECTIVE
        });
        for step in [0.05, 0.1, 0.2, 0.35, 0.5, 1.0] {
            let name = format!("legs, {surface_layer:?}");
            row(
                &name,
                step,
                shares_of(particles, 120, step, column.scale_height_m, |_| column),
            );
        }
        for step in [0.05, 0.1, 0.5, 1.0] {
            let name = format!("usual step, {surface_layer:?}");
            row(&name, step, shares_of_usual_step(particles, 120, step, column));
        }
    }
}
