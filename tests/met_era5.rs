//! ERA5 as users have it: the files are understood, and the weather in them moves particles as it does from other formats.
#![cfg(feature = "netcdf")]
#![allow(clippy::unwrap_used)]

mod flights;
mod weather_files;

use std::path::{Path, PathBuf};

use airshed::met::derive::MixingHeight;
use airshed::met::synthetic::{SyntheticWeather, WeatherOptions};
use airshed::met::{MetReader, RawSnapshot, VerticalCoordinate};
use airshed::mode::Mode;
use airshed::{MetStore, UtcTime};
use flights::{differences, fly, fly_with};
use weather_files::{
    Case, Fluxes, Layout, MODEL_LEVELS, file, model_levels, pressure_levels, single_levels, small, start,
};

fn pattern(folder: &Path) -> String {
    folder.join("*.nc").to_string_lossy().into_owned()
}

fn open(folder: &Path) -> MetStore {
    MetStore::open_with_index(&[pattern(folder)], None).unwrap()
}

fn problem(folder: &Path) -> String {
    MetStore::open_with_index(&[pattern(folder)], None)
        .err()
        .unwrap()
        .to_string()
}

/// Files of the new layout; the reader that holds them, and the same weather without files.
fn era5(case: &Case, layout: Layout, fluxes: Fluxes) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    pressure_levels(&folder.path().join("levels.nc"), case, layout);
    single_levels(folder.path(), case, layout, fluxes);
    folder
}

fn direct(case: &Case) -> MetStore {
    let times = &case.times;
    let hours = (times[times.len() - 1].seconds() - times[0].seconds()) / 3600;
    let options = WeatherOptions {
        start: start(),
        hours,
        interval_h: hours / (times.len() as i64 - 1),
        ..small()
    };
    MetStore::from_readers(vec![Box::new(SyntheticWeather::new(options).unwrap())]).unwrap()
}

#[test]
fn the_three_files_of_a_download_are_one_meteorology() {
    let case = Case::new(6, 3);
    let folder = era5(&case, Layout::New, Fluxes::Accumulated);
    let met = open(folder.path());
    let [nest] = met.nests() else {
        panic!("{} nests", met.nests().len())
    };
    assert_eq!((nest.levels.len() - 1, nest.times.len()), (28, 3));
    assert_eq!(nest.vertical, VerticalCoordinate::Pressure);
    assert_eq!(nest.variables[1].join(" "), "UWND VWND TEMP RELH WWND HGTS");
    let surface = nest.variables[0].join(" ");
    for name in [
        "PRSS", "SHGT", "T02M", "U10M", "V10M", "PBLH", "USTR", "UMOF", "SHTF", "LHTF", "RH2M",
    ] {
        assert!(surface.contains(name), "{name} in {surface}");
    }
    assert_eq!(met.files().len(), 3);
    assert_eq!(nest.model, "ECMW");
}

#[test]
fn levels_alone_can_be_used_and_the_ground_alone_is_refused() {
    let case = Case::new(3, 3);
    let folder = tempfile::tempdir().unwrap();
    let ground = single_levels(folder.path(), &case, Layout::New, Fluxes::Accumulated);
    let text = problem(folder.path());
    assert!(
        text.contains("no field UWND, VWND and TEMP")
            && text.contains("PRSS")
            && text.contains("pressure or model levels"),
        "{text}"
    );
    ground.iter().for_each(|path| std::fs::remove_file(path).unwrap());
    pressure_levels(&folder.path().join("levels.nc"), &case, Layout::New);
    assert!(open(folder.path()).nests()[0].variables[0].is_empty());
}

#[test]
fn every_field_is_that_of_the_weather_to_the_last_bits() {
    let case = Case::new(6, 3);
    let folder = era5(&case, Layout::New, Fluxes::Instantaneous);
    let options = WeatherOptions {
        start: start(),
        hours: 6,
        interval_h: 3,
        ..small()
    };
    let mut direct = SyntheticWeather::new(options).unwrap();
    for time_index in 0..3 {
        let (found, expected) = (read(folder.path(), time_index), direct.read(time_index).unwrap());
        assert_eq!(found.time, expected.time);
        for field in expected
            .fields
            .iter()
            .filter(|field| !["MSLP", "DSWF"].contains(&field.name.as_str()))
        {
            let values = found
                .field(field.level, &field.name)
                .unwrap_or_else(|| panic!("no {}", field.name));
            let largest = field
                .values
                .iter()
                .fold(0f32, |largest, value| largest.max(value.abs()));
            for (found, expected) in values.iter().zip(&field.values) {
                // 3e-7: geopotential to height; humidity goes through the dew point, 1e-5
                let tolerance = if field.name == "RH2M" { 1e-5 } else { 3e-7 };
                assert!(
                    (found - expected).abs() <= tolerance * largest,
                    "{} {found} {expected}",
                    field.name
                );
            }
        }
    }
}

#[test]
fn era5_moves_particles_as_the_weather_that_it_was_written_from() {
    let case = Case::new(12, 3);
    let folder = era5(&case, Layout::New, Fluxes::Instantaneous);
    for mode in [Mode::Parity, Mode::Physics] {
        let apart = differences(
            &fly(&open(folder.path()), mode, start(), 12),
            &fly(&direct(&case), mode, start(), 12),
        );
        assert!(
            apart.iter().all(|errors| *errors < 4.0),
            "{mode:?}: {apart:?} standard errors"
        );
    }
}

/// 16-bit packing resolves 1/65,000 of the span of a variable over all levels: 0.001 m s⁻¹, 0.002 K, 4 m of height.
#[test]
fn the_old_layout_differs_by_its_packing_only() {
    let case = Case::new(6, 3);
    let folders = [Layout::New, Layout::Old].map(|layout| era5(&case, layout, Fluxes::Accumulated));
    let [new, old] = folders.each_ref().map(|folder| read(folder.path(), 1));
    assert_eq!(new.fields.len(), old.fields.len());
    for field in &new.fields {
        let span = match field.name.as_str() {
            "HGTS" => 20_000.0,
            "TEMP" => 100.0,
            "UWND" | "VWND" => 100.0,
            "RELH" => 100.0,
            _ => continue,
        };
        for (packed, value) in old.field(field.level, &field.name).unwrap().iter().zip(&field.values) {
            assert!(
                (packed - value).abs() <= span / 65_000.0,
                "{} {packed} {value}",
                field.name
            );
        }
    }
    let [new, old] = folders
        .each_ref()
        .map(|folder| fly(&open(folder.path()), Mode::Parity, start(), 6));
    let apart = differences(&new, &old);
    assert!(apart.iter().all(|errors| *errors < 4.0), "{apart:?} standard errors");
}

fn read(folder: &Path, time_index: usize) -> RawSnapshot {
    let paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    let containers = paths
        .iter()
        .map(|path| airshed::met::cf::open_netcdf(path).unwrap())
        .collect();
    airshed::met::cf::read_containers(containers, &Default::default()).unwrap()[0]
        .read(time_index)
        .unwrap()
}

/// The hourly sums of ERA5 end at their time: taken as they stand they would lag by half an hour, 35 W m⁻² in the morning.
#[test]
fn accumulated_fluxes_point_up_and_do_not_lag() {
    let case = Case::new(12, 1);
    let folder = era5(&case, Layout::New, Fluxes::Accumulated);
    let mut steepest = 0f64;
    for hour in 1..12_usize {
        let snapshot = read(folder.path(), hour);
        let place = airshed::geo::LonLat {
            lon_deg: case.lons[10],
            lat_deg: case.lats[case.lats.len() - 1 - 8],
        };
        let at = |minutes: i64| {
            case.weather
                .column(place, snapshot.time.plus_seconds(60 * minutes))
                .surface()
        };
        let found = snapshot.field(0, "SHTF").unwrap()[(8, 10)];
        // the mean over the two hours around differs from the value by a twelfth of the second difference over an hour, twice
        let bend = at(60).sensible_heat_w_m2 - 2.0 * at(0).sensible_heat_w_m2 + at(-60).sensible_heat_w_m2;
        let apart = f64::from(found) - at(0).sensible_heat_w_m2;
        assert!(
            apart.abs() <= bend.abs() / 4.0 + 0.5,
            "{hour} h: {apart} W m-2, bend {bend}"
        );
        let stress = snapshot.field(0, "UMOF").unwrap()[(8, 10)];
        assert!(
            (f64::from(stress) - at(0).stress_n_m2.0).abs() < 0.02,
            "{hour} h: {stress} N m-2"
        );
        steepest = steepest.max(at(0).sensible_heat_w_m2 - at(-30).sensible_heat_w_m2);
    }
    assert!(
        steepest > 20.0,
        "the test must see a steep morning: {steepest} W m-2 in half an hour"
    );
}

#[test]
fn model_levels_stand_where_the_coefficients_put_them() {
    let case = Case {
        humid: false,
        ..Case::new(3, 3)
    };
    let folder = tempfile::tempdir().unwrap();
    let numbers: Vec<f64> = (1..=MODEL_LEVELS).map(|k| k as f64).collect();
    model_levels(&folder.path().join("levels.nc"), &case, &numbers);
    single_levels(folder.path(), &case, Layout::New, Fluxes::Accumulated);
    let snapshot = read(folder.path(), 0);
    let surface = snapshot.field(0, "PRSS").unwrap();
    let (j, i) = (5, 7);
    let place = airshed::geo::LonLat {
        lon_deg: case.lons[i],
        lat_deg: case.lats[case.lats.len() - 1 - j],
    };
    let column = case.weather.column(place, snapshot.time);
    let mut before = 0.0;
    for level in 1..=MODEL_LEVELS {
        let pressure = f64::from(snapshot.field(level, "PRES").unwrap()[(j, i)]);
        let height = f64::from(snapshot.field(level, "HGTS").unwrap()[(j, i)]);
        assert!(pressure < f64::from(surface[(j, i)]) && height > before);
        // the model's sums against the exact integral: the temperature of a layer stands for all of it
        let exact = column.air(100.0 * pressure).height_m;
        assert!(
            (height - exact).abs() < 2.0 + 4e-3 * exact,
            "level {level}: {height} m for {exact} m"
        );
        before = height;
    }
    let lowest = f64::from(snapshot.field(1, "HGTS").unwrap()[(j, i)]);
    assert!((5.0..30.0).contains(&lowest), "{lowest} m");
}

/// Pressure levels 25 hPa apart and model levels from 10 m up know a different boundary layer. Parity mode finds another
/// mixing height in it by its Richardson number, and another set of internal levels: seven standard errors of 400 particles;
/// with the mixing height of the file, and in physics mode either way, the ensembles are the same.
#[test]
fn model_levels_move_particles_as_pressure_levels_do() {
    let case = Case {
        humid: false,
        ..Case::new(12, 3)
    };
    let (by_pressure, by_model) = (
        era5(&case, Layout::New, Fluxes::Accumulated),
        tempfile::tempdir().unwrap(),
    );
    let numbers: Vec<f64> = (1..=MODEL_LEVELS).map(|k| k as f64).collect();
    model_levels(&by_model.path().join("levels.nc"), &case, &numbers);
    single_levels(by_model.path(), &case, Layout::New, Fluxes::Accumulated);
    for mode in [Mode::Parity, Mode::Physics] {
        for mixing in [MixingHeight::Richardson, MixingHeight::FromFile] {
            let flights =
                [&by_pressure, &by_model].map(|folder| fly_with(&open(folder.path()), (mode, mixing), start(), 12));
            let apart = differences(&flights[0], &flights[1]);
            let profile_alone = mode == Mode::Parity && mixing == MixingHeight::Richardson;
            let bound = if profile_alone { 12.0 } else { 4.0 };
            assert!(
                apart.iter().all(|errors| *errors < bound),
                "{mode:?} {mixing:?}: {apart:?} standard errors"
            );
        }
    }
}

#[test]
fn a_subset_of_levels_must_reach_the_ground() {
    let case = Case {
        humid: false,
        ..Case::new(3, 3)
    };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("levels.nc");
    let upper: Vec<f64> = (1..MODEL_LEVELS).map(|k| k as f64).collect();
    model_levels(&path, &case, &upper);
    let text = problem(folder.path());
    assert!(text.contains("level 60, the lowest, is needed"), "{text}");
    let lower: Vec<f64> = (30..=MODEL_LEVELS).map(|k| k as f64).collect();
    model_levels(&path, &case, &lower);
    let met = open(folder.path());
    assert_eq!(met.nests()[0].levels.len() - 1, 31);
    assert!(met.nests()[0].variables[1].contains(&"HGTS".to_owned()));
}

#[test]
fn preliminary_and_final_data_in_one_file_fill_each_other() {
    let case = Case::new(3, 3);
    let folder = tempfile::tempdir().unwrap();
    pressure_levels(&folder.path().join("levels.nc"), &case, Layout::Old);
    let path = folder.path().join("ground.nc");
    let mut ground = file(&path, &case, Layout::Old, None);
    ground.add_dimension("expver", 2).unwrap();
    let points = case.lats.len() * case.lons.len();
    // the first time is final, the second preliminary
    let values: Vec<f64> = (0..4 * points)
        .map(|k| match k / points {
            0 => 101_000.0,
            3 => 102_000.0,
            _ => f64::NAN,
        })
        .collect();
    weather_files::add(
        &mut ground,
        "sp",
        &["time", "expver", "latitude", "longitude"],
        &[("units", "Pa")],
        &values,
    );
    drop(ground);
    for (time_index, expected) in [(0, 1010.0), (1, 1020.0)] {
        let snapshot = read(folder.path(), time_index);
        assert!(snapshot.field(0, "PRSS").unwrap().iter().all(|&p| p == expected));
    }
}

#[test]
fn the_real_file_of_the_data_store_is_read_as_it_is() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/met/era5_cds_layout_pl.nc");
    if !path.exists() {
        eprintln!("skipped: no ../shared/met/era5_cds_layout_pl.nc");
        return;
    }
    let mut reader =
        airshed::met::cf::read_containers(vec![airshed::met::cf::open_netcdf(&path).unwrap()], &Default::default())
            .unwrap()
            .remove(0);
    assert_eq!(
        reader.description().times,
        [UtcTime::parse("2020-02-23T16:00").unwrap()]
    );
    let snapshot = reader.read(0).unwrap();
    // values from netCDF4-python: u, v, t at 850 hPa (index 6), z/9.80665 at 1000 hPa; latitude index 0 is 54 N
    let held = netcdf::open(&path).unwrap();
    for (ours, theirs, scale) in [
        ("UWND", "u", 1.0),
        ("VWND", "v", 1.0),
        ("TEMP", "t", 1.0),
        ("HGTS", "z", 9.80665),
    ] {
        let values: Vec<f32> = held
            .variable(theirs)
            .unwrap()
            .get_values((0..1, 6..7, 0..97, 0..101))
            .unwrap();
        let found = snapshot.field(7, ours).unwrap();
        for (j, i) in [(0, 0), (96, 0), (40, 71), (96, 100)] {
            let expected = values[(96 - j) * 101 + i] / scale;
            assert!(
                (found[(j, i)] - expected).abs() <= 1e-6 * expected.abs(),
                "{ours} at {j}, {i}"
            );
        }
    }
}
