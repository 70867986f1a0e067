//! Headers of GRIB edition 1: WMO Manual on Codes I.2, FM 92-XI Ext. GRIB.

use super::bytes::ByteFile;
use super::field::{Extent, Packed, Packing, Span, SpanKind, StatedField, unit_seconds};
use super::grid::{self, StatedGrid};
use super::grid_1::stated_grid;
use super::level::Surface;
use super::octets::{Octets, Parsed};
use super::parameters::{Code, ECMWF, NCEP};
use super::scan::Message;
use super::unpack::Scaling;
use crate::error::{Error, Result};
use crate::time::UtcTime;

/// Octets of a section that are read for its headers.
const SECTION_HEAD: usize = 1 << 16;
/// The same of bitmaps and data.
const PACKED_HEAD: usize = 11;

const HAS_GRID: u8 = 0x80;
const HAS_BITMAP: u8 = 0x40;

/// Offset of the data section of the message at `offset`, if its sections are whole.
pub(super) fn data_section_offset(file: &mut ByteFile, offset: u64) -> Result<Option<u64>> {
    let Ok(flags) = Octets::new(1, &file.at_most(offset + 8, 28)?).u8(8) else {
        return Ok(None);
    };
    let mut place = offset + 8;
    let sections = 1 + usize::from(flags & HAS_GRID != 0) + usize::from(flags & HAS_BITMAP != 0);
    for _ in 0..sections {
        match Octets::new(0, &file.at_most(place, 3)?).unsigned(1, 3) {
            Ok(length) => place += length,
            Err(_) => return Ok(None),
        }
    }
    Ok(Some(place))
}

/// The field of a message.
///
/// # Errors
/// [`Error::Format`] if its sections do not add up.
pub(super) fn field(file: &mut ByteFile, path: &std::path::Path, message: Message) -> Result<StatedField> {
    let fault = |problem: String| Error::format(path, format!("{message}: {problem}"));
    let mut reader = Sections {
        file,
        message,
        place: message.offset + 8,
    };
    let (product, _) = reader.next(1).map_err(|e| e.lift(fault))?;
    let product = Octets::new(1, &product);
    let flags = product.u8(8).map_err(fault)?;
    let grid_bytes = match flags & HAS_GRID {
        0 => None,
        _ => Some(reader.next(2).map_err(|e| e.lift(fault))?.0),
    };
    let bitmap = match flags & HAS_BITMAP {
        0 => None,
        _ => Some(reader.next(3).map_err(|e| e.lift(fault))?),
    };
    let data = reader.data_section().map_err(|e| e.lift(fault))?;
    let grid = match &grid_bytes {
        Some(bytes) => product
            .u8(5)
            .and_then(|centre| stated_grid(centre.into(), Octets::new(2, bytes))),
        None => Err(format!(
            "a grid known only by its number ({}) in a list is not read; add its description (wgrib -d, or copygb)",
            product.u8(7).map_err(fault)?
        )),
    };
    let packed = packed(product, bitmap, data, &grid).map_err(fault)?;
    let vertical = match &grid_bytes {
        Some(bytes) => vertical_parameters(Octets::new(2, bytes)).map_err(fault)?,
        None => Vec::new(),
    };
    stated(message, product, grid, packed, vertical).map_err(fault)
}

fn stated(
    message: Message,
    product: Octets<'_>,
    grid: Parsed<StatedGrid>,
    packed: Packed,
    vertical: Vec<f64>,
) -> Parsed<StatedField> {
    let centre = u16::from(product.u8(5)?);
    let table = product.u8(4)?;
    let number = product.u8(9)?;
    let code = match table {
        128.. if centre == ECMWF => Code::EcmwfTable(table, number),
        1..=3 if number < 128 || centre == NCEP => Code::Table2(number),
        // of another centre: no row of the table has it
        _ => Code::EcmwfTable(0, number),
    };
    Ok(StatedField {
        message,
        centre,
        process: product.u8(6)?,
        code,
        surface: Surface::of_edition_1(product.u8(10)?, product.u16(11)?),
        span: span(product, centre, code)?,
        member: member(product, centre)?,
        grid,
        vertical,
        packed,
    })
}

/// ECMWF's local section for ensembles: number and count of members.
fn member(product: Octets<'_>, centre: u16) -> Parsed<Option<u32>> {
    if centre != ECMWF || product.len() < 51 || !matches!(product.u8(41)?, 1 | 30) {
        return Ok(None);
    }
    Ok((product.u8(51)? > 0).then_some(u32::from(product.u8(50)?)))
}

/// Class of ECMWF's local section that means ERA5.
const CLASS_ERA5: u8 = 23;

/// When a field holds; within, why it is none of those looked for.
fn span(product: Octets<'_>, centre: u16, code: Code) -> Parsed<Parsed<Span>> {
    let year = (i32::from(product.u8(25)?) - 1) * 100 + i32::from(product.u8(13)?);
    let (month, day, hour, minute) = (product.u8(14)?, product.u8(15)?, product.u8(16)?, product.u8(17)?);
    let reference = UtcTime::from_calendar(year, month, day, hour, minute)
        .ok_or_else(|| format!("no such date: {year}-{month}-{day} {hour}:{minute}"))?;
    let unit = product.u8(18)?;
    let seconds = match unit {
        13 => 900,
        14 => 1800,
        254 => 1,
        _ => match unit_seconds(unit) {
            Some(seconds) => seconds,
            None => return Ok(Err(format!("unit of time {unit} (code table 4) is not read"))),
        },
    };
    let after = |count: i64| reference.plus_seconds(count * seconds);
    let (p1, p2) = (i64::from(product.u8(19)?), i64::from(product.u8(20)?));
    let indicator = product.u8(21)?;
    let kind = match indicator {
        0 => SpanKind::At(after(p1)),
        1 => SpanKind::At(reference),
        10 => SpanKind::At(after(p1 << 8 | p2)),
        3 => SpanKind::Mean(after(p1), after(p2)),
        4 | 5 => SpanKind::Sum(after(p1), after(p2)),
        _ => return Ok(Err(format!("time range {indicator} (code table 5)"))),
    };
    let kind = match kind {
        SpanKind::At(end) if code.is_added_up() => {
            let era5 = centre == ECMWF && product.len() >= 42 && product.u8(42)? == CLASS_ERA5;
            if era5 || end == reference {
                return Ok(Err("a sum whose interval is not stated".to_string()));
            }
            SpanKind::Sum(reference, end)
        }
        kind => kind,
    };
    Ok(Ok(Span { reference, kind }))
}

/// All a, then all b.
fn vertical_parameters(octets: Octets<'_>) -> Parsed<Vec<f64>> {
    let (count, first) = (usize::from(octets.u8(4)?), usize::from(octets.u8(5)?));
    if count == 0 || !(6..255).contains(&first) {
        return Ok(Vec::new());
    }
    (0..count).map(|place| octets.ibm(first + 4 * place)).collect()
}

fn packed(
    product: Octets<'_>,
    bitmap: Option<(Vec<u8>, Extent)>,
    data: (Vec<u8>, Extent),
    grid: &Parsed<StatedGrid>,
) -> Parsed<Packed> {
    let (head, data) = data;
    let head = Octets::new(4, &head);
    let bitmap = match bitmap {
        Some((head, extent)) => match Octets::new(3, &head).u16(5)? {
            0 => Some(extent.without(6)?),
            number => return Err(format!("bitmap {number} of a list is not read")),
        },
        None => None,
    };
    Ok(Packed {
        points: grid.as_ref().map_or(0, |grid| grid.order.points()),
        bitmap,
        data: data.without(11)?,
        packing: packing(product, head)?,
    })
}

/// How values are packed; within, why they cannot be unpacked.
fn packing(product: Octets<'_>, head: Octets<'_>) -> Parsed<Parsed<Packing>> {
    let flags = head.u8(4)?;
    Ok(match flags >> 4 {
        0 | 2 => {
            let scaling = Scaling {
                reference: head.ibm(7)?,
                binary: head.signed(5, 2)? as i32,
                decimal: product.signed(27, 2)? as i32,
                bits: head.u8(11)?,
            };
            scaling.checked().map(Packing::Simple)
        }
        kind if kind & 8 != 0 => Err(grid::refused("a field of spherical harmonics")),
        kind if kind & 4 != 0 => Err(
            "second-order packing of edition 1 is not read; repack the file (grib_set -r -s packingType=grid_simple \
             IN OUT)"
                .to_string(),
        ),
        kind => Err(format!("packing with flags {kind} (code table 11) is not read")),
    })
}

/// The sections of a message, one after the other.
struct Sections<'f> {
    file: &'f mut ByteFile,
    message: Message,
    place: u64,
}

/// What went wrong: the file could not be read, or the message is damaged.
enum Fault {
    File(Error),
    Message(String),
}

impl Fault {
    fn lift(self, fault: impl Fn(String) -> Error) -> Error {
        match self {
            Self::File(error) => error,
            Self::Message(problem) => fault(problem),
        }
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::File(error)
    }
}

impl From<String> for Fault {
    fn from(problem: String) -> Self {
        Self::Message(problem)
    }
}

impl Sections<'_> {
    /// The head of section `number`, which is the next, and where it lies.
    fn next(&mut self, number: u8) -> std::result::Result<(Vec<u8>, Extent), Fault> {
        let stated = self.file.at_most(self.place, 3)?;
        let count = Octets::new(number, &stated).unsigned(1, 3)?;
        self.take(number, count)
    }

    /// The data section: of a message of more than 8 MB its length says how much the message falls short.
    fn data_section(&mut self) -> std::result::Result<(Vec<u8>, Extent), Fault> {
        let stated = self.file.at_most(self.place, 3)?;
        let count = Octets::new(4, &stated).unsigned(1, 3)?;
        let left = self.end().saturating_sub(self.place);
        let large = self.message.length > 0x7f_ffff && count < 120;
        self.take(4, if large { left } else { count })
    }

    fn end(&self) -> u64 {
        self.message.offset + self.message.length - 4
    }

    fn take(&mut self, number: u8, count: u64) -> std::result::Result<(Vec<u8>, Extent), Fault> {
        let left = self.end().saturating_sub(self.place);
        if count < 6 || count > left {
            return Err(format!("section {number} says {count} octets, {left} are left").into());
        }
        let count = count as usize;
        let extent = Extent {
            offset: self.place,
            count,
        };
        let head = self.file.at_most(
            self.place,
            count.min(if number < 3 { SECTION_HEAD } else { PACKED_HEAD }),
        )?;
        self.place += count as u64;
        Ok((head, extent))
    }
}
