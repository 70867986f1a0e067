//! Noise as a pure function of (seed, receptor, particle, step): no state, so neither the number of threads nor the
//! order of particles changes a bit.
//!
//! The generator is Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"); normals come by
//! the inverse distribution function (Wichura 1988, algorithm AS 241, PPND16: relative error 1e-16), one uniform each.

use rand::rand_core::Infallible;

const MULTIPLIERS: (u32, u32) = (0xD251_1F53, 0xCD9E_8D57);
const WEYL: (u32, u32) = (0x9E37_79B9, 0xBB67_AE85);
const ROUNDS: usize = 10;

/// One Philox4x32-10 block.
#[inline]
fn philox(mut counter: [u32; 4], mut key: [u32; 2]) -> [u32; 4] {
    for _ in 0..ROUNDS {
        let a = u64::from(MULTIPLIERS.0) * u64::from(counter[0]);
        let b = u64::from(MULTIPLIERS.1) * u64::from(counter[2]);
        counter = [
            (b >> 32) as u32 ^ counter[1] ^ key[0],
            b as u32,
            (a >> 32) as u32 ^ counter[3] ^ key[1],
            a as u32,
        ];
        key = [key[0].wrapping_add(WEYL.0), key[1].wrapping_add(WEYL.1)];
    }
    counter
}

/// Mixes the words that identify a receptor with the seed of the run into a key (splitmix64 finaliser over each word).
pub fn key_of(seed: u64, words: &[u64]) -> [u32; 2] {
    let mixed = words.iter().fold(mix(seed), |hash, &word| mix(hash ^ word));
    [mixed as u32, (mixed >> 32) as u32]
}

fn mix(word: u64) -> u64 {
    let mut z = word.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// The stream of draws that belongs to one particle in one step.
#[derive(Clone, Debug)]
pub struct Noise {
    key: [u32; 2],
    counter: [u32; 4],
    block: [u32; 4],
    used: usize,
}

impl Noise {
    /// The stream of `particle` in `step`, under a key from [`key_of`].
    #[inline]
    pub fn new(key: [u32; 2], particle: u32, step: u32) -> Self {
        Self {
            key,
            counter: [0, particle, step, 0],
            block: [0; 4],
            used: 4,
        }
    }

    #[inline]
    fn next(&mut self) -> u32 {
        if self.used == 4 {
            self.block = philox(self.counter, self.key);
            self.counter[0] = self.counter[0].wrapping_add(1);
            self.used = 0;
        }
        let word = self.block[self.used];
        self.used += 1;
        word
    }

    /// Uniform in (0, 1), never either end.
    #[inline]
    pub fn uniform(&mut self) -> f64 {
        (f64::from(self.next()) + 0.5) * (1.0 / 4_294_967_296.0)
    }

    /// Standard normal.
    #[inline]
    pub fn normal(&mut self) -> f64 {
        inverse_normal(self.uniform())
    }
}

/// The stream as a generator for the distributions of the `rand` crate.
impl rand::TryRng for Noise {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(self.next())
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(u64::from(self.next()) | u64::from(self.next()) << 32)
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(4) {
            chunk.copy_from_slice(&self.next().to_le_bytes()[..chunk.len()]);
        }
        Ok(())
    }
}

/// Quantile of the standard normal distribution, 0 < p < 1 (Wichura 1988).
#[inline]
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

#[inline]
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
    fn philox_gives_the_published_known_answers() {
        assert_eq!(
            philox([0; 4], [0; 2]),
            [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]
        );
        let ones = u32::MAX;
        assert_eq!(
            philox([ones; 4], [ones; 2]),
            [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]
        );
    }

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
    fn normals_of_neighbouring_particles_and_steps_have_unit_variance_and_no_correlation() {
        // N = 10⁶: standard errors 1e-3 (mean), 1.4e-3 (variance), 1e-3 (correlation), 4.9e-3 (kurtosis); bound 4 of them
        let key = key_of(7, &[42]);
        let draw = |particle: u32, step: u32| Noise::new(key, particle, step).normal();
        let n = 1_000_000_u32;
        let (mut sum, mut square, mut fourth, mut by_particle, mut by_step) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for k in 0..n {
            let (particle, step) = (k % 1000, k / 1000);
            let x = draw(particle, step);
            sum += x;
            square += x * x;
            fourth += x.powi(4);
            by_particle += x * draw(particle + 1, step);
            by_step += x * draw(particle, step + 1);
        }
        let n = f64::from(n);
        assert!((sum / n).abs() < 4e-3);
        assert!((square / n - 1.0).abs() < 5.6e-3);
        assert!((fourth / n - 3.0).abs() < 4.0 * 9.8e-3);
        assert!((by_particle / n).abs() < 4e-3 && (by_step / n).abs() < 4e-3);
    }

    #[test]
    fn draws_follow_the_normal_distribution() {
        // Kolmogorov–Smirnov, N = 10⁵: D·√N < 1.63 with p = 0.01; uniforms are u32, so ties are negligible
        let mut noise = Noise::new(key_of(1, &[1]), 0, 0);
        let mut draws: Vec<f64> = (0..100_000).map(|_| noise.normal()).collect();
        draws.sort_by(f64::total_cmp);
        let n = draws.len() as f64;
        let cdf = |x: f64| 0.5 * erfc(-x / std::f64::consts::SQRT_2);
        let d = draws
            .iter()
            .enumerate()
            .map(|(k, &x)| (cdf(x) - (k as f64 + 0.5) / n).abs())
            .fold(0.0, f64::max);
        assert!(d * n.sqrt() < 1.63, "D√N = {}", d * n.sqrt());
    }

    /// Complementary error function, relative error 1.2e-7 (Press et al. 1992, rational Chebyshev fit).
    fn erfc(x: f64) -> f64 {
        let z = x.abs();
        let t = 1.0 / (1.0 + 0.5 * z);
        let c = [
            -1.265_512_23,
            1.000_023_68,
            0.374_091_96,
            0.096_784_18,
            -0.186_288_06,
            0.278_868_07,
            -1.135_203_98,
            1.488_515_87,
            -0.822_152_23,
            0.170_872_77,
        ];
        let tail = t * (-z * z + c.iter().rev().fold(0.0, |sum, &a| sum * t + a)).exp();
        if x >= 0.0 { tail } else { 2.0 - tail }
    }
}
