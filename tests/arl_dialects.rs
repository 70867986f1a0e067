//! ARL files of other writers: extended labels, 16 bits, several pieces, missing ends, and files that are no ARL.
#![allow(clippy::unwrap_used)]

mod arl_sample;

use std::path::Path;

use airshed::met::arl::{ArlReader, Residuals};
use airshed::met::{MetDescription, MetReader, RawSnapshot, VerticalCoordinate};
use arl_sample::{describe, lat_lon, snapshot, write};
use ndarray::Array2;
use tempfile::{TempDir, tempdir};

const NX: usize = 25;
const NY: usize = 17;
const LABEL: usize = 50;
const RECORD: usize = LABEL + NX * NY;
/// One index record, four surface fields, four on each of two levels.
const PERIOD: usize = 13 * RECORD;

fn sample(periods: usize) -> (MetDescription, Vec<u8>) {
    let description = describe(
        lat_lon(NX, NY),
        VerticalCoordinate::Pressure,
        &[0.0, 1000.0, 925.0],
        periods,
    );
    let folder = tempdir().unwrap();
    let path = folder.path().join("sample.arl");
    write(&path, &description, Residuals::Omit);
    let bytes = std::fs::read(&path).unwrap();
    assert_eq!(bytes.len(), periods * PERIOD);
    (description, bytes)
}

fn open(bytes: &[u8]) -> (TempDir, airshed::Result<ArlReader>) {
    let folder = tempdir().unwrap();
    let path = folder.path().join("dialect.arl");
    std::fs::write(&path, bytes).unwrap();
    let reader = ArlReader::open(&path);
    (folder, reader)
}

fn problem(bytes: &[u8]) -> String {
    open(bytes).1.unwrap_err().to_string()
}

fn read_all(bytes: &[u8]) -> (Vec<RawSnapshot>, Vec<String>) {
    let (_folder, reader) = open(bytes);
    let mut reader = reader.unwrap();
    let snapshots = (0..reader.description().times.len())
        .map(|k| reader.read(k).unwrap())
        .collect();
    (snapshots, reader.warnings().to_vec())
}

fn assert_same(a: &[RawSnapshot], b: &[RawSnapshot]) {
    assert_eq!(a.len(), b.len());
    for (a, b) in a.iter().zip(b) {
        assert_eq!((a.time, a.fields.len()), (b.time, b.fields.len()));
        for (a, b) in a.fields.iter().zip(&b.fields) {
            assert_eq!((a.level, &a.name, &a.values), (b.level, &b.name, &b.values));
        }
    }
}

#[test]
fn labels_with_four_character_levels_are_read() {
    let (_, bytes) = sample(2);
    let mut extended = Vec::new();
    for record in bytes.chunks_exact(RECORD) {
        extended.extend_from_slice(&record[..10]);
        extended.extend_from_slice(b"X ");
        extended.extend_from_slice(&record[10..]);
    }
    assert_same(&read_all(&extended).0, &read_all(&bytes).0);
}

#[test]
fn an_index_with_a_five_character_length_is_read() {
    let (_, bytes) = sample(2);
    let mut extended = bytes.clone();
    for period in extended.chunks_exact_mut(PERIOD) {
        let text = &period[LABEL..RECORD];
        let length: usize = String::from_utf8_lossy(&text[104..108]).trim().parse().unwrap();
        let mut longer = text[..104].to_vec();
        longer.extend_from_slice(format!("X{:5}", length + 2).as_bytes());
        longer.extend_from_slice(&text[108..text.len() - 2]);
        period[LABEL..RECORD].copy_from_slice(&longer);
    }
    assert_same(&read_all(&extended).0, &read_all(&bytes).0);
}

/// One period of one 16-bit field, by the published layout.
fn sixteen_bit_file(model: &str, values: &[u16]) -> Vec<u8> {
    let packed: Vec<u8> = values.iter().flat_map(|v| v.to_le_bytes()).collect();
    let total: u64 = values.iter().map(|v| u64::from(*v)).sum();
    let grid: String = [44.0, -4.0, 0.25, 0.25, 0.0, 0.0, 0.0, 1.0, 1.0, 40.0, -10.0, 0.0]
        .map(|v| format!("{v:7.3}"))
        .concat();
    let mut index = format!(
        "{model}  0 0{grid}{NX:3}{NY:3}  1 2 126   0.0 1T02M{:5} ",
        (total - 1) % 65535 + 1
    );
    index += &" ".repeat(2 * NX * NY - index.len());
    let mut file = format!("19 621 0 0 099INDX   0 0.0000000E+00 0.0000000E+00{index}").into_bytes();
    file.extend_from_slice(b"19 621 0 0 099T02M   3 0.3149606E-01 0.2900000E+03");
    file.extend_from_slice(&packed);
    file
}

#[test]
fn sixteen_bit_files_are_read_and_their_checksums_compared() {
    let values: Vec<u16> = (0..NX * NY)
        .map(|k| {
            if k % 3 == 0 {
                32_767
            } else {
                32_767 + (k % 7) as u16 * 256
            }
        })
        .collect();
    for model in ["DWRF", "TEST"] {
        let file = sixteen_bit_file(model, &values);
        let (snapshots, _) = read_all(&file);
        let field = snapshots[0].field(0, "T02M").unwrap();
        assert_eq!(field.dim(), (NY, NX));
        // Each step of 256 is 2^(3-15) * 256 = 1/16 K.
        assert_eq!(
            (field[[0, 0]], field[[0, 1]], field[[0, 2]]),
            (290.0, 290.0625, 290.1875)
        );
        let mut damaged = file;
        let last = damaged.len() - 3;
        damaged[last] ^= 4;
        let (_folder, reader) = open(&damaged);
        assert!(reader.unwrap().read(0).unwrap_err().to_string().contains("checksum"));
    }
}

#[test]
fn the_valid_part_of_a_truncated_file_is_used_and_the_rest_reported() {
    let (_, bytes) = sample(3);
    let whole = read_all(&bytes).0;
    for missing in [1, 20, RECORD, PERIOD / 2, PERIOD - LABEL] {
        let (snapshots, warnings) = read_all(&bytes[..bytes.len() - missing]);
        assert_same(&snapshots, &whole[..2]);
        assert!(
            warnings
                .iter()
                .any(|w| w.contains("truncated") && w.contains("2019-06-21T06:00Z")),
            "{warnings:?}"
        );
    }
    let message = problem(&bytes[..PERIOD - 1]);
    assert!(message.contains("no complete period"), "{message}");
    for length in [0, 1, 49, 50, 120, 157, RECORD - 1] {
        problem(&bytes[..length]);
    }
}

#[test]
fn a_file_cut_while_it_is_read_gives_an_error() {
    let (_, bytes) = sample(2);
    let (folder, reader) = open(&bytes);
    std::fs::write(folder.path().join("dialect.arl"), &bytes[..PERIOD + 3 * RECORD]).unwrap();
    let mut reader = reader.unwrap();
    assert!(reader.read(0).is_ok() && reader.read(1).is_err());
    assert!(reader.read(2).is_err(), "there is no third period");
    std::fs::remove_file(folder.path().join("dialect.arl")).unwrap();
    assert!(reader.read(0).unwrap_err().to_string().contains("cannot open"));
}

#[test]
fn concatenated_files_are_one_series_in_order_of_time() {
    let (_, bytes) = sample(4);
    let whole = read_all(&bytes).0;
    let shuffled = [&bytes[2 * PERIOD..], &bytes[..2 * PERIOD]].concat();
    assert_same(&read_all(&shuffled).0, &whole);
    let (snapshots, warnings) = read_all(&[&bytes[..3 * PERIOD], &bytes[PERIOD..]].concat());
    assert_same(&snapshots, &whole);
    assert!(warnings[0].contains("2 of 6 periods repeat"), "{warnings:?}");
    let gap = [&bytes[..2 * PERIOD], &bytes[3 * PERIOD..]].concat();
    let (snapshots, warnings) = read_all(&gap);
    assert_eq!(snapshots.len(), 3);
    assert!(
        warnings[0].contains("interval") && warnings[0].contains("T09:00"),
        "{warnings:?}"
    );
}

#[test]
fn pieces_of_other_structure_are_refused_with_what_differs() {
    let (description, bytes) = sample(2);
    let folder = tempdir().unwrap();
    let append = |change: &dyn Fn(&mut MetDescription)| {
        let mut other = description.clone();
        change(&mut other);
        let path = folder.path().join("other.arl");
        write(&path, &other, Residuals::Omit);
        problem(&[bytes.clone(), std::fs::read(&path).unwrap()].concat())
    };
    let message = append(&|d| d.grid = lat_lon(NX, NY + 1));
    assert!(message.contains("25 x 17") && message.contains("25 x 18"), "{message}");
    let message = append(&|d| d.levels[2] = 900.0);
    assert!(message.contains("level 2") && message.contains("900"), "{message}");
    let message = append(&|d| drop(d.variables[0].pop()));
    assert!(message.contains("level 0") && message.contains("split"), "{message}");
    let message = append(&|d| d.model = "ELSE".to_owned());
    assert!(message.contains("ELSE"), "{message}");
    let shifted = [&bytes[..PERIOD], b"xyz", &bytes[PERIOD..]].concat();
    assert!(problem(&shifted).contains("record 14"), "{}", problem(&shifted));
}

#[test]
fn damage_is_named_by_record_field_and_time() {
    let (_, bytes) = sample(2);
    let mut damaged = bytes;
    damaged[PERIOD + 6 * RECORD + 200] ^= 16;
    let (_folder, reader) = open(&damaged);
    let mut reader = reader.unwrap();
    assert!(reader.read(0).is_ok());
    let message = reader.read(1).unwrap_err().to_string();
    for part in ["record 20", "UWND", "level 1", "2019-06-21T03:00Z", "checksum"] {
        assert!(message.contains(part), "{message}");
    }
}

#[test]
fn fields_without_checksum_are_read_with_a_warning() {
    let (_, bytes) = sample(1);
    let text = LABEL + 108 + 8 + 4;
    for unreadable in [b"  0", b"***", b"   "] {
        let mut unchecked = bytes.clone();
        unchecked[text..text + 3].copy_from_slice(unreadable);
        let (snapshots, warnings) = read_all(&unchecked);
        assert_same(&snapshots, &read_all(&bytes).0);
        assert!(warnings[0].contains("1 of 12 fields have no checksum"), "{warnings:?}");
    }
}

#[test]
fn the_shortest_forecast_of_a_time_is_used() {
    let (description, _) = sample(1);
    let folder = tempdir().unwrap();
    let file = |hour: i32| {
        let path = folder.path().join("forecast.arl");
        let mut forecast = snapshot(&description, 0);
        forecast.forecast_hour = hour;
        forecast.fields[1].values = Array2::from_elem((NY, NX), hour as f32);
        airshed::met::arl::write_arl(&path, &description, [Ok(forecast)]).unwrap();
        std::fs::read(&path).unwrap()
    };
    let (snapshots, _) = read_all(&[file(12), file(6), file(18)].concat());
    assert_eq!((snapshots.len(), snapshots[0].forecast_hour), (1, 6));
    assert_eq!(snapshots[0].field(0, "T02M").unwrap()[[3, 3]], 6.0);
}

#[test]
fn wrf_eta_levels_without_pressure_are_refused() {
    let mut description = describe(lat_lon(NX, NY), VerticalCoordinate::WrfEta, &[0.0, 0.99, 0.9], 1);
    description.variables[2].pop();
    let folder = tempdir().unwrap();
    let path = folder.path().join("eta.arl");
    write(&path, &description, Residuals::Omit);
    assert!(ArlReader::open(&path).unwrap_err().to_string().contains("PRES"));
}

#[test]
fn files_of_other_formats_are_named() {
    for (start, name) in [
        (&b"CDF\x01\0\0\0\0"[..], "netCDF"),
        (b"\x89HDF\r\n\x1a\n\0\0", "netCDF-4 or HDF5"),
        (b"GRIB\0\0\0\x02", "GRIB"),
        (b"\xfd7zXZ\0\0", "xz"),
        (b"\x1f\x8b\x08\0", "gzip"),
        (b"<!DOCTYPE html>", "web page"),
        (b"", "empty"),
        (
            b"plain text of some length, not meteorology at all, not at all",
            "not ARL",
        ),
    ] {
        let message = problem(start);
        assert!(message.contains(name) && message.contains("not ARL"), "{message}");
    }
    assert!(
        ArlReader::open(Path::new("/no/such/file.arl"))
            .unwrap_err()
            .to_string()
            .contains("cannot open")
    );
    assert!(ArlReader::open(tempdir().unwrap().path()).is_err(), "a directory");
}
