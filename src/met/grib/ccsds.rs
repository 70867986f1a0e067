//! Adaptive entropy coding: CCSDS 121.0-B-3, the packing of ERA5 and of ECMWF's open data.
//!
//! Samples come in blocks, each coded in the way that makes it shortest; some blocks make a reference interval, which
//! begins with a sample as it is. The others are differences from the sample before, folded to numbers from 0 up.

use super::bits::Bits;
use super::octets::Parsed;

/// How samples are coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Coding {
    bits: u32,
    block: usize,
    /// Blocks of a reference interval.
    interval: usize,
    flags: u8,
}

/// Flags of the compression, as in libaec.
const SIGNED: u8 = 0x01;
const DIFFERENCES: u8 = 0x08;
const RESTRICTED: u8 = 0x10;
const PADDED: u8 = 0x20;

/// A run of this many blocks of zeros stands for all until the end of the segment (CCSDS 121.0-B-3, 3.5.2).
const REST_OF_SEGMENT: usize = 5;
const SEGMENT: usize = 64;

impl Coding {
    pub fn new(bits: u8, block: u8, interval: u16, flags: u8) -> Parsed<Self> {
        let plausible = (1..=32).contains(&bits) && matches!(block, 8 | 16 | 32 | 64) && (1..=4096).contains(&interval);
        if !plausible || flags & (SIGNED | PADDED) != 0 {
            return Err(format!(
                "samples of {bits} bits, blocks of {block}, {interval} to an interval, flags {flags} are not read; \
                 repack the file (grib_set -r -s packingType=grid_simple IN OUT) unless it is damaged"
            ));
        }
        Ok(Self {
            bits: bits.into(),
            block: block.into(),
            interval: interval.into(),
            flags,
        })
    }

    /// Bits of the number that says how a block is coded.
    fn option_bits(self) -> u32 {
        match self.bits {
            1..=2 if self.flags & RESTRICTED != 0 => 1,
            3..=4 if self.flags & RESTRICTED != 0 => 2,
            1..=8 => 3,
            9..=16 => 4,
            _ => 5,
        }
    }

    fn largest(self) -> u32 {
        u32::MAX >> (32 - self.bits)
    }

    /// The first `count` samples of `data`.
    pub fn samples(self, data: &[u8], count: usize) -> Parsed<Vec<u32>> {
        let mut bits = Bits::new(data);
        let mut samples = Vec::with_capacity(count + self.block);
        while samples.len() < count {
            let start = samples.len();
            let end = start + self.interval * self.block;
            while samples.len() < end.min(count) {
                self.block(&mut bits, &mut samples, start)?;
            }
            samples.truncate(end);
            if self.flags & DIFFERENCES != 0 {
                self.add_up(&mut samples[start..]);
            }
        }
        samples.truncate(count);
        Ok(samples)
    }

    /// One block, or several of zeros, of the interval that began at sample `start`.
    fn block(self, bits: &mut Bits, samples: &mut Vec<u32>, start: usize) -> Parsed<()> {
        let option_bits = self.option_bits();
        let option = bits.number(option_bits);
        let begun = samples.len();
        let is_first = begun == start && self.flags & DIFFERENCES != 0;
        let second_extension = option == 0 && bits.number(1) == 1;
        let is_plain = option == (1 << option_bits) - 1;
        if is_first && !is_plain {
            samples.push(bits.number(self.bits));
        }
        let left = self.block - (samples.len() - begun);
        match option {
            0 if second_extension => second_extension_pairs(bits, samples, left)?,
            0 => {
                let blocks = self.blocks_of_zeros(bits.zeros()?, (begun - start) / self.block);
                samples.resize(begun + blocks * self.block, 0);
            }
            _ if is_plain => samples.extend((0..left).map(|_| bits.number(self.bits))),
            _ => split(bits, samples, left, option - 1)?,
        }
        bits.within_data()
    }

    /// How many blocks a run stands for that begins at block `place` of its interval.
    fn blocks_of_zeros(self, run: usize, place: usize) -> usize {
        let rest = (self.interval - place).min(SEGMENT - place % SEGMENT);
        let blocks = match run + 1 {
            REST_OF_SEGMENT => rest,
            blocks if blocks > REST_OF_SEGMENT => blocks - 1,
            blocks => blocks,
        };
        blocks.min(self.interval - place)
    }

    /// From differences, folded so that small ones of either sign are small numbers, to samples (ibid., 4.4).
    fn add_up(self, samples: &mut [u32]) {
        let largest = self.largest();
        let Some((&mut first, rest)) = samples.split_first_mut() else {
            return;
        };
        let mut before = first;
        for sample in rest {
            let folded = *sample;
            let mirror = if before > largest / 2 { largest } else { 0 };
            let room = mirror ^ before;
            let half = (folded >> 1) + (folded & 1);
            before = match half <= room {
                true if folded & 1 == 0 => before.wrapping_add(half),
                true => before.wrapping_sub(half),
                false => mirror ^ folded,
            } & largest;
            *sample = before;
        }
    }
}

/// Pairs as one number each: the triangular number of their sum, plus the second (ibid., 3.4.3).
fn second_extension_pairs(bits: &mut Bits, samples: &mut Vec<u32>, left: usize) -> Parsed<()> {
    let mut left = left;
    while left > 0 {
        let number = bits.zeros()? as u64;
        let mut sum = ((((8 * number + 1) as f64).sqrt() - 1.0) / 2.0) as u64;
        while sum * (sum + 1) / 2 > number {
            sum -= 1;
        }
        while (sum + 1) * (sum + 2) / 2 <= number {
            sum += 1;
        }
        let second = number - sum * (sum + 1) / 2;
        // beside a reference the first of a pair is left out
        if left.is_multiple_of(2) {
            samples.push((sum - second) as u32);
            left -= 1;
        }
        samples.push(second as u32);
        left -= 1;
    }
    Ok(())
}

/// The upper parts of `left` samples as runs of zeros, then their `low` lower bits (ibid., 3.2).
fn split(bits: &mut Bits, samples: &mut Vec<u32>, left: usize, low: u32) -> Parsed<()> {
    let begun = samples.len();
    for _ in 0..left {
        samples.push((bits.zeros()? as u32).wrapping_shl(low));
    }
    if low > 0 {
        for sample in &mut samples[begun..] {
            *sample |= bits.number(low);
        }
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn packed(digits: &str) -> Vec<u8> {
        let digits = digits.replace(' ', "");
        let octet = |eight: &[u8]| u8::from_str_radix(&format!("{:0<8}", std::str::from_utf8(eight).unwrap()), 2);
        digits.as_bytes().chunks(8).map(|eight| octet(eight).unwrap()).collect()
    }

    #[test]
    fn each_way_to_code_a_block_is_read() {
        let coding = Coding::new(8, 8, 2, 0).unwrap();
        let samples = |digits: &str| coding.samples(&packed(digits), 8).unwrap();
        // plain; split after one bit; pairs; zeros
        let plain = (1..=8).map(|n| format!("{n:08b}")).collect::<String>();
        assert_eq!(samples(&format!("111 {plain}")), [1, 2, 3, 4, 5, 6, 7, 8]);
        assert_eq!(samples("010 1 01 1 1 1 1 1 1 10101010"), [1, 2, 1, 0, 1, 0, 1, 0]);
        assert_eq!(samples("000 1 1 01 001 0001"), [0, 0, 1, 0, 0, 1, 2, 0]);
        assert_eq!(samples("000 0 1"), [0; 8]);
    }

    #[test]
    fn differences_are_added_up_and_mirrored_at_the_ends() {
        let coding = Coding::new(3, 8, 1, DIFFERENCES).unwrap();
        // 5, one up, to 4 from above beyond what folds, to the far end, and no more
        let plain: String = [5, 2, 3, 7, 0, 0, 0, 0].map(|n| format!("{n:03b}")).concat();
        let samples = coding.samples(&packed(&format!("111 {plain}")), 8).unwrap();
        assert_eq!(samples, [5, 6, 4, 0, 0, 0, 0, 0]);
    }

    #[test]
    fn data_that_end_too_soon_are_an_error() {
        let coding = Coding::new(8, 8, 2, 0).unwrap();
        assert!(coding.samples(&packed("111 00000001"), 8).is_err());
        assert!(coding.samples(&[], 8).is_err());
        assert!(Coding::new(33, 8, 2, 0).is_err() && Coding::new(8, 9, 2, 0).is_err());
    }
}
