//! Parity: in the layer that begins above the mixing height all is as at its upper level, the wind included.
#![allow(clippy::unwrap_used)]

use std::ops::ControlFlow;

use airshed::met::derive::MixingHeight;
use airshed::met::levels::Levels;
use airshed::met::synthetic::{Domain, Flow, SurfaceState, SyntheticFlow};
use airshed::{MetStore, Receptor, TransportOptions, UtcTime, simulate};

/// Metres along the parallel.
fn eastward_m(from_deg: f64, to_deg: f64, lat_deg: f64) -> f64 {
    (to_deg - from_deg).to_radians() * lat_deg.to_radians().cos() * 6_371_200.0
}

/// 60 particles of which each stays at its height: the mean is as good as the wind at one level, 0.5 %; the wind at the
/// release differs by 5 % and more.
#[test]
fn particles_just_above_the_mixing_height_ride_the_wind_of_the_next_level() {
    let domain = Domain {
        west_deg: 0.0,
        south_deg: 47.0,
        spacing_deg: 0.25,
        nx: 41,
        ny: 41,
    };
    let (u_m_s, shear_s) = (5.0, 0.005);
    let start = UtcTime::parse("2019-09-20T00:00").unwrap();
    let times = vec![start, start.plus_hours(3)];
    let reader = SyntheticFlow::new(Flow::Shear { u_m_s, shear_s }, SurfaceState::default(), domain, times).unwrap();
    let met = MetStore::from_readers(vec![Box::new(reader)]).unwrap();
    let levels = Levels::choose(met.nests()[0].levels.len() - 1, 25_000.0).heights_m;
    let k = levels.iter().position(|&z| z > 900.0).unwrap();
    let (level_m, next_m) = (levels[k], levels[k + 1]);
    let height_m = level_m + 0.4 * (next_m - level_m);
    let mut options = TransportOptions {
        hours: 1,
        particles: 60,
        ..Default::default()
    };
    options.derive.mixing_height = MixingHeight::Fixed(level_m - 20.0);
    let receptor = Receptor::new(start, 3.0, 52.0, height_m).unwrap();
    let flown = simulate(&met, &receptor, &options, &|_| ControlFlow::Continue(())).unwrap();
    let last = flown.time_min.len() - 1;
    let stayed: Vec<f64> = (0..options.particles)
        .filter(|&p| {
            (0..=last).all(|t| (f64::from(flown.height_agl_m[(p, t)]) - height_m).abs() < 0.3 * (next_m - level_m))
        })
        .map(|p| eastward_m(3.0, flown.lon_deg[(p, last)], 52.0) / 3600.0)
        .collect();
    assert!(stayed.len() > 30, "{}", stayed.len());
    let mean = stayed.iter().sum::<f64>() / stayed.len() as f64;
    approx::assert_relative_eq!(mean, u_m_s + shear_s * next_m, max_relative = 5e-3);
}
