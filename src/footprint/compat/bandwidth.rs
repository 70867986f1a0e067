//! The width of the smoothing kernel: it grows with the spread of the ensemble and the time since release.

use std::collections::BTreeMap;

use crate::footprint::records::Slice;
use crate::grid::Axes;

/// STILT v2's scale of the kernel (Fasoli et al. 2018).
const WIDTH_SCALE: f64 = 0.06;
const DAY_MICRO_MINUTES: f64 = 1440.0 * 1e6;

/// Spread of the ensemble by age, and the width of the kernel that follows from it.
pub(super) struct Bandwidths {
    smooth_factor: f64,
    /// Whether an age without a spread takes the width of the nearest age that has one.
    borrow: bool,
    by_age: BTreeMap<i64, Spread>,
}

/// Sums over the places of particles, taken from the first so that little cancels.
#[derive(Clone, Copy, Default)]
struct Spread {
    count: f64,
    first: (f64, f64),
    sum_x: f64,
    sum_y: f64,
    squares: f64,
}

impl Spread {
    fn add(&mut self, x: f64, y: f64) {
        if self.count == 0.0 {
            self.first = (x, y);
        }
        let (from_x, from_y) = (x - self.first.0, y - self.first.1);
        self.count += 1.0;
        self.sum_x += from_x;
        self.sum_y += from_y;
        self.squares += from_x * from_x + from_y * from_y;
    }

    fn is_defined(&self) -> bool {
        self.count > 1.0
    }

    fn mean_y(&self) -> f64 {
        self.first.1 + self.sum_y / self.count
    }

    fn variance(&self) -> f64 {
        let about_mean = self.squares - (self.sum_x * self.sum_x + self.sum_y * self.sum_y) / self.count;
        about_mean.max(0.0) / (self.count - 1.0)
    }
}

impl Bandwidths {
    pub fn new(smooth_factor: f64, borrow: bool) -> Self {
        Self {
            smooth_factor,
            borrow,
            by_age: BTreeMap::new(),
        }
    }

    /// Enters all particles of one time, also those outside the grid; `age` is that of a particle.
    pub fn observe(&mut self, slice: &Slice, age: impl Fn(usize) -> i64) {
        for same in slice.records.chunk_by(|a, b| age(a.particle) == age(b.particle)) {
            let spread = self.by_age.entry(age(same[0].particle)).or_default();
            for r in same.iter().filter(|r| r.x.is_finite()) {
                spread.add(r.x, r.y);
            }
        }
    }

    /// The width for an age: that of the nearest age with a spread, the lower of two as near; 0 if there is none.
    pub fn at(&self, age: i64, axes: &Axes) -> f64 {
        let nearest = match self.borrow {
            true => self.nearest(age),
            false => self
                .by_age
                .get_key_value(&age)
                .filter(|(_, spread)| spread.is_defined()),
        };
        nearest.map_or(0.0, |(&age, spread)| self.width(age, spread, axes))
    }

    /// Whether no record of the age `now`, the greatest there is, or a later one can change the width for `age`.
    pub fn is_settled(&self, age: i64, now: i64) -> bool {
        let defined = |spread: Option<&Spread>| spread.is_some_and(Spread::is_defined);
        !self.borrow
            || defined(self.by_age.get(&age))
            || self
                .nearest(age)
                .is_some_and(|(near, _)| (near - age).abs() < (now - age).abs())
    }

    fn nearest(&self, age: i64) -> Option<(&i64, &Spread)> {
        let below = self.by_age.range(..age).rev().find(|(_, spread)| spread.is_defined());
        let above = self.by_age.range(age..).find(|(_, spread)| spread.is_defined());
        below.into_iter().chain(above).min_by_key(|(a, _)| (**a - age).abs())
    }

    /// σ = s · 0.06 · V^¼ · (age / 1 d)^½ / cos φ̄, V = var x + var y over all particles of that age; the cosine only in
    /// degrees.
    fn width(&self, age: i64, spread: &Spread, axes: &Axes) -> f64 {
        let days = age.unsigned_abs() as f64 / DAY_MICRO_MINUTES;
        let width = self.smooth_factor * WIDTH_SCALE * spread.variance().powf(0.25) * days.sqrt();
        if axes.crs.is_longlat() {
            // at a pole the cosine is nil
            (width / spread.mean_y().to_radians().cos()).min(360.0)
        } else {
            width
        }
    }
}
