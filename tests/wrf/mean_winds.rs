//! Winds that are means over the interval before a time.

use std::path::PathBuf;

use airshed::geo::LonLat;
use airshed::met::projection::MetGrid;
use airshed::met::snapshot::U;
use airshed::met::store::{MetOptions, MetStore};
use airshed::met::wrf::{WrfOptions, WrfReader, WrfWinds};
use airshed::met::{MetDescription, MetReader, RawField, RawSnapshot, VerticalCoordinate, WindTimes};
use airshed::{Result, UtcTime};
use ndarray::Array2;

use crate::air::{PLAIN, Plain, SCALE_M, place, start};
use crate::wrf_file::map::Map;
use crate::wrf_file::{Atmosphere, WrfGrid, write};

/// A westerly of 10 m/s times the number of the met time; 280 K plus that number.
struct Steps(MetDescription, WindTimes);

impl Steps {
    fn new(wind_times: WindTimes) -> Self {
        let names = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
        let grid = MetGrid::lat_lon(9, 9, place(0.0, 45.0), 0.5, 0.5).unwrap();
        let levels = [0.0, 990.0, 900.0, 700.0, 400.0, 100.0];
        let mut variables = vec![names(&["PRSS", "T02M"])];
        variables.resize(levels.len(), names(&["TEMP", "UWND", "VWND"]));
        let description = MetDescription {
            source: PathBuf::from("steps"),
            model: "STEP".into(),
            grid,
            vertical: VerticalCoordinate::Pressure,
            levels: levels.to_vec(),
            variables,
            times: (0..4).map(|k| start().plus_hours(3 * k)).collect(),
        };
        Self(description, wind_times)
    }
}

impl MetReader for Steps {
    fn description(&self) -> &MetDescription {
        &self.0
    }

    fn wind_times(&self) -> WindTimes {
        self.1
    }

    fn read(&mut self, time_index: usize) -> Result<RawSnapshot> {
        let step = time_index as f32;
        let value = |name: &str| match name {
            "PRSS" => 1010.0,
            "UWND" => 10.0 * step,
            "VWND" => 0.0,
            _ => 280.0 + step,
        };
        let fields = self.0.variables.iter().enumerate().flat_map(|(level, names)| {
            names.iter().map(move |name| RawField {
                level,
                name: name.clone(),
                values: Array2::from_elem((9, 9), value(name)),
            })
        });
        Ok(RawSnapshot {
            time: self.0.time(time_index)?,
            forecast_hour: 0,
            fields: fields.collect(),
        })
    }
}

/// Wind, m/s, at both ends of the window that holds `hour`.
fn winds(store: &MetStore, hour: f64, forward: bool) -> [f64; 2] {
    let time = UtcTime::from_seconds(start().seconds() + (3600.0 * hour) as i64);
    let window = store.window(time, forward, &Default::default()).unwrap();
    let nest = &window.nests[0];
    [&nest.before, &nest.after].map(|snapshot| {
        let column = snapshot.column(4, 4);
        f64::from(column.fields[5][U] / column.surface.cells_per_m_x).round()
    })
}

#[test]
fn mean_winds_serve_the_whole_interval_before_their_time_in_both_directions() {
    let store = |wind_times| MetStore::from_readers(vec![Box::new(Steps::new(wind_times))]).unwrap();
    let (usual, mean) = (store(WindTimes::AtTheTime), store(WindTimes::IntervalBefore));
    for forward in [true, false] {
        assert_eq!(winds(&usual, 4.0, forward), [10.0, 20.0]);
        assert_eq!(winds(&mean, 4.0, forward), [20.0, 20.0]);
        assert_eq!(winds(&mean, 1.0, forward), [10.0, 10.0]);
        assert_eq!(winds(&mean, 8.9, forward), [30.0, 30.0]);
    }
    // exactly at a time the direction decides
    assert_eq!(winds(&mean, 3.0, true), [20.0, 20.0]);
    assert_eq!(winds(&mean, 3.0, false), [10.0, 10.0]);
    // all else is that of the time itself
    let window = mean.window(start().plus_hours(4), true, &Default::default()).unwrap();
    assert_eq!(window.nests[0].before.time, start().plus_hours(3));
    let dense =
        |snapshot: &airshed::met::snapshot::Snapshot| snapshot.column(4, 4).fields[5][airshed::met::snapshot::DENSITY];
    let ratio = dense(&window.nests[0].before) / dense(&window.nests[0].after);
    assert!((f64::from(ratio) - 282.0 / 281.0).abs() < 1e-3, "{ratio}");
}

fn grid(map: Map) -> WrfGrid {
    WrfGrid {
        mean_fluxes: true,
        ..WrfGrid::new(map, (12, 9), 20_000.0, place(4.0, 50.0))
    }
}

/// dz/dt of flow along η with dη/dt from the atmosphere, on the levels of the file.
fn rise_m_s(grid: &WrfGrid, found: &MetGrid, air: &Plain, (k, y, x): (usize, usize, usize)) -> f64 {
    let at = |x: usize, y: usize| grid.place(x as f64, y as f64);
    let face_m = |place: LonLat, k: usize| {
        let pressure_pa = grid.pressure_pa(grid.eta[k], air.ground(place, start()).pressure_pa);
        SCALE_M * (1e5 / pressure_pa).ln()
    };
    let middle_m = |place| 0.5 * (face_m(place, k) + face_m(place, k + 1));
    let depth_m = face_m(at(x, y), k + 1) - face_m(at(x, y), k);
    let rate = 0.5 * (air.eta_rate(grid.eta[k]) + air.eta_rate(grid.eta[k + 1]));
    let (dx_m, dy_m) = found.cell_size_m(x as f64, y as f64);
    let slope_x = (middle_m(at(x + 1, y)) - middle_m(at(x - 1, y))) / (2.0 * dx_m);
    let slope_y = (middle_m(at(x, y + 1)) - middle_m(at(x, y - 1))) / (2.0 * dy_m);
    let (u, v) = found.grid_wind(x as f64, y as f64, air.wind_m_s[0], air.wind_m_s[1]);
    rate * depth_m / (grid.eta[k + 1] - grid.eta[k]) + u * slope_x + v * slope_y
}

#[test]
fn mass_fluxes_give_back_the_winds_that_made_them() {
    let lambert = Map::Lambert {
        lat1: 30.0,
        lat2: 60.0,
        lon: 10.0,
    };
    let air = Plain { hill_m: 300.0, ..PLAIN };
    for (map, hybrid) in [(lambert, false), (lambert, true), (Map::LatLon, true)] {
        let grid = WrfGrid { hybrid, ..grid(map) };
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("wrfout_d01");
        write(&path, &grid, &air, &[start()]);
        let read = |winds| {
            let mut reader = WrfReader::open_with(&path, WrfOptions { winds }).unwrap();
            let raw = reader.read(0).unwrap();
            (reader, raw)
        };
        let (plain, instantaneous) = read(WrfWinds::Instantaneous);
        let (reader, mean) = read(WrfWinds::TimeAveraged);
        assert_eq!(plain.wind_times(), WindTimes::AtTheTime);
        assert_eq!(reader.wind_times(), WindTimes::IntervalBefore);
        let found = &reader.description().grid;
        for (k, y, x) in (0..10).flat_map(|k| (1..8).flat_map(move |y| (1..11).map(move |x| (k, y, x)))) {
            let at = |raw: &RawSnapshot, name: &str| f64::from(raw.field(k + 1, name).unwrap()[(y, x)]);
            for name in ["UWND", "VWND"] {
                // the column on a face is the mean of its neighbours': second order in the slope of the hill
                let miss = at(&mean, name) - at(&instantaneous, name);
                assert!(miss.abs() < 0.02, "{name} {miss} at {k} {y} {x}");
            }
            let (rise, expected) = (at(&mean, "DZDT"), rise_m_s(&grid, found, &air, (k, y, x)));
            // geopotential in single precision leaves 2 mm over two cells of 20 km, times 8 m/s, and the winds' own misses
            assert!(
                (rise - expected).abs() < 2e-4 + 2e-3 * expected.abs(),
                "{rise} {expected} at {k} {y} {x}"
            );
        }
    }
}

#[test]
fn mean_winds_of_files_are_chosen_in_a_store_and_refused_where_the_file_has_none() {
    let dir = tempfile::tempdir().unwrap();
    let lat_lon = grid(Map::LatLon);
    let without = WrfGrid {
        mean_fluxes: false,
        ..lat_lon.clone()
    };
    let (with_path, without_path) = (dir.path().join("with"), dir.path().join("without"));
    let times = [start(), start().plus_hours(1)];
    write(&with_path, &lat_lon, &PLAIN, &times);
    write(&without_path, &without, &PLAIN, &times);
    let options = MetOptions {
        wrf_winds: WrfWinds::TimeAveraged,
        ..MetOptions::default()
    };
    let store = MetStore::open_with(&[with_path.to_str().unwrap()], &options).unwrap();
    assert_eq!((store.files().len(), store.nests()[0].times.len()), (1, 2));
    store.window(start(), true, &Default::default()).unwrap();
    let refused = MetStore::open_with(&[without_path.to_str().unwrap()], &options)
        .err()
        .unwrap();
    assert!(refused.to_string().contains("do_avgflx_em"), "{refused}");
}
