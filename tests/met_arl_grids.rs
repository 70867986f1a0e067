//! The same weather on every grid and vertical coordinate of the ARL format moves particles in the same way.
#![allow(clippy::unwrap_used)]

mod flights;

use std::path::Path;

use airshed::geo::LonLat;
use airshed::met::arl::write_arl;
use airshed::met::projection::{ConformalMap, MapAnchor, MetGrid};
use airshed::met::synthetic::{Air, Column, Weather, WeatherOptions};
use airshed::met::{MetDescription, RawField, RawSnapshot, VerticalCoordinate};
use airshed::mode::Mode;
use airshed::{MetStore, Trajectories, UtcTime};
use flights::{differences, fly};
use ndarray::Array2;

const SURFACE: [&str; 11] = [
    "PRSS", "SHGT", "T02M", "RH2M", "U10M", "V10M", "USTR", "SHTF", "LHTF", "PBLH", "DSWF",
];
const ALOFT: [&str; 7] = ["HGTS", "PRES", "TEMP", "UWND", "VWND", "WWND", "RELH"];
const LEVELS: usize = 32;
const CENTRE: LonLat = LonLat {
    lon_deg: 4.0,
    lat_deg: 52.0,
};

fn start() -> UtcTime {
    UtcTime::parse("2019-09-21T00:00").unwrap()
}

/// σ of a level, denser near the ground.
fn sigma(level: usize) -> f64 {
    let share = (level as f64 - 0.5) / LEVELS as f64;
    1.0 - 0.1 * share - 0.84 * share.powf(1.7)
}

/// A pressure coordinate of two digits each before and behind the point, as files of flag 4 hold it.
fn hybrid(level: usize) -> f64 {
    let offset = (80.0 * (1.0 - sigma(level)).powi(2)).floor();
    offset + (sigma(level) - offset / 1013.25).clamp(0.0, 0.9999)
}

fn level_value(vertical: VerticalCoordinate, level: usize) -> f64 {
    match vertical {
        VerticalCoordinate::Sigma { .. } | VerticalCoordinate::WrfEta => sigma(level),
        VerticalCoordinate::Pressure => 1025.0 * sigma(level),
        VerticalCoordinate::TerrainHeight => 8000.0 * -(sigma(level) * 0.999).ln(),
        VerticalCoordinate::Hybrid => hybrid(level),
    }
}

/// Pressure of a level, Pa.
fn pressure_pa(vertical: VerticalCoordinate, value: f64, column: &Column<'_>) -> f64 {
    let surface_pa = column.surface().pressure_pa;
    match vertical {
        VerticalCoordinate::Sigma { offset_hpa } => 100.0 * offset_hpa + (surface_pa - 100.0 * offset_hpa) * value,
        VerticalCoordinate::Pressure => 100.0 * value,
        VerticalCoordinate::Hybrid => 100.0 * value.trunc() + surface_pa * value.fract(),
        VerticalCoordinate::WrfEta => 5000.0 + (surface_pa - 5000.0) * value,
        VerticalCoordinate::TerrainHeight => {
            let (mut high, mut low) = (surface_pa, 100.0);
            for _ in 0..40 {
                let middle = 0.5 * (high + low);
                if column.air(middle).height_m > value {
                    low = middle
                } else {
                    high = middle
                }
            }
            0.5 * (high + low)
        }
    }
}

struct Sampled {
    description: MetDescription,
    weather: Weather,
}

impl Sampled {
    fn new(grid: MetGrid, vertical: VerticalCoordinate) -> Self {
        let options = WeatherOptions {
            start: start(),
            ..WeatherOptions::default()
        };
        let needs_pressure = matches!(vertical, VerticalCoordinate::TerrainHeight | VerticalCoordinate::WrfEta);
        let kept = |name: &&&str| match **name {
            "PRES" => needs_pressure,
            "HGTS" => vertical == VerticalCoordinate::Pressure,
            _ => true,
        };
        let aloft: Vec<String> = ALOFT.iter().filter(kept).map(ToString::to_string).collect();
        let mut variables = vec![SURFACE.map(str::to_owned).to_vec()];
        variables.extend((0..LEVELS).map(|_| aloft.clone()));
        Self {
            description: MetDescription {
                source: "weather".into(),
                model: "IDEA".into(),
                grid,
                vertical,
                levels: std::iter::once(0.0)
                    .chain((1..=LEVELS).map(|k| level_value(vertical, k)))
                    .collect(),
                variables,
                times: (0..=4).map(|k| start().plus_hours(3 * k)).collect(),
            },
            weather: Weather::new(options).unwrap(),
        }
    }

    fn at(&self, time: UtcTime) -> RawSnapshot {
        let grid = &self.description.grid;
        let shape = (grid.ny, grid.nx);
        let mut fields: Vec<RawField> = Vec::new();
        for (level, names) in self.description.variables.iter().enumerate() {
            let blank = |name: &String| RawField {
                level,
                name: name.clone(),
                values: Array2::zeros(shape),
            };
            fields.extend(names.iter().map(blank));
        }
        for j in 0..grid.ny {
            for i in 0..grid.nx {
                let (x, y) = (i as f64, j as f64);
                let column = self.weather.column(grid.place_at(x, y), time);
                let turn = |u: f64, v: f64| grid.grid_wind(x, y, u, v);
                let mut airs: Vec<Option<(f64, Air)>> = vec![None; LEVELS + 1];
                for field in &mut fields {
                    field.values[(j, i)] = match field.level {
                        0 => surface_value(&column, &field.name, turn),
                        level => {
                            let (pressure, air) = airs[level].get_or_insert_with(|| {
                                let pressure =
                                    pressure_pa(self.description.vertical, self.description.levels[level], &column);
                                (pressure, column.air(pressure))
                            });
                            air_value(*pressure, air, &field.name, turn)
                        }
                    } as f32;
                }
            }
        }
        RawSnapshot {
            time,
            forecast_hour: 0,
            fields,
        }
    }

    /// Through a file, packed.
    fn fly(&self, folder: &Path, mode: Mode) -> Trajectories {
        let path = folder.join("weather.arl");
        let times = self.description.times.clone();
        write_arl(
            &path,
            &self.description,
            times.into_iter().map(|time| Ok(self.at(time))),
        )
        .unwrap();
        fly(
            &MetStore::open_with_index(&[path.to_str().unwrap()], None).unwrap(),
            mode,
            start(),
            12,
        )
    }
}

fn surface_value(column: &Column<'_>, name: &str, turn: impl Fn(f64, f64) -> (f64, f64)) -> f64 {
    let surface = column.surface();
    match name {
        "PRSS" => surface.pressure_pa / 100.0,
        "T02M" => surface.temperature_k,
        "RH2M" => surface.humidity_percent,
        "U10M" => turn(surface.u_m_s, surface.v_m_s).0,
        "V10M" => turn(surface.u_m_s, surface.v_m_s).1,
        "USTR" => surface.friction_velocity_m_s,
        "SHTF" => surface.sensible_heat_w_m2,
        "LHTF" => surface.latent_heat_w_m2,
        "PBLH" => surface.mixing_height_m,
        "DSWF" => surface.sunlight_w_m2,
        _ => 0.0,
    }
}

fn air_value(pressure_pa: f64, air: &Air, name: &str, turn: impl Fn(f64, f64) -> (f64, f64)) -> f64 {
    match name {
        "HGTS" => air.height_m,
        "PRES" => pressure_pa / 100.0,
        "TEMP" => air.temperature_k,
        "UWND" => turn(air.u_m_s, air.v_m_s).0,
        "VWND" => turn(air.u_m_s, air.v_m_s).1,
        "WWND" => air.omega_pa_s / 100.0,
        _ => air.humidity_percent,
    }
}

fn lat_lon() -> MetGrid {
    MetGrid::lat_lon(
        41,
        29,
        LonLat {
            lon_deg: -6.0,
            lat_deg: 45.0,
        },
        0.5,
        0.5,
    )
    .unwrap()
}

/// 45-km cells around the centre; the y axis points north at 10 W, so that winds must be turned.
fn conformal(tangent_lat_deg: f64) -> MetGrid {
    let anchor = MapAnchor {
        x: 18.0,
        y: 18.0,
        place: CENTRE,
    };
    let reference = LonLat {
        lon_deg: -10.0,
        lat_deg: 52.0,
    };
    let map = ConformalMap::new(tangent_lat_deg, reference, 45_000.0, 0.0, anchor).unwrap();
    MetGrid::conformal(37, 37, map).unwrap()
}

fn check(cases: &[(&str, MetGrid, VerticalCoordinate)], bound: f64) {
    let folder = tempfile::tempdir().unwrap();
    for mode in [Mode::Parity, Mode::Physics] {
        let flight = |grid: &MetGrid, vertical| Sampled::new(grid.clone(), vertical).fly(folder.path(), mode);
        let reference = flight(&lat_lon(), VerticalCoordinate::Sigma { offset_hpa: 0.0 });
        for (name, grid, vertical) in cases {
            let apart = differences(&flight(grid, *vertical), &reference);
            eprintln!("{mode:?} {name}: {apart:.2?}");
            assert!(
                apart.iter().all(|errors| *errors < bound),
                "{mode:?} {name}: {apart:?} standard errors"
            );
        }
    }
}

/// 400 particles: the largest of 37 differences of means is below 4 standard errors but once in 400 such sets.
#[test]
fn on_each_grid() {
    let sigma = VerticalCoordinate::Sigma { offset_hpa: 0.0 };
    check(
        &[
            ("Lambert", conformal(50.0), sigma),
            ("polar stereographic", conformal(90.0), sigma),
            ("Mercator", conformal(0.0), sigma),
        ],
        4.0,
    );
}

#[test]
fn on_each_vertical_coordinate() {
    let on = |name, vertical| (name, lat_lon(), vertical);
    check(
        &[
            on("sigma with an offset", VerticalCoordinate::Sigma { offset_hpa: 50.0 }),
            on("pressure", VerticalCoordinate::Pressure),
            on("terrain-following height", VerticalCoordinate::TerrainHeight),
            on("hybrid", VerticalCoordinate::Hybrid),
            on("eta", VerticalCoordinate::WrfEta),
        ],
        4.0,
    );
}
