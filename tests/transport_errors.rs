//! What the second, perturbed ensemble must do: nothing without errors, spread as Taylor (1921) says with them, and leave
//! the first ensemble as it is.
#![allow(clippy::unwrap_used)]

use std::ops::ControlFlow;

use airshed::met::synthetic::{Domain, Flow, SurfaceState, SyntheticFlow};
use airshed::transport::{MixingHeightErrors, WindErrors};
use airshed::{Error, MetStore, Receptor, Trajectories, TransportOptions, UtcTime, simulate, simulate_perturbed};

const START: i64 = 1_569_067_200;

fn met() -> MetStore {
    let domain = Domain {
        west_deg: -5.0,
        south_deg: 44.0,
        spacing_deg: 0.25,
        nx: 81,
        ny: 65,
    };
    let wind = Flow::Uniform { u_m_s: 4.0, v_m_s: 3.0 };
    let surface = SurfaceState {
        sensible_heat_w_m2: 100.0,
        ..Default::default()
    };
    let times = (0..=8).map(|k| UtcTime::from_seconds(START).plus_hours(3 * k));
    let flow = SyntheticFlow::new(wind, surface, domain, times.collect()).unwrap();
    MetStore::from_readers(vec![Box::new(flow)]).unwrap()
}

fn receptor() -> Receptor {
    Receptor::new(UtcTime::from_seconds(START).plus_hours(12), 5.0, 52.0, 100.0).unwrap()
}

fn wind_errors(sigma_m_s: f64) -> Option<WindErrors> {
    Some(WindErrors {
        sigma_m_s,
        time_min: 10.0,
        height_m: 1e7,
        distance_km: 1e6,
    })
}

fn mixing_height_errors(sigma_percent: f64) -> Option<MixingHeightErrors> {
    Some(MixingHeightErrors {
        sigma_percent,
        time_min: 60.0,
        distance_km: 1e6,
    })
}

fn first(options: &TransportOptions) -> Trajectories {
    simulate(&met(), &receptor(), options, &|_| ControlFlow::Continue(())).unwrap()
}

fn second(options: &TransportOptions) -> Trajectories {
    simulate_perturbed(&met(), &receptor(), options, &|_| ControlFlow::Continue(())).unwrap()
}

fn assert_same(a: &Trajectories, b: &Trajectories) {
    assert!(a.lon_deg == b.lon_deg && a.lat_deg == b.lat_deg && a.height_agl_m == b.height_agl_m);
    assert!(a.foot == b.foot && a.foot_raw == b.foot_raw && a.mixing_height_m == b.mixing_height_m);
}

#[test]
fn errors_of_no_size_change_nothing_and_the_first_ensemble_never_feels_any() {
    let plain = TransportOptions {
        hours: -3,
        particles: 40,
        ..Default::default()
    };
    let with = |sigma: f64| TransportOptions {
        wind_errors: wind_errors(sigma),
        mixing_height_errors: mixing_height_errors(10.0 * sigma),
        ..plain.clone()
    };
    let base = first(&plain);
    assert_same(&base, &second(&with(0.0)));
    assert_same(&base, &second(&plain));
    assert_same(&base, &first(&with(2.0)));
    let perturbed = second(&with(2.0));
    assert!(base.lon_deg != perturbed.lon_deg && base.foot != perturbed.foot);
}

#[test]
fn the_perturbed_ensemble_has_the_same_bits_on_any_number_of_threads() {
    let options = TransportOptions {
        hours: -2,
        particles: 101,
        wind_errors: wind_errors(2.0),
        mixing_height_errors: mixing_height_errors(30.0),
        ..Default::default()
    };
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| second(&options))
    };
    let one = on(1);
    for threads in [2, 4] {
        assert_same(&one, &on(threads));
    }
}

#[test]
fn wind_errors_alone_spread_positions_as_taylor_says() {
    // in a wind without shear both ensembles share their turbulence, so the difference of paths is the error alone.
    // σ² t² for t ≪ τ, 2σ²τt for t ≫ τ, in between 2σ²τ (t − τ(1 − e^(−t/τ))). N = 500 particles × 2 components: the
    // standard error of the variance is √(2/1000) = 4.5 %, bound 4 of them
    for hours in [-6, 6] {
        let options = TransportOptions {
            hours,
            particles: 500,
            wind_errors: wind_errors(1.5),
            ..Default::default()
        };
        let (base, perturbed) = (first(&options), second(&options));
        for minutes in [2, 10, 60, 360] {
            let (t, tau, k) = (60.0 * f64::from(minutes), 600.0, minutes as usize - 1);
            let metres_per_deg = airshed::constants::EARTH_RADIUS_M.to_radians();
            let squares = (0..options.particles).map(|p| {
                let north = perturbed.lat_deg[(p, k)] - base.lat_deg[(p, k)];
                let shrink = base.lat_deg[(p, k)].to_radians().cos();
                let east = (perturbed.lon_deg[(p, k)] - base.lon_deg[(p, k)]) * shrink;
                (east * metres_per_deg).powi(2) + (north * metres_per_deg).powi(2)
            });
            let variance = squares.sum::<f64>() / (2.0 * options.particles as f64);
            let expected = 2.0 * 1.5_f64.powi(2) * tau * (t - tau * (1.0 - (-t / tau).exp()));
            let deviation = variance / expected - 1.0;
            assert!(
                deviation.abs() < 0.18,
                "{hours} h, {minutes} min: {variance} m2, not {expected}"
            );
            if minutes == 360 {
                approx::assert_relative_eq!(expected, 2.0 * 1.5 * 1.5 * tau * t, max_relative = 0.03);
            }
        }
    }
}

#[test]
fn mixing_height_errors_scale_the_influence_of_each_step_and_move_no_particle() {
    // N = 400 particles, one independent factor each at a time: standard errors σ/√N = 2 % of the mean factor and
    // 1/√(2N) = 3.5 % of its standard deviation; bound 4 of them
    let options = TransportOptions {
        hours: -2,
        particles: 400,
        hnf_plume: false,
        mixing_height_errors: mixing_height_errors(20.0),
        veght: 3000.0,
        ..Default::default()
    };
    let (base, perturbed) = (first(&options), second(&options));
    assert!(base.lon_deg == perturbed.lon_deg && base.mixing_height_m == perturbed.mixing_height_m);
    let factors: Vec<f64> = (0..400)
        .map(|p| f64::from(perturbed.foot[(p, 60)]) / f64::from(base.foot[(p, 60)]))
        .collect();
    let mean = factors.iter().sum::<f64>() / 400.0;
    let sigma = (factors.iter().map(|f| (f - mean).powi(2)).sum::<f64>() / 399.0).sqrt();
    assert!((mean - 1.0).abs() < 0.04, "mean factor {mean}");
    assert!((sigma / 0.2 - 1.0).abs() < 0.14, "standard deviation {sigma}");
    let large = TransportOptions {
        mixing_height_errors: mixing_height_errors(300.0),
        ..options
    };
    let foot = second(&large).foot;
    assert!(
        foot.iter().all(|f| *f >= 0.0) && foot.iter().any(|f| *f == 0.0),
        "influence is never negative"
    );
}

#[test]
fn impossible_errors_are_refused_by_name() {
    let refused = |errors: WindErrors| {
        let options = TransportOptions {
            wind_errors: Some(errors),
            ..Default::default()
        };
        match simulate_perturbed(&met(), &receptor(), &options, &|_| ControlFlow::Continue(())) {
            Err(Error::Config { key, .. }) => key,
            other => panic!("{other:?}"),
        }
    };
    let good = wind_errors(1.0).unwrap();
    assert_eq!(
        refused(WindErrors {
            sigma_m_s: -1.0,
            ..good
        }),
        "siguverr"
    );
    assert_eq!(refused(WindErrors { time_min: 0.0, ..good }), "tluverr");
    assert_eq!(
        refused(WindErrors {
            height_m: f64::NAN,
            ..good
        }),
        "zcoruverr"
    );
}
