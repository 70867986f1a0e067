//! Early records split in time: near the receptor a minute can carry particles over several cells.
//!
//! If the median particle moves more than a cell between records of the first 100 minutes, positions and influence are
//! interpolated linearly to every 0.1 min up to 10, 0.2 up to 20 and 0.5 up to 100 min, and the influence of each of
//! these windows is scaled to what it was (STILT v2).

use std::collections::BTreeMap;

use crate::footprint::records::{Record, Slice};
use crate::grid::Axes;

const EARLY_MIN: f64 = 100.0;
/// Ends of the windows that keep their influence, tenths of a minute.
const WINDOW_ENDS: [i64; 3] = [100, 200, 1000];

/// Whether no record after this time takes part in a split.
pub(in crate::footprint) fn is_last(time_min: f64) -> bool {
    time_min.abs() >= EARLY_MIN
}

/// Splits the early records if particles jump over cells. Displacements are compared in degrees with the cell size,
/// whatever the unit of the crs, as in STILT v2: grids in metres are in effect never split.
pub(in crate::footprint) fn split(slices: &mut Vec<Slice>, particles: usize, axes: &Axes) {
    let (jump_x, jump_y) = median_jumps(slices, particles);
    if !(jump_x > axes.dx || jump_y > axes.dy) {
        return;
    }
    let before = window_sums(slices);
    insert_times(slices, particles, axes);
    let after = window_sums(slices);
    for slice in slices {
        if let Some(w) = window(slice.time_min).filter(|&w| after[w] > 0.0) {
            slice.records.iter_mut().for_each(|r| r.foot *= before[w] / after[w]);
        }
    }
}

/// Medians over the particles of their own median displacement between early records, degrees; NaN without any.
fn median_jumps(slices: &[Slice], particles: usize) -> (f64, f64) {
    let early = slices.iter().filter(|s| s.time_min.abs() < EARLY_MIN);
    let mut jumps = vec![(Vec::new(), Vec::new()); particles];
    let mut last: Vec<Option<Record>> = vec![None; particles];
    for record in early.flat_map(|s| &s.records) {
        if let Some(previous) = last[record.particle].replace(*record) {
            jumps[record.particle].0.push((record.x - previous.x).abs());
            jumps[record.particle].1.push((record.y - previous.y).abs());
        }
    }
    let moved = || jumps.iter().filter(|(x, _)| !x.is_empty());
    (
        median(moved().map(|(x, _)| median(x.clone())).collect()),
        median(moved().map(|(_, y)| median(y.clone())).collect()),
    )
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let n = values.len();
    match n {
        0 => f64::NAN,
        _ if n % 2 == 1 => values[n / 2],
        _ => f64::midpoint(values[n / 2 - 1], values[n / 2]),
    }
}

fn tenths(time_min: f64) -> i64 {
    (time_min * 10.0).round() as i64
}

fn window(time_min: f64) -> Option<usize> {
    let age = tenths(time_min).abs();
    WINDOW_ENDS.iter().position(|&end| age <= end)
}

fn window_sums(slices: &[Slice]) -> [f64; 3] {
    let mut sums = [0.0; 3];
    for slice in slices {
        if let Some(w) = window(slice.time_min) {
            sums[w] += slice.records.iter().map(|r| r.foot).sum::<f64>();
        }
    }
    sums
}

/// The times asked for, tenths of a minute, between two records (both excluded).
fn inserted(from: i64, to: i64) -> impl Iterator<Item = i64> {
    let first = (0..=100).chain((102..=200).step_by(2)).chain((205..=1000).step_by(5));
    let backward = from < 0 || to < 0;
    let (low, high) = (from.min(to), from.max(to));
    first
        .map(move |t| if backward { -t } else { t })
        .filter(move |&t| low < t && t < high)
}

fn insert_times(slices: &mut Vec<Slice>, particles: usize, axes: &Axes) {
    let mut early: BTreeMap<i64, Vec<Record>> = BTreeMap::new();
    let mut last: Vec<Option<(i64, Record)>> = vec![None; particles];
    for slice in slices.iter() {
        let now = tenths(slice.time_min);
        for record in &slice.records {
            if let Some((then, previous)) = last[record.particle].replace((now, *record)) {
                for t in inserted(then, now) {
                    let weight = (t - then) as f64 / (now - then) as f64;
                    let between = between(&previous, record, weight, axes);
                    early.entry(t).or_default().push(between);
                }
            }
        }
    }
    for slice in slices.drain(..) {
        early.entry(tenths(slice.time_min)).or_default().extend(slice.records);
    }
    let slice = |(tenths, records): (i64, Vec<Record>)| Slice {
        time_min: tenths as f64 / 10.0,
        records,
    };
    slices.extend(early.into_iter().map(slice));
    if slices.first().is_some_and(|s| s.time_min < 0.0) {
        slices.reverse();
    }
}

fn between(a: &Record, b: &Record, weight: f64, axes: &Axes) -> Record {
    let mix = |a: f64, b: f64| a + (b - a) * weight;
    let turn = if (b.x - a.x).abs() > 180.0 {
        360.0 * (b.x - a.x).signum()
    } else {
        0.0
    };
    Record {
        particle: a.particle,
        place: crate::geo::between(a.place, b.place, weight),
        x: axes.frame_longitude(mix(a.x, b.x - turn)),
        y: mix(a.y, b.y),
        foot: mix(a.foot, b.foot),
    }
}
