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
    pub forward: bool,
    cyclic: bool,
    /// Least and greatest fractional indices along x and along y at which particles are followed.
    bounds: [[f64; 2]; 2],
    /// Greatest indices of the first corner of a cell.
    last: [u32; 2],
}

/// Four columns at the corners of a cell, at two met times.
#[derive(Clone, Copy)]
pub(super) struct Cell<'a> {
    pub bracket: Bracket<'a>,
    /// Grid indices of its edges.
    i: [u32; 2],
    j: [u32; 2],
    before: [&'a [LevelFields]; 4],
    after: [&'a [LevelFields]; 4],
    terrain_m: [f32; 4],
}

/// Where in a cell, and when.
#[derive(Clone, Copy)]
pub(super) struct Within {
    /// Of the four columns, each once for each of four fields.
    weights: [[f32; 4]; 4],
    /// Weight of the later snapshot, 0 … 1.
    pub later: f32,
    /// Which of the four columns is nearest.
    pub nearest: usize,
}

/// A place and a time in a cell.
#[derive(Clone, Copy)]
pub(super) struct Point<'c, 'a> {
    pub cell: &'c Cell<'a>,
    pub within: Within,
}

impl<'a> Cell<'a> {
    /// The cell whose first corner has these grid indices.
    #[inline(never)]
    pub fn new(bracket: Bracket<'a>, [i, j]: [u32; 2]) -> Self {
        let next_i = if i as usize + 1 == bracket.before.nx { 0 } else { i + 1 };
        let (i, j) = ([i, next_i], [j, j + 1]);
        let place = |c: usize| (i[c & 1] as usize, j[c >> 1] as usize);
        let columns = |snapshot: &'a Snapshot| [0, 1, 2, 3].map(place).map(|(i, j)| snapshot.column(i, j));
        let [before, after] = [bracket.before, bracket.after].map(columns);
        let fields = |column: ColumnView<'a>| column.fields;
        Self {
            bracket,
            i,
            j,
            before: before.map(fields),
            after: after.map(fields),
            terrain_m: before.map(|column| column.surface.terrain_m),
        }
    }

    /// One of the four columns, before and after.
    pub fn columns(&self, c: usize) -> [ColumnView<'a>; 2] {
        let [i, j] = self.place(c);
        [self.bracket.before, self.bracket.after].map(|snapshot| snapshot.column(i, j))
    }

    /// Whether its first corner has these grid indices.
    #[inline]
    pub fn is_at(&self, [i, j]: [u32; 2]) -> bool {
        i == self.i[0] && j == self.j[0]
    }

    /// Grid indices of one of the four columns.
    #[inline]
    pub fn place(&self, c: usize) -> [usize; 2] {
        [self.i[c & 1] as usize, self.j[c >> 1] as usize]
    }

    /// Flat index of one of the four columns.
    pub fn flat(&self, c: usize) -> usize {
        let [i, j] = self.place(c);
        j * self.bracket.before.nx + i
    }

    /// Fields of one of the four columns, before and after.
    pub fn fields(&self, c: usize) -> [&'a [LevelFields]; 2] {
        [self.before[c], self.after[c]]
    }
}

impl Within {
    #[inline]
    fn new([fx, fy]: [f32; 2], later: f64) -> Self {
        let weights = [(1.0 - fx) * (1.0 - fy), fx * (1.0 - fy), (1.0 - fx) * fy, fx * fy];
        Self {
            weights: weights.map(|weight| [weight; 4]),
            later: later as f32,
            nearest: usize::from(fx >= 0.5) + 2 * usize::from(fy >= 0.5),
        }
    }
}

impl Point<'_, '_> {
    /// Fields of level `k` and of the one above, `N` of them from the `FIRST`th on: bilinear in space, linear in time.
    #[inline]
    pub fn fields<const FIRST: usize, const N: usize>(&self, k: usize) -> [[f32; N]; 2] {
        let (mut before, mut after) = ([[0.0; N]; 2], [[0.0; N]; 2]);
        for (c, weight) in self.within.weights.iter().enumerate() {
            let (b, a) = (layer(self.cell.before[c], k), layer(self.cell.after[c], k));
            for side in 0..2 {
                for f in 0..N {
                    before[side][f] += weight[f % 4] * b[side][FIRST + f];
                    after[side][f] += weight[f % 4] * a[side][FIRST + f];
                }
            }
        }
        let later = self.within.later;
        [0, 1].map(|side| std::array::from_fn(|f| before[side][f] + later * (after[side][f] - before[side][f])))
    }

    /// A value by met time and column: bilinear in space, linear in time.
    pub fn blend(&self, value: impl Fn(usize, usize) -> f32) -> f32 {
        let each = self.within.weights.iter().enumerate().map(|(c, weight)| {
            let [b, a] = [value(0, c), value(1, c)];
            weight[0] * (b + self.within.later * (a - b))
        });
        each.sum()
    }

    /// A value by column, given by its flat index: bilinear in space.
    pub fn bilinear(&self, value: impl Fn(usize) -> f64) -> f64 {
        (0..4)
            .map(|c| f64::from(self.within.weights[c][0]) * value(self.cell.flat(c)))
            .sum()
    }

    /// Terrain height, m above sea level.
    #[inline]
    pub fn terrain_m(&self) -> f64 {
        let sum: f32 = (0..4).map(|c| self.within.weights[c][0] * self.cell.terrain_m[c]).sum();
        f64::from(sum)
    }
}

/// Fields of level `k` of a column and of the one above.
#[inline]
fn layer(column: &[LevelFields], k: usize) -> [&LevelFields; 2] {
    match &column[k..k + 2] {
        [below, above] => [below, above],
        _ => unreachable!("two levels"),
    }
}

impl<'a> Bracket<'a> {
    /// Of the snapshots before and after; `cyclic` if their grid goes round the earth.
    pub fn new([before, after]: [&'a Snapshot; 2], cyclic: bool, forward: bool) -> Self {
        let (nx, ny) = (before.nx, before.ny);
        let limited = |count: usize| [LOWER_MARGIN, count as f64 - 1.0 - UPPER_MARGIN];
        Self {
            before,
            after,
            forward,
            cyclic,
            bounds: match cyclic {
                true => [[0.0, nx as f64], [0.0, (ny - 1) as f64]],
                false => [limited(nx), limited(ny)],
            },
            last: [nx - 1 - usize::from(!cyclic), ny - 2].map(|last| last as u32),
        }
    }

    /// Grid indices of the first corner of the cell that holds fractional indices, and where in it; `None` outside the
    /// grid. `later` is the weight of the later snapshot.
    #[inline]
    pub(super) fn within(self, mut x: f64, y: f64, later: f64) -> Option<([u32; 2], Within)> {
        let [[west, east], [south, north]] = self.bounds;
        if self.cyclic && !(west..east).contains(&x) {
            x = x.rem_euclid(east);
        }
        if !(x >= west && x <= east && y >= south && y <= north) {
            return None;
        }
        let (i, j) = ((x as u32).min(self.last[0]), (y as u32).min(self.last[1]));
        let part = [(x - f64::from(i)) as f32, (y - f64::from(j)) as f32];
        Some(([i, j], Within::new(part, later)))
    }
}
