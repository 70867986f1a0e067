//! What particles must do whatever the weather: follow known paths, stay well mixed, draw the same noise on any number of
//! threads, end with a reason.
#![allow(clippy::unwrap_used)]

use std::ops::ControlFlow;

use airshed::geo::LonLat;
use airshed::met::derive::MixingHeight;
use airshed::met::synthetic::{Domain, Flow, SurfaceState, SyntheticFlow};
use airshed::trajectory::Status;
use airshed::{Error, MetStore, Receptor, Trajectories, TransportOptions, UtcTime, simulate};

const START: i64 = 1_569_067_200;

fn domain() -> Domain {
    Domain {
        west_deg: -5.0,
        south_deg: 44.0,
        spacing_deg: 0.25,
        nx: 81,
        ny: 65,
    }
}

fn still() -> Flow {
    Flow::Uniform { u_m_s: 0.0, v_m_s: 0.0 }
}

fn met(flow: Flow, surface: SurfaceState) -> MetStore {
    let times = (0..=8)
        .map(|k| UtcTime::from_seconds(START).plus_hours(3 * k))
        .collect();
    MetStore::from_readers(vec![Box::new(
        SyntheticFlow::new(flow, surface, domain(), times).unwrap(),
    )])
    .unwrap()
}

fn receptor(place: LonLat, hour: i64, height_agl_m: f64) -> Receptor {
    Receptor::new(
        UtcTime::from_seconds(START).plus_hours(hour),
        place.lon_deg,
        place.lat_deg,
        height_agl_m,
    )
    .unwrap()
}

fn run(met: &MetStore, receptor: &Receptor, options: &TransportOptions) -> Trajectories {
    simulate(met, receptor, options, &|_| ControlFlow::Continue(())).unwrap()
}

fn mean_wind(hours: i32) -> TransportOptions {
    TransportOptions {
        hours,
        particles: 1,
        turbulence: false,
        ..Default::default()
    }
}

fn distance_m(a: LonLat, lon_deg: f64, lat_deg: f64) -> f64 {
    let north = (a.lat_deg - lat_deg).to_radians();
    let east = (a.lon_deg - lon_deg).to_radians() * a.lat_deg.to_radians().cos();
    airshed::constants::EARTH_RADIUS_M * north.hypot(east)
}

/// Largest distance between the path and the exact one, m.
fn path_error_m(flow: Flow, place: LonLat, height_m: f64, hours: i32) -> f64 {
    let start_hour = if hours < 0 { 21 } else { 3 };
    let path = run(
        &met(flow, SurfaceState::default()),
        &receptor(place, start_hour, height_m),
        &mean_wind(hours),
    );
    assert_eq!(path.status, [Status::Alive]);
    path.time_min
        .iter()
        .enumerate()
        .map(|(k, minutes)| {
            let exact = flow.position(place, height_m, 60.0 * minutes);
            distance_m(exact, path.lon_deg[(0, k)], path.lat_deg[(0, k)])
        })
        .fold(0.0, f64::max)
}

#[test]
fn uniform_and_sheared_winds_carry_particles_along_exact_paths_both_ways_in_time() {
    // 12 h at 10–15 m/s are 500 km; winds are stored as f32 cells per second (6e-8), and cos φ is linear between rows
    // 0.25° apart (2e-6 of the wind): a few metres
    let place = LonLat {
        lon_deg: 5.0,
        lat_deg: 52.0,
    };
    for hours in [-12_i32, 12] {
        let uniform = Flow::Uniform {
            u_m_s: 6.0 * f64::from(hours.signum()),
            v_m_s: -8.0 * f64::from(hours.signum()),
        };
        let error = path_error_m(uniform, place, 500.0, hours);
        assert!(error < 20.0, "uniform, {hours} h: {error} m");
        // the source's levels are 200 m apart here, and shear is linear in between, but not in the level index
        let error = path_error_m(
            Flow::Shear {
                u_m_s: 5.0,
                shear_s: 0.002,
            },
            place,
            935.0,
            hours / 2,
        );
        assert!(error < 300.0, "shear, {hours} h: {error} m");
    }
}

#[test]
fn solid_body_rotation_closes_its_circles_with_second_order_accuracy() {
    // the step is 1 min, so the angle per step grows with the angular velocity: twice the velocity, four times the error
    // after the same angle; one turn in 2 h and in 1 h about a pole 0.7° away
    let pole = LonLat {
        lon_deg: 5.0,
        lat_deg: 52.0,
    };
    let place = LonLat {
        lon_deg: 5.0,
        lat_deg: 52.7,
    };
    let error = |turn_h: f64, hours: i32| {
        let angular_rad_s = std::f64::consts::TAU / (3600.0 * turn_h);
        path_error_m(Flow::SolidBody { pole, angular_rad_s }, place, 500.0, hours)
    };
    let (slow, fast) = (error(2.0, -2), error(1.0, -1));
    let order = (fast / slow).log2();
    assert!((1.8..2.2).contains(&order), "order {order}: {slow} m, {fast} m");
    assert!(slow < 350.0, "{slow} m after 490 km");
}

#[test]
fn a_particle_goes_from_a_fine_nest_to_a_coarse_one() {
    // the path leaves the fine nest at 8.5 E: in both nests u/dx is exact along a parallel, so only f32 is
    // left (6e-8 of 650 km) and the conversion of indices (1e-9)
    let place = LonLat {
        lon_deg: 5.0,
        lat_deg: 52.0,
    };
    let flow = Flow::Uniform {
        u_m_s: -15.0,
        v_m_s: 0.0,
    };
    let times = || {
        (0..=8)
            .map(|k| UtcTime::from_seconds(START).plus_hours(3 * k))
            .collect()
    };
    let nest = |domain| -> Box<dyn airshed::met::MetReader> {
        Box::new(SyntheticFlow::new(flow, SurfaceState::default(), domain, times()).unwrap())
    };
    let fine = Domain {
        west_deg: 0.0,
        south_deg: 48.0,
        spacing_deg: 0.25,
        nx: 37,
        ny: 33,
    };
    let coarse = Domain {
        west_deg: -10.0,
        south_deg: 40.0,
        spacing_deg: 1.0,
        nx: 41,
        ny: 21,
    };
    let nests = MetStore::from_readers(vec![nest(coarse), nest(fine)]).unwrap();
    let path = run(&nests, &receptor(place, 21, 500.0), &mean_wind(-12));
    assert_eq!(path.status, [Status::Alive]);
    let last = path.time_min.len() - 1;
    assert!(
        path.lon_deg[(0, last)] > 14.0,
        "{} E is well outside the fine nest",
        path.lon_deg[(0, last)]
    );
    for (k, minutes) in path.time_min.iter().enumerate() {
        let exact = flow.position(place, 500.0, 60.0 * minutes);
        assert!(
            distance_m(exact, path.lon_deg[(0, k)], path.lat_deg[(0, k)]) < 1.0,
            "at {minutes} min"
        );
    }
}

#[test]
fn the_same_seed_gives_the_same_bits_on_one_two_and_four_threads() {
    let surface = SurfaceState {
        sensible_heat_w_m2: 100.0,
        ..Default::default()
    };
    let met = met(
        Flow::Shear {
            u_m_s: 4.0,
            shear_s: 0.003,
        },
        surface,
    );
    let receptor = receptor(
        LonLat {
            lon_deg: 5.0,
            lat_deg: 52.0,
        },
        12,
        50.0,
    );
    let options = TransportOptions {
        hours: -4,
        particles: 101,
        ..Default::default()
    };
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| run(&met, &receptor, &options))
    };
    let one = on(1);
    for threads in [2, 4] {
        let many = on(threads);
        assert!(one.lon_deg == many.lon_deg && one.height_agl_m == many.height_agl_m && one.foot == many.foot);
    }
    let other = run(&met, &receptor, &TransportOptions { seed: 2, ..options });
    assert!(one.lon_deg != other.lon_deg, "another seed must give another ensemble");
}

#[test]
fn a_particle_does_not_depend_on_how_many_fly_with_it() {
    let met = met(
        still(),
        SurfaceState {
            sensible_heat_w_m2: 100.0,
            ..Default::default()
        },
    );
    let receptor = receptor(
        LonLat {
            lon_deg: 5.0,
            lat_deg: 52.0,
        },
        12,
        50.0,
    );
    let few = run(
        &met,
        &receptor,
        &TransportOptions {
            hours: -2,
            particles: 3,
            ..Default::default()
        },
    );
    let many = run(
        &met,
        &receptor,
        &TransportOptions {
            hours: -2,
            particles: 30,
            ..Default::default()
        },
    );
    assert_eq!(few.height_agl_m.row(2), many.height_agl_m.row(2));
}

#[test]
fn influence_adds_up_to_the_time_below_the_surface_layer_over_its_air_mass() {
    // foot = M · 60 s · samt / ∫ρ dz with M = 0.02884: zi is fixed, the column the same everywhere, so the ratio
    // of foot to samt is one number; the air mass of 500 m at 1.2 kg/m³ gives it within the humidity (2 %)
    let mixing_height = MixingHeight::Fixed(1000.0);
    let derive = airshed::met::derive::DeriveOptions {
        mixing_height,
        ..Default::default()
    };
    let options = TransportOptions {
        hours: -3,
        particles: 200,
        hnf_plume: false,
        derive,
        ..Default::default()
    };
    let surface = SurfaceState {
        sensible_heat_w_m2: 100.0,
        ..Default::default()
    };
    let plume = run(
        &met(still(), surface),
        &receptor(
            LonLat {
                lon_deg: 5.0,
                lat_deg: 52.0,
            },
            12,
            50.0,
        ),
        &options,
    );
    let ratios: Vec<f64> = plume
        .foot_raw
        .iter()
        .zip(&plume.time_below_min)
        .filter(|(_, samt)| **samt > 0.0)
        .map(|(foot, samt)| f64::from(foot / samt))
        .collect();
    let mean_density: f64 = 1.2;
    let expected = 0.02884 * 60.0 / (500.0 * mean_density);
    assert!(ratios.len() > 1000);
    assert!(
        ratios.iter().all(|r| (r / ratios[0] - 1.0).abs() < 1e-4),
        "one column, one ratio"
    );
    assert!(
        (ratios[0] / expected - 1.0).abs() < 0.05,
        "{} against {expected}",
        ratios[0]
    );
}

#[test]
fn a_receptor_outside_the_data_fails_with_its_reason() {
    let met = met(still(), SurfaceState::default());
    let fails = |receptor: &Receptor| {
        simulate(&met, receptor, &TransportOptions::default(), &|_| {
            ControlFlow::Continue(())
        })
        .unwrap_err()
    };
    let elsewhere = fails(&receptor(
        LonLat {
            lon_deg: 60.0,
            lat_deg: 52.0,
        },
        12,
        50.0,
    ));
    assert!(matches!(elsewhere, Error::MetPlace { .. }), "{elsewhere}");
    assert!(
        elsewhere.to_string().contains("-5.00"),
        "names what is covered: {elsewhere}"
    );
    let later = fails(&receptor(
        LonLat {
            lon_deg: 5.0,
            lat_deg: 52.0,
        },
        100,
        50.0,
    ));
    assert!(matches!(later, Error::MetTime { .. }), "{later}");
}

#[test]
fn particles_that_leave_the_domain_or_outlast_the_data_are_counted_as_such() {
    let west_wind = met(
        Flow::Uniform {
            u_m_s: 40.0,
            v_m_s: 0.0,
        },
        SurfaceState::default(),
    );
    let gone = run(
        &west_wind,
        &receptor(
            LonLat {
                lon_deg: 0.0,
                lat_deg: 52.0,
            },
            12,
            500.0,
        ),
        &mean_wind(-6),
    );
    assert_eq!(gone.status, [Status::LeftDomain]);
    assert!(gone.lon_deg[(0, 359)].is_nan() && gone.lon_deg[(0, 0)].is_finite());
    let calm = met(still(), SurfaceState::default());
    let outlasted = run(
        &calm,
        &receptor(
            LonLat {
                lon_deg: 5.0,
                lat_deg: 52.0,
            },
            3,
            500.0,
        ),
        &mean_wind(-6),
    );
    assert_eq!(outlasted.status, [Status::MetGap]);
    let followed = outlasted.lon_deg.row(0).iter().filter(|lon| lon.is_finite()).count();
    assert_eq!(followed, 180, "three hours of data, three hours of path");
}

#[test]
fn a_watcher_can_stop_a_run() {
    let met = met(still(), SurfaceState::default());
    let receptor = receptor(
        LonLat {
            lon_deg: 5.0,
            lat_deg: 52.0,
        },
        12,
        50.0,
    );
    let options = TransportOptions {
        hours: -6,
        particles: 1,
        ..Default::default()
    };
    let stopped = simulate(&met, &receptor, &options, &|minutes| {
        if minutes >= 120.0 {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    assert!(matches!(stopped, Err(Error::Interrupted)));
}
