//! From packed bits to numbers: simple packing of both editions, and the bitmap.

use super::octets::Parsed;

/// Simple packing: value = (reference + 2^binary · bits) / 10^decimal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Scaling {
    pub reference: f64,
    pub binary: i32,
    pub decimal: i32,
    pub bits: u8,
}

impl Scaling {
    /// # Errors
    /// If the numbers cannot be those of a field.
    pub fn checked(self) -> Parsed<Self> {
        if !self.reference.is_finite() {
            return Err("the reference value is not a number; the message is damaged".to_string());
        }
        if self.bits > 32 {
            return Err(format!("{} bits a value, at most 32 are read", self.bits));
        }
        Ok(self)
    }

    /// The first `count` values of `packed`.
    pub fn values(&self, packed: &[u8], count: usize) -> Parsed<Vec<f32>> {
        let (offset, step) = self.offset_and_step();
        if self.bits == 0 {
            return Ok(vec![offset as f32; count]);
        }
        let mut values = Vec::with_capacity(count);
        each_number(packed, self.bits, count, |number| {
            values.push((offset + step * f64::from(number)) as f32);
        })?;
        Ok(values)
    }

    /// Values of numbers that are unpacked already.
    pub fn scaled(&self, numbers: &[u32]) -> Vec<f32> {
        let (offset, step) = self.offset_and_step();
        let value = |&number: &u32| (offset + step * f64::from(number)) as f32;
        numbers.iter().map(value).collect()
    }

    /// The value of 0 and that of one step.
    pub fn offset_and_step(&self) -> (f64, f64) {
        let shrink = 10f64.powi(-self.decimal);
        (self.reference * shrink, 2f64.powi(self.binary) * shrink)
    }
}

/// Calls `take` with the first `count` numbers of `bits` bits, at most 32.
///
/// # Errors
/// If there are fewer.
pub(super) fn each_number(packed: &[u8], bits: u8, count: usize, mut take: impl FnMut(u32)) -> Parsed<()> {
    let width = usize::from(bits);
    let needed = width.checked_mul(count).map(|bits| bits.div_ceil(8));
    if needed.is_none_or(|needed| needed > packed.len()) {
        return Err(format!(
            "{} bytes of data, {count} numbers of {bits} bits do not fit",
            packed.len()
        ));
    }
    let mask = (1u64 << width) - 1;
    for place in 0..count {
        let (byte, bit) = (place * width / 8, place * width % 8);
        let eight = match packed[byte..].first_chunk::<8>() {
            Some(eight) => *eight,
            None => {
                let rest = &packed[byte..];
                let mut tail = [0; 8];
                tail[..rest.len()].copy_from_slice(rest);
                tail
            }
        };
        take((u64::from_be_bytes(eight) >> (64 - bit - width) & mask) as u32);
    }
    Ok(())
}

/// Number of points among the first `points` that a bitmap says have a value.
pub(super) fn points_with_value(bitmap: &[u8], points: usize) -> Parsed<usize> {
    let whole = bitmap
        .get(..points.div_ceil(8))
        .ok_or_else(|| format!("a bitmap of {} bytes for {points} points", bitmap.len()))?;
    let all: usize = whole.iter().map(|byte| byte.count_ones() as usize).sum();
    let beyond = (8 - points % 8) % 8;
    let spare = whole
        .last()
        .map_or(0, |last| (last & ((1u16 << beyond) - 1) as u8).count_ones());
    Ok(all - spare as usize)
}

/// Puts values to the points that have one; NaN elsewhere.
pub(super) fn spread(bitmap: &[u8], points: usize, values: &[f32]) -> Parsed<Vec<f32>> {
    let present = points_with_value(bitmap, points)?;
    if present != values.len() {
        return Err(format!("a bitmap with {present} points for {} values", values.len()));
    }
    let mut next = values.iter();
    let value = |place: usize| match bitmap[place / 8] >> (7 - place % 8) & 1 {
        1 => next.next().copied().unwrap_or(f32::NAN),
        _ => f32::NAN,
    };
    Ok((0..points).map(value).collect())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_any_width_come_back() {
        for bits in 1..=32u8 {
            let mask = ((1u64 << bits) - 1) as u32;
            let numbers: Vec<u32> = (0..19u32).map(|n| n.wrapping_mul(0x9e37_79b9) & mask).collect();
            let digits: String = numbers
                .iter()
                .map(|n| format!("{n:032b}")[32 - usize::from(bits)..].to_string())
                .collect();
            let bytes: Vec<u8> = digits
                .as_bytes()
                .chunks(8)
                .map(|eight| {
                    let text = std::str::from_utf8(eight).unwrap();
                    u8::from_str_radix(&format!("{text:0<8}"), 2).unwrap()
                })
                .collect();
            let mut found = Vec::new();
            each_number(&bytes, bits, numbers.len(), |n| found.push(n)).unwrap();
            assert_eq!(found, numbers, "{bits} bits");
            assert!(each_number(&bytes, bits, numbers.len() + 8, |_| ()).is_err());
        }
    }

    #[test]
    fn values_go_where_the_bitmap_has_a_one() {
        let spread = spread(&[0b1010_0000, 0b0111_1111], 10, &[1.0, 2.0, 3.0]).unwrap();
        let places: Vec<usize> = (0..10).filter(|&place| !spread[place].is_nan()).collect();
        assert_eq!(places, [0, 2, 9]);
        assert!(super::spread(&[0xff, 0xff], 10, &[1.0; 9]).is_err());
        assert!(super::spread(&[0xff], 10, &[1.0; 8]).is_err());
    }

    #[test]
    fn a_field_of_no_bits_is_constant() {
        let scaling = Scaling {
            reference: 2731.5,
            binary: 3,
            decimal: 1,
            bits: 0,
        };
        assert_eq!(scaling.values(&[], 3).unwrap(), [273.15; 3]);
    }
}
