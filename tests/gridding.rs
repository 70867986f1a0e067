//! The gridding by its claims: kernel shape, mass, symmetry, threads.

#![allow(clippy::unwrap_used)]

use airshed::footprint::{Footprint, Gridder, grid_particles, standard_error};
use airshed::grid::Grid;
use airshed::gridding::EarlySteps;
use airshed::receptor::Receptor;
use airshed::time::UtcTime;
use airshed::trajectory::Trajectories;

fn receptor() -> Receptor {
    Receptor::new(UtcTime::parse("2010-02-12T18:00").unwrap(), 5.0, 52.0, 100.0).unwrap()
}

fn grid() -> Grid {
    Grid {
        name: "default".into(),
        west: 0.0,
        east: 10.0,
        south: 48.0,
        north: 56.0,
        dx: 0.1,
        dy: 0.1,
        crs: "+proj=longlat".into(),
        time_integrate: true,
        smooth_factor: 1.0,
        gridding: Default::default(),
    }
}

/// A number in [0, 1) that looks random (Weyl sequence of two indices).
fn weyl(a: usize, b: usize) -> f64 {
    (a as f64 * 0.754_877_666_246_693 + b as f64 * 0.569_840_290_998_053).fract()
}

/// A cloud around (`lon`, `lat`) that drifts west and spreads; half of the records carry influence.
fn cloud(lon: f64, lat: f64, particles: usize, minutes: usize) -> Trajectories {
    let mut t = Trajectories::new(receptor(), particles, (1..=minutes).map(|k| -(k as f64)).collect());
    for p in 0..particles {
        for k in 0..minutes {
            let spread = 0.004 * k as f64;
            t.lon_deg[[p, k]] = airshed::geo::wrap_longitude_deg(lon - 0.004 * k as f64 + spread * (weyl(p, k) - 0.5));
            t.lat_deg[[p, k]] = lat + spread * (weyl(7 * p, k + 3) - 0.5);
            let value = weyl(p, 5 * k);
            t.foot[[p, k]] = if value > 0.5 { 1e-3 * value as f32 } else { 0.0 };
        }
    }
    t
}

fn mean_foot(t: &Trajectories) -> f64 {
    let sum: f64 = t.foot.iter().filter(|v| v.is_finite()).map(|&v| f64::from(v)).sum();
    sum / t.particle_count() as f64
}

fn budget_closes(footprint: &Footprint) {
    let b = footprint.budget;
    approx::assert_relative_eq!(b.inside + b.smeared_out + b.outside, b.total, max_relative = 1e-9);
    approx::assert_relative_eq!(b.inside, footprint.foot.sum(), max_relative = 1e-12);
}

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

/// Records `from`…`to` of a table.
fn block(t: &Trajectories, from: usize, to: usize) -> Trajectories {
    let mut block = Trajectories::new(t.receptor.clone(), t.particle_count(), t.time_min[from..to].to_vec());
    block.lon_deg = t.lon_deg.slice_axis(ndarray::Axis(1), (from..to).into()).to_owned();
    block.lat_deg = t.lat_deg.slice_axis(ndarray::Axis(1), (from..to).into()).to_owned();
    block.foot = t.foot.slice_axis(ndarray::Axis(1), (from..to).into()).to_owned();
    block.release_min.clone_from(&t.release_min);
    block.weight.clone_from(&t.weight);
    block
}

fn in_blocks(t: &Trajectories, grid: &Grid, length: usize) -> Footprint {
    let mut gridder = Gridder::new(grid, &t.receptor, t.particle_count()).unwrap();
    for from in (0..t.time_min.len()).step_by(length) {
        let to = (from + length).min(t.time_min.len());
        gridder.add(&block(t, from, to)).unwrap();
    }
    gridder.finish().unwrap()
}

#[test]
fn how_records_are_cut_into_blocks_does_not_change_a_bit() {
    let mut late = cloud(5.0, 52.0, 60, 400);
    for p in 0..60 {
        late.release_min[p] = -(p as f64) * 2.5;
        for k in 0..(p * 5 / 2) {
            (late.lon_deg[[p, k]], late.lat_deg[[p, k]]) = (f64::NAN, f64::NAN);
        }
    }
    for t in [cloud(5.0, 52.0, 60, 400), late] {
        let mut splitting = Grid {
            dx: 0.01,
            dy: 0.01,
            time_integrate: false,
            ..grid()
        };
        splitting.gridding.compat.early_steps = EarlySteps::Split;
        for grid in [
            splitting,
            grid(),
            Grid {
                time_integrate: false,
                ..grid()
            },
        ] {
            let whole = grid_particles(&t, &grid).unwrap();
            for length in [1, 37, 60] {
                let parts = in_blocks(&t, &grid, length);
                assert!(
                    parts.foot == whole.foot && parts.stderr == whole.stderr,
                    "blocks of {length}"
                );
                assert_eq!((parts.budget, &parts.sampling), (whole.budget, &whole.sampling));
                assert_eq!(parts.layer_start, whole.layer_start);
            }
        }
    }
}

#[test]
fn the_error_of_a_cell_is_that_of_the_means_of_the_groups() {
    let t = cloud(5.0, 52.0, 103, 120);
    let mut by_ten = Grid {
        smooth_factor: 0.0,
        time_integrate: false,
        ..grid()
    };
    by_ten.gridding.error_groups = 10;
    let all = grid_particles(&t, &by_ten).unwrap();
    // each group as an ensemble of its own, unsmoothed so that it needs no common kernel
    let group = |g: usize| {
        let members: Vec<usize> = (g..103).step_by(10).collect();
        let mut own = Trajectories::new(receptor(), members.len(), t.time_min.clone());
        own.lon_deg = t.lon_deg.select(ndarray::Axis(0), &members);
        own.lat_deg = t.lat_deg.select(ndarray::Axis(0), &members);
        own.foot = t.foot.select(ndarray::Axis(0), &members);
        grid_particles(&own, &by_ten).unwrap()
    };
    let groups: Vec<Footprint> = (0..10).map(group).collect();
    let stderr = all.stderr.as_ref().unwrap();
    for ((index, &found), &foot) in stderr.indexed_iter().zip(&all.foot) {
        let expected = standard_error(groups.iter().map(|g| g.foot[index]));
        // sums of squares lose half the digits where the groups agree
        approx::assert_relative_eq!(found, expected, max_relative = 1e-9, epsilon = 1e-8 * foot);
    }
    let sampling = all.sampling.as_ref().unwrap();
    for (k, layer) in sampling.layer_stderr().into_iter().enumerate() {
        let sums = groups.iter().map(|g| g.foot.index_axis(ndarray::Axis(0), k).sum());
        approx::assert_relative_eq!(layer, standard_error(sums), max_relative = 1e-9);
    }
    let total = sampling.total_stderr();
    approx::assert_relative_eq!(
        total,
        standard_error(groups.iter().map(|g| g.foot.sum())),
        max_relative = 1e-9
    );
    // half the error takes four times the particles
    let half = sampling
        .particles_for(0.5 * total / (sampling.layer_foot.sum() / 10.0))
        .unwrap();
    assert!(half.abs_diff(4 * 103) <= 1, "{half}");
    // unsmoothed, the samples are the footprint itself
    let of_groups: f64 = sampling.deposits.iter().map(|d| f64::from(d.foot)).sum();
    approx::assert_relative_eq!(of_groups, sampling.layer_foot.sum(), max_relative = 1e-6);
}

#[test]
fn without_groups_there_is_no_error() {
    let mut without = grid();
    without.gridding.error_groups = 0;
    let footprint = grid_particles(&cloud(5.0, 52.0, 60, 60), &without).unwrap();
    assert!(footprint.stderr.is_none() && footprint.sampling.is_none());
    let alone = grid_particles(&cloud(5.0, 52.0, 1, 60), &grid()).unwrap();
    assert!(alone.stderr.is_none(), "one particle says nothing of its error");
}

#[test]
fn layers_of_any_length_add_up_to_the_hours() {
    let t = cloud(5.0, 52.0, 60, 400);
    let layers_of = |layer_min: u32| {
        let mut grid = Grid {
            time_integrate: false,
            ..grid()
        };
        grid.gridding.layer_min = layer_min;
        grid_particles(&t, &grid).unwrap()
    };
    let hourly = layers_of(60);
    for (layer_min, count) in [(20, 20), (180, 3)] {
        let other = layers_of(layer_min);
        assert_eq!(
            (other.layer_start.len(), other.layer_seconds),
            (count, 60 * i64::from(layer_min))
        );
        approx::assert_relative_eq!(other.foot.sum(), hourly.foot.sum(), max_relative = 1e-12);
        let (short, long) = if layer_min < 60 {
            (&other, &hourly)
        } else {
            (&hourly, &other)
        };
        for (k, start) in long.layer_start.iter().enumerate() {
            let within = short
                .layer_start
                .iter()
                .enumerate()
                .filter(|(_, t)| (start.seconds()..start.seconds() + long.layer_seconds).contains(&t.seconds()));
            let sum: f64 = within
                .map(|(i, _)| short.foot.index_axis(ndarray::Axis(0), i).sum())
                .sum();
            let layer = long.foot.index_axis(ndarray::Axis(0), k).sum();
            approx::assert_relative_eq!(sum, layer, max_relative = 1e-12, epsilon = 1e-15);
        }
    }
}
