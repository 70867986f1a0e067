//! A place between four columns and two met times.

use crate::met::snapshot::{ColumnView, LevelFields, Snapshot};

/// Cells along the lower and upper edges of a limited area in which the reference drops particles.
const LOWER_MARGIN: f64 = 1.0;
const UPPER_MARGIN: f64 = 2.0;

/// The snapshots that bracket a step, of one nest.
#[derive(Clone, Copy)]
pub(in crate::transport) struct Bracket<'a> {
    pub before: &'a Snapshot,
    pub after: &'a Snapshot,
    pub cyclic: bool,
    pub forward: bool,
}

/// The four columns around a place, at the two met times.
#[derive(Clone, Copy)]
struct Cell<'a> {
    /// Grid indices of its edges.
    i: [usize; 2],
    j: [usize; 2],
    before: [&'a [LevelFields]; 4],
    after: [&'a [LevelFields]; 4],
    terrain_m: [f32; 4],
}

/// Where one is in a cell, and when.
#[derive(Clone, Copy)]
pub(super) struct Point<'a> {
    pub bracket: Bracket<'a>,
    cell: Cell<'a>,
    /// Of the four columns.
    weights: [f32; 4],
    /// Weight of the later snapshot, 0 … 1.
    pub later: f32,
    /// Which of the four columns is nearest.
    pub nearest: usize,
}

impl<'a> Cell<'a> {
    #[inline(never)]
    fn new(bracket: Bracket<'a>, i: usize, j: usize) -> Self {
        let next_i = if i + 1 == bracket.before.nx { 0 } else { i + 1 };
        let (i, j) = ([i, next_i], [j, j + 1]);
        let columns = |snapshot: &'a Snapshot| [0, 1, 2, 3].map(|c| snapshot.column(i[c & 1], j[c >> 1]));
        let [before, after] = [bracket.before, bracket.after].map(columns);
        let fields = |column: ColumnView<'a>| column.fields;
        Self {
            i,
            j,
            before: before.map(fields),
            after: after.map(fields),
            terrain_m: before.map(|column| column.surface.terrain_m),
        }
    }
}

impl<'a> Point<'a> {
    /// The point at fractional indices, `None` outside the grid.
    #[inline]
    pub fn new(bracket: Bracket<'a>, x: f64, y: f64, later: f64) -> Option<Self> {
        let (i, j, within) = bracket.cell_of(x, y)?;
        Some(Self::of(bracket, Cell::new(bracket, i, j), within, later))
    }

    /// The point at other indices and time weight, `None` outside the grid.
    #[inline]
    pub fn moved(&self, x: f64, y: f64, later: f64) -> Option<Self> {
        let (i, j, within) = self.bracket.cell_of(x, y)?;
        let cell = match i == self.cell.i[0] && j == self.cell.j[0] {
            true => self.cell,
            false => Cell::new(self.bracket, i, j),
        };
        Some(Self::of(self.bracket, cell, within, later))
    }

    #[inline]
    fn of(bracket: Bracket<'a>, cell: Cell<'a>, [fx, fy]: [f32; 2], later: f64) -> Self {
        Self {
            bracket,
            cell,
            weights: [(1.0 - fx) * (1.0 - fy), fx * (1.0 - fy), (1.0 - fx) * fy, fx * fy],
            later: later as f32,
            nearest: usize::from(fx >= 0.5) + 2 * usize::from(fy >= 0.5),
        }
    }

    /// Four fields of a level, from the `FIRST`th on: bilinear in space, linear in time.
    #[inline]
    pub fn four_fields<const FIRST: usize>(&self, k: usize) -> [f32; 4] {
        let (mut before, mut after) = ([0.0; 4], [0.0; 4]);
        for (c, &weight) in self.weights.iter().enumerate() {
            let (b, a) = (&self.cell.before[c][k], &self.cell.after[c][k]);
            for f in 0..4 {
                before[f] += weight * b[FIRST + f];
                after[f] += weight * a[FIRST + f];
            }
        }
        std::array::from_fn(|f| before[f] + self.later * (after[f] - before[f]))
    }

    /// A value by met time and column: bilinear in space, linear in time.
    pub fn blend(&self, value: impl Fn(usize, usize) -> f32) -> f32 {
        let each = self.weights.iter().enumerate().map(|(c, weight)| {
            let [b, a] = [value(0, c), value(1, c)];
            weight * (b + self.later * (a - b))
        });
        each.sum()
    }

    /// A value by column, given by its flat index: bilinear in space.
    pub fn bilinear(&self, value: impl Fn(usize) -> f64) -> f64 {
        (0..4).map(|c| f64::from(self.weights[c]) * value(self.flat(c))).sum()
    }

    /// Terrain height, m above sea level.
    #[inline]
    pub fn terrain_m(&self) -> f64 {
        let sum: f32 = (0..4).map(|c| self.weights[c] * self.cell.terrain_m[c]).sum();
        f64::from(sum)
    }

    /// Fields of one of the four columns, before and after.
    #[inline]
    pub fn fields(&self, c: usize) -> [&'a [LevelFields]; 2] {
        [self.cell.before[c], self.cell.after[c]]
    }

    /// Grid indices of one of the four columns.
    #[inline]
    pub fn place(&self, c: usize) -> (usize, usize) {
        (self.cell.i[c & 1], self.cell.j[c >> 1])
    }

    /// Flat index of one of the four columns.
    #[inline]
    pub fn flat(&self, c: usize) -> usize {
        let (i, j) = self.place(c);
        j * self.bracket.before.nx + i
    }

    /// Whether the nearest column is also that of another point.
    #[inline]
    pub fn shares_nearest_with(&self, other: &Self) -> bool {
        self.place(self.nearest) == other.place(other.nearest)
    }
}

impl Bracket<'_> {
    /// Grid indices of the cell that holds a place, and where in it, 0 … 1; `None` outside the grid.
    #[inline]
    fn cell_of(self, x: f64, y: f64) -> Option<(usize, usize, [f32; 2])> {
        let (nx, ny) = (self.before.nx, self.before.ny);
        let outside = |at: f64, count: usize| !(at >= LOWER_MARGIN && at <= count as f64 - 1.0 - UPPER_MARGIN);
        let (x, last_i) = match self.cyclic {
            true if !(0.0..nx as f64).contains(&x) => (x.rem_euclid(nx as f64), nx - 1),
            true => (x, nx - 1),
            false if outside(x, nx) || outside(y, ny) => return None,
            false => (x, nx - 2),
        };
        if !(y >= 0.0 && y <= (ny - 1) as f64) {
            return None;
        }
        let (i, j) = ((x as usize).min(last_i), (y as usize).min(ny - 2));
        Some((i, j, [(x - i as f64) as f32, (y - j as f64) as f32]))
    }
}
