//! Every kind of file, before the compliance-checker of IOOS (CF-1.8), where it is installed.
#![cfg(feature = "netcdf")]
#![allow(clippy::unwrap_used)]

mod footprints;
#[path = "footprints/sampled.rs"]
mod sampled;

use std::path::{Path, PathBuf};
use std::process::Command;

use airshed::Trajectories;
use airshed::footprint::Footprint;
use airshed::gridding::Measure;
use airshed::output::{RunAttributes, write_footprint, write_trajectories};
use airshed::receptor::{Datum, Receptor, Site};
use airshed::store::write_store;
use footprints::{DEGREES, areas, grid, start};
use sampled::{GROUPS, sampled};

fn run() -> RunAttributes {
    RunAttributes {
        mode: "physics".into(),
        seed: 1,
        perturbed: false,
    }
}

/// What the checker says of files, and whether it is content; `None` if it is not installed.
fn verdict(files: &[PathBuf]) -> Option<(bool, String)> {
    let checker = Command::new("compliance-checker")
        .args(["--test", "cf:1.8", "--criteria", "strict"])
        .args(files)
        // a process that another test starts may hold a file that was open then, and HDF5's lock on it
        .env("HDF5_USE_FILE_LOCKING", "FALSE")
        .output();
    let Ok(output) = checker else {
        eprintln!("skipped: no compliance-checker on the PATH (scripts/setup.sh puts it into .venv/bin)");
        return None;
    };
    let told = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    Some((output.status.success(), told))
}

fn footprint_file(folder: &Path, name: &str, footprint: &Footprint) -> PathBuf {
    let path = folder.join(name);
    write_footprint(&path, footprint, &run()).unwrap();
    path
}

fn trajectory_file(folder: &Path, name: &str, receptor: Receptor) -> PathBuf {
    let mut trajectories = Trajectories::new(receptor, 4, vec![-1.0, -2.0, -3.0]);
    trajectories.lon_deg.fill(4.9);
    trajectories.lat_deg.fill(52.0);
    let is_axis = |v: &&airshed::Variable| ["time", "indx", "long", "lati"].contains(&v.name());
    for &variable in airshed::Variable::ALL.iter().filter(|v| !is_axis(v)) {
        trajectories.variables = trajectories.variables.with(variable);
        trajectories.set_table(variable, ndarray::Array2::from_elem((4, 3), 1.0));
    }
    let path = folder.join(name);
    write_trajectories(&path, &trajectories, &run(), 1).unwrap();
    path
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let column = Receptor::column(start(), Site::new(4.9, 52.0, 10.0), 900.0, Datum::SeaLevel).unwrap();
    let tower = Receptor::new(start(), 4.927, 51.971, 207.0).unwrap();
    let mut of_column = sampled(3);
    of_column.receptor = column.clone();
    let mut residence = sampled(2);
    residence.grid.gridding.measure = Measure::Residence {
        bottom_agl_m: 0.0,
        top_agl_m: 200.0,
    };
    let mut integrated = areas(grid([0.0, 2.0, 50.0, 51.0], 1.0, DEGREES));
    integrated.grid.time_integrate = true;
    let mut found = vec![
        footprint_file(folder, "hourly.nc", &sampled(3)),
        footprint_file(folder, "column.nc", &of_column),
        footprint_file(folder, "residence.nc", &residence),
        footprint_file(folder, "integrated.nc", &integrated),
        trajectory_file(folder, "traj.nc", tower),
        trajectory_file(folder, "traj_column.nc", column),
    ];
    let mut stores = vec![vec![sampled(GROUPS), of_column], vec![residence], vec![integrated]];
    if cfg!(feature = "proj") {
        for (name, crs) in [
            ("laea.nc", "+proj=laea +lat_0=52 +lon_0=10 +ellps=GRS80 +units=m"),
            (
                "lambert.nc",
                "+proj=lcc +lat_1=30 +lat_2=60 +lat_0=50 +lon_0=5 +R=6371007.2 +units=m",
            ),
            ("utm.nc", "EPSG:32631"),
        ] {
            let projected = areas(grid([3e5, 7e5, 5.6e6, 5.9e6], 1e5, crs));
            found.push(footprint_file(folder, name, &projected));
            stores.push(vec![projected]);
        }
    }
    for (k, footprints) in stores.into_iter().enumerate() {
        let path = folder.join(format!("store{k}.nc"));
        write_store(&path, &run(), footprints.into_iter().map(Ok)).unwrap();
        found.push(path);
    }
    found
}

#[test]
fn every_kind_of_file_passes_the_cf_checker() {
    let folder = tempfile::tempdir().unwrap();
    let files = files(folder.path());
    let Some((content, told)) = verdict(&files) else { return };
    assert!(content, "{told}");
    assert_eq!(told.matches("All tests passed!").count(), files.len(), "{told}");
}

#[test]
fn the_checker_sees_a_fault() {
    let folder = tempfile::tempdir().unwrap();
    let path = footprint_file(folder.path(), "foot.nc", &sampled(1));
    let mut file = netcdf::append(&path).unwrap();
    let mut lat = file.variable_mut("lat").unwrap();
    lat.put_attribute("units", "furlong").unwrap();
    file.close().unwrap();
    let Some((content, told)) = verdict(&[path]) else {
        return;
    };
    assert!(!content && told.contains("lat"), "{told}");
}
