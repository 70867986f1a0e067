//! Many footprints in one file: the same footprints, and the Jacobian of an inversion.
#![cfg(feature = "netcdf")]
#![allow(clippy::unwrap_used)]

mod footprints;
#[path = "footprints/sampled.rs"]
mod sampled;

use std::path::{Path, PathBuf};

use airshed::convolve::convolve;
use airshed::flux::{Flux, FluxTimes, LatLonMesh};
use airshed::footprint::Footprint;
use airshed::gridding::Measure;
use airshed::output::{RunAttributes, as_stored};
use airshed::receptor::{Datum, Receptor, Site};
use airshed::store::{Store, append_store, store_name, write_store};
use airshed::time::UtcTime;
use approx::assert_relative_eq;
use footprints::{DEGREES, areas, grid, start};
use ndarray::Array3;
use sampled::{GROUPS, sampled};

fn run() -> RunAttributes {
    RunAttributes {
        mode: "physics".into(),
        seed: u64::MAX,
        perturbed: false,
    }
}

/// Three hours, every third value zero, of a receptor so many hours after the first.
fn sparse(hour: i64) -> Footprint {
    let mut footprint = sampled(3);
    let time = footprint.receptor.time.plus_hours(hour);
    footprint.receptor = Receptor::new(time, 4.927, 51.971, 207.0).unwrap();
    footprint.layer_start = (0..3).map(|k| start().plus_hours(hour + k)).collect();
    for ((t, j, i), value) in footprint.foot.indexed_iter_mut() {
        *value = match (t + j + i + hour as usize) % 3 {
            0 => 0.0,
            _ => *value * (1.0 + 0.1 * hour as f64) / 3.0,
        };
    }
    footprint.stderr = Some(footprint.foot.mapv(|v| v / 7.0));
    footprint.budget.total = 3.25 + hour as f64;
    footprint.budget.inside = footprint.foot.sum();
    footprint
}

fn stored(folder: &Path, footprints: &[Footprint]) -> PathBuf {
    let path = folder.join("store.nc");
    write_store(&path, &run(), footprints.iter().cloned().map(Ok)).unwrap();
    path
}

fn assert_same(read: &Footprint, written: &Footprint) {
    let written = as_stored(written.clone());
    assert_eq!(read.receptor, written.receptor);
    assert_eq!(read.grid, written.grid);
    assert_eq!(read.layer_start, written.layer_start);
    assert_eq!(read.layer_seconds, written.layer_seconds);
    assert_eq!(read.foot, written.foot);
    assert_eq!(read.stderr, written.stderr);
    assert_eq!(read.sampling, written.sampling);
    assert_eq!(read.budget, written.budget);
}

#[test]
fn each_footprint_comes_back_as_its_own_file_would_hold_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut written: Vec<Footprint> = (0..4).map(sparse).collect();
    // an empty one, one of other shape and layers, one without a layer
    written[1].foot.fill(0.0);
    written[1].stderr.as_mut().unwrap().fill(0.0);
    let column = Receptor::column(start(), Site::new(4.9, 52.0, 10.0), 900.0, Datum::SeaLevel).unwrap();
    written[2].receptor = column.with_id("column").unwrap();
    written[3] = sampled(1);
    let store = Store::open(stored(folder.path(), &written)).unwrap();
    assert_eq!(store.run(), &run());
    assert_eq!(store.grid(), &written[0].grid);
    for (read, written) in store.footprints().zip(&written) {
        assert_same(&read.unwrap(), written);
    }
    assert_eq!(store.find("column"), Some(2));
    assert_eq!(store.find("none"), None);
    let span = start().plus_hours(3)..start().plus_hours(5);
    assert_eq!(store.within(&span), [0, 1]);
    // ppm and its error are those of the run
    let flux = Flux::uniform(0.3);
    let from_store = convolve(&store.footprint(0).unwrap(), &flux).unwrap();
    assert_eq!(from_store, convolve(&as_stored(written[0].clone()), &flux).unwrap());
    assert!(from_store.stderr_ppm.unwrap() > 0.0);
}

#[test]
fn footprints_without_errors_make_a_store_too() {
    let folder = tempfile::tempdir().unwrap();
    let polar = grid(
        [-2e6, 2e6, -2e6, 2e6],
        1e5,
        "+proj=laea +lat_0=90 +lon_0=10 +R=6371007.2 +units=m",
    );
    let written = [areas(grid([0.0, 2.0, 50.0, 51.0], 1.0, DEGREES))];
    assert_same(
        &Store::open(stored(folder.path(), &written))
            .unwrap()
            .footprint(0)
            .unwrap(),
        &written[0],
    );
    if cfg!(feature = "proj") {
        let written = [areas(polar)];
        assert_same(
            &Store::open(stored(folder.path(), &written))
                .unwrap()
                .footprint(0)
                .unwrap(),
            &written[0],
        );
    }
}

#[test]
fn a_store_grows_or_stays_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let written: Vec<Footprint> = (0..5).map(sparse).collect();
    let path = stored(folder.path(), &written[..2]);
    append_store(&path, &run(), written[2..].iter().cloned().map(Ok)).unwrap();
    let store = Store::open(&path).unwrap();
    assert_eq!(store.receptors().len(), 5);
    for (read, written) in store.footprints().zip(&written) {
        assert_same(&read.unwrap(), written);
    }
    let before = std::fs::read(&path).unwrap();
    let mut other_grid = sparse(7);
    other_grid.grid.dx = 2.0;
    let mut other_groups = sparse(7);
    other_groups.sampling = None;
    let broken = || Err(airshed::Error::Interrupted);
    let faulty = [
        (vec![Ok(sparse(6)), Ok(sparse(1))], "is already in"),
        (vec![Ok(sparse(6)), Ok(other_grid)], "one grid"),
        (vec![Ok(other_groups)], "number of groups"),
        (vec![Ok(sparse(6)), broken()], "interrupted"),
    ];
    for (footprints, told) in faulty {
        let text = append_store(&path, &run(), footprints.into_iter())
            .unwrap_err()
            .to_string();
        assert!(text.contains(told), "{text}");
    }
    let parity = RunAttributes {
        mode: "parity".into(),
        ..run()
    };
    let text = append_store(&path, &parity, [Ok(sparse(6))].into_iter())
        .unwrap_err()
        .to_string();
    assert!(text.contains("another run"), "{text}");
    let none = write_store(folder.path().join("none.nc"), &run(), std::iter::empty()).unwrap_err();
    assert!(none.to_string().contains("holds one or more"), "{none}");
    assert_eq!(std::fs::read(&path).unwrap(), before);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn the_same_footprints_give_the_same_bytes() {
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let written: Vec<Footprint> = (0..3).map(sparse).collect();
    let [a, b] = folders.map(|folder| std::fs::read(stored(folder.path(), &written)).unwrap());
    assert_eq!(a, b);
}

#[test]
fn other_files_are_refused_and_a_damaged_store_is_no_panic() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("foot.nc");
    airshed::output::write_footprint(&path, &sparse(0), &run()).unwrap();
    assert!(!Store::is_store(&path).unwrap());
    assert!(
        Store::open(&path)
            .err()
            .unwrap()
            .to_string()
            .contains("not a store file")
    );
    let whole = std::fs::read(stored(folder.path(), &[sparse(0), sparse(1)])).unwrap();
    let cut = folder.path().join("cut.nc");
    std::fs::write(&cut, &whole[..whole.len() / 2]).unwrap();
    assert!(Store::open(&cut).is_err());
    assert!(
        Store::open(folder.path().join("absent.nc"))
            .err()
            .unwrap()
            .to_string()
            .contains("cannot open")
    );
}

/// A flux of two steps, four hours and one, whose values follow from step, row and column.
fn stepwise() -> (Flux, Vec<UtcTime>, Vec<f64>) {
    let edges = vec![start(), start().plus_hours(4), start().plus_hours(8)];
    let value = |(t, j, i): (usize, usize, usize)| (1 + t) as f64 * ((10 * j + i) as f64 - 25.0);
    let values = Array3::from_shape_fn((2, 6, 10), value);
    let lat: Vec<f64> = (0..=6).map(|j| 48.0 + f64::from(j)).collect();
    let lon: Vec<f64> = (0..=10).map(f64::from).collect();
    let mesh = LatLonMesh::from_edges(&lat, &lon).unwrap();
    let vector = values.iter().copied().collect();
    let flux = Flux::from_array("test", mesh, FluxTimes::from_starts(&edges[..2]).unwrap(), values).unwrap();
    (flux, edges, vector)
}

#[test]
fn the_jacobian_times_a_flux_is_what_convolution_gives() {
    let folder = tempfile::tempdir().unwrap();
    let written: Vec<Footprint> = (0..4).map(sparse).collect();
    let store = Store::open(stored(folder.path(), &written)).unwrap();
    let by_layer = store.jacobian(&[0, 1, 2, 3]).unwrap();
    assert_eq!((by_layer.rows.len(), by_layer.columns), (12, 60));
    let (flux, edges, vector) = stepwise();
    let jacobian = by_layer.on_steps(&edges).unwrap();
    assert_eq!((jacobian.rows.len(), jacobian.columns), (4, 120));
    let ppm = jacobian.apply(&vector).unwrap();
    for (footprint, ppm) in written.iter().zip(&ppm) {
        let expected = convolve(&as_stored(footprint.clone()), &flux).unwrap().total_ppm;
        // values summed in single precision, 2^-24 each, of sums that cancel in part
        assert_relative_eq!(*ppm, expected, epsilon = 1e-6 * footprint.foot.sum() * 68.0);
    }
    // <y, H x> = <Hᵀ y, x>
    let y = [0.3, -1.7, 2.0, 0.9];
    let back = jacobian.apply_transposed(&y).unwrap();
    let left: f64 = y.iter().zip(&ppm).map(|(a, b)| a * b).sum();
    let right: f64 = back.iter().zip(&vector).map(|(a, b)| a * b).sum();
    assert_relative_eq!(left, right, max_relative = 1e-10);
    // Hᵀ 1 is the sum over receptors and layers
    let sum = by_layer.apply_transposed(&[1.0; 12]).unwrap();
    for (cell, &of_cell) in sum.iter().enumerate() {
        let of = |f: &Footprint| (0..3).map(|t| f.foot[[t, cell / 10, cell % 10]]).sum::<f64>();
        assert_relative_eq!(of_cell, written.iter().map(of).sum(), max_relative = 1e-6);
    }
}

#[test]
fn a_layer_over_two_steps_counts_in_each_by_its_share_of_time() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(stored(folder.path(), &[sparse(0)])).unwrap();
    let by_layer = store.jacobian(&[0]).unwrap();
    let edges = [start(), start().plus_seconds(2700), start().plus_hours(3)];
    let steps = by_layer.on_steps(&edges).unwrap();
    let first = |flux: [f64; 2]| {
        let vector: Vec<f64> = (0..120).map(|k| flux[k / 60]).collect();
        steps.apply(&vector).unwrap()[0]
    };
    let layers = by_layer.apply(&[1.0; 60]).unwrap();
    assert_relative_eq!(first([1.0, 0.0]), 0.75 * layers[0], max_relative = 1e-6);
    assert_relative_eq!(first([1.0, 1.0]), layers.iter().sum::<f64>(), max_relative = 1e-6);
    let text = by_layer.on_steps(&edges[..2]).unwrap_err().to_string();
    assert!(text.contains("must hold all layers"), "{text}");
    assert!(by_layer.on_steps(&edges[..1]).is_err());
    assert!(by_layer.apply(&[1.0; 59]).is_err() && by_layer.apply_transposed(&[1.0]).is_err());
    assert!(store.jacobian(&[1]).is_err() && store.footprint(1).is_err());
}

#[test]
fn residence_time_is_no_jacobian() {
    let folder = tempfile::tempdir().unwrap();
    let mut footprint = sparse(0);
    footprint.grid.gridding.measure = Measure::Residence {
        bottom_agl_m: 0.0,
        top_agl_m: 500.0,
    };
    let store = Store::open(stored(folder.path(), &[footprint])).unwrap();
    assert!(store.jacobian(&[0]).unwrap_err().to_string().contains("residence"));
    assert_eq!(store.footprint(0).unwrap().sampling.unwrap().groups(), GROUPS);
}

#[test]
fn a_store_is_named_after_station_year_and_grid() {
    let receptor = sparse(0).receptor;
    assert_eq!(
        store_name(&receptor, "europe"),
        "4.927_51.971_207_2014_footprints_europe.nc"
    );
    let named = receptor.with_id("CBW_201407010300").unwrap();
    assert_eq!(store_name(&named, "near"), "CBW_2014_footprints_near.nc");
}
