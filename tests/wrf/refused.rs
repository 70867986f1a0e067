//! What cannot be used is told, and nothing is read wrong.

use std::path::{Path, PathBuf};

use airshed::met::MetReader;
use airshed::met::store::MetStore;
use airshed::met::wrf::WrfReader;
use tempfile::TempDir;

use crate::air::{PLAIN, place, start};
use crate::wrf_file::map::Map;
use crate::wrf_file::{WrfGrid, write};

fn grid() -> WrfGrid {
    WrfGrid::new(
        Map::Mercator { lat1: 20.0, lon: -89.0 },
        (8, 7),
        10_000.0,
        place(-90.0, 24.0),
    )
}

fn written(grid: &WrfGrid, change: impl Fn(&mut netcdf::FileMut)) -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("wrfout_d01");
    write(&path, grid, &PLAIN, &[start(), start().plus_hours(1)]);
    let mut file = netcdf::append(&path).unwrap();
    change(&mut file);
    file.close().unwrap();
    (dir, path)
}

/// What opening the file, or else reading its first time, complains of.
fn complaint(path: &Path) -> String {
    match WrfReader::open(path).and_then(|mut reader| reader.read(0)) {
        Ok(_) => "none".into(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn maps_that_are_not_understood_are_refused_with_their_reason() {
    let with = |name: &'static str, value: f32| {
        let (_dir, path) = written(&grid(), |file| {
            file.add_attribute(name, value).unwrap();
        });
        complaint(&path)
    };
    assert_eq!(with("TRUELAT2", 0.0), "none");
    assert!(with("MAP_PROJ", 0.0).contains("understood are 1 (Lambert)"));
    assert!(with("DX", 20_000.0).contains("cells must be square"));
    assert!(with("TRUELAT1", 40.0).contains("not this grid's"));
    let lat_lon = WrfGrid {
        map: Map::LatLon,
        ..grid()
    };
    let (_dir, path) = written(&lat_lon, |file| {
        file.add_attribute("POLE_LAT", 50.0f32).unwrap();
    });
    assert!(complaint(&path).contains("rotated"));
}

#[test]
fn a_file_without_what_moves_particles_names_it() {
    for (without, told) in [
        ("U", "no variable U"),
        ("PHB", "no variable PHB"),
        ("T", "no variable T (or THM)"),
        ("XLAT", "\"XLAT\""),
    ] {
        let grid = WrfGrid {
            without: vec![without],
            ..grid()
        };
        let (_dir, path) = written(&grid, |_| {});
        assert!(complaint(&path).contains(told), "{}", complaint(&path));
    }
}

#[test]
fn a_value_that_is_missing_or_not_finite_is_told_with_its_place() {
    for value in [f32::NAN, f32::INFINITY, 9.969_21e36] {
        let (_dir, path) = written(&grid(), |file| {
            let mut u = file.variable_mut("U").unwrap();
            u.put_value(value, [0, 2, 3, 4]).unwrap();
        });
        let told = complaint(&path);
        assert!(
            told.contains("U holds a value that is missing or not finite: time 0, level 2, row 3, column 4"),
            "{told}"
        );
    }
    let (_dir, path) = written(&grid(), |file| {
        let mut variable = file.variable_mut("PH").unwrap();
        variable.put_value(-1e6f32, [0, 4, 3, 4]).unwrap();
    });
    assert!(complaint(&path).contains("does not lie above"), "{}", complaint(&path));
}

#[test]
fn fields_that_the_model_has_not_computed_yet_are_missing_and_not_zero() {
    let (_dir, path) = written(&grid(), |file| {
        for name in ["T2", "PBLH", "UST"] {
            let zeros = vec![0f32; 8 * 7];
            file.variable_mut(name)
                .unwrap()
                .put_values(&zeros, (0, .., ..))
                .unwrap();
        }
    });
    let mut reader = WrfReader::open(&path).unwrap();
    let (first, second) = (reader.read(0).unwrap(), reader.read(1).unwrap());
    for name in ["T02M", "PBLH", "USTR", "RH2M"] {
        assert!(
            first.field(0, name).is_none() && second.field(0, name).is_some(),
            "{name}"
        );
    }
}

#[test]
fn a_file_that_changes_after_it_was_opened_is_refused() {
    let (_dir, path) = written(&grid(), |_| {});
    let mut reader = WrfReader::open(&path).unwrap();
    reader.read(0).unwrap();
    let bytes = std::fs::read(&path).unwrap();
    std::fs::write(&path, &bytes[..bytes.len() - 100]).unwrap();
    assert!(reader.read(1).unwrap_err().to_string().contains("the file has changed"));
    std::fs::remove_file(&path).unwrap();
    assert!(reader.read(1).unwrap_err().to_string().contains("cannot open"));
}

#[test]
fn a_netcdf_file_of_another_model_is_told_apart() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("other.nc");
    netcdf::create(&path).unwrap().close().unwrap();
    let open = || {
        MetStore::open_with_index(&[path.to_str().unwrap()], None)
            .err()
            .unwrap()
            .to_string()
    };
    assert!(complaint(&path).contains("not a WRF file"));
    std::fs::write(&path, b"\x89HDF\r\n\x1a\nno more").unwrap();
    assert!(open().contains("netCDF:"), "{}", open());
}

/// Deterministic numbers below `bound`.
fn numbers(seed: u64) -> impl FnMut(usize) -> usize {
    let mut state = seed;
    move |bound| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((state >> 33) as usize) % bound
    }
}

#[test]
fn damaged_copies_give_errors_or_fields_but_no_panic() {
    let (dir, path) = written(&grid(), |_| {});
    let whole = std::fs::read(&path).unwrap();
    let damaged = dir.path().join("damaged");
    let mut number = numbers(7);
    let (mut opened, mut told) = (0, 0);
    for round in 0..300 {
        let mut bytes = whole.clone();
        match round % 3 {
            0 => bytes.truncate(number(whole.len())),
            1 => {
                let at = number(bytes.len());
                bytes[at] ^= 1 << number(8);
            }
            _ => {
                for _ in 0..20 {
                    let at = number(bytes.len());
                    bytes[at] = number(256) as u8;
                }
            }
        }
        std::fs::write(&damaged, &bytes).unwrap();
        match complaint(&damaged).as_str() {
            "none" => opened += 1,
            _ => told += 1,
        }
    }
    assert!(opened > 10 && told > 50, "{opened} read, {told} refused");
}
