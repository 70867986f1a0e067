//! The normal distribution from a table: kernels need its values by the million.

use std::f64::consts::{PI, SQRT_2};
use std::sync::LazyLock;

/// Standard deviations at which kernels end, and with them the table.
pub(super) const CUT: f64 = 4.0;
/// Share within [`CUT`] standard deviations, erf(4/√2).
pub(super) const WITHIN_CUT: f64 = 0.999_936_657_516_333_8;
const PER_DEVIATION: f64 = 64.0;

/// Share below a value, and density there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Normal {
    pub below: f64,
    pub density: f64,
}

static NODES: LazyLock<Vec<Normal>> = LazyLock::new(|| {
    let exact = |k: usize| {
        let z = k as f64 / PER_DEVIATION - CUT;
        Normal {
            below: 0.5 * libm::erfc(-z / SQRT_2),
            density: (-0.5 * z * z).exp() / (2.0 * PI).sqrt(),
        }
    };
    (0..=(2.0 * CUT * PER_DEVIATION) as usize).map(exact).collect()
});

impl Normal {
    /// At a value from −4 to 4; values beyond count as these. Taylor's series about the nearest of 513 nodes, off by less
    /// than 1e-15.
    pub fn at(z: f64) -> Self {
        let z = z.clamp(-CUT, CUT);
        let node = ((z + CUT) * PER_DEVIATION).round();
        let Self { below, density } = NODES[node as usize];
        let z0 = node / PER_DEVIATION - CUT;
        let h = z - z0;
        let square = z0 * z0;
        // Hermite polynomials: the derivatives of the density
        let [he1, he2, he3] = [z0, square - 1.0, z0 * (square - 3.0)];
        let [he4, he5] = [(square - 6.0) * square + 3.0, z0 * ((square - 10.0) * square + 15.0)];
        let he6 = ((square - 15.0) * square + 45.0) * square - 15.0;
        let series = [1.0, -he1, he2 / 2.0, -he3 / 6.0, he4 / 24.0, -he5 / 120.0, he6 / 720.0];
        let (mut integral, mut value) = (0.0, 0.0);
        for (power, term) in series.iter().enumerate().rev() {
            integral = integral * h + term / (power + 1) as f64;
            value = value * h + term;
        }
        Self {
            below: below + density * h * integral,
            density: density * value,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_exact_to_round_off() {
        for k in -40_000..=40_000 {
            let z = f64::from(k) * 1e-4;
            let (here, erfc) = (Normal::at(z), 0.5 * libm::erfc(-z / SQRT_2));
            let density = (-0.5 * z * z).exp() / (2.0 * PI).sqrt();
            assert!((here.below - erfc).abs() < 1e-15, "{z}: {here:?}, {erfc}");
            assert!((here.density - density).abs() < 1e-15, "{z}: {here:?}, {density}");
        }
        let within = libm::erf(CUT / SQRT_2);
        assert!((WITHIN_CUT - within).abs() < 1e-16, "{within}");
    }
}
