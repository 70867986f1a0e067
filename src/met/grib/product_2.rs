//! The product definition section of edition 2: which quantity, where, when, of which member.

use super::edition_2::date;
use super::field::{Span, SpanKind, unit_seconds};
use super::octets::{Octets, Parsed};
use crate::time::UtcTime;

/// What section 4 says.
#[derive(Clone, Debug)]
pub(super) struct Product {
    pub category: u8,
    pub number: u8,
    pub process: u8,
    /// Kind of the level (code table 4.5) and its value.
    pub surface: (u8, Option<f64>),
    pub is_layer: bool,
    pub member: Option<u32>,
    /// Parameters of the model's levels.
    pub vertical: Vec<f64>,
    kind: Parsed<Kind>,
    /// From the reference time, s.
    lead_s: Parsed<i64>,
}

/// At a time, or over an interval that ends at one: the number of code table 4.10.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Instant,
    Interval { statistic: u8, ranges: u8, end: UtcTime },
}

/// Octets of the templates that are read.
const ENSEMBLE: usize = 35;

/// # Errors
/// If the section is damaged.
pub(super) fn product(octets: Octets<'_>) -> Parsed<Product> {
    let template = octets.u16(8)?;
    let kind = match template {
        0 | 1 => Ok(Kind::Instant),
        8 => Ok(interval(octets, 35)?),
        11 => Ok(interval(octets, 38)?),
        2 | 3 | 4 | 12 | 13 | 14 => Err("a statistic of an ensemble".to_string()),
        _ => Err(format!("product template 4.{template}")),
    };
    let lead_s = match kind {
        Ok(_) => lead_s(octets)?,
        Err(_) => Err("an unknown template".to_string()),
    };
    let (surface, is_layer) = match kind {
        Ok(_) => ((octets.u8(23)?, level_value(octets)?), octets.u8(29)? != 255),
        Err(_) => ((255, None), false),
    };
    let member = match template {
        1 | 11 => Some(match octets.u8(ENSEMBLE)? {
            0 | 1 => 0,
            _ => octets.u8(ENSEMBLE + 1)?.into(),
        }),
        _ => None,
    };
    let count = usize::from(octets.u16(6)?);
    Ok(Product {
        category: octets.u8(10)?,
        number: octets.u8(11)?,
        process: octets.u8(14)?,
        surface,
        is_layer,
        member,
        vertical: vertical_parameters(octets, count)?,
        kind,
        lead_s,
    })
}

/// Within, why the unit of time cannot be used.
fn lead_s(octets: Octets<'_>) -> Parsed<Parsed<i64>> {
    let unit = octets.u8(18)?;
    let count = octets.signed(19, 4)?;
    let seconds = if unit == 13 { Some(1) } else { unit_seconds(unit) };
    Ok(match seconds {
        Some(seconds) => Ok(count * seconds),
        None => Err(format!("unit of time {unit} (code table 4.4) is not read")),
    })
}

fn interval(octets: Octets<'_>, first: usize) -> Parsed<Kind> {
    Ok(Kind::Interval {
        end: date(octets, first)?,
        ranges: octets.u8(first + 7)?,
        statistic: octets.u8(first + 12)?,
    })
}

fn level_value(octets: Octets<'_>) -> Parsed<Option<f64>> {
    let decimals = octets.signed(24, 1)?;
    let value = octets.optional_u32(25)?;
    Ok(value.map(|value| f64::from(value) / 10f64.powi(decimals as i32)))
}

/// The last numbers of the section: all a, then all b.
fn vertical_parameters(octets: Octets<'_>, count: usize) -> Parsed<Vec<f64>> {
    match octets.len().checked_sub(4 * count) {
        Some(start) => (0..count).map(|place| octets.ieee(start + 1 + 4 * place)).collect(),
        None => Err(format!(
            "{count} parameters of levels in a section of {} octets",
            octets.len()
        )),
    }
}

impl Product {
    /// When the field holds.
    ///
    /// # Errors
    /// Why it is none of those looked for.
    pub fn span(&self, reference: UtcTime) -> Parsed<Span> {
        let kind = self.kind.clone()?;
        let start = reference.plus_seconds(self.lead_s.clone()?);
        let kind = match kind {
            Kind::Instant => SpanKind::At(start),
            Kind::Interval { statistic, ranges, end } => match (statistic, ranges) {
                (0..=1, 1) if end <= start => return Err(format!("an interval from {start} to {end}")),
                (0, 1) => SpanKind::Mean(start, end),
                (1, 1) => SpanKind::Sum(start, end),
                (0..=1, _) => return Err("a statistic of several intervals".to_string()),
                _ => return Err(format!("statistic {statistic} (code table 4.10)")),
            },
        };
        Ok(Span { reference, kind })
    }
}
