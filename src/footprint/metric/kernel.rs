//! A normal kernel on the cells of a level, row by row.
//!
//! The kernel is normal in the equal-area plane x = R cos φ (λ − λ₀), y = R (φ − φ₀) around the particle: each row has its own
//! metres per degree. A rotated normal density is one along y times one along x whose middle shifts from row to row
//! (Geusebroek et al. 2003), so that a row is a normal density of one dimension.

use super::ellipse::Ellipse;
use super::level::{Level, SMOOTH, WITHIN_CELL};
use super::normal::{CUT, Normal, WITHIN_CUT};
use crate::footprint::map::Map;

/// A standard deviation in cells below which a kernel is a point.
const POINT: f64 = 1e-6;
const NEGLIGIBLE: f64 = 1e-12;

/// A kernel on a level.
pub(super) struct Kernel<'a> {
    pub level: &'a Level,
    /// Column and row of its middle on the level.
    pub spot: [f64; 2],
    /// Covariance to sample at the middle of cells, in cells of the level.
    pub to_sample: Ellipse,
    /// Its covariance, in cells of the level; of use on the grid's own level only.
    pub exact: Ellipse,
}

/// Space for the weights of a kernel.
#[derive(Default)]
pub(super) struct Space {
    rows: Row,
    row: Row,
}

/// Weights along an axis.
#[derive(Default)]
struct Row {
    weights: Vec<f64>,
}

impl Kernel<'_> {
    /// Adds the kernel times `foot`, where it lies on the map; whether any of it does. It is also put a full `turn` of
    /// columns to the left and right.
    pub fn stamp(&self, map: &mut Map, foot: f64, turn: Option<f64>, space: &mut Space) -> bool {
        let turn = turn.map(|columns| columns / self.level.factor[0] as f64);
        let copies = [Some(0.0), turn, turn.map(|t| -t)];
        let mut touches = false;
        for shift in copies.into_iter().flatten() {
            let spot = [self.spot[0] + shift, self.spot[1]];
            if self.reaches(spot) {
                touches |= self.stamp_at(spot, map, foot, space);
            }
        }
        touches
    }

    fn reaches(&self, [x, y]: [f64; 2]) -> bool {
        // rows at higher latitude are longer in cells
        let (reach_x, reach_y) = (
            2.0 * CUT * self.to_sample.xx.sqrt() + 1.0,
            CUT * self.to_sample.yy.sqrt() + 1.0,
        );
        x + reach_x >= 0.0
            && x - reach_x <= self.level.columns as f64
            && y + reach_y >= 0.0
            && y - reach_y <= self.level.rows as f64
    }

    fn stamp_at(&self, spot: [f64; 2], map: &mut Map, foot: f64, space: &mut Space) -> bool {
        if self.to_sample.least() >= SMOOTH {
            self.stamp_sampled(spot, map, foot, space)
        } else {
            self.stamp_exact(spot, map, foot, &mut space.row)
        }
    }

    /// Values at the middle of the cells.
    fn stamp_sampled(&self, [x, y]: [f64; 2], map: &mut Map, foot: f64, space: &mut Space) -> bool {
        let Ellipse { xx, xy, yy } = self.to_sample;
        let Space { rows, row } = space;
        let first = rows.sample(y, yy.sqrt());
        let (slope, sigma) = (xy / yy, (xx - xy * xy / yy).max(0.0).sqrt());
        let mut touches = false;
        for (j, weight) in (first..self.level.rows as i64).zip(&rows.weights) {
            if j < 0 {
                continue;
            }
            let stretch = self.row_stretch(y, j);
            let middle = x + slope * (j as f64 + 0.5 - y) * stretch;
            let first_column = row.sample(middle, sigma * stretch);
            touches |= add(map, j, first_column, &row.weights, foot * weight);
        }
        touches
    }

    /// Integrals over the cells. Within a row, the part of the kernel there counts as normal along x, with its mean and
    /// variance: together the rows have the kernel's mean and covariance.
    fn stamp_exact(&self, [x, y]: [f64; 2], map: &mut Map, foot: f64, row: &mut Row) -> bool {
        let Ellipse { xx, xy, yy } = self.exact;
        let deviation = yy.max(0.0).sqrt();
        if deviation < POINT {
            let first_column = row.integrate(x, xx.max(0.0).sqrt());
            return add(map, y.floor() as i64, first_column, &row.weights, foot);
        }
        let (slope, within) = (xy / yy, (xx - xy * xy / yy).max(0.0));
        let (first, last) = (
            (y - CUT * deviation).floor() as i64,
            (y + CUT * deviation).floor() as i64,
        );
        let mut touches = false;
        let edge = |j: i64| Edge::at((j as f64 - y) / deviation);
        let (first, last) = (first.max(0), last.min(self.level.rows as i64 - 1));
        let mut next = edge(first);
        for j in first..=last {
            let from = std::mem::replace(&mut next, edge(j + 1));
            let part = Part::between(from, next);
            if part.share < NEGLIGIBLE {
                continue;
            }
            let stretch = self.row_stretch(y, j);
            let middle = x + slope * part.mean * deviation * stretch;
            let sigma = (within + slope * slope * part.variance * yy).sqrt() * stretch;
            let first_column = row.integrate(middle, sigma);
            touches |= add(map, j, first_column, &row.weights, foot * part.share / WITHIN_CUT);
        }
        touches
    }

    /// Cells per metre in a row beside those at the kernel's middle.
    fn row_stretch(&self, y: f64, row: i64) -> f64 {
        let cosines = &self.level.cosines;
        let last = cosines.len() as i64 - 1;
        if last < 0 {
            return 1.0;
        }
        let own = cosines[(y.floor() as i64).clamp(0, last) as usize];
        let there = cosines[row.clamp(0, last) as usize];
        if there > 0.0 { own / there } else { 1.0 }
    }
}

/// An edge of a part of the standard normal distribution, cut at its ends.
#[derive(Clone, Copy)]
struct Edge {
    at: f64,
    normal: Normal,
}

impl Edge {
    fn at(z: f64) -> Self {
        Self {
            at: z.clamp(-CUT, CUT),
            normal: Normal::at(z),
        }
    }
}

/// A standard normal distribution between two values.
struct Part {
    share: f64,
    mean: f64,
    variance: f64,
}

impl Part {
    fn between(from: Edge, to: Edge) -> Self {
        let share = to.normal.below - from.normal.below;
        let mean = (from.normal.density - to.normal.density) / share;
        let moment = from.at * from.normal.density - to.at * to.normal.density;
        let variance = 1.0 + moment / share - mean * mean;
        Self {
            share,
            mean: mean.clamp(from.at.min(to.at), to.at.max(from.at)),
            variance: variance.max(0.0),
        }
    }
}

impl Row {
    /// A normal density at the middle of cells, of sum 1; its first column.
    fn sample(&mut self, middle: f64, sigma: f64) -> i64 {
        let reach = CUT * sigma;
        let (first, last) = (
            (middle - reach - 0.5).ceil() as i64,
            (middle + reach - 0.5).floor() as i64,
        );
        let from = (first as f64 + 0.5 - middle) / sigma;
        let step = 1.0 / sigma;
        // each value is the one before times a factor that itself shrinks by a constant factor
        let mut value = (-0.5 * from * from).exp();
        let mut factor = (-(from + 0.5 * step) * step).exp();
        let shrink = (-step * step).exp();
        self.weights.clear();
        let mut sum = 0.0;
        for _ in first..=last {
            self.weights.push(value);
            sum += value;
            value *= factor;
            factor *= shrink;
        }
        self.weights.iter_mut().for_each(|weight| *weight /= sum);
        first
    }

    /// Integrals of a normal density over cells, of sum 1; its first column.
    fn integrate(&mut self, middle: f64, sigma: f64) -> i64 {
        if sigma * sigma >= SMOOTH {
            return self.sample(middle, (sigma * sigma + WITHIN_CELL).sqrt());
        }
        let first = (middle - CUT * sigma).floor() as i64;
        let last = (middle + CUT * sigma).floor() as i64;
        self.weights.clear();
        if first == last || sigma < POINT {
            self.weights.push(1.0);
            return middle.floor() as i64;
        }
        let below = |column: i64| Normal::at((column as f64 - middle) / sigma).below;
        let mut from = below(first);
        for column in first..=last {
            let to = below(column + 1);
            self.weights.push((to - from) / WITHIN_CUT);
            from = to;
        }
        first
    }
}

fn add(map: &mut Map, row: i64, first_column: i64, weights: &[f64], foot: f64) -> bool {
    let (rows, columns) = map.values.dim();
    if !(0..rows as i64).contains(&row) {
        return false;
    }
    let from = (-first_column).clamp(0, weights.len() as i64);
    let to = (columns as i64 - first_column).clamp(from, weights.len() as i64);
    if to == from {
        return false;
    }
    let inside = &weights[from as usize..to as usize];
    map.add_row(row as usize, (first_column + from) as usize, inside, foot);
    true
}
