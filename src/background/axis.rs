//! Where a value lies between the coordinates of an axis.

/// Two neighbours on an axis, and how far from the first to the second.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Between {
    pub first: usize,
    pub second: usize,
    pub share: f64,
}

impl Between {
    pub fn mix(self, value: impl Fn(usize) -> f64) -> f64 {
        if self.share == 0.0 {
            return value(self.first);
        }
        let (a, b) = (value(self.first), value(self.second));
        a + self.share * (b - a)
    }
}

/// The neighbours of a value on an ascending axis; beyond its ends the nearest holds.
pub(super) fn between(axis: &[f64], value: f64) -> Between {
    let after = axis.partition_point(|held| *held <= value);
    let last = axis.len() - 1;
    match after {
        0 => Between::at(0),
        after if after > last => Between::at(last),
        after => Between {
            first: after - 1,
            second: after,
            share: (value - axis[after - 1]) / (axis[after] - axis[after - 1]),
        },
    }
}

impl Between {
    pub const fn at(place: usize) -> Self {
        Self {
            first: place,
            second: place,
            share: 0.0,
        }
    }
}

/// The neighbours of a value among cells around the coordinates of an ascending axis; `None` beyond the outer cells' edges.
pub(super) fn within_cells(axis: &[f64], value: f64) -> Option<Between> {
    let [low, high] = outer_edges(axis);
    (low <= value && value <= high).then(|| between(axis, value))
}

/// Half a cell beyond the first and last coordinate.
pub(super) fn outer_edges(axis: &[f64]) -> [f64; 2] {
    let last = axis.len() - 1;
    if last == 0 {
        return [axis[0]; 2];
    }
    [
        axis[0] - 0.5 * (axis[1] - axis[0]),
        axis[last] + 0.5 * (axis[last] - axis[last - 1]),
    ]
}

/// Whether coordinates are finite and ascend.
#[cfg(feature = "netcdf")]
pub(super) fn ascends(axis: &[f64]) -> bool {
    !axis.is_empty() && axis.iter().all(|v| v.is_finite()) && axis.windows(2).all(|pair| pair[1] > pair[0])
}
