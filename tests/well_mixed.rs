//! A tracer that is mixed stays mixed: the condition that every dispersion model must meet (Thomson 1987).
#![allow(clippy::unwrap_used)]

use std::ops::ControlFlow;

use airshed::met::derive::{DeriveOptions, MixingHeight};
use airshed::met::synthetic::{Domain, Flow, SurfaceState, SyntheticFlow};
use airshed::{MetStore, Receptor, Trajectories, TransportOptions, UtcTime, simulate};

#[test]
fn a_plume_ends_well_mixed_through_the_boundary_layer() {
    // N = 20,000 over the five layers below 935 m, 1,000 and more in each, so one standard error is 3 % or less; the
    // scheme itself holds a layer within 3 % of its share at this sub-step (Thomson et al. 1997): bound 4 SE + 3 %
    let surface = SurfaceState {
        friction_velocity_m_s: 0.4,
        sensible_heat_w_m2: 150.0,
        mixing_height_m: 1000.0,
    };
    let start = UtcTime::from_seconds(1_569_067_200);
    let domain = Domain {
        west_deg: -5.0,
        south_deg: 44.0,
        spacing_deg: 0.25,
        nx: 81,
        ny: 65,
    };
    let still = Flow::Uniform { u_m_s: 0.0, v_m_s: 0.0 };
    let times = (0..=8).map(|k| start.plus_hours(3 * k)).collect();
    let met = MetStore::from_readers(vec![Box::new(
        SyntheticFlow::new(still, surface, domain, times).unwrap(),
    )])
    .unwrap();
    let receptor = Receptor::new(start.plus_hours(12), 5.0, 52.0, 100.0).unwrap();
    for hours in [-3, 3] {
        let options = TransportOptions {
            hours,
            particles: 20_000,
            derive: DeriveOptions {
                mixing_height: MixingHeight::Fixed(1000.0),
                ..Default::default()
            },
            ..Default::default()
        };
        let plume = simulate(&met, &receptor, &options, &|_| ControlFlow::Continue(())).unwrap();
        let last = plume.time_min.len() - 1;
        let edges = [0.0, 75.0, 200.0, 385.0, 630.0, 935.0];
        let count = |low: f64, high: f64| {
            let heights = plume.height_agl_m.column(last);
            heights.iter().filter(|z| (low..high).contains(&f64::from(**z))).count() as f64
        };
        let mass = |low: f64, high: f64| pressure_at(&plume, last, low) - pressure_at(&plume, last, high);
        let (particles, air) = (count(0.0, 935.0), mass(0.0, 935.0));
        for layer in edges.windows(2) {
            let expected = particles * mass(layer[0], layer[1]) / air;
            let deviation = count(layer[0], layer[1]) / expected - 1.0;
            let bound = 4.0 / expected.sqrt() + 0.03;
            assert!(
                deviation.abs() < bound,
                "{hours} h, {layer:?} m: {deviation:+.3} of {expected:.0}, bound {bound:.3}"
            );
        }
    }
}

/// Pressure at a height, from the particles: ln p is close to linear in height over 1 km.
fn pressure_at(plume: &Trajectories, record: usize, height_m: f64) -> f64 {
    let points = plume.height_agl_m.column(record);
    let pairs = points
        .iter()
        .zip(plume.pressure_hpa.column(record))
        .filter(|(z, _)| **z > 50.0 && **z < 1000.0);
    let (mut n, mut sz, mut sl, mut szz, mut szl) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for (z, p) in pairs {
        let (z, l) = (f64::from(*z), f64::from(*p).ln());
        (n, sz, sl, szz, szl) = (n + 1.0, sz + z, sl + l, szz + z * z, szl + z * l);
    }
    let slope = (n * szl - sz * sl) / (n * szz - sz * sz);
    ((sl - slope * sz) / n + slope * height_m).exp()
}
