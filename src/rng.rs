//! Noise as a pure function of (seed, receptor, particle, step): no state, so neither the number of threads nor the
//! order of particles changes a bit.
//!
//! The generator is Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"); normals come by
//! the inverse distribution function, one uniform each, within 1e-9.

mod quantile;

use quantile::{QUANTILES, Quantiles};
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
    quantiles: &'static Quantiles,
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
            quantiles: &QUANTILES,
        }
    }

    #[inline]
    fn next(&mut self) -> u32 {
        if self.used == 4 {
            self.refill();
        }
        let word = self.block[self.used];
        self.used += 1;
        word
    }

    #[cold]
    #[inline(never)]
    fn refill(&mut self) {
        self.block = philox(self.counter, self.key);
        self.counter[0] = self.counter[0].wrapping_add(1);
        self.used = 0;
    }

    /// Uniform in (0, 1), never either end.
    #[inline]
    pub fn uniform(&mut self) -> f64 {
        (f64::from(self.next()) + 0.5) * (1.0 / 4_294_967_296.0)
    }

    /// Standard normal.
    #[inline]
    pub fn normal(&mut self) -> f64 {
        self.quantiles.normal(self.next())
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
