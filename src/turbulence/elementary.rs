//! Exponential, logarithm and inverse cube root by plain arithmetic: the same bits on every processor, at an accuracy that
//! suits profiles of turbulence.

use std::f64::consts::{LN_2, LOG2_E, SQRT_2};

/// Bits of a double's mantissa.
const MANTISSA_BITS: u32 = 52;
const EXPONENT_BIAS: i64 = 1023;
/// Added and taken away, it rounds a number below 2⁵¹ to a whole one, which its last bits then hold.
const ROUNDER: f64 = 6_755_399_441_055_744.0;
/// ln 2 in two parts, the first with zeros in its last bits.
const LN_2_HIGH: f64 = 0.693_147_180_369_123_8;
const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;

/// eˣ within 1e-11 of itself; x is held within ±700.
#[inline]
pub(crate) fn exp(x: f64) -> f64 {
    let x = x.clamp(-700.0, 700.0);
    let shifted = x * LOG2_E + ROUNDER;
    let whole = shifted - ROUNDER;
    let r = (x - whole * LN_2_HIGH) - whole * LN_2_LOW;
    let r2 = r * r;
    let r4 = r2 * r2;
    let low = (1.0 + r) + r2 * (1.0 / 2.0 + r * (1.0 / 6.0));
    let middle = (1.0 / 24.0 + r * (1.0 / 120.0)) + r2 * (1.0 / 720.0 + r * (1.0 / 5040.0));
    let high = 1.0 / 40_320.0 + r * (1.0 / 362_880.0);
    let power = (shifted.to_bits() as i64).wrapping_add(EXPONENT_BIAS) << MANTISSA_BITS;
    (low + r4 * (middle + r4 * high)) * f64::from_bits(power as u64)
}

/// ln x within 1e-12, or that part of itself, for a normal x > 0.
#[inline]
pub(crate) fn ln(x: f64) -> f64 {
    let bits = x.to_bits() as i64;
    // the mantissa lies between √½ and √2
    let exponent = (bits - SQRT_2.to_bits() as i64 + (1 << MANTISSA_BITS)) >> MANTISSA_BITS;
    let mantissa = f64::from_bits((bits - (exponent << MANTISSA_BITS)) as u64);
    let s = (mantissa - 1.0) / (mantissa + 1.0);
    let t = s * s;
    let t2 = t * t;
    let low = (1.0 + t * (1.0 / 3.0)) + t2 * (1.0 / 5.0 + t * (1.0 / 7.0));
    let high = (1.0 / 9.0 + t * (1.0 / 11.0)) + t2 * (1.0 / 13.0);
    exponent as f64 * LN_2 + 2.0 * s * (low + t2 * t2 * high)
}

/// ln(a/b) of two positive numbers within 1e-9.
#[inline]
pub(crate) fn ln_ratio(a: f64, b: f64) -> f64 {
    let s = (a - b) / (a + b);
    if s.abs() > 0.15 {
        return ln((a / b).max(f64::MIN_POSITIVE));
    }
    let t = s * s;
    2.0 * s * (1.0 + t * (1.0 / 3.0 + t * (1.0 / 5.0 + t * (1.0 / 7.0 + t * (1.0 / 9.0)))))
}

/// x^−⅓ within 1e-10 of itself for a normal x > 0; finite at 0.
#[inline]
pub(crate) fn inverse_cbrt(x: f64) -> f64 {
    // a third of the negated bits, then two steps of third order
    let guess = f64::from_bits(0x553e_f000_0000_0000 - x.to_bits() / 3);
    let better = |r: f64| {
        let miss = 1.0 - (x * r) * (r * r);
        r + r * (miss * (1.0 / 3.0 + miss * (2.0 / 9.0)))
    };
    better(better(guess))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Largest deviation, relative above 1 and absolute below, over points evenly spaced in the logarithm.
    fn worst(ours: fn(f64) -> f64, exact: fn(f64) -> f64, from: f64, to: f64, relative: bool) -> f64 {
        let steps = 400_000;
        let points = (0..=steps).map(|k| from * (to / from).powf(f64::from(k) / f64::from(steps)));
        points
            .map(|x| {
                let expected = exact(x);
                let scale = if relative {
                    expected.abs()
                } else {
                    expected.abs().max(1.0)
                };
                (ours(x) - expected).abs() / scale
            })
            .fold(0.0, f64::max)
    }

    #[test]
    fn stated_errors_hold() {
        let falling: [fn(f64) -> f64; 2] = [|x| exp(-x), |x| (-x).exp()];
        for (name, error, bound) in [
            ("exp x", worst(exp, f64::exp, 1e-9, 690.0, true), 1e-11),
            ("exp −x", worst(falling[0], falling[1], 1e-9, 690.0, true), 1e-11),
            ("ln x", worst(ln, f64::ln, 1e-9, 1e9, false), 1e-12),
            ("x^−⅓", worst(inverse_cbrt, |x| 1.0 / x.cbrt(), 1e-9, 1e9, true), 1e-10),
        ] {
            println!("{name}: {error:.1e}");
            assert!(error < bound, "{name}: {error:e}");
        }
        for [a, b] in [[1.0, 1.0], [1.34, 1.0], [1.0, 1.36], [3.0, 0.1], [1e-3, 5e2]] {
            assert!((ln_ratio(a, b) - f64::ln(a / b)).abs() < 1e-9, "ln {a}/{b}");
        }
        assert_eq!((exp(0.0), ln(1.0)), (1.0, 0.0));
        assert!(inverse_cbrt(0.0).is_finite() && exp(-1e9) < 1e-300);
    }
}
