//! Complex packing, with or without differences between neighbours: data templates 5.2 and 5.3, regulations 92.9.4 and
//! 92.9.5. Values are split into groups, each with its own least value and width.

use super::bits::Bits;
use super::octets::{Octets, Parsed};
use super::unpack::Scaling;

/// What section 5 says of the groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Groups {
    count: usize,
    /// Bits of the least value of a group.
    reference_bits: u32,
    least_width: u32,
    width_bits: u32,
    least_length: u32,
    length_unit: u32,
    length_bits: u32,
    last_length: u32,
    /// How many of the largest numbers of a width mean that a value is missing.
    missing: u32,
    /// Order of the differences, 0 without them.
    order: usize,
    /// Octets of the numbers from which differences start.
    start_octets: usize,
}

impl Groups {
    pub fn new(template: u16, octets: Octets<'_>, reference_bits: u8) -> Parsed<Self> {
        let (method, missing) = (octets.u8(22)?, octets.u8(23)?);
        let differences = template == 3;
        let groups = Self {
            count: octets.u32(32)? as usize,
            reference_bits: reference_bits.into(),
            least_width: octets.u8(36)?.into(),
            width_bits: octets.u8(37)?.into(),
            least_length: octets.u32(38)?,
            length_unit: octets.u8(42)?.into(),
            last_length: octets.u32(43)?,
            length_bits: octets.u8(47)?.into(),
            missing: missing.into(),
            order: if differences { octets.u8(48)?.into() } else { 0 },
            start_octets: if differences { octets.u8(49)?.into() } else { 0 },
        };
        let orders = if differences { 1..=2 } else { 0..=0 };
        let narrow = groups.width_bits <= 32 && groups.length_bits <= 32 && groups.start_octets <= 8;
        match method == 1 && missing <= 2 && narrow && orders.contains(&groups.order) {
            true => Ok(groups),
            false => Err(format!(
                "group splitting {method}, missing values {missing}, differences of order {} are not read",
                groups.order
            )),
        }
    }

    /// The `count` values of `data`.
    pub fn values(&self, data: &[u8], count: usize, scaling: &Scaling) -> Parsed<Vec<f32>> {
        if self.count == 0 {
            return scaling.values(&[], count);
        }
        if self.count > count {
            return Err(format!("{} groups for {count} values", self.count));
        }
        let mut differences = self.differences(data)?;
        let mut bits = Bits::new(&data[self.octets_of_start()..]);
        let references = self.numbers(&mut bits, self.reference_bits);
        let widths = self.numbers(&mut bits, self.width_bits);
        let lengths = self.lengths(&mut bits, count)?;
        let (offset, step) = scaling.offset_and_step();
        let mut values = Vec::with_capacity(count);
        for ((&reference, width), &length) in references.iter().zip(widths).zip(&lengths) {
            let width = width.saturating_add(self.least_width);
            if width > 32 {
                return Err(format!("a group with numbers of {width} bits"));
            }
            let first_missing = self.first_missing(if width == 0 { self.reference_bits } else { width });
            for _ in 0..length {
                let number = bits.number(width);
                let told = if width == 0 { reference } else { number };
                values.push(match u64::from(told) >= first_missing {
                    true => f32::NAN,
                    false => {
                        let whole = differences.add(i64::from(reference) + i64::from(number));
                        (offset + step * whole as f64) as f32
                    }
                });
            }
            bits.within_data()?;
        }
        Ok(values)
    }

    fn numbers(&self, bits: &mut Bits, width: u32) -> Vec<u32> {
        let numbers = (0..self.count).map(|_| bits.number(width)).collect();
        bits.align();
        numbers
    }

    /// Lengths of the groups, which must add up.
    fn lengths(&self, bits: &mut Bits, count: usize) -> Parsed<Vec<usize>> {
        let scaled = self.numbers(bits, self.length_bits);
        let length = |number| u64::from(number) * u64::from(self.length_unit) + u64::from(self.least_length);
        let mut lengths: Vec<u64> = scaled.into_iter().map(length).collect();
        if let Some(last) = lengths.last_mut() {
            *last = self.last_length.into();
        }
        let total: u64 = lengths.iter().sum();
        match total == count as u64 {
            true => Ok(lengths.into_iter().map(|length| length as usize).collect()),
            false => Err(format!("groups of {total} values in all, {count} are stated")),
        }
    }

    /// The least number of a width that means a missing value.
    fn first_missing(&self, width: u32) -> u64 {
        match self.missing {
            0 => u64::MAX,
            kinds => (1u64 << width).saturating_sub(u64::from(kinds)),
        }
    }

    fn octets_of_start(&self) -> usize {
        match self.order {
            0 => 0,
            order => (order + 1) * self.start_octets,
        }
    }

    /// The first values, and the least difference.
    fn differences(&self, data: &[u8]) -> Parsed<Differences> {
        let octets = Octets::new(7, data);
        let mut found = Differences::default();
        if self.order == 0 {
            return Ok(found);
        }
        octets.slice(1, self.octets_of_start())?;
        found.order = self.order;
        if self.start_octets > 0 {
            for place in 0..self.order {
                found.starts[place] = octets.unsigned(1 + place * self.start_octets, self.start_octets)? as i64;
            }
            found.least = octets.signed(1 + self.order * self.start_octets, self.start_octets)?;
        }
        Ok(found)
    }
}

/// Values from the differences between neighbours.
#[derive(Default)]
struct Differences {
    order: usize,
    /// The first values.
    starts: [i64; 2],
    /// Added to each difference.
    least: i64,
    seen: usize,
    before: i64,
    before_that: i64,
}

impl Differences {
    /// The value to which the next packed number belongs.
    #[inline]
    fn add(&mut self, number: i64) -> i64 {
        if self.order == 0 {
            return number;
        }
        let value = match self.order {
            order if self.seen < order => self.starts[self.seen],
            1 => self.before.wrapping_add(number).wrapping_add(self.least),
            _ => number
                .wrapping_add(self.least)
                .wrapping_add(self.before.wrapping_mul(2))
                .wrapping_sub(self.before_that),
        };
        self.seen += 1;
        self.before_that = self.before;
        self.before = value;
        value
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const PLAIN: Scaling = Scaling {
        reference: 0.0,
        binary: 0,
        decimal: 0,
        bits: 4,
    };

    fn groups(count: usize, missing: u32, order: usize) -> Groups {
        Groups {
            count,
            reference_bits: 4,
            least_width: 0,
            width_bits: 2,
            least_length: 3,
            length_unit: 1,
            length_bits: 0,
            last_length: 2,
            missing,
            order,
            start_octets: order.min(1),
        }
    }

    #[test]
    fn the_largest_number_of_a_width_means_missing() {
        // least values 3 and 15, widths 2 and 0, then 0, 3, 1
        let data = [0b0011_1111, 0b1000_0000, 0b0011_0100];
        let values = groups(2, 1, 0).values(&data, 5, &PLAIN).unwrap();
        assert_eq!((values[0], values[2]), (3.0, 4.0));
        assert!([1, 3, 4].iter().all(|&place: &usize| values[place].is_nan()));
        let all = groups(2, 0, 0).values(&data, 5, &PLAIN).unwrap();
        assert_eq!(all, [3.0, 6.0, 4.0, 15.0, 15.0]);
    }

    #[test]
    fn values_follow_from_differences_of_second_order() {
        // starts 7 and 9, least difference −2; of the five numbers the first two mean nothing
        let data = [7, 9, 0x82, 0b0011_0000, 0b1000_0000, 0b0011_0100];
        let values = groups(2, 0, 2).values(&data, 5, &PLAIN).unwrap();
        assert_eq!(values, [7.0, 9.0, 13.0, 15.0, 15.0]);
    }

    #[test]
    fn groups_that_do_not_add_up_are_refused() {
        let data = [0b0011_1111, 0b1000_0000, 0b0011_0100];
        assert!(groups(2, 0, 0).values(&data, 6, &PLAIN).is_err());
        assert!(groups(2, 0, 0).values(&data[..2], 5, &PLAIN).is_err());
        assert!(groups(2, 0, 2).values(&data[..2], 5, &PLAIN).is_err());
        assert!(groups(200, 0, 0).values(&data, 5, &PLAIN).is_err());
    }
}
