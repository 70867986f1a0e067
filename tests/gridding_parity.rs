//! The gridding and the near-field plume give what PYSTILT, the open port of STILT v2, gives for the same particles.
//!
//! `tests/reference/make_gridding.py` made the fixture.

#![cfg(feature = "netcdf")]
#![allow(clippy::unwrap_used)]

use airshed::footprint::{Footprint, grid_particles};
use airshed::grid::Grid;
use airshed::gridding::{EarlySteps, Gridding, Quirks};
use airshed::near_field::{self, dilute};
use airshed::receptor::Receptor;
use airshed::time::UtcTime;
use airshed::trajectory::Trajectories;
use ndarray::{Array2, Array3};

const MISSING: i32 = i32::MIN + 1;

fn fixture() -> netcdf::File {
    netcdf::open(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/reference/gridding.nc")).unwrap()
}

fn receptor() -> Receptor {
    Receptor::new(UtcTime::parse("2010-02-12T18:00").unwrap(), 4.927, 51.971, 207.0).unwrap()
}

fn table(file: &netcdf::File, name: &str) -> Array2<f32> {
    let values = file.variable(name).unwrap().get::<f32, _>(..).unwrap();
    values.into_dimensionality().unwrap()
}

fn degrees(file: &netcdf::File, name: &str) -> Array2<f64> {
    let packed = file.variable(name).unwrap().get::<i32, _>(..).unwrap();
    let unpack = |&v: &i32| {
        if v == MISSING {
            f64::NAN
        } else {
            (f64::from(v) + 0.5) / 1e4
        }
    };
    packed.map(unpack).into_dimensionality().unwrap()
}

fn particles(file: &netcdf::File, name: &str, sign: f64) -> Trajectories {
    let foot = table(file, &format!("{name}_foot"));
    let time_min = (1..=foot.ncols()).map(|k| sign * k as f64).collect();
    let mut particles = Trajectories::new(receptor(), foot.nrows(), time_min);
    particles.foot = foot;
    particles.lon_deg = degrees(file, &format!("{name}_lon_1e4"));
    particles.lat_deg = degrees(file, &format!("{name}_lat_1e4"));
    for (release, track) in particles.release_min.iter_mut().zip(particles.lon_deg.outer_iter()) {
        let missed = track.iter().take_while(|lon| lon.is_nan()).count();
        *release = sign * missed as f64;
    }
    if let Some(weight) = file.variable(&format!("{name}_weight")) {
        particles.weight = weight.get_values(..).unwrap();
    }
    particles
}

struct Case {
    footprint: Footprint,
    expected: Array3<f64>,
    hours: Vec<f64>,
}

fn run(name: &str) -> Case {
    let file = fixture();
    let expected = file.variable(&format!("{name}_expected")).unwrap();
    let number = |key: &str| f64::try_from(expected.attribute_value(key).unwrap().unwrap()).unwrap();
    let text = |key: &str| String::try_from(expected.attribute_value(key).unwrap().unwrap()).unwrap();
    let bounds = match expected.attribute_value("bounds").unwrap().unwrap() {
        netcdf::AttributeValue::Doubles(values) => values,
        other => panic!("{other:?}"),
    };
    let grid = Grid {
        name: name.into(),
        west: bounds[0],
        east: bounds[1],
        south: bounds[2],
        north: bounds[3],
        dx: number("dx"),
        dy: number("dy"),
        crs: text("crs"),
        time_integrate: number("time_integrate") == 1.0,
        smooth_factor: number("smooth_factor"),
        gridding: Gridding {
            compat: Quirks {
                early_steps: match name {
                    "split" => EarlySteps::Split,
                    _ => EarlySteps::AsRecorded,
                },
                ..Quirks::default()
            },
            ..Gridding::default()
        },
    };
    Case {
        footprint: grid_particles(&particles(&file, &text("table"), number("sign")), &grid).unwrap(),
        expected: expected.get::<f64, _>(..).unwrap().into_dimensionality().unwrap(),
        hours: file.variable(&format!("{name}_hour")).unwrap().get_values(..).unwrap(),
    }
}

/// Per cell within 1e-7 of PYSTILT's own value (its declared tolerance against STILT v2), in all within 1e-6.
fn agrees(name: &str) {
    let Case {
        footprint,
        expected,
        hours,
    } = run(name);
    assert!(expected.sum() > 0.01, "{name}: the fixture holds influence");
    for (k, hour) in hours.iter().enumerate() {
        let start = receptor().time.plus_hours(*hour as i64);
        // an integrated layer carries the receptor time there, the start of its span here
        let layer = if footprint.grid.time_integrate {
            0
        } else {
            footprint.layer_start.iter().position(|t| *t == start).unwrap()
        };
        for ((y, x), &wanted) in expected.index_axis(ndarray::Axis(0), k).indexed_iter() {
            let found = footprint.foot[[layer, y, x]];
            let close = (found - wanted).abs() <= 1e-7 * wanted.abs() + 1e-15;
            assert!(
                close,
                "{name}, hour {hour}, row {y}, column {x}: {found:e} is not {wanted:e}"
            );
        }
    }
    let (found, wanted) = (footprint.foot.sum(), expected.sum());
    assert!(
        (found - wanted).abs() <= 1e-6 * wanted,
        "{name}: total {found} is not {wanted}"
    );
}

#[test]
fn hourly_layers_agree_with_pystilt() {
    agrees("hourly");
}

#[test]
fn jumps_over_cells_stay_as_recorded_like_in_pystilt() {
    agrees("fine");
}

#[test]
fn early_steps_split_on_demand_agree_with_pystilt() {
    agrees("split");
    assert!(
        (&run("split").footprint.foot - &run("fine").footprint.foot)
            .iter()
            .any(|d| d.abs() > 1e-4)
    );
}

#[test]
fn smoothing_turned_off_agrees_with_pystilt() {
    agrees("unsmoothed");
}

#[test]
fn doubled_smoothing_agrees_with_pystilt() {
    agrees("twice_as_smooth");
}

#[test]
fn oblong_cells_agree_with_pystilt() {
    agrees("oblong");
}

#[test]
fn a_forward_run_agrees_with_pystilt() {
    agrees("forward");
}

#[test]
fn a_grid_across_the_antimeridian_agrees_with_pystilt() {
    agrees("antimeridian");
}

#[cfg(feature = "proj")]
#[test]
fn a_projected_grid_agrees_with_pystilt() {
    agrees("lambert");
}

#[test]
fn a_release_over_an_hour_agrees_with_pystilt() {
    agrees("release_over_an_hour");
}

#[test]
fn a_column_of_weighted_particles_agrees_with_pystilt() {
    agrees("weighted_column");
}

#[test]
fn a_plume_that_is_mostly_outside_agrees_with_pystilt() {
    agrees("mostly_outside");
    let budget = run("mostly_outside").footprint.budget;
    assert!(budget.outside > budget.inside, "{budget:?}");
}

/// Both read the same f32 columns and compute in f64; the result is stored as f32, hence 1.2e-7.
#[test]
fn the_near_field_plume_agrees_with_pystilt_also_where_its_root_is_undefined() {
    let file = fixture();
    let column = |name: &str| table(&file, &format!("plume_{name}"));
    let raw = column("foot");
    let time_min = (1..=raw.ncols()).map(|k| -(k as f64)).collect();
    let mut particles = Trajectories::new(receptor(), raw.nrows(), time_min);
    particles.foot_raw = raw.clone();
    particles.time_below_min = column("samt");
    particles.sigma_w_m_s = column("sigw");
    particles.lagrangian_time_s = column("tlgr");
    particles.mixing_height_m = column("mlht");
    particles.air_density_kg_m3 = column("dens");
    dilute(&mut particles, 0.5, near_field::Quirks::default());
    let expected = file.variable("plume_expected").unwrap().get::<f64, _>(..).unwrap();
    for (found, wanted) in particles.foot.iter().zip(&expected) {
        assert!(
            (f64::from(*found) - wanted).abs() <= 1.2e-7 * wanted.abs(),
            "{found} is not {wanted}"
        );
    }
    let changed = particles.foot.iter().zip(&raw).filter(|(a, b)| a != b).count();
    assert!(
        changed > 10 && changed < raw.len(),
        "{changed} of {} diluted",
        raw.len()
    );
    assert_eq!(
        particles.foot[[3, 5]],
        raw[[3, 5]],
        "an undefined plume keeps the raw influence"
    );
    assert_eq!(particles.foot_raw, raw);
}
