//! Tools for comparison with other decoders, run by hand.
#![allow(clippy::unwrap_used)]

use std::io::Write;
use std::path::Path;

use super::open;
use crate::met::collection::FieldSource;

/// Reads all fields of a file several times; for `benches/peers/grib_decode.py`.
#[test]
#[ignore = "a tool: GRIB_FILE=… cargo test --release --lib decoding_rate -- --ignored --nocapture"]
fn decoding_rate() {
    let file = std::env::var("GRIB_FILE").unwrap();
    let path = Path::new(&file);
    let began = std::time::Instant::now();
    let mut sources = open(path).unwrap();
    let opened = began.elapsed().as_secs_f64();
    let mut best = f64::INFINITY;
    let mut bytes = 0;
    for _ in 0..5 {
        let began = std::time::Instant::now();
        bytes = 0;
        for source in &mut sources {
            let all: Vec<usize> = (0..source.fields().len()).collect();
            bytes += source
                .read(&all)
                .unwrap()
                .iter()
                .map(|map| 4 * map.len())
                .sum::<usize>();
        }
        best = best.min(began.elapsed().as_secs_f64());
    }
    println!("open_s {opened} read_s {best} decoded_bytes {bytes}");
}

/// Writes every field of a file as f32, for comparison with another decoder.
#[test]
#[ignore = "a tool: GRIB_FILE=… GRIB_OUT=… cargo test --lib write_fields -- --ignored"]
fn write_fields_for_comparison() {
    let (file, folder) = (std::env::var("GRIB_FILE").unwrap(), std::env::var("GRIB_OUT").unwrap());
    let folder = Path::new(&folder);
    let mut list = std::fs::File::create(folder.join("fields.txt")).unwrap();
    for (place, mut source) in open(Path::new(&file)).unwrap().into_iter().enumerate() {
        println!(
            "{} {} {:?}",
            source.model(),
            source.grid().summary(),
            source.wind_axes(0)
        );
        println!("hybrid {:?}", source.hybrid().map(|levels| levels.count()));
        println!("warnings {:#?}", source.warnings());
        let all: Vec<usize> = (0..source.fields().len()).collect();
        let maps = source.read(&all).unwrap();
        let grid = source.grid().clone();
        let (nx, ny) = (grid.nx, grid.ny);
        let corners: Vec<f64> = [(0, 0), (nx - 1, 0), (0, ny - 1), (nx - 1, ny - 1)]
            .iter()
            .map(|&(x, y)| grid.place_at(x as f64, y as f64))
            .flat_map(|place| [place.lat_deg, place.lon_deg])
            .collect();
        for (&field, map) in all.iter().zip(maps) {
            let name = format!("{place}_{field}.f32");
            let bytes: Vec<u8> = map.iter().flat_map(|value| value.to_le_bytes()).collect();
            std::fs::write(folder.join(&name), bytes).unwrap();
            let info = source.fields()[field];
            let (offset, factor) = source.place_and_factor(field);
            let what = format!(
                "{}\t{:?}\t{:?}\t{:?}",
                info.quantity.name(),
                info.level,
                info.when,
                info.forecast_hour
            );
            writeln!(list, "{name}\t{offset}\t{what}\t{factor}\t{nx}\t{ny}\t{corners:?}").unwrap();
        }
    }
}
