//! Grids within grids, by their claims.

#![allow(clippy::unwrap_used)]

#[expect(dead_code, reason = "shared with other tests")]
mod footprints;
mod refusal;

use airshed::flux::{Flux, FluxTimes, LatLonMesh};
use airshed::footprint::{Footprint, GridSet, check_nesting, grid_particles_on};
use airshed::gridding::EarlySteps;
use airshed::{Grid, GriddingMode, Receptor, Trajectories, UtcTime, convolve, grid_particles};
use approx::assert_relative_eq;
use footprints::DEGREES;
use ndarray::{Array3, Axis};

fn grid(name: &str, bounds: [f64; 4], cell: f64) -> Grid {
    Grid {
        name: name.into(),
        ..footprints::grid(bounds, cell, DEGREES)
    }
}

fn within(outer: &str, mut grid: Grid) -> Grid {
    grid.gridding.nested_in = Some(outer.into());
    grid
}

fn continent() -> Grid {
    grid("continent", [0.5, 15.0, 45.0, 59.0], 0.5)
}

/// A city, and a quarter of it on cells that do not fit those of the city.
fn three_levels() -> [Grid; 3] {
    [
        within("city", grid("quarter", [4.83, 5.43, 51.92, 52.41], 0.01)),
        continent(),
        within("continent", grid("city", [4.0, 6.0, 51.25, 53.0], 0.05)),
    ]
}

/// A cloud that drifts west out of the city and spreads, and leaves the continent in the end.
fn cloud(particles: usize, minutes: usize) -> Trajectories {
    let time = UtcTime::parse("2020-01-01T12:00").unwrap();
    let receptor = Receptor::new(time, 5.2, 52.2, 100.0).unwrap();
    let mut t = Trajectories::new(receptor, particles, (1..=minutes).map(|k| -(k as f64)).collect());
    let weyl = |a: usize, b: usize| (a as f64 * 0.754_877_666_246_693 + b as f64 * 0.569_840_290_998_053).fract();
    for p in 0..particles {
        for k in 0..minutes {
            let spread = 0.006 * k as f64;
            t.lon_deg[[p, k]] = 5.2 - 0.004 * k as f64 + spread * (weyl(p, k / 60) - 0.5);
            t.lat_deg[[p, k]] = 52.2 + spread * (weyl(7 * p, k / 60 + 3) - 0.5);
            let value = weyl(p, 5 * k);
            t.foot[[p, k]] = if value > 0.5 { 1e-3 * value as f32 } else { 0.0 };
        }
    }
    t
}

fn adds_up_to(set: &[Footprint], alone: &Footprint) {
    let sum = |part: fn(&Footprint) -> f64| set.iter().map(part).sum::<f64>();
    // rounding of sums of some 1e5 terms
    assert_relative_eq!(sum(|f| f.foot.sum()), alone.foot.sum(), max_relative = 1e-12);
    assert_relative_eq!(sum(|f| f.budget.total), alone.budget.total, max_relative = 1e-12);
    assert_relative_eq!(sum(|f| f.budget.inside), alone.budget.inside, max_relative = 1e-12);
    assert_relative_eq!(
        sum(|f| f.budget.smeared_out),
        alone.budget.smeared_out,
        max_relative = 1e-9
    );
    assert_relative_eq!(sum(|f| f.budget.outside), alone.budget.outside, max_relative = 1e-9);
    for (k, layer) in alone.foot.outer_iter().enumerate() {
        let of_set: f64 = set.iter().map(|f| f.foot.index_axis(Axis(0), k).sum()).sum();
        assert_relative_eq!(of_set, layer.sum(), max_relative = 1e-12, epsilon = 1e-15);
        for group in [0, 7] {
            let of = |f: &Footprint| f.sampling.as_ref().unwrap().layer_foot[[k, group]];
            assert_relative_eq!(
                set.iter().map(of).sum::<f64>(),
                of(alone),
                max_relative = 1e-12,
                epsilon = 1e-15
            );
        }
    }
}

#[test]
fn the_footprints_of_a_nest_add_up_to_that_of_the_outermost_grid_alone() {
    let t = cloud(200, 900);
    let alone = grid_particles(&t, &continent()).unwrap();
    assert!(alone.budget.outside > 0.0, "the cloud leaves over the edge");
    let set = grid_particles_on(&t, &three_levels()).unwrap();
    assert_eq!(
        set.iter().map(|f| f.grid.name.as_str()).collect::<Vec<_>>(),
        ["quarter", "continent", "city"]
    );
    adds_up_to(&set, &alone);
    // each has its share
    for f in &set {
        assert!(
            f.foot.sum() > 0.05 * alone.foot.sum(),
            "{}: {}",
            f.grid.name,
            f.foot.sum()
        );
    }
    for f in [&set[0], &set[2]] {
        assert_relative_eq!(f.budget.total, f.budget.inside, max_relative = 1e-12);
    }
}

#[test]
fn grids_with_kernels_in_metres_add_up_too() {
    let metric = |mut grid: Grid| {
        grid.gridding.mode = Some(GriddingMode::Metric);
        grid
    };
    let t = cloud(200, 900);
    let set = grid_particles_on(&t, &three_levels().map(metric)).unwrap();
    adds_up_to(&set, &grid_particles(&t, &metric(continent())).unwrap());
    for f in &set {
        assert!(
            f.foot.sum() > 0.03 * f.budget.total,
            "{}: {}",
            f.grid.name,
            f.foot.sum()
        );
    }
    #[cfg(feature = "proj")]
    {
        let map = Grid {
            crs: "+proj=utm +zone=31 +datum=WGS84".into(),
            ..grid("city", [600e3, 700e3, 5_740e3, 5_840e3], 1e3)
        };
        let set = grid_particles_on(&t, &[continent(), within("continent", map)].map(metric)).unwrap();
        adds_up_to(&set, &grid_particles(&t, &metric(continent())).unwrap());
    }
}

#[test]
fn an_inner_grid_holds_what_it_would_hold_alone_but_for_kernels_over_its_edge() {
    let t = cloud(200, 900);
    let set = grid_particles_on(&t, &three_levels()[1..]).unwrap();
    let alone = grid_particles(&t, &grid("city", [4.0, 6.0, 51.25, 53.0], 0.05)).unwrap();
    let city = &set[1];
    assert!(
        city.foot
            .iter()
            .zip(&alone.foot)
            .all(|(nested, all)| *nested <= all + 1e-15)
    );
    // the middle of the city is the same
    assert_eq!(city.foot[[14, 19, 24]], alone.foot[[14, 19, 24]]);
    assert!(city.foot[[14, 19, 24]] > 0.0);
}

#[test]
fn grids_that_stand_alone_take_everything_each() {
    let t = cloud(100, 300);
    let grids = [continent(), grid("other", [0.0, 8.0, 50.0, 54.0], 0.25)];
    let set = grid_particles_on(&t, &grids).unwrap();
    for (f, g) in set.iter().zip(&grids) {
        let alone = grid_particles(&t, g).unwrap();
        assert_eq!(f.foot, alone.foot);
        assert_eq!(f.budget, alone.budget);
    }
}

#[test]
fn two_cities_that_overlap_count_nothing_twice() {
    let t = cloud(200, 900);
    let grids = [
        continent(),
        within("continent", grid("west", [3.0, 5.3, 51.0, 53.0], 0.1)),
        within("continent", grid("east", [4.9, 6.0, 51.0, 53.0], 0.02)),
    ];
    let alone = grid_particles(&t, &continent()).unwrap();
    adds_up_to(&grid_particles_on(&t, &grids).unwrap(), &alone);
}

#[cfg(feature = "proj")]
#[test]
fn a_city_on_a_map_adds_up_with_a_continent_in_degrees() {
    let t = cloud(200, 900);
    let map = Grid {
        crs: "+proj=utm +zone=31 +datum=WGS84".into(),
        ..grid("city", [600e3, 700e3, 5_740e3, 5_840e3], 1e3)
    };
    let set = grid_particles_on(&t, &[continent(), within("continent", map)]).unwrap();
    assert!(set[1].foot.sum() > 0.05 * set[0].foot.sum());
    adds_up_to(&set, &grid_particles(&t, &continent()).unwrap());
}

#[test]
fn how_records_are_cut_into_blocks_does_not_matter() {
    let t = cloud(50, 300);
    let grids = three_levels();
    let whole = grid_particles_on(&t, &grids).unwrap();
    let mut set = GridSet::new(&grids, &t.receptor, 50).unwrap();
    for minutes in [0..13, 13..150, 150..300] {
        let mut block = t.clone();
        block.time_min = t.time_min[minutes.clone()].to_vec();
        let cut = |table: &ndarray::Array2<f64>| table.slice_axis(Axis(1), minutes.clone().into()).to_owned();
        (block.lon_deg, block.lat_deg) = (cut(&t.lon_deg), cut(&t.lat_deg));
        block.foot = t.foot.slice_axis(Axis(1), minutes.clone().into()).to_owned();
        set.add(&block).unwrap();
    }
    for (a, b) in set.finish().unwrap().iter().zip(&whole) {
        assert_eq!(a.foot, b.foot, "{}", a.grid.name);
        assert_eq!(a.stderr, b.stderr);
    }
}

#[test]
fn a_release_over_hours_adds_up_too() {
    let mut t = cloud(90, 600);
    for p in 0..90 {
        t.release_min[p] = -2.0 * p as f64;
        for k in 0..2 * p {
            t.lon_deg[[p, k]] = f64::NAN;
        }
    }
    adds_up_to(
        &grid_particles_on(&t, &three_levels()).unwrap(),
        &grid_particles(&t, &continent()).unwrap(),
    );
}

#[test]
fn the_same_flux_everywhere_makes_the_same_enhancement_as_the_outermost_grid_alone() {
    let t = cloud(200, 900);
    let flux = Flux::uniform(3.0);
    let ppm = |f: &Footprint| convolve(f, &flux).unwrap().total_ppm;
    let set = grid_particles_on(&t, &three_levels()).unwrap();
    let alone = grid_particles(&t, &continent()).unwrap();
    assert_relative_eq!(set.iter().map(ppm).sum::<f64>(), ppm(&alone), max_relative = 1e-12);
}

#[test]
fn a_stack_in_the_city_is_seen_at_the_citys_resolution() {
    let t = cloud(200, 900);
    let set = grid_particles_on(&t, &three_levels()[1..]).unwrap();
    // 1 km of flux in one cell of the city, row 19 and column 20
    let mesh = LatLonMesh::from_edges(&[52.2, 52.25], &[5.0, 5.05]).unwrap();
    let stack = Flux::from_array("stack", mesh, FluxTimes::constant(), Array3::from_elem((1, 1, 1), 5.0)).unwrap();
    let seen = convolve(&set[1], &stack).unwrap().total_ppm;
    let cell: f64 = set[1].foot.index_axis(Axis(2), 20).index_axis(Axis(1), 19).sum();
    assert!(cell > 0.0);
    assert_relative_eq!(seen, 5.0 * cell, max_relative = 1e-9);
    // by itself the continent would spread the stack over a cell a hundred times as large
    let alone = convolve(&grid_particles(&t, &continent()).unwrap(), &stack)
        .unwrap()
        .total_ppm;
    assert!(seen > 1.5 * alone, "{seen} {alone}");
}

fn refused(grids: &[Grid], key: &str, hint: &str) {
    refusal::refused(check_nesting(grids), key, hint);
}

#[test]
fn grids_that_cannot_be_nested_are_refused_with_the_reason() {
    let city = || within("continent", grid("city", [4.0, 6.0, 51.0, 53.0], 0.1));
    let key = "grid.city.nested_in";
    check_nesting(&[continent(), city()]).unwrap();
    refused(&[city()], key, "there are city");
    refused(&[continent(), within("city", city())], key, "circle");
    let beyond = within("continent", grid("city", [4.0, 16.0, 51.0, 53.0], 0.1));
    refused(&[continent(), beyond], key, "reaches beyond");
    let change = |change: fn(&mut Grid)| {
        let mut city = city();
        change(&mut city);
        [continent(), city]
    };
    refused(&change(|g| g.gridding.layer_min = 180), key, "same layer_min");
    refused(&change(|g| g.time_integrate = true), key, "same time_integrate");
    refused(
        &change(|g| g.gridding.mode = Some(GriddingMode::Metric)),
        key,
        "same gridding",
    );
    let residence = |g: &mut Grid| {
        g.gridding.measure = airshed::gridding::Measure::Residence {
            bottom_agl_m: 0.0,
            top_agl_m: 100.0,
        }
    };
    refused(&change(residence), key, "same measure");
    refused(
        &change(|g| g.gridding.compat.early_steps = EarlySteps::Split),
        key,
        "as_recorded",
    );
    let icos = [continent(), city()].map(|mut g| {
        g.gridding.mode = Some(GriddingMode::Icos);
        g
    });
    refused(&icos, key, "icos");
}

#[test]
fn a_grid_across_the_antimeridian_can_be_nested_in_the_globe() {
    let globe = grid("globe", [-180.0, 180.0, -90.0, 90.0], 1.0);
    let pacific = within("globe", grid("pacific", [170.0, -170.0, -10.0, 10.0], 0.5));
    check_nesting(&[globe, pacific]).unwrap();
    let asia = grid("asia", [60.0, 180.0, -10.0, 80.0], 1.0);
    let edge = within("asia", grid("edge", [170.0, 180.0, 0.0, 10.0], 0.5));
    check_nesting(&[asia, edge]).unwrap();
}
