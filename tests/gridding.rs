//! The gridding by its claims: kernel shape, mass, symmetry, threads.

#![allow(clippy::unwrap_used)]

mod clouds;

use airshed::footprint::{Footprint, grid_particles};
use airshed::grid::Grid;
use airshed::gridding::EarlySteps;
use airshed::trajectory::Trajectories;
use clouds::{budget_closes, cloud, grid, mean_foot, receptor};

/// Two particles with influence on one of them only: the kernel is that of their spread.
fn two_particles(distance_deg: f64, grid: &Grid) -> (Footprint, f64) {
    let mut t = Trajectories::new(receptor(), 2, (1..=361).map(|k| -f64::from(k)).collect());
    for k in 0..361 {
        for (p, shift) in [(0, 0.0), (1, distance_deg)] {
            (t.lon_deg[[p, k]], t.lat_deg[[p, k]], t.foot[[p, k]]) = (5.05 + shift, 52.05, 0.0);
        }
    }
    t.foot[[0, 360]] = 4.0;
    // sample variance of two values a distance d apart is d²/2; age 360 min after the first record
    let width = 0.06 * (distance_deg.powi(2) / 2.0).powf(0.25) * 0.5 / 52.05_f64.to_radians().cos();
    (grid_particles(&t, grid).unwrap(), grid.smooth_factor * width)
}

#[test]
fn a_particle_leaves_a_gaussian_of_its_influence_over_n() {
    let mut wide = grid();
    wide.smooth_factor = 4.0;
    let (footprint, sigma) = two_particles(4.0, &wide);
    let layer = footprint.foot.index_axis(ndarray::Axis(0), 0);
    approx::assert_relative_eq!(layer.sum(), 4.0 / 2.0, max_relative = 1e-12);
    // cell (40, 50) holds 52.05 N, 5.05 E
    let half = (3.0 * sigma / 0.1).floor() as usize;
    assert!(half > 3);
    for (j, i) in [(0, 0), (1, 0), (0, 2), (3, 3), (half, half)] {
        let distance2 = ((i * i + j * j) as f64) * 0.01;
        let expected = layer[[40, 50]] * (-distance2 / (2.0 * sigma * sigma)).exp();
        for cell in [[40 + j, 50 + i], [40 - j, 50 - i]] {
            approx::assert_relative_eq!(layer[cell], expected, max_relative = 1e-9);
        }
    }
    assert_eq!(layer[[40 + half + 1, 50]], 0.0, "cut at three standard deviations");
}

#[test]
fn the_documented_width_comes_out() {
    // science: V = 0.035, 360 min, 40 degrees north: 0.016939 degrees; here at 52.05 N
    let distance = (2.0_f64 * 0.035).sqrt();
    let (_, sigma) = two_particles(distance, &grid());
    let at_40 = sigma * 52.05_f64.to_radians().cos() / 40.0_f64.to_radians().cos();
    assert!((at_40 - 0.016_939).abs() < 1e-6, "{at_40}");
}

#[test]
fn oblong_cells_keep_mass_and_the_same_width_in_degrees() {
    let oblong = Grid {
        dx: 0.2,
        dy: 0.05,
        smooth_factor: 12.0,
        ..grid()
    };
    let (footprint, sigma) = two_particles(4.0, &oblong);
    let layer = footprint.foot.index_axis(ndarray::Axis(0), 0);
    approx::assert_relative_eq!(layer.sum(), 2.0, max_relative = 1e-12);
    let (mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0);
    for ((j, i), v) in layer.indexed_iter() {
        let (x, y) = (0.1 + 0.2 * i as f64 - 5.1, 48.025 + 0.05 * j as f64 - 52.075);
        xx += v * x * x / 2.0;
        yy += v * y * y / 2.0;
        xy += v * x * y / 2.0;
    }
    // a Gaussian cut at 3 sigma has 0.973 of its variance; whole cells make the cut ragged by up to a cell
    for variance in [xx, yy] {
        let ratio = variance / (sigma * sigma);
        assert!((0.93..1.0).contains(&ratio), "{ratio}");
    }
    assert!(xy.abs() < 1e-12);
}

#[test]
fn all_influence_is_accounted_for() {
    let t = cloud(5.0, 52.0, 60, 400);
    let small = Grid {
        west: 4.0,
        east: 5.0,
        south: 51.7,
        north: 52.2,
        smooth_factor: 3.0,
        ..grid()
    };
    for candidate in [
        grid(),
        small.clone(),
        Grid {
            time_integrate: false,
            ..small.clone()
        },
    ] {
        let footprint = grid_particles(&t, &candidate).unwrap();
        budget_closes(&footprint);
        approx::assert_relative_eq!(footprint.budget.total, mean_foot(&t), max_relative = 1e-12);
    }
    let b = grid_particles(&t, &small).unwrap().budget;
    assert!(b.inside > 0.0 && b.smeared_out > 0.0 && b.outside > 0.0, "{b:?}");
}

#[test]
fn interior_mass_is_conserved() {
    let footprint = grid_particles(&cloud(5.0, 52.0, 60, 400), &grid()).unwrap();
    approx::assert_relative_eq!(footprint.foot.sum(), footprint.budget.total, max_relative = 1e-12);
}

#[test]
fn unsmoothed_the_sum_is_that_of_the_particles_inside() {
    let t = cloud(5.0, 52.0, 60, 400);
    let g = Grid {
        west: 4.0,
        east: 5.0,
        south: 51.7,
        north: 52.2,
        smooth_factor: 0.0,
        ..grid()
    };
    let inside = |p: usize, k: usize| {
        let (lon, lat) = (t.lon_deg[[p, k]], t.lat_deg[[p, k]]);
        (4.0..5.0).contains(&lon) && (51.7..52.2).contains(&lat)
    };
    let picked = t
        .foot
        .indexed_iter()
        .filter(|((p, k), _)| inside(*p, *k))
        .map(|(_, &v)| f64::from(v));
    let expected = picked.sum::<f64>() / 60.0;
    let footprint = grid_particles(&t, &g).unwrap();
    approx::assert_relative_eq!(footprint.foot.sum(), expected, max_relative = 1e-6);
    assert_eq!(footprint.budget.smeared_out, 0.0);
}

#[test]
fn splitting_early_steps_keeps_the_influence() {
    let t = cloud(5.0, 52.0, 60, 400);
    let fine = Grid {
        dx: 0.002,
        dy: 0.002,
        west: 3.0,
        east: 5.5,
        south: 51.0,
        north: 53.0,
        ..grid()
    };
    let mut splitting = fine.clone();
    splitting.gridding.compat.early_steps = EarlySteps::Split;
    let split = grid_particles(&t, &splitting).unwrap();
    budget_closes(&split);
    let reached = |f: &Footprint| f.foot.iter().filter(|v| **v > 0.0).count();
    assert!(reached(&split) > reached(&grid_particles(&t, &fine).unwrap()));
}

#[test]
fn a_grid_across_the_antimeridian_is_the_shifted_grid() {
    let there = Grid {
        west: 176.0,
        east: -176.0,
        south: 50.0,
        north: 54.0,
        ..grid()
    };
    let over = Grid {
        east: 184.0,
        ..there.clone()
    };
    let here = Grid {
        west: 1.0,
        east: 9.0,
        south: 50.0,
        north: 54.0,
        ..grid()
    };
    // whole-degree shift, a hundredth of a cell off the edges
    let expected = grid_particles(&cloud(5.001, 52.0, 60, 400), &here).unwrap();
    for crossing in [there, over] {
        let found = grid_particles(&cloud(180.001, 52.0, 60, 400), &crossing).unwrap();
        assert_eq!(found.foot.dim(), expected.foot.dim());
        for (a, b) in found.foot.iter().zip(&expected.foot) {
            approx::assert_relative_eq!(*a, *b, max_relative = 1e-8, epsilon = 1e-15);
        }
    }
}

#[test]
fn a_grid_across_both_meridians_has_one_unbroken_axis() {
    let wide = Grid {
        west: -20.0,
        east: 200.0,
        south: 50.0,
        north: 54.0,
        ..grid()
    };
    let x = wide.axes().unwrap().x_centres();
    assert_eq!(x.len(), 2200);
    assert!(x.is_sorted());
    let footprint = grid_particles(&cloud(-179.0, 52.0, 60, 400), &wide).unwrap();
    approx::assert_relative_eq!(footprint.foot.sum(), footprint.budget.total, max_relative = 1e-9);
}

#[test]
fn every_hour_of_the_run_has_a_layer_and_the_layers_add_up() {
    let mut t = cloud(5.0, 52.0, 60, 400);
    for p in 0..60 {
        for k in 120..180 {
            t.foot[[p, k]] = 0.0;
        }
    }
    let hourly = grid_particles(
        &t,
        &Grid {
            time_integrate: false,
            ..grid()
        },
    )
    .unwrap();
    let whole = grid_particles(&t, &grid()).unwrap();
    assert_eq!(hourly.layer_start.len(), 7);
    assert_eq!(hourly.layer_start[6], receptor().time.plus_hours(-1));
    assert_eq!(
        hourly.foot.index_axis(ndarray::Axis(0), 4).sum(),
        0.0,
        "the third hour back"
    );
    assert_eq!(whole.layer_start, [receptor().time.plus_seconds(-400 * 60)]);
    assert_eq!(whole.layer_seconds, 400 * 60);
    let added = hourly.foot.sum_axis(ndarray::Axis(0));
    for (a, b) in added.iter().zip(&whole.foot) {
        approx::assert_relative_eq!(*a, *b, max_relative = 1e-12, epsilon = 1e-18);
    }
}

#[test]
fn particles_that_ended_still_count_as_released() {
    let mut t = cloud(5.0, 52.0, 60, 400);
    for p in 0..30 {
        for k in 10 * p..400 {
            (t.lon_deg[[p, k]], t.lat_deg[[p, k]], t.foot[[p, k]]) = (f64::NAN, f64::NAN, f32::NAN);
        }
    }
    let footprint = grid_particles(&t, &grid()).unwrap();
    budget_closes(&footprint);
    approx::assert_relative_eq!(footprint.budget.total, mean_foot(&t), max_relative = 1e-12);
    assert!(footprint.foot.iter().all(|v| v.is_finite()));
}

#[test]
fn no_influence_on_the_grid_is_a_result() {
    let far = grid_particles(&cloud(100.0, -30.0, 20, 100), &grid()).unwrap();
    assert_eq!(far.foot.sum(), 0.0);
    assert_eq!(far.budget.outside, far.budget.total);
    let nobody = grid_particles(&Trajectories::new(receptor(), 0, vec![-1.0, -2.0]), &grid()).unwrap();
    assert_eq!((nobody.foot.sum(), nobody.budget.total), (0.0, 0.0));
}

#[test]
fn tiny_cells_far_from_the_particles_neither_overflow_nor_exhaust_the_memory() {
    let tiny = Grid {
        west: 0.0,
        east: 1e-11,
        south: 50.0,
        north: 50.0 + 1e-11,
        dx: 1e-12,
        dy: 1e-12,
        ..grid()
    };
    // 50 + 1e-11 is no whole number of such cells in f64
    assert!(tiny.axes().is_err());
    let tiny = Grid {
        south: 0.0,
        north: 1e-11,
        ..tiny
    };
    budget_closes(&grid_particles(&cloud(120.0, 52.0, 5, 50), &tiny).unwrap());
}

#[test]
fn the_threads_do_not_change_a_bit() {
    let t = cloud(5.0, 52.0, 60, 1000);
    let run = |threads: usize, time_integrate: bool| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            grid_particles(
                &t,
                &Grid {
                    time_integrate,
                    ..grid()
                },
            )
            .unwrap()
        })
    };
    for integrate in [false, true] {
        let one = run(1, integrate);
        for threads in [2, 4] {
            let many = run(threads, integrate);
            assert!(many.foot.iter().zip(&one.foot).all(|(a, b)| a.to_bits() == b.to_bits()));
            assert_eq!(many.budget, one.budget);
        }
    }
}
