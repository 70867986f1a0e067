//! Lines of equal value by marching squares.

use ndarray::Array2;

/// A piece of a line of equal value, between two points in indices (x, y).
pub(super) type Piece = [(f64, f64); 2];

/// The pieces of one level, cell by cell; cells with a missing corner have none.
pub(super) fn pieces(values: &Array2<f32>, level: f64) -> Vec<Piece> {
    let (ny, nx) = values.dim();
    let mut found = Vec::new();
    for j in 0..ny.saturating_sub(1) {
        for i in 0..nx.saturating_sub(1) {
            // round the cell, from the lower left corner
            let corners = [(i, j), (i + 1, j), (i + 1, j + 1), (i, j + 1)];
            let above = corners.map(|(i, j)| f64::from(values[(j, i)]) - level);
            if above.iter().any(|value| value.is_nan()) {
                continue;
            }
            let mut crossings = Vec::with_capacity(4);
            for edge in 0..4 {
                let (a, b) = (above[edge], above[(edge + 1) % 4]);
                if (a < 0.0) != (b < 0.0) {
                    let (from, to) = (corners[edge], corners[(edge + 1) % 4]);
                    let share = a / (a - b);
                    let between = |from: usize, to: usize| from as f64 + share * (to as f64 - from as f64);
                    crossings.push((between(from.0, to.0), between(from.1, to.1)));
                }
            }
            found.extend(crossings.chunks_exact(2).map(|pair| [pair[0], pair[1]]));
        }
    }
    found
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_cone_has_round_lines() {
        let cone = Array2::from_shape_fn((41, 41), |(j, i)| ((j as f32 - 20.0).hypot(i as f32 - 20.0)).min(30.0));
        let line = pieces(&cone, 12.0);
        assert!(line.len() > 60);
        for (x, y) in line.into_iter().flatten() {
            // a chord of a cell lies 1/8 cell² over 12 cells within the circle
            assert!(((x - 20.0).hypot(y - 20.0) - 12.0).abs() < 0.02, "{x} {y}");
        }
        assert!(pieces(&cone, 31.0).is_empty());
        assert!(pieces(&Array2::from_elem((3, 3), f32::NAN), 0.0).is_empty());
    }
}
