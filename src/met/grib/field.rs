//! What one field of a message is, whatever the edition, and where its bits lie.

use super::grid::StatedGrid;
use super::level::Surface;
use super::octets::Parsed;
use super::parameters::Code;
use super::scan::Message;
use super::unpack::Scaling;
use crate::time::UtcTime;

/// One field of a message, from its headers.
#[derive(Clone, Debug)]
pub(super) struct StatedField {
    pub message: Message,
    pub centre: u16,
    /// Number of the model that made it, at its centre.
    pub process: u8,
    pub code: Code,
    pub surface: Surface,
    /// Or why it is none of the fields looked for.
    pub span: Parsed<Span>,
    /// Number of the member of an ensemble; 0 is the control.
    pub member: Option<u32>,
    pub grid: Parsed<StatedGrid>,
    /// Parameters of the model's levels: all a, then all b.
    pub vertical: Vec<f64>,
    pub packed: Packed,
}

/// When a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    /// Of the analysis or the start of the forecast.
    pub reference: UtcTime,
    pub kind: SpanKind,
}

/// A time or an interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SpanKind {
    At(UtcTime),
    Mean(UtcTime, UtcTime),
    Sum(UtcTime, UtcTime),
}

/// Bytes of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Extent {
    pub offset: u64,
    pub count: usize,
}

impl Extent {
    /// Without the first `head` bytes.
    pub fn without(self, head: usize) -> Parsed<Self> {
        match self.count.checked_sub(head) {
            Some(count) => Ok(Self {
                offset: self.offset + head as u64,
                count,
            }),
            None => Err(format!(
                "a section of {} octets, at least {head} are needed",
                self.count
            )),
        }
    }
}

/// Where the values of a field lie and how they are packed.
#[derive(Clone, Debug)]
pub(super) struct Packed {
    /// Points of the grid.
    pub points: usize,
    /// A bit for each point, if some have no value.
    pub bitmap: Option<Extent>,
    /// The packed values, without the head of their section.
    pub data: Extent,
    pub packing: Parsed<Packing>,
}

/// How values are packed.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Packing {
    /// Simple packing; as many values as points have one.
    Simple(Scaling),
    /// Another template of edition 2.
    Template(super::templates::Template),
}

/// Seconds of one unit of time; of both editions as far as they agree.
pub(super) fn unit_seconds(unit: u8) -> Option<i64> {
    match unit {
        0 => Some(60),
        1 => Some(3600),
        2 => Some(86_400),
        10 => Some(3 * 3600),
        11 => Some(6 * 3600),
        12 => Some(12 * 3600),
        _ => None,
    }
}
