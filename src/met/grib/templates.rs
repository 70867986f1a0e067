//! Packings of edition 2, by the number of their template (code table 5.0).

use super::ccsds::Coding;
use super::complex::Groups;
use super::field::Packing;
use super::images;
use super::octets::{Octets, Parsed};
use super::unpack::Scaling;

/// How a field is packed that is not packed simply.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Template {
    number: u16,
    kind: Kind,
    /// Values packed: as many as points have one.
    pub count: usize,
    scaling: Scaling,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Groups(Groups),
    Jpeg2000,
    Png,
    Ccsds(Coding),
    Constant,
}

/// What packings that are not read are called.
fn name_of_packing(number: u16) -> &'static str {
    match number {
        4 => "a field of IEEE numbers",
        50 | 51 => "a field of spherical harmonics",
        61 => "logarithmic packing",
        200 => "packing in run lengths",
        _ => "a packing of this kind",
    }
}

/// How a field is packed, from its section 5.
///
/// # Errors
/// Why it cannot be unpacked.
pub(super) fn packing(section: &[u8]) -> Parsed<Packing> {
    let octets = Octets::new(5, section);
    let count = octets.u32(6)? as usize;
    let number = octets.u16(10)?;
    if !matches!(number, 0 | 2 | 3 | 40 | 41 | 42) {
        return Err(format!(
            "{} (data template 5.{number}) is not read; repack the file (grib_set -r -s packingType=grid_simple IN OUT)",
            name_of_packing(number)
        ));
    }
    let bits = octets.u8(20)?;
    let scaling = Scaling {
        reference: octets.ieee(12)?,
        binary: octets.signed(16, 2)? as i32,
        decimal: octets.signed(18, 2)? as i32,
        bits,
    };
    // the reference of a constant field is its value
    let constant = Scaling { decimal: 0, ..scaling };
    let kind = match number {
        0 => {
            return if bits == 0 { constant } else { scaling }
                .checked()
                .map(Packing::Simple);
        }
        2 | 3 if octets.u32(32)? > 0 => Kind::Groups(Groups::new(number, octets, bits)?),
        40 if bits > 0 => Kind::Jpeg2000,
        41 if bits > 0 => Kind::Png,
        42 if bits > 0 => Kind::Ccsds(Coding::new(bits, octets.u8(23)?, octets.u16(24)?, octets.u8(22)?)?),
        _ => Kind::Constant,
    };
    let scaling = if kind == Kind::Constant { constant } else { scaling }.checked()?;
    Ok(Packing::Template(Template {
        number,
        kind,
        count,
        scaling,
    }))
}

impl Template {
    /// The values packed in `data`.
    pub fn values(&self, data: &[u8]) -> Parsed<Vec<f32>> {
        let (bits, count) = (self.scaling.bits, self.count);
        let values = match self.kind {
            Kind::Groups(groups) => groups.values(data, count, &self.scaling),
            Kind::Jpeg2000 => images::jpeg_2000(data, bits, count).map(|numbers| self.scaling.scaled(&numbers)),
            Kind::Png => images::png(data, bits, count).map(|numbers| self.scaling.scaled(&numbers)),
            Kind::Ccsds(coding) => coding.samples(data, count).map(|numbers| self.scaling.scaled(&numbers)),
            Kind::Constant => Scaling {
                bits: 0,
                ..self.scaling
            }
            .values(&[], count),
        };
        let damaged = |problem: String| format!("data template 5.{} cannot be unpacked: {problem}", self.number);
        match values.map_err(damaged)? {
            values if values.len() == count => Ok(values),
            values => Err(damaged(format!("{} values of {count}", values.len()))),
        }
    }
}
