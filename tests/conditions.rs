//! Conditions at given places are those that particles report, and NaN where the meteorology does not reach.
#![allow(clippy::unwrap_used)]

use std::ops::ControlFlow;

use airshed::met::derive::DeriveOptions;
use airshed::met::synthetic::{Domain, Flow, SurfaceState, SyntheticFlow, SyntheticWeather, WeatherOptions};
use airshed::transport::{Place, conditions};
use airshed::{Error, MetStore, Receptor, TransportOptions, UtcTime, simulate};

fn met() -> MetStore {
    let options = WeatherOptions {
        hours: 12,
        spacing_deg: 1.0,
        ..Default::default()
    };
    MetStore::from_readers(vec![Box::new(SyntheticWeather::new(options).unwrap())]).unwrap()
}

fn place(time: &str, lon_deg: f64, lat_deg: f64, height_agl_m: f64) -> Place {
    Place {
        time: UtcTime::parse(time).unwrap(),
        lon_deg,
        lat_deg,
        height_agl_m,
    }
}

/// Heights are stored in f32, so a particle within 1e-6 of a level may lie in the next layer: up to 1 in 1000 may differ.
#[test]
fn particles_report_the_conditions_at_their_places() {
    let met = met();
    let start = UtcTime::parse("2019-09-20T10:00").unwrap();
    let receptor = Receptor::new(start, 4.927, 51.971, 120.0).unwrap();
    let options = TransportOptions {
        hours: -5,
        particles: 40,
        ..Default::default()
    };
    let particles = simulate(&met, &receptor, &options, &|_| ControlFlow::Continue(())).unwrap();
    let indices: Vec<_> = particles.lon_deg.indexed_iter().map(|(index, _)| index).collect();
    let places: Vec<Place> = indices
        .iter()
        .map(|&(p, t)| Place {
            time: start.plus_seconds((60.0 * particles.time_min[t]) as i64),
            lon_deg: particles.lon_deg[(p, t)],
            lat_deg: particles.lat_deg[(p, t)],
            height_agl_m: f64::from(particles.height_agl_m[(p, t)]),
        })
        .collect();
    let air = conditions(&met, &places, &options.derive).unwrap();
    let mut off = 0;
    for (&at, air) in indices.iter().zip(&air) {
        let near = |a: f64, b: f32| (a - f64::from(b)).abs() <= 1e-5 * a.abs();
        let same = near(air.air_density_kg_m3, particles.air_density_kg_m3[at])
            && near(air.pressure_hpa, particles.pressure_hpa[at])
            && near(air.sigma_w_m_s, particles.sigma_w_m_s[at])
            && near(air.lagrangian_time_s, particles.lagrangian_time_s[at]);
        off += usize::from(!same);
    }
    assert!(off * 1000 <= air.len(), "{off} of {}", air.len());
}

#[test]
fn places_out_of_reach_are_nan_and_keep_their_order() {
    let there = [
        place("2019-09-20T11:30:30", 5.0, 52.0, 100.0),
        place("2019-09-20T01:00", 5.0, 52.0, 100.0),
        place("2019-09-20T01:00", 100.0, 52.0, 100.0),
        place("2019-09-20T01:00", 5.0, 52.0, 1e6),
        place("2019-09-20T01:00", 5.0, 52.0, -1.0),
        place("2030-01-01T00:00", 5.0, 52.0, 100.0),
        place("2019-09-20T01:00", f64::NAN, 52.0, 100.0),
    ];
    let met = met();
    let air = conditions(&met, &there, &DeriveOptions::default()).unwrap();
    let valid: Vec<bool> = air
        .iter()
        .map(|a| a.mixing_height_m.is_finite() && a.u_m_s.is_finite())
        .collect();
    assert_eq!(valid, [true, true, false, false, false, false, false]);
    assert!(
        air[0].mixing_height_m > 2.0 * air[1].mixing_height_m,
        "midday, night: {air:?}"
    );
    let alone = conditions(&met, &there[1..2], &DeriveOptions::default()).unwrap();
    assert_eq!(alone[0], air[1]);
}

#[test]
fn a_table_of_times_that_the_files_lack_is_an_error() {
    let result = conditions(
        &met(),
        &[place("2030-01-01T00:00", 5.0, 52.0, 100.0)],
        &DeriveOptions::default(),
    );
    assert!(matches!(result, Err(Error::MetTime { .. })));
}

/// Winds are interpolated as cells per second, and 1/cos φ is not linear in φ: up to 3e-5 on cells of half a degree.
#[test]
fn the_wind_of_a_uniform_flow_is_told_in_metres_per_second() {
    let domain = Domain {
        west_deg: 0.0,
        south_deg: 40.0,
        spacing_deg: 0.5,
        nx: 21,
        ny: 21,
    };
    let flow = Flow::Uniform {
        u_m_s: 8.0,
        v_m_s: -3.0,
    };
    let start = UtcTime::parse("2019-09-20T00:00").unwrap();
    let times = vec![start, start.plus_hours(3)];
    let reader = SyntheticFlow::new(flow, SurfaceState::default(), domain, times).unwrap();
    let met = MetStore::from_readers(vec![Box::new(reader)]).unwrap();
    let there = [place("2019-09-20T01:00", 4.3, 45.2, 500.0)];
    let air = conditions(&met, &there, &DeriveOptions::default()).unwrap()[0];
    approx::assert_relative_eq!(air.u_m_s, 8.0, max_relative = 3e-5);
    approx::assert_relative_eq!(air.v_m_s, -3.0, max_relative = 3e-5);
    approx::assert_relative_eq!(air.w_m_s, 0.0, epsilon = 1e-6);
}
