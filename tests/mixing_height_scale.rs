//! ZISCALE: factors on the mixing height, by the hour of the run.
#![allow(clippy::unwrap_used)]

use std::ops::ControlFlow;

use airshed::met::MetReader;
use airshed::met::derive::{DeriveOptions, MixingHeight, derivations};
use airshed::met::synthetic::{Domain, Flow, SurfaceState, SyntheticFlow};
use airshed::transport::MixingHeightScale;
use airshed::{MetStore, Receptor, TransportOptions, UtcTime, simulate};

const START: i64 = 1_569_067_200;

/// The same weather at all times, three-hourly; the file's own mixing height is 700 m.
fn weather() -> SyntheticFlow {
    let domain = Domain {
        west_deg: 0.0,
        south_deg: 48.0,
        spacing_deg: 0.5,
        nx: 21,
        ny: 17,
    };
    let surface = SurfaceState {
        sensible_heat_w_m2: 100.0,
        mixing_height_m: 700.0,
        ..Default::default()
    };
    let still = Flow::Uniform { u_m_s: 0.0, v_m_s: 0.0 };
    let times = (0..=4)
        .map(|k| UtcTime::from_seconds(START).plus_hours(3 * k))
        .collect();
    SyntheticFlow::new(still, surface, domain, times).unwrap()
}

/// Mixing heights of the first particle, minute by minute backward from 09:30.
fn mixing_heights_m(scale: MixingHeightScale, found: MixingHeight) -> Vec<f64> {
    let met = MetStore::from_readers(vec![Box::new(weather())]).unwrap();
    let time = UtcTime::from_seconds(START).plus_seconds(34_200);
    let options = TransportOptions {
        hours: -6,
        particles: 2,
        mixing_height_scale: scale,
        derive: DeriveOptions {
            mixing_height: found,
            ..Default::default()
        },
        ..Default::default()
    };
    let tower = Receptor::new(time, 5.0, 52.0, 50.0).unwrap();
    let run = simulate(&met, &tower, &options, &|_| ControlFlow::Continue(())).unwrap();
    run.mixing_height_m.row(0).iter().map(|&zi| f64::from(zi)).collect()
}

#[test]
fn one_factor_scales_every_mixing_height_before_the_lowest_one_is_set() {
    // f32 in the table: 1e-7
    for found in [
        MixingHeight::Richardson,
        MixingHeight::Fixed(600.0),
        MixingHeight::FromFile,
    ] {
        let plain = mixing_heights_m(MixingHeightScale::default(), found);
        let doubled = mixing_heights_m(MixingHeightScale::Every(2.0), found);
        assert!(plain[0] > 150.0);
        for (zi, twice) in plain.iter().zip(&doubled) {
            approx::assert_relative_eq!(2.0 * zi, *twice, max_relative = 1e-6);
        }
        let tiny = mixing_heights_m(MixingHeightScale::Every(0.01), found);
        assert!(tiny.iter().all(|zi| (zi - 150.0).abs() < 1e-4), "never below kmix0");
    }
}

#[test]
fn hourly_factors_belong_to_met_times_and_end_with_the_list() {
    // release 09:30; met times 12:00 and 9:00, 6:00, 3:00 lie 2, 0, 3 and 6 whole hours from it
    let factors = vec![2.0, 9.0, 5.0, 3.0];
    let zi = mixing_heights_m(MixingHeightScale::Hourly(factors), MixingHeight::Fixed(400.0));
    // the record of the minute from t to t − 1 holds the mean of both ends
    let middle = |minutes: usize| 9.5 - (minutes as f64 + 0.5) / 60.0;
    for (minutes, zi) in zi.iter().enumerate() {
        let hour = middle(minutes);
        let factor = match hour {
            h if h > 9.0 => 2.0 + (h - 9.0) / 3.0 * 3.0,
            h if h > 6.0 => 3.0 + (h - 6.0) / 3.0 * (2.0 - 3.0),
            h => 1.0 + (h - 3.0) / 3.0 * 2.0,
        };
        approx::assert_relative_eq!(*zi, 400.0 * factor, max_relative = 1e-6);
    }
}

#[test]
fn a_negative_factor_stands_for_the_files_own_mixing_height() {
    let zi = mixing_heights_m(MixingHeightScale::Every(-1.0), MixingHeight::Richardson);
    // packed in one byte over the whole grid, where it is the same everywhere: exact
    assert!(zi.iter().all(|zi| (zi - 700.0).abs() < 1e-3), "{}", zi[0]);
    let mut without = weather().description().clone();
    without.variables[0].retain(|name| name != "PBLH");
    let options = DeriveOptions {
        mixing_height_factor: -1.0,
        ..Default::default()
    };
    let error = derivations(&without, &options).unwrap_err().to_string();
    assert!(error.contains("PBLH") && error.contains("ziscale"), "{error}");
}
