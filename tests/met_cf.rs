//! netCDF files of other archives: grids, levels, names, units, and what is refused.
#![cfg(feature = "netcdf")]
#![allow(clippy::unwrap_used)]

mod cf_file;

use std::io::Write;
use std::path::Path;

use airshed::geo::LonLat;
use airshed::met::cf::{Mapping, open_netcdf, read_containers};
use airshed::met::cut::{CutOptions, Top};
use airshed::met::projection::Region;
use airshed::met::store::MetOptions;
use airshed::met::{MetReader, RawSnapshot, VerticalCoordinate};
use airshed::{MetStore, Result};
use approx::assert_relative_eq;
use cf_file::Built;

fn open(path: &Path, mapping: &Mapping) -> Result<Box<dyn MetReader>> {
    Ok(read_containers(vec![open_netcdf(path)?], mapping)?.remove(0))
}

fn read(path: &Path) -> (Box<dyn MetReader>, RawSnapshot) {
    let mut reader = open(path, &Mapping::default()).unwrap();
    let snapshot = reader.read(0).unwrap();
    (reader, snapshot)
}

fn problem(path: &Path) -> String {
    open(path, &Mapping::default()).err().unwrap().to_string()
}

fn mapping(text: &str) -> Mapping {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    Mapping::open(file.path()).unwrap()
}

fn regional(folder: &Path) -> Built {
    Built::new(folder, "regional.nc", [2, 3, 5, 6])
        .on_sphere(|j| 50.0 - j as f64, |i| 2.0 * i as f64)
        .on_pressures("Pa", |k| [50_000.0, 85_000.0, 100_000.0][k])
}

#[test]
fn levels_rows_and_columns_come_out_from_the_ground_up_south_first_west_first() {
    let folder = tempfile::tempdir().unwrap();
    let path = regional(folder.path())
        .with_air()
        .aloft(
            "zg",
            &[("units", "km"), ("standard_name", "geopotential_height")],
            |[_, k, j, i]| (10 * (3 - k)) as f64 + j as f64 + 0.1 * i as f64,
        )
        .done();
    let (reader, snapshot) = read(&path);
    let description = reader.description();
    assert_eq!(description.levels, [0.0, 1000.0, 850.0, 500.0]);
    assert_eq!(description.vertical, VerticalCoordinate::Pressure);
    assert_eq!(description.times[1].to_string(), "2020-02-29T00:00Z", "a leap day");
    let corner = description.grid.place_at(0.0, 0.0);
    assert_eq!((corner.lon_deg, corner.lat_deg), (0.0, 46.0));
    // level 1 is the file's last, row 0 its last row, 46 N
    let lowest = snapshot.field(1, "HGTS").unwrap();
    for ((j, i), expected) in [((0, 0), 14_000.0), ((4, 0), 10_000.0), ((0, 5), 14_500.0)] {
        assert_relative_eq!(lowest[(j, i)], expected, max_relative = 1e-6);
    }
}

#[test]
fn longitudes_across_the_seam_and_round_the_earth_make_one_grid() {
    let folder = tempfile::tempdir().unwrap();
    let lengths = [1, 2, 19, 36];
    let pressure = |k: usize| [1000.0, 500.0][k];
    let globe = |name: &str, lon: fn(usize) -> f64| {
        let built = Built::new(folder.path(), name, lengths).on_sphere(|j| 90.0 - 10.0 * j as f64, lon);
        read(&built.on_pressures("hPa", pressure).with_air().done()).0
    };
    let from_zero = globe("a.nc", |i| 10.0 * i as f64);
    let jumping = globe("b.nc", |i| {
        if i < 18 {
            10.0 * i as f64
        } else {
            10.0 * i as f64 - 360.0
        }
    });
    let from_date_line = globe("c.nc", |i| 10.0 * i as f64 - 180.0);
    for reader in [&from_zero, &jumping, &from_date_line] {
        assert_eq!(reader.description().grid.period_x(), Some(36));
    }
    assert_eq!(from_zero.description().grid, jumping.description().grid);
    let index = |reader: &dyn MetReader| {
        reader.description().grid.index_of(LonLat {
            lon_deg: -170.0,
            lat_deg: 80.0,
        })
    };
    assert_eq!(index(from_zero.as_ref()), (19.0, 17.0));
    assert_eq!(index(from_date_line.as_ref()), (1.0, 17.0));
}

#[test]
fn winds_on_a_projected_grid_are_turned_unless_they_lie_along_it() {
    let folder = tempfile::tempdir().unwrap();
    let lambert = |name: &str, standard: [&str; 2]| {
        let mut built = Built::new(folder.path(), name, [1, 2, 9, 11]).on_pressures("hPa", |k| [900.0, 500.0][k]);
        let plane = |axis: &'static str| [("units", "m"), ("standard_name", axis)];
        built.coordinate("lat", &plane("projection_y_coordinate"), |j| {
            20_000.0 * j as f64 - 80_000.0
        });
        built.coordinate("lon", &plane("projection_x_coordinate"), |i| {
            20_000.0 * i as f64 + 1_500_000.0
        });
        let mut crs = built.file.add_variable::<i32>("crs", &[]).unwrap();
        crs.put_attribute("grid_mapping_name", "lambert_conformal_conic")
            .unwrap();
        crs.put_attribute("standard_parallel", 50.0).unwrap();
        crs.put_attribute("latitude_of_projection_origin", 50.0).unwrap();
        crs.put_attribute("longitude_of_central_meridian", 8.0).unwrap();
        crs.put_attribute("earth_radius", 6_371_229.0).unwrap();
        let path = built
            .aloft("x", &[("units", "m s-1"), ("standard_name", standard[0])], |_| 10.0)
            .aloft("y", &[("units", "m s-1"), ("standard_name", standard[1])], |_| 0.0)
            .aloft("t", &[("units", "degC"), ("standard_name", "air_temperature")], |_| {
                10.0
            })
            .done();
        read(&path)
    };
    let (reader, eastward) = lambert("earth.nc", ["eastward_wind", "northward_wind"]);
    let grid = &reader.description().grid;
    // 1,600 km east of the central meridian on the cone that touches at 50 N: an arc of radius R cot 50, of which sin 50 is used
    let (place, touching) = (grid.place_at(5.0, 4.0), 50f64.to_radians());
    let arc = (1.6e6 * touching.tan() / 6_371_229.0).atan() / touching.sin();
    assert_relative_eq!(place.lon_deg, 8.0 + arc.to_degrees(), epsilon = 1e-6);
    let (u, v) = (
        eastward.field(1, "UWND").unwrap()[(4, 5)],
        eastward.field(1, "VWND").unwrap()[(4, 5)],
    );
    let (east, north) = grid.earth_wind(5.0, 4.0, f64::from(u), f64::from(v));
    assert_relative_eq!(east, 10.0, epsilon = 1e-5);
    assert_relative_eq!(north, 0.0, epsilon = 1e-5);
    assert!(v.abs() > 2.0, "the cone's turn, 0.77 of 22 degrees, must show: {v}");
    assert_relative_eq!(eastward.field(1, "TEMP").unwrap()[(0, 0)], 283.15);
    let (_, along_grid) = lambert("grid.nc", ["x_wind", "y_wind"]);
    assert_eq!(along_grid.field(1, "UWND").unwrap()[(4, 5)], 10.0);
    assert_eq!(along_grid.field(1, "VWND").unwrap()[(4, 5)], 0.0);
}

#[test]
fn blank_levels_below_ground_take_the_air_above_and_lie_under_it() {
    let folder = tempfile::tempdir().unwrap();
    let blank = |value: f64| move |[_, k, j, _]: [usize; 4]| if k == 2 && j == 2 { -9.99e8 } else { value };
    let path = regional(folder.path())
        .aloft(
            "ua",
            &[("units", "m s-1"), ("standard_name", "eastward_wind")],
            blank(3.0),
        )
        .aloft(
            "va",
            &[("units", "m s-1"), ("standard_name", "northward_wind")],
            blank(4.0),
        )
        .aloft(
            "ta",
            &[("units", "K"), ("standard_name", "air_temperature")],
            blank(280.0),
        )
        .aloft(
            "zg",
            &[("units", "m"), ("standard_name", "geopotential_height")],
            |[_, k, j, _]| match (k, j) {
                (2, 2) => -9.99e8,
                (k, _) => [5500.0, 1500.0, 100.0][k],
            },
        )
        .done();
    let (_, snapshot) = read(&path);
    assert_eq!(snapshot.field(1, "UWND").unwrap()[(2, 0)], 3.0);
    // 1500 m − R T/g ln(1000/850), R = 287.058, g = 9.80665
    assert_relative_eq!(snapshot.field(1, "HGTS").unwrap()[(2, 0)], 167.97, epsilon = 0.05);
    assert_eq!(snapshot.field(1, "HGTS").unwrap()[(1, 0)], 100.0);
}

/// As ICON writes: levels numbered from the top, with pressure and height as fields, no coefficients.
#[test]
fn model_levels_may_bring_their_pressure_and_height_as_fields() {
    let folder = tempfile::tempdir().unwrap();
    for top_first in [true, false] {
        let order = move |k: usize| if top_first { k } else { 2 - k };
        let mut built = Built::new(folder.path(), &format!("{top_first}.nc"), [1, 3, 5, 6])
            .on_sphere(|j| 40.0 + j as f64, |i| i as f64);
        built.coordinate(
            "lev",
            &[("standard_name", "height"), ("units", "1"), ("axis", "Z")],
            |k| k as f64 + 1.0,
        );
        let path = built
            .with_air()
            .aloft(
                "pres",
                &[("units", "Pa"), ("standard_name", "air_pressure")],
                move |[_, k, ..]| [30_000.0, 70_000.0, 99_000.0][order(k)],
            )
            .aloft(
                "z_mc",
                &[("units", "m"), ("standard_name", "altitude")],
                move |[_, k, ..]| [9000.0, 3000.0, 200.0][order(k)],
            )
            .done();
        let (reader, snapshot) = read(&path);
        assert_eq!(reader.description().vertical, VerticalCoordinate::WrfEta);
        let lowest = |name: &str| snapshot.field(1, name).unwrap()[(0, 0)];
        assert_eq!(
            (lowest("PRES"), lowest("HGTS")),
            (990.0, 200.0),
            "top first: {top_first}"
        );
    }
}

/// As CESM and CAM write: `hyam`, `hybm` with a reference pressure, named by `formula_terms`.
#[test]
fn coefficients_are_found_by_formula_terms() {
    let folder = tempfile::tempdir().unwrap();
    let mut built = Built::new(folder.path(), "cam.nc", [1, 3, 5, 6]).on_sphere(|j| 40.0 + j as f64, |i| i as f64);
    let terms = [
        ("standard_name", "atmosphere_hybrid_sigma_pressure_coordinate"),
        ("formula_terms", "a: hyam b: hybm p0: P0 ps: PS"),
        ("units", "hPa"),
    ];
    built.coordinate("lev", &terms, |k| [200.0, 600.0, 992.0][k]);
    for (name, values) in [("hyam", [0.2, 0.1, 0.0]), ("hybm", [0.0, 0.5, 0.992])] {
        let mut variable = built.file.add_variable::<f64>(name, &["lev"]).unwrap();
        variable.put_values(&values, ..).unwrap();
    }
    let mut reference = built.file.add_variable::<f64>("P0", &[]).unwrap();
    reference.put_attribute("units", "Pa").unwrap();
    reference.put_values(&[100_000.0], ..).unwrap();
    let with_pressure = built.with_air().ground(
        "PS",
        &[("units", "Pa"), ("standard_name", "surface_air_pressure")],
        |_| 98_000.0,
    );
    let (_, snapshot) = read(&with_pressure.done());
    for (level, expected) in [(1, 0.992 * 980.0), (2, 100.0 + 0.5 * 980.0), (3, 200.0)] {
        assert_relative_eq!(
            snapshot.field(level, "PRES").unwrap()[(2, 2)],
            expected as f32,
            max_relative = 1e-6
        );
    }
    // lowest: R T/g ln(1/0.992) over sea level
    assert_relative_eq!(snapshot.field(1, "HGTS").unwrap()[(0, 0)], 65.83, epsilon = 0.05);
}

#[test]
fn a_table_names_what_the_file_does_not_and_turns_it_round() {
    let folder = tempfile::tempdir().unwrap();
    let path = regional(folder.path())
        .aloft("U", &[("units", "m s-1")], |_| 1.0)
        .aloft("V", &[("units", "m s-1")], |_| 2.0)
        .aloft("T", &[("units", "K")], |_| 270.0)
        .aloft("QV", &[("units", "g kg-1")], |_| 5.0)
        .ground("HFLUX", &[("units", "W m-2")], |[time, ..]| -50.0 * (1.0 + time as f64))
        .ground("H2", &[("units", "m")], |_| 700.0)
        .done();
    let text = problem(&path);
    assert!(text.contains("no field UWND, VWND and TEMP"), "{text}");
    let table = "U = \"UWND\"\nV = \"VWND\"\nT = \"TEMP\"\nQV = \"SPHU\"\nH2 = \"ignore\"\n\
                 HFLUX = { is = \"SHTF\", positive = \"down\", over = \"mean\", hours = 6, stamp = \"start\" }";
    let snapshot = open(&path, &mapping(table)).unwrap().read(1).unwrap();
    assert_relative_eq!(snapshot.field(1, "SPHU").unwrap()[(0, 0)], 0.005);
    // at the second time: the mean of the interval that ends then (50) and the one that begins (100)
    assert_relative_eq!(snapshot.field(0, "SHTF").unwrap()[(0, 0)], 75.0);
    assert!(snapshot.field(0, "PBLH").is_none());
    let wrong = mapping("U = \"UWND\"\nV = \"VWND\"\nT = \"TEMP\"\nH2 = \"PRSS\"");
    let text = open(&path, &wrong).err().unwrap().to_string();
    assert!(
        text.contains("variable H2 (PRSS): units \"m\" do not fit: Pa is meant"),
        "{text}"
    );
}

#[test]
fn a_unit_that_is_not_understood_leaves_the_variable_out_with_a_warning() {
    let folder = tempfile::tempdir().unwrap();
    let path = regional(folder.path())
        .with_air()
        .ground(
            "ps",
            &[("units", "furlong"), ("standard_name", "surface_air_pressure")],
            |_| 1.0,
        )
        .ground("psl", &[("standard_name", "air_pressure_at_mean_sea_level")], |_| {
            101_300.0
        })
        .done();
    let (reader, snapshot) = read(&path);
    assert!(snapshot.field(0, "PRSS").is_none() && snapshot.field(0, "MSLP").is_none());
    let warnings = reader.warnings().join("\n");
    assert!(
        warnings.contains("ps (PRSS): units \"furlong\" are not understood"),
        "{warnings}"
    );
    assert!(warnings.contains("psl (MSLP): no units are stated"), "{warnings}");
}

#[test]
fn a_heat_flux_that_points_the_wrong_way_under_the_sun_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = Built::new(folder.path(), "noon.nc", [2, 2, 5, 6])
        .on_sphere(|j| 10.0 - j as f64, |i| 60.0 + 2.0 * i as f64) // 18 UTC there is night, 6 UTC later the morning
        .on_pressures("hPa", |k| [1000.0, 500.0][k])
        .with_air()
        .ground(
            "hfss",
            &[
                ("units", "W m-2"),
                ("standard_name", "surface_upward_sensible_heat_flux"),
            ],
            |_| -250.0,
        );
    let mut path = path;
    path.file
        .variable_mut("time")
        .unwrap()
        .put_values(&[0.0, 12.0], ..)
        .unwrap();
    let path = path.done();
    let mut reader = open(&path, &Mapping::default()).unwrap();
    assert!(reader.read(0).is_ok());
    let text = reader.read(1).err().unwrap().to_string();
    assert!(
        text.contains("where the sun stands high") && text.contains("positive = \"down\""),
        "{text}"
    );
}

#[test]
fn grids_that_cannot_be_used_say_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let gaussian = Built::new(folder.path(), "gauss.nc", [1, 2, 4, 6])
        .on_sphere(|j| [69.2, 41.5, 13.8, -20.0][j], |i| i as f64)
        .on_pressures("hPa", |k| [1000.0, 500.0][k]);
    let text = problem(&gaussian.with_air().done());
    assert!(
        text.contains("lat (4 values: 69.2, 41.5, 13.8, -20 …) is not evenly spaced") && text.contains("cdo"),
        "{text}"
    );
    let mut rotated = Built::new(folder.path(), "rotated.nc", [1, 2, 4, 6]).on_pressures("hPa", |k| [1000.0, 500.0][k]);
    rotated.coordinate(
        "lat",
        &[("units", "degrees"), ("standard_name", "grid_latitude")],
        |j| j as f64,
    );
    rotated.coordinate(
        "lon",
        &[("units", "degrees"), ("standard_name", "grid_longitude")],
        |i| i as f64,
    );
    let text = problem(&rotated.with_air().done());
    assert!(
        text.contains("rotated latitude-longitude") && text.contains("cdo remapbil"),
        "{text}"
    );
    let calendar = Built::new(folder.path(), "calendar.nc", [1, 2, 4, 6]).on_sphere(|j| j as f64, |i| i as f64);
    let mut calendar = calendar.on_pressures("hPa", |k| [1000.0, 500.0][k]).with_air();
    calendar
        .file
        .variable_mut("time")
        .unwrap()
        .put_attribute("calendar", "360_day")
        .unwrap();
    let text = problem(&calendar.done());
    assert!(text.contains("360_day") && text.contains("noleap"), "{text}");
}

#[test]
fn a_file_that_changes_or_ends_while_it_is_read_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = regional(folder.path()).with_air().done();
    let whole = std::fs::read(&path).unwrap();
    let mut reader = open(&path, &Mapping::default()).unwrap();
    reader.read(0).unwrap();
    std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    let text = reader.read(1).err().unwrap().to_string();
    assert!(text.contains("has changed since the run began"), "{text}");
    assert!(open(&path, &Mapping::default()).is_err(), "half a file");
}

/// Flipped bytes: see the damaged files of WRF, in processes of their own, since HDF5 itself may end one.
#[test]
fn a_file_without_its_end_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = regional(folder.path()).with_air().done();
    let whole = std::fs::read(&path).unwrap();
    for sixtieths in 0..60 {
        std::fs::write(&path, &whole[..whole.len() * sixtieths / 60]).unwrap();
        assert!(open(&path, &Mapping::default()).is_err(), "{sixtieths}/60 of it");
    }
}

#[test]
fn a_store_takes_a_table_of_names() {
    let folder = tempfile::tempdir().unwrap();
    let path = regional(folder.path())
        .with_air()
        .ground("shf", &[("units", "W m-2")], |_| 20.0)
        .done();
    let open = |mapping| {
        MetStore::open_with(
            &[path.to_str().unwrap()],
            &MetOptions {
                mapping,
                ..MetOptions::default()
            },
        )
        .unwrap()
    };
    assert_eq!(open(Mapping::default()).nests()[0].variables[0].len(), 0);
    assert_eq!(open(mapping("shf = \"SHTF\"")).nests()[0].variables[0], ["SHTF"]);
}

#[test]
fn a_store_keeps_the_region_and_the_levels_that_are_wanted() {
    let folder = tempfile::tempdir().unwrap();
    let path = regional(folder.path()).with_air().done();
    let cut = |region: [f64; 4], top_hpa: f64| CutOptions {
        region: Some(Region::new(region[0], region[1], region[2], region[3]).unwrap()),
        top: Some(Top::PressureHpa(top_hpa)),
        ..CutOptions::default()
    };
    let open = |cut| {
        MetStore::open_with(
            &[path.to_str().unwrap()],
            &MetOptions {
                cut,
                ..MetOptions::default()
            },
        )
    };
    let met = open(cut([3.0, 6.0, 46.5, 48.0], 850.0)).unwrap();
    let nest = &met.nests()[0];
    assert_eq!((nest.grid.nx, nest.grid.ny, nest.levels.len() - 1), (3, 3, 2));
    let text = open(cut([100.0, 110.0, 46.5, 48.0], 850.0)).err().unwrap().to_string();
    assert!(text.contains("region"), "{text}");
}
