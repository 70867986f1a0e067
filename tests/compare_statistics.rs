//! Statistics of a comparison: by hand, and of a synthetic truth, which their intervals hold as often as they say.
#![allow(clippy::unwrap_used)]

mod series;

use airshed::compare::{ComparisonOptions, Errors, Estimate, Grouping, ModelSeries};
use airshed::observations::Observations;
use airshed::rng::{Noise, key_of};
use approx::{assert_abs_diff_eq, assert_relative_eq};
use series::{compare, hour, hourly, model};

#[test]
fn statistics_of_four_pairs_are_those_by_hand() {
    let modelled = model(
        [2.0, 4.0, 4.0, 6.0]
            .iter()
            .enumerate()
            .map(|(k, &v)| (hour(k as i64), v)),
    );
    let comparison = compare(&modelled, &hourly(&[1.0, 2.0, 3.0, 4.0]), &ComparisonOptions::default());
    let s = comparison.statistics();
    // model: mean 4, variance 2; measured: mean 2.5, variance 1.25; covariance 1.5
    assert_eq!((s.mean_model, s.mean_observed, s.bias.value), (4.0, 2.5, 1.5));
    assert_relative_eq!(s.rmse.value, 2.5_f64.sqrt(), max_relative = 1e-14);
    assert_relative_eq!(s.centred_rmse.value, 0.25_f64.sqrt(), max_relative = 1e-14);
    assert_relative_eq!(s.r.value, 1.5 / 2.5_f64.sqrt(), max_relative = 1e-14);
    assert_relative_eq!(s.slope.value, 1.6_f64.sqrt(), max_relative = 1e-14);
    assert_relative_eq!(s.intercept.value, 4.0 - 2.5 * 1.6_f64.sqrt(), max_relative = 1e-14);
    assert_eq!((s.n, s.regression), (4, "reduced major axis"));
    let taylor = comparison.taylor();
    let identity =
        taylor.sd_model.powi(2) + taylor.sd_observed.powi(2) - 2.0 * taylor.sd_model * taylor.sd_observed * taylor.r;
    assert_relative_eq!(taylor.centred_rmse.powi(2), identity, max_relative = 1e-13);
    assert_relative_eq!(taylor.normalised_sd, 1.6_f64.sqrt(), max_relative = 1e-14);
}

#[test]
fn too_few_pairs_give_no_number_in_place_of_a_wrong_one() {
    for count in 0..4 {
        let modelled = model((0..count).map(|k| (hour(k), k as f64)));
        let comparison = compare(&modelled, &hourly(&[1.0, 3.0, 2.0]), &ComparisonOptions::default());
        let s = comparison.statistics();
        assert_eq!(s.n as i64, count.min(3));
        if count < 2 {
            assert!(s.bias.low.is_nan() && s.r.value.is_nan() && s.slope.value.is_nan());
        }
        assert!(comparison.by(Grouping::Month).unwrap().len() <= 1);
        assert!(comparison.distribution(&[0.5]).unwrap().quantiles.len() == 1);
    }
    let constant = model((0..10).map(|k| (hour(k), 5.0)));
    let s = compare(&constant, &hourly(&[5.0; 10]), &ComparisonOptions::default()).statistics();
    assert_eq!((s.bias.value, s.rmse.value), (0.0, 0.0));
    assert!(s.r.value.is_nan() && s.slope.value.is_nan());
}

/// Truth of a persistent atmosphere (AR(1), standard deviation 5 ppm), a model 1 + 0.9 × truth and measurements, both with noise.
fn drawn(seed: u64, n: i64, truth_memory: f64, noise_memory: f64) -> (ModelSeries, Observations) {
    let mut noise = Noise::new(key_of(seed, &[n as u64]), 0, 0);
    let innovation = |memory: f64| f64::sqrt(1.0 - memory * memory);
    let (mut truth, mut wrong) = (noise.normal(), noise.normal());
    let (mut modelled, mut measured) = (Vec::new(), Vec::new());
    for k in 0..n {
        truth = truth_memory * truth + innovation(truth_memory) * noise.normal();
        wrong = noise_memory * wrong + innovation(noise_memory) * noise.normal();
        modelled.push((hour(k), 1.0 + 0.9 * 5.0 * truth + 1.5 * wrong));
        measured.push(5.0 * truth + 0.5 * noise.normal());
    }
    (model(modelled), hourly(&measured))
}

/// Share of draws whose interval holds the truth.
fn coverage(draws: u64, of: impl Fn(u64) -> (Estimate, f64)) -> f64 {
    let held = (0..draws).filter(|&seed| {
        let (estimate, truth) = of(seed);
        estimate.low <= truth && truth <= estimate.high
    });
    held.count() as f64 / draws as f64
}

#[test]
fn a_known_bias_slope_and_noise_are_recovered_within_their_intervals() {
    // 150 draws of 200 pairs: standard error of a coverage of 0.95 is 0.0178; bound 4 of them below. Truth and noise without memory.
    const DRAWS: u64 = 150;
    let york = ComparisonOptions {
        errors: Errors {
            model: Some(1.5),
            observed: Some(0.5),
            variance_ratio: None,
        },
        ..Default::default()
    };
    let deming = ComparisonOptions {
        errors: Errors {
            variance_ratio: Some(9.0),
            ..Errors::default()
        },
        ..Default::default()
    };
    let all: Vec<_> = (0..DRAWS).map(|seed| drawn(seed, 200, 0.0, 0.0)).collect();
    let of = |options: &ComparisonOptions| -> Vec<_> {
        all.iter().map(|(m, o)| compare(m, o, options).statistics()).collect()
    };
    let (york, deming) = (of(&york), of(&deming));
    // mismatch = 1 − 0.5 truth + noise: variance 0.25 + 2.25 + 0.25; R² = cov²/(var var) = 22.5² / (22.5 × 25.25)
    let (centred, r) = (2.75_f64.sqrt(), 22.5 / (22.5_f64 * 25.25).sqrt());
    for (name, truth, estimates) in [
        ("bias", 1.0, york.iter().map(|s| s.bias).collect::<Vec<_>>()),
        ("centred RMSE", centred, york.iter().map(|s| s.centred_rmse).collect()),
        ("RMSE", 3.75_f64.sqrt(), york.iter().map(|s| s.rmse).collect()),
        ("R", r, york.iter().map(|s| s.r).collect()),
        ("slope by York", 0.9, york.iter().map(|s| s.slope).collect()),
        ("intercept by York", 1.0, york.iter().map(|s| s.intercept).collect()),
        ("slope by Deming", 0.9, deming.iter().map(|s| s.slope).collect()),
        ("intercept by Deming", 1.0, deming.iter().map(|s| s.intercept).collect()),
    ] {
        let held = coverage(DRAWS, |seed| (estimates[seed as usize], truth));
        println!("{name}: {held:.3}");
        assert!((0.95 - 4.0 * 0.0178..1.0).contains(&held), "{name}: {held}");
    }
    // an interval that always holds would be of no use: that of the bias is as wide as N says, and a tenth for persistence
    let width = york.iter().map(|s| s.bias.high - s.bias.low).sum::<f64>() / DRAWS as f64;
    assert_relative_eq!(width, 2.0 * 1.972 * (2.75_f64 / 200.0).sqrt(), max_relative = 0.1);
    assert!(york.iter().all(|s| s.regression == "York") && deming.iter().all(|s| s.regression == "Deming"));
}

#[test]
fn intervals_hold_the_truth_where_hours_resemble_their_neighbours() {
    // 300 draws of 1000 hours, noise with lag-1 autocorrelation 0.8: nine hours tell as much as one. Without that the interval of
    // the bias would be three times too narrow and hold the truth half the time. Bound: 4 standard errors and 2 % for the
    // autocorrelation that is itself estimated.
    const DRAWS: u64 = 300;
    let statistics: Vec<_> = (0..DRAWS)
        .map(|seed| {
            let (modelled, measured) = drawn(seed, 1000, 0.8, 0.8);
            compare(&modelled, &measured, &ComparisonOptions::default()).statistics()
        })
        .collect();
    let least = 0.95 - 4.0 * 0.0126 - 0.02;
    let bias = coverage(DRAWS, |seed| (statistics[seed as usize].bias, 1.0));
    let centred = coverage(DRAWS, |seed| (statistics[seed as usize].centred_rmse, 2.75_f64.sqrt()));
    println!("bias {bias:.3}, centred RMSE {centred:.3}");
    assert!(bias > least && centred > least, "bias {bias}, centred RMSE {centred}");
    let shares: f64 = statistics.iter().map(|s| s.n_effective / s.n as f64).sum::<f64>() / DRAWS as f64;
    // the measurements' own noise is white, so that the mismatch remembers a little less: ρ = 0.8 × 2.5/2.75
    let rho = 0.8 * 2.5 / 2.75;
    assert_abs_diff_eq!(shares, (1.0 - rho) / (1.0 + rho), epsilon = 0.01);
}

#[test]
fn the_same_seed_gives_the_same_intervals() {
    let (modelled, measured) = drawn(1, 200, 0.5, 0.5);
    let with = |seed| {
        compare(
            &modelled,
            &measured,
            &ComparisonOptions {
                seed,
                ..Default::default()
            },
        )
        .statistics()
    };
    assert_eq!(with(7), with(7));
    assert_ne!(with(7).rmse, with(8).rmse);
    assert_eq!(with(7).bias, with(8).bias);
}
