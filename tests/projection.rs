//! Grids of meteorology: indices, places, sizes and winds.
#![allow(clippy::unwrap_used)]

use airshed::geo::LonLat;
use airshed::met::projection::{ConformalMap, MapAnchor, MetGrid, tangent_latitude_deg};
use approx::assert_abs_diff_eq;

fn at(lon_deg: f64, lat_deg: f64) -> LonLat {
    LonLat { lon_deg, lat_deg }
}

fn conformal(tangent_deg: f64, reference: LonLat, size_m: f64, turn_deg: f64) -> MetGrid {
    let anchor = MapAnchor {
        x: 0.0,
        y: 0.0,
        place: at(reference.lon_deg - 20.0, 15.0_f64.copysign(tangent_deg)),
    };
    let map = ConformalMap::new(tangent_deg, reference, size_m, turn_deg, anchor).unwrap();
    MetGrid::conformal(300, 300, map).unwrap()
}

fn maps() -> Vec<MetGrid> {
    vec![
        conformal(90.0, at(-105.0, 60.0), 182_900.0, 0.0),
        conformal(-90.0, at(170.0, -60.0), 50_000.0, 30.0),
        conformal(38.5, at(-97.5, 38.5), 30_000.0, 0.0),
        conformal(-35.0, at(175.0, -30.0), 20_000.0, -20.0),
        conformal(0.0, at(-89.0, 0.0), 10_000.0, 0.0),
        conformal(1e-7, at(10.0, 0.0), 10_000.0, 10.0),
    ]
}

#[test]
fn two_standard_parallels_have_the_published_tangent_latitude() {
    assert_abs_diff_eq!(tangent_latitude_deg(30.0, 60.0), 45.689_673_6, epsilon = 1e-6);
    assert_abs_diff_eq!(tangent_latitude_deg(40.0, 60.0), 50.356_310_5, epsilon = 1e-6);
    assert_eq!(tangent_latitude_deg(38.5, 38.5), 38.5);
}

#[test]
fn the_hrrr_grid_lies_where_it_is_published() {
    let reals = [
        90.0,
        0.0,
        38.5,
        -97.5,
        3.0,
        0.0,
        38.5,
        1.0,
        1.0,
        21.138_123,
        -122.719_528,
        0.0,
    ];
    let grid = MetGrid::from_arl(1799, 1059, &reals).unwrap();
    let (x, y) = grid.index_of(at(-60.917_193, 47.842_195));
    // The vectors are given to five decimals, 1-based.
    assert_abs_diff_eq!(x + 1.0, 1_798.991_81, epsilon = 1e-5);
    assert_abs_diff_eq!(y + 1.0, 1_058.995_18, epsilon = 1e-5);
    let (x, y) = grid.index_of(at(-97.5, 38.5));
    assert_abs_diff_eq!(x + 1.0, 900.169_29, epsilon = 1e-5);
    assert_abs_diff_eq!(y + 1.0, 530.099_64, epsilon = 1e-5);
    assert_abs_diff_eq!(grid.cell_size_m(x, y).0, 3000.0, epsilon = 1e-6);
}

#[test]
fn polar_stereographic_cells_grow_towards_the_pole() {
    let reals = [90.0, 0.0, 60.0, -105.0, 381.0, 0.0, 90.0, 24.0, 24.0, 90.0, 0.0, 0.0];
    let grid = MetGrid::from_arl(47, 47, &reals).unwrap();
    let size_km = |lat_deg| {
        let (x, y) = grid.index_of(at(-60.0, lat_deg));
        grid.cell_size_m(x, y).0 / 1000.0
    };
    assert_abs_diff_eq!(size_km(60.0), 381.0, epsilon = 1e-9);
    assert_abs_diff_eq!(size_km(40.0), 335.419_92, epsilon = 1e-5);
    assert_abs_diff_eq!(size_km(90.0), 2.0 * 204.177_28, epsilon = 2e-5);
    let (x, y) = grid.index_of(at(33.0, 90.0));
    assert_abs_diff_eq!(x, 23.0, epsilon = 1e-9);
    assert_abs_diff_eq!(y, 23.0, epsilon = 1e-9);
}

#[test]
fn a_place_comes_back_from_its_indices() {
    for grid in maps() {
        for (x, y) in [(0.0, 0.0), (3.3, 250.7), (120.0, 30.0), (299.0, 12.5)] {
            let (back_x, back_y) = grid.index_of(grid.place_at(x, y));
            assert_abs_diff_eq!(back_x, x, epsilon = 1e-9);
            assert_abs_diff_eq!(back_y, y, epsilon = 1e-9);
        }
    }
}

#[test]
fn conformal_maps_keep_angles_and_report_the_true_cell_size() {
    const STEP: f64 = 1e-4;
    for grid in maps() {
        let (x, y) = (40.0, 60.0);
        let centre = grid.place_at(x, y);
        let shift = |dx: f64, dy: f64| {
            let place = grid.place_at(x + dx, y + dy);
            let east_m = (place.lon_deg - centre.lon_deg).to_radians() * centre.lat_deg.to_radians().cos();
            let north_m = (place.lat_deg - centre.lat_deg).to_radians();
            (6_371_200.0 * east_m / STEP, 6_371_200.0 * north_m / STEP)
        };
        let (ax, ay) = shift(STEP, 0.0);
        let (bx, by) = shift(0.0, STEP);
        let (size_m, _) = grid.cell_size_m(x, y);
        // One-sided differences: error of order STEP times the relative change per cell (below 0.05).
        assert_abs_diff_eq!(ax.hypot(ay) / size_m, 1.0, epsilon = 1e-5);
        assert_abs_diff_eq!(bx.hypot(by) / size_m, 1.0, epsilon = 1e-5);
        assert_abs_diff_eq!((ax * bx + ay * by) / (size_m * size_m), 0.0, epsilon = 1e-5);
        let (u, v) = grid.earth_wind(x, y, 1.0, 0.0);
        assert_abs_diff_eq!(u, ax / size_m, epsilon = 1e-5);
        assert_abs_diff_eq!(v, ay / size_m, epsilon = 1e-5);
    }
}

#[test]
fn turning_a_wind_keeps_its_speed_and_can_be_undone() {
    for grid in maps() {
        let (u, v) = grid.earth_wind(70.0, 20.0, 3.0, -4.0);
        assert_abs_diff_eq!(u.hypot(v), 5.0, epsilon = 1e-12);
        let (u_grid, v_grid) = grid.grid_wind(70.0, 20.0, u, v);
        assert_abs_diff_eq!(u_grid, 3.0, epsilon = 1e-12);
        assert_abs_diff_eq!(v_grid, -4.0, epsilon = 1e-12);
    }
}

#[test]
fn a_global_grid_is_cyclic_with_and_without_a_repeated_column() {
    for (nx, period) in [(360, 360), (361, 360)] {
        let grid = MetGrid::lat_lon(nx, 181, at(0.0, -90.0), 1.0, 1.0).unwrap();
        assert_eq!(grid.period_x(), Some(period));
        assert_eq!(grid.index_of(at(-0.25, 0.0)), (359.75, 90.0));
        assert_eq!(grid.index_of(at(360.0, 0.0)).0, 0.0);
        assert!(grid.index_of(at(-1e-15, 0.0)).0 < 360.0);
        assert!(grid.contains(359.75, 90.0));
        assert!(!grid.contains(10.0, 180.5));
    }
    let rounded = MetGrid::lat_lon(1024, 512, at(0.0, -89.7), 0.35156, 0.35).unwrap();
    assert_eq!(rounded.period_x(), Some(1024));
    assert!(
        !MetGrid::lat_lon(359, 181, at(0.0, -90.0), 1.0, 1.0)
            .unwrap()
            .is_cyclic()
    );
}

#[test]
fn a_regional_grid_takes_the_longitude_nearest_to_it() {
    let across = MetGrid::lat_lon(41, 21, at(170.0, -10.0), 1.0, 1.0).unwrap();
    assert_eq!(across.index_of(at(-175.0, 0.0)), (15.0, 10.0));
    assert_eq!(across.index_of(at(185.0, 0.0)), (15.0, 10.0));
    assert_eq!(across.index_of(at(169.0, 0.0)).0, -1.0);
    assert_eq!(across.index_of(at(-149.0, 0.0)).0, 41.0);
    assert_eq!(across.place_at(15.0, 10.0), at(-175.0, 0.0));
    let west = MetGrid::lat_lon(23, 15, at(292.0, 8.0), 1.0, 1.0).unwrap();
    assert_eq!(west.index_of(at(-67.5, 9.0)), (0.5, 1.0));
    assert_eq!(west.place_at(0.5, 1.0), at(-67.5, 9.0));
}

#[test]
fn beyond_a_pole_lies_the_opposite_meridian_and_no_cell_vanishes() {
    let grid = MetGrid::lat_lon(360, 181, at(0.0, -90.0), 1.0, 1.0).unwrap();
    assert_eq!(grid.place_at(10.0, 181.0), at(-170.0, 89.0));
    assert_eq!(grid.place_at(10.0, -2.0), at(-170.0, -88.0));
    let (dx_m, dy_m) = grid.cell_size_m(0.0, 180.0);
    assert_abs_diff_eq!(dx_m, dy_m * 0.25_f64.to_radians().sin(), epsilon = 1e-6);
    let (dx_m, _) = grid.cell_size_m(0.0, 150.0);
    assert_abs_diff_eq!(dx_m, 0.5 * dy_m, epsilon = 1e-6);
}

#[test]
fn the_twelve_reals_come_back_from_a_grid() {
    for reals in [
        [22.0, 314.0, 1.0, 1.0, 0.0, 0.0, 0.0, 1.0, 1.0, 8.0, 292.0, 0.0],
        [
            90.0, -105.0, 60.0, -105.0, 182.9, 0.0, 90.0, 13.25, 42.75, 90.0, 0.0, 0.0,
        ],
        [90.0, -89.0, 0.0, -89.0, 10.0, 0.0, 0.0, 1.0, 1.0, 21.804, -91.653, 0.0],
    ] {
        assert_eq!(MetGrid::from_arl(23, 15, &reals).unwrap().arl_reals(), reals);
    }
}

#[test]
fn impossible_grids_are_refused() {
    for reals in [
        [0.0; 12],
        [0.0, 0.0, 1.0, -1.0, 0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0],
        [0.0, 0.0, 10.0, 10.0, 0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0],
        [90.0, 0.0, 60.0, 0.0, -5.0, 0.0, 90.0, 1.0, 1.0, 0.0, 0.0, 0.0],
        [90.0, 0.0, 60.0, 0.0, f64::NAN, 0.0, 90.0, 1.0, 1.0, 0.0, 0.0, 0.0],
        [90.0, 0.0, 60.0, 0.0, 50.0, 0.0, 90.0, 1.0, 1.0, -90.0, 0.0, 0.0],
    ] {
        assert!(MetGrid::from_arl(20, 30, &reals).is_err(), "{reals:?}");
    }
    assert!(MetGrid::lat_lon(1, 5, at(0.0, 0.0), 1.0, 1.0).is_err());
}
