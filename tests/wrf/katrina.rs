//! A real file, of a nest that follows a hurricane, against its conversion to ARL.

use std::path::{Path, PathBuf};

use airshed::met::arl::ArlReader;
use airshed::met::wrf::WrfReader;
use airshed::met::{MetReader, RawSnapshot};

fn shared(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/met").join(name);
    if path.exists() {
        return Some(path);
    }
    eprintln!("skipped: no {}", path.display());
    None
}

/// Where the points that all times hold begin in the file, by time.
const ORIGINS: [(usize, usize); 4] = [(0, 12), (6, 9), (9, 3), (15, 0)];

/// Largest and mean difference, direct minus converted, over the levels of a field.
fn difference(direct: &RawSnapshot, converted: &RawSnapshot, name: &str, (x, y): (usize, usize)) -> [f64; 2] {
    let (mut most, mut sum, mut count) = (0f64, 0.0, 0.0);
    for field in converted.fields.iter().filter(|field| field.name == name) {
        let ours = direct.field(field.level, name).unwrap();
        for ((j, i), &value) in ours.indexed_iter() {
            let apart = f64::from(value) - f64::from(field.values[(j + y, i + x)]);
            most = most.max(apart.abs());
            sum += apart;
            count += 1.0;
        }
    }
    [most, sum / count]
}

#[test]
fn katrina_directly_is_its_conversion_to_arl_but_for_packing_kappa_and_the_place_of_the_nest() {
    let names = ["wrfout_katrina_20050828.nc", "wrf_katrina_20050828.arl"].map(shared);
    let [Some(direct), Some(converted)] = names else {
        return;
    };
    let (mut direct, mut converted) = (WrfReader::open(direct).unwrap(), ArlReader::open(converted).unwrap());
    assert_eq!(direct.description().times, converted.description().times);
    assert!(
        direct.warnings()[0].contains("33 x 36 points"),
        "the nest moves by 15 x 12 cells"
    );
    // packing loses 1/256 of the largest difference between neighbours, up to twice that after rounding to a power of 2: 0.06
    // m/s of 8 m/s, 0.5 m/s of 60 m/s in the eyewall. The conversion takes
    // R/cp = 0.286 where WRF has 2/7, which makes 0.05 K at 515 hPa
    let tolerances = [
        ("PRSS", 0.07, 0.01),
        ("SHGT", 1e-2, 1e-3),
        ("T02M", 0.02, 1e-3),
        ("U10M", 0.2, 0.01),
        ("V10M", 0.2, 0.01),
        ("PRES", 0.07, 0.01),
        ("TEMP", 0.09, 0.03),
        ("UWND", 0.5, 0.01),
        ("VWND", 0.5, 0.01),
        ("DZDT", 0.1, 2e-3),
        ("SPHU", 1e-4, 5e-6),
    ];
    for (time, origin) in ORIGINS.into_iter().enumerate() {
        let (ours, theirs) = (direct.read(time).unwrap(), converted.read(time).unwrap());
        for (name, most, mean) in tolerances {
            let found = difference(&ours, &theirs, name, origin);
            eprintln!(
                "{} {name}: at most {:.2e}, on average {:+.2e}",
                ours.time, found[0], found[1]
            );
            assert!(
                found[0] < most && found[1].abs() < mean,
                "{name} at {}: {found:?}",
                ours.time
            );
        }
    }
}

#[test]
fn points_of_katrina_lie_where_xlat_and_xlong_say() {
    let Some(path) = shared("wrfout_katrina_20050828.nc") else {
        return;
    };
    let reader = WrfReader::open(&path).unwrap();
    let grid = &reader.description().grid;
    let file = netcdf::open(&path).unwrap();
    let values =
        |name: &str, time: usize| -> Vec<f32> { file.variable(name).unwrap().get_values((time, .., ..)).unwrap() };
    for (time, (x0, y0)) in ORIGINS.into_iter().enumerate() {
        let (lat, lon, factor) = (values("XLAT", time), values("XLONG", time), values("MAPFAC_M", time));
        for (y, x) in (0..36).flat_map(|y| (0..33).map(move |x| (y, x))) {
            let at = (y + y0) * 48 + x + x0;
            let place = airshed::geo::LonLat {
                lon_deg: f64::from(lon[at]),
                lat_deg: f64::from(lat[at]),
            };
            let (found_x, found_y) = grid.index_of(place);
            let miss = (found_x - x as f64).hypot(found_y - y as f64);
            assert!(miss < 0.01, "{miss} cells at {x} {y}, time {time}");
            let size_m = grid.cell_size_m(x as f64, y as f64).0 * f64::from(factor[at]);
            // 6371.2 km in place of 6370 km
            assert!((size_m / 10_000.0 - 1.000_188).abs() < 1e-5, "{size_m} m");
        }
    }
}
