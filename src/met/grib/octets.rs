//! Numbers in the octets of a section, counted from 1 as the manuals of both editions count them.

/// What is read, or what is wrong with it.
pub(super) type Parsed<T> = Result<T, String>;

/// The octets of one section.
#[derive(Clone, Copy)]
pub(super) struct Octets<'a> {
    section: u8,
    bytes: &'a [u8],
}

impl<'a> Octets<'a> {
    pub fn new(section: u8, bytes: &'a [u8]) -> Self {
        Self { section, bytes }
    }

    pub fn len(self) -> usize {
        self.bytes.len()
    }

    /// `count` octets from octet `first` on.
    pub fn slice(self, first: usize, count: usize) -> Parsed<&'a [u8]> {
        let from = first - 1;
        from.checked_add(count)
            .and_then(|end| self.bytes.get(from..end))
            .ok_or_else(|| {
                format!(
                    "section {} holds {} octets, octets {first} to {} are needed",
                    self.section,
                    self.bytes.len(),
                    from.saturating_add(count)
                )
            })
    }

    pub fn u8(self, octet: usize) -> Parsed<u8> {
        Ok(self.slice(octet, 1)?[0])
    }

    /// A whole number of up to eight octets.
    pub fn unsigned(self, first: usize, count: usize) -> Parsed<u64> {
        let bytes = self.slice(first, count)?;
        Ok(bytes.iter().fold(0, |value, &byte| value << 8 | u64::from(byte)))
    }

    pub fn u16(self, first: usize) -> Parsed<u16> {
        Ok(self.unsigned(first, 2)? as u16)
    }

    pub fn u32(self, first: usize) -> Parsed<u32> {
        Ok(self.unsigned(first, 4)? as u32)
    }

    /// A whole number whose first bit is its sign.
    pub fn signed(self, first: usize, count: usize) -> Parsed<i64> {
        let value = self.unsigned(first, count)?;
        let sign = 1u64 << (8 * count - 1);
        let size = (value & (sign - 1)) as i64;
        Ok(if value & sign == 0 { size } else { -size })
    }

    /// A whole number of four octets, or none if all its bits are set.
    pub fn optional_u32(self, first: usize) -> Parsed<Option<u32>> {
        Ok(Some(self.u32(first)?).filter(|&value| value != u32::MAX))
    }

    /// IEEE 754, single precision.
    pub fn ieee(self, first: usize) -> Parsed<f64> {
        Ok(f64::from(f32::from_bits(self.u32(first)?)))
    }

    /// IBM System/360, single precision: sign, exponent of 16 from −64, fraction of 24 bits.
    pub fn ibm(self, first: usize) -> Parsed<f64> {
        let bits = self.u32(first)?;
        let exponent = (bits >> 24 & 0x7f) as i32 - 64;
        let size = f64::from(bits & 0x00ff_ffff) / f64::from(1 << 24) * 16f64.powi(exponent);
        Ok(if bits >> 31 == 0 { size } else { -size })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_the_manual_writes_them() {
        let octets = Octets::new(1, &[0x80, 0x00, 0x05, 0x41, 0x10, 0x00, 0x00, 0xc2, 0x76, 0xa0, 0x00]);
        assert_eq!(octets.signed(1, 3).unwrap(), -5);
        assert_eq!(octets.unsigned(1, 3).unwrap(), 0x80_0005);
        assert_eq!(octets.ibm(4).unwrap(), 1.0);
        assert_eq!(octets.ibm(8).unwrap(), -118.625);
    }

    #[test]
    fn octets_beyond_the_section_are_named() {
        let problem = Octets::new(3, &[0; 4]).u32(3).unwrap_err();
        assert_eq!(problem, "section 3 holds 4 octets, octets 3 to 6 are needed");
    }
}
