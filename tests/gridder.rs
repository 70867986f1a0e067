//! Footprints made block by block: cuts, layers, sampling error.

#![allow(clippy::unwrap_used)]

#[expect(dead_code, reason = "shared with tests/gridding.rs")]
mod clouds;

use airshed::footprint::{Footprint, Gridder, grid_particles, standard_error};
use airshed::grid::Grid;
use airshed::gridding::EarlySteps;
use airshed::trajectory::Trajectories;
use clouds::{cloud, grid, receptor};

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
