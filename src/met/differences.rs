//! Differences between the columns of a grid: centred inside, one-sided at the edges of a limited area.

use crate::met::projection::MetGrid;

/// Which columns lie beside a column.
#[derive(Clone, Copy)]
pub(crate) struct Neighbours {
    nx: usize,
    ny: usize,
    cyclic: bool,
}

/// The two columns of a difference, and the cells between them.
#[derive(Clone, Copy)]
pub(crate) struct Pair {
    lower: usize,
    upper: usize,
    cells: f32,
}

impl Neighbours {
    pub(crate) fn of(grid: &MetGrid) -> Self {
        Self {
            nx: grid.nx,
            ny: grid.ny,
            cyclic: grid.is_cyclic(),
        }
    }

    pub(crate) fn count(self) -> usize {
        self.nx * self.ny
    }

    /// Along x and along y.
    pub(crate) fn pairs(self, column: usize) -> [Pair; 2] {
        let (i, j) = (column % self.nx, column / self.nx);
        let limited = |at: usize, count: usize| (at.saturating_sub(1), (at + 1).min(count - 1));
        let (west, east) = if self.cyclic {
            ((i + self.nx - 1) % self.nx, (i + 1) % self.nx)
        } else {
            limited(i, self.nx)
        };
        let (south, north) = limited(j, self.ny);
        let cells_x = if self.cyclic { 2 } else { east - west };
        [
            Pair::new(j * self.nx + west, j * self.nx + east, cells_x),
            Pair::new(south * self.nx + i, north * self.nx + i, north - south),
        ]
    }
}

impl Pair {
    fn new(lower: usize, upper: usize, cells: usize) -> Self {
        Self {
            lower,
            upper,
            cells: cells as f32,
        }
    }

    /// Change of a column's value per cell.
    pub(crate) fn slope(self, value: impl Fn(usize) -> f32) -> f32 {
        (value(self.upper) - value(self.lower)) / self.cells
    }
}
