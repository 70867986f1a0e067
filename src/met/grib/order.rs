//! The order in which the points of a grid follow each other.

use ndarray::Array2;

use super::octets::Parsed;

/// Points along x and y, and the scanning mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Order {
    pub nx: usize,
    pub ny: usize,
    /// From east to west.
    pub westward: bool,
    /// From south to north.
    pub northward: bool,
    /// Columns one after the other.
    by_column: bool,
    /// Every second row (or column) the other way round.
    alternating: bool,
}

/// Points that a grid may have: 1.6 GB as f32.
const MOST_POINTS: usize = 400_000_000;

impl Order {
    /// From the octet of the scanning mode, the same in both editions.
    pub fn new(nx: u64, ny: u64, scanning_mode: u8) -> Parsed<Self> {
        if scanning_mode & 0x0f != 0 {
            return Err(format!(
                "scanning mode {scanning_mode}: staggered rows are not read; interpolate to a regular grid (cdo remapbil)"
            ));
        }
        let count = |n: u64| usize::try_from(n).ok().filter(|&n| n >= 1);
        let sizes = count(nx).zip(count(ny));
        match sizes.filter(|(nx, ny)| nx.checked_mul(*ny).is_some_and(|points| points <= MOST_POINTS)) {
            Some((nx, ny)) => Ok(Self {
                nx,
                ny,
                westward: scanning_mode & 0x80 != 0,
                northward: scanning_mode & 0x40 != 0,
                by_column: scanning_mode & 0x20 != 0,
                alternating: scanning_mode & 0x10 != 0,
            }),
            None => Err(format!("a grid of {nx} x {ny} points; the message is damaged")),
        }
    }

    pub fn points(self) -> usize {
        self.nx * self.ny
    }

    /// Indices of the first point, from the south-west.
    pub fn first(self) -> (usize, usize) {
        (
            if self.westward { self.nx - 1 } else { 0 },
            if self.northward { 0 } else { self.ny - 1 },
        )
    }

    /// Values `[y][x]`, south and west first.
    pub fn arrange(self, values: Vec<f32>) -> Parsed<Array2<f32>> {
        let shape = (self.ny, self.nx);
        let size = values.len();
        let wrong = || format!("{size} values for {} x {} points", self.nx, self.ny);
        if size != self.points() {
            return Err(wrong());
        }
        if !(self.westward || self.by_column || self.alternating) {
            let values = match self.northward {
                true => values,
                false => values.chunks_exact(self.nx).rev().collect::<Vec<_>>().concat(),
            };
            return Array2::from_shape_vec(shape, values).map_err(|_| wrong());
        }
        let mut arranged = Array2::zeros(shape);
        let length = if self.by_column { self.ny } else { self.nx };
        for (line, values) in values.chunks_exact(length).enumerate() {
            let turned = self.alternating && line % 2 == 1;
            for (place, &value) in values.iter().enumerate() {
                let place = if turned { length - 1 - place } else { place };
                let (i, j) = if self.by_column { (line, place) } else { (place, line) };
                let x = if self.westward { self.nx - 1 - i } else { i };
                let y = if self.northward { j } else { self.ny - 1 - j };
                arranged[(y, x)] = value;
            }
        }
        Ok(arranged)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn every_scanning_mode_gives_the_same_map() {
        let (nx, ny) = (3, 2);
        let map = Array2::from_shape_fn((ny, nx), |(y, x)| (10 * y + x) as f32);
        for mode in (0..16u8).map(|mode| mode << 4) {
            let order = Order::new(nx as u64, ny as u64, mode).unwrap();
            let columns = mode & 0x20 != 0;
            let (lines, length) = if columns { (nx, ny) } else { (ny, nx) };
            let mut values = Vec::new();
            for line in 0..lines {
                for step in 0..length {
                    let step = if mode & 0x10 != 0 && line % 2 == 1 {
                        length - 1 - step
                    } else {
                        step
                    };
                    let (i, j) = if columns { (line, step) } else { (step, line) };
                    let x = if mode & 0x80 != 0 { nx - 1 - i } else { i };
                    let y = if mode & 0x40 != 0 { j } else { ny - 1 - j };
                    values.push(map[(y, x)]);
                }
            }
            let (x, y) = order.first();
            assert_eq!(values[0], map[(y, x)]);
            assert_eq!(order.arrange(values).unwrap(), map, "mode {mode:08b}");
        }
    }

    #[test]
    fn impossible_sizes_are_refused() {
        for (nx, ny) in [(0, 3), (3, 0), (u64::MAX, 2), (1 << 20, 1 << 20)] {
            assert!(Order::new(nx, ny, 0).is_err());
        }
        assert!(Order::new(3, 3, 0x08).is_err());
        assert!(Order::new(3, 2, 0).unwrap().arrange(vec![0.0; 5]).is_err());
    }
}
