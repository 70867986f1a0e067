//! How far parity and physics mode lie apart on real cases, and where the difference comes from.
//!
//! ```sh
//! cargo run --release --example compare_modes -- ../shared/reference/cases.csv ../shared/met
//! ```
//!
//! The table of cases has STILT's columns case, met, time (yy mm dd HH MM), lat, lon, zagl, hours, numpar. For each case it
//! prints both modes' total footprints, heights, mixing heights and centroids; then both modes' columns at the particles
//! of parity mode, where what differs does so before any particle moves; one particle
//! without turbulence; and the ratios with one mixing height in both.

use std::ops::ControlFlow;
use std::time::Instant;

use airshed::geo::{LonLat, SpherePoint};
use airshed::met::derive::MixingHeight;
use airshed::mode::Mode;
use airshed::transport::{Conditions, Place, conditions};
use airshed::{Error, MetStore, Receptor, Result, Trajectories, TransportOptions, UtcTime, simulate};

const SEEDS: [u64; 2] = [1, 2];

struct Case {
    name: String,
    file: String,
    receptor: Receptor,
    hours: i32,
    particles: usize,
}

/// Sums over the ensembles of one mode.
#[derive(Default)]
struct Outcome {
    foot: f64,
    foot_raw: f64,
    height_m: f64,
    mixing_height_m: f64,
    lon_deg: f64,
    lat_deg: f64,
    below_min: f64,
    seconds: f64,
}

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, table, folder] = arguments.as_slice() else {
        eprintln!("usage: compare_modes CASES.csv MET_FOLDER");
        std::process::exit(2);
    };
    println!("case                mode      foot_raw  foot     height_m  zi_m   lon       lat      below_min/h  s");
    for case in cases(table)? {
        let met = MetStore::open_with_index(&[format!("{folder}/{}", case.file)], None)?;
        let (parity, path) = outcome(&met, &case, Mode::Parity, None)?;
        let (physics, _) = outcome(&met, &case, Mode::Physics, None)?;
        for (mode, o) in [("parity", &parity), ("physics", &physics)] {
            println!(
                "{:<19} {mode:<8} {:9.4} {:8.4} {:9.0} {:6.0} {:9.3} {:8.3} {:9.1} {:8.2}",
                case.name,
                o.foot_raw,
                o.foot,
                o.height_m,
                o.mixing_height_m,
                o.lon_deg,
                o.lat_deg,
                o.below_min,
                o.seconds
            );
        }
        println!(
            "{:<19} ratio    {:9.3} {:8.3} {:9.3} {:6.3} {:>18} {:9.3} {:8.2}",
            "",
            physics.foot_raw / parity.foot_raw,
            physics.foot / parity.foot,
            physics.height_m / parity.height_m,
            physics.mixing_height_m / parity.mixing_height_m,
            "",
            physics.below_min / parity.below_min,
            physics.seconds / parity.seconds
        );
        columns(&met, &case, &path)?;
        mean_motion(&met, &case)?;
        let zi_m = parity.mixing_height_m;
        let (parity, physics) = (
            outcome(&met, &case, Mode::Parity, Some(zi_m))?.0,
            outcome(&met, &case, Mode::Physics, Some(zi_m))?.0,
        );
        println!(
            "    with zi = {:.0} m in both: foot_raw {:.3}, foot {:.3}, height {:.3}, time below {:.3}",
            zi_m,
            physics.foot_raw / parity.foot_raw,
            physics.foot / parity.foot,
            physics.height_m / parity.height_m,
            physics.below_min / parity.below_min
        );
    }
    Ok(())
}

fn options(case: &Case, mode: Mode, seed: u64, zi_m: Option<f64>) -> TransportOptions {
    let mut options = TransportOptions {
        hours: case.hours,
        particles: case.particles,
        seed,
        ..Default::default()
    };
    options.derive.mode = mode;
    if let Some(height_m) = zi_m {
        options.derive.mixing_height = MixingHeight::Fixed(height_m);
    }
    options
}

fn outcome(met: &MetStore, case: &Case, mode: Mode, zi_m: Option<f64>) -> Result<(Outcome, Trajectories)> {
    let run = |seed| {
        simulate(met, &case.receptor, &options(case, mode, seed, zi_m), &|_| {
            ControlFlow::Continue(())
        })
    };
    // decodes the meteorology, so that the clock sees transport alone
    let mut path = run(0)?;
    let mut sum = Outcome::default();
    for seed in SEEDS {
        let started = Instant::now();
        path = run(seed)?;
        let weight = 1.0 / SEEDS.len() as f64;
        let each = weight / case.particles as f64;
        let total = |values: &ndarray::Array2<f32>| {
            values
                .iter()
                .filter(|v| v.is_finite())
                .map(|v| f64::from(*v))
                .sum::<f64>()
        };
        let records = path.lon_deg.iter().filter(|lon| lon.is_finite()).count() as f64;
        let mean = |values: &ndarray::Array2<f64>| values.iter().filter(|v| v.is_finite()).sum::<f64>() / records;
        sum.seconds += weight * started.elapsed().as_secs_f64();
        sum.foot += each * total(&path.foot);
        sum.foot_raw += each * total(&path.foot_raw);
        sum.height_m += weight * total(&path.height_agl_m) / records;
        sum.mixing_height_m += weight * total(&path.mixing_height_m) / records;
        sum.below_min += weight * 60.0 * total(&path.time_below_min) / records;
        sum.lon_deg += weight * mean(&path.lon_deg);
        sum.lat_deg += weight * mean(&path.lat_deg);
    }
    Ok((sum, path))
}

/// One particle without turbulence in both modes: how far apart they end.
fn mean_motion(met: &MetStore, case: &Case) -> Result<()> {
    let path = |mode| {
        let mut options = options(case, mode, 1, None);
        (options.turbulence, options.particles) = (false, 1);
        simulate(met, &case.receptor, &options, &|_| ControlFlow::Continue(()))
    };
    let (parity, physics) = (path(Mode::Parity)?, path(Mode::Physics)?);
    let alive = |path: &Trajectories| path.lon_deg.iter().take_while(|lon| lon.is_finite()).count();
    let Some(last) = alive(&parity).min(alive(&physics)).checked_sub(1) else {
        return Ok(());
    };
    let point = |path: &Trajectories| {
        SpherePoint::from(LonLat {
            lon_deg: path.lon_deg[(0, last)],
            lat_deg: path.lat_deg[(0, last)],
        })
    };
    println!(
        "    mean motion alone, {:.0} h: {:.1} km apart, at {:.0} and {:.0} m",
        parity.time_min[last] / 60.0,
        point(&parity).distance_m(point(&physics)) / 1000.0,
        parity.height_agl_m[(0, last)],
        physics.height_agl_m[(0, last)]
    );
    Ok(())
}

/// Both modes' columns where parity mode's particles are, once an hour, below 1 km.
fn columns(met: &MetStore, case: &Case, path: &Trajectories) -> Result<()> {
    let mut places = Vec::new();
    for k in (59..path.time_min.len()).step_by(60) {
        for p in 0..path.particle_count().min(200) {
            let height_agl_m = f64::from(path.height_agl_m[(p, k)]);
            if height_agl_m < 1000.0 {
                places.push(Place {
                    time: case.receptor.time.plus_seconds((60.0 * path.time_min[k]) as i64),
                    lon_deg: path.lon_deg[(p, k)],
                    lat_deg: path.lat_deg[(p, k)],
                    height_agl_m,
                });
            }
        }
    }
    let [parity, physics] =
        [Mode::Parity, Mode::Physics].map(|mode| conditions(met, &places, &options(case, mode, 1, None).derive));
    let (parity, physics) = (parity?, physics?);
    let median = |of: fn(&Conditions) -> f64| {
        let mut ratios: Vec<f64> = parity
            .iter()
            .zip(&physics)
            .map(|(a, b)| of(b) / of(a))
            .filter(|r| r.is_finite())
            .collect();
        ratios.sort_by(f64::total_cmp);
        let at = |q: f64| {
            ratios
                .get((q * ratios.len() as f64) as usize)
                .copied()
                .unwrap_or(f64::NAN)
        };
        format!("{:.2} ({:.2} … {:.2})", at(0.5), at(0.1), at(0.9))
    };
    println!(
        "    columns there, physics/parity, median (10 … 90 %): zi {}, σw {}, T_L {}, wind {}, ρ {}",
        median(|c| c.mixing_height_m),
        median(|c| c.sigma_w_m_s),
        median(|c| c.lagrangian_time_s),
        median(|c| c.u_m_s.hypot(c.v_m_s)),
        median(|c| c.air_density_kg_m3)
    );
    Ok(())
}

fn cases(table: &str) -> Result<Vec<Case>> {
    let text = std::fs::read_to_string(table).map_err(|e| Error::Io {
        action: "read",
        path: table.into(),
        source: e,
    })?;
    text.lines()
        .skip(1)
        .filter(|line| !line.trim().is_empty())
        .map(case)
        .collect()
}

fn case(line: &str) -> Result<Case> {
    let parts: Vec<&str> = line.split(',').collect();
    let bad = || Error::Config {
        key: "case".into(),
        value: line.into(),
        allowed: "case,met,time,lat,lon,zagl,hours,numpar".into(),
    };
    let number = |k: usize| {
        parts
            .get(k)
            .and_then(|text| text.trim().parse::<f64>().ok())
            .ok_or_else(bad)
    };
    let time: Vec<i64> = parts
        .get(2)
        .ok_or_else(bad)?
        .split(' ')
        .filter_map(|t| t.parse().ok())
        .collect();
    let [year, month, day, hour, minute] = time[..] else {
        return Err(bad());
    };
    let century = if year < 40 { 2000 } else { 1900 };
    let time = UtcTime::parse(&format!("{}-{month:02}-{day:02}T{hour:02}:{minute:02}", century + year))?;
    Ok(Case {
        name: parts[0].to_owned(),
        file: parts[1].to_owned(),
        receptor: Receptor::new(time, number(4)?, number(3)?, number(5)?)?,
        hours: number(6)? as i32,
        particles: number(7)? as usize,
    })
}
