//! Packings of edition 2: simple packing is ours, the others are unpacked by the crate `grib`.

use std::panic::{AssertUnwindSafe, catch_unwind};

use grib::Grib2SubmessageDecoder;

use super::field::Packing;
use super::octets::{Octets, Parsed};
use super::unpack::{self, Scaling};

/// Section 5 of a field that is not packed simply.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Template {
    section: Vec<u8>,
    pub number: u16,
    /// Values packed: as many as points have one.
    pub count: usize,
    scaling: Scaling,
}

/// Widest sample that the decoder of JPEG 2000, which computes in f32, gives back exactly.
const WIDEST_JPEG_SAMPLE: u8 = 24;

/// How a field is packed, from its section 5.
///
/// # Errors
/// Why it cannot be unpacked.
pub(super) fn packing(mut section: Vec<u8>) -> Parsed<Packing> {
    let octets = Octets::new(5, &section);
    let count = octets.u32(6)? as usize;
    let number = octets.u16(10)?;
    let name = match number {
        0 | 2 | 3 | 40 | 41 | 42 => "",
        4 => "IEEE numbers",
        50 | 51 => "spherical harmonics",
        61 => "logarithmic packing",
        200 => "run lengths",
        _ => "a packing of this kind",
    };
    if !name.is_empty() {
        return Err(format!(
            "{name} (data template 5.{number}) are not read; repack the file (grib_set -r -s packingType=grid_simple IN OUT)"
        ));
    }
    let bits = octets.u8(20)?;
    let scaling = Scaling {
        reference: octets.ieee(12)?,
        binary: octets.signed(16, 2)? as i32,
        // the reference of a constant field is its value
        decimal: if bits == 0 { 0 } else { octets.signed(18, 2)? as i32 },
        bits,
    }
    .checked()?;
    if number == 0 {
        return Ok(Packing::Simple(scaling));
    }
    if section.len() < 21 {
        return Err(format!("section 5 holds {} octets", section.len()));
    }
    // whole numbers before packing or not, the arithmetic is the same
    section[20] = 0;
    Ok(Packing::Template(Template {
        section,
        number,
        count,
        scaling,
    }))
}

impl Template {
    /// The values packed in the data section that begins with its head of five octets.
    pub fn values(&self, data: Vec<u8>) -> Parsed<Vec<f32>> {
        if self.is_constant()? {
            return self.scaling.values(&[], self.count);
        }
        self.plausible(&data[5..])?;
        let decoded = self.decoded(data)?;
        match decoded.len() == self.count {
            true => Ok(decoded),
            false => Err(format!("{} values of {} could be unpacked", decoded.len(), self.count)),
        }
    }

    fn decoded(&self, data: Vec<u8>) -> Parsed<Vec<f32>> {
        const NO_BITMAP: [u8; 6] = [0, 0, 0, 6, 6, 255];
        let decode = || {
            let decoder = Grib2SubmessageDecoder::new(self.count, self.section.clone(), NO_BITMAP.to_vec(), data)?;
            let values: Vec<f32> = decoder.dispatch()?.collect();
            Ok(values)
        };
        // the crate and the image decoders below it index and unwrap by what damaged data say
        match catch_unwind(AssertUnwindSafe(decode)) {
            Ok(Ok(values)) => Ok(values),
            Ok(Err(grib::GribError::DecodeError(problem))) => Err(self.damaged(&format!("{problem:?}"))),
            Ok(Err(problem)) => Err(self.damaged(&problem.to_string())),
            Err(_) => Err(self.damaged("the decoder gave up")),
        }
    }

    fn damaged(&self, problem: &str) -> String {
        format!("data template 5.{} cannot be unpacked: {problem}", self.number)
    }

    fn octets(&self) -> Octets<'_> {
        Octets::new(5, &self.section)
    }

    fn is_constant(&self) -> Parsed<bool> {
        Ok(match self.number {
            2 | 3 => self.octets().u32(32)? == 0,
            _ => self.scaling.bits == 0,
        })
    }

    /// Refuses what would make the decoder take memory or time beyond the size of the field.
    fn plausible(&self, data: &[u8]) -> Parsed<()> {
        match self.number {
            2 | 3 => self.groups_hold_all_values(data),
            40 => self.image_has_all_values(jpeg_2000_size(data), WIDEST_JPEG_SAMPLE),
            41 => self.image_has_all_values(png_size(data), 32),
            _ => self.blocks_are_regular(),
        }
    }

    /// The lengths of the groups of complex packing, which are scaled and packed themselves, must add up.
    fn groups_hold_all_values(&self, data: &[u8]) -> Parsed<()> {
        let octets = self.octets();
        let groups = octets.u32(32)? as usize;
        let (width_bits, length_bits) = (octets.u8(37)?, octets.u8(47)?);
        let (shortest, unit, last) = (octets.u32(38)?, u64::from(octets.u8(42)?), octets.u32(43)?);
        let extra = match self.number {
            3 => usize::from(octets.u8(49)?) * (1 + usize::from(octets.u8(48)?)),
            _ => 0,
        };
        if width_bits > 32 || length_bits > 32 || groups > self.count {
            return Err(self.damaged("its groups are no groups"));
        }
        let octets_of = |bits: u8| (groups * usize::from(bits)).div_ceil(8);
        let start = extra + octets_of(self.scaling.bits) + octets_of(width_bits);
        let lengths = data
            .get(start..)
            .ok_or_else(|| self.damaged("the data end within its groups"))?;
        let mut total = u64::from(last);
        let mut add = |length: u32| total += u64::from(shortest) + unit * u64::from(length);
        match length_bits {
            0 => (1..groups).for_each(|_| add(0)),
            bits => unpack::each_number(lengths, bits, groups - 1, add)?,
        }
        match total == self.count as u64 {
            true => Ok(()),
            false => Err(self.damaged(&format!("{total} values in its groups, {} are stated", self.count))),
        }
    }

    fn image_has_all_values(&self, size: Option<(u64, u64)>, widest: u8) -> Parsed<()> {
        if self.scaling.bits > widest {
            return Err(self.damaged(&format!(
                "{} bits a value, at most {widest} are read",
                self.scaling.bits
            )));
        }
        match size {
            Some((width, height)) if width.checked_mul(height) == Some(self.count as u64) => Ok(()),
            Some((width, height)) => {
                Err(self.damaged(&format!("an image of {width} x {height} for {} values", self.count)))
            }
            None => Err(self.damaged("no image")),
        }
    }

    fn blocks_are_regular(&self) -> Parsed<()> {
        let (block, interval) = (self.octets().u8(23)?, self.octets().u16(24)?);
        match matches!(block, 8 | 16 | 32 | 64) && (1..=4096).contains(&interval) {
            true => Ok(()),
            false => Err(self.damaged(&format!("blocks of {block} samples, {interval} between references"))),
        }
    }
}

/// Width and height in the header of an image (ISO/IEC 15948, 11.2.2).
fn png_size(data: &[u8]) -> Option<(u64, u64)> {
    let octets = Octets::new(7, data);
    let header = octets.slice(13, 4).ok()? == b"IHDR";
    header
        .then(|| octets.unsigned(17, 4).ok().zip(octets.unsigned(21, 4).ok()))
        .flatten()
}

/// Width and height in the size marker of a codestream with one component (ISO/IEC 15444-1, A.5.1).
fn jpeg_2000_size(data: &[u8]) -> Option<(u64, u64)> {
    let octets = Octets::new(7, data);
    let four = |first: usize| octets.unsigned(first, 4).ok();
    let marked = octets.slice(1, 4).ok()? == [0xff, 0x4f, 0xff, 0x51] && octets.u16(41).ok()? == 1;
    let width = four(9)?.checked_sub(four(17)?)?;
    let height = four(13)?.checked_sub(four(21)?)?;
    marked.then_some((width, height))
}
