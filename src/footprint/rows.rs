//! Values by row and column of which only the rows that are in use take memory.

use std::ops::Range;

/// A table of zeros until something is added.
#[derive(Clone, Debug, Default)]
pub(super) struct Rows {
    columns: usize,
    rows: Vec<Vec<f64>>,
}

impl Rows {
    pub fn new((rows, columns): (usize, usize)) -> Self {
        Self {
            columns,
            rows: vec![Vec::new(); rows],
        }
    }

    /// Rows and columns.
    pub fn dim(&self) -> (usize, usize) {
        (self.rows.len(), self.columns)
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// A row; empty if all of it is 0.
    pub fn row(&self, row: usize) -> &[f64] {
        &self.rows[row]
    }

    /// A row to add to.
    pub fn row_mut(&mut self, row: usize) -> &mut [f64] {
        let values = &mut self.rows[row];
        if values.is_empty() {
            *values = vec![0.0; self.columns];
        }
        values
    }

    /// Makes rows 0 again.
    pub fn clear(&mut self, rows: Range<usize>) {
        self.rows[rows].fill(Vec::new());
    }
}
