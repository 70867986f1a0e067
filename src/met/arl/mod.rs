//! The packed meteorology of NOAA's Air Resources Laboratory ("ARL format"), read and written.
//!
//! A file is a row of records of one length, without a file header. Each period begins with its index (one or more
//! records `INDX`), then holds one record per level and variable, surface first: a label of 50 characters and one
//! byte per grid point, the difference to the neighbour (Draxler & Hess 1997; HYSPLIT User's Guide, "ARL data format").
//!
//! # What damage is found
//! Found, and refused with [`Error::Format`](crate::Error::Format): damage to a packed byte (checksum of the index),
//! to the time, level, variable or exponent of a label (against the index, and exponent against precision), to any
//! part of one period's index that its neighbours repeat (grid, levels, variables), a period that is shifted, missing
//! in part or of another structure. An incomplete last period is left out and named in [`warnings`](crate::met::MetReader::warnings).
//!
//! Not found, because the format has nothing to check it by: another first value in a label that still is a number
//! (it shifts the field by a constant); forecast hours and minutes; the grid and level values of a file with one
//! period; damage that keeps the checksum (a byte 0 for 255, one pattern of large damage in 255) or that makes the
//! index's checksum 0 or unreadable, which means "unchecked" (a warning counts those).

mod conversion;
mod flux_sign;
mod index;
mod label;
mod number;
mod packed_rows;
mod packing;
mod reader;
mod scan;
mod writer;

pub use conversion::{ArlConversion, ConversionReport};
pub use flux_sign::FluxSign;
pub(super) use packed_rows::PackedRows;
pub use packing::{PackedField, checksum_8bit, pack_8bit, unpack_8bit};
pub use reader::{ArlOptions, ArlReader};
pub use writer::{ArlWriter, Residuals, arl_bytes, write_arl};
