//! From what each particle did to the particle table.

use ndarray::Array2;

use super::particle::Report;
use crate::geo::LonLat;
use crate::receptor::Receptor;
use crate::trajectory::{Status, Trajectories};
use crate::variable::Variable;

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

/// The records of the stretch at hand.
pub(super) struct Records {
    /// `[particle][step]`.
    rows: Vec<Record>,
    /// Variables on request, `[particle][step · variables + variable]`.
    looked_up: Vec<Vec<f32>>,
}

impl Records {
    pub fn new(particles: usize) -> Self {
        Self {
            rows: Vec::new(),
            looked_up: vec![Vec::new(); particles],
        }
    }

    /// Blank records of so many steps: all rows, and each particle's row of `extras` variables.
    pub fn blank(&mut self, steps: usize, extras: usize) -> (&mut [Record], &mut [Vec<f32>]) {
        self.rows.clear();
        self.rows.resize(self.looked_up.len() * steps, Record::default());
        for row in &mut self.looked_up {
            row.clear();
            row.resize(steps * extras, f32::NAN);
        }
        (&mut self.rows, &mut self.looked_up)
    }

    /// The particle table of the stretch, as far as it is known here.
    pub fn table(&self, receptor: &Receptor, time_min: Vec<f64>, on_request: &[Variable]) -> Trajectories {
        let extra = extra_tables(on_request, &self.looked_up, time_min.len());
        let status = vec![Status::Alive; self.looked_up.len()];
        Trajectories {
            extra,
            ..table(receptor, time_min, status, &self.rows)
        }
    }
}

/// Tables of the variables on request, from each particle's rows of them.
fn extra_tables(variables: &[Variable], rows: &[Vec<f32>], steps: usize) -> Vec<(Variable, Array2<f32>)> {
    let column = |k: usize| Array2::from_shape_fn((rows.len(), steps), |(p, t)| rows[p][t * variables.len() + k]);
    variables.iter().enumerate().map(|(k, &v)| (v, column(k))).collect()
}

fn table(receptor: &Receptor, time_min: Vec<f64>, status: Vec<Status>, records: &[Record]) -> Trajectories {
    let shape = (status.len(), time_min.len());
    let column = |c: usize| in_order(shape, records.iter().map(|record| record.report[c]));
    let foot_raw = column(1);
    Trajectories {
        lon_deg: in_order(shape, records.iter().map(|record| record.lon_deg)),
        lat_deg: in_order(shape, records.iter().map(|record| record.lat_deg)),
        height_agl_m: column(0),
        foot: foot_raw.clone(),
        foot_raw,
        time_below_min: column(2),
        mixing_height_m: column(3),
        air_density_kg_m3: column(4),
        sigma_w_m_s: column(5),
        lagrangian_time_s: column(6),
        pressure_hpa: column(7),
        terrain_m: column(8),
        mass_weight: column(9),
        status,
        ..Trajectories::new(receptor.clone(), 0, time_min)
    }
}

/// A table from its values, row by row.
fn in_order<T: Default>(shape: (usize, usize), mut values: impl Iterator<Item = T>) -> Array2<T> {
    Array2::from_shape_simple_fn(shape, || values.next().unwrap_or_default())
}
