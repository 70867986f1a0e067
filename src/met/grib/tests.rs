#![allow(clippy::unwrap_used)]

use std::io::Write;
use std::path::Path;

use super::open;
use crate::met::collection::FieldSource;

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
            source.wind_axes()
        );
        println!("hybrid {:?}", source.hybrid().map(|levels| levels.count()));
        println!("warnings {:#?}", source.warnings());
        let all: Vec<usize> = (0..source.fields().len()).collect();
        let maps = source.read(&all).unwrap();
        let grid = source.grid().clone();
        let corner = |x: usize, y: usize| grid.place_at(x as f64, y as f64);
        let (nx, ny) = (grid.nx, grid.ny);
        for (field, map) in all.iter().zip(maps) {
            let name = format!("{place}_{field}.f32");
            let bytes: Vec<u8> = map.iter().flat_map(|value| value.to_le_bytes()).collect();
            std::fs::write(folder.join(&name), bytes).unwrap();
            let info = source.fields()[*field];
            let (offset, factor) = source.place_and_factor(*field);
            let corners: Vec<f64> = [(0, 0), (nx - 1, 0), (0, ny - 1), (nx - 1, ny - 1)]
                .iter()
                .flat_map(|&(x, y)| [corner(x, y).lat_deg, corner(x, y).lon_deg])
                .collect();
            writeln!(
                list,
                "{name}\t{offset}\t{}\t{:?}\t{:?}\t{:?}\t{factor}\t{nx}\t{ny}\t{corners:?}",
                info.quantity.name(),
                info.level,
                info.when,
                info.forecast_hour
            )
            .unwrap();
        }
    }
}
