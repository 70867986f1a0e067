//! ObsPack netCDF: intervals, flags and intakes.
#![cfg(feature = "netcdf")]
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

use airshed::observations::{Flags, Observations, ReadOptions, Unit};
use approx::assert_relative_eq;
use tempfile::TempDir;

/// A file as ObsPack GLOBALVIEWplus is laid out: hourly means, stamped in their middle.
fn obspack(edit: impl FnOnce(&Path)) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("co2_cbw_tower-insitu_1_allvalid-207magl.nc");
    let mut file = netcdf::create(&path).unwrap();
    for (name, text) in [
        ("site_code", "CBW"),
        ("site_name", "Cabauw"),
        ("dataset_parameter", "co2"),
        ("dataset_calibration_scale", "WMO CO2 X2019"),
        ("lab_1_name", "a laboratory"),
    ] {
        file.add_attribute(name, text).unwrap();
    }
    file.add_attribute("site_longitude", 4.926).unwrap();
    file.add_attribute("site_latitude", 51.971).unwrap();
    file.add_attribute("site_elevation", -0.7).unwrap();
    file.add_dimension("obs", 3).unwrap();
    let mut put = |name: &str, values: [f64; 3], units: &str| {
        let mut variable = file.add_variable::<f64>(name, &["obs"]).unwrap();
        variable.put_attribute("units", units).unwrap();
        variable.put_values(&values, ..).unwrap();
    };
    put(
        "time",
        [1_577_838_600.0, 1_577_842_200.0, 1_577_845_800.0],
        "seconds since 1970-01-01T00:00:00Z",
    );
    put("time_interval", [3600.0; 3], "seconds");
    put("value", [4.1e-4, -999.999, 4.2e-4], "mol mol-1");
    put("value_std_dev", [1e-7, -999.999, 2e-7], "mol mol-1");
    put("value_unc", [5e-8, 5e-8, 6e-8], "mol mol-1");
    put("nvalue", [12.0, 0.0, 11.0], "1");
    put("intake_height", [207.0; 3], "m");
    drop(file);
    letters(&path, "qcflag", &[*b"...", *b"...", *b"K.."]);
    edit(&path);
    (folder, path)
}

/// Adds characters by observation, which the netCDF bindings cannot write.
fn letters(path: &Path, name: &str, rows: &[[u8; 3]]) {
    use hdf5_metno::types::FixedAscii;
    let file = hdf5_metno::File::open_rw(path).unwrap();
    let cells: Vec<[FixedAscii<1>; 3]> = rows
        .iter()
        .map(|row| row.map(|letter| FixedAscii::from_ascii(&[letter]).unwrap()))
        .collect();
    file.new_dataset_builder()
        .with_data(&ndarray::arr2(&cells))
        .create(name)
        .unwrap();
}

#[test]
fn a_file_gives_intervals_around_its_stamps_and_drops_what_is_flagged() {
    let (_folder, path) = obspack(|_| {});
    let series = Observations::open(&path).unwrap();
    assert_eq!(
        (series.station.as_str(), series.species.as_str(), series.unit),
        ("CBW", "co2", Unit::MolMol)
    );
    assert_eq!((series.height_agl_m, series.elevation_asl_m), (Some(207.0), Some(-0.7)));
    assert_eq!(
        (series.scale.as_str(), series.contributor.as_str()),
        ("WMO CO2 X2019", "a laboratory")
    );
    assert_eq!((series.rows.len(), series.measured(), series.rejected), (3, 1, 1));
    let first = &series.rows[0];
    assert_eq!(
        first.start.to_string(),
        "2020-01-01T00:00Z",
        "half an hour before the stamp"
    );
    assert_eq!(first.end.to_string(), "2020-01-01T01:00Z");
    assert_eq!(
        (first.value, first.stdev, first.stderr, first.points),
        (4.1e-4, 1e-7, 5e-8, Some(12))
    );
    assert_eq!(
        (series.rows[2].flag.as_str(), series.rows[2].value.is_nan()),
        ("K..", true)
    );
    let all = ReadOptions {
        flags: Flags::All,
        ..Default::default()
    };
    let series = Observations::open_with(&path, &all)
        .unwrap()
        .in_unit(Unit::Ppm)
        .unwrap();
    assert_relative_eq!(series.rows[2].value, 420.0, max_relative = 1e-12);
}

#[test]
fn start_time_and_obs_flag_are_used_where_they_are_there() {
    let (_folder, path) = obspack(|path| {
        let mut file = netcdf::append(path).unwrap();
        let mut start = file.add_variable::<f64>("start_time", &["obs"]).unwrap();
        start
            .put_attribute("units", "seconds since 1970-01-01T00:00:00Z")
            .unwrap();
        start
            .put_values(&[1_577_836_800.0, 1_577_840_400.0, 1_577_844_000.0], ..)
            .unwrap();
        let mut flag = file.add_variable::<i8>("obs_flag", &["obs"]).unwrap();
        flag.put_values(&[0_i8, 1, 1], ..).unwrap();
    });
    let series = Observations::open(&path).unwrap();
    assert_eq!(series.rows[0].start.to_string(), "2020-01-01T00:00Z");
    assert_eq!((series.measured(), series.rejected), (0, 2));
}

#[test]
fn starts_long_before_their_epoch_are_times_and_repeated_ones_are_noted() {
    let (_folder, path) = obspack(|path| {
        let mut file = netcdf::append(path).unwrap();
        let mut start = file.add_variable::<f64>("start_time", &["obs"]).unwrap();
        start
            .put_attribute("units", "hours since 2021-01-01T00:00:00Z")
            .unwrap();
        start.put_values(&[-8784.0, -8783.0, -8784.0], ..).unwrap();
    });
    let all = ReadOptions {
        flags: Flags::All,
        ..Default::default()
    };
    let series = Observations::open_with(&path, &all).unwrap();
    assert_eq!(series.rows[0].start.to_string(), "2020-01-01T00:00Z");
    assert!(
        series.notes[0].starts_with("1 with the start of another value"),
        "{:?}",
        series.notes
    );
}

#[test]
fn several_intakes_must_be_told_apart() {
    let (_folder, path) = obspack(|path| {
        let mut file = netcdf::append(path).unwrap();
        file.variable_mut("intake_height")
            .unwrap()
            .put_values(&[207.0, 127.0, 207.0], ..)
            .unwrap();
    });
    let problem = Observations::open(&path).unwrap_err().to_string();
    assert!(problem.contains("the intakes 127, 207 m"), "{problem}");
    let options = ReadOptions {
        height_agl_m: Some(207.0),
        ..Default::default()
    };
    assert_eq!(Observations::open_with(&path, &options).unwrap().rows.len(), 2);
}

#[test]
fn other_netcdf_files_are_refused_and_damage_never_panics() {
    let folder = tempfile::tempdir().unwrap();
    let other = folder.path().join("other.nc");
    drop(netcdf::create(&other).unwrap());
    assert!(
        Observations::open(&other)
            .unwrap_err()
            .to_string()
            .contains("no ObsPack file")
    );
    let (_folder, path) = obspack(|_| {});
    let bytes = std::fs::read(&path).unwrap();
    // a file of its own each time: HDF5 knows files again that it could not close
    let read = |name: String, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        Observations::open(path)
    };
    for at in (16..bytes.len()).step_by(977) {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0xff;
        let _ = read(format!("damaged{at}"), &damaged);
        assert!(read(format!("cut{at}"), &bytes[..at]).is_err(), "cut at {at}");
    }
}
