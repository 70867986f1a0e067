//! Cells that grow with the plume, on tables worked out by hand.

#![allow(clippy::unwrap_used)]

use airshed::gridding::WestEdge;
use airshed::transport::weight_influence;
use airshed::{Error, Grid, GriddingMode, Receptor, Trajectories, UtcTime, grid_particles};
use approx::assert_relative_eq;
use ndarray::Axis;

/// Cells of 1 degree, 40 x 40.
fn grid() -> Grid {
    let mut grid = Grid {
        name: "test".into(),
        west: 0.0,
        east: 40.0,
        south: 0.0,
        north: 40.0,
        dx: 1.0,
        dy: 1.0,
        crs: "+proj=longlat".into(),
        time_integrate: true,
        smooth_factor: 1.0,
        gridding: Default::default(),
    };
    grid.gridding.mode = Some(GriddingMode::Icos);
    grid.gridding.error_groups = 0;
    grid
}

/// Columns and rows of each particle, hour by hour; influence 1, 2, 4 … of each hour.
fn table(paths: &[&[(f64, f64)]]) -> Trajectories {
    let time = UtcTime::parse("2020-01-01T12:00").unwrap();
    let receptor = Receptor::new(time, 10.5, 10.5, 100.0).unwrap();
    let hours = paths[0].len();
    let mut t = Trajectories::new(receptor, paths.len(), (1..=hours).map(|k| -60.0 * k as f64).collect());
    for (p, path) in paths.iter().enumerate() {
        for (k, (column, row)) in path.iter().enumerate() {
            t.lon_deg[[p, k]] = column + 0.5;
            t.lat_deg[[p, k]] = row + 0.5;
            t.foot[[p, k]] = (1 << k) as f32;
        }
    }
    t
}

/// Cells that are not 0: row, column, value.
fn cells(t: &Trajectories, grid: &Grid) -> Vec<(usize, usize, f64)> {
    let foot = grid_particles(t, grid).unwrap().foot;
    let layer = foot.index_axis(Axis(0), 0);
    let found = layer.indexed_iter().filter(|(_, value)| **value != 0.0);
    found.map(|((j, i), value)| (j, i, *value)).collect()
}

#[test]
fn an_ensemble_in_one_cell_leaves_its_influence_there() {
    let t = table(&[&[(10.0, 10.0)], &[(10.0, 10.0)]]);
    assert_eq!(cells(&t, &grid()), [(10, 10, 1.0)]);
}

#[test]
fn cells_grow_along_the_axis_of_the_extent_and_never_shrink_again() {
    // 7 cells apart along x in the second hour, together again in the third: 2 x 1 cells from then on
    let t = table(&[
        &[(10.0, 10.0), (10.0, 10.0), (11.0, 10.0)],
        &[(10.0, 10.0), (17.0, 10.0), (11.0, 10.0)],
    ]);
    let expected = [
        // 1 of the first hour; 2 · ½ · ½ of the second; 4 · ½ of the third
        (10, 10, 1.0 + 0.5 + 2.0),
        (10, 11, 0.5 + 2.0),
        // 17 is the second half of the coarse cell from 16 on
        (10, 16, 0.5),
        (10, 17, 0.5),
    ];
    assert_eq!(cells(&t, &grid()), expected);
}

#[test]
fn the_last_threshold_that_fits_decides() {
    // extents of 13 and 7 cells: not 12 and 12, but 12 and 6, which makes 4 x 2 cells
    let t = table(&[&[(2.0, 3.0)], &[(15.0, 10.0)]]);
    let found = cells(&t, &grid());
    assert_eq!(found.len(), 16);
    assert!(found.iter().all(|(.., value)| *value == 0.5 / 8.0));
    let one: Vec<(usize, usize)> = found.iter().map(|(j, i, _)| (*j, *i)).filter(|(j, _)| *j < 5).collect();
    assert_eq!(one, [(2, 0), (2, 1), (2, 2), (2, 3), (3, 0), (3, 1), (3, 2), (3, 3)]);
}

#[test]
fn particles_outside_stretch_the_cells_but_leave_nothing() {
    let t = table(&[&[(10.0, 10.0)], &[(45.0, 10.0)]]);
    // 35 cells along x, none along y: of 2 x 1
    assert_eq!(cells(&t, &grid()), [(10, 10, 0.25), (10, 11, 0.25)]);
    let budget = grid_particles(&t, &grid()).unwrap().budget;
    assert_eq!((budget.total, budget.inside, budget.outside), (1.0, 0.5, 0.5));
}

#[test]
fn a_coarse_cell_over_the_edge_leaves_its_part_there() {
    // 2 x 2 cells from 32 on; 39 is the last column: of 25 + ... the coarse cell 36 of 4 columns fits, of 16 it does not
    let t = table(&[&[(39.0, 10.0)], &[(27.0, 22.0)]]);
    // extents of 12 and 12: 4 x 4 cells, 36 to 39 is whole
    let budget = grid_particles(&t, &grid()).unwrap().budget;
    assert_relative_eq!(budget.inside, 1.0, max_relative = 1e-12);
    let mut narrow = grid();
    narrow.east = 38.0;
    let t = table(&[&[(37.0, 10.0)], &[(25.0, 22.0)]]);
    let budget = grid_particles(&t, &narrow).unwrap().budget;
    // half of the cell from 36 to 40
    assert_relative_eq!(budget.smeared_out, 0.25, max_relative = 1e-12);
    assert_relative_eq!(budget.inside, 0.75, max_relative = 1e-12);
}

#[test]
fn a_particle_beyond_the_western_edge_is_dropped_for_good_or_returns() {
    let paths: [&[(f64, f64)]; 1] = [&[(1.0, 10.0), (-1.0, 10.0), (3.0, 10.0)]];
    assert_eq!(cells(&table(&paths), &grid()), [(10, 1, 1.0)]);
    let mut returns = grid();
    returns.gridding.compat.west_edge = WestEdge::Returns;
    assert_eq!(cells(&table(&paths), &returns), [(10, 1, 1.0), (10, 3, 4.0)]);
    let east: [&[(f64, f64)]; 1] = [&[(39.0, 10.0), (41.0, 10.0), (38.0, 10.0)]];
    assert_eq!(cells(&table(&east), &grid()), [(10, 38, 4.0), (10, 39, 1.0)]);
}

#[test]
fn a_layer_ends_with_its_full_hour() {
    let mut hourly = grid();
    hourly.time_integrate = false;
    let mut t = table(&[&[(10.0, 10.0), (10.0, 10.0)]]);
    t.time_min = vec![-60.0, -61.0];
    let foot = grid_particles(&t, &hourly).unwrap().foot;
    assert_eq!(
        foot.axis_iter(Axis(0)).map(|layer| layer.sum()).collect::<Vec<_>>(),
        [2.0, 1.0]
    );
}

#[test]
fn masses_weigh_influence_by_their_part_in_the_mean_and_lost_ones_are_left_out() {
    let paths: [&[(f64, f64)]; 4] = [&[(1.0, 1.0)], &[(1.0, 1.0)], &[(1.0, 1.0)], &[(2.0, 2.0)]];
    let mut t = table(&paths);
    for (p, mass) in [0.5, 1.0, 1.5, 1e4].into_iter().enumerate() {
        t.mass_weight[[p, 0]] = mass;
    }
    t.foot[[2, 0]] = 4.0;
    let mut tables = [t];
    weight_influence(&mut tables).unwrap();
    // three particles are kept: (1 · 0.5 + 1 · 1 + 4 · 1.5) / 3
    let found = cells(&tables[0], &grid());
    assert_eq!(found.len(), 1);
    assert_relative_eq!(found[0].2, 7.5 / 3.0, max_relative = 1e-6);
    let [t] = &mut tables;
    t.mass_weight.fill(1.0);
    t.mass_weight[[0, 0]] = 1e-4;
    t.mass_weight[[1, 0]] = 1e4;
    let void = weight_influence(&mut tables);
    assert!(matches!(
        void,
        Err(Error::MassViolation {
            dropped: 2,
            particles: 4
        })
    ));
}
