//! A field at one of its times, and its value in a column at a pressure or height.

use ndarray::Array3;

use super::horizontal::Cell;
use super::layout::MapVariable;
use super::vertical::{Levels, Measure, Vertical};
use crate::background::Place;
use crate::error::Result;
use crate::met::cf::Container;

/// A field at one time.
pub(super) struct Slab {
    /// `[level][row][column]`.
    values: Array3<f64>,
    levels: Levels,
    measure: Measure,
}

impl Slab {
    /// # Errors
    /// Those of the container.
    pub fn read(container: &mut dyn Container, of: &MapVariable, vertical: &Vertical, time: usize) -> Result<Self> {
        Ok(Self {
            values: of.read(container, time)?,
            levels: vertical.levels(container, time)?,
            measure: vertical.measure(),
        })
    }

    /// Numbers that it holds.
    pub fn size(&self) -> usize {
        self.values.len() + self.levels.size()
    }

    /// Linear between the four columns around a place; NaN if one of them has no data there.
    pub fn at(&self, cell: &Cell, place: &Place) -> f64 {
        let at = match self.measure {
            Measure::Pressure => place.pressure_hpa,
            Measure::Height => place.height_asl_m,
        };
        let column = |row: usize, column: usize| {
            let z = |level: usize| self.levels.at(level, row, column);
            let value = |level: usize| self.values[[level, row, column]];
            in_column(self.values.dim().0, z, value, at)
        };
        cell.row.mix(|row| cell.column.mix(|col| column(row, col)))
    }
}

/// Linear between the two levels around `at`, whose coordinates ascend or descend; beyond the lowest and highest level with
/// data the nearest holds: levels below the ground are empty.
pub(super) fn in_column(count: usize, z: impl Fn(usize) -> f64, value: impl Fn(usize) -> f64, at: f64) -> f64 {
    let held = |level: &usize| value(*level).is_finite() && z(*level).is_finite();
    let (Some(first), Some(last)) = ((0..count).find(held), (0..count).rev().find(held)) else {
        return f64::NAN;
    };
    if at.is_nan() {
        return f64::NAN;
    }
    let ascends = z(first) <= z(last);
    let level = |k: usize| if ascends { first + k } else { last - k };
    let top = last - first;
    if at <= z(level(0)) {
        return value(level(0));
    }
    if at >= z(level(top)) {
        return value(level(top));
    }
    let (mut below, mut above) = (0, top);
    while above - below > 1 {
        let middle = usize::midpoint(below, above);
        // a level without a coordinate lies nowhere: the value is NaN
        match z(level(middle)) <= at {
            true => below = middle,
            false => above = middle,
        }
    }
    let (low, high) = (level(below), level(above));
    let share = (at - z(low)) / (z(high) - z(low));
    value(low) + share * (value(high) - value(low))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn at(z: &[f64], values: &[f64], at: f64) -> f64 {
        in_column(z.len(), |k| z[k], |k| values[k], at)
    }

    #[test]
    fn a_column_is_linear_either_way_up_and_holds_beyond_its_ends() {
        let (up, down) = ([0.0, 100.0, 400.0, 1000.0], [1000.0, 400.0, 100.0, 0.0]);
        let (of_up, of_down) = ([1.0, 2.0, 5.0, 11.0], [11.0, 5.0, 2.0, 1.0]);
        for (asked, expected) in [
            (-5.0, 1.0),
            (0.0, 1.0),
            (50.0, 1.5),
            (100.0, 2.0),
            (700.0, 8.0),
            (2000.0, 11.0),
        ] {
            assert_eq!(at(&up, &of_up, asked), expected);
            assert_eq!(at(&down, &of_down, asked), expected);
        }
    }

    #[test]
    fn levels_under_the_ground_are_empty_and_a_hole_in_the_column_is_no_data() {
        let none = f64::NAN;
        let pressures = [1000.0, 925.0, 850.0, 700.0];
        assert_eq!(at(&pressures, &[none, none, 3.0, 4.0], 980.0), 3.0);
        assert!(at(&pressures, &[1.0, none, 3.0, 4.0], 900.0).is_nan());
        assert!(at(&pressures, &[none; 4], 900.0).is_nan());
        assert!(at(&pressures, &[1.0; 4], none).is_nan());
    }
}
