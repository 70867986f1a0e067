//! Bits of a section, one number after the other.

use super::octets::Parsed;

/// Bits from the highest of the first octet on; zeros after the end.
pub(super) struct Bits<'a> {
    data: &'a [u8],
    place: usize,
}

impl<'a> Bits<'a> {
    pub fn new(data: &'a [u8]) -> Self {
        Self { data, place: 0 }
    }

    /// The next bits, at least 57 of them, at the upper end.
    fn window(&self) -> u64 {
        let rest = &self.data[(self.place / 8).min(self.data.len())..];
        let eight = match rest.first_chunk::<8>() {
            Some(eight) => *eight,
            None => {
                let mut eight = [0; 8];
                eight[..rest.len()].copy_from_slice(rest);
                eight
            }
        };
        u64::from_be_bytes(eight) << (self.place % 8)
    }

    /// The next `count` bits, at most 32.
    pub fn number(&mut self, count: u32) -> u32 {
        // in two steps, since none may be as wide as the word
        let number = self.window() >> 1 >> (63 - count);
        self.place += count as usize;
        number as u32
    }

    /// Zeros up to the next one, which is passed.
    pub fn zeros(&mut self) -> Parsed<usize> {
        const SEEN: u32 = 57;
        let mut zeros = 0;
        loop {
            let here = self.window().leading_zeros().min(SEEN) as usize;
            zeros += here;
            if here < SEEN as usize {
                self.place += here + 1;
                return Ok(zeros);
            }
            self.place += here;
            self.within_data()?;
        }
    }

    /// On to the next octet.
    pub fn align(&mut self) {
        self.place = self.place.next_multiple_of(8);
    }

    /// # Errors
    /// If more bits were taken than there are.
    pub fn within_data(&self) -> Parsed<()> {
        match self.place <= 8 * self.data.len() {
            true => Ok(()),
            false => Err(format!("the data end too soon, after {} octets", self.data.len())),
        }
    }
}
