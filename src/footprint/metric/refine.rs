//! From a level to the next finer one: each cell gives its four (or two) parts and their neighbours its sum, with the
//! weights (1 3 3 1)/8 along each axis. Sums are kept, and normal kernels stay normal: they widen by 3/16 of the coarse
//! cell's width².

use super::level::{Level, Levels};
use crate::footprint::map::Map;
use crate::footprint::rows::Rows;

/// Shares of a cell that go to the half next to a neighbour: from itself and from the neighbour.
const OWN: f64 = 3.0 / 8.0;
const NEIGHBOUR: f64 = 1.0 / 8.0;

/// Adds a map of the level `from` to a map of the finer level before it.
pub(super) fn refine(levels: &Levels, from: usize, coarse: &Map, fine: &mut Map) {
    let (parent, child) = (&levels.all[from], &levels.all[from - 1]);
    let (rows, columns) = coarse.touched.clone();
    if rows.is_empty() {
        return;
    }
    let along = |axis: usize| Doubling::between(parent, child, axis);
    let (along_x, along_y) = (along(0), along(1));
    let first = rows.start.saturating_sub(1);
    let columns = columns.start.saturating_sub(1)..(columns.end + 1).min(parent.columns);
    let mut mixed = vec![0.0; columns.len()];
    let mut finer = vec![0.0; 2 * columns.len()];
    for row in first..(rows.end + 1).min(parent.rows) {
        for half in 0..along_y.parts() {
            mix(
                &coarse.values,
                row,
                along_y.neighbour(half),
                columns.clone(),
                &mut mixed,
            );
            let parts = along_x.spread(&mixed, &mut finer);
            let target = along_y.target(row, half);
            let first_column = along_x.target(columns.start, 0);
            place(levels, child, target, first_column, &finer[..parts], fine);
        }
    }
}

/// How cells of a level lie on the finer one along an axis.
struct Doubling {
    is_doubled: bool,
    margins: [i64; 2],
}

impl Doubling {
    fn between(parent: &Level, child: &Level, axis: usize) -> Self {
        Self {
            is_doubled: parent.factor[axis] != child.factor[axis],
            margins: [parent.margin, child.margin],
        }
    }

    fn parts(&self) -> usize {
        if self.is_doubled { 2 } else { 1 }
    }

    /// Where the neighbour lies that shares in a half.
    fn neighbour(&self, half: usize) -> Option<i64> {
        self.is_doubled.then_some(if half == 0 { -1 } else { 1 })
    }

    /// Cell of the finer level; it may lie outside.
    fn target(&self, cell: usize, half: usize) -> i64 {
        (cell as i64 - self.margins[0]) * self.parts() as i64 + half as i64 + self.margins[1]
    }

    /// Spreads a row along itself; how many cells there are then.
    fn spread(&self, row: &[f64], finer: &mut [f64]) -> usize {
        if !self.is_doubled {
            finer[..row.len()].copy_from_slice(row);
            return row.len();
        }
        let at = |i: usize| row.get(i).copied().unwrap_or(0.0);
        for (i, halves) in finer.chunks_exact_mut(2).enumerate() {
            let own = OWN * row[i];
            halves[0] = own + NEIGHBOUR * at(i.wrapping_sub(1));
            halves[1] = own + NEIGHBOUR * at(i + 1);
        }
        2 * row.len()
    }
}

/// One half of a row: its own share and its neighbour's.
fn mix(values: &Rows, row: usize, neighbour: Option<i64>, columns: std::ops::Range<usize>, mixed: &mut [f64]) {
    let at = |row: &[f64], i: usize| row.get(i).copied().unwrap_or(0.0);
    let own = values.row(row);
    let Some(step) = neighbour else {
        mixed.iter_mut().zip(columns).for_each(|(m, i)| *m = at(own, i));
        return;
    };
    let beside = row as i64 + step;
    let beside = (0..values.dim().0 as i64)
        .contains(&beside)
        .then(|| values.row(beside as usize));
    for (m, i) in mixed.iter_mut().zip(columns) {
        *m = OWN * at(own, i) + NEIGHBOUR * beside.map_or(0.0, |row| at(row, i));
    }
}

/// Adds a row to the finer map: what lies over a pole comes down on the other side, what lies elsewhere outside is lost.
fn place(levels: &Levels, child: &Level, row: i64, first_column: i64, values: &[f64], fine: &mut Map) {
    let Some((row, turned)) = row_on_grid(levels, child, row) else {
        return;
    };
    if !turned {
        return place_in_row(child, row, first_column, values, fine);
    }
    let core = child.columns as i64 - 2 * child.margin;
    let from = (child.margin - first_column).clamp(0, values.len() as i64);
    let to = (child.margin + core - first_column).clamp(from, values.len() as i64);
    for shift in [-core, 0, core] {
        let column = first_column + from + core / 2 + shift;
        place_in_row(child, row, column, &values[from as usize..to as usize], fine);
    }
}

fn place_in_row(child: &Level, row: usize, first_column: i64, values: &[f64], fine: &mut Map) {
    let from = (-first_column).clamp(0, values.len() as i64);
    let to = (child.columns as i64 - first_column).clamp(from, values.len() as i64);
    if to > from {
        let values = &values[from as usize..to as usize];
        fine.add_row(row, (first_column + from) as usize, values, 1.0);
    }
}

/// The row of a level where a row comes down, and whether on the other side of a pole; `None` outside the level.
fn row_on_grid(levels: &Levels, level: &Level, row: i64) -> Option<(usize, bool)> {
    let (first, end) = (level.margin, level.rows as i64 - level.margin);
    if row < first && levels.ends_at_pole[0] {
        return usize::try_from(2 * first - 1 - row).ok().map(|row| (row, true));
    }
    if row >= end && levels.ends_at_pole[1] {
        return usize::try_from(2 * end - 1 - row).ok().map(|row| (row, true));
    }
    (0..level.rows as i64).contains(&row).then_some((row as usize, false))
}

/// Share of each cell of a level along an axis that comes to lie in the grid when it is refined all the way.
pub(super) fn shares_inside(levels: &Levels, level: usize, axis: usize, cells_of_grid: usize) -> Vec<f64> {
    let mut shares = vec![1.0; cells_of_grid];
    for from in 1..=level {
        let (parent, child) = (&levels.all[from], &levels.all[from - 1]);
        let count = |level: &Level| if axis == 0 { level.columns } else { level.rows };
        let doubling = Doubling::between(parent, child, axis);
        let share = |cell: i64| -> f64 {
            let on_grid = match axis {
                0 => (0..count(child) as i64).contains(&cell).then_some(cell as usize),
                _ => row_on_grid(levels, child, cell).map(|(row, _)| row),
            };
            on_grid.map_or(0.0, |cell| shares[cell])
        };
        let of_parent = |cell: usize| {
            let first = doubling.target(cell, 0);
            if doubling.is_doubled {
                NEIGHBOUR * (share(first - 1) + share(first + 2)) + OWN * (share(first) + share(first + 1))
            } else {
                share(first)
            }
        };
        shares = (0..count(parent)).map(of_parent).collect();
    }
    shares
}
