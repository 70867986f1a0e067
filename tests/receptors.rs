//! Receptors of every shape: where and when their particles start, and what becomes of their influence.
#![allow(clippy::unwrap_used)]

use std::ops::ControlFlow;
use std::path::Path;

use airshed::met::derive::{DeriveOptions, MixingHeight};
use airshed::met::synthetic::{Domain, Flow, SurfaceState, SyntheticFlow};
use airshed::receptor::{Datum, EvenIn, Layout, MeanOver, Receptor, Site, Stop};
use airshed::{Error, Grid, MetStore, Result, Trajectories, TransportOptions, UtcTime, grid_particles, simulate};

const LON: f64 = 5.0;
const LAT: f64 = 52.0;

fn noon() -> UtcTime {
    UtcTime::parse("2019-09-21T21:00").unwrap()
}

fn met(u_m_s: f64) -> MetStore {
    let flow = Flow::Uniform { u_m_s, v_m_s: 0.0 };
    let surface = SurfaceState {
        sensible_heat_w_m2: 150.0,
        ..Default::default()
    };
    let domain = Domain {
        west_deg: -5.0,
        south_deg: 44.0,
        spacing_deg: 0.5,
        nx: 41,
        ny: 33,
    };
    let times = (0..=6).map(|k| noon().plus_hours(3 * (k - 4))).collect();
    MetStore::from_readers(vec![Box::new(
        SyntheticFlow::new(flow, surface, domain, times).unwrap(),
    )])
    .unwrap()
}

fn options(hours: i32, particles: usize) -> TransportOptions {
    TransportOptions {
        hours,
        particles,
        ..Default::default()
    }
}

fn still(hours: i32, particles: usize) -> TransportOptions {
    TransportOptions {
        turbulence: false,
        ..options(hours, particles)
    }
}

fn run(met: &MetStore, receptor: &Receptor, options: &TransportOptions) -> Result<Trajectories> {
    simulate(met, receptor, options, &|_| ControlFlow::Continue(()))
}

fn column(bottom_m: f64, top_m: f64) -> Receptor {
    Receptor::column(noon(), Site::new(LON, LAT, bottom_m), top_m, Datum::Ground).unwrap()
}

fn grid() -> Grid {
    Grid {
        name: "default".into(),
        west: 0.0,
        east: 10.0,
        south: 48.0,
        north: 56.0,
        dx: 0.25,
        dy: 0.25,
        crs: "+proj=longlat".into(),
        time_integrate: true,
        smooth_factor: 1.0,
        gridding: Default::default(),
    }
}

/// Minute of each particle's first record.
fn first_min(ensemble: &Trajectories) -> Vec<f64> {
    let row = |particle| {
        ensemble
            .lon_deg
            .row(particle)
            .iter()
            .position(|lon| !lon.is_nan())
            .unwrap()
    };
    (0..ensemble.particle_count())
        .map(|p| ensemble.time_min[row(p)])
        .collect()
}

fn same(a: &Trajectories, b: &Trajectories) -> bool {
    let bits = |t: &Trajectories| -> Vec<u64> {
        let doubles = t.lon_deg.iter().chain(&t.lat_deg).map(|v| v.to_bits());
        let singles = t.height_agl_m.iter().chain(&t.foot).map(|v| u64::from(v.to_bits()));
        doubles.chain(singles).collect()
    };
    bits(a) == bits(b)
}

#[test]
fn a_point_is_one_of_several_points_bit_for_bit() {
    let met = met(5.0);
    let point = Receptor::new(noon(), LON, LAT, 50.0).unwrap();
    let points = Receptor::points(noon(), vec![Site::new(LON, LAT, 50.0)], Datum::Ground).unwrap();
    let alone = run(&met, &point, &options(-2, 20)).unwrap();
    assert!(same(&alone, &run(&met, &points, &options(-2, 20)).unwrap()));
    assert!(alone.is_from_a_point());
    assert_eq!(alone.release_height_agl_m, [50.0; 20]);
}

#[test]
fn the_particles_of_several_points_are_shared_out_in_blocks() {
    let met = met(0.0);
    let sites = vec![
        Site::new(LON, LAT, 120.0),
        Site::new(6.0, LAT, 500.0),
        Site::new(5.0, 50.0, 900.0),
    ];
    let points = Receptor::points(noon(), sites, Datum::Ground).unwrap();
    let ensemble = run(&met, &points, &still(-1, 8)).unwrap();
    assert_eq!(
        ensemble.release_height_agl_m,
        [120.0, 120.0, 120.0, 500.0, 500.0, 900.0, 900.0, 900.0]
    );
    // still air: they stay where they start, to the conversion of indices
    assert!((ensemble.lon_deg[(4, 59)] - 6.0).abs() < 1e-9 && (ensemble.lat_deg[(7, 59)] - 50.0).abs() < 1e-9);
}

#[test]
fn the_particles_of_a_column_start_at_the_middles_of_equal_pieces() {
    let ensemble = run(&met(0.0), &column(100.0, 900.0), &still(-1, 16)).unwrap();
    for (i, height_m) in ensemble.release_height_agl_m.iter().enumerate() {
        let expected = 100.0 + (i as f64 + 0.5) * (900.0 - 100.0) / 16.0;
        // round-off, then f32 in the table
        assert!((height_m - expected).abs() < 1e-9, "{height_m} against {expected}");
        assert!((f64::from(ensemble.height_agl_m[(i, 0)]) - expected).abs() < 1e-4);
    }
    assert_eq!(first_min(&ensemble), [-1.0; 16]);
}

#[test]
fn an_ensemble_of_any_shape_does_not_depend_on_the_number_of_threads() {
    let met = met(5.0);
    let column = column(0.0, 1500.0).evenly(EvenIn::Pressure, MeanOver::Release).unwrap();
    let column = column.over_hours(0.5).unwrap();
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| run(&met, &column, &options(-1, 33)).unwrap())
    };
    assert!(same(&on(1), &on(3)));
}

#[test]
fn particles_even_in_pressure_stand_for_the_same_mass_of_dry_air() {
    // still air, so the first record's pressure is that of the start. Between levels pressure and density are linear each for
    // itself, so steps are taken over ten particles; humidity, 1 % near the ground, is in the pressure alone
    let receptor = column(50.0, 8000.0)
        .evenly(EvenIn::Pressure, MeanOver::Release)
        .unwrap();
    let ensemble = run(&met(0.0), &receptor, &still(-1, 100)).unwrap();
    let pressure = |p: usize| f64::from(ensemble.pressure_hpa[(p, 0)]);
    let mean = (pressure(0) - pressure(90)) / 9.0;
    for k in 0..9 {
        let step = pressure(10 * k) - pressure(10 * k + 10);
        assert!(
            (step / mean - 1.0).abs() < 0.012,
            "tenth {k}: {step} hPa against {mean}"
        );
    }
    let weights: f64 = ensemble.weight.iter().map(|w| w / 100.0).sum();
    assert!(
        (weights - 1.0).abs() < 1e-6,
        "the weighting function adds up to {weights}"
    );
    // even in length the same column takes 40 % larger steps of pressure at the bottom than at the top
    let even = run(&met(0.0), &column(50.0, 8000.0), &still(-1, 100)).unwrap();
    let step = |k: usize| even.pressure_hpa[(k, 0)] - even.pressure_hpa[(k + 1, 0)];
    assert!(step(0) > 1.4 * step(98));
}

#[test]
fn a_uniform_flux_adds_its_share_to_the_whole_column_of_air() {
    // F t M / (p_s / g): all that was emitted in t is still in the column. N = 1500; the share of time below veght·zi has a
    // standard error s/√N taken from the ensemble, allowed 3 of them beside 2 % for humidity (p_s counts it, and parity mode
    // takes it off the surface layer's air twice) and M = 0.02884 for 0.02897 (0.4 %)
    let met = met(2.0);
    let receptor = column(0.0, 1500.0)
        .evenly(EvenIn::Pressure, MeanOver::Atmosphere)
        .unwrap();
    let settings = TransportOptions {
        hnf_plume: false,
        derive: DeriveOptions {
            mixing_height: MixingHeight::Fixed(1000.0),
            ..Default::default()
        },
        ..options(-3, 1500)
    };
    let ensemble = run(&met, &receptor, &settings).unwrap();
    let of_particle = |p: usize| ensemble.weight[p] * ensemble.foot.row(p).iter().map(|f| f64::from(*f)).sum::<f64>();
    let each: Vec<f64> = (0..1500).map(of_particle).collect();
    let mean = each.iter().sum::<f64>() / 1500.0;
    let deviation = each.iter().map(|f| (f - mean).powi(2)).sum::<f64>().sqrt() / 1500.0;
    let surface_pa = 100.0 * f64::from(ensemble.pressure_hpa[(0, 0)]);
    let expected = 3.0 * 3600.0 * 9.80616 * 0.02897 / surface_pa;
    let bound = 0.02 * expected + 3.0 * deviation;
    assert!(
        (mean - expected).abs() < bound,
        "{mean} against {expected}, bound {bound}"
    );
    assert!(
        bound < 0.1 * expected,
        "a bound that means something: {bound} of {expected}"
    );
    let gridded = grid_particles(&ensemble, &grid()).unwrap();
    assert!(
        (gridded.budget.total / mean - 1.0).abs() < 1e-9,
        "the footprint holds the weights"
    );
}

#[test]
fn weights_multiply_the_influence_and_leave_the_particles_alone() {
    let met = met(5.0);
    let of = |near: f64, far: f64| {
        let mut sites = vec![Site::new(LON, LAT, 50.0), Site::new(6.0, LAT, 50.0)];
        (sites[0].weight, sites[1].weight) = (near, far);
        let ensemble = run(
            &met,
            &Receptor::points(noon(), sites, Datum::Ground).unwrap(),
            &options(-1, 40),
        )
        .unwrap();
        let total = grid_particles(&ensemble, &grid()).unwrap().budget.total;
        (ensemble, total)
    };
    let ((both, whole), (_, near), (half, far)) = (of(1.0, 1.0), of(1.0, 0.0), of(0.0, 0.5));
    assert!(same(&both, &half));
    // sums of f64 in another order
    assert!((near + 2.0 * far - whole).abs() < 1e-12 * whole);
}

#[test]
fn a_path_takes_the_short_way_over_the_antimeridian_and_the_pole() {
    let at = |lon, lat, height| Site::new(lon, lat, height);
    let pacific = Receptor::path(
        noon(),
        vec![at(179.0, 10.0, 0.0), at(-179.0, 10.0, 4000.0)],
        Datum::Ground,
    )
    .unwrap();
    let layout = Layout::new(&pacific, 4, false, 0.0);
    for index in 0..4 {
        let site = layout.start(index).site;
        assert!(site.lon_deg.abs() > 179.0, "{} E", site.lon_deg);
        assert!((site.height_m - 1000.0 * (index as f64 + 0.5)).abs() < 1e-6);
    }
    let arctic = Receptor::path(noon(), vec![at(30.0, 89.0, 0.0), at(-150.0, 89.0, 0.0)], Datum::Ground).unwrap();
    let highest = Layout::new(&arctic, 101, false, 0.0).start(50).site;
    assert!(highest.lat_deg > 89.999, "over the pole: {} N", highest.lat_deg);
}

#[test]
fn a_track_is_sampled_evenly_in_time_and_its_clock_starts_where_the_run_does() {
    let stop = |minutes: i64, lon: f64| Stop {
        time: noon().plus_seconds(60 * (minutes - 30)),
        site: Site::new(lon, LAT, 500.0),
    };
    // slow for 20 min, then fast for 10: two thirds of the particles on the first degree
    let track = Receptor::track(vec![stop(0, 4.0), stop(20, 5.0), stop(30, 7.0)], Datum::Ground).unwrap();
    assert_eq!(track.time, noon());
    let met = met(0.0);
    let back = run(&met, &track, &still(-2, 30)).unwrap();
    assert_eq!(back.time_min[0], -1.0);
    let lons: Vec<f64> = back.lon_deg.column(119).to_vec();
    // a great circle passes longitudes a little unevenly, by 1e-5 degrees here
    assert!(
        (lons[0] - 6.9).abs() < 1e-4 && (lons[29] - 4.025).abs() < 1e-3,
        "{lons:?}"
    );
    assert_eq!(lons.iter().filter(|lon| **lon < 5.0).count(), 20);
    let expected: Vec<f64> = (0..30).map(|k| -1.0 - f64::from(k)).collect();
    assert_eq!(first_min(&back), expected);
    let forth = run(&met, &track, &still(2, 30)).unwrap();
    assert_eq!(forth.receptor.time, noon().plus_seconds(-1800));
    assert!((forth.lon_deg[(0, 119)] - 4.025).abs() < 1e-3);
    assert_eq!(forth.release_min[29], 29.0);
}

#[test]
fn emisshrs_starts_as_many_particles_a_minute_as_the_reference() {
    // hycs_std, EMISSHRS = 0.5: 90 particles come 4 a minute, the last 2 in the 23rd
    let met = met(5.0);
    let receptor = Receptor::new(noon(), LON, LAT, 50.0).unwrap();
    let settings = TransportOptions {
        emisshrs: 0.5,
        ..options(-1, 90)
    };
    let ensemble = run(&met, &receptor, &settings).unwrap();
    let first = first_min(&ensemble);
    assert_eq!((first[0], first[3], first[4], first[89]), (-1.0, -1.0, -2.0, -23.0));
    assert!(!ensemble.is_from_a_point());
    let forward = run(&met, &receptor, &TransportOptions { hours: 1, ..settings }).unwrap();
    assert_eq!(first_min(&forward)[89], 23.0);
}

#[test]
fn a_release_over_time_is_even_whatever_the_number_of_particles() {
    let met = met(5.0);
    let receptor = Receptor::new(noon(), LON, LAT, 50.0).unwrap().over_hours(1.0).unwrap();
    let first = first_min(&run(&met, &receptor, &options(-2, 90)).unwrap());
    let in_half_hour = first.iter().filter(|minute| **minute >= -30.0).count();
    assert_eq!((in_half_hour, first[89]), (45, -60.0));
    // heights and times of a column do not go together: in each quarter of an hour all quarters of the column are sampled
    let column = column(0.0, 1000.0).over_hours(1.0).unwrap();
    let ensemble = run(&met, &column, &options(-2, 160)).unwrap();
    let mut met_in = [[0; 4]; 4];
    for (minute, height_m) in ensemble.release_min.iter().zip(&ensemble.release_height_agl_m) {
        met_in[(-minute / 15.0) as usize][(height_m / 250.0) as usize] += 1;
    }
    // 10 each, within 2: the discrepancy of a golden sequence
    assert!(
        met_in.iter().flatten().all(|count| (8..=12).contains(count)),
        "{met_in:?}"
    );
    assert!(
        run(&met, &receptor, &options(-1, 90)).is_ok(),
        "as long as the run itself"
    );
    let three_hours = receptor.over_hours(3.0).unwrap();
    let message = run(&met, &three_hours, &options(-2, 90)).unwrap_err().to_string();
    assert!(message.contains("start within the run of 2 h"), "{message}");
}

#[test]
fn a_particle_that_starts_late_is_smoothed_by_its_own_age() {
    let met = met(5.0);
    let receptor = Receptor::new(noon(), LON, LAT, 50.0).unwrap();
    let prompt = run(&met, &receptor, &options(-3, 60)).unwrap();
    let mut late = prompt.clone();
    // the same paths half an hour later, to the end of the table
    for particle in 0..60 {
        for k in (0..180_usize).rev() {
            let at = [particle, k];
            let Some(then) = k.checked_sub(30) else {
                late.lon_deg[at] = f64::NAN;
                late.foot[at] = f32::NAN;
                continue;
            };
            late.lon_deg[at] = prompt.lon_deg[[particle, then]];
            late.lat_deg[at] = prompt.lat_deg[[particle, then]];
            late.foot[at] = prompt.foot[[particle, then]];
        }
    }
    let mut cut = prompt;
    (150..180).for_each(|k| cut.foot.column_mut(k).fill(0.0));
    let (a, b) = (
        grid_particles(&cut, &grid()).unwrap(),
        grid_particles(&late, &grid()).unwrap(),
    );
    assert!(
        a.foot
            .iter()
            .zip(&b.foot)
            .all(|(a, b)| (a - b).abs() <= 1e-12 * a.abs())
    );
    assert!(a.foot.sum() > 0.0);
}

#[test]
fn a_place_outside_the_meteorology_is_named() {
    let sites = vec![Site::new(LON, LAT, 100.0), Site::new(60.0, LAT, 100.0)];
    let fault = run(
        &met(0.0),
        &Receptor::path(noon(), sites, Datum::Ground).unwrap(),
        &still(-1, 10),
    )
    .unwrap_err();
    assert!(
        matches!(fault, Error::MetPlace { lon_deg, .. } if lon_deg > 15.0),
        "{fault}"
    );
    let above = run(
        &met(0.0),
        &column(0.0, 19_000.0),
        &TransportOptions {
            derive: DeriveOptions {
                model_top_m: 10_000.0,
                ..Default::default()
            },
            ..still(-1, 10)
        },
    );
    assert!(above.unwrap_err().to_string().contains("below the model top"));
}

#[test]
fn impossible_shapes_are_refused_with_their_place() {
    let at = |lon, height| Site::new(lon, LAT, height);
    let message = |receptor: Result<Receptor>| receptor.unwrap_err().to_string();
    let path = |sites| message(Receptor::path(noon(), sites, Datum::Ground));
    assert!(path(vec![at(5.0, 0.0), at(5.0, -1.0)]).contains("path, place 2: height_agl_m = -1"));
    assert!(path(vec![at(5.0, 0.0)]).contains("at least two places"));
    assert!(path(vec![at(5.0, 9.0), at(5.0, 9.0)]).contains("at least two different places"));
    assert!(message(Receptor::points(noon(), Vec::new(), Datum::Ground)).contains("at least one place"));
    let stop = |s| Stop {
        time: noon().plus_seconds(s),
        site: at(5.0, 10.0),
    };
    assert!(
        message(Receptor::track(vec![stop(0), stop(60), stop(60)], Datum::Ground)).contains("track, place 3: time")
    );
    assert!(message(Receptor::column(noon(), at(5.0, 100.0), 100.0, Datum::Ground)).contains("height_top_m = 100"));
    let track = Receptor::track(vec![stop(0), stop(60)], Datum::Ground).unwrap();
    assert!(message(track.over_hours(1.0)).contains("brings its own times"));
    let level = Receptor::path(noon(), vec![at(5.0, 9.0), at(6.0, 9.0)], Datum::Ground).unwrap();
    assert!(message(level.evenly(EvenIn::Pressure, MeanOver::Release)).contains("level path"));
}

#[test]
fn heights_above_sea_level_start_where_the_reference_starts_them() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/met/ngm_19951016T00_17T10.arl");
    if !file.exists() {
        eprintln!("skipped: {} is not there", file.display());
        return;
    }
    // hycs_std, KMSL = 1 over terrain of 2394.93 m in the NGM file: 4000 m start at 1605.07 m, 500 m at the ground
    let met = MetStore::open(&[file.to_string_lossy().into_owned()]).unwrap();
    let time = UtcTime::parse("1995-10-17T00:00").unwrap();
    for (asl_m, agl_m) in [(4000.0, 1605.07), (2500.0, 105.07), (500.0, 0.0)] {
        let receptor = Receptor::new(time, -105.5, 38.5, asl_m)
            .unwrap()
            .above_sea_level()
            .unwrap();
        let ensemble = run(&met, &receptor, &still(-1, 1)).unwrap();
        let start_m = ensemble.release_height_agl_m[0];
        // the reference prints terrain in f32 beside the particle
        assert!((start_m - agl_m).abs() < 0.1, "{asl_m} m: {start_m} against {agl_m}");
    }
}
