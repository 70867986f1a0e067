//! Footprints made by hand.

use airshed::footprint::{Footprint, MassBudget};
use airshed::grid::Grid;
use airshed::receptor::Receptor;
use airshed::time::UtcTime;
use ndarray::Array3;

pub const DEGREES: &str = "+proj=longlat";

pub fn start() -> UtcTime {
    UtcTime::from_calendar(2014, 7, 1, 0, 0).unwrap()
}

pub fn grid(bounds: [f64; 4], cell: f64, crs: &str) -> Grid {
    let [west, east, south, north] = bounds;
    Grid {
        name: "test".into(),
        west,
        east,
        south,
        north,
        dx: cell,
        dy: cell,
        crs: crs.into(),
        time_integrate: false,
        smooth_factor: 1.0,
        gridding: Default::default(),
    }
}

/// Hourly layers whose values follow from the indices alone.
pub fn footprint(grid: Grid, hours: usize) -> Footprint {
    let axes = grid.axes().unwrap();
    let value = |(t, j, i): (usize, usize, usize)| 1e-4 * (1.0 + ((7 * t + 13 * j + 29 * i) % 101) as f64);
    Footprint {
        receptor: Receptor::new(start().plus_hours(hours as i64), 4.9, 52.0, 207.0).unwrap(),
        layer_start: (0..hours as i64).map(|h| start().plus_hours(h)).collect(),
        layer_seconds: 3600,
        stderr: None,
        sampling: None,
        age: None,
        foot: Array3::from_shape_fn((hours, axes.ny, axes.nx), value),
        budget: MassBudget {
            total: 0.0,
            inside: 0.0,
            smeared_out: 0.0,
            outside: 0.0,
        },
        grid,
    }
}

/// A footprint of the cells' areas [sr]: its convolution is the integral of the flux over the grid.
pub fn areas(grid: Grid) -> Footprint {
    let axes = grid.axes().unwrap();
    let (rows, radius) = (axes.cell_areas_m2(), airshed::constants::EARTH_RADIUS_M);
    let mut areas = footprint(grid, 1);
    areas.foot = Array3::from_shape_fn((1, axes.ny, axes.nx), |(_, j, _)| rows[j] / (radius * radius));
    areas
}
