//! Small footprints of ours, and what files hold, for tests of the formats of others.
#![allow(dead_code)]

use std::path::{Path, PathBuf};

use airshed::footprint::{Footprint, MassBudget};
use airshed::formats::{ForeignFootprint, Format, ReadOptions, read, write};
use airshed::{Grid, Receptor, UtcTime};
use ndarray::Array3;

/// A file beside the repository; `None`, and a word on stderr, without it.
pub fn shared(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared").join(name);
    if path.exists() {
        return Some(path);
    }
    eprintln!("skipped: no {}", path.display());
    None
}

pub fn reference(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference").join(name)
}

pub fn tower(time: &str) -> Receptor {
    Receptor::new(UtcTime::parse(time).unwrap(), 4.927, 51.971, 207.0).unwrap()
}

/// Four rows, five columns, as many hourly layers up to the receptor time; single precision holds every value.
pub fn hourly(receptor: Receptor, hours: usize) -> Footprint {
    let foot = Array3::from_shape_fn((hours, 4, 5), |(k, j, i)| {
        f64::from((k * 20 + j * 5 + i) as f32) / 1024.0
    });
    let start = receptor.time.plus_hours(-(hours as i64));
    Footprint {
        receptor,
        grid: Grid {
            name: "test".into(),
            west: 3.0,
            east: 5.5,
            south: 51.0,
            north: 53.0,
            dx: 0.5,
            dy: 0.5,
            crs: "+proj=longlat".into(),
            time_integrate: false,
            smooth_factor: 1.0,
            gridding: Default::default(),
        },
        layer_start: (0..hours as i64).map(|k| start.plus_hours(k)).collect(),
        layer_seconds: 3600,
        budget: MassBudget {
            total: 1.0,
            inside: foot.sum(),
            smeared_out: 0.0,
            outside: 1.0 - foot.sum(),
        },
        foot,
        stderr: None,
        sampling: None,
        age: None,
    }
}

/// The sum over all layers of the same.
pub fn integrated(receptor: Receptor, hours: usize) -> Footprint {
    let hourly = hourly(receptor, hours);
    Footprint {
        grid: Grid {
            time_integrate: true,
            ..hourly.grid.clone()
        },
        layer_start: hourly.layer_start[..1].to_vec(),
        layer_seconds: 3600 * hours as i64,
        foot: hourly.foot.sum_axis(ndarray::Axis(0)).insert_axis(ndarray::Axis(0)),
        ..hourly
    }
}

pub fn write_all(path: &Path, format: Format, footprints: &[Footprint]) -> airshed::Result<()> {
    let mut each = footprints.iter().cloned().map(|f| Ok(ForeignFootprint::from(f)));
    write(path, format, &mut each)
}

pub fn read_one(path: &Path) -> Footprint {
    let mut all = read(path, &ReadOptions::default()).unwrap();
    assert_eq!(all.len(), 1, "{}", path.display());
    all.pop().unwrap().footprint
}

/// Same values, times and receptor, and cells that lie within 1e-9 of each other.
pub fn assert_same(found: &Footprint, expected: &Footprint) {
    assert_eq!(found.foot, expected.foot);
    assert_eq!(found.layer_start, expected.layer_start);
    assert_eq!(found.layer_seconds, expected.layer_seconds);
    assert_eq!(found.receptor, expected.receptor);
    assert_eq!(found.grid.time_integrate, expected.grid.time_integrate);
    assert_eq!(found.grid.crs, expected.grid.crs);
    let edges = |grid: &Grid| [grid.west, grid.east, grid.south, grid.north, grid.dx, grid.dy];
    for (a, b) in edges(&found.grid).into_iter().zip(edges(&expected.grid)) {
        assert!((a - b).abs() <= 1e-9 * b.abs().max(1.0), "{a} {b}");
    }
}

/// Values of a variable as the file holds them.
pub fn raw(path: &Path, variable: &str) -> Vec<f64> {
    let file = netcdf::open(path).unwrap();
    file.variable(variable).unwrap().get_values(..).unwrap()
}

pub fn raw_text(path: &Path, variable: &str, attribute: &str) -> Option<String> {
    let file = netcdf::open(path).unwrap();
    let variable = file.variable(variable).unwrap();
    variable
        .attributes()
        .find(|a| a.name() == attribute)
        .map(|a| String::try_from(a.value().unwrap()).unwrap())
}
