//! The ICOS portal.

use airshed::footprint::Footprint;
use airshed::formats::{CellAnchor, Format, ReadOptions, ReceptorHint, icos_slot, read};
use airshed::{Grid, Receptor};

use super::foreign::{assert_same, hourly, integrated, raw, raw_text, read_one, shared, tower, write_all};

const REAL: &str = "icos/foot2012x12x08x18x46.55Nx007.98Ex00720_aggreg.nc";

#[test]
fn the_portals_sample_holds_what_is_known_of_it() {
    let Some(path) = shared(REAL) else { return };
    let foot = read_one(&path);
    // definitions.md 2.7: total 0.528345, 58 400 cells above zero, maximum 1.243e-4; as many digits as are given
    assert!((foot.foot.sum() - 0.528_345).abs() < 5e-7, "{}", foot.foot.sum());
    assert_eq!(foot.foot.iter().filter(|&&v| v > 0.0).count(), 58_400);
    let most = foot.foot.iter().copied().fold(0.0, f64::max);
    assert!((most - 1.243e-4).abs() < 5e-8, "{most}");

    assert_eq!(foot.receptor.time.to_string(), "2012-12-08T18:00Z");
    let receptor = &foot.receptor;
    assert_eq!(
        (receptor.lon_deg, receptor.lat_deg, receptor.height_m),
        (7.98, 46.55, 720.0)
    );
    assert_eq!(
        (foot.layer_start[0].to_string().as_str(), foot.layer_seconds),
        ("2012-11-28T18:00Z", 240 * 3600)
    );
    assert!(foot.grid.time_integrate);
    assert_eq!((foot.grid.west, foot.grid.dx), (-15.0625, 0.125));
    assert!((foot.grid.north - (72.916_666_666_666_7 + 1.0 / 24.0)).abs() < 1e-9);
}

#[test]
fn the_portals_sample_comes_back_value_for_value_in_its_own_layout() {
    let Some(path) = shared(REAL) else { return };
    let foot = read_one(&path);
    let folder = tempfile::tempdir().unwrap();
    let copy = folder
        .path()
        .join(format!("foot{}_aggreg.nc", icos_slot(&foot.receptor).unwrap()));
    assert_eq!(copy.file_name(), path.file_name());
    write_all(&copy, Format::Icos, std::slice::from_ref(&foot)).unwrap();
    assert_same(&read_one(&copy), &foot);
    assert_eq!(raw(&copy, "foot"), raw(&path, "foot"));
    assert_eq!(raw(&copy, "time"), raw(&path, "time"));
    assert_eq!(raw(&copy, "lon"), raw(&path, "lon"), "eighths of a degree are exact");
    for (ours, theirs) in raw(&copy, "lat").iter().zip(raw(&path, "lat")) {
        assert!((ours - theirs).abs() < 1e-9, "{ours} {theirs}");
    }
    for (variable, attribute) in [
        ("lon", "units"),
        ("lon", "long_name"),
        ("lat", "units"),
        ("lat", "long_name"),
        ("time", "units"),
        ("time", "long_name"),
        ("foot", "units"),
        ("foot", "long_name"),
    ] {
        assert_eq!(
            raw_text(&copy, variable, attribute),
            raw_text(&path, variable, attribute)
        );
    }
    let [ours, theirs] = [&copy, &path].map(|p| netcdf::open(p).unwrap());
    for file in [&ours, &theirs] {
        let foot = file.variable("foot").unwrap();
        assert_eq!(foot.chunking().unwrap().unwrap(), [1, 480, 400]);
        assert_eq!(foot.fill_value::<f64>().unwrap(), Some(-1e30));
        assert!(file.dimension("time").unwrap().is_unlimited());
        assert!(file.attribute("backtime").is_some());
    }
    for global in ["backtime", "description"] {
        let value = |file: &netcdf::File| format!("{:?}", file.attribute(global).unwrap().value().unwrap());
        assert_eq!(value(&ours), value(&theirs));
    }
    let bounds = raw(&copy, "lon_bnds");
    assert_eq!(bounds[..2], [-15.0625, -14.9375]);
}

#[test]
fn whoever_takes_the_coordinates_for_corners_gets_cells_half_a_cell_further() {
    let Some(path) = shared(REAL) else { return };
    let options = ReadOptions {
        anchor: Some(CellAnchor::LowerLeft),
        ..Default::default()
    };
    let foot = read(&path, &options).unwrap().remove(0).footprint;
    assert_eq!((foot.grid.west, foot.grid.east), (-15.0, 35.0));
    assert!((foot.grid.south - 33.0).abs() < 1e-9 && (foot.grid.north - 73.0).abs() < 1e-9);

    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy.nc");
    write_all(&copy, Format::Icos, std::slice::from_ref(&foot)).unwrap();
    assert_same(&read_one(&copy), &foot);
    let again = read(&copy, &options).unwrap().remove(0).footprint;
    assert_eq!(again.grid.west, -15.0, "bounds count before the anchor");
}

#[test]
fn slots_joined_along_time_are_one_footprint_each() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("CBW207_20100212_20100213_footprint.nc");
    let times = ["2010-02-12T18:00", "2010-02-12T21:00", "2010-02-13T00:00"];
    let all: Vec<Footprint> = times.map(|t| integrated(tower(t), 240)).to_vec();
    write_all(&path, Format::Icos, &all).unwrap();
    let found = read(&path, &ReadOptions::default()).unwrap();
    assert_eq!(found.len(), 3);
    for (found, expected) in found.iter().zip(&all) {
        assert_same(&found.footprint, expected);
    }
}

#[test]
fn hours_are_summed_up_for_the_portal() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sum.nc");
    write_all(&path, Format::Icos, &[hourly(tower("2010-02-12T18:00"), 24)]).unwrap();
    assert_same(&read_one(&path), &integrated(tower("2010-02-12T18:00"), 24));
}

#[test]
fn a_package_without_a_place_needs_to_be_told_it() {
    let Some(path) = shared(REAL) else { return };
    let folder = tempfile::tempdir().unwrap();
    let nameless = folder.path().join("JFJ_footprint.nc");
    std::fs::copy(path, &nameless).unwrap();
    let error = read(&nameless, &ReadOptions::default()).unwrap_err().to_string();
    assert!(error.contains("receptor's longitude"), "{error}");
    let options = ReadOptions {
        receptor: ReceptorHint {
            lon_deg: Some(7.98),
            lat_deg: Some(46.55),
            height_agl_m: Some(720.0),
            time: None,
        },
        ..Default::default()
    };
    let foot = read(&nameless, &options).unwrap().remove(0).footprint;
    assert_eq!(icos_slot(&foot.receptor).unwrap(), "2012x12x08x18x46.55Nx007.98Ex00720");
}

#[test]
fn what_the_portals_layout_cannot_hold_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("none.nc");
    let refused = |footprints: &[Footprint]| write_all(&path, Format::Icos, footprints).unwrap_err().to_string();
    let first = integrated(tower("2010-02-12T18:00"), 24);
    let other_grid = Footprint {
        grid: Grid {
            west: 3.5,
            east: 6.0,
            ..first.grid.clone()
        },
        ..integrated(tower("2010-02-12T21:00"), 24)
    };
    let elsewhere = Receptor::new(tower("2010-02-12T21:00").time, 5.0, 52.0, 10.0).unwrap();
    for (second, problem) in [
        (other_grid, "one grid"),
        (integrated(elsewhere, 24), "one place"),
        (first.clone(), "ascend"),
        (integrated(tower("2010-02-12T21:00"), 12), "one backtime"),
    ] {
        let error = refused(&[first.clone(), second]);
        assert!(error.contains(problem), "{error}");
    }
    let mut forward = hourly(tower("2010-02-12T18:00"), 3);
    forward.receptor.time = forward.layer_start[0];
    assert!(refused(&[forward]).contains("backward"));
    assert!(refused(&[]).contains("at least one"));
    assert!(!path.exists(), "no half-written file");
    let msl = Footprint {
        receptor: first.receptor.clone().above_sea_level().unwrap(),
        ..first
    };
    assert!(
        icos_slot(&msl.receptor)
            .unwrap_err()
            .to_string()
            .contains("above ground")
    );
}
