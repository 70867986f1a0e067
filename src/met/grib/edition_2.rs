//! Sections of GRIB edition 2: WMO Manual on Codes I.2, FM 92-XIV GRIB. A message may hold several fields, which share
//! the sections before them.

use super::bytes::ByteFile;
use super::earth;
use super::field::{Extent, Packed, SpanKind, StatedField};
use super::grid::{self, GridMap, StatedGrid};
use super::level::Surface;
use super::octets::{Octets, Parsed};
use super::order::Order;
use super::parameters::{Code, ECMWF, NCEP};
use super::product_2::{self, Product};
use super::scan::Message;
use super::templates;
use crate::error::{Error, Result};
use crate::geo::LonLat;
use crate::met::projection::Cone;
use crate::time::UtcTime;

/// Octets of a section that are read for its headers.
const SECTION_HEAD: usize = 1 << 16;
/// The same of bitmaps and data.
const PACKED_HEAD: usize = 6;
const ANGLE_DEG: f64 = 1e-6;
const MILLIMETRE: f64 = 1e-3;

/// What the sections read so far say.
#[derive(Default)]
struct State {
    origin: Option<Origin>,
    grid: Option<Parsed<StatedGrid>>,
    product: Option<Product>,
    representation: Option<Vec<u8>>,
    /// Of the present field, and the last one defined in the message.
    bitmap: Option<Extent>,
    defined: Option<Extent>,
    has_bitmap_section: bool,
}

/// Who made a message and when.
#[derive(Clone, Copy)]
struct Origin {
    centre: u16,
    reference: UtcTime,
}

/// The fields of a message.
///
/// # Errors
/// [`Error::Format`] if its sections do not add up.
pub(super) fn fields(file: &mut ByteFile, path: &std::path::Path, message: Message) -> Result<Vec<StatedField>> {
    let fault = |problem: String| Error::format(path, format!("{message}: {problem}"));
    let discipline = Octets::new(0, &file.at_most(message.offset, 16)?)
        .u8(7)
        .map_err(fault)?;
    let mut state = State::default();
    let mut found = Vec::new();
    let (mut place, end) = (message.offset + 16, message.offset + message.length - 4);
    while place < end {
        let head = file.at_most(place, 5)?;
        let head = Octets::new(0, &head);
        let (count, number) = head.u32(1).and_then(|count| Ok((count, head.u8(5)?))).map_err(fault)?;
        if count < 5 || u64::from(count) > end - place {
            let left = end - place;
            return Err(fault(format!("section {number} says {count} octets, {left} are left")));
        }
        let extent = Extent {
            offset: place,
            count: count as usize,
        };
        let head_count = if number >= 6 { PACKED_HEAD } else { SECTION_HEAD };
        let bytes = file.at_most(place, extent.count.min(head_count))?;
        match number {
            7 => found.push(state.field(message, discipline, extent).map_err(fault)?),
            _ => state.take(number, &bytes, extent).map_err(fault)?,
        }
        place += u64::from(count);
    }
    match found.is_empty() {
        true => Err(fault("no data section".to_string())),
        false => Ok(found),
    }
}

impl State {
    fn take(&mut self, number: u8, bytes: &[u8], extent: Extent) -> Parsed<()> {
        let octets = Octets::new(number, bytes);
        match number {
            1 => self.origin = Some(origin(octets)?),
            2 => {}
            3 => self.grid = Some(stated_grid(octets)),
            4 => self.product = Some(product_2::product(octets)?),
            5 => self.representation = Some(bytes.to_vec()),
            6 => self.take_bitmap(octets.u8(6)?, extent)?,
            _ => return Err(format!("section number {number}")),
        }
        Ok(())
    }

    fn take_bitmap(&mut self, indicator: u8, extent: Extent) -> Parsed<()> {
        self.has_bitmap_section = true;
        match indicator {
            0 => {
                self.defined = Some(extent.without(6)?);
                self.bitmap = self.defined;
            }
            254 => {
                self.bitmap = self.defined;
                if self.defined.is_none() {
                    return Err("the bitmap is that of an earlier field, and there is none".to_string());
                }
            }
            255 => self.bitmap = None,
            _ => return Err(format!("bitmap {indicator} of a list is not read")),
        }
        Ok(())
    }

    /// The field whose data section lies at `data`.
    fn field(&mut self, message: Message, discipline: u8, data: Extent) -> Parsed<StatedField> {
        let missing = |number: u8| format!("section {number} is missing before section 7");
        let origin = self.origin.ok_or_else(|| missing(1))?;
        let grid = self.grid.clone().ok_or_else(|| missing(3))?;
        let product = self.product.clone().ok_or_else(|| missing(4))?;
        let representation = self.representation.take().ok_or_else(|| missing(5))?;
        if !std::mem::take(&mut self.has_bitmap_section) {
            return Err(missing(6));
        }
        let Product { category, number, .. } = product;
        let local = [discipline, category, number].iter().any(|&number| number >= 192);
        let code = match (local, origin.centre, discipline) {
            (false, ..) => Code::Wmo(discipline, category, number),
            (true, NCEP, _) => Code::Ncep(discipline, category, number),
            (true, ECMWF, 192) => Code::EcmwfTable(category, number),
            (true, ECMWF, _) => Code::Ecmwf(discipline, category, number),
            // of another centre: no row of the table has it
            _ => Code::EcmwfTable(0, number),
        };
        Ok(StatedField {
            message,
            centre: origin.centre,
            process: product.process,
            code,
            surface: Surface::of_edition_2(product.surface.0, product.surface.1, product.is_layer),
            span: product.span(origin.reference).and_then(|span| match span.kind {
                SpanKind::At(_) if code.is_added_up() => Err("a sum whose interval is not stated".to_string()),
                _ => Ok(span),
            }),
            member: product.member,
            packed: Packed {
                points: grid.as_ref().map_or(0, |grid| grid.order.points()),
                bitmap: self.bitmap,
                data: data.without(5)?,
                packing: templates::packing(&representation),
            },
            grid,
            vertical: product.vertical,
        })
    }
}

fn origin(octets: Octets<'_>) -> Parsed<Origin> {
    Ok(Origin {
        centre: octets.u16(6)?,
        reference: date(octets, 13)?,
    })
}

/// Year, month, day, hour, minute and second from octet `first` on.
pub(super) fn date(octets: Octets<'_>, first: usize) -> Parsed<UtcTime> {
    let year = octets.u16(first)?;
    let rest: Vec<u8> = octets.slice(first + 2, 5)?.to_vec();
    let minute = UtcTime::from_calendar(year.into(), rest[0], rest[1], rest[2], rest[3]);
    match minute {
        Some(time) if rest[4] < 60 => Ok(time.plus_seconds(rest[4].into())),
        _ => Err(format!(
            "no such date: {year}-{}-{} {}:{}:{}",
            rest[0], rest[1], rest[2], rest[3], rest[4]
        )),
    }
}

/// Names of grids that are not read, by the number of their template.
fn name_of_grid(template: u16) -> &'static str {
    match template {
        1..=3 => "a rotated or stretched grid",
        12 => "a transverse Mercator grid",
        31 | 33 => "an equal-area or Albers grid",
        40..=43 => "a Gaussian grid",
        50..=53 => "a field of spherical harmonics",
        100 | 101 => "an unstructured grid",
        140 => "a Lambert equal-area grid",
        _ => "a grid of this kind",
    }
}

fn stated_grid(octets: Octets<'_>) -> Parsed<StatedGrid> {
    let template = octets.u16(13)?;
    if octets.u8(6)? != 0 || !matches!(template, 0 | 10 | 20 | 30) {
        return Err(grid::refused(&format!(
            "{} (grid template 3.{template})",
            name_of_grid(template)
        )));
    }
    let size = octets.optional_u32(31)?.zip(octets.optional_u32(35)?);
    let Some((nx, ny)) = size.filter(|_| octets.u8(11) == Ok(0)) else {
        return Err(grid::refused("a grid with fewer points in some rows"));
    };
    let stated = match template {
        0 => lat_lon(octets, nx, ny),
        _ => conformal(octets, template, nx, ny),
    };
    let grid = stated?;
    match octets.u32(7)? as usize == grid.order.points() {
        true => Ok(grid),
        false => Err(format!(
            "{} points stated for {nx} x {ny}; the message is damaged",
            octets.u32(7)?
        )),
    }
}

fn lat_lon(octets: Octets<'_>, nx: u32, ny: u32) -> Parsed<StatedGrid> {
    let unit_deg = match (octets.u32(39)?, octets.optional_u32(43)?) {
        (0, _) | (_, None | Some(0)) => ANGLE_DEG,
        (basic, Some(parts)) => f64::from(basic) / f64::from(parts),
    };
    let angle = |first: usize| octets.signed(first, 4).map(|value| value as f64 * unit_deg);
    let flags = octets.u8(55)?;
    let (x_given, y_given) = grid::spacings_given(2, flags);
    let spacing = |given: bool, first: usize| -> Parsed<Option<f64>> {
        let value = octets.optional_u32(first)?.filter(|_| given);
        Ok(value.map(|value| f64::from(value) * unit_deg))
    };
    let place = |first: usize| -> Parsed<LonLat> {
        Ok(LonLat {
            lat_deg: angle(first)?,
            lon_deg: angle(first + 4)?,
        })
    };
    Ok(StatedGrid {
        order: Order::new(nx.into(), ny.into(), octets.u8(72)?)?,
        first: place(47)?,
        map: GridMap::LatLon {
            last: place(56)?,
            spacing_deg: (spacing(x_given, 64)?, spacing(y_given, 68)?),
            resolution_deg: unit_deg,
        },
        axes: grid::wind_axes(flags),
        warning: None,
    })
}

fn conformal(octets: Octets<'_>, template: u16, nx: u32, ny: u32) -> Parsed<StatedGrid> {
    let angle = |first: usize| octets.signed(first, 4).map(|value| value as f64 * ANGLE_DEG);
    let metres = |first: usize| octets.u32(first).map(|value| f64::from(value) * MILLIMETRE);
    let first = LonLat {
        lat_deg: angle(39)?,
        lon_deg: angle(43)?,
    };
    let true_lat_deg = angle(48)?;
    let (cone, scanning_mode, orientation_lon_deg, spacing) = match template {
        10 if octets.u32(61)? != 0 => return Err(grid::refused("a turned Mercator grid")),
        10 => (Cone::Mercator { true_lat_deg }, octets.u8(60)?, first.lon_deg, 65),
        _ => {
            let centre = octets.u8(64)?;
            let cone = match template {
                20 => grid::polar_stereographic(true_lat_deg, centre)?,
                _ => grid::lambert((angle(66)?, angle(70)?), true_lat_deg, centre)?,
            };
            (cone, octets.u8(65)?, angle(52)?, 56)
        }
    };
    let (radius_m, warning) = earth::radius_m(octets)?;
    Ok(StatedGrid {
        order: Order::new(nx.into(), ny.into(), scanning_mode)?,
        first,
        map: GridMap::Conformal {
            cone,
            orientation_lon_deg,
            spacing_m: (metres(spacing)?, metres(spacing + 4)?),
            radius_m,
        },
        axes: grid::wind_axes(octets.u8(47)?),
        warning,
    })
}
