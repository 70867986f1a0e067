//! Damaged WRF files, each read in a process of its own: HDF5 itself falls over some damaged headers, and no caller can keep
//! it from that.
#![allow(clippy::unwrap_used)]
#![cfg(feature = "cli")]

#[path = "wrf/air.rs"]
mod air;
mod wrf_file;

use air::{PLAIN, place, start};
use wrf_file::map::Map;
use wrf_file::{WrfGrid, write};

/// Deterministic numbers below `bound`.
fn numbers(seed: u64) -> impl FnMut(usize) -> usize {
    let mut state = seed;
    move |bound| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((state >> 33) as usize) % bound
    }
}

#[test]
fn damaged_copies_give_errors_or_fields_but_no_panic() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("wrfout_d01");
    let map = Map::Mercator { lat1: 20.0, lon: -89.0 };
    let grid = WrfGrid::new(map, (8, 7), 10_000.0, place(-90.0, 24.0));
    write(&path, &grid, &PLAIN, &[start(), start().plus_hours(1)]);
    let whole = std::fs::read(&path).unwrap();
    let mut number = numbers(11);
    let (mut read, mut told, mut fallen) = (0, 0, 0);
    for round in 0..150 {
        let mut bytes = whole.clone();
        for _ in 0..[1, 5][round % 2] {
            let at = number(bytes.len());
            bytes[at] ^= 1 << number(8);
        }
        let damaged = dir.path().join("damaged");
        std::fs::write(&damaged, &bytes).unwrap();
        let mut airshed = std::process::Command::new(env!("CARGO_BIN_EXE_airshed"));
        let done = airshed
            .env("AIRSHED_CACHE_DIR", dir.path())
            .arg("met")
            .arg(&damaged)
            .output()
            .unwrap();
        match done.status.code() {
            Some(0) => read += 1,
            Some(2) => told += 1,
            Some(code) => panic!("exit status {code}: {}", String::from_utf8_lossy(&done.stderr)),
            None => fallen += 1,
        }
    }
    eprintln!("of 150 damaged copies {read} open, {told} are refused, HDF5 falls over {fallen}");
    assert!(read > 20 && told > 5 && fallen < 15, "{read} {told} {fallen}");
}
