//! Fields of WRF: destaggered, put together and named.

use std::path::PathBuf;

use airshed::met::store::MetStore;
use airshed::met::wrf::WrfReader;
use airshed::met::{MetReader, VerticalCoordinate};
use tempfile::TempDir;

use crate::air::{PLAIN, Plain, VIRTUAL_K, place, start};
use crate::wrf_file::map::Map;
use crate::wrf_file::{Theta, WrfGrid, write};

fn europe() -> WrfGrid {
    let map = Map::Lambert {
        lat1: 30.0,
        lat2: 60.0,
        lon: 10.0,
    };
    WrfGrid::new(map, (12, 9), 20_000.0, place(4.0, 50.0))
}

fn written(grid: &WrfGrid, air: &Plain, hours: &[i64]) -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("wrfout_d01");
    let times: Vec<_> = hours.iter().map(|&hour| start().plus_hours(hour)).collect();
    write(&path, grid, air, &times);
    (dir, path)
}

fn hilly() -> Plain {
    Plain { hill_m: 700.0, ..PLAIN }
}

#[test]
fn winds_that_are_linear_between_faces_are_exact_at_mass_points() {
    let air = Plain { slope: 0.25, ..PLAIN };
    let grid = WrfGrid::new(Map::LatLon, (12, 9), 20_000.0, place(4.0, 50.0));
    let (_dir, path) = written(&grid, &air, &[0]);
    let raw = WrfReader::open(path).unwrap().read(0).unwrap();
    for (y, x) in (0..9).flat_map(|y| (0..12).map(move |x| (y, x))) {
        let expected = air.wind_at(grid.place(x as f64, y as f64));
        for (name, wind) in ["UWND", "VWND"].into_iter().zip(expected) {
            let found = f64::from(raw.field(4, name).unwrap()[(y, x)]);
            // both faces are rounded to single precision, 1e-6 of 10 m/s
            assert!((found - wind).abs() < 3e-6, "{name} {found} {wind}");
        }
    }
}

#[test]
fn pressures_and_heights_ascend_over_a_hill_and_meet_the_ground() {
    for hybrid in [false, true] {
        let grid = WrfGrid { hybrid, ..europe() };
        let (_dir, path) = written(&grid, &hilly(), &[0]);
        let mut reader = WrfReader::open(path).unwrap();
        assert_eq!(reader.description().vertical, VerticalCoordinate::WrfEta);
        assert_eq!(reader.description().levels.len(), 11);
        let raw = reader.read(0).unwrap();
        for (y, x) in (0..9).flat_map(|y| (0..12).map(move |x| (y, x))) {
            let at = |level, name| f64::from(raw.field(level, name).unwrap()[(y, x)]);
            let terrain_m = hilly().terrain_m(grid.place(x as f64, y as f64));
            assert!((at(0, "SHGT") - terrain_m).abs() < 0.02);
            let (mut height, mut pressure) = (at(0, "SHGT"), at(0, "PRSS"));
            for level in 1..=10 {
                let eta = 0.5 * (grid.eta[level - 1] + grid.eta[level]);
                let expected = grid.pressure_pa(eta, 100.0 * at(0, "PRSS")) / 100.0;
                assert!(
                    (at(level, "PRES") - expected).abs() < 2e-3,
                    "{} {expected}",
                    at(level, "PRES")
                );
                assert!(at(level, "HGTS") > height && at(level, "PRES") < pressure);
                (height, pressure) = (at(level, "HGTS"), at(level, "PRES"));
                assert!((at(level, "TEMP") - hilly().temperature_k()).abs() < 2e-3);
            }
        }
    }
}

#[test]
fn dry_and_moist_potential_temperature_give_the_same_temperature() {
    let temperature = |theta| {
        let grid = WrfGrid { theta, ..europe() };
        let (_dir, path) = written(&grid, &PLAIN, &[0]);
        let raw = WrfReader::open(path).unwrap().read(0).unwrap();
        raw.field(2, "TEMP").unwrap().to_owned()
    };
    let dry = temperature(Theta::Dry);
    assert!((f64::from(dry[(3, 3)]) * (1.0 + 0.6084 * 0.012 / 1.012) - VIRTUAL_K).abs() < 0.01);
    for theta in [Theta::Moist, Theta::Both] {
        let other = temperature(theta);
        let apart = (&other - &dry).iter().fold(0.0, |most: f32, d| most.max(d.abs()));
        assert!(
            apart < 2e-4,
            "{theta:?}: {apart} K, single precision leaves 3e-5 thrice"
        );
    }
}

#[test]
fn moist_potential_temperature_under_the_dry_name_is_refused() {
    let grid = WrfGrid {
        theta: Theta::Mislabelled,
        ..europe()
    };
    let (_dir, path) = written(&grid, &PLAIN, &[0]);
    let refused = WrfReader::open(path).unwrap().read(0).unwrap_err().to_string();
    assert!(refused.contains("moist potential temperature"), "{refused}");
}

#[test]
fn what_the_ground_holds_is_named_and_what_it_lacks_is_not() {
    let (_dir, path) = written(&europe(), &PLAIN, &[0, 1, 3]);
    let mut reader = WrfReader::open(path).unwrap();
    let names = reader.description().variables[0].join(" ");
    let all = "PRSS SHGT T02M U10M V10M PBLH USTR SHTF LHTF RGHS DSWF RH2M TPPA CPPA";
    assert_eq!(names, all, "TMPS is not given beside T02M");
    assert_eq!(reader.forecast_hours(), [Some(0), Some(1), Some(3)]);
    let raw = reader.read(2).unwrap();
    assert_eq!((raw.forecast_hour, raw.time), (3, start().plus_hours(3)));
    let at = |name| f64::from(raw.field(0, name).unwrap()[(4, 4)]);
    for (name, expected, tolerance) in [
        ("SHTF", 120.0, 1e-4),
        ("LHTF", 80.0, 1e-4),
        ("USTR", 0.4, 1e-6),
        ("PBLH", 900.0, 1e-3),
        ("TPPA", 12e-3, 1e-8),
        ("CPPA", 3e-3, 1e-8),
        ("PRSS", 1000.0, 1e-3),
    ] {
        assert!((at(name) - expected).abs() < tolerance, "{name} {}", at(name));
    }
    let grid = WrfGrid {
        without: vec!["T2", "PBLH", "RAINC", "W", "QVAPOR", "PSFC"],
        ..europe()
    };
    let (_dir, path) = written(&grid, &PLAIN, &[0]);
    let mut reader = WrfReader::open(path).unwrap();
    let names = reader.description().variables.clone();
    assert_eq!(
        names[0].join(" "),
        "PRSS SHGT U10M V10M USTR SHTF LHTF RGHS DSWF TMPS TPPA"
    );
    assert_eq!(names[1].join(" "), "PRES HGTS TEMP UWND VWND");
    // PRSS stands on the lowest level: dry air of the wrong temperature misses 0.7 % of 20 m
    let ground = f64::from(reader.read(0).unwrap().field(0, "PRSS").unwrap()[(4, 4)]);
    assert!((ground - 1000.0).abs() < 0.03, "{ground}");
}

#[test]
fn relative_humidity_at_2_m_gives_the_mixing_ratio_back() {
    let (_dir, path) = written(&europe(), &PLAIN, &[0]);
    let raw = WrfReader::open(path).unwrap().read(0).unwrap();
    let (percent, kelvin) = (
        raw.field(0, "RH2M").unwrap()[(4, 4)],
        raw.field(0, "T02M").unwrap()[(4, 4)],
    );
    let saturated = 6.112 * (17.67 * (f64::from(kelvin) - 273.15) / (f64::from(kelvin) - 29.65)).exp();
    let vapour = f64::from(percent) / 100.0 * saturated;
    let ratio = 0.622 * vapour / (1000.0 - vapour);
    assert!((ratio - 0.012).abs() < 1e-6, "{ratio}");
}

#[test]
fn domains_in_files_of_their_own_are_nests_the_finest_first() {
    let dir = tempfile::tempdir().unwrap();
    let inner = WrfGrid {
        spacing_m: 20_000.0 / 3.0,
        ..europe()
    };
    for hour in 0..3 {
        let times = [start().plus_hours(hour)];
        write(
            &dir.path().join(format!("wrfout_d01_{hour}")),
            &europe(),
            &PLAIN,
            &times,
        );
    }
    let times = [start(), start().plus_hours(1)];
    write(&dir.path().join("wrfout_d02"), &inner, &PLAIN, &times);
    let pattern = dir.path().join("wrfout_d0*").to_str().unwrap().to_owned();
    let store = MetStore::open_with_index(&[pattern], None).unwrap();
    let held: Vec<_> = store
        .nests()
        .iter()
        .map(|nest| (nest.grid.spacing_m() as i64 / 1000, nest.times.len()))
        .collect();
    assert_eq!(held, [(6, 2), (20, 3)], "{:?}", store.warnings());
    assert!(store.warnings().is_empty());
}

#[test]
fn a_nest_that_moves_is_cut_to_what_it_holds_at_all_times() {
    let grid = WrfGrid {
        moves: vec![(0, 0), (3, -2), (6, -2)],
        ..europe()
    };
    let air = Plain { slope: 0.5, ..hilly() };
    let (_dir, path) = written(&grid, &air, &[0, 1, 2]);
    let mut reader = WrfReader::open(path).unwrap();
    assert!(reader.warnings()[0].contains("6 x 7 points"), "{:?}", reader.warnings());
    let found = reader.description().grid.clone();
    assert_eq!((found.nx, found.ny), (6, 7));
    for time in 0..3 {
        let raw = reader.read(time).unwrap();
        for (y, x) in (0..7).flat_map(|y| (0..6).map(move |x| (y, x))) {
            let terrain_m = air.terrain_m(found.place_at(x as f64, y as f64));
            let read = f64::from(raw.field(0, "SHGT").unwrap()[(y, x)]);
            // a place off by 2e-5 degrees moves the ground of this hill by 1e-2 m
            assert!((read - terrain_m).abs() < 0.05, "time {time}: {read} {terrain_m}");
        }
    }
}
