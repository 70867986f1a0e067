//! A cut holds what was asked for, and its points, values and times are those of the whole.
#![allow(clippy::unwrap_used)]

mod arl_sample;

use airshed::geo::LonLat;
use airshed::met::cut::{Cut, CutOptions, Top};
use airshed::met::projection::{ConformalMap, MapAnchor, MetGrid, Region};
use airshed::met::size::MetSize;
use airshed::met::{MetDescription, MetReader, RawSnapshot, VerticalCoordinate};
use airshed::time::UtcTime;
use airshed::{MetStore, Result};
use arl_sample::{describe, lat_lon, snapshot};

/// The smooth fields of the sample, read like a file.
#[derive(Debug)]
struct Sample(MetDescription);

impl MetReader for Sample {
    fn description(&self) -> &MetDescription {
        &self.0
    }

    fn read(&mut self, time_index: usize) -> Result<RawSnapshot> {
        Ok(snapshot(&self.0, time_index))
    }
}

const LEVELS: [f64; 6] = [0.0, 1000.0, 925.0, 850.0, 700.0, 500.0];

fn on(grid: MetGrid) -> Sample {
    Sample(describe(grid, VerticalCoordinate::Pressure, &LEVELS, 5))
}

fn globe(nx: usize, west_deg: f64) -> MetGrid {
    let first = LonLat {
        lon_deg: west_deg,
        lat_deg: -90.0,
    };
    MetGrid::lat_lon(nx, 91, first, 2.0, 2.0).unwrap()
}

fn conformal(tangent_deg: f64) -> MetGrid {
    let place = |lon_deg, lat_deg| LonLat { lon_deg, lat_deg };
    let anchor = MapAnchor {
        x: 12.25,
        y: 7.5,
        place: place(4.0, 52.0),
    };
    let map = ConformalMap::new(tangent_deg, place(-20.0, 60.0), 40_000.0, 7.0, anchor).unwrap();
    MetGrid::conformal(61, 44, map).unwrap()
}

fn region(west: f64, east: f64, south: f64, north: f64) -> Region {
    Region::new(west, east, south, north).unwrap()
}

fn cut_to(sample: Sample, region: Region) -> Result<Cut<Sample>> {
    let options = CutOptions {
        region: Some(region),
        ..CutOptions::default()
    };
    Cut::new(sample, options)
}

/// Every point of the cut lies where a point of the whole lies, and has its values; how many there are.
fn check_values(whole: &mut dyn MetReader, cut: &mut dyn MetReader) -> (usize, usize) {
    let (of, grid) = (whole.description().grid.clone(), cut.description().grid.clone());
    let (all, part) = (whole.read(2).unwrap(), cut.read(2).unwrap());
    assert_eq!(all.fields.len(), part.fields.len());
    for (a, b) in all.fields.iter().zip(&part.fields) {
        assert_eq!(
            (a.level, &a.name, b.values.dim()),
            (b.level, &b.name, (grid.ny, grid.nx))
        );
        for ((j, i), value) in b.values.indexed_iter() {
            let (x, y) = of.index_of(grid.place_at(i as f64, j as f64));
            let (column, row) = (x.round() as usize, y.round() as usize);
            // 1e-6 of a cell: the projection's arithmetic
            let column = of.period_x().map_or(column, |period| column % period);
            assert!((x - x.round()).abs() < 1e-6 && (y - y.round()).abs() < 1e-6, "{x} {y}");
            assert_eq!(*value, a.values[(row, column)], "{} at {i}, {j}", b.name);
        }
    }
    (grid.nx, grid.ny)
}

/// Every place of the region lies between points of the grid.
fn holds(grid: &MetGrid, (west, east): (f64, f64), (south, north): (f64, f64)) -> bool {
    let share = |k: usize| k as f64 / 40.0;
    (0..=40).all(|i| {
        (0..=40).all(|j| {
            let place = LonLat {
                lon_deg: west + share(i) * (east - west),
                lat_deg: south + share(j) * (north - south),
            };
            let (x, y) = grid.index_of(place);
            let inside = |v: f64, n: usize| (-1e-6..=(n - 1) as f64 + 1e-6).contains(&v);
            grid.is_cyclic() && inside(y, grid.ny) || inside(x, grid.nx) && inside(y, grid.ny)
        })
    })
}

#[test]
fn a_region_between_points_keeps_the_points_around_it() {
    let mut cut = cut_to(on(lat_lon(25, 17)), region(-9.1, -7.6, 41.05, 42.2)).unwrap();
    assert_eq!(check_values(&mut on(lat_lon(25, 17)), &mut cut), (8, 6));
    let grid = &cut.description().grid;
    assert!(holds(grid, (-9.1, -7.6), (41.05, 42.2)));
    let first = grid.place_at(0.0, 0.0);
    assert_eq!((first.lon_deg, first.lat_deg), (-9.25, 41.0));
    assert!(cut.warnings().is_empty());
}

#[test]
fn a_region_between_grid_lines_keeps_just_those() {
    let cut = cut_to(on(lat_lon(25, 17)), region(-9.0, -8.0, 41.0, 42.0)).unwrap();
    assert_eq!((cut.description().grid.nx, cut.description().grid.ny), (5, 5));
}

#[test]
fn a_region_smaller_than_a_cell_keeps_its_four_corners() {
    for tiny in [
        region(-8.9, -8.89, 41.1, 41.11),
        region(-9.0, -8.999_999_9, 41.0, 41.000_000_1),
    ] {
        let cut = cut_to(on(lat_lon(25, 17)), tiny).unwrap();
        assert_eq!((cut.description().grid.nx, cut.description().grid.ny), (2, 2));
    }
}

#[test]
fn a_region_across_the_antimeridian_or_the_seam_of_a_globe_is_one_piece() {
    // 180 columns, or 181 of which the last repeats the first, from Greenwich and from the antimeridian
    for grid in [globe(180, 0.0), globe(181, 0.0), globe(180, -180.0), globe(181, -180.0)] {
        for (west, east) in [(165.0, -171.0), (-13.0, 21.0), (350.0, 371.0), (100.0, 110.0)] {
            let mut cut = cut_to(on(grid.clone()), region(west, east, 30.0, 51.0)).unwrap();
            let end = if east < west { east + 360.0 } else { east };
            let found = &cut.description().grid;
            assert!(
                holds(found, (west, end), (30.0, 51.0)),
                "{west} to {east}: {}",
                found.summary()
            );
            assert!(!found.is_cyclic());
            assert!(found.nx as f64 <= (end - west) / 2.0 + 3.0, "{} columns", found.nx);
            let mut whole = Sample(describe(grid.clone(), VerticalCoordinate::Pressure, &LEVELS, 5));
            // a column that repeats the first must do so in the values, too
            if grid.nx == 180 {
                check_values(&mut whole, &mut cut);
            }
        }
        let polar = cut_to(on(grid.clone()), region(-180.0, 180.0, 60.5, 90.0)).unwrap();
        assert!(polar.description().grid.is_cyclic(), "all longitudes stay a ring");
        assert_eq!(
            (polar.description().grid.nx, polar.description().grid.ny),
            (grid.nx, 16)
        );
    }
}

#[test]
fn a_region_on_a_conformal_grid_keeps_all_its_cells_and_those_around_its_edge() {
    for tangent_deg in [90.0, 47.0, 0.0, -60.0] {
        let grid = conformal(tangent_deg);
        let at = grid.place_at(30.0, 22.0);
        let (west, east) = (at.lon_deg - 4.0, at.lon_deg + 3.5);
        let (south, north) = (at.lat_deg - 2.5, at.lat_deg + 2.0);
        let mut cut = cut_to(on(grid.clone()), region(west, east, south, north)).unwrap();
        let found = cut.description().grid.clone();
        assert!(cut.warnings().is_empty(), "{:?}", cut.warnings());
        assert!(holds(&found, (west, east), (south, north)), "tangent {tangent_deg}");
        assert!(found.nx * found.ny < grid.nx * grid.ny);
        check_values(&mut on(grid.clone()), &mut cut);
        let (x, y) = grid.index_of(found.place_at(3.0, 4.0));
        let (whole, part) = (grid.earth_wind(x, y, 3.0, -7.0), found.earth_wind(3.0, 4.0, 3.0, -7.0));
        // 1e-9: the same formula at the same place
        assert!((whole.0 - part.0).abs() < 1e-9 && (whole.1 - part.1).abs() < 1e-9);
    }
}

#[test]
fn a_pole_within_a_region_is_kept_on_a_polar_grid() {
    let place = |lon_deg, lat_deg| LonLat { lon_deg, lat_deg };
    let anchor = MapAnchor {
        x: 30.0,
        y: 30.0,
        place: place(0.0, 90.0),
    };
    let map = ConformalMap::new(90.0, place(0.0, 60.0), 100_000.0, 0.0, anchor).unwrap();
    let cut = cut_to(
        on(MetGrid::conformal(61, 61, map).unwrap()),
        region(-180.0, 180.0, 80.0, 90.0),
    )
    .unwrap();
    let grid = &cut.description().grid;
    let (x, y) = grid.index_of(place(0.0, 90.0));
    assert!((x - 0.5 * (grid.nx - 1) as f64).abs() < 1e-6 && (y - 0.5 * (grid.ny - 1) as f64).abs() < 1e-6);
    assert!(grid.nx < 30, "{} columns", grid.nx);
}

#[test]
fn what_the_grid_lacks_of_a_region_is_told() {
    let cut = cut_to(on(lat_lon(25, 17)), region(-30.0, -8.0, 41.0, 42.0)).unwrap();
    assert_eq!(cut.description().grid.nx, 9);
    assert!(cut.warnings()[0].contains("beyond the grid"), "{:?}", cut.warnings());
}

#[test]
fn times_hold_the_span_asked_for() {
    // 3-hourly from 2019-06-21T00:00
    let hour = |h: i64| Some(UtcTime::parse("2019-06-21T00:00").unwrap().plus_hours(h));
    let span = |from, to| {
        let options = CutOptions {
            from,
            to,
            ..CutOptions::default()
        };
        Cut::new(on(lat_lon(25, 17)), options)
    };
    let hours = |cut: &Cut<Sample>| {
        let times = cut.description().times.iter();
        times
            .map(|t| t.minutes_since(hour(0).unwrap()) / 60.0)
            .collect::<Vec<_>>()
    };
    assert_eq!(hours(&span(hour(4), hour(8)).unwrap()), [3.0, 6.0, 9.0]);
    assert_eq!(hours(&span(hour(3), hour(6)).unwrap()), [3.0, 6.0]);
    assert_eq!(hours(&span(hour(5), hour(5)).unwrap()), [3.0, 6.0]);
    assert_eq!(hours(&span(None, hour(3)).unwrap()), [0.0, 3.0]);
    let mut late = span(hour(7), None).unwrap();
    assert_eq!(hours(&late), [6.0, 9.0, 12.0]);
    assert_eq!(late.read(1).unwrap().time, late.description().times[1]);
    assert!(late.read(3).is_err());
    assert!(span(hour(9), hour(20)).unwrap().warnings()[0].contains("only"));
    for (from, to) in [(hour(13), hour(20)), (hour(-5), hour(-1)), (hour(6), hour(3))] {
        assert!(span(from, to).unwrap_err().to_string().starts_with("times = "));
    }
}

#[test]
fn levels_reach_the_top_asked_for() {
    let cut = |vertical, levels: &[f64], top| {
        let sample = Sample(describe(lat_lon(25, 17), vertical, levels, 2));
        let options = CutOptions {
            top: Some(top),
            ..CutOptions::default()
        };
        Cut::new(sample, options)
    };
    let reached = |vertical, levels: &[f64], top| {
        let mut cut = cut(vertical, levels, top).unwrap();
        let count = cut.description().levels.len() - 1;
        assert_eq!(cut.description().variables.len(), count + 1);
        assert_eq!(cut.read(0).unwrap().fields.iter().map(|f| f.level).max(), Some(count));
        count
    };
    let pressure = VerticalCoordinate::Pressure;
    assert_eq!(reached(pressure, &LEVELS, Top::PressureHpa(850.0)), 3);
    assert_eq!(reached(pressure, &LEVELS, Top::PressureHpa(849.0)), 4);
    assert_eq!(reached(pressure, &LEVELS, Top::PressureHpa(100.0)), 5);
    assert_eq!(reached(pressure, &LEVELS, Top::Levels(2)), 2);
    let sigma = VerticalCoordinate::Sigma { offset_hpa: 0.0 };
    assert_eq!(reached(sigma, &[1.0, 0.99, 0.8, 0.6, 0.4], Top::PressureHpa(700.0)), 3);
    // the sample's PRES is 1000 - 30 hPa a level, and 8 hPa around that
    let eta = VerticalCoordinate::WrfEta;
    assert_eq!(reached(eta, &[1.0, 0.99, 0.8, 0.6, 0.4], Top::PressureHpa(925.0)), 3);
    for (top, word) in [
        (Top::Levels(0), "levels = 0"),
        (Top::Levels(6), "levels = 6"),
        (Top::PressureHpa(1000.0), "1000.0 to 500.0 hPa"),
        (Top::PressureHpa(f64::NAN), "top = NaN"),
    ] {
        let refused = cut(pressure, &LEVELS, top).unwrap_err().to_string();
        assert!(refused.contains(word), "{refused}");
    }
    let above = cut(pressure, &LEVELS, Top::PressureHpa(100.0)).unwrap();
    assert!(
        above.warnings()[0].contains("ends at 500.0 hPa"),
        "{:?}",
        above.warnings()
    );
}

#[test]
fn a_region_that_the_grid_has_not_is_refused() {
    for (grid, elsewhere) in [
        (lat_lon(25, 17), region(20.0, 30.0, 41.0, 43.0)),
        (lat_lon(25, 17), region(-9.0, -8.0, 60.0, 70.0)),
        (conformal(47.0), region(100.0, 120.0, 20.0, 30.0)),
    ] {
        let refused = cut_to(on(grid), elsewhere).unwrap_err().to_string();
        assert!(
            refused.starts_with("region = ") && refused.contains("nothing of it"),
            "{refused}"
        );
    }
    for (west, east, south, north) in [
        (0.0, 10.0, 50.0, 40.0),
        (5.0, 5.0, 40.0, 50.0),
        (0.0, 10.0, 40.0, 91.0),
        (f64::NAN, 10.0, 40.0, 50.0),
    ] {
        assert!(Region::new(west, east, south, north).is_err());
    }
}

#[test]
fn a_cut_serves_a_store_like_a_file() {
    let options = CutOptions {
        region: Some(region(-9.1, -7.6, 41.05, 42.2)),
        top: Some(Top::Levels(3)),
        ..CutOptions::default()
    };
    let cut = Cut::new(on(lat_lon(25, 17)), options).unwrap();
    let size = MetSize::of(cut.description());
    assert!(
        size.unwrap_err().to_string().contains("108"),
        "8 x 6 points are too few for an ARL file"
    );
    let boxed: Box<dyn MetReader> = Box::new(cut);
    let twice = Cut::new(boxed, CutOptions::default()).unwrap();
    let store = MetStore::from_readers(vec![Box::new(twice)]).unwrap();
    assert_eq!((store.nests()[0].grid.nx, store.nests()[0].levels.len()), (8, 4));
    let mut again = store.nest_reader(0).unwrap();
    assert_eq!(again.read(4).unwrap().field(3, "TEMP").unwrap().dim(), (6, 8));
    assert!(again.read(5).is_err() && store.nest_reader(1).is_err());
}
