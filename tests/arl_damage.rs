//! Damaged ARL files: a clear error or the valid part, never a panic, a hang or a silently wrong field.
#![allow(clippy::unwrap_used)]

mod arl_sample;

use std::collections::HashMap;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use airshed::met::arl::{ArlReader, Residuals, checksum_8bit};
use airshed::met::{MetReader, VerticalCoordinate};
use airshed::time::UtcTime;
use arl_sample::{describe, lat_lon, write};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tempfile::tempdir;

const LABEL: usize = 50;
/// Columns of a label that nothing in the format checks.
const FIRST_VALUE: Range<usize> = 36..50;
const MUTANTS: usize = 10_000;

/// Bits of each field, by time, level and name.
type Fields = HashMap<(UtcTime, usize, String), Vec<u32>>;

/// Every field that can be read from these bytes, or the first error.
fn read_all(path: &Path, bytes: &[u8]) -> (Fields, Vec<String>) {
    // A new file: rewriting one makes the file system wait for the disk.
    let _ = std::fs::remove_file(path);
    std::fs::write(path, bytes).unwrap();
    let mut fields = Fields::new();
    let mut errors = Vec::new();
    match ArlReader::open(path) {
        Ok(mut reader) => {
            for k in 0..reader.description().times.len() {
                match reader.read(k) {
                    Ok(snapshot) => fields.extend(snapshot.fields.into_iter().map(|f| {
                        let bits = f.values.iter().map(|v| v.to_bits()).collect();
                        ((snapshot.time, f.level, f.name), bits)
                    })),
                    Err(error) => errors.push(error.to_string()),
                }
            }
        }
        Err(error) => errors.push(error.to_string()),
    }
    (fields, errors)
}

/// What of a record's label tells it from others: time, level, name.
fn identity(record: &[u8]) -> (&[u8], &[u8], &[u8]) {
    (&record[..8], &record[10..12], &record[14..18])
}

fn is_index(record: &[u8]) -> bool {
    &record[14..18] == b"INDX"
}

fn name_of(record: &[u8]) -> String {
    String::from_utf8_lossy(&record[14..18]).trim().to_owned()
}

struct Original {
    bytes: Vec<u8>,
    record_len: usize,
    periods: usize,
    fields: Fields,
}

impl Original {
    fn new(path: &Path, bytes: Vec<u8>, points: usize) -> Self {
        let (fields, errors) = read_all(path, &bytes);
        assert!(errors.is_empty() && !fields.is_empty(), "{errors:?}");
        let times: std::collections::HashSet<UtcTime> = fields.keys().map(|key| key.0).collect();
        Self {
            bytes,
            record_len: LABEL + points,
            periods: times.len(),
            fields,
        }
    }

    fn records(&self) -> impl Iterator<Item = &[u8]> {
        self.bytes.chunks_exact(self.record_len)
    }
}

fn samples(path: &Path) -> Vec<Original> {
    let mut list = Vec::new();
    for (nx, ny, periods, residuals) in [
        (23, 15, 3, Residuals::Omit),
        (12, 9, 2, Residuals::Write),
        (31, 22, 2, Residuals::Omit),
        (16, 16, 1, Residuals::Omit),
    ] {
        let description = describe(
            lat_lon(nx, ny),
            VerticalCoordinate::Pressure,
            &[0.0, 1000.0, 925.0],
            periods,
        );
        write(path, &description, residuals);
        list.push(Original::new(path, std::fs::read(path).unwrap(), nx * ny));
    }
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/met");
    for (name, points, records) in [
        ("ngm_19951016T00_17T10.arl", 33 * 28, 2 * 62),
        ("gdas1_20100211T12_13T00.arl", 345, 2 * 168),
    ] {
        match std::fs::read(shared.join(name)) {
            Ok(bytes) => list.push(Original::new(
                path,
                bytes[..records * (LABEL + points)].to_vec(),
                points,
            )),
            Err(_) => eprintln!("skipped in part: {} does not exist", shared.join(name).display()),
        }
    }
    list
}

/// Columns of labels and indices that hold numbers, counted from the start of an index record.
const NUMBER_COLUMNS: [Range<usize>; 16] = [
    0..2,
    2..4,
    4..6,
    6..8,
    8..10,
    10..12,
    18..22,
    22..36,
    36..50,
    57..59,
    59..66,
    73..80,
    143..146,
    146..149,
    149..152,
    154..158,
];

fn mutate(original: &Original, rng: &mut StdRng) -> Vec<u8> {
    let mut bytes = original.bytes.clone();
    let (len, record_len) = (bytes.len(), original.record_len);
    let span = |rng: &mut StdRng, most: usize| {
        let from = rng.random_range(0..len);
        from..(from + rng.random_range(1..=most)).min(len)
    };
    let records = |rng: &mut StdRng| {
        let count = len / record_len;
        let from = rng.random_range(0..count);
        from * record_len..(from + rng.random_range(1..=3)).min(count) * record_len
    };
    match rng.random_range(0..10) {
        0..=2 => {
            for _ in 0..rng.random_range(1..=3) {
                bytes[rng.random_range(0..len)] ^= 1 << rng.random_range(0..8);
            }
        }
        3 => span(rng, 200).for_each(|k| bytes[k] = rng.random()),
        4 => bytes.truncate(rng.random_range(0..len)),
        5 => {
            let block: Vec<u8> = (0..rng.random_range(1..2 * record_len)).map(|_| rng.random()).collect();
            let at = rng.random_range(0..=len);
            bytes.splice(at..at, block);
        }
        6 => {
            let gone = if rng.random() {
                records(rng)
            } else {
                span(rng, 2 * record_len)
            };
            bytes.drain(gone);
        }
        7 => {
            let block = if rng.random() {
                records(rng)
            } else {
                span(rng, 2 * record_len)
            };
            let at = if rng.random() {
                block.end
            } else {
                rng.random_range(0..=len / record_len) * record_len
            };
            let copy = bytes[block].to_vec();
            bytes.splice(at..at, copy);
        }
        8 => {
            let (a, b) = (
                rng.random_range(0..len / record_len),
                rng.random_range(0..len / record_len),
            );
            let part = if rng.random() { 0..record_len } else { LABEL..record_len };
            for k in part {
                bytes.swap(a * record_len + k, b * record_len + k);
            }
        }
        _ => {
            let start = if rng.random() {
                0
            } else {
                rng.random_range(0..len / record_len) * record_len
            };
            let columns = NUMBER_COLUMNS[rng.random_range(0..NUMBER_COLUMNS.len())].clone();
            let number = rng.random_range(-99_i64..9999).to_string();
            let width = columns.len();
            let text = format!("{number:>width$}");
            let target = (start + columns.start).min(len - width);
            bytes[target..target + width].copy_from_slice(&text.as_bytes()[..width]);
        }
    }
    bytes
}

#[derive(Debug, Default)]
struct Tally {
    unharmed: usize,
    refused: usize,
    /// The text of a first value was replaced by another number.
    first_value: usize,
    /// Other packed bytes of the same checksum.
    collision: usize,
    /// The index was damaged too, so that it no longer holds the checksum.
    index_too: usize,
    /// Grid or minutes of an index were replaced: no other record repeats them in a file of one period.
    index_only: usize,
}

/// Why a field may differ although nothing in the file contradicts it; `None` if there is no reason.
fn excuse(original: &Original, mutant: &[u8], key: &(UtcTime, usize, String), tally: &mut Tally) -> Option<()> {
    let index_of = |bytes: &[u8]| -> Vec<Vec<u8>> {
        bytes
            .chunks_exact(original.record_len)
            .filter(|r| is_index(r))
            .map(<[u8]>::to_vec)
            .collect()
    };
    let index_changed = index_of(&original.bytes)
        .iter()
        .zip(index_of(mutant))
        .any(|(a, b)| *a != b);
    let minutes_changed = || {
        let minutes = |list: Vec<Vec<u8>>| list.iter().map(|r| r[57..59].to_vec()).collect::<Vec<_>>();
        minutes(index_of(&original.bytes)) != minutes(index_of(mutant))
    };
    if index_changed && (original.periods == 1 || !original.fields.contains_key(key) && minutes_changed()) {
        tally.index_only += 1;
        return Some(());
    }
    let mut parent = String::new();
    let civil = key.0.civil();
    let time = format!(
        "{:2}{:2}{:2}{:2}",
        civil.year() % 100,
        civil.month(),
        civil.day(),
        civil.hour()
    );
    for record in original.records().filter(|r| !is_index(r)) {
        let name = name_of(record);
        if !name.starts_with("DIF") {
            parent = name;
        }
        let level: usize = String::from_utf8_lossy(&record[10..12]).trim().parse().unwrap();
        let same_time = String::from_utf8_lossy(&record[..8]).replace(' ', "0") == time.replace(' ', "0");
        if parent != key.2 || level != key.1 || !same_time {
            continue;
        }
        let Some(other) = mutant
            .chunks_exact(original.record_len)
            .find(|r| identity(r) == identity(record))
        else {
            continue;
        };
        if other[FIRST_VALUE] != record[FIRST_VALUE] {
            tally.first_value += 1;
            return Some(());
        }
        if other[LABEL..] != record[LABEL..] {
            let same = checksum_8bit(&other[LABEL..]) == checksum_8bit(&record[LABEL..]);
            *(if same {
                &mut tally.collision
            } else {
                &mut tally.index_too
            }) += 1;
            return (same || index_changed).then_some(());
        }
    }
    None
}

fn check(original: &Original, mutant: &[u8], path: &Path, tally: &mut Tally) {
    let (fields, errors) = read_all(path, mutant);
    let wrong = fields.iter().find(|(key, bits)| original.fields.get(key) != Some(bits));
    match wrong {
        Some((key, _)) => assert!(
            excuse(original, mutant, key, tally).is_some(),
            "silently wrong: {key:?}"
        ),
        None if errors.is_empty() => tally.unharmed += 1,
        None => tally.refused += 1,
    }
    assert!(errors.iter().all(|e| e.contains(": ") && e.len() < 2000), "{errors:?}");
}

#[test]
fn ten_thousand_damaged_files_give_an_error_or_the_right_fields() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("mutant.arl");
    let originals = samples(&path);
    let mut tally = Tally::default();
    for seed in 0..MUTANTS {
        let mut rng = StdRng::seed_from_u64(seed as u64);
        // The real files are larger: one mutant in ten is theirs.
        let real = originals.len() > 4 && rng.random_range(0..10) == 0;
        let original = &originals[if real {
            rng.random_range(4..originals.len())
        } else {
            rng.random_range(0..4)
        }];
        let mutant = mutate(original, &mut rng);
        let outcome = catch_unwind(AssertUnwindSafe(|| check(original, &mutant, &path, &mut tally)));
        assert!(
            outcome.is_ok(),
            "mutant {seed} of a file of {} points",
            original.record_len - LABEL
        );
    }
    eprintln!("{tally:?}");
    let undetected = tally.first_value + tally.collision + tally.index_too + tally.index_only;
    assert_eq!(tally.unharmed + tally.refused + undetected, MUTANTS);
    // About one mutant in four replaces packed bytes at random; one such damage in 255 keeps the checksum.
    assert!(tally.collision + tally.index_too <= MUTANTS / 4 / 255 * 3, "{tally:?}");
    assert!(undetected <= MUTANTS / 20 && tally.refused >= MUTANTS / 2, "{tally:?}");
}
