//! The commands `export` and `import`, and what PYSTILT makes of their files.
#![allow(clippy::unwrap_used)]
#![cfg(feature = "cli")]

mod foreign;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Mutex, MutexGuard, PoisonError};

use airshed::Grid;
use airshed::footprint::Footprint;
use airshed::formats::Format;
use airshed::output::{RunAttributes, read_footprint, write_footprint};

use foreign::{hourly, integrated, shared, tower, write_all};

/// One test at a time: a process that starts while HDF5 holds a file takes over its lock, and the file cannot be opened.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn airshed(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_airshed"))
        .args(arguments)
        .output()
        .unwrap()
}

/// What it prints on stdout; it must succeed, without a word on stderr.
fn done(arguments: &[&str]) -> String {
    let output = airshed(arguments);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.is_empty(), "{arguments:?}: {said}");
    String::from_utf8(output.stdout).unwrap()
}

/// What it says on stderr when the request is wrong.
fn refused(arguments: &[&str]) -> String {
    let output = airshed(arguments);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    String::from_utf8(output.stderr).unwrap()
}

/// Writes footprints of ours; single precision holds their values.
fn write_ours(folder: &Path, footprints: &[Footprint]) -> Vec<String> {
    let run = RunAttributes {
        mode: "parity".into(),
        seed: 1,
        perturbed: false,
    };
    let write = |footprint: &Footprint| {
        let path = folder.join(format!("{}_foot_test.nc", footprint.receptor.id));
        write_footprint(&path, footprint, &run).unwrap();
        path.to_str().unwrap().to_owned()
    };
    footprints.iter().map(write).collect()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// A flux that differs from cell to cell.
fn write_flux(path: &Path) {
    let mut file = netcdf::create(path).unwrap();
    for (name, units, values) in [
        ("lat", "degrees_north", &[51.0, 52.0, 53.0][..]),
        ("lon", "degrees_east", &[3.0, 4.0, 5.0, 6.0]),
    ] {
        file.add_dimension(name, values.len()).unwrap();
        let mut axis = file.add_variable::<f64>(name, &[name]).unwrap();
        axis.put_attribute("units", units).unwrap();
        axis.put_values(values, ..).unwrap();
    }
    let mut flux = file.add_variable::<f64>("flux", &["lat", "lon"]).unwrap();
    flux.put_attribute("units", "umol m-2 s-1").unwrap();
    flux.put_values(&(1..=12).map(f64::from).collect::<Vec<f64>>(), ..)
        .unwrap();
    file.close().unwrap();
}

/// The total of each footprint, ppm.
fn ppm(footprints: &[String], flux: &Path) -> Vec<f64> {
    let mut arguments = vec!["convolve"];
    arguments.extend(footprints.iter().map(String::as_str));
    arguments.extend(["--flux", flux.to_str().unwrap(), "--variable", "flux"]);
    let table = done(&arguments);
    let totals = table.lines().filter(|line| line.contains(",total,"));
    totals
        .map(|line| line.split(',').nth(9).unwrap().parse().unwrap())
        .collect()
}

#[test]
fn what_is_exported_and_imported_gives_the_same_ppm() {
    let _alone = alone();
    let folder = tempfile::tempdir().unwrap();
    let flux = folder.path().join("flux.nc");
    write_flux(&flux);
    let times = ["2010-02-12T18:00", "2010-02-12T19:00"];
    let ours = write_ours(folder.path(), &times.map(|t| hourly(tower(t), 30)));
    let expected = ppm(&ours, &flux);
    for (format, names_expected) in [
        (
            "stilt",
            [
                "201002121800_4.927_51.971_207_foot.nc",
                "201002121900_4.927_51.971_207_foot.nc",
            ]
            .as_slice(),
        ),
        (
            "pystilt",
            &[
                "201002121800_4.927_51.971_207_foot.nc",
                "201002121900_4.927_51.971_207_foot.nc",
            ],
        ),
        (
            "icos",
            &[
                "foot2010x02x12x18x51.97Nx004.93Ex00207_aggreg.nc",
                "foot2010x02x12x19x51.97Nx004.93Ex00207_aggreg.nc",
            ],
        ),
        ("openghg", &["4.927_51.971_207magl_test_201002.nc"]),
        ("paris", &["4.927_51.971_207magl_test_201002.nc"]),
    ] {
        let theirs = folder.path().join(format);
        let back = folder.path().join(format!("{format}_back"));
        let mut arguments = vec!["export", "--format", format, "--out", theirs.to_str().unwrap()];
        arguments.extend(ours.iter().map(String::as_str));
        let written: Vec<PathBuf> = done(&arguments).lines().map(PathBuf::from).collect();
        assert_eq!(names(&theirs), names_expected, "{format}");
        assert_eq!(written.len(), names_expected.len());

        let mut arguments = vec!["import", "--out", back.to_str().unwrap()];
        arguments.extend(written.iter().map(|path| path.to_str().unwrap()));
        let imported: Vec<String> = done(&arguments).lines().map(str::to_owned).collect();
        let whole: Vec<String> = imported
            .iter()
            .filter(|p| p.ends_with(&format!("_{format}.nc")))
            .cloned()
            .collect();
        let found = ppm(&whole, &flux);
        assert_eq!(found.len(), 2, "{format}: {imported:?}");
        for (found, expected) in found.iter().zip(&expected) {
            // sums of 30 hours in single precision; the portal's name holds the place, not the value, to 0.01 degrees
            assert!(
                (found - expected).abs() < 1e-6 * expected,
                "{format}: {found} {expected}"
            );
        }
        let parts: Vec<String> = imported.iter().filter(|p| !whole.contains(p)).cloned().collect();
        if !parts.is_empty() {
            assert_eq!(parts.len(), 4, "hours and residual of each");
            let parts = ppm(&parts, &flux);
            assert!(
                (parts[0] + parts[1] - expected[0]).abs() < 1e-6 * expected[0],
                "{format}: {parts:?}"
            );
        }
    }
}

#[test]
fn one_file_may_hold_a_series() {
    let _alone = alone();
    let folder = tempfile::tempdir().unwrap();
    let times = ["2010-02-12T21:00", "2010-02-12T18:00", "2010-02-13T00:00"];
    let ours = write_ours(folder.path(), &times.map(|t| integrated(tower(t), 240)));
    let out = folder.path().join("CBW207_201002_footprint.nc");
    let mut arguments = vec!["export", "--format", "icos", "--out", out.to_str().unwrap()];
    arguments.extend(ours.iter().map(String::as_str));
    assert_eq!(done(&arguments).trim(), out.to_str().unwrap());
    let back = folder.path().join("back");
    let imported = done(&["import", out.to_str().unwrap(), "--out", back.to_str().unwrap()]);
    let receptors: Vec<String> = imported
        .lines()
        .map(|path| read_footprint(path).unwrap().receptor.time.to_string())
        .collect();
    assert_eq!(
        receptors,
        ["2010-02-12T18:00Z", "2010-02-12T21:00Z", "2010-02-13T00:00Z"]
    );

    let stilt = [
        "export",
        "--format",
        "stilt",
        "--out",
        out.to_str().unwrap(),
        &ours[0],
        &ours[1],
    ];
    let error = refused(&stilt);
    assert!(error.contains("holds one footprint: give a folder"), "{error}");
}

#[test]
fn the_portals_sample_becomes_a_file_of_ours() {
    let _alone = alone();
    let Some(real) = shared("icos/foot2012x12x08x18x46.55Nx007.98Ex00720_aggreg.nc") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let import = ["import", real.to_str().unwrap(), "--out", out, "--anchor", "lower-left"];
    let path = done(&import).trim().to_owned();
    assert!(path.ends_with("201212081800_7.98_46.55_720_foot_icos.nc"), "{path}");
    let foot = read_footprint(&path).unwrap();
    assert_eq!((foot.grid.west, foot.grid.east), (-15.0, 35.0));
    assert!((foot.foot.sum() - 0.528_345).abs() < 1e-6);
    let file = netcdf::open(&path).unwrap();
    let source = file.attribute("source").unwrap().value().unwrap();
    let source = String::try_from(source).unwrap();
    assert!(
        source.contains("imported") && source.contains("foot2012x12x08x18"),
        "{source}"
    );
}

#[test]
fn wrong_requests_name_what_is_wrong_and_write_nothing() {
    let _alone = alone();
    let folder = tempfile::tempdir().unwrap();
    let ours = write_ours(folder.path(), &[hourly(tower("2010-02-12T18:00"), 3)]);
    let out = folder.path().join("out");
    let to = out.to_str().unwrap();
    for (arguments, found) in [
        (
            vec!["export", &ours[0], "--format", "flexpart", "--out", to],
            "stilt, pystilt, icos, openghg, paris",
        ),
        (
            vec!["import", &ours[0], "--format", "flexpart", "--out", to],
            "stilt, pystilt, icos, openghg, paris",
        ),
        (
            vec!["import", &ours[0], "--anchor", "middle", "--out", to],
            "centre or lower-left",
        ),
        (
            vec!["import", &ours[0], "--out", to],
            "a footprint file of airshed already",
        ),
        (vec!["import", "absent.nc", "--out", to], "absent.nc: cannot open"),
        (
            vec!["export", "absent.nc", "--format", "icos", "--out", to],
            "absent.nc: cannot open",
        ),
        (
            vec!["export", &ours[0], &ours[0], "--format", "stilt", "--out", to],
            "would have the same name",
        ),
    ] {
        let error = refused(&arguments);
        assert!(error.contains(found), "{arguments:?}: {error}");
    }
    assert!(!out.exists() || names(&out).is_empty());
}

/// Opens what airshed wrote with PYSTILT's own reader.
const PYSTILT_READS: &str = r#"
import sys, numpy as np, stilt
for path in sys.argv[1:]:
    foot = stilt.read_footprint(path)
    y, x = foot.stilt.grid.dims
    gx, gy = foot.stilt.grid.axes
    np.testing.assert_allclose(foot[x], gx, rtol=0, atol=1e-6)
    np.testing.assert_allclose(foot[y], gy, rtol=0, atol=1e-6)
    r = foot.stilt.receptor
    print(r.id, foot.shape, float(foot.sum()), str(foot.time.values[0])[:16], foot.stilt.config.time_integrate)
"#;

#[test]
fn pystilt_opens_what_is_written_for_it() {
    let _alone = alone();
    let found = Command::new("python3").args(["-c", "import stilt"]).output();
    if !found.is_ok_and(|python| python.status.success()) {
        eprintln!("skipped: no python3 with pystilt (pip install pystilt)");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut footprints = vec![
        hourly(tower("2010-02-12T18:00"), 3),
        integrated(tower("2010-02-12T18:00"), 24),
    ];
    if cfg!(feature = "proj") {
        let lambert = hourly(tower("2010-02-12T18:00"), 3);
        footprints.push(Footprint {
            grid: Grid {
                west: -100e3,
                east: 25e3,
                south: -40e3,
                north: 60e3,
                dx: 25e3,
                dy: 25e3,
                crs: "+proj=lcc +lat_1=40 +lat_2=60 +lat_0=52 +lon_0=5 +datum=WGS84 +units=m".into(),
                ..lambert.grid
            },
            ..lambert
        });
    }
    let mut command = Command::new("python3");
    command.args(["-c", PYSTILT_READS]);
    let mut expected = String::new();
    for (k, foot) in footprints.iter().enumerate() {
        let path = folder.path().join(format!("{k}.nc"));
        write_all(&path, Format::Pystilt, std::slice::from_ref(foot)).unwrap();
        command.arg(path);
        let (layers, ny, nx) = foot.foot.dim();
        let (hour, sum) = if foot.grid.time_integrate {
            (18, "True")
        } else {
            (15, "False")
        };
        expected += &format!(
            "201002121800_4.927_51.971_207 ({layers}, {ny}, {nx}) {:?} 2010-02-12T{hour}:00 {sum}\n",
            foot.foot.sum()
        );
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(String::from_utf8_lossy(&output.stdout), expected);
}
