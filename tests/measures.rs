//! What a record counts besides surface influence, and how old influence is, by their claims.

#![allow(clippy::unwrap_used)]

use airshed::footprint::{Footprint, Gridder};
use airshed::gridding::Measure;
use airshed::{Error, Flux, Grid, Receptor, Trajectories, UtcTime, convolve, grid_particles};
use approx::assert_relative_eq;
use ndarray::Axis;

fn grid(measure: Measure) -> Grid {
    let mut grid = Grid {
        name: "test".into(),
        west: 0.0,
        east: 10.0,
        south: 48.0,
        north: 56.0,
        dx: 0.5,
        dy: 0.5,
        crs: "+proj=longlat".into(),
        time_integrate: false,
        smooth_factor: 1.0,
        gridding: Default::default(),
    };
    grid.gridding.measure = measure;
    grid
}

fn between(bottom_agl_m: f64, top_agl_m: f64) -> Measure {
    Measure::Residence {
        bottom_agl_m,
        top_agl_m,
    }
}

/// Particles that stay over one place, each with the same heights, minute by minute from a start at 100 m.
fn standing(particles: usize, heights_m: &[f32]) -> Trajectories {
    let time = UtcTime::parse("2020-01-01T12:00").unwrap();
    let receptor = Receptor::new(time, 5.25, 52.25, 100.0).unwrap();
    let minutes = (1..=heights_m.len()).map(|k| -(k as f64)).collect();
    let mut t = Trajectories::new(receptor, particles, minutes);
    t.lon_deg.fill(5.25);
    t.lat_deg.fill(52.25);
    t.foot.fill(1e-3);
    t.air_density_kg_m3.fill(1.25);
    for mut row in t.height_agl_m.outer_iter_mut() {
        row.iter_mut().zip(heights_m).for_each(|(to, from)| *to = *from);
    }
    t
}

const HEIGHTS_M: [f32; 5] = [250.0, 250.0, 350.0, 150.0, 150.0];
/// Between 200 and 300 m: a third of the way up, a whole minute, half the way out, half the way down, nothing.
const SECONDS: f64 = 20.0 + 60.0 + 30.0 + 30.0;

#[test]
fn residence_is_the_share_of_each_minute_that_the_way_between_two_records_spends_in_the_layer() {
    let t = standing(1, &HEIGHTS_M);
    let f = grid_particles(&t, &grid(between(200.0, 300.0))).unwrap();
    assert_relative_eq!(f.foot.sum(), SECONDS, max_relative = 1e-12);
    assert_relative_eq!(f.foot[[0, 8, 10]], SECONDS, max_relative = 1e-12);
    assert_relative_eq!(f.budget.total, SECONDS, max_relative = 1e-12);
}

#[test]
fn layers_on_top_of_each_other_hold_all_the_time_there_is() {
    let t = standing(3, &HEIGHTS_M);
    let edges = [0.0, 120.0, 200.0, 260.0, 1000.0];
    let sum: f64 = edges
        .windows(2)
        .map(|pair| grid_particles(&t, &grid(between(pair[0], pair[1]))).unwrap().foot.sum())
        .sum();
    assert_relative_eq!(sum, 5.0 * 60.0, max_relative = 1e-12);
}

#[test]
fn an_elevated_source_dilutes_into_its_layer() {
    let t = standing(1, &HEIGHTS_M);
    let measure = Measure::Elevated {
        bottom_agl_m: 200.0,
        top_agl_m: 300.0,
    };
    let f = grid_particles(&t, &grid(measure)).unwrap();
    // M Δt / (ρ Δz), dry air of 0.0289647 kg/mol
    assert_relative_eq!(
        f.foot.sum(),
        0.028_964_7 * SECONDS / (1.25 * 100.0),
        // records are f32
        max_relative = 1e-7
    );
    let enhancement = convolve(&f, &Flux::uniform(2.0)).unwrap();
    assert_relative_eq!(enhancement.total_ppm, 2.0 * f.foot.sum(), max_relative = 1e-12);
}

#[test]
fn how_records_are_cut_into_blocks_does_not_change_the_time_in_a_layer() {
    let t = standing(1, &HEIGHTS_M);
    let g = grid(between(200.0, 300.0));
    let mut gridder = Gridder::new(&g, &t.receptor, 1).unwrap();
    for k in 0..HEIGHTS_M.len() {
        let mut block = t.clone();
        block.time_min = vec![t.time_min[k]];
        let cut = |table: &ndarray::Array2<f32>| table.slice_axis(Axis(1), (k..k + 1).into()).to_owned();
        let cut_f64 = |table: &ndarray::Array2<f64>| table.slice_axis(Axis(1), (k..k + 1).into()).to_owned();
        (block.lon_deg, block.lat_deg) = (cut_f64(&t.lon_deg), cut_f64(&t.lat_deg));
        (block.height_agl_m, block.foot) = (cut(&t.height_agl_m), cut(&t.foot));
        gridder.add(&block).unwrap();
    }
    assert_eq!(gridder.finish().unwrap().foot, grid_particles(&t, &g).unwrap().foot);
}

#[test]
fn a_table_without_the_columns_of_the_measure_is_refused() {
    let mut t = standing(1, &HEIGHTS_M);
    t.air_density_kg_m3.fill(f32::NAN);
    let elevated = Measure::Elevated {
        bottom_agl_m: 0.0,
        top_agl_m: 300.0,
    };
    let refused = grid_particles(&t, &grid(elevated)).unwrap_err();
    assert!(refused.to_string().contains("zagl and dens"), "{refused}");
    t.height_agl_m.fill(f32::NAN);
    assert!(grid_particles(&t, &grid(between(0.0, 300.0))).is_err());
    assert!(grid_particles(&t, &grid(Measure::Surface)).is_ok());
}

#[test]
fn seconds_are_no_influence_and_have_no_enhancement() {
    let f = grid_particles(&standing(1, &HEIGHTS_M), &grid(between(200.0, 300.0))).unwrap();
    assert!(matches!(convolve(&f, &Flux::uniform(1.0)), Err(Error::Config { key, .. }) if key == "grid.test.measure"));
}

/// Influence that looks random, of particles that drift out of the grid.
fn drifting(particles: usize, minutes: usize) -> Trajectories {
    let mut t = standing(particles, &vec![100.0; minutes]);
    for p in 0..particles {
        for k in 0..minutes {
            let (a, b) = (p as f64 * 0.754_877_666, k as f64 * 0.569_840_291);
            t.lon_deg[[p, k]] = 5.25 - 0.01 * k as f64 * (0.5 + a.fract());
            t.lat_deg[[p, k]] = 52.25 + 0.005 * k as f64 * ((a + 0.3).fract() - 0.5);
            t.foot[[p, k]] = 1e-3 * ((a + b).fract() as f32);
        }
    }
    t
}

fn layer_sums_outward(f: &Footprint) -> Vec<f64> {
    f.foot.outer_iter().rev().map(|layer| layer.sum()).collect()
}

#[test]
fn influence_by_age_has_the_layers_sums_and_errors_if_all_particles_start_together() {
    let t = drifting(60, 700);
    for layer_min in [60, 180, 45] {
        let mut g = grid(Measure::Surface);
        g.gridding.layer_min = layer_min;
        g.smooth_factor = 8.0;
        let f = grid_particles(&t, &g).unwrap();
        assert!(f.budget.smeared_out > 0.0 && f.budget.outside > 0.0);
        let age = f.age.as_ref().unwrap();
        assert_eq!(age.bin_seconds, 60 * i64::from(layer_min));
        let sums = layer_sums_outward(&f);
        let errors = f.sampling.as_ref().unwrap().layer_stderr();
        assert_eq!(age.foot.len(), sums.len());
        for (k, sum) in sums.iter().enumerate() {
            // what is smeared out is taken off running sums: rounding of the whole
            assert_relative_eq!(age.foot[k], *sum, epsilon = 1e-12 * f.budget.total);
            let error = errors[sums.len() - 1 - k];
            assert_relative_eq!(age.stderr.as_ref().unwrap()[k], error, epsilon = 1e-12 * f.budget.total);
        }
    }
}

#[test]
fn an_integrated_footprint_still_tells_its_ages() {
    let t = drifting(60, 700);
    let hourly = grid_particles(&t, &grid(Measure::Surface)).unwrap();
    let whole = grid_particles(
        &t,
        &Grid {
            time_integrate: true,
            ..grid(Measure::Surface)
        },
    )
    .unwrap();
    for (a, b) in hourly.age.unwrap().foot.iter().zip(whole.age.unwrap().foot) {
        assert_relative_eq!(*a, b, max_relative = 1e-10);
    }
}

#[test]
fn ages_count_from_each_particles_own_release() {
    // ten particles, released half an hour apart, with influence in their first 60 minutes alone
    let mut t = standing(10, &[100.0; 330]);
    for p in 0..10 {
        t.release_min[p] = -30.0 * p as f64;
        for k in 0..330 {
            let since = t.release_min[p] - t.time_min[k];
            t.foot[[p, k]] = if since > 0.0 && since <= 60.0 { 1e-3 } else { 0.0 };
            if since <= 0.0 {
                t.lon_deg[[p, k]] = f64::NAN;
            }
        }
    }
    let f = grid_particles(&t, &grid(Measure::Surface)).unwrap();
    let age = f.age.unwrap();
    // influence is f32
    assert_relative_eq!(age.foot[0], 0.06, max_relative = 1e-6);
    assert!(age.foot[1..].iter().all(|v| v.abs() < 1e-15));
    // minutes 1 to 60
    assert_relative_eq!(age.mean_age_s.unwrap(), 60.0 * 30.5, max_relative = 1e-6);
    assert!(
        f.foot.index_axis(Axis(0), 0).sum() > 0.0,
        "layers go by time, not by age"
    );
}

#[cfg(feature = "netcdf")]
#[test]
fn ages_come_back_from_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("foot.nc");
    let f = grid_particles(&drifting(60, 200), &grid(Measure::Surface)).unwrap();
    let run = airshed::output::RunAttributes {
        mode: "parity".into(),
        seed: 1,
        perturbed: false,
    };
    airshed::output::write_footprint(&path, &f, &run).unwrap();
    assert_eq!(airshed::output::read_footprint(&path).unwrap().age, f.age);
}
