//! Files that are not what they should be give errors that say what was found.

use std::path::Path;

use airshed::formats::{Format, ReadOptions, read};

/// A small file of the portal's kind, one part of which can be spoilt.
struct Draft {
    lon: Vec<f64>,
    lat: Vec<f64>,
    time: Vec<f64>,
    time_units: &'static str,
    dimensions: [&'static str; 3],
    units: &'static str,
    value: f64,
    variable: &'static str,
}

impl Default for Draft {
    fn default() -> Self {
        Self {
            lon: vec![0.0, 1.0, 2.0],
            lat: vec![50.0, 51.0],
            time: vec![4725.75],
            time_units: "days since 2000-01-01 00:00:00 UTC",
            dimensions: ["time", "lat", "lon"],
            units: "ppm per (micromol m-2 s-1)",
            value: 0.25,
            variable: "foot",
        }
    }
}

impl Draft {
    fn write(&self, path: &Path) {
        let mut file = netcdf::create(path).unwrap();
        for (name, values) in [("lon", &self.lon), ("lat", &self.lat), ("time", &self.time)] {
            file.add_dimension(name, values.len()).unwrap();
            let mut axis = file.add_variable::<f64>(name, &[name]).unwrap();
            if name == "time" {
                axis.put_attribute("units", self.time_units).unwrap();
            }
            axis.put_values(values, ..).unwrap();
        }
        let mut foot = file.add_variable::<f64>(self.variable, &self.dimensions).unwrap();
        foot.put_attribute("units", self.units).unwrap();
        foot.set_fill_value(-1e30).unwrap();
        let lengths = foot.dimensions().iter().map(netcdf::Dimension::len).product();
        let mut values = vec![0.5; lengths];
        values[0] = self.value;
        foot.put_values(&values, ..).unwrap();
        file.add_attribute("backtime", "240 hours").unwrap();
        file.close().unwrap();
    }

    fn problem(&self) -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("foot2012x12x08x18x46.55Nx007.98Ex00720_aggreg.nc");
        self.write(&path);
        let error = read(&path, &ReadOptions::default()).unwrap_err().to_string();
        assert!(
            error.starts_with(path.to_str().unwrap()),
            "the error names the file: {error}"
        );
        error
    }
}

fn draft(spoil: impl FnOnce(&mut Draft)) -> String {
    let mut draft = Draft::default();
    spoil(&mut draft);
    draft.problem()
}

#[test]
fn a_sound_draft_is_read_whatever_the_order_of_its_dimensions() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("foot2012x12x08x18x46.55Nx007.98Ex00720_aggreg.nc");
    let turned = Draft {
        dimensions: ["lon", "lat", "time"],
        lat: vec![51.0, 50.0],
        ..Default::default()
    };
    for draft in [Draft::default(), turned] {
        draft.write(&path);
        let foot = &read(&path, &ReadOptions::default()).unwrap()[0].footprint;
        let row = if draft.lat[0] > draft.lat[1] { 1 } else { 0 };
        assert_eq!(foot.foot[[0, row, 0]], 0.25);
        assert_eq!(foot.foot.sum(), 2.75);
        assert_eq!((foot.grid.west, foot.grid.south), (-0.5, 49.5));
    }
}

#[test]
fn what_is_missing_or_of_another_shape_is_named() {
    for (problem, found) in [
        (draft(|d| d.variable = "feet"), "no variable foot, fp or srr"),
        (
            draft(|d| d.dimensions = ["time", "lat", "lat"]),
            "expected are (time, lat, lon)",
        ),
        (draft(|d| d.units = "s m3 kg-1"), "in \"s m3 kg-1\"; understood are"),
        (draft(|d| d.time_units = "months since 2000-01-01"), "differ in length"),
        (draft(|d| d.time = vec![2.0, 1.0]), "must ascend"),
        (draft(|d| d.time = vec![f64::NAN]), "is no time"),
    ] {
        assert!(problem.contains(found), "{problem}");
    }
}

#[test]
fn gaps_in_the_values_are_refused() {
    for value in [f64::NAN, f64::INFINITY, -1e30] {
        let problem = draft(|d| d.value = value);
        assert!(problem.contains("no value in 1 of 6 cells"), "{problem}");
    }
}

#[test]
fn irregular_cells_are_refused_with_what_was_found() {
    let problem = draft(|d| d.lon = vec![0.0, 1.0, 2.5]);
    assert!(
        problem.contains("lon: coordinate 1 where a spacing of 1.25"),
        "{problem}"
    );
    assert!(draft(|d| d.lat = vec![50.0]).contains("no bounds"));
    assert!(draft(|d| d.lat = vec![90.0, 91.0]).contains("make no grid"));
}

#[test]
fn other_files_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("note.nc");
    let as_icos = ReadOptions {
        format: Some(Format::Icos),
        ..Default::default()
    };
    assert!(read(&path, &as_icos).unwrap_err().to_string().contains("cannot open"));
    std::fs::write(&path, "no netCDF at all").unwrap();
    assert!(read(&path, &as_icos).unwrap_err().to_string().contains("netCDF"));
    netcdf::create(&path).unwrap().close().unwrap();
    let error = read(&path, &as_icos).unwrap_err().to_string();
    assert!(
        error.contains("not a footprint file of the ICOS portal: no variable foot"),
        "{error}"
    );
    let error = read(&path, &ReadOptions::default()).unwrap_err().to_string();
    assert!(error.contains("no footprint file that is understood"), "{error}");
}
