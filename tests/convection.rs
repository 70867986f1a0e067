//! Convective mixing (capemin > 0): in air of enough CAPE, particles in a cloud are anywhere in it a minute later.
#![allow(clippy::unwrap_used)]

use std::ops::ControlFlow;
use std::path::PathBuf;

use airshed::config::TransportConfig;
use airshed::geo::LonLat;
use airshed::met::projection::MetGrid;
use airshed::met::{MetDescription, MetReader, RawField, RawSnapshot, VerticalCoordinate};
use airshed::mode::Mode;
use airshed::trajectory::Status;
use airshed::turbulence::convection::CloudMixing;
use airshed::{Error, MetStore, Receptor, Result, Trajectories, TransportOptions, UtcTime, simulate};
use approx::assert_abs_diff_eq;
use ndarray::Array2;

const HEIGHTS_M: [f64; 7] = [100.0, 1000.0, 2000.0, 3000.0, 4000.0, 10_000.0, 30_000.0];
const PRESSURES_HPA: [f64; 7] = [1000.0, 900.0, 795.0, 701.0, 616.0, 265.0, 12.0];
/// Between these levels, at 10, 75, 200, 385, 630, 935 … m, humidity is first above 79.5 % at 935 m and then first below
/// 60.5 % at 2755 m.
const CLOUD_ALOFT: [f64; 7] = [50.0, 90.0, 90.0, 40.0, 30.0, 20.0, 5.0];
const BASE_M: f64 = 935.0;
const TOP_M: f64 = 2755.0;
/// The same cloud from the lowest level on.
const CLOUD_ON_THE_GROUND: [f64; 7] = [95.0, 90.0, 90.0, 40.0, 30.0, 20.0, 5.0];

/// Still air over flat ground, with CAPE as a function of the grid column and the hour.
struct Still {
    description: MetDescription,
    humidity_percent: [f64; 7],
    cape_j_kg: fn(usize, f64) -> f64,
}

fn start() -> UtcTime {
    UtcTime::parse("2019-06-21T00:00").unwrap()
}

impl Still {
    fn without(missing: &[&str], humidity_percent: [f64; 7], cape_j_kg: fn(usize, f64) -> f64) -> Self {
        let names = |list: &[&str]| -> Vec<String> {
            let held = list.iter().filter(|name| !missing.contains(name));
            held.map(ToString::to_string).collect()
        };
        let mut variables = vec![names(&["PRSS", "SHGT", "T02M", "USTR", "SHTF", "CAPE"])];
        variables.resize(1 + HEIGHTS_M.len(), names(&["HGTS", "TEMP", "UWND", "VWND", "RELH"]));
        let corner = LonLat {
            lon_deg: 0.0,
            lat_deg: 45.0,
        };
        let description = MetDescription {
            source: PathBuf::from("still air"),
            model: "TEST".into(),
            grid: MetGrid::lat_lon(12, 10, corner, 0.5, 0.5).unwrap(),
            vertical: VerticalCoordinate::Pressure,
            levels: std::iter::once(0.0).chain(PRESSURES_HPA).collect(),
            variables,
            times: (0..=6).step_by(3).map(|h| start().plus_hours(h)).collect(),
        };
        Self {
            description,
            humidity_percent,
            cape_j_kg,
        }
    }

    fn value(&self, name: &str, level: usize, x: usize, hour: f64) -> f64 {
        match name {
            "PRSS" => 1012.0,
            "T02M" => 290.0,
            "USTR" => 0.3,
            "SHTF" => 100.0,
            "CAPE" => (self.cape_j_kg)(x, hour),
            "HGTS" => HEIGHTS_M[level - 1],
            "TEMP" => 290.0 - 0.0065 * HEIGHTS_M[level - 1].min(10_000.0),
            "RELH" => self.humidity_percent[level - 1],
            _ => 0.0,
        }
    }
}

impl MetReader for Still {
    fn description(&self) -> &MetDescription {
        &self.description
    }

    fn read(&mut self, time_index: usize) -> Result<RawSnapshot> {
        let time = self.description.times[time_index];
        let hour = time.minutes_since(start()) / 60.0;
        let mut fields = Vec::new();
        for (level, names) in self.description.variables.iter().enumerate() {
            // a CAPE of NaN is a field that the file announces, but does not hold at this time
            let held = names.iter().filter(|name| !self.value(name, level, 0, hour).is_nan());
            fields.extend(held.map(|name| RawField {
                level,
                name: name.clone(),
                values: Array2::from_shape_fn((10, 12), |(_, x)| self.value(name, level, x, hour) as f32),
            }));
        }
        Ok(RawSnapshot {
            time,
            forecast_hour: 0,
            fields,
        })
    }
}

fn store(still: Still) -> MetStore {
    MetStore::from_readers(vec![Box::new(still)]).unwrap()
}

fn cloudy(humidity_percent: [f64; 7], cape_j_kg: fn(usize, f64) -> f64) -> MetStore {
    store(Still::without(&[], humidity_percent, cape_j_kg))
}

fn above(cape_j_kg: f64) -> Option<CloudMixing> {
    Some(CloudMixing {
        cape_j_kg,
        base_percent: 80,
        top_percent: 60,
    })
}

fn still_particles(particles: usize, hours: i32, convection: Option<CloudMixing>) -> TransportOptions {
    TransportOptions {
        hours,
        particles,
        turbulence: false,
        convection,
        ..TransportOptions::default()
    }
}

fn follow(met: &MetStore, (x, height_agl_m): (f64, f64), options: &TransportOptions) -> Result<Trajectories> {
    let receptor = Receptor::new(start().plus_hours(6), 0.5 * x, 47.2, height_agl_m)?;
    simulate(met, &receptor, options, &|_| ControlFlow::Continue(()))
}

/// N = 2000: the largest distance of the empirical from the uniform distribution exceeds 1.95/√N = 0.044 with a
/// probability of 0.001, a correlation 4/√N = 0.089 with one of 6e-5.
#[test]
fn particles_in_a_cloud_are_uniform_in_height_and_forget_where_they_were() {
    let n = 2000;
    let met = cloudy(CLOUD_ALOFT, |_, _| 500.0);
    let t = follow(&met, (5.2, 1500.0), &still_particles(n, -1, above(10.0))).unwrap();
    let share = |record: usize| -> Vec<f64> {
        let heights = t.height_agl_m.column(record);
        heights
            .iter()
            .map(|&z| (f64::from(z) - BASE_M) / (TOP_M - BASE_M))
            .collect()
    };
    for record in [0, 1, 30, 59] {
        let mut sorted = share(record);
        sorted.sort_by(f64::total_cmp);
        let distance = sorted
            .iter()
            .enumerate()
            .map(|(k, s)| (s - (k as f64 + 0.5) / n as f64).abs());
        let distance = distance.fold(0.0, f64::max);
        assert!(distance < 1.95 / (n as f64).sqrt(), "record {record}: {distance}");
    }
    let (a, b) = (share(3), share(4));
    let covariance: f64 = a.iter().zip(&b).map(|(a, b)| (a - 0.5) * (b - 0.5)).sum();
    assert!((12.0 * covariance / n as f64).abs() < 4.0 / (n as f64).sqrt());
}

#[test]
fn particles_below_and_above_a_cloud_stay_where_they_are() {
    let met = cloudy(CLOUD_ALOFT, |_, _| 500.0);
    for height_m in [5.0, 800.0, 3000.0, 9000.0] {
        let t = follow(&met, (5.2, height_m), &still_particles(5, -1, above(10.0))).unwrap();
        assert!(t.height_agl_m.iter().all(|&z| (f64::from(z) - height_m).abs() < 1e-2));
    }
}

/// CAPE rises by 100 J/kg an hour in the columns from the seventh on, and is 0 before.
#[test]
fn there_is_convection_while_the_nearest_columns_cape_exceeds_the_threshold() {
    let met = cloudy(CLOUD_ALOFT, |x, hour| if x < 7 { 0.0 } else { 100.0 * hour });
    let moved = |x: f64| -> Vec<bool> {
        let t = follow(&met, (x, 1500.0), &still_particles(1, -4, above(451.0))).unwrap();
        let heights: Vec<f32> = std::iter::once(1500.0)
            .chain(t.height_agl_m.row(0).iter().copied())
            .collect();
        heights
            .windows(2)
            .map(|pair| (pair[0] - pair[1]).abs() > 0.01)
            .collect()
    };
    assert!(moved(6.4).iter().all(|m| !m), "the nearest column has no CAPE");
    // from 06:00 back: more than 451 J/kg until 04:31
    let minutes = moved(6.6);
    assert!(minutes[..89].iter().all(|m| *m) && minutes[89..].iter().all(|m| !m));
}

#[test]
fn without_enough_cape_no_bit_differs_from_a_run_without_convection() {
    let met = cloudy(CLOUD_ON_THE_GROUND, |_, _| 500.0);
    let turbulent = |convection| TransportOptions {
        turbulence: true,
        ..still_particles(40, -2, convection)
    };
    let run = |convection| follow(&met, (5.2, 300.0), &turbulent(convection)).unwrap();
    let (off, calm, stirred) = (run(None), run(above(501.0)), run(above(499.0)));
    for (a, b) in [
        (&off.height_agl_m, &calm.height_agl_m),
        (&off.foot, &calm.foot),
        (&off.sigma_w_m_s, &calm.sigma_w_m_s),
        (&off.air_density_kg_m3, &calm.air_density_kg_m3),
    ] {
        assert_eq!(a.map(|v| v.to_bits()), b.map(|v| v.to_bits()));
    }
    assert_eq!(off.lon_deg, calm.lon_deg);
    assert_ne!(off.height_agl_m, stirred.height_agl_m);
}

#[test]
fn a_minutes_influence_and_turbulence_are_those_of_the_height_that_is_left() {
    let met = cloudy(CLOUD_ON_THE_GROUND, |_, _| 500.0);
    let run = |convection| {
        let options = TransportOptions {
            turbulence: true,
            hnf_plume: false,
            ..still_particles(40, -1, convection)
        };
        follow(&met, (5.2, 100.0), &options).unwrap()
    };
    let (off, stirred) = (run(None), run(above(10.0)));
    assert_eq!(off.foot.column(0), stirred.foot.column(0));
    assert_eq!(off.sigma_w_m_s.column(0), stirred.sigma_w_m_s.column(0));
    assert!(off.foot.column(0).iter().all(|f| *f > 0.0));
    let lifted = stirred.height_agl_m.column(0).iter().filter(|z| **z > 500.0).count();
    assert!(lifted > 20, "{lifted} of 40");
    let left_density = off.air_density_kg_m3.iter().copied().fold(f32::INFINITY, f32::min);
    let reached = stirred.height_agl_m.column(0);
    for (z, density) in reached.iter().zip(stirred.air_density_kg_m3.column(0)) {
        assert!(*z < 500.0 || *density < left_density, "{density} at {z} m");
    }
}

#[test]
fn missing_fields_and_other_modes_are_refused_with_their_names() {
    for (field, value) in [("CAPE", 10.0), ("RELH", 10.0)] {
        let met = store(Still::without(&[field], CLOUD_ALOFT, |_, _| 500.0));
        let error = follow(&met, (5.2, 1500.0), &still_particles(2, -1, above(value))).unwrap_err();
        assert!(matches!(error, Error::MetField { .. }), "{error}");
        let message = error.to_string();
        assert!(message.contains(field) && message.contains("capemin"), "{message}");
        assert!(follow(&met, (5.2, 1500.0), &still_particles(2, -1, None)).is_ok());
    }
    let mut physics = still_particles(2, -1, above(10.0));
    physics.derive.mode = Mode::Physics;
    let met = cloudy(CLOUD_ALOFT, |_, _| 500.0);
    let refusal = follow(&met, (5.2, 1500.0), &physics).unwrap_err().to_string();
    assert!(refusal.contains("capemin") && refusal.contains("parity"), "{refusal}");
}

#[test]
fn particles_end_where_cape_is_missing_at_a_time() {
    let met = cloudy(CLOUD_ALOFT, |_, hour| if hour < 1.0 { f64::NAN } else { 500.0 });
    let t = follow(&met, (5.2, 1500.0), &still_particles(3, -5, above(10.0))).unwrap();
    assert_eq!(t.status, [Status::MetGap; 3]);
    let known = t.height_agl_m.row(0).iter().filter(|z| z.is_finite()).count();
    assert_abs_diff_eq!(known as f64, 180.0, epsilon = 1.0);
}

#[test]
fn capemin_and_its_humidities_come_from_the_configuration() {
    let table = |keys: &str| TransportConfig::from_table(&toml::from_str(keys).unwrap());
    let mass_fluxes = table("capemin = -2").unwrap_err().to_string();
    assert!(
        mass_fluxes.contains("CFU1") && mass_fluxes.contains("-1"),
        "{mass_fluxes}"
    );
    assert!(table("capemin = -3").is_err() && table("rhb = 101").is_err() && table("rht = -1").is_err());
    assert!(table("capemin = nan").is_err());
    let run = airshed::config::RunConfig::default();
    let convection = |keys: &str| table(keys).unwrap().options(&run).convection;
    assert_eq!(convection("capemin = -1"), None);
    assert_eq!(convection("capemin = 0"), None);
    assert_eq!(convection("capemin = 10"), above(10.0));
    let humid = convection("capemin = 10\nrhb = 90\nrht = 70").unwrap();
    assert_eq!((humid.base_percent, humid.top_percent), (90, 70));
}
