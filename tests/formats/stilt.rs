//! STILT v2 and PYSTILT.

use std::path::Path;

use airshed::footprint::Footprint;
use airshed::formats::{CellAnchor, Format, ReadOptions, ReceptorHint, read};
use airshed::receptor::{Datum, Site};
use airshed::{Grid, Receptor, UtcTime};

use super::foreign::{assert_same, hourly, integrated, raw, raw_text, read_one, reference, tower, write_all};

const ID: &str = "201002121800_4.927_51.971_207";

/// A file as `write_footprint.r` writes it: centres without bounds, no receptor.
fn write_as_r(path: &Path, times: &[f64], value: f32) {
    let mut file = netcdf::create(path).unwrap();
    for (name, units, values) in [
        ("lon", "degrees_east", &[3.25, 3.75, 4.25][..]),
        ("lat", "degrees_north", &[51.25, 51.75]),
        ("time", "seconds since 1970-01-01 00:00:00Z", times),
    ] {
        file.add_dimension(name, values.len()).unwrap();
        let mut axis = file.add_variable::<f64>(name, &[name]).unwrap();
        axis.put_attribute("units", units).unwrap();
        axis.put_values(values, ..).unwrap();
    }
    let mut foot = file.add_variable::<f32>("foot", &["time", "lat", "lon"]).unwrap();
    foot.set_fill_value(-1.0_f32).unwrap();
    foot.put_attribute("units", "ppm (umol-1 m2 s)").unwrap();
    foot.put_values(&vec![value; times.len() * 6], ..).unwrap();
    file.add_attribute("crs", "+proj=longlat +ellpsWGS84").unwrap();
    file.add_attribute("crs_format", "PROJ.4").unwrap();
    file.close().unwrap();
}

fn seconds(time: &str) -> f64 {
    UtcTime::parse(time).unwrap().seconds() as f64
}

#[test]
fn a_file_of_stilt_v2_gives_its_receptor_by_name_and_its_cells_around_the_coordinates() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(format!("{ID}_foot.nc"));
    write_as_r(
        &path,
        &[seconds("2010-02-12T16:00"), seconds("2010-02-12T17:00")],
        0.125,
    );
    let foot = read_one(&path);
    assert_eq!(foot.receptor, tower("2010-02-12T18:00"));
    assert_eq!((foot.grid.west, foot.grid.east), (3.0, 4.5));
    assert_eq!((foot.grid.south, foot.grid.north), (51.0, 52.0));
    assert_eq!(foot.layer_start[1].to_string(), "2010-02-12T17:00Z");
    assert_eq!((foot.layer_seconds, foot.grid.time_integrate), (3600, false));
    assert_eq!(foot.foot.sum(), 1.5);
    assert!(foot.budget.outside.is_nan(), "the file does not say what lay outside");

    let corner = ReadOptions {
        anchor: Some(CellAnchor::LowerLeft),
        ..Default::default()
    };
    let shifted = &read(&path, &corner).unwrap()[0].footprint;
    assert_eq!((shifted.grid.west, shifted.grid.south), (3.25, 51.25));
}

#[test]
fn a_sum_over_time_needs_its_hours_and_a_nameless_file_its_receptor() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(format!("{ID}_foot.nc"));
    write_as_r(&path, &[seconds("2010-02-12T18:00")], 0.125);
    let error = read(&path, &ReadOptions::default()).unwrap_err().to_string();
    assert!(error.contains("over how many hours"), "{error}");
    let day = ReadOptions {
        hours: Some(24.0),
        ..Default::default()
    };
    let foot = read(&path, &day).unwrap().remove(0).footprint;
    assert!(foot.grid.time_integrate);
    assert_eq!(
        (foot.layer_start[0].to_string().as_str(), foot.layer_seconds),
        ("2010-02-11T18:00Z", 86_400)
    );

    let nameless = folder.path().join("foot.nc");
    std::fs::rename(&path, &nameless).unwrap();
    let error = read(&nameless, &day).unwrap_err().to_string();
    assert!(error.contains("receptor's time"), "{error}");
    let hint = ReadOptions {
        receptor: ReceptorHint {
            time: UtcTime::parse("2010-02-12T18:00").ok(),
            lon_deg: Some(4.927),
            lat_deg: Some(51.971),
            height_agl_m: Some(207.0),
        },
        ..day
    };
    assert_eq!(read(&nameless, &hint).unwrap()[0].footprint.receptor, foot.receptor);
}

#[test]
fn what_is_written_for_stilt_and_pystilt_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    for format in [Format::Stilt, Format::Pystilt] {
        for (name, footprint) in [
            ("hourly", hourly(tower("2010-02-12T18:00"), 3)),
            ("sum", integrated(tower("2010-02-12T18:00"), 24)),
        ] {
            let path = folder.path().join(format!("{ID}_foot_{name}_{format}.nc"));
            write_all(&path, format, std::slice::from_ref(&footprint)).unwrap();
            assert_same(&read_one(&path), &footprint);
            assert_eq!(raw(&path, "lon"), [3.25, 3.75, 4.25, 4.75, 5.25]);
            assert_eq!(raw(&path, "lon_bnds")[..4], [3.0, 3.5, 3.5, 4.0]);
            assert_eq!(raw_text(&path, "lat", "bounds").unwrap(), "lat_bnds");
        }
    }
}

#[test]
fn cells_of_a_crossing_grid_go_on_beyond_180() {
    let folder = tempfile::tempdir().unwrap();
    let crossing = |receptor| {
        let foot = hourly(receptor, 2);
        Footprint {
            grid: Grid {
                west: 179.0,
                east: 181.5,
                ..foot.grid
            },
            ..foot
        }
    };
    let footprint = crossing(tower("2010-02-12T18:00"));
    let path = folder.path().join(format!("{ID}_foot.nc"));
    write_all(&path, Format::Stilt, std::slice::from_ref(&footprint)).unwrap();
    assert_same(&read_one(&path), &footprint);
}

#[test]
fn footprints_of_pystilt_are_read_cell_by_cell() {
    let path = reference("pystilt_hourly.nc");
    let foot = read_one(&path);
    assert_eq!(foot.receptor, tower("2010-02-12T18:00"));
    assert_eq!(foot.foot.iter().copied().collect::<Vec<f64>>(), raw(&path, "foot"));
    // the sum that PYSTILT printed
    assert!((foot.foot.sum() - 0.257190907212967).abs() < 1e-15);
    assert!((foot.grid.west - 2.0).abs() < 1e-9 && (foot.grid.north - 53.5).abs() < 1e-9);
    let starts: Vec<String> = foot.layer_start.iter().map(ToString::to_string).collect();
    assert_eq!(starts, ["2010-02-12T15:00Z", "2010-02-12T16:00Z", "2010-02-12T17:00Z"]);
}

#[test]
fn longitudes_that_pystilt_sorts_across_the_antimeridian_are_put_together() {
    let path = reference("pystilt_dateline.nc");
    let foot = read_one(&path);
    assert!((foot.grid.west - 179.0).abs() < 1e-9 && (foot.grid.east - 181.5).abs() < 1e-9);
    assert_eq!((foot.receptor.datum, foot.receptor.height_m), (Datum::SeaLevel, 10.0));
    assert_eq!(foot.receptor.id, "201002121800_-179.2_-17_10msl");
    assert_eq!(foot.grid.smooth_factor, 0.0);
    // the file's first column, at -179.95, is the eleventh of the grid, which begins at 179
    let stored = raw(&path, "foot");
    let [_, ny, nx] = [3, 20, 25];
    for (row, column) in [(0, 0), (7, 3), (19, 24)] {
        let here = foot.foot[[2, row, (column + 10) % nx]];
        assert_eq!(here, stored[(2 * ny + row) * nx + column]);
    }
}

#[cfg(feature = "proj")]
#[test]
fn a_projected_sum_of_a_column_is_read_from_pystilt() {
    let path = reference("pystilt_lambert.nc");
    assert!(
        read(&path, &ReadOptions::default())
            .unwrap_err()
            .to_string()
            .contains("hours")
    );
    let options = ReadOptions {
        hours: Some(3.0),
        ..Default::default()
    };
    let foot = read(&path, &options).unwrap().remove(0).footprint;
    let ground = Site::new(4.927, 51.971, 0.0);
    let column = Receptor::column(foot.receptor.time, ground, 3000.0, Datum::Ground).unwrap();
    assert_eq!(
        foot.receptor,
        column.with_id("201002121800_4.927_51.971_X0-3000").unwrap()
    );
    assert!(foot.grid.crs.contains("proj=lcc") && foot.grid.time_integrate);
    assert_eq!((foot.foot.dim(), foot.grid.dx), ((1, 38, 47), 5000.0));
    assert!((foot.grid.west - (-203_960.170_994_67 - 2500.0)).abs() < 1e-3);
}

#[test]
fn the_global_attributes_of_earlier_versions_of_pystilt_are_understood() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hrrr_201002121800_tower_foot.nc");
    write_as_r(&path, &[seconds("2010-02-12T17:00")], 0.25);
    let mut file = netcdf::append(&path).unwrap();
    let receptor =
        r#"{"kind": "point", "time": "2010-02-12T18:00:00Z", "longitude": 4.927, "latitude": 51.971, "altitude": 207}"#;
    file.add_attribute("receptor", receptor).unwrap();
    file.add_attribute("smooth_factor", 2.0).unwrap();
    file.close().unwrap();
    let foot = read_one(&path);
    assert_eq!(foot.receptor, tower("2010-02-12T18:00"));
    assert_eq!((foot.grid.name.as_str(), foot.grid.smooth_factor), ("pystilt", 2.0));
    assert_eq!(foot.foot.sum(), 1.5);
}
