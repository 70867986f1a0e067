#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

use ndarray::Array2;
use serde_json::Value;

use super::open;
use super::source::GribSource;
use crate::met::MetReader;
use crate::met::collection::{Collection, FieldSource, Level, Quantity, When, WindAxes};
use crate::time::UtcTime;

/// Two roundings to f32, ours and those of the values that ecCodes read.
const SINGLE_PRECISION: f64 = 1.5e-7;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/grib").join(name)
}

/// What ecCodes reads from the messages of a fixture.
fn peer(name: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(fixture(&format!("{name}.json"))).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn written(folder: &Path, bytes: &[u8]) -> PathBuf {
    let path = folder.join("written.grib");
    std::fs::write(&path, bytes).unwrap();
    path
}

/// Worst difference from the values of a message, as a share of the largest; missing points must be the same.
fn difference(map: &Array2<f32>, message: &Value, factor: f64) -> f64 {
    let values = message["values"].as_array().unwrap();
    assert_eq!(values.len(), map.len());
    let (mut worst, mut largest) = (0f64, 1e-30f64);
    for (ours, theirs) in map.iter().zip(values) {
        assert_eq!(ours.is_nan(), theirs.is_null());
        if let Some(theirs) = theirs.as_f64() {
            worst = worst.max((f64::from(*ours) - factor * theirs).abs());
            largest = largest.max((factor * theirs).abs());
        }
    }
    worst / largest
}

fn read_one(source: &mut GribSource, field: usize) -> Array2<f32> {
    source.read(&[field]).unwrap().remove(0)
}

fn place_of(source: &GribSource, quantity: Quantity, level: Level) -> usize {
    let is_it = |info: &crate::met::collection::FieldInfo| info.quantity == quantity && info.level == level;
    source.fields().iter().position(is_it).unwrap()
}

#[test]
fn every_packing_of_edition_2_gives_the_values_of_eccodes() {
    let mut sources = open(&fixture("packings.grib2")).unwrap();
    let mut seen = 0;
    for message in peer("packings.grib2") {
        let level = Level::Pressure(message["level"].as_f64().unwrap());
        let holds = |source: &&mut GribSource| source.fields().iter().any(|info| info.level == level);
        let source = sources.iter_mut().find(holds).unwrap();
        let field = place_of(source, Quantity::Temperature, level);
        let worst = difference(&read_one(source, field), &message, 1.0);
        assert!(worst < SINGLE_PRECISION, "{} {level:?}: {worst:e}", message["packing"]);
        seen += 1;
    }
    assert_eq!(seen, 34);
}

#[test]
fn grids_of_both_editions_lie_where_eccodes_puts_them() {
    let sources = open(&fixture("maps.grib")).unwrap();
    let messages = peer("maps.grib");
    // those of edition 1 lie on grids of edition 2 before them
    assert_eq!((sources.len(), messages.len()), (7, 10));
    let mut seen = 0;
    for mut source in sources {
        let grid = source.grid().clone();
        let axes = if grid.is_lat_lon() {
            WindAxes::Earth
        } else {
            WindAxes::Grid
        };
        assert_eq!(source.wind_axes(0), axes);
        let (east, north) = ((grid.nx - 1) as f64, (grid.ny - 1) as f64);
        for field in 0..source.fields().len() {
            let map = read_one(&mut source, field);
            let close = |message: &&Value| {
                let corner = |name: &str, x: f64, y: f64| {
                    let (lat, lon) = (message[name][0].as_f64().unwrap(), message[name][1].as_f64().unwrap());
                    let place = grid.place_at(x, y);
                    let turn = (place.lon_deg - lon + 180.0).rem_euclid(360.0) - 180.0;
                    (place.lat_deg - lat).abs() < 1e-6 && turn.abs() < 1e-6
                };
                corner("south_west", 0.0, 0.0)
                    && corner("south_east", east, 0.0)
                    && corner("north_east", east, north)
                    && difference(&map, message, 1.0) < SINGLE_PRECISION
            };
            assert_eq!(messages.iter().filter(close).count(), 1, "{}", grid.summary());
            seen += 1;
        }
    }
    assert_eq!(seen, messages.len());
}

#[test]
fn era5_of_edition_1_is_understood() {
    let mut source = open(&fixture("era5_model_levels.grib1")).unwrap().remove(0);
    assert_eq!((source.model(), source.fields().len()), ("ECMW", 28));
    assert!(source.warnings().is_empty());
    let levels = source.hybrid().unwrap();
    assert_eq!(levels.count(), 6);
    // (1500 + 0.88 pₛ + pₛ)/2
    assert!((levels.pressure_pa(6, 1e5) - 94_750.0).abs() < 0.1);
    let analysis = UtcTime::parse("2024-02-29T12:00").unwrap();
    let hour = When::Sum(analysis.plus_hours(5), analysis.plus_hours(6));
    for (place, message) in peer("era5_model_levels.grib1").into_iter().enumerate() {
        let info = source.fields()[place];
        let (quantity, factor, when) = match message["short_name"].as_str().unwrap() {
            "u" => (Quantity::WindX, 1.0, When::At(analysis)),
            "v" => (Quantity::WindY, 1.0, When::At(analysis)),
            "t" => (Quantity::Temperature, 1.0, When::At(analysis)),
            "q" => (Quantity::SpecificHumidity, 1.0, When::At(analysis)),
            "w" => (Quantity::PressureVelocity, 1.0, When::At(analysis)),
            "lnsp" => (Quantity::LogSurfacePressure, 1.0, When::At(analysis)),
            "z" => (Quantity::SurfaceGeopotential, 1.0, When::Always),
            "10u" => (Quantity::WindX10m, 1.0, When::At(analysis)),
            "10v" => (Quantity::WindY10m, 1.0, When::At(analysis)),
            "2t" => (Quantity::ScreenTemperature, 1.0, When::At(analysis)),
            "2d" => (Quantity::ScreenDewPoint, 1.0, When::At(analysis)),
            "blh" => (Quantity::MixingHeight, 1.0, When::At(analysis)),
            "zust" => (Quantity::FrictionVelocity, 1.0, When::At(analysis)),
            "sshf" => (Quantity::SensibleHeat, -1.0, hour),
            "slhf" => (Quantity::LatentHeat, -1.0, hour),
            "ewss" => (Quantity::StressX, 1.0, hour),
            "nsss" => (Quantity::StressY, 1.0, hour),
            "tp" => (Quantity::Rain, 1.0, hour),
            other => panic!("{other}"),
        };
        assert_eq!((info.quantity, info.when), (quantity, when));
        if quantity.is_aloft() && quantity != Quantity::LogSurfacePressure {
            assert_eq!(info.level, Level::Model(message["level"].as_u64().unwrap() as u32));
        } else {
            assert_eq!(info.level, Level::Surface);
        }
        let worst = difference(&read_one(&mut source, place), &message, factor);
        assert!(worst < SINGLE_PRECISION, "{}: {worst:e}", quantity.name());
    }
}

#[test]
fn times_statistics_members_and_signs_are_those_of_the_messages() {
    let mut source = open(&fixture("steps.grib2")).unwrap().remove(0);
    let start = UtcTime::parse("2024-02-29T12:00").unwrap();
    let (from, to) = (start.plus_hours(6), start.plus_hours(12));
    let kinds: Vec<(Quantity, When, Option<i32>)> = source
        .fields()
        .iter()
        .map(|info| (info.quantity, info.when, info.forecast_hour))
        .collect();
    let expected = [
        (Quantity::Temperature, When::At(from), Some(6)),
        (Quantity::SensibleHeat, When::Mean(from, to), Some(12)),
        (Quantity::SensibleHeat, When::Sum(from, to), Some(12)),
        (Quantity::Rain, When::Sum(from, to), Some(12)),
        (Quantity::TerrainHeight, When::Always, None),
    ];
    assert_eq!(kinds, expected);
    let messages = peer("steps.grib2");
    // the control member, NCEP upward, ECMWF downward, mm of rain
    for (field, (message, factor)) in [(1, 1.0), (2, 1.0), (3, -1.0), (5, 0.001)].into_iter().enumerate() {
        let worst = difference(&read_one(&mut source, field), &messages[message], factor);
        assert!(worst < SINGLE_PRECISION, "{field}: {worst:e}");
    }
    let warnings = source.warnings().join("\n");
    for part in [
        "other members of the ensemble than 0",
        "heat fluxes of centre 34",
        "statistic 2",
    ] {
        assert!(warnings.contains(part), "{part} in\n{warnings}");
    }
}

#[test]
fn second_order_packing_is_refused_with_what_to_do() {
    let problem = open(&fixture("second_order.grib1")).unwrap_err().to_string();
    assert!(problem.contains("message 1 (edition 1, byte 0)"), "{problem}");
    assert!(problem.contains("grib_set -r -s packingType=grid_simple"), "{problem}");
}

#[test]
fn editions_mixed_between_other_bytes_are_found_and_a_cut_message_is_not_used() {
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = (
        std::fs::read(fixture("era5_model_levels.grib1")).unwrap(),
        std::fs::read(fixture("packings.grib2")).unwrap(),
    );
    let junk = [b"a bulletin's heading\r\r\n".as_slice(), &[0; 100_000]].concat();
    let mut bytes = [&junk[..], &first, &junk[..7], &second].concat();
    let fields = |path: &Path| -> usize { open(path).unwrap().iter().map(|source| source.fields().len()).sum() };
    assert_eq!(fields(&written(folder.path(), &bytes)), 28 + 34);
    bytes.truncate(bytes.len() - 3);
    let path = written(folder.path(), &bytes);
    assert_eq!(fields(&path), 28 + 33);
    let warnings = open(&path).unwrap()[0].warnings().join("\n");
    assert!(
        warnings.contains("message 62") && warnings.contains("cut off"),
        "{warnings}"
    );
}

#[test]
fn a_file_without_messages_and_a_damaged_one_are_errors_that_name_the_place() {
    let folder = tempfile::tempdir().unwrap();
    let problem = |bytes: &[u8]| open(&written(folder.path(), bytes)).unwrap_err().to_string();
    assert!(problem(b"").contains("no GRIB message"));
    assert!(problem(b"CDF\x01 and so on").contains("no GRIB message"));
    let whole = std::fs::read(fixture("steps.grib2")).unwrap();
    let mut bytes = whole.clone();
    bytes[15] ^= 1;
    let message = problem(&bytes);
    assert!(
        message.contains("message 1 (edition 2, byte 0)") && message.contains("7777"),
        "{message}"
    );
    let mut bytes = whole;
    bytes[16] = 9;
    let message = problem(&bytes);
    assert!(message.contains("section 1 says"), "{message}");
}

#[test]
fn a_file_that_changes_after_it_was_opened_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let whole = std::fs::read(fixture("packings.grib2")).unwrap();
    let path = written(folder.path(), &whole);
    let mut source = open(&path).unwrap().remove(0);
    assert!(source.read(&[0]).is_ok());
    std::fs::write(&path, &whole[..5000]).unwrap();
    let problem = source.read(&[0]).unwrap_err().to_string();
    assert!(problem.contains("has changed"), "{problem}");
}

/// A message of a file at a time, so that damage is dense.
fn messages(name: &str) -> Vec<Vec<u8>> {
    let bytes = std::fs::read(fixture(name)).unwrap();
    let mut starts: Vec<usize> = (0..bytes.len() - 3)
        .filter(|&at| &bytes[at..at + 4] == b"GRIB")
        .collect();
    starts.push(bytes.len());
    starts.windows(2).map(|pair| bytes[pair[0]..pair[1]].to_vec()).collect()
}

fn read_all(path: &Path) {
    for mut source in open(path).unwrap_or_default() {
        for field in 0..source.fields().len() {
            if let Ok(maps) = source.read(&[field]) {
                assert_eq!(maps[0].dim(), (source.grid().ny, source.grid().nx));
            }
        }
    }
}

#[test]
fn damaged_messages_never_panic() {
    let folder = tempfile::tempdir().unwrap();
    let mut state = 0x2545_f491_4f6c_dd1du64;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 16) as usize % below
    };
    let rounds = std::env::var("GRIB_ROUNDS").map_or(60, |text| text.parse().unwrap());
    let names = ["packings.grib2", "era5_model_levels.grib1", "maps.grib", "steps.grib2"];
    for whole in names.into_iter().flat_map(messages) {
        for round in 0..rounds {
            let mut bytes = whole.clone();
            match round % 4 {
                0 => bytes.truncate(random(bytes.len())),
                1 => {
                    let (from, to) = (random(whole.len()), random(256) as u8);
                    bytes[from] = to;
                }
                flips => (0..2 * flips - 3).for_each(|_| {
                    let bit = random(8 * whole.len());
                    bytes[bit / 8] ^= 1 << (bit % 8);
                }),
            }
            // a new file each time: some file systems flush one that is written again
            let path = folder.path().join(format!("{round}.grib"));
            std::fs::write(&path, bytes).unwrap();
            read_all(&path);
            std::fs::remove_file(&path).unwrap();
        }
    }
}

fn real(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/met").join(name);
    if !path.exists() {
        eprintln!("skipped: {} is not here", path.display());
    }
    path.exists().then_some(path)
}

/// Quantity, level, row from the south, column, value of ecCodes.
type Point = (Quantity, Level, usize, usize, f64);

fn has_points(source: &mut GribSource, points: &[Point]) {
    for &(quantity, level, y, x, value) in points {
        let field = place_of(source, quantity, level);
        let ours = f64::from(read_one(source, field)[(y, x)]);
        let close = (ours - value).abs() < SINGLE_PRECISION * value.abs().max(1.0);
        assert!(close, "{} {level:?}: {ours} for {value}", quantity.name());
    }
}

#[test]
fn the_gfs_forecast_of_2011_is_read_as_eccodes_reads_it() {
    let Some(path) = real("gfs_2p5deg_20111008T00_f072.grib2") else {
        return;
    };
    let mut source = open(&path).unwrap().remove(0);
    assert_eq!((source.model(), source.fields().len()), ("GFSG", 170));
    assert!(source.grid().is_cyclic() && source.warnings().is_empty());
    let valid = UtcTime::parse("2011-10-11T00:00").unwrap();
    let heat = source.fields()[place_of(&source, Quantity::SensibleHeat, Level::Surface)];
    assert_eq!(heat.when, When::Mean(valid.plus_hours(-6), valid));
    assert_eq!(heat.forecast_hour, Some(72));
    // u and v lie in one message; the plateau of Tibet; 40 S, 75 E
    let points = [
        (Quantity::WindX, Level::Pressure(850.0), 20, 30, 28.65),
        (Quantity::WindY, Level::Pressure(850.0), 20, 30, 9.47),
        (Quantity::Temperature, Level::Pressure(500.0), 60, 100, 249.9),
        (Quantity::Height, Level::Pressure(500.0), 10, 5, 4891.39),
        (Quantity::RelativeHumidity, Level::Pressure(700.0), 50, 140, 0.08),
        (Quantity::PressureVelocity, Level::Pressure(500.0), 40, 77, 0.0197),
        (Quantity::TerrainHeight, Level::Surface, 50, 35, 4957.55),
        (Quantity::SurfacePressure, Level::Surface, 50, 35, 55_950.3),
        (Quantity::WindX10m, Level::Surface, 55, 40, 0.65),
        (Quantity::WindY10m, Level::Surface, 55, 40, 2.98),
        (Quantity::SensibleHeat, Level::Surface, 30, 12, -11.2),
    ];
    has_points(&mut source, &points);
}

#[test]
fn the_eta_forecast_of_2004_is_read_as_eccodes_reads_it() {
    let Some(path) = real("eta_20041208T12_f024.grib2") else {
        return;
    };
    let mut source = open(&path).unwrap().remove(0);
    assert_eq!((source.model(), source.fields().len()), ("NAMG", 125));
    assert_eq!(source.wind_axes(0), WindAxes::Grid);
    let place = source.grid().place_at(80.0, 60.0);
    assert!((place.lat_deg - 57.002_632_566).abs() < 1e-7);
    assert!((place.lon_deg - (296.491_835_829 - 360.0)).abs() < 1e-7);
    let points = [
        (Quantity::WindX, Level::Pressure(500.0), 20, 30, 9.0),
        (Quantity::WindY, Level::Pressure(500.0), 20, 30, -17.0),
        (Quantity::Temperature, Level::Pressure(850.0), 60, 80, 258.0),
        (Quantity::TerrainHeight, Level::Surface, 35, 25, 1891.0),
        (Quantity::SurfacePressure, Level::Surface, 35, 25, 81_418.0),
        (Quantity::WindX10m, Level::Surface, 55, 40, -3.0),
    ];
    has_points(&mut source, &points);
}

#[test]
fn forecasts_become_meteorology() {
    let Some(path) = real("gfs_2p5deg_20111008T00_f072.grib2") else {
        return;
    };
    let sources = open(&path).unwrap();
    let sources = sources
        .into_iter()
        .map(|source| Box::new(source) as Box<dyn FieldSource>);
    let mut met = Collection::new(sources.collect()).unwrap();
    assert_eq!(met.description().times, [UtcTime::parse("2011-10-11T00:00").unwrap()]);
    assert_eq!(met.forecast_hours(), [Some(72)]);
    let snapshot = met.read(0).unwrap();
    // the plateau of Tibet; the mean flux of heat of the six hours before
    let value = |name: &str, y: usize, x: usize| f64::from(snapshot.field(0, name).unwrap()[(y, x)]);
    assert!((value("PRSS", 50, 35) - 559.503).abs() < 1e-3);
    assert!((value("SHTF", 30, 12) + 11.2).abs() < 1e-5);
}
