//! Columns are made when a particle first needs them: the same ones in whatever order, and never a bad one unnoticed.
#![allow(clippy::unwrap_used)]

mod analytic;

use std::ops::ControlFlow;

use airshed::geo::LonLat;
use airshed::met::MetReader;
use airshed::met::derive::{DeriveOptions, derive};
use airshed::met::projection::MetGrid;
use airshed::met::snapshot::Snapshot;
use airshed::met::{RawSnapshot, VerticalCoordinate};
use airshed::mode::Mode;
use airshed::transport::{Place, conditions};
use airshed::{Error, MetStore, Receptor, Result, TransportOptions, simulate};
use analytic::{Analytic, TEMPERATURE_K, pressure_hpa, scale_height_m, times};

const SURFACE: [&str; 6] = ["PRSS", "SHGT", "T02M", "USTR", "SHTF", "RGHS"];
const ALOFT: [&str; 4] = ["TEMP", "UWND", "VWND", "WWND"];
const LEVELS_HPA: [f64; 6] = [990.0, 950.0, 900.0, 800.0, 600.0, 300.0];
const MODES: [Mode; 2] = [Mode::Parity, Mode::Physics];

fn terrain_m(place: LonLat) -> f64 {
    150.0 * (1.0 + (0.31 * place.lon_deg).sin() * (0.17 * place.lat_deg).cos())
}

/// Hills, and winds that differ from column to column; `surface_hpa` alters the surface pressure at grid indices.
fn hilly(grid: MetGrid, surface_hpa: impl Fn((f64, f64), f64) -> f64 + Send + Sync + 'static) -> Analytic {
    let formula = move |name: &str, level_hpa: f64, at: (f64, f64), place: LonLat, _: f64| {
        let height_m = scale_height_m() * (1000.0 / level_hpa).ln();
        match name {
            "PRSS" => surface_hpa(at, pressure_hpa(terrain_m(place))),
            "SHGT" => terrain_m(place),
            "T02M" => TEMPERATURE_K,
            "TEMP" => TEMPERATURE_K - 0.002 * height_m,
            "UWND" => 2.0 + (0.2 * place.lat_deg).sin() + 1e-4 * height_m,
            "VWND" => 0.5 * (0.1 * place.lon_deg).cos(),
            "WWND" => 1e-4 * (0.3 * place.lon_deg).sin(),
            "USTR" => 0.3,
            "SHTF" => 40.0,
            "RGHS" => 0.1,
            _ => 0.0,
        }
    };
    let names: (&[&str], &[&str]) = (&SURFACE, &ALOFT);
    let vertical = VerticalCoordinate::Pressure;
    Analytic::new(grid, vertical, &LEVELS_HPA, names, times(3, 6), Box::new(formula))
}

fn corner(lon_deg: f64, lat_deg: f64) -> LonLat {
    LonLat { lon_deg, lat_deg }
}

fn region() -> MetGrid {
    MetGrid::lat_lon(31, 22, corner(0.0, 40.0), 0.5, 0.5).unwrap()
}

fn globe() -> MetGrid {
    MetGrid::lat_lon(36, 19, corner(0.0, -90.0), 10.0, 10.0).unwrap()
}

fn options(mode: Mode) -> DeriveOptions {
    DeriveOptions {
        mode,
        ..DeriveOptions::default()
    }
}

fn snapshot(air: &Analytic, raw: &RawSnapshot, mode: Mode) -> Snapshot {
    derive(air.description(), raw, &options(mode)).unwrap()
}

/// All numbers of a column, as bits.
fn bits(snapshot: &Snapshot, mode: Mode, (i, j): (usize, usize)) -> Vec<u32> {
    let flat = |fields: &[[f32; 8]]| fields.iter().flatten().map(|value| value.to_bits()).collect::<Vec<_>>();
    match mode {
        Mode::Parity => {
            let column = snapshot.column(i, j);
            let turbulence = column.turbulence.iter().flat_map(|t| [t.sigma_w_m_s, t.time_s]);
            let surface = [column.surface.mixing_height_m, column.surface.terrain_m];
            let rest = turbulence.chain(surface).map(f32::to_bits);
            flat(column.fields).into_iter().chain(rest).collect()
        }
        Mode::Physics => {
            let column = snapshot.native.column(i, j);
            let scales = [column.scales.mixing_height_m, column.scales.free_sigma_w_m_s];
            let rest = scales.map(f32::to_bits);
            flat(column.fields).into_iter().chain(rest).collect()
        }
    }
}

#[test]
fn a_column_is_the_same_whenever_and_by_whomever_it_is_made() {
    for (grid, mode) in [region(), globe()]
        .into_iter()
        .flat_map(|grid| MODES.map(|mode| (grid.clone(), mode)))
    {
        let mut air = hilly(grid.clone(), |_, hpa| hpa);
        let raw = air.read(0).unwrap();
        let places: Vec<_> = (0..grid.ny).flat_map(|j| (0..grid.nx).map(move |i| (i, j))).collect();
        let (in_order, together) = (snapshot(&air, &raw, mode), snapshot(&air, &raw, mode));
        let expected: Vec<_> = places.iter().map(|&at| bits(&in_order, mode, at)).collect();
        std::thread::scope(|scope| {
            for first in 0..4 {
                let (together, places, expected) = (&together, &places, &expected);
                scope.spawn(move || {
                    for step in 0..places.len() {
                        let k = (first * places.len() / 4 + 101 * step) % places.len();
                        assert_eq!(bits(together, mode, places[k]), expected[k], "{mode:?} {:?}", places[k]);
                    }
                });
            }
        });
        for k in (0..places.len()).step_by(37) {
            let alone = snapshot(&air, &raw, mode);
            assert_eq!(bits(&alone, mode, places[k]), expected[k], "{mode:?} {:?}", places[k]);
            assert!(alone.memory_bytes() < in_order.memory_bytes());
        }
    }
}

#[test]
fn columns_made_all_at_once_are_those_made_on_demand() {
    let mut air = hilly(region(), |_, hpa| hpa);
    let raw = air.read(0).unwrap();
    let weighing = DeriveOptions {
        mass_weight: true,
        ..DeriveOptions::default()
    };
    let all = derive(air.description(), &raw, &weighing).unwrap();
    let lazy = snapshot(&air, &raw, Mode::Parity);
    assert_eq!(all.mass_divergence.len(), 31 * 22 * all.levels.count());
    for at in (0..22).flat_map(|j| (0..31).map(move |i| (i, j))) {
        assert_eq!(bits(&all, Mode::Parity, at), bits(&lazy, Mode::Parity, at), "{at:?}");
    }
}

fn run(met: &MetStore, mode: Mode, lon_deg: f64) -> Result<()> {
    let receptor = Receptor::new(met.nests()[0].times[1], lon_deg, 45.0, 50.0)?;
    let options = TransportOptions {
        hours: -3,
        particles: 20,
        derive: options(mode),
        ..TransportOptions::default()
    };
    simulate(met, &receptor, &options, &|_| ControlFlow::Continue(())).map(drop)
}

#[test]
fn the_time_that_columns_take_is_counted_once() {
    for mode in MODES {
        let met = hilly(region(), |_, hpa| hpa).store();
        assert_eq!(met.column_seconds(), 0.0);
        run(&met, mode, 4.0).unwrap();
        let first = met.column_seconds();
        assert!(first > 0.0);
        run(&met, mode, 4.0).unwrap();
        assert_eq!(met.column_seconds(), first);
    }
}

/// At 2 to 3 m/s a plume of 3 h covers a cell or two of 0.5°.
#[test]
fn a_column_that_cannot_be_used_fails_the_runs_that_meet_it_and_says_which() {
    // the column beside the receptor, where all levels lie below the ground; and one in its cell without a number
    let high = |at: (f64, f64), hpa: f64| if at == (20.0, 10.0) { 200.0 } else { hpa };
    let missing = |at: (f64, f64), hpa: f64| if at == (20.0, 10.0) { f64::NAN } else { hpa };
    for mode in MODES {
        for (met, reason) in [
            (hilly(region(), high).store(), "every level lies below the ground"),
            (hilly(region(), missing).store(), ""),
        ] {
            run(&met, mode, 4.0).unwrap();
            let error = run(&met, mode, 10.2).unwrap_err();
            let text = error.to_string();
            assert!(matches!(error, Error::MetField { .. }), "{mode:?}: {text}");
            assert!(
                text.contains("column (21, 11)") && text.contains(reason),
                "{mode:?}: {text}"
            );
            let time = met.nests()[0].times[0];
            let place = |lon_deg: f64| Place {
                time,
                lon_deg,
                lat_deg: 45.0,
                height_agl_m: 50.0,
            };
            let error = conditions(&met, &[place(10.2)], &options(mode)).unwrap_err();
            assert!(matches!(error, Error::MetField { .. }), "{mode:?}: {error}");
        }
    }
}

/// Physics mode takes slopes from neighbours: a column beside a bad one is no better.
#[test]
fn a_column_beside_one_that_cannot_be_used_is_told_in_physics_mode() {
    let mut air = hilly(region(), |at, hpa| if at == (8.0, 8.0) { 200.0 } else { hpa });
    let raw = air.read(0).unwrap();
    let snapshot = snapshot(&air, &raw, Mode::Physics);
    snapshot.native.column(12, 8);
    snapshot.check().unwrap();
    // (7, 8) is in another tile than (8, 8)
    assert!(
        snapshot
            .native
            .column(7, 8)
            .fields
            .iter()
            .any(|level| level[3].is_nan())
    );
    let text = snapshot.check().unwrap_err().to_string();
    assert!(text.contains("column (9, 9)"), "{text}");
}
