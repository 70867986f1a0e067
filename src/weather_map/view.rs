//! From places to pixels and back, on a map whose axes are longitude and latitude.

use crate::geo::{LonLat, wrap_longitude_deg};
use crate::met::map_fields::MapFields;
use ndarray::Array2;

/// Longest side of the map, pixels, and the shortest that still can be read.
const LONGEST_PX: f64 = 900.0;
const SHORTEST_PX: f64 = 360.0;
/// Highest latitude that sets the ratio of the sides.
const STEEPEST_DEG: f64 = 75.0;

/// A rectangle of longitudes and latitudes on a rectangle of pixels.
#[derive(Clone, Copy, Debug)]
pub(super) struct View {
    pub west_deg: f64,
    pub east_deg: f64,
    pub south_deg: f64,
    pub north_deg: f64,
    /// Upper left corner, pixels.
    pub left: i32,
    pub top: i32,
    /// Pixels.
    pub width: i32,
    pub height: i32,
}

impl View {
    /// All of the grid of `fields`, the upper left corner at (`left`, `top`).
    pub fn of(fields: &MapFields, left: i32, top: i32) -> Self {
        let grid = &fields.grid;
        let middle = grid.place_at(0.5 * (grid.nx - 1) as f64, 0.5 * (grid.ny - 1) as f64);
        let (mut west, mut east) = (f64::INFINITY, f64::NEG_INFINITY);
        let (mut south, mut north) = (f64::INFINITY, f64::NEG_INFINITY);
        for j in (0..grid.ny).step_by(fields.step).chain([grid.ny - 1]) {
            for i in (0..grid.nx).step_by(fields.step).chain([grid.nx - 1]) {
                let place = grid.place_at(i as f64, j as f64);
                let lon_deg = middle.lon_deg + wrap_longitude_deg(place.lon_deg - middle.lon_deg);
                (west, east) = (west.min(lon_deg), east.max(lon_deg));
                (south, north) = (south.min(place.lat_deg), north.max(place.lat_deg));
            }
        }
        if grid.is_cyclic() {
            (west, east) = (middle.lon_deg - 180.0, middle.lon_deg + 180.0);
        }
        let steepest = (0.5 * (south + north)).abs().min(STEEPEST_DEG);
        let wide = (east - west) * steepest.to_radians().cos();
        let high = north - south;
        let scale = LONGEST_PX / wide.max(high);
        Self {
            west_deg: west,
            east_deg: east,
            south_deg: south,
            north_deg: north,
            left,
            top,
            width: (wide * scale).clamp(SHORTEST_PX, LONGEST_PX) as i32,
            height: (high * scale).clamp(SHORTEST_PX, LONGEST_PX) as i32,
        }
    }

    /// Pixels of a place; the longitude is not wrapped.
    pub fn pixel(&self, place: LonLat) -> (f64, f64) {
        let x = (place.lon_deg - self.west_deg) / (self.east_deg - self.west_deg);
        let y = (self.north_deg - place.lat_deg) / (self.north_deg - self.south_deg);
        (
            f64::from(self.left) + x * f64::from(self.width),
            f64::from(self.top) + y * f64::from(self.height),
        )
    }

    /// The place at the middle of a pixel.
    pub fn place(&self, x: i32, y: i32) -> LonLat {
        let share = |at: i32, start: i32, size: i32| (f64::from(at - start) + 0.5) / f64::from(size);
        let east = share(x, self.left, self.width);
        let south = share(y, self.top, self.height);
        LonLat {
            lon_deg: self.west_deg + east * (self.east_deg - self.west_deg),
            lat_deg: self.north_deg - south * (self.north_deg - self.south_deg),
        }
    }

    /// A longitude, a whole turn on if that brings it into the view from the west.
    pub fn wrapped(&self, lon_deg: f64) -> f64 {
        let middle_deg = 0.5 * (self.west_deg + self.east_deg);
        middle_deg + wrap_longitude_deg(lon_deg - middle_deg)
    }
}

impl MapFields {
    /// A field at a place, between the values around it; `None` outside the grid or beside a value that is missing.
    pub(super) fn at(&self, values: &Array2<f32>, place: LonLat) -> Option<f64> {
        let (x, y) = self.grid.index_of(place);
        if !self.grid.contains(x, y) {
            return None;
        }
        let (ny, nx) = values.dim();
        let (x, y) = (x / self.step as f64, y / self.step as f64);
        let (i, j) = ((x as usize).min(nx - 1), (y as usize).min(ny - 1));
        let round = self.step == 1 && self.grid.period_x() == Some(nx);
        let (right, above) = (
            if round { (i + 1) % nx } else { (i + 1).min(nx - 1) },
            (j + 1).min(ny - 1),
        );
        let (a, b) = (x - i as f64, y - j as f64);
        let value = |j: usize, i: usize| f64::from(values[(j, i)]);
        let lower = value(j, i) * (1.0 - a) + value(j, right) * a;
        let upper = value(above, i) * (1.0 - a) + value(above, right) * a;
        Some(lower * (1.0 - b) + upper * b).filter(|mean| mean.is_finite())
    }
}

/// The steps 1, 2 or 5 times a power of ten, the largest that gives at least `count` of them in `range`.
pub(super) fn nice_step(range: f64, count: f64) -> f64 {
    let rough = range / count;
    let power = 10_f64.powf(rough.log10().floor());
    let found = [5.0, 2.0, 1.0].into_iter().find(|factor| factor * power <= rough);
    found.unwrap_or(1.0) * power
}

/// Multiples of a step from `low` to `high`.
pub(super) fn multiples(step: f64, low: f64, high: f64) -> impl Iterator<Item = f64> {
    let (first, last) = ((low / step).ceil() as i64, (high / step).floor() as i64);
    (first..=last).map(move |k| k as f64 * step)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_round_numbers() {
        assert_eq!(
            (nice_step(45.0, 5.0), nice_step(0.9, 4.0), nice_step(360.0, 6.0)),
            (5.0, 0.2, 50.0)
        );
        assert_eq!(multiples(5.0, -7.0, 6.0).collect::<Vec<_>>(), [-5.0, 0.0, 5.0]);
    }
}
