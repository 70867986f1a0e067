//! A real file, of a nest that follows a hurricane, against its conversion to ARL.

use std::path::{Path, PathBuf};

use airshed::met::MetReader;
use airshed::met::arl::ArlReader;
use airshed::met::wrf::WrfReader;

fn shared(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/met").join(name);
    if path.exists() {
        return Some(path);
    }
    eprintln!("skipped: no {}", path.display());
    None
}

#[test]
fn show() {
    let (Some(direct), Some(converted)) = (shared("wrfout_katrina_20050828.nc"), shared("wrf_katrina_20050828.arl"))
    else {
        return;
    };
    let (mut direct, mut converted) = (WrfReader::open(direct).unwrap(), ArlReader::open(converted).unwrap());
    println!("{} {:?}", direct.description().grid.summary(), direct.warnings());
    println!("{}", converted.description().grid.summary());
    println!(
        "{:?}\n{:?}",
        direct.description().levels,
        converted.description().levels
    );
    println!("{:?}", direct.description().variables[..2].to_vec());
    for time in 0..4 {
        let (a, b) = (direct.read(time).unwrap(), converted.read(time).unwrap());
        println!("{} {}", a.time, b.time);
        for field in &b.fields {
            let Some(ours) = a.field(field.level, &field.name) else {
                continue;
            };
            let theirs = &field.values;
            let (ny, nx) = ours.dim();
            // where the part of this time begins in the file
            let shifts = [(0usize, 0usize), (6, 3), (9, 9), (15, 12)];
            let (x, y) = (shifts[time].0, 12 - shifts[time].1);
            let mut most = 0f32;
            let mut sum = 0f64;
            for j in 0..ny {
                for i in 0..nx {
                    let d = ours[(j, i)] - theirs[(j + y, i + x)];
                    most = most.max(d.abs());
                    sum += f64::from(d);
                }
            }
            println!(
                "{} {} max {most:.5} mean {:.6}",
                field.level,
                field.name,
                sum / (nx * ny) as f64
            );
        }
    }
}
