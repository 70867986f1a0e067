//! Coasts and country borders of the world: Natural Earth 1:50m, public domain (`data/README.md`).

use std::sync::LazyLock;

use crate::geo::LonLat;

static WORLD: &[u8] = include_bytes!("../data/coastlines_50m.bin");
const STEP_DEG: f64 = 0.01;

static LINES: LazyLock<[Vec<Vec<LonLat>>; 2]> = LazyLock::new(|| {
    let mut numbers = Numbers { bytes: WORLD };
    [numbers.lines(), numbers.lines()]
});

/// Coasts, each a line of places within 0.01° of where they are drawn on a map of 1:50 million.
pub fn coasts() -> &'static [Vec<LonLat>] {
    &LINES[0]
}

/// Borders between countries, likewise.
pub fn borders() -> &'static [Vec<LonLat>] {
    &LINES[1]
}

/// Whole numbers in groups of seven bits.
struct Numbers {
    bytes: &'static [u8],
}

impl Numbers {
    fn count(&mut self) -> u64 {
        let mut number = 0;
        let mut shift = 0;
        while let Some((&byte, rest)) = self.bytes.split_first() {
            self.bytes = rest;
            number |= u64::from(byte & 127) << shift;
            shift += 7;
            if byte < 128 {
                break;
            }
        }
        number
    }

    fn signed(&mut self) -> i64 {
        let number = self.count();
        (number >> 1) as i64 ^ -((number & 1) as i64)
    }

    fn lines(&mut self) -> Vec<Vec<LonLat>> {
        (0..self.count()).map(|_| self.line()).collect()
    }

    fn line(&mut self) -> Vec<LonLat> {
        let (mut lon, mut lat) = (0, 0);
        let points = self.count();
        let place = |_| {
            lon += self.signed();
            lat += self.signed();
            LonLat {
                lon_deg: lon as f64 * STEP_DEG,
                lat_deg: lat as f64 * STEP_DEG,
            }
        };
        (0..points).map(place).collect()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn nearest_deg(lines: &[Vec<LonLat>], lon_deg: f64, lat_deg: f64) -> f64 {
        let off = |place: &LonLat| (place.lon_deg - lon_deg).hypot(place.lat_deg - lat_deg);
        lines.iter().flatten().map(off).fold(f64::INFINITY, f64::min)
    }

    #[test]
    fn coasts_and_borders_are_where_they_should_be() {
        assert!(nearest_deg(coasts(), 1.32, 51.12) < 0.1, "Dover lies on the coast");
        assert!(nearest_deg(coasts(), 11.6, 48.1) > 2.0, "Munich does not");
        assert!(nearest_deg(borders(), 7.59, 47.58) < 0.2, "Basel lies on borders");
        assert_eq!((coasts().len(), borders().len()), (1600, 362));
        for line in coasts().iter().chain(borders()) {
            assert!(line.len() > 1 && line.iter().all(|p| p.lon_deg.abs() <= 180.0 && p.lat_deg.abs() <= 90.0));
        }
    }
}
