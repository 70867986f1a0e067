//! From what each particle did to the particle table.

use std::slice::ChunksExactMut;

use ndarray::Array2;
use rayon::prelude::*;

use super::particle::Report;
use crate::geo::LonLat;
use crate::trajectory::Trajectories;

/// Particles near the ground at night take many sub-steps: small jobs keep all threads at work to the end of a stretch.
const PARTICLES_PER_JOB: usize = 16;
/// Place of the surface influence in a report.
const FOOT: usize = 1;

/// What one particle did in one step; `lon_deg` is NaN from its end on.
#[derive(Clone, Copy)]
pub(super) struct Record {
    pub lon_deg: f64,
    pub lat_deg: f64,
    pub report: [f32; 10],
}

impl Default for Record {
    fn default() -> Self {
        Self {
            lon_deg: f64::NAN,
            lat_deg: f64::NAN,
            report: [f32::NAN; 10],
        }
    }
}

impl Record {
    pub fn place(&self) -> LonLat {
        LonLat {
            lon_deg: self.lon_deg,
            lat_deg: self.lat_deg,
        }
    }
}

impl Report {
    pub(super) fn to_f32(self) -> [f32; 10] {
        [
            self.height_agl_m,
            self.foot,
            self.below_min,
            self.mixing_height_m,
            self.density_kg_m3,
            self.sigma_w_m_s,
            self.time_s,
            self.pressure_hpa,
            self.terrain_m,
            self.mass_weight,
        ]
        .map(|value| value as f32)
    }
}

/// A particle's rows in the tables of a block.
struct Row<'a> {
    lon_deg: &'a mut [f64],
    lat_deg: &'a mut [f64],
    foot: &'a mut [f32],
    /// In the order of [`Record::report`].
    reports: [&'a mut [f32]; 10],
    extra: Vec<&'a mut [f32]>,
}

/// Fills a block with what particles do in its steps. `follow` gets a particle's number, the particle, and its records
/// to fill in: one for each step, and `[step · variables + variable]` of the variables on request. Uses the current rayon
/// pool.
pub(super) fn fill<P: IndexedParallelIterator>(
    block: &mut Trajectories,
    particles: P,
    follow: impl Fn(u32, P::Item, (&mut [Record], &mut [f32])) + Sync,
) {
    let (steps, extras) = (block.time_min.len(), block.extra.len());
    particles
        .zip(rows(block))
        .enumerate()
        .with_max_len(PARTICLES_PER_JOB)
        .for_each_init(
            || (vec![Record::default(); steps], vec![f32::NAN; steps * extras]),
            |(records, looked_up), (index, (particle, row))| {
                records.fill(Record::default());
                looked_up.fill(f32::NAN);
                follow(index as u32, particle, (records, looked_up));
                row.enter(records, looked_up);
            },
        );
}

fn rows(block: &mut Trajectories) -> Vec<Row<'_>> {
    let steps = block.time_min.len();
    let mut reports = [
        &mut block.height_agl_m,
        &mut block.foot_raw,
        &mut block.time_below_min,
        &mut block.mixing_height_m,
        &mut block.air_density_kg_m3,
        &mut block.sigma_w_m_s,
        &mut block.lagrangian_time_s,
        &mut block.pressure_hpa,
        &mut block.terrain_m,
        &mut block.mass_weight,
    ]
    .map(|table| by_particle(table, steps));
    let mut extra: Vec<_> = block.extra.iter_mut().map(|(_, t)| by_particle(t, steps)).collect();
    by_particle(&mut block.lon_deg, steps)
        .zip(by_particle(&mut block.lat_deg, steps))
        .zip(by_particle(&mut block.foot, steps))
        .map(|((lon_deg, lat_deg), foot)| Row {
            lon_deg,
            lat_deg,
            foot,
            reports: reports.each_mut().map(|rows| rows.next().unwrap_or_default()),
            extra: extra.iter_mut().filter_map(Iterator::next).collect(),
        })
        .collect()
}

fn by_particle<T>(table: &mut Array2<T>, steps: usize) -> ChunksExactMut<'_, T> {
    table.as_slice_mut().unwrap_or_default().chunks_exact_mut(steps)
}

impl Row<'_> {
    fn enter(self, records: &[Record], looked_up: &[f32]) {
        put(self.lon_deg, records.iter().map(|record| record.lon_deg));
        put(self.lat_deg, records.iter().map(|record| record.lat_deg));
        for (c, row) in self.reports.into_iter().enumerate() {
            put(row, records.iter().map(|record| record.report[c]));
        }
        put(self.foot, records.iter().map(|record| record.report[FOOT]));
        let extras = self.extra.len();
        for (c, row) in self.extra.into_iter().enumerate() {
            put(row, looked_up.iter().skip(c).step_by(extras).copied());
        }
    }
}

fn put<T>(row: &mut [T], values: impl Iterator<Item = T>) {
    row.iter_mut().zip(values).for_each(|(slot, value)| *slot = value);
}
