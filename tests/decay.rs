//! First-order decay on the way from the ground to the receptor.
#![allow(clippy::unwrap_used)]

use std::ops::ControlFlow;

use airshed::met::synthetic::{Domain, Flow, SurfaceState, SyntheticFlow};
use airshed::{Decay, Error, Flux, Footprint, Grid, MetStore, Receptor, Trajectories, TransportOptions, UtcTime};
use airshed::{grid_particles, simulate};

const RADON_H: f64 = 24.0 * 3.8235;

fn ensemble(hours: i32) -> Trajectories {
    let start = UtcTime::from_seconds(1_569_067_200);
    let domain = Domain {
        west_deg: 0.0,
        south_deg: 48.0,
        spacing_deg: 0.5,
        nx: 21,
        ny: 17,
    };
    let surface = SurfaceState {
        sensible_heat_w_m2: 100.0,
        ..Default::default()
    };
    let flow = Flow::Uniform { u_m_s: 2.0, v_m_s: 1.0 };
    let times = (0..=8).map(|k| start.plus_hours(3 * k)).collect();
    let weather = SyntheticFlow::new(flow, surface, domain, times).unwrap();
    let met = MetStore::from_readers(vec![Box::new(weather)]).unwrap();
    let options = TransportOptions {
        hours,
        particles: 60,
        ..Default::default()
    };
    let tower = Receptor::new(start.plus_hours(12), 5.0, 52.0, 50.0).unwrap();
    simulate(&met, &tower, &options, &|_| ControlFlow::Continue(())).unwrap()
}

fn gridded(ensemble: &Trajectories, time_integrate: bool) -> Footprint {
    let grid = Grid {
        name: "near".into(),
        west: 2.0,
        east: 8.0,
        south: 50.0,
        north: 54.0,
        dx: 0.1,
        dy: 0.1,
        crs: "+proj=longlat".into(),
        time_integrate,
        smooth_factor: 1.0,
        gridding: Default::default(),
    };
    grid_particles(ensemble, &grid).unwrap()
}

fn added(footprint: &Footprint, half_life_h: Option<f64>) -> Result<Vec<f64>, Error> {
    let decay = half_life_h.map(|h| Decay::of_half_life_h(h).unwrap());
    let flux = Flux::uniform(1.0).on_grid(&footprint.grid)?.decaying(decay);
    let layers = flux.convolve(footprint)?.layers;
    Ok(layers.into_iter().map(|(_, ppm)| ppm).collect())
}

#[test]
fn each_record_keeps_what_is_left_of_it_at_its_age() {
    let ensemble = ensemble(-3);
    let decayed = ensemble.decayed(Decay::of_half_life_h(1.0).unwrap());
    assert!(decayed.foot_raw == ensemble.foot_raw && decayed.lon_deg == ensemble.lon_deg);
    let (mut seen, half_lives) = (0, |k: usize| (k as f64 + 0.5) / 60.0);
    for ((particle, k), &foot) in ensemble.foot.indexed_iter() {
        // f32: 6e-8
        let left = f64::from(foot) * 0.5_f64.powf(half_lives(k));
        approx::assert_relative_eq!(f64::from(decayed.foot[(particle, k)]), left, max_relative = 1e-6);
        seen += usize::from(left > 0.0);
    }
    assert!(seen > 1000);
}

#[test]
fn decay_by_the_hour_agrees_with_decay_by_the_particle() {
    // within an hour the influence is not even: at most half an hour of decay, 0.4 % of radon
    for hours in [-10, 10] {
        let ensemble = ensemble(hours);
        let footprint = gridded(&ensemble, false);
        let decay = Decay::of_half_life_h(RADON_H).unwrap();
        let exact = added(&gridded(&ensemble.decayed(decay), false), None).unwrap();
        let (hourly, undecayed) = (
            added(&footprint, Some(RADON_H)).unwrap(),
            added(&footprint, None).unwrap(),
        );
        for (layer, ((exact, hourly), undecayed)) in exact.iter().zip(&hourly).zip(&undecayed).enumerate() {
            approx::assert_relative_eq!(exact, hourly, max_relative = 0.004);
            // the layer furthest from the receptor in time is the first of a backward run and the last of a forward one
            let age_h = if hours < 0 {
                9.5 - layer as f64
            } else {
                layer as f64 + 0.5
            };
            let left = 0.5_f64.powf(age_h / RADON_H);
            approx::assert_relative_eq!(hourly / undecayed, left, max_relative = 1e-5);
        }
    }
}

#[test]
fn a_footprint_without_hours_refuses_a_flux_that_decays() {
    let error = added(&gridded(&ensemble(-2), true), Some(RADON_H))
        .unwrap_err()
        .to_string();
    assert!(error.contains("grid.near.time_integrate"), "{error}");
    assert!(Decay::of_half_life_h(0.0).is_err() && Decay::of_half_life_h(f64::NAN).is_err());
}
