//! Flights of the same particles through meteorology from different files, and how far apart they are.
#![allow(dead_code)]

use std::ops::ControlFlow;

use airshed::met::derive::MixingHeight;
use airshed::mode::Mode;
use airshed::{MetStore, Receptor, Trajectories, TransportOptions, UtcTime, simulate};

pub const PARTICLES: usize = 400;

/// Particles from 120 m at Cabauw back to `start`, the mixing height from the profile.
pub fn fly(met: &MetStore, mode: Mode, start: UtcTime, hours: i32) -> Trajectories {
    fly_with(met, (mode, MixingHeight::Richardson), start, hours)
}

pub fn fly_with(
    met: &MetStore,
    (mode, mixing_height): (Mode, MixingHeight),
    start: UtcTime,
    hours: i32,
) -> Trajectories {
    let time = start.plus_hours(i64::from(hours));
    let receptor = Receptor::new(time, 4.927, 51.971, 120.0).unwrap();
    let mut options = TransportOptions {
        hours: -hours,
        particles: PARTICLES,
        seed: 7,
        ..TransportOptions::default()
    };
    options.derive.mode = mode;
    options.derive.mixing_height = mixing_height;
    simulate(met, &receptor, &options, &|_| ControlFlow::Continue(())).unwrap()
}

/// Differences of two ensembles of [`PARTICLES`]: largest over the hours of mean longitude, latitude and height, and of the
/// total footprint, each in standard errors of the difference of two such means. Particles of two flights part for good
/// where the last bit of a field changes the count of sub-steps, so that two flights are two samples of one ensemble.
pub fn differences(one: &Trajectories, other: &Trajectories) -> [f64; 4] {
    let apart = |value: &dyn Fn(&Trajectories, usize) -> f64| {
        let [a, b] = [one, other].map(|flight| {
            let values: Vec<f64> = (0..PARTICLES)
                .map(|p| value(flight, p))
                .filter(|v| v.is_finite())
                .collect();
            let count = values.len() as f64;
            let mean = values.iter().sum::<f64>() / count;
            (
                mean,
                values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / count / count,
            )
        });
        (a.0 - b.0).abs() / (a.1 + b.1).sqrt()
    };
    let mut worst = [0f64; 4];
    for record in (59..one.time_min.len()).step_by(60) {
        let at_hour = [
            apart(&|t, p| t.lon_deg[(p, record)]),
            apart(&|t, p| t.lat_deg[(p, record)]),
            apart(&|t, p| f64::from(t.height_agl_m[(p, record)])),
        ];
        worst
            .iter_mut()
            .zip(at_hour)
            .for_each(|(worst, found)| *worst = worst.max(found));
    }
    worst[3] = apart(&|t, p| {
        t.foot
            .row(p)
            .iter()
            .filter(|v| v.is_finite())
            .map(|&v| f64::from(v))
            .sum()
    });
    worst
}
