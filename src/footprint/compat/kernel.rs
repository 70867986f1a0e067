//! The smoothing kernel: a Gaussian sampled at cell centres, cut at three standard deviations, of sum 1.
//!
//! The sampled and normalised Gaussian of two dimensions is the product of two of one dimension, also for cells that
//! are not square.

/// A kernel along x and one along y, each of odd length with its centre in the middle.
#[derive(Clone, Debug)]
pub(super) struct Kernel {
    pub x: Vec<f64>,
    pub y: Vec<f64>,
}

impl Kernel {
    /// Both of the same width `sigma`, on cells of `dx` × `dy` in the same unit.
    pub fn gaussian(sigma: f64, dx: f64, dy: f64) -> Self {
        Self {
            x: weights(sigma, dx),
            y: weights(sigma, dy),
        }
    }
}

/// Most cells from the centre to the edge: cells of centimetres shall not exhaust the memory.
const MAX_HALF_WIDTH: f64 = 1e6;

/// Cells from the centre to the edge of a kernel.
pub(super) fn half_width(sigma: f64, cell: f64) -> i64 {
    (3.0 * sigma / cell).floor().min(MAX_HALF_WIDTH) as i64
}

fn weights(sigma: f64, cell: f64) -> Vec<f64> {
    let half = half_width(sigma, cell);
    if half == 0 {
        return vec![1.0];
    }
    let weights: Vec<f64> = (-half..=half)
        .map(|i| (-0.5 * (i as f64 * cell / sigma).powi(2)).exp())
        .collect();
    let sum: f64 = weights.iter().sum();
    weights.iter().map(|w| w / sum).collect()
}
