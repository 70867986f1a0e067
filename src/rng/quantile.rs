//! Quantiles of the standard normal distribution: exact by Wichura (1988, algorithm AS 241, PPND16: relative error
//! 1e-16), and from a table of polynomials made of them, within 1e-9.
//!
//! The tail probability is cut into octaves and each octave into equal bins, so that the exponent and the first bits of
//! its mantissa are the number of its bin.

use std::sync::LazyLock;

/// Tail probabilities that 31 bits can tell apart: 2⁻³³ … ½.
const OCTAVES: usize = 32;
const BITS: u32 = 4;
const BINS: usize = OCTAVES << BITS;
const DEGREE: usize = 4;

const MANTISSA: u32 = f64::MANTISSA_DIGITS - 1;
/// Exponent and first bits of ½.
const FIRST_BIN: usize = (0.5_f64.to_bits() >> (MANTISSA - BITS)) as usize;
/// Half the width of a bin in units of its octave.
const HALF_BIN: f64 = 0.5 / (1_u64 << BITS) as f64;

/// The table, made at first use.
pub(super) static QUANTILES: LazyLock<Quantiles> = LazyLock::new(Quantiles::new);

#[derive(Debug)]
pub(super) struct Quantiles {
    /// Coefficients by bin, constant term first, in the mantissa's distance from the middle of the bin.
    bins: [[f64; DEGREE + 1]; BINS],
}

impl Quantiles {
    fn new() -> Self {
        let mut bins = [[0.0; DEGREE + 1]; BINS];
        for (bin, coefficients) in bins.iter_mut().enumerate() {
            let octave = 2_f64.powi((bin >> BITS) as i32 - 33);
            let middle = 1.0 + HALF_BIN * (2 * (bin % (1 << BITS)) + 1) as f64;
            *coefficients = interpolate(|x| -inverse_normal(octave * (middle + x)));
        }
        Self { bins }
    }

    /// Quantile of (word + ½)/2³².
    #[inline]
    pub fn normal(&self, word: u32) -> f64 {
        let is_upper = word >> 31;
        let tail = f64::from(word ^ 0_u32.wrapping_sub(is_upper)) + 0.5;
        let bits = tail.to_bits();
        let bin = (bits >> (MANTISSA - BITS)) as usize - FIRST_BIN;
        let in_bin = bits & ((1 << (MANTISSA - BITS)) - 1);
        let x = f64::from_bits(1.0_f64.to_bits() | in_bin) - (1.0 + HALF_BIN);
        let c = &self.bins[bin % BINS];
        let square = x * x;
        let size = (c[0] + c[1] * x) + square * ((c[2] + c[3] * x) + square * c[4]);
        // a branch on a random sign would be mispredicted every other time
        f64::from_bits(size.to_bits() ^ u64::from(1 - is_upper) << 63)
    }
}

/// Coefficients, constant term first, of the polynomial through a function's values at Chebyshev's nodes of
/// ±[`HALF_BIN`] (Newton's form, multiplied out).
fn interpolate(function: impl Fn(f64) -> f64) -> [f64; DEGREE + 1] {
    let count = DEGREE + 1;
    let angle = |k: usize| std::f64::consts::PI * (k as f64 + 0.5) / count as f64;
    let nodes: [f64; DEGREE + 1] = std::array::from_fn(|k| HALF_BIN * angle(k).cos());
    let mut differences = nodes.map(function);
    for order in 1..count {
        for k in (order..count).rev() {
            differences[k] = (differences[k] - differences[k - 1]) / (nodes[k] - nodes[k - order]);
        }
    }
    let mut coefficients = [0.0; DEGREE + 1];
    for (node, difference) in nodes.into_iter().zip(differences).rev() {
        for power in (1..count).rev() {
            coefficients[power] = coefficients[power - 1] - node * coefficients[power];
        }
        coefficients[0] = difference - node * coefficients[0];
    }
    coefficients
}

/// Quantile of the standard normal distribution, 0 < p < 1 (Wichura 1988).
fn inverse_normal(p: f64) -> f64 {
    let q = p - 0.5;
    if q.abs() <= 0.425 {
        let r = 0.180_625 - q * q;
        return q * ratio(&CENTRE, r);
    }
    let tail = if q < 0.0 { p } else { 1.0 - p };
    let r = (-tail.ln()).sqrt();
    let quantile = if r <= 5.0 {
        ratio(&NEAR_TAIL, r - 1.6)
    } else {
        ratio(&FAR_TAIL, r - 5.0)
    };
    quantile.copysign(q)
}

/// Numerator and denominator, constant term first.
type Rational = ([f64; 8], [f64; 8]);

fn ratio((numerator, denominator): &Rational, x: f64) -> f64 {
    let horner = |c: &[f64; 8]| c.iter().rev().fold(0.0, |sum, &coefficient| sum * x + coefficient);
    horner(numerator) / horner(denominator)
}

#[rustfmt::skip]
const CENTRE: Rational = (
    [3.387_132_872_796_366_5, 1.331_416_678_917_843_8e2, 1.971_590_950_306_551_3e3, 1.373_169_376_550_946e4,
     4.592_195_393_154_987e4, 6.726_577_092_700_87e4, 3.343_057_558_358_813e4, 2.509_080_928_730_122_7e3],
    [1.0, 4.231_333_070_160_091e1, 6.871_870_074_920_579e2, 5.394_196_021_424_751e3,
     2.121_379_430_158_659_7e4, 3.930_789_580_009_271e4, 2.872_908_573_572_194_3e4, 5.226_495_278_852_545e3],
);
#[rustfmt::skip]
const NEAR_TAIL: Rational = (
    [1.423_437_110_749_683_5, 4.630_337_846_156_546, 5.769_497_221_460_691, 3.647_848_324_763_204_5,
     1.270_458_252_452_368_4, 2.417_807_251_774_506e-1, 2.272_384_498_926_918_4e-2, 7.745_450_142_783_414e-4],
    [1.0, 2.053_191_626_637_759, 1.676_384_830_183_803_8, 6.897_673_349_851e-1,
     1.481_039_764_274_800_8e-1, 1.519_866_656_361_645_7e-2, 5.475_938_084_995_345e-4, 1.050_750_071_644_416_9e-9],
);
#[rustfmt::skip]
const FAR_TAIL: Rational = (
    [6.657_904_643_501_103, 5.463_784_911_164_114, 1.784_826_539_917_291_3, 2.965_605_718_285_048_7e-1,
     2.653_218_952_657_612_4e-2, 1.242_660_947_388_078_4e-3, 2.711_555_568_743_487_6e-5, 2.010_334_399_292_288_1e-7],
    [1.0, 5.998_322_065_558_88e-1, 1.369_298_809_227_358e-1, 1.487_536_129_085_061_5e-2,
     7.868_691_311_456_133e-4, 1.846_318_317_510_054_8e-5, 1.421_511_758_316_446e-7, 2.044_263_103_389_939_8e-15],
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_of_the_normal_distribution() {
        // values of the standard tables, 15 digits
        for (p, expected) in [
            (0.5, 0.0),
            (0.975, 1.959_963_984_540_054),
            (0.001, -3.090_232_306_167_813_5),
            (1e-9, -5.997_807_015_007_687),
        ] {
            approx::assert_relative_eq!(inverse_normal(p), expected, max_relative = 1e-12);
        }
    }

    #[test]
    fn the_table_is_within_1e_9_of_the_quantiles_in_the_tails_and_between() {
        let words = (0..u32::MAX)
            .step_by(1009)
            .chain(0..10_000)
            .chain(u32::MAX - 10_000..=u32::MAX);
        let worst = words.map(|word| {
            let p = (f64::from(word) + 0.5) / 4_294_967_296.0;
            (QUANTILES.normal(word) - inverse_normal(p)).abs()
        });
        let worst = worst.fold(0.0, f64::max);
        assert!(worst < 1e-9, "{worst:e}");
    }

    #[test]
    fn the_two_tails_are_mirror_images() {
        for word in (0..1 << 31).step_by(100_003) {
            assert_eq!(QUANTILES.normal(word), -QUANTILES.normal(!word));
        }
    }
}
