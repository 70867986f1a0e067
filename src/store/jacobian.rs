//! Compressed sparse rows: H of y = H x, x a surface flux by cell, y mole fractions.

use rayon::prelude::*;

use super::Span;
use crate::error::{Error, Result};
use crate::time::UtcTime;

/// What a row of a [`Jacobian`] stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Id of the receptor.
    pub receptor_id: String,
    /// The time in which the air picked up the influence, UTC.
    pub span: Span,
}

/// Influence of fluxes [µmol m⁻² s⁻¹] on mole fractions, ppm, without zeros, in compressed sparse rows.
///
/// Entry k of row r is `value[k]` in `column[k]`, k from `row_start[r]` to `row_start[r + 1]`: the arguments `indptr`,
/// `indices` and `data` of `scipy.sparse.csr_array`.
#[derive(Clone, Debug, PartialEq)]
pub struct Jacobian {
    /// What each row stands for.
    pub rows: Vec<Row>,
    /// First entry of each row, and the number of entries.
    pub row_start: Vec<usize>,
    /// Column of each entry, ascending in a row.
    pub column: Vec<u64>,
    /// Value of each entry, ppm / (µmol m⁻² s⁻¹).
    pub value: Vec<f32>,
    /// Number of columns.
    pub columns: usize,
}

impl Jacobian {
    /// H x: ppm of each row for a flux [µmol m⁻² s⁻¹] of each column.
    ///
    /// # Errors
    /// [`Error::Config`] if the flux has not one value for each column.
    pub fn apply(&self, flux: &[f64]) -> Result<Vec<f64>> {
        require_length("flux", flux.len(), self.columns)?;
        let rows = self.row_start.par_windows(2);
        let ppm = rows.map(|row| {
            let entries = self.column[row[0]..row[1]].iter().zip(&self.value[row[0]..row[1]]);
            entries
                .map(|(&column, &value)| f64::from(value) * flux[column as usize])
                .sum()
        });
        Ok(ppm.collect())
    }

    /// Hᵀ y: for each column the sum of its entries times one number for each row; of ones, the sum over all rows.
    ///
    /// # Errors
    /// [`Error::Config`] if there is not one number for each row.
    pub fn apply_transposed(&self, per_row: &[f64]) -> Result<Vec<f64>> {
        require_length("vector", per_row.len(), self.rows.len())?;
        let mut sums = vec![0.0; self.columns];
        for (row, &factor) in self.row_start.windows(2).zip(per_row) {
            for (&column, &value) in self.column[row[0]..row[1]].iter().zip(&self.value[row[0]..row[1]]) {
                sums[column as usize] += factor * f64::from(value);
            }
        }
        Ok(sums)
    }

    /// From layers and cells to receptors and fluxes that last a while: one row for each receptor, column step · cells
    /// + cell, step i from `edges[i]` to `edges[i + 1]`. A layer over several steps counts in each by its share of time.
    ///
    /// # Errors
    /// [`Error::Config`] if the edges do not ascend, or a layer with influence reaches beyond them.
    pub fn on_steps(&self, edges: &[UtcTime]) -> Result<Self> {
        if edges.len() < 2 || !edges.is_sorted_by(|a, b| a < b) {
            let allowed = "two or more times that ascend, from the start of the first flux to the end of the last";
            return Err(Error::config("flux times", edges.len(), allowed));
        }
        let mut merged = Self {
            rows: Vec::new(),
            row_start: vec![0],
            column: Vec::new(),
            value: Vec::new(),
            columns: (edges.len() - 1) * self.columns,
        };
        let mut first = 0;
        for layers in self.rows.chunk_by(|a, b| a.receptor_id == b.receptor_id) {
            let mut entries = Vec::new();
            for (k, row) in (first..).zip(layers) {
                self.place(k, row, edges, &mut entries)?;
            }
            first += layers.len();
            merged.push(whole_span(layers), entries);
        }
        Ok(merged)
    }

    /// The entries of a row by step and cell.
    fn place(&self, row: usize, of: &Row, edges: &[UtcTime], entries: &mut Vec<(u64, f64)>) -> Result<()> {
        let span = self.row_start[row]..self.row_start[row + 1];
        if span.is_empty() {
            return Ok(());
        }
        for (step, share) in shares(&of.span, edges)? {
            let offset = (step * self.columns) as u64;
            let shared = |k: usize| (offset + self.column[k], share * f64::from(self.value[k]));
            entries.extend(span.clone().map(shared));
        }
        Ok(())
    }

    fn push(&mut self, row: Row, mut entries: Vec<(u64, f64)>) {
        entries.sort_by_key(|(column, _)| *column);
        for same in entries.chunk_by(|a, b| a.0 == b.0) {
            self.column.push(same[0].0);
            self.value.push(same.iter().map(|(_, value)| value).sum::<f64>() as f32);
        }
        self.row_start.push(self.column.len());
        self.rows.push(row);
    }
}

fn whole_span(layers: &[Row]) -> Row {
    let starts = layers.iter().map(|row| row.span.start);
    let ends = layers.iter().map(|row| row.span.end);
    let first = &layers[0];
    Row {
        receptor_id: first.receptor_id.clone(),
        span: starts.min().unwrap_or(first.span.start)..ends.max().unwrap_or(first.span.end),
    }
}

/// The steps that a layer touches, and the share of it in each.
fn shares(layer: &Span, edges: &[UtcTime]) -> Result<Vec<(usize, f64)>> {
    let (first, last) = (edges[0], edges[edges.len() - 1]);
    if layer.start < first || layer.end > last {
        return Err(Error::config(
            "flux times",
            format!("{first} to {last}"),
            format!(
                "must hold all layers with influence; one runs from {} to {}",
                layer.start, layer.end
            ),
        ));
    }
    let length = (layer.end.seconds() - layer.start.seconds()) as f64;
    let begin = edges.partition_point(|&edge| edge <= layer.start) - 1;
    let steps = edges.windows(2).enumerate().skip(begin);
    let touched = steps.take_while(|(_, step)| step[0] < layer.end);
    let shared = touched.map(|(i, step)| {
        let seconds = step[1].min(layer.end).seconds() - step[0].max(layer.start).seconds();
        (i, seconds as f64 / length)
    });
    Ok(shared.collect())
}

fn require_length(what: &str, found: usize, wanted: usize) -> Result<()> {
    if found == wanted {
        return Ok(());
    }
    Err(Error::config(
        format!("length of the {what}"),
        found,
        format!("must be {wanted}: one value for each"),
    ))
}
