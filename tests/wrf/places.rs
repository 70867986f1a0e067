//! Maps of WRF: places, lengths and directions.

use airshed::constants::EARTH_RADIUS_M;
use airshed::met::wrf::WrfReader;
use airshed::met::{MetReader, RawSnapshot};

use crate::air::{PLAIN, place, start};
use crate::wrf_file::map::{Map, RADIUS_M};
use crate::wrf_file::{WrfGrid, write};

fn grids() -> Vec<WrfGrid> {
    let lambert = |lat1, lat2, lon| Map::Lambert { lat1, lat2, lon };
    vec![
        WrfGrid::new(lambert(30.0, 60.0, 10.0), (14, 11), 30_000.0, place(2.0, 50.0)),
        WrfGrid::new(lambert(38.5, 38.5, -97.5), (14, 11), 30_000.0, place(-119.0, 41.0)),
        WrfGrid::new(lambert(-35.0, -20.0, 178.0), (14, 11), 30_000.0, place(-179.5, -28.0)),
        WrfGrid::new(
            Map::Polar {
                lat1: 60.0,
                lon: -150.0,
            },
            (14, 11),
            30_000.0,
            place(165.0, 74.0),
        ),
        WrfGrid::new(
            Map::Polar { lat1: -71.0, lon: 0.0 },
            (14, 11),
            30_000.0,
            place(-60.0, -65.0),
        ),
        WrfGrid::new(
            Map::Mercator { lat1: 20.0, lon: 0.0 },
            (14, 11),
            30_000.0,
            place(-179.9, -8.0),
        ),
        WrfGrid::new(Map::LatLon, (14, 11), 30_000.0, place(179.0, 35.0)),
    ]
}

fn read(grid: &WrfGrid) -> (WrfReader, RawSnapshot) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("wrfout_d01");
    write(&path, grid, &PLAIN, &[start()]);
    let mut reader = WrfReader::open(&path).unwrap();
    let raw = reader.read(0).unwrap();
    (reader, raw)
}

#[test]
fn every_point_lies_where_the_file_says_on_each_map() {
    for grid in grids() {
        let (reader, _) = read(&grid);
        let found = &reader.description().grid;
        for (x, y) in (0..grid.nx).flat_map(|x| (0..grid.ny).map(move |y| (x as f64, y as f64))) {
            let (found_x, found_y) = found.index_of(grid.place(x, y));
            let miss = (found_x - x).hypot(found_y - y);
            // the first point comes in single precision: 1.5e-5 degrees at 180 E, of cells of 0.27
            assert!(miss < 1e-3, "{:?}: {miss} cells at {x} {y}", grid.map);
        }
    }
}

#[test]
fn cells_are_as_large_as_the_map_factors_say_on_the_larger_sphere() {
    for grid in grids() {
        let (reader, _) = read(&grid);
        for (x, y) in [(0.0, 0.0), (13.0, 0.0), (0.0, 10.0), (13.0, 10.0)] {
            let (along_x, along_y) = grid.map.factors(grid.place(x, y));
            let (dx_m, dy_m) = reader.description().grid.cell_size_m(x, y);
            let expected = grid.spacing_m * EARTH_RADIUS_M / RADIUS_M;
            for (size_m, factor) in [(dx_m, along_x), (dy_m, along_y)] {
                let miss = size_m * factor / expected - 1.0;
                assert!(miss.abs() < 1e-5, "{:?}: {miss} at {x} {y}", grid.map);
            }
        }
    }
}

#[test]
fn a_wind_of_one_direction_on_earth_has_it_at_every_corner_of_each_map() {
    for grid in grids() {
        let (reader, raw) = read(&grid);
        let earth = |u: &str, v: &str, level: usize, (x, y): (usize, usize)| {
            let [u, v] = [u, v].map(|name| f64::from(raw.field(level, name).unwrap()[(y, x)]));
            reader.description().grid.earth_wind(x as f64, y as f64, u, v)
        };
        for corner in [(0, 0), (13, 0), (0, 10), (13, 10)] {
            for (level, u, v) in [(3, "UWND", "VWND"), (0, "U10M", "V10M")] {
                let (east, north) = earth(u, v, level, corner);
                // faces 15 km off have axes that differ by less than 0.5 degrees: their mean loses 4e-5 of the speed
                let miss = (east - 8.0).hypot(north + 3.0);
                assert!(miss < 2e-3, "{:?} {u}: {east} {north} at {corner:?}", grid.map);
            }
        }
    }
}
