//! Footprint files of other models and portals, read and written.
//!
//! | format | file | holds |
//! |---|---|---|
//! | [`Format::Stilt`] | `<id>_foot.nc` of STILT v2 | one receptor, hourly layers or their sum |
//! | [`Format::Pystilt`] | netCDF of PYSTILT | the same, with receptor and settings |
//! | [`Format::Icos`] | `foot<slot>_aggreg.nc` of the ICOS portal, and its packages | one map per receptor time |
//! | [`Format::Openghg`] | `fp(lat, lon, time)` of the OpenGHG store | one map per release, hours resolved, lateral boundary |
//! | [`Format::Paris`] | the same, renamed by the PARIS project | the same |
//!
//! All hold ppm / (µmol m⁻² s⁻¹), in whatever words. Files differ by half a cell in what a coordinate stands for
//! ([`CellAnchor`]); what is written here has explicit bounds besides.

mod axis;
mod convert;
mod icos;
mod layers;
pub mod openghg;
mod place;
mod plane;
mod pystilt;
mod source;
mod stilt;

use std::fmt;
use std::path::Path;
use std::str::FromStr;

pub use axis::CellAnchor;
pub use convert::{RESOLVED_HOURS, export, import};
pub use openghg::{Conditions, Resolved};
pub use place::{ReceptorHint, icos_position, icos_slot};

use crate::boundary::BoundaryInfluence;
use crate::error::{Error, Result};
use crate::footprint::Footprint;
use crate::netcdf_file::on_netcdf_thread;
use source::Source;

/// Whose file it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// STILT v2 (R).
    Stilt,
    /// PYSTILT.
    Pystilt,
    /// The ICOS Carbon Portal.
    Icos,
    /// The OpenGHG store (ACRG's layout of NAME footprints).
    Openghg,
    /// The PARIS project's layout of the same.
    Paris,
}

impl Format {
    /// All formats.
    pub const ALL: [Self; 5] = [Self::Stilt, Self::Pystilt, Self::Icos, Self::Openghg, Self::Paris];

    /// The word for it on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Stilt => "stilt",
            Self::Pystilt => "pystilt",
            Self::Icos => "icos",
            Self::Openghg => "openghg",
            Self::Paris => "paris",
        }
    }

    /// Whether one file holds many receptor times.
    const fn holds_series(self) -> bool {
        matches!(self, Self::Openghg | Self::Paris)
    }

    /// As errors call a file of it.
    const fn in_words(self) -> &'static str {
        match self {
            Self::Stilt => "a footprint file of STILT v2",
            Self::Pystilt => "a footprint file of PYSTILT",
            Self::Icos => "a footprint file of the ICOS portal",
            Self::Openghg => "a footprint file of OpenGHG",
            Self::Paris => "a footprint file of PARIS",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Format {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let known = Self::ALL.into_iter().find(|format| format.name() == text);
        known.ok_or_else(|| Error::config("format", text, Self::ALL.map(Self::name).join(", ")))
    }
}

/// How to read a file where it does not say itself.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ReadOptions {
    /// Whose file it is; `None`: whichever it looks like.
    pub format: Option<Format>,
    /// What coordinates without bounds stand for; `None`: what the file's text says, or the centre.
    pub anchor: Option<CellAnchor>,
    /// What is known of the receptor, in place of what the file says.
    pub receptor: ReceptorHint,
    /// Hours that a footprint without layers covers, in place of what the file says.
    pub hours: Option<f64>,
}

/// One footprint of a foreign file.
#[derive(Clone, Debug)]
pub struct ForeignFootprint {
    /// The footprint; of its budget only what is inside is known, the rest is NaN.
    pub footprint: Footprint,
    /// The hours before the release, resolved, of OpenGHG and PARIS.
    pub resolved: Option<Resolved>,
    /// Where particles left the domain, of OpenGHG and PARIS; NaN is what their files do not say: ages where they are left
    /// out, and all that did not leave through a side.
    pub boundary: Option<BoundaryInfluence>,
    /// Weather at the release, of OpenGHG and PARIS.
    pub conditions: Conditions,
}

impl From<Footprint> for ForeignFootprint {
    fn from(footprint: Footprint) -> Self {
        Self {
            footprint,
            resolved: None,
            boundary: None,
            conditions: Conditions::default(),
        }
    }
}

/// What takes the footprints of a file one by one.
pub type Visit<'a> = dyn FnMut(ForeignFootprint) -> Result<()> + Send + 'a;

/// Reads the footprints of a file by receptor time, one at a time.
///
/// # Errors
/// [`Error::Io`] or [`Error::NetCdf`] if it cannot be opened; [`Error::Format`] if it is not of the format, its cells
/// make no regular grid, or a value is missing; [`Error::Config`] if a receptor or grid is impossible; those of `visit`.
pub fn read_each(path: impl AsRef<Path>, options: &ReadOptions, visit: &mut Visit<'_>) -> Result<()> {
    let path = path.as_ref();
    on_netcdf_thread(|| {
        let source = Source::open(path, options)?;
        match source.format {
            Format::Stilt => stilt::read(&source, visit),
            Format::Pystilt => pystilt::read(&source, visit),
            Format::Icos => icos::read(&source, visit),
            Format::Openghg | Format::Paris => openghg::read(&source, visit),
        }
    })
}

/// All footprints of a file at once.
///
/// # Errors
/// As [`read_each`].
pub fn read(path: impl AsRef<Path>, options: &ReadOptions) -> Result<Vec<ForeignFootprint>> {
    let mut footprints = Vec::new();
    read_each(path, options, &mut |footprint| {
        footprints.push(footprint);
        Ok(())
    })?;
    Ok(footprints)
}

/// Footprints on their way into a file, by receptor time.
pub type Footprints<'a> = dyn Iterator<Item = Result<ForeignFootprint>> + Send + 'a;

/// What a written file says of its origin.
const SOURCE: &str = concat!("airshed ", env!("CARGO_PKG_VERSION"));

/// Writes `count` footprints of one grid and place, by receptor time, into one file; `path` appears whole or not at all.
///
/// # Errors
/// [`Error::Config`] if the format has no room for what a footprint is, or for more than one; [`Error::Io`] or
/// [`Error::NetCdf`] if the file cannot be written; those of the footprints.
pub fn write(
    path: impl AsRef<Path>,
    format: Format,
    footprints: &mut (impl ExactSizeIterator<Item = Result<ForeignFootprint>> + Send),
) -> Result<()> {
    let path = path.as_ref();
    on_netcdf_thread(|| match format {
        Format::Stilt => stilt::write(path, &only_one(format, footprints)?),
        Format::Pystilt => pystilt::write(path, &only_one(format, footprints)?),
        Format::Icos => icos::write(path, footprints),
        Format::Openghg | Format::Paris => openghg::write(path, format, footprints.len(), footprints),
    })
}

fn only_one(
    format: Format,
    footprints: &mut (impl ExactSizeIterator<Item = Result<ForeignFootprint>> + Send),
) -> Result<ForeignFootprint> {
    match (footprints.len(), footprints.next()) {
        (1, Some(only)) => only,
        (count, _) => {
            let allowed = format!("a file of format {format} holds one footprint: give a folder to write several");
            Err(Error::config("footprints", count, allowed))
        }
    }
}

/// Refuses a footprint that is not of the same grid and place as the first, or not later than the one before.
fn require_same_series(first: &Footprint, next: &Footprint, before: crate::time::UtcTime) -> Result<()> {
    let place = |f: &Footprint| (f.receptor.lon_deg, f.receptor.lat_deg, f.receptor.height_m);
    if place(first) != place(next) {
        let allowed = format!("one file holds one place, as that of {}", first.receptor.id);
        return Err(Error::config("receptor", &next.receptor.id, allowed));
    }
    if first.grid != next.grid {
        let allowed = format!("one file holds one grid, as that of {}", first.receptor.id);
        return Err(Error::config("grid of receptor", &next.receptor.id, allowed));
    }
    if next.receptor.time <= before {
        let allowed = format!("receptor times must ascend, the one before is {before}");
        return Err(Error::config("receptor time", next.receptor.time, allowed));
    }
    Ok(())
}
