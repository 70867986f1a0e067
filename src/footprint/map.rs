//! The map of one group of particles in one layer, on which influence is spread.

use std::ops::Range;

use super::gridder::Deposit;
use super::rows::Rows;

/// Influence of one group of particles in one layer.
#[derive(Clone, Debug)]
pub(super) struct Map {
    pub values: Rows,
    /// Rows and columns outside which all values are 0.
    pub touched: (Range<usize>, Range<usize>),
    /// Of deposits whose kernel touches the grid, what fell outside it.
    pub smeared_out: f64,
    /// Of deposits whose kernel does not touch the grid.
    pub outside: f64,
    /// Rows that are spread along x, and not yet along y.
    half_spread: Vec<f64>,
}

/// The cells of deposits whose kernel touches the map.
#[derive(Default)]
struct Cloud {
    rows: Range<i64>,
    columns: Range<i64>,
    count: usize,
}

/// What a further row of cells costs, in cells.
const ROW_OVERHEAD: usize = 6;

impl Map {
    pub fn new(shape: (usize, usize)) -> Self {
        Self {
            values: Rows::new(shape),
            touched: (0..0, 0..0),
            smeared_out: 0.0,
            outside: 0.0,
            half_spread: Vec::new(),
        }
    }

    /// Adds a product of weights along y and x whose first cell is (`row`, `column`), times `foot`; cells outside the map
    /// count as smeared out, or as outside if no cell is in it. The weights' product sums to 1.
    pub fn stamp(&mut self, (row, column): (i64, i64), (along_y, along_x): (&[f64], &[f64]), foot: f64) {
        let (rows, columns) = self.values.dim();
        let (y, x) = (
            overlap(row, along_y.len(), rows),
            overlap(column, along_x.len(), columns),
        );
        if y.is_empty() || x.is_empty() {
            self.outside += foot;
            return;
        }
        let first_row = (row + y.start as i64) as usize;
        let first_column = (column + x.start as i64) as usize;
        let is_inside = y.len() == along_y.len() && x.len() == along_x.len();
        let (along_y, along_x) = (&along_y[y], &along_x[x]);
        for (row, weight) in (first_row..).zip(along_y) {
            let value = weight * foot;
            add(&mut self.values.row_mut(row)[first_column..], along_x, value);
        }
        if !is_inside {
            let inside = along_y.iter().sum::<f64>() * along_x.iter().sum::<f64>();
            self.smeared_out += foot * (1.0 - inside).max(0.0);
        }
        self.touch(
            first_row..first_row + along_y.len(),
            first_column..first_column + along_x.len(),
        );
    }

    /// Spreads deposits, each from the middle of its cell, with one product of weights along y and x: one by one, or first
    /// all along x and then all along y, whichever is less work.
    pub fn spread(&mut self, deposits: &[Deposit], (along_y, along_x): (&[f64], &[f64])) {
        let (reach_y, reach_x) = ((along_y.len() / 2) as i64, (along_x.len() / 2) as i64);
        let (rows, columns) = self.values.dim();
        let mut cloud = Cloud::default();
        for d in deposits {
            let touches = (-reach_y..rows as i64 + reach_y).contains(&d.row)
                && (-reach_x..columns as i64 + reach_x).contains(&d.column);
            if touches {
                cloud.add(d);
            }
        }
        let (height, width) = (
            cloud.rows.clone().count(),
            cloud.columns.clone().count() + along_x.len() - 1,
        );
        let one_by_one = cloud.count * along_y.len() * (along_x.len() + ROW_OVERHEAD);
        let together = cloud.count * along_x.len() + height * (along_y.len() + 1) * (width + ROW_OVERHEAD);
        if one_by_one <= together {
            for d in deposits {
                self.stamp((d.row - reach_y, d.column - reach_x), (along_y, along_x), d.foot);
            }
        } else {
            self.spread_together(deposits, &cloud, (along_y, along_x));
        }
    }

    fn spread_together(&mut self, deposits: &[Deposit], cloud: &Cloud, (along_y, along_x): (&[f64], &[f64])) {
        let (reach_y, reach_x) = ((along_y.len() / 2) as i64, (along_x.len() / 2) as i64);
        let (rows, columns) = self.values.dim();
        let (rows, columns) = (rows as i64, columns as i64);
        let west = (cloud.columns.start - reach_x).max(0);
        let width = ((cloud.columns.end + reach_x).min(columns) - west) as usize;
        self.half_spread.clear();
        self.half_spread.resize(cloud.rows.clone().count() * width, 0.0);
        for d in deposits {
            let first = d.column - reach_x;
            let x = overlap(first - west, along_x.len(), width);
            let y = overlap(d.row - reach_y, along_y.len(), rows as usize);
            if x.is_empty() || y.is_empty() {
                self.outside += d.foot;
                continue;
            }
            if x.len() < along_x.len() || y.len() < along_y.len() {
                let inside = along_y[y].iter().sum::<f64>() * along_x[x.clone()].iter().sum::<f64>();
                self.smeared_out += d.foot * (1.0 - inside).max(0.0);
            }
            let start = (d.row - cloud.rows.start) as usize * width + (first + x.start as i64 - west) as usize;
            add(&mut self.half_spread[start..], &along_x[x], d.foot);
        }
        let north = (cloud.rows.end + reach_y).min(rows);
        let reached = (cloud.rows.start - reach_y).max(0)..north;
        let columns = west as usize..west as usize + width;
        for row in reached.clone() {
            let target = self.values.row_mut(row as usize);
            let sources = (row - reach_y).max(cloud.rows.start)..(row + reach_y + 1).min(cloud.rows.end);
            for source in sources {
                let start = (source - cloud.rows.start) as usize * width;
                let weight = along_y[(row - source + reach_y) as usize];
                add(
                    &mut target[columns.clone()],
                    &self.half_spread[start..start + width],
                    weight,
                );
            }
        }
        self.touch(reached.start as usize..reached.end as usize, columns);
    }

    /// Adds weights along a row of the map, times `foot`.
    pub fn add_row(&mut self, row: usize, first_column: usize, weights: &[f64], foot: f64) {
        add(&mut self.values.row_mut(row)[first_column..], weights, foot);
        self.touch(row..row + 1, first_column..first_column + weights.len());
    }

    /// The values of some rows and columns, row by row.
    pub fn window(&self, rows: &Range<usize>, columns: &Range<usize>) -> Vec<f64> {
        let mut window = Vec::with_capacity(rows.len() * columns.len());
        for row in rows.clone().map(|j| self.values.row(j)) {
            match row.get(columns.clone()) {
                Some(values) => window.extend_from_slice(values),
                None => window.resize(window.len() + columns.len(), 0.0),
            }
        }
        window
    }

    pub fn sum(&self) -> f64 {
        let (rows, columns) = &self.touched;
        let rows = rows.clone().filter_map(|j| self.values.row(j).get(columns.clone()));
        rows.map(|row| row.iter().sum::<f64>()).sum()
    }

    pub fn clear(&mut self) {
        let (rows, _) = std::mem::replace(&mut self.touched, (0..0, 0..0));
        self.values.clear(rows);
    }

    fn touch(&mut self, rows: Range<usize>, columns: Range<usize>) {
        self.touched = (hull(&self.touched.0, rows), hull(&self.touched.1, columns));
    }
}

/// Adds `values` times `factor` to the first of `cells`.
fn add(cells: &mut [f64], values: &[f64], factor: f64) {
    for (cell, value) in cells.iter_mut().zip(values) {
        *cell += factor * value;
    }
}

impl Cloud {
    fn add(&mut self, deposit: &Deposit) {
        if self.count == 0 {
            (self.rows, self.columns) = (deposit.row..deposit.row, deposit.column..deposit.column);
        }
        self.rows = self.rows.start.min(deposit.row)..self.rows.end.max(deposit.row + 1);
        self.columns = self.columns.start.min(deposit.column)..self.columns.end.max(deposit.column + 1);
        self.count += 1;
    }
}

/// The smallest range that holds both; an empty one holds nothing.
pub(super) fn hull(a: &Range<usize>, b: Range<usize>) -> Range<usize> {
    if a.is_empty() {
        b
    } else {
        a.start.min(b.start)..a.end.max(b.end)
    }
}

/// Which of `length` weights from cell `first` on fall on the cells 0…`cells`.
fn overlap(first: i64, length: usize, cells: usize) -> Range<usize> {
    let end = (cells as i64 - first).clamp(0, length as i64);
    (-first).clamp(0, end) as usize..end as usize
}
