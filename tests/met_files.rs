//! Meteorology from files, as a user has it: many files by pattern, an index between runs, overlaps, damage.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

use airshed::met::MetReader;
use airshed::met::arl::{ArlReader, write_arl};
use airshed::met::derive::DeriveOptions;
use airshed::met::store::MetStore;
use airshed::met::synthetic::{Domain, Flow, SurfaceState, SyntheticFlow, SyntheticWeather, WeatherOptions};
use airshed::time::UtcTime;

fn day(day: u8) -> UtcTime {
    UtcTime::from_calendar(2019, 6, day, 0, 0).unwrap()
}

/// Writes a uniform wind at 6-hourly times of `hours` after midnight.
fn write_day(path: &Path, start: UtcTime, hours: &[i64], u_m_s: f64, forecast_hour: i32) {
    let domain = Domain {
        west_deg: 0.0,
        south_deg: 48.0,
        spacing_deg: 0.5,
        nx: 41,
        ny: 31,
    };
    let times = hours.iter().map(|&hour| start.plus_hours(hour)).collect();
    let flow = Flow::Uniform { u_m_s, v_m_s: 0.0 };
    let mut reader = SyntheticFlow::new(flow, SurfaceState::default(), domain, times).unwrap();
    let description = reader.description().clone();
    let snapshots: Vec<_> = (0..hours.len())
        .map(|i| {
            let raw = reader.read(i);
            raw.map(|raw| airshed::met::RawSnapshot { forecast_hour, ..raw })
        })
        .collect();
    write_arl(path, &description, snapshots).unwrap();
}

fn pattern(dir: &Path, name: &str) -> String {
    dir.join(name).to_str().unwrap().to_owned()
}

fn mean_u_m_s(store: &MetStore, time: UtcTime) -> f64 {
    let window = store.window(time, true, &DeriveOptions::default()).unwrap();
    let snapshot = &window.nests[0].before;
    let column = snapshot.column(0, 0);
    let u_cells_s = column.fields[5][airshed::met::snapshot::U];
    f64::from(u_cells_s / column.surface.cells_per_m_x)
}

#[test]
fn daily_files_by_pattern_are_one_series_that_a_second_store_knows_from_its_index() {
    let dir = tempfile::tempdir().unwrap();
    let index: PathBuf = dir.path().join("index");
    for i in 20..26 {
        write_day(
            &dir.path().join(format!("met_{i}.arl")),
            day(i),
            &[0, 6, 12, 18],
            f64::from(i),
            0,
        );
    }
    let open = || MetStore::open_with_index(&[pattern(dir.path(), "met_*.arl")], Some(&index)).unwrap();
    for store in [open(), open()] {
        assert_eq!((store.files().len(), store.nests().len()), (6, 1));
        assert_eq!(store.nests()[0].times.len(), 24);
        assert!(store.warnings().is_empty(), "{:?}", store.warnings());
        assert!(store.covers(day(20), day(25).plus_hours(18)));
        // the wind of the day, packed to 1/256 of nothing: the value itself in f32
        assert!((mean_u_m_s(&store, day(23).plus_hours(7)) - 23.0).abs() < 1e-3);
        let file = &store.files()[0];
        assert_eq!(file.bytes, Some(std::fs::metadata(&file.path).unwrap().len()));
    }
    assert!(index.is_dir());
}

#[test]
fn where_files_overlap_the_shorter_forecast_serves() {
    let dir = tempfile::tempdir().unwrap();
    write_day(&dir.path().join("analysis.arl"), day(20), &[0, 6, 12], 5.0, 0);
    write_day(&dir.path().join("forecast.arl"), day(20), &[6, 12, 18], 9.0, 12);
    let store = MetStore::open_with_index(&[pattern(dir.path(), "*.arl")], None).unwrap();
    assert_eq!(store.nests()[0].times.len(), 4);
    let u_m_s = |hour| mean_u_m_s(&store, day(20).plus_hours(hour));
    assert!((u_m_s(6) - 5.0).abs() < 1e-3 && (u_m_s(18) - 9.0).abs() < 1e-3);
}

#[test]
fn a_truncated_file_gives_its_whole_times_and_a_warning() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("cut.arl");
    write_day(&path, day(20), &[0, 6, 12], 5.0, 0);
    let length = std::fs::metadata(&path).unwrap().len();
    std::fs::File::options()
        .write(true)
        .open(&path)
        .unwrap()
        .set_len(length - 100)
        .unwrap();
    let index = dir.path().join("index");
    for _ in 0..2 {
        let store = MetStore::open_with_index(&[path.to_str().unwrap()], Some(&index)).unwrap();
        assert_eq!(store.nests()[0].times, [day(20), day(20).plus_hours(6)]);
        assert!(
            store.warnings().iter().any(|text| text.contains("cut.arl")),
            "{:?}",
            store.warnings()
        );
    }
}

#[test]
fn a_file_that_changes_under_a_store_is_not_read_as_if_it_had_not() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("met.arl");
    write_day(&path, day(20), &[0, 6], 5.0, 0);
    let store = MetStore::open_with_index(&[path.to_str().unwrap()], None).unwrap();
    write_day(&path, day(21), &[0, 6], 5.0, 0);
    let refused = store
        .window(day(20), true, &DeriveOptions::default())
        .unwrap_err()
        .to_string();
    assert!(refused.contains("met.arl") && refused.contains("changed"), "{refused}");
}

#[test]
fn idealised_weather_survives_the_file_format() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("weather.arl");
    let options = WeatherOptions {
        hours: 6,
        spacing_deg: 1.0,
        ..WeatherOptions::default()
    };
    let mut weather = SyntheticWeather::new(options).unwrap();
    let description = weather.description().clone();
    write_arl(&path, &description, (0..3).map(|i| weather.read(i))).unwrap();
    let mut file = ArlReader::open(&path).unwrap();
    assert_eq!(file.description().times, description.times);
    let (exact, packed) = (weather.read(1).unwrap(), file.read(1).unwrap());
    // half of 1/128 of the power of two above the largest neighbour difference: 4 hPa, 4 K, 4 m/s at most on this grid
    for (level, name, tolerance) in [
        (0, "PRSS", 0.016),
        (6, "TEMP", 0.016),
        (6, "UWND", 0.016),
        (16, "VWND", 0.016),
    ] {
        let (a, b) = (exact.field(level, name).unwrap(), packed.field(level, name).unwrap());
        let worst = a.iter().zip(b.iter()).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(worst <= tolerance, "{name} on level {level}: {worst}");
    }
}

#[test]
fn real_files_of_several_kinds_open_together_finest_first() {
    let met = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/met");
    if !met.is_dir() {
        eprintln!("skipped: {} is not here", met.display());
        return;
    }
    let store = MetStore::open_with_index(&[pattern(&met, "*.arl")], None).unwrap();
    let models: Vec<&str> = store.nests().iter().map(|nest| nest.model.as_str()).collect();
    assert_eq!(models.len(), 3, "{models:?}");
    assert!(
        store
            .nests()
            .windows(2)
            .all(|pair| pair[0].grid.spacing_m() <= pair[1].grid.spacing_m())
    );
    let time = UtcTime::parse("2010-02-12T17:10").unwrap();
    let window = store.window(time, false, &DeriveOptions::default()).unwrap();
    assert_eq!(window.nests.len(), 1, "three regions, three decades");
    assert_eq!(window.start, UtcTime::parse("2010-02-12T15:00").unwrap());
    assert_eq!(window.end, UtcTime::parse("2010-02-12T18:00").unwrap());
    let text = store
        .window(day(20), false, &DeriveOptions::default())
        .unwrap_err()
        .to_string();
    assert!(text.contains("covers 2010-02-11T12:00Z to 2010-02-13T00:00Z"), "{text}");
}
