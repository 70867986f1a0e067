//! The width of the smoothing kernel: it grows with the spread of the ensemble and the time since release.

use std::collections::BTreeMap;

use super::records::Records;
use crate::grid::Axes;

/// STILT v2's scale of the kernel (Fasoli et al. 2018).
const WIDTH_SCALE: f64 = 0.06;
const DAY_MICRO_MINUTES: f64 = 1440.0 * 1e6;

/// Kernel width by age.
pub(super) struct Bandwidths {
    /// Ages with a defined spread, ascending, and the standard deviation of their kernel in the units of the grid.
    by_age: Vec<(i64, f64)>,
}

/// Running mean and sum of squared deviations (Welford 1962).
#[derive(Clone, Copy, Default)]
struct Spread {
    count: f64,
    mean_x: f64,
    mean_y: f64,
    squares: f64,
}

impl Spread {
    fn add(&mut self, x: f64, y: f64) {
        self.count += 1.0;
        let (from_x, from_y) = (x - self.mean_x, y - self.mean_y);
        self.mean_x += from_x / self.count;
        self.mean_y += from_y / self.count;
        self.squares += from_x * (x - self.mean_x) + from_y * (y - self.mean_y);
    }

    fn variance(&self) -> f64 {
        self.squares / (self.count - 1.0)
    }
}

impl Bandwidths {
    /// σ = s · 0.06 · V^¼ · (age / 1 d)^½ / cos φ̄, V = var x + var y over all particles of that age, also those
    /// outside the grid; the cosine only in degrees.
    pub fn of(records: &Records, axes: &Axes, smooth_factor: f64) -> Self {
        let mut spreads: BTreeMap<i64, Spread> = BTreeMap::new();
        for slice in &records.slices {
            for r in slice.records.iter().filter(|r| r.x.is_finite()) {
                spreads
                    .entry(records.age(slice.time_min, r.particle))
                    .or_default()
                    .add(r.x, r.y);
            }
        }
        let sigma = |age: i64, spread: &Spread| {
            let days = age.unsigned_abs() as f64 / DAY_MICRO_MINUTES;
            let stretch = if axes.crs.is_longlat() {
                spread.mean_y.to_radians().cos()
            } else {
                1.0
            };
            let width = smooth_factor * WIDTH_SCALE * spread.variance().max(0.0).powf(0.25) * days.sqrt() / stretch;
            // at a pole the cosine is nil
            if axes.crs.is_longlat() { width.min(360.0) } else { width }
        };
        let defined = spreads.iter().filter(|(_, s)| s.count > 1.0);
        Self {
            by_age: defined.map(|(&age, spread)| (age, sigma(age, spread))).collect(),
        }
    }

    /// The width for the tabulated age that is nearest, the lower of two as near; 0 if no age has a spread.
    pub fn at(&self, age: i64) -> f64 {
        let above = self.by_age.partition_point(|&(a, _)| a < age);
        let candidates = &self.by_age[above.saturating_sub(1)..self.by_age.len().min(above + 1)];
        candidates
            .iter()
            .min_by_key(|(a, _)| (a - age).abs())
            .map_or(0.0, |&(_, sigma)| sigma)
    }

    /// The largest width.
    pub fn widest(&self) -> f64 {
        self.by_age.iter().map(|&(_, sigma)| sigma).fold(0.0, f64::max)
    }
}
