//! Curtains along the sides of a domain, where particles cross them.

#![cfg(feature = "netcdf")]
#![allow(clippy::unwrap_used)]

#[expect(dead_code, reason = "shared with other tests")]
mod footprints;
mod mole_fractions;

use std::path::Path;

use airshed::boundary::{BoundaryInfluence, Domain, End, EndTracker, Fate, Side};
use airshed::{Background, Grid, Trajectories, UtcTime};
use approx::assert_relative_eq;
use mole_fractions::{Coordinate, EAST, Field, Layout, NORTH, file, range, receptor};

fn tracked(grid: &Grid, steps: &[[f64; 3]], minutes: usize) -> (Domain, Vec<End>) {
    let mut t = Trajectories::new(receptor(), steps.len(), (1..=minutes).map(|k| -(k as f64)).collect());
    for (p, [east, north, up]) in steps.iter().enumerate() {
        for k in 0..minutes {
            let after = (k + 1) as f64;
            t.lon_deg[[p, k]] = 5.0 + after * east;
            t.lat_deg[[p, k]] = 52.0 + after * north;
            t.height_agl_m[[p, k]] = (100.0 + after * up) as f32;
            t.terrain_m[[p, k]] = 40.0;
            t.pressure_hpa[[p, k]] = (1000.0 - 2.0 * after) as f32;
        }
    }
    let mut tracker = EndTracker::new(Domain::of(grid).unwrap(), &t.receptor, steps.len());
    tracker.add(&t).unwrap();
    tracker.finish()
}

#[test]
fn ends_know_the_pressure_where_they_cross_the_edge() {
    let grid = footprints::grid([4.0, 6.0, 51.0, 53.0], 0.5, footprints::DEGREES);
    let (_, ends) = tracked(&grid, &[[0.3, 0.0, 10.0]], 10);
    // the edge is crossed after 1/0.3 minutes
    assert_relative_eq!(ends[0].pressure_hpa, 1000.0 - 2.0 / 0.3, max_relative = 1e-6);
    assert_relative_eq!(ends[0].height_asl_m, 140.0 + 10.0 / 0.3, max_relative = 1e-6);
}

fn write_curtains(path: &Path, months: &[&str]) {
    let mut axes: Vec<Coordinate<'_>> = vec![
        ("height", &[("units", "m")], range(500.0, 1000.0, 20)),
        ("lat", NORTH, range(51.25, 0.5, 4)),
        ("lon", EAST, range(4.25, 0.5, 4)),
    ];
    if !months.is_empty() {
        let day = |month: &&str| UtcTime::parse(month).unwrap().seconds() as f64 / 86_400.0;
        axes.push((
            "time",
            &[("units", "days since 1970-01-01")],
            months.iter().map(day).collect(),
        ));
    }
    let with_time = !months.is_empty();
    let put = |name, along, base: f64| {
        let dimensions: &'static [&'static str] = match (with_time, along) {
            (false, "lon") => &["height", "lon"],
            (false, _) => &["height", "lat"],
            (true, "lon") => &["height", "lon", "time"],
            (true, _) => &["height", "lat", "time"],
        };
        let value = move |at: &[f64]| 1e-6 * (base + 0.001 * at[0] + at[1]);
        (name, dimensions, value)
    };
    let sides = [
        put("vmr_n", "lon", 400.0),
        put("vmr_e", "lat", 500.0),
        put("vmr_s", "lon", 600.0),
        put("vmr_w", "lat", 700.0),
    ];
    let fields: Vec<Field<'_>> = sides
        .iter()
        .map(|(name, dimensions, value)| Field {
            name,
            dimensions,
            attributes: &[],
            value,
        })
        .collect();
    Layout { axes }.write(path, &fields);
}

#[test]
fn curtains_are_met_where_particles_cross_the_sides() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(&folder, "curtains.nc");
    write_curtains(&path, &["2019-12-01", "2020-01-01", "2020-02-01"]);
    let background = Background::open_curtains(&path).unwrap();
    let grid = footprints::grid([4.0, 6.0, 51.0, 53.0], 0.5, footprints::DEGREES);
    let steps = [
        [0.3, 0.05, 500.0],
        [0.05, 0.3, 500.0],
        [-0.3, 0.05, 500.0],
        [0.05, -0.3, 500.0],
        [0.0, 0.0, 0.0],
    ];
    let (domain, ends) = tracked(&grid, &steps, 10);
    let values = background.at_ends(&ends, &receptor()).unwrap();
    let bases = [500.0, 400.0, 700.0, 600.0];
    for ((value, end), base) in values.iter().zip(&ends).zip(bases) {
        let along = match end.fate {
            Fate::Left(Side::North | Side::South) => end.lon_deg,
            _ => end.lat_deg,
        };
        assert_relative_eq!(*value, base + 0.001 * end.height_agl_m + along, max_relative = 1e-9);
    }
    assert!(values[4].is_nan());
    let mean = background.sample(&ends, &receptor(), None).unwrap();
    assert_relative_eq!(mean.covered_share, 0.8, max_relative = 1e-12);
    assert_relative_eq!(mean.shares.through_sides(), 0.8, max_relative = 1e-12);
    // the same by cells: each cell's middle is at most half a cell away, 500 m and 0.25 degrees
    let counted = BoundaryInfluence::of(&domain, &ends);
    let by_cells = counted
        .background(&background.curtains_at(receptor().time).unwrap())
        .unwrap();
    assert_relative_eq!(by_cells.share, 0.8, max_relative = 1e-12);
    assert!((by_cells.sum / by_cells.share - mean.value).abs() < 0.75);
}

#[test]
fn curtains_of_another_domain_or_month_are_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(&folder, "curtains.nc");
    write_curtains(&path, &["2019-11-01", "2019-12-01"]);
    let background = Background::open_curtains(&path).unwrap();
    let near = footprints::grid([4.0, 6.0, 51.0, 53.0], 0.5, footprints::DEGREES);
    let (_, ends) = tracked(&near, &[[0.3, 0.0, 0.0]], 10);
    // January is not there
    assert_eq!(background.sample(&ends, &receptor(), None).unwrap().covered_share, 0.0);
    assert!(
        background
            .curtains_at(receptor().time)
            .unwrap_err()
            .to_string()
            .contains("cover 2019-11-01")
    );
    let far = footprints::grid([0.0, 8.0, 50.0, 54.0], 0.5, footprints::DEGREES);
    let (_, ends) = tracked(&far, &[[0.5, 0.0, 0.0]], 10);
    let problem = background.sample(&ends, &receptor(), None).unwrap_err().to_string();
    assert!(
        problem.contains("eastern edge = 8.000 where the curtains have it at 6.000"),
        "{problem}"
    );
}

#[test]
fn the_curtains_of_openghg_are_read() {
    let path = Path::new("../shared/boundary/openghg_co2_EUROPE_201407.nc");
    if !path.exists() {
        eprintln!("skipped: {} is not there", path.display());
        return;
    }
    let background = Background::open_curtains(path).unwrap();
    let sides = background
        .curtains_at(UtcTime::parse("2014-07-20T12:00").unwrap())
        .unwrap();
    assert_eq!((sides.north.dim(), sides.east.dim()), ((20, 391), (20, 293)));
    // as ncdump shows the first: 0.00039475 mol mol-1
    assert!((sides.north[[0, 0]] - 394.75).abs() < 0.005, "{}", sides.north[[0, 0]]);
    assert!(
        sides
            .each()
            .iter()
            .all(|side| side.iter().all(|ppm| (370.0..440.0).contains(ppm)))
    );
    assert!(
        background
            .curtains_at(UtcTime::parse("2014-08-01T00:00").unwrap())
            .is_err()
    );
}
