//! OpenGHG and PARIS.

use airshed::boundary::BoundaryInfluence;
use airshed::footprint::Footprint;
use airshed::formats::{Conditions, ForeignFootprint, Format, ReadOptions, ReceptorHint, read, write};
use airshed::{Grid, Receptor};
use ndarray::{Array2, Axis};

use super::foreign::{hourly, raw, shared, tower};

const RESOLVED: &str = "footprints/openghg_TAC-100magl_UKV_co2_TEST_201407_hitres.nc";
const WHOLE: &str = "footprints/openghg_TAC-185magl_UKV_EUROPE_TEST_201405.nc";

fn all(path: &std::path::Path) -> Vec<ForeignFootprint> {
    let options = ReadOptions {
        receptor: ReceptorHint {
            height_agl_m: Some(100.0),
            ..Default::default()
        },
        ..Default::default()
    };
    read(path, &options).unwrap()
}

fn write_all(path: &std::path::Path, format: Format, footprints: &[ForeignFootprint]) -> airshed::Result<()> {
    write(path, format, &mut footprints.iter().cloned().map(Ok))
}

#[test]
fn every_release_of_a_real_file_is_read() {
    let Some(path) = shared(RESOLVED) else { return };
    let releases = read(&path, &ReadOptions::default()).unwrap();
    assert_eq!(releases.len(), 73);
    let first = &releases[0];
    let receptor = &first.footprint.receptor;
    // stamped 00:00 at the left of an hour; a backward run starts at its end
    assert_eq!(receptor.time.to_string(), "2014-07-01T01:00Z");
    assert_eq!(receptor.release_h, Some(1.0));
    assert_eq!(
        (receptor.lon_deg, receptor.lat_deg),
        (1.1387329, 52.51776),
        "single precision, read as decimals"
    );
    assert_eq!(receptor.height_m, 100.0, "of the file's name");
    let grid = &first.footprint.grid;
    assert_eq!((grid.dx, grid.dy), (0.352, 0.234));
    assert!((grid.west - (-0.396 - 0.176)).abs() < 1e-12 && (grid.south - (51.211 - 0.117)).abs() < 1e-12);
    assert_eq!(first.footprint.layer_seconds, 720 * 3600);

    let resolved = first.resolved.as_ref().unwrap();
    // H_back = 0, 2 … 24 are layers of two hours, 26 the residual
    assert_eq!(
        (resolved.layers.layer_start.len(), resolved.layers.layer_seconds),
        (13, 7200)
    );
    assert_eq!(resolved.layers.layer_start[12].to_string(), "2014-07-01T00:00Z");
    assert_eq!(resolved.layers.layer_start[0].to_string(), "2014-06-30T00:00Z");
    assert_eq!(resolved.residual.layer_start[0].to_string(), "2014-06-01T01:00Z");
    let end = resolved.residual.layer_start[0].plus_seconds(resolved.residual.layer_seconds);
    assert_eq!(
        end, resolved.layers.layer_start[0],
        "the residual ends where the layers begin"
    );
    assert!(releases[1].resolved.is_none(), "every other release has no hours");
    assert!((first.footprint.foot.sum() - 1.592_277_5).abs() < 1e-6);

    let boundary = first.boundary.as_ref().unwrap();
    assert_eq!(
        (boundary.height_edges_m.len(), boundary.height_edges_m[20]),
        (21, 20_000.0)
    );
    let [north, east, _, _] = boundary.fraction.each();
    assert_eq!((north.dim(), east.dim()), ((20, 12), (20, 12)));
    assert!((north[[0, 0]] - 4.1199e-4).abs() < 1e-8);
    assert!((boundary.mean_age_h.north[[0, 0]] - 296.446_26).abs() < 1e-4);
    assert!(boundary.inside.is_nan(), "the file does not say what stayed inside");
    assert!((first.conditions.temperature_c - 12.861_511).abs() < 1e-5);
    assert!((first.conditions.mixing_height_m - 59.627_075).abs() < 1e-5);
}

#[test]
fn real_files_come_back_value_for_value() {
    for name in [RESOLVED, WHOLE] {
        let Some(path) = shared(name) else { return };
        let releases = all(&path);
        let folder = tempfile::tempdir().unwrap();
        let copy = folder.path().join("copy.nc");
        write_all(&copy, Format::Openghg, &releases).unwrap();
        let theirs = netcdf::open(&path).unwrap();
        let mut carried = 0;
        for variable in theirs.variables().map(|v| v.name()).filter(|name| name != "lev") {
            let (found, expected) = (raw(&copy, &variable), raw(&path, &variable));
            assert_eq!(found.len(), expected.len(), "{variable}");
            let same = |(a, b): (&f64, &f64)| a == b || (a.is_nan() && b.is_nan());
            assert!(found.iter().zip(&expected).all(same), "{variable} of {name}");
            let dimensions = |file: &netcdf::File| -> Vec<String> {
                let variable = file.variable(&variable).unwrap();
                variable.dimensions().iter().map(netcdf::Dimension::name).collect()
            };
            assert_eq!(
                dimensions(&netcdf::open(&copy).unwrap()),
                dimensions(&theirs),
                "{variable}"
            );
            carried += 1;
        }
        assert_eq!(carried, if name == RESOLVED { 22 } else { 20 });
        let bounds = raw(&copy, "lat_bnds");
        assert!((bounds[1] - bounds[0] - 0.234).abs() < 1e-12);
    }
}

#[test]
fn what_is_written_for_paris_comes_back_from_paris() {
    let Some(path) = shared(RESOLVED) else { return };
    let releases = all(&path);
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("paris.nc");
    write_all(&copy, Format::Paris, &releases[..3]).unwrap();
    let again = read(&copy, &ReadOptions::default()).unwrap();
    assert_eq!(again.len(), 3);
    for (found, expected) in again.iter().zip(&releases) {
        assert_eq!(found.footprint.foot, expected.footprint.foot);
        assert_eq!(found.footprint.receptor, expected.footprint.receptor);
        assert_eq!(found.footprint.grid.west, expected.footprint.grid.west);
        let sides = |f: &ForeignFootprint| f.boundary.clone().map(|b| (b.height_edges_m, b.fraction, b.mean_age_h));
        assert_eq!(sides(found), sides(expected));
        // K and Pa in single precision
        let (a, b) = (found.conditions, expected.conditions);
        assert!((a.temperature_c - b.temperature_c).abs() < 3e-5 && (a.pressure_hpa - b.pressure_hpa).abs() < 1e-4);
        assert_eq!(found.resolved.is_some(), expected.resolved.is_some());
        let (Some(found), Some(expected)) = (&found.resolved, &expected.resolved) else {
            continue;
        };
        let single = |foot: &Footprint| foot.foot.mapv(|v| f64::from(v as f32));
        assert_eq!(found.layers.layer_start, expected.layers.layer_start);
        assert_eq!(found.layers.foot, single(&expected.layers));
        assert_eq!(found.residual.foot, single(&expected.residual));
    }
}

#[test]
fn a_footprint_of_ours_is_its_hours_and_its_residual() {
    let folder = tempfile::tempdir().unwrap();
    for (release_h, labels) in [(None, 1..24), (Some(1.0), 0..24)] {
        let mut ours = hourly(tower("2010-02-12T18:00"), 30);
        ours.receptor.release_h = release_h;
        let split = ForeignFootprint::resolving(ours.clone(), 24.0).unwrap();
        let resolved = split.resolved.as_ref().unwrap();
        assert_eq!(resolved.layers.layer_start.len(), labels.len());
        let parts = resolved.layers.foot.sum() + resolved.residual.foot.sum();
        assert!((parts - ours.foot.sum()).abs() < 1e-9 * parts, "nothing is lost");
        assert!((split.footprint.foot.sum() - ours.foot.sum()).abs() < 1e-9 * parts);

        for format in [Format::Openghg, Format::Paris] {
            let path = folder.path().join("ours.nc");
            write_all(&path, format, std::slice::from_ref(&split)).unwrap();
            let (name, residual) = match format {
                Format::Paris => ("resolution", 0),
                _ => ("H_back", 1),
            };
            let expected: Vec<f64> = (0..24 + residual).map(f64::from).collect();
            assert_eq!(raw(&path, name), expected);
            let found = read(&path, &ReadOptions::default()).unwrap().remove(0);
            assert_eq!(found.footprint.receptor, split.footprint.receptor);
            let found = found.resolved.unwrap();
            // the first hour backward ends at the receptor time, whatever the time stamp
            assert_eq!(found.layers.layer_start, resolved.layers.layer_start);
            assert_eq!(found.layers.foot, resolved.layers.foot);
            assert_eq!(found.residual.foot, resolved.residual.foot);
        }
    }
}

#[test]
fn sides_and_weather_go_through_a_file() {
    let footprint = hourly(tower("2010-02-12T18:00"), 3);
    let along = |places: usize| Array2::from_shape_fn((2, places), |(k, i)| (k * places + i) as f64 / 64.0);
    let ages = |places: usize| along(places).mapv(|share| 256.0 * share);
    let boundary = BoundaryInfluence {
        grid: footprint.grid.clone(),
        height_edges_m: vec![0.0, 1000.0, 2000.0],
        fraction: [along(5), along(4), along(5), along(4)].into(),
        mean_age_h: [ages(5), ages(4), ages(5), ages(4)].into(),
        top: 0.0,
        inside: 0.0,
        left_meteorology: 0.0,
        met_gap: 0.0,
        started_outside: 0.0,
    };
    let release = ForeignFootprint {
        boundary: Some(boundary.clone()),
        conditions: Conditions {
            wind_speed_m_s: 4.5,
            ..Default::default()
        },
        ..ForeignFootprint::resolving(footprint, 0.0).unwrap()
    };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sides.nc");
    write_all(&path, Format::Openghg, std::slice::from_ref(&release)).unwrap();
    let found = read(&path, &ReadOptions::default()).unwrap().remove(0);
    let sides = found.boundary.unwrap();
    assert_eq!(sides.height_edges_m, boundary.height_edges_m);
    assert_eq!(
        (&sides.fraction, &sides.mean_age_h),
        (&boundary.fraction, &boundary.mean_age_h)
    );
    assert!(found.resolved.is_none());
    assert_eq!(found.conditions.wind_speed_m_s, 4.5);
    assert!(found.conditions.pressure_hpa.is_nan());
    assert_eq!(raw(&path, "particle_locations_e")[4], 4.0 / 64.0);
    assert_eq!(raw(&path, "height"), [500.0, 1500.0]);

    let wrong = BoundaryInfluence {
        fraction: [along(4), along(4), along(4), along(4)].into(),
        ..boundary
    };
    let wrong = ForeignFootprint {
        boundary: Some(wrong),
        ..release
    };
    let error = write_all(&path, Format::Openghg, &[wrong]).unwrap_err().to_string();
    assert!(error.contains("sides of 5 x 4 cells"), "{error}");
}

#[test]
fn columns_from_0_to_360_round_the_globe_begin_at_the_dateline() {
    let mut ours = hourly(tower("2010-02-12T18:00"), 1);
    ours.grid = Grid {
        west: -180.0,
        east: 180.0,
        dx: 72.0,
        ..ours.grid
    };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("globe.nc");
    write_all(&path, Format::Openghg, &[ours.clone().into()]).unwrap();
    let mut file = netcdf::append(&path).unwrap();
    for name in ["lon", "lon_bnds"] {
        let mut lon = file.variable_mut(name).unwrap();
        let values: Vec<f64> = lon.get_values::<f64, _>(..).unwrap();
        lon.put_values(&values.iter().map(|v| v + 360.0).collect::<Vec<f64>>(), ..)
            .unwrap();
    }
    file.close().unwrap();
    let found = read(&path, &ReadOptions::default()).unwrap().remove(0).footprint;
    assert_eq!((found.grid.west, found.grid.east), (-180.0, 180.0));
    assert_eq!(found.foot.index_axis(Axis(0), 0), ours.foot.index_axis(Axis(0), 0));
}

#[test]
fn what_the_layout_cannot_hold_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("none.nc");
    let of = |time: &str, hours| ForeignFootprint::resolving(hourly(tower(time), 30), hours).unwrap();
    let refused =
        |footprints: &[ForeignFootprint]| write_all(&path, Format::Openghg, footprints).unwrap_err().to_string();
    let error = refused(&[of("2010-02-12T18:00", 24.0), of("2010-02-12T19:00", 12.0)]);
    assert!(error.contains("as many hours resolved as before"), "{error}");
    assert!(refused(&[]).contains("at least one"));
    let elsewhere = Receptor::new(tower("2010-02-12T19:00").time, 5.0, 52.0, 207.0).unwrap();
    let moved = ForeignFootprint::resolving(hourly(elsewhere, 30), 24.0).unwrap();
    assert!(refused(&[of("2010-02-12T18:00", 24.0), moved]).contains("one place"));
    assert!(!path.exists(), "no half-written file");

    let mut half = hourly(tower("2010-02-12T18:00"), 3);
    half.receptor.release_h = Some(0.5);
    let error = ForeignFootprint::resolving(half, 24.0).unwrap_err().to_string();
    assert!(error.contains("whole layers"), "{error}");
    let mut forward = hourly(tower("2010-02-12T18:00"), 3);
    forward.receptor.time = forward.layer_start[0];
    assert!(
        ForeignFootprint::resolving(forward, 24.0)
            .unwrap_err()
            .to_string()
            .contains("backward")
    );
}

#[test]
fn a_file_without_a_height_needs_to_be_told_it() {
    let Some(path) = shared(RESOLVED) else { return };
    let folder = tempfile::tempdir().unwrap();
    let nameless = folder.path().join("TAC.nc");
    std::fs::copy(path, &nameless).unwrap();
    let error = read(&nameless, &ReadOptions::default()).unwrap_err().to_string();
    assert!(error.contains("height above ground: give height-agl-m"), "{error}");
    assert_eq!(all(&nameless)[0].footprint.receptor.height_m, 100.0);
}
