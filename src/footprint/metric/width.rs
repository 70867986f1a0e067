//! How wide the kernel is beside the plume: the width with the least expected error of the cells.
//!
//! For n independent particles of a normal plume with covariance Σ, each spread with a normal kernel of covariance h²Σ,
//! the expected squared error of the cells, summed over all of them and averaged over where their edges lie, is
//!
//! E(h) = T(2h²Σ)/n + (1 − 1/n) T(2Σ + 2h²Σ) − 2 T(2Σ + h²Σ) + T(2Σ),
//!
//! the exact mean integrated squared error of a normal density (Wand & Jones 1995, *Kernel Smoothing*, chapter 4; Marron &
//! Wand 1992) with the density φ_A(0) of differences replaced by T(A), its mean over the differences of two points of one
//! cell. Narrow cells give Scott's rule h = n^(−1/6) (Scott 1992, chapter 6), cells much wider than the plume the n^(−1/3) of
//! distribution functions (Azzalini 1981): there the cells smooth by themselves.

use std::f64::consts::{PI, SQRT_2};

const NARROWEST: f64 = 1e-3;
const WIDEST: f64 = 2.0;
const SCAN: usize = 40;
const REFINEMENTS: usize = 24;

/// h for a plume of these variances along its axes and cells of these sizes along them.
pub(super) fn relative_width(variances: [f64; 2], cell: [f64; 2], particles: f64) -> f64 {
    let error = |log_h: f64| expected_error(log_h.exp(), variances, cell, particles);
    let (low, high) = (NARROWEST.ln(), WIDEST.ln());
    let step = (high - low) / SCAN as f64;
    let scanned = (0..=SCAN)
        .map(|k| low + k as f64 * step)
        .map(|log_h| (error(log_h), log_h));
    let (_, best) = scanned.min_by(|a, b| a.0.total_cmp(&b.0)).unwrap_or((0.0, low));
    golden_section(error, (best - step).max(low), (best + step).min(high)).exp()
}

fn expected_error(h: f64, variances: [f64; 2], cell: [f64; 2], particles: f64) -> f64 {
    let together = |factor: f64| {
        let along = |i: usize| mean_density(factor * variances[i], cell[i]);
        along(0) * along(1)
    };
    let h2 = h * h;
    together(2.0 * h2) / particles + (1.0 - 1.0 / particles) * together(2.0 + 2.0 * h2) - 2.0 * together(2.0 + h2)
}

/// ∫ (1 − |u|/d)/d φ(u) du: the normal density of differences, averaged over two points of a cell of width d.
fn mean_density(variance: f64, cell: f64) -> f64 {
    let sigma = variance.sqrt();
    let reach = cell / sigma;
    let peak = 1.0 / (2.0 * PI).sqrt();
    if reach < 1e-4 {
        return peak / sigma;
    }
    let outer = if reach.is_finite() {
        2.0 * peak / reach * -(-0.5 * reach * reach).exp_m1()
    } else {
        0.0
    };
    (libm::erf(reach / SQRT_2) - outer) / cell
}

fn golden_section(f: impl Fn(f64) -> f64, mut low: f64, mut high: f64) -> f64 {
    let ratio = (5_f64.sqrt() - 1.0) / 2.0;
    let (mut left, mut right) = (high - ratio * (high - low), low + ratio * (high - low));
    let (mut at_left, mut at_right) = (f(left), f(right));
    for _ in 0..REFINEMENTS {
        if at_left < at_right {
            (high, right, at_right) = (right, left, at_left);
            left = high - ratio * (high - low);
            at_left = f(left);
        } else {
            (low, left, at_left) = (left, right, at_right);
            right = low + ratio * (high - low);
            at_right = f(right);
        }
    }
    f64::midpoint(low, high)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Noise;

    #[test]
    fn on_narrow_cells_it_is_scotts_rule() {
        // the rule is the limit of many particles: 3 % off at 10⁶
        for n in [1e6, 1e8] {
            let h = relative_width([4.0, 1.0], [1e-6, 1e-6], n);
            approx::assert_relative_eq!(h, n.powf(-1.0 / 6.0), max_relative = 0.03);
        }
    }

    #[test]
    fn on_wide_cells_it_shrinks_as_the_cube_root_of_the_particles() {
        let h = |n: f64| relative_width([1.0, 1.0], [300.0, 300.0], n);
        let power = (h(1e6) / h(1e3)).ln() / 1e3_f64.ln();
        assert!((power + 1.0 / 3.0).abs() < 0.01, "{power}");
        assert!(h(1e3) < relative_width([1.0, 1.0], [0.01, 0.01], 1e3));
    }

    #[test]
    fn the_expected_error_is_that_of_random_ensembles() {
        // 400 ensembles of 40 particles of a round normal plume on cells of half its σ, three widths
        let (n, cell, ensembles) = (40, 0.5, 400_u32);
        let truth = |i: i32| normal_share(f64::from(i) * cell, cell, 1.0);
        for h in [0.2, relative_width([1.0; 2], [cell; 2], f64::from(n)), 1.0] {
            let errors: Vec<f64> = (0..ensembles)
                .map(|ensemble| {
                    let mut map = [[0.0; 24]; 24];
                    for particle in 0..n as u32 {
                        let mut noise = Noise::new([3, ensemble], particle, 0);
                        let (x, y) = (noise.normal(), noise.normal());
                        let along =
                            |x: f64| std::array::from_fn(|i| normal_share((i as f64 - 12.0) * cell - x, cell, h));
                        let (wx, wy): ([f64; 24], [f64; 24]) = (along(x), along(y));
                        map.iter_mut()
                            .zip(wy)
                            .for_each(|(row, b)| row.iter_mut().zip(wx).for_each(|(c, a)| *c += a * b));
                    }
                    let error = |j: usize, i: usize| {
                        (map[j][i] / f64::from(n) - truth(j as i32 - 12) * truth(i as i32 - 12)).powi(2)
                    };
                    (0..24).flat_map(|j| (0..24).map(move |i| error(j, i))).sum::<f64>() / (cell * cell)
                })
                .collect();
            let mean = errors.iter().sum::<f64>() / f64::from(ensembles);
            let of_mean = (errors.iter().map(|e| (e - mean).powi(2)).sum::<f64>()).sqrt() / f64::from(ensembles);
            let expected = expected_error(h, [1.0; 2], [cell; 2], f64::from(n)) + mean_density(2.0, cell).powi(2);
            assert!(
                (mean - expected).abs() < 4.0 * of_mean,
                "h = {h}: {mean} ± {of_mean}, expected {expected}"
            );
        }
    }

    /// Share of a normal distribution about 0 between `low` and `low` + `cell`.
    fn normal_share(low: f64, cell: f64, sigma: f64) -> f64 {
        let at = |x: f64| libm::erf(x / (sigma * SQRT_2));
        0.5 * (at(low + cell) - at(low))
    }

    #[test]
    fn more_particles_need_less_smoothing() {
        let widths: Vec<f64> = [3.0, 10.0, 100.0, 1e3, 1e5]
            .iter()
            .map(|&n| relative_width([9.0, 1.0], [1.0, 1.0], n))
            .collect();
        assert!(widths.windows(2).all(|w| w[1] < w[0]), "{widths:?}");
    }
}
