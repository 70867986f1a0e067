//! Output files: what is written comes back, the same bytes each time, whole or not at all.

#![cfg(feature = "netcdf")]
#![allow(clippy::unwrap_used)]

use std::path::Path;

use airshed::Error;
use airshed::footprint::{Footprint, grid_particles};
use airshed::grid::Grid;
use airshed::output::{RunAttributes, read_footprint, read_trajectories, write_footprint, write_trajectories};
use airshed::receptor::{Datum, EvenIn, MeanOver, Receptor, Site, Stop};
use airshed::time::UtcTime;
use airshed::trajectory::{Status, Trajectories};

fn attributes() -> RunAttributes {
    RunAttributes {
        mode: "parity".into(),
        seed: u64::MAX,
        perturbed: false,
    }
}

/// Three particles for 150 minutes; the second leaves after 7, the third after 100.
fn ensemble() -> Trajectories {
    let receptor = Receptor::new(UtcTime::parse("2010-02-12T18:00").unwrap(), 4.927, 51.971, 207.0).unwrap();
    let receptor = receptor.with_id("CBW207").unwrap();
    let mut t = Trajectories::new(receptor, 3, (1..=150).map(|k| -f64::from(k)).collect());
    for (particle, end) in [(0, 150), (1, 7), (2, 100)] {
        for k in 0..end {
            let at = [particle, k];
            t.lon_deg[at] = 4.927 - 0.01 * k as f64 + 0.003 * particle as f64;
            t.lat_deg[at] = 51.971 + 0.004 * k as f64;
            let value = (1 + k + 1000 * particle) as f32;
            t.foot[at] = 1e-3 * value;
            t.foot_raw[at] = 2e-3 * value;
            t.time_below_min[at] = if k % 2 == 0 { 1.0 } else { 0.25 };
            for table in [
                &mut t.height_agl_m,
                &mut t.mixing_height_m,
                &mut t.air_density_kg_m3,
                &mut t.sigma_w_m_s,
                &mut t.lagrangian_time_s,
                &mut t.pressure_hpa,
                &mut t.terrain_m,
                &mut t.mass_weight,
            ] {
                table[at] = value;
            }
        }
    }
    t.variables = t.variables.with(airshed::Variable::Dmas);
    t.status = vec![Status::Alive, Status::LeftDomain, Status::MetGap];
    t
}

fn grid() -> Grid {
    Grid {
        name: "default".into(),
        west: 2.0,
        east: 6.0,
        south: 51.0,
        north: 53.5,
        dx: 0.1,
        dy: 0.05,
        crs: "+proj=longlat".into(),
        time_integrate: false,
        smooth_factor: 1.0,
        gridding: Default::default(),
    }
}

fn bytes_after(pause: bool, write: impl Fn(&Path)) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    if pause {
        std::thread::sleep(std::time::Duration::from_millis(1100));
    }
    let path = folder.path().join("file.nc");
    write(&path);
    std::fs::read(path).unwrap()
}

fn same_tables(a: &Trajectories, b: &Trajectories) {
    let bits = |t: &ndarray::Array2<f32>| t.map(|v| v.to_bits());
    let wide = |t: &ndarray::Array2<f64>| t.map(|v| v.to_bits());
    assert_eq!(a.receptor, b.receptor);
    assert_eq!(a.time_min, b.time_min);
    assert_eq!(wide(&a.lon_deg), wide(&b.lon_deg));
    assert_eq!(wide(&a.lat_deg), wide(&b.lat_deg));
    assert_eq!(bits(&a.foot), bits(&b.foot));
    assert_eq!(bits(&a.foot_raw), bits(&b.foot_raw));
    assert_eq!(bits(&a.time_below_min), bits(&b.time_below_min));
    assert_eq!(bits(&a.height_agl_m), bits(&b.height_agl_m));
    assert_eq!(bits(&a.terrain_m), bits(&b.terrain_m));
    assert_eq!(bits(&a.mass_weight), bits(&b.mass_weight));
    assert_eq!(a.status, b.status);
}

#[test]
fn trajectories_come_back_bit_by_bit() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.nc");
    write_trajectories(&path, &ensemble(), &attributes(), 1).unwrap();
    same_tables(&read_trajectories(&path).unwrap(), &ensemble());
}

#[test]
fn a_footprint_comes_back_with_the_precision_of_f32() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("f.nc");
    for time_integrate in [false, true] {
        let written = grid_particles(
            &ensemble(),
            &Grid {
                time_integrate,
                ..grid()
            },
        )
        .unwrap();
        write_footprint(&path, &written, &attributes()).unwrap();
        let read = read_footprint(&path).unwrap();
        assert_eq!(read.receptor, written.receptor);
        assert_eq!(read.grid, written.grid);
        assert_eq!(read.layer_start, written.layer_start);
        assert_eq!(read.layer_seconds, written.layer_seconds);
        assert_eq!(read.budget, written.budget);
        assert_eq!(read.foot, written.foot.mapv(|v| f64::from(v as f32)));
    }
}

#[test]
fn cells_without_influence_are_zeros_and_no_gaps() {
    // 400 x 300 cells: whole chunks are never written, and the second layer not at all
    let wide = Grid {
        west: -18.0,
        east: 22.0,
        south: 45.0,
        north: 60.0,
        ..grid()
    };
    let mut footprint = grid_particles(&ensemble(), &wide).unwrap();
    footprint.foot.index_axis_mut(ndarray::Axis(0), 1).fill(0.0);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("foot.nc");
    write_footprint(&path, &footprint, &attributes()).unwrap();
    let file = netcdf::open(&path).unwrap();
    for (name, values) in [
        ("foot", &footprint.foot),
        ("foot_stderr", footprint.stderr.as_ref().unwrap()),
    ] {
        let variable = file.variable(name).unwrap();
        assert!(variable.attribute("_FillValue").is_none(), "{name}");
        let stored: Vec<f32> = variable.get_values(..).unwrap();
        assert!(
            values
                .iter()
                .zip(&stored)
                .all(|(value, stored)| *value as f32 == *stored),
            "{name}"
        );
    }
}

#[test]
fn a_footprint_of_stored_trajectories_is_the_footprint_of_the_run() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.nc");
    write_trajectories(&path, &ensemble(), &attributes(), 1).unwrap();
    let again = grid_particles(&read_trajectories(&path).unwrap(), &grid()).unwrap();
    assert_eq!(again.foot, grid_particles(&ensemble(), &grid()).unwrap().foot);
}

#[test]
fn the_same_input_gives_the_same_bytes_a_second_later() {
    let footprint = grid_particles(&ensemble(), &grid()).unwrap();
    let foot = |path: &Path| write_footprint(path, &footprint, &attributes()).unwrap();
    let traj = |path: &Path| write_trajectories(path, &ensemble(), &attributes(), 5).unwrap();
    assert_eq!(bytes_after(false, foot), bytes_after(true, foot));
    assert_eq!(bytes_after(false, traj), bytes_after(true, traj));
}

#[test]
fn thinned_records_keep_all_influence_and_the_last_place() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.nc");
    let whole = ensemble();
    write_trajectories(&path, &whole, &attributes(), 20).unwrap();
    let thinned = read_trajectories(&path).unwrap();
    // 150 is no multiple of 20: the end of the run is kept all the same
    assert_eq!(
        thinned.time_min,
        [-20.0, -40.0, -60.0, -80.0, -100.0, -120.0, -140.0, -150.0]
    );
    for particle in 0..3 {
        let sum = |t: &ndarray::Array2<f32>| -> f64 {
            t.row(particle)
                .iter()
                .filter(|v| v.is_finite())
                .map(|&v| f64::from(v))
                .sum()
        };
        // 8 sums of f32 are rounded once each
        approx::assert_relative_eq!(sum(&thinned.foot), sum(&whole.foot), max_relative = 1e-6);
        approx::assert_relative_eq!(sum(&thinned.foot_raw), sum(&whole.foot_raw), max_relative = 1e-6);
        assert_eq!(sum(&thinned.time_below_min), sum(&whole.time_below_min));
    }
    assert_eq!(thinned.lon_deg[[0, 1]], whole.lon_deg[[0, 39]]);
    assert_eq!(thinned.lon_deg[[1, 0]], whole.lon_deg[[1, 6]], "where it left");
    assert!(thinned.lon_deg[[1, 1]].is_nan() && thinned.foot[[1, 1]].is_nan());
    assert!(write_trajectories(&path, &whole, &attributes(), 0).is_err());
}

#[test]
fn the_layout_is_the_one_that_users_were_promised() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("f.nc");
    let footprint = grid_particles(&ensemble(), &grid()).unwrap();
    write_footprint(&path, &footprint, &attributes()).unwrap();
    let file = netcdf::open(&path).unwrap();
    let names = |variable: &str| -> Vec<String> {
        file.variable(variable)
            .unwrap()
            .dimensions()
            .iter()
            .map(netcdf::Dimension::name)
            .collect()
    };
    assert_eq!(names("foot"), ["time", "lat", "lon"]);
    assert_eq!(names("lat_bnds"), ["lat", "nv"]);
    let lat: Vec<f64> = file.variable("lat").unwrap().get_values(..).unwrap();
    assert!((lat[0] - 51.025).abs() < 1e-12 && lat.is_sorted());
    let time: Vec<f64> = file.variable("time").unwrap().get_values(..).unwrap();
    let receptor = footprint.receptor.time.seconds() as f64;
    assert_eq!(
        time,
        [receptor - 3.0 * 3600.0, receptor - 2.0 * 3600.0, receptor - 3600.0]
    );
    let seed = file.attribute("seed").unwrap().value().unwrap();
    assert_eq!(seed, netcdf::AttributeValue::Str(u64::MAX.to_string()));

    let path = folder.path().join("t.nc");
    write_trajectories(&path, &ensemble(), &attributes(), 1).unwrap();
    let file = netcdf::open(&path).unwrap();
    for name in "long lati zagl foot foot_no_hnf_dilution mlht dens samt sigw tlgr pres zsfc".split(' ') {
        let variable = file.variable(name).unwrap();
        let dimensions: Vec<String> = variable.dimensions().iter().map(netcdf::Dimension::name).collect();
        assert_eq!(dimensions, ["particle", "time"], "{name}");
    }
}

#[cfg(feature = "proj")]
#[test]
fn a_projected_footprint_names_its_projection_and_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("f.nc");
    let laea = Grid {
        west: 3_600_000.0,
        east: 4_200_000.0,
        south: 3_000_000.0,
        north: 3_400_000.0,
        dx: 10_000.0,
        dy: 10_000.0,
        crs: "EPSG:3035".into(),
        ..grid()
    };
    let written = grid_particles(&ensemble(), &laea).unwrap();
    assert!(written.budget.inside > 0.9 * written.budget.total);
    write_footprint(&path, &written, &attributes()).unwrap();
    let read: Footprint = read_footprint(&path).unwrap();
    assert_eq!(read.grid, laea);
    let file = netcdf::open(&path).unwrap();
    let crs = file.variable("crs").unwrap();
    let value = |name: &str| crs.attribute_value(name).unwrap().unwrap();
    assert_eq!(value("grid_mapping_name"), "lambert_azimuthal_equal_area".into());
    assert_eq!(value("longitude_of_projection_origin"), 10.0.into());
    assert_eq!(value("false_easting"), 4_321_000.0.into());
}

#[test]
fn a_failed_write_leaves_what_was_there() {
    let folder = tempfile::tempdir().unwrap();
    let footprint = grid_particles(&ensemble(), &grid()).unwrap();
    let nowhere = folder.path().join("no such folder").join("f.nc");
    assert!(matches!(
        write_footprint(&nowhere, &footprint, &attributes()),
        Err(Error::Io { .. })
    ));
    let path = folder.path().join("f.nc");
    std::fs::write(&path, "older").unwrap();
    let broken = Footprint {
        foot: ndarray::Array3::zeros((9, 2, 2)),
        ..footprint
    };
    assert!(write_footprint(&path, &broken, &attributes()).is_err());
    assert_eq!(std::fs::read(&path).unwrap(), b"older");
    assert_eq!(
        std::fs::read_dir(folder.path()).unwrap().count(),
        1,
        "nothing is left beside it"
    );
}

#[test]
fn files_that_are_not_ours_are_named_in_the_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.nc");
    assert!(matches!(read_footprint(&path), Err(Error::Io { .. })));
    std::fs::write(&path, "no netCDF").unwrap();
    assert!(matches!(read_footprint(&path), Err(Error::NetCdf { .. })));
    write_trajectories(&path, &ensemble(), &attributes(), 1).unwrap();
    let message = read_footprint(&path).unwrap_err().to_string();
    assert!(
        message.contains("x.nc") && message.contains("not a footprint file"),
        "{message}"
    );
}

#[test]
fn an_ensemble_from_a_slant_column_is_gridded_from_its_file_as_from_memory() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("column_traj.nc");
    let sites = vec![Site::new(4.927, 51.971, 0.0), Site::new(5.1, 52.0, 3000.1)];
    let mut ensemble = ensemble();
    let time = ensemble.receptor.time;
    let column = Receptor::path(time, sites, Datum::SeaLevel).unwrap();
    let column = column.evenly(EvenIn::Pressure, MeanOver::Atmosphere).unwrap();
    ensemble.receptor = column.over_hours(0.1).unwrap().with_id("CBW").unwrap();
    ensemble.release_min = vec![0.0, -2.0, -5.0];
    ensemble.release_height_agl_m = vec![500.0, 1500.5, f64::NAN];
    ensemble.weight = vec![1.0, 0.25, 0.1 + 0.2];
    write_trajectories(&path, &ensemble, &attributes(), 1).unwrap();
    let back = read_trajectories(&path).unwrap();
    assert_eq!(back.receptor, ensemble.receptor);
    assert_eq!(
        (&back.release_min, &back.weight),
        (&ensemble.release_min, &ensemble.weight)
    );
    assert_eq!(back.release_height_agl_m[..2], ensemble.release_height_agl_m[..2]);
    let (a, b) = (
        grid_particles(&ensemble, &grid()).unwrap(),
        grid_particles(&back, &grid()).unwrap(),
    );
    assert_eq!(a.foot, b.foot);
    let foot_path = folder.path().join("column_foot.nc");
    write_footprint(&foot_path, &b, &attributes()).unwrap();
    assert_eq!(read_footprint(&foot_path).unwrap().receptor, ensemble.receptor);
}

#[test]
fn the_file_of_a_track_knows_its_stops_and_where_the_clock_of_the_run_started() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("track_traj.nc");
    let start = UtcTime::parse("2010-02-12T18:00").unwrap();
    let stop = |minutes: i64, lon: f64| Stop {
        time: start.plus_seconds(60 * minutes),
        site: Site::new(lon, 52.0, 900.0),
    };
    let track = Receptor::track(vec![stop(0, 179.0), stop(30, -179.0)], Datum::SeaLevel).unwrap();
    for forward in [false, true] {
        let mut ensemble = Trajectories::new(track.facing(forward), 2, vec![1.0, 2.0]);
        ensemble.release_height_agl_m = vec![1.0, 2.0];
        write_trajectories(&path, &ensemble, &attributes(), 1).unwrap();
        assert_eq!(read_trajectories(&path).unwrap().receptor, track.facing(forward));
    }
}
